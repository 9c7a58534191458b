
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_seq.h>
#include <proto/ngx_webrtc_rtcp_twcc.h>


/* a symbol is also the number of bytes of its delta */

#define NGX_WEBRTC_TWCC_LOST        0
#define NGX_WEBRTC_TWCC_SMALL       1
#define NGX_WEBRTC_TWCC_LARGE       2
#define NGX_WEBRTC_TWCC_END         3

#define NGX_WEBRTC_TWCC_HEAD_LEN    8       /* of the FCI, before the chunks */
#define NGX_WEBRTC_TWCC_FIXED_LEN   20      /* of the packet, likewise */
#define NGX_WEBRTC_TWCC_RUN_MAX     0x1fff

/* ticks in one unit of the reference time */
#define NGX_WEBRTC_TWCC_TICKS                                                \
    (NGX_WEBRTC_TWCC_REFERENCE / NGX_WEBRTC_TWCC_TICK)


/* where writing is: the next number, and the items not yet covered */

typedef struct {
    const ngx_webrtc_twcc_item_t  *items;
    int64_t                        tick;    /* of the last one covered */
    ngx_uint_t                     n;
    ngx_uint_t                     i;
    ngx_uint_t                     count;   /* statuses so far */
    uint16_t                       seq;
} ngx_webrtc_twcc_walk_t;


static ngx_int_t ngx_webrtc_twcc_measure(ngx_webrtc_twcc_t *twcc,
    size_t *size);
static u_char *ngx_webrtc_twcc_finish(u_char *start, u_char *p,
    const ngx_webrtc_twcc_head_t *head, const ngx_webrtc_twcc_item_t *items,
    ngx_uint_t n);
static ngx_uint_t ngx_webrtc_twcc_symbol(ngx_webrtc_twcc_walk_t *walk);
static ngx_int_t ngx_webrtc_twcc_chunk(ngx_webrtc_twcc_walk_t *walk,
    size_t room, uint16_t *chunk, size_t *size);
static ngx_int_t ngx_webrtc_twcc_run(ngx_webrtc_twcc_walk_t *walk,
    ngx_uint_t symbol, size_t room, uint16_t *chunk, size_t *size);
static u_char *ngx_webrtc_twcc_deltas(u_char *p,
    const ngx_webrtc_twcc_item_t *items, ngx_uint_t n);


#define ngx_webrtc_twcc_ticks(item)                                          \
    ((int64_t) ((item)->arrival / NGX_WEBRTC_TWCC_TICK))

#define ngx_webrtc_twcc_reference(item)                                      \
    (ngx_webrtc_twcc_ticks(item) / NGX_WEBRTC_TWCC_TICKS)


/* makes the next chunk the current one */

static void
ngx_webrtc_twcc_load(ngx_webrtc_twcc_t *twcc)
{
    uint16_t  chunk;

    chunk = ngx_webrtc_get16(twcc->chunk);
    twcc->chunk += 2;

    twcc->bits = chunk;

    if ((chunk & 0x8000) == 0) {
        twcc->width = 0;
        twcc->symbols = chunk & NGX_WEBRTC_TWCC_RUN_MAX;
        return;
    }

    if (chunk & 0x4000) {
        twcc->width = 2;
        twcc->symbols = 7;
        twcc->shift = 12;

    } else {
        twcc->width = 1;
        twcc->symbols = 14;
        twcc->shift = 13;
    }
}


static ngx_uint_t
ngx_webrtc_twcc_take(ngx_webrtc_twcc_t *twcc)
{
    ngx_uint_t  symbol;

    twcc->symbols--;

    if (twcc->width == 0) {
        return (twcc->bits >> 13) & 3;
    }

    symbol = (twcc->bits >> twcc->shift) & (twcc->width == 2 ? 3 : 1);
    twcc->shift = (uint8_t) (twcc->shift - twcc->width);

    return symbol;
}


ngx_int_t
ngx_webrtc_twcc_init(ngx_webrtc_twcc_t *twcc, const ngx_webrtc_rtcp_fb_t *fb)
{
    size_t   size;
    u_char  *p;

    p = fb->pos;

    if (fb->last - p < NGX_WEBRTC_TWCC_HEAD_LEN) {
        return NGX_ERROR;
    }

    ngx_memzero(twcc, sizeof(ngx_webrtc_twcc_t));

    twcc->base_seq = ngx_webrtc_get16(p);
    twcc->count = ngx_webrtc_get16(p + 2);
    twcc->reference = (int32_t) ngx_webrtc_get24(p + 4);
    twcc->fb_count = p[7];

    if (twcc->reference & 0x800000) {
        twcc->reference -= 0x1000000;
    }

    /* the deltas begin where the chunks end, so walk those once */

    twcc->chunk = p + NGX_WEBRTC_TWCC_HEAD_LEN;
    twcc->last = fb->last;

    if (ngx_webrtc_twcc_measure(twcc, &size) != NGX_OK) {
        return NGX_ERROR;
    }

    if ((size_t) (twcc->last - twcc->chunk) < size) {
        return NGX_ERROR;
    }

    twcc->delta = twcc->chunk;
    twcc->last = twcc->delta + size;
    twcc->chunk = p + NGX_WEBRTC_TWCC_HEAD_LEN;
    twcc->left = twcc->count;
    twcc->seq = twcc->base_seq;
    twcc->symbols = 0;

    return NGX_OK;
}


/* leaves twcc->chunk behind the chunks; "size" is that of their deltas */

static ngx_int_t
ngx_webrtc_twcc_measure(ngx_webrtc_twcc_t *twcc, size_t *size)
{
    uint32_t    left, n, i;
    ngx_uint_t  symbol;

    *size = 0;

    for (left = twcc->count; left; left -= n) {

        if (twcc->last - twcc->chunk < 2) {
            return NGX_ERROR;
        }

        ngx_webrtc_twcc_load(twcc);

        n = ngx_min(left, twcc->symbols);

        if (n == 0) {
            return NGX_ERROR;
        }

        for (i = 0; i < n; i++) {
            symbol = ngx_webrtc_twcc_take(twcc);

            if (symbol == NGX_WEBRTC_TWCC_END) {
                return NGX_ERROR;
            }

            if (twcc->width == 0) {
                *size += symbol * n;
                break;
            }

            *size += symbol;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_twcc_next(ngx_webrtc_twcc_t *twcc, ngx_webrtc_twcc_status_t *status)
{
    ngx_uint_t  symbol;

    if (twcc->left == 0) {
        return NGX_DONE;
    }

    if (twcc->symbols == 0) {
        ngx_webrtc_twcc_load(twcc);
    }

    symbol = ngx_webrtc_twcc_take(twcc);

    status->seq = twcc->seq++;
    status->received = (symbol != NGX_WEBRTC_TWCC_LOST);
    status->delta = 0;

    if (symbol == NGX_WEBRTC_TWCC_SMALL) {
        status->delta = *twcc->delta;

    } else if (symbol == NGX_WEBRTC_TWCC_LARGE) {
        status->delta = (int16_t) ngx_webrtc_get16(twcc->delta);
    }

    twcc->delta += symbol;
    twcc->left--;

    return NGX_OK;
}


u_char *
ngx_webrtc_rtcp_write_twcc(u_char *p, u_char *last,
    const ngx_webrtc_twcc_head_t *head, const ngx_webrtc_twcc_item_t *items,
    ngx_uint_t n, ngx_uint_t *written)
{
    size_t                   room, size;
    u_char                  *start, *end;
    uint16_t                 chunk;
    ngx_webrtc_twcc_walk_t   walk;

    *written = 0;

    if (n == 0 || last - p < NGX_WEBRTC_TWCC_FIXED_LEN) {
        return NULL;
    }

    walk.items = items;
    walk.n = n;
    walk.i = 0;
    walk.count = 0;
    walk.seq = head->base_seq;
    walk.tick = ngx_webrtc_twcc_reference(&items[0]) * NGX_WEBRTC_TWCC_TICKS;

    start = p;
    p += NGX_WEBRTC_TWCC_FIXED_LEN;
    end = p;

    /* whole words only, so that the padding has its place */

    room = ((last - start) & ~(size_t) 3) - NGX_WEBRTC_TWCC_FIXED_LEN;

    while (room >= 2
           && ngx_webrtc_twcc_chunk(&walk, room - 2, &chunk, &size) == NGX_OK)
    {
        p = ngx_webrtc_put16(p, chunk);
        room -= 2 + size;

        if (walk.i > *written) {

            /* losses are reported only with an arrival behind them */

            *written = walk.i;
            end = p;
        }
    }

    if (*written == 0) {
        return NULL;
    }

    p = ngx_webrtc_twcc_deltas(end, items, *written);

    return ngx_webrtc_twcc_finish(start, p, head, items, *written);
}


/* pads behind "p" to a whole word, and fills in the header */

static u_char *
ngx_webrtc_twcc_finish(u_char *start, u_char *p,
    const ngx_webrtc_twcc_head_t *head, const ngx_webrtc_twcc_item_t *items,
    ngx_uint_t n)
{
    u_char    *end;
    size_t     len;
    uint16_t   count;

    count = (uint16_t) (items[n - 1].seq - head->base_seq + 1);
    len = (p - start + 3) & ~(size_t) 3;
    end = start + len;

    start[0] = 0x80 | 15;

    if (p < end) {
        start[0] |= 0x20;
        end[-1] = (u_char) (end - p);

        while (p < end - 1) {
            *p++ = 0;
        }
    }

    start[1] = 205;
    ngx_webrtc_put16(start + 2, (uint32_t) (len / 4 - 1));
    ngx_webrtc_put32(start + 4, head->sender);
    ngx_webrtc_put32(start + 8, head->media);
    ngx_webrtc_put16(start + 12, head->base_seq);
    ngx_webrtc_put16(start + 14, count);
    ngx_webrtc_put24(start + 16,
                     (uint32_t) ngx_webrtc_twcc_reference(&items[0]));
    start[19] = head->fb_count;

    return end;
}


/* the status of the next number; END: none, or it cannot be told here */

static ngx_uint_t
ngx_webrtc_twcc_symbol(ngx_webrtc_twcc_walk_t *walk)
{
    int32_t  gap;
    int64_t  tick, delta;

    if (walk->i == walk->n || walk->count == 65535) {
        return NGX_WEBRTC_TWCC_END;
    }

    gap = ngx_webrtc_seq16_diff(walk->items[walk->i].seq, walk->seq);

    if (gap < 0) {
        return NGX_WEBRTC_TWCC_END;
    }

    if (gap == 0) {
        tick = ngx_webrtc_twcc_ticks(&walk->items[walk->i]);
        delta = tick - walk->tick;

        if (delta < -32768 || delta > 32767) {
            return NGX_WEBRTC_TWCC_END;
        }

        walk->tick = tick;
        walk->i++;
    }

    walk->seq++;
    walk->count++;

    if (gap) {
        return NGX_WEBRTC_TWCC_LOST;
    }

    return (delta < 0 || delta > 255) ? NGX_WEBRTC_TWCC_LARGE
                                      : NGX_WEBRTC_TWCC_SMALL;
}


/*
 * The chunk that covers most from here, and the size of its deltas; a run
 * wins when a vector would hold nothing else.
 */

static ngx_int_t
ngx_webrtc_twcc_chunk(ngx_webrtc_twcc_walk_t *walk, size_t room,
    uint16_t *chunk, size_t *size)
{
    u_char                  symbols[14];
    ngx_uint_t              i, n, symbol, span, run, large;
    ngx_webrtc_twcc_walk_t  next;

    next = *walk;
    large = 0;

    for (n = 0; n < 14; n++) {
        symbol = ngx_webrtc_twcc_symbol(&next);

        if (symbol == NGX_WEBRTC_TWCC_END) {
            break;
        }

        symbols[n] = (u_char) symbol;
        large |= (symbol == NGX_WEBRTC_TWCC_LARGE);
    }

    if (n == 0) {
        return NGX_DONE;
    }

    span = large ? ngx_min(n, 7) : n;

    for (run = 1; run < span && symbols[run] == symbols[0]; run++) {
        /* void */
    }

    if (run == span) {
        return ngx_webrtc_twcc_run(walk, symbols[0], room, chunk, size);
    }

    *chunk = (uint16_t) (large ? 0xc000 : 0x8000);
    *size = 0;

    for (i = 0; i < span; i++) {
        *size += symbols[i];
        *chunk = (uint16_t) (*chunk
                             | (symbols[i] << (large ? 12 - 2 * i : 13 - i)));
    }

    if (*size > room) {
        return NGX_DONE;
    }

    for (i = 0; i < span; i++) {
        (void) ngx_webrtc_twcc_symbol(walk);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_twcc_run(ngx_webrtc_twcc_walk_t *walk, ngx_uint_t symbol,
    size_t room, uint16_t *chunk, size_t *size)
{
    ngx_uint_t              run, max;
    ngx_webrtc_twcc_walk_t  next;

    max = NGX_WEBRTC_TWCC_RUN_MAX;

    if (symbol) {
        max = ngx_min(max, room / symbol);
    }

    next = *walk;

    for (run = 0; run < max; run++) {
        if (ngx_webrtc_twcc_symbol(&next) != symbol) {
            break;
        }

        *walk = next;
    }

    if (run == 0) {
        return NGX_DONE;
    }

    *chunk = (uint16_t) ((symbol << 13) | run);
    *size = symbol * run;

    return NGX_OK;
}


static u_char *
ngx_webrtc_twcc_deltas(u_char *p, const ngx_webrtc_twcc_item_t *items,
    ngx_uint_t n)
{
    int64_t     tick, delta;
    ngx_uint_t  i;

    tick = ngx_webrtc_twcc_reference(&items[0]) * NGX_WEBRTC_TWCC_TICKS;

    for (i = 0; i < n; i++) {
        delta = ngx_webrtc_twcc_ticks(&items[i]) - tick;
        tick += delta;

        if (delta < 0 || delta > 255) {
            p = ngx_webrtc_put16(p, (uint32_t) delta & 0xffff);

        } else {
            *p++ = (u_char) delta;
        }
    }

    return p;
}
