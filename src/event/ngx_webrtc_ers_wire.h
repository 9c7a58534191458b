
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* Members of rendezvous rooms whose home is another worker, or this one. */


#ifndef _NGX_WEBRTC_ERS_WIRE_H_INCLUDED_
#define _NGX_WEBRTC_ERS_WIRE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <front/evostream/ngx_webrtc_ers.h>


/* sets join, send, leave and keep */
void ngx_webrtc_ers_wire_init(ngx_webrtc_ers_glue_t *glue);


#endif /* _NGX_WEBRTC_ERS_WIRE_H_INCLUDED_ */
