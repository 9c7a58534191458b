/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What a parked poll costs beyond nginx's own connection: the difference to
 * as many requests that nginx has begun to read.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const net = require('node:net');
const { test } = require('node:test');

const { RestPeer } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { Nginx } = require('../lib/nginx');
const { until } = require('../lib/poll');


const COUNT = 2000;


/* private memory of all workers, bytes */

function memory(nginx) {
    return nginx.workers().map((pid) => {
        const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
        const kb = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`)
            .exec(text)[1]);

        return kb('Private_Clean') + kb('Private_Dirty');
    }).reduce((a, b) => a + b) * 1024;
}


/* bytes for each; `end` is the end of the request, or nothing */

async function measure(end) {
    const nginx = await Nginx.start(await gateway({
        brokers: false, workerConnections: 2 * COUNT }));

    const port = nginx.options.gatewayPort;
    const sockets = [];

    try {
        const peer = await RestPeer.create(`http://127.0.0.1:${port}`, 'p');

        await peer.peerEvent('OPEN');

        const text = `GET /peers/p/events${peer.query} HTTP/1.1\r\n`
            + `Host: x\r\nAccept: */*\r\n${end}`;
        const before = memory(nginx);

        for (let i = 0; i < COUNT; i++) {
            await new Promise((resolve, reject) => {
                const socket = net.connect(port, '127.0.0.1', resolve);

                socket.on('error', reject);
                socket.on('data', () => { socket.told = true; });
                socket.write(text);
                sockets.push(socket);
            });
        }

        let last = 0;

        await until('all are parked', () => {
            const now = memory(nginx);
            const still = now === last;

            last = now;

            return still;
        }, { every: 500 });

        if (end) {
            await peer.close();
            await until('all are told', () => sockets.every((s) => s.told));
        }

        return (last - before) / COUNT;

    } finally {
        sockets.forEach((socket) => socket.destroy());
        await nginx.stop();
    }
}


test('a parked poll is small', async () => {
    const begun = await measure('');
    const parked = await measure('\r\n');

    assert.ok(parked - begun < 4096, `${parked} bytes, ${begun} of nginx`);
});
