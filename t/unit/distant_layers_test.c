
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the tests of layers_test.c, with media at three workers */


#define SEATS_MAX       3
#define CLIENT_SEAT(n)  ((2 * (n) + 1) % 3)

#include "layers_test.c"
