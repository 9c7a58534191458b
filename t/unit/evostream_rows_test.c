
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* EvoStream's tables in the shared zone, also when a worker is killed */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "zone_fixture.h"


#define TEST_MANY  32


typedef struct {
    ngx_uint_t                n;
    ngx_uint_t                ids[TEST_MANY];
    ngx_uint_t                kinds[TEST_MANY];
    char                      names[TEST_MANY][NGX_WEBRTC_EVOSTREAM_NAME_MAX];
    char                      audio[TEST_MANY][8];
    ngx_webrtc_evostream_state_e  state;
    ngx_uint_t                viewers;
    char                      fault[NGX_WEBRTC_EVOSTREAM_FAULT_MAX + 1];
} test_seen_t;


static void
test_text(ngx_str_t *str, const char *text)
{
    str->data = (u_char *) text;
    str->len = text ? strlen(text) : 0;
}


static ngx_int_t
test_add(const char *ersip, in_port_t port, const char *room, ngx_uint_t *id)
{
    ngx_int_t                      rc;
    ngx_webrtc_evostream_config_t  config;

    ngx_memzero(&config, sizeof(ngx_webrtc_evostream_config_t));

    test_text(&config.ersip, ersip);
    test_text(&config.roomid, room);
    test_text(&config.token, "secret");

    config.ersport = port;
    config.keep_alive = 1;

    rc = ngx_webrtc_evostream_config_add(&test_zone, &config);

    if (id) {
        *id = config.id;
    }

    return rc;
}


static ngx_uint_t
test_stop(const char *ersip, in_port_t port, const char *room)
{
    ngx_str_t  ip, roomid;

    test_text(&ip, ersip);
    test_text(&roomid, room);

    return ngx_webrtc_evostream_config_stop(&test_zone, &ip, port, &roomid);
}


static void
test_see(void *data, const ngx_webrtc_evostream_config_t *config)
{
    test_seen_t *seen = data;

    assert_true(seen->n < TEST_MANY);
    assert_int_equal(config->token.len, 6);

    seen->ids[seen->n++] = config->id;
    seen->state = config->state;
    seen->viewers = config->viewers;

    ngx_memcpy(seen->fault, config->fault.data, config->fault.len);
    seen->fault[config->fault.len] = '\0';
}


static void
test_see_stream(void *data, const ngx_webrtc_evostream_stream_t *stream)
{
    test_seen_t *seen = data;

    assert_true(seen->n < TEST_MANY);

    seen->ids[seen->n] = stream->number;
    seen->kinds[seen->n] = stream->kind;

    (void) snprintf(seen->names[seen->n], sizeof(seen->names[0]), "%.*s",
                    (int) stream->name.len, stream->name.data);
    (void) snprintf(seen->audio[seen->n], sizeof(seen->audio[0]), "%.*s",
                    (int) stream->audio.len, stream->audio.data);

    seen->n++;
}


static ngx_uint_t
test_own(ngx_uint_t seat, ngx_uint_t quitting, test_seen_t *seen)
{
    ngx_memzero(seen, sizeof(test_seen_t));

    ngx_webrtc_evostream_config_own(&test_zone, &test_owners[seat], quitting,
                                    test_see, seen);

    return seen->n;
}


static ngx_int_t
test_find(ngx_uint_t id, test_seen_t *seen)
{
    ngx_memzero(seen, sizeof(test_seen_t));

    return ngx_webrtc_evostream_config_find(&test_zone, id, test_see, seen);
}


static void
test_set(ngx_uint_t seat, ngx_uint_t id, ngx_webrtc_evostream_state_e state,
    const char *fault)
{
    ngx_webrtc_evostream_config_t  config;

    ngx_memzero(&config, sizeof(ngx_webrtc_evostream_config_t));

    config.id = id;
    config.state = state;
    test_text(&config.fault, fault);

    ngx_webrtc_evostream_config_set(&test_zone, &test_owners[seat], &config);
}


static ngx_int_t
test_view(ngx_uint_t seat, ngx_uint_t config, uint64_t *number)
{
    ngx_int_t                      rc;
    ngx_webrtc_evostream_stream_t  viewer;

    ngx_memzero(&viewer, sizeof(ngx_webrtc_evostream_stream_t));

    viewer.config = config;
    test_text(&viewer.name, "stream");
    test_text(&viewer.viewer, "viewer");
    test_text(&viewer.audio, "OPUS");

    rc = ngx_webrtc_evostream_viewer_add(&test_zone, &test_owners[seat],
                                         &viewer);
    if (number) {
        *number = viewer.number;
    }

    return rc;
}


static ngx_uint_t
test_check(ngx_uint_t seat, test_seen_t *seen)
{
    ngx_memzero(seen, sizeof(test_seen_t));

    ngx_webrtc_evostream_viewer_check(&test_zone, &test_owners[seat],
                                      test_see_stream, seen);
    return seen->n;
}


static void
test_die(ngx_uint_t seat)
{
    test_dead[seat] = 1;

    ngx_webrtc_zone_lock(&test_zone);
    ngx_webrtc_zone_clean(&test_zone, &test_owners[seat]);
    test_zone.sh->seats[seat].dead = 1;
    ngx_webrtc_zone_unlock(&test_zone);
}


static void
configurations_are_added_found_and_removed(void **state)
{
    ngx_uint_t   id, second;
    test_seen_t  seen;

    (void) state;

    assert_false(ngx_webrtc_evostream_is_used(&test_zone));
    assert_int_equal(test_add("192.0.2.1", 3535, "lobby", &id), NGX_OK);
    assert_true(ngx_webrtc_evostream_is_used(&test_zone));

    assert_int_equal(id, 1);
    assert_int_equal(test_told, 1);
    assert_int_equal(test_touched, 1);

    /* the same room once; elsewhere it is another one */

    assert_int_equal(test_add("192.0.2.1", 3535, "lobby", NULL),
                     NGX_DECLINED);
    assert_int_equal(test_add("192.0.2.1", 3536, "lobby", NULL), NGX_OK);
    assert_int_equal(test_add("192.0.2.2", 3535, "lobby", NULL), NGX_OK);
    assert_int_equal(test_add("192.0.2.1", 3535, "Lobby", &second), NGX_OK);
    assert_int_equal(second, 4);
    assert_int_equal(test_add("ers.example", 1, "a", NULL), NGX_OK);
    assert_int_equal(test_add("ERS.example", 1, "a", NULL), NGX_DECLINED);

    assert_int_equal(test_find(4, &seen), NGX_OK);
    assert_int_equal(seen.state, NGX_WEBRTC_EVOSTREAM_QUEUED);
    assert_int_equal(test_find(99, &seen), NGX_DECLINED);

    ngx_memzero(&seen, sizeof(test_seen_t));
    assert_int_equal(ngx_webrtc_evostream_config_remove(&test_zone, 4,
                                                        test_see, &seen),
                     NGX_OK);
    assert_int_equal(seen.ids[0], 4);
    assert_int_equal(ngx_webrtc_evostream_config_remove(&test_zone, 4,
                                                        test_see, &seen),
                     NGX_DECLINED);

    ngx_memzero(&seen, sizeof(test_seen_t));
    assert_int_equal(test_add("192.0.2.1", 3535, "Lobby", &id), NGX_OK);
    assert_int_equal(id, 6);

    ngx_webrtc_evostream_config_list(&test_zone, test_see, &seen);
    assert_int_equal(seen.n, 5);
    assert_int_equal(seen.ids[2], 3);
    assert_int_equal(seen.ids[3], 5);
    assert_int_equal(seen.ids[4], 6);
}


static void
stop_takes_those_that_match(void **state)
{
    test_seen_t  seen;

    (void) state;

    (void) test_add("192.0.2.1", 3535, "a", NULL);
    (void) test_add("192.0.2.1", 3535, "b", NULL);
    (void) test_add("192.0.2.2", 3535, "a", NULL);
    (void) test_add("192.0.2.2", 3536, "b", NULL);

    test_touched = 0;

    assert_int_equal(test_stop("192.0.2.3", 0, ""), 0);
    assert_int_equal(test_stop("192.0.2.1", 3536, ""), 0);
    assert_int_equal(test_touched, 0);

    assert_int_equal(test_stop("", 3536, ""), 1);
    assert_int_equal(test_stop("192.0.2.1", 3535, "a"), 1);
    assert_int_equal(test_stop("", 0, "a"), 1);
    assert_int_equal(test_touched, 3);

    /* one that has ended is nothing that could be stopped */

    assert_int_equal(test_own(0, 0, &seen) + test_own(1, 0, &seen)
                     + test_own(2, 0, &seen), 1);
    test_set(0, 2, NGX_WEBRTC_EVOSTREAM_ENDED, "");
    test_set(1, 2, NGX_WEBRTC_EVOSTREAM_ENDED, "");
    test_set(2, 2, NGX_WEBRTC_EVOSTREAM_ENDED, "");

    assert_int_equal(test_stop("", 0, ""), 0);
    assert_int_equal(test_find(2, &seen), NGX_OK);
    assert_int_equal(seen.state, NGX_WEBRTC_EVOSTREAM_ENDED);
}


static void
texts_have_maxima(void **state)
{
    char                           text[NGX_WEBRTC_EVOSTREAM_VARS_MAX + 2];
    ngx_webrtc_evostream_config_t  config;

    (void) state;

    ngx_memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';

    assert_int_equal(test_add(NULL, 1, "r", NULL), NGX_ERROR);
    assert_int_equal(test_add("a", 0, "r", NULL), NGX_ERROR);
    assert_int_equal(test_add("a", 1, NULL, NULL), NGX_ERROR);
    assert_int_equal(test_add("a", 1, text + sizeof(text) - 257, NULL),
                     NGX_ERROR);
    assert_int_equal(test_add("a", 1, text + sizeof(text) - 256, NULL),
                     NGX_OK);
    assert_int_equal(test_add(text + sizeof(text) - 257, 1, "r", NULL),
                     NGX_ERROR);
    assert_int_equal(test_add(text + sizeof(text) - 256, 1, "r", NULL),
                     NGX_OK);

    ngx_memzero(&config, sizeof(ngx_webrtc_evostream_config_t));

    config.ersport = 1;
    test_text(&config.ers, "b");
    test_text(&config.roomid, "r");
    test_text(&config.vars, text);

    assert_int_equal(ngx_webrtc_evostream_config_add(&test_zone, &config),
                     NGX_ERROR);

    test_text(&config.vars, text + 1);
    assert_int_equal(ngx_webrtc_evostream_config_add(&test_zone, &config),
                     NGX_OK);
}


static void
full_table_refuses_unless_one_has_ended(void **state)
{
    char         room[8];
    ngx_uint_t   i, id;
    test_seen_t  seen;

    (void) state;

    for (i = 0; i < TEST_CONFIGS; i++) {
        (void) snprintf(room, sizeof(room), "r%d", (int) i);
        assert_int_equal(test_add("a", 1, room, NULL), NGX_OK);
    }

    assert_int_equal(test_add("a", 1, "more", NULL), NGX_BUSY);

    for (i = 0; i < 3; i++) {
        (void) test_own(i, 0, &seen);
        test_set(i, 5, NGX_WEBRTC_EVOSTREAM_ENDED, "");
        test_set(i, 3, NGX_WEBRTC_EVOSTREAM_ENDED, "");
    }

    /* the older one, and ids are not used again */

    assert_int_equal(test_add("a", 1, "more", &id), NGX_OK);
    assert_int_equal(id, TEST_CONFIGS + 1);
    assert_int_equal(test_find(3, &seen), NGX_DECLINED);
    assert_int_equal(test_find(5, &seen), NGX_OK);
}


static void
one_worker_runs_each(void **state)
{
    char         room[8];
    ngx_uint_t   i;
    test_seen_t  seen;

    (void) state;

    for (i = 0; i < 6; i++) {
        (void) snprintf(room, sizeof(room), "r%d", (int) i);
        assert_int_equal(test_add("a", 1, room, NULL), NGX_OK);
    }

    for (i = 0; i < 3; i++) {
        assert_int_equal(test_own(i, 0, &seen), 2);
        assert_int_equal(test_zone.sh->seats[i].configs, 2);
    }

    /* only its owner may say how it fares */

    test_set(1, 1, NGX_WEBRTC_EVOSTREAM_JOINED, "");
    assert_int_equal(test_find(1, &seen), NGX_OK);
    assert_int_equal(seen.state, NGX_WEBRTC_EVOSTREAM_QUEUED);

    test_set(0, 1, NGX_WEBRTC_EVOSTREAM_WAITING, "no route");
    assert_int_equal(test_find(1, &seen), NGX_OK);
    assert_int_equal(seen.state, NGX_WEBRTC_EVOSTREAM_WAITING);
    assert_string_equal(seen.fault, "no route");

    /* what the dead one had goes to the others, who begin anew */

    test_die(0);

    assert_int_equal(test_zone.sh->seats[0].configs, 0);
    assert_int_equal(test_find(1, &seen), NGX_OK);
    assert_int_equal(seen.state, NGX_WEBRTC_EVOSTREAM_QUEUED);

    test_told = 0;
    i = test_own(1, 0, &seen);
    assert_int_equal(i + test_own(2, 0, &seen), 6);
    assert_int_equal(i, 3);
    assert_int_equal(test_told, 1);

    /* of one that has ended nobody hears any more */

    i = seen.ids[0];
    test_set(2, i, NGX_WEBRTC_EVOSTREAM_ENDED, "Invalid room");
    assert_int_equal(test_own(1, 0, &seen) + test_own(2, 0, &seen), 5);
    assert_int_equal(test_zone.sh->seats[1].configs
                     + test_zone.sh->seats[2].configs, 5);
}


static void
quitting_worker_gives_back(void **state)
{
    test_seen_t  seen;

    (void) state;

    /* seats of an older generation, and a new worker */

    test_zone.sh->seats[2].generation = 2;

    (void) test_add("a", 1, "r", NULL);
    (void) test_add("b", 1, "r", NULL);
    assert_int_equal(test_own(2, 0, &seen), 2);

    test_zone.sh->seats[2].quitting = 1;

    test_told = 0;
    assert_int_equal(test_own(2, 1, &seen), 0);
    assert_int_equal(test_told, 1);
    assert_int_equal(test_own(0, 0, &seen) + test_own(1, 0, &seen), 2);

    /* all of them quit: it is nobody's, until somebody new comes */

    test_zone.sh->seats[0].quitting = 1;
    test_zone.sh->seats[1].quitting = 1;

    assert_int_equal(test_own(0, 1, &seen), 0);
    assert_int_equal(test_own(1, 1, &seen), 0);
    assert_int_equal(test_zone.sh->seats[0].configs, 0);
    assert_int_equal(test_zone.sh->seats[1].configs, 0);

    assert_int_equal(test_add("c", 1, "r", NULL), NGX_OK);

    test_told = 0;
    assert_int_equal(test_own(0, 1, &seen), 0);
    assert_int_equal(test_told, 0);

    /* without a media port: nobody would choose it, and yet it serves */

    test_zone.sh->seats[1].quitting = 0;
    test_zone.sh->seats[1].port = 0;

    assert_int_equal(test_own(1, 0, &seen), 3);
    assert_int_equal(test_own(1, 0, &seen), 3);
    assert_int_equal(test_zone.sh->seats[1].configs, 3);
}


static void
nobody_to_run_it(void **state)
{
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < 3; i++) {
        test_zone.sh->seats[i].pid = 0;
    }

    assert_int_equal(test_add("a", 1, "r", NULL), NGX_ABORT);
    assert_int_equal(test_zone.sh->evostream.configs.count, 0);
}


static void
viewers_live_and_end(void **state)
{
    uint64_t                       number, other;
    ngx_uint_t                     i, id;
    test_seen_t                    seen;
    ngx_webrtc_evostream_stream_t  viewer;

    (void) state;

    (void) test_add("a", 1, "r", &id);

    assert_int_equal(test_view(0, id, &number), NGX_OK);
    assert_int_equal(test_view(1, id, &other), NGX_OK);
    assert_true(other > number);

    assert_int_equal(test_find(id, &seen), NGX_OK);
    assert_int_equal(seen.viewers, 2);

    /* by its own worker alone */

    ngx_memzero(&viewer, sizeof(ngx_webrtc_evostream_stream_t));
    viewer.number = number;
    test_text(&viewer.audio, "PCMU");

    ngx_webrtc_evostream_viewer_set(&test_zone, &test_owners[1], &viewer);
    ngx_memzero(&seen, sizeof(test_seen_t));
    ngx_webrtc_evostream_stream_list(&test_zone, test_see_stream, &seen);
    assert_int_equal(seen.n, 2);
    assert_string_equal(seen.audio[0], "OPUS");

    ngx_webrtc_evostream_viewer_set(&test_zone, &test_owners[0], &viewer);
    ngx_memzero(&seen, sizeof(test_seen_t));
    ngx_webrtc_evostream_stream_list(&test_zone, test_see_stream, &seen);
    assert_string_equal(seen.audio[0], "PCMU");
    assert_string_equal(seen.names[0], "stream");

    /* asked for, once */

    test_told = 0;
    assert_int_equal(ngx_webrtc_evostream_viewer_end(&test_zone, 99),
                     NGX_DECLINED);
    assert_int_equal(test_told, 0);
    assert_int_equal(ngx_webrtc_evostream_viewer_end(&test_zone, number),
                     NGX_OK);
    assert_int_equal(test_told, 1);
    assert_int_equal(ngx_webrtc_evostream_viewer_end(&test_zone, number),
                     NGX_DECLINED);

    assert_int_equal(test_check(1, &seen), 0);
    assert_int_equal(test_check(0, &seen), 1);
    assert_int_equal(seen.ids[0], number);

    ngx_memzero(&seen, sizeof(test_seen_t));
    ngx_webrtc_evostream_stream_list(&test_zone, test_see_stream, &seen);
    assert_int_equal(seen.n, 1);

    ngx_webrtc_evostream_viewer_remove(&test_zone, &test_owners[1], number);
    assert_int_equal(test_check(0, &seen), 1);
    ngx_webrtc_evostream_viewer_remove(&test_zone, &test_owners[0], number);
    assert_int_equal(test_check(0, &seen), 0);

    /* its configuration is no more */

    assert_int_equal(test_stop("", 0, ""), 1);
    assert_int_equal(test_check(1, &seen), 1);
    assert_true(ngx_webrtc_evostream_is_used(&test_zone));
    ngx_webrtc_evostream_viewer_remove(&test_zone, &test_owners[1], other);
    assert_false(ngx_webrtc_evostream_is_used(&test_zone));

    /* a full table, and a worker that dies */

    for (i = 0; i < TEST_VIEWERS; i++) {
        assert_int_equal(test_view(2, 7, NULL), NGX_OK);
    }

    assert_int_equal(test_view(0, 7, NULL), NGX_BUSY);

    test_die(2);

    assert_int_equal(test_zone.sh->evostream.viewers.count, 0);
    assert_int_equal(test_view(0, 7, NULL), NGX_OK);
}


static void
test_join(const char *channel, char id, ngx_webrtc_role_e role)
{
    ngx_webrtc_connection_info_t  info;

    ngx_memzero(&info, sizeof(ngx_webrtc_connection_info_t));

    test_text(&info.channel_id, channel);
    ngx_memset(info.connection_id, id, NGX_WEBRTC_ID_LEN);
    info.role = role;
    info.audio = 1;
    info.audio_codec = NGX_WEBRTC_CODEC_OPUS;

    assert_int_equal(ngx_webrtc_zone_connection_add(&test_zone, &info,
                                                    &test_owners[0]),
                     NGX_OK);
}


static void
test_live(char id, ngx_uint_t sends)
{
    u_char  connection_id[NGX_WEBRTC_ID_LEN];

    ngx_memset(connection_id, id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_zone_connection_live(&test_zone, connection_id, 1);

    if (sends) {
        ngx_webrtc_zone_connection_sends(&test_zone, connection_id);
    }
}


static void
test_connect(const char *channel, char id, ngx_webrtc_role_e role)
{
    test_join(channel, id, role);
    test_live(id, role != NGX_WEBRTC_RECVONLY);
}


static void
streams_are_listed_by_kind_and_number(void **state)
{
    u_char                 id[NGX_WEBRTC_ID_LEN];
    uint64_t               number;
    ngx_uint_t             i, config;
    test_seen_t            seen;
    ngx_webrtc_port_row_t  row;

    (void) state;

    (void) test_add("a", 1, "r", &config);
    (void) test_view(0, config, NULL);

    ngx_memzero(&row, sizeof(ngx_webrtc_port_row_t));
    row.owner = test_owners[0];

    for (i = NGX_WEBRTC_PORT_DATA; i <= NGX_WEBRTC_PORT_RTCP; i++) {
        row.kind = i;
        ngx_memset(row.id, '0' + i, NGX_WEBRTC_SKYWAY_OBJECT_ID);
        assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &row), NGX_OK);
    }

    test_connect("hall", 'R', NGX_WEBRTC_RECVONLY);
    test_connect("hall", 'A', NGX_WEBRTC_SENDRECV);
    test_connect("room", 'C', NGX_WEBRTC_SENDONLY);
    test_connect("hall", 'B', NGX_WEBRTC_SENDRECV);
    test_connect("\377sfu", 'P', NGX_WEBRTC_SENDRECV);

    ngx_memzero(&seen, sizeof(test_seen_t));
    ngx_webrtc_evostream_stream_list(&test_zone, test_see_stream, &seen);

    assert_int_equal(seen.n, 6);
    assert_string_equal(seen.names[0], "hall");
    assert_string_equal(seen.names[1], "room");
    assert_string_equal(seen.names[2], "hall/BBBBBBBBBBBBBBBBBBBBBBBBBB");
    assert_string_equal(seen.audio[0], "OPUS");
    assert_memory_equal(seen.names[3], "11111", 5);
    assert_string_equal(seen.audio[3], "");
    assert_memory_equal(seen.names[4], "22222", 5);
    assert_string_equal(seen.audio[4], "UNK");
    assert_string_equal(seen.names[5], "stream");

    assert_int_equal(seen.kinds[2], NGX_WEBRTC_EVOSTREAM_SENDER);
    assert_int_equal(seen.kinds[4], NGX_WEBRTC_EVOSTREAM_PORT);
    assert_int_equal(seen.kinds[5], NGX_WEBRTC_EVOSTREAM_VIEWER);

    /* one number for each, and the next sender has the channel's name */

    number = seen.ids[2];
    ngx_memset(id, 'A', NGX_WEBRTC_ID_LEN);
    ngx_webrtc_zone_connection_remove(&test_zone, id);

    ngx_memzero(&seen, sizeof(test_seen_t));
    ngx_webrtc_evostream_stream_list(&test_zone, test_see_stream, &seen);

    assert_int_equal(seen.n, 5);
    assert_string_equal(seen.names[1], "hall");
    assert_int_equal(seen.ids[1], number);
}


/* not of who connects first, nor of who could send and does not */

static void
channel_has_its_name_of_who_joined_first(void **state)
{
    test_seen_t  seen;

    (void) state;

    test_join("hall", 'A', NGX_WEBRTC_SENDRECV);
    test_join("hall", 'B', NGX_WEBRTC_SENDRECV);
    test_join("hall", 'C', NGX_WEBRTC_SENDRECV);
    test_live('C', 1);
    test_live('A', 0);

    ngx_memzero(&seen, sizeof(test_seen_t));
    ngx_webrtc_evostream_stream_list(&test_zone, test_see_stream, &seen);

    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.names[0], "hall");

    test_live('B', 1);

    ngx_memzero(&seen, sizeof(test_seen_t));
    ngx_webrtc_evostream_stream_list(&test_zone, test_see_stream, &seen);

    assert_int_equal(seen.n, 2);
    assert_string_equal(seen.names[0], "hall/CCCCCCCCCCCCCCCCCCCCCCCCCC");
    assert_string_equal(seen.names[1], "hall");

    /* it sends later, and keeps its number when it sends more */

    test_live('A', 1);
    test_live('A', 1);

    ngx_memzero(&seen, sizeof(test_seen_t));
    ngx_webrtc_evostream_stream_list(&test_zone, test_see_stream, &seen);

    assert_int_equal(seen.n, 3);
    assert_string_equal(seen.names[1], "hall/BBBBBBBBBBBBBBBBBBBBBBBBBB");
    assert_string_equal(seen.names[2], "hall");
    assert_int_equal(seen.ids[2], 3);
}


/* what a worker does all day, until it is killed */

static void
test_work(void)
{
    char         room[8];
    uint64_t     number;
    ngx_uint_t   n, id;
    test_seen_t  seen;

    for (n = 0; /* void */ ; n++) {

        (void) snprintf(room, sizeof(room), "r%d", (int) (n % 3));

        if (test_add("a", 1, room, &id) == NGX_OK) {
            (void) test_own(TEST_SELF, 0, &seen);
            test_set(TEST_SELF, id, (n % 2) ? NGX_WEBRTC_EVOSTREAM_ENDED
                                            : NGX_WEBRTC_EVOSTREAM_JOINED,
                     "fault");
        }

        if (test_view(TEST_SELF, 1, &number) == NGX_OK && n % 3) {
            ngx_webrtc_evostream_viewer_remove(&test_zone,
                                               &test_owners[TEST_SELF],
                                               number);
        }

        (void) test_stop("a", 1, room);
    }
}


static void
killed_at_any_moment(void **state)
{
    pid_t        pid;
    ngx_uint_t   i, n, last;
    test_seen_t  seen;

    (void) state;

    assert_int_equal(test_add("other", 1, "r", &last), NGX_OK);
    assert_int_equal(test_view(TEST_OTHER, last, NULL), NGX_OK);

    for (n = 0; n < 200; n++) {

        pid = fork();
        assert_true(pid >= 0);

        if (pid == 0) {
            test_work();
        }

        (void) usleep(500 + random() % 2000);
        (void) kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);

        ngx_webrtc_zone_lock(&test_zone);
        ngx_webrtc_zone_clean(&test_zone, &test_owners[TEST_SELF]);
        ngx_webrtc_zone_unlock(&test_zone);

        /* the viewer of the living, and nothing that does not add up */

        assert_int_equal(test_zone.sh->evostream.viewers.count, 1);
        assert_int_equal(test_zone.sh->seats[TEST_SELF].configs, 0);

        assert_int_equal(test_find(1, &seen), NGX_OK);
        assert_int_equal(seen.viewers, 1);

        i = test_own(TEST_OTHER, 0, &seen);
        assert_int_equal(test_zone.sh->seats[TEST_OTHER].configs, i);

        ngx_memzero(&seen, sizeof(test_seen_t));
        ngx_webrtc_evostream_config_list(&test_zone, test_see, &seen);
        assert_int_equal(test_zone.sh->evostream.configs.count, seen.n);
        assert_true(seen.ids[seen.n - 1] <= test_zone.sh->evostream.config);

        for (i = 1; i < seen.n; i++) {
            assert_true(seen.ids[i - 1] < seen.ids[i]);
        }

        assert_true(test_zone.sh->evostream.config >= last);
        last = test_zone.sh->evostream.config;
    }

    assert_true(test_zone.sh->repairs > 20);
}


int
main(void)
{
#define test(name)                                                           \
    cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)

    const struct CMUnitTest  tests[] = {
        test(configurations_are_added_found_and_removed),
        test(stop_takes_those_that_match),
        test(texts_have_maxima),
        test(full_table_refuses_unless_one_has_ended),
        test(one_worker_runs_each),
        test(quitting_worker_gives_back),
        test(nobody_to_run_it),
        test(viewers_live_and_end),
        test(streams_are_listed_by_kind_and_number),
        test(channel_has_its_name_of_who_joined_first),
        test(killed_at_any_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
