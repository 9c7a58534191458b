/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * One channel over several workers: where the media of members go, that they
 * reach each other there, and what happens when one of the workers goes.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call, listConnections } = require('../lib/api');
const { kill, KILLED } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { everybodyHears, next, passes, port, ports,
        start } = require('../lib/spread');
const { channel, join, using } = require('../lib/suite');


/* 50 packets a second, until it is closed. */

function talk(opened, peer) {
    const timer = setInterval(() => {
        peer.sendRtp('audio', next());
    }, 20);

    opened.push({ close: () => clearInterval(timer) });
}



test('members are at all workers and hear each other', () =>
    using(async (opened) => {
        const nginx = await start(opened, { workers: 3, udpPorts: 6 });
        const id = channel();
        const peers = [];

        for (let i = 0; i < 6; i++) {
            peers.push(await join(opened, nginx, { channel_id: id }));
        }

        assert.strictEqual(ports(peers).size, 3);

        /* in turn: each has two */

        for (const n of ports(peers)) {
            assert.strictEqual(peers.filter((p) => port(p) === n).length, 2);
        }

        await everybodyHears(peers);

        const all = await listConnections(nginx.apiUrl);

        assert.deepStrictEqual(all.map((c) => c.connection_id),
                               peers.map((p) => p.connectionId));

        await peers[1].leave();

        for (const peer of peers.filter((p) => p !== peers[1])) {
            const gone = await peer.signaling.next((m) =>
                m.event_type === 'connection.destroyed');

            assert.strictEqual(gone.connection_id, peers[1].connectionId);
            assert.strictEqual(gone.channel_connections, 5);
        }
    }));


test('packets are counted once for each receiver, wherever it is', () =>
    using(async (opened) => {
        const nginx = await start(opened);
        const id = channel();
        const peers = [];

        for (let i = 0; i < 4; i++) {
            peers.push(await join(opened, nginx, { channel_id: id,
                                                   video: false }));
        }

        await everybodyHears(peers);

        const report = async () => (await call(nginx.apiUrl,
            'Sora_20171010.GetStatsReport', {})).json;

        /* what was under way has arrived and was counted */

        let before;

        await until('all is quiet', async () => {
            const last = before;

            before = await report();

            return last && last.total_sent_srtp === before.total_sent_srtp;
        }, { every: 600 });

        for (const peer of peers) {
            peer.rtp = [];
        }

        for (let i = 0; i < 20; i++) {
            peers[0].sendRtp('audio', next());
        }

        await until('all have it', () =>
            peers.slice(1).every((p) => p.rtp.length === 20));

        await until('it is counted', async () => {
            const now = await report();
            const more = (name) => now[name] - before[name];

            return more('total_received_srtp') === 20
                   && more('total_decrypted_srtp') === 20
                   && more('total_sent_srtp') === 60;
        });
    }));


test('off, and with too little to do, all stay at home', () =>
    using(async (opened) => {
        for (const main of [['webrtc_spread off;'], ['webrtc_spread 1000;'],
                            ['webrtc_spread 0;', 'webrtc_trunk_size 0;']])
        {
            const nginx = await start(opened, { main });
            const id = channel();
            const peers = [];

            for (let i = 0; i < 4; i++) {
                peers.push(await join(opened, nginx, { channel_id: id }));
            }

            assert.strictEqual(ports(peers).size, 1, main[0]);
        }
    }));


test('above the threshold new members go elsewhere, those there stay', () =>
    using(async (opened) => {
        const nginx = await start(opened, { main: ['webrtc_spread 80;'] });
        const id = channel();
        const connect = { channel_id: id, video: false };

        const one = await join(opened, nginx, connect);
        const two = await join(opened, nginx, connect);

        /* 50 packets a second to one, then to two receivers */

        talk(opened, one);

        const three = await join(opened, nginx, connect);

        assert.strictEqual(ports([one, two, three]).size, 1);

        const late = await until('one goes elsewhere', async () => {
            const peer = await join(opened, nginx, connect);

            if (port(peer) !== port(one)) {
                return peer;
            }

            await peer.leave();
        }, { every: 300 });

        await passes(two, late);
        await passes(late, three);
        await until('it hears who talks', () => late.rtp.length > 20);

        await passes(two, three);

        /* a channel that begins now begins at some worker, and stays there */

        assert.strictEqual((await listConnections(nginx.apiUrl)).length, 4);
    }));


test('the death of a worker ends the connections with their media there', () =>
    using(async (opened) => {
        const nginx = await start(opened, { allow: KILLED, workers: 3,
                                            udpPorts: 6 });
        const id = channel();
        const connect = { channel_id: id };
        const peers = [];

        for (let i = 0; i < 6; i++) {
            peers.push(await join(opened, nginx, connect));
        }

        /* the last ones of a round are at home */

        const home = nginx.workerOfUdp(port(peers[2]));
        const victimPort = port(peers[0]);
        const victim = nginx.workerOfUdp(victimPort);

        assert.notStrictEqual(home, victim);

        const lost = peers.filter((p) => port(p) === victimPort
                                         || p.worker === victim);
        const rest = peers.filter((p) => !lost.includes(p));

        kill(victim, 'SIGKILL');

        for (const peer of lost) {
            const end = await peer.signaling.close();

            assert.notStrictEqual(end.code, 1000);

            if (peer.worker !== victim) {
                assert.ok(end.reason, 'no reason was given');
            }
        }

        await until('the listing is right', async () => {
            const all = await listConnections(nginx.apiUrl);

            return all.length === rest.length
                   && rest.every((p) => all.some(
                       (c) => c.connection_id === p.connectionId));
        });

        /* the others go on, and those who come back are served */

        await everybodyHears(rest);

        await until('the worker was replaced', () =>
            nginx.workers().length === 3);

        const again = [];

        for (let i = 0; i < 3; i++) {
            again.push(await join(opened, nginx, connect));
        }

        await everybodyHears([...rest, ...again]);
    }));


test('who has gone before its worker saw it does not count there for ever', () =>
    using(async (opened) => {
        const nginx = await start(opened);
        const id = channel();
        const connect = { channel_id: id };
        const away = await join(opened, nginx, connect);
        const home = await join(opened, nginx, connect);

        assert.notStrictEqual(port(away), port(home));

        const worker = nginx.workerOfUdp(port(away));
        const clients = [];

        await until('clients are at the other worker', async () => {
            const client = await Signaling.open(nginx.signalingUrl);

            if (nginx.workerOf(client.port) === worker) {
                client.terminate();

            } else {
                clients.push(client);
            }

            return clients.length === 8;
        }, { every: 1 });

        kill(worker, 'SIGSTOP');

        try {
            for (const client of clients) {
                client.connect(connect);
                await client.next('offer');
            }

            for (const client of clients) {
                await client.leave();
            }

        } finally {
            kill(worker, 'SIGCONT');
        }

        await until('members go there again', async () => {
            const peer = await join(opened, nginx, connect);

            await peer.leave();

            return port(peer) === port(away);
        }, { every: 300 });
    }));


test('the death of the home ends the channel, wherever its media are', () =>
    using(async (opened) => {
        const nginx = await start(opened, { allow: KILLED });
        const id = channel();
        const connect = { channel_id: id };

        const peers = [];

        for (let i = 0; i < 4; i++) {
            peers.push(await join(opened, nginx, connect));
        }

        /* the second one of a round is at home */

        kill(nginx.workerOfUdp(port(peers[1])), 'SIGKILL');

        for (const peer of peers) {
            const end = await peer.signaling.close();

            assert.notStrictEqual(end.code, 1000);
        }

        await until('there are workers', () => nginx.workers().length === 2);
        await until('the listing is empty', async () =>
            (await listConnections(nginx.apiUrl)).length === 0);

        const one = await join(opened, nginx, connect);
        const two = await join(opened, nginx, connect);

        assert.strictEqual(two.created.channel_connections, 2);

        await everybodyHears([one, two]);
    }));


test('a reload cuts nothing, and the old workers go with the last member', () =>
    using(async (opened) => {
        const nginx = await start(opened, { shutdownTimeout: '60s' });
        const id = channel();
        const old = nginx.workers();
        const connect = { channel_id: id };
        const peers = [];

        for (let i = 0; i < 3; i++) {
            peers.push(await join(opened, nginx, connect));
        }

        assert.strictEqual(ports(peers).size, 2);

        await nginx.reload();
        await everybodyHears(peers);

        assert.strictEqual(nginx.processes().filter((pid) =>
            old.includes(pid)).length, 2);

        /* a home that quits places nobody elsewhere */

        const four = await join(opened, nginx, connect);
        const five = await join(opened, nginx, connect);

        assert.strictEqual(port(four), port(five));
        assert.ok(ports(peers).has(port(four)));

        await everybodyHears([...peers, four, five]);

        for (const peer of [...peers, four, five]) {
            await peer.leave();
        }

        await until('the old workers have gone', () =>
            nginx.processes().every((pid) => !old.includes(pid)));
    }));


test('worker_shutdown_timeout ends members at every worker, with a reason', () =>
    using(async (opened) => {
        const nginx = await start(opened, { shutdownTimeout: '2s' });
        const old = nginx.workers();
        const peers = [];

        for (let i = 0; i < 4; i++) {
            peers.push(await join(opened, nginx, { channel_id: 'ends' }));
        }

        await nginx.reload();

        for (const peer of peers) {
            const end = await peer.signaling.close(20000);

            assert.notStrictEqual(end.code, 1000);
            assert.ok(end.reason);
        }

        await until('the old workers have gone', () =>
            nginx.processes().every((pid) => !old.includes(pid)));

        await until('the listing is empty', async () =>
            (await listConnections(nginx.apiUrl)).length === 0);
    }));


test('members come and go at two workers, and nothing is left of them', () =>
    using(async (opened) => {
        const nginx = await start(opened);

        for (let i = 0; i < 5; i++) {
            const id = channel();
            const peers = [];

            for (let n = 0; n < 4; n++) {
                peers.push(await join(opened, nginx, { channel_id: id }));
            }

            assert.strictEqual(ports(peers).size, 2);

            for (const peer of peers) {
                await peer.leave();
            }
        }

        const old = nginx.workers();

        /* nothing holds a worker that wants to go */

        await nginx.reload();

        await until('the old workers have gone', () =>
            nginx.processes().every((pid) => !old.includes(pid)),
            { timeout: 5000 });
    }));
