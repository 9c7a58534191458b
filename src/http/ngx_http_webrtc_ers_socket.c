
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The WebSocket of a media server or of a viewer.  It is always served by the
 * worker where it came in.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_worker.h>
#include <front/evostream/ngx_webrtc_ers.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_ers.h>
#include <http/ngx_http_webrtc_websocket.h>


/* of the WebSocket, when the session has ended */
#define NGX_HTTP_WEBRTC_CLOSE_NORMAL  1000

/* how much later than the front-end the socket itself gives up, ms */
#define NGX_HTTP_WEBRTC_ERS_LATE      5000


/* in r->pool; the session is there as long as both ends want it */

typedef struct {
    ngx_http_webrtc_ctx_t         ctx;
    ngx_http_webrtc_websocket_t   socket;
    ngx_webrtc_ers_session_t     *session;
    unsigned                      sending:1;
    unsigned                      refused:1;    /* the log has it */
} ngx_http_webrtc_ers_t;


static void ngx_http_webrtc_ers_open(ngx_http_webrtc_ers_t *ers,
    const ngx_str_t *sid);
static ngx_int_t ngx_http_webrtc_ers_hello(ngx_http_request_t *r,
    const ngx_str_t *sid, ngx_webrtc_ers_hello_t *hello);
static void ngx_http_webrtc_ers_message(void *data, u_char *text,
    size_t len);
static void ngx_http_webrtc_ers_closed(void *data);
static void ngx_http_webrtc_ers_heard(void *data);
static ngx_int_t ngx_http_webrtc_ers_say(void *data, const u_char *text,
    size_t len);
static void ngx_http_webrtc_ers_ping(void *data);
static void ngx_http_webrtc_ers_established(void *data);
static void ngx_http_webrtc_ers_refused(void *data, const char *reason);
static void ngx_http_webrtc_ers_close(void *data, ngx_uint_t code,
    const char *reason);


static const ngx_http_webrtc_websocket_handlers_t
    ngx_http_webrtc_ers_handlers =
{
    ngx_http_webrtc_ers_message,
    ngx_http_webrtc_ers_closed,
    ngx_http_webrtc_ers_heard,
    NULL,
    NULL
};


static const ngx_webrtc_ers_pipe_t  ngx_http_webrtc_ers_pipe = {
    ngx_http_webrtc_ers_say,
    ngx_http_webrtc_ers_ping,
    ngx_http_webrtc_ers_established,
    ngx_http_webrtc_ers_refused,
    ngx_http_webrtc_ers_close
};


ngx_int_t
ngx_http_webrtc_ers_socket(ngx_http_request_t *r, const ngx_str_t *sid)
{
    ngx_int_t               rc;
    ngx_http_webrtc_ers_t  *ers;

    ers = ngx_pcalloc(r->pool, sizeof(ngx_http_webrtc_ers_t));
    if (ers == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_webrtc_upgrade(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_set_ctx(r, &ers->ctx, ngx_http_webrtc_module);

    rc = ngx_http_webrtc_websocket_start(r, &ers->socket,
                                         &ngx_http_webrtc_ers_handlers, ers);
    if (rc != NGX_DONE) {
        return rc;
    }

    ngx_http_webrtc_ers_open(ers, sid);

    return NGX_DONE;
}


static void
ngx_http_webrtc_ers_open(ngx_http_webrtc_ers_t *ers, const ngx_str_t *sid)
{
    u_char                             buf[NGX_WEBRTC_ERS_STREAM_MAX];
    ngx_int_t                          rc;
    ngx_str_t                          stream;
    ngx_http_request_t                *r;
    ngx_webrtc_ers_hello_t             hello;
    ngx_webrtc_evostream_main_conf_t  *emcf;

    static const ngx_str_t  unknown = ngx_string("SESSION-UNKNOWN");
    static const ngx_str_t  restart = ngx_string("SERVICE-RESTART");

    r = ers->socket.request;
    emcf = &ngx_webrtc_get_conf(ngx_cycle)->evostream;

    /* the front-end watches; these are for the end of a worker that waits */

    ers->socket.silence = emcf->ers_heartbeat_timeout
                          + NGX_HTTP_WEBRTC_ERS_LATE;
    ngx_add_timer(r->connection->read, emcf->ers_join_timeout
                                       + NGX_HTTP_WEBRTC_ERS_LATE);

    ngx_str_null(&stream);

    rc = sid ? ngx_webrtc_ers_sid_check(ngx_webrtc_worker()->ers, sid,
                                        ngx_time(), buf, &stream)
             : NGX_OK;

    if (rc != NGX_OK) {

        /* "client not handshaken", "reconnect" */

        ngx_http_webrtc_websocket_text(&ers->socket, (u_char *) "7:::1+0", 7);
        ngx_http_webrtc_websocket_close(&ers->socket,
                                        NGX_HTTP_WEBRTC_CLOSE_NORMAL,
                                        &unknown);
        return;
    }

    if (ngx_http_webrtc_ers_hello(r, sid, &hello) == NGX_OK) {

        if (hello.stream.len == 0) {
            hello.stream = stream;
        }

        ers->session = ngx_webrtc_ers_open(ngx_webrtc_worker()->ers, &hello,
                                           &ngx_http_webrtc_ers_pipe, ers,
                                           ngx_time(), ngx_webrtc_now());
        ngx_webrtc_worker_touch();
    }

    if (ers->session == NULL) {
        ngx_http_webrtc_websocket_close(&ers->socket,
                                        NGX_HTTP_WEBRTC_CLOSE_AWAY,
                                        &restart);
    }
}


static ngx_int_t
ngx_http_webrtc_ers_hello(ngx_http_request_t *r, const ngx_str_t *sid,
    ngx_webrtc_ers_hello_t *hello)
{
    hello->address = r->connection->addr_text;
    hello->plain = (sid == NULL);

    if (ngx_http_webrtc_arg(r, "stream", &hello->stream) != NGX_OK
        || ngx_http_webrtc_arg(r, "transport", &hello->transport) != NGX_OK
        || ngx_http_webrtc_arg(r, "token", &hello->token) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_webrtc_arg(r, "name", &hello->name);
}


static void
ngx_http_webrtc_ers_message(void *data, u_char *text, size_t len)
{
    ngx_http_webrtc_ers_t *ers = data;

    if (ers->session) {
        ngx_webrtc_ers_input(ers->session, text, len, ngx_webrtc_now());
        ngx_webrtc_worker_touch();
    }
}


static void
ngx_http_webrtc_ers_closed(void *data)
{
    ngx_http_webrtc_ers_t *ers = data;

    ngx_webrtc_ers_session_t  *session;

    session = ers->session;
    ers->session = NULL;

    /* who is sending learns it from the result */

    if (session && !ers->sending) {
        ngx_webrtc_ers_closed(session);
        ngx_webrtc_worker_touch();
    }
}


static void
ngx_http_webrtc_ers_heard(void *data)
{
    ngx_http_webrtc_ers_t *ers = data;

    if (ers->session) {
        ngx_webrtc_ers_heard(ers->session, ngx_webrtc_now());
    }
}


static ngx_int_t
ngx_http_webrtc_ers_say(void *data, const u_char *text, size_t len)
{
    ngx_http_webrtc_ers_t *ers = data;

    ers->sending = 1;

    ngx_http_webrtc_websocket_text(&ers->socket, text, len);

    ers->sending = 0;

    return ers->socket.closing ? NGX_ERROR : NGX_OK;
}


static void
ngx_http_webrtc_ers_ping(void *data)
{
    ngx_http_webrtc_ers_t *ers = data;

    ngx_http_webrtc_websocket_ping(&ers->socket);
}


static void
ngx_http_webrtc_ers_established(void *data)
{
    ngx_http_webrtc_ers_t *ers = data;

    ngx_http_webrtc_websocket_established(&ers->socket);
}


/*
 * Once for a socket, which may try again.  Not in the log of the connection,
 * which shows the request: a token may be in it.
 */

static void
ngx_http_webrtc_ers_refused(void *data, const char *reason)
{
    ngx_http_webrtc_ers_t *ers = data;

    if (ers->refused) {
        return;
    }

    ers->refused = 1;

    ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                  "webrtc: the rendezvous server refused a client with \"%s\""
                  ", client: %V", reason,
                  &ers->socket.request->connection->addr_text);
}


static void
ngx_http_webrtc_ers_close(void *data, ngx_uint_t code, const char *reason)
{
    ngx_http_webrtc_ers_t *ers = data;

    ngx_str_t  text;

    ers->session = NULL;

    text.data = (u_char *) reason;
    text.len = ngx_strlen(reason);

    ngx_http_webrtc_websocket_close(&ers->socket, code, &text);
}
