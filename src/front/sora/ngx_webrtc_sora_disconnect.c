
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static ngx_uint_t ngx_webrtc_sora_disconnect_all(ngx_webrtc_sora_t *sora,
    ngx_webrtc_channel_t *channel, const ngx_str_t *client_id,
    ngx_int_t role, ngx_webrtc_usec_t now);


void
ngx_webrtc_sora_disconnect_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    (void) ngx_webrtc_sora_disconnect_all(sora, channel, NULL, -1, now);

    ngx_webrtc_sora_echo(call, answer);
}


void
ngx_webrtc_sora_disconnect_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t              client_id;
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_hub_channel(sora->hub, &call->channel_id);

    ngx_webrtc_sora_call_str(call, "client_id", &client_id);

    if (channel == NULL
        || ngx_webrtc_sora_disconnect_all(sora, channel, &client_id, -1, now)
           == 0)
    {
        ngx_webrtc_sora_api_error(call, "CLIENT-NOT-FOUND", answer);
        return;
    }

    ngx_webrtc_sora_echo(call, answer);
}


void
ngx_webrtc_sora_disconnect_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_API, NULL, now);

    ngx_webrtc_sora_echo(call, answer);
}


void
ngx_webrtc_sora_disconnect_role(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_int_t              role;
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    role = ngx_webrtc_sora_call_word(call, "role", ngx_webrtc_sora_roles);

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
