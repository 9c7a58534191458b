/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What a benchmark ran on, in words, and how its processes share the cores.
 */

'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');


const TOP = path.resolve(__dirname, '..', '..');


function read(file) {
    try {
        return fs.readFileSync(file, 'utf8');

    } catch {
        return '';
    }
}


/* The first line that a command writes, to stdout or stderr, or ''. */

function told(command, ...args) {
    const run = spawnSync(command, args, { encoding: 'utf8' });

    return run.error ? ''
        : (run.stdout.trim() || run.stderr.trim()).split('\n')[0];
}


/* The version of a Debian package that is installed, or ''. */

function packaged(name) {
    const run = spawnSync('dpkg-query', ['-W', '-f',
                                         '${db:Status-Status} ${Version}',
                                         name], { encoding: 'utf8' });
    const [status, version] = run.error ? [] : run.stdout.split(' ');

    return status === 'installed' ? version : '';
}


function revision() {
    const git = (...args) => told('git', '-C', TOP, ...args);
    const head = git('rev-parse', '--short', 'HEAD');

    return head && git('status', '--porcelain', '--untracked-files=no')
        ? `${head} with changes` : head;
}


function describe() {
    const info = read('/proc/cpuinfo');
    const release = read('/etc/os-release');
    const governor = read('/sys/devices/system/cpu/cpu0/cpufreq/'
                          + 'scaling_governor').trim();

    const flags = /^flags\s*: (.*)$/m.exec(info)?.[1].split(' ') ?? [];
    const wide = ['avx512f', 'avx2'].find((flag) => flags.includes(flag));

    return {
        cpu: os.cpus()[0]?.model.trim() ?? os.arch(),
        cores: os.cpus().length,
        instructions: wide,
        virtual: flags.includes('hypervisor'),
        governor: governor || 'not told',
        memory: Math.round(os.totalmem() / (1 << 30)),
        kernel: os.release(),
        system: /^PRETTY_NAME="(.*)"$/m.exec(release)?.[1],
        load: os.loadavg()[0],
        revision: revision(),
        nginx: told(process.env.NGINX_BINARY || '/usr/sbin/nginx', '-v')
            .replace(/^.*: /, ''),
        openssl: told('openssl', 'version').replace(/ \(.*$/, ''),
        libsrtp2: packaged('libsrtp2-1'),
        janus: packaged('janus'),
        node: process.version,
    };
}


/*
 * With two cores or more a server has the last one, and the load all others.
 * { server, client }: lists of taskset, or undefined.
 */

function cores() {
    const n = os.cpus().length;

    return n < 2 ? {} : { server: `${n - 1}`,
                          client: n === 2 ? '0' : `0-${n - 2}` };
}


/* Workers beyond the first have those before it, which the load has too. */

function pinWorkers(pids) {
    const n = os.cpus().length;

    pids.forEach((pid, i) => pin([pid], `${(n - 1 - i % n)}`));
}


/* All threads of these processes, and what they start. */

function pin(pids, list) {
    for (const pid of list ? pids : []) {
        execFileSync('taskset', ['-a', '-c', '-p', list, pid],
                     { stdio: 'ignore' });
    }
}


/* As many as a process may have open, and 65 536 are enough. */

function descriptors() {
    const [, hard] = /^Max open files +\S+ +(\S+)/m.exec(
        read('/proc/self/limits')) ?? [];

    return Math.min(65536, hard === 'unlimited' ? Infinity : Number(hard));
}


module.exports = { TOP, describe, cores, pin, pinWorkers, descriptors, read };
