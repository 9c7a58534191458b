
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A connection and a main request of http that nobody has sent.  The
 * connection takes a slot of nginx's but has no socket of its own; what is
 * sent on it is the answer.
 */


#include <http/ngx_http_webrtc_background_request.h>


/* what nginx has for a connection of http, and whose it is */

typedef struct {
    ngx_http_connection_t           connection;
    ngx_http_webrtc_background_t   *background;
} ngx_http_webrtc_background_connection_t;


#define ngx_http_webrtc_background(r)                                        \
    ((ngx_http_webrtc_background_connection_t *) (r)->http_connection)       \
        ->background


static ngx_int_t ngx_http_webrtc_background_socket(void);
static ngx_int_t ngx_http_webrtc_background_init_connection(
    ngx_http_webrtc_background_t *bg, ngx_connection_t *c);
static ngx_int_t ngx_http_webrtc_background_headers(
    ngx_http_webrtc_background_t *bg, ngx_http_request_t *r);
static ngx_table_elt_t *ngx_http_webrtc_background_header(
    ngx_http_request_t *r, char *name, char *lowcase, const ngx_str_t *value);
static ngx_int_t ngx_http_webrtc_background_body(
    ngx_http_webrtc_background_t *bg, ngx_http_request_t *r);
static void ngx_http_webrtc_background_handler(ngx_event_t *ev);
static ngx_chain_t *ngx_http_webrtc_background_send_chain(ngx_connection_t *c,
    ngx_chain_t *in, off_t limit);
static ssize_t ngx_http_webrtc_background_recv(ngx_connection_t *c,
    u_char *buf, size_t size);
static void ngx_http_webrtc_background_finish(ngx_http_request_t *r);
static u_char *ngx_http_webrtc_background_log_error(ngx_log_t *log,
    u_char *buf, size_t len);


/* of this process: what all these connections have for a socket */
static ngx_socket_t  ngx_http_webrtc_background_fd = (ngx_socket_t) -1;


ngx_connection_t *
ngx_http_webrtc_background_connect(ngx_http_webrtc_background_t *bg)
{
    ngx_connection_t  *c;

    if (ngx_http_webrtc_background_socket() != NGX_OK) {
        return NULL;
    }

    c = ngx_get_connection(ngx_http_webrtc_background_fd, ngx_cycle->log);
    if (c == NULL) {
        return NULL;
    }

    /* its end leaves the socket alone */

    c->shared = 1;
    c->type = SOCK_STREAM;

#if (NGX_STAT_STUB)
    (void) ngx_atomic_fetch_add(ngx_stat_active, 1);
#endif

    c->pool = ngx_create_pool(2048, ngx_cycle->log);

    if (c->pool == NULL
        || ngx_http_webrtc_background_init_connection(bg, c) != NGX_OK)
    {
        if (c->pool) {
            ngx_destroy_pool(c->pool);
        }

        ngx_close_connection(c);

#if (NGX_STAT_STUB)
        (void) ngx_atomic_fetch_add(ngx_stat_active, -1);
#endif

        return NULL;
    }

    return c;
}


/*
 * nginx looks at the socket of a client, for instance whether it has gone.
 * One on which nothing ever comes serves all.
 */

static ngx_int_t
ngx_http_webrtc_background_socket(void)
{
    ngx_socket_t  s;

    if (ngx_http_webrtc_background_fd != (ngx_socket_t) -1) {
        return NGX_OK;
    }

    s = ngx_socket(AF_INET, SOCK_DGRAM, 0);

    if (s == (ngx_socket_t) -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_socket_errno,
                      ngx_socket_n " failed");
        return NGX_ERROR;
    }

    if (ngx_nonblocking(s) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_socket_errno,
                      ngx_nonblocking_n " failed");
        (void) ngx_close_socket(s);
        return NGX_ERROR;
    }

    ngx_http_webrtc_background_fd = s;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_background_init_connection(ngx_http_webrtc_background_t *bg,
    ngx_connection_t *c)
{
    ngx_log_t                                *log;
    ngx_pool_cleanup_t                       *cln;
    ngx_http_log_ctx_t                       *ctx;
    ngx_http_webrtc_background_connection_t  *hc;

    log = ngx_palloc(c->pool, sizeof(ngx_log_t));
    ctx = ngx_pcalloc(c->pool, sizeof(ngx_http_log_ctx_t));
    hc = ngx_pcalloc(c->pool,
                     sizeof(ngx_http_webrtc_background_connection_t));
    cln = ngx_pool_cleanup_add(c->pool, 0);

    if (log == NULL || ctx == NULL || hc == NULL || cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_webrtc_background_cleanup;
    cln->data = bg;

    bg->connection = c;

    *log = *ngx_cycle->log;

    ctx->connection = c;

    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);

    log->connection = c->number;
    log->handler = ngx_http_webrtc_background_log_error;
    log->data = ctx;
    log->action = "sending webhook";

    hc->connection.conf_ctx = bg->conf;
    hc->background = bg;

    c->data = hc;
    c->log = log;
    c->pool->log = log;
    c->log_error = NGX_ERROR_INFO;
    c->start_time = ngx_current_msec;

    c->sockaddr = bg->sockaddr;
    c->socklen = bg->socklen;
    c->addr_text = bg->addr_text;
    c->local_sockaddr = bg->local_sockaddr;
    c->local_socklen = bg->local_socklen;

    c->recv = ngx_http_webrtc_background_recv;
    c->send_chain = ngx_http_webrtc_background_send_chain;

    /* "active", so that nginx never asks the kernel for events of it */

    c->read->handler = ngx_http_webrtc_background_handler;
    c->read->log = log;
    c->read->active = 1;

    /* nothing follows: no keepalive and no lingering at its end */

    c->read->eof = 1;

    c->write->handler = ngx_http_webrtc_background_handler;
    c->write->log = log;
    c->write->ready = 1;
    c->write->active = (ngx_event_flags & NGX_USE_CLEAR_EVENT) ? 1 : 0;

    return NGX_OK;
}


ngx_http_request_t *
ngx_http_webrtc_background_request(ngx_http_webrtc_background_t *bg,
    ngx_connection_t *c)
{
    u_char              *p;
    ngx_http_request_t  *r;

    static ngx_str_t  protocol = ngx_string("HTTP/1.1");

    r = ngx_http_create_request(c);
    if (r == NULL) {
        return NULL;
    }

    c->data = r;

    /* the access log has it if the location has "log_subrequest" */

    r->logged = 1;

    r->internal = 1;
    r->method = NGX_HTTP_POST;
    ngx_str_set(&r->method_name, "POST");
    r->http_version = NGX_HTTP_VERSION_11;
    r->http_protocol = protocol;
    r->uri = bg->uri;
    r->args = bg->args;
    r->unparsed_uri = bg->uri;

    r->read_event_handler = ngx_http_request_empty_handler;
    r->write_event_handler = ngx_http_webrtc_background_finish;

    /* it comes to us whole and at once, even from a file */

    r->main_filter_need_in_memory = 1;
    r->limit_rate_set = 1;

    r->request_line.data = ngx_pnalloc(r->pool,
                                       sizeof("POST  HTTP/1.1")
                                       + bg->uri.len);

    if (r->request_line.data == NULL
        || ngx_http_webrtc_background_headers(bg, r) != NGX_OK
        || ngx_http_webrtc_background_body(bg, r) != NGX_OK)
    {
        ngx_http_free_request(r, 0);
        return NULL;
    }

    p = ngx_sprintf(r->request_line.data, "POST %V HTTP/1.1", &bg->uri);
    r->request_line.len = p - r->request_line.data;

    return r;
}


static ngx_int_t
ngx_http_webrtc_background_headers(ngx_http_webrtc_background_t *bg,
    ngx_http_request_t *r)
{
    u_char     *p;
    ngx_str_t   length;

    static const ngx_str_t  type = ngx_string("application/json");

    if (ngx_list_init(&r->headers_in.headers, r->pool, 4,
                      sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(r->pool, NGX_SIZE_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    length.data = p;
    length.len = ngx_sprintf(p, "%uz", bg->text.len) - p;

    r->headers_in.content_length_n = bg->text.len;

    r->headers_in.content_type = ngx_http_webrtc_background_header(r,
                                     "Content-Type", "content-type", &type);

    r->headers_in.content_length = ngx_http_webrtc_background_header(r,
                               "Content-Length", "content-length", &length);

    if (r->headers_in.content_type == NULL
        || r->headers_in.content_length == NULL)
    {
        return NGX_ERROR;
    }

    if (bg->connection_id.len
        && ngx_http_webrtc_background_header(r, "sora-connection-id",
                                             "sora-connection-id",
                                             &bg->connection_id)
           == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_table_elt_t *
ngx_http_webrtc_background_header(ngx_http_request_t *r, char *name,
    char *lowcase, const ngx_str_t *value)
{
    ngx_table_elt_t  *header;

    header = ngx_list_push(&r->headers_in.headers);
    if (header == NULL) {
        return NULL;
    }

    ngx_memzero(header, sizeof(ngx_table_elt_t));

    header->key.data = (u_char *) name;
    header->key.len = ngx_strlen(name);
    header->lowcase_key = (u_char *) lowcase;
    header->hash = ngx_hash_key(header->lowcase_key, header->key.len);
    header->value = *value;

    return header;
}


static ngx_int_t
ngx_http_webrtc_background_body(ngx_http_webrtc_background_t *bg,
    ngx_http_request_t *r)
{
    ngx_buf_t                *b;
    ngx_chain_t              *cl;
    ngx_http_request_body_t  *rb;

    rb = ngx_pcalloc(r->pool, sizeof(ngx_http_request_body_t));
    b = ngx_calloc_buf(r->pool);
    cl = ngx_alloc_chain_link(r->pool);

    if (rb == NULL || b == NULL || cl == NULL) {
        return NGX_ERROR;
    }

    b->start = bg->text.data;
    b->pos = b->start;
    b->last = b->start + bg->text.len;
    b->end = b->last;
    b->memory = 1;
    b->last_buf = 1;

    cl->buf = b;
    cl->next = NULL;

    rb->bufs = cl;
    rb->buf = b;

    r->request_body = rb;

    return NGX_OK;
}


/* of the connection's events: timers of filters, and the end of the worker */

static void
ngx_http_webrtc_background_handler(ngx_event_t *ev)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    c = ev->data;
    r = c->data;

    if (c->close) {
        c->error = 1;
        ngx_http_finalize_request(r, NGX_HTTP_CLIENT_CLOSED_REQUEST);
        ngx_http_run_posted_requests(c);
        return;
    }

    if (ev->delayed && ev->timedout) {
        ev->delayed = 0;
        ev->timedout = 0;
    }

    if (ev->write) {
        r->write_event_handler(r);

    } else {
        r->read_event_handler(r);
    }

    ngx_http_run_posted_requests(c);
}


static ngx_chain_t *
ngx_http_webrtc_background_send_chain(ngx_connection_t *c, ngx_chain_t *in,
    off_t limit)
{
    off_t                          sent;
    ngx_buf_t                     *b;
    ngx_chain_t                   *cl;
    ngx_http_request_t            *r;
    ngx_http_webrtc_background_t  *bg;

    r = c->data;
    bg = ngx_http_webrtc_background(r->main);

    sent = 0;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_special(b)) {
            continue;
        }

        if (!ngx_buf_in_memory(b)
            || ngx_http_webrtc_background_append(bg, b->pos, b->last - b->pos)
               != NGX_OK)
        {
            return NGX_CHAIN_ERROR;
        }

        sent += b->last - b->pos;
    }

    c->sent += sent;

    return ngx_chain_update_sent(in, sent);
}


static ssize_t
ngx_http_webrtc_background_recv(ngx_connection_t *c, u_char *buf, size_t size)
{
    return NGX_AGAIN;
}


/* the main request, when the subrequest has ended */

static void
ngx_http_webrtc_background_finish(ngx_http_request_t *r)
{
    ngx_http_webrtc_background_t  *bg;

    bg = ngx_http_webrtc_background(r);

    /* a short answer still waits for more to come */

    if (ngx_http_send_special(r, NGX_HTTP_FLUSH) == NGX_OK) {
        bg->status = bg->subrequest->headers_out.status;
    }

    ngx_http_finalize_request(r, NGX_DONE);
}


static u_char *
ngx_http_webrtc_background_log_error(ngx_log_t *log, u_char *buf, size_t len)
{
    u_char              *p;
    ngx_http_request_t  *r;
    ngx_http_log_ctx_t  *ctx;

    if (log->action) {
        p = ngx_snprintf(buf, len, " while %s", log->action);
        len -= p - buf;
        buf = p;
    }

    ctx = log->data;
    r = ctx->request;

    return r ? r->log_handler(r, ctx->current_request, buf, len) : buf;
}


void
ngx_http_webrtc_background_close_socket(void)
{
    if (ngx_http_webrtc_background_fd != (ngx_socket_t) -1) {
        (void) ngx_close_socket(ngx_http_webrtc_background_fd);
        ngx_http_webrtc_background_fd = (ngx_socket_t) -1;
    }
}
