
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Programs with their peers, ports and connections.  It tests these together:
 *
 *     ngx_webrtc_skyway_connection.c
 *     ngx_webrtc_skyway_constraints.c
 *     ngx_webrtc_skyway_data.c
 *     ngx_webrtc_skyway_feed.c
 *     ngx_webrtc_skyway_incoming.c
 *     ngx_webrtc_skyway_inside.c
 *     ngx_webrtc_skyway_media.c
 *     ngx_webrtc_skyway_peer.c
 *     ngx_webrtc_skyway_port.c
 *     ngx_webrtc_skyway_signal.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/gateway.h"
#include "skyway_fixture.h"

#include <hub/ngx_webrtc_token.h>
#include <front/skyway/ngx_webrtc_skyway_program.h>


#define PORTS  32
#define WALL   1600000000


typedef struct {
    ngx_webrtc_port_t   *port;
    ngx_webrtc_port_e    kind;
    ngx_uint_t           refs;
    ngx_uint_t           used;
    u_char               id[NGX_WEBRTC_SKYWAY_OBJECT_ID];
} port_t;


/* a peer of a program, and a connection of it */

typedef struct {
    const char          *id;
    char                 token[40];
    char                 connection[40];
} peer_t;


static port_t      ports[PORTS];
static ngx_uint_t  status;
static char        body[4096];

static ngx_webrtc_skyway_poller_t  poller;


static ngx_int_t
port_open(void *data, ngx_webrtc_port_e kind, u_char *id,
    ngx_webrtc_addr_t *addr)
{
    ngx_uint_t  i;

    static const ngx_webrtc_skyway_id_e  ids[] = {
        NGX_WEBRTC_SKYWAY_ID_DATA, NGX_WEBRTC_SKYWAY_ID_VIDEO,
        NGX_WEBRTC_SKYWAY_ID_AUDIO, NGX_WEBRTC_SKYWAY_ID_RTCP
    };

    (void) data;

    for (i = 0; ports[i].port; i++) {
        if (i == PORTS - 1) {
            return NGX_BUSY;
        }
    }

    ports[i].port = ngx_webrtc_port_create(scene.gateway, kind, &ports[i]);
    ports[i].kind = kind;
    ports[i].refs = 0;
    ports[i].used = 0;

    ngx_webrtc_skyway_id_generate(ports[i].id, ids[kind], 1, 1);
    memcpy(id, ports[i].id, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    *addr = at((uint16_t) (50001 + i));

    return NGX_OK;
}


static port_t *
port_find(ngx_webrtc_port_e kind, const ngx_str_t *id)
{
    ngx_uint_t  i;

    for (i = 0; i < PORTS; i++) {
        if (ports[i].port && ports[i].kind == kind
            && memcmp(ports[i].id, id->data, id->len) == 0)
        {
            return &ports[i];
        }
    }

    return NULL;
}


static ngx_webrtc_port_t *
port_acquire(void *data, ngx_webrtc_port_e kind, const ngx_str_t *id)
{
    port_t  *port;

    (void) data;

    assert_int_equal(id->len, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    port = port_find(kind, id);

    if (port == NULL) {
        return NULL;
    }

    port->refs++;

    return port->port;
}


static void
port_release(void *data, ngx_webrtc_port_t *used)
{
    port_t  *port;

    (void) data;

    port = ngx_webrtc_port_socket(used);

    assert_true(port->refs > 0);

    if (--port->refs == 0) {
        ngx_webrtc_port_destroy(port->port);
        port->port = NULL;
    }
}


static ngx_int_t
port_remove(void *data, ngx_webrtc_port_e kind, const ngx_str_t *id)
{
    port_t  *port;

    (void) data;

    port = port_find(kind, id);

    if (port == NULL) {
        return NGX_DECLINED;
    }

    if (port->refs) {
        return NGX_BUSY;
    }

    ngx_webrtc_port_destroy(port->port);
    port->port = NULL;

    return NGX_OK;
}


static ngx_uint_t
may_redirect(void *data, const ngx_webrtc_addr_t *addr)
{
    (void) data;

    return addr->port < 50000;
}


static void
told(ngx_webrtc_skyway_poller_t *waits, ngx_webrtc_skyway_poll_e result,
    const ngx_str_t *text)
{
    assert_ptr_equal(waits, &poller);

    if (result == NGX_WEBRTC_SKYWAY_POLL_EVENT) {
        status = 200;
        snprintf(body, sizeof(body), "%.*s", (int) text->len,
                 (char *) text->data);
        return;
    }

    status = (result == NGX_WEBRTC_SKYWAY_POLL_TIMEOUT) ? 408 : 404;
}


/* letters arrive, time goes on */

static void
run(ngx_uint_t msec)
{
    do {
        test_run(0);

        if (msec) {
            scene_run(1);
            test.now = scene.world.now;
        }

    } while (msec--);

    test_run(0);
}


/* the answer is in "status" and "body"; 0: it waits */

static ngx_uint_t
ask(const char *method, const char *path, const char *text)
{
    char                          copy[512], *query;
    ngx_int_t                     rc;
    ngx_webrtc_skyway_call_t      call;
    ngx_webrtc_skyway_answer_t    answer;
    ngx_webrtc_skyway_request_t   request;

    snprintf(copy, sizeof(copy), "%s", path);
    query = strchr(copy, '?');

    if (query) {
        *query++ = '\0';
    }

    request.method = test_str(method);
    request.path = test_str(copy);
    request.args = test_str(query);
    request.body = test_str(text);
    ngx_str_null(&request.accept);

    memset(&poller, 0, sizeof(poller));
    poller.handler = told;

    status = 0;
    body[0] = '\0';

    rc = ngx_webrtc_skyway_api_parse(&request, &call, &answer);

    if (rc == NGX_OK) {
        rc = ngx_webrtc_skyway_api_execute(test.skyway, &call, &poller,
                                           test.now,
                                           WALL * NGX_WEBRTC_SEC + test.now,
                                           &answer);
        ngx_webrtc_skyway_call_free(&call);
    }

    if (rc == NGX_AGAIN) {
        return status;
    }

    status = answer.status;

    snprintf(body, sizeof(body), "%.*s", (int) answer.body.len,
             answer.body.data ? (char *) answer.body.data : "");

    ngx_webrtc_skyway_answer_free(&answer);

    return status;
}


/* the value of the first such key, as it stands there */

static const char *
value(const char *key)
{
    char         name[64];
    size_t       n;
    const char  *p;

    static char  text[1024];

    snprintf(name, sizeof(name), "\"%s\":", key);
    p = strstr(body, name);

    if (p == NULL) {
        return "";
    }

    p += strlen(name);

    if (*p == '"') {
        p++;
        n = strcspn(p, "\"");

    } else {
        n = strcspn(p, ",}");
    }

    snprintf(text, sizeof(text), "%.*s", (int) n, p);

    return text;
}


static void
join(peer_t *peer, const char *id)
{
    char  text[256];

    peer->id = id;

    snprintf(text, sizeof(text),
             "{\"key\":\"k\",\"domain\":\"d\",\"turn\":false,"
             "\"peer_id\":\"%s\"}", id);

    assert_int_equal(ask("POST", "/peers", text), 201);
    strcpy(peer->token, value("token"));
}


static ngx_uint_t
peer_ask(peer_t *peer, const char *method, const char *what)
{
    char  path[256];

    snprintf(path, sizeof(path), "/peers/%s%s?token=%s", peer->id, what,
             peer->token);

    return ask(method, path, NULL);
}


/* the next event, which must be there; "" and 408: none */

static const char *
event_of(const char *path)
{
    if (ask("GET", path, NULL) == 0) {
        ngx_webrtc_skyway_poller_done(&poller, 0, test.now);
        return "";
    }

    if (status == 200) {
        ngx_webrtc_skyway_poller_done(&poller, 1, test.now);
    }

    return (status == 200) ? value("event") : "gone";
}


static const char *
peer_event(peer_t *peer)
{
    char  path[256];

    snprintf(path, sizeof(path), "/peers/%s/events?token=%s", peer->id,
             peer->token);

    return event_of(path);
}


static const char *
kind_of(peer_t *peer)
{
    return (peer->connection[0] == 'd') ? "data" : "media";
}


static const char *
connection_event(peer_t *peer)
{
    char  path[256];

    snprintf(path, sizeof(path), "/%s/connections/%s/events", kind_of(peer),
             peer->connection);

    return event_of(path);
}


static ngx_uint_t
connection_ask(peer_t *peer, const char *method, const char *what,
    const char *text)
{
    char  path[256];

    snprintf(path, sizeof(path), "/%s/connections/%s%s", kind_of(peer),
             peer->connection, what);

    return ask(method, path, text);
}


static ngx_uint_t
connect_to(peer_t *peer, const char *target, const char *more)
{
    char  text[1024];

    snprintf(text, sizeof(text),
             "{\"peer_id\":\"%s\",\"token\":\"%s\",\"target_id\":\"%s\"%s}",
             peer->id, peer->token, target, more);

    ask("POST", "/data/connections", text);

    snprintf(peer->connection, sizeof(peer->connection), "%s",
             value("data_connection_id"));

    return status;
}


static ngx_uint_t
call_to(peer_t *peer, const char *target, const char *more)
{
    char  text[2048];

    snprintf(text, sizeof(text),
             "{\"peer_id\":\"%s\",\"token\":\"%s\",\"target_id\":\"%s\"%s}",
             peer->id, peer->token, target, more);

    ask("POST", "/media/connections", text);

    snprintf(peer->connection, sizeof(peer->connection), "%s",
             value("media_connection_id"));

    return status;
}


/* what comes of a connection that somebody else has begun */

static void
connected(peer_t *peer, const char *event, const char *key)
{
    assert_string_equal(peer_event(peer), event);
    snprintf(peer->connection, sizeof(peer->connection), "%s", value(key));
}


static const char *
new_port(const char *path, const char *text, const char *key, char *id)
{
    assert_int_equal(ask("POST", path, text), 201);
    strcpy(id, value(key));

    return id;
}


static ngx_webrtc_port_t *
port_by(const char *id)
{
    ngx_uint_t  i;

    for (i = 0; i < PORTS; i++) {
        if (ports[i].port && memcmp(ports[i].id, id, 39) == 0) {
            return ports[i].port;
        }
    }

    return NULL;
}


static int
setup(void **state)
{
    ngx_webrtc_skyway_glue_t  glue;

    (void) state;

    memset(&test, 0, sizeof(test));
    memset(&glue, 0, sizeof(glue));
    memset(ports, 0, sizeof(ports));

    scene_init();

    test.now = scene.world.now;
    test.rows_max = TEST_ROWS;

    test.conf.max_waiting = 8;
    test.conf.waiting_buffer = 65536;
    test.conf.expire_timeout = 5 * NGX_WEBRTC_SEC;
    test.conf.max_peers = 8;
    test.conf.max_connections = 4;
    test.conf.max_events = 16;
    test.conf.poll_timeout = 29 * NGX_WEBRTC_SEC;
    test.conf.poll_grace = 200 * NGX_WEBRTC_MSEC;
    test.conf.linger = 30 * NGX_WEBRTC_SEC;
    test.conf.idle = 60 * NGX_WEBRTC_SEC;
    test.conf.unpack = 1;

    glue.claim = test_claim;
    glue.release = test_release;
    glue.find = test_find;
    glue.list = test_list;
    glue.send = test_send;
    glue.port_open = port_open;
    glue.port_acquire = port_acquire;
    glue.port_release = port_release;
    glue.port_remove = port_remove;
    glue.may_redirect = may_redirect;
    glue.seat = 1;
    glue.term = 1;

    test.skyway = ngx_webrtc_skyway_create(&test.conf, &glue, NULL,
                                           scene.gateway, NULL);
    assert_non_null(test.skyway);

    return 0;
}


static int
teardown(void **state)
{
    ngx_uint_t  i;

    (void) state;

    ngx_webrtc_skyway_destroy(test.skyway);

    for (i = 0; i < test.nmail; i++) {
        free(test.mail[i].bytes);
    }

    for (i = 0; i < PORTS; i++) {
        assert_int_equal(ports[i].refs, 0);

        if (ports[i].port) {
            ngx_webrtc_port_destroy(ports[i].port);
        }
    }

    scene_cleanup();

    return 0;
}


static void
a_peer_lives_until_it_is_deleted(void **state)
{
    peer_t  a;

    (void) state;

    join(&a, "a");
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 1);

    assert_int_equal(peer_ask(&a, "GET", "/status"), 200);
    assert_string_equal(body, "{\"peer_id\":\"a\",\"disconnected\":false}");

    assert_string_equal(peer_event(&a), "OPEN");
    assert_string_equal(peer_event(&a), "");

    assert_int_equal(peer_ask(&a, "DELETE", ""), 204);
    assert_int_equal(peer_ask(&a, "DELETE", ""), 404);
    assert_int_equal(peer_ask(&a, "GET", "/status"), 404);

    /* its id is free at once */

    join(&a, "a");
    assert_string_equal(peer_event(&a), "OPEN");
}


static void
a_deleted_peer_keeps_its_close_for_a_while(void **state)
{
    peer_t  a, b;

    (void) state;

    join(&a, "a");
    join(&b, "b");
    peer_event(&a);

    peer_ask(&a, "DELETE", "");
    peer_ask(&b, "DELETE", "");

    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 2);

    assert_string_equal(peer_event(&a), "CLOSE");
    assert_string_equal(peer_event(&a), "gone");
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 1);

    test_run(30 * NGX_WEBRTC_SEC);

    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 0);
    assert_string_equal(peer_event(&b), "gone");
}


static void
an_id_is_free_again_when_its_program_has_died(void **state)
{
    peer_t  a;

    (void) state;

    join(&a, "a");

    assert_int_equal(ask("POST", "/peers", "{\"key\":\"k\",\"domain\":\"d\","
                         "\"peer_id\":\"a\"}"),
                     403);
    assert_string_equal(value("field"), "peer_id");

    test_run(59 * NGX_WEBRTC_SEC);

    assert_int_equal(ask("POST", "/peers", "{\"key\":\"k\",\"domain\":\"d\","
                         "\"peer_id\":\"a\"}"),
                     403);

    /* a poll is a sign of life */

    peer_ask(&a, "GET", "/events");
    ngx_webrtc_skyway_poller_done(&poller, 1, test.now);
    peer_ask(&a, "GET", "/events");
    assert_int_equal(status, 0);

    test.now += 20 * NGX_WEBRTC_SEC;
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 1);
    ngx_webrtc_skyway_poller_done(&poller, 0, test.now);

    test_run(121 * NGX_WEBRTC_SEC);
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 0);

    assert_int_equal(ask("POST", "/peers", "{\"key\":\"k\",\"domain\":\"d\","
                         "\"peer_id\":\"a\"}"),
                     201);

    assert_string_equal(peer_event(&a), "ERROR");
    assert_string_equal(peer_event(&a), "CLOSE");
}


static void
there_is_a_bound_of_peers(void **state)
{
    char        text[100];
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < 9; i++) {
        snprintf(text, sizeof(text), "{\"key\":\"k\",\"domain\":\"\"}");
        assert_int_equal(ask("POST", "/peers", text), (i < 8) ? 201 : 503);
    }
}


static void
a_credential_ends(void **state)
{
    char                     text[512], token[64];
    peer_t                   a;
    ngx_str_t                secret, data;
    ngx_uint_t               i, j, bits;
    uint64_t                 timestamp;
    u_char                   mac[NGX_WEBRTC_SIGNATURE_LEN + 1];
    ngx_webrtc_skyway_key_t  key;

    static const char  base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
                                  "pqrstuvwxyz0123456789+/";

    (void) state;

    memset(&key, 0, sizeof(key));
    key.name = test_str("k");
    key.secret = test_str("secret");
    key.domain = test_str("d");
    test.skyway->conf.keys = &key;
    test.skyway->conf.nkeys = 1;

    assert_int_equal(ask("POST", "/peers", "{\"key\":\"k\",\"domain\":\"d\","
                         "\"peer_id\":\"a\"}"),
                     403);
    assert_string_equal(value("field"), "credential");

    timestamp = WALL + test.now / NGX_WEBRTC_SEC;
    snprintf(text, sizeof(text), "%llu:600:a",
             (unsigned long long) timestamp);

    secret = test_str("secret");
    data = test_str(text);
    ngx_webrtc_token_sign(&secret, &data, mac);
    mac[32] = 0;

    for (i = 0, j = 0; i < 33; i += 3) {
        bits = (ngx_uint_t) mac[i] << 16 | (ngx_uint_t) mac[i + 1] << 8
               | mac[i + 2];
        token[j++] = base64[bits >> 18 & 63];
        token[j++] = base64[bits >> 12 & 63];
        token[j++] = base64[bits >> 6 & 63];
        token[j++] = base64[bits & 63];
    }

    token[43] = '=';
    token[44] = '\0';

    snprintf(text, sizeof(text),
             "{\"key\":\"k\",\"domain\":\"d\",\"peer_id\":\"a\",\"credential"
             "\":{\"timestamp\":%llu,\"ttl\":600,\"authToken\":\"%s\","
             "\"peerId\":\"a\"}}", (unsigned long long) timestamp, token);

    assert_int_equal(ask("POST", "/peers", text), 201);

    a.id = "a";
    strcpy(a.token, value("token"));

    assert_string_equal(peer_event(&a), "OPEN");

    test_run(299 * NGX_WEBRTC_SEC);
    assert_string_equal(peer_event(&a), "");
    test_run(2 * NGX_WEBRTC_SEC);
    assert_string_equal(peer_event(&a), "EXPIRESIN");
    assert_string_equal(value("remainingSec"), "300");

    snprintf(text, sizeof(text), "/peers/a/credential?token=%s", a.token);
    assert_int_equal(ask("PUT", text, "{\"timestamp\":1,\"ttl\":600,"
                         "\"authToken\":\"bm8=\"}"),
                     400);
    assert_string_equal(value("field"), "credential");

    test_run(300 * NGX_WEBRTC_SEC);
    assert_string_equal(peer_event(&a), "ERROR");
    assert_string_equal(value("error_message"), "SERVER_DISCONNECTED");

    assert_int_equal(peer_ask(&a, "GET", "/status"), 200);
    assert_string_equal(value("disconnected"), "true");

    assert_string_equal(peer_event(&a), "CLOSE");
}


static void
ports_are_opened_and_closed(void **state)
{
    char  id[64], path[128];

    (void) state;

    assert_int_equal(ask("POST", "/data", NULL), 201);
    strcpy(id, value("data_id"));
    assert_string_equal(value("port"), "50001");
    assert_string_equal(value("ip_v4"), "10.0.0.7");
    assert_null(strstr(body, "ip_v6"));

    snprintf(path, sizeof(path), "/data/%s", id);
    assert_int_equal(ask("DELETE", path, NULL), 204);
    assert_int_equal(ask("DELETE", path, NULL), 404);

    new_port("/media", "{\"is_video\":false}", "media_id", id);
    assert_memory_equal(id, "au-", 3);
    snprintf(path, sizeof(path), "/media/%s", id);
    assert_int_equal(ask("DELETE", path, NULL), 204);

    new_port("/media/rtcp", "", "rtcp_id", id);
    snprintf(path, sizeof(path), "/media/%s", id);
    assert_int_equal(ask("DELETE", path, NULL), 404);
    snprintf(path, sizeof(path), "/media/rtcp/%s", id);
    assert_int_equal(ask("DELETE", path, NULL), 204);
}


/* two programs with a data connection: "a" has called */

static void
talk(peer_t *a, peer_t *b, char *from, char *to)
{
    char  text[256];

    join(a, "a");
    join(b, "b");
    peer_event(a);
    peer_event(b);

    new_port("/data", "{}", "data_id", from);
    new_port("/data", "{}", "data_id", to);

    snprintf(text, sizeof(text),
             ",\"params\":{\"data_id\":\"%s\"},\"redirect_params\":"
             "{\"ip_v4\":\"10.0.0.7\",\"port\":8001},\"options\":"
             "{\"metadata\":\"hi\",\"serialization\":\"NONE\"}", from);

    assert_int_equal(connect_to(a, "b", text), 202);
    assert_string_equal(value("command_type"), "PEERS_CONNECT");

    assert_int_equal(connection_ask(a, "GET", "/status", NULL), 200);
    assert_string_equal(value("open"), "false");

    run(0);

    connected(b, "CONNECTION", "data_connection_id");
}


static void
data_goes_both_ways(void **state)
{
    char    from[64], to[64], text[256];
    peer_t  a, b;

    (void) state;

    talk(&a, &b, from, to);

    assert_int_equal(connection_ask(&b, "GET", "/status", NULL), 200);
    assert_string_equal(value("remote_id"), "a");
    assert_string_equal(value("metadata"), "hi");
    assert_string_equal(value("serialization"), "NONE");
    assert_string_equal(value("reliable"), "true");
    assert_string_equal(value("type"), "DATA");
    assert_memory_equal(value("label"), "dc_", 3);

    assert_string_equal(connection_event(&a), "OPEN");
    assert_string_equal(connection_event(&b), "OPEN");

    /* what comes before the PUT is kept */

    port_data(port_by(from), "early");

    snprintf(text, sizeof(text),
             "{\"feed_params\":{\"data_id\":\"%s\"},\"redirect_params\":"
             "{\"ip_v4\":\"10.0.0.7\",\"port\":8002}}", to);
    assert_int_equal(connection_ask(&b, "PUT", "", text), 200);
    assert_string_equal(value("command_type"), "DATA_CONNECTION_PUT");
    assert_string_equal(value("data_id"), to);

    run(0);

    port_data(port_by(from), "one");
    port_data(port_by(to), "two");

    assert_got(8002, "early one");
    assert_got(8001, "two");

    /* another address, the same feed */

    assert_int_equal(connection_ask(&b, "PUT", "", "{\"redirect_params\":"
                                    "{\"ip_v4\":\"10.0.0.7\",\"port\":8003}}"),
                     200);
    assert_string_equal(value("data_id"), to);
    run(0);

    port_data(port_by(from), "three");
    assert_got(8003, "three");

    assert_int_equal(connection_ask(&a, "GET", "/status", NULL), 200);
    assert_string_equal(value("open"), "true");

    /* ports in use stay, and go with the connection */

    snprintf(text, sizeof(text), "/data/%s", from);
    assert_int_equal(ask("DELETE", text, NULL), 403);

    assert_int_equal(connection_ask(&a, "DELETE", "", NULL), 204);
    assert_int_equal(connection_ask(&a, "DELETE", "", NULL), 404);
    assert_int_equal(ask("DELETE", text, NULL), 404);

    run(0);

    assert_string_equal(connection_event(&a), "CLOSE");
    assert_string_equal(connection_event(&a), "gone");
    assert_string_equal(connection_event(&b), "CLOSE");

    assert_int_equal(connection_ask(&b, "GET", "/status", NULL), 200);
    assert_string_equal(value("open"), "false");
    assert_int_equal(connection_ask(&b, "PUT", "", "{}"), 403);
    assert_int_equal(connection_ask(&b, "DELETE", "", NULL), 204);
    assert_int_equal(connection_ask(&b, "DELETE", "", NULL), 404);

    assert_null(port_by(to));
}


static void
put_may_come_before_open(void **state)
{
    char    from[64], to[64], text[256];
    peer_t  a, b;

    (void) state;

    talk(&a, &b, from, to);

    snprintf(text, sizeof(text),
             "{\"feed_params\":{\"data_id\":\"%s\"},\"redirect_params\":"
             "{\"ip_v4\":\"10.0.0.7\",\"port\":8002}}", to);
    assert_int_equal(connection_ask(&b, "PUT", "", text), 200);

    run(0);

    assert_string_equal(connection_event(&b), "OPEN");
    assert_string_equal(connection_event(&a), "OPEN");

    port_data(port_by(from), "one");
    assert_got(8002, "one");
}


static void
what_is_wrong_with_a_data_connection(void **state)
{
    peer_t      a;
    ngx_uint_t  i;

    static const struct {
        const char  *more;
        ngx_uint_t   status;
        const char  *field;
    } tries[] = {
        { ",\"params\":{\"data_id\":"
          "\"da-9749250e-d157-4f80-9ee2-359ce8524308\"}", 400, "data_id" },
        { ",\"params\":{\"data_id\":\"da\"}", 400, "data_id" },
        { ",\"redirect_params\":{\"ip_v4\":\"localhost\",\"port\":1}", 400,
          "redirect_params" },
        { ",\"redirect_params\":{\"ip_v4\":\"127.0.0.1\"}", 400,
          "redirect_params" },
        { ",\"redirect_params\":{\"port\":8001}", 400, "redirect_params" },
        { ",\"redirect_params\":{\"ip_v4\":\"127.0.0.1\",\"port\":50001}",
          403, "redirect_params" },
        { ",\"options\":{\"dcInit\":{\"id\":65535}}", 400, "dcInit" },
    };

    (void) state;

    join(&a, "a");

    for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        assert_int_equal(connect_to(&a, "b", tries[i].more),
                         tries[i].status);
        assert_string_equal(value("field"), tries[i].field);
    }

    assert_int_equal(connect_to(&a, "a", ""), 400);
    assert_string_equal(value("field"), "target_id");

    a.token[10] ^= 1;
    assert_int_equal(connect_to(&a, "b", ""), 404);
    a.token[10] ^= 1;

    /* there is nobody called b, but that shows later */

    for (i = 0; i < 5; i++) {
        assert_int_equal(connect_to(&a, "b", ",\"params\":{}"),
                         (i < 4) ? 202 : 503);
    }
}


static void
who_is_not_there_is_an_error_after_a_while(void **state)
{
    peer_t  a;

    (void) state;

    join(&a, "a");
    assert_int_equal(connect_to(&a, "b", ""), 202);

    assert_string_equal(connection_event(&a), "");
    run(5100);
    assert_string_equal(connection_event(&a), "ERROR");
    assert_string_equal(value("error_message"), "PEER_UNAVAILABLE");
    assert_string_equal(connection_event(&a), "CLOSE");
}


static void
who_comes_in_time_is_connected(void **state)
{
    char    from[64], text[256];
    peer_t  a, b;

    (void) state;

    join(&a, "a");
    new_port("/data", "{}", "data_id", from);
    snprintf(text, sizeof(text), ",\"params\":{\"data_id\":\"%s\"}", from);
    assert_int_equal(connect_to(&a, "b", text), 202);

    run(1000);
    join(&b, "b");
    peer_event(&b);
    run(200);

    connected(&b, "CONNECTION", "data_connection_id");
    assert_string_equal(connection_event(&a), "OPEN");
    assert_string_equal(connection_event(&b), "OPEN");

    assert_int_equal(connection_ask(&b, "PUT", "", "{\"redirect_params\":"
                                    "{\"ip_v4\":\"10.0.0.7\",\"port\":8002}}"),
                     200);
    assert_string_equal(value("data_id"), "");
    run(0);

    port_data(port_by(from), "one");
    assert_got(8002, "one");
}


static void
deleting_a_peer_ends_its_connections(void **state)
{
    char    from[64], to[64];
    peer_t  a, b;

    (void) state;

    talk(&a, &b, from, to);
    run(0);

    assert_int_equal(peer_ask(&a, "DELETE", ""), 204);
    assert_null(port_by(from));

    /* ... of no connection: its program has to delete it */

    assert_non_null(port_by(to));

    run(0);

    assert_string_equal(connection_event(&a), "OPEN");
    assert_string_equal(connection_event(&a), "CLOSE");
    assert_string_equal(peer_event(&a), "CLOSE");
    assert_string_equal(connection_event(&b), "OPEN");
    assert_string_equal(connection_event(&b), "CLOSE");
}


static void
a_media_connection_waits_for_its_answer(void **state)
{
    char                   video[64], rtcp[64], text[1024];
    u_char                 rtp[64] = { 0 };
    peer_t                 a, b;

    (void) state;

    join(&a, "a");
    join(&b, "b");
    peer_event(&a);
    peer_event(&b);

    new_port("/media", "{\"is_video\":true}", "media_id", video);
    new_port("/media/rtcp", "{}", "rtcp_id", rtcp);

    snprintf(text, sizeof(text),
             ",\"constraints\":{\"video\":true,\"audio\":false,\"metadata\":"
             "{\"who\":1},\"video_params\":{\"band_width\":1500,\"codec\":"
             "\"vp8\",\"media_id\":\"%s\",\"rtcp_id\":\"%s\","
             "\"payload_type\":96}},\"redirect_params\":{\"video\":{\"ip_v4\":"
             "\"10.0.0.7\",\"port\":9001}}", video, rtcp);

    assert_int_equal(call_to(&a, "b", text), 202);
    assert_string_equal(value("command_type"), "PEERS_CALL");

    run(0);
    connected(&b, "CALL", "media_connection_id");

    assert_int_equal(connection_ask(&b, "GET", "/status", NULL), 200);
    assert_non_null(strstr(body, "\"remote_id\":\"a\""));
    assert_non_null(strstr(body, "\"metadata\":\"{\\\"who\\\":1}\""));
    assert_non_null(strstr(body, "\"open\":false"));

    assert_string_equal(connection_event(&b), "");

    /* released media is an error, and the call goes on */

    assert_int_equal(connection_ask(&b, "POST", "/answer",
                         "{\"constraints\":{\"video\":true,\"audio\":false,"
                         "\"video_params\":{\"band_width\":0,\"codec\":\"VP8\""
                         ",\"media_id\":"
                         "\"vi-9749250e-d157-4f80-9ee2-359ce8524308\"}}}"),
                     400);
    assert_string_equal(value("field"), "media_id");

    assert_int_equal(connection_ask(&b, "POST", "/answer",
                         "{\"constraints\":{\"video\":false,\"audio\":false,"
                         "\"videoReceiveEnabled\":true},"
                         "\"redirect_params\":{\"video\":{\"ip_v4\":"
                         "\"10.0.0.7\",\"port\":9002}}}"),
                     202);
    assert_string_equal(body,
                        "{\"command_type\":\"MEDIA_CONNECTION_ANSWER\","
                        "\"params\":{}}");

    assert_int_equal(connection_ask(&b, "POST", "/answer",
                         "{\"constraints\":{\"video\":false,"
                         "\"audio\":false}}"),
                     403);
    assert_int_equal(connection_ask(&a, "POST", "/answer",
                         "{\"constraints\":{\"video\":false,"
                         "\"audio\":false}}"),
                     403);

    run(0);

    assert_string_equal(connection_event(&b), "READY");
    assert_string_equal(connection_event(&b), "STREAM");
    assert_string_equal(connection_event(&a), "READY");
    assert_string_equal(connection_event(&a), "STREAM");

    /* a key frame */

    memcpy(rtp, "\x80\xe0\0\7\0\0\0\0\0\0\0\5\x10\x50\2\0"
                "\x9d\x01\x2a\x40\x01\xf0\x00", 23);

    ngx_webrtc_port_input(port_by(video), rtp, sizeof(rtp), scene.world.now);
    run(5);

    assert_int_equal(program(9002)->rtp, 1);
    assert_int_equal(program(9002)->pt, 96);
    assert_int_equal(program(9002)->seq, 7);

    /* where it receives, not anywhere else */

    assert_int_equal(connection_ask(&b, "POST", "/pli",
                         "{\"ip_v4\":\"10.0.0.7\",\"port\":9002}"),
                     201);
    assert_string_equal(body, "{}");
    assert_int_equal(connection_ask(&b, "POST", "/pli",
                         "{\"ip_v4\":\"10.0.0.7\",\"port\":9003}"),
                     400);
    run(0);

    assert_int_equal(connection_ask(&b, "DELETE", "", NULL), 204);
    run(0);
    assert_string_equal(connection_event(&a), "CLOSE");
    assert_null(port_by(video));
    assert_null(port_by(rtcp));
}


static void
what_is_wrong_with_a_call(void **state)
{
    peer_t      a;
    ngx_uint_t  i;

    static const struct {
        const char  *constraints;
        const char  *field;
    } tries[] = {
        { "{\"video\":true,\"audio\":false}", "video_params" },
        { "{\"video\":true}", "constraints" },
        { "{\"video\":false,\"audio\":true,\"audio_params\":{\"band_width\":0,"
          "\"codec\":\"VP8\",\"media_id\":\"au\"}}", "audio_params" },
        { "{\"video\":false,\"audio\":true,\"audio_params\":{\"band_width\":0,"
          "\"codec\":\"none\",\"media_id\":\"au\"}}", "audio_params" },
        { "{\"video\":false,\"audio\":true,\"audio_params\":{\"band_width\":0,"
          "\"codec\":\"Opus\",\"media_id\":\"au\"}}", "media_id" },
        { "{\"video\":false,\"audio\":true,\"audio_params\":{\"band_width\":0,"
          "\"codec\":\"Opus\",\"media_id\":\"x\",\"payload_type\":128}}",
          "audio_params" },
    };

    char  text[512];

    (void) state;

    join(&a, "a");

    for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        snprintf(text, sizeof(text), ",\"constraints\":%s",
                 tries[i].constraints);
        assert_int_equal(call_to(&a, "b", text), 400);
        assert_string_equal(value("field"), tries[i].field);
    }
}


/* a browser that says what it is told to */

static void
heard(ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t when)
{
    (void) when;

    snprintf(endpoint->data, 4096, "%d %.*s", message->type,
             (int) message->payload.len, (char *) message->payload.data);
}


static void
browsers_say_many_things(void **state)
{
    char                            got[4096];
    peer_t                          a;
    ngx_str_t                       payload, to;
    ngx_uint_t                      i, type;
    ngx_webrtc_skyway_endpoint_t    browser;

    static const ngx_webrtc_skyway_endpoint_handlers_t  handlers = {
        heard, NULL
    };

    static const char *const  payloads[] = {
        "", "{", "[]", "{}", "{\"connectionId\":5}",
        "{\"connectionId\":\"x\"}",
        "{\"connectionId\":\"x\",\"connectionType\":\"d\"}",
        "{\"connectionId\":\"x\",\"connectionType\":\"data\"}",
        "{\"connectionId\":\"x\",\"connectionType\":\"media\",\"offer\":{}}",
        "{\"connectionId\":\"x\",\"connectionType\":\"media\",\"offer\":"
        "{\"type\":\"offer\",\"sdp\":\"v=0\"}}",

        /* only a program of this server may name addresses */

        "{\"connectionId\":\"x\",\"connectionType\":\"data\",\"inside\":"
        "{\"data\":{\"ip\":\"10.0.0.1\",\"port\":22}}}",
        "{\"connectionId\":\"x\",\"connectionType\":\"media\",\"keyFrame\":"
        "true}",
    };

    (void) state;

    join(&a, "a");
    peer_event(&a);

    memset(&browser, 0, sizeof(browser));
    got[0] = '\0';

    browser.handlers = &handlers;
    browser.data = got;
    browser.dialect = NGX_WEBRTC_SKYWAY_SOCKETIO;
    browser.key = test_str("k");
    browser.id = test_str("browser");
    browser.token = test_str("t");

    assert_int_equal(ngx_webrtc_skyway_endpoint_add(test.skyway, &browser,
                                                    test.now),
                     NGX_OK);
    to = test_str("a");

    for (type = NGX_WEBRTC_SKYWAY_OFFER; type <= NGX_WEBRTC_SKYWAY_INSIDE;
         type++)
    {
        for (i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
            payload = test_str(payloads[i]);
            ngx_webrtc_skyway_send(test.skyway, &browser, type, &to, &payload,
                                   test.now);
            run(0);
        }
    }

    assert_string_equal(peer_event(&a), "");
    assert_int_equal(ngx_webrtc_gateway_links(scene.gateway), 0);

    /* an offer that cannot be is refused */

    assert_string_equal(got, "4 {\"connectionId\":\"x\","
                             "\"connectionType\":\"media\"}");

    ngx_webrtc_skyway_endpoint_remove(test.skyway, &browser);
}


static void
a_browser_is_offered_sdp(void **state)
{
    char                            got[4096], from[64], text[256];
    peer_t                          a;
    ngx_str_t                       payload, to;
    ngx_webrtc_skyway_endpoint_t    browser;

    static const ngx_webrtc_skyway_endpoint_handlers_t  handlers = {
        heard, NULL
    };

    (void) state;

    join(&a, "a");
    new_port("/data", "{}", "data_id", from);

    memset(&browser, 0, sizeof(browser));

    browser.handlers = &handlers;
    browser.data = got;
    browser.dialect = NGX_WEBRTC_SKYWAY_SOCKETIO;
    browser.key = test_str("k");
    browser.id = test_str("browser");
    browser.token = test_str("t");

    assert_int_equal(ngx_webrtc_skyway_endpoint_add(test.skyway, &browser,
                                                    test.now),
                     NGX_OK);

    snprintf(text, sizeof(text),
             ",\"params\":{\"data_id\":\"%s\"},\"options\":{\"metadata\":"
             "\"m\",\"serialization\":\"NONE\",\"dcInit\":{\"ordered\":false,"
             "\"maxRetransmits\":0}}", from);
    assert_int_equal(connect_to(&a, "browser", text), 202);
    run(0);

    assert_memory_equal(got, "0 {", 3);
    assert_non_null(strstr(got, "\"offer\":{\"type\":\"offer\",\"sdp\":\"v="));
    assert_non_null(strstr(got, "\"serialization\":\"none\""));
    assert_non_null(strstr(got, "\"dcInit\":{\"ordered\":false}"));
    assert_non_null(strstr(got, "\"label\":\"dc_"));
    assert_non_null(strstr(got, "\"metadata\":\"m\""));
    assert_non_null(strstr(got, "\"connectionType\":\"data\""));
    assert_null(strstr(got, "inside"));

    assert_int_equal(connection_ask(&a, "GET", "/status", NULL), 200);
    assert_string_equal(value("reliable"), "false");

    /* it leaves */

    to = test_str("a");
    ngx_str_null(&payload);
    ngx_webrtc_skyway_send(test.skyway, &browser, NGX_WEBRTC_SKYWAY_LEAVE,
                           &to, &payload, test.now);
    run(0);
    assert_string_equal(connection_event(&a), "CLOSE");

    ngx_webrtc_skyway_endpoint_remove(test.skyway, &browser);
}


#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_peer_lives_until_it_is_deleted),
        test(a_deleted_peer_keeps_its_close_for_a_while),
        test(an_id_is_free_again_when_its_program_has_died),
        test(there_is_a_bound_of_peers),
        test(a_credential_ends),
        test(ports_are_opened_and_closed),
        test(data_goes_both_ways),
        test(put_may_come_before_open),
        test(what_is_wrong_with_a_data_connection),
        test(who_is_not_there_is_an_error_after_a_while),
        test(who_comes_in_time_is_connected),
        test(deleting_a_peer_ends_its_connections),
        test(a_media_connection_waits_for_its_answer),
        test(what_is_wrong_with_a_call),
        test(browsers_say_many_things),
        test(a_browser_is_offered_sdp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
