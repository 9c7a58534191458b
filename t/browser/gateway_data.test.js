/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Data between programs (REST, datagrams) and browsers with the unmodified
 * SDKs: text and bytes, both ways, in each serialization.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { BrowserPeer, KEY } = require('../lib/browser_peer');
const { RestPeer, Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { until } = require('../lib/poll');
const { serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser(gateway);

/* what each SDK calls a channel that changes nothing */

const NONE = { 'peerjs': 'raw', 'skyway-js': 'none' };

let names = 0;
const name = (kind) => `${kind}-${process.pid}-${++names}`;


async function meet(opened, kind) {
    const peer = await RestPeer.create(suite.nginx.gatewayUrl,
                                       name('program'), { key: KEY });

    opened.push(peer);

    const page = await BrowserPeer.open(suite.browser, suite.nginx, kind,
                                        name(kind));

    opened.push(page);

    const udp = await Udp.open();

    opened.push(udp);

    return { peer, page, udp };
}


/* the program's end of a connection that the page opens */

async function accept({ peer, udp }) {
    const { data_params: { data_connection_id: id } }
        = await peer.peerEvent('CONNECTION');
    const data = await peer.must(201, 'POST', '/data', {});

    assert.deepStrictEqual(
        await peer.must(200, 'PUT', `/data/connections/${id}`, {
            feed_params: { data_id: data.data_id },
            redirect_params: { ip_v4: '127.0.0.1', port: udp.port } }),
        { command_type: 'DATA_CONNECTION_PUT', data_id: data.data_id });

    await peer.event(`/data/connections/${id}/events`, 'OPEN');

    return { id, port: data.port };
}


/* the program opens it */

async function connect({ peer, page, udp }, options) {
    const data = await peer.must(201, 'POST', '/data', {});

    const { params: { data_connection_id: id } }
        = await peer.must(202, 'POST', '/data/connections', {
            peer_id: peer.id, token: peer.token, target_id: page.id,
            params: { data_id: data.data_id },
            redirect_params: { ip_v4: '127.0.0.1', port: udp.port },
            options });

    await peer.event(`/data/connections/${id}/events`, 'OPEN');
    await page.connected(peer.id);

    return { id, port: data.port };
}


/* "text" and bytes that are no text, each way */

async function talk({ peer, page, udp }, port) {
    await page.say(peer.id, 'こんにちは');
    assert.strictEqual(
        (await udp.receives('a text of the page')).toString(), 'こんにちは');

    await page.say(peer.id, [0, 1, 254, 255, 128]);
    assert.deepStrictEqual(
        [...await udp.receives('bytes of the page')], [0, 1, 254, 255, 128]);

    await udp.send(port, 'grüß dich');

    const text = await page.hears();

    assert.strictEqual(text.value ?? Buffer.from(text.bytes).toString(),
                       'grüß dich');

    await udp.send(port, Buffer.from([9, 0, 200, 255]));
    assert.deepStrictEqual((await page.hears()).bytes, [9, 0, 200, 255]);
}


for (const kind of ['peerjs', 'skyway-js']) {

    for (const serialization of [NONE[kind], undefined]) {
        const how = serialization ?? 'default';

        test(`a page (${kind}) connects, ${how}`, () =>
            using(async (opened) => {
                const met = await meet(opened, kind);
                const { peer, page } = met;
                const accepted = accept(met);

                await page.connect(peer.id, {
                    metadata: { answer: 42 },
                    ...serialization && { serialization } });

                const { id, port } = await accepted;

                await talk(met, port);

                const status = await peer.must(
                    200, 'GET', `/data/connections/${id}/status`);

                assert.strictEqual(status.remote_id, page.id);
                assert.strictEqual(status.open, true);
                assert.strictEqual(status.type, 'DATA');
                assert.strictEqual(status.serialization,
                                   serialization ? 'NONE' : 'BINARY');
                assert.deepStrictEqual(JSON.parse(status.metadata),
                                       { answer: 42 });

                await page.hangUp(peer.id);
                await peer.event(`/data/connections/${id}/events`, 'CLOSE');

                await until('it is forgotten', async () =>
                    (await peer.request(
                        'GET', `/data/connections/${id}/events`)).status
                    === 404);
            }));
    }


    for (const serialization of ['NONE', 'BINARY']) {
        test(`a program connects to a page (${kind}), ${serialization}`, () =>
            using(async (opened) => {
                const met = await meet(opened, kind);
                const { id, port } = await connect(met, { serialization });

                await talk(met, port);
                await met.peer.must(204, 'DELETE', `/data/connections/${id}`);
                await met.page.closes('data');
            }));
    }


    test(`JSON between a program and a page (${kind})`, () =>
        using(async (opened) => {
            const met = await meet(opened, kind);
            const { port } = await connect(met, { serialization: 'JSON' });
            const { page, peer, udp } = met;

            await page.say(peer.id, { a: [1, 'zwei', null] });
            assert.deepStrictEqual(
                JSON.parse(await udp.receives('an object of the page')),
                { a: [1, 'zwei', null] });

            await udp.send(port, '{"b":true}');
            assert.deepStrictEqual((await page.hears()).value, { b: true });
        }));


    test(`an unreliable channel to a page (${kind})`, () =>
        using(async (opened) => {
            const met = await meet(opened, kind);
            const { port } = await connect(met, {
                serialization: 'NONE', metadata: 'meta',
                dcInit: { ordered: false, maxRetransmits: 0 } });

            await talk(met, port);
        }));


    test(`large messages with a page (${kind})`, () =>
        using(async (opened) => {
            const met = await meet(opened, kind);
            const { port } = await connect(met, { serialization: 'NONE' });
            const { page, peer, udp } = met;
            const bytes = Array.from({ length: 60000 }, (_, i) => i % 251);

            await page.say(peer.id, bytes);
            assert.deepStrictEqual(
                await udp.receives('a large message'), Buffer.from(bytes));

            await udp.send(port, Buffer.from(bytes));
            assert.deepStrictEqual((await page.hears()).bytes, bytes);
        }));
}


test('what a page says before the program listens is not lost', () =>
    using(async (opened) => {
        const met = await meet(opened, 'peerjs');
        const { peer, page } = met;

        const connected = page.connect(peer.id, { serialization: 'raw' });
        const { data_params: { data_connection_id: id } }
            = await peer.peerEvent('CONNECTION');

        await peer.event(`/data/connections/${id}/events`, 'OPEN');
        await connected;
        await page.say(peer.id, 'early');

        const data = await peer.must(201, 'POST', '/data', {});

        await peer.must(200, 'PUT', `/data/connections/${id}`, {
            feed_params: { data_id: data.data_id },
            redirect_params: { ip_v4: '127.0.0.1', port: met.udp.port } });

        assert.strictEqual(
            (await met.udp.receives('the early message')).toString(),
            'early');
    }));
