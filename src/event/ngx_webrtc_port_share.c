
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Ports that links of several workers want.  One that no link uses goes to
 * the worker of the link that takes it, one that only links elsewhere use to
 * one of their workers, and when a worker quits all go: the new one opens a
 * socket of its own before it changes the row, and the old one closes its own
 * when it hears of that.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_port_internal.h>
#include <event/ngx_webrtc_worker.h>


/* "id" of a mail; its body is the row */

#define NGX_WEBRTC_PORT_MAIL_CHECK  0   /* see what has become of it */
#define NGX_WEBRTC_PORT_MAIL_OFFER  1   /* take it over, please */


static ngx_webrtc_port_socket_t *ngx_webrtc_port_share_take(
    ngx_webrtc_port_row_t *row, ngx_socket_t fd,
    const ngx_webrtc_owner_t *before);
static void ngx_webrtc_port_share_mail(const ngx_webrtc_owner_t *to,
    uint64_t verb, const ngx_webrtc_port_row_t *row);


ngx_webrtc_port_socket_t *
ngx_webrtc_port_share(ngx_webrtc_port_row_t *row)
{
    ngx_int_t                   rc;
    ngx_err_t                   err;
    ngx_socket_t                fd;
    ngx_webrtc_owner_t          before;
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();
    fd = (ngx_socket_t) -1;

    rc = ngx_webrtc_port_row_find(ports->zone, row);

    if (rc == NGX_DECLINED) {
        return NULL;
    }

    if (rc == NGX_OK && row->owner.term != ports->self->term) {

        /* before it is ours, so that nothing is lost in between */

        fd = ngx_webrtc_port_udp_bind(row->port, 1, &err);

        if (fd == (ngx_socket_t) -1) {
            ngx_webrtc_port_udp_log(NGX_LOG_ERR, err,
                                    "a port could not be taken over");
            return NULL;
        }
    }

    rc = ngx_webrtc_port_row_acquire(ports->zone, row, ports->self, &before);

    socket = ngx_webrtc_port_socket_find(row->kind, row->id);

    if (rc == NGX_OK) {
        return socket;
    }

    if (socket && rc != NGX_DECLINED) {

        /* it was taken over, which we have not heard yet */

        ngx_webrtc_port_socket_close(socket);
    }

    if (rc == NGX_DONE) {
        return ngx_webrtc_port_share_take(row, fd, &before);
    }

    /* somebody else was faster, or links there use it */

    if (fd != (ngx_socket_t) -1) {
        (void) ngx_close_socket(fd);
    }

    if (rc == NGX_DECLINED) {
        return NULL;
    }

    socket = ngx_webrtc_port_socket_add(row, (ngx_socket_t) -1);

    if (socket && ngx_webrtc_port_feed_open(socket) == NGX_OK) {
        return socket;
    }

    ngx_webrtc_port_row_release(ports->zone, row, ports->self);

    if (socket) {
        ngx_webrtc_port_socket_close(socket);
    }

    return NULL;
}


/* the row is ours now */

static ngx_webrtc_port_socket_t *
ngx_webrtc_port_share_take(ngx_webrtc_port_row_t *row, ngx_socket_t fd,
    const ngx_webrtc_owner_t *before)
{
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();
    socket = NULL;

    if (fd != (ngx_socket_t) -1) {
        socket = ngx_webrtc_port_socket_add(row, fd);
    }

    ngx_webrtc_port_share_tell(before, row);

    if (socket == NULL) {
        ngx_webrtc_port_row_free(ports->zone, row);
    }

    return socket;
}


void
ngx_webrtc_port_share_again(ngx_webrtc_port_socket_t *socket)
{
    ngx_err_t                   err;
    ngx_socket_t                fd;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();

    if (ngx_webrtc_port_row_find(ports->zone, &socket->row) == NGX_DECLINED) {
        return;
    }

    if (socket->row.owner.term != ports->self->term) {
        (void) ngx_webrtc_port_feed_open(socket);
        return;
    }

    /* inherited from a worker that has gone */

    fd = ngx_webrtc_port_udp_bind(socket->row.port, 1, &err);

    if (fd == (ngx_socket_t) -1) {
        ngx_webrtc_port_udp_log(NGX_LOG_ERR, err,
                                "a port could not be taken over");
        return;
    }

    (void) ngx_webrtc_port_socket_connect(socket, fd);
}


void
ngx_webrtc_port_share_tell(const ngx_webrtc_owner_t *to,
    const ngx_webrtc_port_row_t *row)
{
    ngx_webrtc_port_share_mail(to, NGX_WEBRTC_PORT_MAIL_CHECK, row);
}


static void
ngx_webrtc_port_share_mail(const ngx_webrtc_owner_t *to, uint64_t verb,
    const ngx_webrtc_port_row_t *row)
{
    ngx_webrtc_owner_t   owner;
    ngx_webrtc_relay_t  *relay;

    owner = *to;
    relay = ngx_webrtc_worker()->relay;

    ngx_webrtc_relay_note(relay, &owner, NGX_WEBRTC_MAIL_PORT, verb, row,
                          sizeof(ngx_webrtc_port_row_t));
}


void
ngx_webrtc_port_socket_mail_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_port_row_t      row;
    ngx_webrtc_port_socket_t  *socket;

    if (ngx_webrtc_port_sockets()->gateway == NULL
        || mail->len != sizeof(ngx_webrtc_port_row_t))
    {
        return;
    }

    ngx_memcpy(&row, mail->data, sizeof(ngx_webrtc_port_row_t));

    if (mail->id == NGX_WEBRTC_PORT_MAIL_OFFER) {
        ngx_webrtc_port_share_pull(&row);
        return;
    }

    socket = ngx_webrtc_port_socket_find(row.kind, row.id);

    if (socket) {
        ngx_webrtc_port_socket_check(socket);
    }
}


void
ngx_webrtc_port_share_pull(ngx_webrtc_port_row_t *row)
{
    ngx_err_t                   err;
    ngx_socket_t                fd;
    ngx_webrtc_owner_t          before;
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();
    socket = ngx_webrtc_port_socket_find(row->kind, row->id);

    if (ports->offers
        || (socket && !socket->fed)
        || ngx_webrtc_port_row_find(ports->zone, row) == NGX_DECLINED)
    {
        return;
    }

    fd = ngx_webrtc_port_udp_bind(row->port, 1, &err);

    if (fd == (ngx_socket_t) -1) {
        ngx_webrtc_port_udp_log(NGX_LOG_ERR, err,
                                "a port could not be taken over");
        return;
    }

    if (ngx_webrtc_port_row_take(ports->zone, row, ports->self, &before)
        != NGX_OK)
    {
        (void) ngx_close_socket(fd);
        return;
    }

    if (socket == NULL) {
        (void) ngx_webrtc_port_share_take(row, fd, &before);
        return;
    }

    socket->row.owner = row->owner;

    if (ngx_webrtc_port_socket_connect(socket, fd) != NGX_OK) {
        ngx_webrtc_port_row_free(ports->zone, row);
    }

    /* what comes there until it hears of this we still get from it */

    ngx_webrtc_port_share_tell(&before, row);
}


void
ngx_webrtc_port_share_offer(ngx_webrtc_port_socket_t *socket)
{
    ngx_webrtc_owner_t          to;
    const ngx_webrtc_owner_t   *fed;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();

    fed = ngx_webrtc_port_feed_owner(socket);

    if (fed) {
        to = *fed;

    } else if (ngx_webrtc_registry_place(ports->zone, &to) != NGX_OK) {
        return;
    }

    if (to.term != ports->self->term) {
        ngx_webrtc_port_share_mail(&to, NGX_WEBRTC_PORT_MAIL_OFFER,
                                    &socket->row);
    }
}
