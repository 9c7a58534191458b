
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <peer/ngx_webrtc_sctp_crc.h>


/* the common header ends with the checksum, which counts as 0 */
#define NGX_WEBRTC_SCTP_CRC_POS  8
#define NGX_WEBRTC_SCTP_CRC_LEN  4


#if (defined(__x86_64__) && defined(__GNUC__))

static uint32_t ngx_webrtc_sctp_crc(const u_char *pos, const u_char *last);


ngx_uint_t
ngx_webrtc_sctp_crc_usable(void)
{
    return __builtin_cpu_supports("sse4.2") ? 1 : 0;
}


__attribute__((target("sse4.2")))
static uint32_t
ngx_webrtc_sctp_crc(const u_char *pos, const u_char *last)
{
    uint64_t  crc, word;

    ngx_memcpy(&word, pos, sizeof(word));
    pos += NGX_WEBRTC_SCTP_CRC_POS + NGX_WEBRTC_SCTP_CRC_LEN;

    crc = __builtin_ia32_crc32di(0xffffffff, word);
    crc = __builtin_ia32_crc32si((uint32_t) crc, 0);

    while (last - pos >= (ssize_t) sizeof(word)) {
        ngx_memcpy(&word, pos, sizeof(word));
        crc = __builtin_ia32_crc32di(crc, word);
        pos += sizeof(word);
    }

    while (pos < last) {
        crc = __builtin_ia32_crc32qi((uint32_t) crc, *pos++);
    }

    return ~(uint32_t) crc;
}


void
ngx_webrtc_sctp_crc_set(u_char *pos, const u_char *last)
{
    uint32_t  crc;

    crc = ngx_webrtc_sctp_crc(pos, last);

    /* the one number of SCTP with the low byte first, as it is here */

    ngx_memcpy(pos + NGX_WEBRTC_SCTP_CRC_POS, &crc, sizeof(crc));
}


ngx_uint_t
ngx_webrtc_sctp_crc_valid(const u_char *pos, const u_char *last)
{
    uint32_t  crc;

    crc = ngx_webrtc_sctp_crc(pos, last);

    return ngx_memcmp(pos + NGX_WEBRTC_SCTP_CRC_POS, &crc, sizeof(crc)) == 0;
}

#else

ngx_uint_t
ngx_webrtc_sctp_crc_usable(void)
{
    return 0;
}


void
ngx_webrtc_sctp_crc_set(u_char *pos, const u_char *last)
{
    (void) pos;
    (void) last;
}


ngx_uint_t
ngx_webrtc_sctp_crc_valid(const u_char *pos, const u_char *last)
{
    (void) pos;
    (void) last;

    return 1;
}

#endif
