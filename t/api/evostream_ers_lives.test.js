/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The rendezvous server when it goes wrong: workers that die or are replaced,
 * crowds, clients that are slow, silent or hostile.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');

const io = require('socket.io-client-0.9');

const { RoomClient } = require('../lib/ers_viewer');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { RawSocket, frame, OP } = require('../lib/rawsocket');
const { fetchText } = require('../lib/socketio');
const { channel, using } = require('../lib/suite');


const OURS = { EMS: true, RMS: true, instance: 'one',
               capabilities: 'hasHeartBeat,multiClient' };

const WEB = ['location /socket.io/ { webrtc_evostream_ers; }',
             'location /ers { webrtc_evostream_ers; }'];


async function running(options, body) {
    const nginx = await Nginx.start({ web: WEB, ...options });

    try {
        await using((opened) => body(nginx, opened));

    } finally {
        await nginx.stop();
    }
}


const join = (opened, nginx, ...args) =>
    RoomClient.join(opened, nginx.url, args);

const idOf = async (c) => (await c.hears('ersid'))[0].id;

const workerOf = (nginx, c) => nginx.workerOf(c.ws._socket.localPort);


/* One whose socket is at this worker. */

async function joinAt(opened, nginx, pid, ...args) {
    return until(`somebody is at ${pid}`, async () => {
        const c = await RoomClient.open(nginx.url);

        opened.push(c);

        if (workerOf(nginx, c) !== pid) {
            c.close();
            return null;
        }

        c.joined = await c.ask('join', ...args);

        return c;
    });
}


async function talk(media, viewer) {
    const id = await idOf(viewer);

    await media.hears('clientJoined', (c) => c.id === id);
    media.say('message', { to: id, type: 'offer', payload: { sdp: 'x' } });

    const { from } = await viewer.message('offer');

    viewer.say('message', { to: from, type: 'answer' });
    await media.hears('message', (m) => m.from === id
                      && m.type === 'answer');
}


function descriptors(nginx) {
    return nginx.workers().map((pid) =>
        fs.readdirSync(`/proc/${pid}/fd`).length);
}


test('members at different workers', () => running({}, async (nginx, opened) => {
    const room = channel();
    const [a, b] = nginx.workers();
    const media = await joinAt(opened, nginx, a, room, OURS);

    for (const pid of [a, b]) {
        await talk(media, await joinAt(opened, nginx, pid, room));
    }

    const refused = await joinAt(opened, nginx, b, room, { EMS: true });

    assert.deepStrictEqual(refused.joined, ['taken']);
}));


test('500 viewers of one room', () => running({ workerConnections: 4096 },
    async (nginx, opened) => {
        const room = channel();
        const media = await join(opened, nginx, room, OURS);
        const viewers = [];

        for (let i = 0; i < 10; i++) {
            viewers.push(...await Promise.all(Array.from({ length: 50 },
                () => join(opened, nginx, room, { stream: 's' }))));
        }

        await until('all are announced', () => media.events.filter(
            (e) => e.name === 'clientJoined').length === 500);

        /* an offer of the usual size, and candidates, to each of them */

        const sdp = 'v'.repeat(6000);

        for (const { name, args: [{ id }] } of [...media.events]) {
            if (name === 'clientJoined') {
                media.say('message', { to: id, type: 'offer',
                                       payload: { sdp } });

                for (let i = 0; i < 5; i++) {
                    media.say('message', { to: id, type: 'candidate', i });
                }
            }
        }

        await Promise.all(viewers.map(async (viewer) => {
            await viewer.hears('message', (m) => m.i === 4, 30000);

            const { from } = await viewer.message('offer');

            viewer.say('message', { to: from, type: 'answer' });
        }));

        await until('all have answered', () => new Set(media.events.filter(
            (e) => e.name === 'message').map((e) => e.args[0].from)).size
            === 500);

        viewers.slice(0, 250).forEach((viewer) => viewer.close());

        await until('half of them have left', () => media.events.filter(
            (e) => e.name === 'remove').length === 250);
    }));


test('a worker is killed', () => running({ allow: KILLED },
    async (nginx, opened) => {
        const [a, b] = nginx.workers();
        const rooms = Array.from({ length: 6 }, () => channel());

        for (const room of rooms) {
            const media = await joinAt(opened, nginx, a, room, OURS);
            const here = await joinAt(opened, nginx, a, room);
            const there = await joinAt(opened, nginx, b, room);

            await talk(media, here);
            await talk(media, there);
        }

        const all = opened.filter((c) => c.joined && !c.gone);

        kill(b, 'SIGKILL');

        /*
         * Its sockets are gone, and rooms that had their home there; who is
         * elsewhere does not hear that anybody has left.
         */

        const lost = await until('a new worker is there', () =>
            nginx.workers().length === 2 && !nginx.workers().includes(b)
            && all.filter((c) => c.gone));

        assert.ok(lost.length >= 6);

        const left = await until('the rooms of the dead one are closed', () => {
            const open = all.filter((c) => !c.gone);

            return open.length % 2 === 0 && open.length < 12 && open;
        });

        for (const c of left) {
            assert.ok(!c.events.some((e) => e.name === 'remove'));
        }

        /* all of them meet again */

        for (const room of rooms) {
            const media = await join(opened, nginx, room, OURS);

            assert.strictEqual(media.joined[0], null);
            await talk(media, await join(opened, nginx, room));
        }
    }));


test('a reload', () => running({}, async (nginx, opened) => {
    const room = channel();
    const clients = [];

    for (const pid of nginx.workers()) {
        clients.push(await joinAt(opened, nginx, pid, room, OURS),
                     await joinAt(opened, nginx, pid, room));
    }

    /* an unmodified client comes back by itself */

    const socket = io.connect(nginx.url, { 'force new connection': true,
                                           'reconnection delay': 50 });
    let connects = 0;
    const joined = [];

    opened.push({ close: () => socket.disconnect() });
    socket.on('connect', () => {
        connects++;
        socket.emit('join', room, (...answer) => joined.push(answer));
    });

    await until('it has joined', () => joined.length === 1);

    const old = nginx.workers();

    await nginx.reload();

    for (const c of clients) {
        assert.strictEqual((await c.ended()).code, 1001);
        assert.ok(!c.events.some((e) => e.name === 'remove'));
    }

    await until('it is back', () => joined.length === 2, { timeout: 30000 });
    assert.strictEqual(connects, 2);

    const media = await join(opened, nginx, room, OURS);

    await media.hears('clientJoined');
    await talk(media, await join(opened, nginx, room));

    await until('the old workers have left', () =>
        nginx.processes().every((pid) => !old.includes(pid)),
    { timeout: 10000 });
}));


test('who is silent, and who never joins', () => running({
    workerConnections: 2048,
    main: ['webrtc_evostream_ers_join_timeout 2s;',
           'webrtc_evostream_ers_heartbeat 1s;',
           'webrtc_evostream_ers_heartbeat_timeout 3s;'],
}, async (nginx, opened) => {
    const room = channel();
    const viewer = await join(opened, nginx, room);
    const before = descriptors(nginx);

    /* sockets of socket.io, of a plain WebSocket, and ones that only open */

    const strangers = [];

    for (let i = 0; i < 1000; i++) {
        const c = i % 2 ? await RawSocket.upgrade(nginx.options.webPort, '/ers')
                  : await RoomClient.open(nginx.url);

        strangers.push(c);
        opened.push(c);
    }

    await Promise.all(strangers.map((c) => (c.rest ? c.closeFrame(20000)
                                                   : c.ended(20000))));
    assert.match(strangers[0].gone.reason, /^JOIN-TIMEOUT|TIMEOUT$/);
    strangers.forEach((c) => c.close());

    await until('the descriptors are back', () =>
        descriptors(nginx).every((n, i) => n <= before[i] + 2));

    /* who answers heartbeats stays; who does not may connect again */

    assert.strictEqual(viewer.gone, undefined);

    const media = await join(opened, nginx, room, OURS);
    const id = await idOf(media);
    const plain = await RoomClient.join(opened, nginx.url, [room],
                                        { plain: '/ers' });

    await viewer.hears('ersid');
    viewer.input = (text) => { viewer.texts.push(text); };

    await viewer.ended(15000);
    assert.strictEqual(viewer.gone.reason, 'TIMEOUT');
    assert.ok(!viewer.texts.includes('0::'));
    await media.hears('remove', (r) => r.id !== id);
    assert.strictEqual(media.gone, undefined);
    assert.strictEqual(plain.gone, undefined);
}));


test('no pings of the WebSocket to socket.io', () => running({
    main: ['webrtc_evostream_ers_heartbeat 500ms;'],
}, async (nginx, opened) => {
    const c = await join(opened, nginx, channel());
    const plain = await RoomClient.join(opened, nginx.url, [channel()],
                                        { plain: '/ers' });
    let pings = 0;
    let others = 0;

    c.ws.on('ping', () => { pings++; });
    plain.ws.on('ping', () => { others++; });

    await until('heartbeats have come', () =>
        c.texts.filter((t) => t === '2::').length >= 3 && others >= 3);
    assert.strictEqual(pings, 0);
}));


test('garbage, and messages that are too large', () => running({
    web: WEB.map((line) => line.replace('ers;', 'ers;'
                 + ' webrtc_message_size 64k; webrtc_message_rate 200;')),
}, async (nginx, opened) => {
    const room = channel();
    const media = await join(opened, nginx, room, OURS);
    const port = nginx.options.webPort;

    const texts = ['', '5', '5:::', '5:::{', '9:::', '\u0000', '5:::[]',
                   '5:::{"name":"join"}', '5:::{"name":"message","args":[{}]}',
                   `5:::{"name":"join","args":["${'['.repeat(9)}"]}`,
                   `5:::${'['.repeat(20000)}`,
                   `5:1+::{"name":"join","args":[${'[{"a":'.repeat(50)}`,
                   '5:::{"name":"join","args":["x",{"token":"\\ud800"}]}',
                   `5:${'9'.repeat(1000)}+::{"name":"join","args":["x"]}`];

    for (const plain of [undefined, '/ers']) {
        const c = await RoomClient.open(nginx.url, { plain });

        opened.push(c);
        texts.forEach((text) => c.ws.send(text));
        assert.deepStrictEqual((await c.ask('join', room))[0], null);
        await talk(media, c);
    }

    /* too large, too many, or no text */

    const upgraded = async (data) => {
        const raw = await RawSocket.upgrade(port, '/ers');

        opened.push(raw);
        raw.write(data);

        return (await raw.closeFrame()).code;
    };

    assert.strictEqual(await upgraded(frame('x'.repeat(70000))), 1009);
    assert.strictEqual(await upgraded(frame('x', { length: 2 ** 40 })), 1009);
    assert.strictEqual(await upgraded(frame('x', { opcode: OP.BINARY })),
                       1003);
    assert.strictEqual(await upgraded(frame('\xff\xfe'.slice(0, 1), {
        masked: false })), 1002);
    assert.strictEqual(await upgraded(Buffer.concat(
        Array.from({ length: 5000 }, () => frame('2::')))), 4490);

    await talk(media, await join(opened, nginx, room));
}));


test('a viewer that stops reading', () => running({
    web: WEB.map((line) => line.replace('ers;', 'ers;'
                 + ' webrtc_send_queue 256k; webrtc_message_rate off;')),
}, async (nginx, opened) => {
    const room = channel();
    const media = await join(opened, nginx, room, OURS);
    const viewer = await join(opened, nginx, room);
    const { text } = await fetchText(`${nginx.url}/socket.io/1/`);
    const slow = await RawSocket.upgrade(
        nginx.options.webPort,
        `/socket.io/1/websocket/${text.split(':')[0]}`);

    opened.push(slow);
    slow.write(frame(`5:::{"name":"join","args":["${room}"]}`));

    const fine = await idOf(viewer);
    const [{ id }] = await media.hears('clientJoined', (c) => c.id !== fine);

    slow.socket.pause();

    const payload = 'x'.repeat(50000);

    await until('it is given up', () => {
        for (let i = 0; i < 10; i++) {
            media.say('message', { to: id, type: 'offer', payload });
        }

        media.say('message', { to: fine, type: 'candidate' });

        return media.events.some((e) => e.name === 'remove'
                                 && e.args[0].id === id);
    });

    await talk(media, viewer);
}));


test('many rooms', () => running({
    main: ['webrtc_evostream_ers_max_rooms 20;'],
}, async (nginx, opened) => {
    const c = await join(opened, nginx, channel());

    /* each join leaves the one before */

    for (let i = 0; i < 100; i++) {
        assert.strictEqual((await c.ask('join', channel()))[0], null);
    }

    const answers = [];

    for (let i = 0; i < 60; i++) {
        answers.push((await join(opened, nginx, channel())).joined[0]);
    }

    const refused = answers.filter((answer) => answer === 'full').length;

    assert.ok(refused >= 20 && refused <= 41, `${refused} were refused`);
}));
