
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Messages for peers that are not there (yet).  What one peer says to one
 * other stays in order: as long as something waits for that pair, what comes
 * later waits too.  With the first message that has waited too long the
 * whole pair ends, and the sender hears EXPIRE once.
 */


#include <core/ngx_webrtc_str.h>
#include <front/skyway/ngx_webrtc_skyway_internal.h>
#include <hub/ngx_webrtc_token.h>


#define NGX_WEBRTC_SKYWAY_WAITING_HASH   1024

/* key and id with their lengths before them */
#define NGX_WEBRTC_SKYWAY_SENDER_NAME                                        \
    (2 + NGX_WEBRTC_SKYWAY_KEY_MAX + NGX_WEBRTC_SKYWAY_ID_MAX)


/* lives as long as one of its pairs */

typedef struct {
    ngx_webrtc_hash_node_t        node;
    ngx_queue_t                   pairs;
    ngx_uint_t                    count;    /* messages */
    ngx_str_t                     key;
    ngx_str_t                     id;
    u_char                        name[NGX_WEBRTC_SKYWAY_SENDER_NAME];
} ngx_webrtc_skyway_sender_t;


/* lives as long as one of its messages */

typedef struct {
    ngx_queue_t                   queue;    /* of all */
    ngx_queue_t                   siblings; /* of the sender */
    ngx_queue_t                   messages;
    ngx_webrtc_skyway_sender_t   *sender;
    ngx_webrtc_usec_t             expires;
    ngx_str_t                     dst;
} ngx_webrtc_skyway_pair_t;


typedef struct {
    ngx_queue_t                   queue;
    ngx_webrtc_skyway_message_e   type;
    ngx_webrtc_skyway_dialect_e   dialect;
    ngx_str_t                     payload;
} ngx_webrtc_skyway_waiter_t;


static size_t ngx_webrtc_skyway_sender_name(u_char *name,
    const ngx_webrtc_skyway_message_t *message);
static u_char *ngx_webrtc_skyway_copy(u_char *p, const ngx_str_t *str);
static ngx_webrtc_skyway_sender_t *ngx_webrtc_skyway_sender_find(
    ngx_webrtc_skyway_t *skyway, const ngx_webrtc_skyway_message_t *message);
static ngx_webrtc_skyway_sender_t *ngx_webrtc_skyway_sender_create(
    ngx_webrtc_skyway_t *skyway, const ngx_webrtc_skyway_message_t *message);
static void ngx_webrtc_skyway_sender_release(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_sender_t *sender);
static ngx_webrtc_skyway_pair_t *ngx_webrtc_skyway_pair_find(
    ngx_webrtc_skyway_t *skyway, const ngx_webrtc_skyway_message_t *message);
static ngx_webrtc_skyway_pair_t *ngx_webrtc_skyway_pair_create(
    ngx_webrtc_skyway_t *skyway, const ngx_webrtc_skyway_message_t *message,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_pair_destroy(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_pair_t *pair);
static ngx_int_t ngx_webrtc_skyway_pair_flush(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_pair_t *pair);
static ngx_int_t ngx_webrtc_skyway_wait(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_pair_t *pair,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_waiter_destroy(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_pair_t *pair, ngx_webrtc_skyway_waiter_t *waiter);
static void ngx_webrtc_skyway_expire(ngx_webrtc_skyway_t *skyway,
    const ngx_str_t *key, const ngx_str_t *src, const ngx_str_t *dst);


ngx_int_t
ngx_webrtc_skyway_waiting_init(ngx_webrtc_skyway_t *skyway)
{
    uint32_t                      seed;
    ngx_webrtc_skyway_waiting_t  *waiting;

    waiting = &skyway->waiting;

    ngx_queue_init(&waiting->pairs);

    waiting->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, skyway->log);
    if (waiting->pool == NULL) {
        return NGX_ERROR;
    }

    if (ngx_webrtc_token_random(&seed, sizeof(seed)) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webrtc_hash_init(&waiting->senders, waiting->pool,
                                NGX_WEBRTC_SKYWAY_WAITING_HASH, seed);
}


void
ngx_webrtc_skyway_waiting_cleanup(ngx_webrtc_skyway_t *skyway)
{
    ngx_queue_t                  *q;
    ngx_webrtc_skyway_waiting_t  *waiting;

    waiting = &skyway->waiting;

    if (waiting->pool == NULL) {
        return;
    }

    while (!ngx_queue_empty(&waiting->pairs)) {
        q = ngx_queue_head(&waiting->pairs);

        ngx_webrtc_skyway_pair_destroy(skyway,
                       ngx_queue_data(q, ngx_webrtc_skyway_pair_t, queue));
    }

    ngx_destroy_pool(waiting->pool);
}


void
ngx_webrtc_skyway_route(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    ngx_uint_t                 waits;
    ngx_webrtc_skyway_pair_t  *pair;

    pair = ngx_webrtc_skyway_pair_find(skyway, message);

    if (pair && ngx_webrtc_skyway_pair_flush(skyway, pair) == NGX_OK) {
        pair = NULL;
    }

    if (pair == NULL
        && skyway->glue.send(skyway->glue.data, message) == NGX_OK)
    {
        return;
    }

    switch (message->type) {

    case NGX_WEBRTC_SKYWAY_OFFER:
    case NGX_WEBRTC_SKYWAY_ANSWER:
    case NGX_WEBRTC_SKYWAY_CANDIDATE:
        waits = 1;
        break;

    case NGX_WEBRTC_SKYWAY_FORCE_CLOSE:

        /* the end of what waits already */

        waits = (pair != NULL);
        break;

    default:
        waits = 0;
        break;
    }

    if (!waits) {
        return;
    }

    if (ngx_webrtc_skyway_wait(skyway, pair, message, now) != NGX_OK
        && pair == NULL)
    {
        ngx_webrtc_skyway_expire(skyway, &message->key, &message->src,
                                 &message->dst);
    }
}


void
ngx_webrtc_skyway_waiting_tick(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                  *q, *next;
    ngx_webrtc_skyway_pair_t     *pair;
    ngx_webrtc_skyway_waiting_t  *waiting;

    waiting = &skyway->waiting;

    if (now < waiting->retry) {
        return;
    }

    for (q = ngx_queue_head(&waiting->pairs);
         q != ngx_queue_sentinel(&waiting->pairs);
         q = next)
    {
        next = ngx_queue_next(q);
        pair = ngx_queue_data(q, ngx_webrtc_skyway_pair_t, queue);

        if (ngx_webrtc_skyway_pair_flush(skyway, pair) != NGX_OK
            && now >= pair->expires)
        {
            ngx_webrtc_skyway_expire(skyway, &pair->sender->key,
                                     &pair->sender->id, &pair->dst);
            ngx_webrtc_skyway_pair_destroy(skyway, pair);
        }
    }

    waiting->retry = now + NGX_WEBRTC_SKYWAY_RETRY;
}


ngx_webrtc_usec_t
ngx_webrtc_skyway_waiting_expires(ngx_webrtc_skyway_t *skyway)
{
    return ngx_queue_empty(&skyway->waiting.pairs)
           ? NGX_WEBRTC_NEVER : skyway->waiting.retry;
}


static size_t
ngx_webrtc_skyway_sender_name(u_char *name,
    const ngx_webrtc_skyway_message_t *message)
{
    u_char  *p;

    /* both were measured when the sender became an endpoint */

    p = name;

    *p++ = (u_char) message->key.len;
    *p++ = (u_char) message->src.len;
    p = ngx_webrtc_skyway_copy(p, &message->key);
    p = ngx_webrtc_skyway_copy(p, &message->src);

    return p - name;
}


/* memcpy() must not see the NULL of an empty string */

static u_char *
ngx_webrtc_skyway_copy(u_char *p, const ngx_str_t *str)
{
    return str->len ? ngx_cpymem(p, str->data, str->len) : p;
}


static ngx_webrtc_skyway_sender_t *
ngx_webrtc_skyway_sender_find(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_skyway_message_t *message)
{
    size_t                   len;
    u_char                   name[NGX_WEBRTC_SKYWAY_SENDER_NAME];
    ngx_webrtc_hash_node_t  *node;

    if (skyway->waiting.senders.count == 0) {
        return NULL;
    }

    len = ngx_webrtc_skyway_sender_name(name, message);
    node = ngx_webrtc_hash_find(&skyway->waiting.senders, name, len);

    return node ? ngx_webrtc_hash_data(node, ngx_webrtc_skyway_sender_t, node)
                : NULL;
}


static ngx_webrtc_skyway_sender_t *
ngx_webrtc_skyway_sender_create(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_skyway_message_t *message)
{
    size_t                       len;
    ngx_webrtc_skyway_sender_t  *sender;

    sender = ngx_calloc(sizeof(ngx_webrtc_skyway_sender_t), skyway->log);
    if (sender == NULL) {
        return NULL;
    }

    len = ngx_webrtc_skyway_sender_name(sender->name, message);

    sender->key.len = message->key.len;
    sender->key.data = sender->name + 2;
    sender->id.len = message->src.len;
    sender->id.data = sender->key.data + sender->key.len;

    ngx_queue_init(&sender->pairs);

    ngx_webrtc_hash_add(&skyway->waiting.senders, &sender->node,
                        sender->name, len);

    skyway->waiting.size += sizeof(ngx_webrtc_skyway_sender_t);

    return sender;
}


static void
ngx_webrtc_skyway_sender_release(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_sender_t *sender)
{
    if (!ngx_queue_empty(&sender->pairs)) {
        return;
    }

    skyway->waiting.size -= sizeof(ngx_webrtc_skyway_sender_t);

    ngx_webrtc_hash_remove(&skyway->waiting.senders, &sender->node);
    ngx_free(sender);
}


/* a sender has no more pairs than messages */

static ngx_webrtc_skyway_pair_t *
ngx_webrtc_skyway_pair_find(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_skyway_message_t *message)
{
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_pair_t    *pair;
    ngx_webrtc_skyway_sender_t  *sender;

    sender = ngx_webrtc_skyway_sender_find(skyway, message);

    if (sender == NULL) {
        return NULL;
    }

    for (q = ngx_queue_head(&sender->pairs);
         q != ngx_queue_sentinel(&sender->pairs);
         q = ngx_queue_next(q))
    {
        pair = ngx_queue_data(q, ngx_webrtc_skyway_pair_t, siblings);

        if (ngx_webrtc_str_equal(&pair->dst, &message->dst)) {
            return pair;
        }
    }

    return NULL;
}


static ngx_webrtc_skyway_pair_t *
ngx_webrtc_skyway_pair_create(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_pair_t    *pair;
    ngx_webrtc_skyway_sender_t  *sender;

    pair = ngx_alloc(sizeof(ngx_webrtc_skyway_pair_t) + message->dst.len,
                     skyway->log);
    if (pair == NULL) {
        return NULL;
    }

    sender = ngx_webrtc_skyway_sender_find(skyway, message);

    if (sender == NULL) {
        sender = ngx_webrtc_skyway_sender_create(skyway, message);
    }

    if (sender == NULL) {
        ngx_free(pair);
        return NULL;
    }

    pair->sender = sender;
    pair->expires = now + skyway->conf.expire_timeout;

    pair->dst.len = message->dst.len;
    pair->dst.data = (u_char *) (pair + 1);
    (void) ngx_webrtc_skyway_copy(pair->dst.data, &message->dst);

    if (ngx_queue_empty(&skyway->waiting.pairs)) {
        skyway->waiting.retry = now + NGX_WEBRTC_SKYWAY_RETRY;
    }

    ngx_queue_init(&pair->messages);
    ngx_queue_insert_tail(&sender->pairs, &pair->siblings);
    ngx_queue_insert_tail(&skyway->waiting.pairs, &pair->queue);

    skyway->waiting.size += sizeof(ngx_webrtc_skyway_pair_t) + pair->dst.len;

    return pair;
}


static void
ngx_webrtc_skyway_pair_destroy(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_pair_t *pair)
{
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_sender_t  *sender;

    while (!ngx_queue_empty(&pair->messages)) {
        q = ngx_queue_head(&pair->messages);

        ngx_webrtc_skyway_waiter_destroy(skyway, pair,
                       ngx_queue_data(q, ngx_webrtc_skyway_waiter_t, queue));
    }

    sender = pair->sender;

    ngx_queue_remove(&pair->siblings);
    ngx_queue_remove(&pair->queue);

    skyway->waiting.size -= sizeof(ngx_webrtc_skyway_pair_t) + pair->dst.len;

    ngx_free(pair);

    ngx_webrtc_skyway_sender_release(skyway, sender);
}


/* NGX_OK: all of it went, and the pair too */

static ngx_int_t
ngx_webrtc_skyway_pair_flush(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_pair_t *pair)
{
    ngx_queue_t                  *q;
    ngx_webrtc_skyway_waiter_t   *waiter;
    ngx_webrtc_skyway_message_t   message;

    message.key = pair->sender->key;
    message.src = pair->sender->id;
    message.dst = pair->dst;

    while (!ngx_queue_empty(&pair->messages)) {
        q = ngx_queue_head(&pair->messages);
        waiter = ngx_queue_data(q, ngx_webrtc_skyway_waiter_t, queue);

        message.type = waiter->type;
        message.dialect = waiter->dialect;
        message.payload = waiter->payload;

        if (skyway->glue.send(skyway->glue.data, &message) != NGX_OK) {
            return NGX_DECLINED;
        }

        ngx_webrtc_skyway_waiter_destroy(skyway, pair, waiter);
    }

    ngx_webrtc_skyway_pair_destroy(skyway, pair);

    return NGX_OK;
}


/* "pair" may be NULL; NGX_DECLINED: there is no room for it */

static ngx_int_t
ngx_webrtc_skyway_wait(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_pair_t *pair,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    size_t                       size;
    ngx_webrtc_skyway_sender_t  *sender;
    ngx_webrtc_skyway_waiter_t  *waiter;

    sender = ngx_webrtc_skyway_sender_find(skyway, message);
    size = sizeof(ngx_webrtc_skyway_waiter_t) + message->payload.len;

    if ((sender ? sender->count : 0) >= skyway->conf.max_waiting
        || skyway->waiting.size + size + message->dst.len
           > skyway->conf.waiting_buffer)
    {
        return NGX_DECLINED;
    }

    waiter = ngx_alloc(size, skyway->log);
    if (waiter == NULL) {
        return NGX_DECLINED;
    }

    if (pair == NULL) {
        pair = ngx_webrtc_skyway_pair_create(skyway, message, now);
    }

    if (pair == NULL) {
        ngx_free(waiter);
        return NGX_DECLINED;
    }

    waiter->type = message->type;
    waiter->dialect = message->dialect;
    waiter->payload.len = message->payload.len;
    waiter->payload.data = (u_char *) (waiter + 1);

    (void) ngx_webrtc_skyway_copy(waiter->payload.data, &message->payload);

    ngx_queue_insert_tail(&pair->messages, &waiter->queue);

    pair->sender->count++;
    skyway->waiting.size += size;

    return NGX_OK;
}


static void
ngx_webrtc_skyway_waiter_destroy(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_pair_t *pair, ngx_webrtc_skyway_waiter_t *waiter)
{
    skyway->waiting.size -= sizeof(ngx_webrtc_skyway_waiter_t)
                            + waiter->payload.len;
    pair->sender->count--;

    ngx_queue_remove(&waiter->queue);
    ngx_free(waiter);
}


/* to the sender, wherever it is by now */

static void
ngx_webrtc_skyway_expire(ngx_webrtc_skyway_t *skyway, const ngx_str_t *key,
    const ngx_str_t *src, const ngx_str_t *dst)
{
    ngx_webrtc_skyway_message_t  message;

    ngx_memzero(&message, sizeof(ngx_webrtc_skyway_message_t));

    message.type = NGX_WEBRTC_SKYWAY_EXPIRE;
    message.key = *key;
    message.src = *dst;
    message.dst = *src;

    (void) skyway->glue.send(skyway->glue.data, &message);
}
