
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The bodies of the session and the event webhook: an event of the hub
 * becomes a JSON text.
 */


#ifndef _NGX_WEBRTC_SORA_HOOK_H_INCLUDED_
#define _NGX_WEBRTC_SORA_HOOK_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>
#include <hub/ngx_webrtc_session.h>
#include <front/sora/ngx_webrtc_sora.h>
#include <front/sora/ngx_webrtc_sora_text.h>


/* what every webhook begins with; "type" may be NULL */
void ngx_webrtc_sora_hook_head(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id, const char *type,
    uint64_t wall);
/* "audio", "video" and what is known of them */
void ngx_webrtc_sora_hook_media(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info);
/* "channel_connections" and those of each role */
void ngx_webrtc_sora_hook_counts(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_counts_t *counts);


/*
 * An event of a connection.  NGX_DECLINED: no webhook tells of such events.
 * The clocks are those of the hub.
 */
ngx_int_t ngx_webrtc_sora_hook_event(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event);

/*
 * The end of a connection, or of its session, whose worker has died: what the
 * zone knew of it.
 */
void ngx_webrtc_sora_hook_lost(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id,
    const ngx_webrtc_connection_info_t *info, ngx_uint_t session,
    uint64_t wall);


/*
 * What a session remembers until its end: an item of "connections" for each
 * connection that has ended, and what was answered to its beginning.
 */

typedef struct {
    ngx_webrtc_sora_text_t    connections;
    ngx_uint_t                nconnections;
    ngx_str_t                 metadata;     /* malloc()ed */
} ngx_webrtc_sora_hook_session_t;

void ngx_webrtc_sora_hook_remember(ngx_webrtc_sora_hook_session_t *session,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event);
/* the answer to "session.created"; one that is no JSON is ignored */
void ngx_webrtc_sora_hook_answer(ngx_webrtc_sora_hook_session_t *session,
    ngx_webrtc_channel_t *channel, const ngx_str_t *body,
    ngx_webrtc_usec_t now, ngx_log_t *log);
void ngx_webrtc_sora_hook_session_free(
    ngx_webrtc_sora_hook_session_t *session);

/* "session" NULL: it begins */
void ngx_webrtc_sora_hook_session(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id,
    const ngx_webrtc_session_info_t *info,
    const ngx_webrtc_sora_hook_session_t *session, uint64_t wall);

/* all sessions of this nginx are gone */
void ngx_webrtc_sora_hook_vanished(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id, uint64_t wall);


#endif /* _NGX_WEBRTC_SORA_HOOK_H_INCLUDED_ */
