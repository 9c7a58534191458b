/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Tests of channels over several workers: where media are, and whether they
 * pass.
 */

'use strict';

const { until } = require('./poll');
const suite = require('./suite');


/* Members are put to the workers by turns. */

const start = (opened, options) => suite.start(opened, {
    main: ['webrtc_spread 0;'], ...options });


/* The offer tells where the media of a member are. */

const port = (peer) => peer.server.port;

const ports = (peers) => new Set(peers.map(port));


/* The numbers of a packet that was not sent yet. */

let sequence = 0;

const next = () => ({ sequence: ++sequence, timestamp: sequence * 960 });


async function passes(from, to, kind = 'audio') {
    const payload = Buffer.from(`hello ${++sequence}`);

    await until('RTP passes', () => {
        from.sendRtp(kind, { ...next(), payload });

        return to.rtp.some((p) => p.includes(payload));
    });
}


async function everybodyHears(peers) {
    for (const from of peers) {
        for (const to of peers) {
            if (from !== to) {
                await passes(from, to);
            }
        }
    }
}


module.exports = { start, port, ports, next, passes, everybodyHears };
