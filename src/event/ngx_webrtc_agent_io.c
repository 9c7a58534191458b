
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the datagrams of ICE agents */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_agent_internal.h>
#include <event/ngx_webrtc_udp.h>
#include <event/ngx_webrtc_worker.h>


/* datagrams of one agent in one turn of the loop; then others are served */
#define NGX_WEBRTC_AGENT_TURN  64


static void ngx_webrtc_agent_recv(NiceAgent *nice, guint stream,
    guint component, guint len, gchar *buf, gpointer data);
static ngx_webrtc_agent_t *ngx_webrtc_agent_find(uint32_t number);


ngx_int_t
ngx_webrtc_agent_read(ngx_webrtc_agent_t *agent, ngx_uint_t on)
{
    if (!nice_agent_attach_recv(agent->nice, agent->stream,
                                NGX_WEBRTC_AGENT_COMPONENT,
                                ngx_webrtc_glib_context(agent->glib),
                                on ? ngx_webrtc_agent_recv : NULL, agent))
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_agent_recv(NiceAgent *nice, guint stream, guint component,
    guint len, gchar *buf, gpointer data)
{
    ngx_webrtc_agent_t *agent = data;

    ngx_webrtc_worker_t  *worker;

    worker = ngx_webrtc_worker();

    if (agent->state != NGX_WEBRTC_AGENT_LIVE || worker->engine == NULL) {
        return;
    }

    if (++agent->received == NGX_WEBRTC_AGENT_TURN) {

        /* libnice would read on as long as there is something */

        (void) ngx_webrtc_agent_read(agent, 0);
        ngx_post_event(&agent->resume, &ngx_posted_next_events);
    }

    if (len <= NGX_WEBRTC_DATAGRAM_MAX) {
        ngx_webrtc_engine_set_arrival(worker->engine, 0);
        ngx_webrtc_engine_input(worker->engine, &agent->path, (u_char *) buf,
                                len, ngx_webrtc_now(),
                                ngx_webrtc_agents()->out);
    }

    ngx_webrtc_worker_touch();
}


void
ngx_webrtc_agent_resume_handler(ngx_event_t *ev)
{
    ngx_webrtc_agent_t  *agent;

    agent = ev->data;
    agent->received = 0;

    if (agent->state == NGX_WEBRTC_AGENT_LIVE) {
        ngx_webrtc_glib_enter(agent->glib);
        (void) ngx_webrtc_agent_read(agent, 1);
        ngx_webrtc_glib_leave(agent->glib);
    }
}


static ngx_webrtc_agent_t *
ngx_webrtc_agent_find(uint32_t number)
{
    ngx_webrtc_agent_t   *agent;
    ngx_webrtc_agents_t  *agents;

    agents = ngx_webrtc_agents();

    if (agents->conf == NULL) {
        return NULL;
    }

    agent = agents->table[number % agents->conf->max_agents];

    return (agent && agent->number == number) ? agent : NULL;
}


void
ngx_webrtc_agent_send(const ngx_webrtc_message_t *message)
{
    size_t               n, left;
    u_char              *p;
    uint32_t             number;
    ngx_uint_t           count;
    GOutputVector        vectors[NGX_WEBRTC_SEGMENTS_MAX];
    NiceOutputMessage    messages[NGX_WEBRTC_SEGMENTS_MAX];
    ngx_webrtc_agent_t  *agent;

    number = ngx_webrtc_addr_external(&message->path.remote);

    agent = ngx_webrtc_agent_find(number);
    if (agent == NULL) {
        return;
    }

    count = 0;
    p = message->data;

    for (left = message->len; left && count < NGX_WEBRTC_SEGMENTS_MAX;
         left -= n)
    {
        n = message->segment ? ngx_min(message->segment, left) : left;

        vectors[count].buffer = p;
        vectors[count].size = n;
        messages[count].buffers = &vectors[count];
        messages[count].n_buffers = 1;

        count++;
        p += n;
    }

    ngx_webrtc_glib_enter(agent->glib);

    (void) nice_agent_send_messages_nonblocking(agent->nice, agent->stream,
                                                NGX_WEBRTC_AGENT_COMPONENT,
                                                messages, (guint) count, NULL,
                                                NULL);

    ngx_webrtc_glib_leave(agent->glib);
}
