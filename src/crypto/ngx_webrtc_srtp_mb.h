
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * AES-GCM by libipsec-mb, which takes a quarter of OpenSSL's time for a
 * packet, and AES-CM with HMAC-SHA1 of many packets together.  Where the
 * library was not there at build time, or the CPU has no AES instructions,
 * there are no such keys and OpenSSL does it all.
 */


#ifndef _NGX_WEBRTC_SRTP_MB_H_INCLUDED_
#define _NGX_WEBRTC_SRTP_MB_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* a session key as the library wants it */
typedef struct ngx_webrtc_srtp_mb_s  ngx_webrtc_srtp_mb_t;


#if (NGX_WEBRTC_HAVE_IPSEC_MB)

/* for the process; all keys are gone before cleanup() */
void ngx_webrtc_srtp_mb_init(void);
void ngx_webrtc_srtp_mb_cleanup(void);

/* for CM with an "auth" key, else for GCM; NULL: OpenSSL has to do it */
ngx_webrtc_srtp_mb_t *ngx_webrtc_srtp_mb_create(const u_char *key,
    const u_char *auth);
void ngx_webrtc_srtp_mb_destroy(ngx_webrtc_srtp_mb_t *mb);
/* another key for GCM */
void ngx_webrtc_srtp_mb_set(ngx_webrtc_srtp_mb_t *mb, const u_char *key);

/*
 * GCM, in place.  "tail" is NULL or 4 more bytes to authenticate, behind an
 * "aad" of 8.  open() returns NGX_ERROR when the tag is wrong.
 */
void ngx_webrtc_srtp_mb_seal(ngx_webrtc_srtp_mb_t *mb, const u_char *iv,
    const u_char *aad, size_t aad_len, const u_char *tail, u_char *data,
    size_t len, u_char *tag);
ngx_int_t ngx_webrtc_srtp_mb_open(ngx_webrtc_srtp_mb_t *mb,
    const u_char *iv, const u_char *aad, size_t aad_len, const u_char *tail,
    u_char *data, size_t len, const u_char *tag);

/*
 * CM: encrypts what is behind the header, which must be something, and puts
 * the tag in place of the roc behind the packet.  All is there after finish().
 */
void ngx_webrtc_srtp_mb_add(ngx_webrtc_srtp_mb_t *mb, const u_char *iv,
    u_char *pkt, size_t header_len, size_t len);
void ngx_webrtc_srtp_mb_finish(void);

#endif


#endif /* _NGX_WEBRTC_SRTP_MB_H_INCLUDED_ */
