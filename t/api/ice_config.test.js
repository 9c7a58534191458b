/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The directives of full ICE.
 */

'use strict';

const assert = require('node:assert');
const { before, test } = require('node:test');

const { loadModules, testConfig } = require('../lib/nginx');
const { freeUdp } = require('../lib/ports');


let udp;

before(async () => {
    udp = await freeUdp(8);
});


function check(...directives) {
    return testConfig(loadModules() + `worker_processes 2;
pid nginx.pid;
webrtc_zone webrtc:16m;
${directives.map((line) => line + ';\n').join('')}events {}
stream { server { listen 127.0.0.1:${udp}-${udp + 7} udp; webrtc_media; } }
`);
}


function refused(reason, ...directives) {
    const { ok, stderr } = check(...directives);

    assert.ok(!ok, `accepted: ${directives}`);
    assert.match(stderr, reason);
}


test('servers by address and by name, in both ways to write them', () => {
    const turn = 'username=u credential=c';

    for (const line of ['stun:192.0.2.1', 'stun:192.0.2.1:19302',
                        'stun:[2001:db8::1]:3478', 'stun:localhost',
                        `turn:192.0.2.1 ${turn}`,
                        `turn:192.0.2.1:443?transport=tcp ${turn}`,
                        `turn:[2001:db8::1] ${turn} transport=tcp`,
                        `turn:localhost:3479 transport=udp ${turn}`,
                        'turn:192.0.2.1 "username=a b" credential=c=d'])
    {
        const { ok, stderr } = check(`webrtc_ice_server ${line}`);
        assert.ok(ok, `${line}: ${stderr}`);
    }

    const { ok, stderr } = check('webrtc_ice_server stun:192.0.2.1',
        ...Array(8).fill(`webrtc_ice_server turn:192.0.2.1 ${turn}`),
        'webrtc_ice_ports 40000-40999', 'webrtc_ice_agents 1000');

    assert.ok(ok, stderr);
});


test('servers that cannot be used are refused with the reason', () => {
    const turn = 'turn:192.0.2.1 username=u credential=c';

    for (const [line, reason] of [
        ['192.0.2.1', /must begin with "stun:" or "turn:".* in .*nginx.conf:\d/],
        ['http://192.0.2.1', /must begin with "stun:" or "turn:"/],
        ['turns:192.0.2.1', /TLS to STUN and TURN servers is not supported/],
        ['stun:', /no host/],
        ['stun:192.0.2.1:0', /invalid port/],
        ['stun:192.0.2.1:70000', /invalid port/],
        ['stun:unix:/tmp/x', /invalid port/],
        ['stun:name.invalid', /host not found in "name.invalid"/],
        ['stun:192.0.2.1 username=u', /takes no "username="/],
        ['stun:192.0.2.1 transport=tcp', /no "transport=tcp"/],
        ['turn:192.0.2.1', /needs "username=" and "credential="/],
        ['turn:192.0.2.1 username=u', /needs "username="/],
        ['turn:192.0.2.1 username= credential=c', /needs "username="/],
        [`${turn} transport=tls`, /invalid transport "tls"/],
        ['turn:192.0.2.1?x=y username=u credential=c', /only "\?transport=udp" or "\?transport=tcp" can/],
        [`${turn} realm=r`, /invalid parameter "realm=r"/],
    ]) {
        refused(reason, `webrtc_ice_server ${line}`);
    }

    refused(/one "stun:" server and 8 "turn:" servers/,
            'webrtc_ice_server stun:192.0.2.1',
            'webrtc_ice_server stun:192.0.2.2');

    refused(/one "stun:" server and 8 "turn:" servers/,
            ...Array(9).fill(`webrtc_ice_server ${turn}`));
});


test('ports and numbers out of range are refused', () => {
    for (const range of ['0-10', '10', '5-4', '1-65536', 'a-b', '1-2-3']) {
        refused(/invalid range of ports/, `webrtc_ice_ports ${range}`);
    }

    refused(/is duplicate/, 'webrtc_ice_ports 1000-2000',
            'webrtc_ice_ports 1000-2000');
    refused(/value must be between 1 and 100000/,
            'webrtc_ice_agents 0');
    refused(/value must be between 1 and 100000/,
            'webrtc_ice_agents 100001');
});
