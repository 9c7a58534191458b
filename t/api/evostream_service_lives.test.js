/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Services and the workers that run them: reload, a worker that dies, ends of
 * configurations at any time, many of them.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { Ers, instead } = require('../lib/ers');
const { RoomClient } = require('../lib/ers_viewer');
const { command } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { descriptors, start, state, stop } = require(
    '../lib/evostream_service');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { using } = require('../lib/suite');


const MAIN = ['webrtc_evostream_retry 100ms 300ms;',
              'webrtc_evostream_max_configs 300;'];

async function launch(opened, options = {}) {
    const nginx = await Nginx.start(await evostream({
        ers: false, main: MAIN, ...options,
    }));

    opened.push({ close: () => nginx.stop() });

    return nginx;
}


async function ersOf(opened, options) {
    const ers = await Ers.start(options);

    opened.push(ers);

    return ers;
}


/* the worker that runs the service at this server */

function ownerOf(nginx, ers) {
    return until('a worker is connected', () => nginx.processes()
        .find((pid) => descriptors(pid, ers.port) > 0));
}


test('after a reload new workers join, the old ones leave', () =>
    using(async (opened) => {
        const ers = await ersOf(opened);
        const nginx = await launch(opened);
        const id = await start(nginx, ers, { roomid: 'lobby' });
        const media = await ers.media('lobby');

        await nginx.reload();

        await media.ended();
        assert.ok(media.heard.includes('0::'), media.heard.join('\n'));

        await ers.asked(2);
        await state(nginx, id, 'Connected');

        const owner = await ownerOf(nginx, ers);

        assert.ok(nginx.workers().includes(owner));
        await until('old workers have left',
                    () => nginx.processes().length === 2);
    }));


test('a reload brings other directives', () => using(async (opened) => {
    const ers = await ersOf(opened, { at: instead('join', 'silence') });
    const nginx = await launch(opened, {
        main: [...MAIN, 'webrtc_evostream_join_timeout 60s;'],
    });
    const id = await start(nginx, ers, { roomid: 'lobby' });

    await ers.asked(1);
    assert.strictEqual((await state(nginx, id)).fault, '');

    const conf = path.join(nginx.prefix, 'nginx.conf');

    fs.writeFileSync(conf, fs.readFileSync(conf, 'utf8')
        .replace('join_timeout 60s', 'join_timeout 300ms'));

    await nginx.reload();
    await until('it is given up', async () => (await state(nginx, id)).fault);
}));


test('a worker that is killed is replaced', () => using(async (opened) => {
    const ers = await ersOf(opened);
    const nginx = await launch(opened, { allow: KILLED });
    const ids = [];

    for (const roomid of ['one', 'two', 'three']) {
        ids.push(await start(nginx, ers, { roomid }));
        await ers.media(roomid);
    }

    const owner = await ownerOf(nginx, ers);

    kill(owner, 'SIGKILL');

    for (const id of ids) {
        await state(nginx, id, 'Connected');
    }

    await until('all rooms are held', () => ['one', 'two', 'three'].every(
        (room) => ers.rooms.get(room)?.waiting));
}));


for (const phase of ['handshake', 'upgrade', 'open', 'join', undefined]) {
    test(`a configuration is removed at ${phase ?? 'its time'}`, () =>
        using(async (opened) => {
            const ers = await ersOf(opened, {
                at: phase ? instead(phase, 'silence') : {},
            });
            const nginx = await launch(opened, { workers: 1 });
            const [pid] = nginx.workers();

            /* what stays open once it was used, as that of the API does */

            await command(nginx.options.evoUrl, 'version');

            const before = descriptors(pid);
            const id = await start(nginx, ers, { roomid: 'lobby' });

            await until('it has come that far', () => phase === undefined
                ? ers.rooms.get('lobby')?.waiting
                : { handshake: () => ers.requests.length,
                    upgrade: () => ers.requests.length > 1,
                    open: () => ers.clients.length,
                    join: () => ers.joins.length }[phase]());

            await stop(nginx, id);

            await until('nothing is left of it', () =>
                descriptors(pid, ers.port) === 0
                && descriptors(pid) <= before);
        }));
}


test('viewers of a server that is not ours have sockets of their own', () =>
    using(async (opened) => {
        const ers = await ersOf(opened);
        const nginx = await launch(opened);
        const publisher = await Peer.join(nginx.signalingUrl,
            { role: 'sendonly', channel_id: 'camera' });

        opened.push(publisher);

        const id = await start(nginx, ers, { roomid: 'lobby' });
        const first = await ers.media('lobby');

        const alice = await RoomClient.join(opened, ers.url,
            ['lobby', { streamName: 'camera', transport: 'srtp' }]);
        const offer = await alice.message('offer');

        assert.strictEqual(offer.from, first.id);
        assert.match(offer.payload.sdp, /^v=0/);
        assert.ok(offer.sid);

        const second = await ers.media('lobby');

        assert.notStrictEqual(second.id, first.id);

        const bob = await RoomClient.join(opened, ers.url,
            ['lobby', { streamName: 'camera', transport: 'srtp' }]);

        assert.strictEqual((await bob.message('offer')).from, second.id);

        /* whoever leaves takes the socket along */

        alice.close();
        await first.ended();
        assert.ok(!second.gone);

        await stop(nginx, id);
        await second.ended();
        await until('nobody waits', () => !ers.rooms.get('lobby')?.waiting);
        assert.deepStrictEqual(ers.faults, []);
    }));


test('one socket serves all viewers of a server of ours', () =>
    using(async (opened) => {
        const ers = await ersOf(opened, { multiClient: true });
        const nginx = await launch(opened);
        const publisher = await Peer.join(nginx.signalingUrl,
            { role: 'sendonly', channel_id: 'camera' });

        opened.push(publisher);
        await start(nginx, ers, { roomid: 'lobby' });

        const media = await ers.media('lobby');

        for (let i = 0; i < 3; i++) {
            const viewer = await RoomClient.join(opened, ers.url,
                ['lobby', { streamName: 'camera', transport: 'srtp' }]);

            assert.strictEqual((await viewer.message('offer')).from,
                               media.id);
        }

        assert.strictEqual(ers.joins.filter((j) => j.options.EMS).length, 1);
    }));


test('200 configurations at once', () => using(async (opened) => {
    const ers = await ersOf(opened);
    const nginx = await launch(opened, { workers: 2 });

    await Promise.all([1, 2, 3, 4].map(
        () => command(nginx.options.evoUrl, 'version')));

    const pids = nginx.workers();
    const before = pids.map((pid) => descriptors(pid));
    const ids = await Promise.all(Array.from({ length: 200 }, (x, i) =>
        start(nginx, ers, { roomid: `room ${i}` })));

    await until('all rooms are held', () =>
        [...ers.rooms.values()].filter((r) => r.waiting).length === 200);

    /* the other end is lost for all of them at the same time */

    await ers.restart();
    await until('all rooms are held', () =>
        [...ers.rooms.values()].filter((r) => r.waiting).length === 200);

    const begun = Date.now();

    await command(nginx.options.evoUrl, 'version');
    assert.ok(Date.now() - begun < 1000);

    await Promise.all(ids.map((id) => stop(nginx, id)));

    await until('descriptors are back', () => pids.every(
        (pid, i) => descriptors(pid, ers.port) === 0
                    && descriptors(pid) <= before[i] + 2));
}));
