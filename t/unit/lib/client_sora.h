
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Clients of the Sora front-end for its tests: a pipe that keeps what was
 * sent, and the hub on a media engine without media.
 */


#ifndef _NGX_WEBRTC_CLIENT_SORA_H_INCLUDED_
#define _NGX_WEBRTC_CLIENT_SORA_H_INCLUDED_


#include "lib/fake_media.h"
#include "lib/answer.h"

#include <hub/ngx_webrtc_member.h>
#include <front/sora/ngx_webrtc_sora_api.h>
#include <jansson.h>


#define CLIENTS  64

#define SEC(n)   ((ngx_webrtc_usec_t) (n) * NGX_WEBRTC_SEC)


typedef struct {
    ngx_webrtc_sora_session_t  *session;        /* NULL: it has ended */
    char                        id[NGX_WEBRTC_ID_LEN + 1];
    char                       *last;           /* message */
    char                       *sdp;            /* of the last offer */
    json_t                     *types;          /* the last one of each */
    ngx_uint_t                  sent;
    ngx_uint_t                  described;
    ngx_uint_t                  code;
    char                        reason[256];
    unsigned                    closed:1;
    unsigned                    waiting:1;      /* with an offer */
    unsigned                    breaks:1;       /* when it is written to */
} client_t;


typedef struct {
    ngx_webrtc_hub_t           *hub;
    ngx_webrtc_sora_t          *sora;
    ngx_webrtc_usec_t           now;
    client_t                    clients[CLIENTS];
    ngx_uint_t                  nclients;
    char                        stats[4096];
    uint64_t                    stats_wall;
} sora_world_t;


static sora_world_t  sora;


static void
client_send(void *pipe, const u_char *data, size_t len)
{
    json_t      *json;
    client_t    *client;
    const char  *sdp;

    client = pipe;

    assert_false(client->closed);

    json = json_loadb((const char *) data, len, 0, NULL);
    assert_non_null(json);

    free(client->last);
    client->last = strndup((const char *) data, len);
    client->sent++;

    sdp = json_string_value(json_object_get(json, "sdp"));

    if (sdp) {
        assert_false(client->waiting);
        client->waiting = 1;

        free(client->sdp);
        client->sdp = strdup(sdp);
    }

    if (json_object_get(json, "connection_id") && client->id[0] == '\0') {
        strcpy(client->id,
               json_string_value(json_object_get(json, "connection_id")));
    }

    json_object_set_new(client->types,
                        json_string_value(json_object_get(json, "type")),
                        json);

    if (client->breaks) {
        ngx_webrtc_sora_session_t  *session;

        client->breaks = 0;
        session = client->session;
        client->session = NULL;

        ngx_webrtc_sora_closed(session, sora.now);
    }
}


static void
client_close(void *pipe, ngx_uint_t code, const char *reason)
{
    client_t  *client;

    client = pipe;

    assert_false(client->closed);
    assert_non_null(reason);

    client->closed = 1;
    client->code = code;
    client->session = NULL;
    snprintf(client->reason, sizeof(client->reason), "%s", reason);
}


static void
client_describe(void *pipe, const ngx_webrtc_connection_info_t *info)
{
    client_t  *client;

    client = pipe;
    client->described++;

    assert_memory_equal(info->connection_id, client->id, NGX_WEBRTC_ID_LEN);
}


static void
client_stats(void *data, const ngx_webrtc_connection_info_t *info,
    const u_char *text, size_t len, uint64_t wall)
{
    (void) data;
    (void) info;

    snprintf(sora.stats, sizeof(sora.stats), "%.*s", (int) len, text);
    sora.stats_wall = wall;
}


static void
sora_start(void)
{
    ngx_webrtc_hub_conf_t    conf;
    ngx_webrtc_hub_glue_t    none;
    ngx_webrtc_sora_conf_t   sora_conf;
    ngx_webrtc_sora_glue_t   glue;

    static ngx_webrtc_addr_t  addr;

    ngx_memzero(&sora, sizeof(sora_world_t));
    ngx_memzero(&fake_media, sizeof(fake_media_t));
    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));
    ngx_memzero(&none, sizeof(ngx_webrtc_hub_glue_t));

    ngx_webrtc_addr_set_v4(&addr, "\xc0\x00\x02\x01", 10000);

    conf.max_connections = 3;
    conf.max_sections = 64;
    conf.max_filters = 4;
    conf.video_bit_rate = 500;
    conf.simulcast_bit_rate = 3000;
    conf.max_video_bit_rate = 15000;
    conf.answer_timeout = SEC(30);
    conf.spotlight_number = 5;
    conf.spotlight_interval = SEC(1);
    conf.message_size = 65536;
    conf.inflated_size = 65536;
    conf.data_buffer = 100000;
    conf.candidates = &addr;
    conf.ncandidates = 1;
    ngx_str_set(&conf.fingerprint,
                "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:"
                "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99");

    ngx_memzero(&sora_conf, sizeof(ngx_webrtc_sora_conf_t));

    sora_conf.ping_interval = SEC(5);
    sora_conf.pong_timeout = SEC(60);
    ngx_str_set(&sora_conf.version, "2025.2.0");
    sora_conf.max_labels = 4;
    sora_conf.data_buffer = 100000;

    glue.send = client_send;
    glue.close = client_close;
    glue.describe = client_describe;
    glue.stats = client_stats;
    glue.data = NULL;

    sora.now = SEC(1000);
    sora.hub = ngx_webrtc_hub_create(&conf, &none, NULL, NULL);
    sora.sora = ngx_webrtc_sora_create(&sora_conf, &glue, sora.hub, NULL);

    ngx_webrtc_hub_set_wall_offset(sora.hub, SEC(1500000000));
}


static void
sora_stop(void)
{
    client_t    *client;
    ngx_uint_t   i;

    ngx_webrtc_hub_destroy(sora.hub, sora.now);
    ngx_webrtc_sora_destroy(sora.sora);

    for (i = 0; i < sora.nclients; i++) {
        client = &sora.clients[i];

        free(client->last);
        free(client->sdp);
        json_decref(client->types);
    }

    assert_int_equal(fake_media.peers, 0);
    assert_int_equal(fake_media.sources, 0);
    assert_int_equal(fake_media.subs, 0);
}


static client_t *
sora_open(void)
{
    client_t  *client;

    client = &sora.clients[sora.nclients++];

    client->types = json_object();
    client->session = ngx_webrtc_sora_open(sora.sora, client, sora.now);

    return client;
}


/* in memory of its own, so that a read beyond the end is seen */

static ngx_int_t
sora_say(client_t *client, const char *text)
{
    size_t      len;
    u_char     *data;
    ngx_int_t   rc;

    len = strlen(text);
    data = malloc(len ? len : 1);
    memcpy(data, text, len);

    rc = ngx_webrtc_sora_input(client->session, data, len, sora.now);

    free(data);

    return rc;
}


static client_t *
sora_join(const char *text)
{
    client_t  *client;

    client = sora_open();
    assert_int_equal(sora_say(client, text), NGX_OK);

    return client;
}


static ngx_int_t
sora_answer_as(client_t *client, const char *type)
{
    char       *sdp, *text;
    json_t     *json;
    ngx_int_t   rc;

    sdp = answer_write(client->sdp, NULL);
    json = json_pack("{s:s, s:s}", "type", type, "sdp", sdp);
    text = json_dumps(json, JSON_COMPACT);

    client->waiting = 0;
    rc = sora_say(client, text);

    free(text);
    free(sdp);
    json_decref(json);

    return rc;
}


static void
sora_answer(client_t *client)
{
    assert_int_equal(sora_answer_as(client, "answer"), NGX_OK);
}


static ngx_webrtc_connection_t *
sora_connection(client_t *client)
{
    ngx_webrtc_hash_node_t  *node;

    node = ngx_webrtc_hash_find(&sora.hub->connections, client->id,
                                NGX_WEBRTC_ID_LEN);
    assert_non_null(node);

    return ngx_webrtc_hash_data(node, ngx_webrtc_connection_t, node);
}


static void
sora_connect(client_t *client)
{
    fake_event(sora_connection(client)->peer, NGX_WEBRTC_PEER_CONNECTED,
               NULL, sora.now);
}


static ngx_inline client_t *
sora_arrive(const char *role, const char *channel)
{
    char       text[256];
    client_t  *client;

    snprintf(text, sizeof(text), "{\"type\":\"connect\",\"role\":\"%s\","
             "\"channel_id\":\"%s\"}", role, channel);

    client = sora_join(text);

    sora_answer(client);
    sora_connect(client);

    return client;
}


static ngx_inline json_t *
sora_last(client_t *client, const char *type)
{
    json_t  *json;

    json = json_object_get(client->types, type);
    assert_non_null(json);

    return json;
}


static ngx_inline const char *
sora_str(json_t *json, const char *key)
{
    const char  *value;

    value = json_string_value(json_object_get(json, key));
    assert_non_null(value);

    return value;
}


static ngx_inline json_int_t
sora_int(json_t *json, const char *key)
{
    assert_true(json_is_integer(json_object_get(json, key)));

    return json_integer_value(json_object_get(json, key));
}


#define assert_key(json, key, want)                                          \
    assert_string_equal(sora_str(json, key), want)

#define assert_closed(client, want, why)                                     \
    assert_true((client)->closed);                                           \
    assert_int_equal((client)->code, want);                                  \
    assert_string_equal((client)->reason, why)


#endif /* _NGX_WEBRTC_CLIENT_SORA_H_INCLUDED_ */
