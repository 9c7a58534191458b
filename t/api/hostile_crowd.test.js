/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Crowds: thousands who come back at once while somebody speaks and loses
 * nothing, and a client that stops reading while messages storm.
 */

'use strict';

const assert = require('node:assert');
const net = require('node:net');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { sleep, until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');


const CROWD = 5000;

const suite = serve({
    zoneSize: '64m', workerConnections: 16384,
    main: ['webrtc_max_connections 8192;', 'webrtc_answer_timeout 120s;',
           'worker_rlimit_nofile 20000;', 'webrtc_ping_interval 100s;',
           'webrtc_pong_timeout 110s;'],
    signaling: ['webrtc_send_queue 512k;'],
});


async function join(opened, connect) {
    const peer = await Peer.join(suite.nginx.signalingUrl, connect);

    opened.push(peer);

    return peer;
}


/*
 * Somebody who speaks every 20 ms, and somebody who hears it: ended() says
 * how much of it came, and the longest silence in between.
 */

async function conversation(opened) {
    const connect = { channel_id: channel('speech'), video: false };
    const viewer = await join(opened, { ...connect, role: 'recvonly' });
    const sender = await join(opened, { ...connect, role: 'sendonly' });

    let sent = 0;
    let late = 0;
    let longest = 0;
    let last = Date.now();

    const input = viewer.inputMedia;

    viewer.inputMedia = (data) => {
        input.call(viewer, data);

        const now = Date.now();

        longest = Math.max(longest, now - last);
        last = now;
    };

    /* what this process was late itself is not the server's fault */

    let due = Date.now();

    const timer = setInterval(() => {
        late = Math.max(late, Date.now() - due);
        due = Date.now() + 20;
        sent++;
        sender.sendRtp('audio', { sequence: 100 + sent,
                                  timestamp: sent * 960 });
    }, 20);

    opened.push({ close: () => clearInterval(timer) });

    return async function ended() {
        clearInterval(timer);

        await until('all of it has come', () => viewer.rtp.length >= sent);

        assert.strictEqual(viewer.rtp.length, sent);

        return longest - late;
    };
}


/* A client with as little as possible around it. */

const HANDSHAKE = 'GET /signaling HTTP/1.1\r\nHost: x\r\nUpgrade: websocket'
                  + '\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                  + 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

function arrive(i) {
    const text = Buffer.from(JSON.stringify({
        type: 'connect', role: 'sendrecv', channel_id: `crowd-${i >> 1}`,
        simulcast: true, data_channel_signaling: true,
        client_id: 'c'.repeat(100), audio: true, video: true }));

    const head = Buffer.from([0x81, 0x80 | 126, text.length >> 8,
                              text.length & 255, 0, 0, 0, 0]);

    const socket = net.connect(suite.nginx.options.webPort, '127.0.0.1');

    socket.on('error', () => {});
    socket.write(Buffer.concat([Buffer.from(HANDSHAKE), head, text]));

    socket.text = '';
    socket.on('data', (data) => {
        socket.text = (socket.text + data.toString('latin1')).slice(-20000);
        socket.offered ||= socket.text.includes('"type":"offer"');
    });

    return socket;
}


async function crowd(opened) {
    const sockets = Array.from({ length: CROWD }, (v, i) => arrive(i));

    opened.push({ close: () => sockets.forEach((s) => s.destroy()) });

    await until('everybody has an offer', () =>
        sockets.every((s) => s.offered), { timeout: 90000 });

    return sockets;
}


test('thousands come back at once', () => using(async (opened) => {
    const ended = await conversation(opened);
    const first = await crowd(opened);

    first.forEach((s) => s.destroy());
    await crowd(opened);

    const silence = await ended();

    assert.ok(silence < 1000, `silence for ${silence} ms`);

    /* and whoever is left is served as ever */

    await (await join(opened, { channel_id: channel() })).leave();
}));


test('a client that stops reading while messages storm', () =>
    using(async (opened) => {
        const id = channel();
        const members = [];

        for (let i = 0; i < 3; i++) {
            members.push((await join(opened, { channel_id: id })).signaling);
        }

        const [one, two, deaf] = members;

        deaf.ws._socket.pause();

        const gone = () => suite.nginx.ended().some((line) =>
            line.connectionId === deaf.offer.connection_id
            && line.reason === '4490 SEND-QUEUE');

        const data = { text: 'x'.repeat(15000) };

        let n = 0;

        await until('it is closed', async () => {
            const start = Date.now();
            const { status, text } = await call(suite.nginx.apiUrl,
                'Sora_20160711.PushChannel', { channel_id: id,
                                               data: { ...data, n: ++n } });

            assert.strictEqual(status, 200, text);

            for (const member of [one, two]) {
                await member.next((m) => m.type === 'push'
                                         && m.data.n === n, 5000);
            }

            assert.ok(Date.now() - start < 5000);

            return gone();

        }, { every: 1, timeout: 60000 });

        assert.strictEqual(one.end, undefined);
        assert.strictEqual(two.end, undefined);
    }));
