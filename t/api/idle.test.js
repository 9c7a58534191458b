/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A worker that is idle leaves its sockets unread for a while (the directive
 * "webrtc_idle_delay"): that it does, that nobody loses anything by it, and
 * that it ends when something is to be done.  Whether a socket rests can be
 * seen from outside: epoll does not know it then.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');

const { sleep, until } = require('../lib/poll');
const { channel, join, start, using } = require('../lib/suite');


const UDP = ['/proc/net/udp', '/proc/net/udp6'];

/* of consent, many times as often as a browser, ms */
const CHECKS = 10;

/* more than the worker waits for before it is idle, ms */
const WHILE = 1500;


function links(pid) {
    const dir = `/proc/${pid}/fd`;

    return fs.readdirSync(dir).flatMap((fd) => {
        try {
            return [{ fd, to: fs.readlinkSync(`${dir}/${fd}`) }];

        } catch {
            return [];                  /* closed by now */
        }
    });
}


/* The media socket of a worker is in none of its epolls. */

function rests(nginx, pid) {
    const port = nginx.options.udpPort.toString(16).toUpperCase()
        .padStart(4, '0');

    const inodes = new Set(UDP.flatMap((file) => fs.existsSync(file)
        ? fs.readFileSync(file, 'latin1').split('\n') : [])
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local]) => local?.endsWith(`:${port}`))
        .map((fields) => `socket:[${fields[9]}]`));

    const all = links(pid);
    const sockets = all.filter(({ to }) => inodes.has(to));
    const polled = all.filter(({ to }) => to === 'anon_inode:[eventpoll]')
        .flatMap(({ fd }) => fs.readFileSync(`/proc/${pid}/fdinfo/${fd}`,
                                             'latin1')
            .match(/(?<=^tfd:\s*)\d+/gm) ?? []);

    assert.ok(sockets.length > 0);

    return !sockets.some(({ fd }) => polled.includes(fd));
}


/* Two members of a channel who send no media, and checks all the time. */

async function idle(opened, main, more) {
    const nginx = await start(opened, { workers: 1, udpPorts: 1,
                                        main: ['webrtc_spread off;', main],
                                        ...more });
    const connect = { channel_id: channel(), video: false };
    const a = await join(opened, nginx, connect);
    const b = await join(opened, nginx, connect);

    a.keepAlive(CHECKS);
    b.keepAlive(CHECKS);

    return { nginx, a, b, pid: nginx.workers()[0], connect };
}


function untilItRests({ nginx, pid }) {
    return until('the socket rests', () => rests(nginx, pid));
}


async function speak(from, to, count) {
    const before = to.rtp.length;

    for (let i = 0; i < count; i++) {
        from.sequence = (from.sequence ?? 1000) + 1;
        from.sendRtp('audio', { sequence: from.sequence,
                                timestamp: 960 * from.sequence });
    }

    await until('all of it has come',
                () => to.rtp.length - before === count);
}


test('nothing is lost when media begin in an idle worker', () =>
    using(async (opened) => {
        const all = await idle(opened, 'webrtc_idle_delay 100ms;');
        const { a, b, nginx, pid } = all;

        await untilItRests(all);

        /* checks are answered meanwhile */

        const replies = a.replies.length;

        await until('more answers', () => a.replies.length > replies + 20);

        await speak(a, b, 50);
        await until('it is read at once', () => !rests(nginx, pid));
        await speak(b, a, 50);

        /* and when it is over, the same again */

        await untilItRests(all);
        await speak(a, b, 1);
    }));


test('a member who comes to an idle worker is set up', () =>
    using(async (opened) => {
        const all = await idle(opened, 'webrtc_idle_delay 100ms;');

        await untilItRests(all);

        const c = await join(opened, all.nginx, all.connect);

        await until('it is read at once', () => !rests(all.nginx, all.pid));

        await speak(c, all.a, 10);
        await speak(all.b, c, 10);
    }));


test('few datagrams are read as they come', () =>
    using(async (opened) => {
        const all = await idle(opened, 'webrtc_idle_delay 100ms;');

        await untilItRests(all);

        all.a.keepAlive(CHECKS * 100);
        all.b.keepAlive(CHECKS * 100);

        await until('it waits for the next', () => !rests(all.nginx,
                                                          all.pid));
    }));


test('an idle worker quits, and ends at its time those who stay', () =>
    using(async (opened) => {
        const all = await idle(opened, 'webrtc_idle_delay 100ms;',
                               { shutdownTimeout: '1s' });
        await untilItRests(all);
        await all.nginx.reload();

        await until('the old worker has gone',
                    () => !all.nginx.processes().includes(all.pid));
    }));


async function neverRests(opened, main) {
    const { nginx, pid, a } = await idle(opened, main);
    const end = Date.now() + WHILE;
    const replies = a.replies.length;

    while (Date.now() < end) {
        assert.ok(!rests(nginx, pid));
        await sleep(CHECKS);
    }

    assert.ok(a.replies.length > replies);
}


test('0 switches it off', () =>
    using((opened) => neverRests(opened, 'webrtc_idle_delay 0;')));


test('so does a clock that is coarser', () =>
    using((opened) => neverRests(opened, 'timer_resolution 150ms;'
                                         + ' webrtc_idle_delay 100ms;')));
