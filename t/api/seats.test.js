
/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Workers that lack what they share: no seat is free, a mailbox is full when
 * somebody leaves, the zone is full.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { kill } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { join, start, using } = require('../lib/suite');


/*
 * Two ports and two spare seats; each generation keeps its seat, since it
 * has a client.
 */

test('a worker without a seat refuses clients at once, and recovers', () =>
    using(async (opened) => {
        const nginx = await start(opened, { workers: 1, udpPorts: 2,
                                            shutdownTimeout: '60s' });
        const peers = [];

        for (let i = 0; i < 4; i++) {
            peers.push(await join(opened, nginx, { channel_id: `room ${i}` }));
            await nginx.reload();
        }

        const client = await Signaling.open(nginx.signalingUrl);

        client.connect({ channel_id: 'room 0' });

        assert.deepStrictEqual(await client.close(5000),
                               { code: 4490, reason: 'NO-WORKER' });

        const res = await call(nginx.apiUrl,
                               'Sora_20151104.DisconnectChannel',
                               { channel_id: 'room 0' });

        assert.strictEqual(res.status, 503, res.text);
        assert.strictEqual(peers[0].signaling.end, undefined);

        await peers[3].leave();

        const again = await until('a seat is free', () =>
            Signaling.join(nginx.signalingUrl, { channel_id: 'room 0' }));

        await again.leave();
    }));


/*
 * The news of its end does not fit into the mailbox of a worker that sleeps,
 * and cannot wait in the memory of one that is gone.
 */

test('clients hear that their home has left while their worker slept', () =>
    using(async (opened) => {
        const nginx = await start(opened, {
            main: ['webrtc_mailbox_size 64k;', 'webrtc_mailbox_backlog 64k;'],
        });

        /* of one bundle: nobody is told of all of them at once */

        const connect = { channel_id: 'room', bundle_id: 'members',
                          signaling_notify_metadata: 'x'.repeat(16000) };
        const first = await join(opened, nginx, connect);
        const home = nginx.workerOfUdp(first.server.port);

        const viewer = await until('a viewer is at the other worker',
                                   async () => {
            const peer = await join(opened, nginx, { channel_id: 'room',
                                                     role: 'recvonly' });

            if (peer.worker !== home) {
                return peer;
            }

            await peer.leave();
        });

        const members = [];

        await until('others are at the home worker', async () => {
            const peer = await join(opened, nginx, connect);

            if (peer.worker === home) {
                return members.push(peer) === 6;
            }

            await peer.leave();
        });

        /* or its answers would tell its worker */

        viewer.signaling.send = () => {};

        kill(viewer.worker, 'SIGSTOP');

        try {
            for (const peer of members) {
                await peer.leave();
            }

            kill(home, 'SIGTERM');

            await until('the home has left', () =>
                !nginx.processes().includes(home));

        } finally {
            kill(viewer.worker, 'SIGCONT');
        }

        const { code } = await viewer.signaling.close(5000);

        assert.strictEqual(code, 1012);
    }));


test('a zone full of channels is warned of', () => using(async (opened) => {
    const nginx = await start(opened, { zoneSize: '3m', workerConnections: 4096,
                                        main: 'webrtc_mailbox_size 64k;' });
    let refused;

    for (let i = 0; !refused; i++) {
        assert.ok(i < 2000, 'the zone does not get full');

        const client = await Signaling.open(nginx.signalingUrl);

        opened.push(client);
        client.connect({ channel_id: `room ${i}` });

        refused = await client.next('offer').then(() => null,
                                                  () => client.end);
    }

    assert.deepStrictEqual(refused, { code: 4490, reason: 'ZONE-FULL' });
    assert.match(nginx.errorLog(), /\[warn\].*"webrtc_zone" is full/);
}));
