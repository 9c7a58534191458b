
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * --target raw:HOST:PORT, the raw forwarder of t/bench/raw, whose lines
 * raw_control.c describes.  There are no ICE and no DTLS: the keys are ours
 * to choose.  One connection serves all members.
 */


#include "load.h"

#include <crypto/ngx_webrtc_random.h>
#include <proto/ngx_webrtc_codec.h>

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>


#define LOAD_RAW_OUT        (256 * 1024)
#define LOAD_RAW_LINE_MAX   256

#define LOAD_RAW_VIDEO_PT   96
#define LOAD_RAW_AUDIO_PT   111
#define LOAD_RAW_LEVEL_ID   1
#define LOAD_RAW_TWCC_ID    6


/* belongs to its member; freed in leave() */

typedef struct {
    load_member_t           *member;
    load_client_t           *client;
    ngx_webrtc_addr_t        local;
    ngx_webrtc_srtp_keys_t   keys;
    ngx_uint_t               replies;       /* that are still to come */
} load_raw_session_t;


/* a line that was sent, and whom its reply concerns; NULL: nobody any more */

typedef struct {
    ngx_queue_t              queue;
    load_raw_session_t      *session;
} load_raw_line_t;


typedef struct {
    load_t                  *load;
    load_url_t               url;
    load_event_t             event;
    ngx_queue_t              lines;
    size_t                   in_len;
    size_t                   out_len;
    char                     in[LOAD_RAW_LINE_MAX];
    char                     out[LOAD_RAW_OUT];
} load_raw_t;


static ngx_int_t load_raw_init(load_t *load, const ngx_str_t *address);
static void load_raw_cleanup(load_t *load);
static ngx_int_t load_raw_join(load_member_t *member);
static void load_raw_leave(load_member_t *member);
static ngx_int_t load_raw_enter(load_raw_session_t *session);
static ngx_int_t load_raw_say(load_raw_session_t *session, const char *verb,
    const u_char *key, const u_char *salt);
static void load_raw_hex(char *p, const u_char *data, size_t len);
static ngx_int_t load_raw_send(load_raw_t *raw, load_raw_session_t *session,
    const char *text, size_t len);
static void load_raw_flush(load_raw_t *raw);
static void load_raw_event(load_event_t *ev, uint32_t events);
static void load_raw_reply(load_raw_t *raw, const char *text);
static void load_raw_begin(load_raw_session_t *session);
static ngx_uint_t load_raw_tracks(load_raw_session_t *session,
    load_track_t *tracks);
static void load_raw_broken(load_raw_t *raw);
static void load_raw_handler(load_client_t *client, load_client_event_e event,
    const char *reason, void *data);


const load_signaller_t  load_signaller_raw = {
    "raw",
    load_raw_init,
    load_raw_cleanup,
    load_raw_join,
    load_raw_leave
};


static ngx_int_t
load_raw_init(load_t *load, const ngx_str_t *address)
{
    ngx_str_t    target;
    load_raw_t  *raw;
    const char  *reason;

    (void) address;

    raw = calloc(1, sizeof(load_raw_t));
    if (raw == NULL) {
        return NGX_ERROR;
    }

    load->signalling = raw;

    raw->load = load;
    raw->event.fd = -1;
    raw->event.handler = load_raw_event;
    raw->event.data = raw;
    ngx_queue_init(&raw->lines);

    target.data = (u_char *) load->options.target;
    target.len = strlen(load->options.target);

    if (load_url_parse(&target, &raw->url, &reason) != NGX_OK) {
        fprintf(stderr, "--target %s: %s\n", load->options.target, reason);
        return NGX_ERROR;
    }

    raw->event.fd = load_tcp_connect(&raw->url.addr);

    if (raw->event.fd == -1
        || load_event_set(&load->loop, &raw->event, EPOLLIN) != NGX_OK)
    {
        fprintf(stderr, "--target %s: no connection\n", load->options.target);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
load_raw_cleanup(load_t *load)
{
    load_raw_t       *raw;
    ngx_queue_t      *q;
    load_raw_line_t  *line;

    raw = load->signalling;

    if (raw == NULL) {
        return;
    }

    while (!ngx_queue_empty(&raw->lines)) {
        q = ngx_queue_head(&raw->lines);
        ngx_queue_remove(q);

        line = ngx_queue_data(q, load_raw_line_t, queue);
        free(line);
    }

    load_event_close(&load->loop, &raw->event);
    free(raw);
}


static ngx_int_t
load_raw_join(load_member_t *member)
{
    load_raw_session_t  *session;

    session = calloc(1, sizeof(load_raw_session_t));
    if (session == NULL) {
        load_member_failed(member, "no memory");
        return NGX_ERROR;
    }

    session->member = member;
    member->session = session;

    if (load_raw_enter(session) != NGX_OK) {
        load_member_failed(member, "raw: no client, or no connection");
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
load_raw_enter(load_raw_session_t *session)
{
    load_member_t           *member;
    ngx_webrtc_srtp_keys_t  *keys;

    member = session->member;
    keys = &session->keys;

    session->client = load_client_create(member, member->ways,
                                         load_raw_handler, session);

    if (session->client == NULL
        || load_client_local(session->client, &session->local) != NGX_OK
        || ngx_webrtc_random_bytes(keys, sizeof(ngx_webrtc_srtp_keys_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    keys->profile = member->load->options.profile
                    ? member->load->options.profile
                    : NGX_WEBRTC_SRTP_AEAD_AES_128_GCM;

    if ((member->ways & LOAD_SEND)
        && load_raw_say(session, "PUB", keys->local_key, keys->local_salt)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if ((member->ways & LOAD_RECEIVE)
        && load_raw_say(session, "SUB", keys->remote_key, keys->remote_salt)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
load_raw_say(load_raw_session_t *session, const char *verb, const u_char *key,
    const u_char *salt)
{
    int      n;
    char     text[LOAD_RAW_LINE_MAX], hex[61];
    u_char   ip[NGX_WEBRTC_ADDR_TEXT];
    size_t   len;

    load_raw_hex(hex, key, NGX_WEBRTC_SRTP_KEY_LEN);
    load_raw_hex(hex + 2 * NGX_WEBRTC_SRTP_KEY_LEN, salt,
                 NGX_WEBRTC_SRTP_SALT_LEN);

    len = ngx_webrtc_addr_ip_text(&session->local, ip, sizeof(ip));

    n = snprintf(text, sizeof(text), "%s %u %.*s %u %u %s\n", verb,
                 (unsigned) session->member->room, (int) len, ip,
                 session->local.port, (unsigned) session->keys.profile, hex);

    session->replies++;

    return load_raw_send(session->member->load->signalling, session, text, n);
}


static void
load_raw_hex(char *p, const u_char *data, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        (void) sprintf(p + 2 * i, "%02x", data[i]);
    }
}


static void
load_raw_leave(load_member_t *member)
{
    int                  n;
    char                 text[LOAD_RAW_LINE_MAX];
    u_char               ip[NGX_WEBRTC_ADDR_TEXT];
    size_t               len;
    load_raw_t          *raw;
    ngx_queue_t         *q;
    load_raw_line_t     *line;
    load_raw_session_t  *session;

    session = member->session;
    raw = member->load->signalling;

    for (q = ngx_queue_head(&raw->lines);
         q != ngx_queue_sentinel(&raw->lines);
         q = ngx_queue_next(q))
    {
        line = ngx_queue_data(q, load_raw_line_t, queue);

        if (line->session == session) {
            line->session = NULL;
        }
    }

    if (session->client) {
        len = ngx_webrtc_addr_ip_text(&session->local, ip, sizeof(ip));
        n = snprintf(text, sizeof(text), "DEL %.*s %u\n", (int) len, ip,
                     session->local.port);

        (void) load_raw_send(raw, NULL, text, n);
        load_client_destroy(session->client);
    }

    free(session);
    member->session = NULL;
    load_member_left(member);
}


static ngx_int_t
load_raw_send(load_raw_t *raw, load_raw_session_t *session, const char *text,
    size_t len)
{
    load_raw_line_t  *line;

    line = malloc(sizeof(load_raw_line_t));

    if (line == NULL || raw->event.fd == -1
        || raw->out_len + len > LOAD_RAW_OUT)
    {
        free(line);
        return NGX_ERROR;
    }

    line->session = session;
    ngx_queue_insert_tail(&raw->lines, &line->queue);

    ngx_memcpy(raw->out + raw->out_len, text, len);
    raw->out_len += len;

    load_raw_flush(raw);

    return NGX_OK;
}


static void
load_raw_flush(load_raw_t *raw)
{
    ssize_t  n;

    n = send(raw->event.fd, raw->out, raw->out_len, MSG_NOSIGNAL);

    if (n > 0) {
        raw->out_len -= n;
        ngx_memmove(raw->out, raw->out + n, raw->out_len);
    }

    /* a connection that failed is heard of by its event */

    (void) load_event_set(&raw->load->loop, &raw->event,
                          raw->out_len ? EPOLLIN | EPOLLOUT : EPOLLIN);
}


static void
load_raw_event(load_event_t *ev, uint32_t events)
{
    char        *p, *end;
    ssize_t      n;
    load_raw_t  *raw;

    raw = ev->data;

    if ((events & EPOLLOUT) && raw->out_len) {
        load_raw_flush(raw);
    }

    n = recv(ev->fd, raw->in + raw->in_len, LOAD_RAW_LINE_MAX - 1
                                            - raw->in_len, 0);

    if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }

    if (n <= 0) {
        load_raw_broken(raw);
        return;
    }

    raw->in_len += n;
    raw->in[raw->in_len] = '\0';
    p = raw->in;

    while ((end = strchr(p, '\n')) != NULL) {
        *end = '\0';
        load_raw_reply(raw, p);
        p = end + 1;
    }

    raw->in_len -= p - raw->in;
    ngx_memmove(raw->in, p, raw->in_len);

    if (raw->in_len == LOAD_RAW_LINE_MAX - 1) {
        load_raw_broken(raw);
    }
}


static void
load_raw_reply(load_raw_t *raw, const char *text)
{
    ngx_queue_t         *q;
    load_raw_line_t     *line;
    load_raw_session_t  *session;

    if (ngx_queue_empty(&raw->lines)) {
        return;
    }

    q = ngx_queue_head(&raw->lines);
    ngx_queue_remove(q);

    line = ngx_queue_data(q, load_raw_line_t, queue);
    session = line->session;
    free(line);

    if (session == NULL) {
        return;
    }

    if (strcmp(text, "OK") != 0) {
        load_member_failed(session->member, "raw: %s", text);
        return;
    }

    if (--session->replies == 0) {
        load_raw_begin(session);
    }
}


static void
load_raw_begin(load_raw_session_t *session)
{
    load_raw_t    *raw;
    ngx_uint_t     n;
    load_track_t   tracks[2 * LOAD_KINDS];

    raw = session->member->load->signalling;

    load_member_offered(session->member);
    load_member_answered(session->member);

    n = load_raw_tracks(session, tracks);

    if (load_client_direct(session->client, &raw->url.addr, &session->keys,
                           tracks, n)
        != NGX_OK)
    {
        load_member_failed(session->member, "raw: a client cannot begin");
    }
}


/* as Sora's signalling has them, but for what nobody would answer: NACK */

static ngx_uint_t
load_raw_tracks(load_raw_session_t *session, load_track_t *tracks)
{
    ngx_str_t        codec;
    ngx_uint_t       n, kind, way;
    load_track_t    *track;
    load_options_t  *options;

    options = &session->member->load->options;

    codec.data = (u_char *) options->codec;
    codec.len = strlen(options->codec);
    n = 0;

    for (kind = 0; kind < LOAD_KINDS; kind++) {

        if (kind == LOAD_AUDIO ? !options->audio : !options->video) {
            continue;
        }

        for (way = LOAD_SEND; way <= LOAD_RECEIVE; way <<= 1) {

            if ((session->member->ways & way) == 0) {
                continue;
            }

            track = &tracks[n++];
            ngx_memzero(track, sizeof(load_track_t));

            track->kind = kind;
            track->way = way;
            track->twcc = options->twcc;
            track->twcc_id = LOAD_RAW_TWCC_ID;

            if (kind == LOAD_VIDEO) {
                track->codec = ngx_webrtc_codec_find(&codec);
                track->pt = LOAD_RAW_VIDEO_PT;

            } else {
                track->codec = NGX_WEBRTC_CODEC_OPUS;
                track->pt = LOAD_RAW_AUDIO_PT;
                track->level_id = LOAD_RAW_LEVEL_ID;
            }

            if (way == LOAD_SEND) {
                track->ssrc = ngx_webrtc_random_uint32();
            }
        }
    }

    return n;
}


static void
load_raw_broken(load_raw_t *raw)
{
    ngx_queue_t      *q;
    load_raw_line_t  *line;

    load_event_close(&raw->load->loop, &raw->event);

    for (q = ngx_queue_head(&raw->lines);
         q != ngx_queue_sentinel(&raw->lines);
         q = ngx_queue_next(q))
    {
        line = ngx_queue_data(q, load_raw_line_t, queue);

        if (line->session) {
            load_member_failed(line->session->member,
                               "raw: the connection was closed");
        }
    }
}


static void
load_raw_handler(load_client_t *client, load_client_event_e event,
    const char *reason, void *data)
{
    load_raw_session_t  *session;

    (void) client;

    session = data;

    if (event == LOAD_CLIENT_CONNECTED) {
        load_member_up(session->member);
        return;
    }

    load_member_failed(session->member, "raw: %s", reason);
}
