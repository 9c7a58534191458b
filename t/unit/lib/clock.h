
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * usrsctp measures round trips by the wall clock: it gets the clock of the
 * test instead.  A definition in the program comes before that of libc.
 */


#ifndef _NGX_WEBRTC_TEST_CLOCK_H_INCLUDED_
#define _NGX_WEBRTC_TEST_CLOCK_H_INCLUDED_


#include <sys/time.h>
#include <time.h>

#include <core/ngx_webrtc_core.h>


/* NULL: the real one */
static const ngx_webrtc_usec_t  *test_clock;


int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    struct timespec  ts;

    (void) tz;

    if (test_clock) {
        tv->tv_sec = (time_t) (*test_clock / NGX_WEBRTC_SEC);
        tv->tv_usec = (suseconds_t) (*test_clock % NGX_WEBRTC_SEC);
        return 0;
    }

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


#endif /* _NGX_WEBRTC_TEST_CLOCK_H_INCLUDED_ */
