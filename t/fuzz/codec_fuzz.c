
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_codec.h>


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char                   *pos;
    ngx_uint_t                codec;
    ngx_webrtc_vp8_t          vp8;
    ngx_webrtc_codec_view_t   view;

    pos = (u_char *) data;

    for (codec = 0; codec <= NGX_WEBRTC_CODEC_MAX; codec++) {
        (void) ngx_webrtc_codec_keyframe(codec, pos, size);
        ngx_webrtc_codec_look(codec, pos, size, &view);

        if ((view.picture_id_pos
             && view.picture_id_pos + view.picture_id_long >= pos + size)
            || (view.tl0picidx_pos && view.tl0picidx_pos >= pos + size))
        {
            abort();
        }
    }

    if (ngx_webrtc_vp8_parse(pos, pos + size, &vp8) == NGX_OK
        && vp8.payload >= pos + size)
    {
        abort();
    }

    return 0;
}
