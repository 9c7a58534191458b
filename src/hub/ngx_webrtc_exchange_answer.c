
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What an answer means to the media engine: the other side of the transport,
 * sources for what the client sends, subscriptions for what it takes.
 */


#include <hub/ngx_webrtc_member.h>


static ngx_int_t ngx_webrtc_exchange_remote(
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now,
    const char **reason);
static void ngx_webrtc_exchange_extensions(
    ngx_webrtc_connection_t *connection);
static ngx_int_t ngx_webrtc_exchange_sources(
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now);
static void ngx_webrtc_exchange_subscribe(ngx_webrtc_reception_t *reception,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_exchange_format(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_format_t *format);


ngx_int_t
ngx_webrtc_exchange_answered(ngx_webrtc_connection_t *connection,
    ngx_uint_t first, ngx_webrtc_usec_t now, const char **reason)
{
    ngx_int_t                n;
    ngx_queue_t             *q;
    ngx_webrtc_reception_t  *reception;

    if (first) {
        if (ngx_webrtc_exchange_remote(connection, now, reason) != NGX_OK) {
            return NGX_ERROR;
        }

        /* it may have ended in there */

        if (connection->left) {
            return NGX_OK;
        }

        if (ngx_webrtc_messaging_start(connection, now) != NGX_OK) {
            *reason = "NO-MEMORY";
            return NGX_ERROR;
        }
    }

    ngx_webrtc_exchange_extensions(connection);

    n = ngx_webrtc_exchange_sources(connection, now);

    if (n == NGX_ERROR) {
        *reason = "NO-MEMORY";
        return NGX_ERROR;
    }

    if (first && n == NGX_DECLINED
        && connection->info.role == NGX_WEBRTC_SENDONLY
        && (connection->info.audio || connection->info.video))
    {
        *reason = "NO-COMMON-CODEC";
        return NGX_ERROR;
    }

    for (q = ngx_queue_head(&connection->receptions);
         q != ngx_queue_sentinel(&connection->receptions);
         q = ngx_queue_next(q))
    {
        reception = ngx_queue_data(q, ngx_webrtc_reception_t, by_receiver);
        ngx_webrtc_exchange_subscribe(reception, now);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_exchange_remote(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now, const char **reason)
{
    ngx_webrtc_peer_remote_t          remote;
    ngx_webrtc_negotiation_remote_t  *answer;

    answer = connection->negotiation.remote;

    if (answer->ice_lite) {
        *reason = "ICE-LITE-ON-BOTH-SIDES";
        return NGX_ERROR;
    }

    remote.ufrag = answer->ufrag;
    remote.pwd = answer->pwd;
    remote.fingerprints = answer->fingerprints;
    remote.nfingerprints = answer->nfingerprints;
    remote.active = (answer->setup == NGX_WEBRTC_SDP_SETUP_ACTIVE);

    ngx_webrtc_peer_set_bit_rate(connection->peer,
                                 connection->bit_rate * 1000ULL);

    if (ngx_webrtc_peer_set_remote(connection->peer, &remote, now)
        != NGX_OK)
    {
        *reason = "FINGERPRINT-MISMATCH";
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* an extension has one id in the whole bundle, but not in every section */

static void
ngx_webrtc_exchange_extensions(ngx_webrtc_connection_t *connection)
{
    ngx_uint_t                         i, kind;
    ngx_webrtc_ext_map_t               map;
    ngx_webrtc_negotiation_t          *neg;
    ngx_webrtc_negotiation_section_t  *section;

    neg = &connection->negotiation;

    ngx_memzero(&map, sizeof(ngx_webrtc_ext_map_t));

    for (i = 0; i < neg->nsections; i++) {
        section = neg->sections[i];

        if (!section->answer.accepted) {
            continue;
        }

        for (kind = 0; kind < NGX_WEBRTC_EXT_MAX; kind++) {

            if (section->answer.exts.ids[kind]) {
                (void) ngx_webrtc_ext_map_add(&map, kind,
                                              section->answer.exts.ids[kind]);
            }
        }
    }

    ngx_webrtc_peer_set_extensions(connection->peer, &map);
}


/* NGX_DECLINED: the client sends nothing */

static ngx_int_t
ngx_webrtc_exchange_sources(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                         i, n;
    ngx_webrtc_publication_t          *track;
    ngx_webrtc_source_conf_t           conf;
    ngx_webrtc_negotiation_section_t  *section;

    n = 0;

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        track = &connection->tracks[i];
        section = track->section;

        if (section == NULL
            || !section->answer.accepted
            || !(section->answer.direction & NGX_WEBRTC_SDP_SENDONLY))
        {
            continue;
        }

        n++;

        if (track->source) {
            continue;
        }

        ngx_memzero(&conf, sizeof(ngx_webrtc_source_conf_t));

        conf.mid = section->mid;
        ngx_webrtc_exchange_format(section, &conf.format);

        if (section->answer.nssrcs) {
            conf.ssrc = section->answer.ssrcs[0];
            conf.rtx_ssrc = section->answer.rtx_ssrcs[0];
        }

        ngx_webrtc_simulcast_source(section, &conf);

        if (i == NGX_WEBRTC_AUDIO) {
            ngx_webrtc_spotlight_listen(connection, &conf);
        }

        track->source = ngx_webrtc_source_create(connection->peer, &conf);
        if (track->source == NULL) {
            return NGX_ERROR;
        }

        if (ngx_webrtc_forwarding_begin(track, now) != NGX_OK) {
            return NGX_ERROR;
        }

        /* a client may begin to send with a later answer */

        if (connection->live) {
            ngx_webrtc_exchange_publish(track, now);
            ngx_webrtc_connection_tell_sends(connection);
            ngx_webrtc_tap_tell(connection, now);
            ngx_webrtc_bit_rate_share(connection->channel, now);
        }
    }

    return n ? NGX_OK : NGX_DECLINED;
}


static void
ngx_webrtc_exchange_subscribe(ngx_webrtc_reception_t *reception,
    ngx_webrtc_usec_t now)
{
    unsigned                           refused;
    ngx_webrtc_subscription_conf_t     conf;
    ngx_webrtc_negotiation_section_t  *section;

    section = reception->section;

    /* a section may have got its track after the offer that was answered */

    if (section->changed || section->offered != NGX_WEBRTC_OFFERED_ACTIVE) {
        return;
    }

    refused = !(section->answer.accepted
                && (section->answer.direction & NGX_WEBRTC_SDP_RECVONLY));

    if (reception->refused != refused) {

        /*
         * It is paused and does not end: another one would use the SRTP
         * indices of this one again, for other packets.
         */

        reception->refused = refused;
        ngx_webrtc_reception_apply(reception, now);
    }

    if (reception->refused || reception->sub) {
        return;
    }

    ngx_memzero(&conf, sizeof(ngx_webrtc_subscription_conf_t));

    ngx_webrtc_exchange_format(section, &conf.format);

    conf.ssrc = section->ssrc;
    conf.rtx_ssrc = section->rtx_ssrc;
    conf.cname.len = NGX_WEBRTC_ID_LEN;
    conf.cname.data = reception->track->connection->info.connection_id;

    ngx_webrtc_reception_conf(reception, &conf);

    reception->sub = ngx_webrtc_subscription_create(reception->receiver->peer,
                                                    reception->track->source,
                                                    &conf, now);
}


static void
ngx_webrtc_exchange_format(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_format_t *format)
{
    uint8_t                      feedback;
    const ngx_webrtc_payload_t  *payload;

    payload = section->payload;
    feedback = section->answer.feedback;

    format->codec = payload->codec;
    format->clock_rate = ngx_webrtc_codec_info(payload->codec)->clock_rate;
    format->pt = payload->pt;
    format->rtx_pt = section->answer.rtx ? payload->rtx_pt : 0;
    format->nack = (feedback & NGX_WEBRTC_SDP_FB_NACK) != 0;
    format->pli = (feedback & NGX_WEBRTC_SDP_FB_NACK_PLI) != 0;
    format->remb = (feedback & NGX_WEBRTC_SDP_FB_REMB) != 0;
    format->twcc = (feedback & NGX_WEBRTC_SDP_FB_TRANSPORT_CC) != 0
                   && section->answer.exts.ids[NGX_WEBRTC_EXT_TWCC] != 0;
}
