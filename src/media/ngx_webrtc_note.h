
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What the engines of two workers tell each other: a type, then its fields
 * one after another.  Writing checks the room and reading the length by
 * themselves; whoever writes or reads looks at "bad" at the end.
 */


#ifndef _NGX_WEBRTC_NOTE_H_INCLUDED_
#define _NGX_WEBRTC_NOTE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <media/ngx_webrtc_data.h>
#include <media/ngx_webrtc_peer.h>


/* enough for all but what a peer calls its channels */
#define NGX_WEBRTC_NOTE_MAX         1024


typedef enum {

    /* from the home */
    NGX_WEBRTC_NOTE_BEGIN = 0,
    NGX_WEBRTC_NOTE_REMOTE,
    NGX_WEBRTC_NOTE_EXTENSIONS,
    NGX_WEBRTC_NOTE_BIT_RATE,
    NGX_WEBRTC_NOTE_DEADLINE,
    NGX_WEBRTC_NOTE_CLOSE,
    NGX_WEBRTC_NOTE_SOURCE,
    NGX_WEBRTC_NOTE_SOURCE_END,
    NGX_WEBRTC_NOTE_EXPORT,
    NGX_WEBRTC_NOTE_SUBSCRIBE,
    NGX_WEBRTC_NOTE_UNSUBSCRIBE,
    NGX_WEBRTC_NOTE_SET_LAYER,
    NGX_WEBRTC_NOTE_SET_PAUSED,
    NGX_WEBRTC_NOTE_DATA_START,
    NGX_WEBRTC_NOTE_DATA_OPEN,
    NGX_WEBRTC_NOTE_DATA_JOIN,
    NGX_WEBRTC_NOTE_DATA_SEND,
    NGX_WEBRTC_NOTE_DATA_CLOSE,
    NGX_WEBRTC_NOTE_DATA_FULL,
    NGX_WEBRTC_NOTE_DATA_LAST,

    /* both ways */
    NGX_WEBRTC_NOTE_KEY_FRAME,

    /* to it */
    NGX_WEBRTC_NOTE_STATE,
    NGX_WEBRTC_NOTE_STATS,
    NGX_WEBRTC_NOTE_LAYER,
    NGX_WEBRTC_NOTE_SPEECH,
    NGX_WEBRTC_NOTE_BYE,
    NGX_WEBRTC_NOTE_DATA_EVENT,
    NGX_WEBRTC_NOTE_DATA_GONE,
    NGX_WEBRTC_NOTE_DATA_FREE
} ngx_webrtc_note_e;


/* "pos" is where the next field is written or read */

typedef struct {
    u_char                   *start;
    u_char                   *pos;
    u_char                   *last;
    unsigned                  bad:1;
} ngx_webrtc_note_t;


void ngx_webrtc_note_init(ngx_webrtc_note_t *note, u_char *buf, size_t size,
    ngx_webrtc_note_e type);

void ngx_webrtc_note_put8(ngx_webrtc_note_t *note, uint32_t v);
void ngx_webrtc_note_put16(ngx_webrtc_note_t *note, uint32_t v);
void ngx_webrtc_note_put32(ngx_webrtc_note_t *note, uint32_t v);
void ngx_webrtc_note_put64(ngx_webrtc_note_t *note, uint64_t v);
void ngx_webrtc_note_put_bytes(ngx_webrtc_note_t *note, const void *data,
    size_t len);
void ngx_webrtc_note_put_str(ngx_webrtc_note_t *note, const ngx_str_t *str);
void ngx_webrtc_note_put_format(ngx_webrtc_note_t *note,
    const ngx_webrtc_format_t *format);
void ngx_webrtc_note_put_channel(ngx_webrtc_note_t *note,
    const ngx_webrtc_data_channel_conf_t *conf);
void ngx_webrtc_note_put_stats(ngx_webrtc_note_t *note,
    const ngx_webrtc_peer_stats_t *stats);


/* 0 or nothing behind the end; strings stay in the note */

uint32_t ngx_webrtc_note_get8(ngx_webrtc_note_t *note);
uint32_t ngx_webrtc_note_get16(ngx_webrtc_note_t *note);
uint32_t ngx_webrtc_note_get32(ngx_webrtc_note_t *note);
uint64_t ngx_webrtc_note_get64(ngx_webrtc_note_t *note);
/* NULL: there are not so many */
u_char *ngx_webrtc_note_get_bytes(ngx_webrtc_note_t *note, size_t len);
void ngx_webrtc_note_get_str(ngx_webrtc_note_t *note, ngx_str_t *str);
void ngx_webrtc_note_get_format(ngx_webrtc_note_t *note,
    ngx_webrtc_format_t *format);
void ngx_webrtc_note_get_channel(ngx_webrtc_note_t *note,
    ngx_webrtc_data_channel_conf_t *conf);
void ngx_webrtc_note_get_stats(ngx_webrtc_note_t *note,
    ngx_webrtc_peer_stats_t *stats);


#endif /* _NGX_WEBRTC_NOTE_H_INCLUDED_ */
