
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_sdp.h>

#include "fixture.h"
#include "hostile.h"


#define SECTIONS  NGX_WEBRTC_SDP_MAX_SECTIONS

#define HEAD                                                                 \
    "v=0\r\n"                                                                \
    "o=- 42 7 IN IP4 127.0.0.1\r\n"                                          \
    "s=-\r\n"                                                                \
    "t=0 0\r\n"

#define AUDIO   "m=audio 9 UDP/TLS/RTP/SAVPF 109\r\n"
#define VIDEO   "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"
#define DATA    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"


static ngx_webrtc_sdp_t          sdp;
static ngx_webrtc_sdp_section_t  sections[SECTIONS];


static char     buf[2 * 1024 * 1024];

/* in a block of its exact size; strings of the result lead into it */

static u_char  *text;


static ngx_int_t
parse(const char *str)
{
    size_t  len;

    len = strlen(str);

    free(text);
    text = malloc(len ? len : 1);
    memcpy(text, str, len);

    return ngx_webrtc_sdp_parse(&sdp, text, text + len, sections, SECTIONS);
}


static void
assert_str(const ngx_str_t *str, const char *expected)
{
    assert_int_equal(str->len, strlen(expected));
    assert_memory_equal(str->data, expected, str->len);
}


static void
assert_refused(const char *str, const char *reason)
{
    assert_int_equal(parse(str), NGX_ERROR);
    assert_string_equal(sdp.reason, reason);
}


static void
a_browsers_answer_is_read(void **state)
{
    size_t                     len;
    u_char                    *data;
    const char                *reason;
    ngx_webrtc_sdp_codec_t    *codec;
    ngx_webrtc_sdp_section_t  *section;

    (void) state;

    data = fixture_read("chromium-answer.sdp", &len);

    assert_int_equal(ngx_webrtc_sdp_parse(&sdp, data, data + len, sections,
                                          SECTIONS),
                     NGX_OK);

    assert_str(&sdp.session_id, "4065499035730528097");
    assert_int_equal(sdp.version, 2);
    assert_int_equal(sdp.nsections, 2);
    assert_false(sdp.ice_lite);

    section = &sections[0];

    assert_int_equal(section->kind, NGX_WEBRTC_SDP_AUDIO);
    assert_int_equal(section->direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(section->port, 9);
    assert_str(&section->proto, "UDP/TLS/RTP/SAVPF");
    assert_str(&section->mid, "audio_Pe8Q1S");
    assert_str(&section->stream, "bebf07b0-cbea-41bf-b84f-90fd4be1b84e");
    assert_str(&section->track, "f08411fa-8cfb-4064-96ca-75602a4c44c0");
    assert_true(section->bundled);
    assert_true(section->rtcp_mux);
    assert_true(section->rtcp_rsize);
    assert_false(ngx_webrtc_sdp_rejected(section));

    assert_str(&section->transport.ufrag, "c7Vi");
    assert_str(&section->transport.pwd, "Ty73G5qXm6M8hjQxH8OTVsVB");
    assert_int_equal(section->transport.setup, NGX_WEBRTC_SDP_SETUP_ACTIVE);
    assert_int_equal(section->transport.nfingerprints, 1);
    assert_str(&section->transport.fingerprints[0].hash, "sha-256");
    assert_int_equal(section->transport.fingerprints[0].value.len, 95);
    assert_int_equal(ngx_webrtc_sdp_check_transport(&section->transport,
                                                    &reason),
                     NGX_OK);

    assert_int_equal(section->ncodecs, 1);
    assert_str(&section->codecs[0].name, "opus");
    assert_int_equal(section->codecs[0].pt, 109);
    assert_int_equal(section->codecs[0].clock, 48000);
    assert_int_equal(section->codecs[0].channels, 2);
    assert_str(&section->codecs[0].fmtp, "minptime=10;useinbandfec=1");
    assert_int_equal(section->codecs[0].feedback,
                     NGX_WEBRTC_SDP_FB_TRANSPORT_CC);

    assert_int_equal(section->nextmaps, 4);
    assert_int_equal(section->extmaps[0].id, 4);
    assert_str(&section->extmaps[0].uri,
               "urn:ietf:params:rtp-hdrext:ssrc-audio-level");
    assert_int_equal(section->extmaps[0].direction, NGX_WEBRTC_SDP_SENDRECV);

    assert_int_equal(section->nssrcs, 1);
    assert_int_equal(section->ssrcs[0].ssrc, 1900840382);
    assert_str(&section->ssrcs[0].cname, "GvINZ7i/7ZvWPL6l");

    section = &sections[1];

    assert_int_equal(section->kind, NGX_WEBRTC_SDP_VIDEO);
    assert_int_equal(section->ncodecs, 2);

    codec = ngx_webrtc_sdp_find_codec(section, 96);
    assert_non_null(codec);
    assert_str(&codec->name, "VP8");
    assert_int_equal(codec->feedback, 0x1f);
    assert_int_equal(codec->apt, NGX_WEBRTC_SDP_NO_PT);

    codec = ngx_webrtc_sdp_find_codec(section, 97);
    assert_non_null(codec);
    assert_int_equal(codec->apt, 96);
    assert_null(ngx_webrtc_sdp_find_codec(section, 98));

    assert_int_equal(section->nssrcs, 2);
    assert_int_equal(section->nssrc_groups, 1);
    assert_int_equal(section->ssrc_groups[0].semantics,
                     NGX_WEBRTC_SDP_GROUP_FID);
    assert_int_equal(section->ssrc_groups[0].n, 2);
    assert_int_equal(section->ssrc_groups[0].ssrc[1], 3702187972);

    free(data);
}


static void
simulcast_layers_are_read_with_their_state(void **state)
{
    size_t                     len;
    u_char                    *data;
    ngx_webrtc_sdp_section_t  *section;

    (void) state;

    data = fixture_read("chromium-answer-simulcast.sdp", &len);

    assert_int_equal(ngx_webrtc_sdp_parse(&sdp, data, data + len, sections,
                                          SECTIONS),
                     NGX_OK);

    section = &sections[1];

    assert_int_equal(section->nrids, 3);
    assert_str(&section->rids[0].id, "r0");
    assert_int_equal(section->rids[0].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_true(section->rids[0].simulcast);
    assert_false(section->rids[0].paused);
    assert_true(section->rids[2].simulcast);
    assert_true(section->rids[2].paused);

    free(data);
}


static void
rejected_sections_and_data_channels_are_read(void **state)
{
    size_t   len;
    u_char  *data;

    (void) state;

    data = fixture_read("chromium-answer-rejected.sdp", &len);

    assert_int_equal(ngx_webrtc_sdp_parse(&sdp, data, data + len, sections,
                                          SECTIONS),
                     NGX_OK);

    assert_int_equal(sdp.nsections, 3);
    assert_true(ngx_webrtc_sdp_rejected(&sections[1]));
    assert_false(sections[1].bundled);

    assert_int_equal(sections[2].kind, NGX_WEBRTC_SDP_APPLICATION);
    assert_int_equal(sections[2].sctp_port, 5000);
    assert_int_equal(sections[2].max_message_size, 262144);

    free(data);
}


static void
what_stands_in_the_session_is_the_sections_default(void **state)
{
    (void) state;

    assert_int_equal(parse(HEAD
                           "a=ice-lite\n"
                           "a=group:LS x\n"
                           "a=group:BUNDLE 0 1\n"
                           "a=ice-ufrag:abcd\n"
                           "a=ice-pwd:abcdefghijklmnopqrstuv\n"
                           "a=fingerprint:sha-256 00:11\n"
                           "a=setup:passive\n"
                           "a=recvonly\n"
                           "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\n"
                           "a=end-of-candidates\n"
                           AUDIO
                           "a=mid:0\n"
                           VIDEO
                           "a=mid:1\n"
                           "a=sendonly\n"
                           "a=ice-ufrag:efgh\n"
                           "a=ice-pwd:ABCDEFGHIJKLMNOPQRSTUV\n"
                           "a=setup:active\n"
                           DATA
                           "a=mid:2\n"
                           "a=sctpmap:5001 webrtc-datachannel 1024\n"),
                     NGX_OK);

    assert_true(sdp.ice_lite);
    assert_true(sdp.end_of_candidates);
    assert_int_equal(sdp.ncandidates, 1);

    assert_str(&sections[0].transport.ufrag, "abcd");
    assert_str(&sections[0].transport.pwd, "abcdefghijklmnopqrstuv");
    assert_int_equal(sections[0].transport.nfingerprints, 1);
    assert_int_equal(sections[0].transport.setup,
                     NGX_WEBRTC_SDP_SETUP_PASSIVE);
    assert_int_equal(sections[0].direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_true(sections[0].bundled);

    assert_str(&sections[1].transport.ufrag, "efgh");
    assert_str(&sections[1].transport.pwd, "ABCDEFGHIJKLMNOPQRSTUV");
    assert_int_equal(sections[1].transport.setup,
                     NGX_WEBRTC_SDP_SETUP_ACTIVE);
    assert_int_equal(sections[1].direction, NGX_WEBRTC_SDP_SENDONLY);

    assert_false(sections[2].bundled);
    assert_int_equal(sections[2].sctp_port, 5001);
    assert_int_equal(sections[2].max_message_size, 65536);
}


static void
bandwidth_is_in_bits_and_tias_wins(void **state)
{
    (void) state;

    assert_int_equal(parse(HEAD VIDEO "b=AS:500\r\n"), NGX_OK);
    assert_int_equal(sections[0].bandwidth, 500000);

    assert_int_equal(parse(HEAD VIDEO "b=TIAS:499000\r\nb=AS:500\r\n"),
                     NGX_OK);
    assert_int_equal(sections[0].bandwidth, 499000);

    assert_int_equal(parse(HEAD "b=AS:1\r\n" VIDEO "b=X-YZ:a\r\n"), NGX_OK);
    assert_int_equal(sections[0].bandwidth, 0);

    assert_refused(HEAD VIDEO "b=AS:-1\r\n", "BAD-BANDWIDTH");
    assert_refused(HEAD VIDEO "b=TIAS:99999999999\r\n", "BAD-BANDWIDTH");
}


static void
caps_refuse_what_is_too_much(void **state)
{
    char    *p;
    size_t   i;

    (void) state;

    /* a megabyte */

    memset(buf, 'a', 1024 * 1024);
    buf[1024 * 1024] = '\0';
    assert_refused(buf, "SDP-TOO-LARGE");

    /* one line of 64 kB, and the same without any line end */

    p = buf + sprintf(buf, HEAD "a=");
    memset(p, 'a', 65536);
    strcpy(p + 65536, "\r\n");
    assert_refused(buf, "SDP-LINE-TOO-LONG");
    memset(buf, 'v', 65536);
    buf[65536] = '\0';
    assert_refused(buf, "SDP-LINE-TOO-LONG");

    /* 10 000 lines */

    p = buf + sprintf(buf, HEAD);

    for (i = 0; i < 10000; i++) {
        p += sprintf(p, "a=x\r\n");
    }

    assert_refused(buf, "SDP-TOO-MANY-LINES");

    /* 1 000 sections */

    p = buf + sprintf(buf, HEAD);

    for (i = 0; i < 1000; i++) {
        p += sprintf(p, AUDIO);
    }

    assert_refused(buf, "SDP-TOO-MANY-SECTIONS");

    /* a 10 kB fmtp */

    p = buf + sprintf(buf, HEAD AUDIO "a=fmtp:109 ");
    memset(p, 'x', 10240);
    p[10240] = '\0';
    assert_refused(buf, "SDP-LINE-TOO-LONG");

    /* 128 payload types */

    p = buf + sprintf(buf, HEAD "m=video 9 UDP/TLS/RTP/SAVPF");

    for (i = 0; i < 128; i++) {
        p += sprintf(p, " %d", (int) i);
    }

    assert_refused(buf, "TOO-MANY-CODECS");

    /* 50 fingerprints, 100 extensions, 20 rids */

    p = buf + sprintf(buf, HEAD AUDIO);

    for (i = 0; i < 50; i++) {
        p += sprintf(p, "a=fingerprint:sha-256 00:11\r\n");
    }

    assert_refused(buf, "TOO-MANY-FINGERPRINTS");

    p = buf + sprintf(buf, HEAD AUDIO);

    for (i = 0; i < 100; i++) {
        p += sprintf(p, "a=extmap:%d urn:x\r\n", (int) i + 1);
    }

    assert_refused(buf, "TOO-MANY-EXTMAPS");

    p = buf + sprintf(buf, HEAD VIDEO);

    for (i = 0; i < 20; i++) {
        p += sprintf(p, "a=rid:r%d send\r\n", (int) i);
    }

    assert_refused(buf, "TOO-MANY-RIDS");
}


static void
too_many_ssrcs_and_candidates_are_skipped(void **state)
{
    char    *p;
    size_t   i;

    (void) state;

    p = buf + sprintf(buf, HEAD VIDEO);

    for (i = 0; i < 1000; i++) {
        p += sprintf(p, "a=ssrc:%d cname:x\na=ssrc-group:FID 1 %d 3 4 5\n"
                     "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\n",
                     (int) i + 1, (int) i + 1);
    }

    assert_int_equal(parse(buf), NGX_OK);
    assert_int_equal(sections[0].nssrcs, NGX_WEBRTC_SDP_MAX_SSRCS);
    assert_int_equal(sections[0].nssrc_groups, NGX_WEBRTC_SDP_MAX_SSRC_GROUPS);
    assert_int_equal(sections[0].ssrc_groups[0].n, 4);
    assert_int_equal(sdp.ncandidates, NGX_WEBRTC_SDP_MAX_CANDIDATES);
}


static void
malformed_descriptions_are_refused(void **state)
{
    (void) state;

    assert_refused("o=- 1 1 IN IP4 0.0.0.0\r\n", "SDP-MALFORMED");
    assert_refused("v=1\r\n", "SDP-MALFORMED");
    assert_refused("v=0\r\n", "SDP-MALFORMED");
    assert_refused("v=0\r\no=-\r\n", "SDP-MALFORMED");
    assert_refused("v=0\r\no=- 1 x IN IP4 0.0.0.0\r\n", "SDP-MALFORMED");
    assert_refused(HEAD "o=- 1 1 IN IP4 0.0.0.0\r\n", "SDP-MALFORMED");
    assert_refused(HEAD "nonsense\r\n", "SDP-MALFORMED");
    assert_refused(HEAD "a=x\ry\r\n", "SDP-MALFORMED");
    assert_refused(HEAD "m=\r\n", "SDP-MALFORMED");
    assert_refused(HEAD "m=audio\r\n", "SDP-MALFORMED");
    assert_refused(HEAD "m=audio 65536 RTP/AVP 0\r\n", "SDP-MALFORMED");
    assert_refused(HEAD "m=audio 9\r\n", "SDP-MALFORMED");

    assert_int_equal(ngx_webrtc_sdp_parse(&sdp, (u_char *) HEAD "a=\0\r\n",
                                          (u_char *) HEAD "a=\0\r\n"
                                          + sizeof(HEAD "a=\0\r\n") - 1,
                                          sections, SECTIONS),
                     NGX_ERROR);
    assert_string_equal(sdp.reason, "SDP-MALFORMED");

    /* unknown lines and attributes are nobody's fault */

    assert_int_equal(parse(HEAD "z=0\r\na=\r\na=unknown:1\r\n"
                           "m=message 9 TCP/MSRP *\r\na=path:x\r\n\r\n"),
                     NGX_OK);
    assert_int_equal(sections[0].kind, NGX_WEBRTC_SDP_UNKNOWN);
}


static void
duplicates_are_refused(void **state)
{
    (void) state;

    assert_refused(HEAD AUDIO "a=mid:0\r\n" VIDEO "a=mid:0\r\n",
                   "DUPLICATE-MID");
    assert_refused(HEAD AUDIO "a=mid:0\r\na=mid:1\r\n", "BAD-MID");
    assert_refused(HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96 97 96\r\n",
                   "DUPLICATE-PAYLOAD-TYPE");
    assert_refused(HEAD AUDIO "a=extmap:1 urn:a\r\na=extmap:1 urn:b\r\n",
                   "DUPLICATE-EXTMAP-ID");
    assert_refused(HEAD VIDEO "a=rid:a send\r\na=rid:a recv\r\n",
                   "DUPLICATE-RID");
}


static void
ice_credentials_have_their_lengths(void **state)
{
    const char  *reason;

    (void) state;

    assert_refused(HEAD "a=ice-ufrag:abc\r\n", "BAD-ICE-UFRAG");
    assert_refused(HEAD "a=ice-ufrag:\r\n", "BAD-ICE-UFRAG");
    assert_refused(HEAD "a=ice-ufrag:ab:cd\r\n", "BAD-ICE-UFRAG");
    assert_refused(HEAD "a=ice-ufrag:ab cd\r\n", "BAD-ICE-UFRAG");
    assert_refused(HEAD "a=ice-pwd:abcdefghijklmnopqrstu\r\n", "BAD-ICE-PWD");

    strcpy(buf, HEAD "a=ice-ufrag:");
    memset(buf + sizeof(HEAD "a=ice-ufrag:") - 1, 'a', 4096);
    strcpy(buf + sizeof(HEAD "a=ice-ufrag:") - 1 + 4096, "\r\n");
    assert_refused(buf, "BAD-ICE-UFRAG");

    assert_int_equal(parse(HEAD AUDIO), NGX_OK);
    assert_int_equal(ngx_webrtc_sdp_check_transport(&sections[0].transport,
                                                    &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "MISSING-ICE-UFRAG");

    assert_int_equal(parse(HEAD AUDIO "a=ice-ufrag:abcd\r\n"), NGX_OK);
    assert_int_equal(ngx_webrtc_sdp_check_transport(&sections[0].transport,
                                                    &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "MISSING-ICE-PWD");

    assert_int_equal(parse(HEAD "a=ice-ufrag:abcd\r\n"
                           "a=ice-pwd:abcdefghijklmnopqrstuv\r\n" AUDIO),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_sdp_check_transport(&sections[0].transport,
                                                    &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "MISSING-FINGERPRINT");

    assert_int_equal(parse(HEAD "a=ice-ufrag:abcd\r\n"
                           "a=ice-pwd:abcdefghijklmnopqrstuv\r\n"
                           "a=fingerprint:sha-256 00\r\n" AUDIO),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_sdp_check_transport(&sections[0].transport,
                                                    &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "MISSING-SETUP");

    assert_int_equal(parse(HEAD "a=ice-ufrag:abcd\r\n"
                           "a=ice-pwd:abcdefghijklmnopqrstuv\r\n"
                           "a=fingerprint:sha-256 00\r\n" AUDIO
                           "a=setup:holdconn\r\n"),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_sdp_check_transport(&sections[0].transport,
                                                    &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "BAD-SETUP");

    assert_refused(HEAD "a=setup:whatever\r\n", "BAD-SETUP");
    assert_refused(HEAD "a=fingerprint:sha-256\r\n", "BAD-FINGERPRINT");
}


static void
codec_lines_are_checked(void **state)
{
    (void) state;

    assert_refused(HEAD "m=video 9 UDP/TLS/RTP/SAVPF 128\r\n",
                   "BAD-PAYLOAD-TYPE");
    assert_refused(HEAD "m=video 9 UDP/TLS/RTP/SAVPF x\r\n",
                   "BAD-PAYLOAD-TYPE");
    assert_refused(HEAD VIDEO "a=rtpmap:96\r\n", "BAD-RTPMAP");
    assert_refused(HEAD VIDEO "a=rtpmap:96 VP8\r\n", "BAD-RTPMAP");
    assert_refused(HEAD VIDEO "a=rtpmap:96 VP8/0\r\n", "BAD-RTPMAP");
    assert_refused(HEAD VIDEO "a=rtpmap:96 VP8/9/0\r\n", "BAD-RTPMAP");
    assert_refused(HEAD VIDEO "a=extmap:0 urn:a\r\n", "BAD-EXTMAP");
    assert_refused(HEAD VIDEO "a=extmap:1\r\n", "BAD-EXTMAP");
    assert_refused(HEAD VIDEO "a=ssrc:0 cname:x\r\n", "BAD-SSRC");
    assert_refused(HEAD VIDEO "a=ssrc:4294967296 cname:x\r\n", "BAD-SSRC");
    assert_refused(HEAD VIDEO "a=ssrc-group:FID 1 x\r\n", "BAD-SSRC");
    assert_refused(HEAD VIDEO "a=rid:r0\r\n", "BAD-RID");
    assert_refused(HEAD VIDEO "a=rid:r.0 send\r\n", "BAD-RID");
    assert_refused(HEAD VIDEO "a=rid:r0 both\r\n", "BAD-RID");
    assert_refused(HEAD VIDEO "a=rid:r0123456789abcdef send\r\n", "BAD-RID");
    assert_refused(HEAD DATA "a=sctp-port:65536\r\n", "BAD-SCTP-PORT");
    assert_refused(HEAD DATA "a=max-message-size:x\r\n",
                   "BAD-MAX-MESSAGE-SIZE");

    /* payload types that the m-line does not have are ignored (RFC 8866) */

    assert_int_equal(parse(HEAD VIDEO "a=rtpmap:100 VP9/90000\r\n"
                           "a=fmtp:100 x=1\r\na=rtcp-fb:100 nack\r\n"
                           "a=rtcp-fb:* nack pli\r\na=rtcp-fb:96 ack rpsi\r\n"
                           "a=rtcp-fb:96\r\n"),
                     NGX_OK);
    assert_int_equal(sections[0].ncodecs, 2);
    assert_int_equal(sections[0].codecs[0].feedback,
                     NGX_WEBRTC_SDP_FB_NACK_PLI);
    assert_int_equal(sections[0].codecs[1].feedback,
                     NGX_WEBRTC_SDP_FB_NACK_PLI);

    assert_int_equal(parse(HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0 8\r\n"),
                     NGX_OK);
    assert_str(&sections[0].codecs[0].name, "PCMU");
    assert_str(&sections[0].codecs[1].name, "PCMA");

    assert_int_equal(parse(HEAD DATA "a=max-message-size:0\r\n"), NGX_OK);
    assert_true(sections[0].max_message_size == UINT64_MAX);
}


static void
rtx_cannot_repair_itself(void **state)
{
    (void) state;

    assert_refused(HEAD VIDEO "a=rtpmap:96 rtx/90000\r\na=fmtp:96 apt=97\r\n"
                   "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n",
                   "BAD-APT");
    assert_refused(HEAD VIDEO "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=97\r\n",
                   "BAD-APT");
    assert_refused(HEAD VIDEO "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=1x\r\n",
                   "BAD-APT");

    /* of a codec that is not there: of no use, no harm */

    assert_int_equal(parse(HEAD VIDEO "a=rtpmap:97 rtx/90000\r\n"
                           "a=fmtp:97 apt=99\r\n"),
                     NGX_OK);
    assert_int_equal(sections[0].codecs[1].apt, NGX_WEBRTC_SDP_NO_PT);
}


static void
simulcast_names_only_known_rids(void **state)
{
    (void) state;

    assert_refused(HEAD VIDEO "a=simulcast:send r0\r\n",
                   "SIMULCAST-RID-MISMATCH");
    assert_refused(HEAD VIDEO "a=rid:r0 recv\r\na=simulcast:send r0\r\n",
                   "SIMULCAST-RID-MISMATCH");
    assert_refused(HEAD VIDEO "a=simulcast:send\r\n", "BAD-SIMULCAST");
    assert_refused(HEAD VIDEO "a=simulcast:r0\r\n", "BAD-SIMULCAST");
    assert_refused(HEAD VIDEO "a=simulcast:recv x\r\na=simulcast:recv x\r\n",
                   "BAD-SIMULCAST");

    /* the lines may come in any order, with alternatives and both ways */

    assert_int_equal(parse(HEAD VIDEO "a=simulcast:send r0,r1;~r2 recv q\r\n"
                           "a=rid:r0 send\r\na=rid:r1 send pt=96\r\n"
                           "a=rid:r2 send\r\na=rid:q recv\r\n"),
                     NGX_OK);
    assert_true(sections[0].rids[1].simulcast);
    assert_false(sections[0].rids[1].paused);
    assert_true(sections[0].rids[2].paused);
    assert_true(sections[0].rids[3].simulcast);
}


static ngx_int_t
candidate(const char *str, ngx_webrtc_sdp_candidate_t *c)
{
    size_t  len;

    len = strlen(str);

    free(text);
    text = malloc(len ? len : 1);
    memcpy(text, str, len);

    return ngx_webrtc_sdp_parse_candidate(text, text + len, c);
}


static void
candidates_of_browsers_are_read(void **state)
{
    u_char                      ip[64];
    size_t                      n;
    ngx_webrtc_sdp_candidate_t  c;

    (void) state;

    assert_int_equal(candidate("candidate:842163049 1 udp 1677729535 "
                               "198.51.100.7 54321 typ srflx raddr 10.0.0.1 "
                               "rport 8998 generation 0 ufrag c7Vi "
                               "network-cost 999", &c),
                     NGX_OK);

    assert_str(&c.foundation, "842163049");
    assert_int_equal(c.component, 1);
    assert_false(c.tcp);
    assert_int_equal(c.priority, 1677729535);
    assert_str(&c.address, "198.51.100.7");
    assert_int_equal(c.port, 54321);
    assert_int_equal(c.type, NGX_WEBRTC_SDP_CANDIDATE_SRFLX);
    assert_str(&c.ufrag, "c7Vi");
    assert_true(c.numeric);
    assert_int_equal(c.addr.port, 54321);

    n = ngx_webrtc_addr_ip_text(&c.addr, ip, sizeof(ip));
    assert_int_equal(n, 12);
    assert_memory_equal(ip, "198.51.100.7", 12);

    assert_int_equal(candidate("a=candidate:1 1 TCP 1518280447 2001:db8::1 9 "
                               "typ host tcptype active\r\n", &c),
                     NGX_OK);
    assert_true(c.tcp);
    assert_true(c.numeric);
    assert_int_equal(c.tcptype, NGX_WEBRTC_SDP_TCP_ACTIVE);

    assert_int_equal(candidate("candidate:1 1 udp 2113937151 "
                               "b8f2e5d0-9d9b-4e5f-8f0e-5f0a1c2d3e4f.local "
                               "5000 typ host", &c),
                     NGX_OK);
    assert_false(c.numeric);
    assert_str(&c.address, "b8f2e5d0-9d9b-4e5f-8f0e-5f0a1c2d3e4f.local");

    assert_int_equal(candidate("", &c), NGX_DECLINED);
    assert_int_equal(candidate("candidate:", &c), NGX_DECLINED);
    assert_int_equal(candidate("a=candidate:\r\n", &c), NGX_DECLINED);
}


static void
candidates_that_mean_nothing_are_refused(void **state)
{
    size_t                      i;
    ngx_webrtc_sdp_candidate_t  c;

    static const char  *bad[] = {
        "candidate:1",
        "candidate:1 0 udp 1 192.0.2.1 5000 typ host",
        "candidate:1 257 udp 1 192.0.2.1 5000 typ host",
        "candidate:1 1 sctp 1 192.0.2.1 5000 typ host",
        "candidate:1 1 udp 4294967296 192.0.2.1 5000 typ host",
        "candidate:1 1 udp 1 192.0.2.1 0 typ host",
        "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
        "candidate:1 1 udp 1 192.0.2.1 5000",
        "candidate:1 1 udp 1 192.0.2.1 5000 typ",
        "candidate:1 1 udp 1 192.0.2.1 5000 typ ghost",
        "candidate:1 1 udp 1 192.0.2.1 5000 host typ",
        "candidate:123456789012345678901234567890123 1 udp 1 192.0.2.1 5000 "
            "typ host",
        NULL
    };

    (void) state;

    for (i = 0; bad[i]; i++) {
        assert_int_equal(candidate(bad[i], &c), NGX_ERROR);
    }

    /* in a description they are passed over */

    assert_int_equal(parse(HEAD AUDIO "a=candidate:nonsense\r\n"
                           "a=candidate:2 1 udp 5 192.0.2.1 5000 typ host\n"),
                     NGX_OK);
    assert_int_equal(sdp.ncandidates, 1);
    assert_int_equal(sdp.candidates[0].priority, 5);
}


static void
values_of_fmtp_are_found(void **state)
{
    ngx_str_t  value;
    ngx_str_t  fmtp = ngx_string("minptime=10; useinbandfec=1;Stereo=1 ;x");

    (void) state;

    assert_int_equal(ngx_webrtc_sdp_fmtp_value(&fmtp, "minptime", &value),
                     NGX_OK);
    assert_str(&value, "10");
    assert_int_equal(ngx_webrtc_sdp_fmtp_value(&fmtp, "useinbandfec", &value),
                     NGX_OK);
    assert_str(&value, "1");
    assert_int_equal(ngx_webrtc_sdp_fmtp_value(&fmtp, "stereo", &value),
                     NGX_OK);
    assert_str(&value, "1");
    assert_int_equal(ngx_webrtc_sdp_fmtp_value(&fmtp, "x", &value), NGX_OK);
    assert_int_equal(value.len, 0);
    assert_int_equal(ngx_webrtc_sdp_fmtp_value(&fmtp, "ptime", &value),
                     NGX_DECLINED);
}


static void
try_parse(unsigned char *pos, unsigned char *last)
{
    (void) ngx_webrtc_sdp_parse(&sdp, pos, last, sections, 4);
}


static void
try_candidate(unsigned char *pos, unsigned char *last)
{
    ngx_webrtc_sdp_candidate_t  c;

    (void) ngx_webrtc_sdp_parse_candidate(pos, last, &c);
}


static void
no_flipped_bit_is_read_past_the_end(void **state)
{
    size_t   len;
    u_char  *data;

    static const u_char  line[] = "candidate:1 1 tcp 15 2001:db8::1 9 typ "
                                  "host tcptype active ufrag abcd";

    (void) state;

    data = fixture_read("chromium-answer-simulcast.sdp", &len);
    hostile_all(data, len, try_parse);
    free(data);

    hostile_all(line, sizeof(line) - 1, try_candidate);
}


static int
teardown(void **state)
{
    (void) state;

    free(text);
    text = NULL;

    return 0;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_browsers_answer_is_read),
        cmocka_unit_test(simulcast_layers_are_read_with_their_state),
        cmocka_unit_test(rejected_sections_and_data_channels_are_read),
        cmocka_unit_test(what_stands_in_the_session_is_the_sections_default),
        cmocka_unit_test(bandwidth_is_in_bits_and_tias_wins),
        cmocka_unit_test(caps_refuse_what_is_too_much),
        cmocka_unit_test(too_many_ssrcs_and_candidates_are_skipped),
        cmocka_unit_test(malformed_descriptions_are_refused),
        cmocka_unit_test(duplicates_are_refused),
        cmocka_unit_test(ice_credentials_have_their_lengths),
        cmocka_unit_test(codec_lines_are_checked),
        cmocka_unit_test(rtx_cannot_repair_itself),
        cmocka_unit_test(simulcast_names_only_known_rids),
        cmocka_unit_test(candidates_of_browsers_are_read),
        cmocka_unit_test(candidates_that_mean_nothing_are_refused),
        cmocka_unit_test(values_of_fmtp_are_found),
        cmocka_unit_test(no_flipped_bit_is_read_past_the_end)
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
