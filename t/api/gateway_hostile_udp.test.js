/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What comes to the UDP ports and is no media, and addresses that nothing is
 * sent to.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { test } = require('node:test');

const { RestPeer, Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { until } = require('../lib/poll');
const { serve, using } = require('../lib/suite');


const suite = serve(() => gateway({
    brokers: false,
    main: ['webrtc_gateway_linger 2s;', 'webrtc_gateway_poll_timeout 2s;',
           'webrtc_gateway_redirect_allow 127.0.0.0/8;'],
}));

let made = 0;


function rtp(seq, size = 100) {
    const packet = Buffer.alloc(size, 0x55);

    packet.writeUInt16BE(0x8060, 0);
    packet.writeUInt16BE(seq & 0xffff, 2);
    packet.writeUInt32BE(seq * 3000, 4);
    packet.writeUInt32BE(0x12345678, 8);
    Buffer.from('105002009d012a4001f000', 'hex').copy(packet, 12);

    return packet;
}


async function peer(opened) {
    const rest = await RestPeer.create(suite.nginx.gatewayUrl, `p${++made}`);

    opened.push(rest);

    return rest;
}


/* video of one program to another; with several, over both workers */

async function call(opened, video) {
    const [from, to, udp] = [await peer(opened), await peer(opened),
                             await Udp.open()];

    opened.push(udp);

    await from.must(202, 'POST', '/media/connections', {
        peer_id: from.id, token: from.token, target_id: to.id,
        constraints: { video: true, videoReceiveEnabled: false, audio: false,
                       audioReceiveEnabled: false,
                       video_params: { band_width: 0, codec: 'VP8',
                                       payload_type: 96,
                                       media_id: video.media_id } } });

    const { call_params: { media_connection_id: id } }
        = await to.peerEvent('CALL');
    const mine = await to.must(201, 'POST', '/media', { is_video: true });

    await to.must(202, 'POST', `/media/connections/${id}/answer`, {
        constraints: { video: false, videoReceiveEnabled: true, audio: false,
                       audioReceiveEnabled: false,
                       video_params: { band_width: 0, codec: 'VP8',
                                       payload_type: 98,
                                       media_id: mine.media_id } },
        redirect_params: { video: { ip_v4: '127.0.0.1', port: udp.port } } });
    await to.event(`/media/connections/${id}/events`, 'READY');

    return udp;
}


test('what is no RTP goes nowhere, what is RTP to all, at any worker', () =>
    using(async (opened) => {
        const maker = await peer(opened);
        const source = await Udp.open();
        const video = await maker.must(201, 'POST', '/media',
                                       { is_video: true });
        const sinks = [];

        opened.push(source);

        for (let i = 0; i < 5; i++) {
            sinks.push(await call(opened, video));

            /* peers go to the workers by turns: now the others are callers */

            await peer(opened);
        }

        let seq = 0;

        await until('all are fed', async () => {
            await source.send(video.port, rtp(++seq));

            return sinks.every((sink) => sink.messages.length);
        });

        /* the last of these comes, so that all of these have come */

        const last = rtp(++seq, 99);

        await source.send(video.port, last);
        await until('it has come', () => sinks.every((sink) =>
            sink.messages.some((m) => m.length === 99)));
        sinks.forEach((sink) => { sink.messages = []; });

        const junk = [
            Buffer.alloc(0), Buffer.alloc(1), Buffer.from([0x80]),
            rtp(1).subarray(0, 11), Buffer.alloc(65507, 0x80),
            Buffer.alloc(1501, 0x80), rtp(1, 9000),
            Buffer.from('80c8000600000001', 'hex'),
            Buffer.from('81c90007'.padEnd(64, '0'), 'hex'),
            Buffer.from('81ce0002'.padEnd(24, '0'), 'hex'),
            Buffer.from('000100002112a442'.padEnd(40, '0'), 'hex'),
            Buffer.from('16fefd0000'.padEnd(60, '0'), 'hex'),
            Buffer.concat([Buffer.from([0x9f]), rtp(1).subarray(1, 40)]),
            Buffer.concat([Buffer.from([0xa0]), rtp(1).subarray(1, 40),
                           Buffer.from([255])]),
            Buffer.concat([Buffer.from([0xa0]), rtp(1).subarray(1, 40),
                           Buffer.from([0])]),
            Buffer.concat([Buffer.from([0x90]), rtp(1).subarray(1, 12),
                           Buffer.from('bedeffff', 'hex')]),
            ...Array.from({ length: 200 }, (v, i) =>
                Buffer.concat([Buffer.from([i & 0x7f]),
                               crypto.randomBytes(i)])),
        ];

        const count = 1000;
        let bytes = 0;

        for (let i = 0; i < count; i++) {
            const packet = rtp(++seq, 100 + i);

            bytes += packet.length;
            await source.send(video.port, junk[i % junk.length]);
            await source.send(video.port, packet);

            if (i % 50 === 49) {
                await until('they keep up', () => sinks.every((sink) =>
                    sink.messages.length === i + 1), { every: 5 });
            }
        }

        for (const sink of sinks) {
            assert.strictEqual(sink.messages.reduce(
                (sum, m) => sum + m.length, 0), bytes);
            assert.ok(sink.messages.every((m) => (m[1] & 0x7f) === 98));
        }
    }));


test('addresses that nothing is sent to', () => using(async (opened) => {
    const { gatewayPort, udpPort } = suite.nginx.options;
    const [one, two] = [await peer(opened), await peer(opened)];
    const { port } = await one.must(201, 'POST', '/data', {});

    assert.ok(gatewayPort);

    for (const [key, ip, number = 9] of [
        ['ip_v4', '0.0.0.0'], ['ip_v4', '255.255.255.255'],
        ['ip_v4', '224.0.0.1'], ['ip_v4', '8.8.8.8'], ['ip_v4', '10.0.0.1'],
        ['ip_v4', '127.0.0.1', port], ['ip_v4', '127.0.0.2', port],
        ['ip_v4', '127.0.0.1', udpPort], ['ip_v4', '127.0.0.1', 0],
        ['ip_v4', '127.0.0.1', 65536], ['ip_v4', '::1'], ['ip_v4', '127.1'],
        ['ip_v4', '2130706433'], ['ip_v4', '0x7f.0.0.1'],
        ['ip_v4', '127.0.0.1\0'], ['ip_v4', ' 127.0.0.1'],
        ['ip_v4', 'localhost'], ['ip_v6', '::'],
        ['ip_v6', '::1'], ['ip_v6', 'ff02::1'], ['ip_v6', 'fe80::1%lo'],
        ['ip_v6', '::ffff:8.8.8.8'], ['ip_v6', '::ffff:224.0.0.1'],
        ['ip_v6', '::ffff:127.0.0.1', port],
        ['ip_v6', '::ffff:7f00:1', udpPort], ['ip_v6', '::ffff:0.0.0.0'],
        ['ip_v6', '64:ff9b::7f00:1'], ['ip_v6', '[::1]'],
    ]) {
        const res = await one.request('POST', '/data/connections', {
            peer_id: one.id, token: one.token, target_id: two.id, params: {},
            redirect_params: { [key]: ip, port: number } });

        assert.ok([400, 403].includes(res.status),
                  `${key} ${JSON.stringify(ip)}:${number}: ${res.status} ${res.text}`);
        assert.strictEqual(res.json.command_type, 'DATA_CONNECTION_CREATE');
    }

    await one.must(202, 'POST', '/data/connections', {
        peer_id: one.id, token: one.token, target_id: two.id, params: {},
        redirect_params: { ip_v4: '127.0.0.1', port: 9 } });
}));
