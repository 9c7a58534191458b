/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The video of one sender kept from one receiver.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Member } = require('../lib/browser');
const { NAMED, callEverywhere } = require('../lib/everywhere');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser({ apiServer: NAMED });

const PAUSE = 'Sora_20200401.PauseRtpStream';
const RESUME = 'Sora_20200401.ResumeRtpStream';
const LIST = 'Sora_20200401.ListPauseRtpStreams';


async function join(opened, options) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);
    await member.start(options);

    return member;
}


function pair(channelId, viewer, from) {
    return { channel_id: channelId, recv_connection_id: viewer.id,
             send_connection_id: from.id };
}


async function ask(target, request) {
    const res = await callEverywhere(suite.nginx, target, request);

    assert.strictEqual(res.status, 200, res.text);
    assert.deepStrictEqual(res.json, request);
}


async function list(channelId) {
    const res = await callEverywhere(suite.nginx, LIST,
                                     { channel_id: channelId });

    assert.strictEqual(res.status, 200, res.text);

    return res.json;
}


/*
 * Waits until no more video comes while sound does: the same bytes and
 * frames as a second ago, several times.
 */

async function isWithoutVideo(member, from) {
    let before = (await member.stats()).remote[from.id];
    let quiet = 0;

    await until(`${member.id} gets no video`, async () => {
        const now = (await member.stats()).remote[from.id];

        const same = now.video.bytesReceived === before.video.bytesReceived
            && now.video.framesDecoded === before.video.framesDecoded
            && now.audio.packetsReceived > before.audio.packetsReceived;

        quiet = same ? quiet + 1 : 0;
        before = now;

        return quiet === 3;
    }, { every: 700 });
}


for (const simulcast of [false, true]) {
    const kind = simulcast ? 'simulcast' : 'one layer';

    test(`video stops and goes on, sound stays (${kind})`, () =>
        using(async (opened) => {
            const channelId = channel();
            const options = {
                role: 'sendrecv', channelId,
                size: { width: 640, height: 360, frameRate: 15 },
                sdk: { videoCodecType: 'VP8', simulcast } };

            const from = await join(opened, options);
            const viewer = await join(opened, options);
            const other = await join(opened, options);

            await viewer.receives(from);
            await other.receives(from);

            const request = pair(channelId, viewer, from);

            await ask(PAUSE, request);
            await isWithoutVideo(viewer, from);

            /* towards nobody else, and from nobody else */

            await other.receives(from);
            await viewer.receives(other);
            await from.receives(viewer);

            assert.deepStrictEqual(await list(channelId),
                                   [{ ...request, role: 'sendrecv' }]);

            const keys = async () => {
                const { local, layers } = await from.stats();

                /* of all layers: the one asked need not lead the others */

                return [local.video, ...Object.values(layers)]
                    .reduce((n, s) => n + s.pliCount + s.firCount, 0);
            };
            const before = await keys();

            await ask(RESUME, request);
            await viewer.receives(from);
            assert.ok(await keys() > before, 'no key frame was asked for');

            assert.deepStrictEqual(await list(channelId), []);
            await other.receives(from);
        }));
}


test('a pause survives others who come and go', () =>
    using(async (opened) => {
        const channelId = channel();
        const from = await join(opened, { role: 'sendonly', channelId });
        const viewer = await join(opened, { role: 'recvonly', channelId });

        await viewer.receives(from);
        await ask(PAUSE, pair(channelId, viewer, from));
        await isWithoutVideo(viewer, from);

        const guest = await join(opened, { role: 'sendonly', channelId });

        await viewer.receives(guest);
        await guest.leave();
        await viewer.sees([from]);
        await isWithoutVideo(viewer, from);

        await ask(RESUME, pair(channelId, viewer, from));
        await viewer.receives(from);
    }));


test('a pause ends with the sender, and with the receiver', () =>
    using(async (opened) => {
        const channelId = channel();
        const from = await join(opened, { role: 'sendonly', channelId });
        const viewer = await join(opened, { role: 'recvonly', channelId });
        const other = await join(opened, { role: 'recvonly', channelId });

        await viewer.receives(from);
        await ask(PAUSE, pair(channelId, viewer, from));
        await ask(PAUSE, pair(channelId, other, from));
        assert.strictEqual((await list(channelId)).length, 2);

        await other.leave();
        await until('its pause has gone', async () =>
            (await list(channelId)).length === 1);

        await from.leave();
        await viewer.sees([]);
        assert.deepStrictEqual(await list(channelId), []);

        /* it comes back as another one */

        await from.start({ role: 'sendonly', channelId });
        await viewer.receives(from);
    }));
