
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Forwarding filters as JSON.  It tests these together:
 *
 *     ngx_webrtc_sora_filter.c
 *     ngx_webrtc_sora_filter_api.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"
#include "lib/call_sora.h"

#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_filter.h>


#define RULE   "[[{\"field\":\"kind\",\"operator\":\"is_in\","               \
               "\"values\":[\"video\"]}]]"

#define FILTER(more)  "{\"rules\":" RULE more "}"


static const char *
read_filter(const char *text)
{
    json_t               *json;
    const char           *reason;
    ngx_webrtc_filter_t  *filter;

    json = json_loads(text, 0, NULL);
    assert_non_null(json);

    filter = ngx_webrtc_sora_filter_parse(json, NULL, &reason);
    json_decref(json);

    if (filter) {
        ngx_webrtc_filter_free(filter);
        return NULL;
    }

    return reason;
}


static void
filters_are_checked_to_the_last_value(void **state)
{
    ngx_uint_t  i;

    static const char *const  bad[] = {
        "[]",
        "{}",
        "{\"rules\":{}}",
        "{\"rules\":[{}]}",
        "{\"rules\":[[]]}",
        "{\"rules\":[[{}]]}",
        "{\"rules\":[[{\"field\":\"kind\",\"operator\":\"is_in\"}]]}",
        "{\"rules\":[[{\"field\":\"kind\",\"operator\":\"in\","
                     "\"values\":[\"video\"]}]]}",
        "{\"rules\":[[{\"field\":\"rid\",\"operator\":\"is_in\","
                     "\"values\":[\"video\"]}]]}",
        "{\"rules\":[[{\"field\":\"kind\",\"operator\":\"is_in\","
                     "\"values\":[\"text\"]}]]}",
        "{\"rules\":[[{\"field\":\"client_id\",\"operator\":\"is_in\","
                     "\"values\":[1]}]]}",
        FILTER(",\"action\":\"drop\""),
        FILTER(",\"action\":1"),
        FILTER(",\"name\":\"x\""),
        FILTER(",\"priority\":1"),
        FILTER(",\"name\":\"\",\"priority\":1"),
        FILTER(",\"name\":\"x\",\"priority\":-1"),
        FILTER(",\"name\":\"x\",\"priority\":65536"),
        FILTER(",\"version\":1"),
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {

        if (read_filter(bad[i]) == NULL) {
            fail_msg("taken: %s", bad[i]);
        }

        assert_string_equal(read_filter(bad[i]),
                            "INVALID-FORWARDING-FILTER");
    }

    assert_null(read_filter("{\"rules\":[]}"));
    assert_null(read_filter(FILTER("")));
    assert_null(read_filter(FILTER(",\"action\":\"allow\"")));
    assert_null(read_filter(FILTER(",\"action\":null")));
    assert_null(read_filter(FILTER(",\"name\":\"x\",\"priority\":0,"
                                   "\"version\":\"1\",\"metadata\":[1]")));
}


static void
a_filter_has_a_limit(void **state)
{
    char    *text;
    json_t  *json;

    (void) state;

    text = malloc(NGX_WEBRTC_SORA_METADATA_MAX + 1);
    memset(text, 'x', NGX_WEBRTC_SORA_METADATA_MAX);
    text[NGX_WEBRTC_SORA_METADATA_MAX] = '\0';

    json = json_pack("{s:[], s:s}", "rules", "metadata", text);
    free(text);

    text = json_dumps(json, 0);
    json_decref(json);

    assert_string_equal(read_filter(text), "FORWARDING-FILTER-TOO-LARGE");
    free(text);
}


static void
connect_brings_filters_in_either_form(void **state)
{
    client_t  *a;

    (void) state;

#define JOIN  "{\"type\":\"connect\",\"role\":\"recvonly\","                 \
              "\"channel_id\":\"sora\""

    sora_start();

    a = sora_open();
    sora_say(a, JOIN ",\"forwarding_filters\":[" FILTER("") "],"
             "\"forwarding_filter\":" FILTER("") "}");
    assert_closed(a, 4490, "BOTH-FORWARDING-FILTER-AND-FORWARDING-FILTERS");

    a = sora_open();
    sora_say(a, JOIN ",\"forwarding_filters\":{}}");
    assert_closed(a, 4490, "INVALID-FORWARDING-FILTER");

    a = sora_open();
    sora_say(a, JOIN ",\"forwarding_filters\":[" FILTER("") ",{}]}");
    assert_closed(a, 4490, "INVALID-FORWARDING-FILTER");

    a = sora_open();
    sora_say(a, JOIN ",\"forwarding_filters\":[" FILTER("") "," FILTER("")
             "]}");
    assert_closed(a, 4490, "FORWARDING-FILTER-EXISTS");

    a = sora_join(JOIN ",\"forwarding_filter\":" FILTER("") "}");
    sora_join(JOIN ",\"forwarding_filters\":null,\"client_id\":\"x\"}");

    call_sora("Sora_20230628.ListForwardingFilters",
              "{\"channel_id\":\"sora\"}", a, 200,
              "{\"channel_forwarding_filters\":[],"
              "\"connection_forwarding_filters\":[{\"name\":\"default\","
              "\"priority\":32767,\"action\":\"block\",\"rules\":" RULE ","
              "\"connection_id\":\"%s\"}]}");

    sora_stop();
}


static void
filters_are_made_changed_and_taken_away(void **state)
{
    client_t  *a;

    (void) state;

#define OP(name)  "Sora_20230628." name "ForwardingFilter"

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    call_sora(OP("CreateChannel"),
              "{\"channel_id\":\"sora\",\"rules\":" RULE
              ",\"version\":\"1\"}",
              NULL, 200,
              "{\"name\":\"default\",\"priority\":32767,\"action\":\"block\","
              "\"rules\":" RULE ",\"version\":\"1\","
              "\"channel_id\":\"sora\"}");

    call_sora(OP("CreateChannel"),
              "{\"channel_id\":\"sora\",\"rules\":[]}", NULL, 400,
              "{\"error_type\":\"FORWARDING-FILTER-EXISTS\","
              "\"error_reason\":{\"channel_id\":\"sora\"}}");

    call_sora(OP("UpdateChannel"),
              "{\"channel_id\":\"sora\",\"current_version\":\"2\","
              "\"rules\":[]}", NULL, 400,
              "{\"error_type\":\"FORWARDING-FILTER-VERSION-MISMATCH\","
              "\"error_reason\":{\"channel_id\":\"sora\","
              "\"current_version\":\"2\"}}");

    call_sora(OP("UpdateChannel"),
              "{\"channel_id\":\"sora\",\"current_version\":\"1\","
              "\"version\":\"2\",\"rules\":[],\"action\":\"allow\"}",
              NULL, 200,
              "{\"name\":\"default\",\"priority\":32767,\"action\":\"allow\","
              "\"rules\":[],\"version\":\"2\",\"channel_id\":\"sora\"}");

    call_sora(OP("CreateConnection"),
              "{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
              "\"rules\":[]}", a, 200,
              "{\"name\":\"default\",\"priority\":32767,\"action\":\"block\","
              "\"rules\":[],\"channel_id\":\"sora\","
              "\"connection_id\":\"%s\"}");

    call_sora("Sora_20230628.ListForwardingFilters",
              "{\"channel_id\":\"sora\"}", a, 200,
              "{\"channel_forwarding_filter\":{\"name\":\"default\","
              "\"priority\":32767,\"action\":\"allow\",\"rules\":[],"
              "\"version\":\"2\"},\"channel_forwarding_filters\":["
              "{\"name\":\"default\","
              "\"priority\":32767,\"action\":\"allow\",\"rules\":[],"
              "\"version\":\"2\"}],"
              "\"connection_forwarding_filters\":[{\"name\":\"default\","
              "\"priority\":32767,\"action\":\"block\",\"rules\":[],"
              "\"connection_id\":\"%s\"}]}");

    call_sora(OP("DeleteChannel"), "{\"channel_id\":\"sora\"}", NULL, 200,
              "{\"channel_id\":\"sora\"}");
    call_sora(OP("DeleteChannel"), "{\"channel_id\":\"sora\"}", NULL, 400,
              "{\"error_type\":\"FORWARDING-FILTER-NOT-FOUND\","
              "\"error_reason\":{\"channel_id\":\"sora\"}}");
    call_sora(OP("DeleteConnection"),
              "{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
              "\"name\":\"default\"}", a, 200,
              "{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
              "\"name\":\"default\"}");

    sora_stop();
}


static void
what_is_blocked_is_listed_by_receiver(void **state)
{
    char      want[512];
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendonly", "sora");
    b = sora_arrive("recvonly", "sora");

    call_sora(OP("CreateConnection"),
              "{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
              "\"rules\":[]}", a, 400,
              "{\"error_type\":\"NOT-A-RECEIVER\",\"error_reason\":"
              "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}}");

    call_sora("Sora_20230628.ListForwardingFilters",
              "{\"channel_id\":\"sora\",\"blocked\":true}", NULL, 200,
              "{\"channel_forwarding_filters\":[],"
              "\"connection_forwarding_filters\":[],\"blocked\":[]}");

    call_sora(OP("CreateChannel"),
              "{\"channel_id\":\"sora\",\"rules\":[[{\"field\":"
              "\"connection_id\",\"operator\":\"is_in\",\"values\":"
              "[\"%s\"]},{\"field\":\"kind\",\"operator\":\"is_not_in\","
              "\"values\":[\"video\"]}]]}", a, 200,
              "{\"name\":\"default\",\"priority\":32767,\"action\":\"block\","
              "\"rules\":[[{\"field\":"
              "\"connection_id\",\"operator\":\"is_in\",\"values\":"
              "[\"%s\"]},{\"field\":\"kind\",\"operator\":\"is_not_in\","
              "\"values\":[\"video\"]}]],\"channel_id\":\"sora\"}");

    snprintf(want, sizeof(want),
             "\"blocked\":[{\"destination_connection_id\":\"%s\","
             "\"kind\":\"audio\",\"source_connection_id_list\":[\"%s\"]}]}",
             b->id, a->id);

    call_sora_ends("Sora_20230628.ListForwardingFilters",
                   "{\"channel_id\":\"sora\",\"blocked\":true}", want);

    sora_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(filters_are_checked_to_the_last_value),
        cmocka_unit_test(a_filter_has_a_limit),
        cmocka_unit_test(connect_brings_filters_in_either_form),
        cmocka_unit_test(filters_are_made_changed_and_taken_away),
        cmocka_unit_test(what_is_blocked_is_listed_by_receiver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
