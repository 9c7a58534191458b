
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <peer/ngx_webrtc_sctp_internal.h>


static ngx_int_t ngx_webrtc_sctp_notification(ngx_webrtc_sctp_t *sctp,
    size_t len, ngx_webrtc_sctp_event_t *event);
static ngx_int_t ngx_webrtc_sctp_stream_reset(ngx_webrtc_sctp_t *sctp,
    size_t len, ngx_webrtc_sctp_event_t *event);
static ngx_int_t ngx_webrtc_sctp_end(ngx_webrtc_sctp_t *sctp,
    ngx_webrtc_sctp_event_t *event);
static ngx_int_t ngx_webrtc_sctp_fail(ngx_webrtc_sctp_t *sctp,
    ngx_webrtc_sctp_event_t *event, const char *reason);


void
ngx_webrtc_sctp_post(ngx_webrtc_sctp_t *sctp)
{
    if (!sctp->ready && !sctp->lost) {
        sctp->ready = 1;
        ngx_queue_insert_tail(sctp->conf.ready, &sctp->queue);
    }
}


void *
ngx_webrtc_sctp_ready(ngx_queue_t *ready)
{
    ngx_queue_t        *q;
    ngx_webrtc_sctp_t  *sctp;

    if (ngx_queue_empty(ready)) {
        return NULL;
    }

    q = ngx_queue_head(ready);
    ngx_queue_remove(q);

    sctp = ngx_queue_data(q, ngx_webrtc_sctp_t, queue);
    sctp->ready = 0;

    return sctp->conf.data;
}


ngx_int_t
ngx_webrtc_sctp_next(ngx_webrtc_sctp_t *sctp, ngx_webrtc_sctp_event_t *event)
{
    int                    flags;
    ssize_t                n;
    socklen_t              len, info_len;
    unsigned               type;
    struct sctp_rcvinfo    info;
    struct sockaddr_conn   from;

    ngx_memzero(event, sizeof(ngx_webrtc_sctp_event_t));

    if (sctp->ctx->old) {
        ngx_free(sctp->ctx->old);
        sctp->ctx->old = NULL;
    }

    if (sctp->crumbled && !sctp->lost) {
        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-TOO-MANY-FRAGMENTS");
    }

    while (!sctp->lost) {
        flags = 0;
        type = SCTP_RECVV_NOINFO;
        len = sizeof(struct sockaddr_conn);
        info_len = sizeof(struct sctp_rcvinfo);

        n = usrsctp_recvv(sctp->so, sctp->ctx->buf, sctp->ctx->size,
                          (struct sockaddr *) &from, &len, &info, &info_len,
                          &type, &flags);

        if (n < 0 && errno == EWOULDBLOCK) {

            if (sctp->drained) {
                sctp->drained = 0;
                event->type = NGX_WEBRTC_SCTP_DRAINED;
                return NGX_OK;
            }

            return NGX_DECLINED;
        }

        if (n <= 0) {
            return ngx_webrtc_sctp_end(sctp, event);
        }

        if (flags & MSG_NOTIFICATION) {
            if (ngx_webrtc_sctp_notification(sctp, n, event) == NGX_OK) {
                return NGX_OK;
            }

            continue;
        }

        if (!(flags & MSG_EOR) || (size_t) n > sctp->conf.max_message
            || type != SCTP_RECVV_RCVINFO)
        {
            return ngx_webrtc_sctp_fail(sctp, event, "SCTP-MESSAGE-TOO-LONG");
        }

        event->type = NGX_WEBRTC_SCTP_MESSAGE;
        event->stream = info.rcv_sid;
        event->ppid = ntohl(info.rcv_ppid);
        event->data = sctp->ctx->buf;
        event->len = n;

        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_webrtc_sctp_notification(ngx_webrtc_sctp_t *sctp, size_t len,
    ngx_webrtc_sctp_event_t *event)
{
    union sctp_notification  *sn;

    sn = (union sctp_notification *) sctp->ctx->buf;

    if (len < sizeof(sn->sn_header)) {
        return NGX_DECLINED;
    }

    if (sn->sn_header.sn_type == SCTP_STREAM_RESET_EVENT) {
        return ngx_webrtc_sctp_stream_reset(sctp, len, event);
    }

    if (sn->sn_header.sn_type != SCTP_ASSOC_CHANGE
        || len < sizeof(struct sctp_assoc_change))
    {
        return NGX_DECLINED;
    }

    switch (sn->sn_assoc_change.sac_state) {

    case SCTP_COMM_UP:
        event->type = NGX_WEBRTC_SCTP_UP;
        event->nstreams = ngx_min(sn->sn_assoc_change.sac_inbound_streams,
                                  sn->sn_assoc_change.sac_outbound_streams);
        return NGX_OK;

    case SCTP_COMM_LOST:
    case SCTP_CANT_STR_ASSOC:
    case SCTP_SHUTDOWN_COMP:
        return ngx_webrtc_sctp_end(sctp, event);

    case SCTP_RESTART:

        /* its channels are gone; there is no such thing in WebRTC */

        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-RESTARTED");

    default:
        return NGX_DECLINED;
    }
}


static ngx_int_t
ngx_webrtc_sctp_stream_reset(ngx_webrtc_sctp_t *sctp, size_t len,
    ngx_webrtc_sctp_event_t *event)
{
    struct sctp_stream_reset_event  *reset;

    reset = (struct sctp_stream_reset_event *) sctp->ctx->buf;

    if (len < sizeof(struct sctp_stream_reset_event)) {
        return NGX_DECLINED;
    }

    event->streams = reset->strreset_stream_list;
    event->nstreams = (len - sizeof(struct sctp_stream_reset_event))
                      / sizeof(uint16_t);

    if (reset->strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN) {
        event->type = NGX_WEBRTC_SCTP_RESET_IN;
        return NGX_OK;
    }

    if (!(reset->strreset_flags & SCTP_STREAM_RESET_OUTGOING_SSN)) {
        return NGX_DECLINED;
    }

    event->type = (reset->strreset_flags
                   & (SCTP_STREAM_RESET_DENIED|SCTP_STREAM_RESET_FAILED))
                  ? NGX_WEBRTC_SCTP_RESET_REFUSED : NGX_WEBRTC_SCTP_RESET_OUT;

    return NGX_OK;
}


/* by whom and why is what usrsctp says with the error of the socket */

static ngx_int_t
ngx_webrtc_sctp_end(ngx_webrtc_sctp_t *sctp, ngx_webrtc_sctp_event_t *event)
{
    int        error;
    socklen_t  len;

    error = 0;
    len = sizeof(int);

    (void) usrsctp_getsockopt(sctp->so, SOL_SOCKET, SO_ERROR, &error, &len);

    switch (error) {

    case ETIMEDOUT:
        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-INIT-TIMEOUT");

    case ECONNREFUSED:
    case ECONNRESET:
        event->by_peer = 1;
        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-ABORTED");

    case ECONNABORTED:

        /* no answer for too long, or a violation of the protocol */

        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-GIVEN-UP");

    default:
        event->by_peer = 1;
        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-CLOSED");
    }
}


static ngx_int_t
ngx_webrtc_sctp_fail(ngx_webrtc_sctp_t *sctp, ngx_webrtc_sctp_event_t *event,
    const char *reason)
{
    sctp->lost = 1;

    event->type = NGX_WEBRTC_SCTP_LOST;
    event->reason = reason;

    return NGX_OK;
}
