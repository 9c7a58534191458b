
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A full agent with one candidate (RFC 8445).  The other side's candidates
 * are tried one after another; checks answered then are consent (RFC 7675).
 */


#include "load_client.h"

#include <crypto/ngx_webrtc_stun_sign.h>


#define LOAD_ICE_RTO            (50 * NGX_WEBRTC_MSEC)
#define LOAD_ICE_RTO_MAX        (500 * NGX_WEBRTC_MSEC)
#define LOAD_ICE_TRIES          5       /* of each candidate at a time */
#define LOAD_ICE_CONSENT        (5 * NGX_WEBRTC_SEC)
#define LOAD_ICE_EXPIRES        (30 * NGX_WEBRTC_SEC)

/* peer-reflexive, local preference 65535, component 1 */
#define LOAD_ICE_PRIORITY       (110u << 24 | 65535u << 8 | 255)


static void load_ice_check(load_client_t *client);
static ngx_uint_t load_ice_controlling(load_client_t *client);
static void load_ice_request(load_client_t *client,
    const ngx_webrtc_stun_t *stun, const ngx_webrtc_addr_t *from);
static void load_ice_response(load_client_t *client,
    const ngx_webrtc_stun_t *stun, const ngx_webrtc_addr_t *from);
static ngx_uint_t load_ice_candidate(load_client_t *client,
    const ngx_webrtc_addr_t *addr);


void
load_ice_start(load_client_t *client)
{
    if (client->session.ncandidates) {
        load_ice_tick(client);
        load_client_schedule(client);
    }
}


/* the offerer, unless the other side makes no checks (RFC 8445, 6.1.1) */

static ngx_uint_t
load_ice_controlling(load_client_t *client)
{
    return client->session.offerer || client->session.lite;
}


void
load_ice_tick(load_client_t *client)
{
    ngx_webrtc_usec_t  now, delay;

    now = client->load->loop.now;

    if (client->selected) {

        if (client->consent + LOAD_ICE_EXPIRES <= now) {
            load_client_fail(client, "ICE consent has expired");
            return;
        }

        load_ice_check(client);

        /* RFC 7675, 5.1: a fifth around it at random */

        delay = client->unanswered > 1 ? LOAD_ICE_RTO_MAX
                                       : LOAD_ICE_CONSENT * 4 / 5
                                         + ngx_webrtc_random_uint32()
                                           % (LOAD_ICE_CONSENT * 2 / 5);
        client->check_due = now + delay;
        return;
    }

    if (client->unanswered == LOAD_ICE_TRIES) {
        client->unanswered = 0;
        client->candidate = (client->candidate + 1)
                            % client->session.ncandidates;
    }

    delay = LOAD_ICE_RTO << client->unanswered;
    client->check_due = now + ngx_min(delay, LOAD_ICE_RTO_MAX);

    load_ice_check(client);
}


static void
load_ice_check(load_client_t *client)
{
    u_char                     *p, *last, name[600], buf[1024];
    load_session_t             *session;
    ngx_webrtc_stun_request_t   request;

    session = &client->session;

    ngx_memzero(&request, sizeof(ngx_webrtc_stun_request_t));

    if (ngx_webrtc_random_bytes(request.transaction, 12) != NGX_OK) {
        return;
    }

    ngx_memcpy(client->transaction, request.transaction, 12);

    p = ngx_cpymem(name, session->remote_ufrag.data,
                   session->remote_ufrag.len);
    *p++ = ':';
    p = ngx_cpymem(p, session->ufrag.data, session->ufrag.len);

    request.username.data = name;
    request.username.len = p - name;
    request.password = session->remote_pwd;
    request.tie_breaker = client->tie_breaker;
    request.priority = LOAD_ICE_PRIORITY;
    request.controlling = load_ice_controlling(client);
    request.use_candidate = request.controlling;

    last = ngx_webrtc_stun_write_request(buf, buf + sizeof(buf), &request);

    if (last) {
        client->unanswered++;
        load_udp_send(client, buf, last - buf,
                      client->selected
                      ? NULL : &session->candidates[client->candidate]);
    }
}


void
load_ice_input(load_client_t *client, u_char *pos, size_t len,
    const ngx_webrtc_addr_t *from)
{
    ngx_webrtc_stun_t  stun;

    if (client->direct
        || ngx_webrtc_stun_parse(pos, pos + len, &stun) != NGX_OK
        || stun.method != NGX_WEBRTC_STUN_BINDING)
    {
        return;
    }

    switch (stun.class) {

    case NGX_WEBRTC_STUN_REQUEST:
        load_ice_request(client, &stun, from);
        break;

    case NGX_WEBRTC_STUN_RESPONSE:
        load_ice_response(client, &stun, from);
        break;

    default:
        break;
    }
}


static void
load_ice_request(load_client_t *client, const ngx_webrtc_stun_t *stun,
    const ngx_webrtc_addr_t *from)
{
    u_char      *last, buf[1024];
    ngx_uint_t   i;

    if (ngx_webrtc_stun_check(stun, &client->session.pwd) != NGX_OK) {
        return;
    }

    last = ngx_webrtc_stun_write_success(buf, buf + sizeof(buf), stun, from,
                                         &client->session.pwd);
    if (last) {
        load_udp_send(client, buf, last - buf, from);
    }

    i = load_ice_candidate(client, from);

    if (client->selected) {

        /* the controlling side has taken another pair */

        if (stun->use_candidate && !load_ice_controlling(client)) {
            client->remote = *from;
        }

        return;
    }

    /* a triggered check */

    if (i < client->session.ncandidates && client->session.remote_pwd.len) {
        client->candidate = i;
        client->unanswered = 0;
        load_ice_tick(client);
    }
}


/* where it is in the list; the end of it: there is no room for a new one */

static ngx_uint_t
load_ice_candidate(load_client_t *client, const ngx_webrtc_addr_t *addr)
{
    ngx_uint_t       i;
    load_session_t  *session;

    session = &client->session;

    for (i = 0; i < session->ncandidates; i++) {
        if (ngx_webrtc_addr_equal(&session->candidates[i], addr)) {
            return i;
        }
    }

    if (i < LOAD_CANDIDATES_MAX) {
        session->candidates[session->ncandidates++] = *addr;
    }

    return i;
}


static void
load_ice_response(load_client_t *client, const ngx_webrtc_stun_t *stun,
    const ngx_webrtc_addr_t *from)
{
    if (ngx_memcmp(stun->transaction, client->transaction, 12) != 0
        || ngx_webrtc_stun_check(stun, &client->session.remote_pwd) != NGX_OK)
    {
        return;
    }

    client->unanswered = 0;
    client->consent = client->load->loop.now;

    if (client->selected) {
        return;
    }

    client->selected = 1;
    client->remote = *from;
    client->check_due = client->load->loop.now + LOAD_ICE_CONSENT;

    /* only who nominates knows that the pair stays */

    if (load_ice_controlling(client)) {
        (void) load_udp_connect(client, from);
    }

    load_client_reached(client);
}
