
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The answers to our offers (RFC 9429, section 5.11).  All is checked before
 * anything is taken over, so that a bad answer changes nothing.
 */


#include <core/ngx_webrtc_str.h>
#include <peer/ngx_webrtc_negotiation.h>


typedef struct {
    ngx_webrtc_negotiation_t         *neg;
    ngx_webrtc_sdp_t                 *sdp;
    const char                      **reason;

    ngx_webrtc_sdp_transport_t       *transport;    /* of the bundle */
    ngx_webrtc_negotiation_remote_t   remote;
} ngx_webrtc_answer_t;


static ngx_int_t ngx_webrtc_answer_check(ngx_webrtc_answer_t *answer);
static ngx_int_t ngx_webrtc_answer_check_section(ngx_webrtc_answer_t *answer,
    ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media);
static ngx_int_t ngx_webrtc_answer_check_bundle(ngx_webrtc_answer_t *answer,
    ngx_webrtc_sdp_section_t *media);
static ngx_int_t ngx_webrtc_answer_check_transport(
    ngx_webrtc_answer_t *answer);
static ngx_int_t ngx_webrtc_answer_fingerprints(ngx_webrtc_answer_t *answer);
static void ngx_webrtc_answer_addrs(ngx_webrtc_answer_t *answer);
static ngx_uint_t ngx_webrtc_answer_same_remote(
    const ngx_webrtc_negotiation_remote_t *a,
    const ngx_webrtc_negotiation_remote_t *b);
static ngx_int_t ngx_webrtc_answer_save_remote(ngx_webrtc_answer_t *answer);
static ngx_int_t ngx_webrtc_answer_fail(ngx_webrtc_answer_t *answer,
    const char *reason);


ngx_int_t
ngx_webrtc_negotiation_read_answer(ngx_webrtc_negotiation_t *neg, u_char *pos,
    u_char *last, const char **reason)
{
    ngx_int_t                  rc;
    ngx_uint_t                 i, max;
    ngx_webrtc_answer_t        answer;
    ngx_webrtc_sdp_section_t  *sections;

    if (!neg->outstanding) {
        *reason = "UNEXPECTED-ANSWER";
        return NGX_DECLINED;
    }

    /*
     * The parsed form is large and short-lived, and the peer's pool gives
     * nothing back.
     */

    max = neg->noffered;

    answer.sdp = malloc(sizeof(ngx_webrtc_sdp_t)
                        + max * sizeof(ngx_webrtc_sdp_section_t));
    if (answer.sdp == NULL) {
        *reason = "NO-MEMORY";
        return NGX_ERROR;
    }

    sections = (ngx_webrtc_sdp_section_t *) (answer.sdp + 1);

    answer.neg = neg;
    answer.reason = reason;
    answer.transport = NULL;

    rc = ngx_webrtc_sdp_parse(answer.sdp, pos, last, sections, max);

    if (rc != NGX_OK) {
        *reason = answer.sdp->reason;

    } else {
        rc = ngx_webrtc_answer_check(&answer);
    }

    if (rc == NGX_OK) {
        for (i = 0; i < neg->noffered; i++) {
            ngx_webrtc_negotiation_apply(neg, neg->sections[i], &sections[i]);
        }

        neg->outstanding = 0;
    }

    free(answer.sdp);

    return rc;
}


static ngx_int_t
ngx_webrtc_answer_check(ngx_webrtc_answer_t *answer)
{
    ngx_uint_t                 i;
    ngx_webrtc_sdp_t          *sdp;
    ngx_webrtc_negotiation_t  *neg;

    neg = answer->neg;
    sdp = answer->sdp;

    if (sdp->nsections != neg->noffered) {
        return ngx_webrtc_answer_fail(answer, "M-LINE-COUNT-MISMATCH");
    }

    for (i = 0; i < sdp->nsections; i++) {
        if (ngx_webrtc_answer_check_section(answer, neg->sections[i],
                                            &sdp->sections[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (answer->transport == NULL) {

        /* a call goes on without media; it cannot start without */

        return neg->remote ? NGX_OK
                           : ngx_webrtc_answer_fail(answer, "ALL-REJECTED");
    }

    if (ngx_webrtc_answer_check_transport(answer) != NGX_OK) {
        return NGX_ERROR;
    }

    if (neg->remote == NULL) {
        return ngx_webrtc_answer_save_remote(answer);
    }

    /* we never offer an ICE restart or another certificate */

    if (!ngx_webrtc_answer_same_remote(neg->remote, &answer->remote)) {
        return ngx_webrtc_answer_fail(answer, "TRANSPORT-CHANGED");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_answer_check_section(ngx_webrtc_answer_t *answer,
    ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media)
{
    if (media->kind != section->kind) {
        return ngx_webrtc_answer_fail(answer, "M-LINE-MISMATCH");
    }

    if (section->offered == NGX_WEBRTC_OFFERED_REJECTED
        || ngx_webrtc_sdp_rejected(media))
    {
        return NGX_OK;
    }

    if (!ngx_webrtc_str_equal(&section->mid, &media->mid)) {
        return ngx_webrtc_answer_fail(answer, "MID-MISMATCH");
    }

    if (ngx_webrtc_answer_check_bundle(answer, media) != NGX_OK) {
        return NGX_ERROR;
    }

    if (section->kind == NGX_WEBRTC_SDP_APPLICATION) {
        return NGX_OK;
    }

    if (!media->rtcp_mux) {
        return ngx_webrtc_answer_fail(answer, "RTCP-MUX-REQUIRED");
    }

    if (section->offered == NGX_WEBRTC_OFFERED_ACTIVE
        && section->own
        && ngx_webrtc_negotiation_find_codec(section, media) == NULL)
    {
        return ngx_webrtc_answer_fail(answer, "NO-COMMON-CODEC");
    }

    return NGX_OK;
}


/*
 * All sections share one transport.  Its attributes must be in the first
 * accepted section and may be in the others, but not different there.
 */

static ngx_int_t
ngx_webrtc_answer_check_bundle(ngx_webrtc_answer_t *answer,
    ngx_webrtc_sdp_section_t *media)
{
    ngx_webrtc_sdp_transport_t  *first, *transport;

    if (!media->bundled && answer->sdp->nsections > 1) {
        return ngx_webrtc_answer_fail(answer, "BUNDLE-REQUIRED");
    }

    transport = &media->transport;
    first = answer->transport;

    if (first == NULL) {
        answer->transport = transport;
        return NGX_OK;
    }

    if ((transport->ufrag.len
         && !ngx_webrtc_str_equal(&first->ufrag, &transport->ufrag))
        || (transport->pwd.len
            && !ngx_webrtc_str_equal(&first->pwd, &transport->pwd)))
    {
        return ngx_webrtc_answer_fail(answer, "TRANSPORT-MISMATCH");
    }

    if (transport->setup != NGX_WEBRTC_SDP_SETUP_NONE
        && transport->setup != first->setup)
    {
        return ngx_webrtc_answer_fail(answer, "CONFLICTING-SETUP");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_answer_check_transport(ngx_webrtc_answer_t *answer)
{
    ngx_webrtc_sdp_setup_e            offered;
    ngx_webrtc_sdp_transport_t       *transport;
    ngx_webrtc_negotiation_remote_t  *remote;

    transport = answer->transport;
    remote = &answer->remote;

    if (ngx_webrtc_sdp_check_transport(transport, answer->reason) != NGX_OK) {
        return NGX_ERROR;
    }

    /* an answer decides, and not for the role we have taken (RFC 5763) */

    offered = answer->neg->params.setup;

    if (transport->setup == NGX_WEBRTC_SDP_SETUP_ACTPASS
        || transport->setup == offered)
    {
        return ngx_webrtc_answer_fail(answer, "BAD-SETUP");
    }

    ngx_memzero(remote, sizeof(ngx_webrtc_negotiation_remote_t));

    remote->ufrag = transport->ufrag;
    remote->pwd = transport->pwd;
    remote->setup = transport->setup;
    remote->ice_lite = answer->sdp->ice_lite;

    if (remote->ice_lite && answer->neg->params.ice_lite) {
        return ngx_webrtc_answer_fail(answer, "BOTH-ICE-LITE");
    }

    if (ngx_webrtc_answer_fingerprints(answer) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_answer_addrs(answer);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_answer_fingerprints(ngx_webrtc_answer_t *answer)
{
    ngx_int_t                         rc;
    ngx_uint_t                        i;
    ngx_webrtc_fingerprint_t         *fp;
    ngx_webrtc_sdp_fingerprint_t     *text;
    ngx_webrtc_negotiation_remote_t  *remote;

    remote = &answer->remote;

    for (i = 0; i < answer->transport->nfingerprints; i++) {
        text = &answer->transport->fingerprints[i];
        fp = &remote->fingerprints[remote->nfingerprints];

        rc = ngx_webrtc_fingerprint_parse(&text->hash, &text->value, fp);

        if (rc == NGX_ERROR) {
            return ngx_webrtc_answer_fail(answer, "BAD-FINGERPRINT");
        }

        if (rc == NGX_OK) {
            remote->nfingerprints++;
        }
    }

    if (remote->nfingerprints == 0) {
        return ngx_webrtc_answer_fail(answer, "WEAK-FINGERPRINT");
    }

    return NGX_OK;
}


static void
ngx_webrtc_answer_addrs(ngx_webrtc_answer_t *answer)
{
    ngx_uint_t                        i;
    ngx_webrtc_sdp_candidate_t       *candidate;
    ngx_webrtc_negotiation_remote_t  *remote;

    remote = &answer->remote;

    for (i = 0; i < answer->sdp->ncandidates; i++) {
        candidate = &answer->sdp->candidates[i];

        if (candidate->numeric && !candidate->tcp && candidate->component == 1
            && remote->naddrs < NGX_WEBRTC_NEGOTIATION_ADDRS)
        {
            remote->addrs[remote->naddrs++] = candidate->addr;
        }
    }
}


/* but for the addresses, which may be more each time */

static ngx_uint_t
ngx_webrtc_answer_same_remote(const ngx_webrtc_negotiation_remote_t *a,
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


static ngx_int_t
ngx_webrtc_answer_save_remote(ngx_webrtc_answer_t *answer)
{
    u_char                           *p;
    ngx_pool_t                       *pool;
    ngx_webrtc_negotiation_remote_t  *remote;

    pool = answer->neg->pool;

    remote = ngx_palloc(pool, sizeof(ngx_webrtc_negotiation_remote_t));
    if (remote == NULL) {
        return ngx_webrtc_answer_fail(answer, "NO-MEMORY");
    }

    *remote = answer->remote;

    p = ngx_pnalloc(pool, remote->ufrag.len + remote->pwd.len);
    if (p == NULL) {
        return ngx_webrtc_answer_fail(answer, "NO-MEMORY");
    }

    remote->ufrag.data = p;
    p = ngx_cpymem(p, answer->remote.ufrag.data, remote->ufrag.len);

    remote->pwd.data = p;
    ngx_memcpy(p, answer->remote.pwd.data, remote->pwd.len);

    answer->neg->remote = remote;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_answer_fail(ngx_webrtc_answer_t *answer, const char *reason)
{
    *answer->reason = reason;

    return NGX_ERROR;
}
