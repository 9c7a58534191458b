
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Messages of a client of PeerJS, each after a zero byte; what is before the
 * first one is the query: key, id and token, a line each.  Everything that
 * comes out goes through the bridge too.
 */


#include <front/skyway/ngx_webrtc_peerjs.h>
#include <front/skyway/ngx_webrtc_skyway_bridge.h>


static ngx_webrtc_skyway_t         *skyway;
static ngx_webrtc_peerjs_client_t  *client;


static ngx_int_t
claim(void *data, const ngx_webrtc_skyway_registration_t *reg,
    uint64_t endpoint)
{
    (void) data;
    (void) reg;
    (void) endpoint;

    return NGX_OK;
}


static void
release(void *data, const ngx_webrtc_skyway_registration_t *reg,
    uint64_t endpoint)
{
    (void) data;
    (void) reg;
    (void) endpoint;
}


/* whoever is called hears it in the words of skyway-js */

static ngx_int_t
deliver(void *data, const ngx_webrtc_skyway_message_t *message)
{
    json_t                       *payload;
    char                         *text;
    ngx_webrtc_skyway_message_t   back;

    (void) data;

    if (message->dst.len == 0 || message->dst.data[0] == 'x') {
        return NGX_DECLINED;
    }

    payload = ngx_webrtc_skyway_bridge(message, NGX_WEBRTC_SKYWAY_SOCKETIO);
    text = payload ? json_dumps(payload, 0) : NULL;
    json_decref(payload);

    if (text) {
        back = *message;
        back.dialect = NGX_WEBRTC_SKYWAY_SOCKETIO;
        back.payload.data = (u_char *) text;
        back.payload.len = strlen(text);

        json_decref(ngx_webrtc_skyway_bridge(&back,
                                             NGX_WEBRTC_SKYWAY_PEERJS));
        free(text);
    }

    return NGX_OK;
}


static ngx_int_t
pipe_send(void *pipe, const u_char *data, size_t len)
{
    json_t        *json;
    json_error_t   error;

    (void) pipe;

    /* it must be JSON, whatever was put into it */

    json = json_loadb((const char *) data, len, 0, &error);

    if (json == NULL && json_error_code(&error) != json_error_stack_overflow)
    {
        abort();
    }

    json_decref(json);

    return NGX_OK;
}


static ngx_int_t
pipe_ping(void *pipe)
{
    (void) pipe;

    return NGX_OK;
}


static void
pipe_close(void *pipe, ngx_uint_t code, const char *reason)
{
    (void) pipe;
    (void) code;
    (void) reason;

    client = NULL;
}


static const ngx_webrtc_peerjs_pipe_t  handlers = {
    pipe_send,
    pipe_ping,
    pipe_close
};


static void
create(void)
{
    ngx_webrtc_skyway_conf_t  conf;
    ngx_webrtc_skyway_glue_t  glue;

    memset(&conf, 0, sizeof(conf));
    memset(&glue, 0, sizeof(glue));

    conf.max_waiting = 4;
    conf.waiting_buffer = 4096;
    conf.max_peers = 4;
    conf.max_connections = 4;
    conf.max_events = 4;
    conf.expire_timeout = NGX_WEBRTC_SEC;
    conf.ping_timeout = 3 * NGX_WEBRTC_SEC;
    conf.alive_timeout = 60 * NGX_WEBRTC_SEC;

    glue.claim = claim;
    glue.release = release;
    glue.send = deliver;

    skyway = ngx_webrtc_skyway_create(&conf, &glue, NULL, NULL, NULL);

    if (skyway == NULL) {
        abort();
    }
}


/* a copy of its exact size, so that ASan sees what is read behind it */

static const uint8_t *
cut(const uint8_t *pos, const uint8_t *last, int ch, u_char **copy,
    size_t *len)
{
    const uint8_t  *p;

    p = (pos < last) ? memchr(pos, ch, last - pos) : NULL;
    *len = (p ? p : last) - pos;

    *copy = malloc(*len ? *len : 1);

    if (*copy == NULL) {
        abort();
    }

    memcpy(*copy, pos, *len);

    return p ? p + 1 : last;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                       len;
    u_char                      *text, *key, *id, *token;
    ngx_str_t                    refusal;
    const uint8_t               *p, *last;
    ngx_webrtc_usec_t            now;
    ngx_webrtc_peerjs_hello_t    hello;
    ngx_webrtc_skyway_message_t  message;

    create();

    memset(&hello, 0, sizeof(hello));

    last = data + size;
    now = NGX_WEBRTC_SEC;

    p = cut(data, last, '\n', &key, &hello.key.len);
    p = cut(p, last, '\n', &id, &hello.id.len);
    p = cut(p, last, '\0', &token, &hello.token.len);

    hello.key.data = key;
    hello.id.data = id;
    hello.token.data = token;

    client = ngx_webrtc_peerjs_open(skyway, &hello, &handlers, NULL, 0, now,
                                    &refusal);

    while (client && p < last) {
        p = cut(p, last, '\0', &text, &len);

        (void) ngx_webrtc_peerjs_input(client, text, len, now);

        /* the same as what another one says */

        memset(&message, 0, sizeof(message));
        message.dialect = NGX_WEBRTC_SKYWAY_REST;
        message.key = hello.key;
        message.src = hello.id;
        message.dst = hello.id;
        message.payload.data = text;
        message.payload.len = len;

        ngx_webrtc_skyway_deliver(skyway, (uint64_t) 1 << 32, &message, now);

        now += NGX_WEBRTC_SEC / 2;
        ngx_webrtc_skyway_tick(skyway, now);

        free(text);
    }

    ngx_webrtc_skyway_destroy(skyway);

    free(key);
    free(id);
    free(token);

    return 0;
}
