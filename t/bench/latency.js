/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * How long plain requests take at a worker that is busy with media, and at
 * one that is as busy with other requests.
 */

'use strict';

const media = require('./media');
const { run } = require('./programs');
const { cpu, spent } = require('./usage');


const TOOL = 'http_load';

const BUSY = 0.5;               /* of a core */
const PROBES = 1000;            /* per second */
const PROBERS = 10;
const CONNECTIONS = 50;
const CALIBRATION = 5000;       /* requests per second, to begin with */
const STEPS = 4;

/*
 * Users are elsewhere: a worker that sends to them does not have to wake them,
 * which costs it more than the packet where their core is asleep.
 */

const AWAKE = 'awake';


/* Each resolves to a load that keeps the worker so busy for some seconds. */

const BESIDE = {
    media: async ({ server, load }) => {
        const awake = { ...load, sleep: 'off' };
        const rate = await media.rateFor(server, awake, BUSY);

        /* joining takes time as well: it goes on while others are asked */

        return (duration) => media.tool(server, { ...awake, rate },
                                        duration);
    },

    http: async ({ server }, url) => {
        let rate = CALIBRATION;

        /* the more requests there are, the less one of them costs */

        for (let i = 0; i < STEPS; i++) {
            const before = cpu(server.pids);

            await run(TOOL, [url, rate, CONNECTIONS, 1, AWAKE]);

            rate = Math.round(rate * 1e6 * BUSY
                              / spent(before, cpu(server.pids)));
        }

        return (duration) => run(TOOL, [url, rate, CONNECTIONS, duration,
                                        AWAKE]);
    },
};


async function beside(test) {
    const { server, contestant, settings } = test;
    const url = `${server.nginx.url}/plain`;
    const load = await BESIDE[contestant.beside](test, url);

    /* the load begins before and ends after what is measured */

    const going = load(settings.duration + 4);

    await Promise.race([going, new Promise((resolve) => {
        setTimeout(resolve, 3000);
    })]);

    const before = cpu(server.pids);

    /* what the load does to its own core is not the worker's */

    const result = await run(TOOL, [url, PROBES, PROBERS, settings.duration],
                             { urgent: true });
    const used = spent(before, cpu(server.pids));

    await going;

    if (result.errors !== 0) {
        throw new Error(`${result.errors} of ${result.requests} requests`
                        + ' failed');
    }

    return { busy: used / settings.duration / 1e4, p50: result.p50,
             p99: result.p99, p999: result.p999 };
}


module.exports = { beside };
