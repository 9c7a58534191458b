
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The glue around a SkyWay front-end, with a registry of one process: what is
 * sent goes to a log, and to its endpoint when test_run() is called.
 */


#ifndef _TEST_SKYWAY_FIXTURE_H_INCLUDED_
#define _TEST_SKYWAY_FIXTURE_H_INCLUDED_


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <front/skyway/ngx_webrtc_skyway_internal.h>


#define TEST_ROWS   64
#define TEST_MAIL   256
#define TEST_TEXT   8192


typedef struct {
    uint64_t                      endpoint;     /* 0: free */
    ngx_webrtc_skyway_dialect_e   dialect;
    char                          key[128];
    char                          id[256];
    char                          token[128];
} test_row_t;


typedef struct {
    uint64_t                      endpoint;
    ngx_uint_t                    replaced;
    ngx_webrtc_skyway_message_t   message;
    u_char                       *bytes;
} test_mail_t;


typedef struct {
    ngx_webrtc_skyway_t          *skyway;
    ngx_webrtc_skyway_conf_t      conf;
    ngx_webrtc_usec_t             now;
    ngx_uint_t                    rows_max;
    ngx_uint_t                    deaf;     /* send() is declined */
    ngx_uint_t                    released;
    ngx_uint_t                    nmail;
    test_row_t                    rows[TEST_ROWS];
    test_mail_t                   mail[TEST_MAIL];
} test_glue_t;


static test_glue_t  test;


static inline ngx_str_t
test_str(const char *text)
{
    ngx_str_t  str;

    str.data = (u_char *) text;
    str.len = text ? strlen(text) : 0;

    return str;
}


static inline ngx_uint_t
test_is(const ngx_str_t *str, const char *text)
{
    return str->len == strlen(text)
           && (str->len == 0 || memcmp(str->data, text, str->len) == 0);
}


static inline test_row_t *
test_row(const ngx_str_t *key, const ngx_str_t *id)
{
    ngx_uint_t  i;

    for (i = 0; i < TEST_ROWS; i++) {
        if (test.rows[i].endpoint && test_is(key, test.rows[i].key)
            && test_is(id, test.rows[i].id))
        {
            return &test.rows[i];
        }
    }

    return NULL;
}


static inline ngx_int_t
test_claim(void *data, const ngx_webrtc_skyway_registration_t *reg,
    uint64_t endpoint)
{
    ngx_uint_t   i, again;
    test_row_t  *row;

    (void) data;

    row = test_row(&reg->key, &reg->id);

    if (row && !test_is(&reg->token, row->token)) {
        return NGX_DECLINED;
    }

    if (row) {
        assert_true(test.nmail < TEST_MAIL);
        test.mail[test.nmail].endpoint = row->endpoint;
        test.mail[test.nmail].bytes = NULL;
        test.mail[test.nmail++].replaced = 1;
    }

    again = (row != NULL);

    for (i = 0; row == NULL && i < test.rows_max; i++) {
        if (test.rows[i].endpoint == 0) {
            row = &test.rows[i];
        }
    }

    if (row == NULL) {
        return NGX_BUSY;
    }

    row->endpoint = endpoint;
    row->dialect = reg->dialect;
    snprintf(row->key, sizeof(row->key), "%.*s", (int) reg->key.len,
             (char *) reg->key.data);
    snprintf(row->id, sizeof(row->id), "%.*s", (int) reg->id.len,
             (char *) reg->id.data);
    snprintf(row->token, sizeof(row->token), "%.*s", (int) reg->token.len,
             (char *) reg->token.data);

    return again ? NGX_DONE : NGX_OK;
}


static inline void
test_release(void *data, const ngx_webrtc_skyway_registration_t *reg,
    uint64_t endpoint)
{
    test_row_t  *row;

    (void) data;

    row = test_row(&reg->key, &reg->id);

    if (row && row->endpoint == endpoint) {
        row->endpoint = 0;
        test.released++;
    }
}


static inline ngx_int_t
test_find(void *data, const ngx_str_t *key, const ngx_str_t *id,
    ngx_webrtc_skyway_dialect_e *dialect)
{
    test_row_t  *row;

    (void) data;

    row = test_row(key, id);

    if (row == NULL) {
        return NGX_DECLINED;
    }

    *dialect = row->dialect;

    return NGX_OK;
}


static inline void
test_list(void *data, const ngx_str_t *key, ngx_webrtc_skyway_list_pt handler,
    void *handler_data)
{
    ngx_uint_t                        i;
    ngx_webrtc_skyway_registration_t  reg;

    (void) data;

    for (i = 0; i < TEST_ROWS; i++) {

        if (test.rows[i].endpoint == 0
            || (key->len && !test_is(key, test.rows[i].key)))
        {
            continue;
        }

        reg.key = test_str(test.rows[i].key);
        reg.id = test_str(test.rows[i].id);
        reg.token = test_str(test.rows[i].token);
        reg.dialect = test.rows[i].dialect;

        if (handler(handler_data, &reg) != NGX_OK) {
            return;
        }
    }
}


static inline void
test_keep(u_char **p, ngx_str_t *dst, const ngx_str_t *src)
{
    dst->len = src->len;
    dst->data = *p;

    if (src->len) {
        memcpy(*p, src->data, src->len);
        *p += src->len;
    }
}


static inline ngx_int_t
test_send(void *data, const ngx_webrtc_skyway_message_t *message)
{
    u_char       *p;
    test_row_t   *row;
    test_mail_t  *mail;

    (void) data;

    row = test_row(&message->key, &message->dst);

    if (row == NULL || test.deaf) {
        return NGX_DECLINED;
    }

    assert_true(test.nmail < TEST_MAIL);
    mail = &test.mail[test.nmail++];

    p = malloc(message->key.len + message->src.len + message->dst.len
               + message->payload.len + 1);
    assert_non_null(p);

    mail->endpoint = row->endpoint;
    mail->replaced = 0;
    mail->bytes = p;
    mail->message.type = message->type;
    mail->message.dialect = message->dialect;

    test_keep(&p, &mail->message.key, &message->key);
    test_keep(&p, &mail->message.src, &message->src);
    test_keep(&p, &mail->message.dst, &message->dst);
    test_keep(&p, &mail->message.payload, &message->payload);

    return NGX_OK;
}


/* what the loop does: letters arrive, then the timer */

static inline void
test_run(ngx_webrtc_usec_t later)
{
    ngx_uint_t         i, n;
    test_mail_t        mail[TEST_MAIL];
    ngx_webrtc_usec_t  until, expires;

    until = test.now + later;

    for ( ;; ) {

        while (test.nmail) {
            n = test.nmail;
            memcpy(mail, test.mail, n * sizeof(test_mail_t));
            test.nmail = 0;

            for (i = 0; i < n; i++) {

                if (mail[i].replaced) {
                    ngx_webrtc_skyway_replaced(test.skyway, mail[i].endpoint,
                                               test.now);
                } else {
                    ngx_webrtc_skyway_deliver(test.skyway, mail[i].endpoint,
                                              &mail[i].message, test.now);
                }

                free(mail[i].bytes);
            }
        }

        expires = ngx_webrtc_skyway_expires(test.skyway);

        if (expires > until) {
            break;
        }

        test.now = ngx_max(test.now, expires);
        ngx_webrtc_skyway_tick(test.skyway, test.now);
    }

    test.now = until;
}


static inline void
test_create(void)
{
    ngx_webrtc_skyway_glue_t  glue;

    memset(&glue, 0, sizeof(glue));

    glue.claim = test_claim;
    glue.release = test_release;
    glue.find = test_find;
    glue.list = test_list;
    glue.send = test_send;

    test.skyway = ngx_webrtc_skyway_create(&test.conf, &glue, NULL, NULL,
                                           NULL);
    assert_non_null(test.skyway);
}


static inline int
test_setup(void **state)
{
    (void) state;

    memset(&test, 0, sizeof(test));

    test.now = 1000 * NGX_WEBRTC_SEC;
    test.rows_max = TEST_ROWS;

    test.conf.max_waiting = 8;
    test.conf.waiting_buffer = 65536;
    test.conf.expire_timeout = 5 * NGX_WEBRTC_SEC;
    test.conf.alive_timeout = 60 * NGX_WEBRTC_SEC;
    test.conf.ping_timeout = 15 * NGX_WEBRTC_SEC;
    test.conf.max_peers = 16;
    test.conf.max_connections = 16;
    test.conf.max_events = 64;

    test_create();

    return 0;
}


static inline int
test_teardown(void **state)
{
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < test.nmail; i++) {
        free(test.mail[i].bytes);
    }

    ngx_webrtc_skyway_destroy(test.skyway);

    return 0;
}


#endif /* _TEST_SKYWAY_FIXTURE_H_INCLUDED_ */
