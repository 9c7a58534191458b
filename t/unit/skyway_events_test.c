
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

#include <front/skyway/ngx_webrtc_skyway_events.h>


#define MS       NGX_WEBRTC_MSEC
#define TIMEOUT  (29000 * MS)
#define GRACE    (200 * MS)


/* a thread of a program that polls */

typedef struct {
    ngx_webrtc_skyway_poller_t  poller;
    char                        got[32];    /* "" as long as it waits */
    ngx_uint_t                  breaks;     /* the answer, from within */
} program_t;


static ngx_webrtc_usec_t           now;
static ngx_webrtc_skyway_polls_t   polls;
static ngx_webrtc_skyway_events_t  events;
static program_t                   a, b;


static void
told(ngx_webrtc_skyway_poller_t *poller, ngx_webrtc_skyway_poll_e result,
    const ngx_str_t *text)
{
    program_t *program = (program_t *) poller;

    switch (result) {

    case NGX_WEBRTC_SKYWAY_POLL_EVENT:
        snprintf(program->got, sizeof(program->got), "%.*s", (int) text->len,
                 (char *) text->data);
        break;

    case NGX_WEBRTC_SKYWAY_POLL_TIMEOUT:
        strcpy(program->got, "408");
        break;

    default:
        strcpy(program->got, "404");
    }

    if (program->breaks) {
        ngx_webrtc_skyway_poller_done(poller, 0, now);
    }
}


static int
setup(void **state)
{
    (void) state;

    now = 1000 * MS;

    ngx_webrtc_skyway_polls_init(&polls, 3, TIMEOUT, GRACE, NULL);
    ngx_webrtc_skyway_events_init(&events, &polls);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    ngx_webrtc_skyway_events_cleanup(&events);

    return 0;
}


static void
push(const char *text)
{
    ngx_str_t  str;

    str.data = (u_char *) text;
    str.len = strlen(text);

    ngx_webrtc_skyway_events_push(&events, &str, strcmp(text, "CLOSE") == 0,
                                  now);
}


static ngx_int_t
poll_by(program_t *program)
{
    memset(program, 0, sizeof(program_t));
    program->poller.handler = told;

    return ngx_webrtc_skyway_events_poll(&events, &program->poller, now);
}


static void
written(program_t *program)
{
    ngx_webrtc_skyway_poller_done(&program->poller, 1, now);
}


static void
gone(program_t *program)
{
    ngx_webrtc_skyway_poller_done(&program->poller, 0, now);
}


static void
wait(ngx_webrtc_usec_t time)
{
    now += time;
    ngx_webrtc_skyway_polls_tick(&polls, now);
}


static void
events_wait_for_the_first_poll(void **state)
{
    (void) state;

    push("1");
    push("2");

    poll_by(&a);
    assert_string_equal(a.got, "1");
    written(&a);

    poll_by(&a);
    assert_string_equal(a.got, "2");
    written(&a);

    poll_by(&a);
    assert_string_equal(a.got, "");

    push("3");
    assert_string_equal(a.got, "3");
    written(&a);
}


static void
one_that_polls_alone_is_never_delayed(void **state)
{
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < 5; i++) {
        push("event");
        poll_by(&a);
        assert_string_equal(a.got, "event");
        written(&a);
    }

    assert_true(ngx_webrtc_skyway_polls_expires(&polls) == NGX_WEBRTC_NEVER);
}


static void
every_poller_that_waits_gets_an_event(void **state)
{
    (void) state;

    poll_by(&a);
    poll_by(&b);

    push("1");
    assert_string_equal(a.got, "1");
    assert_string_equal(b.got, "1");

    written(&a);
    written(&b);

    /* once */

    poll_by(&a);
    assert_string_equal(a.got, "");
}


static void
an_event_waits_for_the_poller_that_comes_back(void **state)
{
    (void) state;

    poll_by(&a);
    poll_by(&b);
    push("1");
    written(&a);
    written(&b);

    poll_by(&a);
    push("2");

    assert_string_equal(a.got, "");
    assert_true(ngx_webrtc_skyway_polls_expires(&polls) <= now + GRACE);

    wait(50 * MS);
    poll_by(&b);

    assert_string_equal(a.got, "2");
    assert_string_equal(b.got, "2");
}


static void
a_poller_that_stays_away_is_not_waited_for_long(void **state)
{
    (void) state;

    poll_by(&a);
    poll_by(&b);
    push("1");
    written(&a);
    written(&b);

    poll_by(&a);
    push("2");

    wait(199 * MS);
    assert_string_equal(a.got, "");

    wait(1 * MS);
    assert_string_equal(a.got, "2");
    written(&a);

    /* from then on "a" is alone */

    push("3");
    poll_by(&a);
    assert_string_equal(a.got, "3");
}


static void
a_poller_waits_as_long_as_the_limit(void **state)
{
    (void) state;

    poll_by(&a);
    wait(1000 * MS);
    poll_by(&b);

    assert_true(ngx_webrtc_skyway_polls_expires(&polls)
                == 1000 * MS + TIMEOUT);

    wait(TIMEOUT - 1000 * MS - 1);
    assert_string_equal(a.got, "");

    wait(1);
    assert_string_equal(a.got, "408");
    assert_string_equal(b.got, "");

    /* it is expected back as well */

    push("1");
    assert_string_equal(b.got, "");

    poll_by(&a);
    assert_string_equal(a.got, "1");
    assert_string_equal(b.got, "1");
}


static void
an_event_that_reached_nobody_is_kept(void **state)
{
    (void) state;

    poll_by(&a);
    push("1");
    push("2");
    assert_string_equal(a.got, "1");

    gone(&a);

    poll_by(&a);
    assert_string_equal(a.got, "1");
    written(&a);

    poll_by(&a);
    assert_string_equal(a.got, "2");
}


static void
an_event_that_reached_one_of_two_is_done(void **state)
{
    (void) state;

    poll_by(&a);
    poll_by(&b);
    push("1");

    gone(&a);
    written(&b);

    poll_by(&a);
    assert_string_equal(a.got, "");
}


static void
the_next_event_waits_until_the_first_is_written(void **state)
{
    (void) state;

    poll_by(&a);
    push("1");
    push("2");

    poll_by(&b);
    assert_string_equal(b.got, "");

    gone(&a);
    assert_string_equal(b.got, "1");
    written(&b);
}


static void
a_poller_that_has_gone_is_not_told(void **state)
{
    (void) state;

    poll_by(&a);
    gone(&a);

    assert_true(ngx_webrtc_skyway_polls_expires(&polls) == NGX_WEBRTC_NEVER);

    push("1");
    assert_string_equal(a.got, "");

    poll_by(&b);
    assert_string_equal(b.got, "1");
    written(&b);

    /* done more than once */

    gone(&b);
    gone(&b);
}


static void
an_answer_may_break_as_it_is_sent(void **state)
{
    (void) state;

    poll_by(&a);
    a.breaks = 1;
    poll_by(&b);
    b.breaks = 1;

    push("1");
    assert_string_equal(b.got, "1");

    poll_by(&a);
    assert_string_equal(a.got, "1");
}


static void
a_full_queue_loses_its_oldest(void **state)
{
    (void) state;

    push("1");
    push("2");
    push("3");
    push("4");
    assert_true(polls.dropped == 1);

    poll_by(&a);
    assert_string_equal(a.got, "2");

    /* not the one under way */

    push("5");
    push("CLOSE");
    assert_true(polls.dropped == 3);

    written(&a);
    poll_by(&a);
    assert_string_equal(a.got, "5");
    written(&a);
    poll_by(&a);
    assert_string_equal(a.got, "CLOSE");
}


static void
nothing_follows_the_last_event(void **state)
{
    (void) state;

    push("CLOSE");
    assert_int_equal(poll_by(&a), NGX_OK);
    assert_string_equal(a.got, "CLOSE");

    /* it is lost on the way */

    gone(&a);
    assert_int_equal(poll_by(&a), NGX_OK);
    assert_int_equal(poll_by(&b), NGX_OK);
    assert_string_equal(a.got, "CLOSE");
    assert_string_equal(b.got, "");

    written(&a);
    assert_string_equal(b.got, "404");

    assert_int_equal(poll_by(&a), NGX_DECLINED);
}


static void
who_polls_hears_that_the_object_has_gone(void **state)
{
    (void) state;

    poll_by(&a);
    push("1");
    push("2");
    poll_by(&b);

    ngx_webrtc_skyway_events_cleanup(&events);

    assert_string_equal(a.got, "1");
    assert_string_equal(b.got, "404");

    written(&a);
    gone(&b);

    ngx_webrtc_skyway_events_init(&events, &polls);
}


#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(events_wait_for_the_first_poll),
        test(one_that_polls_alone_is_never_delayed),
        test(every_poller_that_waits_gets_an_event),
        test(an_event_waits_for_the_poller_that_comes_back),
        test(a_poller_that_stays_away_is_not_waited_for_long),
        test(a_poller_waits_as_long_as_the_limit),
        test(an_event_that_reached_nobody_is_kept),
        test(an_event_that_reached_one_of_two_is_done),
        test(the_next_event_waits_until_the_first_is_written),
        test(a_poller_that_has_gone_is_not_told),
        test(an_answer_may_break_as_it_is_sent),
        test(a_full_queue_loses_its_oldest),
        test(nothing_follows_the_last_event),
        test(who_polls_hears_that_the_object_has_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
