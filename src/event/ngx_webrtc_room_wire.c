
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_room_wire.h>
#include <event/ngx_webrtc_wire.h>
#include <event/ngx_webrtc_worker.h>
#include <front/skyway/ngx_webrtc_socketio.h>


/* flags and three lengths of one byte each, then the strings */
#define NGX_WEBRTC_ROOM_HELLO  4


/* at the worker of the session */

typedef struct {
    ngx_webrtc_wire_t             *wire;
    ngx_webrtc_socketio_member_t  *member;
} ngx_webrtc_room_far_t;


/* at the home, as long as the wire */

typedef struct {
    ngx_webrtc_wire_t             *wire;
    ngx_webrtc_room_member_t      *member;
} ngx_webrtc_room_near_t;


static void *ngx_webrtc_room_wire_join(void *data,
    ngx_webrtc_socketio_member_t *member, const ngx_webrtc_room_join_t *join);
static size_t ngx_webrtc_room_wire_hello(u_char *hello,
    const ngx_webrtc_room_join_t *join);
static ngx_int_t ngx_webrtc_room_wire_send(void *link, const u_char *pos,
    size_t len);
static void ngx_webrtc_room_wire_leave(void *link);
static void ngx_webrtc_room_far_message(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len);
static void ngx_webrtc_room_far_closed(ngx_webrtc_wire_t *wire, void *data);
static void ngx_webrtc_room_wire_accept(ngx_webrtc_wire_t *wire,
    u_char *hello, size_t len);
static ngx_int_t ngx_webrtc_room_wire_read(u_char *pos, size_t len,
    ngx_webrtc_room_join_t *join);
static void ngx_webrtc_room_near_message(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len);
static void ngx_webrtc_room_near_closed(ngx_webrtc_wire_t *wire, void *data);
static void ngx_webrtc_room_near_send(void *link, const u_char *pos,
    size_t len);
static void ngx_webrtc_room_near_close(void *link);
static void ngx_webrtc_room_wire_keep(void *data,
    const ngx_str_t *channel_id, ngx_webrtc_usec_t time);


static const ngx_webrtc_wire_handlers_t  ngx_webrtc_room_far_handlers = {
    ngx_webrtc_room_far_message,
    ngx_webrtc_room_far_closed
};

static const ngx_webrtc_wire_handlers_t  ngx_webrtc_room_near_handlers = {
    ngx_webrtc_room_near_message,
    ngx_webrtc_room_near_closed
};

static const ngx_webrtc_room_handlers_t  ngx_webrtc_room_links = {
    ngx_webrtc_room_near_send,
    ngx_webrtc_room_near_close
};


void
ngx_webrtc_room_wire_init(ngx_webrtc_skyway_t *skyway)
{
    ngx_webrtc_room_glue_t      room;
    ngx_webrtc_socketio_glue_t  socketio;

    socketio.data = NULL;
    socketio.join = ngx_webrtc_room_wire_join;
    socketio.send = ngx_webrtc_room_wire_send;
    socketio.leave = ngx_webrtc_room_wire_leave;

    ngx_webrtc_socketio_set_glue(skyway, &socketio);

    room.data = NULL;
    room.keep = ngx_webrtc_room_wire_keep;

    ngx_webrtc_room_set_glue(skyway, &room);

    ngx_webrtc_wire_service(NGX_WEBRTC_WIRE_ROOM,
                            ngx_webrtc_room_wire_accept);
}


static void *
ngx_webrtc_room_wire_join(void *data, ngx_webrtc_socketio_member_t *member,
    const ngx_webrtc_room_join_t *join)
{
    size_t                  len;
    u_char                  buf[NGX_WEBRTC_NAME_MAX];
    u_char                  hello[NGX_WEBRTC_ROOM_HELLO + 3 * 255];
    ngx_str_t               channel_id;
    ngx_webrtc_owner_t      home;
    ngx_webrtc_worker_t    *worker;
    ngx_webrtc_room_far_t  *far;

    worker = ngx_webrtc_worker();

    if (ngx_webrtc_room_channel(join, buf, &channel_id) != NGX_OK
        || ngx_webrtc_zone_channel(worker->zone, &channel_id, 1, &home)
           != NGX_OK)
    {
        return NULL;
    }

    far = ngx_alloc(sizeof(ngx_webrtc_room_far_t), ngx_cycle->log);
    if (far == NULL) {
        return NULL;
    }

    len = ngx_webrtc_room_wire_hello(hello, join);

    far->member = member;
    far->wire = ngx_webrtc_wire_open(&home, NGX_WEBRTC_WIRE_ROOM, hello, len,
                                     &ngx_webrtc_room_far_handlers, far);
    if (far->wire == NULL) {
        ngx_free(far);
        return NULL;
    }

    return far;
}


/* none of them is longer than a byte can tell */

static size_t
ngx_webrtc_room_wire_hello(u_char *hello, const ngx_webrtc_room_join_t *join)
{
    u_char  *p;

    p = hello;

    *p++ = (u_char) (join->sfu | (join->resume << 1));
    *p++ = (u_char) join->key.len;
    *p++ = (u_char) join->name.len;
    *p++ = (u_char) join->id.len;

    p = ngx_cpymem(p, join->key.data, join->key.len);
    p = ngx_cpymem(p, join->name.data, join->name.len);
    p = ngx_cpymem(p, join->id.data, join->id.len);

    return p - hello;
}


static ngx_int_t
ngx_webrtc_room_wire_send(void *link, const u_char *pos, size_t len)
{
    ngx_webrtc_room_far_t *far = link;

    return ngx_webrtc_wire_send(far->wire, NULL, 0, pos, len);
}


static void
ngx_webrtc_room_wire_leave(void *link)
{
    ngx_webrtc_room_far_t *far = link;

    ngx_webrtc_wire_close(far->wire);
    ngx_free(far);
}


static void
ngx_webrtc_room_far_message(ngx_webrtc_wire_t *wire, void *data, u_char *pos,
    size_t len)
{
    ngx_webrtc_room_far_t *far = data;

    ngx_webrtc_socketio_room_input(far->member, pos, len);
    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_room_far_closed(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_room_far_t *far = data;

    ngx_webrtc_socketio_room_closed(far->member);
    ngx_webrtc_worker_touch();

    ngx_free(far);
}


static void
ngx_webrtc_room_wire_accept(ngx_webrtc_wire_t *wire, u_char *hello,
    size_t len)
{
    ngx_webrtc_skyway_t     *skyway;
    ngx_webrtc_room_join_t   join;
    ngx_webrtc_room_near_t  *near;

    skyway = ngx_webrtc_worker()->skyway;

    if (skyway == NULL
        || ngx_webrtc_room_wire_read(hello, len, &join) != NGX_OK)
    {
        return;
    }

    near = ngx_alloc(sizeof(ngx_webrtc_room_near_t), ngx_cycle->log);
    if (near == NULL) {
        return;
    }

    near->wire = wire;
    near->member = ngx_webrtc_room_join(skyway, &join, &ngx_webrtc_room_links,
                                        near, ngx_webrtc_now());
    ngx_webrtc_worker_touch();

    if (near->member == NULL) {
        ngx_free(near);
        return;
    }

    ngx_webrtc_wire_set_handlers(wire, &ngx_webrtc_room_near_handlers, near);
}


static ngx_int_t
ngx_webrtc_room_wire_read(u_char *pos, size_t len,
    ngx_webrtc_room_join_t *join)
{
    if (len < NGX_WEBRTC_ROOM_HELLO) {
        return NGX_ERROR;
    }

    join->sfu = pos[0] & 1;
    join->resume = (pos[0] >> 1) & 1;

    join->key.len = pos[1];
    join->name.len = pos[2];
    join->id.len = pos[3];

    if (len != NGX_WEBRTC_ROOM_HELLO + join->key.len + join->name.len
               + join->id.len)
    {
        return NGX_ERROR;
    }

    join->key.data = pos + NGX_WEBRTC_ROOM_HELLO;
    join->name.data = join->key.data + join->key.len;
    join->id.data = join->name.data + join->name.len;

    return NGX_OK;
}


static void
ngx_webrtc_room_near_message(ngx_webrtc_wire_t *wire, void *data, u_char *pos,
    size_t len)
{
    ngx_webrtc_room_near_t *near = data;

    ngx_webrtc_room_input(near->member, pos, len, ngx_webrtc_now());
    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_room_near_closed(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_room_near_t *near = data;

    ngx_webrtc_room_leave(near->member, ngx_webrtc_now());
    ngx_webrtc_worker_touch();

    ngx_free(near);
}


static void
ngx_webrtc_room_near_send(void *link, const u_char *pos, size_t len)
{
    ngx_webrtc_room_near_t *near = link;

    (void) ngx_webrtc_wire_send(near->wire, NULL, 0, pos, len);
}


static void
ngx_webrtc_room_near_close(void *link)
{
    ngx_webrtc_room_near_t *near = link;

    ngx_webrtc_wire_close(near->wire);
    ngx_free(near);
}


static void
ngx_webrtc_room_wire_keep(void *data, const ngx_str_t *channel_id,
    ngx_webrtc_usec_t time)
{
    ngx_webrtc_worker_t  *worker;

    worker = ngx_webrtc_worker();

    (void) ngx_webrtc_zone_channel_keep(worker->zone, channel_id,
                                        &worker->self,
                                        (ngx_msec_t) (time
                                                      / NGX_WEBRTC_MSEC));
}
