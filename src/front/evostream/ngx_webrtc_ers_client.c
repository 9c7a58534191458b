
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/evostream/ngx_webrtc_ers_client_internal.h>


/* the ERS is warned when one of so many parts of its silence is left */
#define NGX_WEBRTC_ERS_CLIENT_CHECKS  11


static u_char *ngx_webrtc_ers_client_copy(u_char *p, ngx_str_t *str);
static void ngx_webrtc_ers_client_frames(ngx_webrtc_ers_client_t *client,
    const u_char *pos, const u_char *last);
static ngx_webrtc_usec_t ngx_webrtc_ers_client_silence(
    const ngx_webrtc_ers_client_t *client);
static void ngx_webrtc_ers_client_late(ngx_webrtc_ers_client_t *client);
static void ngx_webrtc_ers_client_settle(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);


ngx_webrtc_ers_client_t *
ngx_webrtc_ers_client_create(const ngx_webrtc_ers_client_conf_t *conf,
    ngx_webrtc_ers_client_handler_pt handler, void *data,
    ngx_webrtc_usec_t now)
{
    u_char                   *p;
    ngx_webrtc_ers_client_t  *client;

    client = calloc(1, sizeof(ngx_webrtc_ers_client_t) + conf->host.len
                       + conf->room.len + conf->token.len
                       + conf->instance.len);
    if (client == NULL) {
        return NULL;
    }

    client->replied = malloc(NGX_WEBRTC_ERS_CLIENT_REPLY);

    if (client->replied == NULL) {
        free(client);
        return NULL;
    }

    client->handler = handler;
    client->data = data;
    client->conf = *conf;
    client->created = now;
    client->heard = now;
    client->join = NGX_WEBRTC_NEVER;

    p = (u_char *) &client[1];
    p = ngx_webrtc_ers_client_copy(p, &client->conf.host);
    p = ngx_webrtc_ers_client_copy(p, &client->conf.room);
    p = ngx_webrtc_ers_client_copy(p, &client->conf.token);
    (void) ngx_webrtc_ers_client_copy(p, &client->conf.instance);

    ngx_webrtc_ers_client_handshake(client);

    return client;
}


static u_char *
ngx_webrtc_ers_client_copy(u_char *p, ngx_str_t *str)
{
    if (str->len) {
        ngx_memcpy(p, str->data, str->len);
    }

    str->data = p;

    return p + str->len;
}


void
ngx_webrtc_ers_client_destroy(ngx_webrtc_ers_client_t *client)
{
    ngx_webrtc_websocket_cleanup(&client->ws);

    json_decref(client->stun);
    json_decref(client->turn);

    free(client->replied);
    free(client);
}


void
ngx_webrtc_ers_client_input(ngx_webrtc_ers_client_t *client, u_char *pos,
    size_t len, ngx_webrtc_usec_t now)
{
    u_char        *last;
    const u_char  *p;

    if (client->phase == NGX_WEBRTC_ERS_CLIENT_APART || len == 0) {
        return;
    }

    client->heard = now;
    client->warned = 0;

    p = pos;
    last = pos + len;

    ngx_webrtc_ers_client_replies(client, &p, last, now);

    if (client->phase == NGX_WEBRTC_ERS_CLIENT_OPEN && p < last) {
        ngx_webrtc_ers_client_frames(client, p, last);
    }

    ngx_webrtc_ers_client_settle(client, now);
}


static void
ngx_webrtc_ers_client_frames(ngx_webrtc_ers_client_t *client,
    const u_char *pos, const u_char *last)
{
    switch (ngx_webrtc_websocket_input(&client->ws, pos, last)) {

    case NGX_OK:
        break;

    case NGX_DONE:

        if (client->ws.close_received) {
            ngx_webrtc_ers_client_break(client,
                                        "the server closed the WebSocket");
        } else {
            ngx_webrtc_ers_client_break(client, "the server broke the rules "
                                        "of WebSocket, or a message of its "
                                        "was too large");
        }

        break;

    default:
        ngx_webrtc_ers_client_break(client, "no memory or random bytes, or "
                                    "too many pings");
        break;
    }
}


void
ngx_webrtc_ers_client_eof(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    if (client->phase == NGX_WEBRTC_ERS_CLIENT_APART) {
        return;
    }

    ngx_webrtc_ers_client_parted(client, now);
    ngx_webrtc_ers_client_settle(client, now);
}


size_t
ngx_webrtc_ers_client_output(ngx_webrtc_ers_client_t *client, u_char *buf,
    size_t size)
{
    size_t  n;

    n = ngx_min(size, client->request_len - client->sent);

    if (n) {
        ngx_memcpy(buf, client->request + client->sent, n);
        client->sent += n;

        return n;
    }

    return ngx_webrtc_websocket_output(&client->ws, buf, size);
}


void
ngx_webrtc_ers_client_tick(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    if (client->phase == NGX_WEBRTC_ERS_CLIENT_OVER) {
        return;
    }

    if (!client->joined
        && now >= client->created + client->conf.join_timeout)
    {
        ngx_webrtc_ers_client_late(client);
    }

    if (now >= client->join) {
        ngx_webrtc_ers_client_join(client, now);
    }

    if (client->joined && now >= ngx_webrtc_ers_client_silence(client)) {

        if (client->warned) {
            ngx_webrtc_ers_client_break(client, "the server fell silent");

        } else {
            client->warned = 1;
            (void) ngx_webrtc_ers_client_emit(client, "HBTimeout",
                                              json_pack("[s, {s:b, s:b}]",
                                                        "Heartbeat Time-out",
                                                        "EMS", 1, "RMS", 1),
                                              0);
        }
    }

    ngx_webrtc_ers_client_settle(client, now);
}


/* first the warning, then the end */

static ngx_webrtc_usec_t
ngx_webrtc_ers_client_silence(const ngx_webrtc_ers_client_t *client)
{
    ngx_webrtc_usec_t  silence;

    if (!client->beats) {
        return NGX_WEBRTC_NEVER;
    }

    silence = client->conf.silence;

    if (!client->warned) {
        silence -= silence / NGX_WEBRTC_ERS_CLIENT_CHECKS;
    }

    return client->heard + silence;
}


static void
ngx_webrtc_ers_client_late(ngx_webrtc_ers_client_t *client)
{
    const char  *reason;

    switch (client->phase) {

    case NGX_WEBRTC_ERS_CLIENT_HANDSHAKE:
        reason = "no answer to the handshake";
        break;

    case NGX_WEBRTC_ERS_CLIENT_APART:
        reason = "no second connection to the server";
        break;

    case NGX_WEBRTC_ERS_CLIENT_UPGRADE:
        reason = "no answer to the upgrade";
        break;

    default:
        reason = client->asked ? "no answer to \"join\""
                               : "nothing came after the upgrade";
        break;
    }

    ngx_webrtc_ers_client_break(client, reason);
}


ngx_webrtc_usec_t
ngx_webrtc_ers_client_expires(ngx_webrtc_ers_client_t *client)
{
    if (client->phase == NGX_WEBRTC_ERS_CLIENT_OVER) {
        return NGX_WEBRTC_NEVER;
    }

    if (client->reason) {
        return 0;
    }

    if (client->joined) {
        return ngx_webrtc_ers_client_silence(client);
    }

    return ngx_min(client->created + client->conf.join_timeout, client->join);
}


void
ngx_webrtc_ers_client_leave(ngx_webrtc_ers_client_t *client)
{
    ngx_webrtc_socket_io_1_packet_t  packet;

    if (client->phase == NGX_WEBRTC_ERS_CLIENT_OPEN) {

        ngx_memzero(&packet, sizeof(ngx_webrtc_socket_io_1_packet_t));
        packet.type = NGX_WEBRTC_SOCKET_IO_1_DISCONNECT;

        (void) ngx_webrtc_ers_client_send(client, &packet);
        (void) ngx_webrtc_websocket_send_close(&client->ws, 1000, NULL, 0);
    }

    client->phase = NGX_WEBRTC_ERS_CLIENT_OVER;
    client->sent = client->request_len;
}


ngx_uint_t
ngx_webrtc_ers_client_is_shared(const ngx_webrtc_ers_client_t *client)
{
    return client->shared;
}


ngx_uint_t
ngx_webrtc_ers_client_servers(const ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_server_t **servers)
{
    *servers = client->servers;

    return client->nservers;
}


void
ngx_webrtc_ers_client_tell(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_client_event_t *event, ngx_webrtc_usec_t now)
{
    client->handler(client, event, client->data, now);
}


void
ngx_webrtc_ers_client_refused(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_ers_client_event_e type, const char *reason,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_client_event_t  event;

    client->phase = NGX_WEBRTC_ERS_CLIENT_OVER;
    client->sent = client->request_len;

    ngx_memzero(&event, sizeof(ngx_webrtc_ers_client_event_t));
    event.type = type;
    event.reason = reason;

    ngx_webrtc_ers_client_tell(client, &event, now);
}


void
ngx_webrtc_ers_client_break(ngx_webrtc_ers_client_t *client,
    const char *reason)
{
    if (client->reason == NULL) {
        client->reason = reason;
    }
}


/* what could not be done in the middle of the input */

static void
ngx_webrtc_ers_client_settle(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_socket_io_1_packet_t  packet;

    if (client->beat && ngx_webrtc_ers_client_is_open(client)) {

        ngx_memzero(&packet, sizeof(ngx_webrtc_socket_io_1_packet_t));
        packet.type = NGX_WEBRTC_SOCKET_IO_1_HEARTBEAT;

        (void) ngx_webrtc_ers_client_send(client, &packet);
    }

    client->beat = 0;

    if (client->reason && client->phase != NGX_WEBRTC_ERS_CLIENT_OVER) {
        ngx_webrtc_ers_client_refused(client, NGX_WEBRTC_ERS_BROKEN,
                                      client->reason, now);
    }
}
