
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_pause.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static void ngx_webrtc_sora_set_paused(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_uint_t paused, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
static void ngx_webrtc_sora_write_paused(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, void *data);


void
ngx_webrtc_sora_pause_rtp_stream(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_set_paused(sora, call, 1, now, answer);
}


void
ngx_webrtc_sora_resume_rtp_stream(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_set_paused(sora, call, 0, now, answer);
}


static void
ngx_webrtc_sora_set_paused(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_uint_t paused, ngx_webrtc_usec_t now,
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
                            ngx_webrtc_pause_set(receiver, &sender_id, paused,
                                                 now),
                            answer);
}


void
ngx_webrtc_sora_list_pause_rtp_streams(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t    *channel;
    ngx_webrtc_sora_text_t   text;

    (void) now;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_text_cstr(&text, "[");
    ngx_webrtc_pause_each(channel, ngx_webrtc_sora_write_paused, &text);
    ngx_webrtc_sora_text_cstr(&text, "]");

    ngx_webrtc_sora_answer_text(&text, answer);
}


static void
ngx_webrtc_sora_write_paused(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, void *data)
{
    ngx_webrtc_sora_text_t              *text;
    const ngx_webrtc_connection_info_t  *info;

    text = data;
    info = ngx_webrtc_connection_info(receiver);

    ngx_webrtc_sora_text_item(text);
    ngx_webrtc_sora_text_cstr(text, "{");

    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_bytes(text, "recv_connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_cstr(text, "role",
                                  ngx_webrtc_sora_role_name(info->role));

    info = ngx_webrtc_connection_info(sender);

    ngx_webrtc_sora_text_key_bytes(text, "send_connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_sora_text_cstr(text, "}");
}
