
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_json.h>


/* a double comes back as the same double with 17 digits */

#define NGX_WEBRTC_JSON_DUMP                                                 \
    (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17))


static ngx_uint_t ngx_webrtc_json_too_deep(const u_char *pos,
    const u_char *last);
static json_t *ngx_webrtc_json_member(const json_t *object, const char *key);


json_t *
ngx_webrtc_json_parse(u_char *pos, u_char *last, size_t max,
    const char **reason)
{
    json_t        *json;
    json_error_t   error;

    if ((size_t) (last - pos) > max) {
        *reason = "too large";
        return NULL;
    }

    /* jansson's own limit of 2048 is far more than any message has */

    if (ngx_webrtc_json_too_deep(pos, last)) {
        *reason = "too deep";
        return NULL;
    }

    /* jansson passes over a zero byte behind a number */

    if (last > pos && memchr(pos, '\0', last - pos)) {
        *reason = "invalid JSON";
        return NULL;
    }

    json = json_loadb((const char *) pos, last - pos, JSON_REJECT_DUPLICATES,
                      &error);
    if (json) {
        return json;
    }

    switch (json_error_code(&error)) {

    case json_error_duplicate_key:
        *reason = "duplicate key";
        break;

    case json_error_numeric_overflow:
        *reason = "number out of range";
        break;

    case json_error_invalid_utf8:
        *reason = "invalid UTF-8";
        break;

    case json_error_null_character:
    case json_error_null_byte_in_key:
        *reason = "NUL in a string";
        break;

    case json_error_end_of_input_expected:
        *reason = "trailing bytes";
        break;

    case json_error_out_of_memory:
        *reason = "no memory";
        break;

    default:
        *reason = "invalid JSON";
        break;
    }

    return NULL;
}


static ngx_uint_t
ngx_webrtc_json_too_deep(const u_char *pos, const u_char *last)
{
    ngx_uint_t  depth, string;

    depth = 0;
    string = 0;

    for ( /* void */ ; pos < last; pos++) {

        if (string) {
            if (*pos == '\\') {
                pos++;

            } else if (*pos == '"') {
                string = 0;
            }

            continue;
        }

        switch (*pos) {

        case '"':
            string = 1;
            break;

        case '{':
        case '[':
            if (++depth > NGX_WEBRTC_JSON_DEPTH) {
                return 1;
            }

            break;

        case '}':
        case ']':
            if (depth) {
                depth--;
            }

            break;
        }
    }

    return 0;
}


static json_t *
ngx_webrtc_json_member(const json_t *object, const char *key)
{
    json_t  *json;

    json = json_object_get(object, key);

    return json_is_null(json) ? NULL : json;
}


ngx_int_t
ngx_webrtc_json_get_bool(const json_t *object, const char *key,
    ngx_uint_t *value)
{
    json_t  *json;

    json = ngx_webrtc_json_member(object, key);
    if (json == NULL) {
        return NGX_DECLINED;
    }

    if (!json_is_boolean(json)) {
        return NGX_ERROR;
    }

    *value = json_is_true(json);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_json_get_int(const json_t *object, const char *key,
    json_int_t min, json_int_t max, json_int_t *value)
{
    json_t      *json;
    json_int_t   n;

    json = ngx_webrtc_json_member(object, key);
    if (json == NULL) {
        return NGX_DECLINED;
    }

    if (!json_is_integer(json)) {
        return NGX_ERROR;
    }

    n = json_integer_value(json);

    if (n < min || n > max) {
        return NGX_ABORT;
    }

    *value = n;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_json_get_real(const json_t *object, const char *key, double min,
    double max, double *value)
{
    json_t  *json;
    double   n;

    json = ngx_webrtc_json_member(object, key);
    if (json == NULL) {
        return NGX_DECLINED;
    }

    if (!json_is_number(json)) {
        return NGX_ERROR;
    }

    n = json_number_value(json);

    if (n < min || n > max) {
        return NGX_ABORT;
    }

    *value = n;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_json_get_str(const json_t *object, const char *key, size_t min,
    size_t max, ngx_str_t *value)
{
    size_t   len;
    json_t  *json;

    json = ngx_webrtc_json_member(object, key);
    if (json == NULL) {
        return NGX_DECLINED;
    }

    if (!json_is_string(json)) {
        return NGX_ERROR;
    }

    len = json_string_length(json);

    if (len < min || len > max) {
        return NGX_ABORT;
    }

    value->data = (u_char *) json_string_value(json);
    value->len = len;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_json_get_object(const json_t *object, const char *key,
    json_t **value)
{
    json_t  *json;

    json = ngx_webrtc_json_member(object, key);
    if (json == NULL) {
        return NGX_DECLINED;
    }

    if (!json_is_object(json)) {
        return NGX_ERROR;
    }

    *value = json;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_json_get_array(const json_t *object, const char *key,
    json_t **value)
{
    json_t  *json;

    json = ngx_webrtc_json_member(object, key);
    if (json == NULL) {
        return NGX_DECLINED;
    }

    if (!json_is_array(json)) {
        return NGX_ERROR;
    }

    *value = json;

    return NGX_OK;
}


json_t *
ngx_webrtc_json_str(const ngx_str_t *str)
{
    return json_stringn(str->len ? (const char *) str->data : "", str->len);
}


size_t
ngx_webrtc_json_dump_buf(const json_t *json, u_char *buf, size_t size)
{
    size_t  len;

    len = json_dumpb(json, (char *) buf, size, NGX_WEBRTC_JSON_DUMP);

    return (len > size) ? 0 : len;
}


ngx_int_t
ngx_webrtc_json_dump(const json_t *json, ngx_pool_t *pool, ngx_str_t *text)
{
    size_t  len;

    len = json_dumpb(json, NULL, 0, NGX_WEBRTC_JSON_DUMP);
    if (len == 0) {
        return NGX_ERROR;
    }

    text->data = ngx_pnalloc(pool, len);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    text->len = ngx_webrtc_json_dump_buf(json, text->data, len);

    return text->len ? NGX_OK : NGX_ERROR;
}
