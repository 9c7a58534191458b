
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The rows of EvoStream's tables, for the files of this room that keep them.
 * Functions are called under the zone's lock unless they say otherwise.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_SH_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_SH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_evostream_rows.h>
#include <event/ngx_webrtc_zone_sh.h>


#define NGX_WEBRTC_EVOSTREAM_FAULT_MAX    128
#define NGX_WEBRTC_EVOSTREAM_CODEC_MAX    16
#define NGX_WEBRTC_EVOSTREAM_ADDRESS_MAX  64

/* rows that a listing looks at before others get the lock */
#define NGX_WEBRTC_EVOSTREAM_BATCH        64


typedef struct {
    ngx_webrtc_zone_node_t    node;         /* by its id */
    ngx_webrtc_owner_t        owner;        /* term 0: nobody runs it */
    ngx_uint_t                id;
    ngx_webrtc_evostream_state_e  state;
    time_t                    changed;
    ngx_uint_t                attempts;
    ngx_uint_t                viewers;      /* that are not to end */

    in_port_t                 ersport;
    uint8_t                   ers_over_ssl;
    uint8_t                   keep_alive;
    uint16_t                  ers_len;
    uint16_t                  ersip_len;
    uint16_t                  roomid_len;
    uint16_t                  token_len;
    uint16_t                  vars_len;
    uint16_t                  fault_len;
    u_char                    ers[NGX_WEBRTC_EVOSTREAM_HOST_MAX];
    u_char                    ersip[NGX_WEBRTC_EVOSTREAM_HOST_MAX];
    u_char                    roomid[NGX_WEBRTC_EVOSTREAM_ROOM_MAX];
    u_char                    token[NGX_WEBRTC_EVOSTREAM_TOKEN_MAX];
    u_char                    vars[NGX_WEBRTC_EVOSTREAM_VARS_MAX];
    u_char                    fault[NGX_WEBRTC_EVOSTREAM_FAULT_MAX];
} ngx_webrtc_zone_config_t;


typedef struct {
    ngx_webrtc_zone_node_t    node;         /* by its number */
    ngx_webrtc_owner_t        owner;
    uint64_t                  number;
    ngx_uint_t                config;
    time_t                    created;
    uint64_t                  sent;

    uint8_t                   playing;
    uint8_t                   ending;       /* its worker is to end it */
    uint8_t                   audio_len;
    uint8_t                   video_len;
    uint16_t                  name_len;
    uint16_t                  viewer_len;
    uint16_t                  address_len;
    u_char                    name[NGX_WEBRTC_EVOSTREAM_NAME_MAX];
    u_char                    viewer[NGX_WEBRTC_EVOSTREAM_VIEWER_MAX];
    u_char                    address[NGX_WEBRTC_EVOSTREAM_ADDRESS_MAX];
    u_char                    audio[NGX_WEBRTC_EVOSTREAM_CODEC_MAX];
    u_char                    video[NGX_WEBRTC_EVOSTREAM_CODEC_MAX];
} ngx_webrtc_zone_viewer_t;


/* NULL: there is none */
ngx_webrtc_zone_config_t *ngx_webrtc_evostream_config_look(
    ngx_webrtc_zone_t *zone, ngx_uint_t id);
/* for a handler; its strings are those of the row */
void ngx_webrtc_evostream_config_show(const ngx_webrtc_zone_config_t *row,
    ngx_webrtc_evostream_config_t *config);
/* another one, not ended, for the same room of the same server, or NULL */
ngx_webrtc_zone_config_t *ngx_webrtc_evostream_config_same(
    ngx_webrtc_zone_t *zone, const ngx_webrtc_evostream_config_t *config);
/*
 * A row with the id of "config", owned by nobody yet.  NULL: the table is
 * full.
 */
ngx_webrtc_zone_config_t *ngx_webrtc_evostream_config_put(
    ngx_webrtc_zone_t *zone, const ngx_webrtc_evostream_config_t *config);
/* the texts are not too long, and there are those that must be */
ngx_uint_t ngx_webrtc_evostream_config_fits(
    const ngx_webrtc_evostream_config_t *config);

/*
 * For a new row.  NGX_DECLINED: who could be chosen is about to quit;
 * NGX_ABORT: nobody has a seat.
 */
ngx_int_t ngx_webrtc_evostream_config_place(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *owner);
/* NULL: to nobody */
void ngx_webrtc_evostream_config_give(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_config_t *row, const ngx_webrtc_owner_t *owner);

/* what the file is to hold has changed */
void ngx_webrtc_evostream_rows_changed(ngx_webrtc_zone_t *zone);

/* anew, into the rows of their configurations */
void ngx_webrtc_evostream_viewers_repair(ngx_webrtc_zone_t *zone);
void ngx_webrtc_evostream_viewer_show(const ngx_webrtc_zone_viewer_t *row,
    ngx_webrtc_evostream_stream_t *stream);
/* of a worker that has gone */
void ngx_webrtc_evostream_viewers_clean(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner);

/* a text of a row, cut if it is too long */
uint16_t ngx_webrtc_evostream_copy(u_char *dst, size_t max,
    const ngx_str_t *src);


/* without the lock */

/* everybody is to look */
void ngx_webrtc_evostream_rows_tell(ngx_webrtc_zone_t *zone);
/* a row was refused: said once a second */
void ngx_webrtc_evostream_rows_warn(ngx_webrtc_zone_t *zone,
    const char *directive, ngx_uint_t max);


#endif /* _NGX_WEBRTC_EVOSTREAM_SH_H_INCLUDED_ */
