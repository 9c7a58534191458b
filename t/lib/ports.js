/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Free ports for a test.  They come from below the kernel's ephemeral range,
 * so that no outgoing connection of a browser can take one between the check
 * and nginx's bind().
 */

'use strict';

const dgram = require('node:dgram');
const net = require('node:net');


const TCP = range(process.env.NGX_TEST_TCP_PORTS || '21000-21999');
const UDP = range(process.env.NGX_TEST_UDP_PORTS || '22000-22999');

/* test files run in processes of their own: start at different places */

let tcp = (process.pid * 7) % (TCP.last - TCP.first);
let udp = (process.pid * 16) % (UDP.last - UDP.first);


function range(text) {
    const [first, last] = text.split('-').map(Number);

    return { first, last };
}


function tcpIsFree(port) {
    return new Promise((resolve) => {
        const server = net.createServer();

        server.once('error', () => resolve(false));
        server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
            server.close(() => resolve(true));
        });
    });
}


function udpIsFree(port) {
    return new Promise((resolve) => {
        const socket = dgram.createSocket('udp4');

        socket.once('error', () => resolve(false));
        socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
            socket.close(() => resolve(true));
        });
    });
}


/*
 * One search after the other: hooks of a file run at the same time, and nginx
 * would share a UDP port with another nginx without complaint.
 */

let last = Promise.resolve();

function inTurn(search) {
    return (...args) => {
        const result = last.then(() => search(...args));

        last = result.catch(() => {});

        return result;
    };
}


async function findTcp() {
    for (let i = TCP.first; i < TCP.last; i++) {
        const port = TCP.first + (tcp++ % (TCP.last - TCP.first));

        if (await tcpIsFree(port)) {
            return port;
        }
    }

    throw new Error('no free TCP port');
}


/*
 * Returns the first of `count` free UDP ports in a row.  It begins behind what
 * it has given before, until the end of the range: nginx has not bound that
 * yet, perhaps.
 */

async function findUdp(count = 1) {
    const size = UDP.last - UDP.first;

    for (let tries = 0; tries < size; tries++) {

        if (udp + count > size) {
            udp = 0;
        }

        const first = UDP.first + udp;

        let n = 0;

        while (n < count && await udpIsFree(first + n)) {
            n++;
        }

        udp += n + 1;

        if (n === count) {
            return first;
        }
    }

    throw new Error('no free UDP port range');
}


/* One that is free for both. */

async function findBoth() {
    for ( ;; ) {
        const port = await findTcp();

        if (await udpIsFree(port)) {
            return port;
        }
    }
}


module.exports = {
    freeTcp: inTurn(findTcp), freeUdp: inTurn(findUdp),
    freeBoth: inTurn(findBoth),
};
