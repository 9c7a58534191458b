/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * An nginx behind a NAT that dials out to a rendezvous server, a viewer
 * behind another NAT, with coturn between them (lib/network.js).  Needs root,
 * iproute2, nftables and coturn.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { Network, TURN, USER } = require('../lib/network');


const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const NGINX = process.env.NGINX_BINARY || '/usr/sbin/nginx';

const STUN = `stun:${TURN}:3478`;
const CREDENTIAL = `${USER.username} ${USER.credential}`;

const OPTIONS = { skip: Network.missing() ?? false, timeout: 180000 };


async function watch({ symmetric, ...parameters }, check) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-nat-'));
    const network = new Network({ symmetric });

    try {
        await network.startTurn(dir);

        const seen = await network.run('near', 'behind_nat_viewer.js', {
            CHROMIUM: network.wrapper('far', CHROMIUM, dir),
            PUBLIC_NGINX: network.wrapper('hub', NGINX, dir),
        }, { plays: true, ...parameters });

        assert.deepStrictEqual(seen.log, []);

        await check(seen, network);

    } finally {
        network.clean();
        fs.rmSync(dir, { recursive: true });
    }
}


const isRelayed = ({ pair }) => pair.some((c) => c.startsWith('relay/'));


for (const transport of ['udp', 'tcp']) {
    test(`a viewer is reached through TURN over ${transport.toUpperCase()}`,
         OPTIONS, () => watch({
        symmetric: true,
        stunAlone: true,
        servers: [STUN, `turn:${TURN}:3478?transport=${transport}`
                        + ` ${CREDENTIAL}`],
    }, async (seen, network) => {
        assert.ok(seen.frames >= 60, `${seen.frames} frames`);
        assert.strictEqual(seen.viewers, 1);

        /* nginx has asked for the address, the viewer knows of no TURN */

        assert.match(seen.pair[1], new RegExp(`^relay/${TURN}`));
        assert.ok(network.allocations().length > 0);

        if (transport === 'tcp') {
            assert.match(network.turnLog, /TCP/);
        }

        /* no permission for an address that the server must not give */

        assert.doesNotMatch(network.turnLog, /error 403/);

        await network.givenBack();
    }));
}


test('NATs that keep ports are passed with STUN', OPTIONS, () => watch({
    symmetric: false,
    servers: [STUN, `turn:${TURN}:3478 ${CREDENTIAL}`],
}, (seen) => {
    assert.ok(seen.frames >= 60, `${seen.frames} frames`);
    assert.ok(!isRelayed(seen), `relayed: ${seen.pair}`);
}));


test('with credentials that are wrong nobody is reached, and nothing is left',
     OPTIONS, () => watch({
    symmetric: true,
    stunAlone: true,
    plays: false,
    servers: [STUN, `turn:${TURN}:3478 ${USER.username} wrong`],
}, (seen, network) => {
    assert.strictEqual(seen.frames, 0);
    assert.strictEqual(network.allocations().length, 0);
    assert.match(network.turnLog, /error 401/);
}));
