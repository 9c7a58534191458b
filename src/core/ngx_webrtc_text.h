
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Bounded text output.  A write that does not fit sets "overflow" and writes
 * nothing; check it once, at the end.
 */


#ifndef _NGX_WEBRTC_TEXT_H_INCLUDED_
#define _NGX_WEBRTC_TEXT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    u_char             *start;
    u_char             *pos;
    u_char             *last;
    unsigned            overflow:1;
} ngx_webrtc_text_t;


void ngx_webrtc_text_init(ngx_webrtc_text_t *text, u_char *start,
    u_char *last);
void ngx_webrtc_text_str(ngx_webrtc_text_t *text, const ngx_str_t *str);
void ngx_webrtc_text_bytes(ngx_webrtc_text_t *text, const void *data,
    size_t len);
void ngx_webrtc_text_cstr(ngx_webrtc_text_t *text, const char *str);
void ngx_webrtc_text_uint(ngx_webrtc_text_t *text, uint64_t n);
void ngx_webrtc_text_fixed(ngx_webrtc_text_t *text, uint64_t n,
    ngx_uint_t digits);

/* "aabb" with separator 0, "AA:BB" in upper case with separator ':' */
void ngx_webrtc_text_hex(ngx_webrtc_text_t *text, const u_char *data,
    size_t len, u_char separator);
/* RFC 4648, section 4 */
void ngx_webrtc_text_base64(ngx_webrtc_text_t *text, const u_char *data,
    size_t len);


#define ngx_webrtc_text_len(text)  ((size_t) ((text)->pos - (text)->start))


#endif /* _NGX_WEBRTC_TEXT_H_INCLUDED_ */
