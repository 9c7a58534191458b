
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A WebRTC client and a network for tests of the media engine in virtual
 * time: a full ICE agent's checks, a DTLS client, SRTP both ways.  Everything
 * is in this header, so that a test program includes it once.
 */


#ifndef _NGX_WEBRTC_CLIENT_H_INCLUDED_
#define _NGX_WEBRTC_CLIENT_H_INCLUDED_


#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_outbox.h>
#include <crypto/ngx_webrtc_certificate.h>
#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_random.h>
#include <crypto/ngx_webrtc_srtp.h>
#include <crypto/ngx_webrtc_stun_sign.h>
#include <media/ngx_webrtc_arrivals.h>
#include <media/ngx_webrtc_engine.h>
#include <media/ngx_webrtc_peer.h>
#include <peer/ngx_webrtc_sctp.h>
#include <proto/ngx_webrtc_rtcp.h>
#include <proto/ngx_webrtc_rtp.h>
#include <proto/ngx_webrtc_rtp_ext.h>

#include "lib/link.h"
#include "lib/seats.h"


/* a program with many clients has its own of these */

#ifndef WORLD_CLIENTS
#define WORLD_CLIENTS   64
#endif

#ifndef CLIENT_PACKETS
#define CLIENT_PACKETS  4096
#endif

/* where the media of the n-th client are, if the test does not say it */

#ifndef CLIENT_SEAT
#define CLIENT_SEAT(n)  0
#endif

#define MSEC(n)  ((ngx_webrtc_usec_t) (n) * NGX_WEBRTC_MSEC)


typedef struct client_s  client_t;
typedef struct flight_s  flight_t;


/* a datagram on a link */

struct flight_s {
    flight_t                  *next;
    ngx_webrtc_usec_t          arrival;
    size_t                     len;
    u_char                     data[1600];
};


/* the engine, its network and its clock */

typedef struct {
    ngx_webrtc_engine_t       *engine;      /* of the home, which is seat 0 */
    seats_t                    seats;
    ngx_int_t                  seat;        /* of clients that are created;
                                               -1: CLIENT_SEAT(n) */
    ngx_webrtc_certificate_t  *cert;
    ngx_webrtc_dtls_ctx_t     *ctx;
    ngx_webrtc_sctp_ctx_t     *sctp;
    ngx_pool_t                *pool;
    ngx_webrtc_outbox_t        out;
    ngx_webrtc_usec_t          now;
    client_t                  *clients[WORLD_CLIENTS];
    ngx_uint_t                 nclients;
    uint32_t                   seed;
    ngx_uint_t                 loss;        /* per cent, both ways */
    ngx_uint_t                 reordering;  /* per cent, to the engine */
    ngx_uint_t                 datagrams;   /* from the engine */
    ngx_uint_t                 messages;

    /* gets what goes to nobody's address */
    void                     (*plain)(const ngx_webrtc_addr_t *addr,
                                    u_char *pos, size_t len);
} world_t;


struct client_s {
    world_t                   *world;
    ngx_webrtc_peer_t         *peer;
    ngx_uint_t                 seat;        /* of its media */
    ngx_webrtc_path_t          path;
    ngx_webrtc_certificate_t  *cert;
    ngx_webrtc_dtls_ctx_t     *ctx;
    ngx_webrtc_dtls_t         *dtls;
    ngx_webrtc_srtp_in_t      *in;
    ngx_webrtc_srtp_out_t     *out;
    ngx_str_t                  local_ufrag;
    ngx_webrtc_usec_t          checked;

    /* for those who have data channels: a record, a millisecond */
    ngx_webrtc_dtls_handler_pt  record;
    void                     (*turn)(void *extra);
    void                      *extra;

    u_char                     held[2048];  /* to be overtaken */
    size_t                     held_len;

    ngx_uint_t                 connected;   /* by the handler */
    ngx_uint_t                 ended;
    const char                *reason;

    ngx_uint_t                 responses;   /* STUN */
    ngx_uint_t                 silent;      /* sends no checks */
    ngx_uint_t                 passive;     /* is the DTLS server */
    ngx_uint_t                 many;        /* streams, only counted */
    ngx_uint_t                 borrowed;    /* certificate and context */

    /* sees each packet; of RTX the number and payload are the original's */
    void                     (*watch)(client_t *client,
                                    const ngx_webrtc_rtp_t *rtp,
                                    ngx_uint_t rtx);
    void                      *watch_data;

    /* counts what comes for its feedback; see client_estimated() */
    ngx_webrtc_arrivals_t     *arrivals;
    ngx_webrtc_ext_map_t       exts;
    uint16_t                   last_twcc;
    ngx_uint_t                 npadding;    /* packets of nothing else */

    /* its way from the engine; NULL: everything comes at once */
    link_t                    *link;
    flight_t                  *flights;     /* the next one to land first */

    /* gets PLI and the numbers of NACK in place of what follows here */
    void                     (*feedback)(client_t *client,
                                    ngx_webrtc_rtcp_e kind, uint32_t ssrc,
                                    uint16_t seq);
    void                      *feedback_data;

    /* what was received, by SSRC and sequence number */
    ngx_uint_t                 nrtp;
    ngx_uint_t                 nrtx;
    ngx_uint_t                 bad;
    uint32_t                   media_ssrc;
    uint32_t                   rtx_ssrc;
    uint32_t                   audio_ssrc;
    ngx_uint_t                 naudio;
    uint32_t                   last_timestamp;
    u_char                     got[65536];
    u_char                     last_payload[1500];
    size_t                     last_payload_len;
    u_char                     last_ext[256];
    size_t                     last_ext_len;
    uint16_t                   first_seq;
    uint16_t                   highest;

    ngx_uint_t                 pli;
    ngx_uint_t                 nack;        /* numbers asked for */
    ngx_uint_t                 twcc;
    uint64_t                   remb;
    ngx_webrtc_rtcp_block_t    block;       /* the last one about us */
    ngx_uint_t                 sr;
    ngx_webrtc_rtcp_report_t   last_sr;

    /* what was sent, for NACKs */
    u_char                     sent[CLIENT_PACKETS][1300];
    uint16_t                   sent_len[CLIENT_PACKETS];
    uint16_t                   rtx_out_seq;
    uint32_t                   ssrc_out;
};


static inline void client_flush(client_t *client);
static inline void client_send_rtcp(client_t *client, u_char *start,
    u_char *last);


static inline ngx_uint_t
world_lost(world_t *world)
{
    world->seed = world->seed * 1664525 + 1013904223;

    return (world->seed >> 8) % 100 < world->loss;
}


static inline void
world_init(world_t *world)
{
    ngx_webrtc_engine_conf_t  conf;

    memset(world, 0, sizeof(world_t));

    assert_int_equal(ngx_webrtc_srtp_init(), NGX_OK);

    world->cert = ngx_webrtc_certificate_create(time(NULL), 30);
    world->ctx = ngx_webrtc_dtls_ctx_create(world->cert);
    world->pool = ngx_create_pool(4096, NULL);
    world->now = MSEC(100000);
    world->seat = -1;
    world->seed = 1;

    world->sctp = ngx_webrtc_sctp_ctx_create(NULL);
    assert_non_null(world->sctp);

    memset(&conf, 0, sizeof(conf));

    conf.dtls = world->ctx;
    conf.sctp = world->sctp;
    conf.max_peers = WORLD_CLIENTS;
    conf.video_packets = 512;
    conf.audio_packets = 64;
    conf.consent_timeout = MSEC(30000);
    conf.setup_timeout = MSEC(30000);
    conf.key_frame_interval = MSEC(500);
    conf.max_delay = MSEC(500);
    conf.max_receive_bit_rate = 0;
    conf.speech.level = 45;
    conf.speech.activation = MSEC(1000);
    conf.speech.hold = MSEC(2000);

    seats_init(&world->seats, &conf);

    world->engine = world->seats.seats[0].engine;

    assert_int_equal(ngx_webrtc_outbox_init(&world->out, world->pool,
                                            256 * 1024, 256), NGX_OK);
}


/* one loop turn of a worker: everything due, everything sent */

static inline void
client_datagram(client_t *client, u_char *pos, size_t len);


/* over the client's link, in order of arrival */

static inline void
client_deliver(client_t *client, u_char *pos, size_t len)
{
    flight_t           *flight, **next;
    ngx_webrtc_usec_t   arrival;

    if (client->link == NULL) {
        client_datagram(client, pos, len);
        return;
    }

    arrival = link_send(client->link, len, client->world->now);
    if (arrival == 0) {
        return;
    }

    flight = malloc(sizeof(flight_t));
    assert_true(len <= sizeof(flight->data));

    flight->arrival = arrival;
    flight->len = len;
    memcpy(flight->data, pos, len);

    for (next = &client->flights;
         *next && (*next)->arrival <= arrival;
         next = &(*next)->next)
    {
        /* void */
    }

    flight->next = *next;
    *next = flight;
}


static inline void
client_land(client_t *client, ngx_webrtc_usec_t now)
{
    flight_t  *flight;

    while (client->flights && client->flights->arrival <= now) {
        flight = client->flights;
        client->flights = flight->next;

        client_datagram(client, flight->data, flight->len);
        free(flight);
    }
}


static inline void
world_send(world_t *world)
{
    size_t                 n, left;
    u_char                *p, buf[2048];
    ngx_uint_t             i, k;
    client_t              *client;
    ngx_webrtc_message_t  *message;

    for (i = world->out.head; i < world->out.nmessages; i++) {
        message = &world->out.messages[i];
        world->messages++;

        /* what is answered meanwhile goes into messages of its own */

        world->out.head = i + 1;

        p = message->data;

        for (left = message->len; left; left -= n) {
            n = message->segment ? ngx_min(message->segment, left) : left;
            world->datagrams++;

            for (k = 0; k < world->nclients; k++) {
                client = world->clients[k];

                if (client
                    && ngx_webrtc_addr_equal(&client->path.remote,
                                             &message->path.remote))
                {
                    if (!world_lost(world)) {
                        assert_true(n <= sizeof(buf));
                        memcpy(buf, p, n);
                        client_deliver(client, buf, n);
                    }

                    break;
                }
            }

            if (world->plain && k == world->nclients) {
                assert_true(n <= sizeof(buf));
                memcpy(buf, p, n);
                world->plain(&message->path.remote, buf, n);
            }

            p += n;
        }
    }

    ngx_webrtc_outbox_reset(&world->out);
}


static inline void
world_round(world_t *world)
{
    ngx_int_t             rc;
    ngx_uint_t            i;
    ngx_webrtc_engine_t  *engine;

    for (i = 0; i < world->seats.n; i++) {
        engine = world->seats.seats[i].engine;

        seats_read(&world->seats, i, world->now);

        do {
            rc = ngx_webrtc_engine_output(engine, world->now, &world->out);
            world_send(world);
        } while (rc == NGX_AGAIN);

        ngx_webrtc_engine_tick(engine, world->now, &world->out);
        world_send(world);

        seats_wake(&world->seats, i);
    }
}


/* what workers tell each other takes no time */

static inline void
world_turn(world_t *world)
{
    world_round(world);

    while (seats_busy(&world->seats)) {
        seats_deliver(&world->seats, world->now, &world->out);
        world_send(world);

        world_round(world);
    }
}


static inline void
client_input(client_t *client, u_char *pos, size_t len)
{
    size_t                held;
    world_t              *world;
    ngx_webrtc_engine_t  *engine;

    world = client->world;
    engine = world->seats.seats[client->seat].engine;

    if (world->seats.n > 1) {
        seats_deliver(&world->seats, world->now, &world->out);
    }

    if (world_lost(world)) {
        return;
    }

    if (client->held_len == 0
        && world->seed % 9973 % 100 < world->reordering)
    {
        assert_true(len <= sizeof(client->held));
        memcpy(client->held, pos, len);
        client->held_len = len;
        return;
    }

    ngx_webrtc_engine_prefetch(engine, &client->path.remote, 1);
    ngx_webrtc_engine_input(engine, &client->path, pos, len, world->now,
                            &world->out);

    held = client->held_len;

    if (held) {
        client->held_len = 0;
        ngx_webrtc_engine_input(engine, &client->path, client->held, held,
                                world->now, &world->out);
    }
}


static inline void
client_check(client_t *client, ngx_uint_t nominate)
{
    u_char                      *last, buf[512], name[128];
    ngx_webrtc_peer_local_t      local;
    ngx_webrtc_stun_request_t    req;

    ngx_webrtc_peer_local(client->peer, &local);

    memset(&req, 0, sizeof(req));
    assert_int_equal(ngx_webrtc_random_bytes(req.transaction, 12), NGX_OK);

    memcpy(name, local.ufrag.data, local.ufrag.len);
    name[local.ufrag.len] = ':';
    memcpy(name + local.ufrag.len + 1, client->local_ufrag.data,
           client->local_ufrag.len);

    req.username.data = name;
    req.username.len = local.ufrag.len + 1 + client->local_ufrag.len;
    req.password = local.pwd;
    req.priority = 1;
    req.tie_breaker = 7;
    req.controlling = 1;
    req.use_candidate = nominate;

    last = ngx_webrtc_stun_write_request(buf, buf + sizeof(buf), &req);
    assert_non_null(last);

    client_input(client, buf, last - buf);
    client->checked = client->world->now;
}


/* the feedback that is due */

static inline void
client_tell_arrivals(client_t *client)
{
    u_char  *p, buf[1400];

    if (client->arrivals == NULL
        || client->arrivals->due > client->world->now)
    {
        return;
    }

    p = ngx_webrtc_arrivals_write(client->arrivals, buf, buf + 1200, 1,
                                  client->media_ssrc, client->world->now);
    if (p) {
        client_send_rtcp(client, buf, p);
    }
}


/* a millisecond at a time */

static inline void
world_run(world_t *world, ngx_uint_t msec)
{
    ngx_uint_t  i;
    client_t   *client;

    while (msec--) {
        world->now += NGX_WEBRTC_MSEC;

        for (i = 0; i < world->nclients; i++) {
            client = world->clients[i];

            if (client == NULL || client->ended) {
                continue;
            }

            client_land(client, world->now);
            client_tell_arrivals(client);

            if (!client->silent
                && client->checked + MSEC(client->in ? 2000 : 50)
                   <= world->now)
            {
                client_check(client, 1);
            }

            if (client->dtls
                && ngx_webrtc_dtls_expires(client->dtls) <= world->now)
            {
                (void) ngx_webrtc_dtls_tick(client->dtls, world->now);
                client_flush(client);
            }

            if (client->turn && client->dtls) {
                client->turn(client->extra);
                client_flush(client);
            }
        }

        world_turn(world);
    }
}


static inline void
client_handler(ngx_webrtc_peer_t *peer, ngx_webrtc_peer_event_e event,
    const char *reason, void *data, ngx_webrtc_usec_t now)
{
    client_t  *client = data;

    (void) now;

    assert_ptr_equal(peer, client->peer);

    if (event == NGX_WEBRTC_PEER_CONNECTED) {
        client->connected++;
        return;
    }

    client->ended++;
    client->reason = reason;
}


/* "lie": the fingerprint that we tell is not that of our certificate */

static inline void
client_answer(client_t *client, ngx_uint_t lie)
{
    ngx_str_t                   hash = ngx_string("sha-256");
    ngx_webrtc_peer_remote_t    remote;
    ngx_webrtc_fingerprint_t    fp;

    assert_int_equal(ngx_webrtc_fingerprint_parse(&hash,
                              ngx_webrtc_certificate_fingerprint(client->cert),
                              &fp), NGX_OK);
    if (lie) {
        fp.data[5] ^= 1;
    }

    remote.ufrag = client->local_ufrag;
    remote.pwd = client->local_ufrag;
    remote.fingerprints = &fp;
    remote.nfingerprints = 1;
    remote.active = !client->passive;

    assert_int_equal(ngx_webrtc_peer_set_remote(client->peer, &remote,
                                                client->world->now), NGX_OK);
}


static inline client_t *
client_create_with(world_t *world, ngx_webrtc_certificate_t *cert,
    ngx_webrtc_dtls_ctx_t *ctx, ngx_uint_t lie)
{
    client_t  *client;

    assert_true(world->nclients < WORLD_CLIENTS);

    client = calloc(1, sizeof(client_t));
    client->world = world;

    client->cert = cert;
    client->ctx = ctx;
    client->local_ufrag.data = (u_char *) "clientufrag";
    client->local_ufrag.len = 11;

    ngx_webrtc_addr_set_v4(&client->path.remote, "\x7f\0\0\1",
                           (uint16_t) (20000 + world->nclients));
    ngx_webrtc_addr_set_v4(&client->path.local, "\x7f\0\0\1", 10000);

    client->seat = (world->seat == -1) ? CLIENT_SEAT(world->nclients)
                                       : (ngx_uint_t) world->seat;

    client->peer = (SEATS_MAX > 1 && client->seat)
                   ? seats_peer(&world->seats, client->seat, client_handler,
                                client)
                   : ngx_webrtc_peer_create(world->engine, client_handler,
                                            client, world->now);
    assert_non_null(client->peer);

    client_answer(client, lie);

    world->clients[world->nclients++] = client;

    return client;
}


static inline client_t *
client_create(world_t *world, ngx_uint_t lie)
{
    ngx_webrtc_dtls_ctx_t     *ctx;
    ngx_webrtc_certificate_t  *cert;

    cert = ngx_webrtc_certificate_create(time(NULL), 30);
    ctx = ngx_webrtc_dtls_ctx_create(cert);

    return client_create_with(world, cert, ctx, lie);
}


/* of the engine that its datagrams go to */

static inline const ngx_webrtc_engine_stats_t *
client_stats(client_t *client)
{
    return ngx_webrtc_engine_stats(
                           client->world->seats.seats[client->seat].engine);
}


static inline void
client_start_dtls(client_t *client)
{
    ngx_str_t                  hash = ngx_string("sha-256");
    ngx_webrtc_fingerprint_t   fp;

    client->dtls = ngx_webrtc_dtls_create(client->ctx,
                                          client->passive
                                          ? NGX_WEBRTC_DTLS_SERVER
                                          : NGX_WEBRTC_DTLS_CLIENT);
    assert_non_null(client->dtls);

    assert_int_equal(ngx_webrtc_fingerprint_parse(&hash,
                       ngx_webrtc_certificate_fingerprint(client->world->cert),
                       &fp), NGX_OK);
    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(client->dtls, &fp, 1),
                     NGX_OK);
    if (client->record) {
        ngx_webrtc_dtls_set_handler(client->dtls, client->record,
                                    client->extra);
    }

    assert_int_equal(ngx_webrtc_dtls_start(client->dtls, client->world->now),
                     NGX_OK);
    client_flush(client);
}


static inline void
client_connect(client_t *client)
{
    ngx_uint_t  i;

    for (i = 0; i < 100 && !client->connected; i++) {
        world_run(client->world, 100);
    }

    assert_int_equal(client->connected, 1);
    assert_non_null(client->in);
}


static inline void
client_flush(client_t *client)
{
    size_t                  n;
    u_char                  buf[2048];
    ngx_webrtc_srtp_keys_t  keys;

    while ((n = ngx_webrtc_dtls_output(client->dtls, buf, sizeof(buf)))) {
        client_input(client, buf, n);
    }

    if (client->in == NULL
        && ngx_webrtc_dtls_state(client->dtls) == NGX_WEBRTC_DTLS_CONNECTED)
    {
        assert_int_equal(ngx_webrtc_dtls_export(client->dtls, &keys), NGX_OK);
        assert_int_equal(ngx_webrtc_srtp_pair_create(&keys, &client->in,
                                                     &client->out), NGX_OK);
    }
}


static inline void
client_send_rtp(client_t *client, u_char pt, uint32_t ssrc, uint16_t seq,
    uint32_t roc, const u_char *payload, size_t len)
{
    size_t             n;
    u_char             buf[2048];
    ngx_webrtc_rtp_t   rtp;

    memset(&rtp, 0, sizeof(rtp));

    rtp.pt = pt;
    rtp.seq = seq;
    rtp.ssrc = ssrc;
    rtp.timestamp = (uint32_t) (client->world->now * 90 / 1000);
    rtp.marker = 1;

    ngx_webrtc_rtp_write(buf, &rtp);
    memcpy(buf + 12, payload, len);

    n = ngx_webrtc_srtp_protect(client->out, buf, 12, 12 + len, roc);
    assert_true(n > 0);

    client_input(client, buf, n);
}


/* VP8: a key frame's first packet, or a delta frame's */

static inline void
client_send_video(client_t *client, uint64_t seq, ngx_uint_t key)
{
    size_t  len;
    u_char  payload[1200];

    memset(payload, 0xab, sizeof(payload));

    payload[0] = 0x10;                          /* S */
    payload[1] = key ? 0x10 : 0x11;             /* P */
    payload[2] = 0x02;
    payload[3] = 0x00;

    if (key) {
        memcpy(payload + 4, "\x9d\x01\x2a\x40\x01\xf0\x00", 7);
    }

    ngx_webrtc_put64(payload + 20, seq);
    len = 1000;

    memcpy(client->sent[seq % CLIENT_PACKETS], payload, len);
    client->sent_len[seq % CLIENT_PACKETS] = (uint16_t) len;

    client_send_rtp(client, 96, client->ssrc_out, (uint16_t) seq,
                    (uint32_t) (seq >> 16), payload, len);
}


/* repairs what the engine asks for, over RTX */

static inline void
client_repair(client_t *client, uint16_t seq)
{
    u_char  payload[1302];

    /* tests that lose packets stay below one roll-over */

    ngx_webrtc_put16(payload, seq);
    memcpy(payload + 2, client->sent[seq % CLIENT_PACKETS],
           client->sent_len[seq % CLIENT_PACKETS]);

    client_send_rtp(client, 97, client->ssrc_out + 1, client->rtx_out_seq++, 0,
                    payload, client->sent_len[seq % CLIENT_PACKETS] + 2u);
}


static inline void
client_send_rtcp(client_t *client, u_char *start, u_char *last)
{
    size_t  n;

    n = ngx_webrtc_srtp_protect_rtcp(client->out, start, last - start);
    assert_true(n > 0);

    client_input(client, start, n);
}


static inline void
client_rtcp(client_t *client, u_char *pos, u_char *last)
{
    uint16_t                  seq;
    ngx_uint_t                i;
    ngx_webrtc_rtcp_t         rtcp;
    ngx_webrtc_rtcp_fb_t      fb;
    ngx_webrtc_rtcp_nack_t    nack;
    ngx_webrtc_rtcp_remb_t    remb;
    ngx_webrtc_rtcp_block_t   block;
    ngx_webrtc_rtcp_report_t  report;

    assert_int_equal(ngx_webrtc_rtcp_check(pos, last), NGX_OK);

    while (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {

        switch (rtcp.kind) {

        case NGX_WEBRTC_RTCP_PLI:
            client->pli++;

            if (client->feedback) {
                assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb),
                                 NGX_OK);
                client->feedback(client, rtcp.kind, fb.media, 0);
            }

            break;

        case NGX_WEBRTC_RTCP_TWCC:
            client->twcc++;
            break;

        case NGX_WEBRTC_RTCP_REMB:
            assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
            assert_int_equal(ngx_webrtc_rtcp_parse_remb(&fb, &remb), NGX_OK);
            client->remb = remb.bitrate;
            break;

        case NGX_WEBRTC_RTCP_NACK:
            assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
            ngx_webrtc_rtcp_nack_init(&nack, &fb);

            while (ngx_webrtc_rtcp_nack_next(&nack, &seq) == NGX_OK) {
                client->nack++;

                if (client->feedback) {
                    client->feedback(client, rtcp.kind, fb.media, seq);

                } else {
                    client_repair(client, seq);
                }
            }

            break;

        case NGX_WEBRTC_RTCP_SR:
            assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &report),
                             NGX_OK);
            client->sr++;
            client->last_sr = report;
            break;

        case NGX_WEBRTC_RTCP_RR:
            assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &report),
                             NGX_OK);

            for (i = 0; i < report.nblocks; i++) {
                ngx_webrtc_rtcp_parse_block(&report, i, &block);

                if (block.ssrc == client->ssrc_out) {
                    client->block = block;
                }
            }

            break;

        default:
            break;
        }
    }
}


static inline void
client_rtp(client_t *client, u_char *pos, size_t len)
{
    uint16_t              seq;
    ngx_webrtc_rtp_t      rtp;
    ngx_webrtc_rtp_ext_t  ext;

    assert_int_equal(ngx_webrtc_rtp_parse(pos, pos + len, &rtp), NGX_OK);

    seq = rtp.seq;

    if (client->arrivals) {
        assert_int_equal(ngx_webrtc_rtp_ext_parse(&rtp, &client->exts, &ext),
                         NGX_OK);

        if (ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_TWCC)) {
            client->last_twcc = ext.twcc_seq;
            ngx_webrtc_arrivals_add(client->arrivals, ext.twcc_seq,
                                    client->world->now);
        }
    }

    if (client->many) {
        client->nrtp++;
        return;
    }

    if (client->rtx_ssrc && rtp.ssrc == client->rtx_ssrc) {

        if (rtp.payload_len == 0) {
            client->npadding++;
            return;
        }

        client->nrtx++;
        seq = ngx_webrtc_get16(rtp.payload);
        rtp.payload += 2;
        rtp.payload_len -= 2;

    } else if (client->audio_ssrc && rtp.ssrc == client->audio_ssrc) {
        client->naudio++;
        return;

    } else {
        assert_int_equal(rtp.ssrc, client->media_ssrc);

        if (client->nrtp++ == 0) {
            client->first_seq = seq;
            client->highest = seq;
        }

        if ((int16_t) (seq - client->highest) > 0) {
            client->highest = seq;
        }

        client->last_timestamp = rtp.timestamp;
    }

    if (client->watch) {
        rtp.seq = seq;
        client->watch(client, &rtp, client->rtx_ssrc
                                    && rtp.ssrc == client->rtx_ssrc);
    }

    client->got[seq] = 1;
    memcpy(client->last_payload, rtp.payload, rtp.payload_len);
    client->last_payload_len = rtp.payload_len;

    client->last_ext_len = rtp.ext ? rtp.ext_len + 4u : 0;
    assert_true(client->last_ext_len <= sizeof(client->last_ext));

    if (rtp.ext) {
        memcpy(client->last_ext, rtp.ext - 4, client->last_ext_len);
    }
}


static inline void
client_datagram(client_t *client, u_char *pos, size_t len)
{
    if (ngx_webrtc_stun_is_stun(pos, pos + len)) {
        client->responses++;

        if (client->dtls == NULL) {
            client_start_dtls(client);
        }

        return;
    }

    if (pos[0] >= 20 && pos[0] <= 63) {
        if (client->dtls) {
            (void) ngx_webrtc_dtls_input(client->dtls, pos, pos + len,
                                         client->world->now);
            client_flush(client);
        }

        return;
    }

    if (client->in == NULL) {
        return;
    }

    if (ngx_webrtc_rtp_is_rtcp(pos, pos + len)) {
        if (ngx_webrtc_srtp_unprotect_rtcp(client->in, pos, &len) == NGX_OK) {
            client_rtcp(client, pos, pos + len);
        }

        return;
    }

    if (ngx_webrtc_srtp_unprotect(client->in, pos, &len) != NGX_OK) {
        client->bad++;
        return;
    }

    client_rtp(client, pos, len);
}


/* asks again for every number missing below the highest */

static inline void
client_nack_missing(client_t *client)
{
    u_char     *p, buf[1400];
    uint16_t    seq, seqs[128];
    ngx_uint_t  n, written;

    n = 0;

    for (seq = client->first_seq; seq != client->highest && n < 128; seq++) {
        if (!client->got[seq]) {
            seqs[n++] = seq;
        }
    }

    if (n) {
        p = ngx_webrtc_rtcp_write_nack(buf, buf + 1200, 1, client->media_ssrc,
                                       seqs, n, &written);
        assert_non_null(p);
        client_send_rtcp(client, buf, p);
    }
}


static inline void
client_send_pli(client_t *client)
{
    u_char  *p, buf[64];

    p = ngx_webrtc_rtcp_write_pli(buf, buf + 40, 1, client->media_ssrc);
    client_send_rtcp(client, buf, p);
}


static inline ngx_webrtc_source_t *
client_publish(client_t *client, uint32_t ssrc)
{
    ngx_webrtc_source_t       *source;
    ngx_webrtc_source_conf_t   conf;

    memset(&conf, 0, sizeof(conf));

    ngx_str_set(&conf.mid, "video_0");
    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 96;
    conf.format.rtx_pt = 97;
    conf.format.nack = 1;
    conf.format.pli = 1;
    conf.format.remb = 1;
    conf.ssrc = ssrc;
    conf.rtx_ssrc = ssrc + 1;

    client->ssrc_out = ssrc;

    source = ngx_webrtc_source_create(client->peer, &conf);
    assert_non_null(source);

    return source;
}


/* from here on its subscriptions have transport-wide numbers and feedback */

static inline void
client_estimated(client_t *client)
{
    ngx_webrtc_ext_map_add(&client->exts, NGX_WEBRTC_EXT_TWCC, 6);
    ngx_webrtc_peer_set_extensions(client->peer, &client->exts);

    client->arrivals = malloc(sizeof(ngx_webrtc_arrivals_t));
    ngx_webrtc_arrivals_init(client->arrivals);
}


static inline ngx_webrtc_subscription_t *
client_subscribe(client_t *client, ngx_webrtc_source_t *source, uint32_t ssrc)
{
    ngx_webrtc_subscription_t       *sub;
    ngx_webrtc_subscription_conf_t   conf;

    memset(&conf, 0, sizeof(conf));

    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 120;
    conf.format.rtx_pt = 121;
    conf.format.nack = 1;
    conf.format.twcc = (client->arrivals != NULL);
    conf.ssrc = ssrc;
    conf.rtx_ssrc = ssrc + 1;
    ngx_str_set(&conf.cname, "publisher");

    client->media_ssrc = ssrc;
    client->rtx_ssrc = ssrc + 1;

    sub = ngx_webrtc_subscription_create(client->peer, source, &conf,
                                         client->world->now);
    assert_non_null(sub);

    return sub;
}


static inline ngx_webrtc_source_t *
client_publish_audio(client_t *client, uint32_t ssrc)
{
    ngx_webrtc_source_t       *source;
    ngx_webrtc_source_conf_t   conf;

    memset(&conf, 0, sizeof(conf));

    ngx_str_set(&conf.mid, "audio_0");
    conf.format.codec = NGX_WEBRTC_CODEC_OPUS;
    conf.format.clock_rate = 48000;
    conf.format.pt = 109;
    conf.ssrc = ssrc;

    source = ngx_webrtc_source_create(client->peer, &conf);
    assert_non_null(source);

    return source;
}


static inline ngx_webrtc_subscription_t *
client_subscribe_audio(client_t *client, ngx_webrtc_source_t *source,
    uint32_t ssrc)
{
    ngx_webrtc_subscription_t       *sub;
    ngx_webrtc_subscription_conf_t   conf;

    memset(&conf, 0, sizeof(conf));

    conf.format.codec = NGX_WEBRTC_CODEC_OPUS;
    conf.format.clock_rate = 48000;
    conf.format.pt = 109;
    conf.format.twcc = (client->arrivals != NULL);
    conf.ssrc = ssrc;
    ngx_str_set(&conf.cname, "publisher");

    client->audio_ssrc = ssrc;

    sub = ngx_webrtc_subscription_create(client->peer, source, &conf,
                                         client->world->now);
    assert_non_null(sub);

    return sub;
}


static inline void
client_send_audio(client_t *client, uint32_t ssrc, uint64_t seq)
{
    u_char  payload[80];

    memset(payload, 0xcd, sizeof(payload));

    client_send_rtp(client, 109, ssrc, (uint16_t) seq, (uint32_t) (seq >> 16),
                    payload, sizeof(payload));
}


static inline void
client_destroy(client_t *client)
{
    world_t     *world;
    flight_t    *flight;
    ngx_uint_t   i;

    world = client->world;
    client->link = NULL;

    while (client->flights) {
        flight = client->flights;
        client->flights = flight->next;
        free(flight);
    }

    free(client->arrivals);

    if (client->peer) {
        ngx_webrtc_peer_destroy(client->peer, &world->out);
        world_send(world);
    }

    if (client->dtls) {
        ngx_webrtc_dtls_destroy(client->dtls);
    }

    if (client->in) {
        ngx_webrtc_srtp_in_destroy(client->in);
        ngx_webrtc_srtp_out_destroy(client->out);
    }

    if (!client->borrowed) {
        ngx_webrtc_dtls_ctx_destroy(client->ctx);
        ngx_webrtc_certificate_destroy(client->cert);
    }

    for (i = 0; i < world->nclients; i++) {
        if (world->clients[i] == client) {
            world->clients[i] = NULL;
        }
    }

    free(client);
}


/* a publisher of video, and a subscriber to it */

static inline ngx_webrtc_source_t *
two_clients(world_t *world, client_t **pub, client_t **sub)
{
    ngx_webrtc_source_t  *source;

    world_init(world);

    *pub = client_create(world, 0);
    *sub = client_create(world, 0);

    client_connect(*pub);
    client_connect(*sub);

    source = client_publish(*pub, 1000);
    (void) client_subscribe(*sub, source, 5000);

    return source;
}


static inline void
world_cleanup(world_t *world)
{
    ngx_uint_t  i;

    for (i = 0; i < world->nclients; i++) {
        if (world->clients[i]) {
            client_destroy(world->clients[i]);
        }
    }

    seats_deliver(&world->seats, world->now, &world->out);
    seats_cleanup(&world->seats);
    ngx_webrtc_sctp_ctx_destroy(world->sctp);
    ngx_webrtc_dtls_ctx_destroy(world->ctx);
    ngx_webrtc_certificate_destroy(world->cert);
    ngx_webrtc_srtp_cleanup();
    ngx_destroy_pool(world->pool);
}


#endif /* _NGX_WEBRTC_CLIENT_H_INCLUDED_ */
