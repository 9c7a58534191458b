
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <event/ngx_webrtc_mail_ring.h>


/*
 * Also between a store and a load: writer and reader each store their own
 * position and then look at the other's, and one of them must see.
 */

#define ngx_webrtc_mail_fence()  __sync_synchronize()

#define ngx_webrtc_mail_space(len)                                           \
    (sizeof(ngx_webrtc_mail_head_t) + (((size_t) (len) + 7) & ~(size_t) 7))


static void ngx_webrtc_mail_ring_put(ngx_webrtc_mail_ring_t *ring,
    uint64_t at, const void *data, size_t len);
static void ngx_webrtc_mail_ring_get(ngx_webrtc_mail_ring_t *ring,
    uint64_t at, void *data, size_t len);


void
ngx_webrtc_mail_ring_init(ngx_webrtc_mail_ring_t *ring, u_char *start,
    size_t size)
{
    ring->start = start;
    ring->size = size & ~(size_t) 7;
    ring->head = 0;
    ring->tail = 0;
}


void
ngx_webrtc_mail_ring_reset(ngx_webrtc_mail_ring_t *ring)
{
    ring->head = ring->tail;
}


static void
ngx_webrtc_mail_ring_put(ngx_webrtc_mail_ring_t *ring, uint64_t at,
    const void *data, size_t len)
{
    size_t  pos, n;

    if (len == 0) {
        return;
    }

    pos = (size_t) (at % ring->size);
    n = ngx_min(len, ring->size - pos);

    ngx_memcpy(ring->start + pos, data, n);

    if (n < len) {
        ngx_memcpy(ring->start, (const u_char *) data + n, len - n);
    }
}


static void
ngx_webrtc_mail_ring_get(ngx_webrtc_mail_ring_t *ring, uint64_t at,
    void *data, size_t len)
{
    size_t  pos, n;

    if (len == 0) {
        return;
    }

    pos = (size_t) (at % ring->size);
    n = ngx_min(len, ring->size - pos);

    ngx_memcpy(data, ring->start + pos, n);

    if (n < len) {
        ngx_memcpy((u_char *) data + n, ring->start, len - n);
    }
}


ngx_int_t
ngx_webrtc_mail_ring_write(ngx_webrtc_mail_ring_t *ring,
    const ngx_webrtc_mail_head_t *head, const void *a, size_t alen,
    const void *b, size_t blen)
{
    size_t    space;
    uint64_t  at, tail;

    space = ngx_webrtc_mail_space(head->len);

    if (head->len != alen + blen || space > ring->size) {
        return NGX_ERROR;
    }

    tail = ring->tail;

    if (ring->size - (size_t) (tail - ring->head) < space) {
        return NGX_AGAIN;
    }

    at = tail;

    ngx_webrtc_mail_ring_put(ring, at, head, sizeof(ngx_webrtc_mail_head_t));
    at += sizeof(ngx_webrtc_mail_head_t);

    ngx_webrtc_mail_ring_put(ring, at, a, alen);
    ngx_webrtc_mail_ring_put(ring, at + alen, b, blen);

    ngx_webrtc_mail_fence();

    ring->tail = tail + space;

    ngx_webrtc_mail_fence();

    return (ring->head == tail) ? NGX_DONE : NGX_OK;
}


ngx_int_t
ngx_webrtc_mail_ring_read(ngx_webrtc_mail_ring_t *ring,
    ngx_webrtc_mail_head_t *head, u_char **body, u_char *buf)
{
    size_t    pos;
    uint64_t  at, tail;

    ngx_webrtc_mail_fence();

    at = ring->head;
    tail = ring->tail;

    if (at == tail) {
        return NGX_AGAIN;
    }

    if (tail - at > ring->size
        || tail - at < sizeof(ngx_webrtc_mail_head_t))
    {
        goto invalid;
    }

    ngx_webrtc_mail_ring_get(ring, at, head, sizeof(ngx_webrtc_mail_head_t));

    if (ngx_webrtc_mail_space(head->len) > tail - at) {
        goto invalid;
    }

    at += sizeof(ngx_webrtc_mail_head_t);
    pos = (size_t) (at % ring->size);

    if (ring->size - pos >= head->len) {
        *body = ring->start + pos;

    } else {
        ngx_webrtc_mail_ring_get(ring, at, buf, head->len);
        *body = buf;
    }

    return NGX_OK;

invalid:

    ngx_webrtc_mail_ring_reset(ring);

    return NGX_ERROR;
}


void
ngx_webrtc_mail_ring_next(ngx_webrtc_mail_ring_t *ring,
    const ngx_webrtc_mail_head_t *head)
{
    ngx_webrtc_mail_fence();

    ring->head += ngx_webrtc_mail_space(head->len);
}
