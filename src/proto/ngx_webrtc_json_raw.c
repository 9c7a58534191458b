
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Finds a value in JSON text (RFC 8259) without building it.  Recursion is
 * bounded by NGX_WEBRTC_JSON_DEPTH.
 */


#include <core/ngx_webrtc_utf8.h>
#include <proto/ngx_webrtc_json.h>


typedef struct {
    u_char      *pos;
    u_char      *last;
    ngx_uint_t   depth;
    unsigned     once:1;    /* the key must not come again */
} ngx_webrtc_json_scan_t;


static ngx_int_t ngx_webrtc_json_find(ngx_webrtc_json_scan_t *scan,
    const char *key, ngx_str_t *value);
static ngx_int_t ngx_webrtc_json_value(ngx_webrtc_json_scan_t *scan);
static ngx_int_t ngx_webrtc_json_array(ngx_webrtc_json_scan_t *scan);
static ngx_int_t ngx_webrtc_json_object(ngx_webrtc_json_scan_t *scan,
    const char *key, ngx_str_t *found);
static ngx_int_t ngx_webrtc_json_string(ngx_webrtc_json_scan_t *scan,
    ngx_str_t *value);
static ngx_int_t ngx_webrtc_json_escape(ngx_webrtc_json_scan_t *scan);
static ngx_int_t ngx_webrtc_json_hex4(ngx_webrtc_json_scan_t *scan,
    ngx_uint_t *code);
static ngx_int_t ngx_webrtc_json_number(ngx_webrtc_json_scan_t *scan);
static ngx_int_t ngx_webrtc_json_digits(ngx_webrtc_json_scan_t *scan);
static ngx_int_t ngx_webrtc_json_literal(ngx_webrtc_json_scan_t *scan,
    const char *text, size_t len);
static ngx_uint_t ngx_webrtc_json_peek(ngx_webrtc_json_scan_t *scan);


ngx_int_t
ngx_webrtc_json_check(u_char *pos, u_char *last)
{
    ngx_uint_t              c;
    ngx_webrtc_json_scan_t  scan;

    ngx_memzero(&scan, sizeof(ngx_webrtc_json_scan_t));

    scan.pos = pos;
    scan.last = last;

    c = ngx_webrtc_json_peek(&scan);

    if ((c != '{' && c != '[') || ngx_webrtc_json_value(&scan) != NGX_OK) {
        return NGX_ERROR;
    }

    (void) ngx_webrtc_json_peek(&scan);

    return (scan.pos == scan.last) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_webrtc_json_find_raw(u_char *pos, u_char *last, const char *key,
    ngx_str_t *value)
{
    ngx_webrtc_json_scan_t  scan;

    ngx_memzero(&scan, sizeof(ngx_webrtc_json_scan_t));

    scan.pos = pos;
    scan.last = last;

    return ngx_webrtc_json_find(&scan, key, value);
}


ngx_int_t
ngx_webrtc_json_find_once(u_char *pos, u_char *last, const char *key,
    ngx_str_t *value)
{
    ngx_webrtc_json_scan_t  scan;

    ngx_memzero(&scan, sizeof(ngx_webrtc_json_scan_t));

    scan.pos = pos;
    scan.last = last;
    scan.once = 1;

    return ngx_webrtc_json_find(&scan, key, value);
}


static ngx_int_t
ngx_webrtc_json_find(ngx_webrtc_json_scan_t *scan, const char *key,
    ngx_str_t *value)
{
    ngx_str_t  found;

    ngx_str_null(&found);

    if (ngx_webrtc_json_peek(scan) != '{'
        || ngx_webrtc_json_object(scan, key, &found) != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) ngx_webrtc_json_peek(scan);

    if (scan->pos != scan->last) {
        return NGX_ERROR;
    }

    if (found.data == NULL) {
        return NGX_DECLINED;
    }

    *value = found;

    return NGX_OK;
}


/* the next byte that is not white space, 0 at the end */

static ngx_uint_t
ngx_webrtc_json_peek(ngx_webrtc_json_scan_t *scan)
{
    for ( /* void */ ; scan->pos < scan->last; scan->pos++) {

        if (*scan->pos != ' ' && *scan->pos != '\t'
            && *scan->pos != '\r' && *scan->pos != '\n')
        {
            return *scan->pos;
        }
    }

    return 0;
}


static ngx_int_t
ngx_webrtc_json_value(ngx_webrtc_json_scan_t *scan)
{
    ngx_str_t  unused;

    switch (ngx_webrtc_json_peek(scan)) {

    case '{':
        return ngx_webrtc_json_object(scan, NULL, NULL);

    case '[':
        return ngx_webrtc_json_array(scan);

    case '"':
        return ngx_webrtc_json_string(scan, &unused);

    case 't':
        return ngx_webrtc_json_literal(scan, "true", 4);

    case 'f':
        return ngx_webrtc_json_literal(scan, "false", 5);

    case 'n':
        return ngx_webrtc_json_literal(scan, "null", 4);
    }

    return ngx_webrtc_json_number(scan);
}


static ngx_int_t
ngx_webrtc_json_array(ngx_webrtc_json_scan_t *scan)
{
    if (++scan->depth > NGX_WEBRTC_JSON_DEPTH) {
        return NGX_ERROR;
    }

    scan->pos++;

    if (ngx_webrtc_json_peek(scan) == ']') {
        goto done;
    }

    for ( ;; ) {

        if (ngx_webrtc_json_value(scan) != NGX_OK) {
            return NGX_ERROR;
        }

        switch (ngx_webrtc_json_peek(scan)) {

        case ',':
            scan->pos++;
            break;

        case ']':
            goto done;

        default:
            return NGX_ERROR;
        }
    }

done:

    scan->pos++;
    scan->depth--;

    return NGX_OK;
}


/* with a key the first value of that name is left in *found */

static ngx_int_t
ngx_webrtc_json_object(ngx_webrtc_json_scan_t *scan, const char *key,
    ngx_str_t *found)
{
    u_char     *start;
    ngx_str_t   name;

    if (++scan->depth > NGX_WEBRTC_JSON_DEPTH) {
        return NGX_ERROR;
    }

    scan->pos++;

    if (ngx_webrtc_json_peek(scan) == '}') {
        goto done;
    }

    for ( ;; ) {

        if (ngx_webrtc_json_peek(scan) != '"'
            || ngx_webrtc_json_string(scan, &name) != NGX_OK
            || ngx_webrtc_json_peek(scan) != ':')
        {
            return NGX_ERROR;
        }

        scan->pos++;

        (void) ngx_webrtc_json_peek(scan);
        start = scan->pos;

        if (ngx_webrtc_json_value(scan) != NGX_OK) {
            return NGX_ERROR;
        }

        if (key
            && name.len == ngx_strlen(key)
            && ngx_memcmp(name.data, key, name.len) == 0)
        {
            if (found->data == NULL) {
                found->data = start;
                found->len = scan->pos - start;

            } else if (scan->once) {
                return NGX_ERROR;
            }
        }

        switch (ngx_webrtc_json_peek(scan)) {

        case ',':
            scan->pos++;
            break;

        case '}':
            goto done;

        default:
            return NGX_ERROR;
        }
    }

done:

    scan->pos++;
    scan->depth--;

    return NGX_OK;
}


/* the value is what stands between the quotes, escapes and all */

static ngx_int_t
ngx_webrtc_json_string(ngx_webrtc_json_scan_t *scan, ngx_str_t *value)
{
    uint32_t       code;
    ngx_int_t      rc;
    const u_char  *p;

    value->data = ++scan->pos;

    while (scan->pos < scan->last) {

        if (*scan->pos == '"') {
            value->len = scan->pos - value->data;
            scan->pos++;
            return NGX_OK;
        }

        if (*scan->pos < 0x20) {
            return NGX_ERROR;
        }

        if (*scan->pos == '\\') {
            rc = ngx_webrtc_json_escape(scan);

        } else if (*scan->pos >= 0x80) {
            p = scan->pos;
            rc = ngx_webrtc_utf8_next(&p, scan->last, &code);
            scan->pos += p - scan->pos;

        } else {
            scan->pos += ngx_webrtc_json_plain(scan->pos, scan->last);
            rc = NGX_OK;
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_json_escape(ngx_webrtc_json_scan_t *scan)
{
    ngx_uint_t  code;

    if (scan->last - scan->pos < 2) {
        return NGX_ERROR;
    }

    scan->pos++;

    if (*scan->pos != 'u') {

        if (*scan->pos == '\0' || strchr("\"\\/bfnrt", *scan->pos) == NULL) {
            return NGX_ERROR;
        }

        scan->pos++;
        return NGX_OK;
    }

    scan->pos++;

    if (ngx_webrtc_json_hex4(scan, &code) != NGX_OK
        || code == 0
        || (code & 0xfc00) == 0xdc00)
    {
        return NGX_ERROR;
    }

    if ((code & 0xfc00) != 0xd800) {
        return NGX_OK;
    }

    /* the first half of a surrogate pair */

    if (scan->last - scan->pos < 2
        || scan->pos[0] != '\\' || scan->pos[1] != 'u')
    {
        return NGX_ERROR;
    }

    scan->pos += 2;

    if (ngx_webrtc_json_hex4(scan, &code) != NGX_OK
        || (code & 0xfc00) != 0xdc00)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_json_hex4(ngx_webrtc_json_scan_t *scan, ngx_uint_t *code)
{
    u_char      c;
    ngx_uint_t  i;

    if (scan->last - scan->pos < 4) {
        return NGX_ERROR;
    }

    *code = 0;

    for (i = 0; i < 4; i++) {
        c = *scan->pos++;

        if (c >= '0' && c <= '9') {
            c -= '0';

        } else {
            c |= 0x20;

            if (c < 'a' || c > 'f') {
                return NGX_ERROR;
            }

            c = (u_char) (c - 'a' + 10);
        }

        *code = *code << 4 | c;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_json_number(ngx_webrtc_json_scan_t *scan)
{
    if (scan->pos < scan->last && *scan->pos == '-') {
        scan->pos++;
    }

    if (scan->pos < scan->last && *scan->pos == '0') {
        scan->pos++;

    } else if (ngx_webrtc_json_digits(scan) != NGX_OK) {
        return NGX_ERROR;
    }

    if (scan->pos < scan->last && *scan->pos == '.') {
        scan->pos++;

        if (ngx_webrtc_json_digits(scan) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (scan->pos < scan->last && (*scan->pos | 0x20) == 'e') {
        scan->pos++;

        if (scan->pos < scan->last
            && (*scan->pos == '+' || *scan->pos == '-'))
        {
            scan->pos++;
        }

        return ngx_webrtc_json_digits(scan);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_json_digits(ngx_webrtc_json_scan_t *scan)
{
    u_char  *start;

    start = scan->pos;

    while (scan->pos < scan->last && *scan->pos >= '0' && *scan->pos <= '9') {
        scan->pos++;
    }

    return (scan->pos == start) ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_webrtc_json_literal(ngx_webrtc_json_scan_t *scan, const char *text,
    size_t len)
{
    if ((size_t) (scan->last - scan->pos) < len
        || ngx_memcmp(scan->pos, text, len) != 0)
    {
        return NGX_ERROR;
    }

    scan->pos += len;

    return NGX_OK;
}
