/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * RTP forwarding of what browsers send: ffmpeg reads the SDP of the answer,
 * receives and decodes; what it cannot decode GStreamer does.
 */

'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Member } = require('../lib/browser');
const { sleep, until } = require('../lib/poll');
const { freeUdp } = require('../lib/ports');
const { parse } = require('../lib/sdp');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();


async function join(opened, options) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);
    await member.start(options);

    return member;
}


function api(operation, body) {
    return call(suite.nginx.apiUrl, operation, body);
}


/* somebody has the UDP port */

function isBound(port) {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');

    return fs.readFileSync('/proc/net/udp', 'utf8')
        .includes(`:${hex} 00000000:0000`);
}


/* A program that receives and decodes; counts its frames by their streams. */

class Decoder {

    constructor(program, args) {
        this.text = '';
        this.child = spawn(program, args,
                           { stdio: ['ignore', 'pipe', 'pipe'] });

        for (const out of [this.child.stdout, this.child.stderr]) {
            out.on('data', (data) => { this.text += data; });
        }

        this.ended = new Promise((resolve) => {
            this.child.once('exit', resolve);
        });
    }


    async decodes(streams, frames = 30, timeout = 40000) {
        return until('it decodes', () => {
            const count = this.frames();

            if (streams.every((s) => count[s] >= frames)) {
                return count;
            }

            throw new Error(`${JSON.stringify(count)}`
                            + ` ${this.text.slice(-2000)}`);
        }, { timeout, every: 250 });
    }


    async close() {
        this.child.kill('SIGKILL');
        await this.ended;
    }
}


/* ffmpeg, with the SDP as it is */

class Ffmpeg extends Decoder {

    constructor(sdp) {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-sdp-'));

        fs.writeFileSync(path.join(dir, 'forwarded.sdp'), sdp);

        super('ffmpeg', [
            '-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info',
            '-protocol_whitelist', 'file,udp,rtp',
            '-probesize', '100000', '-analyzeduration', '2000000',
            '-i', path.join(dir, 'forwarded.sdp'),
            '-map', '0', '-autoscale', '0', '-f', 'framehash',
            '-flush_packets', '1', path.join(dir, 'frames'),
        ]);

        this.dir = dir;
    }


    frames() {
        const count = {};
        const file = path.join(this.dir, 'frames');
        const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';

        for (const [, stream] of text.matchAll(/^(\d+),/gm)) {
            count[stream] = (count[stream] || 0) + 1;
        }

        return count;
    }


    /* bytes of the decoded pictures of the second stream */

    sizes() {
        const file = path.join(this.dir, 'frames');
        const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';

        return new Set([...text.matchAll(/^1,[^,]*,[^,]*,[^,]*, *(\d+),/gm)]
            .map(([, size]) => Number(size)));
    }


    async close() {
        await super.close();
        fs.rmSync(this.dir, { recursive: true, force: true });
    }
}


/* GStreamer, with what one section of the SDP says */

class Gstreamer extends Decoder {

    constructor(sdp, kind, elements) {
        const section = parse(sdp).media.find((m) => m.kind === kind);
        const [payload] = section.formats;
        const [name, rate] = section.rtpmap.get(payload).split('/');

        super('gst-launch-1.0', [
            'udpsrc', `port=${section.port}`,
            `caps=application/x-rtp,media=${kind},payload=${payload},`
            + `clock-rate=${rate},encoding-name=${name.toUpperCase()}`,
            '!', 'rtpjitterbuffer', ...elements.flatMap((e) => ['!', e]),
            '!', 'fakesink', 'sync=false', 'silent=false', '-v',
        ]);
    }


    frames() {
        return { 0: this.text.match(/last-message = chain/g)?.length || 0 };
    }
}


async function ports(opened, member, channelId) {
    const port = await freeUdp(4);

    return {
        port,
        start: () => api('Sora_20170814.StartForwardingRtp', {
            channel_id: channelId, connection_id: member.id,
            ip_address: '127.0.0.1', audio_port: port,
            video_port: port + 2 }),
        stop: () => api('Sora_20170814.StopForwardingRtp', {
            channel_id: channelId, connection_id: member.id }),
    };
}


async function publish(opened, codec, more = {}) {
    const channelId = channel();
    const sender = await join(opened, {
        role: 'sendonly', channelId, ...more,
        sdk: { videoCodecType: codec, ...more.sdk } });

    return { channelId, sender, ...await ports(opened, sender, channelId) };
}


/* The program had no port yet when the first key frame was asked for. */

async function again(start, port) {
    await until('it listens', () => isBound(port));
    assert.strictEqual((await start()).status, 200);
}


for (const codec of ['VP8', 'H264']) {
    test(`ffmpeg decodes Opus and ${codec} from the SDP of the answer`, () =>
        using(async (opened) => {
            const { port, start } = await publish(opened, codec);
            const { status, json } = await start();

            assert.strictEqual(status, 200);

            const decoder = new Ffmpeg(json.sdp);

            opened.push(decoder);
            await again(start, port + 2);
            await decoder.decodes([0, 1]);

            assert.match(decoder.text, /Audio: .*48000 Hz, stereo/);
            assert.match(decoder.text, /Video: .*320x240/);
            assert.doesNotMatch(decoder.text, /RTP: missed/);
        }));
}


/* ffmpeg does not know VP9 in its flexible mode, which browsers send */

test('GStreamer decodes VP9, and Opus', () => using(async (opened) => {
    const { port, start, stop } = await publish(opened, 'VP9');
    const { json } = await start();

    const video = new Gstreamer(json.sdp, 'video', ['rtpvp9depay', 'vp9dec']);
    const audio = new Gstreamer(json.sdp, 'audio', ['rtpopusdepay',
                                                    'opusdec']);

    opened.push(video, audio);
    await again(start, port + 2);

    await video.decodes([0]);
    await audio.decodes([0]);

    assert.match(video.text, /video\/x-raw.*width=\(int\)320/);

    /* no more of it after the stop, and on with it after another start */

    assert.strictEqual((await stop()).status, 200);

    const before = await until('the last frames are out', async () => {
        const count = video.frames()[0];

        await sleep(1000);

        return count === video.frames()[0] && count;
    });

    assert.strictEqual((await start()).status, 200);
    await video.decodes([0], before + 30);
}));


test('of simulcast it is the highest layer', () => using(async (opened) => {
    const { port, start } = await publish(opened, 'VP8', {
        size: { width: 960, height: 540, frameRate: 15 },
        sdk: { simulcast: true, videoBitRate: 3000 } });

    const { json } = await start();
    const decoder = new Ffmpeg(json.sdp);

    opened.push(decoder);
    await again(start, port + 2);

    /* a lower one may be first while the highest is not sent yet */

    await until('the highest layer is decoded', async () => {
        const count = decoder.frames();

        if (count[1] > 30 && decoder.sizes().has(960 * 540 * 3 / 2)) {
            return true;
        }

        throw new Error(`${JSON.stringify(count)} ${[...decoder.sizes()]}`
                        + ` ${decoder.text.slice(-1500)}`);
    }, { timeout: 60000, every: 500 });
}));
