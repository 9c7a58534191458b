
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Tests of
 *
 *     ngx_webrtc_evostream_service.c
 *     ngx_webrtc_evostream_socket.c
 *     ngx_webrtc_evostream_viewer.c
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <front/evostream/ngx_webrtc_evostream_service_internal.h>

#include "lib/ers_client.h"


#define MS    NGX_WEBRTC_MSEC
#define SEC   NGX_WEBRTC_SEC
#define HOUR  (3600 * NGX_WEBRTC_SEC)

#define MAX   16


/* connections and viewings are their numbers, and what has become of them */

typedef struct {
    ngx_webrtc_evostream_service_t  *service;
    ngx_webrtc_evostream_socket_t   *sockets[MAX];
    ngx_webrtc_evostream_viewer_t   *viewers[MAX];
    ngx_uint_t                       nsockets;
    ngx_uint_t                       nviewers;
    ngx_uint_t                       refuse;    /* view() */
    ngx_uint_t                       broken;    /* connect() */
    uint64_t                         random;
    ngx_webrtc_usec_t                now;
} test_t;


static test_t  t;


static void *
fake_connect(void *data, ngx_webrtc_evostream_socket_t *socket)
{
    assert_ptr_equal(data, &t);

    if (t.broken) {
        return NULL;
    }

    assert_true(t.nsockets < MAX);

    t.sockets[t.nsockets] = socket;
    say("connect\n");

    return (void *) (uintptr_t) ++t.nsockets;
}


static void
fake_flush(void *connection)
{
    assert_non_null(connection);
}


static void
fake_again(void *connection)
{
    say("again %d\n", (int) (uintptr_t) connection);
}


static void
fake_close(void *connection)
{
    t.sockets[(uintptr_t) connection - 1] = NULL;
    say("close %d\n", (int) (uintptr_t) connection);
}


static void *
fake_view(void *data, ngx_webrtc_evostream_viewer_t *viewer,
    const ngx_webrtc_evostream_view_t *view)
{
    assert_ptr_equal(data, &t);
    assert_int_equal(view->nservers, 1);

    if (t.refuse) {
        return NULL;
    }

    assert_true(t.nviewers < MAX);

    t.viewers[t.nviewers] = viewer;
    say("view %.*s %.*s\n", arg(&view->id), arg(&view->stream));

    return (void *) (uintptr_t) ++t.nviewers;
}


static void
fake_answer(void *viewing, const ngx_str_t *sdp)
{
    say("answered %d %.*s\n", (int) (uintptr_t) viewing, arg(sdp));
}


static void
fake_candidate(void *viewing, const ngx_str_t *candidate,
    const ngx_str_t *mid)
{
    say("candidate %d %.*s %.*s\n", (int) (uintptr_t) viewing,
        arg(candidate), arg(mid));
}


static void
fake_pause(void *viewing, ngx_uint_t paused)
{
    say("pause %d %d\n", (int) (uintptr_t) viewing, (int) paused);
}


static void
fake_end(void *viewing)
{
    t.viewers[(uintptr_t) viewing - 1] = NULL;
    say("end %d\n", (int) (uintptr_t) viewing);
}


static void
fake_detach(void *viewing)
{
    t.viewers[(uintptr_t) viewing - 1] = NULL;
    say("detach %d\n", (int) (uintptr_t) viewing);
}


static void
fake_changed(void *data)
{
    static const char *const  names[] = {
#define NAME(name, text)  text,
        NGX_WEBRTC_EVOSTREAM_STATES(NAME)
    };

    const ngx_webrtc_evostream_config_t  *config;

    assert_ptr_equal(data, &t);

    config = ngx_webrtc_evostream_service_status(t.service);

    say("%s%s%.*s\n", names[config->state], config->fault.len ? ": " : "",
        arg(&config->fault));
}


static void
fake_tell(void *data, ngx_webrtc_evostream_told_e what, const char *reason,
    ngx_uint_t last)
{
    static const char *const  names[] = { "joined", "lost", "failed",
                                          "refused" };

    assert_ptr_equal(data, &t);

    say("log: %s%s%s%s\n", names[what], reason ? ", " : "",
        reason ? reason : "", last ? ", for good" : "");
}


static ngx_int_t
fake_random(void *data, u_char *buf, size_t len)
{
    assert_ptr_equal(data, &t);

    memset(buf, 0, len);
    memcpy(buf, &t.random, len < sizeof(t.random) ? len : sizeof(t.random));

    return NGX_OK;
}


static uint64_t
fake_wall(void *data)
{
    assert_ptr_equal(data, &t);

    return 1700000000 * SEC;
}


static const ngx_webrtc_evostream_glue_t  glue = {
    fake_connect, fake_flush, fake_again, fake_close, fake_view, fake_answer,
    fake_candidate, fake_pause, fake_end, fake_detach, fake_changed,
    fake_tell, fake_random, NULL, fake_wall
};


static int
setup(void **state)
{
    (void) state;

    memset(&t, 0, sizeof(test_t));
    said[0] = '\0';
    shared = 1;
    nclients = 0;
    t.now = 1000 * SEC;

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    if (t.service) {
        ngx_webrtc_evostream_service_destroy(t.service, 1);
    }

    return nclients;
}


/* what was said since the last time */

#define expect_said(text)                                                    \
    do {                                                                     \
        assert_string_equal(said, text);                                     \
        said[0] = '\0';                                                      \
    } while (0)


static void
start(ngx_uint_t keep_alive)
{
    ngx_webrtc_evostream_config_t        config;
    ngx_webrtc_evostream_service_conf_t  conf;

    memset(&config, 0, sizeof(config));

    config.id = 7;
    ngx_str_set(&config.ersip, "192.0.2.9");
    ngx_str_set(&config.roomid, "lobby");
    config.ersport = 3535;
    config.keep_alive = keep_alive;

    memset(&conf, 0, sizeof(conf));

    conf.glue = &glue;
    conf.data = &t;
    conf.max_viewers = 3;
    conf.retry_min = SEC;
    conf.retry_max = 10 * SEC;
    conf.refresh = 20 * HOUR;
    conf.settle = 5 * SEC;

    t.service = ngx_webrtc_evostream_service_create(&conf, &config, NULL,
                                                    t.now);
    assert_non_null(t.service);
    assert_true(ngx_webrtc_evostream_service_expires(t.service) == t.now);

    ngx_webrtc_evostream_service_tick(t.service, t.now);
    expect_said("connect\nConnecting\n");
}


/* something happens at the ERS */

static void
happens(ngx_uint_t n, ngx_webrtc_ers_client_event_e type, const char *id,
    const char *stream)
{
    ngx_webrtc_ers_client_t  *client;

    static const char *const  reasons[] = {
        [NGX_WEBRTC_ERS_TAKEN] = "room is taken",
        [NGX_WEBRTC_ERS_INVALID_ROOM] = "room is not allowed",
        [NGX_WEBRTC_ERS_INVALID_TOKEN] = "token is not valid",
        [NGX_WEBRTC_ERS_RECONNECT] = NULL
    };

    assert_non_null(t.sockets[n]);

    client = t.sockets[n]->client;
    memset(&client->event, 0, sizeof(client->event));

    client->event.type = type;
    client->event.id.data = (u_char *) id;
    client->event.id.len = id ? strlen(id) : 0;
    client->event.stream.data = (u_char *) stream;
    client->event.stream.len = stream ? strlen(stream) : 0;
    client->event.reason = (type <= NGX_WEBRTC_ERS_RECONNECT)
                           ? reasons[type] : "it is silent";
    client->has_event = 1;

    ngx_webrtc_evostream_socket_input(t.sockets[n], NULL, 0, t.now);
}


static void
message(ngx_uint_t n, ngx_webrtc_ers_message_e type, const char *id,
    const char *sid, const char *text)
{
    ngx_webrtc_ers_client_t  *client;

    client = t.sockets[n]->client;
    memset(&client->event, 0, sizeof(client->event));

    client->event.type = NGX_WEBRTC_ERS_MESSAGE;
    client->event.message = type;
    client->event.id.data = (u_char *) id;
    client->event.id.len = strlen(id);
    client->event.sid.data = (u_char *) sid;
    client->event.sid.len = strlen(sid);
    client->event.sdp.data = (u_char *) text;
    client->event.sdp.len = strlen(text);
    client->event.candidate = client->event.sdp;
    client->event.command = client->event.sdp;
    ngx_str_set(&client->event.mid, "0");
    client->has_event = 1;

    ngx_webrtc_evostream_socket_input(t.sockets[n], NULL, 0, t.now);
}


static void
connected(ngx_uint_t n)
{
    ngx_webrtc_evostream_socket_connected(t.sockets[n], t.now);
}


static void
closed(ngx_uint_t n, const char *reason)
{
    ngx_webrtc_evostream_socket_t  *socket;

    socket = t.sockets[n];
    t.sockets[n] = NULL;

    ngx_webrtc_evostream_socket_closed(socket, reason, t.now);
}


static void
joined(ngx_uint_t keep_alive)
{
    start(keep_alive);
    connected(0);
    happens(0, NGX_WEBRTC_ERS_JOINED, NULL, NULL);

    expect_said("log: joined\nConnected\n");
}


static void
offer(ngx_uint_t n, const char *text)
{
    ngx_str_t  sdp;

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);

    ngx_webrtc_evostream_viewer_offer(t.viewers[n], &sdp, t.now);
}


/* to when it wants to be called next, us from now */

static ngx_webrtc_usec_t
wait_for(void)
{
    ngx_webrtc_usec_t  expires, now;

    expires = ngx_webrtc_evostream_service_expires(t.service);

    assert_true(expires != NGX_WEBRTC_NEVER);

    now = t.now;
    t.now = expires;

    ngx_webrtc_evostream_service_tick(t.service, t.now);

    return expires - now;
}


static void
it_joins_and_serves_viewers_on_one_socket(void **state)
{
    ngx_str_t  candidate = ngx_string("candidate:1");
    ngx_str_t  mid = ngx_string("0");

    (void) state;

    joined(1);

    assert_string_equal(t.sockets[0]->client->host, "192.0.2.9:3535");
    assert_string_equal(t.sockets[0]->client->room, "lobby");

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    happens(0, NGX_WEBRTC_ERS_VIEWER, "b", "camera");
    expect_said("view a camera\nview b camera\n");

    offer(0, "sdp");
    expect_said("offer a sid sdp\n");

    message(0, NGX_WEBRTC_ERS_ANSWER, "a", "17", "answer");
    message(0, NGX_WEBRTC_ERS_CANDIDATE, "a", "18", "candidate:2");
    expect_said("answered 1 answer\ncandidate 1 candidate:2 0\n");

    ngx_webrtc_evostream_viewer_candidate(t.viewers[0], &candidate, &mid,
                                          t.now);
    expect_said("candidate a 17 0 candidate:1\n");

    ngx_webrtc_evostream_viewer_playing(t.viewers[0], t.now);
    message(0, NGX_WEBRTC_ERS_COMMAND, "a", "17", "Pause");
    message(0, NGX_WEBRTC_ERS_COMMAND, "a", "17", "resume");
    message(0, NGX_WEBRTC_ERS_COMMAND, "a", "17", "dance");
    expect_said("pause 1 1\npause 1 0\n");

    happens(0, NGX_WEBRTC_ERS_REMOVE, "a", NULL);
    expect_said("end 1\n");

    message(0, NGX_WEBRTC_ERS_COMMAND, "b", "", "stop");
    expect_said("end 2\n");
}


static void
what_nobody_has_asked_for_is_ignored(void **state)
{
    char  id[NGX_WEBRTC_EVOSTREAM_VIEWER_MAX + 2];

    (void) state;

    joined(1);

    memset(id, 'x', sizeof(id) - 1);
    id[sizeof(id) - 1] = '\0';

    happens(0, NGX_WEBRTC_ERS_VIEWER, "", "camera");
    happens(0, NGX_WEBRTC_ERS_VIEWER, id, "camera");
    happens(0, NGX_WEBRTC_ERS_REMOVE, "nobody", NULL);
    happens(0, NGX_WEBRTC_ERS_REMOVE, "", NULL);
    happens(0, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    message(0, NGX_WEBRTC_ERS_ANSWER, "nobody", "1", "sdp");
    message(0, NGX_WEBRTC_ERS_CANDIDATE, id, "1", "candidate");
    expect_said("");

    /* an answer before the offer, an offer at all */

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    message(0, NGX_WEBRTC_ERS_ANSWER, "a", "1", "sdp");
    message(0, NGX_WEBRTC_ERS_OFFER, "a", "1", "sdp");
    expect_said("view a camera\n");
}


static void
viewers_of_no_stream_get_a_text(void **state)
{
    (void) state;

    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "");
    expect_said("text a Unable to parse stream field!\n");

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "none");
    ngx_webrtc_evostream_viewer_missing(t.viewers[0], t.now);
    expect_said("view a none\ntext a Unable to retrieve stream!\n");

    t.refuse = 1;
    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    expect_said("text a Unable to retrieve stream!\n");
    t.refuse = 0;

    /* refused where the stream is, and a session that has ended */

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    ngx_webrtc_evostream_viewer_ended(t.viewers[1], t.now);
    expect_said("view a camera\ntext a Unable to retrieve stream!\n");

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(2, "sdp");
    ngx_webrtc_evostream_viewer_ended(t.viewers[2], t.now);
    expect_said("view a camera\noffer a sid sdp\n");
}


static void
there_are_not_more_viewers_than_may_be(void **state)
{
    (void) state;

    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    happens(0, NGX_WEBRTC_ERS_VIEWER, "b", "camera");
    happens(0, NGX_WEBRTC_ERS_VIEWER, "c", "camera");
    said[0] = '\0';

    happens(0, NGX_WEBRTC_ERS_VIEWER, "d", "camera");
    expect_said("text d Too many viewers!\n");

    happens(0, NGX_WEBRTC_ERS_REMOVE, "b", NULL);
    happens(0, NGX_WEBRTC_ERS_VIEWER, "d", "camera");
    expect_said("end 2\nview d camera\n");
}


static void
a_viewer_that_comes_again_has_a_new_session(void **state)
{
    (void) state;

    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(0, "sdp");
    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "other");
    expect_said("view a camera\noffer a sid sdp\nend 1\nview a other\n");

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "");
    expect_said("end 2\ntext a Unable to parse stream field!\n");
}


static void
on_a_foreign_server_each_viewer_has_a_socket(void **state)
{
    (void) state;

    shared = 0;
    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "none");
    ngx_webrtc_evostream_viewer_missing(t.viewers[0], t.now);
    expect_said("view a none\ntext a Unable to retrieve stream!\n");

    /* it goes on waiting; the next one takes it */

    happens(0, NGX_WEBRTC_ERS_VIEWER, "b", "camera");
    offer(1, "sdp");
    expect_said("view b camera\noffer b sid sdp\nconnect\nConnected\n");

    connected(1);
    happens(1, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    expect_said("Connected\n");

    happens(1, NGX_WEBRTC_ERS_VIEWER, "c", "camera");
    offer(2, "sdp");
    expect_said("view c camera\noffer c sid sdp\nconnect\nConnected\n");

    /* whoever leaves takes the socket along, others stay */

    message(0, NGX_WEBRTC_ERS_ANSWER, "b", "1", "sdp");
    happens(0, NGX_WEBRTC_ERS_REMOVE, "b", NULL);
    expect_said("answered 2 sdp\nend 2\nleave\nclose 1\n");

    /* a lost socket loses its viewer's signalling, no media */

    closed(1, NULL);
    expect_said("detach 3\nConnecting\n");

    connected(2);
    happens(2, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    expect_said("Connected\n");
}


static void
a_viewer_that_moves_to_another_socket_frees_the_old_one(void **state)
{
    (void) state;

    shared = 0;
    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(0, "sdp");
    connected(1);
    happens(1, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    said[0] = '\0';

    happens(1, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    expect_said("end 1\nview a camera\nleave\nclose 1\n");
}


static void
a_foreign_server_that_wants_only_one_socket(void **state)
{
    (void) state;

    shared = 0;
    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(0, "sdp");
    connected(1);
    said[0] = '\0';

    happens(1, NGX_WEBRTC_ERS_TAKEN, NULL, NULL);
    expect_said("log: refused, room is taken\nclose 2\n"
                "Connected: room is taken\n");

    /* further viewers may come on the first one */

    happens(0, NGX_WEBRTC_ERS_VIEWER, "b", "camera");
    offer(1, "sdp");
    happens(0, NGX_WEBRTC_ERS_REMOVE, "a", NULL);
    expect_said("view b camera\noffer b sid sdp\nend 1\n");

    (void) wait_for();
    connected(2);
    happens(2, NGX_WEBRTC_ERS_TAKEN, NULL, NULL);
    expect_said("connect\nConnected: room is taken\n"
                "close 3\nConnected: room is taken\n");
}


static void
it_comes_back_when_it_is_lost(void **state)
{
    ngx_uint_t         i;
    ngx_webrtc_usec_t  delay;

    (void) state;

    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(0, "sdp");
    said[0] = '\0';

    closed(0, NULL);
    expect_said("log: lost, it has closed the connection\ndetach 1\n"
                "Waiting to reconnect: it has closed the connection\n");

    /* not before a second, later and later */

    assert_true(wait_for() == SEC);
    expect_said("connect\nConnecting: it has closed the connection\n");

    t.random = UINT64_MAX;

    closed(1, "connection refused");
    expect_said("log: failed, connection refused\n"
                "Waiting to reconnect: connection refused\n");

    for (i = 2; i < 8; i++) {
        delay = wait_for();
        assert_true(delay >= SEC && delay <= 10 * SEC);
        closed(i, "connection refused");
    }

    /* each reason is told once */

    assert_null(strstr(said, "log:"));
    said[0] = '\0';

    (void) wait_for();
    closed(8, "connection timed out");
    assert_non_null(strstr(said, "log: failed, connection timed out\n"));

    (void) wait_for();
    connected(9);
    said[0] = '\0';
    happens(9, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    expect_said("log: joined\nConnected\n");

    assert_int_equal(ngx_webrtc_evostream_service_status(t.service)->attempts,
                     10);
}


static void
waiting_grows_and_has_a_maximum(void **state)
{
    ngx_uint_t                 i;
    static ngx_webrtc_usec_t   high[] = { 2, 4, 8, 10, 10 };

    (void) state;

    start(1);

    for (i = 0; i < 5; i++) {
        t.random = (high[i] - 1) * SEC;

        closed(i, "connection refused");
        assert_true(wait_for() == high[i] * SEC);
    }

    /* who was there for long begins anew, who was there for a moment not */

    connected(5);
    happens(5, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    happens(5, NGX_WEBRTC_ERS_BROKEN, NULL, NULL);
    assert_true(wait_for() == 10 * SEC);

    connected(6);
    happens(6, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    t.now += 10 * SEC;
    t.random = SEC;
    happens(6, NGX_WEBRTC_ERS_BROKEN, NULL, NULL);
    assert_true(wait_for() == 2 * SEC);
}


static void
without_keep_alive_it_ends(void **state)
{
    (void) state;

    start(0);
    closed(0, "connection refused");
    expect_said("log: failed, connection refused, for good\n"
                "Ended: connection refused\n");

    assert_true(ngx_webrtc_evostream_service_expires(t.service)
                == NGX_WEBRTC_NEVER);
    assert_false(ngx_webrtc_evostream_service_is_busy(t.service));
}


static void
without_keep_alive_it_ends_with_its_last_socket(void **state)
{
    (void) state;

    shared = 0;
    joined(0);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(0, "sdp");
    said[0] = '\0';

    closed(1, "connection refused");
    expect_said("log: failed, connection refused, for good\n"
                "Connected: connection refused\n");

    happens(0, NGX_WEBRTC_ERS_REMOVE, "a", NULL);
    expect_said("end 1\nleave\nclose 1\nEnded: connection refused\n");
}


static void
a_room_that_is_not_allowed_is_not_tried_again(void **state)
{
    (void) state;

    start(1);
    connected(0);
    happens(0, NGX_WEBRTC_ERS_INVALID_ROOM, NULL, NULL);

    expect_said("log: refused, room is not allowed, for good\nclose 1\n"
                "Ended: room is not allowed\n");
    assert_true(ngx_webrtc_evostream_service_expires(t.service)
                == NGX_WEBRTC_NEVER);
}


static void
other_refusals_are_tried_again(void **state)
{
    (void) state;

    start(1);
    connected(0);
    happens(0, NGX_WEBRTC_ERS_TAKEN, NULL, NULL);
    expect_said("log: refused, room is taken\nclose 1\n"
                "Waiting to reconnect: room is taken\n");

    (void) wait_for();
    connected(1);
    said[0] = '\0';
    happens(1, NGX_WEBRTC_ERS_TAKEN, NULL, NULL);
    expect_said("close 2\nWaiting to reconnect: room is taken\n");

    (void) wait_for();
    connected(2);
    said[0] = '\0';
    happens(2, NGX_WEBRTC_ERS_INVALID_TOKEN, NULL, NULL);
    expect_said("log: refused, token is not valid\nclose 3\n"
                "Waiting to reconnect: token is not valid\n");
}


static void
it_joins_anew_when_credentials_are_old(void **state)
{
    (void) state;

    t.random = HOUR;
    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(0, "sdp");
    said[0] = '\0';

    /* not while somebody views */

    t.now += 24 * HOUR;
    ngx_webrtc_evostream_service_tick(t.service, t.now);
    expect_said("");

    happens(0, NGX_WEBRTC_ERS_REMOVE, "a", NULL);
    expect_said("end 1\n");

    t.now += MS;
    assert_true(ngx_webrtc_evostream_service_expires(t.service) < t.now);

    ngx_webrtc_evostream_service_tick(t.service, t.now);
    expect_said("leave\nclose 1\nconnect\nConnecting\n");

    /* no news for the log */

    connected(1);
    happens(1, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    expect_said("Connected\n");

    assert_true(wait_for() == 21 * HOUR);
    expect_said("leave\nclose 2\nconnect\nConnecting\n");

    closed(2, "connection refused");
    expect_said("log: lost, connection refused\n"
                "Waiting to reconnect: connection refused\n");
}


static void
a_queue_that_is_full_loses_the_server(void **state)
{
    (void) state;

    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    happens(0, NGX_WEBRTC_ERS_VIEWER, "b", "camera");
    said[0] = '\0';

    t.sockets[0]->client->full = 1;
    offer(0, "sdp");
    expect_said("offer a sid sdp\n");

    assert_true(ngx_webrtc_evostream_service_expires(t.service) <= t.now);

    ngx_webrtc_evostream_service_tick(t.service, t.now);
    expect_said("log: lost, its queue is full\n"
                "detach 1\ndetach 2\nclose 1\n"
                "Waiting to reconnect: its queue is full\n");
}


static void
a_server_that_ends_the_connection_early_is_called_again(void **state)
{
    (void) state;

    start(1);
    connected(0);

    happens(0, NGX_WEBRTC_ERS_RECONNECT, NULL, NULL);
    expect_said("again 1\n");

    connected(0);
    expect_said("reconnected\n");

    t.sockets[0]->client->reconnect = 1;
    ngx_webrtc_evostream_socket_closed(t.sockets[0], NULL, t.now);
    expect_said("again 1\n");

    connected(0);
    happens(0, NGX_WEBRTC_ERS_JOINED, NULL, NULL);
    expect_said("reconnected\nlog: joined\nConnected\n");

    /* not when it was reset */

    t.sockets[0]->client->reconnect = 1;
    closed(0, "connection reset");
    expect_said("log: lost, connection reset\n"
                "Waiting to reconnect: connection reset\n");
}


static void
time_is_told_to_the_clients(void **state)
{
    ngx_webrtc_ers_client_t  *client;

    (void) state;

    joined(1);

    client = t.sockets[0]->client;
    memset(&client->event, 0, sizeof(client->event));

    client->event.type = NGX_WEBRTC_ERS_BROKEN;
    client->event.reason = "it is silent";
    client->has_event = 1;
    client->expires = t.now + 55 * SEC;

    assert_true(wait_for() == 55 * SEC);
    expect_said("log: lost, it is silent\nclose 1\n"
                "Waiting to reconnect: it is silent\n");
}


static void
a_worker_that_quits_leaves_the_room(void **state)
{
    (void) state;

    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(0, "sdp");
    ngx_webrtc_evostream_viewer_playing(t.viewers[0], t.now);
    said[0] = '\0';

    ngx_webrtc_evostream_service_quit(t.service, t.now);
    expect_said("detach 1\nleave\nclose 1\n");
    assert_false(ngx_webrtc_evostream_service_is_busy(t.service));

    ngx_webrtc_evostream_service_quit(t.service, t.now);
    ngx_webrtc_evostream_service_tick(t.service, t.now + HOUR);
    expect_said("");
}


static void
viewers_under_way_have_a_moment_when_a_worker_quits(void **state)
{
    (void) state;

    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    happens(0, NGX_WEBRTC_ERS_VIEWER, "b", "camera");
    offer(0, "sdp");
    said[0] = '\0';

    ngx_webrtc_evostream_service_quit(t.service, t.now);
    expect_said("");
    assert_true(ngx_webrtc_evostream_service_is_busy(t.service));

    /* nobody new */

    happens(0, NGX_WEBRTC_ERS_VIEWER, "c", "camera");
    expect_said("");

    message(0, NGX_WEBRTC_ERS_ANSWER, "a", "1", "sdp");
    ngx_webrtc_evostream_viewer_playing(t.viewers[0], t.now);
    expect_said("answered 1 sdp\ndetach 1\n");

    assert_true(wait_for() == 5 * SEC);
    expect_said("detach 2\nleave\nclose 1\n");
    assert_false(ngx_webrtc_evostream_service_is_busy(t.service));
}


static void
who_stops_it_ends_the_viewers(void **state)
{
    (void) state;

    shared = 0;
    joined(1);

    happens(0, NGX_WEBRTC_ERS_VIEWER, "a", "camera");
    offer(0, "sdp");
    said[0] = '\0';

    ngx_webrtc_evostream_service_destroy(t.service, 1);
    t.service = NULL;

    expect_said("end 1\nleave\nclose 1\nclose 2\n");
}


static void
without_memory_it_tries_again(void **state)
{
    (void) state;

    start(1);

    t.broken = 1;
    closed(0, "connection refused");
    said[0] = '\0';

    (void) wait_for();
    expect_said("Waiting to reconnect: connection refused\n");

    t.broken = 0;
    (void) wait_for();
    expect_said("connect\nConnecting: connection refused\n");
}


static void
an_ipv6_address_has_brackets(void **state)
{
    ngx_webrtc_evostream_config_t        config;
    ngx_webrtc_evostream_service_conf_t  conf;

    (void) state;

    memset(&config, 0, sizeof(config));
    memset(&conf, 0, sizeof(conf));

    ngx_str_set(&config.ersip, "192.0.2.9");
    ngx_str_set(&config.ers, "2001:db8::1");
    config.ersport = 65535;
    conf.glue = &glue;
    conf.data = &t;

    t.service = ngx_webrtc_evostream_service_create(&conf, &config, NULL,
                                                    t.now);
    ngx_webrtc_evostream_service_tick(t.service, t.now);
    connected(0);

    assert_string_equal(t.sockets[0]->client->host, "[2001:db8::1]:65535");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(it_joins_and_serves_viewers_on_one_socket),
        TEST(what_nobody_has_asked_for_is_ignored),
        TEST(viewers_of_no_stream_get_a_text),
        TEST(there_are_not_more_viewers_than_may_be),
        TEST(a_viewer_that_comes_again_has_a_new_session),
        TEST(on_a_foreign_server_each_viewer_has_a_socket),
        TEST(a_viewer_that_moves_to_another_socket_frees_the_old_one),
        TEST(a_foreign_server_that_wants_only_one_socket),
        TEST(it_comes_back_when_it_is_lost),
        TEST(waiting_grows_and_has_a_maximum),
        TEST(without_keep_alive_it_ends),
        TEST(without_keep_alive_it_ends_with_its_last_socket),
        TEST(a_room_that_is_not_allowed_is_not_tried_again),
        TEST(other_refusals_are_tried_again),
        TEST(it_joins_anew_when_credentials_are_old),
        TEST(a_queue_that_is_full_loses_the_server),
        TEST(a_server_that_ends_the_connection_early_is_called_again),
        TEST(time_is_told_to_the_clients),
        TEST(a_worker_that_quits_leaves_the_room),
        TEST(viewers_under_way_have_a_moment_when_a_worker_quits),
        TEST(who_stops_it_ends_the_viewers),
        TEST(without_memory_it_tries_again),
        TEST(an_ipv6_address_has_brackets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
