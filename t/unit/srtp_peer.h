
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* libsrtp2 as the other end of our SRTP, and packets to send through it */


#ifndef _SRTP_PEER_H_INCLUDED_
#define _SRTP_PEER_H_INCLUDED_


#include <srtp2/srtp.h>

#include <core/ngx_webrtc_cursor.h>
#include <crypto/ngx_webrtc_srtp.h>


#define GCM  NGX_WEBRTC_SRTP_AEAD_AES_128_GCM
#define CM   NGX_WEBRTC_SRTP_AES128_CM_SHA1_80


static const ngx_uint_t  profiles[] = { GCM, CM };

static unsigned  seed = 1;


/* the same numbers in every run */

static inline unsigned
draw(unsigned n)
{
    seed = seed * 1664525 + 1013904223;

    return (seed >> 8) % n;
}


static inline void
draw_keys(ngx_webrtc_srtp_keys_t *keys, ngx_uint_t profile)
{
    size_t   i;
    u_char  *p;

    p = (u_char *) keys;

    for (i = 0; i < sizeof(ngx_webrtc_srtp_keys_t); i++) {
        p[i] = (u_char) draw(256);
    }

    keys->profile = profile;
}


/* the peer that sends with "remote", or receives what "local" protects */

static inline srtp_t
peer_create(const ngx_webrtc_srtp_keys_t *keys, ngx_uint_t sender)
{
    u_char          key[30];
    srtp_t          srtp;
    srtp_policy_t   policy;
    srtp_profile_t  profile;

    profile = (keys->profile == GCM) ? srtp_profile_aead_aes_128_gcm
                                     : srtp_profile_aes128_cm_sha1_80;

    memcpy(key, sender ? keys->remote_key : keys->local_key, 16);
    memcpy(key + 16, sender ? keys->remote_salt : keys->local_salt, 14);

    memset(&policy, 0, sizeof(policy));
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile);

    policy.ssrc.type = sender ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = key;
    policy.window_size = 1024;
    policy.allow_repeat_tx = sender;

    assert_int_equal(srtp_create(&srtp, &policy), srtp_err_status_ok);

    return srtp;
}


/* header, CSRCs and extension are drawn; returns the length */

static inline size_t
draw_rtp(u_char *pkt, uint32_t ssrc, uint16_t seq, size_t *header_len)
{
    u_char    *p;
    size_t     i, len;
    unsigned   cc, x, words;

    cc = draw(3) ? 0 : draw(16);
    x = draw(2);
    words = x ? draw(8) : 0;

    pkt[0] = (u_char) (0x80 | (x << 4) | cc);
    pkt[1] = (u_char) draw(256);
    (void) ngx_webrtc_put16(pkt + 2, seq);
    (void) ngx_webrtc_put32(pkt + 4, draw(0x1000000));
    (void) ngx_webrtc_put32(pkt + 8, ssrc);

    p = pkt + 12;

    for (i = 0; i < cc * 4; i++) {
        *p++ = (u_char) draw(256);
    }

    if (x) {
        p = ngx_webrtc_put16(p, 0xbede);
        p = ngx_webrtc_put16(p, words);

        for (i = 0; i < words * 4; i++) {
            *p++ = (u_char) draw(256);
        }
    }

    *header_len = p - pkt;
    len = draw(8) ? draw(1200) : draw(4);

    for (i = 0; i < len; i++) {
        *p++ = (u_char) draw(256);
    }

    return p - pkt;
}


static inline size_t
draw_rtcp(u_char *pkt, uint32_t ssrc)
{
    size_t  i, len;

    len = 8 + 4 * draw(100);

    for (i = 0; i < len; i++) {
        pkt[i] = (u_char) draw(256);
    }

    pkt[0] = 0x80;
    pkt[1] = 201;
    (void) ngx_webrtc_put16(pkt + 2, (uint32_t) (len / 4 - 1));
    (void) ngx_webrtc_put32(pkt + 4, ssrc);

    return len;
}


static inline int
srtp_setup(void **state)
{
    (void) state;

    return (srtp_init() == srtp_err_status_ok
            && ngx_webrtc_srtp_init() == NGX_OK) ? 0 : -1;
}


static inline int
srtp_teardown(void **state)
{
    (void) state;

    ngx_webrtc_srtp_cleanup();
    (void) srtp_shutdown();

    return 0;
}


#endif /* _SRTP_PEER_H_INCLUDED_ */
