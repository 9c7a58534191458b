
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_pause.h>


const char *
ngx_webrtc_pause_set(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_uint_t paused, ngx_webrtc_usec_t now)
{
    const char               *reason;
    ngx_webrtc_hub_t         *hub;
    ngx_webrtc_pair_t        *pair;
    ngx_webrtc_connection_t  *sender;

    reason = ngx_webrtc_pair_check(receiver, sender_id, &sender);

    if (reason) {
        return reason;
    }

    if (sender == NULL) {
        return "CONNECTION-NOT-FOUND";
    }

    pair = paused ? ngx_webrtc_pair_get(receiver, sender)
                  : ngx_webrtc_pair_find(receiver, sender);

    if (pair == NULL) {
        return paused ? "NO-MEMORY" : NULL;
    }

    hub = receiver->hub;

    ngx_webrtc_hub_begin(hub);

    if (pair->paused != paused) {
        pair->paused = paused;

        ngx_webrtc_reception_apply_video(receiver, sender, now);
    }

    ngx_webrtc_pair_release(pair);

    ngx_webrtc_hub_end(hub);

    return NULL;
}


void
ngx_webrtc_pause_each(ngx_webrtc_channel_t *channel,
    ngx_webrtc_pause_pt handler, void *data)
{
    ngx_queue_t              *q;
    ngx_webrtc_pair_t        *pair;
    ngx_webrtc_connection_t  *receiver;

    for (receiver = ngx_webrtc_channel_next(channel, NULL);
         receiver;
         receiver = ngx_webrtc_channel_next(channel, receiver))
    {
        for (q = ngx_queue_head(&receiver->senders);
             q != ngx_queue_sentinel(&receiver->senders);
             q = ngx_queue_next(q))
        {
            pair = ngx_queue_data(q, ngx_webrtc_pair_t, by_receiver);

            if (pair->paused) {
                handler(receiver, pair->sender, data);
            }
        }
    }
}
