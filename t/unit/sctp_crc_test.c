
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <usrsctp.h>

#include <core/ngx_webrtc_core.h>
#include <peer/ngx_webrtc_sctp_crc.h>


#define HEADER    12
#define CHECKSUM  8
#define MAX       1200


static void
it_is_what_usrsctp_says(void **state)
{
    size_t     len, i;
    u_char    *buf, *copy;
    uint32_t   crc;

    (void) state;

    if (!ngx_webrtc_sctp_crc_usable()) {
        skip();
    }

    for (len = HEADER; len <= MAX; len++) {

        /* as long as it is, for AddressSanitizer */

        buf = malloc(len);
        copy = malloc(len);
        assert_true(buf && copy);

        for (i = 0; i < len; i++) {
            buf[i] = (u_char) (i * 37 + len);
        }

        memcpy(copy, buf, len);
        memset(copy + CHECKSUM, 0, sizeof(crc));

        crc = usrsctp_crc32c(copy, len);
        memcpy(copy + CHECKSUM, &crc, sizeof(crc));

        ngx_webrtc_sctp_crc_set(buf, buf + len);

        assert_memory_equal(buf, copy, len);
        assert_true(ngx_webrtc_sctp_crc_valid(buf, buf + len));

        free(buf);
        free(copy);
    }
}


static void
any_other_bit_is_noticed(void **state)
{
    size_t  i;
    u_char  buf[HEADER + 45];

    (void) state;

    if (!ngx_webrtc_sctp_crc_usable()) {
        skip();
    }

    memset(buf, 0x5a, sizeof(buf));
    ngx_webrtc_sctp_crc_set(buf, buf + sizeof(buf));

    for (i = 0; i < 8 * sizeof(buf); i++) {
        buf[i / 8] ^= 1 << (i % 8);
        assert_false(ngx_webrtc_sctp_crc_valid(buf, buf + sizeof(buf)));
        buf[i / 8] ^= 1 << (i % 8);
    }

    assert_true(ngx_webrtc_sctp_crc_valid(buf, buf + sizeof(buf)));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(it_is_what_usrsctp_says),
        cmocka_unit_test(any_other_bit_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
