
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The trunks of an engine: its own, into which it writes the packets of
 * sources that others want, and those of others, out of which it fills
 * mirrors.  And the sources that more than one worker knows, by their ids.
 */


#include <media/ngx_webrtc_distant_internal.h>


/* records of one trunk, before others get their turn */
#define NGX_WEBRTC_TRUNKS_BATCH     256

#define NGX_WEBRTC_TRUNKS_PACKET    offsetof(ngx_webrtc_packet_t, data)

/* with an extension, in which there is room for a number */
#define NGX_WEBRTC_TRUNKS_HEADER    (NGX_WEBRTC_RTP_HEADER_LEN + 8)


static ngx_webrtc_trunk_port_t *ngx_webrtc_trunks_port(
    ngx_webrtc_trunks_t *trunks, ngx_uint_t seat);
static ngx_int_t ngx_webrtc_trunks_read(ngx_webrtc_engine_t *engine,
    ngx_webrtc_trunk_port_t *port, ngx_webrtc_usec_t now);
static void ngx_webrtc_trunks_missed(ngx_webrtc_engine_t *engine,
    ngx_webrtc_trunk_port_t *port, ngx_webrtc_usec_t now);
static ngx_webrtc_track_t *ngx_webrtc_trunks_track(
    ngx_webrtc_engine_t *engine, ngx_uint_t seat,
    const ngx_webrtc_trunk_head_t *head);
static void ngx_webrtc_trunks_record(ngx_webrtc_engine_t *engine,
    ngx_webrtc_trunk_port_t *port, const u_char *p, size_t len,
    ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_trunks_good(const ngx_webrtc_packet_t *packet,
    size_t len);


ngx_int_t
ngx_webrtc_engine_set_trunks(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_trunks_conf_t *conf)
{
    ngx_webrtc_trunks_t  *trunks;

    trunks = ngx_pcalloc(engine->pool, sizeof(ngx_webrtc_trunks_t));
    if (trunks == NULL) {
        return NGX_ERROR;
    }

    trunks->conf = *conf;
    trunks->last_id = conf->ids;

    ngx_queue_init(&trunks->mirrors);
    ngx_queue_init(&trunks->ports);

    if (ngx_webrtc_hash_init(&trunks->ids, engine->pool,
                             4 * engine->conf.max_peers, engine->ufrags.seed)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    trunks->peer = ngx_webrtc_peer_alloc(engine);
    if (trunks->peer == NULL) {
        return NGX_ERROR;
    }

    trunks->peer->mirrors = 1;

    engine->trunks = trunks;

    return NGX_OK;
}


void
ngx_webrtc_trunks_destroy(ngx_webrtc_engine_t *engine)
{
    if (engine->trunks) {

        /* who used mirrors has gone, and they with them */

        ngx_webrtc_peer_destroy(engine->trunks->peer, NULL);
    }
}


uint64_t
ngx_webrtc_trunks_id(ngx_webrtc_engine_t *engine)
{
    return ++engine->trunks->last_id;
}


void
ngx_webrtc_trunks_add(ngx_webrtc_source_t *source, uint64_t id)
{
    source->id = id;

    ngx_webrtc_hash_add(&source->peer->engine->trunks->ids, &source->id_node,
                        &source->id, sizeof(uint64_t));
}


void
ngx_webrtc_trunks_remove(ngx_webrtc_source_t *source)
{
    ngx_webrtc_hash_remove(&source->peer->engine->trunks->ids,
                           &source->id_node);
}


ngx_webrtc_source_t *
ngx_webrtc_trunks_find(ngx_webrtc_engine_t *engine, uint64_t id)
{
    ngx_webrtc_hash_node_t  *node;

    node = ngx_webrtc_hash_find(&engine->trunks->ids, &id, sizeof(uint64_t));

    return node ? ngx_webrtc_hash_data(node, ngx_webrtc_source_t, id_node)
                : NULL;
}


const char *
ngx_webrtc_trunks_reason(ngx_webrtc_engine_t *engine, const ngx_str_t *reason)
{
    char                 *copy;
    ngx_uint_t            i;
    ngx_webrtc_trunks_t  *trunks;

    trunks = engine->trunks;

    for (i = 0; i < trunks->nreasons; i++) {
        if (ngx_strlen(trunks->reasons[i]) == reason->len
            && ngx_memcmp(trunks->reasons[i], reason->data, reason->len) == 0)
        {
            return trunks->reasons[i];
        }
    }

    if (i == NGX_WEBRTC_DISTANT_REASONS
        || reason->len > NGX_WEBRTC_DISTANT_REASON)
    {
        return "MEDIA-FAILED";
    }

    copy = ngx_pnalloc(engine->pool, reason->len + 1);
    if (copy == NULL) {
        return "MEDIA-FAILED";
    }

    ngx_memcpy(copy, reason->data, reason->len);
    copy[reason->len] = '\0';

    trunks->reasons[trunks->nreasons++] = copy;

    return copy;
}


void
ngx_webrtc_trunks_want_key_frame(ngx_webrtc_engine_t *engine,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint32_t              layer;
    ngx_webrtc_source_t  *source;

    source = ngx_webrtc_trunks_find(engine, ngx_webrtc_note_get64(note));
    layer = ngx_webrtc_note_get8(note);

    if (!note->bad && source && layer < source->ntracks) {
        ngx_webrtc_track_want_key_frame(&source->tracks[layer], now);
    }
}


/* without memory, or when that worker has gone, its mirrors stay dark */

void
ngx_webrtc_trunks_open(ngx_webrtc_trunks_t *trunks, ngx_uint_t seat)
{
    ngx_webrtc_trunk_t       *trunk;
    ngx_webrtc_trunk_port_t  *port;

    port = ngx_webrtc_trunks_port(trunks, seat);

    if (port) {
        port->users++;
        return;
    }

    port = ngx_calloc(sizeof(ngx_webrtc_trunk_port_t),
                      trunks->peer->engine->log);
    if (port == NULL) {
        return;
    }

    port->seat = seat;
    port->users = 1;

    ngx_queue_insert_tail(&trunks->ports, &port->queue);

    if (seat == trunks->conf.self) {

        /* its mirrors only wait for their origin to come */

        return;
    }

    trunk = trunks->conf.of(trunks->conf.data, seat);

    if (trunk) {
        ngx_webrtc_trunk_attach(&port->reader, trunk, trunks->conf.self);
    }
}


void
ngx_webrtc_trunks_close(ngx_webrtc_trunks_t *trunks, ngx_uint_t seat)
{
    ngx_webrtc_trunk_port_t  *port;

    port = ngx_webrtc_trunks_port(trunks, seat);

    if (port == NULL || --port->users) {
        return;
    }

    if (port->reader.trunk) {
        ngx_webrtc_trunk_detach(&port->reader);
    }

    ngx_queue_remove(&port->queue);
    ngx_free(port);
}


static ngx_webrtc_trunk_port_t *
ngx_webrtc_trunks_port(ngx_webrtc_trunks_t *trunks, ngx_uint_t seat)
{
    ngx_queue_t              *q;
    ngx_webrtc_trunk_port_t  *port;

    for (q = ngx_queue_head(&trunks->ports);
         q != ngx_queue_sentinel(&trunks->ports);
         q = ngx_queue_next(q))
    {
        port = ngx_queue_data(q, ngx_webrtc_trunk_port_t, queue);

        if (port->seat == seat) {
            return port;
        }
    }

    return NULL;
}


void
ngx_webrtc_mirror_export(ngx_webrtc_track_t *track,
    const ngx_webrtc_packet_t *packet, ngx_uint_t repaired)
{
    size_t                    len;
    u_char                   *p;
    ngx_webrtc_trunks_t      *trunks;
    ngx_webrtc_trunk_head_t   head;

    trunks = track->source->peer->engine->trunks;
    len = NGX_WEBRTC_TRUNKS_PACKET + packet->len;

    head.id = track->source->id;
    head.sr_ntp = track->sr_ntp;
    head.sr_time = track->sr_time;
    head.sr_timestamp = track->sr_timestamp;
    head.ssrc = track->ssrc;
    head.rtx_ssrc = track->rtx_ssrc;
    head.layer = (uint8_t) track->layer;
    head.timed = track->timed;
    head.repaired = (repaired != 0);
    head.reserved = 0;

    p = ngx_webrtc_trunk_reserve(trunks->conf.trunk, sizeof(head) + len);

    p = ngx_cpymem(p, &head, sizeof(head));
    ngx_memcpy(p, packet, len);

    ngx_webrtc_trunk_commit(trunks->conf.trunk, sizeof(head) + len);

    trunks->wrote = 1;
}


ngx_uint_t
ngx_webrtc_engine_wrote_trunk(ngx_webrtc_engine_t *engine)
{
    if (engine->trunks == NULL || !engine->trunks->wrote) {
        return 0;
    }

    engine->trunks->wrote = 0;

    return 1;
}


ngx_int_t
ngx_webrtc_engine_read_trunks(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now)
{
    ngx_int_t                 rc;
    ngx_queue_t              *q;
    ngx_webrtc_trunk_port_t  *port;

    if (engine->trunks == NULL) {
        return NGX_OK;
    }

    rc = NGX_OK;

    for (q = ngx_queue_head(&engine->trunks->ports);
         q != ngx_queue_sentinel(&engine->trunks->ports);
         q = ngx_queue_next(q))
    {
        port = ngx_queue_data(q, ngx_webrtc_trunk_port_t, queue);

        if (port->reader.trunk
            && ngx_webrtc_trunks_read(engine, port, now) == NGX_AGAIN)
        {
            rc = NGX_AGAIN;
        }
    }

    /* the first that may be the end of anybody */

    ngx_webrtc_engine_tell(engine, now);

    return rc;
}


static ngx_int_t
ngx_webrtc_trunks_read(ngx_webrtc_engine_t *engine,
    ngx_webrtc_trunk_port_t *port, ngx_webrtc_usec_t now)
{
    size_t         len;
    ngx_uint_t     n;
    const u_char  *p;

    for (n = 0; n < NGX_WEBRTC_TRUNKS_BATCH; n++) {

        p = ngx_webrtc_trunk_next(&port->reader, &len);

        if (port->reader.missed != port->missed) {
            ngx_webrtc_trunks_missed(engine, port, now);
        }

        if (p == NULL) {
            return NGX_OK;
        }

        ngx_webrtc_trunks_record(engine, port, p, len, now);
    }

    return NGX_AGAIN;
}


/*
 * Nobody can repair what was missed: behind a jump of the numbers all who
 * get the mirrors begin anew, with a key frame if there are such.
 */

static void
ngx_webrtc_trunks_missed(ngx_webrtc_engine_t *engine,
    ngx_webrtc_trunk_port_t *port, ngx_webrtc_usec_t now)
{
    ngx_uint_t            i;
    ngx_queue_t          *q;
    ngx_webrtc_track_t   *track;
    ngx_webrtc_source_t  *source;

    engine->stats.missed_trunk_bytes += port->reader.missed - port->missed;
    port->missed = port->reader.missed;

    for (q = ngx_queue_head(&engine->trunks->mirrors);
         q != ngx_queue_sentinel(&engine->trunks->mirrors);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, mirrors);

        if (source->seat != port->seat) {
            continue;
        }

        for (i = 0; i < source->ntracks; i++) {
            track = &source->tracks[i];

            track->ahead += NGX_WEBRTC_SEQUENCE_JUMP + 1;

            if (!ngx_queue_empty(&track->subs)
                || !ngx_queue_empty(&source->forwards))
            {
                ngx_webrtc_track_want_key_frame(track, now);
            }
        }
    }
}


/* NULL: it is of no mirror that somebody gets */

static ngx_webrtc_track_t *
ngx_webrtc_trunks_track(ngx_webrtc_engine_t *engine, ngx_uint_t seat,
    const ngx_webrtc_trunk_head_t *head)
{
    ngx_webrtc_track_t   *track;
    ngx_webrtc_source_t  *source;

    source = ngx_webrtc_trunks_find(engine, head->id);

    if (source == NULL || source->users == 0 || source->seat != seat
        || head->layer >= source->ntracks)
    {
        return NULL;
    }

    track = &source->tracks[head->layer];

    if (track->ring.packets == NULL
        && ngx_webrtc_track_begin(track) != NGX_OK)
    {
        return NULL;
    }

    return track;
}


/*
 * One copy, from the trunk into the next place of the ring.  A number comes
 * once, whatever the origin does: behind a jump it might be another packet's,
 * and two packets must not go out under one SRTP index.
 */

static void
ngx_webrtc_trunks_record(ngx_webrtc_engine_t *engine,
    ngx_webrtc_trunk_port_t *port, const u_char *p, size_t len,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_track_t       *track;
    ngx_webrtc_packet_t      *packet;
    ngx_webrtc_trunk_head_t   head;

    track = NULL;
    packet = NULL;

    if (len > sizeof(head)
        && len <= sizeof(head) + sizeof(ngx_webrtc_packet_t))
    {
        ngx_memcpy(&head, p, sizeof(head));
        len -= sizeof(head);

        track = ngx_webrtc_trunks_track(engine, port->seat, &head);
    }

    if (track) {
        packet = ngx_webrtc_ring_next(&track->ring);
        ngx_memcpy(packet, p + sizeof(head), len);
    }

    if (ngx_webrtc_trunk_done(&port->reader) != NGX_OK
        || track == NULL || !ngx_webrtc_trunks_good(packet, len)
        || ngx_webrtc_ring_has(&track->ring, packet->seq + track->ahead))
    {
        if (track) {
            ngx_webrtc_ring_spoil(&track->ring);
        }

        return;
    }

    track->ssrc = head.ssrc;
    track->rtx_ssrc = head.rtx_ssrc;
    track->sr_ntp = head.sr_ntp;
    track->sr_time = head.sr_time;
    track->sr_timestamp = head.sr_timestamp;
    track->timed = (head.timed != 0);

    /* it waits for its turn from now on, as what a socket had does */

    packet->arrived = now;

    ngx_webrtc_track_stored(track, packet->seq + track->ahead, head.repaired,
                            now);
}


/* all that is relied on when it is copied and rewritten */

static ngx_uint_t
ngx_webrtc_trunks_good(const ngx_webrtc_packet_t *packet, size_t len)
{
    return len > NGX_WEBRTC_TRUNKS_PACKET
           && len == NGX_WEBRTC_TRUNKS_PACKET + packet->len
           && packet->len <= NGX_WEBRTC_PACKET_MAX - 2
           && packet->seq != 0
           && packet->header_len >= NGX_WEBRTC_TRUNKS_HEADER
           && packet->header_len <= packet->len
           && (packet->frame_pos == 0
               || (packet->frame_pos >= NGX_WEBRTC_RTP_HEADER_LEN
                   && packet->frame_pos + 2 <= packet->header_len))
           && (packet->picture_id_pos == 0
               || (packet->picture_id_pos >= packet->header_len
                   && packet->picture_id_pos + 2 <= packet->len))
           && (packet->tl0picidx_pos == 0
               || (packet->tl0picidx_pos >= packet->header_len
                   && packet->tl0picidx_pos < packet->len));
}
