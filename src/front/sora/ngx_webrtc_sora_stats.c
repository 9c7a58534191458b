
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_program.h>
#include <front/sora/ngx_webrtc_sora_session.h>
#include <front/sora/ngx_webrtc_sora_stats.h>
#include <hub/ngx_webrtc_traffic.h>


typedef struct {
    ngx_webrtc_sora_text_t   *text;
    uint64_t                  wall;
} ngx_webrtc_sora_visited_t;


static void ngx_webrtc_sora_report_connections(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_report_t *report);
static void ngx_webrtc_sora_report_hooks(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_report_t *report);
static void ngx_webrtc_sora_report_hook(ngx_webrtc_sora_text_t *text,
    const char *name, const ngx_webrtc_sora_hooks_t *hooks);
static void ngx_webrtc_sora_report_packets(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_report_t *report);
static void ngx_webrtc_sora_report_programs(ngx_webrtc_sora_text_t *text,
    const char *name, const uint64_t *numbers);
static void ngx_webrtc_sora_write_license(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_self_t *self);
static void ngx_webrtc_sora_write_node(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_self_t *self);
static void ngx_webrtc_sora_visit_stats(ngx_webrtc_connection_t *connection,
    void *data, ngx_webrtc_usec_t now);


void
ngx_webrtc_sora_api_report(const ngx_webrtc_sora_report_t *report,
    const ngx_str_t *version, ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_text_t  text;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_text_cstr(&text, "{");

    ngx_webrtc_sora_report_connections(&text, report);
    ngx_webrtc_sora_report_hooks(&text, report);
    ngx_webrtc_sora_report_packets(&text, report);

    ngx_webrtc_sora_text_key(&text, "sora_client");
    ngx_webrtc_sora_text_cstr(&text, "{");
    ngx_webrtc_sora_report_programs(&text, "total_successful_sora_client_type",
                                    report->programs);
    ngx_webrtc_sora_report_programs(&text, "total_failed_sora_client_type",
                                    report->programs_failed);
    ngx_webrtc_sora_text_cstr(&text, "}");

    ngx_webrtc_sora_text_key(&text, "error");
    ngx_webrtc_sora_text_cstr(&text, "{");
    ngx_webrtc_sora_text_key_uint(&text, "sdp_generation_error",
                                  report->sdp_errors);
    ngx_webrtc_sora_text_key_uint(&text, "signaling_error",
                                  report->signaling_errors);
    ngx_webrtc_sora_text_cstr(&text, "}");

    /* what this server does not have, for those who expect the keys */

    ngx_webrtc_sora_text_key(&text, "erlang_vm");
    ngx_webrtc_sora_text_cstr(&text, "{\"memory\":{},\"statistics\":{}}");
    ngx_webrtc_sora_text_key(&text, "cluster");
    ngx_webrtc_sora_text_cstr(&text, "{\"raft_commit_index\":0,"
                              "\"raft_state\":\"leader\",\"raft_term\":0}");
    ngx_webrtc_sora_text_key(&text, "cluster_relay");
    ngx_webrtc_sora_text_cstr(&text, "[]");

    ngx_webrtc_sora_text_key_str(&text, "version", version);
    ngx_webrtc_sora_text_cstr(&text, "}");

    ngx_webrtc_sora_answer_text(&text, answer);
}


/* the averages are over what they are averages of, not over everything */

static void
ngx_webrtc_sora_report_connections(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_report_t *report)
{
    uint64_t  duration, setup;

    duration = report->destroyed ? report->duration_sec / report->destroyed
                                 : 0;
    setup = report->successful ? report->setup_msec / report->successful : 0;

    ngx_webrtc_sora_text_key_uint(text, "average_duration_sec", duration);
    ngx_webrtc_sora_text_key_uint(text, "average_setup_time_msec", setup);
    ngx_webrtc_sora_text_key_uint(text, "total_connection_created",
                                  report->created);
    ngx_webrtc_sora_text_key_uint(text, "total_connection_destroyed",
                                  report->destroyed);
    ngx_webrtc_sora_text_key_uint(text, "total_connection_updated",
                                  report->updated);
    ngx_webrtc_sora_text_key_uint(text, "total_duration_sec",
                                  report->duration_sec);
    ngx_webrtc_sora_text_key_uint(text, "total_failed_connections",
                                  report->failed);
    ngx_webrtc_sora_text_key_uint(text, "total_ongoing_connections",
                                  report->ongoing);
    ngx_webrtc_sora_text_key_uint(text, "total_successful_connections",
                                  report->successful);
    ngx_webrtc_sora_text_key_uint(text, "total_turn_tcp_connections",
                                  report->tcp);
    ngx_webrtc_sora_text_key_uint(text, "total_turn_udp_connections",
                                  report->udp);
    ngx_webrtc_sora_text_key_uint(text, "total_session_created",
                                  report->sessions_created);
    ngx_webrtc_sora_text_key_uint(text, "total_session_destroyed",
                                  report->sessions_destroyed);
}


static void
ngx_webrtc_sora_report_hooks(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_report_t *report)
{
    ngx_webrtc_sora_text_key_uint(text, "total_auth_webhook_allowed",
                                  report->auth_allowed);
    ngx_webrtc_sora_text_key_uint(text, "total_auth_webhook_denied",
                                  report->auth_denied);

    ngx_webrtc_sora_report_hook(text, "auth_webhook", &report->auth_hook);
    ngx_webrtc_sora_report_hook(text, "session_webhook",
                                &report->session_hook);
    ngx_webrtc_sora_report_hook(text, "event_webhook", &report->event_hook);
    ngx_webrtc_sora_report_hook(text, "stats_webhook", &report->stats_hook);
}


static void
ngx_webrtc_sora_report_hook(ngx_webrtc_sora_text_t *text, const char *name,
    const ngx_webrtc_sora_hooks_t *hooks)
{
    ngx_uint_t       i;
    const uint64_t  *numbers[3];

    static const char *const  heads[] = {
        "\"total_successful_", "\"total_failed_", "\"total_ignored_"
    };

    numbers[0] = &hooks->successful;
    numbers[1] = &hooks->failed;
    numbers[2] = &hooks->ignored;

    for (i = 0; i < 3; i++) {
        ngx_webrtc_sora_text_item(text);
        ngx_webrtc_sora_text_cstr(text, heads[i]);
        ngx_webrtc_sora_text_cstr(text, name);
        ngx_webrtc_sora_text_cstr(text, "\":");
        ngx_webrtc_sora_text_uint(text, *numbers[i]);
    }
}


static void
ngx_webrtc_sora_report_packets(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_report_t *report)
{
    ngx_webrtc_sora_text_key_uint(text,
                                  "total_received_invalid_turn_tcp_packet", 0);
    ngx_webrtc_sora_text_key_uint(text, "total_received_srtp",
                                  report->received_srtp);
    ngx_webrtc_sora_text_key_uint(text, "total_received_srtp_byte_size",
                                  report->received_srtp_bytes);
    ngx_webrtc_sora_text_key_uint(text, "total_decrypted_srtp",
                                  report->decrypted_srtp);
    ngx_webrtc_sora_text_key_uint(text, "total_decrypted_srtp_byte_size",
                                  report->decrypted_srtp_bytes);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_srtp", report->sent_srtp);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_srtp_byte_size",
                                  report->sent_srtp_bytes);
    ngx_webrtc_sora_text_key_uint(text, "total_received_sctp",
                                  report->received_sctp);
    ngx_webrtc_sora_text_key_uint(text, "total_received_sctp_byte_size",
                                  report->received_sctp_bytes);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_sctp", report->sent_sctp);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_sctp_byte_size",
                                  report->sent_sctp_bytes);

    /* our own */

    ngx_webrtc_sora_text_key_uint(text, "total_overrun_srtp",
                                  report->overrun_srtp);
    ngx_webrtc_sora_text_key_uint(text, "total_missed_trunk_byte_size",
                                  report->missed_trunk_bytes);
}


static void
ngx_webrtc_sora_report_programs(ngx_webrtc_sora_text_t *text,
    const char *name, const uint64_t *numbers)
{
    ngx_uint_t   i;
    const char  *key;

    ngx_webrtc_sora_text_key(text, name);
    ngx_webrtc_sora_text_cstr(text, "{");

    for (i = 0; i < NGX_WEBRTC_PROGRAMS; i++) {
        key = ngx_webrtc_sora_program_key(i);

        if (key) {
            ngx_webrtc_sora_text_key_uint(text, key, numbers[i]);
        }
    }

    ngx_webrtc_sora_text_cstr(text, "}");
}


void
ngx_webrtc_sora_api_self(ngx_webrtc_sora_call_t *call,
    const ngx_webrtc_sora_self_t *self, ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_text_t  text;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    if (call->scope == NGX_WEBRTC_SORA_LICENSE) {
        ngx_webrtc_sora_write_license(&text, self);

    } else {
        ngx_webrtc_sora_write_node(&text, self);
    }

    ngx_webrtc_sora_answer_text(&text, answer);
}


/* there is none, and it does not end */

static void
ngx_webrtc_sora_write_license(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_self_t *self)
{
    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_text_key_cstr(text, "expired_at", "9999-12");
    ngx_webrtc_sora_text_key_uint(text, "max_connections",
                                  self->max_connections);
    ngx_webrtc_sora_text_key_uint(text, "max_nodes", 1);
    ngx_webrtc_sora_text_key_cstr(text, "product_name", "ngx_webrtc_module");
    ngx_webrtc_sora_text_key_cstr(text, "serial_code", "NONE");
    ngx_webrtc_sora_text_key_cstr(text, "type", "Open Source");
    ngx_webrtc_sora_text_cstr(text, "}");
}


static void
ngx_webrtc_sora_write_node(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_self_t *self)
{
    ngx_webrtc_sora_text_cstr(text, "[{");
    ngx_webrtc_sora_text_key_str(text, "cluster_node_name",
                                 &self->node->node_name);
    ngx_webrtc_sora_text_key_str(text, "node_name", &self->node->node_name);
    ngx_webrtc_sora_text_key_uint(text, "epoch", 1);
    ngx_webrtc_sora_text_key_cstr(text, "mode", "normal");
    ngx_webrtc_sora_text_key(text, "member_since");
    ngx_webrtc_sora_text_time(text, self->started, 6);
    ngx_webrtc_sora_text_key_str(text, "sora_version", &self->node->version);
    ngx_webrtc_sora_text_key_uint(text, "license_max_connections",
                                  self->max_connections);
    ngx_webrtc_sora_text_key_uint(text, "license_max_nodes", 1);
    ngx_webrtc_sora_text_key_cstr(text, "license_serial_code", "NONE");
    ngx_webrtc_sora_text_key_cstr(text, "license_type", "Open Source");
    ngx_webrtc_sora_text_key_bool(text, "connected", 1);
    ngx_webrtc_sora_text_key_bool(text, "temporary_node", 0);
    ngx_webrtc_sora_text_cstr(text, "}]");
}


void
ngx_webrtc_sora_write_traffic(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info, uint64_t wall)
{
    const ngx_webrtc_traffic_t  *traffic;

    traffic = &info->traffic;

    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_str(text, "client_id", &info->client_id);
    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key(text, "rtp");
    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_text_key_uint(text, "total_received_bytes",
                                  traffic->received_bytes);
    ngx_webrtc_sora_text_key_uint(text, "total_received_rtp",
                                  traffic->received_rtp);
    ngx_webrtc_sora_text_key_uint(text, "total_received_rtp_payload_bytes",
                                  traffic->received_payload);
    ngx_webrtc_sora_text_key_uint(text, "total_received_rtcp_psfb_pli",
                                  traffic->received_key_frame_requests);
    ngx_webrtc_sora_text_key_uint(text,
                                  "total_received_rtcp_rtpfb_generic_nack",
                                  traffic->received_nacks);
    ngx_webrtc_sora_text_key_uint(text, "total_lost_rtp", traffic->lost);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_bytes",
                                  traffic->sent_bytes);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_rtp", traffic->sent_rtp);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_rtp_payload_bytes",
                                  traffic->sent_payload);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_rtcp_psfb_pli",
                                  traffic->sent_key_frame_requests);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_rtcp_rtpfb_generic_nack",
                                  traffic->sent_nacks);
    ngx_webrtc_sora_text_key_uint(text, "total_retransmitted_rtp",
                                  traffic->retransmitted);
    ngx_webrtc_sora_text_key_uint(text, "round_trip_time_us",
                                  traffic->round_trip);
    ngx_webrtc_sora_text_key_uint(text, "video_bit_rate", traffic->bit_rate);
    ngx_webrtc_sora_text_cstr(text, "}");

    ngx_webrtc_sora_text_key(text, "timestamp");
    ngx_webrtc_sora_text_time(text, wall, 6);
    ngx_webrtc_sora_text_cstr(text, "}");
}


void
ngx_webrtc_sora_get_stats_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_sora_text_t     text;
    ngx_webrtc_connection_t   *connection;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    (void) ngx_webrtc_connection_measure(connection);

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));
    ngx_webrtc_sora_write_traffic(&text,
                                  ngx_webrtc_connection_info(connection),
                                  ngx_webrtc_hub_wall(sora->hub, now));
    ngx_webrtc_sora_answer_text(&text, answer);
}


void
ngx_webrtc_sora_get_stats_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_str_t                   client_id;
    ngx_webrtc_channel_t       *channel;
    ngx_webrtc_sora_text_t      text;
    ngx_webrtc_sora_visited_t   visited;

    channel = ngx_webrtc_hub_channel(sora->hub, &call->channel_id);
    ngx_webrtc_sora_call_str(call, "client_id", &client_id);

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));
    visited.text = &text;
    visited.wall = ngx_webrtc_hub_wall(sora->hub, now);

    ngx_webrtc_sora_text_cstr(&text, "[");

    if (channel == NULL
        || ngx_webrtc_sora_visit(sora, channel, &client_id, -1,
                                 ngx_webrtc_sora_visit_stats, &visited, now)
           == 0)
    {
        ngx_webrtc_sora_text_free(&text);
        ngx_webrtc_sora_api_error(call, "CLIENT-NOT-FOUND", answer);
        return;
    }

    ngx_webrtc_sora_text_cstr(&text, "]");
    ngx_webrtc_sora_answer_text(&text, answer);
}


static void
ngx_webrtc_sora_visit_stats(ngx_webrtc_connection_t *connection, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_visited_t *visited = data;

    (void) now;

    (void) ngx_webrtc_connection_measure(connection);

    ngx_webrtc_sora_text_item(visited->text);
    ngx_webrtc_sora_write_traffic(visited->text,
                                  ngx_webrtc_connection_info(connection),
                                  visited->wall);
}
