
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Forwarding filters as JSON: {"name", "priority", "action", "rules",
 * "version", "metadata"}; only "rules" is required.
 */


#ifndef _NGX_WEBRTC_SORA_FILTER_H_INCLUDED_
#define _NGX_WEBRTC_SORA_FILTER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_json.h>
#include <hub/ngx_webrtc_filter.h>


/* of one connection, given at connect */
#define NGX_WEBRTC_SORA_FILTERS_MAX  64


/* NULL: "reason" is a constant; other members of the object are ignored */
ngx_webrtc_filter_t *ngx_webrtc_sora_filter_parse(const json_t *object,
    ngx_log_t *log, const char **reason);

/*
 * "forwarding_filters", or the older "forwarding_filter", of a connect
 * message; "filters" has room for FILTERS_MAX.  NGX_ERROR: there is nothing
 * to free.
 */
ngx_int_t ngx_webrtc_sora_filters_read(const json_t *connect,
    ngx_webrtc_filter_t **filters, ngx_uint_t *n, ngx_log_t *log,
    const char **reason);
/* those that are not NULL */
void ngx_webrtc_sora_filters_free(ngx_webrtc_filter_t **filters,
    ngx_uint_t n);


#endif /* _NGX_WEBRTC_SORA_FILTER_H_INCLUDED_ */
