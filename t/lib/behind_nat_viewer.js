/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A program run by t/browser/evostream_nat.test.js in the network "near" of
 * lib/network.js: an nginx here with a stream, which meets viewers at the
 * rendezvous server of another nginx ($PUBLIC_NGINX) in the network "hub",
 * where the player page comes from too.  The player is in the network "far"
 * ($CHROMIUM).  Writes what it has seen as JSON.
 *
 *     node behind_nat_viewer.js '{ "servers": [..], "stunAlone": true,
 *                                  "plays": true }'
 *
 * servers: of which the rendezvous server tells both; stunAlone: the viewer
 * does without TURN; plays: else that it cannot is waited for.
 */

'use strict';

const fs = require('node:fs');

const { launch } = require('./browser');
const { must } = require('./evostream');
const { evostream } = require('./evostream_conf');
const { Gst, request, sources } = require('./gateway');
const { gateway } = require('./gateway_conf');
const { NEAR, TURN } = require('./network');
const { Nginx } = require('./nginx');
const { Player } = require('./player');
const { until } = require('./poll');
const { freeTcp } = require('./ports');


const ROOM = 'testRoom';


async function startPublic(servers) {
    const port = await freeTcp();
    const nginx = await Nginx.start({
        binary: process.env.PUBLIC_NGINX,
        workers: 1,
        udpPorts: 2,
        main: servers.map((line) => `webrtc_evostream_ers_server ${line};`),
        http: [`server {
            listen ${TURN}:${port} reuseport;
            location / { webrtc_evostream_ers; }
            location /demo/ { root html; }
        }`],
    });

    return { nginx, port, url: `http://${TURN}:${port}` };
}


async function startNear() {
    return Nginx.start(await evostream(await gateway({
        brokers: false,
        ers: false,
        workers: 1,
        udpAddress: NEAR,
        main: ['webrtc_setup_timeout 8s;'],
    })));
}


/* for all pages of the browser */

function withoutTurn() {
    const Native = window.RTCPeerConnection;

    window.RTCPeerConnection = class extends Native {
        constructor(config, ...more) {
            const iceServers = (config?.iceServers ?? []).filter((server) =>
                [server.urls ?? server.url].flat().every(
                    (url) => url.startsWith('stun:')));

            super({ ...config, iceServers }, ...more);
        }
    };
}


async function openPlayer(browser, { stunAlone }, pub, stream) {
    const contexts = {
        newContext: async (options) => {
            const context = await browser.newContext(options);

            if (stunAlone) {
                await context.addInitScript(withoutTurn);
            }

            return context;
        },
    };

    return Player.open([], contexts, null,
                       { room: ROOM, stream, ers: `${TURN}:${pub.port}` },
                       { url: `${pub.url}/demo/evowrtcclient.html` });
}


/* the candidates that the page's connection uses */

function pairOf(player) {
    return player.page.evaluate(async () => {
        const connected = window.pcs.find(
            (pc) => pc.connectionState === 'connected');
        const report = await connected.getStats();
        const transport = [...report.values()].find(
            (s) => s.type === 'transport');
        const pair = report.get(transport.selectedCandidatePairId);

        return [pair.localCandidateId, pair.remoteCandidateId]
            .map((id) => report.get(id))
            .map((c) => `${c.candidateType}/${c.address}`);
    });
}


async function viewers(nginx) {
    return (await must(nginx.options.evoUrl, 'listStreams') ?? [])
        .filter((s) => s.type?.startsWith('ON'));
}


function sockets(pid) {
    return fs.readdirSync(`/proc/${pid}/fd`).filter((fd) => {
        try {
            return fs.readlinkSync(`/proc/${pid}/fd/${fd}`)
                .startsWith('socket:');

        } catch {
            return false;
        }
    }).length;
}


async function play(nginx, pub, browser, stream, parameters) {
    const seen = {};
    const [worker] = nginx.workers();
    const before = sockets(worker);

    const player = await openPlayer(browser, parameters, pub, stream);

    if (parameters.plays) {
        seen.frames = (await player.plays({ frames: 60 })).frames;
        seen.pair = await pairOf(player);
        seen.viewers = (await viewers(nginx)).length;

    } else {
        await until('there is a viewer', async () =>
            (await viewers(nginx)).length === 1);
        await until('the page has given up a connection', () =>
            player.page.evaluate(() => window.pcs.some((pc) =>
                /failed|closed/.test(pc.connectionState))),
                    { timeout: 60000 });
        seen.frames = (await player.received()).frames;
    }

    await player.close();

    await until('the viewer has left', async () =>
        (await viewers(nginx)).length === 0);

    await until('nothing is left of the agent', () => {
        if (sockets(worker) > before) {
            throw new Error(`${sockets(worker)} sockets, before ${before}`);
        }

        return true;
    });

    return seen;
}


async function main(parameters) {
    let browser, gst, nginx, pub, seen;

    try {
        pub = await startPublic(parameters.servers);
        nginx = await startNear();

        const { json } = await request(nginx.gatewayUrl, 'POST', '/media',
                                       { is_video: true });

        gst = Gst.start(sources.h264(json.port));

        const { configId } = await must(nginx.options.evoUrl, 'startWebRTC', {
            ersip: TURN, ersport: pub.port, roomid: ROOM });

        await until('the room is ours', async () => JSON.stringify(
            await must(nginx.options.evoUrl, 'getConfigInfo',
                       { id: configId })).includes('"Connected"'));

        /* a page of another machine has no WebRTC otherwise */

        browser = await launch([
            `--unsafely-treat-insecure-origin-as-secure=${pub.url}`]);

        seen = await play(nginx, pub, browser, json.media_id, parameters);

        await must(nginx.options.evoUrl, 'removeConfig', { id: configId });

        /* but that a private address is no good from outside */

        seen.log = nginx.errorLog().split('\n').filter((line) =>
            / \[(warn|error|crit)\] /.test(line)
            && !line.includes('webrtc_public_address'));

    } finally {
        await gst?.close();
        await browser?.close();
        await nginx?.stop();
        await pub?.nginx.stop();
    }

    process.stdout.write(JSON.stringify(seen));
}


main(JSON.parse(process.argv[2]));
