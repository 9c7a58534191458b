/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Calls between programs (REST, RTP over UDP by GStreamer) and browsers with
 * the unmodified SDKs, both ways; frames and sound are counted at both ends.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { BrowserPeer, KEY } = require('../lib/browser_peer');
const { Gst, RestPeer, Udp, sinks, sources } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { until } = require('../lib/poll');
const { freeUdp } = require('../lib/ports');
const { serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser(gateway);

let names = 0;
const name = (kind) => `${kind}-${process.pid}-${++names}`;


async function program(opened) {
    const peer = await RestPeer.create(suite.nginx.gatewayUrl,
                                       name('program'), { key: KEY });

    opened.push(peer);

    return peer;
}


async function browser(opened, kind) {
    const peer = await BrowserPeer.open(suite.browser, suite.nginx, kind,
                                        name(kind));

    opened.push(peer);

    return peer;
}


function start(opened, pipeline) {
    const gst = Gst.start(pipeline);

    opened.push(gst);

    return gst;
}


/* "video" and "audio" as a program describes what it sends */

async function ports(peer, { codec, pt }) {
    const video = await peer.must(201, 'POST', '/media', { is_video: true });
    const audio = await peer.must(201, 'POST', '/media', { is_video: false });

    return {
        video, audio,
        constraints: {
            video: true, videoReceiveEnabled: true,
            audio: true, audioReceiveEnabled: true,
            video_params: { band_width: 1500, codec, payload_type: pt,
                            sampling_rate: 90000, media_id: video.media_id },
            audio_params: { band_width: 1500, codec: 'OPUS',
                            payload_type: 111, sampling_rate: 48000,
                            media_id: audio.media_id },
        },
    };
}


async function ready(peer, id) {
    await peer.event(`/media/connections/${id}/events`, 'READY');
    await peer.event(`/media/connections/${id}/events`, 'STREAM');

    const status = await peer.must(200, 'GET',
                                   `/media/connections/${id}/status`);

    assert.strictEqual(status.open, true);
}


for (const kind of ['peerjs', 'skyway-js']) {

    test(`a browser (${kind}) calls a program: H264 in, sound both ways`, () =>
        using(async (opened) => {
            const peer = await program(opened);
            const page = await browser(opened, kind);
            const sound = await freeUdp(1);
            const heard = start(opened, sinks.opus(sound));

            await page.call(peer.id, { audio: true, video: true });

            const { call_params: { media_connection_id: id } }
                = await peer.peerEvent('CALL');
            const { video, audio, constraints }
                = await ports(peer, { codec: 'H264', pt: 100 });

            assert.deepStrictEqual(
                await peer.must(202, 'POST', `/media/connections/${id}/answer`,
                                { constraints, redirect_params: {
                                    audio: { ip_v4: '127.0.0.1',
                                             port: sound } } }),
                { command_type: 'MEDIA_CONNECTION_ANSWER',
                  params: { video_id: video.media_id,
                            audio_id: audio.media_id } });

            await ready(peer, id);

            start(opened, sources.h264(video.port));
            start(opened, sources.opus(audio.port));

            const got = await page.decodes({ frames: 50, energy: 0.001 });

            assert.ok(got.codecs.includes('video/H264'), `${got.codecs}`);
            assert.strictEqual(got.lost, 0);
            await heard.counts('count1', 100);

            await peer.must(204, 'DELETE', `/media/connections/${id}`);
            await page.closes('media');
        }));


    test(`a browser (${kind}) calls a program: VP8 both ways`, () =>
        using(async (opened) => {
            const peer = await program(opened);
            const page = await browser(opened, kind);
            const picture = await freeUdp(1);
            const seen = start(opened, sinks.vp8(picture));

            await page.call(peer.id, { audio: true, video: true });

            const { call_params: { media_connection_id: id } }
                = await peer.peerEvent('CALL');
            const { video, constraints }
                = await ports(peer, { codec: 'VP8', pt: 96 });

            await peer.must(202, 'POST', `/media/connections/${id}/answer`,
                            { constraints, redirect_params: {
                                video: { ip_v4: '127.0.0.1',
                                         port: picture } } });
            await ready(peer, id);
            start(opened, sources.vp8(video.port));

            await page.decodes({ frames: 50 });
            await seen.counts('count0', 50);

            await page.hangUp(peer.id);

            if (kind === 'peerjs') {

                /* skyway-js tells nobody: ICE finds out */

                await peer.event(`/media/connections/${id}/events`, 'CLOSE');
            }
        }));


    test(`a program calls a browser (${kind})`, () =>
        using(async (opened) => {
            const peer = await program(opened);
            const page = await browser(opened, kind);
            const picture = await freeUdp(1);
            const sound = await freeUdp(1);
            const seen = start(opened, sinks.vp8(picture));
            const heard = start(opened, sinks.opus(sound));
            const { video, audio, constraints }
                = await ports(peer, { codec: 'VP8', pt: 96 });

            await page.answers({ audio: true, video: true });

            const { params: { media_connection_id: id } }
                = await peer.must(202, 'POST', '/media/connections', {
                    peer_id: peer.id, token: peer.token, target_id: page.id,
                    constraints,
                    redirect_params: {
                        video: { ip_v4: '127.0.0.1', port: picture },
                        audio: { ip_v4: '127.0.0.1', port: sound } } });

            await ready(peer, id);
            start(opened, sources.vp8(video.port));
            start(opened, sources.opus(audio.port));

            await page.decodes({ frames: 50, energy: 0.001 });
            await seen.counts('count0', 50);
            await heard.counts('count1', 100);

            await peer.must(204, 'DELETE', `/media/connections/${id}`);
            await page.closes('media');
        }));
}


test('a page that sends nothing sees a camera (skyway-js)', () =>
    using(async (opened) => {
        const peer = await program(opened);
        const page = await browser(opened, 'skyway-js');

        await page.call(peer.id, null, { videoReceiveEnabled: true });

        const { call_params: { media_connection_id: id } }
            = await peer.peerEvent('CALL');
        const video = await peer.must(201, 'POST', '/media',
                                      { is_video: true });

        await peer.must(202, 'POST', `/media/connections/${id}/answer`, {
            constraints: {
                video: true, videoReceiveEnabled: false,
                audio: false, audioReceiveEnabled: false,
                video_params: { band_width: 1500, codec: 'VP8',
                                media_id: video.media_id,
                                payload_type: 96, sampling_rate: 90000 } },
            redirect_params: {} });

        /* the sample programs begin to send at once */

        start(opened, sources.vp8(video.port));
        await page.decodes({ frames: 50 });
    }));


test('a key frame is asked of the browser, and of the program', () =>
    using(async (opened) => {
        const peer = await program(opened);
        const page = await browser(opened, 'peerjs');
        const picture = await Udp.open();
        const reports = await Udp.open();

        opened.push(picture, reports);
        await page.call(peer.id, { audio: true, video: true });

        const { call_params: { media_connection_id: id } }
            = await peer.peerEvent('CALL');
        const { video, constraints }
            = await ports(peer, { codec: 'VP8', pt: 96 });

        await peer.must(202, 'POST', `/media/connections/${id}/answer`, {
            constraints, redirect_params: {
                video: { ip_v4: '127.0.0.1', port: picture.port },
                video_rtcp: { ip_v4: '127.0.0.1', port: reports.port } } });
        await ready(peer, id);

        await picture.receives('video of the browser',
                               (p) => (p[1] & 0x7f) === 96);
        await reports.receives('its sender report', (p) => p[1] === 200);

        /* by /pli: one more key frame comes than would have */

        const key = (p) => (p[1] & 0x7f) === 96 && isKeyFrame(p);

        picture.messages.length = 0;
        await peer.must(201, 'POST', `/media/connections/${id}/pli`,
                        { ip_v4: '127.0.0.1', port: picture.port });
        await picture.receives('a key frame', key);

        /* what the browser cannot begin with makes it ask the program */

        const sender = await Udp.open();
        let seq = 0;

        opened.push(sender);

        await until('a request for a key frame', async () => {
            await sender.send(video.port, interFrame(seq++));

            return reports.messages.some(
                (p) => p[1] >= 200 && p[1] <= 206 && asks(p, 0x1234));
        }, { every: 20 });

        await reports.receives('a receiver report',
                               (p) => p[1] === 201 && p.length > 8);
    }));


/* VP8 behind its descriptor: P = 0 in the first octet of a frame's start */

function isKeyFrame(packet) {
    let p = 12 + 4 * (packet[0] & 15);

    if (packet[0] & 0x10) {
        p += 4 + 4 * packet.readUInt16BE(p + 2);
    }

    const first = packet[p];
    let at = p + 1;

    if (first & 0x80) {
        const x = packet[at++];

        at += (x & 0x80) ? (packet[at] & 0x80 ? 2 : 1) : 0;
        at += (x & 0x40) ? 1 : 0;
        at += (x & 0x30) ? 1 : 0;
    }

    return (first & 0x10) !== 0 && (first & 7) === 0
           && (packet[at] & 1) === 0;
}


/* one VP8 frame that refers to others */

function interFrame(seq) {
    const packet = Buffer.alloc(40);

    packet[0] = 0x80;
    packet[1] = 0x80 | 96;
    packet.writeUInt16BE(seq, 2);
    packet.writeUInt32BE(3000 * seq, 4);
    packet.writeUInt32BE(0x1234, 8);
    packet[12] = 0x10;
    packet[13] = 1;

    return packet;
}


/* a compound with a PLI for that SSRC */

function asks(packet, ssrc) {
    for (let p = 0; p + 12 <= packet.length;
         p += 4 * (packet.readUInt16BE(p + 2) + 1))
    {
        if (packet[p + 1] === 206 && (packet[p] & 31) === 1
            && packet.readUInt32BE(p + 8) === ssrc)
        {
            return true;
        }
    }

    return false;
}
