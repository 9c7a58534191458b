/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The rendezvous server that is built in: who meets whom in its rooms, with
 * an unmodified client of socket.io 0.9 and with others.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { test } = require('node:test');

const io = require('socket.io-client-0.9');

const { certificate } = require('../lib/certificate');
const { RoomClient } = require('../lib/ers_viewer');
const { until } = require('../lib/poll');
const { freeTcp } = require('../lib/ports');
const { RawSocket, frame } = require('../lib/rawsocket');
const { fetchText } = require('../lib/socketio');
const { channel, serve, using } = require('../lib/suite');


const EMS = { EMS: true, RMS: true };
const OURS = { ...EMS, instance: 'one',
               capabilities: 'hasHeartBeat,multiClient' };

const NOTHING = { screen: false, video: false, audio: false };

const suite = serve(async () => {
    const { keyFile, certFile } = certificate();
    const port = await freeTcp();

    return {
        tlsPort: port,
        web: ['location /socket.io/ { webrtc_evostream_ers; }',
              'location /ers { webrtc_evostream_ers; }',
              'location /a/path/ { webrtc_evostream_ers; }'],
        http: [`server {
            listen 127.0.0.1:${port} ssl reuseport;
            ssl_certificate ${certFile};
            ssl_certificate_key ${keyFile};
            location / { webrtc_evostream_ers; }
        }`],
    };
});

const strict = serve(() => ({
    main: ['webrtc_evostream_ers_rooms lobby hall;',
           'webrtc_evostream_ers_token t1 t2;',
           'webrtc_evostream_ers_viewer_token v1;',
           'webrtc_evostream_ers_viewer_token v2;',
           'webrtc_evostream_ers_room_viewers 3;',
           'webrtc_evostream_ers_server stun:192.0.2.1:3478;',
           'webrtc_evostream_ers_server turn:192.0.2.1:3478 me word;',
           'webrtc_evostream_ers_server turn:192.0.2.2:3478?transport=tcp'
           + ' secret=north;',
           'webrtc_evostream_ers_credential_time 1h;'],
    web: ['location /socket.io/ { webrtc_evostream_ers;'
          + ' keepalive_timeout 10s; }'],
}));


const url = () => suite.nginx.url;

const join = (opened, ...args) => RoomClient.join(opened, url(), args);

const enter = (opened, ...args) => RoomClient.join(opened, strict.nginx.url,
                                                   args);


/* what the unmodified client hears */

function connect(opened, where, options = {}) {
    const socket = io.connect(where, { 'force new connection': true,
                                       'reconnection delay': 100,
                                       ...options });
    const c = { socket, events: [] };

    for (const name of ['connect', 'disconnect', 'reconnect', 'message',
                        'clientJoined', 'remove', 'taken', 'ersid',
                        'stunservers', 'turnservers'])
    {
        socket.on(name, (...args) => c.events.push({ name, args }));
    }

    c.hears = (name, fits = () => true) => until(`hears ${name}`, () =>
        c.events.find((e) => e.name === name && fits(...e.args)),
    { every: 10 }).then((e) => e.args[0]);

    c.ask = (...args) => new Promise((resolve) => {
        socket.emit(...args, (...answer) => resolve(answer));
    });

    c.close = () => socket.disconnect();
    opened.push(c);

    return c;
}


test('an unmodified client of socket.io 0.9', () => using(async (opened) => {
    const room = channel();
    const viewer = connect(opened, url(), { query: 'stream=a%2Fb' });

    const { id } = await viewer.hears('ersid');

    assert.match(id, /^[0-9a-f]{32}$/);
    assert.deepStrictEqual(await viewer.hears('stunservers'), []);
    assert.deepStrictEqual(await viewer.hears('turnservers'), []);
    assert.deepStrictEqual(await viewer.ask('join', room),
                           [null, { clients: {} }]);

    const media = connect(opened, url());

    assert.deepStrictEqual(await media.ask('join', room, OURS),
                           [null, { clients: {} }]);

    const joined = await media.hears('clientJoined');
    const { id: own } = await media.hears('ersid');

    assert.deepStrictEqual(joined, { streamName: 'a/b', id, emsid: own,
                                     rmsid: own });

    media.socket.emit('message', { to: id, sid: '1', roomType: 'video',
                                   type: 'offer', from: 'liar',
                                   payload: { type: 'offer', sdp: 'é' } });

    assert.deepStrictEqual(await viewer.hears('message'), {
        to: id, sid: '1', roomType: 'video', type: 'offer', from: own,
        payload: { type: 'offer', sdp: 'é' } });

    viewer.socket.emit('message', { to: own, sid: '1', type: 'answer' });
    assert.deepStrictEqual(await media.hears('message'),
                           { to: own, sid: '1', type: 'answer', from: id });

    const other = connect(opened, url());

    assert.deepStrictEqual(await other.ask('join', room, EMS), ['taken']);
    await other.hears('taken');

    viewer.socket.disconnect();
    assert.deepStrictEqual(await media.hears('remove'), { id });
}));


test('every form of a join', () => using(async (opened) => {
    const room = channel('Zimmer é "\\/ ');
    const media = await join(opened, room, OURS);
    const own = (await media.hears('ersid'))[0].id;
    const seen = [null, { clients: { [own]: NOTHING } }];
    const profile = { streamName: 's', transport: 'srtp', name: 'N',
                      capabilities: 'c', cwa: 'true' };

    const cases = [
        [[room], {}, {}],
        [[room, { streamName: 's' }], {}, { streamName: 's' }],
        [[room, { stream: 's' }], {}, { streamName: 's' }],
        [[room, { ...profile, token: 't', unknown: 1 }], {}, profile],
        [[room], { query: '&stream=x%20y' }, { streamName: 'x y' }],
        [[room, { stream: 's' }], { query: '&stream=x' },
         { streamName: 's' }],
        [[room], { plain: '/ers?stream=x&transport=srtp&name=N' },
         { streamName: 'x', transport: 'srtp', name: 'N' }],
        [[room, profile], { plain: '/ers/anything' }, profile],
    ];

    for (const [args, options, wanted] of cases) {
        const viewer = await RoomClient.join(opened, url(), args, options);
        const { id } = (await viewer.hears('ersid'))[0];

        assert.deepStrictEqual(viewer.joined, seen);

        const [joined] = await media.hears('clientJoined',
                                           (c) => c.id === id);

        assert.deepStrictEqual(joined, { ...wanted, id, emsid: own,
                                         rmsid: own });

        /* without an answer being asked for */

        viewer.say('leave');
        await media.hears('remove', (c) => c.id === id);
        media.events.length = 0;
        viewer.say('join', ...args);
        await media.hears('clientJoined', (c) => c.id === id);
    }
}));


test('rooms do not hear of each other', () => using(async (opened) => {
    const rooms = [channel(), channel()];
    const all = [];

    for (const room of rooms) {
        const media = await join(opened, room, OURS);
        const viewers = [await join(opened, room), await join(opened, room)];
        const ids = [];

        for (const viewer of viewers) {
            ids.push((await viewer.hears('ersid'))[0].id);
            await media.hears('clientJoined', (c) => c.id === ids.at(-1));
        }

        all.push({ media, viewers, ids });
    }

    const [here, there] = all;
    const target = (await there.media.hears('ersid'))[0].id;

    for (const to of [target, there.ids[0], here.ids[1], 'nobody', 1, null]) {
        here.viewers[0].say('message', { to, type: 'intruder' });
    }

    here.media.say('message', { to: there.ids[0], type: 'intruder' });

    /* in order, so that what comes after them says that they did not */

    const own = (await here.media.hears('ersid'))[0].id;

    here.viewers[0].say('message', { to: own, type: 'last' });
    await here.media.message('last');
    here.media.say('message', { to: here.ids[1], type: 'last' });
    await here.viewers[1].message('last');
    there.media.say('message', { to: there.ids[0], type: 'last' });
    await there.viewers[0].message('last');

    for (const c of [...opened]) {
        assert.ok(!c.events.some((e) => e.args?.[0]?.type === 'intruder'));
    }
}));


test('a media server that says its instance', () => using(async (opened) => {
    const room = channel();
    const first = await join(opened, room, OURS);
    const viewer = await join(opened, room);
    const { id } = (await viewer.hears('ersid'))[0];
    const own = (await first.hears('ersid'))[0].id;

    const thief = await join(opened, room, { ...OURS, instance: 'two' });

    assert.deepStrictEqual(thief.joined, ['taken']);
    await thief.hears('taken');

    viewer.say('message', { to: own, type: 'answer' });
    await first.message('answer');

    const second = await join(opened, room, OURS);
    const late = await join(opened, room);
    const newer = (await late.hears('ersid'))[0].id;

    await second.hears('clientJoined', (c) => c.id === newer);
    assert.ok(!first.events.some((e) => e.args[0]?.id === newer));

    /* the older one is gone, and nobody notices */

    first.ws.close();
    await first.ended();
    viewer.close();
    await second.hears('remove', (c) => c.id === id);
    assert.ok(!viewer.events.some((e) => e.name === 'remove'));
}));


test('a media server that joins once for each viewer', () =>
    using(async (opened) => {
        const room = channel();
        const sockets = [await join(opened, room, EMS)];
        const viewers = [];

        for (let i = 0; i < 3; i++) {
            const impostor = await join(opened, room, EMS);

            assert.deepStrictEqual(impostor.joined, ['taken']);

            const viewer = await join(opened, room);
            const { id } = (await viewer.hears('ersid'))[0];

            viewers.push(viewer);
            await sockets[i].hears('clientJoined', (c) => c.id === id);

            sockets.push(await join(opened, room, EMS));
            assert.deepStrictEqual(sockets[i + 1].joined,
                                   [null, { clients: {} }]);
        }

        assert.deepStrictEqual(sockets.map((s) => s.events.filter(
            (e) => e.name === 'clientJoined').length), [1, 1, 1, 0]);

        sockets[1].close();
        await viewers[1].hears('remove');
        viewers[2].close();
        await sockets[2].hears('remove');
        assert.ok(!sockets[3].events.some((e) => e.name === 'clientJoined'));
    }));


test('who is not let in', () => using(async (opened) => {
    const token = (emsToken) => ({ ...OURS, emsToken });

    const refusals = [
        [['lobby', token('x')], 'invalidEmsToken'],
        [['lobby', OURS], 'invalidEmsToken'],
        [['cellar', token('t1')], 'invalidRoom'],
        [['cellar', { token: 'v1' }], 'invalidRoom'],
        [['lobby', { token: 't1' }], 'invalidToken'],
        [['lobby'], 'invalidToken'],
        [[''], 'invalidRoom'],
        [['x'.repeat(256)], 'invalidRoom'],
        [['lobby', { token: 1 }], 'invalidArguments'],
        [['lobby', { token: 'v1', stream: 'x'.repeat(641) }],
         'invalidArguments'],
    ];

    for (const [args, name] of refusals) {
        const c = await enter(opened, ...args);

        assert.deepStrictEqual(c.joined, [name]);
        await c.hears(name);

        if (name === 'invalidEmsToken') {
            await c.hears('invalidRmsToken');
        }

        /* and may try again */

        c.say('join', 'hall', { token: 'v1' });
        assert.deepStrictEqual(await c.ask('join', 'hall', { token: 'v1' }),
                               [null, { clients: {} }]);
        c.close();
    }

    const media = await enter(opened, 'lobby', token('t2'));

    assert.strictEqual(media.joined[0], null);

    const rms = await enter(opened, 'hall', { RMS: true, rmsToken: 't1' });

    assert.strictEqual(rms.joined[0], null);
    assert.match(strict.nginx.errorLog(),
                 /\[info\] .* refused a client with "invalidToken", client: 1/);
    assert.doesNotMatch(strict.nginx.errorLog(), /\bt1\b|\bv1\b|north/);
}));


test('a token serves one client', () => using(async (opened) => {
    const as = (address, tokenName) => RoomClient.join(
        opened, strict.nginx.url, ['lobby', { token: tokenName }],
        { localAddress: address });

    const first = await as('127.0.0.2', 'v2');

    assert.strictEqual(first.joined[0], null);

    for (const room of ['lobby', 'hall']) {
        const c = await enter(opened, room, { token: 'v2' });

        assert.deepStrictEqual(c.joined, ['invalidToken']);
    }

    /* the same one may come again, another one may not yet */

    first.close();
    assert.strictEqual((await as('127.0.0.2', 'v2')).joined[0], null);
    assert.deepStrictEqual((await as('127.0.0.3', 'v2')).joined,
                           ['invalidToken']);

    /* as many as a room takes */

    const room = () => enter(opened, 'lobby', { token: 'v1' });

    await until('the room is full', async () =>
        (await room()).joined[0] === 'full');
}));


test('STUN and TURN servers', () => using(async (opened) => {
    const c = await RoomClient.open(strict.nginx.url);

    opened.push(c);

    const stun = 'stun:192.0.2.1:3478';
    const turn = 'turn:192.0.2.1:3478';
    const tcp = 'turn:192.0.2.2:3478?transport=tcp';

    assert.deepStrictEqual(await c.hears('stunservers'),
                           [[{ url: stun, urls: [stun] }]]);

    const [[fixed, made]] = await c.hears('turnservers');

    assert.deepStrictEqual(fixed, { url: turn, urls: [turn], username: 'me',
                                    credential: 'word' });

    const left = Number(made.username) - Date.now() / 1000;

    assert.ok(left > 3500 && left < 3700, `${left} s`);
    assert.deepStrictEqual(made, {
        url: tcp, urls: [tcp], username: made.username,
        credential: crypto.createHmac('sha1', 'north')
            .update(made.username).digest('base64') });
}));


test('the first request', async () => {
    const page = 'https://page.example';
    const get = (path, options) => fetchText(url() + path, options);

    const res = await get('/socket.io/1/?t=1', { headers: { origin: page } });

    assert.strictEqual(res.status, 200);
    assert.match(res.text, /^[0-9a-f]+:60:60:websocket$/);
    assert.strictEqual(res.headers['transfer-encoding'], 'chunked');
    assert.strictEqual(res.headers['access-control-allow-origin'], page);
    assert.strictEqual(res.headers['access-control-allow-credentials'],
                       'true');

    const script = await get('/a/path/socket.io/1?jsonp=3');

    assert.match(script.text,
                 /^io\.j\[3\]\("[0-9a-f]+:60:60:websocket"\);$/);
    assert.strictEqual(script.headers['content-type'],
                       'application/javascript');

    assert.strictEqual((await get('/socket.io/1/?jsonp=x')).status, 400);
    assert.strictEqual((await get('/socket.io/')).status, 404);
    assert.strictEqual((await get('/socket.io/1/xhr-polling/x')).status, 404);
    assert.strictEqual((await get('/socket.io/1/',
                                  { method: 'POST' })).status, 405);

    const preflight = await get('/socket.io/1/', {
        method: 'OPTIONS', headers: { origin: page } });

    assert.strictEqual(preflight.status, 204);
    assert.strictEqual(preflight.headers['access-control-allow-origin'],
                       page);
});


test('both requests on one connection, as media servers do', async () => {
    const ws = await RawSocket.open(strict.nginx.options.webPort);

    ws.write('GET /socket.io/1/?t=1 HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(await ws.headers(), /^Transfer-Encoding: chunked\r$/mi);

    const [, sid] = await until('the first chunk has come', () =>
        /^[0-9a-f]+\r\n([0-9a-f]+):[^]*\r\n0\r\n\r\n$/
            .exec(ws.data.toString()));

    ws.data = Buffer.alloc(0);
    ws.write(`GET /socket.io/1/websocket/${sid} HTTP/1.1\r\nHost: x\r\n`
             + 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
             + 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
             + 'Sec-WebSocket-Version: 13\r\n'
             + 'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n');

    const head = await ws.headers();

    assert.match(head, /^HTTP\/1\.1 101 /);
    assert.doesNotMatch(head, /deflate/i);
    assert.strictEqual((await ws.frame()).payload.toString(), '1::');

    ws.write(frame('5:1+::{"name":"join","args":["x"]}'));

    const heard = await until('is answered', async () => {
        const { payload } = await ws.frame();

        return payload.toString().startsWith('6:::') && payload.toString();
    });

    assert.strictEqual(heard, '6:::1+["invalidRoom"]');
    ws.close();
});


test('a session id cannot be invented', async () => {
    const { text } = await fetchText(`${url()}/socket.io/1/`);
    const [sid] = text.split(':');

    const ids = ['1', 'x'.repeat(56), '0'.repeat(56), sid.slice(0, -2),
                 sid.replace(/^./, (c) => (c === '0' ? '1' : '0')),
                 `${sid}00`, 'f'.repeat(3000)];

    for (const id of ids) {
        const ws = await RawSocket.upgrade(suite.nginx.options.webPort,
                                           `/socket.io/1/websocket/${id}`);

        assert.strictEqual((await ws.frame()).payload.toString(), '7:::1+0');
        assert.strictEqual((await ws.closeFrame()).code, 1000);
        ws.close();
    }
});


test('over TLS', () => using(async (opened) => {
    const secure = `https://127.0.0.1:${suite.nginx.options.tlsPort}`;
    const room = channel();
    const media = await join(opened, room, OURS);
    const viewer = await RoomClient.join(opened, secure, [room], {
        plain: '/', rejectUnauthorized: false });
    const { id } = (await viewer.hears('ersid'))[0];

    await media.hears('clientJoined', (c) => c.id === id);
    media.say('message', { to: id, type: 'offer' });
    await viewer.message('offer');
}));
