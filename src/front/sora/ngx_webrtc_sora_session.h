
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The insides of the Sora front-end, for its own files only.
 */


#ifndef _NGX_WEBRTC_SORA_SESSION_H_INCLUDED_
#define _NGX_WEBRTC_SORA_SESSION_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>
#include <front/sora/ngx_webrtc_sora.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_text.h>


struct ngx_webrtc_sora_s {
    ngx_webrtc_sora_conf_t     conf;
    ngx_webrtc_sora_glue_t     glue;
    ngx_webrtc_hub_t          *hub;
    ngx_log_t                 *log;

    ngx_queue_t                sessions;
    ngx_queue_t                pings;       /* of sessions, by time */

    ngx_webrtc_sora_text_t     text;        /* of the message being written */

    /* what everybody in a channel is told is written once */
    ngx_webrtc_sora_text_t     notify;
    uint64_t                   serial;      /* of the event in "notify" */
};


/* freed at its end, or when the input() in which it ended returns */

struct ngx_webrtc_sora_session_s {
    ngx_queue_t                queue;
    ngx_queue_t                pings;
    ngx_webrtc_sora_t         *sora;
    void                      *pipe;        /* NULL: the client has gone */
    ngx_webrtc_connection_t   *connection;  /* NULL: not joined, or left */

    ngx_webrtc_usec_t          ping;        /* time of the next one */
    ngx_webrtc_usec_t          heard;       /* of the last message */

    /* these two while it connects, else NULL */
    const ngx_webrtc_sora_admission_t  *admission;
    const ngx_webrtc_sora_connect_t    *connect;

    unsigned                   pinging:1;
    unsigned                   silent:1;    /* is told of nothing */
    unsigned                   busy:1;
    unsigned                   ended:1;

    char                       reason[NGX_WEBRTC_SORA_REASON_LEN];
};


/* ngx_webrtc_sora.c */

void ngx_webrtc_sora_send(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_text_t *text);
void ngx_webrtc_sora_end(ngx_webrtc_sora_session_t *session, ngx_uint_t code,
    const char *reason);
void ngx_webrtc_sora_start_pings(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);

/* ngx_webrtc_sora_session.c */

void ngx_webrtc_sora_session_input(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);

/* ngx_webrtc_sora_notify.c */

/* "connect" is that of the first offer */
void ngx_webrtc_sora_write_offer(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_conf_t *conf, ngx_webrtc_connection_t *connection,
    const ngx_webrtc_sora_connect_t *connect,
    const ngx_webrtc_event_t *event);
/* "members": with "data", the list of those who are there already */
void ngx_webrtc_sora_write_notify(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event,
    ngx_uint_t members);

/* ngx_webrtc_sora_simulcast.c */

/* the keys "simulcast" and "encodings" of an offer */
void ngx_webrtc_sora_write_simulcast(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_connection_t *connection);
/* "simulcast.switched" to "connection" */
void ngx_webrtc_sora_write_switched(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, ngx_webrtc_connection_t *connection,
    const ngx_webrtc_event_t *event);


/* ngx_webrtc_sora_spotlight.c */

/* "spotlight.focused" or "spotlight.unfocused" */
void ngx_webrtc_sora_write_spotlight(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event);
/* who is focused already, after the newcomer's own CREATED */
void ngx_webrtc_sora_tell_spotlight(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_event_t *event);


#endif /* _NGX_WEBRTC_SORA_SESSION_H_INCLUDED_ */
