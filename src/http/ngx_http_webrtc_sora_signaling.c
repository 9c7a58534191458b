
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_relay.h>
#include <front/sora/ngx_webrtc_sora.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <http/ngx_http_webrtc_auth.h>
#include <http/ngx_http_webrtc_websocket.h>


/*
 * In r->pool.  The first message brings the pipe, which is there until the
 * close, or the auth webhook, whose answer brings it.
 */

typedef struct {
    ngx_http_webrtc_ctx_t         ctx;
    ngx_http_webrtc_websocket_t   socket;
    ngx_http_webrtc_auth_t       *auth;
    ngx_webrtc_pipe_t            *pipe;
} ngx_http_webrtc_signaling_t;


static void ngx_http_webrtc_signaling_message(void *data, u_char *text,
    size_t len);
static void ngx_http_webrtc_signaling_connect(
    ngx_http_webrtc_signaling_t *signaling, u_char *text, size_t len);
static void ngx_http_webrtc_signaling_ask(
    ngx_http_webrtc_signaling_t *signaling, ngx_str_t *channel_id,
    u_char *text, size_t len);
static void ngx_http_webrtc_signaling_early(
    ngx_http_webrtc_signaling_t *signaling, u_char *text, size_t len);
static void ngx_http_webrtc_signaling_answer(void *data, ngx_int_t rc,
    const ngx_webrtc_sora_admission_t *admission, const ngx_str_t *text,
    const ngx_str_t *reason);
static void ngx_http_webrtc_signaling_open(
    ngx_http_webrtc_signaling_t *signaling,
    const ngx_webrtc_sora_admission_t *admission, const u_char *text,
    size_t len);
static void ngx_http_webrtc_signaling_refuse(
    ngx_http_webrtc_signaling_t *signaling, const char *reason);
static void ngx_http_webrtc_signaling_closed(void *data);
static void ngx_http_webrtc_signaling_send(void *data, const u_char *text,
    size_t len);
static void ngx_http_webrtc_signaling_close(void *data, ngx_uint_t code,
    const ngx_str_t *reason);
static void ngx_http_webrtc_signaling_describe(void *data,
    const ngx_str_t *connection_id, ngx_webrtc_role_e role);
static ngx_int_t ngx_http_webrtc_signaling_copy(
    ngx_http_webrtc_signaling_t *signaling, ngx_str_t *to,
    const ngx_str_t *from);


static const ngx_http_webrtc_websocket_handlers_t
    ngx_http_webrtc_signaling_socket =
{
    ngx_http_webrtc_signaling_message,
    ngx_http_webrtc_signaling_closed,
    NULL,
    NULL,
    NULL
};


static const ngx_webrtc_pipe_handlers_t  ngx_http_webrtc_signaling_pipe = {
    ngx_http_webrtc_signaling_send,
    ngx_http_webrtc_signaling_close,
    ngx_http_webrtc_signaling_describe
};


ngx_int_t
ngx_http_webrtc_sora_signaling_handler(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_http_webrtc_signaling_t  *signaling;

    signaling = ngx_pcalloc(r->pool, sizeof(ngx_http_webrtc_signaling_t));
    if (signaling == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_webrtc_upgrade(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_set_ctx(r, &signaling->ctx, ngx_http_webrtc_module);

    return ngx_http_webrtc_websocket_start(r, &signaling->socket,
                                           &ngx_http_webrtc_signaling_socket,
                                           signaling);
}


static void
ngx_http_webrtc_signaling_message(void *data, u_char *text, size_t len)
{
    ngx_http_webrtc_signaling_t *signaling = data;

    static const ngx_str_t  reason = ngx_string("SERVICE-RESTART");

    if (signaling->auth) {
        ngx_http_webrtc_signaling_early(signaling, text, len);
        return;
    }

    if (signaling->pipe == NULL) {
        ngx_http_webrtc_signaling_connect(signaling, text, len);
        return;
    }

    if (ngx_webrtc_pipe_input(signaling->pipe, text, len) != NGX_OK) {
        ngx_http_webrtc_websocket_close(&signaling->socket,
                                        NGX_HTTP_WEBRTC_CLOSE_RESTART,
                                        &reason);
    }
}


static void
ngx_http_webrtc_signaling_connect(ngx_http_webrtc_signaling_t *signaling,
    u_char *text, size_t len)
{
    json_t                       *json;
    ngx_str_t                     channel_id;
    const char                   *reason;
    ngx_webrtc_sora_admission_t   admission;
    u_char                        buf[NGX_WEBRTC_NAME_MAX];

    if (ngx_webrtc_sora_route(text, len, buf, &channel_id, &json, &reason)
        != NGX_OK)
    {
        ngx_http_webrtc_signaling_refuse(signaling, reason);
        return;
    }

    if (ngx_http_webrtc_signaling_copy(signaling, &signaling->ctx.channel_id,
                                       &channel_id)
        != NGX_OK)
    {
        ngx_http_webrtc_signaling_refuse(signaling, "NO-MEMORY");

    } else if (signaling->socket.conf->auth_uri.uri.len == 0) {
        ngx_memzero(&admission, sizeof(ngx_webrtc_sora_admission_t));
        admission.json = json;

        ngx_http_webrtc_signaling_open(signaling, &admission, text, len);

    } else {
        ngx_http_webrtc_signaling_ask(signaling, &channel_id, text, len);
    }

    json_decref(json);
}


static void
ngx_http_webrtc_signaling_ask(ngx_http_webrtc_signaling_t *signaling,
    ngx_str_t *channel_id, u_char *text, size_t len)
{
    const char  *reason;

    signaling->auth = ngx_http_webrtc_auth_start(signaling->socket.request,
                                                 channel_id, text, len,
                                             ngx_http_webrtc_signaling_answer,
                                                 signaling, &reason);
    if (signaling->auth == NULL) {
        ngx_http_webrtc_signaling_refuse(signaling, reason);
        return;
    }

    ngx_http_webrtc_websocket_hold(&signaling->socket);
}


/* before it is known whether the client may come in */

static void
ngx_http_webrtc_signaling_early(ngx_http_webrtc_signaling_t *signaling,
    u_char *text, size_t len)
{
    ngx_str_t  type;

    static const ngx_str_t  left = ngx_string("TYPE-DISCONNECT");

    if (ngx_webrtc_json_find_raw(text, text + len, "type", &type) == NGX_OK
        && type.len == sizeof("\"disconnect\"") - 1
        && ngx_memcmp(type.data, "\"disconnect\"", type.len) == 0)
    {
        ngx_http_webrtc_websocket_close(&signaling->socket,
                                        NGX_WEBRTC_SORA_NORMAL, &left);
        return;
    }

    ngx_http_webrtc_signaling_refuse(signaling, "UNEXPECTED-MESSAGE");
}


static void
ngx_http_webrtc_signaling_answer(void *data, ngx_int_t rc,
    const ngx_webrtc_sora_admission_t *admission, const ngx_str_t *text,
    const ngx_str_t *reason)
{
    ngx_http_webrtc_signaling_t *signaling = data;

    signaling->auth = NULL;

    if (rc != NGX_OK) {
        ngx_http_webrtc_websocket_close(&signaling->socket,
                                        NGX_WEBRTC_SORA_REFUSED, reason);
        return;
    }

    ngx_http_webrtc_signaling_open(signaling, admission, text->data,
                                   text->len);
}


static void
ngx_http_webrtc_signaling_open(ngx_http_webrtc_signaling_t *signaling,
    const ngx_webrtc_sora_admission_t *admission, const u_char *text,
    size_t len)
{
    const char  *reason;

    signaling->pipe = ngx_webrtc_pipe_open(&signaling->ctx.channel_id,
                                           admission, text, len,
                                           &ngx_http_webrtc_signaling_pipe,
                                           signaling, &reason);
    if (signaling->pipe == NULL) {
        ngx_http_webrtc_signaling_refuse(signaling, reason);
        return;
    }

    ngx_http_webrtc_websocket_established(&signaling->socket);
}


static void
ngx_http_webrtc_signaling_refuse(ngx_http_webrtc_signaling_t *signaling,
    const char *reason)
{
    ngx_str_t  text;

    text.data = (u_char *) reason;
    text.len = ngx_strlen(reason);

    ngx_http_webrtc_websocket_close(&signaling->socket,
                                    NGX_WEBRTC_SORA_REFUSED, &text);
}


static void
ngx_http_webrtc_signaling_closed(void *data)
{
    ngx_http_webrtc_signaling_t *signaling = data;

    ngx_webrtc_pipe_t  *pipe;

    if (signaling->auth) {
        ngx_http_webrtc_auth_cancel(signaling->auth);
        signaling->auth = NULL;
    }

    pipe = signaling->pipe;

    if (pipe) {
        signaling->pipe = NULL;
        ngx_webrtc_pipe_close(pipe);
    }
}


static void
ngx_http_webrtc_signaling_send(void *data, const u_char *text, size_t len)
{
    ngx_http_webrtc_signaling_t *signaling = data;

    ngx_http_webrtc_websocket_text(&signaling->socket, text, len);
}


static void
ngx_http_webrtc_signaling_close(void *data, ngx_uint_t code,
    const ngx_str_t *reason)
{
    ngx_http_webrtc_signaling_t *signaling = data;

    signaling->pipe = NULL;

    ngx_http_webrtc_websocket_close(&signaling->socket, code, reason);
}


static void
ngx_http_webrtc_signaling_describe(void *data, const ngx_str_t *connection_id,
    ngx_webrtc_role_e role)
{
    ngx_http_webrtc_signaling_t *signaling = data;

    (void) ngx_http_webrtc_signaling_copy(signaling,
                                          &signaling->ctx.connection_id,
                                          connection_id);

    if (role < NGX_WEBRTC_ROLES) {
        signaling->ctx.role.data = (u_char *) ngx_webrtc_sora_role_name(role);
        signaling->ctx.role.len = ngx_strlen(signaling->ctx.role.data);
    }
}


static ngx_int_t
ngx_http_webrtc_signaling_copy(ngx_http_webrtc_signaling_t *signaling,
    ngx_str_t *to, const ngx_str_t *from)
{
    to->data = ngx_pnalloc(signaling->socket.request->pool, from->len);

    if (to->data == NULL) {
        to->len = 0;
        return NGX_ERROR;
    }

    ngx_memcpy(to->data, from->data, from->len);
    to->len = from->len;

    return NGX_OK;
}
