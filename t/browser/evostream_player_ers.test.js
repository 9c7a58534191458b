/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The player page and the media server of the module at rendezvous servers
 * that are restarted, refuse socket.io, or are not ours.
 */

'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');

const { Member, launch } = require('../lib/browser');
const { must } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { Ers } = require('../lib/ers');
const { Nginx } = require('../lib/nginx');
const { Player } = require('../lib/player');
const { until } = require('../lib/poll');
const { channel, using } = require('../lib/suite');


let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


async function nginxOf(opened, options) {
    const nginx = await Nginx.start(await evostream(options));

    opened.push({ close: () => nginx.stop() });
    nginx.api = (name, params) => must(nginx.options.evoUrl, name, params);

    return nginx;
}


async function publish(opened, nginx, stream) {
    const member = await Member.join(browser, nginx, { channelId: stream,
                                                       role: 'sendonly' });

    opened.push(member);

    return member;
}


function start(nginx, room, ers) {
    return nginx.api('startWebRTC', { ersip: '127.0.0.1', ersport: ers,
                                      roomid: room });
}


function view(opened, nginx, room, stream, ers) {
    return Player.open(opened, browser, nginx, {
        room, stream, ers: `127.0.0.1:${ers}` });
}


test('nginx is restarted: rooms and viewers are there again', () =>
    using(async (opened) => {
        const nginx = await nginxOf(opened, {
            main: ['webrtc_evostream_config_file configs.json;'] });

        const { ersPort } = nginx.options;
        const [room, stream] = [channel(), channel('stream')];

        await publish(opened, nginx, stream);

        const { configId } = await start(nginx, room, ersPort);

        const player = await view(opened, nginx, room, stream, ersPort);

        await player.plays();

        process.kill(nginx.master, 'SIGTERM');
        await nginx.exited;
        await player.says(/Trying again/);

        nginx.gone = false;
        await nginx.spawn();

        const { webrtc } = await nginx.api('listConfig');

        assert.deepStrictEqual(
            webrtc.map((c) => [c.configId, c.roomid]), [[configId, room]]);

        await publish(opened, nginx, stream);
        await player.plays();
    }));


test('rooms and tokens of the rendezvous server', () =>
    using(async (opened) => {
        const nginx = await nginxOf(opened, {
            main: ['webrtc_evostream_ers_rooms lobby;',
                   'webrtc_evostream_ers_token M-1;',
                   'webrtc_evostream_ers_viewer_token V-1 V-2;'] });

        const { ersPort } = nginx.options;
        const stream = channel('stream');

        await publish(opened, nginx, stream);
        await nginx.api('startWebRTC', {
            ersip: '127.0.0.1', ersport: ersPort, roomid: 'lobby',
            token: 'M-1' });

        const come = (query) => Player.open(opened, browser, nginx, {
            room: 'lobby', stream, ers: `127.0.0.1:${ersPort}`, ...query });

        await (await come({})).says(/asks for a token/);
        await (await come({ token: 'V-3' })).says(/not accept this token/);
        await (await come({ token: 'V-1', room: 'attic' }))
            .says(/has no room "attic"/);
        await (await come({ token: 'V-2' })).plays();
    }));


test('a rendezvous server that is not ours: each viewer has a socket', () =>
    using(async (opened) => {
        const nginx = await nginxOf(opened, { ers: false });
        const ers = await Ers.start();

        opened.push(ers);

        const [room, stream] = [channel(), channel('stream')];

        await publish(opened, nginx, stream);
        await start(nginx, room, ers.port);

        const players = [];

        for (let i = 0; i < 3; i++) {
            await ers.media(room);
            players.push(await view(opened, nginx, room, stream, ers.port));
        }

        await Promise.all(players.map((player) => player.plays()));

        const media = ers.clients.filter((c) => c.media && !c.gone);

        assert.strictEqual(media.length, 4);
        assert.deepStrictEqual(ers.faults, []);

        /* its socket goes with the viewer, the others stay */

        const { server } = ers.rooms.get(room).viewers[1];

        await players[1].close();
        await server.ended();
        await players[0].plays();
        await players[2].plays();
        assert.strictEqual((await nginx.api('listStreams')).filter((s) =>
            s.type === 'ONP').length, 2);

        /* media outlive the rendezvous server, and it is joined again */

        await ers.restart();
        await Promise.all([players[0], players[2]].map((player) =>
            player.plays({ frames: 60 })));
        await ers.media(room, 30000);

        const late = await view(opened, nginx, room, stream, ers.port);

        await late.plays();
        await until('there are three of them', async () =>
            (await nginx.api('listStreams')).filter((s) =>
                s.type === 'ONP').length === 3);
        assert.deepStrictEqual(ers.faults, []);
    }));
