
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_stream.h>
#include <stream/ngx_stream_webrtc_cli.h>


/*
 * In the connection's pool, but for the answer.  Nothing is read while a
 * command runs or its answer is not yet with the client, so that there is at
 * most one answer, and a line and what came with it.
 */

typedef struct {
    ngx_stream_session_t                *session;
    const ngx_stream_webrtc_cli_conf_t  *conf;
    ngx_webrtc_evostream_call_t         *call;      /* that runs */
    u_char                              *start;
    u_char                              *pos;       /* not yet looked at */
    u_char                              *last;
    u_char                              *end;
    u_char                              *answer;    /* malloc()ed */
    size_t                               len;
    size_t                               sent;
    unsigned                             eof:1;
    unsigned                             quit:1;
} ngx_stream_webrtc_cli_t;


static ngx_int_t ngx_stream_webrtc_cli_preread(ngx_stream_webrtc_cli_t *cli);
static void ngx_stream_webrtc_cli_event_handler(ngx_event_t *ev);
static void ngx_stream_webrtc_cli_run(ngx_stream_webrtc_cli_t *cli);
static ngx_int_t ngx_stream_webrtc_cli_turn(ngx_stream_webrtc_cli_t *cli);
static ngx_int_t ngx_stream_webrtc_cli_send(ngx_stream_webrtc_cli_t *cli);
static ngx_int_t ngx_stream_webrtc_cli_line(ngx_stream_webrtc_cli_t *cli);
static ngx_int_t ngx_stream_webrtc_cli_recv(ngx_stream_webrtc_cli_t *cli);
static void ngx_stream_webrtc_cli_idle(ngx_stream_webrtc_cli_t *cli);
static void ngx_stream_webrtc_cli_answer_handler(void *data,
    const ngx_str_t *answer, ngx_uint_t quit);
static void ngx_stream_webrtc_cli_cleanup(void *data);


void
ngx_stream_webrtc_cli_start(ngx_stream_session_t *s,
    const ngx_stream_webrtc_cli_conf_t *conf)
{
    size_t                    size;
    ngx_connection_t         *c;
    ngx_pool_cleanup_t       *cln;
    ngx_stream_webrtc_cli_t  *cli;

    c = s->connection;

    c->log->action = "serving commands";

    size = ngx_webrtc_evostream_call_line_size();

    cli = ngx_pcalloc(c->pool, sizeof(ngx_stream_webrtc_cli_t));
    cln = ngx_pool_cleanup_add(c->pool, 0);

    if (cli == NULL || cln == NULL) {
        goto failed;
    }

    cli->start = ngx_palloc(c->pool, size);
    if (cli->start == NULL) {
        goto failed;
    }

    cli->session = s;
    cli->conf = conf;
    cli->pos = cli->start;
    cli->last = cli->start;
    cli->end = cli->start + size;

    cln->handler = ngx_stream_webrtc_cli_cleanup;
    cln->data = cli;

    if (ngx_stream_webrtc_cli_preread(cli) != NGX_OK) {
        goto failed;
    }

    ngx_stream_set_ctx(s, cli, ngx_stream_webrtc_module);

    c->read->handler = ngx_stream_webrtc_cli_event_handler;
    c->write->handler = ngx_stream_webrtc_cli_event_handler;

    ngx_add_timer(c->read, conf->timeout);

    ngx_stream_webrtc_cli_run(cli);

    return;

failed:

    ngx_stream_finalize_session(s, NGX_STREAM_INTERNAL_SERVER_ERROR);
}


/* what a phase before has read already */

static ngx_int_t
ngx_stream_webrtc_cli_preread(ngx_stream_webrtc_cli_t *cli)
{
    size_t      len;
    ngx_buf_t  *b;

    b = cli->session->connection->buffer;

    if (b == NULL) {
        return NGX_OK;
    }

    len = b->last - b->pos;

    if (len > (size_t) (cli->end - cli->last)) {
        return NGX_ERROR;
    }

    cli->last = ngx_cpymem(cli->last, b->pos, len);
    b->pos = b->last;

    return NGX_OK;
}


static void
ngx_stream_webrtc_cli_event_handler(ngx_event_t *ev)
{
    ngx_connection_t         *c;
    ngx_stream_session_t     *s;
    ngx_stream_webrtc_cli_t  *cli;

    c = ev->data;
    s = c->data;

    /* nginx quits, or wants the connection for somebody else */

    if (c->close) {
        ngx_stream_finalize_session(s, NGX_STREAM_OK);
        return;
    }

    if (ev->timedout) {
        ngx_log_error(NGX_LOG_INFO, c->log, NGX_ETIMEDOUT,
                      ev->write ? "webrtc: a client does not read its answer"
                                : "webrtc: no command has come");
        ngx_stream_finalize_session(s, NGX_STREAM_OK);
        return;
    }

    cli = ngx_stream_get_module_ctx(s, ngx_stream_webrtc_module);

    ngx_stream_webrtc_cli_run(cli);
}


static void
ngx_stream_webrtc_cli_run(ngx_stream_webrtc_cli_t *cli)
{
    ngx_int_t              rc;
    ngx_connection_t      *c;
    ngx_stream_session_t  *s;

    s = cli->session;
    c = s->connection;

    c->idle = 0;
    ngx_reusable_connection(c, 0);

    do {
        rc = ngx_stream_webrtc_cli_turn(cli);
    } while (rc == NGX_OK);

    if (rc == NGX_AGAIN
        && ngx_handle_read_event(c->read, 0) == NGX_OK
        && ngx_handle_write_event(c->write, 0) == NGX_OK)
    {
        ngx_stream_webrtc_cli_idle(cli);
        return;
    }

    ngx_stream_finalize_session(s, NGX_STREAM_OK);
}


/*
 * NGX_OK: something was done; NGX_AGAIN: there is something to wait for;
 * NGX_DONE: it is over.
 */

static ngx_int_t
ngx_stream_webrtc_cli_turn(ngx_stream_webrtc_cli_t *cli)
{
    ngx_int_t  rc;

    if (cli->call) {
        return NGX_AGAIN;
    }

    if (cli->answer) {
        return ngx_stream_webrtc_cli_send(cli);
    }

    if (cli->quit) {
        return NGX_DONE;
    }

    rc = ngx_stream_webrtc_cli_line(cli);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    return cli->eof ? NGX_DONE : ngx_stream_webrtc_cli_recv(cli);
}


static ngx_int_t
ngx_stream_webrtc_cli_send(ngx_stream_webrtc_cli_t *cli)
{
    ssize_t            n;
    ngx_connection_t  *c;

    c = cli->session->connection;

    n = c->send(c, cli->answer + cli->sent, cli->len - cli->sent);

    if (n == NGX_ERROR) {
        return NGX_DONE;
    }

    if (n > 0) {
        cli->sent += n;
    }

    if (cli->sent < cli->len) {

        if (n == NGX_AGAIN && !c->write->timer_set) {
            ngx_add_timer(c->write, cli->conf->timeout);
        }

        return (n == NGX_AGAIN) ? NGX_AGAIN : NGX_OK;
    }

    ngx_free(cli->answer);
    cli->answer = NULL;

    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }

    /* until the next command is there, not the next byte of it */

    ngx_add_timer(c->read, cli->conf->timeout);

    /* it may be there already, but others have their turn before */

    ngx_post_event(c->read, &ngx_posted_next_events);

    return NGX_AGAIN;
}


/* NGX_DECLINED: there is none yet */

static ngx_int_t
ngx_stream_webrtc_cli_line(ngx_stream_webrtc_cli_t *cli)
{
    u_char             *p;
    ngx_str_t           line;
    ngx_connection_t   *c;

    c = cli->session->connection;

    while (cli->pos < cli->last && (*cli->pos == '\r' || *cli->pos == '\n')) {
        cli->pos++;
    }

    for (p = cli->pos; p < cli->last; p++) {
        if (*p == '\r' || *p == '\n') {
            break;
        }
    }

    if (p == cli->last) {

        if (cli->pos > cli->start) {
            ngx_memmove(cli->start, cli->pos, cli->last - cli->pos);
            cli->last -= cli->pos - cli->start;
            cli->pos = cli->start;
        }

        if (cli->last < cli->end) {
            return NGX_DECLINED;
        }

        ngx_log_error(NGX_LOG_INFO, c->log, 0,
                      "webrtc: a command is longer than "
                      "\"webrtc_evostream_line_size\"");
        return NGX_DONE;
    }

    line.data = cli->pos;
    line.len = p - cli->pos;

    cli->pos = p + 1;

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    cli->call = ngx_webrtc_evostream_call(&line, cli->conf->form,
                                       ngx_stream_webrtc_cli_answer_handler,
                                       cli);

    return cli->call ? NGX_AGAIN : NGX_DONE;
}


static ngx_int_t
ngx_stream_webrtc_cli_recv(ngx_stream_webrtc_cli_t *cli)
{
    ssize_t            n;
    ngx_connection_t  *c;

    c = cli->session->connection;

    n = c->recv(c, cli->last, cli->end - cli->last);

    if (n == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    if (n == NGX_ERROR) {
        return NGX_DONE;
    }

    if (n == 0) {

        /* answers to what was said before may still be wanted */

        cli->eof = 1;
        return NGX_OK;
    }

    cli->last += n;

    return NGX_OK;
}


/* between commands nothing is lost when the connection is closed */

static void
ngx_stream_webrtc_cli_idle(ngx_stream_webrtc_cli_t *cli)
{
    ngx_connection_t  *c;

    c = cli->session->connection;

    if (cli->call || cli->answer || c->read->posted) {
        return;
    }

    if (ngx_exiting) {
        ngx_stream_finalize_session(cli->session, NGX_STREAM_OK);
        return;
    }

    c->idle = 1;
    ngx_reusable_connection(c, 1);
}


static void
ngx_stream_webrtc_cli_answer_handler(void *data, const ngx_str_t *answer,
    ngx_uint_t quit)
{
    ngx_stream_webrtc_cli_t *cli = data;

    ngx_connection_t  *c;

    c = cli->session->connection;

    cli->call = NULL;
    cli->quit = quit ? 1 : 0;
    cli->sent = 0;
    cli->len = answer->len;

    if (answer->len) {
        cli->answer = ngx_alloc(answer->len, c->log);
    }

    if (cli->answer == NULL) {
        ngx_stream_finalize_session(cli->session,
                                    NGX_STREAM_INTERNAL_SERVER_ERROR);
        return;
    }

    ngx_memcpy(cli->answer, answer->data, answer->len);

    ngx_stream_webrtc_cli_run(cli);
}


static void
ngx_stream_webrtc_cli_cleanup(void *data)
{
    ngx_stream_webrtc_cli_t *cli = data;

    if (cli->call) {
        ngx_webrtc_evostream_call_cancel(cli->call);
        cli->call = NULL;
    }

    if (cli->answer) {
        ngx_free(cli->answer);
        cli->answer = NULL;
    }
}
