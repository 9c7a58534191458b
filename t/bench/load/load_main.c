
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_client.h"
#include "load_options.h"
#include "load_run.h"

#include <stdio.h>
#include <sys/resource.h>


static ngx_int_t load_init(load_t *load);
static ngx_int_t load_target(load_t *load);
static ngx_int_t load_files(load_t *load);
static void load_cleanup(load_t *load);


static const load_signaller_t *const  load_signallers[] = {
    &load_signaller_janus,
    &load_signaller_raw,
    &load_signaller_sora,
    NULL
};


int
main(int argc, char *const *argv)
{
    load_t     load;
    ngx_int_t  rc;

    ngx_memzero(&load, sizeof(load_t));
    load.loop.epoll = -1;

    rc = load_options_parse(&load.options, argc, argv);

    if (rc != NGX_OK) {
        return (rc == NGX_DONE) ? 0 : 2;
    }

    rc = load_init(&load);

    if (rc == NGX_OK) {
        rc = load_run(&load);

        if (rc == NGX_OK) {
            load_report(&load);

        } else {
            fprintf(stderr, "%s\n", load.run->error);
        }
    }

    load_cleanup(&load);

    return (rc == NGX_OK) ? 0 : 1;
}


static ngx_int_t
load_init(load_t *load)
{
    ngx_uint_t       max;
    load_options_t  *options;

    options = &load->options;

    /* a member, a client, and what it sends; a signaller may need some too */

    max = 16 + 8 * options->rooms * (options->publishers + options->both
                                     + options->subscribers);

    if (load_loop_init(&load->loop, max) != NGX_OK
        || load_target(load) != NGX_OK
        || load_files(load) != NGX_OK
        || load_media_init(load) != NGX_OK
        || load_run_init(load) != NGX_OK)
    {
        return NGX_ERROR;
    }

    load->loop.awake = options->awake;

    return load->signaller->init(load, &load->address);
}


static ngx_int_t
load_target(load_t *load)
{
    ngx_uint_t   i;
    const char  *colon, *target;

    target = load->options.target;
    colon = strchr(target, ':');

    for (i = 0; colon && load_signallers[i]; i++) {

        if (strlen(load_signallers[i]->name) == (size_t) (colon - target)
            && strncmp(load_signallers[i]->name, target, colon - target) == 0)
        {
            load->signaller = load_signallers[i];
            load->address.data = (u_char *) colon + 1;
            load->address.len = strlen(colon + 1);
            return NGX_OK;
        }
    }

    fprintf(stderr, "--target %s: no such kind of server\n", target);

    return NGX_ERROR;
}


/* two descriptors for each member, and some more */

static ngx_int_t
load_files(load_t *load)
{
    ngx_uint_t      need;
    struct rlimit   limit;
    load_options_t *options;

    options = &load->options;

    need = 64 + 4 * options->rooms * (options->publishers + options->both
                                      + options->subscribers);

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= need) {
        return NGX_OK;
    }

    limit.rlim_cur = need;
    limit.rlim_max = ngx_max(limit.rlim_max, need);

    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        return NGX_OK;
    }

    fprintf(stderr, "%u open files are needed, the limit is %u (ulimit -n)\n",
            (unsigned) need, (unsigned) limit.rlim_max);

    return NGX_ERROR;
}


static void
load_cleanup(load_t *load)
{
    if (load->signaller && load->run) {
        load->signaller->cleanup(load);
    }

    load_run_cleanup(load);
    load_loop_cleanup(&load->loop);
    load_media_cleanup(load);
}
