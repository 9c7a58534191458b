
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_srtp_window.h>


#define ngx_webrtc_srtp_window_word(index)                                   \
    (((index) % NGX_WEBRTC_SRTP_WINDOW) / 64)

#define ngx_webrtc_srtp_window_bit(index)  (1ULL << ((index) % 64))


void
ngx_webrtc_srtp_window_init(ngx_webrtc_srtp_window_t *window, uint64_t index)
{
    ngx_memzero(window, sizeof(ngx_webrtc_srtp_window_t));

    window->highest = index;
    window->seen[ngx_webrtc_srtp_window_word(index)]
                                        = ngx_webrtc_srtp_window_bit(index);
}


uint64_t
ngx_webrtc_srtp_window_guess(const ngx_webrtc_srtp_window_t *window,
    uint16_t seq)
{
    int64_t   ahead;
    uint64_t  index;

    if (window->highest <= 0x8000) {

        /* there is nothing before the first turn */

        return seq;
    }

    index = (window->highest & ~0xffffULL) | seq;
    ahead = (int64_t) (index - window->highest);

    if (ahead > 0x8000) {
        return index - 0x10000;
    }

    if (ahead < -0x8000) {
        return index + 0x10000;
    }

    return index;
}


ngx_int_t
ngx_webrtc_srtp_window_check(const ngx_webrtc_srtp_window_t *window,
    uint64_t index)
{
    uint64_t  word;

    if (index > window->highest) {
        return NGX_OK;
    }

    if (window->highest - index >= NGX_WEBRTC_SRTP_WINDOW) {
        return NGX_DECLINED;
    }

    word = window->seen[ngx_webrtc_srtp_window_word(index)];

    return (word & ngx_webrtc_srtp_window_bit(index)) ? NGX_DECLINED : NGX_OK;
}


void
ngx_webrtc_srtp_window_add(ngx_webrtc_srtp_window_t *window, uint64_t index)
{
    uint64_t  next;

    if (index > window->highest) {

        if (index - window->highest >= NGX_WEBRTC_SRTP_WINDOW) {
            ngx_memzero(window->seen, sizeof(window->seen));

        } else {

            /* those that were passed over have not come yet */

            for (next = window->highest + 1; next < index; next++) {
                window->seen[ngx_webrtc_srtp_window_word(next)]
                                        &= ~ngx_webrtc_srtp_window_bit(next);
            }
        }

        window->highest = index;
    }

    window->seen[ngx_webrtc_srtp_window_word(index)]
                                        |= ngx_webrtc_srtp_window_bit(index);
}
