/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A peer in a page of Chromium, by the unmodified peerjs or skyway-js.  What
 * a test does with either is the same: connect, call, say, hear.
 */

'use strict';

const path = require('node:path');

const { until } = require('./poll');


const SDK = {
    'peerjs': ['peerjs', 'dist', 'peerjs.min.js'],
    'skyway-js': ['skyway-js', 'dist', 'skyway.js'],
};

const KEY = '01234567-89ab-cdef-0123-456789abcdef';


/* in the page */

function start({ kind, id, host, port, key, options }) {
    const state = {
        errors: [], data: {}, media: {}, messages: [], closed: [],
    };

    window.state = state;

    window.keep = (connection) => {
        state.data[connection.remoteId || connection.peer] = connection;
        connection.on('data', (value) => {
            state.messages.push(value instanceof ArrayBuffer
                || ArrayBuffer.isView(value)
                ? { bytes: [...new Uint8Array(value.buffer ?? value,
                                              value.byteOffset ?? 0,
                                              value.byteLength)] }
                : { value });
        });
        connection.on('close', () => state.closed.push('data'));
        connection.on('error', (e) => state.errors.push(`${e.type ?? e}`));
    };

    window.watch = (call) => {
        state.media[call.remoteId || call.peer] = call;
        call.on('stream', (stream) => {
            const video = document.createElement('video');

            /* not muted: sound that nobody hears is not decoded */

            video.autoplay = true;
            video.srcObject = stream;
            document.body.append(video);
            state.stream = stream;
        });
        call.on('close', () => state.closed.push('media'));
        call.on('error', (e) => state.errors.push(`${e.type ?? e}`));
    };

    return new Promise((resolve, reject) => {
        const peer = new window.Peer(id, {
            host, port, key, secure: false, debug: 1,
            ...kind === 'peerjs' && { path: '/' }, ...options });

        window.peer = peer;
        peer.on('open', () => resolve(peer.id));
        peer.on('error', (e) => {
            state.errors.push(e.type);
            reject(new Error(e.type));
        });
        peer.on('connection', window.keep);
        peer.on('call', async (call) => {
            window.watch(call);
            call.answer(window.answerWith ?? null, window.answerOptions);
        });
    });
}


class BrowserPeer {

    static async open(browser, nginx, kind, id, { key = KEY, options } = {}) {
        const peer = new BrowserPeer();
        const url = new URL(nginx.url);

        peer.kind = kind;
        peer.id = id;
        peer.context = await browser.newContext();
        peer.page = await peer.context.newPage();

        await peer.page.addInitScript(() => {
            const Native = window.RTCPeerConnection;

            /* every connection of the page can be asked for its numbers */

            window.pcs = [];

            window.RTCPeerConnection = class extends Native {
                constructor(...args) {
                    super(...args);
                    window.pcs.push(this);
                }
            };
        });

        await peer.page.goto(`${nginx.url}/pages/empty.html`);
        await peer.page.addScriptTag({ path: path.join(
            __dirname, '..', 'node_modules', ...SDK[kind]) });

        peer.id = await peer.page.evaluate(start, {
            kind, id, host: url.hostname, port: Number(url.port), key,
            options });

        return peer;
    }


    run(body, arg) {
        return this.page.evaluate(body, arg);
    }


    /* a data connection; resolves when it is open */

    connect(id, options = {}) {
        return this.run(({ id, options }) => new Promise((resolve, reject) => {
            const connection = window.peer.connect(id, options);

            window.keep(connection);
            connection.on('open', resolve);
            connection.on('error', (e) => reject(new Error(e.type ?? e)));
        }), { id, options });
    }


    /* one that somebody else opened */

    connected(id) {
        return until(`${this.id} is connected to ${id}`, () => this.run(
            (id) => window.state.data[id]?.open, id));
    }


    say(id, value) {
        return this.run(({ id, value }) => window.state.data[id].send(
            Array.isArray(value) ? new Uint8Array(value).buffer : value),
                        { id, value });
    }


    /* the next message: { value } or { bytes } */

    hears() {
        return until(`${this.id} hears something`, () => this.run(
            () => window.state.messages.shift()));
    }


    /* calls; "media" is what is sent: { video, audio } or null */

    call(id, media, options = {}) {
        return this.run(async ({ id, media, options }) => {
            const stream = media
                ? await navigator.mediaDevices.getUserMedia(media) : null;

            window.watch(window.peer.call(id, stream, options));
        }, { id, media, options });
    }


    /* what calls are answered with from now on */

    answers(media, options) {
        return this.run(async ({ media, options }) => {
            window.answerWith = media
                ? await navigator.mediaDevices.getUserMedia(media) : null;
            window.answerOptions = options;
        }, { media, options });
    }


    /* { framesDecoded, frameWidth, energy, packets: {audio, video} } */

    received() {
        return this.run(async () => {
            const sum = { frames: 0, energy: 0, audio: 0, video: 0,
                          codecs: [], lost: 0 };

            for (const pc of window.pcs) {
                const report = await pc.getStats();

                for (const s of report.values()) {
                    if (s.type !== 'inbound-rtp') {
                        continue;
                    }

                    sum[s.kind] += s.packetsReceived;
                    sum.lost += s.packetsLost;
                    sum.frames += s.framesDecoded ?? 0;
                    sum.energy += s.totalAudioEnergy ?? 0;
                    sum.codecs.push(report.get(s.codecId)?.mimeType);
                }
            }

            return sum;
        });
    }


    async decodes({ frames = 30, energy = 0, timeout = 40000 } = {}) {
        return until(`${this.id} decodes`, async () => {
            const now = await this.received();

            if (now.frames >= frames && now.energy >= energy) {
                return now;
            }

            throw new Error(JSON.stringify(now));
        }, { timeout, every: 250 });
    }


    hangUp(id) {
        return this.run((id) => {
            const { data, media } = window.state;

            (media[id] ?? data[id]).close();
        }, id);
    }


    closes(kind) {
        return until(`${this.id} sees the end of ${kind}`, () => this.run(
            (kind) => window.state.closed.includes(kind), kind));
    }


    close() {
        return this.context.close();
    }
}


module.exports = { BrowserPeer, KEY };
