
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The tables of the HTTP API: a route is a version, an operation and the keys
 * that it takes.  Errors have the form of the JSON Schema validator that users
 * of the original know.
 */


#ifndef _NGX_WEBRTC_SORA_SCHEMA_H_INCLUDED_
#define _NGX_WEBRTC_SORA_SCHEMA_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_json.h>
#include <front/sora/ngx_webrtc_sora_api.h>
#include <front/sora/ngx_webrtc_sora_text.h>


typedef enum {
    NGX_WEBRTC_SORA_ARG_STRING = 0, /* "min" to "max" bytes */
    NGX_WEBRTC_SORA_ARG_INTEGER,
    NGX_WEBRTC_SORA_ARG_BOOLEAN,
    NGX_WEBRTC_SORA_ARG_OBJECT,
    NGX_WEBRTC_SORA_ARG_ARRAY,      /* "min" to "max" items */
    NGX_WEBRTC_SORA_ARG_ANY
} ngx_webrtc_sora_arg_e;


typedef struct {
    const char                *name;    /* NULL ends the table */
    ngx_webrtc_sora_arg_e      type;
    unsigned                   required;
    json_int_t                 min;
    json_int_t                 max;
    const char *const         *words;   /* the values allowed */
} ngx_webrtc_sora_arg_t;


/* carries a call out; fills the answer */
typedef void (*ngx_webrtc_sora_handler_pt)(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);


struct ngx_webrtc_sora_route_s {
    const char                   *version;
    const char                   *operation;
    ngx_webrtc_sora_scope_e       scope;
    const ngx_webrtc_sora_arg_t  *args;     /* NULL: none */
    ngx_webrtc_sora_handler_pt    handler;  /* of scope HOME */
};


/* NULL: there is no such operation */
const ngx_webrtc_sora_route_t *ngx_webrtc_sora_route_find(
    const ngx_str_t *version, const ngx_str_t *operation);

/*
 * NULL: "args" are what the keys ask for; else a new array of errors, or
 * json_null() when there was no memory for it.
 */
json_t *ngx_webrtc_sora_schema_check(const ngx_webrtc_sora_arg_t *keys,
    json_t *args);

/* takes over the reference to the errors of check() */
void ngx_webrtc_sora_api_invalid(json_t *errors,
    ngx_webrtc_sora_answer_t *answer);

/* 200 with the text as its body, which is the answer's then */
void ngx_webrtc_sora_answer_text(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_sora_answer_t *answer);


#endif /* _NGX_WEBRTC_SORA_SCHEMA_H_INCLUDED_ */
