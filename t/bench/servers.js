/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The servers of the benchmarks.  Each has missing(), which returns why it
 * cannot be had here, and start(options), which resolves to a running one:
 *
 *     { pids, target, stop() }
 *
 * where pids are the processes whose time and memory count, and target is
 * what the load tool is told.
 */

'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const janus = require('./janus');
const { LOOPBACK, address } = require('./address');
const { configText } = require('./nginx_conf');
const { Nginx } = require('../lib/nginx');
const { cores, descriptors, pin, pinWorkers, TOP } = require('./machine');
const { freeBoth, freeTcp } = require('../lib/ports');
const { until } = require('../lib/poll');


const NCHAN = '/usr/lib/nginx/modules/ngx_nchan_module.so';
const RAW = path.join(TOP, 'build', 'bench', 'raw_forwarder');
const PEERJS = path.join(TOP, 't', 'node_modules', 'peer');


/* A child that is ended with us, and its output. */

function launch(command, args, options = {}) {
    const child = spawn(command, args,
                        { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const orphan = () => child.kill('SIGKILL');
    const server = { child, output: '', gone: false };

    process.once('exit', orphan);

    for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (data) => {
            server.output = (server.output + data).slice(-10000);
        });
    }

    server.exited = new Promise((resolve) => {
        const end = () => {
            process.removeListener('exit', orphan);
            server.gone = true;
            resolve();
        };

        child.once('exit', end);
        child.once('error', (e) => { server.output += e.message; end(); });
    });

    server.stop = async () => {
        const timer = setTimeout(() => child.kill('SIGKILL'), 5000);

        child.kill('SIGTERM');
        await server.exited;
        clearTimeout(timer);
    };

    return server;
}


/* Waits for it to be up, and gives it its core. */

async function running(server, name, isUp) {
    await until(`${name} is up`, () => server.gone || isUp())
        .catch(async (e) => { await server.stop(); throw e; });

    if (server.gone) {
        throw new Error(`${name} did not start: ${server.output}`);
    }

    server.pids ??= [server.child.pid];
    pin(server.pids, cores().server);

    return server;
}


/* Whether somebody listens there. */

function answers(port) {
    return new Promise((resolve, reject) => {
        const socket = net.connect({ host: LOOPBACK, port }, () => {
            socket.destroy();
            resolve(true);
        });

        socket.once('error', reject);
    });
}


function startNginx(defaults) {
    return async (options = {}) => {
        const gatewayPort = await freeTcp();
        const nginx = await Nginx.start({
            workers: 1, udpPorts: 4, udpAddress: address(), gatewayPort,
            config: configText, ...defaults, ...options });

        const pids = nginx.workers();

        if (options.together) {
            pin(pids, cores().server);

        } else {
            pinWorkers(pids);
        }

        return { nginx, pids, target: `sora:${nginx.signalingUrl}`,
                 stop: () => nginx.stop() };
    };
}


function startRaw(...args) {
    return async () => {
        const port = await freeBoth();
        const server = launch(RAW, ['--port', port, ...args]);

        server.target = `raw:${address()}:${port}`;

        return running(server, 'the raw forwarder', () => answers(port));
    };
}


function startJanus(library) {
    return async () => {
        const port = await freeTcp();
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-'));
        const args = janus.configure(dir, port, address());
        const env = library
            ? { ...process.env, LD_LIBRARY_PATH: library } : process.env;

        /* a descriptor for each client and each poll */

        const server = launch('prlimit', [`--nofile=${descriptors()}`,
                                          janus.BINARY, ...args], { env });
        const { stop } = server;

        server.target = `janus:http://127.0.0.1:${port}/janus`;
        server.stop = async () => {
            await stop();
            fs.rmSync(dir, { recursive: true, force: true });
        };

        return running(server, 'Janus', () => janus.isUp(port));
    };
}


async function startPeerjs() {
    const port = await freeTcp();
    const server = launch(process.execPath, [
        path.join(PEERJS, 'dist', 'bin', 'peerjs.js'), '--port', port]);

    server.port = port;

    return running(server, 'peerjs-server', () => fetch(
        `http://127.0.0.1:${port}/peerjs/id`).then((res) => res.ok));
}


const janusMissing = () => janus.missing()
    ?? (address() === LOOPBACK
        ? 'Janus takes no loopback address, and there is no other'
        : undefined);

const SERVERS = {

    /* of a row that needs none */

    none: {
        missing: () => undefined,
        start: async () => ({ pids: [], stop: async () => {} }),
    },

    nginx: {
        missing: () => undefined,
        start: startNginx({}),
    },

    nchan: {
        missing: () => fs.existsSync(NCHAN) ? undefined
            : 'libnginx-mod-nchan is not installed (make bench-deps)',
        start: startNginx({ nchan: NCHAN }),
    },

    raw: {
        missing: () => fs.existsSync(RAW) ? undefined
            : 'build/bench/raw_forwarder is not there',
        start: startRaw(),
    },

    'raw-segment': {
        missing: () => SERVERS.raw.missing(),
        start: startRaw('--segment'),
    },

    janus: {
        missing: janusMissing,
        start: startJanus(),
    },

    'janus-openssl': {
        missing: () => janusMissing() ?? janus.libraryMissing(),
        start: startJanus(janus.LIBRARY),
    },

    peerjs: {
        missing: () => fs.existsSync(PEERJS) ? undefined
            : 'the npm package "peer" is not installed',
        start: startPeerjs,
    },
};


module.exports = { SERVERS };
