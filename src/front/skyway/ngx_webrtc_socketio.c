
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* sessions: how they begin, how they are found, when they end */


#include <core/ngx_webrtc_cursor.h>
#include <hub/ngx_webrtc_token.h>
#include <front/skyway/ngx_webrtc_socketio_session.h>


#define NGX_WEBRTC_SOCKETIO_BUCKETS  4096

/* how often credentials are looked at */
#define NGX_WEBRTC_SOCKETIO_CHECK    NGX_WEBRTC_SEC

/* ms */
#define NGX_WEBRTC_SOCKETIO_PING     25000
#define NGX_WEBRTC_SOCKETIO_PONG     5000

/* those that are in no registry, which bounds the others */
#define NGX_WEBRTC_SOCKETIO_STRAYS   1000

/* {"sid":...} */
#define NGX_WEBRTC_SOCKETIO_HELLO    160


static void *ngx_webrtc_socketio_create(ngx_webrtc_skyway_t *skyway);
static void ngx_webrtc_socketio_destroy(void *part);
static void ngx_webrtc_socketio_shutdown(void *part, ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_tick(void *part, ngx_webrtc_usec_t now);
static void ngx_webrtc_socketio_silent(ngx_webrtc_socketio_t *socketio,
    ngx_webrtc_usec_t now);
static ngx_webrtc_usec_t ngx_webrtc_socketio_expires(void *part);
static ngx_uint_t ngx_webrtc_socketio_busy(void *part);
static void ngx_webrtc_socketio_free(ngx_webrtc_socketio_session_t *session);
static ngx_int_t ngx_webrtc_socketio_sid(
    ngx_webrtc_socketio_session_t *session);
static void ngx_webrtc_socketio_hello(ngx_webrtc_socketio_session_t *session,
    ngx_uint_t websocket);
static u_char *ngx_webrtc_socketio_base64(u_char *p, const u_char *data);
static ngx_int_t ngx_webrtc_socketio_sextet(u_char c);


const ngx_webrtc_skyway_part_t  ngx_webrtc_socketio_part = {
    ngx_webrtc_socketio_create,
    ngx_webrtc_socketio_destroy,
    ngx_webrtc_socketio_shutdown,
    ngx_webrtc_socketio_tick,
    ngx_webrtc_socketio_expires,
    ngx_webrtc_socketio_busy
};


/* no characters that a URL would have to escape */

static const u_char  ngx_webrtc_socketio_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";


static void *
ngx_webrtc_socketio_create(ngx_webrtc_skyway_t *skyway)
{
    uint32_t                seed;
    ngx_webrtc_socketio_t  *socketio;

    if (ngx_webrtc_token_random(&seed, sizeof(seed)) != NGX_OK) {
        return NULL;
    }

    socketio = ngx_calloc(sizeof(ngx_webrtc_socketio_t), skyway->log);
    if (socketio == NULL) {
        return NULL;
    }

    socketio->skyway = skyway;
    socketio->alive = ngx_min(skyway->conf.alive_timeout,
                              skyway->conf.ping_timeout);

    ngx_queue_init(&socketio->sessions);
    ngx_queue_init(&socketio->probes);
    ngx_queue_init(&socketio->guests);
    ngx_queue_init(&socketio->returning);
    ngx_queue_init(&socketio->ended);

    socketio->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, skyway->log);

    if (socketio->pool == NULL) {
        ngx_free(socketio);
        return NULL;
    }

    if (ngx_webrtc_hash_init(&socketio->hash, socketio->pool,
                             NGX_WEBRTC_SOCKETIO_BUCKETS, seed)
        != NGX_OK
        || ngx_webrtc_rooms_init(&socketio->rooms, skyway, socketio->pool)
           != NGX_OK)
    {
        ngx_destroy_pool(socketio->pool);
        ngx_free(socketio);
        return NULL;
    }

    return socketio;
}


static void
ngx_webrtc_socketio_destroy(void *part)
{
    ngx_webrtc_socketio_t *socketio = part;

    ngx_webrtc_socketio_shutdown(socketio, 0);
    ngx_webrtc_socketio_tick(socketio, 0);

    ngx_destroy_pool(socketio->pool);
    ngx_free(socketio);
}


static void
ngx_webrtc_socketio_shutdown(void *part, ngx_webrtc_usec_t now)
{
    ngx_webrtc_socketio_t *socketio = part;

    ngx_queue_t  *q;

    while (!ngx_queue_empty(&socketio->sessions)) {
        q = ngx_queue_head(&socketio->sessions);

        ngx_webrtc_socketio_end(ngx_queue_data(q,
                                              ngx_webrtc_socketio_session_t,
                                              queue));
    }

    ngx_webrtc_rooms_shutdown(&socketio->rooms, now);
}


static void
ngx_webrtc_socketio_tick(void *part, ngx_webrtc_usec_t now)
{
    ngx_webrtc_socketio_t *socketio = part;

    ngx_queue_t  *q;

    ngx_webrtc_socketio_silent(socketio, now);
    ngx_webrtc_socketio_probes(socketio, now);
    ngx_webrtc_socketio_returning(socketio, now);
    ngx_webrtc_rooms_tick(&socketio->rooms, now);

    if (now >= socketio->check) {
        socketio->check = now + NGX_WEBRTC_SOCKETIO_CHECK;
        ngx_webrtc_socketio_guests(socketio, now);
    }

    while (!ngx_queue_empty(&socketio->ended)) {
        q = ngx_queue_head(&socketio->ended);
        ngx_queue_remove(q);

        ngx_webrtc_socketio_free(ngx_queue_data(q,
                                              ngx_webrtc_socketio_session_t,
                                              queue));
    }
}


/* those that were asked are before those that were not */

static void
ngx_webrtc_socketio_silent(ngx_webrtc_socketio_t *socketio,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                    *q;
    ngx_webrtc_socketio_session_t  *session;

    q = ngx_queue_head(&socketio->sessions);

    while (q != ngx_queue_sentinel(&socketio->sessions)) {

        session = ngx_queue_data(q, ngx_webrtc_socketio_session_t, queue);
        q = ngx_queue_next(q);

        if (now < session->heard + socketio->alive / 2) {
            return;
        }

        if (now >= session->heard + socketio->alive) {
            ngx_webrtc_socketio_end(session);

        } else if (!session->asked) {
            ngx_webrtc_socketio_ask(session);
        }
    }
}


static ngx_webrtc_usec_t
ngx_webrtc_socketio_expires(void *part)
{
    ngx_webrtc_socketio_t *socketio = part;

    ngx_queue_t                    *q;
    ngx_webrtc_usec_t               expires, returning;
    ngx_webrtc_socketio_session_t  *session;

    if (!ngx_queue_empty(&socketio->ended)) {
        return 0;
    }

    expires = ngx_webrtc_rooms_expires(&socketio->rooms);

    for (q = ngx_queue_head(&socketio->sessions);
         q != ngx_queue_sentinel(&socketio->sessions);
         q = ngx_queue_next(q))
    {
        session = ngx_queue_data(q, ngx_webrtc_socketio_session_t, queue);

        if (!session->asked) {
            expires = ngx_min(expires, session->heard + socketio->alive / 2);
            break;
        }

        expires = ngx_min(expires, session->heard + socketio->alive);
    }

    if (!ngx_queue_empty(&socketio->guests)) {
        expires = ngx_min(expires, socketio->check);
    }

    returning = ngx_webrtc_socketio_returning_expires(socketio);
    expires = ngx_min(expires, returning);

    for (q = ngx_queue_head(&socketio->probes);
         q != ngx_queue_sentinel(&socketio->probes);
         q = ngx_queue_next(q))
    {
        session = ngx_queue_data(q, ngx_webrtc_socketio_session_t, probing);

        expires = ngx_min(expires, session->release);
    }

    return expires;
}


static ngx_uint_t
ngx_webrtc_socketio_busy(void *part)
{
    ngx_webrtc_socketio_t *socketio = part;

    return socketio->hash.count + socketio->nlost
           + ngx_webrtc_rooms_busy(&socketio->rooms);
}


void
ngx_webrtc_socketio_set_glue(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_socketio_glue_t *glue)
{
    ngx_webrtc_socketio_t  *socketio;

    socketio = skyway->parts[NGX_WEBRTC_SKYWAY_SOCKETIO];

    socketio->glue = *glue;
}


void
ngx_webrtc_socketio_open(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_socketio_carrier_t *carrier,
    const ngx_webrtc_socketio_query_t *query, ngx_webrtc_usec_t now)
{
    ngx_webrtc_socketio_t          *socketio;
    ngx_webrtc_socketio_session_t  *session;

    socketio = skyway->parts[NGX_WEBRTC_SKYWAY_SOCKETIO];

    session = ngx_calloc(sizeof(ngx_webrtc_socketio_session_t), skyway->log);

    if (session) {
        session->socketio = socketio;
    }

    if (session == NULL || ngx_webrtc_socketio_sid(session) != NGX_OK) {
        ngx_free(session);
        ngx_webrtc_socketio_answer(carrier, 503, NGX_WEBRTC_SOCKETIO_JSON,
                       ngx_webrtc_socketio_error(NGX_WEBRTC_SOCKETIO_REQUEST));
        return;
    }

    session->heard = now;
    session->send_queue = query->send_queue;
    session->message_size = query->message_size;
    session->rate = query->rate;
    session->burst = query->burst;

    ngx_queue_init(&session->packets);
    ngx_queue_init(&session->members);

    ngx_queue_insert_tail(&socketio->sessions, &session->queue);
    ngx_webrtc_hash_add(&socketio->hash, &session->node, session->sid,
                        NGX_WEBRTC_SOCKETIO_SID);

    ngx_webrtc_socketio_hello(session, carrier->websocket);

    carrier->session = session;

    if (carrier->websocket) {
        session->socket = carrier;
        session->upgraded = 1;

    } else {
        session->poll = carrier;
    }

    ngx_webrtc_socketio_flush(session);

    ngx_webrtc_socketio_enter(session, query, now);
}


/*
 * How often the client pings, and how long it waits for an answer then, are as
 * they were with the original; we do not depend on it.
 */

static void
ngx_webrtc_socketio_hello(ngx_webrtc_socketio_session_t *session,
    ngx_uint_t websocket)
{
    json_t                         *json;
    ngx_webrtc_engine_io_packet_t   packet;
    u_char                          buf[NGX_WEBRTC_SOCKETIO_HELLO];

    json = json_pack("{s:s%, s:[s*], s:i, s:i}",
                     "sid", (char *) session->sid,
                     (size_t) NGX_WEBRTC_SOCKETIO_SID,
                     "upgrades", websocket ? NULL : "websocket",
                     "pingInterval", NGX_WEBRTC_SOCKETIO_PING,
                     "pingTimeout", NGX_WEBRTC_SOCKETIO_PONG);

    packet.type = NGX_WEBRTC_ENGINE_IO_OPEN;
    packet.binary = 0;
    packet.data.data = buf;
    packet.data.len = ngx_webrtc_json_dump_buf(json, buf, sizeof(buf));

    json_decref(json);

    ngx_webrtc_socketio_send(session, &packet);

    /* it is in the main namespace without being asked */

    packet.type = NGX_WEBRTC_ENGINE_IO_MESSAGE;
    ngx_str_set(&packet.data, "0");

    ngx_webrtc_socketio_send(session, &packet);
}


void
ngx_webrtc_socketio_close(ngx_webrtc_socketio_session_t *session)
{
    ngx_webrtc_engine_io_packet_t  packet;

    if (session->closing || session->ended) {
        return;
    }

    /* Socket.IO's DISCONNECT, after which the client does not come back */

    packet.type = NGX_WEBRTC_ENGINE_IO_MESSAGE;
    packet.binary = 0;
    ngx_str_set(&packet.data, "1");

    ngx_webrtc_socketio_send(session, &packet);

    packet.type = NGX_WEBRTC_ENGINE_IO_CLOSE;
    ngx_str_null(&packet.data);

    ngx_webrtc_socketio_send(session, &packet);

    session->closing = 1;

    ngx_webrtc_socketio_forget(session);
    ngx_webrtc_socketio_flush(session);

    if (ngx_queue_empty(&session->packets) || session->lost) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    /* the next GET takes them, or nobody does in time */

    ngx_webrtc_socketio_stray(session);
}


void
ngx_webrtc_socketio_stray(ngx_webrtc_socketio_session_t *session)
{
    if (session->stray || session->ended) {
        return;
    }

    session->stray = 1;

    if (++session->socketio->nstrays > NGX_WEBRTC_SOCKETIO_STRAYS) {
        ngx_webrtc_socketio_end(session);
    }
}


void
ngx_webrtc_socketio_end(ngx_webrtc_socketio_session_t *session)
{
    ngx_webrtc_socketio_t  *socketio;

    if (session->ended) {
        return;
    }

    session->ended = 1;
    session->closing = 1;

    socketio = session->socketio;

    if (session->stray) {
        socketio->nstrays--;
    }

    ngx_webrtc_socketio_forget(session);
    ngx_webrtc_socketio_part_with(session);

    socketio->nlost--;

    ngx_queue_remove(&session->queue);
    ngx_queue_insert_tail(&socketio->ended, &session->queue);
}


static void
ngx_webrtc_socketio_free(ngx_webrtc_socketio_session_t *session)
{
    ngx_uint_t    i;
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&session->packets)) {
        q = ngx_queue_head(&session->packets);
        ngx_queue_remove(q);

        ngx_free(ngx_queue_data(q, ngx_webrtc_socketio_packet_t, queue));
    }

    for (i = 0; i < session->nattachments; i++) {
        ngx_free(session->attachments[i].data);
    }

    ngx_free(session->event.data);
    ngx_free(session->endpoint.key.data);
    ngx_free(session);
}


static ngx_int_t
ngx_webrtc_socketio_sid(ngx_webrtc_socketio_session_t *session)
{
    u_char                          *p, bytes[24];
    ngx_uint_t                       i;
    const ngx_webrtc_skyway_glue_t  *glue;

    glue = &session->socketio->skyway->glue;

    p = ngx_webrtc_put16(bytes, glue->seat);
    p = ngx_webrtc_put16(p, glue->term >> 32);
    p = ngx_webrtc_put32(p, glue->term);

    if (ngx_webrtc_token_random(p, 16) != NGX_OK) {
        return NGX_ERROR;
    }

    p = session->sid;

    for (i = 0; i < sizeof(bytes); i += 3) {
        p = ngx_webrtc_socketio_base64(p, bytes + i);
    }

    return NGX_OK;
}


static u_char *
ngx_webrtc_socketio_base64(u_char *p, const u_char *data)
{
    uint32_t  bits;

    bits = ngx_webrtc_get24(data);

    *p++ = ngx_webrtc_socketio_alphabet[bits >> 18];
    *p++ = ngx_webrtc_socketio_alphabet[(bits >> 12) & 63];
    *p++ = ngx_webrtc_socketio_alphabet[(bits >> 6) & 63];
    *p++ = ngx_webrtc_socketio_alphabet[bits & 63];

    return p;
}


ngx_int_t
ngx_webrtc_socketio_sid_parse(const ngx_str_t *sid, ngx_uint_t *seat,
    uint64_t *term)
{
    u_char       bytes[9];
    uint32_t     bits;
    ngx_int_t    sextet;
    ngx_uint_t   i;

    if (sid->len != NGX_WEBRTC_SOCKETIO_SID) {
        return NGX_ERROR;
    }

    bits = 0;

    for (i = 0; i < sid->len; i++) {

        sextet = ngx_webrtc_socketio_sextet(sid->data[i]);

        if (sextet == NGX_ERROR) {
            return NGX_ERROR;
        }

        bits = (bits << 6) | (uint32_t) sextet;

        if (i % 4 == 3 && i < 12) {
            (void) ngx_webrtc_put24(bytes + i / 4 * 3, bits);
        }
    }

    *seat = ngx_webrtc_get16(bytes);
    *term = ((uint64_t) ngx_webrtc_get16(bytes + 2) << 32)
            | ngx_webrtc_get32(bytes + 4);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_socketio_sextet(u_char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }

    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }

    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }

    return (c == '-') ? 62 : (c == '_') ? 63 : NGX_ERROR;
}


const ngx_str_t *
ngx_webrtc_socketio_error(ngx_uint_t code)
{
    static const ngx_str_t  errors[] = {
        ngx_string("{\"code\":0,\"message\":\"Transport unknown\"}"),
        ngx_string("{\"code\":1,\"message\":\"Session ID unknown\"}"),
        ngx_string("{\"code\":2,\"message\":\"Bad handshake method\"}"),
        ngx_string("{\"code\":3,\"message\":\"Bad request\"}")
    };

    return &errors[code];
}
