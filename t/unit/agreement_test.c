
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


static void
test_our_offer_of_media_and_data_is_answered(void **state)
{
    (void) state;

    want(&ours.audio, NGX_WEBRTC_CODEC_OPUS, 1, 0);
    want(&ours.video, NGX_WEBRTC_CODEC_VP8, 1, 1);
    ours.data.wanted = 1;

    write_offer();

    assert_int_equal(sdp.nsections, 3);
    assert_int_equal(sections[0].kind, NGX_WEBRTC_SDP_AUDIO);
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_SENDRECV);
    assert_int_equal(sections[2].kind, NGX_WEBRTC_SDP_APPLICATION);
    assert_int_equal(sections[0].transport.setup,
                     NGX_WEBRTC_SDP_SETUP_ACTPASS);
    assert_true(says("a=extmap-allow-mixed\r\n"));

    assert_false(ours.audio.accepted);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_skyway_calls_with_media,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_data_is_accepted,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
                               test_our_offer_of_media_and_data_is_answered,
                               setup, teardown)
    };

    (void) again;

    return cmocka_run_group_tests(tests, NULL, NULL);
}
