
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The server side of ICE-lite (RFC 8445 2.5): checks are answered, never
 * made.  A path (a pair of addresses) exists only after a check over it was
 * authenticated with our password, so nothing unauthenticated makes state;
 * the path that was nominated last is the selected one.  Checks also carry
 * consent (RFC 7675).
 *
 * Or an agent elsewhere makes all the checks ("external"): then there is one
 * path, and the agent says when it can be used and when no more.
 */


#ifndef _NGX_WEBRTC_ICE_H_INCLUDED_
#define _NGX_WEBRTC_ICE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_outbox.h>
#include <crypto/ngx_webrtc_random.h>
#include <proto/ngx_webrtc_stun.h>


/* validated paths of one peer; the oldest unselected one gives way */
#define NGX_WEBRTC_ICE_PATHS        4


typedef struct {
    ngx_webrtc_path_t         path;     /* remote.port 0: free */
    ngx_webrtc_usec_t         checked;  /* the last authenticated check */
} ngx_webrtc_ice_path_t;


typedef struct {
    ngx_str_t                 ufrag;    /* ours */
    ngx_str_t                 pwd;
    ngx_str_t                 remote_ufrag;     /* empty: not known yet */

    ngx_webrtc_ice_path_t     paths[NGX_WEBRTC_ICE_PATHS];
    ngx_webrtc_ice_path_t    *selected;
    ngx_webrtc_usec_t         consent;  /* the last check over any path */

    u_char                    ufrag_buf[NGX_WEBRTC_ICE_UFRAG_LEN];
    u_char                    pwd_buf[NGX_WEBRTC_ICE_PWD_LEN];

    unsigned                  nominated:1;
    unsigned                  external:1;
    unsigned                  lost:1;   /* external: it was given up */
} ngx_webrtc_ice_t;


ngx_int_t ngx_webrtc_ice_init(ngx_webrtc_ice_t *ice);

/* in place of those that init() has made; of the same lengths */
void ngx_webrtc_ice_set_local(ngx_webrtc_ice_t *ice, const u_char *ufrag,
    const u_char *pwd);

/* "way" stands for the remote address, see ngx_webrtc_addr_set_external() */
void ngx_webrtc_ice_set_external(ngx_webrtc_ice_t *ice,
    const ngx_webrtc_addr_t *way);
void ngx_webrtc_ice_set_reachable(ngx_webrtc_ice_t *ice,
    ngx_uint_t reachable);

/* when consent ends that has to be renewed every "timeout" */
ngx_webrtc_usec_t ngx_webrtc_ice_expires(const ngx_webrtc_ice_t *ice,
    ngx_webrtc_usec_t timeout);

/*
 * A binding request whose local ufrag is ours.  NGX_OK: authenticated and
 * answered, *entry is its path; "*evicted" becomes the address that is no
 * longer ours (port 0: none).  NGX_DECLINED: dropped, nothing was learnt.
 */
ngx_int_t ngx_webrtc_ice_input(ngx_webrtc_ice_t *ice,
    const ngx_webrtc_stun_t *stun, const ngx_webrtc_path_t *path,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out,
    ngx_webrtc_ice_path_t **entry, ngx_webrtc_addr_t *evicted);

/* the validated path with this remote address, or NULL */
ngx_webrtc_ice_path_t *ngx_webrtc_ice_find(ngx_webrtc_ice_t *ice,
    const ngx_webrtc_addr_t *remote);

/* forgets a path whose remote address another peer has proven to be its own */
void ngx_webrtc_ice_forget(ngx_webrtc_ice_t *ice,
    const ngx_webrtc_addr_t *remote);


#endif /* _NGX_WEBRTC_ICE_H_INCLUDED_ */
