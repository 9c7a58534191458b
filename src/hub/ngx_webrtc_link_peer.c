
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the link's way to a browser: a peer of the engine, offer and answer */


#include <hub/ngx_webrtc_gateway_internal.h>


static ngx_int_t ngx_webrtc_link_connect(ngx_webrtc_link_t *link,
    ngx_uint_t caller, ngx_webrtc_usec_t now, const char **reason);
static void ngx_webrtc_link_disconnect(ngx_webrtc_link_t *link);
static ngx_int_t ngx_webrtc_link_agreement(ngx_webrtc_link_t *link);
static void ngx_webrtc_link_want(ngx_webrtc_link_t *link);
static void ngx_webrtc_link_want_media(ngx_webrtc_medium_t *medium);
static ngx_int_t ngx_webrtc_link_write(ngx_webrtc_link_t *link,
    ngx_str_t *sdp, ngx_uint_t offer, const char **reason);
static ngx_int_t ngx_webrtc_link_agreed(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now, const char **reason);
static ngx_uint_t ngx_webrtc_link_has_common(ngx_webrtc_link_t *link,
    const char **reason);
static ngx_int_t ngx_webrtc_link_remote(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now, const char **reason);
static void ngx_webrtc_link_peer_handler(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_event_e event, const char *reason, void *data,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_link_random(void *data, u_char *buf, size_t len);


ngx_int_t
ngx_webrtc_link_offer(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason)
{
    if (ngx_webrtc_link_connect(link, 1, now, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    link->caller = 1;

    ngx_webrtc_link_want(link);

    return ngx_webrtc_link_write(link, sdp, 1, reason);
}


ngx_int_t
ngx_webrtc_link_set_answer(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason)
{
    if (link->peer == NULL) {
        *reason = "NO-OFFER";
        return NGX_ERROR;
    }

    if (ngx_webrtc_agreement_read_answer(&link->agreement, sdp->data,
                                         sdp->data + sdp->len, reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_link_agent_read(link, sdp);

    return ngx_webrtc_link_agreed(link, now, reason);
}


ngx_int_t
ngx_webrtc_link_set_offer(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason)
{
    if (ngx_webrtc_link_connect(link, 0, now, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_webrtc_agreement_read_offer(&link->agreement, sdp->data,
                                        sdp->data + sdp->len, reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_link_agent_read(link, sdp);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_link_answer(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason)
{
    if (link->peer == NULL) {
        *reason = "NO-OFFER";
        return NGX_ERROR;
    }

    if (ngx_webrtc_link_agent_start(link, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_link_want(link);

    if (ngx_webrtc_link_write(link, sdp, 0, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webrtc_link_agreed(link, now, reason);
}


ngx_int_t
ngx_webrtc_link_add_candidate(ngx_webrtc_link_t *link,
    const ngx_str_t *candidate, const ngx_str_t *mid, ngx_webrtc_usec_t now)
{
    (void) mid;
    (void) now;

    /* without an agent the browser's checks show where it is */

    ngx_webrtc_link_agent_candidate(link, candidate);

    return NGX_OK;
}


/*
 * It may wait for an answer, or for somebody to say yes, as long as its owner
 * likes.  Who calls must know now if there is an agent: the offer says so.
 */

static ngx_int_t
ngx_webrtc_link_connect(ngx_webrtc_link_t *link, ngx_uint_t caller,
    ngx_webrtc_usec_t now, const char **reason)
{
    if (link->peer) {
        return NGX_OK;
    }

    if (link->inside) {
        *reason = "JOINED-INSIDE";
        return NGX_ERROR;
    }

    link->peer = ngx_webrtc_peer_create(link->gateway->engine,
                                        ngx_webrtc_link_peer_handler, link,
                                        now);
    if (link->peer == NULL) {
        *reason = "TOO-MANY-CONNECTIONS";
        return NGX_ERROR;
    }

    ngx_webrtc_peer_set_deadline(link->peer, NGX_WEBRTC_NEVER);

    link->caller = caller ? 1 : 0;

    if (caller && ngx_webrtc_link_agent_start(link, reason) != NGX_OK) {
        ngx_webrtc_link_disconnect(link);
        return NGX_ERROR;
    }

    if (ngx_webrtc_link_agreement(link) != NGX_OK) {
        ngx_webrtc_link_disconnect(link);
        *reason = "NO-MEMORY";
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_link_disconnect(ngx_webrtc_link_t *link)
{
    ngx_webrtc_peer_destroy(link->peer, NULL);

    link->peer = NULL;
    link->caller = 0;

    ngx_webrtc_link_agent_destroy(link);
}


static ngx_int_t
ngx_webrtc_link_agreement(ngx_webrtc_link_t *link)
{
    ngx_webrtc_gateway_t             *gateway;
    ngx_webrtc_agreement_t           *agreement;
    ngx_webrtc_peer_local_t           local;
    ngx_webrtc_negotiation_params_t   params;

    gateway = link->gateway;
    agreement = &link->agreement;

    ngx_webrtc_peer_local(link->peer, &local);

    ngx_memzero(&params, sizeof(ngx_webrtc_negotiation_params_t));

    params.ufrag = local.ufrag;
    params.pwd = local.pwd;
    params.fingerprint = gateway->fingerprint;
    params.setup = NGX_WEBRTC_SDP_SETUP_ACTPASS;
    params.max_sections = gateway->conf.max_sections;
    params.max_message = gateway->conf.message_size;
    params.random = ngx_webrtc_link_random;

    if (!ngx_webrtc_link_has_agent(link)) {
        params.candidates = gateway->conf.candidates;
        params.ncandidates = gateway->conf.ncandidates;
        params.ice_lite = 1;
    }

    if (ngx_webrtc_agreement_init(agreement, link->pool, &params) != NGX_OK) {
        return NGX_ERROR;
    }

    link->has_agreement = 1;

    agreement->stream = link->name;

    agreement->video.ssrc = ngx_webrtc_link_new_ssrc();
    agreement->video.rtx_ssrc = ngx_webrtc_link_new_ssrc();
    agreement->audio.ssrc = ngx_webrtc_link_new_ssrc();

    return NGX_OK;
}


/* what our program wants, as the configuration says it */

static void
ngx_webrtc_link_want(ngx_webrtc_link_t *link)
{
    ngx_webrtc_agreement_data_t  *data;

    data = &link->agreement.data;

    if (link->conf.is_data) {
        data->wanted = 1;
        return;
    }

    ngx_webrtc_link_want_media(&link->media[NGX_WEBRTC_LINK_VIDEO]);
    ngx_webrtc_link_want_media(&link->media[NGX_WEBRTC_LINK_AUDIO]);

    data->wanted = link->caller ? link->conf.hang_up || link->conf.commands
                                : data->present;
    link->agreement.needs_media = !link->conf.commands;
}


static void
ngx_webrtc_link_want_media(ngx_webrtc_medium_t *medium)
{
    ngx_webrtc_link_media_t       *conf;
    ngx_webrtc_agreement_media_t  *agreed;

    conf = medium->conf;
    agreed = medium->agreed;

    if (!medium->link->agreed
        || (medium->link->conf.commands && !agreed->accepted))
    {
        agreed->codec = conf->codec;
        agreed->fmtp = conf->fmtp;
    }

    agreed->bit_rate = conf->bit_rate;
    agreed->send = conf->send;
    agreed->receive = conf->receive;

    agreed->wanted = conf->send || conf->receive;
}


static ngx_int_t
ngx_webrtc_link_write(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_uint_t offer, const char **reason)
{
    size_t                   size;
    u_char                  *p;
    ngx_int_t                rc;
    ngx_webrtc_text_t        text;
    ngx_webrtc_agreement_t  *agreement;

    agreement = &link->agreement;

    size = ngx_webrtc_agreement_size(agreement);

    p = ngx_webrtc_gateway_buffer(link->gateway, size);
    if (p == NULL) {
        *reason = "NO-MEMORY";
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, p, p + size);

    rc = offer ? ngx_webrtc_agreement_write_offer(agreement, &text, reason)
               : ngx_webrtc_agreement_write_answer(agreement, &text, reason);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    sdp->data = text.start;
    sdp->len = ngx_webrtc_text_len(&text);

    ngx_webrtc_link_agent_wrote(link, sdp);

    return NGX_OK;
}


/* both descriptions are there, for the first time or again */

static ngx_int_t
ngx_webrtc_link_agreed(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now,
    const char **reason)
{
    uint64_t                 bit_rate;
    ngx_webrtc_agreement_t  *agreement;

    agreement = &link->agreement;

    if (!ngx_webrtc_link_has_common(link, reason)
        || ngx_webrtc_link_remote(link, now, reason) != NGX_OK)
    {
        return NGX_ERROR;
    }

    bit_rate = link->conf.video.bit_rate * 1000ULL;

    ngx_webrtc_peer_set_extensions(link->peer, &agreement->exts);
    ngx_webrtc_peer_set_bit_rate(link->peer, bit_rate);

    if (!link->agreed) {
        link->agreed = 1;
        ngx_webrtc_peer_set_deadline(link->peer,
                                now + link->gateway->conf.setup_timeout);
    }

    if (ngx_webrtc_link_data_start(link, now) == NGX_ERROR) {
        *reason = "NO-MEMORY";
        return NGX_ERROR;
    }

    ngx_webrtc_link_apply(link, now);

    return NGX_OK;
}


/* something of what the link is for */

static ngx_uint_t
ngx_webrtc_link_has_common(ngx_webrtc_link_t *link, const char **reason)
{
    ngx_webrtc_agreement_t        *agreement;
    ngx_webrtc_agreement_media_t  *video, *audio;

    agreement = &link->agreement;

    if (link->conf.is_data) {
        *reason = "NO-DATA-CHANNEL";
        return agreement->data.accepted;
    }

    video = &agreement->video;
    audio = &agreement->audio;

    *reason = "NO-COMMON-CODEC";

    if (link->conf.commands && agreement->data.accepted) {
        return 1;
    }

    /* what is not wanted is accepted too, and inactive */

    return (video->wanted && video->accepted)
           || (audio->wanted && audio->accepted)
           || (!video->wanted && !audio->wanted);
}


static ngx_int_t
ngx_webrtc_link_remote(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now,
    const char **reason)
{
    ngx_webrtc_peer_remote_t          remote;
    ngx_webrtc_negotiation_remote_t  *from;

    from = link->agreement.remote;

    if (from->ice_lite && link->agent == NULL) {
        *reason = "ICE-LITE-ON-BOTH-SIDES";
        return NGX_ERROR;
    }

    remote.ufrag = from->ufrag;
    remote.pwd = from->pwd;
    remote.fingerprints = from->fingerprints;
    remote.nfingerprints = from->nfingerprints;
    remote.active = (from->setup == NGX_WEBRTC_SDP_SETUP_ACTIVE);

    if (ngx_webrtc_peer_set_remote(link->peer, &remote, now) != NGX_OK) {
        *reason = "FINGERPRINT-MISMATCH";
        return NGX_ERROR;
    }

    if (ngx_webrtc_link_agent_remote(link) != NGX_OK) {
        *reason = "ICE-CREDENTIALS-REFUSED";
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_link_peer_handler(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_event_e event, const char *reason, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_t *link = data;

    ngx_webrtc_gateway_t  *gateway;

    (void) peer;

    gateway = link->gateway;

    ngx_webrtc_gateway_begin(gateway);

    if (event != NGX_WEBRTC_PEER_CONNECTED) {
        link->mute = 1;

        if (link->left) {

            /* the goodbye was said */

            ngx_queue_remove(&link->queue);
            ngx_queue_insert_tail(&gateway->gone, &link->queue);
        }
    }

    switch (event) {

    case NGX_WEBRTC_PEER_CONNECTED:
        link->ready = 1;

        if (!link->conf.is_data) {
            ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_READY, "", now);
        }

        break;

    case NGX_WEBRTC_PEER_CLOSED:
        ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_CLOSED, "", now);
        break;

    case NGX_WEBRTC_PEER_FAILED:
        ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_FAILED, reason, now);
        break;
    }

    ngx_webrtc_gateway_end(gateway);
}


ngx_int_t
ngx_webrtc_link_part(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    if (link->peer == NULL || link->mute || !link->ready) {
        return NGX_DONE;
    }

    link->deadline = now + NGX_WEBRTC_LINK_PARTING;

    if (link->has_stream && link->open) {
        ngx_webrtc_data_close(link->peer, link->stream, now);

    } else {
        link->closing = 1;
        ngx_webrtc_peer_close(link->peer, now);
    }

    return NGX_OK;
}


/* without an answer to the first half of it the second one must do */

ngx_int_t
ngx_webrtc_link_parted(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    if (link->closing) {
        return NGX_DONE;
    }

    link->closing = 1;
    link->deadline = now + NGX_WEBRTC_LINK_PARTING;

    ngx_webrtc_peer_close(link->peer, now);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_link_random(void *data, u_char *buf, size_t len)
{
    (void) data;

    return ngx_webrtc_random_bytes(buf, len);
}


uint32_t
ngx_webrtc_link_new_ssrc(void)
{
    uint32_t  ssrc;

    ssrc = ngx_webrtc_random_uint32();

    return ssrc ? ssrc : 1;
}
