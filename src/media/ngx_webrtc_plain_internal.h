
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of a sender of plain RTP share */


#ifndef _NGX_WEBRTC_PLAIN_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_PLAIN_INTERNAL_H_INCLUDED_


#include <media/ngx_webrtc_media.h>


/* reports of receivers that are passed on at once, and how often */
#define NGX_WEBRTC_PLAIN_REPORTS    8
#define NGX_WEBRTC_PLAIN_INTERVAL   (100 * NGX_WEBRTC_MSEC)


typedef struct {
    uint32_t                  ssrc;     /* of the one who reports */
    ngx_webrtc_rtcp_block_t   block;    /* in the sender's numbers */
} ngx_webrtc_plain_report_t;


/*
 * Owns its peer, and so its source.  A run is what comes under one SSRC
 * without a jump; the track's numbers and timestamps go on from run to run.
 */

struct ngx_webrtc_plain_s {
    ngx_webrtc_peer_t        *peer;
    ngx_webrtc_source_t      *source;
    ngx_webrtc_plain_rtcp_pt  handler;
    void                     *data;
    ngx_str_t                 cname;

    /* of this run: the track's minus the sender's */
    uint64_t                  base;
    uint32_t                  timestamp_offset;

    /* of the newest packet, as it came */
    uint32_t                  timestamp;
    uint16_t                  seq;
    ngx_webrtc_usec_t         arrived;

    uint16_t                  stale;        /* goes on with a late packet */
    uint32_t                  replaced;     /* the SSRC before this one */

    ngx_uint_t                nreports;
    ngx_webrtc_usec_t         passed;       /* the last time */
    ngx_webrtc_plain_report_t reports[NGX_WEBRTC_PLAIN_REPORTS];

    unsigned                  begun:1;
    unsigned                  was_replaced:1;
    unsigned                  sends:1;      /* since the last report */
};


#define ngx_webrtc_plain_track(plain)   (&(plain)->source->tracks[0])


#endif /* _NGX_WEBRTC_PLAIN_INTERNAL_H_INCLUDED_ */
