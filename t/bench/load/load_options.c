
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_options.h"

#include <stdio.h>


typedef enum {
    LOAD_OPTION_TEXT = 0,
    LOAD_OPTION_NUMBER,
    LOAD_OPTION_SECONDS,            /* with a fraction */
    LOAD_OPTION_OTHER               /* see load_option_other() */
} load_option_e;


typedef struct {
    const char               *name;
    load_option_e             type;
    size_t                    offset;
    ngx_uint_t                min;
    ngx_uint_t                max;
    const char               *help;
} load_option_t;


static const load_option_t *load_option_find(const char *name);
static ngx_int_t load_option_set(load_options_t *options,
    const load_option_t *option, const char *value);
static ngx_int_t load_option_number(const load_option_t *option,
    const char *value, double *number);
static ngx_int_t load_option_other(load_options_t *options,
    const char *name, const char *value);
static ngx_int_t load_option_on(const char *value, ngx_uint_t *on);
static ngx_int_t load_option_media(load_options_t *options,
    const char *value);
static ngx_int_t load_option_steps(load_options_t *options,
    const char *value);
static ngx_int_t load_options_check(load_options_t *options);
static void load_options_help(void);


static const load_option_t  load_options[] = {

    { "target", LOAD_OPTION_TEXT, offsetof(load_options_t, target), 0, 0,
      "sora:ws://HOST:PORT/PATH, or another server's" },
    { "mode", LOAD_OPTION_OTHER, 0, 0, 0,
      "media (the default), setup, idle or data" },
    { "publishers", LOAD_OPTION_NUMBER, offsetof(load_options_t, publishers),
      0, 1000, "who only send, in each room; 1" },
    { "subscribers", LOAD_OPTION_NUMBER,
      offsetof(load_options_t, subscribers), 0, 5000,
      "who only receive, in each room; 50" },
    { "per-room", LOAD_OPTION_NUMBER, offsetof(load_options_t, both), 0, 100,
      "who do both, in each room; 0" },
    { "rooms", LOAD_OPTION_NUMBER, offsetof(load_options_t, rooms), 1, 1000,
      "1" },
    { "room", LOAD_OPTION_TEXT, offsetof(load_options_t, room), 0, 0,
      "how names of rooms begin; load" },
    { "growth", LOAD_OPTION_OTHER, 0, 0, 0,
      "50,100,...: subscribers, step by step in one run" },
    { "concurrency", LOAD_OPTION_NUMBER,
      offsetof(load_options_t, concurrency), 1, 5000,
      "who join at a time; 20" },
    { "media", LOAD_OPTION_OTHER, 0, 0, 0,
      "video (the default), audio or both" },
    { "codec", LOAD_OPTION_TEXT, offsetof(load_options_t, codec), 0, 0,
      "VP8 (the default), VP9 or H264" },
    { "size", LOAD_OPTION_NUMBER, offsetof(load_options_t, size), 120, 1400,
      "of RTP packets of video, without SRTP's bytes; 1200" },
    { "message", LOAD_OPTION_NUMBER, offsetof(load_options_t, message), 32,
      1024, "bytes, with --mode data, where --rate and --burst are of them;"
      " 100" },
    { "window", LOAD_OPTION_NUMBER, offsetof(load_options_t, window), 0, 4096,
      "with --mode data: messages of a sender that are under way, in place of"
      " --rate; 0" },
    { "rate", LOAD_OPTION_NUMBER, offsetof(load_options_t, rate), 1, 100000,
      "packets of video per second and publisher; 100" },
    { "total", LOAD_OPTION_NUMBER, offsetof(load_options_t, total), 0,
      10000000, "forwarded packets per second: sets the rate" },
    { "burst", LOAD_OPTION_NUMBER, offsetof(load_options_t, burst), 1, 32,
      "packets of video that are sent together, as a frame; 1" },
    { "srtp", LOAD_OPTION_OTHER, 0, 0, 0,
      "gcm or cm: all that is offered to DTLS; both" },
    { "warmup", LOAD_OPTION_SECONDS, offsetof(load_options_t, warmup), 0, 3600,
      "seconds between the last join and the interval; 1" },
    { "duration", LOAD_OPTION_SECONDS, offsetof(load_options_t, duration), 0,
      3600, "seconds of the interval that is measured; 5" },
    { "timeout", LOAD_OPTION_SECONDS, offsetof(load_options_t, timeout), 1,
      3600, "seconds that a member may take to join; 20" },
    { "pid", LOAD_OPTION_TEXT, offsetof(load_options_t, pids), 0, 0,
      "P[,P...]: the server's processes, for CPU time and memory" },
    { "loss", LOAD_OPTION_NUMBER, offsetof(load_options_t, loss), 0, 50,
      "per cent of the packets that receivers throw away; 0" },
    { "nack", LOAD_OPTION_OTHER, 0, 0, 0,
      "on (the default) or off" },
    { "twcc", LOAD_OPTION_OTHER, 0, 0, 0,
      "on (the default) or off: transport-wide feedback" },
    { "gso", LOAD_OPTION_OTHER, 0, 0, 0,
      "on or off (the default): bursts are sent by UDP_SEGMENT" },
    { "gro", LOAD_OPTION_OTHER, 0, 0, 0,
      "on (the default) or off: runs are received by UDP_GRO" },
    { "clock", LOAD_OPTION_OTHER, 0, 0, 0,
      "kernel (the default): packets arrive in the socket; or read" },
    { "sleep", LOAD_OPTION_OTHER, 0, 0, 0,
      "on (the default), or off: the tool looks for what has come all the"
      " time" },
    { "bind", LOAD_OPTION_TEXT, offsetof(load_options_t, bind), 0, 0,
      "our address; 127.0.0.1" },
    { NULL, 0, 0, 0, 0, NULL }
};


ngx_int_t
load_options_parse(load_options_t *options, int argc, char *const *argv)
{
    int                    i;
    const load_option_t   *option;

    ngx_memzero(options, sizeof(load_options_t));

    options->codec = "VP8";
    options->bind = "127.0.0.1";
    options->room = "load";
    options->rooms = 1;
    options->publishers = 1;
    options->subscribers = 50;
    options->concurrency = 20;
    options->size = 1200;
    options->message = 100;
    options->rate = 100;
    options->burst = 1;
    options->warmup = NGX_WEBRTC_SEC;
    options->duration = 5 * NGX_WEBRTC_SEC;
    options->timeout = 20 * NGX_WEBRTC_SEC;
    options->video = 1;
    options->nack = 1;
    options->twcc = 1;
    options->gro = 1;
    options->kernel_time = 1;

    for (i = 1; i < argc; i++) {

        if (strcmp(argv[i], "--help") == 0) {
            load_options_help();
            return NGX_DONE;
        }

        if (strcmp(argv[i], "--json") == 0) {
            options->json = 1;
            continue;
        }

        option = load_option_find(argv[i]);

        if (option == NULL) {
            fprintf(stderr, "%s: no such option, see --help\n", argv[i]);
            return NGX_ERROR;
        }

        if (++i == argc) {
            fprintf(stderr, "--%s needs a value\n", option->name);
            return NGX_ERROR;
        }

        if (load_option_set(options, option, argv[i]) != NGX_OK) {
            fprintf(stderr, "--%s %s: a bad value, see --help\n",
                    option->name, argv[i]);
            return NGX_ERROR;
        }
    }

    return load_options_check(options);
}


static const load_option_t *
load_option_find(const char *name)
{
    const load_option_t  *option;

    if (strncmp(name, "--", 2) != 0) {
        return NULL;
    }

    for (option = load_options; option->name; option++) {
        if (strcmp(option->name, name + 2) == 0) {
            return option;
        }
    }

    return NULL;
}


static ngx_int_t
load_option_set(load_options_t *options, const load_option_t *option,
    const char *value)
{
    void    *field;
    double   number;

    field = (u_char *) options + option->offset;

    switch (option->type) {

    case LOAD_OPTION_TEXT:
        *(const char **) field = value;
        return NGX_OK;

    case LOAD_OPTION_OTHER:
        return load_option_other(options, option->name, value);

    default:
        break;
    }

    if (load_option_number(option, value, &number) != NGX_OK) {
        return NGX_ERROR;
    }

    if (option->type == LOAD_OPTION_SECONDS) {
        *(ngx_webrtc_usec_t *) field
                                = (ngx_webrtc_usec_t) (number * 1000000.0);
        return NGX_OK;
    }

    *(ngx_uint_t *) field = (ngx_uint_t) number;

    return (number == (double) (ngx_uint_t) number) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
load_option_number(const load_option_t *option, const char *value,
    double *number)
{
    char  *end;

    *number = strtod(value, &end);

    return (end == value || *end != '\0' || !(*number >= (double) option->min)
            || !(*number <= (double) option->max))
           ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
load_option_other(load_options_t *options, const char *name,
    const char *value)
{
    ngx_uint_t  i, on;

    static const char *const  modes[] = {
        "media", "setup", "idle", "data"
    };

    if (strcmp(name, "mode") == 0) {
        for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
            if (strcmp(value, modes[i]) == 0) {
                options->mode = (load_mode_e) i;
                return NGX_OK;
            }
        }

        return NGX_ERROR;
    }

    if (strcmp(name, "media") == 0) {
        return load_option_media(options, value);
    }

    if (strcmp(name, "growth") == 0) {
        return load_option_steps(options, value);
    }

    if (strcmp(name, "srtp") == 0) {
        options->profile = strcmp(value, "gcm") == 0
                           ? NGX_WEBRTC_SRTP_AEAD_AES_128_GCM
                           : NGX_WEBRTC_SRTP_AES128_CM_SHA1_80;

        return strcmp(value, "gcm") == 0 || strcmp(value, "cm") == 0
               ? NGX_OK : NGX_ERROR;
    }

    if (strcmp(name, "clock") == 0) {
        options->kernel_time = (strcmp(value, "kernel") == 0);

        return options->kernel_time || strcmp(value, "read") == 0
               ? NGX_OK : NGX_ERROR;
    }

    if (load_option_on(value, &on) != NGX_OK) {
        return NGX_ERROR;
    }

    if (strcmp(name, "nack") == 0) {
        options->nack = on;

    } else if (strcmp(name, "twcc") == 0) {
        options->twcc = on;

    } else if (strcmp(name, "gso") == 0) {
        options->gso = on;

    } else if (strcmp(name, "sleep") == 0) {
        options->awake = !on;

    } else {
        options->gro = on;
    }

    return NGX_OK;
}


static ngx_int_t
load_option_on(const char *value, ngx_uint_t *on)
{
    *on = (strcmp(value, "on") == 0);

    return *on || strcmp(value, "off") == 0 ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
load_option_media(load_options_t *options, const char *value)
{
    options->audio = (strcmp(value, "video") != 0);
    options->video = (strcmp(value, "audio") != 0);

    return strcmp(value, "both") == 0 || strcmp(value, "video") == 0
           || strcmp(value, "audio") == 0
           ? NGX_OK : NGX_ERROR;
}


/* ascending numbers with commas between */

static ngx_int_t
load_option_steps(load_options_t *options, const char *value)
{
    char        *end;
    long         number;
    ngx_uint_t   prior;

    prior = 0;

    for (options->nsteps = 0; options->nsteps < LOAD_STEPS_MAX; ) {
        number = strtol(value, &end, 10);

        if (end == value || number <= (long) prior || number > 5000) {
            return NGX_ERROR;
        }

        prior = (ngx_uint_t) number;
        options->steps[options->nsteps++] = prior;
        options->subscribers = prior;

        if (*end == '\0') {
            return NGX_OK;
        }

        if (*end != ',') {
            return NGX_ERROR;
        }

        value = end + 1;
    }

    return NGX_ERROR;
}


static ngx_int_t
load_options_check(load_options_t *options)
{
    if (options->target == NULL) {
        fprintf(stderr, "--target is needed, see --help\n");
        return NGX_ERROR;
    }

    if (options->publishers + options->both + options->subscribers == 0) {
        fprintf(stderr, "there is nobody to join\n");
        return NGX_ERROR;
    }

    if (options->mode == LOAD_MODE_DATA) {
        options->audio = 0;
        options->video = 0;
    }

    if (options->mode == LOAD_MODE_SETUP && options->subscribers == 0) {
        fprintf(stderr, "--mode setup needs subscribers\n");
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
load_options_help(void)
{
    const load_option_t  *option;

    printf("usage: webrtc_load --target TARGET [options]\n\n");

    for (option = load_options; option->name; option++) {
        printf("  --%-14s %s\n", option->name, option->help);
    }

    printf("  --%-14s %s\n", "json", "one JSON object in place of the table");
}
