
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A connection as everybody may know it: what listings show and what the
 * shared zone keeps.  Strings belong to whoever made the struct.
 */


#ifndef _NGX_WEBRTC_INFO_H_INCLUDED_
#define _NGX_WEBRTC_INFO_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_random.h>
#include <proto/ngx_webrtc_codec.h>


/* channel, client and bundle ids: 1 to 255 bytes of UTF-8 */
#define NGX_WEBRTC_NAME_MAX     255

/*
 * The first byte of the ids of channels that are no business of Sora's API:
 * its listings and webhooks leave them out.  In UTF-8 there is no such byte.
 */
#define NGX_WEBRTC_NAME_PRIVATE  0xff

#define ngx_webrtc_name_is_private(name)                                     \
    ((name)->len && (name)->data[0] == NGX_WEBRTC_NAME_PRIVATE)


typedef enum {
    NGX_WEBRTC_SENDRECV = 0,
    NGX_WEBRTC_SENDONLY,
    NGX_WEBRTC_RECVONLY,
    NGX_WEBRTC_ROLES
} ngx_webrtc_role_e;


/* programs that front-ends tell apart; 0: any other */
#define NGX_WEBRTC_PROGRAMS     16


/* what went over a connection's transport since it began */

typedef struct {
    uint64_t                  received_bytes;       /* datagrams */
    uint64_t                  received_rtp;
    uint64_t                  received_payload;     /* bytes of it */
    uint64_t                  received_nacks;       /* numbers asked for */
    uint64_t                  received_key_frame_requests;
    uint64_t                  sent_bytes;
    uint64_t                  sent_rtp;
    uint64_t                  sent_payload;
    uint64_t                  sent_nacks;
    uint64_t                  sent_key_frame_requests;
    uint64_t                  lost;                 /* never came */
    uint64_t                  retransmitted;        /* by us */
    uint32_t                  round_trip;           /* us; 0: not known */
    uint32_t                  bit_rate;             /* of video, kbit/s */
} ngx_webrtc_traffic_t;


typedef struct {
    ngx_str_t                 channel_id;
    ngx_str_t                 client_id;
    ngx_str_t                 bundle_id;
    /* the object of codec parameters as JSON text, empty when there is none */
    ngx_str_t                 video_params;

    u_char                    connection_id[NGX_WEBRTC_ID_LEN];
    u_char                    session_id[NGX_WEBRTC_ID_LEN];

    uint64_t                  created_time;     /* us since 1970 */
    ngx_webrtc_role_e         role;

    ngx_webrtc_codec_e        audio_codec;
    ngx_webrtc_codec_e        video_codec;
    uint32_t                  audio_bit_rate;   /* kbit/s; 0: not given */
    uint32_t                  video_bit_rate;   /* kbit/s */

    uint8_t                   program;

    /* as it was when somebody measured last */
    ngx_webrtc_traffic_t      traffic;

    unsigned                  audio:1;
    unsigned                  video:1;
    unsigned                  simulcast:1;
    unsigned                  spotlight:1;
} ngx_webrtc_connection_info_t;


#endif /* _NGX_WEBRTC_INFO_H_INCLUDED_ */
