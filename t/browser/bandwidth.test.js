/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Receivers whose ways carry different bit rates, of one sender with
 * simulcast: each gets what fits, and the sender notices nothing.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Member } = require('../lib/browser');
const { sleep, until } = require('../lib/poll');
const { Relay } = require('../lib/relay');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();

const SIZE = { width: 960, height: 540, frameRate: 15 };
const RIDS = ['r0', 'r1', 'r2'];


async function open(opened) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);

    return member;
}


/* A way of its own for one member: a relay for each media port. */

async function way(opened, bitRate) {
    const { udpPort, udpPorts } = suite.nginx.options;
    const relays = [];
    const ports = {};

    for (let port = udpPort; port < udpPort + udpPorts; port++) {
        const relay = await Relay.open(port, 0, { bitRate });

        opened.push(relay);
        relays.push(relay);
        ports[port] = relay.port;
    }

    return {
        ports,
        limit: (value) => relays.forEach((relay) => {
            relay.bitRate = value;
        }),
    };
}


/* The layer whose pictures a receiver decodes now, -1 when it is none. */

async function layerOf(member, from) {
    const { video } = (await member.stats()).remote[from.id];
    const { layers } = await from.stats();

    return RIDS.findIndex((rid) =>
        layers[rid]?.frameHeight
        && Math.abs(layers[rid].frameHeight - video.frameHeight) < 2);
}


async function settles(member, from, layer, timeout = 40000) {
    let good = 0;

    await until(`${member.id} gets r${layer}`, async () => {
        const now = await layerOf(member, from);

        good = (now === layer) ? good + 1 : 0;

        if (good < 5) {
            throw new Error(`r${now}`);
        }

        return true;
    }, { timeout, every: 500 });
}


/* What a sender puts out in so many seconds, kbit/s, of each layer. */

async function output(from, seconds) {
    const bytes = async () => {
        const { layers } = await from.stats();

        return RIDS.map((rid) => layers[rid]?.bytesSent || 0);
    };

    const before = await bytes();

    await sleep(seconds * 1000);

    const after = await bytes();

    return after.map((n, i) => (n - before[i]) * 8 / seconds / 1000);
}


test('a slow receiver gets less, and nobody else does', () =>
    using(async (opened) => {
        const channelId = channel();
        const sender = await open(opened);

        await sender.start({ role: 'sendonly', channelId, size: SIZE,
                             restless: true,
                             sdk: { simulcast: true, videoCodecType: 'VP8',
                                    videoBitRate: 3000 } });

        const fast = await open(opened);

        await fast.start({ role: 'recvonly', channelId,
                           sdk: { simulcast: true } });
        await settles(fast, sender, 2);

        await until('the sender has found its bit rate', async () => {
            const rates = await output(sender, 2);

            if (rates[2] < 600) {
                throw new Error(rates.join());
            }

            return rates;
        }, { timeout: 60000 });

        const before = await output(sender, 5);

        const slow = await open(opened);
        const { ports, limit } = await way(opened, 300000);

        await slow.start({ role: 'recvonly', channelId, ports,
                           sdk: { simulcast: true } });
        await settles(slow, sender, 0);

        const first = (await slow.stats()).remote[sender.id];
        const after = await output(sender, 10);
        const last = (await slow.stats()).remote[sender.id];

        /* the picture moves, and the sound is whole */

        const frames = last.video.framesDecoded - first.video.framesDecoded;
        const concealed = (last.audio.concealedSamples
                           - first.audio.concealedSamples)
            / (last.audio.totalSamplesReceived
               - first.audio.totalSamplesReceived);

        assert.ok(frames > 70, `${frames} frames in 10 s`);
        assert.ok(concealed < 0.1, `${concealed} of the sound is missing`);

        /* the sender sends as before, and the other one gets it */

        const sum = (rates) => rates.reduce((a, b) => a + b);

        assert.ok(sum(after) > sum(before) * 0.7, `${before} ${after}`);

        await settles(slow, sender, 0, 10000);
        await settles(fast, sender, 2, 10000);

        limit(0);
        await settles(slow, sender, 2, 120000);

        limit(300000);
        await settles(slow, sender, 0, 20000);
        await settles(fast, sender, 2, 10000);
    }));
