
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What skyway-js asks the signalling host beside Socket.IO:
 *
 *     /api/apikeys/KEY/clients/               who is there
 *     /api/apikeys/KEY/peers/PEER/exists      whether somebody is
 *     /active/list/KEY                        who is there, for old clients
 *     /signaling                              which host to go to
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_registry.h>
#include <event/ngx_webrtc_skyway_conf.h>
#include <event/ngx_webrtc_worker.h>
#include <front/skyway/ngx_webrtc_skyway_auth.h>
#include <http/ngx_http_webrtc_header.h>
#include <http/ngx_http_webrtc_socketio.h>


/* of a list; what does not fit is left out */
#define NGX_HTTP_WEBRTC_LIST_MAX  100000


typedef struct {
    ngx_array_t   ids;      /* ngx_str_t */
    ngx_pool_t   *pool;
} ngx_http_webrtc_ids_t;


static ngx_uint_t ngx_http_webrtc_socketio_skip(ngx_str_t *uri,
    const char *text);
static void ngx_http_webrtc_socketio_segment(ngx_str_t *uri,
    ngx_str_t *segment);
static ngx_int_t ngx_http_webrtc_socketio_clients(ngx_http_request_t *r,
    const ngx_str_t *key);
static ngx_int_t ngx_http_webrtc_socketio_id(void *data,
    const ngx_webrtc_skyway_registration_t *registration);
static ngx_int_t ngx_http_webrtc_socketio_exists(ngx_http_request_t *r,
    const ngx_str_t *key, const ngx_str_t *id);
static ngx_int_t ngx_http_webrtc_socketio_refused(ngx_http_request_t *r,
    const ngx_str_t *key);
static ngx_int_t ngx_http_webrtc_socketio_dispatch(ngx_http_request_t *r);
static ngx_int_t ngx_http_webrtc_socketio_json(ngx_http_request_t *r,
    ngx_uint_t status, json_t *json);


ngx_int_t
ngx_http_webrtc_socketio_list(ngx_http_request_t *r)
{
    ngx_int_t  rc;
    ngx_str_t  uri, key, id;

    uri = r->uri;

    if (ngx_http_webrtc_socketio_skip(&uri, "/signaling")) {
        return uri.len ? NGX_HTTP_NOT_FOUND
                       : ngx_http_webrtc_socketio_dispatch(r);
    }

    if (ngx_http_webrtc_socketio_skip(&uri, "/active/list/")) {

        ngx_http_webrtc_socketio_segment(&uri, &key);
        ngx_str_null(&id);

    } else if (ngx_http_webrtc_socketio_skip(&uri, "/api/apikeys/")) {

        ngx_http_webrtc_socketio_segment(&uri, &key);
        ngx_str_null(&id);

        if (ngx_http_webrtc_socketio_skip(&uri, "/peers/")) {

            ngx_http_webrtc_socketio_segment(&uri, &id);

            if (id.len == 0
                || !ngx_http_webrtc_socketio_skip(&uri, "/exists"))
            {
                return NGX_HTTP_NOT_FOUND;
            }

        } else if (!ngx_http_webrtc_socketio_skip(&uri, "/clients")) {
            return NGX_HTTP_NOT_FOUND;
        }

    } else {
        return NGX_DECLINED;
    }

    (void) ngx_http_webrtc_socketio_skip(&uri, "/");

    if (uri.len || key.len == 0) {
        return NGX_HTTP_NOT_FOUND;
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    if (ngx_webrtc_worker()->zone == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    rc = ngx_http_webrtc_socketio_refused(r, &key);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    return id.len ? ngx_http_webrtc_socketio_exists(r, &key, &id)
                  : ngx_http_webrtc_socketio_clients(r, &key);
}


static ngx_uint_t
ngx_http_webrtc_socketio_skip(ngx_str_t *uri, const char *text)
{
    size_t  len;

    len = ngx_strlen(text);

    if (uri->len < len || ngx_strncmp(uri->data, text, len) != 0) {
        return 0;
    }

    uri->data += len;
    uri->len -= len;

    return 1;
}


static void
ngx_http_webrtc_socketio_segment(ngx_str_t *uri, ngx_str_t *segment)
{
    segment->data = uri->data;
    segment->len = 0;

    while (uri->len && *uri->data != '/') {
        uri->data++;
        uri->len--;
        segment->len++;
    }
}


/* NGX_DECLINED: it is not */

static ngx_int_t
ngx_http_webrtc_socketio_refused(ngx_http_request_t *r, const ngx_str_t *key)
{
    ngx_str_t                       origin;
    ngx_webrtc_skyway_conf_t        conf;
    ngx_webrtc_gateway_conf_t       gateway;
    const ngx_webrtc_skyway_key_t  *found;

    static const char  text[] = "The key is not known or not for this page.";

    ngx_webrtc_skyway_conf_get((ngx_cycle_t *) ngx_cycle, &conf, &gateway);

    ngx_str_null(&origin);
    (void) ngx_http_webrtc_header_value(r, "origin", &origin);

    if (ngx_webrtc_skyway_auth_key(&conf, key, &origin, &found) == NGX_OK) {
        return NGX_DECLINED;
    }

    return ngx_http_webrtc_socketio_answer(r, NGX_HTTP_UNAUTHORIZED,
                                           "text/plain", (u_char *) text,
                                           sizeof(text) - 1);
}


static ngx_int_t
ngx_http_webrtc_socketio_clients(ngx_http_request_t *r, const ngx_str_t *key)
{
    json_t                 *json;
    ngx_str_t              *id;
    ngx_uint_t              i;
    ngx_http_webrtc_ids_t   ids;

    static const char  text[] = "Peers are not listed here.";

    if (!ngx_webrtc_get_conf(ngx_cycle)->skyway.discovery) {
        return ngx_http_webrtc_socketio_answer(r, NGX_HTTP_UNAUTHORIZED,
                                               "text/plain", (u_char *) text,
                                               sizeof(text) - 1);
    }

    ids.pool = r->pool;

    if (ngx_array_init(&ids.ids, r->pool, 64, sizeof(ngx_str_t)) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_webrtc_registry_list(ngx_webrtc_worker()->zone, key,
                             ngx_http_webrtc_socketio_id, &ids);

    json = json_array();
    id = ids.ids.elts;

    for (i = 0; i < ids.ids.nelts; i++) {
        (void) json_array_append_new(json, ngx_webrtc_json_str(&id[i]));
    }

    return ngx_http_webrtc_socketio_json(r, NGX_HTTP_OK, json);
}


static ngx_int_t
ngx_http_webrtc_socketio_id(void *data,
    const ngx_webrtc_skyway_registration_t *registration)
{
    ngx_http_webrtc_ids_t *ids = data;

    ngx_str_t  *id;

    if (ids->ids.nelts >= NGX_HTTP_WEBRTC_LIST_MAX) {
        return NGX_DONE;
    }

    id = ngx_array_push(&ids->ids);
    if (id == NULL) {
        return NGX_ERROR;
    }

    id->len = registration->id.len;
    id->data = ngx_pstrdup(ids->pool, (ngx_str_t *) &registration->id);

    if (id->data == NULL) {
        ids->ids.nelts--;
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_socketio_exists(ngx_http_request_t *r, const ngx_str_t *key,
    const ngx_str_t *id)
{
    ngx_int_t                rc;
    ngx_webrtc_registered_t  found;

    rc = ngx_webrtc_registry_find(ngx_webrtc_worker()->zone, key, id, &found);

    return ngx_http_webrtc_socketio_json(r, NGX_HTTP_OK,
                                         json_pack("{s:b}", "exists",
                                                   rc == NGX_OK));
}


/* clients that were told no host ask here; they go to its port 443 */

static ngx_int_t
ngx_http_webrtc_socketio_dispatch(ngx_http_request_t *r)
{
    json_t                      *json;
    ngx_str_t                    domain;
    ngx_http_webrtc_loc_conf_t  *wlcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webrtc_module);

    domain = wlcf->skyway_domain.len ? wlcf->skyway_domain
                                     : r->headers_in.server;

    if (domain.len == 0) {
        return NGX_HTTP_BAD_REQUEST;
    }

    json = json_pack("{s:o}", "domain", ngx_webrtc_json_str(&domain));

    return ngx_http_webrtc_socketio_json(r, NGX_HTTP_OK, json);
}


static ngx_int_t
ngx_http_webrtc_socketio_json(ngx_http_request_t *r, ngx_uint_t status,
    json_t *json)
{
    ngx_str_t  text;

    if (json == NULL
        || ngx_webrtc_json_dump(json, r->pool, &text) != NGX_OK)
    {
        json_decref(json);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    json_decref(json);

    return ngx_http_webrtc_socketio_answer(r, status, "application/json",
                                           text.data, text.len);
}
