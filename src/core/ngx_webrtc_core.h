
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The base types of the pure rooms.  Inside nginx they are nginx's own; with
 * NGX_WEBRTC_STANDALONE (unit tests, simulation, fuzzing, the load tool) the
 * same names are defined here, on top of libc, and nginx is not needed.
 * This is the only file that knows the difference.
 */


#ifndef _NGX_WEBRTC_CORE_H_INCLUDED_
#define _NGX_WEBRTC_CORE_H_INCLUDED_


#ifndef NGX_WEBRTC_STANDALONE

#include <ngx_config.h>
#include <ngx_core.h>

#else

#ifndef _GNU_SOURCE
#define _GNU_SOURCE  1
#endif

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>


typedef intptr_t        ngx_int_t;
typedef uintptr_t       ngx_uint_t;
typedef intptr_t        ngx_flag_t;
typedef unsigned char   u_char;
typedef ngx_uint_t      ngx_msec_t;

typedef struct ngx_log_s  ngx_log_t;

typedef struct {
    size_t              len;
    u_char             *data;
} ngx_str_t;


#define NGX_OK          0
#define NGX_ERROR      -1
#define NGX_AGAIN      -2
#define NGX_BUSY       -3
#define NGX_DONE       -4
#define NGX_DECLINED   -5
#define NGX_ABORT      -6

/* the characters of the longest number */
#define NGX_INT64_LEN   (sizeof("-9223372036854775808") - 1)

#define ngx_inline      inline

#define ngx_string(str)         { sizeof(str) - 1, (u_char *) str }
#define ngx_null_string         { 0, NULL }
#define ngx_str_set(str, text)                                               \
    (str)->len = sizeof(text) - 1; (str)->data = (u_char *) text
#define ngx_str_null(str)       (str)->len = 0; (str)->data = NULL

#define ngx_memzero(buf, n)     (void) memset(buf, 0, n)
#define ngx_memset(buf, c, n)   (void) memset(buf, c, n)
#define ngx_memcpy(dst, src, n) (void) memcpy(dst, src, n)
#define ngx_cpymem(dst, src, n) (((u_char *) memcpy(dst, src, n)) + (n))
#define ngx_memmove(dst, src, n) (void) memmove(dst, src, n)
#define ngx_memcmp              memcmp
#define ngx_strlen(s)           strlen((const char *) s)
#define ngx_strncmp(s1, s2, n)                                               \
    strncmp((const char *) s1, (const char *) s2, n)
#define ngx_strcmp(s1, s2)      strcmp((const char *) s1, (const char *) s2)

#define ngx_max(val1, val2)     ((val1 < val2) ? (val2) : (val1))
#define ngx_min(val1, val2)     ((val1 > val2) ? (val2) : (val1))

#define ngx_alloc(size, log)    ((void) (log), malloc(size))
#define ngx_calloc(size, log)   ((void) (log), calloc(1, size))
#define ngx_free                free

#define NGX_DEFAULT_POOL_SIZE   (16 * 1024)


typedef struct ngx_pool_s  ngx_pool_t;

/* every block is a malloc() of its own, so that ASan sees each overrun */

ngx_pool_t *ngx_create_pool(size_t size, ngx_log_t *log);
void ngx_destroy_pool(ngx_pool_t *pool);
void *ngx_palloc(ngx_pool_t *pool, size_t size);
void *ngx_pnalloc(ngx_pool_t *pool, size_t size);
void *ngx_pcalloc(ngx_pool_t *pool, size_t size);


/* an intrusive circular list with nginx's names */

typedef struct ngx_queue_s  ngx_queue_t;

struct ngx_queue_s {
    ngx_queue_t        *prev;
    ngx_queue_t        *next;
};

#define ngx_queue_init(q)       (q)->prev = (q)->next = (q)
#define ngx_queue_empty(h)      ((h) == (h)->prev)
#define ngx_queue_head(h)       (h)->next
#define ngx_queue_last(h)       (h)->prev
#define ngx_queue_sentinel(h)   (h)
#define ngx_queue_next(q)       (q)->next
#define ngx_queue_prev(q)       (q)->prev
#define ngx_queue_data(q, type, link)                                        \
    ((type *) ((u_char *) (q) - offsetof(type, link)))

#define ngx_queue_insert_head(h, q)  ngx_webrtc_queue_link(q, h, (h)->next)
#define ngx_queue_insert_tail(h, q)  ngx_webrtc_queue_link(q, (h)->prev, h)
#define ngx_queue_remove(q)     (q)->next->prev = (q)->prev;                 \
                                (q)->prev->next = (q)->next


static ngx_inline void
ngx_webrtc_queue_link(ngx_queue_t *q, ngx_queue_t *prev, ngx_queue_t *next)
{
    q->prev = prev;
    q->next = next;
    prev->next = q;
    next->prev = q;
}

#endif /* NGX_WEBRTC_STANDALONE */


/* memory that will be needed soon; any address will do */

#define NGX_WEBRTC_CACHE_LINE   64

#define ngx_webrtc_prefetch(p)  __builtin_prefetch(p)


static ngx_inline void
ngx_webrtc_prefetch_range(const void *p, size_t size)
{
    size_t  n;

    for (n = 0; n < size; n += NGX_WEBRTC_CACHE_LINE) {
        ngx_webrtc_prefetch((const u_char *) p + n);
    }
}


/* microseconds of a monotonic clock; every "now" of the pure rooms is one */

typedef uint64_t  ngx_webrtc_usec_t;

#define NGX_WEBRTC_MSEC         1000ULL
#define NGX_WEBRTC_SEC          1000000ULL

/* an expires() that returns this has nothing to wait for */

#define NGX_WEBRTC_NEVER        UINT64_MAX


#endif /* _NGX_WEBRTC_CORE_H_INCLUDED_ */
