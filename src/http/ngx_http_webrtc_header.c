
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <http/ngx_http_webrtc_header.h>


ngx_table_elt_t *
ngx_http_webrtc_header_next(ngx_http_request_t *r,
    ngx_http_webrtc_header_pos_t *pos, const char *name)
{
    size_t            len;
    ngx_table_elt_t  *header;

    len = ngx_strlen(name);

    if (pos->part == NULL) {
        pos->part = &r->headers_in.headers.part;
    }

    for ( ;; ) {

        if (pos->i >= pos->part->nelts) {

            if (pos->part->next == NULL) {
                return NULL;
            }

            pos->part = pos->part->next;
            pos->i = 0;

            continue;
        }

        header = pos->part->elts;
        header += pos->i++;

        if (header->key.len == len
            && ngx_strncmp(header->lowcase_key, name, len) == 0)
        {
            return header;
        }
    }
}


ngx_int_t
ngx_http_webrtc_header_value(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t               *header;
    ngx_http_webrtc_header_pos_t   pos;

    ngx_memzero(&pos, sizeof(ngx_http_webrtc_header_pos_t));

    header = ngx_http_webrtc_header_next(r, &pos, name);

    if (header == NULL || ngx_http_webrtc_header_next(r, &pos, name)) {
        return NGX_DECLINED;
    }

    *value = header->value;

    return NGX_OK;
}


ngx_int_t
ngx_http_webrtc_header_add(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value)
{
    ngx_table_elt_t  *header;

    header = ngx_list_push(&r->headers_out.headers);
    if (header == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(header, sizeof(ngx_table_elt_t));

    header->hash = 1;
    header->key.data = (u_char *) name;
    header->key.len = ngx_strlen(name);
    header->value = *value;

    return NGX_OK;
}
