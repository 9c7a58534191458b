
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What is said in HTTP: the handshake of socket.io 0.9, whose answer is
 * "session:heartbeat:close:transports", and the upgrade to WebSocket
 * (RFC 6455, section 4.1), on the same connection if the server lets it be.
 */


#include <front/evostream/ngx_webrtc_ers_client_internal.h>


#define NGX_WEBRTC_ERS_CLIENT_KEY     24    /* 16 bytes in base64 */
#define NGX_WEBRTC_ERS_CLIENT_DIGEST  20


static void ngx_webrtc_ers_client_upgrade(ngx_webrtc_ers_client_t *client);
static void ngx_webrtc_ers_client_request(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_text_t *text);
static ngx_uint_t ngx_webrtc_ers_client_is_plain(const ngx_str_t *str);
static void ngx_webrtc_ers_client_replied(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);
static const char *ngx_webrtc_ers_client_session(
    ngx_webrtc_ers_client_t *client);
static ngx_uint_t ngx_webrtc_ers_client_field(ngx_str_t *rest,
    ngx_str_t *field, u_char end);
static void ngx_webrtc_ers_client_part(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_ers_client_key(ngx_webrtc_ers_client_t *client,
    u_char *key);
static const char *ngx_webrtc_ers_client_upgraded(
    ngx_webrtc_ers_client_t *client);


void
ngx_webrtc_ers_client_handshake(ngx_webrtc_ers_client_t *client)
{
    ngx_webrtc_text_t  text;

    if (client->conf.host.len > NGX_WEBRTC_ERS_CLIENT_HOST
        || !ngx_webrtc_ers_client_is_plain(&client->conf.host))
    {
        ngx_webrtc_ers_client_break(client, "the server's name is invalid");
        return;
    }

    ngx_webrtc_text_init(&text, client->request,
                         client->request + NGX_WEBRTC_ERS_CLIENT_REQUEST);

    ngx_webrtc_text_cstr(&text, "GET /socket.io/1/?t=");
    ngx_webrtc_text_uint(&text, client->conf.wall / NGX_WEBRTC_MSEC);
    ngx_webrtc_text_cstr(&text, " HTTP/1.1" "\r\n"
                                "Connection: keep-alive" "\r\n");

    ngx_webrtc_ers_client_request(client, &text);
}


static void
ngx_webrtc_ers_client_upgrade(ngx_webrtc_ers_client_t *client)
{
    u_char             key[NGX_WEBRTC_ERS_CLIENT_KEY];
    ngx_webrtc_text_t  text;

    if (ngx_webrtc_ers_client_key(client, key) != NGX_OK) {
        ngx_webrtc_ers_client_break(client, "no random bytes");
        return;
    }

    ngx_webrtc_text_init(&text, client->request,
                         client->request + NGX_WEBRTC_ERS_CLIENT_REQUEST);

    ngx_webrtc_text_cstr(&text, "GET /socket.io/1/websocket/");
    ngx_webrtc_text_bytes(&text, client->session, client->session_len);
    ngx_webrtc_text_cstr(&text, " HTTP/1.1" "\r\n"
                                "Upgrade: websocket" "\r\n"
                                "Connection: Upgrade" "\r\n"
                                "Sec-WebSocket-Version: 13" "\r\n"
                                "Sec-WebSocket-Key: ");
    ngx_webrtc_text_bytes(&text, key, NGX_WEBRTC_ERS_CLIENT_KEY);
    ngx_webrtc_text_cstr(&text, "\r\n");

    ngx_webrtc_ers_client_request(client, &text);

    client->phase = NGX_WEBRTC_ERS_CLIENT_UPGRADE;
}


/* the headers that all requests have; then the reply can come */

static void
ngx_webrtc_ers_client_request(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_text_t *text)
{
    ngx_webrtc_text_cstr(text, "Host: ");
    ngx_webrtc_text_str(text, &client->conf.host);
    ngx_webrtc_text_cstr(text, "\r\n" "Origin: http://");
    ngx_webrtc_text_str(text, &client->conf.host);
    ngx_webrtc_text_cstr(text, "\r\n" "User-Agent: ngx_webrtc_module" "\r\n"
                               "\r\n");

    client->request_len = ngx_webrtc_text_len(text);
    client->sent = 0;

    ngx_webrtc_http_reply_init(&client->reply, client->replied,
                               NGX_WEBRTC_ERS_CLIENT_REPLY);
}


/* nothing that would end a header or a path */

static ngx_uint_t
ngx_webrtc_ers_client_is_plain(const ngx_str_t *str)
{
    size_t  i;

    for (i = 0; i < str->len; i++) {

        if (str->data[i] <= ' '
            || str->data[i] >= 0x7f
            || strchr("\"#/<>?\\^`{|}", str->data[i]) != NULL)
        {
            return 0;
        }
    }

    return str->len != 0;
}


void
ngx_webrtc_ers_client_replies(ngx_webrtc_ers_client_t *client,
    const u_char **pos, const u_char *last, ngx_webrtc_usec_t now)
{
    while ((client->phase == NGX_WEBRTC_ERS_CLIENT_HANDSHAKE
            || client->phase == NGX_WEBRTC_ERS_CLIENT_UPGRADE)
           && client->reason == NULL
           && *pos < last)
    {
        if (client->sent < client->request_len) {
            ngx_webrtc_ers_client_break(client, "the server answered before "
                                        "it was asked");
            return;
        }

        switch (ngx_webrtc_http_reply_parse(&client->reply, pos, last)) {

        case NGX_OK:
            ngx_webrtc_ers_client_replied(client, now);
            break;

        case NGX_AGAIN:
            return;

        default:
            ngx_webrtc_ers_client_break(client, "the server does not speak "
                                        "HTTP");
            return;
        }
    }
}


static void
ngx_webrtc_ers_client_replied(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    const char  *reason;

    if (client->phase == NGX_WEBRTC_ERS_CLIENT_UPGRADE) {

        reason = ngx_webrtc_ers_client_upgraded(client);

        if (reason == NULL) {
            ngx_webrtc_ers_client_open(client);
        }

    } else {
        reason = ngx_webrtc_ers_client_session(client);

        if (reason == NULL) {

            if (client->reply.closes) {
                ngx_webrtc_ers_client_part(client, now);

            } else {
                ngx_webrtc_ers_client_upgrade(client);
            }
        }
    }

    if (reason) {
        ngx_webrtc_ers_client_break(client, reason);
    }
}


static const char *
ngx_webrtc_ers_client_session(ngx_webrtc_ers_client_t *client)
{
    ngx_str_t  rest, session, beats, field;

    if (client->reply.status != 200) {
        return "the server refused the handshake";
    }

    rest = client->reply.body;

    while (rest.len && rest.data[rest.len - 1] <= ' ') {
        rest.len--;
    }

    if (!ngx_webrtc_ers_client_field(&rest, &session, ':')
        || session.len > NGX_WEBRTC_ERS_CLIENT_SESSION
        || !ngx_webrtc_ers_client_is_plain(&session))
    {
        return "the server does not speak socket.io 0.9";
    }

    ngx_memcpy(client->session, session.data, session.len);
    client->session_len = session.len;

    /* a server without heartbeats says so */

    (void) ngx_webrtc_ers_client_field(&rest, &beats, ':');
    client->beats = (beats.len && beats.data[0] != '0');

    (void) ngx_webrtc_ers_client_field(&rest, &field, ':');

    if (rest.len == 0) {
        return NULL;
    }

    while (rest.len) {
        (void) ngx_webrtc_ers_client_field(&rest, &field, ',');

        if (field.len == 9 && ngx_memcmp(field.data, "websocket", 9) == 0) {
            return NULL;
        }
    }

    return "the server has no WebSocket";
}


/* up to the end, which is taken too if it is there */

static ngx_uint_t
ngx_webrtc_ers_client_field(ngx_str_t *rest, ngx_str_t *field, u_char end)
{
    size_t  i;

    for (i = 0; i < rest->len && rest->data[i] != end; i++) { /* void */ }

    field->data = rest->data;
    field->len = i;

    if (i == rest->len) {
        rest->len = 0;
        return 0;
    }

    rest->data += i + 1;
    rest->len -= i + 1;

    return 1;
}


void
ngx_webrtc_ers_client_parted(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    if (client->phase == NGX_WEBRTC_ERS_CLIENT_HANDSHAKE
        && ngx_webrtc_http_reply_eof(&client->reply) == NGX_OK)
    {
        ngx_webrtc_ers_client_replied(client, now);
        return;
    }

    if (client->phase == NGX_WEBRTC_ERS_CLIENT_UPGRADE
        && !client->retried
        && client->reply.pos == client->reply.start)
    {
        ngx_webrtc_ers_client_part(client, now);
        return;
    }

    ngx_webrtc_ers_client_break(client, "the server closed the connection");
}


static void
ngx_webrtc_ers_client_part(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_client_event_t  event;

    client->phase = NGX_WEBRTC_ERS_CLIENT_APART;
    client->sent = client->request_len;

    ngx_memzero(&event, sizeof(ngx_webrtc_ers_client_event_t));
    event.type = NGX_WEBRTC_ERS_RECONNECT;

    ngx_webrtc_ers_client_tell(client, &event, now);
}


void
ngx_webrtc_ers_client_reconnected(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    if (client->phase == NGX_WEBRTC_ERS_CLIENT_APART) {
        client->heard = now;
        client->retried = 1;

        ngx_webrtc_ers_client_upgrade(client);
    }
}


/* a new key, and what the server has to make of it */

static ngx_int_t
ngx_webrtc_ers_client_key(ngx_webrtc_ers_client_t *client, u_char *key)
{
    u_char             bytes[16], digest[NGX_WEBRTC_ERS_CLIENT_DIGEST];
    u_char             buf[NGX_WEBRTC_ERS_CLIENT_KEY
                           + sizeof(NGX_WEBRTC_WEBSOCKET_GUID)];
    ngx_webrtc_text_t  text;

    if (client->conf.random(client->data, bytes, sizeof(bytes)) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_base64(&text, bytes, sizeof(bytes));

    ngx_memcpy(key, buf, NGX_WEBRTC_ERS_CLIENT_KEY);

    ngx_webrtc_text_cstr(&text, NGX_WEBRTC_WEBSOCKET_GUID);

    if (client->conf.sha1(digest, buf, ngx_webrtc_text_len(&text)) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, client->accept,
                         client->accept + NGX_WEBRTC_ERS_CLIENT_ACCEPT);
    ngx_webrtc_text_base64(&text, digest, sizeof(digest));

    return NGX_OK;
}


/* NULL: it is a WebSocket */

static const char *
ngx_webrtc_ers_client_upgraded(ngx_webrtc_ers_client_t *client)
{
    ngx_str_t                 value;
    ngx_webrtc_http_reply_t  *reply;

    reply = &client->reply;

    if (reply->status != 101
        || !ngx_webrtc_http_reply_has(reply, "upgrade", "websocket")
        || !ngx_webrtc_http_reply_has(reply, "connection", "upgrade"))
    {
        return "the server refused the upgrade";
    }

    if (ngx_webrtc_http_reply_header(reply, "sec-websocket-accept", &value)
        != NGX_OK
        || value.len != NGX_WEBRTC_ERS_CLIENT_ACCEPT
        || ngx_memcmp(value.data, client->accept, value.len) != 0)
    {
        return "the server does not speak WebSocket";
    }

    /* none was offered */

    if (ngx_webrtc_http_reply_header(reply, "sec-websocket-extensions",
                                     &value)
        == NGX_OK
        && value.len)
    {
        return "the server uses an extension of WebSocket";
    }

    return NULL;
}
