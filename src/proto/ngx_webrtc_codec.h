
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The codecs that are forwarded, and the few bits of their RTP payloads that
 * an SFU must see: where a key frame starts (VP8 RFC 7741, VP9 RFC 9628, AV1
 * "RTP Payload Format For AV1" v1.0, H264 RFC 6184, H265 RFC 7798), and the
 * counters of VP8 and VP9 that are rewritten when layers are switched.
 */


#ifndef _NGX_WEBRTC_CODEC_H_INCLUDED_
#define _NGX_WEBRTC_CODEC_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef enum {
    NGX_WEBRTC_CODEC_NONE = 0,
    NGX_WEBRTC_CODEC_OPUS,
    NGX_WEBRTC_CODEC_PCMU,
    NGX_WEBRTC_CODEC_PCMA,
    NGX_WEBRTC_CODEC_VP8,
    NGX_WEBRTC_CODEC_VP9,
    NGX_WEBRTC_CODEC_AV1,
    NGX_WEBRTC_CODEC_H264,
    NGX_WEBRTC_CODEC_H265,
    NGX_WEBRTC_CODEC_MAX
} ngx_webrtc_codec_e;


typedef struct {
    ngx_str_t           name;           /* as in SDP's rtpmap */
    uint32_t            clock_rate;
    uint8_t             channels;       /* 0 for video */
    uint8_t             video;          /* else audio */
} ngx_webrtc_codec_t;


/* VP8's payload descriptor; positions are NULL where a field is absent */

typedef struct {
    u_char             *picture_id_pos; /* the byte with the M bit */
    u_char             *tl0picidx_pos;
    u_char             *payload;        /* the VP8 payload header */
    uint16_t            picture_id;
    uint8_t             picture_id_long;    /* 15 bits, not 7 */
    uint8_t             tl0picidx;
    uint8_t             tid;            /* temporal layer */
    uint8_t             keyidx;
    uint8_t             partition;
    unsigned            start:1;        /* S: starts a partition */
    unsigned            non_reference:1;
    unsigned            sync:1;         /* Y: layer may be entered here */
    unsigned            has_tid:1;
    unsigned            keyframe:1;     /* starts a key frame */
} ngx_webrtc_vp8_t;


/* the same of VP9's, as far as it is read */

typedef struct {
    u_char             *picture_id_pos;
    u_char             *tl0picidx_pos;
    uint16_t            picture_id;
    uint8_t             picture_id_long;
    uint8_t             tl0picidx;
    uint8_t             tid;
    uint8_t             sid;            /* spatial layer */
    unsigned            start:1;        /* B: starts a frame of a layer */
    unsigned            predicted:1;    /* P: from another picture */
    unsigned            flexible:1;
    unsigned            keyframe:1;
} ngx_webrtc_vp9_t;


/* what of a payload is looked at, whatever the codec */

typedef struct {
    u_char             *picture_id_pos;
    u_char             *tl0picidx_pos;
    uint16_t            picture_id;
    uint8_t             picture_id_long;
    uint8_t             tl0picidx;
    uint8_t             keyframe;
} ngx_webrtc_codec_view_t;


/* NULL for NONE and out of range */
const ngx_webrtc_codec_t *ngx_webrtc_codec_info(ngx_uint_t codec);

/* by name, whatever its case; NGX_WEBRTC_CODEC_NONE: unknown */
ngx_uint_t ngx_webrtc_codec_find(const ngx_str_t *name);

/* whether this packet starts a key frame; audio always does */
ngx_uint_t ngx_webrtc_codec_keyframe(ngx_uint_t codec, u_char *payload,
    size_t len);

/* of a descriptor that is cut short nothing is told */
void ngx_webrtc_codec_look(ngx_uint_t codec, u_char *payload, size_t len,
    ngx_webrtc_codec_view_t *view);

/* NGX_ERROR: the descriptor or the payload header is cut short */
ngx_int_t ngx_webrtc_vp8_parse(u_char *pos, u_char *last,
    ngx_webrtc_vp8_t *vp8);
ngx_int_t ngx_webrtc_vp9_parse(u_char *pos, u_char *last,
    ngx_webrtc_vp9_t *vp9);


#endif /* _NGX_WEBRTC_CODEC_H_INCLUDED_ */
