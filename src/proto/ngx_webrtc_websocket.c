
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_websocket.h>

#include <wslay/wslay.h>


/* of a frame that a server sends, and what a client adds */

#define NGX_WEBRTC_WEBSOCKET_HEADER  10
#define NGX_WEBRTC_WEBSOCKET_MASK    4

#define NGX_WEBRTC_WEBSOCKET_FIN     0x80
#define NGX_WEBRTC_WEBSOCKET_MASKED  0x80


static ngx_int_t ngx_webrtc_websocket_open(ngx_webrtc_websocket_t *ws);
static void ngx_webrtc_websocket_rest(ngx_webrtc_websocket_t *ws);
static ngx_int_t ngx_webrtc_websocket_drain(ngx_webrtc_websocket_t *ws);
static ngx_int_t ngx_webrtc_websocket_fail(ngx_webrtc_websocket_t *ws);
static ngx_int_t ngx_webrtc_websocket_queue(ngx_webrtc_websocket_t *ws,
    ngx_uint_t opcode, const u_char *data, size_t len);
static u_char *ngx_webrtc_websocket_reserve(ngx_webrtc_websocket_t *ws,
    size_t len);
static size_t ngx_webrtc_websocket_header(ngx_webrtc_websocket_t *ws);
static void ngx_webrtc_websocket_emptied(ngx_webrtc_websocket_t *ws);
static ssize_t ngx_webrtc_websocket_recv_handler(wslay_event_context_ptr ctx,
    uint8_t *buf, size_t len, int flags, void *data);
static ssize_t ngx_webrtc_websocket_send_handler(wslay_event_context_ptr ctx,
    const uint8_t *buf, size_t len, int flags, void *data);
static int ngx_webrtc_websocket_mask_handler(wslay_event_context_ptr ctx,
    uint8_t *buf, size_t len, void *data);
static void ngx_webrtc_websocket_frame_handler(wslay_event_context_ptr ctx,
    const struct wslay_event_on_frame_recv_start_arg *arg, void *data);
static void ngx_webrtc_websocket_frame_end_handler(
    wslay_event_context_ptr ctx, void *data);
static void ngx_webrtc_websocket_message_handler(wslay_event_context_ptr ctx,
    const struct wslay_event_on_msg_recv_arg *arg, void *data);


static const struct wslay_event_callbacks  ngx_webrtc_websocket_callbacks = {
    ngx_webrtc_websocket_recv_handler,
    ngx_webrtc_websocket_send_handler,
    ngx_webrtc_websocket_mask_handler,
    ngx_webrtc_websocket_frame_handler,
    NULL,
    ngx_webrtc_websocket_frame_end_handler,
    ngx_webrtc_websocket_message_handler
};


void
ngx_webrtc_websocket_init(ngx_webrtc_websocket_t *ws, size_t max_message,
    size_t max_queue, ngx_webrtc_websocket_handler_pt handler, void *data)
{
    ngx_memzero(ws, sizeof(ngx_webrtc_websocket_t));

    ws->handler = handler;
    ws->data = data;
    ws->max_message = max_message;
    ws->max_queue = max_queue;
}


void
ngx_webrtc_websocket_init_client(ngx_webrtc_websocket_t *ws,
    size_t max_message, size_t max_queue,
    ngx_webrtc_websocket_random_pt random,
    ngx_webrtc_websocket_handler_pt handler, void *data)
{
    ngx_webrtc_websocket_init(ws, max_message, max_queue, handler, data);

    ws->random = random;
}


void
ngx_webrtc_websocket_cleanup(ngx_webrtc_websocket_t *ws)
{
    if (ws->wslay) {
        wslay_event_context_free(ws->wslay);
        ws->wslay = NULL;
    }

    free(ws->queue);
    ngx_webrtc_websocket_emptied(ws);
}


static ngx_int_t
ngx_webrtc_websocket_open(ngx_webrtc_websocket_t *ws)
{
    int                      rc;
    wslay_event_context_ptr  ctx;

    if (ws->wslay) {
        return NGX_OK;
    }

    if (ws->random) {
        rc = wslay_event_context_client_init(&ctx,
                                             &ngx_webrtc_websocket_callbacks,
                                             ws);

    } else {
        rc = wslay_event_context_server_init(&ctx,
                                             &ngx_webrtc_websocket_callbacks,
                                             ws);
    }

    if (rc != 0) {
        return NGX_ERROR;
    }

    wslay_event_config_set_max_recv_msg_length(ctx, ws->max_message);

    ws->wslay = ctx;
    ws->partial = 0;

    return NGX_OK;
}


/* gives the context back when there is nothing in it to remember */

static void
ngx_webrtc_websocket_rest(ngx_webrtc_websocket_t *ws)
{
    if (ws->done || (ws->partial == 0 && !ws->fragmented)) {
        wslay_event_context_free(ws->wslay);
        ws->wslay = NULL;
    }
}


ngx_int_t
ngx_webrtc_websocket_input(ngx_webrtc_websocket_t *ws, const u_char *pos,
    const u_char *last)
{
    int  rc;

    if (ws->done) {
        return NGX_DONE;
    }

    if (ws->failed || ngx_webrtc_websocket_open(ws) != NGX_OK) {
        return NGX_ERROR;
    }

    ws->pos = pos;
    ws->last = last;

    ws->busy = 1;
    rc = wslay_event_recv(ws->wslay);
    ws->busy = 0;

    ws->pos = NULL;
    ws->last = NULL;

    if (rc == WSLAY_ERR_CALLBACK_FAILURE || ws->bad_close) {
        return ngx_webrtc_websocket_fail(ws);
    }

    if (rc != 0 || ngx_webrtc_websocket_drain(ws) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_websocket_rest(ws);

    if (ws->done) {
        return NGX_DONE;
    }

    /* pongs are made by wslay itself */

    if (ngx_webrtc_websocket_pending(ws)
        > ws->max_queue + NGX_WEBRTC_WEBSOCKET_REASON
          + 2 * ngx_webrtc_websocket_header(ws))
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* pongs, the answer to a close, or wslay's own close, into the queue */

static ngx_int_t
ngx_webrtc_websocket_drain(ngx_webrtc_websocket_t *ws)
{
    if (wslay_event_send(ws->wslay) != 0) {
        return NGX_ERROR;
    }

    if (!wslay_event_get_read_enabled(ws->wslay)) {
        ws->done = 1;
        ws->close_sent = 1;

        if (ws->close_code == 0) {
            ws->close_code = wslay_event_get_status_code_sent(ws->wslay);
        }
    }

    return NGX_OK;
}


/*
 * A frame header that wslay cannot read makes it queue a close without a
 * code.  We owe the peer a 1002.
 */

static ngx_int_t
ngx_webrtc_websocket_fail(ngx_webrtc_websocket_t *ws)
{
    ws->done = 1;

    ngx_webrtc_websocket_rest(ws);

    return (ngx_webrtc_websocket_send_close(ws, WSLAY_CODE_PROTOCOL_ERROR,
                                            NULL, 0)
            == NGX_ERROR) ? NGX_ERROR : NGX_DONE;
}


ngx_int_t
ngx_webrtc_websocket_send(ngx_webrtc_websocket_t *ws, ngx_uint_t opcode,
    const u_char *data, size_t len)
{
    if (ws->close_sent || ws->close_received) {
        return NGX_DONE;
    }

    if (len > ws->max_queue
        || ngx_webrtc_websocket_pending(ws) + len
           + ngx_webrtc_websocket_header(ws) > ws->max_queue)
    {
        return NGX_BUSY;
    }

    return ngx_webrtc_websocket_queue(ws, opcode, data, len);
}


ngx_int_t
ngx_webrtc_websocket_send_close(ngx_webrtc_websocket_t *ws, ngx_uint_t code,
    const u_char *reason, size_t len)
{
    u_char  *p;
    u_char   payload[2 + NGX_WEBRTC_WEBSOCKET_REASON];

    if (ws->close_sent || ws->close_received) {
        return NGX_DONE;
    }

    if (len > NGX_WEBRTC_WEBSOCKET_REASON) {
        len = NGX_WEBRTC_WEBSOCKET_REASON;

        while (len && (reason[len] & 0xc0) == 0x80) {
            len--;
        }
    }

    p = ngx_webrtc_put16(payload, (uint32_t) code);

    if (len) {
        p = ngx_cpymem(p, reason, len);
    }

    if (ngx_webrtc_websocket_queue(ws, NGX_WEBRTC_WEBSOCKET_CLOSE, payload,
                                   p - payload)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ws->close_sent = 1;
    ws->close_code = code;

    return NGX_OK;
}


/* one frame (RFC 6455, section 5.2) */

static ngx_int_t
ngx_webrtc_websocket_queue(ngx_webrtc_websocket_t *ws, ngx_uint_t opcode,
    const u_char *data, size_t len)
{
    u_char  *p, *mask, *start;
    size_t   i;

    if (ws->failed) {
        return NGX_ERROR;
    }

    start = ngx_webrtc_websocket_reserve(ws, ngx_webrtc_websocket_header(ws)
                                             + len);
    if (start == NULL) {
        return NGX_ERROR;
    }

    p = start;

    *p++ = (u_char) (NGX_WEBRTC_WEBSOCKET_FIN | opcode);

    if (len < 126) {
        *p++ = (u_char) len;

    } else if (len < 65536) {
        *p++ = 126;
        p = ngx_webrtc_put16(p, (uint32_t) len);

    } else {
        *p++ = 127;
        p = ngx_webrtc_put64(p, len);
    }

    if (ws->random) {
        start[1] |= NGX_WEBRTC_WEBSOCKET_MASKED;
        mask = p;

        if (ws->random(ws->data, mask, NGX_WEBRTC_WEBSOCKET_MASK) != NGX_OK) {
            ws->failed = 1;
            return NGX_ERROR;
        }

        p += NGX_WEBRTC_WEBSOCKET_MASK;

        for (i = 0; i < len; i++) {
            *p++ = data[i] ^ mask[i % NGX_WEBRTC_WEBSOCKET_MASK];
        }

    } else if (len) {
        p = ngx_cpymem(p, data, len);
    }

    ws->tail = p - ws->queue;

    return NGX_OK;
}


/*
 * Behind what waits.  One message needs no more than itself; more get twice
 * of what they need, so that they are not moved for each that comes.
 */

static u_char *
ngx_webrtc_websocket_reserve(ngx_webrtc_websocket_t *ws, size_t len)
{
    u_char  *queue;
    size_t   size;

    if (len <= ws->size - ws->tail) {
        return ws->queue + ws->tail;
    }

    if (ws->head) {
        ws->tail -= ws->head;
        ngx_memmove(ws->queue, ws->queue + ws->head, ws->tail);
        ws->head = 0;
    }

    if (ws->tail + len > ws->size / 2) {
        size = ws->tail ? 2 * (ws->tail + len) : len;

        queue = realloc(ws->queue, size);
        if (queue == NULL) {
            return NULL;
        }

        ws->queue = queue;
        ws->size = size;
    }

    return ws->queue + ws->tail;
}


static size_t
ngx_webrtc_websocket_header(ngx_webrtc_websocket_t *ws)
{
    return NGX_WEBRTC_WEBSOCKET_HEADER
           + (ws->random ? NGX_WEBRTC_WEBSOCKET_MASK : 0);
}


size_t
ngx_webrtc_websocket_output(ngx_webrtc_websocket_t *ws, u_char *buf,
    size_t size)
{
    size_t  n;

    if (ws->failed || ws->queue == NULL) {
        return 0;
    }

    n = ngx_min(size, ngx_webrtc_websocket_pending(ws));

    ngx_memcpy(buf, ws->queue + ws->head, n);

    ws->head += n;

    if (ws->head == ws->tail) {
        free(ws->queue);
        ngx_webrtc_websocket_emptied(ws);
    }

    return n;
}


u_char *
ngx_webrtc_websocket_take(ngx_webrtc_websocket_t *ws, size_t max,
    u_char **pos, u_char **last)
{
    u_char  *queue;

    if (ws->failed || ws->queue == NULL || ws->size > max) {
        return NULL;
    }

    queue = ws->queue;

    *pos = queue + ws->head;
    *last = queue + ws->tail;

    ngx_webrtc_websocket_emptied(ws);

    return queue;
}


static void
ngx_webrtc_websocket_emptied(ngx_webrtc_websocket_t *ws)
{
    ws->queue = NULL;
    ws->size = 0;
    ws->head = 0;
    ws->tail = 0;
}


static ssize_t
ngx_webrtc_websocket_recv_handler(wslay_event_context_ptr ctx, uint8_t *buf,
    size_t len, int flags, void *data)
{
    size_t                   n;
    ngx_webrtc_websocket_t  *ws;

    (void) flags;

    ws = data;
    n = ws->last - ws->pos;

    if (n == 0) {
        wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }

    n = ngx_min(n, len);

    ngx_memcpy(buf, ws->pos, n);

    ws->pos += n;
    ws->partial += n;

    return (ssize_t) n;
}


static ssize_t
ngx_webrtc_websocket_send_handler(wslay_event_context_ptr ctx,
    const uint8_t *buf, size_t len, int flags, void *data)
{
    u_char                  *p;
    ngx_webrtc_websocket_t  *ws;

    (void) flags;

    ws = data;

    if (ws->close_sent) {

        /* nothing comes after our close */

        return (ssize_t) len;
    }

    p = ngx_webrtc_websocket_reserve(ws, len);
    if (p == NULL) {
        wslay_event_set_error(ctx, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }

    ngx_memcpy(p, buf, len);

    ws->tail += len;

    return (ssize_t) len;
}


static int
ngx_webrtc_websocket_mask_handler(wslay_event_context_ptr ctx, uint8_t *buf,
    size_t len, void *data)
{
    ngx_webrtc_websocket_t  *ws;

    (void) ctx;

    ws = data;

    if (ws->random(ws->data, buf, len) != NGX_OK) {
        ws->failed = 1;
        return -1;
    }

    return 0;
}


static void
ngx_webrtc_websocket_frame_handler(wslay_event_context_ptr ctx,
    const struct wslay_event_on_frame_recv_start_arg *arg, void *data)
{
    ngx_webrtc_websocket_t  *ws;

    (void) ctx;

    ws = data;

    /* two bytes, the extended length, the mask of a client */

    ws->frame = 2 + arg->payload_length
                + ((arg->payload_length > 65535) ? 8
                   : (arg->payload_length > 125) ? 2 : 0)
                + (ws->random ? 0 : NGX_WEBRTC_WEBSOCKET_MASK);

    /* half a code, which wslay takes for none (RFC 6455, 5.5.1) */

    if (arg->opcode == WSLAY_CONNECTION_CLOSE && arg->payload_length == 1) {
        ws->bad_close = 1;
    }

    ws->final = arg->fin;
    ws->control = wslay_is_ctrl_frame(arg->opcode);
}


static void
ngx_webrtc_websocket_frame_end_handler(wslay_event_context_ptr ctx,
    void *data)
{
    ngx_webrtc_websocket_t  *ws;

    (void) ctx;

    ws = data;

    ws->partial -= ws->frame;

    if (!ws->control) {
        ws->fragmented = !ws->final;
    }
}


static void
ngx_webrtc_websocket_message_handler(wslay_event_context_ptr ctx,
    const struct wslay_event_on_msg_recv_arg *arg, void *data)
{
    ngx_webrtc_websocket_t          *ws;
    ngx_webrtc_websocket_message_t   message;

    (void) ctx;

    ws = data;

    message.opcode = arg->opcode;
    message.code = 0;
    message.data = (u_char *) arg->msg;
    message.len = arg->msg_length;

    if (arg->opcode == WSLAY_CONNECTION_CLOSE) {

        if (ws->bad_close) {
            return;
        }

        message.code = arg->status_code;

        if (message.len >= 2) {
            message.data += 2;
            message.len -= 2;

        } else {
            message.len = 0;
        }

        ws->close_received = 1;

        if (ws->close_code == 0) {
            ws->close_code = arg->status_code ? arg->status_code
                                          : WSLAY_CODE_NO_STATUS_RCVD;
        }

    } else if (ws->close_sent) {

        /* what was on its way when we closed */

        return;
    }

    ws->handler(ws, &message);
}
