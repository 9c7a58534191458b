
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* two associations with a wire between them, in virtual time */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <usrsctp.h>

#include <core/ngx_webrtc_cursor.h>
#include <peer/ngx_webrtc_sctp.h>

#include "lib/clock.h"


#define MSEC(n)    ((ngx_webrtc_usec_t) (n) * NGX_WEBRTC_MSEC)

#define WIRE       512
#define MESSAGE    65536


typedef struct end_s  end_t;

struct end_s {
    ngx_webrtc_sctp_t         *sctp;
    ngx_webrtc_sctp_conf_t     conf;
    ngx_queue_t                ready;
    end_t                     *other;

    u_char                     wire[WIRE][1200];    /* sent, not arrived */
    size_t                     len[WIRE];
    ngx_uint_t                 head;
    ngx_uint_t                 tail;
    ngx_uint_t                 cut;
    ngx_uint_t                 narrow;              /* packets under way */
    ngx_uint_t                 refused;
    size_t                     longest;
    ngx_uint_t                 packets;

    ngx_uint_t                 up;
    ngx_uint_t                 messages;
    ngx_uint_t                 drained;
    ngx_uint_t                 in;                  /* resets */
    ngx_uint_t                 out;
    const char                *lost;
    u_char                     last[MESSAGE + 1];
    size_t                     last_len;
    uint32_t                   ppid;
    uint16_t                   stream;
};


typedef struct {
    ngx_webrtc_sctp_ctx_t     *ctx;
    ngx_webrtc_usec_t          now;
    end_t                      a;
    end_t                      b;
} pair_t;


static ngx_int_t
wire(void *data, const u_char *pos, const u_char *last)
{
    end_t  *end = data;

    size_t  len;

    len = last - pos;

    assert_true(len <= NGX_WEBRTC_SCTP_PACKET_MAX);

    end->longest = ngx_max(end->longest, len);
    end->packets++;

    if (end->tail - end->head >= (end->narrow ? end->narrow : WIRE)) {
        end->refused++;
        return NGX_AGAIN;
    }

    if (end->cut) {
        return NGX_OK;
    }

    memcpy(end->wire[end->tail % WIRE], pos, len);
    end->len[end->tail % WIRE] = len;
    end->tail++;

    return NGX_OK;
}


static void
look(end_t *end)
{
    ngx_webrtc_sctp_event_t  event;

    while (ngx_webrtc_sctp_ready(&end->ready)) {
        while (ngx_webrtc_sctp_next(end->sctp, &event) == NGX_OK) {

            switch (event.type) {

            case NGX_WEBRTC_SCTP_UP:
                end->up = event.nstreams;
                break;

            case NGX_WEBRTC_SCTP_MESSAGE:
                assert_true(event.len <= MESSAGE);
                memcpy(end->last, event.data, event.len);
                end->last_len = event.len;
                end->ppid = event.ppid;
                end->stream = event.stream;
                end->messages++;
                break;

            case NGX_WEBRTC_SCTP_RESET_IN:
                end->in++;
                end->stream = event.streams[0];
                break;

            case NGX_WEBRTC_SCTP_RESET_OUT:
                end->out++;
                break;

            case NGX_WEBRTC_SCTP_RESET_REFUSED:
                break;

            case NGX_WEBRTC_SCTP_DRAINED:
                end->drained++;
                break;

            case NGX_WEBRTC_SCTP_LOST:
                end->lost = event.reason;
                break;
            }
        }
    }
}


static void
deliver(pair_t *pair, end_t *from)
{
    ngx_uint_t  i;

    while (from->head != from->tail) {
        i = from->head++ % WIRE;

        if (from->other->sctp) {
            ngx_webrtc_sctp_input(from->other->sctp, from->wire[i],
                                  from->wire[i] + from->len[i], pair->now);
        }
    }
}


static void
run(pair_t *pair, ngx_uint_t msec)
{
    while (msec--) {
        pair->now += MSEC(1);
        ngx_webrtc_sctp_ctx_tick(pair->ctx, pair->now);

        deliver(pair, &pair->a);
        deliver(pair, &pair->b);

        look(&pair->a);
        look(&pair->b);
    }
}


static void
end_init(end_t *end, end_t *other)
{
    ngx_queue_init(&end->ready);

    end->other = other;
    end->conf.local_port = 5000;
    end->conf.remote_port = 5000;
    end->conf.streams = 64;
    end->conf.max_message = MESSAGE;
    end->conf.send_buffer = 262144;
    end->conf.output = wire;
    end->conf.data = end;
    end->conf.ready = &end->ready;
}


static pair_t *
pair_create(void)
{
    pair_t  *pair;

    pair = calloc(1, sizeof(pair_t));
    assert_non_null(pair);

    pair->now = MSEC(5000);
    test_clock = &pair->now;
    pair->ctx = ngx_webrtc_sctp_ctx_create(NULL);
    assert_non_null(pair->ctx);

    end_init(&pair->a, &pair->b);
    end_init(&pair->b, &pair->a);

    return pair;
}


static void
end_open(pair_t *pair, end_t *end)
{
    end->sctp = ngx_webrtc_sctp_create(pair->ctx, &end->conf, pair->now);
    assert_non_null(end->sctp);
}


static pair_t *
pair_connected(void)
{
    pair_t  *pair;

    pair = pair_create();

    end_open(pair, &pair->a);
    end_open(pair, &pair->b);
    run(pair, 20);

    assert_int_equal(pair->a.up, 64);
    assert_int_equal(pair->b.up, 64);

    return pair;
}


static void
pair_destroy(pair_t *pair)
{
    if (pair->a.sctp) {
        ngx_webrtc_sctp_destroy(pair->a.sctp);
    }

    if (pair->b.sctp) {
        ngx_webrtc_sctp_destroy(pair->b.sctp);
    }

    assert_true(ngx_webrtc_sctp_ctx_expires(pair->ctx) == NGX_WEBRTC_NEVER);

    ngx_webrtc_sctp_ctx_destroy(pair->ctx);
    test_clock = NULL;
    free(pair);
}


static ngx_int_t
put(pair_t *pair, end_t *end, uint16_t stream, const void *data, size_t len)
{
    ngx_webrtc_sctp_send_t  send;

    memset(&send, 0, sizeof(send));
    send.stream = stream;
    send.ppid = 51;

    return ngx_webrtc_sctp_send(end->sctp, &send, data, len, pair->now);
}


static void
two_that_both_begin_become_one_association(void **state)
{
    pair_t  *pair;

    (void) state;

    pair = pair_connected();

    assert_int_equal(put(pair, &pair->a, 5, "hello", 5), NGX_OK);
    assert_int_equal(put(pair, &pair->b, 63, "you", 3), NGX_OK);
    run(pair, 2);

    assert_int_equal(pair->b.messages, 1);
    assert_int_equal(pair->b.stream, 5);
    assert_int_equal(pair->b.ppid, 51);
    assert_memory_equal(pair->b.last, "hello", 5);
    assert_int_equal(pair->a.stream, 63);

    assert_int_equal(put(pair, &pair->a, 64, "hello", 5), NGX_DECLINED);

    pair_destroy(pair);
}


static void
one_that_comes_later_is_waited_for(void **state)
{
    pair_t  *pair;

    (void) state;

    pair = pair_create();

    end_open(pair, &pair->a);
    run(pair, 2000);
    assert_in_range(pair->a.packets, 2, 4);

    end_open(pair, &pair->b);
    run(pair, 20);
    assert_int_equal(pair->a.up, 64);
    assert_int_equal(pair->b.up, 64);

    pair_destroy(pair);
}


static void
one_that_never_comes_is_given_up(void **state)
{
    pair_t  *pair;

    (void) state;

    pair = pair_create();

    end_open(pair, &pair->a);
    run(pair, 20000);
    assert_null(pair->a.lost);

    run(pair, 20000);
    assert_string_equal(pair->a.lost, "SCTP-INIT-TIMEOUT");

    pair_destroy(pair);
}


static void
packets_fit_into_a_record_and_messages_arrive_whole(void **state)
{
    size_t   i;
    u_char  *big;
    pair_t  *pair;

    (void) state;

    pair = pair_connected();

    big = malloc(MESSAGE);
    for (i = 0; i < MESSAGE; i++) {
        big[i] = (u_char) (i * 7 + i / 251);
    }

    for (i = 1; i <= 4; i++) {
        assert_int_equal(put(pair, &pair->a, 1, big, MESSAGE), NGX_OK);
    }

    assert_true(ngx_webrtc_sctp_buffered(pair->a.sctp) > 3 * MESSAGE);

    run(pair, 500);

    assert_int_equal(pair->b.messages, 4);
    assert_int_equal(pair->b.last_len, MESSAGE);
    assert_memory_equal(pair->b.last, big, MESSAGE);
    assert_int_equal(pair->a.longest, NGX_WEBRTC_SCTP_PACKET_MAX);

    run(pair, 500);
    assert_int_equal(ngx_webrtc_sctp_buffered(pair->a.sctp), 0);

    free(big);
    pair_destroy(pair);
}


/* without a loss, which would cost a timeout */

static void
what_the_wire_refuses_is_sent_when_it_can(void **state)
{
    u_char     *big;
    pair_t     *pair;
    ngx_uint_t  n;

    (void) state;

    pair = pair_connected();
    pair->a.narrow = 4;

    big = calloc(1, MESSAGE);

    for (n = 0; n < 3; n++) {
        assert_int_equal(put(pair, &pair->a, 1, big, MESSAGE), NGX_OK);
    }

    for (n = 0; n < 100 && pair->b.messages < 3; n++) {
        run(pair, 1);
        ngx_webrtc_sctp_flush(pair->a.sctp, pair->now);
    }

    assert_int_equal(pair->b.messages, 3);
    assert_true(pair->a.refused > 10);

    free(big);
    pair_destroy(pair);
}


static void
a_message_that_is_too_long_ends_the_association(void **state)
{
    u_char  *big;
    pair_t  *pair;

    (void) state;

    pair = pair_connected();

    big = calloc(1, MESSAGE + 1);
    assert_int_equal(put(pair, &pair->a, 1, big, MESSAGE + 1), NGX_OK);
    run(pair, 500);

    assert_string_equal(pair->b.lost, "SCTP-MESSAGE-TOO-LONG");
    assert_int_equal(pair->b.messages, 0);

    ngx_webrtc_sctp_destroy(pair->b.sctp);
    pair->b.sctp = NULL;
    run(pair, 2);
    assert_string_equal(pair->a.lost, "SCTP-ABORTED");
    assert_int_equal(put(pair, &pair->a, 1, big, 1), NGX_DECLINED);

    free(big);
    pair_destroy(pair);
}


static void
a_full_buffer_says_so_and_says_when_it_is_not(void **state)
{
    u_char     *big;
    pair_t     *pair;
    ngx_int_t   rc;
    ngx_uint_t  n;

    (void) state;

    pair = pair_connected();
    pair->a.cut = 1;

    big = calloc(1, 10000);

    for (n = 0; n < 100; n++) {
        rc = put(pair, &pair->a, 1, big, 10000);
        if (rc != NGX_OK) {
            break;
        }
    }

    assert_int_equal(rc, NGX_AGAIN);
    assert_int_equal(n, 26);

    pair->a.cut = 0;
    run(pair, 3000);

    assert_int_equal(pair->b.messages, 26);
    assert_int_equal(pair->a.drained, 1);

    free(big);
    pair_destroy(pair);
}


static void
small_messages_are_counted_too(void **state)
{
    pair_t     *pair;
    ngx_uint_t  n, round;

    (void) state;

    pair = pair_connected();

    for (round = 0; round < 3; round++) {

        pair->a.cut = 1;

        for (n = 0; n < 10000; n++) {
            if (put(pair, &pair->a, 1, "x", 1) != NGX_OK) {
                break;
            }
        }

        assert_in_range(n, 4000, 4160);

        pair->a.cut = 0;
        run(pair, 5000);

        /* and any number of them when they leave */

        for (n = 0; n < 10000; n++) {
            assert_int_equal(put(pair, &pair->a, 1, "x", 1), NGX_OK);

            if (n % 100 == 0) {
                run(pair, 1);
            }
        }

        run(pair, 100);
    }

    assert_in_range(pair->b.messages, 42000, 43000);

    pair_destroy(pair);
}


static void
streams_are_reset_each_way(void **state)
{
    pair_t  *pair;

    (void) state;

    pair = pair_connected();

    assert_int_equal(put(pair, &pair->a, 7, "last words", 10), NGX_OK);
    assert_int_equal(ngx_webrtc_sctp_reset(pair->a.sctp, 7, pair->now),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_sctp_reset(pair->a.sctp, 9, pair->now),
                     NGX_OK);
    run(pair, 10);

    assert_int_equal(pair->b.messages, 1);
    assert_true(pair->b.in >= 1);
    assert_int_equal(pair->a.out, pair->b.in);

    assert_int_equal(put(pair, &pair->a, 7, "again", 5), NGX_OK);
    run(pair, 10);
    assert_int_equal(pair->b.messages, 2);

    pair_destroy(pair);
}


static void
bad_packets_are_dropped(void **state)
{
    u_char     *p;
    pair_t     *pair;
    ngx_uint_t  i, n, packets;

    (void) state;

    pair = pair_connected();

    run(pair, 1000);
    assert_int_equal(put(pair, &pair->a, 1, "hello", 5), NGX_OK);

    assert_true(pair->a.tail > pair->a.head);
    i = pair->a.head % WIRE;
    p = pair->a.wire[i];
    packets = pair->b.packets;

    /* every bit of it: the checksum covers all */

    for (n = 0; n < pair->a.len[i] * 8; n++) {
        p[n / 8] ^= (u_char) (1 << (n % 8));
        ngx_webrtc_sctp_input(pair->b.sctp, p, p + pair->a.len[i], pair->now);
        p[n / 8] ^= (u_char) (1 << (n % 8));
    }

    for (n = 0; n < pair->a.len[i]; n++) {
        ngx_webrtc_sctp_input(pair->b.sctp, p, p + n, pair->now);
    }

    look(&pair->b);
    assert_int_equal(pair->b.messages, 0);
    assert_int_equal(pair->b.packets, packets);
    assert_null(pair->b.lost);

    run(pair, 2);
    assert_int_equal(pair->b.messages, 1);

    pair_destroy(pair);
}


/* one chunk with the checksum that usrsctp wants to see */

static size_t
craft(u_char *buf, uint32_t tag, const char *chunk, size_t len)
{
    uint32_t  crc;

    ngx_webrtc_put16(buf, 5000);
    ngx_webrtc_put16(buf + 2, 5000);
    ngx_webrtc_put32(buf + 4, tag);
    memset(buf + 8, 0, 4);
    memcpy(buf + 12, chunk, len);

    crc = usrsctp_crc32c(buf, 12 + len);
    memcpy(buf + 8, &crc, 4);

    return 12 + len;
}


static void
inject(pair_t *pair, end_t *end, uint32_t tag, const char *chunk, size_t len)
{
    size_t  n;
    u_char  buf[256];

    n = craft(buf, tag, chunk, len);
    ngx_webrtc_sctp_input(end->sctp, buf, buf + n, pair->now);
    run(pair, 20);
}


/* the tag that "a" sends with, that is "b" has chosen */

static uint32_t
learn_tag(pair_t *pair)
{
    uint32_t  tag;

    run(pair, 1000);
    assert_int_equal(put(pair, &pair->a, 1, "hello", 5), NGX_OK);
    tag = ngx_webrtc_get32(pair->a.wire[pair->a.head % WIRE] + 4);
    run(pair, 500);
    assert_int_equal(pair->b.messages, 1);

    return tag;
}


typedef struct {
    const char  *data;
    size_t       len;
} chunk_t;

#define chunk(str)  { str, sizeof(str) - 1 }


static void
wrong_tags_and_cookies_are_dropped(void **state)
{
    pair_t     *pair;
    uint32_t    tag;
    ngx_uint_t  i;

    static const chunk_t  chunks[] = {
        chunk("\0\3\0\x14\0\0\0\1\0\1\0\0\0\0\0\x33" "evil"),
        chunk("\1\0\0\x14\1\1\1\1\0\1\0\0\0\1\0\1\0\0\0\1"),
        chunk("\6\0\0\4"),
        chunk("\7\0\0\x08\0\0\0\1"),
        chunk("\x0a\0\0\x08" "cook"),
        chunk("\x0e\0\0\4")
    };

    (void) state;

    pair = pair_connected();
    tag = learn_tag(pair);

    for (i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        inject(pair, &pair->b, tag ^ 1, chunks[i].data, chunks[i].len);
    }

    inject(pair, &pair->b, tag, "\x0a\0\0\x08" "cook", 8);

    /* a stream that was not negotiated, a chunk that nobody knows */

    inject(pair, &pair->b, tag, "\0\3\0\x14\0\0\0\1\xff\xff\0\0\0\0\0\x33"
                                "evil", 20);
    inject(pair, &pair->b, tag, "\xff\0\0\4", 4);

    /* an INIT with every stream there is: the tag of that is 0 */

    inject(pair, &pair->b, 0, "\1\0\0\x14\1\1\1\1\0\1\0\0"
                              "\xff\xff\xff\xff\0\0\0\1", 20);

    assert_null(pair->b.lost);
    assert_int_equal(pair->b.messages, 1);

    assert_int_equal(put(pair, &pair->a, 1, "alive", 5), NGX_OK);
    run(pair, 500);
    assert_int_equal(pair->b.messages, 2);

    pair_destroy(pair);
}


/* DTLS is below: only the peer itself can have sent these */

static void
violations_end_the_association_at_most(void **state)
{
    pair_t     *pair;
    uint32_t    tag;
    ngx_uint_t  i;

    static const chunk_t  chunks[] = {

        /* no streams, no parameters */

        chunk("\1\0\0\x14\1\1\1\1\0\1\0\0\0\0\0\0\0\0\0\1"),
        chunk("\1\0\0\x08\1\1\1\1"),

        /* lengths of 0 and beyond the end */

        chunk("\0\3\0\0"),
        chunk("\0\3\xff\xff\0\0\0\1\0\1\0\0\0\0\0\x33"),
        chunk("\x3f\0\0\4"),
        chunk("\3\0\0\x10\0\0\0\1\0\0\0\0\xff\xff\xff\xff"),
        chunk("\x82\0\0\x14\0\x0d\xff\xff\0\0\0\1\0\0\0\0\0\0\0\0"),
        chunk("\xc0\0\0\x08\0\0\0\0"),

        /* its end */

        chunk("\6\0\0\4"),
        chunk("\x0e\0\0\4"),
        chunk("\x09\0\0\x08\0\1\xff\xff")
    };

    (void) state;

    for (i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        pair = pair_connected();
        tag = learn_tag(pair);

        inject(pair, &pair->b, (chunks[i].data[0] == 1) ? 0 : tag,
               chunks[i].data, chunks[i].len);
        run(pair, 100);

        if (i == 0) {
            assert_string_equal(pair->b.lost, "SCTP-GIVEN-UP");
        }

        if (chunks[i].data[0] == 6) {
            assert_string_equal(pair->b.lost, "SCTP-ABORTED");
        }

        assert_int_equal(pair->b.messages, 1);

        pair_destroy(pair);
    }
}


/* each of them takes hundreds of bytes until its message is whole */

static void
a_message_in_crumbs_ends_the_association(void **state)
{
    u_char      chunk[20];
    pair_t     *pair;
    uint32_t    tag, tsn;
    ngx_uint_t  i;

    (void) state;

    pair = pair_connected();
    tag = learn_tag(pair);

    /* who has its share of larger ones may go on */

    for (i = 0; i < 100; i++) {
        assert_int_equal(put(pair, &pair->a, 1, pair->a.last, 20000), NGX_OK);
        run(pair, 100);
    }

    assert_int_equal(pair->b.messages, 101);

    /* the last TSN that was sent is in what was sent last */

    assert_int_equal(put(pair, &pair->a, 1, "hello", 5), NGX_OK);
    tsn = ngx_webrtc_get32(pair->a.wire[pair->a.head % WIRE] + 16);
    run(pair, 500);

    /* "a" would not know what is acknowledged to it */

    pair->b.cut = 1;

    for (i = 0; i < 600 && pair->b.lost == NULL; i++) {
        memset(chunk, 0, sizeof(chunk));
        chunk[1] = (i == 0) ? 2 : 0;
        chunk[3] = 17;
        ngx_webrtc_put32(chunk + 4, tsn + 1 + (uint32_t) i);
        chunk[9] = 2;

        inject(pair, &pair->b, tag, (char *) chunk, sizeof(chunk));
    }

    assert_in_range(i, 500, 520);
    assert_string_equal(pair->b.lost, "SCTP-TOO-MANY-FRAGMENTS");

    pair_destroy(pair);
}


static void
streams_are_as_many_as_both_allow(void **state)
{
    pair_t  *pair;

    (void) state;

    pair = pair_create();
    pair->b.conf.streams = NGX_WEBRTC_SCTP_STREAMS_MAX;

    end_open(pair, &pair->a);
    end_open(pair, &pair->b);
    run(pair, 20);

    assert_int_equal(pair->a.up, 64);
    assert_int_equal(pair->b.up, 64);

    pair_destroy(pair);
}


static void
the_buffer_of_an_event_outlives_larger_ones(void **state)
{
    pair_t                  *pair;
    ngx_webrtc_sctp_t       *sctp;
    ngx_webrtc_sctp_event_t  event;
    ngx_webrtc_sctp_conf_t   conf;

    (void) state;

    pair = pair_connected();

    assert_int_equal(put(pair, &pair->a, 1, "hello", 5), NGX_OK);
    deliver(pair, &pair->a);

    assert_non_null(ngx_webrtc_sctp_ready(&pair->b.ready));
    assert_int_equal(ngx_webrtc_sctp_next(pair->b.sctp, &event), NGX_OK);

    conf = pair->a.conf;
    conf.max_message = 2 * MESSAGE;
    sctp = ngx_webrtc_sctp_create(pair->ctx, &conf, pair->now);
    ngx_webrtc_sctp_destroy(sctp);

    conf.max_message = 3 * MESSAGE;
    sctp = ngx_webrtc_sctp_create(pair->ctx, &conf, pair->now);
    ngx_webrtc_sctp_destroy(sctp);

    assert_memory_equal(event.data, "hello", 5);

    assert_int_equal(ngx_webrtc_sctp_next(pair->b.sctp, &event),
                     NGX_DECLINED);

    pair_destroy(pair);
}


static void
ticks_are_few_when_it_is_quiet(void **state)
{
    pair_t            *pair;
    ngx_uint_t         n;
    ngx_webrtc_usec_t  end, t;

    (void) state;

    pair = pair_connected();
    run(pair, 5000);

    n = 0;
    end = pair->now + MSEC(10000);

    for ( ;; ) {
        t = ngx_webrtc_sctp_ctx_expires(pair->ctx);
        if (t > end) {
            break;
        }

        assert_true(t > pair->now);
        pair->now = t;
        ngx_webrtc_sctp_ctx_tick(pair->ctx, t);
        n++;
    }

    assert_in_range(n, 10, 25);

    pair_destroy(pair);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(two_that_both_begin_become_one_association),
        cmocka_unit_test(one_that_comes_later_is_waited_for),
        cmocka_unit_test(one_that_never_comes_is_given_up),
        cmocka_unit_test(packets_fit_into_a_record_and_messages_arrive_whole),
        cmocka_unit_test(what_the_wire_refuses_is_sent_when_it_can),
        cmocka_unit_test(a_message_that_is_too_long_ends_the_association),
        cmocka_unit_test(a_full_buffer_says_so_and_says_when_it_is_not),
        cmocka_unit_test(small_messages_are_counted_too),
        cmocka_unit_test(streams_are_reset_each_way),
        cmocka_unit_test(bad_packets_are_dropped),
        cmocka_unit_test(wrong_tags_and_cookies_are_dropped),
        cmocka_unit_test(violations_end_the_association_at_most),
        cmocka_unit_test(a_message_in_crumbs_ends_the_association),
        cmocka_unit_test(streams_are_as_many_as_both_allow),
        cmocka_unit_test(the_buffer_of_an_event_outlives_larger_ones),
        cmocka_unit_test(ticks_are_few_when_it_is_quiet),
    };

    return cmocka_run_group_tests_name("sctp", tests, NULL, NULL);
}
