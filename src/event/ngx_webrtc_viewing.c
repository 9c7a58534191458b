
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* where the viewer's signalling is: finds the stream's worker */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <front/evostream/ngx_webrtc_evostream_name.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_mailbox.h>
#include <event/ngx_webrtc_registry.h>
#include <event/ngx_webrtc_viewing.h>
#include <event/ngx_webrtc_viewing_wire.h>


struct ngx_webrtc_viewing_s {
    ngx_webrtc_wire_t             *wire;        /* NULL: no such stream */
    ngx_webrtc_viewing_handler_pt  handler;
    void                          *data;
    ngx_event_t                    missing;
};


static ngx_int_t ngx_webrtc_viewing_find(ngx_webrtc_viewing_hello_t *hello,
    ngx_webrtc_owner_t *owner);
static ngx_int_t ngx_webrtc_viewing_find_port(ngx_webrtc_port_e kind,
    const ngx_str_t *id, ngx_webrtc_owner_t *owner);
static ngx_int_t ngx_webrtc_viewing_wire(ngx_webrtc_viewing_t *viewing,
    const ngx_webrtc_viewing_hello_t *hello, const ngx_webrtc_owner_t *owner);
static void ngx_webrtc_viewing_message(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len);
static void ngx_webrtc_viewing_closed(ngx_webrtc_wire_t *wire, void *data);
static void ngx_webrtc_viewing_missing_handler(ngx_event_t *ev);
static void ngx_webrtc_viewing_over(ngx_webrtc_viewing_t *viewing,
    ngx_webrtc_viewing_event_e type, const ngx_str_t *reason);
static void ngx_webrtc_viewing_free(ngx_webrtc_viewing_t *viewing);


static const ngx_webrtc_wire_handlers_t  ngx_webrtc_viewing_handlers = {
    ngx_webrtc_viewing_message,
    ngx_webrtc_viewing_closed
};


ngx_webrtc_viewing_t *
ngx_webrtc_viewing_open(const ngx_webrtc_viewing_conf_t *conf,
    ngx_webrtc_viewing_handler_pt handler, void *data)
{
    ngx_uint_t                   i;
    ngx_webrtc_conf_t           *wcf;
    ngx_webrtc_owner_t           owner;
    ngx_webrtc_viewing_t        *viewing;
    ngx_webrtc_viewing_hello_t   hello;

    if (ngx_webrtc_worker()->zone == NULL) {
        return NULL;
    }

    wcf = ngx_webrtc_get_conf(ngx_cycle);

    viewing = ngx_calloc(sizeof(ngx_webrtc_viewing_t), ngx_cycle->log);
    if (viewing == NULL) {
        return NULL;
    }

    viewing->handler = handler;
    viewing->data = data;

    ngx_memzero(&hello, sizeof(ngx_webrtc_viewing_hello_t));

    hello.config = conf->config;
    hello.id = conf->id;
    hello.stream = conf->stream;

    if (wcf->evostream.full_ice) {
        hello.nservers = ngx_min(conf->nservers, NGX_WEBRTC_VIEWING_SERVERS);
    }

    for (i = 0; i < hello.nservers; i++) {
        hello.servers[i].url = conf->servers[i].url;
        hello.servers[i].username = conf->servers[i].username;
        hello.servers[i].credential = conf->servers[i].credential;
    }

    if (ngx_webrtc_viewing_find(&hello, &owner) != NGX_OK
        || ngx_webrtc_mailbox_is_late(&owner))
    {
        viewing->missing.handler = ngx_webrtc_viewing_missing_handler;
        viewing->missing.data = viewing;
        viewing->missing.log = ngx_cycle->log;

        ngx_post_event(&viewing->missing, &ngx_posted_events);

        return viewing;
    }

    if (ngx_webrtc_viewing_wire(viewing, &hello, &owner) != NGX_OK) {
        ngx_free(viewing);
        return NULL;
    }

    return viewing;
}


static ngx_int_t
ngx_webrtc_viewing_find(ngx_webrtc_viewing_hello_t *hello,
    ngx_webrtc_owner_t *owner)
{
    ngx_webrtc_zone_t  *zone;

    zone = ngx_webrtc_worker()->zone;

    if (hello->stream.len == 0) {
        return NGX_DECLINED;
    }

    hello->channel_id = hello->stream;

    if (hello->channel_id.len <= NGX_WEBRTC_NAME_MAX
        && ngx_webrtc_zone_channel(zone, &hello->channel_id, 0, owner)
           == NGX_OK)
    {
        return NGX_OK;
    }

    ngx_str_null(&hello->channel_id);

    if (ngx_webrtc_evostream_name_ports(&hello->stream, &hello->video,
                                        &hello->audio)
        == NGX_OK)
    {
        /* two ports that are at two workers are viewed where the picture is */

        return hello->video.len
               ? ngx_webrtc_viewing_find_port(NGX_WEBRTC_PORT_VIDEO,
                                              &hello->video, owner)
               : ngx_webrtc_viewing_find_port(NGX_WEBRTC_PORT_AUDIO,
                                              &hello->audio, owner);
    }

    if (ngx_webrtc_evostream_name_split(&hello->stream, &hello->channel_id,
                                        &hello->connection_id)
        != NGX_OK
        || hello->channel_id.len > NGX_WEBRTC_NAME_MAX)
    {
        return NGX_DECLINED;
    }

    return ngx_webrtc_zone_channel(zone, &hello->channel_id, 0, owner);
}


static ngx_int_t
ngx_webrtc_viewing_find_port(ngx_webrtc_port_e kind, const ngx_str_t *id,
    ngx_webrtc_owner_t *owner)
{
    ngx_webrtc_port_row_t  row;

    ngx_memzero(&row, sizeof(ngx_webrtc_port_row_t));

    row.kind = kind;
    ngx_memcpy(row.id, id->data, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    if (ngx_webrtc_port_row_find(ngx_webrtc_worker()->zone, &row)
        == NGX_DECLINED)
    {
        return NGX_DECLINED;
    }

    *owner = row.owner;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_viewing_wire(ngx_webrtc_viewing_t *viewing,
    const ngx_webrtc_viewing_hello_t *hello, const ngx_webrtc_owner_t *owner)
{
    size_t   len;
    u_char  *text;

    text = ngx_webrtc_viewing_hello_write(hello, &len);
    if (text == NULL) {
        return NGX_ERROR;
    }

    viewing->wire = ngx_webrtc_wire_open(owner, NGX_WEBRTC_WIRE_VIEWING, text,
                                         len, &ngx_webrtc_viewing_handlers,
                                         viewing);
    ngx_free(text);

    return viewing->wire ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_viewing_answer(ngx_webrtc_viewing_t *viewing, const ngx_str_t *sdp)
{
    u_char  head;

    head = NGX_WEBRTC_VIEWING_WIRE_ANSWER;

    if (viewing->wire) {
        (void) ngx_webrtc_wire_send(viewing->wire, &head, 1, sdp->data,
                                    sdp->len);
    }
}


void
ngx_webrtc_viewing_candidate(ngx_webrtc_viewing_t *viewing,
    const ngx_str_t *candidate, const ngx_str_t *mid)
{
    if (viewing->wire) {
        (void) ngx_webrtc_viewing_wire_candidate(viewing->wire, candidate,
                                                 mid);
    }
}


void
ngx_webrtc_viewing_pause(ngx_webrtc_viewing_t *viewing, ngx_uint_t paused)
{
    u_char  head[2];

    head[0] = NGX_WEBRTC_VIEWING_WIRE_PAUSE;
    head[1] = (paused != 0);

    if (viewing->wire) {
        (void) ngx_webrtc_wire_send(viewing->wire, head, 2, NULL, 0);
    }
}


void
ngx_webrtc_viewing_close(ngx_webrtc_viewing_t *viewing)
{
    u_char  head;

    head = NGX_WEBRTC_VIEWING_WIRE_LEAVE;

    if (viewing->wire) {
        (void) ngx_webrtc_wire_send(viewing->wire, &head, 1, NULL, 0);
    }

    ngx_webrtc_viewing_detach(viewing);
}


void
ngx_webrtc_viewing_detach(ngx_webrtc_viewing_t *viewing)
{
    if (viewing->wire) {
        ngx_webrtc_wire_close(viewing->wire);
    }

    ngx_webrtc_viewing_free(viewing);
}


static void
ngx_webrtc_viewing_message(ngx_webrtc_wire_t *wire, void *data, u_char *pos,
    size_t len)
{
    ngx_webrtc_viewing_t *viewing = data;

    ngx_str_t                   text;
    ngx_webrtc_viewing_event_t  event;

    if (len == 0) {
        return;
    }

    text.data = pos + 1;
    text.len = len - 1;

    ngx_memzero(&event, sizeof(ngx_webrtc_viewing_event_t));
    event.text = text;

    switch (*pos) {

    case NGX_WEBRTC_VIEWING_WIRE_OFFER:
        event.type = NGX_WEBRTC_VIEWING_OFFER;
        break;

    case NGX_WEBRTC_VIEWING_WIRE_CANDIDATE:
        event.type = NGX_WEBRTC_VIEWING_CANDIDATE;

        if (ngx_webrtc_viewing_wire_read_candidate(text.data, text.len,
                                                   &event.text, &event.mid)
            != NGX_OK)
        {
            return;
        }

        break;

    case NGX_WEBRTC_VIEWING_WIRE_PLAYING:
        event.type = NGX_WEBRTC_VIEWING_PLAYING;
        break;

    case NGX_WEBRTC_VIEWING_WIRE_MISSING:
        ngx_webrtc_viewing_over(viewing, NGX_WEBRTC_VIEWING_MISSING, &text);
        return;

    case NGX_WEBRTC_VIEWING_WIRE_ENDED:
        ngx_webrtc_viewing_over(viewing, NGX_WEBRTC_VIEWING_ENDED, &text);
        return;

    default:
        return;
    }

    viewing->handler(viewing, &event, viewing->data);
    ngx_webrtc_worker_touch();
}


/* its worker has gone */

static void
ngx_webrtc_viewing_closed(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_viewing_t *viewing = data;

    ngx_str_t  reason = ngx_string("WORKER-GONE");

    viewing->wire = NULL;

    ngx_webrtc_viewing_over(viewing, NGX_WEBRTC_VIEWING_ENDED, &reason);
}


static void
ngx_webrtc_viewing_missing_handler(ngx_event_t *ev)
{
    ngx_str_t  reason = ngx_null_string;

    ngx_webrtc_viewing_over(ev->data, NGX_WEBRTC_VIEWING_MISSING, &reason);
}


/* the text may be the wire's */

static void
ngx_webrtc_viewing_over(ngx_webrtc_viewing_t *viewing,
    ngx_webrtc_viewing_event_e type, const ngx_str_t *reason)
{
    ngx_webrtc_viewing_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_viewing_event_t));

    event.type = type;
    event.text = *reason;

    viewing->handler(viewing, &event, viewing->data);

    if (viewing->wire) {
        ngx_webrtc_wire_close(viewing->wire);
    }

    ngx_webrtc_viewing_free(viewing);

    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_viewing_free(ngx_webrtc_viewing_t *viewing)
{
    if (viewing->missing.posted) {
        ngx_delete_posted_event(&viewing->missing);
    }

    ngx_free(viewing);
}
