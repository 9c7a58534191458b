
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the rooms that a session is in: it speaks with their homes */


#include <core/ngx_webrtc_str.h>
#include <front/skyway/ngx_webrtc_socketio_session.h>


static ngx_int_t ngx_webrtc_socketio_room_enter(
    ngx_webrtc_socketio_session_t *session, const ngx_str_t *name,
    ngx_uint_t sfu, ngx_uint_t resume);
static ngx_int_t ngx_webrtc_socketio_room_name(const json_t *argument,
    ngx_str_t *name);
static ngx_webrtc_socketio_member_t *ngx_webrtc_socketio_room_find(
    ngx_webrtc_socketio_session_t *session, const json_t *argument);
static ngx_webrtc_socketio_member_t *ngx_webrtc_socketio_room_named(
    ngx_webrtc_socketio_session_t *session, const ngx_str_t *name);
static void ngx_webrtc_socketio_room_drop(
    ngx_webrtc_socketio_member_t *member);
static void ngx_webrtc_socketio_room_say(ngx_webrtc_socketio_member_t *member,
    u_char verb, const ngx_str_t *text, const ngx_str_t *attachments,
    ngx_uint_t n);


void
ngx_webrtc_socketio_room_join(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    ngx_str_t                      name, type;
    ngx_webrtc_socketio_member_t  *member;

    static const ngx_str_t  sfu = ngx_string("sfu");

    if (ngx_webrtc_socketio_room_name(said->json, &name) != NGX_OK) {
        ngx_webrtc_socketio_fail(session, "room-error",
                                 "The name of the room is not valid.");
        return;
    }

    member = ngx_webrtc_socketio_room_find(session, said->json);

    if (member) {
        ngx_webrtc_socketio_room_drop(member);
    }

    ngx_str_null(&type);

    (void) ngx_webrtc_json_get_str(said->json, "roomType", 0, 16, &type);

    if (session->nmembers >= session->socketio->skyway->conf.max_rooms
        || ngx_webrtc_socketio_room_enter(session, &name,
                                          ngx_webrtc_str_equal(&type, &sfu),
                                          0)
           != NGX_OK)
    {
        ngx_webrtc_socketio_fail(session, "room-error",
                                 "The room cannot be joined.");
    }
}


static ngx_int_t
ngx_webrtc_socketio_room_enter(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *name, ngx_uint_t sfu, ngx_uint_t resume)
{
    ngx_webrtc_room_join_t         join;
    ngx_webrtc_socketio_t         *socketio;
    ngx_webrtc_socketio_member_t  *member;

    socketio = session->socketio;

    if (socketio->glue.join == NULL) {
        return NGX_ERROR;
    }

    member = ngx_calloc(sizeof(ngx_webrtc_socketio_member_t) + name->len,
                        socketio->skyway->log);
    if (member == NULL) {
        return NGX_ERROR;
    }

    member->session = session;
    member->sfu = sfu ? 1 : 0;
    member->open = resume ? 1 : 0;

    member->name.data = (u_char *) (member + 1);
    member->name.len = name->len;
    ngx_memcpy(member->name.data, name->data, name->len);

    join.key = session->endpoint.key;
    join.name = member->name;
    join.id = session->endpoint.id;
    join.sfu = member->sfu;
    join.resume = resume ? 1 : 0;

    member->link = socketio->glue.join(socketio->glue.data, member, &join);

    if (member->link == NULL) {
        ngx_free(member);
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&session->members, &member->queue);
    session->nmembers++;

    return NGX_OK;
}


void
ngx_webrtc_socketio_room_resume(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *name, ngx_uint_t sfu)
{
    if (ngx_webrtc_socketio_room_named(session, name)) {

        /* the client was faster, and has joined anew */

        return;
    }

    if (ngx_webrtc_socketio_room_enter(session, name, sfu, 1) != NGX_OK) {
        ngx_webrtc_socketio_fail(session, "room-error",
                                 "The room has ended.");
    }
}


static ngx_int_t
ngx_webrtc_socketio_room_name(const json_t *argument, ngx_str_t *name)
{
    return ngx_webrtc_json_get_str(argument, "roomName", 1,
                                   NGX_WEBRTC_ROOM_NAME_MAX, name);
}


static ngx_webrtc_socketio_member_t *
ngx_webrtc_socketio_room_find(ngx_webrtc_socketio_session_t *session,
    const json_t *argument)
{
    ngx_str_t  name;

    if (ngx_webrtc_socketio_room_name(argument, &name) != NGX_OK) {
        return NULL;
    }

    return ngx_webrtc_socketio_room_named(session, &name);
}


static ngx_webrtc_socketio_member_t *
ngx_webrtc_socketio_room_named(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *name)
{
    ngx_queue_t                   *q;
    ngx_webrtc_socketio_member_t  *member;

    for (q = ngx_queue_head(&session->members);
         q != ngx_queue_sentinel(&session->members);
         q = ngx_queue_next(q))
    {
        member = ngx_queue_data(q, ngx_webrtc_socketio_member_t, queue);

        if (ngx_webrtc_str_equal(&member->name, name)) {
            return member;
        }
    }

    return NULL;
}


static void
ngx_webrtc_socketio_room_drop(ngx_webrtc_socketio_member_t *member)
{
    ngx_webrtc_socketio_session_t  *session;

    session = member->session;

    if (member->link) {
        session->socketio->glue.leave(member->link);
    }

    ngx_queue_remove(&member->queue);
    session->nmembers--;

    ngx_free(member);

    /* it has lived for its rooms */

    if (session->replaced && session->nmembers == 0) {
        ngx_webrtc_socketio_end(session);
    }
}


void
ngx_webrtc_socketio_room_leave_all(ngx_webrtc_socketio_session_t *session)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&session->members)) {
        q = ngx_queue_head(&session->members);

        ngx_webrtc_socketio_room_drop(ngx_queue_data(q,
                                               ngx_webrtc_socketio_member_t,
                                               queue));
    }
}


static void
ngx_webrtc_socketio_room_say(ngx_webrtc_socketio_member_t *member,
    u_char verb, const ngx_str_t *text, const ngx_str_t *attachments,
    ngx_uint_t n)
{
    size_t                      len;
    u_char                     *buf;
    ngx_uint_t                  i;
    ngx_webrtc_socketio_t      *socketio;
    ngx_webrtc_room_message_t   message;

    socketio = member->session->socketio;

    message.verb = verb;
    message.n = 1 + n;
    message.parts[0] = *text;

    for (i = 0; i < n; i++) {
        message.parts[1 + i] = attachments[i];
    }

    len = ngx_webrtc_room_len(&message);

    buf = ngx_alloc(len, socketio->skyway->log);
    if (buf == NULL) {
        return;
    }

    (void) ngx_webrtc_room_write(buf, &message);

    if (socketio->glue.send(member->link, buf, len) != NGX_OK) {
        ngx_webrtc_socketio_room_drop(member);
    }

    ngx_free(buf);
}


void
ngx_webrtc_socketio_room_leave(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    ngx_webrtc_socketio_member_t  *member;

    member = ngx_webrtc_socketio_room_find(session, said->json);

    if (member) {
        ngx_webrtc_socketio_room_drop(member);
    }
}


void
ngx_webrtc_socketio_room_users(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    ngx_str_t                      type;
    ngx_webrtc_socketio_member_t  *member;

    member = ngx_webrtc_socketio_room_find(session, said->json);

    if (member
        && ngx_webrtc_json_get_str(said->json, "type", 0, 16, &type) == NGX_OK)
    {
        ngx_webrtc_socketio_room_say(member, NGX_WEBRTC_ROOM_USERS, &type,
                                     NULL, 0);
    }
}


void
ngx_webrtc_socketio_room_logs(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    ngx_webrtc_socketio_member_t  *member;

    static const ngx_str_t  none = ngx_null_string;

    member = ngx_webrtc_socketio_room_find(session, said->json);

    if (member) {
        ngx_webrtc_socketio_room_say(member, NGX_WEBRTC_ROOM_LOGS, &none,
                                     NULL, 0);
    }
}


/* the data are passed on as they are */

void
ngx_webrtc_socketio_room_data(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    ngx_str_t                      data;
    ngx_webrtc_socketio_member_t  *member;

    member = ngx_webrtc_socketio_room_find(session, said->json);

    if (member == NULL
        || ngx_webrtc_socket_io_check(json_object_get(said->json, "data"),
                                      session->nattachments)
           != NGX_OK)
    {
        return;
    }

    ngx_str_null(&data);

    (void) ngx_webrtc_json_find_raw(said->text.data,
                                    said->text.data + said->text.len,
                                    "data", &data);

    ngx_webrtc_socketio_room_say(member, NGX_WEBRTC_ROOM_DATA, &data,
                                 session->attachments,
                                 session->nattachments);
}


void
ngx_webrtc_socketio_room_offer(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    ngx_webrtc_socketio_member_t  *member;

    static const ngx_str_t  none = ngx_null_string;

    member = ngx_webrtc_socketio_room_find(session, said->json);

    if (member && member->sfu) {
        ngx_webrtc_socketio_room_say(member, NGX_WEBRTC_ROOM_OFFER, &none,
                                     NULL, 0);
    }
}


void
ngx_webrtc_socketio_room_answer(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    json_t                        *answer;
    ngx_str_t                      sdp;
    ngx_webrtc_socketio_member_t  *member;

    member = ngx_webrtc_socketio_room_find(session, said->json);

    if (member && member->sfu
        && ngx_webrtc_json_get_object(said->json, "answer", &answer) == NGX_OK
        && ngx_webrtc_json_get_str(answer, "sdp", 0, session->message_size,
                                   &sdp)
           == NGX_OK)
    {
        ngx_webrtc_socketio_room_say(member, NGX_WEBRTC_ROOM_ANSWER, &sdp,
                                     NULL, 0);
    }
}


void
ngx_webrtc_socketio_room_input(ngx_webrtc_socketio_member_t *member,
    u_char *pos, size_t len)
{
    ngx_webrtc_room_message_t       message;
    ngx_webrtc_socketio_session_t  *session;

    session = member->session;

    if (ngx_webrtc_room_parse(pos, pos + len, &message) != NGX_OK) {
        return;
    }

    if (message.verb == NGX_WEBRTC_ROOM_CLOSE) {
        ngx_webrtc_socketio_room_drop(member);
        return;
    }

    member->open = 1;

    ngx_webrtc_socketio_emit_text(session, &message.parts[0],
                                  &message.parts[1], message.n - 1);
    ngx_webrtc_socketio_flush(session);
}


/*
 * Mesh rooms are names and messages, they go on at another home.  The media
 * of an SFU room are lost; ICE tells the client.
 */

void
ngx_webrtc_socketio_room_closed(ngx_webrtc_socketio_member_t *member)
{
    ngx_int_t                       rc;
    const char                     *text;
    ngx_webrtc_socketio_session_t  *session;

    session = member->session;
    member->link = NULL;

    rc = NGX_DECLINED;
    text = member->open ? "The room has ended." : "The room is full.";

    if (session->replaced) {

        /* the new session hears it too */

        rc = NGX_OK;

    } else if (member->open && !member->sfu) {
        rc = ngx_webrtc_socketio_room_enter(session, &member->name, 0, 1);
    }

    ngx_webrtc_socketio_room_drop(member);

    if (rc != NGX_OK) {
        ngx_webrtc_socketio_fail(session, "room-error", text);
        ngx_webrtc_socketio_flush(session);
    }
}
