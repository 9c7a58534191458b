
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* "GET /command?params=base64", always answered with 200 as an EMS does */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_evostream_call.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_module.h>
#include <http/ngx_http_webrtc_uri.h>


#define NGX_HTTP_WEBRTC_EVOSTREAM_BUSY                                       \
    "{\"data\":null,\"description\":\"Too many answers are unread\","        \
    "\"status\":\"FAIL\"}\r\n\r\n"


/* in r->pool */

typedef struct {
    ngx_http_webrtc_ctx_t          ctx;
    ngx_http_request_t            *request;
    ngx_webrtc_evostream_call_t   *call;    /* while it waits */
} ngx_http_webrtc_evostream_t;


static void ngx_http_webrtc_evostream_answer_handler(void *data,
    const ngx_str_t *answer, ngx_uint_t quit);
static ngx_int_t ngx_http_webrtc_evostream_send(ngx_http_request_t *r,
    const ngx_str_t *answer);
static void ngx_http_webrtc_evostream_cleanup(void *data);


ngx_int_t
ngx_http_webrtc_evostream_api_handler(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_str_t                     uri, command;
    ngx_http_cleanup_t           *cln;
    ngx_http_webrtc_evostream_t  *evo;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    evo = ngx_pcalloc(r->pool, sizeof(ngx_http_webrtc_evostream_t));
    cln = ngx_http_cleanup_add(r, 0);

    if (evo == NULL || cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    evo->request = r;

    ngx_http_set_ctx(r, &evo->ctx, ngx_http_webrtc_module);

    /* the document alone: the API may be anywhere */

    uri = r->uri;
    command = ngx_http_webrtc_uri_segment(&uri);

    evo->call = ngx_webrtc_evostream_call_uri(&command, &r->args,
                                 ngx_http_webrtc_evostream_answer_handler,
                                 evo);
    if (evo->call == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_http_webrtc_evostream_cleanup;
    cln->data = evo;

    /* as an EMS; nginx would let the connection linger */

    r->keepalive = 0;

    r->main->count++;

    if (!r->discard_body) {
        r->read_event_handler = ngx_http_test_reading;
    }

    r->write_event_handler = ngx_http_request_empty_handler;
    r->connection->log->action = "waiting for the answer of a command";

    return NGX_DONE;
}


static void
ngx_http_webrtc_evostream_answer_handler(void *data, const ngx_str_t *answer,
    ngx_uint_t quit)
{
    ngx_http_webrtc_evostream_t *evo = data;

    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    evo->call = NULL;

    r = evo->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_http_finalize_request(r, ngx_http_webrtc_evostream_send(r, answer));
    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_http_webrtc_evostream_send(ngx_http_request_t *r, const ngx_str_t *answer)
{
    size_t                        held;
    ngx_str_t                     body;
    ngx_http_webrtc_main_conf_t  *wmcf;

    if (answer->len == 0) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webrtc_module);
    held = ngx_http_webrtc_answer_held();

    if (held && held + answer->len > wmcf->api_buffers) {
        return ngx_http_webrtc_answer_text(r, NGX_HTTP_OK, "text/plain",
                       (u_char *) NGX_HTTP_WEBRTC_EVOSTREAM_BUSY,
                       sizeof(NGX_HTTP_WEBRTC_EVOSTREAM_BUSY) - 1);
    }

    /* malloc(), as answer_body() frees it */

    body.len = answer->len;
    body.data = malloc(body.len);

    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(body.data, answer->data, body.len);

    return ngx_http_webrtc_answer_body(r, NGX_HTTP_OK, "text/plain", &body);
}


static void
ngx_http_webrtc_evostream_cleanup(void *data)
{
    ngx_http_webrtc_evostream_t *evo = data;

    if (evo->call) {
        ngx_webrtc_evostream_call_cancel(evo->call);
        evo->call = NULL;
    }
}
