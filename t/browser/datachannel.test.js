/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Signalling and messages over data channels, between browsers that use the
 * unmodified SDK.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call, listConnections } = require('../lib/api');
const { Member, everybodyReceives } = require('../lib/browser');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const SIMULCAST_RID = '2025.2.0/RequestSimulcastRid';
const METADATA = '2025.2.0/PutSignalingNotifyMetadata';
const METADATA_ITEM = '2025.2.0/PutSignalingNotifyMetadataItem';

const suite = serveBrowser({ main: [
    'webrtc_ping_interval 1s;', 'webrtc_consent_timeout 8s;',
    `webrtc_rpc_methods ${SIMULCAST_RID} ${METADATA} ${METADATA_ITEM};`] });


async function join(opened, options) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);
    await member.start(options);

    return member;
}


/* a client of messages only, whose channels are open */

async function messenger(opened, channelId, dataChannels, sdk = {}) {
    const member = await join(opened, {
        role: 'messaging', channelId,
        sdk: { dataChannelSignaling: true, dataChannels, ...sdk } });

    await hasSwitched(member);

    return member;
}


function signaling(ignore) {
    return { dataChannelSignaling: true, ignoreDisconnectWebSocket: ignore };
}


/* what was signalled, in order: "onmessage-switched/websocket" */

async function signals(member) {
    const { events } = await member.state();

    return events.filter((e) => e.name === 'signaling')
                 .map((e) => `${e.type}/${e.by}`);
}


function hasSwitched(member) {
    return member.event('signaling', (e) => e.type === 'onmessage-switched');
}


for (const ignore of [true, false]) {
    test(`signalling goes over to data channels, ignoring: ${ignore}`, () =>
        using(async (opened) => {
            const channelId = channel();
            const options = { role: 'sendrecv', channelId,
                              sdk: signaling(ignore) };
            const one = await join(opened, options);

            const switched = await hasSwitched(one);

            assert.strictEqual(switched.by, 'websocket');
            assert.strictEqual(switched.data.ignore_disconnect_websocket,
                               ignore);

            /* the others come by a re-offer and a notify over channels */

            const two = await join(opened, options);
            const three = await join(opened, options);

            await one.sees([two, three]);
            await everybodyReceives([one, two, three]);

            assert.ok((await signals(one))
                          .includes('onmessage-re-offer/datachannel'));
            assert.ok(!(await signals(one))
                          .includes('onmessage-re-offer/websocket'));
            assert.ok((await signals(one))
                          .includes('send-re-answer/datachannel'));

            await one.event('notify', (e) =>
                e.eventType === 'connection.created'
                && e.message.connection_id === three.id);

            /* the statistics go over a channel as well */

            await until('statistics have come', async () => {
                const { json } = await call(
                    suite.nginx.apiUrl,
                    'Sora_20200225.GetConnectionRemoteStats',
                    { channel_id: channelId, connection_id: one.id });

                return json.stats.some((s) => s.type === 'data-channel'
                                              && s.label === 'stats'
                                              && s.messagesSent > 1);
            });

            /* the client leaves, as the SDK has it */

            await three.leave();

            const end = await three.event('disconnect');

            assert.strictEqual(end.type, 'normal');
            assert.strictEqual(end.code, 1000);
            assert.strictEqual(end.reason, 'TYPE-DISCONNECT');

            await one.event('notify', (e) =>
                e.eventType === 'connection.destroyed'
                && e.message.connection_id === three.id);
            await one.sees([two]);

            /* and is sent away */

            await call(suite.nginx.apiUrl,
                       'Sora_20151104.DisconnectConnection',
                       { channel_id: channelId, connection_id: two.id });

            const sent = await two.event('disconnect');

            assert.strictEqual(sent.type, 'normal');
            assert.strictEqual(sent.code, 1000);
            assert.strictEqual(sent.reason, 'DISCONNECTED-API');

            await one.sees([]);

            for (const member of [one, two, three]) {
                assert.deepStrictEqual(member.errors, []);
            }
        }));
}


test('a connection outlives its WebSocket, and ends with its page', () =>
    using(async (opened) => {
        const channelId = channel();
        const options = { role: 'sendrecv', channelId, sdk: signaling(true) };
        const one = await join(opened, options);
        const two = await join(opened, options);

        await until('no signalling is held', () =>
            [...suite.nginx.signalingByWorker().values()]
                .every((count) => count === 0));

        await everybodyReceives([one, two]);
        assert.strictEqual((await listConnections(suite.nginx.apiUrl))
                               .filter((c) => c.channel_id === channelId)
                               .length, 2);

        await two.page.close();
        await one.sees([], 40000);
        await one.event('notify', (e) =>
            e.eventType === 'connection.destroyed');
    }));


test('a push comes over its channel', () => using(async (opened) => {
    const channelId = channel();
    const one = await join(opened, { role: 'recvonly', channelId,
                                     sdk: signaling(true) });

    await hasSwitched(one);

    await call(suite.nginx.apiUrl, 'Sora_20160711.PushChannel',
               { channel_id: channelId, data: { greeting: 'hello' } });

    const push = await one.event('push');

    assert.strictEqual(push.message.data.greeting, 'hello');
}));


test('messages go where the directions of labels let them', () =>
    using(async (opened) => {
        const channelId = channel();
        const both = [{ label: '#chat', direction: 'sendrecv' }];
        const speaker = [{ label: '#chat', direction: 'sendonly' }];
        const listener = [{ label: '#chat', direction: 'recvonly' }];

        const one = await messenger(opened, channelId, both);
        const two = await messenger(opened, channelId, both,
                                    { ignoreDisconnectWebSocket: true });
        const three = await messenger(opened, channelId, speaker);
        const four = await messenger(opened, channelId, listener);
        const member = await join(opened, {
            role: 'sendrecv', channelId,
            sdk: { ...signaling(false), dataChannels: both } });

        /* they have all labels before they know that they have switched */

        for (const m of [one, two, three, four, member]) {
            const { label } = await m.event('datachannel');

            assert.strictEqual(label, '#chat');
        }

        await one.say('#chat', 'from one');
        await three.say('#chat', 'from three');

        for (const m of [two, four, member]) {
            await m.hears({ label: '#chat', head: 'from one' });
            await m.hears({ label: '#chat', head: 'from three' });
        }

        await one.hears({ head: 'from three' });

        /* every byte, also those that are no text */

        const sum = await member.say('#chat', 1000);

        await one.hears({ size: 1000, sum });
        await four.hears({ size: 1000, sum });

        assert.deepStrictEqual((await one.heard()).map((m) => m.head)
                                   .filter((h) => h.startsWith('from')),
                               ['from three']);
        assert.deepStrictEqual(await three.heard(), []);
    }));


test('compression, and the id of the sender before a message', () =>
    using(async (opened) => {
        const channelId = channel();
        const label = { label: '#data', direction: 'sendrecv' };
        const header = [{ type: 'sender_connection_id' }];

        const plain = await messenger(opened, channelId, [label]);
        const packed = await messenger(opened, channelId,
                                       [{ ...label, compress: true }]);
        const headed = await messenger(opened, channelId,
                                       [{ ...label, header }]);
        const full = await messenger(opened, channelId,
                                     [{ ...label, header, compress: true }]);
        const members = [plain, packed, headed, full];

        const { datachannels } = await full.state();

        assert.deepStrictEqual(
            datachannels.find((d) => d.label === '#data').header,
            [{ type: 'sender_connection_id', length: 26 }]);

        for (const sender of members) {
            const text = `it is ${sender.id}`;

            await sender.say('#data', text);

            for (const m of members.filter((x) => x !== sender)) {
                await m.hears({
                    head: m === headed || m === full ? sender.id + text
                                                     : text });
            }
        }
    }));


test('large messages arrive as they were', () => using(async (opened) => {
    const channelId = channel();
    const labels = [{ label: '#file', direction: 'sendrecv' },
                    { label: '#zip', direction: 'sendrecv',
                      compress: true }];
    const one = await messenger(opened, channelId, labels);
    const two = await messenger(opened, channelId, labels);

    for (const size of [64 * 1024, 256 * 1024]) {
        const sum = await one.say('#file', size);

        await two.hears({ label: '#file', size, sum });
    }

    const sum = await two.say('#zip', 200 * 1024);

    await one.hears({ label: '#zip', size: 200 * 1024, sum });
}));


test('a burst of messages on an ordered label keeps its order', () =>
    using(async (opened) => {
        const channelId = channel();
        const labels = [{ label: '#chat', direction: 'sendrecv' }];
        const one = await messenger(opened, channelId, labels);
        const two = await messenger(opened, channelId, labels);

        await Promise.all(Array.from({ length: 500 }, (_, i) =>
            one.say('#chat', `${i}`)));

        const order = await until('all of them are there', async () => {
            const heads = (await two.heard()).map((m) => Number(m.head));

            return heads.length === 500 && heads;
        });

        assert.deepStrictEqual(order, [...order].sort((a, b) => a - b));
    }));


test('a label without order and with limits', () =>
    using(async (opened) => {
        const channelId = channel();
        const labels = [
            { label: '#fast', direction: 'sendrecv', ordered: false,
              maxPacketLifeTime: 200, protocol: 'game' },
            { label: '#once', direction: 'sendrecv', maxRetransmits: 0 }];
        const one = await messenger(opened, channelId, labels);
        const two = await messenger(opened, channelId, labels);

        const { datachannels } = await one.state();

        assert.deepStrictEqual(
            datachannels.map((d) => [d.label, d.ordered,
                                     d.maxPacketLifeTime ?? null,
                                     d.maxRetransmits ?? null, d.protocol]),
            [['#fast', false, 200, null, 'game'],
             ['#once', true, null, 0, '']]);

        await one.say('#fast', 'quick');
        await one.say('#once', 'single');
        await two.hears({ label: '#fast', head: 'quick' });
        await two.hears({ label: '#once', head: 'single' });
    }));


test('members of one bundle do not hear each other', () =>
    using(async (opened) => {
        const channelId = channel();
        const labels = [{ label: '#chat', direction: 'sendrecv' }];
        const sdk = { bundleId: 'desk' };
        const one = await messenger(opened, channelId, labels, sdk);
        const two = await messenger(opened, channelId, labels, sdk);
        const other = await messenger(opened, channelId, labels);

        await one.say('#chat', 'from one');
        await other.hears({ head: 'from one' });
        await other.say('#chat', 'from other');
        await two.hears({ head: 'from other' });

        assert.deepStrictEqual((await two.heard()).map((m) => m.head),
                               ['from other']);
    }));


test('messages reach members whose signalling is at the other worker', () =>
    using(async (opened) => {
        const channelId = channel();
        const options = {
            role: 'messaging', channelId,
            sdk: { dataChannelSignaling: true,
                   dataChannels: [{ label: '#chat',
                                    direction: 'sendrecv' }] } };
        const one = await join(opened, options);
        const two = await join(opened, options);

        await hasSwitched(one);

        await until('both workers hold signalling', async () => {
            const counts = [...suite.nginx.signalingByWorker().values()];

            if (counts.every((count) => count > 0)) {
                return true;
            }

            await two.leave();
            await two.start(options);
        }, { timeout: 60000 });

        await hasSwitched(two);
        await one.say('#chat', 'hello');
        await two.hears({ head: 'hello' });
        await two.say('#chat', 'hello too');
        await one.hears({ head: 'hello too' });
    }));


test('methods are called over the label rpc', () => using(async (opened) => {
    const channelId = channel();
    const one = await join(opened, { role: 'recvonly', channelId,
                                     sdk: signaling(true) });
    const two = await join(opened, { role: 'recvonly', channelId });

    await hasSwitched(one);

    assert.deepStrictEqual(await one.rpc(METADATA, { metadata: { a: 1 } }),
                           { a: 1 });
    assert.deepStrictEqual(
        await one.rpc(METADATA_ITEM, { key: 'b', value: [2], push: true }),
        { a: 1, b: [2] });

    const push = await two.event('push');

    assert.strictEqual(push.message.data.action, 'PutMetadataItem');
    assert.strictEqual(push.message.data.connection_id, one.id);

    await assert.rejects(one.rpc(METADATA, { metadata: 1 }));
    await one.rpc(METADATA, { metadata: {} }, { notification: true });

    await until('the metadata is empty', async () => {
        const { json } = await call(
            suite.nginx.apiUrl,
            'Sora_20201124.GetSignalingNotifyMetadata',
            { channel_id: channelId, connection_id: one.id });

        return JSON.stringify(json) === '{}';
    });
}));


test('a receiver chooses a layer over the label rpc', () =>
    using(async (opened) => {
        const channelId = channel();
        const viewer = await join(opened, {
            role: 'recvonly', channelId,
            sdk: { ...signaling(true), simulcast: true,
                   simulcastRequestRid: 'r0' } });

        await hasSwitched(viewer);

        const sender = await join(opened, {
            role: 'sendonly', channelId,
            size: { width: 960, height: 540, frameRate: 15 },
            sdk: { ...signaling(false), simulcast: true,
                   videoCodecType: 'VP8', videoBitRate: 3000 } });

        const gets = (rid) => until(`${rid} is decoded`, async () => {
            const { video } = (await viewer.stats()).remote[sender.id];
            const { frameWidth } = (await sender.stats()).layers[rid];

            return video.frameWidth === frameWidth;
        }, { timeout: 40000, every: 400 });

        await gets('r0');

        assert.deepStrictEqual(
            await viewer.rpc(SIMULCAST_RID, { rid: 'r2' }),
            { channel_id: channelId, receiver_connection_id: viewer.id,
              rid: 'r2' });

        await viewer.event('notify', (e) =>
            e.eventType === 'simulcast.switched'
            && e.message.current_rid === 'r2', 40000);
        await gets('r2');

        await viewer.rpc(SIMULCAST_RID,
                         { rid: 'r0', sender_connection_id: sender.id,
                           receiver_connection_id: viewer.id });
        await gets('r0');

        await assert.rejects(viewer.rpc(SIMULCAST_RID, { rid: 'r7' }));
    }));


test('wrong data channels are refused with a reason', () =>
    using(async (opened) => {
        const member = await Member.open(suite.browser, suite.nginx);

        opened.push(member);

        await assert.rejects(
            member.start({ role: 'messaging', channelId: channel(),
                           sdk: { dataChannelSignaling: true,
                                  dataChannels: [{ label: 'chat',
                                              direction: 'sendrecv' }] } }),
            /4490 INVALID-DATA-CHANNEL-LABEL/);
    }));


test('a worker that goes tells those who have no WebSocket', () =>
    using(async (opened) => {
        const one = await join(opened, { role: 'recvonly',
                                         channelId: channel(),
                                         sdk: signaling(true) });

        await hasSwitched(one);
        await suite.nginx.stop();

        const end = await one.event('disconnect');

        assert.strictEqual(end.code, 1012);
        assert.strictEqual(end.reason, 'SERVICE-RESTART');
    }));
