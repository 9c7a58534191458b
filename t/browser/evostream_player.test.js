/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * EvoStream from end to end: a stream is published to a Sora channel,
 * startWebRTC opens a room at the rendezvous server that is built in, and the
 * player page shows it.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Member } = require('../lib/browser');
const { command, must } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { Player } = require('../lib/player');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser(() => evostream({ shutdownTimeout: '120s' }));

const api = (name, params) => must(suite.nginx.options.evoUrl, name, params);


async function publish(opened, options = {}) {
    const stream = channel('stream');
    const member = await Member.join(suite.browser, suite.nginx, {
        channelId: stream, role: 'sendonly', ...options });

    opened.push(member);
    member.stream = stream;

    return member;
}


/* A room that is ours; it is stopped when the test ends. */

async function startRoom(opened, params = {}) {
    const room = channel('lobby');
    const { configId } = await api('startWebRTC', {
        ersip: '127.0.0.1', ersport: suite.nginx.options.ersPort,
        roomid: room, ...params });

    opened.push({ close: () => command(suite.nginx.options.evoUrl,
                                       'removeConfig', { id: configId }) });

    return { room, configId };
}


function view(opened, { room }, stream, query) {
    return Player.open(opened, suite.browser, suite.nginx, {
        room, stream, ers: `127.0.0.1:${suite.nginx.options.ersPort}`,
        ...query });
}


/* rows of viewers of that configuration */

async function viewersOf({ configId }) {
    return (await api('listStreams')).filter((s) => s.configId === configId);
}


function hasViewers(it, n) {
    return until(`${it.room} has ${n} viewers`, async () => {
        const rows = await viewersOf(it);

        if (rows.length !== n) {
            throw new Error(JSON.stringify(rows));
        }

        return rows;
    }, { every: 100 }).then(() => viewersOf(it));
}


test('two viewers of one stream and one of another see and hear', () =>
    using(async (opened) => {
        const news = await publish(opened);
        const h264 = await publish(opened, {
            sdk: { videoCodecType: 'H264' } });
        const it = await startRoom(opened);

        const players = await Promise.all([
            view(opened, it, news.stream), view(opened, it, news.stream),
            view(opened, it, h264.stream)]);

        for (const player of players) {
            await player.sound();
        }

        const received = await Promise.all(players.map((player) =>
            player.plays({ energy: true })));

        assert.ok(received[2].codecs.includes('video/H264'));

        const rows = await hasViewers(it, 3);

        assert.deepStrictEqual(rows.map((r) => r.name).sort(),
                               [news.stream, news.stream, h264.stream]
                                   .sort());
        assert.ok(rows.every((r) => r.type === 'ONP' && r.connectionType
                             === 9));

        const [own] = (await api('listStreams')).filter((s) =>
            s.type === 'INP' && s.channelId === h264.stream);

        assert.deepStrictEqual(own.outStreamsUniqueIds,
                               [rows.find((r) => r.name === h264.stream)
                                   .uniqueId]);

        await until('they are said to play', async () =>
            (await viewersOf(it)).every((r) => r.playing));

        /* one leaves */

        await players[1].close();
        await hasViewers(it, 2);
        await players[0].plays();
        await players[2].plays();
        assert.deepStrictEqual(players.flatMap((p) => p.errors), []);
    }));


test('the stream comes after its viewer, goes, and comes again', () =>
    using(async (opened) => {
        const it = await startRoom(opened);
        const stream = channel('stream');
        const player = await view(opened, it, stream);

        await player.says(/has no stream/);

        for (let i = 0; i < 2; i++) {
            const member = await Member.join(suite.browser, suite.nginx, {
                channelId: stream, role: 'sendonly' });

            await player.plays();
            await member.close();
            await player.says(/has ended the stream|has no stream/);
        }

        await hasViewers(it, 0);
    }));


test('stopWebRTC and removeConfig end the viewers of their rooms', () =>
    using(async (opened) => {
        const news = await publish(opened);

        const rooms = [await startRoom(opened), await startRoom(opened),
                       await startRoom(opened)];

        const players = await Promise.all(rooms.map((it) =>
            view(opened, it, news.stream)));

        await Promise.all(players.map((player) => player.plays()));

        await api('removeConfig', { id: rooms[0].configId });
        await players[0].says(/has ended the stream|No media server/);

        await api('stopWebRTC', { roomid: rooms[1].room });
        await players[1].says(/has ended the stream|No media server/);

        await players[2].plays();
        assert.strictEqual((await viewersOf(rooms[2])).length, 1);
        assert.deepStrictEqual(await viewersOf(rooms[0]), []);
        assert.deepStrictEqual(await viewersOf(rooms[1]), []);
    }));


test('shutdownStream ends one viewer', () => using(async (opened) => {
    const news = await publish(opened);
    const it = await startRoom(opened);
    const players = [await view(opened, it, news.stream)];

    await players[0].plays();

    const [{ uniqueId }] = await hasViewers(it, 1);

    players.push(await view(opened, it, news.stream));
    await players[1].plays();

    await api('shutdownStream', { id: uniqueId });
    await players[0].says(/has ended the stream/);
    await until('the row has gone', async () =>
        !(await viewersOf(it)).some((r) => r.uniqueId === uniqueId));

    /* the other one has the connection that it had */

    const { states } = await players[1].received();

    assert.deepStrictEqual(states.filter((s) => s === 'connected').length, 1);
    assert.ok(!/ended/.test(await players[1].log()));

    /* and the page of the first comes again by itself */

    await players[0].plays();
}));


test('two rooms, and a viewer of neither', () => using(async (opened) => {
    const news = await publish(opened);
    const rooms = [await startRoom(opened), await startRoom(opened)];
    const lost = await view(opened, { room: channel('nowhere') },
                            news.stream);

    const players = await Promise.all(rooms.map((it) =>
        view(opened, it, news.stream)));

    await Promise.all(players.map((player) => player.plays()));

    for (const it of rooms) {
        assert.strictEqual((await viewersOf(it)).length, 1);
    }

    await lost.says(/No media server has come to the room "nowhere/);
}));


test('a reload: media go on, and who comes then is served too', () =>
    using(async (opened) => {
        const news = await publish(opened);
        const it = await startRoom(opened);
        const player = await view(opened, it, news.stream);

        await player.plays();
        await suite.nginx.reload();
        await player.plays({ frames: 60 });
        assert.ok(!/ended/.test(await player.log()));

        const [row] = await hasViewers(it, 1);
        const late = await view(opened, it, news.stream);

        await late.plays();
        await hasViewers(it, 2);

        /* it is still the one that can be ended */

        await api('shutdownStream', { id: row.uniqueId });
        await player.says(/has ended the stream/);
        await player.plays();
        await late.plays();
    }));


test('the debug box tells what happens', () => using(async (opened) => {
    const news = await publish(opened);
    const it = await startRoom(opened);
    const player = await view(opened, it, news.stream);

    await player.page.getByLabel('Show debug messages').check();
    await player.plays();

    const text = await player.page.locator('#log').innerText();

    for (const part of ['/socket.io/1/', `-> join ${it.room}`, '<- offer',
                        '-> answer', 'DTLS: connected',
                        'connection: connected'])
    {
        assert.ok(text.includes(part), part);
    }
}));
