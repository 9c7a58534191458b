/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A share of a core for the processes of a server, by the CPU controller of
 * cgroups, version 1 or 2.  The load tool cannot send more than a whole core
 * can forward; it can send more than a part of one can.
 */

'use strict';

const fs = require('node:fs');
const path = require('node:path');


const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';

const QUOTA = 1000;             /* us, the least that the kernel takes */


function isV1() {
    return fs.existsSync(path.join(V1, 'cpu.cfs_quota_us'))
        || fs.existsSync(path.join(V1, 'cgroup.procs'));
}


function root() {
    return isV1() ? V1 : V2;
}


function missing() {
    try {
        const dir = fs.mkdtempSync(path.join(root(), 'ngx-webrtc-'));
        const file = path.join(dir, isV1() ? 'cpu.cfs_quota_us' : 'cpu.max');
        const there = fs.existsSync(file);

        fs.rmdirSync(dir);

        return there ? undefined : 'no CPU controller of cgroups';

    } catch (e) {
        return `cgroups cannot be written (${e.code})`;
    }
}


/* Runs body() while the processes have no more than a share of one core. */

async function throttled(pids, share, body) {
    const dir = fs.mkdtempSync(path.join(root(), 'ngx-webrtc-'));
    const period = Math.round(QUOTA / share);
    const write = (where, name, text) => fs.writeFileSync(
        path.join(where, name), String(text));

    try {
        if (isV1()) {
            write(dir, 'cpu.cfs_period_us', period);
            write(dir, 'cpu.cfs_quota_us', QUOTA);

        } else {
            write(dir, 'cpu.max', `${QUOTA} ${period}`);
        }

        pids.forEach((pid) => write(dir, 'cgroup.procs', pid));

        return await body();

    } finally {
        pids.forEach((pid) => write(root(), 'cgroup.procs', pid));
        fs.rmdirSync(dir);
    }
}


module.exports = { missing, throttled };
