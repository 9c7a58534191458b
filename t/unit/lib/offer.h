
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what browsers offer, and calls that are made with it */


#ifndef _NGX_WEBRTC_OFFER_H_INCLUDED_
#define _NGX_WEBRTC_OFFER_H_INCLUDED_


#include "lib/gateway.h"


#define OFFER_HEAD                                                           \
    "v=0\r\n"                                                                \
    "o=- 1 2 IN IP4 127.0.0.1\r\n"                                           \
    "s=-\r\n"                                                                \
    "t=0 0\r\n"

#define OFFER_TRANSPORT                                                      \
    "c=IN IP4 0.0.0.0\r\n"                                                   \
    "a=ice-ufrag:xxxx\r\n"                                                   \
    "a=ice-pwd:clientclientclientclient\r\n"                                 \
    "a=ice-options:trickle\r\n"                                              \
    "a=fingerprint:sha-256 00\r\n"                                           \
    "a=setup:actpass\r\n"

#define OFFER_VIDEO(direction)                                               \
    "m=video 9 UDP/TLS/RTP/SAVPF 98 99\r\n"                                  \
    OFFER_TRANSPORT                                                          \
    "a=mid:0\r\n"                                                            \
    "a=" direction "\r\n"                                                    \
    "a=msid:stream track\r\n"                                                \
    "a=rtcp-mux\r\n"                                                         \
    "a=rtpmap:98 VP8/90000\r\n"                                              \
    "a=rtcp-fb:98 goog-remb\r\n"                                             \
    "a=rtcp-fb:98 ccm fir\r\n"                                               \
    "a=rtcp-fb:98 nack\r\n"                                                  \
    "a=rtcp-fb:98 nack pli\r\n"                                              \
    "a=rtpmap:99 rtx/90000\r\n"                                              \
    "a=fmtp:99 apt=98\r\n"

#define OFFER_AUDIO(direction)                                               \
    "m=audio 9 UDP/TLS/RTP/SAVPF 109 0\r\n"                                  \
    OFFER_TRANSPORT                                                          \
    "a=mid:2\r\n"                                                            \
    "a=" direction "\r\n"                                                    \
    "a=msid:stream sound\r\n"                                                \
    "a=rtcp-mux\r\n"                                                         \
    "a=rtpmap:109 opus/48000/2\r\n"                                          \
    "a=fmtp:109 minptime=10;useinbandfec=1\r\n"                              \
    "a=rtpmap:0 PCMU/8000\r\n"

#define OFFER_APPLICATION                                                    \
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"                   \
    OFFER_TRANSPORT                                                          \
    "a=mid:1\r\n"                                                            \
    "a=sctp-port:5000\r\n"                                                   \
    "a=max-message-size:262144\r\n"

#define OFFER_MEDIA                                                          \
    OFFER_HEAD "a=group:BUNDLE 0\r\n" OFFER_VIDEO("sendrecv")

#define OFFER_PEERJS                                                         \
    OFFER_HEAD "a=group:BUNDLE 0 1\r\n"                                      \
    OFFER_VIDEO("sendrecv") OFFER_APPLICATION


/* a call in both directions, by the browser or by us */

static inline void
call_media(call_t *call, const ngx_webrtc_link_conf_t *conf,
    const char *offer)
{
    call_create(call, conf);
    call_browser(call);

    if (offer) {
        assert_null(call_answer(call, offer, NULL));

    } else {
        assert_null(call_offer_and_answer(call));
    }

    call_connect(call, "ready");
    assert_heard(call, "ready");
    assert_true(ngx_webrtc_link_is_open(call->link));
}


static inline void
call_end(call_t *call)
{
    call_destroy(call);
    scene_run(50);
    call_browser_cleanup(call);
}


#endif /* _NGX_WEBRTC_OFFER_H_INCLUDED_ */
