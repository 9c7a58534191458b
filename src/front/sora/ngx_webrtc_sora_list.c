
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Answers with many rows.  The text is written directly, row by row, since
 * the rows are shown under the lock of the shared zone.
 */


#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_schema.h>
#include <front/sora/ngx_webrtc_sora_session.h>
#include <front/sora/ngx_webrtc_sora_stats.h>


struct ngx_webrtc_sora_list_s {
    ngx_webrtc_sora_call_t   *call;
    ngx_webrtc_sora_text_t    text;
    ngx_uint_t                rows;
    unsigned                  single:1;     /* one object, not an array */
};


static void ngx_webrtc_sora_list_media(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info);


ngx_webrtc_sora_list_t *
ngx_webrtc_sora_list_start(ngx_webrtc_sora_call_t *call)
{
    ngx_webrtc_sora_list_t  *list;

    list = calloc(1, sizeof(ngx_webrtc_sora_list_t));
    if (list == NULL) {
        return NULL;
    }

    list->call = call;
    list->single = (call->scope == NGX_WEBRTC_SORA_REMOTE_STATS
                    && call->connection_id.len);

    if (!list->single) {
        ngx_webrtc_sora_text_cstr(&list->text, "[");
    }

    return list;
}


void
ngx_webrtc_sora_list_connection(ngx_webrtc_sora_list_t *list,
    const ngx_webrtc_connection_info_t *info)
{
    ngx_webrtc_sora_write_connection(&list->text, info);
}


void
ngx_webrtc_sora_write_connection(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info)
{
    ngx_webrtc_sora_text_item(text);
    ngx_webrtc_sora_text_cstr(text, "{");

    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_str(text, "client_id", &info->client_id);
    ngx_webrtc_sora_text_key_uint(text, "created_time", info->created_time);
    ngx_webrtc_sora_text_key_str(text, "bundle_id", &info->bundle_id);
    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_bool(text, "multistream", 1);
    ngx_webrtc_sora_text_key_cstr(text, "role",
                                  ngx_webrtc_sora_role_name(info->role));
    ngx_webrtc_sora_text_key_bool(text, "simulcast", info->simulcast);
    ngx_webrtc_sora_text_key_bool(text, "spotlight", info->spotlight);

    ngx_webrtc_sora_list_media(text, info);

    ngx_webrtc_sora_text_cstr(text, "}");
}


static void
ngx_webrtc_sora_list_media(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info)
{
    const char  *params;

    ngx_webrtc_sora_text_key(text, "audio");

    if (info->audio) {
        ngx_webrtc_sora_text_cstr(text, "{");
        ngx_webrtc_sora_text_key_cstr(text, "codec_type",
                              ngx_webrtc_sora_codec_name(info->audio_codec));

        if (info->audio_bit_rate) {
            ngx_webrtc_sora_text_key_uint(text, "bit_rate",
                                          info->audio_bit_rate);
        }

        ngx_webrtc_sora_text_cstr(text, "}");

    } else {
        ngx_webrtc_sora_text_bool(text, 0);
    }

    ngx_webrtc_sora_text_key(text, "video");

    if (!info->video) {
        ngx_webrtc_sora_text_bool(text, 0);
        return;
    }

    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_text_key_cstr(text, "codec_type",
                              ngx_webrtc_sora_codec_name(info->video_codec));
    ngx_webrtc_sora_text_key_uint(text, "bit_rate", info->video_bit_rate);

    params = ngx_webrtc_sora_params_key(info->video_codec);

    if (params && info->video_params.len) {
        ngx_webrtc_sora_text_key(text, params);
        ngx_webrtc_sora_text_bytes(text, info->video_params.data,
                                   info->video_params.len);
    }

    ngx_webrtc_sora_text_cstr(text, "}");
}


void
ngx_webrtc_sora_list_channel(ngx_webrtc_sora_list_t *list,
    const ngx_webrtc_connection_info_t *first)
{
    ngx_webrtc_sora_text_t  *text;

    text = &list->text;

    ngx_webrtc_sora_text_item(text);
    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_text_key_str(text, "channel_id", &first->channel_id);

    if (list->call->scope == NGX_WEBRTC_SORA_LIST_SESSIONS) {
        ngx_webrtc_sora_text_key_bytes(text, "session_id", first->session_id,
                                       NGX_WEBRTC_ID_LEN);
    }

    ngx_webrtc_sora_text_key_bool(text, "multistream", 1);
    ngx_webrtc_sora_text_key_bool(text, "spotlight", first->spotlight);
    ngx_webrtc_sora_text_cstr(text, "}");
}


void
ngx_webrtc_sora_list_stats(ngx_webrtc_sora_list_t *list,
    const ngx_webrtc_connection_info_t *info, const ngx_str_t *stats,
    uint64_t wall)
{
    ngx_uint_t               there;
    ngx_webrtc_sora_text_t  *text;

    there = (stats != NULL && stats->len != 0);

    /* who has not told anything yet is in no listing */

    if (!there && !list->single) {
        return;
    }

    if (list->single && list->rows) {
        return;
    }

    list->rows++;

    text = &list->text;

    if (!list->single) {
        ngx_webrtc_sora_text_item(text);
    }

    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_sora_text_key(text, list->single ? "stats" : "remote_stats");

    if (there) {
        ngx_webrtc_sora_text_bytes(text, stats->data, stats->len);
        ngx_webrtc_sora_text_key(text, "timestamp");
        ngx_webrtc_sora_text_time(text, wall, 3);

    } else {
        ngx_webrtc_sora_text_cstr(text, "[]");
    }

    ngx_webrtc_sora_text_cstr(text, "}");
}


void
ngx_webrtc_sora_list_finish(ngx_webrtc_sora_list_t *list,
    ngx_webrtc_sora_answer_t *answer)
{
    if (!list->single) {
        ngx_webrtc_sora_text_cstr(&list->text, "]");
        ngx_webrtc_sora_answer_text(&list->text, answer);

    } else if (list->rows) {
        ngx_webrtc_sora_answer_text(&list->text, answer);

    } else {
        ngx_webrtc_sora_text_free(&list->text);
        ngx_webrtc_sora_api_error(list->call, "CONNECTION-NOT-FOUND",
                                  answer);
    }

    free(list);
}


void
ngx_webrtc_sora_list_traffic(ngx_webrtc_sora_list_t *list,
    const ngx_webrtc_connection_info_t *info, uint64_t wall)
{
    ngx_webrtc_sora_text_item(&list->text);
    ngx_webrtc_sora_write_traffic(&list->text, info, wall);
}
