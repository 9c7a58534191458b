/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Bytes on a TCP connection: half requests, and WebSocket frames that no
 * library would write.
 */

'use strict';

const crypto = require('node:crypto');
const { once } = require('node:events');
const net = require('node:net');

const { until, within } = require('./poll');


const OP = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9,
             PONG: 10 };


class RawSocket {

    static async open(port, host = '127.0.0.1') {
        const raw = new RawSocket();

        raw.socket = net.connect(port, host);
        raw.data = Buffer.alloc(0);

        raw.socket.on('error', () => {});
        raw.socket.on('data', (data) => {
            raw.data = Buffer.concat([raw.data, data]);
        });

        raw.ended = new Promise((resolve) => {
            raw.socket.once('close', () => {
                raw.isEnded = true;
                resolve(true);
            });
        });

        await once(raw.socket, 'connect');

        return raw;
    }


    /* Opens and upgrades: `data` then holds what follows the headers. */

    static async upgrade(port, path = '/signaling', headers = {}) {
        const raw = await RawSocket.open(port);

        const all = {
            'Host': `127.0.0.1:${port}`,
            'Upgrade': 'websocket',
            'Connection': 'Upgrade',
            'Sec-WebSocket-Key': crypto.randomBytes(16).toString('base64'),
            'Sec-WebSocket-Version': '13',
            ...headers,
        };

        raw.write(`GET ${path} HTTP/1.1\r\n`
                  + Object.entries(all).filter(([, v]) => v !== undefined)
                      .map(([n, v]) => `${n}: ${v}\r\n`).join('') + '\r\n');

        raw.response = await raw.headers();

        return raw;
    }


    write(data) {
        if (!this.socket.destroyed) {
            this.socket.write(data);
        }
    }


    async headers() {
        const end = await until('the response headers have come', () =>
            this.data.indexOf('\r\n\r\n') + 1 || this.isEnded);

        if (end === true) {
            return '';
        }

        const text = this.data.subarray(0, end + 3).toString('latin1');

        this.data = this.data.subarray(end + 3);

        return text;
    }


    /* Everything until the server closes. */

    async rest(timeout = 20000) {
        await within('the server to close', this.ended, timeout);

        return this.data.toString();
    }


    /* The next whole frame of the server: { opcode, payload, head } */

    async frame(timeout = 10000) {
        return until('a frame has come', () => {
            const frame = parseFrame(this.data);

            if (frame) {
                this.data = this.data.subarray(frame.length);

            } else if (this.isEnded) {
                return { ended: true };
            }

            return frame;
        }, { timeout, every: 10 });
    }


    /* The code and reason of the server's close frame, skipping others. */

    async closeFrame(timeout = 10000) {
        for ( ;; ) {
            const frame = await this.frame(timeout);

            if (frame.ended) {
                return null;
            }

            if (frame.opcode === OP.CLOSE) {
                return { code: frame.payload.length >= 2
                               ? frame.payload.readUInt16BE() : 1005,
                         reason: frame.payload.subarray(2).toString() };
            }
        }
    }


    close() {
        this.socket.destroy();
    }
}


/* `length` lies about the length of the payload when it is given. */

function frame(payload = '', { opcode = OP.TEXT, fin = true, rsv = 0,
                               masked = true, length } = {})
{
    const body = Buffer.from(payload);
    const size = length ?? body.length;

    let head;

    if (size < 126) {
        head = Buffer.from([0, size]);

    } else if (size < 65536) {
        head = Buffer.from([0, 126, size >> 8, size & 0xff]);

    } else {
        head = Buffer.alloc(10);
        head[1] = 127;
        head.writeBigUInt64BE(BigInt(size), 2);
    }

    head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;

    if (!masked) {
        return Buffer.concat([head, body]);
    }

    const mask = crypto.randomBytes(4);

    head[1] |= 0x80;

    return Buffer.concat([head, mask,
                          body.map((byte, i) => byte ^ mask[i & 3])]);
}


function parseFrame(data) {
    if (data.length < 2) {
        return null;
    }

    let size = data[1] & 0x7f;
    let at = 2;

    if (size === 126) {
        if (data.length < 4) {
            return null;
        }

        size = data.readUInt16BE(2);
        at = 4;

    } else if (size === 127) {
        if (data.length < 10) {
            return null;
        }

        size = Number(data.readBigUInt64BE(2));
        at = 10;
    }

    if (data.length < at + size) {
        return null;
    }

    return { head: data[0], opcode: data[0] & 0x0f,
             masked: !!(data[1] & 0x80),
             payload: data.subarray(at, at + size), length: at + size };
}


module.exports = { RawSocket, frame, OP };
