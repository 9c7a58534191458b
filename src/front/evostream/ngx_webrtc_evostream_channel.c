
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_json.h>
#include <front/evostream/ngx_webrtc_evostream_channel.h>


typedef struct {
    const char                   *word;
    ngx_webrtc_evostream_said_e   command;
} ngx_webrtc_evostream_said_t;


static void ngx_webrtc_evostream_channel_mp4(const json_t *message,
    u_char *buf, ngx_str_t *reply);
static ngx_webrtc_evostream_said_e ngx_webrtc_evostream_channel_command(
    const json_t *message, ngx_str_t *reply);
static ngx_uint_t ngx_webrtc_evostream_channel_is(const ngx_str_t *value,
    const char *word);


static const ngx_webrtc_evostream_said_t  ngx_webrtc_evostream_said_words[] = {
    { "stop", NGX_WEBRTC_EVOSTREAM_SAID_STOP },
    { "pause", NGX_WEBRTC_EVOSTREAM_SAID_PAUSE },
    { "resume", NGX_WEBRTC_EVOSTREAM_SAID_RESUME }
};


ngx_webrtc_evostream_said_e
ngx_webrtc_evostream_channel(u_char *pos, u_char *last,
    u_char buf[NGX_WEBRTC_EVOSTREAM_REPLY_MAX], ngx_str_t *reply)
{
    json_t                       *message;
    ngx_str_t                     type;
    const char                   *reason;
    ngx_webrtc_evostream_said_e   command;

    ngx_str_null(reply);
    command = NGX_WEBRTC_EVOSTREAM_SAID_NONE;

    message = ngx_webrtc_json_parse(pos, last,
                                    NGX_WEBRTC_EVOSTREAM_SAID_MAX,
                                    &reason);

    if (ngx_webrtc_json_get_str(message, "type", 1, 64, &type) != NGX_OK) {
        json_decref(message);
        return command;
    }

    if (ngx_webrtc_evostream_channel_is(&type, "fmp4request")) {
        ngx_webrtc_evostream_channel_mp4(message, buf, reply);

    } else if (ngx_webrtc_evostream_channel_is(&type, "command")) {
        command = ngx_webrtc_evostream_channel_command(message, reply);

    } else if (ngx_webrtc_evostream_channel_is(&type, "heartbeat")) {
        command = NGX_WEBRTC_EVOSTREAM_SAID_HEARTBEAT;
        ngx_str_set(reply, "{\"type\":\"heartbeat\",\"payload\":\"\"}");
    }

    json_decref(message);

    return command;
}


/* there is no fragmented MP4: what plays comes as RTP */

static void
ngx_webrtc_evostream_channel_mp4(const json_t *message, u_char *buf,
    ngx_str_t *reply)
{
    json_t      *payload, *answer;
    ngx_str_t    name;
    const char  *description;

    payload = NULL;
    description = "Requested stream could not be sent!";

    if (ngx_webrtc_json_get_object(message, "payload", &payload) != NGX_OK
        || ngx_webrtc_json_get_str(payload, "name", 1,
                                   NGX_WEBRTC_EVOSTREAM_SAID_MAX, &name)
           != NGX_OK)
    {
        description = "Missing name field!";
    }

    payload = payload ? json_copy(payload) : json_object();

    answer = json_pack("{s:s,s:o}", "type", "fmp4Response",
                       "payload", payload);

    if (answer
        && json_object_set_new(payload, "description",
                               json_string(description)) == 0
        && json_object_set_new(payload, "status", json_string("FAIL")) == 0)
    {
        reply->data = buf;
        reply->len = ngx_webrtc_json_dump_buf(answer, buf,
                                            NGX_WEBRTC_EVOSTREAM_REPLY_MAX);
        if (reply->len == 0) {

            /* numbers may be written longer than they were read */

            ngx_str_set(reply, "{\"type\":\"fmp4Response\",\"payload\":"
                        "{\"description\":\"Requested stream could not be "
                        "sent!\",\"status\":\"FAIL\"}}");
        }
    }

    json_decref(answer);
}


static ngx_webrtc_evostream_said_e
ngx_webrtc_evostream_channel_command(const json_t *message, ngx_str_t *reply)
{
    json_t      *payload;
    ngx_str_t    word;
    ngx_uint_t   i, n;

    if (ngx_webrtc_json_get_object(message, "payload", &payload) != NGX_OK
        || ngx_webrtc_json_get_str(payload, "command", 1, 64, &word)
           != NGX_OK)
    {
        return NGX_WEBRTC_EVOSTREAM_SAID_NONE;
    }

    if (ngx_webrtc_evostream_channel_is(&word, "ping")) {
        ngx_str_set(reply, "{\"type\":\"command\",\"payload\":"
                    "{\"command\":\"pong\"}}");
        return NGX_WEBRTC_EVOSTREAM_SAID_NONE;
    }

    n = sizeof(ngx_webrtc_evostream_said_words)
        / sizeof(ngx_webrtc_evostream_said_words[0]);

    for (i = 0; i < n; i++) {
        if (ngx_webrtc_evostream_channel_is(&word,
                                    ngx_webrtc_evostream_said_words[i].word))
        {
            return ngx_webrtc_evostream_said_words[i].command;
        }
    }

    return NGX_WEBRTC_EVOSTREAM_SAID_NONE;
}


/* in whatever case, as the rest of the API */

static ngx_uint_t
ngx_webrtc_evostream_channel_is(const ngx_str_t *value, const char *word)
{
    return value->len == ngx_strlen(word)
           && strncasecmp((char *) value->data, word, value->len) == 0;
}
