
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_data_channel.h>


/* DTLS keeps its buffers for so long, an answer comes sooner */
#define NGX_WEBRTC_DATA_QUIET       (200 * NGX_WEBRTC_MSEC)

/* what DTLS adds to a packet */
#define NGX_WEBRTC_DATA_OVERHEAD                                             \
    (NGX_WEBRTC_DTLS_MTU - NGX_WEBRTC_DTLS_DATA_MAX)


static void ngx_webrtc_data_fail(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *lost, ngx_webrtc_usec_t now);
static void ngx_webrtc_data_input_handler(void *data, u_char *pos,
    u_char *last);
static ngx_int_t ngx_webrtc_data_output_handler(void *data,
    const u_char *pos, const u_char *last);
static void ngx_webrtc_data_event(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *event, ngx_webrtc_usec_t now);


ngx_int_t
ngx_webrtc_data_start(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_conf_t *conf, ngx_webrtc_data_handler_pt handler,
    void *data, ngx_webrtc_usec_t now)
{
    ngx_uint_t          n;
    ngx_webrtc_data_t  *dc;

    if (peer->distant) {
        return ngx_webrtc_distant_data_start(peer, conf, handler, data);
    }

    if (peer->dc) {
        return NGX_OK;
    }

    if (peer->engine->conf.sctp == NULL || conf->max_channels == 0) {
        return NGX_DECLINED;
    }

    /* either side opens those of its own parity */

    n = ngx_min(conf->max_channels * 2, NGX_WEBRTC_SCTP_STREAMS_MAX);

    dc = ngx_calloc(sizeof(ngx_webrtc_data_t)
                    + n * sizeof(ngx_webrtc_data_channel_t),
                    peer->engine->log);
    if (dc == NULL) {
        return NGX_ERROR;
    }

    dc->peer = peer;
    dc->conf = *conf;
    dc->handler = handler;
    dc->data = data;
    dc->size = n;

    peer->dc = dc;

    ngx_webrtc_transport_set_handler(&peer->transport,
                                     ngx_webrtc_data_input_handler, dc);

    if (peer->connected) {
        ngx_webrtc_data_connect(peer, now);
    }

    return NGX_OK;
}


void
ngx_webrtc_data_connect(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_t       *dc;
    ngx_webrtc_sctp_conf_t   conf;

    dc = peer->dc;

    if (dc == NULL || dc->begun) {
        return;
    }

    dc->begun = 1;

    ngx_memzero(&conf, sizeof(ngx_webrtc_sctp_conf_t));

    conf.local_port = NGX_WEBRTC_DATA_PORT;
    conf.remote_port = dc->conf.remote_port ? dc->conf.remote_port
                                            : NGX_WEBRTC_DATA_PORT;
    conf.streams = dc->size;
    conf.max_message = dc->conf.max_receive;
    conf.send_buffer = dc->conf.max_buffered;
    conf.output = ngx_webrtc_data_output_handler;
    conf.data = dc;
    conf.ready = &peer->engine->data_ready;

    dc->sctp = ngx_webrtc_sctp_create(peer->engine->conf.sctp, &conf, now);

    ngx_webrtc_peer_schedule(peer);
}


void
ngx_webrtc_data_destroy(ngx_webrtc_peer_t *peer, ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_data_t    *dc;
    ngx_webrtc_outbox_t  *saved;

    dc = peer->dc;

    if (dc == NULL) {
        return;
    }

    if (dc->sctp) {
        saved = peer->engine->out;
        peer->engine->out = out;

        ngx_webrtc_sctp_destroy(dc->sctp);
        dc->sctp = NULL;

        peer->engine->out = saved;
    }

    if (dc->sending) {
        ngx_queue_remove(&dc->queue);
        dc->sending = 0;
    }

    peer->dc = NULL;
    dc->peer = NULL;

    if (!dc->busy) {
        ngx_free(dc);
    }
}


/* it does not end more than itself: media goes on */

static void
ngx_webrtc_data_fail(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *lost, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_event_t  event;

    ngx_webrtc_sctp_destroy(dc->sctp);
    dc->sctp = NULL;
    dc->nstreams = 0;

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));
    event.type = NGX_WEBRTC_DATA_FAILED;
    event.reason = lost->reason;
    event.by_peer = lost->by_peer;

    ngx_webrtc_data_tell(dc, &event, now);
}


static void
ngx_webrtc_data_input_handler(void *data, u_char *pos, u_char *last)
{
    ngx_webrtc_data_t *dc = data;

    dc->active = dc->peer->engine->now;

    dc->peer->engine->stats.received_sctp++;
    dc->peer->engine->stats.received_sctp_bytes += last - pos;

    if (!ngx_webrtc_sctp_is_heartbeat(pos, last)) {
        dc->peer->engine->active = dc->active;
    }

    if (dc->sctp) {
        ngx_webrtc_sctp_input(dc->sctp, pos, last, dc->active);
    }

    if (dc->peer->resident) {
        ngx_webrtc_resident_data_check(dc->peer, 0);
    }
}


static ngx_int_t
ngx_webrtc_data_output_handler(void *data, const u_char *pos,
    const u_char *last)
{
    ngx_webrtc_data_t *dc = data;

    ngx_int_t           rc;
    ngx_webrtc_peer_t  *peer;

    peer = dc->peer;
    dc->active = peer->engine->now;

    rc = ngx_webrtc_transport_send_data(&peer->transport, pos, last,
                                        peer->engine->out);
    if (rc == NGX_OK) {
        peer->sent_bytes += last - pos + NGX_WEBRTC_DATA_OVERHEAD;
        peer->engine->stats.sent_sctp++;
        peer->engine->stats.sent_sctp_bytes += last - pos;

    } else if (rc == NGX_AGAIN) {
        dc->stalled = 1;
    }

    if (peer->transport.later && !dc->sending) {
        dc->sending = 1;
        ngx_queue_insert_tail(&peer->engine->data_sending, &dc->queue);
    }

    if (peer->transport.waiting) {
        ngx_webrtc_peer_schedule(peer);
    }

    return rc;
}


ngx_int_t
ngx_webrtc_data_output(ngx_webrtc_engine_t *engine, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_int_t           rc;
    ngx_queue_t        *q;
    ngx_webrtc_data_t  *dc;

    rc = NGX_OK;

    engine->out = out;
    engine->now = now;

    while (!ngx_queue_empty(&engine->data_sending)) {
        q = ngx_queue_head(&engine->data_sending);
        dc = ngx_queue_data(q, ngx_webrtc_data_t, queue);

        rc = ngx_webrtc_transport_output(&dc->peer->transport, out);

        if (rc == NGX_AGAIN) {
            break;
        }

        ngx_queue_remove(q);
        dc->sending = 0;

        if (dc->stalled && dc->sctp) {

            /* there is room for what DTLS could not take */

            dc->stalled = 0;
            ngx_webrtc_sctp_flush(dc->sctp, now);
        }
    }

    engine->out = NULL;

    return rc;
}


void
ngx_webrtc_data_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_t  *dc;

    dc = peer->dc;

    if (dc == NULL) {
        return;
    }

    if (dc->stalled && !peer->transport.waiting) {
        dc->stalled = 0;

        if (dc->sctp) {
            ngx_webrtc_sctp_flush(dc->sctp, now);
        }
    }

    if (dc->active && dc->active + NGX_WEBRTC_DATA_QUIET <= now) {
        dc->active = 0;
        ngx_webrtc_dtls_rest(peer->transport.dtls);
    }
}


void
ngx_webrtc_data_process(ngx_webrtc_engine_t *engine, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_t        *dc;
    ngx_webrtc_sctp_event_t   event;

    while ((dc = ngx_webrtc_sctp_ready(&engine->data_ready)) != NULL) {

        dc->busy = 1;

        while (dc->sctp
               && ngx_webrtc_sctp_next(dc->sctp, &event) == NGX_OK)
        {
            ngx_webrtc_data_event(dc, &event, now);
        }

        dc->busy = 0;

        if (dc->peer == NULL) {
            ngx_free(dc);
        }
    }
}


static void
ngx_webrtc_data_event(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_event_t  tell;

    ngx_memzero(&tell, sizeof(ngx_webrtc_data_event_t));

    switch (event->type) {

    case NGX_WEBRTC_SCTP_UP:
        dc->nstreams = ngx_min(event->nstreams, dc->size);
        tell.type = NGX_WEBRTC_DATA_READY;
        ngx_webrtc_data_tell(dc, &tell, now);
        break;

    case NGX_WEBRTC_SCTP_MESSAGE:
        ngx_webrtc_data_channel_message(dc, event, now);
        break;

    case NGX_WEBRTC_SCTP_RESET_IN:
    case NGX_WEBRTC_SCTP_RESET_OUT:
    case NGX_WEBRTC_SCTP_RESET_REFUSED:
        ngx_webrtc_data_channel_reset(dc, event, now);
        break;

    case NGX_WEBRTC_SCTP_DRAINED:
        tell.type = NGX_WEBRTC_DATA_DRAINED;
        ngx_webrtc_data_tell(dc, &tell, now);
        break;

    case NGX_WEBRTC_SCTP_LOST:
        ngx_webrtc_data_fail(dc, event, now);
        break;
    }
}


void
ngx_webrtc_data_tell(ngx_webrtc_data_t *dc, ngx_webrtc_data_event_t *event,
    ngx_webrtc_usec_t now)
{
    if (event->reason == NULL) {
        event->reason = "";
    }

    dc->handler(dc->peer, event, dc->data, now);
}


size_t
ngx_webrtc_data_buffered(ngx_webrtc_peer_t *peer)
{
    if (peer->distant) {
        return ngx_webrtc_distant_data_buffered(peer);
    }

    return (peer->dc && peer->dc->sctp)
           ? ngx_webrtc_sctp_buffered(peer->dc->sctp) : 0;
}
