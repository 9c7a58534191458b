
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* startWebRTC: its checks come in the order in which an EMS has them */


#include <front/evostream/ngx_webrtc_evostream_run.h>


static ngx_int_t ngx_webrtc_evostream_start_place(
    ngx_webrtc_evostream_run_t *run, ngx_webrtc_evostream_config_t *config);
static ngx_int_t ngx_webrtc_evostream_start_options(
    ngx_webrtc_evostream_run_t *run, ngx_webrtc_evostream_config_t *config);
static ngx_int_t ngx_webrtc_evostream_start_vars(
    ngx_webrtc_evostream_run_t *run, ngx_webrtc_evostream_config_t *config);
static json_t *ngx_webrtc_evostream_start_var(
    const ngx_webrtc_evostream_param_t *param);
static ngx_int_t ngx_webrtc_evostream_start_host(
    ngx_webrtc_evostream_run_t *run, ngx_webrtc_evostream_config_t *config);
static ngx_int_t ngx_webrtc_evostream_start_resume(
    ngx_webrtc_evostream_run_t *run);


ngx_int_t
ngx_webrtc_evostream_cmd_start_webrtc(ngx_webrtc_evostream_run_t *run)
{
    ngx_int_t                       rc;
    ngx_webrtc_evostream_config_t  *config;

    if (run->line.nparams == 0) {
        return ngx_webrtc_evostream_run_fail(run,
                                     "Syntax error. No parameters provided");
    }

    config = ngx_pcalloc(run->pool, sizeof(ngx_webrtc_evostream_config_t));
    if (config == NULL) {
        return NGX_ERROR;
    }

    run->config = config;

    rc = ngx_webrtc_evostream_start_place(run, config);

    if (rc == NGX_OK) {
        rc = ngx_webrtc_evostream_start_options(run, config);
    }

    if (rc == NGX_OK) {
        rc = ngx_webrtc_evostream_start_vars(run, config);
    }

    return (rc == NGX_OK) ? ngx_webrtc_evostream_start_host(run, config) : rc;
}


static ngx_int_t
ngx_webrtc_evostream_start_place(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_config_t *config)
{
    uint64_t   port;
    ngx_int_t  rc;

    rc = ngx_webrtc_evostream_run_number(run, "ersport", 1, 65535, &port);

    if (rc == NGX_DECLINED) {
        return ngx_webrtc_evostream_run_invalid(run, "ersport");
    }

    if (rc != NGX_OK) {
        return rc;
    }

    config->ersport = (in_port_t) port;

    rc = ngx_webrtc_evostream_run_text(run, "roomid",
                                       NGX_WEBRTC_EVOSTREAM_ROOM_MAX,
                                       &config->roomid);

    if (rc == NGX_DECLINED) {
        return ngx_webrtc_evostream_run_invalid(run, "roomid");
    }

    return rc;
}


static ngx_int_t
ngx_webrtc_evostream_start_options(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_config_t *config)
{
    ngx_int_t   rc;
    ngx_uint_t  flag;

    rc = ngx_webrtc_evostream_run_text(run, "token",
                                       NGX_WEBRTC_EVOSTREAM_TOKEN_MAX,
                                       &config->token);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return rc;
    }

    flag = 1;

    rc = ngx_webrtc_evostream_run_flag(run, "keepAlive", &flag);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return rc;
    }

    config->keep_alive = flag ? 1 : 0;

    flag = run->api->ers_over_ssl;

    rc = ngx_webrtc_evostream_run_flag(run, "ersOverSsl", &flag);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return rc;
    }

    config->ers_over_ssl = flag ? 1 : 0;

    return NGX_OK;
}


/* what a user wants to find again in the configuration */

static ngx_int_t
ngx_webrtc_evostream_start_vars(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_config_t *config)
{
    json_t                        *vars, *var;
    ngx_int_t                      rc;
    ngx_uint_t                     i;
    ngx_webrtc_evostream_param_t  *param;

    vars = json_object();

    for (i = 0; i < run->line.nparams; i++) {
        param = &run->line.params[i];

        if (param->name.len < 2 || param->name.data[0] != '_') {
            continue;
        }

        var = ngx_webrtc_evostream_start_var(param);

        if (json_object_setn_new(vars, (char *) param->name.data,
                                 param->name.len, var)
            != 0)
        {
            json_decref(vars);

            rc = ngx_webrtc_evostream_run_fail_text(run,
                                               "Syntax error. Parameter ",
                                               &param->name, " is invalid");
            return (rc == NGX_OK) ? NGX_ABORT : rc;
        }
    }

    rc = NGX_OK;

    if (json_object_size(vars)) {
        rc = ngx_webrtc_json_dump(vars, run->pool, &config->vars);
    }

    json_decref(vars);

    if (config->vars.len > NGX_WEBRTC_EVOSTREAM_VARS_MAX) {
        (void) ngx_webrtc_evostream_run_fail(run,
                               "Syntax error. User variables are too long");
        return NGX_ABORT;
    }

    return rc;
}


/* NULL: it is not text */

static json_t *
ngx_webrtc_evostream_start_var(const ngx_webrtc_evostream_param_t *param)
{
    json_t      *list;
    ngx_uint_t   i;

    if (!ngx_webrtc_evostream_run_is_plain(&param->name)) {
        return NULL;
    }

    for (i = 0; i < param->nitems; i++) {
        if (!ngx_webrtc_evostream_run_is_plain(&param->items[i])) {
            return NULL;
        }
    }

    if (!param->list) {
        return ngx_webrtc_json_str(&param->items[0]);
    }

    list = json_array();

    for (i = 0; i < param->nitems; i++) {
        (void) json_array_append_new(list,
                                     ngx_webrtc_json_str(&param->items[i]));
    }

    return list;
}


static ngx_int_t
ngx_webrtc_evostream_start_host(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_config_t *config)
{
    ngx_int_t  rc;

    rc = ngx_webrtc_evostream_run_text(run, "ers",
                                       NGX_WEBRTC_EVOSTREAM_HOST_MAX,
                                       &config->ers);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return rc;
    }

    rc = ngx_webrtc_evostream_run_text(run, "ersip",
                                       NGX_WEBRTC_EVOSTREAM_HOST_MAX,
                                       &config->ersip);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return rc;
    }

    run->host = config->ers.len ? config->ers : config->ersip;

    if (run->host.len == 0) {
        return ngx_webrtc_evostream_run_fail(run, "No ers parameter passed");
    }

    run->wait = NGX_WEBRTC_EVOSTREAM_HOST;
    run->resume = ngx_webrtc_evostream_start_resume;

    return NGX_AGAIN;
}


static ngx_int_t
ngx_webrtc_evostream_start_resume(ngx_webrtc_evostream_run_t *run)
{
    json_t                                *data;
    const ngx_webrtc_evostream_api_t      *api;
    const ngx_webrtc_evostream_config_t   *config;

    api = run->api;
    config = run->config;

    if (run->result != NGX_OK) {
        return ngx_webrtc_evostream_run_fail(run,
                                 config->ers.len ? "Unable to resolve ERS"
                                                 : "Unable to start WebRTC");
    }

    switch (api->tables->add(api->data, run->config)) {

    case NGX_OK:
        break;

    case NGX_BUSY:
        return ngx_webrtc_evostream_run_fail(run,
                      "Unable to start WebRTC. Too many configurations");

    case NGX_ABORT:
        return ngx_webrtc_evostream_run_fail(run,
                      "Unable to start WebRTC. The server is not ready");

    default:
        return ngx_webrtc_evostream_run_fail(run, "Unable to start WebRTC");
    }

    data = ngx_webrtc_evostream_config_json(run, config);

    (void) json_object_set_new(data, "name",
                       ngx_webrtc_evostream_run_string(run, &api->name));

    /* DTLS has a certificate that this server makes, there are no files */

    (void) json_object_set_new(data, "sslCert", json_string(""));
    (void) json_object_set_new(data, "sslKey", json_string(""));

    return ngx_webrtc_evostream_run_done(run, data,
                                       "Started WebRTC Negotiation Service");
}
