
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the spotlight: what members hear of it, and the operations */


#include <hub/ngx_webrtc_spotlight.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static void ngx_webrtc_sora_set_focus(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_uint_t fixed, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
static ngx_int_t ngx_webrtc_sora_check_item(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *item, json_t *channel_id,
    ngx_webrtc_sora_answer_t *answer);
static const char *ngx_webrtc_sora_request_item(
    ngx_webrtc_connection_t *receiver, const ngx_webrtc_sora_call_t *item,
    ngx_webrtc_usec_t now);
static json_t *ngx_webrtc_sora_item_echo(const ngx_webrtc_sora_call_t *item);


void
ngx_webrtc_sora_write_spotlight(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event)
{
    ngx_webrtc_channel_t                *channel;
    const ngx_webrtc_connection_info_t  *info;

    info = ngx_webrtc_connection_info(event->subject);
    channel = ngx_webrtc_hub_channel(hub, &info->channel_id);

    ngx_webrtc_sora_text_cstr(text, "{\"type\":\"notify\"");
    ngx_webrtc_sora_text_key_cstr(text, "event_type",
                                  event->type == NGX_WEBRTC_EVENT_FOCUSED
                                  ? "spotlight.focused"
                                  : "spotlight.unfocused");

    ngx_webrtc_sora_text_key(text, "timestamp");
    ngx_webrtc_sora_text_time(text, ngx_webrtc_hub_wall(hub, event->now), 6);

    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_str(text, "client_id", &info->client_id);
    ngx_webrtc_sora_text_key_str(text, "bundle_id", &info->bundle_id);
    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_uint(text, "spotlight_number",
                                  channel
                                  ? ngx_webrtc_spotlight_number(channel) : 0);
    ngx_webrtc_sora_text_key_bool(text, "fixed",
                            event->type == NGX_WEBRTC_EVENT_FOCUSED
                            && ngx_webrtc_spotlight_is_fixed(event->subject));
    ngx_webrtc_sora_text_key_bool(text, "audio", info->audio);
    ngx_webrtc_sora_text_key_bool(text, "video", info->video);

    ngx_webrtc_sora_text_cstr(text, "}");
}


/* who is focused already, for a newcomer */

void
ngx_webrtc_sora_tell_spotlight(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event)
{
    ngx_webrtc_sora_t                   *sora;
    ngx_webrtc_event_t                   focused;
    ngx_webrtc_channel_t                *channel;
    ngx_webrtc_connection_t             *connection;
    const ngx_webrtc_connection_info_t  *info;

    sora = session->sora;

    info = ngx_webrtc_connection_info(event->subject);
    channel = ngx_webrtc_hub_channel(sora->hub, &info->channel_id);

    if (!info->spotlight || channel == NULL) {
        return;
    }

    focused = *event;
    focused.type = NGX_WEBRTC_EVENT_FOCUSED;

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        if (!ngx_webrtc_spotlight_is_focused(connection)
            || !ngx_webrtc_connection_apart(connection, event->subject))
        {
            continue;
        }

        focused.subject = connection;

        ngx_webrtc_sora_text_reset(&sora->text);
        ngx_webrtc_sora_write_spotlight(&sora->text, sora->hub, &focused);
        ngx_webrtc_sora_send_text(session, NGX_WEBRTC_SORA_NOTIFY,
                                  &sora->text, event->now);
    }
}


void
ngx_webrtc_sora_focus_spotlight(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_set_focus(sora, call, 0, now, answer);
}


void
ngx_webrtc_sora_focus_spotlight_fixed(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_set_focus(sora, call, 1, now, answer);
}


static void
ngx_webrtc_sora_set_focus(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_uint_t fixed, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_receiver(sora, call, "connection_id",
                                               answer);
    if (connection) {
        ngx_webrtc_sora_outcome(call,
                                ngx_webrtc_spotlight_focus(connection, fixed,
                                                           now),
                                answer);
    }
}


void
ngx_webrtc_sora_unfocus_spotlight(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_receiver(sora, call, "connection_id",
                                               answer);
    if (connection) {
        ngx_webrtc_sora_outcome(call,
                                ngx_webrtc_spotlight_unfocus(connection, now),
                                answer);
    }
}


void
ngx_webrtc_sora_change_spotlight_number(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_uint_t             number;
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    number = json_integer_value(json_object_get(call->args,
                                                "spotlight_number"));

    ngx_webrtc_sora_outcome(call,
                            ngx_webrtc_spotlight_set_number(channel, number,
                                                            now),
                            answer);
}


void
ngx_webrtc_sora_request_spotlight_rid(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_connection_t  *receiver;

    receiver = ngx_webrtc_sora_call_receiver(sora, call, "recv_connection_id",
                                             answer);
    if (receiver) {
        ngx_webrtc_sora_outcome(call,
                                ngx_webrtc_sora_request_item(receiver, call,
                                                             now),
                                answer);
    }
}


static const char *
ngx_webrtc_sora_request_item(ngx_webrtc_connection_t *receiver,
    const ngx_webrtc_sora_call_t *item, ngx_webrtc_usec_t now)
{
    ngx_str_t                     sender_id;
    ngx_webrtc_spotlight_rids_t   rids;

    ngx_webrtc_sora_call_str(item, "send_connection_id", &sender_id);

    rids.focus = ngx_webrtc_sora_call_word(item, "spotlight_focus_rid",
                                           ngx_webrtc_sora_rids) - 1;
    rids.unfocus = ngx_webrtc_sora_call_word(item, "spotlight_unfocus_rid",
                                             ngx_webrtc_sora_rids) - 1;

    return ngx_webrtc_spotlight_request(receiver, &sender_id, &rids, now);
}


void
ngx_webrtc_sora_reset_spotlight_rid(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t                 sender_id;
    ngx_webrtc_connection_t  *receiver;

    receiver = ngx_webrtc_sora_call_receiver(sora, call, "recv_connection_id",
                                             answer);
    if (receiver == NULL) {
        return;
    }

    ngx_webrtc_sora_call_str(call, "send_connection_id", &sender_id);

    ngx_webrtc_sora_outcome(call,
                            ngx_webrtc_spotlight_reset(receiver, &sender_id,
                                                       now),
                            answer);
}


/*
 * A list of RequestSpotlightRid of one channel.  All or nothing: the answer to
 * an item that fails is that of the batch, and then none is carried out.
 */

void
ngx_webrtc_sora_batch_request_spotlight_rid(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    size_t                    i;
    json_t                   *list, *done, *channel_id;
    const char               *reason;
    ngx_webrtc_sora_call_t    item;
    ngx_webrtc_connection_t  *receiver;

    static const ngx_str_t  version = ngx_string("20211215");
    static const ngx_str_t  operation = ngx_string("RequestSpotlightRid");

    if (ngx_webrtc_sora_call_channel(sora, call, answer) == NULL) {
        return;
    }

    item = *call;
    item.route = ngx_webrtc_sora_route_find(&version, &operation);

    list = json_object_get(call->args, "item_list");
    channel_id = json_object_get(call->args, "channel_id");

    for (i = 0; i < json_array_size(list); i++) {
        item.args = json_array_get(list, i);

        if (ngx_webrtc_sora_check_item(sora, &item, channel_id, answer)
            != NGX_OK)
        {
            return;
        }
    }

    reason = NULL;
    done = json_array();

    ngx_webrtc_hub_begin(sora->hub);

    for (i = 0; i < json_array_size(list) && reason == NULL; i++) {
        item.args = json_array_get(list, i);

        receiver = ngx_webrtc_sora_call_connection(sora, &item,
                                                   "recv_connection_id",
                                                   answer);

        reason = ngx_webrtc_sora_request_item(receiver, &item, now);

        json_array_append_new(done, ngx_webrtc_sora_item_echo(&item));
    }

    ngx_webrtc_hub_end(sora->hub);

    if (reason) {
        json_decref(done);
        ngx_webrtc_sora_outcome(call, reason, answer);
        return;
    }

    ngx_webrtc_sora_answer_value(json_pack("{s:O, s:o}",
                                           "channel_id", channel_id,
                                           "item_list", done),
                                 answer);
}


static ngx_int_t
ngx_webrtc_sora_check_item(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *item, json_t *channel_id,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                   *errors;
    ngx_str_t                 sender_id;
    const char               *reason;
    ngx_webrtc_connection_t  *receiver;

    if (json_is_object((json_t *) item->args)) {
        json_object_set(item->args, "channel_id", channel_id);
    }

    errors = ngx_webrtc_sora_schema_check(item->route->args, item->args);

    if (errors) {
        ngx_webrtc_sora_api_invalid(errors, answer);
        return NGX_DECLINED;
    }

    receiver = ngx_webrtc_sora_call_connection(sora, item,
                                               "recv_connection_id", answer);
    if (receiver == NULL) {
        return NGX_DECLINED;
    }

    ngx_webrtc_sora_call_str(item, "send_connection_id", &sender_id);

    reason = ngx_webrtc_spotlight_check(receiver, &sender_id);

    if (reason) {
        ngx_webrtc_sora_outcome(item, reason, answer);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static json_t *
ngx_webrtc_sora_item_echo(const ngx_webrtc_sora_call_t *item)
{
    json_t                       *object, *value;
    const ngx_webrtc_sora_arg_t  *arg;

    object = json_object();

    for (arg = item->route->args; arg->name; arg++) {
        value = json_object_get(item->args, arg->name);

        if (value && ngx_strcmp(arg->name, "channel_id") != 0) {
            json_object_set(object, arg->name, value);
        }
    }

    return object;
}
