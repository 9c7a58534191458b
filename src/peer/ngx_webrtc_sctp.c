
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <errno.h>
#include <usrsctp.h>
#include <peer/ngx_webrtc_sctp.h>


/*
 * usrsctp walks over all of its timers at each tick, so it gets few of them,
 * and fewer yet when nothing has moved for a while: what is left then are
 * retransmissions that are late anyway.
 */
#define NGX_WEBRTC_SCTP_TICK            (20 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_SCTP_QUIET_TICK      (500 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_SCTP_QUIET           (2 * NGX_WEBRTC_SEC)

/* milliseconds */
#define NGX_WEBRTC_SCTP_RTO             500
#define NGX_WEBRTC_SCTP_RTO_MIN         400
#define NGX_WEBRTC_SCTP_RTO_MAX         8000
#define NGX_WEBRTC_SCTP_INIT_RTO_MAX    3000

/* some 25 s */
#define NGX_WEBRTC_SCTP_INIT_ATTEMPTS   10

#define NGX_WEBRTC_SCTP_CWND            10
#define NGX_WEBRTC_SCTP_BURST           10

/* the common header, which usrsctp does not count to a path MTU */
#define NGX_WEBRTC_SCTP_HEADER          12

/* of a DATA chunk */
#define NGX_WEBRTC_SCTP_DATA_HEADER     16

/* messages to a peer that takes nothing: each one costs more than its bytes */
#define NGX_WEBRTC_SCTP_MARKS           64
#define NGX_WEBRTC_SCTP_MARK            64
#define NGX_WEBRTC_SCTP_MESSAGES_MAX                                         \
    (NGX_WEBRTC_SCTP_MARKS * NGX_WEBRTC_SCTP_MARK)

/* a message may come in pieces as small as that */
#define NGX_WEBRTC_SCTP_CHUNK_MIN       256
#define NGX_WEBRTC_SCTP_CHUNKS          512

/* of <netinet/sctp.h>, usrsctp.h does not have it */
#define NGX_WEBRTC_SCTP_GET_SNDBUF_USE  0x1101


typedef struct {
    sctp_assoc_t                assoc_id;
    uint32_t                    send;
    uint32_t                    receive;
} ngx_webrtc_sctp_use_t;


/*
 * What usrsctp takes for an address.  It cannot forget one without the thread
 * that we do not run, so they are used again and live as long as it does.
 */

typedef struct {
    ngx_queue_t                 queue;
    ngx_webrtc_sctp_t          *sctp;           /* NULL: free */
} ngx_webrtc_sctp_addr_t;


struct ngx_webrtc_sctp_ctx_s {
    ngx_log_t                  *log;
    ngx_queue_t                 addrs;          /* the free ones */

    u_char                     *buf;            /* one event */
    u_char                     *old;            /* it may be in here yet */
    size_t                      size;

    ngx_uint_t                  count;
    uint32_t                    chunks;
    ngx_webrtc_usec_t           now;            /* of the last call */
    ngx_webrtc_usec_t           ticked;         /* what usrsctp knows of it */
    ngx_webrtc_usec_t           active;
};


struct ngx_webrtc_sctp_s {
    ngx_webrtc_sctp_ctx_t      *ctx;
    ngx_webrtc_sctp_addr_t     *addr;
    ngx_webrtc_sctp_conf_t      conf;
    struct socket              *so;
    ngx_queue_t                 queue;          /* of those ready */

    uint64_t                    messages;       /* sent so far */
    uint64_t                    bytes;
    uint64_t                    marks[NGX_WEBRTC_SCTP_MARKS];

    unsigned                    ready:1;
    unsigned                    lost:1;
    unsigned                    full:1;         /* send() had no room */
    unsigned                    drained:1;      /* next() has to say so */
};


static int ngx_webrtc_sctp_output_handler(void *addr, void *buf, size_t len,
    uint8_t tos, uint8_t set_df);
static void ngx_webrtc_sctp_ready_handler(struct socket *so, void *data,
    int flags);
static void ngx_webrtc_sctp_post(ngx_webrtc_sctp_t *sctp);
static void ngx_webrtc_sctp_advance(ngx_webrtc_sctp_ctx_t *ctx,
    ngx_webrtc_usec_t now, ngx_webrtc_usec_t step);
static ngx_int_t ngx_webrtc_sctp_grow(ngx_webrtc_sctp_ctx_t *ctx,
    size_t max_message);
static ngx_int_t ngx_webrtc_sctp_open(ngx_webrtc_sctp_t *sctp);
static ngx_int_t ngx_webrtc_sctp_set_options(ngx_webrtc_sctp_t *sctp);
static ngx_int_t ngx_webrtc_sctp_set_events(ngx_webrtc_sctp_t *sctp);
static ngx_int_t ngx_webrtc_sctp_notification(ngx_webrtc_sctp_t *sctp,
    size_t len, ngx_webrtc_sctp_event_t *event);
static ngx_int_t ngx_webrtc_sctp_stream_reset(ngx_webrtc_sctp_t *sctp,
    size_t len, ngx_webrtc_sctp_event_t *event);
static ngx_int_t ngx_webrtc_sctp_fail(ngx_webrtc_sctp_t *sctp,
    ngx_webrtc_sctp_event_t *event, const char *reason);


ngx_webrtc_sctp_ctx_t *
ngx_webrtc_sctp_ctx_create(ngx_log_t *log)
{
    ngx_webrtc_sctp_ctx_t  *ctx;

    ctx = ngx_calloc(sizeof(ngx_webrtc_sctp_ctx_t), log);
    if (ctx == NULL) {
        return NULL;
    }

    ctx->log = log;
    ngx_queue_init(&ctx->addrs);

    usrsctp_init_nothreads(0, ngx_webrtc_sctp_output_handler, NULL);

    (void) usrsctp_sysctl_set_sctp_ecn_enable(0);
    (void) usrsctp_sysctl_set_sctp_asconf_enable(0);
    (void) usrsctp_sysctl_set_sctp_auto_asconf(0);
    (void) usrsctp_sysctl_set_sctp_auth_enable(0);
    (void) usrsctp_sysctl_set_sctp_nrsack_enable(0);
    (void) usrsctp_sysctl_set_sctp_pktdrop_enable(0);
    (void) usrsctp_sysctl_set_sctp_pr_enable(1);
    (void) usrsctp_sysctl_set_sctp_reconfig_enable(1);
    (void) usrsctp_sysctl_set_sctp_initial_cwnd(NGX_WEBRTC_SCTP_CWND);
    (void) usrsctp_sysctl_set_sctp_max_burst_default(NGX_WEBRTC_SCTP_BURST);

    ctx->chunks = NGX_WEBRTC_SCTP_CHUNKS;
    (void) usrsctp_sysctl_set_sctp_max_chunks_on_queue(ctx->chunks);

    return ctx;
}


void
ngx_webrtc_sctp_ctx_destroy(ngx_webrtc_sctp_ctx_t *ctx)
{
    ngx_queue_t  *q;

    (void) usrsctp_finish();

    while (!ngx_queue_empty(&ctx->addrs)) {
        q = ngx_queue_head(&ctx->addrs);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, ngx_webrtc_sctp_addr_t, queue));
    }

    if (ctx->old) {
        ngx_free(ctx->old);
    }

    if (ctx->buf) {
        ngx_free(ctx->buf);
    }

    ngx_free(ctx);
}


void
ngx_webrtc_sctp_ctx_tick(ngx_webrtc_sctp_ctx_t *ctx, ngx_webrtc_usec_t now)
{
    if (ngx_webrtc_sctp_ctx_expires(ctx) <= now) {
        ngx_webrtc_sctp_advance(ctx, now, NGX_WEBRTC_MSEC);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_sctp_ctx_expires(ngx_webrtc_sctp_ctx_t *ctx)
{
    if (ctx->count == 0) {
        return NGX_WEBRTC_NEVER;
    }

    return ctx->ticked + ((ctx->active + NGX_WEBRTC_SCTP_QUIET > ctx->ticked)
                          ? NGX_WEBRTC_SCTP_TICK
                          : NGX_WEBRTC_SCTP_QUIET_TICK);
}


/*
 * usrsctp counts milliseconds and starts its timers from the last one it has
 * heard of: it is told before it is given something to do, too.
 */

static void
ngx_webrtc_sctp_advance(ngx_webrtc_sctp_ctx_t *ctx, ngx_webrtc_usec_t now,
    ngx_webrtc_usec_t step)
{
    uint32_t  elapsed;

    ctx->now = now;

    if (now < ctx->ticked + step) {
        return;
    }

    elapsed = (uint32_t) ((now - ctx->ticked) / NGX_WEBRTC_MSEC);

    ctx->ticked += elapsed * NGX_WEBRTC_MSEC;
    usrsctp_handle_timers(elapsed);
}


/* called by usrsctp with locks held */

static int
ngx_webrtc_sctp_output_handler(void *addr, void *buf, size_t len, uint8_t tos,
    uint8_t set_df)
{
    u_char                  *p;
    ngx_webrtc_sctp_t       *sctp;
    ngx_webrtc_sctp_addr_t  *a;

    (void) tos;
    (void) set_df;

    a = addr;
    p = buf;

    sctp = a->sctp;

    if (sctp) {
        sctp->ctx->active = sctp->ctx->now;
        sctp->conf.output(sctp->conf.data, p, p + len);
    }

    return 0;
}


static void
ngx_webrtc_sctp_ready_handler(struct socket *so, void *data, int flags)
{
    ngx_webrtc_sctp_t  *sctp;

    (void) flags;

    sctp = data;

    if (usrsctp_get_events(so) & (SCTP_EVENT_READ|SCTP_EVENT_ERROR)) {
        ngx_webrtc_sctp_post(sctp);
    }
}


static void
ngx_webrtc_sctp_post(ngx_webrtc_sctp_t *sctp)
{
    if (!sctp->ready && !sctp->lost) {
        sctp->ready = 1;
        ngx_queue_insert_tail(sctp->conf.ready, &sctp->queue);
    }
}


ngx_webrtc_sctp_t *
ngx_webrtc_sctp_create(ngx_webrtc_sctp_ctx_t *ctx,
    const ngx_webrtc_sctp_conf_t *conf, ngx_webrtc_usec_t now)
{
    ngx_queue_t             *q;
    ngx_webrtc_sctp_t       *sctp;
    ngx_webrtc_sctp_addr_t  *addr;

    if (ngx_webrtc_sctp_grow(ctx, conf->max_message) != NGX_OK) {
        return NULL;
    }

    if (ngx_queue_empty(&ctx->addrs)) {
        addr = ngx_calloc(sizeof(ngx_webrtc_sctp_addr_t), ctx->log);
        if (addr == NULL) {
            return NULL;
        }

        usrsctp_register_address(addr);
        ngx_queue_insert_head(&ctx->addrs, &addr->queue);
    }

    sctp = ngx_calloc(sizeof(ngx_webrtc_sctp_t), ctx->log);
    if (sctp == NULL) {
        return NULL;
    }

    if (ctx->count++ == 0) {

        /* nobody has needed a tick since the last one left */

        ctx->ticked = now;
    }

    ngx_webrtc_sctp_advance(ctx, now, NGX_WEBRTC_SCTP_TICK);

    q = ngx_queue_head(&ctx->addrs);
    ngx_queue_remove(q);

    addr = ngx_queue_data(q, ngx_webrtc_sctp_addr_t, queue);
    addr->sctp = sctp;

    sctp->ctx = ctx;
    sctp->addr = addr;
    sctp->conf = *conf;

    if (ngx_webrtc_sctp_open(sctp) != NGX_OK) {
        ngx_webrtc_sctp_destroy(sctp);
        return NULL;
    }

    return sctp;
}


/* the buffer that all share, and usrsctp's own limit for a message */

static ngx_int_t
ngx_webrtc_sctp_grow(ngx_webrtc_sctp_ctx_t *ctx, size_t max_message)
{
    size_t     size;
    u_char    *buf;
    uint32_t   chunks;

    /* a notification of usrsctp needs 2048 bytes at most */

    size = ngx_max(max_message + 1, 4096);

    if (ctx->size < size) {
        buf = ngx_alloc(size, ctx->log);
        if (buf == NULL) {
            return NGX_ERROR;
        }

        if (ctx->old == NULL) {
            ctx->old = ctx->buf;

        } else {
            ngx_free(ctx->buf);
        }

        ctx->buf = buf;
        ctx->size = size;
    }

    chunks = (uint32_t) (max_message / NGX_WEBRTC_SCTP_CHUNK_MIN)
             + NGX_WEBRTC_SCTP_CHUNKS;

    if (ctx->chunks < chunks) {
        ctx->chunks = chunks;
        (void) usrsctp_sysctl_set_sctp_max_chunks_on_queue(chunks);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sctp_open(ngx_webrtc_sctp_t *sctp)
{
    struct sockaddr_conn  sconn;

    sctp->so = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL,
                              0, NULL);
    if (sctp->so == NULL) {
        return NGX_ERROR;
    }

    if (usrsctp_set_non_blocking(sctp->so, 1) != 0
        || usrsctp_set_upcall(sctp->so, ngx_webrtc_sctp_ready_handler, sctp)
           != 0
        || ngx_webrtc_sctp_set_options(sctp) != NGX_OK
        || ngx_webrtc_sctp_set_events(sctp) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memzero(&sconn, sizeof(struct sockaddr_conn));

    sconn.sconn_family = AF_CONN;
    sconn.sconn_addr = sctp->addr;
    sconn.sconn_port = htons(sctp->conf.local_port);

    if (usrsctp_bind(sctp->so, (struct sockaddr *) &sconn, sizeof(sconn))
        != 0)
    {
        return NGX_ERROR;
    }

    sconn.sconn_port = htons(sctp->conf.remote_port);

    if (usrsctp_connect(sctp->so, (struct sockaddr *) &sconn, sizeof(sconn))
        != 0
        && errno != EINPROGRESS)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sctp_set_options(ngx_webrtc_sctp_t *sctp)
{
    int                       send, receive;
    uint32_t                  on, interleave, point;
    struct linger             linger;
    struct sctp_initmsg       init;
    struct sctp_rtoinfo       rto;
    struct sctp_assoc_value   reset;
    struct sctp_paddrparams   path;

    on = 1;
    interleave = 0;

    /* a message is handed over whole or, when longer, not at all */

    point = (uint32_t) sctp->conf.max_message + 1;
    receive = (int) (2 * point);
    send = (int) sctp->conf.send_buffer;

    /* close() does not wait and leaves nothing behind */

    linger.l_onoff = 1;
    linger.l_linger = 0;

    ngx_memzero(&init, sizeof(struct sctp_initmsg));
    init.sinit_num_ostreams = (uint16_t) sctp->conf.streams;
    init.sinit_max_instreams = (uint16_t) sctp->conf.streams;
    init.sinit_max_attempts = NGX_WEBRTC_SCTP_INIT_ATTEMPTS;
    init.sinit_max_init_timeo = NGX_WEBRTC_SCTP_INIT_RTO_MAX;

    ngx_memzero(&rto, sizeof(struct sctp_rtoinfo));
    rto.srto_initial = NGX_WEBRTC_SCTP_RTO;
    rto.srto_min = NGX_WEBRTC_SCTP_RTO_MIN;
    rto.srto_max = NGX_WEBRTC_SCTP_RTO_MAX;

    ngx_memzero(&reset, sizeof(struct sctp_assoc_value));
    reset.assoc_id = SCTP_ALL_ASSOC;
    reset.assoc_value = SCTP_ENABLE_RESET_STREAM_REQ;

    /* ICE looks after the path, so there are no heartbeats of ours */

    ngx_memzero(&path, sizeof(struct sctp_paddrparams));
    path.spp_address.ss_family = AF_CONN;
    path.spp_flags = SPP_PMTUD_DISABLE|SPP_HB_DISABLE;
    path.spp_pathmtu = NGX_WEBRTC_SCTP_PACKET_MAX - NGX_WEBRTC_SCTP_HEADER;

#define ngx_webrtc_sctp_set(level, name, value)                              \
    (usrsctp_setsockopt(sctp->so, level, name, &(value), sizeof(value)) == 0)

    if (ngx_webrtc_sctp_set(SOL_SOCKET, SO_LINGER, linger)
        && ngx_webrtc_sctp_set(SOL_SOCKET, SO_SNDBUF, send)
        && ngx_webrtc_sctp_set(SOL_SOCKET, SO_RCVBUF, receive)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_PARTIAL_DELIVERY_POINT,
                               point)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE,
                               interleave)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_NODELAY, on)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_RECVRCVINFO, on)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_INITMSG, init)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_RTOINFO, rto)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, reset)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, path))
    {
        return NGX_OK;
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_sctp_set_events(ngx_webrtc_sctp_t *sctp)
{
    ngx_uint_t         i;
    struct sctp_event  event;

    static const uint16_t  types[] = {
        SCTP_ASSOC_CHANGE,
        SCTP_STREAM_RESET_EVENT
    };

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        ngx_memzero(&event, sizeof(struct sctp_event));

        event.se_assoc_id = SCTP_ALL_ASSOC;
        event.se_type = types[i];
        event.se_on = 1;

        if (!ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_EVENT, event)) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_webrtc_sctp_destroy(ngx_webrtc_sctp_t *sctp)
{
    ngx_webrtc_sctp_ctx_t  *ctx;

    ctx = sctp->ctx;

    if (sctp->so) {
        (void) usrsctp_set_upcall(sctp->so, NULL, NULL);
        usrsctp_close(sctp->so);
    }

    if (sctp->ready) {
        ngx_queue_remove(&sctp->queue);
    }

    sctp->addr->sctp = NULL;
    ngx_queue_insert_head(&ctx->addrs, &sctp->addr->queue);
    ctx->count--;

    ngx_free(sctp);
}


void
ngx_webrtc_sctp_input(ngx_webrtc_sctp_t *sctp, const u_char *pos,
    const u_char *last, ngx_webrtc_usec_t now)
{
    if (sctp->lost || last - pos < NGX_WEBRTC_SCTP_HEADER) {
        return;
    }

    ngx_webrtc_sctp_advance(sctp->ctx, now, NGX_WEBRTC_SCTP_TICK);
    sctp->ctx->active = now;

    usrsctp_conninput(sctp->addr, pos, last - pos, 0);

    if (sctp->full
        && ngx_webrtc_sctp_buffered(sctp) < sctp->conf.send_buffer / 2)
    {
        sctp->full = 0;
        sctp->drained = 1;
        ngx_webrtc_sctp_post(sctp);
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
            return ngx_webrtc_sctp_fail(sctp, event, "SCTP-CLOSED");
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
        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-ABORTED");

    case SCTP_CANT_STR_ASSOC:
        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-INIT-FAILED");

    case SCTP_SHUTDOWN_COMP:
        return ngx_webrtc_sctp_fail(sctp, event, "SCTP-CLOSED");

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


static ngx_int_t
ngx_webrtc_sctp_fail(ngx_webrtc_sctp_t *sctp, ngx_webrtc_sctp_event_t *event,
    const char *reason)
{
    sctp->lost = 1;

    event->type = NGX_WEBRTC_SCTP_LOST;
    event->reason = reason;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sctp_send(ngx_webrtc_sctp_t *sctp,
    const ngx_webrtc_sctp_send_t *send, const u_char *data, size_t len,
    ngx_webrtc_usec_t now)
{
    uint64_t               *mark;
    struct sctp_sendv_spa   spa;

    if (sctp->lost) {
        return NGX_DECLINED;
    }

    mark = &sctp->marks[sctp->messages / NGX_WEBRTC_SCTP_MARK
                        % NGX_WEBRTC_SCTP_MARKS];

    if (sctp->messages % NGX_WEBRTC_SCTP_MARK == 0
        && sctp->messages >= NGX_WEBRTC_SCTP_MESSAGES_MAX
        && *mark + ngx_webrtc_sctp_buffered(sctp) >= sctp->bytes)
    {
        sctp->full = 1;
        return NGX_AGAIN;
    }

    ngx_memzero(&spa, sizeof(struct sctp_sendv_spa));

    spa.sendv_flags = SCTP_SEND_SNDINFO_VALID;
    spa.sendv_sndinfo.snd_sid = send->stream;
    spa.sendv_sndinfo.snd_ppid = htonl(send->ppid);
    spa.sendv_sndinfo.snd_flags = SCTP_EOR
                                  | (send->unordered ? SCTP_UNORDERED : 0);

    if (send->policy != NGX_WEBRTC_SCTP_RELIABLE) {
        spa.sendv_flags |= SCTP_SEND_PRINFO_VALID;
        spa.sendv_prinfo.pr_value = send->value;
        spa.sendv_prinfo.pr_policy =
                                (send->policy == NGX_WEBRTC_SCTP_RETRANSMITS)
                                ? SCTP_PR_SCTP_RTX : SCTP_PR_SCTP_TTL;
    }

    ngx_webrtc_sctp_advance(sctp->ctx, now, NGX_WEBRTC_SCTP_TICK);

    if (usrsctp_sendv(sctp->so, data, len, NULL, 0, &spa,
                      sizeof(struct sctp_sendv_spa), SCTP_SENDV_SPA, 0)
        < 0)
    {
        switch (errno) {

        case EWOULDBLOCK:
            sctp->full = 1;
            return NGX_AGAIN;

        case ENOMEM:
        case ENOBUFS:
            return NGX_ERROR;

        default:
            return NGX_DECLINED;
        }
    }

    if (sctp->messages % NGX_WEBRTC_SCTP_MARK == 0) {
        *mark = sctp->bytes;
    }

    sctp->messages++;
    sctp->bytes += len;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sctp_reset(ngx_webrtc_sctp_t *sctp, uint16_t stream,
    ngx_webrtc_usec_t now)
{
    struct sctp_reset_streams  *reset;
    u_char                      buf[sizeof(struct sctp_reset_streams)
                                    + sizeof(uint16_t)]
                                __attribute__((aligned(8)));

    if (sctp->lost) {
        return NGX_DECLINED;
    }

    ngx_webrtc_sctp_advance(sctp->ctx, now, NGX_WEBRTC_SCTP_TICK);

    ngx_memzero(buf, sizeof(buf));

    reset = (struct sctp_reset_streams *) buf;
    reset->srs_assoc_id = SCTP_ALL_ASSOC;
    reset->srs_flags = SCTP_STREAM_RESET_OUTGOING;
    reset->srs_number_streams = 1;
    reset->srs_stream_list[0] = stream;

    /* when another one is under way, usrsctp makes a note of ours */

    return (usrsctp_setsockopt(sctp->so, IPPROTO_SCTP, SCTP_RESET_STREAMS,
                               reset, sizeof(buf))
            == 0)
           ? NGX_OK : NGX_DECLINED;
}


size_t
ngx_webrtc_sctp_buffered(ngx_webrtc_sctp_t *sctp)
{
    size_t                 headers;
    socklen_t              len, status_len;
    struct sctp_status     status;
    ngx_webrtc_sctp_use_t  use;

    len = sizeof(ngx_webrtc_sctp_use_t);
    ngx_memzero(&use, len);

    status_len = sizeof(struct sctp_status);
    ngx_memzero(&status, status_len);

    if (sctp->lost
        || usrsctp_getsockopt(sctp->so, IPPROTO_SCTP,
                              NGX_WEBRTC_SCTP_GET_SNDBUF_USE, &use, &len)
           != 0
        || usrsctp_getsockopt(sctp->so, IPPROTO_SCTP, SCTP_STATUS, &status,
                              &status_len)
           != 0)
    {
        return 0;
    }

    /* what is on its way is counted with its headers */

    headers = status.sstat_unackdata * NGX_WEBRTC_SCTP_DATA_HEADER;

    return (use.send > headers) ? use.send - headers : 0;
}
