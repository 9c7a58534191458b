
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <crypto/ngx_webrtc_random.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_ers_zone.h>
#include <event/ngx_webrtc_zone_sh.h>
#include <hub/ngx_webrtc_token.h>


static ngx_int_t ngx_webrtc_ers_zone_hash(ngx_webrtc_zone_t *zone,
    const ngx_str_t *word, u_char *hash);
static ngx_webrtc_ers_use_t *ngx_webrtc_ers_zone_find(ngx_webrtc_zone_t *zone,
    const u_char *word, ngx_uint_t place);
static ngx_uint_t ngx_webrtc_ers_zone_is_free(ngx_webrtc_zone_t *zone,
    ngx_webrtc_ers_use_t *use);


ngx_int_t
ngx_webrtc_ers_zone_init(ngx_webrtc_zone_t *zone)
{
    ngx_webrtc_ers_sh_t  *sh;

    sh = &zone->sh->ers;

    if (ngx_webrtc_random_bytes(sh->secret, NGX_WEBRTC_ERS_SECRET_LEN)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, zone->log, 0,
                      "webrtc random bytes could not be made");
        return NGX_ERROR;
    }

    sh->nuses = zone->conf->evostream.ers_max_tokens;
    sh->uses = ngx_slab_calloc(zone->shpool,
                               sh->nuses * sizeof(ngx_webrtc_ers_use_t));

    if (sh->uses == NULL) {
        ngx_log_error(NGX_LOG_EMERG, zone->log, 0,
                      "\"webrtc_zone\" is too small for %ui tokens in use, "
                      "in %s:%ui", sh->nuses, zone->conf->zone_file,
                      zone->conf->zone_line);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_webrtc_ers_zone_check(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t  n;

    n = zone->sh->ers.nuses;

    if (zone->conf->evostream.ers_max_tokens != n) {
        ngx_log_error(NGX_LOG_WARN, zone->log, 0,
                      "\"webrtc_evostream_ers_max_tokens\" stays %ui until "
                      "nginx is restarted", n);
    }
}


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
    const ngx_str_t *address, ngx_msec_t time, ngx_uint_t *place)
{
    u_char                 word[NGX_WEBRTC_ERS_HASH];
    u_char                 who[NGX_WEBRTC_ERS_HASH];
    ngx_int_t              rc;
    ngx_webrtc_ers_use_t  *row;

    if (ngx_webrtc_ers_zone_hash(zone, token, word) != NGX_OK
        || ngx_webrtc_ers_zone_hash(zone, address, who) != NGX_OK)
    {
        return NGX_BUSY;
    }

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_ers_zone_find(zone, word, *place);
    rc = NGX_OK;

    if (row == NULL) {
        rc = NGX_BUSY;

    } else if (ngx_webrtc_ers_zone_is_free(zone, row)) {
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

    if (row) {
        *place = row - zone->sh->ers.uses;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


/* under the lock: the row of the token, or else a free one; NULL: none */

static ngx_webrtc_ers_use_t *
ngx_webrtc_ers_zone_find(ngx_webrtc_zone_t *zone, const u_char *word,
    ngx_uint_t place)
{
    ngx_uint_t             i;
    ngx_webrtc_ers_sh_t   *sh;
    ngx_webrtc_ers_use_t  *use, *row;

    sh = &zone->sh->ers;
    row = NULL;

    /* first where it was the last time, which may have been anywhere */

    for (i = 0; i <= sh->nuses; i++) {
        use = &sh->uses[i ? i - 1 : place % sh->nuses];

        if (ngx_webrtc_ers_zone_is_free(zone, use)) {
            row = row ? row : use;

        } else if (ngx_memcmp(use->token, word, NGX_WEBRTC_ERS_HASH) == 0) {
            return use;
        }
    }

    return row;
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
ngx_webrtc_ers_zone_is_free(ngx_webrtc_zone_t *zone,
    ngx_webrtc_ers_use_t *use)
{
    ngx_msec_int_t  owned, until;

    if (!use->used) {
        return 1;
    }

    owned = (ngx_msec_int_t) (ngx_current_msec - use->first)
            - (ngx_msec_int_t) zone->conf->evostream.ers_token_time;
    until = (ngx_msec_int_t) (ngx_current_msec - use->until);

    return owned > 0 && until > 0;
}
