/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The demo page of the gateway and the script beside it, as a person uses
 * them: sh camera.sh in a shell, then the page's buttons.
 */

'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');

const { Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { until } = require('../lib/poll');
const { serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser(gateway);

const SCRIPT = path.join(__dirname, '..', '..', 'conf-examples', 'html',
                         'gateway', 'camera.sh');


/* The script in a process group of its own: it has children. */

class Script {

    static start(peer, api) {
        const script = new Script();

        script.text = '';
        script.child = spawn('sh', [SCRIPT, peer, api],
                             { detached: true,
                               stdio: ['ignore', 'pipe', 'pipe'] });

        for (const out of [script.child.stdout, script.child.stderr]) {
            out.on('data', (data) => { script.text += data; });
        }

        script.ended = new Promise((resolve) => {
            script.child.once('exit', resolve);
        });

        return script;
    }


    says(text) {
        return until(`the script says ${text}`, () => {
            if (this.text.includes(text)) {
                return true;
            }

            throw new Error(this.text);
        }, { timeout: 30000 });
    }


    async close() {
        if (this.child.exitCode === null) {
            process.kill(-this.child.pid, 'SIGINT');
        }

        await this.ended;
    }
}


test('a page calls a device and talks to it', () =>
    using(async (opened) => {
        const script = Script.start('garden', suite.nginx.gatewayUrl);

        opened.push(script);
        await script.says('garden waits for calls');

        const context = await suite.browser.newContext();
        const page = await context.newPage();
        const errors = [];

        opened.push(context);
        page.on('pageerror', (e) => errors.push(e.message));

        await page.goto(`${suite.nginx.url}/demo/gateway/`);
        await page.getByText('Connected as').waitFor();
        await page.getByLabel('Peer').fill('garden');
        await page.getByRole('button', { name: 'Call', exact: true }).click();

        await until('frames are shown', async () => {
            const text = await page.locator('#numbers').textContent();

            if (Number(text.match(/^(\d+) frames/)?.[1]) > 50) {
                return true;
            }

            throw new Error(`${text}\n${script.text}`);
        }, { timeout: 40000, every: 250 });

        /* the data channel, with what nc would do */

        await page.getByRole('button', { name: 'Open a data channel' })
            .click();
        await page.getByText('The channel is open.').waitFor();
        await script.says('say something to it');

        const [, port] = script.text.match(/nc -u -q 0 \S+ (\d+)/);
        const udp = await Udp.open();

        opened.push(udp);
        await udp.send(Number(port), 'how are you?');
        await page.getByText('how are you?').waitFor();

        await page.getByRole('button', { name: 'Hang up' }).click();
        await script.says('the call is over');
        assert.deepStrictEqual(errors, []);
    }));


test('a peer that is not there is said to be none', () =>
    using(async (opened) => {
        const context = await suite.browser.newContext();
        const page = await context.newPage();

        opened.push(context);
        await page.goto(`${suite.nginx.url}/demo/gateway/`);
        await page.getByText('Connected as').waitFor();
        await page.getByLabel('Peer').fill('nobody');
        await page.getByRole('button', { name: 'Call', exact: true }).click();
        await page.getByText('There is no peer "nobody" here.').waitFor();
    }));
