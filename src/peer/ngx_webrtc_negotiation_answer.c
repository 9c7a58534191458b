
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The answers to our offers (RFC 9429, section 5.11).  All is checked before
 * anything is taken over, so that a bad answer changes nothing.
 */


#include <core/ngx_webrtc_str.h>
#include <peer/ngx_webrtc_negotiation.h>
#include <peer/ngx_webrtc_remote.h>


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

    if (!neg->outstanding && neg->surplus == 0) {
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
    }

    free(answer.sdp);

    /*
     * The second answer to an offer that was repeated may come to the next
     * offer, and the one to that when none is outstanding.  What comes last
     * is to the last offer.
     */

    if (neg->surplus && (rc != NGX_OK || !neg->outstanding)) {
        neg->surplus--;

        return (rc == NGX_OK) ? NGX_OK : NGX_DECLINED;
    }

    if (rc == NGX_OK) {
        neg->outstanding = 0;
    }

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

    if (ngx_webrtc_remote_answered(&answer->remote, sdp, answer->transport,
                                   &neg->params, answer->reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (neg->remote == NULL) {
        neg->remote = ngx_webrtc_remote_copy(neg->pool, &answer->remote);

        return neg->remote ? NGX_OK
                           : ngx_webrtc_answer_fail(answer, "NO-MEMORY");
    }

    /* we never offer an ICE restart or another certificate */

    if (!ngx_webrtc_remote_same(neg->remote, &answer->remote)) {
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

    if (ngx_webrtc_remote_bundle(answer->sdp, media, &answer->transport,
                                 answer->reason)
        != NGX_OK)
    {
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


static ngx_int_t
ngx_webrtc_answer_fail(ngx_webrtc_answer_t *answer, const char *reason)
{
    *answer->reason = reason;

    return NGX_ERROR;
}
