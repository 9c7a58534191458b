
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <http/ngx_http_webrtc_background_request.h>


/* what is allocated first for an answer */
#define NGX_HTTP_WEBRTC_ANSWER  1024


static ngx_int_t ngx_http_webrtc_background_copy(
    ngx_http_webrtc_background_t *bg,
    const ngx_http_webrtc_background_request_t *request);
static ngx_int_t ngx_http_webrtc_background_addresses(
    ngx_http_webrtc_background_t *bg, ngx_connection_t *client);
static ngx_int_t ngx_http_webrtc_background_dup(
    ngx_http_webrtc_background_t *bg, ngx_str_t *dst, const ngx_str_t *src);
static void ngx_http_webrtc_background_event_handler(ngx_event_t *ev);
static void ngx_http_webrtc_background_run(ngx_http_webrtc_background_t *bg);
static void ngx_http_webrtc_background_abort(
    ngx_http_webrtc_background_t *bg);
static void ngx_http_webrtc_background_free(ngx_http_webrtc_background_t *bg);


/* of this process: all that are under way */
static ngx_queue_t  ngx_http_webrtc_backgrounds;


ngx_http_webrtc_background_t *
ngx_http_webrtc_background_start(
    const ngx_http_webrtc_background_request_t *request,
    ngx_http_webrtc_background_pt handler, void *data)
{
    ngx_pool_t                    *pool;
    ngx_http_webrtc_background_t  *bg;

    pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    bg = ngx_pcalloc(pool, sizeof(ngx_http_webrtc_background_t));
    if (bg == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    bg->pool = pool;
    bg->conf = request->conf;
    bg->max = request->max;
    bg->timeout = request->timeout;
    bg->handler = handler;
    bg->data = data;

    if (ngx_http_webrtc_background_copy(bg, request) != NGX_OK
        || ngx_http_webrtc_background_addresses(bg, request->client)
           != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    if (ngx_http_webrtc_backgrounds.next == NULL) {
        ngx_queue_init(&ngx_http_webrtc_backgrounds);
    }

    ngx_queue_insert_tail(&ngx_http_webrtc_backgrounds, &bg->queue);

    bg->event.handler = ngx_http_webrtc_background_event_handler;
    bg->event.data = bg;
    bg->event.log = ngx_cycle->log;

    /* later, so that the handler is never called from within this one */

    ngx_post_event(&bg->event, &ngx_posted_events);

    return bg;
}


static ngx_int_t
ngx_http_webrtc_background_copy(ngx_http_webrtc_background_t *bg,
    const ngx_http_webrtc_background_request_t *request)
{
    if (ngx_http_webrtc_background_dup(bg, &bg->uri, &request->uri) != NGX_OK
        || ngx_http_webrtc_background_dup(bg, &bg->args, &request->args)
           != NGX_OK
        || ngx_http_webrtc_background_dup(bg, &bg->connection_id,
                                          &request->connection_id)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_webrtc_background_dup(bg, &bg->text, &request->text);
}


/* so that $remote_addr in the location tells whom it is about */

static ngx_int_t
ngx_http_webrtc_background_addresses(ngx_http_webrtc_background_t *bg,
    ngx_connection_t *client)
{
    struct sockaddr_in  *sin;

    if (client && client->sockaddr && client->local_sockaddr) {
        bg->socklen = client->socklen;
        bg->local_socklen = client->local_socklen;

        bg->sockaddr = ngx_palloc(bg->pool, client->socklen);
        bg->local_sockaddr = ngx_palloc(bg->pool, client->local_socklen);

        if (bg->sockaddr == NULL || bg->local_sockaddr == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(bg->sockaddr, client->sockaddr, client->socklen);
        ngx_memcpy(bg->local_sockaddr, client->local_sockaddr,
                   client->local_socklen);

        return ngx_http_webrtc_background_dup(bg, &bg->addr_text,
                                              &client->addr_text);
    }

    sin = ngx_pcalloc(bg->pool, sizeof(struct sockaddr_in));
    if (sin == NULL) {
        return NGX_ERROR;
    }

    sin->sin_family = AF_INET;
    sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    bg->sockaddr = (struct sockaddr *) sin;
    bg->local_sockaddr = bg->sockaddr;
    bg->socklen = sizeof(struct sockaddr_in);
    bg->local_socklen = bg->socklen;

    ngx_str_set(&bg->addr_text, "127.0.0.1");

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_background_dup(ngx_http_webrtc_background_t *bg,
    ngx_str_t *dst, const ngx_str_t *src)
{
    ngx_str_null(dst);

    if (src->len == 0) {
        return NGX_OK;
    }

    dst->data = ngx_pnalloc(bg->pool, src->len);
    if (dst->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(dst->data, src->data, src->len);
    dst->len = src->len;

    return NGX_OK;
}


void
ngx_http_webrtc_background_cancel(ngx_http_webrtc_background_t *bg)
{
    bg->handler = NULL;

    if (bg->connection == NULL) {
        ngx_http_webrtc_background_free(bg);
        return;
    }

    /* not from here: nginx may be in the middle of it */

    if (bg->event.timer_set) {
        ngx_del_timer(&bg->event);
    }

    ngx_post_event(&bg->event, &ngx_posted_events);
}


static void
ngx_http_webrtc_background_event_handler(ngx_event_t *ev)
{
    ngx_str_t                      body;
    ngx_http_webrtc_background_t  *bg;

    bg = ev->data;

    if (!bg->started) {
        bg->started = 1;
        ngx_http_webrtc_background_run(bg);
        return;
    }

    if (bg->connection) {

        if (bg->handler) {
            ngx_log_error(NGX_LOG_ERR, bg->connection->log, NGX_ETIMEDOUT,
                          "webhook got no answer in time");
        }

        ngx_http_webrtc_background_abort(bg);
        return;
    }

    body.data = bg->answer;
    body.len = bg->len;

    if (bg->handler) {
        bg->handler(bg->data, bg->overflow ? 0 : bg->status, &body);
    }

    ngx_http_webrtc_background_free(bg);
}


static void
ngx_http_webrtc_background_run(ngx_http_webrtc_background_t *bg)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r, *sr;

    c = ngx_http_webrtc_background_connect(bg);

    if (c == NULL) {
        ngx_post_event(&bg->event, &ngx_posted_events);
        return;
    }

    /* from here on the cleanup of the connection tells the end */

    r = ngx_http_webrtc_background_request(bg, c);

    if (r == NULL) {
        ngx_http_close_connection(c);
        return;
    }

    ngx_add_timer(&bg->event, bg->timeout);

    if (ngx_http_subrequest(r, &bg->uri, &bg->args, &sr, NULL, 0) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_DONE);
        return;
    }

    sr->method = NGX_HTTP_POST;
    ngx_str_set(&sr->method_name, "POST");
    sr->http_version = NGX_HTTP_VERSION_11;

    bg->subrequest = sr;

    ngx_http_run_posted_requests(c);
}


ngx_int_t
ngx_http_webrtc_background_append(ngx_http_webrtc_background_t *bg,
    const u_char *data, size_t len)
{
    size_t   size;
    u_char  *p;

    if (len > bg->max - bg->len) {

        if (!bg->overflow) {
            bg->overflow = 1;
            ngx_log_error(NGX_LOG_ERR, bg->connection->log, 0,
                          "webhook answered more than %uz bytes", bg->max);
        }

        return NGX_ERROR;
    }

    if (len > bg->size - bg->len) {
        size = ngx_max(bg->size, NGX_HTTP_WEBRTC_ANSWER);

        while (size - bg->len < len) {
            size *= 2;
        }

        p = ngx_alloc(size, bg->connection->log);
        if (p == NULL) {
            return NGX_ERROR;
        }

        if (bg->answer) {
            ngx_memcpy(p, bg->answer, bg->len);
            ngx_free(bg->answer);
        }

        bg->answer = p;
        bg->size = size;
    }

    ngx_memcpy(bg->answer + bg->len, data, len);
    bg->len += len;

    return NGX_OK;
}


void
ngx_http_webrtc_background_cleanup(void *data)
{
    ngx_http_webrtc_background_t *bg = data;

    bg->connection = NULL;

    if (bg->event.timer_set) {
        ngx_del_timer(&bg->event);
    }

    /* nginx is in the middle of closing it */

    ngx_post_event(&bg->event, &ngx_posted_events);
}


static void
ngx_http_webrtc_background_abort(ngx_http_webrtc_background_t *bg)
{
    ngx_connection_t  *c;

    c = bg->connection;

    bg->status = 0;

    c->close = 1;
    c->read->handler(c->read);
}


void
ngx_http_webrtc_background_shutdown(void)
{
    ngx_queue_t                   *q;
    ngx_http_webrtc_background_t  *bg;

    while (ngx_http_webrtc_backgrounds.next
           && !ngx_queue_empty(&ngx_http_webrtc_backgrounds))
    {
        q = ngx_queue_head(&ngx_http_webrtc_backgrounds);
        bg = ngx_queue_data(q, ngx_http_webrtc_background_t, queue);

        if (bg->connection) {
            ngx_http_webrtc_background_abort(bg);
        }

        ngx_http_webrtc_background_free(bg);
    }

    ngx_http_webrtc_background_close_socket();
}


static void
ngx_http_webrtc_background_free(ngx_http_webrtc_background_t *bg)
{
    if (bg->event.timer_set) {
        ngx_del_timer(&bg->event);
    }

    if (bg->event.posted) {
        ngx_delete_posted_event(&bg->event);
    }

    if (bg->answer) {
        ngx_free(bg->answer);
    }

    ngx_queue_remove(&bg->queue);
    ngx_destroy_pool(bg->pool);
}
