
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_dtls_internal.h>
#include <crypto/ngx_webrtc_dtls_record.h>


#define NGX_WEBRTC_DTLS_RETRANSMIT      (200 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_DTLS_RETRANSMIT_MAX  (3 * NGX_WEBRTC_SEC)

/*
 * OpenSSL forgets the nonce and the tag of AEAD ciphers when it fills the
 * datagram that ends with Finished.
 */
#define NGX_WEBRTC_DTLS_AEAD_OVERHEAD   24

/* longer than any handshake, in microseconds of an unsigned int */
#define NGX_WEBRTC_DTLS_HOUR            3600000000U


static unsigned int ngx_webrtc_dtls_timer_handler(SSL *ssl, unsigned int us);
static void ngx_webrtc_dtls_handshake(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_connected(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_shutdown(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_rearm(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_dtls_finish(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_dtls_state_e state);


ngx_webrtc_dtls_t *
ngx_webrtc_dtls_create(ngx_webrtc_dtls_ctx_t *ctx,
    ngx_webrtc_dtls_role_e role)
{
    BIO                *bio;
    ngx_webrtc_dtls_t  *dtls;

    dtls = calloc(1, sizeof(ngx_webrtc_dtls_t));
    if (dtls == NULL) {
        return NULL;
    }

    dtls->ctx = ctx;
    dtls->role = role;
    dtls->reason = "";
    dtls->limit = NGX_WEBRTC_NEVER;
    dtls->deadline = NGX_WEBRTC_NEVER;
    dtls->timeout = NGX_WEBRTC_DTLS_RETRANSMIT;

    dtls->ssl = SSL_new(ctx->ssl_ctx);
    bio = ngx_webrtc_dtls_bio_create(ctx->bio_method, &dtls->io);

    if (dtls->ssl == NULL || bio == NULL) {
        ERR_clear_error();
        BIO_free(bio);
        ngx_webrtc_dtls_destroy(dtls);
        return NULL;
    }

    SSL_set_bio(dtls->ssl, bio, bio);
    SSL_set_app_data(dtls->ssl, dtls);
    DTLS_set_timer_cb(dtls->ssl, ngx_webrtc_dtls_timer_handler);
    SSL_set_mtu(dtls->ssl,
                NGX_WEBRTC_DTLS_MTU - NGX_WEBRTC_DTLS_AEAD_OVERHEAD);

    if (role == NGX_WEBRTC_DTLS_CLIENT) {
        SSL_set_connect_state(dtls->ssl);

    } else {
        SSL_set_accept_state(dtls->ssl);
    }

    return dtls;
}


void
ngx_webrtc_dtls_destroy(ngx_webrtc_dtls_t *dtls)
{
    if (dtls == NULL) {
        return;
    }

    SSL_free(dtls->ssl);
    ngx_webrtc_dtls_own_cleanup(dtls);
    ngx_webrtc_dtls_io_free(&dtls->io);
    free(dtls->fp);
    free(dtls);
}


ngx_int_t
ngx_webrtc_dtls_set_fingerprints(ngx_webrtc_dtls_t *dtls,
    const ngx_webrtc_fingerprint_t *fp, ngx_uint_t n)
{
    X509                      *x509;
    ngx_int_t                  rc;
    ngx_webrtc_fingerprint_t  *copy;

    if (n == 0 || n > NGX_WEBRTC_DTLS_FINGERPRINTS_MAX) {
        return NGX_ERROR;
    }

    if (dtls->ssl == NULL) {
        return ngx_webrtc_fingerprint_match(fp, n, dtls->der, dtls->der_len)
               ? NGX_OK : NGX_DECLINED;
    }

    x509 = SSL_get1_peer_certificate(dtls->ssl);

    if (x509) {
        rc = ngx_webrtc_dtls_match(fp, n, x509);
        X509_free(x509);

        if (rc != NGX_OK) {

            if (dtls->state == NGX_WEBRTC_DTLS_HANDSHAKING) {

                /* too late for an alert of our choice */

                ngx_webrtc_dtls_shutdown(dtls);
                ngx_webrtc_dtls_fail(dtls, "wrong certificate fingerprint");
            }

            return NGX_DECLINED;
        }
    }

    copy = malloc(n * sizeof(ngx_webrtc_fingerprint_t));
    if (copy == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(copy, fp, n * sizeof(ngx_webrtc_fingerprint_t));

    free(dtls->fp);
    dtls->fp = copy;
    dtls->nfp = n;

    if (dtls->state == NGX_WEBRTC_DTLS_HANDSHAKING
        && SSL_is_init_finished(dtls->ssl))
    {
        ngx_webrtc_dtls_connected(dtls);
    }

    return NGX_OK;
}


void
ngx_webrtc_dtls_set_handler(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_dtls_handler_pt handler, void *data)
{
    dtls->handler = handler;
    dtls->data = data;
}


ngx_int_t
ngx_webrtc_dtls_start(ngx_webrtc_dtls_t *dtls, ngx_webrtc_usec_t now)
{
    dtls->limit = now + NGX_WEBRTC_DTLS_TIMEOUT;

    if (dtls->role == NGX_WEBRTC_DTLS_CLIENT) {
        dtls->io.rearmed = 0;
        ngx_webrtc_dtls_handshake(dtls);
        ngx_webrtc_dtls_rearm(dtls, now);
    }

    return (dtls->state == NGX_WEBRTC_DTLS_HANDSHAKING) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_webrtc_dtls_input(ngx_webrtc_dtls_t *dtls, u_char *pos, u_char *last,
    ngx_webrtc_usec_t now)
{
    if (dtls->state == NGX_WEBRTC_DTLS_CLOSED
        || dtls->state == NGX_WEBRTC_DTLS_FAILED)
    {
        return NGX_ERROR;
    }

    if (ngx_webrtc_dtls_record_check(pos, last) != NGX_OK) {
        return NGX_OK;
    }

    if (dtls->ssl == NULL) {
        ngx_webrtc_dtls_own_input(dtls, pos, last);
        goto done;
    }

    dtls->io.pos = pos;
    dtls->io.last = last;
    dtls->io.rearmed = 0;

    if (!SSL_is_init_finished(dtls->ssl)) {
        ngx_webrtc_dtls_handshake(dtls);
        ngx_webrtc_dtls_rearm(dtls, now);
    }

    if (SSL_is_init_finished(dtls->ssl)
        && dtls->state != NGX_WEBRTC_DTLS_FAILED)
    {
        ngx_webrtc_dtls_read(dtls);
    }

    dtls->io.pos = NULL;

done:

    return (dtls->state == NGX_WEBRTC_DTLS_CLOSED
            || dtls->state == NGX_WEBRTC_DTLS_FAILED)
           ? NGX_ERROR : NGX_OK;
}


static void
ngx_webrtc_dtls_handshake(ngx_webrtc_dtls_t *dtls)
{
    int     rc;
    size_t  queued;

    ERR_clear_error();

    queued = dtls->io.tail - dtls->io.head;

    rc = SSL_do_handshake(dtls->ssl);

    if (rc != 1) {
        ngx_webrtc_dtls_ssl_error(dtls, rc);
        return;
    }

    ngx_webrtc_dtls_own_keep(dtls, queued);

    if (dtls->nfp) {
        ngx_webrtc_dtls_connected(dtls);
    }
}


/*
 * The handshake is over and the fingerprints are there.  The certificate was
 * compared as soon as both were known; nothing is reported as connected
 * without another look.
 */

static void
ngx_webrtc_dtls_connected(ngx_webrtc_dtls_t *dtls)
{
    X509       *x509;
    ngx_int_t   rc;

    x509 = SSL_get1_peer_certificate(dtls->ssl);
    if (x509 == NULL) {
        ngx_webrtc_dtls_fail(dtls, "no certificate");
        return;
    }

    rc = ngx_webrtc_dtls_match(dtls->fp, dtls->nfp, x509);
    X509_free(x509);

    if (rc != NGX_OK) {
        ngx_webrtc_dtls_fail(dtls, "wrong certificate fingerprint");
        return;
    }

    ngx_webrtc_dtls_finish(dtls, NGX_WEBRTC_DTLS_CONNECTED);
    ngx_webrtc_dtls_free_buffers(dtls);
}


static void
ngx_webrtc_dtls_shutdown(ngx_webrtc_dtls_t *dtls)
{
    if (dtls->ssl == NULL) {
        ngx_webrtc_dtls_own_shutdown(dtls);
        return;
    }

    if (SSL_is_init_finished(dtls->ssl)) {
        ngx_webrtc_dtls_need_buffers(dtls);
        (void) SSL_shutdown(dtls->ssl);
        ERR_clear_error();
    }
}


void
ngx_webrtc_dtls_ssl_error(ngx_webrtc_dtls_t *dtls, int rc)
{
    const char     *reason;
    unsigned long   error;

    switch (SSL_get_error(dtls->ssl, rc)) {

    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        break;

    case SSL_ERROR_ZERO_RETURN:
        ngx_webrtc_dtls_close(dtls);
        break;

    default:
        error = ERR_peek_error();

        if (error == 0) {

            /*
             * Our BIO cannot fail: this is how OpenSSL before 3.0.22 reports
             * a record that it had put aside and that proved to be forged.
             * The session itself is sound.
             */

            break;
        }

        reason = ERR_reason_error_string(error);

        ngx_webrtc_dtls_fail(dtls, reason ? reason : "broken session");
    }

    ERR_clear_error();
}


/* a handshake that is over in one way or another has no more timers */

static void
ngx_webrtc_dtls_finish(ngx_webrtc_dtls_t *dtls, ngx_webrtc_dtls_state_e state)
{
    dtls->state = state;
    dtls->deadline = NGX_WEBRTC_NEVER;
    dtls->limit = NGX_WEBRTC_NEVER;
}


/* the first reason is the true one */

void
ngx_webrtc_dtls_fail(ngx_webrtc_dtls_t *dtls, const char *reason)
{
    ngx_webrtc_dtls_finish(dtls, NGX_WEBRTC_DTLS_FAILED);

    if (dtls->reason[0] == '\0') {
        dtls->reason = reason;
    }

    ERR_clear_error();
}


size_t
ngx_webrtc_dtls_output(ngx_webrtc_dtls_t *dtls, u_char *buf, size_t size)
{
    size_t  n;

    n = ngx_webrtc_dtls_io_get(&dtls->io, buf, size);

    /* one that has grown was for a burst; the next may be far away */

    if (n == 0 && dtls->io.queue
        && (!dtls->in_use || dtls->io.size > NGX_WEBRTC_DTLS_QUEUE_MIN))
    {
        ngx_webrtc_dtls_io_free(&dtls->io);
    }

    return n;
}


/*
 * OpenSSL asks here for how long to wait before a retransmission, and then
 * measures that with the wall clock, which may be set at any time, and looks
 * at it on its own whenever it reads.  So it is told to wait for an hour.
 */

static unsigned int
ngx_webrtc_dtls_timer_handler(SSL *ssl, unsigned int us)
{
    ngx_webrtc_dtls_t  *dtls;

    dtls = SSL_get_app_data(ssl);

    if (dtls->ctx->own_timer) {
        return NGX_WEBRTC_DTLS_HOUR;
    }

    /* 0 is the first wait for an answer to a flight */

    return (unsigned int) (us ? dtls->timeout : NGX_WEBRTC_DTLS_RETRANSMIT);
}


/* after a call that may have begun or ended the wait for an answer */

static void
ngx_webrtc_dtls_rearm(ngx_webrtc_dtls_t *dtls, ngx_webrtc_usec_t now)
{
    if (dtls->state != NGX_WEBRTC_DTLS_HANDSHAKING || !dtls->io.armed) {
        dtls->deadline = NGX_WEBRTC_NEVER;

    } else if (dtls->io.rearmed) {
        dtls->timeout = NGX_WEBRTC_DTLS_RETRANSMIT;
        dtls->deadline = now + dtls->timeout;
    }
}


ngx_webrtc_usec_t
ngx_webrtc_dtls_expires(ngx_webrtc_dtls_t *dtls)
{
    return ngx_min(dtls->deadline, dtls->limit);
}


/*
 * The hour being over is a matter of our clock: up to OpenSSL 3.1 the BIO is
 * shown the very variable that holds its end.  Later ones show a copy; they
 * have been told the real timeout and are asked whether it is over.
 */

ngx_int_t
ngx_webrtc_dtls_tick(ngx_webrtc_dtls_t *dtls, ngx_webrtc_usec_t now)
{
    if (dtls->state != NGX_WEBRTC_DTLS_HANDSHAKING) {
        return (dtls->state == NGX_WEBRTC_DTLS_CONNECTED) ? NGX_OK
                                                          : NGX_ERROR;
    }

    if (now >= dtls->limit) {
        ngx_webrtc_dtls_fail(dtls, "handshake timed out");
        return NGX_ERROR;
    }

    if (now < dtls->deadline) {
        return NGX_OK;
    }

    dtls->timeout = ngx_min(dtls->timeout * 2, NGX_WEBRTC_DTLS_RETRANSMIT_MAX);
    dtls->deadline = now + dtls->timeout;

    if (dtls->ctx->own_timer && dtls->io.armed) {
        dtls->io.timer->tv_sec = 0;
        dtls->io.timer->tv_usec = 1;
    }

    ERR_clear_error();

    if (DTLSv1_handle_timeout(dtls->ssl) < 0) {
        ngx_webrtc_dtls_fail(dtls, "handshake timed out");
        return NGX_ERROR;
    }

    ERR_clear_error();

    return NGX_OK;
}


ngx_webrtc_dtls_state_e
ngx_webrtc_dtls_state(const ngx_webrtc_dtls_t *dtls)
{
    return dtls->state;
}


const char *
ngx_webrtc_dtls_reason(const ngx_webrtc_dtls_t *dtls)
{
    return dtls->reason;
}


void
ngx_webrtc_dtls_close(ngx_webrtc_dtls_t *dtls)
{
    if (dtls->state == NGX_WEBRTC_DTLS_CLOSED
        || dtls->state == NGX_WEBRTC_DTLS_FAILED)
    {
        return;
    }

    ngx_webrtc_dtls_shutdown(dtls);
    ngx_webrtc_dtls_finish(dtls, NGX_WEBRTC_DTLS_CLOSED);
}
