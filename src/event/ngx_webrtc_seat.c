
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <sys/eventfd.h>
#include <event/ngx_webrtc_mailbox.h>
#include <event/ngx_webrtc_seat.h>


/* seats without a port, for workers that find no free port: they relay */
#define NGX_WEBRTC_SEATS_SPARE  2       /* for each worker */


static ngx_int_t ngx_webrtc_seat_add(ngx_webrtc_zone_t *zone);
static void ngx_webrtc_seat_assign(ngx_webrtc_zone_t *zone, in_port_t port);
static ngx_uint_t ngx_webrtc_seat_is_wanted(ngx_webrtc_conf_t *conf,
    in_port_t port);
static ngx_uint_t ngx_webrtc_seat_find_free(ngx_webrtc_zone_t *zone,
    ngx_uint_t spare);
static ngx_int_t ngx_webrtc_seat_free(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *gone);


/* inherited by every worker: numbers and generation stay what they are */

static ngx_socket_t  ngx_webrtc_seat_eventfds[NGX_WEBRTC_SEATS_MAX];
static ngx_uint_t    ngx_webrtc_seat_neventfds;
static ngx_uint_t    ngx_webrtc_seat_generation;

/* the claim of this process */

static uint64_t      ngx_webrtc_seat_term;


static ngx_uint_t
ngx_webrtc_seat_is_wanted(ngx_webrtc_conf_t *conf, in_port_t port)
{
    ngx_uint_t  i;

    for (i = 0; conf->media && i < conf->media->nports; i++) {
        if (conf->media->ports[i] == port) {
            return 1;
        }
    }

    return 0;
}


/* a spare one; in the zone for ever */

static ngx_int_t
ngx_webrtc_seat_add(ngx_webrtc_zone_t *zone)
{
    u_char                *p;
    ngx_webrtc_seat_t     *seat;
    ngx_webrtc_zone_sh_t  *sh;

    sh = zone->sh;

    if (sh->nseats == NGX_WEBRTC_SEATS_MAX) {
        return NGX_ERROR;
    }

    p = ngx_slab_alloc_locked(zone->shpool, zone->conf->mailbox_size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    seat = &sh->seats[sh->nseats];

    ngx_memzero(seat, sizeof(ngx_webrtc_seat_t));
    ngx_webrtc_mail_ring_init(&seat->mail, p, zone->conf->mailbox_size);

    ngx_memory_barrier();
    sh->nseats++;

    return NGX_OK;
}


/*
 * Ports that have no seat yet get a spare one, or that of a port which the
 * configuration has no more.  Nothing is changed unless there is one for
 * each, so that a refused configuration leaves the running one as it was.
 */

ngx_int_t
ngx_webrtc_seats_prepare(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t           i, n, missing, wanted, spare, free;
    ngx_webrtc_seat_t   *seat;
    ngx_webrtc_media_t  *media;

    media = zone->conf->media;

    if (media == NULL) {
        return NGX_OK;
    }

    missing = media->nports;
    spare = 0;
    free = 0;

    for (n = 0; n < zone->sh->nseats; n++) {
        seat = &zone->sh->seats[n];

        if (seat->port == 0) {
            spare++;
            free += (seat->pid == 0);

        } else if (ngx_webrtc_seat_is_wanted(zone->conf, seat->port)) {
            missing--;

        } else {
            free += (seat->pid == 0);
        }
    }

    wanted = missing + zone->conf->workers * NGX_WEBRTC_SEATS_SPARE;

    while (spare < wanted && ngx_webrtc_seat_add(zone) == NGX_OK) {
        spare++;
        free++;
    }

    if (free < missing) {
        return NGX_ERROR;
    }

    for (i = 0; i < media->nports; i++) {
        ngx_webrtc_seat_assign(zone, media->ports[i]);
    }

    return NGX_OK;
}


static void
ngx_webrtc_seat_assign(ngx_webrtc_zone_t *zone, in_port_t port)
{
    ngx_uint_t          n;
    ngx_webrtc_seat_t  *seat, *spare, *old;

    spare = NULL;
    old = NULL;

    for (n = 0; n < zone->sh->nseats; n++) {
        seat = &zone->sh->seats[n];

        if (seat->port == port) {
            return;
        }

        if (seat->pid) {
            continue;
        }

        if (seat->port == 0) {
            spare = spare ? spare : seat;

        } else if (!ngx_webrtc_seat_is_wanted(zone->conf, seat->port)) {
            old = old ? old : seat;
        }
    }

    seat = old ? old : spare;

    if (seat) {
        seat->port = port;
    }
}


ngx_int_t
ngx_webrtc_seats_start(ngx_webrtc_zone_t *zone, ngx_log_t *log)
{
    int         fd;
    ngx_uint_t  n;

    ngx_webrtc_zone_lock(zone);

    ngx_webrtc_seat_generation = ++zone->sh->generation;
    n = zone->sh->nseats;

    ngx_webrtc_zone_unlock(zone);

    while (ngx_webrtc_seat_neventfds < n) {

        fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

        if (fd == -1) {
            ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "eventfd() failed");
            return NGX_ERROR;
        }

        ngx_webrtc_seat_eventfds[ngx_webrtc_seat_neventfds++] = fd;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_seat_claim(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self)
{
    ngx_uint_t          n;
    ngx_webrtc_seat_t  *seat;

    ngx_webrtc_zone_lock(zone);

    n = ngx_webrtc_seat_find_free(zone, 0);

    if (n == NGX_WEBRTC_SEAT_NONE) {
        n = ngx_webrtc_seat_find_free(zone, 1);
    }

    if (n == NGX_WEBRTC_SEAT_NONE) {
        ngx_webrtc_zone_unlock(zone);
        return NGX_DECLINED;
    }

    seat = &zone->sh->seats[n];

    self->seat = n;
    self->term = ++zone->sh->term;

    seat->term = self->term;
    seat->generation = ngx_webrtc_seat_generation;
    seat->quitting = 0;
    seat->dead = 0;
    seat->spreads = 0;
    seat->packets = 0;
    seat->transports = 0;
    ngx_webrtc_mail_ring_reset(&seat->mail);

    /* the store that counts */

    ngx_memory_barrier();
    seat->pid = ngx_pid;

    ngx_webrtc_seat_term = self->term;

    ngx_webrtc_zone_unlock(zone);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_seat_upgrade(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self)
{
    ngx_uint_t          n;
    ngx_webrtc_seat_t  *seat;

    ngx_webrtc_zone_lock(zone);

    seat = ngx_webrtc_zone_seat(zone, self);
    n = ngx_webrtc_seat_find_free(zone, 0);

    if (seat == NULL || n == NGX_WEBRTC_SEAT_NONE) {
        ngx_webrtc_zone_unlock(zone);
        return NGX_DECLINED;
    }

    /* in this order: who dies in between loses no port */

    seat->port = zone->sh->seats[n].port;
    ngx_memory_barrier();
    zone->sh->seats[n].port = 0;

    ngx_webrtc_zone_unlock(zone);

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_seat_find_free(ngx_webrtc_zone_t *zone, ngx_uint_t spare)
{
    ngx_uint_t          n;
    ngx_webrtc_seat_t  *seat;

    for (n = 0; n < ngx_webrtc_seat_neventfds; n++) {
        seat = &zone->sh->seats[n];

        if (seat->pid == 0
            && (spare ? seat->port == 0
                      : ngx_webrtc_seat_is_wanted(zone->conf, seat->port)))
        {
            return n;
        }
    }

    return NGX_WEBRTC_SEAT_NONE;
}


void
ngx_webrtc_seat_release(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self)
{
    ngx_webrtc_seat_t  *seat;

    ngx_webrtc_zone_lock(zone);

    seat = ngx_webrtc_zone_seat(zone, self);

    if (seat) {
        ngx_webrtc_zone_clean(zone, self);
        ngx_webrtc_mail_ring_reset(&seat->mail);

        ngx_memory_barrier();
        seat->pid = 0;
    }

    ngx_webrtc_zone_unlock(zone);

    ngx_webrtc_seat_term = 0;

    if (seat) {
        ngx_webrtc_seats_tell(zone, NGX_WEBRTC_MAIL_GONE, self,
                              sizeof(ngx_webrtc_owner_t));
    }

    self->seat = NGX_WEBRTC_SEAT_NONE;
}


void
ngx_webrtc_seat_quit(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self)
{
    ngx_webrtc_seat_t  *seat;

    ngx_webrtc_zone_lock(zone);

    seat = ngx_webrtc_zone_seat(zone, self);

    if (seat) {
        seat->quitting = 1;
    }

    ngx_webrtc_zone_unlock(zone);
}


ngx_uint_t
ngx_webrtc_seat_channels(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self)
{
    if (self->seat >= zone->sh->nseats) {
        return 0;
    }

    return zone->sh->seats[self->seat].channels;
}


in_port_t
ngx_webrtc_seat_port(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self)
{
    return zone->sh->seats[self->seat].port;
}


ngx_uint_t
ngx_webrtc_seat_is_dead(ngx_webrtc_seat_t *seat)
{
    if (seat->pid == ngx_pid) {

        /* of an earlier process with the same number? */

        return seat->term != ngx_webrtc_seat_term;
    }

    /* EPERM: lives, under another user */

    return kill(seat->pid, 0) == -1 && ngx_errno == NGX_ESRCH;
}


void
ngx_webrtc_seats_check(ngx_webrtc_zone_t *zone, ngx_log_t *log)
{
    ngx_pid_t            pid;
    ngx_uint_t           i;
    ngx_webrtc_seat_t   *seat;
    ngx_webrtc_owner_t   gone;

    for (i = 0; i < zone->sh->nseats; i++) {
        seat = &zone->sh->seats[i];

        if (seat->pid == 0 || !ngx_webrtc_seat_is_dead(seat)) {
            continue;
        }

        ngx_webrtc_zone_lock(zone);

        /* somebody else may have been faster */

        pid = seat->pid;

        if (pid == 0 || !ngx_webrtc_seat_is_dead(seat)) {
            ngx_webrtc_zone_unlock(zone);
            continue;
        }

        gone.seat = i;
        gone.term = seat->term;

        ngx_webrtc_zone_clean(zone, &gone);
        seat->dead = 1;

        ngx_webrtc_zone_unlock(zone);

        /* if we die here the next one begins anew: twice is harmless */

        ngx_webrtc_seats_tell(zone, NGX_WEBRTC_MAIL_GONE, &gone,
                              sizeof(ngx_webrtc_owner_t));

        if (ngx_webrtc_seat_free(zone, &gone) == NGX_OK) {
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "webrtc worker %P died on seat %ui, its channels "
                          "have ended", pid, i);
        }
    }
}


/* NGX_DECLINED: somebody else was faster */

static ngx_int_t
ngx_webrtc_seat_free(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *gone)
{
    ngx_int_t           rc;
    ngx_webrtc_seat_t  *seat;

    seat = &zone->sh->seats[gone->seat];
    rc = NGX_DECLINED;

    ngx_webrtc_zone_lock(zone);

    if (seat->pid && seat->term == gone->term) {
        seat->pid = 0;
        rc = NGX_OK;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


void
ngx_webrtc_seats_tell(ngx_webrtc_zone_t *zone, ngx_webrtc_mail_e type,
    const void *body, size_t len)
{
    ngx_uint_t          i;
    ngx_webrtc_seat_t  *seat;
    ngx_webrtc_owner_t  to;

    for (i = 0; i < zone->sh->nseats; i++) {
        seat = &zone->sh->seats[i];

        if (seat->pid == 0) {
            continue;
        }

        to.seat = i;
        to.term = seat->term;

        (void) ngx_webrtc_mailbox_send(&to, type, 0, body, len, NULL, 0);
    }
}


ngx_socket_t
ngx_webrtc_seat_eventfd(ngx_uint_t seat)
{
    return (seat < ngx_webrtc_seat_neventfds) ? ngx_webrtc_seat_eventfds[seat]
                                              : (ngx_socket_t) -1;
}


void
ngx_webrtc_seat_wake(ngx_uint_t seat)
{
    uint64_t      one;
    ngx_socket_t  fd;

    fd = ngx_webrtc_seat_eventfd(seat);

    if (fd == (ngx_socket_t) -1) {

        /* its owner is newer than us and looks from time to time */

        return;
    }

    one = 1;

    if (write(fd, &one, sizeof(uint64_t)) == -1 && ngx_errno != NGX_EAGAIN) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "eventfd write() failed");
    }
}
