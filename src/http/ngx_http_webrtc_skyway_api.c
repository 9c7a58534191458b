
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_skyway_rest.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_body.h>
#include <http/ngx_http_webrtc_header.h>
#include <http/ngx_http_webrtc_module.h>


/* no body of this API is long, and it must fit into one mail */
#define NGX_HTTP_WEBRTC_REST_BODY  131072


/* in r->pool */

typedef struct {
    ngx_http_webrtc_ctx_t      ctx;
    ngx_http_request_t        *request;
    ngx_http_webrtc_body_t     body;
    ngx_webrtc_rest_t         *rest;    /* until its answer was written */
} ngx_http_webrtc_rest_t;


static void ngx_http_webrtc_rest_body_handler(ngx_http_request_t *r,
    void *data, ngx_uint_t status);
static ngx_int_t ngx_http_webrtc_rest_start(ngx_http_webrtc_rest_t *rest,
    ngx_webrtc_skyway_answer_t *answer);
static ngx_int_t ngx_http_webrtc_rest_path(ngx_http_request_t *r,
    ngx_str_t *path);
static ngx_int_t ngx_http_webrtc_rest_accept(ngx_http_request_t *r,
    ngx_str_t *accept);
static void ngx_http_webrtc_rest_answer_handler(void *data,
    ngx_webrtc_skyway_answer_t *answer);
static ngx_uint_t ngx_http_webrtc_rest_is_gone(ngx_http_request_t *r);
static ngx_int_t ngx_http_webrtc_rest_send(ngx_http_request_t *r,
    ngx_webrtc_skyway_answer_t *answer);
static void ngx_http_webrtc_rest_cleanup(void *data);


ngx_int_t
ngx_http_webrtc_skyway_api_handler(ngx_http_request_t *r)
{
    ngx_http_webrtc_rest_t      *rest;
    ngx_http_webrtc_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webrtc_module);

    rest = ngx_pcalloc(r->pool, sizeof(ngx_http_webrtc_rest_t));
    if (rest == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rest->request = r;
    rest->body.handler = ngx_http_webrtc_rest_body_handler;
    rest->body.data = rest;
    rest->body.max = wlcf->max_body
                     ? ngx_min(wlcf->max_body, NGX_HTTP_WEBRTC_REST_BODY)
                     : NGX_HTTP_WEBRTC_REST_BODY;

    ngx_http_set_ctx(r, &rest->ctx, ngx_http_webrtc_module);

    /* whatever the method: there are clients that delete with a body */

    return ngx_http_webrtc_body_read(r, &rest->body);
}


static void
ngx_http_webrtc_rest_body_handler(ngx_http_request_t *r, void *data,
    ngx_uint_t status)
{
    ngx_http_webrtc_rest_t *rest = data;

    ngx_int_t                   rc;
    ngx_webrtc_skyway_answer_t  answer;

    if (status == NGX_HTTP_OK) {
        rc = ngx_http_webrtc_rest_start(rest, &answer);

    } else {
        ngx_webrtc_skyway_api_status(NULL, status, &answer);
        rc = NGX_OK;
    }

    if (rc == NGX_AGAIN) {
        return;
    }

    if (rc == NGX_OK) {
        rc = ngx_http_webrtc_rest_send(r, &answer);
    }

    ngx_http_finalize_request(r, rc);
}


/* NGX_OK: "answer" is there; NGX_AGAIN: it will come; else a status */

static ngx_int_t
ngx_http_webrtc_rest_start(ngx_http_webrtc_rest_t *rest,
    ngx_webrtc_skyway_answer_t *answer)
{
    ngx_http_request_t           *r;
    ngx_http_cleanup_t           *cln;
    ngx_webrtc_skyway_request_t   request;

    r = rest->request;

    request.method = r->method_name;
    request.args = r->args;
    request.body = rest->body.text;

    cln = ngx_http_cleanup_add(r, 0);

    if (cln == NULL
        || ngx_http_webrtc_rest_path(r, &request.path) != NGX_OK
        || ngx_http_webrtc_rest_accept(r, &request.accept) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rest->rest = ngx_webrtc_rest_request(&request,
                                         ngx_http_webrtc_rest_answer_handler,
                                         rest, answer);
    if (rest->rest == NULL) {
        return NGX_OK;
    }

    cln->handler = ngx_http_webrtc_rest_cleanup;
    cln->data = rest;

    /* the count that reading the body took is held until the answer */

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
    r->connection->log->action = "waiting for the gateway's answer";

    return NGX_AGAIN;
}


/*
 * As the client wrote it: an id may hold anything, even a slash.  What is in
 * front of the API is what the location is called.
 */

static ngx_int_t
ngx_http_webrtc_rest_path(ngx_http_request_t *r, ngx_str_t *path)
{
    size_t                     n;
    u_char                    *p;
    ngx_http_core_loc_conf_t  *clcf;

    if (r->valid_unparsed_uri) {
        *path = r->unparsed_uri;

        for (n = 0; n < path->len; n++) {
            if (path->data[n] == '?' || path->data[n] == '#') {
                path->len = n;
            }
        }

    } else {
        n = 2 * ngx_escape_uri(NULL, r->uri.data, r->uri.len, NGX_ESCAPE_URI);

        p = ngx_pnalloc(r->pool, r->uri.len + n);
        if (p == NULL) {
            return NGX_ERROR;
        }

        path->data = p;
        path->len = (u_char *) ngx_escape_uri(p, r->uri.data, r->uri.len,
                                              NGX_ESCAPE_URI)
                    - p;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    n = clcf->name.len;

    if (n && clcf->name.data[n - 1] == '/') {
        n--;
    }

    if (n < path->len
        && path->data[n] == '/'
        && ngx_strncmp(path->data, clcf->name.data, n) == 0)
    {
        path->data += n;
        path->len -= n;
    }

    return NGX_OK;
}


/* all headers of that name are one list */

static ngx_int_t
ngx_http_webrtc_rest_accept(ngx_http_request_t *r, ngx_str_t *accept)
{
    u_char                        *p;
    ngx_table_elt_t               *header;
    ngx_http_webrtc_header_pos_t   pos;

    ngx_str_null(accept);
    ngx_memzero(&pos, sizeof(ngx_http_webrtc_header_pos_t));

    for ( ;; ) {
        header = ngx_http_webrtc_header_next(r, &pos, "accept");

        if (header == NULL) {
            return NGX_OK;
        }

        if (accept->len == 0) {
            *accept = header->value;
            continue;
        }

        p = ngx_pnalloc(r->pool, accept->len + 1 + header->value.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(p, accept->data, accept->len);
        p[accept->len] = ',';
        ngx_memcpy(p + accept->len + 1, header->value.data,
                   header->value.len);

        accept->data = p;
        accept->len += 1 + header->value.len;
    }
}


static void
ngx_http_webrtc_rest_answer_handler(void *data,
    ngx_webrtc_skyway_answer_t *answer)
{
    ngx_http_webrtc_rest_t *rest = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = rest->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    if (ngx_http_webrtc_rest_is_gone(r)) {
        ngx_webrtc_skyway_answer_free(answer);

        c->error = 1;
        rc = NGX_HTTP_CLIENT_CLOSED_REQUEST;

    } else {
        rc = ngx_http_webrtc_rest_send(r, answer);
    }

    /* or else when the request ends */

    if (rc == NGX_OK && !c->error) {
        ngx_webrtc_rest_done(rest->rest, 1);
        rest->rest = NULL;
    }

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


/*
 * The kernel takes what is written to a client that has just closed, and an
 * event would be lost with it.
 */

static ngx_uint_t
ngx_http_webrtc_rest_is_gone(ngx_http_request_t *r)
{
    char               buf[1];
    ssize_t            n;
    ngx_err_t          err;
    ngx_connection_t  *c;

    c = r->connection;

    if (c->error) {
        return 1;
    }

    /* of HTTP/2 and HTTP/3 the descriptor is that of all streams */

    if (r->http_version >= NGX_HTTP_VERSION_20) {
        return 0;
    }

    n = recv(c->fd, buf, 1, MSG_PEEK);
    err = ngx_socket_errno;

    return n == 0 || (n == -1 && err != NGX_EAGAIN && err != NGX_EINTR);
}


static ngx_int_t
ngx_http_webrtc_rest_send(ngx_http_request_t *r,
    ngx_webrtc_skyway_answer_t *answer)
{
    ngx_str_t  allow;

    if (answer->allow_len) {
        allow.len = answer->allow_len;
        allow.data = ngx_pnalloc(r->pool, allow.len);

        if (allow.data == NULL) {
            ngx_webrtc_skyway_answer_free(answer);
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        ngx_memcpy(allow.data, answer->allow, allow.len);

        if (ngx_http_webrtc_header_add(r, "Allow", &allow) != NGX_OK) {
            ngx_webrtc_skyway_answer_free(answer);
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    return ngx_http_webrtc_answer_send(r, answer->status, &answer->body);
}


/* the client has gone, or it is not known whether it has got everything */

static void
ngx_http_webrtc_rest_cleanup(void *data)
{
    ngx_uint_t               written;
    ngx_connection_t        *c;
    ngx_http_webrtc_rest_t  *rest = data;

    if (rest->rest == NULL) {
        return;
    }

    c = rest->request->connection;

    written = rest->request->header_sent
              && !c->error && !c->timedout && !c->close;

    ngx_webrtc_rest_done(rest->rest, written);
    rest->rest = NULL;
}
