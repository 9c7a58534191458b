
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Who hears whom: sections are added to and removed from the negotiations as
 * members publish, come and go.
 */


#include <hub/ngx_webrtc_forwarding.h>
#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_place.h>
#include <crypto/ngx_webrtc_random.h>


static void ngx_webrtc_exchange_place(ngx_webrtc_connection_t *connection,
    ngx_webrtc_place_t *place, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_exchange_negotiation(
    ngx_webrtc_connection_t *connection, const ngx_webrtc_place_t *place);
static ngx_uint_t ngx_webrtc_exchange_sends(
    ngx_webrtc_connection_t *connection, ngx_uint_t n);
static ngx_int_t ngx_webrtc_exchange_track(
    ngx_webrtc_connection_t *connection, ngx_uint_t n,
    const ngx_webrtc_join_t *join);
static void ngx_webrtc_exchange_add(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_publication_t *track);
static ngx_uint_t ngx_webrtc_exchange_wants(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_publication_t *track);
static ngx_webrtc_reception_t *ngx_webrtc_exchange_find(
    ngx_webrtc_connection_t *receiver, ngx_webrtc_publication_t *track);
static void ngx_webrtc_exchange_unlink(ngx_webrtc_reception_t *reception);
static ngx_int_t ngx_webrtc_exchange_random(void *data, u_char *buf,
    size_t len);
static uint32_t ngx_webrtc_exchange_ssrc(void);
static void ngx_webrtc_exchange_peer_handler(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_event_e event, const char *reason, void *data,
    ngx_webrtc_usec_t now);


#define ngx_webrtc_exchange_receives(connection)                             \
    ((connection)->info.role != NGX_WEBRTC_SENDONLY)


ngx_int_t
ngx_webrtc_exchange_init(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join, ngx_webrtc_usec_t now,
    const char **reason)
{
    ngx_uint_t          i;
    ngx_webrtc_place_t  place;

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        connection->tracks[i].connection = connection;
        ngx_queue_init(&connection->tracks[i].receptions);
    }

    ngx_webrtc_exchange_place(connection, &place, now);

    connection->peer = place.peer;

    if (connection->peer == NULL) {
        *reason = "TOO-MANY-CONNECTIONS";
        return NGX_ERROR;
    }

    if (ngx_webrtc_exchange_negotiation(connection, &place) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {

        if (ngx_webrtc_exchange_sends(connection, i)
            && ngx_webrtc_exchange_track(connection, i, join) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_webrtc_messaging_init(connection, join);
}


static void
ngx_webrtc_exchange_place(ngx_webrtc_connection_t *connection,
    ngx_webrtc_place_t *place, ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_t  *hub;

    hub = connection->hub;

    place->handler = ngx_webrtc_exchange_peer_handler;
    place->data = connection;

    if (hub->glue.place
        && hub->glue.place(hub->glue.data, place) == NGX_OK)
    {
        return;
    }

    place->peer = ngx_webrtc_peer_create(hub->engine, place->handler,
                                         place->data, now);
    place->candidates = hub->conf.candidates;
    place->ncandidates = hub->conf.ncandidates;
}


static ngx_uint_t
ngx_webrtc_exchange_sends(ngx_webrtc_connection_t *connection, ngx_uint_t n)
{
    if (connection->info.role == NGX_WEBRTC_RECVONLY) {
        return 0;
    }

    return (n == NGX_WEBRTC_AUDIO) ? connection->info.audio
                                   : connection->info.video;
}


static ngx_int_t
ngx_webrtc_exchange_negotiation(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_place_t *place)
{
    ngx_webrtc_hub_t                 *hub;
    ngx_webrtc_peer_local_t           local;
    ngx_webrtc_negotiation_params_t   params;

    hub = connection->hub;

    ngx_webrtc_peer_local(connection->peer, &local);

    ngx_memzero(&params, sizeof(ngx_webrtc_negotiation_params_t));

    params.ufrag = local.ufrag;
    params.pwd = local.pwd;
    params.fingerprint = hub->fingerprint;
    params.setup = NGX_WEBRTC_SDP_SETUP_ACTPASS;
    params.candidates = place->candidates;
    params.ncandidates = place->ncandidates;
    params.max_sections = hub->conf.max_sections;
    params.max_message = hub->conf.message_size;
    params.random = ngx_webrtc_exchange_random;
    params.ice_lite = 1;

    return ngx_webrtc_negotiation_init(&connection->negotiation,
                                       connection->pool, &params);
}


static ngx_int_t
ngx_webrtc_exchange_track(ngx_webrtc_connection_t *connection, ngx_uint_t n,
    const ngx_webrtc_join_t *join)
{
    u_char                         *p;
    u_char                          own[NGX_WEBRTC_FMTP_LEN];
    u_char                          buf[NGX_WEBRTC_FMTP_LEN];
    uint32_t                        bit_rate;
    ngx_webrtc_text_t               text, remote;
    ngx_webrtc_publication_t       *track;
    ngx_webrtc_opus_params_t        opus;
    ngx_webrtc_negotiation_codec_t  codec;

    track = &connection->tracks[n];

    if (ngx_webrtc_id_generate(track->id) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, own, own + sizeof(own));
    ngx_webrtc_text_init(&remote, buf, buf + sizeof(buf));

    if (n == NGX_WEBRTC_AUDIO) {
        track->codec = connection->info.audio_codec;
        bit_rate = connection->info.audio_bit_rate;

        opus = join->opus;

        if (bit_rate) {
            opus.bit_rate = bit_rate;
        }

        ngx_webrtc_fmtp_opus(&text, &opus);
        ngx_webrtc_fmtp_opus_remote(&remote, &opus);

    } else {
        track->codec = connection->info.video_codec;
        bit_rate = connection->info.video_bit_rate;

        ngx_webrtc_fmtp_video(&text, track->codec, &join->video);
        ngx_webrtc_fmtp_video(&remote, track->codec, &join->video);
    }

    if (text.overflow || remote.overflow) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(connection->pool, ngx_webrtc_text_len(&remote));
    if (p == NULL) {
        return NGX_ERROR;
    }

    track->fmtp.data = p;
    track->fmtp.len = ngx_webrtc_text_len(&remote);
    ngx_memcpy(p, buf, track->fmtp.len);

    codec.codec = track->codec;
    codec.fmtp.data = own;
    codec.fmtp.len = ngx_webrtc_text_len(&text);

    track->section = ngx_webrtc_negotiation_add_own(&connection->negotiation,
                                                    &codec, bit_rate);

    if (track->section == NULL) {
        return NGX_ERROR;
    }

    return (n == NGX_WEBRTC_VIDEO)
           ? ngx_webrtc_simulcast_offer(connection, track->section) : NGX_OK;
}


/*
 * A client in an empty channel, or one that asks for media that nobody sends,
 * needs a section all the same, or ICE would not start.
 */

ngx_int_t
ngx_webrtc_exchange_placeholders(ngx_webrtc_connection_t *connection)
{
    ngx_webrtc_negotiation_t  *neg;

    neg = &connection->negotiation;

    if (neg->nsections) {
        return NGX_OK;
    }

    if (connection->info.audio
        && ngx_webrtc_negotiation_add_placeholder(neg, NGX_WEBRTC_SDP_AUDIO)
           == NULL)
    {
        return NGX_ERROR;
    }

    if (connection->info.video
        && ngx_webrtc_negotiation_add_placeholder(neg, NGX_WEBRTC_SDP_VIDEO)
           == NULL)
    {
        return NGX_ERROR;
    }

    return neg->nsections ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_exchange_fill(ngx_webrtc_connection_t *connection)
{
    ngx_uint_t                i;
    ngx_webrtc_connection_t  *sender;

    if (!ngx_webrtc_exchange_receives(connection)) {
        return;
    }

    for (sender = ngx_webrtc_channel_next(connection->channel, NULL);
         sender;
         sender = ngx_webrtc_channel_next(connection->channel, sender))
    {
        if (!sender->live) {
            continue;
        }

        for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {

            /* after a first offer some are there already */

            if (connection->offered
                && ngx_webrtc_exchange_find(connection, &sender->tracks[i]))
            {
                continue;
            }

            ngx_webrtc_exchange_add(connection, &sender->tracks[i]);
        }
    }
}


void
ngx_webrtc_exchange_publish(ngx_webrtc_publication_t *track,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *receiver;

    if (track->source == NULL) {
        return;
    }

    channel = track->connection->channel;

    for (receiver = ngx_webrtc_channel_next(channel, NULL);
         receiver;
         receiver = ngx_webrtc_channel_next(channel, receiver))
    {
        ngx_webrtc_exchange_add(receiver, track);
        ngx_webrtc_event_queue(receiver, NGX_WEBRTC_EVENT_OFFER, now);
    }
}


static void
ngx_webrtc_exchange_add(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_publication_t *track)
{
    uint32_t                           ssrc, rtx_ssrc;
    ngx_str_t                          stream, id;
    ngx_webrtc_reception_t            *reception;
    ngx_webrtc_negotiation_codec_t     codec;
    ngx_webrtc_negotiation_section_t  *section;

    if (!ngx_webrtc_exchange_wants(receiver, track)) {
        return;
    }

    reception = ngx_calloc(sizeof(ngx_webrtc_reception_t),
                           receiver->hub->log);
    if (reception == NULL) {
        receiver->starved = 1;
        return;
    }

    codec.codec = track->codec;
    codec.fmtp = track->fmtp;

    stream.len = NGX_WEBRTC_ID_LEN;
    stream.data = track->connection->info.connection_id;

    id.len = NGX_WEBRTC_ID_LEN;
    id.data = track->id;

    ssrc = ngx_webrtc_exchange_ssrc();
    rtx_ssrc = 0;

    if (track->section->kind == NGX_WEBRTC_SDP_VIDEO) {
        rtx_ssrc = ngx_webrtc_exchange_ssrc();
    }

    section = ngx_webrtc_negotiation_add_remote(&receiver->negotiation,
                                                &codec, &stream, &id, ssrc,
                                                rtx_ssrc);
    if (section == NULL) {
        ngx_free(reception);
        receiver->starved = 1;
        return;
    }

    reception->track = track;
    reception->receiver = receiver;
    reception->section = section;

    ngx_queue_insert_tail(&track->receptions, &reception->by_track);
    ngx_queue_insert_tail(&receiver->receptions, &reception->by_receiver);
}


static ngx_uint_t
ngx_webrtc_exchange_wants(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_publication_t *track)
{
    if (track->source == NULL
        || receiver->left
        || receiver == track->connection
        || !ngx_webrtc_exchange_receives(receiver)
        || !ngx_webrtc_connection_apart(receiver, track->connection))
    {
        return 0;
    }

    return (track->section->kind == NGX_WEBRTC_SDP_VIDEO)
           ? receiver->info.video : receiver->info.audio;
}


ngx_webrtc_reception_t *
ngx_webrtc_exchange_video(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender)
{
    return ngx_webrtc_exchange_find(receiver,
                                    &sender->tracks[NGX_WEBRTC_VIDEO]);
}


static ngx_webrtc_reception_t *
ngx_webrtc_exchange_find(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_publication_t *track)
{
    ngx_queue_t             *q;
    ngx_webrtc_reception_t  *reception;

    for (q = ngx_queue_head(&receiver->receptions);
         q != ngx_queue_sentinel(&receiver->receptions);
         q = ngx_queue_next(q))
    {
        reception = ngx_queue_data(q, ngx_webrtc_reception_t, by_receiver);

        if (reception->track == track) {
            return reception;
        }
    }

    return NULL;
}


void
ngx_webrtc_exchange_withdraw(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                 i;
    ngx_webrtc_reception_t    *reception;
    ngx_webrtc_publication_t  *track;

    if (connection->peer == NULL) {
        return;
    }

    (void) ngx_webrtc_connection_stop_forwarding(connection);
    ngx_webrtc_tap_end(connection, now);

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        track = &connection->tracks[i];

        while (!ngx_queue_empty(&track->receptions)) {
            reception = ngx_queue_data(ngx_queue_head(&track->receptions),
                                       ngx_webrtc_reception_t, by_track);

            ngx_webrtc_negotiation_remove_remote(
                                         &reception->receiver->negotiation,
                                         reception->section);

            ngx_webrtc_event_queue(reception->receiver,
                                   NGX_WEBRTC_EVENT_OFFER, now);

            ngx_webrtc_exchange_unlink(reception);
        }
    }

    while (!ngx_queue_empty(&connection->receptions)) {
        reception = ngx_queue_data(ngx_queue_head(&connection->receptions),
                                   ngx_webrtc_reception_t, by_receiver);

        ngx_webrtc_exchange_unlink(reception);
    }

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        track = &connection->tracks[i];

        if (track->source) {
            ngx_webrtc_source_destroy(track->source);
            track->source = NULL;
        }
    }

    /* there is a last word to say over data channels */

    if (ngx_webrtc_messaging_is_open(connection)) {
        ngx_webrtc_deadline_set(&connection->hub->partings,
                                &connection->parting,
                                now + NGX_WEBRTC_PARTING);
        return;
    }

    ngx_webrtc_peer_destroy(connection->peer, NULL);
    connection->peer = NULL;
}


static void
ngx_webrtc_exchange_unlink(ngx_webrtc_reception_t *reception)
{
    if (reception->sub) {
        ngx_webrtc_subscription_destroy(reception->sub);
    }

    ngx_webrtc_event_remove(&reception->switched);

    ngx_queue_remove(&reception->by_track);
    ngx_queue_remove(&reception->by_receiver);

    ngx_free(reception);
}


ngx_int_t
ngx_webrtc_exchange_offer(ngx_webrtc_connection_t *connection, ngx_str_t *sdp)
{
    size_t                     size;
    u_char                    *p;
    ngx_int_t                  rc;
    ngx_webrtc_hub_t          *hub;
    ngx_webrtc_text_t          text;
    ngx_webrtc_negotiation_t  *neg;

    hub = connection->hub;
    neg = &connection->negotiation;

    if (connection->offered && !ngx_webrtc_negotiation_wants_offer(neg)) {
        return NGX_DECLINED;
    }

    size = ngx_webrtc_negotiation_offer_size(neg);

    p = ngx_webrtc_hub_buffer(hub, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, p, p + size);

    rc = ngx_webrtc_negotiation_write_offer(neg, &text);
    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    sdp->data = text.start;
    sdp->len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_exchange_random(void *data, u_char *buf, size_t len)
{
    (void) data;

    return ngx_webrtc_random_bytes(buf, len);
}


static uint32_t
ngx_webrtc_exchange_ssrc(void)
{
    uint32_t  ssrc;

    ssrc = ngx_webrtc_random_uint32();

    return ssrc ? ssrc : 1;
}


static void
ngx_webrtc_exchange_peer_handler(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_event_e event, const char *reason, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_connection_t  *connection;

    (void) peer;

    connection = data;

    if (connection->left) {

        if (event != NGX_WEBRTC_PEER_CONNECTED) {
            ngx_webrtc_messaging_parted(connection);
        }

        return;
    }

    switch (event) {

    case NGX_WEBRTC_PEER_CONNECTED:
        ngx_webrtc_connection_live(connection, now);
        break;

    case NGX_WEBRTC_PEER_CLOSED:
        ngx_webrtc_messaging_lost(connection);
        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_CLIENT, NULL, now);
        break;

    case NGX_WEBRTC_PEER_FAILED:
        ngx_webrtc_messaging_lost(connection);
        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_FAULT, reason, now);
        break;
    }
}
