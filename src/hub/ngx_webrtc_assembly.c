
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_assembly.h>


/* "parts" are allocated with it, what they lead to one by one */

typedef struct {
    ngx_queue_t               queue;
    ngx_webrtc_usec_t         heard;
    ngx_uint_t                total;
    ngx_uint_t                received;
    size_t                    size;
    ngx_str_t                 id;
    u_char                    id_buf[NGX_WEBRTC_ASSEMBLY_ID];
    ngx_str_t                *parts;        /* data NULL: not come yet */
} ngx_webrtc_assembly_message_t;


static ngx_webrtc_assembly_message_t *ngx_webrtc_assembly_find(
    ngx_webrtc_assembly_t *assembly, const ngx_str_t *id);
static ngx_webrtc_assembly_message_t *ngx_webrtc_assembly_create(
    ngx_webrtc_assembly_t *assembly, const ngx_webrtc_assembly_part_t *part);
static void ngx_webrtc_assembly_destroy(ngx_webrtc_assembly_t *assembly,
    ngx_webrtc_assembly_message_t *message);
static void ngx_webrtc_assembly_expire(ngx_webrtc_assembly_t *assembly,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_assembly_join(ngx_webrtc_assembly_t *assembly,
    ngx_webrtc_assembly_message_t *message, ngx_str_t *whole);


void
ngx_webrtc_assembly_init(ngx_webrtc_assembly_t *assembly, size_t max,
    ngx_log_t *log)
{
    ngx_queue_init(&assembly->messages);

    assembly->count = 0;
    assembly->held = 0;
    assembly->max = max;
    assembly->log = log;
}


void
ngx_webrtc_assembly_cleanup(ngx_webrtc_assembly_t *assembly)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&assembly->messages)) {
        q = ngx_queue_head(&assembly->messages);
        ngx_webrtc_assembly_destroy(assembly,
                    ngx_queue_data(q, ngx_webrtc_assembly_message_t, queue));
    }
}


ngx_int_t
ngx_webrtc_assembly_add(ngx_webrtc_assembly_t *assembly,
    const ngx_webrtc_assembly_part_t *part, ngx_webrtc_usec_t now,
    ngx_str_t *whole)
{
    ngx_str_t                      *place;
    ngx_webrtc_assembly_message_t  *message;

    ngx_webrtc_assembly_expire(assembly, now);

    if (part->total == 0
        || part->total > NGX_WEBRTC_ASSEMBLY_PARTS
        || part->index >= part->total
        || part->id.len > NGX_WEBRTC_ASSEMBLY_ID)
    {
        return NGX_ERROR;
    }

    message = ngx_webrtc_assembly_find(assembly, &part->id);

    if (message == NULL) {
        message = ngx_webrtc_assembly_create(assembly, part);
        if (message == NULL) {
            return NGX_ERROR;
        }
    }

    if (part->total != message->total) {
        ngx_webrtc_assembly_destroy(assembly, message);
        return NGX_ERROR;
    }

    message->heard = now;

    place = &message->parts[part->index];

    if (place->data) {
        return NGX_AGAIN;
    }

    if (part->data.len > assembly->max - assembly->held) {
        ngx_webrtc_assembly_destroy(assembly, message);
        return NGX_ERROR;
    }

    place->data = ngx_alloc(part->data.len + 1, assembly->log);
    if (place->data == NULL) {
        ngx_webrtc_assembly_destroy(assembly, message);
        return NGX_ERROR;
    }

    ngx_memcpy(place->data, part->data.data, part->data.len);
    place->len = part->data.len;

    assembly->held += place->len;
    message->size += place->len;

    return (++message->received == message->total)
           ? ngx_webrtc_assembly_join(assembly, message, whole) : NGX_AGAIN;
}


static ngx_webrtc_assembly_message_t *
ngx_webrtc_assembly_find(ngx_webrtc_assembly_t *assembly, const ngx_str_t *id)
{
    ngx_queue_t                    *q;
    ngx_webrtc_assembly_message_t  *message;

    for (q = ngx_queue_head(&assembly->messages);
         q != ngx_queue_sentinel(&assembly->messages);
         q = ngx_queue_next(q))
    {
        message = ngx_queue_data(q, ngx_webrtc_assembly_message_t, queue);

        if (ngx_webrtc_str_equal(&message->id, id)) {
            return message;
        }
    }

    return NULL;
}


static ngx_webrtc_assembly_message_t *
ngx_webrtc_assembly_create(ngx_webrtc_assembly_t *assembly,
    const ngx_webrtc_assembly_part_t *part)
{
    ngx_queue_t                    *q;
    ngx_webrtc_assembly_message_t  *message;

    if (assembly->count == NGX_WEBRTC_ASSEMBLY_MESSAGES) {
        q = ngx_queue_head(&assembly->messages);
        ngx_webrtc_assembly_destroy(assembly,
                    ngx_queue_data(q, ngx_webrtc_assembly_message_t, queue));
    }

    message = ngx_calloc(sizeof(ngx_webrtc_assembly_message_t)
                         + part->total * sizeof(ngx_str_t), assembly->log);
    if (message == NULL) {
        return NULL;
    }

    message->total = part->total;
    message->parts = (ngx_str_t *) &message[1];

    message->id.len = part->id.len;
    message->id.data = message->id_buf;
    ngx_memcpy(message->id_buf, part->id.data, part->id.len);

    ngx_queue_insert_tail(&assembly->messages, &message->queue);
    assembly->count++;

    return message;
}


static void
ngx_webrtc_assembly_destroy(ngx_webrtc_assembly_t *assembly,
    ngx_webrtc_assembly_message_t *message)
{
    ngx_uint_t  i;

    for (i = 0; i < message->total; i++) {
        if (message->parts[i].data) {
            ngx_free(message->parts[i].data);
        }
    }

    assembly->held -= message->size;
    assembly->count--;

    ngx_queue_remove(&message->queue);
    ngx_free(message);
}


static void
ngx_webrtc_assembly_expire(ngx_webrtc_assembly_t *assembly,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                    *q, *next;
    ngx_webrtc_assembly_message_t  *message;

    for (q = ngx_queue_head(&assembly->messages);
         q != ngx_queue_sentinel(&assembly->messages);
         q = next)
    {
        next = ngx_queue_next(q);
        message = ngx_queue_data(q, ngx_webrtc_assembly_message_t, queue);

        if (message->heard + NGX_WEBRTC_ASSEMBLY_TIMEOUT <= now) {
            ngx_webrtc_assembly_destroy(assembly, message);
        }
    }
}


static ngx_int_t
ngx_webrtc_assembly_join(ngx_webrtc_assembly_t *assembly,
    ngx_webrtc_assembly_message_t *message, ngx_str_t *whole)
{
    u_char      *p;
    ngx_uint_t   i;

    whole->len = message->size;
    whole->data = ngx_alloc(message->size + 1, assembly->log);

    if (whole->data) {
        p = whole->data;

        for (i = 0; i < message->total; i++) {
            p = ngx_cpymem(p, message->parts[i].data, message->parts[i].len);
        }
    }

    ngx_webrtc_assembly_destroy(assembly, message);

    return whole->data ? NGX_OK : NGX_ERROR;
}
