/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What "nginx -t" says of the directives of webhooks, and the configuration
 * of the examples with the server that comes with it.
 */

'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { before, test } = require('node:test');

const { serve, sign, verify, answer } = require(
    '../../conf-examples/auth/server');
const { Nginx, loadModules, testConfig } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { freeTcp, freeUdp } = require('../lib/ports');
const { Signaling } = require('../lib/signaling');


let tcp, udp;

before(async () => {
    tcp = await freeTcp();
    udp = await freeUdp(8);
});


function config({ main = '', http = '', server = '', location = '' }) {
    return loadModules() + `worker_processes 1;
pid nginx.pid;
webrtc_zone webrtc:16m;
${main}
events {}
stream { server { listen 127.0.0.1:${udp}-${udp + 7} udp; webrtc_media; } }
http {
access_log off;
client_body_temp_path body; proxy_temp_path proxy;
fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
${http}
server {
listen 127.0.0.1:${tcp};
${server}
location = /signaling {
webrtc_sora_signaling;
${location}
}
}
}
`;
}


function accepted(parts) {
    const { ok, stderr } = testConfig(config(parts));

    assert.ok(ok, `${JSON.stringify(parts)}: ${stderr}`);
}


function refused(parts, message) {
    const { ok, stderr } = testConfig(config(parts));

    assert.ok(!ok, `accepted: ${JSON.stringify(parts)}`);
    assert.match(stderr, message);
}


test('good values', () => {
    accepted({
        main: 'webrtc_label "a label"; webrtc_node_name n;'
              + ' webrtc_session_keep 5s; webrtc_session_connections 10;',
        http: 'webrtc_auth_uri /auth; webrtc_auth_pending 1;'
              + ' webrtc_webhook_queue 16k; webrtc_webhook_lanes 64;'
              + ' webrtc_webhook_timeout 100ms;'
              + ' webrtc_webhook_answer_size 8m;',
        server: 'webrtc_auth_uri off; webrtc_session_uri /s?a=b;'
                + ' webrtc_event_uri /e; webrtc_webhook_timeout 1m;',
        location: 'webrtc_auth_uri /other; webrtc_webhook_timeout 2s;',
    });
});


test('bad values, and directives given twice', () => {
    refused({ location: 'webrtc_auth_uri auth;' }, /invalid URI "auth"/);
    refused({ location: 'webrtc_auth_uri /a; webrtc_auth_uri /b;' },
            /is duplicate/);
    refused({ server: 'webrtc_event_uri /a; webrtc_event_uri /b;' },
            /is duplicate/);
    refused({ server: 'webrtc_event_uri /a;',
              http: 'server { listen 127.0.0.1:1; webrtc_event_uri /b; }' },
            /is duplicate/);
    refused({ http: 'webrtc_event_uri /a;' }, /not allowed here/);
    refused({ location: 'webrtc_session_uri /a;' }, /not allowed here/);
    refused({ http: 'webrtc_auth_pending 0;' }, /value must be/);
    refused({ http: 'webrtc_webhook_lanes 65;' }, /value must be/);
    refused({ http: 'webrtc_webhook_queue 1k;' }, /value must be/);
    refused({ http: 'webrtc_webhook_timeout 0;' }, /greater than zero/);
    refused({ http: 'webrtc_webhook_answer_size 16m;' }, /value must be/);
    refused({ main: 'webrtc_label "Käse";' }, /printable ASCII/);
    refused({ main: 'webrtc_node_name "a\\nb";' }, /printable ASCII/);
    refused({ main: 'webrtc_session_connections 0;' }, /value must be/);
});


test('tokens of the example server', () => {
    const request = { channel_id: 'room' };

    const ask = (token, now = 1000) => answer(
        { ...request, auth_metadata: { access_token: token } }, 'secret', now);

    const token = (claims) => sign({ channel_id: 'room', exp: 2000,
                                     ...claims }, 'secret');

    assert.deepStrictEqual(ask('secret'), { allowed: true });
    assert.deepStrictEqual(ask(token({ video: false, sub: 'me' })),
                           { allowed: true, video: false });
    assert.deepStrictEqual(ask(token({ allowed: false })), { allowed: true });
    assert.strictEqual(ask(token(), 2000).reason, 'EXPIRED-ACCESS-TOKEN');
    assert.strictEqual(ask(token({ exp: undefined })).reason,
                       'EXPIRED-ACCESS-TOKEN');
    assert.strictEqual(ask(token({ nbf: 1001 })).reason,
                       'EARLY-ACCESS-TOKEN');
    assert.strictEqual(ask(token({ channel_id: 'other' })).reason,
                       'INVALID-CHANNEL-ID');
    assert.strictEqual(answer(request, 'secret').reason,
                       'MISSING-ACCESS-TOKEN');

    const [head, body, signature] = token().split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');

    for (const bad of [
        '', 'x', `${head}.${body}`, `${head}.${body}.`,
        `${head}.${body}.${signature}.x`, `${none}.${body}.`,
        `${none}.${body}.${signature}`, `${head}.${none}.${signature}`,
        sign({ channel_id: 'room', exp: 2000 }, 'another secret'),
    ]) {
        assert.strictEqual(ask(bad).reason, 'INVALID-ACCESS-TOKEN', bad);
        assert.strictEqual(verify(bad, 'secret'), undefined);
    }
});


test('the example configuration, with the example server', async () => {
    const port = await freeTcp();
    const told = [];
    const server = serve('secret', (line) => told.push(JSON.parse(line)));

    server.listen(port, '127.0.0.1');
    await once(server, 'listening');

    const file = path.join(__dirname, '..', '..', 'conf-examples',
                           'webhooks.conf');

    const nginx = await Nginx.start({
        workers: 1,
        config: (o) => 'daemon off; pid nginx.pid;\n'
            + fs.readFileSync(file, 'utf8')
                .replace(/^load_module.*$/gm, '')
                .replace(/^/, loadModules())
                .replace('10000-10015', `127.0.0.1:${o.udpPort}-`
                                        + `${o.udpPort + o.udpPorts - 1}`)
                .replace('listen 8080', `listen 127.0.0.1:${o.webPort}`)
                .replace('127.0.0.1:3000', `127.0.0.1:${o.apiPort}`)
                .replace('127.0.0.1:8100', `127.0.0.1:${port}`)
                .replace('http {', 'http {\naccess_log off;\n'
                         + 'client_body_temp_path body; proxy_temp_path'
                         + ' proxy; fastcgi_temp_path fastcgi;\n'
                         + 'uwsgi_temp_path uwsgi; scgi_temp_path scgi;'),
    });

    try {
        const refusal = await Signaling.open(nginx.signalingUrl);

        refusal.connect({ channel_id: 'room', metadata: {} });
        assert.deepStrictEqual(await refusal.close(), {
            code: 4490, reason: 'MISSING-ACCESS-TOKEN',
        });

        const signaling = await Signaling.join(nginx.signalingUrl, {
            channel_id: 'room',
            metadata: {
                access_token: sign({ channel_id: 'room', client_id: 'x',
                                     exp: Date.now() / 1000 + 60 }, 'secret'),
            },
        });

        assert.strictEqual(signaling.offer.client_id, 'x');

        const created = await until('the session is told', () => told.find(
            (e) => e.type === 'session.created'));

        assert.strictEqual(created.node_name, 'media1.example.com');

        await signaling.leave();

        await until('the end is told', () => told.find(
            (e) => e.type === 'connection.failed'));

    } finally {
        await nginx.stop();
        server.close();
    }
});
