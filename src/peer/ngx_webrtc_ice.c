
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_stun_sign.h>
#include <peer/ngx_webrtc_ice.h>


static void ngx_webrtc_ice_reply(const ngx_webrtc_stun_t *stun,
    const ngx_webrtc_path_t *path, ngx_uint_t error, const ngx_str_t *pwd,
    ngx_webrtc_outbox_t *out);
static ngx_webrtc_ice_path_t *ngx_webrtc_ice_learn(ngx_webrtc_ice_t *ice,
    const ngx_webrtc_path_t *path, ngx_webrtc_addr_t *evicted);


ngx_int_t
ngx_webrtc_ice_init(ngx_webrtc_ice_t *ice)
{
    ngx_memzero(ice, sizeof(ngx_webrtc_ice_t));

    if (ngx_webrtc_random_ice(ice->ufrag_buf, NGX_WEBRTC_ICE_UFRAG_LEN)
        != NGX_OK
        || ngx_webrtc_random_ice(ice->pwd_buf, NGX_WEBRTC_ICE_PWD_LEN)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ice->ufrag.data = ice->ufrag_buf;
    ice->ufrag.len = NGX_WEBRTC_ICE_UFRAG_LEN;
    ice->pwd.data = ice->pwd_buf;
    ice->pwd.len = NGX_WEBRTC_ICE_PWD_LEN;

    return NGX_OK;
}


void
ngx_webrtc_ice_set_local(ngx_webrtc_ice_t *ice, const u_char *ufrag,
    const u_char *pwd)
{
    ngx_memcpy(ice->ufrag_buf, ufrag, NGX_WEBRTC_ICE_UFRAG_LEN);
    ngx_memcpy(ice->pwd_buf, pwd, NGX_WEBRTC_ICE_PWD_LEN);
}


void
ngx_webrtc_ice_set_external(ngx_webrtc_ice_t *ice,
    const ngx_webrtc_addr_t *way)
{
    ngx_memzero(ice->paths, sizeof(ice->paths));

    ice->paths[0].path.remote = *way;
    ice->selected = NULL;
    ice->external = 1;
}


void
ngx_webrtc_ice_set_reachable(ngx_webrtc_ice_t *ice, ngx_uint_t reachable)
{
    if (reachable) {
        ice->selected = &ice->paths[0];

    } else {
        ice->lost = 1;
    }
}


ngx_webrtc_usec_t
ngx_webrtc_ice_expires(const ngx_webrtc_ice_t *ice, ngx_webrtc_usec_t timeout)
{
    if (ice->lost) {
        return 0;
    }

    return ice->external ? NGX_WEBRTC_NEVER : ice->consent + timeout;
}


ngx_int_t
ngx_webrtc_ice_input(ngx_webrtc_ice_t *ice, const ngx_webrtc_stun_t *stun,
    const ngx_webrtc_path_t *path, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out, ngx_webrtc_ice_path_t **entry,
    ngx_webrtc_addr_t *evicted)
{
    ngx_webrtc_ice_path_t  *p;

    evicted->port = 0;

    if (stun->class != NGX_WEBRTC_STUN_REQUEST
        || stun->method != NGX_WEBRTC_STUN_BINDING)
    {
        return NGX_DECLINED;
    }

    /* a failed check is not answered: whoever cannot sign is not told why */

    if (ngx_webrtc_stun_check(stun, &ice->pwd) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (ice->remote_ufrag.len
        && (stun->remote_ufrag.len != ice->remote_ufrag.len
            || ngx_memcmp(stun->remote_ufrag.data, ice->remote_ufrag.data,
                          ice->remote_ufrag.len)
               != 0))
    {
        return NGX_DECLINED;
    }

    if (stun->nunknown) {
        ngx_webrtc_ice_reply(stun, path, NGX_WEBRTC_STUN_UNKNOWN_ATTRIBUTE,
                             &ice->pwd, out);
        return NGX_DECLINED;
    }

    if (stun->controlled) {

        /* a lite agent is always the controlled one */

        ngx_webrtc_ice_reply(stun, path, NGX_WEBRTC_STUN_ROLE_CONFLICT,
                             &ice->pwd, out);
        return NGX_DECLINED;
    }

    p = ngx_webrtc_ice_learn(ice, path, evicted);

    p->checked = now;
    ice->consent = now;

    /* before a nomination the first path that works carries DTLS */

    if (stun->use_candidate || !ice->nominated) {
        if (stun->use_candidate || ice->selected == NULL) {
            ice->selected = p;
        }

        ice->nominated |= stun->use_candidate;
    }

    ngx_webrtc_ice_reply(stun, path, 0, &ice->pwd, out);

    *entry = p;

    return NGX_OK;
}


static void
ngx_webrtc_ice_reply(const ngx_webrtc_stun_t *stun,
    const ngx_webrtc_path_t *path, ngx_uint_t error, const ngx_str_t *pwd,
    ngx_webrtc_outbox_t *out)
{
    u_char  *p, *last;

    p = ngx_webrtc_outbox_reserve(out, NGX_WEBRTC_STUN_MAX);
    if (p == NULL) {
        out->dropped++;
        return;
    }

    if (error) {
        last = ngx_webrtc_stun_write_error(p, p + NGX_WEBRTC_STUN_MAX, stun,
                                           error, pwd);
    } else {
        last = ngx_webrtc_stun_write_success(p, p + NGX_WEBRTC_STUN_MAX,
                                             stun, &path->remote, pwd);
    }

    if (last) {
        ngx_webrtc_outbox_commit(out, path, last - p, 0);
    }
}


static ngx_webrtc_ice_path_t *
ngx_webrtc_ice_learn(ngx_webrtc_ice_t *ice, const ngx_webrtc_path_t *path,
    ngx_webrtc_addr_t *evicted)
{
    ngx_uint_t              i;
    ngx_webrtc_ice_path_t  *p, *oldest;

    p = ngx_webrtc_ice_find(ice, &path->remote);
    if (p) {
        p->path.local = path->local;
        return p;
    }

    oldest = NULL;

    for (i = 0; i < NGX_WEBRTC_ICE_PATHS; i++) {
        p = &ice->paths[i];

        if (p->path.remote.port == 0) {
            oldest = p;
            break;
        }

        if (p == ice->selected) {
            continue;
        }

        if (oldest == NULL || p->checked < oldest->checked) {
            oldest = p;
        }
    }

    if (oldest->path.remote.port) {
        *evicted = oldest->path.remote;
    }

    oldest->path = *path;

    return oldest;
}


ngx_webrtc_ice_path_t *
ngx_webrtc_ice_find(ngx_webrtc_ice_t *ice, const ngx_webrtc_addr_t *remote)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBRTC_ICE_PATHS; i++) {
        if (ngx_webrtc_addr_equal(&ice->paths[i].path.remote, remote)) {
            return &ice->paths[i];
        }
    }

    return NULL;
}


void
ngx_webrtc_ice_forget(ngx_webrtc_ice_t *ice, const ngx_webrtc_addr_t *remote)
{
    ngx_webrtc_ice_path_t  *p;

    p = ngx_webrtc_ice_find(ice, remote);
    if (p == NULL) {
        return;
    }

    ngx_memzero(p, sizeof(ngx_webrtc_ice_path_t));

    if (ice->selected == p) {
        ice->selected = NULL;
        ice->nominated = 0;
    }
}
