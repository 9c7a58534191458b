
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Commands of EvoStream's API, which are a table, and their answers.  What
 * takes time (is there such a host, has that stream ended) is done by the
 * caller between start() and resume().
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_API_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_API_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/evostream/ngx_webrtc_evostream.h>
#include <front/evostream/ngx_webrtc_evostream_line.h>
#include <proto/ngx_webrtc_json.h>


/* the zone's tables; the same as event/ngx_webrtc_evostream_rows.h has */

typedef struct {
    ngx_int_t               (*add)(void *data,
                                ngx_webrtc_evostream_config_t *config);
    ngx_uint_t              (*stop)(void *data, const ngx_str_t *ersip,
                                in_port_t ersport, const ngx_str_t *roomid);
    ngx_int_t               (*remove)(void *data, ngx_uint_t id,
                                ngx_webrtc_evostream_config_pt handler,
                                void *handler_data);
    ngx_int_t               (*find)(void *data, ngx_uint_t id,
                                ngx_webrtc_evostream_config_pt handler,
                                void *handler_data);
    void                    (*configs)(void *data,
                                ngx_webrtc_evostream_config_pt handler,
                                void *handler_data);
    void                    (*streams)(void *data,
                                ngx_webrtc_evostream_stream_pt handler,
                                void *handler_data);
} ngx_webrtc_evostream_tables_t;


typedef struct {
    const ngx_webrtc_evostream_tables_t  *tables;
    void                     *data;
    ngx_str_t                 name;         /* "evostreamms" */
    const char               *server;       /* "nginx/1.22.1" */
    uint32_t                  seed;         /* random, of tables of names */
    unsigned                  ers_over_ssl:1;   /* unless a call says it */
    unsigned                  wrapped:1;    /* answers of startWebRTC */
} ngx_webrtc_evostream_api_t;


/* what a command waits for */

typedef enum {
    NGX_WEBRTC_EVOSTREAM_NOTHING = 0,
    NGX_WEBRTC_EVOSTREAM_HOST,      /* NGX_OK: "host" has an address */
    NGX_WEBRTC_EVOSTREAM_CLOSE      /* NGX_OK: "stream" is ended; NGX_BUSY: it
                                       must not; NGX_DECLINED: it has gone */
} ngx_webrtc_evostream_wait_e;


typedef struct ngx_webrtc_evostream_run_s  ngx_webrtc_evostream_run_t;

typedef ngx_int_t (*ngx_webrtc_evostream_run_pt)(
    ngx_webrtc_evostream_run_t *run);


/* one parameter of the table */

typedef struct {
    const char               *name;
    unsigned                  mandatory:1;
    const char               *value;        /* if it is not given */
    const char               *description;
} ngx_webrtc_evostream_arg_t;


typedef struct {
    const char               *name;
    const char               *alias;        /* NULL: none */
    ngx_webrtc_evostream_run_pt  handler;
    const ngx_webrtc_evostream_arg_t  *args;    /* up to one without name */
    const char               *description;
} ngx_webrtc_evostream_command_t;


/* all strings are of the pool, which is the caller's */

struct ngx_webrtc_evostream_run_s {
    const ngx_webrtc_evostream_api_t  *api;
    ngx_pool_t               *pool;
    const ngx_webrtc_evostream_command_t  *command;     /* NULL: unknown */
    ngx_webrtc_evostream_line_t  line;
    uint64_t                  wall;         /* ms since 1970 */

    ngx_webrtc_evostream_wait_e  wait;
    ngx_int_t                 result;       /* of waiting */
    ngx_webrtc_evostream_run_pt  resume;
    ngx_str_t                 host;
    ngx_webrtc_evostream_stream_t  *stream;
    ngx_webrtc_evostream_config_t  *config;

    /* the answer */
    json_t                   *data;         /* NULL: null */
    ngx_str_t                 description;
    unsigned                  failed:1;
    unsigned                  quit:1;       /* the connection ends with it */
};


typedef enum {
    NGX_WEBRTC_EVOSTREAM_JSON = 0,  /* JSON CR LF CR LF */
    NGX_WEBRTC_EVOSTREAM_FRAMED,    /* the length of that in front of it */
    NGX_WEBRTC_EVOSTREAM_TEXT       /* for people; lines end with LF CR */
} ngx_webrtc_evostream_form_e;


/*
 * "command" and "text": see line_parse().  NGX_OK: the answer is there;
 * NGX_AGAIN: resume() it with what run->wait came to; NGX_ERROR: no memory.
 * In any case it has to be freed.
 */
ngx_int_t ngx_webrtc_evostream_run_start(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_api_t *api, ngx_pool_t *pool,
    const ngx_str_t *command, const ngx_str_t *text, uint64_t wall);
ngx_int_t ngx_webrtc_evostream_run_resume(ngx_webrtc_evostream_run_t *run,
    ngx_int_t result);
void ngx_webrtc_evostream_run_free(ngx_webrtc_evostream_run_t *run);

/* of the pool; NGX_ERROR: no memory */
ngx_int_t ngx_webrtc_evostream_run_answer(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_form_e form, ngx_str_t *answer);

/* the answer to what could not even become a line */
ngx_int_t ngx_webrtc_evostream_run_refuse(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_api_t *api, ngx_pool_t *pool,
    const char *description);


#endif /* _NGX_WEBRTC_EVOSTREAM_API_H_INCLUDED_ */
