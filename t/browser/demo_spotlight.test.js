/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The spotlight on the demo page.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call, listConnections } = require('../lib/api');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();


async function open(opened, channelId, name, spotlight = true) {
    const context = await suite.browser.newContext();
    const page = await context.newPage();

    page.errors = [];
    page.on('pageerror', (e) => page.errors.push(e.message));

    opened.push(context);
    await page.goto(`${suite.nginx.url}/demo/?channel=${channelId}`
                    + `&name=${name}&source=pattern&codec=VP8`);

    if (spotlight) {
        await page.getByLabel(/spotlight/).check();
    }

    await page.getByRole('button', { name: 'Join' }).click();

    return page;
}


/* The names on the tiles that are marked. */

const marked = (page) => page.evaluate(() =>
    [...document.querySelectorAll('figure.focused figcaption')]
        .map((e) => e.textContent));


async function marks(page, ...names) {
    await until(`the page marks ${names}`, async () =>
        (await marked(page)).join() === names.join());
}


test('the tile of who is focused is marked, also for who comes later', () =>
    using(async (opened) => {
        const id = channel();
        const ann = await open(opened, id, 'Ann');
        const bob = await open(opened, id, 'Bob');

        for (const page of [ann, bob]) {
            await page.locator('figure').nth(1).waitFor();
        }

        const [{ connection_id: one }] = (await listConnections(
            suite.nginx.apiUrl)).filter((c) => c.channel_id === id)
            .sort((a, b) => a.created_time - b.created_time);

        await call(suite.nginx.apiUrl, 'Sora_20200807.FocusSpotlightFixed',
                   { channel_id: id, connection_id: one });

        await marks(ann, 'Ann (you)');
        await marks(bob, 'Ann');

        const eve = await open(opened, id, 'Eve');

        await marks(eve, 'Ann');

        await call(suite.nginx.apiUrl, 'Sora_20200807.UnfocusSpotlight',
                   { channel_id: id, connection_id: one });

        for (const page of [ann, bob, eve]) {
            await marks(page);
            assert.deepStrictEqual(page.errors, []);
        }
    }));


test('who chose otherwise than the others is told so', () =>
    using(async (opened) => {
        const id = channel();
        const ann = await open(opened, id, 'Ann');

        await ann.locator('figure').waitFor();

        const bob = await open(opened, id, 'Bob', false);

        assert.match(await bob.getByRole('alert').textContent(),
                     /another choice of spotlight/);
    }));
