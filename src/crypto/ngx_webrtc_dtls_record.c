
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_dtls_record.h>
#include <core/ngx_webrtc_cursor.h>


#define NGX_WEBRTC_DTLS_HANDSHAKE_HDR   12


static ngx_int_t ngx_webrtc_dtls_handshake_check(const u_char *pos,
    const u_char *last);


ngx_int_t
ngx_webrtc_dtls_record_check(const u_char *pos, const u_char *last)
{
    size_t      len;
    ngx_uint_t  type, epoch;

    do {
        if (last - pos < NGX_WEBRTC_DTLS_RECORD_HDR) {
            return NGX_ERROR;
        }

        type = pos[0];
        epoch = ngx_webrtc_get16(pos + 3);
        len = ngx_webrtc_get16(pos + 11);

        /* 1.2 and 1.0, the version of a first ClientHello's record */

        if (pos[1] != 0xfe || (pos[2] != 0xfd && pos[2] != 0xff)) {
            return NGX_ERROR;
        }

        if (type < NGX_WEBRTC_DTLS_CCS || type > NGX_WEBRTC_DTLS_DATA) {
            return NGX_ERROR;
        }

        pos += NGX_WEBRTC_DTLS_RECORD_HDR;

        if ((size_t) (last - pos) < len) {
            return NGX_ERROR;
        }

        if (epoch == 0) {

            if (type == NGX_WEBRTC_DTLS_DATA) {
                return NGX_ERROR;
            }

            if (type == NGX_WEBRTC_DTLS_ALERT && len != 2) {
                return NGX_ERROR;
            }

            if (type == NGX_WEBRTC_DTLS_CCS && len != 1) {
                return NGX_ERROR;
            }

            if (type == NGX_WEBRTC_DTLS_HANDSHAKE
                && ngx_webrtc_dtls_handshake_check(pos, pos + len) != NGX_OK)
            {
                return NGX_ERROR;
            }
        }

        pos += len;

    } while (pos < last);

    return NGX_OK;
}


/* RFC 6347, section 4.2.2; a record may hold several messages */

static ngx_int_t
ngx_webrtc_dtls_handshake_check(const u_char *pos, const u_char *last)
{
    uint32_t  len, offset, fragment;

    do {
        if (last - pos < NGX_WEBRTC_DTLS_HANDSHAKE_HDR) {
            return NGX_ERROR;
        }

        len = ngx_webrtc_get24(pos + 1);
        offset = ngx_webrtc_get24(pos + 6);
        fragment = ngx_webrtc_get24(pos + 9);

        pos += NGX_WEBRTC_DTLS_HANDSHAKE_HDR;

        if (len > NGX_WEBRTC_DTLS_MESSAGE_MAX
            || offset > len
            || fragment > len - offset
            || fragment > (size_t) (last - pos))
        {
            return NGX_ERROR;
        }

        pos += fragment;

    } while (pos < last);

    return NGX_OK;
}
