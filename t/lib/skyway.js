/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pages with the unmodified skyway-js (browser/pages/skyway.html), and where
 * their signalling server is in the configuration.
 */

'use strict';

const { until } = require('./poll');


const KEY = '01234567-89ab-4cde-8f01-23456789abcd';

const LOCATIONS = ['/socket.io/', '/api/apikeys/', '/active/list/']
    .map((path) => `location ${path} { webrtc_skyway_signaling; }`);


class SkywayPage {

    static async open(browser, nginx, id, options = {}) {
        const page = new SkywayPage();

        page.errors = [];
        page.context = await browser.newContext();
        page.page = await page.context.newPage();
        page.page.on('pageerror', (e) => page.errors.push(e.message));

        if (options.init) {
            await page.page.addInitScript(options.init);
        }

        await page.page.goto(`${nginx.url}/pages/skyway.html`);

        page.id = await page.do('open', id, { key: KEY, ...options.peer });

        return page;
    }


    /* Calls a method of the page's own object. */

    do(method, ...args) {
        return this.page.evaluate(
            ([name, list]) => window.page[name](...list), [method, args]);
    }


    events() {
        return this.page.evaluate(() => window.page.events);
    }


    /* Waits for an event with these fields. */

    event(name, fields = {}, timeout = 20000) {
        const want = Object.entries(fields);

        return until(`${this.id} notes ${name} ${JSON.stringify(fields)}`,
            async () => {
                const events = await this.events();
                const found = events.find((e) => e.name === name
                    && want.every(([key, value]) =>
                        JSON.stringify(e[key]) === JSON.stringify(value)));

                if (!found) {
                    throw new Error(JSON.stringify(events.slice(-8)));
                }

                return found;
            }, { timeout });
    }


    /* Waits until pictures and sound of that peer are really decoded. */

    async receives(id, { frames = 10, timeout = 40000 } = {}) {
        const before = (await this.do('decoded'))[id];

        return until(`${this.id} decodes media of ${id}`, async () => {
            const all = await this.do('decoded');
            const now = all[id];

            if (!now || now.width === 0
                || now.frames < (before?.frames || 0) + frames
                || now.energy <= (before?.energy || 0))
            {
                throw new Error(JSON.stringify(all));
            }

            return now;
        }, { timeout, every: 200 });
    }


    async close() {
        await this.context.close();
    }
}


module.exports = { KEY, LOCATIONS, SkywayPage };
