
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The HTTP API: "POST /" with x-sora-target.  Routes and their key tables
 * are data.  Any worker parses a call; where it is carried out depends on the
 * route's scope.
 */


#ifndef _NGX_WEBRTC_SORA_API_H_INCLUDED_
#define _NGX_WEBRTC_SORA_API_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_info.h>
#include <front/sora/ngx_webrtc_sora.h>


typedef enum {
    /* from the tables of the shared zone, by any worker */
    NGX_WEBRTC_SORA_LIST_CONNECTIONS = 0,   /* of the channel, if given */
    NGX_WEBRTC_SORA_LIST_CHANNELS,
    NGX_WEBRTC_SORA_LIST_SESSIONS,
    NGX_WEBRTC_SORA_REMOTE_STATS,           /* of channel, connection */
    NGX_WEBRTC_SORA_TRAFFIC,                /* of all connections */
    NGX_WEBRTC_SORA_STATS_REPORT,
    NGX_WEBRTC_SORA_LICENSE,
    NGX_WEBRTC_SORA_NODES,
    /* by the home worker of the channel: ngx_webrtc_sora_api_execute() */
    NGX_WEBRTC_SORA_HOME
} ngx_webrtc_sora_scope_e;


typedef struct ngx_webrtc_sora_route_s  ngx_webrtc_sora_route_t;


typedef struct {
    const ngx_webrtc_sora_route_t  *route;
    ngx_webrtc_sora_scope_e         scope;
    void                           *args;   /* json_t, never NULL */
    ngx_str_t                       channel_id;     /* empty: not given */
    ngx_str_t                       connection_id;  /* point into args */
} ngx_webrtc_sora_call_t;


/*
 * An answer: the body is malloc()ed JSON text (free it with
 * ngx_webrtc_sora_answer_free()), empty when body.len is 0.
 */

typedef struct {
    ngx_uint_t                      status;
    ngx_str_t                       body;
} ngx_webrtc_sora_answer_t;


/*
 * "target" is the header's value, data NULL without the header.
 * NGX_OK: "call" is valid until call_free().  NGX_DECLINED: "answer" says
 * what was wrong.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_sora_api_parse(const ngx_str_t *target,
    const u_char *body, size_t len, ngx_webrtc_sora_call_t *call,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_call_free(ngx_webrtc_sora_call_t *call);

/* scope HOME, on the home worker */
void ngx_webrtc_sora_api_execute(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);

/* {"error_type": type, "error_reason": {"channel_id": ...}} with status 400 */
void ngx_webrtc_sora_api_error(ngx_webrtc_sora_call_t *call,
    const char *type, ngx_webrtc_sora_answer_t *answer);

/* fixed bodies: 400 UnexpectedMethod, 413 PayloadTooLarge, 408, 500, 503 */
void ngx_webrtc_sora_api_status(ngx_uint_t status,
    ngx_webrtc_sora_answer_t *answer);

void ngx_webrtc_sora_answer_free(ngx_webrtc_sora_answer_t *answer);


/*
 * Listings: start() with the call, one item() a row (NULL fields are not
 * shown), finish() fills the answer.
 */

typedef struct ngx_webrtc_sora_list_s  ngx_webrtc_sora_list_t;

ngx_webrtc_sora_list_t *ngx_webrtc_sora_list_start(
    ngx_webrtc_sora_call_t *call);
void ngx_webrtc_sora_list_connection(ngx_webrtc_sora_list_t *list,
    const ngx_webrtc_connection_info_t *info);
/* by any member of it */
void ngx_webrtc_sora_list_channel(ngx_webrtc_sora_list_t *list,
    const ngx_webrtc_connection_info_t *first);
/* "text" is the stored "stats" array, passed on untouched; wall in us */
void ngx_webrtc_sora_list_stats(ngx_webrtc_sora_list_t *list,
    const ngx_webrtc_connection_info_t *info, const ngx_str_t *text,
    uint64_t wall);
void ngx_webrtc_sora_list_finish(ngx_webrtc_sora_list_t *list,
    ngx_webrtc_sora_answer_t *answer);


/* wall: now, in us */
void ngx_webrtc_sora_list_traffic(ngx_webrtc_sora_list_t *list,
    const ngx_webrtc_connection_info_t *info, uint64_t wall);


/* what became of webhooks of one kind */

typedef struct {
    uint64_t                  successful;
    uint64_t                  failed;
    uint64_t                  ignored;
} ngx_webrtc_sora_hooks_t;


/* the numbers of GetStatsReport */

typedef struct {
    uint64_t                  created;
    uint64_t                  updated;
    uint64_t                  destroyed;
    uint64_t                  successful;
    uint64_t                  ongoing;
    uint64_t                  failed;
    uint64_t                  duration_sec;     /* of ended connections */
    uint64_t                  setup_msec;       /* sum over successful */
    uint64_t                  udp;
    uint64_t                  tcp;
    uint64_t                  sessions_created;
    uint64_t                  sessions_destroyed;
    uint64_t                  auth_allowed;
    uint64_t                  auth_denied;
    ngx_webrtc_sora_hooks_t   auth_hook;
    ngx_webrtc_sora_hooks_t   session_hook;
    ngx_webrtc_sora_hooks_t   event_hook;
    ngx_webrtc_sora_hooks_t   stats_hook;
    uint64_t                  received_srtp;
    uint64_t                  received_srtp_bytes;
    uint64_t                  decrypted_srtp;
    uint64_t                  decrypted_srtp_bytes;
    uint64_t                  sent_srtp;
    uint64_t                  sent_srtp_bytes;
    uint64_t                  received_sctp;
    uint64_t                  received_sctp_bytes;
    uint64_t                  sent_sctp;
    uint64_t                  sent_sctp_bytes;
    uint64_t                  overrun_srtp;
    uint64_t                  missed_trunk_bytes;
    uint64_t                  sdp_errors;
    uint64_t                  signaling_errors;
    uint64_t                  programs[NGX_WEBRTC_PROGRAMS];
    uint64_t                  programs_failed[NGX_WEBRTC_PROGRAMS];
} ngx_webrtc_sora_report_t;


/* what there is to say of this nginx, the only node */

typedef struct {
    const ngx_webrtc_sora_node_t  *node;
    ngx_uint_t                max_connections;  /* of all workers */
    uint64_t                  started;          /* us since 1970 */
} ngx_webrtc_sora_self_t;

void ngx_webrtc_sora_api_report(const ngx_webrtc_sora_report_t *report,
    const ngx_str_t *version, ngx_webrtc_sora_answer_t *answer);
/* scopes LICENSE and NODES */
void ngx_webrtc_sora_api_self(ngx_webrtc_sora_call_t *call,
    const ngx_webrtc_sora_self_t *self, ngx_webrtc_sora_answer_t *answer);


#endif /* _NGX_WEBRTC_SORA_API_H_INCLUDED_ */
