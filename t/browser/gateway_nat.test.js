/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The gateway behind a NAT and a browser behind another one, with coturn
 * between them (lib/network.js).  Needs root, iproute2, nftables and coturn.
 */

'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { Network, TURN, USER } = require('../lib/network');
const { until } = require('../lib/poll');


const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const TURN_USER = `username=${USER.username} credential=${USER.credential}`;

const OPTIONS = { skip: Network.missing() ?? false, timeout: 180000 };


/* lib/behind_nat.js in the network "near", with its own output */

function inside(network, dir, parameters) {
    const env = { ...process.env,
                  CHROMIUM: network.wrapper('far', CHROMIUM, dir) };

    delete env.NODE_TEST_CONTEXT;

    const child = spawn('ip', ['netns', 'exec', network.name('near'),
        process.execPath, path.join(__dirname, '..', 'lib', 'behind_nat.js'),
        JSON.stringify(parameters)], { env });

    const orphan = () => child.kill();

    process.once('exit', orphan);

    let text = '', errors = '';

    child.stdout.on('data', (data) => { text += data; });
    child.stderr.on('data', (data) => { errors += data; });

    return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code) => {
            process.removeListener('exit', orphan);

            if (code === 0) {
                resolve(JSON.parse(text));
            } else {
                reject(new Error(`${errors}\n${network.turnLog.slice(-3000)}`));
            }
        });
    });
}


async function talk({ symmetric, servers, ice }, check) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-nat-'));
    const network = new Network({ symmetric });

    try {
        await network.startTurn(dir);

        const seen = await inside(network, dir, { servers, ice });

        assert.strictEqual(seen.heard, 'from far');
        assert.strictEqual(seen.said, 'from near');
        assert.ok(seen.frames >= 30, `${seen.frames} frames`);
        assert.ok(seen.packets > 50, `${seen.packets} packets`);
        assert.strictEqual(seen.pairs.length, 2);

        await check(seen, network);

    } finally {
        network.clean();
        fs.rmSync(dir, { recursive: true });
    }
}


const isRelayed = (pair) => pair.some((c) => c.startsWith('relay/'));


/* every allocation that was made is given back, not left to its lifetime */

function givenBack(network) {
    return until('the allocations are given back', () => {
        const sessions = (pattern) => new Set(
            [...network.turnLog.matchAll(pattern)].map((m) => m[1]));

        const made = sessions(/session (\d+): new/g);
        const ended = sessions(/session (\d+): refreshed.*lifetime=0/g);

        return made.size > 0 && [...made].every((s) => ended.has(s));
    });
}


test('data and media pass through TURN when the NATs leave nothing else',
     OPTIONS, () => talk({
    symmetric: true,
    servers: [`stun:${TURN}`, `turn:${TURN} ${TURN_USER}`],
    ice: [{ urls: `stun:${TURN}` }],
}, async (seen, network) => {
    for (const pair of seen.pairs) {
        assert.ok(isRelayed(pair), `not relayed: ${pair}`);
    }

    await givenBack(network);
}));


test('between nginx and TURN may be TCP', OPTIONS, () => talk({
    symmetric: true,
    servers: [`turn:${TURN}?transport=tcp ${TURN_USER}`],
    ice: [{ urls: `stun:${TURN}` }],
}, async (seen, network) => {
    for (const pair of seen.pairs) {
        assert.ok(isRelayed(pair), `not relayed: ${pair}`);
    }

    assert.match(network.turnLog, /TCP/);
    await givenBack(network);
}));


test('NATs that keep ports are passed with STUN alone', OPTIONS, () => talk({
    symmetric: false,
    servers: [`stun:${TURN}`],
    ice: [{ urls: `stun:${TURN}` }],
}, (seen) => {
    for (const pair of seen.pairs) {
        assert.ok(!isRelayed(pair), `relayed: ${pair}`);
    }
}));
