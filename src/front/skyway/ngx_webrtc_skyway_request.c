
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/skyway/ngx_webrtc_skyway_route.h>


/* the http server has the limit */
#define NGX_WEBRTC_SKYWAY_BODY_MAX  8000000


static ngx_int_t ngx_webrtc_skyway_parse_body(
    const ngx_webrtc_skyway_request_t *request,
    ngx_webrtc_skyway_call_t *call, ngx_webrtc_skyway_answer_t *answer);
static json_t *ngx_webrtc_skyway_parse_json(const ngx_str_t *body);
static void ngx_webrtc_skyway_parse_home(ngx_webrtc_skyway_call_t *call);
static void ngx_webrtc_skyway_parse_arg(const ngx_str_t *args,
    const char *name, ngx_str_t *value, u_char *buf, size_t size);
static void ngx_webrtc_skyway_unescape(ngx_str_t *dst, u_char *buf,
    size_t size, const ngx_str_t *src);
static ngx_int_t ngx_webrtc_skyway_hex(const u_char *p);
static ngx_uint_t ngx_webrtc_skyway_accepts(const ngx_str_t *accept);
static ngx_uint_t ngx_webrtc_skyway_accepts_range(u_char *p, u_char *last);
static u_char *ngx_webrtc_skyway_next(u_char *p, u_char *last, u_char ch);


ngx_int_t
ngx_webrtc_skyway_api_parse(const ngx_webrtc_skyway_request_t *request,
    ngx_webrtc_skyway_call_t *call, ngx_webrtc_skyway_answer_t *answer)
{
    ngx_int_t                         rc;
    ngx_str_t                         id;
    ngx_webrtc_text_t                 text;
    const ngx_webrtc_skyway_route_t  *route;

    ngx_memzero(call, offsetof(ngx_webrtc_skyway_call_t, id_text));
    ngx_memzero(answer, sizeof(ngx_webrtc_skyway_answer_t));

    rc = ngx_webrtc_skyway_route_find(&request->method, &request->path,
                                      &route, &id);

    if (rc == NGX_DECLINED) {
        ngx_webrtc_skyway_api_status(NULL, 404, answer);
        return NGX_DECLINED;
    }

    call->route = route;
    call->scope = route->scope;

    if (rc == NGX_ABORT) {
        ngx_webrtc_text_init(&text, answer->allow,
                             answer->allow + sizeof(answer->allow));
        ngx_webrtc_skyway_route_allow(route, &text);

        answer->allow_len = ngx_webrtc_text_len(&text);

        ngx_webrtc_skyway_answer_error(answer, 405, route->command, "method",
                                       "is not allowed");
        return NGX_DECLINED;
    }

    if (!ngx_webrtc_skyway_accepts(&request->accept)) {
        ngx_webrtc_skyway_api_status(route, 406, answer);
        return NGX_DECLINED;
    }

    ngx_webrtc_skyway_unescape(&call->id, call->id_text,
                               sizeof(call->id_text), &id);
    ngx_webrtc_skyway_parse_arg(&request->args, "token", &call->token,
                                call->token_text, sizeof(call->token_text));

    return ngx_webrtc_skyway_parse_body(request, call, answer);
}


void
ngx_webrtc_skyway_call_free(ngx_webrtc_skyway_call_t *call)
{
    json_decref(call->args);
    call->args = NULL;
}


static ngx_int_t
ngx_webrtc_skyway_parse_body(const ngx_webrtc_skyway_request_t *request,
    ngx_webrtc_skyway_call_t *call, ngx_webrtc_skyway_answer_t *answer)
{
    json_t                           *errors;
    const ngx_webrtc_skyway_route_t  *route;

    route = call->route;

    call->args = route->fields ? ngx_webrtc_skyway_parse_json(&request->body)
                               : json_object();

    if (call->args == NULL) {
        ngx_webrtc_skyway_answer_error(answer, 400, route->command, "body",
                                       "is not valid JSON");
        return NGX_DECLINED;
    }

    if (!json_is_object((json_t *) call->args)) {
        ngx_webrtc_skyway_answer_error(answer, 400, route->command, "body",
                                       "is non-object value");
        ngx_webrtc_skyway_call_free(call);
        return NGX_DECLINED;
    }

    errors = json_array();

    if (route->fields) {
        /* the one body that is itself a named object of the manual */
        ngx_webrtc_skyway_form_check(route->fields, call->args,
                                     strstr(route->path, "/credential")
                                     ? "credential" : NULL,
                                     errors);
    }

    ngx_webrtc_skyway_parse_home(call);

    if (route->id && call->id.len == 0 && json_array_size(errors) == 0) {
        ngx_webrtc_skyway_form_error(errors, route->id, route->id,
                                     "field is not specified");
    }

    if (route->scope == NGX_WEBRTC_SKYWAY_PEER_HOME && call->token.len == 0
        && json_array_size(errors) == 0)
    {
        ngx_webrtc_skyway_form_error(errors, "token", "token",
                                     "field is not specified");
    }

    if (json_array_size(errors)) {
        ngx_webrtc_skyway_answer_errors(answer, 400, route->command, errors);
        ngx_webrtc_skyway_call_free(call);
        return NGX_DECLINED;
    }

    json_decref(errors);

    return NGX_OK;
}


static json_t *
ngx_webrtc_skyway_parse_json(const ngx_str_t *body)
{
    u_char      *p, *last;
    const char  *reason;

    p = body->data;
    last = p + body->len;

    /* what some editors and languages put in front */

    if (last - p >= 3 && ngx_memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
    }

    while (p < last && (*p == ' ' || (*p >= '\t' && *p <= '\r'))) {
        p++;
    }

    return (p < last) ? ngx_webrtc_json_parse(p, last,
                                              NGX_WEBRTC_SKYWAY_BODY_MAX,
                                              &reason)
                      : json_object();
}


/* who has the object; ids of a body are taken only if they are strings */

static void
ngx_webrtc_skyway_parse_home(ngx_webrtc_skyway_call_t *call)
{
    ngx_int_t                         rc;
    const ngx_webrtc_skyway_route_t  *route;

    route = call->route;

    switch (route->scope) {

    case NGX_WEBRTC_SKYWAY_PLACE:
    case NGX_WEBRTC_SKYWAY_PEER_HOME:

        if (route->id == NULL || strchr(route->path, '*') == NULL) {
            (void) ngx_webrtc_json_get_str(call->args, "key", 1,
                                           NGX_WEBRTC_SKYWAY_KEY_MAX,
                                           &call->key);
            (void) ngx_webrtc_json_get_str(call->args, "peer_id", 1, 255,
                                           &call->id);
            (void) ngx_webrtc_json_get_str(call->args, "token", 1, 255,
                                           &call->token);
        }

        rc = ngx_webrtc_skyway_id_parse(&call->token,
                                        NGX_WEBRTC_SKYWAY_ID_TOKEN,
                                        &call->seat, &call->term);
        break;

    case NGX_WEBRTC_SKYWAY_OBJECT_HOME:
        rc = ngx_webrtc_skyway_id_parse(&call->id, route->kind, &call->seat,
                                        &call->term);
        break;

    default: /* NGX_WEBRTC_SKYWAY_ANYWHERE */
        rc = NGX_ERROR;
    }

    call->has_home = (rc == NGX_OK);
}


/* the first of that name; "+" is a plus sign */

static void
ngx_webrtc_skyway_parse_arg(const ngx_str_t *args, const char *name,
    ngx_str_t *value, u_char *buf, size_t size)
{
    size_t      len;
    u_char     *p, *last, *end;
    ngx_str_t   src;

    ngx_str_null(value);

    if (args->len == 0) {
        return;
    }

    len = ngx_strlen(name);
    p = args->data;
    last = p + args->len;

    for ( ;; ) {
        end = ngx_webrtc_skyway_next(p, last, '&');

        if ((size_t) (end - p) > len && p[len] == '='
            && ngx_memcmp(p, name, len) == 0)
        {
            src.data = p + len + 1;
            src.len = end - src.data;

            ngx_webrtc_skyway_unescape(value, buf, size, &src);
            return;
        }

        if (end == last) {
            return;
        }

        p = end + 1;
    }
}


/* what does not fit is cut: no id is so long that it could be meant */

static void
ngx_webrtc_skyway_unescape(ngx_str_t *dst, u_char *buf, size_t size,
    const ngx_str_t *src)
{
    u_char     *p, *last, *out;
    ngx_int_t   ch;

    p = src->data;
    last = p + src->len;
    out = buf;

    while (p < last && out < buf + size) {

        if (*p == '%' && last - p > 2) {
            ch = ngx_webrtc_skyway_hex(p + 1);

            if (ch != NGX_ERROR) {
                *out++ = (u_char) ch;
                p += 3;
                continue;
            }
        }

        *out++ = *p++;
    }

    dst->data = buf;
    dst->len = out - buf;
}


static ngx_int_t
ngx_webrtc_skyway_hex(const u_char *p)
{
    ngx_int_t   n;
    ngx_uint_t  i, ch;

    n = 0;

    for (i = 0; i < 2; i++) {
        ch = p[i];

        if (ch >= '0' && ch <= '9') {
            ch -= '0';

        } else if ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'f') {
            ch = (ch | 0x20) - 'a' + 10;

        } else {
            return NGX_ERROR;
        }

        n = n << 4 | ch;
    }

    return n;
}


/* RFC 9110, 12.5.1, as far as it tells whether JSON will do */

static ngx_uint_t
ngx_webrtc_skyway_accepts(const ngx_str_t *accept)
{
    u_char      *p, *last, *end;
    ngx_uint_t   any;

    if (accept->len == 0) {
        return 1;
    }

    p = accept->data;
    last = p + accept->len;
    any = 0;

    while (p < last) {
        end = ngx_webrtc_skyway_next(p, last, ',');

        while (p < end && (*p == ' ' || *p == '\t')) {
            p++;
        }

        any |= (p < end);

        if (ngx_webrtc_skyway_accepts_range(p, end)) {
            return 1;
        }

        p = end + 1;
    }

    return !any;
}


static ngx_uint_t
ngx_webrtc_skyway_accepts_range(u_char *p, u_char *last)
{
    size_t       len;
    u_char      *end, *q;
    ngx_uint_t   i;

    static const char *const  ranges[] = {
        "*/*", "application/*", "application/json", "*", NULL
    };

    end = ngx_webrtc_skyway_next(p, last, ';');
    q = end;

    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    len = end - p;

    for (i = 0; ranges[i]; i++) {
        if (ngx_strlen(ranges[i]) == len
            && strncasecmp(ranges[i], (char *) p, len) == 0)
        {
            break;
        }
    }

    if (ranges[i] == NULL) {
        return 0;
    }

    /* "q=0" and "q=0.000" exclude it */

    while (last - q > 3) {

        for (q++; q < last && *q == ' '; q++) { /* void */ }

        if (last - q >= 3 && (*q | 0x20) == 'q' && q[1] == '=') {

            for (q += 2; q < last && (*q == '0' || *q == '.'); q++) {
                /* void */
            }

            return q < last && *q >= '1' && *q <= '9';
        }

        q = ngx_webrtc_skyway_next(q, last, ';');
    }

    return 1;
}


/* where "ch" is; "last": nowhere */

static u_char *
ngx_webrtc_skyway_next(u_char *p, u_char *last, u_char ch)
{
    while (p < last && *p != ch) {
        p++;
    }

    return p;
}
