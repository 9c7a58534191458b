
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The "connect" message of Sora signalling, read by a table of keys.  Unknown
 * keys are ignored, null is as good as absent.
 */


#ifndef _NGX_WEBRTC_SORA_CONNECT_H_INCLUDED_
#define _NGX_WEBRTC_SORA_CONNECT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_json.h>
#include <hub/ngx_webrtc_hub.h>
#include <hub/ngx_webrtc_messaging.h>
#include <front/sora/ngx_webrtc_sora.h>


/* the limit that a user sets is that of the WebSocket: no more than this */
#define NGX_WEBRTC_SORA_MESSAGE_MAX   (16 * 1024 * 1024)

/* it goes to every member of the channel, over and over */
#define NGX_WEBRTC_SORA_METADATA_MAX  16384

#define NGX_WEBRTC_SORA_PARAMS_MAX    128

/* it is in every offer of the client */
#define NGX_WEBRTC_SORA_ENCODINGS_MAX  4096


/*
 * The strings lead into json, into params, into the message and into the
 * answer of the auth webhook.  A key that the client may send too is read
 * from "json": what the auth webhook said of it is there already.  One that
 * is the server's alone is read from "authz".
 */

typedef struct {
    ngx_webrtc_join_t         join;
    json_t                   *json;
    json_t                   *authz;    /* NULL: no auth webhook was asked */
    ngx_str_t                 metadata; /* of the offer; empty: none */
    char                     *encodings;    /* text, or NULL */
    ngx_webrtc_label_t       *labels;   /* of the join, or NULL */
    ngx_uint_t                rpc;      /* the methods granted, as bits */
    ngx_int_t                 data_channel_signaling;
    ngx_int_t                 ignore_disconnect_websocket;
    u_char                    params[NGX_WEBRTC_SORA_PARAMS_MAX];
    unsigned                  silent:1; /* wants no notify messages */
} ngx_webrtc_sora_connect_t;


/*
 * "authz" is the answer of the auth webhook as JSON text, NULL or empty
 * without one.  NGX_ERROR: "reason" is a constant for the close frame; there
 * is nothing to free then.
 */
ngx_int_t ngx_webrtc_sora_connect_parse(ngx_webrtc_sora_connect_t *connect,
    const u_char *data, size_t len, const ngx_str_t *authz,
    const char **reason);
/* the same of a message that was parsed; takes over the reference to "json" */
ngx_int_t ngx_webrtc_sora_connect_read(ngx_webrtc_sora_connect_t *connect,
    json_t *json, const u_char *data, size_t len, const ngx_str_t *authz,
    const char **reason);
void ngx_webrtc_sora_connect_free(ngx_webrtc_sora_connect_t *connect);

/* what it says of data channels, with the defaults of "conf" */
ngx_int_t ngx_webrtc_sora_connect_labels(ngx_webrtc_sora_connect_t *connect,
    const ngx_webrtc_sora_conf_t *conf, const char **reason);

/* "VP9"; empty for no codec */
const char *ngx_webrtc_sora_codec_name(ngx_webrtc_codec_e codec);
/* "vp9_params"; NULL: the codec has none */
const char *ngx_webrtc_sora_params_key(ngx_webrtc_codec_e codec);
/* "sendrecv" */
const char *ngx_webrtc_sora_role_name(ngx_webrtc_role_e role);

/* in the order of ngx_webrtc_role_e, and NULL */
extern const char *const  ngx_webrtc_sora_roles[];
/* "none", "r0", "r1", "r2", NULL: the layer plus one */
extern const char *const  ngx_webrtc_sora_rids[];


/* for parse() alone */

/* ngx_webrtc_sora_connect_media.c */

ngx_int_t ngx_webrtc_sora_read_audio(ngx_webrtc_sora_connect_t *connect,
    const char **reason);
ngx_int_t ngx_webrtc_sora_read_video(ngx_webrtc_sora_connect_t *connect,
    const char **reason);

/* ngx_webrtc_sora_connect_simulcast.c */

ngx_int_t ngx_webrtc_sora_read_simulcast(ngx_webrtc_sora_connect_t *connect,
    const char **reason);

/* ngx_webrtc_sora_connect_data.c */

ngx_int_t ngx_webrtc_sora_read_data(ngx_webrtc_sora_connect_t *connect,
    const char **reason);


/* ngx_webrtc_sora_connect_spotlight.c, for parse() alone */

ngx_int_t ngx_webrtc_sora_read_spotlight(ngx_webrtc_sora_connect_t *connect,
    const char **reason);


#endif /* _NGX_WEBRTC_SORA_CONNECT_H_INCLUDED_ */
