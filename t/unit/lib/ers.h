
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A rendezvous server in a few lines, and our client of it.  What the client
 * tells and what it sends is kept as text, one line for each event or packet.
 */


#ifndef _ERS_H_INCLUDED_
#define _ERS_H_INCLUDED_


#include <stdio.h>

#include <core/ngx_webrtc_text.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <front/evostream/ngx_webrtc_ers_client.h>


#define ERS_GUID  "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

#define HANDSHAKE                                                            \
    "HTTP/1.1 200 OK\r\n"                                                    \
    "Transfer-Encoding: chunked\r\n"                                         \
    "\r\n"                                                                   \
    "1d\r\n4d4f185e96a7b:60:60:websocket\r\n"                                \
    "0\r\n\r\n"

#define CONNECTED  "1::"
#define ERSID      "5:::{\"name\":\"ersid\",\"args\":[{\"id\":\"ems\"}]}"
#define ACK        "6:::1+[null,{\"clients\":{}}]"


typedef struct {
    ngx_webrtc_ers_client_t       *client;
    ngx_webrtc_ers_client_conf_t   conf;
    ngx_webrtc_usec_t              now;

    char                           events[8192];
    char                           packets[65536];  /* and other opcodes */
    ngx_uint_t                     requests;
    char                           request[2048];   /* the last one */
    u_char                         bytes[65536];    /* of frames, so far */
    size_t                         len;

    ngx_int_t                      no_random;
    ngx_int_t                      open;
    void                         (*on_event)(
                                   const ngx_webrtc_ers_client_event_t *event);
} ers_t;


static ers_t  ers;


static void
ers_say(const char *name, const ngx_str_t *value)
{
    size_t  n;

    if (value->len) {
        n = strlen(ers.events);
        snprintf(ers.events + n, sizeof(ers.events) - n, " %s=%.*s", name,
                 (int) value->len, (char *) value->data);
    }
}


static void
ers_handler(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_client_event_t *event, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_str_t  reason;

    static const char  *names[] = {
        "JOINED", "VIEWER", "MESSAGE", "REMOVE", "TAKEN", "INVALID_ROOM",
        "INVALID_TOKEN", "RECONNECT", "BROKEN"
    };
    static const char  *messages[] = {
        "offer", "answer", "candidate", "command"
    };

    assert_true(ers.client == NULL || client == ers.client);
    assert_ptr_equal(data, &ers);
    assert_int_equal(now, ers.now);

    strcat(ers.events, names[event->type]);

    if (event->type == NGX_WEBRTC_ERS_MESSAGE) {
        strcat(ers.events, " ");
        strcat(ers.events, messages[event->message]);
    }

    ers_say("id", &event->id);
    ers_say("stream", &event->stream);
    ers_say("transport", &event->transport);
    ers_say("name", &event->name);
    ers_say("sid", &event->sid);
    ers_say("sdp", &event->sdp);
    ers_say("candidate", &event->candidate);
    ers_say("mid", &event->mid);
    ers_say("command", &event->command);

    if (event->reason) {
        reason.data = (u_char *) event->reason;
        reason.len = strlen(event->reason);
        ers_say("reason", &reason);
    }

    strcat(ers.events, "\n");

    if (ers.on_event) {
        ers.on_event(event);
    }
}


static ngx_int_t
ers_random(void *data, u_char *buf, size_t len)
{
    assert_ptr_equal(data, &ers);
    memset(buf, 0x5a, len);

    return ers.no_random ? NGX_ERROR : NGX_OK;
}


/* a client with usual settings; they can be changed before ers_create() */

static void
ers_init(void)
{
    memset(&ers, 0, sizeof(ers_t));

    ers.now = 1000 * NGX_WEBRTC_SEC;

    ngx_str_set(&ers.conf.host, "ers.example:3535");
    ngx_str_set(&ers.conf.room, "testRoom");
    ngx_str_set(&ers.conf.token, "secret");
    ngx_str_set(&ers.conf.instance, "we");

    ers.conf.message_size = 8192;
    ers.conf.send_queue = 32768;
    ers.conf.join_timeout = 10 * NGX_WEBRTC_SEC;
    ers.conf.silence = 55 * NGX_WEBRTC_SEC;
    ers.conf.wall = 1600000000123456ULL;
    ers.conf.random = ers_random;
    ers.conf.sha1 = ngx_webrtc_sha1;
}


static void
ers_create(void)
{
    ers.client = ngx_webrtc_ers_client_create(&ers.conf, ers_handler, &ers,
                                              ers.now);
    assert_non_null(ers.client);
}


static void
ers_destroy(void)
{
    ngx_webrtc_ers_client_destroy(ers.client);
    ers.client = NULL;
}


/* takes a whole frame from ers.bytes and notes it */

static ngx_int_t
ers_frame(void)
{
    size_t   i, n, len;
    u_char  *p;

    p = ers.bytes;

    if (ers.len < 6) {
        return 0;
    }

    assert_true(p[0] & 0x80);
    assert_true(p[1] & 0x80);

    len = p[1] & 0x7f;
    p += 2;

    if (len == 126) {
        len = p[0] << 8 | p[1];
        p += 2;
    }

    assert_true(len < 127 || len > 127);

    if ((size_t) (p - ers.bytes) + 4 + len > ers.len) {
        return 0;
    }

    n = strlen(ers.packets);
    assert_true(n + len + 16 < sizeof(ers.packets));

    if (ers.bytes[0] != 0x81) {
        n += sprintf(ers.packets + n, "<%x>", ers.bytes[0] & 0xf);
    }

    for (i = 0; i < len && ers.bytes[0] != 0x88; i++) {
        ers.packets[n++] = p[4 + i] ^ p[i % 4];
    }

    ers.packets[n++] = '\n';
    ers.packets[n] = '\0';

    p += 4 + len;
    ers.len -= p - ers.bytes;
    memmove(ers.bytes, p, ers.len);

    return 1;
}


/* takes what the client has to send, "step" bytes at a time */

static void
ers_flush(size_t step)
{
    size_t  n;
    char   *end;

    for ( ;; ) {
        assert_true(ers.len + step <= sizeof(ers.bytes));

        n = ngx_webrtc_ers_client_output(ers.client, ers.bytes + ers.len,
                                         step);
        if (n == 0) {
            break;
        }

        ers.len += n;
    }

    while (!ers.open && ers.len) {

        ers.bytes[ers.len] = '\0';
        end = strstr((char *) ers.bytes, "\r\n\r\n");

        if (end == NULL) {
            return;
        }

        n = (u_char *) end + 4 - ers.bytes;
        assert_true(n < sizeof(ers.request));

        memcpy(ers.request, ers.bytes, n);
        ers.request[n] = '\0';
        ers.requests++;

        ers.len -= n;
        memmove(ers.bytes, ers.bytes + n, ers.len);
    }

    while (ers.open && ers_frame()) { /* void */ }
}


static void
ers_input(const void *data, size_t len)
{
    u_char  *copy;

    copy = malloc(len ? len : 1);
    assert_non_null(copy);

    memcpy(copy, data, len);
    ngx_webrtc_ers_client_input(ers.client, copy, len, ers.now);

    free(copy);
}


#define ers_http(text)  ers_input(text, sizeof(text) - 1)


static size_t
ers_put_frame(u_char *buf, const char *text)
{
    u_char  *p;
    size_t   len;

    p = buf;
    len = strlen(text);

    *p++ = 0x81;

    if (len < 126) {
        *p++ = (u_char) len;

    } else {
        *p++ = 126;
        *p++ = (u_char) (len >> 8);
        *p++ = (u_char) len;
    }

    memcpy(p, text, len);

    return p + len - buf;
}


/* a packet to the client */

static void
ers_packet(const char *text)
{
    size_t   len;
    u_char  *buf;

    buf = malloc(strlen(text) + 4);
    assert_non_null(buf);

    len = ers_put_frame(buf, text);
    ers_input(buf, len);

    free(buf);
}


/* the reply to the request of an upgrade */

static size_t
ers_put_upgrade(u_char *buf, size_t size)
{
    char               *key;
    u_char              digest[NGX_WEBRTC_SHA1_LEN];
    u_char              text[24 + sizeof(ERS_GUID)];
    ngx_webrtc_text_t   out;

    key = strstr(ers.request, "Sec-WebSocket-Key: ");
    assert_non_null(key);

    memcpy(text, key + 19, 24);
    memcpy(text + 24, ERS_GUID, sizeof(ERS_GUID));

    assert_int_equal(ngx_webrtc_sha1(digest, text, 24 + sizeof(ERS_GUID) - 1),
                     NGX_OK);

    ngx_webrtc_text_init(&out, buf, buf + size);
    ngx_webrtc_text_cstr(&out, "HTTP/1.1 101 Switching Protocols\r\n"
                               "Upgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: ");
    ngx_webrtc_text_base64(&out, digest, sizeof(digest));
    ngx_webrtc_text_cstr(&out, "\r\n\r\n");
    assert_false(out.overflow);

    ers.open = 1;

    return ngx_webrtc_text_len(&out);
}


/* up to the open WebSocket */

static void
ers_open(void)
{
    u_char  buf[512];

    ers_create();
    ers_flush(4096);
    ers_http(HANDSHAKE);
    ers_flush(4096);
    ers_input(buf, ers_put_upgrade(buf, sizeof(buf)));
}


/* up to a room that is ours; what was noted so far is forgotten */

static void
ers_join(void)
{
    ers_open();
    ers_packet(CONNECTED);
    ers_packet(ERSID);
    ers_flush(4096);
    ers_packet(ACK);

    assert_string_equal(ers.events, "JOINED\n");

    ers.events[0] = '\0';
    ers.packets[0] = '\0';
}


#define ers_told(text)                                                       \
    assert_string_equal(ers.events, text);                                   \
    ers.events[0] = '\0'

#define ers_sent(text)                                                       \
    ers_flush(4096);                                                         \
    assert_string_equal(ers.packets, text);                                  \
    ers.packets[0] = '\0'


#endif /* _ERS_H_INCLUDED_ */
