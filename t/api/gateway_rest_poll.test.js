/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Long polls: several at a time, those whose client goes, and those that are
 * open while nginx is reloaded.
 */

'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { test } = require('node:test');

const { request, RestPeer } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { sleep, until } = require('../lib/poll');
const { serve } = require('../lib/suite');


const options = { brokers: false, shutdownTimeout: '3s',
                  main: ['webrtc_gateway_linger 5s;',
                         'webrtc_gateway_poll_timeout 2s;'] };

const suite = serve(() => gateway(options));

let made = 0;

const nameOf = (what) => `${what}-${++made}`;
const baseOf = (nginx) => `http://127.0.0.1:${nginx.options.gatewayPort}`;
const base = () => baseOf(suite.nginx);
const create = (what, from = base()) => RestPeer.create(from, nameOf(what));
const events = (peer) => `/peers/${peer.id}/events${peer.query}`;


/* A poll whose client may go. */

function poll(peer, from = base()) {
    const self = { answer: undefined };

    self.req = http.get(from + events(peer), { agent: false });

    self.ended = new Promise((resolve) => {
        self.req.on('error', () => {});
        self.req.on('close', () => resolve(self.answer));
        self.req.on('response', (res) => {
            let text = '';

            res.on('error', () => resolve());
            res.on('data', (part) => { text += part; });
            res.on('end', () => {
                self.answer = { status: res.statusCode,
                                json: JSON.parse(text) };
                resolve(self.answer);
            });
        });
    });

    self.sent = new Promise((resolve) => {
        self.req.on('socket', (socket) => {
            socket.on('connect', () => resolve());
        });
    });

    return self;
}


/* A new connection to the peer: a CONNECTION for it. */

async function knock(from, to) {
    const res = await from.must(202, 'POST', '/data/connections', {
        peer_id: from.id, token: from.token, target_id: to.id,
        params: {} });

    return res.params.data_connection_id;
}


test('a poll that nothing happens to', async () => {
    const peer = await create('peer');

    await peer.peerEvent('OPEN');

    const began = Date.now();
    const res = await peer.request('GET', events(peer));

    assert.strictEqual(res.status, 408);
    assert.strictEqual(res.json.command_type, 'PEERS_EVENTS');
    assert.ok(Date.now() - began >= 1900, 'it waited');
});


test('events between polls are kept in order', async () => {
    const caller = await create('caller');
    const callee = await create('callee');

    await callee.peerEvent('OPEN');

    for (let i = 0; i < 5; i++) {
        await knock(caller, callee);
    }

    const ids = new Set();

    for (let i = 0; i < 5; i++) {
        const event = await callee.must(200, 'GET', events(callee));

        assert.strictEqual(event.event, 'CONNECTION');
        ids.add(event.data_params.data_connection_id);
    }

    assert.strictEqual(ids.size, 5);
});


test('two threads that poll one peer both get everything', async () => {
    const caller = await create('caller');
    const callee = await create('callee');

    await callee.peerEvent('OPEN');

    const count = 20;
    const began = Date.now();

    const thread = async (slow) => {
        const seen = [];

        while (seen.length < count) {
            const { json } = await callee.request('GET', events(callee));

            if (json.event === 'CONNECTION') {
                seen.push(json.data_params.data_connection_id);
            }

            if (slow) {
                await sleep(20);
            }
        }

        return seen;
    };

    const threads = [thread(false), thread(true)];

    await sleep(100);

    for (let i = 0; i < count; i++) {
        knock(caller, callee);
    }

    const [one, other] = await Promise.all(threads);

    assert.deepStrictEqual(one, other);
    assert.strictEqual(new Set(one).size, count);
    assert.ok(Date.now() - began < 15000);
});


test('one that polls alone is not held up', async () => {
    const caller = await create('caller');
    const callee = await create('callee');

    await callee.peerEvent('OPEN');

    for (let i = 0; i < 10; i++) {
        await knock(caller, callee);
    }

    await callee.must(200, 'GET', events(callee));

    const began = Date.now();

    for (let i = 1; i < 10; i++) {
        await callee.must(200, 'GET', events(callee));
    }

    assert.ok(Date.now() - began < 1500, `${Date.now() - began} ms`);
});


test('a poll whose client has gone takes nothing with it', async () => {
    const caller = await create('caller');
    const callee = await create('callee');

    await callee.peerEvent('OPEN');

    /* some have been parked for a while when they go, some have not */

    for (let i = 0; i < 30; i++) {
        const waiting = poll(callee);

        await waiting.sent;
        await sleep(i % 3 * 5);

        waiting.req.destroy();
        await waiting.ended;
        await knock(caller, callee);

        const event = await callee.must(200, 'GET', events(callee));

        assert.strictEqual(event.event, 'CONNECTION');
    }

    /* and none comes twice */

    assert.strictEqual((await callee.request('GET', events(callee))).status,
                       408);
});


test('a program that dies with its polls', async () => {
    const peer = await create('peer');

    await peer.peerEvent('OPEN');

    const polls = Array.from({ length: 100 }, () => poll(peer));

    await Promise.all(polls.map((p) => p.sent));
    polls.forEach((p) => p.req.destroy());

    await peer.close();
    await peer.peerEvent('CLOSE');
});


test('polls go on while nginx is reloaded', async () => {
    const nginx = await Nginx.start(await gateway({ ...options,
                                                    shutdownTimeout: '10s' }));

    try {
        const from = baseOf(nginx);
        const caller = await create('caller', from);
        const callee = await create('callee', from);

        await callee.peerEvent('OPEN');

        const waiting = poll(callee, from);

        await waiting.sent;
        await sleep(100);
        await nginx.reload();

        /* a poll at the old worker, and one that came to a new one */

        const another = poll(callee, from);

        await another.sent;
        await sleep(100);

        /* new peers live in new workers, and reach those in old ones */

        const late = await create('late', from);

        await knock(late, callee);

        for (const p of [waiting, another]) {
            assert.strictEqual((await p.ended).json.event, 'CONNECTION');
        }

        await knock(caller, callee);
        assert.strictEqual((await callee.must(200, 'GET', events(callee)))
            .event, 'CONNECTION');

        for (const peer of [caller, callee, late]) {
            await peer.close();
            await peer.peerEvent('CLOSE');
        }

        await until('the old workers have left', () =>
            nginx.processes().length === 2);

    } finally {
        await nginx.stop();
    }
});


test('a worker that quits waits for polls of peers elsewhere', async () => {
    const nginx = await Nginx.start(await gateway({ ...options,
                                                    shutdownTimeout: '10s' }));

    try {
        const from = baseOf(nginx);
        const callee = await create('callee', from);

        await callee.peerEvent('OPEN');

        /* so many that both workers have some, and one has no peer */

        const polls = Array.from({ length: 24 }, () => poll(callee, from));

        await Promise.all(polls.map((p) => p.sent));
        await sleep(200);
        await nginx.reload();

        const late = await create('late', from);

        await knock(late, callee);

        for (const p of polls) {
            assert.strictEqual((await p.ended)?.json.event, 'CONNECTION');
        }

        for (const peer of [callee, late]) {
            await peer.close();
            await peer.peerEvent('CLOSE');
        }

        await until('the old workers have left', () =>
            nginx.processes().length === 2);

    } finally {
        await nginx.stop();
    }
});


test('a worker that has to go tells those who poll', async () => {
    const nginx = await Nginx.start(await gateway({ ...options,
                                                    shutdownTimeout: '1s' }));

    try {
        const from = baseOf(nginx);
        const peers = [await create('a', from), await create('b', from)];

        for (const peer of peers) {
            await peer.peerEvent('OPEN');
        }

        await nginx.reload();

        /* polls at new workers; the peers are in old ones */

        const heard = await Promise.all(peers.map(async (peer) => {
            const names = [];

            for ( ; ; ) {
                const res = await peer.request('GET', events(peer));

                if (res.status === 404 || res.status === 503) {
                    return names;
                }

                if (res.status === 200) {
                    names.push(res.json.event);
                }
            }
        }));

        for (const names of heard) {
            assert.ok(names.length >= 1, 'it heard of the end');
            assert.strictEqual(names[0], 'ERROR');
        }

    } finally {
        await nginx.stop();
    }
});


test('what lived in a worker that dies is not found', async () => {
    const nginx = await Nginx.start(await gateway({
        ...options, allow: KILLED }));

    try {
        const from = baseOf(nginx);
        const peers = [];

        for (let i = 0; i < 6; i++) {
            peers.push(await create('peer', from));
            await peers[i].peerEvent('OPEN');
        }

        kill(nginx.workers()[0], 'SIGKILL');

        const found = await until('some have gone', async () => {
            const all = await Promise.all(peers.map(
                (peer) => peer.request('GET', `/peers/${peer.id}/status`
                                       + peer.query)
                    .catch(() => ({ status: 0 }))));

            return all.some((res) => res.status === 404)
                && all.every((res) => [200, 404].includes(res.status)) && all;
        });

        assert.ok(found.some((res) => res.status === 200), 'others live on');

        /* their ids are free */

        for (const peer of peers) {
            const res = await request(from, 'POST', '/peers', {
                key: 'peerjs', domain: 'x', peer_id: peer.id });

            assert.ok([201, 403].includes(res.status), res.text);
        }

    } finally {
        await nginx.stop();
    }
});


test('a full queue loses its oldest events, never the CLOSE', async () => {
    const nginx = await Nginx.start(await gateway({
        ...options, udpPorts: 4, gatewayPorts: 4,
        main: [...options.main, 'webrtc_gateway_max_events 3;'] }));

    try {
        const from = baseOf(nginx);
        const caller = await create('caller', from);
        const callee = await create('callee', from);
        const ids = [];

        for (let i = 0; i < 5; i++) {
            ids.push(await knock(caller, callee));
        }

        /* all of them are there: the caller's ends are open */

        for (const id of ids) {
            await caller.event(`/data/connections/${id}/events`, 'OPEN');
        }

        await callee.close();

        const seen = [];

        for ( ; ; ) {
            const res = await callee.request('GET', events(callee));

            if (res.status !== 200) {
                assert.strictEqual(res.status, 404);
                break;
            }

            seen.push(res.json.event);
        }

        assert.deepStrictEqual(seen, ['CONNECTION', 'CONNECTION', 'CLOSE']);

    } finally {
        await nginx.stop();
    }
});


test('a crowd of polls over a reload', async () => {
    const count = 1500;

    const nginx = await Nginx.start(await gateway({
        ...options, udpPorts: 6, gatewayPorts: 4, workerConnections: 4096,
        shutdownTimeout: '20s',
        main: ['webrtc_gateway_poll_timeout 4s;'] }));

    try {
        const from = baseOf(nginx);
        const [one, other] = [await create('one', from),
                              await create('other', from)];

        await one.peerEvent('OPEN');
        await other.peerEvent('OPEN');

        const began = Date.now();

        const crowd = (peer) => Array.from({ length: count / 3 },
                                           () => poll(peer, from));

        const told = crowd(one);
        const limited = crowd(other);
        const gone = crowd(other);

        await Promise.all([...told, ...limited, ...gone].map((p) => p.sent));
        await sleep(200);
        await nginx.reload();

        gone.forEach((p) => p.req.destroy());

        await knock(other, one);

        for (const { ended } of told) {
            assert.strictEqual((await ended).json.event, 'CONNECTION');
        }

        for (const { ended } of limited) {
            assert.strictEqual((await ended).status, 408);
        }

        assert.ok(Date.now() - began < 12000, 'none was forgotten');

        await one.close();
        await other.close();
        await one.peerEvent('CLOSE');
        await other.peerEvent('CLOSE');

        await until('the old workers have left', () =>
            nginx.processes().length === 2);

    } finally {
        await nginx.stop();
    }
});
