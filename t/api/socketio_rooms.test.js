/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Rooms of skyway-js at a server with two workers: who loses the socket stays
 * a member, who says goodbye does not.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { KILLED } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { LOCATIONS } = require('../lib/skyway');
const { SocketClient, RawSession } = require('../lib/socketio');
const { serve, using } = require('../lib/suite');


/* s: webrtc_peer_ping_timeout */
const PING = 3;

const suite = serve({
    web: LOCATIONS,
    main: `webrtc_peer_ping_timeout ${PING}s;`,
});

let rooms = 0;


/* A room with members of these ids, each of which has heard of all. */

async function room(opened, ids, options = {}) {
    const name = `room-${++rooms}`;
    const members = [];

    for (const id of ids) {
        const c = await SocketClient.open(opened, suite.nginx.url,
                                          `${id}-${rooms}`,
                                          { reconnection: true,
                                            reconnectionDelay: 100,
                                            ...options });

        if (options.transports?.length !== 1) {
            await c.upgraded();
        }

        c.emit('ROOM_JOIN', { roomName: name });
        members.push(c);

        for (const member of members) {
            await member.hears('ROOM_USER_JOIN', (e) => e.src === c.id);
        }
    }

    return [name, ...members];
}


/* What a lost network does: the socket ends, and nobody says goodbye. */

function cut(client) {
    const { transport } = client.socket.io.engine;

    if (transport.name === 'websocket') {
        transport.ws.terminate();
        return;
    }

    transport.pollXhr.abort();
    transport.onError('cut');
}


/* It was lost, and is registered again. */

function back(client, times = 1) {
    return until(`${client.id} is back`, () =>
        client.ends.length >= times
        && client.heard.filter((e) => e[0] === 'OPEN').length
           === client.ends.length + 1, { every: 10 });
}


function comings(client) {
    return client.heard.filter(([name]) =>
        name === 'ROOM_USER_JOIN' || name === 'ROOM_USER_LEAVE');
}


for (const transports of [['polling'], ['websocket'],
                          ['polling', 'websocket']])
{
    test(`who is lost over ${transports.join(' and ')} is in its rooms again`,
        () => using(async (opened) => {
            const [name, a, b] = await room(opened, ['a', 'b'],
                                            { transports });
            const before = comings(a).length;

            let said = 0;
            let lost = 0;

            const say = () => a.emit('ROOM_SEND_DATA', {
                roomName: name, data: ++said });
            const hears = (data) => b.heard.filter((e) =>
                e[0] === 'ROOM_DATA' && e[1].data === data).length;

            for (let i = 1; i <= 8; i++) {
                const first = said + 1;
                const talk = setInterval(say, 10);

                cut(b);
                await back(b, i).finally(() => clearInterval(talk));
                say();
                await b.hears('ROOM_DATA', (e) => e.data === said);

                /* only what was said before the server knew is lost */

                let from = first;

                while (hears(from) === 0) {
                    from++;
                    lost++;
                }

                for (let n = from; n <= said; n++) {
                    await b.hears('ROOM_DATA', (e) => e.data === n);
                    assert.strictEqual(hears(n), 1);
                }

                b.emit('ROOM_SEND_DATA', { roomName: name,
                                           data: Buffer.from([i]) });
                await a.hears('ROOM_DATA', (e) => e.data[0] === i);

                b.emit('ROOM_GET_USERS', { roomName: name, type: `t${i}` });

                const { userList } = await b.hears('ROOM_USERS', (e) =>
                    e.type === `t${i}`);

                assert.deepStrictEqual(userList, [a.id, b.id]);
            }

            assert.strictEqual(comings(a).length, before);
            assert.ok(lost < said / 2, `${lost} of ${said} are lost`);
        }));
}


test('a server that has not noticed the loss', () => using(async (opened) => {
    const [name, a, b] = await room(opened, ['a', 'b']);
    const before = comings(a).length;

    /* the same token, while the old socket still stands */

    b.socket.io.reconnection(false);

    for (let i = 0; i < 4; i++) {
        const twin = await SocketClient.open(opened, suite.nginx.url, b.id);

        twin.emit('ROOM_SEND_DATA', { roomName: name, data: i });
        await a.hears('ROOM_DATA', (e) => e.data === i);
        a.emit('ROOM_SEND_DATA', { roomName: name, data: `to ${i}` });
        await twin.hears('ROOM_DATA', (e) => e.data === `to ${i}`);
    }

    assert.strictEqual(comings(a).length, before);
}));


test('who does not come back has left in time', () =>
    using(async (opened) => {
        for (const transports of [['polling'], ['websocket']]) {
            const [, a, b] = await room(opened, ['a', 'b'], { transports });
            const start = Date.now();

            b.socket.io.reconnection(false);
            cut(b);
            await a.hears('ROOM_USER_LEAVE', (e) => e.src === b.id);

            const took = (Date.now() - start) / 1000;

            assert.ok(took > PING * 0.9 && took < PING + 2, `${took} s`);
        }
    }));


test('who says goodbye has left at once', () => using(async (opened) => {
    const goodbyes = [
        (c) => c.close(),
        (c, name) => c.emit('ROOM_LEAVE', { roomName: name }),

        /* what a browser does when its page is left */

        (c) => c.socket.io.engine.transport.ws.close(1001),
    ];

    for (const goodbye of goodbyes) {
        const [name, a, b] = await room(opened, ['a', 'b']);
        const start = Date.now();

        b.socket.io.reconnection(false);
        goodbye(b, name);
        await a.hears('ROOM_USER_LEAVE', (e) => e.src === b.id);
        assert.ok(Date.now() - start < PING * 1000 / 2);
    }

    const [name, a] = await room(opened, ['a']);
    const s = await RawSession.open(suite.nginx.url, `raw-${rooms}`);
    const start = Date.now();

    await s.poll();
    await s.say(`42["ROOM_JOIN",{"roomName":"${name}"}]`);
    await a.hears('ROOM_USER_JOIN', (e) => e.src === `raw-${rooms}`);
    await s.say('41');
    await a.hears('ROOM_USER_LEAVE', (e) => e.src === `raw-${rooms}`);
    assert.ok(Date.now() - start < PING * 1000 / 2);
}));


test('who has left a room is not in it when it is back', () =>
    using(async (opened) => {
        const [name, a, b] = await room(opened, ['a', 'b']);

        b.emit('ROOM_LEAVE', { roomName: name });
        await a.hears('ROOM_USER_LEAVE');
        cut(b);
        await back(b);

        b.emit('ROOM_SEND_DATA', { roomName: name, data: 'x' });
        b.emit('ROOM_JOIN', { roomName: name });
        await until('it has joined again', () =>
            comings(a).filter((e) => e[1].src === b.id).length === 3);
        assert.ok(!a.heard.some((e) => e[0] === 'ROOM_DATA'));
    }));


test('a lost member keeps its id for its token', () =>
    using(async (opened) => {
        const [, a, b] = await room(opened, ['a', 'b']);

        b.socket.io.reconnection(false);
        cut(b);
        await b.ended();

        const thief = SocketClient.connect(suite.nginx.url, b.id,
                                           { token: 'another' });

        opened.push(thief);
        assert.strictEqual((await thief.hears('ERROR')).type,
                           'unavailable-id');

        await a.hears('ROOM_USER_LEAVE', (e) => e.src === b.id);
        await SocketClient.open(opened, suite.nginx.url, b.id,
                                { token: 'another' });
    }));


test('a mesh room whose worker dies goes on at another', () =>
    using(async (opened) => {
        const { nginx } = suite;

        /*
         * Members at both workers, and rooms whose homes are at either:
         * those at the worker that lives must not have noticed.
         */

        const members = [];

        await until('both workers hold sockets', async () => {
            members.push(await SocketClient.open(
                opened, nginx.url, `m${members.length}`,
                { transports: ['websocket'] }));

            const counts = [...nginx.signalingByWorker().values()];

            return members.length >= 8 && counts.length > 1
                   && counts.every((n) => n > 1);
        }, { timeout: 60000 });

        const names = [...Array(8).keys()].map((i) => `dying-${i}`);

        for (const [i, name] of names.entries()) {

            /* the first to come chooses where it lives */

            const order = [...members.slice(i), ...members.slice(0, i)];

            for (const c of order) {
                c.emit('ROOM_JOIN', { roomName: name });
                await order[0].hears('ROOM_USER_JOIN', (e) =>
                    e.src === c.id && e.roomName === name);
            }
        }

        nginx.options.allow.push(...KILLED);

        const [victim] = [...nginx.signalingByWorker()]
            .sort((one, two) => one[1] - two[1])[0];

        for (const c of members) {
            c.heard.length = 0;
        }

        const lost = nginx.signalingByWorker().get(victim);
        const alive = () => members.filter((c) => c.ends.length === 0);

        process.kill(victim, 'SIGKILL');
        await until('its sockets are lost', () =>
            alive().length === members.length - lost);

        for (const name of names) {
            await until(`${name} goes on`, () => {
                const [first, ...others] = alive();

                first.emit('ROOM_SEND_DATA', { roomName: name, data: 'on' });

                return others.every((c) =>
                    c.heard.some((e) => e[0] === 'ROOM_DATA'
                                        && e[1].roomName === name));
            }, { every: 300 });
        }

        /* those that stayed did not see each other come or go */

        const stayed = alive().map((c) => c.id);

        for (const c of alive()) {
            assert.deepStrictEqual(
                comings(c).filter((e) => stayed.includes(e[1].src)), []);
            assert.deepStrictEqual(
                c.heard.filter((e) => e[0] === 'ERROR'), []);
        }
    }));
