
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Messages between workers: a ring per seat in the shared zone, written by
 * anybody under the zone's lock, read by the seat's owner, who is woken by
 * the seat's eventfd.  A message that does not fit waits in the sender's
 * memory, in order and up to a bound.
 */


#ifndef _NGX_WEBRTC_MAILBOX_H_INCLUDED_
#define _NGX_WEBRTC_MAILBOX_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone.h>


/*
 *      type            from -> to          what
 *
 *      PIPE_OPEN       pipe -> home        a client came, its first message
 *      PIPE_INPUT      pipe -> home        a further message of the client
 *      PIPE_CLOSED     pipe -> home        the client has gone
 *      PIPE_OUTPUT     home -> pipe        a text for the client
 *      PIPE_DESCRIBE   home -> pipe        facts for its access log
 *      PIPE_CLOSE      home -> pipe        code and reason: close it
 *      CALL            any -> home         an API call
 *      REPLY           home -> any         its answer
 *      WIRE_OPEN       opener -> other     a wire to a service, its hello
 *      WIRE_INPUT      opener -> other     a message
 *      WIRE_END        opener -> other     the wire is closed
 *      WIRE_OUTPUT     other -> opener     a message
 *      WIRE_CLOSE      other -> opener     the wire is closed
 *      LETTER          any -> any          a message for an endpoint
 *      REPLACED        any -> any          an endpoint's client is here now
 *      PORT            any -> any          a port of the gateway was or may be
 *                                          taken over, or is to be closed
 *      EVOSTREAM       any -> all          configurations or viewers of the
 *                                          zone have changed
 *      GONE            any -> all          the owner in the body has died
 */

#define NGX_WEBRTC_MAIL_TYPES(X)                                             \
    X(PIPE_OPEN)                                                             \
    X(PIPE_INPUT)                                                            \
    X(PIPE_CLOSED)                                                           \
    X(PIPE_OUTPUT)                                                           \
    X(PIPE_DESCRIBE)                                                         \
    X(PIPE_CLOSE)                                                            \
    X(CALL)                                                                  \
    X(REPLY)                                                                 \
    X(WIRE_OPEN)                                                             \
    X(WIRE_INPUT)                                                            \
    X(WIRE_END)                                                              \
    X(WIRE_OUTPUT)                                                           \
    X(WIRE_CLOSE)                                                            \
    X(LETTER)                                                                \
    X(REPLACED)                                                              \
    X(PORT)                                                                  \
    X(EVOSTREAM)                                                             \
    X(GONE)

#define NGX_WEBRTC_MAIL_ENUM(name)  NGX_WEBRTC_MAIL_##name,

typedef enum {
    NGX_WEBRTC_MAIL_TYPES(NGX_WEBRTC_MAIL_ENUM)
    NGX_WEBRTC_MAIL_COUNT
} ngx_webrtc_mail_e;


typedef struct {
    ngx_webrtc_mail_e         type;
    ngx_webrtc_owner_t        from;
    uint64_t                  id;       /* pipe or call, of its own worker */
    u_char                   *data;     /* valid during the handler */
    size_t                    len;
} ngx_webrtc_mail_t;


typedef void (*ngx_webrtc_mail_handler_pt)(ngx_webrtc_mail_t *mail);


/*
 * NGX_OK: delivered or waiting; NGX_DECLINED: that owner has gone;
 * NGX_BUSY: no room, not even to wait; NGX_ERROR: too large or no memory.
 * The body is head followed by data; either may be empty.
 */
ngx_int_t ngx_webrtc_mailbox_send(ngx_webrtc_owner_t *to,
    ngx_webrtc_mail_e type, uint64_t id, const void *head, size_t head_len,
    const void *data, size_t len);

/* mails to it wait already: a good time to refuse new work */
ngx_uint_t ngx_webrtc_mailbox_is_late(const ngx_webrtc_owner_t *to);

void ngx_webrtc_mailbox_handler(ngx_webrtc_mail_e type,
    ngx_webrtc_mail_handler_pt handler);


#endif /* _NGX_WEBRTC_MAILBOX_H_INCLUDED_ */
