
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_packing_internal.h>
#include <proto/ngx_webrtc_binarypack.h>
#include <proto/ngx_webrtc_json.h>


/* what the parts of a value are called */

typedef struct {
    ngx_str_t                 id;
    ngx_str_t                 index;
    ngx_str_t                 total;
    ngx_str_t                 data;
} ngx_webrtc_packing_names_t;


/* a map with some of these names; "part.id" is a packed value */

typedef struct {
    ngx_webrtc_assembly_part_t  part;
    unsigned                    id:1;
    unsigned                    index:1;
    unsigned                    total:1;
    unsigned                    data:1;
} ngx_webrtc_packing_map_t;


static ngx_int_t ngx_webrtc_packing_unpack_json(ngx_webrtc_packing_t *packing,
    u_char *pos, size_t len, ngx_str_t *datagram);
static ngx_uint_t ngx_webrtc_packing_closes_json(u_char *pos, u_char *last);
static ngx_int_t ngx_webrtc_packing_unpack_skyway(
    ngx_webrtc_packing_t *packing, u_char *pos, u_char *last,
    ngx_webrtc_usec_t now, ngx_str_t *datagram);
static ngx_int_t ngx_webrtc_packing_unpack_peerjs(
    ngx_webrtc_packing_t *packing, u_char *pos, u_char *last,
    ngx_webrtc_usec_t now, ngx_str_t *datagram);
static ngx_uint_t ngx_webrtc_packing_closes(const ngx_str_t *id);
static ngx_int_t ngx_webrtc_packing_unpack_map(u_char *pos, u_char *last,
    const ngx_webrtc_packing_names_t *names, ngx_webrtc_packing_map_t *map);
static ngx_int_t ngx_webrtc_packing_unpack_field(
    const ngx_webrtc_packing_names_t *names, const ngx_str_t *name,
    const ngx_webrtc_binarypack_value_t *value, const ngx_str_t *packed,
    ngx_webrtc_packing_map_t *map);
static ngx_int_t ngx_webrtc_packing_unpack_part(ngx_webrtc_packing_t *packing,
    const ngx_webrtc_assembly_part_t *part, ngx_webrtc_usec_t now,
    ngx_str_t *datagram);
static ngx_int_t ngx_webrtc_packing_unpack_value(
    ngx_webrtc_packing_t *packing, u_char *pos, u_char *last,
    ngx_str_t *datagram);
static ngx_int_t ngx_webrtc_packing_unpack_other(
    ngx_webrtc_packing_t *packing, u_char *pos, u_char *last,
    ngx_uint_t wide, ngx_str_t *datagram);


static const ngx_webrtc_packing_names_t  ngx_webrtc_packing_skyway = {
    ngx_string("id"), ngx_string("index"), ngx_string("totalParts"),
    ngx_string("data")
};

static const ngx_webrtc_packing_names_t  ngx_webrtc_packing_peerjs = {
    ngx_string("__peerData"), ngx_string("n"), ngx_string("total"),
    ngx_string("data")
};


ngx_int_t
ngx_webrtc_packing_unpack(ngx_webrtc_packing_t *packing, ngx_uint_t binary,
    u_char *pos, size_t len, ngx_webrtc_usec_t now, ngx_str_t *datagram)
{
    ngx_int_t             rc;
    ngx_webrtc_packing_e  kind;

    if (packing->whole) {
        ngx_free(packing->whole);
        packing->whole = NULL;
    }

    kind = packing->kind;

    if (!binary
        && (kind == NGX_WEBRTC_PACKING_SKYWAY
            || kind == NGX_WEBRTC_PACKING_PEERJS))
    {
        /* neither of them sends text, so somebody has put it in by hand */

        kind = NGX_WEBRTC_PACKING_NONE;
    }

    switch (kind) {

    case NGX_WEBRTC_PACKING_JSON_TEXT:
    case NGX_WEBRTC_PACKING_JSON_BINARY:
        rc = ngx_webrtc_packing_unpack_json(packing, pos, len, datagram);
        break;

    case NGX_WEBRTC_PACKING_SKYWAY:
        rc = ngx_webrtc_packing_unpack_skyway(packing, pos, pos + len, now,
                                              datagram);
        break;

    case NGX_WEBRTC_PACKING_PEERJS:
        rc = ngx_webrtc_packing_unpack_peerjs(packing, pos, pos + len, now,
                                              datagram);
        break;

    default:                            /* NGX_WEBRTC_PACKING_NONE */
        datagram->data = pos;
        datagram->len = len;
        rc = NGX_OK;
        break;
    }

    if (rc == NGX_OK && datagram->len > NGX_WEBRTC_PACKING_DATAGRAM) {
        return NGX_ERROR;
    }

    return rc;
}


/* a string becomes its text, all else goes on as it came */

static ngx_int_t
ngx_webrtc_packing_unpack_json(ngx_webrtc_packing_t *packing, u_char *pos,
    size_t len, ngx_str_t *datagram)
{
    json_t  *json;
    size_t   n;

    datagram->data = pos;
    datagram->len = len;

    if (packing->kind == NGX_WEBRTC_PACKING_JSON_BINARY
        && ngx_webrtc_packing_closes_json(pos, pos + len))
    {
        return NGX_DONE;
    }

    if (len == 0 || pos[0] != '"') {
        return NGX_OK;
    }

    json = json_loadb((char *) pos, len, JSON_DECODE_ANY|JSON_ALLOW_NUL,
                      NULL);
    if (json == NULL) {
        return NGX_OK;
    }

    /* it is not longer than what says it */

    n = json_string_length(json);
    ngx_memcpy(pos, json_string_value(json), n);
    datagram->len = n;

    json_decref(json);

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_packing_closes_json(u_char *pos, u_char *last)
{
    ngx_str_t  inner, type;

    return ngx_webrtc_json_find_raw(pos, last, "__peerData", &inner) == NGX_OK
           && ngx_webrtc_json_find_raw(inner.data, inner.data + inner.len,
                                       "type", &type)
              == NGX_OK
           && type.len == 7
           && ngx_memcmp(type.data, "\"close\"", 7) == 0;
}


static ngx_int_t
ngx_webrtc_packing_unpack_skyway(ngx_webrtc_packing_t *packing, u_char *pos,
    u_char *last, ngx_webrtc_usec_t now, ngx_str_t *datagram)
{
    ngx_webrtc_packing_map_t  map;

    if (ngx_webrtc_packing_unpack_map(pos, last, &ngx_webrtc_packing_skyway,
                                      &map)
        != NGX_OK
        || !map.id || !map.index || !map.total || !map.data)
    {
        return NGX_DECLINED;
    }

    return ngx_webrtc_packing_unpack_part(packing, &map.part, now, datagram);
}


static ngx_int_t
ngx_webrtc_packing_unpack_peerjs(ngx_webrtc_packing_t *packing, u_char *pos,
    u_char *last, ngx_webrtc_usec_t now, ngx_str_t *datagram)
{
    ngx_webrtc_packing_map_t  map;

    if (ngx_webrtc_packing_unpack_map(pos, last, &ngx_webrtc_packing_peerjs,
                                      &map)
        == NGX_OK
        && map.id)
    {
        if (ngx_webrtc_packing_closes(&map.part.id)) {
            return NGX_DONE;
        }

        if (map.index && map.total && map.data) {
            return ngx_webrtc_packing_unpack_part(packing, &map.part, now,
                                                  datagram);
        }
    }

    return ngx_webrtc_packing_unpack_value(packing, pos, last, datagram);
}


/* {type: "close"} */

static ngx_uint_t
ngx_webrtc_packing_closes(const ngx_str_t *id)
{
    uint64_t                       i;
    ngx_uint_t                     is_type;
    ngx_webrtc_binarypack_t        pack;
    ngx_webrtc_binarypack_value_t  head, key, value;

    static const ngx_str_t  type = ngx_string("type");
    static const ngx_str_t  close = ngx_string("close");

    pack.pos = id->data;
    pack.last = id->data + id->len;
    pack.wide = 0;

    if (ngx_webrtc_binarypack_read(&pack, &head) != NGX_OK
        || head.type != NGX_WEBRTC_BINARYPACK_MAP)
    {
        return 0;
    }

    for (i = 0; i < head.count; i += 2) {

        if (ngx_webrtc_binarypack_read(&pack, &key) != NGX_OK
            || ngx_webrtc_binarypack_skip(&pack, &key) != NGX_OK
            || ngx_webrtc_binarypack_read(&pack, &value) != NGX_OK
            || ngx_webrtc_binarypack_skip(&pack, &value) != NGX_OK)
        {
            return 0;
        }

        is_type = (key.type == NGX_WEBRTC_BINARYPACK_STR
                   && ngx_webrtc_str_equal(&key.str, &type));

        if (is_type) {
            return value.type == NGX_WEBRTC_BINARYPACK_STR
                   && ngx_webrtc_str_equal(&value.str, &close);
        }
    }

    return 0;
}


/* NGX_DECLINED: no map; NGX_ERROR: malformed, or of wrong types */

static ngx_int_t
ngx_webrtc_packing_unpack_map(u_char *pos, u_char *last,
    const ngx_webrtc_packing_names_t *names, ngx_webrtc_packing_map_t *map)
{
    uint64_t                       i;
    ngx_str_t                      packed;
    ngx_webrtc_binarypack_t        pack;
    ngx_webrtc_binarypack_value_t  head, key, value;

    ngx_memzero(map, sizeof(ngx_webrtc_packing_map_t));

    pack.pos = pos;
    pack.last = last;
    pack.wide = 0;

    if (ngx_webrtc_binarypack_read(&pack, &head) != NGX_OK
        || head.type != NGX_WEBRTC_BINARYPACK_MAP)
    {
        return NGX_DECLINED;
    }

    for (i = 0; i < head.count; i += 2) {

        if (ngx_webrtc_binarypack_read(&pack, &key) != NGX_OK
            || key.type != NGX_WEBRTC_BINARYPACK_STR)
        {
            return NGX_ERROR;
        }

        packed.data = pack.pos;

        if (ngx_webrtc_binarypack_read(&pack, &value) != NGX_OK
            || ngx_webrtc_binarypack_skip(&pack, &value) != NGX_OK)
        {
            return NGX_ERROR;
        }

        packed.len = pack.pos - packed.data;

        if (ngx_webrtc_packing_unpack_field(names, &key.str, &value, &packed,
                                            map)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_packing_unpack_field(const ngx_webrtc_packing_names_t *names,
    const ngx_str_t *name, const ngx_webrtc_binarypack_value_t *value,
    const ngx_str_t *packed, ngx_webrtc_packing_map_t *map)
{
    if (ngx_webrtc_str_equal(name, &names->id)) {
        map->part.id = *packed;
        map->id = 1;
        return NGX_OK;
    }

    if (ngx_webrtc_str_equal(name, &names->data)) {
        map->part.data = value->str;
        map->data = (value->type == NGX_WEBRTC_BINARYPACK_RAW);
        return map->data ? NGX_OK : NGX_ERROR;
    }

    if (ngx_webrtc_str_equal(name, &names->index)) {
        map->part.index = (uint64_t) value->number;
        map->index = (value->type == NGX_WEBRTC_BINARYPACK_INT
                      && value->number >= 0);
        return map->index ? NGX_OK : NGX_ERROR;
    }

    if (ngx_webrtc_str_equal(name, &names->total)) {
        map->part.total = (uint64_t) value->number;
        map->total = (value->type == NGX_WEBRTC_BINARYPACK_INT
                      && value->number >= 0);
        return map->total ? NGX_OK : NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_packing_unpack_part(ngx_webrtc_packing_t *packing,
    const ngx_webrtc_assembly_part_t *part, ngx_webrtc_usec_t now,
    ngx_str_t *datagram)
{
    ngx_int_t  rc;
    ngx_str_t  whole;

    if (part->total == 1 && part->index == 0) {
        whole = part->data;

    } else {
        rc = ngx_webrtc_assembly_add(&packing->assembly, part, now, &whole);
        if (rc != NGX_OK) {
            return rc;
        }

        packing->whole = whole.data;
    }

    return ngx_webrtc_packing_unpack_value(packing, whole.data,
                                           whole.data + whole.len, datagram);
}


static ngx_int_t
ngx_webrtc_packing_unpack_value(ngx_webrtc_packing_t *packing, u_char *pos,
    u_char *last, ngx_str_t *datagram)
{
    ngx_int_t                      rc;
    ngx_uint_t                     wide;
    ngx_webrtc_binarypack_t        pack;
    ngx_webrtc_binarypack_value_t  value;

    rc = NGX_ERROR;

    for (wide = 0; wide < 2; wide++) {
        pack.pos = pos;
        pack.last = last;
        pack.wide = wide;

        if (ngx_webrtc_binarypack_read(&pack, &value) == NGX_OK
            && value.count == 0 && pack.pos == last
            && (value.type == NGX_WEBRTC_BINARYPACK_STR
                || value.type == NGX_WEBRTC_BINARYPACK_RAW))
        {
            *datagram = value.str;
            return NGX_OK;
        }

        rc = ngx_webrtc_packing_unpack_other(packing, pos, last, wide,
                                             datagram);

        if (rc == NGX_OK || packing->kind != NGX_WEBRTC_PACKING_SKYWAY) {
            break;
        }
    }

    return rc;
}


static ngx_int_t
ngx_webrtc_packing_unpack_other(ngx_webrtc_packing_t *packing, u_char *pos,
    u_char *last, ngx_uint_t wide, ngx_str_t *datagram)
{
    ngx_webrtc_text_t        text;
    ngx_webrtc_binarypack_t  pack;

    if (packing->json == NULL) {
        packing->json = ngx_alloc(NGX_WEBRTC_PACKING_DATAGRAM, packing->log);
        if (packing->json == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_webrtc_text_init(&text, packing->json,
                         packing->json + NGX_WEBRTC_PACKING_DATAGRAM);

    pack.pos = pos;
    pack.last = last;
    pack.wide = wide;

    if (ngx_webrtc_binarypack_json(&pack, &text) != NGX_OK
        || pack.pos != last)
    {
        return NGX_ERROR;
    }

    datagram->data = packing->json;
    datagram->len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}
