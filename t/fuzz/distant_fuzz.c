
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a sibling worker says and writes, should it have lost its mind:
 * messages to a distant peer and to a resident, records of a trunk.  Records
 * of a kind, a length and so many bytes; a source of the distant peer is
 * forwarded, so that what comes out of the trunk is used.
 */


#include <stdlib.h>

#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_trunk.h>
#include <media/ngx_webrtc_distant_internal.h>


#define START  (1000 * NGX_WEBRTC_SEC)


static ngx_webrtc_outbox_t    out;
static ngx_webrtc_usec_t      now;
static ngx_webrtc_trunk_t    *trunk;        /* of the other worker */
static ngx_webrtc_source_t   *source;
static ngx_webrtc_sctp_ctx_t *sctp;


static ngx_webrtc_trunk_t *
trunk_of(void *data, ngx_uint_t seat)
{
    (void) data;
    (void) seat;

    return trunk;
}


static ngx_int_t
way_send(void *data, const u_char *head, size_t head_len, const u_char *pos,
    size_t len)
{
    (void) data;

    if (head_len == 0 || head[0] > NGX_WEBRTC_NOTE_DATA_FREE
        || (len && pos == NULL)
        || head_len + len > NGX_WEBRTC_DISTANT_MESSAGE_MAX)
    {
        abort();
    }

    return NGX_OK;
}


static void
way_close(void *data)
{
    (void) data;
}


static void
peer_handler(ngx_webrtc_peer_t *peer, ngx_webrtc_peer_event_e event,
    const char *reason, void *data, ngx_webrtc_usec_t time)
{
    (void) peer;
    (void) event;
    (void) data;
    (void) time;

    if (strlen(reason) > 128) {
        abort();
    }
}


static void
data_handler(ngx_webrtc_peer_t *peer, const ngx_webrtc_data_event_t *event,
    void *data, ngx_webrtc_usec_t time)
{
    size_t  i, sum;

    (void) data;

    sum = strlen(event->reason);

    for (i = 0; i < event->len; i++) {
        sum += event->data[i];
    }

    if (event->channel) {
        sum += event->channel->label.len + event->channel->protocol.len;
    }

    (void) ngx_webrtc_data_send(peer, event->stream, sum & 1, event->data,
                                event->len, time);
}


static void
layer_handler(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_layer_change_t *change, void *data,
    ngx_webrtc_usec_t time)
{
    (void) data;
    (void) time;

    if (change->current == change->previous
        || ngx_webrtc_subscription_layer(sub) != change->current)
    {
        abort();
    }
}


static void
speech_handler(ngx_webrtc_source_t *speaker, ngx_webrtc_speech_e speech,
    void *data, ngx_webrtc_usec_t time)
{
    (void) data;
    (void) time;

    if (speaker != source || speech > NGX_WEBRTC_SPEECH_LASTING) {
        abort();
    }
}


static void
turn(ngx_webrtc_engine_t *engine)
{
    while (ngx_webrtc_engine_read_trunks(engine, now) == NGX_AGAIN) {
        /* void */
    }

    while (ngx_webrtc_engine_output(engine, now, &out) == NGX_AGAIN) {
        ngx_webrtc_outbox_reset(&out);
    }

    ngx_webrtc_engine_tick(engine, now, &out);
    ngx_webrtc_outbox_reset(&out);
}


/* a record, with a head that fits or as it is */

static void
record(const uint8_t *data, size_t len, ngx_uint_t fits)
{
    u_char                   *p;
    ngx_webrtc_trunk_head_t   head;

    len = ngx_min(len, NGX_WEBRTC_TRUNK_RECORD_MAX - sizeof(head));

    p = ngx_webrtc_trunk_reserve(trunk, len + sizeof(head));

    if (fits) {
        memset(&head, 0, sizeof(head));
        head.id = source->id;
        head.ssrc = 7;
        head.layer = len ? data[0] % 3 : 0;
        head.timed = 1;

        p = ngx_cpymem(p, &head, sizeof(head));
    }

    memcpy(p, data, len);

    ngx_webrtc_trunk_commit(trunk, len + (fits ? sizeof(head) : 0));
}


/* in a block of its own, so that reading past it is seen */

static void
feed(ngx_webrtc_peer_t *peer, ngx_webrtc_resident_t *resident,
    ngx_uint_t kind, const uint8_t *data, size_t len)
{
    u_char  *copy;

    copy = malloc(len ? len : 1);
    if (copy == NULL) {
        abort();
    }

    if (len) {
        memcpy(copy, data, len);
    }

    switch (kind) {

    case 0:
        ngx_webrtc_distant_input(peer, copy, len, now, &out);
        break;

    case 1:
        ngx_webrtc_resident_input(resident, copy, len, now, &out);
        break;

    default:
        record(copy, len, kind == 2);
        break;
    }

    free(copy);
}


static ngx_webrtc_peer_t *
setup(ngx_webrtc_engine_t *engine)
{
    uint16_t                         stream;
    ngx_webrtc_peer_t               *peer;
    ngx_webrtc_data_conf_t           data;
    ngx_webrtc_source_conf_t         conf;
    ngx_webrtc_distant_way_t         way;
    ngx_webrtc_forward_conf_t        to;
    ngx_webrtc_data_channel_conf_t   channel;
    ngx_webrtc_subscription_conf_t   get;

    memset(&way, 0, sizeof(way));
    way.send = way_send;
    way.close = way_close;

    peer = ngx_webrtc_distant_create(engine, 1, &way, peer_handler, NULL);
    if (peer == NULL) {
        abort();
    }

    memset(&conf, 0, sizeof(conf));
    ngx_str_set(&conf.mid, "video_0");
    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 96;
    conf.nrids = 2;
    ngx_str_set(&conf.rids[0], "r0");
    ngx_str_set(&conf.rids[1], "r1");
    conf.speech_handler = speech_handler;

    source = ngx_webrtc_source_create(peer, &conf);

    memset(&get, 0, sizeof(get));
    get.format = conf.format;
    get.ssrc = 5000;
    ngx_str_set(&get.cname, "publisher");
    get.handler = layer_handler;

    memset(&to, 0, sizeof(to));
    ngx_webrtc_addr_set_v4(&to.rtp, "\x0a\0\0\7", 4000);
    ngx_webrtc_addr_set_v4(&to.rtcp, "\x0a\0\0\7", 4001);
    ngx_str_set(&to.cname, "program");
    to.pt = NGX_WEBRTC_FORWARD_SAME_PT;

    memset(&data, 0, sizeof(data));
    data.max_receive = 1000;
    data.max_buffered = 2000;
    data.max_channels = 8;

    memset(&channel, 0, sizeof(channel));
    ngx_str_set(&channel.label, "a");
    channel.max_retransmits = -1;
    channel.max_packet_life_time = -1;

    if (source == NULL
        || ngx_webrtc_subscription_create(peer, source, &get, now) == NULL
        || ngx_webrtc_forward_create(source, &to, now) == NULL
        || ngx_webrtc_data_start(peer, &data, data_handler, NULL, now)
           != NGX_OK)
    {
        abort();
    }

    (void) ngx_webrtc_data_open(peer, &channel, &stream, now);

    return peer;
}


static ngx_webrtc_engine_t *
engine_create(ngx_uint_t self)
{
    ngx_webrtc_engine_t       *engine;
    ngx_webrtc_engine_conf_t   conf;
    ngx_webrtc_trunks_conf_t   trunks;

    memset(&conf, 0, sizeof(conf));
    conf.sctp = sctp;
    conf.max_peers = 4;
    conf.video_packets = 16;
    conf.audio_packets = 16;
    conf.setup_timeout = 10 * NGX_WEBRTC_SEC;
    conf.consent_timeout = 30 * NGX_WEBRTC_SEC;
    conf.key_frame_interval = 500 * NGX_WEBRTC_MSEC;
    conf.max_delay = 500 * NGX_WEBRTC_MSEC;

    engine = ngx_webrtc_engine_create(&conf, NULL);

    memset(&trunks, 0, sizeof(trunks));
    trunks.self = self;
    trunks.trunk = trunk;
    trunks.of = trunk_of;
    trunks.ids = (uint64_t) self << 32;

    if (engine == NULL
        || ngx_webrtc_engine_set_trunks(engine, &trunks) != NGX_OK)
    {
        abort();
    }

    return engine;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                      len;
    ngx_uint_t                  kind;
    ngx_pool_t                 *pool;
    ngx_webrtc_peer_t          *peer;
    ngx_webrtc_engine_t        *home, *other;
    ngx_webrtc_resident_t      *resident;
    ngx_webrtc_distant_way_t    way;

    if (sctp == NULL) {
        sctp = ngx_webrtc_sctp_ctx_create(NULL);
    }

    now = START;

    pool = ngx_create_pool(4096, NULL);
    trunk = calloc(1, NGX_WEBRTC_TRUNK_SIZE_MIN);

    if (sctp == NULL || pool == NULL || trunk == NULL
        || ngx_webrtc_outbox_init(&out, pool, 32768, 64) != NGX_OK)
    {
        abort();
    }

    ngx_webrtc_trunk_start(trunk, NGX_WEBRTC_TRUNK_SIZE_MIN);

    home = engine_create(0);
    other = engine_create(1);
    peer = setup(home);

    memset(&way, 0, sizeof(way));
    way.send = way_send;

    resident = ngx_webrtc_resident_create(other, &way);
    if (resident == NULL) {
        abort();
    }

    while (size >= 3) {
        kind = data[0] & 3;
        len = ngx_webrtc_get16(data + 1);

        now += (ngx_webrtc_usec_t) (data[0] >> 3) * 10 * NGX_WEBRTC_MSEC;

        if (data[0] & 4) {
            turn(home);
            turn(other);
        }

        data += 3;
        size -= 3;
        len = ngx_min(len, size);

        feed(peer, resident, kind, data, len);

        data += len;
        size -= len;
    }

    turn(home);
    turn(other);

    ngx_webrtc_peer_destroy(peer, &out);
    ngx_webrtc_resident_destroy(resident, &out);
    ngx_webrtc_engine_destroy(home);
    ngx_webrtc_engine_destroy(other);
    ngx_destroy_pool(pool);
    free(trunk);

    return 0;
}
