
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Messages of a client become verbs of the hub, events of the hub become
 * messages to the client.
 */


#include <core/ngx_webrtc_str.h>
#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_json.h>
#include <hub/ngx_webrtc_session.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_filter.h>
#include <front/sora/ngx_webrtc_sora_session.h>


typedef struct {
    ngx_str_t                 type;
    void                    (*handler)(ngx_webrtc_sora_session_t *session,
                                const u_char *data, size_t len,
                                ngx_webrtc_usec_t now);
} ngx_webrtc_sora_message_t;


static void ngx_webrtc_sora_dispatch(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_sora_message_t *message, const u_char *data, size_t len,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_sora_connect_message(
    ngx_webrtc_sora_session_t *session, ngx_webrtc_sora_connect_t *connect,
    const u_char *data, size_t len, const char **reason);
static void ngx_webrtc_sora_connect(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);
static ngx_webrtc_connection_t *ngx_webrtc_sora_join(
    ngx_webrtc_sora_session_t *session, ngx_webrtc_sora_connect_t *connect,
    ngx_webrtc_usec_t now, const char **reason);
static void ngx_webrtc_sora_second_connect(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_answer(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_bad_answer(ngx_webrtc_sora_session_t *session,
    const char *reason, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_candidate(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_pong(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_disconnect(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_fault(ngx_webrtc_sora_session_t *session,
    const char *reason, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_event_handler(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_event_t *event, void *data);
static void ngx_webrtc_sora_notify(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event);
static void ngx_webrtc_sora_created(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event);
static void ngx_webrtc_sora_event_push(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event);
static void ngx_webrtc_sora_event_closed(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event);


/* types that are not here are ignored: newer clients may send them */

static const ngx_webrtc_sora_message_t  ngx_webrtc_sora_messages[] = {

    { ngx_string("pong"), ngx_webrtc_sora_pong },

    { ngx_string("candidate"), ngx_webrtc_sora_candidate },

    { ngx_string("answer"), ngx_webrtc_sora_answer },
    { ngx_string("re-answer"), ngx_webrtc_sora_answer },

    /* the name that re-answer had before 2021 */
    { ngx_string("update"), ngx_webrtc_sora_answer },

    { ngx_string("disconnect"), ngx_webrtc_sora_disconnect },

    { ngx_string("connect"), ngx_webrtc_sora_second_connect },

    { ngx_null_string, NULL }
};


/* over the data channel */

static const ngx_webrtc_sora_message_t  ngx_webrtc_sora_data_messages[] = {

    { ngx_string("candidate"), ngx_webrtc_sora_candidate },
    { ngx_string("answer"), ngx_webrtc_sora_answer },
    { ngx_string("re-answer"), ngx_webrtc_sora_answer },
    { ngx_string("disconnect"), ngx_webrtc_sora_disconnect },
    { ngx_null_string, NULL }
};


void
ngx_webrtc_sora_session_input(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    if (session->ended) {
        return;
    }

    if (session->connection == NULL) {
        ngx_webrtc_sora_connect(session, data, len, now);
        return;
    }

    ngx_webrtc_sora_dispatch(session, ngx_webrtc_sora_messages, data, len,
                             now);
}


void
ngx_webrtc_sora_signaling_input(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_dispatch(session, ngx_webrtc_sora_data_messages, data,
                             len, now);
}


static void
ngx_webrtc_sora_dispatch(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_sora_message_t *message, const u_char *data, size_t len,
    ngx_webrtc_usec_t now)
{
    ngx_int_t  rc;
    ngx_str_t  type;

    rc = ngx_webrtc_json_find_raw((u_char *) data, (u_char *) data + len,
                                  "type", &type);

    if (rc == NGX_ERROR) {
        ngx_webrtc_sora_fault(session, "INVALID-JSON", now);
        return;
    }

    if (rc != NGX_OK || type.len < 2 || type.data[0] != '"') {
        ngx_webrtc_sora_fault(session, "INVALID-MESSAGE", now);
        return;
    }

    type.data++;
    type.len -= 2;

    for ( /* void */ ; message->handler; message++) {

        if (ngx_webrtc_str_equal(&message->type, &type)) {
            message->handler(session, data, len, now);
            return;
        }
    }
}


static ngx_int_t
ngx_webrtc_sora_connect_message(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_connect_t *connect, const u_char *data, size_t len,
    const char **reason)
{
    const ngx_str_t                    *authz;
    const ngx_webrtc_sora_admission_t  *admission;

    admission = session->admission;
    authz = admission ? &admission->authz : NULL;

    if (admission && admission->json) {
        return ngx_webrtc_sora_connect_read(connect,
                                            json_incref(admission->json),
                                            data, len, authz, reason);
    }

    return ngx_webrtc_sora_connect_parse(connect, data, len, authz, reason);
}


static void
ngx_webrtc_sora_connect(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    const char                         *reason;
    ngx_webrtc_sora_t                  *sora;
    ngx_webrtc_connection_t            *connection;
    ngx_webrtc_sora_connect_t           connect;
    const ngx_webrtc_sora_admission_t  *admission;

    sora = session->sora;
    admission = session->admission;

    if (ngx_webrtc_sora_connect_message(session, &connect, data, len, &reason)
        != NGX_OK)
    {
        ngx_webrtc_sora_end(session, NGX_WEBRTC_SORA_REFUSED, reason);
        return;
    }

    if (ngx_webrtc_sora_connect_labels(&connect, &sora->conf, &reason)
        != NGX_OK)
    {
        ngx_webrtc_sora_connect_free(&connect);
        ngx_webrtc_sora_end(session, NGX_WEBRTC_SORA_REFUSED, reason);
        return;
    }

    ngx_webrtc_sora_data_init(session, &connect);

    if (admission) {
        ngx_memcpy(connect.join.info.connection_id, admission->connection_id,
                   NGX_WEBRTC_ID_LEN);
    }

    session->connect = &connect;
    session->silent = connect.silent;

    connection = ngx_webrtc_sora_join(session, &connect, now, &reason);

    session->connect = NULL;

    ngx_webrtc_sora_connect_free(&connect);

    if (connection == NULL) {
        ngx_webrtc_sora_end(session, NGX_WEBRTC_SORA_REFUSED, reason);
        return;
    }

    session->connection = connection;

    if (sora->glue.describe && session->pipe) {
        sora->glue.describe(session->pipe,
                            ngx_webrtc_connection_info(connection));
    }
}


static ngx_webrtc_connection_t *
ngx_webrtc_sora_join(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_connect_t *connect, ngx_webrtc_usec_t now,
    const char **reason)
{
    ngx_webrtc_join_t        *join;
    ngx_webrtc_filter_t      *filters[NGX_WEBRTC_SORA_FILTERS_MAX];
    ngx_webrtc_connection_t  *connection;

    join = &connect->join;

    if (ngx_webrtc_sora_filters_read(connect->json, filters, &join->nfilters,
                                     session->sora->log, reason)
        != NGX_OK)
    {
        return NULL;
    }

    join->filters = filters;

    connection = ngx_webrtc_hub_join(session->sora->hub, join,
                                     ngx_webrtc_sora_event_handler, session,
                                     now, reason);

    /* those that the hub did not take */

    ngx_webrtc_sora_filters_free(filters, join->nfilters);

    return connection;
}


static void
ngx_webrtc_sora_second_connect(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    (void) data;
    (void) len;

    ngx_webrtc_sora_fault(session, "DUPLICATED-CONNECT", now);
}


static void
ngx_webrtc_sora_answer(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    u_char      *buf;
    ngx_int_t    rc;
    ngx_str_t    raw, sdp;
    const char  *reason;

    rc = ngx_webrtc_json_find_once((u_char *) data, (u_char *) data + len,
                                   "sdp", &raw);

    if (rc == NGX_ERROR) {
        ngx_webrtc_sora_fault(session, "INVALID-JSON", now);
        return;
    }

    if (rc != NGX_OK || raw.data[0] != '"') {
        ngx_webrtc_sora_fault(session, "MISSING-SDP", now);
        return;
    }

    buf = ngx_alloc(raw.len, session->sora->log);
    if (buf == NULL) {
        ngx_webrtc_sora_fault(session, "NO-MEMORY", now);
        return;
    }

    ngx_webrtc_json_unescape(&raw, buf, &sdp);

    reason = NULL;

    rc = ngx_webrtc_hub_answer(session->connection, &sdp, now, &reason);

    ngx_free(buf);

    /* an answer that nobody waits for changes nothing */

    if (session->connection == NULL || rc == NGX_DECLINED) {
        return;
    }

    if (rc != NGX_OK) {
        ngx_webrtc_sora_bad_answer(session, reason, now);
        return;
    }

    if (!session->pinging) {
        ngx_webrtc_sora_start_pings(session, now);
    }
}


static void
ngx_webrtc_sora_bad_answer(ngx_webrtc_sora_session_t *session,
    const char *reason, ngx_webrtc_usec_t now)
{
    u_char             *buf;
    ngx_webrtc_text_t   text;

    buf = reason ? ngx_alloc(NGX_WEBRTC_SORA_REASON_LEN, session->sora->log)
                 : NULL;

    if (buf == NULL) {
        ngx_webrtc_sora_fault(session, "INVALID-ANSWER-SDP", now);
        return;
    }

    session->reason = (char *) buf;

    ngx_webrtc_text_init(&text, buf, buf + NGX_WEBRTC_SORA_REASON_LEN - 1);
    ngx_webrtc_text_cstr(&text, "INVALID-ANSWER-SDP: ");
    ngx_webrtc_text_cstr(&text, reason);

    *text.pos = '\0';

    ngx_webrtc_sora_fault(session, session->reason, now);
}


/*
 * The server's own candidates suffice: the client's checks tell where it is.
 * Nothing in a candidate is looked up or connected to.
 */

static void
ngx_webrtc_sora_candidate(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    ngx_int_t  rc;
    ngx_str_t  candidate;

    rc = ngx_webrtc_json_find_raw((u_char *) data, (u_char *) data + len,
                                  "candidate", &candidate);

    if (rc != NGX_OK || candidate.data[0] != '"') {
        ngx_webrtc_sora_fault(session, "INVALID-CANDIDATE", now);
    }
}


static void
ngx_webrtc_sora_pong(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_stats_input(session, "stats", data, len, now);
}


void
ngx_webrtc_sora_stats_input(ngx_webrtc_sora_session_t *session,
    const char *key, const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    ngx_str_t           stats;
    ngx_webrtc_sora_t  *sora;

    sora = session->sora;

    if (sora->glue.stats == NULL) {
        return;
    }

    /* it is passed on as it was written, so that no number changes */

    if (ngx_webrtc_json_find_raw((u_char *) data, (u_char *) data + len,
                                 key, &stats)
        != NGX_OK
        || stats.data[0] != '[')
    {
        return;
    }

    sora->glue.stats(sora->glue.data,
                     ngx_webrtc_connection_info(session->connection),
                     stats.data, stats.len,
                     ngx_webrtc_hub_wall(sora->hub, now));
}


static void
ngx_webrtc_sora_disconnect(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    ngx_str_t  reason;

    if (ngx_webrtc_json_find_raw((u_char *) data, (u_char *) data + len,
                                 "reason", &reason)
        == NGX_OK
        && reason.data[0] == '"'
        && reason.len <= NGX_WEBRTC_NAME_MAX)
    {
        ngx_webrtc_connection_set_detail(session->connection, &reason);
    }

    ngx_webrtc_hub_leave(session->connection, NGX_WEBRTC_CLOSE_CLIENT, NULL,
                         now);
}


static void
ngx_webrtc_sora_fault(ngx_webrtc_sora_session_t *session, const char *reason,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_leave(session->connection, NGX_WEBRTC_CLOSE_FAULT, reason,
                         now);
}


static void
ngx_webrtc_sora_event_handler(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_event_t *event, void *data)
{
    ngx_webrtc_sora_t          *sora;
    ngx_webrtc_sora_session_t  *session;

    session = data;
    sora = session->sora;

    switch (event->type) {

    case NGX_WEBRTC_EVENT_OFFER:
        session->connection = connection;

        ngx_webrtc_sora_text_reset(&sora->text);
        ngx_webrtc_sora_write_offer(&sora->text, session, event);
        ngx_webrtc_sora_send_text(session, NGX_WEBRTC_SORA_SIGNALING,
                                  &sora->text, event->now);
        break;

    case NGX_WEBRTC_EVENT_DATA_OPEN:
        ngx_webrtc_sora_data_open(session, event->now);
        break;

    case NGX_WEBRTC_EVENT_DATA:
        ngx_webrtc_sora_data_input(session, event->label, event->data.data,
                                   event->data.len, event->now);
        break;

    case NGX_WEBRTC_EVENT_PUSH:
        ngx_webrtc_sora_event_push(session, event);
        break;

    case NGX_WEBRTC_EVENT_CLOSED:
        ngx_webrtc_sora_event_closed(session, event);
        break;

    case NGX_WEBRTC_EVENT_SWITCHED:

        if (session->silent) {
            break;
        }

        ngx_webrtc_sora_text_reset(&sora->text);
        ngx_webrtc_sora_write_switched(&sora->text, sora->hub, connection,
                                       event);
        ngx_webrtc_sora_send_text(session, NGX_WEBRTC_SORA_NOTIFY,
                                  &sora->text, event->now);
        break;

    default:
        ngx_webrtc_sora_notify(session, event);
        break;
    }
}


static void
ngx_webrtc_sora_notify(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event)
{
    ngx_webrtc_sora_t  *sora;

    sora = session->sora;

    if (event->type == NGX_WEBRTC_EVENT_CREATED
        && event->subject == session->connection)
    {
        ngx_webrtc_sora_created(session, event);
        return;
    }

    if (session->silent) {
        return;
    }

    if (sora->serial != event->serial) {
        ngx_webrtc_sora_text_reset(&sora->notify);
        ngx_webrtc_sora_write_notify(&sora->notify, sora->hub, event, 0);

        sora->serial = event->serial;
    }

    ngx_webrtc_sora_send_text(session, NGX_WEBRTC_SORA_NOTIFY, &sora->notify,
                              event->now);
}


/* the newcomer's own */

static void
ngx_webrtc_sora_created(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event)
{
    ngx_webrtc_sora_t  *sora;

    sora = session->sora;

    if (!session->silent) {
        ngx_webrtc_sora_text_reset(&sora->text);
        ngx_webrtc_sora_write_notify(&sora->text, sora->hub, event, 1);
        ngx_webrtc_sora_send_text(session, NGX_WEBRTC_SORA_NOTIFY,
                                  &sora->text, event->now);

        ngx_webrtc_sora_tell_spotlight(session, event);
    }

    ngx_webrtc_sora_data_opening(session, event->now);
}


static void
ngx_webrtc_sora_event_push(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event)
{
    ngx_webrtc_sora_send(session, NGX_WEBRTC_SORA_PUSH, event->text.data,
                         event->text.len, event->now);
}


static void
ngx_webrtc_sora_event_closed(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event)
{
    ngx_uint_t   code;
    const char  *reason;

    session->connection = NULL;

    switch (event->cause) {

    case NGX_WEBRTC_CLOSE_CLIENT:
        code = NGX_WEBRTC_SORA_NORMAL;
        reason = "TYPE-DISCONNECT";
        break;

    case NGX_WEBRTC_CLOSE_API:
        code = NGX_WEBRTC_SORA_NORMAL;
        reason = "DISCONNECTED-API";
        break;

    case NGX_WEBRTC_CLOSE_LIFETIME:
        code = NGX_WEBRTC_SORA_NORMAL;
        reason = "LIFETIME-EXPIRED";
        break;

    case NGX_WEBRTC_CLOSE_SHUTDOWN:
        code = NGX_WEBRTC_SORA_RESTART;
        reason = "SERVICE-RESTART";
        break;

    default: /* NGX_WEBRTC_CLOSE_FAULT */
        code = NGX_WEBRTC_SORA_REFUSED;
        reason = event->reason;
        break;
    }

    if (event->cause != NGX_WEBRTC_CLOSE_CLIENT) {
        ngx_webrtc_sora_data_close(session, event->subject, code, reason,
                                   event->now);
    }

    ngx_webrtc_sora_end(session, code, reason);
}
