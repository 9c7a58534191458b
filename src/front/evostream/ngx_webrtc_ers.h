
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The rendezvous server that is built in.  A room has a home worker, where
 * its members are known: one media server, by one or more sockets, and its
 * viewers.  Their sockets are sessions of any worker.
 *
 * The join of a session is a JSON object (the "hello" of a link), what
 * follows it are messages of a verb and what belongs to it:
 *
 *     to the home    MESSAGE  flags (1)  length (1)  to  JSON of an object
 *                    LEAVE    the client is going; without it the link was
 *                             lost, and nobody is told
 *     to a session   EVENT    {"name":...,"args":[...]}
 *                    JOINED   [null,{"clients":{...}}]
 *                    REFUSED  code (1), see below; the link is closed
 */


#ifndef _NGX_WEBRTC_ERS_H_INCLUDED_
#define _NGX_WEBRTC_ERS_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/evostream/ngx_webrtc_evostream.h>


#define NGX_WEBRTC_ERS_SECRET_LEN  32

/* of a socket: what others know it by */
#define NGX_WEBRTC_ERS_ID_LEN      32

/* bytes: what a media server of ours may say */
#define NGX_WEBRTC_ERS_ROOM_MAX    NGX_WEBRTC_EVOSTREAM_ROOM_MAX
#define NGX_WEBRTC_ERS_STREAM_MAX  NGX_WEBRTC_EVOSTREAM_NAME_MAX
#define NGX_WEBRTC_ERS_TOKEN_MAX   NGX_WEBRTC_EVOSTREAM_TOKEN_MAX

/* of a socket.io handshake, with the name of a stream in it */
#define NGX_WEBRTC_ERS_SID_MAX     (2 * (28 + NGX_WEBRTC_ERS_STREAM_MAX))

/* the verbs, and a flag of messages: it is an answer to an offer */
#define NGX_WEBRTC_ERS_VERB_MESSAGE  'M'
#define NGX_WEBRTC_ERS_VERB_LEAVE    'L'
#define NGX_WEBRTC_ERS_VERB_EVENT    'E'
#define NGX_WEBRTC_ERS_VERB_JOINED   'J'
#define NGX_WEBRTC_ERS_VERB_REFUSED  'R'

#define NGX_WEBRTC_ERS_IS_ANSWER     1


/* why somebody does not get in, and the event that says so */

#define NGX_WEBRTC_ERS_REFUSALS(X)                                           \
    X(TAKEN,         "taken")           /* by another media server */        \
    X(ROOM,          "invalidRoom")                                          \
    X(SERVER_TOKEN,  "invalidEmsToken") /* of a media server */              \
    X(VIEWER_TOKEN,  "invalidToken")                                         \
    X(FULL,          "full")            /* the room, or all of us */         \
    X(ARGUMENTS,     "invalidArguments")

#define NGX_WEBRTC_ERS_REFUSAL(name, text)  NGX_WEBRTC_ERS_REFUSED_##name,

typedef enum {
    NGX_WEBRTC_ERS_REFUSALS(NGX_WEBRTC_ERS_REFUSAL)
    NGX_WEBRTC_ERS_NREFUSALS
} ngx_webrtc_ers_refusal_e;


typedef struct ngx_webrtc_ers_s          ngx_webrtc_ers_t;
typedef struct ngx_webrtc_ers_session_s  ngx_webrtc_ers_session_t;
typedef struct ngx_webrtc_ers_member_s   ngx_webrtc_ers_member_t;


/* a STUN or TURN server that clients are told of */

typedef struct {
    ngx_str_t                 url;          /* "stun:host:port" */
    ngx_str_t                 username;
    ngx_str_t                 credential;
    ngx_str_t                 secret;       /* not empty: instead of both */
} ngx_webrtc_ers_listed_t;


/* lists that are NULL allow anything; what is pointed to stays there */

typedef struct {
    const ngx_str_t          *rooms;
    ngx_uint_t                nrooms;
    const ngx_str_t          *tokens;       /* of media servers */
    ngx_uint_t                ntokens;
    const ngx_str_t          *viewer_tokens;
    ngx_uint_t                nviewer_tokens;
    const ngx_webrtc_ers_listed_t  *servers;
    ngx_uint_t                nservers;
    ngx_uint_t                max_rooms;    /* whose home is here */
    ngx_uint_t                room_viewers;
    ngx_webrtc_usec_t         heartbeat;
    ngx_webrtc_usec_t         heartbeat_timeout;
    ngx_webrtc_usec_t         join_timeout;
    ngx_webrtc_usec_t         credential_time;
    /*
     * A media server whose sockets are lost need not have lost its media: as
     * long as this it may come back before its viewers hear that it has left.
     */
    ngx_webrtc_usec_t         return_timeout;
    ngx_str_t                 secret;       /* the same at all workers */
} ngx_webrtc_ers_conf_t;


/* what joins sessions to homes, and homes to each other */

typedef struct {
    void                     *data;
    /* a link to the home of the room; NULL: there is none */
    void                   *(*join)(void *data,
                                ngx_webrtc_ers_session_t *session,
                                const ngx_str_t *room, const u_char *hello,
                                size_t len);
    ngx_int_t               (*send)(void *link, const u_char *pos,
                                size_t len);
    void                    (*leave)(void *link);
    /*
     * By the home: the room is here for that time; 0: it is no more.
     * NGX_DECLINED: its home is somewhere else.
     */
    ngx_int_t               (*keep)(void *data, const ngx_str_t *room,
                                ngx_webrtc_usec_t time);
    /*
     * A viewer's, who uses it for that time; "place" is where it was the last
     * time.  NGX_DECLINED: another client does; NGX_BUSY: too many are used.
     */
    ngx_int_t               (*token)(void *data, const ngx_str_t *token,
                                const ngx_str_t *address,
                                ngx_webrtc_usec_t time, ngx_uint_t *place);
} ngx_webrtc_ers_glue_t;


/* NULL: no memory */
ngx_webrtc_ers_t *ngx_webrtc_ers_create(const ngx_webrtc_ers_conf_t *conf,
    const ngx_webrtc_ers_glue_t *glue, ngx_log_t *log);
void ngx_webrtc_ers_destroy(ngx_webrtc_ers_t *ers);
/* all sockets and links are closed, and nobody gets in any more */
void ngx_webrtc_ers_quit(ngx_webrtc_ers_t *ers);
void ngx_webrtc_ers_tick(ngx_webrtc_ers_t *ers, ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_ers_expires(ngx_webrtc_ers_t *ers);


/* sessions */

/*
 * How a client is reached.  None of these calls back.  NGX_ERROR: the pipe
 * has closed itself.  After that and after close() it is not used again, and
 * the session is gone.
 */

typedef struct {
    ngx_int_t               (*send)(void *pipe, const u_char *data,
                                size_t len);
    void                    (*ping)(void *pipe);
    /* it is in a room */
    void                    (*established)(void *pipe);
    /* it was not let in, and is going to be told so */
    void                    (*refused)(void *pipe, const char *reason);
    void                    (*close)(void *pipe, ngx_uint_t code,
                                const char *reason);
} ngx_webrtc_ers_pipe_t;


/* what a join may say too, from the URL; empty: not there */

typedef struct {
    ngx_str_t                 address;
    ngx_str_t                 stream;
    ngx_str_t                 transport;
    ngx_str_t                 token;
    ngx_str_t                 name;
    unsigned                  plain:1;      /* JSON without socket.io */
} ngx_webrtc_ers_hello_t;


/*
 * The first request of socket.io: "wall" is seconds since 1970, "buf" has
 * SID_MAX bytes.  A sid is good for a minute, at every worker.
 */
ngx_int_t ngx_webrtc_ers_sid_make(ngx_webrtc_ers_t *ers,
    const ngx_str_t *stream, uint64_t wall, u_char *buf, ngx_str_t *sid);
/* NGX_DECLINED: it is none; "buf" has STREAM_MAX bytes */
ngx_int_t ngx_webrtc_ers_sid_check(ngx_webrtc_ers_t *ers,
    const ngx_str_t *sid, uint64_t wall, u_char *buf, ngx_str_t *stream);

/* NULL: this worker quits, or no memory */
ngx_webrtc_ers_session_t *ngx_webrtc_ers_open(ngx_webrtc_ers_t *ers,
    const ngx_webrtc_ers_hello_t *hello, const ngx_webrtc_ers_pipe_t *handlers,
    void *pipe, uint64_t wall, ngx_webrtc_usec_t now);
/* one text message */
void ngx_webrtc_ers_input(ngx_webrtc_ers_session_t *session, u_char *data,
    size_t len, ngx_webrtc_usec_t now);
/* anything came, a pong too */
void ngx_webrtc_ers_heard(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_usec_t now);
/* the socket has gone; so is the session */
void ngx_webrtc_ers_closed(ngx_webrtc_ers_session_t *session);

/* from the home; after closed() the link is no more */
void ngx_webrtc_ers_link_input(ngx_webrtc_ers_session_t *session,
    u_char *pos, size_t len);
void ngx_webrtc_ers_link_closed(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_usec_t now);


/* members, at their home */

/* after close() the member is no more */

typedef struct {
    void                    (*send)(void *link, const u_char *pos,
                                size_t len);
    void                    (*close)(void *link);
} ngx_webrtc_ers_member_handlers_t;


/*
 * NULL: "refusal" says why; NREFUSALS: not by a fault of the client.  The
 * link may be sent to before it returns.
 */
ngx_webrtc_ers_member_t *ngx_webrtc_ers_member_join(ngx_webrtc_ers_t *ers,
    u_char *hello, size_t len,
    const ngx_webrtc_ers_member_handlers_t *handlers, void *link,
    ngx_webrtc_ers_refusal_e *refusal);
/* a message of the session */
void ngx_webrtc_ers_member_input(ngx_webrtc_ers_member_t *member,
    u_char *pos, size_t len);
/* the session has gone; nothing is said to the link any more */
void ngx_webrtc_ers_member_leave(ngx_webrtc_ers_member_t *member,
    ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_ERS_H_INCLUDED_ */
