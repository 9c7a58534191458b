
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_relay_mail.h>
#include <event/ngx_webrtc_seat.h>


/* how long a home may take, ms */
#define NGX_WEBRTC_CALL_DEADLINE    5000

#define NGX_WEBRTC_CALL_TARGET      96


/* in front of a CALL's body */

typedef struct {
    u_char                      len;
    u_char                      target[NGX_WEBRTC_CALL_TARGET];
} ngx_webrtc_relay_call_t;


/*
 * A request that waits for another worker; its own from call() until the
 * handler was called or cancel().
 */

struct ngx_webrtc_api_call_s {
    ngx_webrtc_relay_t         *relay;
    ngx_webrtc_owner_t          home;
    uint64_t                    id;
    ngx_webrtc_api_handler_pt   handler;
    void                       *data;
    ngx_event_t                 deadline;
};


static ngx_int_t ngx_webrtc_call_send(ngx_webrtc_api_call_t *wait,
    const ngx_str_t *target, const u_char *body, size_t len);
static ngx_webrtc_api_call_t *ngx_webrtc_call_wait(ngx_webrtc_relay_t *relay,
    const ngx_webrtc_owner_t *home, ngx_webrtc_api_handler_pt handler,
    void *data);
static void ngx_webrtc_call_deadline_handler(ngx_event_t *ev);
static void ngx_webrtc_call_finish(ngx_webrtc_api_call_t *wait,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_webrtc_call_free(ngx_webrtc_api_call_t *wait);


ngx_webrtc_api_call_t *
ngx_webrtc_api_call(ngx_webrtc_sora_call_t *call, const ngx_str_t *target,
    const u_char *body, size_t len, ngx_webrtc_api_handler_pt handler,
    void *data, ngx_webrtc_sora_answer_t *answer)
{
    ngx_int_t               rc;
    ngx_uint_t              tries;
    ngx_webrtc_owner_t      home;
    ngx_webrtc_relay_t     *relay;
    ngx_webrtc_worker_t    *worker;
    ngx_webrtc_api_call_t  *wait;

    worker = ngx_webrtc_worker();
    relay = worker->relay;

    if (relay == NULL || relay->shutdown || worker->zone == NULL) {
        ngx_webrtc_sora_api_status(500, answer);
        return NULL;
    }

    /* without a seat a reply would have nowhere to go */

    rc = NGX_ERROR;
    tries = (worker->self.seat == NGX_WEBRTC_SEAT_NONE) ? 0 : 2;

    while (tries--) {

        rc = ngx_webrtc_zone_channel(worker->zone, &call->channel_id, 0,
                                     &home);

        if (rc != NGX_OK) {
            break;
        }

        if (ngx_webrtc_relay_is_self(relay, &home)) {

            if (worker->sora == NULL) {
                break;
            }

            ngx_webrtc_sora_api_execute(worker->sora, call, ngx_webrtc_now(),
                                        answer);
            ngx_webrtc_worker_touch();

            return NULL;
        }

        wait = ngx_webrtc_call_wait(relay, &home, handler, data);

        if (wait == NULL) {
            rc = NGX_ERROR;
            break;
        }

        rc = ngx_webrtc_call_send(wait, target, body, len);

        if (rc == NGX_OK) {
            return wait;
        }

        ngx_webrtc_call_free(wait);

        if (rc != NGX_DECLINED) {
            break;
        }
    }

    if (rc == NGX_DECLINED) {
        ngx_webrtc_sora_api_error(call, "CHANNEL-NOT-FOUND", answer);

    } else {
        ngx_webrtc_sora_api_status(503, answer);
    }

    return NULL;
}


static ngx_int_t
ngx_webrtc_call_send(ngx_webrtc_api_call_t *wait, const ngx_str_t *target,
    const u_char *body, size_t len)
{
    ngx_webrtc_relay_call_t  head;
    ngx_webrtc_relay_body_t  mail;

    if (target->len > NGX_WEBRTC_CALL_TARGET) {
        return NGX_ERROR;
    }

    head.len = (u_char) target->len;
    ngx_memcpy(head.target, target->data, target->len);

    mail.head = &head;
    mail.head_len = 1 + target->len;
    mail.data = body;
    mail.len = len;

    return ngx_webrtc_relay_send(wait->relay, &wait->home,
                                 NGX_WEBRTC_MAIL_CALL, wait->id, &mail);
}


static ngx_webrtc_api_call_t *
ngx_webrtc_call_wait(ngx_webrtc_relay_t *relay,
    const ngx_webrtc_owner_t *home, ngx_webrtc_api_handler_pt handler,
    void *data)
{
    ngx_webrtc_api_call_t  *wait;

    wait = ngx_calloc(sizeof(ngx_webrtc_api_call_t), relay->log);
    if (wait == NULL) {
        return NULL;
    }

    wait->id = ngx_webrtc_slots_add(&relay->calls, wait);

    if (wait->id == 0) {
        ngx_free(wait);
        return NULL;
    }

    wait->relay = relay;
    wait->home = *home;
    wait->handler = handler;
    wait->data = data;

    wait->deadline.handler = ngx_webrtc_call_deadline_handler;
    wait->deadline.data = wait;
    wait->deadline.log = relay->log;

    ngx_add_timer(&wait->deadline, NGX_WEBRTC_CALL_DEADLINE);

    return wait;
}


void
ngx_webrtc_api_cancel(ngx_webrtc_api_call_t *call)
{
    ngx_webrtc_call_free(call);
}


static void
ngx_webrtc_call_deadline_handler(ngx_event_t *ev)
{
    ngx_webrtc_sora_answer_t  answer;

    ngx_webrtc_sora_api_status(503, &answer);
    ngx_webrtc_call_finish(ev->data, &answer);
}


/* the answer is the handler's */

static void
ngx_webrtc_call_finish(ngx_webrtc_api_call_t *wait,
    ngx_webrtc_sora_answer_t *answer)
{
    void                       *data;
    ngx_webrtc_api_handler_pt   handler;

    data = wait->data;
    handler = wait->handler;

    ngx_webrtc_call_free(wait);

    handler(data, answer);
}


static void
ngx_webrtc_call_free(ngx_webrtc_api_call_t *wait)
{
    if (wait->deadline.timer_set) {
        ngx_del_timer(&wait->deadline);
    }

    ngx_webrtc_slots_remove(&wait->relay->calls, wait->id);
    ngx_free(wait);
}


/* at the home: a call of another worker */

void
ngx_webrtc_call_handler(ngx_webrtc_relay_t *relay, ngx_webrtc_mail_t *mail)
{
    size_t                     n, len;
    u_char                    *body;
    ngx_int_t                  rc;
    uint16_t                   status;
    ngx_str_t                  target;
    ngx_webrtc_sora_t         *sora;
    ngx_webrtc_sora_call_t     call;
    ngx_webrtc_relay_body_t    reply;
    ngx_webrtc_sora_answer_t   answer;

    sora = relay->worker->sora;

    if (sora == NULL || mail->len == 0) {
        return;
    }

    n = mail->data[0];

    if (n > mail->len - 1) {
        return;
    }

    target.data = mail->data + 1;
    target.len = n;

    body = target.data + n;
    len = mail->len - 1 - n;

    ngx_memzero(&answer, sizeof(ngx_webrtc_sora_answer_t));

    rc = ngx_webrtc_sora_api_parse(&target, body, len, &call, &answer);

    if (rc == NGX_OK) {
        ngx_webrtc_sora_api_execute(sora, &call, ngx_webrtc_now(), &answer);
        ngx_webrtc_sora_call_free(&call);

    } else if (rc == NGX_ERROR) {
        ngx_webrtc_sora_api_status(500, &answer);
    }

    status = (uint16_t) answer.status;

    reply.head = &status;
    reply.head_len = sizeof(uint16_t);
    reply.data = answer.body.data;
    reply.len = answer.body.len;

    /* without it the other end's deadline answers */

    (void) ngx_webrtc_relay_send(relay, &mail->from, NGX_WEBRTC_MAIL_REPLY,
                                 mail->id, &reply);

    ngx_webrtc_sora_answer_free(&answer);
}


void
ngx_webrtc_call_reply_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    size_t                     len;
    u_char                    *body;
    uint16_t                   status;
    ngx_webrtc_api_call_t     *wait;
    ngx_webrtc_sora_answer_t   answer;

    wait = ngx_webrtc_slots_find(&relay->calls, mail->id);

    if (wait == NULL || mail->len < sizeof(uint16_t)) {
        return;
    }

    ngx_memcpy(&status, mail->data, sizeof(uint16_t));

    body = mail->data + sizeof(uint16_t);
    len = mail->len - sizeof(uint16_t);

    ngx_memzero(&answer, sizeof(ngx_webrtc_sora_answer_t));

    answer.status = status;

    if (len) {
        /* malloc(), as answer_free() expects */
        answer.body.data = malloc(len);

        if (answer.body.data == NULL) {
            answer.status = 500;

        } else {
            ngx_memcpy(answer.body.data, body, len);
            answer.body.len = len;
        }
    }

    ngx_webrtc_call_finish(wait, &answer);
}


void
ngx_webrtc_call_gone(ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *owner)
{
    uint32_t                   index;
    ngx_webrtc_api_call_t     *wait;
    ngx_webrtc_sora_answer_t   answer;

    index = 0;

    while ((wait = ngx_webrtc_slots_next(&relay->calls, &index)) != NULL) {

        if (ngx_webrtc_owner_equal(&wait->home, owner)) {
            ngx_webrtc_sora_api_status(503, &answer);
            ngx_webrtc_call_finish(wait, &answer);
        }
    }
}


/* the requests go down with their connections */

void
ngx_webrtc_call_shutdown(ngx_webrtc_relay_t *relay)
{
    uint32_t                index;
    ngx_webrtc_api_call_t  *wait;

    index = 0;

    while ((wait = ngx_webrtc_slots_next(&relay->calls, &index)) != NULL) {

        if (wait->deadline.timer_set) {
            ngx_del_timer(&wait->deadline);
        }
    }
}
