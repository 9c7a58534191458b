
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The tables of the shared zone: seats, channels, connections, the last
 * remote stats, counters.  Everything is under the zone's slab mutex, the
 * only lock in shared memory, because the master releases that one when a
 * worker dies while it holds it.  Functions take and release it themselves.
 */


#ifndef _NGX_WEBRTC_ZONE_H_INCLUDED_
#define _NGX_WEBRTC_ZONE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <hub/ngx_webrtc_info.h>


/*
 * Who sits on a seat.  "term" is the number of the claim, never reused: a
 * reference to a worker that has gone is recognized by it.
 */

typedef struct {
    ngx_uint_t                seat;
    uint64_t                  term;
} ngx_webrtc_owner_t;


/* what became of webhooks; ignored: the queue was full */

typedef struct {
    ngx_atomic_t              successful;
    ngx_atomic_t              failed;
    ngx_atomic_t              ignored;
} ngx_webrtc_hook_counters_t;


typedef struct {
    ngx_atomic_t              created;
    ngx_atomic_t              updated;
    ngx_atomic_t              destroyed;
    ngx_atomic_t              successful;
    ngx_atomic_t              ongoing;
    ngx_atomic_t              failed;
    ngx_atomic_t              duration_sec;
    ngx_atomic_t              setup_msec;
    ngx_atomic_t              udp;
    ngx_atomic_t              tcp;
    ngx_atomic_t              sessions_created;
    ngx_atomic_t              sessions_destroyed;
    ngx_atomic_t              auth_allowed;
    ngx_atomic_t              auth_denied;
    ngx_webrtc_hook_counters_t  auth_hook;
    ngx_webrtc_hook_counters_t  session_hook;
    ngx_webrtc_hook_counters_t  event_hook;
    ngx_webrtc_hook_counters_t  stats_hook;

    /* what the engines of all workers did, told a few times a second */
    ngx_atomic_t              received_srtp;
    ngx_atomic_t              received_srtp_bytes;
    ngx_atomic_t              decrypted_srtp;
    ngx_atomic_t              decrypted_srtp_bytes;
    ngx_atomic_t              sent_srtp;
    ngx_atomic_t              sent_srtp_bytes;
    ngx_atomic_t              received_sctp;
    ngx_atomic_t              received_sctp_bytes;
    ngx_atomic_t              sent_sctp;
    ngx_atomic_t              sent_sctp_bytes;
    ngx_atomic_t              overrun_srtp;
    ngx_atomic_t              missed_trunk_bytes;

    ngx_atomic_t              sdp_errors;
    ngx_atomic_t              signaling_errors;
    ngx_atomic_t              programs[NGX_WEBRTC_PROGRAMS];
    ngx_atomic_t              programs_failed[NGX_WEBRTC_PROGRAMS];
} ngx_webrtc_counters_t;


typedef struct ngx_webrtc_zone_s  ngx_webrtc_zone_t;


/* called under the lock: copy and return */
typedef ngx_int_t (*ngx_webrtc_zone_connection_pt)(void *data,
    const ngx_webrtc_connection_info_t *info, const ngx_str_t *stats,
    uint64_t wall);
typedef ngx_int_t (*ngx_webrtc_zone_channel_pt)(void *data,
    const ngx_webrtc_connection_info_t *first);


/*
 * The home of a channel.  With "create" a channel that does not exist is
 * born on the least loaded seat of the newest generation.  NGX_OK;
 * NGX_DECLINED: no such channel; NGX_BUSY: the zone is full; NGX_ABORT: no
 * worker has a seat.
 */
ngx_int_t ngx_webrtc_zone_channel(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, ngx_uint_t create, ngx_webrtc_owner_t *home);
/*
 * By the home worker: the channel has no members.  A channel that was born
 * for a connect still under way stays until connection_add() was called for
 * that, or for 10 s.
 */
void ngx_webrtc_zone_channel_release(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, ngx_webrtc_owner_t *home);

/*
 * ... or it waits for members who come back, as long as "time".
 * NGX_DECLINED: it is not there, or not here.
 */
ngx_int_t ngx_webrtc_zone_channel_keep(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, ngx_webrtc_owner_t *home, ngx_msec_t time);

/* ... or who is under way to it is not waited for */
void ngx_webrtc_zone_channel_drop(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, ngx_webrtc_owner_t *home);

/* NGX_BUSY: the zone is full */
ngx_int_t ngx_webrtc_zone_connection_add(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_connection_info_t *info, ngx_webrtc_owner_t *home);
void ngx_webrtc_zone_connection_remove(ngx_webrtc_zone_t *zone,
    const u_char *connection_id);
/* replaces the last remote stats; dropped when their share is used up */
void ngx_webrtc_zone_stats_set(ngx_webrtc_zone_t *zone,
    const u_char *connection_id, const u_char *text, size_t len,
    uint64_t wall);

/*
 * All, those of a channel, or one connection; empty strings mean "any".  The
 * handler gets their remote stats only if they are asked for: they are long.
 */
void ngx_webrtc_zone_connections(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, const ngx_str_t *connection_id,
    ngx_uint_t stats, ngx_webrtc_zone_connection_pt handler, void *data);
/* channels that have connections */
void ngx_webrtc_zone_channels(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_channel_pt handler, void *data);

/* by the home worker: what the listings show of its connection's traffic */
void ngx_webrtc_zone_traffic_set(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_connection_info_t *info);

/* when nginx was started, s since 1970 */
time_t ngx_webrtc_zone_started(ngx_webrtc_zone_t *zone);

ngx_webrtc_counters_t *ngx_webrtc_zone_counters(ngx_webrtc_zone_t *zone);


#endif /* _NGX_WEBRTC_ZONE_H_INCLUDED_ */
