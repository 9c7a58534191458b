
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Offer and answer (RFC 9429) between two equals: at most one section each
 * of audio, video and data, either side may begin.  Beside it,
 * ngx_webrtc_negotiation.h is for many tracks where we always offer.
 *
 * Order of calls: init(), then write_offer() and read_answer(), or
 * read_offer(), (choose what to take,) and write_answer(); again as often as
 * the two like.  The remote's order of m-lines, mids and payload types are
 * kept.
 */


#ifndef _NGX_WEBRTC_AGREEMENT_H_INCLUDED_
#define _NGX_WEBRTC_AGREEMENT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp_ext.h>
#include <proto/ngx_webrtc_sdp.h>
#include <peer/ngx_webrtc_negotiation.h>


/* audio or video; what is wanted, then what was agreed */

typedef struct {
    ngx_uint_t                codec;        /* NGX_WEBRTC_CODEC_*; NONE in
                                               an answer: what the remote
                                               likes best */
    ngx_str_t                 fmtp;         /* ours; empty: the default */
    uint32_t                  bit_rate;     /* kbit/s that the remote may
                                               send, 0: no limit */
    uint32_t                  ssrc;         /* ours, if "send" */
    uint32_t                  rtx_ssrc;
    unsigned                  wanted:1;     /* the section shall be there */
    unsigned                  send:1;
    unsigned                  receive:1;

    /* of the remote's last description */
    unsigned                  present:1;    /* there is such a section */
    uint8_t                   direction;    /* NGX_WEBRTC_SDP_*, as it says */

    /* agreed */
    unsigned                  accepted:1;
    unsigned                  sends:1;      /* we may send */
    unsigned                  receives:1;   /* the remote may send */
    unsigned                  rtx:1;
    uint8_t                   pt;           /* on the wire, both ways */
    uint8_t                   rtx_pt;
    uint8_t                   feedback;     /* NGX_WEBRTC_SDP_FB_* */
    uint32_t                  remote_ssrc;  /* 0: not declared */
    uint32_t                  remote_rtx_ssrc;
    ngx_str_t                 mid;
} ngx_webrtc_agreement_media_t;


typedef struct {
    unsigned                  wanted:1;
    unsigned                  present:1;
    unsigned                  accepted:1;
    uint16_t                  sctp_port;            /* of the remote */
    uint64_t                  max_message_size;     /* likewise */
    ngx_str_t                 mid;
} ngx_webrtc_agreement_data_t;


typedef struct {
    ngx_pool_t                       *pool;
    ngx_webrtc_negotiation_params_t   params;
    ngx_str_t                         stream;       /* a=msid, one for both,
                                                       and the cname; random
                                                       if not set */
    ngx_uint_t                        needs_media;  /* data alone are no
                                                       answer */
    ngx_webrtc_agreement_media_t      audio;
    ngx_webrtc_agreement_media_t      video;
    ngx_webrtc_agreement_data_t       data;
    ngx_webrtc_ext_map_t              exts;         /* agreed */
    ngx_webrtc_negotiation_remote_t  *remote;       /* NULL: not yet */
    void                             *state;        /* of the .c file */
} ngx_webrtc_agreement_t;


/*
 * The caller's memory; texts of "params" are copied to the pool, those of
 * "stream" and "fmtp" are not and have to last.  cleanup() comes before the
 * pool is destroyed.
 */
ngx_int_t ngx_webrtc_agreement_init(ngx_webrtc_agreement_t *agreement,
    ngx_pool_t *pool, const ngx_webrtc_negotiation_params_t *params);
void ngx_webrtc_agreement_cleanup(ngx_webrtc_agreement_t *agreement);

/*
 * NGX_ERROR: a constant "reason", nothing has changed.  After read_offer()
 * "present" and "direction" are known; set "wanted", "send", "receive" before
 * write_answer(), which takes the offer over.
 *
 * Audio and video that are there but not wanted, and further sections of
 * them, are inactive, so that they may be used later.  A section without a
 * common codec, and data that are not wanted, are refused; others go on.
 */
ngx_int_t ngx_webrtc_agreement_write_offer(ngx_webrtc_agreement_t *agreement,
    ngx_webrtc_text_t *text, const char **reason);
ngx_int_t ngx_webrtc_agreement_read_answer(ngx_webrtc_agreement_t *agreement,
    u_char *pos, u_char *last, const char **reason);
ngx_int_t ngx_webrtc_agreement_read_offer(ngx_webrtc_agreement_t *agreement,
    u_char *pos, u_char *last, const char **reason);
ngx_int_t ngx_webrtc_agreement_write_answer(
    ngx_webrtc_agreement_t *agreement, ngx_webrtc_text_t *text,
    const char **reason);

/* an upper bound of the next text's length */
size_t ngx_webrtc_agreement_size(const ngx_webrtc_agreement_t *agreement);


#endif /* _NGX_WEBRTC_AGREEMENT_H_INCLUDED_ */
