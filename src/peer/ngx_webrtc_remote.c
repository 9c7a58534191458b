
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <peer/ngx_webrtc_remote.h>


static ngx_int_t ngx_webrtc_remote_fingerprints(
    ngx_webrtc_negotiation_remote_t *remote,
    const ngx_webrtc_sdp_transport_t *transport, const char **reason);
static void ngx_webrtc_remote_addrs(ngx_webrtc_negotiation_remote_t *remote,
    const ngx_webrtc_sdp_t *sdp);


ngx_int_t
ngx_webrtc_remote_bundle(const ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *media, ngx_webrtc_sdp_transport_t **first,
    const char **reason)
{
    ngx_webrtc_sdp_transport_t  *transport;

    if (!media->bundled && sdp->nsections > 1) {
        *reason = "BUNDLE-REQUIRED";
        return NGX_ERROR;
    }

    transport = &media->transport;

    if (*first == NULL) {
        *first = transport;
        return NGX_OK;
    }

    if ((transport->ufrag.len
         && !ngx_webrtc_str_equal(&(*first)->ufrag, &transport->ufrag))
        || (transport->pwd.len
            && !ngx_webrtc_str_equal(&(*first)->pwd, &transport->pwd)))
    {
        *reason = "TRANSPORT-MISMATCH";
        return NGX_ERROR;
    }

    if (transport->setup != NGX_WEBRTC_SDP_SETUP_NONE
        && transport->setup != (*first)->setup)
    {
        *reason = "CONFLICTING-SETUP";
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_remote_read(ngx_webrtc_negotiation_remote_t *remote,
    const ngx_webrtc_sdp_t *sdp, const ngx_webrtc_sdp_transport_t *transport,
    const char **reason)
{
    ngx_memzero(remote, sizeof(ngx_webrtc_negotiation_remote_t));

    remote->ufrag = transport->ufrag;
    remote->pwd = transport->pwd;
    remote->setup = transport->setup;
    remote->ice_lite = sdp->ice_lite;

    if (ngx_webrtc_remote_fingerprints(remote, transport, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_remote_addrs(remote, sdp);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_remote_answered(ngx_webrtc_negotiation_remote_t *remote,
    const ngx_webrtc_sdp_t *sdp, const ngx_webrtc_sdp_transport_t *transport,
    const ngx_webrtc_negotiation_params_t *params, const char **reason)
{
    if (ngx_webrtc_sdp_check_transport(transport, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    /* an answer decides, and not for the role we have taken (RFC 5763) */

    if (transport->setup == NGX_WEBRTC_SDP_SETUP_ACTPASS
        || transport->setup == params->setup)
    {
        *reason = "BAD-SETUP";
        return NGX_ERROR;
    }

    if (sdp->ice_lite && params->ice_lite) {
        *reason = "BOTH-ICE-LITE";
        return NGX_ERROR;
    }

    return ngx_webrtc_remote_read(remote, sdp, transport, reason);
}


static ngx_int_t
ngx_webrtc_remote_fingerprints(ngx_webrtc_negotiation_remote_t *remote,
    const ngx_webrtc_sdp_transport_t *transport, const char **reason)
{
    ngx_int_t                            rc;
    ngx_uint_t                           i;
    ngx_webrtc_fingerprint_t            *fp;
    const ngx_webrtc_sdp_fingerprint_t  *text;

    for (i = 0; i < transport->nfingerprints; i++) {
        text = &transport->fingerprints[i];
        fp = &remote->fingerprints[remote->nfingerprints];

        rc = ngx_webrtc_fingerprint_parse(&text->hash, &text->value, fp);

        if (rc == NGX_ERROR) {
            *reason = "BAD-FINGERPRINT";
            return NGX_ERROR;
        }

        if (rc == NGX_OK) {
            remote->nfingerprints++;
        }
    }

    if (remote->nfingerprints == 0) {
        *reason = "WEAK-FINGERPRINT";
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_remote_addrs(ngx_webrtc_negotiation_remote_t *remote,
    const ngx_webrtc_sdp_t *sdp)
{
    ngx_uint_t                         i;
    const ngx_webrtc_sdp_candidate_t  *candidate;

    for (i = 0; i < sdp->ncandidates; i++) {
        candidate = &sdp->candidates[i];

        if (candidate->numeric && !candidate->tcp && candidate->component == 1
            && remote->naddrs < NGX_WEBRTC_NEGOTIATION_ADDRS)
        {
            remote->addrs[remote->naddrs++] = candidate->addr;
        }
    }
}


ngx_uint_t
ngx_webrtc_remote_same(const ngx_webrtc_negotiation_remote_t *a,
    const ngx_webrtc_negotiation_remote_t *b)
{
    ngx_uint_t                       i;
    const ngx_webrtc_fingerprint_t  *fa, *fb;

    if (!ngx_webrtc_str_equal(&a->ufrag, &b->ufrag)
        || !ngx_webrtc_str_equal(&a->pwd, &b->pwd)
        || a->setup != b->setup
        || a->nfingerprints != b->nfingerprints)
    {
        return 0;
    }

    for (i = 0; i < a->nfingerprints; i++) {
        fa = &a->fingerprints[i];
        fb = &b->fingerprints[i];

        if (fa->hash != fb->hash
            || ngx_memcmp(fa->data, fb->data, fa->len) != 0)
        {
            return 0;
        }
    }

    return 1;
}


ngx_webrtc_negotiation_remote_t *
ngx_webrtc_remote_copy(ngx_pool_t *pool,
    const ngx_webrtc_negotiation_remote_t *remote)
{
    size_t                            size;
    ngx_webrtc_negotiation_remote_t  *copy;

    size = offsetof(ngx_webrtc_negotiation_remote_t, fingerprints)
           + remote->nfingerprints * sizeof(ngx_webrtc_fingerprint_t);

    copy = ngx_palloc(pool, size);
    if (copy == NULL) {
        return NULL;
    }

    ngx_memcpy(copy, remote, size);

    if (ngx_webrtc_str_copy(pool, &copy->ufrag, &remote->ufrag) != NGX_OK
        || ngx_webrtc_str_copy(pool, &copy->pwd, &remote->pwd) != NGX_OK)
    {
        return NULL;
    }

    return copy;
}


ngx_uint_t
ngx_webrtc_remote_ssrcs(const ngx_webrtc_sdp_section_t *media,
    uint32_t *ssrcs, uint32_t *rtx_ssrcs, ngx_uint_t max)
{
    uint32_t                            ssrc, rtx;
    ngx_uint_t                          i, j, n, repair;
    const ngx_webrtc_sdp_ssrc_group_t  *group;

    for (i = 0, n = 0; i < media->nssrcs && n < max; i++) {

        ssrc = media->ssrcs[i].ssrc;
        repair = 0;
        rtx = 0;

        for (j = 0; j < media->nssrc_groups; j++) {
            group = &media->ssrc_groups[j];

            if (group->semantics != NGX_WEBRTC_SDP_GROUP_FID
                || group->n != 2)
            {
                continue;
            }

            if (group->ssrc[1] == ssrc) {
                repair = 1;

            } else if (group->ssrc[0] == ssrc) {
                rtx = group->ssrc[1];
            }
        }

        if (!repair) {
            ssrcs[n] = ssrc;
            rtx_ssrcs[n++] = rtx;
        }
    }

    return n;
}
