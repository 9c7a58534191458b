
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the server's own statistics, as the API shows them */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"


static ngx_webrtc_sora_call_t    call;
static ngx_webrtc_sora_answer_t  answer;


/* the answer as JSON, with a reference of the caller's */

static json_t *
answered(ngx_uint_t status)
{
    json_t  *json;

    assert_int_equal(answer.status, status);

    json = json_loadb((char *) answer.body.data, answer.body.len, 0, NULL);
    assert_non_null(json);

    ngx_webrtc_sora_answer_free(&answer);

    return json;
}


static void
parse(const char *target, const char *body)
{
    ngx_str_t  name;

    name.data = (u_char *) target;
    name.len = strlen(target);

    assert_int_equal(ngx_webrtc_sora_api_parse(&name, (u_char *) body,
                                               strlen(body), &call, &answer),
                     NGX_OK);
}


static json_t *
execute(const char *target, const char *body, client_t *client,
    ngx_uint_t status)
{
    char  text[512];

    snprintf(text, sizeof(text), body, client->id);
    parse(target, text);

    ngx_webrtc_sora_api_execute(sora.sora, &call, sora.now, &answer);
    ngx_webrtc_sora_call_free(&call);

    return answered(status);
}


static void
the_report_counts_and_averages(void **state)
{
    json_t                    *json, *part;
    ngx_str_t                  version;
    ngx_webrtc_sora_report_t   report;

    (void) state;

    ngx_str_set(&version, "2025.2.0");
    ngx_memzero(&report, sizeof(ngx_webrtc_sora_report_t));

    ngx_webrtc_sora_api_report(&report, &version, &answer);
    json = answered(200);
    assert_int_equal(sora_int(json, "average_duration_sec"), 0);
    assert_int_equal(sora_int(json, "average_setup_time_msec"), 0);
    json_decref(json);

    report.created = 100;
    report.updated = 174;
    report.destroyed = 100;
    report.successful = 100;
    report.failed = 80;
    report.duration_sec = 12769;
    report.setup_msec = 35800;
    report.udp = 98;
    report.tcp = 2;
    report.sessions_created = 3;
    report.auth_denied = 4;
    report.event_hook.ignored = 5;
    report.sent_srtp_bytes = 6;
    report.received_sctp = 7;
    report.overrun_srtp = 11;
    report.missed_trunk_bytes = 12;
    report.signaling_errors = 8;
    report.programs[0] = 9;
    report.programs_failed[6] = 10;

    ngx_webrtc_sora_api_report(&report, &version, &answer);
    json = answered(200);

    assert_int_equal(sora_int(json, "average_duration_sec"), 127);
    assert_int_equal(sora_int(json, "average_setup_time_msec"), 358);
    assert_int_equal(sora_int(json, "total_connection_created"), 100);
    assert_int_equal(sora_int(json, "total_connection_destroyed"), 100);
    assert_int_equal(sora_int(json, "total_connection_updated"), 174);
    assert_int_equal(sora_int(json, "total_duration_sec"), 12769);
    assert_int_equal(sora_int(json, "total_failed_connections"), 80);
    assert_int_equal(sora_int(json, "total_ongoing_connections"), 0);
    assert_int_equal(sora_int(json, "total_successful_connections"), 100);
    assert_int_equal(sora_int(json, "total_turn_tcp_connections"), 2);
    assert_int_equal(sora_int(json, "total_turn_udp_connections"), 98);
    assert_int_equal(sora_int(json, "total_session_created"), 3);
    assert_int_equal(sora_int(json, "total_auth_webhook_denied"), 4);
    assert_int_equal(sora_int(json, "total_ignored_event_webhook"), 5);
    assert_int_equal(sora_int(json, "total_failed_stats_webhook"), 0);
    assert_int_equal(sora_int(json, "total_sent_srtp_byte_size"), 6);
    assert_int_equal(sora_int(json, "total_received_sctp"), 7);
    assert_int_equal(sora_int(json, "total_overrun_srtp"), 11);
    assert_int_equal(sora_int(json, "total_missed_trunk_byte_size"), 12);
    assert_key(json, "version", "2025.2.0");

    part = json_object_get(json, "error");
    assert_int_equal(sora_int(part, "signaling_error"), 8);

    part = json_object_get(json, "sora_client");
    assert_int_equal(sora_int(json_object_get(part,
                                  "total_successful_sora_client_type"),
                              "unknown"), 9);
    assert_int_equal(sora_int(json_object_get(part,
                                  "total_failed_sora_client_type"),
                              "sora_js_sdk"), 10);

    assert_true(json_is_object(json_object_get(json, "erlang_vm")));
    assert_true(json_is_object(json_object_get(json, "cluster")));
    assert_true(json_is_array(json_object_get(json, "cluster_relay")));

    json_decref(json);
}


static void
the_only_node_has_a_licence_that_does_not_end(void **state)
{
    json_t                  *json;
    ngx_webrtc_sora_self_t   self;
    ngx_webrtc_sora_node_t   node;

    (void) state;

    ngx_str_set(&node.version, "2025.2.0");
    ngx_str_set(&node.label, "label");
    ngx_str_set(&node.node_name, "host");

    self.node = &node;
    self.max_connections = 8192;
    self.started = 1586417492056487ULL;

    parse("Sora_20171218.GetLicense", "");
    assert_int_equal(call.scope, NGX_WEBRTC_SORA_LICENSE);
    ngx_webrtc_sora_api_self(&call, &self, &answer);
    ngx_webrtc_sora_call_free(&call);

    json = answered(200);
    assert_key(json, "expired_at", "9999-12");
    assert_int_equal(sora_int(json, "max_connections"), 8192);
    assert_key(json, "product_name", "ngx_webrtc_module");
    assert_key(json, "type", "Open Source");
    json_decref(json);

    parse("Sora_20211215.ListClusterNodes", "{}");
    assert_int_equal(call.scope, NGX_WEBRTC_SORA_NODES);
    ngx_webrtc_sora_api_self(&call, &self, &answer);
    ngx_webrtc_sora_call_free(&call);

    json = answered(200);
    assert_int_equal(json_array_size(json), 1);
    assert_key(json_array_get(json, 0), "node_name", "host");
    assert_key(json_array_get(json, 0), "mode", "normal");
    assert_key(json_array_get(json, 0), "member_since",
               "2020-04-09T07:31:32.056487Z");
    json_decref(json);
}


static void
connections_and_clients_have_their_traffic(void **state)
{
    json_t    *json, *rtp;
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    json = execute("Sora_20170529.GetStatsConnection",
                   "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}", a,
                   200);
    assert_key(json, "channel_id", "sora");
    assert_key(json, "connection_id", a->id);
    assert_key(json, "client_id", a->id);
    assert_non_null(json_object_get(json, "timestamp"));

    rtp = json_object_get(json, "rtp");
    assert_int_equal(sora_int(rtp, "total_received_rtp"), 0);
    assert_int_equal(sora_int(rtp, "video_bit_rate"), 500);
    json_decref(json);

    json = execute("Sora_20170529.GetStatsClient",
                   "{\"channel_id\":\"sora\",\"client_id\":\"%s\"}", a, 200);
    assert_int_equal(json_array_size(json), 1);
    assert_key(json_array_get(json, 0), "connection_id", a->id);
    json_decref(json);

    json = execute("Sora_20170529.GetStatsClient",
                   "{\"channel_id\":\"sora\",\"client_id\":\"x%s\"}", a, 400);
    assert_key(json, "error_type", "CLIENT-NOT-FOUND");
    json_decref(json);

    json = execute("Sora_20170529.GetStatsConnection",
                   "{\"channel_id\":\"x\",\"connection_id\":\"%s\"}", a,
                   400);
    assert_key(json, "error_type", "CONNECTION-NOT-FOUND");
    json_decref(json);

    json = execute("Sora_20241218.RequestKeyFrame",
                   "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}", a,
                   200);
    assert_key(json, "connection_id", a->id);
    json_decref(json);

    a = sora_arrive("recvonly", "sora");
    json = execute("Sora_20241218.RequestKeyFrame",
                   "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}", a,
                   400);
    assert_key(json, "error_type", "NO-UPSTREAM-VIDEO");
    json_decref(json);

    sora_stop();
}


static void
all_connections_are_listed_by_any_worker(void **state)
{
    json_t                         *json;
    ngx_webrtc_sora_list_t         *list;
    ngx_webrtc_connection_info_t    info;

    (void) state;

    ngx_memzero(&info, sizeof(info));
    memcpy(info.connection_id, "DV2Z3MSXC50M78Y11ETN3VZ360",
           NGX_WEBRTC_ID_LEN);
    ngx_str_set(&info.channel_id, "sora");
    info.traffic.sent_rtp = 77;

    parse("Sora_20171101.GetStatsAllConnections", "{\"local\":false}");
    assert_int_equal(call.scope, NGX_WEBRTC_SORA_TRAFFIC);

    list = ngx_webrtc_sora_list_start(&call);
    ngx_webrtc_sora_list_traffic(list, &info, 1586417492056487ULL);
    ngx_webrtc_sora_list_traffic(list, &info, 1586417492056487ULL);
    ngx_webrtc_sora_list_finish(list, &answer);
    ngx_webrtc_sora_call_free(&call);

    json = answered(200);
    assert_int_equal(json_array_size(json), 2);
    assert_int_equal(sora_int(json_object_get(json_array_get(json, 0),
                                              "rtp"), "total_sent_rtp"), 77);
    assert_key(json_array_get(json, 1), "timestamp",
               "2020-04-09T07:31:32.056487Z");
    json_decref(json);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_report_counts_and_averages),
        cmocka_unit_test(the_only_node_has_a_licence_that_does_not_end),
        cmocka_unit_test(connections_and_clients_have_their_traffic),
        cmocka_unit_test(all_connections_are_listed_by_any_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
