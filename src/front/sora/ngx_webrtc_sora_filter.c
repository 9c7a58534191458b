
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_filter.h>


#define NGX_WEBRTC_SORA_PRIORITY_MAX      65535
#define NGX_WEBRTC_SORA_PRIORITY_DEFAULT  32767


static ngx_int_t ngx_webrtc_sora_filter_conf(const json_t *object,
    ngx_webrtc_filter_conf_t *conf);
static size_t ngx_webrtc_sora_filter_text(const json_t *object,
    const ngx_webrtc_filter_conf_t *conf, u_char *buf, size_t size);
static ngx_int_t ngx_webrtc_sora_filter_rules(ngx_webrtc_filter_t *filter,
    const json_t *rules);
static ngx_int_t ngx_webrtc_sora_filter_term(ngx_webrtc_filter_t *filter,
    const json_t *term);
static ngx_int_t ngx_webrtc_sora_filter_word(const json_t *object,
    const char *key, const char *const *words, ngx_int_t *value);


static const char *const  ngx_webrtc_sora_actions[] = {
    "block", "allow", NULL
};

/* in the order of ngx_webrtc_filter_field_e */

static const char *const  ngx_webrtc_sora_fields[] = {
    "connection_id", "client_id", "kind", NULL
};

static const char *const  ngx_webrtc_sora_operators[] = {
    "is_in", "is_not_in", NULL
};

static const char *const  ngx_webrtc_sora_kinds[] = {
    "audio", "video", NULL
};


ngx_webrtc_filter_t *
ngx_webrtc_sora_filter_parse(const json_t *object, ngx_log_t *log,
    const char **reason)
{
    u_char                     buf[NGX_WEBRTC_SORA_METADATA_MAX];
    json_t                    *rules;
    ngx_int_t                  rc;
    ngx_webrtc_filter_t       *filter;
    ngx_webrtc_filter_conf_t   conf;

    *reason = "INVALID-FORWARDING-FILTER";

    if (ngx_webrtc_sora_filter_conf(object, &conf) != NGX_OK
        || ngx_webrtc_json_get_array(object, "rules", &rules) != NGX_OK)
    {
        return NULL;
    }

    conf.text.data = buf;
    conf.text.len = ngx_webrtc_sora_filter_text(object, &conf, buf,
                                                sizeof(buf));
    if (conf.text.len == 0) {
        *reason = "FORWARDING-FILTER-TOO-LARGE";
        return NULL;
    }

    filter = ngx_webrtc_filter_create(&conf, log);
    if (filter == NULL) {
        *reason = "NO-MEMORY";
        return NULL;
    }

    rc = ngx_webrtc_sora_filter_rules(filter, rules);

    if (rc != NGX_OK) {
        ngx_webrtc_filter_free(filter);

        if (rc == NGX_ERROR) {
            *reason = "NO-MEMORY";
        }

        return NULL;
    }

    return filter;
}


static ngx_int_t
ngx_webrtc_sora_filter_conf(const json_t *object,
    ngx_webrtc_filter_conf_t *conf)
{
    ngx_int_t   name, rc, action;
    json_int_t  priority;

    if (!json_is_object(object)) {
        return NGX_ERROR;
    }

    ngx_memzero(conf, sizeof(ngx_webrtc_filter_conf_t));

    ngx_str_set(&conf->name, "default");
    priority = NGX_WEBRTC_SORA_PRIORITY_DEFAULT;
    action = 0;

    name = ngx_webrtc_json_get_str(object, "name", 1, NGX_WEBRTC_NAME_MAX,
                                   &conf->name);
    rc = ngx_webrtc_json_get_int(object, "priority", 0,
                                 NGX_WEBRTC_SORA_PRIORITY_MAX, &priority);

    /* both or none of them */

    if (name != rc || (rc != NGX_OK && rc != NGX_DECLINED)) {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_json_get_str(object, "version", 0, NGX_WEBRTC_NAME_MAX,
                                 &conf->version);

    if (rc != NGX_OK && rc != NGX_DECLINED) {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_sora_filter_word(object, "action",
                                     ngx_webrtc_sora_actions, &action);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    conf->priority = priority;
    conf->allow = action;

    return NGX_OK;
}


/* what listings show of it; 0: it is too long */

static size_t
ngx_webrtc_sora_filter_text(const json_t *object,
    const ngx_webrtc_filter_conf_t *conf, u_char *buf, size_t size)
{
    size_t   len;
    json_t  *json, *value;

    json = json_pack("{s:s%, s:I, s:s, s:O}",
                     "name", conf->name.data, conf->name.len,
                     "priority", (json_int_t) conf->priority,
                     "action", ngx_webrtc_sora_actions[conf->allow],
                     "rules", json_object_get(object, "rules"));

    if (json == NULL) {
        return 0;
    }

    value = json_object_get(object, "version");

    if (json_is_string(value)) {
        json_object_set(json, "version", value);
    }

    value = json_object_get(object, "metadata");

    if (value) {
        json_object_set(json, "metadata", value);
    }

    len = ngx_webrtc_json_dump_buf(json, buf, size);

    json_decref(json);

    return len;
}


/* NGX_DECLINED: not as they should be; NGX_ERROR: no memory */

static ngx_int_t
ngx_webrtc_sora_filter_rules(ngx_webrtc_filter_t *filter, const json_t *rules)
{
    size_t      i, n;
    json_t     *rule, *term;
    ngx_int_t   rc;

    json_array_foreach((json_t *) rules, i, rule) {

        if (!json_is_array(rule) || json_array_size(rule) == 0) {
            return NGX_DECLINED;
        }

        if (ngx_webrtc_filter_add_rule(filter) != NGX_OK) {
            return NGX_ERROR;
        }

        json_array_foreach(rule, n, term) {
            rc = ngx_webrtc_sora_filter_term(filter, term);

            if (rc != NGX_OK) {
                return rc;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sora_filter_term(ngx_webrtc_filter_t *filter, const json_t *term)
{
    size_t      i;
    json_t     *values, *value;
    ngx_int_t   field, is_not_in;
    ngx_str_t   text;

    if (!json_is_object(term)
        || ngx_webrtc_sora_filter_word(term, "field", ngx_webrtc_sora_fields,
                                       &field)
           != NGX_OK
        || ngx_webrtc_sora_filter_word(term, "operator",
                                       ngx_webrtc_sora_operators, &is_not_in)
           != NGX_OK
        || ngx_webrtc_json_get_array(term, "values", &values) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_filter_add_term(filter, field, is_not_in) != NGX_OK) {
        return NGX_ERROR;
    }

    json_array_foreach(values, i, value) {

        if (!json_is_string(value)) {
            return NGX_DECLINED;
        }

        text.data = (u_char *) json_string_value(value);
        text.len = json_string_length(value);

        if (field == NGX_WEBRTC_FILTER_KIND
            && ngx_strcmp(text.data, ngx_webrtc_sora_kinds[0]) != 0
            && ngx_strcmp(text.data, ngx_webrtc_sora_kinds[1]) != 0)
        {
            return NGX_DECLINED;
        }

        if (ngx_webrtc_filter_add_value(filter, &text) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* NGX_DECLINED: absent or null */

static ngx_int_t
ngx_webrtc_sora_filter_word(const json_t *object, const char *key,
    const char *const *words, ngx_int_t *value)
{
    ngx_int_t   i, rc;
    ngx_str_t   text;

    rc = ngx_webrtc_json_get_str(object, key, 0, NGX_WEBRTC_NAME_MAX, &text);

    if (rc == NGX_DECLINED) {
        return NGX_DECLINED;
    }

    for (i = 0; rc == NGX_OK && words[i]; i++) {

        if (ngx_strcmp(words[i], text.data) == 0) {
            *value = i;
            return NGX_OK;
        }
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_webrtc_sora_filters_read(const json_t *connect,
    ngx_webrtc_filter_t **filters, ngx_uint_t *n, ngx_log_t *log,
    const char **reason)
{
    size_t   i;
    json_t  *list, *one, *filter;

    *n = 0;
    *reason = "INVALID-FORWARDING-FILTER";

    list = json_object_get(connect, "forwarding_filters");
    one = json_object_get(connect, "forwarding_filter");

    list = json_is_null(list) ? NULL : list;
    one = json_is_null(one) ? NULL : one;

    if (list && one) {
        *reason = "BOTH-FORWARDING-FILTER-AND-FORWARDING-FILTERS";
        return NGX_ERROR;
    }

    if (one) {
        filters[0] = ngx_webrtc_sora_filter_parse(one, log, reason);

        if (filters[0] == NULL) {
            return NGX_ERROR;
        }

        *n = 1;

        return NGX_OK;
    }

    if (list == NULL) {
        return NGX_OK;
    }

    if (!json_is_array(list)) {
        return NGX_ERROR;
    }

    if (json_array_size(list) > NGX_WEBRTC_SORA_FILTERS_MAX) {
        *reason = "TOO-MANY-FORWARDING-FILTERS";
        return NGX_ERROR;
    }

    json_array_foreach(list, i, filter) {
        filters[i] = ngx_webrtc_sora_filter_parse(filter, log, reason);

        if (filters[i] == NULL) {
            ngx_webrtc_sora_filters_free(filters, i);
            *n = 0;
            return NGX_ERROR;
        }

        *n = i + 1;
    }

    return NGX_OK;
}


void
ngx_webrtc_sora_filters_free(ngx_webrtc_filter_t **filters, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {

        if (filters[i]) {
            ngx_webrtc_filter_free(filters[i]);
            filters[i] = NULL;
        }
    }
}
