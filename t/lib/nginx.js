/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * An nginx under test: master and workers in a fresh prefix, with a web
 * server (pages, the SDK, signalling), the Sora API and the media ports.
 * stop() fails the test when error.log tells of anything unhealthy.
 *
 * Environment: NGINX_BINARY, NGX_WEBRTC_MODULE, NGX_STREAM_MODULE,
 * NGX_WEBRTC_STATIC=1 (no load_module), NGX_TEST_KEEP=1 (keep the prefix),
 * NGX_TEST_DEBUG=1 (error_log at debug), NGX_TEST_SPREAD=1 (at least two
 * workers, and the media of a channel's members at all of them in turn).
 */

'use strict';

const assert = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { freeTcp, freeUdp } = require('./ports');
const { sleep, until, within } = require('./poll');


const ROOT = path.resolve(__dirname, '..');

const BINARY = process.env.NGINX_BINARY || '/usr/sbin/nginx';

const STREAM_MODULE = process.env.NGX_STREAM_MODULE
    || '/usr/lib/nginx/modules/ngx_stream_module.so';

const WEBRTC_MODULE = path.resolve(process.env.NGX_WEBRTC_MODULE
    || path.join(ROOT, '..', 'build', 'release',
                 'ngx_webrtc_module.so'));

const SPREAD = process.env.NGX_TEST_SPREAD === '1';

const IS_STATIC = process.env.NGX_WEBRTC_STATIC === '1';

/*
 * What is expected of the log of an nginx with a worker that is killed: it
 * may die with the mutex of the zone in its hands, and the master says so.
 */

const KILLED = [/worker process \d+ exited on signal 9/,
                /shared memory zone "\w+" was locked by \d+/];

const UNHEALTHY = /\[alert\]|\[emerg\]|Sanitizer|runtime error:/;


/* a runner that loses its patience must not leave nginx behind */

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => process.exit(1));
}


function loadModules() {
    if (IS_STATIC) {
        return '';
    }

    return `load_module ${STREAM_MODULE};\nload_module ${WEBRTC_MODULE};\n`;
}


function listOf(value) {
    return (Array.isArray(value) ? value : [value]).filter(Boolean);
}


/*
 * One directive list may be given for each place: main, events, stream,
 * media (the media server), http, web (the web server), signaling (its
 * location), apiServer, api (its location).
 */

function configText(o) {
    const main = SPREAD && !listOf(o.main).some((l) => /spread/.test(l))
                 ? ['webrtc_spread 0;', ...listOf(o.main)] : o.main;

    const put = (lines, indent) => listOf(lines)
        .map((line) => `${indent}${line}\n`).join('');

    const level = process.env.NGX_TEST_DEBUG ? 'debug' : 'info';

    return `${loadModules()}
${process.getuid() === 0 ? `user ${o.user};` : ''}
daemon off;
worker_processes ${o.workers};
worker_shutdown_timeout ${o.shutdownTimeout};
pid nginx.pid;
error_log error.log ${level};

webrtc_zone webrtc:${o.zoneSize};
${put(main, '')}
events {
    worker_connections ${o.workerConnections};
${put(o.events, '    ')}}

stream {
${put(o.stream, '    ')}
    server {
        listen ${o.udpAddress}:${o.udpPort}-${o.udpPort + o.udpPorts - 1} udp;
        webrtc_media;
${put(o.media, '        ')}    }
}

http {
    types { text/html html; text/css css; text/javascript js mjs; }
    default_type application/octet-stream;
    keepalive_timeout 0;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;

    log_format ended '$pid\\t$status\\t$uri\\t$webrtc_channel_id'
                     '\\t$webrtc_connection_id\\t$webrtc_role'
                     '\\t$webrtc_close_reason';
    access_log off;
${put(o.http, '    ')}
    server {
        listen 127.0.0.1:${o.webPort} reuseport;

        location = /signaling {
            access_log access.log ended;
            webrtc_sora_signaling;
${put(o.signaling, '            ')}        }

        location / { root html; }
${put(o.web, '        ')}    }

    server {
        listen 127.0.0.1:${o.apiPort} reuseport;
${put(o.apiServer, '        ')}
        location / {
            webrtc_sora_api;
${put(o.api, '            ')}        }
    }
}
`;
}


class Nginx {

    constructor(options, prefix) {
        this.options = options;
        this.prefix = prefix;
        this.url = `http://127.0.0.1:${options.webPort}`;
        this.signalingUrl = `ws://127.0.0.1:${options.webPort}/signaling`;
        this.apiUrl = `http://127.0.0.1:${options.apiPort}/`;
        this.gatewayUrl = options.gatewayPort
            && `http://127.0.0.1:${options.gatewayPort}`;
        this.stderr = '';
    }


    /*
     * options: workers, udpPorts, udpAddress, zoneSize, shutdownTimeout,
     * allow (regexps of log lines that are expected), binary, user (if we are
     * root), and the directive lists above.
     * `config` replaces the whole text: a function of the options.
     */

    static async start(options = {}) {
        const o = {
            user: 'root',
            workers: 2,
            udpPorts: 8,
            udpAddress: '127.0.0.1',
            zoneSize: '16m',
            shutdownTimeout: '20s',
            workerConnections: 1024,
            allow: [],
            webPort: await freeTcp(),
            apiPort: await freeTcp(),
            ...options,
        };

        if (SPREAD) {
            o.workers = Math.max(o.workers, 2);
            o.udpPorts = Math.max(o.udpPorts, 2 * o.workers);
        }

        o.udpPort = options.udpPort || await freeUdp(o.udpPorts);

        const prefix = makePrefix();
        const nginx = new Nginx(o, prefix);

        nginx.configure(options.config ? options.config(o) : configText(o));
        publishPages(path.join(prefix, 'html'));

        await nginx.spawn();

        return nginx;
    }


    configure(text) {
        fs.writeFileSync(path.join(this.prefix, 'nginx.conf'), text);
    }


    async spawn() {
        this.child = spawn(this.options.binary ?? BINARY, ['-p', this.prefix + '/', '-c',
                                    'nginx.conf', '-e', 'error.log'],
                           { detached: true,
                             stdio: ['ignore', 'ignore', 'pipe'] });

        this.master = this.child.pid;
        this.child.stderr.on('data', (data) => { this.stderr += data; });

        this.exited = new Promise((resolve) => {
            this.child.once('exit', (code, signal) => {
                this.gone = true;
                resolve({ code, signal });
            });
        });

        const orphan = () => kill(-this.master, 'SIGKILL');

        process.once('exit', orphan);
        this.exited.then(() => process.removeListener('exit', orphan));

        await until('the workers have started', () => {
            if (this.gone) {
                return true;
            }

            return this.workers().length === this.options.workers;
        });

        if (this.gone) {
            throw new Error(`nginx did not start:\n${this.stderr}`
                            + this.errorLog());
        }
    }


    errorLog() {
        return read(path.join(this.prefix, 'error.log'));
    }


    /* One line for each signalling connection that has ended. */

    ended() {
        return read(path.join(this.prefix, 'access.log')).split('\n')
            .filter(Boolean)
            .map((line) => {
                const [pid, status, uri, channelId, connectionId, role, reason]
                    = line.split('\t');

                return { pid: Number(pid), status: Number(status), uri,
                         channelId, connectionId, role, reason };
            });
    }


    /* The pids of the workers that accept new connections. */

    workers() {
        return childrenOf(this.master)
            .filter((child) => /^nginx: worker process\s*$/.test(child.title))
            .map((child) => child.pid);
    }


    /* All children of the master, those that are shutting down as well. */

    processes() {
        return childrenOf(this.master).map((child) => child.pid);
    }


    /*
     * Which worker holds how many open connections to the web port: with
     * keepalive off these are the signalling connections.
     */

    signalingByWorker() {
        const sockets = establishedOn(this.options.webPort);
        const count = new Map();

        for (const pid of this.processes()) {
            count.set(pid, socketsOf(pid).filter((s) => sockets.has(s)).length);
        }

        return count;
    }


    /* The worker of the signalling connection with this client port. */

    workerOf(clientPort) {
        const sockets = establishedOn(this.options.webPort, clientPort);

        return this.processes().find(
            (pid) => socketsOf(pid).some((s) => sockets.has(s)));
    }


    /*
     * The worker that has claimed this media port.  Every worker inherits
     * the listening socket; the one that reads it has it once more.
     */

    workerOfUdp(port) {
        const sockets = udpSocketsOn(port);

        const count = (pid) => socketsOf(pid)
            .filter((s) => sockets.has(s)).length;

        return this.processes()
            .map((pid) => ({ pid, n: count(pid) }))
            .sort((a, b) => b.n - a.n)[0].pid;
    }


    async reload() {
        const old = new Set(this.workers());

        kill(this.master, 'SIGHUP');

        return until('new workers have replaced the old ones', () => {
            const now = this.workers();

            return now.length === this.options.workers
                   && now.every((pid) => !old.has(pid)) && now;
        });
    }


    async stop(signal = 'SIGTERM', timeout = 15000) {
        if (!this.gone) {
            kill(this.master, signal);
        }

        const done = await within('the end of nginx', this.exited, timeout)
            .catch(() => null);

        let leftover = alive(-this.master);

        if (done && leftover) {
            await sleep(500);
            leftover = alive(-this.master);
        }

        if (leftover) {
            kill(-this.master, 'SIGKILL');
        }

        this.assertHealthy();

        assert.ok(done, `nginx did not leave within ${timeout} ms of`
                        + ` ${signal}`);
        assert.ok(!leftover, 'nginx left processes behind');

        if (process.env.NGX_TEST_KEEP === '1') {
            console.error(`kept ${this.prefix}`);

        } else {
            fs.rmSync(this.prefix, { recursive: true, force: true });
        }
    }


    assertHealthy() {
        const bad = (this.errorLog() + this.stderr).split('\n')
            .filter((line) => UNHEALTHY.test(line))
            .filter((line) => !this.options.allow.some((re) => re.test(line)));

        assert.deepStrictEqual(bad, [], `error.log is not clean, see`
                                        + ` ${this.prefix}/error.log`);
    }
}


/* Runs `nginx -t` on a whole configuration text. */

function testConfig(text) {
    const prefix = makePrefix();

    try {
        fs.writeFileSync(path.join(prefix, 'nginx.conf'), text);

        const run = spawnSync(BINARY, ['-t', '-p', prefix + '/', '-c',
                                       'nginx.conf', '-e', 'error.log'],
                              { encoding: 'utf8' });

        return { status: run.status, signal: run.signal, stderr: run.stderr,
                 ok: run.status === 0 };

    } finally {
        fs.rmSync(prefix, { recursive: true, force: true });
    }
}


function makePrefix() {
    const prefix = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-'));

    fs.mkdirSync(path.join(prefix, 'html'));

    return prefix;
}


/* The pages of the tests, the demo page and the unmodified SDK. */

function publishPages(root) {
    const link = (from, to) => {
        if (fs.existsSync(from)) {
            fs.cpSync(from, path.join(root, to), { recursive: true });
        }
    };

    link(path.join(ROOT, 'browser', 'pages'), 'pages');
    link(path.join(ROOT, '..', 'conf-examples', 'html'), 'demo');
    link(path.join(ROOT, 'node_modules', 'sora-js-sdk', 'dist', 'sora.js'),
         'sora.js');
    link(path.join(ROOT, 'node_modules', 'peerjs', 'dist', 'peerjs.min.js'),
         'lib/peerjs.min.js');
    link(path.join(ROOT, 'node_modules', 'skyway-js', 'dist', 'skyway.js'),
         'lib/skyway.js');
}


function read(file) {
    try {
        return fs.readFileSync(file, 'utf8');

    } catch {
        return '';
    }
}


function kill(pid, signal) {
    try {
        process.kill(pid, signal);

    } catch (e) {
        if (e.code !== 'ESRCH') {
            throw e;
        }
    }
}


function alive(pid) {
    try {
        process.kill(pid, 0);
        return true;

    } catch {
        return false;
    }
}


function childrenOf(pid) {
    return read(`/proc/${pid}/task/${pid}/children`).split(' ')
        .filter(Boolean)
        .map((child) => ({
            pid: Number(child),
            title: read(`/proc/${child}/cmdline`).replace(/\0/g, ' ').trim(),
        }));
}


/* The inodes of the established TCP sockets whose local port is this one. */

function establishedOn(port, peerPort) {
    const ESTABLISHED = '01';
    const inodes = new Set();

    for (const line of read('/proc/net/tcp').split('\n').slice(1)) {
        const [, local, remote, state, , , , , , inode] = line.trim()
            .split(/\s+/);

        if (state !== ESTABLISHED || hexPort(local) !== port
            || (peerPort && hexPort(remote) !== peerPort))
        {
            continue;
        }

        inodes.add(inode);
    }

    return inodes;
}


function udpSocketsOn(port) {
    const fields = read('/proc/net/udp').split('\n').slice(1)
        .map((line) => line.trim().split(/\s+/));

    return new Set(fields.filter((f) => f[1] && hexPort(f[1]) === port)
        .map((f) => f[9]));
}


function hexPort(address) {
    return parseInt(address.split(':')[1], 16);
}


function socketsOf(pid) {
    let names;

    try {
        names = fs.readdirSync(`/proc/${pid}/fd`);

    } catch {
        return [];
    }

    return names.map((name) => {
        try {
            const target = fs.readlinkSync(`/proc/${pid}/fd/${name}`);

            return /^socket:\[(\d+)\]$/.exec(target)?.[1];

        } catch {
            return undefined;
        }
    }).filter(Boolean);
}


module.exports = {
    Nginx, KILLED, SPREAD, configText, loadModules, testConfig, kill,
};
