
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <hub/ngx_webrtc_assembly.h>


static ngx_webrtc_assembly_t  assembly;
static ngx_webrtc_usec_t      now;
static char                   whole[256];


static ngx_int_t
add(const char *id, uint64_t index, uint64_t total, const char *data)
{
    ngx_int_t                   rc;
    ngx_str_t                   joined;
    ngx_webrtc_assembly_part_t  part;

    part.id.data = (u_char *) id;
    part.id.len = strlen(id);
    part.index = index;
    part.total = total;
    part.data.data = (u_char *) data;
    part.data.len = strlen(data);

    rc = ngx_webrtc_assembly_add(&assembly, &part, now, &joined);

    if (rc == NGX_OK) {
        memcpy(whole, joined.data, joined.len);
        whole[joined.len] = '\0';
        free(joined.data);
    }

    return rc;
}


static void
parts_come_in_any_order(void **state)
{
    (void) state;

    ngx_webrtc_assembly_init(&assembly, 100, NULL);

    assert_int_equal(add("a", 2, 3, "!"), NGX_AGAIN);
    assert_int_equal(add("b", 0, 2, "x"), NGX_AGAIN);
    assert_int_equal(add("a", 0, 3, "hello "), NGX_AGAIN);
    assert_int_equal(add("a", 0, 3, "twice"), NGX_AGAIN);
    assert_int_equal(add("a", 1, 3, "world"), NGX_OK);
    assert_string_equal(whole, "hello world!");
    assert_int_equal(assembly.count, 1);
    assert_int_equal(assembly.held, 1);

    /* empty ones are parts too; an id may be used again */

    assert_int_equal(add("b", 1, 2, ""), NGX_OK);
    assert_string_equal(whole, "x");
    assert_int_equal(add("b", 0, 1, "y"), NGX_OK);
    assert_string_equal(whole, "y");

    assert_int_equal(assembly.count, 0);
    assert_int_equal(assembly.held, 0);
}


static void
lies_are_refused(void **state)
{
    char  id[NGX_WEBRTC_ASSEMBLY_ID + 2];

    (void) state;

    ngx_webrtc_assembly_init(&assembly, 100, NULL);

    assert_int_equal(add("a", 0, 0, "x"), NGX_ERROR);
    assert_int_equal(add("a", 1, 1, "x"), NGX_ERROR);
    assert_int_equal(add("a", UINT64_MAX, 2, "x"), NGX_ERROR);
    assert_int_equal(add("a", 0, NGX_WEBRTC_ASSEMBLY_PARTS + 1, "x"),
                     NGX_ERROR);
    assert_int_equal(add("a", 0, UINT64_MAX, "x"), NGX_ERROR);

    memset(id, 'i', sizeof(id));
    id[sizeof(id) - 1] = '\0';
    assert_int_equal(add(id, 0, 2, "x"), NGX_ERROR);

    id[sizeof(id) - 2] = '\0';
    assert_int_equal(add(id, 0, 2, "x"), NGX_AGAIN);

    /* the number of parts cannot change */

    assert_int_equal(add("a", 0, 2, "x"), NGX_AGAIN);
    assert_int_equal(add("a", 1, 3, "x"), NGX_ERROR);
    assert_int_equal(assembly.count, 1);

    assert_int_equal(add("a", 0, 2, "x"), NGX_AGAIN);
    assert_int_equal(add("a", 200, 201, "x"), NGX_ERROR);
    assert_int_equal(assembly.count, 1);

    assert_int_equal(add("a", 0, 3, "x"), NGX_AGAIN);
    assert_int_equal(add("a", 2, 2, "x"), NGX_ERROR);

    ngx_webrtc_assembly_cleanup(&assembly);
    assert_int_equal(assembly.held, 0);
}


static void
what_waits_is_bounded(void **state)
{
    char        id[8];
    ngx_uint_t  i;

    (void) state;

    ngx_webrtc_assembly_init(&assembly, 40, NULL);

    /* in bytes */

    assert_int_equal(add("a", 0, 9, "01234567890123456789"), NGX_AGAIN);
    assert_int_equal(add("b", 0, 9, "01234567890123456789"), NGX_AGAIN);
    assert_int_equal(add("b", 1, 9, "x"), NGX_ERROR);
    assert_int_equal(assembly.held, 20);
    assert_int_equal(add("a", 1, 9, "01234567890123456789"), NGX_AGAIN);
    assert_int_equal(add("c", 0, 9, "x"), NGX_ERROR);
    assert_int_equal(add("a", 2, 9, "x"), NGX_ERROR);
    assert_int_equal(assembly.held, 0);
    assert_int_equal(assembly.count, 0);

    /* in number: the oldest gives way */

    for (i = 0; i < 100; i++) {
        snprintf(id, sizeof(id), "%u", (unsigned) i);
        assert_int_equal(add(id, 0, 2, "x"), NGX_AGAIN);
    }

    assert_int_equal(assembly.count, NGX_WEBRTC_ASSEMBLY_MESSAGES);
    assert_int_equal(add("99", 1, 2, "y"), NGX_OK);
    assert_int_equal(add("1", 1, 2, "y"), NGX_AGAIN);

    /* in time, since the last part */

    now += NGX_WEBRTC_ASSEMBLY_TIMEOUT - 1;
    assert_int_equal(add("95", 1, 3, "y"), NGX_ERROR);
    assert_int_equal(add("98", 0, 2, "twice"), NGX_AGAIN);
    now++;
    assert_int_equal(add("97", 1, 2, "y"), NGX_AGAIN);
    assert_int_equal(assembly.count, 2);
    assert_int_equal(add("98", 1, 2, "y"), NGX_OK);

    ngx_webrtc_assembly_cleanup(&assembly);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(parts_come_in_any_order),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(what_waits_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
