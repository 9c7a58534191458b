
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A message of one client on its way to the others.  They may have asked for
 * it in four forms, compressed or not, with or without the sender's id; each
 * form is made once, however many there are who want it.
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_member.h>


#define NGX_WEBRTC_FANOUT_COMPRESS  1
#define NGX_WEBRTC_FANOUT_SENDER    2
#define NGX_WEBRTC_FANOUT_FORMS     4


static ngx_int_t ngx_webrtc_fanout_wants(ngx_webrtc_connection_t *receiver,
    const ngx_webrtc_label_t *label, ngx_uint_t form);
static ngx_int_t ngx_webrtc_fanout_form(ngx_webrtc_connection_t *sender,
    const ngx_str_t *message, ngx_uint_t form, ngx_str_t *out);
static ngx_int_t ngx_webrtc_fanout_prepend(ngx_webrtc_connection_t *sender,
    const ngx_str_t *message, ngx_str_t *out);


void
ngx_webrtc_messaging_fanout(ngx_webrtc_connection_t *connection,
    ngx_uint_t n, const ngx_str_t *message, ngx_uint_t binary,
    ngx_webrtc_usec_t now)
{
    ngx_int_t                 i;
    ngx_str_t                 out;
    ngx_uint_t                form, made;
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *receiver;

    channel = connection->channel;

    /* one of them may be closed on the way */

    ngx_webrtc_hub_begin(connection->hub);

    for (form = 0; form < NGX_WEBRTC_FANOUT_FORMS; form++) {
        made = 0;

        for (receiver = ngx_webrtc_channel_next(channel, NULL);
             receiver;
             receiver = ngx_webrtc_channel_next(channel, receiver))
        {
            if (receiver == connection
                || !ngx_webrtc_connection_apart(receiver, connection))
            {
                continue;
            }

            i = ngx_webrtc_fanout_wants(receiver,
                                        &connection->messaging->labels[n],
                                        form);
            if (i == NGX_DECLINED) {
                continue;
            }

            if (!made) {
                if (ngx_webrtc_fanout_form(connection, message, form, &out)
                    != NGX_OK)
                {
                    break;
                }

                made = 1;
            }

            (void) ngx_webrtc_messaging_send(receiver, i, &out,
                                binary || (form & NGX_WEBRTC_FANOUT_COMPRESS),
                                now);
        }
    }

    ngx_webrtc_hub_end(connection->hub);
}


/* the number of the receiver's label */

static ngx_int_t
ngx_webrtc_fanout_wants(ngx_webrtc_connection_t *receiver,
    const ngx_webrtc_label_t *label, ngx_uint_t form)
{
    ngx_uint_t               i, wanted;
    ngx_webrtc_label_t      *own;
    ngx_webrtc_messaging_t  *messaging;

    messaging = receiver->messaging;

    if (messaging == NULL || !messaging->open) {
        return NGX_DECLINED;
    }

    for (i = 0; i < messaging->nlabels; i++) {
        own = &messaging->labels[i];

        if (!own->forward
            || !ngx_webrtc_str_equal(&own->name, &label->name))
        {
            continue;
        }

        wanted = (own->compress ? NGX_WEBRTC_FANOUT_COMPRESS : 0)
                 | (own->sender_id ? NGX_WEBRTC_FANOUT_SENDER : 0);

        return (own->receives && wanted == form) ? (ngx_int_t) i
                                                 : NGX_DECLINED;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_webrtc_fanout_form(ngx_webrtc_connection_t *sender,
    const ngx_str_t *message, ngx_uint_t form, ngx_str_t *out)
{
    *out = *message;

    if ((form & NGX_WEBRTC_FANOUT_SENDER)
        && ngx_webrtc_fanout_prepend(sender, message, out) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (form & NGX_WEBRTC_FANOUT_COMPRESS) {
        return ngx_webrtc_zlib_deflate(sender->hub->zlib, out->data, out->len,
                                       out);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_fanout_prepend(ngx_webrtc_connection_t *sender,
    const ngx_str_t *message, ngx_str_t *out)
{
    u_char            *p;
    ngx_webrtc_hub_t  *hub;

    hub = sender->hub;

    out->len = NGX_WEBRTC_ID_LEN + message->len;

    out->data = ngx_webrtc_hub_buffer(hub, out->len);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(out->data, sender->info.connection_id, NGX_WEBRTC_ID_LEN);

    if (message->len) {
        ngx_memcpy(p, message->data, message->len);
    }

    return NGX_OK;
}
