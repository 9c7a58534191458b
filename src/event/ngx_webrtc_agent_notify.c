
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what happens to an ICE agent, and who is told */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_agent_internal.h>
#include <event/ngx_webrtc_worker.h>


/* for servers to answer that they have forgotten us, ms */
#define NGX_WEBRTC_AGENT_RELEASE  2000


typedef struct {
    ngx_queue_t               queue;
    ngx_str_t                 text;
} ngx_webrtc_agent_candidate_t;


static void ngx_webrtc_agent_on_candidate(NiceAgent *nice,
    NiceCandidate *candidate, gpointer data);
static void ngx_webrtc_agent_on_gathered(NiceAgent *nice, guint stream,
    gpointer data);
static void ngx_webrtc_agent_on_state(NiceAgent *nice, guint stream,
    guint component, guint state, gpointer data);
static ngx_uint_t ngx_webrtc_agent_is_of_use(NiceCandidate *candidate);
static void ngx_webrtc_agent_tell(ngx_webrtc_agent_t *agent,
    ngx_webrtc_agent_event_e event, const ngx_str_t *candidate);


void
ngx_webrtc_agent_listen(ngx_webrtc_agent_t *agent)
{
    g_signal_connect(agent->nice, "new-candidate-full",
                     G_CALLBACK(ngx_webrtc_agent_on_candidate), agent);
    g_signal_connect(agent->nice, "candidate-gathering-done",
                     G_CALLBACK(ngx_webrtc_agent_on_gathered), agent);
    g_signal_connect(agent->nice, "component-state-changed",
                     G_CALLBACK(ngx_webrtc_agent_on_state), agent);
}


static void
ngx_webrtc_agent_on_candidate(NiceAgent *nice, NiceCandidate *candidate,
    gpointer data)
{
    ngx_webrtc_agent_t *agent = data;

    char                          *line;
    size_t                         len;
    ngx_webrtc_agent_candidate_t  *c;

    if (agent->state != NGX_WEBRTC_AGENT_LIVE
        || !ngx_webrtc_agent_is_of_use(candidate))
    {
        return;
    }

    line = nice_agent_generate_local_candidate_sdp(nice, candidate);
    if (line == NULL) {
        return;
    }

    /* "a=candidate:..." */

    len = ngx_strlen(line);
    c = ngx_palloc(agent->pool, sizeof(ngx_webrtc_agent_candidate_t) + len);

    if (c && len > 2) {
        c->text.data = (u_char *) c + sizeof(ngx_webrtc_agent_candidate_t);
        c->text.len = len - 2;
        ngx_memcpy(c->text.data, line + 2, c->text.len);

        ngx_queue_insert_tail(&agent->candidates, &c->queue);
        ngx_post_event(&agent->notify, &ngx_posted_events);
    }

    g_free(line);
}


static ngx_uint_t
ngx_webrtc_agent_is_of_use(NiceCandidate *candidate)
{
    ngx_webrtc_addr_t      addr;
    ngx_webrtc_sockaddr_t  sa;

    /* a remote that has seen such an address knows it already */

    if (candidate->type == NICE_CANDIDATE_TYPE_PEER_REFLEXIVE) {
        return 0;
    }

    nice_address_copy_to_sockaddr(&candidate->addr, &sa.sockaddr);

    if (ngx_webrtc_addr_from_sockaddr(&addr, &sa.sockaddr) != NGX_OK) {
        return 0;
    }

    /* link-local: another machine would not know by which interface */

    return !(addr.ip[0] == 0xfe && (addr.ip[1] & 0xc0) == 0x80);
}


static void
ngx_webrtc_agent_on_gathered(NiceAgent *nice, guint stream, gpointer data)
{
    ngx_webrtc_agent_t *agent = data;

    agent->gathered = 1;
    ngx_post_event(&agent->notify, &ngx_posted_events);
}


static void
ngx_webrtc_agent_on_state(NiceAgent *nice, guint stream, guint component,
    guint state, gpointer data)
{
    ngx_webrtc_agent_t *agent = data;

    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, ngx_webrtc_agents()->log, 0,
                   "webrtc agent number:%uD state:%ui", agent->number,
                   (ngx_uint_t) state);

    switch (state) {

    case NICE_COMPONENT_STATE_CONNECTED:
    case NICE_COMPONENT_STATE_READY:
        agent->up = 1;
        agent->failed = 0;
        break;

    case NICE_COMPONENT_STATE_FAILED:
        agent->failed = 1;
        break;

    default:
        agent->failed = 0;
        break;
    }

    ngx_post_event(&agent->notify, &ngx_posted_events);
}


void
ngx_webrtc_agent_notify_handler(ngx_event_t *ev)
{
    ngx_queue_t                   *q;
    ngx_webrtc_agent_t            *agent;
    ngx_webrtc_agent_candidate_t  *c;

    agent = ev->data;

    while (agent->state == NGX_WEBRTC_AGENT_LIVE
           && !ngx_queue_empty(&agent->candidates))
    {
        q = ngx_queue_head(&agent->candidates);
        c = ngx_queue_data(q, ngx_webrtc_agent_candidate_t, queue);
        ngx_queue_remove(q);

        ngx_webrtc_agent_tell(agent, NGX_WEBRTC_AGENT_CANDIDATE, &c->text);
    }

    if (agent->gathered && !agent->gathered_told) {
        agent->gathered_told = 1;
        ngx_webrtc_agent_tell(agent, NGX_WEBRTC_AGENT_GATHERED, NULL);
    }

    if (agent->up && !agent->up_told) {
        agent->up_told = 1;
        ngx_webrtc_agent_tell(agent, NGX_WEBRTC_AGENT_UP, NULL);
    }

    /* before, a further candidate of the remote may be the one that works */

    if (agent->failed && (agent->up || agent->complete) && !agent->down_told)
    {
        agent->down_told = 1;
        ngx_webrtc_agent_tell(agent, NGX_WEBRTC_AGENT_DOWN, NULL);
    }

    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_agent_tell(ngx_webrtc_agent_t *agent,
    ngx_webrtc_agent_event_e event, const ngx_str_t *candidate)
{
    if (agent->state == NGX_WEBRTC_AGENT_LIVE) {
        agent->handler(agent->data, event, candidate, ngx_webrtc_now());
    }
}


ngx_int_t
ngx_webrtc_agent_address(ngx_webrtc_agent_t *agent, ngx_webrtc_addr_t *remote)
{
    ngx_int_t               rc;
    NiceCandidate          *ours, *theirs;
    ngx_webrtc_sockaddr_t   sa;

    if (agent->state != NGX_WEBRTC_AGENT_LIVE || !agent->up) {
        return NGX_DECLINED;
    }

    rc = NGX_DECLINED;

    ngx_webrtc_glib_enter(agent->glib);

    if (nice_agent_get_selected_pair(agent->nice, agent->stream,
                                     NGX_WEBRTC_AGENT_COMPONENT, &ours,
                                     &theirs))
    {
        nice_address_copy_to_sockaddr(&theirs->addr, &sa.sockaddr);
        rc = ngx_webrtc_addr_from_sockaddr(remote, &sa.sockaddr);
    }

    ngx_webrtc_glib_leave(agent->glib);

    return rc;
}


/*
 * Not nice_agent_close_async(): it would tell us when the servers have
 * answered, but the first GTask of a process makes a thread.
 */

void
ngx_webrtc_agent_release_handler(ngx_event_t *ev)
{
    ngx_webrtc_agent_t  *agent;

    agent = ev->data;

    if (agent->state == NGX_WEBRTC_AGENT_RELEASING) {
        ngx_webrtc_agent_free(agent);
        return;
    }

    agent->state = NGX_WEBRTC_AGENT_RELEASING;

    ngx_webrtc_glib_enter(agent->glib);

    /*
     * libnice resolves the address of its STUN server in a later round, even
     * if it is one in digits, and takes for granted that there is a stream
     */

    ngx_webrtc_glib_flush(agent->glib);

    nice_agent_remove_stream(agent->nice, agent->stream);
    ngx_webrtc_glib_leave(agent->glib);

    ngx_add_timer(ev, NGX_WEBRTC_AGENT_RELEASE);
}
