
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_client.h"
#include "load_data.h"

#include <crypto/ngx_webrtc_dtls_internal.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp.h>
#include <proto/ngx_webrtc_stun.h>

#include <stdio.h>
#include <time.h>


static ngx_int_t load_media_profile(load_t *load);
static void load_client_free(void *data);
static ngx_uint_t load_client_loses(load_t *load);
static void load_client_begin(load_client_t *client);
static void load_client_tick(load_timer_t *timer);
static ngx_int_t load_client_secure(load_client_t *client);
static void load_client_flush(load_client_t *client);
static void load_client_keyed(load_client_t *client);
static ngx_int_t load_client_keys(load_client_t *client,
    const ngx_webrtc_srtp_keys_t *keys);


ngx_int_t
load_media_init(load_t *load)
{
    ngx_str_t      text;
    load_media_t  *media;

    media = calloc(1, sizeof(load_media_t));
    if (media == NULL) {
        return NGX_ERROR;
    }

    load->media = media;
    media->playing = 1;

    text.data = (u_char *) load->options.codec;
    text.len = strlen(load->options.codec);

    media->codec = ngx_webrtc_codec_find(&text);

    if (media->codec != NGX_WEBRTC_CODEC_VP8
        && media->codec != NGX_WEBRTC_CODEC_VP9
        && media->codec != NGX_WEBRTC_CODEC_H264)
    {
        fprintf(stderr, "--codec must be VP8, VP9 or H264\n");
        return NGX_ERROR;
    }

    text.data = (u_char *) load->options.bind;
    text.len = strlen(load->options.bind);

    if (ngx_webrtc_addr_parse_ip(&media->addr, &text) != NGX_OK) {
        fprintf(stderr, "--bind must be an IP address\n");
        return NGX_ERROR;
    }

    media->batch_size = load->options.gro ? 65536 : LOAD_DATAGRAM_MAX;
    media->batch = malloc(LOAD_BATCH * media->batch_size);
    media->burst = malloc(LOAD_BURST_MAX * LOAD_DATAGRAM_MAX);
    media->cert = ngx_webrtc_certificate_create(time(NULL), 30);

    if (media->batch == NULL || media->burst == NULL || media->cert == NULL) {
        return NGX_ERROR;
    }

    media->dtls = ngx_webrtc_dtls_ctx_create(media->cert);
    if (media->dtls == NULL) {
        return NGX_ERROR;
    }

    if (load_data_init(load) != NGX_OK) {
        return NGX_ERROR;
    }

    return load_media_profile(load);
}


static ngx_int_t
load_media_profile(load_t *load)
{
    const char  *name;

    if (load->options.profile == 0) {
        return NGX_OK;
    }

    name = (load->options.profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
           ? "SRTP_AEAD_AES_128_GCM" : "SRTP_AES128_CM_SHA1_80";

    return SSL_CTX_set_tlsext_use_srtp(load->media->dtls->ssl_ctx, name) == 0
           ? NGX_OK : NGX_ERROR;
}


void
load_media_cleanup(load_t *load)
{
    load_media_t  *media;

    media = load->media;

    if (media == NULL) {
        return;
    }

    load_data_cleanup(load);

    if (media->dtls) {
        ngx_webrtc_dtls_ctx_destroy(media->dtls);
    }

    if (media->cert) {
        ngx_webrtc_certificate_destroy(media->cert);
    }

    free(media->batch);
    free(media->burst);
    free(media);
}


load_client_t *
load_client_create(load_member_t *member, ngx_uint_t ways,
    load_client_handler_pt handler, void *data)
{
    load_t          *load;
    load_client_t   *client;
    load_session_t  *session;

    client = calloc(1, sizeof(load_client_t));
    if (client == NULL) {
        return NULL;
    }

    load = member->load;

    client->load = load;
    client->member = member;
    client->handler = handler;
    client->data = data;
    client->ways = ways;
    client->event.fd = -1;
    client->timer.handler = load_client_tick;
    client->timer.data = client;
    client->check_due = NGX_WEBRTC_NEVER;
    client->twcc_due = NGX_WEBRTC_NEVER;
    client->nack_due = NGX_WEBRTC_NEVER;
    client->report_due = NGX_WEBRTC_NEVER;

    session = &client->session;
    session->ways = ways;
    session->codec = load->media->codec;
    session->fingerprint
                    = *ngx_webrtc_certificate_fingerprint(load->media->cert);
    session->kinds[LOAD_AUDIO] = load->options.audio;
    session->kinds[LOAD_VIDEO] = load->options.video;
    session->data = (load->options.mode == LOAD_MODE_DATA);
    session->twcc = load->options.twcc;
    session->nack = load->options.nack;

    if (load_session_init(session) != NGX_OK
        || load_udp_open(client) != NGX_OK
        || ngx_webrtc_random_bytes(&client->tie_breaker, 8) != NGX_OK)
    {
        load_client_destroy(client);
        return NULL;
    }

    return client;
}


void
load_client_destroy(load_client_t *client)
{
    if (client->destroyed) {
        return;
    }

    client->destroyed = 1;
    client->ended = 1;

    load_data_stop(client);

    if (client->dtls) {
        ngx_webrtc_dtls_close(client->dtls);
        load_client_flush(client);
    }

    load_send_stop(client);
    load_timer_remove(&client->load->loop, &client->timer);
    load_event_close(&client->load->loop, &client->event);
    load_loop_later(&client->load->loop, &client->later, load_client_free,
                    client);
}


static void
load_client_free(void *data)
{
    load_client_t  *client;

    client = data;

    if (client->dtls) {
        ngx_webrtc_dtls_destroy(client->dtls);
    }

    if (client->out) {
        ngx_webrtc_srtp_in_destroy(client->rtcp);
        ngx_webrtc_srtp_out_destroy(client->out);
        ngx_webrtc_srtp_cipher_destroy(client->in);
    }

    load_receive_cleanup(client);
    load_session_cleanup(&client->session);

    free(client->senders[LOAD_AUDIO].sent);
    free(client->senders[LOAD_VIDEO].sent);
    free(client->arrivals);
    free(client);
}


ngx_int_t
load_client_answer(load_client_t *client, const ngx_str_t *offer,
    ngx_str_t *answer, const char **reason)
{
    if (load_session_answer(&client->session, offer, answer, reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    load_client_begin(client);

    return NGX_OK;
}


ngx_int_t
load_client_offer(load_client_t *client, ngx_str_t *offer)
{
    client->session.offerer = 1;

    return load_session_offer(&client->session, offer);
}


ngx_int_t
load_client_answered(load_client_t *client, const ngx_str_t *answer,
    const char **reason)
{
    if (load_session_answered(&client->session, answer, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    load_client_begin(client);

    return NGX_OK;
}


/* the tracks are known, maybe for the second time */

static void
load_client_begin(load_client_t *client)
{
    load_receive_formats(client);

    if (client->connected) {
        load_send_start(client);
        return;
    }

    if (client->check_due == NGX_WEBRTC_NEVER && !client->selected) {
        load_ice_start(client);
    }
}


ngx_int_t
load_client_direct(load_client_t *client, const ngx_webrtc_addr_t *addr,
    const ngx_webrtc_srtp_keys_t *keys, const load_track_t *tracks,
    ngx_uint_t n)
{
    load_session_t  *session;

    session = &client->session;

    free(session->tracks);
    session->tracks = malloc(n * sizeof(load_track_t) + 1);

    if (session->tracks == NULL || load_udp_connect(client, addr) != NGX_OK
        || load_client_keys(client, keys) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(session->tracks, tracks, n * sizeof(load_track_t));
    session->ntracks = n;

    client->remote = *addr;
    client->selected = 1;
    client->direct = 1;
    client->consent = client->load->loop.now;

    load_receive_formats(client);

    /* the signaller hears of it when this call is over */

    load_timer_set(&client->load->loop, &client->timer, 0);

    return NGX_OK;
}


ngx_int_t
load_client_local(load_client_t *client, ngx_webrtc_addr_t *local)
{
    *local = client->session.addr;

    return NGX_OK;
}


const load_track_t *
load_client_sends(load_client_t *client, ngx_uint_t kind)
{
    ngx_uint_t     i;
    load_track_t  *track;

    for (i = 0; i < client->session.ntracks; i++) {
        track = &client->session.tracks[i];

        if (track->way == LOAD_SEND && track->kind == kind) {
            return track;
        }
    }

    return NULL;
}


static void
load_client_tick(load_timer_t *timer)
{
    load_client_t      *client;
    ngx_webrtc_usec_t   now;

    client = timer->data;
    now = client->load->loop.now;

    if (client->direct && !client->connected) {
        load_client_keyed(client);

    } else if (client->dtls && ngx_webrtc_dtls_expires(client->dtls) <= now) {
        (void) ngx_webrtc_dtls_tick(client->dtls, now);
        load_client_flush(client);
    }

    if (!client->ended && client->check_due <= now) {
        load_ice_tick(client);
    }

    if (!client->ended && client->connected) {
        load_rtcp_tick(client);
    }

    load_client_schedule(client);
}


/* one timer for all that a client has to do */

void
load_client_schedule(load_client_t *client)
{
    ngx_webrtc_usec_t  due, dtls;

    if (client->ended) {
        load_timer_remove(&client->load->loop, &client->timer);
        return;
    }

    due = client->check_due;
    due = ngx_min(due, client->twcc_due);
    due = ngx_min(due, client->nack_due);
    due = ngx_min(due, client->report_due);

    if (client->dtls) {
        dtls = ngx_webrtc_dtls_expires(client->dtls);
        due = ngx_min(due, dtls);
    }

    load_timer_at(&client->load->loop, &client->timer, due);
}


void
load_client_fail(load_client_t *client, const char *reason)
{
    if (client->ended) {
        return;
    }

    client->ended = 1;
    load_send_stop(client);
    load_timer_remove(&client->load->loop, &client->timer);

    client->handler(client, LOAD_CLIENT_FAILED, reason, client->data);
}


void
load_client_datagram(load_client_t *client, u_char *pos, size_t len,
    const ngx_webrtc_addr_t *from, uint64_t arrival)
{
    if (ngx_webrtc_stun_is_stun(pos, pos + len)) {
        load_ice_input(client, pos, len, from);
        return;
    }

    if (pos[0] >= 20 && pos[0] <= 63) {
        if (client->direct || load_client_secure(client) != NGX_OK) {
            return;
        }

        (void) ngx_webrtc_dtls_input(client->dtls, pos, pos + len,
                                     client->load->loop.now);
        load_client_flush(client);
        load_data_drain(client->load);
        return;
    }

    if (client->in == NULL) {
        return;
    }

    if (ngx_webrtc_rtp_is_rtcp(pos, pos + len)) {
        load_rtcp_input(client, pos, len);

    } else if (!load_client_loses(client->load)) {
        load_receive_rtp(client, pos, len, arrival);
    }
}


/* the same ones in each run */

static ngx_uint_t
load_client_loses(load_t *load)
{
    if (load->options.loss == 0) {
        return 0;
    }

    load->media->seed = load->media->seed * 1664525 + 1013904223;

    return (load->media->seed >> 8) % 100 < load->options.loss;
}


/* ICE has a pair that works */

void
load_client_reached(load_client_t *client)
{
    if (client->member->reached == 0) {
        client->member->reached = client->load->loop.now;
    }

    if (load_client_secure(client) == NGX_OK) {
        load_client_flush(client);
    }
}


/* the session is made by whatever comes first */

static ngx_int_t
load_client_secure(load_client_t *client)
{
    load_session_t  *session;

    if (client->dtls) {
        return NGX_OK;
    }

    session = &client->session;

    if (session->nfingerprints == 0) {
        return NGX_ERROR;
    }

    client->dtls = ngx_webrtc_dtls_create(client->load->media->dtls,
                                          session->active
                                          ? NGX_WEBRTC_DTLS_CLIENT
                                          : NGX_WEBRTC_DTLS_SERVER);

    if (client->dtls == NULL
        || ngx_webrtc_dtls_set_fingerprints(client->dtls,
                                            session->fingerprints,
                                            session->nfingerprints)
           != NGX_OK
        || ngx_webrtc_dtls_start(client->dtls, client->load->loop.now)
           != NGX_OK)
    {
        load_client_fail(client, "DTLS cannot start");
        return NGX_ERROR;
    }

    load_data_attach(client);

    return NGX_OK;
}


static void
load_client_flush(load_client_t *client)
{
    size_t                  n;
    u_char                  buf[LOAD_DATAGRAM_MAX];
    ngx_webrtc_srtp_keys_t  keys;

    while ((n = ngx_webrtc_dtls_output(client->dtls, buf, sizeof(buf)))) {
        if (client->selected) {
            load_udp_send(client, buf, n, NULL);
        }
    }

    if (client->ended) {
        return;
    }

    switch (ngx_webrtc_dtls_state(client->dtls)) {

    case NGX_WEBRTC_DTLS_CONNECTED:

        if (client->connected) {
            return;
        }

        if (ngx_webrtc_dtls_export(client->dtls, &keys) != NGX_OK
            || load_client_keys(client, &keys) != NGX_OK)
        {
            load_client_fail(client, "SRTP cannot start");
            return;
        }

        load_client_keyed(client);
        break;

    case NGX_WEBRTC_DTLS_FAILED:
        load_client_fail(client, ngx_webrtc_dtls_reason(client->dtls));
        break;

    case NGX_WEBRTC_DTLS_CLOSED:
        client->ended = 1;
        load_send_stop(client);
        client->handler(client, LOAD_CLIENT_CLOSED, "DTLS was closed",
                        client->data);
        break;

    default:
        break;
    }
}


/* what comes in goes by a context of our own: it is checked, not replayed */

static ngx_int_t
load_client_keys(load_client_t *client, const ngx_webrtc_srtp_keys_t *keys)
{
    if (ngx_webrtc_srtp_pair_create(keys, &client->rtcp, &client->out)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    client->profile = keys->profile;
    client->in = ngx_webrtc_srtp_cipher_create(keys->profile, keys->remote_key,
                                               keys->remote_salt,
                                               NGX_WEBRTC_SRTP_LABEL_RTP,
                                               NGX_WEBRTC_SRTP_OPEN);

    return client->in ? NGX_OK : NGX_ERROR;
}


static void
load_client_keyed(load_client_t *client)
{
    load_loop_t  *loop;

    loop = &client->load->loop;

    client->connected = 1;
    client->report_due = loop->now + NGX_WEBRTC_SEC / 2
                         + ngx_webrtc_random_uint32() % NGX_WEBRTC_SEC;

    if (client->member->secured == 0) {
        client->member->secured = loop->now;
    }

    client->handler(client, LOAD_CLIENT_CONNECTED, NULL, client->data);

    if (!client->ended) {
        load_send_start(client);
        load_data_start(client);
    }
}
