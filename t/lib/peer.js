/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A member without a browser: signalling, ICE, DTLS and SRTP from Node, for
 * everything that a browser does not let a test do.  openssl's s_client does
 * the DTLS handshake: its datagrams pass through a socket of ours, which
 * also does STUN and SRTP with the server.
 */

'use strict';

const crypto = require('node:crypto');
const dgram = require('node:dgram');
const { execFileSync, spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const sdp = require('./sdp');
const srtp = require('./srtp');
const stun = require('./stun');
const { Signaling } = require('./signaling');
const { until, within } = require('./poll');


const CONSENT = 4000;

let identity;


/* One certificate per process is enough. */

function certificate() {
    if (identity) {
        return identity;
    }

    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-cert-'));
    const key = path.join(dir, 'key.pem');
    const cert = path.join(dir, 'cert.pem');

    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
                             'ec_paramgen_curve:P-256', '-nodes', '-keyout',
                             key, '-out', cert, '-subj', '/CN=peer', '-days',
                             '30'], { stdio: 'ignore' });

    const x509 = new crypto.X509Certificate(fs.readFileSync(cert));

    identity = { key, cert, fingerprint: `sha-256 ${x509.fingerprint256}` };

    process.once('exit', () => fs.rmSync(dir, { recursive: true,
                                                force: true }));

    return identity;
}


class Peer extends EventEmitter {

    constructor(signaling) {
        super();

        this.signaling = signaling;
        this.offer = sdp.parse(signaling.offer.sdp);
        this.connectionId = signaling.offer.connection_id;

        this.ufrag = crypto.randomBytes(3).toString('hex');
        this.pwd = crypto.randomBytes(16).toString('hex');
        this.fingerprint = certificate().fingerprint;
        this.ssrcs = { audio: crypto.randomInt(1, 2 ** 31),
                       video: crypto.randomInt(1, 2 ** 31) };

        this.server = this.offer.media.flatMap((m) => m.candidates)
            .find((c) => c.transport.toLowerCase() === 'udp');

        this.replies = [];
        this.rtp = [];
        this.rtcp = [];
        this.badTags = 0;
    }


    /* Signalling as far as the offer; nothing is answered yet. */

    static async offered(url, connect = {}) {
        return new Peer(await Signaling.join(url, connect));
    }


    /*
     * A whole member: media is up and connection.created has come.  Later
     * re-offers are answered by themselves.
     */

    static async join(url, connect = {}) {
        const peer = await Peer.offered(url, connect);

        try {
            peer.answer();
            await peer.ice();
            await peer.dtls();

            peer.created = await peer.signaling.notify('connection.created');

        } catch (e) {
            await peer.close();
            throw e;
        }

        return peer;
    }


    description(changes = {}) {
        return sdp.answer(this.offer, {
            ufrag: this.ufrag, pwd: this.pwd, fingerprint: this.fingerprint,
            ssrcs: this.ssrcs, ...changes,
        });
    }


    answer(changes = {}) {
        this.signaling.send({ type: 'answer',
                              sdp: this.description(changes) });

        this.follow(changes);
    }


    async follow(changes) {
        try {
            for ( ;; ) {
                const { sdp: text } = await this.signaling.next('re-offer',
                                                                2 ** 30);

                this.offer = sdp.parse(text);
                this.signaling.send({ type: 're-answer',
                                      sdp: this.description(changes) });
                this.emit('re-offer', this.offer);
            }

        } catch {
            /* the signalling has ended */
        }
    }


    async open() {
        if (this.socket) {
            return;
        }

        const v6 = this.server.address.includes(':');

        this.socket = dgram.createSocket(v6 ? 'udp6' : 'udp4');
        this.socket.on('message', (data) => this.input(data));
        this.socket.bind(0, v6 ? '::1' : '127.0.0.1');

        await once(this.socket, 'listening');
    }


    send(data) {
        this.socket.send(data, this.server.port, this.server.address);
    }


    input(data) {
        if (data.length > 0 && data[0] < 4) {
            const message = stun.parse(data);

            if (message?.type === stun.TYPE.BINDING) {
                return;
            }

            this.replies.push(message);
            this.emit('stun', message);

        } else if (data[0] >= 20 && data[0] <= 63) {
            this.emit('dtls', data);

            if (this.clientPort) {
                this.bridge.send(data, this.clientPort, '127.0.0.1');
            }

        } else if (data[0] >= 128 && data[0] <= 191) {
            this.inputMedia(data);
        }
    }


    inputMedia(data) {
        if (!this.keys) {
            return;
        }

        const isRtcp = data[1] >= 192 && data[1] <= 223;

        try {
            if (isRtcp) {
                this.rtcp.push(this.keys.receive.unprotectRtcp(data));

            } else {
                this.rtp.push(this.keys.receive.unprotect(data));
            }

        } catch {
            this.badTags++;
        }
    }


    check(changes = {}) {
        const request = stun.bindingRequest({
            username: `${this.offer.ufrag}:${this.ufrag}`,
            password: this.offer.pwd, ...changes,
        });

        this.send(request);

        return request;
    }


    /* Checks until the server has answered one. */

    async ice(timeout = 10000) {
        await this.open();

        await until('the server answers a check', () => {
            if (this.replies.some((r) => r?.type === stun.TYPE.SUCCESS)) {
                return true;
            }

            this.check();

        }, { timeout, every: 100 });

        this.keepAlive(CONSENT);
    }


    keepAlive(every) {
        clearInterval(this.consent);
        this.consent = setInterval(() => this.check(), every);
        this.consent.unref();
    }


    /* Starts s_client; its datagrams go out of our socket. */

    async startDtls(args = ['-dtls1_2']) {
        const { key, cert } = certificate();

        await this.open();

        this.bridge = dgram.createSocket('udp4');
        this.bridge.bind(0, '127.0.0.1');

        await once(this.bridge, 'listening');

        this.bridge.on('message', (data, from) => {
            this.clientPort = from.port;
            this.send(data);
        });

        const profile = args.includes('-use_srtp') ? []
                        : ['-use_srtp', 'SRTP_AEAD_AES_128_GCM'];

        this.client = spawn('openssl', [
            's_client', ...args, ...profile, '-connect',
            `127.0.0.1:${this.bridge.address().port}`, '-cert', cert, '-key',
            key, '-mtu', '1200', '-keymatexport', 'EXTRACTOR-dtls_srtp',
            '-keymatexportlen', String(srtp.EXPORTED),
        ], { stdio: ['pipe', 'pipe', 'pipe'] });

        this.client.stdin.on('error', () => {});
        this.dtlsText = '';

        const collect = (data) => {
            this.dtlsText += data;
            this.emit('dtls-text');
        };

        this.client.stdout.on('data', collect);
        this.client.stderr.on('data', collect);

        this.dtlsEnded = once(this.client, 'close').then(([code]) => code);
    }


    /* Resolves with the keys of both directions. */

    async dtls(args, timeout = 10000) {
        await this.startDtls(args);

        const done = new Promise((resolve) => {
            this.on('dtls-text', () => {
                const found = /Keying material: ([0-9A-F]+)/
                    .exec(this.dtlsText);

                if (found) {
                    resolve(found[1]);
                }
            });
        });

        const failed = this.dtlsEnded.then(() => {
            throw new Error(`DTLS failed: ${this.dtlsText}`);
        });

        failed.catch(() => {});

        const hex = await within('the DTLS handshake',
                                 Promise.race([done, failed]), timeout);

        this.keys = srtp.fromExporter(Buffer.from(hex, 'hex'));

        return this.keys;
    }


    /* The section of ours for this kind: the first one of the offer. */

    section(kind) {
        return this.offer.media.find((m) => m.kind === kind);
    }


    /* One RTP packet of ours, not protected. */

    packet(kind, { sequence, timestamp = 0, payload = Buffer.alloc(20, 1),
                   ssrc = this.ssrcs[kind], payloadType, marker = false,
                   first = 0x80, after = Buffer.alloc(0) } = {})
    {
        const head = Buffer.alloc(12);

        head[0] = first;
        head[1] = (payloadType ?? Number(this.section(kind).formats[0]))
                  | (marker ? 0x80 : 0);
        head.writeUInt16BE(sequence & 0xffff, 2);
        head.writeUInt32BE(timestamp >>> 0, 4);
        head.writeUInt32BE(ssrc, 8);

        return Buffer.concat([head, after, payload]);
    }


    sendRtp(kind, fields) {
        this.send(this.keys.send.protect(this.packet(kind, fields)));
    }


    sendRtcp(packet) {
        this.send(this.keys.send.protectRtcp(packet));
    }


    async leave() {
        const end = await this.signaling.leave();

        await this.close();

        return end;
    }


    async close() {
        clearInterval(this.consent);
        this.removeAllListeners('stun');

        this.signaling.terminate();

        if (this.client && this.client.exitCode === null) {
            this.client.kill('SIGKILL');
            await this.dtlsEnded;
        }

        this.bridge?.close();
        this.socket?.close();
        this.socket = this.bridge = undefined;
    }
}


module.exports = { Peer, certificate };
