
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_token.h>
#include <front/skyway/ngx_webrtc_socketio_session.h>


#define NGX_WEBRTC_ROOMS_HASH  1024

/* how often the rows of rooms are kept alive, and for how long */
#define NGX_WEBRTC_ROOMS_KEEP  (5 * NGX_WEBRTC_SEC)
#define NGX_WEBRTC_ROOMS_LIFE  (15 * NGX_WEBRTC_SEC)


static ngx_webrtc_rooms_t *ngx_webrtc_rooms(ngx_webrtc_skyway_t *skyway);
static ngx_webrtc_room_t *ngx_webrtc_room_find(ngx_webrtc_rooms_t *rooms,
    const ngx_webrtc_room_join_t *join);
static ngx_webrtc_room_t *ngx_webrtc_room_create(ngx_webrtc_rooms_t *rooms,
    const ngx_webrtc_room_join_t *join);
static void ngx_webrtc_room_destroy(ngx_webrtc_room_t *room);
static ngx_webrtc_room_member_t *ngx_webrtc_room_member(
    ngx_webrtc_room_t *room, const ngx_str_t *id);
static void ngx_webrtc_room_unlink(ngx_webrtc_room_member_t *member);
static void ngx_webrtc_room_remove(ngx_webrtc_room_member_t *member,
    ngx_uint_t silent, ngx_webrtc_usec_t now);
static void ngx_webrtc_room_joined(ngx_webrtc_room_member_t *member,
    ngx_webrtc_usec_t now);


ngx_int_t
ngx_webrtc_rooms_init(ngx_webrtc_rooms_t *rooms, ngx_webrtc_skyway_t *skyway,
    ngx_pool_t *pool)
{
    uint32_t  seed;

    rooms->skyway = skyway;

    ngx_queue_init(&rooms->rooms);

    if (ngx_webrtc_token_random(&seed, sizeof(seed)) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webrtc_hash_init(&rooms->hash, pool, NGX_WEBRTC_ROOMS_HASH,
                                seed);
}


static ngx_webrtc_rooms_t *
ngx_webrtc_rooms(ngx_webrtc_skyway_t *skyway)
{
    ngx_webrtc_socketio_t  *socketio;

    socketio = skyway->parts[NGX_WEBRTC_SKYWAY_SOCKETIO];

    return &socketio->rooms;
}


void
ngx_webrtc_room_set_glue(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_room_glue_t *glue)
{
    ngx_webrtc_rooms(skyway)->glue = *glue;
}


void
ngx_webrtc_rooms_shutdown(ngx_webrtc_rooms_t *rooms, ngx_webrtc_usec_t now)
{
    ngx_queue_t               *q;
    ngx_webrtc_room_t         *room;
    ngx_webrtc_room_member_t  *member;

    while (!ngx_queue_empty(&rooms->rooms)) {

        q = ngx_queue_head(&rooms->rooms);
        room = ngx_queue_data(q, ngx_webrtc_room_t, queue);

        q = ngx_queue_head(&room->members);
        member = ngx_queue_data(q, ngx_webrtc_room_member_t, queue);

        member->handlers->close(member->link);
        ngx_webrtc_room_remove(member, 1, now);
    }
}


/* the zone forgets a room of which it has not heard for a while */

void
ngx_webrtc_rooms_tick(ngx_webrtc_rooms_t *rooms, ngx_webrtc_usec_t now)
{
    ngx_queue_t        *q;
    ngx_webrtc_room_t  *room;

    if (now < rooms->keep) {
        return;
    }

    rooms->keep = now + NGX_WEBRTC_ROOMS_KEEP;

    for (q = ngx_queue_head(&rooms->rooms);
         q != ngx_queue_sentinel(&rooms->rooms) && rooms->glue.keep;
         q = ngx_queue_next(q))
    {
        room = ngx_queue_data(q, ngx_webrtc_room_t, queue);

        rooms->glue.keep(rooms->glue.data, &room->channel_id,
                         NGX_WEBRTC_ROOMS_LIFE);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_rooms_expires(ngx_webrtc_rooms_t *rooms)
{
    return ngx_queue_empty(&rooms->rooms) ? NGX_WEBRTC_NEVER : rooms->keep;
}


ngx_uint_t
ngx_webrtc_rooms_busy(ngx_webrtc_rooms_t *rooms)
{
    return rooms->hash.count;
}


/*
 * The first byte is in no UTF-8, so that no channel of Sora's API, whose ids
 * come in JSON, can have that name.
 */

ngx_int_t
ngx_webrtc_room_channel(const ngx_webrtc_room_join_t *join, u_char *buf,
    ngx_str_t *channel_id)
{
    u_char  *p;

    if (join->name.len == 0
        || join->name.len > NGX_WEBRTC_ROOM_NAME_MAX
        || join->key.len == 0
        || join->key.len > NGX_WEBRTC_SKYWAY_KEY_MAX)
    {
        return NGX_ERROR;
    }

    p = buf;

    *p++ = NGX_WEBRTC_NAME_PRIVATE;
    *p++ = join->sfu ? 's' : 'm';
    *p++ = (u_char) join->key.len;
    p = ngx_cpymem(p, join->key.data, join->key.len);
    p = ngx_cpymem(p, join->name.data, join->name.len);

    channel_id->data = buf;
    channel_id->len = p - buf;

    return NGX_OK;
}


ngx_webrtc_room_member_t *
ngx_webrtc_room_join(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_room_join_t *join,
    const ngx_webrtc_room_handlers_t *handlers, void *link,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_room_t         *room;
    ngx_webrtc_rooms_t        *rooms;
    ngx_webrtc_room_member_t  *member;

    rooms = ngx_webrtc_rooms(skyway);
    room = ngx_webrtc_room_find(rooms, join);
    member = room ? ngx_webrtc_room_member(room, &join->id) : NULL;

    if (member) {
        ngx_webrtc_room_unlink(member);

        if (join->resume) {
            member->handlers = handlers;
            member->link = link;

            ngx_webrtc_room_offer_again(member);
            return member;
        }

        ngx_webrtc_room_remove(member, 0, now);
        room = ngx_webrtc_room_find(rooms, join);

    } else if (join->resume && join->sfu) {

        /* its media are gone */

        return NULL;
    }

    if (room && room->nmembers >= skyway->conf.max_room_members) {
        return NULL;
    }

    member = ngx_calloc(sizeof(ngx_webrtc_room_member_t) + join->id.len,
                        skyway->log);
    if (member == NULL) {
        return NULL;
    }

    if (room == NULL) {
        room = ngx_webrtc_room_create(rooms, join);

        if (room == NULL) {
            ngx_free(member);
            return NULL;
        }
    }

    member->room = room;
    member->handlers = handlers;
    member->link = link;

    member->id.len = join->id.len;
    member->id.data = (u_char *) (member + 1);
    ngx_memcpy(member->id.data, join->id.data, join->id.len);

    ngx_queue_insert_tail(&room->members, &member->queue);
    room->nmembers++;

    if (!join->resume) {
        ngx_webrtc_room_joined(member, now);
    }

    return member;
}


static ngx_webrtc_room_t *
ngx_webrtc_room_find(ngx_webrtc_rooms_t *rooms,
    const ngx_webrtc_room_join_t *join)
{
    u_char                   buf[NGX_WEBRTC_NAME_MAX];
    ngx_str_t                channel_id;
    ngx_webrtc_hash_node_t  *node;

    if (ngx_webrtc_room_channel(join, buf, &channel_id) != NGX_OK) {
        return NULL;
    }

    node = ngx_webrtc_hash_find(&rooms->hash, channel_id.data,
                                channel_id.len);

    return node ? ngx_webrtc_hash_data(node, ngx_webrtc_room_t, node) : NULL;
}


static ngx_webrtc_room_t *
ngx_webrtc_room_create(ngx_webrtc_rooms_t *rooms,
    const ngx_webrtc_room_join_t *join)
{
    u_char             *p, buf[NGX_WEBRTC_NAME_MAX];
    ngx_str_t           channel_id;
    ngx_webrtc_room_t  *room;

    if (ngx_webrtc_room_channel(join, buf, &channel_id) != NGX_OK) {
        return NULL;
    }

    room = ngx_calloc(sizeof(ngx_webrtc_room_t) + channel_id.len
                      + join->name.len, rooms->skyway->log);
    if (room == NULL) {
        return NULL;
    }

    room->rooms = rooms;
    room->sfu = join->sfu;

    p = (u_char *) (room + 1);

    room->channel_id.data = p;
    room->channel_id.len = channel_id.len;
    p = ngx_cpymem(p, channel_id.data, channel_id.len);

    room->name.data = p;
    room->name.len = join->name.len;
    ngx_memcpy(p, join->name.data, join->name.len);

    ngx_queue_init(&room->members);
    ngx_queue_init(&room->logs);

    ngx_queue_insert_tail(&rooms->rooms, &room->queue);
    ngx_webrtc_hash_add(&rooms->hash, &room->node, room->channel_id.data,
                        room->channel_id.len);

    /* keep its row with the next tick */

    rooms->keep = 0;

    return room;
}


static void
ngx_webrtc_room_destroy(ngx_webrtc_room_t *room)
{
    ngx_webrtc_room_log_trim(room, 0);

    ngx_webrtc_hash_remove(&room->rooms->hash, &room->node);
    ngx_queue_remove(&room->queue);

    ngx_free(room);
}


static ngx_webrtc_room_member_t *
ngx_webrtc_room_member(ngx_webrtc_room_t *room, const ngx_str_t *id)
{
    ngx_queue_t               *q;
    ngx_webrtc_room_member_t  *member;

    for (q = ngx_queue_head(&room->members);
         q != ngx_queue_sentinel(&room->members);
         q = ngx_queue_next(q))
    {
        member = ngx_queue_data(q, ngx_webrtc_room_member_t, queue);

        if (ngx_webrtc_str_equal(&member->id, id)) {
            return member;
        }
    }

    return NULL;
}


/* the same peer is back: on its own account, or for a link that was lost */

static void
ngx_webrtc_room_unlink(ngx_webrtc_room_member_t *member)
{
    static const u_char  final[] = { NGX_WEBRTC_ROOM_CLOSE, 1, 0, 0, 0, 0 };

    member->handlers->send(member->link, final, sizeof(final));
    member->handlers->close(member->link);
}


void
ngx_webrtc_room_leave(ngx_webrtc_room_member_t *member, ngx_webrtc_usec_t now)
{
    ngx_webrtc_room_remove(member, 0, now);
}


static void
ngx_webrtc_room_remove(ngx_webrtc_room_member_t *member, ngx_uint_t silent,
    ngx_webrtc_usec_t now)
{
    json_t             *json;
    ngx_webrtc_room_t  *room;

    room = member->room;

    ngx_queue_remove(&member->queue);
    room->nmembers--;

    ngx_webrtc_room_disconnect(member, now);

    if (room->nmembers && !silent) {

        json = json_pack("{s:o, s:o}",
                         "roomName", ngx_webrtc_json_str(&room->name),
                         "src", ngx_webrtc_json_str(&member->id));

        ngx_webrtc_room_log(room, "ROOM_USER_LEAVE", json, now);
        ngx_webrtc_room_spread_json(room, "ROOM_USER_LEAVE", json);

        json_decref(json);
    }

    ngx_free(member->offer.data);
    ngx_free(member);

    if (room->nmembers == 0) {
        ngx_webrtc_room_destroy(room);
    }
}


static void
ngx_webrtc_room_joined(ngx_webrtc_room_member_t *member,
    ngx_webrtc_usec_t now)
{
    json_t             *json;
    ngx_webrtc_room_t  *room;

    room = member->room;

    json = json_pack("{s:o, s:s, s:o}",
                     "roomName", ngx_webrtc_json_str(&room->name),
                     "roomType", room->sfu ? "sfu" : "mesh",
                     "src", ngx_webrtc_json_str(&member->id));

    ngx_webrtc_room_log(room, "ROOM_USER_JOIN", json, now);

    if (json && room->sfu) {
        (void) json_object_set_new(json, "roomMembers",
                                   ngx_webrtc_room_list(room));
    }

    ngx_webrtc_room_spread_json(room, "ROOM_USER_JOIN", json);

    json_decref(json);
}
