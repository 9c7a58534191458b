/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What no program of good will sends to the REST API: every request gets an
 * answer of the API's own form, and nothing stays behind.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { test } = require('node:test');

const { request, RestPeer, Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { Nginx } = require('../lib/nginx');
const { until } = require('../lib/poll');
const { RawSocket } = require('../lib/rawsocket');
const { serve, using } = require('../lib/suite');


const options = {
    main: ['webrtc_gateway_linger 1s;', 'webrtc_gateway_poll_timeout 1s;',
           'webrtc_peer_expire_timeout 500ms;',
           'webrtc_gateway_peer_connections 1000;',
           'webrtc_peer_discovery on;'],
    rest: 'client_body_timeout 2s; keepalive_timeout 2s;',
    gatewayPorts: 30,
};

const suite = serve(() => gateway(options));

let made = 0;

const base = () => suite.nginx.gatewayUrl;
const ask = (...args) => request(base(), ...args);
const create = (what = 'peer') => RestPeer.create(base(), `${what}-${++made}`);

const UUID = '00000000-0000-4000-8000-000000000000';


function inForm(res, what) {
    if (res.status === 204) {
        return;
    }

    assert.ok(res.json, `${what}: ${res.status} ${res.text.slice(0, 200)}`);

    if (res.status >= 400) {
        assert.match(res.json.command_type, /^[A-Z_]+$/, what);
        assert.ok(res.json.params.errors.length >= 1, what);

        for (const { field, message } of res.json.params.errors) {
            assert.strictEqual(typeof field, 'string');
            assert.strictEqual(typeof message, 'string');
        }
    }
}


/* the ids of all peers, of any kind, that the zone has */

async function listed(nginx = suite.nginx) {
    const res = await request(nginx.url, 'GET', '/api/apikeys/peerjs/clients/');

    assert.strictEqual(res.status, 200, res.text);

    return res.json;
}


/* how many ports can be had */

async function freePorts(nginx = suite.nginx) {
    const ids = [];

    for ( ; ; ) {
        const res = await request(nginx.gatewayUrl, 'POST', '/data', {});

        if (res.status !== 201) {
            assert.strictEqual(res.status, 503, res.text);
            break;
        }

        ids.push(res.json.data_id);
    }

    for (const id of ids) {
        await request(nginx.gatewayUrl, 'DELETE', `/data/${id}`);
    }

    return ids.length;
}


function descriptors(nginx) {
    return nginx.workers().reduce((sum, pid) =>
        sum + fs.readdirSync(`/proc/${pid}/fd`).length, 0);
}


function memory(nginx) {
    return nginx.workers().reduce((sum, pid) => sum + 1024 * Number(
        /RssAnon:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`,
                                                'utf8'))[1]), 0);
}


/* what each operation with a body is sent by good programs */

async function operations(opened) {
    const peer = await create();
    const other = await create('other');

    opened.push(peer, other);

    const data = await peer.must(201, 'POST', '/data', {});
    const video = await peer.must(201, 'POST', '/media', { is_video: true });
    const audio = await peer.must(201, 'POST', '/media',
                                  { is_video: false });
    const rtcp = await peer.must(201, 'POST', '/media/rtcp', {});

    for (const json of [data, video, audio, rtcp]) {
        keep(opened, json);
    }

    const at = { ip_v4: '127.0.0.1', port: 9 };

    const { params } = await peer.must(202, 'POST', '/data/connections', {
        peer_id: peer.id, token: peer.token, target_id: other.id,
        params: {} });

    const { call_params: call } = await (async () => {
        await other.must(202, 'POST', '/media/connections', {
            peer_id: other.id, token: other.token, target_id: peer.id,
            constraints: { video: false, audio: false } });

        return peer.peerEvent('CALL');
    })();

    const constraints = {
        video: true, videoReceiveEnabled: true, audio: false,
        audioReceiveEnabled: true,
        video_params: { band_width: 1500, codec: 'H264',
                        media_id: video.media_id, rtcp_id: rtcp.rtcp_id,
                        payload_type: 100, sampling_rate: 90000 },
        audio_params: { band_width: 0, codec: 'OPUS',
                        media_id: audio.media_id, payload_type: 111 },
    };

    const redirect = { video: at, video_rtcp: at, audio: at, audio_rtcp: at };

    return [
        ['POST', '/peers', { key: 'peerjs', domain: 'localhost', turn: true,
                             peer_id: `x-${++made}`,
                             credential: { timestamp: 1, ttl: 600,
                                           authToken: 'x' } }],
        ['POST', '/data', {}],
        ['POST', '/media', { is_video: true }],
        ['POST', '/media/rtcp', {}],
        ['POST', '/data/connections', {
            peer_id: peer.id, token: peer.token, target_id: other.id,
            options: { label: 'l', ordered: true, maxRetransmits: 1,
                       maxPacketLifeTime: 1, metadata: 'm',
                       serialization: 'BINARY',
                       dcInit: { ordered: true, maxRetransmits: 1,
                                 maxPacketLifeTime: 1, protocol: 'p',
                                 negotiated: true, id: 1, priority: 'low' } },
            params: { data_id: data.data_id }, redirect_params: at }],
        ['POST', '/media/connections', {
            peer_id: peer.id, token: peer.token, target_id: other.id,
            constraints: { ...constraints, metadata: 'm' },
            redirect_params: redirect }],
        ['PUT', `/data/connections/${params.data_connection_id}`, {
            feed_params: { data_id: data.data_id }, redirect_params: at }],
        ['POST', `/media/connections/${call.media_connection_id}/answer`, {
            constraints, redirect_params: redirect }],
        ['POST', `/media/connections/${call.media_connection_id}/pli`,
         { ...at }],
        ['PUT', `/peers/${peer.id}/credential${peer.query}`, {
            timestamp: 1, ttl: 600, authToken: 'x' }],
    ];
}


/* what was made is deleted when the test ends */

function keep(opened, json) {
    const { token, peer_id: id } = json?.params ?? {};
    const path = token ? `/peers/${encodeURIComponent(id)}?token=${token}`
        : json?.data_id ? `/data/${json.data_id}`
        : json?.media_id ? `/media/${json.media_id}`
        : json?.rtcp_id ? `/media/rtcp/${json.rtcp_id}` : undefined;

    if (path) {
        opened.push({ close: () => ask('DELETE', path) });
    }
}


/* every value in it, by its path */

function* leaves(value, path = []) {
    yield path;

    if (value && typeof value === 'object') {
        for (const key of Object.keys(value)) {
            yield* leaves(value[key], [...path, key]);
        }
    }
}


function replaced(value, [key, ...rest], by) {
    return key === undefined ? by
        : { ...value, [key]: replaced(value[key], rest, by) };
}


test('any value in any place', () => using(async (opened) => {
    const wrong = [null, true, 0, -1, 1.5, 65536, 2 ** 31, 1e300, '', 'x',
                   'y'.repeat(20000), '\0', '127.0.0.1', '::ffff:127.0.0.1',
                   `da-${UUID}`, `vi-${UUID}`, [], {}, [[]], ['x'],
                   { x: { y: 1 } }];

    for (const [method, path, body] of await operations(opened)) {
        for (const at of leaves(body)) {
            const all = await Promise.all(wrong.map((value) =>
                ask(method, path, replaced(body, at, value))));

            all.forEach((res, i) => {
                const what = `${method} ${path} ${at.join('.')} = `
                    + `${JSON.stringify(wrong[i]).slice(0, 40)}`;

                inForm(res, what);
                assert.ok(res.status < 500 || res.status === 503,
                          `${what}: ${res.status} ${res.text}`);

                keep(opened, res.json);
            });
        }
    }
}));


test('nothing remains of that', async () => {
    await until('no peer is listed', async () => !(await listed()).length);
    await until('all ports are free', async () => await freePorts() === 30);
});


test('bodies that are no JSON', () => using(async (opened) => {
    const bodies = [
        '{', '}', '[', '{"a":}', '{"a":1,}', "{'a':1}", 'nul', '{"a":1}x',
        '{"a":"\x01"}', '{"a":1e999999}', '{"a":' + '9'.repeat(5000) + '}',
        '{"a":"\\ud800"}', '{"\\u0000":1}', '[1,2]', '"x"', '1', 'true',
        '['.repeat(60000), '{"a":'.repeat(20000), '\0', '{"a":NaN}',
        '{"is_video":true,"is_video":false}', '\ufeff\ufeff{}',
        '{"key":"a","key":"b"}',
    ];

    for (const [method, path] of await operations(opened)) {
        for (const body of bodies) {
            const res = await ask(method, path, body);

            inForm(res, body.slice(0, 40));
            assert.ok([200, 201, 202, 400, 403].includes(res.status),
                      `${method} ${path} ${body.slice(0, 40)}: `
                      + `${res.status} ${res.text}`);

            keep(opened, res.json);
        }

        /* bytes that are no UTF-8 */

        const raw = await RawSocket.open(suite.nginx.options.gatewayPort);

        raw.write(Buffer.concat([
            Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: x\r\n`
                        + 'Connection: close\r\nContent-Length: 12\r\n\r\n'
                        + '{"key":"'), Buffer.from([0xff, 0xc0]),
            Buffer.from('"}')]));

        assert.match(await raw.rest(), /^HTTP\/1.1 [24]/);
    }
}));


test('ids and tokens of others', () => using(async (opened) => {
    const one = await create();
    const two = await create();

    opened.push(one, two);

    const { data_id: data } = await one.must(201, 'POST', '/data', {});
    const { params: { data_connection_id: connection } } = await one.must(
        202, 'POST', '/data/connections', {
            peer_id: one.id, token: one.token, target_id: two.id,
            params: {} });
    const uuid = connection.slice(3);

    /* the right number with the prefix of something else */

    for (const path of [`/data/${data.replace('da', 'vi')}`,
                        `/media/${data}`, `/media/rtcp/${data}`,
                        `/data/${data.toUpperCase()}`, `/data/${data}x`,
                        `/data/${data.slice(0, -1)}`, `/data/da-${uuid}`,
                        `/data/connections/mc-${uuid}`,
                        `/data/connections/${uuid}`,
                        `/data/connections/dc-${UUID}`,
                        `/media/connections/mc-${uuid}`,
                        `/media/connections/${connection}`,
                        `/data/connections/${one.token}`])
    {
        const res = await ask('DELETE', path);

        inForm(res, path);
        assert.strictEqual(res.status, 404, path);
    }

    /* every character of a token counts, also those that say where it is */

    for (const token of [two.token, uuid, UUID, '', '%00', 'x'.repeat(4000),
                         one.token.toUpperCase() + ' ',
                         ...Array.from(one.token, (c, i) =>
                             one.token.slice(0, i) + (c === '0' ? '1' : '0')
                             + one.token.slice(i + 1))
                             .filter((t) => t !== one.token)])
    {
        for (const [method, path] of [['DELETE', ''], ['GET', '/events'],
                                      ['GET', '/status']])
        {
            const res = await ask(method, `/peers/${one.id}${path}?token=`
                                  + encodeURIComponent(token));

            inForm(res, token);
            assert.ok([400, 403, 404].includes(res.status),
                      `${token} ${res.status} ${res.text}`);
        }
    }

    /* a connection in the name of somebody else */

    for (const path of ['/data/connections', '/media/connections']) {
        assert.strictEqual((await ask('POST', path, {
            peer_id: one.id, token: two.token, target_id: two.id,
            constraints: { video: false, audio: false } })).status, 403);
    }

    await one.must(200, 'GET', `/peers/${one.id}/status${one.query}`);
    await one.must(204, 'DELETE', `/data/${data}`);
}));


test('paths that are none', () => using(async (opened) => {
    const one = await create('%2F/\u00e4');

    opened.push({ close: () => ask('DELETE',
        `/peers/${encodeURIComponent(one.id)}${one.query}`) });

    const id = encodeURIComponent(one.id);

    assert.strictEqual((await ask('GET',
                                  `/peers/${id}/status${one.query}`)).status,
                       200);

    for (const path of [`/peers/${one.id.replaceAll('%2F', '/')}/status`,
                        '/peers/%00/status', '/peers/a%00b/status',
                        '/peers/%2e%2e/status', '/peers/../status',
                        '/peers//status', '//peers/x/status', '/peers/%/status',
                        '/peers/%zz/status', '/peers/%ff%fe/status',
                        `/peers/${'x'.repeat(5000)}/status`,
                        '/data/connections/%2F/status',
                        '/data/da-%00', '/media/rtcp/%25', '/%2Fpeers',
                        '/peers%2Fx', '/data/connections//events'])
    {
        const raw = await RawSocket.open(suite.nginx.options.gatewayPort);

        raw.write(`GET ${encodeURI(path).replaceAll('%25', '%')}${one.query}`
                  + ' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
        assert.match(await raw.rest(), /^HTTP\/1.1 4\d\d/, path);
    }

    /* longer than nginx takes */

    for (const length of [1 << 20, 40000, 8000]) {
        const raw = await RawSocket.open(suite.nginx.options.gatewayPort);

        raw.write(`GET /peers/${'x'.repeat(length)}/events?token=x HTTP/1.1`
                  + '\r\nHost: x\r\nConnection: close\r\n\r\n');
        assert.match(await raw.rest(), /^(HTTP\/1.1 4\d\d|$)/);
    }
}));


test('chunked, pipelined and slow requests', () => using(async (opened) => {
    const port = suite.nginx.options.gatewayPort;
    const body = '{"is_video":true}';

    /* chunks of one byte */

    const chunked = await RawSocket.open(port);

    opened.push(chunked);
    chunked.write('POST /media HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'
                  + 'Transfer-Encoding: chunked\r\n\r\n');

    for (const c of body) {
        chunked.write(`1\r\n${c}\r\n`);
    }

    chunked.write('0\r\n\r\n');

    const answer = await chunked.rest();

    assert.match(answer, /^HTTP\/1.1 201/);
    await ask('DELETE', `/media/${/vi-[0-9a-f-]+/.exec(answer)[0]}`);

    /* chunks without end, and with lies about their size */

    for (const chunk of ['ffffffffffffffff\r\nx', 'x\r\n', '-1\r\nx']) {
        const raw = await RawSocket.open(port);

        raw.write('POST /media HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:'
                  + ` chunked\r\n\r\n${chunk}`);
        assert.match(await raw.rest(), /^(HTTP\/1.1 4\d\d|$)/);
    }

    const long = await RawSocket.open(port);

    opened.push(long);
    long.write('POST /media HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:'
               + ' chunked\r\n\r\n');

    for (let i = 0; i < 30 && !long.isEnded; i++) {
        long.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
    }

    await until('it is refused', () => /^HTTP\/1.1 413/.test(long.data));

    /* a hundred at once; those after a poll wait for it */

    const peer = await create();

    opened.push(peer);
    await peer.peerEvent('OPEN');

    const piped = await RawSocket.open(port);

    opened.push(piped);

    const line = (path, more = '') => `GET /peers/${peer.id}/${path}`
        + `${peer.query} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

    piped.write(line('status').repeat(50) + line('events')
                + line('status').repeat(48)
                + line('status', 'Connection: close\r\n'));

    const text = await piped.rest();

    assert.strictEqual(text.match(/HTTP\/1.1 200 /g).length, 99);
    assert.strictEqual(text.match(/HTTP\/1.1 408 /g).length, 1);

    /* a body that never comes */

    const slow = await RawSocket.open(port);

    opened.push(slow);
    slow.write('POST /data HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n'
               + '{');
    assert.match(await slow.rest(), /^(HTTP\/1.1 408|$)/);

    /* and one that is cut off */

    for (let i = 0; i < 50; i++) {
        const cut = await RawSocket.open(port);

        cut.write('POST /data HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n'
                  + '\r\n{');
        cut.close();
    }

    assert.strictEqual(await freePorts(), 30);
}));


/* a data connection between two new peers, fed from a port of its own */

async function pair(nginx, opened, i) {
    const caller = await RestPeer.create(nginx.gatewayUrl, `caller-${i}`);
    const callee = await RestPeer.create(nginx.gatewayUrl, `callee-${i}`);

    opened.push(caller, callee);

    const { data_id: data } = await caller.must(201, 'POST', '/data', {});

    const { params } = await caller.must(202, 'POST', '/data/connections', {
        peer_id: caller.id, token: caller.token, target_id: callee.id,
        params: { data_id: data } });

    return `/data/connections/${params.data_connection_id}`;
}


test('peers and connections that come and go leave nothing', () =>
    using(async (opened) => {
        const nginx = await Nginx.start(await gateway({
            ...options, gatewayPorts: 40,
            main: ['webrtc_gateway_linger 200ms;',
                   'webrtc_peer_discovery on;'] }));

        opened.push({ close: () => nginx.stop() });

        const round = async (n) => {
            for (let i = 0; i < n; i += 10) {
                const peers = [];

                await Promise.all(Array.from({ length: 10 }, (_, k) =>
                    pair(nginx, peers, i + k)));
                await Promise.all(peers.map((peer) => peer.close()));
            }

            await until('no peer is listed', async () =>
                (await listed(nginx)).length === 0);
            await until('all ports are free', async () =>
                await freePorts(nginx) === 40);
        };

        await round(200);

        const before = [descriptors(nginx), memory(nginx)];

        await round(800);

        await until('the descriptors are closed', () =>
            descriptors(nginx) <= before[0]);

        const grown = memory(nginx) - before[1];

        assert.ok(grown < 3 << 20, `${grown} bytes more`);
    }));


test('each limit has its error, and only that is refused', () =>
    using(async (opened) => {
        const nginx = await Nginx.start(await gateway({
            ...options, workers: 1, main: [
                'webrtc_gateway_max_peers 100;', 'webrtc_gateway_linger 300ms;',
                'webrtc_gateway_peer_connections 8;',
                'webrtc_gateway_max_links 400;',
                'webrtc_gateway_max_events 10;',
                'webrtc_peer_waiting 10000;',
                'webrtc_gateway_poll_timeout 1s;',
                'webrtc_peer_discovery on;'] }));

        opened.push({ close: () => nginx.stop() });

        const api = nginx.gatewayUrl;
        const peers = await Promise.all(Array.from({ length: 100 }, (_, i) =>
            RestPeer.create(api, `p${i}`)));

        const more = await request(api, 'POST', '/peers', {
            key: 'peerjs', domain: 'localhost', peer_id: 'more' });

        inForm(more, 'peers');
        assert.strictEqual(more.status, 503);
        assert.strictEqual(more.json.command_type, 'PEERS_CREATE');

        /* 100 peers that want 8 connections each, half of them outgoing */

        const count = {};

        await Promise.all(peers.map(async (peer, i) => {
            for (let k = 1; k <= 9; k++) {
                const res = await peer.request('POST', '/data/connections', {
                    peer_id: peer.id, token: peer.token,
                    target_id: peers[(i + k) % 100].id, params: {} });

                inForm(res, 'connection');
                count[res.status] = (count[res.status] ?? 0) + 1;

                if (res.status === 503) {
                    assert.strictEqual(res.json.command_type,
                                       'DATA_CONNECTION_CREATE');
                }
            }
        }));

        assert.deepStrictEqual(Object.keys(count).sort(), ['202', '503']);

        /* the queue holds the last ones */

        const names = [];

        for ( ; ; ) {
            const res = await peers[0].request('GET', `/peers/p0/events`
                                               + peers[0].query);

            if (res.status === 408) {
                break;
            }

            names.push(res.json.event);
        }

        assert.ok(names.length <= 10, `${names.length} events`);

        await Promise.all(peers.map((peer) => peer.close()));

        await until('there is room again', async () =>
            (await request(api, 'POST', '/peers', {
                key: 'peerjs', domain: 'localhost', peer_id: 'more' }))
                .status === 201);

        assert.deepStrictEqual(await listed(nginx), ['more']);
    }));


test('connections of both workers are fed, REST to REST', () =>
    using(async (opened) => {
        const to = await Udp.open();
        const from = await Udp.open();

        opened.push(to, from);

        /* so many peers that both workers have some */

        const caller = await create('caller');
        const { data_id: data, port } = await caller.must(201, 'POST',
                                                          '/data', {});
        const sinks = [];

        opened.push(caller);

        for (let i = 0; i < 5; i++) {
            const callee = await create('callee');
            const sink = await Udp.open();

            opened.push(callee, sink);
            await caller.must(202, 'POST', '/data/connections', {
                peer_id: caller.id, token: caller.token,
                target_id: callee.id, params: { data_id: data } });

            const { data_params: at } = await callee.peerEvent('CONNECTION');

            await callee.must(200, 'PUT', '/data/connections/'
                + at.data_connection_id, {
                redirect_params: { ip_v4: '127.0.0.1', port: sink.port } });

            sinks.push(sink);
        }

        await until('all hear it', async () => {
            await from.send(port, 'are you there');

            return sinks.every((sink) => sink.messages.length);
        });

        /* a thousand of a kilobyte: each gets every byte of it */

        for (let i = 0; i < 1000; i++) {
            const message = Buffer.alloc(1000, 'm');

            message.writeUInt32BE(i);
            await from.send(port, message);

            if (i % 50 === 49) {
                await until('they keep up', () => sinks.every((sink) =>
                    sink.messages.filter((m) => m.length === 1000).length
                    === i + 1), { every: 5 });
            }
        }
    }));
