
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Several workers for tests of the media engine: engines with their trunks,
 * of which the first is the home, and the ways between distant peers and
 * their residents.  What is sent on a way arrives at the end of a turn.
 */


#ifndef _NGX_WEBRTC_TEST_SEATS_H_INCLUDED_
#define _NGX_WEBRTC_TEST_SEATS_H_INCLUDED_


#include <core/ngx_webrtc_trunk.h>
#include <media/ngx_webrtc_distant.h>
#include <media/ngx_webrtc_engine.h>


/* a program with several has its own of this */

#ifndef SEATS_MAX
#define SEATS_MAX    1
#endif

#define SEATS_TRUNK  (256 * 1024)


typedef struct seats_s  seats_t;


typedef struct {
    ngx_webrtc_engine_t      *engine;
    ngx_webrtc_trunk_t       *trunk;
    ngx_uint_t                woken;
    ngx_uint_t                wakes;
    ngx_uint_t                asleep;       /* reads nothing */
} seat_t;


/* "at_home": the end of the distant peer */

typedef struct {
    ngx_queue_t               queue;
    seats_t                  *seats;
    ngx_webrtc_peer_t        *peer;         /* NULL: it has ended */
    ngx_webrtc_resident_t    *resident;     /* likewise */
    ngx_uint_t                seat;
    ngx_uint_t                held;         /* by the test: nothing arrives */
    ngx_uint_t                broken;
} way_t;


typedef struct {
    ngx_queue_t               queue;
    way_t                    *way;
    ngx_uint_t                to_home;
    ngx_uint_t                closed;
    size_t                    len;
    u_char                    data[];
} parcel_t;


struct seats_s {
    seat_t                    seats[SEATS_MAX];
    ngx_uint_t                n;
    ngx_queue_t               ways;
    ngx_queue_t               parcels;
    ngx_uint_t                nparcels;     /* ever sent */
};


static inline ngx_webrtc_trunk_t *
seats_of(void *data, ngx_uint_t seat)
{
    seats_t  *seats = data;

    return (seat < seats->n) ? seats->seats[seat].trunk : NULL;
}


static inline void
seats_init(seats_t *seats, const ngx_webrtc_engine_conf_t *conf)
{
    seat_t                    *seat;
    ngx_uint_t                 i;
    ngx_webrtc_trunks_conf_t   trunks;

    memset(seats, 0, sizeof(seats_t));

    ngx_queue_init(&seats->ways);
    ngx_queue_init(&seats->parcels);

    seats->n = SEATS_MAX;

    for (i = 0; i < seats->n; i++) {
        seat = &seats->seats[i];

        seat->engine = ngx_webrtc_engine_create(conf, NULL);
        assert_non_null(seat->engine);
        ngx_webrtc_engine_set_wall_offset(seat->engine, 1700000000000000LL);

        if (seats->n == 1) {
            continue;
        }

        seat->trunk = calloc(1, SEATS_TRUNK);
        ngx_webrtc_trunk_start(seat->trunk, SEATS_TRUNK);

        memset(&trunks, 0, sizeof(trunks));
        trunks.data = seats;
        trunks.self = i;
        trunks.trunk = seat->trunk;
        trunks.of = seats_of;
        trunks.ids = (uint64_t) i << 32;

        assert_int_equal(ngx_webrtc_engine_set_trunks(seat->engine, &trunks),
                         NGX_OK);
    }
}


static inline void
seats_add(way_t *way, ngx_uint_t to_home, ngx_uint_t closed,
    const u_char *head, size_t head_len, const u_char *pos, size_t len)
{
    parcel_t  *parcel;

    assert_true(head_len + len <= NGX_WEBRTC_DISTANT_MESSAGE_MAX);

    parcel = malloc(sizeof(parcel_t) + head_len + len);
    parcel->way = way;
    parcel->to_home = to_home;
    parcel->closed = closed;
    parcel->len = head_len + len;

    if (head_len) {
        memcpy(parcel->data, head, head_len);
    }

    if (len) {
        memcpy(parcel->data + head_len, pos, len);
    }

    ngx_queue_insert_tail(&way->seats->parcels, &parcel->queue);
    way->seats->nparcels++;
}


static inline ngx_int_t
seats_send_out(void *data, const u_char *head, size_t head_len,
    const u_char *pos, size_t len)
{
    way_t  *way = data;

    if (way->broken) {
        return NGX_ERROR;
    }

    seats_add(way, 0, 0, head, head_len, pos, len);

    return NGX_OK;
}


static inline ngx_int_t
seats_send_home(void *data, const u_char *head, size_t head_len,
    const u_char *pos, size_t len)
{
    way_t  *way = data;

    if (way->broken) {
        return NGX_ERROR;
    }

    seats_add(way, 1, 0, head, head_len, pos, len);

    return NGX_OK;
}


static inline void
seats_close(void *data)
{
    way_t  *way = data;

    way->peer = NULL;
    seats_add(way, 0, 1, NULL, 0, NULL, 0);
}


/* the peer of a member whose media are at "seat" */

static inline ngx_webrtc_peer_t *
seats_peer(seats_t *seats, ngx_uint_t seat,
    ngx_webrtc_peer_handler_pt handler, void *data)
{
    way_t                     *way;
    ngx_webrtc_distant_way_t   end;

    if (seat >= SEATS_MAX) {
        return NULL;
    }

    way = calloc(1, sizeof(way_t));
    way->seats = seats;
    way->seat = seat;

    end.data = way;
    end.send = seats_send_home;
    end.close = NULL;

    way->resident = ngx_webrtc_resident_create(seats->seats[seat].engine,
                                               &end);
    assert_non_null(way->resident);

    end.send = seats_send_out;
    end.close = seats_close;

    way->peer = ngx_webrtc_distant_create(seats->seats[0].engine, seat, &end,
                                          handler, data);
    assert_non_null(way->peer);

    ngx_queue_insert_tail(&seats->ways, &way->queue);

    return way->peer;
}


static inline way_t *
seats_way(seats_t *seats, ngx_webrtc_peer_t *peer)
{
    way_t        *way;
    ngx_queue_t  *q;

    for (q = ngx_queue_head(&seats->ways);
         q != ngx_queue_sentinel(&seats->ways);
         q = ngx_queue_next(q))
    {
        way = ngx_queue_data(q, way_t, queue);

        if (way->peer == peer) {
            return way;
        }
    }

    return NULL;
}


/* whoever was woken, or had not finished, reads */

static inline void
seats_read(seats_t *seats, ngx_uint_t i, ngx_webrtc_usec_t now)
{
    seat_t  *seat;

    seat = &seats->seats[i];

    if (seat->woken && !seat->asleep) {
        seat->woken = (ngx_webrtc_engine_read_trunks(seat->engine, now)
                       == NGX_AGAIN);
    }
}


/* the end of a batch of seat "i" */

static inline void
seats_wake(seats_t *seats, ngx_uint_t i)
{
    ngx_int_t  n;

    if (!ngx_webrtc_engine_wrote_trunk(seats->seats[i].engine)) {
        return;
    }

    for (n = ngx_webrtc_trunk_sleeper(seats->seats[i].trunk, 0);
         n != -1;
         n = ngx_webrtc_trunk_sleeper(seats->seats[i].trunk, n + 1))
    {
        assert_true((ngx_uint_t) n < seats->n);
        seats->seats[n].woken = 1;
        seats->seats[n].wakes++;
    }
}


/* something is on its way, or waits to be read */

static inline ngx_uint_t
seats_busy(seats_t *seats)
{
    ngx_uint_t    i;
    ngx_queue_t  *q;

    for (i = 0; i < seats->n; i++) {
        if (seats->seats[i].woken && !seats->seats[i].asleep) {
            return 1;
        }
    }

    for (q = ngx_queue_head(&seats->parcels);
         q != ngx_queue_sentinel(&seats->parcels);
         q = ngx_queue_next(q))
    {
        if (!ngx_queue_data(q, parcel_t, queue)->way->held) {
            return 1;
        }
    }

    return 0;
}


static inline void
seats_parcel(parcel_t *parcel, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    way_t  *way;

    way = parcel->way;

    if (parcel->to_home) {
        if (way->peer) {
            ngx_webrtc_distant_input(way->peer, parcel->data, parcel->len,
                                     now, out);
        }

        return;
    }

    if (way->resident == NULL) {
        return;
    }

    if (parcel->closed) {
        ngx_webrtc_resident_destroy(way->resident, out);
        way->resident = NULL;
        return;
    }

    ngx_webrtc_resident_input(way->resident, parcel->data, parcel->len, now,
                              out);
}


/* what was sent until now, but on ways that are held */

static inline void
seats_deliver(seats_t *seats, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    parcel_t     *parcel;
    ngx_queue_t   held, *q;

    ngx_queue_init(&held);

    while (!ngx_queue_empty(&seats->parcels)) {
        q = ngx_queue_head(&seats->parcels);
        parcel = ngx_queue_data(q, parcel_t, queue);

        ngx_queue_remove(q);

        if (parcel->way->held && !parcel->closed) {
            ngx_queue_insert_tail(&held, q);
            continue;
        }

        seats_parcel(parcel, now, out);
        free(parcel);
    }

    while (!ngx_queue_empty(&held)) {
        q = ngx_queue_head(&held);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&seats->parcels, q);
    }
}


/* the worker of the resident dies, or seems to */

static inline void
seats_break(way_t *way, ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    way->broken = 1;

    ngx_webrtc_distant_lost(way->peer, now);

    if (way->resident) {
        ngx_webrtc_resident_destroy(way->resident, out);
        way->resident = NULL;
    }
}


static inline void
seats_cleanup(seats_t *seats)
{
    seat_t       *seat;
    ngx_uint_t    i;
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&seats->parcels)) {
        q = ngx_queue_head(&seats->parcels);
        ngx_queue_remove(q);
        free(ngx_queue_data(q, parcel_t, queue));
    }

    while (!ngx_queue_empty(&seats->ways)) {
        q = ngx_queue_head(&seats->ways);
        ngx_queue_remove(q);
        assert_null(ngx_queue_data(q, way_t, queue)->resident);
        free(ngx_queue_data(q, way_t, queue));
    }

    for (i = 0; i < seats->n; i++) {
        seat = &seats->seats[i];

        assert_int_equal(ngx_webrtc_engine_peers(seat->engine), 0);
        assert_int_equal(ngx_webrtc_engine_residents(seat->engine), 0);

        ngx_webrtc_engine_destroy(seat->engine);
        free(seat->trunk);
    }
}


#endif /* _NGX_WEBRTC_TEST_SEATS_H_INCLUDED_ */
