/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The chat of the demo page.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser({ main: ['webrtc_ping_interval 1s;'] });


async function open(opened, channelId, name, options = {}) {
    const context = await suite.browser.newContext(options);
    const page = await context.newPage();

    page.errors = [];
    page.on('pageerror', (e) => page.errors.push(e.message));

    opened.push(context);
    await page.goto(`${suite.nginx.url}/demo/?channel=${channelId}`
                    + `&name=${name}&source=pattern&codec=VP8`);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.locator('figure').first().waitFor();

    return page;
}


const messages = (page) => page.locator('#messages li').allTextContents();


/* Says it as soon as the other one's channels are open as well. */

async function say(page, text) {
    await page.getByLabel('Message').fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
}


test('members chat, and who has the chat closed sees a count', () =>
    using(async (opened) => {
        const id = channel();
        const ann = await open(opened, id, 'Ann');
        const bob = await open(opened, id, 'Bob',
                               { viewport: { width: 360, height: 640 } });

        for (const page of [ann, bob]) {
            await page.locator('figure').nth(1).waitFor();
        }

        await ann.getByRole('button', { name: 'Chat' }).click();

        await until('a message has arrived', async () => {
            await say(ann, 'hello <b>Bob</b>');

            return (await bob.locator('#talk').textContent()) !== 'Chat';
        }, { every: 500 });

        await bob.getByRole('button', { name: /Chat \(\d+\)/ }).click();

        assert.strictEqual((await messages(bob))[0], 'Ann hello <b>Bob</b>');
        assert.strictEqual(await bob.locator('#talk').textContent(), 'Chat');

        await say(bob, 'hi');
        await until('it is there', async () =>
            (await messages(ann)).includes('Bob hi'));
        assert.ok((await messages(ann)).includes('You hello <b>Bob</b>'));

        /* it fits on a phone */

        assert.ok(await bob.evaluate(() =>
            document.documentElement.scrollWidth <= innerWidth));

        /* signalling goes over channels, and the page follows */

        const eve = await open(opened, id, 'Eve');

        await ann.locator('figure').nth(2).waitFor();
        await bob.locator('figure').nth(2).waitFor();
        await eve.locator('figure').nth(2).waitFor();

        await call(suite.nginx.apiUrl, 'Sora_20151104.DisconnectChannel',
                   { channel_id: id });

        for (const page of [ann, bob, eve]) {
            await page.getByText(/operator has ended/).waitFor();
            assert.deepStrictEqual(page.errors, []);
        }

        assert.deepStrictEqual(await messages(ann), []);
    }));
