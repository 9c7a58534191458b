
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The rendezvous server.  The location may stand for any part of these paths:
 *
 *     .../1/                  first request of socket.io
 *     .../1/websocket/SID     its WebSocket
 *     anything                a WebSocket without socket.io
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_worker.h>
#include <front/evostream/ngx_webrtc_ers.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_ers.h>
#include <http/ngx_http_webrtc_header.h>
#include <http/ngx_http_webrtc_socketio.h>
#include <http/ngx_http_webrtc_uri.h>


/* "io.j[0](...);", and what follows the sid */
#define NGX_HTTP_WEBRTC_ERS_AROUND  128


static ngx_uint_t ngx_http_webrtc_ers_is(const ngx_str_t *segment,
    const char *text);
static ngx_int_t ngx_http_webrtc_ers_handshake(ngx_http_request_t *r);
static ngx_int_t ngx_http_webrtc_ers_text(ngx_http_request_t *r,
    ngx_str_t *text);


ngx_int_t
ngx_http_webrtc_ers_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;
    ngx_str_t  uri, last, before, version, upgrade;

    if (ngx_webrtc_worker()->ers == NULL || ngx_exiting) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    uri = r->uri;

    while (uri.len > 1 && uri.data[uri.len - 1] == '/') {
        uri.len--;
    }

    last = ngx_http_webrtc_uri_segment(&uri);
    before = ngx_http_webrtc_uri_segment(&uri);
    version = ngx_http_webrtc_uri_segment(&uri);

    if (r->method == NGX_HTTP_GET
        && ngx_http_webrtc_header_value(r, "upgrade", &upgrade) == NGX_OK)
    {
        if (ngx_http_webrtc_ers_is(&before, "websocket")
            && ngx_http_webrtc_ers_is(&version, "1"))
        {
            return ngx_http_webrtc_ers_socket(r, &last);
        }

        return ngx_http_webrtc_ers_socket(r, NULL);
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (r->method == NGX_HTTP_OPTIONS) {
        return ngx_http_webrtc_socketio_preflight(r);
    }

    if (!ngx_http_webrtc_ers_is(&last, "1")) {
        return NGX_HTTP_NOT_FOUND;
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    return ngx_http_webrtc_ers_handshake(r);
}


static ngx_uint_t
ngx_http_webrtc_ers_is(const ngx_str_t *segment, const char *text)
{
    return segment->len == ngx_strlen(text)
           && ngx_strncmp(segment->data, text, segment->len) == 0;
}


/*
 * A script, for pages that cannot do otherwise, if it is asked for.  Media
 * servers look for the word "chunked", and take the first chunk.
 */

static ngx_int_t
ngx_http_webrtc_ers_handshake(ngx_http_request_t *r)
{
    u_char     *p;
    ngx_int_t   rc;
    ngx_str_t   text, script, number;

    if (ngx_http_webrtc_arg(r, "jsonp", &number) != NGX_OK
        || ngx_http_webrtc_socketio_cors(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (number.len
        && (number.len > 10 || ngx_atoi(number.data, number.len) == NGX_ERROR))
    {
        return NGX_HTTP_BAD_REQUEST;
    }

    rc = ngx_http_webrtc_ers_text(r, &text);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_HTTP_BAD_REQUEST
                                    : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (number.len == 0) {
        return ngx_http_webrtc_answer_chunked(r, "text/plain", &text);
    }

    script.data = ngx_pnalloc(r->pool, text.len + NGX_HTTP_WEBRTC_ERS_AROUND);
    if (script.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_sprintf(script.data, "io.j[%V](\"%V\");", &number, &text);
    script.len = p - script.data;

    return ngx_http_webrtc_answer_chunked(r, "application/javascript",
                                          &script);
}


/*
 * SID:HEARTBEAT:CLOSE:TRANSPORTS; a client waits that long, in seconds.
 * NGX_DECLINED: no stream has such a name.
 */

static ngx_int_t
ngx_http_webrtc_ers_text(ngx_http_request_t *r, ngx_str_t *text)
{
    u_char      *p, buf[NGX_WEBRTC_ERS_SID_MAX];
    ngx_str_t    stream, sid;
    ngx_msec_t   timeout;

    if (ngx_http_webrtc_arg(r, "stream", &stream) != NGX_OK) {
        return NGX_ERROR;
    }

    if (stream.len > NGX_WEBRTC_ERS_STREAM_MAX) {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_ers_sid_make(ngx_webrtc_worker()->ers, &stream, ngx_time(),
                                buf, &sid)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    text->data = ngx_pnalloc(r->pool, sid.len + NGX_HTTP_WEBRTC_ERS_AROUND);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    timeout = ngx_webrtc_get_conf(ngx_cycle)->evostream.ers_heartbeat_timeout;
    timeout = (timeout + 999) / 1000;

    p = ngx_sprintf(text->data, "%V:%M:%M:websocket", &sid, timeout, timeout);
    text->len = p - text->data;

    return NGX_OK;
}
