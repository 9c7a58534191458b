
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * An intrusive hash of byte-string keys (addresses, ufrags, ids).  Nodes and
 * their keys belong to the caller; only the bucket array is the table's, and
 * its size is fixed at creation, so an insertion never allocates.
 */


#ifndef _NGX_WEBRTC_HASH_H_INCLUDED_
#define _NGX_WEBRTC_HASH_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct ngx_webrtc_hash_node_s  ngx_webrtc_hash_node_t;

struct ngx_webrtc_hash_node_s {
    ngx_webrtc_hash_node_t   *next;
    uint32_t                  hash;
    uint32_t                  len;
    const u_char             *key;      /* must outlive its place in here */
};


typedef struct {
    ngx_webrtc_hash_node_t  **buckets;
    ngx_uint_t                mask;
    ngx_uint_t                count;
    uint32_t                  seed;
} ngx_webrtc_hash_t;


/* "seed" is random, so that a peer cannot aim at one bucket */
ngx_int_t ngx_webrtc_hash_init(ngx_webrtc_hash_t *hash, ngx_pool_t *pool,
    ngx_uint_t size, uint32_t seed);
void ngx_webrtc_hash_add(ngx_webrtc_hash_t *hash,
    ngx_webrtc_hash_node_t *node, const void *key, size_t len);
void ngx_webrtc_hash_remove(ngx_webrtc_hash_t *hash,
    ngx_webrtc_hash_node_t *node);
ngx_webrtc_hash_node_t *ngx_webrtc_hash_find(ngx_webrtc_hash_t *hash,
    const void *key, size_t len);

/* where find() will look first, which is on its way to the cache then */
ngx_webrtc_hash_node_t **ngx_webrtc_hash_prefetch(ngx_webrtc_hash_t *hash,
    const void *key, size_t len);

uint32_t ngx_webrtc_hash_key(uint32_t seed, const void *key, size_t len);


#define ngx_webrtc_hash_data(node, type, link)                               \
    ((type *) ((u_char *) (node) - offsetof(type, link)))


#endif /* _NGX_WEBRTC_HASH_H_INCLUDED_ */
