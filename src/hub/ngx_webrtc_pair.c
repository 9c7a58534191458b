
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what is asked of one sender for one receiver */


#include <hub/ngx_webrtc_member.h>


static void ngx_webrtc_pair_remove(ngx_webrtc_pair_t *pair);


ngx_webrtc_pair_t *
ngx_webrtc_pair_find(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender)
{
    ngx_queue_t        *q;
    ngx_webrtc_pair_t  *pair;

    for (q = ngx_queue_head(&receiver->senders);
         q != ngx_queue_sentinel(&receiver->senders);
         q = ngx_queue_next(q))
    {
        pair = ngx_queue_data(q, ngx_webrtc_pair_t, by_receiver);

        if (pair->sender == sender) {
            return pair;
        }
    }

    return NULL;
}


ngx_webrtc_pair_t *
ngx_webrtc_pair_get(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender)
{
    ngx_webrtc_pair_t  *pair;

    pair = ngx_webrtc_pair_find(receiver, sender);
    if (pair) {
        return pair;
    }

    pair = ngx_calloc(sizeof(ngx_webrtc_pair_t), receiver->hub->log);
    if (pair == NULL) {
        return NULL;
    }

    pair->receiver = receiver;
    pair->sender = sender;

    ngx_queue_insert_tail(&receiver->senders, &pair->by_receiver);
    ngx_queue_insert_tail(&sender->receivers, &pair->by_sender);

    return pair;
}


void
ngx_webrtc_pair_release(ngx_webrtc_pair_t *pair)
{
    if (!pair->has_layer && !pair->has_rids && !pair->paused) {
        ngx_webrtc_pair_remove(pair);
    }
}


static void
ngx_webrtc_pair_remove(ngx_webrtc_pair_t *pair)
{
    ngx_queue_remove(&pair->by_receiver);
    ngx_queue_remove(&pair->by_sender);
    ngx_free(pair);
}


void
ngx_webrtc_pair_remove_all(ngx_webrtc_connection_t *connection)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&connection->senders)) {
        q = ngx_queue_head(&connection->senders);
        ngx_webrtc_pair_remove(
                          ngx_queue_data(q, ngx_webrtc_pair_t, by_receiver));
    }

    while (!ngx_queue_empty(&connection->receivers)) {
        q = ngx_queue_head(&connection->receivers);
        ngx_webrtc_pair_remove(
                            ngx_queue_data(q, ngx_webrtc_pair_t, by_sender));
    }
}


const char *
ngx_webrtc_pair_check(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_webrtc_connection_t **sender)
{
    *sender = NULL;

    /* its pairs are gone */

    if (receiver->left) {
        return "CONNECTION-NOT-FOUND";
    }

    if (sender_id && sender_id->len) {
        *sender = ngx_webrtc_hub_find(receiver->hub,
                                      &receiver->info.channel_id, sender_id);
        if (*sender == NULL) {
            return "CONNECTION-NOT-FOUND";
        }
    }

    if (*sender == receiver) {
        return "SAME-CONNECTION";
    }

    if (receiver->info.role == NGX_WEBRTC_SENDONLY || !receiver->info.video) {
        return "NOT-A-RECEIVER";
    }

    if (*sender == NULL) {
        return NULL;
    }

    if ((*sender)->info.role == NGX_WEBRTC_RECVONLY || !(*sender)->info.video)
    {
        return "NOT-A-SENDER";
    }

    if (!ngx_webrtc_connection_apart(receiver, *sender)) {
        return "SAME-BUNDLE";
    }

    return NULL;
}
