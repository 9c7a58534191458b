/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What is under way when a worker quits: connections that do not stand yet,
 * viewers who do not play yet.
 */

'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');

const { Ers, instead } = require('../lib/ers');
const { RoomClient } = require('../lib/ers_viewer');
const { evostream } = require('../lib/evostream_conf');
const { start, state } = require('../lib/evostream_service');
const { Nginx } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { freeTcp } = require('../lib/ports');
const { until } = require('../lib/poll');
const { using } = require('../lib/suite');


/* what waits for one of these does so for longer than a test */

const MAIN = ['webrtc_evostream_retry 100ms 300ms;',
              'webrtc_evostream_connect_timeout 10m;',
              'webrtc_evostream_join_timeout 10m;'];

async function launch(opened, options) {
    const nginx = await Nginx.start(await evostream({
        ers: false, workers: 1, main: MAIN, ...options,
    }));

    opened.push({ close: () => nginx.stop() });

    return nginx;
}


async function ersOf(opened, options) {
    const ers = await Ers.start(options);

    opened.push(ers);

    return ers;
}


/* the new worker is there alone */

async function reloaded(nginx) {
    await nginx.reload();
    await until('the old worker has left',
                () => nginx.processes().length === 1);
}


test('a worker does not wait for TLS', () => using(async (opened) => {
    let connections = 0;

    const nginx = await launch(opened);
    const server = net.createServer((socket) => {
        connections++;
        opened.push({ close: () => socket.destroy() });
    });
    const port = await freeTcp();

    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    opened.push({ close: () => server.close() });

    await start(nginx, { port }, { roomid: 'lobby', ersOverSsl: 1 });
    await until('it is asked', () => connections === 1);

    await reloaded(nginx);
    await until('it is asked again', () => connections === 2);
}));


for (const phase of ['handshake', 'upgrade', 'open', 'join']) {
    test(`a worker does not wait for a server silent at ${phase}`, () =>
        using(async (opened) => {
            const ers = await ersOf(opened, {
                at: instead(phase, 'silence') });
            const nginx = await launch(opened);
            const id = await start(nginx, ers, { roomid: 'lobby' });

            await until('it has come that far', () => ({
                handshake: () => ers.requests.length,
                upgrade: () => ers.requests.length > 1,
                open: () => ers.clients.length,
                join: () => ers.joins.length }[phase]()));

            ers.options.at = {};

            await reloaded(nginx);
            await state(nginx, id, 'Connected');
        }));
}


/*
 * The room is free for the new worker while the old one still has a viewer
 * who could answer.
 */

for (const [what, options] of [
    ['for a while', {}],
    ['up to worker_shutdown_timeout', { shutdownTimeout: '1s' }]])
{
    test(`a viewer who has not answered is waited for ${what}`, () =>
        using(async (opened) => {
            const ers = await ersOf(opened);
            const nginx = await launch(opened, options);
            const publisher = await Peer.join(nginx.signalingUrl,
                { role: 'sendonly', channel_id: 'camera' });

            opened.push(publisher);

            const id = await start(nginx, ers, { roomid: 'lobby' });
            const first = await ers.media('lobby');
            const alice = await RoomClient.join(opened, ers.url,
                ['lobby', { streamName: 'camera', transport: 'srtp' }]);

            await alice.message('offer');

            const second = await ers.media('lobby');

            await nginx.reload();

            await second.ended();
            await ers.asked(3);
            await state(nginx, id, 'Connected');
            assert.ok(!first.gone);

            await first.ended();
            await until('the room is held',
                        () => ers.rooms.get('lobby')?.waiting);
            assert.deepStrictEqual(ers.faults, []);
        }));
}
