/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Full ICE agents as others see them: what they tell, whom they ask, how many
 * there are and what is left of them.  Calls by them are in
 * t/browser/gateway_nat.test.js.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { after, test } = require('node:test');

const { RestPeer, Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { PeerClient } = require('../lib/peerjs');
const { until } = require('../lib/poll');
const { freeUdp } = require('../lib/ports');
const { serve, using } = require('../lib/suite');


const AGENTS = 3;
const PORTS = 16;

let first, server, made = 0;

const suite = serve(async () => {
    first = await freeUdp(PORTS);
    server = await Udp.open();

    return gateway({
        workers: 1,
        brokers: false,
        main: [`webrtc_ice_server turn:127.0.0.1:${server.port}`
               + ' username=u credential=c;',
               `webrtc_ice_ports ${first}-${first + PORTS - 1};`,
               `webrtc_ice_agents ${AGENTS};`],
        web: ['location /peerjs { webrtc_peerjs; }'],
    });
});

after(() => server?.close());


/* somebody who is called, and hears but says nothing */

async function page(opened) {
    const client = await PeerClient.join(`${suite.nginx.url}/`,
                                         { id: `page-${++made}` });

    opened.push(client);

    return client;
}


async function program(opened, turn) {
    const peer = await RestPeer.create(suite.nginx.gatewayUrl,
                                       `program-${++made}`, { turn });

    opened.push(peer);

    return peer;
}


function connect(peer, target) {
    return peer.request('POST', '/data/connections', {
        peer_id: peer.id, token: peer.token, target_id: target.id,
        params: {} });
}


/* the offer, and the candidates that came so far */

async function offered(client) {
    const [text] = await client.takes(1);
    const message = JSON.parse(text);

    assert.strictEqual(message.type, 'OFFER');

    return message.payload.sdp.sdp;
}


/* the types of a STUN message's attributes */

function attributes(message) {
    const types = [];

    for (let pos = 20; pos < message.length;
         pos += 4 + Math.ceil(message.readUInt16BE(pos + 2) / 4) * 4)
    {
        types.push(message.readUInt16BE(pos));
    }

    return types;
}


const worker = () => suite.nginx.workers()[0];
const descriptors = () => fs.readdirSync(`/proc/${worker()}/fd`).length;

const threads = () => fs.readdirSync(`/proc/${worker()}/task`)
    .map((id) => fs.readFileSync(`/proc/${worker()}/task/${id}/comm`, 'utf8')
        .trim());


test('nothing is left of an agent, and there are no threads', () =>
    using(async (opened) => {
        const client = await page(opened);
        const peers = [];

        /* and one that GLib keeps for its default context */

        const before = descriptors() + 1;
        const names = threads().sort();

        for (let round = 0; round < 2; round++) {
            for (let i = 0; i < AGENTS; i++) {
                const peer = await program(peers, true);

                assert.strictEqual((await connect(peer, client)).status, 202);
            }

            assert.ok(descriptors() >= before + 3 * AGENTS);

            await Promise.all(peers.splice(0).map((peer) => peer.close()));

            await until('their descriptors are gone', () => {
                if (descriptors() > before) {
                    throw new Error(`${descriptors()}, before ${before}`);
                }

                return true;
            });
        }

        assert.deepStrictEqual(threads().sort(), names);
        assert.ok(!names.includes('gmain'));
    }));


test('with "turn" candidates follow the offer, and TURN is asked', () =>
    using(async (opened) => {
        const client = await page(opened);
        const peer = await program(opened, true);

        server.messages.length = 0;

        assert.strictEqual((await connect(peer, client)).status, 202);

        const sdp = await offered(client);

        assert.doesNotMatch(sdp, /a=ice-lite/);
        assert.doesNotMatch(sdp, /a=candidate/);
        assert.match(sdp, /a=ice-options:.*trickle/);

        const [text] = await client.takes(1);
        const { type, src, payload } = JSON.parse(text);

        assert.strictEqual(type, 'CANDIDATE');
        assert.strictEqual(src, peer.id);

        const [, port] = payload.candidate.candidate.match(
            /^candidate:\S+ 1 UDP \d+ 127\.0\.0\.1 (\d+) typ host/);

        assert.ok(port >= first && port < first + PORTS, `port ${port}`);

        /* an Allocate request, from that port */

        const request = await server.receives('a request',
            (data) => data.readUInt32BE(4) === 0x2112a442);

        assert.strictEqual(request.readUInt16BE(0), 0x0003);

        /* some servers refuse DONT-FRAGMENT */

        assert.ok(!attributes(request).includes(0x001a));
    }));


test('without "turn" the media port is offered', () =>
    using(async (opened) => {
        const client = await page(opened);
        const peer = await program(opened, false);

        server.messages.length = 0;

        assert.strictEqual((await connect(peer, client)).status, 202);

        const sdp = await offered(client);

        assert.match(sdp, /a=ice-lite/);
        assert.match(sdp, /a=candidate:.* 127\.0\.0\.1 \d+ typ host/);
        assert.strictEqual(server.messages.length, 0);
    }));


test('more agents than configured are refused, until there is room', () =>
    using(async (opened) => {
        const client = await page(opened);
        const peers = [];

        for (let i = 0; i <= AGENTS; i++) {
            peers.push(await program(opened, true));
        }

        /* they stay two seconds longer than their connections */

        for (const peer of peers.slice(0, AGENTS)) {
            await until('there is room', async () =>
                (await connect(peer, client)).status === 202);
        }

        const late = peers[AGENTS];

        const refused = await connect(late, client);

        assert.ok(refused.status >= 400, `${refused.status}`);
        assert.match(suite.nginx.errorLog(),
                     /\[warn\].* 3 ICE agents are in use/);

        await peers[0].close();

        await until('there is room', async () =>
            (await connect(late, client)).status === 202);
    }));
