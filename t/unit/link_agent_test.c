
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* full ICE: what a link tells its agent, and hears from it */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/gateway.h"
#include "lib/offer.h"


/* an agent that is told what it would find out */

typedef struct {
    ngx_webrtc_agent_conf_t    conf;
    ngx_uint_t                 live;
    ngx_uint_t                 remotes;
    ngx_uint_t                 candidates;
    ngx_uint_t                 ended;
    uint16_t                   port;        /* of the last one */
    ngx_webrtc_addr_t          way;
} agent_t;


static agent_t  agent;


static void *
agent_create(void *data, const ngx_webrtc_agent_conf_t *conf,
    ngx_webrtc_addr_t *way)
{
    assert_ptr_equal(data, &scene);

    if (agent.live) {
        return NULL;
    }

    memset(&agent, 0, sizeof(agent));
    agent.conf = *conf;
    agent.live = 1;

    ngx_webrtc_addr_set_external(way, 1);
    agent.way = *way;

    return &agent;
}


static void
agent_destroy(void *data, void *it)
{
    assert_ptr_equal(data, &scene);
    assert_ptr_equal(it, &agent);

    agent.live = 0;
}


static ngx_int_t
agent_set_remote(void *data, void *it, const ngx_str_t *ufrag,
    const ngx_str_t *pwd)
{
    (void) data;
    (void) it;

    assert_int_equal(ufrag->len, sizeof(CLIENT_UFRAG) - 1);
    assert_int_equal(pwd->len, 24);

    agent.remotes++;

    return NGX_OK;
}


static void
agent_add_candidate(void *data, void *it,
    const ngx_webrtc_sdp_candidate_t *candidate)
{
    (void) data;
    (void) it;

    assert_true(agent.remotes > 0);

    if (candidate == NULL) {
        agent.ended++;
        return;
    }

    agent.candidates++;
    agent.port = candidate->port;
}


static void
use_agents(void)
{
    memset(&agent, 0, sizeof(agent));

    scene.gateway->glue.agent_create = agent_create;
    scene.gateway->glue.agent_destroy = agent_destroy;
    scene.gateway->glue.agent_set_remote = agent_set_remote;
    scene.gateway->glue.agent_add_candidate = agent_add_candidate;
}


static void
candidate_heard(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event)
{
    (void) link;

    if (event->type == NGX_WEBRTC_LINK_CANDIDATE) {
        assert_memory_equal(event->candidate.data, "candidate:x", 11);
        assert_int_equal(event->mid.len, 1);
    }
}


static ngx_uint_t  mids;


static void
mid_heard(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event)
{
    (void) link;

    mids += (event->mid.len > 0);
}


static void
end_it(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event)
{
    (void) event;

    ngx_webrtc_link_destroy(link, scene.world.now);
}


static void
an_agent_reaches_out_to_a_browser(void **state)
{
    call_t                   call, other;
    char                    *answer;
    ngx_str_t                text, none;
    const char              *reason;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();
    use_agents();

    conf = video_conf(NULL, 96, 9000);
    conf.video.send = 0;
    conf.full_ice = 1;

    call_create(&call, &conf);
    call_browser(&call);
    call.react = candidate_heard;

    /* one comes before the description */

    ngx_str_set(&text, "candidate:1 1 udp 9 192.0.2.9 1111 typ host");
    ngx_str_null(&none);
    assert_int_equal(ngx_webrtc_link_add_candidate(call.link, &text, &none,
                                                   scene.world.now), NGX_OK);

    assert_null(call_answer(&call, OFFER_MEDIA
                "a=candidate:2 1 udp 9 192.0.2.9 2222 typ host\r\n", &answer));

    assert_null(strstr(answer, "a=ice-lite"));
    assert_null(strstr(answer, "a=candidate"));
    free(answer);

    assert_int_equal(agent.live, 1);
    assert_false(agent.conf.controlling);
    assert_int_equal(agent.remotes, 1);
    assert_int_equal(agent.candidates, 2);
    assert_int_equal(agent.port, 2222);

    ngx_str_set(&text, "candidate:3 1 udp 9 192.0.2.9 3333 typ host");
    assert_int_equal(ngx_webrtc_link_add_candidate(call.link, &text, &none,
                                                   scene.world.now), NGX_OK);
    assert_int_equal(agent.port, 3333);
    assert_int_equal(ngx_webrtc_link_add_candidate(call.link, &none, &none,
                                                   scene.world.now), NGX_OK);
    assert_int_equal(agent.ended, 1);

    ngx_str_set(&text, "candidate:x");
    agent.conf.handler(agent.conf.data, NGX_WEBRTC_AGENT_CANDIDATE, &text,
                       scene.world.now);
    agent.conf.handler(agent.conf.data, NGX_WEBRTC_AGENT_GATHERED, NULL,
                       scene.world.now);
    assert_heard(&call, "candidate gathered");

    /* there is none for a second link */

    call_create(&other, &conf);
    assert_int_equal(ngx_webrtc_link_offer(other.link, &text,
                                           scene.world.now, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "NO-ICE-AGENT");
    call_destroy(&other);

    /* it has found a way */

    call_begin(&call);
    call.client->silent = 1;
    call.client->path.remote = agent.way;

    agent.conf.handler(agent.conf.data, NGX_WEBRTC_AGENT_UP, NULL,
                       scene.world.now);
    client_start_dtls(call.client);
    scene_run(100);
    assert_heard(&call, "ready");

    browser_send(&call, 1, 1, 1);
    scene_run(20);
    assert_int_equal(program(9000)->rtp, 1);

    /* a further offer is nothing new for it */

    assert_null(call_answer(&call, OFFER_MEDIA, NULL));
    assert_int_equal(agent.remotes, 1);

    agent.conf.handler(agent.conf.data, NGX_WEBRTC_AGENT_DOWN, NULL,
                       scene.world.now);
    scene_run(20);
    assert_heard(&call, "failed");

    assert_int_equal(agent.live, 1);
    call_end(&call);
    assert_int_equal(agent.live, 0);

    /* we call: candidates are told while the browser has not answered */

    call_create(&call, &conf);
    assert_int_equal(ngx_webrtc_link_offer(call.link, &text, scene.world.now,
                                           &reason), NGX_OK);
    assert_true(agent.conf.controlling);

    mids = 0;
    call.react = mid_heard;
    ngx_str_set(&text, "candidate:x");
    agent.conf.handler(agent.conf.data, NGX_WEBRTC_AGENT_CANDIDATE, &text,
                       scene.world.now);
    assert_int_equal(mids, 1);

    /* it may end the link */

    call.react = end_it;
    agent.conf.handler(agent.conf.data, NGX_WEBRTC_AGENT_CANDIDATE, &text,
                       scene.world.now);
    assert_int_equal(agent.live, 0);

    scene_cleanup();
}


static ngx_uint_t
offers(const ngx_str_t *sdp, const char *word)
{
    char       *text;
    ngx_uint_t  found;

    text = strndup((char *) sdp->data, sdp->len);
    assert_non_null(text);

    found = strstr(text, word) != NULL;

    free(text);

    return found;
}


static void
without_an_agent_a_link_may_do_with_ice_lite(void **state)
{
    call_t                    call, other, plain;
    ngx_str_t                 sdp, none, text;
    const char               *reason;
    ngx_webrtc_link_conf_t    conf;
    ngx_webrtc_ice_server_t   servers[2], *heard;

    (void) state;

    scene_init();
    use_agents();

    memset(servers, 0, sizeof(servers));
    ngx_str_set(&servers[0].url, "stun:192.0.2.1");
    ngx_str_set(&servers[1].url, "turn:192.0.2.1");
    ngx_str_set(&servers[1].username, "u");
    ngx_str_set(&servers[1].credential, "c");

    conf = video_conf(NULL, 96, 9000);
    conf.full_ice = 1;
    conf.or_lite = 1;
    conf.servers = servers;
    conf.nservers = 2;

    /* there is one: it gets the servers, which may be gone by now */

    call_create(&call, &conf);
    memset(servers, 0, sizeof(servers));

    assert_int_equal(ngx_webrtc_link_offer(call.link, &sdp, scene.world.now,
                                           &reason), NGX_OK);
    assert_int_equal(agent.live, 1);
    assert_false(offers(&sdp, "a=ice-lite"));
    assert_false(offers(&sdp, "a=candidate"));

    assert_int_equal(agent.conf.nservers, 2);
    heard = (ngx_webrtc_ice_server_t *) agent.conf.servers;
    assert_int_equal(heard[0].url.len, 14);
    assert_int_equal(heard[0].username.len, 0);
    assert_memory_equal(heard[1].url.data, "turn:192.0.2.1", 14);
    assert_memory_equal(heard[1].username.data, "u", 1);
    assert_memory_equal(heard[1].credential.data, "c", 1);

    /* there is none for a second link, which goes without */

    conf.nservers = 0;

    call_create(&other, &conf);
    assert_int_equal(ngx_webrtc_link_offer(other.link, &sdp, scene.world.now,
                                           &reason), NGX_OK);
    assert_true(offers(&sdp, "a=ice-lite"));
    assert_true(offers(&sdp, "a=candidate"));

    /* and asks nothing of the agent that it has not */

    ngx_str_set(&text, "candidate:3 1 udp 9 192.0.2.9 3333 typ host");
    ngx_str_null(&none);
    assert_int_equal(ngx_webrtc_link_add_candidate(other.link, &text, &none,
                                                   scene.world.now), NGX_OK);
    assert_int_equal(agent.candidates, 0);

    /* one that needs it is refused, and may try again */

    conf.or_lite = 0;

    call_create(&plain, &conf);
    assert_int_equal(ngx_webrtc_link_offer(plain.link, &sdp, scene.world.now,
                                           &reason), NGX_ERROR);
    assert_string_equal(reason, "NO-ICE-AGENT");

    call_destroy(&call);
    assert_int_equal(agent.live, 0);

    assert_int_equal(ngx_webrtc_link_offer(plain.link, &sdp, scene.world.now,
                                           &reason), NGX_OK);
    assert_int_equal(agent.live, 1);
    assert_false(offers(&sdp, "a=ice-lite"));

    call_destroy(&plain);
    call_destroy(&other);

    scene_cleanup();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_agent_reaches_out_to_a_browser),
        cmocka_unit_test(without_an_agent_a_link_may_do_with_ice_lite),
    };

    return cmocka_run_group_tests_name("link_agent", tests, NULL, NULL);
}
