
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the operations on forwarding filters, of channels and of connections */


#include <front/sora/ngx_webrtc_sora_filter.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static void ngx_webrtc_sora_put_filter(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_uint_t update, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
static ngx_int_t ngx_webrtc_sora_filter_owner(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_channel_t **channel,
    ngx_webrtc_connection_t **connection, ngx_webrtc_sora_answer_t *answer);
static void ngx_webrtc_sora_filter_answer(ngx_webrtc_sora_call_t *call,
    ngx_webrtc_filter_t *filter, ngx_webrtc_sora_answer_t *answer);
static json_t *ngx_webrtc_sora_filter_json(const ngx_webrtc_filter_t *filter);
static json_t *ngx_webrtc_sora_filter_blocked(ngx_webrtc_channel_t *channel);
static json_t *ngx_webrtc_sora_filter_sources(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *receiver, ngx_uint_t video);


#define ngx_webrtc_sora_id_json(connection)                                  \
    json_stringn((char *) ngx_webrtc_connection_info(connection)             \
                              ->connection_id, NGX_WEBRTC_ID_LEN)


void
ngx_webrtc_sora_create_filter(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_put_filter(sora, call, 0, now, answer);
}


void
ngx_webrtc_sora_update_filter(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_put_filter(sora, call, 1, now, answer);
}


static void
ngx_webrtc_sora_put_filter(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_uint_t update, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t                 version;
    const char               *reason;
    ngx_webrtc_filter_t      *filter;
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *connection;

    if (ngx_webrtc_sora_filter_owner(sora, call, &channel, &connection,
                                     answer)
        != NGX_OK)
    {
        return;
    }

    filter = ngx_webrtc_sora_filter_parse(call->args, sora->log, &reason);

    if (filter == NULL) {
        ngx_webrtc_sora_api_error(call, reason, answer);
        return;
    }

    if (update) {
        ngx_webrtc_sora_call_str(call, "current_version", &version);
        reason = ngx_webrtc_hub_update_filter(channel, connection, filter,
                                              &version, now);

    } else {
        reason = ngx_webrtc_hub_add_filter(channel, connection, filter, now);
    }

    if (reason) {
        ngx_webrtc_filter_free(filter);
        ngx_webrtc_sora_api_error(call, reason, answer);
        return;
    }

    ngx_webrtc_sora_filter_answer(call, filter, answer);
}


void
ngx_webrtc_sora_delete_filter(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t                 name;
    const char               *reason;
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *connection;

    if (ngx_webrtc_sora_filter_owner(sora, call, &channel, &connection,
                                     answer)
        != NGX_OK)
    {
        return;
    }

    ngx_webrtc_sora_call_str(call, "name", &name);

    if (name.len == 0) {
        ngx_str_set(&name, "default");
    }

    reason = ngx_webrtc_hub_remove_filter(channel, connection, &name, now);

    if (reason) {
        ngx_webrtc_sora_api_error(call, reason, answer);
        return;
    }

    ngx_webrtc_sora_echo(call, answer);
}


/* of the channel, or of the connection if the operation names one */

static ngx_int_t
ngx_webrtc_sora_filter_owner(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_channel_t **channel,
    ngx_webrtc_connection_t **connection, ngx_webrtc_sora_answer_t *answer)
{
    *connection = NULL;

    *channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (*channel == NULL) {
        return NGX_DECLINED;
    }

    if (call->connection_id.len == 0) {
        return NGX_OK;
    }

    *connection = ngx_webrtc_sora_call_connection(sora, call,
                                                  "connection_id", answer);
    if (*connection == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_connection_info(*connection)->role
        == NGX_WEBRTC_SENDONLY)
    {
        ngx_webrtc_sora_api_error(call, "NOT-A-RECEIVER", answer);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* the filter with the ids of the request */

static void
ngx_webrtc_sora_filter_answer(ngx_webrtc_sora_call_t *call,
    ngx_webrtc_filter_t *filter, ngx_webrtc_sora_answer_t *answer)
{
    json_t  *json;

    json = ngx_webrtc_sora_filter_json(filter);

    json_object_set(json, "channel_id",
                    json_object_get(call->args, "channel_id"));

    if (call->connection_id.len) {
        json_object_set(json, "connection_id",
                        json_object_get(call->args, "connection_id"));
    }

    ngx_webrtc_sora_answer_value(json, answer);
}


void
ngx_webrtc_sora_list_filters(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                   *json, *all, *own, *item;
    ngx_webrtc_filter_t      *filter;
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *connection;

    (void) now;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    all = json_array();
    own = json_array();

    for (filter = ngx_webrtc_hub_next_filter(channel, NULL, NULL);
         filter;
         filter = ngx_webrtc_hub_next_filter(channel, NULL, filter))
    {
        json_array_append_new(all, ngx_webrtc_sora_filter_json(filter));
    }

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        for (filter = ngx_webrtc_hub_next_filter(channel, connection, NULL);
             filter;
             filter = ngx_webrtc_hub_next_filter(channel, connection, filter))
        {
            item = ngx_webrtc_sora_filter_json(filter);

            json_object_set_new(item, "connection_id",
                                ngx_webrtc_sora_id_json(connection));
            json_array_append_new(own, item);
        }
    }

    json = json_object();

    /* the name that it had when there was but one */

    if (json_array_size(all) == 1) {
        json_object_set(json, "channel_forwarding_filter",
                        json_array_get(all, 0));
    }

    json_object_set_new(json, "channel_forwarding_filters", all);
    json_object_set_new(json, "connection_forwarding_filters", own);

    if (json_is_true(json_object_get(call->args, "blocked"))) {
        json_object_set_new(json, "blocked",
                            ngx_webrtc_sora_filter_blocked(channel));
    }

    ngx_webrtc_sora_answer_value(json, answer);
}


static json_t *
ngx_webrtc_sora_filter_json(const ngx_webrtc_filter_t *filter)
{
    const ngx_str_t  *text;

    text = &ngx_webrtc_filter_conf(filter)->text;

    return json_loadb((char *) text->data, text->len, 0, NULL);
}


static json_t *
ngx_webrtc_sora_filter_blocked(ngx_webrtc_channel_t *channel)
{
    json_t                   *list, *sources, *item;
    ngx_uint_t                video;
    ngx_webrtc_connection_t  *receiver;

    list = json_array();

    for (receiver = ngx_webrtc_channel_next(channel, NULL);
         receiver;
         receiver = ngx_webrtc_channel_next(channel, receiver))
    {
        for (video = 0; video <= 1; video++) {
            sources = ngx_webrtc_sora_filter_sources(channel, receiver,
                                                     video);

            if (json_array_size(sources) == 0) {
                json_decref(sources);
                continue;
            }

            item = json_object();

            json_object_set_new(item, "destination_connection_id",
                                ngx_webrtc_sora_id_json(receiver));
            json_object_set_new(item, "kind",
                                json_string(video ? "video" : "audio"));
            json_object_set_new(item, "source_connection_id_list", sources);

            json_array_append_new(list, item);
        }
    }

    return list;
}


/* whose media the receiver would have without filters */

static json_t *
ngx_webrtc_sora_filter_sources(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *receiver, ngx_uint_t video)
{
    json_t                              *list;
    ngx_webrtc_connection_t             *sender;
    const ngx_webrtc_connection_info_t  *info, *from;

    list = json_array();
    info = ngx_webrtc_connection_info(receiver);

    if (info->role == NGX_WEBRTC_SENDONLY
        || !(video ? info->video : info->audio))
    {
        return list;
    }

    for (sender = ngx_webrtc_channel_next(channel, NULL);
         sender;
         sender = ngx_webrtc_channel_next(channel, sender))
    {
        from = ngx_webrtc_connection_info(sender);

        if (sender == receiver
            || from->role == NGX_WEBRTC_RECVONLY
            || !(video ? from->video : from->audio)
            || !ngx_webrtc_hub_filtered(receiver, sender, video))
        {
            continue;
        }

        json_array_append_new(list, ngx_webrtc_sora_id_json(sender));
    }

    return list;
}
