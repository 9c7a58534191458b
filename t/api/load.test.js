/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The load tool of the benchmarks against one worker: that it counts right,
 * not how fast anything is.
 */

'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { test } = require('node:test');

const { freeTcp } = require('../lib/ports');
const { serve } = require('../lib/suite');


const TOOL = path.join(__dirname, '..', '..', 'build', 'bench', 'webrtc_load');

/* one row sends as fast as the worker can take it */

const suite = serve({ workers: 1, main: 'webrtc_data_message_rate 1000000;' });


async function load(...options) {
    const child = spawn(TOOL, options);

    let stdout = '';
    let stderr = '';

    child.stdout.on('data', (data) => { stdout += data; });
    child.stderr.on('data', (data) => { stderr += data; });

    const [code] = await once(child, 'close');

    return { code, stdout, stderr };
}


async function measured(...options) {
    const run = await load('--target', `sora:${suite.nginx.signalingUrl}`,
                           '--pid', String(suite.nginx.workers()[0]),
                           '--timeout', '60', '--json', ...options);

    assert.deepStrictEqual([run.code, run.stderr], [0, '']);

    return JSON.parse(run.stdout);
}


function assertAllCame(packets, receivers) {
    assert.ok(packets.sent > 0);
    assert.strictEqual(packets.expected, packets.sent * receivers);
    assert.strictEqual(packets.received, packets.expected);
    assert.strictEqual(packets.lost, 0);
    assert.strictEqual(packets.bad, 0);
}


test('every packet of one comes to each of eight once', async () => {
    const result = await measured('--subscribers', '8', '--media', 'both',
                                  '--rate', '60', '--burst', '3',
                                  '--warmup', '0.2', '--duration', '1');
    const { latency_us: latency, server, setup_ms: setup } = result;

    assertAllCame(result.packets, 8);
    assert.strictEqual(result.packets.duplicates, 0);

    assert.strictEqual(latency.count, result.packets.received);
    assert.ok(latency.p50 > 0 && latency.p50 <= latency.p99
              && latency.p99 <= latency.max);

    for (const stage of ['offer', 'answer', 'ice', 'dtls']) {
        assert.strictEqual(setup[stage].count, 9);
    }

    assert.strictEqual(setup.media.count, 8);

    assert.ok(server.cpu_ns > 0);
    assert.ok(server.cpu_us_per_packet > 0);
    assert.ok(server.pss_kb > server.pss_kb_before);
});


test('what receivers lose is repaired', async () => {
    const { packets } = await measured('--subscribers', '4', '--loss', '5',
                                       '--rate', '200', '--burst', '4',
                                       '--warmup', '0.2', '--duration', '1');

    assertAllCame(packets, 4);
    assert.ok(packets.repaired > 0);
});


test('rooms keep to themselves, with AES-CM and segments', async () => {
    const result = await measured('--rooms', '2', '--per-room', '3',
                                  '--publishers', '0', '--subscribers', '0',
                                  '--srtp', 'cm', '--gso', 'on',
                                  '--rate', '30', '--burst', '3',
                                  '--warmup', '0.2', '--duration', '0.5');

    assertAllCame(result.packets, 2);
    assert.strictEqual(result.members, 6);
});


test('subscribers come and go', async () => {
    const { setups, setup_ms: setup } = await measured(
        '--mode', 'setup', '--subscribers', '4', '--warmup', '0',
        '--duration', '2.5');

    assert.ok(setups.count > 0);
    assert.strictEqual(setups.failed, 0);
    assert.strictEqual(setup.media.count, setups.count);
});


test('messages of data channels', async () => {
    const result = await measured('--mode', 'data', '--subscribers', '3',
                                  '--rate', '200', '--burst', '2',
                                  '--warmup', '0.2', '--duration', '0.5');

    assertAllCame(result.packets, 3);
    assert.strictEqual(result.packets.duplicates, 0);
});


test('messages as fast as they arrive', async () => {
    const result = await measured('--mode', 'data', '--subscribers', '1',
                                  '--window', '4', '--rate', '1',
                                  '--warmup', '0.1', '--duration', '0.3');

    assertAllCame(result.packets, 1);
    assert.strictEqual(result.packets.duplicates, 0);
    assert.ok(result.packets.sent > 4, `${result.packets.sent} messages`);
});


test('idle subscribers, step by step', async () => {
    const { steps } = await measured('--mode', 'idle', '--publishers', '0',
                                     '--growth', '1,3', '--warmup', '0',
                                     '--duration', '0.1');

    assert.deepStrictEqual(steps.map((step) => step.members), [1, 3]);
    assert.deepStrictEqual(steps.map((step) => step.packets.forwarded),
                           [0, 0]);
});


test('a server that is not there is named, and the exit code tells',
     async () => {
         const run = await load('--target', 'sora:ws://127.0.0.1:'
                                            + `${await freeTcp()}/signaling`);

         assert.strictEqual(run.code, 1);
         assert.strictEqual(run.stdout, '');
         assert.match(run.stderr, /^member 1 of room 0: .*refused\n$/);
     });


test('a refusal of the server is shown', async () => {
    const run = await load('--target', `sora:${suite.nginx.signalingUrl}`,
                           '--room', 'x'.repeat(260));

    assert.strictEqual(run.code, 1);
    assert.match(run.stderr, /INVALID-CHANNEL-ID/);
});


test('bad options are refused', async () => {
    for (const [options, text] of [
        [[], /--target is needed/],
        [['--target', 'sora:ws://127.0.0.1/', '--rate', '0'],
         /--rate 0: a bad value/],
        [['--target', 'sora:ws://127.0.0.1/', '--rat', '1'],
         /--rat: no such option/],
        [['--target', 'sora:ws://127.0.0.1/', '--rate'],
         /--rate needs a value/],
    ]) {
        const run = await load(...options);

        assert.strictEqual(run.code, 2);
        assert.match(run.stderr, text);
    }

    const run = await load('--target', 'smoke:signals');

    assert.strictEqual(run.code, 1);
    assert.match(run.stderr, /no such kind of server/);
});
