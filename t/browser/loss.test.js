/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Video over a path that loses 5 % of the packets, both ways, at both ends:
 * repair by NACK and RTX must keep it decoding.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Member } = require('../lib/browser');
const { until } = require('../lib/poll');
const { Relay } = require('../lib/relay');
const { channel, serveBrowser, using } = require('../lib/suite');


const LOSS = 0.05;

const suite = serveBrowser();


/* One relay for each media port, and the page's map of the ports. */

async function relays(opened) {
    const { udpPort, udpPorts } = suite.nginx.options;
    const ports = {};
    const all = [];

    for (let port = udpPort; port < udpPort + udpPorts; port++) {
        const relay = await Relay.open(port, LOSS);

        opened.push(relay);
        all.push(relay);
        ports[port] = relay.port;
    }

    return { ports, all };
}


for (const codec of ['VP8', 'H264']) {
    test(`${codec} with 5 % loss is repaired`, (t) =>
        using(async (opened) => {
            const { ports, all } = await relays(opened);
            const channelId = channel();

            const join = async (options) => {
                const member = await Member.open(suite.browser, suite.nginx);

                opened.push(member);
                await member.start({ channelId, ports, ...options });

                return member;
            };

            const probe = await Member.open(suite.browser, suite.nginx);

            opened.push(probe);

            if (!(await probe.page.evaluate(() => window.member.codecs()))
                .includes(codec))
            {
                t.skip(`the browser has no ${codec}`);
                return;
            }

            const sender = await join({
                role: 'sendonly',
                sdk: { videoCodecType: codec, videoBitRate: 600 } });
            const viewer = await join({ role: 'recvonly' });

            await viewer.receives(sender, { timeout: 60000 });

            await until('the losses were repaired on both legs', async () => {
                const { video } = (await viewer.stats()).remote[sender.id];
                const { local } = await sender.stats();

                if (video.nackCount > 0
                    && video.retransmittedPacketsReceived > 0
                    && local.video.nackCount > 0
                    && local.video.retransmittedPacketsSent > 0
                    && video.framesDecoded > 100)
                {
                    return true;
                }

                throw new Error(JSON.stringify([
                    video.nackCount, video.retransmittedPacketsReceived,
                    local.video.nackCount,
                    local.video.retransmittedPacketsSent,
                    video.framesDecoded]));
            }, { timeout: 60000, every: 500 });

            /* and it goes on */

            await viewer.receives(sender, { frames: 50, timeout: 60000 });

            assert.ok(all.some((relay) => relay.dropped > 20));
        }));
}


/*
 * A handshake that takes longer, because of a loss, must not make the viewer
 * miss the only key frame: the picture has to come every time.
 */

test('every join over a lossy path gets a picture', () =>
    using(async (opened) => {
        const { ports } = await relays(opened);
        const channelId = channel();

        const sender = await Member.open(suite.browser, suite.nginx);
        const viewer = await Member.open(suite.browser, suite.nginx);

        opened.push(sender, viewer);

        for (let i = 0; i < 8; i++) {
            await sender.start({ channelId, role: 'sendonly', ports,
                                 sdk: { videoCodecType: 'VP8' } });
            await viewer.start({ channelId, role: 'recvonly', ports });

            await viewer.receives(sender, { frames: 5, timeout: 20000 });

            await viewer.leave();
            await sender.leave();
        }
    }));
