
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_program.h>


static const struct {
    ngx_str_t     name;         /* what "sora_client" begins with */
    const char   *key;
} ngx_webrtc_sora_programs[] = {
    { ngx_null_string, "unknown" },
    { ngx_string("Sora Android SDK"), "sora_android_sdk" },
    { ngx_string("Sora C SDK"), "sora_c_sdk" },
    { ngx_string("Sora C++ SDK"), "sora_cpp_sdk" },
    { ngx_string("Sora Flutter SDK"), "sora_flutter_sdk" },
    { ngx_string("Sora iOS SDK"), "sora_ios_sdk" },
    { ngx_string("Sora JavaScript SDK"), "sora_js_sdk" },
    { ngx_string("Sora Python SDK"), "sora_python_sdk" },
    { ngx_string("Sora Unity SDK"), "sora_unity_sdk" },
    { ngx_string("WebRTC Load Testing Tool Zakuro"),
      "webrtc_load_testing_tool_zakuro" },
    { ngx_string("WebRTC Native Client Momo"), "webrtc_native_client_momo" },

    /* by WHIP and WHEP, which do not send a "sora_client" */
    { ngx_null_string, "obs_studio_whip" },
    { ngx_null_string, "obs_studio_whep" },
};

#define NGX_WEBRTC_SORA_PROGRAMS                                             \
    (sizeof(ngx_webrtc_sora_programs) / sizeof(ngx_webrtc_sora_programs[0]))


ngx_uint_t
ngx_webrtc_sora_program(const u_char *text, size_t len)
{
    ngx_uint_t        i;
    const ngx_str_t  *name;

    for (i = 0; i < NGX_WEBRTC_SORA_PROGRAMS; i++) {
        name = &ngx_webrtc_sora_programs[i].name;

        if (name->len && len >= name->len
            && ngx_memcmp(name->data, text, name->len) == 0)
        {
            return i;
        }
    }

    return 0;
}


const char *
ngx_webrtc_sora_program_key(ngx_uint_t program)
{
    return (program < NGX_WEBRTC_SORA_PROGRAMS)
           ? ngx_webrtc_sora_programs[program].key : NULL;
}
