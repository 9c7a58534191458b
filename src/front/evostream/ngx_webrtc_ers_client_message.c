
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What viewers and we say to each other, as SimpleWebRTC has it:
 * {"to":...,"from":...,"sid":...,"roomType":"video","type":"offer",
 * "payload":{"type":"offer","sdp":...},"prefix":"webkit"}.
 */


#include <front/evostream/ngx_webrtc_ers_client_internal.h>


/* viewers tell sessions apart by it; one that we open may have no id */
#define NGX_WEBRTC_ERS_CLIENT_SID  "1"


static ngx_int_t ngx_webrtc_ers_client_read(
    ngx_webrtc_ers_client_event_t *event, const char *type,
    const json_t *payload);
static ngx_int_t ngx_webrtc_ers_client_read_candidate(
    ngx_webrtc_ers_client_event_t *event, const json_t *payload);
static ngx_int_t ngx_webrtc_ers_client_say(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const char *type,
    json_t *payload);
static ngx_int_t ngx_webrtc_ers_client_say_sdp(
    ngx_webrtc_ers_client_t *client, const ngx_str_t *to,
    const ngx_str_t *sid, const char *type, const ngx_str_t *sdp);


void
ngx_webrtc_ers_client_message(ngx_webrtc_ers_client_t *client,
    const json_t *message, ngx_webrtc_usec_t now)
{
    const char                     *type;
    ngx_webrtc_ers_client_event_t   event;

    ngx_memzero(&event, sizeof(ngx_webrtc_ers_client_event_t));

    event.type = NGX_WEBRTC_ERS_MESSAGE;
    event.id = ngx_webrtc_ers_client_str(message, "from",
                                         NGX_WEBRTC_ERS_CLIENT_ID);
    event.sid = ngx_webrtc_ers_client_str(message, "sid",
                                          NGX_WEBRTC_ERS_CLIENT_ID);

    type = json_string_value(json_object_get(message, "type"));

    if (client->joined
        && event.id.len
        && type
        && ngx_webrtc_ers_client_read(&event, type,
                                      json_object_get(message, "payload"))
           == NGX_OK)
    {
        ngx_webrtc_ers_client_tell(client, &event, now);
    }
}


static ngx_int_t
ngx_webrtc_ers_client_read(ngx_webrtc_ers_client_event_t *event,
    const char *type, const json_t *payload)
{
    if (ngx_strcmp(type, "offer") == 0 || ngx_strcmp(type, "answer") == 0) {

        event->message = (*type == 'o') ? NGX_WEBRTC_ERS_OFFER
                                        : NGX_WEBRTC_ERS_ANSWER;
        event->sdp = ngx_webrtc_ers_client_str(payload, "sdp", SIZE_MAX);

        return event->sdp.len ? NGX_OK : NGX_DECLINED;
    }

    if (ngx_strcmp(type, "candidate") == 0) {
        event->message = NGX_WEBRTC_ERS_CANDIDATE;
        return ngx_webrtc_ers_client_read_candidate(event, payload);
    }

    if (ngx_strcmp(type, "endOfCandidates") == 0) {
        event->message = NGX_WEBRTC_ERS_CANDIDATE;
        return NGX_OK;
    }

    if (ngx_strcmp(type, "command") == 0) {
        event->message = NGX_WEBRTC_ERS_COMMAND;
        event->command = ngx_webrtc_ers_client_str(payload, "command",
                                                   SIZE_MAX);

        return event->command.len ? NGX_OK : NGX_DECLINED;
    }

    return NGX_DECLINED;
}


/* {"candidate":{"candidate":"candidate:...","sdpMid":...}}, or null in it */

static ngx_int_t
ngx_webrtc_ers_client_read_candidate(ngx_webrtc_ers_client_event_t *event,
    const json_t *payload)
{
    const json_t  *candidate;

    candidate = json_object_get(payload, "candidate");

    if (json_is_object(candidate)) {
        payload = candidate;
        candidate = json_object_get(payload, "candidate");
    }

    if (!json_is_string(candidate) && !json_is_null(candidate)) {
        return NGX_DECLINED;
    }

    event->candidate = ngx_webrtc_ers_client_str(payload, "candidate",
                                                 SIZE_MAX);
    event->mid = ngx_webrtc_ers_client_str(payload, "sdpMid",
                                           NGX_WEBRTC_ERS_CLIENT_ID);

    return NGX_OK;
}


ngx_str_t
ngx_webrtc_ers_client_str(const json_t *object, const char *key, size_t max)
{
    ngx_str_t  value;

    ngx_str_null(&value);

    (void) ngx_webrtc_json_get_str(object, key, 0, max, &value);

    return value;
}


ngx_int_t
ngx_webrtc_ers_client_offer(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *sdp)
{
    return ngx_webrtc_ers_client_say_sdp(client, to, sid, "offer", sdp);
}


ngx_int_t
ngx_webrtc_ers_client_answer(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *sdp)
{
    return ngx_webrtc_ers_client_say_sdp(client, to, sid, "answer", sdp);
}


static ngx_int_t
ngx_webrtc_ers_client_say_sdp(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const char *type,
    const ngx_str_t *sdp)
{
    return ngx_webrtc_ers_client_say(client, to, sid, type,
                                     json_pack("{s:s, s:o}", "type", type,
                                               "sdp",
                                               ngx_webrtc_json_str(sdp)));
}


/* everything is bundled: the first line stands for all of them */

ngx_int_t
ngx_webrtc_ers_client_candidate(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *mid,
    const ngx_str_t *candidate)
{
    return ngx_webrtc_ers_client_say(client, to, sid, "candidate",
                                     json_pack("{s:{s:o, s:o, s:i}}",
                                               "candidate", "candidate",
                                               ngx_webrtc_json_str(candidate),
                                               "sdpMid",
                                               ngx_webrtc_json_str(mid),
                                               "sdpMLineIndex", 0));
}


static ngx_int_t
ngx_webrtc_ers_client_say(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const char *type,
    json_t *payload)
{
    ngx_str_t  own;

    ngx_str_set(&own, NGX_WEBRTC_ERS_CLIENT_SID);

    return ngx_webrtc_ers_client_emit(client, "message",
                                      json_pack("[{s:o, s:o, s:s, s:s, s:o,"
                                                " s:s}]",
                                                "to",
                                                ngx_webrtc_json_str(to),
                                                "sid",
                                                ngx_webrtc_json_str(
                                                    sid->len ? sid : &own),
                                                "roomType", "video",
                                                "type", type,
                                                "payload", payload,
                                                "prefix", "webkit"),
                                      0);
}


ngx_int_t
ngx_webrtc_ers_client_text(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *text)
{
    return ngx_webrtc_ers_client_emit(client, "message",
                                      json_pack("[{s:o, s:o, s:s}]", "to",
                                                ngx_webrtc_json_str(to),
                                                "message",
                                                ngx_webrtc_json_str(text),
                                                "prefix", "webkit"),
                                      0);
}
