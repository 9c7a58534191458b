
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What the files of the relay share.  A mail to another worker goes through
 * its mailbox in chunks, one to this worker through a local queue; both come
 * out at the same handlers, whole, and never from within the call that sent
 * them.
 */


#ifndef _NGX_WEBRTC_RELAY_MAIL_H_INCLUDED_
#define _NGX_WEBRTC_RELAY_MAIL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <core/ngx_webrtc_hash.h>
#include <core/ngx_webrtc_slots.h>
#include <event/ngx_webrtc_mailbox.h>
#include <event/ngx_webrtc_relay.h>
#include <event/ngx_webrtc_worker.h>


/* close code of clients whose worker is going or has gone (RFC 6455, 7.4) */
#define NGX_WEBRTC_RELAY_RESTART    1012


typedef struct ngx_webrtc_relay_s  ngx_webrtc_relay_t;

/* lives from init() to the end of the process */

struct ngx_webrtc_relay_s {
    ngx_webrtc_worker_t      *worker;
    ngx_log_t                *log;

    ngx_webrtc_slots_t        pipes;
    ngx_webrtc_slots_t        calls;
    ngx_webrtc_slots_t        wires;        /* opened here */

    ngx_webrtc_hash_t         wire_hash;    /* opened elsewhere, or here */
    ngx_queue_t               accepted;     /* the same */
    ngx_queue_t               broken_wires; /* to be ended, of both */

    ngx_webrtc_hash_t         sessions;
    ngx_queue_t               live;         /* sessions */
    ngx_queue_t               broken;       /* sessions to be ended */

    ngx_queue_t               mails;        /* to this worker */
    ngx_queue_t               notes;        /* found no room, tried again */
    ngx_queue_t               partials;     /* mails half received */

    ngx_event_t               event;        /* of mails and broken */
    ngx_event_t               timer;        /* of notes */

    ngx_webrtc_sora_glue_t    glue;

    unsigned                  shutdown:1;
};


typedef struct {
    const void               *head;
    size_t                    head_len;
    const void               *data;
    size_t                    len;
} ngx_webrtc_relay_body_t;


typedef void (*ngx_webrtc_relay_handler_pt)(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);


#define ngx_webrtc_relay_is_self(relay, owner)                               \
    ((owner)->seat == (relay)->worker->self.seat                             \
     && (owner)->term == (relay)->worker->self.term)

#define ngx_webrtc_owner_equal(a, b)                                         \
    ((a)->seat == (b)->seat && (a)->term == (b)->term)


void ngx_webrtc_relay_mail_init(ngx_webrtc_relay_t *relay);
void ngx_webrtc_relay_mail_shutdown(ngx_webrtc_relay_t *relay);
void ngx_webrtc_relay_mail_gone(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *owner);

/* a whole mail to its handler */
void ngx_webrtc_relay_dispatch(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);

/* as ngx_webrtc_mailbox_send(), of any length */
ngx_int_t ngx_webrtc_relay_send(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *to, ngx_webrtc_mail_e type, uint64_t id,
    const ngx_webrtc_relay_body_t *body);
/* a short mail that must arrive if its receiver lives */
void ngx_webrtc_relay_note(ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *to,
    ngx_webrtc_mail_e type, uint64_t id, const void *data, size_t len);
/* runs the event soon */
void ngx_webrtc_relay_post(ngx_webrtc_relay_t *relay);


/* body of PIPE_OPEN; the answer of the auth webhook and the text follow */

typedef struct {
    uint32_t                  authz;    /* length */
    u_char                    connection_id[NGX_WEBRTC_ID_LEN];
} ngx_webrtc_relay_open_t;


/* body of PIPE_CLOSE; the reason follows */

#define NGX_WEBRTC_RELAY_REASON     123

typedef struct {
    uint16_t                  code;
    u_char                    reason[NGX_WEBRTC_RELAY_REASON];
} ngx_webrtc_relay_close_t;

/* returns the length */
size_t ngx_webrtc_relay_close_write(ngx_webrtc_relay_close_t *close,
    ngx_uint_t code, const char *reason);


/* body of PIPE_DESCRIBE */

typedef struct {
    u_char                    connection_id[NGX_WEBRTC_ID_LEN];
    u_char                    role;
} ngx_webrtc_relay_describe_t;


/* where the clients are */

void ngx_webrtc_pipe_output_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_pipe_describe_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_pipe_close_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
/* the message of a mail of PIPE_OPEN, for who decrefs it; NULL: parse it */
json_t *ngx_webrtc_pipe_connect(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_pipe_gone(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *owner);
void ngx_webrtc_pipe_shutdown(ngx_webrtc_relay_t *relay);


/* where the channels are */

ngx_int_t ngx_webrtc_session_init(ngx_webrtc_relay_t *relay,
    ngx_pool_t *pool);
void ngx_webrtc_session_open_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_session_input_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_session_closed_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_session_gone(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *owner);
void ngx_webrtc_session_end_broken(ngx_webrtc_relay_t *relay);
void ngx_webrtc_session_shutdown(ngx_webrtc_relay_t *relay);


/* API calls, both ends */

void ngx_webrtc_call_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_call_reply_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_call_gone(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *owner);
void ngx_webrtc_call_shutdown(ngx_webrtc_relay_t *relay);


/* wires, the end that is opened and then the one that opens */

ngx_int_t ngx_webrtc_wire_init(ngx_webrtc_relay_t *relay, ngx_pool_t *pool);
void ngx_webrtc_wire_open_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_wire_input_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_wire_end_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_wire_output_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_wire_close_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_wire_gone(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *owner);
void ngx_webrtc_wire_end_broken(ngx_webrtc_relay_t *relay);
void ngx_webrtc_wire_shutdown(ngx_webrtc_relay_t *relay);


/* messages between endpoints of the gateway's broker */

void ngx_webrtc_skyway_letter_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
void ngx_webrtc_skyway_replaced_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);


/* what concerns EvoStream's tables: configurations and viewers */

void ngx_webrtc_evostream_mail_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);


#endif /* _NGX_WEBRTC_RELAY_MAIL_H_INCLUDED_ */
