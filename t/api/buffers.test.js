/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Clients of the API that do not read long answers.
 */

'use strict';

const assert = require('node:assert');
const net = require('node:net');
const { once } = require('node:events');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');


const suite = serve({ workers: 1, zoneSize: '128m',
                      main: 'webrtc_stats_size 2m;',
                      http: 'webrtc_sora_api_buffers 1m;' });

const TARGET = 'Sora_20200225.GetAllRemoteStats';

const MEGABYTE = JSON.stringify({
    type: 'pong', stats: [{ text: 'x'.repeat(900 * 1024) }],
});


/* Asks and does not read; resolves when the first bytes are there. */

async function ask() {
    const socket = net.connect(new URL(suite.nginx.apiUrl).port, '127.0.0.1');

    await once(socket, 'connect');

    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n`
                 + `x-sora-target: ${TARGET}\r\nContent-Length: 0\r\n\r\n`);

    await once(socket, 'readable');

    return socket;
}


test('what is not read is bounded, others are told to come again', () =>
    using(async (opened) => {
        const id = channel();

        for (let i = 0; i < 12; i++) {
            const peer = await Peer.join(suite.nginx.signalingUrl,
                                         { role: 'recvonly',
                                           channel_id: id });

            opened.push(peer);
            peer.signaling.ws.send(MEGABYTE);
        }

        await until('all statistics are there', async () => {
            const { json } = await call(suite.nginx.apiUrl, TARGET);

            return json.length === 12;
        });

        const slow = await ask();

        try {
            const res = await call(suite.nginx.apiUrl, TARGET);

            assert.strictEqual(res.status, 503);
            assert.deepStrictEqual(res.json,
                                   { error_type: 'ServiceUnavailable' });

        } finally {
            slow.destroy();
        }

        await until('it is answered again', async () =>
            (await call(suite.nginx.apiUrl, TARGET)).status === 200);
    }));
