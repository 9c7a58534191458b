
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the methods by which a receiver chooses among the rids of senders */


#include <hub/ngx_webrtc_simulcast.h>
#include <hub/ngx_webrtc_spotlight.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_keys.h>
#include <front/sora/ngx_webrtc_sora_rpc.h>
#include <front/sora/ngx_webrtc_sora_session.h>


typedef struct {
    ngx_str_t                 receiver;
    ngx_str_t                 recv;
    ngx_str_t                 sender;
    ngx_str_t                 send;
    ngx_int_t                 rid;
    ngx_int_t                 focus;
    ngx_int_t                 unfocus;
} ngx_webrtc_sora_rids_t;


static ngx_int_t ngx_webrtc_sora_rpc_rids(ngx_webrtc_sora_session_t *session,
    const json_t *params, ngx_webrtc_sora_rids_t *rids,
    const char **reason);
static json_t *ngx_webrtc_sora_rpc_echo(ngx_webrtc_sora_session_t *session,
    const json_t *params, const char *receiver, const char *const *keys);


#define ngx_webrtc_sora_rids_value(field)                                    \
    offsetof(ngx_webrtc_sora_rids_t, field)

#define ngx_webrtc_sora_rids_id(name, field)                                 \
    { name, NGX_WEBRTC_SORA_KEY_STR, NGX_WEBRTC_ID_LEN, NGX_WEBRTC_ID_LEN,   \
      NULL, ngx_webrtc_sora_rids_value(field),                               \
      name " must be a connection_id" }

#define ngx_webrtc_sora_rids_rid(name, field)                                \
    { name, NGX_WEBRTC_SORA_KEY_WORD, 0, 0, ngx_webrtc_sora_rids,            \
      ngx_webrtc_sora_rids_value(field),                                     \
      name " must be none, r0, r1 or r2" }


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_rid_keys[] = {
    ngx_webrtc_sora_rids_id("receiver_connection_id", receiver),
    ngx_webrtc_sora_rids_id("recv_connection_id", recv),
    ngx_webrtc_sora_rids_id("sender_connection_id", sender),
    ngx_webrtc_sora_rids_id("send_connection_id", send),
    ngx_webrtc_sora_rids_rid("rid", rid),
    ngx_webrtc_sora_rids_rid("spotlight_focus_rid", focus),
    ngx_webrtc_sora_rids_rid("spotlight_unfocus_rid", unfocus),
    { NULL, 0, 0, 0, NULL, 0, NULL }
};


json_t *
ngx_webrtc_sora_rpc_request_simulcast_rid(ngx_webrtc_sora_session_t *session,
    json_t *params, ngx_webrtc_usec_t now, const char **reason)
{
    ngx_webrtc_sora_rids_t  rids;

    static const char *const  keys[] = { "rid", "sender_connection_id", NULL };

    if (ngx_webrtc_sora_rpc_rids(session, params, &rids, reason) != NGX_OK) {
        return NULL;
    }

    if (rids.rid == -1) {
        *reason = "rid is missing";
        return NULL;
    }

    if (!ngx_webrtc_simulcast_may_request(session->connection, rids.rid - 1))
    {
        *reason = "rid is not allowed";
        return NULL;
    }

    *reason = ngx_webrtc_simulcast_request(session->connection, &rids.sender,
                                           rids.rid - 1, now);
    if (*reason) {
        return NULL;
    }

    return ngx_webrtc_sora_rpc_echo(session, params, "receiver_connection_id",
                                    keys);
}


json_t *
ngx_webrtc_sora_rpc_request_spotlight_rid(ngx_webrtc_sora_session_t *session,
    json_t *params, ngx_webrtc_usec_t now, const char **reason)
{
    ngx_webrtc_sora_rids_t       rids;
    ngx_webrtc_spotlight_rids_t  wanted;

    static const char *const  keys[] = {
        "send_connection_id", "spotlight_focus_rid", "spotlight_unfocus_rid",
        NULL
    };

    if (ngx_webrtc_sora_rpc_rids(session, params, &rids, reason) != NGX_OK) {
        return NULL;
    }

    if (rids.focus == -1 || rids.unfocus == -1) {
        *reason = "spotlight_focus_rid or spotlight_unfocus_rid is missing";
        return NULL;
    }

    ngx_memzero(&wanted, sizeof(ngx_webrtc_spotlight_rids_t));

    wanted.focus = rids.focus - 1;
    wanted.unfocus = rids.unfocus - 1;

    *reason = ngx_webrtc_spotlight_request(session->connection, &rids.send,
                                           &wanted, now);
    if (*reason) {
        return NULL;
    }

    return ngx_webrtc_sora_rpc_echo(session, params, "recv_connection_id",
                                    keys);
}


json_t *
ngx_webrtc_sora_rpc_reset_spotlight_rid(ngx_webrtc_sora_session_t *session,
    json_t *params, ngx_webrtc_usec_t now, const char **reason)
{
    ngx_webrtc_sora_rids_t  rids;

    static const char *const  keys[] = { "send_connection_id", NULL };

    if (ngx_webrtc_sora_rpc_rids(session, params, &rids, reason) != NGX_OK) {
        return NULL;
    }

    *reason = ngx_webrtc_spotlight_reset(session->connection, &rids.send,
                                         now);
    if (*reason) {
        return NULL;
    }

    return ngx_webrtc_sora_rpc_echo(session, params, "recv_connection_id",
                                    keys);
}


/* the receiver is the caller, and may be named */

static ngx_int_t
ngx_webrtc_sora_rpc_rids(ngx_webrtc_sora_session_t *session,
    const json_t *params, ngx_webrtc_sora_rids_t *rids, const char **reason)
{
    ngx_uint_t     i;
    ngx_str_t     *id;
    const u_char  *own;

    ngx_memzero(rids, sizeof(ngx_webrtc_sora_rids_t));

    rids->rid = -1;
    rids->focus = -1;
    rids->unfocus = -1;

    if (ngx_webrtc_sora_read(params, ngx_webrtc_sora_rid_keys, rids, reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    own = ngx_webrtc_connection_info(session->connection)->connection_id;

    for (i = 0; i < 2; i++) {
        id = i ? &rids->recv : &rids->receiver;

        if (id->len && ngx_memcmp(id->data, own, NGX_WEBRTC_ID_LEN) != 0) {
            *reason = "the receiver must be the caller";
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static json_t *
ngx_webrtc_sora_rpc_echo(ngx_webrtc_sora_session_t *session,
    const json_t *params, const char *receiver, const char *const *keys)
{
    json_t                              *json, *value;
    const ngx_webrtc_connection_info_t  *info;

    info = ngx_webrtc_connection_info(session->connection);

    json = json_pack("{s:s%, s:s%}",
                     "channel_id", info->channel_id.data, info->channel_id.len,
                     receiver, info->connection_id,
                     (size_t) NGX_WEBRTC_ID_LEN);

    for ( /* void */ ; *keys; keys++) {
        value = json_object_get(params, *keys);

        if (value && !json_is_null(value)) {
            json_object_set(json, *keys, value);
        }
    }

    return json;
}
