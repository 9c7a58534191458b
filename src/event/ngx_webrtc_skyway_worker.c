
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_port_socket.h>
#include <event/ngx_webrtc_registry.h>
#include <event/ngx_webrtc_relay_mail.h>
#include <event/ngx_webrtc_skyway_conf.h>
#include <event/ngx_webrtc_skyway_rest.h>
#include <event/ngx_webrtc_skyway_worker.h>
#include <event/ngx_webrtc_socketio_wire.h>


/* in front of a LETTER; key, src, dst and payload follow */

typedef struct {
    uint32_t                  key;      /* lengths */
    uint32_t                  src;
    uint32_t                  dst;
    uint16_t                  type;
    uint16_t                  dialect;
} ngx_webrtc_letter_t;


static ngx_int_t ngx_webrtc_skyway_worker_claim(void *data,
    const ngx_webrtc_skyway_registration_t *reg, uint64_t endpoint);
static void ngx_webrtc_skyway_worker_release(void *data,
    const ngx_webrtc_skyway_registration_t *reg, uint64_t endpoint);
static ngx_int_t ngx_webrtc_skyway_worker_find(void *data,
    const ngx_str_t *key, const ngx_str_t *id,
    ngx_webrtc_skyway_dialect_e *dialect);
static void ngx_webrtc_skyway_worker_list(void *data, const ngx_str_t *key,
    ngx_webrtc_skyway_list_pt handler, void *handler_data);
static ngx_int_t ngx_webrtc_skyway_worker_send(void *data,
    const ngx_webrtc_skyway_message_t *message);
static void ngx_webrtc_skyway_worker_self(ngx_webrtc_worker_t *worker,
    uint64_t endpoint, ngx_webrtc_skyway_dialect_e dialect,
    ngx_webrtc_registered_t *registered);


ngx_int_t
ngx_webrtc_skyway_worker_open(ngx_cycle_t *cycle, ngx_webrtc_worker_t *worker)
{
    ngx_webrtc_skyway_conf_t    conf;
    ngx_webrtc_skyway_glue_t    glue;
    ngx_webrtc_gateway_conf_t   gconf;

    ngx_webrtc_skyway_conf_get(cycle, &conf, &gconf);

    if (worker->gateway
        && ngx_webrtc_port_sockets_open(cycle, worker->gateway) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memzero(&glue, sizeof(ngx_webrtc_skyway_glue_t));

    glue.data = worker;
    glue.claim = ngx_webrtc_skyway_worker_claim;
    glue.release = ngx_webrtc_skyway_worker_release;
    glue.find = ngx_webrtc_skyway_worker_find;
    glue.list = ngx_webrtc_skyway_worker_list;
    glue.send = ngx_webrtc_skyway_worker_send;
    glue.port_open = ngx_webrtc_port_socket_open;
    glue.port_acquire = ngx_webrtc_port_socket_acquire;
    glue.port_release = ngx_webrtc_port_socket_release;
    glue.port_remove = ngx_webrtc_port_socket_remove;
    glue.may_redirect = ngx_webrtc_port_socket_may_redirect;
    glue.seat = worker->self.seat;
    glue.term = worker->self.term;

    worker->skyway = ngx_webrtc_skyway_create(&conf, &glue, worker->hub,
                                              worker->gateway, cycle->log);

    if (worker->skyway == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_rest_init();
    ngx_webrtc_socketio_wire_init(worker->skyway);

    return NGX_OK;
}


void
ngx_webrtc_skyway_worker_shutdown(ngx_webrtc_worker_t *worker)
{
    if (worker->skyway) {
        ngx_webrtc_skyway_shutdown(worker->skyway, ngx_webrtc_now());
    }
}


void
ngx_webrtc_skyway_worker_close(ngx_webrtc_worker_t *worker)
{
    if (worker->skyway) {
        ngx_webrtc_skyway_destroy(worker->skyway);
        worker->skyway = NULL;
    }

    ngx_webrtc_port_sockets_close();
}


void
ngx_webrtc_skyway_worker_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now)
{
    if (worker->skyway && ngx_webrtc_skyway_expires(worker->skyway) <= now) {
        ngx_webrtc_skyway_tick(worker->skyway, now);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_skyway_worker_expires(ngx_webrtc_worker_t *worker)
{
    return worker->skyway ? ngx_webrtc_skyway_expires(worker->skyway)
                          : NGX_WEBRTC_NEVER;
}


static ngx_int_t
ngx_webrtc_skyway_worker_claim(void *data,
    const ngx_webrtc_skyway_registration_t *reg, uint64_t endpoint)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_int_t                rc;
    ngx_webrtc_registered_t  now, before;

    ngx_webrtc_skyway_worker_self(worker, endpoint, reg->dialect, &now);

    rc = ngx_webrtc_registry_claim(worker->zone, reg, &now, &before);

    if (rc == NGX_DONE) {
        ngx_webrtc_relay_note(worker->relay, &before.owner,
                              NGX_WEBRTC_MAIL_REPLACED, before.endpoint,
                              NULL, 0);
    }

    return rc;
}


static void
ngx_webrtc_skyway_worker_release(void *data,
    const ngx_webrtc_skyway_registration_t *reg, uint64_t endpoint)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_webrtc_registered_t  now;

    ngx_webrtc_skyway_worker_self(worker, endpoint, reg->dialect, &now);
    ngx_webrtc_registry_release(worker->zone, reg, &now);
}


static ngx_int_t
ngx_webrtc_skyway_worker_find(void *data, const ngx_str_t *key,
    const ngx_str_t *id, ngx_webrtc_skyway_dialect_e *dialect)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_int_t                rc;
    ngx_webrtc_registered_t  found;

    rc = ngx_webrtc_registry_find(worker->zone, key, id, &found);

    if (rc == NGX_OK) {
        *dialect = found.dialect;
    }

    return rc;
}


static void
ngx_webrtc_skyway_worker_list(void *data, const ngx_str_t *key,
    ngx_webrtc_skyway_list_pt handler, void *handler_data)
{
    ngx_webrtc_worker_t *worker = data;

    ngx_webrtc_registry_list(worker->zone, key, handler, handler_data);
}


static ngx_int_t
ngx_webrtc_skyway_worker_send(void *data,
    const ngx_webrtc_skyway_message_t *message)
{
    ngx_webrtc_worker_t *worker = data;

    size_t                    len;
    u_char                   *p, *text;
    ngx_int_t                 rc;
    ngx_webrtc_letter_t       letter;
    ngx_webrtc_registered_t   found;
    ngx_webrtc_relay_body_t   body;

    if (ngx_webrtc_registry_find(worker->zone, &message->key, &message->dst,
                                 &found)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    letter.key = (uint32_t) message->key.len;
    letter.src = (uint32_t) message->src.len;
    letter.dst = (uint32_t) message->dst.len;
    letter.type = (uint16_t) message->type;
    letter.dialect = (uint16_t) message->dialect;

    len = message->key.len + message->src.len + message->dst.len
          + message->payload.len;

    text = ngx_alloc(len, worker->relay->log);
    if (text == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(text, message->key.data, message->key.len);
    p = ngx_cpymem(p, message->src.data, message->src.len);
    p = ngx_cpymem(p, message->dst.data, message->dst.len);

    if (message->payload.len) {
        ngx_memcpy(p, message->payload.data, message->payload.len);
    }

    body.head = &letter;
    body.head_len = sizeof(ngx_webrtc_letter_t);
    body.data = text;
    body.len = len;

    rc = ngx_webrtc_relay_send(worker->relay, &found.owner,
                               NGX_WEBRTC_MAIL_LETTER, found.endpoint, &body);
    ngx_free(text);

    ngx_log_debug4(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc letter type:%d size:%uz seat:%ui rc:%i",
                   message->type, len, found.owner.seat, rc);

    return (rc == NGX_DECLINED) ? NGX_DECLINED
                                : (rc == NGX_OK) ? NGX_OK : NGX_ERROR;
}


static void
ngx_webrtc_skyway_worker_self(ngx_webrtc_worker_t *worker, uint64_t endpoint,
    ngx_webrtc_skyway_dialect_e dialect, ngx_webrtc_registered_t *registered)
{
    registered->owner = worker->self;
    registered->endpoint = endpoint;
    registered->dialect = dialect;
}


void
ngx_webrtc_skyway_letter_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    u_char                       *p;
    ngx_webrtc_letter_t           letter;
    ngx_webrtc_skyway_message_t   message;

    if (relay->worker->skyway == NULL
        || mail->len < sizeof(ngx_webrtc_letter_t))
    {
        return;
    }

    ngx_memcpy(&letter, mail->data, sizeof(ngx_webrtc_letter_t));

    p = mail->data + sizeof(ngx_webrtc_letter_t);

    if ((uint64_t) letter.key + letter.src + letter.dst
        > mail->len - sizeof(ngx_webrtc_letter_t))
    {
        return;
    }

    message.type = letter.type;
    message.dialect = letter.dialect;

    message.key.data = p;
    message.key.len = letter.key;
    p += letter.key;

    message.src.data = p;
    message.src.len = letter.src;
    p += letter.src;

    message.dst.data = p;
    message.dst.len = letter.dst;
    p += letter.dst;

    message.payload.data = p;
    message.payload.len = mail->data + mail->len - p;

    ngx_webrtc_skyway_deliver(relay->worker->skyway, mail->id, &message,
                              ngx_webrtc_now());
}


void
ngx_webrtc_skyway_replaced_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    if (relay->worker->skyway) {
        ngx_webrtc_skyway_replaced(relay->worker->skyway, mail->id,
                                   ngx_webrtc_now());
    }
}
