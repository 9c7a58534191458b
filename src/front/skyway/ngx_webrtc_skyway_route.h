
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The operations of the REST API, as data, and what their handlers share.
 */


#ifndef _NGX_WEBRTC_SKYWAY_ROUTE_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_ROUTE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>
#include <front/skyway/ngx_webrtc_skyway_api.h>
#include <front/skyway/ngx_webrtc_skyway_form.h>
#include <front/skyway/ngx_webrtc_skyway_id.h>


/* one request as its handler sees it */

typedef struct {
    ngx_webrtc_skyway_call_t    *call;
    ngx_webrtc_skyway_poller_t  *poller;
    ngx_webrtc_skyway_answer_t  *answer;
    ngx_webrtc_usec_t            now;
    uint64_t                     wall;
} ngx_webrtc_skyway_turn_t;

/* NGX_OK: the answer is there; NGX_AGAIN: the poller is told */
typedef ngx_int_t (*ngx_webrtc_skyway_handler_pt)(
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_skyway_turn_t *turn);


struct ngx_webrtc_skyway_route_s {
    const char                       *method;
    const char                       *path;     /* "*": an id */
    const char                       *command;
    const char                       *id;       /* what it is called */
    ngx_webrtc_skyway_id_e            kind;     /* of it, scope OBJECT_HOME */
    ngx_webrtc_skyway_scope_e         scope;
    const ngx_webrtc_skyway_field_t  *fields;   /* NULL: no body */
    ngx_webrtc_skyway_handler_pt      handler;
};


/*
 * NGX_OK: "id" is the escaped segment, empty if there is none; NGX_DECLINED:
 * no such path; NGX_ABORT: none of its methods, "route" is its first one.
 */
ngx_int_t ngx_webrtc_skyway_route_find(const ngx_str_t *method,
    const ngx_str_t *path, const ngx_webrtc_skyway_route_t **route,
    ngx_str_t *id);
/* "DELETE, PUT": the methods from the first route of a path on */
void ngx_webrtc_skyway_route_allow(const ngx_webrtc_skyway_route_t *route,
    ngx_webrtc_text_t *text);


/* take over the reference to the JSON */
void ngx_webrtc_skyway_answer_json(ngx_webrtc_skyway_answer_t *answer,
    ngx_uint_t status, json_t *json);
void ngx_webrtc_skyway_answer_errors(ngx_webrtc_skyway_answer_t *answer,
    ngx_uint_t status, const char *command, json_t *errors);
/* with the one error {"field": field, "message": "<field> <text>"} */
void ngx_webrtc_skyway_answer_error(ngx_webrtc_skyway_answer_t *answer,
    ngx_uint_t status, const char *command, const char *field,
    const char *text);

/* the same for the handlers; NGX_OK */
ngx_int_t ngx_webrtc_skyway_turn_json(ngx_webrtc_skyway_turn_t *turn,
    ngx_uint_t status, json_t *json);
ngx_int_t ngx_webrtc_skyway_turn_error(ngx_webrtc_skyway_turn_t *turn,
    ngx_uint_t status, const char *field, const char *text);
ngx_int_t ngx_webrtc_skyway_turn_status(ngx_webrtc_skyway_turn_t *turn,
    ngx_uint_t status);


/* the operations */

#define ngx_webrtc_skyway_operation(name)                                    \
    ngx_int_t ngx_webrtc_skyway_##name(ngx_webrtc_skyway_api_t *api,         \
        ngx_webrtc_skyway_turn_t *turn)

ngx_webrtc_skyway_operation(create_peer);
ngx_webrtc_skyway_operation(delete_peer);
ngx_webrtc_skyway_operation(update_credential);
ngx_webrtc_skyway_operation(poll_peer);
ngx_webrtc_skyway_operation(show_peer);

ngx_webrtc_skyway_operation(create_data);
ngx_webrtc_skyway_operation(delete_data);
ngx_webrtc_skyway_operation(create_media);
ngx_webrtc_skyway_operation(delete_media);
ngx_webrtc_skyway_operation(create_rtcp);
ngx_webrtc_skyway_operation(delete_rtcp);

ngx_webrtc_skyway_operation(connect);
ngx_webrtc_skyway_operation(put_data_connection);
ngx_webrtc_skyway_operation(show_data_connection);
ngx_webrtc_skyway_operation(call);
ngx_webrtc_skyway_operation(answer_call);
ngx_webrtc_skyway_operation(request_key_frame);
ngx_webrtc_skyway_operation(show_media_connection);
ngx_webrtc_skyway_operation(delete_connection);
ngx_webrtc_skyway_operation(poll_connection);


#endif /* _NGX_WEBRTC_SKYWAY_ROUTE_H_INCLUDED_ */
