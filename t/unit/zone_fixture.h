
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A shared zone with three workers, in memory that a child process shares.
 * To be included after cmocka.h.
 */


#ifndef _TEST_ZONE_FIXTURE_H_INCLUDED_
#define _TEST_ZONE_FIXTURE_H_INCLUDED_


#include <sys/mman.h>

/* of a room that is not in the library of pure files */

#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone_table.c>
#include <event/ngx_webrtc_zone_row.c>
#include <event/ngx_webrtc_zone.c>
#include <event/ngx_webrtc_registry.c>
#include <event/ngx_webrtc_registry_port.c>
#include <event/ngx_webrtc_ers_zone.c>
#include <event/ngx_webrtc_evostream_rows.c>
#include <event/ngx_webrtc_evostream_owners.c>
#include <event/ngx_webrtc_evostream_viewers.c>
#include <event/ngx_webrtc_evostream_list.c>


#define TEST_SIZE   (8 * 1024 * 1024)
#define TEST_FIRST  50001
#define TEST_PORTS  10
#define TEST_PEERS  20
#define TEST_CONFIGS  8
#define TEST_VIEWERS  10
#define TEST_TOKENS  3

/* the one that dies, and another */
#define TEST_SELF   0
#define TEST_OTHER  1


static ngx_webrtc_conf_t   test_conf;
static ngx_webrtc_zone_t   test_zone;
static ngx_slab_pool_t    *test_pool;
static ngx_webrtc_owner_t  test_owners[3];
static u_char              test_dead[3];

/* what workers and the file were told */
static ngx_uint_t          test_told;
static ngx_uint_t          test_touched;


ngx_uint_t
ngx_webrtc_seat_is_dead(ngx_webrtc_seat_t *seat)
{
    return test_dead[seat - test_zone.sh->seats];
}


void
ngx_webrtc_seats_tell(ngx_webrtc_zone_t *zone, ngx_webrtc_mail_e type,
    const void *body, size_t len)
{
    (void) zone;
    (void) body;

    assert_int_equal(type, NGX_WEBRTC_MAIL_EVOSTREAM);
    assert_int_equal(len, 0);

    test_told++;
}


void
ngx_webrtc_evostream_file_touch(ngx_webrtc_zone_t *zone)
{
    (void) zone;

    test_touched++;
}


void
ngx_webrtc_evostream_file_check(ngx_webrtc_zone_t *zone)
{
    (void) zone;
}


void
ngx_webrtc_evostream_file_read(ngx_webrtc_zone_t *zone)
{
    (void) zone;
}


ngx_int_t
ngx_webrtc_seats_prepare(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t  i;

    for (i = 0; i < 3; i++) {
        zone->sh->seats[i].pid = 1;
        zone->sh->seats[i].port = 1000 + i;
        zone->sh->seats[i].term = 100 + i;
        zone->sh->seats[i].generation = 1;

        test_owners[i].seat = i;
        test_owners[i].term = 100 + i;
        test_dead[i] = 0;
    }

    zone->sh->nseats = 3;

    return NGX_OK;
}


static int
test_setup(void **state)
{
    ngx_shm_zone_t  shm_zone;

    (void) state;

    test_pool = mmap(NULL, TEST_SIZE, PROT_READ|PROT_WRITE,
                     MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(test_pool, MAP_FAILED);

    test_pool->start = (u_char *) test_pool + ngx_pagesize;
    test_pool->end = (u_char *) test_pool + TEST_SIZE;

    ngx_memzero(&test_conf, sizeof(ngx_webrtc_conf_t));

    test_conf.skyway.registry = TEST_PEERS;
    test_conf.skyway.first_port = TEST_FIRST;
    test_conf.skyway.last_port = TEST_FIRST + TEST_PORTS - 1;
    test_conf.evostream.max_configs = TEST_CONFIGS;
    test_conf.evostream.max_viewers = TEST_VIEWERS;
    test_conf.evostream.ers_max_tokens = TEST_TOKENS;
    test_conf.evostream.ers_token_time = 60000;

    test_told = 0;
    test_touched = 0;

    ngx_memzero(&test_zone, sizeof(ngx_webrtc_zone_t));
    test_zone.conf = &test_conf;

    ngx_memzero(&shm_zone, sizeof(ngx_shm_zone_t));
    shm_zone.shm.addr = (u_char *) test_pool;
    shm_zone.data = &test_zone;

    assert_int_equal(ngx_webrtc_zone_init(&shm_zone, NULL), NGX_OK);

    return 0;
}


static int
test_teardown(void **state)
{
    (void) state;

    (void) munmap(test_pool, TEST_SIZE);

    return 0;
}


#endif /* _TEST_ZONE_FIXTURE_H_INCLUDED_ */
