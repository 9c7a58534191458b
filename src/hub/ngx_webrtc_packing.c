
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_utf8.h>
#include <hub/ngx_webrtc_packing_internal.h>
#include <proto/ngx_webrtc_binarypack.h>
#include <proto/ngx_webrtc_json.h>


/* of a packed value, so that with what is around it a message stays small */
#define NGX_WEBRTC_PACKING_SKYWAY_SLICE     16000
#define NGX_WEBRTC_PACKING_PEERJS_SLICE     16300
#define NGX_WEBRTC_PACKING_AROUND           128

/* digits, as many as skyway-js takes */
#define NGX_WEBRTC_PACKING_ID               16

/* an escaped byte of a JSON string */
#define NGX_WEBRTC_PACKING_ESCAPE           6


/* a packed String or ArrayBuffer */

typedef struct {
    ngx_webrtc_binarypack_e   type;
    u_char                    head[NGX_WEBRTC_BINARYPACK_HEAD];
    size_t                    head_len;
    const u_char             *data;
    size_t                    len;
} ngx_webrtc_packing_value_t;


/* where messages go */

typedef struct {
    ngx_webrtc_packing_send_pt  send;
    void                       *data;
} ngx_webrtc_packing_out_t;


static ngx_int_t ngx_webrtc_packing_pack_json(ngx_webrtc_packing_t *packing,
    const u_char *pos, size_t len, const ngx_webrtc_packing_out_t *out);
static ngx_int_t ngx_webrtc_packing_pack_skyway(ngx_webrtc_packing_t *packing,
    const ngx_webrtc_packing_value_t *value,
    const ngx_webrtc_packing_out_t *out);
static ngx_int_t ngx_webrtc_packing_pack_wide(ngx_webrtc_packing_t *packing,
    const u_char *pos, size_t len, const ngx_webrtc_packing_out_t *out);
static ngx_int_t ngx_webrtc_packing_pack_peerjs(ngx_webrtc_packing_t *packing,
    const ngx_webrtc_packing_value_t *value,
    const ngx_webrtc_packing_out_t *out);
static void ngx_webrtc_packing_value(ngx_webrtc_packing_value_t *value,
    ngx_uint_t text, const u_char *pos, size_t len);
static u_char *ngx_webrtc_packing_slice(
    const ngx_webrtc_packing_value_t *value, size_t from, size_t n,
    u_char *p);
static u_char *ngx_webrtc_packing_uint(u_char *p, const char *key,
    uint32_t n);


ngx_webrtc_packing_t *
ngx_webrtc_packing_create(ngx_webrtc_packing_e kind, size_t max,
    ngx_log_t *log)
{
    ngx_webrtc_packing_t  *packing;

    packing = ngx_calloc(sizeof(ngx_webrtc_packing_t), log);
    if (packing == NULL) {
        return NULL;
    }

    packing->kind = kind;
    packing->log = log;

    ngx_webrtc_assembly_init(&packing->assembly, max, log);

    return packing;
}


void
ngx_webrtc_packing_destroy(ngx_webrtc_packing_t *packing)
{
    ngx_webrtc_assembly_cleanup(&packing->assembly);

    if (packing->whole) {
        ngx_free(packing->whole);
    }

    if (packing->json) {
        ngx_free(packing->json);
    }

    ngx_free(packing);
}


size_t
ngx_webrtc_packing_size(ngx_webrtc_packing_t *packing, size_t len)
{
    switch (packing->kind) {

    case NGX_WEBRTC_PACKING_SKYWAY:
    case NGX_WEBRTC_PACKING_PEERJS:

        /* see pack_wide() */

        len += len / 2 + NGX_WEBRTC_BINARYPACK_HEAD;

        return len + (len / NGX_WEBRTC_PACKING_SKYWAY_SLICE + 1)
                     * NGX_WEBRTC_PACKING_AROUND;

    default:
        return len;
    }
}


ngx_int_t
ngx_webrtc_packing_pack(ngx_webrtc_packing_t *packing, const u_char *pos,
    size_t len, ngx_webrtc_packing_send_pt send, void *data)
{
    size_t                      i;
    ngx_uint_t                  text;
    ngx_webrtc_packing_out_t    out;
    ngx_webrtc_packing_value_t  value;

    out.send = send;
    out.data = data;

    switch (packing->kind) {

    case NGX_WEBRTC_PACKING_NONE:
        return send(data, 1, pos, len);

    case NGX_WEBRTC_PACKING_JSON_TEXT:
    case NGX_WEBRTC_PACKING_JSON_BINARY:
        return ngx_webrtc_packing_pack_json(packing, pos, len, &out);

    default:
        break;
    }

    text = !packing->binary && ngx_webrtc_utf8_is_text(pos, pos + len);
    packing->binary = !text;

    if (packing->kind == NGX_WEBRTC_PACKING_PEERJS) {
        ngx_webrtc_packing_value(&value, text, pos, len);
        return ngx_webrtc_packing_pack_peerjs(packing, &value, &out);
    }

    for (i = 0; text && i < len; i++) {
        if (pos[i] >= 0xf0) {
            return ngx_webrtc_packing_pack_wide(packing, pos, len, &out);
        }
    }

    ngx_webrtc_packing_value(&value, text, pos, len);

    return ngx_webrtc_packing_pack_skyway(packing, &value, &out);
}


/* an object or array as it is, other text as a string */

static ngx_int_t
ngx_webrtc_packing_pack_json(ngx_webrtc_packing_t *packing, const u_char *pos,
    size_t len, const ngx_webrtc_packing_out_t *out)
{
    size_t              size;
    u_char             *buf;
    uint32_t            code;
    ngx_int_t           rc;
    ngx_uint_t          binary;
    const u_char       *p;
    ngx_webrtc_text_t   text;

    binary = (packing->kind == NGX_WEBRTC_PACKING_JSON_BINARY);

    if (ngx_webrtc_json_check((u_char *) pos, (u_char *) pos + len)
        == NGX_OK)
    {
        return out->send(out->data, binary, pos, len);
    }

    p = pos;

    while (p < pos + len) {
        if (ngx_webrtc_utf8_next(&p, pos + len, &code) != NGX_OK) {
            return NGX_DECLINED;
        }
    }

    size = NGX_WEBRTC_PACKING_ESCAPE * len + 2;

    buf = ngx_alloc(size, packing->log);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, buf, buf + size);

    ngx_webrtc_text_cstr(&text, "\"");
    ngx_webrtc_utf8_json(&text, pos, pos + len);
    ngx_webrtc_text_cstr(&text, "\"");

    rc = out->send(out->data, binary, buf, ngx_webrtc_text_len(&text));

    ngx_free(buf);

    return rc;
}


/* as js-binarypack would order it: receivers collect by "id" */

static ngx_int_t
ngx_webrtc_packing_pack_skyway(ngx_webrtc_packing_t *packing,
    const ngx_webrtc_packing_value_t *value,
    const ngx_webrtc_packing_out_t *out)
{
    u_char             *p;
    size_t              n, size, from;
    ngx_int_t           rc;
    uint32_t            i, total;
    ngx_webrtc_text_t   text;
    u_char              id[NGX_WEBRTC_PACKING_ID];
    u_char              buf[NGX_WEBRTC_PACKING_SKYWAY_SLICE
                            + NGX_WEBRTC_PACKING_AROUND];

    size = value->head_len + value->len;
    total = (uint32_t) ((size + NGX_WEBRTC_PACKING_SKYWAY_SLICE - 1)
                        / NGX_WEBRTC_PACKING_SKYWAY_SLICE);

    ngx_webrtc_text_init(&text, id, id + sizeof(id));
    ngx_webrtc_text_fixed(&text, ++packing->number, sizeof(id));

    for (i = 0, from = 0; i < total; i++, from += n) {
        n = ngx_min(size - from, NGX_WEBRTC_PACKING_SKYWAY_SLICE);

        p = ngx_webrtc_binarypack_write_head(buf, NGX_WEBRTC_BINARYPACK_MAP,
                                             6);
        p = ngx_webrtc_binarypack_write_str(p, "id");
        p = ngx_webrtc_binarypack_write_head(p, NGX_WEBRTC_BINARYPACK_STR,
                                             sizeof(id));
        p = ngx_cpymem(p, id, sizeof(id));
        p = ngx_webrtc_binarypack_write_str(p, "type");
        p = ngx_webrtc_binarypack_write_str(p,
                                   value->type == NGX_WEBRTC_BINARYPACK_STR
                                   ? "String" : "ArrayBuffer");
        p = ngx_webrtc_packing_uint(p, "size", (uint32_t) size);
        p = ngx_webrtc_packing_uint(p, "totalParts", total);
        p = ngx_webrtc_packing_uint(p, "index", i);
        p = ngx_webrtc_binarypack_write_str(p, "data");
        p = ngx_webrtc_packing_slice(value, from, n, p);

        rc = out->send(out->data, 1, buf, p - buf);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


/*
 * js-binarypack reads three bytes as one UTF-16 unit and knows no four: what
 * lies beyond U+FFFF gets through as two of those.
 */

static ngx_int_t
ngx_webrtc_packing_pack_wide(ngx_webrtc_packing_t *packing, const u_char *pos,
    size_t len, const ngx_webrtc_packing_out_t *out)
{
    u_char                      *p, *buf;
    uint32_t                     code, unit;
    ngx_int_t                    rc;
    ngx_uint_t                   i;
    const u_char                *start, *last;
    ngx_webrtc_packing_value_t   value;

    buf = ngx_alloc(len + len / 2, packing->log);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    p = buf;
    last = pos + len;

    while (pos < last) {
        start = pos;

        if (ngx_webrtc_utf8_next(&pos, last, &code) != NGX_OK) {
            break;
        }

        if (code < 0x10000) {
            p = ngx_cpymem(p, start, pos - start);
            continue;
        }

        code -= 0x10000;

        for (i = 0; i < 2; i++) {
            unit = i ? 0xdc00 | (code & 0x3ff) : 0xd800 | (code >> 10);

            *p++ = (u_char) (0xe0 | (unit >> 12));
            *p++ = (u_char) (0x80 | ((unit >> 6) & 0x3f));
            *p++ = (u_char) (0x80 | (unit & 0x3f));
        }
    }

    ngx_webrtc_packing_value(&value, 1, buf, p - buf);

    rc = ngx_webrtc_packing_pack_skyway(packing, &value, out);

    ngx_free(buf);

    return rc;
}


static ngx_int_t
ngx_webrtc_packing_pack_peerjs(ngx_webrtc_packing_t *packing,
    const ngx_webrtc_packing_value_t *value,
    const ngx_webrtc_packing_out_t *out)
{
    u_char     *p;
    size_t      n, size, from;
    ngx_int_t   rc;
    uint32_t    i, total;
    u_char      buf[NGX_WEBRTC_PACKING_PEERJS_SLICE
                    + NGX_WEBRTC_PACKING_AROUND];

    size = value->head_len + value->len;

    if (size <= NGX_WEBRTC_PACKING_PEERJS_SLICE) {
        p = ngx_cpymem(buf, value->head, value->head_len);
        p = ngx_cpymem(p, value->data, value->len);

        return out->send(out->data, 1, buf, p - buf);
    }

    total = (uint32_t) ((size + NGX_WEBRTC_PACKING_PEERJS_SLICE - 1)
                        / NGX_WEBRTC_PACKING_PEERJS_SLICE);

    packing->number++;

    for (i = 0, from = 0; i < total; i++, from += n) {
        n = ngx_min(size - from, NGX_WEBRTC_PACKING_PEERJS_SLICE);

        p = ngx_webrtc_binarypack_write_head(buf, NGX_WEBRTC_BINARYPACK_MAP,
                                             4);
        p = ngx_webrtc_packing_uint(p, "__peerData", packing->number);
        p = ngx_webrtc_packing_uint(p, "n", i);
        p = ngx_webrtc_binarypack_write_str(p, "data");
        p = ngx_webrtc_packing_slice(value, from, n, p);
        p = ngx_webrtc_packing_uint(p, "total", total);

        rc = out->send(out->data, 1, buf, p - buf);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static void
ngx_webrtc_packing_value(ngx_webrtc_packing_value_t *value, ngx_uint_t text,
    const u_char *pos, size_t len)
{
    value->type = text ? NGX_WEBRTC_BINARYPACK_STR : NGX_WEBRTC_BINARYPACK_RAW;
    value->data = pos;
    value->len = len;
    value->head_len = ngx_webrtc_binarypack_write_head(value->head,
                                                       value->type,
                                                       (uint32_t) len)
                      - value->head;
}


/* a part of the packed value, as raw bytes with their head */

static u_char *
ngx_webrtc_packing_slice(const ngx_webrtc_packing_value_t *value, size_t from,
    size_t n, u_char *p)
{
    size_t  head;

    p = ngx_webrtc_binarypack_write_head(p, NGX_WEBRTC_BINARYPACK_RAW,
                                         (uint32_t) n);

    if (from < value->head_len) {
        head = value->head_len - from;
        p = ngx_cpymem(p, value->head + from, head);

        return ngx_cpymem(p, value->data, n - head);
    }

    return ngx_cpymem(p, value->data + from - value->head_len, n);
}


static u_char *
ngx_webrtc_packing_uint(u_char *p, const char *key, uint32_t n)
{
    p = ngx_webrtc_binarypack_write_str(p, key);

    return ngx_webrtc_binarypack_write_uint(p, n);
}
