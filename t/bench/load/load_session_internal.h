
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of offer and answer share */


#ifndef _LOAD_SESSION_INTERNAL_H_INCLUDED_
#define _LOAD_SESSION_INTERNAL_H_INCLUDED_


#include "load_session.h"


/* the caller frees sdp->sections, whatever comes of it */
ngx_int_t load_session_parse(load_session_t *session, const ngx_str_t *text,
    ngx_webrtc_sdp_t *sdp, const char **reason);

void load_session_write_transport(load_session_t *session,
    ngx_webrtc_text_t *text, ngx_webrtc_sdp_setup_e setup);
void load_session_write_stream(load_session_t *session, ngx_uint_t kind,
    ngx_webrtc_text_t *text);

/* of video the one that was asked for, if it is there; NULL: none is known */
ngx_webrtc_sdp_codec_t *load_track_codec(load_session_t *session,
    ngx_webrtc_sdp_section_t *section);
/* ours */
ngx_uint_t load_track_direction(const load_session_t *session,
    const ngx_webrtc_sdp_section_t *section, ngx_uint_t kind);
void load_track_add(load_session_t *session,
    ngx_webrtc_sdp_section_t *section, const ngx_webrtc_sdp_codec_t *codec,
    ngx_uint_t direction);

/* the payload type of RTX, or NO_PT */
uint8_t load_track_rtx(const ngx_webrtc_sdp_section_t *section, uint8_t pt);
/* the id of an extension that we take, or 0 */
ngx_uint_t load_track_ext(const load_session_t *session,
    const ngx_webrtc_sdp_section_t *section, ngx_uint_t kind);


#endif /* _LOAD_SESSION_INTERNAL_H_INCLUDED_ */
