
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Full ICE agents (NiceAgent of libnice) for peers of the gateway that have
 * to reach out from behind a NAT, with the help of STUN and TURN servers.
 * One agent has one stream of one component, sockets of its own and a main
 * context of its own.  Belongs to the worker; at most "max" at a time.
 */


#ifndef _NGX_WEBRTC_AGENT_H_INCLUDED_
#define _NGX_WEBRTC_AGENT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_outbox.h>
#include <hub/ngx_webrtc_gateway.h>
#include <event/ngx_webrtc_ice_conf.h>


typedef struct ngx_webrtc_agent_s  ngx_webrtc_agent_t;


/*
 * Received datagrams go to the worker's engine, its answers to "out".
 * "resolver" may be NULL: then servers that are named for one agent must be
 * addresses.
 */
ngx_int_t ngx_webrtc_agents_open(const ngx_webrtc_ice_conf_t *conf,
    const ngx_array_t *listen, ngx_resolver_t *resolver, ngx_msec_t timeout,
    ngx_webrtc_outbox_t *out, ngx_log_t *log);
/* all of them, without waiting for anybody */
void ngx_webrtc_agents_close(void);

/*
 * Begins to gather, soon at the latest: names of servers are waited for a
 * while.  "way" becomes the remote address that stands for it in the engine.
 * NULL: too many, or no socket; the reason is logged.
 */
ngx_webrtc_agent_t *ngx_webrtc_agent_create(
    const ngx_webrtc_agent_conf_t *conf, ngx_webrtc_addr_t *way);
/* its handler is not called any more; servers are told before it ends */
void ngx_webrtc_agent_destroy(ngx_webrtc_agent_t *agent);

ngx_int_t ngx_webrtc_agent_set_remote(ngx_webrtc_agent_t *agent,
    const ngx_str_t *ufrag, const ngx_str_t *pwd);
/* NULL: the remote has no more */
void ngx_webrtc_agent_add_candidate(ngx_webrtc_agent_t *agent,
    const ngx_webrtc_sdp_candidate_t *candidate);

/* NGX_DECLINED: there is no way to the remote yet */
ngx_int_t ngx_webrtc_agent_address(ngx_webrtc_agent_t *agent,
    ngx_webrtc_addr_t *remote);

/* a message whose remote address is external; what cannot go is lost */
void ngx_webrtc_agent_send(const ngx_webrtc_message_t *message);


#endif /* _NGX_WEBRTC_AGENT_H_INCLUDED_ */
