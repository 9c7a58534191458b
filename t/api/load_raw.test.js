/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The raw forwarder of the benchmarks, driven by the load tool: that it
 * forwards everything to everybody, not how fast.
 */

'use strict';

const assert = require('node:assert');
const net = require('node:net');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { test } = require('node:test');

const { freeTcp } = require('../lib/ports');


const BENCH = path.join(__dirname, '..', '..', 'build', 'bench');

const KEY = '00'.repeat(30);


/* its first line says that it is there */

async function forwarder(t, ...options) {
    const port = await freeTcp();
    const child = spawn(path.join(BENCH, 'raw_forwarder'),
                        ['--port', String(port), ...options],
                        { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = once(child, 'exit');

    t.after(async () => {
        child.kill();
        await gone;
    });

    const [line] = await once(child.stdout, 'data');

    assert.match(String(line), /^forwarding on port /);
    child.stdout.resume();

    return { child, port, gone };
}


async function measured(raw, ...options) {
    const child = spawn(path.join(BENCH, 'webrtc_load'), [
        '--target', `raw:127.0.0.1:${raw.port}`,
        '--pid', String(raw.child.pid), '--timeout', '60', '--json',
        '--warmup', '0.2', '--duration', '0.5', ...options]);

    let stdout = '', stderr = '';

    child.stdout.on('data', (data) => { stdout += data; });
    child.stderr.on('data', (data) => { stderr += data; });

    const [code] = await once(child, 'close');

    assert.deepStrictEqual([code, stderr], [0, '']);

    return JSON.parse(stdout);
}


function assertAllCame({ packets, server }, receivers) {
    assert.ok(packets.sent > 0);
    assert.strictEqual(packets.expected, packets.sent * receivers);
    assert.strictEqual(packets.received, packets.expected);
    assert.strictEqual(packets.duplicates, 0);
    assert.strictEqual(packets.bad, 0);
    assert.ok(server.cpu_us_per_packet > 0);
}


for (const [srtp, ...options] of [['gcm'], ['gcm', '--segment'],
                                  ['gcm', '--openssl'], ['cm'],
                                  ['cm', '--segment', '--openssl']]) {

    test(`all comes to everybody: ${[srtp, ...options].join(' ')}`,
         async (t) => {
        const raw = await forwarder(t, ...options);
        const load = ['--srtp', srtp, '--media', 'both', '--rate', '60',
                      '--burst', '3'];

        assertAllCame(await measured(raw, ...load, '--subscribers', '8'), 8);

        /* who has left is forgotten */

        assertAllCame(await measured(raw, ...load, '--subscribers', '2',
                                     '--gso', 'on'), 2);
    });
}


test('rooms keep to themselves, and nobody hears himself', async (t) => {
    const raw = await forwarder(t);

    assertAllCame(await measured(raw, '--rooms', '3', '--per-room', '3',
                                 '--publishers', '0', '--subscribers', '0',
                                 '--rate', '30'), 2);
});


async function ask(socket, line) {
    socket.write(`${line}\n`);

    return String((await once(socket, 'data'))[0]).trim();
}


test('lines that are wrong are refused', async (t) => {
    const { port } = await forwarder(t);
    const socket = net.connect({ host: '127.0.0.1', port });

    t.after(() => socket.destroy());
    await once(socket, 'connect');

    for (const line of ['', 'PUB', `PUB 1 127.0.0.1 0 7 ${KEY}`,
                        `PUB 1 127.0.0.1 5000 2 ${KEY}`,
                        `SUB 1 127.0.0.1 5001 7 ${KEY.slice(2)}`,
                        `SUB 1 127.0.0.1 5002 7 ${KEY.slice(2)}zz`,
                        `WHO 1 127.0.0.1 5003 7 ${KEY}`,
                        `SUB 1 192.0.2.1 5004 7 ${KEY}`,
                        'DEL 127.0.0.1 5005']) {
        assert.match(await ask(socket, line), /^ERROR /, line);
    }

    assert.strictEqual(await ask(socket, `SUB 1 127.0.0.1 5006 7 ${KEY}`),
                       'OK');
    assert.match(await ask(socket, `SUB 1 127.0.0.1 5006 7 ${KEY}`),
                 /^ERROR /);
    assert.match(await ask(socket, `PUB 2 127.0.0.1 5006 7 ${KEY}`),
                 /^ERROR /);
    assert.strictEqual(await ask(socket, 'DEL 127.0.0.1 5006'), 'OK');
    assert.match(await ask(socket, 'DEL 127.0.0.1 5006'), /^ERROR /);
});
