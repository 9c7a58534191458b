
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _LOAD_OPTIONS_H_INCLUDED_
#define _LOAD_OPTIONS_H_INCLUDED_


#include "load.h"


/* NGX_ERROR: said on stderr; NGX_DONE: --help was asked for and is printed */
ngx_int_t load_options_parse(load_options_t *options, int argc,
    char *const *argv);


#endif /* _LOAD_OPTIONS_H_INCLUDED_ */
