/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The API under stress: everything at once, from everywhere, again and again,
 * while workers are replaced and killed.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { Ers } = require('../lib/ers');
const { Cli, command, must } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { descriptors, start, state } = require('../lib/evostream_service');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { freeTcp } = require('../lib/ports');
const { until } = require('../lib/poll');
const { channel, using } = require('../lib/suite');
const { ViewerPeer, offered, speak } = require('../lib/viewer_peer');


async function launch(opened, options = {}) {
    const nginx = await Nginx.start(await evostream({
        workers: 4, ...options,
        main: ['webrtc_evostream_retry 100ms 300ms;',
               'webrtc_answer_timeout 3s;', ...options.main ?? []],
    }));

    opened.push({ close: () => nginx.stop() });

    return nginx;
}


const viewers = async (nginx) =>
    (await must(nginx.options.evoUrl, 'listStreams'))
        .filter(({ type }) => type.startsWith('O'));

const configs = async (nginx) =>
    (await must(nginx.options.evoUrl, 'listConfig')).webrtc;


test('the same room is started and stopped from everywhere', () =>
    using(async (opened) => {
        const nginx = await launch(opened);
        const { evoUrl, evoCliPort, ersPort } = nginx.options;
        const params = { ersip: '127.0.0.1', ersport: ersPort,
                         roomid: 'same' };

        const clis = await Promise.all(Array.from({ length: 8 },
            () => Cli.open(evoCliPort)));

        opened.push(...clis);

        for (let round = 0; round < 10; round++) {
            const answers = await Promise.all([
                ...clis.map((cli) => cli.say('startWebRTC', params)),
                ...clis.map(() => command(evoUrl, 'startWebRTC', params))]);

            const won = answers.filter((a) => a.status === 'SUCCESS');

            assert.strictEqual(won.length, 1, JSON.stringify(answers));
            assert.strictEqual((await configs(nginx)).length, 1);

            const id = won[0].data.configId;
            const ends = await Promise.all([
                ...clis.map((cli) => cli.say('stopWebRTC',
                                             { roomid: 'same' })),
                ...clis.map(() => command(evoUrl, 'removeConfig', { id }))]);

            assert.ok(ends.filter((a) => a.status === 'SUCCESS'
                                  && a.data !== null).length === 1,
                      JSON.stringify(ends));
            assert.strictEqual((await configs(nginx)).length, 0);
        }

        /* all at the same time */

        await Promise.all(clis.map(async (cli, i) => {
            for (let n = 0; n < 30; n++) {
                await cli.say(['startWebRTC', 'stopWebRTC'][(n + i) % 2],
                              params);
            }
        }));

        await command(evoUrl, 'stopWebRTC', { roomid: 'same' });

        const id = await start(nginx, { port: ersPort }, { roomid: 'same' });

        await state(nginx, id, 'Connected');
    }));


test('ten thousand times started and stopped', () => using(async (opened) => {
    const port = await freeTcp();
    const ers = await Ers.start();

    opened.push(ers);

    const nginx = await launch(opened, { workers: 2, main: [
        'webrtc_evostream_config_file conf/configs.json;'] });
    const file = path.join(nginx.prefix, 'conf', 'configs.json');
    const cli = await Cli.open(nginx.options.evoCliPort);

    opened.push(cli);

    const kept = await start(nginx, ers, { roomid: 'kept' });

    await state(nginx, kept, 'Connected');

    const before = nginx.workers().map((pid) => descriptors(pid));
    const CYCLES = 10000;
    const STEP = 100;
    let last = kept;

    for (let n = 0; n < CYCLES; n += STEP) {
        cli.write(Array.from({ length: STEP }, (x, i) =>
            `startWebRTC ersip=127.0.0.1 ersport=${i % 10 ? port : ers.port}`
            + ` roomid=r${i}\r\nstopWebRTC roomid=r${i}\r\n`).join(''));

        for (let i = 0; i < STEP; i++) {
            const { status, data } = await cli.answer();

            assert.strictEqual(status, 'SUCCESS');
            assert.strictEqual(data.configId, last + 1);
            last = data.configId;

            assert.strictEqual((await cli.answer()).status, 'SUCCESS');
        }
    }

    assert.strictEqual(last, kept + CYCLES);
    assert.strictEqual((await state(nginx, kept, 'Connected')).attempts, 1);

    await until('the file says what there is', () => {
        const text = fs.readFileSync(file, 'utf8');
        const saved = JSON.parse(text);

        assert.strictEqual(saved.lastConfigId, last);
        assert.strictEqual(saved.webrtc.length, 1);

        return text.length < 1000;
    });

    assert.deepStrictEqual(fs.readdirSync(path.dirname(file)),
                           ['configs.json']);

    await until('sockets are closed', () => {
        const now = nginx.workers().map((pid) => descriptors(pid));

        if (now.some((n, i) => n > before[i] + 3)) {
            throw new Error(`${now} of ${before}`);
        }

        return true;
    });
}));


test('viewers in set-up are shut down, stopped and removed', () =>
    using(async (opened) => {
        const nginx = await launch(opened, { workers: 2 });
        const { evoUrl } = nginx.options;
        const ers = await Ers.start({ multiClient: true });
        const name = channel();

        opened.push(ers);
        await speak(opened, nginx, name);

        for (const how of ['shutdownStream', 'stopWebRTC', 'removeConfig']) {
            const id = await start(nginx, ers, { roomid: how });
            const media = await ers.media(how);

            const ids = Array.from({ length: 10 }, (x, i) => `${how}${i}`);

            for (const viewer of ids) {
                media.emit('clientJoined', { id: viewer, streamName: name });
            }

            const peers = [];

            for (const [i, viewer] of ids.entries()) {
                const peer = new ViewerPeer(await offered(media, viewer),
                    (m) => media.emit('message', { ...m, from: viewer }));

                opened.push(peer);
                peers.push(peer);

                if (i % 3 === 1) {
                    peer.answer();

                } else if (i % 3 === 2) {
                    await peer.play();
                }
            }

            const all = await viewers(nginx);

            assert.strictEqual(all.length, 10);

            if (how === 'shutdownStream') {
                await Promise.all(all.flatMap(({ uniqueId }) => [
                    command(evoUrl, how, { id: uniqueId }),
                    command(evoUrl, how, { id: uniqueId })]));

            } else {
                await must(evoUrl, how, how === 'stopWebRTC'
                    ? { roomid: how } : { id });
            }

            await until(`they are gone after ${how}`, async () =>
                (await viewers(nginx)).length === 0, { timeout: 2500 });

            if (how === 'shutdownStream') {
                await ViewerPeer.announced(opened, media, 'again', name);
                await must(evoUrl, 'stopWebRTC', { roomid: how });
            }
        }
    }));


test('a room is stopped in the middle of a reload', () =>
    using(async (opened) => {
        const nginx = await launch(opened, { workers: 2 });
        const { evoUrl } = nginx.options;
        const ers = await Ers.start({ multiClient: true });
        const name = channel();

        opened.push(ers);
        await speak(opened, nginx, name);

        for (let i = 0; i < 4; i++) {
            const roomid = `room${i}`;
            const id = await start(nginx, ers, { roomid });
            const media = await ers.media(roomid);
            const peer = await ViewerPeer.announced(opened, media,
                                                    `viewer${i}`, name);

            await peer.play();
            await peer.plays();

            const reloaded = nginx.reload();

            if (i % 2) {
                await reloaded;
            }

            await must(evoUrl, 'removeConfig', { id });
            await until('its viewer was ended', async () =>
                (await viewers(nginx)).length === 0, { timeout: 5000 });

            await reloaded;
            assert.strictEqual((await configs(nginx)).length, 0);
        }

        await until('nobody is in a room', () => [...ers.rooms.values()]
            .every(({ waiting }) => !waiting || waiting.gone));
    }));


test('workers are killed in every phase of their viewers', () =>
    using(async (opened) => {
        const nginx = await launch(opened, {
            workers: 4, allow: KILLED,
            main: ['webrtc_consent_timeout 5s;'] });

        const ers = await Ers.start({ multiClient: true });

        opened.push(ers);

        const id = await start(nginx, ers, { roomid: 'lobby' });

        for (let round = 0; round < 4; round++) {
            await using(async (inner) => {
                const names = Array.from({ length: 4 }, () => channel());

                for (const name of names) {
                    await speak(inner, nginx, name);
                }

                await state(nginx, id, 'Connected');

                const media = await ers.media('lobby');
                const pids = nginx.workers();

                for (const [i, name] of names.entries()) {
                    const peer = await ViewerPeer.announced(inner, media,
                        `v${round}-${i}`, name);

                    if (i % 2) {
                        await peer.play();
                    }
                }

                media.emit('clientJoined', { id: 'now',
                                             streamName: names[0] });

                const owner = pids.find((pid) =>
                    descriptors(pid, ers.port) > 0);
                const dying = round % 2 ? owner
                              : pids.find((pid) => pid !== owner);

                kill(dying, 'SIGKILL');

                await until('it was replaced', () =>
                    nginx.workers().length === 4
                    && !nginx.workers().includes(dying));
                await state(nginx, id, 'Connected');
            });

            await until('no viewer is left', async () =>
                (await viewers(nginx)).length === 0, { timeout: 15000 });
        }
    }));


test('viewers do not keep a worker beyond its time', () =>
    using(async (opened) => {
        const nginx = await launch(opened, { workers: 2,
                                             shutdownTimeout: '2s' });
        const ers = await Ers.start({ multiClient: true });
        const name = channel();

        opened.push(ers);
        await speak(opened, nginx, name);
        await start(nginx, ers, { roomid: 'lobby' });

        const media = await ers.media('lobby');
        const peer = await ViewerPeer.announced(opened, media, 'one', name);

        await peer.play();
        await peer.plays();
        media.emit('clientJoined', { id: 'two', streamName: name });

        await nginx.reload();
        await until('the old workers are gone', () =>
            nginx.processes().length === 2, { timeout: 8000 });
        assert.deepStrictEqual(await viewers(nginx), []);
        await ers.media('lobby');
    }));


const NOT_CONFIGURATIONS = {
    'very long': () => JSON.stringify({ lastConfigId: 1, webrtc: [],
                                        more: 'x'.repeat(40e6) }),
    'very deep': () => '{"webrtc":' + '['.repeat(200000),
    'many': () => JSON.stringify({ lastConfigId: 9, webrtc: Array(9000).fill({
        configId: 1, ersip: '127.0.0.1', ersport: 9, roomid: 'r' }) }),
    'wrong types': () => JSON.stringify({ lastConfigId: 'x', webrtc: [
        null, 5, 'x', [], { configId: [] }, { configId: 1.5 },
        { configId: -1, ersip: {}, ersport: '9', roomid: 5 }] }),
    'NUL': () => '\0'.repeat(1000),
    'vars': () => JSON.stringify({ lastConfigId: 3, webrtc: [{
        configId: 3, ersip: '127.0.0.1', ersport: 9, roomid: 'r',
        vars: { _a: 'v'.repeat(100000) } }] }),
};

for (const [what, text] of Object.entries(NOT_CONFIGURATIONS)) {
    test(`a file of configurations that is none: ${what}`, () =>
        using(async (opened) => {
            const dir = fs.mkdtempSync(path.join(require('node:os').tmpdir(),
                                                 'ngx-webrtc-configs-'));
            const file = path.join(dir, 'configs.json');

            opened.push({ close: () => fs.rmSync(dir, { recursive: true }) });
            fs.writeFileSync(file, text());

            const nginx = await launch(opened, { workers: 1, main: [
                `webrtc_evostream_config_file ${file};`] });

            const ers = await Ers.start();

            opened.push(ers);
            await state(nginx, await start(nginx, ers, { roomid: 'new' }),
                        'Connected');

            await until('it is a file again', () => JSON.parse(
                fs.readFileSync(file, 'utf8')).webrtc.some((c) =>
                c.roomid === 'new'));
        }));
}


test('configurations with very large ids serve viewers', () =>
    using(async (opened) => {
        const dir = fs.mkdtempSync(path.join(require('node:os').tmpdir(),
                                             'ngx-webrtc-configs-'));
        const target = path.join(dir, 'target');
        const file = path.join(dir, 'configs.json');
        const ers = await Ers.start({ multiClient: true });

        opened.push(ers, { close: () => fs.rmSync(dir, { recursive: true }) });

        /* a symbolic link is replaced, what it names is left alone */

        fs.writeFileSync(target, JSON.stringify({
            lastConfigId: 2 ** 40, webrtc: [{
                configId: 2 ** 33 + 1, ersip: '127.0.0.1', ersport: ers.port,
                roomid: 'lobby' }] }));
        fs.symlinkSync(target, file);

        const nginx = await launch(opened, { workers: 2, main: [
            `webrtc_evostream_config_file ${file};`] });
        const name = channel();

        await speak(opened, nginx, name);

        const media = await ers.media('lobby');
        const peer = await ViewerPeer.announced(opened, media, 'one', name);

        await peer.play();

        /* longer than workers look after who has no configuration */

        const { rtp } = peer;

        await until('it goes on', () => rtp.length > 150);
        assert.strictEqual((await viewers(nginx)).length, 1);
        assert.strictEqual(await start(nginx, ers, { roomid: 'next' }),
                           2 ** 40 + 1);
    }));
