
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The little of nginx that the tables of the shared zone need, for tests that
 * include their files.
 */


#ifndef _TEST_NGX_CORE_H_INCLUDED_
#define _TEST_NGX_CORE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>


#define NGX_LOG_EMERG           1
#define NGX_LOG_WARN            5
#define NGX_LOG_DEBUG_CORE      16

#define ngx_log_error(level, log, err, ...)  test_log(level, log, __VA_ARGS__)
#define ngx_log_debug2(level, log, err, ...)  test_log(level, log, __VA_ARGS__)

#define ngx_memory_barrier()    __sync_synchronize()
#define ngx_atomic_fetch_add    __sync_fetch_and_add

#define ngx_pagesize            4096

#define ngx_toupper(c)                                                       \
    (u_char) ((c >= 'a' && c <= 'z') ? (c & ~0x20) : c)

#define ngx_libc_cdecl
#define ngx_qsort               qsort
#define ngx_strncasecmp(s1, s2, n)                                           \
    strncasecmp((const char *) s1, (const char *) s2, n)


typedef long            ngx_atomic_int_t;
typedef unsigned long   ngx_atomic_uint_t;
typedef volatile ngx_atomic_uint_t  ngx_atomic_t;
typedef ngx_int_t       ngx_msec_int_t;
typedef pid_t           ngx_pid_t;
typedef int             ngx_socket_t;
typedef int             ngx_err_t;

typedef struct ngx_module_s  ngx_module_t;
typedef struct ngx_conf_s    ngx_conf_t;

typedef struct ngx_ssl_s       ngx_ssl_t;
typedef struct ngx_resolver_s  ngx_resolver_t;

typedef struct {
    int                 unused;
} ngx_command_t;

typedef char *(*ngx_conf_post_handler_pt)(ngx_conf_t *cf, void *data,
    void *conf);

typedef struct {
    void               *elts;
    ngx_uint_t          nelts;
    size_t              size;
    ngx_uint_t          nalloc;
    ngx_pool_t         *pool;
} ngx_array_t;

typedef struct {
    int                 unused;
} ngx_shmtx_t;

typedef struct {
    ngx_shmtx_t         mutex;
    u_char             *start;
    u_char             *end;
    ngx_uint_t          pfree;
    unsigned            log_nomem:1;
    void               *data;
} ngx_slab_pool_t;

typedef struct {
    u_char             *addr;
    ngx_log_t          *log;
} ngx_shm_t;

typedef struct {
    ngx_shm_t           shm;
    void               *data;
} ngx_shm_zone_t;

typedef struct {
    ngx_log_t          *log;
} ngx_cycle_t;


static ngx_cycle_t   test_cycle;
static ngx_cycle_t  *ngx_cycle = &test_cycle;
static ngx_msec_t    ngx_current_msec;

#define ngx_time()              time(NULL)


static inline void
test_log(ngx_uint_t level, ngx_log_t *log, const char *fmt, ...)
{
    (void) level;
    (void) log;
    (void) fmt;
}


static inline ngx_array_t *
ngx_array_create(ngx_pool_t *pool, ngx_uint_t n, size_t size)
{
    ngx_array_t  *a;

    a = ngx_palloc(pool, sizeof(ngx_array_t));

    a->elts = ngx_palloc(pool, n * size);
    a->nelts = 0;
    a->size = size;
    a->nalloc = n;
    a->pool = pool;

    return a;
}


static inline void *
ngx_array_push(ngx_array_t *a)
{
    void  *elts;

    if (a->nelts == a->nalloc) {
        elts = ngx_palloc(a->pool, 2 * a->nalloc * a->size);
        ngx_memcpy(elts, a->elts, a->nelts * a->size);

        a->elts = elts;
        a->nalloc *= 2;
    }

    return (u_char *) a->elts + a->size * a->nelts++;
}


static inline u_char *
ngx_hex_dump(u_char *dst, u_char *src, size_t len)
{
    static const char  hex[] = "0123456789abcdef";

    while (len--) {
        *dst++ = hex[*src >> 4];
        *dst++ = hex[*src++ & 0xf];
    }

    return dst;
}


/* nothing is given back, as in the zone itself */

static inline void *
ngx_slab_alloc(ngx_slab_pool_t *pool, size_t size)
{
    void  *p;

    if (size > (size_t) (pool->end - pool->start)) {
        return NULL;
    }

    p = pool->start;
    pool->start += (size + ngx_pagesize - 1) & ~(size_t) (ngx_pagesize - 1);
    pool->pfree = (pool->end - pool->start) / ngx_pagesize;

    return p;
}

#define ngx_slab_calloc  ngx_slab_alloc


static inline void
ngx_shmtx_lock(ngx_shmtx_t *mutex)
{
    mutex->unused = 1;
}


static inline void
ngx_shmtx_unlock(ngx_shmtx_t *mutex)
{
    mutex->unused = 0;
}


#endif /* _TEST_NGX_CORE_H_INCLUDED_ */
