
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <front/skyway/ngx_webrtc_skyway_id.h>


static u_char  text[NGX_WEBRTC_SKYWAY_OBJECT_ID];


static ngx_int_t
parse(const char *id, ngx_webrtc_skyway_id_e kind)
{
    uint64_t    term;
    ngx_str_t   str;
    ngx_uint_t  seat;

    str.data = (u_char *) id;
    str.len = strlen(id);

    return ngx_webrtc_skyway_id_parse(&str, kind, &seat, &term);
}


static void
ids_tell_who_made_them(void **state)
{
    uint64_t    term;
    ngx_str_t   id;
    ngx_uint_t  i, k, seat;

    static const struct {
        ngx_uint_t  seat;
        uint64_t    term;
    } owners[] = {
        { 0, 0 }, { 0, 1 }, { 511, 7 }, { 1023, 0xffffffffffffULL }
    };

    static const char *const  prefixes[] = {
        "pt-", "da-", "vi-", "au-", "rc-", "dc-", "mc-"
    };

    (void) state;

    id.data = text;
    id.len = sizeof(text);

    for (k = 0; k < NGX_WEBRTC_SKYWAY_IDS; k++) {
        for (i = 0; i < 4; i++) {
            assert_int_equal(ngx_webrtc_skyway_id_generate(text, k,
                                           owners[i].seat, owners[i].term),
                             NGX_OK);

            assert_memory_equal(text, prefixes[k], 3);

            assert_int_equal(ngx_webrtc_skyway_id_parse(&id, k, &seat,
                                                        &term),
                             NGX_OK);
            assert_int_equal(seat, owners[i].seat);
            assert_true(term == owners[i].term);

            assert_int_equal(ngx_webrtc_skyway_id_parse(&id, (k + 1) % 7,
                                                        &seat, &term),
                             NGX_ERROR);
        }
    }
}


static void
ids_are_uuids_of_version_4(void **state)
{
    ngx_uint_t  i, n;

    (void) state;

    for (n = 0; n < 100; n++) {
        ngx_webrtc_skyway_id_generate(text, NGX_WEBRTC_SKYWAY_ID_DATA, 3, 9);

        for (i = 3; i < sizeof(text); i++) {

            if (i == 11 || i == 16 || i == 21 || i == 26) {
                assert_int_equal(text[i], '-');

            } else {
                assert_non_null(strchr("0123456789abcdef", text[i]));
            }
        }

        assert_int_equal(text[17], '4');
        assert_non_null(strchr("89ab", text[22]));
    }
}


static void
ids_differ(void **state)
{
    ngx_uint_t  i, n;
    u_char      other[NGX_WEBRTC_SKYWAY_OBJECT_ID];

    (void) state;

    /* in both halves, though they come from the same worker */

    for (n = 0; n < 50; n++) {
        ngx_webrtc_skyway_id_generate(text, NGX_WEBRTC_SKYWAY_ID_TOKEN, 1, 2);
        ngx_webrtc_skyway_id_generate(other, NGX_WEBRTC_SKYWAY_ID_TOKEN, 1, 2);

        i = memcmp(text + 3, other + 3, 18) != 0;
        assert_true(i);
        i = memcmp(text + 27, other + 27, 12) != 0;
        assert_true(i);
    }
}


static void
other_text_is_no_id(void **state)
{
    ngx_uint_t  i;

    static const char *const  bad[] = {
        "", "pt-", "p1",
        "pt-9749250e-d157-4f80-9ee2-359ce852430",
        "pt-9749250e-d157-4f80-9ee2-359ce85243081",
        "pt-9749250E-d157-4f80-9ee2-359ce8524308",
        "pt-9749250e-d157-1f80-9ee2-359ce8524308",
        "pt-9749250e-d157-4f80-1ee2-359ce8524308",
        "pt_9749250e-d157-4f80-9ee2-359ce8524308",
        "pt-9749250e0d157-4f80-9ee2-359ce8524308",
        "pt-9749250g-d157-4f80-9ee2-359ce8524308",
        "dc-9749250e-d157-4f80-9ee2-359ce8524308",
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(parse(bad[i], NGX_WEBRTC_SKYWAY_ID_TOKEN),
                         NGX_ERROR);
    }

    assert_int_equal(parse("pt-9749250e-d157-4f80-9ee2-359ce8524308",
                           NGX_WEBRTC_SKYWAY_ID_TOKEN),
                     NGX_OK);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_tell_who_made_them),
        cmocka_unit_test(ids_are_uuids_of_version_4),
        cmocka_unit_test(ids_differ),
        cmocka_unit_test(other_text_is_no_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
