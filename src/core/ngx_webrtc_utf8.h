
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* UTF-8 (RFC 3629): no overlong forms, no surrogates, up to U+10FFFF */


#ifndef _NGX_WEBRTC_UTF8_H_INCLUDED_
#define _NGX_WEBRTC_UTF8_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>


/* the next character; NGX_ERROR: it is none, and *pos stays */
ngx_int_t ngx_webrtc_utf8_next(const u_char **pos, const u_char *last,
    uint32_t *code);

/* no control characters either, but tab, line feed and carriage return */
ngx_uint_t ngx_webrtc_utf8_is_text(const u_char *pos, const u_char *last);

/* none of these either */
ngx_uint_t ngx_webrtc_utf8_is_line(const u_char *pos, const u_char *last);

/* what is between the quotes of a JSON string; U+FFFD for what is no UTF-8 */
void ngx_webrtc_utf8_json(ngx_webrtc_text_t *text, const u_char *pos,
    const u_char *last);


#endif /* _NGX_WEBRTC_UTF8_H_INCLUDED_ */
