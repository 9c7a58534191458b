
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The data channels of peers whose media are at another worker do what those
 * of any peer do.  It tests these together:
 *
 *     ngx_webrtc_distant_data.c
 *     ngx_webrtc_resident_data.c
 */


#define SEATS_MAX       3
#define CLIENT_SEAT(n)  (1 + (n) % 2)

#include "data_test.c"
