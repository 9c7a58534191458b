
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Viewers of channels and ports.  It tests these together:
 *
 *     ngx_webrtc_tap.c
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

#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_viewer.h>


#define LABEL  "emsCommandChannel"


/* a member of the channel that sends, "call.link" is not used */

typedef struct {
    call_t                     call;
    ngx_webrtc_connection_t   *connection;
    char                      *offer;
    uint16_t                   seq;
    ngx_uint_t                 pli;
} sender_t;


typedef struct {
    call_t                     call;
    ngx_webrtc_viewer_t       *viewer;      /* NULL: it is over */
    char                      *offer;
    char                       text[128];
    ngx_uint_t                 rejects_media;
} viewer_t;


static ngx_webrtc_hub_t      *hub;
static ngx_webrtc_viewers_t  *viewers;


static void
begin(void)
{
    ngx_webrtc_hub_conf_t      conf;
    ngx_webrtc_hub_glue_t      glue;
    ngx_webrtc_viewers_conf_t  vconf;

    scene_init();

    ngx_memzero(&conf, sizeof(conf));
    ngx_memzero(&glue, sizeof(glue));

    conf.max_connections = 10;
    conf.max_sections = 64;
    conf.video_bit_rate = 500;
    conf.simulcast_bit_rate = 3000;
    conf.max_video_bit_rate = 15000;
    conf.answer_timeout = MSEC(30000);
    conf.message_size = 262144;
    conf.candidates = scene.conf.candidates;
    conf.ncandidates = 1;
    conf.fingerprint = scene.conf.fingerprint;

    hub = ngx_webrtc_hub_create(&conf, &glue, scene.world.engine, NULL);
    assert_non_null(hub);

    ngx_str_set(&vconf.label, LABEL);
    vconf.answer_timeout = MSEC(5000);

    viewers = ngx_webrtc_viewers_create(&vconf, hub, scene.gateway, NULL);
    assert_non_null(viewers);
}


static void
end(void)
{
    assert_int_equal(ngx_webrtc_viewers_count(viewers), 0);

    ngx_webrtc_viewers_destroy(viewers);
    ngx_webrtc_hub_destroy(hub, scene.world.now);
    scene_cleanup();
}


/* with the ticks of a worker */

static void
run(ngx_uint_t msec)
{
    while (msec--) {
        scene_run(1);

        if (ngx_webrtc_hub_expires(hub) <= scene.world.now) {
            ngx_webrtc_hub_tick(hub, scene.world.now);
        }

        if (ngx_webrtc_viewers_expires(viewers) <= scene.world.now) {
            ngx_webrtc_viewers_tick(viewers, scene.world.now);
        }
    }
}


static void
sender_handler(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_event_t *event, void *data)
{
    sender_t  *sender = data;

    switch (event->type) {

    case NGX_WEBRTC_EVENT_OFFER:
        free(sender->offer);
        sender->offer = strndup((char *) event->sdp.data, event->sdp.len);
        break;

    case NGX_WEBRTC_EVENT_CLOSED:
        assert_ptr_equal(connection, sender->connection);
        sender->connection = NULL;
        break;

    default:
        break;
    }
}


static void
sender_feedback(client_t *client, ngx_webrtc_rtcp_e kind, uint32_t ssrc,
    uint16_t seq)
{
    sender_t  *sender = client->feedback_data;

    (void) ssrc;
    (void) seq;

    sender->pli += (kind == NGX_WEBRTC_RTCP_PLI);
}


static void
sender_answer(sender_t *sender)
{
    char        *answer, *text;
    ngx_str_t    sdp;
    const char  *reason;

    answer = answer_write(sender->offer, NULL);
    text = browser_describe(&sender->call, answer);

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);

    reason = "";

    if (ngx_webrtc_hub_answer(sender->connection, &sdp, scene.world.now,
                              &reason)
        != NGX_OK)
    {
        fail_msg("%s\n%s", reason, text);
    }

    free(answer);
    free(text);
}


static void
sender_join(sender_t *sender, const char *channel, ngx_uint_t audio,
    ngx_webrtc_codec_e codec)
{
    const char         *reason;
    ngx_webrtc_join_t   join;

    memset(sender, 0, sizeof(sender_t));
    ngx_memzero(&join, sizeof(join));

    ngx_webrtc_opus_params_init(&join.opus);
    ngx_webrtc_video_params_init(&join.video);

    join.info.channel_id.data = (u_char *) channel;
    join.info.channel_id.len = strlen(channel);
    join.info.role = NGX_WEBRTC_SENDONLY;
    join.info.audio = audio;
    join.info.video = (codec != NGX_WEBRTC_CODEC_NONE);
    join.info.video_codec = codec;
    ngx_str_set(&join.video.profile_level_id, "640032");

    sender->connection = ngx_webrtc_hub_join(hub, &join, sender_handler,
                                             sender, scene.world.now, &reason);
    assert_non_null(sender->connection);

    call_browser(&sender->call);
    sender->call.client->feedback = sender_feedback;
    sender->call.client->feedback_data = sender;
    sender->call.client->turn = NULL;
    sender->call.client->peer = sender->connection->peer;
    sender->call.client->silent = 0;
}


static void
sender_arrive(sender_t *sender, const char *channel, ngx_uint_t audio,
    ngx_webrtc_codec_e codec)
{
    ngx_uint_t  i;

    sender_join(sender, channel, audio, codec);
    sender_answer(sender);

    for (i = 0; i < 100 && !sender->connection->live; i++) {
        run(20);
    }

    assert_true(sender->connection->live);
}


static void
sender_leave(sender_t *sender)
{
    sender->call.client->silent = 1;
    ngx_webrtc_hub_leave(sender->connection, NGX_WEBRTC_CLOSE_CLIENT, NULL,
                         scene.world.now);
    assert_null(sender->connection);
}


static void
sender_end(sender_t *sender)
{
    if (sender->connection) {
        sender_leave(sender);
    }

    run(10);
    call_browser_cleanup(&sender->call);
    free(sender->offer);
}


/* a packet of each track; the last byte tells which */

static void
sender_send(sender_t *sender, ngx_uint_t key)
{
    u_char                     payload[600];
    ngx_webrtc_publication_t  *tracks;

    tracks = sender->connection->tracks;

    memset(payload, 0xab, sizeof(payload));
    payload[599] = (u_char) sender->seq;

    if (tracks[NGX_WEBRTC_AUDIO].source) {
        client_send_rtp(sender->call.client,
                        tracks[NGX_WEBRTC_AUDIO].section->payload->pt,
                        AUDIO_SSRC, sender->seq, 0, payload, 80);
    }

    if (tracks[NGX_WEBRTC_VIDEO].source) {
        if (tracks[NGX_WEBRTC_VIDEO].codec == NGX_WEBRTC_CODEC_H264) {
            payload[0] = key ? 0x65 : 0x61;
            payload[1] = 0x80;

        } else {
            memcpy(payload, key ? "\x10\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0"
                                : "\x10\x11\x02\x00", key ? 10 : 4);
        }

        client_send_rtp(sender->call.client,
                        tracks[NGX_WEBRTC_VIDEO].section->payload->pt,
                        VIDEO_SSRC, sender->seq, 0, payload, 600);
    }

    sender->seq++;
}


static void
viewer_handler(ngx_webrtc_viewer_t *viewer,
    const ngx_webrtc_viewer_event_t *event, void *data, ngx_webrtc_usec_t now)
{
    size_t     n;
    viewer_t  *v = data;

    static const char *const  words[] = {
        "offer", "candidate", "playing", "command", "missing", "ended"
    };

    assert_true(now == scene.world.now);
    assert_ptr_equal(viewer, v->viewer);

    n = strlen(v->call.journal);
    snprintf(v->call.journal + n, sizeof(v->call.journal) - n, "%s%s",
             n ? " " : "", words[event->type]);

    switch (event->type) {

    case NGX_WEBRTC_VIEWER_OFFER:
        free(v->offer);
        v->offer = strndup((char *) event->text.data, event->text.len);
        break;

    case NGX_WEBRTC_VIEWER_COMMAND:
        snprintf(v->text, sizeof(v->text), "%.*s", (int) event->text.len,
                 event->text.data);
        break;

    case NGX_WEBRTC_VIEWER_MISSING:
    case NGX_WEBRTC_VIEWER_ENDED:
        v->call.reason = event->reason;
        ngx_webrtc_viewer_destroy(viewer, now);
        v->viewer = NULL;
        v->call.link = NULL;
        break;

    default:
        break;
    }
}


static ngx_int_t
viewer_open(viewer_t *v, const ngx_webrtc_viewer_conf_t *conf)
{
    ngx_int_t  rc;

    memset(v, 0, sizeof(viewer_t));

    rc = ngx_webrtc_viewer_create(viewers, conf, viewer_handler, v,
                                  scene.world.now, &v->viewer);
    if (rc != NGX_OK) {
        return rc;
    }

    v->call.link = ngx_queue_data(ngx_queue_last(&scene.gateway->links),
                                  ngx_webrtc_link_t, queue);
    call_browser(&v->call);
    run(1);

    assert_heard(&v->call, "offer");

    return NGX_OK;
}


static ngx_int_t
viewer_of(viewer_t *v, const char *channel, const ngx_str_t *id)
{
    ngx_webrtc_viewer_conf_t  conf;

    ngx_memzero(&conf, sizeof(conf));

    conf.channel_id.data = (u_char *) channel;
    conf.channel_id.len = strlen(channel);

    if (id) {
        conf.connection_id = *id;
    }

    return viewer_open(v, &conf);
}


static const char *
viewer_answer(viewer_t *v, const char *rejected)
{
    char        *answer, *text;
    ngx_str_t    sdp;
    ngx_int_t    rc;
    const char  *reason;

    answer = answer_write(v->offer, rejected);
    text = browser_describe(&v->call, answer);

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);

    reason = NULL;
    rc = ngx_webrtc_viewer_answer(v->viewer, &sdp, scene.world.now, &reason);

    free(answer);
    free(text);

    return (rc == NGX_OK) ? NULL : reason;
}


static void
viewer_play(viewer_t *v)
{
    assert_null(viewer_answer(v, NULL));
    call_connect(&v->call, "playing");
    assert_heard(&v->call, "playing");
}


static void
viewer_end(viewer_t *v)
{
    v->call.client->silent = 1;

    if (v->viewer) {
        ngx_webrtc_viewer_destroy(v->viewer, scene.world.now);
        v->viewer = NULL;
    }

    run(2500);
    call_browser_cleanup(&v->call);
    free(v->offer);
}


static void
two_viewers_see_and_hear_the_first_sender(void **state)
{
    sender_t                  sender;
    viewer_t                  a, b;
    uint16_t                  i;
    ngx_str_t                 id;
    ngx_webrtc_viewer_info_t  info;

    (void) state;

    begin();
    sender_arrive(&sender, "sora", 1, NGX_WEBRTC_CODEC_VP8);

    id.data = sender.connection->info.connection_id;
    id.len = NGX_WEBRTC_ID_LEN;

    assert_int_equal(viewer_of(&a, "sora", NULL), NGX_OK);
    assert_non_null(strstr(a.offer, "m=audio 9 UDP/TLS/RTP/SAVPF"));
    assert_non_null(strstr(a.offer, "m=video 9 UDP/TLS/RTP/SAVPF"));
    assert_non_null(strstr(a.offer, "m=application 9 UDP/DTLS/SCTP "
                                    "webrtc-datachannel"));
    assert_non_null(strstr(a.offer, "VP8/90000"));
    assert_non_null(strstr(a.offer, "rtx/90000"));
    assert_non_null(strstr(a.offer, "transport-cc"));
    assert_non_null(strstr(a.offer, "nack pli"));
    assert_non_null(strstr(a.offer, "opus/48000/2"));
    assert_non_null(strstr(a.offer, "a=sendonly"));
    assert_null(strstr(a.offer, "a=recvonly"));
    assert_null(strstr(a.offer, "a=sendrecv"));

    viewer_play(&a);

    assert_int_equal(viewer_of(&b, "sora", &id), NGX_OK);
    viewer_play(&b);

    run(1000);
    assert_true(sender.pli >= 1);

    /* nothing before a key frame */

    sender_send(&sender, 0);
    run(20);
    assert_int_equal(a.call.client->nrtp, 0);
    assert_int_equal(a.call.client->naudio, 1);

    for (i = 0; i < 50; i++) {
        sender_send(&sender, i == 0);
        run(20);
    }

    assert_int_equal(a.call.client->nrtp, 50);
    assert_int_equal(a.call.client->naudio, 51);
    assert_int_equal(a.call.client->bad, 0);
    assert_int_equal(b.call.client->nrtp, 50);
    assert_int_equal(a.call.last, 50);
    assert_int_equal(b.call.last, 50);

    ngx_webrtc_viewer_info(a.viewer, &info);
    assert_true(info.playing);
    assert_int_equal(info.video, NGX_WEBRTC_CODEC_VP8);
    assert_int_equal(info.audio, NGX_WEBRTC_CODEC_OPUS);
    assert_true(info.traffic.sent_bytes > 50 * 680);
    assert_true(ngx_webrtc_addr_equal(&info.traffic.remote,
                                      &a.call.client->path.remote));

    /* one leaves, the other one does not notice */

    viewer_end(&b);
    sender_send(&sender, 0);
    run(20);
    assert_int_equal(a.call.client->nrtp, 51);

    /* the stream ends */

    sender_leave(&sender);
    run(5);
    assert_heard(&a.call, "missing");
    assert_null(a.viewer);

    viewer_end(&a);
    sender_end(&sender);
    end();
}


static void
names_find_senders_that_send(void **state)
{
    sender_t                  first, second, late;
    viewer_t                  v;
    ngx_str_t                 id;
    ngx_webrtc_viewer_conf_t  conf;

    static ngx_str_t  unknown = ngx_string("00000000000000000000000000");

    (void) state;

    begin();

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_DECLINED);

    /* one that has not connected yet does not count */

    sender_join(&late, "sora", 1, NGX_WEBRTC_CODEC_VP8);
    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_DECLINED);

    sender_arrive(&first, "sora", 1, NGX_WEBRTC_CODEC_NONE);
    sender_arrive(&second, "sora", 0, NGX_WEBRTC_CODEC_H264);

    assert_int_equal(viewer_of(&v, "sora", &unknown), NGX_DECLINED);
    assert_int_equal(viewer_of(&v, "other", NULL), NGX_DECLINED);

    id.data = late.connection->info.connection_id;
    id.len = NGX_WEBRTC_ID_LEN;
    assert_int_equal(viewer_of(&v, "sora", &id), NGX_DECLINED);

    ngx_memzero(&conf, sizeof(conf));
    assert_int_equal(viewer_open(&v, &conf), NGX_DECLINED);

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);
    assert_non_null(strstr(v.offer, "m=audio"));
    assert_null(strstr(v.offer, "m=video"));
    viewer_end(&v);

    /* what the publisher was asked for is offered, at any level */

    id.data = second.connection->info.connection_id;
    assert_int_equal(viewer_of(&v, "sora", &id), NGX_OK);
    assert_null(strstr(v.offer, "m=audio"));
    assert_non_null(strstr(v.offer, "H264/90000"));
    assert_non_null(strstr(v.offer, "profile-level-id=640032"));
    assert_non_null(strstr(v.offer, "level-asymmetry-allowed=1"));
    viewer_play(&v);

    sender_send(&second, 1);
    run(20);
    assert_int_equal(v.call.client->nrtp, 1);

    /* another sender's end is not its end */

    sender_leave(&first);
    run(10);
    assert_heard(&v.call, "");

    viewer_end(&v);
    sender_end(&first);
    sender_end(&second);
    sender_end(&late);
    end();
}


static void
a_pause_ends_with_a_key_frame(void **state)
{
    sender_t    sender;
    viewer_t    v;
    ngx_uint_t  asked, audio;

    (void) state;

    begin();
    sender_arrive(&sender, "sora", 1, NGX_WEBRTC_CODEC_VP8);
    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);
    viewer_play(&v);

    sender_send(&sender, 1);
    sender_send(&sender, 0);
    run(1000);
    assert_int_equal(v.call.client->nrtp, 2);

    ngx_webrtc_viewer_pause(v.viewer, 1, scene.world.now);
    audio = v.call.client->naudio;

    sender_send(&sender, 1);
    run(100);
    assert_int_equal(v.call.client->nrtp, 2);
    assert_int_equal(v.call.client->naudio, audio);

    asked = sender.pli;
    ngx_webrtc_viewer_pause(v.viewer, 0, scene.world.now);
    run(1000);
    assert_true(sender.pli > asked);

    sender_send(&sender, 0);
    run(20);
    assert_int_equal(v.call.client->nrtp, 2);
    assert_true(v.call.client->naudio > audio);

    sender_send(&sender, 1);
    run(20);
    assert_int_equal(v.call.client->nrtp, 3);

    viewer_end(&v);

    /* one that is paused before it has begun */

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);
    ngx_webrtc_viewer_pause(v.viewer, 1, scene.world.now);
    viewer_play(&v);
    sender_send(&sender, 1);
    run(20);
    assert_int_equal(v.call.client->nrtp, 0);

    ngx_webrtc_viewer_pause(v.viewer, 0, scene.world.now);
    sender_send(&sender, 1);
    run(20);
    assert_int_equal(v.call.client->nrtp, 1);

    viewer_end(&v);
    sender_end(&sender);
    end();
}


static void
commands_come_over_their_channel(void **state)
{
    sender_t   sender;
    viewer_t   v;
    char      *mid;

    static ngx_str_t  reply = ngx_string("{\"type\":\"fmp4Response\"}");

    (void) state;

    begin();
    sender_arrive(&sender, "sora", 0, NGX_WEBRTC_CODEC_VP8);
    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);

    assert_int_not_equal(ngx_webrtc_viewer_say(v.viewer, &reply,
                                               scene.world.now), NGX_OK);
    viewer_play(&v);
    run(200);
    assert_string_equal(v.call.data.theirs.journal, "up");
    v.call.data.theirs.journal[0] = '\0';

    /* another channel is closed again */

    data_client_open(&v.call.data, 0, "chat");
    run(100);
    assert_non_null(strstr(v.call.data.theirs.journal, "reset:0"));

    data_client_open(&v.call.data, 2, LABEL);
    assert_true(data_client_send(&v.call.data, 2, NGX_WEBRTC_PPID_STRING,
                                 "{\"type\":\"fmp4Request\"}", 22));
    run(100);
    assert_heard(&v.call, "command");
    assert_string_equal(v.text, "{\"type\":\"fmp4Request\"}");

    v.call.data.theirs.journal[0] = '\0';
    assert_int_equal(ngx_webrtc_viewer_say(v.viewer, &reply, scene.world.now),
                     NGX_OK);
    run(100);
    assert_string_equal(v.call.data.theirs.journal,
                        "text:2:{\"type\":\"fmp4Response\"}");

    /* media do not end with it, and it may be opened again */

    assert_int_equal(ngx_webrtc_sctp_reset(v.call.data.sctp, 2,
                                           scene.world.now), NGX_OK);
    run(100);
    assert_heard(&v.call, "");
    assert_int_not_equal(ngx_webrtc_viewer_say(v.viewer, &reply,
                                               scene.world.now), NGX_OK);

    data_client_open(&v.call.data, 4, LABEL);
    assert_true(data_client_send(&v.call.data, 4, NGX_WEBRTC_PPID_STRING,
                                 "again", 5));
    run(100);
    assert_heard(&v.call, "command");
    assert_string_equal(v.text, "again");

    sender_send(&sender, 1);
    run(20);
    assert_int_equal(v.call.client->nrtp, 1);

    viewer_end(&v);

    /* a page that wants no media hears why it gets none */

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);

    mid = strstr(strstr(v.offer, "m=video"), "a=mid:") + 6;
    snprintf(v.text, sizeof(v.text), " %.*s ", (int) strcspn(mid, "\r\n"),
             mid);
    assert_null(viewer_answer(&v, v.text));
    call_connect(&v.call, "playing");

    viewer_end(&v);
    sender_end(&sender);
    end();
}


static void
who_does_not_answer_is_not_waited_for(void **state)
{
    sender_t     sender;
    viewer_t     v;
    ngx_str_t    sdp;
    const char  *reason;

    (void) state;

    begin();
    sender_arrive(&sender, "sora", 1, NGX_WEBRTC_CODEC_VP8);

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);
    run(4900);
    assert_heard(&v.call, "");
    run(200);
    assert_heard(&v.call, "ended");
    assert_string_equal(v.call.reason, "NO-ANSWER");
    viewer_end(&v);

    /* a bad answer, a second one, one that comes too often */

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);
    ngx_str_set(&sdp, "v=0\r\n");
    assert_int_equal(ngx_webrtc_viewer_answer(v.viewer, &sdp, scene.world.now,
                                              &reason), NGX_ERROR);
    viewer_play(&v);
    assert_string_equal(viewer_answer(&v, NULL), "UNEXPECTED-ANSWER");

    /* it hangs up */

    ngx_webrtc_dtls_close(v.call.client->dtls);
    client_flush(v.call.client);
    run(20);
    assert_heard(&v.call, "ended");
    assert_string_equal(v.call.reason, "CLOSED-BY-VIEWER");
    viewer_end(&v);

    /* it vanishes */

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);
    viewer_play(&v);
    v.call.client->silent = 1;
    run(31000);
    assert_heard(&v.call, "ended");
    viewer_end(&v);

    /* we hang up */

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);
    viewer_play(&v);
    ngx_webrtc_viewer_destroy(v.viewer, scene.world.now);
    v.viewer = NULL;
    run(50);
    assert_int_equal(ngx_webrtc_dtls_state(v.call.client->dtls),
                     NGX_WEBRTC_DTLS_CLOSED);
    viewer_end(&v);

    /* the stream ends while an answer is awaited */

    assert_int_equal(viewer_of(&v, "sora", NULL), NGX_OK);
    sender_leave(&sender);
    assert_null(viewer_answer(&v, NULL));
    run(5);
    assert_heard(&v.call, "missing");
    viewer_end(&v);

    sender_end(&sender);
    end();
}


/* one agent for all */

static ngx_webrtc_agent_conf_t  agent;
static ngx_uint_t               agents;


static void *
agent_create(void *data, const ngx_webrtc_agent_conf_t *conf,
    ngx_webrtc_addr_t *way)
{
    (void) data;

    if (agents) {
        return NULL;
    }

    agents++;
    agent = *conf;
    ngx_webrtc_addr_set_external(way, 1);

    return &agents;
}


static void
agent_destroy(void *data, void *it)
{
    (void) data;

    assert_ptr_equal(it, &agents);
    agents--;
}


static ngx_int_t
agent_address(void *data, void *it, ngx_webrtc_addr_t *remote)
{
    static const u_char  ip[] = { 192, 0, 2, 7 };

    (void) data;

    assert_ptr_equal(it, &agents);
    ngx_webrtc_addr_set_v4(remote, ip, 4242);

    return NGX_OK;
}


static void
a_viewer_far_away_is_reached_by_an_agent(void **state)
{
    sender_t                   sender;
    viewer_t                   v, other;
    ngx_str_t                  text;
    ngx_webrtc_ice_server_t    server;
    ngx_webrtc_viewer_info_t   info;
    ngx_webrtc_viewer_conf_t   conf;

    (void) state;

    begin();
    sender_arrive(&sender, "sora", 0, NGX_WEBRTC_CODEC_VP8);

    scene.gateway->glue.agent_create = agent_create;
    scene.gateway->glue.agent_destroy = agent_destroy;
    scene.gateway->glue.agent_address = agent_address;

    ngx_memzero(&conf, sizeof(conf));
    ngx_memzero(&server, sizeof(server));

    ngx_str_set(&server.url, "stun:192.0.2.1");
    ngx_str_set(&conf.channel_id, "sora");
    conf.full_ice = 1;
    conf.servers = &server;
    conf.nservers = 1;

    assert_int_equal(viewer_open(&v, &conf), NGX_OK);
    assert_null(strstr(v.offer, "a=ice-lite"));
    assert_null(strstr(v.offer, "a=candidate"));
    assert_null(strstr(v.offer, "a=end-of-candidates"));

    assert_true(agent.controlling);
    assert_int_equal(agent.nservers, 1);
    assert_memory_equal(agent.servers[0].url.data, "stun:192.0.2.1", 14);

    /* what it finds out is told, but not that it was all */

    ngx_str_set(&text, "candidate:x");
    agent.handler(agent.data, NGX_WEBRTC_AGENT_CANDIDATE, &text,
                  scene.world.now);
    assert_heard(&v.call, "candidate");

    agent.handler(agent.data, NGX_WEBRTC_AGENT_GATHERED, NULL,
                  scene.world.now);
    assert_heard(&v.call, "");

    ngx_webrtc_viewer_info(v.viewer, &info);
    assert_int_equal(info.traffic.remote.port, 4242);

    /* another one has to come to us */

    assert_int_equal(viewer_open(&other, &conf), NGX_OK);
    assert_non_null(strstr(other.offer, "a=ice-lite"));
    assert_non_null(strstr(other.offer, "a=candidate"));
    viewer_play(&other);

    viewer_end(&other);
    viewer_end(&v);
    assert_int_equal(agents, 0);

    sender_end(&sender);
    end();
}


/* H264 or sound of a program, of a type that nobody has declared */

static void
port_send(ngx_webrtc_port_t *port, u_char pt, uint16_t seq, u_char first)
{
    u_char            *p, buf[300];
    ngx_webrtc_rtp_t   rtp;

    memset(buf, 0xab, sizeof(buf));
    memset(&rtp, 0, sizeof(rtp));

    rtp.pt = pt;
    rtp.seq = seq;
    rtp.ssrc = 77;
    rtp.timestamp = (uint32_t) (scene.world.now * 90 / 1000);
    rtp.marker = 1;

    p = ngx_webrtc_rtp_write(buf, &rtp);
    p[0] = first;
    p[1] = 0x80;

    ngx_webrtc_port_input(port, buf, sizeof(buf), scene.world.now);
}


static void
ports_are_viewed_as_h264_and_opus(void **state)
{
    uint16_t                  i;
    viewer_t                  v;
    ngx_webrtc_port_t        *video, *audio;
    ngx_webrtc_viewer_conf_t  conf;

    (void) state;

    begin();

    video = port_of(NGX_WEBRTC_PORT_VIDEO);
    audio = port_of(NGX_WEBRTC_PORT_AUDIO);

    ngx_memzero(&conf, sizeof(conf));
    conf.video = video;
    conf.audio = audio;

    assert_int_equal(viewer_open(&v, &conf), NGX_OK);
    assert_non_null(strstr(v.offer, "H264/90000"));
    assert_non_null(strstr(v.offer, "opus/48000/2"));
    viewer_play(&v);

    for (i = 0; i < 20; i++) {
        port_send(video, 103, i, i ? 0x61 : 0x65);
        port_send(audio, 120, i, 0x78);
        run(20);
    }

    assert_int_equal(v.call.client->nrtp, 20);
    assert_int_equal(v.call.client->naudio, 20);
    assert_int_equal(ngx_webrtc_port_stats(video)->dropped, 0);
    assert_int_equal(ngx_webrtc_port_stats(video)->wrong_type, 0);
    assert_int_equal(v.call.pt, v.call.link->agreement.video.pt);

    /* another program goes on with it, under a type of its own */

    port_send(video, 96, 1000, 0x65);
    run(20);
    assert_int_equal(v.call.client->nrtp, 21);

    viewer_end(&v);

    /* sound alone */

    conf.video = NULL;
    assert_int_equal(viewer_open(&v, &conf), NGX_OK);
    assert_null(strstr(v.offer, "m=video"));
    viewer_play(&v);
    port_send(audio, 120, 100, 0x78);
    run(20);
    assert_int_equal(v.call.client->naudio, 1);
    viewer_end(&v);

    port_send(audio, 120, 101, 0x78);

    ngx_webrtc_port_destroy(video);
    ngx_webrtc_port_destroy(audio);
    end();
}


static void
ports_of_links_are_viewed_as_they_are_declared(void **state)
{
    call_t                     call;
    uint16_t                   i;
    viewer_t                   v;
    ngx_webrtc_port_t         *port;
    ngx_webrtc_link_conf_t     link;
    ngx_webrtc_viewer_conf_t   conf;

    (void) state;

    begin();

    port = port_of(NGX_WEBRTC_PORT_VIDEO);
    link = video_conf(port, 120, 9000);
    call_media(&call, &link, OFFER_MEDIA);

    ngx_memzero(&conf, sizeof(conf));
    conf.video = port;

    assert_int_equal(viewer_open(&v, &conf), NGX_OK);
    assert_non_null(strstr(v.offer, "VP8/90000"));
    viewer_play(&v);

    for (i = 0; i < 20; i++) {
        program_send(port, 120, 77, i, i == 0, (u_char) i);
        run(20);
    }

    assert_int_equal(v.call.client->nrtp, 20);
    assert_int_equal(call.client->nrtp, 20);
    assert_int_equal(v.call.last, 19);

    /* the program is asked for key frames in the link's name */

    run(1000);
    i = (uint16_t) program(9001)->pli;
    ngx_webrtc_viewer_pause(v.viewer, 1, scene.world.now);
    ngx_webrtc_viewer_pause(v.viewer, 0, scene.world.now);
    run(1000);
    assert_true(program(9001)->pli > i);

    /* the link ends, the viewer does not */

    call_end(&call);
    program_send(port, 120, 77, 20, 1, 20);
    run(20);
    assert_int_equal(v.call.client->nrtp, 21);

    viewer_end(&v);
    ngx_webrtc_port_destroy(port);
    end();
}


/* what the publisher of this answer does not send */

static char *
without(const char *offer, const char *kind)
{
    char         *text, *p;
    const char   *section;

    text = answer_write(offer, NULL);
    section = strstr(text, kind);
    assert_non_null(section);

    p = strstr(section, "a=sendonly");
    if (p == NULL) {
        p = strstr(section, "a=sendrecv");
    }

    assert_non_null(p);
    memcpy(p, "a=inactive", 10);

    return text;
}


/* a sender of video, whose viewer is offered its audio too */

static void
track_begin(sender_t *sender, viewer_t *v)
{
    char        *answer, *text;
    ngx_str_t    sdp;
    ngx_uint_t   i;
    const char  *reason;

    sender_join(sender, "sora", 1, NGX_WEBRTC_CODEC_VP8);

    answer = without(sender->offer, "m=audio");
    text = browser_describe(&sender->call, answer);
    sdp.data = (u_char *) text;
    sdp.len = strlen(text);

    assert_int_equal(ngx_webrtc_hub_answer(sender->connection, &sdp,
                                           scene.world.now, &reason), NGX_OK);
    free(answer);
    free(text);

    for (i = 0; i < 100 && !sender->connection->live; i++) {
        run(20);
    }

    assert_int_equal(viewer_of(v, "sora", NULL), NGX_OK);
    assert_null(strstr(v->offer, "m=audio"));
    viewer_play(v);
    sender_send(sender, 1);
    run(20);
    assert_int_equal(v->call.client->nrtp, 1);

    /* as the hub does when a later answer has it */

    sender->connection->negotiation.sections[0]->changed = 1;
    sender->connection->negotiation.sections[1]->changed = 1;
    ngx_webrtc_hub_begin(hub);
    ngx_webrtc_event_queue(sender->connection, NGX_WEBRTC_EVENT_OFFER,
                           scene.world.now);
    ngx_webrtc_hub_end(hub);

    sender_answer(sender);
    run(2);
    assert_heard(&v->call, "offer");
    assert_non_null(strstr(v->offer, "m=audio"));
    assert_non_null(strstr(v->offer, "m=video"));
}


static void
a_track_that_comes_later_is_offered(void **state)
{
    viewer_t  v;
    sender_t  sender;

    (void) state;

    begin();
    track_begin(&sender, &v);

    assert_null(viewer_answer(&v, NULL));
    v.call.client->audio_ssrc = v.call.link->agreement.audio.ssrc;

    sender_send(&sender, 0);
    run(20);
    assert_heard(&v.call, "");
    assert_int_equal(v.call.client->nrtp, 2);
    assert_int_equal(v.call.client->naudio, 1);

    viewer_end(&v);
    sender_end(&sender);
    end();
}


static void
who_plays_goes_on_without_a_second_answer(void **state)
{
    viewer_t  v;
    sender_t  sender;

    (void) state;

    begin();
    track_begin(&sender, &v);

    run(6000);
    assert_heard(&v.call, "");

    sender_send(&sender, 0);
    run(20);
    assert_int_equal(v.call.client->nrtp, 2);
    assert_int_equal(v.call.client->naudio, 0);

    /* better late than never */

    assert_null(viewer_answer(&v, NULL));
    v.call.client->audio_ssrc = v.call.link->agreement.audio.ssrc;

    sender_send(&sender, 0);
    run(20);
    assert_int_equal(v.call.client->naudio, 1);

    viewer_end(&v);
    sender_end(&sender);
    end();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(two_viewers_see_and_hear_the_first_sender),
        cmocka_unit_test(names_find_senders_that_send),
        cmocka_unit_test(a_pause_ends_with_a_key_frame),
        cmocka_unit_test(commands_come_over_their_channel),
        cmocka_unit_test(who_does_not_answer_is_not_waited_for),
        cmocka_unit_test(ports_are_viewed_as_h264_and_opus),
        cmocka_unit_test(ports_of_links_are_viewed_as_they_are_declared),
        cmocka_unit_test(a_track_that_comes_later_is_offered),
        cmocka_unit_test(who_plays_goes_on_without_a_second_answer),
        cmocka_unit_test(a_viewer_far_away_is_reached_by_an_agent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
