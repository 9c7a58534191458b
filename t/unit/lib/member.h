
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Members of channels for tests of the hub.  What they hear is written into
 * one journal, in order: "a:offer a:created(a,1) b:again ..."; a name is the
 * client_id.
 */


#ifndef _NGX_WEBRTC_TEST_MEMBER_H_INCLUDED_
#define _NGX_WEBRTC_TEST_MEMBER_H_INCLUDED_


#include "lib/fake_media.h"
#include "lib/answer.h"

#include <hub/ngx_webrtc_member.h>


#define MEMBERS  128

#define SEC(n)   ((ngx_webrtc_usec_t) (n) * NGX_WEBRTC_SEC)


typedef struct member_s  member_t;

struct member_s {
    char                        name[32];
    ngx_webrtc_connection_t    *connection;     /* NULL: it has ended */
    char                       *sdp;            /* the last offer */
    ngx_uint_t                  waiting;        /* for an answer of ours */
    ngx_webrtc_close_e          cause;
    const char                 *reason;
    ngx_webrtc_switch_t         change;         /* the last one */
    void                      (*react)(member_t *member,
                                    const ngx_webrtc_event_t *event);
    void                       *data;
};


typedef struct {
    ngx_webrtc_hub_t           *hub;
    ngx_webrtc_usec_t           now;
    member_t                    members[MEMBERS];
    ngx_uint_t                  nmembers;
    char                        journal[65536];

    ngx_uint_t                  rows;
    ngx_uint_t                  sends;      /* told that a track has begun */
    ngx_uint_t                  rows_max;       /* 0: no limit */
    ngx_uint_t                  empty;
    ngx_uint_t                  counted[NGX_WEBRTC_EVENTS];
    ngx_uint_t                  failed;
} hub_world_t;


static hub_world_t  world;


static ngx_int_t
member_row_add(void *data, ngx_webrtc_connection_t *connection)
{
    (void) data;
    (void) connection;

    if (world.rows_max && world.rows == world.rows_max) {
        return NGX_DECLINED;
    }

    world.rows++;

    return NGX_OK;
}


static void
member_row_remove(void *data, ngx_webrtc_connection_t *connection)
{
    (void) data;
    (void) connection;

    world.rows--;
}


static void
member_sends(void *data, ngx_webrtc_connection_t *connection)
{
    (void) data;
    (void) connection;

    world.sends++;
}


static void
member_channel_empty(void *data, const ngx_str_t *channel_id)
{
    (void) data;
    (void) channel_id;

    world.empty++;
}


static void
member_count(void *data, ngx_webrtc_connection_t *connection,
    ngx_webrtc_event_e type, ngx_uint_t failed)
{
    (void) data;
    (void) connection;

    world.counted[type]++;
    world.failed += failed;
}


static void
world_start(const ngx_webrtc_hub_conf_t *changes)
{
    ngx_webrtc_hub_conf_t  conf;
    ngx_webrtc_hub_glue_t  glue;

    static ngx_webrtc_addr_t  addr;

    ngx_memzero(&world, sizeof(hub_world_t));
    ngx_memzero(&fake_media, sizeof(fake_media_t));
    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));

    ngx_webrtc_addr_set_v4(&addr, "\xc0\x00\x02\x01", 10000);

    conf.max_connections = 100;
    conf.max_sections = 64;
    conf.max_filters = 4;
    conf.video_bit_rate = 500;
    conf.simulcast_bit_rate = 3000;
    conf.max_video_bit_rate = 15000;
    conf.answer_timeout = SEC(30);
    conf.spotlight_number = 5;
    conf.spotlight_interval = SEC(1);

    if (changes) {
        conf = *changes;
    }

    conf.candidates = &addr;
    conf.ncandidates = 1;
    ngx_str_set(&conf.fingerprint,
                "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:"
                "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99");

    ngx_memzero(&glue, sizeof(ngx_webrtc_hub_glue_t));

    glue.connection_add = member_row_add;
    glue.connection_remove = member_row_remove;
    glue.connection_sends = member_sends;
    glue.channel_empty = member_channel_empty;
    glue.count = member_count;

    world.now = SEC(1000);
    world.hub = ngx_webrtc_hub_create(&conf, &glue, NULL, NULL);

    ngx_webrtc_hub_set_wall_offset(world.hub, SEC(1500000000));
}


/* nothing may be left of anybody */

static void
world_stop(void)
{
    ngx_uint_t  i;

    ngx_webrtc_hub_destroy(world.hub, world.now);

    for (i = 0; i < world.nmembers; i++) {
        free(world.members[i].sdp);
        assert_null(world.members[i].connection);
    }

    assert_int_equal(fake_media.peers, 0);
    assert_int_equal(fake_media.sources, 0);
    assert_int_equal(fake_media.subs, 0);
    assert_int_equal(world.rows, 0);
}


static void
journal(const char *name, const char *what, const char *subject,
    ngx_uint_t count)
{
    size_t  len;

    len = strlen(world.journal);

    snprintf(world.journal + len, sizeof(world.journal) - len,
             subject ? "%s%s:%s(%s,%u)" : "%s%s:%s", len ? " " : "",
             name, what, subject, (unsigned) count);
}


/* what was heard since the last look */

#define assert_journal(text)                                                 \
    assert_string_equal(world.journal, text);                                \
    world.journal[0] = '\0'

#define journal_clear()  world.journal[0] = '\0'


static void
member_handler(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_event_t *event, void *data)
{
    char                                 subject[32];
    member_t                            *member;
    const ngx_webrtc_connection_info_t  *info;

    static const char *const  words[] = {
        "offer", "created", "updated", "destroyed", "focused",
        "unfocused"
    };

    member = data;
    info = ngx_webrtc_connection_info(event->subject);

    snprintf(subject, sizeof(subject), "%.*s", (int) info->client_id.len,
             info->client_id.data);

    switch (event->type) {

    case NGX_WEBRTC_EVENT_OFFER:
        member->connection = connection;
        member->waiting = 1;

        free(member->sdp);
        member->sdp = strndup((char *) event->sdp.data, event->sdp.len);

        journal(member->name, event->again ? "again" : "offer", NULL, 0);
        break;

    case NGX_WEBRTC_EVENT_CLOSED:
        member->connection = NULL;
        member->cause = event->cause;
        member->reason = event->reason;

        journal(member->name, "closed", NULL, 0);
        break;

    case NGX_WEBRTC_EVENT_SWITCHED:
        member->change = event->change;

        journal(member->name, "switched", subject, event->change.current);
        break;

    case NGX_WEBRTC_EVENT_DATA_OPEN:
        journal(member->name, "open", NULL, 0);
        break;

    case NGX_WEBRTC_EVENT_DATA:
        snprintf(subject, sizeof(subject), "data%u=%.*s",
                 (unsigned) event->label, (int) event->data.len,
                 event->data.data);
        journal(member->name, subject, NULL, 0);
        break;

    default:
        journal(member->name, words[event->type], subject,
                event->counts.all);
        break;
    }

    if (member->react) {
        member->react(member, event);
    }
}


static member_t *
member_new(const char *name)
{
    member_t  *member;

    member = &world.members[world.nmembers++];
    snprintf(member->name, sizeof(member->name), "%s", name);

    return member;
}


static void
member_join_init(ngx_webrtc_join_t *join, member_t *member,
    ngx_webrtc_role_e role)
{
    ngx_memzero(join, sizeof(ngx_webrtc_join_t));

    ngx_webrtc_opus_params_init(&join->opus);
    ngx_webrtc_video_params_init(&join->video);

    ngx_str_set(&join->info.channel_id, "sora");
    join->info.client_id.data = (u_char *) member->name;
    join->info.client_id.len = strlen(member->name);
    join->info.role = role;
    join->info.audio = 1;
    join->info.video = 1;
}


static const char *
member_enter(member_t *member, const ngx_webrtc_join_t *join)
{
    const char               *reason;
    ngx_webrtc_connection_t  *connection;

    reason = NULL;
    connection = ngx_webrtc_hub_join(world.hub, join, member_handler, member,
                                     world.now, &reason);

    if (connection) {
        member->connection = connection;
        return NULL;
    }

    return reason;
}


static member_t *
member_join(const char *name, ngx_webrtc_role_e role)
{
    member_t           *member;
    ngx_webrtc_join_t   join;

    member = member_new(name);
    member_join_init(&join, member, role);

    assert_null(member_enter(member, &join));
    assert_non_null(member->connection);

    return member;
}


/* rejecting "rejected" mids, see lib/answer.h */

static ngx_int_t
member_answer_but(member_t *member, const char *rejected)
{
    char        *text;
    ngx_int_t    rc;
    ngx_str_t    sdp;
    const char  *reason;

    text = answer_write(member->sdp, rejected);

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);

    member->waiting = 0;

    reason = NULL;
    rc = ngx_webrtc_hub_answer(member->connection, &sdp, world.now, &reason);

    if (rc == NGX_ERROR) {
        member->reason = reason;
    }

    free(text);

    return rc;
}


static void
member_answer(member_t *member)
{
    ngx_int_t  rc;

    rc = member_answer_but(member, NULL);

    if (rc != NGX_OK) {
        print_error("%s: answer refused: %s\n%s", member->name,
                    member->reason, member->sdp);
    }

    assert_int_equal(rc, NGX_OK);
}


/* its ICE and DTLS are up */

static void
member_connect(member_t *member)
{
    fake_event(member->connection->peer, NGX_WEBRTC_PEER_CONNECTED, NULL,
               world.now);
}


/* everybody answers until nobody has an offer */

static void
settle(void)
{
    ngx_uint_t  i, n;

    do {
        n = 0;

        for (i = 0; i < world.nmembers; i++) {
            if (world.members[i].connection && world.members[i].waiting) {
                member_answer(&world.members[i]);
                n++;
            }
        }
    } while (n);
}


/* joins, answers, connects and lets the others answer */

static ngx_inline member_t *
member_arrive(const char *name, ngx_webrtc_role_e role)
{
    member_t  *member;

    member = member_join(name, role);

    member_answer(member);
    member_connect(member);
    settle();

    return member;
}


static void
member_leave(member_t *member)
{
    ngx_webrtc_hub_leave(member->connection, NGX_WEBRTC_CLOSE_CLIENT, NULL,
                         world.now);
}


static ngx_inline ngx_uint_t
sdp_count(const member_t *member, const char *word)
{
    ngx_uint_t   n;
    const char  *p;

    n = 0;

    for (p = member->sdp; (p = strstr(p, word)); p++) {
        n++;
    }

    return n;
}


#endif /* _NGX_WEBRTC_TEST_MEMBER_H_INCLUDED_ */
