/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * RTP forwarding to plain UDP sockets: what arrives there is what a peer
 * sent.
 */

'use strict';

const assert = require('node:assert');
const dgram = require('node:dgram');
const { once } = require('node:events');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Nginx } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { sleep, until } = require('../lib/poll');
const { freeUdp } = require('../lib/ports');
const { channel, serve, using } = require('../lib/suite');


const suite = serve();

/* the first bytes of a VP8 key frame, and of another one */

const KEY = Buffer.from([0x10, 0x00, 1, 2, 3]);
const DELTA = Buffer.from([0x10, 0x01, 4, 5, 6, 7]);


function join(opened, connect, nginx = suite.nginx) {
    return Peer.join(nginx.signalingUrl, connect).then((peer) => {
        opened.push(peer);
        return peer;
    });
}


function sender(opened, channelId, nginx) {
    return join(opened, { role: 'sendonly', channel_id: channelId,
                          video: { codec_type: 'VP8' } }, nginx);
}


function start(body, nginx = suite.nginx) {
    return call(nginx.apiUrl, 'Sora_20170814.StartForwardingRtp', body);
}


function stop(body) {
    return call(suite.nginx.apiUrl, 'Sora_20170814.StopForwardingRtp', body);
}


/* sockets at `port` and the three after it, and what came to each */

async function listen(opened, host = '127.0.0.1') {
    const port = await freeUdp(4);
    const got = [[], [], [], []];

    for (let i = 0; i < 4; i++) {
        const socket = dgram.createSocket(host.includes(':') ? 'udp6'
                                                             : 'udp4');

        socket.on('message', (data) => got[i].push(data));
        socket.bind(port + i, host);

        await once(socket, 'listening');
        opened.push({ close: () => socket.close() });
    }

    return { port, audio: got[0], audioRtcp: got[1], video: got[2],
             videoRtcp: got[3],
             to: { ip_address: host, audio_port: port,
                   video_port: port + 2 } };
}


function error(res, name) {
    assert.strictEqual(res.status, 400, res.text);
    assert.strictEqual(res.json.error_type, name);
}


function assertCame(data, peer, kind, sequence, payload) {
    assert.strictEqual(data.readUInt16BE(2), sequence);
    assert.strictEqual(data.readUInt32BE(8), peer.ssrcs[kind]);
    assert.strictEqual(data[1] & 127,
                       Number(peer.section(kind).formats[0]));
    assert.deepStrictEqual(data.subarray(data.length - payload.length),
                           payload);
}


test('packets arrive as they were sent, and no longer after the stop', () =>
    using(async (opened) => {
        const id = channel();
        const peer = await sender(opened, id);
        const at = await listen(opened);

        const res = await start({ channel_id: id, ...at.to });

        assert.strictEqual(res.status, 200);

        const audio = peer.section('audio').formats[0];
        const video = peer.section('video').formats[0];

        assert.strictEqual(res.json.sdp, [
            'v=0', 'o=- 0 0 IN IP4 0.0.0.0', 's=-', 't=0 0',
            `m=audio ${at.port} RTP/SAVPF ${audio}`, 'c=IN IP4 127.0.0.1',
            `a=rtpmap:${audio} opus/48000/2`,
            `a=fmtp:${audio} minptime=10;useinbandfec=1`,
            `m=video ${at.port + 2} RTP/SAVPF ${video}`,
            'c=IN IP4 127.0.0.1', `a=rtpmap:${video} VP8/90000`, '',
        ].join('\r\n'));

        /* it is asked for a key frame, and sends none at first */

        peer.sendRtp('video', { sequence: 999, payload: DELTA });
        peer.sendRtp('audio', { sequence: 700, payload: DELTA });

        await until('audio comes', () => at.audio.length === 1);
        assert.strictEqual(at.video.length, 0);
        assertCame(at.audio[0], peer, 'audio', 700, DELTA);

        for (let i = 0; i < 20; i++) {
            peer.sendRtp('video', { sequence: 1000 + i,
                                    timestamp: i * 3000, marker: true,
                                    payload: i ? DELTA : KEY });
        }

        await until('video comes', () => at.video.length === 20);

        at.video.forEach((data, i) => {
            assertCame(data, peer, 'video', 1000 + i,
                       i ? DELTA : KEY);
        });

        const stopped = await stop({ channel_id: id });

        assert.strictEqual(stopped.status, 200);
        assert.deepStrictEqual(stopped.json, { channel_id: id });

        peer.sendRtp('video', { sequence: 1020, payload: KEY });

        const again = await stop({ channel_id: id,
                                   connection_id: peer.connectionId });

        assert.strictEqual(again.status, 200);
        assert.deepStrictEqual(again.json, {
            channel_id: id, connection_id: peer.connectionId });

        /* what was on its way has arrived when this one has */

        await start({ channel_id: id, ...at.to });
        peer.sendRtp('video', { sequence: 1021, payload: KEY });

        await until('it goes on', () => at.video.length > 20);
        assert.strictEqual(at.video.length, 21);
        assertCame(at.video[20], peer, 'video', 1021, KEY);
    }));


test('another start replaces the destination', () => using(async (opened) => {
    const id = channel();
    const peer = await sender(opened, id);
    const one = await listen(opened);
    const two = await listen(opened);

    assert.strictEqual((await start({ channel_id: id, ...one.to })).status,
                       200);
    peer.sendRtp('video', { sequence: 1, payload: KEY });
    await until('the first', () => one.video.length === 1);

    assert.strictEqual((await start({ channel_id: id, ...two.to })).status,
                       200);
    peer.sendRtp('video', { sequence: 2, payload: KEY });
    await until('the second', () => two.video.length === 1);

    assert.strictEqual(one.video.length, 1);

    /* a refused one leaves everything as it is */

    error(await start({ channel_id: id, ...one.to, ip_address: '8.8.8.8' }),
          'DESTINATION-NOT-ALLOWED');
    peer.sendRtp('video', { sequence: 3, payload: DELTA });
    await until('it goes on', () => two.video.length === 2);
}));


test('sender reports go to the next port', () => using(async (opened) => {
    const id = channel();
    const peer = await sender(opened, id);
    const at = await listen(opened);

    await start({ channel_id: id, ...at.to });

    /* SR, 5 reports of 1 s apart at most; NTP of now */

    const report = Buffer.alloc(28);
    const seconds = Date.now() / 1000 + 2208988800;

    report[0] = 0x80;
    report[1] = 200;
    report.writeUInt16BE(6, 2);
    report.writeUInt32BE(peer.ssrcs.video, 4);
    report.writeUInt32BE(Math.floor(seconds), 8);
    report.writeUInt32BE(90000, 16);

    peer.sendRtp('video', { sequence: 1, timestamp: 90000, payload: KEY });
    peer.sendRtcp(report);

    /* at another worker it is known with the next packet */

    peer.sendRtp('video', { sequence: 2, timestamp: 93000, payload: KEY });

    await until('a report comes', () => at.videoRtcp.length > 0);

    const [sr] = at.videoRtcp;

    assert.strictEqual(sr[1], 200);
    assert.strictEqual(sr.readUInt32BE(4), peer.ssrcs.video);
    assert.strictEqual(sr.readUInt32BE(20), 2);

    /* and the CNAME that makes audio and video one */

    assert.ok(sr.includes(peer.connectionId));
    assert.strictEqual(at.audioRtcp.length, 0);
}));


test('it works from every worker, and ends with the sender', () =>
    using(async (opened) => {
        const id = channel();
        const at = await listen(opened);

        let peer = await sender(opened, id);

        for (let i = 0; i < 12; i++) {
            const { status } = await start({ channel_id: id, ...at.to });

            assert.strictEqual(status, 200);
        }

        peer.sendRtp('video', { sequence: 1, payload: KEY });
        await until('it comes once', () => at.video.length === 1);

        await peer.leave();
        error(await stop({ channel_id: id }), 'CHANNEL-NOT-FOUND');

        peer = await sender(opened, id);
        peer.sendRtp('video', { sequence: 2, payload: KEY });
        await sleep(300);
        assert.strictEqual(at.video.length, 1);
    }));


test('of more senders than one it has to be said which', () =>
    using(async (opened) => {
        const id = channel();
        const one = await sender(opened, id);
        const at = await listen(opened);

        await join(opened, { role: 'recvonly', channel_id: id });

        assert.strictEqual((await start({ channel_id: id, ...at.to }))
                               .status, 200);

        await sender(opened, id);

        error(await start({ channel_id: id, ...at.to }),
              'CONNECTION-ID-REQUIRED');

        const named = await start({ channel_id: id, ...at.to,
                                    connection_id: one.connectionId });

        assert.strictEqual(named.status, 200);
        assert.match(named.json.sdp, /^v=0\r\n/);
    }));


test('what cannot be forwarded is refused', () => using(async (opened) => {
    const id = channel();
    const to = { ip_address: '127.0.0.1', audio_port: 60001,
                 video_port: 60003 };

    error(await start({ channel_id: id, ...to }), 'CHANNEL-NOT-FOUND');

    const viewer = await join(opened, { role: 'recvonly', channel_id: id });

    error(await start({ channel_id: id, ...to }), 'NO-UPSTREAM-MEDIA');
    error(await start({ channel_id: id, ...to,
                        connection_id: viewer.connectionId }),
          'NO-UPSTREAM-MEDIA');
    error(await start({ channel_id: id, ...to, connection_id: 'X' }),
          'CONNECTION-NOT-FOUND');
    error(await stop({ channel_id: id, connection_id: 'X' }),
          'CONNECTION-NOT-FOUND');

    await sender(opened, id);

    const { udpPort } = suite.nginx.options;

    for (const [change, name] of [
        [{ ip_address: 'localhost' }, 'INVALID-IP-ADDRESS'],
        [{ ip_address: '127.0.0.1:80' }, 'INVALID-IP-ADDRESS'],
        [{ ip_address: '8.8.8.8' }, 'DESTINATION-NOT-ALLOWED'],
        [{ ip_address: '::ffff:8.8.8.8' }, 'DESTINATION-NOT-ALLOWED'],
        [{ ip_address: '224.0.0.1' }, 'DESTINATION-NOT-ALLOWED'],
        [{ ip_address: '169.254.169.254' }, 'DESTINATION-NOT-ALLOWED'],
        [{ ip_address: '0.0.0.0' }, 'DESTINATION-NOT-ALLOWED'],
        [{ ip_address: 'ff02::1' }, 'DESTINATION-NOT-ALLOWED'],
        [{ ip_address: '::1' }, 'DESTINATION-UNREACHABLE'],
        [{ audio_port: udpPort }, 'DESTINATION-NOT-ALLOWED'],
        [{ video_port: udpPort + 7 }, 'DESTINATION-NOT-ALLOWED'],
        [{ ip_address: '::ffff:127.0.0.1', video_port: udpPort },
         'DESTINATION-NOT-ALLOWED'],
        [{ audio_port: 0 }, 'InvalidJSON'],
        [{ video_port: 65536 }, 'InvalidJSON'],
        [{ video_port: '60003' }, 'InvalidJSON'],
        [{ video_port: undefined }, 'InvalidJSON'],
        [{ ip_address: undefined }, 'InvalidJSON'],
    ]) {
        error(await start({ channel_id: id, ...to, ...change }), name);
    }
}));


test('the operator says where to, and how many', () => using(async (opened) => {
    const nginx = await Nginx.start({
        workers: 1,
        main: ['webrtc_forwarding_allow 127.0.0.7;',
               'webrtc_max_forwardings 1;'] });

    opened.push({ close: () => nginx.stop() });

    const id = channel();
    const one = await sender(opened, id, nginx);
    const two = await sender(opened, id, nginx);
    const to = { channel_id: id, audio_port: 60001, video_port: 60003 };

    error(await start({ ...to, connection_id: one.connectionId,
                        ip_address: '127.0.0.1' }, nginx),
          'DESTINATION-NOT-ALLOWED');

    assert.strictEqual((await start({
        ...to, connection_id: one.connectionId, ip_address: '127.0.0.7' },
                                    nginx)).status, 200);

    error(await start({ ...to, connection_id: two.connectionId,
                        ip_address: '127.0.0.7' }, nginx),
          'TOO-MANY-FORWARDINGS');
}));


test('what comes back from a destination is dropped', () =>
    using(async (opened) => {
        const id = channel();
        const peer = await sender(opened, id);
        const at = await listen(opened);
        const noise = dgram.createSocket('udp4');

        opened.push({ close: () => noise.close() });

        await start({ channel_id: id, ...at.to });

        for (let i = 0; i < 50; i++) {
            const junk = Buffer.alloc((i * 37) % 1600, 0x80 + i % 64);

            noise.send(junk, peer.server.port, peer.server.address);
        }

        noise.send(Buffer.alloc(0), peer.server.port, peer.server.address);

        for (let i = 0; i < 20; i++) {
            peer.sendRtp('video', { sequence: i, payload: i ? DELTA : KEY });
        }

        await until('all comes', () => at.video.length === 20);
    }));
