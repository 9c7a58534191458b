
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_addr.h>
#include <proto/ngx_webrtc_ice_url.h>


#define NGX_WEBRTC_ICE_PORT         3478
#define NGX_WEBRTC_ICE_HOST_MAX     255

/* what RFC 5389 allows of a username */
#define NGX_WEBRTC_ICE_WORD_MAX     512


static ngx_int_t ngx_webrtc_ice_url_scheme(u_char **pos, u_char *last,
    ngx_webrtc_ice_url_t *url, const char **reason);
static ngx_int_t ngx_webrtc_ice_url_host(u_char **pos, u_char *last,
    ngx_webrtc_ice_url_t *url, const char **reason);
static ngx_uint_t ngx_webrtc_ice_url_is_name(const ngx_str_t *host);
static ngx_int_t ngx_webrtc_ice_url_port(u_char *pos, u_char *last,
    ngx_webrtc_ice_url_t *url, const char **reason);
static ngx_int_t ngx_webrtc_ice_url_query(u_char *pos, u_char *last,
    ngx_webrtc_ice_url_t *url, const char **reason);
static ngx_uint_t ngx_webrtc_ice_url_is(u_char *pos, u_char *last,
    const char *word);
static ngx_uint_t ngx_webrtc_ice_is_word(const ngx_str_t *text);


ngx_int_t
ngx_webrtc_ice_url_parse(u_char *pos, u_char *last, ngx_webrtc_ice_url_t *url,
    const char **reason)
{
    u_char  *query;

    ngx_memzero(url, sizeof(ngx_webrtc_ice_url_t));

    url->port = NGX_WEBRTC_ICE_PORT;

    if (ngx_webrtc_ice_url_scheme(&pos, last, url, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    query = (pos < last) ? memchr(pos, '?', last - pos) : NULL;

    if (query
        && ngx_webrtc_ice_url_query(query + 1, last, url, reason) != NGX_OK)
    {
        return NGX_ERROR;
    }

    last = query ? query : last;

    if (ngx_webrtc_ice_url_host(&pos, last, url, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webrtc_ice_url_port(pos, last, url, reason);
}


static ngx_int_t
ngx_webrtc_ice_url_scheme(u_char **pos, u_char *last,
    ngx_webrtc_ice_url_t *url, const char **reason)
{
    u_char  *p, *colon;

    p = *pos;
    colon = (p < last) ? memchr(p, ':', last - p) : NULL;

    if (colon == NULL) {
        *reason = "it must begin with \"stun:\" or \"turn:\"";
        return NGX_ERROR;
    }

    *pos = colon + 1;

    if (ngx_webrtc_ice_url_is(p, colon, "stun")) {
        return NGX_OK;
    }

    if (ngx_webrtc_ice_url_is(p, colon, "turn")) {
        url->turn = 1;
        return NGX_OK;
    }

    if (ngx_webrtc_ice_url_is(p, colon, "stuns")
        || ngx_webrtc_ice_url_is(p, colon, "turns"))
    {
        *reason = "TLS to STUN and TURN servers is not supported";
        return NGX_ERROR;
    }

    *reason = "it must begin with \"stun:\" or \"turn:\"";

    return NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_ice_url_host(u_char **pos, u_char *last, ngx_webrtc_ice_url_t *url,
    const char **reason)
{
    u_char             *p, *end;
    ngx_webrtc_addr_t   addr;

    p = *pos;

    if (p == last) {
        *reason = "no host";
        return NGX_ERROR;
    }

    *reason = "invalid host";

    if (*p == '[') {
        p++;

        end = memchr(p, ']', last - p);
        if (end == NULL) {
            return NGX_ERROR;
        }

        url->host.data = p;
        url->host.len = end - p;

        *pos = end + 1;

        return (ngx_webrtc_addr_parse_ip(&addr, &url->host) == NGX_OK
                && !ngx_webrtc_addr_is_v4(&addr)) ? NGX_OK : NGX_ERROR;
    }

    end = memchr(p, ':', last - p);
    if (end == NULL) {
        end = last;
    }

    url->host.data = p;
    url->host.len = end - p;

    *pos = end;

    return ngx_webrtc_ice_url_is_name(&url->host) ? NGX_OK : NGX_ERROR;
}


/* an IPv4 address is one too */

static ngx_uint_t
ngx_webrtc_ice_url_is_name(const ngx_str_t *host)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < host->len; i++) {
        c = host->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'))
        {
            return 0;
        }
    }

    return host->len > 0 && host->len <= NGX_WEBRTC_ICE_HOST_MAX;
}


static ngx_int_t
ngx_webrtc_ice_url_port(u_char *pos, u_char *last, ngx_webrtc_ice_url_t *url,
    const char **reason)
{
    ngx_uint_t  port;

    if (pos == last) {
        return NGX_OK;
    }

    *reason = "invalid port";

    if (*pos++ != ':' || last - pos > 5) {
        return NGX_ERROR;
    }

    port = 0;

    for ( /* void */ ; pos < last; pos++) {

        if (*pos < '0' || *pos > '9') {
            return NGX_ERROR;
        }

        port = port * 10 + (*pos - '0');
    }

    if (port < 1 || port > 65535) {
        return NGX_ERROR;
    }

    url->port = (in_port_t) port;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_ice_url_query(u_char *pos, u_char *last, ngx_webrtc_ice_url_t *url,
    const char **reason)
{
    if (ngx_webrtc_ice_url_is(pos, last, "transport=tcp")) {
        url->tcp = 1;
        return NGX_OK;
    }

    if (ngx_webrtc_ice_url_is(pos, last, "transport=udp")) {
        return NGX_OK;
    }

    *reason = "only \"?transport=udp\" or \"?transport=tcp\" can follow";

    return NGX_ERROR;
}


/* "word" in small letters, the text in any */

static ngx_uint_t
ngx_webrtc_ice_url_is(u_char *pos, u_char *last, const char *word)
{
    u_char  c;

    for ( /* void */ ; pos < last && *word; pos++, word++) {
        c = (*pos >= 'A' && *pos <= 'Z') ? (*pos | 0x20) : *pos;

        if (c != (u_char) *word) {
            return 0;
        }
    }

    return pos == last && *word == '\0';
}


ngx_int_t
ngx_webrtc_ice_server_parse(const ngx_webrtc_ice_server_t *server,
    ngx_webrtc_ice_url_t *url, const char **reason)
{
    if (ngx_webrtc_ice_url_parse(server->url.data,
                                 server->url.data + server->url.len, url,
                                 reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!url->turn) {
        *reason = "STUN is asked by UDP alone";
        return url->tcp ? NGX_ERROR : NGX_OK;
    }

    *reason = "TURN needs a username and a credential";

    return (ngx_webrtc_ice_is_word(&server->username)
            && ngx_webrtc_ice_is_word(&server->credential)) ? NGX_OK
                                                            : NGX_ERROR;
}


static ngx_uint_t
ngx_webrtc_ice_is_word(const ngx_str_t *text)
{
    return text->len > 0 && text->len <= NGX_WEBRTC_ICE_WORD_MAX
           && memchr(text->data, '\0', text->len) == NULL;
}
