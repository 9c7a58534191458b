/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The gateway while workers come and go: reloads, the end of their time,
 * QUIT, USR1 and the death of a home, each with connections that carry data.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { request, RestPeer, Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { GatewayPeer } = require('../lib/gateway_peer');
const { Nginx, kill, KILLED } = require('../lib/nginx');
const { until, within } = require('../lib/poll');
const { using } = require('../lib/suite');


let made = 0;

const nameOf = (what) => `${what}-${++made}`;


async function start(opened, options = {}) {
    const nginx = await Nginx.start(await gateway({
        shutdownTimeout: '30s', ...options,
        main: ['webrtc_gateway_linger 5s;', 'webrtc_gateway_poll_timeout 2s;',
               'webrtc_peer_expire_timeout 1s;', ...options.main ?? []] }));

    opened.push({ close: () => nginx.gone || nginx.stop() });

    return nginx;
}


/* a program with a port and a socket of its own, and what it connects with */

async function program(opened, nginx) {
    const rest = await RestPeer.create(nginx.gatewayUrl, nameOf('program'));
    const udp = await Udp.open();

    opened.push(udp);
    await rest.peerEvent('OPEN');

    const { data_id: data, port } = await rest.must(201, 'POST', '/data', {});

    return { rest, udp, port, feed: { data_id: data },
             redirect: { ip_v4: '127.0.0.1', port: udp.port } };
}


/* REST to REST; the programs get the path of their connection */

async function join(from, to) {
    const { params } = await from.rest.must(202, 'POST', '/data/connections', {
        peer_id: from.rest.id, token: from.rest.token, target_id: to.rest.id,
        params: from.feed, redirect_params: from.redirect });
    const event = await to.rest.peerEvent('CONNECTION');

    from.path = `/data/connections/${params.data_connection_id}`;
    to.path = `/data/connections/${event.data_params.data_connection_id}`;

    await to.rest.must(200, 'PUT', to.path, {
        feed_params: to.feed, redirect_params: to.redirect });
}


let number = 0;

async function carries(from, to) {
    const text = `message ${++number}`;

    await until('the datagram has come', async () => {
        await from.udp.send(from.port, text);

        return to.udp.messages.some((m) => m.toString() === text);
    });
}


/* a page that a program has called */

async function page(opened, nginx, at) {
    const peer = await GatewayPeer.join(nginx, at.rest, nameOf('page'), {
        params: at.feed, redirect_params: at.redirect,
        options: { serialization: 'NONE' } });

    opened.push(peer);

    return peer;
}


async function talks(peer, at) {
    const text = Buffer.from(`words ${++number}`);

    await until('the page hears the program', async () => {
        await at.udp.send(at.port, text);

        return peer.heard(peer.label).some((m) => m.equals(text));
    });

    await peer.say(peer.label, text);
    await at.udp.receives('the words of the page', (m) => m.equals(text));
}


async function leave(...programs) {
    for (const { rest } of programs) {
        await rest.close();
        await rest.peerEvent('CLOSE');
    }
}


function descriptors(nginx) {
    return nginx.workers().reduce((sum, pid) =>
        sum + fs.readdirSync(`/proc/${pid}/fd`).length, 0);
}


test('connections go on over reloads, new ones reach old ones', () =>
    using(async (opened) => {
        const nginx = await start(opened);
        const [a, b, c] = [await program(opened, nginx),
                           await program(opened, nginx),
                           await program(opened, nginx)];

        await join(a, b);
        await carries(a, b);

        const called = await page(opened, nginx, c);

        await talks(called, c);

        for (let i = 0; i < 2; i++) {
            const now = await nginx.reload();

            await carries(a, b);
            await carries(b, a);
            await talks(called, c);

            /* who comes now is at a new worker, and can call the others */

            const [d, e, f] = [await program(opened, nginx),
                               await program(opened, nginx),
                               await program(opened, nginx)];

            await join(d, e);
            await carries(d, e);
            await join(f, a);
            await carries(f, a);

            const late = await page(opened, nginx, d);

            await talks(late, d);
            await late.close();
            await leave(d, e, f);
            await a.rest.event(`${a.path}/events`, 'CLOSE');

            assert.deepStrictEqual(nginx.workers(), now);
        }

        await called.close();
        await leave(a, b, c);
        await until('only two workers are left', () =>
            nginx.processes().length === 2, { timeout: 40000 });
    }));


test('one reload after the other leaves nothing', () =>
    using(async (opened) => {
        const nginx = await start(opened);
        const rests = [];

        const round = async () => {
            const [a, b] = [await program(opened, nginx),
                            await program(opened, nginx)];

            await join(a, b);
            await nginx.reload();
            await carries(a, b);
            rests.push(a, b);
        };

        await round();

        const before = descriptors(nginx);

        for (let i = 0; i < 4; i++) {
            await round();
        }

        for (let i = 0; i < rests.length; i += 2) {
            await carries(rests[i], rests[i + 1]);
        }

        await leave(...rests);
        await until('the old workers have left', () =>
            nginx.processes().length === 2);
        await until('the descriptors are closed', () =>
            descriptors(nginx) <= before + 2);
    }));


test('when the time of a worker is over, all hear of the end', () =>
    using(async (opened) => {
        const nginx = await start(opened, { shutdownTimeout: '2s' });
        const [a, b, c] = [await program(opened, nginx),
                           await program(opened, nginx),
                           await program(opened, nginx)];

        await join(a, b);
        await carries(a, b);

        const called = await page(opened, nginx, c);

        await talks(called, c);
        await nginx.reload();
        await carries(a, b);

        /* at connections and peers alike: an event, then 404 */

        const last = async (rest, where) => {
            const names = [];

            for ( ; ; ) {
                const res = await rest.request('GET', where);

                if (res.status === 404 || res.status === 503) {
                    return names;
                }

                assert.ok([200, 408].includes(res.status), res.text);

                if (res.status === 200) {
                    names.push(res.json.event);
                }
            }
        };

        const heard = await within('the end', Promise.all(
            [a, b, c].map(({ rest }) => last(rest, `/peers/${rest.id}/events`
                                             + rest.query))), 15000);

        for (const names of heard) {
            assert.ok(names.includes('ERROR') || names.includes('CLOSE'),
                      names.join());
        }

        await until('the old workers have left', () =>
            nginx.processes().length === 2);

        /* their ids and ports are free */

        for (const { rest, port } of [a, b, c]) {
            const again = await RestPeer.create(nginx.gatewayUrl, rest.id);

            await again.close();
            assert.ok(port);
        }

        await until('all ports are free', async () => {
            const ids = [];

            for ( ; ; ) {
                const res = await request(nginx.gatewayUrl, 'POST', '/data',
                                          {});

                if (res.status !== 201) {
                    break;
                }

                ids.push(res.json.data_id);
            }

            for (const id of ids) {
                await request(nginx.gatewayUrl, 'DELETE', `/data/${id}`);
            }

            assert.strictEqual(ids.length, 40);

            return true;
        });
    }));


test('QUIT tells those who poll', () => using(async (opened) => {
    const nginx = await start(opened, { shutdownTimeout: '2s' });
    const [a, b] = [await program(opened, nginx),
                    await program(opened, nginx)];

    await join(a, b);
    await carries(a, b);

    const polls = [a, b].map(({ rest }) => rest.request(
        'GET', `/peers/${rest.id}/events${rest.query}`));
    const called = await page(opened, nginx, a);

    await talks(called, a);

    for (const res of await Promise.all(polls)) {
        assert.ok([200, 408].includes(res.status));
    }

    const last = [a, b].map(({ rest }) => rest.request(
        'GET', `/peers/${rest.id}/events${rest.query}`));

    await carries(a, b);
    await nginx.stop('SIGQUIT');

    for (const res of await Promise.all(last)) {
        assert.ok([200, 408].includes(res.status), `${res.status}`);
    }
}));


test('USR1 changes nothing but the log', () => using(async (opened) => {
    const nginx = await start(opened);
    const [a, b] = [await program(opened, nginx),
                    await program(opened, nginx)];
    const log = path.join(nginx.prefix, 'error.log');

    await join(a, b);
    await carries(a, b);

    fs.renameSync(log, `${log}.1`);
    kill(nginx.master, 'SIGUSR1');

    await until('there is a new log', () => fs.existsSync(log));
    await carries(b, a);
    await leave(a, b);
}));


test('the death of a home: the other side is told, all is free again', () =>
    using(async (opened) => {
        const nginx = await start(opened, {
            allow: KILLED });
        const pairs = [];

        /* so many that some live at both workers, some at one */

        for (let i = 0; i < 6; i++) {
            const [a, b] = [await program(opened, nginx),
                            await program(opened, nginx)];

            await join(a, b);
            await carries(a, b);
            pairs.push([a, b]);
        }

        kill(nginx.workers()[0], 'SIGKILL');

        const state = async ({ rest, path: where }) => {
            const { status } = await rest.request('GET', `/peers/${rest.id}`
                                                  + `/status${rest.query}`);

            assert.ok([200, 404].includes(status), `${status}`);

            if (status === 404) {
                return 'gone';
            }

            const res = await rest.request('GET', `${where}/status`);

            return res.status === 200 && res.json.open ? 'open' : 'closed';
        };

        const states = await until('every pair is there or is told', async () => {
            const all = [];

            for (const pair of pairs) {
                const both = await Promise.all(pair.map(
                    (p) => state(p).catch(() => 'unknown')));

                all.push(both.sort().join());
            }

            assert.ok(all.every((s) => ['open,open', 'closed,gone',
                                        'gone,gone'].includes(s)),
                      all.join(' '));

            return all;
        });

        assert.ok(states.some((s) => s !== 'open,open'), states.join(' '));

        for (const pair of pairs) {
            for (const p of pair) {
                const one = await state(p);

                if (one === 'open') {
                    await carries(pair[0], pair[1]);

                } else if (one === 'closed') {
                    await p.rest.event(`${p.path}/events`, 'CLOSE');

                } else {
                    const again = await RestPeer.create(nginx.gatewayUrl,
                                                        p.rest.id);

                    await again.close();
                }
            }
        }
    }));
