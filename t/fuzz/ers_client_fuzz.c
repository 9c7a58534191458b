
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Everything that a rendezvous server can say, in pieces: a byte tells what
 * happens, the next one how long the piece or the time is.  If the very first
 * byte is odd, the WebSocket stands already.
 */


#include <crypto/ngx_webrtc_hmac.h>
#include <front/evostream/ngx_webrtc_ers_client.h>


/* the answer to a key of 16 bytes of 'Z' */

#define UPGRADE                                                              \
    "HTTP/1.1 101 Switching Protocols\r\n"                                   \
    "Upgrade: websocket\r\n"                                                 \
    "Connection: Upgrade\r\n"                                                \
    "Sec-WebSocket-Accept: 1nwQI3IBoftOh+fG2YorpTWcrHs=\r\n"                 \
    "\r\n"

#define HANDSHAKE                                                            \
    "HTTP/1.1 200 OK\r\n"                                                    \
    "Content-Length: 19\r\n"                                                 \
    "\r\n"                                                                   \
    "abc:60:60:websocket"


typedef struct {
    ngx_uint_t         over;
    ngx_uint_t         sum;
} told_t;


static void
touch(told_t *told, const ngx_str_t *str)
{
    size_t  i;

    for (i = 0; i < str->len; i++) {
        told->sum += str->data[i];
    }
}


static void
look(ngx_webrtc_ers_client_t *client, told_t *told)
{
    ngx_uint_t                      i, n;
    const ngx_webrtc_ers_server_t  *servers;

    n = ngx_webrtc_ers_client_servers(client, &servers);

    for (i = 0; i < n; i++) {
        touch(told, &servers[i].url);
        touch(told, &servers[i].username);
        touch(told, &servers[i].credential);

        if (servers[i].url.data[servers[i].url.len]
            || servers[i].username.data[servers[i].username.len]
            || servers[i].credential.data[servers[i].credential.len])
        {
            abort();
        }
    }
}


static void
handler(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_client_event_t *event, void *data,
    ngx_webrtc_usec_t now)
{
    told_t     *told;
    ngx_str_t   text;

    (void) now;

    told = data;

    if (told->over) {
        abort();
    }

    touch(told, &event->id);
    touch(told, &event->stream);
    touch(told, &event->transport);
    touch(told, &event->name);
    touch(told, &event->sid);
    touch(told, &event->sdp);
    touch(told, &event->candidate);
    touch(told, &event->mid);
    touch(told, &event->command);

    look(client, told);

    switch (event->type) {

    case NGX_WEBRTC_ERS_VIEWER:
        ngx_str_set(&text, "v=0");
        (void) ngx_webrtc_ers_client_offer(client, &event->id, &event->sid,
                                           &text);
        break;

    case NGX_WEBRTC_ERS_MESSAGE:

        if (event->id.len == 0) {
            abort();
        }

        (void) ngx_webrtc_ers_client_candidate(client, &event->id,
                                               &event->sid, &event->mid,
                                               &event->candidate);

        if (event->message == NGX_WEBRTC_ERS_COMMAND) {
            ngx_webrtc_ers_client_leave(client);
            told->over = 1;
        }

        break;

    case NGX_WEBRTC_ERS_JOINED:
    case NGX_WEBRTC_ERS_REMOVE:
    case NGX_WEBRTC_ERS_RECONNECT:
        break;

    default:

        if (event->reason == NULL) {
            abort();
        }

        told->over = 1;
        break;
    }
}


static ngx_int_t
random_bytes(void *data, u_char *buf, size_t len)
{
    (void) data;

    memset(buf, 'Z', len);

    return NGX_OK;
}


static void
flush(ngx_webrtc_ers_client_t *client, size_t step)
{
    u_char  buf[256];

    while (ngx_webrtc_ers_client_output(client, buf, step)) { /* void */ }
}


static void
input(ngx_webrtc_ers_client_t *client, const void *data, size_t len,
    ngx_webrtc_usec_t now)
{
    u_char  *copy;

    copy = malloc(len ? len : 1);
    if (copy == NULL) {
        abort();
    }

    ngx_memcpy(copy, data, len);
    ngx_webrtc_ers_client_input(client, copy, len, now);

    free(copy);
}


static ngx_webrtc_ers_client_t *
create(told_t *told, ngx_uint_t open)
{
    ngx_webrtc_ers_client_t       *client;
    ngx_webrtc_ers_client_conf_t   conf;

    ngx_memzero(&conf, sizeof(ngx_webrtc_ers_client_conf_t));

    ngx_str_set(&conf.host, "ers");
    ngx_str_set(&conf.room, "room");

    conf.message_size = 2048;
    conf.send_queue = 4096;
    conf.join_timeout = 10 * NGX_WEBRTC_SEC;
    conf.silence = 55 * NGX_WEBRTC_SEC;
    conf.random = random_bytes;
    conf.sha1 = ngx_webrtc_sha1;

    client = ngx_webrtc_ers_client_create(&conf, handler, told, 0);
    if (client == NULL) {
        abort();
    }

    flush(client, 256);

    if (open) {
        input(client, HANDSHAKE, sizeof(HANDSHAKE) - 1, 0);
        flush(client, 256);
        input(client, UPGRADE, sizeof(UPGRADE) - 1, 0);

        if (told->over) {
            abort();
        }
    }

    return client;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                    n;
    told_t                    told;
    ngx_webrtc_usec_t         now;
    ngx_webrtc_ers_client_t  *client;

    ngx_memzero(&told, sizeof(told_t));

    now = 0;
    client = create(&told, size && (*data & 1));

    while (size >= 2) {
        n = data[1];

        switch (*data >> 1 & 7) {

        case 0:
            now += n * NGX_WEBRTC_SEC;
            ngx_webrtc_ers_client_tick(client, now);
            n = 0;
            break;

        case 1:
            ngx_webrtc_ers_client_eof(client, now);
            n = 0;
            break;

        case 2:
            ngx_webrtc_ers_client_reconnected(client, now);
            n = 0;
            break;

        case 3:
            flush(client, n + 1);
            n = 0;
            break;

        default:
            n = ngx_min(n, size - 2);
            input(client, data + 2, n, now);
            break;
        }

        if (!told.over && ngx_webrtc_ers_client_expires(client) == 0) {
            ngx_webrtc_ers_client_tick(client, now);

            if (!told.over) {
                abort();
            }
        }

        data += n + 2;
        size -= n + 2;
    }

    look(client, &told);
    ngx_webrtc_ers_client_destroy(client);

    return 0;
}
