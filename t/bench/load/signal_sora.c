
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * --target sora:ws://HOST:PORT/PATH, see docs/api/sora.md.  The server makes
 * every offer; rooms are channels.
 */


#include "load_data.h"

#include <proto/ngx_webrtc_json.h>

#include <stdio.h>


typedef struct {
    load_url_t               url;
} load_sora_t;


/* belongs to its member; freed in leave() */

typedef struct {
    load_member_t           *member;
    load_ws_t               *ws;
    load_client_t           *client;
    unsigned                 leaving:1;
} load_sora_session_t;


static ngx_int_t load_sora_init(load_t *load, const ngx_str_t *address);
static void load_sora_cleanup(load_t *load);
static ngx_int_t load_sora_join(load_member_t *member);
static void load_sora_leave(load_member_t *member);
static void load_sora_end(load_sora_session_t *session);
static void load_sora_event(load_ws_t *ws, load_ws_event_e event,
    const ngx_str_t *text, void *data);
static ngx_int_t load_sora_send(load_sora_session_t *session,
    json_t *message);
static void load_sora_connect(load_sora_session_t *session);
static void load_sora_message(load_sora_session_t *session,
    const ngx_str_t *text);
static void load_sora_offer(load_sora_session_t *session,
    const json_t *message, const char *answer);
static void load_sora_handler(load_client_t *client,
    load_client_event_e event, const char *reason, void *data);


const load_signaller_t  load_signaller_sora = {
    "sora",
    load_sora_init,
    load_sora_cleanup,
    load_sora_join,
    load_sora_leave
};


static ngx_int_t
load_sora_init(load_t *load, const ngx_str_t *address)
{
    const char   *reason;
    load_sora_t  *sora;

    sora = calloc(1, sizeof(load_sora_t));
    if (sora == NULL) {
        return NGX_ERROR;
    }

    load->signalling = sora;

    if (load_url_parse(address, &sora->url, &reason) != NGX_OK) {
        fprintf(stderr, "--target %s: %s\n", load->options.target, reason);
        return NGX_ERROR;
    }

    if (sora->url.scheme.len != 2
        || ngx_strncmp(sora->url.scheme.data, "ws", 2) != 0)
    {
        fprintf(stderr, "--target %s: must be sora:ws://...\n",
                load->options.target);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
load_sora_cleanup(load_t *load)
{
    free(load->signalling);
}


static ngx_int_t
load_sora_join(load_member_t *member)
{
    load_sora_t          *sora;
    load_sora_session_t  *session;

    sora = member->load->signalling;

    session = calloc(1, sizeof(load_sora_session_t));
    if (session == NULL) {
        load_member_failed(member, "no memory");
        return NGX_ERROR;
    }

    session->member = member;
    member->session = session;

    session->ws = load_ws_create(&member->load->loop, &sora->url, NULL,
                                 load_sora_event, session);
    if (session->ws == NULL) {
        load_member_failed(member, "no connection to %.*s",
                           (int) sora->url.host.len, sora->url.host.data);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* a connection that is open hears of it, and closes */

static void
load_sora_leave(load_member_t *member)
{
    json_t               *message;
    load_sora_session_t  *session;

    session = member->session;
    session->leaving = 1;

    message = json_pack("{s:s}", "type", "disconnect");

    if (session->ws == NULL || load_sora_send(session, message) != NGX_OK) {
        load_sora_end(session);
    }
}


static void
load_sora_end(load_sora_session_t *session)
{
    load_member_t  *member;

    member = session->member;

    if (session->ws) {
        load_ws_destroy(session->ws);
    }

    if (session->client) {
        load_client_destroy(session->client);
    }

    free(session);
    load_member_left(member);
}


static void
load_sora_event(load_ws_t *ws, load_ws_event_e event, const ngx_str_t *text,
    void *data)
{
    load_sora_session_t  *session;

    (void) ws;

    session = data;

    switch (event) {

    case LOAD_WS_OPEN:
        load_sora_connect(session);
        break;

    case LOAD_WS_TEXT:
        load_sora_message(session, text);
        break;

    case LOAD_WS_CLOSED:

        if (session->leaving) {
            load_sora_end(session);
            break;
        }

        load_member_failed(session->member, "signalling: %.*s",
                           (int) text->len, text->data);
        break;

    default:
        break;
    }
}


/* takes the reference */

static ngx_int_t
load_sora_send(load_sora_session_t *session, json_t *message)
{
    char       *text;
    ngx_int_t   rc;

    text = json_dumps(message, JSON_COMPACT);
    json_decref(message);

    if (text == NULL) {
        return NGX_ERROR;
    }

    rc = load_ws_send_text(session->ws, text, strlen(text));
    free(text);

    return rc;
}


static void
load_sora_connect(load_sora_session_t *session)
{
    char             channel[300];
    json_t          *message, *video;
    load_member_t   *member;
    load_options_t  *options;

    static const char *const  roles[] = {
        NULL, "sendonly", "recvonly", "sendrecv"
    };

    member = session->member;
    options = &member->load->options;

    snprintf(channel, sizeof(channel), "%s-%u", options->room,
             (unsigned) member->room);

    video = options->video ? json_pack("{s:s}", "codec_type", options->codec)
                           : json_false();

    message = json_pack("{s:s, s:s, s:s, s:b, s:o}",
                        "type", "connect",
                        "role", roles[member->ways & 3],
                        "channel_id", channel,
                        "audio", options->audio,
                        "video", video);

    if (message && options->mode == LOAD_MODE_DATA) {
        json_object_set_new(message, "data_channel_signaling", json_true());
        json_object_set_new(message, "data_channels",
                            json_pack("[{s:s, s:s}]", "label", LOAD_DATA_LABEL,
                                      "direction", roles[member->ways & 3]));
    }

    if (message == NULL || load_sora_send(session, message) != NGX_OK) {
        load_member_failed(member, "connect cannot be sent");
    }
}


static void
load_sora_message(load_sora_session_t *session, const ngx_str_t *text)
{
    json_t      *message;
    ngx_str_t    type;
    const char  *reason;

    static const char  notify[] = "{\"type\":\"notify\"";

    /* in a room of a thousand they come by the million, and nobody reads */

    if (text->len > sizeof(notify)
        && ngx_memcmp(text->data, notify, sizeof(notify) - 1) == 0)
    {
        return;
    }

    message = ngx_webrtc_json_parse(text->data, text->data + text->len,
                                    LOAD_WS_MESSAGE_MAX, &reason);
    if (message == NULL) {
        load_member_failed(session->member, "signalling: %s", reason);
        return;
    }

    if (ngx_webrtc_json_get_str(message, "type", 1, 64, &type) == NGX_OK
        && !session->leaving)
    {
        if (type.len == 5 && ngx_strncmp(type.data, "offer", 5) == 0) {
            load_member_offered(session->member);
            load_sora_offer(session, message, "answer");

        } else if (type.len == 8
                   && ngx_strncmp(type.data, "re-offer", 8) == 0)
        {
            load_sora_offer(session, message, "re-answer");

        } else if (type.len == 4 && ngx_strncmp(type.data, "ping", 4) == 0) {
            (void) load_sora_send(session, json_pack("{s:s}", "type", "pong"));
        }
    }

    json_decref(message);
}


static void
load_sora_offer(load_sora_session_t *session, const json_t *message,
    const char *answer)
{
    ngx_str_t       sdp, ours;
    const char     *reason;
    load_member_t  *member;

    member = session->member;

    if (session->client == NULL) {
        session->client = load_client_create(member, member->ways,
                                             load_sora_handler, session);
        if (session->client == NULL) {
            load_member_failed(member, "a client cannot be made");
            return;
        }
    }

    reason = "no sdp";

    if (ngx_webrtc_json_get_str(message, "sdp", 1, LOAD_SDP_MAX, &sdp)
        != NGX_OK
        || load_client_answer(session->client, &sdp, &ours, &reason) != NGX_OK)
    {
        load_member_failed(member, "offer: %s", reason);
        return;
    }

    if (load_sora_send(session,
                       json_pack("{s:s, s:s%}", "type", answer, "sdp",
                                 (char *) ours.data, ours.len))
        != NGX_OK)
    {
        load_member_failed(member, "the answer cannot be sent");
        return;
    }

    load_member_answered(member);
}


static void
load_sora_handler(load_client_t *client, load_client_event_e event,
    const char *reason, void *data)
{
    load_sora_session_t  *session;

    (void) client;

    session = data;

    if (event == LOAD_CLIENT_OPEN
        || (event == LOAD_CLIENT_CONNECTED
            && session->member->load->options.mode != LOAD_MODE_DATA))
    {
        load_member_up(session->member);
        return;
    }

    /* the end of signalling, which comes too, says more */

    if (event == LOAD_CLIENT_FAILED) {
        load_member_failed(session->member, "%s", reason);
    }
}
