
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Programs and browsers: media.  It tests these together:
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
#include "lib/offer.h"


static void
exchange_video(call_t *call, ngx_webrtc_port_t *port, u_char pt,
    uint16_t redirect)
{
    uint16_t  i;

    for (i = 0; i < 50; i++) {
        program_send(port, pt, 77, 100 + i, i == 0, (u_char) i);
        browser_send(call, 500 + i, i == 0, (u_char) (100 + i));
        scene_run(20);
    }

    assert_int_equal(call->client->nrtp, 50);
    assert_int_equal(call->client->bad, 0);
    assert_int_equal(call->pt, call->link->agreement.video.pt);
    assert_int_equal(call->last, 49);

    assert_int_equal(program(redirect)->rtp, 50);
    assert_int_equal(program(redirect)->pt, pt);
    assert_int_equal(program(redirect)->ssrc, VIDEO_SSRC);
    assert_int_equal(program(redirect)->last, 149);
}


static void
a_browser_calls_and_both_send_under_their_own_numbers(void **state)
{
    call_t                   call;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_VIDEO);
    conf = video_conf(port, 120, 9000);

    call_media(&call, &conf, OFFER_MEDIA);
    assert_int_equal(call.link->agreement.video.pt, 98);

    assert_int_equal(ngx_webrtc_link_ssrc(call.link, 1), VIDEO_SSRC);
    assert_int_equal(ngx_webrtc_link_ssrc(call.link, 0), 0);

    exchange_video(&call, port, 120, 9000);

    /* both report to the program */

    scene_run(2000);
    assert_true(program(9001)->rr >= 1);
    assert_true(program(9001)->sdes > program(9001)->sr);
    assert_true(call.client->sr >= 1);

    /* it hears our goodbye */

    call_destroy(&call);
    scene_run(10);
    assert_int_equal(ngx_webrtc_dtls_state(call.client->dtls),
                     NGX_WEBRTC_DTLS_CLOSED);
    call_end(&call);

    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
sound_and_picture_have_ports_of_their_own(void **state)
{
    call_t                   call;
    uint16_t                 i;
    ngx_str_t                sdp;
    const char              *reason;
    ngx_webrtc_port_t       *video, *audio;
    ngx_webrtc_link_conf_t   conf;

    static u_char  sound[80];

    (void) state;

    scene_init();

    video = port_of(NGX_WEBRTC_PORT_VIDEO);
    audio = port_of(NGX_WEBRTC_PORT_AUDIO);

    conf = video_conf(video, 96, 9000);
    conf.audio.codec = NGX_WEBRTC_CODEC_OPUS;
    conf.audio.clock_rate = 16000;
    conf.audio.pt = 111;
    conf.audio.feed = audio;
    conf.audio.redirect = at(9010);
    conf.audio.send = 1;
    conf.audio.receive = 1;

    call_media(&call, &conf, OFFER_HEAD "a=group:BUNDLE 0 2\r\n"
               OFFER_VIDEO("sendrecv") OFFER_AUDIO("sendrecv"));

    for (i = 0; i < 50; i++) {
        program_send(video, 96, 77, i, i == 0, (u_char) i);
        program_send(audio, 111, 78, i, 0, (u_char) i);
        browser_send(&call, i, i == 0, (u_char) (100 + i));
        client_send_rtp(call.client, 109, AUDIO_SSRC, i, 0, sound,
                        sizeof(sound));
        scene_run(20);
    }

    assert_int_equal(call.client->nrtp, 50);
    assert_int_equal(call.client->naudio, 50);
    assert_int_equal(program(9000)->rtp, 50);
    assert_int_equal(program(9000)->pt, 96);
    assert_int_equal(program(9010)->rtp, 50);
    assert_int_equal(program(9010)->pt, 111);
    assert_int_equal(program(9010)->ssrc, AUDIO_SSRC);

    assert_int_equal(ngx_webrtc_link_ssrc(call.link, 0), AUDIO_SSRC);
    call_end(&call);

    /* a browser that only wants the picture, a program without the codec */

    conf.audio.send = 0;
    conf.audio.receive = 0;
    conf.video.receive = 0;

    call_media(&call, &conf, OFFER_HEAD "a=group:BUNDLE 0 2\r\n"
               OFFER_VIDEO("recvonly") OFFER_AUDIO("recvonly"));

    assert_false(call.link->agreement.audio.sends);
    program_send(video, 96, 77, 60, 1, 60);
    program_send(audio, 111, 78, 60, 0, 60);
    scene_run(20);
    assert_int_equal(call.last, 60);
    assert_int_equal(call.client->naudio, 0);
    call_end(&call);

    conf.video.codec = NGX_WEBRTC_CODEC_H265;
    call_create(&call, &conf);
    call_browser(&call);
    assert_string_equal(call_answer(&call, OFFER_MEDIA, NULL),
                        "ALL-REJECTED");
    assert_string_equal(call_answer(&call, OFFER_PEERJS, NULL),
                        "NO-COMMON-CODEC");

    /* it has another one after all */

    conf.video.codec = NGX_WEBRTC_CODEC_VP8;
    assert_int_equal(ngx_webrtc_link_configure(call.link, &conf,
                                               scene.world.now), NGX_OK);
    assert_int_equal(ngx_webrtc_link_answer(call.link, &sdp, scene.world.now,
                                            &reason), NGX_OK);
    call_end(&call);

    conf.video.codec = NGX_WEBRTC_CODEC_H265;

    /* sound that nobody wants is no call */

    call_create(&call, &conf);
    call_browser(&call);
    assert_string_equal(call_answer(&call, OFFER_HEAD
                                    "a=group:BUNDLE 0 2\r\n"
                                    OFFER_VIDEO("sendrecv")
                                    OFFER_AUDIO("sendrecv"), NULL),
                        "NO-COMMON-CODEC");
    call_end(&call);

    /* and does not end one, though its codec is not there either */

    conf.video.codec = NGX_WEBRTC_CODEC_VP8;
    conf.audio.codec = NGX_WEBRTC_CODEC_PCMA;
    call_media(&call, &conf, OFFER_HEAD "a=group:BUNDLE 0 2\r\n"
               OFFER_VIDEO("recvonly") OFFER_AUDIO("sendrecv"));
    assert_true(call.link->agreement.audio.accepted);
    assert_false(call.link->agreement.audio.receives);
    call_end(&call);

    ngx_webrtc_port_destroy(video);
    ngx_webrtc_port_destroy(audio);
    scene_cleanup();
}


static void
we_call_and_nobody_hurries_to_answer(void **state)
{
    call_t                   call;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_VIDEO);
    conf = video_conf(port, 96, 9000);

    call_create(&call, &conf);
    call_browser(&call);

    scene_run(60000);
    assert_null(call_offer_and_answer(&call));

    call_connect(&call, "ready");
    assert_heard(&call, "ready");

    exchange_video(&call, port, 96, 9000);

    call_end(&call);
    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
a_link_fails_when_the_browser_does_not_come_or_goes_silent(void **state)
{
    call_t                   call;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    conf = video_conf(NULL, 96, 9000);
    conf.video.send = 0;

    call_create(&call, &conf);
    call_browser(&call);

    assert_null(call_answer(&call, OFFER_MEDIA, NULL));

    scene_run(9900);
    assert_heard(&call, "");
    scene_run(200);
    assert_heard(&call, "failed");
    assert_string_equal(call.reason, "ICE-TIMEOUT");

    call_end(&call);

    call_media(&call, &conf, OFFER_MEDIA);
    call.client->silent = 1;
    scene_run(31000);
    assert_heard(&call, "failed");
    assert_string_equal(call.reason, "ICE-CONSENT-EXPIRED");
    assert_false(ngx_webrtc_link_is_open(call.link));

    call_end(&call);
    scene_cleanup();
}


static void
lost_packets_are_repaired_and_key_frames_asked_for(void **state)
{
    call_t                   call;
    u_char                  *p, buf[64];
    uint16_t                 i;
    ngx_webrtc_port_t       *port, *rtcp;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_VIDEO);
    rtcp = port_of(NGX_WEBRTC_PORT_RTCP);

    conf = video_conf(port, 96, 9000);
    conf.video.rtcp_feed = rtcp;

    call_media(&call, &conf, OFFER_MEDIA);

    /* the program is asked for the first one, from its RTCP port */

    scene_run(100);
    program_send(port, 96, 77, 1, 0, 0);
    scene_run(600);
    assert_true(program(9001)->pli >= 1);
    assert_ptr_equal(program(9001)->from, rtcp);

    program_send(port, 96, 77, 2, 1, 0);

    for (i = 3; i < 203; i++) {
        scene.world.loss = (i > 10 && i < 190) ? 10 : 0;
        program_send(port, 96, 77, i, 0, (u_char) i);
        scene_run(20);
        client_nack_missing(call.client);
        scene_run(20);
    }

    scene_run(500);
    assert_int_equal(call.client->last_payload_len, 588);
    assert_int_equal(call.client->nrtp + call.client->nrtx >= 201, 1);
    assert_true(call.client->nrtx > 0);

    for (i = call.client->first_seq; i != call.client->highest; i++) {
        assert_true(call.client->got[i]);
    }

    /* the browser asks the program, the program asks the browser */

    program(9001)->pli = 0;
    client_send_pli(call.client);
    scene_run(600);
    assert_true(program(9001)->pli >= 1);

    browser_send(&call, 1, 1, 0);
    scene_run(1000);

    call.client->pli = 0;
    p = ngx_webrtc_rtcp_write_pli(buf, buf + 64, 1, VIDEO_SSRC);
    ngx_webrtc_port_input(rtcp, buf, p - buf, scene.world.now);
    scene_run(100);
    assert_true(call.client->pli >= 1);

    browser_send(&call, 2, 1, 0);
    scene_run(1000);
    call.client->pli = 0;

    assert_int_equal(ngx_webrtc_link_want_key_frame(call.link,
                                                    scene.world.now), NGX_OK);
    scene_run(100);
    assert_true(call.client->pli >= 1);

    /* what the browser loses on its way is asked for inside */

    browser_send(&call, 3, 1, 3);
    browser_send(&call, 5, 0, 5);
    memset(call.client->sent[4], 4, 600);
    call.client->sent[4][0] = 0;
    call.client->sent_len[4] = 600;
    scene_run(200);

    assert_true(call.client->nack >= 1);
    assert_int_equal(program(9000)->rtp, 5);

    call_end(&call);
    ngx_webrtc_port_destroy(port);
    ngx_webrtc_port_destroy(rtcp);
    scene_cleanup();
}


static void
one_port_feeds_three_browsers(void **state)
{
    call_t                   calls[3];
    uint16_t                 i, n;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_VIDEO);

    for (i = 0; i < 3; i++) {
        conf = video_conf(port, 96, (uint16_t) (9000 + 10 * i));
        call_media(&calls[i], &conf, (i == 1) ? NULL : OFFER_MEDIA);
    }

    for (n = 0; n < 50; n++) {
        program_send(port, 96, 77, n, n == 0, (u_char) n);
        program_send(port, 97, 78, n, n == 0, (u_char) n);
        scene_run(20);
    }

    for (i = 0; i < 3; i++) {
        assert_int_equal(calls[i].client->nrtp, 50);
        assert_int_equal(calls[i].last, 49);
    }

    assert_int_equal(ngx_webrtc_port_stats(port)->wrong_type, 50);
    assert_int_equal(ngx_webrtc_port_stats(port)->dropped, 0);

    /* the others do not notice that one goes */

    call_end(&calls[0]);

    program_send(port, 96, 77, 50, 0, 50);
    scene_run(20);

    for (i = 1; i < 3; i++) {
        assert_int_equal(calls[i].client->nrtp, 51);
        call_end(&calls[i]);
    }

    program_send(port, 96, 77, 51, 0, 51);
    assert_int_equal(ngx_webrtc_port_stats(port)->dropped, 1);

    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
redirects_change_at_any_time(void **state)
{
    call_t                   call;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    conf = video_conf(NULL, 96, 0);
    conf.video.send = 0;
    call_media(&call, &conf, OFFER_MEDIA);

    browser_send(&call, 1, 1, 1);
    scene_run(20);
    assert_int_equal(scene.nprograms, 0);

    conf = video_conf(NULL, 96, 9000);
    conf.video.pt = 101;
    assert_int_equal(ngx_webrtc_link_configure(call.link, &conf,
                                               scene.world.now), NGX_OK);
    scene_run(600);
    assert_true(call.client->pli >= 1);

    browser_send(&call, 2, 1, 2);
    scene_run(20);
    assert_int_equal(program(9000)->rtp, 1);
    assert_int_equal(program(9000)->pt, 96);

    conf = video_conf(NULL, 96, 9010);
    assert_int_equal(ngx_webrtc_link_configure(call.link, &conf,
                                               scene.world.now), NGX_OK);
    scene_run(600);
    browser_send(&call, 3, 1, 3);
    scene_run(20);

    assert_int_equal(program(9000)->rtp, 1);
    assert_int_equal(program(9010)->rtp, 1);
    assert_int_equal(program(9010)->last, 3);

    /* for nobody no key frames are asked for */

    assert_true(ngx_webrtc_gateway_expires(scene.gateway)
                < NGX_WEBRTC_NEVER);

    conf = video_conf(NULL, 96, 0);
    assert_int_equal(ngx_webrtc_link_configure(call.link, &conf,
                                               scene.world.now), NGX_OK);
    assert_true(ngx_webrtc_gateway_expires(scene.gateway)
                == NGX_WEBRTC_NEVER);

    call_end(&call);
    scene_cleanup();
}


static void
a_program_that_cannot_ask_gets_key_frames_now_and_then(void **state)
{
    call_t                   call;
    uint16_t                 i;
    ngx_uint_t               asked;
    ngx_webrtc_port_t       *rtcp;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    rtcp = port_of(NGX_WEBRTC_PORT_RTCP);
    conf = video_conf(NULL, 96, 9000);
    conf.video.send = 0;
    call_media(&call, &conf, OFFER_MEDIA);

    /* each one that is asked for comes at once */

    asked = 0;

    for (i = 0; i < 1500; i++) {
        browser_send(&call, i, call.client->pli > asked || i == 0, 1);
        asked = call.client->pli;
        scene_run(20);
    }

    /* after 1, 3, 7, 15 and 25 s */

    assert_in_range(asked, 5, 6);
    assert_int_equal(program(9000)->rtp, 1500);

    /* one that can ask is left alone */

    conf.video.rtcp_feed = rtcp;
    assert_int_equal(ngx_webrtc_link_configure(call.link, &conf,
                                               scene.world.now), NGX_OK);
    for (i = 1500; i < 3000; i++) {
        browser_send(&call, i, 0, 1);
        scene_run(20);
    }

    assert_int_equal(call.client->pli, asked);
    assert_true(ngx_webrtc_gateway_expires(scene.gateway)
                == NGX_WEBRTC_NEVER);

    call_end(&call);
    ngx_webrtc_port_destroy(rtcp);
    scene_cleanup();
}


static void
a_media_call_ends_with_the_channel_beside_it(void **state)
{
    call_t                   call;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    conf = video_conf(NULL, 96, 9000);
    conf.video.send = 0;

    /* by the browser that called */

    call_media(&call, &conf, OFFER_PEERJS);
    scene_run(200);
    data_client_open(&call.data, 0, "undefined");
    scene_run(50);
    assert_string_equal(call.data.theirs.journal, "up ack:0");

    assert_true(data_client_send(&call.data, 0, NGX_WEBRTC_PPID_STRING, "hi",
                                 2));
    scene_run(50);
    assert_heard(&call, "");

    assert_int_equal(ngx_webrtc_sctp_reset(call.data.sctp, 0,
                                           scene.world.now), NGX_OK);
    scene_run(500);
    assert_heard(&call, "closed");
    call_end(&call);

    /* by us */

    call_media(&call, &conf, OFFER_PEERJS);
    scene_run(200);
    data_client_open(&call.data, 0, "undefined");
    scene_run(50);

    call_destroy(&call);
    scene_run(200);
    assert_string_equal(call.data.theirs.journal, "up ack:0 reset:0");
    assert_int_equal(ngx_webrtc_dtls_state(call.client->dtls),
                     NGX_WEBRTC_DTLS_CLOSED);
    call_end(&call);

    /* one that we called */

    conf.hang_up = 1;
    call_media(&call, &conf, NULL);
    scene_run(200);
    assert_int_equal(strncmp(call.data.theirs.journal, "up open:", 8), 0);

    assert_int_equal(ngx_webrtc_sctp_reset(call.data.sctp, call.link->stream,
                                           scene.world.now), NGX_OK);
    scene_run(500);
    assert_heard(&call, "closed");
    call_end(&call);

    /* close_notify alone will do as well */

    call_media(&call, &conf, OFFER_MEDIA);
    ngx_webrtc_dtls_close(call.client->dtls);
    client_flush(call.client);
    scene_run(10);
    assert_heard(&call, "closed");
    call_end(&call);

    scene_cleanup();
}


static void
end_it(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event)
{
    (void) event;

    ngx_webrtc_link_destroy(link, scene.world.now);
}


static void
a_link_may_end_within_its_event(void **state)
{
    call_t                   call;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_VIDEO);
    conf = video_conf(port, 96, 9000);

    call_create(&call, &conf);
    call_browser(&call);
    call.react = end_it;

    assert_null(call_answer(&call, OFFER_PEERJS, NULL));
    call_begin(&call);

    while (call.journal[0] == '\0') {
        scene_run(1);
    }

    call.client->silent = 1;
    call.link = NULL;

    assert_heard(&call, "ready");
    assert_int_equal(ngx_webrtc_gateway_links(scene.gateway), 0);

    program_send(port, 96, 77, 1, 1, 1);
    assert_int_equal(ngx_webrtc_port_stats(port)->dropped, 1);

    scene_run(3000);
    assert_int_equal(ngx_webrtc_engine_peers(scene.world.engine), 0);
    assert_true(ngx_webrtc_gateway_expires(scene.gateway)
                == NGX_WEBRTC_NEVER);

    call_browser_cleanup(&call);
    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
what_cannot_be_agreed_is_said(void **state)
{
    call_t                   call;
    ngx_str_t                sdp;
    const char              *reason;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    conf = video_conf(NULL, 96, 9000);
    call_create(&call, &conf);
    call_browser(&call);

    ngx_str_set(&sdp, "v=0");

    assert_int_equal(ngx_webrtc_link_set_answer(call.link, &sdp,
                                                scene.world.now, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "NO-OFFER");
    assert_int_equal(ngx_webrtc_link_answer(call.link, &sdp, scene.world.now,
                                            &reason), NGX_ERROR);
    assert_string_equal(reason, "NO-OFFER");

    assert_int_equal(ngx_webrtc_link_set_offer(call.link, &sdp,
                                               scene.world.now, &reason),
                     NGX_ERROR);

    /* it lives on */

    assert_null(call_answer(&call, OFFER_MEDIA, NULL));
    call_connect(&call, "ready");

    assert_int_equal(ngx_webrtc_link_add_candidate(call.link, &sdp, &sdp,
                                                   scene.world.now), NGX_OK);
    call_end(&call);
    scene_cleanup();
}


static void
a_further_offer_changes_what_flows(void **state)
{
    call_t                   call;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_VIDEO);
    conf = video_conf(port, 96, 9000);
    call_media(&call, &conf, OFFER_MEDIA);

    exchange_video(&call, port, 96, 9000);

    /* the browser does not want ours any more */

    assert_null(call_answer(&call, OFFER_HEAD "a=group:BUNDLE 0\r\n"
                            OFFER_VIDEO("sendonly"), NULL));

    program_send(port, 96, 77, 200, 1, 200);
    browser_send(&call, 600, 1, 201);
    scene_run(50);
    assert_int_equal(call.client->nrtp, 50);
    assert_int_equal(program(9000)->last, 201);

    /* now it wants it, and has nothing to say */

    assert_null(call_answer(&call, OFFER_HEAD "a=group:BUNDLE 0\r\n"
                            OFFER_VIDEO("recvonly"), NULL));

    program_send(port, 96, 77, 201, 1, 201);
    browser_send(&call, 601, 1, 202);
    scene_run(50);
    assert_int_equal(call.client->nrtp, 51);
    assert_int_equal(program(9000)->last, 201);

    call_end(&call);
    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
what_its_section_is_called_does_not_matter(void **state)
{
    char                     *offer, *p;
    call_t                    call;
    ngx_webrtc_link_conf_t    conf;

    static const char  text[] =
        OFFER_HEAD "a=group:BUNDLE a-mid-that-no-header-extension-has\r\n"
        OFFER_VIDEO("sendonly");

    (void) state;

    scene_init();

    offer = malloc(sizeof(text) + 64);
    p = strstr(text, "a=mid:0\r\n");
    snprintf(offer, sizeof(text) + 64, "%.*sa=mid:%s%s", (int) (p - text),
             text, "a-mid-that-no-header-extension-has",
             p + sizeof("a=mid:0") - 1);

    conf = video_conf(NULL, 96, 9000);
    conf.video.send = 0;
    call_media(&call, &conf, offer);
    free(offer);

    browser_send(&call, 1, 1, 7);
    scene_run(50);
    assert_int_equal(program(9000)->last, 7);

    call_end(&call);
    scene_cleanup();
}


/* beyond 65535, which only SRTP knows of */

static void
browser_send_far(call_t *call, uint32_t seq, u_char last)
{
    u_char  payload[] = "\x10\x10\x02\0\x9d\x01\x2a\x40\x01\xf0\0?";

    payload[sizeof(payload) - 2] = last;

    client_send_rtp(call->client, call->link->agreement.video.pt, VIDEO_SSRC,
                    (uint16_t) seq, seq >> 16, payload, sizeof(payload) - 1);
    scene_run(50);
}


static void
a_browser_goes_on_after_a_pause_behind_a_roll_over(void **state)
{
    call_t                   call;
    uint32_t                 seq;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    conf = video_conf(NULL, 96, 9000);
    call_media(&call, &conf, OFFER_MEDIA);

    for (seq = 1; seq < 70000; seq += 20000) {
        browser_send_far(&call, seq, (u_char) (seq / 20000));
    }

    assert_int_equal(program(9000)->last, 3);
    assert_int_equal(ngx_webrtc_link_ssrc(call.link, 1), VIDEO_SSRC);

    assert_null(call_answer(&call, OFFER_HEAD "a=group:BUNDLE 0\r\n"
                            OFFER_VIDEO("recvonly"), NULL));

    browser_send_far(&call, 80001, 4);
    assert_int_equal(program(9000)->last, 3);
    assert_int_equal(ngx_webrtc_link_ssrc(call.link, 1), 0);

    assert_null(call_answer(&call, OFFER_MEDIA, NULL));

    browser_send_far(&call, 80002, 5);
    assert_int_equal(program(9000)->last, 5);
    assert_int_equal(program(9000)->ssrc, VIDEO_SSRC);

    call_end(&call);
    scene_cleanup();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
                       a_browser_calls_and_both_send_under_their_own_numbers),
        cmocka_unit_test(sound_and_picture_have_ports_of_their_own),
        cmocka_unit_test(we_call_and_nobody_hurries_to_answer),
        cmocka_unit_test(
                  a_link_fails_when_the_browser_does_not_come_or_goes_silent),
        cmocka_unit_test(lost_packets_are_repaired_and_key_frames_asked_for),
        cmocka_unit_test(one_port_feeds_three_browsers),
        cmocka_unit_test(redirects_change_at_any_time),
        cmocka_unit_test(
                      a_program_that_cannot_ask_gets_key_frames_now_and_then),
        cmocka_unit_test(a_media_call_ends_with_the_channel_beside_it),
        cmocka_unit_test(a_link_may_end_within_its_event),
        cmocka_unit_test(what_cannot_be_agreed_is_said),
        cmocka_unit_test(a_further_offer_changes_what_flows),
        cmocka_unit_test(what_its_section_is_called_does_not_matter),
        cmocka_unit_test(a_browser_goes_on_after_a_pause_behind_a_roll_over),
    };

    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
