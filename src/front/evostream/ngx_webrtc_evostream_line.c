
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <strings.h>
#include <front/evostream/ngx_webrtc_evostream_line.h>


typedef struct {
    u_char                        *pos;
    u_char                        *last;
    u_char                        *out;
    ngx_str_t                     *items;
    ngx_webrtc_evostream_param_t  *params;
} ngx_webrtc_evostream_scan_t;


static ngx_int_t ngx_webrtc_evostream_line_init(ngx_pool_t *pool,
    const ngx_str_t *text, ngx_webrtc_evostream_scan_t *scan);
static void ngx_webrtc_evostream_line_word(ngx_webrtc_evostream_scan_t *scan,
    u_char stop, ngx_str_t *word);
static void ngx_webrtc_evostream_line_param(
    ngx_webrtc_evostream_scan_t *scan);
static void ngx_webrtc_evostream_line_item(ngx_str_t *item);
static ngx_uint_t ngx_webrtc_evostream_line_is_special(u_char ch);
static size_t ngx_webrtc_evostream_line_unescape(u_char *buf, u_char *pos,
    u_char *last);
static ngx_int_t ngx_webrtc_evostream_line_decode(u_char *buf, size_t *len);
static ngx_int_t ngx_webrtc_evostream_line_digit(u_char ch);
static ngx_int_t ngx_webrtc_evostream_line_hex(u_char ch);


ngx_int_t
ngx_webrtc_evostream_line_parse(ngx_pool_t *pool, const ngx_str_t *command,
    const ngx_str_t *text, ngx_webrtc_evostream_line_t *line)
{
    ngx_webrtc_evostream_scan_t  scan;

    if (ngx_webrtc_evostream_line_init(pool, text, &scan) != NGX_OK) {
        return NGX_ERROR;
    }

    line->params = scan.params;
    ngx_str_null(&line->command);

    if (command) {
        line->command = *command;
    }

    while (scan.pos < scan.last) {

        if (*scan.pos == ' ') {
            scan.pos++;
            continue;
        }

        if (command == NULL && line->command.data == NULL) {
            ngx_webrtc_evostream_line_word(&scan, '\0', &line->command);
            continue;
        }

        ngx_webrtc_evostream_line_param(&scan);
    }

    line->nparams = scan.params - line->params;

    return NGX_OK;
}


/* room for all that there may be: what is unescaped never grows */

static ngx_int_t
ngx_webrtc_evostream_line_init(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_webrtc_evostream_scan_t *scan)
{
    size_t      i;
    ngx_uint_t  nparams, nitems;

    nparams = 1;
    nitems = 1;

    for (i = 0; i < text->len; i++) {
        nparams += (text->data[i] == ' ');
        nitems += (text->data[i] == ' ' || text->data[i] == ',');
    }

    scan->pos = text->data;
    scan->last = text->data + text->len;

    scan->out = ngx_pnalloc(pool, text->len + 1);
    scan->items = ngx_palloc(pool, nitems * sizeof(ngx_str_t));
    scan->params = ngx_palloc(pool,
                              nparams * sizeof(ngx_webrtc_evostream_param_t));

    return (scan->out && scan->items && scan->params) ? NGX_OK : NGX_ERROR;
}


/* up to a space or "stop", which are left there */

static void
ngx_webrtc_evostream_line_word(ngx_webrtc_evostream_scan_t *scan, u_char stop,
    ngx_str_t *word)
{
    word->data = scan->out;

    while (scan->pos < scan->last && *scan->pos != ' '
           && (stop == '\0' || *scan->pos != stop))
    {
        if (*scan->pos == '\\'
            && scan->last - scan->pos > 1
            && ngx_webrtc_evostream_line_is_special(scan->pos[1]))
        {
            scan->pos++;
        }

        *scan->out++ = *scan->pos++;
    }

    word->len = scan->out - word->data;
}


static void
ngx_webrtc_evostream_line_param(ngx_webrtc_evostream_scan_t *scan)
{
    ngx_str_t                     *item;
    ngx_webrtc_evostream_param_t  *param;

    param = scan->params++;

    ngx_webrtc_evostream_line_word(scan, '=', &param->name);

    param->items = scan->items;
    param->list = 0;

    if (scan->pos < scan->last && *scan->pos == '=') {
        scan->pos++;
    }

    for ( ;; ) {
        item = scan->items++;

        ngx_webrtc_evostream_line_word(scan, ',', item);

        if (scan->pos == scan->last || *scan->pos == ' ') {
            break;
        }

        /* a comma */

        scan->pos++;
        param->list = 1;

        ngx_webrtc_evostream_line_item(item);

        if (item->len == 0) {
            scan->items--;
        }
    }

    if (param->list) {
        ngx_webrtc_evostream_line_item(item);

        if (item->len == 0) {
            scan->items--;
        }
    }

    param->nitems = scan->items - param->items;
}


/* those of lists have no spaces around them; empty ones are left out */

static void
ngx_webrtc_evostream_line_item(ngx_str_t *item)
{
    while (item->len && item->data[0] == ' ') {
        item->data++;
        item->len--;
    }

    while (item->len && item->data[item->len - 1] == ' ') {
        item->len--;
    }
}


static ngx_uint_t
ngx_webrtc_evostream_line_is_special(u_char ch)
{
    return ch == ' ' || ch == '=' || ch == ',' || ch == '\\';
}


ngx_webrtc_evostream_param_t *
ngx_webrtc_evostream_line_find(const ngx_webrtc_evostream_line_t *line,
    const char *name)
{
    size_t                         len;
    ngx_uint_t                     i;
    ngx_webrtc_evostream_param_t  *param;

    len = ngx_strlen(name);

    for (i = line->nparams; i > 0; i--) {
        param = &line->params[i - 1];

        if (param->name.len == len
            && strncasecmp((char *) param->name.data, name, len) == 0)
        {
            return param;
        }
    }

    return NULL;
}


ngx_int_t
ngx_webrtc_evostream_line_args(ngx_pool_t *pool, const ngx_str_t *args,
    ngx_str_t *text)
{
    size_t   i, len;
    u_char  *p, *last, *end;

    ngx_str_null(text);

    p = args->data;
    last = p + args->len;

    for (end = p; end < last && *end != '&'; end++) { /* void */ }

    while (p < end && *p != '=') {
        p++;
    }

    if (p == end) {
        return NGX_OK;
    }

    p++;

    text->data = ngx_pnalloc(pool, end - p + 1);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    len = ngx_webrtc_evostream_line_unescape(text->data, p, end);

    if (ngx_webrtc_evostream_line_decode(text->data, &len) != NGX_OK) {
        return NGX_DECLINED;
    }

    for (i = 0; i < len; i++) {
        if (text->data[i] == '\r' || text->data[i] == '\n') {
            break;
        }
    }

    text->len = i;

    return NGX_OK;
}


/* "+" is one of base64's digits; white space around it is none */

static size_t
ngx_webrtc_evostream_line_unescape(u_char *buf, u_char *pos, u_char *last)
{
    u_char     *out;
    ngx_int_t   high, low;

    out = buf;

    while (pos < last) {

        if (*pos == '%' && last - pos > 2) {
            high = ngx_webrtc_evostream_line_hex(pos[1]);
            low = ngx_webrtc_evostream_line_hex(pos[2]);

            if (high != NGX_ERROR && low != NGX_ERROR) {
                *out++ = (u_char) (high << 4 | low);
                pos += 3;
                continue;
            }
        }

        *out++ = *pos++;
    }

    while (out > buf
           && (out[-1] == ' ' || out[-1] == '\r' || out[-1] == '\n'))
    {
        out--;
    }

    return out - buf;
}


/* in place */

static ngx_int_t
ngx_webrtc_evostream_line_decode(u_char *buf, size_t *len)
{
    size_t      i, n;
    u_char     *out;
    uint32_t    bits;
    ngx_int_t   digit;

    n = *len;

    for (i = 0; i < 2 && n && buf[n - 1] == '='; i++) {
        n--;
    }

    if (n % 4 == 1) {
        return NGX_ERROR;
    }

    out = buf;
    bits = 0;

    for (i = 0; i < n; i++) {
        digit = ngx_webrtc_evostream_line_digit(buf[i]);

        if (digit == NGX_ERROR) {
            return NGX_ERROR;
        }

        bits = (bits << 6 | (uint32_t) digit) & 0xffffff;

        if (i % 4) {
            *out++ = (u_char) (bits >> (6 - 2 * (i % 4)));
        }
    }

    *len = out - buf;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_evostream_line_digit(u_char ch)
{
    if (ch >= 'A' && ch <= 'Z') {
        return ch - 'A';
    }

    if (ch >= 'a' && ch <= 'z') {
        return ch - 'a' + 26;
    }

    if (ch >= '0' && ch <= '9') {
        return ch - '0' + 52;
    }

    switch (ch) {

    case '+':
    case '-':
        return 62;

    case '/':
    case '_':
        return 63;

    default:
        return NGX_ERROR;
    }
}


static ngx_int_t
ngx_webrtc_evostream_line_hex(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    ch |= 0x20;

    return (ch >= 'a' && ch <= 'f') ? ch - 'a' + 10 : NGX_ERROR;
}
