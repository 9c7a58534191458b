
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/skyway/ngx_webrtc_skyway_route.h>


void
ngx_webrtc_skyway_answer_json(ngx_webrtc_skyway_answer_t *answer,
    ngx_uint_t status, json_t *json)
{
    char  *text;

    answer->status = status;
    ngx_str_null(&answer->body);

    text = json ? json_dumps(json, JSON_COMPACT) : NULL;

    json_decref(json);

    if (text == NULL) {
        answer->status = 500;
        return;
    }

    answer->body.data = (u_char *) text;
    answer->body.len = ngx_strlen(text);
}


void
ngx_webrtc_skyway_answer_errors(ngx_webrtc_skyway_answer_t *answer,
    ngx_uint_t status, const char *command, json_t *errors)
{
    ngx_webrtc_skyway_answer_json(answer, status,
                                  json_pack("{s:s, s:{s:o}}",
                                            "command_type", command,
                                            "params", "errors", errors));
}


void
ngx_webrtc_skyway_answer_error(ngx_webrtc_skyway_answer_t *answer,
    ngx_uint_t status, const char *command, const char *field,
    const char *text)
{
    json_t  *errors;

    errors = json_array();

    ngx_webrtc_skyway_form_error(errors, field, field, text);
    ngx_webrtc_skyway_answer_errors(answer, status, command, errors);
}


void
ngx_webrtc_skyway_api_status(const ngx_webrtc_skyway_route_t *route,
    ngx_uint_t status, ngx_webrtc_skyway_answer_t *answer)
{
    const char  *field, *text;

    static const ngx_webrtc_skyway_route_t  none = {
        "", "", "UNKNOWN", NULL, 0, 0, NULL, NULL
    };

    ngx_memzero(answer, sizeof(ngx_webrtc_skyway_answer_t));

    route = route ? route : &none;
    field = "request";

    switch (status) {

    case 403:
        field = (route->scope == NGX_WEBRTC_SKYWAY_PEER_HOME) ? "token"
                : route->id ? route->id : "key";
        text = "is not allowed";
        break;

    case 404:
        field = route->id ? route->id : "path";
        text = "is not found";
        break;

    case 406:
        field = "accept";
        text = "excludes application/json";
        break;

    case 408:
        text = "timeout";
        break;

    case 413:
        text = "is too large";
        break;

    case 503:
        text = "cannot be served now";
        break;

    default:
        text = "failed";
        break;
    }

    ngx_webrtc_skyway_answer_error(answer, status, route->command, field,
                                   text);
}


void
ngx_webrtc_skyway_answer_free(ngx_webrtc_skyway_answer_t *answer)
{
    free(answer->body.data);
    ngx_str_null(&answer->body);
}


ngx_int_t
ngx_webrtc_skyway_turn_json(ngx_webrtc_skyway_turn_t *turn, ngx_uint_t status,
    json_t *json)
{
    ngx_webrtc_skyway_answer_json(turn->answer, status, json);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_skyway_turn_error(ngx_webrtc_skyway_turn_t *turn,
    ngx_uint_t status, const char *field, const char *text)
{
    ngx_webrtc_skyway_answer_error(turn->answer, status,
                                   turn->call->route->command, field, text);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_skyway_turn_status(ngx_webrtc_skyway_turn_t *turn,
    ngx_uint_t status)
{
    if (status == 204) {
        turn->answer->status = status;
        ngx_str_null(&turn->answer->body);

    } else {
        ngx_webrtc_skyway_api_status(turn->call->route, status,
                                     turn->answer);
    }

    return NGX_OK;
}
