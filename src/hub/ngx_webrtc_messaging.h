
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The data channels of connections.  Which ones a connection has is said when
 * it joins: we open them all once its SCTP association is up, and say
 * DATA_OPEN when the client has acknowledged every one of them.  From then on
 * a label is known by its number, the place that it had in the join.
 *
 * What a client says on a label that is forwarded goes to the label of that
 * name of the other members, and not to its front-end.
 */


#ifndef _NGX_WEBRTC_MESSAGING_H_INCLUDED_
#define _NGX_WEBRTC_MESSAGING_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


struct ngx_webrtc_label_s {
    ngx_str_t                 name;
    ngx_str_t                 protocol;
    ngx_int_t                 max_retransmits;      /* -1: not limited */
    ngx_int_t                 max_packet_life_time; /* ms; -1: not limited */
    unsigned                  ordered:1;
    unsigned                  compress:1;   /* zlib, both ways */
    unsigned                  sends:1;      /* the client may */
    unsigned                  receives:1;   /* the client wants to */
    unsigned                  forward:1;
    unsigned                  sender_id:1;  /* before what is forwarded */
};


/* NULL and 0: it has none; valid as long as the connection */
const ngx_webrtc_label_t *ngx_webrtc_connection_labels(
    ngx_webrtc_connection_t *connection, ngx_uint_t *n);

/*
 * Sends a text, or what the label makes of it.  In the handler of CLOSED it
 * is the last word before the channels are closed.  NGX_DECLINED: the label
 * is not open, or the client takes no message that large.  A client that does
 * not read what it gets is closed.
 */
ngx_int_t ngx_webrtc_hub_send(ngx_webrtc_connection_t *connection,
    ngx_uint_t label, const u_char *data, size_t len, ngx_webrtc_usec_t now);
/* what it is sent should its media be at another worker and that one go */
void ngx_webrtc_hub_set_last(ngx_webrtc_connection_t *connection,
    ngx_uint_t label, const u_char *data, size_t len);


#endif /* _NGX_WEBRTC_MESSAGING_H_INCLUDED_ */
