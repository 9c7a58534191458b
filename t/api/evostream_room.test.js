/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The rendezvous server of the tests does what is known of the real one, so
 * that what passes with it has a meaning.
 */

'use strict';

const assert = require('node:assert');
const net = require('node:net');
const test = require('node:test');

const { certificate } = require('../lib/certificate');
const { Ers, instead } = require('../lib/ers');
const { RoomClient } = require('../lib/ers_viewer');
const { until } = require('../lib/poll');
const { using } = require('../lib/suite');


const SERVER = { EMS: true, RMS: true, emsToken: '', rmsToken: '' };

async function ersOf(opened, options) {
    const ers = await Ers.start(options);

    opened.push(ers);

    return ers;
}


test('each viewer takes a socket of the media server', () =>
    using(async (opened) => {
        const ers = await ersOf(opened);
        const first = await RoomClient.join(opened, ers.url,
                                            ['lobby', SERVER]);

        assert.deepStrictEqual(first.joined, [null, { clients: {} }]);
        assert.match(first.hello.text, /^S1:20:40:websocket$/);
        assert.strictEqual(first.hello.headers['transfer-encoding'],
                           'chunked');
        assert.ok((await first.hears('ersid'))[0].id);

        const alice = await RoomClient.join(opened, ers.url,
            ['lobby', { streamName: 'news', transport: 'srtp' }]);

        assert.deepStrictEqual(Object.keys(alice.joined[1].clients),
                               [first.id]);

        const [joined] = await first.hears('clientJoined');

        assert.strictEqual(joined.streamName, 'news');
        assert.strictEqual(joined.id, alice.id);

        /* the next one waits until the server comes again */

        const bob = await RoomClient.join(opened, ers.url,
                                          ['lobby', { streamName: 'news' }]);
        const second = await RoomClient.join(opened, ers.url,
                                             ['lobby', SERVER]);

        await second.hears('clientJoined', (j) => j.id === bob.id);

        first.say('message', { to: alice.id, type: 'offer', payload: {} });

        assert.strictEqual((await alice.message('offer')).from, first.id);

        alice.close();
        await first.hears('remove', (r) => r.id === alice.id);
        first.close();

        second.say('message', { to: alice.id, type: 'offer' });
        await until('that is noticed', () => /offer/.test(ers.faults[0]));
    }));


test('a room that is held, and names and tokens that are none', () =>
    using(async (opened) => {
        const ers = await ersOf(opened, { rooms: ['lobby'], tokens: ['t'],
                                          refusal: 'ack',
                                          handshake: 'length' });
        const server = { ...SERVER, emsToken: 't' };

        const join = (room, options) => RoomClient.join(
            opened, ers.url, [room, options]);

        assert.deepStrictEqual((await join('attic', server)).joined,
                               ['invalidRoom']);
        assert.deepStrictEqual((await join('lobby', SERVER)).joined,
                               ['invalidEmsToken']);
        assert.strictEqual((await join('lobby', server)).joined[0], null);
        assert.deepStrictEqual((await join('lobby', server)).joined,
                               ['taken']);
    }));


test('TLS, a WebSocket alone, one socket for all, and a new start', () =>
    using(async (opened) => {
        const tls = certificate();
        const ers = await ersOf(opened, { tls, multiClient: true });

        const plain = { plain: '/', ca: tls.cert };
        const media = await RoomClient.join(opened, ers.url,
                                            ['lobby', SERVER], plain);

        for (const name of ['a', 'b']) {
            await RoomClient.join(opened, ers.url,
                                  ['lobby', { streamName: name }], plain);
            await media.hears('clientJoined', (j) => j.streamName === name);
        }

        await ers.restart();
        await media.ended();

        const again = await RoomClient.join(opened, ers.url,
                                            ['lobby', SERVER], plain);

        assert.strictEqual(again.joined[0], null);
    }));


test('it misbehaves at each phase', () => using(async (opened) => {
    for (const phase of ['tcp', 'handshake', 'upgrade', 'open', 'join']) {
        const ers = await ersOf(opened, { at: instead(phase, 'close') });

        await assert.rejects(async () => {
            const client = await RoomClient.join(opened, ers.url,
                                                 ['lobby', SERVER]);

            assert.ok(client.joined, 'no answer');
        }, phase);
    }

    const ers = await ersOf(opened, { at: instead('tcp', 'garbage') });

    const text = await new Promise((resolve) => {
        net.connect(ers.port, '127.0.0.1').once('data', resolve);
    });

    assert.strictEqual(text.length, 300);
}));
