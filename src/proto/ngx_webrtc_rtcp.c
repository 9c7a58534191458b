
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_rtcp.h>


#define NGX_WEBRTC_RTCP_BLOCK_LEN   24
#define NGX_WEBRTC_RTCP_SENDER_LEN  20      /* of SR, after the SSRC */


static uint8_t ngx_webrtc_rtcp_kind(const ngx_webrtc_rtcp_t *rtcp);


ngx_int_t
ngx_webrtc_rtcp_next(u_char **pos, u_char *last, ngx_webrtc_rtcp_t *rtcp)
{
    u_char  *p;
    size_t   len;

    p = *pos;

    if (p == last) {
        return NGX_DONE;
    }

    if (last - p < 4 || (p[0] >> 6) != 2) {
        return NGX_ERROR;
    }

    len = 4 * ((size_t) ngx_webrtc_get16(p + 2) + 1);

    if ((size_t) (last - p) < len) {
        return NGX_ERROR;
    }

    rtcp->start = p;
    rtcp->pos = p + 4;
    rtcp->last = p + len;
    rtcp->count = p[0] & 0x1f;
    rtcp->pt = p[1];

    if (p[0] & 0x20) {

        /*
         * Only the last packet may be padded.  Senders of transport-wide
         * feedback pad by 1 to 3 bytes, so it is no multiple of 4.
         */

        if (rtcp->last != last
            || len == 4
            || last[-1] == 0
            || last[-1] > len - 4)
        {
            return NGX_ERROR;
        }

        rtcp->last -= last[-1];
    }

    rtcp->kind = ngx_webrtc_rtcp_kind(rtcp);

    *pos = p + len;

    return NGX_OK;
}


static uint8_t
ngx_webrtc_rtcp_kind(const ngx_webrtc_rtcp_t *rtcp)
{
    switch (rtcp->pt) {

    case 200:
        return NGX_WEBRTC_RTCP_SR;

    case 201:
        return NGX_WEBRTC_RTCP_RR;

    case 202:
        return NGX_WEBRTC_RTCP_SDES;

    case 203:
        return NGX_WEBRTC_RTCP_BYE;

    case 204:
        return NGX_WEBRTC_RTCP_APP;

    case 205:

        switch (rtcp->count) {

        case 1:
            return NGX_WEBRTC_RTCP_NACK;

        case 15:
            return NGX_WEBRTC_RTCP_TWCC;
        }

        break;

    case 206:

        switch (rtcp->count) {

        case 1:
            return NGX_WEBRTC_RTCP_PLI;

        case 4:
            return NGX_WEBRTC_RTCP_FIR;

        case 15:

            if (rtcp->last - rtcp->pos >= 12
                && ngx_memcmp(rtcp->pos + 8, "REMB", 4) == 0)
            {
                return NGX_WEBRTC_RTCP_REMB;
            }
        }

        break;

    case 207:
        return NGX_WEBRTC_RTCP_XR;
    }

    return NGX_WEBRTC_RTCP_OTHER;
}


ngx_int_t
ngx_webrtc_rtcp_check(u_char *pos, u_char *last)
{
    ngx_int_t          rc;
    ngx_webrtc_rtcp_t  rtcp;

    if (pos == last) {
        return NGX_ERROR;
    }

    do {
        rc = ngx_webrtc_rtcp_next(&pos, last, &rtcp);
    } while (rc == NGX_OK);

    return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
}


uint32_t
ngx_webrtc_rtcp_sender(const u_char *pos, const u_char *last)
{
    return (last - pos >= 8) ? ngx_webrtc_get32(pos + 4) : 0;
}


ngx_int_t
ngx_webrtc_rtcp_parse_report(const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_rtcp_report_t *report)
{
    u_char  *p;

    if (rtcp->kind != NGX_WEBRTC_RTCP_SR && rtcp->kind != NGX_WEBRTC_RTCP_RR) {
        return NGX_DECLINED;
    }

    p = rtcp->pos;

    if (rtcp->last - p < 4) {
        return NGX_ERROR;
    }

    report->ssrc = ngx_webrtc_get32(p);
    report->ntp = 0;
    report->timestamp = 0;
    report->packets = 0;
    report->octets = 0;
    p += 4;

    if (rtcp->kind == NGX_WEBRTC_RTCP_SR) {
        if (rtcp->last - p < NGX_WEBRTC_RTCP_SENDER_LEN) {
            return NGX_ERROR;
        }

        report->ntp = ngx_webrtc_get64(p);
        report->timestamp = ngx_webrtc_get32(p + 8);
        report->packets = ngx_webrtc_get32(p + 12);
        report->octets = ngx_webrtc_get32(p + 16);
        p += NGX_WEBRTC_RTCP_SENDER_LEN;
    }

    /* what follows the blocks is a profile's extension */

    if (rtcp->last - p < rtcp->count * NGX_WEBRTC_RTCP_BLOCK_LEN) {
        return NGX_ERROR;
    }

    report->nblocks = rtcp->count;
    report->blocks = p;

    return NGX_OK;
}


void
ngx_webrtc_rtcp_parse_block(const ngx_webrtc_rtcp_report_t *report,
    ngx_uint_t i, ngx_webrtc_rtcp_block_t *block)
{
    u_char  *p;

    p = report->blocks + i * NGX_WEBRTC_RTCP_BLOCK_LEN;

    block->ssrc = ngx_webrtc_get32(p);
    block->fraction = p[4];
    block->lost = (int32_t) ngx_webrtc_get24(p + 5);
    block->highest = ngx_webrtc_get32(p + 8);
    block->jitter = ngx_webrtc_get32(p + 12);
    block->lsr = ngx_webrtc_get32(p + 16);
    block->dlsr = ngx_webrtc_get32(p + 20);

    if (block->lost & 0x800000) {
        block->lost -= 0x1000000;
    }
}


ngx_int_t
ngx_webrtc_rtcp_parse_bye(const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_rtcp_bye_t *bye)
{
    u_char  *p;

    if (rtcp->kind != NGX_WEBRTC_RTCP_BYE) {
        return NGX_DECLINED;
    }

    if (rtcp->last - rtcp->pos < rtcp->count * 4) {
        return NGX_ERROR;
    }

    bye->ssrcs = rtcp->pos;
    bye->nssrcs = rtcp->count;
    ngx_str_null(&bye->reason);

    p = rtcp->pos + rtcp->count * 4;

    if (p < rtcp->last) {
        if (rtcp->last - p - 1 < *p) {
            return NGX_ERROR;
        }

        bye->reason.len = *p;
        bye->reason.data = p + 1;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_rtcp_parse_fb(const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_rtcp_fb_t *fb)
{
    size_t  len;

    if (rtcp->pt != 205 && rtcp->pt != 206) {
        return NGX_DECLINED;
    }

    if (rtcp->last - rtcp->pos < 8) {
        return NGX_ERROR;
    }

    fb->sender = ngx_webrtc_get32(rtcp->pos);
    fb->media = ngx_webrtc_get32(rtcp->pos + 4);
    fb->pos = rtcp->pos + 8;
    fb->last = rtcp->last;

    len = fb->last - fb->pos;

    switch (rtcp->kind) {

    case NGX_WEBRTC_RTCP_NACK:
        return (len && len % 4 == 0) ? NGX_OK : NGX_ERROR;

    case NGX_WEBRTC_RTCP_FIR:
        return (len && len % 8 == 0) ? NGX_OK : NGX_ERROR;

    default:
        return NGX_OK;
    }
}


void
ngx_webrtc_rtcp_nack_init(ngx_webrtc_rtcp_nack_t *nack,
    const ngx_webrtc_rtcp_fb_t *fb)
{
    nack->pos = fb->pos;
    nack->last = fb->last;
    nack->mask = 0;
    nack->pid = 0;
}


ngx_int_t
ngx_webrtc_rtcp_nack_next(ngx_webrtc_rtcp_nack_t *nack, uint16_t *seq)
{
    if (nack->mask == 0) {
        if (nack->last - nack->pos < 4) {
            return NGX_DONE;
        }

        nack->pid = ngx_webrtc_get16(nack->pos);
        nack->mask = ((uint32_t) ngx_webrtc_get16(nack->pos + 2) << 1) | 1;
        nack->pos += 4;
    }

    while ((nack->mask & 1) == 0) {
        nack->mask >>= 1;
        nack->pid++;
    }

    *seq = nack->pid++;
    nack->mask >>= 1;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_rtcp_fir_next(ngx_webrtc_rtcp_fb_t *fb, uint32_t *ssrc,
    uint8_t *seq)
{
    if (fb->last - fb->pos < 8) {
        return NGX_DONE;
    }

    *ssrc = ngx_webrtc_get32(fb->pos);
    *seq = fb->pos[4];

    fb->pos += 8;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_rtcp_parse_remb(const ngx_webrtc_rtcp_fb_t *fb,
    ngx_webrtc_rtcp_remb_t *remb)
{
    u_char      *p;
    uint64_t     mantissa;
    ngx_uint_t   exp;

    p = fb->pos;

    if (fb->last - p < 8 || ngx_memcmp(p, "REMB", 4) != 0) {
        return NGX_ERROR;
    }

    if (fb->last - p - 8 < p[4] * 4) {
        return NGX_ERROR;
    }

    exp = p[5] >> 2;
    mantissa = ngx_webrtc_get24(p + 5) & 0x3ffff;

    /* 18 + 46 bits still fit; a rate beyond is as good as the largest one */

    if (exp > 46) {
        remb->bitrate = mantissa ? UINT64_MAX : 0;

    } else {
        remb->bitrate = mantissa << exp;
    }

    remb->nssrcs = p[4];
    remb->ssrcs = p + 8;

    return NGX_OK;
}
