
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of the SDP parser share */


#ifndef _NGX_WEBRTC_SDP_ATTR_H_INCLUDED_
#define _NGX_WEBRTC_SDP_ATTR_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_str.h>
#include <proto/ngx_webrtc_sdp.h>


/* sets the reason, returns NGX_ERROR */
ngx_int_t ngx_webrtc_sdp_fail(ngx_webrtc_sdp_t *sdp, const char *reason);

/*
 * The value of one "a=" line; "section" is NULL before the first m-line.
 * Unknown attributes, and those that mean nothing in their place, are NGX_OK.
 */
ngx_int_t ngx_webrtc_sdp_parse_attribute(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);

/* those of sections, as the table of attributes has them */

ngx_int_t ngx_webrtc_sdp_rtpmap(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_fmtp(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_rtcp_fb(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_extmap(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_msid(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_ssrc(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_ssrc_group(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_rid(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_simulcast(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_sctp_port(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);
ngx_int_t ngx_webrtc_sdp_max_message(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last);


/* the next word of a line, without blanks; NGX_DECLINED: none left */
ngx_int_t ngx_webrtc_sdp_word(u_char **pos, u_char *last, ngx_str_t *word);

/* all digits and at most "max" */
ngx_int_t ngx_webrtc_sdp_uint(const ngx_str_t *word, uint64_t max,
    uint64_t *value);

/* the part of *word before the first "c"; the rest, or nothing, remains */
void ngx_webrtc_sdp_cut(ngx_str_t *word, u_char c, ngx_str_t *rest);

ngx_uint_t ngx_webrtc_sdp_is(const ngx_str_t *word, const char *text);
ngx_uint_t ngx_webrtc_sdp_is_nocase(const ngx_str_t *word, const char *text);


#endif /* _NGX_WEBRTC_SDP_ATTR_H_INCLUDED_ */
