/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A rendezvous server of ill will, which a media server has joined and
 * where viewers are: whatever it says, somebody speaks in a channel and is
 * heard, and a viewer of another server goes on.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Ers } = require('../lib/ers');
const { must } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { descriptors, start, state, stop } = require(
    '../lib/evostream_service');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');
const { ViewerPeer, offered, speak } = require('../lib/viewer_peer');


const suite = serve(() => evostream({
    main: ['webrtc_evostream_retry 100ms 300ms;',
           'webrtc_evostream_max_viewers 100;',
           'webrtc_answer_timeout 2s;', 'webrtc_setup_timeout 2s;',
           'webrtc_consent_timeout 5s;'],
    ers: false,
}));


const viewers = async () =>
    (await must(suite.nginx.options.evoUrl, 'listStreams'))
        .filter(({ type }) => type.startsWith('O'));

const open = () => suite.nginx.workers().reduce(
    (sum, pid) => sum + descriptors(pid), 0);


async function room(opened, options) {
    const ers = await Ers.start({ heartbeat: 500, multiClient: true,
                                  ...options });
    const id = await start(suite.nginx, ers, { roomid: 'lobby' });

    opened.push(ers, { close: () => stop(suite.nginx, id) });

    return { ers, id, media: await ers.media('lobby') };
}


/*
 * Somebody speaks, one hears it in the channel, one as a viewer of another
 * rendezvous server: body(room, channel) does no harm to either, and leaves
 * nothing behind.
 */

function undisturbed(body, options) {
    return using(async (opened) => {
        const name = channel();
        const sender = await speak(opened, suite.nginx, name);
        const listener = await Peer.join(suite.nginx.signalingUrl, {
            channel_id: name, role: 'recvonly', video: false });

        opened.push(listener);

        const other = await room(opened, { multiClient: false });
        const viewer = await ViewerPeer.announced(opened, other.media,
                                                  'bystander', name);

        await viewer.play();
        await viewer.plays();
        await until('its row says so', async () =>
            (await viewers()).length === 1);

        const before = open();
        const lines = suite.nginx.errorLog().split('\n').length;

        await using((inner) => room(inner, options).then((bad) =>
            body(bad, name, inner)));

        const heard = listener.rtp.length;

        await viewer.plays();
        await until('the channel goes on', () =>
            listener.rtp.length > heard + 3);

        await until('only the other one is left', async () =>
            (await viewers()).length === 1, { timeout: 10000 });
        await until('sockets are closed', () => {
            if (open() > before + 2) {
                throw new Error(`${open()} of ${before}`);
            }

            return true;
        });

        const log = suite.nginx.errorLog().split('\n').slice(lines - 1);

        assert.ok(log.length < 150, log.slice(0, 50).join('\n'));
        assert.strictEqual(sender.signaling.end, undefined);
    });
}


/* it still does what it should, for whom it says */

async function serves({ ers }, name, opened) {
    const media = await ers.media('lobby');

    /* whatever it has named before: the viewer here knows ICE-lite alone */

    media.emit('stunservers', []);
    media.emit('turnservers', []);

    const peer = await ViewerPeer.announced(opened, media,
                                            `proof${Math.random()}`, name);

    await peer.play();
    await peer.plays();
}


test('thousands of viewers who are announced at once', () =>
    undisturbed(async (bad, name, opened) => {
        for (let i = 0; i < 5000; i++) {
            bad.media.emit('clientJoined', { id: `crowd${i}`,
                                             streamName: name });
        }

        await bad.media.hears('message',
            (m) => m.message === 'Too many viewers!');
        await until('they have been forgotten', async () =>
            (await viewers()).length === 1);

        await serves(bad, name, opened);
    }));


test('the same viewer again and again', () =>
    undisturbed(async (bad, name, opened) => {
        for (let i = 0; i < 3000; i++) {
            bad.media.emit('clientJoined', {
                id: 'same', streamName: i % 3 ? name : 'nothing' });
        }

        bad.media.emit('clientJoined', { id: 'last', streamName: name });
        await offered(bad.media, 'last');
        await serves(bad, name, opened);
    }));


test('names of streams that are none', () =>
    undisturbed(async (bad, name, opened) => {
        const names = [
            'x'.repeat(60000), '/'.repeat(60000), `${name}/`, `/${name}`,
            `${name}/${'c'.repeat(60000)}`, `${name}/../${name}`,
            '"', '\r\n', '%s%n', 'vi-', 'au-',
            `vi-${'0'.repeat(36)}/au-${'0'.repeat(36)}`, `vi-${'/'.repeat(80)}`,
            'é'.repeat(30000),
        ];

        for (const [i, streamName] of names.entries()) {
            bad.media.emit('clientJoined', { id: `odd${i}`, streamName });

            await bad.media.hears('message', (m) => m.to === `odd${i}`
                && /^Unable to retrieve stream!$/.test(m.message));
        }

        await serves(bad, name, opened);
    }));


test('ids that have to be escaped', () =>
    undisturbed(async (bad, name, opened) => {
        for (const id of ['"', '\\', '\r\n[alert] x', '\u2028', '\ud83d\ude00',
                          "';--", '<b>', '%n%s', '\u0001', '../../etc'])
        {
            const peer = await ViewerPeer.announced(opened, bad.media, id,
                                                    name);

            await peer.play();
            await peer.plays();
            await must(suite.nginx.options.evoUrl, 'listStreams');
            bad.media.emit('remove', { id });
        }

        /* no text at all */

        for (const escape of ['\\u0000', '\\ud800', '\\udc00x', '\\uZZZZ']) {
            bad.media.send('5:::{"name":"clientJoined","args":[{"id":"x'
                           + `${escape}","streamName":"${name}"}]}`);
        }

        await serves(bad, name, opened);
    }));


test('answers that are none, or somebody else\'s', () =>
    undisturbed(async (bad, name, opened) => {
        const victim = await ViewerPeer.announced(opened, bad.media, 'victim',
                                                  name);

        await victim.play();
        await victim.plays();

        const fake = async (i) => {
            const peer = await ViewerPeer.announced(opened, bad.media,
                                                    `fake${i}`, name);

            return peer.description();
        };

        const good = await fake(0);
        const sdps = [
            '', 'v=0', 'x'.repeat(100000), good.repeat(30),
            good + 'a=rtcp-fb:* nack\r\n'.repeat(5000),
            good + 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n'.repeat(1000),
            good.replace(/a=fingerprint.*\r\n/g, ''),
            good.replace(/a=ice-pwd.*/g, 'a=ice-pwd:x'),
            good.replace(/a=ice-ufrag:.*/g, `a=ice-ufrag:${'u'.repeat(4096)}`),
            good.replace(/a=setup:active/g, 'a=setup:holdconn'),
            good.replace(/sha-256/g, 'sha-1'),
            good.replace(/a=mid:.*/g, 'a=mid:0'),
            good.replace(/\r\n/g, ''), good.replaceAll('9', '0'),
            good.replaceAll(/[a-f]/g, '\u0000'),
        ];

        for (const [i, sdp] of sdps.entries()) {
            await fake(i + 1);

            for (const from of [`fake${i + 1}`, 'nobody', 'bystander']) {
                bad.media.emit('message', { from, type: 'answer',
                                            payload: { type: 'answer',
                                                       sdp } });
            }

            if (sdp.length < 60000) {
                bad.media.emit('message', { from: 'victim', type: 'answer',
                                            payload: { type: 'answer',
                                                       sdp } });
            }
        }

        await victim.plays();
        await serves(bad, name, opened);
    }));


test('candidates by the thousand', () =>
    undisturbed(async (bad, name, opened) => {
        const peer = await ViewerPeer.announced(opened, bad.media, 'peer',
                                                name);
        const say = (candidate) => bad.media.emit('message', {
            from: 'peer', type: 'candidate', payload: { candidate: {
                candidate, sdpMid: '0', sdpMLineIndex: 0 } } });

        const addresses = ['a.local', '224.0.0.1', '255.255.255.255',
                           '0.0.0.0', '::', 'ff02::1', 'example.invalid',
                           'x'.repeat(5000), '127.0.0.1', '10.1.2.3'];

        const flood = () => {
            for (let i = 0; i < 2000; i++) {
                const address = addresses[i % addresses.length];

                say(`candidate:${i} 1 ${i & 1 ? 'udp' : 'tcp'} 1 ${address}`
                    + ` ${i % 7 ? i : 0} typ host`);
            }

            for (const bad of ['', 'candidate:', 'x'.repeat(60000),
                               'candidate:1 1 udp 1', null, 5, {}])
            {
                say(bad);
            }
        };

        flood();
        await peer.play();
        flood();
        await peer.plays();
        await serves(bad, name, opened);
    }));


test('candidates by the thousand, with full ICE and many servers', () =>
    undisturbed(async (bad, name) => {

        /* agents that end as soon as they have begun */

        for (let i = 0; i < 1000; i++) {
            bad.media.emit('clientJoined', { id: `p${i % 50}`,
                                             streamName: name });
            bad.media.emit('remove', { id: `p${(i + 25) % 50}` });
        }

        for (let i = 0; i < 50; i++) {
            bad.media.emit('remove', { id: `p${i}` });
        }

        await until('their rows are gone', async () =>
            (await viewers()).length === 1);

        const idle = open();

        await until('their agents are gone', () => open() <= idle - 10
            || open() < 150);

        const say = (id, candidate) => bad.media.emit('message', {
            from: id, type: 'candidate', payload: { candidate: {
                candidate, sdpMid: '0', sdpMLineIndex: 0 } } });

        for (let i = 0; i < 10; i++) {
            const id = `full${i}`;

            bad.media.emit('clientJoined', { id, streamName: name });

            const { payload: { sdp } } = await offered(bad.media, id);

            assert.doesNotMatch(sdp, /ice-lite/);

            const peer = new ViewerPeer({ payload: { sdp } });

            for (let n = 0; n < 500; n++) {
                say(id, `candidate:${n} 1 udp 1 127.0.0.1 ${n} typ host`);
                say(id, `candidate:${n} 1 udp 1 224.0.0.1 ${n + 1} typ host`);
            }

            bad.media.emit('message', { from: id, type: 'answer', payload: {
                type: 'answer', sdp: peer.description() } });

            for (let n = 0; n < 500; n++) {
                say(id, `candidate:${n} 1 udp 1 127.0.0.1 ${n} typ srflx`);
            }
        }
    }, {
        stunservers: Array.from({ length: 500 }, (x, i) => ({
            url: `stun:127.0.0.1:${20000 + i}` })),
        turnservers: [...Array.from({ length: 50 }, (x, i) => ({
            urls: Array(30).fill(`turn:127.0.0.1:${20000 + i}`),
            username: 'u'.repeat(1000), credential: 'c' })),
            { url: 'turn:' }, { url: 5 }, null, [], { urls: [[]] }],
    }));


test('everything in the wrong order, and for others', () =>
    undisturbed(async (bad, name, opened) => {
        const { media } = bad;
        const sdp = 'v=0\r\n';
        const ids = ['a', 'b', 'bystander', 'never'];

        const steps = [
            (id) => media.emit('clientJoined', { id, streamName: name }),
            (id) => media.emit('remove', { id }),
            (id) => media.emit('message', { from: id, type: 'answer',
                                            payload: { sdp } }),
            (id) => media.emit('message', { from: id, type: 'offer',
                                            payload: { sdp } }),
            (id) => media.emit('message', { from: id, type: 'candidate',
                payload: { candidate: 'candidate:1 1 udp 1 1.2.3.4 5 typ '
                                      + 'host' } }),
            (id) => media.emit('message', { from: id, type: 'command',
                payload: { command: 'pause' } }),
            (id) => media.emit('message', { from: id, type: 'command',
                payload: { command: 'stop' } }),
            (id) => media.emit('message', { from: id, type: 'resume',
                                            sid: 's'.repeat(50000) }),
            (id) => media.emit('stunservers', [{ url: `stun:${id}` }]),
            () => media.emit('ersid', { id: 'x', multiClient: true }),
            () => media.send('1::'),
            () => media.send('2::'),
            () => media.send('6:::1+[null,{"clients":{"a":{"streamName":'
                             + `"${name}"}}}]`),
            (id) => media.send('6:::99+["taken"]') || id,
        ];

        let n = 1;

        for (let i = 0; i < 3000; i++) {
            n = n * 1103515245 + 12345 & 0x7fffffff;
            steps[(n >> 8) % steps.length](ids[(n >> 16) % ids.length]);
        }

        await serves(bad, name, opened);
    }));


test('what comes after the end counts for nothing', () =>
    undisturbed(async (bad, name, opened) => {
        const { media } = bad;
        const victim = await ViewerPeer.announced(opened, media, 'victim',
                                                  name);

        await victim.play();
        await victim.plays();

        media.ws._socket.cork();
        media.emit('taken');

        for (let i = 0; i < 100; i++) {
            media.emit('clientJoined', { id: `late${i}`, streamName: name });
            media.emit('remove', { id: 'victim' });
        }

        media.ws._socket.uncork();
        bad.ers.rooms.clear();

        await media.ended();
        await bad.ers.asked(2);
        await state(suite.nginx, bad.id, 'Connected');

        /* media do not depend on signalling */

        await victim.plays();
        await serves(bad, name, opened);

        const own = await viewers();

        assert.strictEqual(own.length, 3, JSON.stringify(own));
    }));


test('sockets that end in the middle of an offer', () =>
    undisturbed(async (bad, name, opened) => {
        for (let i = 0; i < 40; i++) {
            const media = await bad.ers.media('lobby');

            for (let k = 0; k < 20; k++) {
                media.emit('clientJoined', { id: `cut${k}`,
                                             streamName: name });
            }

            if (i % 4 === 1) {
                await offered(media, 'cut3');
            }

            if (i % 2) {
                media.ws._socket.resetAndDestroy();

            } else {
                media.ws._socket.end(Buffer.from([0x81, 0x7e, 0x10]));
            }

            bad.ers.rooms.clear();
            await media.ended();
        }

        await serves(bad, name, opened);
    }, { multiClient: false }));
