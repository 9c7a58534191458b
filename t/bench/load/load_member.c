
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a member of a run, from its join to its end */


#include "load_run.h"

#include <stdarg.h>
#include <stdio.h>


static ngx_uint_t load_member_has_all(load_member_t *member);
static ngx_uint_t load_member_cycles(load_member_t *member);
static void load_member_complete(load_member_t *member);
static void load_member_stage(load_member_t *member, load_stage_e stage,
    ngx_webrtc_usec_t reached);


void
load_member_join(load_member_t *member)
{
    load_run_t   *run;
    load_loop_t  *loop;

    run = member->load->run;
    loop = &member->load->loop;

    member->state = LOAD_MEMBER_JOINING;
    member->session = NULL;
    member->joined = loop->now;
    member->offered = 0;
    member->answered = 0;
    member->reached = 0;
    member->secured = 0;
    member->played = 0;
    member->sources = 0;

    run->joining++;
    run->there++;

    load_timer_set(loop, &member->timer, member->load->options.timeout);

    (void) member->load->signaller->join(member);
}


void
load_member_leave(load_member_t *member)
{
    load_run_t           *run;
    load_member_state_e   state;

    run = member->load->run;
    state = member->state;

    if (state == LOAD_MEMBER_JOINING) {
        run->joining--;

    } else if (state == LOAD_MEMBER_UP) {
        run->up--;
    }

    member->state = LOAD_MEMBER_LEAVING;
    load_timer_remove(&member->load->loop, &member->timer);

    if (member->session) {
        member->load->signaller->leave(member);

    } else {
        load_member_left(member);
    }
}


void
load_member_tick(load_timer_t *timer)
{
    load_member_t  *member;

    member = timer->data;

    switch (member->state) {

    case LOAD_MEMBER_JOINING:
        load_member_failed(member, "%s within %u s",
                           member->offered == 0 ? "no offer"
                           : member->reached == 0 ? "no answer to ICE checks"
                           : "no connection",
                           (unsigned) (member->load->options.timeout
                                       / NGX_WEBRTC_SEC));
        break;

    case LOAD_MEMBER_UP:
        load_member_failed(member, "no media within %u s",
                           (unsigned) (member->load->options.timeout
                                       / NGX_WEBRTC_SEC));
        break;

    case LOAD_MEMBER_FAILED:
        load_member_leave(member);
        break;

    case LOAD_MEMBER_GONE:
        if (member->load->run->phase < LOAD_PHASE_DRAINING) {
            load_member_join(member);
        }

        break;

    default:
        break;
    }
}


void
load_member_offered(load_member_t *member)
{
    if (member->offered == 0) {
        member->offered = member->load->loop.now;
    }
}


void
load_member_answered(load_member_t *member)
{
    if (member->answered == 0) {
        member->answered = member->load->loop.now;
    }
}


/* those that join and leave all the time */

static ngx_uint_t
load_member_cycles(load_member_t *member)
{
    return member->load->options.mode == LOAD_MODE_SETUP
           && !(member->ways & LOAD_SEND);
}


void
load_member_up(load_member_t *member)
{
    load_run_t      *run;
    load_options_t  *options;

    if (member->state != LOAD_MEMBER_JOINING) {
        return;
    }

    run = member->load->run;
    options = &member->load->options;

    member->state = LOAD_MEMBER_UP;
    run->joining--;
    run->up++;

    load_timer_remove(&member->load->loop, &member->timer);

    if (load_member_has_all(member)) {
        load_member_complete(member);

    } else if (load_member_cycles(member)) {
        load_timer_set(&member->load->loop, &member->timer, options->timeout);
    }

    load_run_join(run);
}


void
load_member_source(load_member_t *member)
{
    member->sources++;

    if (member->played == 0) {
        member->played = member->load->loop.now;
    }

    if (member->state == LOAD_MEMBER_UP && load_member_has_all(member)) {
        load_member_complete(member);
        load_run_ready(member->load->run);
    }
}


/*
 * Whether something has come of everybody else in the room; of who comes and
 * goes the first packet is enough.
 */

static ngx_uint_t
load_member_has_all(load_member_t *member)
{
    ngx_uint_t       senders, kinds;
    load_options_t  *options;

    options = &member->load->options;

    senders = options->publishers + options->both;
    senders -= (member->ways & LOAD_SEND) ? 1 : 0;

    if (!(member->ways & LOAD_RECEIVE) || senders == 0) {
        return 1;
    }

    if (load_member_cycles(member)) {
        return member->sources > 0;
    }

    kinds = (options->mode == LOAD_MODE_DATA)
            ? 1 : (ngx_uint_t) options->audio + options->video;

    return member->sources == senders * kinds;
}


static void
load_member_complete(load_member_t *member)
{
    load_run_t  *run;

    run = member->load->run;

    run->playing++;

    load_member_stage(member, LOAD_STAGE_OFFERED, member->offered);
    load_member_stage(member, LOAD_STAGE_ANSWERED, member->answered);
    load_member_stage(member, LOAD_STAGE_REACHED, member->reached);
    load_member_stage(member, LOAD_STAGE_SECURED, member->secured);

    if (member->ways & LOAD_RECEIVE) {
        load_member_stage(member, LOAD_STAGE_PLAYED, member->played);
    }

    if (load_member_cycles(member)) {
        run->setups++;
        run->playing--;
        load_member_leave(member);
    }
}


static void
load_member_stage(load_member_t *member, load_stage_e stage,
    ngx_webrtc_usec_t reached)
{
    load_run_t  *run;

    run = member->load->run;

    if (reached >= member->joined) {
        load_histogram_add(&run->stages[stage], reached - member->joined);
    }
}


void
load_member_left(load_member_t *member)
{
    load_run_t  *run;

    run = member->load->run;

    member->state = LOAD_MEMBER_GONE;
    member->session = NULL;
    run->there--;

    if (run->phase == LOAD_PHASE_LEAVING) {
        if (run->there == 0) {
            load_loop_stop(&member->load->loop);
        }

    } else if (load_member_cycles(member)) {
        load_timer_set(&member->load->loop, &member->timer, 0);
    }
}


/* its session is given back from the loop, not from within its handlers */

void
load_member_failed(load_member_t *member, const char *fmt, ...)
{
    int          n;
    va_list      args;
    load_run_t  *run;

    run = member->load->run;

    switch (member->state) {

    case LOAD_MEMBER_JOINING:
        run->joining--;
        break;

    case LOAD_MEMBER_UP:
        run->up--;
        break;

    default:
        return;
    }

    member->state = LOAD_MEMBER_FAILED;
    load_timer_set(&member->load->loop, &member->timer, 0);
    run->failures++;

    if (run->error[0] || (load_member_cycles(member) && run->setups)) {
        return;
    }

    n = snprintf(run->error, sizeof(run->error), "member %u of room %u: ",
                 (unsigned) member->number, (unsigned) member->room);

    va_start(args, fmt);
    vsnprintf(run->error + n, sizeof(run->error) - (size_t) n, fmt, args);
    va_end(args);

    load_timer_set(&run->load->loop, &run->timer, 0);
}
