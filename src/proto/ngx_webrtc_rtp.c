
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_rtp.h>


ngx_int_t
ngx_webrtc_rtp_parse_header(u_char *pos, u_char *last, ngx_webrtc_rtp_t *rtp)
{
    u_char  *p;

    if (pos == last || (pos[0] >> 6) != 2) {
        return NGX_DECLINED;
    }

    /* what is longer is no datagram, and its lengths might not fit 16 bits */

    if (last - pos < NGX_WEBRTC_RTP_HEADER_LEN || last - pos > 65535) {
        return NGX_ERROR;
    }

    rtp->start = pos;
    rtp->padded = (pos[0] >> 5) & 1;
    rtp->extension = (pos[0] >> 4) & 1;
    rtp->csrc_count = pos[0] & 0xf;
    rtp->marker = pos[1] >> 7;
    rtp->pt = pos[1] & 0x7f;
    rtp->seq = ngx_webrtc_get16(pos + 2);
    rtp->timestamp = ngx_webrtc_get32(pos + 4);
    rtp->ssrc = ngx_webrtc_get32(pos + 8);
    rtp->padding = 0;
    rtp->ext = NULL;
    rtp->ext_len = 0;
    rtp->ext_profile = 0;

    p = pos + NGX_WEBRTC_RTP_HEADER_LEN;

    if (last - p < 4 * rtp->csrc_count) {
        return NGX_ERROR;
    }

    p += 4 * rtp->csrc_count;

    if (rtp->extension) {
        if (last - p < 4) {
            return NGX_ERROR;
        }

        if ((last - p - 4) / 4 < ngx_webrtc_get16(p + 2)) {
            return NGX_ERROR;
        }

        rtp->ext_profile = ngx_webrtc_get16(p);
        rtp->ext_len = (uint16_t) (ngx_webrtc_get16(p + 2) * 4);
        rtp->ext = p + 4;

        p += 4 + rtp->ext_len;
    }

    rtp->header_len = (uint16_t) (p - pos);
    rtp->payload = p;
    rtp->payload_len = last - p;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_rtp_parse(u_char *pos, u_char *last, ngx_webrtc_rtp_t *rtp)
{
    ngx_int_t  rc;

    rc = ngx_webrtc_rtp_parse_header(pos, last, rtp);

    if (rc != NGX_OK || !rtp->padded) {
        return rc;
    }

    /* the count includes itself, so zero is as wrong as too much */

    if (rtp->payload_len == 0
        || last[-1] == 0
        || last[-1] > rtp->payload_len)
    {
        return NGX_ERROR;
    }

    rtp->padding = last[-1];
    rtp->payload_len -= rtp->padding;

    return NGX_OK;
}


u_char *
ngx_webrtc_rtp_write(u_char *p, const ngx_webrtc_rtp_t *rtp)
{
    *p++ = (u_char) (0x80 | (rtp->padded << 5) | (rtp->extension << 4));
    *p++ = (u_char) ((rtp->marker << 7) | (rtp->pt & 0x7f));

    p = ngx_webrtc_put16(p, rtp->seq);
    p = ngx_webrtc_put32(p, rtp->timestamp);

    return ngx_webrtc_put32(p, rtp->ssrc);
}
