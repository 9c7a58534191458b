/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A server that webhooks are sent to: it keeps every request and answers as
 * the test wants.
 */

'use strict';

const http = require('node:http');
const https = require('node:https');

const { freeTcp } = require('./ports');
const { until } = require('./poll');


class WebhookServer {

    /*
     * answer(request) returns the JSON to answer with, or is a function that
     * writes to `response` itself and returns nothing.
     */

    static async start({ port, tls, answer } = {}) {
        const server = new WebhookServer();

        server.port = port || await freeTcp();
        server.tls = tls;
        server.requests = [];
        server.answer = answer || (() => ({}));

        await server.listen();

        return server;
    }


    async listen() {
        const handler = (req, res) => this.handle(req, res);

        this.http = this.tls ? https.createServer(this.tls, handler)
                    : http.createServer(handler);

        this.sockets = new Set();
        this.active = 0;
        this.most = 0;

        this.http.on('connection', (socket) => {
            this.sockets.add(socket);
            socket.on('error', () => {});
            socket.on('close', () => this.sockets.delete(socket));
        });

        await new Promise((resolve, reject) => {
            this.http.once('error', reject);
            this.http.listen(this.port, '127.0.0.1', resolve);
        });
    }


    async handle(req, res) {
        const parts = [];

        this.active++;
        this.most = Math.max(this.most, this.active);

        res.on('close', () => this.active--);

        try {
            for await (const part of req) {
                parts.push(part);
            }

        } catch {
            return;
        }

        const text = Buffer.concat(parts).toString();
        const request = { method: req.method, url: req.url,
                          version: req.httpVersion, headers: req.headers,
                          text, body: JSON.parse(text), time: Date.now() };

        this.requests.push(request);

        const answer = await this.answer(request, res);

        if (answer !== undefined) {
            res.setHeader('content-type', 'application/json');
            res.end(JSON.stringify(answer));
        }
    }


    /* Bodies of the requests of a type, or that a function accepts. */

    bodies(want) {
        const match = typeof want === 'function' ? want
                      : (body) => body.type === want;

        return this.requests.map((r) => r.body).filter(match);
    }


    async next(want, timeout = 10000) {
        return until(`the webhook ${want} comes`,
                     () => this.bodies(want)[0], { timeout });
    }


    /* Nothing listens any more; listen() brings it back. */

    async close() {
        for (const socket of this.sockets) {
            socket.destroy();
        }

        await new Promise((resolve) => this.http.close(resolve));
    }
}


/* Locations for it: /auth, /session and /event. */

function locations(server, extra = []) {
    return ['/auth', '/session', '/event'].flatMap((uri) => [
        `location = ${uri} {`,
        '    internal;',
        `    proxy_pass ${server.tls ? 'https' : 'http'}://127.0.0.1:`
            + `${server.port}${uri};`,
        '    proxy_http_version 1.1;',
        '    proxy_set_header Connection "";',
        ...extra,
        '}',
    ]);
}


module.exports = { WebhookServer, locations };
