
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_WEBRTC_HTTP_REPLY_HEAD_H_INCLUDED_
#define _NGX_WEBRTC_HTTP_REPLY_HEAD_H_INCLUDED_


#include <proto/ngx_webrtc_http_reply.h>


/* of a length: far more than any body that is taken */
#define NGX_WEBRTC_HTTP_REPLY_DIGITS  15


/* how long the body is */

typedef struct {
    uint64_t            length;
    unsigned            counted:1;      /* by Content-Length */
    unsigned            chunked:1;
} ngx_webrtc_http_reply_framing_t;


/* from reply->start to reply->pos, with the empty line at its end */
ngx_int_t ngx_webrtc_http_reply_head(ngx_webrtc_http_reply_t *reply,
    ngx_webrtc_http_reply_framing_t *framing);


#endif /* _NGX_WEBRTC_HTTP_REPLY_HEAD_H_INCLUDED_ */
