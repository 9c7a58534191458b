/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Calls between browsers whose media are at different workers.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Member, everybodyReceives } = require('../lib/browser');
const { kill, KILLED } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


/* a large message does not fit into such a mailbox */

const suite = serveBrowser({
    main: ['webrtc_spread 0;', 'webrtc_mailbox_size 64k;'],
    allow: KILLED,
});


async function join(opened, options) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);
    await member.start({ role: 'sendrecv', ...options });

    return member;
}


/* The port of a member's first offer: it tells where its media are. */

async function port(member) {
    const { remoteSdp } = await member.state();

    return Number(/a=candidate:\S+ \d+ udp \d+ \S+ (\d+)/i.exec(remoteSdp)[1]);
}


async function apart(members) {
    const ports = await Promise.all(members.map(port));

    assert.strictEqual(new Set(ports).size, 2, ports.join());
}


test('three members at two workers see and hear each other', () =>
    using(async (opened) => {
        const channelId = channel();
        const members = [];

        for (let i = 0; i < 3; i++) {
            members.push(await join(opened, { channelId }));
        }

        await apart(members);
        await everybodyReceives(members);

        /* the first picture of one who comes late is a key frame */

        const late = await join(opened, { channelId, role: 'recvonly' });

        for (const member of members) {
            await late.receives(member);
        }

        /* those who leave and come back may be elsewhere */

        await members[0].leave();
        await members[1].sees([members[2]]);
        await members[0].start({ role: 'sendrecv', channelId });

        await everybodyReceives(members);

        for (const member of members) {
            assert.deepStrictEqual(member.errors, []);
        }
    }));


test('each receiver gets the layer that it asks for', () =>
    using(async (opened) => {
        const channelId = channel();
        const simulcast = (rid) => ({ channelId, role: 'recvonly',
            sdk: { simulcast: true, ...(rid && { simulcastRid: rid }) } });

        const sender = await join(opened, {
            channelId, role: 'sendonly',
            size: { width: 960, height: 540, frameRate: 15 },
            sdk: { simulcast: true, videoCodecType: 'VP8',
                   videoBitRate: 3000 } });

        const low = await join(opened, simulcast('r0'));
        const high = await join(opened, simulcast('r2'));
        const other = await join(opened, simulcast('r0'));

        await apart([low, high]);

        const sees = (member, width) => until(`a width of ${width}`,
            async () => {
                const { video } = (await member.stats()).remote[sender.id];

                assert.strictEqual(video.frameWidth, width);

                return video.framesDecoded;
            }, { timeout: 60000, every: 300 });

        await sees(high, 960);
        await sees(low, 240);
        await sees(other, 240);

        /* and one goes up at a key frame, at either worker */

        for (const member of [low, other]) {
            const res = await call(suite.nginx.apiUrl,
                'Sora_20201005.RequestRtpStream', {
                    channel_id: channelId, recv_connection_id: member.id,
                    send_connection_id: sender.id, rid: 'r1' });

            assert.strictEqual(res.status, 200, res.text);

            await sees(member, 480);

            const told = await member.event('notify', (e) =>
                e.eventType === 'simulcast.switched'
                && e.message.current_rid === 'r1');

            assert.strictEqual(told.message.previous_rid, 'r0');
        }

        await sees(high, 960);
    }));


test('messages of any size reach members at both workers, in order', () =>
    using(async (opened) => {
        const channelId = channel();
        const members = [];

        for (let i = 0; i < 3; i++) {
            members.push(await join(opened, {
                channelId, role: 'sendrecv',
                sdk: { dataChannelSignaling: true,
                       dataChannels: [{ label: '#chat',
                                        direction: 'sendrecv' }] } }));

            await members[i].event('signaling',
                                   (e) => e.type === 'onmessage-switched');
        }

        await apart(members);

        for (const [i, from] of members.entries()) {
            for (const n of [1, 1000, 100000, 200000]) {
                const size = n + i;
                const sum = await from.say('#chat', size);

                for (const to of members) {
                    if (to !== from) {
                        await to.hears({ label: '#chat', size, sum });
                    }
                }
            }
        }

        /* many at once, large ones among them */

        const [from, ...others] = members;
        const sums = [];
        const before = await Promise.all(others.map(async (m) =>
            (await m.heard()).length));

        for (let i = 0; i < 40; i++) {
            sums.push(await from.say('#chat', i % 4 ? 100 + i : 150000 + i));
        }

        for (const [i, to] of others.entries()) {
            await until('all have come', async () => {
                const { length } = await to.heard();

                assert.strictEqual(length - before[i], sums.length);

                return true;
            });

            assert.deepStrictEqual((await to.heard()).slice(before[i])
                                       .map((m) => m.sum), sums);
        }

        await everybodyReceives(members);
    }));


test('who has lost the worker of its media comes back, the others stay', () =>
    using(async (opened) => {
        const channelId = channel();
        const { nginx } = suite;
        const members = [];

        for (let i = 0; i < 4; i++) {
            members.push(await join(opened, { channelId }));
        }

        await apart(members);
        await everybodyReceives(members);

        /* the first of a round is elsewhere, the second at home */

        const ports = await Promise.all(members.map(port));
        const away = ports[0];
        const victim = nginx.workerOfUdp(away);

        kill(victim, 'SIGKILL');

        await until('there is another worker', () =>
            nginx.workers().length === 2 && !nginx.workers().includes(victim));

        for (const [i, member] of members.entries()) {
            const gone = ports[i] === away
                ? await member.event('disconnect')
                : (await member.state()).events.find(
                    (e) => e.name === 'disconnect');

            if (gone) {
                await member.start({ role: 'sendrecv', channelId });
            }
        }

        await everybodyReceives(members);
    }));


test('a worker that goes tells the members of another\'s channel', () =>
    using(async (opened) => {
        const { nginx } = suite;

        const one = await join(opened, {
            channelId: channel(), role: 'recvonly',
            sdk: { dataChannelSignaling: true,
                   ignoreDisconnectWebSocket: true } });

        await one.event('signaling', (e) => e.type === 'onmessage-switched');

        /* the first of a round is elsewhere */

        const victim = nginx.workerOfUdp(await port(one));

        kill(victim, 'SIGTERM');

        const end = await one.event('disconnect');

        assert.strictEqual(end.code, 1012);
        assert.strictEqual(end.reason, 'SERVICE-RESTART');

        await until('there is another worker', () =>
            nginx.workers().length === 2 && !nginx.workers().includes(victim));
    }));
