/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A signalling client without media, for everything that an SDK never does.
 */

'use strict';

const { once } = require('node:events');

const WebSocket = require('ws');

const { within } = require('./poll');


class Signaling {

    constructor(ws) {
        this.ws = ws;
        this.messages = [];
        this.unread = [];
        this.waiting = [];

        ws.on('message', (data, isBinary) => {
            const message = isBinary ? data : JSON.parse(data.toString());

            this.messages.push(message);

            const i = this.waiting.findIndex((w) => w.match(message));

            if (i >= 0) {
                this.waiting.splice(i, 1)[0].resolve(message);

            } else {
                this.unread.push(message);
            }
        });

        ws.on('error', (e) => { this.error = e; });

        this.closed = new Promise((resolve) => {
            ws.on('close', (code, reason) => {
                this.end = { code, reason: reason.toString() };
                resolve(this.end);

                for (const w of this.waiting.splice(0)) {
                    w.reject(new Error(`closed with ${code} "${reason}" while`
                                       + ` waiting for ${w.what}`));
                }
            });
        });
    }


    static async open(url, options = {}) {
        const ws = new WebSocket(url, { perMessageDeflate: false,
                                        ...options });
        const signaling = new Signaling(ws);

        await within('the WebSocket to open', once(ws, 'open'));

        signaling.port = ws._socket.localPort;

        return signaling;
    }


    /* Opens, sends connect, and returns when the offer is there. */

    static async join(url, connect = {}) {
        const signaling = await Signaling.open(url);

        signaling.connect(connect);
        signaling.offer = await signaling.next('offer');

        return signaling;
    }


    send(message) {
        this.ws.send(typeof message === 'string' || Buffer.isBuffer(message)
                     ? message : JSON.stringify(message));
    }


    connect(message = {}) {
        this.send({ type: 'connect', role: 'recvonly', channel_id: 'sora',
                    audio: true, video: true, ...message });
    }


    /* The next unread message of a type (or that a function accepts). */

    next(want, timeout = 10000) {
        const match = typeof want === 'function' ? want
                      : (message) => message.type === want;
        const what = typeof want === 'function' ? 'a message' : want;

        const i = this.unread.findIndex(match);

        if (i >= 0) {
            return Promise.resolve(this.unread.splice(i, 1)[0]);
        }

        if (this.end) {
            return Promise.reject(new Error(
                `closed with ${this.end.code} "${this.end.reason}" before`
                + ` ${what}`));
        }

        return within(what, new Promise((resolve, reject) => {
            this.waiting.push({ match, what, resolve, reject });
        }), timeout);
    }


    notify(eventType, timeout) {
        return this.next((m) => m.type === 'notify'
                                && m.event_type === eventType, timeout);
    }


    close(timeout = 10000) {
        return within('the close', this.closed, timeout);
    }


    /* Leaves as a client should. */

    async leave() {
        this.send({ type: 'disconnect', reason: 'NO-ERROR' });

        return this.close();
    }


    terminate() {
        this.ws.terminate();
    }
}


module.exports = { Signaling };
