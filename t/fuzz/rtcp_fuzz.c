
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_rtcp.h>
#include <proto/ngx_webrtc_rtcp_twcc.h>


static volatile uint32_t  sink;


static void
reports(const ngx_webrtc_rtcp_t *rtcp)
{
    ngx_uint_t                i;
    ngx_webrtc_rtcp_bye_t     bye;
    ngx_webrtc_rtcp_block_t   block;
    ngx_webrtc_rtcp_report_t  report;

    if (ngx_webrtc_rtcp_parse_report(rtcp, &report) == NGX_OK) {
        for (i = 0; i < report.nblocks; i++) {
            ngx_webrtc_rtcp_parse_block(&report, i, &block);
            sink = block.dlsr;
        }
    }

    if (ngx_webrtc_rtcp_parse_bye(rtcp, &bye) == NGX_OK) {
        for (i = 0; i < bye.nssrcs; i++) {
            sink = ngx_webrtc_rtcp_ssrc(bye.ssrcs, i);
        }

        for (i = 0; i < bye.reason.len; i++) {
            sink = bye.reason.data[i];
        }
    }
}


static void
feedback(const ngx_webrtc_rtcp_t *rtcp)
{
    uint8_t                   nr;
    uint16_t                  seq;
    uint32_t                  ssrc;
    ngx_uint_t                i;
    ngx_webrtc_twcc_t         twcc;
    ngx_webrtc_rtcp_fb_t      fb;
    ngx_webrtc_rtcp_nack_t    nack;
    ngx_webrtc_rtcp_remb_t    remb;
    ngx_webrtc_twcc_status_t  status;

    if (ngx_webrtc_rtcp_parse_fb(rtcp, &fb) != NGX_OK) {
        return;
    }

    /* whatever the kind says, each reader gets its turn */

    ngx_webrtc_rtcp_nack_init(&nack, &fb);
    while (ngx_webrtc_rtcp_nack_next(&nack, &seq) == NGX_OK) { sink = seq; }

    if (ngx_webrtc_rtcp_parse_remb(&fb, &remb) == NGX_OK) {
        for (i = 0; i < remb.nssrcs; i++) {
            sink = ngx_webrtc_rtcp_ssrc(remb.ssrcs, i);
        }
    }

    if (ngx_webrtc_twcc_init(&twcc, &fb) == NGX_OK) {
        while (ngx_webrtc_twcc_next(&twcc, &status) == NGX_OK) {
            sink = status.seq;
        }
    }

    while (ngx_webrtc_rtcp_fir_next(&fb, &ssrc, &nr) == NGX_OK) {
        sink = ssrc;
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char             *pos, *last;
    ngx_webrtc_rtcp_t   rtcp;

    pos = (u_char *) data;
    last = pos + size;

    (void) ngx_webrtc_rtcp_check(pos, last);

    while (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {
        reports(&rtcp);
        feedback(&rtcp);
    }

    return 0;
}
