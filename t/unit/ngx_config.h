
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* see ngx_core.h */

#include <core/ngx_webrtc_core.h>
