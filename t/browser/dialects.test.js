/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pages with skyway-js and pages with PeerJS call each other: the broker
 * translates, what they say goes from page to page.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { BrowserPeer } = require('../lib/browser_peer');
const { gateway } = require('../lib/gateway_conf');
const { until } = require('../lib/poll');
const { serveBrowser, using } = require('../lib/suite');


const MEDIA = { video: { width: 320, height: 240 }, audio: true };

const suite = serveBrowser(() => gateway({
    main: ['webrtc_peer_expire_timeout 1s;'] }));

let peers = 0;


async function open(opened, kind) {
    const peer = await BrowserPeer.open(suite.browser, suite.nginx, kind,
                                        `${kind}-${++peers}`,
                                        { options: { config: {
                                            iceServers: [] } } });

    opened.push(peer);

    /* leave to use devices shows the browser's own addresses */

    await peer.answers(MEDIA);

    return peer;
}


async function two(opened, caller) {
    const kinds = ['skyway-js', 'peerjs'];

    if (caller === 'peerjs') {
        kinds.reverse();
    }

    return [await open(opened, kinds[0]), await open(opened, kinds[1])];
}


for (const [caller, serialization] of [['skyway-js', 'none'],
                                       ['peerjs', 'raw']])
{
    test(`data from ${caller}`, () => using(async (opened) => {
        const [a, b] = await two(opened, caller);

        await a.connect(b.id, { serialization, label: 'a label',
                                metadata: { n: [1, 'ä'] } });
        await b.connected(a.id);

        const facts = await b.run((id) => {
            const { label, metadata, serialization }
                = window.state.data[id];

            return { label, metadata, serialization };
        }, a.id);

        assert.deepStrictEqual(facts, {
            label: 'a label', metadata: { n: [1, 'ä'] },
            serialization: caller === 'peerjs' ? 'none' : 'raw' });

        await a.say(b.id, 'text ä漢😀');
        assert.deepStrictEqual(await b.hears(), { value: 'text ä漢😀' });
        await b.say(a.id, [1, 2, 255]);
        assert.deepStrictEqual(await a.hears(), { bytes: [1, 2, 255] });

        await a.hangUp(b.id);
        await b.closes('data');
    }));


    test(`a call from ${caller}`, () => using(async (opened) => {
        const [a, b] = await two(opened, caller);

        await a.call(b.id, MEDIA);

        await a.decodes();
        await b.decodes();
    }));


    test(`${caller} hears that nobody is there`, () =>
        using(async (opened) => {
            const a = await open(opened, caller);

            await a.run(() => {
                window.peer.connect('nobody-at-all');
            });

            await until('the page hears of it', () => a.run(() =>
                window.state.errors.includes('peer-unavailable')));
        }));
}


test('one id belongs to one page, whatever it speaks', () =>
    using(async (opened) => {
        const a = await open(opened, 'skyway-js');

        await assert.rejects(
            BrowserPeer.open(suite.browser, suite.nginx, 'peerjs', a.id),
            /unavailable-id/);

        const b = await open(opened, 'peerjs');

        await assert.rejects(
            BrowserPeer.open(suite.browser, suite.nginx, 'skyway-js', b.id),
            /unavailable-id/);
    }));
