
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_text.h>
#include <front/evostream/ngx_webrtc_evostream_streams.h>


/* "connectionType" */
#define NGX_WEBRTC_EVOSTREAM_TYPE_STANDARD  0
#define NGX_WEBRTC_EVOSTREAM_TYPE_WEBRTC    9


static json_t *ngx_webrtc_evostream_stream_codec(
    ngx_webrtc_evostream_run_t *run, const char *kind,
    const ngx_str_t *codec);
static void ngx_webrtc_evostream_stream_viewer(
    ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row, json_t *json);
static void ngx_webrtc_evostream_stream_source(
    ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row, json_t *json);
static void ngx_webrtc_evostream_stream_far(ngx_webrtc_evostream_run_t *run,
    const ngx_str_t *address, json_t *json);


json_t *
ngx_webrtc_evostream_stream_json(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row)
{
    json_t                               *json;
    uint64_t                              created;
    ngx_uint_t                            viewer;
    const ngx_webrtc_evostream_stream_t  *stream;

    stream = &row->stream;

    viewer = (stream->kind == NGX_WEBRTC_EVOSTREAM_VIEWER);
    created = (uint64_t) stream->created * 1000;

    json = json_pack("{s:o, s:o, s:i, s:I, s:o, s:I, s:s, s:I, s:I, s:o}",
               "appName", ngx_webrtc_evostream_run_string(run,
                                                          &run->api->name),
               "audio", ngx_webrtc_evostream_stream_codec(run, "A",
                                                          &stream->audio),
               "connectionType", viewer ? NGX_WEBRTC_EVOSTREAM_TYPE_WEBRTC
                                        : NGX_WEBRTC_EVOSTREAM_TYPE_STANDARD,
               "creationTimestamp", (json_int_t) created,
               "name", ngx_webrtc_evostream_run_string(run, &stream->name),
               "queryTimestamp", (json_int_t) run->wall,
               "type", viewer ? "ONP" : "INP",
               "uniqueId", (json_int_t) stream->number,
               "upTime", (json_int_t) (run->wall > created
                                       ? run->wall - created : 0),
               "video", ngx_webrtc_evostream_stream_codec(run, "V",
                                                          &stream->video));

    if (json && viewer) {
        ngx_webrtc_evostream_stream_viewer(run, row, json);

    } else if (json) {
        ngx_webrtc_evostream_stream_source(run, row, json);
    }

    return json;
}


/* "VH264", "AOPUS", as an EMS has its codecs; "AUNK": unknown, or none */

static json_t *
ngx_webrtc_evostream_stream_codec(ngx_webrtc_evostream_run_t *run,
    const char *kind, const ngx_str_t *codec)
{
    u_char             buf[64];
    ngx_str_t          name;
    ngx_webrtc_text_t  text;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_cstr(&text, kind);

    if (codec->len) {
        ngx_webrtc_text_str(&text, codec);

    } else {
        ngx_webrtc_text_cstr(&text, "UNK");
    }

    name.data = buf;
    name.len = ngx_webrtc_text_len(&text);

    return json_pack("{s:o}", "codec",
                     ngx_webrtc_evostream_run_string(run, &name));
}


static void
ngx_webrtc_evostream_stream_viewer(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row, json_t *json)
{
    json_t                               *source;
    const ngx_webrtc_evostream_stream_t  *stream;

    stream = &row->stream;

    source = row->source
             ? json_integer((json_int_t) row->source->stream.number)
             : json_null();

    (void) json_object_set_new(json, "inStreamUniqueId", source);
    (void) json_object_set_new(json, "bytesCount",
                               json_integer((json_int_t) stream->sent));
    (void) json_object_set_new(json, "configId",
                               json_integer((json_int_t) stream->config));
    (void) json_object_set_new(json, "clientId",
                 ngx_webrtc_evostream_run_string(run, &stream->viewer));
    (void) json_object_set_new(json, "playing",
                               json_boolean(stream->playing));

    ngx_webrtc_evostream_stream_far(run, &stream->address, json);
}


static void
ngx_webrtc_evostream_stream_source(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row, json_t *json)
{
    json_t                               *list;
    const ngx_webrtc_evostream_stream_t  *stream;

    stream = &row->stream;

    if (stream->kind == NGX_WEBRTC_EVOSTREAM_SENDER) {
        (void) json_object_set_new(json, "channelId",
             ngx_webrtc_evostream_run_string(run, &stream->channel_id));
        (void) json_object_set_new(json, "connectionId",
             ngx_webrtc_evostream_run_string(run, &stream->connection_id));
    }

    if (row->viewers == NULL) {
        (void) json_object_set_new(json, "outStreamsUniqueIds", json_null());
        return;
    }

    list = json_array();

    for (row = row->viewers; row; row = row->sibling) {
        (void) json_array_append_new(list,
                           json_integer((json_int_t) row->stream.number));
    }

    (void) json_object_set_new(json, "outStreamsUniqueIds", list);
}


/* "192.0.2.1:5000", "[2001:db8::1]:5000" */

static void
ngx_webrtc_evostream_stream_far(ngx_webrtc_evostream_run_t *run,
    const ngx_str_t *address, json_t *json)
{
    u_char     *p;
    ngx_str_t   ip;
    json_int_t  port, unit;

    ip = *address;
    port = 0;
    unit = 1;

    for (p = ip.data + ip.len; p > ip.data; p--) {

        if (p[-1] == ':') {
            ip.len = p - 1 - ip.data;
            break;
        }

        if (p[-1] < '0' || p[-1] > '9' || unit > 10000) {
            port = 0;
            break;
        }

        port += (p[-1] - '0') * unit;
        unit *= 10;
    }

    if (ip.len > 1 && ip.data[0] == '[' && ip.data[ip.len - 1] == ']') {
        ip.data++;
        ip.len -= 2;
    }

    (void) json_object_set_new(json, "farIp",
                               ngx_webrtc_evostream_run_string(run, &ip));
    (void) json_object_set_new(json, "farPort", json_integer(port));
}
