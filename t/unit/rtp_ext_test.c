
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_rtp_ext.h>

#include "hostile.h"


static ngx_webrtc_ext_map_t  map;


static int
setup(void **state)
{
    (void) state;

    ngx_memzero(&map, sizeof(map));

    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_MID, 1);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_AUDIO_LEVEL, 2);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_ABS_SEND_TIME, 3);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_TWCC, 4);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_RID, 5);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_RRID, 6);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_DEPENDENCY, 14);

    return 0;
}


/* a header, then the extension: profile and a multiple of 4 bytes */

static ngx_int_t
parse(uint16_t profile, const void *data, size_t len,
    ngx_webrtc_rtp_ext_t *ext)
{
    u_char            *p;
    ngx_webrtc_rtp_t   rtp;

    static u_char      buf[2048];

    ngx_memzero(buf, sizeof(buf));

    buf[0] = 0x90;
    p = ngx_webrtc_put16(buf + 12, profile);
    p = ngx_webrtc_put16(p, (uint32_t) ((len + 3) / 4));
    ngx_memcpy(p, data, len);
    p += (len + 3) / 4 * 4;

    assert_int_equal(ngx_webrtc_rtp_parse(buf, p, &rtp), NGX_OK);

    return ngx_webrtc_rtp_ext_parse(&rtp, &map, ext);
}


#define EXT(profile, str, ext)  parse(profile, str, sizeof(str) - 1, ext)


static void
one_byte_elements_are_read(void **state)
{
    ngx_webrtc_rtp_ext_t  ext;

    (void) state;

    assert_int_equal(EXT(0xbede, "\x11" "ab" "\x20\x85" "\x00"
                         "\x32\x01\x02\x03" "\x41\xab\xcd"
                         "\x50" "h" "\x62" "hi!", &ext),
                     NGX_OK);

    assert_int_equal(ext.mid.len, 2);
    assert_memory_equal(ext.mid.data, "ab", 2);
    assert_int_equal(ext.voice, 1);
    assert_int_equal(ext.audio_level, 5);
    assert_int_equal(ext.abs_send_time, 0x010203);
    assert_int_equal(ext.twcc_seq, 0xabcd);
    assert_int_equal(ext.rid.len, 1);
    assert_int_equal(ext.rid.data[0], 'h');
    assert_int_equal(ext.rrid.len, 3);

    assert_true(ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_TWCC));
    assert_false(ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_DEPENDENCY));
    assert_int_equal(ext.lens[NGX_WEBRTC_EXT_TWCC], 2);
    assert_int_equal(ngx_webrtc_get16(ext.values[NGX_WEBRTC_EXT_TWCC]),
                     0xabcd);
}


static void
two_byte_elements_are_read(void **state)
{
    ngx_webrtc_rtp_ext_t  ext;

    (void) state;

    /* an empty element, an id nobody mapped, long ones */

    assert_int_equal(EXT(0x1000, "\x07\x00" "\x63\x01x" "\x00"
                         "\x0e\x12" "0123456789abcdefgh"
                         "\x01\x01" "7" "\x02\x02\x7f\x00", &ext),
                     NGX_OK);

    assert_true(ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_DEPENDENCY));
    assert_int_equal(ext.lens[NGX_WEBRTC_EXT_DEPENDENCY], 18);
    assert_int_equal(ext.mid.len, 1);
    assert_int_equal(ext.audio_level, 127);
    assert_int_equal(ext.voice, 0);

    /* the application bits of the profile are ignored */

    assert_int_equal(EXT(0x100f, "\x01\x01" "7", &ext), NGX_OK);
    assert_int_equal(ext.mid.len, 1);
}


static void
id_15_ends_the_one_byte_form(void **state)
{
    ngx_webrtc_rtp_ext_t  ext;

    (void) state;

    assert_int_equal(EXT(0xbede, "\x10" "a" "\xf0\x20\x85\xff\xff\xff",
                         &ext),
                     NGX_OK);
    assert_int_equal(ext.mid.len, 1);
    assert_false(ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_AUDIO_LEVEL));
}


static void
id_0_is_one_byte_of_padding_whatever_its_length_bits(void **state)
{
    ngx_webrtc_rtp_ext_t  ext;

    (void) state;

    assert_int_equal(EXT(0xbede, "\x0f\x10" "a", &ext), NGX_OK);
    assert_int_equal(ext.mid.len, 1);
}


static void
an_element_beyond_the_end_is_an_error(void **state)
{
    ngx_webrtc_rtp_ext_t  ext;

    (void) state;

    assert_int_equal(EXT(0xbede, "\x10" "a" "\x00\x41", &ext), NGX_ERROR);
    assert_int_equal(EXT(0xbede, "\xef\x00\x00\x00", &ext), NGX_ERROR);
    assert_int_equal(EXT(0x1000, "\x00\x00\x00\x01", &ext), NGX_ERROR);
    assert_int_equal(EXT(0x1000, "\x01\x03" "ab", &ext), NGX_ERROR);
}


static void
a_value_of_a_wrong_length_counts_as_absent(void **state)
{
    ngx_webrtc_rtp_ext_t  ext;

    (void) state;

    assert_int_equal(EXT(0xbede, "\x40\xff" "\x33" "abcd" "\x10" "m", &ext),
                     NGX_OK);
    assert_false(ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_TWCC));
    assert_false(ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_ABS_SEND_TIME));
    assert_int_equal(ext.mid.len, 1);
}


static void
of_repeated_elements_the_first_counts(void **state)
{
    ngx_webrtc_rtp_ext_t  ext;

    (void) state;

    assert_int_equal(EXT(0xbede, "\x10" "a" "\x10" "b", &ext), NGX_OK);
    assert_int_equal(ext.mid.data[0], 'a');
}


static void
an_unknown_profile_has_nothing_for_us(void **state)
{
    ngx_webrtc_rtp_ext_t  ext;

    (void) state;

    assert_int_equal(EXT(0xabac, "\x41\x00\x00\x00", &ext), NGX_OK);
    assert_int_equal(ext.present, 0);
    assert_int_equal(ext.mid.len, 0);
}


static void
what_is_written_reads_back(void **state)
{
    u_char                 buf[64], *p;
    ngx_webrtc_rtp_t       rtp;
    ngx_webrtc_rtp_ext_t   ext;
    ngx_webrtc_ext_item_t  items[3] = {
        { (const u_char *) "audio", 1, 5 },
        { (const u_char *) "\x12\x34", 4, 2 },
        { (const u_char *) "0123456789abcdefX", 14, 16 },
    };

    (void) state;

    ngx_memset(buf, 0xff, sizeof(buf));
    buf[0] = 0x90;

    for (items[2].len = 16; items[2].len <= 17; items[2].len++) {

        p = ngx_webrtc_rtp_ext_write(buf + 12, buf + 64, items, 3);

        assert_non_null(p);
        assert_int_equal(p - buf - 12, ngx_webrtc_rtp_ext_size(items, 3));
        assert_int_equal(ngx_webrtc_get16(buf + 12),
                         items[2].len == 16 ? 0xbede : 0x1000);

        assert_int_equal(ngx_webrtc_rtp_parse(buf, p, &rtp), NGX_OK);
        assert_int_equal(rtp.payload_len, 0);
        assert_int_equal(ngx_webrtc_rtp_ext_parse(&rtp, &map, &ext), NGX_OK);
        assert_int_equal(ext.mid.len, 5);
        assert_int_equal(ext.twcc_seq, 0x1234);
        assert_int_equal(ext.lens[NGX_WEBRTC_EXT_DEPENDENCY], items[2].len);
    }
}


static void
a_block_that_does_not_fit_is_not_written(void **state)
{
    u_char                 buf[8];
    ngx_webrtc_ext_item_t  item = { (const u_char *) "abcd", 1, 3 };

    (void) state;

    assert_ptr_equal(ngx_webrtc_rtp_ext_write(buf, buf + 8, &item, 1),
                     buf + 8);
    assert_null(ngx_webrtc_rtp_ext_write(buf, buf + 7, &item, 1));
    assert_ptr_equal(ngx_webrtc_rtp_ext_write(buf, buf, &item, 0), buf);

    item.len = 4;
    assert_null(ngx_webrtc_rtp_ext_write(buf, buf + 8, &item, 1));

    item.len = 1;
    item.id = 15;
    assert_null(ngx_webrtc_rtp_ext_write(buf, buf + 8, &item, 1));
    item.id = 0;
    assert_null(ngx_webrtc_rtp_ext_write(buf, buf + 8, &item, 1));
}


static void
every_kind_is_found_by_its_uri(void **state)
{
    ngx_str_t   other = ngx_string("urn:ietf:params:rtp-hdrext:sdes:mi");
    ngx_uint_t  kind;

    (void) state;

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {
        assert_int_equal(ngx_webrtc_ext_find(ngx_webrtc_ext_uri(kind)),
                         kind);
    }

    assert_int_equal(ngx_webrtc_ext_find(&other), NGX_WEBRTC_EXT_UNKNOWN);
    assert_null(ngx_webrtc_ext_uri(NGX_WEBRTC_EXT_UNKNOWN));
    assert_null(ngx_webrtc_ext_uri(NGX_WEBRTC_EXT_MAX));
}


static void
an_id_or_a_kind_is_mapped_once(void **state)
{
    (void) state;

    assert_int_equal(ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_MID, 7),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_ORIENTATION,
                                            1),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_ORIENTATION,
                                            15),
                     NGX_ERROR);
    assert_int_equal(ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_ORIENTATION,
                                            0),
                     NGX_ERROR);
    assert_int_equal(ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_MAX, 7),
                     NGX_ERROR);
}


static void
send_time_wraps_after_64_seconds(void **state)
{
    ngx_webrtc_usec_t  now;

    (void) state;

    now = 1500000;
    assert_int_equal(ngx_webrtc_abs_send_time(now), 0x60000);

    now += 64 * NGX_WEBRTC_SEC;
    assert_int_equal(ngx_webrtc_abs_send_time(now), 0x60000);
}


static void
touch(u_char *pos, u_char *last)
{
    u_char                sum;
    size_t                i;
    ngx_uint_t            kind;
    ngx_webrtc_rtp_t      rtp;
    ngx_webrtc_rtp_ext_t  ext;

    if (ngx_webrtc_rtp_parse(pos, last, &rtp) != NGX_OK
        || ngx_webrtc_rtp_ext_parse(&rtp, &map, &ext) != NGX_OK)
    {
        return;
    }

    sum = 0;

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {
        if (ngx_webrtc_rtp_ext_has(&ext, kind)) {
            for (i = 0; i < ext.lens[kind]; i++) {
                sum = (u_char) (sum + ext.values[kind][i]);
            }
        }
    }

    (void) sum;
}


static void
damaged_extensions_are_read_within_their_bounds(void **state)
{
    u_char  one[] = "\x90\x60\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01"
                    "\xbe\xde\x00\x04\x11" "ab" "\x20\x85\x32\x01\x02\x03"
                    "\x41\xab\xcd\x62" "abc";
    u_char  two[] = "\x90\x60\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01"
                    "\x10\x00\x00\x04\x01\x02" "ab" "\x02\x01\x85"
                    "\x04\x02\xab\xcd\x06\x03" "abc";

    (void) state;

    hostile_all(one, sizeof(one) - 1, touch);
    hostile_all(two, sizeof(two) - 1, touch);
}


static void
number_goes_where_a_place_was_reserved(void **state)
{
    u_char                 *p, buf[64];
    ngx_webrtc_ext_item_t   item;
    ngx_webrtc_rtp_ext_t    ext;

    (void) state;

    /* alone */

    p = ngx_webrtc_rtp_ext_reserve(buf, buf, buf + 8);
    assert_ptr_equal(p, buf + 8);
    assert_memory_equal(buf, "\xbe\xde\0\1\0\0\0\0", 8);
    assert_null(ngx_webrtc_rtp_ext_reserve(buf, buf, buf + 7));

    ngx_webrtc_rtp_ext_put_twcc(buf, p, 4, 0xfedc);
    assert_memory_equal(buf, "\xbe\xde\0\1\x41\xfe\xdc\0", 8);

    /* behind something short, and behind something long */

    item.id = 1;
    item.data = (u_char *) "abcdefghijklmnopqrstuvwxyz";
    item.len = 2;

    p = ngx_webrtc_rtp_ext_write(buf, buf + sizeof(buf), &item, 1);
    p = ngx_webrtc_rtp_ext_reserve(buf, p, buf + sizeof(buf));
    ngx_webrtc_rtp_ext_put_twcc(buf, p, 4, 0x0102);
    assert_int_equal(p - buf, 12);
    assert_memory_equal(buf, "\xbe\xde\0\2\x11" "ab\0\x41\1\2\0", 12);

    item.len = 17;

    p = ngx_webrtc_rtp_ext_write(buf, buf + sizeof(buf), &item, 1);
    p = ngx_webrtc_rtp_ext_reserve(buf, p, buf + sizeof(buf));
    ngx_webrtc_rtp_ext_put_twcc(buf, p, 4, 0x0102);
    assert_int_equal(p - buf, 28);
    assert_memory_equal(buf, "\x10\0\0\6", 4);
    assert_memory_equal(p - 4, "\4\2\1\2", 4);

    assert_int_equal(EXT(0x1000, "\1\2ab\4\2\1\2", &ext), NGX_OK);
    assert_int_equal(ext.twcc_seq, 0x0102);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(one_byte_elements_are_read, setup),
        cmocka_unit_test_setup(two_byte_elements_are_read, setup),
        cmocka_unit_test_setup(id_15_ends_the_one_byte_form, setup),
        cmocka_unit_test_setup(
            id_0_is_one_byte_of_padding_whatever_its_length_bits, setup),
        cmocka_unit_test_setup(an_element_beyond_the_end_is_an_error, setup),
        cmocka_unit_test_setup(a_value_of_a_wrong_length_counts_as_absent,
                               setup),
        cmocka_unit_test_setup(of_repeated_elements_the_first_counts, setup),
        cmocka_unit_test_setup(an_unknown_profile_has_nothing_for_us, setup),
        cmocka_unit_test_setup(what_is_written_reads_back, setup),
        cmocka_unit_test_setup(a_block_that_does_not_fit_is_not_written,
                               setup),
        cmocka_unit_test_setup(number_goes_where_a_place_was_reserved, setup),
        cmocka_unit_test_setup(every_kind_is_found_by_its_uri, setup),
        cmocka_unit_test_setup(an_id_or_a_kind_is_mapped_once, setup),
        cmocka_unit_test_setup(send_time_wraps_after_64_seconds, setup),
        cmocka_unit_test_setup(
            damaged_extensions_are_read_within_their_bounds, setup),
    };

    return cmocka_run_group_tests_name("rtp_ext", tests, NULL, NULL);
}
