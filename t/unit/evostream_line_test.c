
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

#include <front/evostream/ngx_webrtc_evostream_line.h>


static ngx_pool_t                   *pool;
static ngx_webrtc_evostream_line_t   line;


static int
setup(void **state)
{
    (void) state;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, NULL);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    ngx_destroy_pool(pool);

    return 0;
}


/* in a block of its exact size */

static ngx_str_t
copy(const char *text, size_t len)
{
    ngx_str_t  str;

    str.len = len;
    str.data = ngx_pnalloc(pool, len ? len : 1);
    memcpy(str.data, text, len);

    return str;
}


static void
parse(const char *text)
{
    ngx_str_t  str;

    str = copy(text, strlen(text));

    assert_int_equal(ngx_webrtc_evostream_line_parse(pool, NULL, &str, &line),
                     NGX_OK);
}


#define assert_str(str, text)                                                \
    assert_int_equal((str)->len, strlen(text));                              \
    assert_memory_equal((str)->data, text, strlen(text))


static void
assert_value(const char *name, const char *value)
{
    ngx_webrtc_evostream_param_t  *param;

    param = ngx_webrtc_evostream_line_find(&line, name);

    assert_non_null(param);
    assert_int_equal(param->list, 0);
    assert_int_equal(param->nitems, 1);
    assert_str(&param->items[0], value);
}


static void
assert_list(const char *name, const char *joined)
{
    char                           text[256];
    ngx_uint_t                     i;
    ngx_webrtc_evostream_param_t  *param;

    param = ngx_webrtc_evostream_line_find(&line, name);

    assert_non_null(param);
    assert_int_equal(param->list, 1);

    text[0] = '\0';

    for (i = 0; i < param->nitems; i++) {
        strncat(text, (char *) param->items[i].data, param->items[i].len);
        strcat(text, "|");
    }

    assert_string_equal(text, joined);
}


static void
splits_a_line_at_spaces_and_equal_signs(void **state)
{
    (void) state;

    parse("startWebrtc ersip=52.6.14.61 ersport=3535 roomid=testRoom");

    assert_str(&line.command, "startWebrtc");
    assert_int_equal(line.nparams, 3);
    assert_value("ersip", "52.6.14.61");
    assert_value("ersport", "3535");
    assert_value("roomid", "testRoom");
    assert_null(ngx_webrtc_evostream_line_find(&line, "token"));
}


static void
finds_names_in_any_case_and_the_last_one(void **state)
{
    (void) state;

    parse("x ersIP=1 ERSIP=2 ersip=3 ersi=4 ersipp=5");

    assert_value("ersIp", "3");
}


static void
ignores_spaces_that_part_nothing(void **state)
{
    (void) state;

    parse("  version   a=1  b=2 ");

    assert_str(&line.command, "version");
    assert_int_equal(line.nparams, 2);
    assert_value("a", "1");
    assert_value("b", "2");

    parse("");
    assert_int_equal(line.command.len, 0);
    assert_int_equal(line.nparams, 0);

    parse("    ");
    assert_int_equal(line.command.len, 0);
    assert_int_equal(line.nparams, 0);
}


static void
unescapes_what_has_a_meaning(void **state)
{
    (void) state;

    parse("x a=my\\ room b\\=c=d e=one\\,two f=back\\\\slash g=\\n\\");

    assert_int_equal(line.nparams, 5);
    assert_value("a", "my room");
    assert_value("b=c", "d");
    assert_value("e", "one,two");
    assert_value("f", "back\\slash");
    assert_value("g", "\\n\\");

    /* an escaped backslash does not escape what follows */

    parse("x a=1\\\\ b=2\\\\,3");

    assert_int_equal(line.nparams, 2);
    assert_value("a", "1\\");
    assert_list("b", "2\\|3|");
}


static void
takes_the_first_equal_sign(void **state)
{
    (void) state;

    parse("x token=YWJjZA== url=http://h/?a=b");

    assert_value("token", "YWJjZA==");
    assert_value("url", "http://h/?a=b");
}


static void
gives_a_key_alone_an_empty_value(void **state)
{
    (void) state;

    parse("x a b= =c =");

    assert_int_equal(line.nparams, 4);
    assert_value("a", "");
    assert_value("b", "");
    assert_value("", "");
}


static void
makes_lists_of_values_with_commas(void **state)
{
    (void) state;

    parse("x a=1,2,3 b=,1,,2, c=, d=\\ one\\ ,\\ two e=1\\,2,3 f=1");

    assert_list("a", "1|2|3|");
    assert_list("b", "1|2|");
    assert_list("c", "");
    assert_list("d", "one|two|");
    assert_list("e", "1,2|3|");
    assert_value("f", "1");
}


static void
takes_any_bytes(void **state)
{
    ngx_str_t  str;

    (void) state;

    str = copy("x\0y a\0=\xff\0b", 10);

    assert_int_equal(ngx_webrtc_evostream_line_parse(pool, NULL, &str, &line),
                     NGX_OK);
    assert_int_equal(line.command.len, 3);
    assert_int_equal(line.nparams, 1);
    assert_int_equal(line.params[0].name.len, 2);
    assert_int_equal(line.params[0].items[0].len, 3);
}


static void
takes_a_command_from_elsewhere(void **state)
{
    ngx_str_t  text, command;

    (void) state;

    text = copy("version a=1", 11);
    command = copy("startWebRTC x=1", 15);

    assert_int_equal(ngx_webrtc_evostream_line_parse(pool, &command, &text,
                                                     &line), NGX_OK);
    assert_str(&line.command, "startWebRTC x=1");
    assert_int_equal(line.nparams, 2);
    assert_value("version", "");
    assert_value("a", "1");
}


static void
args_are(const char *args, const char *want)
{
    ngx_str_t  str, text;

    str = copy(args, strlen(args));

    assert_int_equal(ngx_webrtc_evostream_line_args(pool, &str, &text),
                     NGX_OK);
    assert_str(&text, want);
}


static void
decodes_the_first_argument(void **state)
{
    ngx_str_t  none, text;

    (void) state;

    ngx_str_null(&none);

    assert_int_equal(ngx_webrtc_evostream_line_args(pool, &none, &text),
                     NGX_OK);
    assert_int_equal(text.len, 0);

    args_are("params=ZXJzaXA9MTkyLjAuMi45IGVyc3BvcnQ9MzUzNSByb29taWQ9"
             "bG9iYnk=",
             "ersip=192.0.2.9 ersport=3535 roomid=lobby");
    args_are("anything=aWQ9MQ==&params=aWQ9Mg==", "id=1");
    args_are("params=&x=aWQ9Mg==", "");
    args_are("params", "");
    args_are("=aWQ9MQ==", "id=1");
}


static void
decodes_base64_of_all_kinds(void **state)
{
    (void) state;

    args_are("p=aWQ9MQ==", "id=1");
    args_are("p=aWQ9MQ", "id=1");
    args_are("p=aWQ9MQ%3D%3d", "id=1");
    args_are("p=%61WQ9MQ==%0A", "id=1");
    args_are("p=YT0+Pj8/Pw==", "a=>>" "?" "?" "?");
    args_are("p=YT0%2BPj8%2FPw==", "a=>>" "?" "?" "?");
    args_are("p=YT0-Pj8_Pw", "a=>>" "?" "?" "?");
}


static void
ends_an_argument_where_a_line_ends(void **state)
{
    (void) state;

    /* "id=1\nquit", "id=1\r\n" */

    args_are("p=aWQ9MQpxdWl0", "id=1");
    args_are("p=aWQ9MQ0K", "id=1");
}


static void
refuses_what_is_not_base64(void **state)
{
    ngx_uint_t  i;
    ngx_str_t   str, text;

    static const char *const  bad[] = {
        "p=id=1", "p=*", "p=a", "p=aWQ9M", "p=aWQ9MQ===", "p==", "p=aW Q9",
        "p=aWQ%9MQ", "p=aWQ%", "p=%ff%fe", "p=aWQ=MQ==", NULL
    };

    (void) state;

    for (i = 0; bad[i]; i++) {
        str = copy(bad[i], strlen(bad[i]));

        if (strcmp(bad[i], "p==") == 0) {
            /* no digits are no text */
            args_are(bad[i], "");
            continue;
        }

        if (ngx_webrtc_evostream_line_args(pool, &str, &text)
            != NGX_DECLINED)
        {
            print_error("%s\n", bad[i]);
            fail();
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(splits_a_line_at_spaces_and_equal_signs),
        cmocka_unit_test(finds_names_in_any_case_and_the_last_one),
        cmocka_unit_test(ignores_spaces_that_part_nothing),
        cmocka_unit_test(unescapes_what_has_a_meaning),
        cmocka_unit_test(takes_the_first_equal_sign),
        cmocka_unit_test(gives_a_key_alone_an_empty_value),
        cmocka_unit_test(makes_lists_of_values_with_commas),
        cmocka_unit_test(takes_any_bytes),
        cmocka_unit_test(takes_a_command_from_elsewhere),
        cmocka_unit_test(decodes_the_first_argument),
        cmocka_unit_test(decodes_base64_of_all_kinds),
        cmocka_unit_test(ends_an_argument_where_a_line_ends),
        cmocka_unit_test(refuses_what_is_not_base64),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
