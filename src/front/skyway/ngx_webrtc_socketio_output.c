
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* What waits for a client of Engine.IO, and how it goes with a carrier. */


#include <front/skyway/ngx_webrtc_socketio_session.h>


static void ngx_webrtc_socketio_payload(
    ngx_webrtc_socketio_session_t *session);
static void ngx_webrtc_socketio_frames(
    ngx_webrtc_socketio_session_t *session);
static void ngx_webrtc_socketio_empty(ngx_webrtc_socketio_session_t *session);


void
ngx_webrtc_socketio_send(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_engine_io_packet_t *packet)
{
    size_t                         size;
    ngx_webrtc_socketio_packet_t  *copy;

    if (session->closing) {
        return;
    }

    if (session->replaced) {
        ngx_webrtc_socketio_hand_packet(session, packet);
        return;
    }

    size = sizeof(ngx_webrtc_socketio_packet_t) + packet->data.len;

    /* too slow a client, or a text that is none */

    if (session->queued + size > session->send_queue
        || ngx_webrtc_engine_io_len(packet, NGX_WEBRTC_ENGINE_IO_TEXT) == 0)
    {
        ngx_webrtc_socketio_end(session);
        return;
    }

    copy = ngx_alloc(size, session->socketio->skyway->log);

    if (copy == NULL) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    copy->packet = *packet;
    copy->packet.data.data = (u_char *) (copy + 1);

    if (packet->data.len) {
        ngx_memcpy(copy->packet.data.data, packet->data.data,
                   packet->data.len);
    }

    session->queued += size;
    ngx_queue_insert_tail(&session->packets, &copy->queue);
}


void
ngx_webrtc_socketio_flush(ngx_webrtc_socketio_session_t *session)
{
    if (ngx_queue_empty(&session->packets) || session->ended) {
        return;
    }

    if (session->socket) {
        ngx_webrtc_socketio_frames(session);

    } else if (session->poll) {
        ngx_webrtc_socketio_payload(session);
    }
}


static void
ngx_webrtc_socketio_payload(ngx_webrtc_socketio_session_t *session)
{
    size_t                          len;
    u_char                         *p;
    ngx_str_t                       body;
    ngx_queue_t                    *q;
    ngx_webrtc_engine_io_form_e     form;
    ngx_webrtc_socketio_packet_t   *packet;
    ngx_webrtc_socketio_carrier_t  *carrier;

    form = NGX_WEBRTC_ENGINE_IO_TEXT;
    carrier = session->poll;

    for (q = ngx_queue_head(&session->packets);
         q != ngx_queue_sentinel(&session->packets) && !carrier->b64;
         q = ngx_queue_next(q))
    {
        packet = ngx_queue_data(q, ngx_webrtc_socketio_packet_t, queue);

        if (packet->packet.binary) {
            form = NGX_WEBRTC_ENGINE_IO_BINARY;
        }
    }

    len = 0;

    for (q = ngx_queue_head(&session->packets);
         q != ngx_queue_sentinel(&session->packets);
         q = ngx_queue_next(q))
    {
        packet = ngx_queue_data(q, ngx_webrtc_socketio_packet_t, queue);
        len += ngx_webrtc_engine_io_len(&packet->packet, form);
    }

    body.data = ngx_alloc(len, session->socketio->skyway->log);
    if (body.data == NULL) {
        return;
    }

    p = body.data;

    for (q = ngx_queue_head(&session->packets);
         q != ngx_queue_sentinel(&session->packets);
         q = ngx_queue_next(q))
    {
        packet = ngx_queue_data(q, ngx_webrtc_socketio_packet_t, queue);
        p = ngx_webrtc_engine_io_write(p, &packet->packet, form);
    }

    body.len = p - body.data;

    ngx_webrtc_socketio_empty(session);

    session->poll = NULL;

    ngx_webrtc_socketio_answer(carrier, 200,
                               (form == NGX_WEBRTC_ENGINE_IO_BINARY)
                               ? NGX_WEBRTC_SOCKETIO_BINARY
                               : NGX_WEBRTC_SOCKETIO_TEXT,
                               &body);

    ngx_free(body.data);
}


static void
ngx_webrtc_socketio_frames(ngx_webrtc_socketio_session_t *session)
{
    ngx_queue_t                   *q;
    ngx_webrtc_socketio_packet_t  *packet;

    for (q = ngx_queue_head(&session->packets);
         q != ngx_queue_sentinel(&session->packets);
         q = ngx_queue_next(q))
    {
        packet = ngx_queue_data(q, ngx_webrtc_socketio_packet_t, queue);

        ngx_webrtc_socketio_frame(session->socket, &packet->packet,
                                  session->socketio->skyway->log);
    }

    ngx_webrtc_socketio_empty(session);
}


void
ngx_webrtc_socketio_frame(ngx_webrtc_socketio_carrier_t *carrier,
    const ngx_webrtc_engine_io_packet_t *packet, ngx_log_t *log)
{
    u_char     *text, *last;
    ngx_str_t   data;

    if (!packet->binary || !carrier->b64) {
        carrier->handlers->frame(carrier, packet->binary,
                                 (u_char) (packet->type
                                           + (packet->binary ? 0 : '0')),
                                 &packet->data);
        return;
    }

    text = ngx_alloc(ngx_webrtc_engine_io_len(packet,
                                              NGX_WEBRTC_ENGINE_IO_TEXT),
                     log);
    if (text == NULL) {
        return;
    }

    last = ngx_webrtc_engine_io_write(text, packet,
                                      NGX_WEBRTC_ENGINE_IO_TEXT);

    /* without the length, and "b" is the head */

    data.data = text;

    while (*data.data++ != 'b') { /* void */ }

    data.len = last - data.data;

    carrier->handlers->frame(carrier, 0, 'b', &data);

    ngx_free(text);
}


static void
ngx_webrtc_socketio_empty(ngx_webrtc_socketio_session_t *session)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&session->packets)) {
        q = ngx_queue_head(&session->packets);
        ngx_queue_remove(q);

        ngx_free(ngx_queue_data(q, ngx_webrtc_socketio_packet_t, queue));
    }

    session->queued = 0;
}
