/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The player page with rendezvous and media servers that are not ours: what
 * it plays, and what it says when there is nothing to play.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { certificate } = require('../lib/certificate');
const { Ers, instead } = require('../lib/ers');
const { MediaServer, Player } = require('../lib/player');
const { sleep, until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const CSP = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; connect-src *";

const suite = serveBrowser({ web: [
    `location /strict/ {
        alias html/demo/;
        add_header Content-Security-Policy "${CSP}";
    }`] });

const BOTH = { audio: true, video: true };


async function ersOf(opened, options) {
    const ers = await Ers.start(options);

    opened.push(ers);
    ers.address = `127.0.0.1:${ers.port}`;

    return ers;
}


async function roomOf(opened, { ers: options, ...more } = {}) {
    const ers = await ersOf(opened, options);
    const room = channel();
    const server = await MediaServer.open(
        opened, suite.browser, suite.nginx,
        { ers: ers.address, room, streams: { news: BOTH }, ...more });

    await ers.media(room);

    return { ers, room, server };
}


function view(opened, { ers, room }, stream, query, options) {
    return Player.open(opened, suite.browser, suite.nginx,
                       { room, stream, ers: ers.address, ...query }, options);
}


test('it plays by itself, with sound when that is asked for', () =>
    using(async (opened) => {
        const it = await roomOf(opened, { ers: {
            stunservers: [{ url: 'stun:127.0.0.1:3' }],
            turnservers: [{ urls: ['turn:127.0.0.1:4'], username: 'u',
                            credential: 'hidden-credential' }] } });

        const player = await view(opened, it, 'news', { token: 'T-1' });

        await player.plays();
        await player.says(/Playing news · 320×240/);
        assert.ok(await player.page.locator('#poster').isHidden());

        assert.strictEqual((await player.received()).energy, 0);
        await player.sound();
        await player.plays({ energy: true });

        /* what was said to the rendezvous server */

        const { options } = it.ers.joins.find(({ options }) =>
            options.streamName);

        assert.deepStrictEqual(options, { streamName: 'news',
                                          transport: 'srtp', token: 'T-1' });
        assert.strictEqual(it.ers.rooms.get(it.room).viewers.length, 1);

        assert.deepStrictEqual(
            await player.page.evaluate(() => window.pcs.at(-1)
                .getConfiguration().iceServers.map(({ urls }) => urls)),
            [['stun:127.0.0.1:3'], ['turn:127.0.0.1:4']]);

        /* the debug box shows it, and no secrets */

        const box = player.page.locator('#log');

        assert.ok(await box.isHidden());
        await player.page.getByLabel('Show debug messages').check();
        assert.ok(await box.isVisible());

        const text = await player.log();

        for (const part of ['stun:127.0.0.1:3', '-> join', '<- offer',
                            '-> answer', 'connection: connected'])
        {
            assert.ok(text.includes(part), part);
        }

        assert.ok(!text.includes('T-1'));
        assert.ok(!text.includes('hidden-credential'));

        /* leaving is told */

        await player.close();
        await it.server.viewers(0);
        assert.deepStrictEqual(player.errors, []);
    }));


test('each viewer has a socket of the media server', () =>
    using(async (opened) => {
        const it = await roomOf(opened, { streams: { news: BOTH,
                                                     radio: { audio: true } },
                                          ers: { handshake: 'length' } });

        const players = [await view(opened, it, 'news'),
                         await view(opened, it, 'news')];
        const radio = await view(opened, it, 'radio');

        await Promise.all(players.map((player) => player.plays()));
        await radio.says(/Sound only/);
        await radio.sound();
        await radio.plays({ frames: 0, energy: true });

        assert.ok(it.ers.joins.filter(({ options }) => options.EMS)
            .length >= 4);
        assert.deepStrictEqual(it.ers.faults, []);
    }));


test('media go on when the rendezvous server is gone', () =>
    using(async (opened) => {
        const it = await roomOf(opened);
        const player = await view(opened, it, 'news');

        await player.plays();
        await it.ers.restart();

        const joins = it.ers.joins.length;

        await player.plays({ frames: 60 });
        assert.strictEqual(it.ers.joins.length, joins);

        /* and when they end it comes again */

        await it.server.run(() => {
            for (const { pc } of window.server.viewers.values()) {
                pc.close();
            }

            window.server.viewers.clear();
            window.server.connect();
        });

        await player.says(/has ended the stream/);
        await player.plays();
        assert.deepStrictEqual(player.errors, []);
    }));


test('a stream that is missing is waited for', () =>
    using(async (opened) => {
        const it = await roomOf(opened, { streams: {} });
        const player = await view(opened, it, '<b>news</b>');

        await player.says(/has no stream "<b>news<\/b>" at the moment/);

        await it.server.publish('<b>news</b>', BOTH);
        await player.plays();
    }));


test('a room without a media server is waited in', () =>
    using(async (opened) => {
        const ers = await ersOf(opened);
        const room = channel();
        const player = await view(opened, { ers, room }, 'news');

        await player.says(/No media server has come to the room/);

        await MediaServer.open(opened, suite.browser, suite.nginx, {
            ers: ers.address, room, streams: { news: BOTH } });
        await player.plays();
    }));


test('no rendezvous server, and then one', () => using(async (opened) => {
    const it = await roomOf(opened);

    await it.ers.close();

    const player = await view(opened, it, 'news');

    await player.says(new RegExp(`${it.ers.address} cannot be reached`));
    await it.ers.listen();
    await it.server.run(() => window.server.connect());
    await player.plays();
}));


test('refusals are told in words', () => using(async (opened) => {
    const reasons = [
        ['invalidRoom', 'has no room "attic"'],
        ['invalidToken', 'asks for a token'],
    ];

    for (const how of ['event', 'ack']) {
        for (const [reason, words] of reasons) {
            const ers = await ersOf(opened, {
                at: { join: (client, { ack }, self) => {
                    self.refuse(client, ack, reason, how);
                    return true;
                } } });

            const player = await view(opened, { ers, room: 'attic' }, 'news');

            await player.says(new RegExp(words));

            /* it is for good, unless somebody says otherwise */

            await (how === 'ack' ? player.page.locator('#poster')
                : player.page.getByRole('button', { name: 'Try again' }))
                .click();
            await ers.asked(2);
            await sleep(1500);
            assert.strictEqual(ers.joins.length, 2);
            await player.close();
        }
    }
}));


test('codecs that the browser does not have', () => using(async (opened) => {
    const it = await roomOf(opened, { streams: {
        video: { ...BOTH, strange: 'video' },
        audio: { audio: true, strange: 'audio' } } });

    const player = await view(opened, it, 'video');

    await player.says(/cannot play the video of this stream \(STRANGE\)/);
    await player.sound();
    await player.plays({ frames: 0, energy: true });

    const silent = await view(opened, it, 'audio');

    await silent.says(/cannot play the audio of this stream \(STRANGE\)/);
    await silent.page.getByRole('button', { name: 'Try again' }).waitFor();
}));


test('a WebSocket alone where socket.io is refused', () =>
    using(async (opened) => {
        const it = await roomOf(opened);
        const plain = await ersOf(opened, {
            at: { handshake: (req, res) => {
                res.statusCode = 403;
                res.end();
                return true;
            } } });

        /* the room of the other one */

        plain.rooms = it.ers.rooms;
        plain.clients = it.ers.clients;
        plain.last = 1000;

        const player = await view(opened, { ers: plain, room: it.room },
                                  'news');

        await player.plays();
        assert.deepStrictEqual(plain.requests.filter((r) =>
            r.startsWith('UPGRADE')), ['UPGRADE /']);
    }));


test('TLS, and a page that may do no more than it has to', () =>
    using(async (opened) => {
        const tls = certificate();
        const it = await roomOf(opened);
        const secure = await ersOf(opened, { tls });

        secure.rooms = it.ers.rooms;
        secure.clients = it.ers.clients;
        secure.last = 1000;

        const url = `${suite.nginx.url}/strict/evowrtcclient.html`;
        const told = [];
        const player = await view(
            opened, { ers: secure, room: it.room }, 'news',
            { ersOverSsl: 1 }, { url, ignoreHTTPSErrors: true });

        player.page.on('console', (m) => m.type() === 'error'
                       && told.push(m.text()));

        await player.plays();
        await player.page.reload();
        await player.plays();
        assert.deepStrictEqual(told, []);

        const suspicious = await view(
            opened, { ers: secure, room: it.room }, 'news',
            { ers: `https://${secure.address}` });

        await suspicious.says(/cannot be reached over TLS/);
    }));


test('whatever a rendezvous server says, the page stays whole', () =>
    using(async (opened) => {
        const texts = ['5:::{', '5:::{"name":"message","args":[null]}',
                       '5:::{"name":"message","args":[{"type":"offer",'
                       + '"payload":{"sdp":"v=1"}}]}',
                       '5:::{"name":"stunservers","args":[{"a":1}]}',
                       '5:::{"name":"turnservers","args":[[{"url":"turn:x"},'
                       + 'null,7,{"url":"http://a"}]]}',
                       '5:::{"name":"remove","args":[{}]}', '6:::1',
                       '6:::1+[null]', '6:::2+{', '9:::', '', '5:::null',
                       '5:::{"name":"constructor","args":[]}',
                       `5:::{"name":"x","args":["${'y'.repeat(300000)}"]}`];

        const it = await roomOf(opened);

        for (const text of texts) {
            it.ers.options.at = { join: (client, { options }) => {
                if (options.EMS) {
                    return false;
                }

                client.send(text);
                it.ers.options.at = {};
                return false;
            } };

            await it.ers.media(it.room);

            const player = await view(opened, it, 'news');

            await player.plays({ frames: 2 }).catch((e) => {
                e.message += ` after ${text.slice(0, 100)}`
                             + ` ${it.server.errors}`;
                throw e;
            });
            assert.deepStrictEqual(player.errors, [], text.slice(0, 100));
            await player.close();
        }
    }));


test('a rendezvous server that hangs or closes at each phase', () =>
    using(async (opened) => {
        const it = await roomOf(opened);
        const player = await view(opened, { ...it, room: 'none' }, 'news');

        await player.says(/No media server/);

        for (const phase of ['handshake', 'upgrade', 'open', 'join']) {

            /* its next socket is there: it is the player's turn alone */

            await it.ers.media(it.room);

            it.ers.options.at = {
                ...instead(phase, 'close'),
                ...phase === 'handshake' && instead('upgrade', 'close') };
            await player.page.goto(player.page.url()
                .replace('none', it.room));
            await player.says(/Trying again|Waiting/);
            it.ers.options.at = {};
            await player.plays();
        }
    }));


test('without a stream in its address the page asks for one', () =>
    using(async (opened) => {
        const it = await roomOf(opened);
        const player = await Player.open(opened, suite.browser, suite.nginx,
                                         { ers: it.ers.address });
        const { page } = player;

        await page.getByLabel('Room').fill(it.room);
        await page.getByText(`'ersip=127.0.0.1 ersport=${it.ers.port}`
                             + ` roomid=${it.room}'`).waitFor();
        await page.getByLabel('Stream').fill('news');
        await page.getByRole('button', { name: 'Watch' }).click();
        await until('the address has changed', () => new URL(page.url())
            .searchParams.get('stream') === 'news');
        await player.plays();
    }));
