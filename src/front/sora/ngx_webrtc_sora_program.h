
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the programs of clients, told apart for the counters of GetStatsReport */


#ifndef _NGX_WEBRTC_SORA_PROGRAM_H_INCLUDED_
#define _NGX_WEBRTC_SORA_PROGRAM_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* from the "sora_client" of a connect message; 0: unknown */
ngx_uint_t ngx_webrtc_sora_program(const u_char *text, size_t len);

/* key of a program's counter; NULL: there is none with this number */
const char *ngx_webrtc_sora_program_key(ngx_uint_t program);


#endif /* _NGX_WEBRTC_SORA_PROGRAM_H_INCLUDED_ */
