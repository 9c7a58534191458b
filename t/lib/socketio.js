/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Socket.IO 2 for tests: the npm server, which says and does in the events of
 * skyway-js what the tests compare, and clients.
 */

'use strict';

const http = require('node:http');

const io = require('socket.io');
const client = require('socket.io-client');

const { freeTcp } = require('./ports');
const { until, within } = require('./poll');
const { KEY } = require('./skyway');


/* The npm server, with what is needed of SkyWay. */

async function oracle() {
    const server = http.createServer();
    const sockets = io(server, { pingInterval: 25000, pingTimeout: 5000,
                                 cookie: false });
    const peers = new Map();

    sockets.on('connection', (socket) => {
        const { peerId } = socket.handshake.query;

        peers.set(peerId, socket);
        socket.on('disconnect', () => peers.delete(peerId));

        for (const name of ['OFFER', 'ANSWER', 'CANDIDATE']) {
            socket.on(`SEND_${name}`, ({ dst, src, ...payload }) => {
                peers.get(dst)?.emit(name, { ...payload, src: peerId });
            });
        }

        socket.on('ROOM_JOIN', ({ roomName, roomType }) => {
            socket.join(roomName, () => sockets.to(roomName).emit(
                'ROOM_USER_JOIN', { roomName, roomType, src: peerId }));
        });

        socket.on('ROOM_SEND_DATA', ({ roomName, data }) => {
            socket.to(roomName).emit('ROOM_DATA',
                                     { roomName, src: peerId, data });
        });

        socket.emit('OPEN', { peerId });
    });

    const port = await freeTcp();

    await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));

    return { url: `http://127.0.0.1:${port}`,
             close: () => new Promise((resolve) => sockets.close(resolve)) };
}


class SocketClient {

    /* options: token, key, credential, transports, and those of the client */

    static connect(url, id, { token = `t-${id}`, key = KEY, credential,
                              ...options } = {})
    {
        const c = new SocketClient();

        let query = `apiKey=${key}&token=${token}&platform=javascript`
                    + '&sdk_version=4.4.5';

        if (id) {
            query += `&peerId=${id}`;
        }

        if (credential) {
            query += `&credential=${encodeURIComponent(
                JSON.stringify(credential))}`;
        }

        c.id = id;
        c.heard = [];
        c.ends = [];

        c.socket = client(url, { forceNew: true, query, reconnection: false,
                                 ...options });

        const { onevent } = c.socket;

        c.socket.onevent = function (packet) {
            c.heard.push(packet.data);
            onevent.call(this, packet);
        };

        c.socket.on('disconnect', (reason) => c.ends.push(reason));
        c.socket.on('connect_error', (e) => c.ends.push(e.message));

        return c;
    }


    static async open(opened, url, id, options) {
        const c = SocketClient.connect(url, id, options);

        opened.push(c);
        await c.hears('OPEN');

        return c;
    }


    emit(...args) {
        this.socket.emit(...args);
    }


    /* The payload of the first event of that name that fits. */

    hears(name, fits = () => true, timeout = 10000) {
        return until(`${this.id} hears ${name}`, () => {
            const found = this.heard.find((e) => e[0] === name && fits(e[1]));

            if (!found) {
                throw new Error(`${JSON.stringify(this.heard.slice(-5))}`
                                + ` ${this.ends}`);
            }

            return found;
        }, { timeout, every: 10 }).then((e) => e[1]);
    }


    upgraded() {
        return until(`${this.id} uses a WebSocket`, () =>
            this.socket.io.engine.transport.name === 'websocket',
        { every: 10 });
    }


    ended() {
        return until(`${this.id} is disconnected`, () => this.ends.length,
                     { every: 10 });
    }


    close() {
        this.socket.close();
    }
}


/* A plain request: { status, headers, text }. */

function fetchText(url, { method = 'GET', body, headers = {} } = {}) {
    return within(`${method} ${url}`, new Promise((resolve, reject) => {
        const req = http.request(url, { method, headers, agent: false });

        req.on('error', reject);
        req.on('response', (res) => {
            const parts = [];

            res.on('data', (part) => parts.push(part));
            res.on('end', () => resolve({
                status: res.statusCode, headers: res.headers,
                bytes: Buffer.concat(parts),
                text: Buffer.concat(parts).toString() }));
        });

        req.end(body);
    }), 20000);
}


/* A session by hand, over polling. */

class RawSession {

    static async open(url, id, extra = '') {
        const session = new RawSession();

        session.base = `${url}/socket.io/?apiKey=${KEY}&token=t-${id}`
                       + `&peerId=${id}&EIO=3&transport=polling${extra}`;

        session.hello = await fetchText(session.base);
        session.sid = JSON.parse(
            /^\d+:0(\{.*?\})/.exec(session.hello.text)[1]).sid;
        session.url = `${session.base}&sid=${session.sid}`;

        return session;
    }


    poll(options) {
        return fetchText(this.url, options);
    }


    post(body, headers = { 'content-type': 'text/plain;charset=UTF-8' }) {
        return fetchText(this.url, { method: 'POST', body, headers });
    }


    say(packet) {
        return this.post(`${packet.length}:${packet}`);
    }
}


module.exports = { oracle, SocketClient, RawSession, fetchText };
