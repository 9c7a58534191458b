
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * EvoStream's tables of the shared zone: configurations and viewers.
 *
 * A row of a configuration says what shall be: each is owned by one worker,
 * which runs its service; it goes to another one when its owner quits or
 * dies.  Workers look after every change (MAIL_EVOSTREAM goes to all of them)
 * and once a second, while there is anything to look at.
 *
 * All strings that are handed out are valid during the handler, which is
 * called under the lock: copy and return.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_ROWS_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_ROWS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone.h>
#include <front/evostream/ngx_webrtc_evostream.h>


/* by the API, at any worker; changes are told to all and are written down */

/*
 * config->id is set.  NGX_DECLINED: the same server, port and room have been
 * started; NGX_BUSY: the table is full; NGX_ABORT: no worker has a seat;
 * NGX_ERROR: a text over its maximum.
 */
ngx_int_t ngx_webrtc_evostream_config_add(ngx_webrtc_zone_t *zone,
    ngx_webrtc_evostream_config_t *config);
/*
 * Removes those that match and have not ended; an empty string, a port of 0
 * mean "any".  Their number.
 */
ngx_uint_t ngx_webrtc_evostream_config_stop(ngx_webrtc_zone_t *zone,
    const ngx_str_t *ersip, in_port_t ersport, const ngx_str_t *roomid);
/* the handler hears what it was.  NGX_DECLINED: there is none */
ngx_int_t ngx_webrtc_evostream_config_remove(ngx_webrtc_zone_t *zone,
    ngx_uint_t id, ngx_webrtc_evostream_config_pt handler, void *data);
/* NGX_DECLINED: there is none */
ngx_int_t ngx_webrtc_evostream_config_find(ngx_webrtc_zone_t *zone,
    ngx_uint_t id, ngx_webrtc_evostream_config_pt handler, void *data);
/* in order of their ids, those that have ended too */
void ngx_webrtc_evostream_config_list(ngx_webrtc_zone_t *zone,
    ngx_webrtc_evostream_config_pt handler, void *data);

/* senders, ports, then viewers, each in order of their numbers */
void ngx_webrtc_evostream_stream_list(ngx_webrtc_zone_t *zone,
    ngx_webrtc_evostream_stream_pt handler, void *data);
/* of a viewer: its worker ends it.  NGX_DECLINED: there is none */
ngx_int_t ngx_webrtc_evostream_viewer_end(ngx_webrtc_zone_t *zone,
    uint64_t number);


/* by the workers that run services */

/*
 * Takes over what nobody runs and calls the handler for each configuration
 * that is this worker's and has not ended.  A worker that quits ("quitting")
 * gives all of its own back instead, and its handler is not called.
 */
void ngx_webrtc_evostream_config_own(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_uint_t quitting,
    ngx_webrtc_evostream_config_pt handler, void *data);
/*
 * What state, fault and attempts are now, by its owner; ENDED is for good.
 */
void ngx_webrtc_evostream_config_set(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self,
    const ngx_webrtc_evostream_config_t *config);

/* by the workers that serve viewers */

/* viewer->number is set.  NGX_BUSY: the table is full */
ngx_int_t ngx_webrtc_evostream_viewer_add(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_webrtc_evostream_stream_t *viewer);
/* address, playing, sent, audio and video are renewed */
void ngx_webrtc_evostream_viewer_set(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self,
    const ngx_webrtc_evostream_stream_t *viewer);
void ngx_webrtc_evostream_viewer_remove(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, uint64_t number);
/*
 * Calls the handler for each viewer of this worker that has to end, because
 * that was asked for or its configuration was removed.
 */
void ngx_webrtc_evostream_viewer_check(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_webrtc_evostream_stream_pt handler,
    void *data);

/* there is something to look at once a second; read without the lock */
ngx_uint_t ngx_webrtc_evostream_is_used(ngx_webrtc_zone_t *zone);


/* 16 random bytes as text, the same as long as the zone lives */
ngx_str_t ngx_webrtc_evostream_instance(ngx_webrtc_zone_t *zone);


#endif /* _NGX_WEBRTC_EVOSTREAM_ROWS_H_INCLUDED_ */
