
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_dtls_bio.h>
#include <crypto/ngx_webrtc_dtls_record.h>
#include <crypto/ngx_webrtc_hmac.h>

#include <sys/types.h>

#include <openssl/err.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>


#define NGX_WEBRTC_DTLS_RETRANSMIT      (200 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_DTLS_RETRANSMIT_MAX  (3 * NGX_WEBRTC_SEC)

/*
 * OpenSSL forgets the nonce and the tag of AEAD ciphers when it fills the
 * datagram that ends with Finished.
 */
#define NGX_WEBRTC_DTLS_AEAD_OVERHEAD   24

/* longer than any handshake, in microseconds of an unsigned int */
#define NGX_WEBRTC_DTLS_HOUR            3600000000U

#define NGX_WEBRTC_DTLS_PLAIN_MAX       16384

#define NGX_WEBRTC_DTLS_CIPHERS                                              \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"             \
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"             \
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"

#define NGX_WEBRTC_DTLS_OPTIONS                                              \
    (SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION          \
     | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE)


struct ngx_webrtc_dtls_ctx_s {
    SSL_CTX                     *ssl_ctx;
    void                        *bio_method;
    ngx_uint_t                   own_timer;
};


struct ngx_webrtc_dtls_s {
    SSL                         *ssl;
    ngx_webrtc_dtls_ctx_t       *ctx;
    ngx_webrtc_dtls_role_e       role;
    ngx_webrtc_dtls_state_e      state;
    const char                  *reason;

    ngx_webrtc_dtls_io_t         io;

    ngx_webrtc_fingerprint_t     fp[NGX_WEBRTC_DTLS_FINGERPRINTS_MAX];
    ngx_uint_t                   nfp;

    ngx_webrtc_dtls_handler_pt   handler;
    void                        *data;

    ngx_webrtc_usec_t            limit;     /* of the whole handshake */
    ngx_webrtc_usec_t            deadline;  /* of the next retransmission */
    ngx_webrtc_usec_t            timeout;

    unsigned                     in_use:1;  /* application data was sent */
    unsigned                     lean:1;    /* OpenSSL's buffers are freed */
};


static ngx_int_t ngx_webrtc_dtls_ctx_init(ngx_webrtc_dtls_ctx_t *ctx,
    const ngx_webrtc_certificate_t *cert);
static int ngx_webrtc_dtls_verify_handler(X509_STORE_CTX *store, void *data);
static unsigned int ngx_webrtc_dtls_timer_handler(SSL *ssl, unsigned int us);
static ngx_int_t ngx_webrtc_dtls_match(const ngx_webrtc_fingerprint_t *fp,
    ngx_uint_t n, X509 *x509);
static void ngx_webrtc_dtls_handshake(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_connected(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_read(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_free_buffers(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_need_buffers(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_shutdown(ngx_webrtc_dtls_t *dtls);
static void ngx_webrtc_dtls_rearm(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_dtls_finish(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_dtls_state_e state);
static void ngx_webrtc_dtls_fail(ngx_webrtc_dtls_t *dtls, const char *reason);
static void ngx_webrtc_dtls_ssl_error(ngx_webrtc_dtls_t *dtls, int rc);


ngx_webrtc_dtls_ctx_t *
ngx_webrtc_dtls_ctx_create(const ngx_webrtc_certificate_t *cert)
{
    ngx_webrtc_dtls_ctx_t  *ctx;

    ctx = calloc(1, sizeof(ngx_webrtc_dtls_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    if (ngx_webrtc_dtls_ctx_init(ctx, cert) != NGX_OK) {
        ERR_clear_error();
        ngx_webrtc_dtls_ctx_destroy(ctx);
        return NULL;
    }

    return ctx;
}


static ngx_int_t
ngx_webrtc_dtls_ctx_init(ngx_webrtc_dtls_ctx_t *ctx,
    const ngx_webrtc_certificate_t *cert)
{
    SSL_CTX  *ssl_ctx;

    ctx->bio_method = ngx_webrtc_dtls_bio_method_create();
    ctx->ssl_ctx = SSL_CTX_new(DTLS_method());

    if (ctx->bio_method == NULL || ctx->ssl_ctx == NULL) {
        return NGX_ERROR;
    }

    /* see ngx_webrtc_dtls_tick() */

    ctx->own_timer = (OpenSSL_version_num() < 0x30200000L);

    ssl_ctx = ctx->ssl_ctx;

    (void) SSL_CTX_set_options(ssl_ctx, NGX_WEBRTC_DTLS_OPTIONS);
    (void) SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_OFF);

    /* there is no chain to check, the fingerprint is all that counts */

    SSL_CTX_set_verify(ssl_ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       NULL);
    SSL_CTX_set_cert_verify_callback(ssl_ctx, ngx_webrtc_dtls_verify_handler,
                                     NULL);

    /*
     * A server takes the first SRTP profile of its own list that the client
     * has as well, so browsers, which have GCM last, get it all the same.
     * SSL_CTX_set_tlsext_use_srtp() returns 0 on success.
     */

    if (SSL_CTX_set_min_proto_version(ssl_ctx, DTLS1_2_VERSION) != 1
        || SSL_CTX_set_max_proto_version(ssl_ctx, DTLS1_2_VERSION) != 1
        || SSL_CTX_set_cipher_list(ssl_ctx, NGX_WEBRTC_DTLS_CIPHERS) != 1
        || SSL_CTX_set1_groups_list(ssl_ctx, "X25519:P-256") != 1
        || SSL_CTX_set_tlsext_use_srtp(ssl_ctx, "SRTP_AEAD_AES_128_GCM:"
                                                "SRTP_AES128_CM_SHA1_80")
           != 0)
    {
        return NGX_ERROR;
    }

    return ngx_webrtc_certificate_install(cert, ssl_ctx);
}


void
ngx_webrtc_dtls_ctx_destroy(ngx_webrtc_dtls_ctx_t *ctx)
{
    SSL_CTX_free(ctx->ssl_ctx);
    ngx_webrtc_dtls_bio_method_destroy(ctx->bio_method);
    free(ctx);
}


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
    ngx_webrtc_dtls_io_free(&dtls->io);
    free(dtls);
}


ngx_int_t
ngx_webrtc_dtls_set_fingerprints(ngx_webrtc_dtls_t *dtls,
    const ngx_webrtc_fingerprint_t *fp, ngx_uint_t n)
{
    X509       *x509;
    ngx_int_t   rc;

    if (n == 0 || n > NGX_WEBRTC_DTLS_FINGERPRINTS_MAX) {
        return NGX_ERROR;
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

    ngx_memcpy(dtls->fp, fp, n * sizeof(ngx_webrtc_fingerprint_t));
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


/*
 * OpenSSL calls this with the peer's certificate in place of checking a
 * chain.  Without fingerprints yet any will do for now, connected() waits.
 */

static int
ngx_webrtc_dtls_verify_handler(X509_STORE_CTX *store, void *data)
{
    SSL                *ssl;
    X509               *x509;
    ngx_webrtc_dtls_t  *dtls;

    (void) data;

    ssl = X509_STORE_CTX_get_ex_data(store,
                                     SSL_get_ex_data_X509_STORE_CTX_idx());
    dtls = SSL_get_app_data(ssl);
    x509 = X509_STORE_CTX_get0_cert(store);

    if (SSL_get_selected_srtp_profile(ssl) == NULL) {
        dtls->reason = "no SRTP profile in common";

        /* makes it a handshake_failure alert */
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }

    if (dtls->nfp
        && ngx_webrtc_dtls_match(dtls->fp, dtls->nfp, x509) != NGX_OK)
    {
        dtls->reason = "wrong certificate fingerprint";

        /* a bad_certificate alert */
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
        return 0;
    }

    X509_STORE_CTX_set_error(store, X509_V_OK);

    return 1;
}


static ngx_int_t
ngx_webrtc_dtls_match(const ngx_webrtc_fingerprint_t *fp, ngx_uint_t n,
    X509 *x509)
{
    int          len;
    u_char      *der;
    ngx_uint_t   match;

    der = NULL;

    len = i2d_X509(x509, &der);
    if (len < 0) {
        ERR_clear_error();
        return NGX_DECLINED;
    }

    match = ngx_webrtc_fingerprint_match(fp, n, der, len);

    OPENSSL_free(der);

    return match ? NGX_OK : NGX_DECLINED;
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

    return (dtls->state == NGX_WEBRTC_DTLS_CLOSED
            || dtls->state == NGX_WEBRTC_DTLS_FAILED)
           ? NGX_ERROR : NGX_OK;
}


static void
ngx_webrtc_dtls_handshake(ngx_webrtc_dtls_t *dtls)
{
    int  rc;

    ERR_clear_error();

    rc = SSL_do_handshake(dtls->ssl);

    if (rc != 1) {
        ngx_webrtc_dtls_ssl_error(dtls, rc);
        return;
    }

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
ngx_webrtc_dtls_read(ngx_webrtc_dtls_t *dtls)
{
    int         n;
    u_char      buf[NGX_WEBRTC_DTLS_PLAIN_MAX];
    ngx_uint_t  delivered;

    delivered = 0;
    dtls->lean = 0;

    for ( ;; ) {
        ERR_clear_error();

        n = SSL_read(dtls->ssl, buf, sizeof(buf));

        if (n <= 0) {
            ngx_webrtc_dtls_ssl_error(dtls, n);
            break;
        }

        if (dtls->state == NGX_WEBRTC_DTLS_CONNECTED && dtls->handler) {
            delivered = 1;
            dtls->handler(dtls->data, buf, buf + n);
        }

        if (dtls->state == NGX_WEBRTC_DTLS_CLOSED
            || dtls->state == NGX_WEBRTC_DTLS_FAILED)
        {
            return;
        }
    }

    if (!delivered) {
        ngx_webrtc_dtls_free_buffers(dtls);
    }
}


/* 33 kB that most sessions hardly need again */

static void
ngx_webrtc_dtls_free_buffers(ngx_webrtc_dtls_t *dtls)
{
    if (SSL_free_buffers(dtls->ssl) == 1) {
        dtls->lean = 1;
    }
}


/*
 * OpenSSL allocates both buffers when it reads, but not when it writes, where
 * it would follow a NULL pointer; so let it look for input that is not there.
 */

static void
ngx_webrtc_dtls_need_buffers(ngx_webrtc_dtls_t *dtls)
{
    u_char  ch;

    if (dtls->lean) {
        dtls->lean = 0;
        dtls->io.pos = NULL;

        (void) SSL_peek(dtls->ssl, &ch, 1);
        ERR_clear_error();
    }
}


static void
ngx_webrtc_dtls_shutdown(ngx_webrtc_dtls_t *dtls)
{
    if (SSL_is_init_finished(dtls->ssl)) {
        ngx_webrtc_dtls_need_buffers(dtls);
        (void) SSL_shutdown(dtls->ssl);
        ERR_clear_error();
    }
}


static void
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

static void
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

    if (n == 0 && !dtls->in_use && dtls->io.queue) {
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


/* RFC 5764, section 4.2 */

ngx_int_t
ngx_webrtc_dtls_export(ngx_webrtc_dtls_t *dtls, ngx_webrtc_srtp_keys_t *keys)
{
    size_t                         salt_len;
    u_char                        *client, *server, *client_salt;
    u_char                        *server_salt;
    u_char                         material[2 * (NGX_WEBRTC_SRTP_KEY_LEN
                                                 + NGX_WEBRTC_SRTP_SALT_LEN)];
    const SRTP_PROTECTION_PROFILE *profile;

    static const char  label[] = "EXTRACTOR-dtls_srtp";

    if (dtls->state != NGX_WEBRTC_DTLS_CONNECTED) {
        return NGX_DECLINED;
    }

    profile = SSL_get_selected_srtp_profile(dtls->ssl);

    if (profile == NULL) {
        return NGX_DECLINED;
    }

    ngx_memzero(keys, sizeof(ngx_webrtc_srtp_keys_t));
    keys->profile = profile->id;

    salt_len = (profile->id == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
               ? 12 : NGX_WEBRTC_SRTP_SALT_LEN;

    if (SSL_export_keying_material(dtls->ssl, material,
                                   2 * (NGX_WEBRTC_SRTP_KEY_LEN + salt_len),
                                   label, sizeof(label) - 1, NULL, 0, 0)
        != 1)
    {
        ERR_clear_error();
        return NGX_DECLINED;
    }

    client = material;
    server = client + NGX_WEBRTC_SRTP_KEY_LEN;
    client_salt = server + NGX_WEBRTC_SRTP_KEY_LEN;
    server_salt = client_salt + salt_len;

    if (dtls->role == NGX_WEBRTC_DTLS_CLIENT) {
        ngx_memcpy(keys->local_key, client, NGX_WEBRTC_SRTP_KEY_LEN);
        ngx_memcpy(keys->local_salt, client_salt, salt_len);
        ngx_memcpy(keys->remote_key, server, NGX_WEBRTC_SRTP_KEY_LEN);
        ngx_memcpy(keys->remote_salt, server_salt, salt_len);

    } else {
        ngx_memcpy(keys->local_key, server, NGX_WEBRTC_SRTP_KEY_LEN);
        ngx_memcpy(keys->local_salt, server_salt, salt_len);
        ngx_memcpy(keys->remote_key, client, NGX_WEBRTC_SRTP_KEY_LEN);
        ngx_memcpy(keys->remote_salt, client_salt, salt_len);
    }

    ngx_webrtc_secret_clear(material, sizeof(material));

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_dtls_write(ngx_webrtc_dtls_t *dtls, const u_char *pos,
    const u_char *last)
{
    int  n;

    if (dtls->state != NGX_WEBRTC_DTLS_CONNECTED) {
        return NGX_DECLINED;
    }

    if (last == pos || last - pos > NGX_WEBRTC_DTLS_DATA_MAX) {
        return NGX_ERROR;
    }

    if (ngx_webrtc_dtls_io_room(&dtls->io, NGX_WEBRTC_DTLS_MTU) != NGX_OK) {
        return NGX_AGAIN;
    }

    dtls->in_use = 1;

    ngx_webrtc_dtls_need_buffers(dtls);
    ERR_clear_error();

    n = SSL_write(dtls->ssl, pos, (int) (last - pos));

    if (n <= 0) {
        ngx_webrtc_dtls_ssl_error(dtls, n);
        return NGX_ERROR;
    }

    return NGX_OK;
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


void
ngx_webrtc_dtls_rest(ngx_webrtc_dtls_t *dtls)
{
    if (dtls->state != NGX_WEBRTC_DTLS_CONNECTED) {
        return;
    }

    if (!dtls->lean) {
        ngx_webrtc_dtls_free_buffers(dtls);
    }

    if (dtls->io.head == dtls->io.tail) {
        ngx_webrtc_dtls_io_free(&dtls->io);
    }
}
