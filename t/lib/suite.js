/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What the test files have in common: one nginx (and one browser) for all
 * tests of a file.
 */

'use strict';

const { after, before } = require('node:test');

const { Nginx } = require('./nginx');
const { Peer } = require('./peer');


/* The nginx of a file, in `.nginx` once its tests run. */

function serve(options) {
    const suite = { members: [] };

    before(async () => {
        suite.nginx = await Nginx.start(
            typeof options === 'function' ? await options() : options);
    });

    after(async () => {
        await suite.nginx?.stop();
    });

    return suite;
}


/* The same with a browser. */

function serveBrowser(options) {
    const { launch } = require('./browser');
    const suite = {};

    before(async () => {
        const o = typeof options === 'function' ? await options() : options;

        /* of two that start the one that does is stopped afterwards */

        const started = await Promise.allSettled([Nginx.start(o), launch()]);

        [suite.nginx, suite.browser] = started.map((one) => one.value);

        for (const { reason } of started) {
            if (reason) {
                throw reason;
            }
        }
    });

    after(async () => {
        await suite.browser?.close();
        await suite.nginx?.stop();
    });

    return suite;
}


/*
 * Calls body() with a list; everything that it pushed there is closed when
 * it ends, come what may.
 */

async function using(body) {
    const opened = [];

    try {
        return await body(opened);

    } finally {
        for (const thing of opened.reverse()) {
            await (thing.terminate || thing.close).call(thing);
        }
    }
}


/* For a test with an nginx of its own: that, and members without a browser. */

async function start(opened, options) {
    const nginx = await Nginx.start(options);

    opened.push({ close: () => nginx.stop() });

    return nginx;
}


async function join(opened, nginx, connect) {
    const peer = await Peer.join(nginx.signalingUrl,
                                 { role: 'sendrecv', ...connect });

    peer.worker = nginx.workerOf(peer.signaling.port);
    opened.push(peer);

    return peer;
}


/* A channel name of its own for each test. */

let channels = 0;

function channel(name = 'room') {
    return `${name}-${process.pid}-${++channels}`;
}


module.exports = { serve, serveBrowser, using, start, join, channel };
