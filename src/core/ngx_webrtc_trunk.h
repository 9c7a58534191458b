
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A trunk carries records from one writer to many readers through shared
 * memory.  The writer never waits: each record is written once, and one that
 * is older than the trunk is long is overwritten.  A reader has its own
 * position; one that was overtaken goes on with what is newest and knows how
 * many bytes it has missed.  There is no lock: a process that dies in the
 * middle of anything leaves a trunk that works.
 *
 * A reader that finds nothing more says that it sleeps; the writer, once per
 * batch, asks which of them are to be woken.
 */


#ifndef _NGX_WEBRTC_TRUNK_H_INCLUDED_
#define _NGX_WEBRTC_TRUNK_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* numbered by their seats */
#define NGX_WEBRTC_TRUNK_READERS     512

/* of one record */
#define NGX_WEBRTC_TRUNK_RECORD_MAX  2048

/* less memory makes no trunk */
#define NGX_WEBRTC_TRUNK_SIZE_MIN    (64 * 1024)


/* at the beginning of the shared memory, zeroed before its first use */
typedef struct ngx_webrtc_trunk_s    ngx_webrtc_trunk_t;


/* of this process */

typedef struct {
    ngx_webrtc_trunk_t       *trunk;
    uint64_t                  position;     /* bytes ever read */
    uint64_t                  next;         /* behind the record at hand */
    uint64_t                  missed;       /* bytes */
    size_t                    size;
    ngx_uint_t                number;
    unsigned                  asleep:1;
} ngx_webrtc_trunk_reader_t;


/*
 * By the writer that begins: what an earlier one left is not read any more.
 * "size" is that of the memory and always the same.
 */
void ngx_webrtc_trunk_start(ngx_webrtc_trunk_t *trunk, size_t size);

/*
 * Room for a record of up to "len" bytes, which is at most RECORD_MAX; never
 * NULL.  Without a commit() of its true length nothing happened.
 */
u_char *ngx_webrtc_trunk_reserve(ngx_webrtc_trunk_t *trunk, size_t len);
void ngx_webrtc_trunk_commit(ngx_webrtc_trunk_t *trunk, size_t len);

/*
 * After a batch: the next reader, from "number" on, that sleeps and has
 * something to read, and counts as awake from now on; -1: no more.
 */
ngx_int_t ngx_webrtc_trunk_sleeper(ngx_webrtc_trunk_t *trunk,
    ngx_uint_t number);

/* reads what is written from now on; it sleeps */
void ngx_webrtc_trunk_attach(ngx_webrtc_trunk_reader_t *reader,
    ngx_webrtc_trunk_t *trunk, ngx_uint_t number);
void ngx_webrtc_trunk_detach(ngx_webrtc_trunk_reader_t *reader);

/*
 * The next record, in the shared memory and a multiple of 8 bytes from its
 * beginning; NULL: there is none, and the reader sleeps.  It was whole if
 * done() says so after it has been used: until then it may be overwritten.
 * NGX_DECLINED: it was; forget what was made of it.  Without done() the next
 * record is the same one.
 */
const u_char *ngx_webrtc_trunk_next(ngx_webrtc_trunk_reader_t *reader,
    size_t *len);
ngx_int_t ngx_webrtc_trunk_done(ngx_webrtc_trunk_reader_t *reader);


#endif /* _NGX_WEBRTC_TRUNK_H_INCLUDED_ */
