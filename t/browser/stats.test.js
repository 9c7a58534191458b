/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What the server counts against what browsers count.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Member } = require('../lib/browser');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();


async function join(opened, options) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);
    await member.start(options);

    return member;
}


async function api(target, body) {
    const res = await call(suite.nginx.apiUrl, target, body);

    assert.strictEqual(res.status, 200, res.text);

    return res.json;
}


test('each RequestKeyFrame reaches the encoder', () =>
    using(async (opened) => {
        const channelId = channel();
        const sender = await join(opened, { role: 'sendonly', channelId,
                                            sdk: { videoCodecType: 'VP8' } });
        const ids = { channel_id: channelId, connection_id: sender.id };

        await until('video is sent', async () =>
            (await sender.stats()).local.video?.framesEncoded > 10);

        for (let i = 0; i < 3; i++) {
            const before = (await sender.stats()).local.video;

            await api('Sora_20241218.RequestKeyFrame', ids);

            await until('a PLI has come, and a key frame gone', async () => {
                const now = (await sender.stats()).local.video;

                return now.pliCount > before.pliCount
                       && now.keyFramesEncoded > before.keyFramesEncoded;
            });
        }
    }));


test('packets are those of the browser', () => using(async (opened) => {
    const channelId = channel();
    const options = { channelId, sdk: { videoCodecType: 'VP8' } };
    const sender = await join(opened, { ...options, role: 'sendonly' });
    const viewer = await join(opened, { ...options, role: 'recvonly' });

    await viewer.receives(sender);

    const { local } = await sender.stats();

    /* packetsSent of video has the probes, which are dropped, in it */

    const sent = local.audio.packetsSent + local.video.framesSent;

    /* those of a member at another worker are told once a second */

    const one = await until('they have been counted', async () => {
        const stats = await api('Sora_20170529.GetStatsConnection', {
            channel_id: channelId, connection_id: sender.id });

        assert.ok(stats.rtp.total_received_rtp >= sent * 0.95,
                  `${stats.rtp.total_received_rtp} of ${sent}`);

        return stats;
    }, { timeout: 2000 });

    assert.ok(one.rtp.total_received_bytes > local.video.bytesSent);

    await until('the listing tells of both', async () => {
        const all = await api('Sora_20171101.GetStatsAllConnections');
        const find = (member) => all.find(
            (c) => c.connection_id === member.id);

        return find(sender).rtp.total_received_rtp >= sent * 0.95
               && find(viewer).rtp.total_sent_rtp > 10
               && find(viewer).rtp.round_trip_time_us >= 0;
    });

    const { sora_client: programs } = await api(
        'Sora_20171010.GetStatsReport');

    assert.ok(programs.total_successful_sora_client_type.sora_js_sdk >= 2);
}));
