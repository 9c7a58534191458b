
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * JSON as text that grows.  Commas are put where they are needed: a key or an
 * item after anything but an opening bracket gets one.  When memory ends
 * "failed" is set and the text is of no use; check it once, at the end.
 */


#ifndef _NGX_WEBRTC_SORA_TEXT_H_INCLUDED_
#define _NGX_WEBRTC_SORA_TEXT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* all zero is an empty text; the buffer is the text's until free() */

typedef struct {
    u_char             *start;
    size_t              len;
    size_t              size;
    unsigned            failed:1;
} ngx_webrtc_sora_text_t;


void ngx_webrtc_sora_text_bytes(ngx_webrtc_sora_text_t *text,
    const void *data, size_t len);
void ngx_webrtc_sora_text_cstr(ngx_webrtc_sora_text_t *text,
    const char *str);
void ngx_webrtc_sora_text_uint(ngx_webrtc_sora_text_t *text, uint64_t n);
void ngx_webrtc_sora_text_bool(ngx_webrtc_sora_text_t *text, ngx_uint_t on);

/* in quotes and escaped; the bytes are UTF-8 */
void ngx_webrtc_sora_text_string(ngx_webrtc_sora_text_t *text,
    const u_char *data, size_t len);

/* "2020-04-09T07:31:32.056Z" from microseconds since 1970; 3 or 6 digits */
void ngx_webrtc_sora_text_time(ngx_webrtc_sora_text_t *text, uint64_t wall,
    ngx_uint_t digits);

/* before an element of an array */
void ngx_webrtc_sora_text_item(ngx_webrtc_sora_text_t *text);

/* before a value of an object */
void ngx_webrtc_sora_text_key(ngx_webrtc_sora_text_t *text, const char *key);

/* key and value */
void ngx_webrtc_sora_text_key_str(ngx_webrtc_sora_text_t *text,
    const char *key, const ngx_str_t *value);
void ngx_webrtc_sora_text_key_bytes(ngx_webrtc_sora_text_t *text,
    const char *key, const u_char *data, size_t len);
void ngx_webrtc_sora_text_key_cstr(ngx_webrtc_sora_text_t *text,
    const char *key, const char *value);
void ngx_webrtc_sora_text_key_uint(ngx_webrtc_sora_text_t *text,
    const char *key, uint64_t n);
void ngx_webrtc_sora_text_key_bool(ngx_webrtc_sora_text_t *text,
    const char *key, ngx_uint_t on);

void ngx_webrtc_sora_text_free(ngx_webrtc_sora_text_t *text);


#define ngx_webrtc_sora_text_reset(text)                                     \
    (text)->len = 0; (text)->failed = 0


#endif /* _NGX_WEBRTC_SORA_TEXT_H_INCLUDED_ */
