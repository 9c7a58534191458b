
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/evostream/ngx_webrtc_evostream_saved.h>


/* numbers that JSON has exactly, with room for those that follow */
#define NGX_WEBRTC_EVOSTREAM_ID_MAX  1000000000000000


static ngx_int_t ngx_webrtc_evostream_saved_config(const json_t *object,
    ngx_webrtc_evostream_config_t *config, u_char *vars);
static ngx_int_t ngx_webrtc_evostream_saved_str(const json_t *object,
    const char *key, size_t max, ngx_str_t *value);
static ngx_int_t ngx_webrtc_evostream_saved_vars(const json_t *object,
    ngx_str_t *value, u_char *buf);
static json_t *ngx_webrtc_evostream_saved_object(const ngx_str_t *text);


ngx_int_t
ngx_webrtc_evostream_saved_parse(u_char *pos, u_char *last,
    ngx_webrtc_evostream_saved_t *saved, ngx_webrtc_evostream_saved_pt handler,
    void *data)
{
    json_t                         *root, *array;
    size_t                          i;
    json_int_t                      id;
    ngx_webrtc_evostream_config_t   config;
    u_char                          vars[NGX_WEBRTC_EVOSTREAM_VARS_MAX];

    saved->last_id = 0;
    saved->skipped = 0;

    root = ngx_webrtc_json_parse(pos, last, last - pos, &saved->reason);
    if (root == NULL) {
        return NGX_ERROR;
    }

    if (ngx_webrtc_json_get_int(root, "lastConfigId", 0,
                                NGX_WEBRTC_EVOSTREAM_ID_MAX, &id)
        != NGX_OK)
    {
        saved->reason = "no \"lastConfigId\"";
        json_decref(root);
        return NGX_ERROR;
    }

    if (ngx_webrtc_json_get_array(root, "webrtc", &array) != NGX_OK) {
        saved->reason = "no \"webrtc\"";
        json_decref(root);
        return NGX_ERROR;
    }

    saved->last_id = id;

    for (i = 0; i < json_array_size(array); i++) {

        if (ngx_webrtc_evostream_saved_config(json_array_get(array, i),
                                              &config, vars)
            != NGX_OK
            || handler(data, &config) != NGX_OK)
        {
            saved->skipped++;
            continue;
        }

        saved->last_id = ngx_max(saved->last_id, config.id);
    }

    json_decref(root);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_evostream_saved_config(const json_t *object,
    ngx_webrtc_evostream_config_t *config, u_char *vars)
{
    ngx_int_t   rc;
    ngx_uint_t  ssl;
    json_int_t  id, port;

    ngx_memzero(config, sizeof(ngx_webrtc_evostream_config_t));

    if (ngx_webrtc_json_get_int(object, "configId", 1,
                                NGX_WEBRTC_EVOSTREAM_ID_MAX, &id)
        != NGX_OK
        || ngx_webrtc_json_get_int(object, "ersport", 1, 65535, &port)
           != NGX_OK
        || ngx_webrtc_evostream_saved_str(object, "ers",
                                          NGX_WEBRTC_EVOSTREAM_HOST_MAX,
                                          &config->ers)
           != NGX_OK
        || ngx_webrtc_evostream_saved_str(object, "ersip",
                                          NGX_WEBRTC_EVOSTREAM_HOST_MAX,
                                          &config->ersip)
           != NGX_OK
        || ngx_webrtc_evostream_saved_str(object, "roomid",
                                          NGX_WEBRTC_EVOSTREAM_ROOM_MAX,
                                          &config->roomid)
           != NGX_OK
        || ngx_webrtc_evostream_saved_str(object, "token",
                                          NGX_WEBRTC_EVOSTREAM_TOKEN_MAX,
                                          &config->token)
           != NGX_OK
        || ngx_webrtc_evostream_saved_vars(object, &config->vars, vars)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ssl = 0;
    rc = ngx_webrtc_json_get_bool(object, "ersOverSsl", &ssl);

    if ((rc != NGX_OK && rc != NGX_DECLINED)
        || config->ers.len + config->ersip.len == 0
        || config->roomid.len == 0)
    {
        return NGX_ERROR;
    }

    config->id = id;
    config->ersport = (in_port_t) port;
    config->ers_over_ssl = (ssl != 0);
    config->keep_alive = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_evostream_saved_str(const json_t *object, const char *key,
    size_t max, ngx_str_t *value)
{
    ngx_int_t  rc;

    ngx_str_null(value);

    rc = ngx_webrtc_json_get_str(object, key, 0, max, value);

    return (rc == NGX_OK || rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_evostream_saved_vars(const json_t *object, ngx_str_t *value,
    u_char *buf)
{
    json_t     *vars;
    ngx_int_t   rc;

    rc = ngx_webrtc_json_get_object(object, "vars", &vars);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
    }

    value->data = buf;
    value->len = ngx_webrtc_json_dump_buf(vars, buf,
                                          NGX_WEBRTC_EVOSTREAM_VARS_MAX);

    return value->len ? NGX_OK : NGX_ERROR;
}


json_t *
ngx_webrtc_evostream_saved_create(ngx_uint_t last_id)
{
    return json_pack("{s:I, s:[]}", "lastConfigId", (json_int_t) last_id,
                     "webrtc");
}


ngx_int_t
ngx_webrtc_evostream_saved_add(json_t *saved,
    const ngx_webrtc_evostream_config_t *config)
{
    json_t  *object;

    object = json_pack("{s:I, s:o, s:o, s:i, s:b, s:o, s:o}",
                       "configId", (json_int_t) config->id,
                       "ers", ngx_webrtc_json_str(&config->ers),
                       "ersip", ngx_webrtc_json_str(&config->ersip),
                       "ersport", (int) config->ersport,
                       "ersOverSsl", (int) config->ers_over_ssl,
                       "roomid", ngx_webrtc_json_str(&config->roomid),
                       "token", ngx_webrtc_json_str(&config->token));

    if (object == NULL) {
        return NGX_ERROR;
    }

    if (config->vars.len
        && json_object_set_new(object, "vars",
                               ngx_webrtc_evostream_saved_object(
                                                            &config->vars))
           != 0)
    {
        json_decref(object);
        return NGX_ERROR;
    }

    /* a reference that is taken away in any case */

    return json_array_append_new(json_object_get(saved, "webrtc"), object)
           ? NGX_ERROR : NGX_OK;
}


static json_t *
ngx_webrtc_evostream_saved_object(const ngx_str_t *text)
{
    const char  *reason;

    return ngx_webrtc_json_parse(text->data, text->data + text->len,
                                 text->len, &reason);
}
