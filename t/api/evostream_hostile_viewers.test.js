/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Viewers of ill will, and streams that end under those who watch them,
 * through the rendezvous server that is built in: rows of viewers and
 * descriptors come back, others see and hear nothing of it.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { RoomClient } = require('../lib/ers_viewer');
const { command, must } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { descriptors, start, state, stop } = require(
    '../lib/evostream_service');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');
const { ViewerPeer, speak } = require('../lib/viewer_peer');


const CROWD = 200;

const suite = serve(() => evostream({
    workerConnections: 2048,
    main: ['webrtc_evostream_retry 100ms 300ms;',
           'webrtc_answer_timeout 2s;', 'webrtc_setup_timeout 2s;',
           'webrtc_consent_timeout 5s;'],
    ersLocation: 'webrtc_message_rate 300;',
}));


const viewers = async () =>
    (await must(suite.nginx.options.evoUrl, 'listStreams'))
        .filter(({ type }) => type.startsWith('O'));

const rows = (n, timeout) => until(`there are ${n} viewers`, async () => {
    const all = await viewers();

    if (all.length !== n) {
        throw new Error(`${all.length}`);
    }

    return true;
}, { timeout, every: 100 });

const open = () => suite.nginx.workers().reduce(
    (sum, pid) => sum + descriptors(pid), 0);


async function room(opened) {
    const { nginx } = suite;
    const roomid = channel('hall');
    const id = await start(nginx, { port: nginx.options.ersPort }, { roomid });

    opened.push({ close: () => stop(nginx, id) });
    await state(nginx, id, 'Connected');

    return roomid;
}


const enter = (opened, roomid, name) =>
    ViewerPeer.entered(opened, suite.nginx.options.ersUrl, roomid, name);


test('viewers that never answer, or have no ICE, or stop half-way', () =>
    using(async (opened) => {
        const name = channel();

        await speak(opened, suite.nginx, name);

        const roomid = await room(opened);
        const good = await enter(opened, roomid, name);

        await good.play();
        await rows(1);

        const before = open();

        await using(async (inner) => {
            const peers = [];

            for (let i = 0; i < 20; i++) {
                peers.push(await enter(inner, roomid, name));
            }

            await rows(21);

            /* some say nothing, some answer, some do ICE but no DTLS */

            for (const [i, peer] of peers.entries()) {
                if (i % 3) {
                    peer.answer();
                }

                if (i % 3 === 2) {
                    await peer.ice();
                }
            }

            /* while they still hold their signalling */

            await rows(1, 15000);
        });

        await until('sockets are closed', () => open() <= before + 2);
        await good.plays();
    }));


test('a stream that ends and comes back, in every phase of its viewers', () =>
    using(async (opened) => {
        const name = channel();
        const roomid = await room(opened);
        const other = channel();

        await speak(opened, suite.nginx, other);

        const bystander = await enter(opened, roomid, other);

        await bystander.play();

        for (const codec of ['VP8', 'H264', 'VP9', false, 'AV1', 'VP8']) {
            await using(async (inner) => {
                const sender = await Peer.join(suite.nginx.signalingUrl, {
                    channel_id: name, role: 'sendonly',
                    video: codec && { codec_type: codec } });

                inner.push(sender);

                const peers = [await enter(inner, roomid, name),
                               await enter(inner, roomid, name),
                               await enter(inner, roomid, name),
                               await enter(inner, roomid, name)];

                const wanted = codec ? new RegExp(` ${codec}/90000`)
                                     : /opus\/48000/;

                for (const { message } of peers) {
                    assert.match(message.payload.sdp, wanted);
                }

                await peers[0].play();
                peers[1].answer();
                await peers[1].ice();
                peers[2].answer();

                await rows(5);
                await sender.leave();

                for (const { guest } of peers) {
                    await guest.hears('message', (m) => m.message
                                       === 'Unable to retrieve stream!');
                }

                await rows(1);
            });
        }

        await bystander.plays();
    }));


test('a viewer comes, leaves and answers late, very fast', () =>
    using(async (opened) => {
        const name = channel();

        await speak(opened, suite.nginx, name);

        const roomid = await room(opened);
        const victim = await enter(opened, roomid, name);

        await victim.play();

        const client = await RoomClient.open(suite.nginx.options.ersUrl);

        opened.push(client);

        for (let i = 0; i < 60; i++) {
            client.say('join', roomid, { streamName: name });
            client.say(i % 2 ? 'leave' : 'join', roomid, {
                streamName: i % 3 ? name : 'nothing' });

            const offer = client.events.findLast((e) => e.name === 'message'
                                                 && e.args[0].from);

            if (offer) {
                client.say('message', { to: offer.args[0].from,
                                        sid: offer.args[0].sid,
                                        type: 'answer',
                                        payload: { sdp: 'v=0' } });
                await new Promise((resolve) => setImmediate(resolve));
            }
        }

        client.close();
        await rows(1);
        await victim.plays();
    }));


test('who speaks for another is not heard', () => using(async (opened) => {
    const name = channel();

    await speak(opened, suite.nginx, name);

    const roomid = await room(opened);
    const victim = await enter(opened, roomid, name);
    const waiting = await enter(opened, roomid, name);

    await victim.play();

    const [{ id }] = await victim.guest.hears('ersid');
    const [{ id: undecided }] = await waiting.guest.hears('ersid');
    const thief = await RoomClient.join(opened, suite.nginx.options.ersUrl,
                                        [roomid, {}]);
    const media = victim.message.from;

    for (const from of [id, undecided]) {
        for (const message of [
            { type: 'command', payload: { command: 'stop' } },
            { type: 'answer', payload: { sdp: 'v=0' } },
            { type: 'answer', payload: { sdp: waiting.description() } },
        ]) {
            for (const to of [media, from]) {
                thief.say('message', { ...message, to, from,
                                       sid: victim.message.sid });
            }
        }

        thief.say('remove', { id: from });
        thief.say('clientJoined', { id: from, streamName: name });
    }

    /* neither as a media server, whose instance nobody knows */

    for (const instance of [undefined, '', 'x', media, roomid, '0'.repeat(32)])
    {
        const joined = await thief.ask('join', roomid, {
            EMS: true, instance, capabilities: 'multiClient' });

        assert.ok(['taken', 'invalidArguments'].includes(joined?.[0]),
                  `${instance}: ${JSON.stringify(joined)}`);
    }

    assert.ok(!victim.guest.texts.join().includes('instance'));

    await waiting.play();
    await waiting.plays();
    await victim.plays();
    assert.strictEqual(victim.guest.events.filter((e) =>
        e.name === 'remove').length, 0);
}));


test('a flood of messages ends at the rate that is allowed', () =>
    using(async (opened) => {
        const name = channel();

        await speak(opened, suite.nginx, name);

        const roomid = await room(opened);
        const victim = await enter(opened, roomid, name);

        await victim.play();

        for (let i = 0; i < 5; i++) {
            const client = await RoomClient.join(opened,
                suite.nginx.options.ersUrl, [roomid, { streamName: name }]);

            for (let k = 0; k < 5000 && client.ws.readyState === 1; k++) {
                client.say('message', { to: victim.message.from,
                    type: 'candidate', payload: { candidate: {
                        candidate: `candidate:${k} 1 udp 1 1.2.3.4 9 typ host`,
                        sdpMid: '0' } } });
            }

            await client.ended();
        }

        await victim.plays();
        await rows(1, 30000);
    }));


test('bad answers of one who plays are not told one by one', () =>
    using(async (opened) => {
        const name = channel();

        await speak(opened, suite.nginx, name);

        const roomid = await room(opened);
        const peer = await enter(opened, roomid, name);

        await peer.play();

        const count = () => suite.nginx.errorLog()
            .split(' was refused: ').length;
        const before = count();

        for (let i = 0; i < 200; i++) {
            peer.reply('answer', { type: 'answer', sdp: `v=${i}` });
        }

        await peer.plays();
        await until('it was told', () => count() > before);
        assert.ok(count() - before < 5, `${count() - before} lines`);
    }));


test(`${CROWD} viewers of one stream come and go`, () =>
    using(async (opened) => {
        const name = channel();
        const { nginx } = suite;

        await speak(opened, nginx, name);

        const roomid = await room(opened);
        const good = await enter(opened, roomid, name);

        await good.play();
        await rows(1);

        const [own] = await viewers();
        const crowd = (inner) => Promise.all(
            Array.from({ length: CROWD }, () => enter(inner, roomid, name)));

        const before = open();

        for (let round = 0; round < 2; round++) {
            await using(async (inner) => {
                const peers = await crowd(inner);

                for (const [i, peer] of peers.entries()) {
                    if (i % 4 === 0) {
                        peer.answer();
                    }
                }

                await until('the API shows them', async () =>
                    (await viewers()).length > 1);

                await must(nginx.options.evoUrl, 'listStreamsIds');

                /* some are shut down, some leave, others are cut off */

                const others = (await viewers())
                    .filter(({ uniqueId }) => uniqueId !== own.uniqueId);

                await Promise.all(others.slice(0, 20).map(({ uniqueId }) =>
                    command(nginx.options.evoUrl, 'shutdownStream',
                            { id: uniqueId })));

                for (const [i, peer] of peers.entries()) {
                    if (i % 3 === 0) {
                        peer.guest.say('leave');
                    }
                }
            });

            await rows(1, 30000);
        }

        await until('sockets are closed', () => open() <= before + 4);
        await good.plays();
    }));
