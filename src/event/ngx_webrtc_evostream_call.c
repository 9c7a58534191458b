
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <crypto/ngx_webrtc_random.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_dial.h>
#include <event/ngx_webrtc_evostream_call_internal.h>
#include <event/ngx_webrtc_evostream_rows.h>
#include <event/ngx_webrtc_worker.h>


#define NGX_WEBRTC_EVOSTREAM_CALL_POOL  4096


static ngx_webrtc_evostream_call_t *ngx_webrtc_evostream_call_create(
    ngx_webrtc_evostream_form_e form, ngx_webrtc_evostream_call_pt handler,
    void *data);
static void ngx_webrtc_evostream_call_begin(ngx_webrtc_evostream_call_t *call,
    const ngx_str_t *command, const ngx_str_t *text);
static void ngx_webrtc_evostream_call_wait(ngx_webrtc_evostream_call_t *call);
static void ngx_webrtc_evostream_call_event_handler(ngx_event_t *ev);
static void ngx_webrtc_evostream_call_free(ngx_webrtc_evostream_call_t *call);

static void ngx_webrtc_evostream_call_host(ngx_webrtc_evostream_call_t *call);
static void ngx_webrtc_evostream_call_resolve_handler(
    ngx_resolver_ctx_t *ctx);

static ngx_int_t ngx_webrtc_evostream_call_add(void *data,
    ngx_webrtc_evostream_config_t *config);
static ngx_uint_t ngx_webrtc_evostream_call_stop(void *data,
    const ngx_str_t *ersip, in_port_t ersport, const ngx_str_t *roomid);
static ngx_int_t ngx_webrtc_evostream_call_remove(void *data, ngx_uint_t id,
    ngx_webrtc_evostream_config_pt handler, void *handler_data);
static ngx_int_t ngx_webrtc_evostream_call_find(void *data, ngx_uint_t id,
    ngx_webrtc_evostream_config_pt handler, void *handler_data);
static void ngx_webrtc_evostream_call_configs(void *data,
    ngx_webrtc_evostream_config_pt handler, void *handler_data);
static void ngx_webrtc_evostream_call_streams(void *data,
    ngx_webrtc_evostream_stream_pt handler, void *handler_data);


/* "data" is the zone; NULL: this worker has none any more */

static const ngx_webrtc_evostream_tables_t  ngx_webrtc_evostream_call_tables =
{
    ngx_webrtc_evostream_call_add,
    ngx_webrtc_evostream_call_stop,
    ngx_webrtc_evostream_call_remove,
    ngx_webrtc_evostream_call_find,
    ngx_webrtc_evostream_call_configs,
    ngx_webrtc_evostream_call_streams
};


ngx_webrtc_evostream_call_t *
ngx_webrtc_evostream_call(const ngx_str_t *line,
    ngx_webrtc_evostream_form_e form, ngx_webrtc_evostream_call_pt handler,
    void *data)
{
    ngx_webrtc_evostream_call_t  *call;

    call = ngx_webrtc_evostream_call_create(form, handler, data);

    if (call) {
        ngx_webrtc_evostream_call_begin(call, NULL, line);
    }

    return call;
}


ngx_webrtc_evostream_call_t *
ngx_webrtc_evostream_call_uri(const ngx_str_t *command, const ngx_str_t *args,
    ngx_webrtc_evostream_call_pt handler, void *data)
{
    ngx_int_t                     rc;
    ngx_str_t                     text;
    const char                   *refused;
    ngx_webrtc_evostream_call_t  *call;

    call = ngx_webrtc_evostream_call_create(NGX_WEBRTC_EVOSTREAM_JSON,
                                            handler, data);
    if (call == NULL) {
        return NULL;
    }

    rc = ngx_webrtc_evostream_line_args(call->pool, args, &text);

    refused = NULL;

    if (rc == NGX_DECLINED) {
        refused = "Syntax error. Parameters are not base64";

    } else if (command->len + 1 + text.len
               >= ngx_webrtc_evostream_call_line_size())
    {
        refused = "Syntax error. Command is too long";
    }

    if (rc == NGX_ERROR) {
        call->rc = NGX_ERROR;
        ngx_post_event(&call->event, &ngx_posted_events);

    } else if (refused) {
        call->rc = ngx_webrtc_evostream_run_refuse(&call->run, &call->api,
                                                   call->pool, refused);
        ngx_post_event(&call->event, &ngx_posted_events);

    } else {
        ngx_webrtc_evostream_call_begin(call, command, &text);
    }

    return call;
}


static ngx_webrtc_evostream_call_t *
ngx_webrtc_evostream_call_create(ngx_webrtc_evostream_form_e form,
    ngx_webrtc_evostream_call_pt handler, void *data)
{
    ngx_pool_t                        *pool;
    ngx_webrtc_evostream_call_t       *call;
    ngx_webrtc_evostream_main_conf_t  *emcf;

    emcf = &ngx_webrtc_get_conf(ngx_cycle)->evostream;

    pool = ngx_create_pool(NGX_WEBRTC_EVOSTREAM_CALL_POOL, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    call = ngx_pcalloc(pool, sizeof(ngx_webrtc_evostream_call_t));

    if (call == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    call->pool = pool;
    call->form = form;
    call->handler = handler;
    call->data = data;

    call->api.tables = &ngx_webrtc_evostream_call_tables;
    call->api.data = ngx_webrtc_worker()->zone;
    call->api.name = emcf->name;
    call->api.server = NGINX_VER;
    call->api.seed = ngx_webrtc_random_uint32();
    call->api.ers_over_ssl = (emcf->ers_over_ssl != 0);
    call->api.wrapped = (emcf->wrapped != 0);

    call->event.handler = ngx_webrtc_evostream_call_event_handler;
    call->event.data = call;
    call->event.log = ngx_cycle->log;

    return call;
}


static void
ngx_webrtc_evostream_call_begin(ngx_webrtc_evostream_call_t *call,
    const ngx_str_t *command, const ngx_str_t *text)
{
    uint64_t     wall;
    ngx_time_t  *tp;

    tp = ngx_timeofday();
    wall = (uint64_t) tp->sec * 1000 + tp->msec;

    call->rc = ngx_webrtc_evostream_run_start(&call->run, &call->api,
                                              call->pool, command, text,
                                              wall);

    if (call->rc == NGX_AGAIN) {
        ngx_webrtc_evostream_call_wait(call);

    } else {
        ngx_post_event(&call->event, &ngx_posted_events);
    }
}


static void
ngx_webrtc_evostream_call_wait(ngx_webrtc_evostream_call_t *call)
{
    if (call->run.wait == NGX_WEBRTC_EVOSTREAM_HOST) {
        ngx_webrtc_evostream_call_host(call);

    } else { /* NGX_WEBRTC_EVOSTREAM_CLOSE */
        ngx_webrtc_evostream_call_close(call);
    }
}


void
ngx_webrtc_evostream_call_tell(ngx_webrtc_evostream_call_t *call,
    ngx_int_t result)
{
    call->result = result;

    ngx_post_event(&call->event, &ngx_posted_events);
}


static void
ngx_webrtc_evostream_call_event_handler(ngx_event_t *ev)
{
    ngx_str_t                     answer;
    ngx_webrtc_evostream_call_t  *call;

    call = ev->data;

    if (call->rc == NGX_AGAIN) {
        call->rc = ngx_webrtc_evostream_run_resume(&call->run, call->result);

        if (call->rc == NGX_AGAIN) {
            ngx_webrtc_evostream_call_wait(call);
            return;
        }
    }

    if (call->rc != NGX_OK
        || ngx_webrtc_evostream_run_answer(&call->run, call->form, &answer)
           != NGX_OK)
    {
        ngx_str_null(&answer);
    }

    call->handler(call->data, &answer, call->run.quit);

    ngx_webrtc_evostream_call_free(call);
}


void
ngx_webrtc_evostream_call_cancel(ngx_webrtc_evostream_call_t *call)
{
    if (call->resolving) {
        ngx_resolve_name_done(call->resolving);
    }

    if (call->sora) {
        ngx_webrtc_api_cancel(call->sora);
    }

    if (call->rest) {
        ngx_webrtc_rest_done(call->rest, 0);
    }

    if (call->event.posted) {
        ngx_delete_posted_event(&call->event);
    }

    ngx_webrtc_evostream_call_free(call);
}


static void
ngx_webrtc_evostream_call_free(ngx_webrtc_evostream_call_t *call)
{
    ngx_webrtc_evostream_run_free(&call->run);
    ngx_destroy_pool(call->pool);
}


size_t
ngx_webrtc_evostream_call_line_size(void)
{
    return ngx_webrtc_get_conf(ngx_cycle)->evostream.line_size;
}


/* an address needs no resolver; a name must have one, whatever it is */

static void
ngx_webrtc_evostream_call_host(ngx_webrtc_evostream_call_t *call)
{
    ngx_str_t                         *host;
    ngx_resolver_ctx_t                *ctx;
    ngx_webrtc_evostream_main_conf_t  *emcf;

    host = &call->run.host;

    if (ngx_webrtc_dial_is_address(host)) {
        ngx_webrtc_evostream_call_tell(call, NGX_OK);
        return;
    }

    emcf = &ngx_webrtc_get_conf(ngx_cycle)->evostream;

    ctx = emcf->resolver ? ngx_resolve_start(emcf->resolver, NULL)
                         : NGX_NO_RESOLVER;

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {

        if (ctx) {
            ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                          "webrtc: the name \"%V\" of a rendezvous server "
                          "needs \"webrtc_evostream_resolver\"", host);
        }

        ngx_webrtc_evostream_call_tell(call, NGX_ERROR);
        return;
    }

    ctx->name = *host;
    ctx->handler = ngx_webrtc_evostream_call_resolve_handler;
    ctx->data = call;
    ctx->timeout = emcf->resolver_timeout;

    /* its handler may be called at once */

    call->resolving = ctx;

    if (ngx_resolve_name(ctx) != NGX_OK) {
        call->resolving = NULL;
        ngx_webrtc_evostream_call_tell(call, NGX_ERROR);
    }
}


static void
ngx_webrtc_evostream_call_resolve_handler(ngx_resolver_ctx_t *ctx)
{
    ngx_int_t                     state;
    ngx_webrtc_evostream_call_t  *call;

    call = ctx->data;
    state = ctx->state;

    call->resolving = NULL;
    ngx_resolve_name_done(ctx);

    ngx_webrtc_evostream_call_tell(call, state ? NGX_ERROR : NGX_OK);
}


static ngx_int_t
ngx_webrtc_evostream_call_add(void *data,
    ngx_webrtc_evostream_config_t *config)
{
    return data ? ngx_webrtc_evostream_config_add(data, config) : NGX_ABORT;
}


static ngx_uint_t
ngx_webrtc_evostream_call_stop(void *data, const ngx_str_t *ersip,
    in_port_t ersport, const ngx_str_t *roomid)
{
    return data ? ngx_webrtc_evostream_config_stop(data, ersip, ersport,
                                                   roomid)
                : 0;
}


static ngx_int_t
ngx_webrtc_evostream_call_remove(void *data, ngx_uint_t id,
    ngx_webrtc_evostream_config_pt handler, void *handler_data)
{
    return data ? ngx_webrtc_evostream_config_remove(data, id, handler,
                                                     handler_data)
                : NGX_DECLINED;
}


static ngx_int_t
ngx_webrtc_evostream_call_find(void *data, ngx_uint_t id,
    ngx_webrtc_evostream_config_pt handler, void *handler_data)
{
    return data ? ngx_webrtc_evostream_config_find(data, id, handler,
                                                   handler_data)
                : NGX_DECLINED;
}


static void
ngx_webrtc_evostream_call_configs(void *data,
    ngx_webrtc_evostream_config_pt handler, void *handler_data)
{
    if (data) {
        ngx_webrtc_evostream_config_list(data, handler, handler_data);
    }
}


static void
ngx_webrtc_evostream_call_streams(void *data,
    ngx_webrtc_evostream_stream_pt handler, void *handler_data)
{
    if (data) {
        ngx_webrtc_evostream_stream_list(data, handler, handler_data);
    }
}
