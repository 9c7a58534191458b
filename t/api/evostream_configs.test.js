/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Configurations of startWebRTC outlive workers, reloads and nginx itself,
 * and what becomes of the file in which they are kept.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { command, must } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { freeTcp } = require('../lib/ports');


const isRoot = process.getuid() === 0;

let dir, nowhere;

before(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'evostream-'));
    fs.chmodSync(dir, 0o755);

    /* a rendezvous server that is not there */

    nowhere = await freeTcp();
});

after(() => fs.rmSync(dir, { recursive: true, force: true }));


let count = 0;

function newFile() {
    return path.join(dir, `${++count}.json`);
}


/* The options of an nginx: the same for each start of it. */

async function optionsFor(file, more = {}) {
    return evostream({
        ers: false,
        webPort: await freeTcp(),
        apiPort: await freeTcp(),
        ...more,
        main: [`webrtc_evostream_config_file ${file};`, ...more.main ?? []],
    });
}


async function running(options, run) {
    const nginx = await Nginx.start(options);

    try {
        return await run(nginx, nginx.options.evoUrl);

    } finally {
        await nginx.stop();
    }
}


function start(url, roomid, more = {}) {
    return must(url, 'startWebRTC', { ersip: '127.0.0.1', ersport: nowhere,
                                      roomid, ...more });
}


/* What is configured, without what the services make of it. */

async function listed(url) {
    const { webrtc } = await must(url, 'listConfig');

    return webrtc.map((c) => [c.configId, c.roomid]);
}


const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

function rooms(file) {
    return read(file).webrtc.map((c) => [c.configId, c.roomid]);
}


function holds(file, expected) {
    return until(`the file has ${JSON.stringify(expected)}`, () => {
        assert.deepStrictEqual(rooms(file), expected);
        return true;
    });
}


test('configurations come back with nginx', async () => {
    const file = newFile();
    const options = await optionsFor(file);

    await running(options, async (nginx, url) => {
        await start(url, 'a', { token: 'secret', _note: 'x y' });
        await start(url, '部屋 "b"', { ersOverSsl: 1 });
        await start(url, 'gone');
        await start(url, 'once', { keepAlive: 0 });
        await must(url, 'removeConfig', { id: 3 });

        await until('the last one is written', () =>
            read(file).lastConfigId === 4);
        await holds(file, [[1, 'a'], [2, '部屋 "b"']]);

        const { mode } = fs.statSync(file);

        assert.strictEqual(mode & 0o777, 0o600);
    });

    await running(options, async (nginx, url) => {
        assert.deepStrictEqual(await listed(url), [[1, 'a'],
                                                   [2, '部屋 "b"']]);

        const one = await must(url, 'getConfigInfo', { id: 1 });
        const two = await must(url, 'getConfigInfo', { id: 2 });

        assert.strictEqual(one.ersip, '127.0.0.1');
        assert.strictEqual(one.ersport, nowhere);
        assert.strictEqual(one.token, 'secret');
        assert.strictEqual(one._note, 'x y');
        assert.strictEqual(one.keepAlive, true);
        assert.strictEqual(two.token, '');

        /* ids are not used again, not even that of the last one */

        const data = await start(url, 'c');

        assert.strictEqual(data.configId, 5);

        await must(url, 'stopWebRTC');
        await holds(file, []);
    });

    await running(options, async (nginx, url) => {
        assert.deepStrictEqual(await listed(url), []);
        assert.strictEqual((await start(url, 'd')).configId, 6);
    });

    assert.deepStrictEqual(fs.readdirSync(dir).filter((name) =>
        name.startsWith(`${path.basename(file)}.`)), []);
});


test('without a file they live as long as nginx', async () => {
    const options = await optionsFor('x');

    options.main = [];

    await running(options, async (nginx, url) => {
        await start(url, 'a');
        await nginx.reload();
        assert.deepStrictEqual(await listed(url), [[1, 'a']]);
    });

    await running(options, async (nginx, url) => {
        assert.deepStrictEqual(await listed(url), []);
    });
});


test('a reload keeps them, and does not read the file', async () => {
    const file = newFile();

    await running(await optionsFor(file), async (nginx, url) => {
        await start(url, 'a');
        await start(url, 'once', { keepAlive: 0 });
        await holds(file, [[1, 'a']]);

        fs.writeFileSync(file, '{"torn');
        await nginx.reload();

        assert.match(JSON.stringify(await listed(url)), /"a"/);
        await start(url, 'b');
        await holds(file, [[1, 'a'], [3, 'b']]);
        assert.doesNotMatch(nginx.errorLog(), /is not a file of/);

        /* another name: written there, also what an old worker has not */

        const other = newFile();

        await start(url, 'c');

        const conf = path.join(nginx.prefix, 'nginx.conf');

        nginx.configure(fs.readFileSync(conf, 'utf8').replace(file, other));
        await nginx.reload();
        await holds(other, [[1, 'a'], [3, 'b'], [4, 'c']]);
    });
});


test('nothing is written through a link that waits for it', async () => {
    const file = newFile();
    const victim = path.join(dir, 'victim');

    fs.writeFileSync(victim, 'precious');

    await running(await optionsFor(file), async (nginx, url) => {
        for (const pid of nginx.workers()) {
            fs.symlinkSync(victim, `${file}.${pid}`);
        }

        await start(url, 'a');
        await holds(file, [[1, 'a']]);
        await start(url, 'b');
        await holds(file, [[1, 'a'], [2, 'b']]);
    });

    assert.strictEqual(fs.readFileSync(victim, 'utf8'), 'precious');
});


test('they outlive workers that are killed', async () => {
    const file = newFile();
    const options = await optionsFor(file, {
        allow: KILLED });

    await running(options, async (nginx, url) => {
        const expected = [];

        for (let i = 1; i <= 4; i++) {
            await start(url, `r${i}`);
            expected.push([i, `r${i}`]);

            const victim = nginx.workers()[i % 2];

            kill(victim, 'SIGKILL');

            await until('there is another worker', () =>
                nginx.workers().length === 2
                && !nginx.workers().includes(victim));

            assert.deepStrictEqual(await listed(url), expected);
            await holds(file, expected);
        }
    });
});


test('they outlive all of nginx that is killed', async () => {
    const file = newFile();
    const options = await optionsFor(file);
    const nginx = await Nginx.start(options);

    try {
        await start(options.evoUrl, 'a');
        await holds(file, [[1, 'a']]);

    } finally {
        kill(-nginx.master, 'SIGKILL');
        await nginx.exited;
        fs.rmSync(nginx.prefix, { recursive: true });
    }

    await running(options, async (nginx, url) => {
        assert.deepStrictEqual(await listed(url), [[1, 'a']]);
    });
});


test('the last of many who write at the same time wins', async () => {
    const file = newFile();

    const options = await optionsFor(file, {
        workers: 4, zoneSize: '64m' });

    await running(options, async (nginx, url) => {
        const all = await Promise.all(Array.from({ length: 40 }, (_, i) =>
            start(url, `r${i}`)));

        const ids = all.map((data) => data.configId).sort((a, b) => a - b);

        assert.deepStrictEqual(ids, Array.from({ length: 40 },
                                               (_, i) => i + 1));

        const expected = await listed(url);

        assert.strictEqual(expected.length, 40);
        await holds(file, expected);
        assert.strictEqual(read(file).lastConfigId, 40);
    });
});


const NOT_FILES = {
    'torn': '{ "lastConfigId": 3, "webrtc": [ { "configId": 3, "ersi',
    'empty': '',
    'of something else': '[1, 2, 3]',
};

for (const [name, text] of Object.entries(NOT_FILES)) {
    test(`nginx starts with a file that is ${name}`, async () => {
        const file = newFile();

        fs.writeFileSync(file, text);

        await running(await optionsFor(file), async (nginx, url) => {
            assert.match(nginx.errorLog(), /\[error\].*"[^"]+" is not a file of/);
            assert.strictEqual(fs.readFileSync(`${file}.broken`, 'utf8'), text);

            assert.deepStrictEqual(await listed(url), []);
            await start(url, 'a');
            await holds(file, [[1, 'a']]);
        });
    });
}


test('nginx starts with what is no file at all', async () => {
    const file = newFile();

    fs.mkdirSync(file);

    await running(await optionsFor(file), async (nginx, url) => {
        assert.match(nginx.errorLog(), /\[error\].*is no file, or too large/);
        await start(url, 'a');
        await holds(file, [[1, 'a']]);
    });
});


test('what is no configuration is left out, and kept', async () => {
    const file = newFile();
    const good = { configId: 7, ersip: '127.0.0.1', ersport: nowhere,
                   roomid: 'good' };

    fs.writeFileSync(file, JSON.stringify({ lastConfigId: 5, webrtc: [
        { configId: 'x' }, good, { ...good, roomid: 'same id' },
        { ...good, configId: 8 }, { ...good, configId: 9, ersport: 0 },
    ] }));

    const options = await optionsFor(file);

    await running(options, async (nginx, url) => {
        assert.match(nginx.errorLog(), /\[warn\].*4 of the configurations/);
        assert.deepStrictEqual(await listed(url), [[7, 'good']]);
        assert.strictEqual(read(`${file}.broken`).webrtc.length, 5);

        /* nothing is lost if nobody changes anything */

        await holds(file, [[7, 'good']]);
        assert.strictEqual((await start(url, 'b')).configId, 8);
    });
});


test('what has a large number can be removed', async () => {
    const file = newFile();
    const id = 1000 * 1000 * 1000 * 1000;

    fs.writeFileSync(file, JSON.stringify({ lastConfigId: id, webrtc: [
        { configId: id, ersip: '127.0.0.1', ersport: nowhere, roomid: 'a' },
    ] }));

    await running(await optionsFor(file), async (nginx, url) => {
        const data = await start(url, 'b');

        assert.strictEqual(data.configId, id + 1);
        await must(url, 'getConfigInfo', { id: id + 1 });
        await must(url, 'removeConfig', { id });
        assert.deepStrictEqual(await listed(url), [[id + 1, 'b']]);
    });
});


test('a directory that is missing is made, for the workers', async () => {
    const made = path.join(dir, 'made');
    const file = path.join(made, 'configs.json');
    const options = await optionsFor(file, { user: 'www-data' });

    await running(options, async (nginx, url) => {
        await start(url, 'a');
        await holds(file, [[1, 'a']]);
        assert.strictEqual(fs.statSync(made).mode & 0o777, 0o700);
        assert.strictEqual(fs.statSync(file).uid, fs.statSync(made).uid);

        if (isRoot) {
            assert.notStrictEqual(fs.statSync(file).uid, 0);
        }
    });

    await running(options, async (nginx, url) => {
        assert.deepStrictEqual(await listed(url), [[1, 'a']]);
    });
});


test('a directory where workers cannot write is told of', async () => {
    const closed = path.join(dir, 'closed');

    fs.mkdirSync(closed, { mode: 0o555 });
    fs.chmodSync(closed, 0o555);

    const file = path.join(closed, 'configs.json');

    const options = await optionsFor(file, { user: 'www-data' });

    await running(options, async (nginx, url) => {
        assert.match(nginx.errorLog(), /\[error\].*workers cannot write to/);

        await start(url, 'a');
        await until('the failure is logged', () =>
            /\[error\].*could not be written to/.test(nginx.errorLog()));

        /* the API goes on, and nobody tries again and again */

        assert.deepStrictEqual(await listed(url), [[1, 'a']]);
        await nginx.reload();
        assert.deepStrictEqual(await listed(url), [[1, 'a']]);
        assert.ok(nginx.errorLog().match(/could not be written to/g).length
                  < 4, nginx.errorLog());

        await must(url, 'removeConfig', { id: 1 });
        assert.deepStrictEqual(await listed(url), []);
    });

    assert.ok(!fs.existsSync(file));
});


test('a full table refuses', async () => {
    const file = newFile();
    const options = await optionsFor(file, {
        main: ['webrtc_evostream_max_configs 2;'] });

    await running(options, async (nginx, url) => {
        await start(url, 'a');
        await start(url, 'b');

        const answer = await command(url, 'startWebRTC', {
            ersip: '127.0.0.1', ersport: nowhere, roomid: 'c' });

        assert.strictEqual(answer.status, 'FAIL');
        assert.match(nginx.errorLog(),
                     /\[warn\].*"webrtc_evostream_max_configs" allows/);
        await holds(file, [[1, 'a'], [2, 'b']]);

        /* and a reload does not change its size */

        const conf = path.join(nginx.prefix, 'nginx.conf');

        nginx.configure(fs.readFileSync(conf, 'utf8')
            .replace('max_configs 2;', 'max_configs 3;'));
        await nginx.reload();
        assert.match(nginx.errorLog(),
                     /\[warn\].*"webrtc_evostream_max_configs" stays 2/);
    });
});
