
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_schema.h>


/* an offending value that is longer is not repeated in the error */
#define NGX_WEBRTC_SORA_ECHO_MAX  65536


static const char *ngx_webrtc_sora_schema_judge(
    const ngx_webrtc_sora_arg_t *key, const json_t *value);
static ngx_uint_t ngx_webrtc_sora_schema_has_word(
    const ngx_webrtc_sora_arg_t *key, const json_t *value);
static json_t *ngx_webrtc_sora_schema_error(json_t *schema,
    const char *error, json_t *data, const char *path);
static json_t *ngx_webrtc_sora_schema_object(
    const ngx_webrtc_sora_arg_t *keys);
static json_t *ngx_webrtc_sora_schema_key(const ngx_webrtc_sora_arg_t *key);


static const char *const  ngx_webrtc_sora_types[] = {
    "string", "integer", "boolean", "object", "array", "any"
};


json_t *
ngx_webrtc_sora_schema_check(const ngx_webrtc_sora_arg_t *keys, json_t *args)
{
    json_t                       *value;
    const char                   *error;
    const ngx_webrtc_sora_arg_t  *key;

    static const ngx_webrtc_sora_arg_t  none = { NULL, 0, 0, 0, 0, NULL };

    keys = keys ? keys : &none;

    if (!json_is_object(args)) {
        return ngx_webrtc_sora_schema_error(
                                        ngx_webrtc_sora_schema_object(keys),
                                        "wrong_type", args, NULL);
    }

    for (key = keys; key->name; key++) {
        value = json_object_get(args, key->name);

        if (value == NULL) {
            continue;
        }

        error = ngx_webrtc_sora_schema_judge(key, value);

        if (error) {
            return ngx_webrtc_sora_schema_error(
                                            ngx_webrtc_sora_schema_key(key),
                                            error, value, key->name);
        }
    }

    for (key = keys; key->name; key++) {

        if (key->required && json_object_get(args, key->name) == NULL) {
            return ngx_webrtc_sora_schema_error(
                                        ngx_webrtc_sora_schema_object(keys),
                                        "missing_required_property", args,
                                        NULL);
        }
    }

    return NULL;
}


static const char *
ngx_webrtc_sora_schema_judge(const ngx_webrtc_sora_arg_t *key,
    const json_t *value)
{
    json_int_t  n;

    switch (key->type) {

    case NGX_WEBRTC_SORA_ARG_STRING:

        if (!json_is_string(value)) {
            return "wrong_type";
        }

        if (key->words) {
            return ngx_webrtc_sora_schema_has_word(key, value)
                   ? NULL : "not_in_enum";
        }

        n = json_string_length(value);

        return (n < key->min || n > key->max) ? "wrong_length" : NULL;

    case NGX_WEBRTC_SORA_ARG_INTEGER:

        if (!json_is_integer(value)) {
            return "wrong_type";
        }

        n = json_integer_value(value);

        return (n < key->min || n > key->max) ? "not_in_range" : NULL;

    case NGX_WEBRTC_SORA_ARG_BOOLEAN:
        return json_is_boolean(value) ? NULL : "wrong_type";

    case NGX_WEBRTC_SORA_ARG_OBJECT:
        return json_is_object(value) ? NULL : "wrong_type";

    case NGX_WEBRTC_SORA_ARG_ARRAY:

        if (!json_is_array(value)) {
            return "wrong_type";
        }

        n = json_array_size(value);

        return (n < key->min || n > key->max) ? "wrong_length" : NULL;

    default: /* NGX_WEBRTC_SORA_ARG_ANY */
        return NULL;
    }
}


static ngx_uint_t
ngx_webrtc_sora_schema_has_word(const ngx_webrtc_sora_arg_t *key,
    const json_t *value)
{
    ngx_uint_t  i;

    for (i = 0; key->words[i]; i++) {
        if (ngx_strcmp(key->words[i], json_string_value(value)) == 0) {
            return 1;
        }
    }

    return 0;
}


/* takes over the reference to "schema" */

static json_t *
ngx_webrtc_sora_schema_error(json_t *schema, const char *error, json_t *data,
    const char *path)
{
    json_t  *errors, *list;

    list = json_array();

    if (path) {
        json_array_append_new(list, json_string(path));
    }

    if (json_dumpb(data, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY)
        > NGX_WEBRTC_SORA_ECHO_MAX)
    {
        data = NULL;
    }

    errors = json_pack("[{s:s, s:o, s:s, s:o, s:o}]",
                       "invalid", "data",
                       "schema", schema,
                       "error", error,
                       "data", data ? json_incref(data) : json_null(),
                       "path", list);

    return errors ? errors : json_null();
}


static json_t *
ngx_webrtc_sora_schema_object(const ngx_webrtc_sora_arg_t *keys)
{
    json_t                       *object, *properties, *required;
    const ngx_webrtc_sora_arg_t  *key;

    properties = json_object();
    required = json_array();

    for (key = keys; key->name; key++) {
        json_object_set_new(properties, key->name,
                            ngx_webrtc_sora_schema_key(key));

        if (key->required) {
            json_array_append_new(required, json_string(key->name));
        }
    }

    object = json_pack("{s:s, s:o}", "type", "object",
                       "properties", properties);

    /* an empty "required" is not valid in draft 4 */

    if (object && json_array_size(required)) {
        json_object_set(object, "required", required);
    }

    json_decref(required);

    return object;
}


static json_t *
ngx_webrtc_sora_schema_key(const ngx_webrtc_sora_arg_t *key)
{
    json_t      *object, *words;
    ngx_uint_t   i;

    object = json_object();

    json_object_set_new(object, "type",
                        json_string(ngx_webrtc_sora_types[key->type]));

    if (key->words) {
        words = json_array();

        for (i = 0; key->words[i]; i++) {
            json_array_append_new(words, json_string(key->words[i]));
        }

        json_object_set_new(object, "enum", words);

    } else if (key->type == NGX_WEBRTC_SORA_ARG_STRING) {
        json_object_set_new(object, "minLength", json_integer(key->min));
        json_object_set_new(object, "maxLength", json_integer(key->max));

    } else if (key->type == NGX_WEBRTC_SORA_ARG_INTEGER) {
        json_object_set_new(object, "minimum", json_integer(key->min));
        json_object_set_new(object, "maximum", json_integer(key->max));

    } else if (key->type == NGX_WEBRTC_SORA_ARG_ARRAY) {
        json_object_set_new(object, "minItems", json_integer(key->min));
        json_object_set_new(object, "maxItems", json_integer(key->max));
    }

    return object;
}
