
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Forwarding filters: whose audio and video a member gets.  A filter has
 * rules, any of which may match; a rule has terms, all of which must.  Those
 * of the channel hold for every receiver, those of a connection for it alone.
 *
 * All filters that concern a receiver are asked in the order of their
 * priority, the lowest number first, of a connection before those of the
 * channel; the first one that matches decides.  What none of them matches is
 * blocked if one of them allows something, else it is forwarded.
 */


#ifndef _NGX_WEBRTC_FILTER_H_INCLUDED_
#define _NGX_WEBRTC_FILTER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


typedef enum {
    NGX_WEBRTC_FILTER_CONNECTION_ID = 0,    /* of the sender */
    NGX_WEBRTC_FILTER_CLIENT_ID,            /* of the sender */
    NGX_WEBRTC_FILTER_KIND                  /* "audio" or "video" */
} ngx_webrtc_filter_field_e;


/* "text" is the front-end's own, for listings; everything is copied */

typedef struct {
    ngx_str_t                 name;
    ngx_str_t                 version;
    ngx_str_t                 text;
    ngx_int_t                 priority;
    unsigned                  allow:1;      /* else it blocks */
} ngx_webrtc_filter_conf_t;


/* NULL: no memory; without rules it matches nothing */
ngx_webrtc_filter_t *ngx_webrtc_filter_create(
    const ngx_webrtc_filter_conf_t *conf, ngx_log_t *log);
void ngx_webrtc_filter_free(ngx_webrtc_filter_t *filter);

/* the following terms belong to it, the following values to the last term */
ngx_int_t ngx_webrtc_filter_add_rule(ngx_webrtc_filter_t *filter);
ngx_int_t ngx_webrtc_filter_add_term(ngx_webrtc_filter_t *filter,
    ngx_webrtc_filter_field_e field, ngx_uint_t is_not_in);
ngx_int_t ngx_webrtc_filter_add_value(ngx_webrtc_filter_t *filter,
    const ngx_str_t *value);

ngx_uint_t ngx_webrtc_filter_match(const ngx_webrtc_filter_t *filter,
    const ngx_webrtc_connection_info_t *sender, ngx_uint_t video);
const ngx_webrtc_filter_conf_t *ngx_webrtc_filter_conf(
    const ngx_webrtc_filter_t *filter);


/*
 * Of a connection, or of the channel if "connection" is NULL.  They return
 * NULL or a constant that says why nothing was changed:
 *
 *     FORWARDING-FILTER-EXISTS         one of that name is there
 *     FORWARDING-FILTER-NOT-FOUND      there is none of that name
 *     FORWARDING-FILTER-VERSION-MISMATCH  it has another version
 *     TOO-MANY-FORWARDING-FILTERS      max_filters is reached
 *
 * A filter that was added or put in place of another belongs to the hub.
 */
const char *ngx_webrtc_hub_add_filter(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_filter_t *filter,
    ngx_webrtc_usec_t now);
/* in place of the one of that name, which must have this version if given */
const char *ngx_webrtc_hub_update_filter(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_filter_t *filter,
    const ngx_str_t *version, ngx_webrtc_usec_t now);
const char *ngx_webrtc_hub_remove_filter(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, const ngx_str_t *name,
    ngx_webrtc_usec_t now);

/* by priority; start with NULL */
ngx_webrtc_filter_t *ngx_webrtc_hub_next_filter(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_filter_t *filter);

/* whether filters keep the sender's audio or video from the receiver */
ngx_uint_t ngx_webrtc_hub_filtered(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, ngx_uint_t video);


#endif /* _NGX_WEBRTC_FILTER_H_INCLUDED_ */
