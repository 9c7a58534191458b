
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
#include <hub/ngx_webrtc_messaging.h>
#include <front/sora/ngx_webrtc_sora.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_text.h>


/* our own data channels, in the order of a join; those of a client follow */

typedef enum {
    NGX_WEBRTC_SORA_SIGNALING = 0,
    NGX_WEBRTC_SORA_NOTIFY,
    NGX_WEBRTC_SORA_PUSH,
    NGX_WEBRTC_SORA_STATS,
    NGX_WEBRTC_SORA_RPC,        /* only if a method was granted */
    NGX_WEBRTC_SORA_LABELS
} ngx_webrtc_sora_label_e;


struct ngx_webrtc_sora_s {
    ngx_webrtc_sora_conf_t     conf;
    ngx_webrtc_sora_glue_t     glue;
    ngx_webrtc_hub_t          *hub;
    ngx_log_t                 *log;

    ngx_queue_t                sessions;
    ngx_queue_t                pings;       /* of sessions, by time */
    ngx_queue_t                graces;      /* likewise */

    ngx_webrtc_sora_text_t     text;        /* of the message being written */

    /* what everybody in a channel is told is written once */
    ngx_webrtc_sora_text_t     notify;
    uint64_t                   serial;      /* of the event in "notify" */
};


/* freed at its end, or when the input() in which it ended returns */

struct ngx_webrtc_sora_session_s {
    ngx_queue_t                queue;
    ngx_queue_t                pings;
    ngx_queue_t                graces;
    ngx_webrtc_sora_t         *sora;
    void                      *pipe;        /* NULL: it is closed */
    ngx_webrtc_connection_t   *connection;  /* NULL: not joined, or left */

    ngx_webrtc_usec_t          ping;        /* time of the next one */
    ngx_webrtc_usec_t          heard;       /* of the last message */

    /* these two while it connects, else NULL */
    const ngx_webrtc_sora_admission_t  *admission;
    const ngx_webrtc_sora_connect_t    *connect;

    ngx_queue_t                held;        /* messages, see holding */
    size_t                     held_bytes;
    ngx_webrtc_usec_t          grace;       /* the end of holding */
    ngx_uint_t                 rpc;         /* methods granted, as bits */

    unsigned                   data_channel_signaling:1;
    unsigned                   ignore_disconnect_websocket:1;
    unsigned                   switched:1;  /* messages go over channels */
    unsigned                   holding:1;   /* messages are held back */

    unsigned                   pinging:1;
    unsigned                   silent:1;    /* is told of nothing */
    unsigned                   busy:1;
    unsigned                   ended:1;

    char                      *reason;      /* NULL, or malloc()ed */
};


/* ngx_webrtc_sora.c */

void ngx_webrtc_sora_end(ngx_webrtc_sora_session_t *session, ngx_uint_t code,
    const char *reason);
void ngx_webrtc_sora_start_pings(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);

/* ngx_webrtc_sora_session.c */

void ngx_webrtc_sora_session_input(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);
/* a message over the data channel "signaling" */
void ngx_webrtc_sora_signaling_input(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);
/* the statistics of a client are the array "key" of a message */
void ngx_webrtc_sora_stats_input(ngx_webrtc_sora_session_t *session,
    const char *key, const u_char *data, size_t len, ngx_webrtc_usec_t now);

/* ngx_webrtc_sora_data.c */

/* what the client has asked for and got */
void ngx_webrtc_sora_data_init(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_sora_connect_t *connect);
/*
 * A message to the client, over that channel once signalling has switched,
 * over the WebSocket before.
 */
void ngx_webrtc_sora_send(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_label_e label, const u_char *data, size_t len,
    ngx_webrtc_usec_t now);
void ngx_webrtc_sora_send_text(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_sora_label_e label, const ngx_webrtc_sora_text_t *text,
    ngx_webrtc_usec_t now);
void ngx_webrtc_sora_data_opening(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);
/* every channel is open */
void ngx_webrtc_sora_data_open(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);
void ngx_webrtc_sora_data_input(ngx_webrtc_sora_session_t *session,
    ngx_uint_t label, const u_char *data, size_t len, ngx_webrtc_usec_t now);
void ngx_webrtc_sora_request_stats(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);
ngx_uint_t ngx_webrtc_sora_data_detached(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);
void ngx_webrtc_sora_data_close(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_connection_t *connection, ngx_uint_t code,
    const char *reason, ngx_webrtc_usec_t now);
void ngx_webrtc_sora_data_cleanup(ngx_webrtc_sora_session_t *session);
void ngx_webrtc_sora_data_tick(ngx_webrtc_sora_t *sora,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_sora_data_expires(ngx_webrtc_sora_t *sora);
void ngx_webrtc_sora_write_data(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_sora_session_t *session, ngx_webrtc_connection_t *connection);

/* ngx_webrtc_sora_notify.c */

void ngx_webrtc_sora_write_offer(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_sora_session_t *session, const ngx_webrtc_event_t *event);
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
