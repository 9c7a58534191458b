
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * BinaryPack, as the npm packages js-binarypack 0.0.9 and peerjs-js-binarypack
 * 2.x write it: like MessagePack, but with other codes for strings and bytes.
 *
 *     00-7f        0 to 127            ca cb        float, double
 *     80-8f de df  map                 cc cd ce cf  unsigned integers
 *     90-9f dc dd  array               d0 d1 d2 d3  signed integers
 *     a0-af da db  raw bytes           c0 c1        null, undefined
 *     b0-bf d8 d9  string (UTF-8)      c2 c3        false, true
 *     e0-ff        -32 to -1
 */


#ifndef _NGX_WEBRTC_BINARYPACK_H_INCLUDED_
#define _NGX_WEBRTC_BINARYPACK_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>


/* of arrays and maps */
#define NGX_WEBRTC_BINARYPACK_DEPTH     32

/* the most that one of the heads below takes */
#define NGX_WEBRTC_BINARYPACK_HEAD      9


typedef enum {
    NGX_WEBRTC_BINARYPACK_NULL = 0,     /* undefined too */
    NGX_WEBRTC_BINARYPACK_BOOL,
    NGX_WEBRTC_BINARYPACK_INT,
    NGX_WEBRTC_BINARYPACK_REAL,         /* and integers above int64_t */
    NGX_WEBRTC_BINARYPACK_STR,
    NGX_WEBRTC_BINARYPACK_RAW,
    NGX_WEBRTC_BINARYPACK_ARRAY,
    NGX_WEBRTC_BINARYPACK_MAP
} ngx_webrtc_binarypack_e;


typedef struct {
    ngx_webrtc_binarypack_e   type;
    int64_t                   number;   /* BOOL, INT */
    double                    real;
    ngx_str_t                 str;      /* STR, RAW; in the packet */
    uint64_t                  count;    /* values that follow: of an ARRAY, or
                                           keys and values of a MAP */
} ngx_webrtc_binarypack_value_t;


/*
 * "wide": a string's length counts characters beyond U+FFFF as 6 bytes, though
 * they are 4.  This is what js-binarypack writes if it is short.
 */

typedef struct {
    u_char                   *pos;
    u_char                   *last;
    unsigned                  wide:1;
} ngx_webrtc_binarypack_t;


/* the next value, of an array or map its head only; NGX_ERROR: malformed */
ngx_int_t ngx_webrtc_binarypack_read(ngx_webrtc_binarypack_t *pack,
    ngx_webrtc_binarypack_value_t *value);

/* what is inside of the value that was just read */
ngx_int_t ngx_webrtc_binarypack_skip(ngx_webrtc_binarypack_t *pack,
    const ngx_webrtc_binarypack_value_t *value);

/*
 * The next value whole, as JSON: bytes as base64, what is no number as null.
 * NGX_ERROR: malformed, too deep, a key that is no string.
 */
ngx_int_t ngx_webrtc_binarypack_json(ngx_webrtc_binarypack_t *pack,
    ngx_webrtc_text_t *text);


/* writers need NGX_WEBRTC_BINARYPACK_HEAD bytes and return their end */

u_char *ngx_webrtc_binarypack_write_uint(u_char *p, uint32_t n);
/* of STR, RAW (bytes), ARRAY (values), MAP (pairs) */
u_char *ngx_webrtc_binarypack_write_head(u_char *p,
    ngx_webrtc_binarypack_e type, uint32_t n);
/* with its bytes */
u_char *ngx_webrtc_binarypack_write_str(u_char *p, const char *str);


#endif /* _NGX_WEBRTC_BINARYPACK_H_INCLUDED_ */
