
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Random bytes (the process-wide CSPRNG of OpenSSL, safe over a fork) and the
 * random strings that the module hands out.
 */


#ifndef _NGX_WEBRTC_RANDOM_H_INCLUDED_
#define _NGX_WEBRTC_RANDOM_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* a UUIDv4 (RFC 9562) in base32 */
#define NGX_WEBRTC_ID_LEN           26

/* RFC 8445, 5.3 asks for at least 4 and 22 */
#define NGX_WEBRTC_ICE_UFRAG_LEN    8
#define NGX_WEBRTC_ICE_PWD_LEN      24


/* NGX_ERROR: the generator failed, "buf" must not be used */
ngx_int_t ngx_webrtc_random_bytes(void *buf, size_t len);

/*
 * By a process that will not fork: from now on small numbers of bytes come
 * from a block that is made in advance, since a call of the generator costs
 * much more than its bytes.  What was given away is erased.
 */
void ngx_webrtc_random_ahead(void);

/* for SSRCs, hash seeds and the like, not for secrets; 0 on failure */
uint32_t ngx_webrtc_random_uint32(void);

/* a new id of NGX_WEBRTC_ID_LEN upper-case characters, not terminated */
ngx_int_t ngx_webrtc_id_generate(u_char *id);

/* 16 bytes, most significant bit first, as 26 characters */
void ngx_webrtc_id_format(u_char *id, const u_char *bytes);

/* "len" characters of ice-char (RFC 8839, 5.4), 6 random bits in each */
ngx_int_t ngx_webrtc_random_ice(u_char *buf, size_t len);


#endif /* _NGX_WEBRTC_RANDOM_H_INCLUDED_ */
