/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A UDP relay that loses packets or is slow: clients send to its port instead
 * of the server's.
 */

'use strict';

const dgram = require('node:dgram');
const { once } = require('node:events');

const { freeUdp } = require('./ports');


class Relay {

    /*
     * loss: the share of datagrams that is dropped, each way; bitRate: what
     * comes through to all its clients, in bit/s, with a queue before it.
     */

    static async open(target, loss, { bitRate = 0, queue = 400 } = {}) {
        const relay = new Relay();

        relay.target = target;
        relay.loss = loss;
        relay.bitRate = bitRate;
        relay.queue = queue;            /* ms that a datagram waits at most */
        relay.free = 0;                 /* when all that waits is out */
        relay.bytes = 0;                /* to the clients */
        relay.port = await freeUdp();
        relay.passed = 0;
        relay.dropped = 0;
        relay.clients = new Map();
        relay.socket = dgram.createSocket('udp4');

        relay.socket.on('message', (data, from) => {
            if (relay.isLost()) {
                return;
            }

            const upstream = relay.clients.get(from.port)
                             || relay.connect(from);

            upstream.send(data, target, '127.0.0.1');
        });

        relay.socket.bind(relay.port, '127.0.0.1');
        await once(relay.socket, 'listening');

        return relay;
    }


    isLost() {
        if (Math.random() < this.loss) {
            this.dropped++;
            return true;
        }

        this.passed++;

        return false;
    }


    /* ms until so many bytes are through, -1: the queue is full */

    wait(bytes) {
        if (!this.bitRate) {
            return 0;
        }

        const now = performance.now();

        if (this.free - now > this.queue) {
            return -1;
        }

        this.free = Math.max(this.free, now) + bytes * 8000 / this.bitRate;

        return this.free - now;
    }


    connect(from) {
        const upstream = dgram.createSocket('udp4');

        upstream.on('message', (data) => {
            if (this.isLost()) {
                return;
            }

            const wait = this.wait(data.length);

            if (wait < 0) {
                this.dropped++;
                return;
            }

            const send = () => {
                if (!this.closed) {
                    this.bytes += data.length;
                    this.socket.send(data, from.port, from.address);
                }
            };

            if (wait < 1) {
                send();

            } else {
                setTimeout(send, wait);
            }
        });

        upstream.bind(0, '127.0.0.1');
        this.clients.set(from.port, upstream);

        return upstream;
    }


    close() {
        this.closed = true;

        for (const upstream of this.clients.values()) {
            upstream.close();
        }

        this.socket.close();
    }
}


module.exports = { Relay };
