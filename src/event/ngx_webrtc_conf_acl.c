
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_conf_acl.h>


/*
 * Not link-local: in clouds an address of theirs tells secrets to whoever
 * asks.
 */

static ngx_str_t  ngx_webrtc_conf_private[] = {
    ngx_string("127.0.0.0/8"),
    ngx_string("10.0.0.0/8"),
    ngx_string("172.16.0.0/12"),
    ngx_string("192.168.0.0/16"),
    ngx_string("::1"),
    ngx_string("fc00::/7"),
};

#define NGX_WEBRTC_CONF_PRIVATE                                              \
    (sizeof(ngx_webrtc_conf_private) / sizeof(ngx_webrtc_conf_private[0]))


static ngx_webrtc_acl_t *ngx_webrtc_conf_create_acl(ngx_pool_t *pool,
    ngx_uint_t n);


char *
ngx_webrtc_conf_set_acl_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_int_t               rc;
    ngx_str_t              *value, all;
    ngx_uint_t              i;
    ngx_webrtc_acl_t       *acl, **field;
    ngx_webrtc_network_t   *network;

    field = (ngx_webrtc_acl_t **) (p + cmd->offset);

    if (*field) {
        return "is duplicate";
    }

    value = cf->args->elts;

    acl = ngx_webrtc_conf_create_acl(cf->pool, cf->args->nelts - 1);
    if (acl == NULL) {
        return NGX_CONF_ERROR;
    }

    *field = acl;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    ngx_str_set(&all, "::/0");

    for (i = 1; i < cf->args->nelts; i++) {
        network = &acl->networks[acl->n++];

        if (cf->args->nelts == 2 && ngx_strcmp(value[i].data, "all") == 0) {
            (void) ngx_webrtc_network_parse(network, &all);
            return NGX_CONF_OK;
        }

        rc = ngx_webrtc_network_parse(network, &value[i]);

        if (rc == NGX_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid network \"%V\"",
                               &value[i]);
            return NGX_CONF_ERROR;
        }

        if (rc == NGX_DONE) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "low address bits of %V are meaningless",
                               &value[i]);
        }
    }

    return NGX_CONF_OK;
}


ngx_webrtc_acl_t *
ngx_webrtc_conf_private_acl(ngx_pool_t *pool)
{
    ngx_webrtc_acl_t  *acl;

    acl = ngx_webrtc_conf_create_acl(pool, NGX_WEBRTC_CONF_PRIVATE);

    while (acl && acl->n < NGX_WEBRTC_CONF_PRIVATE) {
        (void) ngx_webrtc_network_parse(&acl->networks[acl->n],
                                        &ngx_webrtc_conf_private[acl->n]);
        acl->n++;
    }

    return acl;
}


/* with room for "n" networks, and none in it */

static ngx_webrtc_acl_t *
ngx_webrtc_conf_create_acl(ngx_pool_t *pool, ngx_uint_t n)
{
    ngx_webrtc_acl_t  *acl;

    acl = ngx_palloc(pool, sizeof(ngx_webrtc_acl_t));
    if (acl == NULL) {
        return NULL;
    }

    acl->n = 0;

    acl->networks = ngx_palloc(pool, n * sizeof(ngx_webrtc_network_t));
    if (acl->networks == NULL) {
        return NULL;
    }

    return acl;
}
