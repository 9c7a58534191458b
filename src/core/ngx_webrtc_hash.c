
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_hash.h>


ngx_int_t
ngx_webrtc_hash_init(ngx_webrtc_hash_t *hash, ngx_pool_t *pool,
    ngx_uint_t size, uint32_t seed)
{
    ngx_uint_t  n;

    for (n = 16; n < size; n *= 2) { /* void */ }

    hash->buckets = ngx_pcalloc(pool, n * sizeof(ngx_webrtc_hash_node_t *));
    if (hash->buckets == NULL) {
        return NGX_ERROR;
    }

    hash->mask = n - 1;
    hash->count = 0;
    hash->seed = seed;

    return NGX_OK;
}


uint32_t
ngx_webrtc_hash_key(uint32_t seed, const void *key, size_t len)
{
    size_t         i;
    uint32_t       h;
    const u_char  *p;

    /* multiply and shift per byte, mixed once more at the end */

    p = key;
    h = seed ^ (uint32_t) (len * 0x9e3779b1u);

    for (i = 0; i < len; i++) {
        h = (h ^ p[i]) * 0x85ebca6bu;
        h ^= h >> 15;
    }

    h *= 0xc2b2ae35u;

    return h ^ (h >> 16);
}


void
ngx_webrtc_hash_add(ngx_webrtc_hash_t *hash, ngx_webrtc_hash_node_t *node,
    const void *key, size_t len)
{
    ngx_webrtc_hash_node_t  **bucket;

    node->key = key;
    node->len = (uint32_t) len;
    node->hash = ngx_webrtc_hash_key(hash->seed, key, len);

    bucket = &hash->buckets[node->hash & hash->mask];

    node->next = *bucket;
    *bucket = node;

    hash->count++;
}


void
ngx_webrtc_hash_remove(ngx_webrtc_hash_t *hash, ngx_webrtc_hash_node_t *node)
{
    ngx_webrtc_hash_node_t  **p;

    for (p = &hash->buckets[node->hash & hash->mask]; *p; p = &(*p)->next) {
        if (*p == node) {
            *p = node->next;
            node->next = NULL;
            hash->count--;
            return;
        }
    }
}


ngx_webrtc_hash_node_t *
ngx_webrtc_hash_find(ngx_webrtc_hash_t *hash, const void *key, size_t len)
{
    uint32_t                 h;
    ngx_webrtc_hash_node_t  *node;

    h = ngx_webrtc_hash_key(hash->seed, key, len);

    for (node = hash->buckets[h & hash->mask]; node; node = node->next) {
        if (node->hash == h && node->len == len
            && ngx_memcmp(node->key, key, len) == 0)
        {
            return node;
        }
    }

    return NULL;
}


ngx_webrtc_hash_node_t **
ngx_webrtc_hash_prefetch(ngx_webrtc_hash_t *hash, const void *key, size_t len)
{
    uint32_t                  h;
    ngx_webrtc_hash_node_t  **bucket;

    h = ngx_webrtc_hash_key(hash->seed, key, len);
    bucket = &hash->buckets[h & hash->mask];

    ngx_webrtc_prefetch(bucket);

    return bucket;
}
