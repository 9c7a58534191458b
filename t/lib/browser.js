/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Headless Chromium with fake devices, driven by playwright-core, and the
 * members of a channel that live in its pages (browser/pages/member.html,
 * which uses the unmodified SDK).
 *
 * Environment: CHROMIUM (default /usr/bin/chromium).
 */

'use strict';

const { chromium } = require('playwright-core');

const { until } = require('./poll');


const EXECUTABLE = process.env.CHROMIUM || '/usr/bin/chromium';

const ARGS = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
    '--disable-backgrounding-occluded-windows',
    '--no-first-run',
    '--mute-audio',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    '--allow-loopback-in-peer-connection',
];


async function launch(more = []) {
    return chromium.launch({ executablePath: EXECUTABLE, headless: true,
                             args: [...ARGS, ...more], timeout: 60000 });
}


/*
 * One member: a page of its own.  nginx serves the page, so that the origin
 * is that of a real deployment.
 */

class Member {

    static async open(browser, nginx, { log = false } = {}) {
        const member = new Member();

        member.context = await browser.newContext();
        member.page = await member.context.newPage();
        member.errors = [];

        member.page.on('pageerror', (e) => member.errors.push(e.message));

        if (log) {
            member.page.on('console', (m) => console.error(m.text()));
        }

        await member.page.goto(`${nginx.url}/pages/member.html`);
        await member.page.waitForFunction(() => window.member !== undefined);

        return member;
    }


    /* Opens a page and joins; see browser/pages/member.js for the options. */

    static async join(browser, nginx, options = {}) {
        const member = await Member.open(browser, nginx, options);

        await member.start(options);

        return member;
    }


    /* Resolves with our connection_id when connection.created has come. */

    async start(options = {}) {
        this.id = await this.page.evaluate(
            (o) => window.member.start(o), options);

        return this.id;
    }


    state() {
        return this.page.evaluate(() => window.member.state());
    }


    stats() {
        return this.page.evaluate(() => window.member.stats());
    }


    /* Says a text or so many bytes on a label; resolves with a checksum. */

    say(label, what) {
        return this.page.evaluate(
            ([l, w]) => window.member.say(l, w), [label, what]);
    }


    rpc(method, params, options) {
        return this.page.evaluate(
            ([m, p, o]) => window.member.rpc(m, p, o),
            [method, params, options]);
    }


    /* The messages heard so far: { label, size, head, sum }. */

    heard() {
        return this.page.evaluate(() => window.member.heard);
    }


    /* Waits for a message: one whose fields are those of `want`. */

    hears(want, timeout = 20000) {
        return until(`${this.id} hears ${JSON.stringify(want)}`, async () =>
            (await this.heard()).find((message) =>
                Object.entries(want).every(([key, value]) =>
                    message[key] === value)),
        { timeout, every: 50 });
    }


    async leave() {
        await this.page.evaluate(() => window.member.stop());
    }


    async close() {
        await this.context.close();
    }


    /*
     * Waits until media of the member `from` is really decoded here: frames
     * and audio energy go up by more than a start could bring about.
     */

    async receives(from, { audio = true, video = true, frames = 10,
                           timeout = 40000 } = {})
    {
        const before = (await this.stats()).remote[from.id];

        return until(`${this.id} decodes media of ${from.id}`, async () => {
            const now = (await this.stats()).remote[from.id];

            if (!now) {
                throw new Error('no stream of that member');
            }

            /*
             * Video first: the element plays nothing, sound neither, before
             * its first picture.
             */

            if (video && !(now.video?.framesDecoded
                           >= (before?.video?.framesDecoded || 0) + frames
                           && now.video.frameWidth > 0))
            {
                throw new Error(`video ${JSON.stringify(now.video)}`);
            }

            if (audio && !(now.audio?.totalAudioEnergy
                           > (before?.audio?.totalAudioEnergy || 0)))
            {
                throw new Error(`audio ${JSON.stringify(now.audio)}`);
            }

            return now;
        }, { timeout, every: 200 }).catch(async (e) => {

            /* nothing heard and nothing said are two different failures */

            const { source, local } = await from.stats();

            e.message += `; the sender captured ${JSON.stringify(source)}`
                         + ` and sent ${local.audio?.packetsSent} audio,`
                         + ` ${local.video?.packetsSent} video packets`;
            throw e;
        });
    }


    /* Waits until exactly these members' streams are here. */

    sees(members, timeout = 20000) {
        const want = members.map((m) => m.id).sort().join();

        return until(`${this.id} sees ${want || 'nobody'}`, async () => {
            const { remote } = await this.state();
            const have = remote.sort().join();

            if (have !== want) {
                throw new Error(`sees ${have || 'nobody'}`);
            }

            return true;
        }, { timeout, every: 100 });
    }


    /* Waits for a logged event: { name, ...fields }. */

    event(name, match = () => true, timeout = 20000) {
        return until(`${this.id} has event ${name}`, async () => {
            const { events } = await this.state();

            return events.find((e) => e.name === name && match(e));
        }, { timeout, every: 100 });
    }
}


/* A receives from every other and the other way round. */

async function everybodyReceives(members, options) {
    for (const receiver of members) {
        for (const sender of members) {
            if (sender !== receiver) {
                await receiver.receives(sender, options);
            }
        }
    }
}


async function closeAll(members) {
    await Promise.all(members.filter(Boolean).map((m) => m.close()));
}


module.exports = { launch, Member, everybodyReceives, closeAll };
