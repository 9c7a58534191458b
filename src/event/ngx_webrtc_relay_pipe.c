
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_relay_mail.h>
#include <event/ngx_webrtc_seat.h>


/* from open() to close() or to the handler's close(), whichever is first */

struct ngx_webrtc_pipe_s {
    ngx_webrtc_relay_t                *relay;
    ngx_webrtc_owner_t                 home;
    uint64_t                           id;
    const ngx_webrtc_pipe_handlers_t  *handlers;
    void                              *data;
    json_t                            *connect;     /* until the session has
                                                       read it, or NULL */
};


static ngx_int_t ngx_webrtc_pipe_send_open(ngx_webrtc_pipe_t *pipe,
    const ngx_str_t *channel_id, const ngx_webrtc_relay_body_t *body,
    const char **reason);
static void ngx_webrtc_pipe_free(ngx_webrtc_pipe_t *pipe);
static void ngx_webrtc_pipe_restart(ngx_webrtc_pipe_t *pipe);


ngx_webrtc_pipe_t *
ngx_webrtc_pipe_open(const ngx_str_t *channel_id,
    const ngx_webrtc_sora_admission_t *admission, const u_char *text,
    size_t len, const ngx_webrtc_pipe_handlers_t *handlers, void *data,
    const char **reason)
{
    u_char                   *p;
    ngx_int_t                 rc;
    ngx_webrtc_pipe_t        *pipe;
    ngx_webrtc_relay_t       *relay;
    ngx_webrtc_worker_t      *worker;
    ngx_webrtc_relay_body_t   body;
    ngx_webrtc_relay_open_t   head;

    worker = ngx_webrtc_worker();
    relay = worker->relay;

    /* without a seat nothing would come back */

    if (relay == NULL || relay->shutdown || worker->zone == NULL
        || worker->self.seat == NGX_WEBRTC_SEAT_NONE)
    {
        *reason = "NO-WORKER";
        return NULL;
    }

    *reason = "NO-MEMORY";

    pipe = ngx_alloc(sizeof(ngx_webrtc_pipe_t), relay->log);
    if (pipe == NULL) {
        return NULL;
    }

    pipe->relay = relay;
    pipe->handlers = handlers;
    pipe->data = data;
    pipe->connect = NULL;

    pipe->id = ngx_webrtc_slots_add(&relay->pipes, pipe);

    if (pipe->id == 0) {
        ngx_free(pipe);
        return NULL;
    }

    head.authz = (uint32_t) admission->authz.len;
    ngx_memcpy(head.connection_id, admission->connection_id,
               NGX_WEBRTC_ID_LEN);

    p = NULL;

    body.head = &head;
    body.head_len = sizeof(ngx_webrtc_relay_open_t);
    body.data = text;
    body.len = len;

    if (admission->authz.len) {

        p = ngx_alloc(admission->authz.len + len, relay->log);
        if (p == NULL) {
            ngx_webrtc_pipe_free(pipe);
            return NULL;
        }

        ngx_memcpy(p, admission->authz.data, admission->authz.len);
        ngx_memcpy(p + admission->authz.len, text, len);

        body.data = p;
        body.len += admission->authz.len;
    }

    rc = ngx_webrtc_pipe_send_open(pipe, channel_id, &body, reason);

    if (p) {
        ngx_free(p);
    }

    if (rc != NGX_OK) {
        ngx_webrtc_pipe_free(pipe);
        return NULL;
    }

    /* it need not be parsed once more in this process */

    if (ngx_webrtc_relay_is_self(relay, &pipe->home)) {
        pipe->connect = json_incref(admission->json);
    }

    return pipe;
}


/* a home that has just died is not in the zone at the second look */

static ngx_int_t
ngx_webrtc_pipe_send_open(ngx_webrtc_pipe_t *pipe,
    const ngx_str_t *channel_id, const ngx_webrtc_relay_body_t *body,
    const char **reason)
{
    ngx_int_t            rc;
    ngx_uint_t           tries;
    ngx_webrtc_relay_t  *relay;

    relay = pipe->relay;

    for (tries = 0; tries < 2; tries++) {

        rc = ngx_webrtc_zone_channel(relay->worker->zone, channel_id, 1,
                                     &pipe->home);

        if (rc != NGX_OK) {
            *reason = (rc == NGX_BUSY) ? "ZONE-FULL" : "NO-WORKER";
            return NGX_ERROR;
        }

        rc = ngx_webrtc_relay_send(relay, &pipe->home,
                                   NGX_WEBRTC_MAIL_PIPE_OPEN, pipe->id, body);

        ngx_log_debug4(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                       "webrtc pipe open id:%uL seat:%ui term:%uL rc:%i",
                       pipe->id, pipe->home.seat, pipe->home.term, rc);

        if (rc == NGX_OK) {
            return NGX_OK;
        }

        if (rc != NGX_DECLINED) {
            *reason = "WORKER-BUSY";
            return NGX_ERROR;
        }
    }

    *reason = "NO-WORKER";

    return NGX_ERROR;
}


ngx_int_t
ngx_webrtc_pipe_input(ngx_webrtc_pipe_t *pipe, const u_char *text, size_t len)
{
    ngx_webrtc_relay_body_t  body;

    body.head = NULL;
    body.head_len = 0;
    body.data = text;
    body.len = len;

    if (ngx_webrtc_relay_send(pipe->relay, &pipe->home,
                              NGX_WEBRTC_MAIL_PIPE_INPUT, pipe->id, &body)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_webrtc_pipe_close(ngx_webrtc_pipe_t *pipe)
{
    ngx_webrtc_relay_note(pipe->relay, &pipe->home,
                          NGX_WEBRTC_MAIL_PIPE_CLOSED, pipe->id, NULL, 0);

    ngx_webrtc_pipe_free(pipe);
}


json_t *
ngx_webrtc_pipe_connect(ngx_webrtc_relay_t *relay, ngx_webrtc_mail_t *mail)
{
    json_t             *connect;
    ngx_webrtc_pipe_t  *pipe;

    if (!ngx_webrtc_relay_is_self(relay, &mail->from)) {
        return NULL;
    }

    pipe = ngx_webrtc_slots_find(&relay->pipes, mail->id);
    if (pipe == NULL) {
        return NULL;
    }

    connect = pipe->connect;
    pipe->connect = NULL;

    return connect;
}


static void
ngx_webrtc_pipe_free(ngx_webrtc_pipe_t *pipe)
{
    json_decref(pipe->connect);
    ngx_webrtc_slots_remove(&pipe->relay->pipes, pipe->id);
    ngx_free(pipe);
}


void
ngx_webrtc_pipe_output_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_pipe_t  *pipe;

    pipe = ngx_webrtc_slots_find(&relay->pipes, mail->id);

    if (pipe) {
        pipe->handlers->send(pipe->data, mail->data, mail->len);
    }
}


void
ngx_webrtc_pipe_describe_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_str_t                     id;
    ngx_webrtc_pipe_t            *pipe;
    ngx_webrtc_relay_describe_t  *describe;

    pipe = ngx_webrtc_slots_find(&relay->pipes, mail->id);

    if (pipe == NULL || mail->len < sizeof(ngx_webrtc_relay_describe_t)) {
        return;
    }

    /* of bytes only: needs no alignment */
    describe = (ngx_webrtc_relay_describe_t *) mail->data;

    id.data = describe->connection_id;
    id.len = NGX_WEBRTC_ID_LEN;

    pipe->handlers->describe(pipe->data, &id, describe->role);
}


void
ngx_webrtc_pipe_close_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_str_t           reason;
    ngx_webrtc_pipe_t  *pipe;
    uint16_t            code;

    pipe = ngx_webrtc_slots_find(&relay->pipes, mail->id);

    if (pipe == NULL || mail->len < sizeof(uint16_t)) {
        return;
    }

    ngx_memcpy(&code, mail->data, sizeof(uint16_t));

    reason.data = mail->data + sizeof(uint16_t);
    reason.len = mail->len - sizeof(uint16_t);

    pipe->handlers->close(pipe->data, code, &reason);

    ngx_webrtc_pipe_free(pipe);
}


/* their home has died */

void
ngx_webrtc_pipe_gone(ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *owner)
{
    uint32_t            index;
    ngx_webrtc_pipe_t  *pipe;

    index = 0;

    while ((pipe = ngx_webrtc_slots_next(&relay->pipes, &index)) != NULL) {

        if (ngx_webrtc_owner_equal(&pipe->home, owner)) {
            ngx_webrtc_pipe_restart(pipe);
        }
    }
}


void
ngx_webrtc_pipe_shutdown(ngx_webrtc_relay_t *relay)
{
    uint32_t            index;
    ngx_webrtc_pipe_t  *pipe;

    index = 0;

    while ((pipe = ngx_webrtc_slots_next(&relay->pipes, &index)) != NULL) {

        if (!ngx_webrtc_relay_is_self(relay, &pipe->home)) {
            ngx_webrtc_relay_note(relay, &pipe->home,
                                  NGX_WEBRTC_MAIL_PIPE_CLOSED, pipe->id,
                                  NULL, 0);
        }

        ngx_webrtc_pipe_restart(pipe);
    }
}


static void
ngx_webrtc_pipe_restart(ngx_webrtc_pipe_t *pipe)
{
    static const ngx_str_t  reason = ngx_string("SERVICE-RESTART");

    pipe->handlers->close(pipe->data, NGX_WEBRTC_RELAY_RESTART, &reason);

    ngx_webrtc_pipe_free(pipe);
}
