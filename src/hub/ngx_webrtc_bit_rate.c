
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_bit_rate.h>
#include <hub/ngx_webrtc_member.h>


/* sharing does not go below it, kbit/s */
#define NGX_WEBRTC_BIT_RATE_MIN     100

/* so many have what they asked for; all together get no more than that */
#define NGX_WEBRTC_BIT_RATE_SHARES  2


static void ngx_webrtc_bit_rate_apply(ngx_webrtc_connection_t *connection,
    uint32_t bit_rate, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_bit_rate_shares(
    const ngx_webrtc_connection_t *connection);


ngx_int_t
ngx_webrtc_connection_set_bit_rate(ngx_webrtc_connection_t *connection,
    uint32_t bit_rate, ngx_webrtc_usec_t now)
{
    uint32_t           max;
    ngx_webrtc_hub_t  *hub;

    hub = connection->hub;

    if (connection->info.spotlight) {
        return NGX_ABORT;
    }

    if (connection->tracks[NGX_WEBRTC_VIDEO].section == NULL) {
        return NGX_DECLINED;
    }

    max = hub->conf.max_video_bit_rate;

    if (max) {
        bit_rate = ngx_min(bit_rate, max);
    }

    ngx_webrtc_hub_begin(hub);

    connection->fixed_rate = 1;
    ngx_webrtc_bit_rate_apply(connection, bit_rate, now);

    ngx_webrtc_hub_end(hub);

    return NGX_OK;
}


uint32_t
ngx_webrtc_connection_bit_rate(ngx_webrtc_connection_t *connection)
{
    return connection->bit_rate;
}


static void
ngx_webrtc_bit_rate_apply(ngx_webrtc_connection_t *connection,
    uint32_t bit_rate, ngx_webrtc_usec_t now)
{
    connection->bit_rate = bit_rate;

    ngx_webrtc_peer_set_bit_rate(connection->peer, bit_rate * 1000ULL);

    ngx_webrtc_negotiation_set_bit_rate(
                  connection->tracks[NGX_WEBRTC_VIDEO].section, bit_rate);

    ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_OFFER, now);
}


/*
 * Of n senders each may use 2/n of its bit rate, so that what a member gets
 * from all the others stays below twice the bit rate of one.
 */

void
ngx_webrtc_bit_rate_share(ngx_webrtc_channel_t *channel,
    ngx_webrtc_usec_t now)
{
    uint32_t                  bit_rate, asked;
    ngx_uint_t                n;
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_channel_next(channel, NULL);

    if (connection == NULL || !connection->hub->conf.bit_rate_sharing) {
        return;
    }

    n = 0;

    for ( /* void */ ;
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        n += ngx_webrtc_bit_rate_shares(connection);
    }

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        if (connection->fixed_rate
            || !ngx_webrtc_bit_rate_shares(connection))
        {
            continue;
        }

        asked = connection->info.video_bit_rate;
        bit_rate = asked;

        if (n > NGX_WEBRTC_BIT_RATE_SHARES) {
            bit_rate = asked * NGX_WEBRTC_BIT_RATE_SHARES / n;
            bit_rate = ngx_max(bit_rate, NGX_WEBRTC_BIT_RATE_MIN);
            bit_rate = ngx_min(bit_rate, asked);
        }

        if (bit_rate != connection->bit_rate) {
            ngx_webrtc_bit_rate_apply(connection, bit_rate, now);
        }
    }
}


/* receivers of simulcast take the layer that they can: nothing to share */

static ngx_uint_t
ngx_webrtc_bit_rate_shares(const ngx_webrtc_connection_t *connection)
{
    return connection->live
           && connection->info.role == NGX_WEBRTC_SENDRECV
           && !connection->info.simulcast
           && !connection->info.spotlight
           && connection->tracks[NGX_WEBRTC_VIDEO].source != NULL;
}
