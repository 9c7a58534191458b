
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The Sora front-end of one worker.  A session is the signalling of one
 * client: JSON texts come in, JSON texts go out through the session's pipe,
 * verbs are said to the hub.  It does not matter whether the pipe is a
 * WebSocket of this worker or of another one.
 */


#ifndef _NGX_WEBRTC_SORA_H_INCLUDED_
#define _NGX_WEBRTC_SORA_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_json.h>
#include <hub/ngx_webrtc_hub.h>


/* of the API that is spoken */
#define NGX_WEBRTC_SORA_VERSION     "2025.2.0"


/* close codes of the signalling WebSocket */

#define NGX_WEBRTC_SORA_NORMAL      1000    /* "TYPE-DISCONNECT" and such */
#define NGX_WEBRTC_SORA_RESTART     1012    /* the worker goes: come again */
#define NGX_WEBRTC_SORA_REFUSED     4490    /* a refusal or a fault */

/* RFC 6455, section 5.5.1: what a close frame takes, and a zero */
#define NGX_WEBRTC_SORA_REASON_LEN  124


typedef struct ngx_webrtc_sora_s          ngx_webrtc_sora_t;
typedef struct ngx_webrtc_sora_session_s  ngx_webrtc_sora_session_t;


/*
 * How a session reaches its client.  After close() the pipe is not used
 * again.  Neither may free the session.
 */

typedef struct {
    void                    (*send)(void *pipe, const u_char *data,
                                size_t len);
    void                    (*close)(void *pipe, ngx_uint_t code,
                                const char *reason);
    /*
     * Facts for the access log: what is known about the session, told once
     * after the join; "reason" of the end comes with close().
     */
    void                    (*describe)(void *pipe,
                                const ngx_webrtc_connection_info_t *info);
    /* the last "stats" array of a pong as JSON text; may be NULL */
    void                    (*stats)(void *data,
                                const ngx_webrtc_connection_info_t *info,
                                const u_char *text, size_t len,
                                uint64_t wall);
    void                     *data;     /* of stats() */
} ngx_webrtc_sora_glue_t;


/* what is known of a client beside its connect message */

typedef struct {
    /* all zero: not chosen yet */
    u_char                    connection_id[NGX_WEBRTC_ID_LEN];
    /* answer of the auth webhook, JSON text; empty: there is no webhook */
    ngx_str_t                 authz;
    /* the message itself, if it was parsed in this process, or NULL */
    json_t                   *json;
} ngx_webrtc_sora_admission_t;


/* how this nginx calls itself in webhooks */

typedef struct {
    ngx_str_t                 version;
    ngx_str_t                 label;
    ngx_str_t                 node_name;
} ngx_webrtc_sora_node_t;


typedef struct {
    ngx_webrtc_usec_t         ping_interval;    /* 5 s */
    ngx_webrtc_usec_t         pong_timeout;     /* 60 s */
    ngx_str_t                 version;          /* shown in offers */
    ngx_uint_t                max_labels;       /* of a client's own */
    size_t                    data_buffer;      /* of one client */
    ngx_uint_t                rpc_methods;      /* for everybody, as bits */

    /* when the client does not say it */
    unsigned                  data_channel_signaling:1;
    unsigned                  ignore_disconnect_websocket:1;

    unsigned                  data_compress:1;  /* our own labels */
} ngx_webrtc_sora_conf_t;


/* the bit of a method for "rpc_methods"; 0: there is no such method */
ngx_uint_t ngx_webrtc_sora_rpc_method(const ngx_str_t *name);


ngx_webrtc_sora_t *ngx_webrtc_sora_create(const ngx_webrtc_sora_conf_t *conf,
    const ngx_webrtc_sora_glue_t *glue, ngx_webrtc_hub_t *hub,
    ngx_log_t *log);
void ngx_webrtc_sora_destroy(ngx_webrtc_sora_t *sora);
void ngx_webrtc_sora_tick(ngx_webrtc_sora_t *sora, ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_sora_expires(ngx_webrtc_sora_t *sora);


/*
 * Finds the channel of a "connect" message, so that the worker that holds the
 * WebSocket can route it; the text is valid until the message is freed.
 * "channel_id" is copied to "buf" of NGX_WEBRTC_NAME_MAX bytes, "json" is a
 * reference to the message.  NGX_ERROR: close with NGX_WEBRTC_SORA_REFUSED and
 * "reason".  Everything else in the message is checked by the home worker.
 */
ngx_int_t ngx_webrtc_sora_route(const u_char *data, size_t len, u_char *buf,
    ngx_str_t *channel_id, json_t **json, const char **reason);

/*
 * A new client at this, the home worker.  The first input() must be its
 * connect message.  The session frees itself after it has called close() or
 * after closed().  NULL: no memory.
 */
ngx_webrtc_sora_session_t *ngx_webrtc_sora_open(ngx_webrtc_sora_t *sora,
    void *pipe, ngx_webrtc_usec_t now);

/* input() of the connect message of a client that was let in */
ngx_int_t ngx_webrtc_sora_admit(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_sora_admission_t *admission, const u_char *data,
    size_t len, ngx_webrtc_usec_t now);

/* one text message; NGX_DONE: the session has ended and is freed */
ngx_int_t ngx_webrtc_sora_input(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);

/* the client has gone; frees the session, nothing is sent to the pipe */
void ngx_webrtc_sora_closed(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_SORA_H_INCLUDED_ */
