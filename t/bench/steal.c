
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Takes a part of each millisecond of the core that it is on, so that others
 * there are too slow in small steps: "steal <part> <seconds>".  The kernel's
 * own limits (cpu.max) are looked at once a tick, and stop a process for tens
 * of milliseconds.
 */


#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>


#define STEAL_PERIOD  1000000                   /* ns */
#define STEAL_SECOND  1000000000ULL


static uint64_t
steal_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec * STEAL_SECOND + ts.tv_nsec;
}


static void
steal_sleep(uint64_t until)
{
    struct timespec  ts;

    ts.tv_sec = until / STEAL_SECOND;
    ts.tv_nsec = until % STEAL_SECOND;

    (void) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}


int
main(int argc, char **argv)
{
    double              part, seconds;
    uint64_t            due, end;
    struct sched_param  param;

    part = (argc == 3) ? atof(argv[1]) : -1;
    seconds = (argc == 3) ? atof(argv[2]) : 0;

    /* the kernel leaves a twentieth to others, and so must we */

    if (part < 0 || part > 0.95 || seconds <= 0) {
        fprintf(stderr, "usage: steal <part, up to 0.95> <seconds>\n");
        return 2;
    }

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);

    param.sched_priority = 1;

    if (sched_setscheduler(0, SCHED_FIFO, &param) == -1) {
        perror("sched_setscheduler()");
        return 1;
    }

    due = steal_now();
    end = due + (uint64_t) (seconds * STEAL_SECOND);

    while (due < end) {

        while (steal_now() < due + (uint64_t) (part * STEAL_PERIOD)) {
            /* void */
        }

        due += STEAL_PERIOD;
        steal_sleep(due);
    }

    return 0;
}
