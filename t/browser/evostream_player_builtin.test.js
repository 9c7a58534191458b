/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The player page at the rendezvous server that is built in, with a media
 * server that is not ours.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { MediaServer, Player } = require('../lib/player');
const { freeTcp } = require('../lib/ports');
const { channel, serveBrowser, using } = require('../lib/suite');


const BOTH = { audio: true, video: true };

const SHARED = { multiClient: true, options: {
    instance: 'one', capabilities: 'hasHeartBeat,multiClient' } };


/* two of them, of one nginx; the second has no socket.io */

const suite = serveBrowser(async () => {
    const [ers, plain] = [await freeTcp(), await freeTcp()];

    return {
        ers: `127.0.0.1:${ers}`,
        plain: `127.0.0.1:${plain}`,
        main: ['webrtc_evostream_ers_server stun:127.0.0.1:9;',
               'webrtc_evostream_ers_room_viewers 2;'],
        http: [`server {
            listen 127.0.0.1:${ers} reuseport;
            location / { webrtc_evostream_ers; }
        }`, `server {
            listen 127.0.0.1:${plain} reuseport;
            location / { webrtc_evostream_ers; }
            location /socket.io/ { return 403; }
        }`],
    };
});


function serverOf(opened, room, options) {
    return MediaServer.open(opened, suite.browser, suite.nginx, {
        ers: suite.nginx.options.ers, room, streams: { news: BOTH },
        ...options });
}


function view(opened, room, stream = 'news', query) {
    return Player.open(opened, suite.browser, suite.nginx, {
        room, stream, ers: suite.nginx.options.ers, ...query });
}


for (const [what, options] of [['one socket for all', SHARED],
                               ['a socket for each viewer', {}]])
{
    test(`viewers with ${what}`, () => using(async (opened) => {
        const room = channel();
        const server = await serverOf(opened, room, options);

        const players = await Promise.all([view(opened, room),
                                           view(opened, room)]);

        await Promise.all(players.map((player) => player.plays()));

        assert.match(await players[0].log(), /stunservers: stun:127.0.0.1:9/);

        /* no more than two */

        const third = await view(opened, room);

        await third.says(/is full/);

        await players[0].close();
        await third.plays();
        await server.viewers(2);
        await players[1].plays();
        assert.deepStrictEqual([...players[1].errors, ...third.errors], []);
    }));
}


test('a viewer who comes first, and one without socket.io', () =>
    using(async (opened) => {
        const room = channel();
        const player = await view(opened, room);

        await player.says(/No media server has come to the room/);
        await serverOf(opened, room, SHARED);
        await player.plays();

        const plain = await view(opened, room, 'news',
                                 { ers: suite.nginx.options.plain });

        await plain.plays();
        assert.match(await plain.log(),
                     /no handshake[^]*WebSocket ws:\S+\/$/m);
    }));


test('media go on over a reload of the rendezvous server', () =>
    using(async (opened) => {
        const room = channel();
        const server = await serverOf(opened, room, SHARED);
        const player = await view(opened, room);

        await player.plays();
        await suite.nginx.reload();
        await player.plays({ frames: 60 });
        assert.match(await player.log(), /the rendezvous server is gone/);

        /* a viewer who waits comes again by itself */

        await server.run(() => window.server.connect());

        const late = await view(opened, room);

        await late.plays();
    }));
