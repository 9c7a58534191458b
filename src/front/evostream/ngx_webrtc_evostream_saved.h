
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The file in which configurations outlive nginx:
 *
 *     { "lastConfigId": 7,
 *       "webrtc": [ { "configId": 7, "ers": "", "ersip": "192.0.2.1",
 *                     "ersport": 3535, "ersOverSsl": false,
 *                     "roomid": "lobby", "token": "", "vars": {...} }, ... ] }
 *
 * All of them have keepAlive, or they would not be there.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_SAVED_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_SAVED_H_INCLUDED_


#include <front/evostream/ngx_webrtc_evostream.h>
#include <proto/ngx_webrtc_json.h>


/* NGX_DECLINED: not this one, which then counts as skipped */
typedef ngx_int_t (*ngx_webrtc_evostream_saved_pt)(void *data,
    const ngx_webrtc_evostream_config_t *config);


typedef struct {
    ngx_uint_t                last_id;
    ngx_uint_t                skipped;      /* no configurations */
    const char               *reason;       /* of NGX_ERROR, a constant */
} ngx_webrtc_evostream_saved_t;


/* NGX_ERROR: that is not such a file, and the handler was not called */
ngx_int_t ngx_webrtc_evostream_saved_parse(u_char *pos, u_char *last,
    ngx_webrtc_evostream_saved_t *saved, ngx_webrtc_evostream_saved_pt handler,
    void *data);

/* NULL: no memory */
json_t *ngx_webrtc_evostream_saved_create(ngx_uint_t last_id);
ngx_int_t ngx_webrtc_evostream_saved_add(json_t *saved,
    const ngx_webrtc_evostream_config_t *config);


#endif /* _NGX_WEBRTC_EVOSTREAM_SAVED_H_INCLUDED_ */
