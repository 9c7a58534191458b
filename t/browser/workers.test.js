/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Calls between browsers over a reload and over the death of a worker.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { listConnections } = require('../lib/api');
const { Member, everybodyReceives } = require('../lib/browser');
const { kill, KILLED } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser({
    shutdownTimeout: '60s',
    allow: KILLED,
});


async function join(opened, options) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);
    await member.start({ role: 'sendrecv', ...options });

    return member;
}


test('a call goes on over a reload', () => using(async (opened) => {
    const { nginx } = suite;
    const channelId = channel();
    const old = nginx.workers();
    const one = await join(opened, { channelId });
    const two = await join(opened, { channelId });

    await everybodyReceives([one, two]);

    const now = await nginx.reload();

    await everybodyReceives([one, two]);

    const three = await join(opened, { channelId });
    const other = await join(opened, { channelId: channel() });
    const friend = await join(opened, {
        channelId: (await listConnections(nginx.apiUrl)).find(
            (c) => c.connection_id === other.id).channel_id });

    await everybodyReceives([one, two, three]);
    await everybodyReceives([other, friend]);

    assert.ok(nginx.processes().some((pid) => old.includes(pid)));

    await Promise.all([one, two, three].map((m) => m.leave()));

    await until('the old workers have gone', () =>
        nginx.processes().every((pid) => now.includes(pid)));

    await everybodyReceives([other, friend]);
}));


test('the death of a worker ends its own call only', () =>
    using(async (opened) => {
        const { nginx } = suite;

        /* two channels that live at different workers */

        const rooms = new Map();

        await until('both workers have a call', async () => {
            const channelId = channel();
            const one = await join(opened, { channelId });
            const home = await homeOf(one);
            const two = await join(opened, { channelId });

            if (rooms.has(home)) {
                await one.leave();
                await two.leave();

            } else {
                rooms.set(home, { channelId, members: [one, two] });
            }

            return rooms.size === 2;
        }, { timeout: 120000 });

        const [doomed, safe] = [...rooms.values()];
        const [victim] = rooms.keys();
        const survivors = new Set();

        kill(victim, 'SIGKILL');

        for (const member of doomed.members) {
            const end = await member.event('disconnect');

            assert.strictEqual(end.type, 'abend');
        }

        for (const member of safe.members) {
            const { events } = await member.state();

            if (!events.some((e) => e.name === 'disconnect')) {
                survivors.add(member);
            }
        }

        /* those whose signalling went through the dead worker come back */

        for (const member of safe.members) {
            if (!survivors.has(member)) {
                await member.start({ role: 'sendrecv',
                                     channelId: safe.channelId });
            }
        }

        await everybodyReceives(safe.members);

        for (const member of doomed.members) {
            await member.start({ role: 'sendrecv',
                                 channelId: doomed.channelId });
        }

        await everybodyReceives(doomed.members);

        const ids = (await listConnections(nginx.apiUrl))
            .map((c) => c.connection_id).sort();

        assert.deepStrictEqual(ids, [...safe.members, ...doomed.members]
            .map((m) => m.id).sort());
    }));


/* The worker that owns the media port of a member's offer. */

async function homeOf(member) {
    const { remoteSdp } = await member.state();
    const port = Number(/a=candidate:\S+ \d+ udp \d+ \S+ (\d+)/i
                        .exec(remoteSdp)[1]);

    return suite.nginx.workerOfUdp(port);
}
