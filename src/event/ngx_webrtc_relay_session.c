
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <crypto/ngx_webrtc_random.h>
#include <event/ngx_webrtc_relay_mail.h>


#define NGX_WEBRTC_SESSION_BUCKETS  4096


/* a pipe is known by its worker and its number there */

typedef struct {
    uint64_t                    seat;
    uint64_t                    term;
    uint64_t                    id;
} ngx_webrtc_session_key_t;


/*
 * The home's end of a pipe.  It lives as long as the session of the front-end
 * that it serves: each frees the other.
 */

typedef struct {
    ngx_webrtc_hash_node_t      node;
    ngx_webrtc_session_key_t    key;
    ngx_queue_t                 queue;      /* live or broken */
    ngx_webrtc_relay_t         *relay;
    ngx_webrtc_owner_t          owner;
    ngx_webrtc_sora_session_t  *sora;
    unsigned                    broken:1;   /* nothing is sent any more */
    unsigned                    ending:1;
} ngx_webrtc_relay_session_t;


static void ngx_webrtc_session_send(void *pipe, const u_char *data,
    size_t len);
static void ngx_webrtc_session_close(void *pipe, ngx_uint_t code,
    const char *reason);
static void ngx_webrtc_session_describe(void *pipe,
    const ngx_webrtc_connection_info_t *info);
static void ngx_webrtc_session_stats(void *data,
    const ngx_webrtc_connection_info_t *info, const u_char *text, size_t len,
    uint64_t wall);
static ngx_webrtc_relay_session_t *ngx_webrtc_session_find(
    ngx_webrtc_relay_t *relay, ngx_webrtc_mail_t *mail);
static void ngx_webrtc_session_key(ngx_webrtc_session_key_t *key,
    ngx_webrtc_mail_t *mail);
static void ngx_webrtc_session_break(ngx_webrtc_relay_session_t *session);
static void ngx_webrtc_session_end(ngx_webrtc_relay_session_t *session);
static void ngx_webrtc_session_free(ngx_webrtc_relay_session_t *session);
static void ngx_webrtc_session_refuse(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *owner, uint64_t id, ngx_uint_t code,
    const char *reason);


ngx_int_t
ngx_webrtc_session_init(ngx_webrtc_relay_t *relay, ngx_pool_t *pool)
{
    ngx_queue_init(&relay->live);
    ngx_queue_init(&relay->broken);

    relay->glue.send = ngx_webrtc_session_send;
    relay->glue.close = ngx_webrtc_session_close;
    relay->glue.describe = ngx_webrtc_session_describe;
    relay->glue.stats = ngx_webrtc_session_stats;
    relay->glue.data = relay;

    return ngx_webrtc_hash_init(&relay->sessions, pool,
                                NGX_WEBRTC_SESSION_BUCKETS,
                                ngx_webrtc_random_uint32());
}


void
ngx_webrtc_session_open_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_usec_t             now;
    ngx_webrtc_sora_t            *sora;
    ngx_webrtc_relay_open_t       head;
    ngx_webrtc_relay_session_t   *session;
    ngx_webrtc_sora_admission_t   admission;

    if (mail->len < sizeof(ngx_webrtc_relay_open_t)) {
        return;
    }

    ngx_memcpy(&head, mail->data, sizeof(ngx_webrtc_relay_open_t));

    mail->data += sizeof(ngx_webrtc_relay_open_t);
    mail->len -= sizeof(ngx_webrtc_relay_open_t);

    if (head.authz > mail->len) {
        return;
    }

    ngx_memcpy(admission.connection_id, head.connection_id,
               NGX_WEBRTC_ID_LEN);
    admission.authz.data = mail->data;
    admission.authz.len = head.authz;

    sora = relay->worker->sora;

    if (sora == NULL || relay->shutdown) {
        ngx_webrtc_session_refuse(relay, &mail->from, mail->id,
                                  NGX_WEBRTC_RELAY_RESTART,
                                  "SERVICE-RESTART");
        return;
    }

    session = ngx_calloc(sizeof(ngx_webrtc_relay_session_t), relay->log);

    if (session == NULL) {
        ngx_webrtc_session_refuse(relay, &mail->from, mail->id,
                                  NGX_WEBRTC_SORA_REFUSED, "NO-MEMORY");
        return;
    }

    session->relay = relay;
    session->owner = mail->from;

    ngx_webrtc_session_key(&session->key, mail);

    now = ngx_webrtc_now();

    session->sora = ngx_webrtc_sora_open(sora, session, now);

    if (session->sora == NULL) {
        ngx_free(session);
        ngx_webrtc_session_refuse(relay, &mail->from, mail->id,
                                  NGX_WEBRTC_SORA_REFUSED, "NO-MEMORY");
        return;
    }

    ngx_webrtc_hash_add(&relay->sessions, &session->node, &session->key,
                        sizeof(ngx_webrtc_session_key_t));
    ngx_queue_insert_tail(&relay->live, &session->queue);

    admission.json = ngx_webrtc_pipe_connect(relay, mail);

    /* the session may end, and be freed, in there */

    (void) ngx_webrtc_sora_admit(session->sora, &admission,
                                 mail->data + head.authz,
                                 mail->len - head.authz, now);

    json_decref(admission.json);
}


void
ngx_webrtc_session_input_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_relay_session_t  *session;

    session = ngx_webrtc_session_find(relay, mail);

    if (session == NULL || session->broken) {
        return;
    }

    (void) ngx_webrtc_sora_input(session->sora, mail->data, mail->len,
                                 ngx_webrtc_now());
}


void
ngx_webrtc_session_closed_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_relay_session_t  *session;

    session = ngx_webrtc_session_find(relay, mail);

    if (session) {
        ngx_webrtc_session_end(session);
    }
}


/* what the front-end says */

static void
ngx_webrtc_session_send(void *pipe, const u_char *data, size_t len)
{
    ngx_webrtc_relay_session_t *session = pipe;

    ngx_webrtc_mail_t         mail;
    ngx_webrtc_relay_t       *relay;
    ngx_webrtc_relay_body_t   body;

    relay = session->relay;

    if (session->broken || relay->shutdown) {
        return;
    }

    if (ngx_webrtc_relay_is_self(relay, &session->owner)) {
        mail.id = session->key.id;
        mail.data = (u_char *) data;
        mail.len = len;

        ngx_webrtc_pipe_output_handler(relay, &mail);

        return;
    }

    body.head = NULL;
    body.head_len = 0;
    body.data = data;
    body.len = len;

    if (ngx_webrtc_relay_send(relay, &session->owner,
                              NGX_WEBRTC_MAIL_PIPE_OUTPUT, session->key.id,
                              &body)
        != NGX_OK)
    {
        ngx_webrtc_session_break(session);
    }
}


static void
ngx_webrtc_session_close(void *pipe, ngx_uint_t code, const char *reason)
{
    ngx_webrtc_relay_session_t *session = pipe;

    if (session->ending) {
        return;
    }

    ngx_webrtc_session_refuse(session->relay, &session->owner,
                              session->key.id, code, reason);
    ngx_webrtc_session_free(session);
}


static void
ngx_webrtc_session_describe(void *pipe,
    const ngx_webrtc_connection_info_t *info)
{
    ngx_webrtc_relay_session_t *session = pipe;

    ngx_webrtc_mail_t             mail;
    ngx_webrtc_relay_t           *relay;
    ngx_webrtc_relay_describe_t   describe;

    relay = session->relay;

    ngx_memcpy(describe.connection_id, info->connection_id,
               NGX_WEBRTC_ID_LEN);
    describe.role = (u_char) info->role;

    if (ngx_webrtc_relay_is_self(relay, &session->owner)) {
        mail.id = session->key.id;
        mail.data = (u_char *) &describe;
        mail.len = sizeof(ngx_webrtc_relay_describe_t);

        ngx_webrtc_pipe_describe_handler(relay, &mail);

        return;
    }

    ngx_webrtc_relay_note(relay, &session->owner,
                          NGX_WEBRTC_MAIL_PIPE_DESCRIBE, session->key.id,
                          &describe, sizeof(ngx_webrtc_relay_describe_t));
}


static void
ngx_webrtc_session_stats(void *data, const ngx_webrtc_connection_info_t *info,
    const u_char *text, size_t len, uint64_t wall)
{
    ngx_webrtc_relay_t *relay = data;

    ngx_webrtc_zone_stats_set(relay->worker->zone, info->connection_id, text,
                              len, wall);
}


static ngx_webrtc_relay_session_t *
ngx_webrtc_session_find(ngx_webrtc_relay_t *relay, ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_hash_node_t    *node;
    ngx_webrtc_session_key_t   key;

    ngx_webrtc_session_key(&key, mail);

    node = ngx_webrtc_hash_find(&relay->sessions, &key,
                                sizeof(ngx_webrtc_session_key_t));
    if (node == NULL) {
        return NULL;
    }

    return ngx_webrtc_hash_data(node, ngx_webrtc_relay_session_t, node);
}


static void
ngx_webrtc_session_key(ngx_webrtc_session_key_t *key, ngx_webrtc_mail_t *mail)
{
    key->seat = mail->from.seat;
    key->term = mail->from.term;
    key->id = mail->id;
}


/*
 * The way to the client is blocked.  The front-end is in the middle of
 * something, so the session ends a little later.
 */

static void
ngx_webrtc_session_break(ngx_webrtc_relay_session_t *session)
{
    session->broken = 1;

    ngx_queue_remove(&session->queue);
    ngx_queue_insert_tail(&session->relay->broken, &session->queue);

    ngx_webrtc_relay_post(session->relay);
}


void
ngx_webrtc_session_end_broken(ngx_webrtc_relay_t *relay)
{
    ngx_queue_t                 *q;
    ngx_webrtc_relay_session_t  *session;

    while (!ngx_queue_empty(&relay->broken)) {

        q = ngx_queue_head(&relay->broken);
        session = ngx_queue_data(q, ngx_webrtc_relay_session_t, queue);

        ngx_webrtc_session_refuse(relay, &session->owner, session->key.id,
                                  NGX_WEBRTC_SORA_REFUSED, "WORKER-BUSY");
        ngx_webrtc_session_end(session);
    }
}


static void
ngx_webrtc_session_end(ngx_webrtc_relay_session_t *session)
{
    session->broken = 1;
    session->ending = 1;

    ngx_webrtc_sora_closed(session->sora, ngx_webrtc_now());

    ngx_webrtc_session_free(session);
}


static void
ngx_webrtc_session_free(ngx_webrtc_relay_session_t *session)
{
    ngx_webrtc_hash_remove(&session->relay->sessions, &session->node);
    ngx_queue_remove(&session->queue);

    ngx_free(session);
}


/* closes the client's end */

static void
ngx_webrtc_session_refuse(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *owner, uint64_t id, ngx_uint_t code,
    const char *reason)
{
    size_t                    len;
    ngx_webrtc_mail_t         mail;
    ngx_webrtc_relay_close_t  close;

    len = ngx_webrtc_relay_close_write(&close, code, reason);

    if (ngx_webrtc_relay_is_self(relay, owner)) {
        mail.id = id;
        mail.data = (u_char *) &close;
        mail.len = len;

        ngx_webrtc_pipe_close_handler(relay, &mail);

        return;
    }

    ngx_webrtc_relay_note(relay, owner, NGX_WEBRTC_MAIL_PIPE_CLOSE, id,
                          &close, len);
}


/* the worker that holds their clients has died */

void
ngx_webrtc_session_gone(ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *owner)
{
    ngx_queue_t                 *q, *next;
    ngx_webrtc_relay_session_t  *session;

    for (q = ngx_queue_head(&relay->live);
         q != ngx_queue_sentinel(&relay->live);
         q = next)
    {
        next = ngx_queue_next(q);
        session = ngx_queue_data(q, ngx_webrtc_relay_session_t, queue);

        if (ngx_webrtc_owner_equal(&session->owner, owner)
            && !session->broken)
        {
            ngx_webrtc_session_break(session);
        }
    }
}


void
ngx_webrtc_session_shutdown(ngx_webrtc_relay_t *relay)
{
    ngx_queue_t                 *q;
    ngx_webrtc_relay_session_t  *session;

    ngx_webrtc_session_end_broken(relay);

    while (!ngx_queue_empty(&relay->live)) {

        q = ngx_queue_head(&relay->live);
        session = ngx_queue_data(q, ngx_webrtc_relay_session_t, queue);

        ngx_webrtc_session_refuse(relay, &session->owner, session->key.id,
                                  NGX_WEBRTC_RELAY_RESTART,
                                  "SERVICE-RESTART");
        ngx_webrtc_session_end(session);
    }
}
