/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The session and the event webhook: what is told, in which order, and what
 * becomes of it when nobody listens.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { sleep, until } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { channel, using } = require('../lib/suite');
const { WebhookServer, locations } = require('../lib/webhook');


const ID = /^[0-9A-HJKMNP-TV-Z]{25}[048CGMRW]$/;


/* body() gets the nginx and the server behind its webhooks */

async function hooked(options, body) {
    const server = await WebhookServer.start(options.server);

    try {
        const nginx = await Nginx.start({
            ...options,
            web: ['webrtc_session_uri /session;', 'webrtc_event_uri /event;',
                  ...locations(server), ...options.web || []],
        });

        try {
            await using((opened) => body(nginx, server, opened));

        } finally {
            await nginx.stop();
        }

    } finally {
        await server.close();
    }
}


async function report(nginx) {
    const { json } = await call(nginx.apiUrl,
                                'Sora_20171010.GetStatsReport');

    return json;
}


test('a connection from its beginning to its end', () => hooked({}, async (
    nginx, server, opened) => {
    const channelId = channel();

    const peer = await Peer.join(nginx.signalingUrl, {
        channel_id: channelId, role: 'sendrecv', client_id: 'me',
        video: { codec_type: 'VP8', bit_rate: 700 },
    });

    opened.push(peer);

    const created = await server.next('connection.created');
    const session = await server.next('session.created');

    assert.strictEqual(server.requests.find(
        (r) => r.body === created).headers['sora-connection-id'],
                       created.connection_id);

    assert.match(created.id, ID);
    assert.match(session.id, ID);
    assert.notStrictEqual(created.id, session.id);

    assert.strictEqual(session.channel_id, channelId);
    assert.strictEqual(session.session_id, created.session_id);
    assert.strictEqual(session.multistream, true);
    assert.ok(Math.abs(session.created_time - Date.now() / 1000) < 60);
    assert.strictEqual(
        Math.floor(Date.parse(session.created_timestamp) / 1000),
        session.created_time);

    assert.strictEqual(created.label, 'WebRTC SFU Sora');
    assert.strictEqual(created.role, 'sendrecv');
    assert.strictEqual(created.client_id, 'me');
    assert.strictEqual(created.connection_id,
                       peer.signaling.offer.connection_id);
    assert.strictEqual(created.session_id, peer.signaling.offer.session_id);
    assert.strictEqual(created.data.video_codec_type, 'VP8');
    assert.strictEqual(created.data.video_bit_rate, 700);
    assert.strictEqual(created.data.channel_connections, 1);
    assert.strictEqual(created.data.channel_sendrecv_connections, 1);
    assert.ok(created.data.total_received_bytes > 0);

    await peer.signaling.leave();

    const destroyed = await server.next('connection.destroyed');
    const over = await server.next('session.destroyed');

    assert.strictEqual(destroyed.data.type_disconnect_reason, 'NO-ERROR');
    assert.strictEqual(destroyed.data.channel_connections, 0);
    assert.ok(destroyed.data.destroyed_time >= destroyed.data.created_time);
    assert.ok(destroyed.data.total_sent_bytes
              >= created.data.total_sent_bytes);

    assert.strictEqual(over.session_id, created.session_id);
    assert.strictEqual(over.max_connections, 1);
    assert.strictEqual(over.total_connections, 1);
    assert.strictEqual(over.connections.length, 1);
    assert.strictEqual(over.connections[0].connection_id,
                       created.connection_id);

    /* nothing twice, and before the first session all others were gone */

    assert.deepStrictEqual(server.requests.map((r) => r.body.type).sort(), [
        'connection.created', 'connection.destroyed', 'session.created',
        'session.destroyed', 'session.vanished']);
    assert.strictEqual(server.bodies('session.vanished')[0].node_name,
                       created.node_name);
}));


test('the reason of an operation, and how a connection fails', () => hooked(
    {}, async (nginx, server, opened) => {
        const channelId = channel();

        const peer = await Peer.join(nginx.signalingUrl,
                                     { channel_id: channelId });

        opened.push(peer);

        const reason = { type: 'moderator', by: ['you', 1.5] };

        const { status } = await call(nginx.apiUrl,
                                      'Sora_20151104.DisconnectConnection', {
            channel_id: channelId, reason,
            connection_id: peer.signaling.offer.connection_id,
        });

        assert.strictEqual(status, 200);

        const destroyed = await server.next('connection.destroyed');

        assert.deepStrictEqual(destroyed.data.reason, reason);
        assert.deepStrictEqual(destroyed.data.disconnect_api_reason, reason);

        const signaling = await Signaling.join(nginx.signalingUrl,
                                               { channel_id: channelId });

        signaling.send({ type: 'answer', sdp: 'nonsense' });
        await signaling.close();

        const failed = await server.next('connection.failed');

        assert.strictEqual(failed.channel_id, channelId);
        assert.strictEqual(failed.connection_id,
                           signaling.offer.connection_id);
        assert.match(failed.data.message, /INVALID-ANSWER-SDP/);
    }));


test('metadata of a session and of an event come back', () => hooked({
    server: {
        answer: ({ url, body }) => (
            url === '/auth' ? { allowed: true, event_metadata: { of: 'auth' } }
            : body.type === 'session.created'
              ? { session_metadata: { room: 7 } } : {}),
    },
    web: ['webrtc_auth_uri /auth;'],
}, async (nginx, server, opened) => {
    const peer = await Peer.join(nginx.signalingUrl,
                                 { channel_id: channel() });

    opened.push(peer);

    await server.next('session.created');

    const created = await server.next('connection.created');

    assert.deepStrictEqual(created.event_metadata, { of: 'auth' });

    await peer.signaling.leave();

    const over = await server.next('session.destroyed');

    assert.deepStrictEqual(over.session_metadata, { room: 7 });
    assert.deepStrictEqual(over.connections[0].event_metadata,
                           { of: 'auth' });
}));


test('a session that is kept goes on for those who come back', () => hooked({
    main: ['webrtc_session_keep 2s;'],
}, async (nginx, server, opened) => {
    const channelId = channel();

    const ids = [];

    for (let i = 0; i < 3; i++) {
        const peer = await Peer.join(nginx.signalingUrl,
                                     { channel_id: channelId });

        opened.push(peer);
        ids.push(peer.signaling.offer.session_id);
        await peer.signaling.leave();
    }

    assert.strictEqual(new Set(ids).size, 1);

    const over = await server.next('session.destroyed');

    assert.strictEqual(over.session_id, ids[0]);
    assert.strictEqual(over.total_connections, 3);
    assert.strictEqual(over.max_connections, 1);
    assert.strictEqual(server.bodies('session.created').length, 1);
}));


test('what concerns one connection keeps its order, however slow', () => {
    const lags = [120, 0, 60, 10, 90];

    let n = 0;

    return hooked({
        workers: 1,
        server: {
            answer: async () => {
                await sleep(lags[n++ % lags.length]);
                return {};
            },
        },
    }, async (nginx, server) => {
        const channelId = channel();

        /* each fails soon: two events would overtake each other easily */

        const peers = await Promise.all(Array.from({ length: 6 }, () => (
            Peer.join(nginx.signalingUrl, { channel_id: channelId }))));

        await Promise.all(peers.map((peer) => peer.signaling.leave()));

        await until('all have been told', () => (
            server.bodies('connection.destroyed').length === 6));

        for (const peer of peers) {
            const id = peer.signaling.offer.connection_id;

            assert.deepStrictEqual(
                server.bodies((b) => b.connection_id === id)
                    .map((b) => b.type),
                ['connection.created', 'connection.destroyed']);

            await peer.close();
        }

        assert.ok(server.most > 1, 'lanes run side by side');
    });
});


/* connections that fail, each an event of some 700 bytes */

async function fail(nginx, n) {
    const channelId = channel();

    for (let done = 0; done < n; done += 20) {
        await Promise.all(Array.from({ length: 20 }, async () => {
            const signaling = await Signaling.join(nginx.signalingUrl,
                                                   { channel_id: channelId });

            signaling.send({ type: 'answer', sdp: 'nonsense' });
            await signaling.close();
        }));
    }
}


test('1000 events while nobody listens: bounded, counted, no storm after',
     () => hooked({
         workers: 1,
         http: ['webrtc_webhook_queue 64k;', 'webrtc_webhook_lanes 4;'],
     }, async (nginx, server) => {
         await server.next('session.vanished');
         await server.close();

         await fail(nginx, 1000);

         const log = nginx.errorLog();

         assert.ok(/"webrtc_webhook_queue" is full/.test(log));
         assert.ok(/webrtc \w+ webhook failed with status 502/.test(log));

         /* in all these seconds: a line or two of ours for each */

         const lines = log.split('\n').filter((l) => /webrtc \w+ webhook/
                                              .test(l));

         assert.ok(lines.length < 100, `${lines.length} lines`);

         server.requests.length = 0;
         server.most = 0;
         await server.listen();

         /* what the queue had room for comes now, four at a time */

         await until('the queue is empty', async () => {
             const n = server.requests.length;

             await sleep(1500);

             return n > 0 && server.requests.length === n;
         }, { timeout: 30000 });

         const counted = await report(nginx);

         /* the session webhook was told as often: each one was alone */

         assert.ok(counted.total_ignored_event_webhook > 700);
         assert.ok(counted.total_failed_event_webhook > 0);
         assert.strictEqual(counted.total_ignored_event_webhook
                            + counted.total_failed_event_webhook
                            + counted.total_successful_event_webhook, 1000);
         assert.strictEqual(counted.total_session_created,
                            counted.total_session_destroyed);

         assert.ok(server.requests.length < 200, `${server.requests.length}`);
         assert.ok(server.most <= 8, `${server.most} at a time`);

         /* and new ones are told again */

         await fail(nginx, 20);

         await until('they are told', () => server.requests.length
                     && server.bodies('connection.failed').length >= 20);
     }));


test('answers that are no good change nothing', () => {
    let n = 0;

    const ways = [
        (req, res) => { res.statusCode = 500; res.end(); },
        (req, res) => { res.end('x'.repeat(10 << 20)); },
        (req, res) => { res.destroy(); },
        (req, res) => { res.end('no JSON'); },
    ];

    return hooked({
        workers: 1,
        server: { answer: (req, res) => ways[n++ % ways.length](req, res) },
    }, async (nginx, server, opened) => {
        const channelId = channel();

        const peer = await Peer.join(nginx.signalingUrl,
                                     { channel_id: channelId });

        opened.push(peer);

        await fail(nginx, 20);
        await until('some were sent', () => server.requests.length > 4);

        const other = await Peer.join(nginx.signalingUrl,
                                      { channel_id: channelId });

        opened.push(other);
        assert.strictEqual(other.created.channel_connections, 2);
    });
});


test('the death of a worker: one destroyed event for each, sessions too',
     () => hooked({
         workers: 2, allow: KILLED,
     }, async (nginx, server, opened) => {
         const peers = [];

         for (let i = 0; i < 6; i++) {
             const peer = await Peer.join(nginx.signalingUrl,
                                          { channel_id: channel() });

             opened.push(peer);
             peers.push(peer);
         }

         await until('all are told', () => (
             server.bodies('connection.created').length === 6));

         /* the home of some of the channels */

         const victim = nginx.workerOfUdp(peers[0].server.port);

         const lost = peers.filter(
             (p) => nginx.workerOfUdp(p.server.port) === victim);

         kill(victim, 'SIGKILL');

         for (const peer of lost) {
             await server.next((b) => b.type === 'connection.destroyed'
                               && b.connection_id === peer.connectionId);
             await server.next((b) => b.type === 'session.destroyed'
                               && b.session_id
                                  === peer.signaling.offer.session_id);
         }

         /* whoever had his WebSocket there is told of too, once */

         await sleep(1000);

         const ends = server.bodies('connection.destroyed')
             .map((b) => b.connection_id);

         assert.strictEqual(new Set(ends).size, ends.length);
     }));


test('a reload: old workers tell the end of their calls', () => hooked({},
    async (nginx, server, opened) => {
        const peer = await Peer.join(nginx.signalingUrl,
                                     { channel_id: channel() });

        opened.push(peer);

        await nginx.reload();
        await peer.signaling.leave();

        const destroyed = await server.next('connection.destroyed');

        assert.strictEqual(destroyed.connection_id, peer.connectionId);

        await server.next('session.destroyed');
        await until('the old workers have left',
                    () => nginx.processes().length === 2);

        assert.strictEqual(server.bodies('session.vanished').length, 1);
    }));


test('sessions that go on have not vanished', async () => {
    const server = await WebhookServer.start();

    /* until the reload nobody wants to know */

    const nginx = await Nginx.start({
        web: ['#session', '#event', ...locations(server)],
    });

    try {
        await using(async (opened) => {
            opened.push(await Peer.join(nginx.signalingUrl,
                                        { channel_id: channel() }));

            const file = path.join(nginx.prefix, 'nginx.conf');

            nginx.configure(fs.readFileSync(file, 'utf8')
                .replace('#session', 'webrtc_session_uri /session;')
                .replace('#event', 'webrtc_event_uri /event;'));

            await nginx.reload();

            const peer = await Peer.join(nginx.signalingUrl,
                                         { channel_id: channel() });

            opened.push(peer);

            await server.next('session.created');
            assert.deepStrictEqual(server.bodies('session.vanished'), []);
        });

    } finally {
        await nginx.stop();
        await server.close();
    }
});


test('worker_shutdown_timeout: what it ends is told', () => hooked({
    shutdownTimeout: '1s',
}, async (nginx, server, opened) => {
    const peer = await Peer.join(nginx.signalingUrl,
                                 { channel_id: channel() });

    opened.push(peer);

    await nginx.reload();

    const destroyed = await server.next('connection.destroyed');

    assert.strictEqual(destroyed.connection_id, peer.connectionId);

    await until('the old workers have left',
                () => nginx.processes().length === 2);
}));


test('a quit with a server that does not answer is not held up for long',
     () => hooked({
         server: { answer: () => {} },
         shutdownTimeout: '2s',
     }, async (nginx, server, opened) => {
         const peer = await Peer.join(nginx.signalingUrl,
                                      { channel_id: channel() });

         opened.push(peer);

         const old = nginx.processes();

         await nginx.reload();
         await until('the old workers have left', () => (
             nginx.processes().every((pid) => !old.includes(pid))),
                     { timeout: 12000 });
     }));
