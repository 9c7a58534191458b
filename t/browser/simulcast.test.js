/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Layers of video: what a browser sends, and which of it a receiver gets.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Member } = require('../lib/browser');
const { NAMED, callEverywhere } = require('../lib/everywhere');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser({ apiServer: NAMED });

const SIZE = { width: 960, height: 540, frameRate: 15 };
const RIDS = ['r0', 'r1', 'r2'];

const REQUEST = 'Sora_20201005.RequestRtpStream';
const RESET = 'Sora_20201005.ResetRtpStream';
const REQUEST_RID = 'Sora_20251217.RequestSimulcastRid';


async function open(opened) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);

    return member;
}


async function receiver(opened, channelId, sdk = {}) {
    const member = await open(opened);

    await member.start({ role: 'recvonly', channelId,
                         sdk: { simulcast: true, ...sdk } });
    return member;
}


async function sender(opened, channelId, { sdk = {}, ...options } = {}) {
    const member = await open(opened);

    await member.start({ role: 'sendonly', channelId, size: SIZE,
                         ...options,
                         sdk: { simulcast: true, videoCodecType: 'VP8',
                                videoBitRate: 3000, ...sdk } });
    return member;
}


/* Waits until these layers, and no others, are being sent. */

async function sends(member, rids) {
    const bytes = ({ layers }) => RIDS.map((rid) =>
        layers[rid]?.bytesSent || 0);

    let before = bytes(await member.stats());

    return until(`${member.id} sends ${rids}`, async () => {
        const stats = await member.stats();
        const now = bytes(stats);
        const moving = RIDS.filter((rid, i) => now[i] > before[i]);

        before = now;

        if (moving.join() !== rids.join()) {
            throw new Error(`${moving}; ${JSON.stringify(stats.layers)}`);
        }

        return stats.layers;
    }, { timeout: 60000, every: 1000 });
}


/*
 * Waits until the receiver decodes pictures that are as large as those of
 * this layer, and goes on doing so.
 */

async function gets(member, from, rid, timeout = 30000) {
    let frames = 0;
    let good = 0;

    return until(`${member.id} gets ${rid}`, async () => {
        const { video } = (await member.stats()).remote[from.id];
        const layer = (await from.stats()).layers[rid];

        /* a decoder of H264 leaves out an odd line or column */

        const same = layer.frameWidth - video.frameWidth >>> 0 < 2
            && layer.frameHeight - video.frameHeight >>> 0 < 2
            && video.framesDecoded > frames;

        frames = video.framesDecoded;
        good = same ? good + 1 : 0;

        if (good < 3) {
            throw new Error(`${video.frameWidth}x${video.frameHeight}, `
                            + `${video.framesDecoded} frames, not `
                            + `${layer.frameWidth}x${layer.frameHeight}`);
        }

        return video;
    }, { timeout, every: 400 });
}


const switches = async (member) => (await member.state()).events
    .filter((e) => e.eventType === 'simulcast.switched')
    .map((e) => e.message);


/* The notify of a switch to this rid, as the last one that came. */

function switched(member, rid) {
    return until(`${member.id} hears of ${rid}`, async () => {
        const last = (await switches(member)).at(-1);

        return last?.current_rid === rid && last;
    });
}


async function ask(target, to, body) {
    const request = { ...body, ...to };
    const res = await callEverywhere(suite.nginx, target, request);

    assert.strictEqual(res.status, 200, res.text);
    assert.deepStrictEqual(res.json, request);
}


for (const codec of ['VP8', 'VP9', 'H264', 'AV1']) {
    test(`three layers of ${codec}, each as it is asked for`, (t) =>
        using(async (opened) => {
            const channelId = channel();
            const viewer = await open(opened);

            const codecs = await viewer.page.evaluate(
                () => window.member.codecs());

            if (!codecs.includes(codec)) {
                t.skip(`the browser has no ${codec}`);
                return;
            }

            await viewer.start({ role: 'recvonly', channelId,
                                 sdk: { simulcast: true,
                                        simulcastRid: 'r1' } });

            const from = await sender(opened, channelId, {
                sdk: { videoCodecType: codec } });

            const layers = await sends(from, RIDS);

            for (const rid of RIDS) {
                assert.strictEqual(layers[rid].mimeType, `video/${codec}`);
                assert.strictEqual(layers[rid].scalabilityMode, 'L1T1');
            }

            assert.ok(layers.r0.frameWidth < layers.r1.frameWidth);
            assert.ok(layers.r1.frameWidth < layers.r2.frameWidth);

            const video = await gets(viewer, from, 'r1');

            assert.strictEqual(video.mimeType, `video/${codec}`);

            const to = { channel_id: channelId,
                         recv_connection_id: viewer.id,
                         send_connection_id: from.id };

            for (const rid of ['r2', 'r0', 'r1', 'r2']) {
                await ask(REQUEST, to, { rid });
                await gets(viewer, from, rid);
            }

            /* one stream all along: nothing was lost at a switch */

            const { video: end } = (await viewer.stats()).remote[from.id];

            assert.strictEqual(end.ssrc, video.ssrc);
            assert.deepStrictEqual(viewer.errors, []);
            assert.deepStrictEqual(from.errors, []);
        }));
}


test('1500 kbit/s are enough for three layers of 960x540', () =>
    using(async (opened) => {
        const from = await sender(opened, channel(), {
            sdk: { videoBitRate: 1500 } });

        await sends(from, RIDS);
    }));


test('a sender without a bit rate has enough for three layers', () =>
    using(async (opened) => {
        const from = await sender(opened, channel(), {
            sdk: { videoBitRate: undefined } });

        await sends(from, RIDS);
    }));


test('each receiver gets what it said at its connect', () =>
    using(async (opened) => {
        const channelId = channel();
        const from = await sender(opened, channelId);

        await sends(from, RIDS);

        const low = await receiver(opened, channelId,
                                   { simulcastRid: 'r0' });
        const high = await receiver(opened, channelId,
                                    { simulcastRequestRid: 'r2' });
        const deaf = await receiver(opened, channelId,
                                    { simulcastRequestRid: 'none' });

        await gets(low, from, 'r0');
        await gets(high, from, 'r2');
        await gets(low, from, 'r0');

        /* sound only: not played, for the page waits for a picture */

        await until('sound comes without video', async () => {
            const { audio, video } = (await deaf.stats()).remote[from.id];

            assert.ok(!video?.packetsReceived, JSON.stringify(video));

            return audio.packetsReceived > 50;
        });

        await ask(REQUEST_RID, { channel_id: channelId,
                                 receiver_connection_id: deaf.id,
                                 sender_connection_id: from.id },
                  { rid: 'r1' });
        await gets(deaf, from, 'r1');
    }));


test('a switch is told to the receiver, reset goes back', () =>
    using(async (opened) => {
        const channelId = channel();
        const from = await sender(opened, channelId);

        await sends(from, RIDS);

        const viewer = await receiver(opened, channelId,
                                      { simulcastRequestRid: 'r1' });
        const other = await receiver(opened, channelId,
                                     { simulcastRequestRid: 'r0' });

        const first = await switched(viewer, 'r1');

        assert.strictEqual(first.sender_connection_id, from.id);
        assert.strictEqual(first.request_rid, 'r1');
        assert.deepStrictEqual(first.rpc_rids, ['none', 'r0', 'r1', 'r2']);
        assert.deepStrictEqual(first.auto_rids, RIDS);
        assert.match(first.timestamp, /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/);

        await gets(viewer, from, 'r1');
        await gets(other, from, 'r0');

        const to = { channel_id: channelId, recv_connection_id: viewer.id };

        await ask(REQUEST, to, { rid: 'r2' });

        const up = await switched(viewer, 'r2');

        assert.strictEqual(up.previous_rid, 'r1');
        assert.strictEqual(up.request_rid, 'r2');
        assert.strictEqual(up.priority, 'higher');
        assert.strictEqual(up.trigger, 'receiver');
        await gets(viewer, from, 'r2');

        await ask(REQUEST, { ...to, send_connection_id: from.id },
                  { rid: 'r0' });

        const down = await switched(viewer, 'r0');

        assert.strictEqual(down.previous_rid, 'r2');
        assert.strictEqual(down.priority, 'lower');
        await gets(viewer, from, 'r0');

        /* of one sender: what holds for all is left */

        await ask(RESET, { ...to, send_connection_id: from.id });
        await gets(viewer, from, 'r2');

        await ask(RESET, to);
        await gets(viewer, from, 'r1');

        /* nobody else noticed */

        await gets(other, from, 'r0');
        assert.deepStrictEqual(
            (await switches(other)).map((m) => m.current_rid), ['r0']);
        assert.deepStrictEqual(await switches(from), []);
    }));


test('a request for all senders is for those who come later, too', () =>
    using(async (opened) => {
        const channelId = channel();
        const viewer = await receiver(opened, channelId);

        await ask(REQUEST, { channel_id: channelId,
                             recv_connection_id: viewer.id }, { rid: 'r0' });

        const from = await sender(opened, channelId);

        await sends(from, RIDS);
        await gets(viewer, from, 'r0');
    }));


test('a layer that is not sent is replaced by the next lower one', () =>
    using(async (opened) => {
        const channelId = channel();
        const from = await sender(opened, channelId);

        await sends(from, RIDS);

        const viewer = await receiver(opened, channelId,
                                      { simulcastRequestRid: 'r2' });

        await gets(viewer, from, 'r2');

        await from.page.evaluate(() => window.member.encode('r2', false));
        await sends(from, ['r0', 'r1']);

        const news = await switched(viewer, 'r1');

        assert.strictEqual(news.trigger, 'sender');
        assert.strictEqual(news.request_rid, 'r2');
        await gets(viewer, from, 'r1');

        /* and comes back when it does */

        await from.page.evaluate(() => window.member.encode('r2', true));
        await sends(from, RIDS);
        await gets(viewer, from, 'r2');
    }));


test('a small picture has one layer, whatever is asked for', () =>
    using(async (opened) => {
        const channelId = channel();
        const from = await sender(opened, channelId, {
            size: { width: 320, height: 180, frameRate: 15 } });
        const viewer = await receiver(opened, channelId,
                                      { simulcastRequestRid: 'r2' });

        await sends(from, ['r0']);
        await gets(viewer, from, 'r0');
    }));


test('sendrecv members with simulcast see each other, over re-offers', () =>
    using(async (opened) => {
        const channelId = channel();
        const options = { role: 'sendrecv' };
        const one = await sender(opened, channelId, options);
        const two = await sender(opened, channelId, options);

        await sends(one, RIDS);
        await one.receives(two);
        await two.receives(one);

        const three = await receiver(opened, channelId);

        await three.receives(one);
        await three.receives(two);

        /* the re-offers left the encodings as they were */

        await sends(one, RIDS);
        await sends(two, RIDS);
    }));
