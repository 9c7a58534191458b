
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * nginx's pool interface over libc for builds without nginx; inside nginx
 * this file is empty.
 */


#include <core/ngx_webrtc_core.h>


#ifdef NGX_WEBRTC_STANDALONE

typedef struct ngx_webrtc_block_s  ngx_webrtc_block_t;

struct ngx_webrtc_block_s {
    ngx_webrtc_block_t  *next;
    void                *align;     /* keeps the data 16-byte aligned */
};


struct ngx_pool_s {
    ngx_webrtc_block_t  *blocks;
};


ngx_pool_t *
ngx_create_pool(size_t size, ngx_log_t *log)
{
    (void) size;
    (void) log;

    return calloc(1, sizeof(ngx_pool_t));
}


void
ngx_destroy_pool(ngx_pool_t *pool)
{
    ngx_webrtc_block_t  *block, *next;

    for (block = pool->blocks; block; block = next) {
        next = block->next;
        free(block);
    }

    free(pool);
}


void *
ngx_palloc(ngx_pool_t *pool, size_t size)
{
    ngx_webrtc_block_t  *block;

    block = malloc(sizeof(ngx_webrtc_block_t) + size);
    if (block == NULL) {
        return NULL;
    }

    block->next = pool->blocks;
    pool->blocks = block;

    return block + 1;
}


void *
ngx_pnalloc(ngx_pool_t *pool, size_t size)
{
    return ngx_palloc(pool, size);
}


void *
ngx_pcalloc(ngx_pool_t *pool, size_t size)
{
    void  *p;

    p = ngx_palloc(pool, size);
    if (p) {
        ngx_memzero(p, size);
    }

    return p;
}

#else

typedef int  ngx_webrtc_standalone_unused_t;

#endif
