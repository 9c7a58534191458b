
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <strings.h>
#include <core/ngx_webrtc_text.h>
#include <core/ngx_webrtc_utf8.h>
#include <front/evostream/ngx_webrtc_evostream_run.h>


static ngx_int_t ngx_webrtc_evostream_run_turn(
    ngx_webrtc_evostream_run_t *run, ngx_webrtc_evostream_run_pt handler);
static ngx_int_t ngx_webrtc_evostream_run_unknown(
    ngx_webrtc_evostream_run_t *run);
static ngx_int_t ngx_webrtc_evostream_run_item(
    ngx_webrtc_evostream_run_t *run, const char *name, ngx_str_t *value);


ngx_int_t
ngx_webrtc_evostream_run_start(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_api_t *api, ngx_pool_t *pool,
    const ngx_str_t *command, const ngx_str_t *text, uint64_t wall)
{
    ngx_memzero(run, sizeof(ngx_webrtc_evostream_run_t));

    run->api = api;
    run->pool = pool;
    run->wall = wall;

    if (ngx_webrtc_evostream_line_parse(pool, command, text, &run->line)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    run->command = ngx_webrtc_evostream_command_find(&run->line.command);

    if (run->command == NULL) {
        return ngx_webrtc_evostream_run_unknown(run);
    }

    return ngx_webrtc_evostream_run_turn(run, run->command->handler);
}


ngx_int_t
ngx_webrtc_evostream_run_resume(ngx_webrtc_evostream_run_t *run,
    ngx_int_t result)
{
    run->wait = NGX_WEBRTC_EVOSTREAM_NOTHING;
    run->result = result;

    return ngx_webrtc_evostream_run_turn(run, run->resume);
}


/* a syntax error has its answer */

static ngx_int_t
ngx_webrtc_evostream_run_turn(ngx_webrtc_evostream_run_t *run,
    ngx_webrtc_evostream_run_pt handler)
{
    ngx_int_t  rc;

    rc = handler(run);

    return (rc == NGX_ABORT) ? NGX_OK : rc;
}


void
ngx_webrtc_evostream_run_free(ngx_webrtc_evostream_run_t *run)
{
    json_decref(run->data);
    run->data = NULL;
}


ngx_int_t
ngx_webrtc_evostream_run_refuse(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_api_t *api, ngx_pool_t *pool,
    const char *description)
{
    ngx_memzero(run, sizeof(ngx_webrtc_evostream_run_t));

    run->api = api;
    run->pool = pool;

    return ngx_webrtc_evostream_run_fail(run, description);
}


static ngx_int_t
ngx_webrtc_evostream_run_unknown(ngx_webrtc_evostream_run_t *run)
{
    size_t      i;
    u_char      ch;
    ngx_str_t   name;

    name.len = run->line.command.len;
    name.data = ngx_pnalloc(run->pool, name.len + 1);

    if (name.data == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < name.len; i++) {
        ch = run->line.command.data[i];
        name.data[i] = (ch >= 'A' && ch <= 'Z') ? (u_char) (ch | 0x20) : ch;
    }

    return ngx_webrtc_evostream_run_fail_text(run, "command ", &name,
                          " not known. Type help for list of commands");
}


ngx_int_t
ngx_webrtc_evostream_run_text(ngx_webrtc_evostream_run_t *run,
    const char *name, size_t max, ngx_str_t *value)
{
    ngx_int_t  rc;
    ngx_str_t  text;

    rc = ngx_webrtc_evostream_run_item(run, name, &text);

    if (rc != NGX_OK) {
        return rc;
    }

    if (text.len > max || !ngx_webrtc_evostream_run_is_plain(&text)) {
        return ngx_webrtc_evostream_run_invalid(run, name);
    }

    *value = text;

    return NGX_OK;
}


/* a number as it would be written: no sign, no zeros in front */

ngx_int_t
ngx_webrtc_evostream_run_number(ngx_webrtc_evostream_run_t *run,
    const char *name, uint64_t min, uint64_t max, uint64_t *value)
{
    size_t             i;
    uint64_t           n;
    u_char             buf[128];
    ngx_int_t          rc;
    ngx_str_t          text;
    ngx_webrtc_text_t  description;

    rc = ngx_webrtc_evostream_run_item(run, name, &text);

    if (rc != NGX_OK) {
        return rc;
    }

    n = 0;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] < '0' || text.data[i] > '9' || i == 18) {
            return ngx_webrtc_evostream_run_invalid(run, name);
        }

        n = n * 10 + (text.data[i] - '0');
    }

    if (text.len > 1 && text.data[0] == '0') {
        return ngx_webrtc_evostream_run_invalid(run, name);
    }

    if (n >= min && n <= max) {
        *value = n;
        return NGX_OK;
    }

    ngx_webrtc_text_init(&description, buf, buf + sizeof(buf) - 1);
    ngx_webrtc_text_cstr(&description, " is invalid. Range: ");
    ngx_webrtc_text_uint(&description, min);
    ngx_webrtc_text_cstr(&description, " - ");
    ngx_webrtc_text_uint(&description, max);
    *description.pos = '\0';

    text.data = (u_char *) name;
    text.len = ngx_strlen(name);

    rc = ngx_webrtc_evostream_run_fail_text(run, "Syntax error. Parameter ",
                                            &text, (char *) buf);

    return (rc == NGX_OK) ? NGX_ABORT : rc;
}


ngx_int_t
ngx_webrtc_evostream_run_flag(ngx_webrtc_evostream_run_t *run,
    const char *name, ngx_uint_t *value)
{
    ngx_int_t   rc;
    ngx_str_t   text;
    ngx_uint_t  i;

    static const struct {
        const char  *text;
        ngx_uint_t   value;
    } words[] = {
        { "1", 1 },
        { "0", 0 },
        { "true", 1 },
        { "false", 0 },
        { "yes", 1 },
        { "no", 0 },
        { NULL, 0 }
    };

    rc = ngx_webrtc_evostream_run_item(run, name, &text);

    if (rc != NGX_OK) {
        return rc;
    }

    for (i = 0; words[i].text; i++) {
        if (ngx_strlen(words[i].text) == text.len
            && strncasecmp(words[i].text, (char *) text.data, text.len) == 0)
        {
            *value = words[i].value;
            return NGX_OK;
        }
    }

    return ngx_webrtc_evostream_run_invalid(run, name);
}


/* trimmed */

static ngx_int_t
ngx_webrtc_evostream_run_item(ngx_webrtc_evostream_run_t *run,
    const char *name, ngx_str_t *value)
{
    ngx_str_t                      text;
    ngx_webrtc_evostream_param_t  *param;

    param = ngx_webrtc_evostream_line_find(&run->line, name);

    if (param == NULL) {
        return NGX_DECLINED;
    }

    if (param->list) {
        return ngx_webrtc_evostream_run_invalid(run, name);
    }

    text = param->items[0];

    while (text.len && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.len--;
    }

    while (text.len && (text.data[text.len - 1] == ' '
                        || text.data[text.len - 1] == '\t'))
    {
        text.len--;
    }

    *value = text;

    return text.len ? NGX_OK : NGX_DECLINED;
}


ngx_uint_t
ngx_webrtc_evostream_run_is_plain(const ngx_str_t *text)
{
    return ngx_webrtc_utf8_is_line(text->data, text->data + text->len);
}


ngx_int_t
ngx_webrtc_evostream_run_done(ngx_webrtc_evostream_run_t *run, json_t *data,
    const char *description)
{
    json_decref(run->data);

    run->data = data;
    run->failed = 0;
    run->description.data = (u_char *) description;
    run->description.len = ngx_strlen(description);

    return data ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_webrtc_evostream_run_fail(ngx_webrtc_evostream_run_t *run,
    const char *description)
{
    (void) ngx_webrtc_evostream_run_done(run, NULL, description);

    run->failed = 1;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_evostream_run_fail_text(ngx_webrtc_evostream_run_t *run,
    const char *before, const ngx_str_t *text, const char *after)
{
    u_char  *p;
    size_t   len;

    len = ngx_strlen(before) + text->len + ngx_strlen(after);

    p = ngx_pnalloc(run->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_webrtc_evostream_run_fail(run, "");

    run->description.data = p;
    run->description.len = len;

    p = ngx_cpymem(p, before, ngx_strlen(before));

    if (text->len) {
        p = ngx_cpymem(p, text->data, text->len);
    }

    ngx_memcpy(p, after, ngx_strlen(after));

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_evostream_run_invalid(ngx_webrtc_evostream_run_t *run,
    const char *name)
{
    ngx_str_t  text;

    text.data = (u_char *) name;
    text.len = ngx_strlen(name);

    if (ngx_webrtc_evostream_run_fail_text(run, "Syntax error. Parameter ",
                                           &text, " is invalid")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_ABORT;
}


json_t *
ngx_webrtc_evostream_run_string(ngx_webrtc_evostream_run_t *run,
    const ngx_str_t *text)
{
    u_char        *buf, *out;
    uint32_t       code;
    const u_char  *pos, *last, *start;

    if (text->len == 0) {
        return json_string("");
    }

    buf = ngx_pnalloc(run->pool, 3 * text->len);
    if (buf == NULL) {
        return NULL;
    }

    out = buf;
    pos = text->data;
    last = pos + text->len;

    while (pos < last) {
        start = pos;

        if (ngx_webrtc_utf8_next(&pos, last, &code) == NGX_OK) {
            out = ngx_cpymem(out, start, pos - start);

        } else {
            out = ngx_cpymem(out, "\xef\xbf\xbd", 3);
            pos++;
        }
    }

    return json_stringn((char *) buf, out - buf);
}
