/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The gateway behind a NAT and a browser behind another one, with coturn
 * between them (lib/network.js).  Needs root, iproute2, nftables and coturn.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { Network, TURN, USER } = require('../lib/network');


const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const TURN_USER = `username=${USER.username} credential=${USER.credential}`;

const OPTIONS = { skip: Network.missing() ?? false, timeout: 180000 };


async function talk({ symmetric, servers, ice }, check) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-nat-'));
    const network = new Network({ symmetric });

    try {
        await network.startTurn(dir);

        const seen = await network.run('near', 'behind_nat.js', {
            CHROMIUM: network.wrapper('far', CHROMIUM, dir),
        }, { servers, ice });

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


test('data and media pass through TURN when the NATs leave nothing else',
     OPTIONS, () => talk({
    symmetric: true,
    servers: [`stun:${TURN}`, `turn:${TURN} ${TURN_USER}`],
    ice: [{ urls: `stun:${TURN}` }],
}, async (seen, network) => {
    for (const pair of seen.pairs) {
        assert.ok(isRelayed(pair), `not relayed: ${pair}`);
    }

    await network.givenBack();
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
    await network.givenBack();
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
