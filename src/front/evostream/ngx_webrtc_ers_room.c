
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* Rooms at their home: who serves whom, and who hears of it. */


#include <core/ngx_webrtc_str.h>
#include <front/evostream/ngx_webrtc_ers_internal.h>


static ngx_int_t ngx_webrtc_ers_room_keep(ngx_webrtc_ers_room_t *room);
static void ngx_webrtc_ers_room_announce(ngx_webrtc_ers_member_t *viewer,
    ngx_webrtc_ers_member_t *server);
static void ngx_webrtc_ers_room_tell_left(ngx_webrtc_ers_member_t *member,
    const u_char *id);
static void ngx_webrtc_ers_room_give_up(ngx_webrtc_ers_room_t *room);
static void ngx_webrtc_ers_room_close(ngx_webrtc_ers_room_t *room);


#define ngx_webrtc_ers_queue_member(q)                                       \
    ngx_queue_data(q, ngx_webrtc_ers_member_t, queue)


ngx_webrtc_ers_room_t *
ngx_webrtc_ers_room_find(ngx_webrtc_ers_t *ers, const ngx_str_t *name)
{
    ngx_webrtc_hash_node_t  *node;

    node = ngx_webrtc_hash_find(&ers->hash, name->data, name->len);

    return node ? ngx_webrtc_hash_data(node, ngx_webrtc_ers_room_t, node)
                : NULL;
}


ngx_webrtc_ers_room_t *
ngx_webrtc_ers_room_create(ngx_webrtc_ers_t *ers, const ngx_str_t *name)
{
    ngx_webrtc_ers_room_t  *room;

    room = ngx_calloc(sizeof(ngx_webrtc_ers_room_t) + name->len, ers->log);
    if (room == NULL) {
        return NULL;
    }

    room->ers = ers;
    room->lost = NGX_WEBRTC_NEVER;

    room->name.len = name->len;
    room->name.data = (u_char *) (room + 1);
    ngx_memcpy(room->name.data, name->data, name->len);

    ngx_queue_init(&room->servers);
    ngx_queue_init(&room->viewers);

    ngx_queue_insert_tail(&ers->rooms, &room->queue);
    ngx_webrtc_hash_add(&ers->hash, &room->node, room->name.data,
                        room->name.len);
    ers->nrooms++;

    /* keep its row with the next tick */

    ers->keep = 0;

    return room;
}


void
ngx_webrtc_ers_room_release(ngx_webrtc_ers_room_t *room)
{
    ngx_webrtc_ers_t  *ers;

    ers = room->ers;

    if (!ngx_queue_empty(&room->servers) || !ngx_queue_empty(&room->viewers))
    {
        return;
    }

    (void) ers->glue.keep(ers->glue.data, &room->name, 0);

    ngx_webrtc_hash_remove(&ers->hash, &room->node);
    ngx_queue_remove(&room->queue);
    ers->nrooms--;

    ngx_free(room->owner.data);
    ngx_free(room);
}


/* another worker's, if two made it at the same time: all come in again */

void
ngx_webrtc_ers_rooms_tick(ngx_webrtc_ers_t *ers, ngx_webrtc_usec_t now)
{
    ngx_uint_t              keep;
    ngx_queue_t            *q;
    ngx_webrtc_ers_room_t  *room;

    keep = (now >= ers->keep);

    if (!keep && now < ers->lost) {
        return;
    }

    if (keep) {
        ers->keep = now + NGX_WEBRTC_ERS_KEEP;
    }

    ers->lost = NGX_WEBRTC_NEVER;

    q = ngx_queue_head(&ers->rooms);

    while (q != ngx_queue_sentinel(&ers->rooms)) {

        room = ngx_queue_data(q, ngx_webrtc_ers_room_t, queue);
        q = ngx_queue_next(q);

        if (room->lost <= now) {
            ngx_webrtc_ers_room_give_up(room);
        }

        ers->lost = ngx_min(ers->lost, room->lost);

        if (keep && ngx_webrtc_ers_room_keep(room) == NGX_DECLINED) {
            ngx_webrtc_ers_room_close(room);
        }
    }
}


static ngx_int_t
ngx_webrtc_ers_room_keep(ngx_webrtc_ers_room_t *room)
{
    ngx_queue_t              *q;
    ngx_webrtc_ers_t         *ers;
    ngx_webrtc_ers_member_t  *viewer;

    ers = room->ers;

    for (q = ngx_queue_head(&room->viewers);
         q != ngx_queue_sentinel(&room->viewers) && ers->conf.viewer_tokens;
         q = ngx_queue_next(q))
    {
        viewer = ngx_webrtc_ers_queue_member(q);

        (void) ers->glue.token(ers->glue.data, &viewer->token,
                               &viewer->address, NGX_WEBRTC_ERS_LIFE,
                               &viewer->place);
    }

    return ers->glue.keep(ers->glue.data, &room->name, NGX_WEBRTC_ERS_LIFE);
}


void
ngx_webrtc_ers_rooms_close(ngx_webrtc_ers_t *ers)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&ers->rooms)) {
        q = ngx_queue_head(&ers->rooms);

        ngx_webrtc_ers_room_close(ngx_queue_data(q, ngx_webrtc_ers_room_t,
                                                 queue));
    }
}


/* nobody hears that anybody has left: their media may go on */

static void
ngx_webrtc_ers_room_close(ngx_webrtc_ers_room_t *room)
{
    ngx_uint_t                i;
    ngx_queue_t              *q, *lists[2];
    ngx_webrtc_ers_member_t  *member;

    lists[0] = &room->viewers;
    lists[1] = &room->servers;

    for (i = 0; i < 2; i++) {

        while (!ngx_queue_empty(lists[i])) {
            q = ngx_queue_head(lists[i]);
            member = ngx_webrtc_ers_queue_member(q);

            ngx_queue_remove(q);
            member->handlers->close(member->link);
            ngx_webrtc_ers_member_free(member);
        }
    }

    ngx_webrtc_ers_room_release(room);
}


ngx_webrtc_ers_member_t *
ngx_webrtc_ers_room_waiting(ngx_webrtc_ers_room_t *room)
{
    ngx_queue_t              *q;
    ngx_webrtc_ers_member_t  *server;

    for (q = ngx_queue_head(&room->servers);
         q != ngx_queue_sentinel(&room->servers);
         q = ngx_queue_next(q))
    {
        server = ngx_webrtc_ers_queue_member(q);

        if (server->is_shared || !server->is_used) {
            return server;
        }
    }

    return NULL;
}


void
ngx_webrtc_ers_room_serve(ngx_webrtc_ers_room_t *room)
{
    ngx_queue_t              *q;
    ngx_webrtc_ers_member_t  *server, *viewer;

    for (q = ngx_queue_head(&room->viewers);
         q != ngx_queue_sentinel(&room->viewers);
         q = ngx_queue_next(q))
    {
        viewer = ngx_webrtc_ers_queue_member(q);

        if (viewer->server || viewer->served) {
            continue;
        }

        server = ngx_webrtc_ers_room_waiting(room);

        if (server == NULL) {
            return;
        }

        ngx_webrtc_ers_room_announce(viewer, server);
    }
}


void
ngx_webrtc_ers_room_welcome(ngx_webrtc_ers_member_t *viewer)
{
    ngx_webrtc_ers_member_t  *server;

    server = ngx_webrtc_ers_room_waiting(viewer->room);

    if (server) {
        ngx_webrtc_ers_room_announce(viewer, server);
    }
}


static void
ngx_webrtc_ers_room_announce(ngx_webrtc_ers_member_t *viewer,
    ngx_webrtc_ers_member_t *server)
{
    ngx_uint_t  n;
    ngx_str_t   parts[NGX_WEBRTC_ERS_PARTS];

    viewer->server = server;
    viewer->served = 1;
    viewer->answered = 0;
    server->is_used = 1;

    n = 0;

    ngx_str_set(&parts[n], "{\"name\":\"clientJoined\",\"args\":[{");
    n++;

    if (viewer->profile.len) {
        parts[n++] = viewer->profile;
        ngx_str_set(&parts[n], ",");
        n++;
    }

    ngx_str_set(&parts[n], "\"id\":\"");
    n++;
    parts[n++] = viewer->id;
    ngx_str_set(&parts[n], "\",\"emsid\":\"");
    n++;
    parts[n++] = server->id;
    ngx_str_set(&parts[n], "\",\"rmsid\":\"");
    n++;
    parts[n++] = server->id;

    ngx_webrtc_ers_member_say(server, parts, n);
}


static void
ngx_webrtc_ers_room_tell_left(ngx_webrtc_ers_member_t *member,
    const u_char *id)
{
    ngx_str_t  parts[2];

    ngx_str_set(&parts[0], "{\"name\":\"remove\",\"args\":[{\"id\":\"");
    parts[1].data = (u_char *) id;
    parts[1].len = NGX_WEBRTC_ERS_ID_LEN;

    ngx_webrtc_ers_member_say(member, parts, 2);
}


void
ngx_webrtc_ers_room_viewer_left(ngx_webrtc_ers_room_t *room,
    ngx_webrtc_ers_member_t *viewer)
{
    room->nviewers--;

    if (viewer->server && viewer->leaving) {
        ngx_webrtc_ers_room_tell_left(viewer->server, viewer->id.data);
    }
}


/*
 * A media server of ours may be back soon, or another socket of it is there
 * already: who has answered an offer has media, and goes on with them.  Of
 * any other media server a socket is the session of its viewer.
 */

void
ngx_webrtc_ers_room_server_left(ngx_webrtc_ers_room_t *room,
    ngx_webrtc_ers_member_t *server, ngx_webrtc_usec_t now)
{
    ngx_uint_t                last;
    ngx_queue_t              *q;
    ngx_webrtc_ers_member_t  *viewer;

    last = ngx_queue_empty(&room->servers);

    for (q = ngx_queue_head(&room->viewers);
         q != ngx_queue_sentinel(&room->viewers);
         q = ngx_queue_next(q))
    {
        viewer = ngx_webrtc_ers_queue_member(q);

        if (viewer->server == server) {
            viewer->server = NULL;

            if (server->is_ours) {
                viewer->orphan = 1;
                ngx_memcpy(viewer->last, server->id.data,
                           NGX_WEBRTC_ERS_ID_LEN);
                continue;
            }

            ngx_webrtc_ers_room_tell_left(viewer, server->id.data);
        }

        /* its session would fail again and again, but not at another one */

        if (last && !server->is_ours) {
            viewer->served = 0;
        }
    }

    if (!server->is_ours) {
        return;
    }

    if (!last) {
        q = ngx_queue_head(&room->servers);
        ngx_webrtc_ers_room_adopt(room, ngx_webrtc_ers_queue_member(q), 1);
        ngx_webrtc_ers_room_serve(room);
        return;
    }

    room->lost = now + room->ers->conf.return_timeout;
    room->ers->lost = ngx_min(room->ers->lost, room->lost);
}


void
ngx_webrtc_ers_room_adopt(ngx_webrtc_ers_room_t *room,
    ngx_webrtc_ers_member_t *server, ngx_uint_t same)
{
    ngx_queue_t              *q;
    ngx_webrtc_ers_member_t  *viewer;

    room->lost = NGX_WEBRTC_NEVER;

    for (q = ngx_queue_head(&room->viewers);
         q != ngx_queue_sentinel(&room->viewers);
         q = ngx_queue_next(q))
    {
        viewer = ngx_webrtc_ers_queue_member(q);

        if (!viewer->orphan) {
            continue;
        }

        viewer->orphan = 0;

        if (same && viewer->answered) {
            viewer->server = server;
            continue;
        }

        ngx_webrtc_ers_room_tell_left(viewer, viewer->last);
        viewer->served = 0;
    }
}


/* it has not come back: whoever comes now makes new offers */

static void
ngx_webrtc_ers_room_give_up(ngx_webrtc_ers_room_t *room)
{
    ngx_webrtc_ers_room_adopt(room, NULL, 0);
}
