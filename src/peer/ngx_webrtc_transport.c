
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <peer/ngx_webrtc_transport.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <proto/ngx_webrtc_rtp.h>


static ngx_int_t ngx_webrtc_transport_start(ngx_webrtc_transport_t *transport,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_transport_dtls(ngx_webrtc_transport_t *transport,
    ngx_webrtc_ice_path_t *path, u_char *pos, u_char *last,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
static void ngx_webrtc_transport_update(ngx_webrtc_transport_t *transport,
    const ngx_webrtc_path_t *path, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out);
static ngx_int_t ngx_webrtc_transport_key(ngx_webrtc_transport_t *transport);
static void ngx_webrtc_transport_flush(ngx_webrtc_transport_t *transport,
    const ngx_webrtc_path_t *path, ngx_webrtc_outbox_t *out);
static ngx_int_t ngx_webrtc_transport_keep(ngx_webrtc_transport_t *transport,
    const ngx_webrtc_fingerprint_t *fingerprints, ngx_uint_t n);
static void ngx_webrtc_transport_fail(ngx_webrtc_transport_t *transport,
    const char *reason);


ngx_int_t
ngx_webrtc_transport_init(ngx_webrtc_transport_t *transport,
    ngx_webrtc_dtls_ctx_t *ctx)
{
    ngx_memzero(transport, sizeof(ngx_webrtc_transport_t));

    transport->ctx = ctx;
    transport->reason = "";

    return ngx_webrtc_ice_init(&transport->ice);
}


void
ngx_webrtc_transport_cleanup(ngx_webrtc_transport_t *transport,
    ngx_webrtc_outbox_t *out)
{
    if (transport->dtls) {

        if (out && ngx_webrtc_transport_ready(transport)) {
            ngx_webrtc_dtls_close(transport->dtls);
            ngx_webrtc_transport_update(transport,
                                        &transport->ice.selected->path, 0,
                                        out);
        }

        ngx_webrtc_dtls_destroy(transport->dtls);
        transport->dtls = NULL;
    }

    free(transport->fingerprints);
    transport->fingerprints = NULL;

    if (transport->srtp_in) {
        ngx_webrtc_srtp_in_destroy(transport->srtp_in);
        transport->srtp_in = NULL;
    }

    if (transport->srtp_out) {
        ngx_webrtc_srtp_out_destroy(transport->srtp_out);
        transport->srtp_out = NULL;
    }
}


void
ngx_webrtc_transport_close(ngx_webrtc_transport_t *transport,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    if (transport->dtls && ngx_webrtc_transport_ready(transport)) {
        ngx_webrtc_dtls_close(transport->dtls);
        ngx_webrtc_transport_update(transport, &transport->ice.selected->path,
                                    now, out);
    }

    if (transport->state != NGX_WEBRTC_TRANSPORT_FAILED) {
        transport->state = NGX_WEBRTC_TRANSPORT_CLOSED;
        transport->reason = "DTLS-CLOSED";
    }
}


ngx_int_t
ngx_webrtc_transport_set_remote(ngx_webrtc_transport_t *transport,
    const ngx_webrtc_transport_remote_t *remote)
{
    ngx_uint_t  n;

    n = ngx_min(remote->nfingerprints, NGX_WEBRTC_DTLS_FINGERPRINTS_MAX);
    if (n == 0) {
        return NGX_DECLINED;
    }

    transport->ice.remote_ufrag = *remote->ufrag;
    transport->has_remote = 1;

    if (transport->state == NGX_WEBRTC_TRANSPORT_NEW
        && transport->client == remote->active)
    {
        transport->client = !remote->active;

        if (transport->dtls) {

            /* what came before the answer is not what the answer says */

            ngx_webrtc_dtls_destroy(transport->dtls);
            transport->dtls = NULL;
        }
    }

    if (transport->dtls) {
        return ngx_webrtc_dtls_set_fingerprints(transport->dtls,
                                                remote->fingerprints, n);
    }

    /* a server waits for the ClientHello, a client starts in tick() */

    return ngx_webrtc_transport_keep(transport, remote->fingerprints, n);
}


static ngx_int_t
ngx_webrtc_transport_keep(ngx_webrtc_transport_t *transport,
    const ngx_webrtc_fingerprint_t *fingerprints, ngx_uint_t n)
{
    ngx_webrtc_fingerprint_t  *copy;

    copy = malloc(n * sizeof(ngx_webrtc_fingerprint_t));
    if (copy == NULL) {
        return NGX_DECLINED;
    }

    ngx_memcpy(copy, fingerprints, n * sizeof(ngx_webrtc_fingerprint_t));

    free(transport->fingerprints);
    transport->fingerprints = copy;
    transport->nfingerprints = n;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_transport_start(ngx_webrtc_transport_t *transport,
    ngx_webrtc_usec_t now)
{
    transport->dtls = ngx_webrtc_dtls_create(transport->ctx,
                                             transport->client
                                             ? NGX_WEBRTC_DTLS_CLIENT
                                             : NGX_WEBRTC_DTLS_SERVER);
    if (transport->dtls == NULL) {
        ngx_webrtc_transport_fail(transport, "DTLS-INTERNAL-ERROR");
        return NGX_ERROR;
    }

    if (transport->handler) {
        ngx_webrtc_dtls_set_handler(transport->dtls, transport->handler,
                                    transport->data);
    }

    if (transport->has_remote
        && ngx_webrtc_dtls_set_fingerprints(transport->dtls,
                                            transport->fingerprints,
                                            transport->nfingerprints)
           != NGX_OK)
    {
        ngx_webrtc_transport_fail(transport, "DTLS-FINGERPRINT-MISMATCH");
        return NGX_ERROR;
    }

    free(transport->fingerprints);
    transport->fingerprints = NULL;
    transport->nfingerprints = 0;

    if (ngx_webrtc_dtls_start(transport->dtls, now) != NGX_OK) {
        ngx_webrtc_transport_fail(transport, "DTLS-INTERNAL-ERROR");
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_webrtc_transport_set_handler(ngx_webrtc_transport_t *transport,
    ngx_webrtc_dtls_handler_pt handler, void *data)
{
    transport->handler = handler;
    transport->data = data;

    if (transport->dtls) {
        ngx_webrtc_dtls_set_handler(transport->dtls, handler, data);
    }
}


ngx_webrtc_packet_e
ngx_webrtc_transport_input(ngx_webrtc_transport_t *transport,
    ngx_webrtc_ice_path_t *path, u_char *pos, size_t *len,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    u_char     *last;
    ngx_int_t   rc;

    last = pos + *len;

    if (pos == last) {
        return NGX_WEBRTC_PACKET_NONE;
    }

    /* RFC 7983 7 */

    if (pos[0] >= 20 && pos[0] <= 63) {
        ngx_webrtc_transport_dtls(transport, path, pos, last, now, out);
        return NGX_WEBRTC_PACKET_NONE;
    }

    if (pos[0] < 128 || pos[0] > 191
        || transport->state != NGX_WEBRTC_TRANSPORT_CONNECTED)
    {
        return NGX_WEBRTC_PACKET_NONE;
    }

    if (ngx_webrtc_rtp_is_rtcp(pos, last)) {
        rc = ngx_webrtc_srtp_unprotect_rtcp(transport->srtp_in, pos, len);
        return (rc == NGX_OK) ? NGX_WEBRTC_PACKET_RTCP
                              : NGX_WEBRTC_PACKET_BAD;
    }

    rc = ngx_webrtc_srtp_unprotect(transport->srtp_in, pos, len);

    return (rc == NGX_OK) ? NGX_WEBRTC_PACKET_RTP : NGX_WEBRTC_PACKET_BAD;
}


static void
ngx_webrtc_transport_dtls(ngx_webrtc_transport_t *transport,
    ngx_webrtc_ice_path_t *path, u_char *pos, u_char *last,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    switch (transport->state) {

    case NGX_WEBRTC_TRANSPORT_NEW:
        break;

    case NGX_WEBRTC_TRANSPORT_CONNECTED:

        /* a close_notify that came another way is not the peer's */

        if (path != transport->ice.selected) {
            return;
        }

        break;

    default:
        return;
    }

    if (transport->dtls == NULL
        && ngx_webrtc_transport_start(transport, now) != NGX_OK)
    {
        return;
    }

    (void) ngx_webrtc_dtls_input(transport->dtls, pos, last, now);

    if (transport->later
        && ngx_webrtc_dtls_state(transport->dtls) == NGX_WEBRTC_DTLS_CONNECTED)
    {
        return;
    }

    ngx_webrtc_transport_update(transport, &path->path, now, out);
}


static void
ngx_webrtc_transport_update(ngx_webrtc_transport_t *transport,
    const ngx_webrtc_path_t *path, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_transport_flush(transport, path, out);

    switch (ngx_webrtc_dtls_state(transport->dtls)) {

    case NGX_WEBRTC_DTLS_HANDSHAKING:
        break;

    case NGX_WEBRTC_DTLS_CONNECTED:

        if (transport->state != NGX_WEBRTC_TRANSPORT_NEW) {
            break;
        }

        if (ngx_webrtc_transport_key(transport) != NGX_OK) {
            ngx_webrtc_transport_fail(transport, "SRTP-SETUP-FAILED");
            break;
        }

        ngx_webrtc_dtls_release(transport->dtls);

        transport->state = NGX_WEBRTC_TRANSPORT_CONNECTED;
        transport->connected = now;
        break;

    case NGX_WEBRTC_DTLS_CLOSED:
        transport->state = NGX_WEBRTC_TRANSPORT_CLOSED;
        transport->reason = "DTLS-CLOSED";
        break;

    case NGX_WEBRTC_DTLS_FAILED:
        ngx_webrtc_transport_fail(transport,
                                  ngx_webrtc_dtls_reason(transport->dtls));
        break;
    }
}


static ngx_int_t
ngx_webrtc_transport_key(ngx_webrtc_transport_t *transport)
{
    ngx_int_t               rc;
    ngx_webrtc_srtp_keys_t  keys;

    if (ngx_webrtc_dtls_export(transport->dtls, &keys) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_srtp_pair_create(&keys, &transport->srtp_in,
                                     &transport->srtp_out);

    ngx_webrtc_secret_clear(&keys, sizeof(ngx_webrtc_srtp_keys_t));

    return rc;
}


static void
ngx_webrtc_transport_flush(ngx_webrtc_transport_t *transport,
    const ngx_webrtc_path_t *path, ngx_webrtc_outbox_t *out)
{
    u_char  *p;
    size_t   n;

    for ( ;; ) {
        p = ngx_webrtc_outbox_reserve(out, NGX_WEBRTC_DTLS_MTU);
        if (p == NULL) {
            transport->waiting = 1;
            return;
        }

        n = ngx_webrtc_dtls_output(transport->dtls, p, NGX_WEBRTC_DTLS_MTU);
        if (n == 0) {
            transport->waiting = 0;
            return;
        }

        ngx_webrtc_outbox_append(out, path, n);
    }
}


static void
ngx_webrtc_transport_fail(ngx_webrtc_transport_t *transport,
    const char *reason)
{
    transport->state = NGX_WEBRTC_TRANSPORT_FAILED;
    transport->reason = reason;
}


void
ngx_webrtc_transport_tick(ngx_webrtc_transport_t *transport,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    if (transport->state == NGX_WEBRTC_TRANSPORT_CLOSED
        || transport->state == NGX_WEBRTC_TRANSPORT_FAILED
        || transport->ice.selected == NULL)
    {
        return;
    }

    if (transport->dtls == NULL) {
        if (!transport->has_remote || !transport->client
            || ngx_webrtc_transport_start(transport, now) != NGX_OK)
        {
            return;
        }

    } else if (ngx_webrtc_dtls_expires(transport->dtls) <= now) {
        (void) ngx_webrtc_dtls_tick(transport->dtls, now);
    }

    ngx_webrtc_transport_update(transport, &transport->ice.selected->path,
                                now, out);
}


ngx_webrtc_usec_t
ngx_webrtc_transport_expires(ngx_webrtc_transport_t *transport)
{
    if (transport->state == NGX_WEBRTC_TRANSPORT_CLOSED
        || transport->state == NGX_WEBRTC_TRANSPORT_FAILED
        || transport->ice.selected == NULL)
    {
        return NGX_WEBRTC_NEVER;
    }

    if (transport->dtls) {
        return transport->waiting ? 0
                                  : ngx_webrtc_dtls_expires(transport->dtls);
    }

    return (transport->has_remote && transport->client) ? 0
                                                        : NGX_WEBRTC_NEVER;
}


size_t
ngx_webrtc_transport_send_rtcp(ngx_webrtc_transport_t *transport,
    u_char *pos, size_t len, ngx_webrtc_outbox_t *out)
{
    if (!ngx_webrtc_transport_ready(transport)) {
        return 0;
    }

    len = ngx_webrtc_srtp_protect_rtcp(transport->srtp_out, pos, len);
    if (len == 0) {
        return 0;
    }

    ngx_webrtc_outbox_commit(out, &transport->ice.selected->path, len, 0);

    return len;
}


ngx_int_t
ngx_webrtc_transport_send_data(ngx_webrtc_transport_t *transport,
    const u_char *pos, const u_char *last, ngx_webrtc_outbox_t *out)
{
    ngx_int_t  rc;

    if (!ngx_webrtc_transport_ready(transport)) {
        return NGX_DECLINED;
    }

    rc = ngx_webrtc_dtls_write(transport->dtls, pos, last);

    if (out == NULL) {
        transport->waiting = 1;
        return rc;
    }

    transport->later = 1;

    if (rc == NGX_AGAIN) {
        ngx_webrtc_transport_flush(transport, &transport->ice.selected->path,
                                   out);

        if (!transport->waiting) {
            rc = ngx_webrtc_dtls_write(transport->dtls, pos, last);
        }
    }

    return rc;
}


ngx_int_t
ngx_webrtc_transport_output(ngx_webrtc_transport_t *transport,
    ngx_webrtc_outbox_t *out)
{
    transport->later = 0;

    if (!ngx_webrtc_transport_ready(transport)) {
        transport->waiting = 1;
        return NGX_OK;
    }

    ngx_webrtc_transport_flush(transport, &transport->ice.selected->path, out);

    return transport->waiting ? NGX_AGAIN : NGX_OK;
}
