/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * EvoStream in two minutes: the example configuration, the demo page, the
 * command of the README in a shell, and the player page.
 */

'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { certificate } = require('../lib/certificate');
const { Cli } = require('../lib/evostream');
const { loadModules, testConfig } = require('../lib/nginx');
const { Player } = require('../lib/player');
const { freeTcp } = require('../lib/ports');
const { serveBrowser, using } = require('../lib/suite');


const ROOT = path.join(__dirname, '..', '..');

const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');


/* other ports than the usual ones, and no more than that */

const PORTS = ['8080', '127.0.0.1:3000', '127.0.0.1:8000', '127.0.0.1:7777',
               '127.0.0.1:1112', '127.0.0.1:1222', '3535'];

async function moved() {
    const ports = {};

    for (const port of PORTS) {
        ports[port.replace(/.*:/, '')] = await freeTcp();
    }

    return {
        workers: 2,
        webPort: ports[8080],
        apiPort: ports[3000],
        ports,
        config: (o) => 'daemon off;\n'
            + (process.getuid() === 0 ? 'user root;\n' : '')
            + PORTS.reduce((text, port) => {
                const to = `127.0.0.1:${ports[port.replace(/.*:/, '')]}`;

                return text.replace(`listen ${port};`, `listen ${to};`);
            }, read('conf-examples/quickstart.conf'))
                .replace(/^load_module.*$/gm, '')
                .replace(/^/, loadModules())
                .replace(/logs\//g, '')
                .replace(/temp\//g, '')
                .replace('10000-10015', `127.0.0.1:${o.udpPort}-`
                                        + `${o.udpPort + o.udpPorts - 1}`),
    };
}

const suite = serveBrowser(moved);


test('what the README says', () => using(async (opened) => {
    const { ports } = suite.nginx.options;
    const context = await suite.browser.newContext();
    const page = await context.newPage();

    opened.push(context);
    await page.goto(`${suite.nginx.url}/demo/?channel=demo&role=sendonly`
                    + '&source=pattern');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('button', { name: 'Leave' }).waitFor();

    const [line] = /^ {4}curl "http:\S+startWebrtc.*$/m
        .exec(read('README.md'));

    const answer = JSON.parse(execFileSync('sh', ['-c', line
        .replace('7777', ports[7777]).replace('3535', ports[3535])]));

    assert.strictEqual(answer.status, 'SUCCESS');
    assert.strictEqual(answer.data.roomid, 'testRoom');

    const player = await Player.open(
        opened, suite.browser, suite.nginx,
        { room: 'testRoom', stream: 'demo',
          ers: `localhost:${ports[3535]}` });

    await player.sound();
    await player.plays({ energy: true });
    await player.says(/Playing demo/);

    /* both command lines are there */

    const cli = await Cli.open(ports[1112]);

    opened.push(cli);
    assert.strictEqual((await cli.say('listStreamsIds')).data.length, 2);

    const text = await Cli.open(ports[1222]);

    opened.push(text);
    await text.text('version', /Command entered successfully!/);
}));


test('evostream.conf is a good configuration', () => {
    const { keyFile, certFile } = certificate();
    const text = read('conf-examples/evostream.conf')
        .replace(/^load_module.*$/gm, '')
        .replace(/^/, loadModules())
        .replace('www-data', process.getuid() === 0 ? 'root' : 'nobody')
        .replace(/\/etc\/ssl\/certs\/\S+;/, `${certFile};`)
        .replace(/\/etc\/ssl\/private\/\S+;/, `${keyFile};`)
        .replace(/\/(run|var\/log\/nginx|var\/lib\/nginx\/evostream)\//g, '')
        .replace('include      mime.types', 'client_body_temp_path body;'
                 + ' proxy_temp_path proxy; fastcgi_temp_path fastcgi;'
                 + ' uwsgi_temp_path uwsgi; scgi_temp_path scgi');

    const { ok, stderr } = testConfig(text);

    assert.ok(ok, stderr);
});
