
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The service of one configuration: it joins a room of a rendezvous server,
 * comes back to it when it was lost, and serves the viewers who come there.
 * Connections and sessions are the glue's; time goes in, verbs come out.
 *
 * One socket waits in the room, the front.  On a server of ours it serves all
 * viewers; on another one it goes on with the viewer who has come, and a new
 * front joins the room again.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_SERVICE_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_SERVICE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/evostream/ngx_webrtc_ers_client.h>
#include <front/evostream/ngx_webrtc_evostream.h>


typedef struct ngx_webrtc_evostream_service_s  ngx_webrtc_evostream_service_t;
typedef struct ngx_webrtc_evostream_socket_s   ngx_webrtc_evostream_socket_t;
typedef struct ngx_webrtc_evostream_viewer_s   ngx_webrtc_evostream_viewer_t;


/* what is worth a line in the log */

typedef enum {
    NGX_WEBRTC_EVOSTREAM_TOLD_JOINED = 0,
    NGX_WEBRTC_EVOSTREAM_TOLD_LOST,
    NGX_WEBRTC_EVOSTREAM_TOLD_FAILED,   /* to get there; each reason once */
    NGX_WEBRTC_EVOSTREAM_TOLD_REFUSED   /* likewise */
} ngx_webrtc_evostream_told_e;


/* valid during the call */

typedef struct {
    ngx_str_t                 id;
    ngx_str_t                 stream;
    const ngx_webrtc_ers_server_t  *servers;
    ngx_uint_t                nservers;
} ngx_webrtc_evostream_view_t;


/* none of them calls back before it returns, but "close" asks for output() */

typedef struct {
    /* connected() or closed() follows; NULL: no memory */
    void                   *(*connect)(void *data,
                                ngx_webrtc_evostream_socket_t *socket);
    /* output() has something */
    void                    (*flush)(void *connection);
    /* it, or what is left of it, begins anew, with the address it had */
    void                    (*again)(void *connection);
    /* what output() still has is sent if it can be */
    void                    (*close)(void *connection);

    /* offer(), missing() or ended() follows; NULL: it cannot be */
    void                   *(*view)(void *data,
                                ngx_webrtc_evostream_viewer_t *viewer,
                                const ngx_webrtc_evostream_view_t *view);
    void                    (*answer)(void *viewing, const ngx_str_t *sdp);
    void                    (*candidate)(void *viewing,
                                const ngx_str_t *candidate,
                                const ngx_str_t *mid);
    void                    (*pause)(void *viewing, ngx_uint_t paused);
    void                    (*end)(void *viewing);
    /* a session that plays goes on by itself */
    void                    (*detach)(void *viewing);

    /* status() is another one */
    void                    (*changed)(void *data);
    /* "last": it will not be tried again */
    void                    (*tell)(void *data,
                                ngx_webrtc_evostream_told_e what,
                                const char *reason, ngx_uint_t last);
    ngx_int_t               (*random)(void *data, u_char *buf, size_t len);
    ngx_int_t               (*sha1)(u_char *digest, const void *data,
                                size_t len);
    /* us since 1970 */
    uint64_t                (*wall)(void *data);
} ngx_webrtc_evostream_glue_t;


/* copied, but the glue */

typedef struct {
    const ngx_webrtc_evostream_glue_t  *glue;
    void                     *data;
    ngx_str_t                 instance;
    ngx_uint_t                max_viewers;
    size_t                    message_size;
    size_t                    send_queue;
    ngx_webrtc_usec_t         join_timeout;
    ngx_webrtc_usec_t         silence;
    ngx_webrtc_usec_t         retry_min;
    ngx_webrtc_usec_t         retry_max;
    ngx_webrtc_usec_t         refresh;
    ngx_webrtc_usec_t         settle;   /* viewers under way when it quits */
} ngx_webrtc_evostream_service_conf_t;


/* "config" is copied; it begins with the first tick().  NULL: no memory */
ngx_webrtc_evostream_service_t *ngx_webrtc_evostream_service_create(
    const ngx_webrtc_evostream_service_conf_t *conf,
    const ngx_webrtc_evostream_config_t *config, ngx_log_t *log,
    ngx_webrtc_usec_t now);
/* with "viewers" their sessions end too, or they go on by themselves */
void ngx_webrtc_evostream_service_destroy(
    ngx_webrtc_evostream_service_t *service, ngx_uint_t viewers);
/*
 * The room is left at once to another worker; viewers who are not playing yet
 * have a moment.  To be destroyed when it is not busy any more.
 */
void ngx_webrtc_evostream_service_quit(
    ngx_webrtc_evostream_service_t *service, ngx_webrtc_usec_t now);
ngx_uint_t ngx_webrtc_evostream_service_is_busy(
    const ngx_webrtc_evostream_service_t *service);

void ngx_webrtc_evostream_service_tick(
    ngx_webrtc_evostream_service_t *service, ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_evostream_service_expires(
    const ngx_webrtc_evostream_service_t *service);

/* id, state, fault and attempts, and what it was made with */
const ngx_webrtc_evostream_config_t *ngx_webrtc_evostream_service_status(
    const ngx_webrtc_evostream_service_t *service);


/* of a connection; the socket may be gone when closed() returns */

void *ngx_webrtc_evostream_socket_data(
    const ngx_webrtc_evostream_socket_t *socket);
void ngx_webrtc_evostream_socket_connected(
    ngx_webrtc_evostream_socket_t *socket, ngx_webrtc_usec_t now);
void ngx_webrtc_evostream_socket_input(
    ngx_webrtc_evostream_socket_t *socket, u_char *pos, size_t len,
    ngx_webrtc_usec_t now);
size_t ngx_webrtc_evostream_socket_output(
    ngx_webrtc_evostream_socket_t *socket, u_char *buf, size_t size);
/*
 * "reason" is a constant; NULL: the server has closed it.  It may be asked to
 * begin again.
 */
void ngx_webrtc_evostream_socket_closed(
    ngx_webrtc_evostream_socket_t *socket, const char *reason,
    ngx_webrtc_usec_t now);


/* of a viewing; after missing() and ended() it is gone, as is the viewer */

void *ngx_webrtc_evostream_viewer_data(
    const ngx_webrtc_evostream_viewer_t *viewer);
void ngx_webrtc_evostream_viewer_offer(
    ngx_webrtc_evostream_viewer_t *viewer, const ngx_str_t *sdp,
    ngx_webrtc_usec_t now);
void ngx_webrtc_evostream_viewer_candidate(
    ngx_webrtc_evostream_viewer_t *viewer, const ngx_str_t *candidate,
    const ngx_str_t *mid, ngx_webrtc_usec_t now);
void ngx_webrtc_evostream_viewer_playing(
    ngx_webrtc_evostream_viewer_t *viewer, ngx_webrtc_usec_t now);
void ngx_webrtc_evostream_viewer_missing(
    ngx_webrtc_evostream_viewer_t *viewer, ngx_webrtc_usec_t now);
void ngx_webrtc_evostream_viewer_ended(
    ngx_webrtc_evostream_viewer_t *viewer, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_EVOSTREAM_SERVICE_H_INCLUDED_ */
