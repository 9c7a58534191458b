
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the operations of the REST API, as data */


#include <front/skyway/ngx_webrtc_skyway_route.h>


/* of an id in a body; whether there is such an object is seen later */
#define NGX_WEBRTC_SKYWAY_ID_FIELD(name, required)                           \
    { name, NGX_WEBRTC_SKYWAY_STRING, required, 1, 255, NULL, NULL }

#define NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD(name, required)                      \
    { name, NGX_WEBRTC_SKYWAY_BOOLEAN, required, 0, 0, NULL, NULL }

#define NGX_WEBRTC_SKYWAY_INTEGER_FIELD(name, required, min, max)            \
    { name, NGX_WEBRTC_SKYWAY_INTEGER, required, min, max, NULL, NULL }

#define NGX_WEBRTC_SKYWAY_OBJECT_FIELD(name, required, fields)               \
    { name, NGX_WEBRTC_SKYWAY_OBJECT, required, 0, 0, fields, NULL }

/* "0.0.0.0" to an IPv6 address with a zone */
#define NGX_WEBRTC_SKYWAY_IP_FIELDS                                          \
    { "ip_v4", NGX_WEBRTC_SKYWAY_STRING, 0, 0, 64, NULL, NULL },             \
    { "ip_v6", NGX_WEBRTC_SKYWAY_STRING, 0, 0, 64, NULL, NULL }

#define NGX_WEBRTC_SKYWAY_METADATA  16384


static const char *const  ngx_webrtc_skyway_serializations[] = {
    "BINARY", "BINARY_UTF8", "JSON", "NONE", NULL
};


static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_no_fields[] = {
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_credential[] = {
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("timestamp", 1, 0, 4102444800),
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("ttl", 1, 600, 90000),
    { "authToken", NGX_WEBRTC_SKYWAY_STRING, 1, 1, 255, NULL, NULL },
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_peer_fields[] = {
    { "key", NGX_WEBRTC_SKYWAY_STRING, 1, 1, NGX_WEBRTC_SKYWAY_KEY_MAX, NULL,
      NULL },
    { "domain", NGX_WEBRTC_SKYWAY_STRING, 1, 0, 255, NULL, NULL },
    { "peer_id", NGX_WEBRTC_SKYWAY_STRING, 0, 0, NGX_WEBRTC_SKYWAY_ID_MAX,
      NULL, NULL },
    NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD("turn", 0),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("credential", 0,
                                   ngx_webrtc_skyway_credential),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_media_fields[] = {
    NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD("is_video", 1),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_data_params[] = {
    NGX_WEBRTC_SKYWAY_ID_FIELD("data_id", 0),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

/* {} is none at all */

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_redirect[] = {
    NGX_WEBRTC_SKYWAY_IP_FIELDS,
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("port", 0, 0, 65535),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_dc_init[] = {
    NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD("ordered", 0),
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("maxPacketLifeTime", 0, 0, 65535),
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("maxRetransmits", 0, 0, 65535),
    { "protocol", NGX_WEBRTC_SKYWAY_STRING, 0, 0, 255, NULL, NULL },
    NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD("negotiated", 0),
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("id", 0, 0, 65534),
    { "priority", NGX_WEBRTC_SKYWAY_STRING, 0, 0, 255, NULL, NULL },
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_options[] = {
    { "metadata", NGX_WEBRTC_SKYWAY_STRING, 0, 0, NGX_WEBRTC_SKYWAY_METADATA,
      NULL, NULL },
    { "serialization", NGX_WEBRTC_SKYWAY_WORD, 0, 0, 0, NULL,
      ngx_webrtc_skyway_serializations },
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("dcInit", 0, ngx_webrtc_skyway_dc_init),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_connect_fields[] = {
    NGX_WEBRTC_SKYWAY_ID_FIELD("peer_id", 1),
    NGX_WEBRTC_SKYWAY_ID_FIELD("token", 1),
    NGX_WEBRTC_SKYWAY_ID_FIELD("target_id", 1),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("params", 0,
                                   ngx_webrtc_skyway_data_params),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("redirect_params", 0,
                                   ngx_webrtc_skyway_redirect),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("options", 0, ngx_webrtc_skyway_options),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_put_fields[] = {
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("feed_params", 0,
                                   ngx_webrtc_skyway_data_params),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("redirect_params", 0,
                                   ngx_webrtc_skyway_redirect),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_media_params[] = {
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("band_width", 1, 0, 10000000),
    { "codec", NGX_WEBRTC_SKYWAY_STRING, 1, 1, 32, NULL, NULL },
    NGX_WEBRTC_SKYWAY_ID_FIELD("media_id", 1),
    NGX_WEBRTC_SKYWAY_ID_FIELD("rtcp_id", 0),
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("payload_type", 0, 0, 127),
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("sampling_rate", 0, 1, 1000000),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_constraints[] = {
    NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD("video", 1),
    NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD("videoReceiveEnabled", 0),
    NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD("audio", 1),
    NGX_WEBRTC_SKYWAY_BOOLEAN_FIELD("audioReceiveEnabled", 0),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("video_params", 0,
                                   ngx_webrtc_skyway_media_params),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("audio_params", 0,
                                   ngx_webrtc_skyway_media_params),
    { "metadata", NGX_WEBRTC_SKYWAY_ANY, 0, 0, 0, NULL, NULL },
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_redirects[] = {
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("video", 0, ngx_webrtc_skyway_redirect),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("video_rtcp", 0,
                                   ngx_webrtc_skyway_redirect),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("audio", 0, ngx_webrtc_skyway_redirect),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("audio_rtcp", 0,
                                   ngx_webrtc_skyway_redirect),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_call_fields[] = {
    NGX_WEBRTC_SKYWAY_ID_FIELD("peer_id", 1),
    NGX_WEBRTC_SKYWAY_ID_FIELD("token", 1),
    NGX_WEBRTC_SKYWAY_ID_FIELD("target_id", 1),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("constraints", 0,
                                   ngx_webrtc_skyway_constraints),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("redirect_params", 0,
                                   ngx_webrtc_skyway_redirects),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_answer_fields[] = {
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("constraints", 1,
                                   ngx_webrtc_skyway_constraints),
    NGX_WEBRTC_SKYWAY_OBJECT_FIELD("redirect_params", 0,
                                   ngx_webrtc_skyway_redirects),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};

static const ngx_webrtc_skyway_field_t  ngx_webrtc_skyway_pli_fields[] = {
    NGX_WEBRTC_SKYWAY_IP_FIELDS,
    NGX_WEBRTC_SKYWAY_INTEGER_FIELD("port", 1, 1, 65535),
    NGX_WEBRTC_SKYWAY_FIELDS_END
};


/* a path without "*" comes before one that its words would match too */

static const ngx_webrtc_skyway_route_t  ngx_webrtc_skyway_routes[] = {

    { "POST", "/peers",
      "PEERS_CREATE", NULL, 0,
      NGX_WEBRTC_SKYWAY_PLACE, ngx_webrtc_skyway_peer_fields,
      ngx_webrtc_skyway_create_peer },

    { "DELETE", "/peers/*",
      "PEERS_DELETE", "peer_id", 0,
      NGX_WEBRTC_SKYWAY_PEER_HOME, NULL,
      ngx_webrtc_skyway_delete_peer },

    { "PUT", "/peers/*/credential",
      "PEERS_CREDENTIAL_UPDATE", "peer_id", 0,
      NGX_WEBRTC_SKYWAY_PEER_HOME, ngx_webrtc_skyway_credential,
      ngx_webrtc_skyway_update_credential },

    { "GET", "/peers/*/events",
      "PEERS_EVENTS", "peer_id", 0,
      NGX_WEBRTC_SKYWAY_PEER_HOME, NULL,
      ngx_webrtc_skyway_poll_peer },

    { "GET", "/peers/*/status",
      "PEERS_STATUS", "peer_id", 0,
      NGX_WEBRTC_SKYWAY_PEER_HOME, NULL,
      ngx_webrtc_skyway_show_peer },

    { "POST", "/data",
      "DATA_CREATE", NULL, 0,
      NGX_WEBRTC_SKYWAY_ANYWHERE, ngx_webrtc_skyway_no_fields,
      ngx_webrtc_skyway_create_data },

    { "POST", "/data/connections",
      "DATA_CONNECTION_CREATE", "peer_id", 0,
      NGX_WEBRTC_SKYWAY_PEER_HOME, ngx_webrtc_skyway_connect_fields,
      ngx_webrtc_skyway_connect },

    { "DELETE", "/data/*",
      "DATA_DELETE", "data_id",
      NGX_WEBRTC_SKYWAY_ID_DATA,
      NGX_WEBRTC_SKYWAY_ANYWHERE, NULL,
      ngx_webrtc_skyway_delete_data },

    { "DELETE", "/data/connections/*",
      "DATA_CONNECTION_DELETE", "data_connection_id",
      NGX_WEBRTC_SKYWAY_ID_DATA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, NULL,
      ngx_webrtc_skyway_delete_connection },

    { "PUT", "/data/connections/*",
      "DATA_CONNECTION_PUT", "data_connection_id",
      NGX_WEBRTC_SKYWAY_ID_DATA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, ngx_webrtc_skyway_put_fields,
      ngx_webrtc_skyway_put_data_connection },

    { "GET", "/data/connections/*/events",
      "DATA_CONNECTION_EVENTS", "data_connection_id",
      NGX_WEBRTC_SKYWAY_ID_DATA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, NULL,
      ngx_webrtc_skyway_poll_connection },

    { "GET", "/data/connections/*/status",
      "DATA_CONNECTION_STATUS", "data_connection_id",
      NGX_WEBRTC_SKYWAY_ID_DATA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, NULL,
      ngx_webrtc_skyway_show_data_connection },

    { "POST", "/media",
      "MEDIA_CREATE", NULL, 0,
      NGX_WEBRTC_SKYWAY_ANYWHERE, ngx_webrtc_skyway_media_fields,
      ngx_webrtc_skyway_create_media },

    { "POST", "/media/rtcp",
      "RTCP_CREATE", NULL, 0,
      NGX_WEBRTC_SKYWAY_ANYWHERE, ngx_webrtc_skyway_no_fields,
      ngx_webrtc_skyway_create_rtcp },

    { "POST", "/media/connections",
      "MEDIA_CONNECTION_CREATE", "peer_id", 0,
      NGX_WEBRTC_SKYWAY_PEER_HOME, ngx_webrtc_skyway_call_fields,
      ngx_webrtc_skyway_call },

    { "DELETE", "/media/*",
      "MEDIA_DELETE", "media_id",
      NGX_WEBRTC_SKYWAY_ID_VIDEO,
      NGX_WEBRTC_SKYWAY_ANYWHERE, NULL,
      ngx_webrtc_skyway_delete_media },

    { "DELETE", "/media/rtcp/*",
      "RTCP_DELETE", "rtcp_id",
      NGX_WEBRTC_SKYWAY_ID_RTCP,
      NGX_WEBRTC_SKYWAY_ANYWHERE, NULL,
      ngx_webrtc_skyway_delete_rtcp },

    { "DELETE", "/media/connections/*",
      "MEDIA_CONNECTION_DELETE", "media_connection_id",
      NGX_WEBRTC_SKYWAY_ID_MEDIA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, NULL,
      ngx_webrtc_skyway_delete_connection },

    { "POST", "/media/connections/*/answer",
      "MEDIA_CONNECTION_ANSWER", "media_connection_id",
      NGX_WEBRTC_SKYWAY_ID_MEDIA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, ngx_webrtc_skyway_answer_fields,
      ngx_webrtc_skyway_answer_call },

    { "POST", "/media/connections/*/pli",
      "MEDIA_CONNECTION_PLI", "media_connection_id",
      NGX_WEBRTC_SKYWAY_ID_MEDIA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, ngx_webrtc_skyway_pli_fields,
      ngx_webrtc_skyway_request_key_frame },

    { "GET", "/media/connections/*/events",
      "MEDIA_CONNECTION_EVENTS", "media_connection_id",
      NGX_WEBRTC_SKYWAY_ID_MEDIA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, NULL,
      ngx_webrtc_skyway_poll_connection },

    { "GET", "/media/connections/*/status",
      "MEDIA_CONNECTION_STATUS", "media_connection_id",
      NGX_WEBRTC_SKYWAY_ID_MEDIA_CONNECTION,
      NGX_WEBRTC_SKYWAY_OBJECT_HOME, NULL,
      ngx_webrtc_skyway_show_media_connection },

    { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL }
};


static ngx_uint_t ngx_webrtc_skyway_route_match(const char *pattern,
    const ngx_str_t *path, ngx_str_t *id);


ngx_int_t
ngx_webrtc_skyway_route_find(const ngx_str_t *method, const ngx_str_t *path,
    const ngx_webrtc_skyway_route_t **route, ngx_str_t *id)
{
    const char                       *resource;
    const ngx_webrtc_skyway_route_t  *found;

    resource = NULL;

    for (found = ngx_webrtc_skyway_routes; found->method; found++) {

        if (resource ? ngx_strcmp(found->path, resource) != 0
                     : !ngx_webrtc_skyway_route_match(found->path, path, id))
        {
            continue;
        }

        if (resource == NULL) {
            resource = found->path;
            *route = found;
        }

        if (ngx_strlen(found->method) == method->len
            && ngx_memcmp(found->method, method->data, method->len) == 0)
        {
            *route = found;
            return NGX_OK;
        }
    }

    return resource ? NGX_ABORT : NGX_DECLINED;
}


/* a slash at the end changes nothing, unless an id was to follow it */

static ngx_uint_t
ngx_webrtc_skyway_route_match(const char *pattern, const ngx_str_t *path,
    ngx_str_t *id)
{
    u_char  *p, *last;

    p = path->data;
    last = p + path->len;

    ngx_str_null(id);

    for ( /* void */ ; *pattern; pattern++) {

        if (*pattern != '*') {

            if (p == last || *p != (u_char) *pattern) {
                return 0;
            }

            p++;
            continue;
        }

        id->data = p;

        while (p < last && *p != '/') {
            p++;
        }

        id->len = p - id->data;
    }

    if (p < last && *p == '/') {
        p++;
    }

    return p == last;
}


void
ngx_webrtc_skyway_route_allow(const ngx_webrtc_skyway_route_t *route,
    ngx_webrtc_text_t *text)
{
    const ngx_webrtc_skyway_route_t  *other;

    ngx_webrtc_text_cstr(text, route->method);

    for (other = route + 1; other->method; other++) {

        if (ngx_strcmp(other->path, route->path) == 0) {
            ngx_webrtc_text_cstr(text, ", ");
            ngx_webrtc_text_cstr(text, other->method);
        }
    }
}
