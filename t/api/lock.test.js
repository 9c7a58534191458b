/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A worker that dies while it holds the mutex of the shared zone.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');

const { listConnections } = require('../lib/api');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { using } = require('../lib/suite');


const ZONE = 24 * 1024 * 1024;


/* Where the zone is mapped: its slab pool begins with the mutex. */

function zoneAddress(pid) {
    for (const line of fs.readFileSync(`/proc/${pid}/maps`, 'latin1')
        .split('\n'))
    {
        const [, from, to] = /^(\w+)-(\w+) rw-s/.exec(line) || [];

        if (from && BigInt(`0x${to}`) - BigInt(`0x${from}`) === BigInt(ZONE)) {
            return BigInt(`0x${from}`);
        }
    }

    throw new Error('the zone is not mapped');
}


function isStopped(pid) {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');

    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
           === 'T';
}


/*
 * Stops the worker at random moments until one of them is inside the lock,
 * and kills it there.
 */

async function killInLock(pid) {
    const address = zoneAddress(pid);
    const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
    const word = Buffer.alloc(8);

    try {
        await until('the worker is caught with the mutex', async () => {
            for (let i = 0; i < 50; i++) {
                kill(pid, 'SIGSTOP');

                while (!isStopped(pid)) { /* at once, as a rule */ }

                fs.readSync(memory, word, 0, 8, address);

                if (word.readBigUInt64LE() === BigInt(pid)) {
                    kill(pid, 'SIGKILL');
                    return true;
                }

                kill(pid, 'SIGCONT');

                await new Promise((resolve) => { setImmediate(resolve); });
            }

            return false;
        }, { timeout: 60000 });

    } finally {
        fs.closeSync(memory);
    }
}


test('a worker may die with the mutex of the zone in its hands', () =>
    using(async (opened) => {
        const nginx = await Nginx.start({
            zoneSize: '24m',
            allow: KILLED });

        opened.push({ close: () => nginx.stop() });

        let busy = true;

        /* the lock is taken by joins, leaves and listings alike */

        const load = Array.from({ length: 6 }, async (_, i) => {
            while (busy) {
                try {
                    if (i % 2) {
                        await listConnections(nginx.apiUrl);
                        continue;
                    }

                    const client = await Signaling.open(nginx.signalingUrl);

                    client.send({ type: 'connect', role: 'sendrecv',
                                  channel_id: `room ${i}`, audio: true,
                                  video: true });

                    await client.next('offer');
                    client.terminate();

                } catch {

                    /* the one that it spoke to has died */
                }
            }
        });

        try {
            for (let i = 0; i < 3; i++) {
                const victim = nginx.workers()[i % 2];

                await killInLock(victim);

                await until('the worker was replaced', () =>
                    nginx.workers().length === 2
                    && !nginx.workers().includes(victim));
            }

        } finally {
            busy = false;
        }

        await Promise.all(load);

        /* nobody waits for the dead, nothing of theirs is left */

        await until('the listing is empty', async () =>
            (await listConnections(nginx.apiUrl)).length === 0);

        const peer = await Peer.join(nginx.signalingUrl,
                                     { role: 'sendrecv',
                                       channel_id: 'afterwards' });

        opened.push(peer);

        assert.strictEqual(peer.created.channel_connections, 1);
        assert.strictEqual((await listConnections(nginx.apiUrl)).length, 1);
    }));
