
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Session descriptions as WebRTC uses them: RFC 8866 lines, RFC 9429 (JSEP)
 * rules, RFC 8839 (ICE), RFC 8122 (fingerprint), RFC 8853 (simulcast), RFC
 * 8851 (rid), RFC 8285 (extmap), RFC 5576 (ssrc), RFC 8841 (sctp-port).
 *
 * Every string points into the text that was parsed, so a session lives no
 * longer than its text.  Unknown lines and attributes are skipped.
 */


#ifndef _NGX_WEBRTC_SDP_H_INCLUDED_
#define _NGX_WEBRTC_SDP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>


/* more than these is refused; candidates over the limit are skipped */

#define NGX_WEBRTC_SDP_MAX_SIZE          262144
#define NGX_WEBRTC_SDP_MAX_LINES         5000
#define NGX_WEBRTC_SDP_MAX_LINE          8192
#define NGX_WEBRTC_SDP_MAX_SECTIONS      512
#define NGX_WEBRTC_SDP_MAX_CODECS        64
#define NGX_WEBRTC_SDP_MAX_EXTMAPS       24
#define NGX_WEBRTC_SDP_MAX_SSRCS         16
#define NGX_WEBRTC_SDP_MAX_SSRC_GROUPS   8
#define NGX_WEBRTC_SDP_MAX_RIDS          8
#define NGX_WEBRTC_SDP_MAX_FINGERPRINTS  4
#define NGX_WEBRTC_SDP_MAX_CANDIDATES    64

/* in the pt and apt fields: no payload type */

#define NGX_WEBRTC_SDP_NO_PT             0xff


typedef enum {
    NGX_WEBRTC_SDP_UNKNOWN = 0,
    NGX_WEBRTC_SDP_AUDIO,
    NGX_WEBRTC_SDP_VIDEO,
    NGX_WEBRTC_SDP_APPLICATION
} ngx_webrtc_sdp_kind_e;


/* a bit for each way, seen from the one who wrote the description */

#define NGX_WEBRTC_SDP_INACTIVE          0
#define NGX_WEBRTC_SDP_SENDONLY          1
#define NGX_WEBRTC_SDP_RECVONLY          2
#define NGX_WEBRTC_SDP_SENDRECV          3


typedef enum {
    NGX_WEBRTC_SDP_SETUP_NONE = 0,
    NGX_WEBRTC_SDP_SETUP_ACTPASS,
    NGX_WEBRTC_SDP_SETUP_ACTIVE,
    NGX_WEBRTC_SDP_SETUP_PASSIVE,
    NGX_WEBRTC_SDP_SETUP_HOLDCONN
} ngx_webrtc_sdp_setup_e;


/* a=rtcp-fb */

#define NGX_WEBRTC_SDP_FB_NACK           0x01
#define NGX_WEBRTC_SDP_FB_NACK_PLI       0x02
#define NGX_WEBRTC_SDP_FB_CCM_FIR        0x04
#define NGX_WEBRTC_SDP_FB_REMB           0x08
#define NGX_WEBRTC_SDP_FB_TRANSPORT_CC   0x10


typedef struct {
    uint8_t                      pt;
    uint8_t                      apt;       /* of rtx; else NO_PT */
    uint8_t                      channels;  /* audio; 1 when not said */
    uint8_t                      feedback;  /* NGX_WEBRTC_SDP_FB_* */
    uint32_t                     clock;
    ngx_str_t                    name;      /* as written: "VP8", "opus" */
    ngx_str_t                    fmtp;
} ngx_webrtc_sdp_codec_t;


typedef struct {
    uint16_t                     id;        /* 1 to 255 */
    uint8_t                      direction;
    ngx_str_t                    uri;
} ngx_webrtc_sdp_extmap_t;


typedef struct {
    uint32_t                     ssrc;
    ngx_str_t                    cname;
} ngx_webrtc_sdp_ssrc_t;


typedef enum {
    NGX_WEBRTC_SDP_GROUP_OTHER = 0,
    NGX_WEBRTC_SDP_GROUP_FID,
    NGX_WEBRTC_SDP_GROUP_SIM
} ngx_webrtc_sdp_ssrc_group_e;


typedef struct {
    ngx_webrtc_sdp_ssrc_group_e  semantics;
    ngx_uint_t                   n;
    uint32_t                     ssrc[4];
} ngx_webrtc_sdp_ssrc_group_t;


typedef struct {
    ngx_str_t                    id;
    uint8_t                      direction; /* SENDONLY or RECVONLY */
    unsigned                     simulcast:1;   /* listed in a=simulcast */
    unsigned                     paused:1;      /* listed there with "~" */
} ngx_webrtc_sdp_rid_t;


/* both texts as written; crypto/ngx_webrtc_fingerprint.h reads them */

typedef struct {
    ngx_str_t                    hash;
    ngx_str_t                    value;
} ngx_webrtc_sdp_fingerprint_t;


typedef enum {
    NGX_WEBRTC_SDP_CANDIDATE_HOST = 0,
    NGX_WEBRTC_SDP_CANDIDATE_SRFLX,
    NGX_WEBRTC_SDP_CANDIDATE_PRFLX,
    NGX_WEBRTC_SDP_CANDIDATE_RELAY
} ngx_webrtc_sdp_candidate_e;


typedef enum {
    NGX_WEBRTC_SDP_TCP_NONE = 0,
    NGX_WEBRTC_SDP_TCP_ACTIVE,
    NGX_WEBRTC_SDP_TCP_PASSIVE,
    NGX_WEBRTC_SDP_TCP_SO
} ngx_webrtc_sdp_tcp_e;


typedef struct {
    ngx_str_t                    foundation;
    ngx_str_t                    address;   /* text: a name is not resolved */
    ngx_str_t                    ufrag;     /* of the extension, or empty */
    ngx_webrtc_addr_t            addr;      /* with "numeric" only */
    uint32_t                     priority;
    uint16_t                     component;
    uint16_t                     port;
    uint16_t                     section;   /* index of its m-line */
    uint8_t                      type;      /* NGX_WEBRTC_SDP_CANDIDATE_* */
    uint8_t                      tcptype;   /* NGX_WEBRTC_SDP_TCP_* */
    unsigned                     tcp:1;
    unsigned                     numeric:1;
} ngx_webrtc_sdp_candidate_t;


/* may stand in the session or in a section */

typedef struct {
    ngx_str_t                    ufrag;
    ngx_str_t                    pwd;
    ngx_webrtc_sdp_setup_e       setup;
    ngx_uint_t                   nfingerprints;
    ngx_webrtc_sdp_fingerprint_t
                           fingerprints[NGX_WEBRTC_SDP_MAX_FINGERPRINTS];
} ngx_webrtc_sdp_transport_t;


typedef struct {
    ngx_webrtc_sdp_kind_e        kind;
    uint16_t                     port;      /* 0: rejected or bundle-only */
    uint8_t                      direction;
    ngx_str_t                    media;     /* "audio" */
    ngx_str_t                    proto;
    ngx_str_t                    formats;   /* as written */
    ngx_str_t                    mid;
    ngx_str_t                    stream;    /* a=msid */
    ngx_str_t                    track;
    ngx_str_t                    simulcast; /* as written */

    /* session defaults are already filled in */
    ngx_webrtc_sdp_transport_t   transport;

    uint64_t                     bandwidth; /* bit/s; 0: no b= line */
    uint64_t                     max_message_size;
    uint16_t                     sctp_port; /* 0: absent */

    unsigned                     rtcp_mux:1;
    unsigned                     rtcp_rsize:1;
    unsigned                     bundle_only:1;
    unsigned                     bundled:1;     /* its mid is in the group */
    unsigned                     end_of_candidates:1;
    unsigned                     tias:1;        /* of bandwidth */

    ngx_uint_t                   ncodecs;
    ngx_uint_t                   nextmaps;
    ngx_uint_t                   nssrcs;
    ngx_uint_t                   nssrc_groups;
    ngx_uint_t                   nrids;

    ngx_webrtc_sdp_codec_t       codecs[NGX_WEBRTC_SDP_MAX_CODECS];
    ngx_webrtc_sdp_extmap_t      extmaps[NGX_WEBRTC_SDP_MAX_EXTMAPS];
    ngx_webrtc_sdp_ssrc_t        ssrcs[NGX_WEBRTC_SDP_MAX_SSRCS];
    ngx_webrtc_sdp_ssrc_group_t
                           ssrc_groups[NGX_WEBRTC_SDP_MAX_SSRC_GROUPS];
    ngx_webrtc_sdp_rid_t         rids[NGX_WEBRTC_SDP_MAX_RIDS];
} ngx_webrtc_sdp_section_t;


#define ngx_webrtc_sdp_rejected(section)                                     \
    ((section)->port == 0 && !(section)->bundle_only)


typedef struct {
    ngx_str_t                    session_id;
    uint64_t                     version;
    ngx_str_t                    bundle;    /* the mids, with blanks */
    ngx_webrtc_sdp_transport_t   transport;
    uint8_t                      direction; /* of sections without one */

    unsigned                     ice_lite:1;
    unsigned                     end_of_candidates:1;

    ngx_webrtc_sdp_section_t    *sections;  /* the caller's */
    ngx_uint_t                   nsections;
    ngx_uint_t                   max_sections;

    ngx_uint_t                   ncandidates;
    ngx_webrtc_sdp_candidate_t   candidates[NGX_WEBRTC_SDP_MAX_CANDIDATES];

    const char                  *reason;    /* static; after NGX_ERROR */
} ngx_webrtc_sdp_t;


/*
 * The caller gives the array of sections (about 6 kB each); more m-lines than
 * "max" are refused.  NGX_ERROR: malformed or over a limit, sdp->reason says
 * what in the form of a close reason ("SDP-TOO-LARGE").  Whether ICE and DTLS
 * attributes are there is for check_transport().
 */
ngx_int_t ngx_webrtc_sdp_parse(ngx_webrtc_sdp_t *sdp, u_char *pos,
    u_char *last, ngx_webrtc_sdp_section_t *sections, ngx_uint_t max);

/*
 * Whether ufrag, pwd, a fingerprint and setup are there, in a section that is
 * not rejected; NGX_ERROR sets *reason.
 */
ngx_int_t ngx_webrtc_sdp_check_transport(
    const ngx_webrtc_sdp_transport_t *transport, const char **reason);

/*
 * One candidate as it is trickled, with or without "a=" or "candidate:".
 * NGX_DECLINED: empty, which means the end of candidates; NGX_ERROR:
 * malformed.
 */
ngx_int_t ngx_webrtc_sdp_parse_candidate(u_char *pos, u_char *last,
    ngx_webrtc_sdp_candidate_t *candidate);

ngx_webrtc_sdp_codec_t *ngx_webrtc_sdp_find_codec(
    ngx_webrtc_sdp_section_t *section, ngx_uint_t pt);

/* the value of "key" in "a=1;b=2"; NGX_DECLINED: not there */
ngx_int_t ngx_webrtc_sdp_fmtp_value(const ngx_str_t *fmtp, const char *key,
    ngx_str_t *value);


#endif /* _NGX_WEBRTC_SDP_H_INCLUDED_ */
