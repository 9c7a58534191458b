
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what a connect message says of simulcast */


#include <front/sora/ngx_webrtc_sora_auth.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_keys.h>


typedef struct {
    ngx_int_t                 simulcast;
    ngx_int_t                 multicodec;
    ngx_int_t                 rid;
    ngx_int_t                 request_rid;
} ngx_webrtc_sora_simulcast_t;


/* the numbers of an encoding that a browser would refuse */

typedef struct {
    const char               *name;
    double                    min;
} ngx_webrtc_sora_encoding_t;


static ngx_int_t ngx_webrtc_sora_read_rpc_rids(
    ngx_webrtc_sora_connect_t *connect);
static ngx_int_t ngx_webrtc_sora_read_encodings(
    ngx_webrtc_sora_connect_t *connect);
static ngx_int_t ngx_webrtc_sora_check_encoding(json_t *encoding,
    const char *rid);
static ngx_int_t ngx_webrtc_sora_rid(const json_t *json);


#define ngx_webrtc_sora_simulcast(field)                                     \
    offsetof(ngx_webrtc_sora_simulcast_t, field)


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_simulcast_keys[] = {

    { "simulcast", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_simulcast(simulcast), "INVALID-SIMULCAST" },

    { "simulcast_multicodec", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_simulcast(multicodec), "INVALID-SIMULCAST-MULTICODEC" },

    { "simulcast_rid", NGX_WEBRTC_SORA_KEY_WORD, 0, 0,
      ngx_webrtc_sora_rids + 1, ngx_webrtc_sora_simulcast(rid),
      "INVALID-SIMULCAST-RID" },

    { "simulcast_request_rid", NGX_WEBRTC_SORA_KEY_WORD, 0, 0,
      ngx_webrtc_sora_rids, ngx_webrtc_sora_simulcast(request_rid),
      "INVALID-SIMULCAST-REQUEST-RID" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


static const ngx_webrtc_sora_encoding_t  ngx_webrtc_sora_encodings[] = {
    { "scaleResolutionDownBy", 1.0 },
    { "maxFramerate", 0.0 },
    { "maxBitrate", 1.0 },
    { "minBitrate", 1.0 },
    { NULL, 0.0 }
};


ngx_int_t
ngx_webrtc_sora_read_simulcast(ngx_webrtc_sora_connect_t *connect,
    const char **reason)
{
    ngx_webrtc_simulcast_t       *simulcast;
    ngx_webrtc_sora_simulcast_t   values;

    values.simulcast = 0;
    values.multicodec = 0;
    values.rid = -1;
    values.request_rid = -1;

    if (ngx_webrtc_sora_read(connect->json, ngx_webrtc_sora_simulcast_keys,
                             &values, reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    connect->join.info.simulcast = values.simulcast;

    simulcast = &connect->join.simulcast;

    /* the older key has no "none", so its words begin with layer 0 */

    if (values.request_rid != -1) {
        simulcast->layer = values.request_rid - 1;
        simulcast->has_layer = 1;

    } else if (values.rid != -1) {
        simulcast->layer = values.rid;
        simulcast->has_layer = 1;
    }

    /* the others are not for a client to say */

    if (ngx_webrtc_sora_read_rpc_rids(connect) != NGX_OK
        || ngx_webrtc_sora_read_encodings(connect) != NGX_OK)
    {
        *reason = NGX_WEBRTC_SORA_AUTH_INVALID;
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sora_read_rpc_rids(ngx_webrtc_sora_connect_t *connect)
{
    json_t     *rids;
    size_t      i;
    ngx_int_t   rid;
    ngx_uint_t  allowed;

    rids = json_object_get(connect->authz, "simulcast_rpc_rids");

    if (rids == NULL || json_is_null(rids)) {
        return NGX_OK;
    }

    if (!json_is_array(rids)) {
        return NGX_ERROR;
    }

    allowed = 0;

    for (i = 0; i < json_array_size(rids); i++) {
        rid = ngx_webrtc_sora_rid(json_array_get(rids, i));

        if (rid == NGX_ERROR) {
            return NGX_ERROR;
        }

        allowed |= 1 << rid;
    }

    connect->join.simulcast.refused = ~allowed;

    return NGX_OK;
}


/*
 * One to three encodings, the first ones of r0, r1, r2 and in this order: a
 * browser takes them only if they are the same as in our SDP.  Everything
 * else in them is for the client, apart from "codec": a section of ours has
 * one codec.
 */

static ngx_int_t
ngx_webrtc_sora_read_encodings(ngx_webrtc_sora_connect_t *connect)
{
    size_t                   i, n;
    json_t                  *encodings, *encoding;
    ngx_webrtc_simulcast_t  *simulcast;

    encodings = json_object_get(connect->authz, "simulcast_encodings");

    if (encodings == NULL || json_is_null(encodings)) {
        return NGX_OK;
    }

    n = json_array_size(encodings);

    if (n == 0 || n > NGX_WEBRTC_LAYERS) {
        return NGX_ERROR;
    }

    simulcast = &connect->join.simulcast;
    simulcast->nlayers = n;

    for (i = 0; i < n; i++) {
        encoding = json_array_get(encodings, i);

        if (ngx_webrtc_sora_check_encoding(encoding,
                                           ngx_webrtc_sora_rids[i + 1])
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (json_is_false(json_object_get(encoding, "active"))) {
            simulcast->inactive |= 1 << i;
        }
    }

    connect->encodings = json_dumps(encodings,
                                    JSON_COMPACT | JSON_REAL_PRECISION(15));

    if (connect->encodings == NULL
        || ngx_strlen(connect->encodings) > NGX_WEBRTC_SORA_ENCODINGS_MAX)
    {
        return NGX_ERROR;
    }

    simulcast->encodings.data = (u_char *) connect->encodings;
    simulcast->encodings.len = ngx_strlen(connect->encodings);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sora_check_encoding(json_t *encoding, const char *rid)
{
    json_t                            *value;
    const char                        *str;
    const ngx_webrtc_sora_encoding_t  *number;

    str = json_string_value(json_object_get(encoding, "rid"));

    if (str == NULL || ngx_strcmp(str, rid) != 0) {
        return NGX_ERROR;
    }

    value = json_object_get(encoding, "active");

    if (value && !json_is_boolean(value)) {
        return NGX_ERROR;
    }

    for (number = ngx_webrtc_sora_encodings; number->name; number++) {
        value = json_object_get(encoding, number->name);

        if (value
            && (!json_is_number(value)
                || json_number_value(value) < number->min))
        {
            return NGX_ERROR;
        }
    }

    (void) json_object_del(encoding, "codec");

    return NGX_OK;
}


/* its index in ngx_webrtc_sora_rids */

static ngx_int_t
ngx_webrtc_sora_rid(const json_t *json)
{
    ngx_int_t    i;
    const char  *str;

    str = json_string_value(json);

    for (i = 0; str && ngx_webrtc_sora_rids[i]; i++) {
        if (ngx_strcmp(ngx_webrtc_sora_rids[i], str) == 0) {
            return i;
        }
    }

    return NGX_ERROR;
}
