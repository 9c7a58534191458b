/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * ChangeUpstreamVideoBitRate without a browser: the offer and REMB that tell
 * it, its errors, calls from every worker; and a publisher that does not
 * care.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { sleep, until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');


const TARGET = 'Sora_20190327.ChangeUpstreamVideoBitRate';

const suite = serve();


function join(opened, connect) {
    return Peer.join(suite.nginx.signalingUrl, connect).then((peer) => {
        opened.push(peer);
        return peer;
    });
}


function change(body) {
    return call(suite.nginx.apiUrl, TARGET, body);
}


/* bit/s of the last REMB in the compound packets that came */

function remb(peer) {
    for (const compound of [...peer.rtcp].reverse()) {
        for (let i = 0; i + 4 <= compound.length; ) {
            const size = 4 * (compound.readUInt16BE(i + 2) + 1);

            if (compound[i + 1] === 206 && (compound[i] & 31) === 15
                && compound.toString('latin1', i + 12, i + 16) === 'REMB')
            {
                const n = compound.readUIntBE(i + 17, 3);

                return (n & 0x3ffff) * 2 ** (n >> 18);
            }

            i += size;
        }
    }
}


async function stream(peer, count, each = 20) {
    peer.sequence ??= 1000;

    for (let i = 0; i < count; i++) {
        peer.sendRtp('video', { sequence: ++peer.sequence,
                                timestamp: peer.sequence * 1800,
                                payload: Buffer.alloc(200, 1) });
        await sleep(each);
    }
}


test('a change is told in a re-offer and in REMB', () =>
    using(async (opened) => {
        const id = channel();
        const peer = await join(opened, {
            role: 'sendonly', channel_id: id,
            video: { codec_type: 'VP8', bit_rate: 1000 } });

        await until('a REMB of the connect', async () => {
            await stream(peer, 10);

            return remb(peer) === 1000000;
        });

        for (const rate of [300, 300, 2000, 30000]) {
            const res = await change({ channel_id: id,
                                       connection_id: peer.connectionId,
                                       bit_rate: rate });

            assert.strictEqual(res.status, 200);
            assert.deepStrictEqual(res.json, {
                channel_id: id, connection_id: peer.connectionId,
                bit_rate: rate });

            await until(`a REMB of ${rate}`, async () => {
                await stream(peer, 10);

                return remb(peer) === rate * 1000;
            });

            await until('an offer that says so', () =>
                peer.section('video').lines.includes(`b=TIAS:${rate}000`));
        }
    }));


test('a call that arrives at any worker has its effect', () =>
    using(async (opened) => {
        const id = channel();
        const peer = await join(opened, { role: 'sendonly', channel_id: id });

        /* connections are spread by the kernel: both workers get some */

        for (let rate = 100; rate < 112; rate++) {
            const res = await change({ channel_id: id,
                                       connection_id: peer.connectionId,
                                       bit_rate: rate });

            assert.strictEqual(res.status, 200);

            await until('the offer', () =>
                peer.section('video').lines.includes(`b=AS:${rate}`));
        }
    }));


test('what cannot be changed is refused', () => using(async (opened) => {
    const id = channel();
    const peer = await join(opened, { role: 'sendonly', channel_id: id,
                                      video: false });
    const viewer = await join(opened, { role: 'recvonly', channel_id: id });

    for (const { connectionId } of [peer, viewer]) {
        const ids = { channel_id: id, connection_id: connectionId };
        const res = await change({ ...ids, bit_rate: 300 });

        assert.strictEqual(res.status, 400);
        assert.deepStrictEqual(res.json, { error_type: 'NO-UPSTREAM-VIDEO',
                                           error_reason: ids });
    }

    const gone = { channel_id: id,
                   connection_id: '00000000000000000000000000' };
    const res = await change({ ...gone, bit_rate: 300 });

    assert.strictEqual(res.status, 400);
    assert.deepStrictEqual(res.json, { error_type: 'CONNECTION-NOT-FOUND',
                                       error_reason: gone });

    for (const rate of [0, 30001, -5, 1.5, '300', null, undefined]) {
        const bad = await change({ channel_id: id,
                                   connection_id: peer.connectionId,
                                   bit_rate: rate });

        assert.strictEqual(bad.status, 400, `${rate}`);
        assert.strictEqual(bad.json.error_type, 'InvalidJSON');
    }
}));


test('a publisher at ten times its bit rate disturbs nobody else', () =>
    using(async (opened) => {
        const loud = channel();
        const calm = channel();
        const video = { codec_type: 'VP8', bit_rate: 100 };

        const flooder = await join(opened, { role: 'sendonly',
                                             channel_id: loud, video });
        const sender = await join(opened, { role: 'sendonly',
                                            channel_id: calm, video });
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: calm, video });

        let flooding = true;

        const flood = (async () => {
            for (let i = 0; flooding; i++) {
                flooder.sendRtp('video', { sequence: i, timestamp: i * 90,
                                           payload: Buffer.alloc(1000, 1) });

                if (i % 2) {
                    await sleep(16);
                }
            }
        })();


        const sent = 100;

        /* the first byte of a VP8 key frame's payload has S set, P not */

        for (let i = 0; i < sent; i++) {
            sender.sendRtp('video', { sequence: i, timestamp: i * 1800,
                                      payload: Buffer.from([0x10, 0, 1, 2]) });
            await sleep(20);
        }

        await until('all of it has come', () => viewer.rtp.length === sent);

        flooding = false;
        await flood;

        assert.strictEqual(viewer.badTags, 0);
        assert.strictEqual(flooder.rtcp.length > 0, true);
        assert.strictEqual(remb(flooder), 100000);
    }));
