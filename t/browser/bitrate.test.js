/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What ChangeUpstreamVideoBitRate and bit-rate sharing do to the encoders of
 * browsers.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Member } = require('../lib/browser');
const { Nginx } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();

const SIZE = { width: 640, height: 480, frameRate: 15 };


async function join(opened, options, nginx = suite.nginx) {
    const member = await Member.open(suite.browser, nginx);

    opened.push(member);
    await member.start(options);

    return member;
}


function change(channelId, connectionId, bitRate) {
    return call(suite.nginx.apiUrl, 'Sora_20190327.ChangeUpstreamVideoBitRate',
                { channel_id: channelId, connection_id: connectionId,
                  bit_rate: bitRate });
}


/*
 * Waits until the encoder's target is that of `kbps`: not above it, and not
 * far below; audio and headers, some 70 kbit/s, have their part of it.
 * Returns how long that took: upwards it is the browser's own estimate that
 * grows, by 8 % a second on a machine too busy for its probes to be believed.
 */

async function follows(member, kbps) {
    const start = Date.now();
    const seen = [];

    await until(`the encoder follows to ${kbps} kbit/s`, async () => {
        const { targetBitrate } = (await member.stats()).local.video;

        if (targetBitrate <= kbps * 1000
            && targetBitrate >= kbps * 700 - 70000)
        {
            return true;
        }

        seen.push(`${(Date.now() - start) / 1000 | 0} s: ${targetBitrate}`);

        throw new Error(`targetBitrate after ${seen.slice(-40).join(', ')}`);
    }, { timeout: 90000, every: 250 });

    return Date.now() - start;
}


/* kbit/s of video that really were sent, over some seconds */

async function sends(member, seconds = 4) {
    const before = (await member.stats()).local.video;

    return until('some seconds of video', async () => {
        const now = (await member.stats()).local.video;
        const time = (now.timestamp - before.timestamp) / 1000;

        return time >= seconds
               && (now.bytesSent - before.bytesSent) * 8 / 1000 / time;
    });
}


for (const codec of ['VP8', 'VP9', 'H264']) {
    test(`a sender of ${codec} follows the bit rate down and up`, (t) =>
        using(async (opened) => {
            const channelId = channel();
            const sender = await join(opened, {
                role: 'sendonly', channelId, size: SIZE,
                sdk: { videoCodecType: codec, videoBitRate: 1000 } });

            await follows(sender, 1000);

            const res = await change(channelId, sender.id, 120);

            assert.strictEqual(res.status, 200);
            assert.deepStrictEqual(res.json, {
                channel_id: channelId, connection_id: sender.id,
                bit_rate: 120 });

            const down = await follows(sender, 120);
            const low = await sends(sender);

            await change(channelId, sender.id, 2000);

            const up = await follows(sender, 2000);
            const high = await sends(sender);

            t.diagnostic(`down in ${down} ms to ${low | 0} kbit/s, up in`
                         + ` ${up} ms to ${high | 0} kbit/s`);

            assert.ok(low < 130, `${low}`);
            assert.ok(high > 1.5 * low, `${high} after ${low}`);
        }));
}


test('senders share as they become more, except one that was set', () =>
    using(async (opened) => {
        const nginx = await Nginx.start({
            main: 'webrtc_bit_rate_sharing on;' });

        opened.push({ close: () => nginx.stop() });

        const options = { role: 'sendrecv', channelId: channel(), size: SIZE,
                          sdk: { videoCodecType: 'VP8',
                                 videoBitRate: 900 } };

        const one = await join(opened, options, nginx);
        const two = await join(opened, options, nginx);

        await follows(one, 900, 40000);
        await follows(two, 900, 40000);

        const three = await join(opened, options, nginx);

        for (const member of [one, two, three]) {
            await follows(member, 600);
        }

        const res = await call(nginx.apiUrl,
                               'Sora_20190327.ChangeUpstreamVideoBitRate',
                               { channel_id: options.channelId,
                                 connection_id: two.id, bit_rate: 250 });

        assert.strictEqual(res.status, 200);
        await follows(two, 250);

        await three.leave();

        await follows(one, 900);
        await follows(two, 250);
    }));
