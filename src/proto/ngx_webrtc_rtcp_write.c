
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_seq.h>
#include <proto/ngx_webrtc_rtcp.h>


#define ngx_webrtc_rtcp_fits(p, last, len)                                   \
    ((last) > (p) && (size_t) ((last) - (p)) >= (size_t) (len))


/* the header of a packet of "len" bytes, a multiple of 4 */

static u_char *
ngx_webrtc_rtcp_head(u_char *p, ngx_uint_t count, ngx_uint_t pt, size_t len)
{
    *p++ = (u_char) (0x80 | count);
    *p++ = (u_char) pt;

    return ngx_webrtc_put16(p, (uint32_t) (len / 4 - 1));
}


static u_char *
ngx_webrtc_rtcp_write_blocks(u_char *p, const ngx_webrtc_rtcp_block_t *blocks,
    ngx_uint_t n)
{
    int32_t     lost;
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {

        /* RFC 3550 6.4.1: the count sticks at its limits, it never wraps */

        lost = ngx_min(blocks[i].lost, 0x7fffff);
        lost = ngx_max(lost, -0x800000);

        p = ngx_webrtc_put32(p, blocks[i].ssrc);
        *p++ = blocks[i].fraction;
        p = ngx_webrtc_put24(p, (uint32_t) lost & 0xffffff);
        p = ngx_webrtc_put32(p, blocks[i].highest);
        p = ngx_webrtc_put32(p, blocks[i].jitter);
        p = ngx_webrtc_put32(p, blocks[i].lsr);
        p = ngx_webrtc_put32(p, blocks[i].dlsr);
    }

    return p;
}


u_char *
ngx_webrtc_rtcp_write_sr(u_char *p, u_char *last,
    const ngx_webrtc_rtcp_report_t *report,
    const ngx_webrtc_rtcp_block_t *blocks, ngx_uint_t n)
{
    size_t  len;

    len = 28 + 24 * n;

    if (n > NGX_WEBRTC_RTCP_BLOCKS_MAX || !ngx_webrtc_rtcp_fits(p, last, len))
    {
        return NULL;
    }

    p = ngx_webrtc_rtcp_head(p, n, 200, len);
    p = ngx_webrtc_put32(p, report->ssrc);
    p = ngx_webrtc_put64(p, report->ntp);
    p = ngx_webrtc_put32(p, report->timestamp);
    p = ngx_webrtc_put32(p, report->packets);
    p = ngx_webrtc_put32(p, report->octets);

    return ngx_webrtc_rtcp_write_blocks(p, blocks, n);
}


u_char *
ngx_webrtc_rtcp_write_rr(u_char *p, u_char *last, uint32_t ssrc,
    const ngx_webrtc_rtcp_block_t *blocks, ngx_uint_t n)
{
    size_t  len;

    len = 8 + 24 * n;

    if (n > NGX_WEBRTC_RTCP_BLOCKS_MAX || !ngx_webrtc_rtcp_fits(p, last, len))
    {
        return NULL;
    }

    p = ngx_webrtc_rtcp_head(p, n, 201, len);
    p = ngx_webrtc_put32(p, ssrc);

    return ngx_webrtc_rtcp_write_blocks(p, blocks, n);
}


u_char *
ngx_webrtc_rtcp_write_sdes(u_char *p, u_char *last, uint32_t ssrc,
    const ngx_str_t *cname)
{
    u_char  *end;
    size_t   len;

    /* the chunk ends with one zero byte at least, on a multiple of 4 */

    len = (8 + 2 + cname->len + 1 + 3) & ~(size_t) 3;

    if (cname->len > 255 || !ngx_webrtc_rtcp_fits(p, last, len)) {
        return NULL;
    }

    end = p + len;

    p = ngx_webrtc_rtcp_head(p, 1, 202, len);
    p = ngx_webrtc_put32(p, ssrc);
    *p++ = 1;
    *p++ = (u_char) cname->len;

    if (cname->len) {
        p = ngx_cpymem(p, cname->data, cname->len);
    }

    while (p < end) {
        *p++ = 0;
    }

    return p;
}


u_char *
ngx_webrtc_rtcp_write_bye(u_char *p, u_char *last, const uint32_t *ssrcs,
    ngx_uint_t n)
{
    size_t      len;
    ngx_uint_t  i;

    len = 4 + 4 * n;

    if (n > 31 || !ngx_webrtc_rtcp_fits(p, last, len)) {
        return NULL;
    }

    p = ngx_webrtc_rtcp_head(p, n, 203, len);

    for (i = 0; i < n; i++) {
        p = ngx_webrtc_put32(p, ssrcs[i]);
    }

    return p;
}


u_char *
ngx_webrtc_rtcp_write_nack(u_char *p, u_char *last, uint32_t sender,
    uint32_t media, const uint16_t *seqs, ngx_uint_t n, ngx_uint_t *written)
{
    u_char      *start;
    uint16_t     pid, blp;
    int32_t      diff;
    ngx_uint_t   i;

    *written = 0;

    if (n == 0 || !ngx_webrtc_rtcp_fits(p, last, 16)) {
        return NULL;
    }

    start = p;
    p = ngx_webrtc_put32(p + 4, sender);
    p = ngx_webrtc_put32(p, media);

    for (i = 0; i < n && last - p >= 4; /* void */ ) {
        pid = seqs[i++];
        blp = 0;

        for ( /* void */ ; i < n; i++) {
            diff = ngx_webrtc_seq16_diff(seqs[i], pid);

            if (diff < 0 || diff > 16) {
                break;
            }

            if (diff) {
                blp = (uint16_t) (blp | (1 << (diff - 1)));
            }
        }

        p = ngx_webrtc_put16(p, pid);
        p = ngx_webrtc_put16(p, blp);
    }

    ngx_webrtc_rtcp_head(start, 1, 205, p - start);
    *written = i;

    return p;
}


u_char *
ngx_webrtc_rtcp_write_pli(u_char *p, u_char *last, uint32_t sender,
    uint32_t media)
{
    if (!ngx_webrtc_rtcp_fits(p, last, 12)) {
        return NULL;
    }

    p = ngx_webrtc_rtcp_head(p, 1, 206, 12);
    p = ngx_webrtc_put32(p, sender);

    return ngx_webrtc_put32(p, media);
}


u_char *
ngx_webrtc_rtcp_write_fir(u_char *p, u_char *last, uint32_t sender,
    uint32_t media, uint8_t seq)
{
    if (!ngx_webrtc_rtcp_fits(p, last, 20)) {
        return NULL;
    }

    /* RFC 5104 4.3.1.2: the media source of the header is zero */

    p = ngx_webrtc_rtcp_head(p, 4, 206, 20);
    p = ngx_webrtc_put32(p, sender);
    p = ngx_webrtc_put32(p, 0);
    p = ngx_webrtc_put32(p, media);

    return ngx_webrtc_put32(p, (uint32_t) seq << 24);
}


u_char *
ngx_webrtc_rtcp_write_remb(u_char *p, u_char *last, uint32_t sender,
    uint64_t bitrate, const uint32_t *ssrcs, ngx_uint_t n)
{
    size_t      len;
    ngx_uint_t  i, exp;

    len = 20 + 4 * n;

    if (n > 255 || !ngx_webrtc_rtcp_fits(p, last, len)) {
        return NULL;
    }

    for (exp = 0; bitrate > 0x3ffff; exp++) {
        bitrate >>= 1;
    }

    p = ngx_webrtc_rtcp_head(p, 15, 206, len);
    p = ngx_webrtc_put32(p, sender);
    p = ngx_webrtc_put32(p, 0);
    p = ngx_cpymem(p, "REMB", 4);
    *p++ = (u_char) n;
    p = ngx_webrtc_put24(p, (uint32_t) ((exp << 18) | bitrate));

    for (i = 0; i < n; i++) {
        p = ngx_webrtc_put32(p, ssrcs[i]);
    }

    return p;
}
