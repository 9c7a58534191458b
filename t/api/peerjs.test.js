/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The broker for PeerJS side by side with the server of the npm package
 * `peer`: the same is said to both, and what both say must be equal.
 */

'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');

const { request } = require('../lib/api');
const { PeerClient, PeerServer } = require('../lib/peerjs');
const { freeTcp } = require('../lib/ports');
const { serve, using } = require('../lib/suite');


const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const ARGS = ['--expire_timeout', '1000'];

const suite = serve(async () => {
    const port = await freeTcp();

    return {
        peerPort: port,
        main: ['webrtc_key peerjs;', 'webrtc_peer_expire_timeout 1s;',
               'webrtc_peer_discovery on;'],
        http: [`server { listen 127.0.0.1:${port} reuseport;`
               + ' location / { webrtc_peerjs; }'
               + ' location /app { webrtc_peerjs; } }'],
    };
});

const oracles = {};


before(async () => {
    [oracles.root, oracles.app] = await Promise.all([
        PeerServer.start([...ARGS, '--allow_discovery']),
        PeerServer.start([...ARGS, '--allow_discovery'], '/app/')]);
});

after(async () => {
    await Promise.all([oracles.root?.stop(), oracles.app?.stop()]);
});


/* Says the same to both; returns what ours said. */

async function both(script, mount = '/') {
    const ours = `http://127.0.0.1:${suite.nginx.options.peerPort}${mount}`;
    const theirs = (mount === '/' ? oracles.root : oracles.app).base;

    const [mine, wanted] = await Promise.all(
        [ours, theirs].map((base) => using((opened) => script(base, opened))));

    assert.deepStrictEqual(mine, wanted);

    return mine;
}


/* The next test has the same ids, so a server has to know who has gone. */

function leaves(opened, client) {
    opened.push({ close: () => client.close() });
}


async function join(opened, base, options) {
    const client = await PeerClient.join(base, options);

    leaves(opened, client);

    return client;
}


/* until the close, whose code the package leaves out */

async function refused(base, options) {
    const client = await PeerClient.open(base, options);

    await client.closed;

    return client.heard;
}


for (const mount of ['/', '/app/']) {

    test(`HTTP below ${mount}`, () => both(async (base) => {
        const transcript = [];

        for (const [method, name, headers] of [
            ['GET', 'peerjs/id?ts=1&version=1.5.5'],
            ['GET', 'peerjs/id', { origin: 'https://a.example' }],
            ['GET', 'whatever/id', { origin: 'null' }],
            ['HEAD', 'peerjs/id'],
            ['GET', 'peerjs/peers?ts=1', { origin: 'https://b.example' }],
            ['GET', ''],
            ['GET', '', { origin: 'https://a.example' }],
            ['GET', 'peerjs/nothing'],
            ['GET', 'peerjs/id/more'],
        ]) {
            const res = await request(base, {
                method, path: new URL(base).pathname + name, headers });

            const has = (header) => res.headers[header];

            transcript.push({
                name, status: res.status,
                text: UUID.test(res.text) ? 'a new id'
                                          : res.status === 404 || res.text,
                type: res.status === 404 || has('content-type'),
                length: res.status === 404 || has('content-length'),
                allow: has('access-control-allow-origin'),
                vary: res.status === 404 || has('vary'),
            });
        }

        return transcript;
    }, mount));


    test(`calls below ${mount}`, () => both(async (base, opened) => {
        const a = await join(opened, base, { id: 'alice' });
        const b = await join(opened, base, { id: 'bob b' });

        a.say({ type: 'OFFER', src: 'liar', dst: 'bob b', more: 1,
                payload: { sdp: { type: 'offer', sdp: 'v=0\r\n' },
                           metadata: [1.5, null, 'é', { x: '' }] } });
        a.say({ dst: 'bob b', type: 'CANDIDATE', payload: { n: 1 } });
        a.say({ type: 'LEAVE', dst: 'bob b' });
        a.say({ type: 'EXPIRE', dst: 'bob b', payload: 'text' });
        b.say({ type: 'ANSWER', dst: 'alice', payload: {} });

        return [await a.takes(1), await b.takes(4)];
    }, mount));
}


test('who does not come in is told why', () => both(async (base, opened) => {
    await join(opened, base, { id: 'alice', token: 'one' });

    return {
        nothing: await refused(base, { key: undefined, token: undefined }),
        key: await refused(base, { key: '', id: 'x' }),
        id: await refused(base, { id: '' }),
        token: await refused(base, { id: 'x', token: '' }),
        wrong: await refused(base, { key: 'other', id: 'x' }),
        taken: await refused(base, { id: 'alice', token: 'two' }),
    };
}));


test('what is not understood vanishes', () => both(async (base, opened) => {
    const a = await join(opened, base, { id: 'alice' });
    const b = await join(opened, base, { id: 'bob' });

    /* what is no object, or no JSON, breaks the package */

    for (const text of ['{}', '[]', '{"type":"BOGUS","dst":"bob"}',
                        '{"type":"OPEN","dst":"bob"}',
                        '{"type":"offer","dst":"bob"}',
                        '{"type":"OFFER"}', '{"type":"OFFER","dst":""}',
                        '{"type":"HEARTBEAT","dst":"bob"}',
                        '{"type":"FORCE_CLOSE","dst":"bob"}'])
    {
        a.say(text);
    }

    a.say({ type: 'OFFER', dst: 'bob', payload: 'the last' });
    b.say({ type: 'OFFER', dst: 'alice', payload: 'the last' });

    return [await a.takes(1), await b.takes(1)];
}));


test('calls to somebody who comes later wait', () =>
    both(async (base, opened) => {
        const a = await join(opened, base, { id: 'alice' });

        a.say({ type: 'OFFER', dst: 'bob', payload: 1 });
        a.say({ type: 'LEAVE', dst: 'bob' });
        a.say({ type: 'CANDIDATE', dst: 'bob', payload: 2 });
        a.say({ type: 'CANDIDATE', dst: 'bob', payload: 3 });

        /* what one says is read before the other comes */

        a.say({ type: 'OFFER', dst: 'alice', payload: 'mark' });

        const marks = await a.takes(1);
        const b = await join(opened, base, { id: 'bob' });

        return [marks, await b.takes(3)];
    }));


test('calls to somebody who never comes expire, once for each pair', () =>
    both(async (base, opened) => {
        const a = await join(opened, base, { id: 'alice' });
        const c = await join(opened, base, { id: 'carol' });

        a.say({ type: 'OFFER', dst: 'nobody', payload: 1 });
        a.say({ type: 'CANDIDATE', dst: 'nobody', payload: 2 });
        c.say({ type: 'OFFER', dst: 'nobody', payload: 3 });

        const expired = [await a.takes(1), await c.takes(1)];

        a.say({ type: 'OFFER', dst: 'alice', payload: 'mark' });

        return [expired, await a.takes(1)];
    }));


test('the same token takes the id back, without another OPEN', () =>
    both(async (base, opened) => {
        const old = await join(opened, base, { id: 'alice', token: 'mine' });
        const b = await join(opened, base, { id: 'bob' });
        const now = await PeerClient.open(base, { id: 'alice',
                                                  token: 'mine' });

        leaves(opened, now);
        b.say({ type: 'OFFER', dst: 'alice', payload: 1 });

        const heard = await now.takes(1);

        now.say({ type: 'ANSWER', dst: 'bob', payload: 2 });

        return [heard, await b.takes(1), old.heard,
                await refused(base, { id: 'alice', token: 'other' })];
    }));


test('who goes is forgotten, and nobody is told', () =>
    both(async (base, opened) => {
        const a = await join(opened, base, { id: 'alice', token: 'one' });
        const b = await join(opened, base, { id: 'bob' });

        b.say({ type: 'OFFER', dst: 'alice' });

        const offer = await a.takes(1);

        await a.close();

        const again = await join(opened, base, { id: 'alice',
                                                 token: 'two' });

        again.say({ type: 'OFFER', dst: 'bob', payload: 'mark' });

        return [offer, await b.takes(1)];
    }));


test('LEAVE to nobody is the end of an id', () =>
    both(async (base, opened) => {
        const a = await join(opened, base, { id: 'alice', token: 'one' });

        a.say({ type: 'OFFER', dst: 'alice' });
        await a.takes(1);
        a.say({ type: 'LEAVE' });

        for ( ;; ) {
            const again = await PeerClient.open(base, { id: 'alice',
                                                        token: 'two' });

            leaves(opened, again);

            if ((await again.takes(1))[0] === '{"type":"OPEN"}') {
                return 'free';
            }
        }
    }));


test('peers are listed', () => both(async (base, opened) => {
    const list = async () => {
        const { json } = await request(base, { method: 'GET',
                                               path: '/peerjs/peers' });

        return json.sort();
    };

    const before = await list();

    await join(opened, base, { id: 'alice' });
    await join(opened, base, { id: 'b"b' });

    return [before, await list()];
}));
