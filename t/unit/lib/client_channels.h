
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A client of Sora signalling whose data channels are open.  Everything is in
 * this header, so that a test program includes it once.
 */


#ifndef _NGX_WEBRTC_CLIENT_CHANNELS_H_INCLUDED_
#define _NGX_WEBRTC_CLIENT_CHANNELS_H_INCLUDED_


#include "lib/client_sora.h"


#define CONNECT  "{\"type\":\"connect\",\"channel_id\":\"sora\","             \
                 "\"role\":\"recvonly\",\"data_channel_signaling\":true"


static ngx_webrtc_peer_t *
peer_of(client_t *client)
{
    return sora_connection(client)->peer;
}


static void
open_channels(client_t *client)
{
    ngx_uint_t          i;
    ngx_webrtc_peer_t  *peer;

    peer = peer_of(client);

    fake_data(peer, NGX_WEBRTC_DATA_READY, 0, sora.now);

    for (i = 0; i < peer->nlines; i++) {
        fake_data(peer, NGX_WEBRTC_DATA_OPEN, i, sora.now);
    }
}


/* what the client says on a label */

static void
dc_say(client_t *client, const char *label, const char *text)
{
    fake_line_t        *line;
    ngx_webrtc_peer_t  *peer;

    peer = peer_of(client);
    line = fake_line(peer, label);

    fake_message(peer, line - peer->lines, 0, text, strlen(text), sora.now);
}


/* switched, and it has shown that it has */

static client_t *
switched(const char *text)
{
    client_t  *client;

    client = sora_join(text);

    sora_answer(client);
    sora_connect(client);
    open_channels(client);

    dc_say(client, "stats", "{\"type\":\"stats\",\"reports\":[]}");

    return client;
}


static const char *
heard(ngx_webrtc_peer_t *peer, const char *label)
{
    fake_line_t  *line;

    line = fake_line(peer, label);
    assert_non_null(line);

    return line->data ? line->data : "";
}


#define assert_heard(client, label, text)                                    \
    assert_string_equal(heard(peer_of(client), label), text)

#define assert_heard_part(client, label, text)                               \
    assert_non_null(strstr(heard(peer_of(client), label), text))


#endif /* _NGX_WEBRTC_CLIENT_CHANNELS_H_INCLUDED_ */
