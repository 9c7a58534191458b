
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A session whose socket is lost stays in its rooms for a while.  When the
 * same client is back, its old session, lost or not, tells the new one which
 * rooms it is in, and what it has not been able to say:
 *
 *     'R'  { SFU room (1)  length (1)  name }
 *     'T'  a text of Socket.IO
 *     'B'  an attachment
 *
 * The new one says to each home that it is the member now, from which the old
 * one hears that it is not.  The client hears OPEN when that is done.
 */


#include <core/ngx_webrtc_str.h>
#include <front/skyway/ngx_webrtc_socketio_session.h>


#define NGX_WEBRTC_SOCKETIO_ROOMS   'R'
#define NGX_WEBRTC_SOCKETIO_TEXTS   'T'
#define NGX_WEBRTC_SOCKETIO_BYTES   'B'

/* for the old session's letter */
#define NGX_WEBRTC_SOCKETIO_RETURN  NGX_WEBRTC_SEC


static void ngx_webrtc_socketio_hand_rooms(
    ngx_webrtc_socketio_session_t *session, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_socketio_is_stale(const ngx_str_t *text);
static void ngx_webrtc_socketio_take_rooms(
    ngx_webrtc_socketio_session_t *session, u_char *p, u_char *last);


/* no carrier finds it any more */

void
ngx_webrtc_socketio_part_with(ngx_webrtc_socketio_session_t *session)
{
    ngx_webrtc_socketio_t  *socketio;

    if (session->lost) {
        return;
    }

    socketio = session->socketio;

    session->lost = 1;
    socketio->nlost++;

    ngx_webrtc_socketio_detach(session);
    ngx_webrtc_hash_remove(&socketio->hash, &session->node);
}


void
ngx_webrtc_socketio_lost(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now)
{
    if (session->closing || (session->nmembers == 0 && !session->returns)) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    ngx_webrtc_socketio_part_with(session);
    ngx_webrtc_socketio_heard(session, now);
}


void
ngx_webrtc_socketio_hand_over(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                    *q;
    ngx_webrtc_skyway_t            *skyway;
    ngx_webrtc_socketio_packet_t   *packet;
    ngx_webrtc_skyway_dialect_e     dialect;

    skyway = session->socketio->skyway;

    if (skyway->glue.find(skyway->glue.data, &session->endpoint.key,
                          &session->endpoint.id, &dialect)
        != NGX_OK
        || dialect != NGX_WEBRTC_SKYWAY_SOCKETIO)
    {
        ngx_webrtc_socketio_end(session);
        return;
    }

    ngx_webrtc_socketio_hand_rooms(session, now);

    for (q = ngx_queue_head(&session->packets);
         q != ngx_queue_sentinel(&session->packets);
         q = ngx_queue_next(q))
    {
        packet = ngx_queue_data(q, ngx_webrtc_socketio_packet_t, queue);
        ngx_webrtc_socketio_hand_packet(session, &packet->packet);
    }

    if (session->nmembers == 0) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    /* until the homes of the rooms have heard of the new one */

    session->replaced = 1;

    ngx_webrtc_socketio_leave_queues(session);
    ngx_webrtc_socketio_part_with(session);
    ngx_webrtc_socketio_heard(session, now);
    ngx_webrtc_socketio_stray(session);
}


/* one without rooms says so: it is waited for */

static void
ngx_webrtc_socketio_hand_rooms(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now)
{
    u_char                        *p;
    ngx_str_t                      payload;
    ngx_queue_t                   *q;
    ngx_webrtc_skyway_t           *skyway;
    ngx_webrtc_socketio_member_t  *member;

    skyway = session->socketio->skyway;

    payload.data = ngx_alloc(1 + session->nmembers
                                 * (2 + NGX_WEBRTC_ROOM_NAME_MAX),
                             skyway->log);
    if (payload.data == NULL) {
        return;
    }

    p = payload.data;
    *p++ = NGX_WEBRTC_SOCKETIO_ROOMS;

    for (q = ngx_queue_head(&session->members);
         q != ngx_queue_sentinel(&session->members);
         q = ngx_queue_next(q))
    {
        member = ngx_queue_data(q, ngx_webrtc_socketio_member_t, queue);

        *p++ = member->sfu;
        *p++ = (u_char) member->name.len;
        p = ngx_cpymem(p, member->name.data, member->name.len);
    }

    payload.len = p - payload.data;

    ngx_webrtc_skyway_send(skyway, &session->endpoint,
                           NGX_WEBRTC_SKYWAY_RESUME, &session->endpoint.id,
                           &payload, now);
    ngx_free(payload.data);
}


void
ngx_webrtc_socketio_hand_packet(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_engine_io_packet_t *packet)
{
    ngx_str_t             payload;
    ngx_webrtc_skyway_t  *skyway;

    if (packet->type != NGX_WEBRTC_ENGINE_IO_MESSAGE
        || (!packet->binary && ngx_webrtc_socketio_is_stale(&packet->data)))
    {
        return;
    }

    skyway = session->socketio->skyway;

    payload.len = 1 + packet->data.len;
    payload.data = ngx_alloc(payload.len, skyway->log);

    if (payload.data == NULL) {
        return;
    }

    payload.data[0] = packet->binary ? NGX_WEBRTC_SOCKETIO_BYTES
                                     : NGX_WEBRTC_SOCKETIO_TEXTS;
    if (packet->data.len) {
        ngx_memcpy(payload.data + 1, packet->data.data, packet->data.len);
    }

    ngx_webrtc_skyway_send(skyway, &session->endpoint,
                           NGX_WEBRTC_SKYWAY_RESUME, &session->endpoint.id,
                           &payload, session->heard);
    ngx_free(payload.data);
}


/*
 * The new session says its own beginning, and the home of an SFU room repeats
 * the offer that waits for an answer.
 */

static ngx_uint_t
ngx_webrtc_socketio_is_stale(const ngx_str_t *text)
{
    ngx_uint_t  i;

    static const ngx_str_t  stale[] = {
        ngx_string("0"),
        ngx_string("2[\"OPEN\""),
        ngx_string("2[\"SFU_OFFER\"")
    };

    for (i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
        if (text->len >= stale[i].len
            && ngx_memcmp(text->data, stale[i].data, stale[i].len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* OPEN waits for the old session, but not for ever */

void
ngx_webrtc_socketio_return(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now)
{
    session->returns = now + NGX_WEBRTC_SOCKETIO_RETURN;
    ngx_queue_insert_tail(&session->socketio->returning, &session->returning);
}


void
ngx_webrtc_socketio_take(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *payload)
{
    ngx_webrtc_engine_io_packet_t  packet;

    if (payload->len == 0) {
        return;
    }

    packet.type = NGX_WEBRTC_ENGINE_IO_MESSAGE;
    packet.data.data = payload->data + 1;
    packet.data.len = payload->len - 1;

    switch (payload->data[0]) {

    case NGX_WEBRTC_SOCKETIO_ROOMS:
        ngx_webrtc_socketio_take_rooms(session, packet.data.data,
                                       packet.data.data + packet.data.len);

        if (session->returns) {
            ngx_webrtc_socketio_returned(session);
        }

        return;

    case NGX_WEBRTC_SOCKETIO_TEXTS:
    case NGX_WEBRTC_SOCKETIO_BYTES:
        packet.binary = (payload->data[0] == NGX_WEBRTC_SOCKETIO_BYTES);
        ngx_webrtc_socketio_send(session, &packet);
        return;

    default:
        return;
    }
}


static void
ngx_webrtc_socketio_take_rooms(ngx_webrtc_socketio_session_t *session,
    u_char *p, u_char *last)
{
    ngx_str_t   name;
    ngx_uint_t  sfu;

    while (last - p >= 2) {

        sfu = p[0];
        name.len = p[1];
        name.data = p + 2;

        if (name.len > (size_t) (last - name.data)) {
            return;
        }

        p = name.data + name.len;

        ngx_webrtc_socketio_room_resume(session, &name, sfu);
    }
}


void
ngx_webrtc_socketio_returned(ngx_webrtc_socketio_session_t *session)
{
    session->returns = 0;
    ngx_queue_remove(&session->returning);

    ngx_webrtc_socketio_opened(session);
    ngx_webrtc_socketio_flush(session);
}


void
ngx_webrtc_socketio_returning(ngx_webrtc_socketio_t *socketio,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                    *q;
    ngx_webrtc_socketio_session_t  *session;

    while (!ngx_queue_empty(&socketio->returning)) {

        q = ngx_queue_head(&socketio->returning);
        session = ngx_queue_data(q, ngx_webrtc_socketio_session_t, returning);

        if (now < session->returns) {
            return;
        }

        ngx_webrtc_socketio_returned(session);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_socketio_returning_expires(ngx_webrtc_socketio_t *socketio)
{
    ngx_queue_t                    *q;
    ngx_webrtc_socketio_session_t  *session;

    if (ngx_queue_empty(&socketio->returning)) {
        return NGX_WEBRTC_NEVER;
    }

    q = ngx_queue_head(&socketio->returning);
    session = ngx_queue_data(q, ngx_webrtc_socketio_session_t, returning);

    return session->returns;
}
