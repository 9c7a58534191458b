/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The UDP ports of the gateway: their numbers, how many there are, who has
 * the socket, and what becomes of them when workers come and go.
 */

'use strict';

const assert = require('node:assert');
const dgram = require('node:dgram');
const fs = require('node:fs');
const { test } = require('node:test');

const { RestPeer, Udp, request } = require('../lib/gateway');
const { Nginx, kill } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { freeTcp, freeUdp } = require('../lib/ports');
const { using } = require('../lib/suite');


/* an nginx with `count` ports for programs, the first is nginx.first */

async function start(opened, count, options = {}) {
    const MEDIA = 8;
    const port = await freeTcp();
    const first = await freeUdp(count + MEDIA);

    const nginx = await Nginx.start({
        ...options,
        udpPort: first + count,
        udpPorts: MEDIA,
        main: [`webrtc_gateway_ports ${first}-${first + count - 1};`,
               ...options.main ?? []],
        http: [`server { listen 127.0.0.1:${port} reuseport;
                         location / { webrtc_skyway_api; } }`],
    });

    nginx.first = first;
    nginx.api = `http://127.0.0.1:${port}`;
    opened.push({ close: () => nginx.stop() });

    return nginx;
}


const KINDS = {
    data: { path: '/data', body: {}, id: 'data_id', prefix: 'da-' },
    video: { path: '/media', body: { is_video: true }, id: 'media_id',
             prefix: 'vi-' },
    audio: { path: '/media', body: { is_video: false }, id: 'media_id',
             prefix: 'au-' },
    rtcp: { path: '/media/rtcp', body: {}, id: 'rtcp_id', prefix: 'rc-' },
};


/* status, and for an open port its id, number and address */

async function open(nginx, kind = 'data') {
    const { path, body, id } = KINDS[kind];
    const res = await request(nginx.api, 'POST', path, body);

    return { status: res.status, text: res.text, path,
             id: res.json?.[id], port: res.json?.port,
             v4: res.json?.ip_v4, v6: res.json?.ip_v6 };
}


async function mustOpen(nginx, kind) {
    const port = await open(nginx, kind);

    assert.strictEqual(port.status, 201, port.text);

    return port;
}


async function remove(nginx, port) {
    const { status } = await request(nginx.api, 'DELETE',
                                     `${port.path}/${port.id}`);

    return status;
}


/* how many UDP sockets of this machine are bound to the number */

function bound(port, file = '/proc/net/udp') {
    const hex = ':' + port.toString(16).toUpperCase().padStart(4, '0');

    return fs.readFileSync(file, 'utf8').split('\n').slice(1)
        .filter((line) => line.trim().split(/\s+/)[1]?.endsWith(hex)).length;
}


function boundOf(nginx, count) {
    let n = 0;

    for (let i = 0; i < count; i++) {
        n += bound(nginx.first + i);
    }

    return n;
}


test('ports of all kinds are opened one after the other', () =>
    using(async (opened) => {
        const nginx = await start(opened, 8);
        const ports = [];

        for (const kind of ['video', 'audio', 'rtcp', 'data', 'rtcp']) {
            const port = await mustOpen(nginx, kind);

            assert.match(port.id, new RegExp(`^${KINDS[kind].prefix}`
                + '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'));
            assert.strictEqual(port.port, nginx.first + ports.length);
            assert.match(port.v4, /^\d+\.\d+\.\d+\.\d+$/);
            assert.strictEqual(port.v6, undefined);
            assert.strictEqual(bound(port.port), 1);

            ports.push(port);
        }

        for (const port of ports) {
            assert.strictEqual(await remove(nginx, port), 204);
        }

        await until('the sockets are closed', () => boundOf(nginx, 8) === 0);

        assert.strictEqual(await remove(nginx, ports[0]), 404);
    }));


test('a used up range refuses, and what is closed is used again', () =>
    using(async (opened) => {
        const nginx = await start(opened, 4);
        const ports = [];

        for (let i = 0; i < 4; i++) {
            ports.push(await mustOpen(nginx));
        }

        for (let i = 0; i < 3; i++) {
            const refused = await open(nginx, 'video');

            assert.strictEqual(refused.status, 503, refused.text);
        }

        assert.strictEqual(boundOf(nginx, 4), 4);

        for (const i of [2, 0]) {
            assert.strictEqual(await remove(nginx, ports[i]), 204);
        }

        const again = await until('a number is free', async () => {
            const port = await open(nginx);

            return port.status === 201 && port;
        });

        assert.ok([ports[0].port, ports[2].port].includes(again.port));
        assert.notStrictEqual(again.id, ports[0].id);
    }));


test('many thousand ports come and go, and all are free again', () =>
    using(async (opened) => {
        const COUNT = 60;
        const nginx = await start(opened, COUNT);
        const seen = new Set();

        const loop = async (n) => {
            for (let i = 0; i < n; i++) {
                const port = await mustOpen(nginx, i % 2 ? 'data' : 'audio');

                seen.add(port.port);
                assert.strictEqual(await remove(nginx, port), 204);
            }
        };

        await Promise.all(Array.from({ length: 8 }, () => loop(625)));

        await until('the sockets are closed',
                    () => boundOf(nginx, COUNT) === 0);

        assert.strictEqual(seen.size, COUNT);

        for (let i = 0; i < COUNT; i++) {
            await mustOpen(nginx);
        }

        assert.strictEqual((await open(nginx)).status, 503);
    }));


test('a number that another program has is left out', () =>
    using(async (opened) => {
        const nginx = await start(opened, 6);
        const others = [];

        for (const i of [0, 1, 3]) {
            const other = dgram.createSocket({ type: 'udp4',
                                               reuseAddr: i === 1 });

            opened.push({ close: () => other.close() });
            await new Promise((done) => {
                other.bind(nginx.first + i, '0.0.0.0', done);
            });

            others.push(other);
        }

        const numbers = [];

        for (let i = 0; i < 3; i++) {
            numbers.push((await mustOpen(nginx)).port - nginx.first);
        }

        assert.deepStrictEqual(numbers, [2, 4, 5]);
        assert.strictEqual((await open(nginx)).status, 503);

        const lines = nginx.errorLog().match(/cannot be had/g);

        assert.ok(lines.length <= 2, `${lines.length} lines`);
    }));


test('programs are told an address that works, IPv4 or IPv6', async () => {
    for (const [bind, told] of [['127.0.0.1', { v4: '127.0.0.1' }],
                                ['::1', { v6: '::1' }]])
    {
        await using(async (opened) => {
            const nginx = await start(opened, 2, {
                main: [`webrtc_gateway_bind ${bind};`] });
            const port = await mustOpen(nginx);

            assert.deepStrictEqual({ v4: port.v4, v6: port.v6 },
                                   { v4: undefined, v6: undefined, ...told });
        });
    }

    await using(async (opened) => {
        const nginx = await start(opened, 2, {
            main: ['webrtc_gateway_bind ::;',
                   'webrtc_gateway_address 192.0.2.1;'] });
        const port = await mustOpen(nginx);

        assert.strictEqual(port.v4, '192.0.2.1');
        assert.strictEqual(bound(port.port, '/proc/net/udp6'), 1);
    });
});


test('a worker that dies takes its ports along, and no others', () =>
    using(async (opened) => {
        const COUNT = 20;
        const nginx = await start(opened, COUNT, { allow: [/\[alert\].*exit/] });
        const ports = [];

        for (let i = 0; i < COUNT; i++) {
            ports.push(await mustOpen(nginx));
        }

        const homes = ports.map(({ port }) => nginx.workerOfUdp(port));
        const victim = homes[0];
        const left = homes.filter((pid) => pid !== victim).length;

        kill(victim, 'SIGKILL');

        await until('its ports are free', async () => {
            const port = await open(nginx);

            return port.status === 201 && await remove(nginx, port) === 204;
        });

        await until('only those of the others are there',
                    () => boundOf(nginx, COUNT) === left);

        for (let i = 0; i < COUNT; i++) {
            assert.strictEqual(await remove(nginx, ports[i]),
                               homes[i] === victim ? 404 : 204);
        }
    }));


test('ports that no connection uses outlive a reload', () =>
    using(async (opened) => {
        const nginx = await start(opened, 10);
        const ports = [];

        for (let i = 0; i < 10; i++) {
            ports.push(await mustOpen(nginx));
        }

        const old = nginx.processes();

        await nginx.reload();
        await until('the old workers have left',
                    () => !nginx.processes().some((pid) => old.includes(pid)));

        assert.strictEqual(boundOf(nginx, 10), 10);

        for (const port of ports) {
            assert.strictEqual(await remove(nginx, port), 204);
        }

        await until('the sockets are closed', () => boundOf(nginx, 10) === 0);
    }));


/*
 * A data connection for each of these ports, between REST peers of their own.
 * New peers are spread over the workers: the callers come first, so they are
 * at all of them.
 */

async function connected(opened, nginx, ports) {
    const callers = [];
    const connections = [];

    for (const i of ports.keys()) {
        callers.push(await RestPeer.create(nginx.api, `caller${i}`));
    }

    for (const [i, port] of ports.entries()) {
        const caller = callers[i];
        const callee = await RestPeer.create(nginx.api, `callee${i}`);
        const sink = await Udp.open();

        opened.push(sink);

        const { params: { data_connection_id: id } } = await caller.must(
            202, 'POST', '/data/connections', {
                peer_id: caller.id, token: caller.token,
                target_id: callee.id, params: { data_id: port.id } });

        const event = await callee.peerEvent('CONNECTION');

        await callee.must(
            200, 'PUT',
            `/data/connections/${event.data_params.data_connection_id}`,
            { redirect_params: { ip_v4: '127.0.0.1', port: sink.port } });
        await caller.event(`/data/connections/${id}/events`, 'OPEN');

        connections.push({ sink, id, caller });
    }

    return connections;
}


const is = (text) => (data) => data.toString() === text;


test('one port feeds connections of several workers', () =>
    using(async (opened) => {
        const nginx = await start(opened, 10);
        const port = await mustOpen(nginx);
        const connections = await connected(opened, nginx,
                                            Array(4).fill(port));
        const program = await Udp.open();

        opened.push(program);

        assert.strictEqual(bound(port.port), 1);

        for (const text of ['one', 'two', 'x'.repeat(20000),
                            'y'.repeat(65507)])
        {
            await program.send(port.port, text);

            for (const { sink } of connections) {
                await sink.receives(text.slice(0, 5), is(text));
            }
        }

        assert.strictEqual(await remove(nginx, port), 403);

        /* in use until the last of them has gone */

        for (const [i, { id, caller }] of connections.entries()) {
            await caller.must(204, 'DELETE', `/data/connections/${id}`);

            if (i < connections.length - 1) {
                await program.send(port.port, `without ${i}`);
                await connections[i + 1].sink.receives('what is sent',
                                                       is(`without ${i}`));
            }
        }

        await until('the port is closed', () => bound(port.port) === 0);
        assert.strictEqual(await remove(nginx, port), 404);
    }));


test('a port moves to the worker of its connection, and loses nothing', () =>
    using(async (opened) => {
        const nginx = await start(opened, 10);
        const ports = [];

        /* all at the worker where the first request came */

        for (let i = 0; i < 8; i++) {
            ports.push(await mustOpen(nginx));
        }

        const before = ports.map(({ port }) => nginx.workerOfUdp(port));
        const connections = await connected(opened, nginx, ports);
        const after = ports.map(({ port }) => nginx.workerOfUdp(port));

        assert.ok(after.some((pid, i) => pid !== before[i]),
                  'no port has moved');
        assert.strictEqual(boundOf(nginx, 10), 8);

        /* from many sockets: the kernel would spread them */

        for (const [i, { sink }] of connections.entries()) {
            for (let n = 0; n < 20; n++) {
                const program = await Udp.open();

                await program.send(ports[i].port, `from ${n}`);
                await program.close();
            }

            for (let n = 0; n < 20; n++) {
                await sink.receives('every datagram', is(`from ${n}`));
            }
        }
    }));


test('a port goes to the worker of those who still use it', () =>
    using(async (opened) => {
        const nginx = await start(opened, 10);
        const ports = [await mustOpen(nginx), await mustOpen(nginx)];
        const program = await Udp.open();

        opened.push(program);

        /* every other connection is at the same worker */

        const connections = await connected(opened, nginx,
            [0, 0, 0, 0, 1, 1, 1, 1].map((i) => ports[i]));

        for (const i of [0, 2, 5, 7]) {
            const { id, caller } = connections[i];

            await caller.must(204, 'DELETE', `/data/connections/${id}`);
        }

        await until('they are at two workers', () =>
            ports.every(({ port }) => bound(port) === 1)
            && nginx.workerOfUdp(ports[0].port)
               !== nginx.workerOfUdp(ports[1].port));

        for (const [i, port] of [[1, 0], [3, 0], [4, 1], [6, 1]]) {
            await program.send(ports[port].port, `to ${i}`);
            await connections[i].sink.receives('what is sent', is(`to ${i}`));
        }
    }));


/* The worker that has the socket dies, or the other one that uses it. */

function oneDies(owns) {
    return using(async (opened) => {
        const nginx = await start(opened, 10,
                                  { allow: [/\[alert\].*exit/] });
        const port = await mustOpen(nginx);
        const connections = await connected(opened, nginx,
                                            Array(4).fill(port));
        const program = await Udp.open();

        opened.push(program);

        const owner = nginx.workerOfUdp(port.port);

        kill(nginx.workers().find((pid) => (pid === owner) === owns),
             'SIGKILL');

        const alive = await until('its connections are gone', async () => {
            const list = [];

            for (const connection of connections) {
                const { status } = await request(
                    nginx.api, 'GET',
                    `/data/connections/${connection.id}/status`);

                if (status === 200) {
                    list.push(connection);
                }
            }

            return list.length === 2 && list;
        });

        await until('they are fed', async () => {
            await program.send(port.port, 'still here');

            return alive.every(({ sink }) =>
                sink.messages.some(is('still here')));
        });

        for (const { id, caller } of alive) {
            await caller.must(204, 'DELETE', `/data/connections/${id}`);
        }

        await until('the port is closed', () => bound(port.port) === 0);
    });
}


test('a worker dies, and leaves its port to those who use it',
     () => oneDies(true));


test('a worker that uses the port of another one dies', () => oneDies(false));


const memoryOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(
    fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);


test('what a worker that sleeps does not take is dropped', () =>
    using(async (opened) => {
        const nginx = await start(opened, 10);
        const port = await mustOpen(nginx);
        const connections = await connected(opened, nginx,
                                            Array(4).fill(port));
        const program = await Udp.open();

        opened.push(program);

        const owner = nginx.workerOfUdp(port.port);
        const other = nginx.workers().find((pid) => pid !== owner);
        const size = memoryOf(owner);

        kill(other, 'SIGSTOP');

        try {
            await program.send(port.port, 'who');

            const fed = await until('some have heard of it', () => {
                const list = connections.filter(({ sink }) =>
                    sink.messages.some(is('who')));

                return list.length === 2 && list;
            });

            /* one after the other, or they would be lost in sockets */

            for (let i = 0; i < 300; i++) {
                await program.send(port.port, `${i} `.padEnd(65507));
                await fed[0].sink.receives(`the ${i}th`, (data) =>
                    data.toString().startsWith(`${i} `));
                fed[1].sink.messages.length = 0;
            }

            assert.ok(memoryOf(owner) - size < 8192,
                      `${memoryOf(owner) - size} kB more`);

        } finally {
            kill(other, 'SIGCONT');
        }

        await until('all are fed again', async () => {
            await program.send(port.port, 'awake');

            return connections.every(({ sink }) =>
                sink.messages.some(is('awake')));
        });
    }));


test('a flood that nobody wants is dropped in silence', () =>
    using(async (opened) => {
        const nginx = await start(opened, 10);
        const program = await Udp.open();

        opened.push(program);

        const ports = [];

        for (const kind of Object.keys(KINDS)) {
            ports.push(await mustOpen(nginx, kind));
        }

        const log = nginx.errorLog().length;

        for (let i = 0; i < 5000; i++) {
            await program.send(ports[i % 4].port,
                               Buffer.alloc([0, 1, 12, 1500, 65507][i % 5],
                                            i % 256));
        }

        for (const port of ports) {
            assert.strictEqual(await remove(nginx, port), 204);
        }

        assert.strictEqual(nginx.errorLog().slice(log), '');
    }));


test('nothing is redirected to a port of this nginx', () =>
    using(async (opened) => {
        const nginx = await start(opened, 10, {
            main: ['webrtc_gateway_redirect_allow 127.0.0.0/8 192.0.2.0/24;'],
        });
        const port = await mustOpen(nginx);
        const caller = await RestPeer.create(nginx.api, 'caller');
        const callee = await RestPeer.create(nginx.api, 'callee');

        const call = (address, number) => caller.request(
            'POST', '/data/connections', {
                peer_id: caller.id, token: caller.token, target_id: callee.id,
                params: { data_id: port.id },
                redirect_params: { ip_v4: address, port: number } });

        for (const [address, number] of [
            ['127.0.0.1', port.port], ['127.0.0.1', nginx.first + 9],
            ['127.1.2.3', port.port], ['127.0.0.1', nginx.options.udpPort],
            ['198.51.100.1', 5000], ['224.0.0.1', 5000], ['0.0.0.0', 5000],
            ['127.0.0.1', 0],
        ]) {
            const { status, text } = await call(address, number);

            assert.ok(status === 400 || status === 403,
                      `${address}:${number}: ${status} ${text}`);
        }

        assert.strictEqual((await call('192.0.2.1', port.port)).status, 202);
        assert.strictEqual((await call('127.0.0.1',
                                       nginx.first + 10 + 50)).status, 202);
    }));
