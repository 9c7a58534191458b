
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"

#include <hub/ngx_webrtc_filter.h>


static void
str(ngx_str_t *str, const char *text)
{
    str->data = (u_char *) text;
    str->len = strlen(text);
}


static ngx_webrtc_filter_t *
filter_new(const char *name, ngx_int_t priority, ngx_uint_t allow)
{
    ngx_webrtc_filter_t       *filter;
    ngx_webrtc_filter_conf_t   conf;

    ngx_memzero(&conf, sizeof(ngx_webrtc_filter_conf_t));

    str(&conf.name, name);
    str(&conf.version, "one");
    str(&conf.text, "{}");
    conf.priority = priority;
    conf.allow = allow;

    filter = ngx_webrtc_filter_create(&conf, NULL);
    assert_non_null(filter);

    return filter;
}


/* values end with NULL */

static void
term(ngx_webrtc_filter_t *filter, ngx_webrtc_filter_field_e field,
    ngx_uint_t is_not_in, ...)
{
    va_list      args;
    ngx_str_t    value;
    const char  *text;

    assert_int_equal(ngx_webrtc_filter_add_term(filter, field, is_not_in),
                     NGX_OK);

    va_start(args, is_not_in);

    while ((text = va_arg(args, const char *)) != NULL) {
        str(&value, text);
        assert_int_equal(ngx_webrtc_filter_add_value(filter, &value),
                         NGX_OK);
    }

    va_end(args);
}


static ngx_webrtc_filter_t *
kind_filter(const char *name, ngx_int_t priority, ngx_uint_t allow,
    const char *kind)
{
    ngx_webrtc_filter_t  *filter;

    filter = filter_new(name, priority, allow);

    assert_int_equal(ngx_webrtc_filter_add_rule(filter), NGX_OK);
    term(filter, NGX_WEBRTC_FILTER_KIND, 0, kind, NULL);

    return filter;
}


static void
rules_are_alternatives_and_terms_are_conditions(void **state)
{
    ngx_webrtc_filter_t           *filter;
    ngx_webrtc_connection_info_t   a, b;

    (void) state;

    ngx_memzero(&a, sizeof(ngx_webrtc_connection_info_t));
    ngx_memzero(&b, sizeof(ngx_webrtc_connection_info_t));

    memcpy(a.connection_id, "AAAAAAAAAAAAAAAAAAAAAAAAAA", NGX_WEBRTC_ID_LEN);
    memcpy(b.connection_id, "BBBBBBBBBBBBBBBBBBBBBBBBBB", NGX_WEBRTC_ID_LEN);
    str(&a.client_id, "a");
    str(&b.client_id, "bb");

    filter = filter_new("x", 1, 0);

    assert_false(ngx_webrtc_filter_match(filter, &a, 0));

    ngx_webrtc_filter_add_rule(filter);
    term(filter, NGX_WEBRTC_FILTER_CLIENT_ID, 0, "a", "c", NULL);
    term(filter, NGX_WEBRTC_FILTER_KIND, 0, "video", NULL);

    assert_true(ngx_webrtc_filter_match(filter, &a, 1));
    assert_false(ngx_webrtc_filter_match(filter, &a, 0));
    assert_false(ngx_webrtc_filter_match(filter, &b, 1));

    ngx_webrtc_filter_add_rule(filter);
    term(filter, NGX_WEBRTC_FILTER_CONNECTION_ID, 1,
         "AAAAAAAAAAAAAAAAAAAAAAAAAA", NULL);

    assert_true(ngx_webrtc_filter_match(filter, &a, 1));
    assert_false(ngx_webrtc_filter_match(filter, &a, 0));
    assert_true(ngx_webrtc_filter_match(filter, &b, 0));

    /* nothing is in an empty list */

    ngx_webrtc_filter_add_rule(filter);
    term(filter, NGX_WEBRTC_FILTER_CLIENT_ID, 0, NULL);
    assert_false(ngx_webrtc_filter_match(filter, &a, 0));

    ngx_webrtc_filter_add_rule(filter);
    term(filter, NGX_WEBRTC_FILTER_CLIENT_ID, 1, NULL);
    assert_true(ngx_webrtc_filter_match(filter, &a, 0));

    ngx_webrtc_filter_free(filter);
}


#define add(connection, filter)                                              \
    ngx_webrtc_hub_add_filter(channel, connection, filter, world.now)

#define filtered(receiver, sender, video)                                    \
    ngx_webrtc_hub_filtered((receiver)->connection, (sender)->connection,    \
                            video)


static void
the_first_that_matches_decides(void **state)
{
    member_t              *a, *b;
    ngx_webrtc_channel_t  *channel;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);

    channel = a->connection->channel;

    assert_false(filtered(a, b, 1));

    assert_null(add(NULL, kind_filter("late", 20, 0, "video")));

    assert_true(filtered(a, b, 1));
    assert_true(filtered(b, a, 1));
    assert_false(filtered(a, b, 0));

    /* of the same priority that of the connection goes first */

    assert_null(add(a->connection, kind_filter("own", 20, 1, "video")));

    assert_false(filtered(a, b, 1));
    assert_true(filtered(b, a, 1));

    /* what nobody allows is blocked as soon as somebody allows a thing */

    assert_true(filtered(a, b, 0));

    assert_null(add(NULL, kind_filter("first", 10, 0, "video")));
    assert_true(filtered(a, b, 1));

    /* what a member brought leaves with it */

    member_leave(a);
    assert_true(filtered(b, b, 1));
    assert_false(filtered(b, b, 0));

    world_stop();
}


static void
names_are_unique_and_versions_are_checked(void **state)
{
    member_t              *a;
    ngx_str_t              name, version;
    ngx_webrtc_filter_t   *filter;
    ngx_webrtc_channel_t  *channel;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    channel = a->connection->channel;

    assert_null(add(NULL, kind_filter("x", 10, 0, "video")));

    /* another owner, another name space */

    assert_null(add(a->connection, kind_filter("x", 10, 0, "video")));

    filter = kind_filter("x", 10, 0, "audio");

    assert_string_equal(add(NULL, filter), "FORWARDING-FILTER-EXISTS");

    str(&version, "two");
    assert_string_equal(ngx_webrtc_hub_update_filter(channel, NULL, filter,
                                                     &version, world.now),
                        "FORWARDING-FILTER-VERSION-MISMATCH");

    str(&version, "one");
    assert_null(ngx_webrtc_hub_update_filter(channel, NULL, filter, &version,
                                             world.now));
    assert_ptr_equal(ngx_webrtc_hub_next_filter(channel, NULL, NULL),
                     filter);

    str(&name, "y");
    assert_string_equal(ngx_webrtc_hub_remove_filter(channel, NULL, &name,
                                                     world.now),
                        "FORWARDING-FILTER-NOT-FOUND");

    filter = kind_filter("y", 10, 0, "audio");
    str(&version, "");
    assert_string_equal(ngx_webrtc_hub_update_filter(channel, NULL, filter,
                                                     &version, world.now),
                        "FORWARDING-FILTER-NOT-FOUND");
    assert_null(add(NULL, filter));

    assert_null(ngx_webrtc_hub_remove_filter(channel, NULL, &name,
                                             world.now));

    world_stop();
}


static void
there_is_a_limit(void **state)
{
    char                    name[8];
    member_t               *a;
    ngx_uint_t              i;
    ngx_webrtc_filter_t    *filter;
    ngx_webrtc_channel_t   *channel;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    channel = a->connection->channel;

    for (i = 0; i < world.hub->conf.max_filters; i++) {
        snprintf(name, sizeof(name), "%u", (unsigned) i);
        assert_null(add(NULL, kind_filter(name, 10, 0, "video")));
    }

    filter = kind_filter("more", 10, 0, "video");
    assert_string_equal(add(NULL, filter), "TOO-MANY-FORWARDING-FILTERS");
    ngx_webrtc_filter_free(filter);

    world_stop();
}


static void
what_is_filtered_is_paused_and_goes_on(void **state)
{
    member_t                *a, *b;
    ngx_str_t                name;
    ngx_queue_t             *q;
    ngx_uint_t               paused[2];
    ngx_webrtc_channel_t    *channel;
    ngx_webrtc_reception_t  *reception;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDONLY);
    b = member_arrive("b", NGX_WEBRTC_RECVONLY);
    channel = a->connection->channel;

#define look()                                                               \
    for (q = ngx_queue_head(&b->connection->receptions);                     \
         q != ngx_queue_sentinel(&b->connection->receptions);                \
         q = ngx_queue_next(q))                                              \
    {                                                                        \
        reception = ngx_queue_data(q, ngx_webrtc_reception_t, by_receiver);  \
        paused[reception->section->kind == NGX_WEBRTC_SDP_VIDEO]             \
            = reception->sub->conf.paused;                                   \
    }

    look();
    assert_false(paused[0]);
    assert_false(paused[1]);

    assert_null(add(NULL, kind_filter("x", 10, 0, "video")));
    look();
    assert_false(paused[0]);
    assert_true(paused[1]);

    assert_null(add(b->connection, kind_filter("x", 5, 1, "video")));
    look();
    assert_true(paused[0]);
    assert_false(paused[1]);

    str(&name, "x");
    ngx_webrtc_hub_remove_filter(channel, b->connection, &name, world.now);
    ngx_webrtc_hub_remove_filter(channel, NULL, &name, world.now);
    look();
    assert_false(paused[0]);
    assert_false(paused[1]);

    world_stop();
}


static void
a_newcomer_brings_its_own(void **state)
{
    member_t             *b;
    ngx_webrtc_join_t     join;
    ngx_webrtc_filter_t  *filters[2];

    (void) state;

    world_start(NULL);

    member_arrive("a", NGX_WEBRTC_SENDONLY);

    b = member_new("b");
    member_join_init(&join, b, NGX_WEBRTC_RECVONLY);

    filters[0] = kind_filter("x", 10, 0, "video");
    filters[1] = kind_filter("x", 10, 0, "video");
    join.filters = filters;
    join.nfilters = 2;

    assert_string_equal(member_enter(b, &join), "FORWARDING-FILTER-EXISTS");
    assert_null(filters[0]);

    filters[0] = filters[1];
    join.nfilters = 1;

    assert_null(member_enter(b, &join));
    assert_null(filters[0]);

    member_answer(b);
    member_connect(b);
    settle();

    assert_true(ngx_webrtc_hub_filtered(b->connection,
                                        world.members[0].connection, 1));

    world_stop();
}


static void
those_of_the_channel_end_with_its_session(void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    assert_null(ngx_webrtc_hub_add_filter(a->connection->channel, NULL,
                                          kind_filter("x", 10, 0, "video"),
                                          world.now));

    /* also if the next one begins before anybody has noticed */

    ngx_webrtc_hub_begin(world.hub);
    member_leave(a);
    b = member_join("b", NGX_WEBRTC_SENDRECV);
    ngx_webrtc_hub_end(world.hub);

    assert_null(ngx_webrtc_hub_next_filter(b->connection->channel, NULL,
                                           NULL));

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(rules_are_alternatives_and_terms_are_conditions),
        cmocka_unit_test(the_first_that_matches_decides),
        cmocka_unit_test(names_are_unique_and_versions_are_checked),
        cmocka_unit_test(there_is_a_limit),
        cmocka_unit_test(what_is_filtered_is_paused_and_goes_on),
        cmocka_unit_test(a_newcomer_brings_its_own),
        cmocka_unit_test(those_of_the_channel_end_with_its_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
