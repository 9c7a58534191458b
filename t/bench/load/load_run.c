
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_run.h"
#include "load_client.h"

#include <stdio.h>


/* packets may be on their way for so long after the interval */
#define LOAD_DRAIN              (2 * NGX_WEBRTC_SEC)
#define LOAD_DRAIN_STEP         (20 * NGX_WEBRTC_MSEC)

/* members may take so long to leave */
#define LOAD_LEAVE              (3 * NGX_WEBRTC_SEC)


static ngx_int_t load_run_members(load_run_t *run);
static void load_run_place(load_run_t *run, ngx_uint_t n, ngx_uint_t ways);
static void load_run_limit(load_run_t *run);
static void load_run_tick(load_timer_t *timer);
static void load_run_begin(load_run_t *run);
static void load_run_end(load_run_t *run);
static void load_run_drain(load_run_t *run);
static void load_run_expect(load_run_t *run, load_step_t *step,
    load_meter_t *meter);
static void load_run_leave(load_run_t *run);


ngx_int_t
load_run_init(load_t *load)
{
    load_run_t  *run;

    run = calloc(1, sizeof(load_run_t));
    if (run == NULL) {
        return NGX_ERROR;
    }

    load->run = run;

    run->load = load;
    run->timer.handler = load_run_tick;
    run->timer.data = run;
    run->nsteps = load->options.nsteps ? load->options.nsteps : 1;
    run->steps = calloc(run->nsteps, sizeof(load_step_t));

    if (load_pids_parse(load->options.pids, &run->pids) != NGX_OK) {
        fprintf(stderr, "--pid %s: not a list of processes that can be"
                " looked at\n", load->options.pids);
        return NGX_ERROR;
    }

    return run->steps ? load_run_members(run) : NGX_ERROR;
}


static ngx_int_t
load_run_members(load_run_t *run)
{
    ngx_uint_t       n;
    load_options_t  *options;

    options = &run->load->options;

    n = options->publishers + options->both + options->subscribers;

    run->members = calloc(options->rooms * n + 1, sizeof(load_member_t));
    if (run->members == NULL) {
        return NGX_ERROR;
    }

    load_run_place(run, options->publishers, LOAD_SEND);
    load_run_place(run, options->both, LOAD_SEND | LOAD_RECEIVE);
    run->nsenders = run->nmembers;
    load_run_place(run, options->subscribers, LOAD_RECEIVE);

    load_run_limit(run);

    return NGX_OK;
}


/* "n" more in each room, the rooms in turn */

static void
load_run_place(load_run_t *run, ngx_uint_t n, ngx_uint_t ways)
{
    ngx_uint_t      i;
    load_member_t  *member;

    for (i = 0; i < n * run->load->options.rooms; i++) {
        member = &run->members[run->nmembers];

        member->load = run->load;
        member->number = ++run->nmembers;
        member->room = i % run->load->options.rooms;
        member->ways = ways;
        member->timer.handler = load_member_tick;
        member->timer.data = member;
    }
}


/* who take part in this step, and how fast publishers send in it */

static void
load_run_limit(load_run_t *run)
{
    load_options_t  *options;

    options = &run->load->options;

    run->limit = run->nmembers;

    if (options->nsteps) {
        run->limit = run->nsenders
                     + options->rooms * options->steps[run->step];
    }

    if (options->total && run->limit > run->nsenders) {
        options->rate = options->total / (run->limit - run->nsenders);
        options->rate = ngx_max(options->rate, 1);
    }
}


void
load_run_cleanup(load_t *load)
{
    if (load->run) {
        free(load->run->members);
        free(load->run->steps);
        free(load->run);
    }
}


ngx_int_t
load_run(load_t *load)
{
    load_run_t  *run;

    run = load->run;

    load_pids_memory(&run->pids, &run->before);

    run->since = load->loop.now;
    load_timer_set(&load->loop, &run->timer, 0);
    load_loop_run(&load->loop);

    return run->error[0] ? NGX_ERROR : NGX_OK;
}


static void
load_run_tick(load_timer_t *timer)
{
    load_run_t      *run;
    load_options_t  *options;

    run = timer->data;
    options = &run->load->options;

    if (run->error[0] && run->phase != LOAD_PHASE_LEAVING) {
        load_run_leave(run);
        return;
    }

    switch (run->phase) {

    case LOAD_PHASE_JOINING:
        load_run_join(run);

        if (run->next == run->limit && run->joining == 0
            && run->load->loop.now > run->since + options->timeout)
        {
            snprintf(run->error, sizeof(run->error), "%u of %u members got"
                     " no media within %u s",
                     (unsigned) (run->limit - run->playing),
                     (unsigned) run->limit,
                     (unsigned) (options->timeout / NGX_WEBRTC_SEC));
        }

        load_timer_set(&run->load->loop, timer,
                       run->error[0] ? 0 : NGX_WEBRTC_SEC / 10);
        break;

    case LOAD_PHASE_WARMUP:
        load_run_begin(run);
        break;

    case LOAD_PHASE_MEASURING:
        load_run_end(run);
        break;

    case LOAD_PHASE_DRAINING:
        load_run_drain(run);
        break;

    case LOAD_PHASE_LEAVING:
        load_loop_stop(&run->load->loop);
        break;
    }
}


/*
 * Everybody who sends is up before the first one who only receives joins.
 * Those who come and go would leave no room for others who join.
 */

void
load_run_join(load_run_t *run)
{
    load_options_t  *options;

    options = &run->load->options;

    while (run->phase == LOAD_PHASE_JOINING && run->next < run->limit
           && (run->joining < options->concurrency
               || (options->mode == LOAD_MODE_SETUP && run->setups))
           && (run->next < run->nsenders || run->up >= run->nsenders))
    {
        load_member_join(&run->members[run->next++]);
        run->since = run->load->loop.now;
    }

    load_run_ready(run);
}


/* whether all are there who are to be measured */

void
load_run_ready(load_run_t *run)
{
    load_options_t  *options;

    options = &run->load->options;

    if (run->phase != LOAD_PHASE_JOINING || run->next < run->limit) {
        return;
    }

    if (options->mode == LOAD_MODE_SETUP) {
        if (run->up < run->nsenders) {
            return;
        }

    } else if (run->playing < run->limit) {
        return;
    }

    run->phase = LOAD_PHASE_WARMUP;

    if (options->mode == LOAD_MODE_IDLE) {
        run->load->media->playing = 0;
    }

    load_timer_set(&run->load->loop, &run->timer, options->warmup);
}


static void
load_run_begin(load_run_t *run)
{
    ngx_uint_t     i;
    load_media_t  *media;

    media = run->load->media;

    ngx_memzero(&media->meter, sizeof(load_meter_t));
    load_histogram_reset(&media->lag);
    media->skipped = 0;
    run->setups = 0;
    run->failures = 0;

    if (run->load->options.mode == LOAD_MODE_SETUP) {
        ngx_memzero(run->stages, sizeof(run->stages));
    }

    for (i = 0; i < run->nmembers; i++) {
        run->members[i].sent = 0;
        run->members[i].received = 0;
    }

    run->phase = LOAD_PHASE_MEASURING;
    run->since = run->load->loop.now;
    media->measuring = 1;

    run->own = load_own_cpu();
    load_pids_cpu(&run->pids, &run->start);
    load_timer_set(&run->load->loop, &run->timer, run->load->options.duration);
}


static void
load_run_end(load_run_t *run)
{
    load_step_t  *step;

    step = &run->steps[run->step];

    run->load->media->measuring = 0;

    load_pids_cpu(&run->pids, &step->server);
    step->server.cpu -= run->start.cpu;
    step->cpu = load_own_cpu() - run->own;
    step->interval = run->load->loop.now - run->since;
    step->setups = run->setups;
    step->failures = run->failures;

    load_pids_memory(&run->pids, &step->server);

    run->phase = LOAD_PHASE_DRAINING;
    run->since = run->load->loop.now;

    load_run_drain(run);
}


/* what was sent within the interval may still come */

static void
load_run_drain(load_run_t *run)
{
    ngx_uint_t     i;
    load_step_t   *step;
    load_media_t  *media;

    media = run->load->media;

    step = &run->steps[run->step];

    load_run_expect(run, step, &media->meter);

    if (media->meter.received < media->meter.expected
        && run->load->loop.now < run->since + LOAD_DRAIN
        && run->load->options.mode != LOAD_MODE_SETUP)
    {
        load_timer_set(&run->load->loop, &run->timer, LOAD_DRAIN_STEP);
        return;
    }

    step->meter = media->meter;
    step->lag = media->lag;
    step->skipped = media->skipped;
    step->rate = run->load->options.rate;
    step->members = run->up;
    ngx_memcpy(step->stages, run->stages, sizeof(run->stages));

    for (i = 0; i < run->limit; i++) {
        step->receivers += (run->members[i].ways & LOAD_RECEIVE) != 0;
    }

    step->subscribers = (run->limit - run->nsenders)
                        / run->load->options.rooms;

    if (++run->step == run->nsteps) {
        load_run_leave(run);
        return;
    }

    load_run_limit(run);

    media->playing = 1;
    run->phase = LOAD_PHASE_JOINING;
    run->since = run->load->loop.now;
    load_timer_set(&run->load->loop, &run->timer, 0);
}


/* everybody gets what the others of the room have sent */

static void
load_run_expect(load_run_t *run, load_step_t *step, load_meter_t *meter)
{
    double          share;
    uint64_t       *rooms, expected;
    ngx_uint_t      i;
    load_member_t  *member;

    meter->sent = 0;
    meter->expected = 0;
    step->least = 100;
    step->most = 0;

    rooms = calloc(run->load->options.rooms, sizeof(uint64_t));
    if (rooms == NULL) {
        return;
    }

    for (i = 0; i < run->limit; i++) {
        member = &run->members[i];

        meter->sent += member->sent;
        rooms[member->room] += member->sent;
    }

    for (i = 0; i < run->limit; i++) {
        member = &run->members[i];

        expected = rooms[member->room] - member->sent;

        if (!(member->ways & LOAD_RECEIVE) || expected == 0) {
            continue;
        }

        share = (double) member->received * 100 / (double) expected;

        meter->expected += expected;
        step->least = ngx_min(step->least, share);
        step->most = ngx_max(step->most, share);
    }

    free(rooms);
}


static void
load_run_leave(load_run_t *run)
{
    ngx_uint_t      i;
    load_member_t  *member;

    run->phase = LOAD_PHASE_LEAVING;
    load_timer_set(&run->load->loop, &run->timer, LOAD_LEAVE);

    for (i = 0; i < run->nmembers; i++) {
        member = &run->members[i];

        if (member->state == LOAD_MEMBER_JOINING
            || member->state == LOAD_MEMBER_UP)
        {
            load_member_leave(member);
        }
    }

    if (run->there == 0) {
        load_loop_stop(&run->load->loop);
    }
}
