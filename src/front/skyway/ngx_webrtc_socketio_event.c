
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what skyway-js says and hears in events of Socket.IO */


#include <core/ngx_webrtc_str.h>
#include <front/skyway/ngx_webrtc_skyway_bridge.h>
#include <front/skyway/ngx_webrtc_socketio_session.h>


typedef void (*ngx_webrtc_socketio_event_pt)(
    ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);

typedef struct {
    ngx_str_t                     name;
    ngx_webrtc_socketio_event_pt  handler;
    ngx_webrtc_skyway_message_e   type;     /* of what is for a peer */
} ngx_webrtc_socketio_event_t;


static void ngx_webrtc_socketio_text(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_nsp(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *nsp);
static void ngx_webrtc_socketio_expect(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socket_io_packet_t *packet);
static void ngx_webrtc_socketio_attachment(
    ngx_webrtc_socketio_session_t *session, const ngx_str_t *data,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_clear(ngx_webrtc_socketio_session_t *session);
static void ngx_webrtc_socketio_dispatch(
    ngx_webrtc_socketio_session_t *session, const ngx_str_t *data,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_say(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
static void ngx_webrtc_socketio_heard_message(
    ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_tell(ngx_webrtc_socketio_session_t *session,
    const char *name, const ngx_webrtc_skyway_message_t *message);
static void ngx_webrtc_socketio_replaced(
    ngx_webrtc_skyway_endpoint_t *endpoint, ngx_webrtc_usec_t now);


/* PING needs no answer; what is not here is ignored */

static const ngx_webrtc_socketio_event_t  ngx_webrtc_socketio_events[] = {

    { ngx_string("SEND_CANDIDATE"), ngx_webrtc_socketio_say,
      NGX_WEBRTC_SKYWAY_CANDIDATE },
    { ngx_string("SEND_OFFER"), ngx_webrtc_socketio_say,
      NGX_WEBRTC_SKYWAY_OFFER },
    { ngx_string("SEND_ANSWER"), ngx_webrtc_socketio_say,
      NGX_WEBRTC_SKYWAY_ANSWER },
    { ngx_string("SEND_LEAVE"), ngx_webrtc_socketio_say,
      NGX_WEBRTC_SKYWAY_LEAVE },
    { ngx_string("SEND_FORCE_CLOSE"), ngx_webrtc_socketio_say,
      NGX_WEBRTC_SKYWAY_FORCE_CLOSE },

    { ngx_string("ROOM_JOIN"), ngx_webrtc_socketio_room_join, 0 },
    { ngx_string("ROOM_LEAVE"), ngx_webrtc_socketio_room_leave, 0 },
    { ngx_string("ROOM_GET_USERS"), ngx_webrtc_socketio_room_users, 0 },
    { ngx_string("ROOM_GET_LOGS"), ngx_webrtc_socketio_room_logs, 0 },
    { ngx_string("ROOM_SEND_DATA"), ngx_webrtc_socketio_room_data, 0 },
    { ngx_string("SFU_GET_OFFER"), ngx_webrtc_socketio_room_offer, 0 },
    { ngx_string("SFU_ANSWER"), ngx_webrtc_socketio_room_answer, 0 },

    { ngx_string("UPDATE_CREDENTIAL"), ngx_webrtc_socketio_update, 0 },

    { ngx_null_string, NULL, 0 }
};


const ngx_webrtc_skyway_endpoint_handlers_t
    ngx_webrtc_socketio_handlers = {
    ngx_webrtc_socketio_heard_message,
    ngx_webrtc_socketio_replaced
};


/* nothing is heard any more from it, or by it */

void
ngx_webrtc_socketio_forget(ngx_webrtc_socketio_session_t *session)
{
    ngx_webrtc_socketio_leave_queues(session);
    ngx_webrtc_socketio_room_leave_all(session);
    ngx_webrtc_skyway_endpoint_remove(session->socketio->skyway,
                                      &session->endpoint);
}


void
ngx_webrtc_socketio_leave_queues(ngx_webrtc_socketio_session_t *session)
{
    if (session->until) {
        ngx_queue_remove(&session->guest);
        session->until = 0;
    }

    if (session->returns) {
        ngx_queue_remove(&session->returning);
        session->returns = 0;
    }
}


void
ngx_webrtc_socketio_message(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_engine_io_packet_t *packet, ngx_webrtc_usec_t now)
{
    if (packet->binary) {
        ngx_webrtc_socketio_attachment(session, &packet->data, now);
        return;
    }

    ngx_webrtc_socketio_text(session, &packet->data, now);
}


static void
ngx_webrtc_socketio_text(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_socket_io_packet_t  packet;

    if (session->nexpected
        || ngx_webrtc_socket_io_parse(data->data, data->data + data->len,
                                      &packet)
           != NGX_OK)
    {
        ngx_webrtc_socketio_end(session);
        return;
    }

    if (packet.nsp.len) {

        if (packet.type == NGX_WEBRTC_SOCKET_IO_CONNECT) {
            ngx_webrtc_socketio_nsp(session, &packet.nsp);
        }

        return;
    }

    switch (packet.type) {

    case NGX_WEBRTC_SOCKET_IO_DISCONNECT:
        ngx_webrtc_socketio_forget(session);
        ngx_webrtc_socketio_stray(session);
        return;

    case NGX_WEBRTC_SOCKET_IO_EVENT:
        ngx_webrtc_socketio_dispatch(session, &packet.data, now);
        return;

    case NGX_WEBRTC_SOCKET_IO_BINARY_EVENT:
    case NGX_WEBRTC_SOCKET_IO_BINARY_ACK:
        ngx_webrtc_socketio_expect(session, &packet);
        return;

    default:
        return;
    }
}


/* there are no others */

static void
ngx_webrtc_socketio_nsp(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *nsp)
{
    u_char                         *p, buf[128];
    size_t                          len;
    ngx_webrtc_engine_io_packet_t   packet;

    static const ngx_str_t  error = ngx_string(",\"Invalid namespace\"");

    /* without what may stand behind a "?" */

    for (len = 0; len < nsp->len && nsp->data[len] != '?'; len++) {
        /* void */
    }

    if (1 + len + error.len > sizeof(buf)) {
        return;
    }

    p = buf;
    *p++ = '4';
    p = ngx_cpymem(p, nsp->data, len);
    p = ngx_cpymem(p, error.data, error.len);

    packet.type = NGX_WEBRTC_ENGINE_IO_MESSAGE;
    packet.binary = 0;
    packet.data.data = buf;
    packet.data.len = p - buf;

    ngx_webrtc_socketio_send(session, &packet);
}


static void
ngx_webrtc_socketio_expect(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socket_io_packet_t *packet)
{
    /* of an acknowledgement only the attachments are to be taken */

    session->nexpected = packet->attachments;
    session->attached = packet->data.len;

    if (packet->type == NGX_WEBRTC_SOCKET_IO_BINARY_ACK) {
        return;
    }

    session->event.data = ngx_alloc(packet->data.len,
                                    session->socketio->skyway->log);
    if (session->event.data == NULL) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    session->event.len = packet->data.len;
    ngx_memcpy(session->event.data, packet->data.data, packet->data.len);
}


static void
ngx_webrtc_socketio_attachment(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *data, ngx_webrtc_usec_t now)
{
    ngx_str_t  *attachment;

    session->attached += data->len;

    if (session->nexpected == 0
        || session->attached > session->message_size)
    {
        ngx_webrtc_socketio_end(session);
        return;
    }

    attachment = &session->attachments[session->nattachments];

    /* never of no bytes at all, so that there is one */

    attachment->data = ngx_alloc(data->len + 1,
                                 session->socketio->skyway->log);
    if (attachment->data == NULL) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    ngx_memcpy(attachment->data, data->data, data->len);
    attachment->len = data->len;

    if (++session->nattachments < session->nexpected) {
        return;
    }

    session->nexpected = 0;

    if (session->event.len) {
        ngx_webrtc_socketio_dispatch(session, &session->event, now);
    }

    ngx_webrtc_socketio_clear(session);
}


static void
ngx_webrtc_socketio_clear(ngx_webrtc_socketio_session_t *session)
{
    while (session->nattachments) {
        ngx_free(session->attachments[--session->nattachments].data);
    }

    ngx_free(session->event.data);
    ngx_str_null(&session->event);
}


static void
ngx_webrtc_socketio_dispatch(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *data, ngx_webrtc_usec_t now)
{
    ngx_str_t                           name;
    const char                         *reason;
    ngx_webrtc_socketio_said_t          said;
    const ngx_webrtc_socketio_event_t  *event;

    if (ngx_webrtc_socket_io_event(data, &name, &said.text) != NGX_OK) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    if (session->endpoint.number == 0) {
        return;
    }

    for (event = ngx_webrtc_socketio_events; event->handler; event++) {
        if (ngx_webrtc_str_equal(&event->name, &name)) {
            break;
        }
    }

    if (event->handler == NULL || said.text.len == 0) {
        return;
    }

    said.now = now;
    said.type = event->type;
    said.json = ngx_webrtc_json_parse(said.text.data,
                                      said.text.data + said.text.len,
                                      said.text.len, &reason);

    if (json_is_object(said.json)) {
        event->handler(session, &said);
    }

    json_decref(said.json);
}


/* to a peer: the payload is what we were given, without the addresses */

static void
ngx_webrtc_socketio_say(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    char       *text;
    json_t     *to;
    ngx_str_t   dst, payload;

    to = json_incref(json_object_get(said->json, "dst"));

    if (json_is_string(to) && json_string_length(to)) {

        dst.data = (u_char *) json_string_value(to);
        dst.len = json_string_length(to);

        (void) json_object_del(said->json, "dst");
        (void) json_object_del(said->json, "src");

        text = json_dumps(said->json, JSON_COMPACT | JSON_REAL_PRECISION(17));

        if (text) {
            payload.data = (u_char *) text;
            payload.len = ngx_strlen(text);

            ngx_webrtc_skyway_send(session->socketio->skyway,
                                   &session->endpoint, said->type, &dst,
                                   &payload, said->now);
            free(text);
        }
    }

    json_decref(to);
}


void
ngx_webrtc_socketio_fail(ngx_webrtc_socketio_session_t *session,
    const char *type, const char *message)
{
    json_t  *json;

    json = json_pack("{s:s, s:s}", "type", type, "message", message);

    ngx_webrtc_socketio_emit(session, "ERROR", json);

    json_decref(json);
}


void
ngx_webrtc_socketio_emit(ngx_webrtc_socketio_session_t *session,
    const char *name, const json_t *argument)
{
    char       *dump;
    json_t     *json;
    ngx_str_t   text;

    json = json_pack("[s, O*]", name, argument);
    dump = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17))
                : NULL;
    if (dump) {
        text.data = (u_char *) dump;
        text.len = ngx_strlen(dump);

        ngx_webrtc_socketio_emit_text(session, &text, NULL, 0);
        free(dump);
    }

    json_decref(json);
}


void
ngx_webrtc_socketio_emit_text(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *text, const ngx_str_t *attachments, ngx_uint_t n)
{
    u_char                         *p, *data;
    ngx_uint_t                      i;
    ngx_webrtc_engine_io_packet_t   packet;

    /* "510-" is the longest head */

    data = ngx_alloc(4 + text->len, session->socketio->skyway->log);
    if (data == NULL) {
        return;
    }

    p = data;

    if (n) {
        *p++ = '0' + NGX_WEBRTC_SOCKET_IO_BINARY_EVENT;

        /* ten of them at most */

        if (n == NGX_WEBRTC_SOCKET_IO_ATTACHMENTS) {
            *p++ = '1';
        }

        *p++ = (u_char) ('0' + n % 10);
        *p++ = '-';

    } else {
        *p++ = '0' + NGX_WEBRTC_SOCKET_IO_EVENT;
    }

    p = ngx_cpymem(p, text->data, text->len);

    packet.type = NGX_WEBRTC_ENGINE_IO_MESSAGE;
    packet.binary = 0;
    packet.data.data = data;
    packet.data.len = p - data;

    ngx_webrtc_socketio_send(session, &packet);

    ngx_free(data);

    packet.binary = 1;

    for (i = 0; i < n; i++) {
        packet.data = attachments[i];
        ngx_webrtc_socketio_send(session, &packet);
    }
}


static void
ngx_webrtc_socketio_heard_message(ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    json_t                         *json;
    ngx_webrtc_socketio_session_t  *session;

    (void) now;

    session = endpoint->data;

    switch (message->type) {

    case NGX_WEBRTC_SKYWAY_OFFER:
        ngx_webrtc_socketio_tell(session, "OFFER", message);
        break;

    case NGX_WEBRTC_SKYWAY_ANSWER:
        ngx_webrtc_socketio_tell(session, "ANSWER", message);
        break;

    case NGX_WEBRTC_SKYWAY_CANDIDATE:
        ngx_webrtc_socketio_tell(session, "CANDIDATE", message);
        break;

    case NGX_WEBRTC_SKYWAY_FORCE_CLOSE:
        ngx_webrtc_socketio_tell(session, "FORCE_CLOSE", message);
        break;

    case NGX_WEBRTC_SKYWAY_LEAVE:

        json = ngx_webrtc_json_str(&message->src);
        ngx_webrtc_socketio_emit(session, "LEAVE", json);
        json_decref(json);
        break;

    case NGX_WEBRTC_SKYWAY_EXPIRE:
        ngx_webrtc_socketio_fail(session, "peer-unavailable",
                                 "The peer does not exist.");
        break;

    case NGX_WEBRTC_SKYWAY_RESUME:
        ngx_webrtc_socketio_take(session, &message->payload);
        break;

    default:
        return;
    }

    ngx_webrtc_socketio_flush(session);
}


static void
ngx_webrtc_socketio_tell(ngx_webrtc_socketio_session_t *session,
    const char *name, const ngx_webrtc_skyway_message_t *message)
{
    json_t  *json;

    json = ngx_webrtc_skyway_bridge(message, NGX_WEBRTC_SKYWAY_SOCKETIO);

    if (json
        && json_object_set_new(json, "src",
                               ngx_webrtc_json_str(&message->src))
           == 0)
    {
        ngx_webrtc_socketio_emit(session, name, json);
    }

    json_decref(json);
}


static void
ngx_webrtc_socketio_replaced(ngx_webrtc_skyway_endpoint_t *endpoint,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_socketio_hand_over(endpoint->data, now);
}
