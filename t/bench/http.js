/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Rows of HTTP and of signalling: requests by wrk, joins and idle connections
 * by clients of our own.  The figure is the CPU time of the server, however
 * busy the clients are.
 */

'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');

const WebSocket = require('ws');

const { RestPeer } = require('../lib/gateway');
const { sleep, within } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { cores } = require('./machine');
const { cpu, memory, spent } = require('./usage');


const run = promisify(execFile);

const WRK = '/usr/bin/wrk';
const CHANNEL = 'bench';


function wrkMissing() {
    return fs.existsSync(WRK) ? undefined
        : 'wrk is not installed (make bench-deps)';
}


/* Has wrk repeat one request; resolves to what its script has summed up. */

async function wrk(url, { headers = {}, body, duration }) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-'));
    const file = path.join(dir, 'request.lua');
    const list = cores().client;

    fs.writeFileSync(file, [
        `wrk.method = "${body === undefined ? 'GET' : 'POST'}"`,
        ...Object.entries(headers).map(
            ([name, value]) => `wrk.headers["${name}"] = "${value}"`),
        ...body === undefined ? [] : [`wrk.body = [[${body}]]`],
        'function done(summary, latency, requests)',
        '    local e = summary.errors',
        '    io.write(string.format(\'\\nRESULT {"requests":%d,"us":%d,\'',
        '        .. \'"errors":%d,"p50":%d,"p99":%d}\\n\',',
        '        summary.requests, summary.duration,',
        '        e.connect + e.read + e.write + e.status + e.timeout,',
        '        latency:percentile(50), latency:percentile(99)))',
        'end',
    ].join('\n'));

    const args = [WRK, '-t1', '-c50', `-d${duration}s`, '-s', file, url];

    try {
        const { stdout } = list
            ? await run('taskset', ['-c', list, ...args])
            : await run(args[0], args.slice(1));

        return JSON.parse(/^RESULT (.*)$/m.exec(stdout)[1]);

    } finally {
        fs.rmSync(dir, { recursive: true, force: true });
    }
}


/* What the contestants ask for; `id` is that of a member's connection. */

const REQUESTS = {
    plain: (nginx) => ({ url: `${nginx.url}/plain` }),

    read: (nginx) => ({
        url: nginx.apiUrl,
        headers: { 'x-sora-target': 'Sora_20201013.ListChannelConnections' },
        body: JSON.stringify({ channel_id: CHANNEL }),
    }),

    write: (nginx, id) => ({
        url: nginx.apiUrl,
        headers: { 'x-sora-target':
                   'Sora_20201124.PutSignalingNotifyMetadataItem' },
        body: JSON.stringify({ channel_id: CHANNEL, connection_id: id,
                               key: 'k', value: 1, push: false }),
    }),
};


async function requests({ server, contestant, settings }) {
    const { nginx, pids } = server;
    const member = await Signaling.join(nginx.signalingUrl,
                                        { channel_id: CHANNEL });

    try {
        const { url, ...options } = REQUESTS[contestant.request](
            nginx, member.offer.connection_id);

        await wrk(url, { ...options, duration: 1 });

        const before = cpu(pids);
        const result = await wrk(url, { ...options,
                                        duration: settings.duration });
        const used = spent(before, cpu(pids));

        if (result.errors !== 0) {
            throw new Error(`${result.errors} of ${result.requests} requests`
                            + ' failed');
        }

        return { cost: used / result.requests,
                 rate: result.requests / result.us * 1e6,
                 p50: result.p50, p99: result.p99 };

    } finally {
        member.terminate();
    }
}


/* Ways to come and go; each resolves when the server has done its part. */

const JOINS = {
    nginx: async ({ nginx }) => {
        const member = await Signaling.join(nginx.signalingUrl,
                                            { channel_id: CHANNEL });
        member.ws.close();
        await member.close();
    },

    nchan: ({ nginx }) => socket(
        `ws://127.0.0.1:${nginx.options.webPort}/nchan`, 'open'),

    peerjs: ({ port }, i) => socket(
        `ws://127.0.0.1:${port}/peerjs?key=peerjs&id=p${i}&token=t`,
        'message'),

    /* the same client at our own broker */
    broker: ({ nginx }, i) => socket(
        `ws://127.0.0.1:${nginx.options.webPort}/peerjs/peerjs?key=peerjs`
        + `&id=p${i}&token=t`, 'message'),
};


async function socket(url, event) {
    const ws = await opened(url, event);
    const closed = new Promise((resolve) => ws.once('close', resolve));

    ws.close();
    await within(`the close of ${url}`, closed);
}


/* A WebSocket to which that has happened. */

async function opened(url, event) {
    const ws = new WebSocket(url, { perMessageDeflate: false });

    await within(`"${event}" of ${url}`, new Promise((resolve, reject) => {
        ws.once(event, resolve);
        ws.once('error', reject);
    }));

    return ws;
}


async function joins({ server, contestant, settings }) {
    const until = Date.now() + 1000 * settings.duration;
    const before = cpu(server.pids);
    const join = JOINS[contestant.join ?? contestant.server];
    let n = 0;

    const client = async () => {
        while (Date.now() < until) {
            await join(server, ++n);
        }
    };

    await Promise.all(Array.from({ length: 20 }, client));

    return { cost: spent(before, cpu(server.pids)) / n,
             rate: n / settings.duration };
}


/*
 * Clients that wait for something.  Each entry gets the running server and
 * resolves to a function that makes the client of a number, and resolves to
 * one that ends it.
 */

const HOLDS = {

    /* what nginx itself takes: a request whose headers have not ended */
    request: async ({ nginx }) => () => plainSocket(
        nginx.options.webPort, 'GET /signaling HTTP/1.1\r\nHost: bench\r\n'),

    nchan: async ({ nginx }) => () => openSocket(
        `ws://127.0.0.1:${nginx.options.webPort}/nchan`, 'open'),

    /* known to the broker, and nothing else */
    peerjs: async ({ nginx }) => (i) => openSocket(
        `ws://127.0.0.1:${nginx.options.webPort}/peerjs/peerjs?key=peerjs`
        + `&id=p${i}&token=t`, 'message'),

    /* who have joined, and neither answer the offer nor leave */
    members: async ({ nginx }) => async () => {
        const member = await Signaling.join(nginx.signalingUrl,
                                            { channel_id: CHANNEL });

        return () => member.terminate();
    },

    polls: async ({ nginx }) => {
        const peer = await RestPeer.create(nginx.gatewayUrl, 'polled');
        const { port } = new URL(nginx.gatewayUrl);

        await peer.peerEvent('OPEN');

        return () => plainSocket(
            port, `GET /peers/polled/events${peer.query} HTTP/1.1\r\n`
                  + 'Host: bench\r\n\r\n');
    },
};


function plainSocket(port, text) {
    return new Promise((resolve, reject) => {
        const one = net.connect({ host: '127.0.0.1', port }, () => {
            one.write(text, () => resolve(() => one.destroy()));
        });

        one.once('error', reject);
        one.resume();
    });
}


async function openSocket(url, event) {
    const ws = await opened(url, event);

    return () => ws.terminate();
}


async function idle({ server, contestant, load }) {
    const { pids } = server;
    const open = await HOLDS[contestant.hold](server);
    const before = memory(pids);
    const held = [];

    try {
        while (held.length < load.connections) {
            const first = held.length;

            held.push(...await Promise.all(Array.from(
                { length: 100 }, (none, i) => open(first + i))));
        }

        await sleep(1000);

        return { memory: (memory(pids) - before) / held.length / 1000 };

    } finally {
        held.forEach((end) => end());
    }
}


module.exports = { wrkMissing, requests, joins, idle };
