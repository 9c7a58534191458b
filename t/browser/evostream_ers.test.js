/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pages of others in the rooms of the rendezvous server that is built in: the
 * unmodified SimpleWebRTC, from which EvoStream's own player was made.
 */

'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');

const { RoomClient } = require('../lib/ers_viewer');
const { MediaServer } = require('../lib/player');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const BUNDLE = path.join(path.dirname(
    require.resolve('simplewebrtc/package.json')), 'simplewebrtc.bundle.js');

const suite = serveBrowser({
    web: ['location /socket.io/ { webrtc_evostream_ers; }'] });


/* A page with SimpleWebRTC that asks for a stream in its URL. */

async function open(opened, stream) {
    const context = await suite.browser.newContext();
    const page = await context.newPage();

    opened.push(context);

    /* what the page hides: its native connections */

    await page.addInitScript(() => {
        const Native = window.RTCPeerConnection;

        window.pcs = [];

        window.RTCPeerConnection = class extends Native {
            constructor(...args) {
                super(...args);
                window.pcs.push(() => Native.prototype.getStats.call(this));
            }
        };

        window.webkitRTCPeerConnection = window.RTCPeerConnection;
    });

    await page.goto(`${suite.nginx.url}/pages/empty.html`);
    await page.addScriptTag({ path: BUNDLE });

    await page.evaluate((query) => {
        window.heard = [];

        window.client = new SimpleWebRTC({
            url: location.origin, socketio: { query },
            media: { audio: false, video: false }, autoRequestMedia: false,
        });

        for (const name of ['connectionReady', 'joinedRoom', 'createdPeer',
                            'stunservers', 'error'])
        {
            window.client.on(name, (what) =>
                window.heard.push([name, `${what}`]));
        }

        for (const name of ['message', 'remove']) {
            window.client.connection.on(name, (what) =>
                window.heard.push([name, what]));
        }
    }, `stream=${stream}`);

    page.hears = (name, fits = () => true) => until(`${name} is heard`,
        async () => {
            const heard = await page.evaluate(() => window.heard);

            const found = heard.find((e) => e[0] === name && fits(e[1]));

            if (!found) {
                throw new Error(JSON.stringify(heard));
            }

            return found;
        });

    await page.hears('connectionReady');

    return page;
}


const enter = (page, room) => page.evaluate((name) => new Promise(
    (resolve) => {
        window.client.joinRoom(name, (...args) => resolve(args));
    }), room);


test('SimpleWebRTC joins and hears', () => using(async (opened) => {
    const room = channel();
    const page = await open(opened, 'news');

    assert.deepStrictEqual(await enter(page, room), [null, { clients: {} }]);
    await page.hears('joinedRoom');

    const media = await RoomClient.join(opened, suite.nginx.url,
                                        [room, { EMS: true }]);
    const [{ id, emsid, streamName }] = await media.hears('clientJoined');

    assert.strictEqual(streamName, 'news');

    /* it calls nobody by itself */

    const second = await open(opened, 'news');
    const [, { clients }] = await enter(second, room);

    assert.deepStrictEqual(Object.keys(clients), [emsid]);
    assert.deepStrictEqual(await second.evaluate(
        () => window.client.getPeers().length), 0);

    media.say('message', { to: id, type: 'candidate', roomType: 'video',
                           sid: '1', payload: { candidate: 'x' } });

    await page.hears('message', (m) => m.from === emsid
                     && m.payload.candidate === 'x');

    await second.evaluate(() => window.client.leaveRoom());
    media.close();
    await page.hears('remove', (r) => r.id === emsid);
}));


test('SimpleWebRTC answers a media server', () => using(async (opened) => {
    const room = channel();

    await MediaServer.open(opened, suite.browser, suite.nginx, {
        ers: new URL(suite.nginx.url).host, room,
        streams: { news: { audio: true, video: true } } });

    const page = await open(opened, 'news');

    await enter(page, room);
    await page.hears('createdPeer');

    /* pictures of the media server are decoded in the page */

    await until('pictures come', () => page.evaluate(async () => {
        const all = await Promise.all(window.pcs.map((stats) => stats()));

        return all.some((stats) => [...stats.values()].some(
            (s) => s.type === 'inbound-rtp' && s.framesDecoded > 10));
    }));
}));
