
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client.h"

#include <media/ngx_webrtc_media.h>


#define PACKETS      65536
#define SUBSCRIBERS  32
#define TRACKS       16

#define DELAY        MSEC(30)
#define TURN         MSEC(500)


/* a worker in virtual time, in which sending is all that takes time */

typedef struct {
    world_t               world;
    ngx_webrtc_outbox_t   out;              /* a slice of the fan-out */
    ngx_uint_t            ntracks;
    ngx_uint_t            nsubs;
    client_t             *pubs[TRACKS];
    client_t             *subs[SUBSCRIBERS];    /* by turns to the tracks */
    ngx_webrtc_subscription_t  *wants[SUBSCRIBERS];
    ngx_webrtc_source_t  *sources[TRACKS];
    ngx_uint_t            rate;             /* packets per second, of each */
    ngx_uint_t            key;              /* packets of a key frame */
    double                cost;             /* of one sent, in us */
    double                each;             /* of a message besides */
    uint64_t              seqs[TRACKS];
    ngx_webrtc_usec_t     due;
    ngx_webrtc_usec_t     pause;            /* with the next slice */

    /* since they were last cleared */
    ngx_webrtc_usec_t     since;
    uint64_t              offered;          /* by all tracks */
    double                busy;
    ngx_webrtc_usec_t     oldest;
} worker_t;


static ngx_webrtc_usec_t  sent_at[TRACKS][PACKETS];


static void
watch(client_t *client, const ngx_webrtc_rtp_t *rtp, ngx_uint_t rtx)
{
    uint64_t           seq;
    worker_t          *worker;
    ngx_uint_t         i;
    ngx_webrtc_usec_t  age;

    assert_int_equal(rtx, 0);

    worker = client->watch_data;

    for (i = 0; worker->subs[i] != client; i++) { /* void */ }

    seq = ngx_webrtc_get64(rtp->payload + 20);
    age = worker->world.now - sent_at[i % worker->ntracks][seq % PACKETS];

    worker->oldest = ngx_max(worker->oldest, age);
}


static void
worker_init(worker_t *worker, ngx_uint_t ntracks, ngx_uint_t nsubs,
    ngx_uint_t rate, ngx_uint_t key)
{
    client_t                  *client;
    ngx_uint_t                 i;
    ngx_webrtc_engine_conf_t  *conf;

    memset(worker, 0, sizeof(worker_t));

    world_init(&worker->world);

    conf = &worker->world.engine->conf;
    conf->max_delay = DELAY;
    conf->key_frame_interval = TURN;

    assert_int_equal(ngx_webrtc_outbox_init(&worker->out, worker->world.pool,
                                            32 * 1024, 256), NGX_OK);

    worker->ntracks = ntracks;
    worker->nsubs = nsubs;
    worker->rate = rate;
    worker->key = key;

    for (i = 0; i < ntracks; i++) {
        client = client_create(&worker->world, 0);
        client_connect(client);
        worker->pubs[i] = client;
        worker->sources[i] = client_publish(client,
                                            (uint32_t) (1000 + 2 * i));
        client->pli = 1;
    }

    for (i = 0; i < nsubs; i++) {
        client = client_create_with(&worker->world, worker->pubs[0]->cert,
                                    worker->pubs[0]->ctx, 0);
        client->borrowed = 1;
        client->watch = watch;
        client->watch_data = worker;
        client_connect(client);

        worker->subs[i] = client;
        worker->wants[i] = client_subscribe(client,
                                            worker->sources[i % ntracks],
                                            (uint32_t) (5000 + 2 * i));
    }

    worker->due = worker->world.now;
}


/* "load": what there is to be sent of what can be */

static void
worker_load(worker_t *worker, double load)
{
    worker->cost = load * NGX_WEBRTC_SEC / (worker->nsubs * worker->rate);
}


static void
worker_clear(worker_t *worker)
{
    ngx_uint_t  i;

    for (i = 0; i < worker->nsubs; i++) {
        worker->subs[i]->nrtp = 0;
    }

    worker->since = worker->world.now;
    worker->offered = 0;
    worker->busy = 0;
    worker->oldest = 0;
}


/* what senders have sent meanwhile */

static void
worker_receive(worker_t *worker)
{
    client_t    *pub;
    ngx_uint_t   i, n;

    while (worker->due <= worker->world.now) {

        for (i = 0; i < worker->ntracks; i++) {
            pub = worker->pubs[i];

            for (n = pub->pli ? worker->key : 1; n; n--) {
                sent_at[i][worker->seqs[i] % PACKETS] = worker->world.now;
                client_send_video(pub, worker->seqs[i]++, pub->pli > 0);
                pub->pli = 0;
                worker->offered++;
            }
        }

        worker->due += NGX_WEBRTC_SEC / worker->rate;
    }
}


/* a slice; it is with the receivers when it took its time */

static void
worker_turn(worker_t *worker)
{
    double                 cost;
    world_t               *world;
    ngx_uint_t             i;
    ngx_webrtc_outbox_t    out;
    ngx_webrtc_message_t  *message;

    world = &worker->world;

    worker_receive(worker);

    world->now += worker->pause;
    worker->pause = 0;

    (void) ngx_webrtc_engine_output(world->engine, world->now, &worker->out);

    cost = 0;

    for (i = 0; i < worker->out.nmessages; i++) {
        message = &worker->out.messages[i];

        cost += worker->each + worker->cost;

        if (message->segment) {
            cost += (message->len - 1) / message->segment * worker->cost;
        }
    }

    worker->busy += cost;

    world->now += (ngx_webrtc_usec_t) cost;

    if (!ngx_webrtc_engine_pending(world->engine)) {
        world->now = ngx_max(world->now, worker->due);
    }

    out = world->out;
    world->out = worker->out;
    world_send(world);
    worker->out = world->out;
    world->out = out;

    ngx_webrtc_engine_tick(world->engine, world->now, &world->out);
    world_send(world);
}


static void
worker_run(worker_t *worker, ngx_webrtc_usec_t time)
{
    world_t            *world;
    client_t           *client;
    ngx_uint_t          i;
    ngx_webrtc_usec_t   end;

    world = &worker->world;

    for (end = world->now + time; world->now < end; worker_turn(worker)) {

        for (i = 0; i < world->nclients; i++) {
            client = world->clients[i];

            if (client->checked + MSEC(2000) <= world->now) {
                client_check(client, 1);
            }
        }
    }
}


/* of what could be sent */

static double
worker_used(worker_t *worker)
{
    return worker->busy / (double) (worker->world.now - worker->since);
}


/* the least that one got, and the mean, of what was offered */

static double
worker_shares(worker_t *worker, double *mean)
{
    double      least, share, sum;
    ngx_uint_t  i;

    sum = 0;
    least = 1;

    for (i = 0; i < worker->nsubs; i++) {
        assert_int_equal(worker->subs[i]->bad, 0);

        share = (double) worker->subs[i]->nrtp * (double) worker->ntracks
                / (double) worker->offered;
        sum += share;
        least = ngx_min(least, share);
    }

    *mean = sum / (double) worker->nsubs;

    return least;
}


/* by 40 key frames */

static double
worker_measure(worker_t *worker, double *mean)
{
    worker_run(worker, 10 * TURN);
    worker_clear(worker);
    worker_run(worker, 40 * TURN);

    return worker_shares(worker, mean);
}


static void
overload_is_shared(void **state)
{
    double      mean, least;
    worker_t    worker;
    ngx_uint_t  i;

    static const double  loads[] = { 1.3, 2, 4 };

    (void) state;

    worker_init(&worker, 1, SUBSCRIBERS, 1000, 4);

    for (i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
        worker_load(&worker, loads[i]);
        least = worker_measure(&worker, &mean);

        assert_true(least > 0.9 * mean);
        assert_true(mean > 0.85 / loads[i]);
        assert_true(worker_used(&worker) > 0.85);
        assert_true(worker.oldest < DELAY * 5 / 4);
    }

    world_cleanup(&worker.world);
}


static void
overload_is_shared_by_tracks_of_few(void **state)
{
    double      mean, least;
    worker_t    worker;
    ngx_uint_t  i;

    static const ngx_uint_t  subs[] = { TRACKS, 2 * TRACKS };

    (void) state;

    for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
        worker_init(&worker, TRACKS, subs[i], 500, 1);
        worker_load(&worker, 2);
        least = worker_measure(&worker, &mean);

        assert_true(least > 0.75 * mean);
        assert_true(worker_used(&worker) > 0.8);
        assert_true(worker.oldest < DELAY * 5 / 4);

        world_cleanup(&worker.world);
    }
}


/* most of what a message costs is its own */

static void
longer_runs_are_cheaper(void **state)
{
    double    mean, least;
    worker_t  worker;

    (void) state;

    worker_init(&worker, 1, SUBSCRIBERS, 1000, 1);
    worker_load(&worker, 1);
    worker.each = 10 * worker.cost;

    least = worker_measure(&worker, &mean);

    assert_true(least > 0.9 * mean);
    assert_true(worker_used(&worker) > 0.95);

    world_cleanup(&worker.world);
}


static void
all_get_everything_when_it_is_over(void **state)
{
    double    mean;
    worker_t  worker;

    (void) state;

    worker_init(&worker, 2, 16, 500, 4);

    worker_load(&worker, 3);
    worker_run(&worker, MSEC(5000));

    worker_load(&worker, 0.8);
    worker_run(&worker, MSEC(6000));

    worker.pubs[0]->pli = 0;
    worker_clear(&worker);
    worker_run(&worker, MSEC(10000));

    assert_true(worker_shares(&worker, &mean) > 0.999);
    assert_int_equal(worker.pubs[0]->pli, 0);

    world_cleanup(&worker.world);
}


static void
members_come_and_go_in_an_overloaded_worker(void **state)
{
    double      mean, least;
    worker_t    worker;
    ngx_uint_t  i, k;

    (void) state;

    worker_init(&worker, 1, 16, 500, 1);
    worker_load(&worker, 3);

    for (k = 0; k < 400; k++) {
        worker_run(&worker, MSEC(40));

        i = (k * 7) % 16;

        if (worker.wants[i]) {
            ngx_webrtc_subscription_destroy(worker.wants[i]);
            worker.wants[i] = NULL;

        } else {
            worker.wants[i] = client_subscribe(worker.subs[i],
                                               worker.sources[0],
                                               (uint32_t) (6000 + 2 * k));
        }
    }

    for (i = 0; i < 16; i++) {
        if (worker.wants[i] == NULL) {
            worker.wants[i] = client_subscribe(worker.subs[i],
                                               worker.sources[0],
                                               (uint32_t) (8000 + 2 * i));
        }
    }

    worker_load(&worker, 2);

    least = worker_measure(&worker, &mean);

    assert_true(least > 0.9 * mean);
    assert_true(worker_used(&worker) > 0.75);

    world_cleanup(&worker.world);
}


/* the disk, another process: what has waited then is sent quickly */

static void
pause_is_no_overload(void **state)
{
    double      mean;
    worker_t    worker;
    ngx_uint_t  i;

    (void) state;

    worker_init(&worker, 1, 16, 500, 1);
    worker_load(&worker, 0.5);
    worker_run(&worker, MSEC(1000));
    worker_clear(&worker);

    for (i = 0; i < 20; i++) {
        worker_run(&worker, MSEC(200));
        worker.pause = DELAY * 3 / 4;
    }

    worker_run(&worker, MSEC(200));

    assert_true(worker_shares(&worker, &mean) > 0.99);
    assert_true(worker.oldest >= DELAY * 3 / 4);

    world_cleanup(&worker.world);
}


/* 512 packets are 128 ms of them: nobody may be overtaken */

static void
a_ring_may_be_shorter_than_the_delay(void **state)
{
    double    mean, least;
    worker_t  worker;

    (void) state;

    worker_init(&worker, 1, 16, 4000, 4);
    worker.world.engine->conf.max_delay = MSEC(500);
    worker_load(&worker, 2);

    least = worker_measure(&worker, &mean);

    assert_true(least > 0.9 * mean);
    assert_true(worker_used(&worker) > 0.8);
    assert_true(worker.oldest < MSEC(130));

    world_cleanup(&worker.world);
}


/* large frames that were sent at once, and there is time for all of them */

static void
frames_of_many_packets_are_no_overload(void **state)
{
    world_t     *world;
    worker_t     worker;
    ngx_int_t    rc;
    ngx_uint_t   i, n;

    (void) state;

    worker_init(&worker, 1, 4, 1000, 1);
    world = &worker.world;

    for (i = 0; i < 60; i++) {

        for (n = (i % 2) ? 300 : 200; n; n--) {
            sent_at[0][worker.seqs[0] % PACKETS] = world->now;
            client_send_video(worker.pubs[0], worker.seqs[0]++, i == 0);
        }

        do {
            rc = ngx_webrtc_engine_output(world->engine, world->now,
                                          &world->out);
            world_send(world);
        } while (rc == NGX_AGAIN);

        world->now += MSEC(33);
    }

    for (i = 0; i < worker.nsubs; i++) {
        assert_int_equal(worker.subs[i]->nrtp, worker.seqs[0]);
    }

    world_cleanup(world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(overload_is_shared),
        cmocka_unit_test(overload_is_shared_by_tracks_of_few),
        cmocka_unit_test(longer_runs_are_cheaper),
        cmocka_unit_test(all_get_everything_when_it_is_over),
        cmocka_unit_test(pause_is_no_overload),
        cmocka_unit_test(a_ring_may_be_shorter_than_the_delay),
        cmocka_unit_test(frames_of_many_packets_are_no_overload),
        cmocka_unit_test(members_come_and_go_in_an_overloaded_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
