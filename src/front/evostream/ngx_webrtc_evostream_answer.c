
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Answers in the bytes of an EMS: JSON with its keys in byte order, no blanks
 * and escaped slashes, or indented text for people.
 */


#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_text.h>
#include <front/evostream/ngx_webrtc_evostream_run.h>


#define NGX_WEBRTC_EVOSTREAM_DUMP                                            \
    (JSON_COMPACT | JSON_SORT_KEYS | JSON_ESCAPE_SLASH | JSON_ENCODE_ANY)

/* of a value in text, with its line: indent, "-- ", ": ", end of line */
#define NGX_WEBRTC_EVOSTREAM_NODE  64

#define NGX_WEBRTC_EVOSTREAM_EOL  "\n\r"


static json_t *ngx_webrtc_evostream_answer_json(
    ngx_webrtc_evostream_run_t *run);
static ngx_int_t ngx_webrtc_evostream_answer_dump(
    ngx_webrtc_evostream_run_t *run, json_t *json, ngx_uint_t framed,
    ngx_str_t *answer);
static ngx_int_t ngx_webrtc_evostream_answer_text(
    ngx_webrtc_evostream_run_t *run, ngx_str_t *answer);
static size_t ngx_webrtc_evostream_answer_nodes(json_t *json);
static void ngx_webrtc_evostream_answer_value(ngx_webrtc_text_t *text,
    json_t *json, ngx_uint_t indent);
static void ngx_webrtc_evostream_answer_object(ngx_webrtc_text_t *text,
    json_t *json, ngx_uint_t indent);
static int ngx_webrtc_evostream_answer_compare(const void *one,
    const void *two);
static void ngx_webrtc_evostream_answer_indent(ngx_webrtc_text_t *text,
    ngx_uint_t indent);


ngx_int_t
ngx_webrtc_evostream_run_answer(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_form_e form, ngx_str_t *answer)
{
    json_t     *json;
    ngx_int_t   rc;

    if (form == NGX_WEBRTC_EVOSTREAM_TEXT) {
        return ngx_webrtc_evostream_answer_text(run, answer);
    }

    json = ngx_webrtc_evostream_answer_json(run);

    if (json == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_evostream_answer_dump(run, json,
                                          form == NGX_WEBRTC_EVOSTREAM_FRAMED,
                                          answer);
    json_decref(json);

    return rc;
}


/* the wrapped form is that of one page of the manual: all of it is "data" */

static json_t *
ngx_webrtc_evostream_answer_json(ngx_webrtc_evostream_run_t *run)
{
    json_t                        *json, *id;
    ngx_webrtc_evostream_param_t  *param;

    json = json_pack("{s:O?, s:o, s:s}",
                     "data", run->data,
                     "description",
                     ngx_webrtc_evostream_run_string(run, &run->description),
                     "status", run->failed ? "FAIL" : "SUCCESS");

    if (json && run->api->wrapped && run->command
        && run->command->handler == ngx_webrtc_evostream_cmd_start_webrtc)
    {
        json = json_pack("{s:o}", "data", json);
    }

    if (json == NULL) {
        return NULL;
    }

    param = ngx_webrtc_evostream_line_find(&run->line, "commandId");

    if (param && !param->list) {
        id = ngx_webrtc_evostream_run_string(run, &param->items[0]);

        if (json_object_set_new(json, "responseId", id) != 0) {
            json_decref(json);
            return NULL;
        }
    }

    return json;
}


static ngx_int_t
ngx_webrtc_evostream_answer_dump(ngx_webrtc_evostream_run_t *run,
    json_t *json, ngx_uint_t framed, ngx_str_t *answer)
{
    char    *text;
    u_char  *p;
    size_t   len;

    text = json_dumps(json, NGX_WEBRTC_EVOSTREAM_DUMP);

    if (text == NULL) {
        return NGX_ERROR;
    }

    len = ngx_strlen(text);
    p = ngx_pnalloc(run->pool, len + 8);

    if (p == NULL) {
        free(text);
        return NGX_ERROR;
    }

    answer->data = p;

    if (framed) {
        p = ngx_webrtc_put32(p, (uint32_t) len + 4);
    }

    p = ngx_cpymem(p, text, len);
    p = ngx_cpymem(p, "\r\n\r\n", 4);

    free(text);

    answer->len = p - answer->data;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_evostream_answer_text(ngx_webrtc_evostream_run_t *run,
    ngx_str_t *answer)
{
    u_char             *p;
    size_t              size;
    ngx_webrtc_text_t   text;

    size = 128 + run->description.len
           + NGX_WEBRTC_EVOSTREAM_NODE
             * ngx_webrtc_evostream_answer_nodes(run->data)
           + json_dumpb(run->data, NULL, 0, NGX_WEBRTC_EVOSTREAM_DUMP);

    p = ngx_pnalloc(run->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, p, p + size);

    ngx_webrtc_text_cstr(&text, run->failed ? "Command failed!"
                                            : "Command entered successfully!");
    ngx_webrtc_text_cstr(&text, NGX_WEBRTC_EVOSTREAM_EOL);
    ngx_webrtc_text_str(&text, &run->description);
    ngx_webrtc_text_cstr(&text, NGX_WEBRTC_EVOSTREAM_EOL);

    if (!run->failed) {
        ngx_webrtc_evostream_answer_value(&text, run->data, 4);
    }

    ngx_webrtc_text_cstr(&text, NGX_WEBRTC_EVOSTREAM_EOL);

    if (text.overflow) {
        return NGX_ERROR;
    }

    answer->data = p;
    answer->len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


static size_t
ngx_webrtc_evostream_answer_nodes(json_t *json)
{
    size_t       n, i;
    json_t      *value;
    const char  *key;

    n = 1;

    json_object_foreach(json, key, value) {
        n += ngx_webrtc_evostream_answer_nodes(value);
    }

    json_array_foreach(json, i, value) {
        n += ngx_webrtc_evostream_answer_nodes(value);
    }

    return n;
}


static void
ngx_webrtc_evostream_answer_value(ngx_webrtc_text_t *text, json_t *json,
    ngx_uint_t indent)
{
    size_t   i;
    json_t  *value;

    switch (json ? json_typeof(json) : JSON_NULL) {

    case JSON_OBJECT:
        ngx_webrtc_evostream_answer_object(text, json, indent);
        return;

    case JSON_ARRAY:

        if (json_array_size(json) == 0) {
            ngx_webrtc_text_cstr(text, "[]");
        }

        ngx_webrtc_text_cstr(text, NGX_WEBRTC_EVOSTREAM_EOL);

        json_array_foreach(json, i, value) {
            ngx_webrtc_evostream_answer_indent(text, indent);
            ngx_webrtc_text_cstr(text, "-- ");
            ngx_webrtc_evostream_answer_value(text, value, indent + 2);
        }

        return;

    case JSON_STRING:
        ngx_webrtc_text_bytes(text, json_string_value(json),
                              json_string_length(json));
        break;

    case JSON_INTEGER:
        ngx_webrtc_text_uint(text, (uint64_t) json_integer_value(json));
        break;

    case JSON_TRUE:
    case JSON_FALSE:
        ngx_webrtc_text_cstr(text, json_is_true(json) ? "true" : "false");
        break;

    default: /* JSON_NULL, there are no JSON_REAL */
        break;
    }

    ngx_webrtc_text_cstr(text, NGX_WEBRTC_EVOSTREAM_EOL);
}


static void
ngx_webrtc_evostream_answer_object(ngx_webrtc_text_t *text, json_t *json,
    ngx_uint_t indent)
{
    size_t        i, n;
    json_t       *value;
    const char   *key;
    const char  **keys;

    ngx_webrtc_text_cstr(text, NGX_WEBRTC_EVOSTREAM_EOL);

    n = json_object_size(json);

    if (n == 0) {
        return;
    }

    keys = malloc(n * sizeof(char *));

    if (keys == NULL) {
        text->overflow = 1;
        return;
    }

    n = 0;

    json_object_foreach(json, key, value) {
        keys[n++] = key;
    }

    qsort(keys, n, sizeof(char *), ngx_webrtc_evostream_answer_compare);

    for (i = 0; i < n; i++) {
        ngx_webrtc_evostream_answer_indent(text, indent);
        ngx_webrtc_text_cstr(text, keys[i]);
        ngx_webrtc_text_cstr(text, ": ");
        ngx_webrtc_evostream_answer_value(text,
                                          json_object_get(json, keys[i]),
                                          indent + 2);
    }

    free(keys);
}


static int
ngx_webrtc_evostream_answer_compare(const void *one, const void *two)
{
    return strcmp(*(const char *const *) one, *(const char *const *) two);
}


static void
ngx_webrtc_evostream_answer_indent(ngx_webrtc_text_t *text, ngx_uint_t indent)
{
    while (indent--) {
        ngx_webrtc_text_cstr(text, " ");
    }
}
