
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The file of configurations.  The master reads it into a zone that is new; a
 * worker that has changed something writes it, at the end of the turn of the
 * event loop or a little later, to a file beside it that takes its place.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_FILE_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_FILE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone.h>


/* of a new zone, before anybody else knows it; faults are logged */
void ngx_webrtc_evostream_file_read(ngx_webrtc_zone_t *zone);

/* hooks of the module: init_module, init_process, exit_process */
ngx_int_t ngx_webrtc_evostream_file_prepare(ngx_cycle_t *cycle);
ngx_int_t ngx_webrtc_evostream_file_open(ngx_cycle_t *cycle);
void ngx_webrtc_evostream_file_close(ngx_cycle_t *cycle);

/* the name as a number, to be compared with what the zone has */
uint32_t ngx_webrtc_evostream_file_name(const ngx_webrtc_zone_t *zone);
/* the directory, which ends with a zero; NULL: no memory */
u_char *ngx_webrtc_evostream_file_dir(ngx_pool_t *pool,
    const ngx_str_t *file);

/* without the lock: there is something to be written */
void ngx_webrtc_evostream_file_touch(ngx_webrtc_zone_t *zone);
/* if whoever had to write has died before */
void ngx_webrtc_evostream_file_check(ngx_webrtc_zone_t *zone);


#endif /* _NGX_WEBRTC_EVOSTREAM_FILE_H_INCLUDED_ */
