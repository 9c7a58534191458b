
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>


static ngx_command_t  ngx_webrtc_commands[] = {

      ngx_null_command
};


static ngx_core_module_t  ngx_webrtc_module_ctx = {
    ngx_string("webrtc"),
    NULL,
    NULL
};


ngx_module_t  ngx_webrtc_module = {
    NGX_MODULE_V1,
    &ngx_webrtc_module_ctx,                /* module context */
    ngx_webrtc_commands,                   /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};
