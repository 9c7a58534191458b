/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pages with the unmodified PeerJS that find each other through our broker.
 */

'use strict';

const assert = require('node:assert');
const net = require('node:net');
const { test } = require('node:test');

const { kill, KILLED } = require('../lib/nginx');
const { PeerClient } = require('../lib/peerjs');
const { freeTcp } = require('../lib/ports');
const { until } = require('../lib/poll');
const { serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser({
    shutdownTimeout: '60s',
    main: ['webrtc_peer_discovery on;', 'webrtc_peer_ping_timeout 3s;',
           'webrtc_peer_expire_timeout 2s;'],
    web: ['location /peerjs { webrtc_peerjs; }',
          'location /myapp/ { webrtc_peerjs; }'],
    allow: KILLED,
});

let pages = 0;


class Page {

    static async load(opened) {
        const page = new Page();

        page.context = await suite.browser.newContext();
        opened.push(page);

        page.page = await page.context.newPage();
        page.errors = [];
        page.page.on('pageerror', (e) => page.errors.push(e.message));

        await page.page.goto(`${suite.nginx.url}/pages/peerjs.html`);

        return page;
    }


    /* A page whose peer has asked to come in. */

    static async start(opened, { id, ...options } = {}) {
        const page = await Page.load(opened);

        await page.enter(id, options);

        return page;
    }


    /*
     * One that is in.  Browsers also open connections that they may need some
     * day: where there is more than one new one, "worker" is not set.
     */

    static async open(opened, { id, ...options } = {}) {
        const { nginx } = suite;
        const page = await Page.load(opened);
        const before = nginx.signalingByWorker();

        await page.enter(id, options);
        page.id = (await page.event('open'))[1];

        const more = [...nginx.signalingByWorker()]
            .map(([pid, n]) => [pid, n - (before.get(pid) || 0)])
            .filter(([, n]) => n > 0);

        if (more.length === 1 && more[0][1] === 1) {
            page.worker = more[0][0];
        }

        return page;
    }


    enter(id, options) {
        const { nginx } = suite;

        return this.run('start', id === undefined ? `page-${++pages}` : id,
                        { host: '127.0.0.1', port: nginx.options.webPort,
                          config: { iceServers: [] }, ...options });
    }


    run(name, ...args) {
        return this.page.evaluate(
            ([n, a]) => window.page[n](...a), [name, args]);
    }


    get(expression) {
        return this.page.evaluate(`window.page.${expression}`);
    }


    /* Waits for the n-th event of that name. */

    event(name, n = 1, timeout = 20000) {
        return until(`${this.id} has event ${name}`, async () => {
            const events = await this.get('events');

            return events.filter((e) => e[0] === name)[n - 1];
        }, { timeout });
    }


    isOpen() {
        return until(`the connection of ${this.id} is open`,
                     () => this.run('isOpen'));
    }


    hears(n) {
        return until(`${this.id} has heard ${n} values`, async () => {
            const heard = await this.get('heard');

            return heard.length >= n && heard;
        });
    }


    async receives() {
        const before = await this.run('received');

        return until(`${this.id} decodes a call`, async () => {
            const now = await this.run('received');

            return now.frames >= before.frames + 10
                   && now.energy > before.energy;
        }, { timeout: 40000, every: 200 });
    }


    async close() {
        await this.context.close();
    }
}


/* Two pages whose sockets are at different workers. */

async function apart(opened, first, second) {
    const a = await known(opened, first);

    for ( ;; ) {
        const b = await known(opened, second);

        if (b.worker !== a.worker) {
            return [a, b];
        }

        await b.close();
    }
}


async function known(opened, options) {
    for ( ;; ) {
        const page = await Page.open(opened, options);

        if (page.worker) {
            return page;
        }

        await page.close();
    }
}


const VALUES = {
    'binary': ['text ä漢😀', { a: [1, -7, 1.5, null, true] }],
    'binary-utf8': ['text ä漢😀', [1, 2, { x: 'y' }]],
    'json': ['text ä漢😀', { a: [1, -7, 1.5, null, true] }],
    'raw': ['text ä漢😀'],
};

for (const [serialization, values] of Object.entries(VALUES)) {

    test(`data as ${serialization}`, () => using(async (opened) => {
        const [a, b] = await apart(opened);

        await a.run('connect', b.id, { serialization, reliable: true,
                                       metadata: { from: a.id } });
        await a.isOpen();
        await b.isOpen();

        const expected = values.map((v) => [typeof v, v]);

        for (const [one, two] of [[a, b], [b, a]]) {
            for (const value of values) {
                await one.run('say', value);
            }

            if (serialization !== 'json') {
                await one.run('say', null, 50000);
            }

            const heard = await two.hears(
                values.length + (serialization !== 'json'));

            assert.deepStrictEqual(heard.slice(0, values.length), expected);

            if (serialization !== 'json') {
                assert.deepStrictEqual(heard.at(-1),
                                       ['bytes', Array(8).fill(7), 50000]);
            }
        }

        assert.deepStrictEqual(await b.get('connections[0].metadata'),
                               { from: a.id });

        await a.get('connections[0].close()');
        await b.event('connection close');

        assert.deepStrictEqual([a.errors, b.errors], [[], []]);
    }));
}


test('a call, both ways, and its end', () => using(async (opened) => {
    const [a, b] = await apart(opened);

    await a.run('call', b.id);

    await until('the call has come', () => b.get('calls.length'));
    await a.receives();
    await b.receives();

    await a.get('calls[0].close()');
    await b.event('call close');
}));


test('a path of its own, and an id that the server makes', () =>
    using(async (opened) => {
        const a = await Page.open(opened, { id: null, path: '/myapp' });
        const b = await Page.open(opened, { id: null, path: '/myapp',
                                            key: 'another' });
        const c = await Page.open(opened, { id: null, path: '/' });

        assert.match(a.id, /^[0-9a-f-]{36}$/);

        const list = await a.page.evaluate(() => new Promise((resolve) =>
            window.page.peer.listAllPeers(resolve)));

        assert.ok(list.includes(a.id));
        assert.ok(list.includes(c.id), 'keys are realms, paths are not');
        assert.ok(!list.includes(b.id));

        await c.run('connect', a.id);
        await a.isOpen();
    }));


test('nobody there: the page hears of it', () => using(async (opened) => {
    const a = await Page.open(opened);

    await a.run('connect', 'nobody-at-all');

    const [, type, message] = await a.event('error');

    assert.strictEqual(type, 'peer-unavailable');
    assert.match(message, /nobody-at-all/);
}));


test('an id that is taken: the page hears of it', () =>
    using(async (opened) => {
        await Page.open(opened, { id: 'the-only-one' });

        const late = await Page.start(opened, { id: 'the-only-one' });

        assert.strictEqual((await late.event('error'))[1], 'unavailable-id');
    }));


/* A way to the server that can fall silent without a word to either end. */

class Tunnel {

    static async open(opened, to) {
        const tunnel = new Tunnel();

        tunnel.sockets = [];
        tunnel.port = await freeTcp();

        tunnel.server = net.createServer((socket) => {
            const out = net.connect(to, '127.0.0.1');

            for (const [from, into] of [[socket, out], [out, socket]]) {
                from.on('error', () => {});
                from.on('data', (data) => {
                    if (!socket.isDead) {
                        into.write(data);
                    }
                });
                from.on('close', () => {
                    if (!socket.isDead) {
                        into.destroy();
                    }
                });
            }

            tunnel.sockets.push(socket, out);
        });

        await new Promise((resolve) =>
            tunnel.server.listen(tunnel.port, '127.0.0.1', resolve));

        opened.push(tunnel);

        return tunnel;
    }


    /* what is there now is dead, what comes later is not */

    cut() {
        for (const socket of this.sockets) {
            socket.isDead = true;
        }
    }


    async close() {
        this.sockets.forEach((socket) => socket.destroy());
        await new Promise((resolve) => this.server.close(resolve));
    }
}


test('a page takes its id back while its old socket is still there', () =>
    using(async (opened) => {
        const { webPort } = suite.nginx.options;
        const tunnel = await Tunnel.open(opened, webPort);
        const a = await Page.open(opened, { id: 'phone', port: tunnel.port });
        const b = await Page.open(opened);

        tunnel.cut();

        await a.get('peer.disconnect()');
        await a.event('disconnected');
        await a.get('peer.reconnect()');

        /* until then the dead socket has the id; no OPEN tells it */

        await until('the new socket is open', () =>
            a.get('peer.socket._socket?.readyState === 1'));

        await b.run('connect', 'phone');
        await a.isOpen();
        await b.isOpen();

        await a.run('say', 'still me');
        assert.deepStrictEqual(await b.hears(1), [['string', 'still me']]);
    }));


test('a dead socket is noticed, and its id is free for others', () =>
    using(async (opened) => {
        const { webPort } = suite.nginx.options;
        const tunnel = await Tunnel.open(opened, webPort);

        await Page.open(opened, { id: 'gone', port: tunnel.port });
        tunnel.cut();

        const cut = Date.now();

        await until('the id is free', async () => {
            const other = await PeerClient.open(`${suite.nginx.url}/`,
                                                { id: 'gone', token: 'x' });

            opened.push(other);

            return (await other.takes(1))[0] === '{"type":"OPEN"}';
        });

        /* webrtc_peer_ping_timeout, and a second to spare for each ping */

        assert.ok(Date.now() - cut < 6000);
    }));


test('the death of a worker: its pages come back with their ids', () =>
    using(async (opened) => {
        const { nginx } = suite;
        const [a, b] = await apart(opened);

        await a.run('call', b.id);
        await a.receives();

        kill(a.worker, 'SIGKILL');
        await a.event('disconnected');

        /* media goes from page to page */

        await b.receives();

        await until('the worker is replaced', () =>
            nginx.workers().length === nginx.options.workers);

        await a.get('peer.reconnect()');
        await a.event('open', 2);

        await b.run('connect', a.id);
        await a.isOpen();

        await b.run('say', 'welcome back');
        assert.deepStrictEqual(await a.hears(1),
                               [['string', 'welcome back']]);
    }));


test('pages stay over a reload, and call those of new workers', () =>
    using(async (opened) => {
        const { nginx } = suite;
        const a = await Page.open(opened);

        await nginx.reload();

        const b = await Page.open(opened);

        assert.ok(await a.get('peer.open'));
        assert.ok(!await a.get('peer.disconnected'));

        await b.run('connect', a.id);
        await a.isOpen();
        await b.isOpen();

        await a.run('connect', b.id);
        await a.isOpen();
        await b.isOpen();
    }));
