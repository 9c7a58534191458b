
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Offer and answer of one client: what both sides said and the tracks that
 * they agreed on.  Everything is bundled on one transport.
 */


#ifndef _LOAD_SESSION_H_INCLUDED_
#define _LOAD_SESSION_H_INCLUDED_


#include <crypto/ngx_webrtc_fingerprint.h>
#include <crypto/ngx_webrtc_random.h>
#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_sdp.h>

#include "load.h"


#define LOAD_CANDIDATES_MAX     8
#define LOAD_FINGERPRINTS_MAX   4


/* owned by its client; the tracks and "answer" are its own */

typedef struct {
    /* ours */
    ngx_uint_t                  ways;
    ngx_uint_t                  codec;      /* of video */
    ngx_webrtc_addr_t           addr;       /* our candidate */
    ngx_str_t                   fingerprint;    /* sha-256, as text */
    ngx_str_t                   ufrag;
    ngx_str_t                   pwd;
    uint32_t                    ssrc[LOAD_KINDS];
    uint32_t                    rtx_ssrc[LOAD_KINDS];
    ngx_uint_t                  version;
    unsigned                    kinds[LOAD_KINDS];
    unsigned                    data:1;     /* take data channels */
    unsigned                    twcc:1;
    unsigned                    nack:1;

    /* the other side's */
    ngx_str_t                   remote_ufrag;
    ngx_str_t                   remote_pwd;
    ngx_uint_t                  nfingerprints;
    ngx_webrtc_fingerprint_t    fingerprints[LOAD_FINGERPRINTS_MAX];
    ngx_uint_t                  ncandidates;
    ngx_webrtc_addr_t           candidates[LOAD_CANDIDATES_MAX];

    /* agreed */
    load_track_t               *tracks;
    ngx_uint_t                  ntracks;
    uint16_t                    sctp_port;  /* 0: no data channels */
    unsigned                    active:1;   /* we are the DTLS client */
    unsigned                    lite:1;     /* they make no checks */
    unsigned                    offerer:1;  /* the first offer was ours */

    char                       *answer;
    u_char                      ufrag_buf[NGX_WEBRTC_ICE_UFRAG_LEN];
    u_char                      pwd_buf[NGX_WEBRTC_ICE_PWD_LEN];
    u_char                      remote_ufrag_buf[256];
    u_char                      remote_pwd_buf[256];
} load_session_t;


/* the caller has zeroed it and sets what is "ours" but ufrag, pwd, SSRCs */
ngx_int_t load_session_init(load_session_t *session);
void load_session_cleanup(load_session_t *session);

/* see load_client_answer() and the others */
ngx_int_t load_session_answer(load_session_t *session, const ngx_str_t *offer,
    ngx_str_t *answer, const char **reason);
ngx_int_t load_session_offer(load_session_t *session, ngx_str_t *offer);
ngx_int_t load_session_answered(load_session_t *session,
    const ngx_str_t *answer, const char **reason);


#endif /* _LOAD_SESSION_H_INCLUDED_ */
