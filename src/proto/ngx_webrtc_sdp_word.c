
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the small parts of SDP lines: words, numbers, candidates */


#include <proto/ngx_webrtc_sdp.h>
#include <proto/ngx_webrtc_sdp_attr.h>


#define NGX_WEBRTC_SDP_ADDRESS_MAX  255


static ngx_int_t ngx_webrtc_sdp_candidate_base(u_char **pos, u_char *last,
    ngx_webrtc_sdp_candidate_t *candidate);
static ngx_int_t ngx_webrtc_sdp_candidate_type(const ngx_str_t *word,
    ngx_webrtc_sdp_candidate_t *candidate);
static void ngx_webrtc_sdp_candidate_addr(
    ngx_webrtc_sdp_candidate_t *candidate);


ngx_int_t
ngx_webrtc_sdp_fail(ngx_webrtc_sdp_t *sdp, const char *reason)
{
    sdp->reason = reason;

    return NGX_ERROR;
}


ngx_int_t
ngx_webrtc_sdp_word(u_char **pos, u_char *last, ngx_str_t *word)
{
    u_char  *p;

    p = *pos;

    while (p < last && *p == ' ') {
        p++;
    }

    word->data = p;

    while (p < last && *p != ' ') {
        p++;
    }

    word->len = p - word->data;
    *pos = p;

    return word->len ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_webrtc_sdp_uint(const ngx_str_t *word, uint64_t max, uint64_t *value)
{
    size_t    i;
    uint64_t  n, digit;

    if (word->len == 0) {
        return NGX_ERROR;
    }

    n = 0;

    for (i = 0; i < word->len; i++) {

        if (word->data[i] < '0' || word->data[i] > '9') {
            return NGX_ERROR;
        }

        digit = word->data[i] - '0';

        if (n > (max - digit) / 10 || digit > max) {
            return NGX_ERROR;
        }

        n = n * 10 + digit;
    }

    *value = n;

    return NGX_OK;
}


void
ngx_webrtc_sdp_cut(ngx_str_t *word, u_char c, ngx_str_t *rest)
{
    u_char  *p, *last;

    p = word->len ? memchr(word->data, c, word->len) : NULL;

    if (p == NULL) {
        ngx_str_null(rest);
        return;
    }

    last = word->data + word->len;

    word->len = p - word->data;

    rest->data = p + 1;
    rest->len = last - rest->data;
}


ngx_uint_t
ngx_webrtc_sdp_is(const ngx_str_t *word, const char *text)
{
    return word->len == ngx_strlen(text)
           && ngx_strncmp(word->data, text, word->len) == 0;
}


ngx_uint_t
ngx_webrtc_sdp_is_nocase(const ngx_str_t *word, const char *text)
{
    u_char  c;
    size_t  i;

    if (word->len != ngx_strlen(text)) {
        return 0;
    }

    for (i = 0; i < word->len; i++) {
        c = word->data[i];

        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }

        if (c != (u_char) text[i]) {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_webrtc_sdp_fmtp_value(const ngx_str_t *fmtp, const char *key,
    ngx_str_t *value)
{
    ngx_str_t  item, next;

    for (item = *fmtp; item.len; item = next) {

        ngx_webrtc_sdp_cut(&item, ';', &next);

        while (item.len && item.data[0] == ' ') {
            item.data++;
            item.len--;
        }

        ngx_webrtc_sdp_cut(&item, '=', value);

        if (ngx_webrtc_sdp_is_nocase(&item, key)) {

            while (value->len && value->data[value->len - 1] == ' ') {
                value->len--;
            }

            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/*
 * candidate:<foundation> <component> <transport> <priority> <address> <port>
 * typ <type> [<name> <value>]... (RFC 8839, section 5.1; RFC 6544)
 */

ngx_int_t
ngx_webrtc_sdp_parse_candidate(u_char *pos, u_char *last,
    ngx_webrtc_sdp_candidate_t *candidate)
{
    ngx_str_t  name, value;

    ngx_memzero(candidate, sizeof(ngx_webrtc_sdp_candidate_t));

    while (last > pos && (last[-1] == '\n' || last[-1] == '\r')) {
        last--;
    }

    if (last - pos >= 2 && ngx_memcmp(pos, "a=", 2) == 0) {
        pos += 2;
    }

    if (last - pos >= 10 && ngx_memcmp(pos, "candidate:", 10) == 0) {
        pos += 10;
    }

    if (pos == last) {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_sdp_candidate_base(&pos, last, candidate) != NGX_OK) {
        return NGX_ERROR;
    }

    while (ngx_webrtc_sdp_word(&pos, last, &name) == NGX_OK) {

        if (ngx_webrtc_sdp_word(&pos, last, &value) != NGX_OK) {

            /* an extension without its value */

            break;
        }

        if (ngx_webrtc_sdp_is(&name, "ufrag")) {
            candidate->ufrag = value;

        } else if (ngx_webrtc_sdp_is(&name, "tcptype")) {
            candidate->tcptype =
                              ngx_webrtc_sdp_is(&value, "active")
                              ? NGX_WEBRTC_SDP_TCP_ACTIVE
                              : ngx_webrtc_sdp_is(&value, "passive")
                              ? NGX_WEBRTC_SDP_TCP_PASSIVE
                              : ngx_webrtc_sdp_is(&value, "so")
                              ? NGX_WEBRTC_SDP_TCP_SO
                              : NGX_WEBRTC_SDP_TCP_NONE;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_candidate_base(u_char **pos, u_char *last,
    ngx_webrtc_sdp_candidate_t *candidate)
{
    uint64_t   n;
    ngx_str_t  word;

    if (ngx_webrtc_sdp_word(pos, last, &candidate->foundation) != NGX_OK
        || candidate->foundation.len > 32
        || ngx_webrtc_sdp_word(pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_uint(&word, 256, &n) != NGX_OK
        || n == 0)
    {
        return NGX_ERROR;
    }

    candidate->component = (uint16_t) n;

    if (ngx_webrtc_sdp_word(pos, last, &word) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_webrtc_sdp_is_nocase(&word, "tcp")) {
        candidate->tcp = 1;

    } else if (!ngx_webrtc_sdp_is_nocase(&word, "udp")) {
        return NGX_ERROR;
    }

    if (ngx_webrtc_sdp_word(pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_uint(&word, UINT32_MAX, &n) != NGX_OK)
    {
        return NGX_ERROR;
    }

    candidate->priority = (uint32_t) n;

    if (ngx_webrtc_sdp_word(pos, last, &candidate->address) != NGX_OK
        || candidate->address.len > NGX_WEBRTC_SDP_ADDRESS_MAX
        || ngx_webrtc_sdp_word(pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_uint(&word, 65535, &n) != NGX_OK
        || n == 0)
    {
        return NGX_ERROR;
    }

    candidate->port = (uint16_t) n;

    if (ngx_webrtc_sdp_word(pos, last, &word) != NGX_OK
        || !ngx_webrtc_sdp_is(&word, "typ")
        || ngx_webrtc_sdp_word(pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_candidate_type(&word, candidate) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_sdp_candidate_addr(candidate);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sdp_candidate_type(const ngx_str_t *word,
    ngx_webrtc_sdp_candidate_t *candidate)
{
    if (ngx_webrtc_sdp_is(word, "host")) {
        candidate->type = NGX_WEBRTC_SDP_CANDIDATE_HOST;

    } else if (ngx_webrtc_sdp_is(word, "srflx")) {
        candidate->type = NGX_WEBRTC_SDP_CANDIDATE_SRFLX;

    } else if (ngx_webrtc_sdp_is(word, "prflx")) {
        candidate->type = NGX_WEBRTC_SDP_CANDIDATE_PRFLX;

    } else if (ngx_webrtc_sdp_is(word, "relay")) {
        candidate->type = NGX_WEBRTC_SDP_CANDIDATE_RELAY;

    } else {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_sdp_candidate_addr(ngx_webrtc_sdp_candidate_t *candidate)
{
    if (ngx_webrtc_addr_parse_ip(&candidate->addr, &candidate->address)
        == NGX_OK)
    {
        candidate->addr.port = candidate->port;
        candidate->numeric = 1;
    }
}
