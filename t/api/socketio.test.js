/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The signalling server of skyway-js beside the npm package socket.io@2: the
 * same clients say the same, and hear the same.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { after, before, test } = require('node:test');

const WebSocket = require('ws');

const { Nginx, KILLED } = require('../lib/nginx');
const { until, within } = require('../lib/poll');
const { KEY, LOCATIONS } = require('../lib/skyway');
const { oracle, SocketClient, RawSession, fetchText }
    = require('../lib/socketio');
const { serve, using } = require('../lib/suite');


const suite = serve({
    web: [...LOCATIONS,
          `server_name sig.example;
           location = /named/signaling {
               rewrite ^ /signaling break; webrtc_skyway_signaling
               domain=other.example; }`],
    main: ['webrtc_peer_expire_timeout 1s;', 'webrtc_peer_ping_timeout 2s;',
           'webrtc_peer_discovery on;', `webrtc_key ${KEY};`,
           'webrtc_key 00000000-0000-4000-8000-00000000aaaa secret=topsecret;',
           'webrtc_key 00000000-0000-4000-8000-00000000bbbb'
           + ' domain=example.com;'],
    http: 'webrtc_message_size 64k;',
    shutdownTimeout: '60s',
});

let npm;

before(async () => {
    npm = await oracle();
});

after(() => npm.close());


/* Runs it against both, and returns what both have given. */

async function both(run) {
    const theirs = await run(npm.url);
    const ours = await run(suite.nginx.url);

    assert.deepStrictEqual(ours, theirs);

    return ours;
}


for (const transports of [['polling'], ['websocket'],
                          ['polling', 'websocket']])
{
    test(`clients over ${transports.join(' and ')} hear the same`, () =>
        both((url) => using(async (opened) => {
            const a = await SocketClient.open(opened, url, 'a',
                                              { transports });
            const b = await SocketClient.open(opened, url, 'b',
                                              { transports });

            if (transports.length > 1) {
                await a.upgraded();
                await b.upgraded();
            }

            a.emit('SEND_OFFER', { offer: { type: 'offer', sdp: '漢😀\r\n' },
                                   dst: 'b', connectionId: 'c1',
                                   metadata: [1, 0.5, null, true] });
            await b.hears('OFFER');
            b.emit('SEND_ANSWER', { answer: { sdp: 'x' }, dst: 'a',
                                    src: 'somebody else' });
            await a.hears('ANSWER');
            a.emit('PING', null);

            for (const c of [a, b]) {
                c.emit('ROOM_JOIN', { roomName: 'r', roomType: 'mesh' });
                await c.hears('ROOM_USER_JOIN', (e) => e.src === c.id);
            }

            const data = ['text', 7, { deep: [Buffer.from([1, 2]), 'x',
                                              Buffer.alloc(0)] },
                          Buffer.from([0, 255, 128, 10]),
                          Buffer.alloc(30000, 7)];

            for (const value of data) {
                a.emit('ROOM_SEND_DATA', { roomName: 'r', data: value });
            }

            await until('all data are there', () => b.heard.filter(
                (e) => e[0] === 'ROOM_DATA').length === data.length);

            return [a.heard, b.heard].map((list) => list.map(
                ([name, value]) => [name, value]));
        })));
}


test('a client that goes is gone', () => using(async (opened) => {
    const { url } = suite.nginx;
    const exists = async (id) => JSON.parse((await fetchText(
        `${url}/api/apikeys/${KEY}/peers/${id}/exists`)).text).exists;

    for (const transports of [['polling'], ['websocket']]) {
        const a = await SocketClient.open(opened, url, 'gone',
                                          { transports });

        a.close();
        await until('it is gone', async () => !await exists('gone'),
                    { timeout: 1500, every: 20 });

        /* its id is free, for another token too */

        const b = await SocketClient.open(opened, url, 'gone',
                                          { token: 'other', transports });

        b.close();
        await until('it is gone', async () => !await exists('gone'),
                    { timeout: 1500, every: 20 });
    }
}));


test('the handshake is the same', () => both(async (url) => {
    const s = await RawSession.open(url, 'x');

    const first = await s.poll();
    const ping = await s.say('2probe');
    const pong = await s.poll();
    const end = await s.say('1');

    const strip = (text) => text.replaceAll(s.sid, 'SID')
        .replace(/^\d+/, 'LEN');

    return [s.hello, first, ping, pong, end].map((res) => [
        res.status, strip(res.text), res.headers['content-type'],
        res.headers['access-control-allow-origin'],
        Number(res.headers['content-length']) === res.bytes.length,
    ]);
}));


test('errors and origins are the same', () => both(async (url) => {
    const headers = { origin: 'http://page.example' };
    const query = `apiKey=${KEY}&token=t&peerId=e&EIO=3`;
    const s = await RawSession.open(url, 'e');
    const results = [];

    for (const [target, options] of [
        [`/socket.io/?${query}&transport=polling&sid=unknown`, {}],
        [`/socket.io/?${query}&transport=nothing`, {}],
        [`/socket.io/?${query}`, {}],
        [`/socket.io/?${query}&transport=polling`, { method: 'POST' }],
        [`/socket.io/?${query}&transport=polling`, { method: 'PUT' }],
    ]) {
        for (const origin of [{}, headers]) {
            const res = await fetchText(url + target,
                                        { ...options, headers: origin });

            results.push([res.status, res.text,
                          res.headers['content-type'],
                          res.headers['access-control-allow-origin'],
                          res.headers['access-control-allow-credentials']]);
        }
    }

    const { headers: got } = await s.poll({ headers });

    results.push(got['access-control-allow-origin'],
                 got['access-control-allow-credentials']);

    return results;
}));


test('an upgrade by hand is the same', () => both(async (url) => {
    const s = await RawSession.open(url, 'u');

    await s.poll();

    const poll = s.poll();
    const socket = new WebSocket(s.url.replace('http', 'ws')
        .replace('transport=polling', 'transport=websocket'));
    const heard = [];

    socket.on('message', (data, isBinary) =>
        heard.push([isBinary, data.toString()]));
    await within('the WebSocket', new Promise((resolve, reject) => {
        socket.on('open', resolve);
        socket.on('error', reject);
    }));

    socket.send('2probe');

    const released = await poll;

    socket.send('5');
    socket.send('2');
    await until('the ping is answered', () => heard.length === 2);

    const late = await s.poll();

    socket.send('42["SEND_OFFER",{"dst":"u","offer":{}}]');
    await until('the offer is there', () => heard.length === 3);
    socket.send('41');
    socket.close();
    await new Promise((resolve) => socket.on('close', resolve));

    return [released.text, heard, late.status, late.text];
}));


test('binary over polling, with and without base64', () =>
    both((url) => using(async (opened) => {
        const a = await SocketClient.open(opened, url, 'a');

        a.emit('ROOM_JOIN', { roomName: 'bin' });
        await a.hears('ROOM_USER_JOIN');

        for (const extra of ['', '&b64=1']) {
            const id = `raw${extra.length}`;
            const s = await RawSession.open(url, id, extra);

            await s.poll();
            await s.say('42["ROOM_JOIN",{"roomName":"bin"}]');
            await a.hears('ROOM_USER_JOIN', (e) => e.src === id);

            /* as base64, and as bytes */

            const event = '451-["ROOM_SEND_DATA",{"roomName":"bin",'
                          + '"data":{"_placeholder":true,"num":0}}]';

            await s.post(`${event.length}:${event}10:b4AQIDBAU=`);

            const digits = [...String(event.length)].map(Number);

            await s.post(Buffer.concat([
                Buffer.from([0, ...digits, 255]), Buffer.from(event),
                Buffer.from([1, 3, 255, 4, 9, 8])]),
            { 'content-type': 'application/octet-stream' });

            await until('both are there', () => a.heard.filter(
                (e) => e[0] === 'ROOM_DATA' && e[1].src === id).length === 2);
            await s.say('1');
        }

        return a.heard.filter((e) => e[0] === 'ROOM_DATA');
    })));


test('attachments come with their event', () => using(async (opened) => {
    const { url } = suite.nginx;
    const a = await SocketClient.open(opened, url, 'a');
    const event = '451-["ROOM_DATA",{"roomName":"one","src":"a",'
                  + '"data":{"_placeholder":true,"num":0}}]';

    a.emit('ROOM_JOIN', { roomName: 'one' });
    await a.hears('ROOM_USER_JOIN');

    for (const [extra, want, type] of [
        ['', `\x00${[...String(event.length)].map((d) =>
            String.fromCharCode(d)).join('')}\xff${event}`
             + '\x01\x04\xff\x04\x01\x02\x03', 'application/octet-stream'],
        ['&b64=1', `${event.length}:${event}6:b4AQID`,
         'text/plain; charset=UTF-8']])
    {
        const id = `one${extra.length}`;
        const s = await RawSession.open(url, id, extra);

        await s.poll();
        await s.say('42["ROOM_JOIN",{"roomName":"one"}]');
        await a.hears('ROOM_USER_JOIN', (e) => e.src === id);
        await s.poll();

        const poll = s.poll();

        a.emit('ROOM_SEND_DATA', { roomName: 'one',
                                   data: Buffer.from([1, 2, 3]) });

        const { bytes, headers } = await poll;

        assert.strictEqual(bytes.toString('latin1'), want);
        assert.strictEqual(headers['content-type'], type);
        await s.say('1');
    }
}));


test('a page may ask before it posts bytes', async () => {
    const res = await fetchText(`${suite.nginx.url}/socket.io/?EIO=3`, {
        method: 'OPTIONS',
        headers: { origin: 'https://page.example',
                   'access-control-request-method': 'POST',
                   'access-control-request-headers': 'content-type' } });

    assert.strictEqual(res.status, 204);
    assert.strictEqual(res.headers['access-control-allow-origin'],
                       'https://page.example');
    assert.strictEqual(res.headers['access-control-allow-credentials'],
                       'true');
    assert.match(res.headers['access-control-allow-headers'],
                 /content-type/i);
});


test('another protocol version is refused', async () => {
    const res = await fetchText(`${suite.nginx.url}/socket.io/?EIO=4`
                                + '&transport=polling');

    assert.strictEqual(res.status, 400);
});


test('keys, domains and credentials', () => using(async (opened) => {
    const { url } = suite.nginx;
    const errors = async (id, options) => {
        const c = SocketClient.connect(url, id, options);

        opened.push(c);

        const { type } = await c.hears('ERROR');

        await c.ended();

        return type;
    };

    assert.strictEqual(await errors('x', { key: 'unknown' }), 'invalid-key');
    assert.strictEqual(await errors('x', {
        key: '00000000-0000-4000-8000-00000000bbbb',
        extraHeaders: { origin: 'https://other.example' } }),
    'invalid-domain');

    const key = '00000000-0000-4000-8000-00000000aaaa';
    const timestamp = Math.floor(Date.now() / 1000);
    const authToken = crypto.createHmac('sha256', 'topsecret')
        .update(`${timestamp}:600:guest`).digest('base64');

    assert.strictEqual(await errors('guest', { key }), 'authentication');
    assert.strictEqual(await errors('other', {
        key, credential: { timestamp, ttl: 600, authToken } }),
    'authentication');

    const c = await SocketClient.open(opened, url, 'guest', {
        key, credential: { timestamp, ttl: 600, authToken, peerId: 'x' } });

    c.emit('UPDATE_CREDENTIAL', { timestamp, ttl: 600, authToken: 'AAAA' });
    assert.strictEqual((await c.hears('ERROR')).type, 'authentication');

    assert.strictEqual((await fetchText(
        `${url}/api/apikeys/unknown/clients/`)).status, 401);
}));


test('lists and dispatcher', () => using(async (opened) => {
    const { url } = suite.nginx;

    await SocketClient.open(opened, url, 'here');

    for (const path of [`/api/apikeys/${KEY}/clients/`,
                        `/active/list/${KEY}`])
    {
        const res = await fetchText(url + path, {
            headers: { origin: 'https://page.example' } });

        assert.strictEqual(res.status, 200);
        assert.ok(JSON.parse(res.text).includes('here'), res.text);
        assert.strictEqual(res.headers['access-control-allow-origin'],
                           'https://page.example');
    }

    for (const [id, exists] of [['here', true], ['there', false]]) {
        const res = await fetchText(
            `${url}/api/apikeys/${KEY}/peers/${id}/exists`);

        assert.deepStrictEqual(JSON.parse(res.text), { exists });
    }

    const named = await fetchText(`${url}/named/signaling`);

    assert.deepStrictEqual(JSON.parse(named.text),
                           { domain: 'other.example' });

    for (const path of ['/api/apikeys/', `/api/apikeys/${KEY}`,
                        `/api/apikeys/${KEY}/peers/x`,
                        `/api/apikeys/${KEY}/clients/x`, '/active/list/'])
    {
        assert.strictEqual((await fetchText(url + path)).status, 404, path);
    }
}));


test('who is there is told only where that is wanted', async () => {
    const nginx = await Nginx.start({ web: LOCATIONS });

    try {
        for (const path of [`/api/apikeys/${KEY}/clients/`,
                            `/active/list/${KEY}`])
        {
            assert.strictEqual((await fetchText(nginx.url + path)).status,
                               401);
        }

        assert.strictEqual((await fetchText(
            `${nginx.url}/api/apikeys/${KEY}/peers/x/exists`)).status, 200);

    } finally {
        await nginx.stop();
    }
});


test('a body over the limit is refused, the session goes on', async () => {
    const s = await RawSession.open(suite.nginx.url, 'big');

    const res = await s.post('x'.repeat(64 * 1024 + 1));

    assert.strictEqual(res.status, 413);
    assert.deepStrictEqual(JSON.parse(res.text),
                           { code: 3, message: 'Bad request' });
    assert.match((await s.poll()).text, /OPEN/);
    await s.say('1');
});


test('a silent client is noticed, an old one is not', () =>
    using(async (opened) => {
        const { url } = suite.nginx;
        const exists = async (id) => JSON.parse((await fetchText(
            `${url}/api/apikeys/${KEY}/peers/${id}/exists`)).text).exists;

        /* one that pings by nothing but what its socket does */

        const quiet = await SocketClient.open(opened, url, 'quiet',
                                              { transports: ['websocket'] });
        const polling = await SocketClient.open(opened, url, 'polling',
                                                { transports: ['polling'] });

        /* one whose GET is never followed by another */

        const s = await RawSession.open(url, 'silent');

        await s.poll();
        await until('the silent one is gone',
                    async () => !await exists('silent'));
        assert.strictEqual((await s.poll()).status, 400);

        assert.ok(await exists('quiet') && await exists('polling'));
        assert.deepStrictEqual([...quiet.ends, ...polling.ends], []);
    }));


test('sessions go on over a reload', () => using(async (opened) => {
    const { nginx } = suite;

    const a = await SocketClient.open(opened, nginx.url, 'old-ws',
                                      { transports: ['websocket'] });
    const b = await SocketClient.open(opened, nginx.url, 'old-poll',
                                      { transports: ['polling'] });

    for (const c of [a, b]) {
        c.emit('ROOM_JOIN', { roomName: 'reloaded' });
        await c.hears('ROOM_USER_JOIN', (e) => e.src === c.id);
    }

    const before = nginx.workers();

    await nginx.reload();
    await until('there are new workers', () => {
        const now = nginx.workers();

        return now.length === before.length
               && now.every((pid) => !before.includes(pid));
    });

    const c = await SocketClient.open(opened, nginx.url, 'new');

    for (const old of [a, b]) {
        c.emit('SEND_OFFER', { dst: old.id, offer: {} });
        await old.hears('OFFER');
        old.emit('SEND_ANSWER', { dst: c.id, answer: {} });
        await c.hears('ANSWER', (e) => e.src === old.id);
    }

    c.emit('ROOM_JOIN', { roomName: 'reloaded' });
    await a.hears('ROOM_USER_JOIN', (e) => e.src === 'new');
    b.emit('ROOM_SEND_DATA', { roomName: 'reloaded', data: 'x' });
    await c.hears('ROOM_DATA');

    assert.deepStrictEqual([...a.ends, ...b.ends], []);

    for (const client of [a, b, c]) {
        client.close();
    }

    await until('the old workers have gone', () =>
        !nginx.processes().some((pid) => before.includes(pid)),
    { timeout: 25000 });
}));


test('a worker that dies takes its sessions along', () =>
    using(async (opened) => {
        const { nginx } = suite;

        const clients = [];

        for (let i = 0; i < 8; i++) {
            clients.push(await SocketClient.open(opened, nginx.url,
                                                 `w${i}`,
                                                 { reconnection: true,
                                                   reconnectionDelay: 100 }));
        }

        await Promise.all(clients.map((c) => c.upgraded()));

        nginx.options.allow.push(...KILLED);

        const [victim, lost] = [...nginx.signalingByWorker()]
            .sort((one, two) => two[1] - one[1])[0];

        process.kill(victim, 'SIGKILL');

        await until('their sockets are lost', () =>
            clients.filter((c) => c.ends.length).length >= lost);

        /* they come back by themselves, with their ids */

        await until('all are there again', async () => {
            const res = await fetchText(
                `${nginx.url}/api/apikeys/${KEY}/clients/`);
            const list = JSON.parse(res.text);

            return clients.every((c) => list.includes(c.id)
                && c.heard.filter((e) => e[0] === 'OPEN').length
                   === c.ends.length + 1);
        });

        const [a, b] = clients;

        a.emit('SEND_OFFER', { dst: b.id, offer: {} });
        await b.hears('OFFER');
    }));
