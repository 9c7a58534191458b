
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The WebSocket of a client of PeerJS.  It is always served by the worker
 * where it came in.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_worker.h>
#include <front/skyway/ngx_webrtc_peerjs.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_header.h>
#include <http/ngx_http_webrtc_peerjs.h>
#include <http/ngx_http_webrtc_websocket.h>


/* in r->pool; the client is there as long as both ends want it */

typedef struct {
    ngx_http_webrtc_ctx_t         ctx;
    ngx_http_webrtc_websocket_t   socket;
    ngx_webrtc_peerjs_client_t   *client;
    unsigned                      sending:1;
} ngx_http_webrtc_peerjs_t;


static void ngx_http_webrtc_peerjs_open(ngx_http_webrtc_peerjs_t *peerjs);
static ngx_int_t ngx_http_webrtc_peerjs_hello(ngx_http_request_t *r,
    ngx_webrtc_peerjs_hello_t *hello);
static void ngx_http_webrtc_peerjs_message(void *data, u_char *text,
    size_t len);
static void ngx_http_webrtc_peerjs_closed(void *data);
static void ngx_http_webrtc_peerjs_heard(void *data);
static ngx_int_t ngx_http_webrtc_peerjs_text(void *data, const u_char *text,
    size_t len);
static ngx_int_t ngx_http_webrtc_peerjs_ping(void *data);
static void ngx_http_webrtc_peerjs_close(void *data, ngx_uint_t code,
    const char *reason);


static const ngx_http_webrtc_websocket_handlers_t
    ngx_http_webrtc_peerjs_handlers =
{
    ngx_http_webrtc_peerjs_message,
    ngx_http_webrtc_peerjs_closed,
    ngx_http_webrtc_peerjs_heard,
    NULL,
    NULL
};


static const ngx_webrtc_peerjs_pipe_t  ngx_http_webrtc_peerjs_pipe = {
    ngx_http_webrtc_peerjs_text,
    ngx_http_webrtc_peerjs_ping,
    ngx_http_webrtc_peerjs_close
};


ngx_int_t
ngx_http_webrtc_peerjs_socket(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_webrtc_conf_t         *wcf;
    ngx_http_webrtc_peerjs_t  *peerjs;

    peerjs = ngx_pcalloc(r->pool, sizeof(ngx_http_webrtc_peerjs_t));
    if (peerjs == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_webrtc_upgrade(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_set_ctx(r, &peerjs->ctx, ngx_http_webrtc_module);

    rc = ngx_http_webrtc_websocket_start(r, &peerjs->socket,
                                         &ngx_http_webrtc_peerjs_handlers,
                                         peerjs);
    if (rc != NGX_DONE) {
        return rc;
    }

    /* the front-end watches; this is for the end of a worker that waits */

    wcf = ngx_webrtc_get_conf(ngx_cycle);
    peerjs->socket.silence = wcf->skyway.ping_timeout * 2;

    ngx_http_webrtc_peerjs_open(peerjs);

    return NGX_DONE;
}


static void
ngx_http_webrtc_peerjs_open(ngx_http_webrtc_peerjs_t *peerjs)
{
    ngx_str_t                   refusal;
    ngx_http_request_t         *r;
    ngx_webrtc_peerjs_hello_t   hello;

    static const ngx_str_t  memory = ngx_string("NO-MEMORY");
    static const ngx_str_t  refused = ngx_string("REFUSED");

    r = peerjs->socket.request;

    if (ngx_http_webrtc_peerjs_hello(r, &hello) != NGX_OK) {
        ngx_http_webrtc_websocket_close(&peerjs->socket,
                                        NGX_WEBRTC_PEERJS_NORMAL, &memory);
        return;
    }

    peerjs->client = ngx_webrtc_peerjs_open(ngx_webrtc_worker()->skyway,
                                            &hello,
                                            &ngx_http_webrtc_peerjs_pipe,
                                            peerjs, ngx_time(),
                                            ngx_webrtc_now(), &refusal);
    ngx_webrtc_worker_touch();

    if (peerjs->client) {
        ngx_http_webrtc_websocket_established(&peerjs->socket);
        return;
    }

    if (refusal.len) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "webrtc peer was refused: %V", &refusal);

        ngx_http_webrtc_websocket_text(&peerjs->socket, refusal.data,
                                       refusal.len);
    }

    ngx_http_webrtc_websocket_close(&peerjs->socket,
                                    NGX_WEBRTC_PEERJS_NORMAL, &refused);
}


static ngx_int_t
ngx_http_webrtc_peerjs_hello(ngx_http_request_t *r,
    ngx_webrtc_peerjs_hello_t *hello)
{
    if (ngx_http_webrtc_header_value(r, "origin", &hello->origin) != NGX_OK) {
        ngx_str_null(&hello->origin);
    }

    if (ngx_http_webrtc_arg(r, "key", &hello->key) != NGX_OK
        || ngx_http_webrtc_arg(r, "id", &hello->id) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_webrtc_arg(r, "token", &hello->token);
}


static void
ngx_http_webrtc_peerjs_message(void *data, u_char *text, size_t len)
{
    ngx_http_webrtc_peerjs_t *peerjs = data;

    if (peerjs->client) {
        (void) ngx_webrtc_peerjs_input(peerjs->client, text, len,
                                       ngx_webrtc_now());
        ngx_webrtc_worker_touch();
    }
}


static void
ngx_http_webrtc_peerjs_closed(void *data)
{
    ngx_http_webrtc_peerjs_t *peerjs = data;

    ngx_webrtc_peerjs_client_t  *client;

    client = peerjs->client;
    peerjs->client = NULL;

    /* who is sending learns it from the result */

    if (client && !peerjs->sending) {
        ngx_webrtc_peerjs_closed(client);
        ngx_webrtc_worker_touch();
    }
}


static void
ngx_http_webrtc_peerjs_heard(void *data)
{
    ngx_http_webrtc_peerjs_t *peerjs = data;

    if (peerjs->client) {
        ngx_webrtc_peerjs_heard(peerjs->client, ngx_webrtc_now());
    }
}


static ngx_int_t
ngx_http_webrtc_peerjs_text(void *data, const u_char *text, size_t len)
{
    ngx_http_webrtc_peerjs_t *peerjs = data;

    peerjs->sending = 1;

    ngx_http_webrtc_websocket_text(&peerjs->socket, text, len);

    peerjs->sending = 0;

    return peerjs->socket.closing ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_peerjs_ping(void *data)
{
    ngx_http_webrtc_peerjs_t *peerjs = data;

    ngx_http_webrtc_websocket_ping(&peerjs->socket);

    return NGX_OK;
}


static void
ngx_http_webrtc_peerjs_close(void *data, ngx_uint_t code, const char *reason)
{
    ngx_http_webrtc_peerjs_t *peerjs = data;

    ngx_str_t  text;

    peerjs->client = NULL;

    text.data = (u_char *) reason;
    text.len = ngx_strlen(reason);

    ngx_http_webrtc_websocket_close(&peerjs->socket, code, &text);
}
