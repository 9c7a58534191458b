/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Streams of this server in the player page, through its own rendezvous
 * server: senders of channels in every codec, with layers, ports of the
 * gateway; what viewers say over their channel; how sessions end.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Member } = require('../lib/browser');
const { must } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { Gst, request, sources } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { Player } = require('../lib/player');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser(async () => evostream(await gateway()));


async function publish(opened, channelId, sdk = {}, options = {}) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);
    await member.start({ role: 'sendonly', channelId, sdk, ...options });

    return member;
}


/* a room that this server serves, for as long as the test lasts */

async function room(opened) {
    const { ersPort, evoUrl } = suite.nginx.options;
    const roomid = channel();

    await must(evoUrl, 'startWebRTC', { ersip: '127.0.0.1', ersport: ersPort,
                                        roomid });

    opened.push({ close: () => must(evoUrl, 'stopWebRTC', { roomid })
        .catch(() => {}) });

    return roomid;
}


function view(opened, roomid, stream) {
    return Player.open(opened, suite.browser, suite.nginx, {
        room: roomid, stream,
        ers: `127.0.0.1:${suite.nginx.options.ersPort}` });
}


const viewers = async () =>
    (await must(suite.nginx.options.evoUrl, 'listStreams'))
        .filter(({ type }) => type.startsWith('O'));


/* the sum of all worked-off connections changes no more */

function rests(player) {
    let last;

    return until('nothing more comes', async () => {
        const { frames, audio } = await player.received();
        const now = `${frames} ${audio}`;

        if (now === last) {
            return true;
        }

        last = now;
    }, { timeout: 20000, every: 700 });
}


for (const codec of ['VP8', 'VP9', 'H264', 'AV1']) {

    test(`two viewers see and hear a sender of ${codec}`, () =>
        using(async (opened) => {
            const channelId = channel();
            const sender = await publish(opened, channelId,
                                         { videoCodecType: codec });
            const roomid = await room(opened);

            const players = [
                await view(opened, roomid, channelId),
                await view(opened, roomid, `${channelId}/${sender.id}`)];

            for (const player of players) {
                await player.sound();

                const { codecs } = await player.plays({ energy: true });

                assert.ok(codecs.includes(`video/${codec}`), `${codecs}`);
                assert.ok(codecs.includes('audio/opus'), `${codecs}`);
            }

            /* a third one comes later, the second one leaves */

            const late = await view(opened, roomid, channelId);

            await late.plays();
            await players[1].close();
            await players[0].plays();

            await until('the API shows two of them', async () =>
                (await viewers()).length === 2);

            /* the sender goes, and another one comes */

            await sender.leave();
            await players[0].says(/has no stream|has ended the stream/);
            await late.says(/has no stream|has ended the stream/);

            await until('the API shows no one', async () =>
                (await viewers()).length === 0);

            await publish(opened, channelId, { videoCodecType: codec });
            await players[0].plays();
            await late.plays();
        }));
}


test('streams of both workers are viewed through one room', () =>
    using(async (opened) => {
        const roomid = await room(opened);

        for (const channelId of [channel(), `${channel()}/with/slashes`]) {
            await publish(opened, channelId, { videoCodecType: 'VP8' });

            const player = await view(opened, roomid, channelId);

            await player.plays();
        }

        const homes = new Set((await viewers()).map(({ name }) => name));

        assert.strictEqual(homes.size, 2);
    }));


test('sound alone, and a picture alone', () => using(async (opened) => {
    const [sound, picture] = [channel(), channel()];
    const roomid = await room(opened);

    await publish(opened, sound, {}, { video: false });
    await publish(opened, picture, { videoCodecType: 'VP8' },
                  { audio: false });

    const listener = await view(opened, roomid, sound);

    await listener.says(/Sound only/);
    await listener.sound();

    await until('it is heard', async () =>
        (await listener.received()).energy > 0);

    await (await view(opened, roomid, picture)).plays();
}));


test('of simulcast a viewer gets the best layer that fits', () =>
    using(async (opened) => {
        const channelId = channel();

        await publish(opened, channelId, { videoCodecType: 'VP8',
                                           simulcast: true,
                                           videoBitRate: 3000 },
                      { size: { width: 960, height: 540 } });

        const roomid = await room(opened);
        const player = await view(opened, roomid, channelId);

        await player.plays();
        await player.says(/960×540/, 60000);
    }));


test('commands over the data channel', () => using(async (opened) => {
    const channelId = channel();

    await publish(opened, channelId, { videoCodecType: 'VP8' });

    const roomid = await room(opened);
    const player = await view(opened, roomid, channelId);

    await player.plays();

    await player.page.evaluate(() => new Promise((resolve) => {
        const pc = window.pcs.at(-1);

        window.said = [];
        window.commands = pc.createDataChannel('emsCommandChannel');
        window.commands.onopen = resolve;
        window.commands.onmessage = ({ data }) =>
            window.said.push(JSON.parse(data));
    }));

    const say = (type, payload) => player.page.evaluate(
        (text) => window.commands.send(text),
        JSON.stringify({ type, payload }));

    const hears = (type) => until(`it hears ${type}`, () =>
        player.page.evaluate((type) =>
            window.said.find((message) => message.type === type), type));

    await say('fmp4Request', { name: channelId, fullMp4: false });

    assert.deepStrictEqual(await hears('fmp4Response'), {
        type: 'fmp4Response',
        payload: { name: channelId, fullMp4: false, status: 'FAIL',
                   description: 'Requested stream could not be sent!' } });

    await say('heartbeat', '');
    await hears('heartbeat');

    /* garbage, and what nobody knows, do no harm */

    await player.page.evaluate(() => window.commands.send('{{{'));
    await say('metadata', { timestamp: 1 });

    await say('command', { command: 'pause', argument: '' });
    await rests(player);

    const { frames } = await player.received();

    await say('command', { command: 'resume', argument: '' });
    await until('it goes on', async () =>
        (await player.received()).frames > frames + 20);

    await say('command', { command: 'stop', argument: '' });
    await until('it has ended', () => player.page.evaluate(() =>
        window.commands.readyState === 'closed'));
}));


test('media ports that GStreamer sends to', () => using(async (opened) => {
    const ports = {};

    for (const is_video of [true, false]) {
        const res = await request(suite.nginx.gatewayUrl, 'POST', '/media',
                                  { is_video });

        assert.strictEqual(res.status, 201);
        ports[is_video ? 'video' : 'audio'] = res.json;
    }

    const { video, audio } = ports;
    const roomid = await room(opened);

    opened.push(Gst.start(sources.h264(video.port)));
    opened.push(Gst.start(sources.opus(audio.port)));

    const both = await view(opened, roomid,
                            `${video.media_id}/${audio.media_id}`);

    await both.sound();
    await both.plays({ energy: true });

    const picture = await view(opened, roomid, video.media_id);

    await picture.plays();

    /* that they are viewed does not keep the ports open */

    for (const { media_id } of [video, audio]) {
        const res = await request(suite.nginx.gatewayUrl, 'DELETE',
                                  `/media/${media_id}`);

        assert.strictEqual(res.status, 204, res.text);
    }

    await both.says(/has no stream|has ended the stream/);
    await picture.says(/has no stream|has ended the stream/);
}));


test('sessions end when their room or they are removed', () =>
    using(async (opened) => {
        const { evoUrl } = suite.nginx.options;
        const channelId = channel();

        await publish(opened, channelId, { videoCodecType: 'VP8' });

        const [one, two] = [await room(opened), await room(opened)];
        const first = await view(opened, one, channelId);
        const second = await view(opened, two, channelId);

        await first.plays();
        await second.plays();

        const connected = (player) => player.page.evaluate(() =>
            window.pcs.filter(({ connectionState }) =>
                connectionState === 'connected').length);

        await must(evoUrl, 'stopWebRTC', { roomid: one });
        await until('the first one is over', async () =>
            await connected(first) === 0);
        await second.plays();

        const [{ uniqueId, id }] = await viewers();
        const pcs = await second.page.evaluate(() => window.pcs.length);

        await must(evoUrl, 'shutdownStream', { id: uniqueId ?? id });
        await until('the second one was ended', async () =>
            await second.page.evaluate(() =>
                window.pcs[0].connectionState !== 'connected'));
        assert.ok(pcs >= 1);
    }));


test('a reload is not seen by those who play', () => using(async (opened) => {
    const channelId = channel();

    await publish(opened, channelId, { videoCodecType: 'VP8' });

    const roomid = await room(opened);
    const player = await view(opened, roomid, channelId);

    await player.plays();

    const connections = () =>
        player.page.evaluate(() => window.pcs.length);
    const before = await connections();

    await suite.nginx.reload();
    await player.plays({ frames: 60 });
    assert.strictEqual(await connections(), before);

    /* and the room is served by the new workers */

    await (await view(opened, roomid, channelId)).plays();
}));
