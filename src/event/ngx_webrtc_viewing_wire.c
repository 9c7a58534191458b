
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_cursor.h>
#include <event/ngx_webrtc_viewing_wire.h>


#define NGX_WEBRTC_VIEWING_TEXTS  6

/* texts of a server: url, username, credential */
#define NGX_WEBRTC_VIEWING_SERVER_TEXTS  3

#define NGX_WEBRTC_VIEWING_TEXTS_MAX                                         \
    (NGX_WEBRTC_VIEWING_TEXTS                                                \
     + NGX_WEBRTC_VIEWING_SERVER_TEXTS * NGX_WEBRTC_VIEWING_SERVERS)

/* config, number of servers */
#define NGX_WEBRTC_VIEWING_HELLO  12


static ngx_uint_t ngx_webrtc_viewing_hello_texts(
    ngx_webrtc_viewing_hello_t *hello, ngx_str_t **texts);


static ngx_uint_t
ngx_webrtc_viewing_hello_texts(ngx_webrtc_viewing_hello_t *hello,
    ngx_str_t **texts)
{
    ngx_uint_t                i, n;
    ngx_webrtc_ice_server_t  *server;

    texts[0] = &hello->id;
    texts[1] = &hello->stream;
    texts[2] = &hello->channel_id;
    texts[3] = &hello->connection_id;
    texts[4] = &hello->video;
    texts[5] = &hello->audio;

    n = NGX_WEBRTC_VIEWING_TEXTS;

    for (i = 0; i < hello->nservers; i++) {
        server = &hello->servers[i];

        texts[n++] = &server->url;
        texts[n++] = &server->username;
        texts[n++] = &server->credential;
    }

    return n;
}


u_char *
ngx_webrtc_viewing_hello_write(const ngx_webrtc_viewing_hello_t *hello,
    size_t *len)
{
    u_char                      *start, *p;
    ngx_str_t                   *texts[NGX_WEBRTC_VIEWING_TEXTS_MAX];
    ngx_uint_t                   i, n;
    ngx_webrtc_viewing_hello_t   copy;

    copy = *hello;
    n = ngx_webrtc_viewing_hello_texts(&copy, texts);

    *len = NGX_WEBRTC_VIEWING_HELLO;

    for (i = 0; i < n; i++) {
        *len += 4 + texts[i]->len;
    }

    start = ngx_alloc(*len, ngx_cycle->log);
    if (start == NULL) {
        return NULL;
    }

    p = ngx_webrtc_put64(start, copy.config);
    p = ngx_webrtc_put32(p, (uint32_t) copy.nservers);

    for (i = 0; i < n; i++) {
        p = ngx_webrtc_put32(p, (uint32_t) texts[i]->len);

        if (texts[i]->len) {
            p = ngx_cpymem(p, texts[i]->data, texts[i]->len);
        }
    }

    return start;
}


ngx_int_t
ngx_webrtc_viewing_hello_read(u_char *pos, size_t len,
    ngx_webrtc_viewing_hello_t *hello)
{
    u_char      *last;
    ngx_str_t   *texts[NGX_WEBRTC_VIEWING_TEXTS_MAX];
    ngx_uint_t   i, n;

    last = pos + len;

    if (len < NGX_WEBRTC_VIEWING_HELLO) {
        return NGX_ERROR;
    }

    hello->config = ngx_webrtc_get64(pos);
    hello->nservers = ngx_webrtc_get32(pos + 8);

    if (hello->nservers > NGX_WEBRTC_VIEWING_SERVERS) {
        return NGX_ERROR;
    }

    n = ngx_webrtc_viewing_hello_texts(hello, texts);
    pos += NGX_WEBRTC_VIEWING_HELLO;

    for (i = 0; i < n; i++) {

        if (last - pos < 4) {
            return NGX_ERROR;
        }

        texts[i]->len = ngx_webrtc_get32(pos);
        pos += 4;
        texts[i]->data = pos;

        if (texts[i]->len > (size_t) (last - pos)) {
            return NGX_ERROR;
        }

        pos += texts[i]->len;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_viewing_wire_candidate(ngx_webrtc_wire_t *wire,
    const ngx_str_t *candidate, const ngx_str_t *mid)
{
    u_char  *p, head[2 + 255];

    if (mid->len > 255) {
        return NGX_ERROR;
    }

    head[0] = NGX_WEBRTC_VIEWING_WIRE_CANDIDATE;
    head[1] = (u_char) mid->len;

    p = head + 2;

    if (mid->len) {
        p = ngx_cpymem(p, mid->data, mid->len);
    }

    return ngx_webrtc_wire_send(wire, head, p - head, candidate->data,
                                candidate->len);
}


ngx_int_t
ngx_webrtc_viewing_wire_read_candidate(u_char *pos, size_t len,
    ngx_str_t *candidate, ngx_str_t *mid)
{
    if (len < 1 || len - 1 < pos[0]) {
        return NGX_ERROR;
    }

    mid->len = pos[0];
    mid->data = pos + 1;

    candidate->data = mid->data + mid->len;
    candidate->len = pos + len - candidate->data;

    return NGX_OK;
}
