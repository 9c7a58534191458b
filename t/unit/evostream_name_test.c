
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

#include <front/evostream/ngx_webrtc_evostream_name.h>


#define VI  "vi-01234567-89ab-4def-8123-456789abcdef"
#define AU  "au-fedcba98-7654-4321-9edc-ba9876543210"


static char  told[256];


static const char *
ports(const char *text)
{
    ngx_str_t  name, video, audio;

    name.data = (u_char *) text;
    name.len = strlen(text);

    if (ngx_webrtc_evostream_name_ports(&name, &video, &audio) != NGX_OK) {
        return NULL;
    }

    snprintf(told, sizeof(told), "%.*s+%.*s", (int) video.len,
             video.len ? (char *) video.data : "", (int) audio.len,
             audio.len ? (char *) audio.data : "");

    return told;
}


static const char *
split(const char *text)
{
    ngx_str_t  name, channel, connection;

    name.data = (u_char *) text;
    name.len = strlen(text);

    if (ngx_webrtc_evostream_name_split(&name, &channel, &connection)
        != NGX_OK)
    {
        return NULL;
    }

    snprintf(told, sizeof(told), "%.*s+%.*s", (int) channel.len,
             (char *) channel.data, (int) connection.len,
             (char *) connection.data);

    return told;
}


static void
ports_are_named_by_their_ids(void **state)
{
    (void) state;

    assert_string_equal(ports(VI), VI "+");
    assert_string_equal(ports(AU), "+" AU);
    assert_string_equal(ports(VI "/" AU), VI "+" AU);
    assert_string_equal(ports(AU "/" VI), VI "+" AU);

    assert_null(ports(""));
    assert_null(ports("/"));
    assert_null(ports("sora"));
    assert_null(ports("vi-sora"));
    assert_null(ports(VI "/"));
    assert_null(ports("/" AU));
    assert_null(ports(VI "/" VI));
    assert_null(ports(VI "/sora"));
    assert_null(ports("sora/" AU));
    assert_null(ports(VI "/" AU "/" AU));
    assert_null(ports("da-01234567-89ab-4def-8123-456789abcdef"));
}


static void
senders_are_named_behind_the_last_slash(void **state)
{
    (void) state;

    assert_string_equal(split("sora/ABC"), "sora+ABC");
    assert_string_equal(split("a/b/ABC"), "a/b+ABC");
    assert_string_equal(split("//ABC"), "/+ABC");

    assert_null(split(""));
    assert_null(split("sora"));
    assert_null(split("/sora"));
    assert_null(split("sora/"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(ports_are_named_by_their_ids),
        cmocka_unit_test(senders_are_named_behind_the_last_slash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
