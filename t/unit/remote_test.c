
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <peer/ngx_webrtc_remote.h>

#include "fixture.h"


#define LINES  4


static u_char                           *data;
static size_t                            len;
static ngx_webrtc_sdp_t                  sdp;
static ngx_webrtc_sdp_section_t          sections[LINES];
static ngx_webrtc_negotiation_remote_t   remote;
static const char                       *reason;


static int
setup(void **state)
{
    (void) state;

    data = fixture_read("peerjs-media-answer.sdp", &len);
    reason = NULL;

    return ngx_webrtc_sdp_parse(&sdp, data, data + len, sections, LINES)
           == NGX_OK ? 0 : 1;
}


static int
teardown(void **state)
{
    (void) state;

    free(data);

    return 0;
}


static void
test_a_bundle_has_one_transport(void **state)
{
    ngx_webrtc_sdp_transport_t  *first;

    (void) state;

    first = NULL;

    assert_int_equal(ngx_webrtc_remote_bundle(&sdp, &sections[0], &first,
                                              &reason),
                     NGX_OK);
    assert_ptr_equal(first, &sections[0].transport);
    assert_int_equal(ngx_webrtc_remote_bundle(&sdp, &sections[1], &first,
                                              &reason),
                     NGX_OK);

    sections[1].transport.pwd.len--;
    assert_int_equal(ngx_webrtc_remote_bundle(&sdp, &sections[1], &first,
                                              &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "TRANSPORT-MISMATCH");

    sections[2].transport.setup = NGX_WEBRTC_SDP_SETUP_PASSIVE;
    assert_int_equal(ngx_webrtc_remote_bundle(&sdp, &sections[2], &first,
                                              &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "CONFLICTING-SETUP");

    sections[2].bundled = 0;
    assert_int_equal(ngx_webrtc_remote_bundle(&sdp, &sections[2], &first,
                                              &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "BUNDLE-REQUIRED");
}


static void
test_an_answer_decides_on_roles(void **state)
{
    ngx_webrtc_negotiation_params_t  params;

    (void) state;

    memset(&params, 0, sizeof(params));
    params.setup = NGX_WEBRTC_SDP_SETUP_ACTPASS;
    params.ice_lite = 1;

    assert_int_equal(ngx_webrtc_remote_answered(&remote, &sdp,
                                                &sections[0].transport,
                                                &params, &reason),
                     NGX_OK);
    assert_int_equal(remote.setup, NGX_WEBRTC_SDP_SETUP_ACTIVE);
    assert_int_equal(remote.nfingerprints, 1);

    params.setup = NGX_WEBRTC_SDP_SETUP_ACTIVE;
    assert_int_equal(ngx_webrtc_remote_answered(&remote, &sdp,
                                                &sections[0].transport,
                                                &params, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "BAD-SETUP");

    params.setup = NGX_WEBRTC_SDP_SETUP_ACTPASS;
    sdp.ice_lite = 1;
    assert_int_equal(ngx_webrtc_remote_answered(&remote, &sdp,
                                                &sections[0].transport,
                                                &params, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "BOTH-ICE-LITE");
}


static void
test_fingerprints_have_to_be_strong(void **state)
{
    (void) state;

    ngx_str_set(&sections[0].transport.fingerprints[0].hash, "sha-1");
    assert_int_equal(ngx_webrtc_remote_read(&remote, &sdp,
                                            &sections[0].transport, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "WEAK-FINGERPRINT");

    ngx_str_set(&sections[1].transport.fingerprints[0].value, "AA:BB");
    assert_int_equal(ngx_webrtc_remote_read(&remote, &sdp,
                                            &sections[1].transport, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "BAD-FINGERPRINT");
}


static void
test_a_copy_is_the_same_transport(void **state)
{
    ngx_pool_t                       *pool;
    ngx_webrtc_negotiation_remote_t  *copy;

    (void) state;

    pool = ngx_create_pool(4096, NULL);

    assert_int_equal(ngx_webrtc_remote_read(&remote, &sdp,
                                            &sections[0].transport, &reason),
                     NGX_OK);

    copy = ngx_webrtc_remote_copy(pool, &remote);
    assert_non_null(copy);
    assert_ptr_not_equal(copy->ufrag.data, remote.ufrag.data);
    assert_true(ngx_webrtc_remote_same(copy, &remote));

    copy->naddrs = 3;
    assert_true(ngx_webrtc_remote_same(copy, &remote));

    copy->fingerprints[0].data[31] ^= 1;
    assert_false(ngx_webrtc_remote_same(copy, &remote));

    copy->fingerprints[0].data[31] ^= 1;
    copy->setup = NGX_WEBRTC_SDP_SETUP_PASSIVE;
    assert_false(ngx_webrtc_remote_same(copy, &remote));

    ngx_destroy_pool(pool);
}


static void
test_streams_and_their_repair(void **state)
{
    uint32_t  ssrcs[2], rtx[2];

    (void) state;

    assert_int_equal(ngx_webrtc_remote_ssrcs(&sections[1], ssrcs, rtx, 2), 1);
    assert_int_equal(ssrcs[0], 2303025054);
    assert_int_equal(rtx[0], 848832773);

    assert_int_equal(ngx_webrtc_remote_ssrcs(&sections[0], ssrcs, rtx, 2), 1);
    assert_int_equal(ssrcs[0], 2630343453);
    assert_int_equal(rtx[0], 0);

    assert_int_equal(ngx_webrtc_remote_ssrcs(&sections[2], ssrcs, rtx, 2), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_a_bundle_has_one_transport,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_answer_decides_on_roles,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_fingerprints_have_to_be_strong,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_copy_is_the_same_transport,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_streams_and_their_repair,
                                        setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
