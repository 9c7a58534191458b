
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_arrivals.h>
#include <core/ngx_webrtc_seq.h>


/* nothing is so late: the sender counts anew */
#define NGX_WEBRTC_ARRIVALS_LATE  4096


void
ngx_webrtc_arrivals_init(ngx_webrtc_arrivals_t *arrivals)
{
    arrivals->highest = 0;
    arrivals->base = 0;
    arrivals->count = 0;
    arrivals->fb_count = 0;
    arrivals->overflow = 0;
    arrivals->due = NGX_WEBRTC_NEVER;
}


void
ngx_webrtc_arrivals_add(ngx_webrtc_arrivals_t *arrivals, uint16_t seq,
    ngx_webrtc_usec_t now)
{
    uint64_t    ext;
    ngx_uint_t  i;

    ext = arrivals->highest
          ? ngx_webrtc_seq16_extend(seq, arrivals->highest)
          : (uint64_t) 0x10000 + seq;

    if (arrivals->highest == 0
        || ext + NGX_WEBRTC_ARRIVALS_LATE < arrivals->base)
    {
        ext = (uint64_t) 0x10000 + seq;

        arrivals->highest = ext;
        arrivals->base = ext;
        arrivals->count = 0;
    }

    /* what was reported as lost already is not reported again */

    if (ext < arrivals->base) {
        return;
    }

    if (ext > arrivals->highest) {
        arrivals->highest = ext;
    }

    if (arrivals->count == NGX_WEBRTC_ARRIVALS_MAX) {
        arrivals->overflow = 1;
        return;
    }

    for (i = arrivals->count; i && arrivals->seqs[i - 1] > ext; i--) {
        /* void */
    }

    if (i && arrivals->seqs[i - 1] == ext) {
        return;
    }

    ngx_memmove(&arrivals->seqs[i + 1], &arrivals->seqs[i],
                (arrivals->count - i) * sizeof(uint64_t));
    ngx_memmove(&arrivals->items[i + 1], &arrivals->items[i],
                (arrivals->count - i) * sizeof(ngx_webrtc_twcc_item_t));

    arrivals->seqs[i] = ext;
    arrivals->items[i].seq = seq;
    arrivals->items[i].arrival = now;
    arrivals->count++;

    if (arrivals->count == NGX_WEBRTC_ARRIVALS_MAX / 2) {
        arrivals->due = now;

    } else if (arrivals->due == NGX_WEBRTC_NEVER) {
        arrivals->due = now + NGX_WEBRTC_ARRIVALS_INTERVAL;
    }
}


u_char *
ngx_webrtc_arrivals_write(ngx_webrtc_arrivals_t *arrivals, u_char *p,
    u_char *last, uint32_t sender, uint32_t media, ngx_webrtc_usec_t now)
{
    ngx_uint_t               n, left;
    ngx_webrtc_twcc_head_t   head;

    if (arrivals->count == 0) {
        arrivals->due = NGX_WEBRTC_NEVER;
        return NULL;
    }

    /* a hole too large for one feedback is not worth telling */

    if (arrivals->seqs[0] - arrivals->base > NGX_WEBRTC_ARRIVALS_MAX) {
        arrivals->base = arrivals->seqs[0];
    }

    head.sender = sender;
    head.media = media;
    head.base_seq = (uint16_t) arrivals->base;
    head.fb_count = arrivals->fb_count;

    p = ngx_webrtc_rtcp_write_twcc(p, last, &head, arrivals->items,
                                   arrivals->count, &n);
    if (p == NULL || n == 0) {
        arrivals->count = 0;
        arrivals->overflow = 0;
        arrivals->base = arrivals->highest + 1;
        arrivals->due = NGX_WEBRTC_NEVER;
        return NULL;
    }

    arrivals->fb_count++;
    arrivals->base = arrivals->seqs[n - 1] + 1;

    left = arrivals->count - n;

    ngx_memmove(arrivals->seqs, &arrivals->seqs[n], left * sizeof(uint64_t));
    ngx_memmove(arrivals->items, &arrivals->items[n],
                left * sizeof(ngx_webrtc_twcc_item_t));

    if (left == 0 && arrivals->overflow) {

        /* nothing is told of those, not even that they were lost */

        arrivals->overflow = 0;
        arrivals->base = arrivals->highest + 1;
    }

    arrivals->count = left;
    arrivals->due = left ? now : NGX_WEBRTC_NEVER;

    return p;
}
