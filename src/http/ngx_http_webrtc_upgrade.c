
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the opening handshake of RFC 6455, section 4.2 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <ngx_sha1.h>
#include <http/ngx_http_webrtc_header.h>
#include <http/ngx_http_webrtc_websocket.h>
#include <proto/ngx_webrtc_websocket.h>


/* 16 and 20 bytes in base64 */
#define NGX_HTTP_WEBRTC_KEY_LEN     24
#define NGX_HTTP_WEBRTC_ACCEPT_LEN  28

#define NGX_HTTP_WEBRTC_UPGRADE     426


static ngx_int_t ngx_http_webrtc_upgrade_check(ngx_http_request_t *r,
    ngx_str_t *key);
static ngx_int_t ngx_http_webrtc_upgrade_required(ngx_http_request_t *r);
static ngx_uint_t ngx_http_webrtc_header_token(ngx_http_request_t *r,
    const char *name, const char *token);
static ngx_uint_t ngx_http_webrtc_token(ngx_str_t *value, const char *token);
static ngx_int_t ngx_http_webrtc_upgrade_accept(ngx_http_request_t *r,
    ngx_str_t *key, ngx_str_t *accept);


ngx_int_t
ngx_http_webrtc_upgrade(ngx_http_request_t *r)
{
    ngx_int_t  rc;
    ngx_str_t  key, accept, upgrade;

    rc = ngx_http_webrtc_upgrade_check(r, &key);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_webrtc_upgrade_accept(r, &key, &accept) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_str_set(&upgrade, "websocket");

    if (ngx_http_webrtc_header_add(r, "Upgrade", &upgrade) != NGX_OK
        || ngx_http_webrtc_header_add(r, "Sec-WebSocket-Accept", &accept)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* nginx adds "Connection: upgrade" by itself */

    r->headers_out.status = NGX_HTTP_SWITCHING_PROTOCOLS;
    r->headers_out.content_length_n = -1;
    r->keepalive = 0;
    r->limit_rate = 0;
    r->limit_rate_set = 1;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_send_special(r, NGX_HTTP_FLUSH) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_upgrade_check(ngx_http_request_t *r, ngx_str_t *key)
{
    u_char     bytes[NGX_HTTP_WEBRTC_KEY_LEN];
    ngx_str_t  decoded, version;

    if (r != r->main) {
        return NGX_HTTP_NOT_FOUND;
    }

    if (r->method != NGX_HTTP_GET) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    if (r->http_version > NGX_HTTP_VERSION_11) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client asked for signalling in HTTP/%ui",
                      r->http_version / 1000);
        return NGX_HTTP_BAD_REQUEST;
    }

    if (r->http_version < NGX_HTTP_VERSION_11
        || !ngx_http_webrtc_header_token(r, "upgrade", "websocket")
        || !ngx_http_webrtc_header_token(r, "connection", "upgrade"))
    {
        return ngx_http_webrtc_upgrade_required(r);
    }

    if (ngx_http_webrtc_header_value(r, "sec-websocket-version", &version)
        != NGX_OK
        || version.len != 2
        || ngx_strncmp(version.data, "13", 2) != 0)
    {
        return ngx_http_webrtc_upgrade_required(r);
    }

    decoded.data = bytes;

    if (ngx_http_webrtc_header_value(r, "sec-websocket-key", key) != NGX_OK
        || key->len != NGX_HTTP_WEBRTC_KEY_LEN
        || ngx_decode_base64(&decoded, key) != NGX_OK
        || decoded.len != 16)
    {
        return NGX_HTTP_BAD_REQUEST;
    }

    if (r->headers_in.content_length_n > 0 || r->headers_in.chunked) {
        return NGX_HTTP_BAD_REQUEST;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_upgrade_required(ngx_http_request_t *r)
{
    ngx_str_t  upgrade, version;

    ngx_str_set(&upgrade, "websocket");
    ngx_str_set(&version, "13");

    if (ngx_http_webrtc_header_add(r, "Upgrade", &upgrade) != NGX_OK
        || ngx_http_webrtc_header_add(r, "Sec-WebSocket-Version", &version)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_HTTP_WEBRTC_UPGRADE;
}


/* in any of the lines of that name */

static ngx_uint_t
ngx_http_webrtc_header_token(ngx_http_request_t *r, const char *name,
    const char *token)
{
    ngx_table_elt_t               *header;
    ngx_http_webrtc_header_pos_t   pos;

    ngx_memzero(&pos, sizeof(ngx_http_webrtc_header_pos_t));

    while ((header = ngx_http_webrtc_header_next(r, &pos, name)) != NULL) {
        if (ngx_http_webrtc_token(&header->value, token)) {
            return 1;
        }
    }

    return 0;
}


/* RFC 9110, section 5.6.1: a list with commas */

static ngx_uint_t
ngx_http_webrtc_token(ngx_str_t *value, const char *token)
{
    size_t   len;
    u_char  *p, *last, *start;

    p = value->data;
    last = p + value->len;
    len = ngx_strlen(token);

    while (p < last) {

        while (p < last && (*p == ' ' || *p == '\t' || *p == ',')) {
            p++;
        }

        start = p;

        while (p < last && *p != ' ' && *p != '\t' && *p != ',') {
            p++;
        }

        if ((size_t) (p - start) == len
            && ngx_strncasecmp(start, (u_char *) token, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_webrtc_upgrade_accept(ngx_http_request_t *r, ngx_str_t *key,
    ngx_str_t *accept)
{
    u_char      digest[20];
    ngx_str_t   hash;
    ngx_sha1_t  sha1;

    accept->data = ngx_pnalloc(r->pool, NGX_HTTP_WEBRTC_ACCEPT_LEN);
    if (accept->data == NULL) {
        return NGX_ERROR;
    }

    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, key->data, key->len);
    ngx_sha1_update(&sha1, NGX_WEBRTC_WEBSOCKET_GUID,
                    sizeof(NGX_WEBRTC_WEBSOCKET_GUID) - 1);
    ngx_sha1_final(digest, &sha1);

    hash.data = digest;
    hash.len = sizeof(digest);

    ngx_encode_base64(accept, &hash);

    return NGX_OK;
}
