
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Requests of the REST API, from what the client sent to a call or an error.
 * It tests these together:
 *
 *     ngx_webrtc_skyway_answer.c
 *     ngx_webrtc_skyway_form.c
 *     ngx_webrtc_skyway_routes.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <front/skyway/ngx_webrtc_skyway_route.h>


#define TOKEN  "pt-9749250e-d157-4f80-9ee2-359ce8524308"
#define DC     "dc-9749250e-d157-4f80-9ee2-359ce8524308"
#define MC     "mc-9749250e-d157-4f80-9ee2-359ce8524308"


static ngx_webrtc_skyway_call_t    call;
static ngx_webrtc_skyway_answer_t  answer;


/* in blocks of their exact size */

static void
set(ngx_str_t *str, const char *text)
{
    str->len = strlen(text);
    str->data = malloc(str->len ? str->len : 1);
    memcpy(str->data, text, str->len);
}


static ngx_int_t
parse(const char *method, const char *path, const char *accept,
    const char *body)
{
    char                         *query;
    char                          text[2048];
    ngx_int_t                     rc;
    ngx_webrtc_skyway_request_t   request;

    snprintf(text, sizeof(text), "%s", path);
    query = strchr(text, '?');

    if (query) {
        *query++ = '\0';
    }

    set(&request.method, method);
    set(&request.path, text);
    set(&request.args, query ? query : "");
    set(&request.accept, accept);
    set(&request.body, body);

    rc = ngx_webrtc_skyway_api_parse(&request, &call, &answer);

    free(request.method.data);
    free(request.path.data);
    free(request.args.data);
    free(request.accept.data);
    free(request.body.data);

    return rc;
}


static void
accepted(const char *method, const char *path, const char *body)
{
    assert_int_equal(parse(method, path, "", body), NGX_OK);
}


static void
done(void)
{
    ngx_webrtc_skyway_call_free(&call);
    ngx_webrtc_skyway_answer_free(&answer);
}


static void
refused(ngx_uint_t status, const char *method, const char *path,
    const char *body, const char *want)
{
    assert_int_equal(parse(method, path, "", body), NGX_DECLINED);
    assert_int_equal(answer.status, status);

    if (answer.body.len != strlen(want)
        || memcmp(answer.body.data, want, strlen(want)) != 0)
    {
        print_error("%.*s\n%s\n", (int) answer.body.len,
                    (char *) answer.body.data, want);
        fail();
    }

    done();
}


#define assert_str(str, text)                                                \
    assert_int_equal((str)->len, strlen(text));                              \
    assert_memory_equal((str)->data, text, strlen(text))


static void
every_operation_has_its_route(void **state)
{
    ngx_uint_t  i;

    static const struct {
        const char                 *method;
        const char                 *path;
        const char                 *body;
        const char                 *command;
        ngx_webrtc_skyway_scope_e   scope;
    } routes[] = {
        { "POST", "/peers", "{\"key\":\"k\",\"domain\":\"d\"}",
          "PEERS_CREATE", NGX_WEBRTC_SKYWAY_PLACE },
        { "DELETE", "/peers/p?token=" TOKEN, "", "PEERS_DELETE",
          NGX_WEBRTC_SKYWAY_PEER_HOME },
        { "PUT", "/peers/p/credential?token=" TOKEN,
          "{\"timestamp\":1,\"ttl\":600,\"authToken\":\"x\"}",
          "PEERS_CREDENTIAL_UPDATE", NGX_WEBRTC_SKYWAY_PEER_HOME },
        { "GET", "/peers/p/events?token=" TOKEN, "", "PEERS_EVENTS",
          NGX_WEBRTC_SKYWAY_PEER_HOME },
        { "GET", "/peers/p/status?token=" TOKEN, "", "PEERS_STATUS",
          NGX_WEBRTC_SKYWAY_PEER_HOME },
        { "POST", "/data", "{}", "DATA_CREATE",
          NGX_WEBRTC_SKYWAY_ANYWHERE },
        { "DELETE", "/data/da", "", "DATA_DELETE",
          NGX_WEBRTC_SKYWAY_ANYWHERE },
        { "POST", "/data/connections",
          "{\"peer_id\":\"p\",\"token\":\"" TOKEN "\",\"target_id\":\"q\","
          "\"params\":{}}",
          "DATA_CONNECTION_CREATE", NGX_WEBRTC_SKYWAY_PEER_HOME },
        { "DELETE", "/data/connections/" DC, "", "DATA_CONNECTION_DELETE",
          NGX_WEBRTC_SKYWAY_OBJECT_HOME },
        { "PUT", "/data/connections/" DC, "{}", "DATA_CONNECTION_PUT",
          NGX_WEBRTC_SKYWAY_OBJECT_HOME },
        { "GET", "/data/connections/" DC "/events", "",
          "DATA_CONNECTION_EVENTS", NGX_WEBRTC_SKYWAY_OBJECT_HOME },
        { "GET", "/data/connections/" DC "/status", "",
          "DATA_CONNECTION_STATUS", NGX_WEBRTC_SKYWAY_OBJECT_HOME },
        { "POST", "/media", "{\"is_video\":false}", "MEDIA_CREATE",
          NGX_WEBRTC_SKYWAY_ANYWHERE },
        { "DELETE", "/media/vi", "", "MEDIA_DELETE",
          NGX_WEBRTC_SKYWAY_ANYWHERE },
        { "POST", "/media/rtcp", "", "RTCP_CREATE",
          NGX_WEBRTC_SKYWAY_ANYWHERE },
        { "DELETE", "/media/rtcp/rc", "", "RTCP_DELETE",
          NGX_WEBRTC_SKYWAY_ANYWHERE },
        { "POST", "/media/connections",
          "{\"peer_id\":\"p\",\"token\":\"" TOKEN "\",\"target_id\":\"q\"}",
          "MEDIA_CONNECTION_CREATE", NGX_WEBRTC_SKYWAY_PEER_HOME },
        { "DELETE", "/media/connections/" MC, "", "MEDIA_CONNECTION_DELETE",
          NGX_WEBRTC_SKYWAY_OBJECT_HOME },
        { "POST", "/media/connections/" MC "/answer",
          "{\"constraints\":{\"video\":false,\"audio\":false}}",
          "MEDIA_CONNECTION_ANSWER", NGX_WEBRTC_SKYWAY_OBJECT_HOME },
        { "POST", "/media/connections/" MC "/pli",
          "{\"port\":1,\"ip_v4\":\"127.0.0.1\"}",
          "MEDIA_CONNECTION_PLI", NGX_WEBRTC_SKYWAY_OBJECT_HOME },
        { "GET", "/media/connections/" MC "/events", "",
          "MEDIA_CONNECTION_EVENTS", NGX_WEBRTC_SKYWAY_OBJECT_HOME },
        { "GET", "/media/connections/" MC "/status", "",
          "MEDIA_CONNECTION_STATUS", NGX_WEBRTC_SKYWAY_OBJECT_HOME },
    };

    (void) state;

    assert_int_equal(sizeof(routes) / sizeof(routes[0]), 22);

    for (i = 0; i < 22; i++) {
        accepted(routes[i].method, routes[i].path, routes[i].body);

        assert_string_equal(call.route->command, routes[i].command);
        assert_int_equal(call.scope, routes[i].scope);

        if (call.scope == NGX_WEBRTC_SKYWAY_OBJECT_HOME) {
            assert_true(call.has_home);
            assert_int_equal(call.id.len, 39);
        }

        if (call.scope == NGX_WEBRTC_SKYWAY_PEER_HOME) {
            assert_true(call.has_home);
            assert_str(&call.id, "p");
            assert_str(&call.token, TOKEN);
        }

        done();
    }
}


static void
ids_are_unescaped_once(void **state)
{
    ngx_uint_t  i;

    static const struct {
        const char  *path;
        const char  *id;
    } paths[] = {
        { "/peers/a+b?token=x", "a+b" },
        { "/peers/a%2Fb?token=x", "a/b" },
        { "/peers/a%252Fb?token=x", "a%2Fb" },
        { "/peers/%e6%bc%a2?token=x", "\xe6\xbc\xa2" },
        { "/peers/a%zz%4?token=x", "a%zz%4" },
        { "/peers/a/?token=x", "a" },
    };

    (void) state;

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        accepted("DELETE", paths[i].path, "");
        assert_str(&call.id, paths[i].id);
        assert_false(call.has_home);
        done();
    }
}


static void
arguments_may_be_anything(void **state)
{
    ngx_uint_t  i;

    static const char *const  args[] = {
        "?token=a%2Db", "?peer_id=p&token=a-b", "?&&=&x&token=a-b&token=c",
        "?tokens=x&token=a-b", "?Token=x&token=a-b"
    };

    char  path[64];

    (void) state;

    for (i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
        snprintf(path, sizeof(path), "/peers/p%s", args[i]);
        accepted("DELETE", path, "{\"ignored\":");
        assert_str(&call.token, "a-b");
        done();
    }

    refused(400, "DELETE", "/peers/p?", "",
            "{\"command_type\":\"PEERS_DELETE\",\"params\":{\"errors\":["
            "{\"field\":\"token\","
            "\"message\":\"token field is not specified\"}]}}");
}


static void
errors_name_what_is_wrong(void **state)
{
    (void) state;

    refused(404, "GET", "/nowhere", "",
            "{\"command_type\":\"UNKNOWN\",\"params\":{\"errors\":["
            "{\"field\":\"path\",\"message\":\"path is not found\"}]}}");

    refused(400, "POST", "/peers", "{\"domain\":1}",
            "{\"command_type\":\"PEERS_CREATE\",\"params\":{\"errors\":["
            "{\"field\":\"key\",\"message\":\"key field is not specified\"},"
            "{\"field\":\"domain\","
            "\"message\":\"domain is non-string value\"}]}}");

    refused(400, "GET", "/peers//status?token=x", "",
            "{\"command_type\":\"PEERS_STATUS\",\"params\":{\"errors\":["
            "{\"field\":\"peer_id\","
            "\"message\":\"peer_id field is not specified\"}]}}");

    refused(400, "POST", "/data/connections",
            "{\"peer_id\":\"p\",\"token\":\"t\",\"target_id\":\"q\","
            "\"options\":{\"serialization\":\"XML\","
            "\"dcInit\":{\"maxRetransmits\":-1,\"ordered\":1}}}",
            "{\"command_type\":\"DATA_CONNECTION_CREATE\",\"params\":"
            "{\"errors\":[{\"field\":\"options\",\"message\":"
            "\"serialization is none of the allowed values\"},"
            "{\"field\":\"dcInit\","
            "\"message\":\"ordered is non-boolean value\"},"
            "{\"field\":\"dcInit\","
            "\"message\":\"maxRetransmits is out of range\"}]}}");

    refused(400, "PUT", "/data/connections/" DC,
            "{\"redirect_params\":{\"ip_v4\":\"127.0.0.1\",\"port\":65536}}",
            "{\"command_type\":\"DATA_CONNECTION_PUT\",\"params\":{\"errors\":"
            "[{\"field\":\"redirect_params\","
            "\"message\":\"port is out of range\"}]}}");

    refused(400, "POST", "/media/connections/" MC "/answer", "{}",
            "{\"command_type\":\"MEDIA_CONNECTION_ANSWER\",\"params\":"
            "{\"errors\":[{\"field\":\"constraints\",\"message\":"
            "\"constraints field is not specified\"}]}}");

    refused(400, "POST", "/data", "[1]",
            "{\"command_type\":\"DATA_CREATE\",\"params\":{\"errors\":["
            "{\"field\":\"body\","
            "\"message\":\"body is non-object value\"}]}}");

    refused(400, "POST", "/data", "{\"a\":1",
            "{\"command_type\":\"DATA_CREATE\",\"params\":{\"errors\":["
            "{\"field\":\"body\","
            "\"message\":\"body is not valid JSON\"}]}}");
}


static void
another_method_is_told_the_right_ones(void **state)
{
    (void) state;

    assert_int_equal(parse("GET", "/data/connections/x", "", ""),
                     NGX_DECLINED);
    assert_int_equal(answer.status, 405);
    assert_int_equal(answer.allow_len, 11);
    assert_memory_equal(answer.allow, "DELETE, PUT", 11);
    done();

    assert_int_equal(parse("DELETE", "/media/connections/", "", ""),
                     NGX_DECLINED);
    assert_int_equal(answer.status, 405);
    assert_memory_equal(answer.allow, "POST", 4);
    done();
}


static void
bodies_are_taken_as_they_come(void **state)
{
    ngx_uint_t  i;

    static const char *const  bodies[] = {
        "", " \r\n\t", "{}", "\xef\xbb\xbf{}", "\n{\"unknown\":[{}]} "
    };

    (void) state;

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        accepted("POST", "/media/rtcp", bodies[i]);
        done();
    }

    /* null is nothing at all */

    accepted("POST", "/data/connections",
             "{\"peer_id\":\"p\",\"token\":\"t\",\"target_id\":\"q\","
             "\"params\":null,\"redirect_params\":null,\"options\":"
             "{\"metadata\":null,\"serialization\":\"none\",\"dcInit\":{}}}");
    done();
}


static void
json_must_be_accepted(void **state)
{
    ngx_uint_t  i;

    static const struct {
        const char  *accept;
        ngx_int_t    rc;
    } headers[] = {
        { "", NGX_OK }, { "*/*", NGX_OK }, { "application/json", NGX_OK },
        { "APPLICATION/*;q=0.5", NGX_OK }, { " , ,", NGX_OK },
        { "text/html,*/*;q=0.001", NGX_OK },
        { "application/json;charset=utf-8;q=1", NGX_OK },
        { "application/json ; q=0.9", NGX_OK },
        { "application/json;", NGX_OK }, { "application/json;q", NGX_OK },
        { "text/html", NGX_DECLINED }, { "application/jsonp", NGX_DECLINED },
        { "application/json;q=0", NGX_DECLINED },
        { "application/json; q=0.000, text/*", NGX_DECLINED },
        { "application/json;a=b; Q=0", NGX_DECLINED },
    };

    (void) state;

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {

        if (parse("POST", "/data", headers[i].accept, "") != headers[i].rc) {
            print_error("%s\n", headers[i].accept);
            fail();
        }

        done();
    }
}


static void
every_status_has_a_body(void **state)
{
    ngx_uint_t  i;

    static const ngx_uint_t  statuses[] = {
        403, 404, 406, 408, 413, 500, 503
    };

    (void) state;

    for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        ngx_webrtc_skyway_api_status(NULL, statuses[i], &answer);
        assert_int_equal(answer.status, statuses[i]);
        assert_memory_equal(answer.body.data, "{\"command_type\":\"UNKNOWN\"",
                            25);
        ngx_webrtc_skyway_answer_free(&answer);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_has_its_route),
        cmocka_unit_test(ids_are_unescaped_once),
        cmocka_unit_test(arguments_may_be_anything),
        cmocka_unit_test(errors_name_what_is_wrong),
        cmocka_unit_test(another_method_is_told_the_right_ones),
        cmocka_unit_test(bodies_are_taken_as_they_come),
        cmocka_unit_test(json_must_be_accepted),
        cmocka_unit_test(every_status_has_a_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
