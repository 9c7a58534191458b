/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The layer buttons of the demo page, by their labels.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { call, request } = require('../lib/api');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


/* the location of the buttons, as the example has it */

const example = fs.readFileSync(path.join(
    __dirname, '../../conf-examples/quickstart.conf'), 'utf8');

const location = /location = \/layer \{[^{}]*\{[^}]*\}[^}]*\}/.exec(example);

const suite = serveBrowser({ web: location[0] });


async function join(opened, fields) {
    const context = await suite.browser.newContext();
    const page = await context.newPage();

    opened.push(context);
    page.errors = [];
    page.on('pageerror', (e) => page.errors.push(e.message));

    await page.goto(`${suite.nginx.url}/demo/?source=pattern&codec=VP8`);

    for (const [label, value] of Object.entries(fields)) {
        const field = page.getByLabel(new RegExp(`^\\s*${label}`));

        if (value === true) {
            await field.check();

        } else if (await field.evaluate((e) => e.tagName) === 'SELECT') {
            await field.selectOption({ label: value });

        } else {
            await field.fill(value);
        }
    }

    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('button', { name: 'Leave' }).waitFor();

    return page;
}


function shows(page, width) {
    return until(`the page shows pictures of ${width}`, () =>
        page.locator('figure:not(.mine) video')
            .evaluate((video, want) => video.videoWidth === want, width),
                 { timeout: 40000, every: 200 });
}


test('the size that somebody sends is chosen by a button', () =>
    using(async (opened) => {
        const id = channel();

        await join(opened, { 'Channel': id, 'Your name': 'Ann',
                             'Role': 'Send only', 'Three sizes': true });

        const watcher = await join(opened, { 'Channel': id,
                                             'Role': 'Watch only' });
        const sizes = watcher.getByRole('group', { name: 'Size of Ann' });
        const button = (name) => sizes.getByRole('button', { name });

        await sizes.waitFor({ timeout: 40000 });
        assert.strictEqual(await button('auto').getAttribute('aria-pressed'),
                           'true');

        for (const [rid, width] of [['r0', 240], ['r2', 960], ['r1', 480]]) {
            await button(rid).click();
            await shows(watcher, width);

            assert.strictEqual(
                await button(rid).getAttribute('aria-pressed'), 'true');

            await until(`${rid} is marked as what comes`, async () =>
                (await button(rid).getAttribute('class')) === 'current');
        }

        await button('auto').click();
        await until('it is automatic', async () =>
            (await button('auto').getAttribute('aria-pressed')) === 'true');

        assert.deepStrictEqual(watcher.errors, []);
    }));


test('nobody has buttons for one who sends one size', () =>
    using(async (opened) => {
        const id = channel();

        await join(opened, { 'Channel': id, 'Role': 'Send only' });

        const watcher = await join(opened, { 'Channel': id,
                                             'Role': 'Watch only' });

        await shows(watcher, 640);
        assert.strictEqual(await watcher.getByRole('group').count(), 0);
    }));


test('the location of the buttons has no other operation', async () => {
    const { nginx } = suite;

    for (const [target, status] of [
        ['Sora_20151104.DisconnectChannel', 403],
        ['Sora_20201013.ListConnections', 403],
        ['Sora_20201005.RequestRtpStreams', 403],
        ['Sora_20201005.RequestRtpStream', 400],
        ['Sora_20201005.ResetRtpStream', 400],
    ]) {
        const res = await request(nginx.url, {
            path: '/layer', headers: { 'x-sora-target': target },
            body: JSON.stringify({ channel_id: 'x',
                                   recv_connection_id: 'x', rid: 'r0' }) });

        assert.strictEqual(res.status, status, target);
    }

    assert.strictEqual((await call(nginx.apiUrl,
                                   'Sora_20201013.ListConnections')).status,
                       200);
});
