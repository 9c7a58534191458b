
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Commands and their answers, byte by byte, with tables that are arrays here.
 * It tests these together:
 *
 *     ngx_webrtc_evostream_answer.c
 *     ngx_webrtc_evostream_commands.c
 *     ngx_webrtc_evostream_configs.c
 *     ngx_webrtc_evostream_run.c
 *     ngx_webrtc_evostream_start.c
 *     ngx_webrtc_evostream_stream_json.c
 *     ngx_webrtc_evostream_streams.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <front/evostream/ngx_webrtc_evostream_api.h>


#define MAX     8

#define VIEWER                                                               \
    "{\"appName\":\"evostreamms\",\"audio\":{\"codec\":\"AUNK\"},"          \
    "\"bytesCount\":123456,\"clientId\":\"v\\/1\",\"configId\":2,"           \
    "\"connectionType\":9,\"creationTimestamp\":1700000001000,"              \
    "\"farIp\":\"2001:db8::1\",\"farPort\":5000,\"inStreamUniqueId\":11,"    \
    "\"name\":\"room\",\"playing\":true,\"queryTimestamp\":1700000005500,"   \
    "\"type\":\"ONP\",\"uniqueId\":13,\"upTime\":4500,"                      \
    "\"video\":{\"codec\":\"VVP8\"}}"

#define SENDER                                                               \
    "{\"appName\":\"evostreamms\",\"audio\":{\"codec\":\"AOPUS\"},"         \
    "\"channelId\":\"room\",\"connectionId\":\"CONN\",\"connectionType\":0," \
    "\"creationTimestamp\":1700000000000,\"name\":\"room\","                \
    "\"outStreamsUniqueIds\":[13,14],\"queryTimestamp\":1700000005500,"      \
    "\"type\":\"INP\",\"uniqueId\":11,\"upTime\":5500,"                      \
    "\"video\":{\"codec\":\"VH264\"}}"

#define PORT                                                                 \
    "{\"appName\":\"evostreamms\",\"audio\":{\"codec\":\"AUNK\"},"          \
    "\"connectionType\":0,\"creationTimestamp\":1700000009000,"              \
    "\"name\":\"vi-1\",\"outStreamsUniqueIds\":null,"                        \
    "\"queryTimestamp\":1700000005500,\"type\":\"INP\",\"uniqueId\":12,"     \
    "\"upTime\":0,\"video\":{\"codec\":\"VVP8\"}}"

#define FAIL(text)                                                           \
    "{\"data\":null,\"description\":\"" text "\",\"status\":\"FAIL\"}"

#define CRLF2  "\r\n\r\n"


static ngx_pool_t                     *pool;
static ngx_webrtc_evostream_run_t      run;
static ngx_webrtc_evostream_api_t      api;
static ngx_webrtc_evostream_config_t   configs[MAX];
static ngx_webrtc_evostream_stream_t   streams[MAX];
static ngx_uint_t                      nconfigs, nstreams;
static ngx_int_t                       add_result;


static ngx_int_t
add(void *data, ngx_webrtc_evostream_config_t *config)
{
    (void) data;

    if (add_result == NGX_OK) {
        config->id = nconfigs + 2;
        configs[nconfigs++] = *config;
    }

    return add_result;
}


static ngx_uint_t
stop(void *data, const ngx_str_t *ersip, in_port_t ersport,
    const ngx_str_t *roomid)
{
    ngx_uint_t  n;

    (void) data;
    (void) ersip;
    (void) roomid;

    if (ersport == 1) {
        return 0;
    }

    n = nconfigs;
    nconfigs = 0;

    return n;
}


static ngx_int_t
find(void *data, ngx_uint_t id, ngx_webrtc_evostream_config_pt handler,
    void *handler_data)
{
    ngx_uint_t  i;

    (void) data;

    for (i = 0; i < nconfigs; i++) {
        if (configs[i].id == id) {
            handler(handler_data, &configs[i]);
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static ngx_int_t
take(void *data, ngx_uint_t id, ngx_webrtc_evostream_config_pt handler,
    void *handler_data)
{
    ngx_int_t  rc;

    rc = find(data, id, handler, handler_data);

    if (rc == NGX_OK) {
        nconfigs--;
    }

    return rc;
}


static void
list_configs(void *data, ngx_webrtc_evostream_config_pt handler,
    void *handler_data)
{
    ngx_uint_t  i;

    (void) data;

    for (i = 0; i < nconfigs; i++) {
        handler(handler_data, &configs[i]);
    }
}


static void
list_streams(void *data, ngx_webrtc_evostream_stream_pt handler,
    void *handler_data)
{
    ngx_uint_t  i;

    (void) data;

    for (i = 0; i < nstreams; i++) {
        handler(handler_data, &streams[i]);
    }
}


static const ngx_webrtc_evostream_tables_t  tables = {
    add, stop, take, find, list_configs, list_streams
};


static int
setup(void **state)
{
    (void) state;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, NULL);
    nconfigs = 0;
    nstreams = 0;
    add_result = NGX_OK;

    memset(&api, 0, sizeof(api));

    api.tables = &tables;
    api.server = "nginx/1.22.1";
    ngx_str_set(&api.name, "evostreamms");

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    ngx_webrtc_evostream_run_free(&run);
    ngx_destroy_pool(pool);

    return 0;
}


static ngx_int_t
start_bytes(const void *text, size_t len)
{
    ngx_str_t  str;

    ngx_webrtc_evostream_run_free(&run);

    str.len = len;
    str.data = ngx_pnalloc(pool, len ? len : 1);
    memcpy(str.data, text, len);

    return ngx_webrtc_evostream_run_start(&run, &api, pool, NULL, &str,
                                          1700000005500ULL);
}


static ngx_int_t
start(const char *text)
{
    return start_bytes(text, strlen(text));
}


static void
answer_is(ngx_webrtc_evostream_form_e form, const char *want, size_t len)
{
    ngx_str_t  answer;

    assert_int_equal(ngx_webrtc_evostream_run_answer(&run, form, &answer),
                     NGX_OK);

    if (answer.len != len || memcmp(answer.data, want, len) != 0) {
        print_error("%.*s\n%s\n", (int) answer.len, (char *) answer.data,
                    want);
        fail();
    }
}


static void
json_is(const char *want)
{
    char  text[8192];

    snprintf(text, sizeof(text), "%s" CRLF2, want);

    answer_is(NGX_WEBRTC_EVOSTREAM_JSON, text, strlen(text));
}


/* hosts are there unless a test says otherwise */

static void
says(const char *line, const char *want)
{
    ngx_int_t  rc;

    rc = start(line);

    if (rc == NGX_AGAIN) {
        rc = ngx_webrtc_evostream_run_resume(&run, NGX_OK);
    }

    assert_int_equal(rc, NGX_OK);
    json_is(want);
}


static void
some_streams(void)
{
    ngx_webrtc_evostream_stream_t  *stream;

    memset(streams, 0, sizeof(streams));

    stream = &streams[0];
    stream->kind = NGX_WEBRTC_EVOSTREAM_SENDER;
    stream->number = 11;
    stream->created = 1700000000;
    ngx_str_set(&stream->name, "room");
    ngx_str_set(&stream->audio, "OPUS");
    ngx_str_set(&stream->video, "H264");
    ngx_str_set(&stream->channel_id, "room");
    ngx_str_set(&stream->connection_id, "CONN");

    stream = &streams[1];
    stream->kind = NGX_WEBRTC_EVOSTREAM_PORT;
    stream->number = 12;
    stream->created = 1700000009;
    ngx_str_set(&stream->name, "vi-1");
    ngx_str_set(&stream->video, "VP8");

    stream = &streams[2];
    stream->kind = NGX_WEBRTC_EVOSTREAM_VIEWER;
    stream->number = 13;
    stream->created = 1700000001;
    stream->config = 2;
    stream->sent = 123456;
    stream->playing = 1;
    ngx_str_set(&stream->name, "room");
    ngx_str_set(&stream->video, "VP8");
    ngx_str_set(&stream->viewer, "v/1");
    ngx_str_set(&stream->address, "[2001:db8::1]:5000");

    streams[3] = streams[2];
    streams[3].number = 14;
    ngx_str_set(&streams[3].name, "room/CONN");
    ngx_str_set(&streams[3].address, "");

    nstreams = 4;
}


static void
starts_as_the_page_shows_it(void **state)
{
    (void) state;

    says("startWebrtc ersip=52.6.14.61 ersport=3535 roomid=testRoom",
         "{\"data\":{\"configId\":2,\"ers\":\"\",\"ersOverSsl\":false,"
         "\"ersip\":\"52.6.14.61\",\"ersport\":3535,\"keepAlive\":true,"
         "\"name\":\"evostreamms\",\"operationType\":9,"
         "\"roomid\":\"testRoom\",\"sslCert\":\"\",\"sslKey\":\"\","
         "\"token\":\"\"},"
         "\"description\":\"Started WebRTC Negotiation Service\","
         "\"status\":\"SUCCESS\"}");

    assert_int_equal(configs[0].ersport, 3535);
    assert_int_equal(configs[0].keep_alive, 1);
}


static void
starts_with_all_that_can_be_said(void **state)
{
    (void) state;

    api.ers_over_ssl = 1;

    says("STARTWEBRTC ersIP=192.0.2.9 ERSPORT=65535 roomID=\\ a\\ b\\,c/d\\  "
         "token=t=1 KEEPALIVE=no ers=ers.example.com _a=1 _B=x,y "
         "commandId=42 unknown=1 _a=2",
         "{\"data\":{\"_B\":[\"x\",\"y\"],\"_a\":\"2\",\"configId\":2,"
         "\"ers\":\"ers.example.com\",\"ersOverSsl\":true,"
         "\"ersip\":\"192.0.2.9\",\"ersport\":65535,\"keepAlive\":false,"
         "\"name\":\"evostreamms\",\"operationType\":9,"
         "\"roomid\":\"a b,c\\/d\",\"sslCert\":\"\",\"sslKey\":\"\","
         "\"token\":\"t=1\"},"
         "\"description\":\"Started WebRTC Negotiation Service\","
         "\"responseId\":\"42\",\"status\":\"SUCCESS\"}");

    assert_int_equal(run.host.len, 15);
    assert_memory_equal(run.host.data, "ers.example.com", 15);
}


static void
wraps_answers_of_start_alone(void **state)
{
    (void) state;

    api.wrapped = 1;

    says("startWebRTC ersip=a ersport=1 roomid=r commandid=7",
         "{\"data\":{\"data\":{\"configId\":2,\"ers\":\"\","
         "\"ersOverSsl\":false,\"ersip\":\"a\",\"ersport\":1,"
         "\"keepAlive\":true,\"name\":\"evostreamms\",\"operationType\":9,"
         "\"roomid\":\"r\",\"sslCert\":\"\",\"sslKey\":\"\",\"token\":\"\"},"
         "\"description\":\"Started WebRTC Negotiation Service\","
         "\"status\":\"SUCCESS\"},\"responseId\":\"7\"}");

    says("startWebRTC ersip=a",
         "{\"data\":" FAIL("Syntax error. Parameter ersport is invalid") "}");
    says("quit",
         "{\"data\":null,\"description\":\"Bye!\",\"status\":\"SUCCESS\"}");
}


/* each line has the faults of all lines below it */

static void
checks_in_the_documented_order(void **state)
{
    (void) state;

    add_result = NGX_DECLINED;

    says("startWebRTC",
         FAIL("Syntax error. No parameters provided"));
    says("startWebRTC keepAlive=maybe",
         FAIL("Syntax error. Parameter ersport is invalid"));
    says("startWebRTC ersport=0 keepAlive=maybe",
         FAIL("Syntax error. Parameter ersport is invalid. "
              "Range: 1 - 65535"));
    says("startWebRTC ersport=1 keepAlive=maybe",
         FAIL("Syntax error. Parameter roomid is invalid"));
    says("startWebRTC ersport=1 roomid=r keepAlive=maybe",
         FAIL("Syntax error. Parameter keepAlive is invalid"));
    says("startWebRTC ersport=1 roomid=r",
         FAIL("No ers parameter passed"));

    assert_int_equal(start("startWebRTC ersport=1 roomid=r ers=x"),
                     NGX_AGAIN);
    assert_int_equal(run.wait, NGX_WEBRTC_EVOSTREAM_HOST);
    assert_int_equal(ngx_webrtc_evostream_run_resume(&run, NGX_ERROR),
                     NGX_OK);
    json_is(FAIL("Unable to resolve ERS"));

    assert_int_equal(start("startWebRTC ersport=1 roomid=r ersip=x"),
                     NGX_AGAIN);
    assert_int_equal(ngx_webrtc_evostream_run_resume(&run, NGX_ERROR),
                     NGX_OK);
    json_is(FAIL("Unable to start WebRTC"));

    says("startWebRTC ersport=1 roomid=r ersip=x",
         FAIL("Unable to start WebRTC"));

    add_result = NGX_BUSY;
    says("startWebRTC ersport=1 roomid=r ersip=x",
         FAIL("Unable to start WebRTC. Too many configurations"));

    add_result = NGX_ABORT;
    says("startWebRTC ersport=1 roomid=r ersip=x",
         FAIL("Unable to start WebRTC. The server is not ready"));
}


static void
knows_bad_ports_and_rooms(void **state)
{
    char        line[2048];
    ngx_uint_t  i;

    static const char *const  ports[] = {
        "", "+1", "01", "x", "1x", "0x10", "1.0", "-1", "1,2", "00",
        "99999999999999999999999999", "\xff", NULL
    };

    static const char *const  ranges[] = {
        "0", "65536", "999999999999999999", NULL
    };

    static const char *const  rooms[] = {
        "", "\\ ", "\\ \\ ", "a,b", ",", "a\tb", "\x7f", "\xff", "\xc0\x80",
        "\xed\xa0\x80", NULL
    };

    (void) state;

    for (i = 0; ports[i]; i++) {
        snprintf(line, sizeof(line),
                 "startwebrtc ersip=a roomid=r ersport=%s", ports[i]);
        says(line, FAIL("Syntax error. Parameter ersport is invalid"));
    }

    for (i = 0; ranges[i]; i++) {
        snprintf(line, sizeof(line),
                 "startwebrtc ersip=a roomid=r ersport=%s", ranges[i]);
        says(line, FAIL("Syntax error. Parameter ersport is invalid. "
                        "Range: 1 - 65535"));
    }

    for (i = 0; rooms[i]; i++) {
        snprintf(line, sizeof(line),
                 "startwebrtc ersip=a ersport=1 roomid=%s", rooms[i]);
        says(line, FAIL("Syntax error. Parameter roomid is invalid"));
    }

    /* 255 bytes are a room, 256 are none */

    snprintf(line, sizeof(line), "startwebrtc ersip=a ersport=1 roomid=%0256d",
             0);
    says(line, FAIL("Syntax error. Parameter roomid is invalid"));

    line[strlen(line) - 1] = '\0';
    assert_int_equal(start(line), NGX_AGAIN);

    says("startwebrtc roomid=r ersport=1 ersip=a,b",
         FAIL("Syntax error. Parameter ersip is invalid"));
    says("startwebrtc roomid=r ersport=1 ersip=a ers=b,c",
         FAIL("Syntax error. Parameter ers is invalid"));
    says("startwebrtc roomid=r ersport=1 ersip=a token=b,c",
         FAIL("Syntax error. Parameter token is invalid"));
    says("startwebrtc roomid=r ersport=1 ersip=a ersOverSsl=2",
         FAIL("Syntax error. Parameter ersOverSsl is invalid"));
    says("startwebrtc roomid=r ersport=1 ersip=a _x=a,b\x01",
         FAIL("Syntax error. Parameter _x is invalid"));
    says("startwebrtc roomid=r ersport=1 ersip=a _\xff=1",
         FAIL("Syntax error. Parameter _\xef\xbf\xbd is invalid"));

    snprintf(line, sizeof(line),
             "startwebrtc roomid=r ersport=1 ersip=a _x=%01200d", 0);
    says(line, FAIL("Syntax error. User variables are too long"));
}


static void
takes_booleans_as_people_write_them(void **state)
{
    char        line[256];
    ngx_uint_t  i;

    static const char *const  words[] = {
        "1", "true", "yes", "TRUE", "Yes", "0", "false", "no", "False", "NO",
    };

    (void) state;

    for (i = 0; i < 10; i++) {
        snprintf(line, sizeof(line), "startWebRTC ersip=a ersport=1 roomid=r "
                 "keepAlive=%s ersOverSsl=%s", words[i], words[i]);

        nconfigs = 0;

        assert_int_equal(start(line), NGX_AGAIN);
        assert_int_equal(ngx_webrtc_evostream_run_resume(&run, NGX_OK),
                         NGX_OK);
        assert_int_equal(configs[0].keep_alive, i < 5);
        assert_int_equal(configs[0].ers_over_ssl, i < 5);
    }
}


static void
stops_and_says_what_was_asked(void **state)
{
    (void) state;

    says("stopWebRTC", FAIL("Unable to stop WebRTC"));

    nconfigs = 1;
    says("stopwebrtc",
         "{\"data\":{\"ersip\":\"\",\"ersport\":0,\"roomid\":\"\"},"
         "\"description\":\"Stopped WebRTC Negotiation Service\","
         "\"status\":\"SUCCESS\"}");

    nconfigs = 1;
    says("stopwebrtc ersip=52.6.14.61 ersport=3535 roomid=testRoom",
         "{\"data\":{\"ersip\":\"52.6.14.61\",\"ersport\":3535,"
         "\"roomid\":\"testRoom\"},"
         "\"description\":\"Stopped WebRTC Negotiation Service\","
         "\"status\":\"SUCCESS\"}");

    nconfigs = 1;
    says("stopwebrtc ersport=1", FAIL("Unable to stop WebRTC"));
    says("stopwebrtc ersport=x",
         FAIL("Syntax error. Parameter ersport is invalid"));
    says("stopwebrtc ersport=65536",
         FAIL("Syntax error. Parameter ersport is invalid. "
              "Range: 0 - 65535"));
    says("stopwebrtc roomid=a,b",
         FAIL("Syntax error. Parameter roomid is invalid"));
    assert_int_equal(nconfigs, 1);
}


#define OTHERS                                                               \
    "{\"data\":{\"dash\":[],\"hds\":[],\"hls\":[],\"metalistener\":[],"      \
    "\"mss\":[],\"process\":[],\"pull\":[],\"push\":[],\"record\":[],"       \
    "\"webrtc\":["

#define CONFIG(state)                                                        \
    "{\"_v\":1,\"configId\":2,\"ers\":\"\",\"ersOverSsl\":true,"             \
    "\"ersip\":\"a\",\"ersport\":3535,\"keepAlive\":false,"                  \
    "\"operationType\":9,\"roomid\":\"r\",\"status\":{\"attempts\":7,"       \
    "\"current\":" state ",\"fault\":\"it was taken\",\"viewers\":3},"       \
    "\"token\":\"t\"}"

static void
shows_configurations_and_how_they_fare(void **state)
{
    ngx_uint_t  i;

    static const struct {
        ngx_webrtc_evostream_state_e  state;
        const char                   *text;
    } states[] = {
        { NGX_WEBRTC_EVOSTREAM_QUEUED,
          CONFIG("{\"code\":1,\"description\":\"Queued\","
                 "\"timestamp\":1700000000,\"uniqueStreamId\":0}") },
        { NGX_WEBRTC_EVOSTREAM_CONNECTING,
          CONFIG("{\"code\":1,\"description\":\"Connecting\","
                 "\"timestamp\":1700000000,\"uniqueStreamId\":0}") },
        { NGX_WEBRTC_EVOSTREAM_JOINED,
          CONFIG("{\"code\":3,\"description\":\"Connected\","
                 "\"timestamp\":1700000000,\"uniqueStreamId\":0}") },
        { NGX_WEBRTC_EVOSTREAM_WAITING,
          CONFIG("{\"code\":4,\"description\":\"Waiting to reconnect\","
                 "\"timestamp\":1700000000,\"uniqueStreamId\":0}") },
    };

    char  text[2048];

    (void) state;

    says("listConfig", OTHERS "]},\"description\":"
         "\"Run-time configuration\",\"status\":\"SUCCESS\"}");
    says("getConfigInfo id=2", FAIL("Config ID not found"));
    says("getConfigInfo", FAIL("Syntax error. No parameters provided"));
    says("getConfigInfo x=1", FAIL("Syntax error. Parameter id is invalid"));
    says("getConfigInfo id=a", FAIL("Syntax error. Parameter id is invalid"));

    memset(&configs[0], 0, sizeof(configs[0]));
    nconfigs = 1;

    configs[0].id = 2;
    configs[0].ersport = 3535;
    configs[0].ers_over_ssl = 1;
    configs[0].changed = 1700000000;
    configs[0].attempts = 7;
    configs[0].viewers = 3;
    ngx_str_set(&configs[0].ersip, "a");
    ngx_str_set(&configs[0].roomid, "r");
    ngx_str_set(&configs[0].token, "t");
    ngx_str_set(&configs[0].vars, "{\"_v\":1}");
    ngx_str_set(&configs[0].fault, "it was taken");

    for (i = 0; i < 4; i++) {
        configs[0].state = states[i].state;

        snprintf(text, sizeof(text), OTHERS "%s]},\"description\":"
                 "\"Run-time configuration\",\"status\":\"SUCCESS\"}",
                 states[i].text);
        says("listConfig", text);
        says("listpullpushconfig", text);

        snprintf(text, sizeof(text), "{\"data\":%s,\"description\":"
                 "\"Configuration Info\",\"status\":\"SUCCESS\"}",
                 states[i].text);
        says("getConfigInfo id=2", text);
    }

    /* one that has ended is only found by its number */

    configs[0].state = NGX_WEBRTC_EVOSTREAM_ENDED;

    says("listConfig", OTHERS "]},\"description\":"
         "\"Run-time configuration\",\"status\":\"SUCCESS\"}");
    says("getconfiginfo ID=2", "{\"data\":"
         CONFIG("{\"code\":5,\"description\":\"Ended\","
                "\"timestamp\":1700000000,\"uniqueStreamId\":0}")
         ",\"description\":\"Configuration Info\",\"status\":\"SUCCESS\"}");

    says("removeConfig", FAIL("No id nor group name provided"));
    says("removeConfig id=3", "{\"data\":null,\"description\":"
         "\"Configuration terminated\",\"status\":\"SUCCESS\"}");
    says("removeConfig groupName=x", "{\"data\":null,\"description\":"
         "\"Configuration terminated\",\"status\":\"SUCCESS\"}");
    says("removeConfig id=x",
         FAIL("Syntax error. Parameter id is invalid"));
    says("removepullpushconfig id=2", "{\"data\":"
         CONFIG("{\"code\":5,\"description\":\"Ended\","
                "\"timestamp\":1700000000,\"uniqueStreamId\":0}")
         ",\"description\":\"Configuration terminated\","
         "\"status\":\"SUCCESS\"}");
    assert_int_equal(nconfigs, 0);
}


static void
lists_streams_and_who_views_them(void **state)
{
    ngx_str_t  answer;

    (void) state;

    says("listStreams", "{\"data\":[],\"description\":\"Available streams\","
         "\"status\":\"SUCCESS\"}");

    some_streams();
    nstreams = 3;

    says("listStreamsIds", "{\"data\":[11,12,13],\"description\":"
         "\"Available stream IDs\",\"status\":\"SUCCESS\"}");
    says("getStreamsCount", "{\"data\":{\"streamCount\":3},\"description\":"
         "\"Active streams count\",\"status\":\"SUCCESS\"}");
    says("listInboundStreamNames",
         "{\"data\":[{\"name\":\"room\"},{\"name\":\"vi-1\"}],"
         "\"description\":\"Inbound local stream names\","
         "\"status\":\"SUCCESS\"}");

    nstreams = 4;

    assert_int_equal(start("listStreams"), NGX_OK);
    assert_int_equal(ngx_webrtc_evostream_run_answer(&run,
                                                  NGX_WEBRTC_EVOSTREAM_JSON,
                                                  &answer),
                     NGX_OK);
    assert_memory_equal(answer.data, "{\"data\":[" SENDER "," PORT "," VIEWER,
                        strlen("{\"data\":[" SENDER "," PORT "," VIEWER));
}


static void
finds_streams_by_number_and_name(void **state)
{
    (void) state;

    some_streams();

    says("getStreamInfo id=11", "{\"data\":" SENDER ",\"description\":"
         "\"Stream information\",\"status\":\"SUCCESS\"}");
    says("getStreamInfo localStreamName=room", "{\"data\":" SENDER
         ",\"description\":\"Stream information\",\"status\":\"SUCCESS\"}");
    says("getStreamInfo localStreamName=vi-1", "{\"data\":" PORT
         ",\"description\":\"Stream information\",\"status\":\"SUCCESS\"}");
    says("getStreamInfo id=13", "{\"data\":" VIEWER ",\"description\":"
         "\"Stream information\",\"status\":\"SUCCESS\"}");

    says("getStreamInfo id=15", FAIL("Stream 15 not found"));
    says("getStreamInfo localStreamName=x\\ y/",
         FAIL("Stream x y\\/ not found"));
    says("getStreamInfo", FAIL("Syntax error. No parameters provided"));
    says("getStreamInfo x=1", FAIL("Syntax error. Either id or "
                                   "localStreamName must be provided"));
    says("getStreamInfo id=1 localStreamName=a",
         FAIL("Syntax error. Either id or localStreamName must be "
              "provided"));

    says("isStreamRunning id=12", "{\"data\":{\"Running\":true},"
         "\"description\":\"Stream status:\",\"status\":\"SUCCESS\"}");
    says("isStreamRunning localStreamName=nobody",
         "{\"data\":{\"Running\":false},"
         "\"description\":\"Stream status:\",\"status\":\"SUCCESS\"}");
}


/* whatever the order of their numbers */

static void
channel_is_the_name_of_one_of_its_senders(void **state)
{
    ngx_webrtc_evostream_stream_t  *stream;

    (void) state;

    some_streams();

    streams[5] = streams[3];
    streams[4] = streams[2];
    streams[3] = streams[2];
    streams[2] = streams[1];
    streams[1] = streams[0];
    nstreams = 6;

    stream = &streams[0];
    stream->number = 10;
    ngx_str_set(&stream->name, "room/OTHER");
    ngx_str_set(&stream->connection_id, "OTHER");

    streams[3].number = 15;
    ngx_str_set(&streams[3].name, "room/OTHER");

    assert_int_equal(start("shutdownStream localStreamName=room"), NGX_AGAIN);
    assert_int_equal(run.stream->number, 11);
    assert_int_equal(start("shutdownStream localStreamName=room/CONN"),
                     NGX_AGAIN);
    assert_int_equal(run.stream->number, 11);
    assert_int_equal(start("shutdownStream localStreamName=room/OTHER"),
                     NGX_AGAIN);
    assert_int_equal(run.stream->number, 10);

    says("getStreamInfo id=11", "{\"data\":" SENDER ",\"description\":"
         "\"Stream information\",\"status\":\"SUCCESS\"}");

    says("isStreamRunning localStreamName=room/",
         "{\"data\":{\"Running\":false},"
         "\"description\":\"Stream status:\",\"status\":\"SUCCESS\"}");
}


static void
shuts_streams_down(void **state)
{
    (void) state;

    some_streams();

    assert_int_equal(start("shutdownStream id=13 permanently=1"), NGX_AGAIN);
    assert_int_equal(run.wait, NGX_WEBRTC_EVOSTREAM_CLOSE);
    assert_int_equal(run.stream->number, 13);
    assert_int_equal(ngx_webrtc_evostream_run_resume(&run, NGX_OK), NGX_OK);
    json_is("{\"data\":{\"streamInfo\":" VIEWER "},\"description\":"
            "\"Stream closed\",\"status\":\"SUCCESS\"}");

    assert_int_equal(start("shutdownStream localstreamname=room"), NGX_AGAIN);
    assert_int_equal(run.stream->number, 11);
    assert_int_equal(ngx_webrtc_evostream_run_resume(&run, NGX_DECLINED),
                     NGX_OK);
    json_is(FAIL("Stream no longer available"));

    assert_int_equal(start("shutdownStream id=12"), NGX_AGAIN);
    assert_int_equal(ngx_webrtc_evostream_run_resume(&run, NGX_BUSY),
                     NGX_OK);
    json_is(FAIL("Stream is used by a connection"));

    says("shutdownStream id=1", FAIL("Stream no longer available"));
    says("shutdownStream id=13 permanently=x",
         FAIL("Syntax error. Parameter permanently is invalid"));
}


static void
does_not_know_other_commands(void **state)
{
    (void) state;

    says("PullStream uri=x commandId=a\\ \"b",
         "{\"data\":null,\"description\":\"command pullstream not known. "
         "Type help for list of commands\",\"responseId\":\"a \\\"b\","
         "\"status\":\"FAIL\"}");
    says("", FAIL("command  not known. Type help for list of commands"));
    says("\xff\xfe",
         FAIL("command \xef\xbf\xbd\xef\xbf\xbd not known. "
              "Type help for list of commands"));

    assert_int_equal(start_bytes("a\0b commandId=\0", 15), NGX_OK);
    json_is("{\"data\":null,\"description\":\"command a\\u0000b not known. "
            "Type help for list of commands\",\"responseId\":\"\\u0000\","
            "\"status\":\"FAIL\"}");
}


static void
tells_of_itself(void **state)
{
    size_t       i, n;
    json_t      *args;
    const char  *name;

    (void) state;

    says("version",
         "{\"data\":{\"banner\":\"ngx_webrtc_module version 0.1.0 (built for "
         "nginx\\/1.22.1)\",\"branchName\":\"\",\"buildDate\":\"\","
         "\"buildNumber\":\"\",\"codeName\":\"\",\"hash\":\"\","
         "\"releaseNumber\":\"0.1.0\"},\"description\":\"Version\","
         "\"status\":\"SUCCESS\"}");

    assert_int_equal(start("quit"), NGX_OK);
    assert_true(run.quit);

    /* every command that it describes is one, and says its commandId */

    assert_int_equal(start("help"), NGX_OK);

    n = json_array_size(run.data);
    assert_int_equal(n, 15);

    for (i = 0; i < n; i++) {
        args = json_array_get(run.data, i);
        name = json_string_value(json_object_get(args, "command"));
        args = json_object_get(args, "parameters");

        assert_non_null(name);
        assert_string_equal(json_string_value(json_object_get(
                              json_array_get(args, json_array_size(args) - 1),
                              "name")), "commandId");
    }
}


static void
frames_with_the_length_of_all_that_follows(void **state)
{
    ngx_str_t  answer;

    static const char  want[] = "\0\0\0\x3b"
        "{\"data\":null,\"description\":\"Bye!\",\"status\":\"SUCCESS\"}"
        CRLF2;

    (void) state;

    assert_int_equal(start("quit"), NGX_OK);
    assert_int_equal(ngx_webrtc_evostream_run_answer(&run,
                                                NGX_WEBRTC_EVOSTREAM_FRAMED,
                                                &answer),
                     NGX_OK);
    assert_int_equal(answer.len, sizeof(want) - 1);
    assert_int_equal(answer.data[3], answer.len - 4);
    assert_memory_equal(answer.data + 4, want + 4, answer.len - 4);
}


static void
text_is(const char *want)
{
    answer_is(NGX_WEBRTC_EVOSTREAM_TEXT, want, strlen(want));
}


static void
writes_text_for_people(void **state)
{
    (void) state;

    assert_int_equal(start("version"), NGX_OK);
    text_is("Command entered successfully!\n\rVersion\n\r\n\r"
            "    banner: ngx_webrtc_module version 0.1.0 (built for "
            "nginx/1.22.1)\n\r"
            "    branchName: \n\r    buildDate: \n\r    buildNumber: \n\r"
            "    codeName: \n\r    hash: \n\r    releaseNumber: 0.1.0\n\r"
            "\n\r");

    assert_int_equal(start("pull x"), NGX_OK);
    text_is("Command failed!\n\rcommand pull not known. Type help for list "
            "of commands\n\r\n\r");

    assert_int_equal(start("quit"), NGX_OK);
    text_is("Command entered successfully!\n\rBye!\n\r\n\r\n\r");

    assert_int_equal(start("listStreamsIds"), NGX_OK);
    text_is("Command entered successfully!\n\rAvailable stream IDs\n\r"
            "[]\n\r\n\r");

    some_streams();

    assert_int_equal(start("listInboundStreamNames"), NGX_OK);
    text_is("Command entered successfully!\n\rInbound local stream names\n\r"
            "\n\r    -- \n\r      name: room\n\r    -- \n\r"
            "      name: vi-1\n\r\n\r");

    assert_int_equal(start("listStreamsIds"), NGX_OK);
    text_is("Command entered successfully!\n\rAvailable stream IDs\n\r\n\r"
            "    -- 11\n\r    -- 12\n\r    -- 13\n\r    -- 14\n\r\n\r");
}


static void
refuses_what_is_no_line(void **state)
{
    (void) state;

    ngx_webrtc_evostream_run_free(&run);

    assert_int_equal(ngx_webrtc_evostream_run_refuse(&run, &api, pool,
                                                     "too long"),
                     NGX_OK);
    json_is(FAIL("too long"));
}


#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test(starts_as_the_page_shows_it),
        test(starts_with_all_that_can_be_said),
        test(wraps_answers_of_start_alone),
        test(checks_in_the_documented_order),
        test(knows_bad_ports_and_rooms),
        test(takes_booleans_as_people_write_them),
        test(stops_and_says_what_was_asked),
        test(shows_configurations_and_how_they_fare),
        test(lists_streams_and_who_views_them),
        test(finds_streams_by_number_and_name),
        test(channel_is_the_name_of_one_of_its_senders),
        test(shuts_streams_down),
        test(does_not_know_other_commands),
        test(tells_of_itself),
        test(frames_with_the_length_of_all_that_follows),
        test(writes_text_for_people),
        test(refuses_what_is_no_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
