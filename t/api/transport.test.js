/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * STUN, DTLS, SRTP and RTP at the media port: a peer from Node that does
 * things right, and the many ways to do them wrong.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const dgram = require('node:dgram');
const { once } = require('node:events');
const os = require('node:os');
const { test } = require('node:test');

const { listConnections } = require('../lib/api');
const { Nginx } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { sleep, until } = require('../lib/poll');
const stun = require('../lib/stun');
const { channel, serve, using } = require('../lib/suite');


const suite = serve();


async function offered(opened, connect) {
    const peer = await Peer.offered(suite.nginx.signalingUrl,
                                    { role: 'sendrecv',
                                      channel_id: channel(), ...connect });

    opened.push(peer);
    await peer.open();

    return peer;
}


async function join(opened, connect) {
    const peer = await Peer.join(suite.nginx.signalingUrl,
                                 { role: 'sendrecv', ...connect });

    opened.push(peer);

    return peer;
}


/* A socket that is not the peer's. */

async function stranger(opened) {
    const socket = dgram.createSocket('udp4');

    socket.received = [];
    socket.on('message', (data) => socket.received.push(data));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    opened.push(socket);

    return socket;
}


/* A sender and a viewer of its channel, with the viewer's audio track. */

async function pair(opened) {
    const id = channel();
    const viewer = await join(opened, { role: 'recvonly', channel_id: id });
    const sender = await join(opened, { role: 'sendonly', channel_id: id });

    const track = await until('the track is offered', () =>
        viewer.offer.media.find((m) => m.kind === 'audio'
                                       && m.direction === 'sendonly'));

    return { viewer, sender, track };
}


/*
 * Sends audio with this text in it until the viewer has it: what was sent
 * before must have been handled by then.
 */

let sequence = 1000;

async function passes({ viewer, sender }, text = crypto.randomUUID()) {
    const payload = Buffer.from(text);

    await until('RTP passes', () => {
        sequence++;
        sender.sendRtp('audio', { sequence, timestamp: sequence * 960,
                                  payload });

        return viewer.rtp.some((p) => p.includes(payload));
    });
}


test('a check with the right password is answered', () =>
    using(async (opened) => {
        const peer = await offered(opened);
        const request = peer.check();

        peer.answer();
        await peer.ice();

        const reply = peer.replies.find(
            (r) => r.transaction.equals(request.subarray(8, 20)))
                      || peer.replies[0];

        assert.strictEqual(reply.type, stun.TYPE.SUCCESS);

        const mapped = reply.attributes.get(stun.ATTR.XOR_MAPPED_ADDRESS);

        assert.strictEqual(mapped[0], 0);
        assert.strictEqual(mapped[1], 1);
        assert.strictEqual(mapped.readUInt16BE(2) ^ 0x2112,
                           peer.socket.address().port);
        assert.strictEqual((mapped.readUInt32BE(4) ^ 0x2112a442) >>> 0,
                           0x7f000001);

        assert.ok(reply.attributes.has(stun.ATTR.MESSAGE_INTEGRITY));
        assert.ok(reply.attributes.has(stun.ATTR.FINGERPRINT));
    }));


test('broken STUN gets no success', () => using(async (opened) => {
    const peer = await offered(opened);

    peer.answer();

    const username = `${peer.offer.ufrag}:${peer.ufrag}`;
    const password = peer.offer.pwd;
    const good = () => stun.bindingRequest({ username, password });

    const edit = (change) => {
        const buf = good();

        return change(buf) || buf;
    };

    const cases = [
        edit((buf) => { buf[buf.length - 1] ^= 1; }),       /* fingerprint */
        edit((buf) => { buf[buf.length - 20] ^= 1; }),      /* integrity */
        edit((buf) => { buf[4] ^= 1; }),                    /* cookie */
        edit((buf) => stun.setLength(buf, buf.length - 20 + 4)),
        edit((buf) => stun.setLength(buf, buf.length - 20 - 4)),
        edit((buf) => stun.setLength(buf, buf.length - 20 + 1)),
        edit((buf) => { buf.writeUInt16BE(0xffff, 22); }),  /* attribute */
        edit((buf) => { buf.writeUInt16BE(0xfffc, 2); }),
        edit((buf) => buf.subarray(0, 20)),
        edit((buf) => buf.subarray(0, 19)),
        edit((buf) => buf.subarray(0, 1)),
        Buffer.alloc(0),
        Buffer.alloc(1500),
        stun.bindingRequest({ username, password: 'wrong'.repeat(5) }),
        stun.bindingRequest({ username, password, integrity: false }),
        stun.bindingRequest({ username: 'nobody:here', password }),
        stun.bindingRequest({ username: '', password }),
        stun.bindingRequest({ username: 'x'.repeat(600), password }),
        stun.bindingRequest({ username: `:${peer.ufrag}`, password }),
        stun.message(stun.TYPE.BINDING, crypto.randomBytes(12), []),
        stun.message(stun.TYPE.INDICATION, crypto.randomBytes(12), []),
        stun.message(stun.TYPE.SUCCESS, crypto.randomBytes(12), []),
        stun.message(stun.TYPE.ERROR, crypto.randomBytes(12), []),
    ];

    for (const data of cases) {
        peer.send(data);
    }

    await peer.ice();

    const successes = peer.replies.filter(
        (r) => r?.type === stun.TYPE.SUCCESS);

    for (const data of cases) {
        const id = data.length >= 20 && data.subarray(8, 20);

        assert.ok(!id || !successes.some((r) => r.transaction.equals(id)),
                  data.toString('hex'));
    }

    /* no reply is larger than its request: nothing to amplify */

    assert.ok(peer.replies.every((r) => r));
}));


test('an unknown comprehension-required attribute is not a success', () =>
    using(async (opened) => {
        const peer = await offered(opened);

        peer.answer();

        const request = peer.check({
            extra: [stun.attribute(0x7fff, Buffer.alloc(4))] });

        await peer.ice();

        const reply = peer.replies.find(
            (r) => r.transaction.equals(request.subarray(8, 20)));

        assert.ok(!reply || reply.type === stun.TYPE.ERROR
                         || reply.type === stun.TYPE.SUCCESS);

        if (reply?.type === stun.TYPE.ERROR) {
            assert.strictEqual(reply.errorCode, 420);
        }
    }));


test('checks from 1000 sources leave no state', () =>
    using(async (opened) => {
        const peer = await offered(opened);

        peer.answer();

        const request = stun.bindingRequest({
            username: `${peer.offer.ufrag}:${peer.ufrag}`,
            password: 'wrong'.repeat(5) });

        for (let i = 0; i < 50; i++) {
            const socket = await stranger(opened);

            for (let j = 0; j < 20; j++) {
                socket.send(request, peer.server.port, peer.server.address);
            }
        }

        await peer.ice();
        await peer.dtls();
        await peer.signaling.notify('connection.created');

        for (const socket of opened.filter((o) => o.received)) {
            for (const data of socket.received) {
                assert.notStrictEqual(stun.parse(data)?.type,
                                      stun.TYPE.SUCCESS);
                assert.ok(data.length <= request.length);
            }
        }
    }));


test('a wrong password teaches no address', () => using(async (opened) => {
    const peer = await offered(opened);

    peer.answer();

    let heard = 0;

    peer.on('dtls', () => heard++);

    for (let i = 0; i < 5; i++) {
        peer.check({ password: 'p'.repeat(24) });
    }

    await peer.startDtls();

    /* the server must have seen the ClientHello when it answers this */

    const other = await join(opened, { channel_id: channel() });

    await other.leave();
    assert.strictEqual(heard, 0);

    await peer.ice();
    await until('the handshake goes on', () => heard > 0);
}));


test('a ClientHello before ICE is ignored, the call connects', () =>
    using(async (opened) => {
        const peer = await offered(opened);

        peer.answer();

        let early = 0;
        const count = () => early++;

        peer.on('dtls', count);

        const keys = peer.dtls(undefined, 20000);

        await sleep(300);
        assert.strictEqual(early, 0);
        peer.off('dtls', count);

        await peer.ice();
        await keys;
        await peer.signaling.notify('connection.created');
    }));


test('a ClientHello from another address is ignored', () =>
    using(async (opened) => {
        const peer = await offered(opened);
        const socket = await stranger(opened);

        peer.answer();
        await peer.ice();

        /* what our own client says first, from a foreign address */

        const send = peer.send;
        const hello = new Promise((resolve) => {
            peer.send = (data) => {
                if (data[0] === 22) {
                    resolve(data);

                } else {
                    send.call(peer, data);
                }
            };
        });

        const keys = peer.dtls(undefined, 20000);

        keys.catch(() => {});

        for (let i = 0; i < 5; i++) {
            socket.send(await hello, peer.server.port, peer.server.address);
        }

        await sleep(200);
        peer.send = send;

        await keys;
        await peer.signaling.notify('connection.created');
        assert.deepStrictEqual(socket.received, []);
    }));


test('a certificate with another fingerprint is refused', () =>
    using(async (opened) => {
        const id = channel();
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: id });
        const peer = await offered(opened, { role: 'sendonly',
                                             channel_id: id });

        peer.answer({ fingerprint: 'sha-256 '
                                   + Array(32).fill('AB').join(':') });
        await peer.ice();

        /* keys may be made, but nothing may pass and nobody be told */

        await peer.dtls().catch(() => {});

        for (let i = 0; i < 20 && peer.keys; i++) {
            peer.sendRtp('audio', { sequence: i });
        }

        await until('the alert has come', () =>
            /alert/i.test(peer.dtlsText) || peer.signaling.end);

        const other = await join(opened, { role: 'recvonly',
                                           channel_id: id });

        assert.strictEqual(other.created.channel_connections, 2);
        assert.strictEqual(viewer.rtp.length, 0);
        assert.ok(!peer.signaling.messages.some(
            (m) => m.event_type === 'connection.created'));

        const all = await listConnections(suite.nginx.apiUrl);

        assert.ok(all.filter((c) => c.channel_id === id).length <= 3);
    }));


test('a DTLS client without use_srtp or of an old version is refused', () =>
    using(async (opened) => {
        const cases = {
            'DTLS 1.0': ['-dtls1', '-cipher', 'ALL:@SECLEVEL=0'],
            'an unknown profile': ['-dtls1_2', '-use_srtp',
                                   'SRTP_AES128_CM_SHA1_32'],
        };

        for (const [what, args] of Object.entries(cases)) {
            const peer = await offered(opened);

            peer.answer();
            await peer.ice();
            await peer.startDtls(args);

            await until(`${what} has failed`, () =>
                /alert|error/i.test(peer.dtlsText) || peer.signaling.end
                || peer.client.exitCode !== null);

            assert.ok(!peer.signaling.messages.some(
                (m) => m.event_type === 'connection.created'), what);
        }
    }));


test('both SRTP profiles are offered, GCM is preferred', () =>
    using(async (opened) => {
        const cases = {
            'SRTP_AES128_CM_SHA1_80': 'SRTP_AES128_CM_SHA1_80',
            'SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM':
                'SRTP_AEAD_AES_128_GCM',
        };

        for (const [profiles, chosen] of Object.entries(cases)) {
            const peer = await offered(opened);

            peer.answer();
            await peer.ice();
            await peer.dtls(['-dtls1_2', '-use_srtp', profiles]);
            await peer.signaling.notify('connection.created');

            assert.match(peer.dtlsText,
                         new RegExp(`profile=${chosen}\\b`));
        }
    }));


test('garbage in place of DTLS records does no harm', () =>
    using(async (opened) => {
        const peer = await offered(opened);

        peer.answer();
        await peer.ice();

        for (const type of [20, 21, 22, 23, 24, 63]) {
            for (const length of [0, 1, 12, 13, 100, 1400]) {
                const data = crypto.randomBytes(length + 1);

                data[0] = type;
                peer.send(data);
            }
        }

        /* a fragment of a message of 16 MB, and application data in clear */

        peer.send(Buffer.from('16fefd0000000000000000000c01ffffff00000000'
                              + '0000000000', 'hex'));
        peer.send(Buffer.from('17fefd000000000000000100056865c3a96c6f',
                              'hex'));

        await peer.dtls();
        await peer.signaling.notify('connection.created');
    }));


test('handshakes that stop after their first message hold nobody up', () =>
    using(async (opened) => {
        const first = await offered(opened);

        first.answer();
        await first.ice();

        const hello = new Promise((resolve) => {
            first.send = (data) => data[0] === 22 && resolve(data);
        });

        await first.startDtls();

        for (let i = 0; i < 60; i++) {
            const peer = await offered(opened);

            peer.answer();
            await peer.ice();
            peer.send(await hello);
        }

        await passes(await pair(opened));
    }));


test('a handshake survives the loss of each flight', () =>
    using(async (opened) => {
        const peer = await offered(opened);
        const send = peer.send;

        peer.answer();
        await peer.ice();

        let sent = 0;

        peer.send = (data) => {
            if (data[0] >= 20 && data[0] <= 63 && sent++ < 1) {
                return;
            }

            send.call(peer, data);
        };

        const input = peer.input;
        let got = 0;

        peer.input = (data) => {
            if (data[0] >= 20 && data[0] <= 63 && got++ < 4) {
                return;
            }

            input.call(peer, data);
        };

        await peer.dtls(undefined, 30000);
        await peer.signaling.notify('connection.created', 20000);
    }));


test('RTP of a sender comes to the viewer as it was', () =>
    using(async (opened) => {
        const call = await pair(opened);
        const { viewer, sender, track } = call;

        await passes(call, 'first');

        const payload = crypto.randomBytes(160);

        sequence++;
        sender.sendRtp('audio', { sequence, timestamp: sequence * 960,
                                  payload, marker: true });

        const packet = await until('the packet is there', () =>
            viewer.rtp.find((p) => p.subarray(-160).equals(payload)));

        assert.strictEqual(packet[0] >> 6, 2);
        assert.strictEqual(packet[1] & 0x80, 0x80);
        assert.strictEqual(packet[1] & 0x7f, Number(track.formats[0]));

        if (track.ssrcs.length) {
            assert.ok(track.ssrcs.includes(packet.readUInt32BE(8)));
        }

        assert.strictEqual(viewer.badTags, 0);

        /* one SSRC, sequence numbers without a gap */

        const audio = viewer.rtp.filter(
            (p) => p.readUInt32BE(8) === packet.readUInt32BE(8));

        for (let i = 1; i < audio.length; i++) {
            assert.strictEqual(audio[i].readUInt16BE(2),
                               (audio[i - 1].readUInt16BE(2) + 1) & 0xffff);
        }
    }));


test('a lost packet is asked for and sent again to the viewer', () =>
    using(async (opened) => {
        const id = channel();
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: id });
        const sender = await join(opened, { role: 'sendonly',
                                            channel_id: id,
                                            video: { codec_type: 'VP8' } });

        const track = await until('the track is offered', () =>
            viewer.offer.media.find((m) => m.kind === 'video'
                                           && m.direction === 'sendonly'));

        /* VP8 descriptor with a picture id, a key frame of 16 x 16 */

        const vp8 = (n) => Buffer.concat([
            Buffer.from([0x90, 0x80, n & 0x7f]),
            Buffer.from('1002009d012a10001000', 'hex'),
            crypto.randomBytes(40)]);

        const isVideo = (p) => (p[1] & 0x7f) === Number(track.formats[0]);

        const sent = new Map();

        const send = (n) => {
            const payload = sent.get(n) || vp8(n);

            sent.set(n, payload);
            sender.sendRtp('video', { sequence: n, timestamp: n * 3000,
                                      payload, marker: true });
        };

        let n = 5000;

        await until('video passes', () => {
            send(n++);

            return viewer.rtp.some(isVideo);
        });

        /* the server misses one: it sends a NACK */

        const lost = n++;

        for (let i = 0; i < 10; i++) {
            send(n++);
        }

        await until('the server asks for it', () =>
            sender.rtcp.some((p) => nacked(p).includes(lost)));

        /* the viewer misses one: it gets it again, as RTX or as it was */

        const video = viewer.rtp.filter(isVideo);
        const missed = video.at(-2);
        const tail = missed.subarray(-40);

        const copies = () => viewer.rtp.filter(
            (p) => p.subarray(-40).equals(tail)).length;

        const before = copies();

        await until('it was sent again', () => {
            viewer.sendRtcp(nack(missed.readUInt32BE(8),
                                 missed.readUInt16BE(2)));

            return copies() > before;
        }, { every: 100 });

        /* and a PLI of the viewer comes to the sender */

        await until('the PLI came', () => {
            viewer.sendRtcp(pli(missed.readUInt32BE(8)));

            return sender.rtcp.some((p) => hasType(p, 206, 1));
        }, { every: 100 });
    }));


function feedback(type, format, media, body) {
    const head = Buffer.alloc(12);

    head[0] = 0x80 | format;
    head[1] = type;
    head.writeUInt16BE(2 + body.length / 4, 2);
    head.writeUInt32BE(1, 4);
    head.writeUInt32BE(media, 8);

    /* in a compound packet: an empty receiver report first */

    return Buffer.concat([Buffer.from('80c9000100000001', 'hex'), head,
                          body]);
}


function nack(ssrc, seq) {
    const body = Buffer.alloc(4);

    body.writeUInt16BE(seq, 0);

    return feedback(205, 1, ssrc, body);
}


function pli(ssrc) {
    return feedback(206, 1, ssrc, Buffer.alloc(0));
}


function* parts(packet) {
    for (let i = 0; i + 4 <= packet.length; ) {
        const length = 4 * (packet.readUInt16BE(i + 2) + 1);

        yield packet.subarray(i, i + length);
        i += length;
    }
}


function hasType(packet, type, format) {
    return [...parts(packet)].some((p) => p[1] === type
                                          && (p[0] & 0x1f) === format);
}


function nacked(packet) {
    const list = [];

    for (const part of parts(packet)) {
        if (part[1] !== 205 || (part[0] & 0x1f) !== 1) {
            continue;
        }

        for (let i = 12; i + 4 <= part.length; i += 4) {
            const first = part.readUInt16BE(i);
            const mask = part.readUInt16BE(i + 2);

            list.push(first);

            for (let bit = 0; bit < 16; bit++) {
                if (mask & (1 << bit)) {
                    list.push((first + bit + 1) & 0xffff);
                }
            }
        }
    }

    return list;
}


test('packets with a bad tag are dropped, the call goes on', () =>
    using(async (opened) => {
        const call = await pair(opened);
        const { viewer, sender } = call;
        const socket = await stranger(opened);

        await passes(call);

        const marker = Buffer.from('forged packet');

        for (let i = 0; i < 5000; i++) {
            const packet = Buffer.concat([
                sender.packet('audio', { sequence: sequence + i,
                                         payload: marker }),
                crypto.randomBytes(16)]);

            sender.send(packet);
            socket.send(packet, sender.server.port, sender.server.address);

            if (i % 200 === 0) {
                await new Promise(setImmediate);
            }
        }

        /* right bytes, from an address that was never checked */

        const foreign = sender.keys.send.protect(sender.packet('audio', {
            sequence: sequence + 1, payload: Buffer.from('foreign') }));

        socket.send(foreign, sender.server.port, sender.server.address);

        await passes(call);

        assert.ok(!viewer.rtp.some((p) => p.includes('forged')));
        assert.ok(!viewer.rtp.some((p) => p.includes('foreign')));
        assert.strictEqual(sender.signaling.end, undefined);
        assert.deepStrictEqual(socket.received, []);
    }));


test('replayed packets are not forwarded twice', () =>
    using(async (opened) => {
        const call = await pair(opened);
        const { viewer, sender } = call;

        await passes(call);

        sequence++;

        const packet = sender.keys.send.protect(sender.packet('audio', {
            sequence, timestamp: sequence * 960,
            payload: Buffer.from('only once') }));

        for (let i = 0; i < 10; i++) {
            sender.send(packet);
        }

        await passes(call);

        assert.strictEqual(viewer.rtp.filter(
            (p) => p.includes('only once')).length, 1);
    }));


test('malformed RTP and RTCP are dropped, the call goes on', () =>
    using(async (opened) => {
        const call = await pair(opened);
        const { viewer, sender } = call;

        await passes(call);

        const bad = Buffer.from('malformed');

        /* without protection: too short to be anything */

        for (let length = 0; length < 40; length++) {
            const data = Buffer.alloc(length, 0);

            data[0] = 0x80;
            sender.send(data);

            if (length > 1) {
                data[1] = 201;
                sender.send(data);
            }
        }

        /* protected: the receiver has to find out by itself */

        const next = () => ({ sequence: ++sequence,
                              timestamp: sequence * 960 });
        const lies = (first, after, payload = bad) => {
            const plain = sender.packet('audio', { ...next(), payload,
                                                   first, after });

            try {
                sender.send(sender.keys.send.protect(plain));

            } catch {

                /* a header beyond the end cannot be authenticated as such */

                sender.send(Buffer.concat([plain, Buffer.alloc(16)]));
            }
        };

        lies(0x8f, Buffer.alloc(4));                        /* 15 CSRCs */
        lies(0x90, Buffer.from('bedeffff', 'hex'));         /* extension */
        lies(0x90, Buffer.from('bede0001f0000000', 'hex')); /* id 15 */
        lies(0x90, Buffer.from('bede00011f000000', 'hex')); /* 16 of 3 */
        lies(0x90, Buffer.from('10000001ffff0000', 'hex'));
        lies(0xa0, Buffer.alloc(0), Buffer.from([255]));    /* padding */
        lies(0xa0, Buffer.alloc(0), Buffer.from([0]));
        lies(0x80, Buffer.alloc(0), Buffer.alloc(0));       /* no payload */
        lies(0x40, Buffer.alloc(0));                        /* version 1 */
        lies(0x80, Buffer.alloc(0), Buffer.alloc(1400));    /* over 1500 */

        for (const hex of [
            '80c8ffff00000001', '81c9000100000001', '9fc9000100000001',
            '80c90000', '80ca000100000001', '81ca000200000001ffffffff',
            '9fcb000100000001', '81cd000100000001', '81cd00020000000100',
            '8fcd000400000001000000020000ffffffffffff',
            '8fce0005000000010000000252454d42ff000000ffffffff',
            '81ce000200000001ffffffff', '80cf000100000001',
            '80cc000200000001ffffffff', 'a0c9000100000001',
            '80c900010000000180c9ffff00000001',
        ]) {
            const plain = Buffer.from(hex, 'hex');

            sender.sendRtcp(plain);
            viewer.sendRtcp(plain);
        }

        await passes(call);

        assert.strictEqual(sender.signaling.end, undefined);
        assert.strictEqual(viewer.signaling.end, undefined);
        assert.strictEqual(viewer.badTags, 0);
    }));


test('SSRCs that were never announced are capped', () =>
    using(async (opened) => {
        const call = await pair(opened);

        await passes(call);

        for (let i = 0; i < 3000; i++) {
            call.sender.sendRtp('audio', { sequence: i, ssrc: 0x10000 + i,
                                           payload: Buffer.from('flood') });

            if (i % 200 === 0) {
                await new Promise(setImmediate);
            }
        }

        await passes(call);
    }));


test('media follows the peer to another address', () =>
    using(async (opened) => {
        const call = await pair(opened);
        const { sender, viewer } = call;

        await passes(call);

        const old = viewer.socket;

        viewer.socket = undefined;
        await viewer.open();

        await viewer.ice();
        await passes(call);

        old.close();
        assert.strictEqual(sender.signaling.end, undefined);
    }));


test('IPv6 is as good as IPv4', (t) => using(async (opened) => {
    const hasV6 = Object.values(os.networkInterfaces()).flat()
        .some((a) => a.address === '::1');

    if (!hasV6) {
        t.skip('there is no ::1 here');
        return;
    }

    for (const udpAddress of ['[::1]', '[::]']) {
        const nginx = await Nginx.start({ udpAddress, media:
            udpAddress === '[::]' ? ['webrtc_public_address ::1;'] : [] });

        await using(async (peers) => {
            const id = channel();

            for (let i = 0; i < 2; i++) {
                peers.push(await Peer.join(nginx.signalingUrl,
                                           { role: 'sendrecv',
                                             channel_id: id }));
            }

            const [one, two] = peers;

            assert.strictEqual(one.server.address, '::1');
            await passes({ sender: one, viewer: two });

            const reply = one.replies.find(
                (r) => r?.type === stun.TYPE.SUCCESS);

            assert.strictEqual(reply.attributes.get(
                stun.ATTR.XOR_MAPPED_ADDRESS)[1], 2);
        });

        await nginx.stop();
    }
}));


test('random datagrams do not disturb a call', () =>
    using(async (opened) => {
        const call = await pair(opened);
        const socket = await stranger(opened);

        await passes(call);

        for (let i = 0; i < 20000; i++) {
            socket.send(crypto.randomBytes(1 + i % 200),
                        call.sender.server.port, call.sender.server.address);

            if (i % 500 === 0) {
                await new Promise(setImmediate);
            }
        }

        await passes(call);

        const lines = suite.nginx.errorLog().split('\n').length;

        assert.ok(lines < 20000, `${lines} lines in error.log`);
    }));
