/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Channels over several workers, when things go wrong: workers die or fall
 * behind while packets are under way, senders vanish, crowds come and go,
 * the number of workers changes.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');

const { call, listConnections } = require('../lib/api');
const { configText, kill, KILLED } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { everybodyHears, next, passes, port, ports,
        start } = require('../lib/spread');
const { channel, join, using } = require('../lib/suite');


async function joinMany(opened, nginx, connect, n) {
    const peers = [];

    while (peers.length < n) {
        peers.push(await join(opened, nginx, connect));
    }

    return peers;
}


/* Packets that fill a trunk soon, until it is closed. */

function talk(opened, peer, every = 5) {
    const payload = Buffer.alloc(1000, 1);

    const timer = setInterval(() => {
        if (peer.socket) {
            peer.sendRtp('audio', { ...next(), payload });
        }
    }, every);

    opened.push({ close: () => clearInterval(timer) });
}


async function assertListed(nginx, peers) {
    const all = await listConnections(nginx.apiUrl);

    assert.deepStrictEqual(all.map((c) => c.connection_id).sort(),
                           peers.map((p) => p.connectionId).sort());
}


async function listed(nginx, peers) {
    await until('the listing is right', async () => {
        await assertListed(nginx, peers);

        return true;
    });
}


/* Nothing is left that would hold a worker. */

async function oldWorkersGo(nginx) {
    const old = nginx.workers();

    await nginx.reload();

    await until('the old workers have gone', () =>
        nginx.processes().every((pid) => !old.includes(pid)));
}


/* of the heap and the like, not of files or trunks */

function memory(pids) {
    return pids.map((pid) => Number(/RssAnon:\s+(\d+)/.exec(
        fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]));
}


test('workers die while all of them read and write', () =>
    using(async (opened) => {
        const nginx = await start(opened, { allow: KILLED, workers: 3,
                                            udpPorts: 9 });
        const connect = { channel_id: channel(), video: false };

        let peers = await joinMany(opened, nginx, connect, 6);

        for (let round = 0; round < 4; round++) {
            assert.strictEqual(ports(peers).size, 3);

            await using(async (talking) => {
                peers.forEach((peer) => talk(talking, peer));

                await until('it is loud', () =>
                    peers.every((p) => p.rtp.length > 100));

                const victim = nginx.workerOfUdp(port(peers[round]));

                kill(victim, 'SIGKILL');

                await until('it was replaced', () =>
                    nginx.workers().length === 3
                    && !nginx.workers().includes(victim));

                await until('those it had know', async () => {
                    const open = peers.filter((p) => !p.signaling.end);

                    await assertListed(nginx, open);

                    return open.every((p) => !p.signaling.end);
                });
            });

            peers = peers.filter((p) => !p.signaling.end);
            peers.push(...await joinMany(opened, nginx, connect,
                                         6 - peers.length));
            peers.forEach((p) => { p.rtp = []; });

            await everybodyHears(peers);
        }

        for (const peer of peers) {
            await peer.leave();
        }

        await oldWorkersGo(nginx);
    }));


/*
 * The worker of "slow" stands still while 600 packets of make() are sent; who
 * gets them from the worker of their sender has them at once.
 */

async function fallBehind(nginx, { slow, sender, quick }, kind, make) {
    const worker = nginx.workerOfUdp(port(slow));
    const before = quick.rtp.length;
    const sent = [];

    kill(worker, 'SIGSTOP');

    try {
        while (sent.length < 600) {
            for (let i = 0; i < 20; i++) {
                const payload = make();

                sender.sendRtp(kind, { ...next(), payload });
                sent.push(payload);
            }

            await until('others have it', () =>
                quick.rtp.length === before + sent.length, { every: 1 });
        }

    } finally {
        kill(worker, 'SIGCONT');
    }

    return sent;
}


test('a worker that falls behind goes on with what is new', () =>
    using(async (opened) => {
        const nginx = await start(opened, {
            main: ['webrtc_spread 0;', 'webrtc_trunk_size 256k;'] });
        const connect = { channel_id: channel(), video: false };
        const peers = await joinMany(opened, nginx, connect, 4);

        await everybodyHears(peers);

        let number = 0;
        let missed = 0;

        const make = () => {
            const payload = Buffer.alloc(1000, 1);

            payload.writeUInt32BE(++number, 0);

            return payload;
        };

        /* each in turn: one is at home, the other is not */

        for (const slow of peers.slice(0, 2)) {
            const [sender, quick] = peers.filter((p) =>
                port(p) !== port(slow));

            peers.forEach((p) => { p.rtp = []; });

            const sent = await fallBehind(nginx, { slow, sender, quick },
                                          'audio', make);

            await passes(sender, slow);

            const got = slow.rtp.filter((p) => p.length > 1000);

            assert.ok(got.length < sent.length, 'it has missed nothing');

            for (const packet of got) {
                assert.strictEqual(sent.filter(
                    (s) => packet.includes(s)).length, 1);
            }

            /* no number comes twice, and all are authentic */

            const numbers = slow.rtp.map((p) => `${p.readUInt32BE(8)}`
                                                + ` ${p.readUInt16BE(2)}`);

            assert.strictEqual(new Set(numbers).size, numbers.length);
            assert.strictEqual(slow.badTags, 0);

            missed += 1000 * (sent.length - got.length);

            await until('it is counted', async () => {
                const { json } = await call(nginx.apiUrl,
                                            'Sora_20171010.GetStatsReport');

                return json.total_missed_trunk_byte_size >= missed;
            });
        }

        await everybodyHears(peers);
    }));


/* picture loss indications (RFC 4585, section 6.3.1) */

function asksForKeyFrame(compound) {
    for (let i = 0; i + 4 <= compound.length;
         i += 4 + 4 * compound.readUInt16BE(i + 2))
    {
        if (compound[i + 1] === 206 && (compound[i] & 0x1f) === 1) {
            return true;
        }
    }

    return false;
}


test('after packets were missed a video goes on with a key frame', () =>
    using(async (opened) => {
        const nginx = await start(opened, {
            main: ['webrtc_spread 0;', 'webrtc_trunk_size 256k;'] });
        const connect = { channel_id: channel(), audio: false,
                          video: { codec_type: 'VP8' } };
        const peers = await joinMany(opened, nginx, connect, 3);

        const slow = peers.find((p) => peers.every((other) =>
            p === other || port(p) !== port(other)));
        const [sender, quick] = peers.filter((p) => p !== slow);

        /* VP8: the descriptor of a beginning, and whether it is a key frame */

        const frame = (first) => {
            const payload = Buffer.alloc(1000, 1);

            payload[0] = 0x10;
            payload[1] = first;
            payload.writeUInt32BE(next().sequence, 2);

            return payload;
        };

        const key = () => frame(0x10);
        const delta = () => frame(0x11);

        const send = (payload) => {
            sender.sendRtp('video', { ...next(), payload });
            return payload;
        };

        const sees = (peer, payload) =>
            peer.rtp.some((p) => p.includes(payload));

        await until('it begins', () => {
            send(key());
            return slow.rtp.length && quick.rtp.length;
        });

        /* what was under way has come */

        const all = send(delta());

        await until('it goes on', () => sees(slow, all) && sees(quick, all));

        sender.rtcp = [];

        await fallBehind(nginx, { slow, sender, quick }, 'video', delta);

        let last;

        await until('a key frame is wanted', () => {
            last = send(delta());
            return sender.rtcp.some(asksForKeyFrame);
        });

        const fresh = send(key());
        const after = send(delta());

        await until('it goes on', () => sees(slow, fresh)
                                        && sees(slow, after));
        assert.ok(sees(quick, last));
        assert.ok(!sees(slow, last));
    }));


test('senders vanish in the middle of what they send', () =>
    using(async (opened) => {
        const nginx = await start(opened, { workers: 3, udpPorts: 9 });
        const connect = { channel_id: channel(), video: false };
        const stay = await joinMany(opened, nginx, connect, 3);

        assert.strictEqual(ports(stay).size, 3);

        for (let round = 0; round < 9; round++) {
            const sender = await join(opened, nginx, connect);

            await using(async (talking) => {
                talk(talking, sender, 2);

                const before = stay.map((p) => p.rtp.length);

                await until('all hear it', () =>
                    stay.every((p, i) => p.rtp.length > before[i] + 20));

                switch (round % 3) {

                case 0:
                    sender.signaling.terminate();
                    break;

                case 1:
                    sender.signaling.send({ type: 'disconnect' });
                    break;

                default:
                    await call(nginx.apiUrl,
                               'Sora_20151104.DisconnectConnection', {
                                   channel_id: connect.channel_id,
                                   connection_id: sender.connectionId });
                }

                for (const peer of stay) {
                    await peer.signaling.next((m) =>
                        m.event_type === 'connection.destroyed'
                        && m.connection_id === sender.connectionId);
                }
            });

            await listed(nginx, stay);
            await passes(stay[round % 3], stay[(round + 1) % 3]);
        }

        await everybodyHears(stay);

        for (const peer of stay) {
            await peer.leave();
        }

        await oldWorkersGo(nginx);
    }));


test('a crowd comes and goes at all workers, and leaves nothing', () =>
    using(async (opened) => {
        const nginx = await start(opened);
        const pids = nginx.workers();
        const rooms = [channel(), channel(), channel()];
        const seen = [];

        const visit = async (i) => {
            const signaling = await Signaling.join(nginx.signalingUrl, {
                role: 'sendrecv', channel_id: rooms[i % 3],
                simulcast: i % 2 === 0, data_channel_signaling: i % 4 === 0 });

            /* not all say that they leave */

            if (i % 3) {
                signaling.terminate();
                await signaling.close();

            } else {
                await signaling.leave();
            }
        };

        for (let half = 0; half < 2; half++) {
            for (let i = 0; i < 100; i++) {
                await Promise.all([0, 1, 2, 3, 4, 5].map((n) =>
                    visit(6 * i + n)));
            }

            await until('they have ended', () =>
                nginx.ended().length === 600 * (half + 1));

            seen.push(memory(pids));
        }

        assert.deepStrictEqual(nginx.workers(), pids);

        seen[0].forEach((before, i) => {
            assert.ok(seen[1][i] - before < 2048,
                      `${before} kB, then ${seen[1][i]} kB`);
        });

        /* and those who come now are placed as if nobody had been there */

        const peers = await joinMany(opened, nginx,
                                     { channel_id: channel() }, 4);

        for (const n of ports(peers)) {
            assert.strictEqual(peers.filter((p) => port(p) === n).length, 2);
        }

        for (const peer of peers) {
            await peer.leave();
        }

        await oldWorkersGo(nginx);
    }));


test('a worker dies while members are being placed', () =>
    using(async (opened) => {
        const nginx = await start(opened, { allow: KILLED, workers: 3,
                                            udpPorts: 9 });
        const connect = { role: 'sendrecv', channel_id: channel() };

        for (let round = 0; round < 4; round++) {
            const victim = nginx.workers()[round % 3];

            const joining = Array.from({ length: 12 }, async (v, i) => {
                const signaling = await Signaling.open(nginx.signalingUrl);

                opened.push(signaling);
                signaling.connect(connect);

                if (i === 6) {
                    kill(victim, 'SIGKILL');
                }

                /* either they are in, or they are told */

                await signaling.next('offer');

                return signaling;
            });

            const joined = (await Promise.allSettled(joining))
                .filter((j) => j.status === 'fulfilled').map((j) => j.value);

            await until('the worker was replaced', () =>
                nginx.workers().length === 3
                && !nginx.workers().includes(victim));

            /* who was in and has lost nothing leaves like anybody */

            for (const signaling of joined) {
                const { code, reason } = signaling.end
                                         || await signaling.leave();

                assert.ok([1000, 1006, 1012].includes(code)
                          || reason === 'WORKER-LOST', `${code} ${reason}`);
            }
        }

        const peers = await joinMany(opened, nginx, connect, 3);

        assert.strictEqual(ports(peers).size, 3);

        await everybodyHears(peers);

        for (const peer of peers) {
            await peer.leave();
        }

        await oldWorkersGo(nginx);
    }));


test('a reload changes the number of workers', () =>
    using(async (opened) => {
        const nginx = await start(opened, { workers: 3, udpPorts: 9,
                                            zoneSize: '24m',
                                            shutdownTimeout: '60s' });
        const there = new Map();

        const reload = async (workers) => {
            nginx.options.workers = workers;
            nginx.configure(configText(nginx.options));

            await nginx.reload();

            const connect = { channel_id: channel(), video: false };
            const peers = await joinMany(opened, nginx, connect,
                                         2 * workers);

            assert.strictEqual(ports(peers).size, workers);
            there.set(workers, peers);
        };

        const first = await joinMany(opened, nginx, {
            channel_id: channel(), video: false }, 3);

        assert.strictEqual(ports(first).size, 3);

        await reload(1);
        await everybodyHears(first);

        await reload(2);
        await everybodyHears(first);

        for (const peers of there.values()) {
            await everybodyHears(peers);
        }

        for (const peer of [first, ...there.values()].flat()) {
            await peer.leave();
        }

        await listed(nginx, []);
        await oldWorkersGo(nginx);
    }));


test('trunks of any size carry packets', () =>
    using(async (opened) => {
        for (const size of ['256k', '1024m']) {
            const nginx = await start(opened, {
                main: ['webrtc_spread 0;', `webrtc_trunk_size ${size};`] });
            const connect = { channel_id: channel(), video: false };
            const peers = await joinMany(opened, nginx, connect, 4);

            assert.strictEqual(ports(peers).size, 2);

            await using(async (talking) => {
                peers.forEach((peer) => talk(talking, peer));

                /* more than once around the smallest one */

                await until('enough has come', () =>
                    peers.every((p) => p.rtp.length > 800));
            });

            await everybodyHears(peers);
        }
    }));


test('with one process there is nowhere to go', () =>
    using(async (opened) => {
        const alone = await start(opened, { workers: 1 });

        /* the one that there is has no children */

        const single = await start(opened, { workers: 0, config: (o) =>
            configText({ ...o, workers: 2,
                         main: ['master_process off;',
                                'webrtc_spread 0;'] })
                .replaceAll(' reuseport', '') });

        for (const nginx of [alone, single]) {
            const connect = { channel_id: channel(), video: false };

            await until('it answers', () => listConnections(nginx.apiUrl));

            const peers = await joinMany(opened, nginx, connect, 3);

            assert.strictEqual(ports(peers).size, 1);

            await everybodyHears(peers);
        }
    }));
