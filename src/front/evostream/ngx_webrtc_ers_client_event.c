
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the events that a rendezvous server tells; others are of no interest */


#include <front/evostream/ngx_webrtc_ers_client_internal.h>


typedef void (*ngx_webrtc_ers_client_event_pt)(
    ngx_webrtc_ers_client_t *client, const json_t *argument,
    ngx_webrtc_usec_t now);


typedef struct {
    const char                       *name;
    ngx_webrtc_ers_client_event_pt    handler;
} ngx_webrtc_ers_client_route_t;


/* events, or what the ack of "join" says instead of null */

typedef struct {
    const char                       *name;
    ngx_webrtc_ers_client_event_e     type;
    const char                       *reason;
} ngx_webrtc_ers_client_refusal_t;


static void ngx_webrtc_ers_client_stun(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_turn(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_ersid(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_viewer(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_remove(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_ers_client_refuse(ngx_webrtc_ers_client_t *client,
    const char *name, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_joined(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_clients(ngx_webrtc_ers_client_t *client,
    json_t *clients, ngx_webrtc_usec_t now);
static void ngx_webrtc_ers_client_came(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *id, const json_t *about, ngx_webrtc_usec_t now);


static const ngx_webrtc_ers_client_route_t  ngx_webrtc_ers_client_routes[] = {
    { "stunservers", ngx_webrtc_ers_client_stun },
    { "turnservers", ngx_webrtc_ers_client_turn },
    { "ersid", ngx_webrtc_ers_client_ersid },
    { "clientJoined", ngx_webrtc_ers_client_viewer },
    { "message", ngx_webrtc_ers_client_message },
    { "remove", ngx_webrtc_ers_client_remove }
};

#define NGX_WEBRTC_ERS_CLIENT_ROUTES                                         \
    (sizeof(ngx_webrtc_ers_client_routes)                                    \
     / sizeof(ngx_webrtc_ers_client_route_t))


static const ngx_webrtc_ers_client_refusal_t
    ngx_webrtc_ers_client_refusals[] =
{
    { "taken", NGX_WEBRTC_ERS_TAKEN,
      "the room is taken by another media server" },
    { "invalidRoom", NGX_WEBRTC_ERS_INVALID_ROOM,
      "the server does not allow this room" },
    { "invalidEmsToken", NGX_WEBRTC_ERS_INVALID_TOKEN,
      "the server does not know the token" },
    { "invalidRmsToken", NGX_WEBRTC_ERS_INVALID_TOKEN,
      "the server does not know the token" },
    { "invalidToken", NGX_WEBRTC_ERS_INVALID_TOKEN,
      "the server does not know the token" },
    { "validateFailed", NGX_WEBRTC_ERS_INVALID_TOKEN,
      "the server could not check the token" }
};

#define NGX_WEBRTC_ERS_CLIENT_REFUSALS                                       \
    (sizeof(ngx_webrtc_ers_client_refusals)                                  \
     / sizeof(ngx_webrtc_ers_client_refusal_t))


void
ngx_webrtc_ers_client_event(ngx_webrtc_ers_client_t *client,
    const char *name, const json_t *argument, ngx_webrtc_usec_t now)
{
    ngx_uint_t                            i;
    const ngx_webrtc_ers_client_route_t  *route;

    for (i = 0; i < NGX_WEBRTC_ERS_CLIENT_ROUTES; i++) {
        route = &ngx_webrtc_ers_client_routes[i];

        if (ngx_strcmp(route->name, name) == 0) {
            route->handler(client, argument, now);
            return;
        }
    }

    (void) ngx_webrtc_ers_client_refuse(client, name, now);
}


static ngx_int_t
ngx_webrtc_ers_client_refuse(ngx_webrtc_ers_client_t *client,
    const char *name, ngx_webrtc_usec_t now)
{
    ngx_uint_t                              i;
    const ngx_webrtc_ers_client_refusal_t  *refusal;

    for (i = 0; i < NGX_WEBRTC_ERS_CLIENT_REFUSALS; i++) {
        refusal = &ngx_webrtc_ers_client_refusals[i];

        if (ngx_strcmp(refusal->name, name) == 0) {
            ngx_webrtc_ers_client_refused(client, refusal->type,
                                          refusal->reason, now);
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static void
ngx_webrtc_ers_client_stun(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now)
{
    (void) now;

    ngx_webrtc_ers_client_list(client, &client->stun, argument);
}


static void
ngx_webrtc_ers_client_turn(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now)
{
    (void) now;

    ngx_webrtc_ers_client_list(client, &client->turn, argument);
}


static void
ngx_webrtc_ers_client_ersid(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now)
{
    client->shared = json_is_true(json_object_get(argument, "multiClient"));

    ngx_webrtc_ers_client_join(client, now);
}


/* [error], or [null, {"clients":{...}}] as signalmaster has it */

void
ngx_webrtc_ers_client_answered(ngx_webrtc_ers_client_t *client,
    const json_t *args, ngx_webrtc_usec_t now)
{
    json_t      *error, *room;
    const char  *name;

    error = json_array_get(args, 0);
    name = json_string_value(error);

    if (name && ngx_webrtc_ers_client_refuse(client, name, now) == NGX_OK) {
        return;
    }

    if (error && !json_is_null(error) && !json_is_false(error)) {
        ngx_webrtc_ers_client_break(client, "the server refused \"join\"");
        return;
    }

    ngx_webrtc_ers_client_joined(client, now);

    room = json_array_get(args, 1);

    ngx_webrtc_ers_client_clients(client, json_object_get(room, "clients"),
                                  now);
}


static void
ngx_webrtc_ers_client_joined(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_client_event_t  event;

    if (client->joined) {
        return;
    }

    client->joined = 1;

    ngx_memzero(&event, sizeof(ngx_webrtc_ers_client_event_t));
    event.type = NGX_WEBRTC_ERS_JOINED;

    ngx_webrtc_ers_client_tell(client, &event, now);
}


/* those who were there before us; without a stream there is nothing to do */

static void
ngx_webrtc_ers_client_clients(ngx_webrtc_ers_client_t *client,
    json_t *clients, ngx_webrtc_usec_t now)
{
    json_t      *about;
    ngx_str_t    id;
    const char  *key;

    json_object_foreach(clients, key, about) {

        if (!ngx_webrtc_ers_client_is_open(client)) {
            return;
        }

        if (json_is_string(json_object_get(about, "streamName"))) {
            id.data = (u_char *) key;
            id.len = ngx_strlen(key);

            ngx_webrtc_ers_client_came(client, &id, about, now);
        }
    }
}


/* a room that viewers come to is ours, though its ack may be on its way */

static void
ngx_webrtc_ers_client_viewer(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now)
{
    ngx_str_t  id;

    if (!client->asked) {
        return;
    }

    ngx_webrtc_ers_client_joined(client, now);

    id = ngx_webrtc_ers_client_str(argument, "id",
                                   NGX_WEBRTC_ERS_CLIENT_ID);

    if (ngx_webrtc_ers_client_is_open(client)) {
        ngx_webrtc_ers_client_came(client, &id, argument, now);
    }
}


static void
ngx_webrtc_ers_client_came(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *id, const json_t *about, ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_client_event_t  event;

    if (id->len == 0 || id->len > NGX_WEBRTC_ERS_CLIENT_ID) {
        return;
    }

    ngx_memzero(&event, sizeof(ngx_webrtc_ers_client_event_t));

    event.type = NGX_WEBRTC_ERS_VIEWER;
    event.id = *id;
    event.stream = ngx_webrtc_ers_client_str(about, "streamName", SIZE_MAX);
    event.transport = ngx_webrtc_ers_client_str(about, "transport", SIZE_MAX);
    event.name = ngx_webrtc_ers_client_str(about, "name", SIZE_MAX);

    ngx_webrtc_ers_client_tell(client, &event, now);
}


static void
ngx_webrtc_ers_client_remove(ngx_webrtc_ers_client_t *client,
    const json_t *argument, ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_client_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_ers_client_event_t));

    event.type = NGX_WEBRTC_ERS_REMOVE;
    event.id = ngx_webrtc_ers_client_str(argument, "id",
                                         NGX_WEBRTC_ERS_CLIENT_ID);

    if (client->joined && event.id.len) {
        ngx_webrtc_ers_client_tell(client, &event, now);
    }
}
