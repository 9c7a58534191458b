
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Who is there, in lines over TCP:
 *
 *     PUB room address port profile key
 *     SUB room address port profile key
 *     DEL address port
 *
 * The profile is that of DTLS-SRTP (1 or 7), the key is the master key and
 * salt in hex, 30 bytes with both profiles.  PUB and SUB of one address are
 * one peer.  Each line is answered with "OK" or "ERROR ...".  Peers go when
 * their connection is closed.
 *
 * Only this machine is listened to, and only addresses of it are sent to.
 */


#include "raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>


#define RAW_KEY_LEN   (NGX_WEBRTC_SRTP_KEY_LEN + NGX_WEBRTC_SRTP_SALT_LEN)
#define RAW_LINES     16384


struct raw_control_s {
    raw_t             *raw;
    raw_peer_t        *peers;
    struct in_addr     addr;        /* at which peers must be */
    int                fd;
    size_t             len;
    char               buf[RAW_LINES + 1];
};


/* a line, taken apart */

typedef struct {
    char               verb[4];
    unsigned long      room;
    char               addr[INET_ADDRSTRLEN];
    unsigned           port;
    unsigned           profile;
    char               key[2 * RAW_KEY_LEN + 1];
} raw_line_t;


static void raw_control_close(raw_control_t *control);
static const char *raw_control_line(raw_control_t *control, const char *text);
static const char *raw_control_add(raw_control_t *control, raw_line_t *line,
    const ngx_webrtc_addr_t *addr);
static ngx_int_t raw_control_key(const char *hex, u_char *key, size_t len);
static raw_peer_t *raw_control_peer(raw_control_t *control, raw_line_t *line,
    const ngx_webrtc_addr_t *addr);
static const char *raw_control_subscribe(raw_peer_t *peer);
static raw_room_t *raw_control_room(raw_t *raw, uint64_t number);
static raw_peer_t *raw_control_find(raw_t *raw, const ngx_webrtc_addr_t *addr);
static void raw_control_remove(raw_control_t *control, raw_peer_t *peer);


void
raw_control_accept(raw_t *raw)
{
    int                  fd;
    socklen_t            len;
    raw_control_t       *control;
    struct sockaddr_in   local, remote;
    struct epoll_event   ee;

    fd = accept4(raw->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd == -1) {
        return;
    }

    len = sizeof(struct sockaddr_in);

    if (getsockname(fd, (struct sockaddr *) &local, &len) == -1
        || getpeername(fd, (struct sockaddr *) &remote, &len) == -1
        || local.sin_addr.s_addr != remote.sin_addr.s_addr)
    {
        (void) close(fd);
        return;
    }

    control = calloc(1, sizeof(raw_control_t));
    if (control == NULL) {
        (void) close(fd);
        return;
    }

    control->raw = raw;
    control->fd = fd;
    control->addr = remote.sin_addr;

    ee.events = EPOLLIN;
    ee.data.ptr = control;

    if (epoll_ctl(raw->epoll, EPOLL_CTL_ADD, fd, &ee) == -1) {
        raw_control_close(control);
    }
}


static void
raw_control_close(raw_control_t *control)
{
    while (control->peers) {
        raw_control_remove(control, control->peers);
    }

    (void) close(control->fd);
    free(control);
}


void
raw_control_input(raw_control_t *control)
{
    int          n;
    char        *line, *end, reply[128];
    ssize_t      rc;
    const char  *error;

    rc = read(control->fd, control->buf + control->len,
              RAW_LINES - control->len);

    if (rc == -1 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }

    if (rc <= 0) {
        raw_control_close(control);
        return;
    }

    control->len += rc;
    control->buf[control->len] = '\0';
    line = control->buf;

    while ((end = strchr(line, '\n')) != NULL) {
        *end = '\0';

        error = raw_control_line(control, line);

        n = error ? snprintf(reply, sizeof(reply), "ERROR %s\n", error)
                  : snprintf(reply, sizeof(reply), "OK\n");

        /* who does not read the replies to what it asked for is gone */

        if (send(control->fd, reply, n, MSG_NOSIGNAL) != n) {
            raw_control_close(control);
            return;
        }

        line = end + 1;
    }

    control->len -= line - control->buf;

    if (control->len == RAW_LINES) {
        raw_control_close(control);
        return;
    }

    ngx_memmove(control->buf, line, control->len);
}


/* NULL, or what is wrong */

static const char *
raw_control_line(raw_control_t *control, const char *text)
{
    raw_peer_t         *peer;
    raw_line_t          line;
    struct sockaddr_in  sin;
    ngx_webrtc_addr_t   addr;

    ngx_memzero(&sin, sizeof(struct sockaddr_in));

    if (sscanf(text, "%3s %lu %15s %u %u %60s", line.verb, &line.room,
               line.addr, &line.port, &line.profile, line.key) != 6
        && (sscanf(text, "%3s %15s %u", line.verb, line.addr, &line.port) != 3
            || strcmp(line.verb, "DEL") != 0))
    {
        return "a line that is not known";
    }

    if (inet_pton(AF_INET, line.addr, &sin.sin_addr) != 1
        || line.port == 0 || line.port > 65535
        || sin.sin_addr.s_addr != control->addr.s_addr)
    {
        return "an address that is not yours";
    }

    sin.sin_family = AF_INET;
    sin.sin_port = htons((uint16_t) line.port);
    (void) ngx_webrtc_addr_from_sockaddr(&addr, (struct sockaddr *) &sin);

    if (line.verb[0] != 'D') {
        return raw_control_add(control, &line, &addr);
    }

    peer = raw_control_find(control->raw, &addr);

    if (peer == NULL || peer->control != control) {
        return "nobody is there";
    }

    raw_control_remove(control, peer);

    return NULL;
}


static const char *
raw_control_add(raw_control_t *control, raw_line_t *line,
    const ngx_webrtc_addr_t *addr)
{
    raw_peer_t              *peer;
    ngx_webrtc_srtp_keys_t   keys;

    if (strcmp(line->verb, "PUB") != 0 && strcmp(line->verb, "SUB") != 0) {
        return "a verb that is not known";
    }

    if (line->profile != NGX_WEBRTC_SRTP_AES128_CM_SHA1_80
        && line->profile != NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
    {
        return "a profile that is not known";
    }

    if (raw_control_key(line->key, keys.local_key, NGX_WEBRTC_SRTP_KEY_LEN)
        != NGX_OK
        || raw_control_key(line->key + 2 * NGX_WEBRTC_SRTP_KEY_LEN,
                           keys.local_salt, NGX_WEBRTC_SRTP_SALT_LEN)
           != NGX_OK)
    {
        return "a key must be 60 hex digits";
    }

    peer = raw_control_peer(control, line, addr);
    if (peer == NULL) {
        return "the address is taken, or there is no memory";
    }

    if (strcmp(line->verb, "PUB") == 0 && peer->open == NULL) {
        peer->open = ngx_webrtc_srtp_cipher_create(line->profile,
                                                   keys.local_key,
                                                   keys.local_salt,
                                                   NGX_WEBRTC_SRTP_LABEL_RTP,
                                                   NGX_WEBRTC_SRTP_OPEN);

        return peer->open ? NULL : "no memory";
    }

    if (strcmp(line->verb, "SUB") == 0 && peer->seal == NULL) {
        keys.profile = line->profile;
        peer->seal = ngx_webrtc_srtp_out_create(&keys);

        return peer->seal ? raw_control_subscribe(peer) : "no memory";
    }

    return "said twice";
}


static ngx_int_t
raw_control_key(const char *hex, u_char *key, size_t len)
{
    size_t    i;
    unsigned  byte;

    for (i = 0; i < len; i++) {
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) {
            return NGX_ERROR;
        }

        key[i] = (u_char) byte;
    }

    return NGX_OK;
}


static raw_peer_t *
raw_control_peer(raw_control_t *control, raw_line_t *line,
    const ngx_webrtc_addr_t *addr)
{
    raw_peer_t             *peer;
    raw_room_t             *room;
    ngx_webrtc_sockaddr_t   sa;

    peer = raw_control_find(control->raw, addr);

    if (peer) {
        return (peer->control == control && peer->room->number == line->room
                && peer->profile == line->profile) ? peer : NULL;
    }

    room = raw_control_room(control->raw, line->room);
    peer = calloc(1, sizeof(raw_peer_t));

    if (room == NULL || peer == NULL) {
        free(peer);
        return NULL;
    }

    ngx_memset(peer->before, 0xff, sizeof(peer->before));

    (void) ngx_webrtc_addr_to_sockaddr(addr, &sa, 0);

    peer->sockaddr = sa.in;
    peer->addr = *addr;
    peer->profile = line->profile;
    peer->control = control;
    peer->room = room;
    peer->next = control->peers;

    control->peers = peer;
    room->npeers++;

    ngx_webrtc_hash_add(&control->raw->peers, &peer->node, &peer->addr,
                        NGX_WEBRTC_ADDR_LEN);

    return peer;
}


static const char *
raw_control_subscribe(raw_peer_t *peer)
{
    ngx_uint_t    max;
    raw_room_t   *room;
    raw_peer_t  **subs;

    room = peer->room;

    if (room->nsubs == room->max) {
        max = room->max ? 2 * room->max : 16;

        subs = realloc(room->subs, max * sizeof(raw_peer_t *));
        if (subs == NULL) {
            return "no memory";
        }

        room->subs = subs;
        room->max = max;
    }

    room->subs[room->nsubs++] = peer;

    return NULL;
}


/* rooms that nobody is in are free */

static raw_room_t *
raw_control_room(raw_t *raw, uint64_t number)
{
    ngx_uint_t   i;
    raw_room_t  *room;

    room = NULL;

    for (i = 0; i < RAW_ROOMS; i++) {

        if (raw->rooms[i].npeers == 0) {
            room = room ? room : &raw->rooms[i];

        } else if (raw->rooms[i].number == number) {
            return &raw->rooms[i];
        }
    }

    if (room) {
        room->number = number;
        room->nstreams = 0;
    }

    return room;
}


static raw_peer_t *
raw_control_find(raw_t *raw, const ngx_webrtc_addr_t *addr)
{
    ngx_webrtc_hash_node_t  *node;

    node = ngx_webrtc_hash_find(&raw->peers, addr, NGX_WEBRTC_ADDR_LEN);

    return node ? ngx_webrtc_hash_data(node, raw_peer_t, node) : NULL;
}


static void
raw_control_remove(raw_control_t *control, raw_peer_t *peer)
{
    ngx_uint_t    i;
    raw_room_t   *room;
    raw_peer_t  **next;

    room = peer->room;

    for (next = &control->peers; *next != peer; next = &(*next)->next) {
        /* void */
    }

    *next = peer->next;

    for (i = 0; i < room->nsubs; i++) {
        if (room->subs[i] == peer) {
            room->subs[i] = room->subs[--room->nsubs];
            break;
        }
    }

    room->npeers--;

    ngx_webrtc_hash_remove(&control->raw->peers, &peer->node);
    ngx_webrtc_srtp_cipher_destroy(peer->open);
    ngx_webrtc_srtp_out_destroy(peer->seal);
    free(peer);
}
