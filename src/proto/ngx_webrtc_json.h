
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * JSON over jansson with the limits that input from the network needs.  Real
 * numbers are read as doubles and written with 17 digits, so that they come
 * out with the value they came in with; text that must not change at all
 * (statistics, metadata) is kept as the slice that find_raw() returns.
 */


#ifndef _NGX_WEBRTC_JSON_H_INCLUDED_
#define _NGX_WEBRTC_JSON_H_INCLUDED_


#include <core/ngx_webrtc_core.h>

#include <jansson.h>


#define NGX_WEBRTC_JSON_DEPTH   32


/*
 * Parses one object or array of at most "max" bytes.  NULL: *reason is a text
 * ("too large", "too deep", "invalid JSON", ...).  Refused: duplicate keys,
 * NUL in strings, invalid UTF-8, trailing bytes, numbers that overflow.  The
 * caller owns the reference.
 */
json_t *ngx_webrtc_json_parse(u_char *pos, u_char *last, size_t max,
    const char **reason);

/*
 * The text of the value of a top-level key, without copy.  The whole text is
 * checked on the way, with the same depth limit.  NGX_DECLINED: a valid
 * object without this key; NGX_ERROR: not an object, malformed, too deep.  Of
 * duplicates the first is found; keys with escapes are not.
 */
ngx_int_t ngx_webrtc_json_find_raw(u_char *pos, u_char *last,
    const char *key, ngx_str_t *value);

/* the same, but the key with two values is malformed */
ngx_int_t ngx_webrtc_json_find_once(u_char *pos, u_char *last,
    const char *key, ngx_str_t *value);

/* NGX_OK: the text is an object or array, by the rules of find_raw() */
ngx_int_t ngx_webrtc_json_check(u_char *pos, u_char *last);

/*
 * How many bytes at "pos" stand in a string as they are and are ASCII: no
 * quote, no backslash, nothing below 0x20.
 */
size_t ngx_webrtc_json_plain(const u_char *pos, const u_char *last);

/*
 * The bytes of a string, "raw" being its text with the quotes as find_raw()
 * leaves it; "buf" has room for raw->len of them.
 */
void ngx_webrtc_json_unescape(const ngx_str_t *raw, u_char *buf,
    ngx_str_t *value);


/*
 * Members of an object.  NGX_OK: *value set; NGX_DECLINED: absent or null;
 * NGX_ERROR: wrong type; NGX_ABORT: of the right type but out of range.
 */
ngx_int_t ngx_webrtc_json_get_bool(const json_t *object, const char *key,
    ngx_uint_t *value);
ngx_int_t ngx_webrtc_json_get_int(const json_t *object, const char *key,
    json_int_t min, json_int_t max, json_int_t *value);
ngx_int_t ngx_webrtc_json_get_real(const json_t *object, const char *key,
    double min, double max, double *value);

/* the length in bytes must lie in [min, max]; points into the json_t */
ngx_int_t ngx_webrtc_json_get_str(const json_t *object, const char *key,
    size_t min, size_t max, ngx_str_t *value);

/* borrowed references */
ngx_int_t ngx_webrtc_json_get_object(const json_t *object, const char *key,
    json_t **value);
ngx_int_t ngx_webrtc_json_get_array(const json_t *object, const char *key,
    json_t **value);


/* a new json string of bytes that are UTF-8; NULL: they are not */
json_t *ngx_webrtc_json_str(const ngx_str_t *str);

/*
 * Compact text.  dump_buf() returns the length, or 0 when it does not fit;
 * dump() allocates from the pool.
 */
size_t ngx_webrtc_json_dump_buf(const json_t *json, u_char *buf, size_t size);
ngx_int_t ngx_webrtc_json_dump(const json_t *json, ngx_pool_t *pool,
    ngx_str_t *text);


#endif /* _NGX_WEBRTC_JSON_H_INCLUDED_ */
