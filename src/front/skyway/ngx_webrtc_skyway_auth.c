
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <core/ngx_webrtc_text.h>
#include <front/skyway/ngx_webrtc_skyway_auth.h>
#include <hub/ngx_webrtc_token.h>


/* 32 bytes in base64 */
#define NGX_WEBRTC_SKYWAY_AUTH_TOKEN    44

/* two numbers of 20 digits, two colons and the id */
#define NGX_WEBRTC_SKYWAY_AUTH_TEXT     (42 + NGX_WEBRTC_SKYWAY_ID_MAX)


static ngx_uint_t ngx_webrtc_skyway_is_domain(const ngx_str_t *domain,
    const ngx_str_t *wanted);
static ngx_str_t ngx_webrtc_skyway_auth_host(const ngx_str_t *domain);
static ngx_int_t ngx_webrtc_skyway_auth_number(u_char **pos, u_char *last,
    uint64_t *number);
static ngx_int_t ngx_webrtc_skyway_auth_token(const ngx_str_t *secret,
    const ngx_str_t *peer_id,
    const ngx_webrtc_skyway_credential_t *credential, u_char *token);


ngx_int_t
ngx_webrtc_skyway_auth_key(const ngx_webrtc_skyway_conf_t *conf,
    const ngx_str_t *name, const ngx_str_t *domain,
    const ngx_webrtc_skyway_key_t **key)
{
    ngx_uint_t  i;

    *key = NULL;

    if (conf->nkeys == 0) {
        return NGX_OK;
    }

    for (i = 0; i < conf->nkeys; i++) {

        if (!ngx_webrtc_str_equal(&conf->keys[i].name, name)) {
            continue;
        }

        *key = &conf->keys[i];

        return ngx_webrtc_skyway_is_domain(domain, &conf->keys[i].domain)
               ? NGX_OK : NGX_ABORT;
    }

    return NGX_DECLINED;
}


static ngx_uint_t
ngx_webrtc_skyway_is_domain(const ngx_str_t *domain, const ngx_str_t *wanted)
{
    u_char      a, b;
    ngx_str_t   host;
    ngx_uint_t  i;

    if (wanted->len == 0) {
        return 1;
    }

    host = ngx_webrtc_skyway_auth_host(domain);

    if (host.len != wanted->len) {
        return 0;
    }

    for (i = 0; i < host.len; i++) {
        a = host.data[i];
        b = wanted->data[i];

        a = (a >= 'A' && a <= 'Z') ? a | 0x20 : a;
        b = (b >= 'A' && b <= 'Z') ? b | 0x20 : b;

        if (a != b) {
            return 0;
        }
    }

    return 1;
}


/* without scheme and port */

static ngx_str_t
ngx_webrtc_skyway_auth_host(const ngx_str_t *domain)
{
    u_char     *p, *last;
    ngx_str_t   host;

    host = *domain;
    last = host.data + host.len;

    for (p = host.data; last - p > 2; p++) {
        if (p[0] == ':' && p[1] == '/' && p[2] == '/') {
            host.data = p + 3;
            break;
        }
    }

    p = host.data;

    if (p < last && *p == '[') {
        while (p < last && *p != ']') { p++; }
    }

    while (p < last && *p != ':' && *p != '/') { p++; }

    host.len = p - host.data;

    return host;
}


ngx_int_t
ngx_webrtc_skyway_credential_read(const json_t *object,
    ngx_webrtc_skyway_credential_t *credential, const char **field)
{
    json_int_t  number;

    *field = "timestamp";

    if (ngx_webrtc_json_get_int(object, "timestamp", 0, INT64_MAX, &number)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    credential->timestamp = number;

    *field = "ttl";

    if (ngx_webrtc_json_get_int(object, "ttl", 0, INT64_MAX, &number)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    credential->ttl = number;

    *field = "authToken";

    return ngx_webrtc_json_get_str(object, "authToken", 0, SIZE_MAX,
                                   &credential->token)
           == NGX_OK ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_webrtc_skyway_credential_parse(const ngx_str_t *text,
    ngx_webrtc_skyway_credential_t *credential)
{
    u_char  *p, *last;

    p = text->data;
    last = p + text->len;

    if (ngx_webrtc_skyway_auth_number(&p, last, &credential->timestamp)
        != NGX_OK
        || ngx_webrtc_skyway_auth_number(&p, last, &credential->ttl)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    credential->token.data = p;
    credential->token.len = last - p;

    return NGX_OK;
}


/* and the colon behind it */

static ngx_int_t
ngx_webrtc_skyway_auth_number(u_char **pos, u_char *last, uint64_t *number)
{
    u_char  *p;

    *number = 0;

    for (p = *pos; p < last && *p >= '0' && *p <= '9'; p++) {

        if (p - *pos == 18) {
            return NGX_ERROR;
        }

        *number = *number * 10 + (*p - '0');
    }

    if (p == *pos || p == last || *p != ':') {
        return NGX_ERROR;
    }

    *pos = p + 1;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_skyway_auth_check(const ngx_webrtc_skyway_key_t *key,
    const ngx_str_t *peer_id,
    const ngx_webrtc_skyway_credential_t *credential, uint64_t wall,
    uint64_t *left, const char **reason)
{
    u_char     buf[NGX_WEBRTC_SKYWAY_AUTH_TOKEN];
    ngx_str_t  given, token;

    *left = 0;
    *reason = NULL;

    if (key == NULL || key->secret.len == 0) {
        return NGX_OK;
    }

    *reason = "there is no credential";

    if (credential == NULL) {
        return NGX_DECLINED;
    }

    *reason = "the ttl is out of its range";

    if (credential->ttl < NGX_WEBRTC_SKYWAY_TTL_MIN
        || credential->ttl > NGX_WEBRTC_SKYWAY_TTL_MAX)
    {
        return NGX_DECLINED;
    }

    *reason = "the timestamp is in the future";

    if (credential->timestamp > wall + NGX_WEBRTC_SKYWAY_SKEW) {
        return NGX_DECLINED;
    }

    *reason = "the credential has expired";

    if (credential->timestamp + credential->ttl <= wall) {
        return NGX_DECLINED;
    }

    *reason = "the authToken is wrong";

    if (ngx_webrtc_skyway_auth_token(&key->secret, peer_id, credential, buf)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    token.data = buf;
    token.len = sizeof(buf);

    /* as some libraries end it */

    given = credential->token;

    if (given.len && given.data[given.len - 1] == '\n') {
        given.len--;
    }

    if (!ngx_webrtc_token_equal(&token, &given)) {
        return NGX_DECLINED;
    }

    *reason = NULL;
    *left = credential->timestamp + credential->ttl - wall;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_skyway_auth_token(const ngx_str_t *secret,
    const ngx_str_t *peer_id,
    const ngx_webrtc_skyway_credential_t *credential, u_char *token)
{
    u_char             buf[NGX_WEBRTC_SKYWAY_AUTH_TEXT];
    u_char             signature[NGX_WEBRTC_SIGNATURE_LEN];
    ngx_str_t          data;
    ngx_webrtc_text_t  text;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));

    ngx_webrtc_text_uint(&text, credential->timestamp);
    ngx_webrtc_text_cstr(&text, ":");
    ngx_webrtc_text_uint(&text, credential->ttl);
    ngx_webrtc_text_cstr(&text, ":");
    ngx_webrtc_text_str(&text, peer_id);

    if (text.overflow) {
        return NGX_ERROR;
    }

    data.data = buf;
    data.len = ngx_webrtc_text_len(&text);

    if (ngx_webrtc_token_sign(secret, &data, signature) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, token,
                         token + NGX_WEBRTC_SKYWAY_AUTH_TOKEN);
    ngx_webrtc_text_base64(&text, signature, sizeof(signature));

    return NGX_OK;
}
