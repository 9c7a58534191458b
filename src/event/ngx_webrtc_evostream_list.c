
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Listings, in order of numbers: the rows are found first and told then, with
 * a look whether they are still the same, because others get the lock in
 * between.
 *
 * Of the senders of a channel the one that has joined first has the channel's
 * name, as in the hub of its worker (ngx_webrtc_tap_add()).
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_evostream_sh.h>
#include <proto/ngx_webrtc_codec.h>


#define NGX_WEBRTC_EVOSTREAM_LIST_POOL  4096


typedef struct {
    ngx_uint_t                kind;
    uint64_t                  number;
    void                     *row;

    /* SENDER */
    ngx_webrtc_zone_channel_t  *channel;
    uint64_t                  joined;
    ngx_uint_t                first;        /* of its channel */
} ngx_webrtc_evostream_found_t;


static ngx_array_t *ngx_webrtc_evostream_list_create(void);
static void ngx_webrtc_evostream_list_pause(ngx_webrtc_zone_t *zone,
    ngx_uint_t n);
static ngx_webrtc_evostream_found_t *ngx_webrtc_evostream_list_add(
    ngx_array_t *list, ngx_uint_t kind, uint64_t number, void *row);
static int ngx_libc_cdecl ngx_webrtc_evostream_list_order(const void *one,
    const void *two);
static int ngx_libc_cdecl ngx_webrtc_evostream_list_join(const void *one,
    const void *two);
static void ngx_webrtc_evostream_list_first(ngx_array_t *list);
static void ngx_webrtc_evostream_find_senders(ngx_webrtc_zone_t *zone,
    ngx_array_t *list);
static void ngx_webrtc_evostream_find_ports(ngx_webrtc_zone_t *zone,
    ngx_array_t *list);
static void ngx_webrtc_evostream_find_viewers(ngx_webrtc_zone_t *zone,
    ngx_array_t *list);
static void ngx_webrtc_evostream_show(const ngx_webrtc_evostream_found_t *one,
    ngx_webrtc_evostream_stream_pt handler, void *data);
static ngx_uint_t ngx_webrtc_evostream_is_sender(
    const ngx_webrtc_zone_row_t *row);
static void ngx_webrtc_evostream_show_sender(const ngx_webrtc_zone_row_t *row,
    ngx_uint_t first, ngx_webrtc_evostream_stream_pt handler, void *data);
static void ngx_webrtc_evostream_show_port(const ngx_webrtc_zone_port_t *port,
    ngx_webrtc_evostream_stream_pt handler, void *data);
static void ngx_webrtc_evostream_codec(ngx_str_t *name, u_char *buf,
    ngx_uint_t codec);


/* a pool of its own, with the list in it */

static ngx_array_t *
ngx_webrtc_evostream_list_create(void)
{
    ngx_pool_t   *pool;
    ngx_array_t  *list;

    pool = ngx_create_pool(NGX_WEBRTC_EVOSTREAM_LIST_POOL, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    list = ngx_array_create(pool, 64, sizeof(ngx_webrtc_evostream_found_t));

    if (list == NULL) {
        ngx_destroy_pool(pool);
    }

    return list;
}


static void
ngx_webrtc_evostream_list_pause(ngx_webrtc_zone_t *zone, ngx_uint_t n)
{
    if (n % NGX_WEBRTC_EVOSTREAM_BATCH == NGX_WEBRTC_EVOSTREAM_BATCH - 1) {
        ngx_webrtc_zone_unlock(zone);
        ngx_webrtc_zone_lock(zone);
    }
}


/* NULL: no memory */

static ngx_webrtc_evostream_found_t *
ngx_webrtc_evostream_list_add(ngx_array_t *list, ngx_uint_t kind,
    uint64_t number, void *row)
{
    ngx_webrtc_evostream_found_t  *one;

    one = ngx_array_push(list);

    if (one) {
        ngx_memzero(one, sizeof(ngx_webrtc_evostream_found_t));

        one->kind = kind;
        one->number = number;
        one->row = row;
    }

    return one;
}


static int ngx_libc_cdecl
ngx_webrtc_evostream_list_order(const void *one, const void *two)
{
    const ngx_webrtc_evostream_found_t  *a, *b;

    a = one;
    b = two;

    if (a->kind != b->kind) {
        return (a->kind < b->kind) ? -1 : 1;
    }

    return (a->number < b->number) ? -1 : (a->number > b->number);
}


/* senders by their channels, in order of their joining */

static int ngx_libc_cdecl
ngx_webrtc_evostream_list_join(const void *one, const void *two)
{
    const ngx_webrtc_evostream_found_t  *a, *b;

    a = one;
    b = two;

    if (a->channel != b->channel) {
        return ((uintptr_t) a->channel < (uintptr_t) b->channel) ? -1 : 1;
    }

    return (a->joined < b->joined) ? -1 : (a->joined > b->joined);
}


/* while there are no others in the list */

static void
ngx_webrtc_evostream_list_first(ngx_array_t *list)
{
    ngx_uint_t                     i;
    ngx_webrtc_evostream_found_t  *found;

    found = list->elts;

    ngx_qsort(found, list->nelts, sizeof(ngx_webrtc_evostream_found_t),
              ngx_webrtc_evostream_list_join);

    for (i = 0; i < list->nelts; i++) {
        found[i].first = (i == 0 || found[i].channel != found[i - 1].channel);
    }
}


void
ngx_webrtc_evostream_config_list(ngx_webrtc_zone_t *zone,
    ngx_webrtc_evostream_config_pt handler, void *data)
{
    ngx_uint_t                      i;
    ngx_array_t                    *list;
    ngx_webrtc_zone_table_t        *table;
    ngx_webrtc_zone_config_t       *row;
    ngx_webrtc_evostream_found_t   *found;
    ngx_webrtc_evostream_config_t   config;

    list = ngx_webrtc_evostream_list_create();
    if (list == NULL) {
        return;
    }

    table = &zone->sh->evostream.configs;

    ngx_webrtc_zone_lock(zone);

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used
            && ngx_webrtc_evostream_list_add(list, 0, row->id, row) == NULL)
        {
            break;
        }
    }

    found = list->elts;
    ngx_qsort(found, list->nelts, sizeof(ngx_webrtc_evostream_found_t),
              ngx_webrtc_evostream_list_order);

    for (i = 0; i < list->nelts; i++) {
        row = found[i].row;

        if (row->node.used && row->id == found[i].number) {
            ngx_webrtc_evostream_config_show(row, &config);
            handler(data, &config);
        }

        ngx_webrtc_evostream_list_pause(zone, i);
    }

    ngx_webrtc_zone_unlock(zone);

    ngx_destroy_pool(list->pool);
}


void
ngx_webrtc_evostream_stream_list(ngx_webrtc_zone_t *zone,
    ngx_webrtc_evostream_stream_pt handler, void *data)
{
    ngx_uint_t                     i;
    ngx_array_t                   *list;
    ngx_webrtc_evostream_found_t  *found;

    list = ngx_webrtc_evostream_list_create();
    if (list == NULL) {
        return;
    }

    ngx_webrtc_zone_lock(zone);
    ngx_webrtc_evostream_find_senders(zone, list);
    ngx_webrtc_zone_unlock(zone);

    ngx_webrtc_evostream_list_first(list);

    ngx_webrtc_zone_lock(zone);

    ngx_webrtc_evostream_find_ports(zone, list);
    ngx_webrtc_evostream_find_viewers(zone, list);

    ngx_webrtc_zone_unlock(zone);

    found = list->elts;
    ngx_qsort(found, list->nelts, sizeof(ngx_webrtc_evostream_found_t),
              ngx_webrtc_evostream_list_order);

    ngx_webrtc_zone_lock(zone);

    for (i = 0; i < list->nelts; i++) {
        ngx_webrtc_evostream_show(&found[i], handler, data);
        ngx_webrtc_evostream_list_pause(zone, i);
    }

    ngx_webrtc_zone_unlock(zone);

    ngx_destroy_pool(list->pool);
}


static void
ngx_webrtc_evostream_find_senders(ngx_webrtc_zone_t *zone, ngx_array_t *list)
{
    ngx_uint_t                     i;
    ngx_webrtc_zone_row_t         *row;
    ngx_webrtc_zone_table_t       *table;
    ngx_webrtc_evostream_found_t  *one;

    table = &zone->sh->rows;

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used && ngx_webrtc_evostream_is_sender(row)) {
            one = ngx_webrtc_evostream_list_add(list,
                                                NGX_WEBRTC_EVOSTREAM_SENDER,
                                                row->number, row);
            if (one == NULL) {
                return;
            }

            one->channel = row->channel;
            one->joined = row->joined;
        }

        ngx_webrtc_evostream_list_pause(zone, i);
    }
}


static void
ngx_webrtc_evostream_find_ports(ngx_webrtc_zone_t *zone, ngx_array_t *list)
{
    ngx_uint_t                i;
    ngx_webrtc_zone_port_t   *port;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->ports;

    for (i = 0; i < table->top; i++) {
        port = ngx_webrtc_zone_table_row(table, i);

        if (port->node.used
            && (port->row.kind == NGX_WEBRTC_PORT_VIDEO
                || port->row.kind == NGX_WEBRTC_PORT_AUDIO)
            && ngx_webrtc_evostream_list_add(list, NGX_WEBRTC_EVOSTREAM_PORT,
                                             port->number, port)
               == NULL)
        {
            return;
        }

        ngx_webrtc_evostream_list_pause(zone, i);
    }
}


static void
ngx_webrtc_evostream_find_viewers(ngx_webrtc_zone_t *zone, ngx_array_t *list)
{
    ngx_uint_t                 i;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_viewer_t  *row;

    table = &zone->sh->evostream.viewers;

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used
            && ngx_webrtc_evostream_list_add(list,
                                             NGX_WEBRTC_EVOSTREAM_VIEWER,
                                             row->number, row)
               == NULL)
        {
            return;
        }

        ngx_webrtc_evostream_list_pause(zone, i);
    }
}


static void
ngx_webrtc_evostream_show(const ngx_webrtc_evostream_found_t *one,
    ngx_webrtc_evostream_stream_pt handler, void *data)
{
    ngx_webrtc_zone_row_t          *row;
    ngx_webrtc_zone_port_t         *port;
    ngx_webrtc_zone_viewer_t       *viewer;
    ngx_webrtc_evostream_stream_t   stream;

    switch (one->kind) {

    case NGX_WEBRTC_EVOSTREAM_SENDER:
        row = one->row;

        if (row->node.used && row->number == one->number
            && ngx_webrtc_evostream_is_sender(row))
        {
            ngx_webrtc_evostream_show_sender(row, one->first, handler, data);
        }

        break;

    case NGX_WEBRTC_EVOSTREAM_PORT:
        port = one->row;

        if (port->node.used && port->number == one->number) {
            ngx_webrtc_evostream_show_port(port, handler, data);
        }

        break;

    default: /* NGX_WEBRTC_EVOSTREAM_VIEWER */
        viewer = one->row;

        if (viewer->node.used && viewer->number == one->number
            && !viewer->ending)
        {
            ngx_webrtc_evostream_viewer_show(viewer, &stream);
            handler(data, &stream);
        }
    }
}


static ngx_uint_t
ngx_webrtc_evostream_is_sender(const ngx_webrtc_zone_row_t *row)
{
    return row->live
           && row->number
           && !ngx_webrtc_name_is_private(&row->info.channel_id);
}


static void
ngx_webrtc_evostream_show_sender(const ngx_webrtc_zone_row_t *row,
    ngx_uint_t first, ngx_webrtc_evostream_stream_pt handler, void *data)
{
    u_char                         *p;
    ngx_webrtc_evostream_stream_t   stream;
    u_char                          audio[NGX_WEBRTC_EVOSTREAM_CODEC_MAX];
    u_char                          video[NGX_WEBRTC_EVOSTREAM_CODEC_MAX];
    u_char                          name[NGX_WEBRTC_NAME_MAX + 1
                                         + NGX_WEBRTC_ID_LEN];

    ngx_memzero(&stream, sizeof(ngx_webrtc_evostream_stream_t));

    stream.kind = NGX_WEBRTC_EVOSTREAM_SENDER;
    stream.number = row->number;
    stream.created = row->info.created_time / 1000000;
    stream.channel_id = row->info.channel_id;
    stream.connection_id.data = (u_char *) row->info.connection_id;
    stream.connection_id.len = NGX_WEBRTC_ID_LEN;

    p = ngx_cpymem(name, stream.channel_id.data, stream.channel_id.len);

    if (!first) {
        *p++ = '/';
        p = ngx_cpymem(p, stream.connection_id.data, NGX_WEBRTC_ID_LEN);
    }

    stream.name.data = name;
    stream.name.len = p - name;

    if (row->info.audio) {
        ngx_webrtc_evostream_codec(&stream.audio, audio,
                                   row->info.audio_codec);
    }

    if (row->info.video) {
        ngx_webrtc_evostream_codec(&stream.video, video,
                                   row->info.video_codec);
    }

    handler(data, &stream);
}


/* which codec comes in is a matter of the calls that use it */

static void
ngx_webrtc_evostream_show_port(const ngx_webrtc_zone_port_t *port,
    ngx_webrtc_evostream_stream_pt handler, void *data)
{
    ngx_webrtc_evostream_stream_t  stream;

    ngx_memzero(&stream, sizeof(ngx_webrtc_evostream_stream_t));

    stream.kind = NGX_WEBRTC_EVOSTREAM_PORT;
    stream.number = port->number;
    stream.created = port->created;
    stream.name.data = (u_char *) port->row.id;
    stream.name.len = NGX_WEBRTC_SKYWAY_OBJECT_ID;

    if (port->row.kind == NGX_WEBRTC_PORT_AUDIO) {
        ngx_str_set(&stream.audio, NGX_WEBRTC_EVOSTREAM_CODEC_UNKNOWN);

    } else {
        ngx_str_set(&stream.video, NGX_WEBRTC_EVOSTREAM_CODEC_UNKNOWN);
    }

    handler(data, &stream);
}


/* in capitals, in "buf" */

static void
ngx_webrtc_evostream_codec(ngx_str_t *name, u_char *buf, ngx_uint_t codec)
{
    size_t                     i;
    const ngx_webrtc_codec_t  *info;

    info = ngx_webrtc_codec_info(codec);

    if (info == NULL || info->name.len > NGX_WEBRTC_EVOSTREAM_CODEC_MAX) {
        ngx_str_set(name, NGX_WEBRTC_EVOSTREAM_CODEC_UNKNOWN);
        return;
    }

    for (i = 0; i < info->name.len; i++) {
        buf[i] = ngx_toupper(info->name.data[i]);
    }

    name->data = buf;
    name->len = info->name.len;
}
