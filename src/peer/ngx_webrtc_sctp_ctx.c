
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <peer/ngx_webrtc_sctp_crc.h>
#include <peer/ngx_webrtc_sctp_internal.h>


/*
 * usrsctp walks over all of its timers at each tick, so it gets few of them,
 * and fewer yet when nothing has moved for a while: what is left then are
 * retransmissions that are late anyway.
 */
#define NGX_WEBRTC_SCTP_QUIET_TICK      (500 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_SCTP_QUIET           (2 * NGX_WEBRTC_SEC)

#define NGX_WEBRTC_SCTP_CWND            10
#define NGX_WEBRTC_SCTP_BURST           10


static int ngx_webrtc_sctp_output_handler(void *addr, void *buf, size_t len,
    uint8_t tos, uint8_t set_df);
static ngx_int_t ngx_webrtc_sctp_grow(ngx_webrtc_sctp_ctx_t *ctx,
    size_t max_message);


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

    if (ngx_webrtc_sctp_crc_usable()) {
        ctx->crc = 1;
        usrsctp_enable_crc32c_offload();
    }

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

void
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


ngx_webrtc_sctp_addr_t *
ngx_webrtc_sctp_acquire(ngx_webrtc_sctp_ctx_t *ctx, size_t max_message,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t             *q;
    ngx_webrtc_sctp_addr_t  *addr;

    if (ngx_webrtc_sctp_grow(ctx, max_message) != NGX_OK) {
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

    if (ctx->count++ == 0) {

        /* nobody has needed a tick since the last one left */

        ctx->ticked = now;
    }

    ngx_webrtc_sctp_advance(ctx, now, NGX_WEBRTC_SCTP_TICK);

    q = ngx_queue_head(&ctx->addrs);
    ngx_queue_remove(q);

    return ngx_queue_data(q, ngx_webrtc_sctp_addr_t, queue);
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


void
ngx_webrtc_sctp_release(ngx_webrtc_sctp_ctx_t *ctx,
    ngx_webrtc_sctp_addr_t *addr)
{
    addr->sctp = NULL;
    ngx_queue_insert_head(&ctx->addrs, &addr->queue);

    ctx->count--;
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

    if (sctp == NULL) {
        return 0;
    }

    sctp->ctx->active = sctp->ctx->now;

    if (sctp->ctx->crc) {
        ngx_webrtc_sctp_crc_set(p, p + len);
    }

    /* usrsctp keeps the data then, and sends it with the next packet */

    return (sctp->conf.output(sctp->conf.data, p, p + len) == NGX_AGAIN)
           ? ENOBUFS : 0;
}
