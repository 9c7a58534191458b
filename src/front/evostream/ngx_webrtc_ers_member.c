
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* Who comes to a room, and what is said in it. */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_token.h>
#include <front/evostream/ngx_webrtc_ers_internal.h>


/* a join as its session has told it */

typedef struct {
    ngx_str_t                 room;
    ngx_str_t                 id;
    ngx_str_t                 address;
    ngx_str_t                 token;
    ngx_str_t                 instance;
    char                     *profile;      /* to be freed; NULL: none */
    ngx_uint_t                server;
    ngx_uint_t                shared;
} ngx_webrtc_ers_join_t;


static ngx_int_t ngx_webrtc_ers_join_read(json_t *hello,
    ngx_webrtc_ers_join_t *join);
static ngx_webrtc_ers_refusal_e ngx_webrtc_ers_join_check(
    ngx_webrtc_ers_t *ers, ngx_webrtc_ers_join_t *join);
static ngx_uint_t ngx_webrtc_ers_is_listed(const ngx_str_t *list,
    ngx_uint_t n, const ngx_str_t *word);
static ngx_webrtc_ers_member_t *ngx_webrtc_ers_member_create(
    ngx_webrtc_ers_t *ers, ngx_webrtc_ers_join_t *join);
static u_char *ngx_webrtc_ers_keep(u_char *p, ngx_str_t *dst,
    const ngx_str_t *src);
static ngx_webrtc_ers_refusal_e ngx_webrtc_ers_enter_server(
    ngx_webrtc_ers_room_t *room, ngx_webrtc_ers_member_t *member,
    ngx_webrtc_ers_join_t *join);
static ngx_int_t ngx_webrtc_ers_owner(ngx_webrtc_ers_join_t *join,
    ngx_webrtc_ers_t *ers, ngx_str_t *owner);
static ngx_webrtc_ers_refusal_e ngx_webrtc_ers_enter_viewer(
    ngx_webrtc_ers_room_t *room, ngx_webrtc_ers_member_t *member);
static void ngx_webrtc_ers_member_joined(ngx_webrtc_ers_member_t *member);


ngx_webrtc_ers_member_t *
ngx_webrtc_ers_member_join(ngx_webrtc_ers_t *ers, u_char *hello, size_t len,
    const ngx_webrtc_ers_member_handlers_t *handlers, void *link,
    ngx_webrtc_ers_refusal_e *refusal)
{
    json_t                   *json;
    const char               *reason;
    ngx_webrtc_ers_join_t     join;
    ngx_webrtc_ers_room_t    *room;
    ngx_webrtc_ers_member_t  *member;

    *refusal = NGX_WEBRTC_ERS_NREFUSALS;

    member = NULL;
    json = ngx_webrtc_json_parse(hello, hello + len, len, &reason);

    if (json == NULL || ngx_webrtc_ers_join_read(json, &join) != NGX_OK) {
        json_decref(json);
        return NULL;
    }

    if (ers->quitting) {

        /* or it would be asked for again and again, and kept from going */

        goto done;
    }

    *refusal = ngx_webrtc_ers_join_check(ers, &join);

    if (*refusal != NGX_WEBRTC_ERS_NREFUSALS) {
        goto done;
    }

    room = ngx_webrtc_ers_room_find(ers, &join.room);

    if (room == NULL && ers->nrooms >= ers->conf.max_rooms) {
        *refusal = NGX_WEBRTC_ERS_REFUSED_FULL;
        goto done;
    }

    member = ngx_webrtc_ers_member_create(ers, &join);

    if (member == NULL) {
        goto done;
    }

    if (room == NULL) {
        room = ngx_webrtc_ers_room_create(ers, &join.room);
    }

    if (room == NULL) {
        ngx_free(member);
        member = NULL;
        goto done;
    }

    member->room = room;
    member->handlers = handlers;
    member->link = link;

    *refusal = join.server ? ngx_webrtc_ers_enter_server(room, member, &join)
                           : ngx_webrtc_ers_enter_viewer(room, member);

    if (*refusal != NGX_WEBRTC_ERS_NREFUSALS) {
        ngx_free(member);
        member = NULL;
        ngx_webrtc_ers_room_release(room);
        goto done;
    }

    ngx_webrtc_hash_add(&ers->members, &member->node, member->id.data,
                        member->id.len);

    ngx_webrtc_ers_member_joined(member);

    if (member->is_server) {
        ngx_webrtc_ers_room_serve(room);

    } else {
        ngx_webrtc_ers_room_welcome(member);
    }

done:

    if (member == NULL && ngx_webrtc_ers_room_find(ers, &join.room) == NULL) {

        /* the place that was made for the room */

        (void) ers->glue.keep(ers->glue.data, &join.room, 0);
    }

    free(join.profile);
    json_decref(json);

    return member;
}


static ngx_int_t
ngx_webrtc_ers_join_read(json_t *hello, ngx_webrtc_ers_join_t *join)
{
    json_t  *profile;

    ngx_memzero(join, sizeof(ngx_webrtc_ers_join_t));

    if (ngx_webrtc_json_get_str(hello, "room", 1, NGX_WEBRTC_ERS_ROOM_MAX,
                                &join->room)
        != NGX_OK
        || ngx_webrtc_json_get_str(hello, "id", NGX_WEBRTC_ERS_ID_LEN,
                                   NGX_WEBRTC_ERS_ID_LEN, &join->id)
           != NGX_OK
        || ngx_webrtc_json_get_str(hello, "address", 0, 255, &join->address)
           != NGX_OK
        || ngx_webrtc_json_get_str(hello, "token", 0,
                                   NGX_WEBRTC_ERS_TOKEN_MAX, &join->token)
           != NGX_OK
        || ngx_webrtc_json_get_bool(hello, "server", &join->server) != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) ngx_webrtc_json_get_bool(hello, "shared", &join->shared);

    if (ngx_webrtc_json_get_str(hello, "instance", 0, 128, &join->instance)
        != NGX_OK)
    {
        ngx_str_null(&join->instance);
    }

    if (ngx_webrtc_json_get_object(hello, "profile", &profile) == NGX_OK
        && json_object_size(profile))
    {
        join->profile = json_dumps(profile, JSON_COMPACT);
        return join->profile ? NGX_OK : NGX_ERROR;
    }

    return NGX_OK;
}


/* NREFUSALS: nothing against it */

static ngx_webrtc_ers_refusal_e
ngx_webrtc_ers_join_check(ngx_webrtc_ers_t *ers, ngx_webrtc_ers_join_t *join)
{
    const ngx_webrtc_ers_conf_t  *conf;

    conf = &ers->conf;

    if (conf->rooms
        && !ngx_webrtc_ers_is_listed(conf->rooms, conf->nrooms, &join->room))
    {
        return NGX_WEBRTC_ERS_REFUSED_ROOM;
    }

    if (join->server && conf->tokens
        && !ngx_webrtc_ers_is_listed(conf->tokens, conf->ntokens,
                                     &join->token))
    {
        return NGX_WEBRTC_ERS_REFUSED_SERVER_TOKEN;
    }

    if (!join->server && conf->viewer_tokens
        && !ngx_webrtc_ers_is_listed(conf->viewer_tokens,
                                     conf->nviewer_tokens, &join->token))
    {
        return NGX_WEBRTC_ERS_REFUSED_VIEWER_TOKEN;
    }

    return NGX_WEBRTC_ERS_NREFUSALS;
}


/* all are compared, so that the time does not tell which one it was */

static ngx_uint_t
ngx_webrtc_ers_is_listed(const ngx_str_t *list, ngx_uint_t n,
    const ngx_str_t *word)
{
    ngx_uint_t  i, found;

    found = 0;

    for (i = 0; i < n; i++) {
        found |= ngx_webrtc_token_equal(&list[i], word);
    }

    return found;
}


static ngx_webrtc_ers_member_t *
ngx_webrtc_ers_member_create(ngx_webrtc_ers_t *ers,
    ngx_webrtc_ers_join_t *join)
{
    u_char                   *p;
    ngx_str_t                 profile;
    ngx_webrtc_ers_member_t  *member;

    ngx_str_null(&profile);

    if (join->profile) {

        /* without its braces */

        profile.data = (u_char *) join->profile + 1;
        profile.len = ngx_strlen(join->profile) - 2;
    }

    member = ngx_calloc(sizeof(ngx_webrtc_ers_member_t) + join->id.len
                        + join->address.len + join->token.len + profile.len,
                        ers->log);
    if (member == NULL) {
        return NULL;
    }

    p = (u_char *) (member + 1);

    p = ngx_webrtc_ers_keep(p, &member->id, &join->id);
    p = ngx_webrtc_ers_keep(p, &member->address, &join->address);
    p = ngx_webrtc_ers_keep(p, &member->token, &join->token);
    (void) ngx_webrtc_ers_keep(p, &member->profile, &profile);

    member->is_server = (join->server != 0);
    member->is_shared = (join->shared != 0);
    member->is_ours = (join->instance.len != 0);

    return member;
}


static u_char *
ngx_webrtc_ers_keep(u_char *p, ngx_str_t *dst, const ngx_str_t *src)
{
    dst->data = p;
    dst->len = src->len;

    return src->len ? ngx_cpymem(p, src->data, src->len) : p;
}


/*
 * A room has one media server.  It may have several sockets there: those
 * that have said the same instance are one, and the newest takes who comes
 * next.  A media server that says none is told by its token and address, and
 * has one socket that waits.
 */

static ngx_webrtc_ers_refusal_e
ngx_webrtc_ers_enter_server(ngx_webrtc_ers_room_t *room,
    ngx_webrtc_ers_member_t *member, ngx_webrtc_ers_join_t *join)
{
    ngx_str_t   owner;
    ngx_uint_t  same;

    if (ngx_webrtc_ers_owner(join, room->ers, &owner) != NGX_OK) {
        return NGX_WEBRTC_ERS_REFUSED_FULL;
    }

    same = ngx_webrtc_str_equal(&room->owner, &owner);

    if (!ngx_queue_empty(&room->servers)
        && (!same
            || (!member->is_ours && ngx_webrtc_ers_room_waiting(room))))
    {
        ngx_free(owner.data);
        return NGX_WEBRTC_ERS_REFUSED_TAKEN;
    }

    ngx_free(room->owner.data);
    room->owner = owner;

    ngx_queue_insert_head(&room->servers, &member->queue);
    ngx_webrtc_ers_room_adopt(room, member, same);

    return NGX_WEBRTC_ERS_NREFUSALS;
}


static ngx_int_t
ngx_webrtc_ers_owner(ngx_webrtc_ers_join_t *join, ngx_webrtc_ers_t *ers,
    ngx_str_t *owner)
{
    u_char  *p;

    owner->data = ngx_alloc(2 + join->instance.len + join->token.len
                            + join->address.len, ers->log);
    if (owner->data == NULL) {
        return NGX_ERROR;
    }

    p = owner->data;

    if (join->instance.len) {
        *p++ = 'i';
        p = ngx_cpymem(p, join->instance.data, join->instance.len);

    } else {
        *p++ = 'a';
        p = ngx_cpymem(p, join->address.data, join->address.len);
        *p++ = ' ';
        p = ngx_cpymem(p, join->token.data, join->token.len);
    }

    owner->len = p - owner->data;

    return NGX_OK;
}


static ngx_webrtc_ers_refusal_e
ngx_webrtc_ers_enter_viewer(ngx_webrtc_ers_room_t *room,
    ngx_webrtc_ers_member_t *member)
{
    ngx_int_t          rc;
    ngx_webrtc_ers_t  *ers;

    ers = room->ers;

    if (room->nviewers >= ers->conf.room_viewers) {
        return NGX_WEBRTC_ERS_REFUSED_FULL;
    }

    if (ers->conf.viewer_tokens) {
        rc = ers->glue.token(ers->glue.data, &member->token, &member->address,
                             NGX_WEBRTC_ERS_LIFE, &member->place);
        if (rc != NGX_OK) {
            return (rc == NGX_DECLINED) ? NGX_WEBRTC_ERS_REFUSED_VIEWER_TOKEN
                                        : NGX_WEBRTC_ERS_REFUSED_FULL;
        }
    }

    ngx_queue_insert_tail(&room->viewers, &member->queue);
    room->nviewers++;

    return NGX_WEBRTC_ERS_NREFUSALS;
}


/*
 * A viewer sees who holds the room, but nothing to call: it is the media
 * server that makes the offer.  A media server hears of viewers as they are
 * announced, also of those who are there already.
 */

static void
ngx_webrtc_ers_member_joined(ngx_webrtc_ers_member_t *member)
{
    ngx_uint_t                n;
    ngx_str_t                 parts[3];
    ngx_queue_t              *servers;
    ngx_webrtc_ers_member_t  *server;

    servers = &member->room->servers;
    n = 0;

    ngx_str_set(&parts[n], "[null,{\"clients\":{");
    n++;

    if (!member->is_server && !ngx_queue_empty(servers)) {
        server = ngx_queue_data(ngx_queue_head(servers),
                                ngx_webrtc_ers_member_t, queue);

        ngx_str_set(&parts[0], "[null,{\"clients\":{\"");
        parts[n++] = server->id;
        ngx_str_set(&parts[n], "\":{\"screen\":false,\"video\":false,"
                               "\"audio\":false}}}]");
        n++;

    } else {
        ngx_str_set(&parts[n], "}}]");
        n++;
    }

    ngx_webrtc_ers_member_send(member, NGX_WEBRTC_ERS_VERB_JOINED, parts, n);
}


void
ngx_webrtc_ers_member_input(ngx_webrtc_ers_member_t *member, u_char *pos,
    size_t len)
{
    ngx_str_t                 parts[4];
    ngx_uint_t                flags;
    ngx_webrtc_hash_node_t   *node;
    ngx_webrtc_ers_member_t  *other;

    if (len == 0) {
        return;
    }

    if (pos[0] == NGX_WEBRTC_ERS_VERB_LEAVE) {
        member->leaving = 1;
        return;
    }

    if (pos[0] != NGX_WEBRTC_ERS_VERB_MESSAGE
        || len < 3
        || len < (size_t) 3 + pos[2] + 2)
    {
        return;
    }

    flags = pos[1];

    node = ngx_webrtc_hash_find(&member->room->ers->members, pos + 3, pos[2]);

    if (node == NULL) {

        /* it has gone, perhaps just now */

        return;
    }

    other = ngx_webrtc_hash_data(node, ngx_webrtc_ers_member_t, node);

    if (other->room != member->room || other->is_server == member->is_server)
    {
        return;
    }

    if (!member->is_server && (flags & NGX_WEBRTC_ERS_IS_ANSWER)) {
        member->answered = 1;
    }

    /* the object, which has "to" at least, is reopened for one more member */

    ngx_str_set(&parts[0], "{\"name\":\"message\",\"args\":[");
    parts[1].data = pos + 3 + pos[2];
    parts[1].len = len - 3 - pos[2] - 1;
    ngx_str_set(&parts[2], ",\"from\":\"");
    parts[3] = member->id;

    ngx_webrtc_ers_member_say(other, parts, 4);
}


/* the rest of an event whose last argument is an object that ends in a text */

void
ngx_webrtc_ers_member_say(ngx_webrtc_ers_member_t *member,
    const ngx_str_t *parts, ngx_uint_t n)
{
    ngx_uint_t  i;
    ngx_str_t   all[NGX_WEBRTC_ERS_PARTS];

    for (i = 0; i < n; i++) {
        all[i] = parts[i];
    }

    ngx_str_set(&all[n], "\"}]}");

    ngx_webrtc_ers_member_send(member, NGX_WEBRTC_ERS_VERB_EVENT, all, n + 1);
}


void
ngx_webrtc_ers_member_send(ngx_webrtc_ers_member_t *member, u_char verb,
    const ngx_str_t *parts, ngx_uint_t n)
{
    size_t       len;
    u_char      *buf, *p;
    ngx_uint_t   i;

    len = 1;

    for (i = 0; i < n; i++) {
        len += parts[i].len;
    }

    buf = ngx_alloc(len, member->room->ers->log);
    if (buf == NULL) {
        return;
    }

    p = buf;
    *p++ = verb;

    for (i = 0; i < n; i++) {
        if (parts[i].len) {
            p = ngx_cpymem(p, parts[i].data, parts[i].len);
        }
    }

    member->handlers->send(member->link, buf, len);

    ngx_free(buf);
}


void
ngx_webrtc_ers_member_leave(ngx_webrtc_ers_member_t *member,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_room_t  *room;

    room = member->room;

    ngx_queue_remove(&member->queue);

    if (member->is_server) {
        ngx_webrtc_ers_room_server_left(room, member, now);

    } else {
        ngx_webrtc_ers_room_viewer_left(room, member);
    }

    ngx_webrtc_ers_member_free(member);
    ngx_webrtc_ers_room_release(room);
}


void
ngx_webrtc_ers_member_free(ngx_webrtc_ers_member_t *member)
{
    ngx_webrtc_hash_remove(&member->room->ers->members, &member->node);
    ngx_free(member);
}
