
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Framing of RFC 6455 after the handshake, for either side: bytes in, messages
 * out through a handler; messages in, bytes out.  What comes in is read by
 * wslay.  No extension is ever negotiated, so a reserved bit is a protocol
 * error.
 *
 * wslay's context (over 8 kB) exists only while a message is half received,
 * the queue only while something waits to be sent; an idle connection costs
 * this struct and nothing else.
 */


#ifndef _NGX_WEBRTC_WEBSOCKET_H_INCLUDED_
#define _NGX_WEBRTC_WEBSOCKET_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_WEBSOCKET_TEXT      1
#define NGX_WEBRTC_WEBSOCKET_BINARY    2
#define NGX_WEBRTC_WEBSOCKET_CLOSE     8
#define NGX_WEBRTC_WEBSOCKET_PING      9
#define NGX_WEBRTC_WEBSOCKET_PONG      10

#define NGX_WEBRTC_WEBSOCKET_REASON    123

/* behind the key of a handshake, in what its SHA-1 is made of */
#define NGX_WEBRTC_WEBSOCKET_GUID                                            \
    "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


typedef struct ngx_webrtc_websocket_s  ngx_webrtc_websocket_t;


/* data is valid during the call only */

typedef struct {
    ngx_uint_t                            opcode;
    ngx_uint_t                            code;   /* CLOSE; 0: none given */
    u_char                               *data;   /* CLOSE: the reason */
    size_t                                len;
} ngx_webrtc_websocket_message_t;


/* may send and close, but not clean up */

typedef void (*ngx_webrtc_websocket_handler_pt)(ngx_webrtc_websocket_t *ws,
    const ngx_webrtc_websocket_message_t *message);

/* of a client: four bytes for each frame, which nobody may foretell */

typedef ngx_int_t (*ngx_webrtc_websocket_random_pt)(void *data, u_char *buf,
    size_t len);


/* owned by the caller; cleanup() frees what hangs on it */

struct ngx_webrtc_websocket_s {
    ngx_webrtc_websocket_handler_pt       handler;
    void                                 *data;   /* the caller's */
    ngx_webrtc_websocket_random_pt        random; /* NULL: we are a server */

    size_t                                max_message;
    size_t                                max_queue;  /* bytes not yet sent */

    u_char                               *queue;  /* frames; or NULL */
    size_t                                size;
    size_t                                head;   /* where they begin */
    size_t                                tail;

    void                                 *wslay;
    const u_char                         *pos;    /* of the current input() */
    const u_char                         *last;

    uint64_t                              partial;    /* of frames, received */
    uint64_t                              frame;      /* the current one's */
    ngx_uint_t                            close_code;

    unsigned                              fragmented:1;
    unsigned                              final:1;
    unsigned                              control:1;
    unsigned                              close_sent:1;     /* or queued */
    unsigned                              close_received:1;
    unsigned                              done:1;       /* nothing is read */
    unsigned                              bad_close:1;  /* of one byte */
    unsigned                              busy:1;
    unsigned                              failed:1;    /* no random bytes */
};


void ngx_webrtc_websocket_init(ngx_webrtc_websocket_t *ws,
    size_t max_message, size_t max_queue,
    ngx_webrtc_websocket_handler_pt handler, void *data);
/*
 * We are the client: what we send is masked, and a server that masks breaks
 * the protocol.  random() gets "data" as well.
 */
void ngx_webrtc_websocket_init_client(ngx_webrtc_websocket_t *ws,
    size_t max_message, size_t max_queue,
    ngx_webrtc_websocket_random_pt random,
    ngx_webrtc_websocket_handler_pt handler, void *data);
void ngx_webrtc_websocket_cleanup(ngx_webrtc_websocket_t *ws);

/*
 * NGX_OK: all was taken; NGX_DONE: closing (the peer closed, or broke the
 * protocol and a close frame with 1002, 1007 or 1009 waits): flush output()
 * and close the socket; NGX_ERROR: no memory, or answers to pings overflowed
 * the queue: close at once.
 * A ping is answered here; the handler sees it only for its timers.
 */
ngx_int_t ngx_webrtc_websocket_input(ngx_webrtc_websocket_t *ws,
    const u_char *pos, const u_char *last);

/*
 * Takes a copy.  NGX_BUSY: max_queue would be exceeded; NGX_DONE: a close
 * frame was sent already; NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_websocket_send(ngx_webrtc_websocket_t *ws,
    ngx_uint_t opcode, const u_char *data, size_t len);

#define ngx_webrtc_websocket_send_text(ws, data, len)                        \
    ngx_webrtc_websocket_send(ws, NGX_WEBRTC_WEBSOCKET_TEXT, data, len)

/*
 * The reason is cut at a character boundary to 123 bytes.  It follows what was
 * sent before it, and nothing can be sent after it; a full queue does not
 * refuse it.
 */
ngx_int_t ngx_webrtc_websocket_send_close(ngx_webrtc_websocket_t *ws,
    ngx_uint_t code, const u_char *reason, size_t len);

/*
 * Moves queued bytes to a buffer and returns their number; 0: none wait, or
 * ws->failed: close at once.
 */
size_t ngx_webrtc_websocket_output(ngx_webrtc_websocket_t *ws, u_char *buf,
    size_t size);

/*
 * Hands over what waits, with the memory it is in, which the caller free()s;
 * NULL as 0 above, or that memory is more than "max" bytes.
 */
u_char *ngx_webrtc_websocket_take(ngx_webrtc_websocket_t *ws, size_t max,
    u_char **pos, u_char **last);

/* bytes that wait */
#define ngx_webrtc_websocket_pending(ws)  ((ws)->tail - (ws)->head)


#endif /* _NGX_WEBRTC_WEBSOCKET_H_INCLUDED_ */
