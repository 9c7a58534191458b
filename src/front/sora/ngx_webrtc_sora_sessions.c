
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the operations on the session of a channel */


#include <hub/ngx_webrtc_session.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static ngx_webrtc_channel_t *ngx_webrtc_sora_call_session(
    ngx_webrtc_sora_t *sora, ngx_webrtc_sora_call_t *call,
    ngx_webrtc_sora_answer_t *answer);


void
ngx_webrtc_sora_get_session(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t             *channel;
    ngx_webrtc_sora_text_t            text;
    ngx_webrtc_connection_t          *connection;
    const ngx_webrtc_session_info_t  *session;

    (void) now;

    channel = ngx_webrtc_sora_call_session(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    session = ngx_webrtc_channel_session(channel);

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_text_cstr(&text, "{");
    ngx_webrtc_sora_text_key_str(&text, "channel_id", &session->channel_id);
    ngx_webrtc_sora_text_key_bytes(&text, "session_id", session->session_id,
                                   NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_bool(&text, "multistream", 1);
    ngx_webrtc_sora_text_key_bool(&text, "spotlight", session->spotlight);
    ngx_webrtc_sora_text_key_uint(&text, "created_time",
                                  session->created_time / NGX_WEBRTC_SEC);
    ngx_webrtc_sora_text_key(&text, "created_timestamp");
    ngx_webrtc_sora_text_time(&text, session->created_time, 6);
    ngx_webrtc_sora_text_key_uint(&text, "max_connections", session->max);
    ngx_webrtc_sora_text_key_uint(&text, "total_connections",
                                  session->total);
    ngx_webrtc_sora_text_key(&text, "connections");
    ngx_webrtc_sora_text_cstr(&text, "[");

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        if (ngx_webrtc_connection_is_live(connection)) {
            ngx_webrtc_sora_write_connection(&text,
                                      ngx_webrtc_connection_info(connection));
        }
    }

    ngx_webrtc_sora_text_cstr(&text, "]}");

    ngx_webrtc_sora_answer_text(&text, answer);
}


void
ngx_webrtc_sora_terminate_session(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_channel_t             *channel;
    ngx_webrtc_sora_text_t            text;
    const ngx_webrtc_session_info_t  *session;

    channel = ngx_webrtc_sora_call_session(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    session = ngx_webrtc_channel_session(channel);

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_text_cstr(&text, "{");
    ngx_webrtc_sora_text_key_bytes(&text, "session_id", session->session_id,
                                   NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_cstr(&text, "}");

    (void) ngx_webrtc_sora_visit(sora, channel, NULL, -1,
                                 ngx_webrtc_sora_disconnect, call, now);

    /* empty now: it is not kept for those who might come back */

    ngx_webrtc_hub_end_session(sora->hub, &call->channel_id, now);

    ngx_webrtc_sora_answer_text(&text, answer);
}


/* of the channel, and with the "session_id" of the request if it has one */

static ngx_webrtc_channel_t *
ngx_webrtc_sora_call_session(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t              id;
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_hub_session(sora->hub, &call->channel_id);

    if (channel == NULL) {
        ngx_webrtc_sora_api_error(call, "CHANNEL-NOT-FOUND", answer);
        return NULL;
    }

    ngx_webrtc_sora_call_str(call, "session_id", &id);

    if (id.len
        && (id.len != NGX_WEBRTC_ID_LEN
            || ngx_memcmp(id.data,
                          ngx_webrtc_channel_session(channel)->session_id,
                          NGX_WEBRTC_ID_LEN)
               != 0))
    {
        ngx_webrtc_sora_api_error(call, "SESSION-NOT-FOUND", answer);
        return NULL;
    }

    return channel;
}
