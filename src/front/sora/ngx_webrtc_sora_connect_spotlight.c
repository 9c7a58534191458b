
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what a connect message says of the spotlight */


#include <hub/ngx_webrtc_spotlight.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_keys.h>


typedef struct {
    ngx_int_t                 spotlight;
    ngx_int_t                 number;
    ngx_int_t                 focus_rid;
    ngx_int_t                 unfocus_rid;
} ngx_webrtc_sora_spotlight_t;


#define ngx_webrtc_sora_spotlight(field)                                     \
    offsetof(ngx_webrtc_sora_spotlight_t, field)


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_spotlight_keys[] = {

    { "spotlight", NGX_WEBRTC_SORA_KEY_FLAG, 0, 0, NULL,
      ngx_webrtc_sora_spotlight(spotlight), "INVALID-SPOTLIGHT" },

    { "spotlight_number", NGX_WEBRTC_SORA_KEY_INT, 1,
      NGX_WEBRTC_SPOTLIGHT_MAX, NULL, ngx_webrtc_sora_spotlight(number),
      "INVALID-SPOTLIGHT-NUMBER" },

    { "spotlight_focus_rid", NGX_WEBRTC_SORA_KEY_WORD, 0, 0,
      ngx_webrtc_sora_rids, ngx_webrtc_sora_spotlight(focus_rid),
      "INVALID-SPOTLIGHT-FOCUS-RID" },

    { "spotlight_unfocus_rid", NGX_WEBRTC_SORA_KEY_WORD, 0, 0,
      ngx_webrtc_sora_rids, ngx_webrtc_sora_spotlight(unfocus_rid),
      "INVALID-SPOTLIGHT-UNFOCUS-RID" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


ngx_int_t
ngx_webrtc_sora_read_spotlight(ngx_webrtc_sora_connect_t *connect,
    const char **reason)
{
    ngx_webrtc_join_t            *join;
    ngx_webrtc_sora_spotlight_t   values;

    values.spotlight = 0;
    values.number = 0;
    values.focus_rid = -1;
    values.unfocus_rid = -1;

    if (ngx_webrtc_sora_read(connect->json, ngx_webrtc_sora_spotlight_keys,
                             &values, reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    join = &connect->join;

    if (!values.spotlight) {

        if (values.focus_rid != -1) {
            *reason = "SPOTLIGHT-FOCUS-RID-WITHOUT-SPOTLIGHT";
            return NGX_ERROR;
        }

        if (values.unfocus_rid != -1) {
            *reason = "SPOTLIGHT-UNFOCUS-RID-WITHOUT-SPOTLIGHT";
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    join->info.spotlight = 1;
    join->spotlight_number = values.number;

    if (values.focus_rid != -1) {
        join->spotlight_rids.focus = values.focus_rid - 1;
        join->has_focus_rid = 1;
    }

    if (values.unfocus_rid != -1) {
        join->spotlight_rids.unfocus = values.unfocus_rid - 1;
        join->has_unfocus_rid = 1;
    }

    return NGX_OK;
}
