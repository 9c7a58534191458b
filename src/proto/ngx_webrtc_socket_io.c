
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_socket_io.h>


/* of an id: more than Number.MAX_SAFE_INTEGER has */
#define NGX_WEBRTC_SOCKET_IO_ID  16


static ngx_int_t ngx_webrtc_socket_io_attachments(u_char **pos, u_char *last,
    ngx_uint_t *n);
static ngx_uint_t ngx_webrtc_socket_io_fits(
    ngx_webrtc_socket_io_packet_t *packet);
static u_char *ngx_webrtc_socket_io_skip(u_char *p, u_char *last);


/* TYPE [ATTACHMENTS "-"] [NSP ","] [ID] [JSON] */

ngx_int_t
ngx_webrtc_socket_io_parse(u_char *pos, u_char *last,
    ngx_webrtc_socket_io_packet_t *packet)
{
    ngx_memzero(packet, sizeof(ngx_webrtc_socket_io_packet_t));

    if (pos == last
        || *pos < '0'
        || *pos > '0' + NGX_WEBRTC_SOCKET_IO_BINARY_ACK)
    {
        return NGX_ERROR;
    }

    packet->type = *pos++ - '0';

    if (packet->type >= NGX_WEBRTC_SOCKET_IO_BINARY_EVENT
        && ngx_webrtc_socket_io_attachments(&pos, last, &packet->attachments)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (pos < last && *pos == '/') {

        packet->nsp.data = pos;

        while (pos < last && *pos != ',') {
            pos++;
        }

        packet->nsp.len = pos - packet->nsp.data;

        if (pos < last) {
            pos++;
        }

        if (packet->nsp.len == 1) {
            packet->nsp.len = 0;
        }
    }

    packet->id.data = pos;

    while (pos < last && *pos >= '0' && *pos <= '9') {

        if (pos - packet->id.data == NGX_WEBRTC_SOCKET_IO_ID) {
            return NGX_ERROR;
        }

        pos++;
    }

    packet->id.len = pos - packet->id.data;

    packet->data.data = pos;
    packet->data.len = last - pos;

    return ngx_webrtc_socket_io_fits(packet) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_socket_io_attachments(u_char **pos, u_char *last, ngx_uint_t *n)
{
    u_char  *p;

    *n = 0;

    for (p = *pos; p < last && *p >= '0' && *p <= '9'; p++) {

        *n = *n * 10 + (*p - '0');

        if (*n > NGX_WEBRTC_SOCKET_IO_ATTACHMENTS) {
            return NGX_ERROR;
        }
    }

    if (p == last || *p != '-' || *n == 0) {
        return NGX_ERROR;
    }

    *pos = p + 1;

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_socket_io_fits(ngx_webrtc_socket_io_packet_t *packet)
{
    ngx_str_t  *data;

    data = &packet->data;

    switch (packet->type) {

    case NGX_WEBRTC_SOCKET_IO_CONNECT:
    case NGX_WEBRTC_SOCKET_IO_ERROR:
        return 1;

    case NGX_WEBRTC_SOCKET_IO_DISCONNECT:
        return data->len == 0;

    default:
        return data->len >= 2
               && data->data[0] == '['
               && data->data[data->len - 1] == ']';
    }
}


ngx_int_t
ngx_webrtc_socket_io_event(const ngx_str_t *data, ngx_str_t *name,
    ngx_str_t *argument)
{
    u_char  *p, *last;

    if (data->len < 2) {
        return NGX_ERROR;
    }

    p = data->data + 1;
    last = data->data + data->len - 1;

    p = ngx_webrtc_socket_io_skip(p, last);

    if (p == last || *p != '"') {
        return NGX_ERROR;
    }

    name->data = ++p;

    while (p < last && *p != '"') {

        if (*p == '\\') {
            return NGX_ERROR;
        }

        p++;
    }

    if (p == last) {
        return NGX_ERROR;
    }

    name->len = p - name->data;

    p = ngx_webrtc_socket_io_skip(p + 1, last);

    ngx_str_null(argument);

    if (p == last) {
        return NGX_OK;
    }

    if (*p != ',') {
        return NGX_ERROR;
    }

    p = ngx_webrtc_socket_io_skip(p + 1, last);

    argument->data = p;
    argument->len = last - p;

    return argument->len ? NGX_OK : NGX_ERROR;
}


static u_char *
ngx_webrtc_socket_io_skip(u_char *p, u_char *last)
{
    while (p < last
           && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
    {
        p++;
    }

    return p;
}


/* as deep as the parser has let it be */

ngx_int_t
ngx_webrtc_socket_io_check(const json_t *json, ngx_uint_t n)
{
    size_t       i;
    json_t      *value;
    json_t      *num;
    const char  *key;

    if (json_is_array(json)) {

        json_array_foreach(json, i, value) {
            if (ngx_webrtc_socket_io_check(value, n) != NGX_OK) {
                return NGX_ERROR;
            }
        }

        return NGX_OK;
    }

    if (!json_is_object(json)) {
        return NGX_OK;
    }

    if (json_is_true(json_object_get(json, "_placeholder"))) {

        num = json_object_get(json, "num");

        if (!json_is_integer(num)
            || json_integer_value(num) < 0
            || json_integer_value(num) >= (json_int_t) n)
        {
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    json_object_foreach((json_t *) json, key, value) {
        if (ngx_webrtc_socket_io_check(value, n) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
