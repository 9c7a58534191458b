
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what is done to the media that one connection sends */


#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>
#include <hub/ngx_webrtc_bit_rate.h>


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
