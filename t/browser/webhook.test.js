/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The example auth server with browsers: claims of a token decide what a
 * client of the unmodified SDK sends.
 */

'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { after, before, test } = require('node:test');

const { serve, sign } = require('../../conf-examples/auth/server');
const { Member } = require('../lib/browser');
const { until } = require('../lib/poll');
const { freeTcp } = require('../lib/ports');
const { channel, serveBrowser, using } = require('../lib/suite');


const SECRET = 'a secret';

const told = [];

let server;

const port = freeTcp();

before(async () => {
    server = serve(SECRET, (line) => told.push(JSON.parse(line)));
    server.listen(await port, '127.0.0.1');

    await once(server, 'listening');
});

after(() => server?.close());


const suite = serveBrowser(async () => ({
    http: [`upstream hooks { server 127.0.0.1:${await port}; keepalive 8; }`],
    web: ['webrtc_auth_uri /hooks/auth;', 'webrtc_session_uri /hooks/session;',
          'webrtc_event_uri /hooks/event;',
          'location /hooks/ { internal; proxy_pass http://hooks/;'
          + ' proxy_http_version 1.1; proxy_set_header Connection ""; }'],
}));


function token(channelId, claims = {}) {
    return sign({ channel_id: channelId, exp: Date.now() / 1000 + 60,
                  ...claims }, SECRET);
}


async function open(opened) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);

    return member;
}


async function join(opened, channelId, claims, options = {}) {
    const member = await open(opened);

    await member.start({
        channelId, role: 'sendrecv',
        metadata: { access_token: token(channelId, claims) }, ...options,
    });

    return member;
}


test('claims choose codec and bit rate, metadata reaches the client', () =>
    using(async (opened) => {
        const channelId = channel();

        const a = await join(opened, channelId, {
            video_codec_type: 'VP8', video_bit_rate: 150,
            metadata: { for: 'you' },
            signaling_notify_metadata: { from: 'the server' },
        }, { sdk: { videoCodecType: 'VP9', videoBitRate: 2000 },
             size: { width: 640, height: 480, frameRate: 30 } });

        const b = await join(opened, channelId, {
            event_metadata: { about: 'b' },
        });

        await b.receives(a);

        const { local } = await a.stats();

        assert.strictEqual(local.video.mimeType, 'video/VP8');
        assert.deepStrictEqual((await a.state()).metadata, { for: 'you' });

        /* VP9 is the default of who was not told otherwise */

        assert.strictEqual((await b.stats()).local.video.mimeType,
                           'video/VP9');

        await until('the encoder keeps to 150 kbit/s', async () => {
            const rate = (await a.stats()).local.video.targetBitrate;

            if (!(rate <= 150000)) {
                throw new Error(`${rate} bit/s`);
            }

            return true;
        });

        const created = await a.event('notify',
            (e) => e.eventType === 'connection.created'
                   && e.message.connection_id === a.id);

        assert.deepStrictEqual(created.message.authz_metadata,
                               { from: 'the server' });

        await b.leave();

        const destroyed = await until('the end of b is told', () => told.find(
            (e) => e.type === 'connection.destroyed'
                   && e.connection_id === b.id));

        assert.deepStrictEqual(destroyed.event_metadata, { about: 'b' });
        assert.strictEqual(destroyed.data.type_disconnect_reason, 'NO-ERROR');
        assert.ok(destroyed.data.total_received_bytes > 1000);
    }));


test('a claim turns simulcast on, with encodings of the server', () => using(
    async (opened) => {
        const channelId = channel();

        const a = await join(opened, channelId, {
            simulcast: true, video_codec_type: 'VP8', video_bit_rate: 1500,
            simulcast_encodings: [
                { rid: 'r0', scaleResolutionDownBy: 4, active: true },
                { rid: 'r1', scaleResolutionDownBy: 2, active: true },
                { rid: 'r2', active: false },
            ],
        }, { sdk: { simulcast: false },
             size: { width: 640, height: 480, frameRate: 15 } });

        await until('two layers are sent, the third is not', async () => {
            const { layers } = await a.stats();

            if (!(layers.r0?.framesSent > 5 && layers.r1?.framesSent > 5)
                || layers.r2?.framesSent > 0)
            {
                throw new Error(JSON.stringify(layers, ['r0', 'r1', 'r2',
                                                        'framesSent']));
            }

            return true;
        });
    }));


test('refusals: the reason arrives at the SDK', () => using(async (opened) => {
    const channelId = channel();
    const member = await open(opened);

    for (const [metadata, reason] of [
        [undefined, 'MISSING-ACCESS-TOKEN'],
        [{ access_token: 'nonsense' }, 'INVALID-ACCESS-TOKEN'],
        [{ access_token: token('elsewhere') }, 'INVALID-CHANNEL-ID'],
        [{ access_token: token(channelId, { exp: 1 }) },
         'EXPIRED-ACCESS-TOKEN'],
    ]) {
        await assert.rejects(member.start({ channelId, role: 'recvonly',
                                            metadata }),
                             (e) => e.message.includes(`4490 ${reason}`));
    }

    /* and the plain secret lets in */

    await member.start({ channelId, role: 'recvonly',
                         metadata: { access_token: SECRET } });
}));


test('a lifetime ends the call as a normal one', () => using(
    async (opened) => {
        const a = await join(opened, channel(), { connection_lifetime: 3 });

        const { title, code, reason } = await a.event('disconnect');

        assert.deepStrictEqual({ title, code, reason },
                               { title: 'SHUTDOWN', code: 1000,
                                 reason: 'LIFETIME-EXPIRED' });
    }));
