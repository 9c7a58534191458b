
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_hook.h>
#include <event/ngx_webrtc_worker.h>
#include <front/sora/ngx_webrtc_sora_auth.h>
#include <http/ngx_http_webrtc_auth.h>
#include <http/ngx_http_webrtc_background.h>
#include <http/ngx_http_webrtc_module.h>


/* from start() until the handler was called, or cancel() */

struct ngx_http_webrtc_auth_s {
    ngx_http_webrtc_background_t  *background;
    ngx_webrtc_counters_t         *counters;
    ngx_webrtc_sora_admission_t    admission;
    ngx_str_t                      text;    /* follows the struct */
    ngx_http_webrtc_auth_pt        handler;
    void                          *data;
};


static ngx_int_t ngx_http_webrtc_auth_facts(
    ngx_webrtc_sora_auth_facts_t *facts, ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id);
static ngx_int_t ngx_http_webrtc_auth_member(void *data,
    const ngx_webrtc_connection_info_t *info, const ngx_str_t *stats,
    uint64_t wall);
static ngx_int_t ngx_http_webrtc_auth_send(ngx_http_webrtc_auth_t *auth,
    ngx_http_request_t *r, const ngx_webrtc_sora_text_t *text);
static void ngx_http_webrtc_auth_handler(void *data, ngx_uint_t status,
    const ngx_str_t *body);
static void ngx_http_webrtc_auth_free(ngx_http_webrtc_auth_t *auth);


/* clients of this process whose answer has not come yet */
static ngx_uint_t  ngx_http_webrtc_auth_pending;


ngx_http_webrtc_auth_t *
ngx_http_webrtc_auth_start(ngx_http_request_t *r, const ngx_str_t *channel_id,
    const u_char *text, size_t len, ngx_http_webrtc_auth_pt handler,
    void *data, const char **reason)
{
    ngx_int_t                      rc;
    ngx_webrtc_zone_t             *zone;
    ngx_http_webrtc_auth_t        *auth;
    ngx_webrtc_sora_text_t         body;
    ngx_webrtc_sora_auth_facts_t   facts;
    ngx_http_webrtc_main_conf_t   *wmcf;

    zone = ngx_webrtc_worker()->zone;
    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webrtc_module);

    if (zone == NULL) {
        *reason = "NO-WORKER";
        return NULL;
    }

    if (ngx_http_webrtc_auth_pending >= wmcf->auth_pending) {
        *reason = NGX_WEBRTC_SORA_AUTH_BUSY;
        return NULL;
    }

    *reason = "NO-MEMORY";

    auth = ngx_calloc(sizeof(ngx_http_webrtc_auth_t) + len,
                      r->connection->log);
    if (auth == NULL) {
        return NULL;
    }

    auth->counters = ngx_webrtc_zone_counters(zone);
    auth->handler = handler;
    auth->data = data;

    auth->text.data = (u_char *) (auth + 1);
    auth->text.len = len;
    ngx_memcpy(auth->text.data, text, len);

    ngx_memzero(&body, sizeof(ngx_webrtc_sora_text_t));

    rc = ngx_http_webrtc_auth_facts(&facts, zone, channel_id);

    if (rc == NGX_OK) {
        ngx_memcpy(auth->admission.connection_id, facts.connection_id,
                   NGX_WEBRTC_ID_LEN);

        rc = ngx_webrtc_sora_auth_request(&body, &facts, text, len, reason);
    }

    if (rc == NGX_OK) {
        *reason = "NO-MEMORY";
        rc = ngx_http_webrtc_auth_send(auth, r, &body);
    }

    ngx_webrtc_sora_text_free(&body);

    if (rc != NGX_OK) {
        ngx_free(auth);
        return NULL;
    }

    ngx_http_webrtc_auth_pending++;

    return auth;
}


static ngx_int_t
ngx_http_webrtc_auth_facts(ngx_webrtc_sora_auth_facts_t *facts,
    ngx_webrtc_zone_t *zone, const ngx_str_t *channel_id)
{
    ngx_time_t  *tp;

    static const ngx_str_t  any = ngx_null_string;

    ngx_memzero(facts, sizeof(ngx_webrtc_sora_auth_facts_t));

    tp = ngx_timeofday();

    facts->node = &ngx_webrtc_get_conf(ngx_cycle)->node;
    facts->wall = (uint64_t) tp->sec * NGX_WEBRTC_SEC
                  + tp->msec * NGX_WEBRTC_MSEC;

    if (ngx_webrtc_hook_id(facts->id) != NGX_OK
        || ngx_webrtc_hook_id(facts->connection_id) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_zone_connections(zone, channel_id, &any, 0,
                                ngx_http_webrtc_auth_member, facts);
    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_auth_member(void *data,
    const ngx_webrtc_connection_info_t *info, const ngx_str_t *stats,
    uint64_t wall)
{
    ngx_webrtc_sora_auth_facts_t *facts = data;

    facts->counts.all++;
    facts->counts.roles[info->role]++;

    ngx_memcpy(facts->session_id, info->session_id, NGX_WEBRTC_ID_LEN);

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_auth_send(ngx_http_webrtc_auth_t *auth, ngx_http_request_t *r,
    const ngx_webrtc_sora_text_t *text)
{
    ngx_http_core_srv_conf_t              *cscf;
    ngx_http_webrtc_loc_conf_t            *wlcf;
    ngx_http_webrtc_background_request_t   request;

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);
    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webrtc_module);

    ngx_memzero(&request, sizeof(ngx_http_webrtc_background_request_t));

    request.conf = cscf->ctx;
    request.uri = wlcf->auth_uri.uri;
    request.args = wlcf->auth_uri.args;
    request.connection_id.data = auth->admission.connection_id;
    request.connection_id.len = NGX_WEBRTC_ID_LEN;
    request.text.data = text->start;
    request.text.len = text->len;
    request.max = wlcf->webhook_answer;
    request.timeout = wlcf->webhook_timeout;
    request.client = r->connection;

    auth->background = ngx_http_webrtc_background_start(&request,
                                          ngx_http_webrtc_auth_handler, auth);

    return auth->background ? NGX_OK : NGX_ERROR;
}


void
ngx_http_webrtc_auth_cancel(ngx_http_webrtc_auth_t *auth)
{
    ngx_http_webrtc_background_cancel(auth->background);
    ngx_http_webrtc_auth_free(auth);
}


static void
ngx_http_webrtc_auth_handler(void *data, ngx_uint_t status,
    const ngx_str_t *body)
{
    ngx_http_webrtc_auth_t *auth = data;

    u_char                  buf[NGX_WEBRTC_SORA_REASON_LEN];
    ngx_int_t               rc;
    ngx_str_t               reason;
    ngx_webrtc_counters_t  *counters;

    counters = auth->counters;

    rc = ngx_webrtc_sora_auth_answer(status, body, buf, &reason);

    if (rc == NGX_ERROR) {
        (void) ngx_atomic_fetch_add(&counters->auth_hook.failed, 1);

    } else {
        (void) ngx_atomic_fetch_add(&counters->auth_hook.successful, 1);
        (void) ngx_atomic_fetch_add(rc == NGX_OK ? &counters->auth_allowed
                                                 : &counters->auth_denied, 1);
    }

    auth->admission.authz = *body;

    auth->handler(auth->data, rc, &auth->admission, &auth->text, &reason);

    ngx_http_webrtc_auth_free(auth);
}


static void
ngx_http_webrtc_auth_free(ngx_http_webrtc_auth_t *auth)
{
    ngx_http_webrtc_auth_pending--;

    ngx_free(auth);
}
