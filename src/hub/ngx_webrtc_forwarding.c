
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_forwarding.h>
#include <hub/ngx_webrtc_member.h>


static ngx_int_t ngx_webrtc_forwarding_check(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_addr_t *addr, const char **reason);
static ngx_uint_t ngx_webrtc_forwarding_is_own(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_addr_t *addr);
static ngx_uint_t ngx_webrtc_forwarding_is_loopback(
    const ngx_webrtc_addr_t *addr);
static void ngx_webrtc_forwarding_sdp_track(
    const ngx_webrtc_publication_t *track, const ngx_webrtc_addr_t *to,
    ngx_webrtc_text_t *text);


ngx_uint_t
ngx_webrtc_connection_sends(ngx_webrtc_connection_t *connection)
{
    return connection->tracks[NGX_WEBRTC_AUDIO].source != NULL
           || connection->tracks[NGX_WEBRTC_VIDEO].source != NULL;
}


ngx_int_t
ngx_webrtc_connection_forward(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_forwarding_t *to, ngx_webrtc_usec_t now,
    const char **reason)
{
    ngx_int_t           rc;
    ngx_uint_t          i;
    ngx_webrtc_hub_t   *hub;
    ngx_webrtc_addr_t   addrs[NGX_WEBRTC_TRACKS];

    hub = connection->hub;

    if (!ngx_webrtc_connection_sends(connection)) {
        *reason = "NO-UPSTREAM-MEDIA";
        return NGX_DECLINED;
    }

    if (ngx_webrtc_addr_parse_ip(&addrs[0], &to->ip_address) != NGX_OK) {
        *reason = "INVALID-IP-ADDRESS";
        return NGX_DECLINED;
    }

    addrs[NGX_WEBRTC_VIDEO] = addrs[0];
    addrs[NGX_WEBRTC_AUDIO].port = to->audio_port;
    addrs[NGX_WEBRTC_VIDEO].port = to->video_port;

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        rc = ngx_webrtc_forwarding_check(hub, &addrs[i], reason);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (!connection->forwarding
        && hub->nforwarding >= hub->conf.max_forwardings)
    {
        *reason = "TOO-MANY-FORWARDINGS";
        return NGX_DECLINED;
    }

    if (connection->forwarding
        && ngx_memcmp(connection->forward_to, addrs, sizeof(addrs)) == 0)
    {
        /* a receiver has just begun, perhaps: it needs a key frame */

        if (connection->tracks[NGX_WEBRTC_VIDEO].source) {
            ngx_webrtc_source_want_key_frame(
                        connection->tracks[NGX_WEBRTC_VIDEO].source, now);
        }

        return NGX_OK;
    }

    (void) ngx_webrtc_connection_stop_forwarding(connection);

    hub->nforwarding++;
    connection->forwarding = 1;
    ngx_memcpy(connection->forward_to, addrs, sizeof(addrs));

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        rc = ngx_webrtc_forwarding_begin(&connection->tracks[i], now);

        if (rc != NGX_OK) {
            (void) ngx_webrtc_connection_stop_forwarding(connection);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_forwarding_check(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_addr_t *addr, const char **reason)
{
    if (hub->conf.forwarding_allow == NULL
        || !ngx_webrtc_acl_allows(hub->conf.forwarding_allow, addr)
        || ngx_webrtc_forwarding_is_own(hub, addr))
    {
        *reason = "DESTINATION-NOT-ALLOWED";
        return NGX_DECLINED;
    }

    if (ngx_webrtc_addr_is_v4(addr) ? !hub->conf.v4 : !hub->conf.v6) {
        *reason = "DESTINATION-UNREACHABLE";
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* a media port of this nginx, for RTP or for the RTCP beside it */

static ngx_uint_t
ngx_webrtc_forwarding_is_own(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_addr_t *addr)
{
    ngx_uint_t  i;

    for (i = 0; i < hub->conf.nports; i++) {
        if (addr->port == hub->conf.ports[i]
            || addr->port + 1 == hub->conf.ports[i])
        {
            break;
        }
    }

    if (i == hub->conf.nports) {
        return 0;
    }

    for (i = 0; i < hub->conf.ncandidates; i++) {
        if (ngx_memcmp(hub->conf.candidates[i].ip, addr->ip, 16) == 0) {
            return 1;
        }
    }

    return ngx_webrtc_forwarding_is_loopback(addr);
}


static ngx_uint_t
ngx_webrtc_forwarding_is_loopback(const ngx_webrtc_addr_t *addr)
{
    static const u_char  v6[16] = { 0, 0, 0, 0, 0, 0, 0, 0,
                                    0, 0, 0, 0, 0, 0, 0, 1 };

    if (ngx_webrtc_addr_is_v4(addr)) {
        return addr->ip[12] == 127;
    }

    return ngx_memcmp(addr->ip, v6, 16) == 0;
}


ngx_int_t
ngx_webrtc_connection_stop_forwarding(ngx_webrtc_connection_t *connection)
{
    ngx_uint_t                 i;
    ngx_webrtc_publication_t  *track;

    if (!connection->forwarding) {
        return NGX_DECLINED;
    }

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        track = &connection->tracks[i];

        if (track->forward) {
            ngx_webrtc_forward_destroy(track->forward);
            track->forward = NULL;
        }
    }

    connection->forwarding = 0;
    connection->hub->nforwarding--;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_forwarding_begin(ngx_webrtc_publication_t *track,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                  i;
    ngx_webrtc_addr_t          *to;
    ngx_webrtc_connection_t    *connection;
    ngx_webrtc_forward_conf_t   conf;

    connection = track->connection;

    if (!connection->forwarding || track->source == NULL) {
        return NGX_OK;
    }

    i = track - connection->tracks;
    to = connection->forward_to;

    ngx_memzero(&conf, sizeof(ngx_webrtc_forward_conf_t));

    conf.pt = NGX_WEBRTC_FORWARD_SAME_PT;
    conf.rtp = to[i];
    conf.rtcp = to[i];
    conf.rtcp.port = to[i].port + 1;    /* after 65535 comes 0: none */

    /* RTP of the other kind may come at the port that RTCP has by custom */

    if (conf.rtcp.port == to[NGX_WEBRTC_TRACKS - 1 - i].port) {
        conf.rtcp.port = 0;
    }

    conf.cname.len = NGX_WEBRTC_ID_LEN;
    conf.cname.data = connection->info.connection_id;

    track->forward = ngx_webrtc_forward_create(track->source, &conf, now);

    return track->forward ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_connection_forwarding_sdp(ngx_webrtc_connection_t *connection,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t                       i;
    const ngx_webrtc_publication_t  *track;

    ngx_webrtc_text_cstr(text, "v=0\r\n"
                               "o=- 0 0 IN IP4 0.0.0.0\r\n"
                               "s=-\r\n"
                               "t=0 0\r\n");

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        track = &connection->tracks[i];

        if (track->source) {
            ngx_webrtc_forwarding_sdp_track(track,
                                            &connection->forward_to[i], text);
        }
    }
}


static void
ngx_webrtc_forwarding_sdp_track(const ngx_webrtc_publication_t *track,
    const ngx_webrtc_addr_t *to, ngx_webrtc_text_t *text)
{
    size_t                     len;
    u_char                     ip[NGX_WEBRTC_ADDR_TEXT];
    ngx_uint_t                 pt;
    const ngx_webrtc_codec_t  *codec;

    pt = track->section->payload->pt;
    codec = ngx_webrtc_codec_info(track->codec);

    len = ngx_webrtc_addr_ip_text(to, ip, sizeof(ip));

    /* the profile's name is that of the session, though there are no keys */

    ngx_webrtc_text_cstr(text, codec->video ? "m=video " : "m=audio ");
    ngx_webrtc_text_uint(text, to->port);
    ngx_webrtc_text_cstr(text, " RTP/SAVPF ");
    ngx_webrtc_text_uint(text, pt);

    ngx_webrtc_text_cstr(text, ngx_webrtc_addr_is_v4(to) ? "\r\nc=IN IP4 "
                                                         : "\r\nc=IN IP6 ");
    ngx_webrtc_text_bytes(text, ip, len);

    ngx_webrtc_text_cstr(text, "\r\na=rtpmap:");
    ngx_webrtc_text_uint(text, pt);
    ngx_webrtc_text_cstr(text, " ");
    ngx_webrtc_text_str(text, &codec->name);
    ngx_webrtc_text_cstr(text, "/");
    ngx_webrtc_text_uint(text, codec->clock_rate);

    if (codec->channels) {
        ngx_webrtc_text_cstr(text, "/");
        ngx_webrtc_text_uint(text, codec->channels);
    }

    ngx_webrtc_text_cstr(text, "\r\n");

    if (track->fmtp.len) {
        ngx_webrtc_text_cstr(text, "a=fmtp:");
        ngx_webrtc_text_uint(text, pt);
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_str(text, &track->fmtp);
        ngx_webrtc_text_cstr(text, "\r\n");
    }
}
