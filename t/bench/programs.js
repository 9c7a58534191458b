/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The programs of build/bench: each prints JSON.
 */

'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const { cores, TOP } = require('./machine');


const start = promisify(execFile);


function file(name) {
    return path.join(TOP, 'build', 'bench', name);
}


function programMissing(name) {
    return fs.existsSync(file(name)) ? undefined
        : `build/bench/${name} is not there`;
}


/*
 * On the cores of the load, or on the servers' when it is what is measured.
 * One that is urgent does not wait for others there.
 */

async function run(name, args, { side = 'client', urgent = false } = {}) {
    const list = cores()[side];
    const [first, ...rest] = [
        ...(urgent ? ['chrt', '-f', '1'] : []),
        ...(list ? ['taskset', '-c', list] : []),
        file(name), ...args.map(String)];

    const { stdout } = await start(first, rest, { maxBuffer: 1 << 24 })
        .catch((e) => {
            throw new Error(`${name}: ${e.stderr?.trim() || e.message}`);
        });

    return JSON.parse(stdout);
}


/* A contestant that is a program alone. */

const alone = ({ contestant }) =>
    run(contestant.program, contestant.arguments, { side: 'server' });


module.exports = { file, programMissing, run, alone };
