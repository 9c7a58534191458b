
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* TLS to rendezvous servers */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_evostream_conf.h>


#if (NGX_SSL)

/* certificates between that of the server and a trusted one */
#define NGX_WEBRTC_EVOSTREAM_SSL_DEPTH  9


static ngx_int_t ngx_webrtc_evostream_trust(ngx_cycle_t *cycle,
    ngx_webrtc_evostream_main_conf_t *emcf);


char *
ngx_webrtc_evostream_certificate(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_webrtc_evostream_main_conf_t *emcf = conf;

    ngx_str_t  *value;

    if (emcf->ssl_trusted_certificate.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "no file is named");
        return NGX_CONF_ERROR;
    }

    emcf->ssl_trusted_certificate = value[1];
    emcf->ssl_file = cf->conf_file->file.name.data;
    emcf->ssl_line = cf->conf_file->line;

    return NGX_CONF_OK;
}


/* for all connections of a configuration, inherited by its workers */

char *
ngx_webrtc_evostream_init_ssl(ngx_cycle_t *cycle,
    ngx_webrtc_evostream_main_conf_t *emcf)
{
    ngx_ssl_t           *ssl;
    ngx_pool_cleanup_t  *cln;

    ssl = ngx_pcalloc(cycle->pool, sizeof(ngx_ssl_t));
    if (ssl == NULL) {
        return NGX_CONF_ERROR;
    }

    ssl->log = cycle->log;

    if (ngx_ssl_create(ssl, NGX_SSL_TLSv1_2|NGX_SSL_TLSv1_3, NULL) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    cln = ngx_pool_cleanup_add(cycle->pool, 0);

    if (cln == NULL) {
        ngx_ssl_cleanup_ctx(ssl);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_ssl_cleanup_ctx;
    cln->data = ssl;

    emcf->ssl = ssl;

    if (!emcf->ssl_verify) {
        return NGX_CONF_OK;
    }

    if (ngx_webrtc_evostream_trust(cycle, emcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_webrtc_evostream_trust(ngx_cycle_t *cycle,
    ngx_webrtc_evostream_main_conf_t *emcf)
{
    ngx_conf_t  cf;

    ngx_memzero(&cf, sizeof(ngx_conf_t));

    cf.cycle = cycle;
    cf.pool = cycle->pool;
    cf.temp_pool = cycle->pool;
    cf.log = cycle->log;

    /* without a name it sets the depth alone */

    if (ngx_ssl_trusted_certificate(&cf, emcf->ssl,
                                    &emcf->ssl_trusted_certificate,
                                    NGX_WEBRTC_EVOSTREAM_SSL_DEPTH)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"webrtc_evostream_ssl_trusted_certificate\" names a "
                      "file that cannot be used, in %s:%ui",
                      emcf->ssl_file, emcf->ssl_line);
        return NGX_ERROR;
    }

    if (emcf->ssl_trusted_certificate.len) {
        return NGX_OK;
    }

    if (SSL_CTX_set_default_verify_paths(emcf->ssl->ctx) == 0) {
        ngx_ssl_error(NGX_LOG_EMERG, cycle->log, 0,
                      "SSL_CTX_set_default_verify_paths() failed");
        return NGX_ERROR;
    }

    /* files that are not there may leave errors in the queue */

    ERR_clear_error();

    return NGX_OK;
}

#endif
