
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The operations of the HTTP API, as data, and those of them that the home
 * worker of a channel carries out.
 */


#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_schema.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static void ngx_webrtc_sora_disconnect_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_webrtc_sora_disconnect_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_webrtc_sora_disconnect_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_webrtc_sora_disconnect_role(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
static ngx_uint_t ngx_webrtc_sora_disconnect_all(ngx_webrtc_sora_t *sora,
    ngx_webrtc_channel_t *channel, const ngx_str_t *client_id,
    ngx_int_t role, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_echo(ngx_webrtc_sora_call_t *call,
    ngx_webrtc_sora_answer_t *answer);


#define NGX_WEBRTC_SORA_ID(name)                                             \
    { name, NGX_WEBRTC_SORA_ARG_STRING, 1, 1, NGX_WEBRTC_NAME_MAX, NULL }

#define NGX_WEBRTC_SORA_REASON                                               \
    { "reason", NGX_WEBRTC_SORA_ARG_OBJECT, 0, 0, 0, NULL }

#define NGX_WEBRTC_SORA_ARGS_END  { NULL, 0, 0, 0, 0, NULL }


static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_local_args[] = {
    { "local", NGX_WEBRTC_SORA_ARG_BOOLEAN, 0, 0, 0, NULL },
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_channel_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_connection_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_end_channel_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_end_client_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("client_id"),
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_end_connection_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    NGX_WEBRTC_SORA_ID("connection_id"),
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};

static const ngx_webrtc_sora_arg_t  ngx_webrtc_sora_end_role_args[] = {
    NGX_WEBRTC_SORA_ID("channel_id"),
    { "role", NGX_WEBRTC_SORA_ARG_STRING, 1, 0, 0,
      ngx_webrtc_sora_roles },
    NGX_WEBRTC_SORA_REASON,
    NGX_WEBRTC_SORA_ARGS_END
};


static const ngx_webrtc_sora_route_t  ngx_webrtc_sora_routes[] = {

    { "20151104", "DisconnectChannel", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_end_channel_args,
      ngx_webrtc_sora_disconnect_channel },

    { "20151104", "DisconnectClient", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_end_client_args,
      ngx_webrtc_sora_disconnect_client },

    { "20151104", "DisconnectConnection", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_end_connection_args,
      ngx_webrtc_sora_disconnect_connection },

    { "20171010", "GetStatsReport", NGX_WEBRTC_SORA_STATS_REPORT,
      NULL, NULL },

    { "20200225", "GetAllRemoteStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      NULL, NULL },

    { "20200225", "GetChannelRemoteStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      ngx_webrtc_sora_channel_args, NULL },

    { "20200225", "GetConnectionRemoteStats", NGX_WEBRTC_SORA_REMOTE_STATS,
      ngx_webrtc_sora_connection_args, NULL },

    { "20201013", "ListConnections", NGX_WEBRTC_SORA_LIST_CONNECTIONS,
      ngx_webrtc_sora_local_args, NULL },

    { "20201013", "ListChannelConnections", NGX_WEBRTC_SORA_LIST_CONNECTIONS,
      ngx_webrtc_sora_channel_args, NULL },

    { "20201013", "ListChannels", NGX_WEBRTC_SORA_LIST_CHANNELS,
      NULL, NULL },

    { "20201120", "DisconnectChannelByRole", NGX_WEBRTC_SORA_HOME,
      ngx_webrtc_sora_end_role_args,
      ngx_webrtc_sora_disconnect_role },

    { NULL, NULL, NGX_WEBRTC_SORA_HOME, NULL, NULL }
};


const ngx_webrtc_sora_route_t *
ngx_webrtc_sora_route_find(const ngx_str_t *version,
    const ngx_str_t *operation)
{
    const ngx_webrtc_sora_route_t  *route;

    for (route = ngx_webrtc_sora_routes; route->version; route++) {

        if (ngx_memcmp(route->version, version->data, 8) == 0
            && ngx_strlen(route->operation) == operation->len
            && ngx_memcmp(route->operation, operation->data, operation->len)
               == 0)
        {
            return route;
        }
    }

    return NULL;
}


static void
ngx_webrtc_sora_disconnect_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_hub_channel(sora->hub, &call->channel_id);

    if (channel == NULL) {
        ngx_webrtc_sora_api_error(call, "CHANNEL-NOT-FOUND", answer);
        return;
    }

    (void) ngx_webrtc_sora_disconnect_all(sora, channel, NULL, -1, now);

    ngx_webrtc_sora_echo(call, answer);
}


static void
ngx_webrtc_sora_disconnect_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t              client_id;
    const json_t          *value;
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_hub_channel(sora->hub, &call->channel_id);

    value = json_object_get(call->args, "client_id");
    client_id.data = (u_char *) json_string_value(value);
    client_id.len = json_string_length(value);

    if (channel == NULL
        || ngx_webrtc_sora_disconnect_all(sora, channel, &client_id, -1, now)
           == 0)
    {
        ngx_webrtc_sora_api_error(call, "CLIENT-NOT-FOUND", answer);
        return;
    }

    ngx_webrtc_sora_echo(call, answer);
}


static void
ngx_webrtc_sora_disconnect_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_hub_find(sora->hub, &call->channel_id,
                                     &call->connection_id);
    if (connection == NULL) {
        ngx_webrtc_sora_api_error(call, "CONNECTION-NOT-FOUND", answer);
        return;
    }

    ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_API, NULL, now);

    ngx_webrtc_sora_echo(call, answer);
}


static void
ngx_webrtc_sora_disconnect_role(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_int_t              role;
    const char            *value;
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_hub_channel(sora->hub, &call->channel_id);

    if (channel == NULL) {
        ngx_webrtc_sora_api_error(call, "CHANNEL-NOT-FOUND", answer);
        return;
    }

    value = json_string_value(json_object_get(call->args, "role"));

    for (role = 0; ngx_webrtc_sora_roles[role]; role++) {
        if (ngx_strcmp(ngx_webrtc_sora_roles[role], value) == 0) {
            break;
        }
    }

    (void) ngx_webrtc_sora_disconnect_all(sora, channel, NULL, role, now);

    ngx_webrtc_sora_echo(call, answer);
}


/* of this client_id if it is given, of this role if it is not negative */

static ngx_uint_t
ngx_webrtc_sora_disconnect_all(ngx_webrtc_sora_t *sora,
    ngx_webrtc_channel_t *channel, const ngx_str_t *client_id,
    ngx_int_t role, ngx_webrtc_usec_t now)
{
    ngx_uint_t                           n;
    ngx_webrtc_connection_t             *connection, *next;
    const ngx_webrtc_connection_info_t  *info;

    n = 0;

    /* one change: those who stay get one offer, not one for each that left */

    ngx_webrtc_hub_begin(sora->hub);

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = next)
    {
        next = ngx_webrtc_channel_next(channel, connection);

        info = ngx_webrtc_connection_info(connection);

        if (role >= 0 && info->role != (ngx_webrtc_role_e) role) {
            continue;
        }

        if (client_id
            && (info->client_id.len != client_id->len
                || ngx_memcmp(info->client_id.data, client_id->data,
                              client_id->len)
                   != 0))
        {
            continue;
        }

        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_API, NULL, now);
        n++;
    }

    ngx_webrtc_hub_end(sora->hub);

    return n;
}


/* the ids and names of the request; "reason" is not among them */

static void
ngx_webrtc_sora_echo(ngx_webrtc_sora_call_t *call,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                       *value;
    ngx_webrtc_sora_text_t        text;
    const ngx_webrtc_sora_arg_t  *arg;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_text_cstr(&text, "{");

    for (arg = call->route->args; arg->name; arg++) {
        value = json_object_get(call->args, arg->name);

        if (value && arg->type == NGX_WEBRTC_SORA_ARG_STRING) {
            ngx_webrtc_sora_text_key_bytes(&text, arg->name,
                                           (u_char *) json_string_value(value),
                                           json_string_length(value));
        }
    }

    ngx_webrtc_sora_text_cstr(&text, "}");

    ngx_webrtc_sora_answer_text(&text, answer);
}
