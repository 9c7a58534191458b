
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Two programs of this server.  It tests these together:
 *
 *     ngx_webrtc_gateway.c
 *     ngx_webrtc_port.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/gateway.h"


/* each learns what the other one says of itself */

static void
join(call_t *a, call_t *b)
{
    ngx_webrtc_inside_t  inside;

    ngx_webrtc_link_describe(a->link, &inside);
    ngx_webrtc_link_inside(b->link, &inside, scene.world.now);

    ngx_webrtc_link_describe(b->link, &inside);
    ngx_webrtc_link_inside(a->link, &inside, scene.world.now);
}


static void
tell(call_t *from, call_t *to)
{
    ngx_webrtc_inside_t  inside;

    ngx_webrtc_link_describe(from->link, &inside);
    ngx_webrtc_link_inside(to->link, &inside, scene.world.now);
}


static void
datagrams_go_straight_to_the_other_program(void **state)
{
    call_t                   a, b;
    ngx_webrtc_port_t       *pa, *pb;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    pa = port_of(NGX_WEBRTC_PORT_DATA);
    pb = port_of(NGX_WEBRTC_PORT_DATA);

    conf = data_conf(pa, 8001);
    call_create(&a, &conf);
    conf = data_conf(pb, 8002);
    call_create(&b, &conf);

    assert_int_equal(ngx_webrtc_gateway_links(scene.gateway), 2);

    port_data(pa, "early");
    assert_int_equal(ngx_webrtc_port_stats(pa)->dropped, 1);

    join(&a, &b);

    assert_heard(&a, "open");
    assert_heard(&b, "open");
    assert_true(ngx_webrtc_link_is_open(a.link));

    port_data(pa, "one");
    port_data(pa, "two");
    port_data(pb, "three");

    assert_got(8002, "one two");
    assert_got(8001, "three");
    assert_ptr_equal(program(8002)->from, pa);
    assert_ptr_equal(program(8001)->from, pb);

    assert_int_equal(ngx_webrtc_link_stats(a.link)->sent, 2);
    assert_int_equal(ngx_webrtc_port_stats(pa)->received, 3);
    assert_int_equal(ngx_webrtc_port_stats(pa)->dropped, 1);

    call_destroy(&a);
    call_destroy(&b);

    port_data(pa, "late");
    assert_got(8002, "");

    ngx_webrtc_port_destroy(pa);
    ngx_webrtc_port_destroy(pb);
    scene_cleanup();
}


static void
what_comes_before_a_redirect_is_held_up_to_a_bound(void **state)
{
    call_t                   a, b;
    ngx_uint_t               i;
    ngx_webrtc_port_t       *pa;
    ngx_webrtc_link_conf_t   conf;

    char  text[64];

    (void) state;

    scene_init();

    pa = port_of(NGX_WEBRTC_PORT_DATA);

    conf = data_conf(pa, 0);
    call_create(&a, &conf);
    conf = data_conf(NULL, 0);
    call_create(&b, &conf);

    join(&a, &b);

    /* a little more than there is room for */

    scene.gateway->conf.early_data = 3 * (sizeof(ngx_webrtc_held_t) + 4);

    for (i = 0; i < 5; i++) {
        snprintf(text, sizeof(text), "num%u", (unsigned) i);
        port_data(pa, text);
    }

    assert_int_equal(ngx_webrtc_link_stats(a.link)->dropped, 2);
    assert_int_equal(ngx_webrtc_link_buffered(a.link),
                     3 * (sizeof(ngx_webrtc_held_t) + 4));

    /* one that could never have room takes nothing with it */

    memset(text, 'x', sizeof(text));
    ngx_webrtc_port_input(pa, (u_char *) text, sizeof(text), scene.world.now);
    memset(text, 'x', sizeof(text));
    ngx_webrtc_port_input(pa, (u_char *) text, 28, scene.world.now);

    assert_int_equal(ngx_webrtc_link_stats(a.link)->dropped, 2 + 1 + 2);

    conf = data_conf(NULL, 8002);
    assert_int_equal(ngx_webrtc_link_configure(b.link, &conf,
                                               scene.world.now), NGX_OK);
    assert_heard(&b, "open news");

    tell(&b, &a);
    assert_heard(&a, "open");

    assert_got(8002, "num4 xxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    assert_int_equal(ngx_webrtc_link_buffered(a.link), 0);

    /* the program moves, and one that says the same again is no news */

    conf = data_conf(NULL, 8003);
    assert_int_equal(ngx_webrtc_link_configure(b.link, &conf,
                                               scene.world.now), NGX_OK);
    assert_int_equal(ngx_webrtc_link_configure(b.link, &conf,
                                               scene.world.now), NGX_OK);
    assert_heard(&b, "news");

    tell(&b, &a);
    port_data(pa, "here");

    assert_got(8002, "");
    assert_got(8003, "here");

    /* what is held when it ends is not lost memory */

    conf = data_conf(NULL, 0);
    assert_int_equal(ngx_webrtc_link_configure(b.link, &conf,
                                               scene.world.now), NGX_OK);
    tell(&b, &a);
    port_data(pa, "gone");

    call_destroy(&a);
    call_destroy(&b);
    ngx_webrtc_port_destroy(pa);
    scene_cleanup();
}


static void
a_feed_may_come_later_and_serve_several_links(void **state)
{
    call_t                   a[3], b[3];
    ngx_uint_t               i;
    ngx_webrtc_port_t       *pa, *other;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    pa = port_of(NGX_WEBRTC_PORT_DATA);
    other = port_of(NGX_WEBRTC_PORT_VIDEO);

    for (i = 0; i < 3; i++) {
        conf = data_conf(i ? pa : NULL, 8001);
        call_create(&a[i], &conf);
        conf = data_conf(NULL, (uint16_t) (8010 + i));
        call_create(&b[i], &conf);
        join(&a[i], &b[i]);
    }

    port_data(pa, "two");
    assert_got(8010, "");
    assert_got(8011, "two");
    assert_got(8012, "two");

    conf = data_conf(pa, 8001);
    assert_int_equal(ngx_webrtc_link_configure(a[0].link, &conf,
                                               scene.world.now), NGX_OK);
    assert_heard(&a[0], "open");

    port_data(pa, "three");
    assert_got(8010, "three");
    assert_got(8011, "three");
    assert_got(8012, "three");

    /* a port of another kind is none */

    conf = data_conf(other, 8001);
    assert_int_equal(ngx_webrtc_link_configure(a[1].link, &conf,
                                               scene.world.now), NGX_OK);

    port_data(other, "RTP");
    port_data(pa, "on");
    assert_got(8010, "on");
    assert_got(8011, "");
    assert_got(8012, "on");

    assert_int_equal(ngx_webrtc_port_stats(other)->dropped, 1);

    for (i = 0; i < 3; i++) {
        call_destroy(&a[i]);
        call_destroy(&b[i]);
    }

    ngx_webrtc_port_destroy(pa);
    ngx_webrtc_port_destroy(other);
    scene_cleanup();
}


static void
end_it(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event)
{
    (void) event;

    ngx_webrtc_link_destroy(link, scene.world.now);
}


static void
links_are_bounded_and_end_within_their_own_events(void **state)
{
    call_t                   a, b;
    ngx_uint_t               i;
    ngx_webrtc_port_t       *pa;
    ngx_webrtc_inside_t      inside;
    ngx_webrtc_link_conf_t   conf;

    ngx_webrtc_link_t  *links[16];

    (void) state;

    scene_init();

    pa = port_of(NGX_WEBRTC_PORT_DATA);
    conf = data_conf(pa, 8001);

    for (i = 0; i < 16; i++) {
        links[i] = ngx_webrtc_link_create(scene.gateway, &conf, call_handler,
                                          &a, scene.world.now);
        assert_int_equal(links[i] != NULL, i < 8);
    }

    for (i = 0; i < 8; i++) {
        ngx_webrtc_link_destroy(links[i], scene.world.now);
    }

    call_create(&a, &conf);
    call_create(&b, &conf);

    tell(&a, &b);

    a.react = end_it;
    tell(&b, &a);

    assert_heard(&a, "open");
    assert_heard(&b, "open");
    assert_int_equal(ngx_webrtc_gateway_links(scene.gateway), 1);

    b.react = end_it;
    conf.data.redirect = at(8009);
    ngx_webrtc_link_describe(b.link, &inside);
    assert_int_equal(inside.redirect.port, 8001);
    assert_int_equal(ngx_webrtc_link_configure(b.link, &conf,
                                               scene.world.now), NGX_OK);

    assert_heard(&b, "news");
    assert_int_equal(ngx_webrtc_gateway_links(scene.gateway), 0);

    port_data(pa, "nobody");
    assert_int_equal(ngx_webrtc_port_stats(pa)->dropped, 1);

    ngx_webrtc_port_destroy(pa);
    scene_cleanup();
}


static void
media_is_renumbered_for_the_other_program(void **state)
{
    call_t                   a, b;
    uint16_t                 i;
    ngx_webrtc_port_t       *pa, *ra;
    ngx_webrtc_link_conf_t   conf;

    u_char  sr[28];

    static const ngx_webrtc_rtcp_report_t  report = {
        .ntp = 1ULL << 40, .ssrc = 77, .timestamp = 90
    };

    (void) state;

    scene_init();

    pa = port_of(NGX_WEBRTC_PORT_VIDEO);
    ra = port_of(NGX_WEBRTC_PORT_RTCP);

    conf = video_conf(pa, 96, 9000);
    call_create(&a, &conf);

    program_send(pa, 96, 77, 1, 1, 0);
    assert_int_equal(ngx_webrtc_port_stats(pa)->dropped, 1);

    conf = video_conf(NULL, 120, 9010);
    conf.video.send = 0;
    call_create(&b, &conf);

    join(&a, &b);
    assert_heard(&a, "ready");
    assert_heard(&b, "ready");

    for (i = 0; i < 50; i++) {
        program_send(pa, 96, 77, 100 + i, i == 0, (u_char) i);
        scene_run(20);
    }

    assert_int_equal(program(9010)->rtp, 50);
    assert_int_equal(program(9010)->pt, 120);
    assert_int_equal(program(9010)->ssrc, 77);
    assert_int_equal(program(9010)->last, 49);
    assert_int_equal(program(9000)->rtp, 0);

    /* reports of our own while the program makes none */

    scene_run(2000);
    assert_true(program(9011)->sr >= 1);

    conf = video_conf(pa, 96, 9000);
    conf.video.rtcp_feed = ra;
    assert_int_equal(ngx_webrtc_link_configure(a.link, &conf,
                                               scene.world.now), NGX_OK);

    program(9011)->sr = 0;
    assert_non_null(ngx_webrtc_rtcp_write_sr(sr, sr + 28, &report, NULL, 0));
    ngx_webrtc_port_input(ra, sr, 28, scene.world.now);

    program_send(pa, 96, 77, 150, 1, 50);
    scene_run(3000);
    assert_int_equal(program(9011)->sr, 1);
    assert_ptr_equal(program(9011)->from, ra);
    assert_int_equal(program(9010)->rtp, 51);

    /* of another type, not RTP, RTCP where RTP belongs and the reverse */

    program_send(pa, 100, 77, 151, 1, 50);
    port_data(pa, "hello");
    ngx_webrtc_port_input(pa, sr, 28, scene.world.now);
    program_send(ra, 96, 77, 151, 1, 50);
    scene_run(20);

    assert_int_equal(program(9010)->rtp, 51);
    assert_int_equal(ngx_webrtc_port_stats(pa)->wrong_type, 1);
    assert_int_equal(ngx_webrtc_port_stats(pa)->dropped, 1 + 2);
    assert_int_equal(ngx_webrtc_port_stats(ra)->dropped, 1);

    /* who receives asks for a key frame by way of the other end */

    assert_int_equal(ngx_webrtc_link_want_key_frame(b.link, scene.world.now),
                     NGX_DECLINED);

    program(9001)->pli = 0;
    ngx_webrtc_link_key_frame_wanted(a.link, scene.world.now);
    scene_run(10);
    assert_true(program(9001)->pli >= 1);

    call_destroy(&a);
    call_destroy(&b);
    ngx_webrtc_port_destroy(pa);
    ngx_webrtc_port_destroy(ra);
    scene_cleanup();
}


static void
reports_on_sound_and_picture_may_share_a_port(void **state)
{
    u_char                   sr[28];
    call_t                   a, b;
    ngx_webrtc_port_t       *video, *audio, *rtcp;
    ngx_webrtc_link_conf_t   conf;

    static const ngx_webrtc_rtcp_report_t  report = {
        .ntp = 1ULL << 40, .ssrc = 77, .timestamp = 90
    };

    (void) state;

    scene_init();

    video = port_of(NGX_WEBRTC_PORT_VIDEO);
    audio = port_of(NGX_WEBRTC_PORT_AUDIO);
    rtcp = port_of(NGX_WEBRTC_PORT_RTCP);

    conf = video_conf(video, 96, 9000);
    conf.video.rtcp_feed = rtcp;
    conf.audio = conf.video;
    conf.audio.codec = NGX_WEBRTC_CODEC_OPUS;
    conf.audio.pt = 111;
    conf.audio.feed = audio;
    call_create(&a, &conf);

    conf = video_conf(NULL, 96, 9010);
    conf.audio = conf.video;
    conf.audio.codec = NGX_WEBRTC_CODEC_OPUS;
    conf.audio.pt = 111;
    call_create(&b, &conf);

    join(&a, &b);

    assert_non_null(ngx_webrtc_rtcp_write_sr(sr, sr + 28, &report, NULL, 0));
    ngx_webrtc_port_input(rtcp, sr, 28, scene.world.now);
    assert_int_equal(program(9011)->sr, 1);

    /* to another address it goes as well */

    conf.audio.rtcp_redirect.port = 9013;
    assert_int_equal(ngx_webrtc_link_configure(b.link, &conf,
                                               scene.world.now), NGX_OK);
    join(&a, &b);

    ngx_webrtc_port_input(rtcp, sr, 28, scene.world.now);
    assert_int_equal(program(9011)->sr, 2);
    assert_int_equal(program(9013)->sr, 1);

    call_destroy(&a);
    call_destroy(&b);
    ngx_webrtc_port_destroy(video);
    ngx_webrtc_port_destroy(audio);
    ngx_webrtc_port_destroy(rtcp);
    scene_cleanup();
}


static uint32_t  seed;


static ngx_uint_t
chance(ngx_uint_t n)
{
    seed = seed * 1664525 + 1013904223;

    return (seed >> 8) % n;
}


static call_t  lives[8];


static void
perhaps_end(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event)
{
    ngx_uint_t  i;

    (void) event;

    for (i = 0; i < 8; i++) {
        lives[i].journal[0] = '\0';

        if (lives[i].link && chance(6) == 0
            && (lives[i].link == link || chance(4) == 0))
        {
            ngx_webrtc_link_destroy(lives[i].link, scene.world.now);
            lives[i].link = NULL;
        }
    }
}


static void
random_conf(ngx_webrtc_link_conf_t *conf, ngx_webrtc_port_t **ports,
    ngx_uint_t is_data)
{
    if (is_data) {
        *conf = data_conf(chance(3) ? ports[chance(6)] : NULL,
                          chance(2) ? (uint16_t) (8000 + chance(4)) : 0);
        return;
    }

    *conf = video_conf(chance(3) ? ports[chance(6)] : NULL, 96 + chance(2),
                       chance(2) ? (uint16_t) (9000 + 2 * chance(4)) : 0);
    conf->video.rtcp_feed = chance(2) ? ports[5] : NULL;
    conf->audio.codec = NGX_WEBRTC_CODEC_OPUS;
    conf->audio.clock_rate = 48000;
    conf->audio.pt = 111;
    conf->audio.send = chance(2);
    conf->audio.receive = chance(2);
    conf->audio.feed = ports[chance(6)];
    conf->audio.redirect = at(9020);
}


static void
random_verb(call_t *call, ngx_webrtc_port_t **ports)
{
    ngx_str_t                sdp;
    const char              *reason;
    ngx_webrtc_link_t       *link;
    ngx_webrtc_inside_t      inside;
    ngx_webrtc_link_conf_t   conf;

    link = call->link;

    if (link == NULL) {
        random_conf(&conf, ports, chance(2));
        call_create(call, &conf);
        call->react = perhaps_end;
        return;
    }

    switch (chance(5)) {

    case 0:
        random_conf(&conf, ports, link->conf.is_data);
        (void) ngx_webrtc_link_configure(link, &conf, scene.world.now);
        break;

    case 1:
    case 2:
        call = &lives[chance(8)];

        if (call->link) {
            ngx_webrtc_link_describe(call->link, &inside);
            ngx_webrtc_link_inside(link, &inside, scene.world.now);
        }

        break;

    case 3:
        (void) ngx_webrtc_link_offer(link, &sdp, scene.world.now, &reason);
        ngx_webrtc_link_key_frame_wanted(link, scene.world.now);
        break;

    case 4:
        ngx_webrtc_link_destroy(link, scene.world.now);
        call->link = NULL;
        break;
    }
}


static void
random_lives_leave_nothing_behind(void **state)
{
    u_char              sr[28];
    ngx_uint_t          i, n;
    ngx_webrtc_port_t  *ports[6];

    static const ngx_webrtc_rtcp_report_t  report = {
        .ntp = 1ULL << 40, .ssrc = 77, .timestamp = 90
    };

    (void) state;

    scene_init();
    memset(lives, 0, sizeof(lives));
    seed = 1;

    ports[0] = port_of(NGX_WEBRTC_PORT_DATA);
    ports[1] = port_of(NGX_WEBRTC_PORT_DATA);
    ports[2] = port_of(NGX_WEBRTC_PORT_VIDEO);
    ports[3] = port_of(NGX_WEBRTC_PORT_VIDEO);
    ports[4] = port_of(NGX_WEBRTC_PORT_AUDIO);
    ports[5] = port_of(NGX_WEBRTC_PORT_RTCP);

    for (n = 0; n < 20000; n++) {
        random_verb(&lives[chance(8)], ports);

        i = chance(6);

        if (i < 2) {
            port_data(ports[i], "datagram");

        } else if (i < 5) {
            program_send(ports[i], (i == 4) ? 111 : 96 + chance(3), 77 + i,
                         (uint16_t) n, chance(2), 0);

        } else {
            (void) ngx_webrtc_rtcp_write_sr(sr, sr + 28, &report, NULL, 0);
            ngx_webrtc_port_input(ports[5], sr, 28, scene.world.now);
        }

        for (i = 0; i < scene.nprograms; i++) {
            scene.programs[i].journal[0] = '\0';
        }

        scene_run(chance(3));
    }

    for (i = 0; i < 8; i++) {
        call_destroy(&lives[i]);
    }

    n = 0;

    for (i = 0; i < scene.nprograms; i++) {
        n += scene.programs[i].datagrams;
    }

    assert_true(n > 1000);

    for (i = 0; i < 6; i++) {
        assert_true(ngx_queue_empty(&ports[i]->feeds));
        assert_true(ngx_queue_empty(&ports[i]->inlets));
        ngx_webrtc_port_destroy(ports[i]);
    }

    scene_cleanup();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(datagrams_go_straight_to_the_other_program),
        cmocka_unit_test(what_comes_before_a_redirect_is_held_up_to_a_bound),
        cmocka_unit_test(a_feed_may_come_later_and_serve_several_links),
        cmocka_unit_test(links_are_bounded_and_end_within_their_own_events),
        cmocka_unit_test(media_is_renumbered_for_the_other_program),
        cmocka_unit_test(reports_on_sound_and_picture_may_share_a_port),
        cmocka_unit_test(random_lives_leave_nothing_behind),
    };

    return cmocka_run_group_tests_name("link_inside", tests, NULL, NULL);
}
