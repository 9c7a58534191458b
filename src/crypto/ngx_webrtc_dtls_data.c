
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* application data, and the keys of SRTP: what a session is there for */


#include <crypto/ngx_webrtc_dtls_internal.h>
#include <crypto/ngx_webrtc_dtls_record.h>
#include <crypto/ngx_webrtc_hmac.h>


#define NGX_WEBRTC_DTLS_PLAIN_MAX       16384


void
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

void
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

void
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

    if (dtls->ssl == NULL) {
        return ngx_webrtc_dtls_own_write(dtls, NGX_WEBRTC_DTLS_DATA, pos,
                                         last - pos);
    }

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
ngx_webrtc_dtls_rest(ngx_webrtc_dtls_t *dtls)
{
    if (dtls->state != NGX_WEBRTC_DTLS_CONNECTED) {
        return;
    }

    if (dtls->ssl == NULL) {
        ngx_webrtc_dtls_cipher_rest(&dtls->cipher);

    } else if (!dtls->lean) {
        ngx_webrtc_dtls_free_buffers(dtls);
    }

    if (dtls->io.head == dtls->io.tail) {
        ngx_webrtc_dtls_io_free(&dtls->io);
    }
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

    if (dtls->state != NGX_WEBRTC_DTLS_CONNECTED || dtls->ssl == NULL) {
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
