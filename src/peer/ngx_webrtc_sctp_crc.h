
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The checksum of SCTP packets, CRC-32C (RFC 9260, appendix A), by the
 * instruction that x86-64 has for it: with usrsctp's tables it is a tenth of
 * what relaying a short message takes outside of the kernel.
 */


#ifndef _NGX_WEBRTC_SCTP_CRC_H_INCLUDED_
#define _NGX_WEBRTC_SCTP_CRC_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* whether the CPU can; else usrsctp does it, and these are not called */
ngx_uint_t ngx_webrtc_sctp_crc_usable(void);

/* of packets that have a whole common header */
void ngx_webrtc_sctp_crc_set(u_char *pos, const u_char *last);
ngx_uint_t ngx_webrtc_sctp_crc_valid(const u_char *pos, const u_char *last);


#endif /* _NGX_WEBRTC_SCTP_CRC_H_INCLUDED_ */
