
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <http/ngx_http_webrtc_uri.h>


ngx_str_t
ngx_http_webrtc_uri_segment(ngx_str_t *uri)
{
    u_char     *p;
    ngx_str_t   segment;

    p = uri->data + uri->len;

    while (p > uri->data && p[-1] != '/') { p--; }

    segment.data = p;
    segment.len = uri->data + uri->len - p;

    uri->len = (p > uri->data) ? (size_t) (p - 1 - uri->data) : 0;

    return segment;
}
