
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the result as one JSON object, or the same as a table */


#include "load_run.h"

#include <jansson.h>
#include <stdio.h>


static json_t *load_report_step(const load_run_t *run,
    const load_step_t *step);
static json_t *load_report_packets(const load_run_t *run,
    const load_step_t *step);
static json_t *load_report_server(const load_run_t *run,
    const load_step_t *step);
static json_t *load_report_stages(const load_step_t *step);
static json_t *load_report_histogram(const load_histogram_t *histogram,
    double unit);
static double load_report_share(double value, double of);
static void load_report_table(const json_t *object, const char *prefix);


/* numbers are rounded to thousandths: more digits would only pretend */

#define load_report_real(value)                                              \
    json_real((double) (int64_t) ((value) * 1000.0 + 0.5) / 1000.0)

#define load_report_int(value)  json_integer((json_int_t) (value))


void
load_report(load_t *load)
{
    json_t          *root, *steps;
    ngx_uint_t       i;
    load_run_t      *run;
    load_options_t  *options;

    static const char *const  modes[] = {
        "media", "setup", "idle", "data"
    };

    run = load->run;
    options = &load->options;

    root = load_report_step(run, &run->steps[run->nsteps - 1]);

    json_object_set_new(root, "target", json_string(options->target));
    json_object_set_new(root, "mode", json_string(modes[options->mode]));
    json_object_set_new(root, "rooms", load_report_int(options->rooms));
    json_object_set_new(root, "publishers",
                        load_report_int(options->publishers));
    json_object_set_new(root, "per_room", load_report_int(options->both));
    json_object_set_new(root, "size", load_report_int(options->size));
    json_object_set_new(root, "burst", load_report_int(options->burst));

    if (options->nsteps) {
        steps = json_array();

        for (i = 0; i < run->nsteps; i++) {
            json_array_append_new(steps,
                                  load_report_step(run, &run->steps[i]));
        }

        json_object_set_new(root, "steps", steps);
    }

    if (options->json) {
        json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
        printf("\n");

    } else {
        load_report_table(root, "");
    }

    json_decref(root);
}


static json_t *
load_report_step(const load_run_t *run, const load_step_t *step)
{
    double   seconds;
    json_t  *object, *generator, *setups;

    object = json_object();
    seconds = (double) step->interval / (double) NGX_WEBRTC_SEC;

    json_object_set_new(object, "subscribers",
                        load_report_int(step->subscribers));
    json_object_set_new(object, "members", load_report_int(step->members));
    json_object_set_new(object, "receivers", load_report_int(step->receivers));
    json_object_set_new(object, "rate", load_report_int(step->rate));
    json_object_set_new(object, "seconds", load_report_real(seconds));

    json_object_set_new(object, "packets", load_report_packets(run, step));
    json_object_set_new(object, "latency_us",
                        load_report_histogram(&step->meter.latency, 1000.0));
    json_object_set_new(object, "setup_ms", load_report_stages(step));

    if (run->pids.n) {
        json_object_set_new(object, "server", load_report_server(run, step));
    }

    if (run->load->options.mode == LOAD_MODE_SETUP) {
        setups = json_object();

        json_object_set_new(setups, "count", load_report_int(step->setups));
        json_object_set_new(setups, "failed", load_report_int(step->failures));
        json_object_set_new(setups, "per_second",
               load_report_real(load_report_share((double) step->setups,
                                                  seconds)));
        json_object_set_new(object, "setups", setups);
    }

    generator = json_object();

    json_object_set_new(generator, "cpu_percent",
               load_report_real(load_report_share((double) step->cpu / 1e7,
                                                  seconds)));
    json_object_set_new(generator, "lag_us",
                        load_report_histogram(&step->lag, 1000.0));
    json_object_set_new(generator, "skipped", load_report_int(step->skipped));
    json_object_set_new(object, "load", generator);

    return object;
}


static json_t *
load_report_packets(const load_run_t *run, const load_step_t *step)
{
    json_t              *object;
    double               seconds;
    const load_meter_t  *meter;

    meter = &step->meter;
    object = json_object();
    seconds = (double) step->interval / (double) NGX_WEBRTC_SEC;

    json_object_set_new(object, "sent", load_report_int(meter->sent));
    json_object_set_new(object, "received", load_report_int(meter->received));

    /* who comes and goes cannot say what has been lost */

    if (run->load->options.mode != LOAD_MODE_SETUP) {
        json_object_set_new(object, "expected",
                            load_report_int(meter->expected));
        json_object_set_new(object, "lost",
                            load_report_int((int64_t) meter->expected
                                            - (int64_t) meter->received));
    }

    if (meter->expected) {
        json_object_set_new(object, "least_percent",
                            load_report_real(step->least));
        json_object_set_new(object, "most_percent",
                            load_report_real(step->most));
    }

    json_object_set_new(object, "reordered",
                        load_report_int(meter->reordered));
    json_object_set_new(object, "duplicates",
                        load_report_int(meter->duplicates));
    json_object_set_new(object, "repaired", load_report_int(meter->repaired));
    json_object_set_new(object, "bad", load_report_int(meter->bad));
    json_object_set_new(object, "overflow", load_report_int(meter->overflow));
    json_object_set_new(object, "forwarded",
                        load_report_int(meter->forwarded));
    json_object_set_new(object, "per_second",
               load_report_real(load_report_share((double) meter->forwarded,
                                                  seconds)));
    json_object_set_new(object, "mbit_per_second",
               load_report_real(load_report_share((double) meter->bytes * 8
                                                  / 1e6, seconds)));

    return object;
}


static json_t *
load_report_server(const load_run_t *run, const load_step_t *step)
{
    double   seconds, cpu, grown;
    json_t  *object;

    object = json_object();
    seconds = (double) step->interval / (double) NGX_WEBRTC_SEC;
    cpu = (double) step->server.cpu;
    grown = ((double) step->server.pss - (double) run->before.pss) * 1024;

    json_object_set_new(object, "cpu_ns", load_report_int(step->server.cpu));
    json_object_set_new(object, "cpu_percent",
                        load_report_real(load_report_share(cpu / 1e7,
                                                           seconds)));
    json_object_set_new(object, "cpu_us_per_packet",
            load_report_real(load_report_share(cpu / 1e3,
                                        (double) step->meter.forwarded)));

    if (run->load->options.mode == LOAD_MODE_SETUP) {
        json_object_set_new(object, "cpu_us_per_setup",
                load_report_real(load_report_share(cpu / 1e3,
                                                   (double) step->setups)));
    }

    json_object_set_new(object, "rss_kb_before",
                        load_report_int(run->before.rss));
    json_object_set_new(object, "rss_kb", load_report_int(step->server.rss));
    json_object_set_new(object, "pss_kb_before",
                        load_report_int(run->before.pss));
    json_object_set_new(object, "pss_kb", load_report_int(step->server.pss));

    if (run->load->options.mode != LOAD_MODE_SETUP) {
        json_object_set_new(object, "pss_bytes_per_member",
                load_report_real(load_report_share(grown,
                                                   (double) step->members)));
    }

    return object;
}


static json_t *
load_report_stages(const load_step_t *step)
{
    json_t      *object;
    ngx_uint_t   i;

    static const char *const  names[LOAD_STAGES] = {
        "offer", "answer", "ice", "dtls", "media"
    };

    object = json_object();

    for (i = 0; i < LOAD_STAGES; i++) {
        json_object_set_new(object, names[i],
                            load_report_histogram(&step->stages[i], 1000.0));
    }

    return object;
}


static json_t *
load_report_histogram(const load_histogram_t *histogram, double unit)
{
    json_t      *object;
    ngx_uint_t   i;

    static const struct {
        const char  *name;
        ngx_uint_t   share;

    } shares[] = {
        { "p50", 500000 },
        { "p90", 900000 },
        { "p99", 990000 },
        { "p99.9", 999000 }
    };

    object = json_object();

    json_object_set_new(object, "count", load_report_int(histogram->count));
    json_object_set_new(object, "mean",
              load_report_real((double) load_histogram_mean(histogram)
                               / unit));

    for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        json_object_set_new(object, shares[i].name,
              load_report_real((double) load_histogram_at(histogram,
                                                          shares[i].share)
                               / unit));
    }

    json_object_set_new(object, "max",
                        load_report_real((double) histogram->max / unit));

    return object;
}


static double
load_report_share(double value, double of)
{
    return (of > 0) ? value / of : 0;
}


/* one line for each value, one for each histogram */

static void
load_report_table(const json_t *object, const char *prefix)
{
    char         name[128];
    size_t       i;
    json_t      *value, *item;
    const char  *key, *share;

    json_object_foreach((json_t *) object, key, value) {

        snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "",
                 key);

        if (json_is_array(value)) {
            json_array_foreach(value, i, item) {
                snprintf(name, sizeof(name), "%s%s[%zu]", prefix, key, i);
                load_report_table(item, name);
            }

        } else if (json_object_get(value, "p50")) {
            printf("%-32s", name);

            json_object_foreach(value, share, item) {
                printf(" %s=%.12g", share, json_number_value(item));
            }

            printf("\n");

        } else if (json_is_object(value)) {
            load_report_table(value, name);

        } else if (json_is_string(value)) {
            printf("%-32s %s\n", name, json_string_value(value));

        } else {
            printf("%-32s %.12g\n", name, json_number_value(value));
        }
    }
}
