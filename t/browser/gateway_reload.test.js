/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Calls of programs to browsers while nginx is reloaded: pictures go on being
 * decoded, and who comes afterwards is at a new worker.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { BrowserPeer, KEY } = require('../lib/browser_peer');
const { Gst, RestPeer, sources } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { until } = require('../lib/poll');
const { serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser(() => gateway({
    shutdownTimeout: '120s', main: ['webrtc_gateway_linger 3s;'] }));


/* a program that sends VP8 to a page; the page decodes it */

async function call(opened, kind, name) {
    const { nginx, browser } = suite;
    const rest = await RestPeer.create(nginx.gatewayUrl, `program-${name}`,
                                       { key: KEY });
    const page = await BrowserPeer.open(browser, nginx, kind,
                                        `page-${name}`);

    opened.push(page);

    const video = await rest.must(201, 'POST', '/media', { is_video: true });
    const gst = Gst.start(sources.vp8(video.port));

    opened.push(gst);

    const { params: { media_connection_id: id } } = await rest.must(
        202, 'POST', '/media/connections', {
            peer_id: rest.id, token: rest.token, target_id: page.id,
            constraints: {
                video: true, videoReceiveEnabled: false,
                audio: false, audioReceiveEnabled: false,
                video_params: { band_width: 1500, codec: 'VP8',
                                payload_type: 96,
                                media_id: video.media_id } } });

    await rest.event(`/media/connections/${id}/events`, 'READY');
    await page.decodes({ frames: 20 });

    return { rest, page, path: `/media/connections/${id}` };
}


async function goesOn({ page }) {
    const { frames } = await page.received();

    await page.decodes({ frames: frames + 50 });
}


test('calls go on over a reload', () => using(async (opened) => {
    const { nginx } = suite;
    const calls = [await call(opened, 'skyway-js', 'one'),
                   await call(opened, 'peerjs', 'two')];
    const old = nginx.workers();
    const now = await nginx.reload();

    for (const one of calls) {
        await goesOn(one);
    }

    /* it cannot be at an old worker: those take nobody any more */

    const late = await call(opened, 'skyway-js', 'late');

    for (const one of [...calls, late]) {
        await goesOn(one);
    }

    assert.ok(nginx.processes().some((pid) => old.includes(pid)));

    for (const { rest, page } of calls) {
        await rest.close();
        await page.closes('media');
        await page.close();
        await rest.peerEvent('CLOSE');
    }

    await until('the old workers have left', () =>
        nginx.processes().every((pid) => now.includes(pid)));

    await goesOn(late);
    await late.rest.close();
}));
