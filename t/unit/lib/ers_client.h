
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A client of the ERS that speaks with nobody: a test says what happens to
 * it and reads what it was told to say.  In the program it stands before the
 * one of the library.
 */


#ifndef _NGX_WEBRTC_TEST_ERS_CLIENT_H_INCLUDED_
#define _NGX_WEBRTC_TEST_ERS_CLIENT_H_INCLUDED_


#include <stdarg.h>
#include <stdio.h>

#include <front/evostream/ngx_webrtc_ers_client.h>


struct ngx_webrtc_ers_client_s {
    ngx_webrtc_ers_client_handler_pt   handler;
    void                              *data;
    ngx_uint_t                         shared;
    ngx_uint_t                         full;
    ngx_uint_t                         reconnect;   /* at eof() */
    char                               host[128];
    char                               room[128];
    /* happens in the next input() or tick() */
    ngx_webrtc_ers_client_event_t      event;
    ngx_uint_t                         has_event;
    ngx_webrtc_usec_t                  expires;
};


/* all that clients were told to say, a line each */
static char        said[65536];
static ngx_uint_t  shared = 1;
static ngx_uint_t  nclients;


static void
say(const char *fmt, ...)
{
    size_t   len;
    va_list  args;

    len = strlen(said);

    va_start(args, fmt);
    (void) vsnprintf(said + len, sizeof(said) - len, fmt, args);
    va_end(args);
}


#define arg(str)  (int) (str)->len, (const char *) (str)->data


ngx_webrtc_ers_client_t *
ngx_webrtc_ers_client_create(const ngx_webrtc_ers_client_conf_t *conf,
    ngx_webrtc_ers_client_handler_pt handler, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_client_t  *client;

    (void) now;

    client = calloc(1, sizeof(ngx_webrtc_ers_client_t));

    client->handler = handler;
    client->data = data;
    client->shared = shared;
    client->expires = NGX_WEBRTC_NEVER;
    nclients++;

    (void) snprintf(client->host, sizeof(client->host), "%.*s",
                    arg(&conf->host));
    (void) snprintf(client->room, sizeof(client->room), "%.*s",
                    arg(&conf->room));

    return client;
}


void
ngx_webrtc_ers_client_destroy(ngx_webrtc_ers_client_t *client)
{
    nclients--;
    free(client);
}


void
ngx_webrtc_ers_client_input(ngx_webrtc_ers_client_t *client, u_char *pos,
    size_t len, ngx_webrtc_usec_t now)
{
    (void) pos;
    (void) len;

    if (client->has_event) {
        client->has_event = 0;
        client->handler(client, &client->event, client->data, now);
    }
}


void
ngx_webrtc_ers_client_eof(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_client_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_ers_client_event_t));

    event.type = NGX_WEBRTC_ERS_BROKEN;
    event.reason = "it has closed the connection";

    if (client->reconnect) {
        event.type = NGX_WEBRTC_ERS_RECONNECT;
        client->reconnect = 0;
    }

    client->handler(client, &event, client->data, now);
}


void
ngx_webrtc_ers_client_reconnected(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    (void) client;
    (void) now;

    say("reconnected\n");
}


size_t
ngx_webrtc_ers_client_output(ngx_webrtc_ers_client_t *client, u_char *buf,
    size_t size)
{
    (void) client;
    (void) buf;
    (void) size;

    return 0;
}


void
ngx_webrtc_ers_client_tick(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    if (client->expires <= now) {
        client->expires = NGX_WEBRTC_NEVER;
        ngx_webrtc_ers_client_input(client, NULL, 0, now);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_ers_client_expires(ngx_webrtc_ers_client_t *client)
{
    return client->expires;
}


static ngx_int_t
queue(ngx_webrtc_ers_client_t *client)
{
    if (!client->full) {
        return NGX_OK;
    }

    ngx_memzero(&client->event, sizeof(ngx_webrtc_ers_client_event_t));

    client->event.type = NGX_WEBRTC_ERS_BROKEN;
    client->event.reason = "its queue is full";
    client->has_event = 1;
    client->expires = 0;

    return NGX_ERROR;
}


ngx_int_t
ngx_webrtc_ers_client_offer(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *sdp)
{
    say("offer %.*s %s %.*s\n", arg(to), sid->len ? "sid" : "none", arg(sdp));

    return queue(client);
}


ngx_int_t
ngx_webrtc_ers_client_answer(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *sdp)
{
    say("answer %.*s %.*s %.*s\n", arg(to), arg(sid), arg(sdp));

    return queue(client);
}


ngx_int_t
ngx_webrtc_ers_client_candidate(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *mid,
    const ngx_str_t *candidate)
{
    say("candidate %.*s %.*s %.*s %.*s\n", arg(to), arg(sid), arg(mid),
        arg(candidate));

    return queue(client);
}


ngx_int_t
ngx_webrtc_ers_client_text(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *text)
{
    say("text %.*s %.*s\n", arg(to), arg(text));

    return queue(client);
}


void
ngx_webrtc_ers_client_leave(ngx_webrtc_ers_client_t *client)
{
    (void) client;

    say("leave\n");
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
    static ngx_webrtc_ers_server_t  server = {
        ngx_string("stun:192.0.2.1:3478"), ngx_null_string, ngx_null_string
    };

    (void) client;

    *servers = &server;

    return 1;
}


#endif /* _NGX_WEBRTC_TEST_ERS_CLIENT_H_INCLUDED_ */
