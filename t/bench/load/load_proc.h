
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the kernel says of the server's processes */


#ifndef _LOAD_PROC_H_INCLUDED_
#define _LOAD_PROC_H_INCLUDED_


#include <core/ngx_webrtc_core.h>

#include <sys/types.h>


#define LOAD_PIDS_MAX   64


typedef struct {
    pid_t               pids[LOAD_PIDS_MAX];
    ngx_uint_t          n;
} load_pids_t;


typedef struct {
    uint64_t            cpu;        /* ns, of all threads */
    uint64_t            rss;        /* kB */
    uint64_t            pss;        /* kB, see load_pids_memory() */
} load_usage_t;


/* "12,34"; NULL: none.  NGX_ERROR: malformed, or one is not there */
ngx_int_t load_pids_parse(const char *text, load_pids_t *pids);

void load_pids_cpu(const load_pids_t *pids, load_usage_t *usage);
/*
 * It takes milliseconds of the kernel's time: not while measuring.  "pss" has
 * pages that processes share by their part, and none of files: whoever else
 * has mapped a library would change it.
 */
void load_pids_memory(const load_pids_t *pids, load_usage_t *usage);

/* of this process, ns */
uint64_t load_own_cpu(void);


#endif /* _LOAD_PROC_H_INCLUDED_ */
