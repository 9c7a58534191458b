
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* TLS of a dial, and what goes over the connection when it stands */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_dial_internal.h>


/* reads in a turn of the loop; others are served before the next ones */
#define NGX_WEBRTC_DIAL_READS   8


#if (NGX_SSL)

static void ngx_webrtc_dial_tls_handler(ngx_connection_t *c);
static const char *ngx_webrtc_dial_verify(ngx_webrtc_dial_t *dial);


void
ngx_webrtc_dial_tls(ngx_webrtc_dial_t *dial)
{
    ngx_int_t          rc;
    ngx_connection_t  *c;

    c = dial->peer.connection;

    if (ngx_ssl_create_connection(dial->conf.ssl, c,
                                  NGX_SSL_BUFFER|NGX_SSL_CLIENT)
        != NGX_OK)
    {
        ngx_webrtc_dial_next(dial, "no memory");
        return;
    }

    /* SNI has no addresses (RFC 6066, section 3) */

    if (!dial->literal
        && SSL_set_tlsext_host_name(c->ssl->connection,
                                    (char *) dial->host.data)
           == 0)
    {
        ngx_webrtc_dial_next(dial, "its name is of no use for TLS");
        return;
    }

    rc = ngx_ssl_handshake(c);

    if (rc == NGX_AGAIN) {
        c->ssl->handler = ngx_webrtc_dial_tls_handler;
        return;
    }

    ngx_webrtc_dial_tls_handler(c);
}


static void
ngx_webrtc_dial_tls_handler(ngx_connection_t *c)
{
    const char         *reason;
    ngx_webrtc_dial_t  *dial;

    dial = c->data;

    if (!c->ssl->handshaked) {
        ngx_webrtc_dial_next(dial, c->write->timedout
                                   ? "TLS handshake timed out"
                                   : "TLS handshake failed");
        return;
    }

    reason = dial->conf.verify ? ngx_webrtc_dial_verify(dial) : NULL;

    if (reason) {
        ngx_webrtc_dial_next(dial, reason);
        return;
    }

    ngx_webrtc_dial_ready(dial);
}


/* NULL: it is the one that we want */

static const char *
ngx_webrtc_dial_verify(ngx_webrtc_dial_t *dial)
{
    int                rc;
    X509              *cert;
    ngx_connection_t  *c;

    c = dial->peer.connection;

    switch (SSL_get_verify_result(c->ssl->connection)) {

    case X509_V_OK:
        break;

    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "certificate has expired";

    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "certificate is not valid yet";

    default:
        return "certificate is not trusted";
    }

    if (!dial->literal) {
        return (ngx_ssl_check_host(c, &dial->host) == NGX_OK)
               ? NULL : "certificate is of another name";
    }

    cert = SSL_get_peer_certificate(c->ssl->connection);
    if (cert == NULL) {
        return "there is no certificate";
    }

    rc = X509_check_ip_asc(cert, (char *) dial->host.data, 0);

    X509_free(cert);

    return (rc == 1) ? NULL : "certificate is of another address";
}

#else

void
ngx_webrtc_dial_tls(ngx_webrtc_dial_t *dial)
{
    ngx_webrtc_dial_fail(dial, "there is no TLS here");
}

#endif


void
ngx_webrtc_dial_read_handler(ngx_event_t *ev)
{
    u_char              buf[NGX_WEBRTC_DIAL_BUFFER];
    ssize_t             n;
    ngx_uint_t          i;
    ngx_connection_t   *c;
    ngx_webrtc_dial_t  *dial;

    c = ev->data;
    dial = c->data;

    if (c->close) {
        ngx_webrtc_dial_fail(dial, "nginx is stopping");
        return;
    }

    for (i = 0; i < NGX_WEBRTC_DIAL_READS; i++) {

        n = c->recv(c, buf, NGX_WEBRTC_DIAL_BUFFER);

        if (n == NGX_AGAIN) {

            if (ngx_handle_read_event(ev, 0) != NGX_OK) {
                ngx_webrtc_dial_fail(dial, "connection failed");
            }

            return;
        }

        if (n == 0 || n == NGX_ERROR) {
            ngx_webrtc_dial_fail(dial, (n == 0) ? NULL : "connection reset");
            return;
        }

        dial->busy = 1;

        dial->handlers->input(dial->data, buf, n);

        dial->busy = 0;

        if (dial->closed) {
            ngx_destroy_pool(dial->pool);
            return;
        }

        if (dial->peer.connection != c) {

            /* it begins again */

            return;
        }
    }

    ngx_post_event(ev, &ngx_posted_next_events);
}


void
ngx_webrtc_dial_write_handler(ngx_event_t *ev)
{
    ngx_connection_t   *c;
    ngx_webrtc_dial_t  *dial;

    c = ev->data;
    dial = c->data;

    if (ngx_webrtc_dial_send(dial) == NGX_ERROR
        || ngx_handle_write_event(ev, 0) != NGX_OK)
    {
        ngx_webrtc_dial_fail(dial, "connection reset");
    }
}


ngx_int_t
ngx_webrtc_dial_send(ngx_webrtc_dial_t *dial)
{
    size_t             n;
    ssize_t            sent;
    ngx_connection_t  *c;

    c = dial->peer.connection;

    for ( ;; ) {

        if (dial->pos == dial->last) {
            n = dial->handlers->output(dial->data, dial->buffer,
                                       NGX_WEBRTC_DIAL_BUFFER);
            if (n == 0) {
                return NGX_OK;
            }

            dial->pos = dial->buffer;
            dial->last = dial->buffer + n;
        }

        sent = c->send(c, dial->pos, dial->last - dial->pos);

        if (sent == NGX_AGAIN || sent == 0) {
            return NGX_AGAIN;
        }

        if (sent < 0) {
            return NGX_ERROR;
        }

        dial->pos += sent;
    }
}
