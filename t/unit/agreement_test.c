
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <peer/ngx_webrtc_agreement.h>

#include "fixture.h"
#include "hostile.h"


/*
 * Covers
 *     ngx_webrtc_agreement.c
 *     ngx_webrtc_agreement_answer.c
 *     ngx_webrtc_agreement_codec.c
 *     ngx_webrtc_agreement_offer.c
 *     ngx_webrtc_agreement_write.c
 *
 * The fixtures are offers and answers of Chromium 156 with skyway-js 4.4.5
 * and PeerJS 1.5.5.
 */


#define SIZE       65536
#define LINES      32

#define FP         "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF" \
                   ":00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"


static ngx_pool_t                      *pool;
static ngx_webrtc_agreement_t           ours;
static ngx_webrtc_negotiation_params_t  params;
static ngx_webrtc_addr_t                addr;

/* the last text that we have written, and its parsed form */

static u_char                           text[SIZE];
static ngx_webrtc_sdp_t                 sdp;
static ngx_webrtc_sdp_section_t         sections[LINES];

static const char                      *reason;
static uint32_t                         seed;


static ngx_int_t
test_random(void *data, u_char *buf, size_t len)
{
    size_t  i;

    (void) data;

    for (i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        buf[i] = (u_char) (seed >> 24);
    }

    return NGX_OK;
}


static int
setup(void **state)
{
    static const u_char  v4[4] = { 192, 0, 2, 10 };

    (void) state;

    pool = ngx_create_pool(4096, NULL);
    seed = 1;

    memset(&params, 0, sizeof(params));
    memset(&addr, 0, sizeof(addr));

    ngx_webrtc_addr_set_v4(&addr, v4, 40000);

    ngx_str_set(&params.ufrag, "abcd1234");
    ngx_str_set(&params.pwd, "abcdefghijklmnopqrstuvwx");
    ngx_str_set(&params.fingerprint, FP);
    params.setup = NGX_WEBRTC_SDP_SETUP_ACTPASS;
    params.candidates = &addr;
    params.ncandidates = 1;
    params.max_sections = 16;
    params.max_message = 262144;
    params.random = test_random;
    params.ice_lite = 1;

    assert_int_equal(ngx_webrtc_agreement_init(&ours, pool, &params), NGX_OK);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    ngx_webrtc_agreement_cleanup(&ours);
    ngx_destroy_pool(pool);

    return 0;
}


/* with other parameters */

static void
again(void)
{
    ngx_webrtc_agreement_cleanup(&ours);
    assert_int_equal(ngx_webrtc_agreement_init(&ours, pool, &params), NGX_OK);
}


static void
want(ngx_webrtc_agreement_media_t *media, ngx_uint_t codec, unsigned send,
    unsigned receive)
{
    ngx_uint_t  video;

    video = (media == &ours.video);

    media->codec = codec;
    media->ssrc = video ? 2000 : 1000;
    media->rtx_ssrc = video ? 2001 : 0;
    media->wanted = 1;
    media->send = send;
    media->receive = receive;
}


static void
parse_ours(ngx_webrtc_text_t *t)
{
    *t->pos = '\0';

    assert_int_equal(ngx_webrtc_sdp_parse(&sdp, t->start, t->pos, sections,
                                          LINES),
                     NGX_OK);
}


static void
write_answer(void)
{
    size_t             size;
    ngx_webrtc_text_t  t;

    size = ngx_webrtc_agreement_size(&ours);
    assert_true(size < SIZE);

    ngx_webrtc_text_init(&t, text, text + size);

    reason = NULL;
    assert_int_equal(ngx_webrtc_agreement_write_answer(&ours, &t, &reason),
                     NGX_OK);
    assert_null(reason);

    parse_ours(&t);
}


static void
write_offer(void)
{
    size_t             size;
    ngx_webrtc_text_t  t;

    size = ngx_webrtc_agreement_size(&ours);
    assert_true(size < SIZE);

    ngx_webrtc_text_init(&t, text, text + size);

    reason = NULL;
    assert_int_equal(ngx_webrtc_agreement_write_offer(&ours, &t, &reason),
                     NGX_OK);
    assert_null(reason);

    parse_ours(&t);
}


static ngx_int_t
read_text(const char *offer, ngx_uint_t answer)
{
    size_t      len;
    u_char     *copy;
    ngx_int_t   rc;

    len = strlen(offer);
    copy = malloc(len ? len : 1);
    memcpy(copy, offer, len);

    reason = NULL;

    rc = answer ? ngx_webrtc_agreement_read_answer(&ours, copy, copy + len,
                                                   &reason)
                : ngx_webrtc_agreement_read_offer(&ours, copy, copy + len,
                                                  &reason);

    assert_true((rc == NGX_OK) == (reason == NULL));

    /* nothing may lead into what was read */

    memset(copy, 'x', len);
    free(copy);

    return rc;
}


/* a fixture, in which each "from" of the pairs becomes "to"; free() it */

static char *
fixture(const char *name, const char *const *changes)
{
    char    *p, *q, *out, *data;
    size_t   len;

    data = (char *) fixture_read(name, &len);
    out = malloc(2 * len + 4096);
    memcpy(out, data, len);
    out[len] = '\0';
    free(data);

    for ( /* void */ ; changes && changes[0]; changes += 2) {

        for (p = strstr(out, changes[0]);
             p;
             p = strstr(p + strlen(changes[1]), changes[0]))
        {
            q = p + strlen(changes[0]);
            memmove(p + strlen(changes[1]), q, strlen(q) + 1);
            memcpy(p, changes[1], strlen(changes[1]));
        }
    }

    return out;
}


static ngx_int_t
read_offer(const char *name, const char *const *changes)
{
    char       *offer;
    ngx_int_t   rc;

    offer = fixture(name, changes);
    rc = read_text(offer, 0);
    free(offer);

    return rc;
}


/* one that is refused must not change anything */

static void
refuses_offer(const char *name, const char *const *changes, const char *why)
{
    ngx_webrtc_agreement_t  before;

    before = ours;
    assert_int_equal(read_offer(name, changes), NGX_ERROR);
    assert_string_equal(reason, why);
    assert_memory_equal(&before, &ours, sizeof(before));
}


static ngx_int_t
answered(const char *name, const char *const *changes)
{
    char       *answer;
    ngx_int_t   rc;

    answer = fixture(name, changes);
    rc = read_text(answer, 1);
    free(answer);

    return rc;
}


static ngx_uint_t
says(const char *line)
{
    return strstr((char *) text, line) != NULL;
}


static ngx_uint_t
is(const ngx_str_t *str, const char *value)
{
    return str->len == strlen(value)
           && memcmp(str->data, value, str->len) == 0;
}


static void
test_skyway_calls_with_media(void **state)
{
    (void) state;

    assert_int_equal(read_offer("skyway-media-offer.sdp", NULL), NGX_OK);
    assert_true(ours.audio.present);
    assert_true(ours.video.present);
    assert_false(ours.data.present);
    assert_int_equal(ours.audio.direction, NGX_WEBRTC_SDP_SENDRECV);
    assert_null(ours.remote);

    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_H264, 1, 1);
    ours.video.bit_rate = 1500;

    write_answer();

    /* the m-lines, mids and payload types of the offer */

    assert_int_equal(sdp.nsections, 2);
    assert_true(sdp.ice_lite);
    assert_int_equal(sections[0].kind, NGX_WEBRTC_SDP_VIDEO);
    assert_int_equal(sections[1].kind, NGX_WEBRTC_SDP_AUDIO);
    assert_true(is(&sections[0].mid, "0"));
    assert_true(is(&sections[1].mid, "1"));
    assert_true(says("a=group:BUNDLE 0 1\r\n"));
    assert_true(says("m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\n"));
    assert_true(says("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
    assert_true(says("a=fmtp:108 level-asymmetry-allowed=1;"
                     "packetization-mode=1;profile-level-id=42e01f\r\n"));
    assert_true(says("a=fmtp:109 apt=108\r\n"));
    assert_true(says("a=rtpmap:111 opus/48000/2\r\n"));

    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_SENDRECV);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_SENDRECV);
    assert_true(sections[0].rtcp_mux && sections[1].rtcp_mux);
    assert_true(sections[0].bundled && sections[1].bundled);
    assert_int_equal(sections[0].transport.setup,
                     NGX_WEBRTC_SDP_SETUP_PASSIVE);
    assert_int_equal(sections[0].bandwidth, 1500000);
    assert_int_equal(sections[1].bandwidth, 0);

    /* one stream of two tracks, with the ids of the offer's extensions */

    assert_int_equal(sections[0].stream.len, 16);
    assert_memory_equal(sections[0].stream.data, sections[1].stream.data, 16);
    assert_int_equal(sections[0].ssrcs[0].ssrc, 2000);
    assert_int_equal(sections[0].ssrc_groups[0].ssrc[1], 2001);
    assert_int_equal(sections[1].ssrcs[0].ssrc, 1000);
    assert_int_equal(sections[1].nssrcs, 1);
    assert_true(says("a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"));
    assert_true(says("a=extmap:14 "
                     "urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"));
    assert_false(says("toffset"));
    assert_false(says("rtp-stream-id"));
    assert_true(says("a=rtcp-fb:108 nack pli\r\n"));
    assert_true(says("a=rtcp-fb:108 transport-cc\r\n"));
    assert_true(says("a=rtcp-fb:111 transport-cc\r\n"));

    /* candidates once, and that there are no more */

    assert_int_equal(sdp.ncandidates, 1);
    assert_int_equal(sdp.candidates[0].section, 0);

    /* what was agreed */

    assert_true(ours.audio.accepted && ours.video.accepted);
    assert_true(ours.video.sends && ours.video.receives);
    assert_int_equal(ours.video.pt, 108);
    assert_int_equal(ours.video.rtx_pt, 109);
    assert_true(ours.video.rtx);
    assert_int_equal(ours.video.feedback, NGX_WEBRTC_NEGOTIATION_VIDEO_FB);
    assert_int_equal(ours.video.remote_ssrc, 478867780);
    assert_int_equal(ours.video.remote_rtx_ssrc, 3789967930);
    assert_int_equal(ours.audio.remote_ssrc, 2675541708);
    assert_int_equal(ours.audio.pt, 111);
    assert_false(ours.audio.rtx);
    assert_true(is(&ours.video.mid, "0"));
    assert_true(is(&ours.audio.mid, "1"));
    assert_int_equal(ours.exts.ids[NGX_WEBRTC_EXT_MID], 9);
    assert_int_equal(ours.exts.ids[NGX_WEBRTC_EXT_TWCC], 4);
    assert_int_equal(ours.exts.ids[NGX_WEBRTC_EXT_AUDIO_LEVEL], 14);
    assert_non_null(ours.remote);
    assert_true(is(&ours.remote->ufrag, "wCsg"));
    assert_true(is(&ours.remote->pwd, "mmEHUZPFS+ucR1u2X6mTVqXe"));
    assert_int_equal(ours.remote->setup, NGX_WEBRTC_SDP_SETUP_ACTIVE);
    assert_int_equal(ours.remote->nfingerprints, 1);
}


static void
test_data_is_accepted(void **state)
{
    (void) state;

    assert_int_equal(read_offer("peerjs-data-offer.sdp", NULL), NGX_OK);
    assert_true(ours.data.present);
    assert_false(ours.audio.present);

    ours.data.wanted = 1;
    write_answer();

    assert_int_equal(sdp.nsections, 1);
    assert_true(says("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
    assert_true(says("a=group:BUNDLE 0\r\n"));
    assert_true(says("a=sctp-port:5000\r\n"));
    assert_true(says("a=max-message-size:262144\r\n"));

    assert_true(ours.data.accepted);
    assert_int_equal(ours.data.sctp_port, 5000);
    assert_int_equal(ours.data.max_message_size, 262144);
    assert_true(is(&ours.data.mid, "0"));
}


/* the mids of our offer, as they were when the fixture was recorded */

static ngx_int_t
read_answer(const char *name, const char *from, const char *to)
{
    char        mids[3][64];
    ngx_uint_t  i;

    const char  *changes[] = {
        "audio_08M0Rk", mids[0], "video_jHuSkb", mids[1],
        "data_pZFUeo", mids[2], from, to, NULL
    };

    for (i = 0; i < 3; i++) {
        snprintf(mids[i], sizeof(mids[i]), "%.*s",
                 i < sdp.nsections ? (int) sections[i].mid.len : 1,
                 i < sdp.nsections ? (char *) sections[i].mid.data : "x");
    }

    return answered(name, changes);
}


static void
offer_both(ngx_uint_t video)
{
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, video, 1, 1);
    write_offer();
}


static void
test_receivers_are_only_sent_to(void **state)
{
    (void) state;

    assert_int_equal(read_offer("skyway-receive-video-offer.sdp", NULL),
                     NGX_OK);
    assert_int_equal(ours.video.direction, NGX_WEBRTC_SDP_RECVONLY);

    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 0, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);
    ours.video.bit_rate = 500;
    write_answer();

    assert_int_equal(sections[0].kind, NGX_WEBRTC_SDP_AUDIO);
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(sections[0].stream.len, 0);
    assert_int_equal(sections[0].nssrcs, 0);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(sections[1].nssrcs, 2);

    /* nobody sends to us, there is no limit to tell */

    assert_int_equal(sections[1].bandwidth, 0);

    assert_true(ours.audio.accepted);
    assert_false(ours.audio.sends || ours.audio.receives);
    assert_true(ours.video.sends);
    assert_false(ours.video.receives);
    assert_int_equal(ours.video.remote_ssrc, 0);
}


static void
test_codecs_are_taken_as_they_are_offered(void **state)
{
    (void) state;

    /* PCMU alone, and H264 without repair although there is an FID group */

    assert_int_equal(read_offer("skyway-media-tuned-offer.sdp", NULL),
                     NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_PCMU, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_H264, 1, 1);
    write_answer();

    assert_true(says("m=video 9 UDP/TLS/RTP/SAVPF 108\r\n"));
    assert_true(says("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"));
    assert_true(says("a=rtpmap:0 PCMU/8000\r\n"));
    assert_false(says("a=fmtp:0"));
    assert_false(says("a=ssrc-group"));
    assert_false(ours.video.rtx);
    assert_int_equal(ours.video.remote_ssrc, 2228131618);
    assert_int_equal(ours.video.remote_rtx_ssrc, 0);
    assert_int_equal(ours.audio.remote_ssrc, 2439630319);
}


static void
test_every_codec_has_its_format(void **state)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t   codec;
        const char  *line;
        const char  *format;

    } codecs[] = {
        { NGX_WEBRTC_CODEC_VP8, "SAVPF 96 97\r\n", "a=rtpmap:96 VP8/90000" },
        { NGX_WEBRTC_CODEC_VP9, "SAVPF 98 99\r\n",
          "a=fmtp:98 profile-id=0\r\n" },
        { NGX_WEBRTC_CODEC_AV1, "SAVPF 45 46\r\n",
          "a=fmtp:45 level-idx=5;profile=0;tier=0\r\n" },
        { NGX_WEBRTC_CODEC_H264, "SAVPF 108 109\r\n",
          "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;"
          "profile-level-id=42e01f\r\n" },

        /* whatever the remote likes best */

        { NGX_WEBRTC_CODEC_NONE, "SAVPF 96 97\r\n", "a=rtpmap:96 VP8/90000" }
    };

    (void) state;

    for (i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        again();
        assert_int_equal(read_offer("skyway-receive-offer.sdp", NULL),
                         NGX_OK);
        want(&ours.video, codecs[i].codec, 1, 0);
        write_answer();

        assert_true(says(codecs[i].line));
        assert_true(says(codecs[i].format));
        assert_true(ours.video.sends);
    }

    assert_int_equal(ours.video.codec, NGX_WEBRTC_CODEC_VP8);
}


static void
test_the_best_h264_is_taken(void **state)
{
    ngx_uint_t  i;

    static const char *const  no_modes[] = {
        "packetization-mode=1", "packetization-mode=0", NULL
    };
    static const char *const  no_constrained[] = {
        "42e01f", "640c1f", NULL
    };
    static const char *const  bare[] = {
        "level-asymmetry-allowed=1;packetization-mode=1;"
        "profile-level-id=42e01f", "x=1", NULL
    };
    static const char *const  odd[] = { "42e01f", "4g?01f", NULL };

    static const struct {
        const char         *fmtp;
        const char *const  *changes;
        const char         *format;

    } offers[] = {

        /* another profile that is asked for */

        { "packetization-mode=1;profile-level-id=4d001f", NULL,
          "a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;"
          "profile-level-id=4d001f\r\n" },
        { "packetization-mode=0;profile-level-id=42e01f", NULL,
          "a=fmtp:114 level-asymmetry-allowed=1;packetization-mode=0;"
          "profile-level-id=42e01f\r\n" },

        /* none like it: the plainest */

        { "packetization-mode=1;profile-level-id=640032", NULL, "a=fmtp:108" },
        { "", no_constrained, "a=fmtp:102" },

        /* no mode like ours: the profile decides */

        { "", no_modes, "a=fmtp:108 level-asymmetry-allowed=1;"
                        "packetization-mode=0;" },

        /* a profile that is not there is not invented */

        { "packetization-mode=0", bare,
          "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=0\r\n" },
        { "", odd, "a=fmtp:108 level-asymmetry-allowed=1;"
                   "packetization-mode=1\r\n" }
    };

    (void) state;

    for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        again();
        assert_int_equal(read_offer("skyway-media-offer.sdp",
                                    offers[i].changes),
                         NGX_OK);

        want(&ours.video, NGX_WEBRTC_CODEC_H264, 1, 1);
        ours.video.fmtp.data = (u_char *) offers[i].fmtp;
        ours.video.fmtp.len = strlen(offers[i].fmtp);
        write_answer();

        assert_true(says(offers[i].format));
    }
}


static void
test_a_codec_that_is_not_there_ends_its_section_only(void **state)
{
    static const char *const  other_profile[] = {
        "profile-id=0", "profile-id=1", NULL
    };

    (void) state;

    assert_int_equal(read_offer("skyway-media-offer.sdp", NULL), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_H265, 1, 1);
    write_answer();

    assert_true(says("a=group:BUNDLE 1\r\n"));
    assert_true(says("m=video 0 UDP/TLS/RTP/SAVPF 0\r\n"
                     "c=IN IP4 0.0.0.0\r\na=mid:0\r\na=inactive\r\n"));
    assert_int_equal(sdp.candidates[0].section, 1);
    assert_true(ours.video.present);
    assert_false(ours.video.accepted || ours.video.sends);
    assert_true(ours.audio.accepted);

    /* profiles of VP9 do not mix */

    again();
    assert_int_equal(read_offer("skyway-media-offer.sdp", other_profile),
                     NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_PCMA, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP9, 1, 1);
    write_answer();

    assert_false(ours.video.accepted);
    assert_int_equal(ours.audio.pt, 8);
}


static void
test_a_call_without_anything_in_common_fails(void **state)
{
    ngx_webrtc_text_t  t;

    static const char *const  no_opus[] = { "opus/48000/2", "opus/48000",
                                            NULL };

    (void) state;

    assert_int_equal(read_offer("skyway-audio-offer.sdp", no_opus), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);

    ngx_webrtc_text_init(&t, text, text + SIZE);
    assert_int_equal(ngx_webrtc_agreement_write_answer(&ours, &t, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "ALL-REJECTED");
    assert_null(ours.remote);

    /* the offer is still there */

    ours.audio.codec = NGX_WEBRTC_CODEC_PCMU;
    write_answer();
    assert_true(ours.audio.sends);
}


static void
test_what_is_not_wanted_stays_inactive(void **state)
{
    (void) state;

    assert_int_equal(read_offer("peerjs-media-offer.sdp", NULL), NGX_OK);
    assert_true(ours.data.present);

    ours.video.codec = NGX_WEBRTC_CODEC_H264;
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    write_answer();

    assert_int_equal(sdp.nsections, 3);
    assert_int_equal(sections[1].port, 9);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(sections[1].nssrcs, 0);
    assert_true(says("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
    assert_true(says("a=group:BUNDLE 0 1\r\n"));

    /* with its extensions, or a browser would not offer them again */

    assert_int_equal(sections[1].extmaps[0].id, 4);
    assert_false(ours.video.sends || ours.video.receives);
    assert_int_equal(ours.video.codec, NGX_WEBRTC_CODEC_H264);
    assert_false(ours.data.accepted);

    /* of the next offer it is taken */

    assert_int_equal(read_offer("peerjs-media-offer.sdp", NULL), NGX_OK);
    want(&ours.video, NGX_WEBRTC_CODEC_H264, 1, 0);
    ours.data.wanted = 1;
    write_answer();

    assert_true(ours.video.sends);
    assert_true(says("m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\n"));
    assert_true(ours.data.accepted);
    assert_true(is(&ours.data.mid, "2"));
    assert_true(says("a=group:BUNDLE 0 1 2\r\n"));
}


static void
test_a_media_call_has_a_data_channel(void **state)
{
    (void) state;

    assert_int_equal(read_offer("peerjs-send-only-offer.sdp", NULL), NGX_OK);

    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 0, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 0, 1);
    ours.data.wanted = 1;
    write_answer();

    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_int_equal(sections[2].kind, NGX_WEBRTC_SDP_APPLICATION);
    assert_int_equal(sections[2].port, 9);
    assert_true(ours.data.accepted);
}


static void
test_roles_of_dtls(void **state)
{
    ngx_uint_t  i;

    static const char *const  active[] = { "actpass", "active", NULL };
    static const char *const  passive[] = { "actpass", "passive", NULL };

    static const struct {
        const char *const       *changes;
        ngx_webrtc_sdp_setup_e   own;
        ngx_webrtc_sdp_setup_e   answer;    /* NONE: refused */

    } roles[] = {
        { NULL, NGX_WEBRTC_SDP_SETUP_ACTPASS, NGX_WEBRTC_SDP_SETUP_PASSIVE },
        { NULL, NGX_WEBRTC_SDP_SETUP_PASSIVE, NGX_WEBRTC_SDP_SETUP_PASSIVE },
        { NULL, NGX_WEBRTC_SDP_SETUP_ACTIVE, NGX_WEBRTC_SDP_SETUP_ACTIVE },
        { active, NGX_WEBRTC_SDP_SETUP_ACTPASS,
          NGX_WEBRTC_SDP_SETUP_PASSIVE },
        { passive, NGX_WEBRTC_SDP_SETUP_ACTPASS,
          NGX_WEBRTC_SDP_SETUP_ACTIVE },
        { active, NGX_WEBRTC_SDP_SETUP_ACTIVE, NGX_WEBRTC_SDP_SETUP_NONE },
        { passive, NGX_WEBRTC_SDP_SETUP_PASSIVE, NGX_WEBRTC_SDP_SETUP_NONE }
    };

    (void) state;

    for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        params.setup = roles[i].own;
        again();

        if (roles[i].answer == NGX_WEBRTC_SDP_SETUP_NONE) {
            refuses_offer("skyway-data-offer.sdp", roles[i].changes,
                          "BAD-SETUP");
            continue;
        }

        assert_int_equal(read_offer("skyway-data-offer.sdp",
                                    roles[i].changes),
                         NGX_OK);
        ours.data.wanted = 1;
        write_answer();

        assert_int_equal(sections[0].transport.setup, roles[i].answer);
        assert_int_equal(ours.remote->setup,
                         roles[i].answer == NGX_WEBRTC_SDP_SETUP_ACTIVE
                         ? NGX_WEBRTC_SDP_SETUP_PASSIVE
                         : NGX_WEBRTC_SDP_SETUP_ACTIVE);
    }
}


static void
test_full_ice_tells_its_candidates_later(void **state)
{
    (void) state;

    params.ice_lite = 0;
    params.ncandidates = 0;
    again();

    assert_int_equal(read_offer("skyway-data-offer.sdp", NULL), NGX_OK);
    ours.data.wanted = 1;
    write_answer();

    assert_false(sdp.ice_lite);
    assert_true(says("a=ice-options:trickle\r\n"));
    assert_false(says("a=candidate"));
    assert_false(says("a=end-of-candidates"));
}


static void
test_the_transport_may_stand_in_the_session(void **state)
{
    static const char *const  changes[] = {
        "a=ice-ufrag:43PO\r\n", "",
        "a=ice-pwd:78o2JhpcOZjQeCyLR3wpqoOK\r\n", "",
        "a=setup:actpass\r\n", "",
        "a=group:BUNDLE 0\r\n",
        "a=ice-ufrag:frag\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
        "a=setup:actpass\r\n",
        "a=mid:0\r\n",
        "a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
        ":00:11:22:33\r\n"
        "a=fingerprint:" FP "\r\n",
        NULL
    };

    (void) state;

    /* without BUNDLE and mid, which a single section needs not */

    assert_int_equal(read_offer("peerjs-data-offer.sdp", changes), NGX_OK);
    ours.data.wanted = 1;
    write_answer();

    assert_false(says("a=group"));
    assert_false(says("a=mid"));
    assert_true(is(&ours.remote->ufrag, "frag"));
    assert_int_equal(ours.remote->nfingerprints, 2);
    assert_int_equal(ours.data.mid.len, 0);
}


#define HEAD       "v=0\r\no=x 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
#define TRANSPORT  "a=fingerprint:" FP "\r\na=setup:actpass\r\n"
#define ICE(frag)  "a=ice-ufrag:" frag "\r\n" \
                   "a=ice-pwd:" frag "abcdefghijklmnopqrstuvwx\r\n"
#define AUDIO      "UDP/TLS/RTP/SAVPF 109\r\na=rtcp-mux\r\n" \
                   "a=rtpmap:109 opus/48000/2\r\n"
#define VIDEO      "UDP/TLS/RTP/SAVPF 120\r\na=rtcp-mux\r\n" \
                   "a=rtpmap:120 VP8/90000\r\n"
#define DATA       "UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n"


/* each section has a transport of its own until the bundle is agreed on */

static void
test_sections_that_are_offered_for_the_bundle_only(void **state)
{
    static const char  offer[] =
        HEAD "a=group:BUNDLE 0 1 2\r\n" TRANSPORT
        "m=audio 9 " AUDIO "a=mid:0\r\n" ICE("frag1")
        "m=video 9 " VIDEO "a=mid:1\r\n" ICE("frag2")
        "m=application 0 " DATA "a=mid:2\r\na=bundle-only\r\n";

    (void) state;

    assert_int_equal(read_text(offer, 0), NGX_OK);

    want(&ours.audio, NGX_WEBRTC_CODEC_PCMU, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);
    ours.data.wanted = 1;
    write_answer();

    /* the first that is taken has the transport */

    assert_false(ours.audio.accepted);
    assert_true(ours.video.accepted && ours.data.accepted);
    assert_int_equal(sections[2].port, 9);
    assert_true(is(&ours.remote->ufrag, "frag2"));

    /* that may be one which does not name it */

    again();
    assert_int_equal(read_text(offer, 0), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_PCMU, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_H264, 1, 1);
    ours.data.wanted = 1;
    write_answer();

    assert_false(ours.audio.accepted || ours.video.accepted);
    assert_true(ours.data.accepted);
    assert_true(is(&ours.remote->ufrag, "frag2"));
}


static void
test_further_sections(void **state)
{
    static const char  offer[] =
        HEAD "a=group:BUNDLE a b c d e\r\n" TRANSPORT ICE("frag")
        "m=text 9 RTP/SAVPF 98\r\na=mid:a\r\na=rtpmap:98 t140/1000\r\n"
        "m=video 9 " VIDEO "a=mid:b\r\na=recvonly\r\n"
        "m=video 9 " VIDEO "a=mid:c\r\n"
        "m=audio 9 RTP/AVP 0\r\na=mid:d\r\na=rtcp-mux\r\n"
        "m=application 9 DTLS/SCTP 5000\r\na=mid:e\r\n"
        "m=audio 9 " AUDIO "a=mid:f\r\n";

    (void) state;

    assert_int_equal(read_text(offer, 0), NGX_OK);
    assert_true(ours.video.present);
    assert_false(ours.audio.present || ours.data.present);

    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);
    ours.data.wanted = 1;
    write_answer();

    /* where the remote sends; the other one goes on without anything */

    assert_true(says("m=text 0 RTP/SAVPF 98\r\n"));
    assert_true(says("m=video 9 UDP/TLS/RTP/SAVPF 120\r\n"));
    assert_true(says("m=audio 0 RTP/AVP 0\r\n"));
    assert_true(says("m=application 0 DTLS/SCTP 5000\r\n"));
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(sections[2].direction, NGX_WEBRTC_SDP_SENDRECV);
    assert_int_equal(sections[5].port, 0);
    assert_true(says("a=group:BUNDLE b c\r\n"));
    assert_true(is(&ours.video.mid, "c"));
    assert_int_equal(sdp.candidates[0].section, 1);

    /* and all of them are in an offer of ours */

    write_offer();

    assert_int_equal(sdp.nsections, 8);
    assert_true(says("a=group:BUNDLE b c audio_"));
    assert_true(says("m=text 0 "));
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(sections[1].codecs[0].pt, 120);
    assert_int_equal(sections[2].direction, NGX_WEBRTC_SDP_SENDRECV);
    assert_int_equal(sections[3].port, 0);
    assert_int_equal(sections[4].port, 0);
    assert_int_equal(sections[6].kind, NGX_WEBRTC_SDP_AUDIO);
    assert_int_equal(sections[7].kind, NGX_WEBRTC_SDP_APPLICATION);
}


static void
test_ids_mean_the_same_in_all_the_bundle(void **state)
{
    static const char  offer[] =
        HEAD "a=group:BUNDLE 0 1\r\n" TRANSPORT ICE("frag")
        "m=audio 9 " AUDIO "a=mid:0\r\n"
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
        "a=extmap:3/recvonly urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
        "a=extmap:15 http://www.ietf.org/id/"
            "draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
        "a=rtcp-fb:109 transport-cc\r\n"
        "m=video 9 " VIDEO "a=mid:1\r\n"
        "a=extmap:1 urn:3gpp:video-orientation\r\n"
        "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
        "a=rtcp-fb:120 transport-cc\r\na=rtcp-fb:120 nack\r\n";

    static const char  clash[] =
        HEAD "a=group:BUNDLE 0 1\r\n" TRANSPORT ICE("frag")
        "m=audio 9 " AUDIO "a=mid:0\r\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 109\r\na=mid:1\r\na=rtcp-mux\r\n"
        "a=rtpmap:109 VP8/90000\r\n";

    ngx_webrtc_text_t  t;

    (void) state;

    assert_int_equal(read_text(offer, 0), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);
    write_answer();

    assert_true(says("a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio"));
    assert_false(says("orientation"));
    assert_true(says("a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid"));
    assert_false(says("a=extmap:3"));
    assert_int_equal(ours.exts.ids[NGX_WEBRTC_EXT_MID], 2);
    assert_int_equal(ours.exts.ids[NGX_WEBRTC_EXT_TWCC], 0);

    /* nothing is reported that has no number */

    assert_false(says("transport-cc"));
    assert_int_equal(ours.video.feedback, NGX_WEBRTC_SDP_FB_NACK);

    again();
    assert_int_equal(read_text(clash, 0), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);

    ngx_webrtc_text_init(&t, text, text + SIZE);
    assert_int_equal(ngx_webrtc_agreement_write_answer(&ours, &t, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "DUPLICATE-PAYLOAD-TYPE");
}


static void
start_call(void)
{
    assert_int_equal(read_offer("skyway-media-offer.sdp", NULL), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_H264, 1, 1);
    write_answer();
}


static void
test_a_browser_changes_its_stream(void **state)
{
    uint64_t  version;

    (void) state;

    start_call();
    version = sdp.version;

    assert_int_equal(read_offer("skyway-media-again-offer.sdp", NULL),
                     NGX_OK);
    assert_int_equal(ours.audio.direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_true(ours.audio.receives);

    write_answer();

    assert_int_equal(sdp.version, version + 1);
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_SENDRECV);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(sections[0].transport.setup,
                     NGX_WEBRTC_SDP_SETUP_PASSIVE);
    assert_true(says("m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\n"));
    assert_true(ours.audio.sends);
    assert_false(ours.audio.receives);
    assert_true(ours.video.receives);

    /* and we may stop sending */

    assert_int_equal(read_offer("skyway-media-offer.sdp", NULL), NGX_OK);
    ours.video.send = 0;
    write_answer();

    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_int_equal(sections[0].stream.len, 0);
    assert_true(ours.audio.receives);
}


static void
test_a_track_comes_back_on_another_section(void **state)
{
    char  *offer;

    (void) state;

    start_call();

    offer = fixture("skyway-media-again-offer.sdp",
                    (const char *[]) { "BUNDLE 0 1", "BUNDLE 0 1 2", NULL });
    strcat(offer, "m=audio 9 UDP/TLS/RTP/SAVPF 110\r\na=rtcp-mux\r\n"
                  "a=rtpmap:110 opus/48000/2\r\n" ICE("wCsg") TRANSPORT
                  "a=mid:2\r\na=ssrc:77 cname:x\r\n");

    assert_int_equal(read_text(offer, 0), NGX_OK);
    write_answer();

    assert_int_equal(sdp.nsections, 3);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(sections[1].port, 9);
    assert_int_equal(sections[2].direction, NGX_WEBRTC_SDP_SENDRECV);
    assert_true(is(&ours.audio.mid, "2"));
    assert_int_equal(ours.audio.pt, 110);
    assert_int_equal(ours.audio.remote_ssrc, 77);

    /* sections do not go away */

    refuses_offer("skyway-media-offer.sdp", NULL, "M-LINE-COUNT-MISMATCH");

    free(offer);
}


static void
test_a_section_that_was_stopped_is_used_again(void **state)
{
    static const char  first[] =
        HEAD "a=group:BUNDLE 0 1\r\n" TRANSPORT ICE("frag")
        "m=audio 9 " AUDIO "a=mid:0\r\n"
        "m=video 9 " VIDEO "a=mid:1\r\n";
    static const char  stopped[] =
        HEAD "a=group:BUNDLE 0\r\n" TRANSPORT ICE("frag")
        "m=audio 9 " AUDIO "a=mid:0\r\n"
        "m=video 0 " VIDEO "a=mid:1\r\n";
    static const char  other[] =
        HEAD "a=group:BUNDLE 0 2\r\n" TRANSPORT ICE("frag")
        "m=audio 9 " AUDIO "a=mid:0\r\n"
        "m=application 9 " DATA "a=mid:2\r\n";

    (void) state;

    assert_int_equal(read_text(first, 0), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);
    ours.data.wanted = 1;
    write_answer();
    assert_true(ours.video.accepted);

    assert_int_equal(read_text(stopped, 0), NGX_OK);
    assert_false(ours.video.present);
    write_answer();
    assert_int_equal(sections[1].port, 0);
    assert_false(ours.video.accepted || ours.video.sends);

    assert_int_equal(read_text(other, 0), NGX_OK);
    write_answer();
    assert_int_equal(sections[1].kind, NGX_WEBRTC_SDP_APPLICATION);
    assert_true(ours.data.accepted);
    assert_true(is(&ours.data.mid, "2"));

    /* we do the same, on an m-line more since this one is taken */

    write_offer();
    assert_int_equal(sdp.nsections, 3);
    assert_int_equal(sections[2].kind, NGX_WEBRTC_SDP_VIDEO);
    assert_true(says("a=mid:video_"));
}


static void
test_one_that_is_used_again_may_be_beside_the_others(void **state)
{
    static const char  stopped[] =
        HEAD "a=group:BUNDLE 0 1\r\n" TRANSPORT ICE("frag")
        "m=audio 9 " AUDIO "a=mid:0\r\n"
        "m=video 9 " VIDEO "a=mid:1\r\n"
        "m=audio 0 " AUDIO "a=mid:2\r\n";
    static const char  other[] =
        HEAD "a=group:BUNDLE 0 1 3\r\n" TRANSPORT ICE("frag")
        "m=audio 9 " AUDIO "a=mid:0\r\n"
        "m=video 9 " VIDEO "a=mid:1\r\n"
        "m=video 9 " VIDEO "a=mid:3\r\n";

    ngx_uint_t  i;

    (void) state;

    assert_int_equal(read_text(stopped, 0), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);
    write_answer();
    assert_int_equal(sections[2].port, 0);

    for (i = 0; i < 2; i++) {
        assert_int_equal(read_text(other, 0), NGX_OK);
        write_answer();
        assert_true(says("a=group:BUNDLE 0 1 3\r\n"));
        assert_int_equal(sections[2].direction, NGX_WEBRTC_SDP_INACTIVE);
        assert_true(is(&ours.video.mid, "1"));
    }

    write_offer();
    assert_int_equal(sections[2].kind, NGX_WEBRTC_SDP_VIDEO);
    assert_true(is(&sections[2].mid, "3"));
}


static void
test_the_transport_stays(void **state)
{
    ngx_uint_t  i;

    static const struct {
        const char  *changes[3];
        const char  *reason;

    } offers[] = {
        { { "wCsg", "wCsh", NULL }, "TRANSPORT-CHANGED" },
        { { "mmEHUZPFS", "mmEHUZPFT", NULL }, "TRANSPORT-CHANGED" },
        { { "A9:B3:3D", "A9:B3:3E", NULL }, "TRANSPORT-CHANGED" },
        { { "a=setup:actpass", "a=setup:passive", NULL },
          "TRANSPORT-CHANGED" },
        { { "a=mid:1", "a=mid:7", NULL }, "MID-MISMATCH" },
        { { "m=audio", "m=video", NULL }, "M-LINE-MISMATCH" },
        { { "m=audio", "m=text", NULL }, "M-LINE-MISMATCH" }
    };

    (void) state;

    start_call();

    for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        refuses_offer("skyway-media-again-offer.sdp", offers[i].changes,
                      offers[i].reason);
    }

    assert_int_equal(read_offer("skyway-media-again-offer.sdp",
                                (const char *[]) { "a=setup:actpass",
                                                   "a=setup:active", NULL }),
                     NGX_OK);
    write_answer();
    assert_int_equal(sections[0].transport.setup,
                     NGX_WEBRTC_SDP_SETUP_PASSIVE);
}


static void
test_our_offer_is_answered(void **state)
{
    (void) state;

    ours.video.bit_rate = 1500;
    offer_both(NGX_WEBRTC_CODEC_H264);

    assert_int_equal(sdp.nsections, 2);
    assert_int_equal(sections[0].kind, NGX_WEBRTC_SDP_AUDIO);
    assert_int_equal(sections[0].transport.setup,
                     NGX_WEBRTC_SDP_SETUP_ACTPASS);
    assert_int_equal(sections[1].bandwidth, 1500000);
    assert_true(says("a=extmap-allow-mixed\r\n"));
    assert_true(says("a=fmtp:102 level-asymmetry-allowed=1;"
                     "packetization-mode=1;profile-level-id=42e01f\r\n"));
    assert_true(says("a=ssrc-group:FID 2000 2001\r\n"));
    assert_false(says("rtp-stream-id"));
    assert_memory_equal(sections[0].stream.data, sections[1].stream.data,
                        sections[0].stream.len);
    assert_false(ours.audio.accepted || ours.audio.sends);

    assert_int_equal(read_answer("agreement-h264-answer.sdp", NULL, NULL),
                     NGX_OK);

    assert_true(ours.audio.accepted && ours.video.accepted);
    assert_true(ours.video.sends && ours.video.receives && ours.video.rtx);
    assert_int_equal(ours.video.pt, 102);
    assert_int_equal(ours.video.rtx_pt, 103);
    assert_int_equal(ours.video.feedback, NGX_WEBRTC_NEGOTIATION_VIDEO_FB);
    assert_true(ours.video.remote_ssrc && ours.video.remote_rtx_ssrc);
    assert_int_equal(ours.remote->ufrag.len, 4);
    assert_int_equal(ours.remote->setup, NGX_WEBRTC_SDP_SETUP_ACTIVE);
    assert_int_equal(ours.exts.ids[NGX_WEBRTC_EXT_MID], NGX_WEBRTC_EXT_MID);
}


static void
test_a_browser_refuses_a_codec(void **state)
{
    (void) state;

    want(&ours.audio, NGX_WEBRTC_CODEC_PCMU, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_H265, 1, 1);
    write_offer();

    assert_true(says("a=rtpmap:104 H265/90000\r\n"));
    assert_int_equal(read_answer("agreement-h265-answer.sdp", NULL, NULL),
                     NGX_OK);

    assert_true(ours.audio.accepted && ours.audio.sends);
    assert_false(ours.video.present || ours.video.accepted);

    /* with another one it is tried again, under another mid */

    ours.video.codec = NGX_WEBRTC_CODEC_VP8;
    write_offer();

    assert_int_equal(sdp.nsections, 2);
    assert_int_equal(sections[1].port, 9);
    assert_true(says("a=rtpmap:96 VP8/90000\r\n"));
}


static void
test_we_offer_data_beside_media(void **state)
{
    (void) state;

    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 0);
    want(&ours.video, NGX_WEBRTC_CODEC_H264, 1, 0);
    ours.data.wanted = 1;
    write_offer();

    assert_int_equal(sdp.nsections, 3);
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(sections[2].kind, NGX_WEBRTC_SDP_APPLICATION);
    assert_int_equal(sections[2].max_message_size, 262144);

    assert_int_equal(read_answer("agreement-data-answer.sdp", NULL, NULL),
                     NGX_OK);
    assert_true(ours.data.accepted);
    assert_int_equal(ours.data.sctp_port, 5000);
    assert_true(ours.audio.sends);
    assert_false(ours.audio.receives);

    /* later audio is not wanted any more, nor are data */

    ours.audio.wanted = 0;
    ours.data.wanted = 0;
    write_offer();

    assert_int_equal(sections[0].port, 9);
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(sections[2].port, 0);
}


static void
test_bad_answers(void **state)
{
    ngx_uint_t              i;
    ngx_webrtc_agreement_t  before;

    static const struct {
        const char  *from;
        const char  *to;
        const char  *reason;

    } answers[] = {
        { "m=audio", "m=video", "M-LINE-MISMATCH" },
        { "a=mid:", "a=mid:x", "MID-MISMATCH" },
        { "a=group:BUNDLE", "a=group:LS", "BUNDLE-REQUIRED" },
        { "a=setup:active", "a=setup:actpass", "BAD-SETUP" },
        { "a=rtcp-mux\r\n", "", "RTCP-MUX-REQUIRED" },
        { "H264/90000", "VP8/90000", "NO-COMMON-CODEC" },
        { "UDP/TLS/RTP/SAVPF 102", "UDP/TLS/RTP/SAVPF 101",
          "NO-COMMON-CODEC" },
        { "a=fingerprint", "a=x", "MISSING-FINGERPRINT" },
        { "s=-\r\n", "s=-\r\na=ice-lite\r\n", "BOTH-ICE-LITE" },
        { "v=0", "v=1", "SDP-MALFORMED" },
        { "m=audio 9 ", "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nm=audio 9 ",
          "M-LINE-COUNT-MISMATCH" }
    };

    (void) state;

    offer_both(NGX_WEBRTC_CODEC_H264);
    before = ours;

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        assert_int_equal(read_answer("agreement-h264-answer.sdp",
                                     answers[i].from, answers[i].to),
                         NGX_ERROR);
        assert_string_equal(reason, answers[i].reason);
        assert_memory_equal(&before, &ours, sizeof(before));
    }

    /* the offer still waits for a good one */

    assert_int_equal(read_answer("agreement-h264-answer.sdp", "m=video 9",
                                 "m=video 0"),
                     NGX_OK);
    assert_true(ours.audio.accepted);
    assert_false(ours.video.accepted);
}


static void
test_an_answer_that_refuses_all(void **state)
{
    static const char  answer[] =
        HEAD "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n"
        "m=video 0 UDP/TLS/RTP/SAVPF 0\r\n";

    (void) state;

    offer_both(NGX_WEBRTC_CODEC_H264);
    assert_int_equal(read_text(answer, 1), NGX_ERROR);
    assert_string_equal(reason, "ALL-REJECTED");

    /* a call goes on without media */

    assert_int_equal(read_answer("agreement-h264-answer.sdp", NULL, NULL),
                     NGX_OK);
    write_offer();
    assert_int_equal(read_text(answer, 1), NGX_OK);
    assert_false(ours.audio.accepted || ours.video.accepted);
}


static void
test_bad_offers(void **state)
{
    ngx_uint_t  i;

    static const struct {
        const char  *changes[5];
        const char  *reason;

    } offers[] = {
        { { "v=0", "", NULL }, "SDP-MALFORMED" },
        { { "m=video 9", "m=video 0", "m=audio 9", "m=audio 0", NULL },
          "ALL-REJECTED" },
        { { "a=group:BUNDLE", "a=group:LS", NULL }, "BUNDLE-REQUIRED" },
        { { "a=rtcp-mux\r\n", "", NULL }, "RTCP-MUX-REQUIRED" },
        { { "a=ice-ufrag", "a=x", NULL }, "MISSING-ICE-UFRAG" },
        { { "a=ice-pwd", "a=x", NULL }, "MISSING-ICE-PWD" },
        { { "a=fingerprint", "a=x", NULL }, "MISSING-FINGERPRINT" },
        { { "sha-256", "sha-1", NULL }, "WEAK-FINGERPRINT" },
        { { "A9:B3", "A9-B3", NULL }, "BAD-FINGERPRINT" },
        { { "a=setup:actpass", "a=setup:holdconn", NULL }, "BAD-SETUP" },
        { { "a=setup", "a=x", NULL }, "MISSING-SETUP" },
        { { "s=-\r\n", "s=-\r\na=ice-lite\r\n", NULL }, "BOTH-ICE-LITE" },
        { { "a=mid:0\r\n", "a=mid:1\r\n", NULL }, "DUPLICATE-MID" },
        { { "a=mid:0", "a=mid:0123456789012345678901234567890123456789"
                       "0123456789012345678901234", NULL },
          "NAME-TOO-LONG" },
        { { "m=video", "m=videovideovideovideo", NULL }, "NAME-TOO-LONG" },
        { { "apt=96", "apt=97", NULL }, "BAD-APT" }
    };

    (void) state;

    for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        refuses_offer("skyway-media-offer.sdp", offers[i].changes,
                      offers[i].reason);
    }

    assert_int_equal(read_text("", 0), NGX_ERROR);
    assert_int_equal(read_text(HEAD, 0), NGX_ERROR);
    assert_string_equal(reason, "ALL-REJECTED");
}


static void
test_there_are_as_many_sections_as_allowed(void **state)
{
    char        *p, offer[8192];
    ngx_uint_t   i;

    (void) state;

    p = offer + sprintf(offer, "%s", HEAD "a=group:BUNDLE 0\r\n" TRANSPORT
                        ICE("frag") "m=audio 9 " AUDIO "a=mid:0\r\n");

    for (i = 1; i < 17; i++) {
        assert_int_equal(read_text(offer, 0), NGX_OK);
        p += sprintf(p, "m=video 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:%u\r\n",
                     (unsigned) i);
    }

    assert_int_equal(read_text(offer, 0), NGX_ERROR);
    assert_string_equal(reason, "SDP-TOO-MANY-SECTIONS");

    /* what was read before is answered */

    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    write_answer();
    assert_int_equal(sdp.nsections, 16);

    /* a refused one is used for video, for data there is none left */

    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);
    ours.data.wanted = 1;

    {
        ngx_webrtc_text_t  t;

        ngx_webrtc_text_init(&t, text, text + SIZE);
        assert_int_equal(ngx_webrtc_agreement_write_offer(&ours, &t,
                                                          &reason),
                         NGX_ERROR);
        assert_string_equal(reason, "TOO-MANY-SECTIONS");
    }
}


static void
test_calls_in_another_order_are_refused(void **state)
{
    ngx_webrtc_text_t  t;

    (void) state;

    ngx_webrtc_text_init(&t, text, text + SIZE);

    assert_int_equal(ngx_webrtc_agreement_write_answer(&ours, &t, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "NO-OFFER");
    assert_int_equal(ngx_webrtc_agreement_write_offer(&ours, &t, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "NOTHING-WANTED");
    assert_int_equal(answered("agreement-h264-answer.sdp", NULL), NGX_ERROR);
    assert_string_equal(reason, "UNEXPECTED-ANSWER");

    assert_int_equal(read_offer("skyway-media-offer.sdp", NULL), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);

    ngx_webrtc_text_init(&t, text, text + SIZE);
    assert_int_equal(ngx_webrtc_agreement_write_offer(&ours, &t, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "OFFER-PENDING");

    again();
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);
    write_offer();

    ngx_webrtc_text_init(&t, text, text + SIZE);
    assert_int_equal(ngx_webrtc_agreement_write_offer(&ours, &t, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "ANSWER-AWAITED");
    refuses_offer("skyway-media-offer.sdp", NULL, "ANSWER-AWAITED");
}


static void
test_our_own_mistakes_are_told(void **state)
{
    ngx_uint_t         i;
    ngx_webrtc_text_t  t;

    static const struct {
        ngx_uint_t   codec;
        const char  *fmtp;
        const char  *stream;
        uint32_t     ssrc;
        const char  *reason;

    } wishes[] = {
        { NGX_WEBRTC_CODEC_OPUS, "", "s", 1, "BAD-FORMAT" },
        { NGX_WEBRTC_CODEC_NONE, "", "s", 1, "BAD-FORMAT" },
        { NGX_WEBRTC_CODEC_MAX, "", "s", 1, "BAD-FORMAT" },
        { NGX_WEBRTC_CODEC_VP8, "x\r\na=y", "s", 1, "BAD-FORMAT" },
        { NGX_WEBRTC_CODEC_VP8, "", "a b", 1, "BAD-STREAM" },
        { NGX_WEBRTC_CODEC_VP8, "", "", 1, "BAD-STREAM" },
        { NGX_WEBRTC_CODEC_VP8, "", "s", 0, "NO-SSRC" }
    };

    (void) state;

    for (i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        want(&ours.video, wishes[i].codec, 1, 1);
        ours.video.ssrc = wishes[i].ssrc;
        ours.video.fmtp.data = (u_char *) wishes[i].fmtp;
        ours.video.fmtp.len = strlen(wishes[i].fmtp);
        ours.stream.data = (u_char *) wishes[i].stream;
        ours.stream.len = strlen(wishes[i].stream);

        ngx_webrtc_text_init(&t, text, text + SIZE);
        assert_int_equal(ngx_webrtc_agreement_write_offer(&ours, &t,
                                                          &reason),
                         NGX_ERROR);
        assert_string_equal(reason, wishes[i].reason);
    }
}


static void
test_a_text_without_room_changes_nothing(void **state)
{
    size_t             size;
    ngx_webrtc_text_t  t;

    (void) state;

    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);

    for (size = 0; size < 900; size += 9) {
        ngx_webrtc_text_init(&t, text, text + size);

        assert_int_equal(ngx_webrtc_agreement_write_offer(&ours, &t,
                                                          &reason),
                         NGX_ERROR);
        assert_string_equal(reason, "NO-ROOM");
    }

    write_offer();
    assert_int_equal(sdp.nsections, 1);
    assert_int_equal(sdp.version, 1);

    again();
    assert_int_equal(read_offer("skyway-audio-offer.sdp", NULL), NGX_OK);
    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 1);

    ngx_webrtc_text_init(&t, text, text + 700);
    assert_int_equal(ngx_webrtc_agreement_write_answer(&ours, &t, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "NO-ROOM");
    assert_null(ours.remote);
    assert_false(ours.audio.accepted);

    write_answer();
    assert_true(ours.audio.accepted);
}


/* whatever it is, it is refused or answered with something sound */

static void
hostile_offer(unsigned char *pos, unsigned char *last)
{
    const char         *why;
    ngx_webrtc_text_t   t;

    again();
    want(&ours.audio, NGX_WEBRTC_CODEC_NONE, 1, 1);
    want(&ours.video, NGX_WEBRTC_CODEC_NONE, 1, 1);
    ours.data.wanted = 1;
    why = NULL;

    if (ngx_webrtc_agreement_read_offer(&ours, pos, last, &why) != NGX_OK) {
        assert_non_null(why);
        return;
    }

    ngx_webrtc_text_init(&t, text,
                         text + ngx_webrtc_agreement_size(&ours));

    if (ngx_webrtc_agreement_write_answer(&ours, &t, &why) != NGX_OK) {
        assert_string_not_equal(why, "NO-ROOM");
        return;
    }

    parse_ours(&t);
    assert_non_null(ours.remote);
}


static void
test_hostile_offers(void **state)
{
    size_t   len;
    u_char  *data;

    static const char *const  names[] = {
        "skyway-audio-offer.sdp", "peerjs-data-offer.sdp", NULL
    };

    const char *const  *name;

    (void) state;

    /* the pool does not give back what each try takes */

    for (name = names; *name; name++) {
        data = fixture_read(*name, &len);
        hostile_all(data, len, hostile_offer);
        free(data);
    }
}


#define T(name)  cmocka_unit_test_setup_teardown(test_##name, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        T(skyway_calls_with_media),
        T(data_is_accepted),
        T(receivers_are_only_sent_to),
        T(codecs_are_taken_as_they_are_offered),
        T(every_codec_has_its_format),
        T(the_best_h264_is_taken),
        T(a_codec_that_is_not_there_ends_its_section_only),
        T(a_call_without_anything_in_common_fails),
        T(what_is_not_wanted_stays_inactive),
        T(a_media_call_has_a_data_channel),
        T(roles_of_dtls),
        T(full_ice_tells_its_candidates_later),
        T(the_transport_may_stand_in_the_session),
        T(sections_that_are_offered_for_the_bundle_only),
        T(further_sections),
        T(ids_mean_the_same_in_all_the_bundle),
        T(a_browser_changes_its_stream),
        T(a_track_comes_back_on_another_section),
        T(a_section_that_was_stopped_is_used_again),
        T(one_that_is_used_again_may_be_beside_the_others),
        T(the_transport_stays),
        T(our_offer_is_answered),
        T(a_browser_refuses_a_codec),
        T(we_offer_data_beside_media),
        T(bad_answers),
        T(an_answer_that_refuses_all),
        T(bad_offers),
        T(there_are_as_many_sections_as_allowed),
        T(calls_in_another_order_are_refused),
        T(our_own_mistakes_are_told),
        T(a_text_without_room_changes_nothing),
        T(hostile_offers)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
