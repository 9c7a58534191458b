
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The keys of the REST API's bodies, as data.  Unknown keys are ignored, a
 * key that is null counts as absent.
 */


#ifndef _NGX_WEBRTC_SKYWAY_FORM_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_FORM_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_json.h>


typedef enum {
    NGX_WEBRTC_SKYWAY_STRING = 0,       /* "min" to "max" bytes */
    NGX_WEBRTC_SKYWAY_WORD,             /* a string of "words", any case */
    NGX_WEBRTC_SKYWAY_INTEGER,
    NGX_WEBRTC_SKYWAY_BOOLEAN,
    NGX_WEBRTC_SKYWAY_OBJECT,
    NGX_WEBRTC_SKYWAY_ANY
} ngx_webrtc_skyway_type_e;


typedef struct ngx_webrtc_skyway_field_s  ngx_webrtc_skyway_field_t;

struct ngx_webrtc_skyway_field_s {
    const char                       *name;     /* NULL ends the table */
    ngx_webrtc_skyway_type_e          type;
    unsigned                          required;
    json_int_t                        min;
    json_int_t                        max;
    const ngx_webrtc_skyway_field_t  *fields;   /* of an object */
    const char *const                *words;
};


#define NGX_WEBRTC_SKYWAY_FIELDS_END  { NULL, 0, 0, 0, 0, NULL, NULL }


/*
 * Appends what is wrong with "object" to the array "errors".  An error of a
 * key of an inner object has the object's name as its field.
 */
void ngx_webrtc_skyway_form_check(const ngx_webrtc_skyway_field_t *fields,
    const json_t *object, const char *name, json_t *errors);

/* {"field": field, "message": "<what> <text>"} */
void ngx_webrtc_skyway_form_error(json_t *errors, const char *field,
    const char *what, const char *text);


#endif /* _NGX_WEBRTC_SKYWAY_FORM_H_INCLUDED_ */
