
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a publisher of three layers, and receivers whose ways differ */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include <media/ngx_webrtc_media.h>

#include "lib/layers.h"


#define MAX  3


typedef struct {
    client_t                   *client;
    ngx_webrtc_subscription_t  *sub;
    link_t                      link;
    uint16_t                    reported;
    ngx_uint_t                  changes;        /* of the layer */
    ngx_int_t                   layer;
    ngx_uint_t                  ms[3];          /* with each layer */
} viewer_t;


static world_t               world;
static layers_t              pub;
static ngx_webrtc_source_t  *audio;
static uint64_t              audio_seq;
static viewer_t              viewers[MAX];
static ngx_uint_t            nviewers;


static void
told(ngx_webrtc_subscription_t *sub, const ngx_webrtc_layer_change_t *change,
    void *data, ngx_webrtc_usec_t now)
{
    viewer_t  *viewer;

    (void) sub;
    (void) now;

    viewer = data;
    viewer->changes++;
    viewer->layer = change->current;
}


/* layers of about 125, 500 and 1500 kbit/s, audio of 40 */

static void
start(void)
{
    client_t  *client;

    memset(viewers, 0, sizeof(viewers));
    memset(&pub, 0, sizeof(pub));
    world_init(&world);
    nviewers = 0;
    audio_seq = 1;

    client = client_create(&world, 0);
    client_connect(client);
    layers_publish(&pub, client, NGX_WEBRTC_CODEC_VP8);
    audio = client_publish_audio(client, 2000);

    pub.layers[0].packets = 2;
    pub.layers[1].packets = 4;
    pub.layers[2].packets = 8;
}


static viewer_t *
watch(uint64_t bit_rate, ngx_uint_t estimated, ngx_int_t layer)
{
    client_t                        *client;
    viewer_t                        *viewer;
    ngx_webrtc_subscription_conf_t   conf;

    viewer = &viewers[nviewers++];
    viewer->layer = NGX_WEBRTC_LAYER_NONE;
    viewer->link.bit_rate = bit_rate;
    viewer->link.delay = MSEC(25);
    viewer->link.queue = MSEC(400);
    viewer->link.seed = 3;

    client = client_create(&world, 0);
    client_connect(client);

    client->link = &viewer->link;
    client->rtx_ssrc = 5001;
    client->media_ssrc = 5000;
    viewer->client = client;

    if (estimated) {
        client_estimated(client);
    }

    memset(&conf, 0, sizeof(conf));

    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 120;
    conf.format.rtx_pt = 121;
    conf.format.nack = 1;
    conf.format.twcc = (estimated != 0);
    conf.ssrc = 5000;
    conf.rtx_ssrc = 5001;
    conf.layer = layer;
    conf.handler = told;
    conf.data = viewer;
    ngx_str_set(&conf.cname, "publisher");

    (void) client_subscribe_audio(client, audio, 6000);

    viewer->sub = ngx_webrtc_subscription_create(client->peer, pub.source,
                                                 &conf, world.now);
    assert_non_null(viewer->sub);

    return viewer;
}


/* what a receiver without feedback tells each second */

static void
report(viewer_t *viewer)
{
    u_char                   *p, buf[200];
    client_t                 *client;
    ngx_uint_t                expected, lost;
    ngx_webrtc_rtcp_block_t   block;

    client = viewer->client;

    if (client->nrtp == 0) {
        return;
    }

    expected = 0;
    lost = 0;

    while (viewer->reported != client->highest) {
        viewer->reported++;
        expected++;
        lost += !client->got[viewer->reported];
        client->got[viewer->reported] = 0;
    }

    memset(&block, 0, sizeof(block));

    block.ssrc = client->media_ssrc;
    block.highest = 0x10000 + client->highest;
    block.fraction = expected ? (uint8_t) (lost * 256 / (expected + 1)) : 0;

    p = ngx_webrtc_rtcp_write_rr(buf, buf + 100, 1, &block, 1);
    client_send_rtcp(client, buf, p);
}


static void
run(ngx_uint_t seconds)
{
    ngx_uint_t  i, k;

    /* a frame takes 33 ms, and audio 50 packets a second */

    for (i = 0; i < seconds * 30; i++) {
        for (k = 0; k < (i % 3 ? 2 : 1); k++) {
            client_send_audio(pub.client, 2000, audio_seq++);
        }

        layers_run(&pub, 1);

        for (k = 0; k < nviewers; k++) {
            if (viewers[k].layer >= 0) {
                viewers[k].ms[viewers[k].layer] += 33;
            }

            if (i % 30 == 0 && viewers[k].client->arrivals == NULL) {
                report(&viewers[k]);
            }
        }
    }
}


static void
forget(void)
{
    ngx_uint_t  i;

    for (i = 0; i < nviewers; i++) {
        viewers[i].changes = 0;
        memset(viewers[i].ms, 0, sizeof(viewers[i].ms));
    }
}


static void
each_receiver_gets_what_its_way_carries(void **state)
{
    viewer_t  *low, *middle, *high;

    (void) state;

    start();
    low = watch(300000, 1, NGX_WEBRTC_LAYER_AUTO);
    middle = watch(1000000, 1, NGX_WEBRTC_LAYER_AUTO);
    high = watch(10000000, 1, NGX_WEBRTC_LAYER_AUTO);

    run(4);
    assert_int_equal(low->layer, 0);
    assert_int_equal(high->layer, 2);

    run(16);
    assert_int_equal(middle->layer, 1);

    forget();
    run(60);

    /* nobody's picture has changed, and nobody's sound has suffered */

    assert_int_equal(low->changes, 0);
    assert_int_equal(middle->changes, 0);
    assert_int_equal(high->changes, 0);

    assert_int_equal(low->link.dropped, 0);
    assert_int_equal(middle->link.dropped, 0);
    assert_in_range(low->client->naudio, audio_seq - 10, audio_seq);

    /* and the publisher was asked for nothing but the first key frames */

    assert_true(pub.layers[0].pli <= 3);
    assert_true(pub.layers[1].pli <= 4);
    assert_true(pub.layers[2].pli <= 3);
    assert_int_equal(pub.client->nack, 0);
    assert_int_equal(pub.client->remb, 0);

    /* padding was a small part of it */

    assert_true(low->client->npadding * 275 < low->client->nrtp * 300 / 10);

    world_cleanup(&world);
}


static void
way_that_narrows_is_followed_down_and_up(void **state)
{
    viewer_t  *viewer, *other;

    (void) state;

    start();
    viewer = watch(10000000, 1, NGX_WEBRTC_LAYER_AUTO);
    other = watch(10000000, 1, NGX_WEBRTC_LAYER_AUTO);

    run(20);
    assert_int_equal(viewer->layer, 2);

    viewer->link.bit_rate = 300000;
    run(3);
    assert_int_equal(viewer->layer, 0);

    run(2);
    forget();
    viewer->client->naudio = 0;
    run(10);
    assert_int_equal(viewer->changes, 0);
    assert_in_range(viewer->client->naudio, 490, 510);

    viewer->link.bit_rate = 10000000;
    run(35);
    assert_int_equal(viewer->layer, 2);

    assert_int_equal(other->layer, 2);
    assert_int_equal(other->changes, 0);

    world_cleanup(&world);
}


static void
few_losses_leave_the_layer_as_it_is(void **state)
{
    viewer_t    *viewer;
    ngx_uint_t   loss;

    (void) state;

    for (loss = 20; loss <= 50; loss += 30) {
        start();
        viewer = watch(10000000, 1, NGX_WEBRTC_LAYER_AUTO);
        viewer->link.loss = loss;

        run(10);
        assert_int_equal(viewer->layer, 2);

        forget();
        run(60);
        assert_int_equal(viewer->changes, 0);

        world_cleanup(&world);
    }
}


static void
layer_asked_for_is_sent_until_it_is_too_much(void **state)
{
    viewer_t  *low, *high;

    (void) state;

    start();
    low = watch(400000, 1, 1);
    high = watch(10000000, 1, 1);

    run(2);
    assert_int_equal(low->layer, 1);
    assert_int_equal(high->layer, 1);

    run(10);
    assert_int_equal(low->layer, 0);

    forget();
    run(30);
    assert_int_equal(high->changes, 0);
    assert_true(low->changes <= 2);

    ngx_webrtc_subscription_set_layer(high->sub, 2, world.now);
    run(1);
    assert_int_equal(high->layer, 2);

    world_cleanup(&world);
}


static void
reports_suffice_where_there_is_no_feedback(void **state)
{
    viewer_t  *low, *high;

    (void) state;

    start();
    low = watch(300000, 0, NGX_WEBRTC_LAYER_AUTO);
    high = watch(10000000, 0, NGX_WEBRTC_LAYER_AUTO);

    run(40);
    assert_int_equal(high->layer, 2);
    assert_int_equal(high->client->npadding, 0);

    forget();
    run(60);
    assert_int_equal(high->changes, 0);

    /* it has to try, but seldom */

    assert_true(low->ms[0] > 40000);
    assert_int_equal(low->ms[2], 0);

    world_cleanup(&world);
}


static void
promised_feedback_that_does_not_come_is_replaced_by_reports(void **state)
{
    viewer_t  *viewer;

    (void) state;

    start();
    viewer = watch(10000000, 1, NGX_WEBRTC_LAYER_AUTO);

    free(viewer->client->arrivals);
    viewer->client->arrivals = NULL;

    run(40);
    assert_int_equal(viewer->layer, 2);
    assert_int_equal(viewer->client->npadding, 0);

    world_cleanup(&world);
}


static void
receiver_that_leaves_during_a_probe_leaves_nothing(void **state)
{
    viewer_t  *viewer;

    (void) state;

    start();
    viewer = watch(10000000, 1, NGX_WEBRTC_LAYER_AUTO);

    while (viewer->client->npadding == 0) {
        layers_run(&pub, 1);
    }

    ngx_webrtc_subscription_destroy(viewer->sub);
    viewer->layer = NGX_WEBRTC_LAYER_NONE;
    run(3);

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_receiver_gets_what_its_way_carries),
        cmocka_unit_test(way_that_narrows_is_followed_down_and_up),
        cmocka_unit_test(few_losses_leave_the_layer_as_it_is),
        cmocka_unit_test(layer_asked_for_is_sent_until_it_is_too_much),
        cmocka_unit_test(reports_suffice_where_there_is_no_feedback),
        cmocka_unit_test(
                  promised_feedback_that_does_not_come_is_replaced_by_reports),
        cmocka_unit_test(receiver_that_leaves_during_a_probe_leaves_nothing)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
