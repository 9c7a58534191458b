
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_sdp_write.h>


static void ngx_webrtc_sdp_write_feedback(ngx_webrtc_text_t *text,
    const ngx_webrtc_sdp_format_t *format);
static void ngx_webrtc_sdp_write_ssrc(ngx_webrtc_text_t *text, uint32_t ssrc,
    const ngx_str_t *cname);
static void ngx_webrtc_sdp_write_pt(ngx_webrtc_text_t *text,
    const char *attribute, ngx_uint_t pt);


void
ngx_webrtc_sdp_write_session(ngx_webrtc_text_t *text, uint64_t id,
    uint64_t version)
{
    ngx_webrtc_text_cstr(text, "v=0\r\no=- ");
    ngx_webrtc_text_uint(text, id);
    ngx_webrtc_text_cstr(text, " ");
    ngx_webrtc_text_uint(text, version);
    ngx_webrtc_text_cstr(text, " IN IP4 127.0.0.1\r\n"
                         "s=-\r\n"
                         "t=0 0\r\n");
}


void
ngx_webrtc_sdp_write_line(ngx_webrtc_text_t *text, const char *name,
    const ngx_str_t *value)
{
    ngx_webrtc_text_cstr(text, "a=");
    ngx_webrtc_text_cstr(text, name);
    ngx_webrtc_text_str(text, value);
    ngx_webrtc_text_cstr(text, "\r\n");
}


const char *
ngx_webrtc_sdp_write_kind(ngx_webrtc_sdp_kind_e kind)
{
    switch (kind) {

    case NGX_WEBRTC_SDP_AUDIO:
        return "m=audio";

    case NGX_WEBRTC_SDP_VIDEO:
        return "m=video";

    default:
        return "m=application";
    }
}


void
ngx_webrtc_sdp_write_formats(ngx_webrtc_text_t *text,
    const ngx_webrtc_sdp_format_t *format)
{
    ngx_webrtc_text_uint(text, format->pt);

    if (format->rtx_pt != NGX_WEBRTC_SDP_NO_PT) {
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_uint(text, format->rtx_pt);
    }

    ngx_webrtc_text_cstr(text, "\r\nc=IN IP4 0.0.0.0\r\n");
}


void
ngx_webrtc_sdp_write_bit_rate(ngx_webrtc_text_t *text, uint32_t kbps)
{
    ngx_webrtc_text_cstr(text, "b=AS:");
    ngx_webrtc_text_uint(text, kbps);
    ngx_webrtc_text_cstr(text, "\r\nb=TIAS:");
    ngx_webrtc_text_uint(text, (uint64_t) kbps * 1000);
    ngx_webrtc_text_cstr(text, "\r\n");
}


void
ngx_webrtc_sdp_write_direction(ngx_webrtc_text_t *text, ngx_uint_t direction)
{
    static const char *const  lines[] = {
        "a=inactive\r\n", "a=sendonly\r\n", "a=recvonly\r\n", "a=sendrecv\r\n"
    };

    ngx_webrtc_text_cstr(text, lines[direction & NGX_WEBRTC_SDP_SENDRECV]);
}


void
ngx_webrtc_sdp_write_setup(ngx_webrtc_text_t *text,
    ngx_webrtc_sdp_setup_e setup)
{
    ngx_webrtc_text_cstr(text,
                         setup == NGX_WEBRTC_SDP_SETUP_ACTIVE
                         ? "a=setup:active\r\n"
                         : setup == NGX_WEBRTC_SDP_SETUP_PASSIVE
                         ? "a=setup:passive\r\n"
                         : "a=setup:actpass\r\n");
}


void
ngx_webrtc_sdp_write_candidates(ngx_webrtc_text_t *text,
    const ngx_webrtc_addr_t *addrs, ngx_uint_t n)
{
    u_char      ip[NGX_WEBRTC_ADDR_TEXT];
    size_t      len;
    uint32_t    priority;
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        len = ngx_webrtc_addr_ip_text(&addrs[i], ip, sizeof(ip));

        /* type preference of hosts, local preference, component 1 */

        priority = 126u << 24 | (uint32_t) (65535 - i) << 8 | 255;

        ngx_webrtc_text_cstr(text, "a=candidate:");
        ngx_webrtc_text_uint(text, i + 1);
        ngx_webrtc_text_cstr(text, " 1 udp ");
        ngx_webrtc_text_uint(text, priority);
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_bytes(text, ip, len);
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_uint(text, addrs[i].port);
        ngx_webrtc_text_cstr(text, " typ host\r\n");
    }
}


void
ngx_webrtc_sdp_write_extmap(ngx_webrtc_text_t *text, ngx_uint_t kind,
    ngx_uint_t id)
{
    ngx_webrtc_text_cstr(text, "a=extmap:");
    ngx_webrtc_text_uint(text, id);
    ngx_webrtc_text_cstr(text, " ");
    ngx_webrtc_text_str(text, ngx_webrtc_ext_uri(kind));
    ngx_webrtc_text_cstr(text, "\r\n");
}


void
ngx_webrtc_sdp_write_format(ngx_webrtc_text_t *text,
    const ngx_webrtc_sdp_format_t *format)
{
    const ngx_webrtc_codec_t  *codec;

    codec = ngx_webrtc_codec_info(format->codec);

    ngx_webrtc_sdp_write_pt(text, "a=rtpmap:", format->pt);
    ngx_webrtc_text_str(text, &codec->name);
    ngx_webrtc_text_cstr(text, "/");
    ngx_webrtc_text_uint(text, codec->clock_rate);

    if (codec->channels > 1) {
        ngx_webrtc_text_cstr(text, "/");
        ngx_webrtc_text_uint(text, codec->channels);
    }

    ngx_webrtc_text_cstr(text, "\r\n");

    ngx_webrtc_sdp_write_feedback(text, format);

    if (format->fmtp.len) {
        ngx_webrtc_sdp_write_pt(text, "a=fmtp:", format->pt);
        ngx_webrtc_text_str(text, &format->fmtp);
        ngx_webrtc_text_cstr(text, "\r\n");
    }

    if (format->rtx_pt == NGX_WEBRTC_SDP_NO_PT) {
        return;
    }

    ngx_webrtc_sdp_write_pt(text, "a=rtpmap:", format->rtx_pt);
    ngx_webrtc_text_cstr(text, "rtx/90000\r\n");

    ngx_webrtc_sdp_write_pt(text, "a=fmtp:", format->rtx_pt);
    ngx_webrtc_text_cstr(text, "apt=");
    ngx_webrtc_text_uint(text, format->pt);
    ngx_webrtc_text_cstr(text, "\r\n");
}


static void
ngx_webrtc_sdp_write_feedback(ngx_webrtc_text_t *text,
    const ngx_webrtc_sdp_format_t *format)
{
    ngx_uint_t  i;

    static const struct {
        uint8_t      bit;
        const char  *value;

    } feedback[] = {
        { NGX_WEBRTC_SDP_FB_NACK, "nack\r\n" },
        { NGX_WEBRTC_SDP_FB_NACK_PLI, "nack pli\r\n" },
        { NGX_WEBRTC_SDP_FB_CCM_FIR, "ccm fir\r\n" },
        { NGX_WEBRTC_SDP_FB_REMB, "goog-remb\r\n" },
        { NGX_WEBRTC_SDP_FB_TRANSPORT_CC, "transport-cc\r\n" }
    };

    for (i = 0; i < sizeof(feedback) / sizeof(feedback[0]); i++) {

        if (format->feedback & feedback[i].bit) {
            ngx_webrtc_sdp_write_pt(text, "a=rtcp-fb:", format->pt);
            ngx_webrtc_text_cstr(text, feedback[i].value);
        }
    }
}


void
ngx_webrtc_sdp_write_stream(ngx_webrtc_text_t *text,
    const ngx_webrtc_sdp_stream_t *stream)
{
    ngx_webrtc_text_cstr(text, "a=msid:");
    ngx_webrtc_text_str(text, &stream->stream);
    ngx_webrtc_text_cstr(text, " ");
    ngx_webrtc_text_str(text, &stream->track);
    ngx_webrtc_text_cstr(text, "\r\n");

    if (stream->rtx_ssrc) {
        ngx_webrtc_text_cstr(text, "a=ssrc-group:FID ");
        ngx_webrtc_text_uint(text, stream->ssrc);
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_uint(text, stream->rtx_ssrc);
        ngx_webrtc_text_cstr(text, "\r\n");
    }

    ngx_webrtc_sdp_write_ssrc(text, stream->ssrc, &stream->stream);

    if (stream->rtx_ssrc) {
        ngx_webrtc_sdp_write_ssrc(text, stream->rtx_ssrc, &stream->stream);
    }
}


static void
ngx_webrtc_sdp_write_ssrc(ngx_webrtc_text_t *text, uint32_t ssrc,
    const ngx_str_t *cname)
{
    ngx_webrtc_text_cstr(text, "a=ssrc:");
    ngx_webrtc_text_uint(text, ssrc);
    ngx_webrtc_text_cstr(text, " cname:");
    ngx_webrtc_text_str(text, cname);
    ngx_webrtc_text_cstr(text, "\r\n");
}


void
ngx_webrtc_sdp_write_sctp(ngx_webrtc_text_t *text, size_t max_message)
{
    ngx_webrtc_text_cstr(text, "a=sctp-port:5000\r\na=max-message-size:");
    ngx_webrtc_text_uint(text, max_message);
    ngx_webrtc_text_cstr(text, "\r\n");
}


static void
ngx_webrtc_sdp_write_pt(ngx_webrtc_text_t *text, const char *attribute,
    ngx_uint_t pt)
{
    ngx_webrtc_text_cstr(text, attribute);
    ngx_webrtc_text_uint(text, pt);
    ngx_webrtc_text_cstr(text, " ");
}
