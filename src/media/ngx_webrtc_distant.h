
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Peers whose media are at another worker.
 *
 * A channel lives at its home, but the media of its members need not: a
 * *distant* peer stands for one at the home, where the hub uses it like any
 * other.  Its *resident*, a peer with a transport, is in the engine of the
 * other worker.  What the hub wants is told to the resident in messages, what
 * happens to that comes back in messages, over a way that keeps their order
 * and breaks only for good.  Between the ways of two peers there is no order.
 *
 *     home                                other worker
 *     hub -> distant peer --messages--> resident -> peer with a transport
 *     source, mirrors     <--trunks-->  mirrors, source
 *
 * Packets take no such way.  A source that somebody at another worker gets is
 * written, packet by packet as it is in its ring, once into the trunk of its
 * own worker.  Whoever wants it there has a *mirror* of it: a source without
 * a transport, with the same layers, that is filled from the trunk.
 * Subscriptions, forwards, layers, NACKs work with mirrors as with any
 * source; key frames that a mirror wants are asked of its origin, merged by
 * both.  Sources are known by ids that the home has given.
 */


#ifndef _NGX_WEBRTC_DISTANT_H_INCLUDED_
#define _NGX_WEBRTC_DISTANT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_trunk.h>
#include <media/ngx_webrtc_engine.h>
#include <media/ngx_webrtc_peer.h>


/* a longer one is not sent: as long as data channel messages can be */
#define NGX_WEBRTC_DISTANT_MESSAGE_MAX  (16 * 1024 * 1024 + 1024)


typedef struct ngx_webrtc_resident_s  ngx_webrtc_resident_t;


typedef struct {
    void                     *data;

    /* NGX_ERROR: broken, lost() follows from the loop; both are copied */
    ngx_int_t               (*send)(void *data, const u_char *head,
                                size_t head_len, const u_char *pos,
                                size_t len);
    /* the peer here has ended: what was sent arrives, then the way ends */
    void                    (*close)(void *data);
} ngx_webrtc_distant_way_t;


/*
 * What an engine needs to take part.  "trunk" is what it writes, of the seat
 * "self"; of("seat") are those of others, NULL: not reachable.
 */

typedef struct {
    void                     *data;
    ngx_uint_t                self;
    ngx_webrtc_trunk_t       *trunk;
    ngx_webrtc_trunk_t     *(*of)(void *data, ngx_uint_t seat);
    /* ids of sources follow it: no other worker gives the same ones */
    uint64_t                  ids;
} ngx_webrtc_trunks_conf_t;


ngx_int_t ngx_webrtc_engine_set_trunks(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_trunks_conf_t *conf);

/*
 * Reads the trunks that mirrors are filled from.  NGX_OK: all of it, and we
 * shall be woken; NGX_AGAIN: there is more, others first.
 */
ngx_int_t ngx_webrtc_engine_read_trunks(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now);

/* something was written since the last call: wake who sleeps */
ngx_uint_t ngx_webrtc_engine_wrote_trunk(ngx_webrtc_engine_t *engine);


/*
 * At the home.  "seat" is where its resident is.  It is used like any peer of
 * ngx_webrtc_peer.h and ngx_webrtc_data.h; set_external() is not for it.
 * NULL: no memory, or max_peers reached.
 */
ngx_webrtc_peer_t *ngx_webrtc_distant_create(ngx_webrtc_engine_t *engine,
    ngx_uint_t seat, const ngx_webrtc_distant_way_t *way,
    ngx_webrtc_peer_handler_pt handler, void *data);
void ngx_webrtc_distant_input(ngx_webrtc_peer_t *peer, u_char *pos,
    size_t len, ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
/* the way has broken: the peer fails */
void ngx_webrtc_distant_lost(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now);


/*
 * At the other worker.  NULL: no memory, or max_peers reached.  It is the
 * home that ends it: destroy() is for a way that was closed or has broken, and
 * does not close it.
 */
ngx_webrtc_resident_t *ngx_webrtc_resident_create(
    ngx_webrtc_engine_t *engine, const ngx_webrtc_distant_way_t *way);
void ngx_webrtc_resident_input(ngx_webrtc_resident_t *resident, u_char *pos,
    size_t len, ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
/* before that, when this worker goes: the peer hears what the home has left */
void ngx_webrtc_resident_leave(ngx_webrtc_resident_t *resident,
    ngx_webrtc_usec_t now);
void ngx_webrtc_resident_destroy(ngx_webrtc_resident_t *resident,
    ngx_webrtc_outbox_t *out);

/* of this engine: they hold a worker that wants to quit */
ngx_uint_t ngx_webrtc_engine_residents(ngx_webrtc_engine_t *engine);


#endif /* _NGX_WEBRTC_DISTANT_H_INCLUDED_ */
