
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_fmtp.h>


#define ngx_webrtc_fmtp_or(value, def)                                       \
    (((value) == NGX_WEBRTC_FMTP_UNSET) ? (def) : (value))


static void ngx_webrtc_fmtp_item(ngx_webrtc_text_t *text, const char *key,
    ngx_int_t value);
static void ngx_webrtc_fmtp_hex(ngx_webrtc_text_t *text,
    const ngx_str_t *value, const char *def);


void
ngx_webrtc_opus_params_init(ngx_webrtc_opus_params_t *params)
{
    params->channels = NGX_WEBRTC_FMTP_UNSET;
    params->maxplaybackrate = NGX_WEBRTC_FMTP_UNSET;
    params->minptime = NGX_WEBRTC_FMTP_UNSET;
    params->ptime = NGX_WEBRTC_FMTP_UNSET;
    params->stereo = NGX_WEBRTC_FMTP_UNSET;
    params->sprop_stereo = NGX_WEBRTC_FMTP_UNSET;
    params->useinbandfec = NGX_WEBRTC_FMTP_UNSET;
    params->usedtx = NGX_WEBRTC_FMTP_UNSET;
    params->bit_rate = NGX_WEBRTC_FMTP_UNSET;
}


void
ngx_webrtc_video_params_init(ngx_webrtc_video_params_t *params)
{
    params->profile_id = NGX_WEBRTC_FMTP_UNSET;
    params->level_id = NGX_WEBRTC_FMTP_UNSET;
    params->tier = NGX_WEBRTC_FMTP_UNSET;

    ngx_str_null(&params->profile_level_id);
    ngx_str_null(&params->tx_mode);
}


void
ngx_webrtc_fmtp_opus(ngx_webrtc_text_t *text,
    const ngx_webrtc_opus_params_t *params)
{
    ngx_webrtc_opus_params_t  def;

    if (params == NULL) {
        ngx_webrtc_opus_params_init(&def);
        params = &def;
    }

    ngx_webrtc_text_cstr(text, "minptime=");
    ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->minptime, 10));
    ngx_webrtc_text_cstr(text, ";useinbandfec=");
    ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->useinbandfec, 1));

    ngx_webrtc_fmtp_item(text, "maxplaybackrate", params->maxplaybackrate);
    ngx_webrtc_fmtp_item(text, "stereo", params->stereo);
    ngx_webrtc_fmtp_item(text, "sprop-stereo", params->sprop_stereo);

    if (params->usedtx == 1) {
        ngx_webrtc_fmtp_item(text, "usedtx", 1);
    }

    if (params->bit_rate != NGX_WEBRTC_FMTP_UNSET) {
        ngx_webrtc_fmtp_item(text, "maxaveragebitrate",
                             params->bit_rate * 1000);
    }
}


void
ngx_webrtc_fmtp_opus_remote(ngx_webrtc_text_t *text,
    const ngx_webrtc_opus_params_t *params)
{
    ngx_int_t  minptime;

    minptime = params ? ngx_webrtc_fmtp_or(params->minptime, 10) : 10;

    ngx_webrtc_text_cstr(text, "minptime=");
    ngx_webrtc_text_uint(text, minptime);
    ngx_webrtc_text_cstr(text, ";useinbandfec=1");

    /* a decoder plays one channel unless it is told */

    if (params && (params->stereo == 1 || params->sprop_stereo == 1)) {
        ngx_webrtc_text_cstr(text, ";stereo=1");
    }
}


void
ngx_webrtc_fmtp_video(ngx_webrtc_text_t *text, ngx_uint_t codec,
    const ngx_webrtc_video_params_t *params)
{
    ngx_webrtc_video_params_t  def;

    if (params == NULL) {
        ngx_webrtc_video_params_init(&def);
        params = &def;
    }

    switch (codec) {

    case NGX_WEBRTC_CODEC_VP9:
        ngx_webrtc_text_cstr(text, "profile-id=");
        ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->profile_id, 0));
        break;

    case NGX_WEBRTC_CODEC_AV1:
        ngx_webrtc_text_cstr(text, "level-idx=");
        ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->level_id, 5));
        ngx_webrtc_text_cstr(text, ";profile=");
        ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->profile_id, 0));
        ngx_webrtc_text_cstr(text, ";tier=");
        ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->tier, 0));
        break;

    case NGX_WEBRTC_CODEC_H264:
        ngx_webrtc_text_cstr(text, "level-asymmetry-allowed=1;"
                             "packetization-mode=1;profile-level-id=");
        ngx_webrtc_fmtp_hex(text, &params->profile_level_id, "42e01f");
        break;

    case NGX_WEBRTC_CODEC_H265:
        ngx_webrtc_text_cstr(text, "level-id=");
        ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->level_id, 93));
        ngx_webrtc_text_cstr(text, ";profile-id=");
        ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->profile_id, 1));
        ngx_webrtc_text_cstr(text, ";tier-flag=");
        ngx_webrtc_text_uint(text, ngx_webrtc_fmtp_or(params->tier, 0));
        ngx_webrtc_text_cstr(text, ";tx-mode=");

        if (params->tx_mode.len == 4
            && (ngx_memcmp(params->tx_mode.data, "MRST", 4) == 0
                || ngx_memcmp(params->tx_mode.data, "MRMT", 4) == 0))
        {
            ngx_webrtc_text_str(text, &params->tx_mode);

        } else {
            ngx_webrtc_text_cstr(text, "SRST");
        }

        break;
    }
}


static void
ngx_webrtc_fmtp_item(ngx_webrtc_text_t *text, const char *key,
    ngx_int_t value)
{
    if (value == NGX_WEBRTC_FMTP_UNSET) {
        return;
    }

    ngx_webrtc_text_cstr(text, ";");
    ngx_webrtc_text_cstr(text, key);
    ngx_webrtc_text_cstr(text, "=");
    ngx_webrtc_text_uint(text, value);
}


/*
 * Six hexadecimal digits, written in lower case so that equal profiles share
 * a payload type; anything else would let a user write lines of his own into
 * other people's descriptions.
 */

static void
ngx_webrtc_fmtp_hex(ngx_webrtc_text_t *text, const ngx_str_t *value,
    const char *def)
{
    u_char  c, buf[6];
    size_t  i;

    if (value->len != sizeof(buf)) {
        ngx_webrtc_text_cstr(text, def);
        return;
    }

    for (i = 0; i < sizeof(buf); i++) {
        c = value->data[i];

        if (c >= 'A' && c <= 'F') {
            c |= 0x20;
        }

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            ngx_webrtc_text_cstr(text, def);
            return;
        }

        buf[i] = c;
    }

    ngx_webrtc_text_bytes(text, buf, sizeof(buf));
}
