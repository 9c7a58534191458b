
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The operations of the HTTP API that the home worker of a channel carries
 * out, a file for each group, and what they share.
 */


#ifndef _NGX_WEBRTC_SORA_OPERATION_H_INCLUDED_
#define _NGX_WEBRTC_SORA_OPERATION_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/sora/ngx_webrtc_sora_schema.h>


/* NULL: it is not there, the answer says so */

ngx_webrtc_channel_t *ngx_webrtc_sora_call_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_sora_answer_t *answer);
/* of the channel; "key" holds its connection_id */
ngx_webrtc_connection_t *ngx_webrtc_sora_call_connection(
    ngx_webrtc_sora_t *sora, ngx_webrtc_sora_call_t *call, const char *key,
    ngx_webrtc_sora_answer_t *answer);

/* likewise, and CHANNEL-NOT-FOUND when it is the channel that is not there */
ngx_webrtc_connection_t *ngx_webrtc_sora_call_receiver(
    ngx_webrtc_sora_t *sora, ngx_webrtc_sora_call_t *call, const char *key,
    ngx_webrtc_sora_answer_t *answer);

/* a string of the request, empty when it is not given */
void ngx_webrtc_sora_call_str(const ngx_webrtc_sora_call_t *call,
    const char *key, ngx_str_t *str);
/* its index in "words"; NGX_ERROR: not given */
ngx_int_t ngx_webrtc_sora_call_word(const ngx_webrtc_sora_call_t *call,
    const char *key, const char *const *words);

typedef void (*ngx_webrtc_sora_visit_pt)(ngx_webrtc_connection_t *connection,
    void *data, ngx_webrtc_usec_t now);

/*
 * Members of a channel as one change: those with this client_id if it is
 * given, those of this role if it is not negative.  Returns their number; a
 * visit may end its member.
 */
ngx_uint_t ngx_webrtc_sora_visit(ngx_webrtc_sora_t *sora,
    ngx_webrtc_channel_t *channel, const ngx_str_t *client_id, ngx_int_t role,
    ngx_webrtc_sora_visit_pt visit, void *data, ngx_webrtc_usec_t now);

/* 200 with the value as its body; takes over the reference */
void ngx_webrtc_sora_answer_value(json_t *json,
    ngx_webrtc_sora_answer_t *answer);

/* answers ids, names and numbers of the request; "reason" is not among them */
void ngx_webrtc_sora_echo(ngx_webrtc_sora_call_t *call,
    ngx_webrtc_sora_answer_t *answer);
/* the same if a verb gave no reason, or its reason as the error */
void ngx_webrtc_sora_outcome(ngx_webrtc_sora_call_t *call,
    const char *reason, ngx_webrtc_sora_answer_t *answer);


/* ngx_webrtc_sora_disconnect.c */

/* visits by an operation, its call is the data; see visit() */
void ngx_webrtc_sora_disconnect(ngx_webrtc_connection_t *connection,
    void *data, ngx_webrtc_usec_t now);
void ngx_webrtc_sora_disconnect_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_disconnect_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_disconnect_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_disconnect_role(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);

/* ngx_webrtc_sora_simulcast.c */

void ngx_webrtc_sora_request_rtp_stream(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_reset_rtp_stream(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_request_simulcast_rid(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);

/* ngx_webrtc_sora_pause.c */

void ngx_webrtc_sora_pause_rtp_stream(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_resume_rtp_stream(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_list_pause_rtp_streams(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);


/* ngx_webrtc_sora_sender.c */

void ngx_webrtc_sora_change_bit_rate(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_start_forwarding(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_stop_forwarding(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_request_key_frame(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);

/* ngx_webrtc_sora_stats.c */

void ngx_webrtc_sora_get_stats_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_get_stats_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);


/* ngx_webrtc_sora_push.c */

void ngx_webrtc_sora_push_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_push_role(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_push_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_push_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);

/* {"type":"push","data":...} to members, see visit() */
ngx_uint_t ngx_webrtc_sora_push(ngx_webrtc_sora_t *sora,
    ngx_webrtc_channel_t *channel, const ngx_str_t *client_id, ngx_int_t role,
    json_t *data, ngx_webrtc_usec_t now);


/* ngx_webrtc_sora_metadata.c */

void ngx_webrtc_sora_list_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_get_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_put_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_put_metadata_item(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_delete_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_delete_metadata_item(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
/*
 * The two that RPC has too.  The metadata afterwards, a new reference; NULL:
 * nothing was changed, "reason" says why.
 */
json_t *ngx_webrtc_sora_set_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_connection_t *connection, json_t *metadata, ngx_uint_t push,
    ngx_webrtc_usec_t now, const char **reason);
json_t *ngx_webrtc_sora_set_metadata_item(ngx_webrtc_sora_t *sora,
    ngx_webrtc_connection_t *connection, const char *key, json_t *value,
    ngx_uint_t push, ngx_webrtc_usec_t now, const char **reason);


/* ngx_webrtc_sora_spotlight.c */

void ngx_webrtc_sora_focus_spotlight(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_focus_spotlight_fixed(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_unfocus_spotlight(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_change_spotlight_number(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_request_spotlight_rid(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_reset_spotlight_rid(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_batch_request_spotlight_rid(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);


/* ngx_webrtc_sora_filter_api.c */

void ngx_webrtc_sora_list_filters(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_create_filter(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_update_filter(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_delete_filter(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);


/* ngx_webrtc_sora_sessions.c */

void ngx_webrtc_sora_get_session(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_terminate_session(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);


/* ngx_webrtc_sora_list.c */

/* as an item of a list */
void ngx_webrtc_sora_write_connection(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info);


#endif /* _NGX_WEBRTC_SORA_OPERATION_H_INCLUDED_ */
