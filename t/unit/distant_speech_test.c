
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the tests of speech_test.c, with media at three workers */


#define SEATS_MAX       3
#define CLIENT_SEAT(n)  (((n) + 1) % 3)

#include "speech_test.c"
