/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What members leave behind: with layers, data channels and a spotlight they
 * come and go two hundred times, and the worker has the memory, descriptors
 * and rows that it had when as many had come and gone before.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');
const zlib = require('node:zlib');

const { call, listConnections } = require('../lib/api');
const { until } = require('../lib/poll');
const { DataPeer, open, PPID } = require('../lib/sctp');
const { channel, serve, using } = require('../lib/suite');


const ROUNDS = 25;
const MEMBERS = 4;

const suite = serve({ workers: 1, main: ['webrtc_session_keep 0;'] });


function descriptors(pid) {
    return fs.readdirSync(`/proc/${pid}/fd`).length;
}


/* of the heap and the like, not of files */

function memory(pid) {
    return Number(/RssAnon:\s+(\d+)/.exec(
        fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}


/* One round: all of them are there at once, say something, and go. */

async function visit() {
    const id = channel();

    await using(async (opened) => {
        const members = await Promise.all(Array.from({ length: MEMBERS },
            async (v, i) => {
                const member = await DataPeer.join(
                    suite.nginx.signalingUrl, {
                        channel_id: id, role: i % 2 ? 'sendrecv' : 'recvonly',
                        spotlight: true, simulcast: true,
                        video: { codec_type: 'VP8' },
                        client_id: 'c'.repeat(255),
                        signaling_notify_metadata: 'm'.repeat(10000),
                        data_channels: [
                            { label: '#chat', direction: 'sendrecv' },
                            { label: '#zip', direction: 'sendrecv',
                              compress: true }],
                    });

                opened.push(member);

                return member;
            }));

        for (const [i, member] of members.entries()) {
            member.say('#zip', zlib.deflateSync(Buffer.alloc(50000, i)));
            member.say('#chat', Buffer.alloc(20000, i));
            member.say(200, open('#stray'), { ppid: PPID.DCEP });

            for (let n = 0; i % 2 && n < 100; n++) {
                member.sendRtp(n % 2 ? 'audio' : 'video', {
                    sequence: n, timestamp: n * 960,
                    payload: Buffer.alloc(500, n) });
            }
        }

        await until('all have heard of all', () => members.every((m) =>
            m.heard('#chat').length === MEMBERS - 1
            && m.heard('#zip').length === MEMBERS - 1), { timeout: 60000 });

        await call(suite.nginx.apiUrl, 'Sora_20201005.RequestRtpStream', {
            channel_id: id, recv_connection_id: members[0].connectionId,
            rid: 'r1' });

        /* some say that they leave, the others are just gone */

        await members[0].leave();
    });
}


async function settled() {
    await until('everybody has gone', async () =>
        (await listConnections(suite.nginx.apiUrl)).length === 0);

    const [pid] = suite.nginx.workers();

    return { pid, descriptors: descriptors(pid), memory: memory(pid) };
}


test('two hundred come and go with all that there is', async () => {
    const seen = [];

    for (let i = 0; i < 2 * ROUNDS; i++) {
        await visit();

        if (i % ROUNDS === ROUNDS - 1) {
            seen.push(await settled());
        }
    }

    const [first, last] = seen;

    assert.strictEqual(last.pid, first.pid);

    await until('its descriptors are what they were', () =>
        descriptors(last.pid) <= first.descriptors);

    assert.ok(last.memory - first.memory < 2048,
              `${first.memory} kB, then ${last.memory} kB`);

    const { json } = await call(suite.nginx.apiUrl,
                                'Sora_20171010.GetStatsReport');

    assert.strictEqual(json.total_ongoing_connections, 0);
});
