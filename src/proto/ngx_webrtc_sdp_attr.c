
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the attributes ("a=" lines) of session descriptions, as a table */


#include <proto/ngx_webrtc_sdp.h>
#include <proto/ngx_webrtc_sdp_attr.h>


typedef ngx_int_t (*ngx_webrtc_sdp_attr_pt)(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);


typedef struct {
    ngx_str_t               name;
    ngx_webrtc_sdp_attr_pt  handler;
    unsigned                session:1;  /* means something up there, too */
} ngx_webrtc_sdp_attr_t;


/* RFC 8839, section 5.4 */

#define NGX_WEBRTC_SDP_UFRAG_MIN  4
#define NGX_WEBRTC_SDP_PWD_MIN    22
#define NGX_WEBRTC_SDP_ICE_MAX    256


static ngx_int_t ngx_webrtc_sdp_flag(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, const ngx_str_t *name);
static ngx_int_t ngx_webrtc_sdp_group(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_ufrag(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_pwd(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_setup(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_fingerprint(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_candidate(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_sdp_mid(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);


static const ngx_webrtc_sdp_attr_t  ngx_webrtc_sdp_attrs[] = {
    { ngx_string("group"), ngx_webrtc_sdp_group, 1 },
    { ngx_string("ice-ufrag"), ngx_webrtc_sdp_ufrag, 1 },
    { ngx_string("ice-pwd"), ngx_webrtc_sdp_pwd, 1 },
    { ngx_string("setup"), ngx_webrtc_sdp_setup, 1 },
    { ngx_string("fingerprint"), ngx_webrtc_sdp_fingerprint, 1 },
    { ngx_string("candidate"), ngx_webrtc_sdp_candidate, 1 },
    { ngx_string("mid"), ngx_webrtc_sdp_mid, 0 },
    { ngx_string("rtpmap"), ngx_webrtc_sdp_rtpmap, 0 },
    { ngx_string("fmtp"), ngx_webrtc_sdp_fmtp, 0 },
    { ngx_string("rtcp-fb"), ngx_webrtc_sdp_rtcp_fb, 0 },
    { ngx_string("extmap"), ngx_webrtc_sdp_extmap, 0 },
    { ngx_string("msid"), ngx_webrtc_sdp_msid, 0 },
    { ngx_string("ssrc"), ngx_webrtc_sdp_ssrc, 0 },
    { ngx_string("ssrc-group"), ngx_webrtc_sdp_ssrc_group, 0 },
    { ngx_string("rid"), ngx_webrtc_sdp_rid, 0 },
    { ngx_string("simulcast"), ngx_webrtc_sdp_simulcast, 0 },
    { ngx_string("sctp-port"), ngx_webrtc_sdp_sctp_port, 0 },
    { ngx_string("sctpmap"), ngx_webrtc_sdp_sctp_port, 0 },
    { ngx_string("max-message-size"), ngx_webrtc_sdp_max_message, 0 },
    { ngx_null_string, NULL, 0 }
};


ngx_int_t
ngx_webrtc_sdp_parse_attribute(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    ngx_str_t                     name, value;
    const ngx_webrtc_sdp_attr_t  *attr;

    name.data = pos;
    name.len = last - pos;
    ngx_webrtc_sdp_cut(&name, ':', &value);

    if (name.data + name.len == last) {
        return ngx_webrtc_sdp_flag(sdp, section, &name);
    }

    for (attr = ngx_webrtc_sdp_attrs; attr->handler; attr++) {

        if (!ngx_webrtc_str_equal(&attr->name, &name)) {
            continue;
        }

        if (section == NULL && !attr->session) {
            return NGX_OK;
        }

        return attr->handler(sdp, section, value.data, last);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_flag(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    const ngx_str_t *name)
{
    ngx_uint_t  direction;

    if (ngx_webrtc_sdp_is(name, "ice-lite")) {
        sdp->ice_lite = 1;
        return NGX_OK;
    }

    if (ngx_webrtc_sdp_is(name, "end-of-candidates")) {
        if (section) {
            section->end_of_candidates = 1;

        } else {
            sdp->end_of_candidates = 1;
        }

        return NGX_OK;
    }

    if (ngx_webrtc_sdp_is(name, "sendrecv")) {
        direction = NGX_WEBRTC_SDP_SENDRECV;

    } else if (ngx_webrtc_sdp_is(name, "sendonly")) {
        direction = NGX_WEBRTC_SDP_SENDONLY;

    } else if (ngx_webrtc_sdp_is(name, "recvonly")) {
        direction = NGX_WEBRTC_SDP_RECVONLY;

    } else if (ngx_webrtc_sdp_is(name, "inactive")) {
        direction = NGX_WEBRTC_SDP_INACTIVE;

    } else {

        if (section == NULL) {
            return NGX_OK;
        }

        if (ngx_webrtc_sdp_is(name, "rtcp-mux")) {
            section->rtcp_mux = 1;

        } else if (ngx_webrtc_sdp_is(name, "rtcp-rsize")) {
            section->rtcp_rsize = 1;

        } else if (ngx_webrtc_sdp_is(name, "bundle-only")) {
            section->bundle_only = 1;
        }

        return NGX_OK;
    }

    if (section) {
        section->direction = (uint8_t) direction;

    } else {
        sdp->direction = (uint8_t) direction;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_group(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    ngx_str_t  word;

    if (section == NULL
        && sdp->bundle.data == NULL
        && ngx_webrtc_sdp_word(&pos, last, &word) == NGX_OK
        && ngx_webrtc_sdp_is(&word, "BUNDLE"))
    {
        sdp->bundle.data = pos;
        sdp->bundle.len = last - pos;
    }

    return NGX_OK;
}


/*
 * RFC 8839 allows letters, digits, "+" and "/" only; any visible character
 * that does not break the "a:b" of STUN's USERNAME does no harm.
 */

static ngx_int_t
ngx_webrtc_sdp_ice_text(u_char *pos, u_char *last, ptrdiff_t min)
{
    if (last - pos < min || last - pos > NGX_WEBRTC_SDP_ICE_MAX) {
        return NGX_ERROR;
    }

    for ( /* void */ ; pos < last; pos++) {
        if (*pos <= 0x20 || *pos >= 0x7f || *pos == ':') {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_ufrag(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    ngx_str_t  *ufrag;

    if (ngx_webrtc_sdp_ice_text(pos, last, NGX_WEBRTC_SDP_UFRAG_MIN)
        != NGX_OK)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-ICE-UFRAG");
    }

    ufrag = section ? &section->transport.ufrag : &sdp->transport.ufrag;

    ufrag->data = pos;
    ufrag->len = last - pos;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_pwd(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    ngx_str_t  *pwd;

    if (ngx_webrtc_sdp_ice_text(pos, last, NGX_WEBRTC_SDP_PWD_MIN)
        != NGX_OK)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-ICE-PWD");
    }

    pwd = section ? &section->transport.pwd : &sdp->transport.pwd;

    pwd->data = pos;
    pwd->len = last - pos;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_setup(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    ngx_str_t                    word;
    ngx_webrtc_sdp_setup_e       setup;
    ngx_webrtc_sdp_transport_t  *transport;

    word.data = pos;
    word.len = last - pos;

    if (ngx_webrtc_sdp_is(&word, "actpass")) {
        setup = NGX_WEBRTC_SDP_SETUP_ACTPASS;

    } else if (ngx_webrtc_sdp_is(&word, "active")) {
        setup = NGX_WEBRTC_SDP_SETUP_ACTIVE;

    } else if (ngx_webrtc_sdp_is(&word, "passive")) {
        setup = NGX_WEBRTC_SDP_SETUP_PASSIVE;

    } else if (ngx_webrtc_sdp_is(&word, "holdconn")) {
        setup = NGX_WEBRTC_SDP_SETUP_HOLDCONN;

    } else {
        return ngx_webrtc_sdp_fail(sdp, "BAD-SETUP");
    }

    transport = section ? &section->transport : &sdp->transport;
    transport->setup = setup;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_fingerprint(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    ngx_webrtc_sdp_transport_t    *transport;
    ngx_webrtc_sdp_fingerprint_t  *fingerprint;

    transport = section ? &section->transport : &sdp->transport;

    if (transport->nfingerprints == NGX_WEBRTC_SDP_MAX_FINGERPRINTS) {
        return ngx_webrtc_sdp_fail(sdp, "TOO-MANY-FINGERPRINTS");
    }

    fingerprint = &transport->fingerprints[transport->nfingerprints++];

    if (ngx_webrtc_sdp_word(&pos, last, &fingerprint->hash) != NGX_OK
        || ngx_webrtc_sdp_word(&pos, last, &fingerprint->value) != NGX_OK)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-FINGERPRINT");
    }

    return NGX_OK;
}


/* candidates that we cannot read are of no use, and no fault (RFC 8839) */

static ngx_int_t
ngx_webrtc_sdp_candidate(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    ngx_webrtc_sdp_candidate_t  *candidate;

    if (sdp->ncandidates == NGX_WEBRTC_SDP_MAX_CANDIDATES) {
        return NGX_OK;
    }

    candidate = &sdp->candidates[sdp->ncandidates];

    if (ngx_webrtc_sdp_parse_candidate(pos, last, candidate) == NGX_OK) {
        candidate->section = (uint16_t)
                             (section ? section - sdp->sections : 0);
        sdp->ncandidates++;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_mid(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    ngx_str_t  mid;

    if (section->mid.len
        || ngx_webrtc_sdp_word(&pos, last, &mid) != NGX_OK
        || pos != last)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-MID");
    }

    section->mid = mid;

    return NGX_OK;
}
