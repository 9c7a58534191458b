/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Senders whose layers and payloads are lies, receivers whose feedback is:
 * two others at the same worker lose nothing by it, and the liar's own call
 * goes on as soon as it speaks the truth again.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { sleep, until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');


const suite = serve({ workers: 1 });

const SDES = 'urn:ietf:params:rtp-hdrext:sdes:';
const LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
const DESCRIPTOR = 'https://aomediacodec.github.io/av1-rtp-spec/'
                   + '#dependency-descriptor-rtp-header-extension';

/* a VP8 key frame's first byte, and one of any other frame */
const KEY = Buffer.from([0x10, 0, 1, 2]);
const DELTA = Buffer.from([0x10, 1, 1, 2]);


/* A sender of three layers, which tells them by mid and rid alone. */

class Sender extends Peer {

    static async enter(opened, connect) {
        const peer = await Peer.offered(suite.nginx.signalingUrl, {
            role: 'sendonly', simulcast: true, video: { codec_type: 'VP8' },
            ...connect });

        opened.push(peer);
        Object.setPrototypeOf(peer, Sender.prototype);

        peer.ssrcs = { audio: peer.ssrcs.audio };
        peer.sequences = new Map();

        peer.answer();
        await peer.ice();
        await peer.dtls();
        await peer.signaling.notify('connection.created');

        return peer;
    }


    description(changes) {
        const { mid } = this.section('video');

        return super.description(changes).replace(`a=mid:${mid}\r\n`,
            `a=mid:${mid}\r\na=rid:r0 send\r\na=rid:r1 send\r\n`
            + 'a=rid:r2 send\r\na=simulcast:send r0;r1;r2\r\n');
    }


    extension(name) {
        return this.section('video').extmap.get(name);
    }


    /* One packet of video; what is in it is up to the caller. */

    put(ssrc, { mid = this.section('video').mid, rid, rrid, level,
                descriptor, payload = DELTA, step = 1, payloadType } = {})
    {
        const sequence = (this.sequences.get(ssrc) ?? 100) + step & 0xffff;

        this.sequences.set(ssrc, sequence);

        const elements = [
            [this.extension(`${SDES}mid`), mid],
            [this.extension(`${SDES}rtp-stream-id`), rid],
            [this.extension(`${SDES}repaired-rtp-stream-id`), rrid],
            [this.extension(DESCRIPTOR), descriptor],
            [this.section('audio').extmap.get(LEVEL), level],
        ].filter(([id, value]) => id && value !== undefined)
            .map(([id, value]) => {
                const data = Buffer.from(value);

                return Buffer.concat([Buffer.from([id, data.length]), data]);
            });

        const block = Buffer.concat(elements);
        const size = Math.ceil(block.length / 4);

        const after = Buffer.concat([
            Buffer.from([0x10, 0, size >> 8, size & 255]), block,
            Buffer.alloc(size * 4 - block.length)]);

        this.sendRtp('video', { sequence, timestamp: sequence * 3000, ssrc,
                                payload, payloadType, first: 0x90, after });
    }
}


async function join(opened, connect) {
    const peer = await Peer.join(suite.nginx.signalingUrl, connect);

    opened.push(peer);

    return peer;
}


/* Two others, of whom one hears each of the other's packets. */

async function bystanders(opened) {
    const connect = { channel_id: channel('bystanders'), video: false };
    const viewer = await join(opened, { ...connect, role: 'recvonly' });
    const sender = await join(opened, { ...connect, role: 'sendonly' });

    let sequence = 1000;

    return async function loseNothing() {
        const before = viewer.rtp.length;

        for (let i = 0; i < 25; i++) {
            sequence++;
            sender.sendRtp('audio', { sequence, timestamp: sequence * 960 });
            await sleep(20);
        }

        await until('all has come', () => viewer.rtp.length === before + 25);
    };
}


/* Whether the liar's own viewer sees what is sent as it should be. */

async function recovers(sender, viewer) {
    const text = Buffer.from(crypto.randomUUID());
    const base = crypto.randomInt(2 ** 30);

    await until('the viewer sees video', () => {
        for (const [i, rid] of ['r0', 'r1', 'r2'].entries()) {
            const ssrc = sender.layers?.get(rid) ?? base + i;

            sender.put(ssrc, { rid, payload: Buffer.concat([KEY, text]) });
        }

        return viewer.rtp.some((p) => p.includes(text));
    });

    sender.layers ??= new Map([['r0', base], ['r1', base + 1],
                               ['r2', base + 2]]);
}


test('layers that are not there, or somebody else\'s', () =>
    using(async (opened) => {
        const id = channel();
        const loseNothing = await bystanders(opened);
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: id });
        const sender = await Sender.enter(opened, { channel_id: id });

        const audio = sender.section('audio').mid;
        const rtx = Number(sender.section('video').formats[1]);
        const lies = [
            { rid: 'r9' }, { rid: '' }, { rid: 'x'.repeat(255) },
            { rrid: 'r0' }, { rid: 'r0', mid: audio },
            { rid: 'r0', mid: 'nobody' },
            { rid: 'r0', mid: '' }, { mid: 'x'.repeat(255) },
            { rid: 'r0\0' }, { rid: 'r0', payloadType: 0 },
            { rid: 'r0', rrid: 'r1', payloadType: rtx },
            { rrid: 'r9', payloadType: rtx },
        ];

        let ssrc = 0x20000000;

        /* before there is anything true, and then without an end */

        for (const lie of lies) {
            sender.put(ssrc++, { ...lie, payload: Buffer.from('lie') });
        }

        await recovers(sender, viewer);

        for (let i = 0; i < 500; i++) {
            for (const lie of lies) {
                sender.put(ssrc++, { ...lie, payload: Buffer.from('lie') });
            }

            if (i % 20 === 0) {
                await sleep(5);
            }
        }

        await loseNothing();
        await recovers(sender, viewer);

        /* then the layers change places, and repair each other's packets */

        const rids = [...sender.layers.keys()];

        for (let i = 0; i < 300; i++) {
            const [rid, other] = [rids[i % 3], rids[(i + 1) % 3]];

            sender.put(sender.layers.get(rid), { rid: other });
            sender.put(ssrc + i % 6, { rrid: other, payloadType: rtx,
                                       payload: Buffer.alloc(i % 5, i) });
            sender.put(sender.layers.get(rid), {
                rid, step: [1000, -999, 9000, -8999, -1, 2]
                               [Math.floor(i / 3) % 6] });

            if (i % 20 === 0) {
                await sleep(5);
            }
        }

        for (const value of sender.layers.values()) {
            sender.put(value, { step: 10000 });
        }

        await loseNothing();
        await recovers(sender, viewer);

        assert.strictEqual(viewer.badTags, 0);
        assert.strictEqual(viewer.rtp.some((p) => p.includes('lie')), false);
    }));


/* Payloads as they begin in each codec, to be cut and bent. */

const BEGINNINGS = {
    VP8: ['90f0ffffffff', '9080807f00', '8080', '90', '108001', '9010ffff'],
    VP9: ['fe', 'ffffffffffff', '8f80ff00', '0affffffffffffffff', '08ff',
          'abff81ff02'],
    AV1: ['18ffffffffffffffffff', '2801', '30ff7f', '0880808080808080808080',
          '70'],
    H264: ['78ffff', '7800006700', '7c85', '7c', '18', '7900000000', '1f',
           '78' + '0001'.repeat(64)],
    H265: ['6001ffff', '60010000', '6201', '6201ff', '4201', '60',
           '6001' + '000260ff'.repeat(64)],
};

for (const [codec, beginnings] of Object.entries(BEGINNINGS)) {

    test(`${codec} that is cut short, in layers that are switched`, () =>
        using(async (opened) => {
            const id = channel();
            const loseNothing = await bystanders(opened);
            const viewer = await join(opened, {
                role: 'recvonly', channel_id: id,
                video: { codec_type: codec } });
            const sender = await Sender.enter(opened, {
                channel_id: id, video: { codec_type: codec } });

            const base = 0x30000000;

            for (let i = 0; i < 900; i++) {
                const start = Buffer.from(beginnings[i % beginnings.length],
                                          'hex');
                const whole = Buffer.concat([
                    start, crypto.randomBytes(i % 7 ? i % 40 : 0)]);

                sender.put(base + i % 3, {
                    rid: `r${i % 3}`,
                    descriptor: i % 4 ? crypto.randomBytes(i % 256)
                                      : undefined,
                    level: crypto.randomBytes(i % 3),
                    payload: whole.subarray(0, i % 11 ? whole.length
                                                      : i % 6),
                });

                if (i % 60 === 0) {
                    const { status } = await call(suite.nginx.apiUrl,
                        'Sora_20201005.RequestRtpStream', {
                            channel_id: id,
                            recv_connection_id: viewer.connectionId,
                            rid: `r${i / 60 % 3}` });

                    assert.strictEqual(status, 200);
                    await sleep(20);
                }
            }

            await loseNothing();
            assert.strictEqual(viewer.signaling.end, undefined);
            assert.strictEqual(viewer.badTags, 0);
        }));
}


/* RTCP of a receiver */

function feedback(type, format, body, media = 2) {
    const packet = Buffer.alloc(12 + body.length);

    packet[0] = 0x80 | format;
    packet[1] = type;
    packet.writeUInt16BE(packet.length / 4 - 1, 2);
    packet.writeUInt32BE(1, 4);
    packet.writeUInt32BE(media, 8);
    body.copy(packet, 12);

    return packet;
}


function twcc(base, count, reference, chunks, deltas = '') {
    const head = Buffer.alloc(8);

    head.writeUInt16BE(base & 0xffff, 0);
    head.writeUInt16BE(count, 2);
    head.writeIntBE(reference, 4, 3);

    const body = Buffer.concat([head, Buffer.from(chunks + deltas, 'hex')]);

    return feedback(205, 15, Buffer.concat([
        body, Buffer.alloc(-body.length & 3)]), 0);
}


function remb(exponent, mantissa, ssrcs = 1) {
    const body = Buffer.alloc(8 + 4 * ssrcs, 1);

    body.write('REMB');
    body[4] = ssrcs;
    body.writeUIntBE(exponent << 18 | mantissa, 5, 3);

    return feedback(206, 15, body, 0);
}


/* a report with one block */

function report(ssrc, values) {
    const packet = Buffer.alloc(32);

    packet[0] = 0x81;
    packet[1] = 201;
    packet.writeUInt16BE(7, 2);
    packet.writeUInt32BE(1, 4);
    packet.writeUInt32BE(ssrc, 8);
    values.forEach((v, i) => packet.writeUInt32BE(v >>> 0, 12 + 4 * i));

    return packet;
}


test('feedback that lies', () => using(async (opened) => {
    const id = channel();
    const loseNothing = await bystanders(opened);
    const liar = await join(opened, { role: 'recvonly', channel_id: id });
    const honest = await join(opened, { role: 'recvonly', channel_id: id });
    const sender = await Sender.enter(opened, { channel_id: id });

    await recovers(sender, liar);

    const track = await until('the track is offered', () =>
        liar.offer.media.find((m) => m.kind === 'video' && m.ssrcs.length));

    const [ssrc] = track.ssrcs;

    const lies = [
        twcc(40000, 10, 0, '200a', '00'.repeat(10)),    /* never sent */
        twcc(1, 20, 8388607, '2014', '01'.repeat(20)),
        twcc(1, 20, -8388608, '2014', 'ff'.repeat(20)), /* back in time */
        twcc(1, 10, 5, '400a', '8000'.repeat(10)),
        twcc(1, 10, 5, '400a', '7fff'.repeat(10)),
        twcc(0, 65535, 5, '1fff'.repeat(8) + '0007'),   /* all were lost */
        twcc(0, 1000, 5, '03e8'), twcc(0, 0, 0, '2000'),
        twcc(1, 65535, 5, '3fff'.repeat(9), '01'.repeat(900)),
        remb(0, 0), remb(63, 0x3ffff), remb(0, 1), remb(45, 1), remb(1, 1, 0),
        remb(1, 1, 255),
        report(ssrc, [0xff7fffff, 0xffffffff, 0xffffffff, 0xffffffff,
                      0xffffffff]),
        report(ssrc, [0x00800000, 0, 0, 1, 0xffffffff]),
        report(ssrc, [0, 0, 0, 0, 0]), report(12345, [1, 2, 3, 4, 5]),
        feedback(205, 1, Buffer.alloc(1000, 255), ssrc),
        feedback(206, 4, Buffer.alloc(1000, 255), ssrc),
        feedback(206, 2, Buffer.alloc(800, 255), ssrc),
    ];

    for (let i = 0; i < 60; i++) {
        for (const lie of lies) {
            liar.sendRtcp(lie);
        }

        for (const [rid, value] of sender.layers) {
            sender.put(value, { rid, payload: KEY });
        }

        await sleep(20);
    }

    await loseNothing();
    await recovers(sender, honest);
    assert.strictEqual(liar.signaling.end, undefined);

    /* and it does not lose sight of it for ever itself */

    await recovers(sender, liar);
}));


test('packets are asked for again, all of them and for ever', () =>
    using(async (opened) => {
        const id = channel();
        const loseNothing = await bystanders(opened);
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: id });
        const sender = await Sender.enter(opened, { channel_id: id });

        await recovers(sender, viewer);

        const track = await until('the track is offered', () =>
            viewer.offer.media.find((m) => m.kind === 'video'
                                           && m.ssrcs.length));

        const before = viewer.rtp.length;
        const items = Buffer.alloc(4 * 250);

        let asked = 0;

        for (let round = 0; round < 100; round++) {
            for (let i = 0; i < 250; i++) {
                items.writeUInt16BE(asked & 0xffff, 4 * i);
                items.writeUInt16BE(0xffff, 4 * i + 2);
                asked += 17;
            }

            viewer.sendRtcp(feedback(205, 1, items, track.ssrcs[0]));
            await sleep(2);
        }

        await loseNothing();

        /* what there was to send again are a few packets */

        assert.ok(viewer.rtp.length - before < asked / 100);
        await recovers(sender, viewer);
    }));


test('key frames are asked for in storms', () => using(async (opened) => {
    const id = channel();
    const loseNothing = await bystanders(opened);
    const viewers = [await join(opened, { role: 'recvonly', channel_id: id }),
                     await join(opened, { role: 'recvonly', channel_id: id })];
    const sender = await Sender.enter(opened, { channel_id: id });

    for (const viewer of viewers) {
        await recovers(sender, viewer);
    }

    const requests = () => sender.rtcp.reduce((n, compound) => {
        for (let i = 0; i + 4 <= compound.length;
             i += 4 * (compound.readUInt16BE(i + 2) + 1))
        {
            n += compound[i + 1] === 206 && [1, 4].includes(compound[i] & 31);
        }

        return n;
    }, 0);

    const before = requests();
    const start = Date.now();

    for (let i = 0; i < 1000; i++) {
        for (const viewer of viewers) {
            const track = viewer.offer.media.find((m) => m.kind === 'video'
                                                         && m.ssrcs.length);

            viewer.sendRtcp(feedback(206, 1, Buffer.alloc(0),
                                     track.ssrcs[0]));
            viewer.sendRtcp(feedback(206, 4, Buffer.concat([
                Buffer.from([0, 0, 0, 0, i & 255, 0, 0, 0])]),
                                     track.ssrcs[0]));
        }

        if (i % 10 === 0) {
            await sleep(10);
        }
    }

    await loseNothing();

    /* one per layer and half a second */

    const limit = 3 * (Math.ceil((Date.now() - start) / 500) + 1);

    assert.ok(requests() - before > 0);
    assert.ok(requests() - before <= limit,
              `${requests() - before} requests, not ${limit}`);
}));
