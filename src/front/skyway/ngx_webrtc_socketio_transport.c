
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * How a client of Engine.IO is reached and heard: by long polling, over a
 * WebSocket, and the change from one to the other.
 */


#include <front/skyway/ngx_webrtc_socketio_session.h>


/* for "5" after the probe */
#define NGX_WEBRTC_SOCKETIO_UPGRADE  (10 * NGX_WEBRTC_SEC)

/* a GET meanwhile: the client waits for its end before it upgrades */
#define NGX_WEBRTC_SOCKETIO_RELEASE  (100 * NGX_WEBRTC_MSEC)


static ngx_webrtc_socketio_session_t *ngx_webrtc_socketio_find(
    ngx_webrtc_skyway_t *skyway, const ngx_str_t *sid);
static void ngx_webrtc_socketio_refuse(
    ngx_webrtc_socketio_carrier_t *carrier, ngx_uint_t code);
static ngx_uint_t ngx_webrtc_socketio_too_many(
    ngx_webrtc_socketio_session_t *session, ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_packet(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_engine_io_packet_t *packet, ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_probe_input(
    ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_engine_io_packet_t *packet, ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_noop(ngx_webrtc_socketio_session_t *session);
static void ngx_webrtc_socketio_hang_up(
    ngx_webrtc_socketio_carrier_t *carrier);


static ngx_webrtc_socketio_session_t *
ngx_webrtc_socketio_find(ngx_webrtc_skyway_t *skyway, const ngx_str_t *sid)
{
    ngx_webrtc_socketio_t   *socketio;
    ngx_webrtc_hash_node_t  *node;

    socketio = skyway->parts[NGX_WEBRTC_SKYWAY_SOCKETIO];

    node = ngx_webrtc_hash_find(&socketio->hash, sid->data, sid->len);

    return node ? ngx_webrtc_hash_data(node, ngx_webrtc_socketio_session_t,
                                       node)
                : NULL;
}


void
ngx_webrtc_socketio_answer(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_uint_t status, ngx_webrtc_socketio_type_e type, const ngx_str_t *body)
{
    carrier->session = NULL;

    if (carrier->websocket) {
        carrier->handlers->close(carrier);
        return;
    }

    carrier->handlers->answer(carrier, status, type, body);
}


static void
ngx_webrtc_socketio_refuse(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_uint_t code)
{
    ngx_webrtc_socketio_answer(carrier, 400, NGX_WEBRTC_SOCKETIO_JSON,
                               ngx_webrtc_socketio_error(code));
}


void
ngx_webrtc_socketio_poll(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_socketio_carrier_t *carrier, const ngx_str_t *sid,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_socketio_session_t  *session;

    static const ngx_str_t  none = ngx_null_string;

    session = ngx_webrtc_socketio_find(skyway, sid);

    if (session == NULL) {
        ngx_webrtc_socketio_refuse(carrier, NGX_WEBRTC_SOCKETIO_UNKNOWN);
        return;
    }

    if (session->upgraded) {
        ngx_webrtc_socketio_refuse(carrier, NGX_WEBRTC_SOCKETIO_REQUEST);
        return;
    }

    if (session->poll) {

        /* packets would go either way: the client has lost its way */

        ngx_webrtc_socketio_answer(carrier, 500, NGX_WEBRTC_SOCKETIO_HTML,
                                   &none);
        ngx_webrtc_socketio_end(session);
        return;
    }

    carrier->session = session;
    session->poll = carrier;
    session->release = now + NGX_WEBRTC_SOCKETIO_RELEASE;

    ngx_webrtc_socketio_heard(session, now);

    ngx_webrtc_socketio_flush(session);

    if (session->closing) {
        ngx_webrtc_socketio_end(session);
    }
}


void
ngx_webrtc_socketio_post(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_socketio_carrier_t *carrier, const ngx_str_t *sid,
    ngx_uint_t binary, u_char *pos, size_t len, ngx_webrtc_usec_t now)
{
    u_char                         *last;
    ngx_int_t                       rc;
    ngx_webrtc_engine_io_form_e     form;
    ngx_webrtc_engine_io_packet_t   packet;
    ngx_webrtc_socketio_session_t  *session;

    static const ngx_str_t  ok = ngx_string("ok");

    session = ngx_webrtc_socketio_find(skyway, sid);

    if (session == NULL) {
        ngx_webrtc_socketio_refuse(carrier, NGX_WEBRTC_SOCKETIO_UNKNOWN);
        return;
    }

    if (session->upgraded) {
        ngx_webrtc_socketio_refuse(carrier, NGX_WEBRTC_SOCKETIO_REQUEST);
        return;
    }

    form = binary ? NGX_WEBRTC_ENGINE_IO_BINARY : NGX_WEBRTC_ENGINE_IO_TEXT;
    last = pos + len;

    rc = len ? NGX_OK : NGX_ERROR;

    while (rc == NGX_OK && !session->lost) {

        rc = ngx_webrtc_engine_io_next(&pos, last, form, &packet);

        if (rc == NGX_OK) {
            ngx_webrtc_socketio_packet(session, &packet, now);
        }
    }

    if (rc == NGX_ERROR) {
        ngx_webrtc_socketio_end(session);
    }

    ngx_webrtc_socketio_answer(carrier, 200, NGX_WEBRTC_SOCKETIO_HTML, &ok);
}


void
ngx_webrtc_socketio_attach(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_socketio_carrier_t *carrier, const ngx_str_t *sid,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_socketio_session_t  *session;

    session = ngx_webrtc_socketio_find(skyway, sid);

    if (session == NULL || session->upgraded || session->probe
        || session->closing)
    {
        ngx_webrtc_socketio_refuse(carrier, NGX_WEBRTC_SOCKETIO_UNKNOWN);
        return;
    }

    carrier->session = session;

    session->probe = carrier;
    session->probed = now;
    session->release = now + NGX_WEBRTC_SOCKETIO_UPGRADE;

    ngx_queue_insert_tail(&session->socketio->probes, &session->probing);
}


void
ngx_webrtc_socketio_input(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_uint_t binary, u_char *pos, size_t len, ngx_webrtc_usec_t now)
{
    ngx_webrtc_engine_io_packet_t   packet;
    ngx_webrtc_socketio_session_t  *session;

    session = carrier->session;

    if (session == NULL) {
        return;
    }

    if (ngx_webrtc_engine_io_parse(pos, pos + len, binary, &packet)
        != NGX_OK)
    {
        if (carrier == session->probe) {
            ngx_webrtc_socketio_gone(carrier, now);
            ngx_webrtc_socketio_hang_up(carrier);
            return;
        }

        ngx_webrtc_socketio_end(session);
        return;
    }

    if (carrier == session->probe) {
        ngx_webrtc_socketio_probe_input(session, &packet, now);
        return;
    }

    ngx_webrtc_socketio_packet(session, &packet, now);
}


void
ngx_webrtc_socketio_alive(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_socketio_session_t  *session;

    session = carrier->session;

    if (session && carrier == session->socket && !session->closing) {
        ngx_webrtc_socketio_heard(session, now);
    }
}


/*
 * Timers of a page in the background may be held up for a minute, and with
 * them the pings of Engine.IO.  What the browser does by itself is not: to
 * answer a ping of the WebSocket, and to send another GET.
 */

void
ngx_webrtc_socketio_ask(ngx_webrtc_socketio_session_t *session)
{
    session->asked = 1;

    if (session->socket) {
        session->socket->handlers->ping(session->socket);
        return;
    }

    ngx_webrtc_socketio_noop(session);
}


void
ngx_webrtc_socketio_gone(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_socketio_session_t  *session;

    session = carrier->session;

    if (session == NULL) {
        return;
    }

    carrier->session = NULL;

    if (carrier == session->probe) {
        ngx_webrtc_socketio_probe_done(session);
        return;
    }

    if (carrier == session->socket) {
        session->socket = NULL;

    } else {
        session->poll = NULL;
    }

    ngx_webrtc_socketio_lost(session, now);
}


/* any packet is a sign of life, if somebody's */

void
ngx_webrtc_socketio_heard(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now)
{
    if (session->stray) {
        return;
    }

    session->heard = now;
    session->asked = 0;

    ngx_queue_remove(&session->queue);
    ngx_queue_insert_tail(&session->socketio->sessions, &session->queue);
}


/* a leaky bucket: one body may have thousands of packets */

static ngx_uint_t
ngx_webrtc_socketio_too_many(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now)
{
    uint64_t  drained;

    if (session->rate == 0) {
        return 0;
    }

    drained = (now - session->filled) * session->rate;

    session->filled = now;
    session->excess -= ngx_min(session->excess, drained);
    session->excess += NGX_WEBRTC_SEC;

    return session->excess > session->burst * NGX_WEBRTC_SEC;
}


static void
ngx_webrtc_socketio_packet(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_engine_io_packet_t *packet, ngx_webrtc_usec_t now)
{
    if (session->closing || session->lost) {
        return;
    }

    if (ngx_webrtc_socketio_too_many(session, now)) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    ngx_webrtc_socketio_heard(session, now);

    switch (packet->type) {

    case NGX_WEBRTC_ENGINE_IO_CLOSE:

        /* said by the client's library after an error too */

        ngx_webrtc_socketio_lost(session, now);
        return;

    case NGX_WEBRTC_ENGINE_IO_PING:

        packet->type = NGX_WEBRTC_ENGINE_IO_PONG;
        packet->binary = 0;
        ngx_str_null(&packet->data);

        ngx_webrtc_socketio_send(session, packet);
        ngx_webrtc_socketio_flush(session);
        return;

    case NGX_WEBRTC_ENGINE_IO_MESSAGE:
        ngx_webrtc_socketio_message(session, packet, now);
        ngx_webrtc_socketio_flush(session);
        return;

    default:
        return;
    }
}


/* "2probe" and then "5"; all else ends the attempt */

static void
ngx_webrtc_socketio_probe_input(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_engine_io_packet_t *packet, ngx_webrtc_usec_t now)
{
    ngx_webrtc_engine_io_packet_t   pong;
    ngx_webrtc_socketio_carrier_t  *carrier;

    static const ngx_str_t  probe = ngx_string("probe");

    carrier = session->probe;

    if (packet->type == NGX_WEBRTC_ENGINE_IO_PING
        && packet->data.len == probe.len
        && ngx_memcmp(packet->data.data, probe.data, probe.len) == 0)
    {
        pong.type = NGX_WEBRTC_ENGINE_IO_PONG;
        pong.binary = 0;
        pong.data = probe;

        ngx_webrtc_socketio_frame(carrier, &pong,
                                  session->socketio->skyway->log);
        ngx_webrtc_socketio_noop(session);

        session->release = now + NGX_WEBRTC_SOCKETIO_RELEASE;
        return;
    }

    ngx_webrtc_socketio_probe_done(session);

    if (packet->type != NGX_WEBRTC_ENGINE_IO_UPGRADE) {
        carrier->session = NULL;
        ngx_webrtc_socketio_hang_up(carrier);
        return;
    }

    ngx_webrtc_socketio_noop(session);
    ngx_webrtc_socketio_heard(session, now);

    session->socket = carrier;
    session->upgraded = 1;

    ngx_webrtc_socketio_flush(session);

    if (session->closing) {
        ngx_webrtc_socketio_end(session);
    }
}


void
ngx_webrtc_socketio_probe_done(ngx_webrtc_socketio_session_t *session)
{
    if (session->probe) {
        session->probe = NULL;
        ngx_queue_remove(&session->probing);
    }
}


void
ngx_webrtc_socketio_probes(ngx_webrtc_socketio_t *socketio,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                    *q;
    ngx_webrtc_socketio_carrier_t  *carrier;
    ngx_webrtc_socketio_session_t  *session;

    q = ngx_queue_head(&socketio->probes);

    while (q != ngx_queue_sentinel(&socketio->probes)) {

        session = ngx_queue_data(q, ngx_webrtc_socketio_session_t, probing);
        q = ngx_queue_next(q);

        if (now < session->release) {
            continue;
        }

        if (now >= session->probed + NGX_WEBRTC_SOCKETIO_UPGRADE) {

            carrier = session->probe;
            carrier->session = NULL;

            ngx_webrtc_socketio_probe_done(session);
            ngx_webrtc_socketio_hang_up(carrier);

            continue;
        }

        ngx_webrtc_socketio_noop(session);

        session->release = now + NGX_WEBRTC_SOCKETIO_RELEASE;
    }
}


/* lets a GET go home with nothing */

static void
ngx_webrtc_socketio_noop(ngx_webrtc_socketio_session_t *session)
{
    ngx_webrtc_socketio_carrier_t  *carrier;

    static const ngx_str_t  noop = ngx_string("1:6");

    carrier = session->poll;

    if (carrier) {
        session->poll = NULL;
        ngx_webrtc_socketio_answer(carrier, 200, NGX_WEBRTC_SOCKETIO_TEXT,
                                   &noop);
    }
}


void
ngx_webrtc_socketio_detach(ngx_webrtc_socketio_session_t *session)
{
    ngx_webrtc_socketio_carrier_t  *socket, *probe;

    socket = session->socket;
    probe = session->probe;

    ngx_webrtc_socketio_noop(session);
    ngx_webrtc_socketio_probe_done(session);

    session->socket = NULL;

    if (probe) {
        probe->session = NULL;
        ngx_webrtc_socketio_hang_up(probe);
    }

    if (socket) {
        socket->session = NULL;
        ngx_webrtc_socketio_hang_up(socket);
    }
}


static void
ngx_webrtc_socketio_hang_up(ngx_webrtc_socketio_carrier_t *carrier)
{
    carrier->handlers->close(carrier);
}
