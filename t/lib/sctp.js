/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A member with data channels and without a browser: SCTP over the DTLS of a
 * peer (RFC 9260, RFC 8261, RFC 8832), as little as is needed to be taken for
 * a client, and every way to do it wrong.  There are no retransmissions: the
 * path is the loopback.
 */

'use strict';

const crypto = require('node:crypto');

const { Peer } = require('./peer');
const { until } = require('./poll');


const CHUNK = {
    DATA: 0, INIT: 1, INIT_ACK: 2, SACK: 3, HEARTBEAT: 4, HEARTBEAT_ACK: 5,
    ABORT: 6, SHUTDOWN: 7, ERROR: 9, COOKIE_ECHO: 10, COOKIE_ACK: 11,
    RECONFIG: 130, FORWARD_TSN: 192,
};

const PPID = { DCEP: 50, STRING: 51, BINARY: 53 };

const PORT = 5000;
const PORTS = Buffer.from([PORT >> 8, PORT & 255, PORT >> 8, PORT & 255]);
const FRAGMENT = 1000;
const WINDOW = 1 << 20;


const TABLE = Uint32Array.from({ length: 256 }, (v, n) => {
    for (let i = 0; i < 8; i++) {
        n = n & 1 ? 0x82f63b78 ^ (n >>> 1) : n >>> 1;
    }

    return n;
});


function crc32c(data) {
    let crc = 0xffffffff;

    for (const byte of data) {
        crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
    }

    return ~crc >>> 0;
}


function chunk(type, flags, body, length = 4 + body.length) {
    const head = Buffer.from([type, flags, length >> 8, length & 255]);

    return Buffer.concat([head, body, Buffer.alloc(-body.length & 3)]);
}


function u16(...values) {
    const buf = Buffer.alloc(2 * values.length);

    values.forEach((v, i) => buf.writeUInt16BE(v & 0xffff, 2 * i));

    return buf;
}


function u32(...values) {
    const buf = Buffer.alloc(4 * values.length);

    values.forEach((v, i) => buf.writeUInt32BE(v >>> 0, 4 * i));

    return buf;
}


/* An OPEN of DCEP; the lengths may be lies. */

function open(label, { type = 0, protocol = '', labelLength, protocolLength }
              = {})
{
    const l = Buffer.from(label);
    const p = Buffer.from(protocol);

    return Buffer.concat([Buffer.from([3, type]), u16(0), u32(0),
                          u16(labelLength ?? l.length,
                              protocolLength ?? p.length), l, p]);
}


class DataPeer extends Peer {

    constructor(signaling) {
        super(signaling);

        this.tag = crypto.randomInt(1, 2 ** 32 - 1);
        this.tsn = crypto.randomInt(1, 2 ** 31);
        this.window = WINDOW;
        this.deaf = false;              /* acknowledges nothing */
        this.ssn = new Map();
        this.labels = new Map();        /* to stream ids */
        this.protocols = new Map();
        this.data = [];                 /* { stream, ppid, data } */
        this.chunks = [];               /* types, in their order */
        this.sending = Promise.resolve();
    }


    static async offered(url, connect = {}) {
        const peer = await Peer.offered(url, { data_channel_signaling: true,
                                               ...connect });

        return new DataPeer(peer.signaling);
    }


    /* A whole member, with all of its channels open. */

    static async join(url, connect = {}) {
        const peer = await DataPeer.offered(url, connect);

        try {
            await peer.connectDtls();
            await peer.connectSctp();
            await peer.signaling.next('switched');

            return peer;

        } catch (e) {
            await peer.close();
            throw e;
        }
    }


    description(changes = {}) {
        return super.description(changes).replace(
            /(m=application [1-9].*\r\n)/,
            `$1a=sctp-port:${PORT}\r\na=max-message-size:262144\r\n`);
    }


    async connectDtls(changes) {
        this.answer(changes);
        await this.ice();
        await this.dtls(['-dtls1_2', '-nocommands']);
    }


    async startDtls(args) {
        await super.startDtls(args);

        this.bytes = Buffer.alloc(0);

        this.client.stdout.on('data', (data) => {
            this.bytes = Buffer.concat([this.bytes, data]);
            this.split();
        });

        this.bridge.on('message', (data) => {
            if (data[0] === 23) {
                this.emit('record');
            }
        });
    }


    /*
     * One record: s_client makes one of all that it finds in its pipe, so
     * the next has to wait until this one has left.
     */

    record(data) {
        this.sending = this.sending.then(() => new Promise((resolve) => {
            if (!this.bridge || this.client.exitCode !== null) {
                resolve();
                return;
            }

            const { client } = this;

            const done = () => {
                this.off('record', done);
                client.off('close', done);
                resolve();
            };

            this.on('record', done);
            client.on('close', done);
            client.stdin.write(data);
        }));

        return this.sending;
    }


    transmit(chunks, { tag = this.peerTag, checksum } = {}) {
        const packet = Buffer.concat([PORTS, u32(tag ?? 0), u32(0),
                                      ...[chunks].flat()]);

        packet.writeUInt32LE(checksum ?? crc32c(packet), 8);

        return this.record(packet);
    }


    init(streams = 1024, tag = this.tag) {
        return chunk(CHUNK.INIT, 0, Buffer.concat([
            u32(tag, this.window), u16(streams, streams), u32(this.tsn)]));
    }


    async connectSctp() {
        await until('the association is up', async () => {
            if (!this.up) {
                await this.transmit(this.init(), { tag: 0 });
            }

            return this.up;

        }, { every: 200 });
    }


    /* The packets in what s_client has written; its own words are skipped. */

    split() {
        for ( ;; ) {
            const start = this.bytes.indexOf(PORTS);

            if (start < 0 || this.bytes.length < start + 16) {
                return;
            }

            let end = start + 12;

            while (end + 4 <= this.bytes.length
                   && !this.bytes.subarray(end, end + 4).equals(PORTS))
            {
                const length = this.bytes.readUInt16BE(end + 2);

                if (length < 4) {
                    break;
                }

                end += length + (-length & 3);
            }

            if (end > this.bytes.length) {
                return;
            }

            const packet = this.bytes.subarray(start, end);

            this.bytes = this.bytes.subarray(end);
            this.inputSctp(packet);
        }
    }


    inputSctp(packet) {
        let acknowledge = false;

        for (let at = 12; at + 4 <= packet.length; ) {
            const length = packet.readUInt16BE(at + 2);

            if (length < 4) {
                return;
            }

            acknowledge ||= this.inputChunk(packet[at], packet[at + 1],
                                            packet.subarray(at + 4,
                                                            at + length));
            at += length + (-length & 3);
        }

        if (acknowledge && !this.deaf) {
            this.transmit(chunk(CHUNK.SACK, 0, Buffer.concat([
                u32(this.received, this.window), u16(0, 0)])));
        }
    }


    /* Returns whether it has to be acknowledged. */

    inputChunk(type, flags, body) {
        this.chunks.push(type);

        switch (type) {

        case CHUNK.INIT_ACK:
            this.peerTag = body.readUInt32BE(0);
            this.received = body.readUInt32BE(12) - 1 >>> 0;
            this.echo(body.subarray(16));
            break;

        case CHUNK.COOKIE_ACK:
            this.up = true;
            break;

        case CHUNK.HEARTBEAT:
            this.transmit(chunk(CHUNK.HEARTBEAT_ACK, 0, body));
            break;

        case CHUNK.DATA:
            this.inputData(flags, body);
            return true;
        }

        return false;
    }


    echo(parameters) {
        while (parameters.length >= 4) {
            const length = parameters.readUInt16BE(2);

            if (parameters.readUInt16BE(0) === 7) {
                this.transmit(chunk(CHUNK.COOKIE_ECHO, 0,
                                    parameters.subarray(4, length)));
                return;
            }

            parameters = parameters.subarray(length + (-length & 3));
        }
    }


    inputData(flags, body) {
        const tsn = body.readUInt32BE(0);

        if (tsn !== (this.received + 1 >>> 0)) {
            return;
        }

        this.received = tsn;

        if (flags & 2) {
            this.partial = [];
        }

        this.partial.push(body.subarray(12));

        if (flags & 1) {
            this.inputMessage(body.readUInt16BE(4), body.readUInt32BE(8),
                              Buffer.concat(this.partial));
        }
    }


    inputMessage(stream, ppid, data) {
        if (ppid === PPID.DCEP && data[0] === 3) {
            const length = data.readUInt16BE(8);

            this.labels.set(data.subarray(12, 12 + length).toString(),
                            stream);
            this.say(stream, Buffer.from([2]), { ppid: PPID.DCEP });
            return;
        }

        this.data.push({ stream, ppid, data });
    }


    /*
     * A message; first and last tell whether it has a beginning and an end.
     */

    say(stream, data, { ppid = PPID.BINARY, first = true, last = true,
                        fragment = FRAGMENT } = {})
    {
        const id = typeof stream === 'string' ? this.labels.get(stream)
                                              : stream;
        const ssn = this.ssn.get(id) ?? 0;

        let sent;

        for (let at = 0; at < data.length; at += fragment) {
            const part = data.subarray(at, at + fragment);
            const flags = (first && at === 0 ? 2 : 0)
                          | (last && at + fragment >= data.length ? 1 : 0);

            sent = this.transmit(chunk(CHUNK.DATA, flags, Buffer.concat([
                u32(this.tsn++), u16(id, ssn), u32(ppid), part])));
        }

        if (last) {
            this.ssn.set(id, ssn + 1);
        }

        return sent;
    }


    /* The messages that have come on a label. */

    heard(label) {
        return this.data.filter((m) => m.stream === this.labels.get(label))
            .map((m) => m.data);
    }
}


module.exports = { DataPeer, CHUNK, PPID, chunk, open, u16, u32 };
