/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Waiting for things: poll until a condition holds or a deadline passes.
 */

'use strict';


const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));


/*
 * Calls probe() until it returns something truthy and returns that.  A probe
 * that throws counts as "not yet"; its last error is told at the deadline.
 */

async function until(what, probe, { timeout = 20000, every = 50 } = {}) {
    const deadline = Date.now() + timeout;

    let last;

    for ( ;; ) {
        try {
            const value = await probe();

            if (value) {
                return value;
            }

            last = undefined;

        } catch (e) {
            last = e;
        }

        if (Date.now() > deadline) {
            const detail = last ? `: ${last.message}` : '';

            throw new Error(`timed out waiting until ${what}${detail}`,
                            { cause: last });
        }

        await sleep(every);
    }
}


/* Rejects when the promise has not settled in time. */

function within(what, promise, timeout = 10000) {
    let timer;

    const late = new Promise((resolve, reject) => {
        timer = setTimeout(() => {
            reject(new Error(`timed out waiting for ${what}`));
        }, timeout);
    });

    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}


module.exports = { sleep, until, within };
