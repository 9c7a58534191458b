
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* shared by the files that make an agent and that move its datagrams */


#ifndef _NGX_WEBRTC_AGENT_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_AGENT_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <nice/agent.h>
#include <event/ngx_webrtc_agent.h>
#include <event/ngx_webrtc_glib.h>


#define NGX_WEBRTC_AGENT_COMPONENT  1

/* faults of servers that are not logged again */
#define NGX_WEBRTC_AGENT_TOLD       16

/* goodbyes that are in the outbox go first, ms */
#define NGX_WEBRTC_AGENT_GOODBYE    20


typedef enum {
    NGX_WEBRTC_AGENT_LIVE = 0,
    NGX_WEBRTC_AGENT_LEAVING,           /* destroy() was called */
    NGX_WEBRTC_AGENT_RELEASING          /* servers are being told */
} ngx_webrtc_agent_state_e;


/* a server that was named for an agent; its address may not be known yet */

typedef struct {
    ngx_webrtc_agent_t        *agent;
    ngx_resolver_ctx_t        *ctx;         /* NULL: it is known, or never
                                               will be */
    ngx_str_t                  url;
    ngx_webrtc_agent_server_t  server;
    unsigned                   known:1;
} ngx_webrtc_agent_named_t;


/*
 * Belongs to the one who creates it until destroy(), then to itself for a
 * while, in which its servers are told.  libnice's signals are only noted,
 * and told from the posted "notify": so nobody calls libnice from within
 * libnice.
 */

struct ngx_webrtc_agent_s {
    ngx_queue_t               queue;        /* of all */
    ngx_pool_t               *pool;
    ngx_webrtc_glib_t        *glib;
    NiceAgent                *nice;
    guint                     stream;
    uint32_t                  number;
    ngx_webrtc_path_t         path;         /* in the engine */
    ngx_webrtc_agent_handler_pt  handler;
    void                     *data;
    ngx_webrtc_agent_state_e  state;

    /* servers */
    ngx_webrtc_agent_named_t  *named;
    ngx_uint_t                nnamed;
    ngx_uint_t                unknown;      /* of them, at present */
    ngx_event_t               wait;         /* for names, a timer */
    const ngx_webrtc_agent_server_t  *relays[NGX_WEBRTC_ICE_TURN_MAX];
    ngx_uint_t                nrelays;

    ngx_event_t               notify;
    ngx_event_t               resume;       /* reading */
    ngx_event_t               release;      /* a timer */
    ngx_uint_t                received;     /* in this round */
    ngx_queue_t               candidates;   /* not yet told */

    unsigned                  waiting:1;    /* for names, before it begins */
    unsigned                  gathering:1;  /* it has begun to */
    unsigned                  has_stun:1;
    unsigned                  gathered:1;
    unsigned                  gathered_told:1;
    unsigned                  up:1;
    unsigned                  up_told:1;
    unsigned                  failed:1;     /* nothing works, at present */
    unsigned                  down_told:1;
    unsigned                  complete:1;   /* the remote has no more */
};


typedef struct {
    const ngx_webrtc_ice_conf_t  *conf;     /* NULL: closed */
    const ngx_array_t            *listen;
    ngx_resolver_t               *resolver;     /* NULL: no names */
    ngx_msec_t                    timeout;      /* of the resolver */
    ngx_webrtc_outbox_t          *out;
    ngx_log_t                    *log;
    ngx_webrtc_agent_t          **table;    /* by number */
    ngx_queue_t                   all;
    ngx_uint_t                    count;
    uint32_t                      last;     /* number */
    uint32_t                      told[NGX_WEBRTC_AGENT_TOLD];
    ngx_uint_t                    ntold;
    unsigned                      full:1;   /* which was logged */
} ngx_webrtc_agents_t;


/* of this process */
ngx_webrtc_agents_t *ngx_webrtc_agents(void);

void ngx_webrtc_agent_free(ngx_webrtc_agent_t *agent);
/* with those of its servers whose addresses are known */
ngx_int_t ngx_webrtc_agent_gather(ngx_webrtc_agent_t *agent);

/* ngx_webrtc_agent_servers.c */

/* NGX_AGAIN: ngx_webrtc_agent_gather() is called when names are known */
ngx_int_t ngx_webrtc_agent_servers_init(ngx_webrtc_agent_t *agent,
    const ngx_webrtc_agent_conf_t *conf);
/* names are not of interest any more */
void ngx_webrtc_agent_servers_forget(ngx_webrtc_agent_t *agent);
/* libnice gets to know them; within the agent's GLib */
void ngx_webrtc_agent_servers_set(ngx_webrtc_agent_t *agent);
void ngx_webrtc_agent_wait_handler(ngx_event_t *ev);

/* ngx_webrtc_agent_notify.c */

void ngx_webrtc_agent_listen(ngx_webrtc_agent_t *agent);
void ngx_webrtc_agent_notify_handler(ngx_event_t *ev);
void ngx_webrtc_agent_release_handler(ngx_event_t *ev);

/* ngx_webrtc_agent_io.c */

ngx_int_t ngx_webrtc_agent_read(ngx_webrtc_agent_t *agent, ngx_uint_t on);
void ngx_webrtc_agent_resume_handler(ngx_event_t *ev);


#endif /* _NGX_WEBRTC_AGENT_INTERNAL_H_INCLUDED_ */
