
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* What a client says, and what its home says to it. */


#include <core/ngx_webrtc_utf8.h>
#include <front/evostream/ngx_webrtc_ers_internal.h>


/* what is passed on to the media server of who joins, with limits */

typedef struct {
    const char               *name;
    const char               *other;        /* spelling; NULL: none */
    size_t                    max;
    size_t                    offset;       /* of what the URL says; 0: - */
} ngx_webrtc_ers_field_t;


static void ngx_webrtc_ers_join(ngx_webrtc_ers_session_t *session,
    json_t *args, const ngx_str_t *id, ngx_webrtc_usec_t now);
static json_t *ngx_webrtc_ers_join_hello(ngx_webrtc_ers_session_t *session,
    const ngx_str_t *room, json_t *options);
static json_t *ngx_webrtc_ers_join_media(ngx_webrtc_ers_session_t *session,
    json_t *options);
static json_t *ngx_webrtc_ers_join_viewer(ngx_webrtc_ers_session_t *session,
    json_t *options);
static ngx_int_t ngx_webrtc_ers_join_token(json_t *hello, json_t *options,
    const char *name, const char *other, const ngx_str_t *fallback);
static ngx_uint_t ngx_webrtc_ers_is_text(const ngx_str_t *value, size_t max);
static ngx_uint_t ngx_webrtc_ers_is_shared(const ngx_str_t *capabilities);
static void ngx_webrtc_ers_message(ngx_webrtc_ers_session_t *session,
    json_t *args);


static const ngx_webrtc_ers_field_t  ngx_webrtc_ers_fields[] = {
    { "streamName", "stream", NGX_WEBRTC_ERS_STREAM_MAX,
      offsetof(ngx_webrtc_ers_hello_t, stream) },
    { "transport", NULL, 32, offsetof(ngx_webrtc_ers_hello_t, transport) },
    { "name", NULL, 255, offsetof(ngx_webrtc_ers_hello_t, name) },
    { "cwa", NULL, 32, 0 },
    { "capabilities", NULL, 255, 0 }
};


ngx_int_t
ngx_webrtc_ers_event(ngx_webrtc_ers_session_t *session, u_char *pos,
    size_t len, const ngx_str_t *id, ngx_webrtc_usec_t now)
{
    json_t             *json, *args;
    u_char              digits[NGX_WEBRTC_ERS_ACK_MAX];
    ngx_str_t           name, number;
    const char         *reason;
    json_int_t          n;
    ngx_webrtc_text_t   text;

    json = ngx_webrtc_json_parse(pos, pos + len, len, &reason);

    if (json == NULL
        || ngx_webrtc_json_get_str(json, "name", 1, 64, &name) != NGX_OK)
    {
        json_decref(json);
        return NGX_DECLINED;
    }

    if (ngx_webrtc_json_get_array(json, "args", &args) != NGX_OK) {
        args = NULL;
    }

    number = *id;

    if (session->hello.plain
        && ngx_webrtc_json_get_int(json, "id", 0, 9007199254740991LL, &n)
           == NGX_OK)
    {
        ngx_webrtc_text_init(&text, digits, digits + sizeof(digits));
        ngx_webrtc_text_uint(&text, n);

        number.data = digits;
        number.len = ngx_webrtc_text_len(&text);
    }

    if (ngx_strcmp(name.data, "join") == 0) {
        ngx_webrtc_ers_join(session, args, &number, now);

    } else if (ngx_strcmp(name.data, "message") == 0) {
        ngx_webrtc_ers_message(session, args);

    } else if (ngx_strcmp(name.data, "leave") == 0) {
        ngx_webrtc_ers_event_leave(session);
        ngx_webrtc_ers_is_stranger(session, now);
    }

    json_decref(json);

    return NGX_OK;
}


/* [room], [room, options] */

static void
ngx_webrtc_ers_join(ngx_webrtc_ers_session_t *session, json_t *args,
    const ngx_str_t *id, ngx_webrtc_usec_t now)
{
    char       *text;
    json_t     *room, *options, *hello;
    ngx_str_t   name;

    ngx_webrtc_ers_event_leave(session);
    ngx_webrtc_ers_is_stranger(session, now);

    session->refused = 0;
    session->ack_len = ngx_min(id->len, NGX_WEBRTC_ERS_ACK_MAX);

    if (session->ack_len) {
        ngx_memcpy(session->ack, id->data, session->ack_len);
    }

    room = json_array_get(args, 0);
    options = json_array_get(args, 1);

    name.data = (u_char *) json_string_value(room);
    name.len = json_string_length(room);

    if (name.len == 0
        || name.len > NGX_WEBRTC_ERS_ROOM_MAX
        || !ngx_webrtc_utf8_is_line(name.data, name.data + name.len))
    {
        ngx_webrtc_ers_say_refusal(session, NGX_WEBRTC_ERS_REFUSED_ROOM);
        return;
    }

    hello = ngx_webrtc_ers_join_hello(session, &name, options);

    if (hello == NULL) {
        ngx_webrtc_ers_say_refusal(session,
                                   NGX_WEBRTC_ERS_REFUSED_ARGUMENTS);
        return;
    }

    text = json_dumps(hello, JSON_COMPACT);

    if (text) {
        session->link = session->ers->glue.join(session->ers->glue.data,
                                                session, &name,
                                                (u_char *) text,
                                                ngx_strlen(text));
    }

    if (session->link == NULL) {

        /* no worker has a place for it, or memory */

        ngx_webrtc_ers_say_refusal(session, NGX_WEBRTC_ERS_REFUSED_FULL);
    }

    free(text);
    json_decref(hello);
}


/* NULL: it says something that it cannot say */

static json_t *
ngx_webrtc_ers_join_hello(ngx_webrtc_ers_session_t *session,
    const ngx_str_t *room, json_t *options)
{
    json_t     *hello;
    ngx_str_t   id;

    id.data = session->id;
    id.len = NGX_WEBRTC_ERS_ID_LEN;

    if (json_is_true(json_object_get(options, "EMS"))
        || json_is_true(json_object_get(options, "RMS")))
    {
        hello = ngx_webrtc_ers_join_media(session, options);

    } else {
        hello = ngx_webrtc_ers_join_viewer(session, options);
    }

    if (hello) {
        (void) json_object_set_new(hello, "room", ngx_webrtc_json_str(room));
        (void) json_object_set_new(hello, "id", ngx_webrtc_json_str(&id));
        (void) json_object_set_new(hello, "address",
                             ngx_webrtc_json_str(&session->hello.address));
    }

    return hello;
}


static json_t *
ngx_webrtc_ers_join_media(ngx_webrtc_ers_session_t *session, json_t *options)
{
    json_t     *hello;
    ngx_int_t   rc;
    ngx_str_t   instance, capabilities;

    rc = ngx_webrtc_json_get_str(options, "instance", 1, 128, &instance);

    if (rc != NGX_OK) {
        ngx_str_null(&instance);
    }

    if (ngx_webrtc_json_get_str(options, "capabilities", 0, 255,
                                &capabilities)
        != NGX_OK)
    {
        ngx_str_null(&capabilities);
    }

    hello = json_pack("{s:b, s:b, s:o}", "server", 1,
                      "shared", (int) ngx_webrtc_ers_is_shared(&capabilities),
                      "instance", ngx_webrtc_json_str(&instance));

    if (hello == NULL
        || (rc != NGX_OK && rc != NGX_DECLINED)
        || ngx_webrtc_ers_join_token(hello, options, "emsToken", "rmsToken",
                                     &session->hello.token)
           != NGX_OK)
    {
        json_decref(hello);
        return NULL;
    }

    return hello;
}


static json_t *
ngx_webrtc_ers_join_viewer(ngx_webrtc_ers_session_t *session, json_t *options)
{
    u_char                        *start;
    json_t                        *hello, *profile;
    ngx_int_t                      rc;
    ngx_str_t                      value;
    ngx_uint_t                     i;
    const ngx_webrtc_ers_field_t  *field;

    start = (u_char *) &session->hello;
    profile = json_object();
    hello = json_pack("{s:b, s:o}", "server", 0, "profile", profile);

    if (hello == NULL
        || ngx_webrtc_ers_join_token(hello, options, "token", NULL,
                                     &session->hello.token)
           != NGX_OK)
    {
        json_decref(hello);
        return NULL;
    }

    for (i = 0;
         i < sizeof(ngx_webrtc_ers_fields) / sizeof(ngx_webrtc_ers_field_t);
         i++)
    {
        field = &ngx_webrtc_ers_fields[i];

        rc = ngx_webrtc_json_get_str(options, field->name, 0, field->max,
                                     &value);

        if (rc == NGX_DECLINED && field->other) {
            rc = ngx_webrtc_json_get_str(options, field->other, 0, field->max,
                                         &value);
        }

        if (rc == NGX_DECLINED && field->offset) {
            value = *(ngx_str_t *) (start + field->offset);

            rc = ngx_webrtc_ers_is_text(&value, field->max) ? NGX_OK
                                                            : NGX_ERROR;
            if (value.len == 0) {
                rc = NGX_DECLINED;
            }
        }

        if (rc == NGX_DECLINED) {
            continue;
        }

        if (rc != NGX_OK
            || json_object_set_new(profile, field->name,
                                   ngx_webrtc_json_str(&value))
               != 0)
        {
            json_decref(hello);
            return NULL;
        }
    }

    return hello;
}


static ngx_int_t
ngx_webrtc_ers_join_token(json_t *hello, json_t *options, const char *name,
    const char *other, const ngx_str_t *fallback)
{
    ngx_int_t  rc;
    ngx_str_t  token;

    rc = ngx_webrtc_json_get_str(options, name, 0, NGX_WEBRTC_ERS_TOKEN_MAX,
                                 &token);

    if (rc == NGX_DECLINED && other) {
        rc = ngx_webrtc_json_get_str(options, other, 0,
                                     NGX_WEBRTC_ERS_TOKEN_MAX, &token);
    }

    if (rc == NGX_DECLINED) {
        token = *fallback;
        rc = ngx_webrtc_ers_is_text(&token, NGX_WEBRTC_ERS_TOKEN_MAX)
             ? NGX_OK : NGX_ERROR;
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return json_object_set_new(hello, "token", ngx_webrtc_json_str(&token))
           == 0 ? NGX_OK : NGX_ERROR;
}


/* what the URL says may be anything, and the home would not understand it */

static ngx_uint_t
ngx_webrtc_ers_is_text(const ngx_str_t *value, size_t max)
{
    return value->len <= max
           && ngx_webrtc_utf8_is_text(value->data, value->data + value->len);
}


/* names with commas between them; only ours know this one */

static ngx_uint_t
ngx_webrtc_ers_is_shared(const ngx_str_t *capabilities)
{
    size_t   len;
    u_char  *p, *last, *start;

    if (capabilities->len == 0) {
        return 0;
    }

    p = capabilities->data;
    last = p + capabilities->len;

    while (p < last) {

        for (start = p; p < last && *p != ','; p++) { /* void */ }

        len = p - start;

        if (len == sizeof("multiClient") - 1
            && ngx_strncmp(start, "multiClient", len) == 0)
        {
            return 1;
        }

        p++;
    }

    return 0;
}


/* who it is from is said at the home */

static void
ngx_webrtc_ers_message(ngx_webrtc_ers_session_t *session, json_t *args)
{
    char       *text;
    json_t     *message;
    u_char     *buf, *p;
    size_t      len;
    ngx_str_t   to, type;

    message = json_array_get(args, 0);

    if (session->link == NULL
        || !json_is_object(message)
        || ngx_webrtc_json_get_str(message, "to", 1, 255, &to) != NGX_OK)
    {
        return;
    }

    if (ngx_webrtc_json_get_str(message, "type", 0, 255, &type) != NGX_OK) {
        ngx_str_null(&type);
    }

    (void) json_object_del(message, "from");

    text = json_dumps(message, JSON_COMPACT);
    len = text ? ngx_strlen(text) : 0;
    buf = text ? ngx_alloc(3 + 255 + len, session->ers->log) : NULL;

    if (buf) {
        p = buf;

        *p++ = NGX_WEBRTC_ERS_VERB_MESSAGE;
        *p++ = (type.len == 6 && ngx_strncmp(type.data, "answer", 6) == 0)
               ? NGX_WEBRTC_ERS_IS_ANSWER : 0;
        *p++ = (u_char) to.len;
        p = ngx_cpymem(p, to.data, to.len);
        p = ngx_cpymem(p, text, len);

        /* a link that is broken closes itself */

        (void) session->ers->glue.send(session->link, buf, p - buf);

        ngx_free(buf);
    }

    free(text);
}


void
ngx_webrtc_ers_event_leave(ngx_webrtc_ers_session_t *session)
{
    void  *link;

    static const u_char  verb = NGX_WEBRTC_ERS_VERB_LEAVE;

    link = session->link;

    if (link) {
        session->link = NULL;

        (void) session->ers->glue.send(link, &verb, 1);
        session->ers->glue.leave(link);
    }
}


void
ngx_webrtc_ers_link_input(ngx_webrtc_ers_session_t *session, u_char *pos,
    size_t len)
{
    if (len == 0) {
        return;
    }

    switch (*pos) {

    case NGX_WEBRTC_ERS_VERB_EVENT:
        ngx_webrtc_ers_say_event(session, pos + 1, len - 1);
        break;

    case NGX_WEBRTC_ERS_VERB_JOINED:
        ngx_webrtc_ers_is_known(session);
        session->handlers->established(session->pipe);
        ngx_webrtc_ers_say_ack(session, pos + 1, len - 1);
        break;

    case NGX_WEBRTC_ERS_VERB_REFUSED:

        if (len > 1 && pos[1] < NGX_WEBRTC_ERS_NREFUSALS) {
            session->refused = 1;
            ngx_webrtc_ers_say_refusal(session, pos[1]);
        }

        break;
    }

    if (session->broken) {
        ngx_webrtc_ers_closed(session);
    }
}


/* who was refused may try again; else the home has gone, and the room */

void
ngx_webrtc_ers_link_closed(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_usec_t now)
{
    session->link = NULL;

    if (session->refused) {
        session->refused = 0;
        ngx_webrtc_ers_is_stranger(session, now);
        return;
    }

    ngx_webrtc_ers_end(session, NGX_WEBRTC_ERS_CLOSE_AWAY,
                       "SERVICE-RESTART");
}
