
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the viewers of a service: what the ERS says of them, what sessions say */


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>
#include <front/evostream/ngx_webrtc_evostream_service_internal.h>


#define NGX_WEBRTC_EVOSTREAM_SID_BYTES  8


static ngx_webrtc_evostream_viewer_t *ngx_webrtc_evostream_viewer_find(
    ngx_webrtc_evostream_service_t *service, const ngx_str_t *id);
static ngx_webrtc_evostream_viewer_t *ngx_webrtc_evostream_viewer_create(
    ngx_webrtc_evostream_socket_t *socket, const ngx_str_t *id);
static void ngx_webrtc_evostream_viewer_sid(
    ngx_webrtc_evostream_viewer_t *viewer, const ngx_str_t *sid);
static void ngx_webrtc_evostream_viewer_text(
    ngx_webrtc_evostream_socket_t *socket, const ngx_str_t *to,
    const char *text);
static void ngx_webrtc_evostream_viewer_gone(
    ngx_webrtc_evostream_viewer_t *viewer, ngx_webrtc_usec_t now);
static void ngx_webrtc_evostream_viewer_id(
    const ngx_webrtc_evostream_viewer_t *viewer, ngx_str_t *id);
static ngx_uint_t ngx_webrtc_evostream_viewer_is(const ngx_str_t *command,
    const char *name);


static const char  ngx_webrtc_evostream_unnamed[] =
    "Unable to parse stream field!";
static const char  ngx_webrtc_evostream_missing[] =
    "Unable to retrieve stream!";
static const char  ngx_webrtc_evostream_full[] = "Too many viewers!";


void
ngx_webrtc_evostream_viewer_come(ngx_webrtc_evostream_socket_t *socket,
    const ngx_webrtc_ers_client_event_t *event)
{
    ngx_webrtc_evostream_view_t      view;
    ngx_webrtc_evostream_viewer_t   *viewer;
    ngx_webrtc_evostream_service_t  *service;

    service = socket->service;

    if (event->id.len == 0
        || event->id.len > NGX_WEBRTC_EVOSTREAM_VIEWER_MAX
        || service->quit)
    {
        return;
    }

    /* the same viewer once more: what it asks for now is what it wants */

    viewer = ngx_webrtc_evostream_viewer_find(service, &event->id);

    if (viewer) {
        ngx_webrtc_evostream_viewer_drop(viewer, 1);
    }

    if (event->stream.len == 0) {
        ngx_webrtc_evostream_viewer_text(socket, &event->id,
                                         ngx_webrtc_evostream_unnamed);
        return;
    }

    if (service->viewers.count >= service->conf.max_viewers) {
        ngx_webrtc_evostream_viewer_text(socket, &event->id,
                                         ngx_webrtc_evostream_full);
        return;
    }

    viewer = ngx_webrtc_evostream_viewer_create(socket, &event->id);

    if (viewer) {
        view.id = event->id;
        view.stream = event->stream;
        view.nservers = ngx_webrtc_ers_client_servers(socket->client,
                                                      &view.servers);

        viewer->viewing = service->conf.glue->view(service->conf.data, viewer,
                                                   &view);

        if (viewer->viewing) {
            return;
        }

        ngx_webrtc_evostream_viewer_drop(viewer, 0);
    }

    ngx_webrtc_evostream_viewer_text(socket, &event->id,
                                     ngx_webrtc_evostream_missing);
}


void
ngx_webrtc_evostream_viewer_message(ngx_webrtc_evostream_socket_t *socket,
    const ngx_webrtc_ers_client_event_t *event)
{
    ngx_webrtc_evostream_viewer_t      *viewer;
    const ngx_webrtc_evostream_glue_t  *glue;

    viewer = ngx_webrtc_evostream_viewer_find(socket->service, &event->id);

    if (viewer == NULL) {
        return;
    }

    glue = socket->service->conf.glue;

    ngx_webrtc_evostream_viewer_sid(viewer, &event->sid);

    switch (event->message) {

    case NGX_WEBRTC_ERS_OFFER:

        /* we make the offer, and have made it or are about to */

        break;

    case NGX_WEBRTC_ERS_ANSWER:
        if (viewer->offered) {
            glue->answer(viewer->viewing, &event->sdp);
        }

        break;

    case NGX_WEBRTC_ERS_CANDIDATE:
        glue->candidate(viewer->viewing, &event->candidate, &event->mid);
        break;

    case NGX_WEBRTC_ERS_COMMAND:
        if (ngx_webrtc_evostream_viewer_is(&event->command, "pause")) {
            glue->pause(viewer->viewing, 1);

        } else if (ngx_webrtc_evostream_viewer_is(&event->command, "resume"))
        {
            glue->pause(viewer->viewing, 0);

        } else if (ngx_webrtc_evostream_viewer_is(&event->command, "stop")) {
            ngx_webrtc_evostream_viewer_drop(viewer, 1);
        }

        break;
    }
}


void
ngx_webrtc_evostream_viewer_left(ngx_webrtc_evostream_socket_t *socket,
    const ngx_webrtc_ers_client_event_t *event)
{
    ngx_webrtc_evostream_viewer_t  *viewer;

    viewer = ngx_webrtc_evostream_viewer_find(socket->service, &event->id);

    if (viewer) {
        ngx_webrtc_evostream_viewer_drop(viewer, 1);
    }
}


void
ngx_webrtc_evostream_viewer_drop(ngx_webrtc_evostream_viewer_t *viewer,
    ngx_uint_t end)
{
    ngx_webrtc_evostream_service_t  *service;

    service = viewer->socket->service;

    if (viewer->viewing) {

        if (end) {
            service->conf.glue->end(viewer->viewing);

        } else {
            service->conf.glue->detach(viewer->viewing);
        }
    }

    ngx_webrtc_hash_remove(&service->viewers, &viewer->node);
    ngx_queue_remove(&viewer->queue);
    ngx_free(viewer);
}


void *
ngx_webrtc_evostream_viewer_data(const ngx_webrtc_evostream_viewer_t *viewer)
{
    return viewer->socket->service->conf.data;
}


void
ngx_webrtc_evostream_viewer_offer(ngx_webrtc_evostream_viewer_t *viewer,
    const ngx_str_t *sdp, ngx_webrtc_usec_t now)
{
    ngx_str_t                        id;
    ngx_webrtc_evostream_socket_t   *socket;
    ngx_webrtc_evostream_service_t  *service;

    socket = viewer->socket;
    service = socket->service;

    viewer->offered = 1;
    ngx_webrtc_evostream_viewer_id(viewer, &id);

    /* a queue that is full breaks the client, of which we hear */

    (void) ngx_webrtc_ers_client_offer(socket->client, &id, &viewer->sid, sdp);
    ngx_webrtc_evostream_socket_flush(socket);

    if (socket == service->front
        && !socket->over
        && !ngx_webrtc_ers_client_is_shared(socket->client))
    {
        /* it is this viewer's now, the next one needs another */

        service->front = NULL;
        service->next = now;
    }

    ngx_webrtc_evostream_service_settle(service, now);
}


void
ngx_webrtc_evostream_viewer_candidate(ngx_webrtc_evostream_viewer_t *viewer,
    const ngx_str_t *candidate, const ngx_str_t *mid, ngx_webrtc_usec_t now)
{
    ngx_str_t                       id;
    ngx_webrtc_evostream_socket_t  *socket;

    socket = viewer->socket;
    ngx_webrtc_evostream_viewer_id(viewer, &id);

    (void) ngx_webrtc_ers_client_candidate(socket->client, &id, &viewer->sid,
                                           mid, candidate);

    ngx_webrtc_evostream_socket_flush(socket);
    ngx_webrtc_evostream_service_settle(socket->service, now);
}


void
ngx_webrtc_evostream_viewer_playing(ngx_webrtc_evostream_viewer_t *viewer,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_evostream_service_t  *service;

    service = viewer->socket->service;
    viewer->playing = 1;

    if (service->quit) {
        ngx_webrtc_evostream_viewer_drop(viewer, 0);
        ngx_webrtc_evostream_service_settle(service, now);
    }
}


void
ngx_webrtc_evostream_viewer_missing(ngx_webrtc_evostream_viewer_t *viewer,
    ngx_webrtc_usec_t now)
{
    ngx_str_t  id;

    ngx_webrtc_evostream_viewer_id(viewer, &id);
    ngx_webrtc_evostream_viewer_text(viewer->socket, &id,
                                     ngx_webrtc_evostream_missing);

    ngx_webrtc_evostream_viewer_gone(viewer, now);
}


void
ngx_webrtc_evostream_viewer_ended(ngx_webrtc_evostream_viewer_t *viewer,
    ngx_webrtc_usec_t now)
{
    /* once it has an offer it learns more from the session itself */

    if (viewer->offered) {
        ngx_webrtc_evostream_viewer_gone(viewer, now);

    } else {
        ngx_webrtc_evostream_viewer_missing(viewer, now);
    }
}


static void
ngx_webrtc_evostream_viewer_gone(ngx_webrtc_evostream_viewer_t *viewer,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_evostream_service_t  *service;

    service = viewer->socket->service;
    viewer->viewing = NULL;

    ngx_webrtc_evostream_viewer_drop(viewer, 0);
    ngx_webrtc_evostream_service_settle(service, now);
}


static ngx_webrtc_evostream_viewer_t *
ngx_webrtc_evostream_viewer_find(ngx_webrtc_evostream_service_t *service,
    const ngx_str_t *id)
{
    ngx_webrtc_hash_node_t  *node;

    if (id->len == 0 || id->len > NGX_WEBRTC_EVOSTREAM_VIEWER_MAX) {
        return NULL;
    }

    node = ngx_webrtc_hash_find(&service->viewers, id->data, id->len);

    return node ? ngx_webrtc_hash_data(node, ngx_webrtc_evostream_viewer_t,
                                       node)
                : NULL;
}


static ngx_webrtc_evostream_viewer_t *
ngx_webrtc_evostream_viewer_create(ngx_webrtc_evostream_socket_t *socket,
    const ngx_str_t *id)
{
    u_char                           random[NGX_WEBRTC_EVOSTREAM_SID_BYTES];
    ngx_webrtc_text_t                text;
    ngx_webrtc_evostream_viewer_t   *viewer;
    ngx_webrtc_evostream_service_t  *service;

    service = socket->service;

    viewer = ngx_calloc(sizeof(ngx_webrtc_evostream_viewer_t), service->log);
    if (viewer == NULL) {
        return NULL;
    }

    if (service->conf.glue->random(service->conf.data, random, sizeof(random))
        != NGX_OK)
    {
        ngx_free(viewer);
        return NULL;
    }

    /* viewers tell their sessions apart by it */

    ngx_webrtc_text_init(&text, viewer->sid_buf,
                         viewer->sid_buf + NGX_WEBRTC_EVOSTREAM_SID_MAX);
    ngx_webrtc_text_hex(&text, random, sizeof(random), 0);

    viewer->sid.data = viewer->sid_buf;
    viewer->sid.len = ngx_webrtc_text_len(&text);

    viewer->socket = socket;
    ngx_memcpy(viewer->id, id->data, id->len);

    ngx_webrtc_hash_add(&service->viewers, &viewer->node, viewer->id,
                        id->len);
    ngx_queue_insert_tail(&socket->viewers, &viewer->queue);

    return viewer;
}


/* the first one that the viewer says is used from then on */

static void
ngx_webrtc_evostream_viewer_sid(ngx_webrtc_evostream_viewer_t *viewer,
    const ngx_str_t *sid)
{
    if (viewer->named
        || sid->len == 0
        || sid->len > NGX_WEBRTC_EVOSTREAM_SID_MAX)
    {
        return;
    }

    viewer->named = 1;
    viewer->sid.len = sid->len;
    ngx_memcpy(viewer->sid_buf, sid->data, sid->len);
}


static void
ngx_webrtc_evostream_viewer_text(ngx_webrtc_evostream_socket_t *socket,
    const ngx_str_t *to, const char *text)
{
    ngx_str_t  str;

    str.data = (u_char *) text;
    str.len = ngx_strlen(text);

    (void) ngx_webrtc_ers_client_text(socket->client, to, &str);
    ngx_webrtc_evostream_socket_flush(socket);
}


static void
ngx_webrtc_evostream_viewer_id(const ngx_webrtc_evostream_viewer_t *viewer,
    ngx_str_t *id)
{
    id->data = (u_char *) viewer->id;
    id->len = viewer->node.len;
}


static ngx_uint_t
ngx_webrtc_evostream_viewer_is(const ngx_str_t *command, const char *name)
{
    size_t  i;

    if (command->len != ngx_strlen(name)) {
        return 0;
    }

    for (i = 0; i < command->len; i++) {
        if ((command->data[i] | 0x20) != (u_char) name[i]) {
            return 0;
        }
    }

    return 1;
}
