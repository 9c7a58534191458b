
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A datagram is a message and a message is a datagram.  If the browser's page
 * expects packed values, they are packed and unpacked here.
 */


#include <core/ngx_webrtc_utf8.h>
#include <hub/ngx_webrtc_gateway_internal.h>


typedef struct {
    ngx_webrtc_link_t        *link;
    ngx_webrtc_usec_t         now;
} ngx_webrtc_packed_t;


static ngx_int_t ngx_webrtc_link_message_send(ngx_webrtc_link_t *link,
    const u_char *pos, size_t len, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_link_message_part(void *data, ngx_uint_t binary,
    const u_char *pos, size_t len);
static void ngx_webrtc_link_message_output(ngx_webrtc_link_t *link,
    const u_char *pos, size_t len);
static const ngx_webrtc_addr_t *ngx_webrtc_link_message_redirect(
    ngx_webrtc_link_t *link);
static void ngx_webrtc_link_message_hold(ngx_webrtc_link_t *link,
    const u_char *pos, size_t len);
static void ngx_webrtc_link_message_free(ngx_webrtc_link_t *link,
    ngx_webrtc_held_t *held);


#define ngx_webrtc_held_size(len)  (sizeof(ngx_webrtc_held_t) + (len))


/* without memory for it values come to the program as they are */

void
ngx_webrtc_link_message_open(ngx_webrtc_link_t *link)
{
    if (link->conf.data.packing == NGX_WEBRTC_PACKING_NONE || link->packing) {
        return;
    }

    link->packing = ngx_webrtc_packing_create(link->conf.data.packing,
                                              link->gateway->conf.message_size,
                                              link->gateway->log);
}


ngx_int_t
ngx_webrtc_link_datagram(ngx_webrtc_link_t *link, const u_char *pos,
    size_t len, ngx_webrtc_usec_t now)
{
    ngx_int_t  rc;

    if (!link->open || link->ended) {
        return NGX_DECLINED;
    }

    if (link->inside) {
        link->stats.sent++;
        ngx_webrtc_link_message_output(link, pos, len);
        return NGX_OK;
    }

    rc = ngx_webrtc_link_message_send(link, pos, len, now);

    if (rc == NGX_OK) {
        link->stats.sent++;

    } else {
        link->stats.dropped++;
    }

    return rc;
}


static ngx_int_t
ngx_webrtc_link_message_send(ngx_webrtc_link_t *link, const u_char *pos,
    size_t len, ngx_webrtc_usec_t now)
{
    size_t                size;
    ngx_webrtc_packed_t   packed;

    packed.link = link;
    packed.now = now;

    if (link->packing) {

        /* all of its parts or none */

        size = ngx_webrtc_data_buffered(link->peer)
               + ngx_webrtc_packing_size(link->packing, len);

        if (size > link->gateway->conf.data_buffer) {
            return NGX_DECLINED;
        }

        return ngx_webrtc_packing_pack(link->packing, pos, len,
                                       ngx_webrtc_link_message_part, &packed);
    }

    /*
     * Text is a string to the browser; from the first datagram on that is
     * something else all of them are bytes, so that the type changes once at
     * most.
     */

    if (!link->binary && !ngx_webrtc_utf8_is_text(pos, pos + len)) {
        link->binary = 1;
    }

    return ngx_webrtc_link_message_part(&packed, link->binary, pos, len);
}


static ngx_int_t
ngx_webrtc_link_message_part(void *data, ngx_uint_t binary, const u_char *pos,
    size_t len)
{
    ngx_webrtc_packed_t *packed = data;

    return ngx_webrtc_data_send(packed->link->peer, packed->link->stream,
                                binary, pos, len, packed->now);
}


/* of the browser */

void
ngx_webrtc_link_message(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_str_t  datagram;

    link->stats.received++;

    datagram.data = event->data;
    datagram.len = event->len;

    if (link->packing == NULL) {
        ngx_webrtc_link_message_output(link, datagram.data, datagram.len);
        return;
    }

    switch (ngx_webrtc_packing_unpack(link->packing, event->binary,
                                      event->data, event->len, now,
                                      &datagram))
    {

    case NGX_OK:
        ngx_webrtc_link_message_output(link, datagram.data, datagram.len);
        break;

    case NGX_AGAIN:
        break;

    case NGX_DONE:
        link->open = 0;
        ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_CLOSED, "", now);
        break;

    case NGX_DECLINED:

        if (!event->binary) {

            /* of a page that writes to the channel by itself */

            ngx_webrtc_link_message_output(link, event->data, event->len);
            break;
        }

        /* fall through */

    default:
        link->stats.dropped++;
        break;
    }
}


/* to our program or, inside, to the other one */

static void
ngx_webrtc_link_message_output(ngx_webrtc_link_t *link, const u_char *pos,
    size_t len)
{
    const ngx_webrtc_addr_t  *to;

    if (len > NGX_WEBRTC_PACKING_DATAGRAM) {
        link->stats.dropped++;
        return;
    }

    to = ngx_webrtc_link_message_redirect(link);

    if (to->port == 0) {
        ngx_webrtc_link_message_hold(link, pos, len);
        return;
    }

    ngx_webrtc_gateway_send(link->gateway, link->feed.port, to, pos, len);
}


static const ngx_webrtc_addr_t *
ngx_webrtc_link_message_redirect(ngx_webrtc_link_t *link)
{
    return link->inside ? &link->other.redirect : &link->conf.data.redirect;
}


/* the oldest ones make room */

static void
ngx_webrtc_link_message_hold(ngx_webrtc_link_t *link, const u_char *pos,
    size_t len)
{
    size_t              max;
    ngx_queue_t        *q;
    ngx_webrtc_held_t  *held;

    max = link->gateway->conf.early_data;

    if (ngx_webrtc_held_size(len) > max) {
        link->stats.dropped++;
        return;
    }

    while (link->held_size + ngx_webrtc_held_size(len) > max) {
        q = ngx_queue_head(&link->held);

        ngx_webrtc_link_message_free(link,
                                  ngx_queue_data(q, ngx_webrtc_held_t,
                                                 queue));
        link->stats.dropped++;
    }

    held = ngx_alloc(ngx_webrtc_held_size(len), link->gateway->log);
    if (held == NULL) {
        link->stats.dropped++;
        return;
    }

    held->len = len;

    if (len) {
        ngx_memcpy(held->data, pos, len);
    }

    ngx_queue_insert_tail(&link->held, &held->queue);
    link->held_size += ngx_webrtc_held_size(len);
}


static void
ngx_webrtc_link_message_free(ngx_webrtc_link_t *link, ngx_webrtc_held_t *held)
{
    link->held_size -= ngx_webrtc_held_size(held->len);

    ngx_queue_remove(&held->queue);
    ngx_free(held);
}


void
ngx_webrtc_link_message_flush(ngx_webrtc_link_t *link)
{
    ngx_queue_t        *q;
    ngx_webrtc_held_t  *held;

    if (ngx_webrtc_link_message_redirect(link)->port == 0) {
        return;
    }

    while (!ngx_queue_empty(&link->held)) {
        q = ngx_queue_head(&link->held);
        held = ngx_queue_data(q, ngx_webrtc_held_t, queue);

        ngx_webrtc_link_message_output(link, held->data, held->len);
        ngx_webrtc_link_message_free(link, held);
    }
}


void
ngx_webrtc_link_message_cleanup(ngx_webrtc_link_t *link)
{
    ngx_queue_t  *q;

    if (link->packing) {
        ngx_webrtc_packing_destroy(link->packing);
        link->packing = NULL;
    }

    while (!ngx_queue_empty(&link->held)) {
        q = ngx_queue_head(&link->held);

        ngx_webrtc_link_message_free(link,
                                  ngx_queue_data(q, ngx_webrtc_held_t,
                                                 queue));
    }
}
