/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What a decoder makes of changes from layer to layer: the picture must not
 * freeze, and nothing may be lost.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Member } = require('../lib/browser');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();

const SIZE = { width: 960, height: 540, frameRate: 15 };
const ORDER = ['r0', 'r2', 'r0', 'r1', 'r2', 'r1', 'r0', 'r2', 'r0'];


/* A sender of three layers and a viewer who has the smallest. */

async function pair(opened, codec) {
    const channelId = channel();

    const join = async (options) => {
        const member = await Member.open(suite.browser, suite.nginx);

        opened.push(member);
        await member.start({ channelId, ...options });

        return member;
    };

    const probe = await Member.open(suite.browser, suite.nginx);

    opened.push(probe);

    if (!(await probe.page.evaluate(() => window.member.codecs()))
        .includes(codec))
    {
        return null;
    }

    const from = await join({ role: 'sendonly', size: SIZE,
                              sdk: { simulcast: true, videoCodecType: codec,
                                     videoBitRate: 3000 } });
    const viewer = await join({ role: 'recvonly',
                                sdk: { simulcast: true,
                                       simulcastRequestRid: 'r0' } });

    await until('three layers are sent', async () => {
        const { layers } = await from.stats();

        return ['r0', 'r1', 'r2'].every((rid) => layers[rid]?.framesSent > 5);
    }, { timeout: 60000 });

    return { channelId, from, viewer };
}


const inbound = async ({ from, viewer }) =>
    (await viewer.stats()).remote[from.id].video;


/* Asks for a layer and waits until ten pictures of its size are decoded. */

async function change(scene, rid) {
    const res = await call(suite.nginx.apiUrl,
                           'Sora_20201005.RequestRtpStream', {
                               channel_id: scene.channelId,
                               recv_connection_id: scene.viewer.id,
                               send_connection_id: scene.from.id,
                               rid });

    assert.strictEqual(res.status, 200, res.text);

    return sees(scene, rid);
}


async function sees(scene, rid, timeout = 30000) {
    let first = null;

    return until(`${rid} is seen`, async () => {
        const { layers } = await scene.from.stats();
        const video = await inbound(scene);

        /* a decoder of H264 leaves out an odd line or column */

        if (layers[rid].frameWidth - video.frameWidth >>> 0 >= 2) {
            first = null;

            throw new Error(`${video.frameWidth} wide, `
                            + `${video.framesDecoded} frames`);
        }

        first ??= video.framesDecoded;

        return video.framesDecoded >= first + 10 && video;
    }, { timeout });
}


/* What the decoder noticed between two looks at it. */

function since(start, end) {
    const of = (key) => end[key] - start[key];

    return { seconds: of('timestamp') / 1000,
             decoded: of('framesDecoded'),
             dropped: of('framesDropped'),
             keys: of('keyFramesDecoded'),
             freezes: of('freezeCount'),
             frozen: of('totalFreezesDuration'),
             pli: of('pliCount'),
             nack: of('nackCount'),
             lost: of('packetsLost') };
}


for (const codec of ['VP8', 'VP9', 'H264', 'AV1']) {
    test(`${codec} does not freeze when layers change`, (t) =>
        using(async (opened) => {
            const scene = await pair(opened, codec);

            if (scene === null) {
                t.skip(`the browser has no ${codec}`);
                return;
            }

            const start = await sees(scene, 'r0');
            const before = (await scene.from.stats()).layers;

            for (const rid of ORDER) {
                await change(scene, rid);
            }

            const after = (await scene.from.stats()).layers;
            const end = await inbound(scene);
            const seen = since(start, end);

            t.diagnostic(JSON.stringify(seen));

            /* one stream, which nobody had to mend */

            assert.strictEqual(end.ssrc, start.ssrc);
            assert.strictEqual(seen.lost, 0);
            assert.ok(seen.pli <= 1, `${seen.pli} PLI`);
            assert.ok(seen.frozen < 2, `frozen for ${seen.frozen} s`);

            /* the layers have the same frame rate: all of it has come */

            const sent = after.r0.framesSent - before.r0.framesSent;

            assert.ok(seen.decoded >= 0.8 * sent,
                      `${seen.decoded} of ${sent} frames`);

            /* a layer is asked when somebody changes to it, and only then */

            for (const rid of ['r0', 'r1', 'r2']) {
                const asked = after[rid].pliCount - before[rid].pliCount;
                const times = ORDER.slice(1).filter((r) => r === rid).length;

                assert.ok(asked >= 1 && asked <= 2 * times,
                          `${asked} PLI for ${times} changes to ${rid}`);
            }

            assert.deepStrictEqual(scene.viewer.errors, []);
        }));
}


test('layers that end and begin do not leave the viewer in the dark', (t) =>
    using(async (opened) => {
        const scene = await pair(opened, 'VP8');
        const encode = (rid, active) => scene.from.page.evaluate(
            ([r, a]) => window.member.encode(r, a), [rid, active]);

        await change(scene, 'r2');

        const start = await inbound(scene);

        for (let i = 0; i < 3; i++) {
            await encode('r2', false);
            await sees(scene, 'r1');

            await encode('r2', true);
            await sees(scene, 'r2');
        }

        const seen = since(start, await inbound(scene));

        t.diagnostic(JSON.stringify(seen));

        /* until it is sure that the layer has ended, and a key frame's way */

        assert.ok(seen.frozen < 3 * 2, `frozen for ${seen.frozen} s`);
        assert.strictEqual(seen.lost, 0);
        assert.ok(seen.pli <= 3, `${seen.pli} PLI`);
    }));
