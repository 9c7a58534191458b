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
};


async function socket(url, event) {
    const ws = new WebSocket(url, { perMessageDeflate: false });

    const once = (name) => new Promise((resolve, reject) => {
        ws.once(name, resolve);
        ws.once('error', reject);
    });

    await within(`"${event}" of ${url}`, once(event));

    const closed = once('close');

    ws.close();
    await within(`the close of ${url}`, closed);
}


async function joins({ server, contestant, settings }) {
    const until = Date.now() + 1000 * settings.duration;
    const before = cpu(server.pids);
    let n = 0;

    const client = async () => {
        while (Date.now() < until) {
            await JOINS[contestant.server](server, ++n);
        }
    };

    await Promise.all(Array.from({ length: 20 }, client));

    return { cost: spent(before, cpu(server.pids)) / n,
             rate: n / settings.duration };
}


/* Members who have joined, and neither answer the offer nor leave. */

async function idleSignaling({ server, load }) {
    const { nginx, pids } = server;
    const members = [];
    const before = memory(pids);

    try {
        while (members.length < load.connections) {
            const more = await Promise.all(Array.from({ length: 100 }, () =>
                Signaling.join(nginx.signalingUrl,
                               { channel_id: CHANNEL })));

            members.push(...more);
        }

        await sleep(1000);

        return { memory: (memory(pids) - before) / members.length / 1000 };

    } finally {
        members.forEach((member) => member.terminate());
    }
}


/*
 * What a parked long poll costs: beside as many connections that nginx itself
 * holds, a request whose headers have not ended yet.
 */

const POLLS = {
    nginx: async (url) => `GET /peers/polled/events?token=x HTTP/1.1\r\n`
                          + `Host: ${new URL(url).host}\r\n`,

    polls: async (url) => {
        const peer = await RestPeer.create(url, 'polled');

        await peer.peerEvent('OPEN');

        return `GET /peers/polled/events${peer.query} HTTP/1.1\r\n`
               + `Host: ${new URL(url).host}\r\n\r\n`;
    },
};


async function polls({ server, contestant, load }) {
    const { nginx, pids } = server;
    const { hostname: host, port } = new URL(nginx.gatewayUrl);
    const text = await POLLS[contestant.hold](nginx.gatewayUrl);
    const before = memory(pids);
    const sockets = [];

    const open = () => new Promise((resolve, reject) => {
        const one = net.connect({ host, port }, () => {
            one.write(text, resolve);
        });

        one.once('error', reject);
        one.resume();
        sockets.push(one);
    });

    try {
        while (sockets.length < load.connections) {
            await Promise.all(Array.from({ length: 500 }, open));
        }

        await sleep(1000);

        return { memory: (memory(pids) - before) / sockets.length / 1000 };

    } finally {
        sockets.forEach((one) => one.destroy());
    }
}


module.exports = { wrkMissing, requests, joins, idleSignaling, polls };
