
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The HTTP side of the broker for PeerJS.  A client makes its URLs of a path
 * and a key, {path}{key}/id, {path}{key}/peers and {path}peerjs; the location
 * may stand for the path or for a part of what follows, so it is the last
 * part of the URI that says what is wanted.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_worker.h>
#include <front/skyway/ngx_webrtc_peerjs.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_header.h>
#include <http/ngx_http_webrtc_peerjs.h>
#include <http/ngx_http_webrtc_uri.h>
#include <hub/ngx_webrtc_token.h>


typedef struct {
    const char               *name;
    ngx_int_t               (*handler)(ngx_http_request_t *r, ngx_str_t *key);
} ngx_http_webrtc_peerjs_route_t;


static ngx_int_t ngx_http_webrtc_peerjs_get(ngx_http_request_t *r);
static ngx_uint_t ngx_http_webrtc_peerjs_is_path(ngx_http_request_t *r);
static ngx_int_t ngx_http_webrtc_peerjs_info(ngx_http_request_t *r,
    ngx_str_t *key);
static ngx_int_t ngx_http_webrtc_peerjs_new_id(ngx_http_request_t *r,
    ngx_str_t *key);
static ngx_int_t ngx_http_webrtc_peerjs_list(ngx_http_request_t *r,
    ngx_str_t *key);
static ngx_int_t ngx_http_webrtc_peerjs_cors(ngx_http_request_t *r);
static ngx_int_t ngx_http_webrtc_peerjs_preflight(ngx_http_request_t *r);


static const ngx_http_webrtc_peerjs_route_t  ngx_http_webrtc_peerjs_routes[] =
{
    { "", ngx_http_webrtc_peerjs_info },
    { "id", ngx_http_webrtc_peerjs_new_id },
    { "peers", ngx_http_webrtc_peerjs_list },
    { NULL, NULL }
};


ngx_int_t
ngx_http_webrtc_peerjs_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;
    ngx_str_t  uri, name;

    if (ngx_webrtc_worker()->skyway == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    uri = r->uri;
    name = ngx_http_webrtc_uri_segment(&uri);

    if (r->method == NGX_HTTP_GET && name.len == sizeof("peerjs") - 1
        && ngx_strncmp(name.data, "peerjs", name.len) == 0)
    {
        return ngx_http_webrtc_peerjs_socket(r);
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (r->method == NGX_HTTP_OPTIONS) {
        return ngx_http_webrtc_peerjs_preflight(r);
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    return ngx_http_webrtc_peerjs_get(r);
}


static ngx_int_t
ngx_http_webrtc_peerjs_get(ngx_http_request_t *r)
{
    ngx_str_t                              uri, name, key;
    const ngx_http_webrtc_peerjs_route_t  *route;

    uri = r->uri;
    name = ngx_http_webrtc_uri_segment(&uri);
    key = ngx_http_webrtc_uri_segment(&uri);

    if (ngx_http_webrtc_peerjs_is_path(r)) {
        name.len = 0;
    }

    for (route = ngx_http_webrtc_peerjs_routes; route->name; route++) {

        if (name.len == ngx_strlen(route->name)
            && ngx_strncmp(name.data, route->name, name.len) == 0)
        {
            if (ngx_http_webrtc_peerjs_cors(r) != NGX_OK) {
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }

            return route->handler(r, &key);
        }
    }

    return NGX_HTTP_NOT_FOUND;
}


/* "location /app" is the path "/app/" of a client */

static ngx_uint_t
ngx_http_webrtc_peerjs_is_path(ngx_http_request_t *r)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    return r->uri.len == clcf->name.len
           && ngx_strncmp(r->uri.data, clcf->name.data, r->uri.len) == 0;
}


static ngx_int_t
ngx_http_webrtc_peerjs_info(ngx_http_request_t *r, ngx_str_t *key)
{
    return ngx_http_webrtc_answer_text(r, NGX_HTTP_OK,
                                       "application/json; charset=utf-8",
                                       (u_char *) NGX_WEBRTC_PEERJS_INFO,
                                       sizeof(NGX_WEBRTC_PEERJS_INFO) - 1);
}


/* whatever the key is: it is checked when the id is used */

static ngx_int_t
ngx_http_webrtc_peerjs_new_id(ngx_http_request_t *r, ngx_str_t *key)
{
    u_char  id[NGX_WEBRTC_UUID_LEN];

    if (ngx_webrtc_peerjs_id(id) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_webrtc_answer_text(r, NGX_HTTP_OK,
                                       "text/html; charset=utf-8", id,
                                       sizeof(id));
}


static ngx_int_t
ngx_http_webrtc_peerjs_list(ngx_http_request_t *r, ngx_str_t *key)
{
    char       *text;
    ngx_int_t   rc;

    text = ngx_webrtc_peerjs_peers(ngx_webrtc_worker()->skyway, key, &rc);

    if (rc == NGX_DECLINED) {
        return ngx_http_webrtc_answer_text(r, NGX_HTTP_UNAUTHORIZED,
                                           "text/plain; charset=utf-8",
                                           (u_char *) "Unauthorized",
                                           sizeof("Unauthorized") - 1);
    }

    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_webrtc_answer_text(r, NGX_HTTP_OK,
                                     "application/json; charset=utf-8",
                                     (u_char *) text, ngx_strlen(text));
    ngx_free(text);

    return rc;
}


/* any page may ask, and nothing of what it gets is another one's secret */

static ngx_int_t
ngx_http_webrtc_peerjs_cors(ngx_http_request_t *r)
{
    ngx_str_t  origin, vary;

    ngx_str_set(&vary, "Origin");

    if (ngx_http_webrtc_header_add(r, "Vary", &vary) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_webrtc_header_value(r, "origin", &origin) != NGX_OK) {
        return NGX_OK;
    }

    return ngx_http_webrtc_header_add(r, "Access-Control-Allow-Origin",
                                      &origin);
}


static ngx_int_t
ngx_http_webrtc_peerjs_preflight(ngx_http_request_t *r)
{
    ngx_str_t  methods, headers;

    ngx_str_set(&methods, "GET,HEAD");

    if (ngx_http_webrtc_peerjs_cors(r) != NGX_OK
        || ngx_http_webrtc_header_add(r, "Access-Control-Allow-Methods",
                                      &methods)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_webrtc_header_value(r, "access-control-request-headers",
                                     &headers)
        == NGX_OK
        && ngx_http_webrtc_header_add(r, "Access-Control-Allow-Headers",
                                      &headers)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    return ngx_http_send_header(r);
}
