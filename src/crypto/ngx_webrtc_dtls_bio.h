
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The BIO between OpenSSL and datagrams: it hands over the one that came in
 * and queues those that have to go out, with their boundaries, which a
 * memory BIO would lose.
 */


#ifndef _NGX_WEBRTC_DTLS_BIO_H_INCLUDED_
#define _NGX_WEBRTC_DTLS_BIO_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* what it has at first; it grows twofold */
#define NGX_WEBRTC_DTLS_QUEUE_MIN   4096

/* some 25 datagrams of full size; what exceeds it is dropped, as UDP does */
#define NGX_WEBRTC_DTLS_QUEUE_MAX   32768


struct timeval;


/* must outlive its BIO */

typedef struct {
    /* the datagram of input(), NULL after OpenSSL has read it */
    u_char              *pos;
    u_char              *last;

    /* outgoing datagrams, each behind its 16-bit length */
    u_char              *queue;
    size_t               head;
    size_t               tail;
    size_t               size;

    /* of the last record that went out encrypted, if "sealed" */
    uint64_t             seq;           /* with the epoch in front */
    uint64_t             nonce;

    /* where OpenSSL 3.0 keeps the time of its next retransmission */
    struct timeval      *timer;

    unsigned             sealed:1;
    unsigned             armed:1;       /* OpenSSL waits for an answer */
    unsigned             rearmed:1;     /* and began to since this was 0 */
} ngx_webrtc_dtls_io_t;


/* a BIO_METHOD; NULL on failure */
void *ngx_webrtc_dtls_bio_method_create(void);
void ngx_webrtc_dtls_bio_method_destroy(void *method);

/* a BIO; SSL_set_bio() takes it over */
void *ngx_webrtc_dtls_bio_create(void *method, ngx_webrtc_dtls_io_t *io);

/* NGX_DECLINED: no room for a datagram of "len" bytes */
ngx_int_t ngx_webrtc_dtls_io_room(ngx_webrtc_dtls_io_t *io, size_t len);

/* where the next datagram goes, which room() has made place for */
#define ngx_webrtc_dtls_io_place(io)                                         \
    ((io)->queue + (io)->tail + sizeof(uint16_t))
void ngx_webrtc_dtls_io_add(ngx_webrtc_dtls_io_t *io, size_t len);

/* moves the first datagram to "buf"; 0: there is none */
size_t ngx_webrtc_dtls_io_get(ngx_webrtc_dtls_io_t *io, u_char *buf,
    size_t size);

void ngx_webrtc_dtls_io_free(ngx_webrtc_dtls_io_t *io);


#endif /* _NGX_WEBRTC_DTLS_BIO_H_INCLUDED_ */
