
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The videoroom plugin: a publisher offers and is answered; a subscriber is
 * offered everybody who publishes, and each time that one more does.
 */


#include <ctype.h>
#include <stdio.h>

#include "signal_janus.h"


#define JANUS_FEEDS  16                 /* more rows of the array at a time */


static void janus_room_subscribe(janus_handle_t *handle);


static janus_room_t *
janus_room(janus_handle_t *handle)
{
    return &handle->member->janus->rooms[handle->member->member->room];
}


static json_int_t
janus_room_id(janus_handle_t *handle)
{
    return (json_int_t) handle->member->member->room + 1;
}


/* a publisher's name in its room; it is ours to choose */

static uint64_t
janus_room_feed(janus_handle_t *handle)
{
    return handle->member->member->number + 1;
}


/* who subscribes in this room, apart from the publisher itself, hears of it */

static void
janus_room_published(janus_handle_t *publisher)
{
    uint64_t        *feeds;
    ngx_queue_t     *q;
    janus_t         *janus;
    janus_room_t    *room;
    janus_handle_t  *handle;

    janus = publisher->member->janus;
    room = janus_room(publisher);

    if (room->nfeeds == room->size) {
        feeds = realloc(room->feeds,
                        (room->size + JANUS_FEEDS) * sizeof(uint64_t));
        if (feeds == NULL) {
            janus_failed(publisher->member, "no memory");
            return;
        }

        room->feeds = feeds;
        room->size += JANUS_FEEDS;
    }

    room->feeds[room->nfeeds++] = janus_room_feed(publisher);

    for (q = ngx_queue_head(&janus->handles);
         q != ngx_queue_sentinel(&janus->handles);
         q = ngx_queue_next(q))
    {
        handle = ngx_queue_data(q, janus_handle_t, queue);

        if (handle->way == LOAD_RECEIVE && janus_room(handle) == room) {
            janus_room_subscribe(handle);
        }
    }
}


void
janus_room_leave(janus_handle_t *handle)
{
    ngx_uint_t     i;
    janus_room_t  *room;

    room = janus_room(handle);

    for (i = 0; i < room->nfeeds; i++) {
        if (room->feeds[i] == janus_room_feed(handle)) {
            room->feeds[i] = 0;
        }
    }
}


static void
janus_room_client(load_client_t *client, load_client_event_e event,
    const char *reason, void *data)
{
    janus_handle_t  *handle = data;
    janus_member_t  *jm;

    (void) client;

    jm = handle->member;

    if (event != LOAD_CLIENT_CONNECTED) {
        janus_failed(jm, "%s", (reason != NULL) ? reason
                                                : "closed by the server");
        return;
    }

    /* who does both is up when the own media are */

    if (jm->member->state == LOAD_MEMBER_JOINING && !jm->failed
        && !jm->leaving
        && (handle->way == LOAD_SEND || !(jm->member->ways & LOAD_SEND)))
    {
        load_member_up(jm->member);
    }
}


static ngx_int_t
janus_room_client_create(janus_handle_t *handle)
{
    handle->client = load_client_create(handle->member->member, handle->way,
                                        janus_room_client, handle);
    if (handle->client == NULL) {
        janus_failed(handle->member, "no memory");
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* of the room that are not known to the subscriber yet; NULL: none */

static json_t *
janus_room_news(janus_handle_t *handle)
{
    json_t        *streams;
    uint64_t       feed;
    janus_room_t  *room;

    streams = json_array();
    room = janus_room(handle);

    while (handle->nfeeds < room->nfeeds) {
        feed = room->feeds[handle->nfeeds++];

        if (feed != 0 && feed != janus_room_feed(handle)) {
            (void) json_array_append_new(streams,
                         json_pack("{s:I}", "feed", (json_int_t) feed));
        }
    }

    if (json_array_size(streams) == 0) {
        json_decref(streams);
        return NULL;
    }

    return streams;
}


static void
janus_room_subscribe(janus_handle_t *handle)
{
    json_t  *streams;

    if (handle->id == 0 || handle->busy || handle->member->failed
        || handle->member->leaving)
    {
        return;
    }

    streams = janus_room_news(handle);
    if (streams == NULL) {
        return;
    }

    handle->busy = 1;

    if (handle->joined) {
        janus_message(handle, json_pack("{s:s, s:o}", "request", "update",
                                        "subscribe", streams),
                      NULL, NULL, NULL);
        return;
    }

    handle->joined = 1;
    janus_message(handle, json_pack("{s:s, s:s, s:I, s:o}",
                                    "request", "join", "ptype", "subscriber",
                                    "room", janus_room_id(handle),
                                    "streams", streams),
                  NULL, NULL, NULL);
}


/* the room is there */

static void
janus_room_join(janus_handle_t *handle)
{
    if (handle->way == LOAD_RECEIVE) {
        janus_room_subscribe(handle);
        return;
    }

    janus_message(handle, json_pack("{s:s, s:s, s:I, s:I}",
                                    "request", "join", "ptype", "publisher",
                                    "room", janus_room_id(handle),
                                    "id",
                                    (json_int_t) janus_room_feed(handle)),
                  NULL, NULL, NULL);
}


static void
janus_room_created(janus_t *janus, janus_handle_t *creator,
    const json_t *reply)
{
    ngx_queue_t     *q;
    janus_room_t    *room;
    janus_handle_t  *handle;

    (void) reply;

    room = janus_room(creator);
    room->state = JANUS_ROOM_READY;

    for (q = ngx_queue_head(&janus->handles);
         q != ngx_queue_sentinel(&janus->handles);
         q = ngx_queue_next(q))
    {
        handle = ngx_queue_data(q, janus_handle_t, queue);

        if (handle->id != 0 && !handle->member->leaving
            && janus_room(handle) == room)
        {
            janus_room_join(handle);
        }
    }
}


/* no limit of the bitrate, and no key frames but those that are asked for */

static void
janus_room_create(janus_handle_t *handle)
{
    char             codec[16];
    json_t          *body;
    ngx_uint_t       i;
    load_options_t  *options;

    options = &handle->member->janus->load->options;

    for (i = 0; i < sizeof(codec) - 1 && options->codec[i]; i++) {
        codec[i] = (char) tolower((u_char) options->codec[i]);
    }

    codec[i] = '\0';

    body = json_pack("{s:s, s:I, s:I, s:i, s:i, s:s, s:s, s:b, s:b, s:b}",
                     "request", "create", "room", janus_room_id(handle),
                     "publishers", (json_int_t) (options->publishers
                                                 + options->both),
                     "bitrate", 0, "fir_freq", 0,
                     "audiocodec", "opus", "videocodec", codec,
                     "transport_wide_cc_ext", options->twcc,
                     "notify_joining", 0, "permanent", 0);

    janus_room(handle)->state = JANUS_ROOM_CREATING;
    janus_message(handle, body, NULL, NULL, janus_room_created);
}


void
janus_room_enter(janus_handle_t *handle)
{
    switch (janus_room(handle)->state) {

    case JANUS_ROOM_NEW:
        janus_room_create(handle);
        break;

    case JANUS_ROOM_READY:
        janus_room_join(handle);
        break;

    case JANUS_ROOM_CREATING:
        break;
    }
}


/* the publisher is in the room */

static void
janus_room_offer(janus_handle_t *handle)
{
    json_t          *body;
    ngx_str_t        offer;
    load_options_t  *options;

    options = &handle->member->janus->load->options;

    if (janus_room_client_create(handle) != NGX_OK) {
        return;
    }

    if (load_client_offer(handle->client, &offer) != NGX_OK) {
        janus_failed(handle->member, "no offer");
        return;
    }

    body = json_pack("{s:s, s:b, s:b}", "request", "configure",
                     "audio", options->audio, "video", options->video);

    janus_message(handle, body, "offer", &offer, NULL);
    load_member_answered(handle->member->member);
}


static void
janus_room_answered(janus_handle_t *handle, const ngx_str_t *answer)
{
    const char  *reason;

    load_member_offered(handle->member->member);

    if (handle->client == NULL
        || load_client_answered(handle->client, answer, &reason) != NGX_OK)
    {
        janus_failed(handle->member, "the answer: %s",
                     (handle->client == NULL) ? "unexpected" : reason);
    }
}


static void
janus_room_offered(janus_handle_t *handle, const ngx_str_t *offer)
{
    ngx_str_t       answer;
    const char     *reason;
    load_member_t  *member;

    member = handle->member->member;

    /* a later offer, or who sends too: the times are taken already */

    if (handle->client == NULL) {
        if (member->ways == LOAD_RECEIVE) {
            load_member_offered(member);
        }

        if (janus_room_client_create(handle) != NGX_OK) {
            return;
        }
    }

    if (load_client_answer(handle->client, offer, &answer, &reason)
        != NGX_OK)
    {
        janus_failed(handle->member, "the offer: %s", reason);
        return;
    }

    janus_message(handle, json_pack("{s:s, s:I}", "request", "start",
                                    "room", janus_room_id(handle)),
                  "answer", &answer, NULL);

    if (member->ways == LOAD_RECEIVE && member->answered == 0) {
        load_member_answered(member);
    }
}


/* true: there is one, and it has been taken */

static ngx_uint_t
janus_room_description(janus_handle_t *handle, const json_t *event)
{
    json_t     *jsep;
    ngx_str_t   sdp;

    jsep = json_object_get(event, "jsep");
    if (jsep == NULL) {
        return 0;
    }

    sdp.data = (u_char *) janus_string(jsep, "sdp");
    sdp.len = ngx_strlen(sdp.data);

    if (handle->way == LOAD_SEND) {
        janus_room_answered(handle, &sdp);

    } else {
        janus_room_offered(handle, &sdp);
    }

    return 1;
}


void
janus_room_event(janus_handle_t *handle, const json_t *event)
{
    json_t      *data;
    const char  *name;

    if (strcmp(janus_string(event, "janus"), "webrtcup") == 0) {
        if (handle->way == LOAD_SEND) {
            janus_room_published(handle);
        }

        return;
    }

    if (janus_room_description(handle, event)) {
        return;
    }

    data = json_object_get(json_object_get(event, "plugindata"), "data");
    name = janus_string(data, "videoroom");

    if (handle->way == LOAD_SEND) {
        if (strcmp(name, "joined") == 0) {
            janus_room_offer(handle);
        }

        return;
    }

    /* the answer has arrived, or an update has changed nothing */

    if (json_object_get(data, "started") != NULL
        || strcmp(name, "updated") == 0)
    {
        handle->busy = 0;
        janus_room_subscribe(handle);
    }
}
