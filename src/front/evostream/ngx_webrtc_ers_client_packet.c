
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the packets of socket.io in the WebSocket, and the way into the room */


#include <front/evostream/ngx_webrtc_ers_client_internal.h>


/* of "join", the only packet that we want an ack for */
#define NGX_WEBRTC_ERS_CLIENT_JOIN    "1"

/* of a packet, but its data and its id */
#define NGX_WEBRTC_ERS_CLIENT_PACKET  16


static ngx_int_t ngx_webrtc_ers_client_random(void *data, u_char *buf,
    size_t len);
static void ngx_webrtc_ers_client_frame(ngx_webrtc_websocket_t *ws,
    const ngx_webrtc_websocket_message_t *message);
static void ngx_webrtc_ers_client_packet(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_socket_io_1_packet_t *packet, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_happened(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_socket_io_1_packet_t *packet, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_acked(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *data, ngx_webrtc_usec_t now);
static json_t *ngx_webrtc_ers_client_json(const ngx_str_t *text);


void
ngx_webrtc_ers_client_open(ngx_webrtc_ers_client_t *client)
{
    client->phase = NGX_WEBRTC_ERS_CLIENT_OPEN;

    ngx_webrtc_websocket_init_client(&client->ws, client->conf.message_size,
                                     client->conf.send_queue,
                                     ngx_webrtc_ers_client_random,
                                     ngx_webrtc_ers_client_frame, client);

    free(client->replied);
    client->replied = NULL;
}


static ngx_int_t
ngx_webrtc_ers_client_random(void *data, u_char *buf, size_t len)
{
    ngx_webrtc_ers_client_t  *client;

    client = data;

    return client->conf.random(client->data, buf, len);
}


/* within input(), which has noted the time */

static void
ngx_webrtc_ers_client_frame(ngx_webrtc_websocket_t *ws,
    const ngx_webrtc_websocket_message_t *message)
{
    ngx_webrtc_ers_client_t          *client;
    ngx_webrtc_socket_io_1_packet_t   packet;

    client = ws->data;

    if (message->opcode == NGX_WEBRTC_WEBSOCKET_TEXT
        && message->len
        && ngx_webrtc_ers_client_is_open(client)
        && ngx_webrtc_socket_io_1_parse(message->data,
                                        message->data + message->len, &packet)
           == NGX_OK
        && packet.endpoint.len == 0)
    {
        ngx_webrtc_ers_client_packet(client, &packet, client->heard);
    }
}


static void
ngx_webrtc_ers_client_packet(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_socket_io_1_packet_t *packet, ngx_webrtc_usec_t now)
{
    switch (packet->type) {

    case NGX_WEBRTC_SOCKET_IO_1_DISCONNECT:
        ngx_webrtc_ers_client_break(client, "the server has disconnected us");
        break;

    case NGX_WEBRTC_SOCKET_IO_1_CONNECT:

        if (!client->connected && !client->asked) {
            client->join = now + NGX_WEBRTC_ERS_CLIENT_WAIT;
        }

        client->connected = 1;
        break;

    case NGX_WEBRTC_SOCKET_IO_1_HEARTBEAT:

        /* one answer is enough for all that come at a time */

        client->beat = 1;
        break;

    case NGX_WEBRTC_SOCKET_IO_1_EVENT:
        ngx_webrtc_ers_client_happened(client, packet, now);
        break;

    case NGX_WEBRTC_SOCKET_IO_1_ACK:
        ngx_webrtc_ers_client_acked(client, &packet->data, now);
        break;

    case NGX_WEBRTC_SOCKET_IO_1_ERROR:
        ngx_webrtc_ers_client_break(client, "the server told an error");
        break;

    default:
        break;
    }
}


static void
ngx_webrtc_ers_client_happened(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_socket_io_1_packet_t *packet, ngx_webrtc_usec_t now)
{
    json_t                           *json;
    const char                       *name;
    ngx_webrtc_socket_io_1_packet_t   ack;

    json = ngx_webrtc_ers_client_json(&packet->data);
    name = json_string_value(json_object_get(json, "name"));

    if (name) {
        ngx_webrtc_ers_client_event(client, name,
                                    json_array_get(json_object_get(json,
                                                                   "args"),
                                                   0),
                                    now);
    }

    json_decref(json);

    if (packet->ack && packet->id.len) {

        ngx_memzero(&ack, sizeof(ngx_webrtc_socket_io_1_packet_t));
        ack.type = NGX_WEBRTC_SOCKET_IO_1_ACK;
        ack.data = packet->id;

        (void) ngx_webrtc_ers_client_send(client, &ack);
    }
}


static void
ngx_webrtc_ers_client_acked(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *data, ngx_webrtc_usec_t now)
{
    json_t     *json;
    ngx_str_t   id, args;

    if (!client->asked
        || ngx_webrtc_socket_io_1_ack(data, &id, &args) != NGX_OK
        || id.len != sizeof(NGX_WEBRTC_ERS_CLIENT_JOIN) - 1
        || ngx_memcmp(id.data, NGX_WEBRTC_ERS_CLIENT_JOIN, id.len) != 0)
    {
        return;
    }

    json = ngx_webrtc_ers_client_json(&args);

    if (json || args.len == 0) {
        ngx_webrtc_ers_client_answered(client, json, now);
    }

    json_decref(json);
}


/* NULL: it is none */

static json_t *
ngx_webrtc_ers_client_json(const ngx_str_t *text)
{
    const char  *reason;

    if (text->len == 0) {
        return NULL;
    }

    return ngx_webrtc_json_parse(text->data, text->data + text->len,
                                 text->len, &reason);
}


ngx_int_t
ngx_webrtc_ers_client_send(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_socket_io_1_packet_t *packet)
{
    size_t              size;
    u_char             *buf;
    ngx_int_t           rc;
    ngx_webrtc_text_t   text;

    if (!ngx_webrtc_ers_client_is_open(client)) {
        return NGX_ERROR;
    }

    size = NGX_WEBRTC_ERS_CLIENT_PACKET + packet->id.len + packet->data.len;

    buf = malloc(size);
    if (buf == NULL) {
        ngx_webrtc_ers_client_break(client, "no memory");
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, buf, buf + size);
    ngx_webrtc_socket_io_1_write(&text, packet);

    rc = ngx_webrtc_websocket_send_text(&client->ws, buf,
                                        ngx_webrtc_text_len(&text));
    free(buf);

    if (rc == NGX_OK) {
        return NGX_OK;
    }

    if (rc == NGX_BUSY) {
        ngx_webrtc_ers_client_break(client,
                                    "too much waits to be sent to the server");

    } else if (client->ws.failed) {
        ngx_webrtc_ers_client_break(client, "no random bytes");

    } else {
        ngx_webrtc_ers_client_break(client, "the WebSocket is closed");
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_webrtc_ers_client_emit(ngx_webrtc_ers_client_t *client, const char *name,
    json_t *args, ngx_uint_t ack)
{
    char                             *text;
    json_t                           *json;
    ngx_int_t                         rc;
    ngx_webrtc_socket_io_1_packet_t   packet;

    json = json_pack("{s:s, s:o}", "name", name, "args", args);
    text = json ? json_dumps(json, JSON_COMPACT) : NULL;

    json_decref(json);

    if (text == NULL) {
        ngx_webrtc_ers_client_break(client,
                                    "no memory, or a name that is no UTF-8");
        return NGX_ERROR;
    }

    ngx_memzero(&packet, sizeof(ngx_webrtc_socket_io_1_packet_t));

    packet.type = NGX_WEBRTC_SOCKET_IO_1_EVENT;
    packet.data.data = (u_char *) text;
    packet.data.len = ngx_strlen(text);

    if (ack) {
        packet.ack = 1;
        ngx_str_set(&packet.id, NGX_WEBRTC_ERS_CLIENT_JOIN);
    }

    rc = ngx_webrtc_ers_client_send(client, &packet);

    free(text);

    return rc;
}


/* how EvoStream spells its own keys is not known: both ways are told */

void
ngx_webrtc_ers_client_join(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    json_t                        *json;
    ngx_webrtc_ers_client_conf_t  *conf;

    if (client->asked || !ngx_webrtc_ers_client_is_open(client)) {
        return;
    }

    client->asked = 1;
    client->join = NGX_WEBRTC_NEVER;

    conf = &client->conf;

    json = json_pack("[o, {s:I, s:b, s:b, s:o, s:o, s:o, s:s}]",
                     ngx_webrtc_json_str(&conf->room),
                     "index", (json_int_t) ((conf->wall + now
                                             - client->created)
                                            / NGX_WEBRTC_SEC),
                     "EMS", 1, "RMS", 1,
                     "emsToken", ngx_webrtc_json_str(&conf->token),
                     "rmsToken", ngx_webrtc_json_str(&conf->token),
                     "instance", ngx_webrtc_json_str(&conf->instance),
                     "capabilities", "hasHeartBeat,multiClient");

    (void) ngx_webrtc_ers_client_emit(client, "join", json, 1);
}
