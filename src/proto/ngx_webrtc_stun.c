
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stun/stunagent.h>
#include <zlib.h>

#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_stun.h>


#define NGX_WEBRTC_STUN_INTEGRITY_LEN   20
#define NGX_WEBRTC_STUN_FINGERPRINT_XOR 0x5354554e

/* libnice pads attributes without looking: whole words keep it inside */

#define ngx_webrtc_stun_room(p, last)   ((size_t) ((last) - (p)) & ~(size_t) 3)

#define NGX_WEBRTC_STUN_FAMILY_V4       1
#define NGX_WEBRTC_STUN_FAMILY_V6       2


/* attributes that may come once only */

#define NGX_WEBRTC_STUN_SEEN_USERNAME       0x0001
#define NGX_WEBRTC_STUN_SEEN_PRIORITY       0x0002
#define NGX_WEBRTC_STUN_SEEN_USE            0x0004
#define NGX_WEBRTC_STUN_SEEN_ROLE           0x0008
#define NGX_WEBRTC_STUN_SEEN_MAPPED         0x0010
#define NGX_WEBRTC_STUN_SEEN_ERROR          0x0020


typedef struct {
    u_char             *value;
    uint16_t            type;
    uint16_t            len;
} ngx_webrtc_stun_attr_t;


static ngx_int_t ngx_webrtc_stun_parse_attr(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr, ngx_uint_t *seen);
static ngx_int_t ngx_webrtc_stun_parse_username(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr);
static ngx_int_t ngx_webrtc_stun_parse_mapped(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr);
static ngx_int_t ngx_webrtc_stun_parse_error(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr);


ngx_uint_t
ngx_webrtc_stun_is_stun(const u_char *pos, const u_char *last)
{
    return last - pos >= NGX_WEBRTC_STUN_HEADER_LEN
           && pos[0] <= 3
           && ngx_webrtc_get32(pos + 4) == NGX_WEBRTC_STUN_COOKIE;
}


ngx_int_t
ngx_webrtc_stun_parse(u_char *pos, u_char *last, ngx_webrtc_stun_t *stun)
{
    u_char                  *p;
    size_t                   len;
    uint16_t                 type;
    ngx_uint_t               seen;
    ngx_webrtc_stun_attr_t   attr;

    if (!ngx_webrtc_stun_is_stun(pos, last)) {
        return NGX_DECLINED;
    }

    len = NGX_WEBRTC_STUN_HEADER_LEN + ngx_webrtc_get16(pos + 2);

    if (len > NGX_WEBRTC_STUN_MAX
        || len % 4
        || len != (size_t) (last - pos))
    {
        return NGX_ERROR;
    }

    ngx_memzero(stun, sizeof(ngx_webrtc_stun_t));

    type = ngx_webrtc_get16(pos);

    stun->start = pos;
    stun->last = last;
    stun->transaction = pos + 8;
    stun->class = (uint8_t) (((type >> 7) & 2) | ((type >> 4) & 1));
    stun->method = (uint16_t) ((type & 0xf) | ((type >> 1) & 0x70)
                               | ((type >> 2) & 0xf80));

    seen = 0;

    /* whole words all along, so a header fits wherever one begins */

    for (p = pos + NGX_WEBRTC_STUN_HEADER_LEN; p < last; /* void */ ) {

        attr.type = ngx_webrtc_get16(p);
        attr.len = ngx_webrtc_get16(p + 2);
        attr.value = p + 4;

        if (stun->fingerprint || last - attr.value < ((attr.len + 3) & ~3)) {
            return NGX_ERROR;
        }

        if (ngx_webrtc_stun_parse_attr(stun, &attr, &seen) != NGX_OK) {
            return NGX_ERROR;
        }

        p = attr.value + ((attr.len + 3) & ~3);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_stun_once(const ngx_webrtc_stun_attr_t *attr, ngx_uint_t len,
    ngx_uint_t *seen, ngx_uint_t bit)
{
    if (attr->len != len || (*seen & bit)) {
        return NGX_ERROR;
    }

    *seen |= bit;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_stun_parse_attr(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr, ngx_uint_t *seen)
{
    ngx_int_t  rc;

    if (attr->type == STUN_ATTRIBUTE_FINGERPRINT) {
        stun->fingerprint = attr->value - 4;
        return (attr->len == 4) ? NGX_OK : NGX_ERROR;
    }

    /* RFC 8489 14.5: nothing protects what comes behind the integrity */

    if (stun->integrity) {
        return (attr->type == STUN_ATTRIBUTE_MESSAGE_INTEGRITY) ? NGX_ERROR
                                                                : NGX_OK;
    }

    switch (attr->type) {

    case STUN_ATTRIBUTE_MESSAGE_INTEGRITY:
        stun->integrity = attr->value - 4;
        return (attr->len == NGX_WEBRTC_STUN_INTEGRITY_LEN) ? NGX_OK
                                                            : NGX_ERROR;

    case STUN_ATTRIBUTE_USERNAME:
        rc = ngx_webrtc_stun_once(attr, attr->len, seen,
                                  NGX_WEBRTC_STUN_SEEN_USERNAME);

        return rc == NGX_OK ? ngx_webrtc_stun_parse_username(stun, attr) : rc;

    case STUN_ATTRIBUTE_PRIORITY:
        rc = ngx_webrtc_stun_once(attr, 4, seen,
                                  NGX_WEBRTC_STUN_SEEN_PRIORITY);
        if (rc == NGX_OK) {
            stun->priority = ngx_webrtc_get32(attr->value);
        }

        return rc;

    case STUN_ATTRIBUTE_USE_CANDIDATE:
        stun->use_candidate = 1;
        return ngx_webrtc_stun_once(attr, 0, seen, NGX_WEBRTC_STUN_SEEN_USE);

    case STUN_ATTRIBUTE_ICE_CONTROLLING:
    case STUN_ATTRIBUTE_ICE_CONTROLLED:
        rc = ngx_webrtc_stun_once(attr, 8, seen, NGX_WEBRTC_STUN_SEEN_ROLE);
        if (rc == NGX_OK) {
            stun->tie_breaker = ngx_webrtc_get64(attr->value);
            stun->controlling = (attr->type == STUN_ATTRIBUTE_ICE_CONTROLLING);
            stun->controlled = !stun->controlling;
        }

        return rc;

    case STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS:
        rc = ngx_webrtc_stun_once(attr, attr->len, seen,
                                  NGX_WEBRTC_STUN_SEEN_MAPPED);

        return rc == NGX_OK ? ngx_webrtc_stun_parse_mapped(stun, attr) : rc;

    case STUN_ATTRIBUTE_ERROR_CODE:
        rc = ngx_webrtc_stun_once(attr, attr->len, seen,
                                  NGX_WEBRTC_STUN_SEEN_ERROR);

        return rc == NGX_OK ? ngx_webrtc_stun_parse_error(stun, attr) : rc;

    case STUN_ATTRIBUTE_MAPPED_ADDRESS:
    case STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES:
    case STUN_ATTRIBUTE_REALM:
    case STUN_ATTRIBUTE_NONCE:
        return NGX_OK;

    default:

        if (attr->type < 0x8000
            && stun->nunknown < NGX_WEBRTC_STUN_UNKNOWN_MAX)
        {
            stun->unknown[stun->nunknown++] = attr->type;
        }

        return NGX_OK;
    }
}


static ngx_int_t
ngx_webrtc_stun_parse_username(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr)
{
    u_char  *colon;

    if (attr->len == 0 || attr->len > 2 * NGX_WEBRTC_STUN_UFRAG_MAX + 1) {
        return NGX_ERROR;
    }

    stun->username.data = attr->value;
    stun->username.len = attr->len;
    stun->local_ufrag = stun->username;

    colon = memchr(attr->value, ':', attr->len);

    if (colon) {
        stun->local_ufrag.len = colon - attr->value;
        stun->remote_ufrag.data = colon + 1;
        stun->remote_ufrag.len = attr->len - stun->local_ufrag.len - 1;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_stun_parse_mapped(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr)
{
    u_char      ip[16];
    uint16_t    port;
    ngx_uint_t  i, len;

    if (attr->len < 8) {
        return NGX_ERROR;
    }

    switch (attr->value[1]) {

    case NGX_WEBRTC_STUN_FAMILY_V4:
        len = 4;
        break;

    case NGX_WEBRTC_STUN_FAMILY_V6:
        len = 16;
        break;

    default:
        return NGX_ERROR;
    }

    if (attr->len != 4 + len) {
        return NGX_ERROR;
    }

    /* the mask is the cookie, followed by the transaction id */

    port = (uint16_t) (ngx_webrtc_get16(attr->value + 2)
                       ^ ngx_webrtc_get16(stun->start + 4));

    for (i = 0; i < len; i++) {
        ip[i] = attr->value[4 + i] ^ stun->start[4 + i];
    }

    if (len == 4) {
        ngx_webrtc_addr_set_v4(&stun->mapped, ip, port);

    } else {
        ngx_memcpy(stun->mapped.ip, ip, 16);
        stun->mapped.port = port;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_stun_parse_error(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr)
{
    ngx_uint_t  hundreds;

    if (attr->len < 4) {
        return NGX_ERROR;
    }

    hundreds = attr->value[2] & 7;

    if (hundreds < 3 || hundreds > 6 || attr->value[3] > 99) {
        return NGX_ERROR;
    }

    stun->error = (uint16_t) (hundreds * 100 + attr->value[3]);

    return NGX_OK;
}


/*
 * The agent is libnice's table of transactions, which serves nobody here:
 * one is made on the stack for each message.
 */

static void
ngx_webrtc_stun_agent(StunAgent *agent, StunMessage *msg, u_char *p,
    size_t size, ngx_uint_t flags)
{
    static const uint16_t  known[] = { 0 };

    stun_agent_init(agent, (uint16_t *) known, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | flags);

    ngx_memzero(msg, sizeof(StunMessage));

    msg->agent = agent;
    msg->buffer = p;
    msg->buffer_len = size;
}


ngx_int_t
ngx_webrtc_stun_check(const ngx_webrtc_stun_t *stun, const ngx_str_t *password)
{
    u_char       buf[NGX_WEBRTC_STUN_MAX + 4 + NGX_WEBRTC_STUN_INTEGRITY_LEN];
    u_char       diff;
    size_t       len;
    uint32_t     crc;
    StunAgent    agent;
    ngx_uint_t   i;
    StunMessage  msg;

    if (stun->integrity == NULL || stun->fingerprint == NULL) {
        return NGX_DECLINED;
    }

    crc = (uint32_t) crc32(0, stun->start, stun->fingerprint - stun->start);

    if ((crc ^ NGX_WEBRTC_STUN_FINGERPRINT_XOR)
        != ngx_webrtc_get32(stun->fingerprint + 4))
    {
        return NGX_ERROR;
    }

    /*
     * The library's own validation wants a transaction table and compares
     * with memcmp(), so it only computes: the message up to the integrity is
     * finished again and the two values are compared in constant time.
     */

    len = stun->integrity - stun->start;

    ngx_memcpy(buf, stun->start, len);
    ngx_webrtc_put16(buf + 2, (uint32_t) (len - NGX_WEBRTC_STUN_HEADER_LEN));

    ngx_webrtc_stun_agent(&agent, &msg, buf, sizeof(buf), 0);

    if (stun_agent_finish_message(&agent, &msg, password->data, password->len)
        != len + 4 + NGX_WEBRTC_STUN_INTEGRITY_LEN)
    {
        return NGX_ERROR;
    }

    diff = 0;

    for (i = 4; i < 4 + NGX_WEBRTC_STUN_INTEGRITY_LEN; i++) {
        diff |= buf[len + i] ^ stun->integrity[i];
    }

    return diff ? NGX_ERROR : NGX_OK;
}


static u_char *
ngx_webrtc_stun_finish(StunAgent *agent, StunMessage *msg,
    const ngx_str_t *password)
{
    size_t  len;

    len = stun_agent_finish_message(agent, msg,
                                    password ? password->data : NULL,
                                    password ? password->len : 0);

    return len ? msg->buffer + len : NULL;
}


u_char *
ngx_webrtc_stun_write_success(u_char *p, u_char *last,
    const ngx_webrtc_stun_t *stun, const ngx_webrtc_addr_t *mapped,
    const ngx_str_t *password)
{
    socklen_t              len;
    StunAgent              agent;
    StunMessage            msg, request;
    ngx_webrtc_sockaddr_t  sa;

    ngx_webrtc_stun_agent(&agent, &request, stun->start,
                          stun->last - stun->start,
                          STUN_AGENT_USAGE_USE_FINGERPRINT);

    if (!stun_agent_init_response(&agent, &msg, p,
                                  ngx_webrtc_stun_room(p, last), &request))
    {
        return NULL;
    }

    len = ngx_webrtc_addr_to_sockaddr(mapped, &sa, 0);

    if (stun_message_append_xor_addr(&msg, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
                                     (struct sockaddr_storage *) &sa, len)
        != STUN_MESSAGE_RETURN_SUCCESS)
    {
        return NULL;
    }

    return ngx_webrtc_stun_finish(&agent, &msg, password);
}


u_char *
ngx_webrtc_stun_write_error(u_char *p, u_char *last,
    const ngx_webrtc_stun_t *stun, ngx_uint_t code, const ngx_str_t *password)
{
    u_char       list[2 * NGX_WEBRTC_STUN_UNKNOWN_MAX], *end;
    StunAgent    agent;
    ngx_uint_t   i;
    StunMessage  msg, request;

    ngx_webrtc_stun_agent(&agent, &request, stun->start,
                          stun->last - stun->start,
                          STUN_AGENT_USAGE_USE_FINGERPRINT);

    if (!stun_agent_init_error(&agent, &msg, p, ngx_webrtc_stun_room(p, last),
                               &request, (StunError) code))
    {
        return NULL;
    }

    if (code == NGX_WEBRTC_STUN_UNKNOWN_ATTRIBUTE) {

        for (i = 0; i < stun->nunknown; i++) {
            ngx_webrtc_put16(list + 2 * i, stun->unknown[i]);
        }

        if (stun_message_append_bytes(&msg, STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
                                      list, 2 * stun->nunknown)
            != STUN_MESSAGE_RETURN_SUCCESS)
        {
            return NULL;
        }
    }

    end = ngx_webrtc_stun_finish(&agent, &msg, password);

    /* a source that proved nothing gets no more bytes than it sent */

    if (end && password == NULL && end - p > stun->last - stun->start) {
        return NULL;
    }

    return end;
}


u_char *
ngx_webrtc_stun_write_request(u_char *p, u_char *last,
    const ngx_webrtc_stun_request_t *request)
{
    StunAgent          agent;
    StunMessage        msg;
    StunAttribute      role;
    StunTransactionId  id;

    ngx_webrtc_stun_agent(&agent, &msg, p, ngx_webrtc_stun_room(p, last),
                          STUN_AGENT_USAGE_USE_FINGERPRINT);

    ngx_webrtc_put32(id, NGX_WEBRTC_STUN_COOKIE);
    ngx_memcpy(id + 4, request->transaction, 12);

    if (!stun_message_init(&msg, STUN_REQUEST, STUN_BINDING, id)) {
        return NULL;
    }

    role = request->controlling ? STUN_ATTRIBUTE_ICE_CONTROLLING
                                : STUN_ATTRIBUTE_ICE_CONTROLLED;

    if (stun_message_append_bytes(&msg, STUN_ATTRIBUTE_USERNAME,
                                  request->username.data,
                                  request->username.len)
        != STUN_MESSAGE_RETURN_SUCCESS
        || stun_message_append32(&msg, STUN_ATTRIBUTE_PRIORITY,
                                 request->priority)
           != STUN_MESSAGE_RETURN_SUCCESS
        || stun_message_append64(&msg, role, request->tie_breaker)
           != STUN_MESSAGE_RETURN_SUCCESS
        || (request->use_candidate
            && stun_message_append_flag(&msg, STUN_ATTRIBUTE_USE_CANDIDATE)
               != STUN_MESSAGE_RETURN_SUCCESS))
    {
        return NULL;
    }

    return ngx_webrtc_stun_finish(&agent, &msg, &request->password);
}
