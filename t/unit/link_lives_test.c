
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* calls that begin and end at any time, on a way that loses packets */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/gateway.h"
#include "lib/offer.h"


#define LIVES  60


static call_t    calls[LIVES];
static uint32_t  seed;


static ngx_uint_t
chance(ngx_uint_t n)
{
    seed = seed * 1664525 + 1013904223;

    return (seed >> 8) % n;
}


static void
perhaps_end(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event)
{
    ngx_uint_t  i;

    for (i = 0; i < LIVES; i++) {

        if (calls[i].link == link
            && (chance(8) == 0
                || event->type == NGX_WEBRTC_LINK_CLOSED
                || event->type == NGX_WEBRTC_LINK_FAILED))
        {
            call_destroy(&calls[i]);
        }
    }
}


static void
begin(call_t *call, ngx_webrtc_port_t *video, ngx_webrtc_port_t *data)
{
    const char              *offer;
    ngx_webrtc_link_conf_t   conf;

    offer = OFFER_PEERJS;
    conf = video_conf(video, 96, 9000);
    conf.hang_up = 1;

    if (chance(2)) {
        offer = OFFER_HEAD "a=group:BUNDLE 1\r\n" OFFER_APPLICATION;
        conf = data_conf(data, 8000);
    }

    call_create(call, &conf);
    call_browser(call);

    if (chance(2)) {
        assert_null(call_offer_and_answer(call));

    } else {
        assert_null(call_answer(call, offer, NULL));
    }

    call_begin(call);
    call->client->many = 1;
    call->react = perhaps_end;
}


static void
live(call_t *call)
{
    if (call->link == NULL || call->client->out == NULL
        || !ngx_webrtc_link_is_open(call->link))
    {
        return;
    }

    if (call->link->conf.is_data && call->data.sctp) {
        (void) data_client_send(&call->data, call->link->stream,
                                NGX_WEBRTC_PPID_STRING, "text", 4);

    } else if (!call->link->conf.is_data) {
        browser_send(call, (uint16_t) chance(1000), chance(2), 0);
    }

    if (chance(200) == 0) {
        ngx_webrtc_dtls_close(call->client->dtls);
        client_flush(call->client);
    }
}


static void
random_calls_leave_nothing_behind(void **state)
{
    ngx_uint_t          i, n, opened;
    ngx_webrtc_port_t  *video, *data;

    (void) state;

    scene_init();
    memset(calls, 0, sizeof(calls));
    seed = 1;
    opened = 0;
    scene.world.loss = 5;

    video = port_of(NGX_WEBRTC_PORT_VIDEO);
    data = port_of(NGX_WEBRTC_PORT_DATA);

    for (i = 0; i < LIVES; /* void */ ) {

        if (chance(3) == 0 && ngx_webrtc_gateway_links(scene.gateway) < 8) {
            begin(&calls[i++], video, data);
        }

        for (n = 0; n < i; n++) {
            live(&calls[n]);
        }

        program_send(video, 96, 77, (uint16_t) scene.world.now, chance(3) == 0,
                     0);
        port_data(data, "text");
        program(8000)->journal[0] = '\0';

        scene_run(chance(100));

        n = chance(i + 1);

        if (n < i && chance(4) == 0) {
            call_destroy(&calls[n]);
        }
    }

    scene_run(500);

    for (i = 0; i < LIVES; i++) {
        opened += (strstr(calls[i].journal, "open") != NULL
                   || strstr(calls[i].journal, "ready") != NULL);
        call_destroy(&calls[i]);
    }

    /* those that were not closed well are gone in the end too */

    scene_run(5000);
    assert_int_equal(ngx_webrtc_engine_peers(scene.world.engine), 0);
    assert_true(opened > LIVES / 4);
    assert_true(program(9000)->rtp > 50);
    assert_true(program(8000)->datagrams > 50);

    for (i = 0; i < LIVES; i++) {
        call_browser_cleanup(&calls[i]);
    }

    ngx_webrtc_port_destroy(video);
    ngx_webrtc_port_destroy(data);
    scene_cleanup();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(random_calls_leave_nothing_behind),
    };

    return cmocka_run_group_tests_name("link_lives", tests, NULL, NULL);
}
