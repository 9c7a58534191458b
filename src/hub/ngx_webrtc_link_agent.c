
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Full ICE: an agent of the glue reaches out to the browser.  It begins with
 * our description, so that no candidate is told before that; what the remote
 * trickles before its own is there waits.
 */


#include <hub/ngx_webrtc_gateway_internal.h>


/* of the remote, before its description */
#define NGX_WEBRTC_LINK_CANDIDATES      32
#define NGX_WEBRTC_LINK_CANDIDATE_LEN   512


static void ngx_webrtc_link_agent_handler(void *data,
    ngx_webrtc_agent_event_e event, const ngx_str_t *candidate,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_agent_tell(ngx_webrtc_link_t *link,
    ngx_webrtc_link_event_e type, const ngx_str_t *candidate,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_agent_add(ngx_webrtc_link_t *link,
    const ngx_str_t *text);
static void ngx_webrtc_link_agent_hold(ngx_webrtc_link_t *link,
    const ngx_str_t *text);
static ngx_int_t ngx_webrtc_link_agent_line(u_char **pos,
    const ngx_str_t *sdp, const ngx_str_t *word, ngx_str_t *line);


ngx_int_t
ngx_webrtc_link_agent_servers(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_conf_t *conf)
{
    ngx_uint_t                i;
    ngx_pool_t               *pool;
    ngx_webrtc_ice_server_t  *server;

    if (!ngx_webrtc_link_has_agent(link) || conf->nservers == 0) {
        return NGX_OK;
    }

    pool = link->pool;

    server = ngx_palloc(pool, conf->nservers
                              * sizeof(ngx_webrtc_ice_server_t));
    if (server == NULL) {
        return NGX_ERROR;
    }

    link->conf.servers = server;
    link->conf.nservers = conf->nservers;

    for (i = 0; i < conf->nservers; i++) {

        if (ngx_webrtc_str_copy(pool, &server[i].url, &conf->servers[i].url)
            != NGX_OK
            || ngx_webrtc_str_copy(pool, &server[i].username,
                                   &conf->servers[i].username) != NGX_OK
            || ngx_webrtc_str_copy(pool, &server[i].credential,
                                   &conf->servers[i].credential) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_link_agent_start(ngx_webrtc_link_t *link, const char **reason)
{
    ngx_webrtc_addr_t         way;
    ngx_webrtc_gateway_t     *gateway;
    ngx_webrtc_agent_conf_t   conf;
    ngx_webrtc_peer_local_t   local;

    gateway = link->gateway;

    if (link->agent || !ngx_webrtc_link_has_agent(link)) {
        return NGX_OK;
    }

    ngx_webrtc_peer_local(link->peer, &local);

    ngx_memzero(&conf, sizeof(ngx_webrtc_agent_conf_t));

    conf.ufrag = local.ufrag;
    conf.pwd = local.pwd;
    conf.handler = ngx_webrtc_link_agent_handler;
    conf.data = link;
    conf.servers = link->conf.servers;
    conf.nservers = link->conf.nservers;
    conf.controlling = link->caller;

    link->agent = gateway->glue.agent_create(gateway->glue.data, &conf, &way);

    if (link->agent == NULL) {

        if (link->caller && link->conf.or_lite && gateway->conf.ncandidates) {
            link->conf.full_ice = 0;
            return NGX_OK;
        }

        *reason = "NO-ICE-AGENT";
        return NGX_ERROR;
    }

    ngx_webrtc_peer_set_external(link->peer, &way);

    return NGX_OK;
}


void
ngx_webrtc_link_agent_destroy(ngx_webrtc_link_t *link)
{
    ngx_webrtc_gateway_t  *gateway;

    gateway = link->gateway;

    if (link->agent) {
        gateway->glue.agent_destroy(gateway->glue.data, link->agent);
        link->agent = NULL;
    }
}


static void
ngx_webrtc_link_agent_handler(void *data, ngx_webrtc_agent_event_e event,
    const ngx_str_t *candidate, ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_t *link = data;

    ngx_webrtc_gateway_t  *gateway;

    gateway = link->gateway;

    ngx_webrtc_gateway_begin(gateway);

    switch (event) {

    case NGX_WEBRTC_AGENT_CANDIDATE:
        ngx_webrtc_link_agent_tell(link, NGX_WEBRTC_LINK_CANDIDATE, candidate,
                                   now);
        break;

    case NGX_WEBRTC_AGENT_GATHERED:
        ngx_webrtc_link_agent_tell(link, NGX_WEBRTC_LINK_GATHERED, NULL, now);
        break;

    case NGX_WEBRTC_AGENT_UP:
        ngx_webrtc_peer_set_reachable(link->peer, 1, now);
        break;

    case NGX_WEBRTC_AGENT_DOWN:
        ngx_webrtc_peer_set_reachable(link->peer, 0, now);
        break;
    }

    ngx_webrtc_gateway_end(gateway);
}


/* there is one transport for all sections, it is known by the first one */

static void
ngx_webrtc_link_agent_tell(ngx_webrtc_link_t *link,
    ngx_webrtc_link_event_e type, const ngx_str_t *candidate,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_link_event_t));

    event.type = type;
    event.reason = "";
    event.mid = link->mid;

    if (candidate) {
        event.candidate = *candidate;
    }

    ngx_webrtc_link_tell_event(link, &event, now);
}


ngx_int_t
ngx_webrtc_link_agent_remote(ngx_webrtc_link_t *link)
{
    ngx_uint_t                        i, n;
    ngx_webrtc_gateway_t             *gateway;
    ngx_webrtc_negotiation_remote_t  *remote;

    gateway = link->gateway;
    remote = link->agreement.remote;

    /* it does not change in further descriptions */

    if (link->agent == NULL || link->agreed) {
        return NGX_OK;
    }

    if (gateway->glue.agent_set_remote(gateway->glue.data, link->agent,
                                       &remote->ufrag, &remote->pwd)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    n = link->ncandidates;
    link->ncandidates = 0;

    for (i = 0; i < n; i++) {
        ngx_webrtc_link_agent_add(link, &link->candidates[i]);
    }

    return NGX_OK;
}


void
ngx_webrtc_link_agent_candidate(ngx_webrtc_link_t *link,
    const ngx_str_t *text)
{
    if (!ngx_webrtc_link_has_agent(link)) {
        return;
    }

    if (link->agreed) {
        ngx_webrtc_link_agent_add(link, text);

    } else {
        ngx_webrtc_link_agent_hold(link, text);
    }
}


static void
ngx_webrtc_link_agent_add(ngx_webrtc_link_t *link, const ngx_str_t *text)
{
    ngx_int_t                    rc;
    ngx_webrtc_gateway_t        *gateway;
    ngx_webrtc_sdp_candidate_t   candidate;

    gateway = link->gateway;

    rc = ngx_webrtc_sdp_parse_candidate(text->data, text->data + text->len,
                                        &candidate);
    if (rc == NGX_ERROR) {
        return;
    }

    gateway->glue.agent_add_candidate(gateway->glue.data, link->agent,
                                      (rc == NGX_OK) ? &candidate : NULL);
}


static void
ngx_webrtc_link_agent_hold(ngx_webrtc_link_t *link, const ngx_str_t *text)
{
    if (link->candidates == NULL) {
        link->candidates = ngx_palloc(link->pool, NGX_WEBRTC_LINK_CANDIDATES
                                                  * sizeof(ngx_str_t));
        if (link->candidates == NULL) {
            return;
        }
    }

    if (link->ncandidates == NGX_WEBRTC_LINK_CANDIDATES
        || text->len > NGX_WEBRTC_LINK_CANDIDATE_LEN
        || ngx_webrtc_str_copy(link->pool,
                               &link->candidates[link->ncandidates], text)
           != NGX_OK)
    {
        return;
    }

    link->ncandidates++;
}


void
ngx_webrtc_link_agent_read(ngx_webrtc_link_t *link, const ngx_str_t *sdp)
{
    u_char     *pos;
    ngx_str_t   line;

    static const ngx_str_t  word = ngx_string("a=candidate:");

    pos = sdp->data;

    while (ngx_webrtc_link_agent_line(&pos, sdp, &word, &line) == NGX_OK) {
        ngx_webrtc_link_agent_candidate(link, &line);
    }
}


void
ngx_webrtc_link_agent_wrote(ngx_webrtc_link_t *link, const ngx_str_t *sdp)
{
    u_char     *pos;
    ngx_str_t   line;

    static const ngx_str_t  word = ngx_string("a=mid:");

    pos = sdp->data;

    if (link->agent == NULL || link->mid.len
        || ngx_webrtc_link_agent_line(&pos, sdp, &word, &line) != NGX_OK)
    {
        return;
    }

    line.data += word.len;
    line.len -= word.len;

    (void) ngx_webrtc_str_copy(link->pool, &link->mid, &line);
}


/* the next line that begins with "word"; *pos goes behind it */

static ngx_int_t
ngx_webrtc_link_agent_line(u_char **pos, const ngx_str_t *sdp,
    const ngx_str_t *word, ngx_str_t *line)
{
    u_char  *p, *end, *last;

    last = sdp->data + sdp->len;

    for (p = *pos; p < last; p = end + 1) {

        end = memchr(p, '\n', last - p);
        if (end == NULL) {
            end = last;
        }

        line->data = p;
        line->len = end - p;

        if (line->len && line->data[line->len - 1] == '\r') {
            line->len--;
        }

        if (line->len > word->len
            && ngx_memcmp(line->data, word->data, word->len) == 0)
        {
            *pos = (end < last) ? end + 1 : last;
            return NGX_OK;
        }
    }

    return NGX_DONE;
}
