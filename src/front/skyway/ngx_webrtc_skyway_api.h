
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The REST API of the SkyWay WebRTC Gateway: what is asked, of whom, and
 * answers.  Routes and the keys of bodies are data.  Any worker parses a
 * request; the worker where its object is carries it out.
 */


#ifndef _NGX_WEBRTC_SKYWAY_API_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_API_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/skyway/ngx_webrtc_skyway.h>
#include <front/skyway/ngx_webrtc_skyway_events.h>


typedef struct {
    ngx_str_t                 method;
    ngx_str_t                 path;     /* escaped, without arguments */
    ngx_str_t                 args;
    ngx_str_t                 accept;   /* empty: anything */
    ngx_str_t                 body;
} ngx_webrtc_skyway_request_t;


/* the body is malloc()ed JSON text, see answer_free(); len 0: none */

typedef struct {
    ngx_uint_t                status;
    ngx_str_t                 body;
    size_t                    allow_len;    /* with 405: "DELETE, PUT" */
    u_char                    allow[16];
} ngx_webrtc_skyway_answer_t;


/* who carries it out */

typedef enum {
    /* a worker for a new peer, or the home of the REST peer that has the id
       already: "key" and "id", which may be empty */
    NGX_WEBRTC_SKYWAY_PLACE = 0,
    /* any that has ports */
    NGX_WEBRTC_SKYWAY_ANYWHERE,
    /* the home of a peer: "id" and "token" */
    NGX_WEBRTC_SKYWAY_PEER_HOME,
    /* that of a connection: "id" */
    NGX_WEBRTC_SKYWAY_OBJECT_HOME
} ngx_webrtc_skyway_scope_e;


typedef struct ngx_webrtc_skyway_route_s  ngx_webrtc_skyway_route_t;
typedef struct ngx_webrtc_skyway_api_s    ngx_webrtc_skyway_api_t;


typedef struct {
    const ngx_webrtc_skyway_route_t  *route;
    ngx_webrtc_skyway_scope_e  scope;
    void                     *args;     /* json_t of the body, an object */
    ngx_str_t                 key;
    ngx_str_t                 id;
    ngx_str_t                 token;

    /* who made the token or the id */
    ngx_uint_t                seat;
    uint64_t                  term;
    unsigned                  has_home:1;
    /* PEER_HOME: a REST peer with this id lives somewhere; by the caller */
    unsigned                  known:1;

    u_char                    id_text[NGX_WEBRTC_SKYWAY_ID_MAX + 1];
    u_char                    token_text[NGX_WEBRTC_SKYWAY_TOKEN_MAX];
} ngx_webrtc_skyway_call_t;


/*
 * NGX_OK: "call" is valid until call_free() and as long as the request;
 * NGX_DECLINED: "answer" says what was wrong; NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_skyway_api_parse(
    const ngx_webrtc_skyway_request_t *request,
    ngx_webrtc_skyway_call_t *call, ngx_webrtc_skyway_answer_t *answer);
void ngx_webrtc_skyway_call_free(ngx_webrtc_skyway_call_t *call);

/* an error without details; "route" may be NULL */
void ngx_webrtc_skyway_api_status(const ngx_webrtc_skyway_route_t *route,
    ngx_uint_t status, ngx_webrtc_skyway_answer_t *answer);
void ngx_webrtc_skyway_answer_free(ngx_webrtc_skyway_answer_t *answer);


/*
 * NGX_OK: "answer" is there; NGX_AGAIN: a long poll, "poller" is told, perhaps
 * before this returns.  wall: us since 1970.
 */
ngx_int_t ngx_webrtc_skyway_api_execute(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_call_t *call, ngx_webrtc_skyway_poller_t *poller,
    ngx_webrtc_usec_t now, uint64_t wall, ngx_webrtc_skyway_answer_t *answer);


#endif /* _NGX_WEBRTC_SKYWAY_API_H_INCLUDED_ */
