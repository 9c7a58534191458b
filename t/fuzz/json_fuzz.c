
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What is found in JSON text without building it, beside what jansson finds
 * in the same text.  The key is "sdp".
 */


#include <proto/ngx_webrtc_json.h>


#define KEY  "sdp"


/* jansson refuses these, and they are JSON */

static int
is_refused_by_jansson_only(const char *reason)
{
    return strcmp(reason, "duplicate key") == 0
           || strcmp(reason, "number out of range") == 0;
}


/* a name that is written with an escape is not found */

static int
has_escape(const u_char *pos, size_t len)
{
    return len && memchr(pos, '\\', len) != NULL;
}


static void
compare_string(const ngx_str_t *raw, const json_t *value)
{
    u_char     *buf;
    ngx_str_t   str;

    buf = malloc(raw->len);

    if (buf == NULL || raw->len < 2) {
        abort();
    }

    ngx_webrtc_json_unescape(raw, buf, &str);

    if (str.data != buf
        || str.len != json_string_length(value)
        || memcmp(str.data, json_string_value(value), str.len) != 0)
    {
        abort();
    }

    free(buf);
}


static void
compare(const u_char *text, size_t len, const json_t *json, ngx_int_t rc,
    const ngx_str_t *raw)
{
    const json_t  *value;

    value = json_object_get(json, KEY);

    if (rc == NGX_OK) {

        if (value == NULL
            || (raw->data[0] == '"') != json_is_string(value)
            || (raw->data[0] == '{') != json_is_object(value)
            || (raw->data[0] == '[') != json_is_array(value)
            || (raw->data[0] == 'n') != json_is_null(value))
        {
            abort();
        }

        if (json_is_string(value)) {
            compare_string(raw, value);
        }

        return;
    }

    /* an array has no keys */

    if (json_is_object(json)
        && (rc != NGX_DECLINED || (value && !has_escape(text, len))))
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t      *json;
    u_char      *text;
    ngx_int_t    check, first, once;
    ngx_str_t    raw, found;
    const char  *reason;

    text = malloc(size ? size : 1);

    if (text == NULL) {
        abort();
    }

    memcpy(text, data, size);

    check = ngx_webrtc_json_check(text, text + size);
    first = ngx_webrtc_json_find_raw(text, text + size, KEY, &found);
    once = ngx_webrtc_json_find_once(text, text + size, KEY, &raw);

    if ((first != NGX_ERROR && check != NGX_OK)
        || (first != once && (first != NGX_OK || once != NGX_ERROR))
        || (once == NGX_OK
            && (raw.data != found.data || raw.len != found.len
                || raw.data < text || raw.data + raw.len > text + size)))
    {
        abort();
    }

    json = ngx_webrtc_json_parse(text, text + size, size, &reason);

    if (json) {

        if (check != NGX_OK) {
            abort();
        }

        compare(text, size, json, once, &raw);
        json_decref(json);

    } else if (check == NGX_OK && !is_refused_by_jansson_only(reason)) {
        abort();
    }

    free(text);

    return 0;
}
