
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_socket_io_1.h>


/* of an id: more than Number.MAX_SAFE_INTEGER has */
#define NGX_WEBRTC_SOCKET_IO_1_ID  16


static ngx_int_t ngx_webrtc_socket_io_1_id(u_char **pos, u_char *last,
    ngx_str_t *id);


/* TYPE ":" [ID] ["+"] ":" [ENDPOINT] [":" DATA] */

ngx_int_t
ngx_webrtc_socket_io_1_parse(u_char *pos, u_char *last,
    ngx_webrtc_socket_io_1_packet_t *packet)
{
    ngx_memzero(packet, sizeof(ngx_webrtc_socket_io_1_packet_t));

    if (last - pos < 3
        || pos[0] < '0'
        || pos[0] > '0' + NGX_WEBRTC_SOCKET_IO_1_NOOP
        || pos[1] != ':')
    {
        return NGX_ERROR;
    }

    packet->type = pos[0] - '0';
    pos += 2;

    if (ngx_webrtc_socket_io_1_id(&pos, last, &packet->id) != NGX_OK) {
        return NGX_ERROR;
    }

    if (pos < last && *pos == '+') {
        packet->ack = 1;
        pos++;
    }

    if (pos == last || *pos++ != ':') {
        return NGX_ERROR;
    }

    packet->endpoint.data = pos;

    while (pos < last && *pos != ':') {
        pos++;
    }

    packet->endpoint.len = pos - packet->endpoint.data;

    if (pos < last) {
        pos++;
    }

    packet->data.data = pos;
    packet->data.len = last - pos;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_socket_io_1_id(u_char **pos, u_char *last, ngx_str_t *id)
{
    u_char  *p;

    for (p = *pos; p < last && *p >= '0' && *p <= '9'; p++) {
        if (p - *pos == NGX_WEBRTC_SOCKET_IO_1_ID) {
            return NGX_ERROR;
        }
    }

    id->data = *pos;
    id->len = p - *pos;

    *pos = p;

    return NGX_OK;
}


void
ngx_webrtc_socket_io_1_write(ngx_webrtc_text_t *text,
    const ngx_webrtc_socket_io_1_packet_t *packet)
{
    ngx_webrtc_text_uint(text, packet->type);
    ngx_webrtc_text_cstr(text, ":");
    ngx_webrtc_text_str(text, &packet->id);

    if (packet->ack) {
        ngx_webrtc_text_cstr(text, "+");
    }

    ngx_webrtc_text_cstr(text, ":");
    ngx_webrtc_text_str(text, &packet->endpoint);

    if (packet->data.len) {
        ngx_webrtc_text_cstr(text, ":");
        ngx_webrtc_text_str(text, &packet->data);
    }
}


/* ID ["+" JSON] */

ngx_int_t
ngx_webrtc_socket_io_1_ack(const ngx_str_t *data, ngx_str_t *id,
    ngx_str_t *args)
{
    u_char  *pos, *last;

    ngx_str_null(args);

    pos = data->data;
    last = pos + data->len;

    if (ngx_webrtc_socket_io_1_id(&pos, last, id) != NGX_OK || id->len == 0) {
        return NGX_ERROR;
    }

    if (pos == last) {
        return NGX_OK;
    }

    if (*pos++ != '+') {
        return NGX_ERROR;
    }

    args->data = pos;
    args->len = last - pos;

    return NGX_OK;
}
