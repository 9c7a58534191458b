
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the head of a reply, when all of it is there */


#include <proto/ngx_webrtc_http_reply_head.h>


static ngx_int_t ngx_webrtc_http_reply_status(ngx_webrtc_http_reply_t *reply,
    u_char *pos, u_char *last);
static u_char *ngx_webrtc_http_reply_line(u_char *pos, u_char *last,
    ngx_str_t *line);
static ngx_int_t ngx_webrtc_http_reply_framing(
    ngx_webrtc_http_reply_t *reply, const ngx_str_t *name,
    const ngx_str_t *value, ngx_webrtc_http_reply_framing_t *framing);
static ngx_int_t ngx_webrtc_http_reply_length(const ngx_str_t *value,
    uint64_t *length);
static ngx_uint_t ngx_webrtc_http_reply_is(const ngx_str_t *str,
    const char *text);
static ngx_uint_t ngx_webrtc_http_reply_is_token(u_char ch);
static ngx_uint_t ngx_webrtc_http_reply_lists(const ngx_str_t *value,
    const char *token);
static void ngx_webrtc_http_reply_trim(ngx_str_t *str);


ngx_int_t
ngx_webrtc_http_reply_head(ngx_webrtc_http_reply_t *reply,
    ngx_webrtc_http_reply_framing_t *framing)
{
    u_char     *pos;
    ngx_int_t   rc;
    ngx_str_t   line, name, value;

    ngx_memzero(framing, sizeof(ngx_webrtc_http_reply_framing_t));

    pos = ngx_webrtc_http_reply_line(reply->start, reply->pos, &line);

    if (ngx_webrtc_http_reply_status(reply, line.data, line.data + line.len)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    reply->head.data = pos;
    reply->head.len = reply->pos - pos;

    pos = NULL;

    for ( ;; ) {
        rc = ngx_webrtc_http_reply_next(reply, &pos, &name, &value);

        if (rc == NGX_DONE) {
            break;
        }

        if (rc != NGX_OK
            || ngx_webrtc_http_reply_framing(reply, &name, &value, framing)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    /* which of them is to be believed would be a guess */

    if (framing->chunked && framing->counted) {
        return NGX_ERROR;
    }

    reply->closes = ngx_webrtc_http_reply_has(reply, "connection", "close")
                    || (reply->http10
                        && !ngx_webrtc_http_reply_has(reply, "connection",
                                                      "keep-alive"));

    return NGX_OK;
}


/* "HTTP/1." DIGIT SP 3DIGIT [SP reason] */

static ngx_int_t
ngx_webrtc_http_reply_status(ngx_webrtc_http_reply_t *reply, u_char *pos,
    u_char *last)
{
    ngx_uint_t  i;

    if (last - pos < 12
        || ngx_memcmp(pos, "HTTP/1.", 7) != 0
        || pos[7] < '0' || pos[7] > '9'
        || pos[8] != ' '
        || pos[9] < '1' || pos[9] > '5'
        || (last - pos > 12 && pos[12] != ' '))
    {
        return NGX_ERROR;
    }

    reply->http10 = (pos[7] == '0');
    reply->status = 0;

    for (i = 9; i < 12; i++) {

        if (pos[i] < '0' || pos[i] > '9') {
            return NGX_ERROR;
        }

        reply->status = reply->status * 10 + (pos[i] - '0');
    }

    return NGX_OK;
}


/* a line without its end; returns where the next one begins */

static u_char *
ngx_webrtc_http_reply_line(u_char *pos, u_char *last, ngx_str_t *line)
{
    line->data = pos;

    while (pos < last && *pos != '\n') {
        pos++;
    }

    line->len = pos - line->data;

    if (line->len && pos[-1] == '\r') {
        line->len--;
    }

    return (pos < last) ? pos + 1 : last;
}


/* name ":" OWS value OWS, without continuation in a further line */

ngx_int_t
ngx_webrtc_http_reply_next(const ngx_webrtc_http_reply_t *reply,
    u_char **pos, ngx_str_t *name, ngx_str_t *value)
{
    u_char     *p, *last;
    ngx_str_t   line;

    if (*pos == NULL) {
        *pos = reply->head.data;
    }

    *pos = ngx_webrtc_http_reply_line(*pos,
                                      reply->head.data + reply->head.len,
                                      &line);

    if (line.len == 0) {
        return NGX_DONE;
    }

    p = line.data;
    last = p + line.len;

    while (p < last && ngx_webrtc_http_reply_is_token(*p)) {
        p++;
    }

    if (p == line.data || p == last || *p != ':') {
        return NGX_ERROR;
    }

    name->data = line.data;
    name->len = p - line.data;

    value->data = ++p;
    value->len = last - p;

    for ( /* void */ ; p < last; p++) {
        if ((*p < ' ' && *p != '\t') || *p == 0x7f) {
            return NGX_ERROR;
        }
    }

    ngx_webrtc_http_reply_trim(value);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_http_reply_framing(ngx_webrtc_http_reply_t *reply,
    const ngx_str_t *name, const ngx_str_t *value,
    ngx_webrtc_http_reply_framing_t *framing)
{
    uint64_t  length;

    if (ngx_webrtc_http_reply_is(name, "transfer-encoding")) {

        /* nothing else was asked for */

        if (framing->chunked || reply->http10
            || !ngx_webrtc_http_reply_is(value, "chunked"))
        {
            return NGX_ERROR;
        }

        framing->chunked = 1;
    }

    if (ngx_webrtc_http_reply_is(name, "content-length")) {

        if (ngx_webrtc_http_reply_length(value, &length) != NGX_OK
            || (framing->counted && length != framing->length))
        {
            return NGX_ERROR;
        }

        framing->counted = 1;
        framing->length = length;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_http_reply_length(const ngx_str_t *value, uint64_t *length)
{
    size_t  i;

    if (value->len == 0 || value->len > NGX_WEBRTC_HTTP_REPLY_DIGITS) {
        return NGX_ERROR;
    }

    *length = 0;

    for (i = 0; i < value->len; i++) {

        if (value->data[i] < '0' || value->data[i] > '9') {
            return NGX_ERROR;
        }

        *length = *length * 10 + (value->data[i] - '0');
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_http_reply_header(const ngx_webrtc_http_reply_t *reply,
    const char *name, ngx_str_t *value)
{
    u_char     *pos;
    ngx_str_t   field;

    pos = NULL;

    while (ngx_webrtc_http_reply_next(reply, &pos, &field, value) == NGX_OK) {
        if (ngx_webrtc_http_reply_is(&field, name)) {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


ngx_uint_t
ngx_webrtc_http_reply_has(const ngx_webrtc_http_reply_t *reply,
    const char *name, const char *token)
{
    u_char     *pos;
    ngx_str_t   field, value;

    pos = NULL;

    while (ngx_webrtc_http_reply_next(reply, &pos, &field, &value) == NGX_OK)
    {
        if (ngx_webrtc_http_reply_is(&field, name)
            && ngx_webrtc_http_reply_lists(&value, token))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_webrtc_http_reply_lists(const ngx_str_t *value, const char *token)
{
    u_char     *pos, *last;
    ngx_str_t   word;

    pos = value->data;
    last = pos + value->len;

    for ( ;; ) {
        word.data = pos;

        while (pos < last && *pos != ',') {
            pos++;
        }

        word.len = pos - word.data;
        ngx_webrtc_http_reply_trim(&word);

        if (ngx_webrtc_http_reply_is(&word, token)) {
            return 1;
        }

        if (pos++ == last) {
            return 0;
        }
    }
}


static ngx_uint_t
ngx_webrtc_http_reply_is(const ngx_str_t *str, const char *text)
{
    return str->len == ngx_strlen(text)
           && strncasecmp((char *) str->data, text, str->len) == 0;
}


/* RFC 9110, 5.6.2 */

static ngx_uint_t
ngx_webrtc_http_reply_is_token(u_char ch)
{
    return (ch >= '0' && ch <= '9')
           || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z')
           || (ch != '\0' && strchr("!#$%&'*+-.^_`|~", ch) != NULL);
}


static void
ngx_webrtc_http_reply_trim(ngx_str_t *str)
{
    while (str->len && (str->data[0] == ' ' || str->data[0] == '\t')) {
        str->data++;
        str->len--;
    }

    while (str->len
           && (str->data[str->len - 1] == ' '
               || str->data[str->len - 1] == '\t'))
    {
        str->len--;
    }
}
