
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A run: members join, media flows, what happens in the interval is counted,
 * everybody leaves.  With --growth this repeats with more members.
 */


#ifndef _LOAD_RUN_H_INCLUDED_
#define _LOAD_RUN_H_INCLUDED_


#include "load.h"
#include "load_histogram.h"
#include "load_meter.h"
#include "load_proc.h"


typedef enum {
    LOAD_PHASE_JOINING = 0,
    LOAD_PHASE_WARMUP,
    LOAD_PHASE_MEASURING,
    LOAD_PHASE_DRAINING,
    LOAD_PHASE_LEAVING
} load_phase_e;


/* times of members, from their join() on */

typedef enum {
    LOAD_STAGE_OFFERED = 0,
    LOAD_STAGE_ANSWERED,
    LOAD_STAGE_REACHED,
    LOAD_STAGE_SECURED,
    LOAD_STAGE_PLAYED,
    LOAD_STAGES
} load_stage_e;


/* what came of one interval */

typedef struct {
    ngx_uint_t                subscribers;  /* of each room */
    ngx_uint_t                members;
    ngx_uint_t                receivers;
    ngx_uint_t                rate;         /* of video, packets/s */
    ngx_webrtc_usec_t         interval;     /* as it really was */
    load_usage_t              server;       /* cpu: within the interval */
    uint64_t                  cpu;          /* our own */
    load_meter_t              meter;
    double                    least;        /* per cent that one received */
    double                    most;
    load_histogram_t          lag;
    uint64_t                  skipped;
    uint64_t                  setups;
    uint64_t                  failures;
    load_histogram_t          stages[LOAD_STAGES];  /* us, up to here */
} load_step_t;


typedef struct load_run_s {
    load_t                   *load;
    load_phase_e              phase;
    load_timer_t              timer;
    load_pids_t               pids;

    load_member_t            *members;      /* those who send first */
    ngx_uint_t                nmembers;
    ngx_uint_t                nsenders;     /* how many of them send */
    ngx_uint_t                limit;        /* who are to be there now */
    ngx_uint_t                next;         /* to join */
    ngx_uint_t                joining;
    ngx_uint_t                up;
    ngx_uint_t                playing;      /* up, with media */
    ngx_uint_t                there;        /* with a session */
    ngx_webrtc_usec_t         since;        /* of this phase */

    load_usage_t              before;       /* anybody joined */
    load_usage_t              start;        /* of the interval */
    uint64_t                  own;

    load_step_t              *steps;
    ngx_uint_t                nsteps;
    ngx_uint_t                step;
    load_histogram_t          stages[LOAD_STAGES];
    uint64_t                  setups;
    uint64_t                  failures;

    char                      error[512];   /* empty: all went well */
} load_run_t;


ngx_int_t load_run_init(load_t *load);
/* until the end; NGX_ERROR: run->error says why */
ngx_int_t load_run(load_t *load);
void load_run_cleanup(load_t *load);

/* who is next, and whether all are there: after each change of a member */
void load_run_join(load_run_t *run);
void load_run_ready(load_run_t *run);

/* load_member.c */
void load_member_join(load_member_t *member);
void load_member_leave(load_member_t *member);
void load_member_tick(load_timer_t *timer);

/* load_report.c: to stdout */
void load_report(load_t *load);


#endif /* _LOAD_RUN_H_INCLUDED_ */
