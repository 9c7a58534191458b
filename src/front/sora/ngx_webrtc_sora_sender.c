
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what is done to the media that one connection sends */


#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>
#include <hub/ngx_webrtc_bit_rate.h>
#include <hub/ngx_webrtc_forwarding.h>
#include <hub/ngx_webrtc_traffic.h>


static ngx_webrtc_connection_t *ngx_webrtc_sora_call_sender(
    ngx_webrtc_sora_t *sora, ngx_webrtc_sora_call_t *call,
    ngx_webrtc_sora_answer_t *answer);


void
ngx_webrtc_sora_change_bit_rate(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_int_t                 rc;
    json_int_t                bit_rate;
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    bit_rate = json_integer_value(json_object_get(call->args, "bit_rate"));

    rc = ngx_webrtc_connection_set_bit_rate(connection, (uint32_t) bit_rate,
                                            now);

    switch (rc) {

    case NGX_OK:
        ngx_webrtc_sora_echo(call, answer);
        return;

    case NGX_DECLINED:
        ngx_webrtc_sora_api_error(call, "NO-UPSTREAM-VIDEO", answer);
        return;

    default: /* NGX_ABORT */
        ngx_webrtc_sora_api_error(call, "SPOTLIGHT-NOT-SUPPORTED", answer);
        return;
    }
}


/* the connection that is named, or the only one that sends; NULL: answered */

static ngx_webrtc_connection_t *
ngx_webrtc_sora_call_sender(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *connection, *sender;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return NULL;
    }

    if (call->connection_id.len) {
        return ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                               answer);
    }

    sender = NULL;

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        if (!ngx_webrtc_connection_sends(connection)) {
            continue;
        }

        if (sender) {
            ngx_webrtc_sora_api_error(call, "CONNECTION-ID-REQUIRED", answer);
            return NULL;
        }

        sender = connection;
    }

    if (sender == NULL) {
        ngx_webrtc_sora_api_error(call, "NO-UPSTREAM-MEDIA", answer);
    }

    return sender;
}


void
ngx_webrtc_sora_start_forwarding(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    u_char                    sdp[NGX_WEBRTC_FORWARDING_SDP];
    ngx_int_t                 rc;
    const char               *reason;
    ngx_webrtc_text_t         text;
    ngx_webrtc_sora_text_t    body;
    ngx_webrtc_forwarding_t   to;
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_sender(sora, call, answer);
    if (connection == NULL) {
        return;
    }

    ngx_webrtc_sora_call_str(call, "ip_address", &to.ip_address);
    to.audio_port = (uint16_t) json_integer_value(
                               json_object_get(call->args, "audio_port"));
    to.video_port = (uint16_t) json_integer_value(
                               json_object_get(call->args, "video_port"));

    rc = ngx_webrtc_connection_forward(connection, &to, now, &reason);

    if (rc == NGX_DECLINED) {
        ngx_webrtc_sora_api_error(call, reason, answer);
        return;
    }

    ngx_webrtc_text_init(&text, sdp, sdp + sizeof(sdp));

    if (rc == NGX_OK) {
        ngx_webrtc_connection_forwarding_sdp(connection, &text);
    }

    if (rc != NGX_OK || text.overflow) {
        ngx_webrtc_sora_api_status(500, answer);
        return;
    }

    ngx_memzero(&body, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_text_cstr(&body, "{");
    ngx_webrtc_sora_text_key_bytes(&body, "sdp", sdp,
                                   ngx_webrtc_text_len(&text));
    ngx_webrtc_sora_text_cstr(&body, "}");

    ngx_webrtc_sora_answer_text(&body, answer);
}


void
ngx_webrtc_sora_stop_forwarding(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *connection;

    (void) now;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    if (call->connection_id.len) {
        connection = ngx_webrtc_sora_call_connection(sora, call,
                                                     "connection_id", answer);
        if (connection == NULL) {
            return;
        }

        (void) ngx_webrtc_connection_stop_forwarding(connection);

    } else {

        for (connection = ngx_webrtc_channel_next(channel, NULL);
             connection;
             connection = ngx_webrtc_channel_next(channel, connection))
        {
            (void) ngx_webrtc_connection_stop_forwarding(connection);
        }
    }

    ngx_webrtc_sora_echo(call, answer);
}


void
ngx_webrtc_sora_request_key_frame(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    if (ngx_webrtc_connection_want_key_frame(connection, now) != NGX_OK) {
        ngx_webrtc_sora_api_error(call, "NO-UPSTREAM-VIDEO", answer);
        return;
    }

    ngx_webrtc_sora_echo(call, answer);
}
