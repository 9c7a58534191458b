/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The spotlight between browsers: whose picture is large and who is heard,
 * by their voice and by the API.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Member } = require('../lib/browser');
const { NAMED, callEverywhere } = require('../lib/everywhere');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser({ apiServer: NAMED });

const SIZE = { width: 960, height: 540, frameRate: 10 };


async function join(opened, channelId, { sdk, ...options }) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);

    await member.start({ channelId, size: SIZE, tone: 0, ...options,
                         sdk: { spotlight: true, simulcast: true,
                                videoCodecType: 'VP8', videoBitRate: 1500,
                                ...sdk } });
    return member;
}


function sound(member, value) {
    return member.page.evaluate((v) => window.member.sound(v), value);
}


/* The operation at every worker; it answers its request. */

async function api(operation, body) {
    const res = await callEverywhere(suite.nginx, `Sora_${operation}`, body);

    assert.strictEqual(res.status, 200, res.text);
    assert.deepStrictEqual(res.json, body);
}


/* Waits until this is the last that a member was told of the spotlight. */

function told(member, word, other) {
    return until(`${member.id} is told: ${word} ${other.id}`, async () => {
        const { message } = (await member.state()).events.filter(
            (e) => e.eventType?.startsWith('spotlight.')).at(-1);

        return message.event_type === `spotlight.${word}`
               && message.connection_id === other.id && message;
    }, { timeout: 30000 });
}


/* what comes of somebody's audio: nothing, silence, a tone */

const NOTHING = (now, before) => now.bytes === before.bytes;
const SILENCE = (now, before) => now.bytes > before.bytes;
const TONE = (now, before) => now.energy > before.energy + 0.001;


/*
 * Waits until it gets pictures of this layer of another member, and such
 * audio, and goes on to; rid is null for no pictures.
 */

async function gets(member, other, rid, audible = NOTHING) {
    const media = async () => {
        const { audio, video } = (await member.stats()).remote[other.id];

        return { bytes: audio?.bytesReceived || 0,
                 energy: audio?.totalAudioEnergy || 0,
                 frames: video?.framesDecoded || 0,
                 width: video?.frameWidth || 0 };
    };

    let good = 0;
    let before = await media();

    return until(`${member.id} gets ${rid} of ${other.id}`, async () => {
        const { layers, local } = await other.stats();
        const width = (layers[rid] || local.video)?.frameWidth;
        const now = await media();

        const picture = rid ? now.width === width
                              && now.frames > before.frames
                            : now.frames === before.frames;
        const voice = audible(now, before);

        const text = JSON.stringify({ before, now, width });

        before = now;
        good = picture && voice ? good + 1 : 0;

        if (good < 3) {
            throw new Error(text);
        }

        return true;
    }, { timeout: 60000, every: 500 });
}


test('who is loud is focused: a larger picture, and nobody else is heard',
    () => using(async (opened) => {
        const channelId = channel();
        const one = await join(opened, channelId, {
            role: 'sendrecv', sdk: { spotlightNumber: 1 } });
        const two = await join(opened, channelId, { role: 'sendrecv' });
        const viewer = await join(opened, channelId, { role: 'recvonly' });

        await gets(viewer, one, 'r0');
        await gets(viewer, two, 'r0');

        /* they were not heard before either */

        for (const { audio } of Object.values((await viewer.stats()).remote)) {
            assert.ok(!audio?.bytesReceived, JSON.stringify(audio));
        }

        await sound(one, 0.5);

        const message = await told(viewer, 'focused', one);

        assert.strictEqual(message.fixed, false);
        assert.strictEqual(message.spotlight_number, 1);

        await gets(viewer, one, 'r1', TONE);
        await gets(two, one, 'r1', TONE);
        await gets(viewer, two, 'r0');
        await gets(one, two, 'r0');

        /* the word goes to the other one */

        await sound(one, 0);
        await sound(two, 0.5);
        await told(viewer, 'focused', two);

        await gets(viewer, two, 'r1', TONE);
        await gets(one, two, 'r1', TONE);
        await gets(viewer, one, 'r0');

        const { events } = await viewer.state();

        assert.deepStrictEqual(
            events.filter((e) => e.eventType?.startsWith('spotlight.'))
                .map(({ message: m }) => [m.event_type, m.connection_id]), [
                ['spotlight.focused', one.id],
                ['spotlight.unfocused', one.id],
                ['spotlight.focused', two.id],
            ]);
    }));


test('focus and rids by the API, from every worker', () =>
    using(async (opened) => {
        const id = channel();
        const one = await join(opened, id, { role: 'sendonly' });
        const two = await join(opened, id, { role: 'sendonly' });
        const viewer = await join(opened, id, { role: 'recvonly' });

        const focus = (operation, member) =>
            api(`20200807.${operation}Spotlight`,
                { channel_id: id, connection_id: member.id });

        await focus('Focus', one);
        await told(viewer, 'focused', one);
        await gets(viewer, one, 'r1', SILENCE);
        await gets(viewer, two, 'r0');

        await api('20200807.FocusSpotlightFixed',
                  { channel_id: id, connection_id: two.id });
        await told(viewer, 'focused', two);
        await sound(two, 0.5);
        await gets(viewer, two, 'r1', TONE);

        /* one place is left, and that is taken */

        await api('20200807.ChangeSpotlightNumber',
                  { channel_id: id, spotlight_number: 1 });
        await told(viewer, 'unfocused', one);
        await gets(viewer, one, 'r0');

        await sound(two, 0);
        await sound(one, 0.5);
        await gets(viewer, one, 'r0', TONE);
        await sound(one, 0);
        await gets(viewer, two, 'r1', SILENCE);

        /* other layers for the viewer */

        const rids = { channel_id: id, recv_connection_id: viewer.id };

        await api('20211215.RequestSpotlightRid', {
            ...rids, spotlight_focus_rid: 'r2',
            spotlight_unfocus_rid: 'none' });
        await gets(viewer, two, 'r2', SILENCE);
        await gets(viewer, one, null);

        await api('20211215.BatchRequestSpotlightRid', {
            channel_id: id, item_list: [{
                recv_connection_id: viewer.id, send_connection_id: one.id,
                spotlight_focus_rid: 'r1', spotlight_unfocus_rid: 'r1' }] });
        await gets(viewer, one, 'r1');

        await api('20211215.ResetSpotlightRid', rids);
        await gets(viewer, one, 'r0');
        await gets(viewer, two, 'r1', SILENCE);

        await focus('Unfocus', two);
        await told(viewer, 'unfocused', two);
        await gets(viewer, two, 'r0');
    }));


test('senders with one layer, seen while they are focused only', () =>
    using(async (opened) => {
        const id = channel();
        const plain = { simulcast: false };
        const one = await join(opened, id, { role: 'sendonly', sdk: plain });
        const viewer = await join(opened, id, {
            role: 'recvonly', sdk: { ...plain, spotlightFocusRid: 'r2',
                                     spotlightUnfocusRid: 'none' } });

        await gets(viewer, one, null);

        await api('20200807.FocusSpotlight',
                  { channel_id: id, connection_id: one.id });
        await gets(viewer, one, 'r2', SILENCE);

        await api('20200807.UnfocusSpotlight',
                  { channel_id: id, connection_id: one.id });
        await gets(viewer, one, null);

        /* the same with a rid, which means the only one there is */

        await api('20211215.RequestSpotlightRid', {
            channel_id: id, recv_connection_id: viewer.id,
            send_connection_id: one.id, spotlight_focus_rid: 'none',
            spotlight_unfocus_rid: 'r0' });
        await gets(viewer, one, 'r0');
    }));
