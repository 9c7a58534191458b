/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The CPU time and the memory of processes, as the kernel counts them.
 */

'use strict';

const fs = require('node:fs');

const { read } = require('./machine');


const TICK = 1e4;           /* us: USER_HZ is 100 for every Linux */


/*
 * Microseconds of CPU time up to now.  The threads have it to the nanosecond,
 * but take it with them when they end; the process has all of it, in ticks.
 */

function cpu(pids) {
    const threads = new Map();
    let ticks = 0;

    for (const pid of pids) {
        const stat = read(`/proc/${pid}/stat`).split(') ').pop().split(' ');

        ticks += Number(stat[11]) + Number(stat[12]);

        for (const tid of tasks(pid)) {
            const [ns] = read(`/proc/${pid}/task/${tid}/schedstat`)
                .split(' ');

            threads.set(tid, Number(ns) / 1000);
        }
    }

    return { threads, total: ticks * TICK };
}


function tasks(pid) {
    try {
        return fs.readdirSync(`/proc/${pid}/task`);

    } catch {
        return [];
    }
}


/* Between two answers of cpu(). */

function spent(before, after) {
    const same = before.threads.size === after.threads.size
                 && [...before.threads.keys()]
                     .every((tid) => after.threads.has(tid));

    if (!same) {
        return after.total - before.total;
    }

    return [...after.threads].reduce(
        (sum, [tid, us]) => sum + us - before.threads.get(tid), 0);
}


/*
 * What the processes have taken for themselves and of the shared zone, in
 * bytes: not the files that are mapped.
 */

function memory(pids) {
    return pids.reduce((sum, pid) => {
        const text = read(`/proc/${pid}/status`);

        const parts = text.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB/mg);

        return [...parts].reduce(
            (n, match) => n + 1024 * Number(match[1]), sum);
    }, 0);
}


module.exports = { cpu, spent, memory };
