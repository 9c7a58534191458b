
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The spotlight of a channel.  Whoever speaks is focused, up to a number of
 * members; when all places are taken a new speaker gets that of the one who
 * has been silent for longest.  Nobody who speaks or is fixed has to leave.
 *
 * Of the focused the others get video at their focus rid and audio, of those
 * who are not, video at their unfocus rid and audio only while they speak.
 *
 * The verbs return NULL, or why they did nothing as a constant:
 *
 *     NO-SPOTLIGHT             the channel has none
 *     SPOTLIGHT-FULL           all places belong to fixed members
 *     NOT-A-SENDER             it has nothing to be seen or heard
 *     CONNECTION-NOT-FOUND     it is still connecting; see also
 *                              ngx_webrtc_simulcast.h on pairs of members
 */


#ifndef _NGX_WEBRTC_SPOTLIGHT_H_INCLUDED_
#define _NGX_WEBRTC_SPOTLIGHT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


#define NGX_WEBRTC_SPOTLIGHT_MAX    8


/*
 * Now; a fixed one stays until unfocus(), others until a speaker needs the
 * place.
 */
const char *ngx_webrtc_spotlight_focus(ngx_webrtc_connection_t *connection,
    ngx_uint_t fixed, ngx_webrtc_usec_t now);
/* it is focused again when it begins to speak anew */
const char *ngx_webrtc_spotlight_unfocus(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
/* 1 to NGX_WEBRTC_SPOTLIGHT_MAX */
const char *ngx_webrtc_spotlight_set_number(ngx_webrtc_channel_t *channel,
    ngx_uint_t number, ngx_webrtc_usec_t now);

ngx_uint_t ngx_webrtc_spotlight_is_focused(
    ngx_webrtc_connection_t *connection);
ngx_uint_t ngx_webrtc_spotlight_is_fixed(ngx_webrtc_connection_t *connection);
/* 0: the channel has no spotlight */
ngx_uint_t ngx_webrtc_spotlight_number(ngx_webrtc_channel_t *channel);


/*
 * What one receiver gets of one sender, or of all if "sender_id" is NULL or
 * empty; those who come later, too.  What is asked for one sender goes before
 * what is asked for all, that before what the receiver joined with; a reset
 * for all forgets what was asked for single ones, too.
 */
const char *ngx_webrtc_spotlight_request(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, const ngx_webrtc_spotlight_rids_t *rids,
    ngx_webrtc_usec_t now);
const char *ngx_webrtc_spotlight_reset(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_webrtc_usec_t now);
/* why a request would do nothing; NULL: it would not fail */
const char *ngx_webrtc_spotlight_check(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id);


#endif /* _NGX_WEBRTC_SPOTLIGHT_H_INCLUDED_ */
