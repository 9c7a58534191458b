
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_dcep.h>


/* of the channel type of an OPEN */
#define NGX_WEBRTC_DCEP_UNORDERED   0x80


/*
 * RFC 8832, section 5.1:
 *
 *      0                   1                   2                   3
 *     |  message type |  channel type |            priority           |
 *     |                     reliability parameter                     |
 *     |         label length          |        protocol length        |
 *     |  label, then protocol
 */

ngx_int_t
ngx_webrtc_dcep_parse(u_char *pos, u_char *last, ngx_webrtc_dcep_t *dcep)
{
    u_char  type;

    ngx_memzero(dcep, sizeof(ngx_webrtc_dcep_t));

    if (pos == last) {
        return NGX_ERROR;
    }

    if (pos[0] == NGX_WEBRTC_DCEP_ACK) {
        dcep->type = NGX_WEBRTC_DCEP_ACK;
        return (last - pos == 1) ? NGX_OK : NGX_ERROR;
    }

    if (pos[0] != NGX_WEBRTC_DCEP_OPEN) {
        return NGX_DECLINED;
    }

    if (last - pos < NGX_WEBRTC_DCEP_OPEN_LEN) {
        return NGX_ERROR;
    }

    type = pos[1] & ~NGX_WEBRTC_DCEP_UNORDERED;

    dcep->type = NGX_WEBRTC_DCEP_OPEN;
    dcep->reliability = type;
    dcep->unordered = (pos[1] & NGX_WEBRTC_DCEP_UNORDERED) ? 1 : 0;
    dcep->priority = ngx_webrtc_get16(pos + 2);
    dcep->parameter = ngx_webrtc_get32(pos + 4);
    dcep->label.len = ngx_webrtc_get16(pos + 8);
    dcep->protocol.len = ngx_webrtc_get16(pos + 10);

    pos += NGX_WEBRTC_DCEP_OPEN_LEN;

    if ((size_t) (last - pos) != dcep->label.len + dcep->protocol.len) {
        return NGX_ERROR;
    }

    dcep->label.data = pos;
    dcep->protocol.data = pos + dcep->label.len;

    return (type <= NGX_WEBRTC_DCEP_TIMED) ? NGX_OK : NGX_DECLINED;
}


u_char *
ngx_webrtc_dcep_write(u_char *pos, u_char *last,
    const ngx_webrtc_dcep_t *dcep)
{
    if (dcep->type == NGX_WEBRTC_DCEP_ACK) {
        if (pos == last) {
            return NULL;
        }

        *pos++ = NGX_WEBRTC_DCEP_ACK;

        return pos;
    }

    if (dcep->label.len > UINT16_MAX || dcep->protocol.len > UINT16_MAX
        || (size_t) (last - pos) < NGX_WEBRTC_DCEP_OPEN_LEN + dcep->label.len
                                   + dcep->protocol.len)
    {
        return NULL;
    }

    *pos++ = NGX_WEBRTC_DCEP_OPEN;
    *pos++ = (u_char) (dcep->reliability
                       | (dcep->unordered ? NGX_WEBRTC_DCEP_UNORDERED : 0));
    pos = ngx_webrtc_put16(pos, dcep->priority);
    pos = ngx_webrtc_put32(pos, dcep->parameter);
    pos = ngx_webrtc_put16(pos, (uint32_t) dcep->label.len);
    pos = ngx_webrtc_put16(pos, (uint32_t) dcep->protocol.len);

    if (dcep->label.len) {
        pos = ngx_cpymem(pos, dcep->label.data, dcep->label.len);
    }

    if (dcep->protocol.len) {
        pos = ngx_cpymem(pos, dcep->protocol.data, dcep->protocol.len);
    }

    return pos;
}
