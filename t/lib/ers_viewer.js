/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Who comes to a room of a rendezvous server, as far as signalling goes:
 * viewers, or a media server that is not ours.  Over socket.io 0.9, or with
 * plain: '/path' over a WebSocket alone.
 */

'use strict';

const { once } = require('node:events');

const WebSocket = require('ws');

const { parsePacket } = require('./ers');
const { fetchText } = require('./socketio');
const { until } = require('./poll');


class RoomClient {

    /* options: plain, headers, and those of a WebSocket */

    static async open(url, { plain, query = '', ...options } = {}) {
        const c = new RoomClient();
        let path = plain;

        c.plain = plain !== undefined;
        c.texts = [];
        c.events = [];          /* { name, args } */
        c.acks = new Map();
        c.last = 0;

        if (!c.plain) {
            c.hello = await fetchText(`${url}/socket.io/1/?t=${Date.now()}`
                                      + query);

            if (c.hello.status !== 200) {
                throw new Error(`handshake: ${c.hello.status}`
                                + ` ${c.hello.text}`);
            }

            c.id = c.hello.text.split(':')[0];
            path = `/socket.io/1/websocket/${c.id}`;
        }

        c.ws = new WebSocket(url.replace(/^http/, 'ws') + path, options);
        c.ws.on('message', (data) => c.input(data.toString()));
        c.ws.on('close', (code, reason) => {
            c.gone = { code, reason: reason.toString() };
        });

        await once(c.ws, 'open');
        c.ws.on('error', () => {});

        return c;
    }


    /*
     * Opens and joins: args are the room and what else goes with it.  The
     * answer is in .joined: [error, room], or null if there was none.
     */

    static async join(opened, url, args, options) {
        const c = await RoomClient.open(url, options);

        opened.push(c);
        c.joined = await c.ask('join', ...args);

        return c;
    }


    input(text) {
        this.texts.push(text);

        if (this.plain) {
            const message = JSON.parse(text);

            if (message.ack !== undefined) {
                this.acks.set(message.ack, message.args);

            } else {
                this.events.push(message);
            }

            return;
        }

        const packet = parsePacket(text);

        switch (packet.type) {

        case 2:
            this.ws.send(text);
            break;

        case 5:
            this.events.push(packet);
            break;

        case 6: {
            const [, id, args] = /^(\d+)(?:\+([^]*))?$/.exec(packet.data);

            this.acks.set(Number(id), args ? JSON.parse(args) : []);
            break;
        }
        }
    }


    say(name, ...args) {
        this.ws.send(`${this.plain ? '' : '5:::'}`
                     + JSON.stringify({ name, args }));
    }


    /* and waits for the answer */

    ask(name, ...args) {
        const id = ++this.last;

        this.ws.send(this.plain ? JSON.stringify({ name, args, id })
                     : `5:${id}+::${JSON.stringify({ name, args })}`);

        return until(`${name} is answered`, () => this.acks.has(id)
                     || this.gone, { every: 10 })
            .then(() => this.acks.get(id) ?? null);
    }


    /* the arguments of an event that fits */

    hears(name, fits = () => true, timeout = 15000) {
        return until(`hears ${name}`, () => {
            const found = this.events.find((e) => e.name === name
                                           && fits(...e.args ?? []));

            if (!found) {
                throw new Error(`${JSON.stringify(this.events.slice(-5))}`
                                + ` ${JSON.stringify(this.gone)}`);
            }

            return found;
        }, { timeout, every: 10 }).then((e) => e.args);
    }


    /* the first message of that type; "from" is who sent it */

    async message(type, timeout) {
        return (await this.hears('message', (m) => m.type === type,
                                 timeout))[0];
    }


    ended(timeout = 15000) {
        return until('the rendezvous server closes', () => this.gone,
                     { timeout, every: 10 });
    }


    close() {
        this.ws.terminate();
    }
}


module.exports = { RoomClient };
