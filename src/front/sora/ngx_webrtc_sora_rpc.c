
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_rpc.h>
#include <front/sora/ngx_webrtc_sora_session.h>


/* of a request; what it carries is metadata at most */
#define NGX_WEBRTC_SORA_RPC_MAX          65536

#define NGX_WEBRTC_RPC_PARSE_ERROR       -32700
#define NGX_WEBRTC_RPC_INVALID_REQUEST   -32600
#define NGX_WEBRTC_RPC_METHOD_NOT_FOUND  -32601
#define NGX_WEBRTC_RPC_INVALID_PARAMS    -32602


typedef struct {
    ngx_str_t                 name;
    ngx_webrtc_sora_rpc_pt    handler;
} ngx_webrtc_sora_rpc_t;


static json_t *ngx_webrtc_sora_rpc_metadata(
    ngx_webrtc_sora_session_t *session, json_t *params,
    ngx_webrtc_usec_t now, const char **reason);
static json_t *ngx_webrtc_sora_rpc_metadata_item(
    ngx_webrtc_sora_session_t *session, json_t *params,
    ngx_webrtc_usec_t now, const char **reason);

static json_t *ngx_webrtc_sora_rpc_call(ngx_webrtc_sora_session_t *session,
    json_t *request, ngx_webrtc_usec_t now);
static json_t *ngx_webrtc_sora_rpc_execute(
    ngx_webrtc_sora_session_t *session, json_t *request,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_sora_rpc_push(json_t *params, ngx_uint_t *push,
    const char **reason);
static json_t *ngx_webrtc_sora_rpc_error(int code, const char *message,
    const char *data);


/* a method's bit is its place */

static const ngx_webrtc_sora_rpc_t  ngx_webrtc_sora_rpc_methods[] = {

    { ngx_string("2025.2.0/RequestSimulcastRid"),
      ngx_webrtc_sora_rpc_request_simulcast_rid },

    { ngx_string("2025.2.0/RequestSpotlightRid"),
      ngx_webrtc_sora_rpc_request_spotlight_rid },

    { ngx_string("2025.2.0/ResetSpotlightRid"),
      ngx_webrtc_sora_rpc_reset_spotlight_rid },

    { ngx_string("2025.2.0/PutSignalingNotifyMetadata"),
      ngx_webrtc_sora_rpc_metadata },

    { ngx_string("2025.2.0/PutSignalingNotifyMetadataItem"),
      ngx_webrtc_sora_rpc_metadata_item },

    { ngx_null_string, NULL }
};


ngx_uint_t
ngx_webrtc_sora_rpc_method(const ngx_str_t *name)
{
    ngx_uint_t                    i;
    const ngx_webrtc_sora_rpc_t  *method;

    method = ngx_webrtc_sora_rpc_methods;

    for (i = 0; method[i].handler; i++) {

        if (ngx_webrtc_str_equal(&method[i].name, name)) {
            return (ngx_uint_t) 1 << i;
        }
    }

    return 0;
}


/* what an auth webhook grants beyond what there is cannot be called */

ngx_uint_t
ngx_webrtc_sora_rpc_grants(const json_t *authz)
{
    size_t       i;
    json_t      *list, *json;
    ngx_str_t    name;
    ngx_uint_t   methods;

    methods = 0;
    list = json_object_get(authz, "rpc_methods");

    for (i = 0; i < json_array_size(list); i++) {
        json = json_array_get(list, i);

        if (json_is_string(json)) {
            name.data = (u_char *) json_string_value(json);
            name.len = json_string_length(json);

            methods |= ngx_webrtc_sora_rpc_method(&name);
        }
    }

    return methods;
}


void
ngx_webrtc_sora_write_rpc(ngx_webrtc_sora_text_t *text, ngx_uint_t methods)
{
    ngx_uint_t                    i;
    const ngx_webrtc_sora_rpc_t  *method;

    method = ngx_webrtc_sora_rpc_methods;

    ngx_webrtc_sora_text_key(text, "rpc_methods");
    ngx_webrtc_sora_text_cstr(text, "[");

    for (i = 0; method[i].handler; i++) {

        if (methods & ((ngx_uint_t) 1 << i)) {
            ngx_webrtc_sora_text_item(text);
            ngx_webrtc_sora_text_string(text, method[i].name.data,
                                        method[i].name.len);
        }
    }

    ngx_webrtc_sora_text_cstr(text, "]");
}


void
ngx_webrtc_sora_rpc_input(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    char        *text;
    json_t      *request, *answer;
    const char  *ignored;

    request = ngx_webrtc_json_parse((u_char *) data, (u_char *) data + len,
                                    NGX_WEBRTC_SORA_RPC_MAX, &ignored);

    if (request == NULL) {
        answer = json_pack("{s:s, s:n, s:o}", "jsonrpc", "2.0", "id", "error",
                           ngx_webrtc_sora_rpc_error(
                                                NGX_WEBRTC_RPC_PARSE_ERROR,
                                                "Parse error", NULL));
    } else {
        answer = ngx_webrtc_sora_rpc_call(session, request, now);
        json_decref(request);
    }

    if (answer == NULL) {
        return;
    }

    text = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);

    if (text) {
        ngx_webrtc_sora_send(session, NGX_WEBRTC_SORA_RPC, (u_char *) text,
                             ngx_strlen(text), now);
        free(text);
    }
}


/* NULL: a notification, to which there is no answer, or no memory */

static json_t *
ngx_webrtc_sora_rpc_call(ngx_webrtc_sora_session_t *session, json_t *request,
    ngx_webrtc_usec_t now)
{
    json_t      *id, *result;
    ngx_str_t    version;
    const char  *key;

    id = json_object_get(request, "id");

    if (!json_is_object(request)
        || ngx_webrtc_json_get_str(request, "jsonrpc", 3, 3, &version)
           != NGX_OK
        || ngx_memcmp(version.data, "2.0", 3) != 0
        || !json_is_string(json_object_get(request, "method"))
        || (id && !json_is_string(id) && !json_is_number(id)
            && !json_is_null(id)))
    {
        result = ngx_webrtc_sora_rpc_error(NGX_WEBRTC_RPC_INVALID_REQUEST,
                                           "Invalid Request", NULL);

        if (!json_is_string(id) && !json_is_number(id)) {
            id = NULL;
        }

        return json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id",
                         id ? id : json_null(), "error", result);
    }

    result = ngx_webrtc_sora_rpc_execute(session, request, now);

    if (id == NULL) {
        json_decref(result);
        return NULL;
    }

    key = json_object_get(result, "error") ? "error" : "result";

    id = json_pack("{s:s, s:O, s:O}", "jsonrpc", "2.0", "id", id, key,
                   json_object_get(result, key));

    json_decref(result);

    return id;
}


/* an object with "result" or "error" */

static json_t *
ngx_webrtc_sora_rpc_execute(ngx_webrtc_sora_session_t *session,
    json_t *request, ngx_webrtc_usec_t now)
{
    json_t                       *params, *result;
    ngx_str_t                     name;
    ngx_uint_t                    bit;
    const char                   *reason;
    const ngx_webrtc_sora_rpc_t  *method;

    params = json_object_get(request, "method");

    name.data = (u_char *) json_string_value(params);
    name.len = json_string_length(params);

    bit = ngx_webrtc_sora_rpc_method(&name) & session->rpc;

    if (bit == 0) {
        return json_pack("{s:o}", "error",
                         ngx_webrtc_sora_rpc_error(
                                             NGX_WEBRTC_RPC_METHOD_NOT_FOUND,
                                             "Method not found", NULL));
    }

    for (method = ngx_webrtc_sora_rpc_methods; bit > 1; bit >>= 1) {
        method++;
    }

    params = json_object_get(request, "params");
    reason = "params must be an object";

    result = json_is_object(params)
             ? method->handler(session, params, now, &reason) : NULL;

    if (result == NULL) {
        return json_pack("{s:o}", "error",
                         ngx_webrtc_sora_rpc_error(
                                               NGX_WEBRTC_RPC_INVALID_PARAMS,
                                               "Invalid params", reason));
    }

    return json_pack("{s:o}", "result", result);
}


static json_t *
ngx_webrtc_sora_rpc_error(int code, const char *message, const char *data)
{
    json_t  *error;

    error = json_pack("{s:i, s:s}", "code", code, "message", message);

    if (data) {
        json_object_set_new(error, "data", json_string(data));
    }

    return error;
}


static json_t *
ngx_webrtc_sora_rpc_metadata(ngx_webrtc_sora_session_t *session,
    json_t *params, ngx_webrtc_usec_t now, const char **reason)
{
    json_t      *metadata;
    ngx_uint_t   push;

    if (ngx_webrtc_sora_rpc_push(params, &push, reason) != NGX_OK) {
        return NULL;
    }

    metadata = json_object_get(params, "metadata");

    if (!json_is_object(metadata)) {
        *reason = "metadata must be an object";
        return NULL;
    }

    return ngx_webrtc_sora_set_metadata(session->sora, session->connection,
                                        metadata, push, now, reason);
}


static json_t *
ngx_webrtc_sora_rpc_metadata_item(ngx_webrtc_sora_session_t *session,
    json_t *params, ngx_webrtc_usec_t now, const char **reason)
{
    json_t      *key, *value;
    ngx_uint_t   push;

    if (ngx_webrtc_sora_rpc_push(params, &push, reason) != NGX_OK) {
        return NULL;
    }

    key = json_object_get(params, "key");
    value = json_object_get(params, "value");

    if (!json_is_string(key)
        || json_string_length(key) == 0
        || json_string_length(key) > NGX_WEBRTC_NAME_MAX)
    {
        *reason = "key must be a string of 1 to 255 bytes";
        return NULL;
    }

    if (value == NULL) {
        *reason = "value is missing";
        return NULL;
    }

    return ngx_webrtc_sora_set_metadata_item(session->sora,
                                             session->connection,
                                             json_string_value(key), value,
                                             push, now, reason);
}


static ngx_int_t
ngx_webrtc_sora_rpc_push(json_t *params, ngx_uint_t *push,
    const char **reason)
{
    *push = 0;

    if (ngx_webrtc_json_get_bool(params, "push", push) == NGX_ERROR) {
        *reason = "push must be a boolean";
        return NGX_ERROR;
    }

    return NGX_OK;
}
