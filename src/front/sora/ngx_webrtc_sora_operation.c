
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


ngx_webrtc_channel_t *
ngx_webrtc_sora_call_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_hub_channel(sora->hub, &call->channel_id);

    if (channel == NULL) {
        ngx_webrtc_sora_api_error(call, "CHANNEL-NOT-FOUND", answer);
    }

    return channel;
}


ngx_webrtc_connection_t *
ngx_webrtc_sora_call_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, const char *key,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t                 id;
    ngx_webrtc_connection_t  *connection;

    ngx_webrtc_sora_call_str(call, key, &id);
    connection = ngx_webrtc_hub_find(sora->hub, &call->channel_id, &id);

    if (connection == NULL) {
        ngx_webrtc_sora_api_error(call, "CONNECTION-NOT-FOUND", answer);
    }

    return connection;
}


ngx_webrtc_connection_t *
ngx_webrtc_sora_call_receiver(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, const char *key,
    ngx_webrtc_sora_answer_t *answer)
{
    if (ngx_webrtc_sora_call_channel(sora, call, answer) == NULL) {
        return NULL;
    }

    return ngx_webrtc_sora_call_connection(sora, call, key, answer);
}


void
ngx_webrtc_sora_call_str(const ngx_webrtc_sora_call_t *call, const char *key,
    ngx_str_t *str)
{
    const json_t  *value;

    value = json_object_get(call->args, key);

    str->data = (u_char *) json_string_value(value);
    str->len = json_string_length(value);
}


ngx_int_t
ngx_webrtc_sora_call_word(const ngx_webrtc_sora_call_t *call, const char *key,
    const char *const *words)
{
    ngx_int_t    i;
    const char  *value;

    value = json_string_value(json_object_get(call->args, key));

    for (i = 0; value && words[i]; i++) {
        if (ngx_strcmp(words[i], value) == 0) {
            return i;
        }
    }

    return NGX_ERROR;
}


ngx_uint_t
ngx_webrtc_sora_visit(ngx_webrtc_sora_t *sora, ngx_webrtc_channel_t *channel,
    const ngx_str_t *client_id, ngx_int_t role,
    ngx_webrtc_sora_visit_pt visit, void *data, ngx_webrtc_usec_t now)
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

        if (client_id && !ngx_webrtc_str_equal(&info->client_id, client_id)) {
            continue;
        }

        visit(connection, data, now);
        n++;
    }

    ngx_webrtc_hub_end(sora->hub);

    return n;
}


void
ngx_webrtc_sora_answer_value(json_t *json, ngx_webrtc_sora_answer_t *answer)
{
    char  *text;

    text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

    json_decref(json);

    if (text == NULL) {
        ngx_webrtc_sora_api_status(500, answer);
        return;
    }

    answer->status = 200;
    answer->body.data = (u_char *) text;
    answer->body.len = ngx_strlen(text);
}


/* ids, names and numbers of the request; "reason" is not among them */

void
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

        if (value && arg->type == NGX_WEBRTC_SORA_ARG_INTEGER) {
            ngx_webrtc_sora_text_key_uint(&text, arg->name,
                                          json_integer_value(value));
        }
    }

    ngx_webrtc_sora_text_cstr(&text, "}");

    ngx_webrtc_sora_answer_text(&text, answer);
}


void
ngx_webrtc_sora_outcome(ngx_webrtc_sora_call_t *call, const char *reason,
    ngx_webrtc_sora_answer_t *answer)
{
    if (reason == NULL) {
        ngx_webrtc_sora_echo(call, answer);

    } else if (ngx_strcmp(reason, "NO-MEMORY") == 0) {
        ngx_webrtc_sora_api_status(500, answer);

    } else {
        ngx_webrtc_sora_api_error(call, reason, answer);
    }
}
