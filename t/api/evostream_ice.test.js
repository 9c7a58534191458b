/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Full ICE of viewers: which servers that a rendezvous server names are
 * asked, and how.  Media are in t/browser/evostream_nat.test.js.
 */

'use strict';

const assert = require('node:assert');
const { after, test } = require('node:test');

const { Dns } = require('../lib/dns');
const { Ers } = require('../lib/ers');
const { RoomClient } = require('../lib/ers_viewer');
const { command, must } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { Udp, request } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { Nginx } = require('../lib/nginx');
const { serve, using } = require('../lib/suite');


const AGENTS = 2;
const CREDENTIALS = { username: 'u', credential: 'c' };

const BINDING = 0x0001;
const ALLOCATE = 0x0003;

let dns, stun, turn, rooms = 0;

async function options(...main) {
    return evostream(await gateway({
        workers: 1,
        brokers: false,
        ers: false,
        main: [`webrtc_evostream_resolver ${dns.address} ipv6=off;`, ...main],
    }));
}

const suite = serve(async () => {
    dns = await Dns.start({ 'stun.test': '127.0.0.1', 'turn.test': '127.0.0.1',
                            'silent.test': null });
    stun = await Udp.open();
    turn = await Udp.open();

    return options();
});

after(async () => {
    dns?.close();
    await stun?.close();
    await turn?.close();
});


/* A room of a rendezvous server that names those servers. */

async function room(opened, servers, nginx = suite.nginx) {
    const ers = await Ers.start(servers);
    const name = `room-${++rooms}`;

    opened.push(ers);

    const { configId } = await must(nginx.options.evoUrl, 'startWebRTC', {
        ersip: '127.0.0.1', ersport: ers.port, roomid: name });

    opened.push({ close: () => command(nginx.options.evoUrl, 'removeConfig',
                                       { id: configId }) });

    const { json } = await request(nginx.gatewayUrl, 'POST', '/media',
                                   { is_video: true });

    return { ers, name, stream: json.media_id };
}


/* A viewer, and the offer that is made to it. */

async function viewer(opened, { ers, name, stream }) {
    const client = await RoomClient.join(opened, ers.url, [name, {
        streamName: stream, transport: 'srtp' }]);

    client.offer = await client.message('offer');
    client.sdp = client.offer.payload.sdp;

    return client;
}


function trickles(client, fits = () => true) {
    return client.hears('message', (m) => m.type === 'candidate'
                        && fits(m.payload.candidate));
}


/* libnice asks for its address as RFC 3489 has it, without a cookie */

function isStun(data, type) {
    return data.length >= 20 && data.readUInt16BE(0) === type
           && data.readUInt16BE(2) === data.length - 20;
}


test('servers are asked by the names that a resolver knows', () =>
    using(async (opened) => {
        const here = await room(opened, {
            stunservers: [{ url: `stun:stun.test:${stun.port}` }],
            turnservers: [{ url: `turn:turn.test:${turn.port}`,
                            ...CREDENTIALS }],
        });

        const client = await viewer(opened, here);

        assert.doesNotMatch(client.sdp, /a=ice-lite/);
        assert.doesNotMatch(client.sdp, /a=candidate/);
        assert.doesNotMatch(client.sdp, /end-of-candidates/);
        assert.match(client.sdp, /a=ice-options:.*trickle/);

        const [{ sid, payload }] = await trickles(client);

        assert.strictEqual(sid, client.offer.sid);
        assert.strictEqual(payload.candidate.sdpMLineIndex, 0);
        assert.match(client.sdp,
                     new RegExp(`a=mid:${payload.candidate.sdpMid}\r\n`));
        assert.match(payload.candidate.candidate,
                     /^candidate:\S+ 1 UDP \d+ 127\.0\.0\.1 \d+ typ host/);

        await stun.receives('a binding request', (m) => isStun(m, BINDING));
        await turn.receives('a request for an address',
                            (m) => isStun(m, ALLOCATE));

        assert.ok(dns.asked.includes('stun.test'));
        assert.ok(dns.asked.includes('turn.test'));

        /* all that it takes is there before the signalling has more to say */

        assert.ok(!client.events.some((e) => e.name === 'message'
            && e.args[0].payload?.candidate?.candidate === ''));
    }));


test('a name server that is silent does not hold up a viewer', () =>
    using(async (opened) => {
        const here = await room(opened, {
            stunservers: [{ url: 'stun:silent.test' }],
        });

        const client = await viewer(opened, here);
        const from = Date.now();

        await trickles(client, (c) => / typ host/.test(c.candidate));

        assert.ok(Date.now() - from < 3000);
        assert.ok(dns.asked.includes('silent.test'));
    }));


test('what cannot be asked is left out, and logged once', () =>
    using(async (opened) => {
        stun.messages.length = 0;

        const here = await room(opened, {
            stunservers: [{ url: 'stuns:127.0.0.1' }, { url: 'stun:a,b' },
                          { url: 'stun:0.0.0.0' },
                          { url: `stun:127.0.0.1:${stun.port}` }],
            turnservers: [{ url: 'turn:127.0.0.1' },
                          { url: 'turn:nobody.test', ...CREDENTIALS }],
        });

        for (let i = 0; i < 2; i++) {
            await using(async (inner) => {
                const client = await viewer(inner, here);

                assert.doesNotMatch(client.sdp, /a=ice-lite/);

                await stun.receives('a binding request',
                                    (m) => isStun(m, BINDING));
                stun.messages.length = 0;
            });
        }

        const log = suite.nginx.errorLog();

        for (const [what, why] of [
            ['stuns:127.0.0.1', 'TLS'], ['stun:a,b', 'invalid host'],
            ['stun:0.0.0.0', 'invalid address'],
            ['turn:127.0.0.1', 'TURN needs a username'],
            ['turn:nobody.test', 'Host not found']])
        {
            const lines = log.split('\n').filter(
                (line) => line.includes(`"${what}"`));

            assert.strictEqual(lines.length, 1, `${what}: ${lines}`);
            assert.match(lines[0], /\[info\]/);
            assert.ok(lines[0].includes(why), lines[0]);
        }
    }));


test('more viewers than agents come to the media port', () =>
    using(async (opened) => {
        const nginx = await Nginx.start(
            await options(`webrtc_ice_agents ${AGENTS};`));

        opened.push({ close: () => nginx.stop() });

        const here = await room(opened, {
            stunservers: [{ url: `stun:127.0.0.1:${stun.port}` }],
        }, nginx);

        for (let i = 0; i < AGENTS; i++) {
            const client = await viewer(opened, here);

            assert.doesNotMatch(client.sdp, /a=ice-lite/);
        }

        for (let i = 0; i < 2; i++) {
            const client = await viewer(opened, here);

            assert.match(client.sdp, /a=ice-lite/);
            assert.match(client.sdp, /a=candidate:.* 127\.0\.0\.1 \d+ typ host/);
        }

        assert.strictEqual(nginx.errorLog()
            .match(/ 2 ICE agents are in use/g).length, 1);
    }));


test('candidates of no use are ignored in silence', () =>
    using(async (opened) => {
        const here = await room(opened, {
            stunservers: [{ url: `stun:127.0.0.1:${stun.port}` }],
        });
        const client = await viewer(opened, here);
        const before = suite.nginx.errorLog();

        for (const candidate of [
            'candidate:1 1 udp 1 9d7a4c1e.local 5000 typ host',
            'candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active',
            'candidate:1 1 udp 1 192.0.2.1 0 typ host',
            'candidate:1 1 udp 1 239.1.1.1 5000 typ host',
            'candidate:1 2 udp 1 192.0.2.1 5000 typ host',
            'candidate:nonsense', ''])
        {
            client.say('message', { to: client.offer.from,
                sid: client.offer.sid, roomType: 'video', type: 'candidate',
                payload: { candidate: { candidate, sdpMid: '0',
                                        sdpMLineIndex: 0 } } });
        }

        /* it is there still, and so is the next one */

        await viewer(opened, here);
        assert.strictEqual(suite.nginx.errorLog()
            .slice(before.length).split('\n')
            .filter((line) => /candidate/.test(line)).join('\n'), '');
    }));


test('without full ICE, or without servers, the media port is offered', () =>
    using(async (opened) => {
        const nginx = await Nginx.start(
            await options('webrtc_evostream_full_ice off;'));

        opened.push({ close: () => nginx.stop() });

        const servers = { stunservers: [
            { url: `stun:127.0.0.1:${stun.port}` }] };

        for (const here of [await room(opened, servers, nginx),
                            await room(opened, {})])
        {
            const client = await viewer(opened, here);

            assert.match(client.sdp, /a=ice-lite/);
            assert.match(client.sdp, /a=candidate:.* typ host/);
        }
    }));
