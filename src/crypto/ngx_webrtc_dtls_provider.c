
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * For the public key of each certificate OpenSSL 3.0 and 3.1 collect all
 * decoders and kinds of keys that there are, and ask for their names over and
 * over, which takes more than a third of a handshake.  So they are shown the
 * few that a certificate of WebRTC may need.  Later versions remember what
 * they have found.
 */


#include <crypto/ngx_webrtc_dtls_provider.h>

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>


#define NGX_WEBRTC_DTLS_PROVIDER        "webrtc"
#define NGX_WEBRTC_DTLS_KEYS_MAX        16


typedef struct {
    OSSL_LIB_CTX     *libctx;
    OSSL_PROVIDER    *origin;

    /* each ends with an empty one */
    OSSL_ALGORITHM    decoders[NGX_WEBRTC_DTLS_KEYS_MAX + 1];
    OSSL_ALGORITHM    keys[NGX_WEBRTC_DTLS_KEYS_MAX + 1];
} ngx_webrtc_dtls_provider_t;


static int ngx_webrtc_dtls_provider_is_default(OSSL_PROVIDER *provider,
    void *data);
static ngx_int_t ngx_webrtc_dtls_provider_create(OSSL_LIB_CTX *origin,
    OSSL_LIB_CTX *libctx);
static ngx_int_t ngx_webrtc_dtls_provider_choose(OSSL_ALGORITHM *chosen,
    int operation, const char *const *forms);
static ngx_uint_t ngx_webrtc_dtls_provider_wants(
    const OSSL_ALGORITHM *algorithm, const char *const *forms);
static int ngx_webrtc_dtls_provider_init(const OSSL_CORE_HANDLE *handle,
    const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **data);
static const OSSL_ALGORITHM *ngx_webrtc_dtls_provider_query(void *data,
    int operation, int *no_cache);
static int ngx_webrtc_dtls_provider_capabilities(void *data,
    const char *capability, OSSL_CALLBACK *handler, void *arg);


/*
 * Of the process: what OpenSSL hands to a provider's functions belongs to the
 * algorithms of the origin.
 */

static ngx_webrtc_dtls_provider_t  ngx_webrtc_dtls_provider_state;


OSSL_LIB_CTX *
ngx_webrtc_dtls_provider(void)
{
    OSSL_LIB_CTX                *origin, *libctx;
    ngx_webrtc_dtls_provider_t  *state;

    state = &ngx_webrtc_dtls_provider_state;

    /* whoever has configured other providers wants those */

    if (state->libctx
        || OpenSSL_version_num() >= 0x30200000L
        || OSSL_PROVIDER_do_all(NULL, ngx_webrtc_dtls_provider_is_default,
                                NULL)
           != 1
        || EVP_default_properties_is_fips_enabled(NULL))
    {
        return state->libctx;
    }

    origin = OSSL_LIB_CTX_new();
    libctx = OSSL_LIB_CTX_new();

    if (origin == NULL || libctx == NULL
        || ngx_webrtc_dtls_provider_create(origin, libctx) != NGX_OK)
    {
        ERR_clear_error();
        OSSL_LIB_CTX_free(libctx);
        OSSL_LIB_CTX_free(origin);
        return NULL;
    }

    state->libctx = libctx;

    return libctx;
}


static int
ngx_webrtc_dtls_provider_is_default(OSSL_PROVIDER *provider, void *data)
{
    (void) data;

    return strcmp(OSSL_PROVIDER_get0_name(provider), "default") == 0;
}


static ngx_int_t
ngx_webrtc_dtls_provider_create(OSSL_LIB_CTX *origin, OSSL_LIB_CTX *libctx)
{
    ngx_webrtc_dtls_provider_t  *state;

    static const char *const  forms[] = {
        "input=der", "structure=SubjectPublicKeyInfo", NULL
    };

    state = &ngx_webrtc_dtls_provider_state;

    state->origin = OSSL_PROVIDER_load(origin, "default");

    if (state->origin == NULL
        || ngx_webrtc_dtls_provider_choose(state->decoders, OSSL_OP_DECODER,
                                           forms)
           != NGX_OK
        || ngx_webrtc_dtls_provider_choose(state->keys, OSSL_OP_KEYMGMT, NULL)
           != NGX_OK
        || OSSL_PROVIDER_add_builtin(libctx, NGX_WEBRTC_DTLS_PROVIDER,
                                     ngx_webrtc_dtls_provider_init)
           != 1
        || OSSL_PROVIDER_load(libctx, NGX_WEBRTC_DTLS_PROVIDER) == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* those for keys of sessions, or with "forms" decoders for them */

static ngx_int_t
ngx_webrtc_dtls_provider_choose(OSSL_ALGORITHM *chosen, int operation,
    const char *const *forms)
{
    int                    no_cache;
    ngx_uint_t             n;
    const OSSL_ALGORITHM  *algorithm;

    n = 0;

    algorithm = OSSL_PROVIDER_query_operation(
                                        ngx_webrtc_dtls_provider_state.origin,
                                        operation, &no_cache);

    for ( /* void */ ; algorithm && algorithm->algorithm_names; algorithm++) {

        if (!ngx_webrtc_dtls_provider_wants(algorithm, forms)) {
            continue;
        }

        if (n == NGX_WEBRTC_DTLS_KEYS_MAX) {
            return NGX_ERROR;
        }

        chosen[n++] = *algorithm;
    }

    ngx_memzero(&chosen[n], sizeof(OSSL_ALGORITHM));

    return n ? NGX_OK : NGX_ERROR;
}


/* the first of several names, with colons between them */

static ngx_uint_t
ngx_webrtc_dtls_provider_wants(const OSSL_ALGORITHM *algorithm,
    const char *const *forms)
{
    size_t       len;
    ngx_uint_t   i;

    static const char *const  names[] = {
        "EC", "RSA", "RSA-PSS", "ED25519", "ED448", "X25519"
    };

    for ( /* void */ ; forms && *forms; forms++) {
        if (strstr(algorithm->property_definition, *forms) == NULL) {
            return 0;
        }
    }

    len = strcspn(algorithm->algorithm_names, ":");

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (len == strlen(names[i])
            && strncmp(algorithm->algorithm_names, names[i], len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static int
ngx_webrtc_dtls_provider_init(const OSSL_CORE_HANDLE *handle,
    const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **data)
{
    static const OSSL_DISPATCH  functions[] = {
        { OSSL_FUNC_PROVIDER_QUERY_OPERATION,
          (void (*)(void)) ngx_webrtc_dtls_provider_query },
        { OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
          (void (*)(void)) ngx_webrtc_dtls_provider_capabilities },
        { 0, NULL }
    };

    (void) handle;
    (void) in;

    *out = functions;
    *data = OSSL_PROVIDER_get0_provider_ctx(
                                    ngx_webrtc_dtls_provider_state.origin);

    return 1;
}


static const OSSL_ALGORITHM *
ngx_webrtc_dtls_provider_query(void *data, int operation, int *no_cache)
{
    ngx_webrtc_dtls_provider_t  *state;

    (void) data;

    state = &ngx_webrtc_dtls_provider_state;

    *no_cache = 0;

    switch (operation) {

    case OSSL_OP_DECODER:
        return state->decoders;

    case OSSL_OP_KEYMGMT:
        return state->keys;
    }

    return OSSL_PROVIDER_query_operation(state->origin, operation, no_cache);
}


static int
ngx_webrtc_dtls_provider_capabilities(void *data, const char *capability,
    OSSL_CALLBACK *handler, void *arg)
{
    ngx_webrtc_dtls_provider_t  *state;

    (void) data;

    state = &ngx_webrtc_dtls_provider_state;

    return OSSL_PROVIDER_get_capabilities(state->origin, capability, handler,
                                          arg);
}
