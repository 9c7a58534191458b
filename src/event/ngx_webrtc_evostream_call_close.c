
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* shutdownStream: a viewer, a sender of a Sora channel, a port */


#include <event/ngx_webrtc_evostream_call_internal.h>
#include <event/ngx_webrtc_evostream_rows.h>
#include <event/ngx_webrtc_worker.h>
#include <proto/ngx_webrtc_json.h>


static void ngx_webrtc_evostream_call_close_sender(
    ngx_webrtc_evostream_call_t *call);
static void ngx_webrtc_evostream_call_sender_handler(void *data,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_webrtc_evostream_call_close_port(
    ngx_webrtc_evostream_call_t *call);
static void ngx_webrtc_evostream_call_port_handler(void *data,
    ngx_webrtc_skyway_answer_t *answer);


void
ngx_webrtc_evostream_call_close(ngx_webrtc_evostream_call_t *call)
{
    ngx_webrtc_zone_t              *zone;
    ngx_webrtc_evostream_stream_t  *stream;

    zone = ngx_webrtc_worker()->zone;
    stream = call->run.stream;

    if (zone == NULL) {
        ngx_webrtc_evostream_call_tell(call, NGX_DECLINED);
        return;
    }

    switch (stream->kind) {

    case NGX_WEBRTC_EVOSTREAM_SENDER:
        ngx_webrtc_evostream_call_close_sender(call);
        break;

    case NGX_WEBRTC_EVOSTREAM_PORT:
        ngx_webrtc_evostream_call_close_port(call);
        break;

    default: /* NGX_WEBRTC_EVOSTREAM_VIEWER */
        ngx_webrtc_evostream_call_tell(call,
                  ngx_webrtc_evostream_viewer_end(zone, stream->number));
        break;
    }
}


/* as if its API had been asked, at the home of the channel */

static void
ngx_webrtc_evostream_call_close_sender(ngx_webrtc_evostream_call_t *call)
{
    json_t                         *json;
    ngx_int_t                       rc;
    ngx_str_t                       body;
    ngx_webrtc_sora_call_t          sora;
    ngx_webrtc_sora_answer_t        answer;
    ngx_webrtc_evostream_stream_t  *stream;

    static ngx_str_t  target =
        ngx_string("Sora_20151104.DisconnectConnection");

    stream = call->run.stream;

    json = json_pack("{s:s%, s:s%}",
                     "channel_id", stream->channel_id.data,
                     stream->channel_id.len,
                     "connection_id", stream->connection_id.data,
                     stream->connection_id.len);

    rc = json ? ngx_webrtc_json_dump(json, call->pool, &body) : NGX_ERROR;

    json_decref(json);

    if (rc == NGX_OK) {
        rc = ngx_webrtc_sora_api_parse(&target, body.data, body.len, &sora,
                                       &answer);
    }

    if (rc == NGX_DECLINED) {
        ngx_webrtc_sora_answer_free(&answer);
    }

    if (rc == NGX_OK) {
        call->sora = ngx_webrtc_api_call(&sora, &target, body.data, body.len,
                                     ngx_webrtc_evostream_call_sender_handler,
                                         call, &answer);
        ngx_webrtc_sora_call_free(&sora);

        if (call->sora == NULL) {
            ngx_webrtc_evostream_call_sender_handler(call, &answer);
        }

        return;
    }

    ngx_webrtc_evostream_call_tell(call, NGX_DECLINED);
}


static void
ngx_webrtc_evostream_call_sender_handler(void *data,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_evostream_call_t *call = data;

    ngx_uint_t  status;

    status = answer->status;

    call->sora = NULL;
    ngx_webrtc_sora_answer_free(answer);

    ngx_webrtc_evostream_call_tell(call, (status == 200) ? NGX_OK
                                                         : NGX_DECLINED);
}


/* as if the gateway had been asked, which knows where the port is */

static void
ngx_webrtc_evostream_call_close_port(ngx_webrtc_evostream_call_t *call)
{
    u_char                       *p;
    ngx_str_t                    *name;
    ngx_webrtc_rest_t            *rest;
    ngx_webrtc_skyway_answer_t    answer;
    ngx_webrtc_skyway_request_t   request;

    name = &call->run.stream->name;

    ngx_memzero(&request, sizeof(ngx_webrtc_skyway_request_t));

    ngx_str_set(&request.method, "DELETE");

    p = ngx_pnalloc(call->pool, sizeof("/media/") - 1 + name->len);

    if (p == NULL) {
        ngx_webrtc_evostream_call_tell(call, NGX_DECLINED);
        return;
    }

    request.path.data = p;
    p = ngx_cpymem(p, "/media/", sizeof("/media/") - 1);
    p = ngx_cpymem(p, name->data, name->len);
    request.path.len = p - request.path.data;

    rest = ngx_webrtc_rest_request(&request,
                                   ngx_webrtc_evostream_call_port_handler,
                                   call, &answer);

    if (rest == NULL) {
        ngx_webrtc_evostream_call_port_handler(call, &answer);
        return;
    }

    call->rest = rest;
}


static void
ngx_webrtc_evostream_call_port_handler(void *data,
    ngx_webrtc_skyway_answer_t *answer)
{
    ngx_webrtc_evostream_call_t *call = data;

    ngx_uint_t  status;

    status = answer->status;

    ngx_webrtc_skyway_answer_free(answer);

    if (call->rest) {
        ngx_webrtc_rest_done(call->rest, 1);
        call->rest = NULL;
    }

    ngx_webrtc_evostream_call_tell(call,
                                   (status == 204) ? NGX_OK
                                   : (status == 403) ? NGX_BUSY
                                   : NGX_DECLINED);
}
