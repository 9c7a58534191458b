/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The same API call at every worker: the kernel chooses who takes a
 * connection, so it is made again until each of them has answered one.
 */

'use strict';

const assert = require('node:assert');

const { call } = require('./api');
const { until } = require('./poll');


/* for the option apiServer of Nginx.start() */

const NAMED = 'add_header X-Worker $pid always;';


/*
 * The answer of the first, which is that of all.  The call must be one that
 * may be repeated.
 */

async function callEverywhere(nginx, target, body) {
    const seen = new Map();

    await until('every worker has answered', async () => {
        const res = await call(nginx.apiUrl, target, body);
        const pid = Number(res.headers['x-worker']);

        assert.ok(pid, 'no X-Worker: the option apiServer has not NAMED');

        seen.set(pid, res);

        return nginx.workers().every((worker) => seen.has(worker));
    }, { every: 1 });

    const [first, ...others] = seen.values();

    for (const other of others) {
        assert.strictEqual(other.status, first.status);
        assert.strictEqual(other.text, first.text);
    }

    return first;
}


module.exports = { NAMED, callEverywhere };
