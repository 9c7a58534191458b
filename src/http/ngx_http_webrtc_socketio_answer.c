
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_header.h>
#include <http/ngx_http_webrtc_socketio.h>


/*
 * The page may be from anywhere: it is the key, and what the key is for, that
 * says who may come.  skyway-js asks with credentials, and then "*" is not
 * allowed.
 */

ngx_int_t
ngx_http_webrtc_socketio_cors(ngx_http_request_t *r)
{
    ngx_str_t  origin, allowed;

    ngx_str_set(&allowed, "true");

    if (ngx_http_webrtc_header_value(r, "origin", &origin) != NGX_OK) {
        ngx_str_set(&origin, "*");

    } else if (ngx_http_webrtc_header_add(r,
                                          "access-control-allow-credentials",
                                          &allowed)
               != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_webrtc_header_add(r, "access-control-allow-origin",
                                      &origin);
}


ngx_int_t
ngx_http_webrtc_socketio_preflight(ngx_http_request_t *r)
{
    ngx_uint_t  i;

    static const struct {
        const char  *name;
        ngx_str_t    value;
    } headers[] = {
        { "access-control-allow-headers", ngx_string("Content-Type") },
        { "access-control-allow-methods", ngx_string("GET, POST, OPTIONS") },
        { "access-control-max-age", ngx_string("86400") }
    };

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    if (ngx_http_webrtc_socketio_cors(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {

        if (ngx_http_webrtc_header_add(r, headers[i].name, &headers[i].value)
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    return ngx_http_send_header(r);
}


ngx_int_t
ngx_http_webrtc_socketio_error(ngx_http_request_t *r, ngx_uint_t code)
{
    const ngx_str_t  *text;

    text = ngx_webrtc_socketio_error(code);

    return ngx_http_webrtc_socketio_answer(r, NGX_HTTP_BAD_REQUEST,
                                           "application/json", text->data,
                                           text->len);
}


ngx_int_t
ngx_http_webrtc_socketio_answer(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, const u_char *body, size_t len)
{
    if (ngx_http_webrtc_socketio_cors(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_webrtc_answer_text(r, status, type, body, len);
}
