
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_worker.h>
#include <http/ngx_http_webrtc_api.h>


typedef struct ngx_http_webrtc_row_s  ngx_http_webrtc_row_t;

/* what one row of the zone says, copied under its lock */

struct ngx_http_webrtc_row_s {
    ngx_http_webrtc_row_t         *next;
    ngx_webrtc_connection_info_t   info;
    ngx_str_t                      stats;
    uint64_t                       wall;
};


typedef struct {
    ngx_pool_t                    *pool;
    ngx_http_webrtc_row_t         *rows;
    ngx_http_webrtc_row_t        **last;
    ngx_uint_t                     stats;
} ngx_http_webrtc_rows_t;


static void ngx_http_webrtc_list_copy(ngx_webrtc_sora_call_t *call,
    ngx_http_webrtc_rows_t *rows);
static ngx_int_t ngx_http_webrtc_list_connection(void *data,
    const ngx_webrtc_connection_info_t *info, const ngx_str_t *stats,
    uint64_t wall);
static ngx_int_t ngx_http_webrtc_list_channel(void *data,
    const ngx_webrtc_connection_info_t *first);
static ngx_http_webrtc_row_t *ngx_http_webrtc_list_add(
    ngx_http_webrtc_rows_t *rows);
static ngx_int_t ngx_http_webrtc_list_str(ngx_pool_t *pool, ngx_str_t *to,
    const ngx_str_t *from);
static ngx_int_t ngx_http_webrtc_list_write(ngx_webrtc_sora_call_t *call,
    ngx_http_webrtc_rows_t *rows, ngx_webrtc_sora_answer_t *answer);
static void ngx_http_webrtc_list_report(ngx_webrtc_zone_t *zone,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_http_webrtc_list_self(ngx_webrtc_sora_call_t *call,
    ngx_webrtc_zone_t *zone, ngx_webrtc_sora_answer_t *answer);


ngx_int_t
ngx_http_webrtc_sora_list(ngx_webrtc_sora_call_t *call, ngx_log_t *log,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_int_t               rc;
    ngx_webrtc_zone_t      *zone;
    ngx_http_webrtc_rows_t  rows;

    zone = ngx_webrtc_worker()->zone;

    if (zone == NULL) {
        ngx_webrtc_sora_api_status(NGX_HTTP_SERVICE_UNAVAILABLE, answer);
        return NGX_OK;
    }

    switch (call->scope) {

    case NGX_WEBRTC_SORA_STATS_REPORT:
        ngx_http_webrtc_list_report(zone, answer);
        return NGX_OK;

    case NGX_WEBRTC_SORA_LICENSE:
    case NGX_WEBRTC_SORA_NODES:
        ngx_http_webrtc_list_self(call, zone, answer);
        return NGX_OK;

    default:
        break;
    }

    /* gone before the answer is sent, however slow the client is */

    rows.pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);
    if (rows.pool == NULL) {
        return NGX_ERROR;
    }

    rows.rows = NULL;
    rows.last = &rows.rows;
    rows.stats = (call->scope == NGX_WEBRTC_SORA_REMOTE_STATS);

    ngx_http_webrtc_list_copy(call, &rows);

    /* no "last": a row found no memory */

    rc = rows.last ? ngx_http_webrtc_list_write(call, &rows, answer)
                   : NGX_ERROR;

    ngx_destroy_pool(rows.pool);

    return rc;
}


static void
ngx_http_webrtc_list_copy(ngx_webrtc_sora_call_t *call,
    ngx_http_webrtc_rows_t *rows)
{
    ngx_webrtc_zone_t  *zone;

    zone = ngx_webrtc_worker()->zone;

    if (call->scope == NGX_WEBRTC_SORA_LIST_CHANNELS
        || call->scope == NGX_WEBRTC_SORA_LIST_SESSIONS)
    {
        ngx_webrtc_zone_channels(zone, ngx_http_webrtc_list_channel, rows);
        return;
    }

    ngx_webrtc_zone_connections(zone, &call->channel_id, &call->connection_id,
                                rows->stats, ngx_http_webrtc_list_connection,
                                rows);
}


static ngx_int_t
ngx_http_webrtc_list_connection(void *data,
    const ngx_webrtc_connection_info_t *info, const ngx_str_t *stats,
    uint64_t wall)
{
    ngx_http_webrtc_rows_t *rows = data;

    ngx_http_webrtc_row_t  *row;

    row = ngx_http_webrtc_list_add(rows);
    if (row == NULL) {
        return NGX_ERROR;
    }

    row->info = *info;

    if (ngx_http_webrtc_list_str(rows->pool, &row->info.channel_id,
                                 &info->channel_id)
        != NGX_OK
        || ngx_http_webrtc_list_str(rows->pool, &row->info.client_id,
                                    &info->client_id)
        != NGX_OK
        || ngx_http_webrtc_list_str(rows->pool, &row->info.bundle_id,
                                    &info->bundle_id)
        != NGX_OK
        || ngx_http_webrtc_list_str(rows->pool, &row->info.video_params,
                                    &info->video_params)
        != NGX_OK)
    {
        goto failed;
    }

    row->wall = wall;

    if (ngx_http_webrtc_list_str(rows->pool, &row->stats, stats) != NGX_OK) {
        goto failed;
    }

    return NGX_OK;

failed:

    rows->last = NULL;

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_webrtc_list_channel(void *data,
    const ngx_webrtc_connection_info_t *first)
{
    ngx_http_webrtc_rows_t *rows = data;

    ngx_http_webrtc_row_t  *row;

    row = ngx_http_webrtc_list_add(rows);
    if (row == NULL) {
        return NGX_ERROR;
    }

    row->info.spotlight = first->spotlight;
    ngx_memcpy(row->info.session_id, first->session_id, NGX_WEBRTC_ID_LEN);

    if (ngx_http_webrtc_list_str(rows->pool, &row->info.channel_id,
                                 &first->channel_id)
        != NGX_OK)
    {
        rows->last = NULL;
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_http_webrtc_row_t *
ngx_http_webrtc_list_add(ngx_http_webrtc_rows_t *rows)
{
    ngx_http_webrtc_row_t  *row;

    if (rows->last == NULL) {
        return NULL;
    }

    row = ngx_pcalloc(rows->pool, sizeof(ngx_http_webrtc_row_t));

    if (row == NULL) {
        rows->last = NULL;
        return NULL;
    }

    *rows->last = row;
    rows->last = &row->next;

    return row;
}


static ngx_int_t
ngx_http_webrtc_list_str(ngx_pool_t *pool, ngx_str_t *to,
    const ngx_str_t *from)
{
    to->len = 0;
    to->data = NULL;

    if (from == NULL || from->len == 0) {
        return NGX_OK;
    }

    to->data = ngx_pnalloc(pool, from->len);
    if (to->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(to->data, from->data, from->len);
    to->len = from->len;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_list_write(ngx_webrtc_sora_call_t *call,
    ngx_http_webrtc_rows_t *rows, ngx_webrtc_sora_answer_t *answer)
{
    uint64_t                 wall;
    struct timeval           tv;
    ngx_http_webrtc_row_t   *row;
    ngx_webrtc_sora_list_t  *list;

    list = ngx_webrtc_sora_list_start(call);
    if (list == NULL) {
        return NGX_ERROR;
    }

    ngx_gettimeofday(&tv);
    wall = (uint64_t) tv.tv_sec * 1000000 + tv.tv_usec;

    for (row = rows->rows; row; row = row->next) {

        switch (call->scope) {

        case NGX_WEBRTC_SORA_LIST_CHANNELS:
        case NGX_WEBRTC_SORA_LIST_SESSIONS:
            ngx_webrtc_sora_list_channel(list, &row->info);
            break;

        case NGX_WEBRTC_SORA_REMOTE_STATS:
            ngx_webrtc_sora_list_stats(list, &row->info, &row->stats,
                                       row->wall);
            break;

        case NGX_WEBRTC_SORA_TRAFFIC:
            ngx_webrtc_sora_list_traffic(list, &row->info, wall);
            break;

        default: /* NGX_WEBRTC_SORA_LIST_CONNECTIONS */
            ngx_webrtc_sora_list_connection(list, &row->info);
            break;
        }
    }

    ngx_webrtc_sora_list_finish(list, answer);

    return NGX_OK;
}


static void
ngx_http_webrtc_list_report(ngx_webrtc_zone_t *zone,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_uint_t                 i;
    ngx_webrtc_conf_t         *wcf;
    ngx_webrtc_counters_t     *counters;
    ngx_webrtc_sora_report_t   report;

    counters = ngx_webrtc_zone_counters(zone);
    wcf = ngx_webrtc_get_conf(ngx_cycle);

#define ngx_http_webrtc_copy(name)  report.name = counters->name

#define ngx_http_webrtc_copy_hook(name)                                      \
    report.name.successful = counters->name.successful;                      \
    report.name.failed = counters->name.failed;                              \
    report.name.ignored = counters->name.ignored

    ngx_http_webrtc_copy(created);
    ngx_http_webrtc_copy(updated);
    ngx_http_webrtc_copy(destroyed);
    ngx_http_webrtc_copy(successful);
    ngx_http_webrtc_copy(ongoing);
    ngx_http_webrtc_copy(failed);
    ngx_http_webrtc_copy(duration_sec);
    ngx_http_webrtc_copy(setup_msec);
    ngx_http_webrtc_copy(udp);
    ngx_http_webrtc_copy(tcp);
    ngx_http_webrtc_copy(sessions_created);
    ngx_http_webrtc_copy(sessions_destroyed);
    ngx_http_webrtc_copy(auth_allowed);
    ngx_http_webrtc_copy(auth_denied);

    ngx_http_webrtc_copy_hook(auth_hook);
    ngx_http_webrtc_copy_hook(session_hook);
    ngx_http_webrtc_copy_hook(event_hook);
    ngx_http_webrtc_copy_hook(stats_hook);

    ngx_http_webrtc_copy(received_srtp);
    ngx_http_webrtc_copy(received_srtp_bytes);
    ngx_http_webrtc_copy(decrypted_srtp);
    ngx_http_webrtc_copy(decrypted_srtp_bytes);
    ngx_http_webrtc_copy(sent_srtp);
    ngx_http_webrtc_copy(sent_srtp_bytes);
    ngx_http_webrtc_copy(received_sctp);
    ngx_http_webrtc_copy(received_sctp_bytes);
    ngx_http_webrtc_copy(sent_sctp);
    ngx_http_webrtc_copy(sent_sctp_bytes);
    ngx_http_webrtc_copy(overrun_srtp);
    ngx_http_webrtc_copy(missed_trunk_bytes);
    ngx_http_webrtc_copy(sdp_errors);
    ngx_http_webrtc_copy(signaling_errors);

    for (i = 0; i < NGX_WEBRTC_PROGRAMS; i++) {
        ngx_http_webrtc_copy(programs[i]);
        ngx_http_webrtc_copy(programs_failed[i]);
    }

    ngx_webrtc_sora_api_report(&report, &wcf->node.version, answer);
}


static void
ngx_http_webrtc_list_self(ngx_webrtc_sora_call_t *call,
    ngx_webrtc_zone_t *zone, ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_conf_t       *wcf;
    ngx_webrtc_sora_self_t   self;

    wcf = ngx_webrtc_get_conf(ngx_cycle);

    self.node = &wcf->node;
    self.max_connections = wcf->max_connections * wcf->workers;
    self.started = (uint64_t) ngx_webrtc_zone_started(zone) * 1000000;

    ngx_webrtc_sora_api_self(call, &self, answer);
}
