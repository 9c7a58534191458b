
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The offer/answer state of one peer (RFC 9429, RFC 8843), where we are always
 * the one who offers: a list of sections that never shrinks or changes its
 * order.  A section whose track left is offered as inactive and, once that is
 * answered, is free for another track of its kind.
 *
 * Order of calls: init, add_own / add_data / add_placeholder, then as often
 * as needed { add_remote / remove_remote, write_offer, read_answer }.  One
 * offer is outstanding at a time; tracks may come and go meanwhile and are
 * told with the next one (wants_offer()).
 */


#ifndef _NGX_WEBRTC_NEGOTIATION_H_INCLUDED_
#define _NGX_WEBRTC_NEGOTIATION_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_fmtp.h>
#include <proto/ngx_webrtc_rtp_ext.h>
#include <proto/ngx_webrtc_sdp.h>
#include <crypto/ngx_webrtc_fingerprint.h>


#define NGX_WEBRTC_NEGOTIATION_MID     16
#define NGX_WEBRTC_NEGOTIATION_MSID    64
#define NGX_WEBRTC_NEGOTIATION_RID     16
#define NGX_WEBRTC_NEGOTIATION_RIDS    4
#define NGX_WEBRTC_NEGOTIATION_ADDRS   8


/* a=rtcp-fb, as we understand it */

#define NGX_WEBRTC_NEGOTIATION_AUDIO_FB                                      \
    NGX_WEBRTC_SDP_FB_TRANSPORT_CC
#define NGX_WEBRTC_NEGOTIATION_VIDEO_FB                                      \
    (NGX_WEBRTC_SDP_FB_NACK|NGX_WEBRTC_SDP_FB_NACK_PLI                       \
     |NGX_WEBRTC_SDP_FB_CCM_FIR|NGX_WEBRTC_SDP_FB_REMB                       \
     |NGX_WEBRTC_SDP_FB_TRANSPORT_CC)


typedef struct ngx_webrtc_payload_s      ngx_webrtc_payload_t;
typedef struct ngx_webrtc_negotiated_s   ngx_webrtc_negotiated_t;


/* fills the buffer with random bytes */

typedef ngx_int_t (*ngx_webrtc_random_pt)(void *data, u_char *buf, size_t len);


/* "ufrag" and "pwd" are copied, all else outlives what it is given to */

typedef struct {
    ngx_str_t                    ufrag;
    ngx_str_t                    pwd;
    ngx_str_t                    fingerprint;   /* "sha-256 AA:BB:.." */
    ngx_webrtc_sdp_setup_e       setup;         /* ACTPASS as a rule */
    const ngx_webrtc_addr_t     *candidates;    /* hosts, best first */
    ngx_uint_t                   ncandidates;
    ngx_uint_t                   max_sections;
    size_t                       max_message;   /* of a data channel */
    ngx_webrtc_random_pt         random;
    void                        *data;          /* of random() */
    unsigned                     ice_lite:1;
} ngx_webrtc_negotiation_params_t;


/*
 * A payload type and what it means, the same in the whole bundle: found by
 * (codec, fmtp), never twice.
 */

struct ngx_webrtc_payload_s {
    ngx_webrtc_payload_t        *next;
    ngx_uint_t                   codec;         /* ngx_webrtc_codec_e */
    uint8_t                      pt;
    uint8_t                      rtx_pt;        /* NO_PT for audio */
    uint8_t                      size;          /* that "fmtp" has room for */
    ngx_str_t                    fmtp;
};


/* what the last answer said of one section; zero until there was one */

struct ngx_webrtc_negotiated_s {
    unsigned                     accepted:1;    /* not rejected */
    unsigned                     rtx:1;
    uint8_t                      feedback;      /* NGX_WEBRTC_SDP_FB_* */
    uint8_t                      direction;     /* the client's, masked */
    uint8_t                      rids;          /* a bit per own rid */
    uint8_t                      paused;        /* likewise */
    uint8_t                      nssrcs;
    uint16_t                     sctp_port;     /* application */
    uint64_t                     max_message_size;

    /* the client's own streams, if it declared them */
    uint32_t                     ssrcs[NGX_WEBRTC_NEGOTIATION_RIDS];
    uint32_t                     rtx_ssrcs[NGX_WEBRTC_NEGOTIATION_RIDS];

    ngx_webrtc_ext_map_t         exts;
};


typedef enum {
    NGX_WEBRTC_OFFERED_NONE = 0,                /* not in an offer yet */
    NGX_WEBRTC_OFFERED_INACTIVE,
    NGX_WEBRTC_OFFERED_ACTIVE,
    NGX_WEBRTC_OFFERED_REJECTED                 /* port 0 */
} ngx_webrtc_offered_e;


typedef struct {
    u_char                       id[NGX_WEBRTC_NEGOTIATION_RID];
    uint8_t                      len;
    uint8_t                      paused;
} ngx_webrtc_negotiation_rid_t;


typedef struct {
    ngx_webrtc_sdp_kind_e        kind;
    ngx_uint_t                   index;         /* of its m-line */

    unsigned                     own:1;         /* the client's track */
    unsigned                     in_use:1;
    unsigned                     live:1;        /* the client may think so */
    unsigned                     refused:1;     /* answered with port 0 */
    unsigned                     changed:1;     /* since the last offer */
    unsigned                     offered:2;     /* ngx_webrtc_offered_e */

    ngx_webrtc_payload_t        *payload;       /* NULL: application */
    uint32_t                     bit_rate;      /* own: kbit/s, 0: no limit */
    uint32_t                     ssrc;          /* remote */
    uint32_t                     rtx_ssrc;

    ngx_str_t                    mid;
    ngx_str_t                    stream;        /* remote; cname as well */
    ngx_str_t                    track;

    ngx_uint_t                   nrids;         /* own, simulcast */
    ngx_webrtc_negotiation_rid_t
                                 rids[NGX_WEBRTC_NEGOTIATION_RIDS];

    ngx_webrtc_negotiated_t      answer;

    u_char                       mid_buf[NGX_WEBRTC_NEGOTIATION_MID];
    u_char                      *msid_buf;
} ngx_webrtc_negotiation_section_t;


/* the other side of the transport, from the first answer */

typedef struct {
    ngx_str_t                    ufrag;
    ngx_str_t                    pwd;
    ngx_webrtc_sdp_setup_e       setup;         /* ACTIVE or PASSIVE */
    unsigned                     ice_lite:1;
    ngx_uint_t                   naddrs;        /* UDP, numeric only */
    ngx_webrtc_addr_t            addrs[NGX_WEBRTC_NEGOTIATION_ADDRS];

    /* a copy has no more of them than there are */
    ngx_uint_t                   nfingerprints;
    ngx_webrtc_fingerprint_t     fingerprints[NGX_WEBRTC_SDP_MAX_FINGERPRINTS];
} ngx_webrtc_negotiation_remote_t;


/* the caller's memory; all that hangs on it is of the pool */

typedef struct {
    ngx_pool_t                          *pool;
    ngx_webrtc_negotiation_params_t      params;

    ngx_webrtc_negotiation_section_t   **sections;
    ngx_uint_t                           nsections;
    ngx_uint_t                           allocated;
    ngx_uint_t                           noffered;  /* in the last offer */

    ngx_webrtc_payload_t                *payloads;

    uint64_t                             session_id;
    uint64_t                             version;

    /* answers that may come beyond one for each offer */
    ngx_uint_t                           surplus;

    ngx_webrtc_negotiation_remote_t     *remote;    /* NULL: no answer yet */

    unsigned                             outstanding:1;
} ngx_webrtc_negotiation_t;


/* one codec of a track */

typedef struct {
    ngx_uint_t                   codec;
    ngx_str_t                    fmtp;          /* empty: the default */
} ngx_webrtc_negotiation_codec_t;


ngx_int_t ngx_webrtc_negotiation_init(ngx_webrtc_negotiation_t *neg,
    ngx_pool_t *pool, const ngx_webrtc_negotiation_params_t *params);

/*
 * All that add return the section, or NULL: max_sections reached, no payload
 * type left, a text too long, or no memory.
 *
 * Own sections come before all others of their kind, since a browser attaches
 * its tracks to the first ones.  "bit_rate" is in kbit/s, 0 for no limit.
 */
ngx_webrtc_negotiation_section_t *ngx_webrtc_negotiation_add_own(
    ngx_webrtc_negotiation_t *neg, const ngx_webrtc_negotiation_codec_t *codec,
    ngx_uint_t bit_rate);

/* what an own section's client may send; the next offer tells it */
void ngx_webrtc_negotiation_set_bit_rate(
    ngx_webrtc_negotiation_section_t *section, uint32_t bit_rate);

/* before the first offer; NGX_ERROR: too many, too long or a bad name */
ngx_int_t ngx_webrtc_negotiation_add_rid(
    ngx_webrtc_negotiation_section_t *section, const ngx_str_t *rid,
    ngx_uint_t paused);

/* the section of the SCTP association */
ngx_webrtc_negotiation_section_t *ngx_webrtc_negotiation_add_data(
    ngx_webrtc_negotiation_t *neg);

/* an inactive section, so that the offer of an idle receiver is not empty */
ngx_webrtc_negotiation_section_t *ngx_webrtc_negotiation_add_placeholder(
    ngx_webrtc_negotiation_t *neg, ngx_webrtc_sdp_kind_e kind);

ngx_webrtc_negotiation_section_t *ngx_webrtc_negotiation_add_remote(
    ngx_webrtc_negotiation_t *neg, const ngx_webrtc_negotiation_codec_t *codec,
    const ngx_str_t *stream, const ngx_str_t *track, uint32_t ssrc,
    uint32_t rtx_ssrc);
void ngx_webrtc_negotiation_remove_remote(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section);

/* whether something changed since the last offer and none is outstanding */
ngx_uint_t ngx_webrtc_negotiation_wants_offer(
    const ngx_webrtc_negotiation_t *neg);

/*
 * NGX_BUSY: an answer is awaited; NGX_DECLINED: there are no sections;
 * NGX_ERROR: the text overflowed, nothing changed, try again with more room.
 */
ngx_int_t ngx_webrtc_negotiation_write_offer(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text);

/*
 * The last offer, which was "sdp", as a new version of it: clients pass over a
 * text that they know.  It needs NGX_INT64_LEN bytes more at the most.
 * NGX_DECLINED: no answer is awaited; NGX_ERROR: the text overflowed.
 */
ngx_int_t ngx_webrtc_negotiation_repeat_offer(ngx_webrtc_negotiation_t *neg,
    const ngx_str_t *sdp, ngx_webrtc_text_t *text);

/* an upper bound of the next offer's length */
size_t ngx_webrtc_negotiation_offer_size(const ngx_webrtc_negotiation_t *neg);

/*
 * NGX_OK: section->answer and neg->remote are up to date; NGX_DECLINED: no
 * offer is outstanding, or it may be the second answer to one that was
 * repeated; NGX_ERROR: refused, *reason is a static text for the close frame,
 * nothing changed and the offer is still outstanding.
 */
ngx_int_t ngx_webrtc_negotiation_read_answer(ngx_webrtc_negotiation_t *neg,
    u_char *pos, u_char *last, const char **reason);

/* a fresh name, "audio_aB3xYz"; for the files of the negotiation itself */
ngx_int_t ngx_webrtc_negotiation_new_mid(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section);

/* likewise: the payload types of a codec; NULL: no memory, a bad fmtp */
ngx_webrtc_payload_t *ngx_webrtc_negotiation_get_payload(
    ngx_webrtc_negotiation_t *neg,
    const ngx_webrtc_negotiation_codec_t *codec);

/* likewise, "p" has room for NGX_WEBRTC_NEGOTIATION_MID bytes */
ngx_int_t ngx_webrtc_negotiation_make_mid(
    const ngx_webrtc_negotiation_params_t *params, ngx_webrtc_sdp_kind_e kind,
    u_char *p, ngx_str_t *mid);

/* likewise: parameters of their own, and a name for the session */
ngx_int_t ngx_webrtc_negotiation_copy_params(
    ngx_webrtc_negotiation_params_t *copy, ngx_pool_t *pool,
    const ngx_webrtc_negotiation_params_t *params);
ngx_int_t ngx_webrtc_negotiation_new_session(
    const ngx_webrtc_negotiation_params_t *params, uint64_t *id);

/* likewise: what a codec of this fmtp, or of none, is offered with */
ngx_int_t ngx_webrtc_negotiation_write_fmtp(ngx_webrtc_text_t *text,
    const ngx_webrtc_negotiation_codec_t *codec);

/* likewise: what the first format of a codec is called */
void ngx_webrtc_negotiation_default_pt(ngx_uint_t codec, ngx_uint_t *pt,
    ngx_uint_t *rtx_pt);

/* likewise: whether an extension is of use to us, and if we only send */
ngx_uint_t ngx_webrtc_negotiation_wants_ext(ngx_uint_t kind, ngx_uint_t codec,
    ngx_uint_t receive);

/* likewise: takes over what a checked answer says of a section */
void ngx_webrtc_negotiation_apply(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media);

/* likewise: how the answer has the section's codec; NULL: it has not */
ngx_webrtc_sdp_codec_t *ngx_webrtc_negotiation_find_codec(
    ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media);

/* NULL: there is none */
ngx_webrtc_negotiation_section_t *ngx_webrtc_negotiation_find_mid(
    const ngx_webrtc_negotiation_t *neg, const ngx_str_t *mid);

/* what a payload type means in this bundle; *rtx says if it is a repair */
ngx_webrtc_payload_t *ngx_webrtc_negotiation_find_pt(
    const ngx_webrtc_negotiation_t *neg, ngx_uint_t pt, ngx_uint_t *rtx);

/* the id by which an extension is offered in every section */
#define ngx_webrtc_negotiation_ext_id(kind)  (kind)


#endif /* _NGX_WEBRTC_NEGOTIATION_H_INCLUDED_ */
