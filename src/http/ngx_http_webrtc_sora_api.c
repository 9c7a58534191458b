
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_relay.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_api.h>
#include <http/ngx_http_webrtc_header.h>


/* in r->pool */

typedef struct {
    ngx_http_webrtc_ctx_t     ctx;
    ngx_http_request_t       *request;
    ngx_http_webrtc_body_t    body;
    ngx_str_t                 target;
    ngx_webrtc_api_call_t    *call;     /* while it waits */
} ngx_http_webrtc_api_t;


static void ngx_http_webrtc_api_body_handler(ngx_http_request_t *r,
    void *data, ngx_uint_t status);
static ngx_int_t ngx_http_webrtc_api_run(ngx_http_webrtc_api_t *api,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_http_webrtc_api_describe(ngx_http_webrtc_api_t *api,
    ngx_webrtc_sora_call_t *call);
static ngx_int_t ngx_http_webrtc_api_home(ngx_http_webrtc_api_t *api,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_sora_answer_t *answer);
static void ngx_http_webrtc_api_answer_handler(void *data,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_http_webrtc_api_target(ngx_http_request_t *r,
    ngx_str_t *target);
static ngx_int_t ngx_http_webrtc_api_preflight(ngx_http_request_t *r);
static ngx_int_t ngx_http_webrtc_api_status(ngx_http_request_t *r,
    ngx_uint_t status);
static ngx_int_t ngx_http_webrtc_api_send(ngx_http_request_t *r,
    ngx_webrtc_sora_answer_t *answer);
static ngx_int_t ngx_http_webrtc_api_cors(ngx_http_request_t *r);
static void ngx_http_webrtc_api_cleanup(void *data);


ngx_int_t
ngx_http_webrtc_sora_api_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_http_webrtc_api_t       *api;
    ngx_http_webrtc_loc_conf_t  *wlcf;

    if (r->method != NGX_HTTP_POST) {

        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }

        if (r->method == NGX_HTTP_OPTIONS) {
            return ngx_http_webrtc_api_preflight(r);
        }

        return ngx_http_webrtc_api_status(r, NGX_HTTP_BAD_REQUEST);
    }

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webrtc_module);

    api = ngx_pcalloc(r->pool, sizeof(ngx_http_webrtc_api_t));
    if (api == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    api->request = r;
    api->body.handler = ngx_http_webrtc_api_body_handler;
    api->body.data = api;
    api->body.max = wlcf->max_body;

    ngx_http_set_ctx(r, &api->ctx, ngx_http_webrtc_module);

    return ngx_http_webrtc_body_read(r, &api->body);
}


static void
ngx_http_webrtc_api_body_handler(ngx_http_request_t *r, void *data,
    ngx_uint_t status)
{
    ngx_http_webrtc_api_t *api = data;

    ngx_int_t                 rc;
    ngx_webrtc_sora_answer_t  answer;

    if (status != NGX_HTTP_OK) {
        ngx_http_finalize_request(r, ngx_http_webrtc_api_status(r, status));
        return;
    }

    ngx_memzero(&answer, sizeof(ngx_webrtc_sora_answer_t));

    rc = ngx_http_webrtc_api_run(api, &answer);

    if (rc == NGX_AGAIN) {
        return;
    }

    if (rc == NGX_OK) {
        rc = ngx_http_webrtc_api_send(r, &answer);

    } else {
        rc = ngx_http_webrtc_api_status(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
    }

    ngx_http_finalize_request(r, rc);
}


/* NGX_OK: "answer" is there; NGX_AGAIN: it will come; NGX_ERROR: no memory */

static ngx_int_t
ngx_http_webrtc_api_run(ngx_http_webrtc_api_t *api,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_int_t               rc;
    ngx_webrtc_sora_call_t  call;

    ngx_http_webrtc_api_target(api->request, &api->target);

    rc = ngx_webrtc_sora_api_parse(&api->target, api->body.text.data,
                                   api->body.text.len, &call, answer);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
    }

    ngx_http_webrtc_api_describe(api, &call);

    if (call.scope == NGX_WEBRTC_SORA_HOME) {
        rc = ngx_http_webrtc_api_home(api, &call, answer);

    } else {
        rc = ngx_http_webrtc_sora_list(&call, api->request->connection->log,
                                       answer);
    }

    ngx_webrtc_sora_call_free(&call);

    return rc;
}


/* for the access log; the call's strings go with the call */

static void
ngx_http_webrtc_api_describe(ngx_http_webrtc_api_t *api,
    ngx_webrtc_sora_call_t *call)
{
    ngx_str_t  *to;

    to = &api->ctx.channel_id;

    to->data = ngx_pstrdup(api->request->pool, &call->channel_id);
    to->len = to->data ? call->channel_id.len : 0;

    to = &api->ctx.connection_id;

    to->data = ngx_pstrdup(api->request->pool, &call->connection_id);
    to->len = to->data ? call->connection_id.len : 0;
}


static ngx_int_t
ngx_http_webrtc_api_home(ngx_http_webrtc_api_t *api,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_sora_answer_t *answer)
{
    ngx_http_cleanup_t  *cln;
    ngx_http_request_t  *r;

    r = api->request;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    api->call = ngx_webrtc_api_call(call, &api->target, api->body.text.data,
                                    api->body.text.len,
                                    ngx_http_webrtc_api_answer_handler, api,
                                    answer);
    if (api->call == NULL) {
        return NGX_OK;
    }

    cln->handler = ngx_http_webrtc_api_cleanup;
    cln->data = api;

    /* the count that reading the body took is held until the answer */

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
    r->connection->log->action = "waiting for the home worker";

    return NGX_AGAIN;
}


static void
ngx_http_webrtc_api_answer_handler(void *data,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_http_webrtc_api_t *api = data;

    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    api->call = NULL;

    r = api->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_http_finalize_request(r, ngx_http_webrtc_api_send(r, answer));
    ngx_http_run_posted_requests(c);
}


/* data NULL: it has none */

static void
ngx_http_webrtc_api_target(ngx_http_request_t *r, ngx_str_t *target)
{
    ngx_table_elt_t               *header;
    ngx_http_webrtc_header_pos_t   pos;

    ngx_memzero(&pos, sizeof(ngx_http_webrtc_header_pos_t));
    ngx_str_null(target);

    header = ngx_http_webrtc_header_next(r, &pos, "x-sora-target");

    if (header) {
        *target = header->value;
    }
}


/* a browser's question whether it may ask */

static ngx_int_t
ngx_http_webrtc_api_preflight(ngx_http_request_t *r)
{
    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    if (ngx_http_webrtc_api_cors(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_send_header(r);
}


static ngx_int_t
ngx_http_webrtc_api_status(ngx_http_request_t *r, ngx_uint_t status)
{
    ngx_webrtc_sora_answer_t  answer;

    ngx_memzero(&answer, sizeof(ngx_webrtc_sora_answer_t));

    ngx_webrtc_sora_api_status(status, &answer);

    return ngx_http_webrtc_api_send(r, &answer);
}


/*
 * Listings are long, and there may be many clients that do not read: beyond a
 * limit they are told to come again.
 */

static ngx_int_t
ngx_http_webrtc_api_send(ngx_http_request_t *r,
    ngx_webrtc_sora_answer_t *answer)
{
    size_t                        held;
    ngx_http_webrtc_main_conf_t  *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webrtc_module);
    held = ngx_http_webrtc_answer_held();

    if (held && held + answer->body.len > wmcf->api_buffers) {
        ngx_webrtc_sora_answer_free(answer);
        ngx_webrtc_sora_api_status(NGX_HTTP_SERVICE_UNAVAILABLE, answer);
    }

    if (ngx_http_webrtc_api_cors(r) != NGX_OK) {
        ngx_webrtc_sora_answer_free(answer);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_webrtc_answer_send(r, answer->status, &answer->body);
}


static ngx_int_t
ngx_http_webrtc_api_cors(ngx_http_request_t *r)
{
    ngx_uint_t                   i;
    ngx_str_t                    origin;
    ngx_http_webrtc_loc_conf_t  *wlcf;

    static const struct {
        const char  *name;
        ngx_str_t    value;
    } headers[] = {
        { "access-control-allow-headers",
          ngx_string("Origin, X-Requested-With, Content-Type, Accept,"
                     " x-sora-target") },
        { "access-control-allow-methods", ngx_string("POST, OPTIONS") },
        { "access-control-max-age", ngx_string("1000") }
    };

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webrtc_module);

    if (ngx_http_complex_value(r, wlcf->cors_origin, &origin) != NGX_OK) {
        return NGX_ERROR;
    }

    if (origin.len == 0) {
        return NGX_OK;
    }

    if (ngx_http_webrtc_header_add(r, "access-control-allow-origin", &origin)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {

        if (ngx_http_webrtc_header_add(r, headers[i].name, &headers[i].value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_http_webrtc_api_cleanup(void *data)
{
    ngx_http_webrtc_api_t *api = data;

    if (api->call) {
        ngx_webrtc_api_cancel(api->call);
        api->call = NULL;
    }
}
