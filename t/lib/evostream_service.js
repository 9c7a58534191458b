/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Configurations as their services fare: what the API and the log say.
 */

'use strict';

const fs = require('node:fs');

const { command, must } = require('./evostream');
const { until } = require('./poll');


/* startWebRTC at a server of ers.js; the configId */

async function start(nginx, ers, params) {
    const data = await must(nginx.options.evoUrl, 'startWebRTC', {
        ersip: '127.0.0.1', ersport: ers.port, ...params,
    });

    return data.configId;
}


/* Whatever it has become. */

function stop(nginx, id) {
    return command(nginx.options.evoUrl, 'removeConfig', { id });
}


/* { current, fault, attempts, viewers }, once it is in that state */

function state(nginx, id, description) {
    return until(`configuration ${id} is ${description}`, async () => {
        const { status } = await must(nginx.options.evoUrl, 'getConfigInfo',
                                      { id });

        if (description && status.current.description !== description) {
            throw new Error(JSON.stringify(status));
        }

        return status;
    });
}


/* the lines of the log that tell of it */

function logged(nginx, id) {
    return nginx.errorLog().split('\n')
        .filter((line) => line.includes(`webrtc: configuration ${id} `));
}


/*
 * The sockets that a process has to this port of the machine; without a port
 * all its descriptors.
 */

function descriptors(pid, port) {
    let names;

    try {
        names = fs.readdirSync(`/proc/${pid}/fd`);

    } catch {
        return 0;
    }

    if (port === undefined) {
        return names.length;
    }

    const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const inodes = new Set(['tcp', 'tcp6'].flatMap((name) =>
        fs.readFileSync(`/proc/net/${name}`, 'utf8').split('\n')
            .map((line) => line.trim().split(/\s+/))
            .filter((f) => f[2]?.endsWith(hex) && f[9] !== '0')
            .map((f) => f[9])));

    return names.filter((name) => {
        try {
            const target = fs.readlinkSync(`/proc/${pid}/fd/${name}`);

            return inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1]);

        } catch {
            return false;
        }
    }).length;
}


module.exports = { descriptors, logged, start, state, stop };
