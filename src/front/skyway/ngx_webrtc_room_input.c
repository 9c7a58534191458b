
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* What members ask of their room, what they are told, and what is kept. */


#include <front/skyway/ngx_webrtc_socketio_session.h>


/* the JSON follows */

typedef struct {
    ngx_queue_t               queue;
    size_t                    len;
} ngx_webrtc_room_log_t;


static void ngx_webrtc_room_tell_users(ngx_webrtc_room_member_t *member,
    const ngx_str_t *type);
static void ngx_webrtc_room_tell_logs(ngx_webrtc_room_member_t *member);
static void ngx_webrtc_room_data(ngx_webrtc_room_member_t *member,
    ngx_webrtc_room_message_t *message, ngx_webrtc_usec_t now);
static void ngx_webrtc_room_spread(ngx_webrtc_room_t *room,
    ngx_webrtc_room_member_t *except,
    const ngx_webrtc_room_message_t *message);


void
ngx_webrtc_room_input(ngx_webrtc_room_member_t *member, u_char *pos,
    size_t len, ngx_webrtc_usec_t now)
{
    ngx_webrtc_room_message_t  message;

    if (ngx_webrtc_room_parse(pos, pos + len, &message) != NGX_OK) {
        return;
    }

    switch (message.verb) {

    case NGX_WEBRTC_ROOM_USERS:
        ngx_webrtc_room_tell_users(member, &message.parts[0]);
        return;

    case NGX_WEBRTC_ROOM_LOGS:
        ngx_webrtc_room_tell_logs(member);
        return;

    case NGX_WEBRTC_ROOM_DATA:
        ngx_webrtc_room_data(member, &message, now);
        return;

    case NGX_WEBRTC_ROOM_OFFER:
        ngx_webrtc_room_offer(member, now);
        return;

    case NGX_WEBRTC_ROOM_ANSWER:
        ngx_webrtc_room_answer(member, &message.parts[0], now);
        return;

    default:
        return;
    }
}


static void
ngx_webrtc_room_tell_users(ngx_webrtc_room_member_t *member,
    const ngx_str_t *type)
{
    json_t  *json;

    json = json_pack("{s:o, s:o, s:o}",
                     "roomName", ngx_webrtc_json_str(&member->room->name),
                     "type", ngx_webrtc_json_str(type),
                     "userList", ngx_webrtc_room_list(member->room));

    ngx_webrtc_room_tell(member, "ROOM_USERS", json);

    json_decref(json);
}


static void
ngx_webrtc_room_tell_logs(ngx_webrtc_room_member_t *member)
{
    json_t                 *json, *list;
    ngx_str_t               text;
    ngx_queue_t            *q;
    ngx_webrtc_room_t      *room;
    ngx_webrtc_room_log_t  *log;

    room = member->room;
    list = json_array();

    for (q = ngx_queue_head(&room->logs);
         q != ngx_queue_sentinel(&room->logs);
         q = ngx_queue_next(q))
    {
        log = ngx_queue_data(q, ngx_webrtc_room_log_t, queue);

        text.data = (u_char *) (log + 1);
        text.len = log->len;

        (void) json_array_append_new(list, ngx_webrtc_json_str(&text));
    }

    json = json_pack("{s:o, s:o}",
                     "roomName", ngx_webrtc_json_str(&room->name),
                     "log", list);

    ngx_webrtc_room_tell(member, "ROOM_LOGS", json);

    json_decref(json);
}


/* the others hear the data as it was said */

static void
ngx_webrtc_room_data(ngx_webrtc_room_member_t *member,
    ngx_webrtc_room_message_t *message, ngx_webrtc_usec_t now)
{
    char               *head;
    json_t             *json;
    u_char             *p, *text;
    size_t              len;
    ngx_str_t           data;
    ngx_webrtc_room_t  *room;

    room = member->room;
    data = message->parts[0];

    json = json_pack("{s:o, s:o}",
                     "roomName", ngx_webrtc_json_str(&room->name),
                     "src", ngx_webrtc_json_str(&member->id));

    head = json ? json_dumps(json, JSON_COMPACT) : NULL;

    text = head ? ngx_alloc(sizeof("[\"ROOM_DATA\",,\"data\":}]")
                            + strlen(head) + data.len,
                            room->rooms->skyway->log)
                : NULL;

    if (text) {

        /* the object is reopened for one more member */

        len = strlen(head) - 1;

        p = ngx_cpymem(text, "[\"ROOM_DATA\",", 13);
        p = ngx_cpymem(p, head, len);

        if (data.len) {
            p = ngx_cpymem(p, ",\"data\":", 8);
            p = ngx_cpymem(p, data.data, data.len);
        }

        p = ngx_cpymem(p, "}]", 2);

        message->verb = NGX_WEBRTC_ROOM_EVENT;
        message->parts[0].data = text;
        message->parts[0].len = p - text;

        ngx_webrtc_room_spread(room, member, message);

        if (message->n == 1 && data.len) {
            (void) json_object_set_new(json, "data",
                                       json_loadb((char *) data.data,
                                                  data.len,
                                                  JSON_DECODE_ANY, NULL));
        }

        ngx_webrtc_room_log(room, "ROOM_DATA", json, now);

        ngx_free(text);
    }

    free(head);
    json_decref(json);
}


json_t *
ngx_webrtc_room_list(ngx_webrtc_room_t *room)
{
    json_t                    *list;
    ngx_queue_t               *q;
    ngx_webrtc_room_member_t  *member;

    list = json_array();

    for (q = ngx_queue_head(&room->members);
         q != ngx_queue_sentinel(&room->members);
         q = ngx_queue_next(q))
    {
        member = ngx_queue_data(q, ngx_webrtc_room_member_t, queue);

        (void) json_array_append_new(list, ngx_webrtc_json_str(&member->id));
    }

    return list;
}


/* one text for all of them */

static void
ngx_webrtc_room_spread(ngx_webrtc_room_t *room,
    ngx_webrtc_room_member_t *except,
    const ngx_webrtc_room_message_t *message)
{
    size_t                     len;
    u_char                    *text;
    ngx_queue_t               *q;
    ngx_webrtc_room_member_t  *member;

    len = ngx_webrtc_room_len(message);

    text = ngx_alloc(len, room->rooms->skyway->log);
    if (text == NULL) {
        return;
    }

    (void) ngx_webrtc_room_write(text, message);

    for (q = ngx_queue_head(&room->members);
         q != ngx_queue_sentinel(&room->members);
         q = ngx_queue_next(q))
    {
        member = ngx_queue_data(q, ngx_webrtc_room_member_t, queue);

        if (member != except) {
            member->handlers->send(member->link, text, len);
        }
    }

    ngx_free(text);
}


void
ngx_webrtc_room_spread_json(ngx_webrtc_room_t *room, const char *name,
    const json_t *argument)
{
    ngx_queue_t               *q;
    ngx_webrtc_room_member_t  *member;

    for (q = ngx_queue_head(&room->members);
         q != ngx_queue_sentinel(&room->members);
         q = ngx_queue_next(q))
    {
        member = ngx_queue_data(q, ngx_webrtc_room_member_t, queue);

        ngx_webrtc_room_tell(member, name, argument);
    }
}


void
ngx_webrtc_room_tell(ngx_webrtc_room_member_t *member, const char *name,
    const json_t *argument)
{
    char                       *text;
    json_t                     *json;
    size_t                      len;
    u_char                     *buf;
    ngx_webrtc_room_message_t   message;

    json = json_pack("[s, O*]", name, argument);
    text = json ? json_dumps(json, JSON_COMPACT) : NULL;

    if (text) {
        message.verb = NGX_WEBRTC_ROOM_EVENT;
        message.n = 1;
        message.parts[0].data = (u_char *) text;
        message.parts[0].len = strlen(text);

        len = ngx_webrtc_room_len(&message);
        buf = ngx_alloc(len, member->room->rooms->skyway->log);

        if (buf) {
            (void) ngx_webrtc_room_write(buf, &message);
            member->handlers->send(member->link, buf, len);
            ngx_free(buf);
        }
    }

    free(text);
    json_decref(json);
}


/* what getLog() of skyway-js gives: JSON in strings */

void
ngx_webrtc_room_log(ngx_webrtc_room_t *room, const char *type,
    const json_t *argument, ngx_webrtc_usec_t now)
{
    char                   *text;
    size_t                  len, max;
    json_t                 *json;
    uint64_t                wall;
    ngx_webrtc_hub_t       *hub;
    ngx_webrtc_room_log_t  *log;

    hub = room->rooms->skyway->hub;
    max = room->rooms->skyway->conf.room_log;
    wall = hub ? ngx_webrtc_hub_wall(hub, now) : now;

    json = json_pack("{s:I, s:s, s:O*}",
                     "timestamp", (json_int_t) (wall / NGX_WEBRTC_MSEC),
                     "messageType", type, "message", argument);
    text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    len = text ? strlen(text) : 0;

    log = (text && sizeof(ngx_webrtc_room_log_t) + len <= max)
          ? ngx_alloc(sizeof(ngx_webrtc_room_log_t) + len,
                      room->rooms->skyway->log)
          : NULL;

    if (log) {
        log->len = len;
        ngx_memcpy(log + 1, text, len);

        ngx_queue_insert_tail(&room->logs, &log->queue);
        room->logged += sizeof(ngx_webrtc_room_log_t) + len;

        ngx_webrtc_room_log_trim(room, max);
    }

    free(text);
    json_decref(json);
}


void
ngx_webrtc_room_log_trim(ngx_webrtc_room_t *room, size_t max)
{
    ngx_queue_t            *q;
    ngx_webrtc_room_log_t  *log;

    while (room->logged > max) {

        q = ngx_queue_head(&room->logs);
        log = ngx_queue_data(q, ngx_webrtc_room_log_t, queue);

        ngx_queue_remove(q);
        room->logged -= sizeof(ngx_webrtc_room_log_t) + log->len;

        ngx_free(log);
    }
}
