
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of distant peers, residents and mirrors share */


#ifndef _NGX_WEBRTC_DISTANT_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_DISTANT_INTERNAL_H_INCLUDED_


#include <media/ngx_webrtc_data_channel.h>
#include <media/ngx_webrtc_media.h>
#include <media/ngx_webrtc_note.h>


/* what a message costs of max_buffered beside its length */
#define NGX_WEBRTC_DISTANT_CHARGE   64

/* what a message with data has in front of it: at most, from the home */
#define NGX_WEBRTC_DISTANT_HEAD         16
#define NGX_WEBRTC_DISTANT_SEND_HEAD    4

/* why peers fail, in all the words of DTLS; others have none */
#define NGX_WEBRTC_DISTANT_REASONS  64
#define NGX_WEBRTC_DISTANT_REASON   128

/* bits of data channel events */
#define NGX_WEBRTC_DISTANT_BINARY   0x01
#define NGX_WEBRTC_DISTANT_BY_PEER  0x02
#define NGX_WEBRTC_DISTANT_CHANNEL  0x04


/*
 * The channels of a distant peer as they are known at the home; belongs to
 * it.  "sent" and "gone" count all bytes with their charges.
 */

typedef struct {
    ngx_webrtc_data_conf_t       conf;
    ngx_webrtc_data_handler_pt   handler;
    void                        *data;

    ngx_uint_t                   nstreams;  /* 0 until it is up */
    ngx_uint_t                   nchannels;
    ngx_uint_t                   size;
    uint64_t                     sent;
    uint64_t                     gone;      /* from the resident's buffers */

    unsigned                     full:1;    /* somebody waits for DRAINED */

    ngx_webrtc_data_channel_t    channels[];
} ngx_webrtc_distant_data_t;


/* belongs to its peer, which has no transport */

struct ngx_webrtc_distant_s {
    ngx_webrtc_peer_t           *peer;
    ngx_webrtc_distant_way_t     way;
    ngx_uint_t                   seat;
    ngx_webrtc_peer_stats_t      stats;     /* as told last */
    ngx_webrtc_distant_data_t   *dc;        /* NULL: no data channels */
    uint32_t                     last_sub;

    u_char                       ufrag[NGX_WEBRTC_ICE_UFRAG_LEN];
    u_char                       pwd[NGX_WEBRTC_ICE_PWD_LEN];

    unsigned                     client:1;  /* its resident, in DTLS */
    unsigned                     told:1;    /* that it has closed or failed */
    unsigned                     mute:1;    /* the way has broken, or we end */
};


/* a message about data channels that has to wait */

typedef struct {
    ngx_queue_t                  queue;
    size_t                       len;
    u_char                       data[];
} ngx_webrtc_resident_wait_t;


/* owns its peer */

struct ngx_webrtc_resident_s {
    ngx_webrtc_engine_t         *engine;
    ngx_webrtc_peer_t           *peer;      /* NULL: not begun, or failed */
    ngx_webrtc_distant_way_t     way;

    ngx_webrtc_peer_stats_t      stats;     /* as told last */
    ngx_webrtc_usec_t            told;

    ngx_queue_t                  waiting;   /* for room in SCTP's buffer */
    uint64_t                     held;      /* bytes of them, with charges */
    uint64_t                     taken;     /* of all, likewise */
    uint64_t                     gone;      /* as told last */
    ngx_webrtc_resident_wait_t  *last;      /* when the worker goes */

    unsigned                     asked:1;   /* somebody waits for room */
    unsigned                     mute:1;
};


/* a trunk of another seat that is read */

typedef struct {
    ngx_queue_t                  queue;
    ngx_webrtc_trunk_reader_t    reader;
    ngx_uint_t                   seat;
    ngx_uint_t                   users;     /* mirrors */
    uint64_t                     missed;    /* as far as it is dealt with */
} ngx_webrtc_trunk_port_t;


/* belongs to its engine; "peer" has the mirrors that have no distant peer */

struct ngx_webrtc_trunks_s {
    ngx_webrtc_trunks_conf_t     conf;
    ngx_webrtc_peer_t           *peer;
    ngx_webrtc_hash_t            ids;       /* sources */
    ngx_queue_t                  mirrors;   /* those with users */
    ngx_queue_t                  ports;
    uint64_t                     last_id;
    ngx_uint_t                   nresidents;
    ngx_uint_t                   nreasons;
    const char                  *reasons[NGX_WEBRTC_DISTANT_REASONS];

    unsigned                     wrote:1;
};


/*
 * In front of each packet in a trunk: its source and layer, and what the
 * track knows of the publisher's clock.
 */

typedef struct {
    uint64_t                     id;
    uint64_t                     sr_ntp;
    int64_t                      sr_time;
    uint32_t                     sr_timestamp;
    uint32_t                     ssrc;
    uint32_t                     rtx_ssrc;
    uint8_t                      layer;
    uint8_t                      timed;
    uint8_t                      repaired;
    uint8_t                      reserved;
} ngx_webrtc_trunk_head_t;


/* messages to the resident, and to the home; "pos" follows the note */

void ngx_webrtc_distant_send(ngx_webrtc_distant_t *distant,
    ngx_webrtc_note_t *note, const u_char *pos, size_t len);
void ngx_webrtc_resident_send(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, const u_char *pos, size_t len);

/* the sources and subscriptions of a distant peer: what its resident says */

void ngx_webrtc_distant_media_layer(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
void ngx_webrtc_distant_media_speech(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
void ngx_webrtc_distant_media_bye(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_outbox_t *out);
/* tells the origin whether somebody elsewhere reads the source */
void ngx_webrtc_distant_export(ngx_webrtc_source_t *source, ngx_int_t n);

/* its data channels; "rest" of the note are the data */

void ngx_webrtc_distant_data_event(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
void ngx_webrtc_distant_data_gone(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
void ngx_webrtc_distant_data_freed(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note);

/* of a resident: what the home says of media */

void ngx_webrtc_resident_media(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_e type, ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);

/* and of data channels; the note begins at "pos" */

void ngx_webrtc_resident_data(ngx_webrtc_resident_t *resident,
    const u_char *pos, size_t len, ngx_webrtc_usec_t now);
void ngx_webrtc_resident_data_cleanup(ngx_webrtc_resident_t *resident);

/* sources by their ids; NULL: none */
ngx_webrtc_source_t *ngx_webrtc_trunks_find(ngx_webrtc_engine_t *engine,
    uint64_t id);
void ngx_webrtc_trunks_add(ngx_webrtc_source_t *source, uint64_t id);
/* a copy that outlives all peers */
const char *ngx_webrtc_trunks_reason(ngx_webrtc_engine_t *engine,
    const ngx_str_t *reason);
/* a mirror begins or ends to read what comes from a seat */
void ngx_webrtc_trunks_open(ngx_webrtc_trunks_t *trunks, ngx_uint_t seat);
void ngx_webrtc_trunks_close(ngx_webrtc_trunks_t *trunks, ngx_uint_t seat);
/* the next one to give */
uint64_t ngx_webrtc_trunks_id(ngx_webrtc_engine_t *engine);

/* somebody elsewhere wants one of the source, or all of it */
void ngx_webrtc_trunks_want_key_frame(ngx_webrtc_engine_t *engine,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_DISTANT_INTERNAL_H_INCLUDED_ */
