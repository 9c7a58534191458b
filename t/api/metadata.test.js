/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pushes and the extended metadata of connections that live on either worker.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');


const suite = serve();


async function join(opened, channelId, role = 'recvonly', more = {}) {
    const peer = await Peer.join(suite.nginx.signalingUrl,
                                 { role, channel_id: channelId, ...more });

    opened.push(peer);

    return peer;
}


function api(operation, body) {
    return call(suite.nginx.apiUrl, `Sora_${operation}`, body);
}


function pushes(peer) {
    return peer.signaling.messages.filter((m) => m.type === 'push')
                                  .map((m) => m.data);
}


async function pushed(peer, count) {
    return until(`${count} pushes`, () => {
        const all = pushes(peer);

        return all.length >= count && all;
    });
}


/* Several, so that some live on the other worker than the API's request. */

const CHANNELS = 6;


test('metadata of a connection is the same from every worker', () =>
    using(async (opened) => {
        for (let i = 0; i < CHANNELS; i++) {
            const id = channel();
            const peer = await join(opened, id);
            const one = { channel_id: id, connection_id: peer.connectionId };
            const note = '20201124.PutSignalingNotifyMetadata';

            let res = await api(note, { ...one, metadata: { abc: i } });

            assert.strictEqual(res.status, 200);
            assert.strictEqual(res.text, `{"abc":${i}}`);

            res = await api(`${note}Item`, { ...one, key: 'x',
                                             value: 'ü"\\' });

            assert.deepStrictEqual(res.json, { abc: i, x: 'ü"\\' });

            res = await api('20201124.GetSignalingNotifyMetadata', one);

            assert.deepStrictEqual(res.json, { abc: i, x: 'ü"\\' });

            res = await api('20201124.ListSignalingNotifyMetadata',
                            { channel_id: id });

            assert.deepStrictEqual(res.json, [{
                client_id: peer.connectionId,
                connection_id: peer.connectionId,
                metadata: { abc: i, x: 'ü"\\' },
            }]);
        }
    }));


test('a change with "push" reaches every member, without it nobody', () =>
    using(async (opened) => {
        const id = channel();
        const one = await join(opened, id);
        const two = await join(opened, id);
        const body = { channel_id: id, connection_id: one.connectionId,
                       key: 'abc' };

        await api('20201124.PutSignalingNotifyMetadataItem',
                  { ...body, value: 1 });
        await api('20201124.PutSignalingNotifyMetadataItem',
                  { ...body, value: { deep: [1, null] }, push: true });

        for (const peer of [one, two]) {
            assert.deepStrictEqual(await pushed(peer, 1), [{
                action: 'PutMetadataItem',
                connection_id: one.connectionId,
                key: 'abc',
                type: 'signaling_notify_metadata_ext',
                value: { deep: [1, null] },
            }]);
        }
    }));


test('pushes reach the members that are named', () =>
    using(async (opened) => {
        const id = channel();
        const one = await join(opened, id, 'recvonly', { client_id: 'tv' });
        const two = await join(opened, id, 'sendrecv');

        const said = [
            ['20160711.PushChannel', {}, 'all'],
            ['20160711.PushClient', { client_id: 'tv' }, 'client'],
            ['20160711.PushConnection',
             { connection_id: two.connectionId }, 'connection'],
            ['20201120.PushChannelByRole', { role: 'recvonly' }, 'role'],
        ];

        for (const [operation, who, data] of said) {
            const res = await api(operation, { channel_id: id, ...who,
                                               data: { data } });

            assert.strictEqual(res.status, 200, operation);
            assert.deepStrictEqual(res.json, { channel_id: id, ...who });
        }

        assert.deepStrictEqual((await pushed(one, 3)).map((d) => d.data),
                               ['all', 'client', 'role']);
        assert.deepStrictEqual((await pushed(two, 2)).map((d) => d.data),
                               ['all', 'connection']);
    }));


test('what is missing or wrong is named', async () => {
    const id = channel();
    const errors = [
        ['20160711.PushChannel', { channel_id: id },
         'missing_required_property'],
        ['20160711.PushChannel', { channel_id: id, data: 'x' },
         'wrong_type'],
        ['20201124.PutSignalingNotifyMetadata',
         { channel_id: id, connection_id: 'x', metadata: [] }, 'wrong_type'],
        ['20201124.PutSignalingNotifyMetadataItem',
         { channel_id: id, connection_id: 'x', key: 'k' },
         'missing_required_property'],
        ['20201124.PutSignalingNotifyMetadataItem',
         { channel_id: id, connection_id: 'x', key: 'k', value: 1,
           push: 'yes' }, 'wrong_type'],
    ];

    for (const [operation, body, error] of errors) {
        const { status, json } = await api(operation, body);

        assert.strictEqual(status, 400);
        assert.strictEqual(json.error_type, 'InvalidJSON');
        assert.strictEqual(json.error_reason[0].error, error);
    }

    const { status, json } = await api('20160711.PushChannel',
                                       { channel_id: id, data: {} });

    assert.strictEqual(status, 400);
    assert.deepStrictEqual(json, { error_type: 'CHANNEL-NOT-FOUND',
                                   error_reason: { channel_id: id } });
});
