/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What the broker for PeerJS does beyond the server it stands for: several
 * workers, sockets that die, limits, keys and credentials.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { test } = require('node:test');

const { request } = require('../lib/api');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { PeerClient } = require('../lib/peerjs');
const { until, within } = require('../lib/poll');
const { RawSocket, frame, OP } = require('../lib/rawsocket');
const { serve, using } = require('../lib/suite');


const WEB = ['location /peerjs { access_log access.log ended; webrtc_peerjs; }'];
const OPEN = '{"type":"OPEN"}';

const suite = serve({
    web: WEB,
    main: ['webrtc_peer_ping_timeout 900ms;',
           'webrtc_peer_alive_timeout 4s;',
           'webrtc_peer_expire_timeout 1500ms;',
           'webrtc_peer_waiting 5;'],
});


function base(nginx = suite.nginx) {
    return `${nginx.url}/`;
}


async function join(opened, options, nginx) {
    const client = await PeerClient.join(base(nginx), options);

    opened.push(client);

    return client;
}


/* A client at another worker than those of `pids`. */

async function joinElsewhere(opened, pids, options, nginx = suite.nginx) {
    for ( ;; ) {
        const client = await PeerClient.join(base(nginx), options);

        client.worker = nginx.workerOf(client.port);

        if (!pids.includes(client.worker)) {
            opened.push(client);
            return client;
        }

        await client.close();
    }
}


async function refused(nginx, options) {
    const client = await PeerClient.open(base(nginx), options);

    await within('the close', client.closed);

    return JSON.parse(client.heard[0]).payload?.msg;
}


test('messages go from worker to worker, in order', () =>
    using(async (opened) => {
        const a = await joinElsewhere(opened, [], { id: 'alice' });
        const b = await joinElsewhere(opened, [a.worker], { id: 'bob' });

        for (let i = 0; i < 50; i++) {
            a.say({ type: 'CANDIDATE', dst: 'bob', payload: i });
        }

        /* an SDP of the size that many m-lines make */

        const big = 'x'.repeat(200000);

        a.say({ type: 'OFFER', dst: 'bob', payload: { big } });

        const heard = (await b.takes(51)).map((text) => JSON.parse(text));

        assert.deepStrictEqual(heard.slice(0, 50).map((m) => m.payload),
                               [...Array(50).keys()]);
        assert.strictEqual(heard[50].payload.big, big);
    }));


test('what waits follows a client that moves between workers', () =>
    using(async (opened) => {
        const a = await joinElsewhere(opened, [], { id: 'alice' });

        a.say({ type: 'OFFER', dst: 'bob', payload: 1 });
        a.say({ type: 'CANDIDATE', dst: 'bob', payload: 2 });

        /* whichever worker it comes to: who is sent away has got them */

        const b = await join(opened, { id: 'bob', token: 'mine' });
        const worker = suite.nginx.workerOf(b.port);

        assert.strictEqual((await b.takes(2)).length, 2);

        /* the same token, at the other worker */

        let now;

        do {
            now = await PeerClient.open(base(), { id: 'bob', token: 'mine' });
            opened.push(now);
            now.worker = suite.nginx.workerOf(now.port);
        } while (now.worker === worker);

        assert.strictEqual((await b.closed).reason, 'REPLACED');

        a.say({ type: 'CANDIDATE', dst: 'bob', payload: 3 });
        assert.match((await now.takes(1))[0], /"payload":3/);
    }));


test('an id is one, whoever asks for it and where', () =>
    using(async (opened) => {
        const a = await joinElsewhere(opened, [], { id: 'alice' });
        const heard = [];

        await until('both workers were asked', async () => {
            const b = await PeerClient.open(base(), { id: 'alice',
                                                      token: 'other' });

            opened.push(b);
            heard.push((await b.takes(1))[0]);

            return b.worker !== a.worker && heard.length > 8;
        });

        assert.deepStrictEqual([...new Set(heard)], [
            '{"type":"ID-TAKEN","payload":{"msg":"ID is taken"}}']);
    }));


test('a socket that is dead is closed, and its id is free', () =>
    using(async (opened) => {
        const raw = await RawSocket.upgrade(suite.nginx.options.webPort,
                                       '/peerjs?key=k&id=alice&token=one');

        opened.push(raw);

        const start = Date.now();
        const opcodes = [];

        /* no pong is ever sent */

        for ( ;; ) {
            const f = await raw.frame();

            if (f.ended) {
                break;
            }

            opcodes.push(f.opcode);
        }

        assert.ok(opcodes.includes(OP.PING));
        assert.ok(opcodes.includes(OP.CLOSE));
        assert.ok(Date.now() - start < 5000);

        await join(opened, { key: 'k', id: 'alice', token: 'two' });
    }));


test('a socket that answers pings, but whose page is silent, too', () =>
    using(async (opened) => {
        const quiet = await join(opened, { id: 'quiet' });
        const alive = await join(opened, { id: 'alive' });
        const beat = setInterval(() =>
            alive.say({ type: 'HEARTBEAT' }), 500);

        try {
            const { reason } = await within('the close', quiet.closed, 8000);

            assert.strictEqual(reason, 'TIMEOUT');
            assert.ok(quiet.pings >= 3);
            assert.ok(!alive.isClosed);

        } finally {
            clearInterval(beat);
        }
    }));


test('no more wait than may, and the others hear it at once', () =>
    using(async (opened) => {
        const a = await join(opened, { id: 'alice' });

        for (let i = 0; i < 20; i++) {
            a.say({ type: 'CANDIDATE', dst: 'bob', payload: i });
        }

        a.say({ type: 'OFFER', dst: 'carol', payload: 1 });

        const start = Date.now();

        assert.deepStrictEqual(await a.takes(1), [
            '{"type":"EXPIRE","src":"carol","dst":"alice"}']);
        assert.ok(Date.now() - start < 1000);

        const b = await join(opened, { id: 'bob' });

        assert.deepStrictEqual(
            (await b.takes(5)).map((m) => JSON.parse(m).payload),
            [0, 1, 2, 3, 4]);
    }));


test('rubbish does no harm', () => using(async (opened) => {
    const a = await join(opened, { id: 'alice' });

    for (const text of ['', '{', '7', 'null', '"x"', '\u0000', 'x'.repeat(1e5),
                        '['.repeat(1e4), '{"type":"OFFER","dst":7}',
                        '{"type":"OFFER","dst":"\\u0000"}',
                        '{"type":"OFFER","type":"LEAVE","dst":"alice"}',
                        `{"type":"${'T'.repeat(5000)}","dst":"alice"}`])
    {
        a.say(text);
    }

    a.say({ type: 'OFFER', dst: 'alice', payload: { mark: 1 } });

    assert.deepStrictEqual(await a.takes(1), [
        '{"type":"OFFER","src":"alice","dst":"alice","payload":{"mark":1}}']);
}));


test('names that cannot be are refused', async () => {
    const { nginx } = suite;

    assert.strictEqual(await refused(nginx, { id: 'x'.repeat(129) }),
                       'Invalid id provided');
    assert.strictEqual(await refused(nginx, { id: 'x', key: 'k'.repeat(65) }),
                       'Invalid key provided');

    const raw = await RawSocket.upgrade(nginx.options.webPort,
                                        '/peerjs?key=k&id=%ff&token=t');

    assert.match((await raw.frame()).payload.toString(), /Invalid id/);
    raw.close();
});


test('other requests', async () => {
    const get = (path, options) =>
        request(suite.nginx.url, { method: 'GET', path, ...options });

    assert.strictEqual((await get('/peerjs?id=x')).status, 426);
    assert.strictEqual((await get('/peerjs/nothing')).status, 404);
    assert.strictEqual((await get('/peerjs/')).json.name, 'PeerJS Server');
    assert.strictEqual((await get('/peerjs/peers')).status, 401);
    assert.strictEqual((await get('/peerjs/peers')).text, 'Unauthorized');
    assert.strictEqual((await get('/peerjs/id', { method: 'POST' })).status,
                       405);
    assert.match((await get('/peerjs/id')).text, /^[0-9a-f-]{36}$/);

    const flight = await get('/peerjs/id', {
        method: 'OPTIONS', headers: {
            'origin': 'https://a.example',
            'access-control-request-method': 'GET',
            'access-control-request-headers': 'x-one,x-two' } });

    assert.strictEqual(flight.status, 204);
    assert.strictEqual(flight.headers['access-control-allow-origin'],
                       'https://a.example');
    assert.strictEqual(flight.headers['access-control-allow-headers'],
                       'x-one,x-two');
});


test('a client that reads nothing is cut off, the others are on time', () =>
    using(async (opened) => {
        const nginx = await Nginx.start({
            web: ['location /peerjs { webrtc_send_queue 64k;'
                  + ' webrtc_message_rate off; webrtc_peerjs; }'] });

        opened.push({ close: () => nginx.stop() });

        const slow = await RawSocket.upgrade(nginx.options.webPort,
                                             '/peerjs?key=k&id=slow&token=t');

        opened.push(slow);
        await slow.frame();
        slow.socket.pause();

        const a = await join(opened, { key: 'k', id: 'alice' }, nginx);
        const b = await join(opened, { key: 'k', id: 'bob' }, nginx);
        const payload = 'x'.repeat(30000);

        let sent = 0;

        await until('the slow one has gone', async () => {
            for (let i = 0; i < 20; i++) {
                a.say({ type: 'CANDIDATE', dst: 'slow', payload });
            }

            a.say({ type: 'CANDIDATE', dst: 'bob', payload: ++sent });
            assert.match((await b.takes(1, 2000))[0],
                         new RegExp(`"payload":${sent}}`));

            return nginx.errorLog().includes('SEND-QUEUE');
        });

        a.say({ type: 'CANDIDATE', dst: 'bob', payload: 'end' });
        assert.match((await b.takes(1))[0], /"end"/);
    }));


test('a message that is too large ends the socket', () =>
    using(async (opened) => {
        const nginx = await Nginx.start({
            web: ['location /peerjs { webrtc_message_size 16k;'
                  + ' webrtc_peerjs; }'] });

        opened.push({ close: () => nginx.stop() });

        const raw = await RawSocket.upgrade(nginx.options.webPort,
                                            '/peerjs?key=k&id=a&token=t');

        opened.push(raw);
        raw.write(frame('x'.repeat(17000)));

        assert.strictEqual((await raw.closeFrame()).code, 1009);
    }));


test('keys, domains and credentials', () => using(async (opened) => {
    const nginx = await Nginx.start({
        web: WEB,
        main: ['webrtc_key free;', 'webrtc_key here domain=page.example;',
               'webrtc_key closed secret=very-secret;',
               'webrtc_peer_ping_timeout 900ms;'] });

    opened.push({ close: () => nginx.stop() });

    const token = (id, timestamp, ttl = 600, secret = 'very-secret') =>
        `${timestamp}:${ttl}:` + crypto.createHmac('sha256', secret)
            .update(`${timestamp}:${ttl}:${id}`).digest('base64');

    const now = Math.floor(Date.now() / 1000);
    const key = 'closed';
    const bad = 'Invalid token provided';

    await join(opened, { key: 'free', id: 'a' }, nginx);
    assert.strictEqual(await refused(nginx, { key: 'other', id: 'a' }),
                       'Invalid key provided');

    await join(opened, { key: 'here', id: 'a',
                         origin: 'https://page.example:8443' }, nginx);
    assert.strictEqual(await refused(nginx, { key: 'here', id: 'b' }),
                       'The key is for another domain');
    assert.strictEqual(
        await refused(nginx, { key: 'here', id: 'b',
                               origin: 'https://evil.example' }),
        'The key is for another domain');

    /* ids whose signatures have every character of base64 */

    for (let i = 0; i < 30; i++) {
        await join(opened, { key, id: `p${i}`, token: token(`p${i}`, now) },
                   nginx);
    }

    for (const wrong of ['t', token('b', now), token('a', now, 599),
                         token('a', now, 90001), token('a', now + 120),
                         token('a', now - 600),
                         token('a', now, 600, 'guess')])
    {
        assert.strictEqual(await refused(nginx, { key, id: 'a',
                                                  token: wrong }), bad);
    }

    /* two seconds are left */

    const late = await join(opened, { key, id: 'late',
                                      token: token('late', now - 597) },
                            nginx);

    late.say({ type: 'HEARTBEAT' });
    await within('the close', late.closed, 8000);
    assert.deepStrictEqual(late.heard, [
        '{"type":"ERROR","payload":{"msg":"The credential has expired"}}']);
}));


test('as many clients as the registry has rows', () =>
    using(async (opened) => {
        const nginx = await Nginx.start({
            web: WEB, main: ['webrtc_peer_registry 16;'] });

        opened.push({ close: () => nginx.stop() });

        for (let i = 0; i < 16; i++) {
            await join(opened, { id: `peer-${i}` }, nginx);
        }

        assert.strictEqual(await refused(nginx, { id: 'more' }),
                           'Server has reached its concurrent user limit');

        await opened.pop().close();

        await until('there is room again', async () => {
            const client = await PeerClient.open(base(nginx), { id: 'more' });

            opened.push(client);

            return (await client.takes(1))[0] === OPEN;
        });
    }));


test('the death of a worker frees its ids, calls to them expire', () =>
    using(async (opened) => {
        const nginx = await Nginx.start({
            web: WEB, main: ['webrtc_peer_expire_timeout 1500ms;'],
            allow: KILLED });

        opened.push({ close: () => nginx.stop() });

        const a = await joinElsewhere(opened, [], { id: 'alice' }, nginx);
        const b = await joinElsewhere(opened, [a.worker], { id: 'bob' },
                                      nginx);

        kill(b.worker, 'SIGKILL');
        await b.closed;

        await until('the master knows', () =>
            nginx.workers().length === 2
            && !nginx.workers().includes(b.worker));

        a.say({ type: 'OFFER', dst: 'bob', payload: 1 });
        assert.deepStrictEqual(await a.takes(1), [
            '{"type":"EXPIRE","src":"bob","dst":"alice"}']);

        const again = await join(opened, { id: 'bob', token: 'new' }, nginx);

        a.say({ type: 'OFFER', dst: 'bob', payload: 2 });
        assert.match((await again.takes(1))[0], /"payload":2/);
    }));


test('a reload keeps the sockets, and the time limit ends them', () =>
    using(async (opened) => {
        const nginx = await Nginx.start({ web: WEB, shutdownTimeout: '3s' });

        opened.push({ close: () => nginx.stop() });

        const a = await join(opened, { id: 'alice' }, nginx);

        const now = await nginx.reload();
        const b = await join(opened, { id: 'bob' }, nginx);

        a.say({ type: 'OFFER', dst: 'bob', payload: 1 });
        await b.takes(1);
        b.say({ type: 'ANSWER', dst: 'alice', payload: 2 });
        await a.takes(1);

        assert.strictEqual((await within('the end of the old worker',
                                         a.closed, 8000)).code, 1012);

        await until('the old workers have gone', () =>
            nginx.processes().every((pid) => now.includes(pid)));

        await join(opened, { id: 'alice', token: 'another' }, nginx);
    }));
