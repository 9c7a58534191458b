
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Signalling over data channels.  It begins on the WebSocket and goes over
 * when every channel is open, which the client is told by "switched".  There
 * are clients that drop what comes on a channel before they have read that,
 * and it comes another way: messages are held back until the client shows
 * that it has, or a short time has passed.  For as long as the channels are
 * being opened an offer is held back too: its answer could come on one that
 * is not open yet.
 */


#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_rpc.h>
#include <front/sora/ngx_webrtc_sora_session.h>


#define NGX_WEBRTC_SORA_GRACE  (1 * NGX_WEBRTC_SEC)


/* a message that is held back; what it says follows */

typedef struct {
    ngx_queue_t                queue;
    ngx_webrtc_sora_label_e    label;
    size_t                     len;
} ngx_webrtc_sora_held_t;


static ngx_int_t ngx_webrtc_sora_hold(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_label_e label, const u_char *data, size_t len);
static void ngx_webrtc_sora_deliver(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_label_e label, const u_char *data, size_t len,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_start_grace(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_settle(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_data_leave_word(
    ngx_webrtc_sora_session_t *session);
static ngx_webrtc_sora_text_t *ngx_webrtc_sora_data_write_close(
    ngx_webrtc_sora_session_t *session, ngx_uint_t code, const char *reason);
static void ngx_webrtc_sora_drop_held(ngx_webrtc_sora_session_t *session);


void
ngx_webrtc_sora_data_init(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_sora_connect_t *connect)
{
    session->data_channel_signaling = connect->data_channel_signaling;
    session->ignore_disconnect_websocket
                                       = connect->ignore_disconnect_websocket;
    session->rpc = connect->rpc;
}


void
ngx_webrtc_sora_send(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_label_e label, const u_char *data, size_t len,
    ngx_webrtc_usec_t now)
{
    if (session->holding
        && (session->switched || label == NGX_WEBRTC_SORA_SIGNALING))
    {
        if (ngx_webrtc_sora_hold(session, label, data, len) == NGX_OK) {
            return;
        }

        ngx_webrtc_sora_settle(session, now);
    }

    ngx_webrtc_sora_deliver(session, label, data, len, now);
}


void
ngx_webrtc_sora_send_text(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_label_e label, const ngx_webrtc_sora_text_t *text,
    ngx_webrtc_usec_t now)
{
    if (!text->failed) {
        ngx_webrtc_sora_send(session, label, text->start, text->len, now);
    }
}


static ngx_int_t
ngx_webrtc_sora_hold(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_label_e label, const u_char *data, size_t len)
{
    ngx_webrtc_sora_t       *sora;
    ngx_webrtc_sora_held_t  *held;

    sora = session->sora;

    if (session->held_bytes + len > sora->conf.data_buffer) {
        return NGX_DECLINED;
    }

    held = ngx_alloc(sizeof(ngx_webrtc_sora_held_t) + len, sora->log);
    if (held == NULL) {
        return NGX_ERROR;
    }

    held->label = label;
    held->len = len;
    ngx_memcpy(held + 1, data, len);

    ngx_queue_insert_tail(&session->held, &held->queue);
    session->held_bytes += len;

    return NGX_OK;
}


static void
ngx_webrtc_sora_deliver(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_label_e label, const u_char *data, size_t len,
    ngx_webrtc_usec_t now)
{
    if (session->switched) {

        if (session->connection) {
            (void) ngx_webrtc_hub_send(session->connection, label, data, len,
                                       now);
        }

        return;
    }

    if (session->pipe) {
        session->sora->glue.send(session->pipe, data, len);
    }
}


/* the client is connected, and its channels will be opened */

void
ngx_webrtc_sora_data_opening(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    if (session->data_channel_signaling && !session->switched) {
        ngx_webrtc_sora_start_grace(session, now);
    }
}


void
ngx_webrtc_sora_data_open(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_t       *sora;
    ngx_webrtc_sora_text_t  *text;

    sora = session->sora;

    ngx_webrtc_sora_data_leave_word(session);

    if (session->pipe) {
        text = &sora->text;

        ngx_webrtc_sora_text_reset(text);
        ngx_webrtc_sora_text_cstr(text, "{\"type\":\"switched\"");
        ngx_webrtc_sora_text_key_bool(text, "ignore_disconnect_websocket",
                                      session->ignore_disconnect_websocket);
        ngx_webrtc_sora_text_cstr(text, "}");

        if (!text->failed) {
            sora->glue.send(session->pipe, text->start, text->len);
        }
    }

    session->switched = 1;

    ngx_webrtc_sora_start_grace(session, now);
    ngx_webrtc_sora_request_stats(session, now);
}


/* not held back: the answer to it tells what the others wait for */

void
ngx_webrtc_sora_request_stats(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    static const u_char  request[] = "{\"type\":\"req-stats\"}";

    if (session->switched) {
        ngx_webrtc_sora_deliver(session, NGX_WEBRTC_SORA_STATS, request,
                                sizeof(request) - 1, now);
    }
}


void
ngx_webrtc_sora_data_input(ngx_webrtc_sora_session_t *session,
    ngx_uint_t label, const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    session->heard = now;

    if (session->switched) {
        ngx_webrtc_sora_settle(session, now);

        /* what was held back may have been too much for it */

        if (!ngx_webrtc_connection_is_live(session->connection)) {
            return;
        }
    }

    switch (label) {

    case NGX_WEBRTC_SORA_SIGNALING:
        ngx_webrtc_sora_signaling_input(session, data, len, now);
        break;

    case NGX_WEBRTC_SORA_STATS:
        ngx_webrtc_sora_stats_input(session, "reports", data, len, now);
        break;

    case NGX_WEBRTC_SORA_RPC:
        ngx_webrtc_sora_rpc_input(session, data, len, now);
        break;

    default:
        break;
    }
}


/* whether the session goes on without its WebSocket */

ngx_uint_t
ngx_webrtc_sora_data_detached(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    if (!session->switched || !session->ignore_disconnect_websocket) {
        return 0;
    }

    ngx_webrtc_sora_settle(session, now);

    return 1;
}


/* an end that the client did not ask for is told, then the channels close */

void
ngx_webrtc_sora_data_close(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_connection_t *connection, ngx_uint_t code,
    const char *reason, ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_text_t  *text;

    if (!session->switched) {
        return;
    }

    text = ngx_webrtc_sora_data_write_close(session, code, reason);

    if (!text->failed) {
        (void) ngx_webrtc_hub_send(connection, NGX_WEBRTC_SORA_SIGNALING,
                                   text->start, text->len, now);
    }
}


/* the channels may end with another worker, which has to say why */

static void
ngx_webrtc_sora_data_leave_word(ngx_webrtc_sora_session_t *session)
{
    ngx_webrtc_sora_text_t  *text;

    text = ngx_webrtc_sora_data_write_close(session, NGX_WEBRTC_SORA_RESTART,
                                            "SERVICE-RESTART");

    if (!text->failed && session->connection) {
        ngx_webrtc_hub_set_last(session->connection,
                                NGX_WEBRTC_SORA_SIGNALING, text->start,
                                text->len);
    }
}


static ngx_webrtc_sora_text_t *
ngx_webrtc_sora_data_write_close(ngx_webrtc_sora_session_t *session,
    ngx_uint_t code, const char *reason)
{
    ngx_webrtc_sora_text_t  *text;

    text = &session->sora->text;

    ngx_webrtc_sora_text_reset(text);
    ngx_webrtc_sora_text_cstr(text, "{\"type\":\"close\"");
    ngx_webrtc_sora_text_key_uint(text, "code", code);
    ngx_webrtc_sora_text_key_cstr(text, "reason", reason ? reason : "");
    ngx_webrtc_sora_text_cstr(text, "}");

    return text;
}


void
ngx_webrtc_sora_data_cleanup(ngx_webrtc_sora_session_t *session)
{
    if (session->holding) {
        ngx_queue_remove(&session->graces);
        session->holding = 0;
    }

    ngx_webrtc_sora_drop_held(session);
}


/* the time is the same for all, so they are in order */

static void
ngx_webrtc_sora_start_grace(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    if (session->holding) {
        ngx_queue_remove(&session->graces);
    }

    session->holding = 1;
    session->grace = now + NGX_WEBRTC_SORA_GRACE;

    ngx_queue_insert_tail(&session->sora->graces, &session->graces);
}


/* sends what was held back */

static void
ngx_webrtc_sora_settle(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t             *q;
    ngx_webrtc_sora_held_t  *held;

    if (!session->holding) {
        return;
    }

    ngx_queue_remove(&session->graces);
    session->holding = 0;

    for (q = ngx_queue_head(&session->held);
         q != ngx_queue_sentinel(&session->held);
         q = ngx_queue_next(q))
    {
        held = ngx_queue_data(q, ngx_webrtc_sora_held_t, queue);

        ngx_webrtc_sora_deliver(session, held->label, (u_char *) (held + 1),
                                held->len, now);
    }

    ngx_webrtc_sora_drop_held(session);
}


static void
ngx_webrtc_sora_drop_held(ngx_webrtc_sora_session_t *session)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&session->held)) {
        q = ngx_queue_head(&session->held);
        ngx_queue_remove(q);

        ngx_free(ngx_queue_data(q, ngx_webrtc_sora_held_t, queue));
    }

    session->held_bytes = 0;
}


void
ngx_webrtc_sora_data_tick(ngx_webrtc_sora_t *sora, ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_session_t  *session;

    while (!ngx_queue_empty(&sora->graces)) {
        session = ngx_queue_data(ngx_queue_head(&sora->graces),
                                 ngx_webrtc_sora_session_t, graces);

        if (session->grace > now) {
            break;
        }

        ngx_webrtc_sora_settle(session, now);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_sora_data_expires(ngx_webrtc_sora_t *sora)
{
    ngx_webrtc_sora_session_t  *session;

    if (ngx_queue_empty(&sora->graces)) {
        return NGX_WEBRTC_NEVER;
    }

    session = ngx_queue_data(ngx_queue_head(&sora->graces),
                             ngx_webrtc_sora_session_t, graces);

    return session->grace;
}


/* the key "data_channels" of an offer, and what belongs to it */

void
ngx_webrtc_sora_write_data(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_sora_session_t *session, ngx_webrtc_connection_t *connection)
{
    ngx_uint_t                 i, n;
    ngx_webrtc_role_e          direction;
    const ngx_webrtc_label_t  *label;

    ngx_webrtc_sora_text_key_bool(text, "data_channel_signaling",
                                  session->data_channel_signaling);
    ngx_webrtc_sora_text_key_bool(text, "ignore_disconnect_websocket",
                                  session->ignore_disconnect_websocket);

    label = ngx_webrtc_connection_labels(connection, &n);

    if (n == 0) {
        return;
    }

    ngx_webrtc_sora_text_key(text, "data_channels");
    ngx_webrtc_sora_text_cstr(text, "[");

    for (i = 0; i < n; i++, label++) {

        direction = !label->sends ? NGX_WEBRTC_RECVONLY
                    : label->receives ? NGX_WEBRTC_SENDRECV
                                      : NGX_WEBRTC_SENDONLY;

        ngx_webrtc_sora_text_item(text);
        ngx_webrtc_sora_text_cstr(text, "{");
        ngx_webrtc_sora_text_key_str(text, "label", &label->name);
        ngx_webrtc_sora_text_key_cstr(text, "direction",
                                      ngx_webrtc_sora_role_name(direction));
        ngx_webrtc_sora_text_key_bool(text, "compress", label->compress);

        if (label->sender_id) {
            ngx_webrtc_sora_text_key(text, "header");
            ngx_webrtc_sora_text_cstr(text, "[{\"type\":"
                                      "\"sender_connection_id\"");
            ngx_webrtc_sora_text_key_uint(text, "length", NGX_WEBRTC_ID_LEN);
            ngx_webrtc_sora_text_cstr(text, "}]");
        }

        ngx_webrtc_sora_text_cstr(text, "}");
    }

    ngx_webrtc_sora_text_cstr(text, "]");

    if (session->rpc) {
        ngx_webrtc_sora_write_rpc(text, session->rpc);
    }
}
