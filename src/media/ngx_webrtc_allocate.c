
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_allocate.h>


/* a step up leaves some of the estimate free */
#define NGX_WEBRTC_ALLOCATE_ROOM        85          /* per cent */

/* too much by more than this is not an estimate that is a little low */
#define NGX_WEBRTC_ALLOCATE_SEVERE      125         /* per cent */
#define NGX_WEBRTC_ALLOCATE_SHORTLY     (300 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_ALLOCATE_LONG        (3 * NGX_WEBRTC_SEC)

/* after a step up that went wrong; each time doubles it */
#define NGX_WEBRTC_ALLOCATE_HOLD        (3 * NGX_WEBRTC_SEC)
#define NGX_WEBRTC_ALLOCATE_HOLD_MAX    (30 * NGX_WEBRTC_SEC)

/* what a step up does to the way is seen a little later */
#define NGX_WEBRTC_ALLOCATE_SETTLED     NGX_WEBRTC_SEC

/* a step up has gone well when there was no need to undo it for so long */
#define NGX_WEBRTC_ALLOCATE_TRIAL       (15 * NGX_WEBRTC_SEC)


static ngx_int_t ngx_webrtc_allocate_current(
    const ngx_webrtc_allocate_item_t *item);
static ngx_int_t ngx_webrtc_allocate_above(
    const ngx_webrtc_allocate_item_t *item);
static ngx_int_t ngx_webrtc_allocate_below(
    const ngx_webrtc_allocate_item_t *item);
static uint64_t ngx_webrtc_allocate_rate(
    const ngx_webrtc_allocate_item_t *item);
static void ngx_webrtc_allocate_raise(ngx_webrtc_allocate_t *allocate,
    const ngx_webrtc_allocate_way_t *way, uint64_t total,
    ngx_webrtc_usec_t now);
static ngx_webrtc_allocate_item_t *ngx_webrtc_allocate_lowest(
    ngx_webrtc_allocate_t *allocate);
static void ngx_webrtc_allocate_lower(ngx_webrtc_allocate_t *allocate,
    const ngx_webrtc_allocate_way_t *way, uint64_t total,
    ngx_webrtc_usec_t now);
static ngx_webrtc_allocate_item_t *ngx_webrtc_allocate_highest(
    ngx_webrtc_allocate_t *allocate, ngx_uint_t asked);
static void ngx_webrtc_allocate_failed(ngx_webrtc_allocate_t *allocate,
    ngx_webrtc_usec_t now);


void
ngx_webrtc_allocate_init(ngx_webrtc_allocate_t *allocate)
{
    ngx_memzero(allocate, sizeof(ngx_webrtc_allocate_t));

    ngx_queue_init(&allocate->items);
    allocate->hold = NGX_WEBRTC_ALLOCATE_HOLD;
}


void
ngx_webrtc_allocate_add(ngx_webrtc_allocate_t *allocate,
    ngx_webrtc_allocate_item_t *item, ngx_int_t wanted)
{
    ngx_memzero(item, sizeof(ngx_webrtc_allocate_item_t));

    item->wanted = NGX_WEBRTC_LAYER_AUTO;
    ngx_webrtc_allocate_want(item, wanted);
    ngx_queue_insert_tail(&allocate->items, &item->queue);
}


void
ngx_webrtc_allocate_remove(ngx_webrtc_allocate_item_t *item)
{
    ngx_queue_remove(&item->queue);
}


void
ngx_webrtc_allocate_want(ngx_webrtc_allocate_item_t *item, ngx_int_t wanted)
{
    if (item->wanted == wanted) {

        /* what it was lowered to is still all that there is room for */

        return;
    }

    item->wanted = wanted;

    if (wanted >= 0) {
        item->cap = ngx_min(wanted, NGX_WEBRTC_LAYERS - 1);
    }
}


void
ngx_webrtc_allocate_review(ngx_webrtc_allocate_t *allocate,
    const ngx_webrtc_allocate_way_t *way, ngx_webrtc_usec_t now)
{
    uint64_t                     total;
    ngx_int_t                    layer;
    ngx_queue_t                 *q;
    ngx_webrtc_allocate_item_t  *item;

    allocate->probe = 0;
    total = way->base;

    for (q = ngx_queue_head(&allocate->items);
         q != ngx_queue_sentinel(&allocate->items);
         q = ngx_queue_next(q))
    {
        item = ngx_queue_data(q, ngx_webrtc_allocate_item_t, queue);

        layer = ngx_webrtc_allocate_current(item);
        total += ngx_webrtc_allocate_rate(item);

        /* a layer that comes back is a step up like any other */

        if (item->wanted == NGX_WEBRTC_LAYER_AUTO && layer >= 0) {
            item->cap = layer;
        }
    }

    if (total > way->estimate) {
        ngx_webrtc_allocate_lower(allocate, way, total, now);
        return;
    }

    allocate->scarce = 0;

    if (allocate->raised
        && allocate->raised + NGX_WEBRTC_ALLOCATE_TRIAL <= now)
    {
        allocate->raised = 0;
        allocate->hold = NGX_WEBRTC_ALLOCATE_HOLD;
    }

    if (allocate->held <= now
        && (allocate->raised == 0
            || allocate->raised + NGX_WEBRTC_ALLOCATE_SETTLED <= now))
    {
        ngx_webrtc_allocate_raise(allocate, way, total, now);
    }
}


/* what is sent under its cap; the lowest one when all are above; -1: none */

static ngx_int_t
ngx_webrtc_allocate_current(const ngx_webrtc_allocate_item_t *item)
{
    ngx_int_t  i;

    for (i = item->cap; i >= 0; i--) {
        if (item->rates[i]) {
            return i;
        }
    }

    for (i = item->cap + 1; i < NGX_WEBRTC_LAYERS; i++) {
        if (item->rates[i]) {
            return i;
        }
    }

    return -1;
}


/* the next one that is sent and may be wanted; -1: none */

static ngx_int_t
ngx_webrtc_allocate_above(const ngx_webrtc_allocate_item_t *item)
{
    ngx_int_t  i, last;

    last = NGX_WEBRTC_LAYERS - 1;

    if (item->wanted >= 0) {
        last = ngx_min(item->wanted, last);
    }

    i = ngx_webrtc_allocate_current(item);

    if (i < 0) {
        return -1;
    }

    for (i++; i <= last; i++) {
        if (item->rates[i]) {
            return i;
        }
    }

    return -1;
}


static ngx_int_t
ngx_webrtc_allocate_below(const ngx_webrtc_allocate_item_t *item)
{
    ngx_int_t  i;

    for (i = ngx_webrtc_allocate_current(item) - 1; i >= 0; i--) {
        if (item->rates[i]) {
            return i;
        }
    }

    return -1;
}


static uint64_t
ngx_webrtc_allocate_rate(const ngx_webrtc_allocate_item_t *item)
{
    ngx_int_t  i;

    i = ngx_webrtc_allocate_current(item);

    return (i < 0) ? 0 : item->rates[i];
}


static void
ngx_webrtc_allocate_raise(ngx_webrtc_allocate_t *allocate,
    const ngx_webrtc_allocate_way_t *way, uint64_t total,
    ngx_webrtc_usec_t now)
{
    uint64_t                     need, room;
    ngx_int_t                    above;
    ngx_webrtc_allocate_item_t  *item;

    while ((item = ngx_webrtc_allocate_lowest(allocate)) != NULL) {

        above = ngx_webrtc_allocate_above(item);

        need = total - ngx_webrtc_allocate_rate(item) + item->rates[above];
        room = need * 100 / NGX_WEBRTC_ALLOCATE_ROOM;

        if (way->probes && (room > way->estimate || need > way->probed)) {

            if (allocate->raised == now) {
                return;
            }

            if (way->full) {
                ngx_webrtc_allocate_failed(allocate, now);
                return;
            }

            /* a little more, so that what comes of it is enough */

            allocate->probe = room + room / 8;
            return;
        }

        if (room > way->estimate) {
            return;
        }

        item->cap = above;
        total = need;
        allocate->raised = now;
    }
}


/*
 * Who is the next to get more: those who were denied what they asked for,
 * then the one with the lowest layer, for which the least is missing.
 */

static ngx_webrtc_allocate_item_t *
ngx_webrtc_allocate_lowest(ngx_webrtc_allocate_t *allocate)
{
    uint64_t                     rank, best;
    ngx_int_t                    above;
    ngx_queue_t                 *q;
    ngx_webrtc_allocate_item_t  *item, *found;

    best = 0;
    found = NULL;

    for (q = ngx_queue_head(&allocate->items);
         q != ngx_queue_sentinel(&allocate->items);
         q = ngx_queue_next(q))
    {
        item = ngx_queue_data(q, ngx_webrtc_allocate_item_t, queue);

        above = ngx_webrtc_allocate_above(item);
        if (above < 0) {
            continue;
        }

        rank = item->rates[above];

        if (item->wanted == NGX_WEBRTC_LAYER_AUTO) {
            rank += (uint64_t) above << 48;
        }

        if (found == NULL || rank < best) {
            found = item;
            best = rank;
        }
    }

    return found;
}


static void
ngx_webrtc_allocate_lower(ngx_webrtc_allocate_t *allocate,
    const ngx_webrtc_allocate_way_t *way, uint64_t total,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                   severe, lowered;
    ngx_webrtc_usec_t            since;
    ngx_webrtc_allocate_item_t  *item;

    if (allocate->scarce == 0) {
        allocate->scarce = now;
    }

    since = now - allocate->scarce;
    severe = (total * 100 > way->estimate * NGX_WEBRTC_ALLOCATE_SEVERE);

    if (since < (severe ? NGX_WEBRTC_ALLOCATE_SHORTLY
                        : NGX_WEBRTC_ALLOCATE_LONG))
    {
        return;
    }

    lowered = 0;

    while (total > way->estimate
           && (item = ngx_webrtc_allocate_highest(allocate, 0)) != NULL)
    {
        total -= ngx_webrtc_allocate_rate(item);
        item->cap = ngx_webrtc_allocate_below(item);
        total += ngx_webrtc_allocate_rate(item);
        lowered = 1;
    }

    if (!lowered && since >= NGX_WEBRTC_ALLOCATE_LONG) {

        /* now it is the turn of those who asked for it, one at a time */

        item = ngx_webrtc_allocate_highest(allocate, 1);

        if (item) {
            item->cap = ngx_webrtc_allocate_below(item);
            lowered = 1;
        }
    }

    if (lowered) {
        allocate->scarce = 0;
        ngx_webrtc_allocate_failed(allocate, now);
    }
}


/* the item with the highest layer that can be lowered; NULL: none */

static ngx_webrtc_allocate_item_t *
ngx_webrtc_allocate_highest(ngx_webrtc_allocate_t *allocate,
    ngx_uint_t asked)
{
    ngx_int_t                    layer, best;
    ngx_queue_t                 *q;
    ngx_webrtc_allocate_item_t  *item, *found;

    best = 0;
    found = NULL;

    for (q = ngx_queue_head(&allocate->items);
         q != ngx_queue_sentinel(&allocate->items);
         q = ngx_queue_next(q))
    {
        item = ngx_queue_data(q, ngx_webrtc_allocate_item_t, queue);

        if ((item->wanted != NGX_WEBRTC_LAYER_AUTO) != asked
            || ngx_webrtc_allocate_below(item) < 0)
        {
            continue;
        }

        layer = ngx_webrtc_allocate_current(item);

        if (layer >= best) {
            found = item;
            best = layer;
        }
    }

    return found;
}


/* nothing is raised for a while */

static void
ngx_webrtc_allocate_failed(ngx_webrtc_allocate_t *allocate,
    ngx_webrtc_usec_t now)
{
    allocate->held = now + allocate->hold;
    allocate->raised = 0;

    allocate->hold = ngx_min(2 * allocate->hold,
                             NGX_WEBRTC_ALLOCATE_HOLD_MAX);
}
