/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The demo page, used as a person uses it: by its labels.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();


async function open(opened, { fields = {}, query = '', view } = {}) {
    const context = await suite.browser.newContext(
        view ? { viewport: view } : {});
    const page = await context.newPage();

    page.errors = [];
    page.on('pageerror', (e) => page.errors.push(e.message));
    page.on('console', (m) => {
        if (m.type() === 'error') {
            page.errors.push(m.text());
        }
    });

    opened.push(context);
    await page.goto(`${suite.nginx.url}/demo/${query}`);

    for (const [label, value] of Object.entries(fields)) {
        const field = page.getByLabel(new RegExp(`^\\s*${label}`));

        if (await field.evaluate((e) => e.tagName) === 'SELECT') {
            await field.selectOption({ label: value });

        } else {
            await field.fill(value);
        }
    }

    return page;
}


async function join(opened, fields, options) {
    const page = await open(opened, { fields, ...options });

    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('button', { name: 'Leave' }).waitFor();

    return page;
}


/* Frames that each video of others has shown, by the text of its tile. */

function frames(page) {
    return page.evaluate(() => Object.fromEntries(
        [...document.querySelectorAll('figure:not(.mine)')].map((tile) => [
            tile.querySelector('figcaption').textContent,
            tile.querySelector('video').getVideoPlaybackQuality()
                .totalVideoFrames])));
}


function watches(page, name) {
    let first;

    return until(`the page shows ${name}`, async () => {
        const now = (await frames(page))[name];

        first ??= now;

        return now > first + 10;
    }, { timeout: 40000, every: 200 });
}


test('two pages with a test pattern see each other', () =>
    using(async (opened) => {
        const fields = { 'Channel': channel(),
                         'Source': 'Test pattern and tone',
                         'Video codec': 'VP8' };

        const ann = await join(opened, { ...fields, 'Your name': 'Ann' });
        const bob = await join(opened, { ...fields, 'Your name': 'Bob' });

        await watches(ann, 'Bob');
        await watches(bob, 'Ann');

        assert.match(await ann.getByRole('status').textContent(),
                     /2 members/);

        /* the panel has numbers for what goes out and what comes in */

        await ann.getByRole('button', { name: 'Numbers' }).click();

        const table = ann.getByRole('table');

        for (const name of ['Bob, video', 'Bob, audio', 'Ann (you), video',
                            'Ann (you), audio'])
        {
            await until(`there are numbers of ${name}`, async () => {
                const text = await table.getByRole('row')
                    .filter({ hasText: name }).textContent();

                return /(VP8|opus)\d+/.test(text) && text.includes('%')
                       && text;
            });
        }

        assert.match(await table.textContent(), /\d+×\d+/);

        /* leaving empties the other's grid */

        await bob.getByRole('button', { name: 'Leave' }).click();
        await bob.getByRole('button', { name: 'Join' }).waitFor();

        await until('Bob has gone', async () =>
            Object.keys(await frames(ann)).length === 0);

        assert.match(await ann.getByRole('status').textContent(),
                     /1 member$/);

        /* and joining again works without a reload of the page */

        await bob.getByRole('button', { name: 'Join' }).click();
        await watches(ann, 'Bob');
        await watches(bob, 'Ann');

        assert.deepStrictEqual(ann.errors, []);
        assert.deepStrictEqual(bob.errors, []);
    }));


test('the camera and a watcher, with the channel in the address', () =>
    using(async (opened) => {
        const id = channel();
        const sender = await join(opened, {
            'Your name': 'Cam', 'Role': 'Send only',
            'Source': 'Camera and microphone' },
            { query: `?channel=${id}&codec=VP8` });

        const watcher = await join(opened, { 'Role': 'Watch only' },
                                   { query: `?channel=${id}`,
                                     view: { width: 390, height: 844 } });

        await watches(watcher, 'Cam');

        assert.strictEqual(await watcher.locator('figure').count(), 1);
        assert.deepStrictEqual(await frames(sender), {});

        /* no sideways scrolling on a phone */

        assert.ok(await watcher.evaluate(() =>
            document.documentElement.scrollWidth <= window.innerWidth));

        assert.deepStrictEqual(watcher.errors, []);
    }));


test('muting tells so and stops the sound', () => using(async (opened) => {
    const page = await join(opened, { 'Channel': channel(),
                                      'Source': 'Test pattern and tone' });
    const mute = page.getByRole('button', { name: 'Mute' });

    await mute.click();
    assert.strictEqual(await mute.getAttribute('aria-pressed'), 'true');
    await mute.click();
    assert.strictEqual(await mute.getAttribute('aria-pressed'), 'false');
}));


test('a refusal is shown with its reason', () => using(async (opened) => {
    const page = await open(opened, {
        fields: { 'Channel': 'é'.repeat(200),
                  'Source': 'Test pattern and tone' } });

    await page.getByRole('button', { name: 'Join' }).click();

    const alert = page.getByRole('alert');

    await alert.waitFor();
    assert.match(await alert.textContent(), /refused.*[A-Z-]{4,}/);
    assert.ok(await page.getByRole('button', { name: 'Join' }).isEnabled());
}));


test('a page without a secure context explains itself', () =>
    using(async (opened) => {
        const page = await open(opened);

        await page.evaluate(() => {
            Object.defineProperty(navigator, 'mediaDevices',
                                  { value: undefined });
        });

        await page.getByLabel('Source')
            .selectOption({ label: 'Camera and microphone' });
        await page.getByRole('button', { name: 'Join' }).click();

        const alert = page.getByRole('alert');

        await alert.waitFor();
        assert.match(await alert.textContent(), /https:\/\/ or http:\/\/loc/);
    }));


test('the page loads nothing from elsewhere', () => using(async (opened) => {
    const context = await suite.browser.newContext();
    const page = await context.newPage();
    const hosts = new Set();

    opened.push(context);

    page.on('request', (request) => {
        if (/^(http|ws)/.test(request.url())) {
            hosts.add(new URL(request.url()).host);
        }
    });

    await page.goto(`${suite.nginx.url}/demo/`);
    await page.getByRole('button', { name: 'Join' }).waitFor();

    assert.deepStrictEqual([...hosts], [new URL(suite.nginx.url).host]);
}));
