
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_ers_zone.h>
#include <event/ngx_webrtc_zone_sh.h>
#include <hub/ngx_webrtc_token.h>


/* how long a token is kept for who has used it first, ms */
#define NGX_WEBRTC_ERS_ZONE_OWNED  (10 * 60 * 1000)


static ngx_int_t ngx_webrtc_ers_zone_hash(ngx_webrtc_zone_t *zone,
    const ngx_str_t *word, u_char *hash);
static ngx_uint_t ngx_webrtc_ers_zone_is_free(ngx_webrtc_ers_use_t *use);


ngx_str_t
ngx_webrtc_ers_zone_secret(ngx_webrtc_zone_t *zone)
{
    ngx_str_t  secret;

    secret.data = zone->sh->ers.secret;
    secret.len = NGX_WEBRTC_ERS_SECRET_LEN;

    return secret;
}


ngx_int_t
ngx_webrtc_ers_zone_take(ngx_webrtc_zone_t *zone, const ngx_str_t *token,
    const ngx_str_t *address, ngx_msec_t time)
{
    u_char                 word[NGX_WEBRTC_ERS_HASH];
    u_char                 who[NGX_WEBRTC_ERS_HASH];
    ngx_int_t              rc;
    ngx_uint_t             i;
    ngx_webrtc_ers_use_t  *use, *row;

    if (ngx_webrtc_ers_zone_hash(zone, token, word) != NGX_OK
        || ngx_webrtc_ers_zone_hash(zone, address, who) != NGX_OK)
    {
        return NGX_BUSY;
    }

    ngx_webrtc_zone_lock(zone);

    row = NULL;

    for (i = 0; i < NGX_WEBRTC_ERS_USES; i++) {
        use = &zone->sh->ers.uses[i];

        if (ngx_webrtc_ers_zone_is_free(use)) {
            row = row ? row : use;
            continue;
        }

        if (ngx_memcmp(use->token, word, NGX_WEBRTC_ERS_HASH) == 0) {
            row = use;
            break;
        }
    }

    rc = NGX_OK;

    if (row == NULL) {
        rc = NGX_BUSY;

    } else if (ngx_webrtc_ers_zone_is_free(row)) {
        row->used = 0;
        row->first = ngx_current_msec;
        row->until = ngx_current_msec + time;
        ngx_memcpy(row->token, word, NGX_WEBRTC_ERS_HASH);
        ngx_memcpy(row->address, who, NGX_WEBRTC_ERS_HASH);
        ngx_memory_barrier();
        row->used = 1;

    } else if (ngx_memcmp(row->address, who, NGX_WEBRTC_ERS_HASH) != 0) {
        rc = NGX_DECLINED;

    } else {
        row->until = ngx_current_msec + time;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


/* nobody reads a token from the memory of the zone */

static ngx_int_t
ngx_webrtc_ers_zone_hash(ngx_webrtc_zone_t *zone, const ngx_str_t *word,
    u_char *hash)
{
    u_char     signature[NGX_WEBRTC_SIGNATURE_LEN];
    ngx_str_t  secret;

    secret = ngx_webrtc_ers_zone_secret(zone);

    if (ngx_webrtc_token_sign(&secret, word, signature) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memcpy(hash, signature, NGX_WEBRTC_ERS_HASH);

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_ers_zone_is_free(ngx_webrtc_ers_use_t *use)
{
    ngx_msec_int_t  owned, until;

    if (!use->used) {
        return 1;
    }

    owned = (ngx_msec_int_t) (ngx_current_msec - use->first)
            - NGX_WEBRTC_ERS_ZONE_OWNED;
    until = (ngx_msec_int_t) (ngx_current_msec - use->until);

    return owned > 0 && until > 0;
}
