
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the gateway's tables in the shared zone, also when a worker is killed */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "zone_fixture.h"


/* key, id and token are texts, and may be NULL */

static ngx_webrtc_skyway_registration_t *
test_reg(const char *key, const char *id, const char *token)
{
    static ngx_webrtc_skyway_registration_t  reg;

    ngx_memzero(&reg, sizeof(ngx_webrtc_skyway_registration_t));

    reg.key.data = (u_char *) key;
    reg.key.len = key ? strlen(key) : 0;
    reg.id.data = (u_char *) id;
    reg.id.len = id ? strlen(id) : 0;
    reg.token.data = (u_char *) token;
    reg.token.len = token ? strlen(token) : 0;

    return &reg;
}


static ngx_int_t
test_claim(ngx_uint_t seat, uint64_t endpoint,
    ngx_webrtc_skyway_dialect_e dialect,
    const ngx_webrtc_skyway_registration_t *reg,
    ngx_webrtc_registered_t *before)
{
    ngx_webrtc_registered_t  now, unused;

    now.owner = test_owners[seat];
    now.endpoint = endpoint;
    now.dialect = dialect;

    return ngx_webrtc_registry_claim(&test_zone, reg, &now,
                                     before ? before : &unused);
}


static ngx_int_t
test_find(const char *key, const char *id, ngx_webrtc_registered_t *found)
{
    ngx_str_t                k, i;
    ngx_webrtc_registered_t  unused;

    k.data = (u_char *) key;
    k.len = strlen(key);
    i.data = (u_char *) id;
    i.len = strlen(id);

    return ngx_webrtc_registry_find(&test_zone, &k, &i,
                                    found ? found : &unused);
}


static ngx_int_t
test_count(void *data, const ngx_webrtc_skyway_registration_t *reg)
{
    ngx_uint_t *n = data;

    assert_true(reg->id.len > 0);

    (*n)++;

    return NGX_OK;
}


static ngx_uint_t
test_listed(const char *key)
{
    ngx_str_t   k;
    ngx_uint_t  n;

    k.data = (u_char *) key;
    k.len = strlen(key);
    n = 0;

    ngx_webrtc_registry_list(&test_zone, &k, test_count, &n);

    return n;
}


static void
peer_is_known_by_key_and_id(void **state)
{
    ngx_webrtc_registered_t  found;

    (void) state;

    assert_int_equal(test_claim(0, 7, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "id", "t"), NULL), NGX_OK);

    assert_int_equal(test_find("k", "id", &found), NGX_OK);
    assert_int_equal(found.endpoint, 7);
    assert_int_equal(found.owner.term, 100);
    assert_int_equal(found.dialect, NGX_WEBRTC_SKYWAY_PEERJS);

    assert_int_equal(test_find("k", "di", &found), NGX_DECLINED);
    assert_int_equal(test_find("", "id", &found), NGX_DECLINED);
    assert_int_equal(test_find("j", "id", &found), NGX_DECLINED);

    assert_int_equal(test_claim(1, 8, NGX_WEBRTC_SKYWAY_REST,
                                test_reg("j", "id", "t"), NULL), NGX_OK);
    assert_int_equal(test_claim(1, 9, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg(NULL, "id", NULL), NULL), NGX_OK);

    assert_int_equal(test_find("", "id", &found), NGX_OK);
    assert_int_equal(found.endpoint, 9);

    assert_int_equal(test_listed("k"), 1);
    assert_int_equal(test_listed("x"), 0);
    assert_int_equal(test_listed(""), 3);
}


static void
id_belongs_to_one_token(void **state)
{
    ngx_webrtc_registered_t  before, now;

    (void) state;

    assert_int_equal(test_claim(0, 7, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "id", "token"), NULL), NGX_OK);

    assert_int_equal(test_claim(1, 8, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "id", "other"), NULL),
                     NGX_DECLINED);
    assert_int_equal(test_claim(1, 8, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "id", "toke"), NULL),
                     NGX_DECLINED);
    assert_int_equal(test_claim(1, 8, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "id", NULL), NULL),
                     NGX_DECLINED);

    assert_int_equal(test_claim(1, 8, NGX_WEBRTC_SKYWAY_SOCKETIO,
                                test_reg("k", "id", "token"), &before),
                     NGX_DONE);
    assert_int_equal(before.endpoint, 7);
    assert_int_equal(before.owner.term, 100);

    assert_int_equal(test_find("k", "id", &now), NGX_OK);
    assert_int_equal(now.endpoint, 8);
    assert_int_equal(now.owner.term, 101);

    /* whoever was there before takes nothing away */

    ngx_webrtc_registry_release(&test_zone, test_reg("k", "id", "token"),
                                &before);
    assert_int_equal(test_find("k", "id", &now), NGX_OK);

    ngx_webrtc_registry_release(&test_zone, test_reg("k", "id", "token"),
                                &now);
    assert_int_equal(test_find("k", "id", &now), NGX_DECLINED);
    assert_int_equal(test_zone.sh->peers.count, 0);
}


static void
texts_have_maxima(void **state)
{
    char  text[NGX_WEBRTC_SKYWAY_ID_MAX + 2];

    (void) state;

    ngx_memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';

    assert_int_equal(test_claim(0, 1, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", NULL, "t"), NULL), NGX_ERROR);
    assert_int_equal(test_claim(0, 1, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", text, "t"), NULL), NGX_ERROR);
    assert_int_equal(test_claim(0, 1, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", text + 1, "t"), NULL), NGX_OK);
    assert_int_equal(test_claim(0, 1, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg(text, "i", "t"), NULL), NGX_ERROR);
    assert_int_equal(test_claim(0, 1, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "i", text), NULL), NGX_ERROR);
}


static void
full_table_refuses_and_recovers(void **state)
{
    char                     id[8];
    ngx_uint_t               i;
    ngx_webrtc_registered_t  found;

    (void) state;

    for (i = 0; i < TEST_PEERS; i++) {
        (void) snprintf(id, sizeof(id), "p%d", (int) i);
        assert_int_equal(test_claim(0, i + 1, NGX_WEBRTC_SKYWAY_PEERJS,
                                    test_reg("k", id, "t"), NULL), NGX_OK);
    }

    assert_int_equal(test_claim(0, 99, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "more", "t"), NULL), NGX_BUSY);

    /* who is known already may come back */

    assert_int_equal(test_claim(1, 99, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "p3", "t"), NULL), NGX_DONE);

    assert_int_equal(test_find("k", "p0", &found), NGX_OK);
    ngx_webrtc_registry_release(&test_zone, test_reg("k", "p0", "t"), &found);

    assert_int_equal(test_claim(0, 99, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "more", "t"), NULL), NGX_OK);
}


static void
rows_of_the_dead_are_nobodys(void **state)
{
    ngx_webrtc_registered_t  found;

    (void) state;

    assert_int_equal(test_claim(0, 1, NGX_WEBRTC_SKYWAY_REST,
                                test_reg("k", "a", "t"), NULL), NGX_OK);
    assert_int_equal(test_claim(0, 2, NGX_WEBRTC_SKYWAY_REST,
                                test_reg("k", "b", "t"), NULL), NGX_OK);
    assert_int_equal(test_claim(1, 3, NGX_WEBRTC_SKYWAY_REST,
                                test_reg("k", "c", "t"), NULL), NGX_OK);

    assert_int_equal(test_zone.sh->seats[0].peers, 2);
    assert_int_equal(test_zone.sh->seats[1].peers, 1);

    test_dead[0] = 1;

    assert_int_equal(test_claim(1, 9, NGX_WEBRTC_SKYWAY_PEERJS,
                                test_reg("k", "a", "other"), NULL), NGX_OK);
    assert_int_equal(test_find("k", "b", &found), NGX_DECLINED);
    assert_int_equal(test_find("k", "c", &found), NGX_OK);
    assert_int_equal(test_zone.sh->seats[0].peers, 0);
    assert_int_equal(test_listed("k"), 2);
}


static void
peers_are_spread_and_ports_follow(void **state)
{
    ngx_str_t                id;
    ngx_webrtc_owner_t       owner;
    ngx_webrtc_registered_t  found;

    (void) state;

    ngx_webrtc_registry_place_port(&test_zone, &test_owners[1], &owner);
    assert_int_equal(owner.seat, 1);

    assert_int_equal(ngx_webrtc_registry_place(&test_zone, &owner), NGX_OK);
    assert_int_equal(owner.seat, 0);
    (void) test_claim(0, 1, NGX_WEBRTC_SKYWAY_REST, test_reg("k", "a", "t"),
                      NULL);

    assert_int_equal(ngx_webrtc_registry_place(&test_zone, &owner), NGX_OK);
    assert_int_equal(owner.seat, 1);

    ngx_webrtc_registry_place_port(&test_zone, &test_owners[1], &owner);
    assert_int_equal(owner.seat, 0);
    assert_int_equal(owner.term, 100);

    /* a browser's peer is no load, and no program's */

    (void) test_claim(1, 2, NGX_WEBRTC_SKYWAY_PEERJS, test_reg("k", "b", "t"),
                      NULL);
    assert_int_equal(ngx_webrtc_registry_place(&test_zone, &owner), NGX_OK);
    assert_int_equal(owner.seat, 1);
    ngx_webrtc_registry_place_port(&test_zone, &test_owners[2], &owner);
    assert_int_equal(owner.seat, 0);

    test_zone.sh->seats[0].quitting = 1;
    ngx_webrtc_registry_place_port(&test_zone, &test_owners[2], &owner);
    assert_int_equal(owner.seat, 2);

    id.data = (u_char *) "a";
    id.len = 1;
    assert_int_equal(ngx_webrtc_registry_find_rest(&test_zone, &id, &found),
                     NGX_OK);
    id.data = (u_char *) "b";
    assert_int_equal(ngx_webrtc_registry_find_rest(&test_zone, &id, &found),
                     NGX_DECLINED);
}


static void
test_row(ngx_webrtc_port_row_t *row, ngx_uint_t seat, ngx_uint_t n)
{
    char  id[NGX_WEBRTC_SKYWAY_OBJECT_ID + 1];

    ngx_memzero(row, sizeof(ngx_webrtc_port_row_t));

    (void) snprintf(id, sizeof(id), "da-%036d", (int) n);

    row->kind = NGX_WEBRTC_PORT_DATA;
    row->owner = test_owners[seat];
    ngx_memcpy(row->id, id, NGX_WEBRTC_SKYWAY_OBJECT_ID);
}


static void
numbers_come_one_after_the_other(void **state)
{
    ngx_uint_t             i;
    ngx_webrtc_port_row_t  row, rows[TEST_PORTS];

    (void) state;

    for (i = 0; i < TEST_PORTS; i++) {
        test_row(&rows[i], i % 2, i);
        assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &rows[i]),
                         NGX_OK);
        assert_int_equal(rows[i].port, TEST_FIRST + i);
    }

    test_row(&row, 0, 99);
    assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &row), NGX_BUSY);

    /* only by its owner */

    row = rows[3];
    row.owner = test_owners[2];
    ngx_webrtc_port_row_free(&test_zone, &row);
    test_row(&row, 0, 99);
    assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &row), NGX_BUSY);

    ngx_webrtc_port_row_free(&test_zone, &rows[3]);
    ngx_webrtc_port_row_free(&test_zone, &rows[7]);
    assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &row), NGX_OK);
    assert_int_equal(row.port, TEST_FIRST + 3);

    /* not the one that was free last */

    ngx_webrtc_port_row_free(&test_zone, &row);
    assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &row), NGX_OK);
    assert_int_equal(row.port, TEST_FIRST + 7);
}


static void
port_without_links_is_taken_over(void **state)
{
    ngx_webrtc_owner_t     before;
    ngx_webrtc_port_row_t  row, seen;

    (void) state;

    test_row(&row, 0, 1);
    assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &row), NGX_OK);

    seen = row;
    assert_int_equal(ngx_webrtc_port_row_find(&test_zone, &seen), NGX_OK);
    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &row,
                                               &test_owners[0]), NGX_OK);

    seen.kind = NGX_WEBRTC_PORT_VIDEO;
    assert_int_equal(ngx_webrtc_port_row_find(&test_zone, &seen),
                     NGX_DECLINED);

    test_row(&seen, 2, 1);
    assert_int_equal(ngx_webrtc_port_row_acquire(&test_zone, &seen,
                                                 &test_owners[1], &before),
                     NGX_DONE);
    assert_int_equal(before.term, 100);
    assert_int_equal(seen.owner.term, 101);
    assert_int_equal(seen.port, row.port);

    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &row,
                                               &test_owners[0]),
                     NGX_DECLINED);

    /* the one before comes too late */

    ngx_webrtc_port_row_free(&test_zone, &row);

    assert_int_equal(ngx_webrtc_port_row_acquire(&test_zone, &row,
                                                 &test_owners[0], &before),
                     NGX_AGAIN);
    assert_int_equal(row.owner.term, 101);
    assert_int_equal(ngx_webrtc_port_row_take(&test_zone, &row,
                                              &test_owners[0], &before),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_port_row_remove(&test_zone, &row), NGX_BUSY);

    ngx_webrtc_port_row_release(&test_zone, &row, &test_owners[1]);
    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &row,
                                               &test_owners[1]), NGX_OK);

    /* its owner has no link left, who has one may have it */

    assert_int_equal(ngx_webrtc_port_row_take(&test_zone, &row,
                                              &test_owners[0], &before),
                     NGX_OK);
    assert_int_equal(before.term, 101);
    assert_int_equal(row.owner.term, 100);
    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &row,
                                               &test_owners[1]),
                     NGX_DECLINED);

    ngx_webrtc_port_row_release(&test_zone, &row, &test_owners[0]);
    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &row,
                                               &test_owners[0]), NGX_DONE);

    /* whoever wants it now cannot have it */

    assert_int_equal(ngx_webrtc_port_row_acquire(&test_zone, &row,
                                                 &test_owners[2], &before),
                     NGX_DECLINED);

    ngx_webrtc_port_row_free(&test_zone, &row);
    assert_int_equal(test_zone.sh->ports.count, 0);
}


static void
port_is_offered_and_taken(void **state)
{
    ngx_webrtc_owner_t     before;
    ngx_webrtc_port_row_t  row;

    (void) state;

    test_row(&row, 0, 1);
    assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &row), NGX_OK);

    assert_int_equal(ngx_webrtc_port_row_take(&test_zone, &row,
                                              &test_owners[1], &before),
                     NGX_OK);
    assert_int_equal(before.term, 100);

    /* no link has used it: it stays */

    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &row,
                                               &test_owners[1]), NGX_OK);

    assert_int_equal(ngx_webrtc_port_row_remove(&test_zone, &row), NGX_OK);
    assert_int_equal(row.owner.term, 101);
    assert_int_equal(ngx_webrtc_port_row_remove(&test_zone, &row),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &row,
                                               &test_owners[1]), NGX_DONE);
}


static void
death_frees_ports_and_users(void **state)
{
    ngx_webrtc_owner_t     before;
    ngx_webrtc_port_row_t  own, used;

    (void) state;

    test_row(&own, 0, 1);
    test_row(&used, 1, 2);
    (void) ngx_webrtc_port_row_add(&test_zone, &own);
    (void) ngx_webrtc_port_row_add(&test_zone, &used);

    assert_int_equal(ngx_webrtc_port_row_acquire(&test_zone, &used,
                                                 &test_owners[1], &before),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_port_row_acquire(&test_zone, &used,
                                                 &test_owners[0], &before),
                     NGX_AGAIN);
    ngx_webrtc_port_row_release(&test_zone, &used, &test_owners[1]);

    ngx_webrtc_zone_lock(&test_zone);
    ngx_webrtc_zone_clean(&test_zone, &test_owners[0]);
    ngx_webrtc_zone_unlock(&test_zone);

    assert_int_equal(ngx_webrtc_port_row_find(&test_zone, &own),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &used,
                                               &test_owners[1]), NGX_DONE);
    assert_int_equal(test_zone.sh->ports.count, 1);
}


static void
port_is_inherited_by_who_uses_it(void **state)
{
    ngx_webrtc_owner_t     before;
    ngx_webrtc_port_row_t  row;

    (void) state;

    test_row(&row, 0, 1);
    (void) ngx_webrtc_port_row_add(&test_zone, &row);

    assert_int_equal(ngx_webrtc_port_row_acquire(&test_zone, &row,
                                                 &test_owners[0], &before),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_port_row_acquire(&test_zone, &row,
                                                 &test_owners[1], &before),
                     NGX_AGAIN);
    assert_int_equal(ngx_webrtc_port_row_acquire(&test_zone, &row,
                                                 &test_owners[2], &before),
                     NGX_AGAIN);

    test_dead[0] = 1;
    test_zone.sh->seats[1].dead = 1;

    ngx_webrtc_zone_lock(&test_zone);
    ngx_webrtc_zone_clean(&test_zone, &test_owners[0]);
    ngx_webrtc_zone_unlock(&test_zone);

    assert_int_equal(ngx_webrtc_port_row_find(&test_zone, &row), NGX_BUSY);
    assert_int_equal(row.owner.term, 102);

    ngx_webrtc_port_row_release(&test_zone, &row, &test_owners[2]);
    ngx_webrtc_port_row_release(&test_zone, &row, &test_owners[1]);
    assert_int_equal(ngx_webrtc_port_row_check(&test_zone, &row,
                                               &test_owners[2]), NGX_DONE);
}


/* what a worker does all day, until it is killed */

static void
test_work(void)
{
    char                     id[8];
    ngx_uint_t               n;
    ngx_webrtc_owner_t       before;
    ngx_webrtc_port_row_t    row;
    ngx_webrtc_registered_t  at;

    for (n = 0; /* void */ ; n++) {

        (void) snprintf(id, sizeof(id), "p%d", (int) (n % 7));

        at.owner = test_owners[TEST_SELF];
        at.dialect = (n % 3) ? NGX_WEBRTC_SKYWAY_REST
                             : NGX_WEBRTC_SKYWAY_PEERJS;
        at.endpoint = n;

        (void) test_claim(TEST_SELF, n, at.dialect, test_reg("k", id, "t"),
                          NULL);

        if (n % 5) {
            ngx_webrtc_registry_release(&test_zone, test_reg("k", id, "t"),
                                        &at);
        }

        /* one of the other's */

        test_row(&row, TEST_OTHER, 1000 + n % 3);
        (void) ngx_webrtc_port_row_acquire(&test_zone, &row,
                                           &test_owners[TEST_SELF], &before);

        /* and one of our own */

        test_row(&row, TEST_SELF, n);

        if (ngx_webrtc_port_row_add(&test_zone, &row) != NGX_OK) {
            continue;
        }

        (void) ngx_webrtc_port_row_acquire(&test_zone, &row,
                                           &test_owners[TEST_SELF], &before);
        ngx_webrtc_port_row_release(&test_zone, &row,
                                    &test_owners[TEST_SELF]);
        ngx_webrtc_port_row_free(&test_zone, &row);
    }
}


/* nothing is left of the dead, all of the living, and everything adds up */

static void
test_is_sound(void)
{
    ngx_uint_t             i;
    ngx_webrtc_port_row_t  rows[TEST_PORTS];

    ngx_webrtc_zone_lock(&test_zone);
    ngx_webrtc_zone_clean(&test_zone, &test_owners[TEST_SELF]);
    ngx_webrtc_zone_unlock(&test_zone);

    assert_int_equal(test_zone.sh->seats[TEST_SELF].peers, 0);
    assert_int_equal(test_zone.sh->seats[TEST_OTHER].peers, 1);
    assert_int_equal(test_zone.sh->peers.count, 1);
    assert_int_equal(test_listed("k"), 1);
    assert_int_equal(test_find("k", "other", NULL), NGX_OK);

    /* those of the other that the dead one took over went with it */

    for (i = 0; i < TEST_PORTS; i++) {
        test_row(&rows[i], 2, i);

        if (ngx_webrtc_port_row_add(&test_zone, &rows[i]) != NGX_OK) {
            break;
        }
    }

    assert_int_equal(test_zone.sh->ports.count, TEST_PORTS);

    while (i--) {
        ngx_webrtc_port_row_free(&test_zone, &rows[i]);
    }

    for (i = 0; i < TEST_PORTS; i++) {
        test_row(&rows[i], TEST_OTHER, 1000 + i);
        ngx_webrtc_port_row_free(&test_zone, &rows[i]);
    }

    assert_int_equal(test_zone.sh->ports.count, 0);

    for (i = 0; i < sizeof(test_zone.sh->taken_ports) / 8; i++) {
        assert_int_equal(test_zone.sh->taken_ports[i], 0);
    }
}


static void
killed_at_any_moment(void **state)
{
    pid_t                  pid;
    ngx_uint_t             i, n;
    ngx_webrtc_port_row_t  row;

    (void) state;

    assert_int_equal(test_claim(TEST_OTHER, 1, NGX_WEBRTC_SKYWAY_REST,
                                test_reg("k", "other", "t"), NULL), NGX_OK);

    for (n = 0; n < 200; n++) {

        for (i = 0; i < 3; i++) {
            test_row(&row, TEST_OTHER, 1000 + i);
            assert_int_equal(ngx_webrtc_port_row_add(&test_zone, &row),
                             NGX_OK);
        }

        pid = fork();
        assert_true(pid >= 0);

        if (pid == 0) {
            test_work();
        }

        (void) usleep(500 + random() % 2000);
        (void) kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);

        test_is_sound();
    }

    /* most of them died with the lock in their hands */

    assert_true(test_zone.sh->repairs > 20);
}


int
main(void)
{
#define test(name)                                                           \
    cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)

    const struct CMUnitTest  tests[] = {
        test(peer_is_known_by_key_and_id),
        test(id_belongs_to_one_token),
        test(texts_have_maxima),
        test(full_table_refuses_and_recovers),
        test(rows_of_the_dead_are_nobodys),
        test(peers_are_spread_and_ports_follow),
        test(numbers_come_one_after_the_other),
        test(port_without_links_is_taken_over),
        test(port_is_offered_and_taken),
        test(death_frees_ports_and_users),
        test(port_is_inherited_by_who_uses_it),
        test(killed_at_any_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
