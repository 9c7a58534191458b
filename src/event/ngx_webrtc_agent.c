
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_agent_internal.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_worker.h>


/* of what a remote may name its candidate, ufrag and password (RFC 8839) */
#define NGX_WEBRTC_AGENT_WORD  256


static void ngx_webrtc_agent_log(const gchar *domain, GLogLevelFlags level,
    const gchar *message, gpointer data);
static ngx_webrtc_agent_t *ngx_webrtc_agent_alloc(void);
static ngx_int_t ngx_webrtc_agent_start(ngx_webrtc_agent_t *agent,
    const ngx_webrtc_agent_conf_t *conf);
static ngx_int_t ngx_webrtc_agent_configure(ngx_webrtc_agent_t *agent,
    ngx_uint_t controlling);
static void ngx_webrtc_agent_bind(ngx_webrtc_agent_t *agent);
static ngx_uint_t ngx_webrtc_agent_is_local(void);
static ngx_int_t ngx_webrtc_agent_text(u_char *buf, const ngx_str_t *text);


/* of this process */
static ngx_webrtc_agents_t  ngx_webrtc_these_agents;


ngx_webrtc_agents_t *
ngx_webrtc_agents(void)
{
    return &ngx_webrtc_these_agents;
}


ngx_int_t
ngx_webrtc_agents_open(const ngx_webrtc_ice_conf_t *conf,
    const ngx_array_t *listen, ngx_resolver_t *resolver, ngx_msec_t timeout,
    ngx_webrtc_outbox_t *out, ngx_log_t *log)
{
    ngx_webrtc_agents_t  *agents;

    agents = &ngx_webrtc_these_agents;

    agents->table = ngx_calloc(conf->max_agents
                               * sizeof(ngx_webrtc_agent_t *), log);
    if (agents->table == NULL) {
        return NGX_ERROR;
    }

    agents->conf = conf;
    agents->listen = listen;
    agents->resolver = resolver;
    agents->timeout = timeout;
    agents->out = out;
    agents->log = log;

    ngx_queue_init(&agents->all);

    (void) g_log_set_default_handler(ngx_webrtc_agent_log, NULL);

    return NGX_OK;
}


void
ngx_webrtc_agents_close(void)
{
    ngx_queue_t          *q;
    ngx_webrtc_agents_t  *agents;

    agents = &ngx_webrtc_these_agents;

    if (agents->conf == NULL) {
        return;
    }

    while (!ngx_queue_empty(&agents->all)) {
        q = ngx_queue_head(&agents->all);
        ngx_webrtc_agent_free(ngx_queue_data(q, ngx_webrtc_agent_t, queue));
    }

    ngx_free(agents->table);
    agents->conf = NULL;
}


/* what libnice and GLib have to say is never for an operator's alarm */

static void
ngx_webrtc_agent_log(const gchar *domain, GLogLevelFlags level,
    const gchar *message, gpointer data)
{
    ngx_uint_t  severity;

    severity = NGX_LOG_INFO;

    if (level & (G_LOG_LEVEL_ERROR|G_LOG_LEVEL_CRITICAL)) {
        severity = NGX_LOG_ERR;
    }

    ngx_log_error(severity, ngx_webrtc_these_agents.log, 0, "webrtc %s: %s",
                  domain ? domain : "glib", message);
}


ngx_webrtc_agent_t *
ngx_webrtc_agent_create(const ngx_webrtc_agent_conf_t *conf,
    ngx_webrtc_addr_t *way)
{
    ngx_webrtc_agent_t   *agent;
    ngx_webrtc_agents_t  *agents;

    agents = &ngx_webrtc_these_agents;

    if (agents->conf == NULL) {
        return NULL;
    }

    if (agents->count == agents->conf->max_agents) {

        if (!agents->full) {
            agents->full = 1;
            ngx_log_error(NGX_LOG_WARN, agents->log, 0,
                          "webrtc: %ui ICE agents are in use, which is all "
                          "that \"webrtc_ice_agents\" allows",
                          agents->count);
        }

        return NULL;
    }

    agent = ngx_webrtc_agent_alloc();
    if (agent == NULL) {
        return NULL;
    }

    if (ngx_webrtc_agent_start(agent, conf) != NGX_OK) {
        ngx_webrtc_agent_free(agent);
        return NULL;
    }

    *way = agent->path.remote;

    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, agents->log, 0,
                   "webrtc agent create number:%uD count:%ui", agent->number,
                   agents->count);

    return agent;
}


/* in a place of the table that is free, under a number that was not there */

static ngx_webrtc_agent_t *
ngx_webrtc_agent_alloc(void)
{
    ngx_uint_t            i;
    ngx_pool_t           *pool;
    ngx_webrtc_agent_t   *agent;
    ngx_webrtc_agents_t  *agents;

    agents = &ngx_webrtc_these_agents;

    pool = ngx_create_pool(1024, agents->log);
    if (pool == NULL) {
        return NULL;
    }

    agent = ngx_pcalloc(pool, sizeof(ngx_webrtc_agent_t));
    if (agent == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    agent->glib = ngx_webrtc_glib_create(agents->log);
    if (agent->glib == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    do {
        agents->last++;
        i = agents->last % agents->conf->max_agents;
    } while (agents->table[i]);

    agents->table[i] = agent;
    agents->count++;
    ngx_queue_insert_tail(&agents->all, &agent->queue);

    agent->pool = pool;
    agent->number = agents->last;
    ngx_webrtc_addr_set_external(&agent->path.remote, agent->number);
    ngx_queue_init(&agent->candidates);

    agent->notify.handler = ngx_webrtc_agent_notify_handler;
    agent->notify.data = agent;
    agent->notify.log = agents->log;

    agent->resume.handler = ngx_webrtc_agent_resume_handler;
    agent->resume.data = agent;
    agent->resume.log = agents->log;

    agent->release.handler = ngx_webrtc_agent_release_handler;
    agent->release.data = agent;
    agent->release.log = agents->log;
    agent->release.cancelable = 1;

    agent->wait.handler = ngx_webrtc_agent_wait_handler;
    agent->wait.data = agent;
    agent->wait.log = agents->log;
    agent->wait.cancelable = 1;

    return agent;
}


static ngx_int_t
ngx_webrtc_agent_start(ngx_webrtc_agent_t *agent,
    const ngx_webrtc_agent_conf_t *conf)
{
    u_char     ufrag[NGX_WEBRTC_AGENT_WORD], pwd[NGX_WEBRTC_AGENT_WORD];
    ngx_int_t  rc;

    agent->handler = conf->handler;
    agent->data = conf->data;

    if (ngx_webrtc_agent_text(ufrag, &conf->ufrag) != NGX_OK
        || ngx_webrtc_agent_text(pwd, &conf->pwd) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_glib_enter(agent->glib);

    agent->nice = nice_agent_new_full(ngx_webrtc_glib_context(agent->glib),
                                      NICE_COMPATIBILITY_RFC5245,
                                      NICE_AGENT_OPTION_ICE_TRICKLE
                                      |NICE_AGENT_OPTION_CONSENT_FRESHNESS);

    rc = ngx_webrtc_agent_configure(agent, conf->controlling);

    if (rc == NGX_OK
        && (!nice_agent_set_local_credentials(agent->nice, agent->stream,
                                              (char *) ufrag, (char *) pwd)
            || ngx_webrtc_agent_read(agent, 1) != NGX_OK))
    {
        rc = NGX_ERROR;
    }

    ngx_webrtc_glib_leave(agent->glib);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_agent_servers_init(agent, conf);

    if (rc == NGX_AGAIN) {
        return NGX_OK;
    }

    return (rc == NGX_OK) ? ngx_webrtc_agent_gather(agent) : NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_agent_configure(ngx_webrtc_agent_t *agent, ngx_uint_t controlling)
{
    const ngx_webrtc_ice_conf_t  *conf;

    conf = ngx_webrtc_these_agents.conf;

    /* "upnp" would make threads */

    g_object_set(agent->nice, "upnp", FALSE, "ice-tcp", FALSE,
                 "controlling-mode", controlling ? TRUE : FALSE, NULL);

    ngx_webrtc_agent_listen(agent);

    agent->stream = nice_agent_add_stream(agent->nice, 1);
    if (agent->stream == 0) {
        return NGX_ERROR;
    }

    if (conf->first_port) {
        nice_agent_set_port_range(agent->nice, agent->stream,
                                  NGX_WEBRTC_AGENT_COMPONENT,
                                  conf->first_port, conf->last_port);
    }

    ngx_webrtc_agent_bind(agent);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_agent_gather(ngx_webrtc_agent_t *agent)
{
    gboolean  ok;

    agent->gathering = 1;

    ngx_webrtc_glib_enter(agent->glib);

    ngx_webrtc_agent_servers_set(agent);

    ok = nice_agent_gather_candidates(agent->nice, agent->stream);

    ngx_webrtc_glib_leave(agent->glib);

    if (!ok) {
        ngx_log_error(NGX_LOG_ERR, ngx_webrtc_these_agents.log, 0,
                      "webrtc: an ICE agent has no socket to begin with");
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* the addresses that the media server listens on, if not on all there are */

static void
ngx_webrtc_agent_bind(ngx_webrtc_agent_t *agent)
{
    ngx_uint_t            i, k;
    NiceAddress           addr;
    const ngx_array_t    *all;
    ngx_webrtc_listen_t  *listen;

    all = ngx_webrtc_these_agents.listen;
    listen = all->elts;

    for (i = 0; i < all->nelts; i++) {
        if (listen[i].wildcard) {
            return;
        }
    }

    for (i = 0; i < all->nelts; i++) {

        for (k = 0; k < i; k++) {
            if (ngx_memcmp(listen[k].addr.ip, listen[i].addr.ip, 16) == 0) {
                break;
            }
        }

        if (k == i) {
            nice_address_init(&addr);
            nice_address_set_from_sockaddr(&addr, listen[i].sockaddr);
            nice_address_set_port(&addr, 0);
            (void) nice_agent_add_local_address(agent->nice, &addr);
        }
    }
}


/* we reach what is at a loopback address */

static ngx_uint_t
ngx_webrtc_agent_is_local(void)
{
    ngx_uint_t            i, local;
    const ngx_array_t    *all;
    ngx_webrtc_listen_t  *listen;

    all = ngx_webrtc_these_agents.listen;
    listen = all->elts;

    local = 0;

    for (i = 0; i < all->nelts; i++) {

        if (listen[i].wildcard) {
            return 0;
        }

        if (ngx_webrtc_addr_is_loopback(&listen[i].addr)) {
            local = 1;
        }
    }

    return local;
}


/* with a zero at the end, and none before */

static ngx_int_t
ngx_webrtc_agent_text(u_char *buf, const ngx_str_t *text)
{
    if (text->len >= NGX_WEBRTC_AGENT_WORD
        || memchr(text->data, '\0', text->len) != NULL)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(buf, text->data, text->len);
    buf[text->len] = '\0';

    return NGX_OK;
}


void
ngx_webrtc_agent_destroy(ngx_webrtc_agent_t *agent)
{
    ngx_log_debug1(NGX_LOG_DEBUG_EVENT, ngx_webrtc_these_agents.log, 0,
                   "webrtc agent destroy number:%uD", agent->number);

    /* we may be within its receiving, and goodbyes are still to be sent */

    agent->state = NGX_WEBRTC_AGENT_LEAVING;

    ngx_webrtc_agent_servers_forget(agent);

    ngx_add_timer(&agent->release, NGX_WEBRTC_AGENT_GOODBYE);
}


void
ngx_webrtc_agent_free(ngx_webrtc_agent_t *agent)
{
    ngx_webrtc_agents_t  *agents;

    agents = &ngx_webrtc_these_agents;

    ngx_webrtc_agent_servers_forget(agent);

    if (agent->nice) {
        ngx_webrtc_glib_enter(agent->glib);

        (void) g_signal_handlers_disconnect_by_data(agent->nice, agent);

        g_object_unref(agent->nice);

        ngx_webrtc_glib_leave(agent->glib);
    }

    ngx_webrtc_glib_destroy(agent->glib);

    if (agent->notify.posted) {
        ngx_delete_posted_event(&agent->notify);
    }

    if (agent->resume.posted) {
        ngx_delete_posted_event(&agent->resume);
    }

    if (agent->release.timer_set) {
        ngx_del_timer(&agent->release);
    }

    agents->table[agent->number % agents->conf->max_agents] = NULL;
    agents->count--;

    /* those that come and go at the limit are not worth a line each */

    if (agents->count <= agents->conf->max_agents / 2) {
        agents->full = 0;
    }

    ngx_queue_remove(&agent->queue);

    ngx_destroy_pool(agent->pool);
}


ngx_int_t
ngx_webrtc_agent_set_remote(ngx_webrtc_agent_t *agent, const ngx_str_t *ufrag,
    const ngx_str_t *pwd)
{
    u_char    name[NGX_WEBRTC_AGENT_WORD], word[NGX_WEBRTC_AGENT_WORD];
    gboolean  ok;

    if (ngx_webrtc_agent_text(name, ufrag) != NGX_OK
        || ngx_webrtc_agent_text(word, pwd) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_glib_enter(agent->glib);

    ok = nice_agent_set_remote_credentials(agent->nice, agent->stream,
                                           (char *) name, (char *) word);

    ngx_webrtc_glib_leave(agent->glib);

    return ok ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_agent_add_candidate(ngx_webrtc_agent_t *agent,
    const ngx_webrtc_sdp_candidate_t *candidate)
{
    GSList                  list;
    NiceCandidate          *nc;
    ngx_webrtc_addr_t       addr;
    ngx_webrtc_sockaddr_t   sa;

    static const NiceCandidateType  types[] = {
        NICE_CANDIDATE_TYPE_HOST,
        NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE,
        NICE_CANDIDATE_TYPE_PEER_REFLEXIVE,
        NICE_CANDIDATE_TYPE_RELAYED
    };

    if (candidate == NULL) {
        agent->complete = 1;

        if (agent->failed) {
            ngx_post_event(&agent->notify, &ngx_posted_events);
        }

        return;
    }

    addr = candidate->addr;
    addr.port = candidate->port;

    if (candidate->tcp || !candidate->numeric || addr.port == 0
        || candidate->component != NGX_WEBRTC_AGENT_COMPONENT
        || candidate->type >= sizeof(types) / sizeof(types[0])
        || ngx_webrtc_addr_is_unspecified(&addr)
        || ngx_webrtc_addr_is_multicast(&addr))
    {
        return;
    }

    /* TURN servers do not care for permissions that they must not give */

    if (ngx_webrtc_addr_is_loopback(&addr) && !ngx_webrtc_agent_is_local()) {
        return;
    }

    (void) ngx_webrtc_addr_to_sockaddr(&addr, &sa, 0);

    ngx_webrtc_glib_enter(agent->glib);

    nc = nice_candidate_new(types[candidate->type]);

    nc->stream_id = agent->stream;
    nc->component_id = NGX_WEBRTC_AGENT_COMPONENT;
    nc->transport = NICE_CANDIDATE_TRANSPORT_UDP;
    nc->priority = candidate->priority;
    nice_address_set_from_sockaddr(&nc->addr, &sa.sockaddr);

    (void) ngx_snprintf((u_char *) nc->foundation,
                        sizeof(nc->foundation) - 1, "%V",
                        &candidate->foundation);

    list.data = nc;
    list.next = NULL;

    (void) nice_agent_set_remote_candidates(agent->nice, agent->stream,
                                            NGX_WEBRTC_AGENT_COMPONENT,
                                            &list);
    nice_candidate_free(nc);

    ngx_webrtc_glib_leave(agent->glib);
}
