
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* data connections, as programs ask for them */


#include <front/skyway/ngx_webrtc_skyway_program.h>


static ngx_int_t ngx_webrtc_skyway_connect_link(
    ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_turn_t *turn);
static ngx_int_t ngx_webrtc_skyway_connect_options(
    ngx_webrtc_skyway_connection_t *connection, const json_t *options,
    ngx_webrtc_link_data_t *data);
static json_t *ngx_webrtc_skyway_connect_payload(
    ngx_webrtc_skyway_connection_t *connection, const json_t *options);


static const char *const  ngx_webrtc_skyway_serializations[] = {
    "BINARY", "BINARY_UTF8", "JSON", "NONE"
};

/* ... as browsers write them */

static const char *const  ngx_webrtc_skyway_words[] = {
    "binary", "binary-utf8", "json", "none"
};


ngx_webrtc_skyway_operation(connect)
{
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_start(api, turn, 1);
    if (connection == NULL) {
        return NGX_OK;
    }

    if (ngx_webrtc_skyway_connect_link(connection, turn) != NGX_OK) {
        ngx_webrtc_skyway_connection_discard(connection, turn->now);
        return NGX_OK;
    }

    return ngx_webrtc_skyway_turn_json(turn, 202,
                              json_pack("{s:s, s:{s:s%}}", "command_type",
                                        "PEERS_CONNECT", "params",
                                        "data_connection_id", connection->id,
                                        NGX_WEBRTC_SKYWAY_OBJECT_ID));
}


/* NGX_DECLINED: the answer is there */

static ngx_int_t
ngx_webrtc_skyway_connect_link(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_turn_t *turn)
{
    json_t                   *args, *options, *params;
    const char               *reason;
    ngx_webrtc_link_conf_t    conf;
    ngx_webrtc_skyway_api_t  *api;

    api = connection->object.api;
    args = turn->call->args;

    options = json_object_get(args, "options");
    params = json_object_get(args, "params");
    reason = "failed";

    ngx_webrtc_skyway_link_conf(connection, &conf);

    if (ngx_webrtc_skyway_redirect_read(turn, api,
                                        json_object_get(args,
                                                        "redirect_params"),
                                        "redirect_params",
                                        &conf.data.redirect)
        != NGX_OK
        || ngx_webrtc_skyway_feed_acquire(turn, api,
                            &connection->feeds[NGX_WEBRTC_SKYWAY_FEED_DATA],
                            NGX_WEBRTC_PORT_DATA, params, "data_id")
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    conf.data.feed = connection->feeds[NGX_WEBRTC_SKYWAY_FEED_DATA].port;

    if (ngx_webrtc_skyway_connect_options(connection, options, &conf.data)
        != NGX_OK
        || ngx_webrtc_skyway_connection_link(connection, &conf, turn->now)
           != NGX_OK)
    {
        (void) ngx_webrtc_skyway_turn_status(turn, 503);
        return NGX_DECLINED;
    }

    if (ngx_webrtc_skyway_signal_offer(connection,
                        ngx_webrtc_skyway_connect_payload(connection, options),
                        turn->now, &reason)
        != NGX_OK)
    {
        (void) ngx_webrtc_skyway_turn_error(turn, 503, "connection", reason);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_skyway_connect_options(ngx_webrtc_skyway_connection_t *connection,
    const json_t *options, ngx_webrtc_link_data_t *data)
{
    json_t      *init;
    ngx_str_t    str;
    ngx_uint_t   flag;
    json_int_t   n;

    if (ngx_webrtc_skyway_connection_metadata(connection,
                                      json_object_get(options, "metadata"))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_webrtc_json_get_str(options, "serialization", 1, 32, &str)
        == NGX_OK)
    {
        connection->serialization = ngx_webrtc_skyway_serialization(&str);
    }

    data->packing = ngx_webrtc_skyway_packing(connection);

    init = json_object_get(options, "dcInit");

    if (ngx_webrtc_json_get_bool(init, "ordered", &flag) == NGX_OK) {
        data->ordered = flag ? 1 : 0;
    }

    if (ngx_webrtc_json_get_bool(init, "negotiated", &flag) == NGX_OK) {
        data->negotiated = flag ? 1 : 0;
    }

    if (ngx_webrtc_json_get_int(init, "id", 0, 65534, &n) == NGX_OK) {
        data->id = n;
    }

    if (ngx_webrtc_json_get_str(init, "protocol", 1, 255, &str) == NGX_OK) {
        data->protocol = str;
    }

    /* both at once is more than a channel can be */

    if (ngx_webrtc_json_get_int(init, "maxRetransmits", 0, 65535, &n)
        == NGX_OK)
    {
        data->max_retransmits = n;
        connection->reliable = 0;

    } else if (ngx_webrtc_json_get_int(init, "maxPacketLifeTime", 0, 65535,
                                       &n)
               == NGX_OK)
    {
        data->max_packet_life_time = n;
        connection->reliable = 0;
    }

    return NGX_OK;
}


/*
 * With a limit in the message skyway-js would take any serialization for
 * BINARY.  The channel tells it anyway.
 */

static json_t *
ngx_webrtc_skyway_connect_payload(ngx_webrtc_skyway_connection_t *connection,
    const json_t *options)
{
    json_t  *payload, *init, *value;

    payload = json_pack("{s:o, s:s}",
                        "label", ngx_webrtc_json_str(&connection->label),
                        "serialization",
                        ngx_webrtc_skyway_words[connection->serialization]);
    if (payload == NULL) {
        return NULL;
    }

    value = json_object_get(options, "metadata");

    if (value) {
        json_object_set(payload, "metadata", value);
    }

    init = json_object_get(options, "dcInit");

    if (!json_is_object(init)) {
        return payload;
    }

    value = json_copy(init);

    if (!connection->is_inside) {
        (void) json_object_del(value, "maxRetransmits");
        (void) json_object_del(value, "maxPacketLifeTime");
    }

    json_object_set_new(payload, "dcInit", value);

    return payload;
}


ngx_webrtc_skyway_serialization_e
ngx_webrtc_skyway_serialization(const ngx_str_t *word)
{
    ngx_uint_t  i;

    for (i = NGX_WEBRTC_SKYWAY_BINARY; i <= NGX_WEBRTC_SKYWAY_NONE; i++) {

        if ((ngx_strlen(ngx_webrtc_skyway_words[i]) == word->len
             && strncasecmp(ngx_webrtc_skyway_words[i], (char *) word->data,
                            word->len) == 0)
            || (ngx_strlen(ngx_webrtc_skyway_serializations[i]) == word->len
                && strncasecmp(ngx_webrtc_skyway_serializations[i],
                               (char *) word->data, word->len) == 0))
        {
            return i;
        }
    }

    return NGX_WEBRTC_SKYWAY_BINARY;
}


ngx_webrtc_skyway_operation(put_data_connection)
{
    json_t                          *redirect, *answer;
    ngx_webrtc_link_conf_t           conf;
    ngx_webrtc_skyway_feed_t        *feed;
    ngx_webrtc_skyway_feed_t         feeds[NGX_WEBRTC_SKYWAY_FEEDS];
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_find(api, turn);
    if (connection == NULL) {
        return NGX_OK;
    }

    if (connection->object.closed) {
        return ngx_webrtc_skyway_turn_status(turn, connection->object.deleted
                                                   ? 404 : 403);
    }

    conf = *ngx_webrtc_link_conf(connection->link);
    redirect = json_object_get(turn->call->args, "redirect_params");

    ngx_memzero(feeds, sizeof(feeds));
    feed = &feeds[NGX_WEBRTC_SKYWAY_FEED_DATA];

    if ((json_is_object(redirect)
         && ngx_webrtc_skyway_redirect_read(turn, api, redirect,
                                            "redirect_params",
                                            &conf.data.redirect)
            != NGX_OK)
        || ngx_webrtc_skyway_feed_acquire(turn, api, feed,
                                          NGX_WEBRTC_PORT_DATA,
                                          json_object_get(turn->call->args,
                                                          "feed_params"),
                                          "data_id")
           != NGX_OK)
    {
        return NGX_OK;
    }

    if (feed->port) {
        conf.data.feed = feed->port;
    }

    /* which may close it */

    if (ngx_webrtc_link_configure(connection->link, &conf, turn->now)
        != NGX_OK
        || connection->object.closed)
    {
        ngx_webrtc_skyway_feeds_release(api, feeds);
        return ngx_webrtc_skyway_turn_status(turn, 500);
    }

    if (feed->port) {
        ngx_webrtc_skyway_feeds_commit(connection, feeds);
    }

    answer = json_pack("{s:s}", "command_type", "DATA_CONNECTION_PUT");

    ngx_webrtc_skyway_feed_name(
                            &connection->feeds[NGX_WEBRTC_SKYWAY_FEED_DATA],
                            answer, "data_id");

    return ngx_webrtc_skyway_turn_json(turn, 200, answer);
}


ngx_webrtc_skyway_operation(show_data_connection)
{
    size_t                           buffered;
    ngx_uint_t                       open;
    ngx_webrtc_link_t               *link;
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_find(api, turn);
    if (connection == NULL) {
        return NGX_OK;
    }

    if (connection->object.deleted) {
        return ngx_webrtc_skyway_turn_status(turn, 404);
    }

    link = connection->link;
    open = link ? ngx_webrtc_link_is_open(link) : 0;
    buffered = link ? ngx_webrtc_link_buffered(link) : 0;

    return ngx_webrtc_skyway_turn_json(turn, 200,
                  json_pack("{s:o, s:I, s:o, s:o, s:b, s:b, s:s, s:s}",
                            "remote_id",
                            ngx_webrtc_json_str(&connection->remote),
                            "buffersize", (json_int_t) buffered,
                            "label", ngx_webrtc_json_str(&connection->label),
                            "metadata",
                            ngx_webrtc_json_str(&connection->metadata),
                            "open", (int) open,
                            "reliable", connection->reliable,
                            "serialization",
                            ngx_webrtc_skyway_serializations[
                                                   connection->serialization],
                            "type", "DATA"));
}
