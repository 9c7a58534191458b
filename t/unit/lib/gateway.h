
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A gateway with its programs and browsers in virtual time.  What a link
 * tells is written into its journal, "ready closed"; what a program gets,
 * into that of its address: "one two".
 */


#ifndef _NGX_WEBRTC_TEST_GATEWAY_H_INCLUDED_
#define _NGX_WEBRTC_TEST_GATEWAY_H_INCLUDED_


#include "lib/client_data.h"
#include "lib/answer.h"

#include <hub/ngx_webrtc_gateway_internal.h>
#include <media/ngx_webrtc_media.h>


#define PROGRAMS     16
#define VIDEO_SSRC   1000
#define AUDIO_SSRC   2000
#define CLIENT_UFRAG "clientufrag"


/* what arrives at an address */

typedef struct {
    uint16_t                   port;
    char                       journal[8192];   /* of data */
    ngx_uint_t                 datagrams;
    ngx_webrtc_port_t         *from;            /* of the last one */

    ngx_uint_t                 rtp;
    uint8_t                    pt;
    uint16_t                   seq;
    uint32_t                   ssrc;
    u_char                     last;            /* byte of the last payload */

    ngx_uint_t                 pli;
    ngx_uint_t                 sr;
    ngx_uint_t                 rr;
    ngx_uint_t                 sdes;
} program_t;


typedef struct {
    ngx_webrtc_link_t         *link;            /* NULL: destroyed */
    char                       journal[1024];
    const char                *reason;
    void                     (*react)(ngx_webrtc_link_t *link,
                                    const ngx_webrtc_link_event_t *event);

    /* the browser's end */
    client_t                  *client;
    data_t                     data;
    ngx_uint_t                 pt;              /* of the last video packet */
    ngx_uint_t                 rtx;
    u_char                     last;
    uint16_t                   seq;
} call_t;


typedef struct {
    world_t                    world;
    ngx_webrtc_gateway_t      *gateway;
    ngx_webrtc_gateway_conf_t  conf;
    program_t                  programs[PROGRAMS];
    ngx_uint_t                 nprograms;
} scene_t;


static scene_t  scene;


static inline ngx_webrtc_addr_t
at(uint16_t port)
{
    ngx_webrtc_addr_t  addr;

    ngx_memzero(&addr, sizeof(addr));
    ngx_webrtc_addr_set_v4(&addr, "\x0a\0\0\7", port);

    return addr;
}


static inline program_t *
program(uint16_t port)
{
    ngx_uint_t  i;

    for (i = 0; i < scene.nprograms; i++) {
        if (scene.programs[i].port == port) {
            return &scene.programs[i];
        }
    }

    assert_true(scene.nprograms < PROGRAMS);

    scene.programs[i].port = port;
    scene.nprograms++;

    return &scene.programs[i];
}


static inline void
program_rtcp(program_t *to, u_char *pos, u_char *last)
{
    ngx_webrtc_rtcp_t  rtcp;

    assert_int_equal(ngx_webrtc_rtcp_check(pos, last), NGX_OK);

    while (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {
        to->pli += (rtcp.kind == NGX_WEBRTC_RTCP_PLI);
        to->sr += (rtcp.kind == NGX_WEBRTC_RTCP_SR);
        to->rr += (rtcp.kind == NGX_WEBRTC_RTCP_RR);
        to->sdes += (rtcp.kind == NGX_WEBRTC_RTCP_SDES);
    }
}


/* addresses from 9000 on are those of media */

static inline void
program_input(const ngx_webrtc_addr_t *addr, u_char *pos, size_t len)
{
    size_t             n;
    program_t         *to;
    ngx_webrtc_rtp_t   rtp;

    to = program(addr->port);
    to->datagrams++;

    if (addr->port < 9000) {
        n = strlen(to->journal);
        snprintf(to->journal + n, sizeof(to->journal) - n, "%s%.*s",
                 n ? " " : "", (int) ngx_min(len, 40), (char *) pos);
        return;
    }

    if (ngx_webrtc_rtp_is_rtcp(pos, pos + len)) {
        program_rtcp(to, pos, pos + len);
        return;
    }

    assert_int_equal(ngx_webrtc_rtp_parse(pos, pos + len, &rtp), NGX_OK);

    to->rtp++;
    to->pt = rtp.pt;
    to->seq = rtp.seq;
    to->ssrc = rtp.ssrc;
    to->last = rtp.payload[rtp.payload_len - 1];
}


static inline void
scene_send(void *data, ngx_webrtc_port_t *port, const ngx_webrtc_addr_t *to,
    const u_char *pos, size_t len)
{
    u_char  *copy;

    assert_ptr_equal(data, &scene);

    copy = malloc(len + 1);
    memcpy(copy, pos, len);

    program(to->port)->from = port;
    program_input(to, copy, len);

    free(copy);
}


static inline void
scene_init(void)
{
    ngx_webrtc_gateway_glue_t  glue;

    static ngx_webrtc_addr_t  addr;

    ngx_memzero(&glue, sizeof(glue));

    memset(&scene, 0, sizeof(scene));
    world_init(&scene.world);
    scene.world.plain = program_input;

    ngx_webrtc_addr_set_v4(&addr, "\xc0\x00\x02\x01", 10000);

    scene.conf.max_links = 8;
    scene.conf.message_size = 262144;
    scene.conf.data_buffer = 1048576;
    scene.conf.early_data = 200;
    scene.conf.max_sections = 16;
    scene.conf.setup_timeout = MSEC(10000);
    scene.conf.candidates = &addr;
    scene.conf.ncandidates = 1;
    scene.conf.fingerprint =
                       *ngx_webrtc_certificate_fingerprint(scene.world.cert);

    glue.data = &scene;
    glue.send = scene_send;

    scene.gateway = ngx_webrtc_gateway_create(&scene.conf, &glue,
                                              scene.world.engine, NULL);
    assert_non_null(scene.gateway);
}


/* a millisecond at a time */

static inline void
scene_run(ngx_uint_t msec)
{
    while (msec--) {
        world_run(&scene.world, 1);

        if (ngx_webrtc_gateway_expires(scene.gateway) <= scene.world.now) {
            ngx_webrtc_gateway_tick(scene.gateway, scene.world.now);
        }
    }
}


static inline void
scene_cleanup(void)
{
    assert_int_equal(ngx_webrtc_gateway_links(scene.gateway), 0);
    assert_int_equal(scene.gateway->nports, 0);

    ngx_webrtc_gateway_destroy(scene.gateway);
    world_cleanup(&scene.world);
}


static inline void
call_handler(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event,
    void *data, ngx_webrtc_usec_t now)
{
    call_t  *call = data;
    size_t   n;

    static const char *const  words[] = {
        "ready", "open", "candidate", "gathered", "closed", "failed", "news"
    };

    assert_true(now == scene.world.now);

    n = strlen(call->journal);
    snprintf(call->journal + n, sizeof(call->journal) - n, "%s%s",
             n ? " " : "", words[event->type]);

    if (event->type == NGX_WEBRTC_LINK_FAILED) {
        call->reason = event->reason;
    }

    if (call->react) {
        call->react(link, event);
    }
}


static inline void
call_create(call_t *call, const ngx_webrtc_link_conf_t *conf)
{
    memset(call, 0, sizeof(call_t));

    call->link = ngx_webrtc_link_create(scene.gateway, conf, call_handler,
                                        call, scene.world.now);
    assert_non_null(call->link);
}


/* its packets of video, originals and repairs */

static inline void
call_watch(client_t *client, const ngx_webrtc_rtp_t *rtp, ngx_uint_t rtx)
{
    call_t  *call = client->watch_data;

    if (rtx) {
        call->rtx++;

    } else {
        call->pt = rtp->pt;
        call->seq = rtp->seq;
    }

    call->last = rtp->payload[rtp->payload_len - 1];
}


/* repairs what it is asked for, as client_repair(), by the agreed numbers */

static inline void
call_feedback(client_t *client, ngx_webrtc_rtcp_e kind, uint32_t ssrc,
    uint16_t seq)
{
    call_t  *call = client->feedback_data;
    u_char   payload[1302];

    if (kind != NGX_WEBRTC_RTCP_NACK) {
        return;
    }

    assert_int_equal(ssrc, VIDEO_SSRC);

    ngx_webrtc_put16(payload, seq);
    memcpy(payload + 2, client->sent[seq % CLIENT_PACKETS],
           client->sent_len[seq % CLIENT_PACKETS]);

    client_send_rtp(client, call->link->agreement.video.rtx_pt,
                    VIDEO_SSRC + 1, client->rtx_out_seq++, 0, payload,
                    client->sent_len[seq % CLIENT_PACKETS] + 2u);
}


/* a browser that knows the link's half of ICE; it comes when it is told to */

static inline void
call_browser(call_t *call)
{
    world_t   *world;
    client_t  *client;

    world = &scene.world;

    client = calloc(1, sizeof(client_t));
    client->world = world;
    client->cert = ngx_webrtc_certificate_create(time(NULL), 30);
    client->ctx = ngx_webrtc_dtls_ctx_create(client->cert);
    client->local_ufrag.data = (u_char *) CLIENT_UFRAG;
    client->local_ufrag.len = sizeof(CLIENT_UFRAG) - 1;
    client->silent = 1;
    client->ssrc_out = VIDEO_SSRC;
    client->watch = call_watch;
    client->watch_data = call;
    client->feedback = call_feedback;
    client->feedback_data = call;

    ngx_webrtc_addr_set_v4(&client->path.remote, "\x7f\0\0\1",
                           (uint16_t) (20000 + world->nclients));
    ngx_webrtc_addr_set_v4(&client->path.local, "\x7f\0\0\1", 10000);

    world->clients[world->nclients++] = client;
    call->client = client;

    data_init(&call->data, world);

    call->data.client = client;
    client->record = data_client_record;
    client->turn = data_client_turn;
    client->extra = &call->data;
}


/* after offer and answer */

static inline void
call_begin(call_t *call)
{
    call->client->peer = call->link->peer;
    call->client->media_ssrc = call->link->agreement.video.ssrc;
    call->client->audio_ssrc = call->link->agreement.audio.ssrc;

    if (call->link->agreement.video.rtx) {
        call->client->rtx_ssrc = call->link->agreement.video.rtx_ssrc;
    }

    if (!call->link->agreement.data.accepted) {
        call->client->turn = NULL;
    }

    call->client->silent = 0;
}


static inline void
call_connect(call_t *call, const char *word)
{
    ngx_uint_t  i;

    call_begin(call);

    for (i = 0; i < 100 && strstr(call->journal, word) == NULL; i++) {
        scene_run(20);
    }

    assert_non_null(strstr(call->journal, word));
}


/* the browser is gone; the link may be there still */

static inline void
call_browser_cleanup(call_t *call)
{
    if (call->client == NULL) {
        return;
    }

    data_cleanup(&call->data);
    test_clock = &scene.world.now;

    call->client->peer = NULL;
    client_destroy(call->client);
    call->client = NULL;
}


static inline void
call_destroy(call_t *call)
{
    if (call->client) {
        call->client->silent = 1;
    }

    if (call->link) {
        ngx_webrtc_link_destroy(call->link, scene.world.now);
        call->link = NULL;
    }
}


/* our transport in place of what lib/answer.h writes, and our streams */

static inline char *
browser_describe(call_t *call, const char *text)
{
    ngx_uint_t        kind;
    const char       *line, *end;
    answer_text_t     out;
    const ngx_str_t  *fp;
    char              buf[256];

    static const char *const  streams[] = {
        "a=ssrc-group:FID 1000 1001\r\na=ssrc:1000 cname:client\r\n"
        "a=ssrc:1001 cname:client\r\n",
        "a=ssrc:2000 cname:client\r\n"
    };

    memset(&out, 0, sizeof(answer_text_t));
    kind = 2;

    fp = ngx_webrtc_certificate_fingerprint(call->client->cert);

    for (line = text; *line; line = end) {
        end = strstr(line, "\r\n") + 2;

        if (answer_begins(line, "m=")) {
            kind = answer_begins(line, "m=video") ? 0
                   : answer_begins(line, "m=audio") ? 1 : 2;
        }

        if (answer_begins(line, "a=ice-ufrag:")) {
            answer_append(&out, "a=ice-ufrag:" CLIENT_UFRAG "\r\n",
                          sizeof("a=ice-ufrag:" CLIENT_UFRAG "\r\n") - 1);

        } else if (answer_begins(line, "a=fingerprint:")) {
            snprintf(buf, sizeof(buf), "a=fingerprint:sha-256 %.*s\r\n",
                     (int) fp->len, (char *) fp->data);
            answer_append(&out, buf, strlen(buf));

        } else {
            answer_append(&out, line, end - line);
        }

        if (answer_begins(line, "a=mid:") && kind < 2) {
            answer_append(&out, streams[kind], strlen(streams[kind]));
        }
    }

    return out.text;
}


/* we call; NULL: the answer was taken */

static inline const char *
call_offer_and_answer(call_t *call)
{
    char        *offer, *answer, *text;
    ngx_str_t    sdp;
    const char  *reason;

    reason = NULL;

    if (ngx_webrtc_link_offer(call->link, &sdp, scene.world.now, &reason)
        != NGX_OK)
    {
        return reason;
    }

    offer = strndup((char *) sdp.data, sdp.len);
    answer = answer_write(offer, NULL);
    text = browser_describe(call, answer);

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);

    if (ngx_webrtc_link_set_answer(call->link, &sdp, scene.world.now, &reason)
        == NGX_OK)
    {
        reason = NULL;
    }

    if (reason) {
        print_error("%s\n%s\n%s", reason, offer, text);
    }

    free(offer);
    free(answer);
    free(text);

    return reason;
}


static inline const char *
call_answer(call_t *call, const char *offer, char **answer)
{
    char        *text;
    ngx_str_t    sdp;
    const char  *reason;

    reason = NULL;
    text = browser_describe(call, offer);

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);

    if (ngx_webrtc_link_set_offer(call->link, &sdp, scene.world.now, &reason)
        == NGX_OK
        && ngx_webrtc_link_answer(call->link, &sdp, scene.world.now, &reason)
           == NGX_OK)
    {
        reason = NULL;

        if (answer) {
            *answer = strndup((char *) sdp.data, sdp.len);
        }
    }

    free(text);

    return reason;
}


/* VP8 from a program: a key frame's packet, or a delta frame's */

static inline void
program_send(ngx_webrtc_port_t *port, u_char pt, uint32_t ssrc, uint16_t seq,
    ngx_uint_t key, u_char last)
{
    u_char            *p, buf[600];
    ngx_webrtc_rtp_t   rtp;

    memset(buf, 0xab, sizeof(buf));
    memset(&rtp, 0, sizeof(rtp));

    rtp.pt = pt;
    rtp.seq = seq;
    rtp.ssrc = ssrc;
    rtp.timestamp = (uint32_t) (scene.world.now * 90 / 1000);
    rtp.marker = 1;

    p = ngx_webrtc_rtp_write(buf, &rtp);

    p[0] = 0x10;
    p[1] = key ? 0x10 : 0x11;
    p[2] = 0x02;
    p[3] = 0x00;

    if (key) {
        memcpy(p + 4, "\x9d\x01\x2a\x40\x01\xf0\x00", 7);
    }

    buf[599] = last;

    ngx_webrtc_port_input(port, buf, 600, scene.world.now);
}


/* the same from a browser */

static inline void
browser_send(call_t *call, uint16_t seq, ngx_uint_t key, u_char last)
{
    u_char  payload[600];

    memset(payload, 0xab, sizeof(payload));

    payload[0] = 0x10;
    payload[1] = key ? 0x10 : 0x11;
    payload[2] = 0x02;
    payload[3] = 0x00;

    if (key) {
        memcpy(payload + 4, "\x9d\x01\x2a\x40\x01\xf0\x00", 7);
    }

    payload[599] = last;

    memcpy(call->client->sent[seq % CLIENT_PACKETS], payload, 600);
    call->client->sent_len[seq % CLIENT_PACKETS] = 600;

    client_send_rtp(call->client, call->link->agreement.video.pt, VIDEO_SSRC,
                    seq, 0, payload, 600);
}


static inline ngx_webrtc_link_conf_t
data_conf(ngx_webrtc_port_t *feed, uint16_t redirect)
{
    ngx_webrtc_link_conf_t  conf;

    memset(&conf, 0, sizeof(conf));

    conf.is_data = 1;
    ngx_str_set(&conf.data.label, "chat");
    conf.data.ordered = 1;
    conf.data.max_retransmits = -1;
    conf.data.max_packet_life_time = -1;
    conf.data.id = -1;
    conf.data.feed = feed;

    if (redirect) {
        conf.data.redirect = at(redirect);
    }

    return conf;
}


/* video in VP8, and the ports of what is received: RTP, then RTCP */

static inline ngx_webrtc_link_conf_t
video_conf(ngx_webrtc_port_t *feed, ngx_uint_t pt, uint16_t redirect)
{
    ngx_webrtc_link_conf_t  conf;

    memset(&conf, 0, sizeof(conf));

    conf.video.codec = NGX_WEBRTC_CODEC_VP8;
    conf.video.pt = pt;
    conf.video.clock_rate = 90000;
    conf.video.feed = feed;
    conf.video.send = 1;
    conf.video.receive = 1;

    if (redirect) {
        conf.video.redirect = at(redirect);
        conf.video.rtcp_redirect = at(redirect + 1);
    }

    return conf;
}


static inline ngx_webrtc_port_t *
port_of(ngx_webrtc_port_e kind)
{
    ngx_webrtc_port_t  *port;

    port = ngx_webrtc_port_create(scene.gateway, kind, &scene);
    assert_non_null(port);
    assert_ptr_equal(ngx_webrtc_port_socket(port), &scene);

    return port;
}


static inline void
port_data(ngx_webrtc_port_t *port, const char *text)
{
    char  buf[256];

    snprintf(buf, sizeof(buf), "%s", text);

    ngx_webrtc_port_input(port, (u_char *) buf, strlen(text),
                          scene.world.now);
}


#define assert_heard(call, text)                                             \
    assert_string_equal((call)->journal, text);                              \
    (call)->journal[0] = '\0'

#define assert_got(port, text)                                               \
    assert_string_equal(program(port)->journal, text);                       \
    program(port)->journal[0] = '\0'


#endif /* _NGX_WEBRTC_TEST_GATEWAY_H_INCLUDED_ */
