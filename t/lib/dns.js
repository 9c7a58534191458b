/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A name server over UDP: { name: address or addresses } for A records;
 * another name does not exist, and one with null is not answered at all.
 */

'use strict';

const dgram = require('node:dgram');
const { once } = require('node:events');

const { freeUdp } = require('./ports');


const A = 1;
const NO_SUCH_NAME = 3;


function question(data) {
    const labels = [];
    let pos = 12;

    while (data[pos]) {
        labels.push(data.toString('latin1', pos + 1, pos + 1 + data[pos]));
        pos += 1 + data[pos];
    }

    return { name: labels.join('.').toLowerCase(),
             type: data.readUInt16BE(pos + 1), end: pos + 5 };
}


function answer(data, { type, end }, addresses, ttl) {
    const head = Buffer.from(data.subarray(0, end));
    const records = type === A ? [addresses ?? []].flat() : [];

    head.writeUInt16BE(0x8180 | (addresses === undefined ? NO_SUCH_NAME : 0),
                       2);
    head.writeUInt16BE(records.length, 6);
    head.writeUInt32BE(0, 8);

    /* the name of the question, A, IN */

    return Buffer.concat([head, ...records.map((address) => Buffer.from(
        [0xc0, 12, 0, A, 0, 1, 0, 0, 0, ttl, 0, 4,
         ...address.split('.').map(Number)]))]);
}


class Dns {

    /* ttl: s, less than 256 */

    static async start(names, { ttl = 60 } = {}) {
        const dns = new Dns();

        dns.names = names;
        dns.asked = [];
        dns.port = await freeUdp(1);
        dns.address = `127.0.0.1:${dns.port}`;
        dns.socket = dgram.createSocket('udp4');

        dns.socket.on('message', (data, from) => {
            const asked = question(data);
            const addresses = names[asked.name];

            dns.asked.push(asked.name);

            if (addresses !== null) {
                dns.socket.send(answer(data, asked, addresses, ttl),
                                from.port, from.address);
            }
        });

        dns.socket.bind(dns.port, '127.0.0.1');
        await once(dns.socket, 'listening');

        return dns;
    }


    close() {
        this.socket.close();
    }
}


module.exports = { Dns };
