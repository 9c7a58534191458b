
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A session after its handshake, without OpenSSL's object for it: what its
 * two ends still say to each other are records with data, alerts, and the
 * last flight again if the peer has not got it.
 */


#include <crypto/ngx_webrtc_dtls_internal.h>
#include <crypto/ngx_webrtc_dtls_record.h>
#include <core/ngx_webrtc_cursor.h>


#define NGX_WEBRTC_DTLS_ALERT_LEN       2
#define NGX_WEBRTC_DTLS_FATAL           2
#define NGX_WEBRTC_DTLS_WARNING         1


static void ngx_webrtc_dtls_own_record(ngx_webrtc_dtls_t *dtls,
    ngx_uint_t type, u_char *pos, u_char *last);
static void ngx_webrtc_dtls_own_alert(ngx_webrtc_dtls_t *dtls,
    const u_char *pos, const u_char *last);
static void ngx_webrtc_dtls_own_handshake(ngx_webrtc_dtls_t *dtls,
    const u_char *pos, const u_char *last);


void
ngx_webrtc_dtls_release(ngx_webrtc_dtls_t *dtls)
{
    int       len;
    X509     *x509;
    u_char   *der;

    if (dtls->state != NGX_WEBRTC_DTLS_CONNECTED || dtls->ssl == NULL) {
        return;
    }

    if (ngx_webrtc_dtls_cipher_init(&dtls->cipher, dtls->ssl, &dtls->io)
        != NGX_OK)
    {
        return;
    }

    x509 = SSL_get1_peer_certificate(dtls->ssl);
    der = NULL;
    len = x509 ? i2d_X509(x509, &der) : -1;

    X509_free(x509);

    if (len < 0) {
        ERR_clear_error();
        return;
    }

    dtls->der = der;
    dtls->der_len = len;

    SSL_free(dtls->ssl);
    free(dtls->fp);

    dtls->ssl = NULL;
    dtls->io.timer = NULL;
    dtls->fp = NULL;
    dtls->nfp = 0;
}


void
ngx_webrtc_dtls_own_cleanup(ngx_webrtc_dtls_t *dtls)
{
    ngx_webrtc_dtls_cipher_cleanup(&dtls->cipher);
    OPENSSL_free(dtls->der);
    free(dtls->flight);
}


/* the answer to the client's Finished, which may be lost on the way */

void
ngx_webrtc_dtls_own_keep(ngx_webrtc_dtls_t *dtls, size_t queued)
{
    size_t  len;

    len = dtls->io.tail - dtls->io.head - queued;

    if (dtls->role == NGX_WEBRTC_DTLS_CLIENT
        || len == 0 || len > NGX_WEBRTC_DTLS_MTU)
    {
        return;
    }

    dtls->flight = malloc(len);

    if (dtls->flight) {
        ngx_memcpy(dtls->flight, dtls->io.queue + dtls->io.head + queued,
                   len);
        dtls->flight_len = len;
    }
}


void
ngx_webrtc_dtls_own_input(ngx_webrtc_dtls_t *dtls, u_char *pos, u_char *last)
{
    size_t      len;
    u_char     *data, *end;
    ngx_uint_t  type;

    /* the lengths were checked */

    while (pos < last && dtls->state == NGX_WEBRTC_DTLS_CONNECTED) {
        type = pos[0];
        len = NGX_WEBRTC_DTLS_RECORD_HDR + ngx_webrtc_get16(pos + 11);

        if (ngx_webrtc_dtls_cipher_open(&dtls->cipher, pos, len, &data, &end)
            == NGX_OK)
        {
            ngx_webrtc_dtls_own_record(dtls, type, data, end);
        }

        pos += len;
    }

    if (!dtls->in_use) {
        ngx_webrtc_dtls_cipher_rest(&dtls->cipher);
    }
}


static void
ngx_webrtc_dtls_own_record(ngx_webrtc_dtls_t *dtls, ngx_uint_t type,
    u_char *pos, u_char *last)
{
    switch (type) {

    case NGX_WEBRTC_DTLS_DATA:

        if (dtls->handler && pos < last) {
            dtls->handler(dtls->data, pos, last);
        }

        break;

    case NGX_WEBRTC_DTLS_ALERT:
        ngx_webrtc_dtls_own_alert(dtls, pos, last);
        break;

    case NGX_WEBRTC_DTLS_HANDSHAKE:
        ngx_webrtc_dtls_own_handshake(dtls, pos, last);
        break;
    }
}


static void
ngx_webrtc_dtls_own_alert(ngx_webrtc_dtls_t *dtls, const u_char *pos,
    const u_char *last)
{
    if (last - pos != NGX_WEBRTC_DTLS_ALERT_LEN) {
        return;
    }

    if (pos[1] == SSL3_AD_CLOSE_NOTIFY) {
        ngx_webrtc_dtls_close(dtls);
        return;
    }

    if (pos[0] == NGX_WEBRTC_DTLS_FATAL) {
        ngx_webrtc_dtls_fail(dtls, SSL_alert_desc_string_long(pos[1]));
    }
}


/*
 * A client that says Finished again waits for ours.  The same datagram, with
 * the numbers that it had: whoever has got it takes it for a replay.
 */

static void
ngx_webrtc_dtls_own_handshake(ngx_webrtc_dtls_t *dtls, const u_char *pos,
    const u_char *last)
{
    ngx_webrtc_dtls_io_t  *io;

    static const u_char  refusal[] = { NGX_WEBRTC_DTLS_WARNING,
                                       SSL_AD_NO_RENEGOTIATION };

    io = &dtls->io;

    if (pos == last || pos[0] != SSL3_MT_FINISHED) {
        (void) ngx_webrtc_dtls_own_write(dtls, NGX_WEBRTC_DTLS_ALERT, refusal,
                                         sizeof(refusal));
        return;
    }

    if (dtls->flight == NULL
        || ngx_webrtc_dtls_io_room(io, dtls->flight_len) != NGX_OK)
    {
        return;
    }

    ngx_memcpy(io->queue + io->tail, dtls->flight, dtls->flight_len);
    io->tail += dtls->flight_len;
}


ngx_int_t
ngx_webrtc_dtls_own_write(ngx_webrtc_dtls_t *dtls, ngx_uint_t type,
    const u_char *pos, size_t len)
{
    size_t                 n;
    ngx_webrtc_dtls_io_t  *io;

    io = &dtls->io;
    n = len + NGX_WEBRTC_DTLS_OVERHEAD;

    if (ngx_webrtc_dtls_io_room(io, n) != NGX_OK) {
        return NGX_AGAIN;
    }

    if (ngx_webrtc_dtls_cipher_seal(&dtls->cipher, type, pos, len,
                                    ngx_webrtc_dtls_io_place(io))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_dtls_io_add(io, n);

    return NGX_OK;
}


void
ngx_webrtc_dtls_own_shutdown(ngx_webrtc_dtls_t *dtls)
{
    static const u_char  alert[] = { NGX_WEBRTC_DTLS_WARNING,
                                     SSL3_AD_CLOSE_NOTIFY };

    (void) ngx_webrtc_dtls_own_write(dtls, NGX_WEBRTC_DTLS_ALERT, alert,
                                     sizeof(alert));
}
