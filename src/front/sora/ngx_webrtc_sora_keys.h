
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Reads members of a JSON object into a struct, by a table.  A member that is
 * absent or null leaves its field as it is.
 */


#ifndef _NGX_WEBRTC_SORA_KEYS_H_INCLUDED_
#define _NGX_WEBRTC_SORA_KEYS_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_json.h>


typedef enum {
    NGX_WEBRTC_SORA_KEY_STR = 0,    /* "min" to "max" bytes */
    NGX_WEBRTC_SORA_KEY_WORD,       /* one of "words"; its index */
    NGX_WEBRTC_SORA_KEY_INT,
    NGX_WEBRTC_SORA_KEY_BOOL,
    NGX_WEBRTC_SORA_KEY_FLAG        /* a bool, or a number as it once was */
} ngx_webrtc_sora_key_e;


typedef struct {
    const char               *name;
    ngx_webrtc_sora_key_e     type;
    json_int_t                min;
    json_int_t                max;
    const char *const        *words;
    size_t                    offset;   /* of an ngx_str_t or ngx_int_t */
    const char               *reason;
} ngx_webrtc_sora_key_t;


/*
 * "keys" end with a name that is NULL.  NGX_ERROR: "reason" is that of the
 * first key that breaks its rule.
 */
ngx_int_t ngx_webrtc_sora_read(const json_t *object,
    const ngx_webrtc_sora_key_t *keys, void *values, const char **reason);


#endif /* _NGX_WEBRTC_SORA_KEYS_H_INCLUDED_ */
