
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the data channels of a connect message, and those that we add to them */


#include <core/ngx_webrtc_str.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_keys.h>
#include <front/sora/ngx_webrtc_sora_rpc.h>
#include <front/sora/ngx_webrtc_sora_session.h>


#define NGX_WEBRTC_SORA_LABEL_MIN     3
#define NGX_WEBRTC_SORA_LABEL_MAX     32
#define NGX_WEBRTC_SORA_PROTOCOL_MAX  255


typedef struct {
    ngx_str_t                 name;
    ngx_str_t                 protocol;
    ngx_int_t                 direction;
    ngx_int_t                 ordered;
    ngx_int_t                 compress;
    ngx_int_t                 max_packet_life_time;
    ngx_int_t                 max_retransmits;
} ngx_webrtc_sora_label_t;


static ngx_uint_t ngx_webrtc_sora_label_is_known(
    const ngx_webrtc_sora_connect_t *connect);
static ngx_int_t ngx_webrtc_sora_read_label(const json_t *json,
    ngx_webrtc_label_t *label, const char **reason);
static ngx_int_t ngx_webrtc_sora_check_name(const ngx_str_t *name);
static ngx_int_t ngx_webrtc_sora_read_header(const json_t *json,
    ngx_webrtc_label_t *label);
static void ngx_webrtc_sora_system_labels(ngx_webrtc_sora_connect_t *connect,
    const ngx_webrtc_sora_conf_t *conf);


#define ngx_webrtc_sora_data(field)                                          \
    offsetof(ngx_webrtc_sora_connect_t, field)


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_data_keys[] = {

    { "data_channel_signaling", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_data(data_channel_signaling),
      "INVALID-DATA-CHANNEL-SIGNALING" },

    { "ignore_disconnect_websocket", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_data(ignore_disconnect_websocket),
      "INVALID-IGNORE-DISCONNECT-WEBSOCKET" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


#define ngx_webrtc_sora_label(field)                                         \
    offsetof(ngx_webrtc_sora_label_t, field)


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_label_keys[] = {

    { "label", NGX_WEBRTC_SORA_KEY_STR, NGX_WEBRTC_SORA_LABEL_MIN,
      NGX_WEBRTC_SORA_LABEL_MAX, NULL, ngx_webrtc_sora_label(name),
      "INVALID-DATA-CHANNEL-LABEL" },

    { "direction", NGX_WEBRTC_SORA_KEY_WORD, 0, 0, ngx_webrtc_sora_roles,
      ngx_webrtc_sora_label(direction), "INVALID-DATA-CHANNEL-DIRECTION" },

    { "ordered", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_label(ordered), "INVALID-DATA-CHANNEL-ORDERED" },

    { "compress", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_label(compress), "INVALID-DATA-CHANNEL-COMPRESS" },

    { "max_packet_life_time", NGX_WEBRTC_SORA_KEY_INT, 0, 65535, NULL,
      ngx_webrtc_sora_label(max_packet_life_time),
      "INVALID-DATA-CHANNEL-MAX-PACKET-LIFE-TIME" },

    { "max_retransmits", NGX_WEBRTC_SORA_KEY_INT, 0, 65535, NULL,
      ngx_webrtc_sora_label(max_retransmits),
      "INVALID-DATA-CHANNEL-MAX-RETRANSMITS" },

    { "protocol", NGX_WEBRTC_SORA_KEY_STR, 0, NGX_WEBRTC_SORA_PROTOCOL_MAX,
      NULL, ngx_webrtc_sora_label(protocol),
      "INVALID-DATA-CHANNEL-PROTOCOL" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


ngx_int_t
ngx_webrtc_sora_read_data(ngx_webrtc_sora_connect_t *connect,
    const char **reason)
{
    connect->data_channel_signaling = -1;
    connect->ignore_disconnect_websocket = -1;

    return ngx_webrtc_sora_read(connect->json, ngx_webrtc_sora_data_keys,
                                connect, reason);
}


ngx_int_t
ngx_webrtc_sora_connect_labels(ngx_webrtc_sora_connect_t *connect,
    const ngx_webrtc_sora_conf_t *conf, const char **reason)
{
    json_t      *json;
    ngx_uint_t   i, n;

    if (connect->data_channel_signaling == -1) {
        connect->data_channel_signaling = conf->data_channel_signaling;
    }

    if (connect->ignore_disconnect_websocket == -1) {
        connect->ignore_disconnect_websocket
                                          = conf->ignore_disconnect_websocket;
    }

    json = json_object_get(connect->json, "data_channels");

    if (json && !json_is_null(json) && !json_is_array(json)) {
        *reason = "INVALID-DATA-CHANNELS";
        return NGX_ERROR;
    }

    n = json_array_size(json);

    if (!connect->data_channel_signaling) {
        connect->ignore_disconnect_websocket = 0;

        if (n) {
            *reason = "DATA-CHANNELS-WITHOUT-DATA-CHANNEL-SIGNALING";
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    if (n > conf->max_labels) {
        *reason = "TOO-MANY-DATA-CHANNELS";
        return NGX_ERROR;
    }

    connect->rpc = ngx_webrtc_sora_rpc_grants(connect->authz)
                   | conf->rpc_methods;

    connect->labels = calloc(NGX_WEBRTC_SORA_LABELS + n,
                             sizeof(ngx_webrtc_label_t));
    if (connect->labels == NULL) {
        *reason = "NO-MEMORY";
        return NGX_ERROR;
    }

    ngx_webrtc_sora_system_labels(connect, conf);

    for (i = 0; i < n; i++) {

        if (ngx_webrtc_sora_read_label(json_array_get(json, i),
                               &connect->labels[connect->join.nlabels],
                               reason)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (ngx_webrtc_sora_label_is_known(connect)) {
            *reason = "DUPLICATED-DATA-CHANNEL-LABEL";
            return NGX_ERROR;
        }

        connect->join.nlabels++;
    }

    connect->join.labels = connect->labels;

    return NGX_OK;
}


/* whether the label that was read is among those before it */

static ngx_uint_t
ngx_webrtc_sora_label_is_known(const ngx_webrtc_sora_connect_t *connect)
{
    ngx_uint_t        i, n;
    const ngx_str_t  *name;

    n = connect->join.nlabels;
    name = &connect->labels[n].name;

    for (i = 0; i < n; i++) {
        if (ngx_webrtc_str_equal(&connect->labels[i].name, name)) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_webrtc_sora_read_label(const json_t *json, ngx_webrtc_label_t *label,
    const char **reason)
{
    ngx_webrtc_sora_label_t  values;

    if (!json_is_object(json)) {
        *reason = "INVALID-DATA-CHANNELS";
        return NGX_ERROR;
    }

    ngx_memzero(&values, sizeof(ngx_webrtc_sora_label_t));

    values.direction = -1;
    values.ordered = 1;
    values.max_packet_life_time = -1;
    values.max_retransmits = -1;

    if (ngx_webrtc_sora_read(json, ngx_webrtc_sora_label_keys, &values,
                             reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_webrtc_sora_check_name(&values.name) != NGX_OK) {
        *reason = "INVALID-DATA-CHANNEL-LABEL";
        return NGX_ERROR;
    }

    if (values.direction == -1) {
        *reason = "INVALID-DATA-CHANNEL-DIRECTION";
        return NGX_ERROR;
    }

    if (values.max_packet_life_time != -1 && values.max_retransmits != -1) {
        *reason = "MAX-PACKET-LIFE-TIME-AND-MAX-RETRANSMITS";
        return NGX_ERROR;
    }

    label->name = values.name;
    label->protocol = values.protocol;
    label->max_retransmits = values.max_retransmits;
    label->max_packet_life_time = values.max_packet_life_time;
    label->ordered = values.ordered;
    label->compress = values.compress;
    label->sends = (values.direction != NGX_WEBRTC_RECVONLY);
    label->receives = (values.direction != NGX_WEBRTC_SENDONLY);
    label->forward = 1;

    if (ngx_webrtc_sora_read_header(json, label) != NGX_OK) {
        *reason = "INVALID-DATA-CHANNEL-HEADER";
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* ^#[a-zA-Z0-9][a-zA-Z0-9-]{1,30}$ */

static ngx_int_t
ngx_webrtc_sora_check_name(const ngx_str_t *name)
{
    u_char  ch;
    size_t  i;

    if (name->len < NGX_WEBRTC_SORA_LABEL_MIN || name->data[0] != '#') {
        return NGX_ERROR;
    }

    for (i = 1; i < name->len; i++) {
        ch = name->data[i];

        if ((ch >= 'a' && ch <= 'z')
            || (ch >= 'A' && ch <= 'Z')
            || (ch >= '0' && ch <= '9')
            || (ch == '-' && i > 1))
        {
            continue;
        }

        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sora_read_header(const json_t *json, ngx_webrtc_label_t *label)
{
    json_t      *header;
    ngx_str_t    type;

    header = json_object_get(json, "header");

    if (header == NULL || json_is_null(header)) {
        return NGX_OK;
    }

    if (!json_is_array(header) || json_array_size(header) > 1) {
        return NGX_ERROR;
    }

    if (json_array_size(header) == 0) {
        return NGX_OK;
    }

    if (ngx_webrtc_json_get_str(json_array_get(header, 0), "type", 1, 32,
                                &type)
        != NGX_OK
        || type.len != sizeof("sender_connection_id") - 1
        || ngx_memcmp(type.data, "sender_connection_id", type.len) != 0)
    {
        return NGX_ERROR;
    }

    label->sender_id = 1;

    return NGX_OK;
}


/* in the order of ngx_webrtc_sora_label_e */

static void
ngx_webrtc_sora_system_labels(ngx_webrtc_sora_connect_t *connect,
    const ngx_webrtc_sora_conf_t *conf)
{
    ngx_uint_t           i;
    ngx_webrtc_label_t  *label;

    static const struct {
        ngx_str_t            name;
        unsigned             sends;
    } labels[NGX_WEBRTC_SORA_LABELS] = {
        { ngx_string("signaling"), 1 },
        { ngx_string("notify"), 0 },
        { ngx_string("push"), 0 },
        { ngx_string("stats"), 1 },
        { ngx_string("rpc"), 1 }
    };

    for (i = 0; i < NGX_WEBRTC_SORA_LABELS; i++) {

        if (i == NGX_WEBRTC_SORA_RPC && connect->rpc == 0) {
            break;
        }

        label = &connect->labels[i];

        label->name = labels[i].name;
        label->max_retransmits = -1;
        label->max_packet_life_time = -1;
        label->ordered = 1;
        label->compress = conf->data_compress;
        label->sends = labels[i].sends;
        label->receives = 1;
    }

    connect->join.nlabels = i;
}
