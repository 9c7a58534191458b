
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the lists of the rendezvous server: rooms, tokens, STUN and TURN servers */


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_str.h>
#include <core/ngx_webrtc_utf8.h>
#include <event/ngx_webrtc_evostream_conf.h>


/* they are told to everybody who connects, in one message */
#define NGX_WEBRTC_EVOSTREAM_SERVERS_MAX  16
#define NGX_WEBRTC_EVOSTREAM_SERVER_TEXT  255


static char *ngx_webrtc_evostream_ers_check(ngx_conf_t *cf,
    ngx_webrtc_evostream_server_t *server);
static ngx_uint_t ngx_webrtc_evostream_ers_begins(const ngx_str_t *value,
    const char *text);
static ngx_uint_t ngx_webrtc_evostream_ers_is_text(const ngx_str_t *value,
    size_t max);


/* "post" is the longest text */

char *
ngx_webrtc_evostream_ers_texts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    size_t        *max;
    ngx_str_t     *value, *text;
    ngx_uint_t     i, n;
    ngx_array_t  **a;

    a = (ngx_array_t **) (p + cmd->offset);
    max = cmd->post;
    value = cf->args->elts;

    if (*a == NULL) {
        *a = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        if (*a == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    /* they may be secrets: messages do not say them */

    for (i = 1; i < cf->args->nelts; i++) {

        if (!ngx_webrtc_evostream_ers_is_text(&value[i], *max)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "value %ui must be UTF-8 without control "
                               "characters, 1 to %uz bytes", i, *max);
            return NGX_CONF_ERROR;
        }

        text = (*a)->elts;

        for (n = 0; n < (*a)->nelts; n++) {
            if (ngx_webrtc_str_equal(&text[n], &value[i])) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "value %ui is duplicate", i);
                return NGX_CONF_ERROR;
            }
        }

        text = ngx_array_push(*a);
        if (text == NULL) {
            return NGX_CONF_ERROR;
        }

        *text = value[i];
    }

    return NGX_CONF_OK;
}


char *
ngx_webrtc_evostream_ers_server(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_webrtc_evostream_main_conf_t *emcf = conf;

    ngx_str_t                      *value;
    ngx_uint_t                      i;
    ngx_webrtc_evostream_server_t   server, *s;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (!ngx_webrtc_evostream_ers_is_text(&value[i],
                                           NGX_WEBRTC_EVOSTREAM_SERVER_TEXT))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "value %ui must be UTF-8 without control "
                               "characters, 1 to %i bytes", i,
                               (ngx_int_t) NGX_WEBRTC_EVOSTREAM_SERVER_TEXT);
            return NGX_CONF_ERROR;
        }
    }

    ngx_memzero(&server, sizeof(ngx_webrtc_evostream_server_t));

    server.url = value[1];

    if (cf->args->nelts == 4) {
        server.username = value[2];
        server.credential = value[3];

    } else if (cf->args->nelts == 3) {

        if (!ngx_webrtc_evostream_ers_begins(&value[2], "secret=")
            || value[2].len == sizeof("secret=") - 1)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "a name and a credential, or \"secret=\" with "
                               "a secret are expected");
            return NGX_CONF_ERROR;
        }

        server.secret.data = value[2].data + sizeof("secret=") - 1;
        server.secret.len = value[2].len - (sizeof("secret=") - 1);
    }

    if (ngx_webrtc_evostream_ers_check(cf, &server) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (emcf->ers_servers == NULL) {
        emcf->ers_servers = ngx_array_create(cf->pool, 4,
                                       sizeof(ngx_webrtc_evostream_server_t));
        if (emcf->ers_servers == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (emcf->ers_servers->nelts == NGX_WEBRTC_EVOSTREAM_SERVERS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there can be %i STUN and TURN servers",
                           (ngx_int_t) NGX_WEBRTC_EVOSTREAM_SERVERS_MAX);
        return NGX_CONF_ERROR;
    }

    s = ngx_array_push(emcf->ers_servers);
    if (s == NULL) {
        return NGX_CONF_ERROR;
    }

    *s = server;

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_evostream_ers_check(ngx_conf_t *cf,
    ngx_webrtc_evostream_server_t *server)
{
    u_char      *p;
    ngx_uint_t   turn;

    turn = ngx_webrtc_evostream_ers_begins(&server->url, "turn:")
           || ngx_webrtc_evostream_ers_begins(&server->url, "turns:");

    if (!turn
        && !ngx_webrtc_evostream_ers_begins(&server->url, "stun:")
        && !ngx_webrtc_evostream_ers_begins(&server->url, "stuns:"))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" must begin with \"stun:\", \"stuns:\", "
                           "\"turn:\" or \"turns:\"", &server->url);
        return NGX_CONF_ERROR;
    }

    p = (u_char *) ngx_strchr(server->url.data, ':') + 1;

    if (*p == '\0' || *p == '?' || *p == '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "no host in \"%V\"",
                           &server->url);
        return NGX_CONF_ERROR;
    }

    if (turn && server->username.len == 0 && server->secret.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" needs a name and a credential, or "
                           "\"secret=\"", &server->url);
        return NGX_CONF_ERROR;
    }

    if (!turn && (server->username.len || server->secret.len)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" takes no name, credential or secret",
                           &server->url);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_webrtc_evostream_ers_begins(const ngx_str_t *value, const char *text)
{
    return ngx_strncmp(value->data, text, ngx_strlen(text)) == 0;
}


static ngx_uint_t
ngx_webrtc_evostream_ers_is_text(const ngx_str_t *value, size_t max)
{
    return value->len > 0 && value->len <= max
           && ngx_webrtc_utf8_is_line(value->data, value->data + value->len);
}
