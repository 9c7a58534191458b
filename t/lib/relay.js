/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A UDP relay that loses packets: clients send to its port instead of the
 * server's.
 */

'use strict';

const dgram = require('node:dgram');
const { once } = require('node:events');

const { freeUdp } = require('./ports');


class Relay {

    /* loss: the share of datagrams that is dropped, each way */

    static async open(target, loss) {
        const relay = new Relay();

        relay.target = target;
        relay.loss = loss;
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


    connect(from) {
        const upstream = dgram.createSocket('udp4');

        upstream.on('message', (data) => {
            if (!this.isLost()) {
                this.socket.send(data, from.port, from.address);
            }
        });

        upstream.bind(0, '127.0.0.1');
        this.clients.set(from.port, upstream);

        return upstream;
    }


    close() {
        for (const upstream of this.clients.values()) {
            upstream.close();
        }

        this.socket.close();
    }
}


module.exports = { Relay };
