
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/skyway/ngx_webrtc_skyway_form.h>


#define NGX_WEBRTC_SKYWAY_MESSAGE  128


static const char *ngx_webrtc_skyway_form_judge(
    const ngx_webrtc_skyway_field_t *field, const json_t *value);
static ngx_uint_t ngx_webrtc_skyway_form_has_word(
    const ngx_webrtc_skyway_field_t *field, const json_t *value);


void
ngx_webrtc_skyway_form_check(const ngx_webrtc_skyway_field_t *fields,
    const json_t *object, const char *name, json_t *errors)
{
    const char                       *error;
    const json_t                     *value;
    const ngx_webrtc_skyway_field_t  *field;

    for (field = fields; field->name; field++) {
        value = json_object_get(object, field->name);

        if (value == NULL || json_is_null(value)) {

            if (!field->required) {
                continue;
            }

            error = "field is not specified";

        } else {
            error = ngx_webrtc_skyway_form_judge(field, value);
        }

        if (error) {
            ngx_webrtc_skyway_form_error(errors, name ? name : field->name,
                                         field->name, error);

        } else if (field->fields) {
            ngx_webrtc_skyway_form_check(field->fields, value, field->name,
                                         errors);
        }
    }
}


static const char *
ngx_webrtc_skyway_form_judge(const ngx_webrtc_skyway_field_t *field,
    const json_t *value)
{
    json_int_t  n;

    switch (field->type) {

    case NGX_WEBRTC_SKYWAY_STRING:

        if (!json_is_string(value)) {
            return "is non-string value";
        }

        n = json_string_length(value);

        if (n < field->min) {
            return "is too short";
        }

        return (n > field->max) ? "is too long" : NULL;

    case NGX_WEBRTC_SKYWAY_WORD:

        if (!json_is_string(value)) {
            return "is non-string value";
        }

        return ngx_webrtc_skyway_form_has_word(field, value)
               ? NULL : "is none of the allowed values";

    case NGX_WEBRTC_SKYWAY_INTEGER:

        if (!json_is_integer(value)) {
            return "is non-integer value";
        }

        n = json_integer_value(value);

        return (n < field->min || n > field->max) ? "is out of range" : NULL;

    case NGX_WEBRTC_SKYWAY_BOOLEAN:
        return json_is_boolean(value) ? NULL : "is non-boolean value";

    case NGX_WEBRTC_SKYWAY_OBJECT:
        return json_is_object(value) ? NULL : "is non-object value";

    default: /* NGX_WEBRTC_SKYWAY_ANY */
        return NULL;
    }
}


static ngx_uint_t
ngx_webrtc_skyway_form_has_word(const ngx_webrtc_skyway_field_t *field,
    const json_t *value)
{
    ngx_uint_t  i;

    for (i = 0; field->words[i]; i++) {
        if (strcasecmp(field->words[i], json_string_value(value)) == 0) {
            return 1;
        }
    }

    return 0;
}


void
ngx_webrtc_skyway_form_error(json_t *errors, const char *field,
    const char *what, const char *text)
{
    size_t  n, m;
    char    message[NGX_WEBRTC_SKYWAY_MESSAGE];

    n = ngx_min(ngx_strlen(what), sizeof(message) / 2);
    m = ngx_min(ngx_strlen(text), sizeof(message) / 2 - 1);

    ngx_memcpy(message, what, n);
    message[n] = ' ';
    ngx_memcpy(message + n + 1, text, m);

    json_array_append_new(errors,
                          json_pack("{s:s, s:s%}", "field", field,
                                    "message", message, n + 1 + m));
}
