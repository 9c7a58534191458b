
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * SRTP and SRTCP of a peer that has the keys, and of one that has not: the
 * first byte is the profile, then steps follow: a kind, an SSRC, by how much
 * the index is ahead of the newest one, a length and so many bytes of the
 * packet.  What is said must be what a list of all that was accepted says,
 * and what libsrtp2 says.
 */


#include <stdlib.h>

#include <arpa/inet.h>

#include <srtp2/srtp.h>

#include <core/ngx_webrtc_cursor.h>
#include <crypto/ngx_webrtc_srtp.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>
#include <crypto/ngx_webrtc_srtp_window.h>


#define GCM          NGX_WEBRTC_SRTP_AEAD_AES_128_GCM
#define CM           NGX_WEBRTC_SRTP_AES128_CM_SHA1_80

#define STEP         8
#define STEPS_MAX    2048
#define PACKET_MAX   1500
#define NSSRCS       256
#define RTCP_WINDOW  64

/* bits of a step's kind */
#define RTCP         0x01
#define FORGED       0x02       /* without the keys */
#define DAMAGED      0x04       /* one bit of it, the length says which */
#define AGAIN        0x08       /* the packet before, once more */
#define REMOVE       0x10
#define REST         0x20
#define NEAR         0x40       /* the distance is a byte */


/* what has come of an SSRC, of RTP or RTCP */

typedef struct {
    uint64_t                   highest;
    ngx_uint_t                 n;
    uint64_t                   seen[STEPS_MAX];
} stream_t;


typedef struct {
    u_char                    *data;
    size_t                     len;
    size_t                     plain;       /* length, 0: not authentic */
    uint64_t                   index;
    ngx_uint_t                 ssrc;
    ngx_uint_t                 rtcp;
} packet_t;


static stream_t                    streams[2][NSSRCS];
static ngx_webrtc_srtp_keys_t      keys;
static ngx_webrtc_srtp_in_t       *in;
static ngx_webrtc_srtp_out_t      *out;
static ngx_webrtc_srtp_cipher_t   *rtcp;
static srtp_t                      other;


static void
die_unless(ngx_uint_t ok)
{
    if (!ok) {
        abort();
    }
}


static void *
block(const void *data, size_t len)
{
    u_char  *p;

    p = malloc(len ? len : 1);
    die_unless(p != NULL);

    if (len) {
        memcpy(p, data, len);
    }

    return p;
}


/* of what comes in; "out" seals with the keys of the other direction */

static void
setup(ngx_uint_t profile)
{
    size_t                   i;
    u_char                   key[30];
    srtp_policy_t            policy;
    srtp_profile_t           number;
    ngx_webrtc_srtp_keys_t   sender;

    memset(&keys, 0, sizeof(keys));

    for (i = 0; i < sizeof(key); i++) {
        key[i] = (u_char) (i * 7 + 1);
    }

    keys.profile = profile;
    memcpy(keys.remote_key, key, 16);
    memcpy(keys.remote_salt, key + 16, 14);

    sender = keys;
    memcpy(sender.local_key, key, 16);
    memcpy(sender.local_salt, key + 16, 14);

    number = (profile == GCM) ? srtp_profile_aead_aes_128_gcm
                              : srtp_profile_aes128_cm_sha1_80;

    memset(&policy, 0, sizeof(policy));
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, number);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, number);

    policy.ssrc.type = ssrc_any_inbound;
    policy.key = key;
    policy.window_size = NGX_WEBRTC_SRTP_WINDOW;

    in = ngx_webrtc_srtp_in_create(&keys);
    out = ngx_webrtc_srtp_out_create(&sender);
    rtcp = ngx_webrtc_srtp_cipher_create(profile, keys.remote_key,
                                         keys.remote_salt,
                                         NGX_WEBRTC_SRTP_LABEL_RTCP,
                                         NGX_WEBRTC_SRTP_SEAL);

    die_unless(in && out && rtcp
               && srtp_create(&other, &policy) == srtp_err_status_ok);

    for (i = 0; i < NSSRCS; i++) {
        streams[0][i].n = 0;
        streams[1][i].n = 0;
    }
}


static void
cleanup(void)
{
    ngx_webrtc_srtp_in_destroy(in);
    ngx_webrtc_srtp_out_destroy(out);
    ngx_webrtc_srtp_cipher_destroy(rtcp);
    (void) srtp_dealloc(other);
}


/* 0: longer than the packet */

static size_t
header_len(const u_char *pkt, size_t len)
{
    size_t  n;

    n = 12 + (pkt[0] & 15) * 4;

    if (pkt[0] & 0x10) {
        n += 4;

        if (n <= len) {
            n += 4 * (size_t) ngx_webrtc_get16(pkt + n - 2);
        }
    }

    return (n <= len) ? n : 0;
}


static size_t
seal_rtp(u_char *pkt, size_t len, uint64_t index)
{
    size_t  n;

    n = header_len(pkt, len);

    /* a header that is too long stays as it is */

    return ngx_webrtc_srtp_protect(out, pkt, n ? n : len, len,
                                   (uint32_t) (index >> 16));
}


static size_t
seal_rtcp(u_char *pkt, size_t len, uint32_t ssrc, uint32_t index)
{
    u_char  tail[4];

    (void) ngx_webrtc_put32(tail, NGX_WEBRTC_SRTCP_E | index);

    if (keys.profile == GCM) {
        die_unless(ngx_webrtc_srtp_gcm_seal(rtcp, ssrc, index, pkt, 8, tail,
                                            pkt + 8, len - 8, pkt + len)
                   == NGX_OK);
        memcpy(pkt + len + 16, tail, 4);

        return len + 20;
    }

    die_unless(ngx_webrtc_srtp_ctr(rtcp, ssrc, index, pkt + 8, len - 8)
               == NGX_OK);
    memcpy(pkt + len, tail, 4);
    ngx_webrtc_srtp_mac(rtcp, pkt, len, tail, pkt + len + 4);

    return len + 14;
}


/* "data" has the packet from its first byte, without what a step says */

static void
make(packet_t *packet, ngx_uint_t kind, int32_t ahead, const uint8_t *data,
    size_t len)
{
    u_char     buf[PACKET_MAX + NGX_WEBRTC_SRTCP_TAG_MAX];
    stream_t  *stream;

    if (len) {
        memcpy(buf, data, len);
    }

    packet->plain = 0;
    packet->len = len;
    packet->rtcp = kind & RTCP;

    if (!(kind & FORGED) && len >= (packet->rtcp ? 8 : 12)) {
        stream = &streams[packet->rtcp][packet->ssrc];
        packet->index = (stream->n ? stream->highest : 0) + (int64_t) ahead;
        packet->plain = len;

        if (packet->rtcp) {
            packet->index &= 0x7fffffff;
            (void) ngx_webrtc_put32(buf + 4, (uint32_t) packet->ssrc);
            packet->len = seal_rtcp(buf, len, (uint32_t) packet->ssrc,
                                    (uint32_t) packet->index);

        } else {
            packet->index &= 0xffffffffffffULL;
            (void) ngx_webrtc_put16(buf + 2, packet->index & 0xffff);
            (void) ngx_webrtc_put32(buf + 8, (uint32_t) packet->ssrc);
            packet->len = seal_rtp(buf, len, packet->index);
        }

        die_unless(packet->len > len);
    }

    if (kind & DAMAGED && packet->len) {
        buf[(uint32_t) ahead % packet->len]
                                  ^= 1 << ((uint32_t) ahead / 8192 % 8);
        packet->plain = 0;
    }

    packet->data = block(buf, packet->len);
}


static ngx_uint_t
live(ngx_uint_t kind)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < NSSRCS; i++) {
        n += (streams[kind][i].n != 0);
    }

    return n;
}


/* what an authentic packet of well-formed bytes gets */

static ngx_int_t
expected(const packet_t *packet)
{
    uint64_t    index;
    stream_t   *stream;
    ngx_uint_t  i, max;

    stream = &streams[packet->rtcp][packet->ssrc];
    index = packet->index;
    max = packet->rtcp ? RTCP_WINDOW : NGX_WEBRTC_SRTP_WINDOW;

    if (stream->n == 0) {

        if (packet->rtcp) {
            return NGX_OK;
        }

        if (live(0) == NGX_WEBRTC_SRTP_STREAMS_MAX) {
            return NGX_DECLINED;
        }

        return (index >> 16) ? NGX_ERROR : NGX_OK;
    }

    if (!packet->rtcp) {

        /* the one of these that is nearest */

        index = (stream->highest & ~0xffffULL) | (index & 0xffff);

        if (stream->highest > 0x8000) {

            if (index > stream->highest + 0x8000) {
                index -= 0x10000;

            } else if (index + 0x8000 < stream->highest) {
                index += 0x10000;
            }
        }
    }

    if (index + max <= stream->highest) {
        return NGX_DECLINED;
    }

    for (i = 0; i < stream->n; i++) {
        if (stream->seen[i] == index) {
            return NGX_DECLINED;
        }
    }

    return (index == packet->index) ? NGX_OK : NGX_ERROR;
}


static ngx_uint_t
well_formed(const packet_t *packet)
{
    return packet->rtcp ? (packet->data[0] >> 6) == 2
                        : header_len(packet->data, packet->plain) != 0;
}


/*
 * libsrtp2 has another limit of SSRCs, a wider window for RTCP, no eye for
 * the version of RTCP: it is not asked what it would see in another way.
 */

static void
compare(const packet_t *packet, ngx_int_t rc, const u_char *plain, size_t len)
{
    int                 n;
    u_char             *copy;
    srtp_err_status_t   status;

    n = (int) packet->len;
    copy = block(packet->data, packet->len);

    status = packet->rtcp ? srtp_unprotect_rtcp(other, copy, &n)
                          : srtp_unprotect(other, copy, &n);

    die_unless((rc == NGX_OK) == (status == srtp_err_status_ok));

    if (rc == NGX_OK) {
        die_unless((size_t) n == len && memcmp(copy, plain, len) == 0);
    }

    free(copy);
}


static void
accepted(const packet_t *packet)
{
    stream_t  *stream;

    stream = &streams[packet->rtcp][packet->ssrc];

    if (stream->n == 0 || packet->index > stream->highest) {
        stream->highest = packet->index;
    }

    stream->seen[stream->n++] = packet->index;
}


static void
input(const packet_t *packet)
{
    size_t      len;
    u_char     *copy;
    ngx_int_t   rc, want;

    len = packet->len;
    copy = block(packet->data, len);

    rc = packet->rtcp ? ngx_webrtc_srtp_unprotect_rtcp(in, copy, &len)
                      : ngx_webrtc_srtp_unprotect(in, copy, &len);

    if (packet->plain == 0) {
        die_unless(rc == NGX_ERROR || rc == NGX_DECLINED);

        if (rc == NGX_ERROR) {
            compare(packet, rc, NULL, 0);
        }

    } else if (!well_formed(packet)) {
        die_unless(rc == NGX_ERROR);

    } else {
        want = expected(packet);
        die_unless(rc == want);

        if (rc == NGX_OK) {
            die_unless(len == packet->plain);
            accepted(packet);
        }

        if (rc != NGX_DECLINED) {
            compare(packet, rc, copy, len);
        }
    }

    free(copy);
}


static void
remove_stream(ngx_uint_t ssrc)
{
    ngx_webrtc_srtp_in_remove(in, (uint32_t) ssrc);
    (void) srtp_remove_stream(other, htonl((uint32_t) ssrc));

    streams[0][ssrc].n = 0;
    streams[1][ssrc].n = 0;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t      len;
    int32_t     ahead;
    packet_t    packet;
    ngx_uint_t  kind, steps;

    if (size == 0) {
        return 0;
    }

    if (other == NULL) {
        die_unless(srtp_init() == srtp_err_status_ok
                   && ngx_webrtc_srtp_init() == NGX_OK);
    }

    setup((data[0] & 1) ? CM : GCM);

    memset(&packet, 0, sizeof(packet));

    data++;
    size--;

    for (steps = 0; steps < STEPS_MAX && size >= STEP; steps++) {
        kind = data[0];
        ahead = (kind & NEAR) ? (int8_t) data[2]
                              : (int32_t) ngx_webrtc_get32(data + 2);
        len = ngx_webrtc_get16(data + 6);

        if (kind & REST) {
            ngx_webrtc_srtp_in_rest(in);
        }

        if (kind & REMOVE) {
            remove_stream(data[1]);
        }

        if (!(kind & AGAIN)) {
            len = ngx_min(len, ngx_min(size - STEP, PACKET_MAX));

            free(packet.data);
            packet.ssrc = data[1];
            make(&packet, kind, ahead, data + STEP, len);

            data += len;
            size -= len;
        }

        if (packet.data) {
            input(&packet);
        }

        data += STEP;
        size -= STEP;
    }

    free(packet.data);
    cleanup();

    return 0;
}
