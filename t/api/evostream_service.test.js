/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A configuration joins its room at a rendezvous server, comes back to it,
 * and is refused: against a server that is not ours.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Ers, instead } = require('../lib/ers');
const { RoomClient } = require('../lib/ers_viewer');
const { evostream } = require('../lib/evostream_conf');
const { logged, start, state, stop } = require('../lib/evostream_service');
const { freeTcp } = require('../lib/ports');
const { until } = require('../lib/poll');
const { serve, using } = require('../lib/suite');


const suite = serve(() => evostream({
    main: ['webrtc_evostream_retry 100ms 300ms;',
           'webrtc_evostream_connect_timeout 2s;',
           'webrtc_evostream_join_timeout 2s;',
           'webrtc_evostream_heartbeat_timeout 3s;',
           'webrtc_evostream_message_size 64k;',
           'webrtc_evostream_ssl_verify off;'],
    ers: false,
}));


async function ersOf(opened, options) {
    const ers = await Ers.start({ heartbeat: 300, ...options });

    opened.push(ers);

    return ers;
}


/* a configuration, which is removed when the test ends */

async function join(opened, ers, params) {
    const id = await start(suite.nginx, ers, params);

    opened.push({ close: () => stop(suite.nginx, id) });

    return id;
}


test('two rooms of one server are joined', () => using(async (opened) => {
    const ers = await ersOf(opened);
    const one = await join(opened, ers, { roomid: 'one', token: 'secret-1' });
    const two = await join(opened, ers, { roomid: 'two rooms, "2"' });

    const media = await ers.media('one');
    await ers.media('two rooms, "2"');

    assert.notStrictEqual(one, two);
    assert.strictEqual(media.options.EMS, true);
    assert.strictEqual(media.options.emsToken, 'secret-1');
    assert.match(media.options.capabilities, /hasHeartBeat/);

    await state(suite.nginx, one, 'Connected');
    await state(suite.nginx, two, 'Connected');

    assert.match(logged(suite.nginx, one).join('\n'),
                 /\[notice\].*room "one" of ERS 127\.0\.0\.1:/);
    assert.doesNotMatch(suite.nginx.errorLog(), /secret-1/);
    assert.deepStrictEqual(ers.faults, []);
}));


test('who asks for no stream, or for none that is here, hears it', () =>
    using(async (opened) => {
        const ers = await ersOf(opened);

        await join(opened, ers, { roomid: 'lobby' });
        const media = await ers.media('lobby');

        const viewer = await RoomClient.join(opened, ers.url,
            ['lobby', { streamName: 'nothing', transport: 'srtp' }]);

        await viewer.hears('message',
            (m) => m.message === 'Unable to retrieve stream!');

        /* the socket goes on waiting */

        viewer.close();
        await until('the viewer has left', () => !media.viewer
            || ers.rooms.get('lobby').viewers.length === 0);

        ers.rooms.get('lobby').waiting = media;

        const other = await RoomClient.join(opened, ers.url, ['lobby', {}]);

        await other.hears('message',
            (m) => m.message === 'Unable to parse stream field!');

        assert.strictEqual(ers.joins.filter((j) => j.options.EMS).length, 1);
    }));


for (const refusal of ['event', 'ack']) {
    test(`a room that is taken is tried again (${refusal})`, () =>
        using(async (opened) => {
            const ers = await ersOf(opened, { refusal });
            const holder = await RoomClient.join(opened, ers.url,
                                                 ['lobby', { EMS: true }]);
            const id = await join(opened, ers, { roomid: 'lobby' });

            await ers.asked(4);
            await until('it is told', () => logged(suite.nginx, id).length);

            const lines = logged(suite.nginx, id);

            assert.strictEqual(lines.length, 1, lines.join('\n'));
            assert.match(lines[0], /\[error\].*taken/);

            holder.close();
            await state(suite.nginx, id, 'Connected');
        }));


    test(`a room that is not allowed is not tried again (${refusal})`, () =>
        using(async (opened) => {
            const ers = await ersOf(opened, { refusal, rooms: ['other'] });
            const id = await join(opened, ers, { roomid: 'lobby' });

            const status = await state(suite.nginx, id, 'Ended');

            assert.match(status.fault, /room/);
            assert.strictEqual(ers.joins.length, 1);
            assert.match(logged(suite.nginx, id).join('\n'),
                         /\[error\].*is not tried again/);
        }));


    test(`a token that is not valid is tried again (${refusal})`, () =>
        using(async (opened) => {
            const ers = await ersOf(opened, { refusal, tokens: ['good'] });
            const id = await join(opened, ers, { roomid: 'lobby',
                                                 token: 'bad-token' });

            await ers.asked(3);

            const lines = logged(suite.nginx, id);

            assert.strictEqual(lines.length, 1, lines.join('\n'));
            assert.match(lines[0], /\[error\].*token/);
            assert.doesNotMatch(suite.nginx.errorLog(), /bad-token/);

            ers.options.tokens.push('bad-token');
            await state(suite.nginx, id, 'Connected');
        }));
}


test('a server that is not there yet', () => using(async (opened) => {
    const port = await freeTcp();
    const id = await join(opened, { port }, { roomid: 'lobby' });

    const status = await until('it has been tried', async () => {
        const status = await state(suite.nginx, id);

        return status.attempts > 3 && status;
    });

    assert.strictEqual(status.fault, 'connection refused');
    assert.strictEqual(logged(suite.nginx, id).length, 1);

    await ersOf(opened, { port });
    assert.strictEqual((await state(suite.nginx, id, 'Connected')).fault, '');
}));


test('without keepAlive it is tried once', () => using(async (opened) => {
    const port = await freeTcp();
    const id = await join(opened, { port }, { roomid: 'lobby', keepAlive: 0 });

    const status = await state(suite.nginx, id, 'Ended');

    assert.strictEqual(status.fault, 'connection refused');
    assert.strictEqual(status.attempts, 1);
}));


/* each is a way not to answer; silence does not stop it from being tried */

for (const [phase, what] of [['handshake', 'silence'], ['upgrade', 'silence'],
                             ['open', 'silence'], ['join', 'silence'],
                             ['handshake', 'close'], ['upgrade', 'close'],
                             ['open', 'close'], ['join', 'close'],
                             ['handshake', 'reset'], ['upgrade', 'reset'],
                             ['open', 'reset'], ['join', 'reset'],
                             ['tcp', 'reset'], ['tcp', 'garbage'],
                             ['handshake', 'garbage'],
                             ['upgrade', 'garbage'], ['open', 'garbage'],
                             ['join', 'garbage']])
{
    test(`${what} of the server at ${phase}`, () => using(async (opened) => {
        const ers = await ersOf(opened, { at: instead(phase, what) });
        const id = await join(opened, ers, { roomid: 'lobby' });

        const status = await until('it has been tried', async () => {
            const status = await state(suite.nginx, id);

            return status.attempts > 1 && status;
        });

        assert.ok(status.fault.length > 0);

        ers.options.at = {};
        await state(suite.nginx, id, 'Connected');
    }));
}


test('a server that says anything to whom is in the room', () =>
    using(async (opened) => {
        const ers = await ersOf(opened);
        const id = await join(opened, ers, { roomid: 'lobby' });

        for (const say of [
            (c) => c.send('nonsense'),
            (c) => c.send('5:::{"name":'),
            (c) => c.emit('clientJoined'),
            (c) => c.emit('clientJoined', null, 1, []),
            (c) => c.emit('clientJoined', { id: {}, streamName: 5 }),
            (c) => c.emit('remove', { id: 'nobody' }),
            (c) => c.emit('message', { from: 'nobody', type: 'answer',
                                       payload: { sdp: 'v=0' } }),
            (c) => c.emit('message', { from: 'nobody', type: 'candidate' }),
            (c) => c.emit('iceparam', { maxretries: '3' }),
            (c) => c.emit('x'.repeat(60000)),
            (c) => c.emit('clientJoined', { id: 'v'.repeat(5000),
                                            streamName: 's' }),
            (c) => c.emit('clientJoined', { id: 'v',
                                            streamName: 's'.repeat(5000) }),
            (c) => c.ws.ping(),
            (c) => c.emit('message', 'x'.repeat(100000)),
            (c) => c.raw(Buffer.alloc(300, 0xff)),
        ]) {
            const media = await ers.media('lobby');

            say(media);
        }

        await ers.asked(2);
        await state(suite.nginx, id, 'Connected');
    }));


test('a server that stops its heartbeats is left', () =>
    using(async (opened) => {
        const ers = await ersOf(opened, { heartbeat: 200 });
        const id = await join(opened, ers, { roomid: 'lobby' });
        const media = await ers.media('lobby');

        await until('heartbeats are answered', () => media.beats > 2);

        clearInterval(media.timer);
        await media.ended();
        await ers.asked(2);

        await state(suite.nginx, id, 'Connected');
        assert.match(logged(suite.nginx, id).join('\n'), /has lost/);
    }));


test('a server that restarts is joined again', () => using(async (opened) => {
    const ers = await ersOf(opened);
    const on = await join(opened, ers, { roomid: 'on' });
    const off = await join(opened, ers, { roomid: 'off', keepAlive: 0 });

    await state(suite.nginx, on, 'Connected');
    await state(suite.nginx, off, 'Connected');

    await ers.restart(500);

    await ers.media('on');
    assert.match((await state(suite.nginx, off, 'Ended')).fault, /./);
    assert.strictEqual(ers.joins.filter((j) => j.room === 'off').length, 1);
}));
