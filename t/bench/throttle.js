/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A share of its core for a server, by a program that takes the rest in parts
 * of a millisecond.  The load tool cannot send more than a whole core can
 * forward; it can send more than a part of one can.
 */

'use strict';

const { spawn, spawnSync } = require('node:child_process');

const { cores } = require('./machine');
const { file, programMissing } = require('./programs');


const TOOL = 'steal';
const LIMIT = 120;              /* s, should nobody be left to stop it */


/* Of a machine with one core the load would be slowed down as well. */

function missing() {
    if (cores().server === undefined) {
        return 'there is one core only';
    }

    return programMissing(TOOL)
        ?? (spawnSync(file(TOOL), ['0', '0.001']).status === 0 ? undefined
            : 'no right to run at a real-time priority');
}


/* Runs body() while the server's core has no more than this share for it. */

async function throttled(share, body) {
    const child = spawn('taskset', ['-c', cores().server, file(TOOL),
                                    String(1 - share), String(LIMIT)],
                        { stdio: 'ignore' });
    const ended = new Promise((resolve) => {
        child.once('error', resolve);
        child.once('exit', resolve);
    });

    try {
        return await body();

    } finally {
        child.kill('SIGKILL');
        await ended;
    }
}


module.exports = { missing, throttled };
