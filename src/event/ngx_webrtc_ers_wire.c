
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_ers_wire.h>
#include <event/ngx_webrtc_wire.h>
#include <event/ngx_webrtc_worker.h>


/* at the worker of the session */

typedef struct {
    ngx_webrtc_wire_t         *wire;
    ngx_webrtc_ers_session_t  *session;
} ngx_webrtc_ers_far_t;


/* at the home, as long as the wire */

typedef struct {
    ngx_webrtc_wire_t         *wire;
    ngx_webrtc_ers_member_t   *member;
} ngx_webrtc_ers_near_t;


static void *ngx_webrtc_ers_wire_join(void *data,
    ngx_webrtc_ers_session_t *session, const ngx_str_t *room,
    const u_char *hello, size_t len);
static void ngx_webrtc_ers_wire_channel(const ngx_str_t *room, u_char *buf,
    ngx_str_t *channel_id);
static ngx_int_t ngx_webrtc_ers_wire_send(void *link, const u_char *pos,
    size_t len);
static void ngx_webrtc_ers_wire_leave(void *link);
static ngx_int_t ngx_webrtc_ers_wire_keep(void *data, const ngx_str_t *room,
    ngx_webrtc_usec_t time);
static void ngx_webrtc_ers_far_message(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len);
static void ngx_webrtc_ers_far_closed(ngx_webrtc_wire_t *wire, void *data);
static void ngx_webrtc_ers_wire_accept(ngx_webrtc_wire_t *wire,
    u_char *hello, size_t len);
static void ngx_webrtc_ers_near_message(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len);
static void ngx_webrtc_ers_near_closed(ngx_webrtc_wire_t *wire, void *data);
static void ngx_webrtc_ers_near_send(void *link, const u_char *pos,
    size_t len);
static void ngx_webrtc_ers_near_close(void *link);


static const ngx_webrtc_wire_handlers_t  ngx_webrtc_ers_far_handlers = {
    ngx_webrtc_ers_far_message,
    ngx_webrtc_ers_far_closed
};

static const ngx_webrtc_wire_handlers_t  ngx_webrtc_ers_near_handlers = {
    ngx_webrtc_ers_near_message,
    ngx_webrtc_ers_near_closed
};

static const ngx_webrtc_ers_member_handlers_t  ngx_webrtc_ers_links = {
    ngx_webrtc_ers_near_send,
    ngx_webrtc_ers_near_close
};


void
ngx_webrtc_ers_wire_init(ngx_webrtc_ers_glue_t *glue)
{
    glue->join = ngx_webrtc_ers_wire_join;
    glue->send = ngx_webrtc_ers_wire_send;
    glue->leave = ngx_webrtc_ers_wire_leave;
    glue->keep = ngx_webrtc_ers_wire_keep;

    ngx_webrtc_wire_service(NGX_WEBRTC_WIRE_ERS, ngx_webrtc_ers_wire_accept);
}


static void *
ngx_webrtc_ers_wire_join(void *data, ngx_webrtc_ers_session_t *session,
    const ngx_str_t *room, const u_char *hello, size_t len)
{
    u_char                 buf[NGX_WEBRTC_NAME_MAX];
    ngx_str_t              channel_id;
    ngx_webrtc_owner_t     home;
    ngx_webrtc_worker_t   *worker;
    ngx_webrtc_ers_far_t  *far;

    worker = ngx_webrtc_worker();

    ngx_webrtc_ers_wire_channel(room, buf, &channel_id);

    if (ngx_webrtc_zone_channel(worker->zone, &channel_id, 1, &home)
        != NGX_OK)
    {
        return NULL;
    }

    far = ngx_alloc(sizeof(ngx_webrtc_ers_far_t), ngx_cycle->log);
    if (far == NULL) {
        return NULL;
    }

    far->session = session;
    far->wire = ngx_webrtc_wire_open(&home, NGX_WEBRTC_WIRE_ERS, hello, len,
                                     &ngx_webrtc_ers_far_handlers, far);
    if (far->wire == NULL) {
        ngx_free(far);
        return NULL;
    }

    return far;
}


/*
 * As the rooms of skyway-js, whose second byte is another one.  The names of
 * rooms may be a little longer: those that are alike in all that fits have
 * the same home and one row.
 */

static void
ngx_webrtc_ers_wire_channel(const ngx_str_t *room, u_char *buf,
    ngx_str_t *channel_id)
{
    size_t  len;

    len = ngx_min(room->len, NGX_WEBRTC_NAME_MAX - 2);

    buf[0] = NGX_WEBRTC_NAME_PRIVATE;
    buf[1] = 'e';
    ngx_memcpy(buf + 2, room->data, len);

    channel_id->data = buf;
    channel_id->len = 2 + len;
}


static ngx_int_t
ngx_webrtc_ers_wire_send(void *link, const u_char *pos, size_t len)
{
    ngx_webrtc_ers_far_t *far = link;

    return ngx_webrtc_wire_send(far->wire, NULL, 0, pos, len);
}


static void
ngx_webrtc_ers_wire_leave(void *link)
{
    ngx_webrtc_ers_far_t *far = link;

    ngx_webrtc_wire_close(far->wire);
    ngx_free(far);
}


static ngx_int_t
ngx_webrtc_ers_wire_keep(void *data, const ngx_str_t *room,
    ngx_webrtc_usec_t time)
{
    u_char                buf[NGX_WEBRTC_NAME_MAX];
    ngx_str_t             channel_id;
    ngx_webrtc_worker_t  *worker;

    worker = ngx_webrtc_worker();

    ngx_webrtc_ers_wire_channel(room, buf, &channel_id);

    if (time == 0) {

        if (channel_id.len == NGX_WEBRTC_NAME_MAX) {

            /* it may be the row of another room too, and ends by itself */

            return NGX_OK;
        }

        ngx_webrtc_zone_channel_drop(worker->zone, &channel_id,
                                     &worker->self);
        return NGX_OK;
    }

    return ngx_webrtc_zone_channel_keep(worker->zone, &channel_id,
                                        &worker->self,
                                        (ngx_msec_t) (time
                                                      / NGX_WEBRTC_MSEC));
}


static void
ngx_webrtc_ers_far_message(ngx_webrtc_wire_t *wire, void *data, u_char *pos,
    size_t len)
{
    ngx_webrtc_ers_far_t *far = data;

    ngx_webrtc_ers_link_input(far->session, pos, len);
    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_ers_far_closed(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_ers_far_t *far = data;

    ngx_webrtc_ers_link_closed(far->session, ngx_webrtc_now());
    ngx_webrtc_worker_touch();

    ngx_free(far);
}


static void
ngx_webrtc_ers_wire_accept(ngx_webrtc_wire_t *wire, u_char *hello, size_t len)
{
    u_char                     said[2];
    ngx_webrtc_ers_t          *ers;
    ngx_webrtc_ers_near_t     *near;
    ngx_webrtc_ers_refusal_e   refusal;

    ers = ngx_webrtc_worker()->ers;
    if (ers == NULL) {
        return;
    }

    near = ngx_alloc(sizeof(ngx_webrtc_ers_near_t), ngx_cycle->log);
    if (near == NULL) {
        return;
    }

    near->wire = wire;
    near->member = ngx_webrtc_ers_member_join(ers, hello, len,
                                              &ngx_webrtc_ers_links, near,
                                              &refusal);
    ngx_webrtc_worker_touch();

    if (near->member) {
        ngx_webrtc_wire_set_handlers(wire, &ngx_webrtc_ers_near_handlers,
                                     near);
        return;
    }

    ngx_free(near);

    if (refusal != NGX_WEBRTC_ERS_NREFUSALS) {
        said[0] = NGX_WEBRTC_ERS_VERB_REFUSED;
        said[1] = (u_char) refusal;

        (void) ngx_webrtc_wire_send(wire, NULL, 0, said, sizeof(said));
    }
}


static void
ngx_webrtc_ers_near_message(ngx_webrtc_wire_t *wire, void *data, u_char *pos,
    size_t len)
{
    ngx_webrtc_ers_near_t *near = data;

    ngx_webrtc_ers_member_input(near->member, pos, len);
    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_ers_near_closed(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_ers_near_t *near = data;

    ngx_webrtc_ers_member_leave(near->member, ngx_webrtc_now());
    ngx_webrtc_worker_touch();

    ngx_free(near);
}


static void
ngx_webrtc_ers_near_send(void *link, const u_char *pos, size_t len)
{
    ngx_webrtc_ers_near_t *near = link;

    (void) ngx_webrtc_wire_send(near->wire, NULL, 0, pos, len);
}


static void
ngx_webrtc_ers_near_close(void *link)
{
    ngx_webrtc_ers_near_t *near = link;

    ngx_webrtc_wire_close(near->wire);
    ngx_free(near);
}
