
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <crypto/ngx_webrtc_certificate.h>
#include <event/ngx_webrtc_agent.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_gateway_worker.h>
#include <event/ngx_webrtc_port_socket.h>
#include <event/ngx_webrtc_skyway_conf.h>


static void *ngx_webrtc_gateway_worker_agent(void *data,
    const ngx_webrtc_agent_conf_t *conf, ngx_webrtc_addr_t *way);
static void ngx_webrtc_gateway_worker_agent_destroy(void *data, void *agent);
static ngx_int_t ngx_webrtc_gateway_worker_agent_remote(void *data,
    void *agent, const ngx_str_t *ufrag, const ngx_str_t *pwd);
static void ngx_webrtc_gateway_worker_agent_candidate(void *data, void *agent,
    const ngx_webrtc_sdp_candidate_t *candidate);
static ngx_int_t ngx_webrtc_gateway_worker_agent_address(void *data,
    void *agent, ngx_webrtc_addr_t *remote);


ngx_int_t
ngx_webrtc_gateway_worker_open(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker, const ngx_webrtc_addr_t *candidates,
    ngx_uint_t ncandidates)
{
    ngx_webrtc_skyway_conf_t    skyway;
    ngx_webrtc_gateway_conf_t   conf;
    ngx_webrtc_gateway_glue_t   glue;

    ngx_webrtc_skyway_conf_get(cycle, &skyway, &conf);

    conf.candidates = candidates;
    conf.ncandidates = ncandidates;
    conf.fingerprint = *ngx_webrtc_certificate_fingerprint(
                                                    ngx_webrtc_certificate());

    ngx_memzero(&glue, sizeof(ngx_webrtc_gateway_glue_t));

    glue.data = worker;
    glue.send = ngx_webrtc_port_socket_send;

    glue.agent_create = ngx_webrtc_gateway_worker_agent;
    glue.agent_destroy = ngx_webrtc_gateway_worker_agent_destroy;
    glue.agent_set_remote = ngx_webrtc_gateway_worker_agent_remote;
    glue.agent_add_candidate = ngx_webrtc_gateway_worker_agent_candidate;
    glue.agent_address = ngx_webrtc_gateway_worker_agent_address;

    worker->gateway = ngx_webrtc_gateway_create(&conf, &glue, worker->engine,
                                                cycle->log);

    return worker->gateway ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_gateway_worker_close(ngx_webrtc_worker_t *worker)
{
    if (worker->gateway) {
        ngx_webrtc_gateway_destroy(worker->gateway);
        worker->gateway = NULL;
    }
}


void
ngx_webrtc_gateway_worker_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now)
{
    if (worker->gateway
        && ngx_webrtc_gateway_expires(worker->gateway) <= now)
    {
        ngx_webrtc_gateway_tick(worker->gateway, now);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_gateway_worker_expires(ngx_webrtc_worker_t *worker)
{
    return worker->gateway ? ngx_webrtc_gateway_expires(worker->gateway)
                           : NGX_WEBRTC_NEVER;
}


static void *
ngx_webrtc_gateway_worker_agent(void *data,
    const ngx_webrtc_agent_conf_t *conf, ngx_webrtc_addr_t *way)
{
    return ngx_webrtc_agent_create(conf, way);
}


static void
ngx_webrtc_gateway_worker_agent_destroy(void *data, void *agent)
{
    ngx_webrtc_agent_destroy(agent);
}


static ngx_int_t
ngx_webrtc_gateway_worker_agent_remote(void *data, void *agent,
    const ngx_str_t *ufrag, const ngx_str_t *pwd)
{
    return ngx_webrtc_agent_set_remote(agent, ufrag, pwd);
}


static void
ngx_webrtc_gateway_worker_agent_candidate(void *data, void *agent,
    const ngx_webrtc_sdp_candidate_t *candidate)
{
    ngx_webrtc_agent_add_candidate(agent, candidate);
}


static ngx_int_t
ngx_webrtc_gateway_worker_agent_address(void *data, void *agent,
    ngx_webrtc_addr_t *remote)
{
    return ngx_webrtc_agent_address(agent, remote);
}
