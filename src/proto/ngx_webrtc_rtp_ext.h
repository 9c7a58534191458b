
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * RTP header extensions in their one-byte and two-byte forms (RFC 8285),
 * and the kinds of them that an SFU looks into or passes on.
 */


#ifndef _NGX_WEBRTC_RTP_EXT_H_INCLUDED_
#define _NGX_WEBRTC_RTP_EXT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_rtp.h>


typedef enum {
    NGX_WEBRTC_EXT_UNKNOWN = 0,
    NGX_WEBRTC_EXT_MID,
    NGX_WEBRTC_EXT_RID,
    NGX_WEBRTC_EXT_RRID,                /* of a repair (RTX) stream */
    NGX_WEBRTC_EXT_AUDIO_LEVEL,
    NGX_WEBRTC_EXT_ABS_SEND_TIME,
    NGX_WEBRTC_EXT_TWCC,
    NGX_WEBRTC_EXT_DEPENDENCY,          /* AV1 dependency descriptor */
    NGX_WEBRTC_EXT_ORIENTATION,
    NGX_WEBRTC_EXT_PLAYOUT_DELAY,
    NGX_WEBRTC_EXT_COLOR_SPACE,
    NGX_WEBRTC_EXT_TIME_OFFSET,
    NGX_WEBRTC_EXT_CONTENT_TYPE,
    NGX_WEBRTC_EXT_VIDEO_TIMING,
    NGX_WEBRTC_EXT_LAYERS,              /* video layers allocation */
    NGX_WEBRTC_EXT_MAX
} ngx_webrtc_ext_e;


/* the profiles of the two forms, as write() chooses them */

#define NGX_WEBRTC_EXT_ONE_BYTE     0xbede
#define NGX_WEBRTC_EXT_TWO_BYTE     0x1000

/* ids that can be mapped: what fits the one-byte form */

#define NGX_WEBRTC_EXT_ID_MAX   14


/* both ways of one negotiation; all zero is an empty map */

typedef struct {
    u_char              ids[NGX_WEBRTC_EXT_MAX];    /* by kind; 0: none */
    u_char              kinds[16];                  /* by id */
} ngx_webrtc_ext_map_t;


/*
 * values[] and lens[] are valid where has() is true, and lead into the packet,
 * so that a value can be rewritten in place.
 */

typedef struct {
    u_char             *values[NGX_WEBRTC_EXT_MAX];
    u_char              lens[NGX_WEBRTC_EXT_MAX];
    uint32_t            present;        /* a bit per kind */
    uint32_t            abs_send_time;  /* 6.18 fixed point seconds */
    ngx_str_t           mid;            /* len 0: absent */
    ngx_str_t           rid;
    ngx_str_t           rrid;
    uint16_t            twcc_seq;
    uint8_t             audio_level;    /* -dBov: 0 loud, 127 silence */
    uint8_t             voice;
} ngx_webrtc_rtp_ext_t;


/* one extension to write: id 1 to 14, len 0 to 255 */

typedef struct {
    const u_char       *data;
    u_char              id;
    u_char              len;
} ngx_webrtc_ext_item_t;


#define ngx_webrtc_rtp_ext_has(ext, kind)                                    \
    (((ext)->present >> (kind)) & 1)


/* the URI of a kind, and back; UNKNOWN: not one of ours */
const ngx_str_t *ngx_webrtc_ext_uri(ngx_uint_t kind);
ngx_uint_t ngx_webrtc_ext_find(const ngx_str_t *uri);

/* NGX_ERROR: id not 1 to 14; NGX_DECLINED: id or kind already mapped */
ngx_int_t ngx_webrtc_ext_map_add(ngx_webrtc_ext_map_t *map, ngx_uint_t kind,
    ngx_uint_t id);

/*
 * NGX_ERROR: an element reaches beyond the extension's end.  No or an unknown
 * profile: NGX_OK with nothing present.  An element whose length its kind
 * cannot have counts as absent; of repeated ids the first counts.
 */
ngx_int_t ngx_webrtc_rtp_ext_parse(const ngx_webrtc_rtp_t *rtp,
    const ngx_webrtc_ext_map_t *map, ngx_webrtc_rtp_ext_t *ext);

/*
 * Writes profile, length, elements and padding to a multiple of 4, and
 * returns the end, or NULL when it does not fit or an id is out of range.
 * One-byte form; two-byte form only if an element is empty or longer than 16
 * bytes.  Without items nothing is written: leave the X bit clear.
 */
u_char *ngx_webrtc_rtp_ext_write(u_char *p, u_char *last,
    const ngx_webrtc_ext_item_t *items, ngx_uint_t n);

/*
 * Appends a word of padding to the extension in [start, p), which write() has
 * just made, or makes one of nothing else: a place for put_twcc().  Returns
 * the new end, or NULL when it does not fit.
 */
u_char *ngx_webrtc_rtp_ext_reserve(u_char *start, u_char *p, u_char *last);

/* the number goes to where reserve() was for it: "p" is the extension's end */
void ngx_webrtc_rtp_ext_put_twcc(u_char *start, u_char *p, ngx_uint_t id,
    uint16_t seq);

/* the bytes that write() needs, 0 for none */
size_t ngx_webrtc_rtp_ext_size(const ngx_webrtc_ext_item_t *items,
    ngx_uint_t n);

/* the 24-bit value of abs-send-time */
#define ngx_webrtc_abs_send_time(usec)                                       \
    ((uint32_t) ((((usec) % 64000000) << 18) / 1000000) & 0xffffff)


#endif /* _NGX_WEBRTC_RTP_EXT_H_INCLUDED_ */
