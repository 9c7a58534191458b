
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_sdp_attr.h>


static ngx_webrtc_sdp_t          sdp;
static ngx_webrtc_sdp_section_t  section;


static ngx_int_t
attribute(ngx_webrtc_sdp_section_t *where, const char *line)
{
    return ngx_webrtc_sdp_parse_attribute(&sdp, where, (u_char *) line,
                                          (u_char *) line + strlen(line));
}


static int
setup(void **state)
{
    (void) state;

    memset(&sdp, 0, sizeof(sdp));
    memset(&section, 0, sizeof(section));

    return 0;
}


static void
words_are_parted_by_any_number_of_blanks(void **state)
{
    u_char     *pos, *last;
    ngx_str_t   word;
    u_char      line[] = "  one two   three ";

    (void) state;

    pos = line;
    last = line + sizeof(line) - 1;

    assert_int_equal(ngx_webrtc_sdp_word(&pos, last, &word), NGX_OK);
    assert_true(ngx_webrtc_sdp_is(&word, "one"));
    assert_int_equal(ngx_webrtc_sdp_word(&pos, last, &word), NGX_OK);
    assert_true(ngx_webrtc_sdp_is(&word, "two"));
    assert_int_equal(ngx_webrtc_sdp_word(&pos, last, &word), NGX_OK);
    assert_true(ngx_webrtc_sdp_is_nocase(&word, "three"));
    assert_int_equal(ngx_webrtc_sdp_word(&pos, last, &word), NGX_DECLINED);
    assert_int_equal(word.len, 0);
}


static ngx_int_t
number(const char *text, uint64_t max, uint64_t *value)
{
    ngx_str_t  word;

    word.data = (u_char *) text;
    word.len = strlen(text);

    return ngx_webrtc_sdp_uint(&word, max, value);
}


static void
numbers_neither_overflow_nor_pass_their_limit(void **state)
{
    uint64_t  n;

    (void) state;

    assert_int_equal(number("0", 0, &n), NGX_OK);
    assert_int_equal(n, 0);
    assert_int_equal(number("007", 7, &n), NGX_OK);
    assert_int_equal(n, 7);
    assert_int_equal(number("8", 7, &n), NGX_ERROR);
    assert_int_equal(number("65535", 65535, &n), NGX_OK);
    assert_int_equal(number("65536", 65535, &n), NGX_ERROR);
    assert_int_equal(number("99999", 65535, &n), NGX_ERROR);
    assert_int_equal(number("18446744073709551615", UINT64_MAX, &n), NGX_OK);
    assert_true(n == UINT64_MAX);
    assert_int_equal(number("18446744073709551616", UINT64_MAX, &n),
                     NGX_ERROR);
    assert_int_equal(number("99999999999999999999999", UINT64_MAX, &n),
                     NGX_ERROR);
    assert_int_equal(number("", 9, &n), NGX_ERROR);
    assert_int_equal(number("-1", 9, &n), NGX_ERROR);
    assert_int_equal(number("+1", 9, &n), NGX_ERROR);
    assert_int_equal(number("1 ", 9, &n), NGX_ERROR);
}


static void
a_word_is_cut_at_the_first_separator(void **state)
{
    ngx_str_t  word = ngx_string("a:b:c");
    ngx_str_t  rest;

    (void) state;

    ngx_webrtc_sdp_cut(&word, ':', &rest);
    assert_true(ngx_webrtc_sdp_is(&word, "a"));
    assert_true(ngx_webrtc_sdp_is(&rest, "b:c"));

    ngx_webrtc_sdp_cut(&word, ':', &rest);
    assert_true(ngx_webrtc_sdp_is(&word, "a"));
    assert_int_equal(rest.len, 0);
    assert_null(rest.data);
}


static void
attributes_of_media_mean_nothing_in_the_session(void **state)
{
    (void) state;

    assert_int_equal(attribute(NULL, "mid:0"), NGX_OK);
    assert_int_equal(attribute(NULL, "rtpmap:nonsense"), NGX_OK);
    assert_int_equal(attribute(NULL, "rtcp-mux"), NGX_OK);
    assert_int_equal(attribute(NULL, "ice-ufrag:abcd"), NGX_OK);
    assert_int_equal(sdp.transport.ufrag.len, 4);
    assert_int_equal(attribute(NULL, "inactive"), NGX_OK);
    assert_int_equal(sdp.direction, NGX_WEBRTC_SDP_INACTIVE);
}


static void
flags_are_not_attributes_with_values(void **state)
{
    (void) state;

    assert_int_equal(attribute(&section, "rtcp-mux"), NGX_OK);
    assert_true(section.rtcp_mux);
    assert_int_equal(attribute(&section, "rtcp-rsize:x"), NGX_OK);
    assert_false(section.rtcp_rsize);
    assert_int_equal(attribute(&section, "bundle-only"), NGX_OK);
    assert_true(section.bundle_only);
    assert_int_equal(attribute(&section, "sendonly"), NGX_OK);
    assert_int_equal(section.direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(attribute(&section, "end-of-candidates"), NGX_OK);
    assert_true(section.end_of_candidates);

    assert_int_equal(attribute(&section, "mid:"), NGX_ERROR);
    assert_string_equal(sdp.reason, "BAD-MID");
    assert_int_equal(attribute(&section, "mid"), NGX_OK);
    assert_int_equal(attribute(&section, ""), NGX_OK);
}


static void
names_are_compared_whole(void **state)
{
    (void) state;

    assert_int_equal(attribute(&section, "ssrc-groups:x"), NGX_OK);
    assert_int_equal(attribute(&section, "mi:x"), NGX_OK);
    assert_int_equal(attribute(&section, "MID:x"), NGX_OK);
    assert_int_equal(section.mid.len, 0);
}


static void
extmap_directions_are_read(void **state)
{
    (void) state;

    assert_int_equal(attribute(&section, "extmap:1/sendonly urn:a"), NGX_OK);
    assert_int_equal(attribute(&section, "extmap:2/recvonly urn:b x"),
                     NGX_OK);
    assert_int_equal(attribute(&section, "extmap:3/inactive urn:c"), NGX_OK);
    assert_int_equal(attribute(&section, "extmap:4096 urn:d"), NGX_OK);

    assert_int_equal(section.nextmaps, 4);
    assert_int_equal(section.extmaps[0].direction, NGX_WEBRTC_SDP_SENDONLY);
    assert_int_equal(section.extmaps[1].direction, NGX_WEBRTC_SDP_RECVONLY);
    assert_true(ngx_webrtc_sdp_is(&section.extmaps[1].uri, "urn:b"));
    assert_int_equal(section.extmaps[2].direction, NGX_WEBRTC_SDP_INACTIVE);
    assert_int_equal(section.extmaps[3].id, 4096);
}


static void
only_the_first_msid_counts(void **state)
{
    (void) state;

    assert_int_equal(attribute(&section, "msid:a b"), NGX_OK);
    assert_int_equal(attribute(&section, "msid:c d"), NGX_OK);
    assert_true(ngx_webrtc_sdp_is(&section.stream, "a"));
    assert_true(ngx_webrtc_sdp_is(&section.track, "b"));

    setup(NULL);

    assert_int_equal(attribute(&section, "msid:a"), NGX_OK);
    assert_true(ngx_webrtc_sdp_is(&section.stream, "a"));
    assert_int_equal(section.track.len, 0);

    setup(NULL);

    assert_int_equal(attribute(&section, "msid: "), NGX_ERROR);
    assert_string_equal(sdp.reason, "BAD-MSID");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(words_are_parted_by_any_number_of_blanks),
        cmocka_unit_test(numbers_neither_overflow_nor_pass_their_limit),
        cmocka_unit_test(a_word_is_cut_at_the_first_separator),
        cmocka_unit_test_setup(attributes_of_media_mean_nothing_in_the_session,
                               setup),
        cmocka_unit_test_setup(flags_are_not_attributes_with_values, setup),
        cmocka_unit_test_setup(names_are_compared_whole, setup),
        cmocka_unit_test_setup(extmap_directions_are_read, setup),
        cmocka_unit_test_setup(only_the_first_msid_counts, setup)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
