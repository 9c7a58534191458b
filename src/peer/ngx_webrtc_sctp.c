
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <peer/ngx_webrtc_sctp_crc.h>
#include <peer/ngx_webrtc_sctp_internal.h>


/* milliseconds */
#define NGX_WEBRTC_SCTP_RTO             500
#define NGX_WEBRTC_SCTP_RTO_MIN         400
#define NGX_WEBRTC_SCTP_RTO_MAX         8000
#define NGX_WEBRTC_SCTP_INIT_RTO_MAX    3000

/* some 25 s */
#define NGX_WEBRTC_SCTP_INIT_ATTEMPTS   10

/* the common header, which usrsctp does not count to a path MTU */
#define NGX_WEBRTC_SCTP_HEADER          12

/* types of chunks that only ask whether the path works, and answer that */
#define NGX_WEBRTC_SCTP_HEARTBEAT       4
#define NGX_WEBRTC_SCTP_HEARTBEAT_ACK   5

/* of a chunk, and of a DATA chunk, whose type is 0 */
#define NGX_WEBRTC_SCTP_CHUNK_HEADER    4
#define NGX_WEBRTC_SCTP_DATA_HEADER     16

/* of its flags: it has the beginning and the end of a message */
#define NGX_WEBRTC_SCTP_DATA_WHOLE      0x03

/* of <netinet/sctp.h>, usrsctp.h does not have it */
#define NGX_WEBRTC_SCTP_GET_SNDBUF_USE  0x1101


#define ngx_webrtc_sctp_set(level, name, value)                              \
    (usrsctp_setsockopt(sctp->so, level, name, &(value), sizeof(value)) == 0)


typedef struct {
    sctp_assoc_t                assoc_id;
    uint32_t                    send;
    uint32_t                    receive;
} ngx_webrtc_sctp_use_t;


static ngx_int_t ngx_webrtc_sctp_open(ngx_webrtc_sctp_t *sctp);
static ngx_int_t ngx_webrtc_sctp_set_options(ngx_webrtc_sctp_t *sctp);
static ngx_int_t ngx_webrtc_sctp_set_events(ngx_webrtc_sctp_t *sctp);
static void ngx_webrtc_sctp_ready_handler(struct socket *so, void *data,
    int flags);
static ngx_int_t ngx_webrtc_sctp_weigh(ngx_webrtc_sctp_t *sctp,
    const u_char *pos, const u_char *last);
static ngx_uint_t ngx_webrtc_sctp_crowded(ngx_webrtc_sctp_t *sctp);


ngx_webrtc_sctp_t *
ngx_webrtc_sctp_create(ngx_webrtc_sctp_ctx_t *ctx,
    const ngx_webrtc_sctp_conf_t *conf, ngx_webrtc_usec_t now)
{
    ngx_webrtc_sctp_t  *sctp;

    sctp = ngx_calloc(sizeof(ngx_webrtc_sctp_t), ctx->log);
    if (sctp == NULL) {
        return NULL;
    }

    sctp->ctx = ctx;
    sctp->conf = *conf;

    sctp->addr = ngx_webrtc_sctp_acquire(ctx, conf->max_message, now);
    if (sctp->addr == NULL) {
        ngx_free(sctp);
        return NULL;
    }

    sctp->addr->sctp = sctp;

    if (ngx_webrtc_sctp_open(sctp) != NGX_OK) {
        ngx_webrtc_sctp_destroy(sctp);
        return NULL;
    }

    return sctp;
}


static ngx_int_t
ngx_webrtc_sctp_open(ngx_webrtc_sctp_t *sctp)
{
    struct sockaddr_conn  sconn;

    sctp->so = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL,
                              0, NULL);
    if (sctp->so == NULL) {
        return NGX_ERROR;
    }

    if (usrsctp_set_non_blocking(sctp->so, 1) != 0
        || usrsctp_set_upcall(sctp->so, ngx_webrtc_sctp_ready_handler, sctp)
           != 0
        || ngx_webrtc_sctp_set_options(sctp) != NGX_OK
        || ngx_webrtc_sctp_set_events(sctp) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memzero(&sconn, sizeof(struct sockaddr_conn));

    sconn.sconn_family = AF_CONN;
    sconn.sconn_addr = sctp->addr;
    sconn.sconn_port = htons(sctp->conf.local_port);

    if (usrsctp_bind(sctp->so, (struct sockaddr *) &sconn, sizeof(sconn))
        != 0)
    {
        return NGX_ERROR;
    }

    sconn.sconn_port = htons(sctp->conf.remote_port);

    if (usrsctp_connect(sctp->so, (struct sockaddr *) &sconn, sizeof(sconn))
        != 0
        && errno != EINPROGRESS)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_sctp_set_options(ngx_webrtc_sctp_t *sctp)
{
    int                       send, receive;
    uint32_t                  on, interleave, point;
    struct linger             linger;
    struct sctp_initmsg       init;
    struct sctp_rtoinfo       rto;
    struct sctp_assoc_value   reset;
    struct sctp_paddrparams   path;

    on = 1;
    interleave = 0;

    /* a message is handed over whole or, when longer, not at all */

    point = (uint32_t) sctp->conf.max_message + 1;
    receive = (int) (2 * point);
    send = (int) sctp->conf.send_buffer;

    /* close() does not wait and leaves nothing behind */

    linger.l_onoff = 1;
    linger.l_linger = 0;

    ngx_memzero(&init, sizeof(struct sctp_initmsg));
    init.sinit_num_ostreams = (uint16_t) sctp->conf.streams;
    init.sinit_max_instreams = (uint16_t) sctp->conf.streams;
    init.sinit_max_attempts = NGX_WEBRTC_SCTP_INIT_ATTEMPTS;
    init.sinit_max_init_timeo = NGX_WEBRTC_SCTP_INIT_RTO_MAX;

    ngx_memzero(&rto, sizeof(struct sctp_rtoinfo));
    rto.srto_initial = NGX_WEBRTC_SCTP_RTO;
    rto.srto_min = NGX_WEBRTC_SCTP_RTO_MIN;
    rto.srto_max = NGX_WEBRTC_SCTP_RTO_MAX;

    ngx_memzero(&reset, sizeof(struct sctp_assoc_value));
    reset.assoc_id = SCTP_ALL_ASSOC;
    reset.assoc_value = SCTP_ENABLE_RESET_STREAM_REQ;

    /* ICE looks after the path, so there are no heartbeats of ours */

    ngx_memzero(&path, sizeof(struct sctp_paddrparams));
    path.spp_address.ss_family = AF_CONN;
    path.spp_flags = SPP_PMTUD_DISABLE|SPP_HB_DISABLE;
    path.spp_pathmtu = NGX_WEBRTC_SCTP_PACKET_MAX - NGX_WEBRTC_SCTP_HEADER;

    if (ngx_webrtc_sctp_set(SOL_SOCKET, SO_LINGER, linger)
        && ngx_webrtc_sctp_set(SOL_SOCKET, SO_SNDBUF, send)
        && ngx_webrtc_sctp_set(SOL_SOCKET, SO_RCVBUF, receive)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_PARTIAL_DELIVERY_POINT,
                               point)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE,
                               interleave)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_NODELAY, on)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_RECVRCVINFO, on)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_INITMSG, init)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_RTOINFO, rto)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, reset)
        && ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, path))
    {
        return NGX_OK;
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_sctp_set_events(ngx_webrtc_sctp_t *sctp)
{
    ngx_uint_t         i;
    struct sctp_event  event;

    static const uint16_t  types[] = {
        SCTP_ASSOC_CHANGE,
        SCTP_STREAM_RESET_EVENT
    };

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        ngx_memzero(&event, sizeof(struct sctp_event));

        event.se_assoc_id = SCTP_ALL_ASSOC;
        event.se_type = types[i];
        event.se_on = 1;

        if (!ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_EVENT, event)) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_webrtc_sctp_destroy(ngx_webrtc_sctp_t *sctp)
{
    if (sctp->so) {
        (void) usrsctp_set_upcall(sctp->so, NULL, NULL);
        usrsctp_close(sctp->so);
    }

    if (sctp->ready) {
        ngx_queue_remove(&sctp->queue);
    }

    ngx_webrtc_sctp_release(sctp->ctx, sctp->addr);

    ngx_free(sctp);
}


static void
ngx_webrtc_sctp_ready_handler(struct socket *so, void *data, int flags)
{
    ngx_webrtc_sctp_t  *sctp;

    (void) flags;

    sctp = data;

    if (usrsctp_get_events(so) & (SCTP_EVENT_READ|SCTP_EVENT_ERROR)) {
        ngx_webrtc_sctp_post(sctp);
    }
}


ngx_uint_t
ngx_webrtc_sctp_is_heartbeat(const u_char *pos, const u_char *last)
{
    u_char  type;

    if (last - pos <= NGX_WEBRTC_SCTP_HEADER) {
        return 0;
    }

    type = pos[NGX_WEBRTC_SCTP_HEADER];

    return type == NGX_WEBRTC_SCTP_HEARTBEAT
           || type == NGX_WEBRTC_SCTP_HEARTBEAT_ACK;
}


void
ngx_webrtc_sctp_input(ngx_webrtc_sctp_t *sctp, const u_char *pos,
    const u_char *last, ngx_webrtc_usec_t now)
{
    if (sctp->lost || last - pos < NGX_WEBRTC_SCTP_HEADER
        || (sctp->ctx->crc && !ngx_webrtc_sctp_crc_valid(pos, last)))
    {
        return;
    }

    ngx_webrtc_sctp_advance(sctp->ctx, now, NGX_WEBRTC_SCTP_TICK);
    sctp->ctx->active = now;

    if (ngx_webrtc_sctp_weigh(sctp, pos, last) != NGX_OK) {
        sctp->crumbled = 1;
        ngx_webrtc_sctp_post(sctp);
        return;
    }

    usrsctp_conninput(sctp->addr, pos, last - pos, 0);

    if (sctp->full
        && ngx_webrtc_sctp_buffered(sctp) < sctp->conf.send_buffer / 2)
    {
        sctp->full = 0;
        sctp->drained = 1;
        ngx_webrtc_sctp_post(sctp);
    }
}


/*
 * usrsctp keeps each piece of a message in a buffer of its own, and bounds
 * the bytes alone: a message in pieces of one byte would take a hundred times
 * its size.
 */

static ngx_int_t
ngx_webrtc_sctp_weigh(ngx_webrtc_sctp_t *sctp, const u_char *pos,
    const u_char *last)
{
    size_t  len, payload;

    pos += NGX_WEBRTC_SCTP_HEADER;

    while (last - pos >= NGX_WEBRTC_SCTP_DATA_HEADER) {
        len = ngx_webrtc_get16(pos + 2);

        if (pos[0] == 0
            && len >= NGX_WEBRTC_SCTP_DATA_HEADER
            && (pos[1] & NGX_WEBRTC_SCTP_DATA_WHOLE)
               != NGX_WEBRTC_SCTP_DATA_WHOLE)
        {
            payload = len - NGX_WEBRTC_SCTP_DATA_HEADER;

            sctp->crumbs += NGX_WEBRTC_SCTP_CHUNK_MIN;
            sctp->crumbs -= ngx_min(sctp->crumbs, payload);
        }

        len = (len + 3) & ~(size_t) 3;

        if (len < NGX_WEBRTC_SCTP_CHUNK_HEADER
            || len > (size_t) (last - pos))
        {
            break;
        }

        pos += len;
    }

    return (sctp->crumbs > NGX_WEBRTC_SCTP_CHUNKS
                           * NGX_WEBRTC_SCTP_CHUNK_MIN)
           ? NGX_ERROR : NGX_OK;
}


/* a heartbeat on demand is what makes usrsctp look for something to send */

void
ngx_webrtc_sctp_flush(ngx_webrtc_sctp_t *sctp, ngx_webrtc_usec_t now)
{
    struct sockaddr_conn     sconn;
    struct sctp_paddrparams  path;

    if (sctp->lost) {
        return;
    }

    ngx_webrtc_sctp_advance(sctp->ctx, now, NGX_WEBRTC_SCTP_TICK);

    ngx_memzero(&sconn, sizeof(struct sockaddr_conn));
    sconn.sconn_family = AF_CONN;
    sconn.sconn_addr = sctp->addr;
    sconn.sconn_port = htons(sctp->conf.remote_port);

    ngx_memzero(&path, sizeof(struct sctp_paddrparams));
    ngx_memcpy(&path.spp_address, &sconn, sizeof(struct sockaddr_conn));
    path.spp_flags = SPP_HB_DEMAND;

    (void) ngx_webrtc_sctp_set(IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, path);
}


ngx_int_t
ngx_webrtc_sctp_send(ngx_webrtc_sctp_t *sctp,
    const ngx_webrtc_sctp_send_t *send, const u_char *data, size_t len,
    ngx_webrtc_usec_t now)
{
    struct sctp_sendv_spa  spa;

    if (sctp->lost) {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_sctp_crowded(sctp)) {
        sctp->full = 1;
        return NGX_AGAIN;
    }

    ngx_memzero(&spa, sizeof(struct sctp_sendv_spa));

    spa.sendv_flags = SCTP_SEND_SNDINFO_VALID;
    spa.sendv_sndinfo.snd_sid = send->stream;
    spa.sendv_sndinfo.snd_ppid = htonl(send->ppid);
    spa.sendv_sndinfo.snd_flags = SCTP_EOR
                                  | (send->unordered ? SCTP_UNORDERED : 0);

    if (send->policy != NGX_WEBRTC_SCTP_RELIABLE) {
        spa.sendv_flags |= SCTP_SEND_PRINFO_VALID;
        spa.sendv_prinfo.pr_value = send->value;
        spa.sendv_prinfo.pr_policy =
                                (send->policy == NGX_WEBRTC_SCTP_RETRANSMITS)
                                ? SCTP_PR_SCTP_RTX : SCTP_PR_SCTP_TTL;
    }

    ngx_webrtc_sctp_advance(sctp->ctx, now, NGX_WEBRTC_SCTP_TICK);

    if (usrsctp_sendv(sctp->so, data, len, NULL, 0, &spa,
                      sizeof(struct sctp_sendv_spa), SCTP_SENDV_SPA, 0)
        < 0)
    {
        switch (errno) {

        case EWOULDBLOCK:
            sctp->full = 1;
            return NGX_AGAIN;

        case ENOMEM:
        case ENOBUFS:
            return NGX_ERROR;

        default:
            return NGX_DECLINED;
        }
    }

    if (sctp->messages % NGX_WEBRTC_SCTP_MARK == 0) {
        sctp->marks[sctp->messages / NGX_WEBRTC_SCTP_MARK
                    % NGX_WEBRTC_SCTP_MARKS] = sctp->bytes;
    }

    sctp->messages++;
    sctp->bytes += len;

    return NGX_OK;
}


/* whether the message that was sent MESSAGES_MAX ago is still with us */

static ngx_uint_t
ngx_webrtc_sctp_crowded(ngx_webrtc_sctp_t *sctp)
{
    uint64_t  mark;

    if (sctp->messages % NGX_WEBRTC_SCTP_MARK != 0
        || sctp->messages < NGX_WEBRTC_SCTP_MESSAGES_MAX)
    {
        return 0;
    }

    mark = sctp->marks[sctp->messages / NGX_WEBRTC_SCTP_MARK
                       % NGX_WEBRTC_SCTP_MARKS];

    return mark + ngx_webrtc_sctp_buffered(sctp) >= sctp->bytes;
}


ngx_int_t
ngx_webrtc_sctp_reset(ngx_webrtc_sctp_t *sctp, uint16_t stream,
    ngx_webrtc_usec_t now)
{
    struct sctp_reset_streams  *reset;
    u_char                      buf[sizeof(struct sctp_reset_streams)
                                    + sizeof(uint16_t)]
                                __attribute__((aligned(8)));

    if (sctp->lost) {
        return NGX_DECLINED;
    }

    ngx_webrtc_sctp_advance(sctp->ctx, now, NGX_WEBRTC_SCTP_TICK);

    ngx_memzero(buf, sizeof(buf));

    reset = (struct sctp_reset_streams *) buf;
    reset->srs_assoc_id = SCTP_ALL_ASSOC;
    reset->srs_flags = SCTP_STREAM_RESET_OUTGOING;
    reset->srs_number_streams = 1;
    reset->srs_stream_list[0] = stream;

    /* when another one is under way, usrsctp makes a note of ours */

    return (usrsctp_setsockopt(sctp->so, IPPROTO_SCTP, SCTP_RESET_STREAMS,
                               reset, sizeof(buf))
            == 0)
           ? NGX_OK : NGX_DECLINED;
}


size_t
ngx_webrtc_sctp_buffered(ngx_webrtc_sctp_t *sctp)
{
    size_t                 headers;
    socklen_t              len, status_len;
    struct sctp_status     status;
    ngx_webrtc_sctp_use_t  use;

    len = sizeof(ngx_webrtc_sctp_use_t);
    ngx_memzero(&use, len);

    status_len = sizeof(struct sctp_status);
    ngx_memzero(&status, status_len);

    if (sctp->lost
        || usrsctp_getsockopt(sctp->so, IPPROTO_SCTP,
                              NGX_WEBRTC_SCTP_GET_SNDBUF_USE, &use, &len)
           != 0
        || usrsctp_getsockopt(sctp->so, IPPROTO_SCTP, SCTP_STATUS, &status,
                              &status_len)
           != 0)
    {
        return 0;
    }

    /* what is on its way is counted with its headers */

    headers = status.sstat_unackdata * NGX_WEBRTC_SCTP_DATA_HEADER;

    return (use.send > headers) ? use.send - headers : 0;
}
