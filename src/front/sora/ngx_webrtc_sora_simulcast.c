
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Layers of video: what the messages of signalling say of them, and the
 * operations that choose them.
 */


#include <hub/ngx_webrtc_simulcast.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static void ngx_webrtc_sora_write_rid(ngx_webrtc_sora_text_t *text,
    const char *key, ngx_int_t layer);
static void ngx_webrtc_sora_write_rids(ngx_webrtc_sora_text_t *text,
    const char *key, ngx_uint_t rids);
static void ngx_webrtc_sora_request(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, const char *receiver_key,
    const char *sender_key, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);


/* a client gives this to setParameters() as it is */

void
ngx_webrtc_sora_write_simulcast(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_connection_t *connection)
{
    ngx_uint_t                           i;
    const ngx_webrtc_simulcast_t        *simulcast;
    const ngx_webrtc_connection_info_t  *info;

    info = ngx_webrtc_connection_info(connection);

    ngx_webrtc_sora_text_key_bool(text, "simulcast", info->simulcast);
    ngx_webrtc_sora_text_key_bool(text, "simulcast_multicodec", 0);

    if (!info->simulcast || !info->video || info->role == NGX_WEBRTC_RECVONLY)
    {
        return;
    }

    simulcast = ngx_webrtc_connection_simulcast(connection);

    ngx_webrtc_sora_text_key(text, "encodings");

    if (simulcast->encodings.len) {
        ngx_webrtc_sora_text_bytes(text, simulcast->encodings.data,
                                   simulcast->encodings.len);
        return;
    }

    ngx_webrtc_sora_text_cstr(text, "[");

    for (i = 0; i < simulcast->nlayers; i++) {
        ngx_webrtc_sora_text_item(text);
        ngx_webrtc_sora_text_cstr(text, "{");
        ngx_webrtc_sora_write_rid(text, "rid", i);
        ngx_webrtc_sora_text_key_bool(text, "active",
                                      !(simulcast->inactive >> i & 1));
        ngx_webrtc_sora_text_key_uint(text, "scaleResolutionDownBy",
                                      1 << (simulcast->nlayers - 1 - i));
        ngx_webrtc_sora_text_key_cstr(text, "scalabilityMode", "L1T1");
        ngx_webrtc_sora_text_cstr(text, "}");
    }

    ngx_webrtc_sora_text_cstr(text, "]");
}


static void
ngx_webrtc_sora_write_rid(ngx_webrtc_sora_text_t *text, const char *key,
    ngx_int_t layer)
{
    ngx_webrtc_sora_text_key_cstr(text, key, ngx_webrtc_sora_rids[layer + 1]);
}


void
ngx_webrtc_sora_write_switched(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, ngx_webrtc_connection_t *connection,
    const ngx_webrtc_event_t *event)
{
    ngx_uint_t                           rpc;
    const ngx_webrtc_switch_t           *change;
    const ngx_webrtc_connection_info_t  *info;

    change = &event->change;
    info = ngx_webrtc_connection_info(event->subject);

    ngx_webrtc_sora_text_cstr(text, "{\"type\":\"notify\"");
    ngx_webrtc_sora_text_key_cstr(text, "event_type", "simulcast.switched");

    ngx_webrtc_sora_text_key(text, "timestamp");
    ngx_webrtc_sora_text_time(text, ngx_webrtc_hub_wall(hub, event->now), 6);

    ngx_webrtc_sora_text_key_bytes(text, "sender_connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_cstr(text, "priority",
                                  change->current > change->previous
                                  ? "higher" : "lower");
    ngx_webrtc_sora_text_key_cstr(text, "trigger",
                                  change->by_sender ? "sender" : "receiver");

    rpc = ~ngx_webrtc_connection_simulcast(connection)->refused;

    ngx_webrtc_sora_write_rids(text, "rpc_rids", rpc);
    ngx_webrtc_sora_write_rids(text, "auto_rids", change->sent << 1);

    if (change->requested == NGX_WEBRTC_LAYER_AUTO) {
        ngx_webrtc_sora_text_key(text, "request_rid");
        ngx_webrtc_sora_text_cstr(text, "null");

    } else {
        ngx_webrtc_sora_write_rid(text, "request_rid", change->requested);
    }

    ngx_webrtc_sora_write_rid(text, "current_rid", change->current);
    ngx_webrtc_sora_write_rid(text, "previous_rid", change->previous);

    ngx_webrtc_sora_text_cstr(text, "}");
}


/* bits of their places in ngx_webrtc_sora_rids */

static void
ngx_webrtc_sora_write_rids(ngx_webrtc_sora_text_t *text, const char *key,
    ngx_uint_t rids)
{
    ngx_uint_t  i;

    ngx_webrtc_sora_text_key(text, key);
    ngx_webrtc_sora_text_cstr(text, "[");

    for (i = 0; ngx_webrtc_sora_rids[i]; i++) {

        if (rids >> i & 1) {
            ngx_webrtc_sora_text_item(text);
            ngx_webrtc_sora_text_cstr(text, "\"");
            ngx_webrtc_sora_text_cstr(text, ngx_webrtc_sora_rids[i]);
            ngx_webrtc_sora_text_cstr(text, "\"");
        }
    }

    ngx_webrtc_sora_text_cstr(text, "]");
}


void
ngx_webrtc_sora_request_rtp_stream(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_request(sora, call, "recv_connection_id",
                            "send_connection_id", now, answer);
}


void
ngx_webrtc_sora_request_simulcast_rid(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_request(sora, call, "receiver_connection_id",
                            "sender_connection_id", now, answer);
}


static void
ngx_webrtc_sora_request(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, const char *receiver_key,
    const char *sender_key, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_int_t                 layer;
    ngx_str_t                 sender_id;
    ngx_webrtc_connection_t  *receiver;

    receiver = ngx_webrtc_sora_call_receiver(sora, call, receiver_key,
                                             answer);
    if (receiver == NULL) {
        return;
    }

    ngx_webrtc_sora_call_str(call, sender_key, &sender_id);

    layer = ngx_webrtc_sora_call_word(call, "rid", ngx_webrtc_sora_rids) - 1;

    ngx_webrtc_sora_outcome(call,
                            ngx_webrtc_simulcast_request(receiver, &sender_id,
                                                         layer, now),
                            answer);
}


void
ngx_webrtc_sora_reset_rtp_stream(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t                 sender_id;
    ngx_webrtc_connection_t  *receiver;

    receiver = ngx_webrtc_sora_call_receiver(sora, call, "recv_connection_id",
                                             answer);
    if (receiver == NULL) {
        return;
    }

    ngx_webrtc_sora_call_str(call, "send_connection_id", &sender_id);

    ngx_webrtc_sora_outcome(call,
                            ngx_webrtc_simulcast_reset(receiver, &sender_id,
                                                       now),
                            answer);
}
