
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a stream, as the commands that show streams have it */


#ifndef _NGX_WEBRTC_EVOSTREAM_STREAMS_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_STREAMS_H_INCLUDED_


#include <core/ngx_webrtc_hash.h>
#include <front/evostream/ngx_webrtc_evostream_run.h>


typedef struct ngx_webrtc_evostream_stream_row_s
    ngx_webrtc_evostream_stream_row_t;

struct ngx_webrtc_evostream_stream_row_s {
    ngx_webrtc_evostream_stream_t       stream;
    ngx_webrtc_evostream_stream_row_t  *next;
    ngx_webrtc_evostream_stream_row_t  *source;     /* of a viewer */
    ngx_webrtc_evostream_stream_row_t  *viewers;    /* of a source */
    ngx_webrtc_evostream_stream_row_t  *last;       /* of them */
    ngx_webrtc_evostream_stream_row_t  *sibling;    /* viewer of the same */
    ngx_webrtc_hash_node_t              name;
    ngx_webrtc_hash_node_t              whole;      /* of a first sender */
};


/* NULL: no memory */
json_t *ngx_webrtc_evostream_stream_json(ngx_webrtc_evostream_run_t *run,
    const ngx_webrtc_evostream_stream_row_t *row);


#endif /* _NGX_WEBRTC_EVOSTREAM_STREAMS_H_INCLUDED_ */
