/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The auth webhook: whom it lets in and how, and everything that can be wrong
 * with the server that answers it.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { call, listConnections } = require('../lib/api');
const { certificate } = require('../lib/certificate');
const { Nginx } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { sleep, until } = require('../lib/poll');
const { freeTcp } = require('../lib/ports');
const { Signaling } = require('../lib/signaling');
const { channel, using } = require('../lib/suite');
const { WebhookServer, locations } = require('../lib/webhook');


const ID = /^[0-9A-HJKMNP-TV-Z]{25}[048CGMRW]$/;

let server;
let nginx;


/* what the server answers is the channel's business */

const answers = new Map();

before(async () => {
    server = await WebhookServer.start({
        answer: (request, response) => {
            const answer = answers.get(request.body.channel_id);

            return typeof answer === 'function' ? answer(request, response)
                   : answer || { allowed: true };
        },
    });

    nginx = await Nginx.start({
        web: ['webrtc_auth_uri /auth;', 'webrtc_webhook_timeout 2s;',
              'auth_basic closed; auth_basic_user_file /dev/null;',
              'sendfile on; limit_rate 4k;',
              'location = /free { auth_basic off; webrtc_sora_signaling;'
              + ' webrtc_auth_uri off; }',
              'location = /dead { auth_basic off; webrtc_sora_signaling;'
              + ' webrtc_auth_uri /nobody; }',
              'location = /tls { auth_basic off; webrtc_sora_signaling;'
              + ' webrtc_auth_uri /tls-auth; }',
              'location = /named { auth_basic off; webrtc_sora_signaling;'
              + ' webrtc_auth_uri /named-auth; }',
              'location = /static { auth_basic off; webrtc_sora_signaling;'
              + ' webrtc_auth_uri /static-auth; }',
              'location = /file { auth_basic off; webrtc_sora_signaling;'
              + ' webrtc_auth_uri /file-auth; }',
              'location = /file-auth { internal; proxy_pass'
              + ` http://127.0.0.1:${await freeTcp()};`
              + ' error_page 502 =200 /file.json; }',
              'location = /short { auth_basic off; webrtc_sora_signaling;'
              + ' webrtc_connect_timeout 500ms; }',
              'location = /static-auth { internal; default_type'
              + ' application/json; return 200'
              + ' "{\\"allowed\\":true,\\"client_id\\":\\"static\\"}"; }',
              `location = /nobody { internal; proxy_pass`
              + ` http://127.0.0.1:${await freeTcp()}; }`,
              `location = /tls-auth { internal; proxy_pass`
              + ` https://127.0.0.1:${server.port}/auth; }`,
              'location = /named-auth { internal; resolver 127.0.0.1:1'
              + ' ipv6=off; resolver_timeout 1s; set $where'
              + ' http://nowhere.invalid/; proxy_pass $where; }',
              ...locations(server)],
        signaling: ['auth_basic off;'],
    });

    fs.writeFileSync(path.join(nginx.prefix, 'html', 'file.json'),
                     '{"allowed":true,"client_id":"file"}');
});

after(async () => {
    await nginx?.stop();
    await server?.close();
});


async function refused(connect, { url = nginx.signalingUrl } = {}) {
    const signaling = await Signaling.open(url);

    signaling.connect(connect);

    const end = await signaling.close();

    assert.strictEqual(signaling.messages.length, 0);

    return end;
}


function at(location) {
    return nginx.signalingUrl.replace('/signaling', location);
}


test('the webhook is told who wants to come in', () => using(async (opened) => {
    const channelId = channel();
    const metadata = '{"token":"secret","n":1.50,"big":12345678901234567}';

    const first = await Peer.join(nginx.signalingUrl,
                                  { channel_id: channelId });

    opened.push(first);

    const signaling = await Signaling.open(nginx.signalingUrl);

    opened.push(signaling);
    signaling.send(`{"type":"connect","role":"sendrecv","channel_id":`
                   + `${JSON.stringify(channelId)},"client_id":"me",`
                   + `"metadata":${metadata},"simulcast":true,`
                   + `"audio":{"bit_rate":32},`
                   + `"video":{"codec_type":"H264","bit_rate":700,`
                   + `"h264_params":{"profile_level_id":"42e01f"}},`
                   + `"spotlight":true,"spotlight_focus_rid":"r1",`
                   + `"data_channel_signaling":true,`
                   + `"sora_client":"Sora C++ SDK 2025.4.0 (5d9ef2f1)",`
                   + `"libwebrtc":"M130","environment":"Linux"}`);

    await until('the webhook has come', () => server.requests.find(
        (r) => r.body.client_id === 'me'));

    const request = server.requests.find((r) => r.body.client_id === 'me');
    const body = request.body;

    assert.strictEqual(request.method, 'POST');
    assert.strictEqual(request.url, '/auth');
    assert.strictEqual(request.version, '1.1');
    assert.strictEqual(request.headers['content-type'], 'application/json');
    assert.strictEqual(request.headers['sora-connection-id'],
                       body.connection_id);
    assert.match(body.connection_id, ID);
    assert.match(body.id, ID);
    assert.match(body.timestamp, /^\d{4}-.*T.*\.\d{6}Z$/);
    assert.ok(Math.abs(Date.parse(body.timestamp) - Date.now()) < 60000);

    assert.ok(request.text.includes(`"metadata":${metadata}`), request.text);
    assert.ok(request.text.includes(`"auth_metadata":${metadata}`));

    const { id, timestamp, connection_id: connectionId, auth_metadata: auth,
            metadata: same, node_name: node, ...rest } = body;

    assert.strictEqual(node, os.hostname());
    assert.deepStrictEqual(rest, {
        version: '2025.2.0', label: 'WebRTC SFU Sora', role: 'sendrecv',
        channel_id: channelId, session_id: first.signaling.offer.session_id,
        client_id: 'me', multistream: true, simulcast: true, spotlight: true,
        audio: true, audio_codec_type: 'OPUS', audio_bit_rate: 32,
        video: true, video_codec_type: 'H264', video_bit_rate: 700,
        video_h264_params: { profile_level_id: '42e01f' },
        data_channel_signaling: true, ignore_disconnect_websocket: false,
        spotlight_focus_rid: 'r1',
        sora_client: { raw: 'Sora C++ SDK 2025.4.0 (5d9ef2f1)',
                       type: 'Sora C++ SDK', version: '2025.4.0',
                       commit_short: '5d9ef2f1', libwebrtc: 'M130',
                       environment: 'Linux' },
        channel_connections: 1, channel_sendrecv_connections: 0,
        channel_sendonly_connections: 0, channel_recvonly_connections: 1,
        e2ee: false,
    });
}));


test('the connection has the id that the webhook was told', () => using(
    async (opened) => {
        const channelId = channel();
        const signaling = await Signaling.join(nginx.signalingUrl,
                                               { channel_id: channelId });

        opened.push(signaling);

        const { body } = server.requests.find(
            (r) => r.body.channel_id === channelId);

        assert.strictEqual(signaling.offer.connection_id, body.connection_id);
        assert.strictEqual(signaling.offer.client_id, body.connection_id);
    }));


test('what the webhook says goes over what the client said', () => using(
    async (opened) => {
        const channelId = channel();

        answers.set(channelId, {
            allowed: true, client_id: 'other', bundle_id: 'bundle',
            video_codec_type: 'VP8', video_bit_rate: 300, audio: false,
            metadata: { for: 'you' }, event_metadata: { for: 'them' },
            signaling_notify_metadata: 'authz',
        });

        const peer = await Peer.join(nginx.signalingUrl, {
            channel_id: channelId, role: 'sendrecv', client_id: 'me',
            video: { codec_type: 'H264' },
            signaling_notify_metadata: 'authn',
        });

        opened.push(peer);

        const { offer } = peer.signaling;

        assert.strictEqual(offer.client_id, 'other');
        assert.strictEqual(offer.bundle_id, 'bundle');
        assert.strictEqual(offer.audio, false);
        assert.strictEqual(offer.video_codec_type, 'VP8');
        assert.strictEqual(offer.video_bit_rate, 300);
        assert.deepStrictEqual(offer.metadata, { for: 'you' });
        assert.ok(/a=rtpmap:\d+ VP8\//.test(offer.sdp));
        assert.ok(!/H264/.test(offer.sdp));

        assert.strictEqual(peer.created.authz_metadata, 'authz');
        assert.strictEqual(peer.created.authn_metadata, 'authn');

        const list = await listConnections(nginx.apiUrl);

        assert.ok(list.some((c) => c.channel_id === channelId
                                   && c.client_id === 'other'));
    }));


test('a lifetime ends a connection with LIFETIME-EXPIRED', () => using(
    async (opened) => {
        const channelId = channel();

        answers.set(channelId, { allowed: true, connection_lifetime: 2 });

        const start = Date.now();
        const peer = await Peer.join(nginx.signalingUrl,
                                     { channel_id: channelId });

        opened.push(peer);

        const end = await peer.signaling.close();

        assert.deepStrictEqual(end, { code: 1000,
                                      reason: 'LIFETIME-EXPIRED' });
        assert.ok(Date.now() - start > 1500);
    }));


test('a member with signaling_notify false is told of nothing', () => using(
    async (opened) => {
        const channelId = channel();

        answers.set(channelId, ({ body }) => ({
            allowed: true, signaling_notify: body.client_id !== 'silent',
        }));

        const silent = await Peer.offered(nginx.signalingUrl,
                                          { channel_id: channelId,
                                            client_id: 'silent' });

        opened.push(silent);
        silent.answer();
        await silent.ice();
        await silent.dtls();

        const other = await Peer.join(nginx.signalingUrl,
                                      { channel_id: channelId });

        opened.push(other);

        assert.strictEqual(other.created.channel_connections, 2);
        assert.deepStrictEqual(
            silent.signaling.messages.filter((m) => m.type === 'notify'), []);
    }));


test('a refusal has the reason of the webhook, cut to 123 bytes', async () => {
    const channelId = channel();

    answers.set(channelId, { allowed: false, reason: 'CONNECTION-LIMIT' });
    assert.deepStrictEqual(await refused({ channel_id: channelId }),
                           { code: 4490, reason: 'CONNECTION-LIMIT' });

    answers.set(channelId, { allowed: false, reason: 'あ'.repeat(60) });
    assert.deepStrictEqual(await refused({ channel_id: channelId }),
                           { code: 4490, reason: 'あ'.repeat(41) });

    answers.set(channelId, { allowed: false });
    assert.deepStrictEqual(await refused({ channel_id: channelId }),
                           { code: 4490, reason: 'AUTH-WEBHOOK-DENIED' });
});


const FAILED = { code: 4490, reason: 'AUTH-WEBHOOK-FAILED' };

const BAD = {
    'status 500': (req, res) => {
        res.statusCode = 500;
        res.end('{"allowed":true}');
    },
    'status 204': (req, res) => {
        res.statusCode = 204;
        res.end();
    },
    'a redirect': (req, res) => {
        res.writeHead(302, { location: '/elsewhere' });
        res.end('{"allowed":true}');
    },
    'invalid JSON': (req, res) => { res.end('{"allowed":true'); },
    'no JSON at all': (req, res) => { res.end('yes'); },
    'an empty body': (req, res) => { res.end(); },
    'another type': () => [true],
    'allowed as a string': () => ({ allowed: 'true' }),
    'without allowed': () => ({}),
    '10 MB': (req, res) => {
        res.end('{"allowed":true,"x":"' + 'x'.repeat(10 << 20) + '"}');
    },
    '10 MB that never end': (req, res) => {
        res.write('{"allowed":true,"x":"');

        const more = setInterval(() => {
            if (!res.write('x'.repeat(1 << 16))) {
                /* goes on regardless */
            }
        }, 1);

        res.on('close', () => clearInterval(more));
    },
    'a body that is cut short': (req, res) => {
        res.writeHead(200, { 'content-length': 100 });
        res.write('{"allowed":');
        setTimeout(() => res.destroy(), 50);
    },
    'closing at once': (req, res) => { res.destroy(); },
    'not answering at all': () => {},
    'half an answer and silence': (req, res) => {
        res.writeHead(200, { 'content-length': 16 });
        res.write('{"allowed":');
    },
};

for (const [what, answer] of Object.entries(BAD)) {

    test(`${what}: the client is refused in time`, async () => {
        const channelId = channel();

        answers.set(channelId, answer);

        const start = Date.now();

        assert.deepStrictEqual(await refused({ channel_id: channelId }),
                               FAILED);
        assert.ok(Date.now() - start < 4000);
    });
}


test('a server that is not there, does not speak TLS or has no address:'
     + ' refused', async () => {
    for (const location of ['/dead', '/tls', '/named']) {
        assert.deepStrictEqual(
            await refused({ channel_id: channel() }, { url: at(location) }),
            FAILED, location);
    }
});


test('a location that answers by itself will do, and none for whom it is off',
     () => using(async (opened) => {
         const one = await Signaling.join(at('/static'),
                                          { channel_id: channel() });

         opened.push(one);
         assert.strictEqual(one.offer.client_id, 'static');

         const n = server.requests.length;
         const two = await Signaling.join(at('/free'),
                                          { channel_id: channel() });

         opened.push(two);
         assert.strictEqual(server.requests.length, n);
     }));


test('a file that answers while the server is away', () => using(
    async (opened) => {
        const one = await Signaling.join(at('/file'),
                                         { channel_id: channel() });

        opened.push(one);
        assert.strictEqual(one.offer.client_id, 'file');
    }));


test('a long answer, where clients have a limit_rate', () => using(
    async (opened) => {
        const channelId = channel();

        answers.set(channelId, { allowed: true, client_id: 'long',
                                 event_metadata: 'x'.repeat(10000) });

        const one = await Signaling.join(nginx.signalingUrl,
                                         { channel_id: channelId });

        opened.push(one);
        assert.strictEqual(one.offer.client_id, 'long');
    }));


test('webrtc_connect_timeout is for the message, not for the answer',
     () => using(async (opened) => {
         const channelId = channel();

         answers.set(channelId, (request, response) => {
             setTimeout(() => response.end('{"allowed":true}'), 1000);
         });

         opened.push(await Signaling.join(at('/short'),
                                          { channel_id: channelId }));

         const silent = await Signaling.open(at('/short'));

         assert.deepStrictEqual(await silent.close(),
                                { code: 4490, reason: 'TIMEOUT' });
     }));


test('an override that breaks a rule refuses the client', async () => {
    const channelId = channel();

    answers.set(channelId, { allowed: true, video_codec_type: 'VP7' });
    assert.deepStrictEqual(await refused({ channel_id: channelId }),
                           { code: 4490,
                             reason: 'INVALID-VIDEO-CODEC-TYPE' });

    answers.set(channelId, { allowed: true, connection_lifetime: 'long' });
    assert.deepStrictEqual(await refused({ channel_id: channelId }),
                           { code: 4490,
                             reason: 'INVALID-AUTH-WEBHOOK-ANSWER' });
});


test('a connect that is no good never reaches the webhook', async () => {
    const n = server.requests.length;

    assert.deepStrictEqual(await refused({ channel_id: '' }),
                           { code: 4490, reason: 'INVALID-CHANNEL-ID' });
    assert.strictEqual(server.requests.length, n);
});


test('a client that leaves while its auth is pending was never there',
     async () => {
         for (const leave of [(s) => s.terminate(), (s) => s.ws.close()]) {
             const channelId = channel();

             let response;

             answers.set(channelId, (req, res) => {
                 response = res;
             });

             const signaling = await Signaling.open(nginx.signalingUrl);

             signaling.connect({ channel_id: channelId });
             await until('the webhook has come', () => response);

             const closed = new Promise((resolve) => {
                 response.on('close', resolve);
             });

             leave(signaling);

             /* the request is given up */
             await closed;

             const { json } = await call(nginx.apiUrl,
                                         'Sora_20201013.ListChannels');

             assert.ok(!JSON.stringify(json).includes(channelId));
         }
     });


test('messages before the answer: leaving is, all else is not', async () => {
    const ends = [];

    for (const message of [{ type: 'disconnect', reason: 'NO-ERROR' },
                           { type: 'answer', sdp: '' }])
    {
        const channelId = channel();

        answers.set(channelId, () => {});

        const signaling = await Signaling.open(nginx.signalingUrl);

        signaling.connect({ channel_id: channelId });
        await until('the webhook has come', () => server.requests.some(
            (r) => r.body.channel_id === channelId));

        signaling.send(message);
        ends.push(await signaling.close());
    }

    assert.deepStrictEqual(ends, [
        { code: 1000, reason: 'TYPE-DISCONNECT' },
        { code: 4490, reason: 'UNEXPECTED-MESSAGE' },
    ]);
});


test('many slow ones hold up nobody else', () => using(async (opened) => {
    const channelId = channel();
    const waiting = [];

    answers.set(channelId, (req, res) => {
        waiting.push(res);
    });

    const slow = await Promise.all(Array.from({ length: 50 }, async () => {
        const signaling = await Signaling.open(nginx.signalingUrl);

        opened.push(signaling);
        signaling.connect({ channel_id: channelId });

        return signaling;
    }));

    await until('all have asked', () => waiting.length === 50);

    const start = Date.now();
    const quick = await Signaling.join(nginx.signalingUrl,
                                       { channel_id: channel() });

    opened.push(quick);
    assert.ok(Date.now() - start < 1500);

    for (const res of waiting) {
        res.end('{"allowed":true}');
    }

    for (const signaling of slow) {
        await signaling.next('offer');
    }
}));


test('a reload while answers are pending: they still count', () => using(
    async (opened) => {
        const channelId = channel();

        let response;

        answers.set(channelId, (req, res) => {
            response = res;
        });

        const signaling = await Signaling.open(nginx.signalingUrl);

        opened.push(signaling);
        signaling.connect({ channel_id: channelId });
        await until('the webhook has come', () => response);

        await nginx.reload();
        response.end('{"allowed":true}');

        await signaling.next('offer');
    }));


test('TLS to the server, and no more clients than webrtc_auth_pending',
     () => using(async (opened) => {
         const hold = [];

         const tls = await WebhookServer.start({
             tls: certificate(),
             answer: (request, response) => {
                 if (request.body.client_id === 'slow') {
                     hold.push(response);
                     return undefined;
                 }

                 return { allowed: false, reason: 'OVER-TLS' };
             },
         });

         const other = await Nginx.start({
             workers: 1,
             http: ['webrtc_auth_pending 2;', 'webrtc_auth_uri /auth;'],
             web: locations(tls, ['proxy_ssl_verify off;']),
         });

         try {
             const url = other.signalingUrl;

             assert.deepStrictEqual(
                 await refused({ channel_id: 'x' }, { url }),
                 { code: 4490, reason: 'OVER-TLS' });

             for (let i = 0; i < 2; i++) {
                 const signaling = await Signaling.open(url);

                 opened.push(signaling);
                 signaling.connect({ channel_id: 'x', client_id: 'slow' });
             }

             await until('two wait', () => hold.length === 2);

             assert.deepStrictEqual(
                 await refused({ channel_id: 'x' }, { url }),
                 { code: 4490, reason: 'AUTH-WEBHOOK-BUSY' });

             hold[0].end('{"allowed":true}');
             hold[1].end('no');

             await until('all of them have been counted', async () => {
                 const { json } = await call(other.apiUrl,
                                             'Sora_20171010.GetStatsReport');

                 return json.total_auth_webhook_allowed === 1
                        && json.total_auth_webhook_denied === 1
                        && json.total_successful_auth_webhook === 2
                        && json.total_failed_auth_webhook === 1;
             });

         } finally {
             await other.stop();
             await tls.close();
         }
     }));
