
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A line of EvoStream's API, "command key=value key=value".  A backslash in
 * front of a space, "=", "," or a backslash makes a plain character of it; a
 * plain comma makes a list of the value.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_LINE_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_LINE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    ngx_str_t                 name;
    ngx_str_t                *items;
    ngx_uint_t                nitems;
    unsigned                  list:1;   /* else there is one item */
} ngx_webrtc_evostream_param_t;


typedef struct {
    ngx_str_t                 command;
    ngx_webrtc_evostream_param_t  *params;  /* in order, as often as said */
    ngx_uint_t                nparams;
} ngx_webrtc_evostream_line_t;


/*
 * "text" is without the end of the line.  With a "command" that was said
 * elsewhere, in a URI, all of it is parameters; NULL: it comes first.
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_evostream_line_parse(ngx_pool_t *pool,
    const ngx_str_t *command, const ngx_str_t *text,
    ngx_webrtc_evostream_line_t *line);

/*
 * The text of parameters from the arguments of a URI: base64, of either
 * alphabet and with or without padding, in the first argument.  It ends where
 * a line would end.  NGX_DECLINED: it is not base64; NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_evostream_line_args(ngx_pool_t *pool,
    const ngx_str_t *args, ngx_str_t *text);

/* in any case, the last one of that name; NULL: there is none */
ngx_webrtc_evostream_param_t *ngx_webrtc_evostream_line_find(
    const ngx_webrtc_evostream_line_t *line, const char *name);


#endif /* _NGX_WEBRTC_EVOSTREAM_LINE_H_INCLUDED_ */
