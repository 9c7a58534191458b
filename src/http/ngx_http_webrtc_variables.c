
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <http/ngx_http_webrtc_module.h>


static ngx_int_t ngx_http_webrtc_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


/* all change while the request runs, and are told when it is logged */

static ngx_http_variable_t  ngx_http_webrtc_vars[] = {

    { ngx_string("webrtc_channel_id"), NULL, ngx_http_webrtc_variable,
      offsetof(ngx_http_webrtc_ctx_t, channel_id),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("webrtc_connection_id"), NULL, ngx_http_webrtc_variable,
      offsetof(ngx_http_webrtc_ctx_t, connection_id),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("webrtc_role"), NULL, ngx_http_webrtc_variable,
      offsetof(ngx_http_webrtc_ctx_t, role),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("webrtc_close_reason"), NULL, ngx_http_webrtc_variable,
      offsetof(ngx_http_webrtc_ctx_t, close_reason),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_webrtc_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_webrtc_vars; v->name.len; v++) {

        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t              *value;
    ngx_http_webrtc_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_webrtc_module);

    if (ctx == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    value = (ngx_str_t *) ((u_char *) ctx + data);

    if (value->len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->len = value->len;
    v->data = value->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
