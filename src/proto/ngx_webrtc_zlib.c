
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_zlib.h>

#include <zlib.h>


#define NGX_WEBRTC_ZLIB_MIN  4096


typedef struct {
    u_char             *start;
    size_t              size;
} ngx_webrtc_zlib_buf_t;


struct ngx_webrtc_zlib_s {
    ngx_log_t                 *log;

    z_stream                   deflate;
    z_stream                   inflate;

    ngx_webrtc_zlib_buf_t      plain;       /* the last one compressed */
    ngx_webrtc_zlib_buf_t      packed;
    ngx_webrtc_zlib_buf_t      unpacked;
    size_t                     plain_len;
    size_t                     packed_len;  /* 0: there is none */

    unsigned                   deflates:1;
    unsigned                   inflates:1;
};


static ngx_int_t ngx_webrtc_zlib_reserve(ngx_webrtc_zlib_t *zlib,
    ngx_webrtc_zlib_buf_t *buf, size_t size, size_t keep);
static ngx_int_t ngx_webrtc_zlib_deflate_all(ngx_webrtc_zlib_t *zlib,
    const u_char *data, size_t len);


ngx_webrtc_zlib_t *
ngx_webrtc_zlib_create(ngx_log_t *log)
{
    ngx_webrtc_zlib_t  *zlib;

    zlib = ngx_calloc(sizeof(ngx_webrtc_zlib_t), log);

    if (zlib) {
        zlib->log = log;
    }

    return zlib;
}


void
ngx_webrtc_zlib_destroy(ngx_webrtc_zlib_t *zlib)
{
    if (zlib->deflates) {
        (void) deflateEnd(&zlib->deflate);
    }

    if (zlib->inflates) {
        (void) inflateEnd(&zlib->inflate);
    }

    if (zlib->plain.start) {
        ngx_free(zlib->plain.start);
    }

    if (zlib->packed.start) {
        ngx_free(zlib->packed.start);
    }

    if (zlib->unpacked.start) {
        ngx_free(zlib->unpacked.start);
    }

    ngx_free(zlib);
}


/* the first "keep" bytes survive */

static ngx_int_t
ngx_webrtc_zlib_reserve(ngx_webrtc_zlib_t *zlib, ngx_webrtc_zlib_buf_t *buf,
    size_t size, size_t keep)
{
    u_char  *p;

    if (buf->size >= size) {
        return NGX_OK;
    }

    size = ngx_max(size, NGX_WEBRTC_ZLIB_MIN);

    p = ngx_alloc(size, zlib->log);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (buf->start) {
        ngx_memcpy(p, buf->start, keep);
        ngx_free(buf->start);
    }

    buf->start = p;
    buf->size = size;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_zlib_deflate(ngx_webrtc_zlib_t *zlib, const u_char *data,
    size_t len, ngx_str_t *out)
{
    if (zlib->packed_len == 0
        || zlib->plain_len != len
        || (len && ngx_memcmp(zlib->plain.start, data, len) != 0))
    {
        zlib->packed_len = 0;

        if (ngx_webrtc_zlib_deflate_all(zlib, data, len) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    out->data = zlib->packed.start;
    out->len = zlib->packed_len;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_zlib_deflate_all(ngx_webrtc_zlib_t *zlib, const u_char *data,
    size_t len)
{
    z_stream  *stream;

    stream = &zlib->deflate;

    if (!zlib->deflates) {

        if (deflateInit(stream, Z_DEFAULT_COMPRESSION) != Z_OK) {
            return NGX_ERROR;
        }

        zlib->deflates = 1;
    }

    if (ngx_webrtc_zlib_reserve(zlib, &zlib->plain, len, 0) != NGX_OK
        || ngx_webrtc_zlib_reserve(zlib, &zlib->packed,
                                   deflateBound(stream, len), 0)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) deflateReset(stream);

    stream->next_in = (u_char *) data;
    stream->avail_in = (uInt) len;
    stream->next_out = zlib->packed.start;
    stream->avail_out = (uInt) zlib->packed.size;

    if (deflate(stream, Z_FINISH) != Z_STREAM_END) {
        return NGX_ERROR;
    }

    if (len) {
        ngx_memcpy(zlib->plain.start, data, len);
    }

    zlib->plain_len = len;
    zlib->packed_len = stream->total_out;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_zlib_inflate(ngx_webrtc_zlib_t *zlib, const u_char *data,
    size_t len, size_t max, ngx_str_t *out)
{
    int        rc;
    size_t     size;
    z_stream  *stream;

    stream = &zlib->inflate;

    if (!zlib->inflates) {

        if (inflateInit(stream) != Z_OK) {
            return NGX_ERROR;
        }

        zlib->inflates = 1;
    }

    (void) inflateReset(stream);

    stream->next_in = (u_char *) data;
    stream->avail_in = (uInt) len;

    size = len * 4;

    do {
        /* one byte more, by which it is seen that there is too much */

        size = ngx_max(size, NGX_WEBRTC_ZLIB_MIN);
        size = ngx_min(size, max + 1);

        if (ngx_webrtc_zlib_reserve(zlib, &zlib->unpacked, size,
                                    stream->total_out)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        stream->next_out = zlib->unpacked.start + stream->total_out;
        stream->avail_out = (uInt) (ngx_min(zlib->unpacked.size, max + 1)
                                    - stream->total_out);

        rc = inflate(stream, Z_NO_FLUSH);

        if (stream->total_out > max) {
            return NGX_ABORT;
        }

        size = zlib->unpacked.size * 2;

    } while (rc == Z_OK && stream->avail_out == 0);

    if (rc != Z_STREAM_END || stream->avail_in) {
        return (rc == Z_MEM_ERROR) ? NGX_ERROR : NGX_DECLINED;
    }

    out->data = zlib->unpacked.start;
    out->len = stream->total_out;

    return NGX_OK;
}
