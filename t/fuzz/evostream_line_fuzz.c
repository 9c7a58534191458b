
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a line, or with "?" in front the arguments of a URI; the tables are empty */


#include <front/evostream/ngx_webrtc_evostream_api.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static ngx_int_t
add(void *data, ngx_webrtc_evostream_config_t *config)
{
    (void) data;

    config->id = 1;

    return NGX_OK;
}


static ngx_uint_t
stop(void *data, const ngx_str_t *ersip, in_port_t ersport,
    const ngx_str_t *roomid)
{
    (void) data;

    return ersip->len + roomid->len + ersport;
}


static ngx_int_t
find(void *data, ngx_uint_t id, ngx_webrtc_evostream_config_pt handler,
    void *handler_data)
{
    (void) data;
    (void) id;
    (void) handler;
    (void) handler_data;

    return NGX_DECLINED;
}


static void
list_configs(void *data, ngx_webrtc_evostream_config_pt handler,
    void *handler_data)
{
    (void) data;
    (void) handler;
    (void) handler_data;
}


static void
list_streams(void *data, ngx_webrtc_evostream_stream_pt handler,
    void *handler_data)
{
    (void) data;
    (void) handler;
    (void) handler_data;
}


static const ngx_webrtc_evostream_tables_t  tables = {
    add, stop, find, find, list_configs, list_streams
};


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_str_t                    text, args, command, answer;
    ngx_uint_t                   form;
    ngx_pool_t                  *pool;
    ngx_webrtc_evostream_api_t   api;
    ngx_webrtc_evostream_run_t   run;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, NULL);

    memset(&api, 0, sizeof(api));

    api.tables = &tables;
    api.server = "nginx";
    api.wrapped = size & 1;
    ngx_str_set(&api.name, "evostreamms");
    ngx_str_set(&command, "startWebRTC");

    text.len = size;
    text.data = ngx_pnalloc(pool, size ? size : 1);

    if (size) {
        memcpy(text.data, data, size);
    }

    if (size && *text.data == '?') {
        args.data = text.data + 1;
        args.len = size - 1;

        if (ngx_webrtc_evostream_line_args(pool, &args, &text) != NGX_OK) {
            ngx_destroy_pool(pool);
            return 0;
        }
    }

    if (ngx_webrtc_evostream_run_start(&run, &api, pool,
                                       (size & 2) ? &command : NULL, &text, 0)
        == NGX_AGAIN)
    {
        (void) ngx_webrtc_evostream_run_resume(&run,
                                               (size & 4) ? NGX_ERROR
                                                          : NGX_OK);
    }

    for (form = NGX_WEBRTC_EVOSTREAM_JSON; form <= NGX_WEBRTC_EVOSTREAM_TEXT;
         form++)
    {
        if (ngx_webrtc_evostream_run_answer(&run, form, &answer) != NGX_OK) {
            abort();
        }
    }

    ngx_webrtc_evostream_run_free(&run);
    ngx_destroy_pool(pool);

    return 0;
}
