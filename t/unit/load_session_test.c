
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* offer and answer of the load tool, with itself on both sides */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "../bench/load/load_session.c"
#include "../bench/load/load_session_offer.c"
#include "../bench/load/load_track.c"


static load_session_t  ours;
static load_session_t  theirs;


static void
session_init(load_session_t *session, ngx_uint_t ways)
{
    memset(session, 0, sizeof(load_session_t));

    session->ways = ways;
    session->codec = NGX_WEBRTC_CODEC_VP8;
    session->kinds[LOAD_AUDIO] = 1;
    session->kinds[LOAD_VIDEO] = 1;
    session->twcc = 1;
    session->nack = 1;
    ngx_webrtc_addr_set_v4(&session->addr, "\x7f\0\0\1", 40000);
    ngx_str_set(&session->fingerprint,
                "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
                "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF");

    assert_int_equal(load_session_init(session), NGX_OK);
}


static void
agree(void)
{
    ngx_str_t    offer, answer;
    const char  *reason;

    reason = "";

    assert_int_equal(load_session_offer(&ours, &offer), NGX_OK);

    if (load_session_answer(&theirs, &offer, &answer, &reason) != NGX_OK) {
        fail_msg("answer: %s", reason);
    }

    if (load_session_answered(&ours, &answer, &reason) != NGX_OK) {
        fail_msg("answered: %s", reason);
    }
}


static int
teardown(void **state)
{
    (void) state;

    load_session_cleanup(&ours);
    load_session_cleanup(&theirs);

    return 0;
}


static void
one_sends_and_the_other_receives(void **state)
{
    ngx_uint_t     i;
    load_track_t  *sent, *received;

    (void) state;

    session_init(&ours, LOAD_SEND);
    session_init(&theirs, LOAD_RECEIVE);
    agree();

    assert_int_equal(ours.ntracks, 2);
    assert_int_equal(theirs.ntracks, 2);

    for (i = 0; i < 2; i++) {
        sent = &ours.tracks[i];
        received = &theirs.tracks[i];

        assert_int_equal(sent->kind, i);
        assert_int_equal(sent->way, LOAD_SEND);
        assert_int_equal(received->kind, i);
        assert_int_equal(received->way, LOAD_RECEIVE);
        assert_int_equal(received->pt, sent->pt);
        assert_int_equal(received->rtx_pt, sent->rtx_pt);
        assert_int_equal(received->ssrc, sent->ssrc);
        assert_int_equal(received->rtx_ssrc, sent->rtx_ssrc);
        assert_int_equal(sent->twcc, 1);
        assert_int_equal(received->nack, i == LOAD_VIDEO);
    }

    assert_int_equal(ours.tracks[LOAD_AUDIO].level_id, 1);
    assert_int_equal(ours.tracks[LOAD_VIDEO].level_id, 0);
    assert_true(ours.tracks[LOAD_VIDEO].rtx_ssrc != 0);
}


static void
the_answerer_is_the_client_of_dtls(void **state)
{
    (void) state;

    session_init(&ours, LOAD_SEND);
    session_init(&theirs, LOAD_RECEIVE);
    agree();

    assert_int_equal(theirs.active, 1);
    assert_int_equal(ours.active, 0);

    assert_int_equal(ours.remote_pwd.len, theirs.pwd.len);
    assert_memory_equal(ours.remote_pwd.data, theirs.pwd.data,
                        theirs.pwd.len);
    assert_int_equal(ours.nfingerprints, 1);
    assert_int_equal(theirs.ncandidates, 1);
    assert_int_equal(theirs.candidates[0].port, 40000);
}


static void
both_ways_are_two_tracks_of_each_kind(void **state)
{
    (void) state;

    session_init(&ours, LOAD_SEND | LOAD_RECEIVE);
    session_init(&theirs, LOAD_SEND | LOAD_RECEIVE);
    agree();

    assert_int_equal(ours.ntracks, 4);
    assert_int_equal(theirs.ntracks, 4);
    assert_int_equal(ours.tracks[1].way, LOAD_RECEIVE);
    assert_int_equal(ours.tracks[1].ssrc, theirs.ssrc[LOAD_AUDIO]);
}


static void
without_feedback_nothing_is_numbered(void **state)
{
    (void) state;

    session_init(&ours, LOAD_SEND);
    session_init(&theirs, LOAD_RECEIVE);
    theirs.twcc = 0;
    theirs.nack = 0;
    agree();

    assert_int_equal(ours.tracks[LOAD_VIDEO].twcc, 0);
    assert_int_equal(theirs.tracks[LOAD_VIDEO].twcc, 0);
    assert_int_equal(theirs.tracks[LOAD_VIDEO].nack, 0);
}


static void
what_is_malformed_has_a_reason(void **state)
{
    ngx_str_t    answer;
    const char  *reason;

    static u_char     text[] = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n";
    static ngx_str_t  offer = { sizeof(text) - 1, text };

    (void) state;

    session_init(&ours, LOAD_SEND);
    session_init(&theirs, LOAD_RECEIVE);

    reason = NULL;

    assert_int_equal(load_session_answer(&theirs, &offer, &answer, &reason),
                     NGX_ERROR);
    assert_non_null(reason);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_teardown(one_sends_and_the_other_receives, teardown),
        cmocka_unit_test_teardown(the_answerer_is_the_client_of_dtls,
                                  teardown),
        cmocka_unit_test_teardown(both_ways_are_two_tracks_of_each_kind,
                                  teardown),
        cmocka_unit_test_teardown(without_feedback_nothing_is_numbered,
                                  teardown),
        cmocka_unit_test_teardown(what_is_malformed_has_a_reason, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
