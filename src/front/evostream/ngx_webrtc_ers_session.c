
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A socket: its packets, its heartbeats, and how long it may stay without
 * having joined a room.
 */


#include <proto/ngx_webrtc_socket_io_1.h>
#include <hub/ngx_webrtc_token.h>
#include <front/evostream/ngx_webrtc_ers_internal.h>


/* around the JSON of an event or of an acknowledgement */
#define NGX_WEBRTC_ERS_FRAME  64


static void ngx_webrtc_ers_copy(ngx_webrtc_ers_session_t *session,
    const ngx_webrtc_ers_hello_t *hello);
static void ngx_webrtc_ers_packet(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_socket_io_1_packet_t *packet, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_say(ngx_webrtc_ers_session_t *session,
    const u_char *text, size_t len);
static void ngx_webrtc_ers_beat(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_usec_t now);


static const char  *ngx_webrtc_ers_refusal_names[] = {
#define NGX_WEBRTC_ERS_REFUSAL_NAME(name, text)  text,
    NGX_WEBRTC_ERS_REFUSALS(NGX_WEBRTC_ERS_REFUSAL_NAME)
};


ngx_webrtc_ers_session_t *
ngx_webrtc_ers_open(ngx_webrtc_ers_t *ers,
    const ngx_webrtc_ers_hello_t *hello,
    const ngx_webrtc_ers_pipe_t *handlers, void *pipe, uint64_t wall,
    ngx_webrtc_usec_t now)
{
    u_char                     bytes[NGX_WEBRTC_ERS_ID_LEN / 2];
    ngx_webrtc_text_t          text;
    ngx_webrtc_ers_session_t  *session;

    if (ers->quitting
        || ngx_webrtc_token_random(bytes, sizeof(bytes)) != NGX_OK)
    {
        return NULL;
    }

    session = ngx_calloc(sizeof(ngx_webrtc_ers_session_t)
                         + hello->address.len + hello->stream.len
                         + hello->transport.len + hello->token.len
                         + hello->name.len, ers->log);
    if (session == NULL) {
        return NULL;
    }

    ngx_webrtc_ers_copy(session, hello);

    session->ers = ers;
    session->handlers = handlers;
    session->pipe = pipe;
    session->next = now + ers->conf.heartbeat;

    ngx_webrtc_text_init(&text, session->id,
                         session->id + NGX_WEBRTC_ERS_ID_LEN);
    ngx_webrtc_text_hex(&text, bytes, sizeof(bytes), 0);

    ngx_queue_insert_tail(&ers->sessions, &session->queue);
    ngx_queue_insert_tail(&ers->silent, &session->silent);
    ngx_webrtc_ers_heard(session, now);
    ngx_webrtc_ers_is_stranger(session, now);

    if (!session->hello.plain) {
        ngx_webrtc_ers_say(session, (u_char *) "1::", 3);
    }

    ngx_webrtc_ers_greet(session, wall);

    if (session->broken) {
        ngx_webrtc_ers_end(session, 0, NULL);
        return NULL;
    }

    return session;
}


/* together they are no longer than a URL; a join with too long ones fails */

static void
ngx_webrtc_ers_copy(ngx_webrtc_ers_session_t *session,
    const ngx_webrtc_ers_hello_t *hello)
{
    u_char      *p;
    ngx_uint_t   i;
    ngx_str_t   *strings[5];

    session->hello = *hello;

    strings[0] = &session->hello.address;
    strings[1] = &session->hello.stream;
    strings[2] = &session->hello.transport;
    strings[3] = &session->hello.token;
    strings[4] = &session->hello.name;

    p = (u_char *) (session + 1);

    for (i = 0; i < 5; i++) {

        if (strings[i]->len) {
            ngx_memcpy(p, strings[i]->data, strings[i]->len);
        }

        strings[i]->data = p;
        p += strings[i]->len;
    }
}


void
ngx_webrtc_ers_end(ngx_webrtc_ers_session_t *session, ngx_uint_t code,
    const char *reason)
{
    void                         *pipe;
    const ngx_webrtc_ers_pipe_t  *handlers;

    if (session->link) {
        session->ers->glue.leave(session->link);
    }

    /* who is told that it was disconnected does not connect again */

    if (code == NGX_WEBRTC_ERS_CLOSE_NORMAL && !session->hello.plain) {
        ngx_webrtc_ers_say(session, (u_char *) "0::", 3);
    }

    pipe = session->pipe;
    handlers = session->handlers;

    ngx_webrtc_ers_is_known(session);
    ngx_queue_remove(&session->queue);
    ngx_queue_remove(&session->silent);

    if (code && !session->broken) {
        handlers->close(pipe, code, reason);
    }

    ngx_free(session);
}


void
ngx_webrtc_ers_closed(ngx_webrtc_ers_session_t *session)
{
    ngx_webrtc_ers_event_leave(session);
    ngx_webrtc_ers_end(session, 0, NULL);
}


void
ngx_webrtc_ers_heard(ngx_webrtc_ers_session_t *session, ngx_webrtc_usec_t now)
{
    session->heard = now;

    ngx_queue_remove(&session->silent);
    ngx_queue_insert_tail(&session->ers->silent, &session->silent);
}


void
ngx_webrtc_ers_input(ngx_webrtc_ers_session_t *session, u_char *data,
    size_t len, ngx_webrtc_usec_t now)
{
    ngx_str_t                        id;
    ngx_webrtc_socket_io_1_packet_t  packet;

    static const u_char  invalid[] =
                         "{\"name\":\"error\",\"args\":[\"invalid message\"]}";

    ngx_webrtc_ers_heard(session, now);

    if (session->hello.plain) {

        ngx_str_null(&id);

        if (ngx_webrtc_ers_event(session, data, len, &id, now) != NGX_OK) {
            ngx_webrtc_ers_say_event(session, invalid, sizeof(invalid) - 1);
        }

    } else if (ngx_webrtc_socket_io_1_parse(data, data + len, &packet)
               == NGX_OK
               && packet.endpoint.len == 0)
    {
        if (packet.type == NGX_WEBRTC_SOCKET_IO_1_DISCONNECT) {
            ngx_webrtc_ers_event_leave(session);
            ngx_webrtc_ers_end(session, NGX_WEBRTC_ERS_CLOSE_NORMAL,
                               "DISCONNECTED");
            return;
        }

        ngx_webrtc_ers_packet(session, &packet, now);
    }

    if (session->broken) {
        ngx_webrtc_ers_closed(session);
    }
}


/* all others than events have nothing to say here */

static void
ngx_webrtc_ers_packet(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_socket_io_1_packet_t *packet, ngx_webrtc_usec_t now)
{
    u_char                           buf[NGX_WEBRTC_ERS_FRAME];
    ngx_webrtc_text_t                text;
    ngx_webrtc_socket_io_1_packet_t  ack;

    if (packet->type != NGX_WEBRTC_SOCKET_IO_1_EVENT) {
        return;
    }

    if (packet->id.len && !packet->ack) {

        /* it wants to know that the packet has come, and no more */

        ngx_memzero(&ack, sizeof(ngx_webrtc_socket_io_1_packet_t));

        ack.type = NGX_WEBRTC_SOCKET_IO_1_ACK;
        ack.data = packet->id;

        ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
        ngx_webrtc_socket_io_1_write(&text, &ack);
        ngx_webrtc_ers_say(session, buf, ngx_webrtc_text_len(&text));

        packet->id.len = 0;
    }

    (void) ngx_webrtc_ers_event(session, packet->data.data, packet->data.len,
                                &packet->id, now);
}


static void
ngx_webrtc_ers_say(ngx_webrtc_ers_session_t *session, const u_char *text,
    size_t len)
{
    if (!session->broken
        && session->handlers->send(session->pipe, text, len) != NGX_OK)
    {
        session->broken = 1;
    }
}


/* plain: {"name":...,"args":[...]} and {"ack":1,"args":[...]} */

void
ngx_webrtc_ers_say_event(ngx_webrtc_ers_session_t *session,
    const u_char *text, size_t len)
{
    u_char  *buf;

    if (session->hello.plain) {
        ngx_webrtc_ers_say(session, text, len);
        return;
    }

    buf = ngx_alloc(4 + len, session->ers->log);
    if (buf == NULL) {
        return;
    }

    ngx_memcpy(buf, "5:::", 4);
    ngx_memcpy(buf + 4, text, len);

    ngx_webrtc_ers_say(session, buf, 4 + len);

    ngx_free(buf);
}


void
ngx_webrtc_ers_say_ack(ngx_webrtc_ers_session_t *session, const u_char *text,
    size_t len)
{
    u_char             *buf;
    ngx_webrtc_text_t   out;

    if (session->ack_len == 0) {
        return;
    }

    buf = ngx_alloc(NGX_WEBRTC_ERS_FRAME + len, session->ers->log);
    if (buf == NULL) {
        return;
    }

    ngx_webrtc_text_init(&out, buf, buf + NGX_WEBRTC_ERS_FRAME + len);

    ngx_webrtc_text_cstr(&out, session->hello.plain ? "{\"ack\":" : "6:::");
    ngx_webrtc_text_bytes(&out, session->ack, session->ack_len);
    ngx_webrtc_text_cstr(&out, session->hello.plain ? ",\"args\":" : "+");
    ngx_webrtc_text_bytes(&out, text, len);
    ngx_webrtc_text_cstr(&out, session->hello.plain ? "}" : "");

    ngx_webrtc_ers_say(session, buf, ngx_webrtc_text_len(&out));

    ngx_free(buf);

    session->ack_len = 0;
}


/* clients look for one or the other, and for one spelling or the other */

void
ngx_webrtc_ers_say_refusal(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_ers_refusal_e refusal)
{
    u_char             buf[NGX_WEBRTC_ERS_FRAME];
    const char        *name;
    ngx_webrtc_text_t  text;

    static const u_char  other[] =
                             "{\"name\":\"invalidRmsToken\",\"args\":[]}";

    name = ngx_webrtc_ers_refusal_names[refusal];

    if (!session->broken) {
        session->handlers->refused(session->pipe, name);
    }

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_cstr(&text, "[\"");
    ngx_webrtc_text_cstr(&text, name);
    ngx_webrtc_text_cstr(&text, "\"]");
    ngx_webrtc_ers_say_ack(session, buf, ngx_webrtc_text_len(&text));

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_cstr(&text, "{\"name\":\"");
    ngx_webrtc_text_cstr(&text, name);
    ngx_webrtc_text_cstr(&text, "\",\"args\":[]}");
    ngx_webrtc_ers_say_event(session, buf, ngx_webrtc_text_len(&text));

    if (refusal == NGX_WEBRTC_ERS_REFUSED_SERVER_TOKEN) {
        ngx_webrtc_ers_say_event(session, other, sizeof(other) - 1);
    }
}


void
ngx_webrtc_ers_is_known(ngx_webrtc_ers_session_t *session)
{
    if (session->is_stranger) {
        session->is_stranger = 0;
        ngx_queue_remove(&session->stranger);
    }
}


/* the time is the same for all of them, so that the queue is in order */

void
ngx_webrtc_ers_is_stranger(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_usec_t now)
{
    if (!session->is_stranger) {
        session->is_stranger = 1;
        session->deadline = now + session->ers->conf.join_timeout;

        ngx_queue_insert_tail(&session->ers->strangers, &session->stranger);
    }
}


void
ngx_webrtc_ers_sessions_tick(ngx_webrtc_ers_t *ers, ngx_webrtc_usec_t now)
{
    ngx_queue_t               *q;
    ngx_webrtc_ers_session_t  *session;

    while (!ngx_queue_empty(&ers->strangers)) {
        q = ngx_queue_head(&ers->strangers);
        session = ngx_queue_data(q, ngx_webrtc_ers_session_t, stranger);

        if (session->deadline > now) {
            break;
        }

        ngx_webrtc_ers_end(session, NGX_WEBRTC_ERS_CLOSE_NORMAL,
                           "JOIN-TIMEOUT");
    }

    while (!ngx_queue_empty(&ers->silent)) {
        q = ngx_queue_head(&ers->silent);
        session = ngx_queue_data(q, ngx_webrtc_ers_session_t, silent);

        if (session->heard + ers->conf.heartbeat_timeout > now) {
            break;
        }

        /* it may have been asleep, and connects again when it wakes up */

        ngx_webrtc_ers_event_leave(session);
        ngx_webrtc_ers_end(session, NGX_WEBRTC_ERS_CLOSE_AWAY, "TIMEOUT");
    }

    while (!ngx_queue_empty(&ers->sessions)) {
        q = ngx_queue_head(&ers->sessions);
        session = ngx_queue_data(q, ngx_webrtc_ers_session_t, queue);

        if (session->next > now) {
            break;
        }

        ngx_webrtc_ers_beat(session, now);
    }
}


static void
ngx_webrtc_ers_beat(ngx_webrtc_ers_session_t *session, ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_t  *ers;

    ers = session->ers;

    session->next = now + ers->conf.heartbeat;

    ngx_queue_remove(&session->queue);
    ngx_queue_insert_tail(&ers->sessions, &session->queue);

    /* a browser answers the pings of a WebSocket by itself */

    if (session->hello.plain) {
        session->handlers->ping(session->pipe);
        return;
    }

    ngx_webrtc_ers_say(session, (u_char *) "2::", 3);

    if (session->broken) {
        ngx_webrtc_ers_closed(session);
    }
}
