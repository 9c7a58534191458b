
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stream/ngx_stream_webrtc_listens.h>


#if (nginx_version >= 1025005)

static ngx_uint_t ngx_stream_webrtc_listens_at(
    const ngx_stream_conf_addr_t *addr,
    const ngx_stream_core_srv_conf_t *cscf);


ngx_int_t
ngx_stream_webrtc_listens(ngx_conf_t *cf, ngx_stream_core_srv_conf_t *cscf,
    ngx_stream_webrtc_listen_pt handler, void *data)
{
    ngx_int_t                     rc;
    ngx_uint_t                    i, n;
    ngx_stream_conf_port_t       *port;
    ngx_stream_conf_addr_t       *addr;
    ngx_stream_core_main_conf_t  *cmcf;

    cmcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);

    port = cmcf->ports ? cmcf->ports->elts : NULL;

    for (i = 0; cmcf->ports && i < cmcf->ports->nelts; i++) {
        addr = port[i].addrs.elts;

        for (n = 0; n < port[i].addrs.nelts; n++) {

            if (!ngx_stream_webrtc_listens_at(&addr[n], cscf)) {
                continue;
            }

            rc = handler(cf, &addr[n].opt, addr[n].servers.nelts > 1, data);

            if (rc != NGX_OK) {
                return rc;
            }
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_stream_webrtc_listens_at(const ngx_stream_conf_addr_t *addr,
    const ngx_stream_core_srv_conf_t *cscf)
{
    ngx_uint_t                    i;
    ngx_stream_core_srv_conf_t  **servers;

    servers = addr->servers.elts;

    for (i = 0; i < addr->servers.nelts; i++) {
        if (servers[i] == cscf) {
            return 1;
        }
    }

    return 0;
}

#else

ngx_int_t
ngx_stream_webrtc_listens(ngx_conf_t *cf, ngx_stream_core_srv_conf_t *cscf,
    ngx_stream_webrtc_listen_pt handler, void *data)
{
    ngx_int_t                     rc;
    ngx_uint_t                    i;
    ngx_stream_webrtc_listen_t   *listen;
    ngx_stream_core_main_conf_t  *cmcf;

    cmcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);

    listen = cmcf->listen.elts;

    for (i = 0; i < cmcf->listen.nelts; i++) {

        if (listen[i].ctx != cscf->ctx) {
            continue;
        }

        rc = handler(cf, &listen[i], 0, data);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}

#endif
