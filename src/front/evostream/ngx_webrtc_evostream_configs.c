
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what configurations there are, and how they end */


#include <core/ngx_webrtc_str.h>
#include <front/evostream/ngx_webrtc_evostream_run.h>


#define NGX_WEBRTC_EVOSTREAM_OPERATION  9       /* of all enumerated types */


typedef struct ngx_webrtc_evostream_config_row_s
    ngx_webrtc_evostream_config_row_t;

struct ngx_webrtc_evostream_config_row_s {
    ngx_webrtc_evostream_config_row_t  *next;
    ngx_webrtc_evostream_config_t       config;
};


typedef struct {
    ngx_pool_t                          *pool;
    ngx_webrtc_evostream_config_row_t   *rows;
    ngx_webrtc_evostream_config_row_t  **last;
    ngx_uint_t                           failed;
} ngx_webrtc_evostream_config_rows_t;


static void ngx_webrtc_evostream_configs_init(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_config_rows_t *rows);
static void ngx_webrtc_evostream_configs_handler(void *data,
    const ngx_webrtc_evostream_config_t *config);
static json_t *ngx_webrtc_evostream_configs_status(
    ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_config_t *config);


/* how an EMS numbers what it tells of its streams */

#define NGX_WEBRTC_EVOSTREAM_STATUS_CONNECTING    1
#define NGX_WEBRTC_EVOSTREAM_STATUS_CONNECTED     3
#define NGX_WEBRTC_EVOSTREAM_STATUS_DISCONNECTED  4
#define NGX_WEBRTC_EVOSTREAM_STATUS_FAILED        5

#define NGX_WEBRTC_EVOSTREAM_STATE_TEXT(name, text)  text,

static const char *const  ngx_webrtc_evostream_state_texts[] = {
    NGX_WEBRTC_EVOSTREAM_STATES(NGX_WEBRTC_EVOSTREAM_STATE_TEXT)
    NULL
};


ngx_int_t
ngx_webrtc_evostream_cmd_stop_webrtc(ngx_webrtc_evostream_run_t *run)
{
    json_t     *data;
    uint64_t    port;
    ngx_str_t   ersip, roomid;
    ngx_int_t   rc;

    port = 0;
    ngx_str_null(&ersip);
    ngx_str_null(&roomid);

    rc = ngx_webrtc_evostream_run_text(run, "ersip",
                                       NGX_WEBRTC_EVOSTREAM_HOST_MAX, &ersip);

    if (rc == NGX_OK || rc == NGX_DECLINED) {
        rc = ngx_webrtc_evostream_run_number(run, "ersport", 0, 65535, &port);
    }

    if (rc == NGX_OK || rc == NGX_DECLINED) {
        rc = ngx_webrtc_evostream_run_text(run, "roomid",
                                           NGX_WEBRTC_EVOSTREAM_ROOM_MAX,
                                           &roomid);
    }

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return rc;
    }

    if (run->api->tables->stop(run->api->data, &ersip, (in_port_t) port,
                               &roomid)
        == 0)
    {
        return ngx_webrtc_evostream_run_fail(run, "Unable to stop WebRTC");
    }

    data = json_pack("{s:o, s:I, s:o}",
                     "ersip", ngx_webrtc_evostream_run_string(run, &ersip),
                     "ersport", (json_int_t) port,
                     "roomid", ngx_webrtc_evostream_run_string(run, &roomid));

    return ngx_webrtc_evostream_run_done(run, data,
                                       "Stopped WebRTC Negotiation Service");
}


ngx_int_t
ngx_webrtc_evostream_cmd_list_config(ngx_webrtc_evostream_run_t *run)
{
    json_t                              *data, *list;
    ngx_uint_t                           i;
    ngx_webrtc_evostream_config_row_t   *row;
    ngx_webrtc_evostream_config_rows_t   rows;

    static const char *const  others[] = {
        "dash", "hds", "hls", "metalistener", "mss", "process", "pull",
        "push", "record", NULL
    };

    ngx_webrtc_evostream_configs_init(run, &rows);

    run->api->tables->configs(run->api->data,
                              ngx_webrtc_evostream_configs_handler, &rows);

    if (rows.failed) {
        return NGX_ERROR;
    }

    list = json_array();

    for (row = rows.rows; row; row = row->next) {

        if (row->config.state != NGX_WEBRTC_EVOSTREAM_ENDED) {
            (void) json_array_append_new(list,
                         ngx_webrtc_evostream_config_json(run, &row->config));
        }
    }

    data = json_pack("{s:o}", "webrtc", list);

    for (i = 0; others[i]; i++) {
        (void) json_object_set_new(data, others[i], json_array());
    }

    return ngx_webrtc_evostream_run_done(run, data, "Run-time configuration");
}


ngx_int_t
ngx_webrtc_evostream_cmd_get_config_info(ngx_webrtc_evostream_run_t *run)
{
    uint64_t                             id;
    ngx_int_t                            rc;
    ngx_webrtc_evostream_config_rows_t   rows;

    if (run->line.nparams == 0) {
        return ngx_webrtc_evostream_run_fail(run,
                                     "Syntax error. No parameters provided");
    }

    rc = ngx_webrtc_evostream_run_number(run, "id", 0,
                                         NGX_WEBRTC_EVOSTREAM_NUMBER_MAX,
                                         &id);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED)
               ? ngx_webrtc_evostream_run_invalid(run, "id") : rc;
    }

    ngx_webrtc_evostream_configs_init(run, &rows);

    rc = run->api->tables->find(run->api->data, (ngx_uint_t) id,
                                ngx_webrtc_evostream_configs_handler, &rows);

    if (rows.failed) {
        return NGX_ERROR;
    }

    if (rc != NGX_OK || rows.rows == NULL) {
        return ngx_webrtc_evostream_run_fail(run, "Config ID not found");
    }

    return ngx_webrtc_evostream_run_done(run,
                  ngx_webrtc_evostream_config_json(run, &rows.rows->config),
                  "Configuration Info");
}


/* nothing here is of a group */

ngx_int_t
ngx_webrtc_evostream_cmd_remove_config(ngx_webrtc_evostream_run_t *run)
{
    json_t                              *data;
    uint64_t                             id;
    ngx_str_t                            group;
    ngx_int_t                            rc;
    ngx_webrtc_evostream_config_rows_t   rows;

    rc = ngx_webrtc_evostream_run_number(run, "id", 0,
                                         NGX_WEBRTC_EVOSTREAM_NUMBER_MAX,
                                         &id);

    if (rc == NGX_DECLINED) {
        id = 0;
        rc = ngx_webrtc_evostream_run_text(run, "groupName",
                                           NGX_WEBRTC_EVOSTREAM_NAME_MAX,
                                           &group);
    }

    if (rc == NGX_DECLINED) {
        return ngx_webrtc_evostream_run_fail(run,
                                             "No id nor group name provided");
    }

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_webrtc_evostream_configs_init(run, &rows);

    if (id) {
        (void) run->api->tables->remove(run->api->data, (ngx_uint_t) id,
                                        ngx_webrtc_evostream_configs_handler,
                                        &rows);
    }

    if (rows.failed) {
        return NGX_ERROR;
    }

    data = rows.rows ? ngx_webrtc_evostream_config_json(run,
                                                        &rows.rows->config)
                     : json_null();

    return ngx_webrtc_evostream_run_done(run, data,
                                         "Configuration terminated");
}


static void
ngx_webrtc_evostream_configs_init(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_config_rows_t *rows)
{
    rows->pool = run->pool;
    rows->rows = NULL;
    rows->last = &rows->rows;
    rows->failed = 0;
}


static void
ngx_webrtc_evostream_configs_handler(void *data,
    const ngx_webrtc_evostream_config_t *config)
{
    ngx_webrtc_evostream_config_rows_t *rows = data;

    ngx_webrtc_evostream_config_row_t  *row;

    row = ngx_palloc(rows->pool, sizeof(ngx_webrtc_evostream_config_row_t));

    if (row == NULL) {
        rows->failed = 1;
        return;
    }

    row->next = NULL;
    row->config = *config;

#define ngx_webrtc_evostream_config_copy(name)                               \
    ngx_webrtc_str_copy(rows->pool, &row->config.name, &config->name)

    if (ngx_webrtc_evostream_config_copy(ers) != NGX_OK
        || ngx_webrtc_evostream_config_copy(ersip) != NGX_OK
        || ngx_webrtc_evostream_config_copy(roomid) != NGX_OK
        || ngx_webrtc_evostream_config_copy(token) != NGX_OK
        || ngx_webrtc_evostream_config_copy(vars) != NGX_OK
        || ngx_webrtc_evostream_config_copy(fault) != NGX_OK)
    {
        rows->failed = 1;
        return;
    }

    *rows->last = row;
    rows->last = &row->next;
}


json_t *
ngx_webrtc_evostream_config_json(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_config_t *config)
{
    json_t      *json, *vars;
    const char  *reason;

    json = json_pack("{s:I, s:o, s:b, s:o, s:i, s:b, s:i, s:o, s:o}",
               "configId", (json_int_t) config->id,
               "ers", ngx_webrtc_evostream_run_string(run, &config->ers),
               "ersOverSsl", config->ers_over_ssl,
               "ersip", ngx_webrtc_evostream_run_string(run, &config->ersip),
               "ersport", (int) config->ersport,
               "keepAlive", config->keep_alive,
               "operationType", NGX_WEBRTC_EVOSTREAM_OPERATION,
               "roomid", ngx_webrtc_evostream_run_string(run,
                                                         &config->roomid),
               "token", ngx_webrtc_evostream_run_string(run,
                                                        &config->token));

    if (config != run->config) {
        (void) json_object_set_new(json, "status",
                           ngx_webrtc_evostream_configs_status(run, config));
    }

    if (json && config->vars.len) {
        vars = ngx_webrtc_json_parse(config->vars.data,
                                     config->vars.data + config->vars.len,
                                     config->vars.len, &reason);

        (void) json_object_update(json, vars);
        json_decref(vars);
    }

    return json;
}


static json_t *
ngx_webrtc_evostream_configs_status(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_config_t *config)
{
    int  code;

    switch (config->state) {

    case NGX_WEBRTC_EVOSTREAM_JOINED:
        code = NGX_WEBRTC_EVOSTREAM_STATUS_CONNECTED;
        break;

    case NGX_WEBRTC_EVOSTREAM_WAITING:
        code = NGX_WEBRTC_EVOSTREAM_STATUS_DISCONNECTED;
        break;

    case NGX_WEBRTC_EVOSTREAM_ENDED:
        code = NGX_WEBRTC_EVOSTREAM_STATUS_FAILED;
        break;

    default:
        code = NGX_WEBRTC_EVOSTREAM_STATUS_CONNECTING;
        break;
    }

    return json_pack("{s:I, s:{s:i, s:s, s:I, s:i}, s:o, s:I}",
               "attempts", (json_int_t) config->attempts,
               "current",
               "code", code,
               "description", ngx_webrtc_evostream_state_texts[config->state],
               "timestamp", (json_int_t) config->changed,
               "uniqueStreamId", 0,
               "fault", ngx_webrtc_evostream_run_string(run, &config->fault),
               "viewers", (json_int_t) config->viewers);
}
