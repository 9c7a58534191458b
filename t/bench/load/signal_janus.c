
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The HTTP API of Janus: requests are posted one after another over one
 * connection, events come by a long poll over another.
 */


#include <stdarg.h>
#include <stdio.h>

#include "signal_janus.h"


#define JANUS_EVENTS    20              /* of one poll, at most */
#define JANUS_PATH_MAX  256


typedef struct {
    ngx_queue_t          queue;         /* janus_t.calls */
    janus_t             *janus;
    janus_handle_t      *handle;
    janus_reply_pt       handler;
} janus_call_t;


static void janus_poll(janus_t *janus);


const char *
janus_string(const json_t *object, const char *key)
{
    const char  *text;

    text = json_string_value(json_object_get(object, key));

    return (text == NULL) ? "" : text;
}


void
janus_failed(janus_member_t *jm, const char *fmt, ...)
{
    char     text[256];
    va_list  args;

    if (jm->failed || jm->leaving) {
        return;
    }

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    jm->failed = 1;
    load_member_failed(jm->member, "janus: %s", text);
}


/* everybody who needs Janus' session */

static void
janus_broken(janus_t *janus, const char *reason)
{
    ngx_queue_t     *q, *next;
    janus_member_t  *jm;

    if (!janus->broken) {
        janus->broken = 1;
        fprintf(stderr, "janus: %s\n", reason);
    }

    for (q = ngx_queue_head(&janus->members);
         q != ngx_queue_sentinel(&janus->members);
         q = next)
    {
        next = ngx_queue_next(q);
        jm = ngx_queue_data(q, janus_member_t, queue);

        if (jm->member->state == LOAD_MEMBER_JOINING) {
            janus_failed(jm, "%s", reason);
        }
    }
}


static json_t *
janus_parse(const ngx_webrtc_http_reply_t *reply, const char **reason)
{
    if (reply == NULL) {
        return NULL;
    }

    return ngx_webrtc_json_parse(reply->body.data,
                                 reply->body.data + reply->body.len,
                                 LOAD_HTTP_REPLY_MAX, reason);
}


/* NULL, or what went wrong */

static const char *
janus_error(const json_t *json)
{
    json_t  *data;

    if (strcmp(janus_string(json, "janus"), "error") == 0) {
        return janus_string(json_object_get(json, "error"), "reason");
    }

    data = json_object_get(json_object_get(json, "plugindata"), "data");

    if (json_object_get(data, "error") != NULL) {
        return janus_string(data, "error");
    }

    return NULL;
}


static void
janus_member_free(janus_member_t *jm)
{
    ngx_uint_t       i;
    janus_handle_t  *handle;

    for (i = 0; i < 2; i++) {
        handle = &jm->handles[i];

        if (handle->client != NULL) {
            load_client_destroy(handle->client);
        }

        if (handle->used) {
            ngx_queue_remove(&handle->queue);
        }
    }

    ngx_queue_remove(&jm->queue);
    ngx_free(jm);
}


/* nothing of the member is on its way any more */

static void
janus_member_left(janus_member_t *jm)
{
    ngx_uint_t      i;
    load_member_t  *member;

    for (i = 0; i < 2; i++) {
        if (jm->handles[i].replies != 0) {
            return;
        }
    }

    member = jm->member;
    member->session = NULL;
    janus_member_free(jm);
    load_member_left(member);
}


static void
janus_replied(load_http_t *http, const ngx_webrtc_http_reply_t *reply,
    const char *reason, void *data)
{
    json_t          *json;
    janus_t         *janus;
    const char      *error;
    janus_call_t    *call = data;
    janus_handle_t  *handle;
    janus_reply_pt   handler;

    (void) http;

    janus = call->janus;
    handle = call->handle;
    handler = call->handler;

    ngx_queue_remove(&call->queue);
    ngx_free(call);

    json = janus_parse(reply, &reason);
    error = (json == NULL) ? reason : janus_error(json);

    if (handle != NULL) {
        handle->replies--;
    }

    if (error == NULL) {
        if (handler != NULL) {
            handler(janus, handle, json);
        }

    } else if (handle != NULL) {
        janus_failed(handle->member, "%s", error);

    } else {
        janus_broken(janus, error);
    }

    json_decref(json);

    if (handle != NULL && handle->member->leaving) {
        janus_member_left(handle->member);
    }
}


/* the path of what a request is for */

static void
janus_path(janus_t *janus, janus_handle_t *handle, char *path, size_t size)
{
    int  n;

    n = snprintf(path, size, "%.*s", (int) janus->url.path.len,
                 janus->url.path.data);

    if (janus->session != 0) {
        n += snprintf(path + n, size - n, "/%lu", janus->session);
    }

    if (handle != NULL && handle->id != 0) {
        (void) snprintf(path + n, size - n, "/%lu", handle->id);
    }
}


void
janus_request(janus_t *janus, janus_handle_t *handle, json_t *body,
    janus_reply_pt handler)
{
    char          *text, path[JANUS_PATH_MAX], id[24];
    ngx_int_t      rc;
    ngx_str_t      where, what;
    janus_call_t  *call;

    (void) snprintf(id, sizeof(id), "%lu", ++janus->transactions);
    (void) json_object_set_new(body, "transaction", json_string(id));

    janus_path(janus, handle, path, sizeof(path));

    text = json_dumps(body, JSON_COMPACT);
    json_decref(body);

    call = ngx_calloc(sizeof(janus_call_t), NULL);

    if (text == NULL || call == NULL) {
        fprintf(stderr, "janus: no memory\n");
        exit(1);
    }

    call->janus = janus;
    call->handle = handle;
    call->handler = handler;
    ngx_queue_insert_tail(&janus->calls, &call->queue);

    where.len = strlen(path);
    where.data = (u_char *) path;
    what.len = strlen(text);
    what.data = (u_char *) text;

    if (handle != NULL) {
        handle->replies++;
    }

    rc = load_http_request(janus->http, "POST", &where, &what, janus_replied,
                           call);
    free(text);

    if (rc != NGX_OK) {
        janus_replied(janus->http, NULL, "a request could not be sent", call);
    }
}


void
janus_message(janus_handle_t *handle, json_t *body, const char *type,
    const ngx_str_t *sdp, janus_reply_pt handler)
{
    json_t  *message;

    message = json_pack("{s:s, s:o}", "janus", "message", "body", body);

    if (sdp != NULL) {
        (void) json_object_set_new(message, "jsep",
                    json_pack("{s:s, s:s#}", "type", type, "sdp",
                              (char *) sdp->data, (int) sdp->len));
    }

    janus_request(handle->member->janus, handle, message, handler);
}


static janus_handle_t *
janus_handle_find(janus_t *janus, uint64_t id)
{
    ngx_queue_t     *q;
    janus_handle_t  *handle;

    for (q = ngx_queue_head(&janus->handles);
         q != ngx_queue_sentinel(&janus->handles);
         q = ngx_queue_next(q))
    {
        handle = ngx_queue_data(q, janus_handle_t, queue);

        if (handle->id == id) {
            return handle;
        }
    }

    return NULL;
}


static void
janus_event(janus_t *janus, const json_t *event)
{
    const char      *error;
    janus_handle_t  *handle;

    handle = janus_handle_find(janus,
                (uint64_t) json_integer_value(json_object_get(event,
                                                              "sender")));

    if (handle == NULL || handle->id == 0 || handle->member->leaving) {
        return;
    }

    error = janus_error(event);

    if (error != NULL) {
        janus_failed(handle->member, "%s", error);

    } else if (strcmp(janus_string(event, "janus"), "hangup") == 0) {
        janus_failed(handle->member, "hangup: %s",
                     janus_string(event, "reason"));

    } else {
        janus_room_event(handle, event);
    }
}


static void
janus_polled(load_http_t *http, const ngx_webrtc_http_reply_t *reply,
    const char *reason, void *data)
{
    size_t    i;
    json_t   *json;
    janus_t  *janus = data;

    (void) http;

    json = janus_parse(reply, &reason);

    if (json == NULL) {
        janus_broken(janus, reason);
        return;
    }

    if (json_is_object(json)) {
        if (strcmp(janus_string(json, "janus"), "error") == 0) {
            janus_broken(janus, janus_error(json));
            json_decref(json);
            return;
        }

        janus_event(janus, json);
    }

    for (i = 0; i < json_array_size(json); i++) {
        janus_event(janus, json_array_get(json, i));
    }

    json_decref(json);
    janus_poll(janus);
}


static void
janus_poll(janus_t *janus)
{
    char       path[JANUS_PATH_MAX];
    size_t     n;
    ngx_str_t  where;

    janus_path(janus, NULL, path, sizeof(path));

    n = strlen(path);
    n += snprintf(path + n, sizeof(path) - n, "?maxev=%d", JANUS_EVENTS);

    where.len = n;
    where.data = (u_char *) path;

    if (load_http_request(janus->poll, "GET", &where, NULL, janus_polled,
                          janus)
        != NGX_OK)
    {
        janus_broken(janus, "the poll could not be sent");
    }
}


static void
janus_detach(janus_t *janus, janus_handle_t *handle)
{
    if (handle->id != 0 && !handle->detached) {
        handle->detached = 1;
        janus_request(janus, handle, json_pack("{s:s}", "janus", "detach"),
                      NULL);
    }
}


static void
janus_attached(janus_t *janus, janus_handle_t *handle, const json_t *reply)
{
    handle->id = (uint64_t) json_integer_value(
                    json_object_get(json_object_get(reply, "data"), "id"));

    if (handle->member->leaving) {
        janus_detach(janus, handle);

    } else {
        janus_room_enter(handle);
    }
}


static void
janus_attach(janus_member_t *jm)
{
    ngx_uint_t  i;

    for (i = 0; i < 2; i++) {
        if (jm->handles[i].used) {
            janus_request(jm->janus, &jm->handles[i],
                          json_pack("{s:s, s:s}", "janus", "attach",
                                    "plugin", "janus.plugin.videoroom"),
                          janus_attached);
        }
    }
}


static void
janus_session(janus_t *janus, janus_handle_t *handle, const json_t *reply)
{
    ngx_queue_t  *q;

    (void) handle;

    janus->session = (uint64_t) json_integer_value(
                    json_object_get(json_object_get(reply, "data"), "id"));

    janus_poll(janus);

    for (q = ngx_queue_head(&janus->members);
         q != ngx_queue_sentinel(&janus->members);
         q = ngx_queue_next(q))
    {
        janus_attach(ngx_queue_data(q, janus_member_t, queue));
    }
}


static void
janus_cleanup(load_t *load)
{
    janus_t      *janus = load->signalling;
    ngx_uint_t    i;
    ngx_queue_t  *q;

    if (janus->http != NULL) {
        load_http_destroy(janus->http);
    }

    if (janus->poll != NULL) {
        load_http_destroy(janus->poll);
    }

    while (!ngx_queue_empty(&janus->members)) {
        q = ngx_queue_head(&janus->members);
        janus_member_free(ngx_queue_data(q, janus_member_t, queue));
    }

    while (!ngx_queue_empty(&janus->calls)) {
        q = ngx_queue_head(&janus->calls);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, janus_call_t, queue));
    }

    for (i = 0; janus->rooms != NULL && i < load->options.rooms; i++) {
        ngx_free(janus->rooms[i].feeds);
    }

    ngx_free(janus->rooms);
    ngx_free(janus);
    load->signalling = NULL;
}


static ngx_int_t
janus_init(load_t *load, const ngx_str_t *address)
{
    janus_t     *janus;
    const char  *reason;

    janus = ngx_calloc(sizeof(janus_t), NULL);
    if (janus == NULL) {
        fprintf(stderr, "janus: no memory\n");
        return NGX_ERROR;
    }

    janus->load = load;
    load->signalling = janus;

    ngx_queue_init(&janus->members);
    ngx_queue_init(&janus->handles);
    ngx_queue_init(&janus->calls);

    if (load_url_parse(address, &janus->url, &reason) != NGX_OK) {
        fprintf(stderr, "janus: %s\n", reason);
        janus_cleanup(load);
        return NGX_ERROR;
    }

    janus->rooms = ngx_calloc(load->options.rooms * sizeof(janus_room_t),
                              NULL);
    janus->http = load_http_create(&load->loop, &janus->url);
    janus->poll = load_http_create(&load->loop, &janus->url);

    if (janus->rooms == NULL || janus->http == NULL || janus->poll == NULL) {
        fprintf(stderr, "janus: no memory\n");
        janus_cleanup(load);
        return NGX_ERROR;
    }

    janus_request(janus, NULL, json_pack("{s:s}", "janus", "create"),
                  janus_session);

    return NGX_OK;
}


static void
janus_handle_init(janus_member_t *jm, janus_handle_t *handle, ngx_uint_t way)
{
    if (jm->member->ways & way) {
        handle->member = jm;
        handle->way = way;
        handle->used = 1;
        ngx_queue_insert_tail(&jm->janus->handles, &handle->queue);
    }
}


static ngx_int_t
janus_join(load_member_t *member)
{
    janus_t         *janus = member->load->signalling;
    janus_member_t  *jm;

    jm = janus->broken ? NULL : ngx_calloc(sizeof(janus_member_t), NULL);

    if (jm == NULL) {
        load_member_failed(member, "janus: not there, or no memory");
        return NGX_ERROR;
    }

    jm->janus = janus;
    jm->member = member;
    member->session = jm;

    ngx_queue_insert_tail(&janus->members, &jm->queue);

    janus_handle_init(jm, &jm->handles[0], LOAD_SEND);
    janus_handle_init(jm, &jm->handles[1], LOAD_RECEIVE);

    if (janus->session != 0) {
        janus_attach(jm);
    }

    return NGX_OK;
}


static void
janus_leave(load_member_t *member)
{
    ngx_uint_t       i;
    janus_t         *janus = member->load->signalling;
    janus_handle_t  *handle;
    janus_member_t  *jm = member->session;

    jm->leaving = 1;

    for (i = 0; i < 2; i++) {
        handle = &jm->handles[i];

        if (!handle->used) {
            continue;
        }

        if (handle->way == LOAD_SEND) {
            janus_room_leave(handle);
        }

        janus_detach(janus, handle);
    }

    janus_member_left(jm);
}


const load_signaller_t  load_signaller_janus = {
    "janus",
    janus_init,
    janus_cleanup,
    janus_join,
    janus_leave
};
