
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_proc.h"

#include <stdio.h>
#include <time.h>


static uint64_t load_proc_cpu(pid_t pid);
static uint64_t load_proc_number(const char *line, const char *name);


ngx_int_t
load_pids_parse(const char *text, load_pids_t *pids)
{
    long   pid;
    char  *end, path[64];
    FILE  *file;

    pids->n = 0;

    while (text && *text) {
        pid = strtol(text, &end, 10);

        if (end == text || pid <= 0 || (*end != ',' && *end != '\0')
            || pids->n == LOAD_PIDS_MAX)
        {
            return NGX_ERROR;
        }

        snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", pid);

        file = fopen(path, "r");
        if (file == NULL) {
            return NGX_ERROR;
        }

        fclose(file);

        pids->pids[pids->n++] = (pid_t) pid;
        text = (*end == ',') ? end + 1 : end;
    }

    return NGX_OK;
}


void
load_pids_cpu(const load_pids_t *pids, load_usage_t *usage)
{
    ngx_uint_t  i;

    usage->cpu = 0;

    for (i = 0; i < pids->n; i++) {
        usage->cpu += load_proc_cpu(pids->pids[i]);
    }
}


/* with that of threads that have ended: schedstat forgets them */

static uint64_t
load_proc_cpu(pid_t pid)
{
    clockid_t        clock;
    struct timespec  ts;

    if (clock_getcpuclockid(pid, &clock) != 0
        || clock_gettime(clock, &ts) == -1)
    {
        return 0;
    }

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}


void
load_pids_memory(const load_pids_t *pids, load_usage_t *usage)
{
    char         path[64], line[256];
    FILE        *file;
    ngx_uint_t   i;

    usage->rss = 0;
    usage->pss = 0;

    for (i = 0; i < pids->n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/smaps_rollup",
                 (int) pids->pids[i]);

        file = fopen(path, "r");
        if (file == NULL) {
            continue;
        }

        while (fgets(line, sizeof(line), file)) {
            usage->rss += load_proc_number(line, "Rss:");
            usage->pss += load_proc_number(line, "Pss_Anon:");
            usage->pss += load_proc_number(line, "Pss_Shmem:");
        }

        fclose(file);
    }
}


static uint64_t
load_proc_number(const char *line, const char *name)
{
    size_t  len;

    len = strlen(name);

    return strncmp(line, name, len) == 0 ? strtoull(line + len, NULL, 10) : 0;
}


uint64_t
load_own_cpu(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}
