
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * How the shared zone looks inside, for the files of this room that keep it:
 * zone, seat, mailbox.
 *
 * A worker may be killed between any two stores, also while it holds the
 * lock.  Therefore nothing is allocated after the start: rows come from
 * arrays, a row counts from the one store that sets "used" to the one that
 * clears it, and the chains and free lists can be made anew from the rows.
 * "busy" is set as long as somebody is inside; who finds it set after taking
 * the lock follows a dead one and repairs.
 */


#ifndef _NGX_WEBRTC_ZONE_SH_H_INCLUDED_
#define _NGX_WEBRTC_ZONE_SH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_hash.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_ers_zone.h>
#include <event/ngx_webrtc_mail_ring.h>
#include <event/ngx_webrtc_registry.h>
#include <event/ngx_webrtc_zone.h>


#define NGX_WEBRTC_SEATS_MAX    512

/* codec parameters of a connection; longer ones are not listed */
#define NGX_WEBRTC_ZONE_PARAMS  256

#define NGX_WEBRTC_ZONE_CHUNK   4000

/* hexadecimal digits */
#define NGX_WEBRTC_ZONE_INSTANCE  32

/* how long a channel waits for its first member, ms */
#define NGX_WEBRTC_ZONE_BIRTH   10000


/* a place to sit on; in the zone for ever, one after the other owns it */

typedef struct {
    in_port_t                 port;     /* 0: a spare one, without media */
    ngx_pid_t                 pid;      /* 0: free */
    uint64_t                  term;
    ngx_uint_t                generation;
    ngx_uint_t                quitting;
    ngx_uint_t                dead;     /* seen, not yet told to all */
    ngx_uint_t                connections;
    ngx_uint_t                channels;
    ngx_uint_t                empty;    /* channels without members */
    ngx_uint_t                peers;    /* REST */
    ngx_uint_t                configs;  /* of EvoStream */
    ngx_webrtc_mail_ring_t    mail;

    /* by its owner; others add what they bring, until it says it anew */
    ngx_uint_t                spreads;  /* it can have others' members */
    ngx_atomic_t              packets;  /* forwarded in a second */
    ngx_atomic_t              transports;   /* peers with one */
} ngx_webrtc_seat_t;


typedef struct ngx_webrtc_zone_node_s  ngx_webrtc_zone_node_t;

struct ngx_webrtc_zone_node_s {
    ngx_webrtc_zone_node_t   *next;     /* in its bucket or among the free */
    uint32_t                  hash;
    uint32_t                  used;
};


typedef struct {
    u_char                   *start;
    size_t                    size;     /* of a row */
    ngx_uint_t                max;
    ngx_uint_t                top;      /* rows that were ever used */
    ngx_uint_t                count;
    ngx_webrtc_zone_node_t   *free;
    ngx_webrtc_zone_node_t  **buckets;
    ngx_uint_t                mask;
} ngx_webrtc_zone_table_t;


typedef struct ngx_webrtc_zone_chunk_s    ngx_webrtc_zone_chunk_t;
typedef struct ngx_webrtc_zone_channel_s  ngx_webrtc_zone_channel_t;
typedef struct ngx_webrtc_zone_row_s      ngx_webrtc_zone_row_t;


/* a piece of stats text */

struct ngx_webrtc_zone_chunk_s {
    ngx_webrtc_zone_node_t    node;
    ngx_webrtc_zone_chunk_t  *more;
    u_char                    text[NGX_WEBRTC_ZONE_CHUNK];
};


struct ngx_webrtc_zone_channel_s {
    ngx_webrtc_zone_node_t    node;
    ngx_webrtc_owner_t        home;
    ngx_webrtc_zone_row_t    *first;    /* in order of their joining */
    ngx_uint_t                members;
    ngx_uint_t                pending;  /* connects under way ... */
    ngx_msec_t                until;    /* ... that are waited for */
    size_t                    len;
    u_char                    id[NGX_WEBRTC_NAME_MAX];
};


/* a connection */

struct ngx_webrtc_zone_row_s {
    ngx_webrtc_zone_node_t        node;
    ngx_webrtc_zone_row_t        *next;     /* member of the channel */
    ngx_webrtc_zone_channel_t    *channel;
    ngx_uint_t                    live;     /* counted as ongoing */
    uint64_t                      joined;   /* in this order */
    uint64_t                      number;   /* as a stream; 0: none */
    ngx_webrtc_zone_chunk_t      *stats;
    size_t                        stats_len;
    uint64_t                      stats_wall;
    /* its strings are in "text" and in the channel */
    ngx_webrtc_connection_info_t  info;
    u_char                        text[2 * NGX_WEBRTC_NAME_MAX
                                       + NGX_WEBRTC_ZONE_PARAMS];
};


/* a peer of the gateway */

typedef struct {
    ngx_webrtc_zone_node_t    node;     /* by its id */
    ngx_webrtc_registered_t   at;
    uint8_t                   key_len;
    uint8_t                   id_len;
    uint8_t                   token_len;
    u_char                    key[NGX_WEBRTC_SKYWAY_KEY_MAX];
    u_char                    id[NGX_WEBRTC_SKYWAY_ID_MAX];
    u_char                    token[NGX_WEBRTC_SKYWAY_TOKEN_MAX];
} ngx_webrtc_zone_peer_t;


/* a plain UDP port of the gateway; a bit of "users" is a seat */

typedef struct {
    ngx_webrtc_zone_node_t    node;
    ngx_webrtc_port_row_t     row;
    ngx_uint_t                closing;  /* if nobody uses it */
    ngx_uint_t                watched;  /* its owner has viewers of it */
    uint64_t                  number;   /* as a stream */
    time_t                    created;
    uint64_t                  users[NGX_WEBRTC_SEATS_MAX / 64];
} ngx_webrtc_zone_port_t;


/*
 * What EvoStream's API knows; its rows are in ngx_webrtc_evostream_sh.h.
 * Versions are of the configurations: what they are now, what is in the file,
 * and what could not be written.
 */

typedef struct {
    ngx_webrtc_zone_table_t   configs;
    ngx_webrtc_zone_table_t   viewers;
    ngx_uint_t                config;   /* the last configId */
    uint64_t                  number;   /* the last one of a stream */
    uint64_t                  version;
    ngx_msec_t                changed;  /* when that was */
    uint64_t                  written;
    uint64_t                  unwritten;
    uint32_t                  file;     /* whose workers write, by its name */
    u_char                    instance[NGX_WEBRTC_ZONE_INSTANCE];
} ngx_webrtc_zone_evostream_t;


typedef struct {
    ngx_uint_t                busy;
    ngx_uint_t                repairs;

    uint64_t                  term;
    ngx_uint_t                generation;

    ngx_uint_t                nseats;
    ngx_webrtc_seat_t         seats[NGX_WEBRTC_SEATS_MAX];

    uint32_t                  seed;
    ngx_webrtc_zone_table_t   channels;
    ngx_webrtc_zone_table_t   rows;
    ngx_webrtc_zone_table_t   chunks;
    uint64_t                  joined;   /* the last one's */

    ngx_webrtc_zone_table_t   peers;
    ngx_webrtc_owner_t        newest;   /* of the last REST peer */
    ngx_webrtc_zone_table_t   ports;
    ngx_uint_t                next_port;
    uint64_t                  taken_ports[65536 / 64];

    ngx_webrtc_zone_evostream_t  evostream;

    ngx_webrtc_counters_t     counters;
    time_t                    started;
    ngx_atomic_t              vanished;     /* told, or it was too late */

    ngx_webrtc_ers_sh_t       ers;
} ngx_webrtc_zone_sh_t;


/*
 * A live connection whose worker has died, or (session) the last one of its
 * channel; called under the lock.
 */
typedef void (*ngx_webrtc_zone_lost_pt)(void *data,
    const ngx_webrtc_connection_info_t *info, ngx_uint_t session);


struct ngx_webrtc_zone_s {
    ngx_webrtc_zone_sh_t     *sh;
    ngx_slab_pool_t          *shpool;
    ngx_webrtc_conf_t        *conf;
    ngx_log_t                *log;
    u_char                   *stats;    /* of this process, when needed */
    time_t                    full;     /* when that was last logged */
    time_t                    refused;  /* likewise, by EvoStream's tables */
    ngx_webrtc_zone_lost_pt   lost;     /* NULL: nobody wants to know */
};


/* of ngx_shared_memory_add(); shm_zone->data is a ngx_webrtc_zone_t */
ngx_int_t ngx_webrtc_zone_init(ngx_shm_zone_t *shm_zone, void *data);
/* this configuration is running, with or without (NULL) a zone */
void ngx_webrtc_zone_start(ngx_webrtc_zone_t *zone);

void ngx_webrtc_zone_lock(ngx_webrtc_zone_t *zone);
void ngx_webrtc_zone_unlock(ngx_webrtc_zone_t *zone);


/* everything below is called under the lock */

ngx_int_t ngx_webrtc_zone_table_init(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_table_t *table, size_t size, ngx_uint_t max,
    ngx_uint_t hashed);
/* NULL: full; the row counts after table_add() */
void *ngx_webrtc_zone_table_alloc(ngx_webrtc_zone_table_t *table);
void ngx_webrtc_zone_table_add(ngx_webrtc_zone_table_t *table,
    ngx_webrtc_zone_node_t *node, uint32_t hash);
void ngx_webrtc_zone_table_remove(ngx_webrtc_zone_table_t *table,
    ngx_webrtc_zone_node_t *node);
/* chains, free list and count from the rows alone */
void ngx_webrtc_zone_table_repair(ngx_webrtc_zone_table_t *table);
void ngx_webrtc_zone_repair(ngx_webrtc_zone_t *zone);

#define ngx_webrtc_zone_hash(zone, data, len)                                \
    ngx_webrtc_hash_key((zone)->sh->seed, data, len)

/* NULL: there is none */
ngx_webrtc_zone_channel_t *ngx_webrtc_zone_find_channel(
    ngx_webrtc_zone_t *zone, const ngx_str_t *id, uint32_t hash);
ngx_webrtc_zone_row_t *ngx_webrtc_zone_find_row(ngx_webrtc_zone_t *zone,
    const u_char *connection_id, uint32_t hash);

/* the seat if it is still that owner's, and alive as far as we know */
ngx_webrtc_seat_t *ngx_webrtc_zone_seat(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner);
/* NULL: full */
ngx_webrtc_zone_channel_t *ngx_webrtc_zone_add_channel(
    ngx_webrtc_zone_t *zone, const ngx_str_t *id, uint32_t hash,
    const ngx_webrtc_owner_t *home);
void ngx_webrtc_zone_remove_row(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_row_t *row);
/*
 * The least loaded seat of the newest generation.  NGX_ABORT: there is none.
 */
ngx_int_t ngx_webrtc_zone_choose(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *home);
/* removes what belongs to an owner */
void ngx_webrtc_zone_clean(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *owner);

/* ngx_webrtc_registry.c, ngx_webrtc_registry_port.c: their part of that */
void ngx_webrtc_registry_clean(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner);
void ngx_webrtc_registry_repair(ngx_webrtc_zone_t *zone);
void ngx_webrtc_registry_ports_clean(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner);
void ngx_webrtc_registry_ports_repair(ngx_webrtc_zone_t *zone);

/* ngx_webrtc_evostream_rows.c: likewise */
ngx_int_t ngx_webrtc_evostream_rows_init(ngx_webrtc_zone_t *zone);
size_t ngx_webrtc_evostream_rows_needs(ngx_webrtc_zone_t *zone);
void ngx_webrtc_evostream_rows_check(ngx_webrtc_zone_t *zone);
void ngx_webrtc_evostream_rows_clean(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner);
void ngx_webrtc_evostream_rows_repair(ngx_webrtc_zone_t *zone);

#define ngx_webrtc_zone_table_row(table, i)                                  \
    ((void *) ((table)->start + (i) * (table)->size))


/* without the lock: a connection or peer was refused, there is no room */
void ngx_webrtc_zone_warn(ngx_webrtc_zone_t *zone);
void ngx_webrtc_zone_warn_peers(ngx_webrtc_zone_t *zone);

/* by the owner of a seat, without the lock */

/* a member is or is no longer one of the "ongoing" */
void ngx_webrtc_zone_connection_live(ngx_webrtc_zone_t *zone,
    const u_char *connection_id, ngx_uint_t live);
/* it has begun to send, perhaps once more: it is a stream */
void ngx_webrtc_zone_connection_sends(ngx_webrtc_zone_t *zone,
    const u_char *connection_id);
/* removes channels whose connects did not come */
void ngx_webrtc_zone_reap(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self);


#endif /* _NGX_WEBRTC_ZONE_SH_H_INCLUDED_ */
