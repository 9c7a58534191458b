
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* an SFU room is a channel of the hub, where everybody sends and receives */


#include <front/skyway/ngx_webrtc_room_internal.h>


static void ngx_webrtc_room_event(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_event_t *event, void *data);
static void ngx_webrtc_room_keep_offer(ngx_webrtc_room_member_t *member,
    const ngx_str_t *sdp);
static void ngx_webrtc_room_forget_offer(ngx_webrtc_room_member_t *member);
static void ngx_webrtc_room_tell_offer(ngx_webrtc_room_member_t *member,
    const ngx_str_t *sdp);
static json_t *ngx_webrtc_room_msids(ngx_webrtc_room_t *room);
static void ngx_webrtc_room_fail(ngx_webrtc_room_member_t *member,
    const char *message);


/* a further request changes nothing: offers come when there is news */

void
ngx_webrtc_room_offer(ngx_webrtc_room_member_t *member, ngx_webrtc_usec_t now)
{
    u_char              buf[NGX_WEBRTC_NAME_MAX];
    const char         *reason;
    ngx_webrtc_hub_t   *hub;
    ngx_webrtc_join_t   join;
    ngx_webrtc_room_t  *room;

    room = member->room;
    hub = room->rooms->skyway->hub;

    if (!room->sfu || member->connection || hub == NULL) {
        return;
    }

    ngx_memzero(&join, sizeof(ngx_webrtc_join_t));

    /* not the row of the room: the hub gives back its own with the last */

    ngx_memcpy(buf, room->channel_id.data, room->channel_id.len);
    buf[1] = 'h';

    join.info.channel_id.data = buf;
    join.info.channel_id.len = room->channel_id.len;
    join.info.client_id = member->id;
    join.info.role = NGX_WEBRTC_SENDRECV;
    join.info.audio = 1;
    join.info.video = 1;
    join.info.audio_codec = NGX_WEBRTC_CODEC_OPUS;
    join.info.video_codec = NGX_WEBRTC_CODEC_VP8;

    if (ngx_webrtc_hub_join(hub, &join, ngx_webrtc_room_event, member, now,
                            &reason)
        == NULL)
    {
        member->connection = NULL;
        ngx_webrtc_room_fail(member, reason);
    }
}


void
ngx_webrtc_room_answer(ngx_webrtc_room_member_t *member, ngx_str_t *sdp,
    ngx_webrtc_usec_t now)
{
    ngx_int_t    rc;
    ngx_str_t    offer;
    const char  *reason;

    if (member->connection == NULL) {
        return;
    }

    /* the next one may come from within the call */

    offer = member->offer;
    ngx_str_null(&member->offer);

    reason = NULL;
    rc = ngx_webrtc_hub_answer(member->connection, sdp, now, &reason);

    if (rc == NGX_OK || member->offer.len || member->connection == NULL) {
        ngx_free(offer.data);

    } else {
        member->offer = offer;
    }

    if (rc == NGX_ERROR) {
        ngx_webrtc_room_fail(member, reason ? reason : "INVALID-ANSWER");
    }
}


/*
 * Clients do not answer a text that they know, but the answer that they gave
 * may have been lost with the socket.
 */

void
ngx_webrtc_room_offer_again(ngx_webrtc_room_member_t *member)
{
    size_t              size;
    u_char             *buf;
    ngx_webrtc_text_t   text;

    if (member->offer.len == 0) {
        return;
    }

    size = member->offer.len + NGX_INT64_LEN;
    buf = ngx_alloc(size, member->room->rooms->skyway->log);

    if (buf) {
        ngx_webrtc_text_init(&text, buf, buf + size);

        if (ngx_webrtc_hub_offer_again(member->connection, &member->offer,
                                       &text)
            == NGX_OK)
        {
            ngx_webrtc_room_forget_offer(member);

            member->offer.data = buf;
            member->offer.len = ngx_webrtc_text_len(&text);

        } else {
            ngx_free(buf);
        }
    }

    ngx_webrtc_room_tell_offer(member, &member->offer);
}


void
ngx_webrtc_room_disconnect(ngx_webrtc_room_member_t *member,
    ngx_webrtc_usec_t now)
{
    if (member->connection) {
        ngx_webrtc_hub_leave(member->connection, NGX_WEBRTC_CLOSE_CLIENT,
                             "ROOM-LEAVE", now);
    }
}


static void
ngx_webrtc_room_event(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_event_t *event, void *data)
{
    ngx_webrtc_room_member_t *member = data;

    switch (event->type) {

    case NGX_WEBRTC_EVENT_OFFER:
        member->connection = connection;
        ngx_webrtc_room_keep_offer(member, &event->sdp);
        ngx_webrtc_room_tell_offer(member, &event->sdp);
        return;

    case NGX_WEBRTC_EVENT_CLOSED:
        member->connection = NULL;
        ngx_webrtc_room_forget_offer(member);

        if (event->cause != NGX_WEBRTC_CLOSE_CLIENT) {
            ngx_webrtc_room_fail(member, event->reason);
        }

        return;

    default:
        return;
    }
}


/* without memory the client has to hear it the first time */

static void
ngx_webrtc_room_keep_offer(ngx_webrtc_room_member_t *member,
    const ngx_str_t *sdp)
{
    ngx_webrtc_room_forget_offer(member);

    member->offer.data = ngx_alloc(sdp->len,
                                   member->room->rooms->skyway->log);
    if (member->offer.data) {
        member->offer.len = sdp->len;
        ngx_memcpy(member->offer.data, sdp->data, sdp->len);
    }
}


static void
ngx_webrtc_room_forget_offer(ngx_webrtc_room_member_t *member)
{
    ngx_free(member->offer.data);
    ngx_str_null(&member->offer);
}


static void
ngx_webrtc_room_tell_offer(ngx_webrtc_room_member_t *member,
    const ngx_str_t *sdp)
{
    json_t  *json;

    json = json_pack("{s:o, s:{s:s, s:o}, s:o}",
                     "roomName", ngx_webrtc_json_str(&member->room->name),
                     "offer", "type", "offer",
                     "sdp", ngx_webrtc_json_str(sdp),
                     "msids", ngx_webrtc_room_msids(member->room));

    ngx_webrtc_room_tell(member, "SFU_OFFER", json);

    json_decref(json);
}


/* the hub calls the stream of a connection by its id */

static json_t *
ngx_webrtc_room_msids(ngx_webrtc_room_t *room)
{
    json_t                              *msids;
    ngx_queue_t                         *q;
    ngx_webrtc_room_member_t            *member;
    const ngx_webrtc_connection_info_t  *info;
    char                                 id[NGX_WEBRTC_ID_LEN + 1];

    msids = json_object();

    for (q = ngx_queue_head(&room->members);
         q != ngx_queue_sentinel(&room->members);
         q = ngx_queue_next(q))
    {
        member = ngx_queue_data(q, ngx_webrtc_room_member_t, queue);

        if (member->connection == NULL) {
            continue;
        }

        info = ngx_webrtc_connection_info(member->connection);

        ngx_memcpy(id, info->connection_id, NGX_WEBRTC_ID_LEN);
        id[NGX_WEBRTC_ID_LEN] = '\0';

        (void) json_object_set_new(msids, id,
                                   ngx_webrtc_json_str(&member->id));
    }

    return msids;
}


/* skyway-js shows it as an error of the peer */

static void
ngx_webrtc_room_fail(ngx_webrtc_room_member_t *member, const char *message)
{
    json_t  *json;

    json = json_pack("{s:s, s:s}", "type", "room-error",
                     "message", message ? message : "The media have ended.");

    ngx_webrtc_room_tell(member, "ERROR", json);

    json_decref(json);
}
