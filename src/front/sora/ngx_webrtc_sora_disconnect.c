
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_session.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


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

    (void) ngx_webrtc_sora_visit(sora, channel, NULL, -1,
                                 ngx_webrtc_sora_disconnect, call, now);

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
        || ngx_webrtc_sora_visit(sora, channel, &client_id, -1,
                                 ngx_webrtc_sora_disconnect, call, now)
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

    ngx_webrtc_sora_disconnect(connection, call, now);

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

    (void) ngx_webrtc_sora_visit(sora, channel, NULL, role,
                                 ngx_webrtc_sora_disconnect, call, now);

    ngx_webrtc_sora_echo(call, answer);
}


/* the "reason" of the call is for webhooks alone */

void
ngx_webrtc_sora_disconnect(ngx_webrtc_connection_t *connection, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_call_t *call = data;

    json_t     *reason;
    ngx_str_t   detail;
    u_char      buf[NGX_WEBRTC_SORA_METADATA_MAX];

    reason = json_object_get(call->args, "reason");

    if (reason) {
        detail.data = buf;
        detail.len = ngx_webrtc_json_dump_buf(reason, buf, sizeof(buf));

        ngx_webrtc_connection_set_detail(connection, &detail);
    }

    ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_API, NULL, now);
}
