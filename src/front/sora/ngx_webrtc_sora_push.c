
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Pushes: an object that a program hands to members through the API, by
 * which their "push" callback is called.
 */


#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static ngx_int_t ngx_webrtc_sora_push_write(ngx_webrtc_sora_t *sora,
    json_t *data, ngx_str_t *text);
static void ngx_webrtc_sora_push_one(ngx_webrtc_connection_t *connection,
    void *data, ngx_webrtc_usec_t now);


void
ngx_webrtc_sora_push_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    (void) ngx_webrtc_sora_push(sora, channel, NULL, -1,
                                json_object_get(call->args, "data"), now);

    ngx_webrtc_sora_echo(call, answer);
}


void
ngx_webrtc_sora_push_role(ngx_webrtc_sora_t *sora,
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

    (void) ngx_webrtc_sora_push(sora, channel, NULL, role,
                                json_object_get(call->args, "data"), now);

    ngx_webrtc_sora_echo(call, answer);
}


void
ngx_webrtc_sora_push_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t              client_id;
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_hub_channel(sora->hub, &call->channel_id);

    ngx_webrtc_sora_call_str(call, "client_id", &client_id);

    if (channel == NULL
        || ngx_webrtc_sora_push(sora, channel, &client_id, -1,
                                json_object_get(call->args, "data"), now)
           == 0)
    {
        ngx_webrtc_sora_api_error(call, "CLIENT-NOT-FOUND", answer);
        return;
    }

    ngx_webrtc_sora_echo(call, answer);
}


void
ngx_webrtc_sora_push_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t                 text;
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    if (ngx_webrtc_sora_push_write(sora, json_object_get(call->args, "data"),
                                   &text)
        != NGX_OK)
    {
        ngx_webrtc_sora_api_status(500, answer);
        return;
    }

    ngx_webrtc_hub_push(connection, &text, now);

    ngx_webrtc_sora_echo(call, answer);
}


ngx_uint_t
ngx_webrtc_sora_push(ngx_webrtc_sora_t *sora, ngx_webrtc_channel_t *channel,
    const ngx_str_t *client_id, ngx_int_t role, json_t *data,
    ngx_webrtc_usec_t now)
{
    ngx_str_t  text;

    if (ngx_webrtc_sora_push_write(sora, data, &text) != NGX_OK) {
        return 0;
    }

    return ngx_webrtc_sora_visit(sora, channel, client_id, role,
                                 ngx_webrtc_sora_push_one, &text, now);
}


static void
ngx_webrtc_sora_push_one(ngx_webrtc_connection_t *connection, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_push(connection, data, now);
}


/* the text is that of "notify", where no other message is being written */

static ngx_int_t
ngx_webrtc_sora_push_write(ngx_webrtc_sora_t *sora, json_t *data,
    ngx_str_t *text)
{
    char  *value;

    value = json_dumps(data, JSON_COMPACT);
    if (value == NULL) {
        return NGX_ERROR;
    }

    sora->serial = 0;

    ngx_webrtc_sora_text_reset(&sora->notify);
    ngx_webrtc_sora_text_cstr(&sora->notify, "{\"type\":\"push\"");
    ngx_webrtc_sora_text_key(&sora->notify, "data");
    ngx_webrtc_sora_text_cstr(&sora->notify, value);
    ngx_webrtc_sora_text_cstr(&sora->notify, "}");

    free(value);

    text->data = sora->notify.start;
    text->len = sora->notify.len;

    return sora->notify.failed ? NGX_ERROR : NGX_OK;
}
