/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What is agreed on in calls between a page with the unmodified peerjs and a
 * program, which sends back what it gets.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { BrowserPeer } = require('../lib/browser_peer');
const { RestPeer, Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { until } = require('../lib/poll');
const { serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser(gateway);

let count = 0;


/* a page, and a program with a port for each kind that sends it back */

async function setUp(opened) {
    const n = ++count;
    const page = await BrowserPeer.open(suite.browser, suite.nginx, 'peerjs',
                                        `page-${n}`, { key: 'peerjs' });

    opened.push(page);

    const program = await RestPeer.create(suite.nginx.gatewayUrl,
                                          `program-${n}`);

    opened.push(program);
    program.media = {};

    for (const kind of ['video', 'audio']) {
        const udp = await Udp.open();

        opened.push(udp);

        const { media_id: id, port } = await program.must(
            201, 'POST', '/media', { is_video: kind === 'video' });

        udp.socket.on('message', (data) => udp.send(port, data));
        program.media[kind] = { id, udp };
    }

    return { page, program };
}


function constraints(program, video, audio) {
    const params = (kind, { codec, pt, rate }) => ({
        band_width: 1500, codec, media_id: program.media[kind].id,
        payload_type: pt, sampling_rate: rate });
    const to = (kind) => ({ ip_v4: '127.0.0.1',
                            port: program.media[kind].udp.port });

    return {
        constraints: {
            video: !!video, audio: !!audio,
            videoReceiveEnabled: !!video, audioReceiveEnabled: !!audio,
            ...video && { video_params: params('video', video) },
            ...audio && { audio_params: params('audio', audio) } },
        redirect_params: { ...video && { video: to('video') },
                           ...audio && { audio: to('audio') } },
    };
}


const OPUS = { codec: 'OPUS', pt: 111, rate: 48000 };
const H264 = { codec: 'H264', pt: 100, rate: 90000 };


/* the page calls; resolves with the connection's path when it is answered */

async function callProgram(page, program, video, audio) {
    await page.call(program.id, { video: true, audio: true });

    const { call_params: { media_connection_id: id } }
        = await program.peerEvent('CALL');
    const path = `/media/connections/${id}`;

    await program.must(202, 'POST', `${path}/answer`,
                       constraints(program, video, audio));
    await program.event(`${path}/events`, 'READY');

    return path;
}


async function callPage(page, program, video, audio) {
    const { params: { media_connection_id: id } } = await program.must(
        202, 'POST', '/media/connections',
        { peer_id: program.id, token: program.token, target_id: page.id,
          ...constraints(program, video, audio) });
    const path = `/media/connections/${id}`;

    await program.event(`${path}/events`, 'READY');

    return path;
}


/* { kind: currentDirection } */

function directions(page) {
    return page.run(() => Object.fromEntries(
        window.pcs.at(-1).getTransceivers().map(
            (t) => [t.receiver.track.kind, t.currentDirection])));
}


async function bothFlow(page) {
    await page.decodes({ frames: 30 });
    await until('audio flows', async () =>
        (await page.received()).audio > 50);
}


for (const video of [H264, { codec: 'VP8', pt: 96, rate: 90000 },
                     { codec: 'vp9', pt: 98, rate: 90000 }]) {

    test(`a page calls, ${video.codec}, the program hangs up`, () =>
        using(async (opened) => {
            const { page, program } = await setUp(opened);
            const path = await callProgram(page, program, video, OPUS);

            await bothFlow(page);

            const { codecs } = await page.received();

            assert.deepStrictEqual(codecs.sort(), [
                'audio/opus', `video/${video.codec.toUpperCase()}`]);

            /* the numbers that the program knows */

            const pts = new Set(program.media.video.udp.messages.map(
                (data) => data[1] & 0x7f));

            assert.deepStrictEqual([...pts], [video.pt]);

            await program.must(204, 'DELETE', path);
            await page.closes('media');
        }));
}


test('a program calls, the page hangs up', () => using(async (opened) => {
    const { page, program } = await setUp(opened);

    await page.answers({ video: true, audio: true });

    const path = await callPage(page, program, H264, OPUS);

    await bothFlow(page);
    assert.deepStrictEqual(await directions(page),
                           { audio: 'sendrecv', video: 'sendrecv' });

    await page.hangUp(program.id);
    await program.event(`${path}/events`, 'CLOSE');
}));


test('video that the program does not want is inactive', () =>
    using(async (opened) => {
        const { page, program } = await setUp(opened);

        await callProgram(page, program, null, OPUS);

        await until('audio flows', async () =>
            (await page.received()).audio > 50);
        assert.deepStrictEqual(await directions(page),
                               { audio: 'sendrecv', video: 'inactive' });
        assert.strictEqual(program.media.video.udp.messages.length, 0);
    }));


test('a codec that the browser has not leaves the rest of the call', () =>
    using(async (opened) => {
        const { page, program } = await setUp(opened);

        await callProgram(page, program,
                          { codec: 'H265', pt: 104, rate: 90000 },
                          { codec: 'G711', pt: 0, rate: 8000 });

        await until('audio flows', async () =>
            (await page.received()).audio > 50);

        const { codecs } = await page.received();

        assert.deepStrictEqual(codecs, ['audio/PCMU']);
    }));
