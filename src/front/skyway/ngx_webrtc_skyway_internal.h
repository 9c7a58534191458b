
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What the parts of the SkyWay front-end share: one part per dialect, each in
 * files of its own, and the messages that wait.
 */


#ifndef _NGX_WEBRTC_SKYWAY_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_INTERNAL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_hash.h>
#include <core/ngx_webrtc_slots.h>
#include <front/skyway/ngx_webrtc_skyway.h>


#define NGX_WEBRTC_SKYWAY_PARTS  (NGX_WEBRTC_SKYWAY_REST + 1)

/* how soon those that wait are tried again */
#define NGX_WEBRTC_SKYWAY_RETRY  (100 * NGX_WEBRTC_MSEC)


/*
 * A part, made and destroyed with the front-end.  create() returns what the
 * part keeps as skyway->parts[dialect]; NULL: no memory.  shutdown() comes at
 * most once, before destroy().
 */

typedef struct {
    void                   *(*create)(ngx_webrtc_skyway_t *skyway);
    void                    (*destroy)(void *part);
    void                    (*shutdown)(void *part, ngx_webrtc_usec_t now);
    void                    (*tick)(void *part, ngx_webrtc_usec_t now);
    ngx_webrtc_usec_t       (*expires)(void *part);
    ngx_uint_t              (*busy)(void *part);
} ngx_webrtc_skyway_part_t;

extern const ngx_webrtc_skyway_part_t  ngx_webrtc_peerjs_part;


extern const ngx_webrtc_skyway_part_t  ngx_webrtc_skyway_api_part;


/* messages for those who are not there (yet) */

typedef struct {
    ngx_webrtc_hash_t         senders;
    ngx_queue_t               pairs;        /* the oldest first */
    ngx_pool_t               *pool;         /* of the hash */
    size_t                    size;         /* bytes of all */
    ngx_webrtc_usec_t         retry;
} ngx_webrtc_skyway_waiting_t;


struct ngx_webrtc_skyway_s {
    ngx_webrtc_skyway_conf_t     conf;
    ngx_webrtc_skyway_glue_t     glue;
    ngx_webrtc_hub_t            *hub;
    ngx_webrtc_gateway_t        *gateway;
    ngx_log_t                   *log;
    ngx_webrtc_slots_t           endpoints;
    ngx_webrtc_skyway_waiting_t  waiting;

    /* by dialect, what create() of the part has made */
    void                        *parts[NGX_WEBRTC_SKYWAY_PARTS];
};


ngx_int_t ngx_webrtc_skyway_waiting_init(ngx_webrtc_skyway_t *skyway);
void ngx_webrtc_skyway_waiting_cleanup(ngx_webrtc_skyway_t *skyway);
void ngx_webrtc_skyway_waiting_tick(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_skyway_waiting_expires(
    ngx_webrtc_skyway_t *skyway);

/* to its destination, or to those that wait */
void ngx_webrtc_skyway_route(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_SKYWAY_INTERNAL_H_INCLUDED_ */
