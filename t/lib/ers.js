/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A rendezvous server that is not ours: what the real one does in its rooms,
 * over socket.io 0.9, as far as it is known, and anything worse that a test
 * wants of it.
 *
 * A room is held by the socket of a media server that waits in it; when a
 * viewer comes that socket is the viewer's alone, and the media server joins
 * once more for the next one.  With multiClient: true one socket serves all
 * viewers, as with the rendezvous server of the module.
 */

'use strict';

const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');

const { WebSocketServer } = require('ws');

const { freeTcp } = require('./ports');
const { until } = require('./poll');


/* "type:[id][+]:[endpoint][:data]" */

function parsePacket(text) {
    const match = /^(\d):(\d*)(\+?):([^:]*)(?::([^]*))?$/.exec(text);

    if (!match) {
        return { type: -1, text };
    }

    const [, type, id, plus, endpoint, data] = match;
    const packet = { type: Number(type), id, plus: !!plus, endpoint, data };

    if (packet.type === 5) {
        try {
            Object.assign(packet, JSON.parse(data));

        } catch {
            packet.type = -1;
        }
    }

    return packet;
}


/* A socket, of a media server or of a viewer. */

class Client {

    constructor(ers, id, ws, plain) {
        this.ers = ers;
        this.id = id;
        this.ws = ws;
        this.plain = plain;         /* without socket.io's packets */
        this.heard = [];            /* texts */
        this.events = [];           /* { name, args } */
        this.beats = 0;
        this.room = null;
        this.media = false;         /* of a media server */
        this.viewer = null;         /* whom it is for, if it serves one */
        this.server = null;         /* of a viewer: who serves it */
    }


    /* anything, in a text message */

    send(text) {
        if (this.ws.readyState === 1) {
            this.ws.send(text);
        }
    }


    /* bytes past the WebSocket */

    raw(bytes) {
        this.ws._socket.write(bytes);
    }


    emit(name, ...args) {
        this.send(`${this.plain ? '' : '5:::'}${JSON.stringify({ name,
                                                                 args })}`);
    }


    ack(id, ...args) {
        if (this.plain) {
            this.send(JSON.stringify({ ack: Number(id), args }));

        } else {
            this.send(`6:::${id}+${JSON.stringify(args)}`);
        }
    }


    /* the next event that fits; it is not taken away */

    hears(name, fits = () => true, timeout = 15000) {
        return until(`${this.id} has said ${name}`, () => {
            const found = this.events.find((e) => e.name === name
                                           && fits(...e.args));

            if (!found) {
                throw new Error(JSON.stringify(this.events.slice(-5)));
            }

            return found;
        }, { timeout, every: 10 });
    }


    ended(timeout = 15000) {
        return until(`${this.id} is gone`, () => this.gone,
                     { timeout, every: 10 });
    }


    /* politely, with what goes with it */

    close() {
        this.send('0::');
        this.ws.close();
    }


    terminate() {
        this.ws.terminate();
    }
}


const DEFAULTS = {
    handshake: 'chunked',       /* or 'length' */
    heartbeat: 20000,           /* ms; 0: none */
    eager: false,               /* first packets in the segment of the 101 */
    deflate: false,             /* accepts permessage-deflate */
    ersid: true,                /* false: it does not say who it is */
    multiClient: false,
    stunservers: [],
    turnservers: [],
    rooms: null,                /* those that are allowed; null: any */
    tokens: null,               /* of media servers; null: none is needed */
    refusal: 'event',           /* or 'ack': how one is refused */
    tokenError: 'invalidEmsToken',

    /*
     * What is done instead at tcp, handshake, upgrade, open, join, event; see
     * `instead` below.
     */
    at: {},
};


class Ers {

    /* options: those above, `port`, and tls: { key, cert } */

    static async start(options = {}) {
        const ers = new Ers();

        ers.options = { ...DEFAULTS, ...options };
        ers.port = options.port ?? await freeTcp();
        ers.requests = [];          /* "GET /socket.io/1/?t=1" */
        ers.connections = 0;        /* TCP */
        ers.clients = [];           /* those that have gone as well */
        ers.joins = [];             /* { client, room, options } */
        ers.rooms = new Map();      /* name: { waiting, viewers } */
        ers.faults = [];            /* what no media server should do */
        ers.last = 0;

        await ers.listen();

        return ers;
    }


    get url() {
        return `${this.options.tls ? 'https' : 'http'}://127.0.0.1:`
               + `${this.port}`;
    }


    async listen() {
        const { tls } = this.options;
        const handler = (req, res) => this.request(req, res);

        this.sockets = new Set();
        this.wss = new WebSocketServer({
            noServer: true, perMessageDeflate: this.options.deflate });
        this.http = tls ? https.createServer(tls, handler)
                    : http.createServer(handler);

        this.http.keepAliveTimeout = 0;

        this.http.on('connection', (socket) => {
            this.connections++;
            this.sockets.add(socket);
            socket.on('error', () => {});
            socket.on('close', () => this.sockets.delete(socket));
            this.options.at.tcp?.(socket, this);
        });

        this.http.on('tlsClientError', () => {});
        this.http.on('upgrade', (...args) => this.upgrade(...args));

        this.http.listen(this.port, '127.0.0.1');
        await once(this.http, 'listening');
    }


    /* Nothing listens any more; listen() brings it back, with no rooms. */

    async close() {
        for (const socket of this.sockets) {
            socket.destroy();
        }

        /* with TLS they do not hear of that in node 18 */

        for (const client of this.clients) {
            clearInterval(client.timer);
            client.ws.terminate();
        }

        this.rooms.clear();

        if (this.http.listening) {
            await new Promise((resolve) => this.http.close(resolve));
        }
    }


    async restart(pause = 0) {
        await this.close();
        await new Promise((resolve) => setTimeout(resolve, pause));
        await this.listen();
    }


    request(req, res) {
        const { at, handshake, heartbeat } = this.options;

        this.requests.push(`${req.method} ${req.url}`);

        if (at.handshake?.(req, res, this)) {
            return;
        }

        /* pages of viewers come from other servers */

        res.setHeader('Access-Control-Allow-Origin',
                      req.headers.origin ?? '*');
        res.setHeader('Access-Control-Allow-Credentials', 'true');

        if (!/^\/socket\.io\/1\/(\?|$)/.test(req.url)) {
            res.statusCode = 404;
            res.end();
            return;
        }

        const beat = heartbeat ? Math.ceil(heartbeat / 1000) : 60;
        const text = `S${++this.last}:${beat}:${beat * 2}:websocket`;

        res.setHeader('Content-Type', 'text/plain');

        if (handshake === 'chunked') {
            res.write(text);
            res.end();

        } else {
            res.end(text);
        }
    }


    upgrade(req, socket, head) {
        this.requests.push(`UPGRADE ${req.url}`);

        if (this.options.at.upgrade?.(req, socket, this)) {
            return;
        }

        const path = req.url.split('?')[0];
        const match = /^\/socket\.io\/1\/websocket\/(.+)$/.exec(path);
        const plain = !path.startsWith('/socket.io/');

        if (!match && !plain) {
            socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
            return;
        }

        if (this.options.eager) {
            socket.cork();
            process.nextTick(() => socket.uncork());
        }

        this.wss.handleUpgrade(req, socket, head, (ws) => {
            this.open(new Client(this, match?.[1] ?? `P${++this.last}`, ws,
                                 plain));
        });
    }


    open(client) {
        const { at, heartbeat, stunservers, turnservers, ersid,
                multiClient } = this.options;
        const { ws } = client;

        this.clients.push(client);

        ws.on('error', () => {});
        ws.on('message', (data) => this.packet(client, data.toString()));
        ws.on('close', () => {
            clearInterval(client.timer);
            client.gone = true;
            this.leave(client);
        });

        if (heartbeat && !client.plain) {
            client.timer = setInterval(() => client.send('2::'), heartbeat);
        }

        if (at.open?.(client, this)) {
            return;
        }

        if (!client.plain) {
            client.send('1::');
        }

        client.emit('stunservers', stunservers);
        client.emit('turnservers', turnservers);

        if (ersid) {
            client.emit('ersid', { id: `ers-${this.port}`,
                                   ...multiClient && { multiClient } });
        }
    }


    packet(client, text) {
        client.heard.push(text);

        const packet = client.plain
            ? { type: 5, plus: false, ...JSON.parse(text) }
            : parsePacket(text);

        switch (packet.type) {

        case 0:
            client.ws.close();
            break;

        case 2:
            client.beats++;
            break;

        case 5:
            this.event(client, packet);
            break;

        default:
            this.faults.push(`${client.id}: ${text.slice(0, 200)}`);
        }
    }


    event(client, packet) {
        const { name, args = [], id } = packet;

        client.events.push({ name, args });

        if (this.options.at.event?.(client, packet, this)) {
            return;
        }

        if (name === 'join') {
            this.join(client, id, ...args);

        } else if (name === 'leave') {
            this.leave(client);

        } else if (name === 'message') {
            this.message(client, args[0] ?? {});
        }
    }


    join(client, ack, name, options) {
        const { at, rooms, tokens, tokenError, multiClient } = this.options;

        options = typeof options === 'object' && options || {};
        this.joins.push({ client, room: name, options });

        if (at.join?.(client, { ack, room: name, options }, this)) {
            return;
        }

        const media = options.EMS === true || options.RMS === true;

        if (rooms && !rooms.includes(name)) {
            this.refuse(client, ack, 'invalidRoom');
            return;
        }

        if (media && tokens && !tokens.includes(options.emsToken)) {
            this.refuse(client, ack, tokenError);
            return;
        }

        if (!this.rooms.has(name)) {
            this.rooms.set(name, { waiting: null, viewers: [] });
        }

        const room = this.rooms.get(name);

        if (media && room.waiting
            && !(multiClient && options.instance
                 && room.waiting.instance === options.instance))
        {
            this.refuse(client, ack, 'taken');
            return;
        }

        Object.assign(client, { room: name, media, options,
                                instance: options.instance });

        const clients = Object.fromEntries(
            [media ? null : room.waiting].filter(Boolean).map((c) =>
                [c.id, { screen: false, video: true, audio: false }]));

        if (ack !== undefined && ack !== '') {
            client.ack(ack, null, { clients });
        }

        if (media) {
            room.waiting = client;

        } else {
            room.viewers.push(client);
        }

        this.pair(room);
    }


    /* how: 'event' or 'ack' */

    refuse(client, ack, why, how = this.options.refusal) {
        if (how === 'ack' && ack) {
            client.ack(ack, why);

        } else {
            client.emit(why);
        }
    }


    /* The viewers who wait go to the media server that waits. */

    pair(room) {
        for (const viewer of room.viewers) {
            const media = room.waiting;

            if (!media || viewer.server) {
                continue;
            }

            const { streamName, transport, name, capabilities }
                = viewer.options;

            viewer.server = media;

            if (!this.options.multiClient) {
                room.waiting = null;
                media.viewer = viewer;
            }

            media.emit('clientJoined', {
                id: viewer.id, emsid: media.id, streamName, transport, name,
                capabilities });
        }
    }


    message(client, message) {
        const other = this.clients.find((c) => c.id === message.to
                                        && !c.gone);

        const viewer = client.media ? other : client;

        if (!other || viewer.server !== (client.media ? client : other)) {
            this.faults.push(`${client.id} to ${message.to}:`
                             + ` ${message.type}`);
            return;
        }

        other.emit('message', { ...message, from: client.id });
    }


    leave(client) {
        const room = this.rooms.get(client.room);

        if (!room) {
            return;
        }

        if (client.media) {
            if (room.waiting === client) {
                room.waiting = null;
            }

            for (const viewer of room.viewers) {
                if (viewer.server === client) {
                    viewer.server = null;
                    viewer.left = true;
                    viewer.emit('remove', { id: client.id });
                }
            }

            room.viewers = room.viewers.filter((v) => !v.left);

        } else {
            room.viewers = room.viewers.filter((v) => v !== client);
            client.server?.emit('remove', { id: client.id });
        }

        client.room = null;
    }


    /* The media server's socket that waits for a viewer in this room. */

    media(room, timeout = 20000) {
        return until(`a media server waits in ${room}`, () => {
            const { waiting } = this.rooms.get(room) ?? {};

            return waiting && !waiting.gone && waiting;
        }, { timeout, every: 10 });
    }


    /* `n` sockets have asked to join anything. */

    asked(n, timeout = 20000) {
        return until(`${n} joins`, () => this.joins.length >= n && this.joins,
                     { timeout, every: 10 });
    }
}


/*
 * What may be done in place of the right thing: Ers.start({ at:
 * instead('upgrade', 'garbage') }).  Functions of a test do likewise: true
 * means that nothing else shall be done.
 *
 *     tcp(socket, ers)             before TLS, if there is any
 *     handshake(req, res, ers)
 *     upgrade(req, socket, ers)
 *     open(client, ers)            101 was sent
 *     join(client, { ack, room, options }, ers)
 *     event(client, packet, ers)   each of them, "join" too
 */

const GARBAGE = Buffer.from(Array.from({ length: 300 },
                                       (x, i) => (i * 151 + 7) & 0xff));

function instead(phase, what) {
    const socketOf = (args) => ({
        tcp: () => args[0],
        handshake: () => args[0].socket,
        upgrade: () => args[1],
    }[phase] ?? (() => args[0].ws._socket))();

    const done = {
        silence: () => true,
        close: (args) => {
            /* a half-closed one would still be listened to */

            socketOf(args).destroy();
            return true;
        },
        reset: (args) => {
            socketOf(args).resetAndDestroy?.() ?? socketOf(args).destroy();
            return true;
        },
        garbage: (args) => {
            socketOf(args).write(GARBAGE);
            return true;
        },
    };

    const f = typeof what === 'function' ? what : done[what];

    return { [phase]: typeof what === 'function' ? f : (...args) => f(args) };
}


module.exports = { Ers, instead, parsePacket };
