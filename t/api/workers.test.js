/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Several workers: relayed signalling, reload, a worker that dies, a zone
 * that is full.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call, listConnections } = require('../lib/api');
const { Nginx, kill, KILLED, SPREAD } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { channel, join, start, using } = require('../lib/suite');


/* Joins until there are members whose signalling is at every worker. */

async function joinEveryWorker(opened, nginx, connect, pids) {
    const peers = [];

    await until('every worker has a member', async () => {
        const peer = await join(opened, nginx, connect);

        if (peers.some((p) => p.worker === peer.worker)) {
            await peer.leave();

        } else {
            peers.push(peer);
        }

        return pids.every((pid) => peers.some((p) => p.worker === pid));
    });

    return peers;
}


/*
 * The UDP ports in the offers tell at which worker a channel lives, unless
 * its members are at several.
 */

const mediaPort = (peer) => peer.server.port;

function assertTogether(one, other) {
    if (!SPREAD) {
        assert.strictEqual(mediaPort(one), mediaPort(other));
    }
}


let sequence = 1;

async function passes(from, to) {
    const payload = Buffer.from(`hello ${++sequence}`);

    await until('RTP passes', () => {
        from.sendRtp('audio', { sequence: ++sequence,
                                timestamp: sequence * 960, payload });

        return to.rtp.some((p) => p.includes(payload));
    });
}


test('a channel is one channel, whichever worker a client came to', () =>
    using(async (opened) => {
        const nginx = await start(opened);
        const id = channel();

        const [one, two] = await joinEveryWorker(
            opened, nginx, { channel_id: id }, nginx.workers());

        assert.notStrictEqual(one.worker, two.worker);
        assertTogether(one, two);
        assert.strictEqual(one.signaling.offer.session_id,
                           two.signaling.offer.session_id);

        await passes(one, two);
        await passes(two, one);

        await one.leave();

        const gone = await two.signaling.next((m) =>
            m.event_type === 'connection.destroyed'
            && m.connection_id === one.connectionId);

        assert.strictEqual(gone.channel_connections, 1);

        await two.leave();

        const pids = await until('both ends are logged', () => {
            const lines = nginx.ended().filter(
                (l) => [one, two].some((p) =>
                    p.connectionId === l.connectionId));

            return lines.length === 2 && lines.map((l) => l.pid);
        });

        assert.deepStrictEqual(new Set(pids),
                               new Set([one.worker, two.worker]));
    }));


test('channels are spread over the workers', () => using(async (opened) => {
    const nginx = await start(opened);
    const ports = new Set();

    for (let i = 0; i < 8 && ports.size < 2; i++) {
        ports.add(mediaPort(await join(opened, nginx,
                                       { channel_id: channel() })));
    }

    assert.strictEqual(ports.size, 2);
}));


test('an API request at any worker reaches any connection', () =>
    using(async (opened) => {
        const nginx = await start(opened);

        for (let i = 0; i < 12; i++) {
            const id = channel();
            const peer = await join(opened, nginx, { channel_id: id });

            const res = await call(nginx.apiUrl,
                                   'Sora_20151104.DisconnectConnection',
                                   { channel_id: id,
                                     connection_id: peer.connectionId });

            assert.strictEqual(res.status, 200, res.text);
            assert.deepStrictEqual(await peer.signaling.close(),
                                   { code: 1000,
                                     reason: 'DISCONNECTED-API' });
        }
    }));


test('a reload does not cut a call; the old worker goes with its last one',
    () => using(async (opened) => {
        const nginx = await start(opened, { shutdownTimeout: '60s' });
        const id = channel();
        const old = nginx.workers();
        const connect = { channel_id: id };

        const one = await join(opened, nginx, connect);
        const two = await join(opened, nginx, connect);

        await passes(one, two);

        const now = await nginx.reload();

        await passes(one, two);

        /* the same channel and another one, through new workers */

        const three = await join(opened, nginx, connect);
        const other = await join(opened, nginx, { channel_id: channel() });

        assert.ok(now.includes(three.worker));
        assert.ok(now.includes(other.worker));
        assertTogether(three, one);
        assert.strictEqual(three.created.channel_connections, 3);
        assert.notStrictEqual(mediaPort(other), mediaPort(one));
        assert.notStrictEqual(mediaPort(other), mediaPort(two));

        await passes(one, three);
        await passes(three, two);

        assert.strictEqual((await listConnections(nginx.apiUrl)).length, 4);
        assert.ok(nginx.processes().some((pid) => old.includes(pid)));

        for (const peer of [one, two, three]) {
            await peer.leave();
        }

        await until('the old workers have gone', () =>
            nginx.processes().every((pid) => !old.includes(pid)));

        await passes(other, await join(opened, nginx, {
            channel_id: other.created.channel_id
                        || other.signaling.offer.channel_id }));
    }));


test('worker_shutdown_timeout ends what is left, with a reason', () =>
    using(async (opened) => {
        const nginx = await start(opened, { shutdownTimeout: '2s' });
        const old = nginx.workers();
        const peer = await join(opened, nginx, { channel_id: channel() });

        await nginx.reload();

        assert.deepStrictEqual(await peer.signaling.close(20000),
                               { code: 1012, reason: 'SERVICE-RESTART' });

        await until('the old workers have gone', () =>
            nginx.processes().every((pid) => !old.includes(pid)));

        await until('the listing is empty', async () =>
            (await listConnections(nginx.apiUrl)).length === 0);
    }));


test('many reloads use up nothing', () => using(async (opened) => {
    const nginx = await start(opened);

    for (let i = 0; i < 8; i++) {
        const peer = await join(opened, nginx, { channel_id: channel() });

        await nginx.reload();
        await peer.leave();

        await until('the old workers have gone', () =>
            nginx.processes().length === 2);
    }

    const peer = await join(opened, nginx, { channel_id: channel() });

    await peer.leave();
}));


test('when a worker dies only its own calls end, and those can come back',
    { skip: SPREAD && 'then each call has members there: spread.test.js' },
    () => using(async (opened) => {
        const nginx = await start(opened, { allow: KILLED });

        /* two channels that live at different workers */

        const rooms = new Map();

        await until('both workers have a channel', async () => {
            const id = channel();
            const peer = await join(opened, nginx, { channel_id: id });

            if (rooms.has(mediaPort(peer))) {
                await peer.leave();

            } else {
                rooms.set(mediaPort(peer), { id, peers: [peer] });
            }

            return rooms.size === 2;
        });

        const [safe, doomed] = [...rooms.values()];

        for (const room of [safe, doomed]) {
            const more = await joinEveryWorker(
                opened, nginx, { channel_id: room.id }, nginx.workers());

            room.peers.push(...more);
        }

        const victim = nginx.workerOfUdp(mediaPort(doomed.peers[0]));
        const survivor = nginx.workers().find((pid) => pid !== victim);

        kill(victim, 'SIGKILL');

        /* everybody of the channel that is gone is told */

        for (const peer of doomed.peers) {
            const end = await peer.signaling.close();

            assert.ok(end.code !== 1000, `${end.code} ${end.reason}`);

            if (peer.worker === survivor) {
                assert.ok(end.reason, 'no reason was given');
            }
        }

        /* in the other channel those stay whose signalling is elsewhere */

        const stay = safe.peers.filter((p) => p.worker === survivor);
        const leave = safe.peers.filter((p) => p.worker !== survivor);

        for (const peer of leave) {
            await peer.signaling.close();
        }

        for (const peer of stay) {
            assert.strictEqual(peer.signaling.end, undefined);
        }

        await until('the listing is right again', async () => {
            const all = await listConnections(nginx.apiUrl);
            const ids = new Set(all.map((c) => c.connection_id));

            return ids.size === stay.length
                   && stay.every((p) => ids.has(p.connectionId));
        }, { timeout: 5000 });

        const guest = await join(opened, nginx, { channel_id: safe.id });

        await passes(stay[0], guest);

        /* and the dead channel can be opened again */

        const again = await join(opened, nginx, { channel_id: doomed.id });

        assert.strictEqual(again.created.channel_connections, 1);

        await until('the worker was replaced', () =>
            nginx.workers().length === 2);
    }));


test('a worker that dies again and again leaves a clean house', () =>
    using(async (opened) => {
        const nginx = await start(opened, { allow: KILLED });

        for (let i = 0; i < 5; i++) {
            const peer = await join(opened, nginx, { channel_id: 'again' });

            for (const pid of nginx.workers()) {
                kill(pid, 'SIGKILL');
            }

            await peer.signaling.close();

            await until('there are workers', () =>
                nginx.workers().length === 2);
        }

        const peer = await join(opened, nginx, { channel_id: 'again' });

        assert.strictEqual(peer.created.channel_connections, 1);
        assert.strictEqual((await listConnections(nginx.apiUrl)).length, 1);
    }));


test('a full zone refuses the next one and recovers', () =>
    using(async (opened) => {
        const nginx = await start(opened, {
            zoneSize: '3m', workerConnections: 8192,
            main: ['webrtc_mailbox_size 64k;'] });

        const first = await join(opened, nginx, { channel_id: 'full' });
        const members = [];

        let refused;

        while (!refused && members.length < 5000) {
            const signaling = await Signaling.open(nginx.signalingUrl);

            signaling.connect({ channel_id: `full-${members.length >> 3}`,
                                signaling_notify_metadata:
                                    'x'.repeat(1500) });

            const first = await Promise.race([signaling.next('offer'),
                                              signaling.close()]
                .map((p) => p.catch((e) => signaling.end || e)));

            if (first.type === 'offer') {
                members.push(signaling);
                opened.push(signaling);

            } else {
                refused = first;
            }
        }

        assert.ok(refused, `${members.length} members fit`);
        assert.strictEqual(refused.code, 4490);
        assert.match(refused.reason, /FULL|ZONE|LIMIT|MEMORY/);

        assert.strictEqual(first.signaling.end, undefined);

        const warnings = nginx.errorLog().split('\n').filter(
            (line) => /\[(warn|error|crit)\]/.test(line));

        assert.ok(warnings.length <= 3, warnings.slice(0, 5).join('\n'));

        await Promise.all(members.splice(0, 40).map((m) => m.leave()));

        const again = await join(opened, nginx, { channel_id: 'full' });

        await passes(first, again);
    }));


test('TERM ends in time and tells every client', () =>
    using(async (opened) => {
        const nginx = await Nginx.start();
        const peer = await Peer.join(nginx.signalingUrl,
                                     { channel_id: channel() });

        opened.push(peer);

        await nginx.stop('SIGTERM', 5000);

        assert.deepStrictEqual(await peer.signaling.close(),
                               { code: 1012, reason: 'SERVICE-RESTART' });
    }));


test('an nginx is warned of media ports that another program has', () =>
    using(async (opened) => {
        const warnings = (nginx) => nginx.errorLog().split('\n')
            .filter((line) => /\[warn\].*another program/.test(line)).length;

        const first = await start(opened, { udpPorts: 4 });

        assert.strictEqual(warnings(first), 0);

        const second = await start(opened, { udpPorts: 4,
                                             udpPort: first.options.udpPort });

        assert.strictEqual(warnings(second), 4);

        /* a reload takes its own sockets over */

        await first.reload();
        assert.strictEqual(warnings(first), 0);
    }));
