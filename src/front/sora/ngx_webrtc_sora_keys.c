
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_keys.h>


static ngx_int_t ngx_webrtc_sora_read_key(const json_t *object,
    const ngx_webrtc_sora_key_t *key, u_char *value);
static ngx_int_t ngx_webrtc_sora_read_word(const json_t *object,
    const ngx_webrtc_sora_key_t *key, ngx_int_t *value);


ngx_int_t
ngx_webrtc_sora_read(const json_t *object, const ngx_webrtc_sora_key_t *keys,
    void *values, const char **reason)
{
    const ngx_webrtc_sora_key_t  *key;

    for (key = keys; key->name; key++) {

        if (ngx_webrtc_sora_read_key(object, key,
                                     (u_char *) values + key->offset)
            != NGX_OK)
        {
            *reason = key->reason;
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sora_read_key(const json_t *object,
    const ngx_webrtc_sora_key_t *key, u_char *value)
{
    ngx_int_t      rc, word;
    json_t        *json;
    ngx_uint_t     on;
    json_int_t     n;

    json = json_object_get(object, key->name);

    if (json == NULL || json_is_null(json)) {
        return NGX_OK;
    }

    switch (key->type) {

    case NGX_WEBRTC_SORA_KEY_STR:

        if (key->words
            && ngx_webrtc_sora_read_word(object, key, &word) != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_webrtc_json_get_str(object, key->name, key->min, key->max,
                                       (ngx_str_t *) value);

    case NGX_WEBRTC_SORA_KEY_WORD:
        return ngx_webrtc_sora_read_word(object, key, (ngx_int_t *) value);

    case NGX_WEBRTC_SORA_KEY_INT:
        rc = ngx_webrtc_json_get_int(object, key->name, key->min, key->max,
                                     &n);
        if (rc == NGX_OK) {
            *(ngx_int_t *) value = n;
        }

        return rc;

    case NGX_WEBRTC_SORA_KEY_FLAG:

        if (json_is_integer(json)) {
            *(ngx_int_t *) value = (json_integer_value(json) != 0);
            return NGX_OK;
        }

        /* fall through */

    default: /* NGX_WEBRTC_SORA_KEY_BOOL */
        rc = ngx_webrtc_json_get_bool(object, key->name, &on);

        if (rc == NGX_OK) {
            *(ngx_int_t *) value = on;
        }

        return rc;
    }
}


static ngx_int_t
ngx_webrtc_sora_read_word(const json_t *object,
    const ngx_webrtc_sora_key_t *key, ngx_int_t *value)
{
    size_t      len;
    ngx_str_t   str;
    ngx_int_t   i;

    if (ngx_webrtc_json_get_str(object, key->name, 1, 16, &str) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; key->words[i]; i++) {
        len = ngx_strlen(key->words[i]);

        if (len == str.len && ngx_memcmp(key->words[i], str.data, len) == 0) {
            *value = i;
            return NGX_OK;
        }
    }

    return NGX_ERROR;
}
