/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Clients of ill will at the brokers of PeerJS and skyway-js: lengths that
 * lie, attachments that never come, guessed sessions, floods of calls to
 * nobody, and thousands of sockets.  Two others go on talking.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const { test } = require('node:test');

const { RestPeer } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { PeerClient } = require('../lib/peerjs');
const { until } = require('../lib/poll');
const { RawSocket } = require('../lib/rawsocket');
const { KEY } = require('../lib/skyway');
const { RawSession, fetchText } = require('../lib/socketio');
const { serve, using } = require('../lib/suite');


const suite = serve(() => gateway({
    main: ['webrtc_peer_expire_timeout 500ms;', 'webrtc_peer_waiting 50;',
           'webrtc_peer_waiting_buffer 1m;', 'webrtc_peer_ping_timeout 5s;',
           'webrtc_gateway_linger 1s;', 'webrtc_peer_discovery on;'],
    http: ['webrtc_message_size 64k;', 'webrtc_message_rate 10000;'],
}));

let made = 0;

const base = () => `${suite.nginx.url}/peerjs/`;

const offer = (dst, more = {}) => ({ type: 'OFFER', dst, payload: {
    sdp: { type: 'offer', sdp: 'v=0' }, type: 'data', connectionId: 'dc_1',
    ...more } });


/* through both dialects' server, from one worker to perhaps another */

async function othersGoOn() {
    await using(async (opened) => {
        const [a, b] = [await PeerClient.join(base(), { id: `a${++made}` }),
                        await PeerClient.join(base(), { id: `b${made}` })];

        opened.push(a, b);
        a.say(offer(b.id));
        assert.match((await b.takes(1))[0], /"OFFER"/);
    });
}


async function exists(id, key = KEY) {
    const { text } = await fetchText(`${suite.nginx.url}/api/apikeys/${key}`
                                     + `/peers/${id}/exists`);

    return JSON.parse(text).exists;
}


function descriptors() {
    return suite.nginx.workers().reduce((sum, pid) =>
        sum + fs.readdirSync(`/proc/${pid}/fd`).length, 0);
}


test('payloads whose lengths lie', () => using(async (opened) => {
    const { url } = suite.nginx;

    for (const body of ['99999999:4x', '-1:4', ':4', '4', '0:', '1:', 'x:4x',
                        '18446744073709551617:4x', '2:4', '1:42:4x',
                        `5:${'4'.repeat(3)}`, '\0', '10:42["PING"',
                        '1:4'.repeat(10000), '1:9', '3:451', '6:459-[]',
                        '9:4599999-[]', '12:42["PING",{}', '7:42/x,[]'])
    {
        const session = await RawSession.open(url, `liar${++made}`);
        const { status } = await session.post(body);

        assert.ok([200, 400].includes(status), `${body.slice(0, 20)}: `
                  + `${status}`);
    }

    /* binary, where lengths are digits of bytes */

    for (const bytes of [[0], [1, 255], [0, 9, 9, 9, 255, 4], [2, 1, 255, 4],
                         [0, ...Array(400).fill(9), 255], [1, 0, 255, 4],
                         [0, 10, 255, 4]])
    {
        const session = await RawSession.open(url, `liar${++made}`);
        const { status } = await session.post(
            Buffer.from(bytes), { 'content-type': 'application/octet-stream' });

        assert.ok([200, 400].includes(status), `${bytes}: ${status}`);
    }

    await othersGoOn();
}));


test('attachments that never come, or that nobody asked for', async () => {
    const { url } = suite.nginx;

    const waits = await RawSession.open(url, `waits${++made}`);

    await waits.say('451-["ROOM_SEND_DATA",{"roomName":"r","data":'
                    + '{"_placeholder":true,"num":0}}]');

    /* another event instead of it ends the session */

    await waits.say('42["PING"]');
    await until('its id is free', async () =>
        !await exists(`waits${made}`));

    for (const text of ['4510-["x",{"_placeholder":true,"num":0}]',
                        '451-["x",{"_placeholder":true,"num":7}]',
                        '451-["x",{"_placeholder":true,"num":-1}]',
                        '451-["x",{"_placeholder":1,"num":"0"}]',
                        '451-' + '['.repeat(20000)])
    {
        const session = await RawSession.open(url, `odd${++made}`);

        await session.say(text);
        await session.post(`b4${Buffer.from('x').toString('base64')}`
            .replace(/^/, (s) => `${4 + 2}:`));
    }

    const stray = await RawSession.open(url, `stray${++made}`);
    const { status } = await stray.post('6:b4eA==');

    assert.ok([200, 400].includes(status));
    await othersGoOn();
});


test('sessions cannot be guessed', async () => {
    const { url } = suite.nginx;
    const session = await RawSession.open(url, `owner${++made}`);
    const { sid } = session;

    assert.ok(sid.length >= 20, sid);

    const guesses = ['', 'x', 'x'.repeat(5000), '%00', '../', sid.slice(1),
                     sid.toLowerCase() + 'x',
                     ...Array.from({ length: 200 }, (v, i) => {
                         const at = i % sid.length;
                         const c = sid[at] === 'a' ? 'b' : 'a';

                         return sid.slice(0, at) + c + sid.slice(at + 1);
                     }).filter((guess) => guess !== sid)];

    for (const guess of guesses) {
        if (guess === '') {
            continue;                   /* a handshake */
        }

        const { status } = await fetchText(
            `${session.base}&sid=${encodeURIComponent(guess)}`);

        assert.ok([400, 414].includes(status), `${guess}: ${status}`);
    }

    assert.ok(await exists(`owner${made}`));
    assert.strictEqual((await session.say('42["PING"]')).status, 200);
    await othersGoOn();
});


test('floods of calls to nobody', () => using(async (opened) => {
    const flooder = await PeerClient.join(base(), { id: `flood${++made}` });

    opened.push(flooder);

    for (let i = 0; i < 5000 && !flooder.isClosed; i++) {
        flooder.say(offer(`nobody-${i % 500}`, { x: 'y'.repeat(500) }));
    }

    await othersGoOn();

    /* one EXPIRE for each that waited, at once where there was no room */

    await until('all have expired', () => new Set(flooder.heard
        .map((text) => JSON.parse(text)).filter((m) => m.type === 'EXPIRE')
        .map((m) => m.src)).size === 500);

    const memory = suite.nginx.workers().map((pid) => Number(
        /RssAnon:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`))[1]));

    assert.ok(memory.length === 2);
    await othersGoOn();
}));


test('whoever speaks for another', () => using(async (opened) => {
    const [one, two, three] = await Promise.all(['one', 'two', 'three'].map(
        (name) => PeerClient.join(base(), { id: `${name}-${made}` })));
    const rest = await RestPeer.create(suite.nginx.gatewayUrl,
                                       `rest-${++made}`);

    opened.push(one, two, three, rest);
    await rest.peerEvent('OPEN');

    /* src is who it is, whatever it says */

    one.say({ ...offer(two.id), src: three.id });
    assert.strictEqual(JSON.parse((await two.takes(1))[0]).src, one.id);

    /* nor does it make a program send to an address of its choice */

    one.say(offer(rest.id, { inside: { data: { ip: '10.0.0.1', port: 22 },
                                       term: 1 } }));
    one.say({ type: 'INSIDE', dst: rest.id, payload: {
        connectionId: 'dc_1', inside: { data: { ip: '10.0.0.1', port: 22 },
                                        term: 1 } } });

    /* an id that is taken is not given away */

    const squatter = await PeerClient.open(base(), { id: one.id,
                                                     token: 'other' });

    opened.push(squatter);
    await until('it is refused', () =>
        /ID-TAKEN/.test(squatter.heard.join()));

    const taken = await rest.request('POST', '/peers', {
        key: 'peerjs', domain: 'localhost', peer_id: one.id });

    assert.strictEqual(taken.status, 403);

    const alien = await PeerClient.open(base(), { id: rest.id });

    opened.push(alien);
    await until('it is refused', () => /ID-TAKEN/.test(alien.heard.join()));

    three.say(offer(one.id));
    assert.match((await one.takes(1))[0], /"OFFER"/);
    await rest.must(200, 'GET', `/peers/${rest.id}/status${rest.query}`);
}));


test('thousands of sockets that come and go', async () => {
    const { webPort } = suite.nginx.options;

    await othersGoOn();

    const before = descriptors();

    for (let round = 0; round < 20; round++) {
        await Promise.all(Array.from({ length: 100 }, async (v, i) => {
            const id = `s-${round}-${i}`;
            const path = i % 2
                ? `/peerjs/peerjs?key=peerjs&id=${id}&token=t`
                : `/socket.io/?apiKey=${KEY}&token=t&peerId=${id}&EIO=3`
                  + '&transport=websocket';
            const raw = await RawSocket.open(webPort);

            raw.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket`
                + '\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                + 'Sec-WebSocket-Key: '
                + `${crypto.randomBytes(16).toString('base64')}\r\n\r\n`);

            /* some at once, some when they are in */

            if (i % 3) {
                await raw.headers();
            }

            raw.close();
        }));
    }

    await until('the descriptors are closed', () => descriptors() <= before);

    for (const key of ['peerjs', KEY]) {
        await until('nobody is listed', async () => {
            const { text } = await fetchText(
                `${suite.nginx.url}/api/apikeys/${key}/clients/`);

            return !JSON.parse(text).some((id) => id.startsWith('s-'));
        });
    }

    await othersGoOn();
});
