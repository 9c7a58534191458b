/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pages that do SCTP and DCEP as no browser would, on connections of REST
 * peers: the connection at most is lost, and its program is told.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { after, test } = require('node:test');

const { RestPeer, Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { GatewayPeer } = require('../lib/gateway_peer');
const { until } = require('../lib/poll');
const { CHUNK, DataPeer, PPID, chunk, open, u16, u32 }
    = require('../lib/sctp');
const { serve, using } = require('../lib/suite');


const suite = serve(() => gateway({
    main: ['webrtc_gateway_linger 5s;', 'webrtc_gateway_poll_timeout 2s;',
           'webrtc_gateway_data_buffer 256k;'],
}));

let made = 0;


/* a program with both directions of a data connection */

async function program(opened) {
    const rest = await RestPeer.create(suite.nginx.gatewayUrl,
                                       `rest-${++made}`);
    const udp = await Udp.open();

    opened.push(udp, rest);

    const { data_id: data, port } = await rest.must(201, 'POST', '/data', {});

    return { rest, udp, port, options: {
        params: { data_id: data },
        redirect_params: { ip_v4: '127.0.0.1', port: udp.port },
        options: { serialization: 'NONE' } } };
}


async function member(opened) {
    const at = await program(opened);
    const peer = await GatewayPeer.join(suite.nginx, at.rest,
                                        `page-${++made}`, at.options);

    opened.push(peer);

    return Object.assign(peer, at);
}


async function attacker(opened) {
    const at = await program(opened);
    const peer = await GatewayPeer.called(suite.nginx, at.rest,
                                          `page-${++made}`, at.options);

    opened.push(peer);
    await peer.connectDtls();

    return Object.assign(peer, at);
}


async function works(peer) {
    const there = crypto.randomUUID();
    const back = crypto.randomUUID();

    await until('the program hears the page', async () => {
        await peer.say(peer.label, Buffer.from(there),
                       { ppid: PPID.STRING });

        return peer.udp.messages.some((m) => m.toString() === there);
    }, { every: 100 });

    await until('the page hears the program', async () => {
        await peer.udp.send(peer.port, back);

        return peer.heard(peer.label).some((m) => m.toString() === back);
    }, { every: 100 });
}


/* one that has nothing to do with it, per file */

const bystanders = [];
let bystander;

after(async () => {
    for (const thing of bystanders) {
        if (!(thing instanceof RestPeer)) {
            await thing.close();
        }
    }
});


async function othersGoOn() {
    bystander ??= await member(bystanders);
    await works(bystander);
}


const ends = (peer) => peer.rest.event(`${peer.path}/events`, 'CLOSE');


test('a client without a browser is as good as any', () =>
    using(async (opened) => {
        const peer = await member(opened);

        await peer.rest.event(`${peer.path}/events`, 'OPEN');
        await works(peer);

        const large = crypto.randomBytes(65507);

        await peer.udp.send(peer.port, large);
        await until('the page has it', () =>
            peer.heard(peer.label).some((m) => m.equals(large)));

        await peer.say(peer.label, large);
        await peer.udp.receives('it', (m) => m.equals(large));
        await peer.rest.must(204, 'DELETE', peer.path);
        await othersGoOn();
    }));


test('INITs and checksums that are wrong', () => using(async (opened) => {
    const peer = await attacker(opened);

    await peer.transmit(peer.init(0), { tag: 0 });
    await peer.transmit(peer.init(), { tag: 0, checksum: 1 });
    await peer.transmit(peer.init(), { tag: 7 });
    await peer.transmit(peer.init(16, 0), { tag: 0 });
    await peer.transmit(chunk(CHUNK.INIT, 0, u32(1)), { tag: 0 });

    for (const length of [1, 4, 11, 12, 13, 16, 100, 1160, 4000]) {
        await peer.record(crypto.randomBytes(length));
        await peer.transmit(crypto.randomBytes(length), { tag: 0 });
    }

    await othersGoOn();
}));


test('65535 streams, and packets of another association', () =>
    using(async (opened) => {
        const peer = await attacker(opened);

        peer.init = (streams, tag) => DataPeer.prototype.init
            .call(peer, 65535, tag);

        await peer.connectSctp();
        await until('the channel is announced', () => peer.labels.size);

        for (const options of [{ checksum: 1 }, { tag: peer.peerTag ^ 1 },
                               { tag: 0 }])
        {
            await peer.transmit(chunk(CHUNK.ABORT, 0, Buffer.alloc(0)),
                                options);
        }

        /* a length beyond the end; streams that nobody opened */

        await peer.transmit(chunk(CHUNK.DATA, 3, Buffer.alloc(12), 65535));
        await peer.transmit(chunk(CHUNK.RECONFIG, 0, u16(13, 65535)));
        peer.say(9999, Buffer.from('nowhere'));
        peer.say(61, Buffer.from('nowhere'));

        await works(peer);
        assert.ok(!peer.udp.messages.some((m) => `${m}` === 'nowhere'));

        /* and a length of 0 */

        await peer.transmit(chunk(CHUNK.DATA, 3, Buffer.alloc(12), 0));
        await ends(peer);
        await othersGoOn();
    }));


test('messages beyond what was agreed end their connection', () =>
    using(async (opened) => {
        const [whole, parts] = [await member(opened), await member(opened)];

        await whole.say(whole.label, Buffer.alloc(65508, 1));

        for (let i = 0; i < 200; i++) {
            await parts.say(parts.label, Buffer.alloc(1000, 1),
                            { first: i === 0, last: false });
        }

        for (const peer of [whole, parts]) {
            const error = await peer.rest.event(`${peer.path}/events`,
                                                'ERROR');

            assert.strictEqual(error.error_message, 'SCTP-MESSAGE-TOO-LONG');
            await ends(peer);
            assert.strictEqual(peer.udp.messages.length, 0);
        }

        await othersGoOn();
    }));


test('lies about channels, and channels without end', () =>
    using(async (opened) => {
        const peer = await member(opened);
        const say = (id, data) => peer.say(id, data, { ppid: PPID.DCEP });
        const taken = peer.labels.get(peer.label);
        const free = 200 + (taken & 1 ^ 1);

        for (const data of [
            open('n', { labelLength: 65535 }),
            open('n', { protocolLength: 65535 }),
            open('n', { labelLength: 65535, protocolLength: 65535 }),
            open('n', { type: 0x7f }),
            open('x'.repeat(9000), { protocol: 'y'.repeat(7000) }),
            open('n').subarray(0, 11), Buffer.from([3]),
            Buffer.from([2, 2]), Buffer.from([255]),
        ]) {
            say(free, data);
        }

        say(taken, open('again'));
        say(taken + 22, open('parity'));
        say(65535, open('far'));

        for (let round = 0; round < 2; round++) {
            for (let id = taken & 1 ^ 1; id < 1024; id += 2) {
                await say(id, open(`${round}-${id}`));
            }
        }

        await works(peer);
        await othersGoOn();
    }));


test('a page that takes nothing: the program is not held up', () =>
    using(async (opened) => {
        const peer = await member(opened);

        await works(peer);
        peer.window = 0;

        /* 8 Mbytes, of which 256 kbytes may wait */

        const message = Buffer.alloc(60000, 7);

        for (let i = 0; i < 140; i++) {
            await peer.udp.send(peer.port, message);
        }

        const status = await peer.rest.must(200, 'GET',
                                            `${peer.path}/status`);

        assert.ok(status.buffersize <= 256 * 1024 + 65507,
                  `${status.buffersize} bytes wait`);
        await othersGoOn();

        /* and it can be ended */

        await peer.rest.must(204, 'DELETE', peer.path);
        await ends(peer);
    }));


test('storms of INITs and ABORTs', () => using(async (opened) => {
    const peer = await member(opened);

    for (let i = 0; i < 100; i++) {
        await peer.transmit(peer.init(1024, i + 1), { tag: 0 });
        await peer.transmit(chunk(CHUNK.COOKIE_ECHO, 0,
                                  crypto.randomBytes(100)));
    }

    for (let i = 0; i < 20; i++) {
        peer.transmit(chunk(CHUNK.ABORT, 0, Buffer.alloc(0)));
    }

    await ends(peer);
    await othersGoOn();
}));


test('answers that are none leave the program a CLOSE', () =>
    using(async (opened) => {
        const peer = await GatewayPeer.called(
            suite.nginx, (await program(opened)).rest, `page-${++made}`);

        opened.push(peer);

        const good = peer.description();
        const say = (description) => peer.broker.say({
            type: 'ANSWER', dst: `rest-${made - 1}`, payload: {
                type: 'data', connectionId: peer.connectionId,
                sdp: description } });

        for (const bad of [null, 1, [], {}, { type: 'offer' },
                           { type: 'answer', sdp: {} }])
        {
            say(bad);
        }

        say({ type: 'answer', sdp: 'v=0\r\n'.repeat(3000) });
        say({ type: 'answer', sdp: good.slice(0, 300) });
        await othersGoOn();
    }));
