
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_websocket.h>

#include <wslay/wslay.h>


/* of a frame that a server sends, and what a client adds */

#define NGX_WEBRTC_WEBSOCKET_HEADER  10
#define NGX_WEBRTC_WEBSOCKET_MASK    4


typedef struct {
    uint16_t    code;
    uint8_t     len;
    u_char      reason[NGX_WEBRTC_WEBSOCKET_REASON];
} ngx_webrtc_websocket_closing_t;


static ngx_int_t ngx_webrtc_websocket_open(ngx_webrtc_websocket_t *ws);
static ngx_int_t ngx_webrtc_websocket_fail(ngx_webrtc_websocket_t *ws);
static void ngx_webrtc_websocket_rest(ngx_webrtc_websocket_t *ws);
static void ngx_webrtc_websocket_count(ngx_webrtc_websocket_t *ws);
static size_t ngx_webrtc_websocket_header(ngx_webrtc_websocket_t *ws);
static ngx_uint_t ngx_webrtc_websocket_queue_close(
    ngx_webrtc_websocket_t *ws);
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

    free(ws->closing);
    ws->closing = NULL;

    ws->pending = 0;
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
    ngx_webrtc_websocket_count(ws);

    if (ws->wslay
        && !ws->busy
        && ws->pending == 0
        && ws->partial == 0
        && !ws->fragmented
        && !ws->close_sent
        && !ws->close_received)
    {
        wslay_event_context_free(ws->wslay);
        ws->wslay = NULL;
    }
}


static void
ngx_webrtc_websocket_count(ngx_webrtc_websocket_t *ws)
{
    ngx_webrtc_websocket_closing_t  *closing;

    ws->pending = 0;

    if (ws->wslay) {
        ws->pending = wslay_event_get_queued_msg_length(ws->wslay)
                      + wslay_event_get_queued_msg_count(ws->wslay)
                        * ngx_webrtc_websocket_header(ws);
    }

    closing = ws->closing;

    if (closing) {
        ws->pending += closing->len + 2 + ngx_webrtc_websocket_header(ws);
    }
}


static size_t
ngx_webrtc_websocket_header(ngx_webrtc_websocket_t *ws)
{
    return NGX_WEBRTC_WEBSOCKET_HEADER
           + (ws->random ? NGX_WEBRTC_WEBSOCKET_MASK : 0);
}


ngx_int_t
ngx_webrtc_websocket_input(ngx_webrtc_websocket_t *ws, const u_char *pos,
    const u_char *last)
{
    int        rc;
    ngx_int_t  done;

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

    if (rc != 0) {
        return NGX_ERROR;
    }

    done = !wslay_event_get_read_enabled(ws->wslay);

    if (done) {

        /* the answer of wslay to a close, or its own close */

        ws->close_sent = 1;

        free(ws->closing);
        ws->closing = NULL;
    }

    ngx_webrtc_websocket_rest(ws);

    if (done) {
        return NGX_DONE;
    }

    /* pongs are queued by wslay itself */

    if (ws->pending > ws->max_queue
                      + NGX_WEBRTC_WEBSOCKET_REASON
                      + 2 * ngx_webrtc_websocket_header(ws))
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * A frame header that wslay cannot read makes it queue a close without a
 * code.  We owe the peer a 1002, unless that would come in the middle of a
 * frame which it has not taken yet.
 */

static ngx_int_t
ngx_webrtc_websocket_fail(ngx_webrtc_websocket_t *ws)
{
    free(ws->closing);
    ws->closing = NULL;

    ws->close_sent = 1;

    if (ws->stalled) {
        return NGX_ERROR;
    }

    wslay_event_context_free(ws->wslay);
    ws->wslay = NULL;

    if (ngx_webrtc_websocket_open(ws) != NGX_OK
        || wslay_event_queue_close(ws->wslay, WSLAY_CODE_PROTOCOL_ERROR, NULL,
                                   0)
           != 0)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_websocket_count(ws);

    return NGX_DONE;
}


ngx_int_t
ngx_webrtc_websocket_send(ngx_webrtc_websocket_t *ws, ngx_uint_t opcode,
    const u_char *data, size_t len)
{
    int                     rc;
    struct wslay_event_msg  msg;

    if (ws->close_sent || ws->close_received) {
        return NGX_DONE;
    }

    if (len > ws->max_queue
        || ws->pending + len + ngx_webrtc_websocket_header(ws) > ws->max_queue)
    {
        return NGX_BUSY;
    }

    if (ws->failed || ngx_webrtc_websocket_open(ws) != NGX_OK) {
        return NGX_ERROR;
    }

    msg.opcode = (uint8_t) opcode;
    msg.msg = data;
    msg.msg_length = len;

    rc = wslay_event_queue_msg(ws->wslay, &msg);

    ngx_webrtc_websocket_rest(ws);

    if (rc == WSLAY_ERR_NO_MORE_MSG) {
        return NGX_DONE;
    }

    return (rc == 0) ? NGX_OK : NGX_ERROR;
}


/*
 * wslay sends control frames before messages that wait, and nothing after a
 * close; so it gets the close last.
 */

ngx_int_t
ngx_webrtc_websocket_send_close(ngx_webrtc_websocket_t *ws, ngx_uint_t code,
    const u_char *reason, size_t len)
{
    ngx_webrtc_websocket_closing_t  *closing;

    if (ws->close_sent || ws->close_received) {
        return NGX_DONE;
    }

    if (ngx_webrtc_websocket_open(ws) != NGX_OK) {
        return NGX_ERROR;
    }

    if (len > NGX_WEBRTC_WEBSOCKET_REASON) {
        len = NGX_WEBRTC_WEBSOCKET_REASON;

        while (len && (reason[len] & 0xc0) == 0x80) {
            len--;
        }
    }

    closing = malloc(sizeof(ngx_webrtc_websocket_closing_t));
    if (closing == NULL) {
        return NGX_ERROR;
    }

    closing->code = (uint16_t) code;
    closing->len = (uint8_t) len;

    if (len) {
        ngx_memcpy(closing->reason, reason, len);
    }

    ws->closing = closing;
    ws->close_sent = 1;
    ws->close_code = code;

    ngx_webrtc_websocket_count(ws);

    return NGX_OK;
}


size_t
ngx_webrtc_websocket_output(ngx_webrtc_websocket_t *ws, u_char *buf,
    size_t size)
{
    size_t  len;

    if (ws->wslay == NULL || ws->failed) {
        return 0;
    }

    ws->out = buf;
    ws->end = buf + size;

    do {
        (void) wslay_event_send(ws->wslay);

    } while (ws->out < ws->end && ngx_webrtc_websocket_queue_close(ws));

    len = ws->out - buf;
    ws->stalled = wslay_event_want_write(ws->wslay);

    ws->out = NULL;
    ws->end = NULL;

    if (ws->close_code == 0 && wslay_event_get_close_sent(ws->wslay)) {
        ws->close_code = wslay_event_get_status_code_sent(ws->wslay);
    }

    ngx_webrtc_websocket_rest(ws);

    return len;
}


/* true when there is now more to send */

static ngx_uint_t
ngx_webrtc_websocket_queue_close(ngx_webrtc_websocket_t *ws)
{
    int                              rc;
    ngx_webrtc_websocket_closing_t  *closing;

    closing = ws->closing;

    if (closing == NULL || wslay_event_get_queued_msg_count(ws->wslay)) {
        return 0;
    }

    rc = wslay_event_queue_close(ws->wslay, closing->code, closing->reason,
                                 closing->len);

    free(closing);
    ws->closing = NULL;

    return rc == 0;
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
    size_t                   n;
    ngx_webrtc_websocket_t  *ws;

    (void) flags;

    ws = data;
    n = ws->end - ws->out;

    if (n == 0) {
        wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }

    n = ngx_min(n, len);

    ws->out = ngx_cpymem(ws->out, buf, n);

    return (ssize_t) n;
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
