/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What a parked long poll costs: the resident memory of the workers with N
 * connections that nginx itself holds (a request whose headers have not ended
 * yet), and with as many polls of the gateway.
 *
 *     make && node t/bench/polls.js [10000]
 */

'use strict';

const fs = require('node:fs');
const net = require('node:net');

const { gateway } = require('../lib/gateway_conf');
const { RestPeer } = require('../lib/gateway');
const { Nginx } = require('../lib/nginx');
const { sleep } = require('../lib/poll');


const N = Number(process.argv[2] || 10000);


function resident(nginx) {
    return nginx.workers().reduce((sum, pid) => {
        const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');

        /* what a worker has for itself: not the zone, not the library */

        return sum + 1024 * [...text.matchAll(/^Private_\w+: +(\d+) kB/mg)]
            .reduce((n, match) => n + Number(match[1]), 0);
    }, 0);
}


async function open(url, n, text) {
    const { hostname: host, port } = new URL(url);
    const sockets = [];

    while (sockets.length < n) {
        await Promise.all(Array.from(
            { length: Math.min(500, n - sockets.length) }, () =>
                new Promise((resolve, reject) => {
                    const socket = net.connect({ host, port }, () => {
                        socket.write(text, resolve);
                    });

                    socket.once('error', reject);
                    socket.resume();
                    sockets.push(socket);
                })));
    }

    await sleep(2000);

    return sockets;
}


async function measure(nginx, text, what) {
    const before = resident(nginx);
    const sockets = await open(nginx.gatewayUrl, N, text);
    const each = (resident(nginx) - before) / sockets.length;

    console.log(`${what}: ${Math.round(each)} bytes each`);

    for (const socket of sockets) {
        socket.destroy();
    }

    await sleep(2000);

    return each;
}


async function main() {
    const options = () => gateway({
        workerConnections: 2 * N + 1000,
        main: ['webrtc_gateway_poll_timeout 60s;'] });

    let nginx = await Nginx.start(await options());
    const own = await measure(
        nginx, 'GET /peers/polled/events?token=x HTTP/1.1\r\nHost: x\r\n',
        'a connection and request of nginx');

    await nginx.stop();

    nginx = await Nginx.start(await options());

    const peer = await RestPeer.create(nginx.gatewayUrl, 'polled');

    await peer.peerEvent('OPEN');

    const poll = await measure(
        nginx, `GET /peers/polled/events${peer.query} HTTP/1.1\r\n`
               + 'Host: x\r\n\r\n',
        'a parked poll');

    console.log(`beyond what nginx takes: ${Math.round(poll - own)} bytes`);

    await nginx.stop();
}


main();
