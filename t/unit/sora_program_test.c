
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <hub/ngx_webrtc_info.h>
#include <front/sora/ngx_webrtc_sora_program.h>


static void
programs_are_known_by_how_they_begin(void **state)
{
    ngx_uint_t  i, n;

    static const struct {
        const char  *text;
        const char  *key;
    } cases[] = {
        { "Sora JavaScript SDK 2026.1.0", "sora_js_sdk" },
        { "Sora Android SDK 2025.3.0", "sora_android_sdk" },
        { "Sora iOS SDK 2025.3.0", "sora_ios_sdk" },
        { "Sora Unity SDK 2025.1.0 (5d9ef2f1)", "sora_unity_sdk" },
        { "Sora C++ SDK 2025.4.0 (5d9ef2f1)", "sora_cpp_sdk" },
        { "Sora C SDK 2024.1.0", "sora_c_sdk" },
        { "Sora Flutter SDK", "sora_flutter_sdk" },
        { "Sora Python SDK 2025.5.0", "sora_python_sdk" },
        { "WebRTC Native Client Momo 2025.1.3 (abc)",
          "webrtc_native_client_momo" },
        { "WebRTC Load Testing Tool Zakuro 2025.1",
          "webrtc_load_testing_tool_zakuro" },
        { "", "unknown" },
        { "Sora", "unknown" },
        { "curl", "unknown" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        n = ngx_webrtc_sora_program((const u_char *) cases[i].text,
                                    strlen(cases[i].text));
        assert_string_equal(ngx_webrtc_sora_program_key(n), cases[i].key);
    }
}


static void
all_of_them_have_room_in_the_counters(void **state)
{
    ngx_uint_t  n;

    (void) state;

    for (n = 0; ngx_webrtc_sora_program_key(n); n++) { /* void */ }

    assert_int_equal(n, 13);
    assert_true(n <= NGX_WEBRTC_PROGRAMS);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(programs_are_known_by_how_they_begin),
        cmocka_unit_test(all_of_them_have_room_in_the_counters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
