
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_trunk.h>


/* in place of a length: nothing more up to the end of the memory */
#define NGX_WEBRTC_TRUNK_SKIP       UINT64_MAX

#define NGX_WEBRTC_TRUNK_LINE       64


/*
 * Positions are bytes since the trunk was first used, a place in "data" is
 * one modulo its size.  A record is its length and the bytes, filled up to a
 * multiple of 8, and is in one piece.
 *
 * "limit" is raised before anything is overwritten and "head" after a record
 * is whole, so that a reader who finds its position between them afterwards
 * has read what was written.
 */

struct ngx_webrtc_trunk_s {
    uint64_t                  size;         /* of data */
    uint64_t                  start;        /* of the record being written */
    u_char                    own[NGX_WEBRTC_TRUNK_LINE
                                  - 2 * sizeof(uint64_t)];

    uint64_t                  head;         /* what is before it is there */
    uint64_t                  limit;        /* and before this no more */
    u_char                    shared[NGX_WEBRTC_TRUNK_LINE
                                     - 2 * sizeof(uint64_t)];

    /* readers, a bit each, and where those who sleep have stopped */
    uint64_t                  asleep[NGX_WEBRTC_TRUNK_READERS / 64];
    uint64_t                  stopped[NGX_WEBRTC_TRUNK_READERS];

    u_char                    data[];
};


static void ngx_webrtc_trunk_forget(ngx_webrtc_trunk_reader_t *reader,
    uint64_t head);
static ngx_uint_t ngx_webrtc_trunk_sleep(ngx_webrtc_trunk_reader_t *reader);
static void ngx_webrtc_trunk_wake(ngx_webrtc_trunk_reader_t *reader);


#define ngx_webrtc_trunk_load(var)                                           \
    __atomic_load_n(&(var), __ATOMIC_ACQUIRE)
#define ngx_webrtc_trunk_store(var, value)                                   \
    __atomic_store_n(&(var), value, __ATOMIC_RELEASE)

#define ngx_webrtc_trunk_bit(number)    (1ULL << ((number) % 64))

/* a record with its length in front */
#define ngx_webrtc_trunk_whole(len)                                          \
    (sizeof(uint64_t) + (((uint64_t) (len) + 7) & ~7ULL))


void
ngx_webrtc_trunk_start(ngx_webrtc_trunk_t *trunk, size_t size)
{
    uint64_t  head;

    /* behind whatever was being written when the one before died */

    head = trunk->limit + trunk->size;
    head = (ngx_max(head, trunk->head) + 7) & ~7ULL;

    trunk->size = (size - sizeof(ngx_webrtc_trunk_t)) & ~7ULL;

    ngx_webrtc_trunk_store(trunk->limit, head);
    ngx_webrtc_trunk_store(trunk->head, head);
}


u_char *
ngx_webrtc_trunk_reserve(ngx_webrtc_trunk_t *trunk, size_t len)
{
    uint64_t  start, end, rest;

    start = trunk->head;
    rest = trunk->size - start % trunk->size;

    end = start + ngx_webrtc_trunk_whole(len);

    if (rest < ngx_webrtc_trunk_whole(len)) {
        end += rest;
    }

    if (end > trunk->limit + trunk->size) {
        ngx_webrtc_trunk_store(trunk->limit, end - trunk->size);
    }

    /* no byte is written before this is seen */

    __atomic_thread_fence(__ATOMIC_RELEASE);

    if (rest < ngx_webrtc_trunk_whole(len)) {
        __atomic_store_n((uint64_t *) &trunk->data[start % trunk->size],
                         NGX_WEBRTC_TRUNK_SKIP, __ATOMIC_RELAXED);
        start += rest;
    }

    trunk->start = start;

    return &trunk->data[start % trunk->size] + sizeof(uint64_t);
}


void
ngx_webrtc_trunk_commit(ngx_webrtc_trunk_t *trunk, size_t len)
{
    uint64_t  start;

    start = trunk->start;

    __atomic_store_n((uint64_t *) &trunk->data[start % trunk->size],
                     (uint64_t) len, __ATOMIC_RELAXED);

    ngx_webrtc_trunk_store(trunk->head, start + ngx_webrtc_trunk_whole(len));
}


ngx_int_t
ngx_webrtc_trunk_sleeper(ngx_webrtc_trunk_t *trunk, ngx_uint_t number)
{
    uint64_t    bits, bit;
    ngx_uint_t  i;

    /* either we see that it sleeps, or it sees what we have written */

    __atomic_thread_fence(__ATOMIC_SEQ_CST);

    i = number / 64;

    for ( /* void */ ; i < NGX_WEBRTC_TRUNK_READERS / 64; i++) {

        bits = ngx_webrtc_trunk_load(trunk->asleep[i]);

        if (i == number / 64) {
            bits &= ~0ULL << (number % 64);
        }

        while (bits) {
            number = i * 64 + (ngx_uint_t) __builtin_ctzll(bits);
            bit = ngx_webrtc_trunk_bit(number);
            bits &= ~bit;

            if (ngx_webrtc_trunk_load(trunk->stopped[number]) == trunk->head) {
                continue;
            }

            if (__atomic_fetch_and(&trunk->asleep[i], ~bit, __ATOMIC_SEQ_CST)
                & bit)
            {
                return (ngx_int_t) number;
            }
        }
    }

    return -1;
}


void
ngx_webrtc_trunk_attach(ngx_webrtc_trunk_reader_t *reader,
    ngx_webrtc_trunk_t *trunk, ngx_uint_t number)
{
    ngx_memzero(reader, sizeof(ngx_webrtc_trunk_reader_t));

    reader->trunk = trunk;
    reader->number = number;
    reader->size = trunk->size;
    reader->position = ngx_webrtc_trunk_load(trunk->head);

    /* what is written in between is not for us either */

    while (!ngx_webrtc_trunk_sleep(reader)) {
        reader->position = ngx_webrtc_trunk_load(trunk->head);
    }
}


void
ngx_webrtc_trunk_detach(ngx_webrtc_trunk_reader_t *reader)
{
    ngx_webrtc_trunk_wake(reader);
    reader->trunk = NULL;
}


const u_char *
ngx_webrtc_trunk_next(ngx_webrtc_trunk_reader_t *reader, size_t *length)
{
    u_char              *p;
    uint64_t             head, rest, len;
    ngx_webrtc_trunk_t  *trunk;

    trunk = reader->trunk;

    for ( ;; ) {
        head = ngx_webrtc_trunk_load(trunk->head);

        if (reader->position == head) {
            if (ngx_webrtc_trunk_sleep(reader)) {
                return NULL;
            }

            continue;
        }

        ngx_webrtc_trunk_wake(reader);

        rest = reader->size - reader->position % reader->size;
        p = &trunk->data[reader->size - rest];

        len = __atomic_load_n((const uint64_t *) p, __ATOMIC_RELAXED);

        reader->next = reader->position
                       + ((len == NGX_WEBRTC_TRUNK_SKIP)
                          ? rest : ngx_webrtc_trunk_whole(len));

        if (len != NGX_WEBRTC_TRUNK_SKIP
            && (len > NGX_WEBRTC_TRUNK_RECORD_MAX
                || ngx_webrtc_trunk_whole(len) > rest))
        {
            reader->next = UINT64_MAX;
        }

        if (reader->position > head || reader->next > head) {

            /* no length: it was overwritten */

            ngx_webrtc_trunk_forget(reader, head);
            continue;
        }

        if (len != NGX_WEBRTC_TRUNK_SKIP) {
            *length = (size_t) len;
            return p + sizeof(uint64_t);
        }

        (void) ngx_webrtc_trunk_done(reader);
    }
}


ngx_int_t
ngx_webrtc_trunk_done(ngx_webrtc_trunk_reader_t *reader)
{
    ngx_webrtc_trunk_t  *trunk;

    trunk = reader->trunk;

    /* nothing is read after this */

    __atomic_thread_fence(__ATOMIC_ACQUIRE);

    if (reader->position < ngx_webrtc_trunk_load(trunk->limit)) {
        ngx_webrtc_trunk_forget(reader, ngx_webrtc_trunk_load(trunk->head));
        return NGX_DECLINED;
    }

    reader->position = reader->next;

    return NGX_OK;
}


/*
 * Overtaken.  What is oldest now would be overwritten next, and be late: it
 * goes on with the newest.
 */

static void
ngx_webrtc_trunk_forget(ngx_webrtc_trunk_reader_t *reader, uint64_t head)
{
    if (head > reader->position) {
        reader->missed += head - reader->position;

    } else {

        /* never where others left: something was, though */

        reader->missed++;
    }

    reader->position = head;
}


/* 0: no, there is something to read */

static ngx_uint_t
ngx_webrtc_trunk_sleep(ngx_webrtc_trunk_reader_t *reader)
{
    uint64_t            *asleep;
    ngx_webrtc_trunk_t  *trunk;

    trunk = reader->trunk;
    asleep = &trunk->asleep[reader->number / 64];

    ngx_webrtc_trunk_store(trunk->stopped[reader->number], reader->position);

    (void) __atomic_fetch_or(asleep, ngx_webrtc_trunk_bit(reader->number),
                             __ATOMIC_SEQ_CST);
    reader->asleep = 1;

    if (__atomic_load_n(&trunk->head, __ATOMIC_SEQ_CST) == reader->position) {
        return 1;
    }

    ngx_webrtc_trunk_wake(reader);

    return 0;
}


static void
ngx_webrtc_trunk_wake(ngx_webrtc_trunk_reader_t *reader)
{
    if (!reader->asleep) {
        return;
    }

    reader->asleep = 0;

    (void) __atomic_fetch_and(&reader->trunk->asleep[reader->number / 64],
                              ~ngx_webrtc_trunk_bit(reader->number),
                              __ATOMIC_SEQ_CST);
}
