/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Data channels as far as they are seen in offers: what the configuration,
 * the client and the auth webhook say of them.
 */

'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');

const { Nginx } = require('../lib/nginx');
const { Signaling } = require('../lib/signaling');
const { channel, using } = require('../lib/suite');
const { WebhookServer, locations } = require('../lib/webhook');


const METHOD = '2025.2.0/RequestSimulcastRid';
const OTHER = '2025.2.0/PutSignalingNotifyMetadata';
const CHAT = { label: '#chat', direction: 'sendrecv' };

let server;
let nginx;


/* what the server answers is the channel's business */

const answers = new Map();

before(async () => {
    server = await WebhookServer.start({
        answer: ({ body }) => ({ allowed: true,
                                 ...answers.get(body.channel_id) }),
    });

    nginx = await Nginx.start({
        main: [`webrtc_rpc_methods ${OTHER};`, 'webrtc_data_compress off;',
               'webrtc_data_message_size 64k;'],
        signaling: ['webrtc_auth_uri /auth;'],
        web: locations(server),
    });
});

after(async () => {
    await nginx?.stop();
    await server?.close();
});


async function offer(opened, connect, answer) {
    const signaling = await Signaling.open(nginx.signalingUrl);

    opened.push(signaling);

    const channelId = channel();

    answers.set(channelId, answer);
    signaling.connect({ role: 'recvonly', channel_id: channelId,
                        ...connect });

    return signaling.next('offer');
}


function labels({ data_channels: list }) {
    return list.map((c) => c.label);
}


test('nothing of them without being asked', () => using(async (opened) => {
    const message = await offer(opened, { ignore_disconnect_websocket: true });

    assert.strictEqual(message.data_channel_signaling, false);
    assert.strictEqual(message.ignore_disconnect_websocket, false);
    assert.strictEqual(message.data_channels, undefined);
    assert.strictEqual(message.rpc_methods, undefined);
    assert.ok(!message.sdp.includes('m=application'));
}));


test('a client of messages only gets one section', () =>
    using(async (opened) => {
        const message = await offer(opened, {
            role: 'sendonly', audio: false, video: false,
            data_channel_signaling: true, data_channels: [CHAT] });

        assert.deepStrictEqual(labels(message),
                               ['signaling', 'notify', 'push', 'stats',
                                'rpc', '#chat']);
        assert.ok(message.data_channels.every((c) => c.compress === false));
        assert.deepStrictEqual(message.rpc_methods, [OTHER]);
        assert.strictEqual(message.sdp.split('\nm=').length, 2);
        assert.match(message.sdp, /m=application 9 UDP\/DTLS\/SCTP/);
        assert.match(message.sdp, /a=max-message-size:65536\r\n/);
        assert.strictEqual(message.mid, undefined);
    }));


test('the section comes after those of the client', () =>
    using(async (opened) => {
        const message = await offer(opened, {
            role: 'sendrecv', data_channel_signaling: true });

        assert.deepStrictEqual(message.sdp.match(/^m=\w+/gm),
                               ['m=audio', 'm=video', 'm=application']);
    }));


test('the auth webhook turns them on and grants methods', () =>
    using(async (opened) => {
        const message = await offer(opened, { data_channels: [] }, {
            data_channel_signaling: true,
            ignore_disconnect_websocket: true,
            data_channels: [{ ...CHAT, compress: true,
                              header: [{ type: 'sender_connection_id' }] }],
            rpc_methods: [METHOD, '2025.2.0/Unheard-Of'] });

        assert.strictEqual(message.data_channel_signaling, true);
        assert.strictEqual(message.ignore_disconnect_websocket, true);
        assert.deepStrictEqual(message.rpc_methods, [METHOD, OTHER]);
        assert.deepStrictEqual(message.data_channels.at(-1), {
            ...CHAT, compress: true,
            header: [{ type: 'sender_connection_id', length: 26 }] });
    }));


test('what the client alone says of methods counts for nothing', () =>
    using(async (opened) => {
        const message = await offer(opened, {
            data_channel_signaling: true, rpc_methods: [METHOD] });

        assert.deepStrictEqual(message.rpc_methods, [OTHER]);
    }));
