
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_spread_choose.h>
#include <event/ngx_webrtc_spread_internal.h>


/* packets are counted over this time */
#define NGX_WEBRTC_SPREAD_PERIOD  NGX_WEBRTC_SEC

/* bits of the ids that a worker gives sources, behind those of its term */
#define NGX_WEBRTC_SPREAD_IDS     32


static ngx_webrtc_trunk_t *ngx_webrtc_spread_trunk_of(void *data,
    ngx_uint_t seat);
static ngx_webrtc_spread_addrs_t *ngx_webrtc_spread_addrs(
    ngx_webrtc_spread_t *spread, ngx_uint_t seat);
static void ngx_webrtc_spread_tell(ngx_webrtc_spread_t *spread);
static void ngx_webrtc_spread_review(ngx_webrtc_spread_t *spread);


static ngx_webrtc_spread_t  ngx_webrtc_this_spread;


ngx_webrtc_spread_t *
ngx_webrtc_spread_get(void)
{
    return &ngx_webrtc_this_spread;
}


ngx_int_t
ngx_webrtc_spread_open(ngx_webrtc_conf_t *wcf, ngx_webrtc_worker_t *worker,
    ngx_webrtc_outbox_t *out)
{
    size_t                     size;
    ngx_webrtc_trunk_t        *trunk;
    ngx_webrtc_spread_t       *spread;
    ngx_webrtc_trunks_conf_t   conf;

    trunk = ngx_webrtc_seat_trunk(worker->self.seat, &size);

    if (ngx_webrtc_spread_needs(wcf) == 0 || trunk == NULL
        || worker->relay == NULL)
    {
        return NGX_OK;
    }

    ngx_webrtc_trunk_start(trunk, size);

    conf.data = worker;
    conf.self = worker->self.seat;
    conf.trunk = trunk;
    conf.of = ngx_webrtc_spread_trunk_of;
    conf.ids = worker->self.term << NGX_WEBRTC_SPREAD_IDS;

    if (ngx_webrtc_engine_set_trunks(worker->engine, &conf) != NGX_OK) {
        return NGX_ERROR;
    }

    spread = &ngx_webrtc_this_spread;

    ngx_memzero(spread, sizeof(ngx_webrtc_spread_t));

    spread->worker = worker;
    spread->conf = wcf;
    spread->out = out;
    spread->trunk = trunk;
    spread->counted = ngx_webrtc_now();

    spread->seat = &worker->zone->sh->seats[worker->self.seat];
    spread->seat->spreads = 1;

    ngx_webrtc_spread_ends_init(spread);

    return NGX_OK;
}


static ngx_webrtc_trunk_t *
ngx_webrtc_spread_trunk_of(void *data, ngx_uint_t seat)
{
    size_t  size;

    return ngx_webrtc_seat_trunk(seat, &size);
}


void
ngx_webrtc_spread_leave(ngx_webrtc_usec_t now)
{
    if (ngx_webrtc_this_spread.worker) {
        ngx_webrtc_spread_ends_leave(&ngx_webrtc_this_spread, now);
    }
}


void
ngx_webrtc_spread_close(void)
{
    ngx_uint_t            i;
    ngx_webrtc_spread_t  *spread;

    spread = &ngx_webrtc_this_spread;

    if (spread->worker == NULL) {
        return;
    }

    spread->seat->spreads = 0;

    ngx_webrtc_spread_ends_close(spread);

    for (i = 0; i < NGX_WEBRTC_TRUNK_READERS; i++) {
        if (spread->addrs[i]) {
            ngx_free(spread->addrs[i]);
        }
    }

    spread->worker = NULL;
}


ngx_int_t
ngx_webrtc_spread_place(void *data, ngx_webrtc_place_t *place)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_webrtc_owner_t          to;
    ngx_webrtc_spread_t        *spread;
    ngx_webrtc_spread_addrs_t  *addrs;

    spread = &ngx_webrtc_this_spread;

    if (spread->worker == NULL) {
        return NGX_DECLINED;
    }

    ngx_webrtc_spread_tell(spread);

    if (ngx_webrtc_spread_choose(worker->zone, &worker->self, &to) != NGX_OK) {
        return NGX_DECLINED;
    }

    addrs = ngx_webrtc_spread_addrs(spread, to.seat);

    if (addrs == NULL) {
        return NGX_DECLINED;
    }

    place->peer = ngx_webrtc_spread_peer(spread, &to, place->handler,
                                         place->data);
    place->candidates = addrs->addrs;
    place->ncandidates = addrs->n;

    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc spread seat:%ui peer:%d", to.seat,
                   place->peer != NULL);

    return place->peer ? NGX_OK : NGX_DECLINED;
}


/* they are kept: looking at all interfaces takes time */

static ngx_webrtc_spread_addrs_t *
ngx_webrtc_spread_addrs(ngx_webrtc_spread_t *spread, ngx_uint_t seat)
{
    in_port_t                   port;
    ngx_webrtc_spread_addrs_t  *addrs;

    port = spread->worker->zone->sh->seats[seat].port;
    addrs = spread->addrs[seat];

    if (addrs == NULL) {
        addrs = ngx_calloc(sizeof(ngx_webrtc_spread_addrs_t), ngx_cycle->log);
        if (addrs == NULL) {
            return NULL;
        }

        spread->addrs[seat] = addrs;
    }

    if (addrs->port != port) {
        addrs->port = port;
        addrs->n = ngx_webrtc_candidates_get(spread->conf->media, port,
                                             addrs->addrs, ngx_cycle->log);
    }

    return addrs;
}


ngx_int_t
ngx_webrtc_spread_turn(void)
{
    ngx_int_t             rc, reader;
    ngx_webrtc_engine_t  *engine;
    ngx_webrtc_spread_t  *spread;

    spread = &ngx_webrtc_this_spread;

    if (spread->worker == NULL) {
        return NGX_OK;
    }

    engine = spread->worker->engine;

    rc = ngx_webrtc_engine_read_trunks(engine, ngx_webrtc_now());

    ngx_webrtc_spread_tell(spread);

    /* they work while we do */

    if (ngx_webrtc_engine_wrote_trunk(engine)) {

        for (reader = ngx_webrtc_trunk_sleeper(spread->trunk, 0);
             reader >= 0;
             reader = ngx_webrtc_trunk_sleeper(spread->trunk, reader + 1))
        {
            ngx_webrtc_seat_wake(reader);
        }
    }

    return rc;
}


static void
ngx_webrtc_spread_tell(ngx_webrtc_spread_t *spread)
{
    ngx_uint_t  n;

    n = ngx_webrtc_engine_peers(spread->worker->engine);

    /* others have added those who are under way, unless something changed */

    if (n != spread->transports) {
        spread->transports = n;
        spread->seat->transports = n;
    }
}


/* who is under way for so long has gone before it was seen */

static void
ngx_webrtc_spread_review(ngx_webrtc_spread_t *spread)
{
    ngx_uint_t  n;

    n = spread->seat->transports;

    if (n == spread->added) {
        n = spread->transports;
        spread->seat->transports = n;
    }

    spread->added = n;
}


void
ngx_webrtc_spread_check(void)
{
    uint64_t              packets;
    ngx_webrtc_usec_t     now;
    ngx_webrtc_spread_t  *spread;

    spread = &ngx_webrtc_this_spread;

    if (spread->worker == NULL) {
        return;
    }

    /* nobody is to wait for ever, should a wake-up have been lost */

    ngx_webrtc_worker_touch();

    now = ngx_webrtc_now();

    if (now - spread->counted < NGX_WEBRTC_SPREAD_PERIOD) {
        return;
    }

    packets = ngx_webrtc_engine_stats(spread->worker->engine)->sent_srtp;

    spread->seat->packets = (packets - spread->packets) * NGX_WEBRTC_SEC
                            / (now - spread->counted);
    spread->packets = packets;
    spread->counted = now;

    ngx_webrtc_spread_review(spread);
}


ngx_uint_t
ngx_webrtc_spread_busy(void)
{
    return ngx_webrtc_this_spread.worker
           ? ngx_webrtc_engine_residents(ngx_webrtc_this_spread.worker->engine)
           : 0;
}
