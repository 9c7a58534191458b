/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Calls between browsers that use the unmodified SDK.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { listConnections } = require('../lib/api');
const { Member, everybodyReceives } = require('../lib/browser');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();


async function join(opened, options) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);
    await member.start(options);

    return member;
}


test('three members see and hear each other, at different workers', () =>
    using(async (opened) => {
        const channelId = channel();
        const members = [];

        for (let i = 0; i < 3; i++) {
            members.push(await join(opened, { role: 'sendrecv',
                                              channelId }));
        }

        /* the third one moves until both workers have signalling */

        await until('both workers hold signalling', async () => {
            const counts = [...suite.nginx.signalingByWorker().values()];

            if (counts.every((count) => count > 0)) {
                return true;
            }

            await members[2].leave();
            await members[2].start({ role: 'sendrecv', channelId });
        }, { timeout: 60000 });

        for (const member of members) {
            await member.sees(members.filter((m) => m !== member));
        }

        await everybodyReceives(members);

        /* once more: it goes on */

        await everybodyReceives(members);

        assert.strictEqual((await listConnections(suite.nginx.apiUrl))
                               .length, 3);

        for (const member of members) {
            assert.deepStrictEqual(member.errors, []);

            const { events } = await member.state();

            assert.ok(!events.some((e) => e.name === 'disconnect'));
        }
    }));


test('a sendonly member is seen by a recvonly one', () =>
    using(async (opened) => {
        const channelId = channel();
        const viewer = await join(opened, { role: 'recvonly', channelId });
        const sender = await join(opened, { role: 'sendonly', channelId });
        const late = await join(opened, { role: 'recvonly', channelId });

        await viewer.receives(sender);
        await late.receives(sender);

        assert.deepStrictEqual((await sender.state()).remote, []);
        await viewer.sees([sender]);
        await late.sees([sender]);
    }));


test('audio only', () => using(async (opened) => {
    const channelId = channel();
    const options = { role: 'sendrecv', channelId, video: false };
    const one = await join(opened, options);
    const two = await join(opened, options);

    await everybodyReceives([one, two], { video: false });

    const { remote } = await one.stats();

    assert.strictEqual(remote[two.id].video, undefined);
}));


test('video only', () => using(async (opened) => {
    const channelId = channel();
    const options = { role: 'sendrecv', channelId, audio: false };
    const one = await join(opened, options);
    const two = await join(opened, options);

    await everybodyReceives([one, two], { audio: false });

    const { remote } = await one.stats();

    assert.strictEqual(remote[two.id].audio, undefined);
}));


for (const codec of ['VP8', 'VP9', 'H264', 'AV1']) {
    test(`video is sent and decoded as ${codec}`, (t) =>
        using(async (opened) => {
            const probe = await Member.open(suite.browser, suite.nginx);

            opened.push(probe);

            const codecs = await probe.page.evaluate(
                () => window.member.codecs());

            if (!codecs.includes(codec)) {
                t.skip(`the browser has no ${codec}`);
                return;
            }

            const channelId = channel();

            const sender = await join(opened, {
                role: 'sendonly', channelId,
                sdk: { videoCodecType: codec } });
            const viewer = await join(opened, { role: 'recvonly',
                                                channelId });

            const { video } = await viewer.receives(sender,
                                                    { timeout: 60000 });

            assert.strictEqual(video.mimeType, `video/${codec}`);

            const { local } = await sender.stats();

            assert.strictEqual(local.video.mimeType, `video/${codec}`);
        }));
}


test('members with different codecs see each other', () =>
    using(async (opened) => {
        const channelId = channel();
        const one = await join(opened, { role: 'sendrecv', channelId,
                                         sdk: { videoCodecType: 'VP8' } });
        const two = await join(opened, { role: 'sendrecv', channelId,
                                         sdk: { videoCodecType: 'VP9' } });

        const { video } = await one.receives(two);

        assert.strictEqual(video.mimeType, 'video/VP9');
        assert.strictEqual((await two.receives(one)).video.mimeType,
                           'video/VP8');
    }));


test('the bit rate that was asked for is kept', () =>
    using(async (opened) => {
        const channelId = channel();
        const sender = await join(opened, {
            role: 'sendonly', channelId,
            sdk: { videoCodecType: 'VP8', videoBitRate: 150,
                   audioBitRate: 32 } });
        const viewer = await join(opened, { role: 'recvonly', channelId });

        await viewer.receives(sender, { frames: 60 });

        const { local } = await sender.stats();

        assert.strictEqual(local.audio.targetBitrate, 32000);
        assert.ok(local.video.targetBitrate <= 150000,
                  `${local.video.targetBitrate}`);
    }));


test('join late, leave and rejoin', () => using(async (opened) => {
    const channelId = channel();
    const options = { role: 'sendrecv', channelId };
    const one = await join(opened, options);
    const two = await join(opened, options);

    await everybodyReceives([one, two]);

    const late = await join(opened, options);

    await everybodyReceives([one, two, late]);

    const id = two.id;

    await two.leave();

    await one.event('notify', (e) =>
        e.eventType === 'connection.destroyed'
        && e.message.connection_id === id);
    await one.sees([late]);
    await late.sees([one]);

    await everybodyReceives([one, late]);

    await two.start(options);

    assert.notStrictEqual(two.id, id);

    for (const member of [one, two, late]) {
        await member.sees([one, two, late].filter((m) => m !== member));
    }

    await everybodyReceives([one, two, late]);
}));


test('20 joins and leaves do not disturb the one who stays', () =>
    using(async (opened) => {
        const channelId = channel();
        const stayer = await join(opened, { role: 'sendrecv', channelId });
        const guest = await join(opened, { role: 'sendrecv', channelId });

        for (let i = 0; i < 20; i++) {
            await stayer.sees([guest]);

            if (i % 5 === 0) {
                await everybodyReceives([stayer, guest]);
            }

            await guest.leave();
            await stayer.sees([]);
            await guest.start({ role: 'sendrecv', channelId });
        }

        await everybodyReceives([stayer, guest]);

        /* sections are used again: the SDP has not grown with each join */

        const { remoteSdp } = await stayer.state();
        const sections = remoteSdp.split('\nm=').length - 1;

        assert.ok(sections <= 8, `${sections} sections`);
        assert.strictEqual((await listConnections(suite.nginx.apiUrl))
                               .length, 2);
    }));


test('three guests at once', () => using(async (opened) => {
    const channelId = channel();
    const stayer = await join(opened, { role: 'recvonly', channelId });

    const guests = await Promise.all(Array.from({ length: 3 }, () =>
        join(opened, { role: 'sendonly', channelId,
                       size: { width: 160, height: 120, frameRate: 10 } })));

    await stayer.sees(guests);

    for (const guest of guests) {
        await stayer.receives(guest, { frames: 5 });
    }

    await Promise.all(guests.map((guest) => guest.leave()));
    await stayer.sees([]);
}));


test('members of one bundle do not see each other', () =>
    using(async (opened) => {
        const channelId = channel();
        const options = { role: 'sendrecv', channelId,
                          sdk: { bundleId: 'desk' } };
        const camera = await join(opened, options);
        const screen = await join(opened, options);
        const other = await join(opened, { role: 'sendrecv', channelId });

        await other.receives(camera);
        await other.receives(screen);
        await camera.sees([other]);
        await screen.sees([other]);
    }));


test('connect is refused with a reason that the page sees', () =>
    using(async (opened) => {
        const member = await Member.open(suite.browser, suite.nginx);

        opened.push(member);

        await assert.rejects(
            member.start({ role: 'sendrecv', channelId: 'x'.repeat(256) }),
            /4490 [A-Z-]+/);
    }));


test('a disconnect by the API is a normal end for the SDK', () =>
    using(async (opened) => {
        const { call } = require('../lib/api');
        const channelId = channel();
        const member = await join(opened, { role: 'sendrecv', channelId });

        const res = await call(suite.nginx.apiUrl,
                               'Sora_20151104.DisconnectConnection',
                               { channel_id: channelId,
                                 connection_id: member.id });

        assert.strictEqual(res.status, 200);

        const end = await member.event('disconnect');

        assert.strictEqual(end.type, 'normal');
        assert.strictEqual(end.code, 1000);
        assert.strictEqual(end.reason, 'DISCONNECTED-API');
    }));


test('a page that is closed is gone from the channel', () =>
    using(async (opened) => {
        const channelId = channel();
        const one = await join(opened, { role: 'sendrecv', channelId });
        const two = await join(opened, { role: 'sendrecv', channelId });

        await one.sees([two]);
        await two.page.close();
        await one.sees([]);
    }));


test('the SDK answers pings: remote stats hold its report', () =>
    using(async (opened) => {
        const { call } = require('../lib/api');
        const channelId = channel();
        const member = await join(opened, { role: 'sendrecv', channelId });

        const stats = await until('a pong has come', async () => {
            const { json } = await call(
                suite.nginx.apiUrl,
                'Sora_20200225.GetConnectionRemoteStats',
                { channel_id: channelId, connection_id: member.id });

            return json.stats.length > 0 && json.stats;
        });

        assert.ok(stats.some((s) => s.type === 'outbound-rtp'
                                    && s.kind === 'video'));
    }));


test('a peer without a browser hears a browser', () =>
    using(async (opened) => {
        const channelId = channel();
        const member = await join(opened, { role: 'sendonly', channelId });
        const peer = await Peer.join(suite.nginx.signalingUrl,
                                     { role: 'recvonly',
                                       channel_id: channelId });

        opened.push(peer);

        await until('RTP comes', () => peer.rtp.length > 50);

        assert.strictEqual(peer.badTags, 0);
        assert.strictEqual(member.errors.length, 0);
    }));
