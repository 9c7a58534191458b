/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The spotlight with members whose audio levels the test says: who is focused
 * and heard, the operations at every worker, and who may join.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { listConnections } = require('../lib/api');
const { NAMED, callEverywhere } = require('../lib/everywhere');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { channel, serve, using } = require('../lib/suite');


const suite = serve({
    apiServer: NAMED,
    main: ['webrtc_speech_time 400ms;', 'webrtc_speech_hold 400ms;',
           'webrtc_spotlight_interval 200ms;', 'webrtc_spotlight_number 2;'],
});

const LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
const NOBODY = '0NRTMZSXJX4K52H4HMS85BB85M';

const LOUD = 20;
const SILENT = 127;


/* A member that sends audio of the level that it is set to. */

class Speaker extends Peer {

    static async enter(opened, connect = {}) {
        const speaker = await Peer.join(suite.nginx.signalingUrl, {
            role: 'sendrecv', spotlight: true, ...connect });

        Object.setPrototypeOf(speaker, Speaker.prototype);

        speaker.id = speaker.connectionId;
        speaker.level = SILENT;
        speaker.sequence = 0;

        const element = (speaker.section('audio').extmap.get(LEVEL)) << 4;

        speaker.timer = setInterval(() => {
            speaker.sequence++;
            speaker.sendRtp('audio', {
                sequence: speaker.sequence,
                timestamp: speaker.sequence * 960,
                first: 0x90,
                after: Buffer.from([0xbe, 0xde, 0, 1, element, speaker.level,
                                    0, 0]),
            });
        }, 20);

        opened.push(speaker);

        return speaker;
    }


    async close() {
        clearInterval(this.timer);

        await super.close();
    }


    /* The packets that have come of somebody's audio. */

    hears(other) {
        const section = this.offer.media.find((m) =>
            m.kind === 'audio' && m.msid?.startsWith(other.id));

        return this.rtp.filter((packet) =>
            packet.readUInt32BE(8) === section.ssrcs[0]).length;
    }


    events() {
        return this.signaling.messages
            .filter((m) => m.type === 'notify'
                           && m.event_type.startsWith('spotlight.'))
            .map((m) => `${m.event_type.slice(10)} ${m.connection_id}`);
    }


    /* Waits until this is the last that it was told. */

    async told(word, other) {
        await until(`${word} ${other.id}`, () =>
            this.events().at(-1) === `${word} ${other.id}`);
    }
}


function api(operation, body) {
    return callEverywhere(suite.nginx, `Sora_${operation}`, body);
}


async function goes(operation, body) {
    const res = await api(operation, body);

    assert.strictEqual(res.status, 200, res.text);
    assert.deepStrictEqual(res.json, body);
}


async function fails(operation, body, type) {
    const res = await api(operation, body);

    assert.strictEqual(res.status, 400, res.text);
    assert.strictEqual(res.json.error_type, type, res.text);

    return res.json;
}


test('who speaks is heard at once, then focused; who is silent is not heard',
    () => using(async (opened) => {
        const id = channel();
        const one = await Speaker.enter(opened, { channel_id: id });
        const two = await Speaker.enter(opened, { channel_id: id });
        const three = await Speaker.enter(opened, { channel_id: id });

        one.level = LOUD;

        await until('its audio comes', () => two.hears(one) > 0);
        await three.told('focused', one);

        /* from then on without a gap */

        const before = two.hears(one);

        await until('it goes on', () => two.hears(one) > before + 50);

        assert.strictEqual(one.hears(two), 0);
        assert.strictEqual(one.hears(three), 0);
        assert.strictEqual(two.hears(three), 0);

        const message = three.signaling.messages.find(
            (m) => m.event_type === 'spotlight.focused');

        assert.deepStrictEqual({ ...message, timestamp: undefined }, {
            type: 'notify', event_type: 'spotlight.focused',
            timestamp: undefined, channel_id: id, client_id: one.id,
            bundle_id: one.id, connection_id: one.id, spotlight_number: 2,
            fixed: false, audio: true, video: true });
        assert.match(message.timestamp,
                     /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

        /* the third speaker takes the place of who was silent first */

        two.level = LOUD;
        await three.told('focused', two);

        one.level = SILENT;
        three.level = LOUD;
        await one.told('focused', three);
        assert.deepStrictEqual(one.events().slice(-2),
                               [`unfocused ${one.id}`,
                                `focused ${three.id}`]);

        await until('it is not heard any more', async () => {
            const heard = two.hears(one);
            const sent = one.sequence;

            await until('more was sent', () => one.sequence > sent + 20);

            return two.hears(one) === heard;
        });

        /* and newcomers are told who is focused */

        const four = await Speaker.enter(opened, { channel_id: id });

        await four.told('focused', three);
        assert.deepStrictEqual(four.events().sort(),
                               [`focused ${two.id}`, `focused ${three.id}`]
                               .sort());
    }));


test('everybody as loud as can be: the focus hardly moves', () =>
    using(async (opened) => {
        const id = channel();
        const all = [];

        for (let i = 0; i < 5; i++) {
            all.push(await Speaker.enter(opened, { channel_id: id }));
        }

        for (const one of all) {
            one.level = 0;
        }

        await until('two are focused', () => all[0].events().length >= 2);

        const sent = all[0].sequence;

        await until('two seconds of it', () => all[0].sequence > sent + 100);

        assert.strictEqual(all[0].events().length, 2);

        /* on and off, all of them, in turns: at most 5 changes a second */

        const start = Date.now();
        const before = all[0].events().length;

        for (let turn = 0; Date.now() < start + 4000; turn++) {
            all.forEach((one, i) => {
                one.level = (turn + i) % 5 < 2 ? 0 : SILENT;
            });

            const at = all[0].sequence;

            await until('the next turn', () => all[0].sequence > at + 25);
        }

        const changes = (all[0].events().length - before) / 2;

        assert.ok(changes <= (Date.now() - start) / 200 + 1,
                  `${changes} replacements`);
    }));


test('focus by the API is the same from every worker', () =>
    using(async (opened) => {
        for (let i = 0; i < 4; i++) {
            const id = channel();
            const one = await Speaker.enter(opened, { channel_id: id });
            const two = await Speaker.enter(opened, { channel_id: id });
            const body = { channel_id: id, connection_id: one.id };

            await goes('20200807.FocusSpotlight', body);
            await two.told('focused', one);
            await until('it is heard', () => two.hears(one) > 0);

            await goes('20200807.FocusSpotlightFixed', body);
            assert.strictEqual(two.signaling.messages.at(-1).fixed, true);

            await goes('20200807.UnfocusSpotlight', body);
            await two.told('unfocused', one);

            /* once each, however many workers were asked */

            assert.deepStrictEqual(two.events(), [
                `focused ${one.id}`, `focused ${one.id}`,
                `unfocused ${one.id}`]);

            await goes('20200807.ChangeSpotlightNumber',
                       { channel_id: id, spotlight_number: 8 });

            for (const rids of [['r0', 'none'], ['r2', 'r1']]) {
                const request = { channel_id: id, recv_connection_id: two.id,
                                  send_connection_id: one.id,
                                  spotlight_focus_rid: rids[0],
                                  spotlight_unfocus_rid: rids[1] };

                await goes('20211215.RequestSpotlightRid', request);

                const { channel_id: ignored, ...item } = request;

                await goes('20211215.BatchRequestSpotlightRid',
                           { channel_id: id, item_list: [item, item] });
            }

            await goes('20211215.ResetSpotlightRid',
                       { channel_id: id, recv_connection_id: two.id });
        }
    }));


test('the number of places goes up and down', () => using(async (opened) => {
    const id = channel();
    const all = [];

    for (let i = 0; i < 3; i++) {
        all.push(await Speaker.enter(opened, { channel_id: id }));
    }

    const [one, two, three] = all;

    one.level = LOUD;
    await three.told('focused', one);
    two.level = LOUD;
    await three.told('focused', two);

    /* no place is free until there is another one */

    three.level = LOUD;
    await until('it is heard', () => one.hears(three) > 50);
    assert.strictEqual(one.events().length, 2);

    await goes('20200807.ChangeSpotlightNumber',
               { channel_id: id, spotlight_number: 3 });
    await one.told('focused', three);

    one.level = SILENT;

    const sent = one.sequence;

    await until('the hold time is over', () => one.sequence > sent + 30);

    await goes('20200807.ChangeSpotlightNumber',
               { channel_id: id, spotlight_number: 2 });
    await two.told('unfocused', one);

    const refused = await Signaling.open(suite.nginx.signalingUrl);

    opened.push(refused);
    refused.connect({ channel_id: id, spotlight: true, spotlight_number: 3 });

    assert.deepStrictEqual(await refused.close(),
                           { code: 4490,
                             reason: 'SPOTLIGHT-NUMBER-MISMATCH' });

    await Speaker.enter(opened, { channel_id: id, spotlight_number: 2 });
}));


test('operations have their errors', () => using(async (opened) => {
    const id = channel();
    const one = await Speaker.enter(opened, { channel_id: id,
                                              spotlight_number: 1 });
    const two = await Speaker.enter(opened, { channel_id: id });
    const viewer = await Peer.join(suite.nginx.signalingUrl, {
        role: 'recvonly', channel_id: id, spotlight: true });

    opened.push(viewer);

    const focus = '20200807.FocusSpotlight';
    const rids = { spotlight_focus_rid: 'r1', spotlight_unfocus_rid: 'r0' };

    for (const operation of [focus, `${focus}Fixed`,
                             '20200807.UnfocusSpotlight'])
    {
        await fails(operation, { channel_id: channel(),
                                 connection_id: one.id },
                    'CHANNEL-NOT-FOUND');

        const error = await fails(operation, { channel_id: id,
                                               connection_id: NOBODY },
                                  'CONNECTION-NOT-FOUND');

        assert.deepStrictEqual(error.error_reason, {
            channel_id: id, connection_id: NOBODY });

        await fails(operation, { channel_id: id }, 'InvalidJSON');
    }

    await fails(focus, { channel_id: id,
                         connection_id: viewer.connectionId },
                'NOT-A-SENDER');

    await goes(`${focus}Fixed`, { channel_id: id, connection_id: one.id });
    await fails(focus, { channel_id: id, connection_id: two.id },
                'SPOTLIGHT-FULL');

    for (const number of [0, 9, -1, '2', 1.5, null, undefined]) {
        await fails('20200807.ChangeSpotlightNumber',
                    { channel_id: id, spotlight_number: number },
                    'InvalidJSON');
    }

    await fails('20211215.RequestSpotlightRid',
                { channel_id: id, recv_connection_id: one.id,
                  send_connection_id: one.id, ...rids },
                'SAME-CONNECTION');
    await fails('20211215.RequestSpotlightRid',
                { channel_id: id, recv_connection_id: one.id,
                  send_connection_id: viewer.connectionId, ...rids },
                'NOT-A-SENDER');
    await fails('20211215.RequestSpotlightRid',
                { channel_id: id, recv_connection_id: one.id, ...rids,
                  spotlight_focus_rid: 'r3' },
                'InvalidJSON');
    await fails('20211215.ResetSpotlightRid',
                { channel_id: id, recv_connection_id: NOBODY },
                'CONNECTION-NOT-FOUND');

    for (const [list, type] of [
        [[{ recv_connection_id: one.id, ...rids },
          { recv_connection_id: NOBODY, ...rids }], 'CONNECTION-NOT-FOUND'],
        [[{ recv_connection_id: one.id }], 'InvalidJSON'],
        [['x'], 'InvalidJSON'],
        ['x', 'InvalidJSON'],
        [Array(1001).fill({}), 'InvalidJSON'],
        [undefined, 'InvalidJSON'],
    ]) {
        await fails('20211215.BatchRequestSpotlightRid',
                    { channel_id: id, item_list: list }, type);
    }
}));


test('a channel has a spotlight or not', () => using(async (opened) => {
    const lit = channel();
    const plain = channel();
    const one = await Speaker.enter(opened, { channel_id: lit });
    const two = await Speaker.enter(opened, { channel_id: plain,
                                              spotlight: false });

    assert.strictEqual(one.signaling.offer.spotlight, true);
    assert.strictEqual(two.signaling.offer.spotlight, false);

    const listed = await listConnections(suite.nginx.apiUrl);

    assert.strictEqual(listed.find((c) => c.connection_id === one.id)
                       .spotlight, true);
    assert.strictEqual(listed.find((c) => c.connection_id === two.id)
                       .spotlight, false);

    const { json } = await api('20201013.ListChannels');

    assert.deepStrictEqual(json.filter((c) => [lit, plain]
        .includes(c.channel_id)).sort((a, b) => a.spotlight - b.spotlight), [
        { channel_id: plain, multistream: true, spotlight: false },
        { channel_id: lit, multistream: true, spotlight: true },
    ]);

    for (const [id, spotlight] of [[lit, false], [plain, true]]) {
        const signaling = await Signaling.open(suite.nginx.signalingUrl);

        opened.push(signaling);
        signaling.connect({ channel_id: id, spotlight });

        assert.deepStrictEqual(await signaling.close(),
                               { code: 4490, reason: 'SPOTLIGHT-MISMATCH' });
    }

    for (const operation of ['FocusSpotlight', 'FocusSpotlightFixed',
                             'UnfocusSpotlight'])
    {
        await fails(`20200807.${operation}`,
                    { channel_id: plain, connection_id: two.id },
                    'NO-SPOTLIGHT');
    }

    await fails('20200807.ChangeSpotlightNumber',
                { channel_id: plain, spotlight_number: 1 }, 'NO-SPOTLIGHT');
    await fails('20211215.ResetSpotlightRid',
                { channel_id: plain, recv_connection_id: two.id },
                'NO-SPOTLIGHT');
}));
