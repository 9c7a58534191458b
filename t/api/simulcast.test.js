/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Layers and pausing by the Sora API, as raw HTTP requests at every worker,
 * and the connect messages and offers that belong to them.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { NAMED, callEverywhere } = require('../lib/everywhere');
const { Peer } = require('../lib/peer');
const { Signaling } = require('../lib/signaling');
const { channel, serve, using } = require('../lib/suite');


const suite = serve({ apiServer: NAMED });

const NOBODY = '0NRTMZSXJX4K52H4HMS85BB85M';

const OPERATIONS = [
    ['Sora_20201005.RequestRtpStream', 'recv_connection_id',
     'send_connection_id', { rid: 'r1' }],
    ['Sora_20201005.ResetRtpStream', 'recv_connection_id',
     'send_connection_id', {}],
    ['Sora_20251217.RequestSimulcastRid', 'receiver_connection_id',
     'sender_connection_id', { rid: 'none' }],
    ['Sora_20200401.PauseRtpStream', 'recv_connection_id',
     'send_connection_id', {}],
    ['Sora_20200401.ResumeRtpStream', 'recv_connection_id',
     'send_connection_id', {}],
];


async function join(opened, connect) {
    const peer = await Peer.join(suite.nginx.signalingUrl, connect);

    opened.push(peer);
    peer.id = peer.connectionId;

    return peer;
}


function api(target, body) {
    return callEverywhere(suite.nginx, target, body);
}


async function offer(opened, connect) {
    const signaling = await Signaling.join(suite.nginx.signalingUrl, connect);

    opened.push(signaling);

    return signaling.offer;
}


for (const [target, receiver, sender, extra] of OPERATIONS) {
    const name = target.slice(14);

    test(`${name} answers its request, also when it is repeated`, () =>
        using(async (opened) => {
            const id = channel();
            const from = await join(opened, { role: 'sendrecv',
                                              channel_id: id });
            const to = await join(opened, { role: 'recvonly',
                                            channel_id: id });

            const request = { channel_id: id, [receiver]: to.id,
                              [sender]: from.id, ...extra };

            for (let i = 0; i < 2; i++) {
                const res = await api(target, request);

                assert.strictEqual(res.status, 200, res.text);
                assert.deepStrictEqual(res.json, request);
            }

            if (name.endsWith('PauseRtpStream')
                || name.endsWith('ResumeRtpStream'))
            {
                return;
            }

            /* of all senders */

            delete request[sender];

            const res = await api(target, { ...request, unknown: 1 });

            assert.strictEqual(res.status, 200, res.text);
            assert.deepStrictEqual(res.json, request);
        }));


    test(`${name} names what it cannot do`, () =>
        using(async (opened) => {
            const id = channel();
            const from = await join(opened, { role: 'sendonly',
                                              channel_id: id });
            const to = await join(opened, { role: 'recvonly',
                                            channel_id: id });
            const silent = await join(opened, { role: 'sendrecv',
                                                channel_id: id,
                                                video: false });

            const refused = async (error, r, s, channelId = id) => {
                const request = { channel_id: channelId, [receiver]: r,
                                  [sender]: s, ...extra };
                const res = await api(target, request);

                assert.strictEqual(res.status, 400, res.text);
                assert.strictEqual(res.json.error_type, error);
                assert.strictEqual(res.json.error_reason[receiver], r);
            };

            await refused('CHANNEL-NOT-FOUND', to.id, from.id, channel());
            await refused('CONNECTION-NOT-FOUND', NOBODY, from.id);
            await refused('CONNECTION-NOT-FOUND', to.id, NOBODY);
            await refused('SAME-CONNECTION', to.id, to.id);
            await refused('NOT-A-RECEIVER', from.id, to.id);
            await refused('NOT-A-RECEIVER', silent.id, from.id);
            await refused('NOT-A-SENDER', to.id, silent.id);

            /* keys */

            for (const broken of [{ channel_id: id }, { [receiver]: to.id },
                                  { channel_id: id, [receiver]: 1,
                                    [sender]: from.id, ...extra }])
            {
                const res = await api(target, broken);

                assert.strictEqual(res.status, 400);
                assert.strictEqual(res.json.error_type, 'InvalidJSON');
            }

            const res = await call(suite.nginx.apiUrl, target);

            assert.strictEqual(res.json.error_type, 'MissingTargetFunction');
        }));
}


test('a rid must be one that the operation knows', async () => {
    const request = { channel_id: 'x', recv_connection_id: 'y',
                      receiver_connection_id: 'y' };

    for (const [target, rid] of [
        ['Sora_20201005.RequestRtpStream', 'none'],
        ['Sora_20201005.RequestRtpStream', 'r3'],
        ['Sora_20251217.RequestSimulcastRid', 'r3'],
        ['Sora_20251217.RequestSimulcastRid', ''],
    ]) {
        const res = await api(target, { ...request, rid });

        assert.strictEqual(res.status, 400);
        assert.strictEqual(res.json.error_reason[0].error, 'not_in_enum');
        assert.deepStrictEqual(res.json.error_reason[0].path, ['rid']);
    }
});


test('paused streams are listed, and gone with their members', () =>
    using(async (opened) => {
        const id = channel();
        const list = async () =>
            (await api('Sora_20200401.ListPauseRtpStreams',
                       { channel_id: id })).json;

        assert.strictEqual((await list()).error_type, 'CHANNEL-NOT-FOUND');

        const from = await join(opened, { role: 'sendonly',
                                          channel_id: id });
        const to = await join(opened, { role: 'sendrecv',
                                        channel_id: id });

        assert.deepStrictEqual(await list(), []);

        const request = { channel_id: id, recv_connection_id: to.id,
                          send_connection_id: from.id };

        await api('Sora_20200401.PauseRtpStream', request);
        assert.deepStrictEqual(await list(),
                               [{ ...request, role: 'sendrecv' }]);

        await from.leave();
        assert.deepStrictEqual(await list(), []);
    }));


test('the offer has rids and encodings in the same order', () =>
    using(async (opened) => {
        const message = await offer(opened, {
            role: 'sendonly', channel_id: channel(), simulcast: true,
            simulcast_multicodec: true });

        assert.strictEqual(message.simulcast, true);
        assert.strictEqual(message.simulcast_multicodec, false);
        assert.strictEqual(message.video_bit_rate, 3000);

        assert.deepStrictEqual(message.encodings, [
            { rid: 'r0', active: true, scaleResolutionDownBy: 4,
              scalabilityMode: 'L1T1' },
            { rid: 'r1', active: true, scaleResolutionDownBy: 2,
              scalabilityMode: 'L1T1' },
            { rid: 'r2', active: true, scaleResolutionDownBy: 1,
              scalabilityMode: 'L1T1' },
        ]);

        const video = message.sdp.split('\r\nm=')[2];

        assert.match(video, /^video /);
        assert.match(video, new RegExp('a=rid:r0 recv\r\na=rid:r1 recv\r\n'
                                       + 'a=rid:r2 recv\r\n'
                                       + 'a=simulcast:recv r0;r1;r2\r\n'));

        for (const uri of ['mid', 'rtp-stream-id',
                           'repaired-rtp-stream-id'])
        {
            assert.match(video, new RegExp(
                `a=extmap:\\d+ urn:ietf:params:rtp-hdrext:sdes:${uri}\r`));
        }

        const viewer = await offer(opened, {
            role: 'recvonly', channel_id: channel(), simulcast: true });

        assert.strictEqual(viewer.simulcast, true);
        assert.strictEqual(viewer.encodings, undefined);
        assert.doesNotMatch(viewer.sdp, /simulcast/);
    }));


test('a connect with a wrong rid is refused', () => using(async (opened) => {
    for (const [key, value, reason] of [
        ['simulcast', 'yes', 'INVALID-SIMULCAST'],
        ['simulcast_rid', 'none', 'INVALID-SIMULCAST-RID'],
        ['simulcast_rid', 1, 'INVALID-SIMULCAST-RID'],
        ['simulcast_request_rid', 'r3', 'INVALID-SIMULCAST-REQUEST-RID'],
        ['simulcast_multicodec', 1, 'INVALID-SIMULCAST-MULTICODEC'],
    ]) {
        const signaling = await Signaling.open(suite.nginx.signalingUrl);

        opened.push(signaling);
        signaling.connect({ role: 'sendrecv', channel_id: channel(),
                            [key]: value });

        const end = await signaling.close();

        assert.strictEqual(end.code, 4490);
        assert.strictEqual(end.reason, reason);
    }
}));


test('a simulcast sender is listed as one', () => using(async (opened) => {
    const id = channel();

    await join(opened, { role: 'sendrecv', channel_id: id,
                         simulcast: true });

    const { json } = await api('Sora_20201013.ListChannelConnections',
                               { channel_id: id });

    assert.strictEqual(json[0].simulcast, true);
    assert.strictEqual(json[0].video.bit_rate, 3000);
}));
