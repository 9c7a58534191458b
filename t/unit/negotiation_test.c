
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <peer/ngx_webrtc_negotiation.h>

#include "fixture.h"
#include "hostile.h"


#define MAX        512
#define OFFER      (1024 * 1024)

#define FP         "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF" \
                   ":00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"


static ngx_pool_t                *pool;
static ngx_webrtc_negotiation_t   neg;

static ngx_webrtc_sdp_t           sdp;
static ngx_webrtc_sdp_section_t   sections[MAX];

static u_char                     offer[OFFER + 1];
static size_t                     offer_len;
static char                       answer[OFFER];

/* what the next mids end with; afterwards whatever comes */

static const char                *script;
static uint32_t                   seed;


static ngx_int_t
test_random(void *data, u_char *buf, size_t len)
{
    size_t       i;
    const char  *p;

    static const char  alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "abcdefghijklmnopqrstuvwxyz";

    (void) data;

    for (i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        buf[i] = (u_char) (seed >> 24);

        if (len == 6 && *script) {
            p = strchr(alphabet, *script++);
            buf[i] = (u_char) (p - alphabet);
        }
    }

    return NGX_OK;
}


static void
start(ngx_uint_t max)
{
    ngx_webrtc_negotiation_params_t  params;

    static const u_char  v4[4] = { 192, 0, 2, 10 };

    static ngx_webrtc_addr_t  addrs[2];

    if (pool) {
        ngx_destroy_pool(pool);
    }

    pool = ngx_create_pool(4096, NULL);
    seed = 1;
    script = "";

    memset(&params, 0, sizeof(params));
    memset(addrs, 0, sizeof(addrs));

    ngx_webrtc_addr_set_v4(&addrs[0], v4, 40000);
    inet_pton(AF_INET6, "2001:db8::10", addrs[1].ip);
    addrs[1].port = 40000;

    ngx_str_set(&params.ufrag, "abcd1234");
    ngx_str_set(&params.pwd, "abcdefghijklmnopqrstuvwx");
    ngx_str_set(&params.fingerprint, FP);
    params.setup = NGX_WEBRTC_SDP_SETUP_ACTPASS;
    params.candidates = addrs;
    params.ncandidates = 2;
    params.max_sections = max;
    params.random = test_random;
    params.ice_lite = 1;

    assert_int_equal(ngx_webrtc_negotiation_init(&neg, pool, &params),
                     NGX_OK);
}


static ngx_webrtc_negotiation_section_t *
add_own(ngx_uint_t codec, ngx_uint_t bit_rate)
{
    ngx_webrtc_negotiation_codec_t  c;

    c.codec = codec;
    ngx_str_null(&c.fmtp);

    return ngx_webrtc_negotiation_add_own(&neg, &c, bit_rate);
}


static ngx_webrtc_negotiation_section_t *
add_remote(ngx_uint_t codec, const char *fmtp, const char *stream, uint32_t n)
{
    char                            buf[32];
    ngx_str_t                       s, t;
    ngx_webrtc_negotiation_codec_t  c;

    c.codec = codec;
    c.fmtp.data = (u_char *) fmtp;
    c.fmtp.len = strlen(fmtp);

    s.data = (u_char *) stream;
    s.len = strlen(stream);

    t.data = (u_char *) buf;
    t.len = sprintf(buf, "TRACK%u", n);

    return ngx_webrtc_negotiation_add_remote(&neg, &c, &s, &t, 1000 + n,
                                             codec == NGX_WEBRTC_CODEC_OPUS
                                             ? 0 : 500000 + n);
}


/* writes an offer and reads it with our own parser */

static void
make_offer(void)
{
    size_t              bound;
    ngx_webrtc_text_t   text;

    bound = ngx_webrtc_negotiation_offer_size(&neg);
    assert_true(bound <= OFFER);

    ngx_webrtc_text_init(&text, offer, offer + bound);

    assert_int_equal(ngx_webrtc_negotiation_write_offer(&neg, &text), NGX_OK);

    offer_len = ngx_webrtc_text_len(&text);
    offer[offer_len] = '\0';

    assert_int_equal(ngx_webrtc_sdp_parse(&sdp, offer, offer + offer_len,
                                          sections, MAX),
                     NGX_OK);
    assert_int_equal(sdp.nsections, neg.nsections);
}


static ngx_uint_t
offered(const char *line)
{
    return strstr((char *) offer, line) != NULL;
}


/*
 * A client that takes everything but the sections in "reject" (a bit each of
 * the first 64) and video of H265.
 */

static void
make_answer(uint64_t reject)
{
    char                      *p;
    ngx_uint_t                 i, j, rejected[MAX];
    ngx_webrtc_sdp_codec_t    *codec;
    ngx_webrtc_sdp_section_t  *m;

    p = answer + sprintf(answer, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
                         "t=0 0\r\na=group:BUNDLE");

    for (i = 0; i < sdp.nsections; i++) {
        m = &sections[i];

        rejected[i] = ngx_webrtc_sdp_rejected(m)
                      || (i < 64 && (reject >> i & 1))
                      || (m->ncodecs
                          && ngx_memcmp(m->codecs[0].name.data, "H265", 4)
                             == 0);

        if (!rejected[i]) {
            p += sprintf(p, " %.*s", (int) m->mid.len, m->mid.data);
        }
    }

    p += sprintf(p, "\r\n");

    for (i = 0; i < sdp.nsections; i++) {
        m = &sections[i];

        p += sprintf(p, "m=%s %d %.*s",
                     m->kind == NGX_WEBRTC_SDP_AUDIO ? "audio"
                     : m->kind == NGX_WEBRTC_SDP_VIDEO ? "video"
                     : "application", rejected[i] ? 0 : 9,
                     (int) m->proto.len, m->proto.data);

        for (j = 0; j < m->ncodecs; j++) {
            p += sprintf(p, " %d", m->codecs[j].pt);
        }

        p += sprintf(p, "%s\r\nc=IN IP4 0.0.0.0\r\na=mid:%.*s\r\n"
                     "a=ice-ufrag:wxyz\r\na=ice-pwd:zyxwvutsrqponmlkjihgfe\r\n"
                     "a=fingerprint:" FP "\r\na=setup:active\r\n"
                     "a=rtcp-mux\r\na=%s\r\n",
                     m->ncodecs ? "" : " webrtc-datachannel",
                     (int) m->mid.len, m->mid.data,
                     m->direction == NGX_WEBRTC_SDP_SENDONLY ? "recvonly"
                     : m->direction == NGX_WEBRTC_SDP_RECVONLY ? "sendonly"
                     : "inactive");

        for (j = 0; j < m->ncodecs; j++) {
            codec = &m->codecs[j];

            p += sprintf(p, "a=rtpmap:%d %.*s/%u\r\na=fmtp:%d %.*s\r\n",
                         codec->pt, (int) codec->name.len, codec->name.data,
                         codec->clock, codec->pt, (int) codec->fmtp.len,
                         codec->fmtp.data);
        }
    }
}


static ngx_int_t
read_answer(const char **reason)
{
    size_t      len;
    u_char     *copy;
    ngx_int_t   rc;

    /* nothing may be kept of the text */

    len = strlen(answer);
    copy = malloc(len + 1);
    memcpy(copy, answer, len);

    rc = ngx_webrtc_negotiation_read_answer(&neg, copy, copy + len, reason);

    memset(copy, 'x', len);
    free(copy);

    return rc;
}


static void
assert_answer_taken(void)
{
    const char  *reason;

    reason = "";

    if (read_answer(&reason) != NGX_OK) {
        fail_msg("refused: %s", reason);
    }
}


static void
assert_answer_refused(const char *why)
{
    const char  *reason;

    reason = "";

    assert_int_equal(read_answer(&reason), NGX_ERROR);
    assert_string_equal(reason, why);
    assert_true(neg.outstanding);
}


static void
negotiate(void)
{
    make_offer();
    make_answer(0);
    assert_answer_taken();
}


/* changes the first "from" of the answer to "to" */

static void
edit(const char *from, const char *to)
{
    char    *p;
    size_t   tail;

    p = strstr(answer, from);
    assert_non_null(p);

    tail = strlen(p + strlen(from)) + 1;
    memmove(p + strlen(to), p + strlen(from), tail);
    memcpy(p, to, strlen(to));
}


static void
an_offer_of_own_tracks_has_what_a_sender_needs(void **state)
{
    (void) state;

    start(MAX);

    add_own(NGX_WEBRTC_CODEC_OPUS, 64);
    add_own(NGX_WEBRTC_CODEC_VP8, 500);

    make_offer();

    assert_int_equal(sdp.version, 1);
    assert_true(sdp.ice_lite);
    assert_int_equal(sdp.nsections, 2);

    assert_int_equal(sections[0].kind, NGX_WEBRTC_SDP_AUDIO);
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_true(sections[0].bundled);
    assert_true(sections[0].rtcp_mux);
    assert_true(sections[0].rtcp_rsize);
    assert_true(sections[0].end_of_candidates);
    assert_int_equal(sections[0].transport.setup,
                     NGX_WEBRTC_SDP_SETUP_ACTPASS);
    assert_int_equal(sections[0].codecs[0].pt, 109);
    assert_int_equal(sections[0].codecs[0].channels, 2);
    assert_int_equal(sections[0].codecs[0].feedback,
                     NGX_WEBRTC_SDP_FB_TRANSPORT_CC);
    assert_int_equal(sections[0].bandwidth, 0);
    assert_int_equal(sections[0].mid.len, 12);
    assert_memory_equal(sections[0].mid.data, "audio_", 6);

    assert_int_equal(sections[1].kind, NGX_WEBRTC_SDP_VIDEO);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_int_equal(sections[1].bandwidth, 500000);
    assert_false(sections[1].end_of_candidates);
    assert_int_equal(sections[1].codecs[0].feedback, 0x1f);
    assert_int_equal(sections[1].codecs[1].apt, 96);
    assert_int_equal(sections[1].nssrcs, 0);
    assert_int_equal(sections[1].stream.len, 0);

    assert_int_equal(sdp.ncandidates, 2);
    assert_int_equal(sdp.candidates[0].section, 0);
    assert_int_equal(sdp.candidates[0].priority, 2130706431);
    assert_int_equal(sdp.candidates[1].priority, 2130706175);
    assert_true(sdp.candidates[1].numeric);

    assert_true(offered("a=candidate:1 1 udp 2130706431 192.0.2.10 40000 typ "
                        "host\r\n"));
    assert_true(offered("b=AS:500\r\n"));
    assert_true(offered("a=msid-semantic: WMS *\r\n"));
    assert_true(offered("a=fmtp:109 minptime=10;useinbandfec=1\r\n"));
    assert_true(offered("a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"));
    assert_true(offered("rtp-hdrext:sdes:rtp-stream-id\r\n"));
    assert_true(offered("rtp-hdrext:sdes:repaired-rtp-stream-id\r\n"));
    assert_true(offered("abs-send-time\r\n"));
    assert_true(offered("transport-wide-cc-extensions-01\r\n"));
    assert_true(offered("urn:3gpp:video-orientation\r\n"));
    assert_false(offered("dependency-descriptor"));
}


static void
what_we_send_is_offered_with_its_ssrcs_and_feedback_on_it(void **state)
{
    (void) state;

    start(MAX);

    add_remote(NGX_WEBRTC_CODEC_OPUS, "", "ALICE", 1);
    add_remote(NGX_WEBRTC_CODEC_AV1, "", "ALICE", 2);

    make_offer();

    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(sections[0].nssrcs, 1);
    assert_int_equal(sections[0].ssrcs[0].ssrc, 1001);
    assert_int_equal(sections[0].ssrcs[0].cname.len, 5);
    assert_memory_equal(sections[0].stream.data, "ALICE", 5);
    assert_memory_equal(sections[0].track.data, "TRACK1", 6);

    assert_int_equal(sections[1].nssrcs, 2);
    assert_int_equal(sections[1].ssrc_groups[0].semantics,
                     NGX_WEBRTC_SDP_GROUP_FID);
    assert_int_equal(sections[1].ssrc_groups[0].ssrc[0], 1002);
    assert_int_equal(sections[1].ssrc_groups[0].ssrc[1], 500002);
    assert_int_equal(sections[0].codecs[0].feedback,
                     NGX_WEBRTC_SDP_FB_TRANSPORT_CC);
    assert_int_equal(sections[1].codecs[0].feedback, 0x1f);

    /* a descriptor over 16 bytes needs the two-byte form (RFC 8285) */

    assert_true(offered("dependency-descriptor"));
    assert_true(offered("a=extmap-allow-mixed\r\n"));
    assert_false(offered("abs-send-time"));
    assert_true(offered("transport-wide-cc"));
    assert_true(offered("rtcp-fb:109 transport-cc"));
    assert_false(offered("rtp-stream-id"));
}


static void
simulcast_layers_are_offered_and_answered(void **state)
{
    size_t                             len;
    u_char                            *data;
    ngx_str_t                          r0 = ngx_string("r0");
    ngx_str_t                          r1 = ngx_string("r1");
    ngx_str_t                          r2 = ngx_string("r2");
    ngx_str_t                          bad = ngx_string("r;");
    const char                        *reason;
    ngx_webrtc_negotiation_section_t  *own;

    (void) state;

    start(MAX);
    script = "wwjt2JGj09E1";

    add_own(NGX_WEBRTC_CODEC_OPUS, 0);
    own = add_own(NGX_WEBRTC_CODEC_VP8, 1500);

    assert_int_equal(ngx_webrtc_negotiation_add_rid(own, &r0, 0), NGX_OK);
    assert_int_equal(ngx_webrtc_negotiation_add_rid(own, &r1, 0), NGX_OK);
    assert_int_equal(ngx_webrtc_negotiation_add_rid(own, &r2, 1), NGX_OK);
    assert_int_equal(ngx_webrtc_negotiation_add_rid(own, &bad, 0), NGX_ERROR);

    make_offer();

    assert_true(offered("a=rid:r0 recv\r\na=rid:r1 recv\r\na=rid:r2 recv\r\n"
                        "a=simulcast:recv r0;r1;~r2\r\n"));

    data = fixture_read("chromium-answer-simulcast.sdp", &len);

    assert_int_equal(ngx_webrtc_negotiation_read_answer(&neg, data,
                                                        data + len, &reason),
                     NGX_OK);
    free(data);

    assert_true(own->answer.accepted);
    assert_int_equal(own->answer.rids, 7);
    assert_int_equal(own->answer.paused, 4);
    assert_int_equal(own->answer.nssrcs, 0);
    assert_int_equal(own->answer.exts.ids[NGX_WEBRTC_EXT_RID],
                     ngx_webrtc_negotiation_ext_id(NGX_WEBRTC_EXT_RID));
    assert_int_equal(own->answer.exts.ids[NGX_WEBRTC_EXT_RRID],
                     ngx_webrtc_negotiation_ext_id(NGX_WEBRTC_EXT_RRID));
}


static void
a_browsers_answer_is_recorded(void **state)
{
    size_t                             len;
    u_char                            *data;
    const char                        *reason;
    ngx_webrtc_negotiation_section_t  *audio, *video;

    (void) state;

    start(MAX);
    script = "Pe8Q1Srh51Ou";

    audio = add_own(NGX_WEBRTC_CODEC_OPUS, 0);
    video = add_own(NGX_WEBRTC_CODEC_VP8, 500);

    make_offer();
    assert_false(ngx_webrtc_negotiation_wants_offer(&neg));

    data = fixture_read("chromium-answer.sdp", &len);
    assert_int_equal(ngx_webrtc_negotiation_read_answer(&neg, data,
                                                        data + len, &reason),
                     NGX_OK);
    memset(data, 'x', len);
    free(data);

    assert_false(ngx_webrtc_negotiation_wants_offer(&neg));

    assert_non_null(neg.remote);
    assert_int_equal(neg.remote->ufrag.len, 4);
    assert_memory_equal(neg.remote->ufrag.data, "c7Vi", 4);
    assert_int_equal(neg.remote->pwd.len, 24);
    assert_memory_equal(neg.remote->pwd.data, "Ty73G5qXm6M8hjQxH8OTVsVB", 24);
    assert_int_equal(neg.remote->setup, NGX_WEBRTC_SDP_SETUP_ACTIVE);
    assert_int_equal(neg.remote->nfingerprints, 1);
    assert_int_equal(neg.remote->fingerprints[0].hash,
                     NGX_WEBRTC_FINGERPRINT_SHA256);
    assert_int_equal(neg.remote->fingerprints[0].data[0], 0x57);

    assert_true(audio->answer.accepted);
    assert_int_equal(audio->answer.direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(audio->answer.nssrcs, 1);
    assert_int_equal(audio->answer.ssrcs[0], 1900840382);
    assert_int_equal(audio->answer.rtx_ssrcs[0], 0);
    assert_int_equal(audio->answer.exts.ids[NGX_WEBRTC_EXT_AUDIO_LEVEL],
                     ngx_webrtc_negotiation_ext_id(
                                                NGX_WEBRTC_EXT_AUDIO_LEVEL));
    assert_int_equal(audio->answer.exts.ids[NGX_WEBRTC_EXT_RID], 0);

    assert_true(video->answer.rtx);
    assert_int_equal(video->answer.feedback, 0x1f);
    assert_int_equal(video->answer.nssrcs, 1);
    assert_int_equal(video->answer.ssrcs[0], 2358173271);
    assert_int_equal(video->answer.rtx_ssrcs[0], 3702187972);

    assert_ptr_equal(ngx_webrtc_negotiation_find_mid(&neg, &video->mid),
                     video);
}


static void
only_one_offer_is_outstanding(void **state)
{
    const char         *reason;
    ngx_webrtc_text_t   text;

    (void) state;

    start(MAX);
    ngx_webrtc_text_init(&text, offer, offer + OFFER);

    assert_int_equal(ngx_webrtc_negotiation_write_offer(&neg, &text),
                     NGX_DECLINED);

    add_own(NGX_WEBRTC_CODEC_OPUS, 0);
    assert_true(ngx_webrtc_negotiation_wants_offer(&neg));

    strcpy(answer, "v=0\r\n");
    assert_int_equal(read_answer(&reason), NGX_DECLINED);

    make_offer();
    assert_int_equal(ngx_webrtc_negotiation_write_offer(&neg, &text),
                     NGX_BUSY);

    /* what comes meanwhile is told with the next one */

    add_remote(NGX_WEBRTC_CODEC_OPUS, "", "ALICE", 1);
    assert_false(ngx_webrtc_negotiation_wants_offer(&neg));

    make_answer(0);
    assert_answer_taken();
    assert_true(ngx_webrtc_negotiation_wants_offer(&neg));

    negotiate();
    assert_int_equal(sdp.nsections, 2);
    assert_int_equal(sdp.version, 2);
    assert_false(ngx_webrtc_negotiation_wants_offer(&neg));
    assert_int_equal(read_answer(&reason), NGX_DECLINED);
}


/* as a client takes it that passes over a text which it knows */

static void
an_offer_is_repeated_as_a_new_version(void **state)
{
    u_char              first[OFFER], again[OFFER];
    ngx_str_t           text;
    ngx_uint_t          i;
    ngx_webrtc_text_t   out;

    (void) state;

    start(MAX);
    add_own(NGX_WEBRTC_CODEC_OPUS, 0);

    neg.version = 8;
    make_offer();

    text.data = first;
    text.len = offer_len;
    memcpy(first, offer, offer_len);

    ngx_webrtc_text_init(&out, again, again + offer_len);
    assert_int_equal(ngx_webrtc_negotiation_repeat_offer(&neg, &text, &out),
                     NGX_ERROR);

    add_remote(NGX_WEBRTC_CODEC_OPUS, "", "ALICE", 1);

    for (i = 10; i < 12; i++) {
        ngx_webrtc_text_init(&out, again,
                             again + text.len + NGX_INT64_LEN);
        assert_int_equal(ngx_webrtc_negotiation_repeat_offer(&neg, &text,
                                                             &out),
                         NGX_OK);

        text.len = ngx_webrtc_text_len(&out);
        memcpy(first, again, text.len);

        assert_int_equal(ngx_webrtc_sdp_parse(&sdp, first, first + text.len,
                                              sections, MAX),
                         NGX_OK);
        assert_memory_equal(first, offer, sizeof("v=0\r\no=- ") - 1
                                          + sdp.session_id.len);
        assert_int_equal(sdp.version, i);

        /* "10" is longer than "9" */

        assert_int_equal(text.len, offer_len + 1);
        assert_memory_equal(strstr((char *) first, " IN IP4"),
                            strstr((char *) offer, " IN IP4"),
                            offer + offer_len
                            - (u_char *) strstr((char *) offer, " IN IP4"));
    }

    make_answer(0);
    assert_answer_taken();

    ngx_webrtc_text_init(&out, again, again + OFFER);
    assert_int_equal(ngx_webrtc_negotiation_repeat_offer(&neg, &text, &out),
                     NGX_DECLINED);

    make_offer();
    assert_int_equal(sdp.version, 12);
}


static void
repeat_offer(void)
{
    u_char             buf[OFFER];
    ngx_str_t          text;
    ngx_webrtc_text_t  out;

    text.data = offer;
    text.len = offer_len;

    ngx_webrtc_text_init(&out, buf, buf + OFFER);
    assert_int_equal(ngx_webrtc_negotiation_repeat_offer(&neg, &text, &out),
                     NGX_OK);
}


/* a client that got both, where the next offer is behind the first answer */

static void
the_last_answer_is_to_the_last_offer(void **state)
{
    char                               old[OFFER];
    const char                        *reason;
    ngx_webrtc_negotiation_section_t  *audio;

    (void) state;

    start(MAX);
    audio = ngx_webrtc_negotiation_add_placeholder(&neg, NGX_WEBRTC_SDP_AUDIO);

    make_offer();
    repeat_offer();

    make_answer(0);
    strcpy(old, answer);
    assert_answer_taken();

    assert_ptr_equal(add_remote(NGX_WEBRTC_CODEC_OPUS, "", "ALICE", 1), audio);

    make_offer();
    strcpy(answer, old);
    assert_answer_taken();
    assert_int_equal(audio->answer.direction, 0);

    make_answer(0);
    assert_answer_taken();
    assert_true(audio->answer.accepted);
    assert_int_equal(audio->answer.direction, NGX_WEBRTC_SDP_RECVONLY);

    assert_int_equal(read_answer(&reason), NGX_DECLINED);
}


static void
a_second_answer_that_does_not_fit_is_passed_over_once(void **state)
{
    char         old[OFFER];
    const char  *reason;

    (void) state;

    start(MAX);
    add_own(NGX_WEBRTC_CODEC_OPUS, 0);

    make_offer();
    repeat_offer();

    make_answer(0);
    strcpy(old, answer);
    assert_answer_taken();

    add_remote(NGX_WEBRTC_CODEC_OPUS, "", "ALICE", 1);
    make_offer();

    strcpy(answer, old);
    assert_int_equal(read_answer(&reason), NGX_DECLINED);
    assert_true(neg.outstanding);
    assert_answer_refused("M-LINE-COUNT-MISMATCH");

    make_answer(0);
    assert_answer_taken();
    assert_false(neg.outstanding);

    /* and when no other offer has come in between */

    neg.sections[0]->changed = 1;
    make_offer();
    repeat_offer();

    make_answer(0);
    assert_answer_taken();
    assert_answer_taken();
    assert_int_equal(read_answer(&reason), NGX_DECLINED);
}


static void
an_offer_without_room_changes_nothing(void **state)
{
    ngx_webrtc_text_t  text;

    (void) state;

    start(MAX);
    add_own(NGX_WEBRTC_CODEC_OPUS, 0);

    ngx_webrtc_text_init(&text, offer, offer + 500);
    assert_int_equal(ngx_webrtc_negotiation_write_offer(&neg, &text),
                     NGX_ERROR);
    assert_true(ngx_webrtc_negotiation_wants_offer(&neg));

    make_offer();
    assert_int_equal(sdp.version, 1);
}


static void
an_idle_receiver_gets_placeholders_that_are_used_later(void **state)
{
    ngx_str_t                          mid;
    ngx_webrtc_negotiation_section_t  *audio, *video, *section;

    (void) state;

    start(MAX);

    audio = ngx_webrtc_negotiation_add_placeholder(&neg,
                                                   NGX_WEBRTC_SDP_AUDIO);
    video = ngx_webrtc_negotiation_add_placeholder(&neg,
                                                   NGX_WEBRTC_SDP_VIDEO);
    assert_true(ngx_webrtc_negotiation_wants_offer(&neg));

    negotiate();

    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_true(sections[1].bundled);
    assert_non_null(neg.remote);

    mid = video->mid;
    section = add_remote(NGX_WEBRTC_CODEC_VP9, "", "ALICE", 2);

    assert_ptr_equal(section, video);
    assert_int_equal(section->index, 1);
    assert_ptr_equal(section->mid.data, mid.data);
    assert_int_equal(section->payload->codec, NGX_WEBRTC_CODEC_VP9);
    assert_ptr_equal(add_remote(NGX_WEBRTC_CODEC_OPUS, "", "ALICE", 1), audio);

    negotiate();

    assert_int_equal(sdp.nsections, 2);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_true(video->answer.accepted);
    assert_int_equal(video->answer.direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_true(video->answer.rtx);
}


static void
a_section_is_used_again_only_after_the_client_saw_it_inactive(void **state)
{
    ngx_webrtc_negotiation_section_t  *first, *second;

    (void) state;

    start(MAX);

    first = add_remote(NGX_WEBRTC_CODEC_VP8, "", "ALICE", 1);
    negotiate();

    ngx_webrtc_negotiation_remove_remote(&neg, first);
    assert_true(ngx_webrtc_negotiation_wants_offer(&neg));

    second = add_remote(NGX_WEBRTC_CODEC_VP8, "", "BOB", 2);
    assert_ptr_not_equal(first, second);

    make_offer();
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(sections[0].stream.len, 0);
    assert_int_equal(sections[0].port, 9);
    assert_int_equal(sections[0].nssrcs, 0);

    /* offered, but not answered */

    assert_ptr_not_equal(add_remote(NGX_WEBRTC_CODEC_VP8, "", "CAROL", 3),
                         first);

    make_answer(0);
    assert_answer_taken();
    assert_false(first->answer.accepted);

    assert_ptr_equal(add_remote(NGX_WEBRTC_CODEC_VP8, "", "DAVE", 4), first);
}


static void
a_track_that_left_before_its_offer_needs_none(void **state)
{
    ngx_webrtc_negotiation_section_t  *section;

    (void) state;

    start(MAX);
    add_own(NGX_WEBRTC_CODEC_OPUS, 0);
    negotiate();

    section = add_remote(NGX_WEBRTC_CODEC_VP8, "", "ALICE", 1);
    ngx_webrtc_negotiation_remove_remote(&neg, section);
    assert_false(ngx_webrtc_negotiation_wants_offer(&neg));

    assert_ptr_equal(add_remote(NGX_WEBRTC_CODEC_VP8, "", "BOB", 2), section);
    assert_true(ngx_webrtc_negotiation_wants_offer(&neg));
}


static void
a_track_that_leaves_during_an_offer_is_taken_back_by_the_next(void **state)
{
    ngx_webrtc_negotiation_section_t  *section;

    (void) state;

    start(MAX);

    section = add_remote(NGX_WEBRTC_CODEC_VP8, "", "ALICE", 1);
    make_offer();
    make_answer(0);

    ngx_webrtc_negotiation_remove_remote(&neg, section);
    assert_answer_taken();
    assert_true(ngx_webrtc_negotiation_wants_offer(&neg));

    negotiate();
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_false(ngx_webrtc_negotiation_wants_offer(&neg));
}


static void
a_refused_section_is_recycled_with_a_new_mid(void **state)
{
    u_char                             mid[NGX_WEBRTC_NEGOTIATION_MID];
    ngx_webrtc_negotiation_section_t  *audio, *section;

    (void) state;

    start(MAX);

    audio = add_remote(NGX_WEBRTC_CODEC_OPUS, "", "ALICE", 1);
    section = add_remote(NGX_WEBRTC_CODEC_H265, "", "ALICE", 2);
    negotiate();

    assert_true(audio->answer.accepted);
    assert_false(section->answer.accepted);
    assert_true(section->refused);
    assert_false(ngx_webrtc_negotiation_wants_offer(&neg));

    /* it stays rejected as long as it is of use to nobody else */

    negotiate();
    assert_true(ngx_webrtc_sdp_rejected(&sections[1]));
    assert_false(sections[1].bundled);

    memcpy(mid, section->mid.data, section->mid.len);
    ngx_webrtc_negotiation_remove_remote(&neg, section);

    assert_ptr_equal(add_remote(NGX_WEBRTC_CODEC_VP8, "", "BOB", 3), section);
    assert_int_equal(section->mid.len, 12);
    assert_memory_not_equal(section->mid.data, mid, section->mid.len);

    negotiate();
    assert_true(section->answer.accepted);
    assert_int_equal(sections[1].port, 9);
}


static void
a_placeholder_may_be_refused_while_it_gets_a_track(void **state)
{
    u_char                             mid[NGX_WEBRTC_NEGOTIATION_MID];
    ngx_webrtc_negotiation_section_t  *audio, *video;

    (void) state;

    start(MAX);

    audio = ngx_webrtc_negotiation_add_placeholder(&neg,
                                                   NGX_WEBRTC_SDP_AUDIO);
    video = ngx_webrtc_negotiation_add_placeholder(&neg,
                                                   NGX_WEBRTC_SDP_VIDEO);
    make_offer();
    make_answer(2);

    memcpy(mid, video->mid.data, video->mid.len);

    assert_ptr_equal(add_remote(NGX_WEBRTC_CODEC_VP8, "", "ALICE", 1), video);
    assert_answer_taken();

    assert_false(audio->refused);
    assert_false(video->refused);

    assert_memory_not_equal(video->mid.data, mid, video->mid.len);

    negotiate();
    assert_true(video->answer.accepted);
}


static void
candidates_move_to_the_first_section_that_is_not_rejected(void **state)
{
    (void) state;

    start(MAX);

    add_own(NGX_WEBRTC_CODEC_H265, 0);
    add_own(NGX_WEBRTC_CODEC_OPUS, 0);

    negotiate();
    assert_int_equal(sdp.candidates[0].section, 0);
    assert_non_null(neg.remote);

    make_offer();
    assert_true(ngx_webrtc_sdp_rejected(&sections[0]));
    assert_int_equal(sdp.candidates[0].section, 1);
}


static void
one_payload_type_means_one_codec_with_one_fmtp(void **state)
{
    ngx_uint_t                         rtx;
    ngx_webrtc_negotiation_section_t  *a, *b, *c, *d, *e;

    (void) state;

    start(MAX);

    a = add_remote(NGX_WEBRTC_CODEC_H264, "", "A", 1);
    b = add_remote(NGX_WEBRTC_CODEC_H264, "", "B", 2);
    c = add_remote(NGX_WEBRTC_CODEC_H264, "level-asymmetry-allowed=1;"
                   "packetization-mode=1;profile-level-id=640034", "C", 3);
    d = add_remote(NGX_WEBRTC_CODEC_OPUS, "minptime=10;stereo=1", "D", 4);
    e = add_remote(NGX_WEBRTC_CODEC_OPUS, "", "E", 5);

    assert_int_equal(a->payload->pt, 102);
    assert_int_equal(a->payload->rtx_pt, 103);
    assert_ptr_equal(a->payload, b->payload);
    assert_ptr_not_equal(a->payload, c->payload);
    assert_int_not_equal(c->payload->pt, a->payload->pt);
    assert_int_not_equal(c->payload->pt, c->payload->rtx_pt);
    assert_int_equal(d->payload->pt, 109);
    assert_int_not_equal(e->payload->pt, 109);

    assert_ptr_equal(ngx_webrtc_negotiation_find_pt(&neg, 103, &rtx),
                     a->payload);
    assert_int_equal(rtx, 1);
    assert_ptr_equal(ngx_webrtc_negotiation_find_pt(&neg, 109, &rtx),
                     d->payload);
    assert_int_equal(rtx, 0);
    assert_null(ngx_webrtc_negotiation_find_pt(&neg, 90, &rtx));
    assert_null(ngx_webrtc_negotiation_find_pt(&neg, 255, &rtx));

    negotiate();
}


static void
payload_types_that_nobody_uses_get_a_new_meaning(void **state)
{
    char                               fmtp[NGX_WEBRTC_FMTP_LEN + 1];
    ngx_uint_t                         i, n;
    ngx_webrtc_negotiation_section_t  *section[40];

    (void) state;

    start(MAX);

    /* at once there is room for some twenty profiles */

    for (n = 0; n < 40; n++) {
        sprintf(fmtp, "profile-level-id=%06x", (unsigned) n);
        section[n] = add_remote(NGX_WEBRTC_CODEC_H264, fmtp, "A", n);

        if (section[n] == NULL) {
            break;
        }

        assert_true(section[n]->payload->pt < 64
                    || section[n]->payload->pt >= 96);
    }

    assert_true(n > 15 && n < 40);
    negotiate();

    /* one after the other there may be any number */

    for (i = 0; i < n; i++) {
        ngx_webrtc_negotiation_remove_remote(&neg, section[i]);
    }

    assert_null(add_remote(NGX_WEBRTC_CODEC_H264, "x=1", "A", 1));

    negotiate();

    for (i = 0; i < 200; i++) {

        /* of any length, first longer than those before */

        sprintf(fmtp, "profile-level-id=%0*x",
                NGX_WEBRTC_FMTP_LEN - 17 - (int) i * 7 % 80,
                (unsigned) i + 1000);

        section[0] = add_remote(NGX_WEBRTC_CODEC_H264, fmtp, "A", i);
        assert_non_null(section[0]);
        assert_int_equal(section[0]->payload->fmtp.len, strlen(fmtp));
        negotiate();
        assert_true(offered(fmtp));

        ngx_webrtc_negotiation_remove_remote(&neg, section[0]);
        negotiate();
    }

    assert_int_equal(neg.nsections, n);
}


static void
the_data_section_is_negotiated(void **state)
{
    ngx_webrtc_negotiation_section_t  *data;

    (void) state;

    start(MAX);
    data = ngx_webrtc_negotiation_add_data(&neg);

    make_offer();
    assert_true(offered("m=application 9 UDP/DTLS/SCTP webrtc-datachannel"));
    assert_int_equal(sections[0].sctp_port, 5000);
    assert_false(offered("a=rtcp-mux"));

    make_answer(0);
    assert_answer_taken();

    assert_true(data->answer.accepted);
    assert_int_equal(data->answer.sctp_port, 5000);
    assert_int_equal(data->answer.max_message_size, 65536);
}


static void
bad_answers_are_refused_and_change_nothing(void **state)
{
    (void) state;

    start(MAX);

    add_own(NGX_WEBRTC_CODEC_OPUS, 0);
    add_own(NGX_WEBRTC_CODEC_VP8, 0);
    make_offer();

    strcpy(answer, "");
    assert_answer_refused("SDP-MALFORMED");

    strcpy(answer, "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n");
    assert_answer_refused("M-LINE-COUNT-MISMATCH");

    make_answer(0);
    strcat(answer, "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n");
    assert_answer_refused("SDP-TOO-MANY-SECTIONS");

    make_answer(0);
    edit("m=audio 9 UDP/TLS/RTP/SAVPF 109", "m=video 9 UDP/TLS/RTP/SAVPF 9");
    assert_answer_refused("M-LINE-MISMATCH");

    make_answer(0);
    edit("a=mid:audio_", "a=mid:other_");
    assert_answer_refused("MID-MISMATCH");

    make_answer(0);
    edit("a=group:BUNDLE ", "a=group:BUNDLE x");
    assert_answer_refused("BUNDLE-REQUIRED");

    make_answer(0);
    edit("a=rtcp-mux\r\n", "");
    assert_answer_refused("RTCP-MUX-REQUIRED");

    make_answer(0);
    edit("a=rtpmap:109 opus", "a=rtpmap:109 spam");
    assert_answer_refused("NO-COMMON-CODEC");

    make_answer(0);
    edit("a=ice-ufrag:wxyz", "a=ice-ufrag:zyxw");
    assert_answer_refused("TRANSPORT-MISMATCH");

    make_answer(0);
    edit("a=setup:active", "a=setup:passive");
    assert_answer_refused("CONFLICTING-SETUP");

    make_answer(3);
    assert_answer_refused("ALL-REJECTED");

    make_answer(0);
    edit("a=ice-ufrag:wxyz\r\n", "");
    edit("a=ice-ufrag:wxyz\r\n", "");
    assert_answer_refused("MISSING-ICE-UFRAG");

    make_answer(0);
    edit("sha-256", "sha-1");
    assert_answer_refused("WEAK-FINGERPRINT");

    make_answer(0);
    edit("00:11:22", "00:11");
    assert_answer_refused("BAD-FINGERPRINT");

    make_answer(2);
    edit("a=setup:active", "a=setup:actpass");
    assert_answer_refused("BAD-SETUP");

    make_answer(2);
    edit("a=setup:active", "a=setup:holdconn");
    assert_answer_refused("BAD-SETUP");

    make_answer(0);
    edit("s=-\r\n", "s=-\r\na=ice-lite\r\n");
    assert_answer_refused("BOTH-ICE-LITE");

    assert_null(neg.remote);
    assert_false(neg.sections[0]->answer.accepted);

    make_answer(0);
    assert_answer_taken();
}


static void
a_reanswer_must_keep_its_transport(void **state)
{
    (void) state;

    start(MAX);

    add_own(NGX_WEBRTC_CODEC_OPUS, 0);
    negotiate();

    add_remote(NGX_WEBRTC_CODEC_OPUS, "", "ALICE", 1);
    make_offer();

    make_answer(0);
    edit("a=ice-ufrag:wxyz", "a=ice-ufrag:zyxw");
    edit("a=ice-ufrag:wxyz", "a=ice-ufrag:zyxw");
    assert_answer_refused("TRANSPORT-CHANGED");

    make_answer(0);
    edit("00:11:22", "01:11:22");
    assert_answer_refused("TRANSPORT-CHANGED");

    make_answer(0);
    edit("a=setup:active", "a=setup:passive");
    edit("a=setup:active", "a=setup:passive");
    assert_answer_refused("TRANSPORT-CHANGED");

    /* an order or number of m-lines of its own */

    make_answer(0);
    *strstr(strstr(answer, "m=audio") + 1, "m=audio") = '\0';
    assert_answer_refused("M-LINE-COUNT-MISMATCH");

    /* to want no media any more is no fault */

    make_answer(3);
    assert_answer_taken();
    assert_memory_equal(neg.remote->ufrag.data, "wxyz", 4);
}


static void
numeric_udp_candidates_of_the_answer_are_kept(void **state)
{
    (void) state;

    start(MAX);
    add_own(NGX_WEBRTC_CODEC_OPUS, 0);

    make_offer();
    make_answer(0);
    strcat(answer, "a=candidate:1 1 udp 5 192.0.2.1 5000 typ host\r\n"
           "a=candidate:1 1 udp 5 x.local 5000 typ host\r\n"
           "a=candidate:1 1 tcp 5 192.0.2.1 9 typ host tcptype active\r\n");
    assert_answer_taken();

    assert_int_equal(neg.remote->naddrs, 1);
    assert_int_equal(neg.remote->addrs[0].port, 5000);
}


static void
nothing_from_outside_breaks_out_of_its_line(void **state)
{
    (void) state;

    start(MAX);

    assert_null(add_remote(NGX_WEBRTC_CODEC_VP8, "", "A\r\na=x", 1));
    assert_null(add_remote(NGX_WEBRTC_CODEC_VP8, "", "A B", 1));
    assert_null(add_remote(NGX_WEBRTC_CODEC_VP8, "", "", 1));
    assert_null(add_remote(NGX_WEBRTC_CODEC_VP8, "x\r\na=y", "A", 1));
    assert_null(add_remote(NGX_WEBRTC_CODEC_NONE, "", "A", 1));
    assert_null(add_remote(NGX_WEBRTC_CODEC_MAX, "", "A", 1));
    assert_int_equal(neg.nsections, 0);
}


static void
the_number_of_sections_is_bounded(void **state)
{
    ngx_uint_t  i;

    (void) state;

    start(6);

    for (i = 0; i < 6; i++) {
        assert_non_null(add_remote(NGX_WEBRTC_CODEC_VP8, "", "A", i));
    }

    assert_null(add_remote(NGX_WEBRTC_CODEC_VP8, "", "A", i));
    assert_null(add_own(NGX_WEBRTC_CODEC_VP8, 0));
    negotiate();
}


/* kinds and mids of the last offer, to compare the next one with */

typedef struct {
    ngx_uint_t              n;
    ngx_webrtc_sdp_kind_e   kinds[MAX];
    u_char                  mids[MAX][NGX_WEBRTC_NEGOTIATION_MID];
    ngx_uint_t              refused[MAX];
} history_t;


static void
assert_same_order(history_t *history)
{
    ngx_uint_t  i;

    assert_true(sdp.nsections >= history->n);

    for (i = 0; i < sdp.nsections; i++) {

        if (i < history->n) {
            assert_int_equal(sections[i].kind, history->kinds[i]);

            if (!history->refused[i]) {
                assert_memory_equal(sections[i].mid.data, history->mids[i],
                                    sections[i].mid.len);
            }
        }

        history->kinds[i] = sections[i].kind;
        memcpy(history->mids[i], sections[i].mid.data, sections[i].mid.len);
    }

    history->n = sdp.nsections;
}


static void
a_long_life_of_joins_and_leaves_keeps_the_order(void **state)
{
    char                               stream[32];
    uint64_t                           reject;
    ngx_uint_t                         i, j, n, peak;
    ngx_webrtc_negotiation_section_t  *members[32][2];

    static history_t  history;

    static const ngx_uint_t  codecs[] = {
        NGX_WEBRTC_CODEC_VP8, NGX_WEBRTC_CODEC_VP9, NGX_WEBRTC_CODEC_AV1,
        NGX_WEBRTC_CODEC_H264, NGX_WEBRTC_CODEC_H265
    };

    (void) state;

    start(MAX);
    memset(&history, 0, sizeof(history));
    memset(members, 0, sizeof(members));

    add_own(NGX_WEBRTC_CODEC_OPUS, 0);
    add_own(NGX_WEBRTC_CODEC_VP8, 500);
    ngx_webrtc_negotiation_add_data(&neg);

    n = 0;
    peak = 0;

    for (i = 0; i < 2000; i++) {

        seed = seed * 1664525 + 1013904223;
        j = (seed >> 16) % 32;

        if (members[j][0]) {
            ngx_webrtc_negotiation_remove_remote(&neg, members[j][0]);
            ngx_webrtc_negotiation_remove_remote(&neg, members[j][1]);
            members[j][0] = NULL;
            n--;

        } else if (n < 10) {
            sprintf(stream, "CONNECTION%u", (unsigned) i);

            members[j][0] = add_remote(NGX_WEBRTC_CODEC_OPUS, "", stream, i);
            members[j][1] = add_remote(codecs[i % 5], "", stream, i + 10000);
            assert_non_null(members[j][0]);
            assert_non_null(members[j][1]);
            assert_false(members[j][0]->own);

            n++;
            peak = ngx_max(peak, n);
        }

        /* offers and answers fall anywhere between */

        if (neg.outstanding) {
            reject = (i % 7 == 0) ? ((uint64_t) seed << 3) & ~7ULL : 0;

            make_answer(reject);
            assert_answer_taken();

            for (j = 0; j < sdp.nsections; j++) {
                history.refused[j] = neg.sections[j]->refused
                                     || ngx_webrtc_sdp_rejected(&sections[j])
                                     || (j < 64 && (reject >> j & 1));
            }
        }

        if (ngx_webrtc_negotiation_wants_offer(&neg) && i % 3) {
            make_offer();
            assert_int_equal(sdp.version, neg.version);
            assert_same_order(&history);
        }
    }

    assert_true(peak > 5);

    /* who comes before the one who left is off the client needs room */

    assert_true(neg.nsections <= 3 + 2 * 32);
}


static void
try_answer(unsigned char *pos, unsigned char *last)
{
    const char  *reason;

    reason = NULL;

    if (ngx_webrtc_negotiation_read_answer(&neg, pos, last, &reason)
        == NGX_OK)
    {
        neg.outstanding = 1;

    } else {
        assert_non_null(reason);
    }

    neg.remote = NULL;
}


static void
no_flipped_bit_of_an_answer_does_harm(void **state)
{
    size_t   len;
    u_char  *data;

    (void) state;

    start(MAX);
    script = "Pe8Q1Srh51Ou";

    add_own(NGX_WEBRTC_CODEC_OPUS, 0);
    add_own(NGX_WEBRTC_CODEC_VP8, 500);
    make_offer();

    data = fixture_read("chromium-answer.sdp", &len);
    hostile_all(data, len, try_answer);
    free(data);
}


static int
teardown(void **state)
{
    (void) state;

    if (pool) {
        ngx_destroy_pool(pool);
    }

    return 0;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_offer_of_own_tracks_has_what_a_sender_needs),
        cmocka_unit_test(
            what_we_send_is_offered_with_its_ssrcs_and_feedback_on_it),
        cmocka_unit_test(simulcast_layers_are_offered_and_answered),
        cmocka_unit_test(a_browsers_answer_is_recorded),
        cmocka_unit_test(only_one_offer_is_outstanding),
        cmocka_unit_test(an_offer_is_repeated_as_a_new_version),
        cmocka_unit_test(the_last_answer_is_to_the_last_offer),
        cmocka_unit_test(
            a_second_answer_that_does_not_fit_is_passed_over_once),
        cmocka_unit_test(an_offer_without_room_changes_nothing),
        cmocka_unit_test(
            an_idle_receiver_gets_placeholders_that_are_used_later),
        cmocka_unit_test(
            a_section_is_used_again_only_after_the_client_saw_it_inactive),
        cmocka_unit_test(a_track_that_left_before_its_offer_needs_none),
        cmocka_unit_test(
            a_track_that_leaves_during_an_offer_is_taken_back_by_the_next),
        cmocka_unit_test(a_refused_section_is_recycled_with_a_new_mid),
        cmocka_unit_test(a_placeholder_may_be_refused_while_it_gets_a_track),
        cmocka_unit_test(
            candidates_move_to_the_first_section_that_is_not_rejected),
        cmocka_unit_test(one_payload_type_means_one_codec_with_one_fmtp),
        cmocka_unit_test(payload_types_that_nobody_uses_get_a_new_meaning),
        cmocka_unit_test(the_data_section_is_negotiated),
        cmocka_unit_test(bad_answers_are_refused_and_change_nothing),
        cmocka_unit_test(a_reanswer_must_keep_its_transport),
        cmocka_unit_test(numeric_udp_candidates_of_the_answer_are_kept),
        cmocka_unit_test(nothing_from_outside_breaks_out_of_its_line),
        cmocka_unit_test(the_number_of_sections_is_bounded),
        cmocka_unit_test(a_long_life_of_joins_and_leaves_keeps_the_order),
        cmocka_unit_test(no_flipped_bit_of_an_answer_does_harm)
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
