
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_ers_wire.h>
#include <event/ngx_webrtc_ers_worker.h>
#include <event/ngx_webrtc_ers_zone.h>


static ngx_int_t ngx_webrtc_ers_worker_conf(ngx_cycle_t *cycle,
    ngx_webrtc_ers_conf_t *conf);
static void ngx_webrtc_ers_worker_list(ngx_array_t *array,
    const ngx_str_t **list, ngx_uint_t *n);
static ngx_int_t ngx_webrtc_ers_worker_token(void *data,
    const ngx_str_t *token, const ngx_str_t *address, ngx_webrtc_usec_t time,
    ngx_uint_t *place);


void
ngx_webrtc_ers_worker_open(ngx_cycle_t *cycle, ngx_webrtc_worker_t *worker)
{
    ngx_webrtc_ers_conf_t  conf;
    ngx_webrtc_ers_glue_t  glue;

    if (worker->relay == NULL
        || ngx_webrtc_ers_worker_conf(cycle, &conf) != NGX_OK)
    {
        return;
    }

    conf.secret = ngx_webrtc_ers_zone_secret(worker->zone);

    glue.data = worker;
    glue.token = ngx_webrtc_ers_worker_token;

    ngx_webrtc_ers_wire_init(&glue);

    worker->ers = ngx_webrtc_ers_create(&conf, &glue, cycle->log);
}


static ngx_int_t
ngx_webrtc_ers_worker_conf(ngx_cycle_t *cycle, ngx_webrtc_ers_conf_t *conf)
{
    ngx_uint_t                          i;
    ngx_webrtc_ers_listed_t            *listed;
    ngx_webrtc_evostream_server_t      *server;
    ngx_webrtc_evostream_main_conf_t   *emcf;

    emcf = &ngx_webrtc_get_conf(cycle)->evostream;

    ngx_memzero(conf, sizeof(ngx_webrtc_ers_conf_t));

    ngx_webrtc_ers_worker_list(emcf->ers_rooms, &conf->rooms, &conf->nrooms);
    ngx_webrtc_ers_worker_list(emcf->ers_tokens, &conf->tokens,
                               &conf->ntokens);
    ngx_webrtc_ers_worker_list(emcf->ers_viewer_tokens, &conf->viewer_tokens,
                               &conf->nviewer_tokens);

    conf->max_rooms = emcf->ers_max_rooms;
    conf->room_viewers = emcf->ers_room_viewers;
    conf->heartbeat = emcf->ers_heartbeat * NGX_WEBRTC_MSEC;
    conf->heartbeat_timeout = emcf->ers_heartbeat_timeout * NGX_WEBRTC_MSEC;
    conf->join_timeout = emcf->ers_join_timeout * NGX_WEBRTC_MSEC;
    conf->credential_time = emcf->ers_credential_time * NGX_WEBRTC_MSEC;
    conf->return_timeout = emcf->ers_return_timeout * NGX_WEBRTC_MSEC;

    if (emcf->ers_servers == NULL) {
        return NGX_OK;
    }

    server = emcf->ers_servers->elts;
    listed = ngx_pcalloc(cycle->pool, emcf->ers_servers->nelts
                                      * sizeof(ngx_webrtc_ers_listed_t));
    if (listed == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < emcf->ers_servers->nelts; i++) {
        listed[i].url = server[i].url;
        listed[i].username = server[i].username;
        listed[i].credential = server[i].credential;
        listed[i].secret = server[i].secret;
    }

    conf->servers = listed;
    conf->nservers = emcf->ers_servers->nelts;

    return NGX_OK;
}


static void
ngx_webrtc_ers_worker_list(ngx_array_t *array, const ngx_str_t **list,
    ngx_uint_t *n)
{
    if (array) {
        *list = array->elts;
        *n = array->nelts;
    }
}


void
ngx_webrtc_ers_worker_quit(ngx_webrtc_worker_t *worker)
{
    if (worker->ers) {
        ngx_webrtc_ers_quit(worker->ers);
    }
}


void
ngx_webrtc_ers_worker_close(ngx_webrtc_worker_t *worker)
{
    if (worker->ers) {
        ngx_webrtc_ers_destroy(worker->ers);
        worker->ers = NULL;
    }
}


void
ngx_webrtc_ers_worker_tick(ngx_webrtc_worker_t *worker, ngx_webrtc_usec_t now)
{
    if (worker->ers && ngx_webrtc_ers_expires(worker->ers) <= now) {
        ngx_webrtc_ers_tick(worker->ers, now);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_ers_worker_expires(ngx_webrtc_worker_t *worker)
{
    return worker->ers ? ngx_webrtc_ers_expires(worker->ers)
                       : NGX_WEBRTC_NEVER;
}


static ngx_int_t
ngx_webrtc_ers_worker_token(void *data, const ngx_str_t *token,
    const ngx_str_t *address, ngx_webrtc_usec_t time, ngx_uint_t *place)
{
    ngx_webrtc_worker_t *worker = data;

    return ngx_webrtc_ers_zone_take(worker->zone, token, address,
                                    (ngx_msec_t) (time / NGX_WEBRTC_MSEC),
                                    place);
}
