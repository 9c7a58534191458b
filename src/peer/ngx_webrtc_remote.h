
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the other side's transport, as its description names it */


#ifndef _NGX_WEBRTC_REMOTE_H_INCLUDED_
#define _NGX_WEBRTC_REMOTE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_sdp.h>
#include <peer/ngx_webrtc_negotiation.h>


/*
 * All sections of an answer share one transport.  Its attributes must be in
 * the first accepted section, which *first is set to, and may be in the
 * others, but not different there.  NGX_ERROR sets *reason.
 */
ngx_int_t ngx_webrtc_remote_bundle(const ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *media, ngx_webrtc_sdp_transport_t **first,
    const char **reason);

/*
 * A transport that ngx_webrtc_sdp_check_transport() has passed; the texts
 * still lead into the description.
 */
ngx_int_t ngx_webrtc_remote_read(ngx_webrtc_negotiation_remote_t *remote,
    const ngx_webrtc_sdp_t *sdp, const ngx_webrtc_sdp_transport_t *transport,
    const char **reason);

/* the same of the answer to an offer of ours, with all that it must have */
ngx_int_t ngx_webrtc_remote_answered(ngx_webrtc_negotiation_remote_t *remote,
    const ngx_webrtc_sdp_t *sdp, const ngx_webrtc_sdp_transport_t *transport,
    const ngx_webrtc_negotiation_params_t *params, const char **reason);

/* but for the addresses, which may be more each time */
ngx_uint_t ngx_webrtc_remote_same(const ngx_webrtc_negotiation_remote_t *a,
    const ngx_webrtc_negotiation_remote_t *b);

/* with texts of its own; NULL: no memory */
ngx_webrtc_negotiation_remote_t *ngx_webrtc_remote_copy(ngx_pool_t *pool,
    const ngx_webrtc_negotiation_remote_t *remote);

/*
 * What a section says it sends, without the streams that repair others: these
 * go to "rtx_ssrcs", 0 where there is none.  Returns how many.
 */
ngx_uint_t ngx_webrtc_remote_ssrcs(const ngx_webrtc_sdp_section_t *media,
    uint32_t *ssrcs, uint32_t *rtx_ssrcs, ngx_uint_t max);


#endif /* _NGX_WEBRTC_REMOTE_H_INCLUDED_ */
