
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>
#include <crypto/ngx_webrtc_fingerprint.h>


static const u_char  der[] = "abc";


static ngx_int_t
parse(const char *hash, const char *value, ngx_webrtc_fingerprint_t *fp)
{
    ngx_str_t  h, v;

    h.data = (u_char *) hash;
    h.len = strlen(hash);
    v.data = (u_char *) value;
    v.len = strlen(value);

    return ngx_webrtc_fingerprint_parse(&h, &v, fp);
}


static void
text(ngx_webrtc_fingerprint_t *fp, char *buf, size_t size)
{
    ngx_webrtc_text_t  t;

    ngx_webrtc_text_init(&t, (u_char *) buf, (u_char *) buf + size - 1);
    ngx_webrtc_text_hex(&t, fp->data, fp->len, ':');
    *t.pos = '\0';
}


/* FIPS 180-2, the one-block message of each hash */

static void
each_hash_has_its_length_and_value(void **state)
{
    ngx_webrtc_fingerprint_t  fp;

    (void) state;

    assert_int_equal(ngx_webrtc_fingerprint_compute(1, der, 3, &fp), NGX_OK);
    assert_int_equal(fp.len, 32);
    assert_memory_equal(fp.data, "\xba\x78\x16\xbf", 4);

    assert_int_equal(ngx_webrtc_fingerprint_compute(2, der, 3, &fp), NGX_OK);
    assert_int_equal(fp.len, 48);
    assert_memory_equal(fp.data, "\xcb\x00\x75\x3f", 4);

    assert_int_equal(ngx_webrtc_fingerprint_compute(3, der, 3, &fp), NGX_OK);
    assert_int_equal(fp.len, 64);
    assert_memory_equal(fp.data, "\xdd\xaf\x35\xa1", 4);

    assert_int_equal(ngx_webrtc_fingerprint_compute(0, der, 3, &fp),
                     NGX_ERROR);
    assert_int_equal(ngx_webrtc_fingerprint_compute(4, der, 3, &fp),
                     NGX_ERROR);
}


static void
text_parses_in_either_case(void **state)
{
    char                      buf[256], *p;
    ngx_webrtc_fingerprint_t  fp, parsed;

    (void) state;

    assert_int_equal(ngx_webrtc_fingerprint_compute(
                         NGX_WEBRTC_FINGERPRINT_SHA256, der, 3, &fp),
                     NGX_OK);
    text(&fp, buf, sizeof(buf));

    assert_int_equal(strlen(buf), NGX_WEBRTC_FINGERPRINT_TEXT);
    assert_int_equal(parse("sha-256", buf, &parsed), NGX_OK);
    assert_int_equal(parsed.hash, NGX_WEBRTC_FINGERPRINT_SHA256);
    assert_memory_equal(parsed.data, fp.data, 32);
    assert_true(ngx_webrtc_fingerprint_match(&parsed, 1, der, 3));

    for (p = buf; *p; p++) {
        if (*p >= 'A' && *p <= 'F') {
            *p |= 0x20;
        }
    }

    assert_int_equal(parse("SHA-256", buf, &parsed), NGX_OK);
    assert_memory_equal(parsed.data, fp.data, 32);
}


static void
weak_and_unknown_hashes_are_declined(void **state)
{
    ngx_webrtc_fingerprint_t  fp;

    (void) state;

    assert_int_equal(parse("sha-1", "00:00:00:00:00:00:00:00:00:00:00:00:00:"
                                    "00:00:00:00:00:00:00", &fp),
                     NGX_DECLINED);
    assert_int_equal(parse("md5", "00", &fp), NGX_DECLINED);
    assert_int_equal(parse("", "", &fp), NGX_DECLINED);
    assert_int_equal(parse("sha-25", "", &fp), NGX_DECLINED);
    assert_int_equal(parse("sha-2567", "", &fp), NGX_DECLINED);
}


static void
malformed_values_are_refused(void **state)
{
    char                      good[256], buf[300];
    ngx_webrtc_fingerprint_t  fp;

    (void) state;

    assert_int_equal(ngx_webrtc_fingerprint_compute(1, der, 3, &fp), NGX_OK);
    text(&fp, good, sizeof(good));

    assert_int_equal(parse("sha-256", "", &fp), NGX_ERROR);
    assert_int_equal(parse("sha-512", good, &fp), NGX_ERROR);

    snprintf(buf, sizeof(buf), "%s:", good);
    assert_int_equal(parse("sha-256", buf, &fp), NGX_ERROR);

    snprintf(buf, sizeof(buf), "%.94s", good);
    assert_int_equal(parse("sha-256", buf, &fp), NGX_ERROR);

    snprintf(buf, sizeof(buf), "%s", good);
    buf[2] = '-';
    assert_int_equal(parse("sha-256", buf, &fp), NGX_ERROR);

    snprintf(buf, sizeof(buf), "%s", good);
    buf[94] = 'g';
    assert_int_equal(parse("sha-256", buf, &fp), NGX_ERROR);

    snprintf(buf, sizeof(buf), "%s", good);
    buf[0] = '\x10';
    assert_int_equal(parse("sha-256", buf, &fp), NGX_ERROR);
}


static void
any_one_of_the_strongest_hash_is_enough(void **state)
{
    ngx_webrtc_fingerprint_t  fp[3];

    (void) state;

    assert_int_equal(ngx_webrtc_fingerprint_compute(1, der, 3, &fp[0]),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_fingerprint_compute(3, der, 2, &fp[1]),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_fingerprint_compute(3, der, 3, &fp[2]),
                     NGX_OK);

    assert_true(ngx_webrtc_fingerprint_match(fp, 3, der, 3));

    /* the right sha-256 does not excuse a wrong sha-512 */

    assert_false(ngx_webrtc_fingerprint_match(fp, 2, der, 3));
    assert_true(ngx_webrtc_fingerprint_match(fp, 1, der, 3));
    assert_false(ngx_webrtc_fingerprint_match(fp, 0, der, 3));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_hash_has_its_length_and_value),
        cmocka_unit_test(text_parses_in_either_case),
        cmocka_unit_test(weak_and_unknown_hashes_are_declined),
        cmocka_unit_test(malformed_values_are_refused),
        cmocka_unit_test(any_one_of_the_strongest_hash_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
