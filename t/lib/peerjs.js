/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The broker of PeerJS: a client that says and hears plain messages, and the
 * server of the npm package `peer`, to compare with.
 */

'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const WebSocket = require('ws');

const { freeTcp } = require('./ports');
const { until, within } = require('./poll');


const SERVER = path.resolve(__dirname, '..', 'node_modules', 'peer', 'dist',
                            'bin', 'peerjs.js');


class PeerClient {

    /* `base` is the server with the path: http://127.0.0.1:9000/ */

    static async open(base, { key = 'peerjs', id, token = 'token',
                              origin } = {})
    {
        const client = new PeerClient();
        const url = new URL('peerjs', base.replace(/^http/, 'ws'));

        for (const [name, value] of Object.entries({ key, id, token })) {
            if (value !== undefined) {
                url.searchParams.set(name, value);
            }
        }

        client.id = id;
        client.heard = [];
        client.pings = 0;

        client.socket = new WebSocket(
            url.href.replace(/\+/g, '%20'),
            { headers: origin ? { origin } : {} });

        client.socket.on('message', (data) =>
            client.heard.push(data.toString()));
        client.socket.on('ping', () => client.pings++);
        client.socket.on('error', () => {});

        client.closed = new Promise((resolve) => {
            client.socket.on('close', (code, reason) => {
                client.isClosed = true;
                resolve({ code, reason: reason.toString() });
            });
        });

        await within('the WebSocket', new Promise((resolve) => {
            client.socket.on('open', () => {
                client.port = client.socket._socket.localPort;
                resolve();
            });
            client.socket.on('close', resolve);
        }));

        return client;
    }


    /* The same, and it is told that it is in. */

    static async join(base, options) {
        const client = await PeerClient.open(base, options);

        await client.hears(1);

        if (client.heard[0] !== '{"type":"OPEN"}') {
            throw new Error(`instead of OPEN: ${client.heard[0]}`);
        }

        client.heard.shift();

        return client;
    }


    say(message) {
        this.socket.send(typeof message === 'string'
                         ? message : JSON.stringify(message));
    }


    /* Waits for so many messages, and takes them. */

    async hears(n, timeout = 20000) {
        await until(`${this.id} has heard ${n} messages`, () => {
            if (this.heard.length < n && this.isClosed) {
                throw new Error('it is closed');
            }

            return this.heard.length >= n;
        }, { timeout, every: 10 });

        return this.heard.slice(0, n);
    }


    async takes(n, timeout) {
        await this.hears(n, timeout);

        return this.heard.splice(0, n);
    }


    async close() {
        this.socket.close();
        await within('the end of the WebSocket', this.closed);
    }


    terminate() {
        this.socket.terminate();
    }
}


/* The server of the npm package, in a process of its own. */

class PeerServer {

    static async start(args = [], mount = '/') {
        const server = new PeerServer();
        const port = await freeTcp();

        server.base = `http://127.0.0.1:${port}${mount}`;

        server.child = spawn(process.execPath,
                             [SERVER, '--port', port, '--host', '127.0.0.1',
                              '--path', mount, ...args],
                             { stdio: ['ignore', 'pipe', 'pipe'] });

        server.output = '';

        server.child.stdout.on('data', (data) => { server.output += data; });
        server.child.stderr.on('data', (data) => { server.output += data; });

        server.exited = new Promise((resolve) => {
            server.child.once('exit', resolve);
        });

        /* a test that fails before stop() does not wait for it */

        process.once('exit', () => server.child.kill('SIGKILL'));
        server.child.unref();
        server.child.stdout.unref();
        server.child.stderr.unref();

        await until('the server of PeerJS has started', () =>
            /Started PeerServer/.test(server.output));

        return server;
    }


    async stop() {
        this.child.kill('SIGKILL');
        await this.exited;
    }
}


module.exports = { PeerClient, PeerServer };
