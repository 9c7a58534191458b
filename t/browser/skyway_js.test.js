/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pages with the unmodified skyway-js, at a server with two workers.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { LOCATIONS, SkywayPage } = require('../lib/skyway');
const { until } = require('../lib/poll');
const { serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser({
    web: LOCATIONS, main: ['webrtc_peer_discovery on;'] });

let names = 0;


async function open(opened, options) {
    const page = await SkywayPage.open(suite.browser, suite.nginx,
                                       `peer-${++names}`, options);

    opened.push(page);

    return page;
}


test('two pages exchange data', () => using(async (opened) => {
    const a = await open(opened);
    const b = await open(opened);

    for (const [serialization, kinds] of [[undefined, ['text', 'binary',
                                                       'object']],
                                          ['none', ['text', 'binary']],
                                          ['json', ['text', 'object']]])
    {
        const n = await a.do('connect', b.id, {
            metadata: { for: String(serialization) },
            ...serialization && { serialization } });

        await a.event('data open', { n });

        const there = await b.event('data open', {
            from: a.id, metadata: { for: String(serialization) } });

        for (const kind of kinds) {
            await a.do('say', n, kind);
            await b.do('say', there.n, kind);
            await b.event('data', { n: there.n, kind });
            await a.event('data', { n, kind });
        }

        await b.event('data', { n: there.n, text: 'hello 漢' });

        if (kinds.includes('binary')) {
            await b.event('data', { n: there.n, bytes: [0, 1, 2, 255] });
        }

        await a.do('close', n, true);
        await b.event('data close', { n: there.n });
    }
}));


test('two pages see and hear each other', () => using(async (opened) => {
    const a = await open(opened);
    const b = await open(opened);

    const n = await a.do('call', b.id, { metadata: { x: 1 } });

    await b.event('call', { from: a.id, metadata: { x: 1 } });
    await a.receives(b.id);
    await b.receives(a.id);

    await a.do('close', n, true);
    await b.event('call close');
}));


test('who is there is known', () => using(async (opened) => {
    const a = await open(opened);
    const b = await open(opened);

    const list = await a.do('list');

    assert.ok(list.includes(a.id) && list.includes(b.id), list.join());

    assert.strictEqual(await a.do('exists', b.id), true);
    assert.strictEqual(await b.do('exists', 'nobody'), false);
}));


test('a peer that is not there is an error', () => using(async (opened) => {
    const a = await open(opened);

    await a.do('connect', 'nobody', {});
    await a.event('error', { type: 'peer-unavailable' });
}));


test('an id that is taken is an error', () => using(async (opened) => {
    const a = await open(opened);

    await assert.rejects(SkywayPage.open(suite.browser, suite.nginx, a.id),
                         /unavailable-id/);
}));


test('three members of a mesh room', () => using(async (opened) => {
    const name = 'mesh';
    const pages = [];

    for (let i = 0; i < 3; i++) {
        const page = await open(opened);

        await page.do('join', name, 'mesh');
        await page.event('room open', { room: name });
        pages.push(page);
    }

    const [a, b, c] = pages;

    await a.event('room join', { room: name, id: c.id });

    for (const page of pages) {
        for (const other of pages) {
            if (other !== page) {
                await page.receives(other.id);
            }
        }
    }

    for (const kind of ['text', 'binary', 'object']) {
        await a.do('tell', name, kind);
        await b.event('room data', { room: name, src: a.id, kind });
        await c.event('room data', { room: name, src: a.id, kind });
    }

    await b.event('room data', { bytes: [0, 1, 2, 255] });
    assert.ok(!(await a.events()).some((e) => e.name === 'room data'));

    await b.do('log', name);

    const { logs } = await b.event('room log', { room: name });

    assert.deepStrictEqual(logs.map((log) => log.messageType), [
        'ROOM_USER_JOIN', 'ROOM_USER_JOIN', 'ROOM_USER_JOIN',
        'ROOM_DATA', 'ROOM_DATA', 'ROOM_DATA']);
    assert.strictEqual(logs[3].message.data, 'hello 漢');

    await c.do('leave', name);
    await a.event('room leave', { room: name, id: c.id });
    await b.close();
    await a.event('room leave', { room: name, id: b.id });
}));


test('three members of an SFU room', () => using(async (opened) => {
    const name = 'sfu';
    const pages = [];

    for (let i = 0; i < 3; i++) {
        const page = await open(opened);

        await page.do('join', name, 'sfu');
        await page.event('room open', { room: name });
        pages.push(page);
    }

    const [a, b, c] = pages;

    for (const page of pages) {
        for (const other of pages) {
            if (other !== page) {
                await page.receives(other.id);
            }
        }
    }

    /* one connection to the server, and none to each other */

    for (const page of pages) {
        assert.strictEqual(await page.page.evaluate(
            () => window.page.pcs.length), 1);
    }

    assert.deepStrictEqual((await c.do('members', name)).sort(),
                           [a.id, b.id].sort());

    await a.do('tell', name, 'binary');
    await c.event('room data', { src: a.id, bytes: [0, 1, 2, 255] });

    /* it goes on when one leaves, and when one comes */

    await b.do('leave', name);
    await a.event('room leave', { room: name, id: b.id });
    await a.receives(c.id);

    const d = await open(opened);

    await d.do('join', name, 'sfu');
    await a.receives(d.id);
    await d.receives(a.id);
    await c.receives(d.id);

    for (const page of opened) {
        assert.deepStrictEqual(page.errors, []);
    }
}));


test('a member of an SFU room without camera', () => using(async (opened) => {
    const name = 'audience';
    const a = await open(opened);
    const b = await open(opened);

    await a.do('join', name, 'sfu');
    await b.do('join', name, 'sfu', false);
    await b.receives(a.id);
}));


test('polling is enough', () => using(async (opened) => {
    const init = () => {
        window.WebSocket = undefined;
    };

    const a = await open(opened, { init });
    const b = await open(opened, { init });

    assert.strictEqual(await a.do('transport'), 'polling');

    const n = await a.do('connect', b.id, {});

    await a.event('data open', { n });
    await a.do('join', 'polled', 'mesh', false);
    await a.event('room open', { room: 'polled' });
    await b.do('join', 'polled', 'mesh', false);
    await a.event('room join', { id: b.id });
    await a.do('tell', 'polled', 'binary');
    await b.event('room data', { bytes: [0, 1, 2, 255] });
}));


test('a lost socket comes back with its id', () => using(async (opened) => {
    const a = await open(opened);
    const b = await open(opened);

    await until('the WebSocket is used', async () =>
        await a.do('transport') === 'websocket');

    const n = await a.do('connect', b.id, {});

    await a.event('data open', { n });

    await a.do('cut');
    await until('it is connected again', () => a.page.evaluate(
        () => window.page.peer.open));
    await until('it is registered', () => b.do('exists', a.id),
                { every: 1100 });

    /* what was open goes on, and new calls find it */

    await a.do('say', n, 'text');
    await b.event('data', { kind: 'text' });

    const m = await b.do('connect', a.id, {});

    await b.event('data open', { n: m });
    assert.deepStrictEqual((await a.events())
        .filter((e) => e.name === 'error'), []);
}));


test('sessions of both workers reach each other', () =>
    using(async (opened) => {
        const a = await open(opened);
        const pages = [a];

        await until('both workers hold a WebSocket', async () => {
            const counts = [...suite.nginx.signalingByWorker().values()];

            if (counts.length > 1 && counts.every((count) => count > 0)) {
                return true;
            }

            pages.push(await open(opened));
        }, { timeout: 60000 });

        for (const page of pages.slice(1)) {
            const n = await a.do('connect', page.id, {});

            await a.event('data open', { n });
        }

    }));
