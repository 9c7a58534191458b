/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Rows of media: the load tool against a server.
 */

'use strict';

const { programMissing, run } = require('./programs');
const { address } = require('./address');
const throttle = require('./throttle');


const TOOL = 'webrtc_load';
const CORE = 1e6;               /* us of CPU time in a second */
const TIMEOUT = 60;             /* s: joining may be slow somewhere */

/* of overload(), in cores */

const LEAST = 0.06;
const STEP = 1.3;

/* s: turns change with key frames, twice a second, and are to even out */

const TURNS = 20;


const missing = () => programMissing(TOOL);


/* What the tool is told; the names are those of rows.js. */

function options(load) {
    const media = load.audio ? load.video === false ? 'audio' : 'both'
        : 'video';

    const list = {
        rooms: load.rooms ?? 1,
        publishers: load.publishers ?? 1,
        subscribers: load.subscribers ?? 0,
        'per-room': load.both ?? 0,
        rate: load.rate,
        burst: load.burst,
        size: load.size,
        media,
        srtp: load.profile ?? 'gcm',
        mode: load.mode ?? 'media',
        concurrency: load.concurrency,
        message: load.message,
        window: load.window,
        twcc: load.feedback === false ? 'off' : undefined,
        warmup: load.warmup,
        sleep: load.sleep,
        timeout: TIMEOUT,
    };

    return Object.entries(list).filter(([, value]) => value !== undefined)
        .flatMap(([name, value]) => [`--${name}`, String(value)]);
}


function tool(server, load, duration) {
    return run(TOOL, ['--json', '--target', server.target, '--bind',
                      address(), '--pid', server.pids.join(','), '--duration',
                      duration, ...options(load)]);
}


function figuresOf(result) {
    const { packets, latency_us: latency, server } = result;

    return {
        cost: server.cpu_us_per_packet,
        cpu: server.cpu_percent,
        rate: packets.per_second,
        p50: latency.p50,
        p99: latency.p99,
        p999: latency['p99.9'],
        loss: 100 * packets.lost / packets.expected,
        least: packets.least_percent,
        client: result.load.cpu_percent,
    };
}


async function forward({ server, load, settings }) {
    return figuresOf(await tool(server, load, settings.duration));
}


async function setup({ server, load, settings }) {
    const result = await tool(server, { ...load, mode: 'setup' },
                              settings.duration);
    const { count, failed, per_second: rate } = result.setups;

    if (failed !== 0) {
        throw new Error(`${failed} of ${count + failed} set-ups failed`);
    }

    return { cost: result.server.cpu_us_per_setup / 1000, rate,
             p50: result.setup_ms.media.p50, p99: result.setup_ms.media.p99 };
}


async function idle({ server, load, settings }) {
    const result = await tool(server, { ...load, mode: 'idle' },
                              2 * settings.duration);

    return { memory: result.server.pss_bytes_per_member / 1000,
             cpu: result.server.cpu_percent };
}


/* Messages of data channels; the packets that count are messages. */

async function messages({ server, load, settings }) {
    const result = await tool(server, { ...load, mode: 'data' },
                              settings.duration);

    return { ...figuresOf(result),
             memory: result.server.pss_bytes_per_member / 1000 };
}


/* The rate at which a worker needs this much of a core, by a short run. */

async function rateFor(server, load, share) {
    const { cost } = figuresOf(await tool(server, { ...load, rate: 1000 },
                                          1.5));

    return Math.round(share * CORE / cost / load.subscribers);
}


/*
 * The worker is given less and less of its core, until no more than 60 % of
 * what it should forward arrives.  A busy worker finds more in each turn and
 * becomes cheaper by that, so the share cannot be told beforehand.
 */

async function overload({ server, load, settings }) {
    const offered = load.rate * load.subscribers;
    const within = (share, duration) => throttle.throttled(
        share, () => tool(server, load, duration)).then(figuresOf);

    let share = figuresOf(await tool(server, load, 1)).cpu / 100;

    for (let figures; !(figures?.rate < 0.6 * offered); share /= STEP) {
        if (share < LEAST) {
            throw new Error('the worker forwards everything even with'
                            + ` ${100 * LEAST} % of its core`);
        }

        figures = await within(share, 1);
    }

    const figures = await within(STEP * share,
                                 Math.max(settings.duration, TURNS));

    return { ...figures, forwarded: figures.rate,
             least: figures.least / (100 - figures.loss) };
}


module.exports = { missing, tool, figuresOf, rateFor, forward, setup, idle,
                   messages, overload };
