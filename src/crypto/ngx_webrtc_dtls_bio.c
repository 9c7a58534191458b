
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_dtls_bio.h>
#include <crypto/ngx_webrtc_dtls_record.h>
#include <core/ngx_webrtc_cursor.h>

#include <sys/types.h>

#include <openssl/bio.h>
#include <openssl/err.h>


#define NGX_WEBRTC_DTLS_QUEUE_HDR   sizeof(uint16_t)


static int ngx_webrtc_dtls_bio_write(BIO *bio, const char *data, int len);
static int ngx_webrtc_dtls_bio_read(BIO *bio, char *data, int size);
static long ngx_webrtc_dtls_bio_ctrl(BIO *bio, int cmd, long larg,
    void *parg);
static void ngx_webrtc_dtls_bio_note(ngx_webrtc_dtls_io_t *io,
    const u_char *pos, const u_char *last);


void *
ngx_webrtc_dtls_bio_method_create(void)
{
    BIO_METHOD  *method;

    /*
     * OpenSSL has 127 numbers for new types, for the life of the process;
     * nobody looks for this BIO by its type, so it does without.
     */

    method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "webrtc datagram");

    if (method == NULL
        || !BIO_meth_set_write(method, ngx_webrtc_dtls_bio_write)
        || !BIO_meth_set_read(method, ngx_webrtc_dtls_bio_read)
        || !BIO_meth_set_ctrl(method, ngx_webrtc_dtls_bio_ctrl))
    {
        ERR_clear_error();
        BIO_meth_free(method);
        return NULL;
    }

    return method;
}


void
ngx_webrtc_dtls_bio_method_destroy(void *method)
{
    BIO_meth_free(method);
}


void *
ngx_webrtc_dtls_bio_create(void *method, ngx_webrtc_dtls_io_t *io)
{
    BIO  *bio;

    bio = BIO_new(method);
    if (bio == NULL) {
        ERR_clear_error();
        return NULL;
    }

    BIO_set_data(bio, io);
    BIO_set_init(bio, 1);

    return bio;
}


static int
ngx_webrtc_dtls_bio_write(BIO *bio, const char *data, int len)
{
    ngx_webrtc_dtls_io_t  *io;

    BIO_clear_retry_flags(bio);

    if (len <= 0 || len > UINT16_MAX) {
        return len;
    }

    io = BIO_get_data(bio);

    ngx_webrtc_dtls_bio_note(io, (u_char *) data, (u_char *) data + len);

    /* to OpenSSL a datagram that finds no room is lost on the way */

    if (ngx_webrtc_dtls_io_room(io, len) == NGX_OK) {
        ngx_memcpy(ngx_webrtc_dtls_io_place(io), data, len);
        ngx_webrtc_dtls_io_add(io, len);
    }

    return len;
}


/* the numbers that OpenSSL has used up with its keys */

static void
ngx_webrtc_dtls_bio_note(ngx_webrtc_dtls_io_t *io, const u_char *pos,
    const u_char *last)
{
    size_t  len;

    while (last - pos >= NGX_WEBRTC_DTLS_RECORD_HDR + 8) {
        len = ngx_webrtc_get16(pos + 11);

        if (ngx_webrtc_get16(pos + 3) != 0) {
            io->seq = ngx_webrtc_get64(pos + 3);
            io->nonce = ngx_webrtc_get64(pos + NGX_WEBRTC_DTLS_RECORD_HDR);
            io->sealed = 1;
        }

        if ((size_t) (last - pos) < NGX_WEBRTC_DTLS_RECORD_HDR + len) {
            return;
        }

        pos += NGX_WEBRTC_DTLS_RECORD_HDR + len;
    }
}


static int
ngx_webrtc_dtls_bio_read(BIO *bio, char *data, int size)
{
    size_t                 len;
    ngx_webrtc_dtls_io_t  *io;

    BIO_clear_retry_flags(bio);

    io = BIO_get_data(bio);

    if (io->pos == NULL) {
        BIO_set_retry_read(bio);
        return -1;
    }

    /* a datagram is read at once; what does not fit is lost, as with UDP */

    len = ngx_min(io->last - io->pos, size);
    ngx_memcpy(data, io->pos, len);
    io->pos = NULL;

    return (int) len;
}


static long
ngx_webrtc_dtls_bio_ctrl(BIO *bio, int cmd, long larg, void *parg)
{
    struct timeval        *tv;
    ngx_webrtc_dtls_io_t  *io;

    (void) larg;

    switch (cmd) {

    case BIO_CTRL_FLUSH:
        return 1;

    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        io = BIO_get_data(bio);
        tv = parg;

        io->timer = tv;
        io->armed = (tv->tv_sec != 0 || tv->tv_usec != 0);
        io->rearmed |= io->armed;

        return 1;
    }

    return 0;
}


ngx_int_t
ngx_webrtc_dtls_io_room(ngx_webrtc_dtls_io_t *io, size_t len)
{
    size_t   size, used;
    u_char  *queue;

    len += NGX_WEBRTC_DTLS_QUEUE_HDR;

    if (io->size - io->tail >= len) {
        return NGX_OK;
    }

    used = io->tail - io->head;

    if (io->head) {
        ngx_memmove(io->queue, io->queue + io->head, used);
        io->head = 0;
        io->tail = used;
    }

    for (size = ngx_max(io->size, NGX_WEBRTC_DTLS_QUEUE_MIN);
         size - used < len;
         size *= 2)
    {
        if (size >= NGX_WEBRTC_DTLS_QUEUE_MAX) {
            return NGX_DECLINED;
        }
    }

    if (size > io->size) {
        queue = realloc(io->queue, size);
        if (queue == NULL) {
            return NGX_DECLINED;
        }

        io->queue = queue;
        io->size = size;
    }

    return NGX_OK;
}


void
ngx_webrtc_dtls_io_add(ngx_webrtc_dtls_io_t *io, size_t len)
{
    uint16_t  n;

    n = (uint16_t) len;

    ngx_memcpy(io->queue + io->tail, &n, NGX_WEBRTC_DTLS_QUEUE_HDR);
    io->tail += NGX_WEBRTC_DTLS_QUEUE_HDR + len;
}


size_t
ngx_webrtc_dtls_io_get(ngx_webrtc_dtls_io_t *io, u_char *buf, size_t size)
{
    u_char    *p;
    uint16_t   len;

    while (io->head < io->tail) {
        p = io->queue + io->head;

        ngx_memcpy(&len, p, NGX_WEBRTC_DTLS_QUEUE_HDR);
        p += NGX_WEBRTC_DTLS_QUEUE_HDR;
        io->head += NGX_WEBRTC_DTLS_QUEUE_HDR + len;

        if (io->head == io->tail) {
            io->head = 0;
            io->tail = 0;
        }

        if (len <= size) {
            ngx_memcpy(buf, p, len);
            return len;
        }
    }

    return 0;
}


void
ngx_webrtc_dtls_io_free(ngx_webrtc_dtls_io_t *io)
{
    free(io->queue);

    io->queue = NULL;
    io->head = 0;
    io->tail = 0;
    io->size = 0;
}
