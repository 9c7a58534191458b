/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * WebSocket framing on the signalling location, with bytes of our own.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { until } = require('../lib/poll');
const { RawSocket, frame, OP } = require('../lib/rawsocket');
const { Signaling } = require('../lib/signaling');
const { channel, serve } = require('../lib/suite');


const suite = serve();


function connectText(changes) {
    return JSON.stringify({ type: 'connect', role: 'recvonly',
                            channel_id: channel(), audio: true, video: true,
                            ...changes });
}


/* Sends these bytes on a fresh connection, returns the close frame. */

async function closedBy(...chunks) {
    const raw = await RawSocket.upgrade(suite.nginx.options.webPort);

    try {
        assert.match(raw.response, /^HTTP\/1\.1 101 /);

        for (const chunk of chunks) {
            raw.write(chunk);
        }

        const close = await raw.closeFrame();

        assert.ok(close, 'closed without a close frame');

        return close;

    } finally {
        raw.close();
    }
}


async function offeredTo(...chunks) {
    const raw = await RawSocket.upgrade(suite.nginx.options.webPort);

    try {
        for (const chunk of chunks) {
            raw.write(chunk);
        }

        const { opcode, payload, masked } = await raw.frame();

        assert.strictEqual(opcode, OP.TEXT);
        assert.strictEqual(masked, false);
        assert.strictEqual(JSON.parse(payload).type, 'offer');

    } finally {
        raw.close();
    }
}


test('the handshake is checked', async () => {
    const port = suite.nginx.options.webPort;

    const ok = await RawSocket.upgrade(port);

    assert.match(ok.response, /^HTTP\/1\.1 101 /);
    assert.match(ok.response, /\r\nupgrade: websocket\r\n/i);
    assert.match(ok.response, /\r\nconnection: upgrade\r\n/i);
    assert.doesNotMatch(ok.response, /sec-websocket-(protocol|extensions)/i);
    ok.close();

    const cases = {
        'no key': { 'Sec-WebSocket-Key': undefined },
        'a short key': { 'Sec-WebSocket-Key': 'AAAA' },
        'no version': { 'Sec-WebSocket-Version': undefined },
        'version 8': { 'Sec-WebSocket-Version': '8' },
        'no upgrade': { 'Upgrade': undefined },
        'another upgrade': { 'Upgrade': 'h2c' },
    };

    for (const [what, headers] of Object.entries(cases)) {
        const raw = await RawSocket.upgrade(port, '/signaling', headers);

        assert.match(raw.response, /^HTTP\/1\.1 4\d\d /, what);
        raw.close();
    }
});


test('RFC 6455 test vector of the accept key', async () => {
    const raw = await RawSocket.upgrade(suite.nginx.options.webPort,
        '/signaling', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' });

    assert.match(raw.response, /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
    raw.close();
});


test('a connect in one frame, in fragments, byte by byte', async () => {
    const text = connectText();

    await offeredTo(frame(text));

    await offeredTo(frame(text.slice(0, 5), { fin: false }),
                    frame('', { opcode: OP.CONTINUATION, fin: false }),
                    frame('ping', { opcode: OP.PING }),
                    frame(text.slice(5), { opcode: OP.CONTINUATION }))
        .catch((e) => {

            /* the answer to the ping may come first */

            assert.match(e.message, /10/);
        });

    await offeredTo(...[...frame(text)].map((byte) => Buffer.from([byte])));
});


test('a frame that comes with the handshake is not lost', async () => {
    const raw = await RawSocket.open(suite.nginx.options.webPort);

    raw.write(Buffer.concat([
        Buffer.from('GET /signaling HTTP/1.1\r\nHost: x\r\n'
                    + 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
                    + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
                    + 'Sec-WebSocket-Version: 13\r\n\r\n'),
        frame(connectText()),
    ]));

    assert.match(await raw.headers(), /^HTTP\/1\.1 101 /);
    assert.strictEqual(JSON.parse((await raw.frame()).payload).type,
                       'offer');
    raw.close();
});


test('a ping is answered with its payload', async () => {
    const raw = await RawSocket.upgrade(suite.nginx.options.webPort);

    for (const payload of ['', 'hello', 'x'.repeat(125)]) {
        raw.write(frame(payload, { opcode: OP.PING }));

        const pong = await raw.frame();

        assert.strictEqual(pong.opcode, OP.PONG);
        assert.strictEqual(pong.payload.toString(), payload);
    }

    raw.write(frame('nobody asked', { opcode: OP.PONG }));
    raw.write(frame(connectText()));

    assert.strictEqual((await raw.frame()).opcode, OP.TEXT);
    raw.close();
});


test('a close is answered and the connection ends', async () => {
    for (const payload of [Buffer.alloc(0), Buffer.from([3, 232]),
                           Buffer.from('\u0003\u00e8bye', 'latin1')])
    {
        const raw = await RawSocket.upgrade(suite.nginx.options.webPort);

        raw.write(frame(payload, { opcode: OP.CLOSE }));

        assert.ok(await raw.closeFrame());
        await raw.rest();
    }
});


test('the reason of a client does not reach the error log', async () => {
    const raw = await RawSocket.upgrade(suite.nginx.options.webPort);

    raw.write(frame(Buffer.from('\u000f\u00a0bye\nforged [line]', 'latin1'),
                    { opcode: OP.CLOSE }));

    assert.ok(await raw.closeFrame());
    await raw.rest();

    await until('the connection is in the access log', () =>
        suite.nginx.ended().some((e) => /^4000 bye\\x0A/.test(e.reason)));

    assert.doesNotMatch(suite.nginx.errorLog(), /forged/);
});


test('broken frames close with a protocol error', async () => {
    const cases = {
        'an unmasked frame': [frame('{}', { masked: false })],
        'reserved bit 1': [frame('{}', { rsv: 4 })],
        'reserved bit 2': [frame('{}', { rsv: 2 })],
        'reserved bit 3': [frame('{}', { rsv: 1 })],
        'reserved opcode 3': [frame('{}', { opcode: 3 })],
        'reserved opcode 11': [frame('{}', { opcode: 11 })],
        'a ping of 126 bytes': [frame('x'.repeat(126), { opcode: OP.PING })],
        'a close of 126 bytes': [frame('\u0003\u00e8' + 'x'.repeat(124),
                                       { opcode: OP.CLOSE })],
        'a fragmented ping': [frame('x', { opcode: OP.PING, fin: false })],
        'a continuation of nothing': [frame('{}',
                                            { opcode: OP.CONTINUATION })],
        'a text within a fragmented text': [frame('{', { fin: false }),
                                            frame('}')],
        'a close of one byte': [frame('x', { opcode: OP.CLOSE })],
        'a length with its top bit set': [Buffer.from(
            '81ffffffffffffffffff00000000', 'hex')],
    };

    for (const [what, chunks] of Object.entries(cases)) {
        const { code } = await closedBy(...chunks).catch((e) => {
            throw new Error(`${what}: ${e.message}`, { cause: e });
        });

        assert.ok(code === 1002 || code === 1009, `${what}: ${code}`);
    }
});


test('text that is not UTF-8 closes with 1007', async () => {
    for (const hex of ['c328', 'eda080', 'f4908080', 'c0af', 'ff']) {
        const { code } = await closedBy(frame(Buffer.from(hex, 'hex')));

        assert.strictEqual(code, 1007, hex);
    }

    const split = Buffer.from('é');

    const { code } = await closedBy(
        frame(split.subarray(0, 1), { fin: false }),
        frame('x', { opcode: OP.CONTINUATION }));

    assert.strictEqual(code, 1007);
});


test('a message over the limit closes with 1009', async () => {
    const LARGE = 64 * 1024 * 1024;

    /* at its header already: nothing has to be buffered */

    const { code } = await closedBy(frame('{', { length: LARGE }));

    assert.strictEqual(code, 1009);
});


test('fragments that sum up over the limit close with 1009', async () => {
    const raw = await RawSocket.upgrade(suite.nginx.options.webPort);
    const part = ' '.repeat(60000);

    raw.write(frame(part, { fin: false }));

    for (let i = 0; i < 200 && !raw.isEnded; i++) {
        raw.write(frame(part, { opcode: OP.CONTINUATION, fin: false }));
    }

    assert.strictEqual((await raw.closeFrame()).code, 1009);
    raw.close();
});


test('a message within the limit passes', async () => {
    await offeredTo(frame(connectText({ metadata: 'x'.repeat(30000) })));
});


test('a flood of messages is cut off, others go on', async () => {
    const flooder = await Signaling.join(suite.nginx.signalingUrl,
                                         { channel_id: channel() });
    const other = await Signaling.join(suite.nginx.signalingUrl,
                                       { channel_id: channel() });

    const text = JSON.stringify({ type: 'pong' });

    for (let i = 0; i < 20000 && flooder.ws.readyState === 1; i++) {
        flooder.send(text);

        if (i % 1000 === 0) {
            await new Promise(setImmediate);
        }
    }

    assert.deepStrictEqual(await flooder.close(),
                           { code: 4490, reason: 'MESSAGE-RATE' });

    assert.deepStrictEqual(await other.leave(),
                           { code: 1000, reason: 'TYPE-DISCONNECT' });
});


test('a flood of pings is cut off as well or answered', async () => {
    const raw = await RawSocket.upgrade(suite.nginx.options.webPort);
    const pings = Buffer.concat(Array(5000).fill(
        frame('x'.repeat(100), { opcode: OP.PING })));

    for (let i = 0; i < 10 && !raw.isEnded; i++) {
        raw.write(pings);
        await new Promise(setImmediate);
    }

    raw.close();

    const other = await Signaling.join(suite.nginx.signalingUrl,
                                       { channel_id: channel() });

    await other.leave();
});


test('a fault is in the error log once, somebody who leaves is not',
    async () => {
        const { nginx } = suite;
        const entries = () => nginx.errorLog().split('\n')
            .filter((line) => line.includes('signalling ended'));

        const before = entries().length;

        let client = await Signaling.open(nginx.signalingUrl);

        client.ws.close();
        await client.close();

        client = await Signaling.open(nginx.signalingUrl);
        client.terminate();

        client = await Signaling.open(nginx.signalingUrl);
        client.connect();
        await client.next('offer');
        await client.leave();

        client = await Signaling.open(nginx.signalingUrl);
        client.connect({ role: 'nobody', metadata: { token: 'secret' } });
        await client.close();

        await until('the fault is logged', () => entries().length > before);

        assert.strictEqual(entries().length, before + 1);
        assert.match(entries().at(-1), /\[info\].*"4490 INVALID-ROLE"/);
        assert.ok(!nginx.errorLog().includes('secret'));
    });
