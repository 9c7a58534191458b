/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pages with the unmodified skyway-js whose way to the signalling server is
 * lost for a while: their rooms, and the media, go on.
 */

'use strict';

const assert = require('node:assert');
const net = require('node:net');
const { after, test } = require('node:test');

const { request } = require('../lib/api');
const { Member } = require('../lib/browser');
const { until } = require('../lib/poll');
const { freeTcp } = require('../lib/ports');
const { LOCATIONS, SkywayPage } = require('../lib/skyway');
const { channel, serveBrowser, using } = require('../lib/suite');
const { WebhookServer, locations } = require('../lib/webhook');


let hooks;

after(() => hooks?.close());


/* the machine may be slow: what a page misses waits for long */

const suite = serveBrowser(async () => {
    hooks = await WebhookServer.start({ answer: () => ({ allowed: true }) });

    return {
        main: ['webrtc_peer_ping_timeout 60s;', 'webrtc_answer_timeout 60s;'],
        web: [...LOCATIONS, 'webrtc_auth_uri /auth;',
              'webrtc_session_uri /session;', 'webrtc_event_uri /event;',
              ...locations(hooks)],
    };
});

let names = 0;


/* The way of a page to the server. */

class Way {

    static async open(opened) {
        const way = new Way();

        way.pairs = [];
        way.waiting = [];
        way.isCut = false;
        way.port = await freeTcp();

        way.server = net.createServer((socket) => {
            socket.on('error', () => {});

            /* skyway-js would give up after two attempts */

            if (way.isCut) {
                way.waiting.push(socket);
                return;
            }

            way.join(socket);
        });

        await new Promise((resolve) =>
            way.server.listen(way.port, '127.0.0.1', resolve));

        opened.push(way);

        return way;
    }


    join(socket) {
        const out = net.connect(suite.nginx.options.webPort, '127.0.0.1');
        const pair = { socket, out, isSilent: false };

        out.on('error', () => {});
        socket.on('data', (data) => pair.isSilent || out.write(data));
        out.on('data', (data) => pair.isSilent || socket.write(data));
        socket.on('close', () => pair.isSilent || out.destroy());
        out.on('close', () => socket.destroy());

        this.pairs.push(pair);
    }


    /* The page notices, the server does only if it is told. */

    cut(isSilent) {
        this.isCut = true;

        for (const pair of this.pairs) {
            pair.isSilent = isSilent;
            pair.socket.destroy();
        }
    }


    mend() {
        this.isCut = false;

        for (const socket of this.waiting.splice(0)) {
            this.join(socket);
        }
    }


    async close() {
        this.waiting.forEach((socket) => socket.destroy());
        this.pairs.forEach(({ out }) => out.destroy());
        await new Promise((resolve) => this.server.close(resolve));
    }
}


async function open(opened, options) {
    const page = await SkywayPage.open(suite.browser, suite.nginx,
                                       `peer-${++names}`, options);

    opened.push(page);

    return page;
}


async function join(page, name, mode) {
    await page.do('join', name, mode);
    await page.event('room open', { room: name });
}


function isOpen(page, want) {
    return until(`${page.id} is ${want ? '' : 'not '}connected`, async () =>
        await page.page.evaluate(() => window.page.peer.socket.isOpen)
        === want, { timeout: 60000 });
}


async function gone(page) {
    return (await page.events()).filter((e) => e.name === 'room leave'
        || e.name === 'room close' || e.name === 'error');
}


function connections(page) {
    return page.page.evaluate(() => window.page.pcs.length);
}


test('an answer that is lost with the socket is given again', () =>
    using(async (opened) => {
        const name = 'answer';
        const [a, b, c] = [await open(opened), await open(opened),
                           await open(opened)];

        await join(a, name, 'sfu');
        await join(b, name, 'sfu');
        await a.receives(b.id);
        await b.receives(a.id);

        await b.do('loseAnswer');
        await join(c, name, 'sfu');
        await b.event('answer lost');
        await b.do('cut');

        for (const other of [a, c]) {
            await b.receives(other.id);
            await other.receives(b.id);
        }

        for (const page of [a, b, c]) {
            assert.deepStrictEqual(await gone(page), []);
            assert.deepStrictEqual(page.errors, []);
        }
    }));


for (const mode of ['sfu', 'mesh']) {
    for (const isSilent of [false, true]) {
        test(`a member of a ${mode} room is lost, the server is`
             + ` ${isSilent ? 'not ' : ''}told`, () =>
            using(async (opened) => {
                const name = `${mode}-${isSilent}`;
                const way = await Way.open(opened);
                const a = await open(opened);
                const b = await open(opened, { peer: { port: way.port } });

                await join(a, name, mode);
                await join(b, name, mode);
                await a.receives(b.id);
                await b.receives(a.id);
                await until('the WebSocket is used', async () =>
                    await b.do('transport') === 'websocket');

                const before = await connections(b);

                way.cut(isSilent);
                await isOpen(b, false);

                /* media go on, and somebody comes meanwhile */

                await a.receives(b.id);
                await b.receives(a.id);

                /* (a call that was lost in a mesh room is lost) */

                const c = mode === 'sfu' || !isSilent ? await open(opened)
                          : undefined;

                if (c) {
                    await join(c, name, mode);
                    await c.receives(a.id);
                }

                if (!isSilent) {
                    await a.do('tell', name, 'text');
                }

                way.mend();
                await isOpen(b, true);

                if (!isSilent) {
                    await b.event('room data', { src: a.id, kind: 'text' });
                }

                /* it is in the room as before, for those who came too */

                await a.receives(b.id, { frames: 30 });
                await b.receives(a.id, { frames: 30 });

                if (c) {
                    await b.receives(c.id);
                    await c.receives(b.id);
                }

                await b.do('tell', name, 'binary');
                await a.event('room data', { src: b.id, kind: 'binary' });

                if (mode === 'sfu') {
                    assert.strictEqual(await connections(b), before);
                }

                const d = await open(opened);

                await join(d, name, mode);
                await b.receives(d.id);
                await d.receives(b.id);

                for (const page of [a, b, d]) {
                    assert.deepStrictEqual(await gone(page), []);
                    assert.deepStrictEqual(page.errors, []);
                }

                /* who leaves the page does not come back */

                const start = Date.now();

                await b.close();
                await a.event('room leave', { id: b.id });
                assert.ok(Date.now() - start < 15000);
            }));
    }
}


test('SFU rooms are not in the API and the webhooks of Sora', () =>
    using(async (opened) => {
        const list = async (target) => (await request(suite.nginx.apiUrl, {
            headers: { 'x-sora-target': target }, body: '{}' })).json;

        const targets = ['Sora_20201013.ListConnections',
                         'Sora_20171101.GetStatsAllConnections'];

        const a = await open(opened);
        const b = await open(opened);

        await join(a, 'private', 'sfu');
        await join(b, 'private', 'sfu');
        await a.receives(b.id);
        await b.receives(a.id);

        for (const target of targets) {
            assert.deepStrictEqual(await list(target), [], target);
        }

        await b.do('leave', 'private');
        await a.event('room leave', { id: b.id });

        /* a client of Sora is there, and what came before it was not */

        const channelId = channel();
        const member = await Member.open(suite.browser, suite.nginx);

        opened.push(member);
        await member.start({ channelId, role: 'sendrecv' });

        for (const target of targets) {
            await until(`it is in ${target}`, async () => {
                const all = await list(target);

                return all.length === 1 && all[0].channel_id === channelId;
            });
        }

        await hooks.next('connection.created');

        /* (that a server has started is nobody's channel) */

        for (const body of hooks.bodies((b) => b.type !== 'session.vanished'))
        {
            assert.ok(JSON.stringify(body).includes(channelId),
                      JSON.stringify(body));
        }
    }));
