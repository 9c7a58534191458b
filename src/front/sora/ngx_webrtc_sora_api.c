
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_schema.h>
#include <front/sora/ngx_webrtc_sora_session.h>


/* of a body that is read at all; the http server has the limit */
#define NGX_WEBRTC_SORA_BODY_MAX  8000000


static ngx_int_t ngx_webrtc_sora_split(const ngx_str_t *target,
    ngx_str_t *service, ngx_str_t *version, ngx_str_t *operation);
static ngx_int_t ngx_webrtc_sora_parse_args(ngx_webrtc_sora_call_t *call,
    const u_char *body, size_t len, ngx_webrtc_sora_answer_t *answer);
static void ngx_webrtc_sora_call_string(ngx_webrtc_sora_call_t *call,
    const char *key, ngx_str_t *str);
static void ngx_webrtc_sora_refuse(ngx_webrtc_sora_answer_t *answer,
    const char *type, json_t *reason);
static void ngx_webrtc_sora_answer_json(ngx_webrtc_sora_answer_t *answer,
    ngx_uint_t status, json_t *json);
static void ngx_webrtc_sora_answer_cstr(ngx_webrtc_sora_answer_t *answer,
    ngx_uint_t status, const char *body);
static json_t *ngx_webrtc_sora_target_json(const ngx_str_t *service,
    const ngx_str_t *version, const ngx_str_t *operation);


ngx_int_t
ngx_webrtc_sora_api_parse(const ngx_str_t *target, const u_char *body,
    size_t len, ngx_webrtc_sora_call_t *call,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t                       service, version, operation;
    const ngx_webrtc_sora_route_t  *route;
    const ngx_webrtc_sora_arg_t    *arg;

    ngx_memzero(call, sizeof(ngx_webrtc_sora_call_t));
    ngx_memzero(answer, sizeof(ngx_webrtc_sora_answer_t));

    if (target->data == NULL) {
        ngx_webrtc_sora_answer_cstr(answer, 400,
                                    "{\"type\":\"MissingHeaderName\"}");
        return NGX_DECLINED;
    }

    if (ngx_webrtc_sora_split(target, &service, &version, &operation)
        != NGX_OK)
    {
        ngx_webrtc_sora_refuse(answer, "MissingService", NULL);
        return NGX_DECLINED;
    }

    if (service.len != 4 || ngx_memcmp(service.data, "Sora", 4) != 0) {
        ngx_webrtc_sora_refuse(answer, "InvalidTarget", NULL);
        return NGX_DECLINED;
    }

    route = ngx_webrtc_sora_route_find(&version, &operation);

    if (route == NULL) {

        if (len == 0) {
            ngx_webrtc_sora_refuse(answer, "MissingTarget", NULL);
            return NGX_DECLINED;
        }

        ngx_webrtc_sora_refuse(answer, "SchemaNotFound",
                               ngx_webrtc_sora_target_json(&service, &version,
                                                           &operation));
        return NGX_DECLINED;
    }

    call->route = route;
    call->scope = route->scope;

    if (len == 0) {

        for (arg = route->args; arg && arg->name; arg++) {

            if (arg->required) {
                ngx_webrtc_sora_refuse(answer, "MissingTargetFunction",
                               ngx_webrtc_sora_target_json(&service, &version,
                                                           &operation));
                return NGX_DECLINED;
            }
        }
    }

    return ngx_webrtc_sora_parse_args(call, body, len, answer);
}


/* ^[a-zA-Z]+_[0-9]{8}.[a-zA-Z]+$ */

static ngx_int_t
ngx_webrtc_sora_split(const ngx_str_t *target, ngx_str_t *service,
    ngx_str_t *version, ngx_str_t *operation)
{
    size_t   i;
    u_char  *p, *last;

#define ngx_webrtc_sora_is_letter(ch)                                        \
    (((ch) >= 'a' && (ch) <= 'z') || ((ch) >= 'A' && (ch) <= 'Z'))

    p = target->data;
    last = p + target->len;

    service->data = p;

    while (p < last && ngx_webrtc_sora_is_letter(*p)) {
        p++;
    }

    service->len = p - service->data;

    /* "_", eight digits, any character, a letter at least */

    if (service->len == 0 || last - p < 11 || *p++ != '_') {
        return NGX_ERROR;
    }

    version->data = p;
    version->len = 8;

    for (i = 0; i < 8; i++, p++) {
        if (*p < '0' || *p > '9') {
            return NGX_ERROR;
        }
    }

    p++;

    operation->data = p;
    operation->len = last - p;

    for ( /* void */ ; p < last; p++) {
        if (!ngx_webrtc_sora_is_letter(*p)) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sora_parse_args(ngx_webrtc_sora_call_t *call, const u_char *body,
    size_t len, ngx_webrtc_sora_answer_t *answer)
{
    json_t      *args, *errors;
    const char  *reason;

    if (len == 0) {
        args = json_object();

    } else {
        args = ngx_webrtc_json_parse((u_char *) body, (u_char *) body + len,
                                     NGX_WEBRTC_SORA_BODY_MAX, &reason);
        if (args == NULL) {
            ngx_webrtc_sora_api_invalid(json_pack("[{s:s}]", "invalid",
                                                  "parse"),
                                        answer);
            return NGX_DECLINED;
        }
    }

    if (args == NULL) {
        return NGX_ERROR;
    }

    errors = ngx_webrtc_sora_schema_check(call->route->args, args);

    if (errors) {
        ngx_webrtc_sora_api_invalid(errors, answer);
        json_decref(args);
        return NGX_DECLINED;
    }

    call->args = args;

    ngx_webrtc_sora_call_string(call, "channel_id", &call->channel_id);
    ngx_webrtc_sora_call_string(call, "connection_id", &call->connection_id);

    return NGX_OK;
}


/* only what the route's table has checked */

static void
ngx_webrtc_sora_call_string(ngx_webrtc_sora_call_t *call, const char *key,
    ngx_str_t *str)
{
    json_t                       *value;
    const ngx_webrtc_sora_arg_t  *arg;

    ngx_str_null(str);

    for (arg = call->route->args; arg && arg->name; arg++) {

        if (ngx_strcmp(arg->name, key) == 0) {
            value = json_object_get(call->args, key);

            if (value) {
                str->data = (u_char *) json_string_value(value);
                str->len = json_string_length(value);
            }

            return;
        }
    }
}


void
ngx_webrtc_sora_call_free(ngx_webrtc_sora_call_t *call)
{
    json_decref(call->args);
    call->args = NULL;
}


void
ngx_webrtc_sora_api_execute(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_memzero(answer, sizeof(ngx_webrtc_sora_answer_t));

    if (call->route->handler == NULL) {
        ngx_webrtc_sora_api_status(500, answer);
        return;
    }

    call->route->handler(sora, call, now, answer);
}


void
ngx_webrtc_sora_api_invalid(json_t *errors, ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_refuse(answer, "InvalidJSON", errors);
}


void
ngx_webrtc_sora_api_error(ngx_webrtc_sora_call_t *call, const char *type,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                       *reason, *value;
    const ngx_webrtc_sora_arg_t  *arg;

    reason = json_object();

    for (arg = call->route->args; arg && arg->name; arg++) {
        value = json_object_get(call->args, arg->name);

        if (value && arg->type == NGX_WEBRTC_SORA_ARG_STRING) {
            json_object_set(reason, arg->name, value);
        }
    }

    ngx_webrtc_sora_refuse(answer, type, reason);
}


void
ngx_webrtc_sora_api_status(ngx_uint_t status,
    ngx_webrtc_sora_answer_t *answer)
{
    const char  *body;

    switch (status) {

    case 400:
        body = "{\"type\":\"UnexpectedMethod\"}";
        break;

    case 408:
        body = "{\"error_type\":\"RequestTimeout\"}";
        break;

    case 413:
        body = "{\"error_type\":\"PayloadTooLarge\"}";
        break;

    case 503:
        body = "{\"error_type\":\"ServiceUnavailable\"}";
        break;

    default:
        body = "{\"error_type\":\"HandlerException\"}";
        break;
    }

    ngx_webrtc_sora_answer_cstr(answer, status, body);
}


void
ngx_webrtc_sora_answer_free(ngx_webrtc_sora_answer_t *answer)
{
    free(answer->body.data);
    ngx_str_null(&answer->body);
}


void
ngx_webrtc_sora_answer_text(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_sora_answer_t *answer)
{
    if (text->failed) {
        ngx_webrtc_sora_text_free(text);
        ngx_webrtc_sora_api_status(500, answer);
        return;
    }

    answer->status = 200;
    answer->body.data = text->start;
    answer->body.len = text->len;

    ngx_memzero(text, sizeof(ngx_webrtc_sora_text_t));
}


/* takes over the reference to "reason" */

static void
ngx_webrtc_sora_refuse(ngx_webrtc_sora_answer_t *answer, const char *type,
    json_t *reason)
{
    json_t  *json;

    json = json_pack("{s:s}", "error_type", type);

    if (json && reason) {
        json_object_set(json, "error_reason", reason);
    }

    json_decref(reason);

    ngx_webrtc_sora_answer_json(answer, 400, json);
}


/* takes over the reference to "json" */

static void
ngx_webrtc_sora_answer_json(ngx_webrtc_sora_answer_t *answer,
    ngx_uint_t status, json_t *json)
{
    char  *text;

    answer->status = status;
    ngx_str_null(&answer->body);

    text = json_dumps(json, JSON_COMPACT);

    json_decref(json);

    if (text == NULL) {
        answer->status = 500;
        return;
    }

    answer->body.data = (u_char *) text;
    answer->body.len = ngx_strlen(text);
}


static void
ngx_webrtc_sora_answer_cstr(ngx_webrtc_sora_answer_t *answer,
    ngx_uint_t status, const char *body)
{
    answer->status = status;
    ngx_str_null(&answer->body);

    answer->body.data = (u_char *) strdup(body);

    if (answer->body.data) {
        answer->body.len = ngx_strlen(body);
    }
}


static json_t *
ngx_webrtc_sora_target_json(const ngx_str_t *service,
    const ngx_str_t *version, const ngx_str_t *operation)
{
    return json_pack("{s:s%, s:s%, s:s%}",
                     "service", service->data, service->len,
                     "version", version->data, version->len,
                     "operation", operation->data, operation->len);
}
