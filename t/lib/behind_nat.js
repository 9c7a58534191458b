/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A program run by t/browser/gateway_nat.test.js in the network "near" of
 * lib/network.js: nginx with a program of the gateway here, a page of
 * Chromium ($CHROMIUM) in the network "far".  Writes what it has seen as
 * JSON.
 *
 *     node behind_nat.js '{ "servers": [..], "ice": [..] }'
 *
 * servers: of nginx; ice: iceServers of the page.
 */

'use strict';

const { launch } = require('./browser');
const { BrowserPeer } = require('./browser_peer');
const { Gst, RestPeer, Udp, sources } = require('./gateway');
const { gateway } = require('./gateway_conf');
const { GATE, NEAR } = require('./network');
const { Nginx } = require('./nginx');
const { until } = require('./poll');
const { freeTcp } = require('./ports');


const LOCAL = { ip_v4: '127.0.0.1' };


async function start(servers) {
    const webPort = await freeTcp();
    const options = await gateway({
        webPort,
        brokers: false,
        udpAddress: NEAR,
        main: servers.map((server) => `webrtc_ice_server ${server};`),
        web: [`listen ${NEAR}:${webPort} reuseport;`,
              'location /peerjs { webrtc_peerjs; }'],
    });

    const nginx = await Nginx.start(options);

    return { nginx, url: `http://${GATE}:${webPort}` };
}


/* the page opens a data connection; a text goes each way */

async function talk(program, page) {
    const { data_id: id, port } = await program.must(201, 'POST', '/data');
    const udp = await Udp.open();

    await page.connect(program.id, { serialization: 'raw' });

    const event = await program.peerEvent('CONNECTION');
    const dc = event.data_params.data_connection_id;

    await program.must(200, 'PUT', `/data/connections/${dc}`, {
        feed_params: { data_id: id },
        redirect_params: { ...LOCAL, port: udp.port } });

    await page.say(program.id, 'from far');
    const heard = `${await udp.receives('the text of the page')}`;

    await udp.send(port, 'from near');
    const { value, bytes } = await page.hears();

    await udp.close();

    return { heard, said: value ?? `${Buffer.from(bytes)}` };
}


/* the program calls; VP8 goes each way */

async function call(program, page) {
    const { media_id: id, port } = await program.must(
        201, 'POST', '/media', { is_video: true });
    const udp = await Udp.open();

    await page.run(() => {
        const canvas = document.createElement('canvas');
        const context = canvas.getContext('2d');
        let n = 0;

        canvas.width = 320;
        canvas.height = 240;
        setInterval(() => {
            context.fillStyle = `hsl(${n++ % 360}, 100%, 50%)`;
            context.fillRect(0, 0, 320, 240);
        }, 40);

        window.answerWith = canvas.captureStream(25);
    });

    const { params } = await program.must(202, 'POST', '/media/connections', {
        peer_id: program.id, token: program.token, target_id: page.id,
        constraints: {
            video: true, videoReceiveEnabled: true,
            audio: false, audioReceiveEnabled: false,
            video_params: { band_width: 1500, codec: 'VP8', media_id: id,
                            payload_type: 96 } },
        redirect_params: { video: { ...LOCAL, port: udp.port } } });

    const events = `/media/connections/${params.media_connection_id}/events`;

    await program.event(events, 'READY');

    const gst = Gst.start(sources.vp8(port));

    const { frames } = await page.decodes({ frames: 30 });

    const packets = await until('RTP of the page arrives', () =>
        udp.messages.filter((data) => (data[1] & 0x7f) === 96).length > 50
        && udp.messages.length);

    await gst.close();
    await udp.close();

    return { frames, packets };
}


/* the kinds of candidates that are in use, of each connection of the page */

function pairs(page) {
    return page.run(async () => {
        const used = [];

        for (const pc of window.pcs) {
            const report = await pc.getStats();

            for (const s of report.values()) {
                const pair = s.type === 'transport'
                    && report.get(s.selectedCandidatePairId);

                if (pair) {
                    used.push([report.get(pair.localCandidateId),
                               report.get(pair.remoteCandidateId)]
                        .map((c) => `${c.candidateType}/${c.address}`));
                }
            }
        }

        return used;
    });
}


async function main({ servers, ice }) {
    const seen = {};
    const { nginx, url } = await start(servers);

    /* a page of another machine has no WebRTC otherwise */

    const browser = await launch([
        `--unsafely-treat-insecure-origin-as-secure=${url}`]);

    try {
        const program = await RestPeer.create(nginx.gatewayUrl, 'program',
                                              { turn: true });
        const page = await BrowserPeer.open(browser, { url }, 'peerjs',
                                            'page', { key: 'peerjs',
                                                      options: {
                                                config: { iceServers: ice } },
                                            });

        Object.assign(seen, await talk(program, page),
                      await call(program, page));

        seen.pairs = await pairs(page);

        await program.close();
        await until('the connections are closed', () => page.run(
            () => window.state.closed.length >= 2));

    } finally {
        await browser.close();
        await nginx.stop();
    }

    process.stdout.write(JSON.stringify(seen));
}


main(JSON.parse(process.argv[2]));
