/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Connections between programs, as their sample programs make them: data and
 * media over UDP both ways, in both orders of the steps, over two workers.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { RestPeer, Udp } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { until } = require('../lib/poll');
const { serve, using } = require('../lib/suite');


const suite = serve(() => gateway({
    brokers: false,
    main: ['webrtc_gateway_linger 5s;', 'webrtc_gateway_poll_timeout 2s;',
           'webrtc_peer_expire_timeout 500ms;'],
}));

let made = 0;

const base = () => `http://127.0.0.1:${suite.nginx.options.gatewayPort}`;


function create(opened, what = 'peer') {
    return RestPeer.create(base(), `${what}-${++made}`).then((peer) => {
        opened.push(peer);
        return peer;
    });
}


function udp(opened, address) {
    return Udp.open(address).then((socket) => {
        opened.push(socket);
        return socket;
    });
}


const at = (socket) => ({ ip_v4: '127.0.0.1', port: socket.port });

const port = (peer, path, body = {}) => peer.must(201, 'POST', path, body);


/* POST /data/connections; the id of the connection */

async function connect(peer, target, more = {}) {
    const res = await peer.must(202, 'POST', '/data/connections', {
        peer_id: peer.id, token: peer.token, target_id: target, params: {},
        ...more });

    assert.strictEqual(res.command_type, 'PEERS_CONNECT');

    return `/data/connections/${res.params.data_connection_id}`;
}


async function connected(peer) {
    const event = await peer.peerEvent('CONNECTION');

    assert.deepStrictEqual(event.params, { peer_id: peer.id,
                                           token: peer.token });

    return `/data/connections/${event.data_params.data_connection_id}`;
}


async function call(peer, target, constraints, redirects) {
    const res = await peer.must(202, 'POST', '/media/connections', {
        peer_id: peer.id, token: peer.token, target_id: target, constraints,
        ...redirects && { redirect_params: redirects } });

    assert.strictEqual(res.command_type, 'PEERS_CALL');

    return `/media/connections/${res.params.media_connection_id}`;
}


async function called(peer) {
    const event = await peer.peerEvent('CALL');

    return `/media/connections/${event.call_params.media_connection_id}`;
}


/* RTP: a key frame of VP8, or whatever audio */

function rtp(pt, seq, ssrc, video) {
    const packet = Buffer.alloc(video ? 60 : 40, 0x55);

    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(0x80 | pt, 1);
    packet.writeUInt16BE(seq, 2);
    packet.writeUInt32BE(seq * 960, 4);
    packet.writeUInt32BE(ssrc, 8);

    if (video) {
        Buffer.from('105002009d012a4001f000', 'hex').copy(packet, 12);
    }

    return packet;
}


const isRtp = (pt) => (data) => data.length > 12
    && (data[1] & 0x7f) === pt && data[1] !== 200 && data[1] !== 201;


/* whether a compound packet holds RTCP of this type */

const hasRtcp = (type) => (data) => {
    for (let at = 0; at + 4 <= data.length;
         at += 4 * (data.readUInt16BE(at + 2) + 1))
    {
        if (data[at + 1] === type) {
            return true;
        }
    }

    return false;
};


async function ready(peer, path) {
    await peer.event(`${path}/events`, 'READY');
    await peer.event(`${path}/events`, 'STREAM');
}


test('data as in the samples: feed and redirect first, then both ways', () =>
    using(async (opened) => {
        const [from, to] = [await udp(opened), await udp(opened)];
        const caller = await create(opened, 'caller');
        const callee = await create(opened, 'callee');

        const a = await port(caller, '/data');
        const b = await port(callee, '/data');

        const path = await connect(caller, callee.id, {
            params: { data_id: a.data_id }, redirect_params: at(from),
            options: { metadata: 'meta', serialization: 'BINARY' } });

        const other = await connected(callee);

        await caller.event(`${path}/events`, 'OPEN');
        await callee.event(`${other}/events`, 'OPEN');

        assert.deepStrictEqual(
            await callee.must(200, 'PUT', other, {
                feed_params: { data_id: b.data_id },
                redirect_params: at(to) }),
            { command_type: 'DATA_CONNECTION_PUT', data_id: b.data_id });

        await until('data goes there', async () => {
            await from.send(a.port, 'hi');
            return to.messages.some((m) => m.toString() === 'hi');
        });

        await to.send(b.port, 'there');
        await from.receives('the answer', (m) => m.toString() === 'there');

        const status = await callee.must(200, 'GET', `${other}/status`);

        assert.deepStrictEqual(Object.keys(status).sort(), [
            'buffersize', 'label', 'metadata', 'open', 'reliable',
            'remote_id', 'serialization', 'type']);
        assert.strictEqual(status.remote_id, caller.id);
        assert.strictEqual(status.metadata, 'meta');
        assert.strictEqual(status.serialization, 'BINARY');
        assert.strictEqual(status.open, true);
        assert.strictEqual(status.type, 'DATA');

        /* from any socket, of any size */

        const stranger = await udp(opened);

        for (const size of [1, 1500, 9000, 65507]) {
            await stranger.send(a.port, Buffer.alloc(size, size & 0xff));
            await to.receives(`${size} bytes`, (m) => m.length === size);
        }

        await caller.must(204, 'DELETE', path);
        await caller.event(`${path}/events`, 'CLOSE');
        await callee.event(`${other}/events`, 'CLOSE');

        for (const id of [a.data_id, b.data_id]) {
            await caller.must(404, 'DELETE', `/data/${id}`);
        }
    }));


test('data as in the hands-on: PUT right after CONNECTION', () =>
    using(async (opened) => {
        const to = await udp(opened);
        const caller = await create(opened, 'caller');
        const callee = await create(opened, 'callee');
        const a = await port(caller, '/data');

        /* the first datagrams come before there is somewhere to go */

        const path = await connect(caller, callee.id,
                                   { params: { data_id: a.data_id } });

        await caller.event(`${path}/events`, 'OPEN');
        await to.send(a.port, 'early');

        const other = await connected(callee);
        const put = await callee.must(200, 'PUT', other,
                                      { redirect_params: at(to) });

        assert.strictEqual(put.data_id, undefined);

        await until('data goes there', async () => {
            await to.send(a.port, 'late');
            return to.messages.some((m) => m.toString() === 'late');
        });

        await callee.event(`${other}/events`, 'OPEN');

        /* from the other side */

        await callee.must(204, 'DELETE', other);
        await caller.event(`${path}/events`, 'CLOSE');

        const status = await caller.must(200, 'GET', `${path}/status`);

        assert.strictEqual(status.open, false);

        await caller.must(403, 'PUT', path, {});
        await caller.must(204, 'DELETE', path);
        await caller.must(404, 'DELETE', path);
        await caller.must(404, 'GET', `${path}/events`);
        await caller.must(404, 'GET', `${path}/status`);
    }));


test('one port feeds several connections', () => using(async (opened) => {
    const caller = await create(opened, 'caller');
    const a = await port(caller, '/data');
    const sinks = [];

    for (let i = 0; i < 4; i++) {
        const to = await udp(opened);
        const callee = await create(opened, 'callee');

        await connect(caller, callee.id, { params: { data_id: a.data_id } });

        const other = await connected(callee);

        await callee.must(200, 'PUT', other, { redirect_params: at(to) });
        sinks.push({ to, callee, other });
    }

    await until('all get it', async () => {
        await sinks[0].to.send(a.port, 'x');

        return sinks.every(({ to }) => to.messages.length);
    });

    await caller.must(403, 'DELETE', `/data/${a.data_id}`);

    for (const { callee, other } of sinks) {
        await callee.must(204, 'DELETE', other);
    }

    await until('the port goes with the last of them', async () =>
        (await caller.request('DELETE', `/data/${a.data_id}`)).status === 404);
}));


test('who is called need not be there yet', () => using(async (opened) => {
    const caller = await create(opened, 'caller');
    const path = await connect(caller, `callee-${made + 1}`);
    const callee = await create(opened, 'callee');

    const other = await connected(callee);

    await caller.event(`${path}/events`, 'OPEN');
    await callee.event(`${other}/events`, 'OPEN');
}));


test('who is not there is told of', () => using(async (opened) => {
    const caller = await create(opened, 'caller');

    for (const path of [await connect(caller, 'nobody'),
                        await call(caller, 'nobody',
                                   { video: false, audio: false })])
    {
        const error = await caller.event(`${path}/events`, 'ERROR');

        assert.strictEqual(error.error_message, 'PEER_UNAVAILABLE');
        await caller.event(`${path}/events`, 'CLOSE');
    }
}));


test('DELETE of a peer ends everything it has', () =>
    using(async (opened) => {
        const caller = await create(opened, 'caller');
        const callee = await create(opened, 'callee');
        const a = await port(caller, '/data');
        const unused = await port(caller, '/data');

        const path = await connect(caller, callee.id,
                                   { params: { data_id: a.data_id } });
        const other = await connected(callee);
        const closed = callee.event(`${other}/events`, 'CLOSE');

        await caller.close();
        await closed;
        await caller.event(`${path}/events`, 'CLOSE');
        await caller.peerEvent('CLOSE');

        await callee.must(404, 'DELETE', `/data/${a.data_id}`);
        await callee.must(204, 'DELETE', `/data/${unused.data_id}`);
    }));


test('media as in the samples, both ways, with RTCP and a key frame', () =>
    using(async (opened) => {
        const sides = [];

        for (const name of ['caller', 'callee']) {
            const side = { peer: await create(opened, name) };

            for (const what of ['video', 'video_rtcp', 'audio',
                                'audio_rtcp'])
            {
                side[what] = await udp(opened);
            }

            side.ports = {
                video: await port(side.peer, '/media', { is_video: true }),
                audio: await port(side.peer, '/media', { is_video: false }),
                video_rtcp: await port(side.peer, '/media/rtcp'),
                audio_rtcp: await port(side.peer, '/media/rtcp'),
            };

            side.redirects = { video: at(side.video), audio: at(side.audio),
                               video_rtcp: at(side.video_rtcp),
                               audio_rtcp: at(side.audio_rtcp) };

            /* the two do not agree on numbers */

            side.pt = name === 'caller' ? { video: 96, audio: 111 }
                : { video: 100, audio: 97 };

            side.constraints = {
                video: true, audio: true, videoReceiveEnabled: true,
                audioReceiveEnabled: true, metadata: { who: name },
                video_params: { band_width: 1500, codec: 'VP8',
                                media_id: side.ports.video.media_id,
                                rtcp_id: side.ports.video_rtcp.rtcp_id,
                                payload_type: side.pt.video,
                                sampling_rate: 90000 },
                audio_params: { band_width: 1500, codec: 'opus',
                                media_id: side.ports.audio.media_id,
                                rtcp_id: side.ports.audio_rtcp.rtcp_id,
                                payload_type: side.pt.audio,
                                sampling_rate: 48000 },
            };

            sides.push(side);
        }

        const [a, b] = sides;

        a.path = await call(a.peer, b.peer.id, a.constraints, a.redirects);
        b.path = await called(b.peer);

        /* a poll before the answer, a status before it is open */

        const streams = ready(b.peer, b.path);
        const status = await b.peer.must(200, 'GET', `${b.path}/status`);

        assert.deepStrictEqual(status, { remote_id: a.peer.id, open: false,
                                         metadata: '{"who":"caller"}' });

        const answer = await b.peer.must(202, 'POST', `${b.path}/answer`, {
            constraints: b.constraints, redirect_params: b.redirects });

        assert.deepStrictEqual(answer, {
            command_type: 'MEDIA_CONNECTION_ANSWER',
            params: { video_id: b.ports.video.media_id,
                      audio_id: b.ports.audio.media_id } });

        await streams;
        await ready(a.peer, a.path);

        assert.strictEqual((await a.peer.must(200, 'GET', `${a.path}/status`))
            .open, true);

        await b.peer.must(403, 'POST', `${b.path}/answer`,
                          { constraints: b.constraints });

        for (const [from, to, ssrc] of [[a, b, 1000], [b, a, 2000]]) {
            for (const kind of ['video', 'audio']) {
                for (let i = 0; i < 50; i++) {
                    await from[kind].send(from.ports[kind].port,
                                          rtp(from.pt[kind], 100 + i,
                                              ssrc, kind === 'video'));
                }

                await until(`${kind} arrives with the receiver's number`,
                            () => to[kind].messages.filter(
                                isRtp(to.pt[kind])).length >= 50);

                assert.ok(to[kind].messages.every(isRtp(to.pt[kind])));
            }

            /* a sender report as it is */

            const sr = Buffer.alloc(28);

            sr.writeUInt32BE(0x80c80006, 0);
            sr.writeUInt32BE(ssrc, 4);

            await from.video_rtcp.send(from.ports.video_rtcp.port, sr);
            await to.video_rtcp.receives('a sender report',
                                         hasRtcp(200));
        }

        /* a key frame of what comes to this address */

        assert.deepStrictEqual(
            await b.peer.must(201, 'POST', `${b.path}/pli`, at(b.video)), {});
        await a.video_rtcp.receives('a request for a key frame',
                                    hasRtcp(206));

        await b.peer.must(201, 'POST', `${b.path}/pli`, at(b.audio));
        await b.peer.must(400, 'POST', `${b.path}/pli`, at(a.video));
        await b.peer.must(400, 'POST', `${b.path}/pli`, { port: 1 });

        for (const [path, id] of [['/media', a.ports.video.media_id],
                                  ['/media', a.ports.audio.media_id],
                                  ['/media/rtcp',
                                   a.ports.video_rtcp.rtcp_id]])
        {
            await a.peer.must(403, 'DELETE', `${path}/${id}`);
        }

        await a.peer.must(204, 'DELETE', a.path);
        await a.peer.event(`${a.path}/events`, 'CLOSE');
        await b.peer.event(`${b.path}/events`, 'CLOSE');

        await a.peer.must(404, 'DELETE',
                          `/media/${a.ports.video.media_id}`);
        await b.peer.must(404, 'DELETE',
                          `/media/rtcp/${b.ports.audio_rtcp.rtcp_id}`);
    }));


test('media in one direction', () => using(async (opened) => {
    const a = await create(opened, 'caller');
    const b = await create(opened, 'callee');
    const video = await port(a, '/media', { is_video: true });
    const to = await udp(opened);

    const path = await call(a, b.id, {
        video: true, videoReceiveEnabled: false, audio: false,
        audioReceiveEnabled: false,
        video_params: { band_width: 0, codec: 'VP8',
                        media_id: video.media_id } });

    const other = await called(b);

    await b.must(202, 'POST', `${other}/answer`, {
        constraints: { video: false, audio: false,
                       videoReceiveEnabled: true },
        redirect_params: { video: at(to) } });

    await ready(a, path);
    await ready(b, other);

    await to.send(video.port, rtp(96, 1, 5, true));
    await to.receives('video', isRtp(96));

    /* another payload type than was declared is not passed on, but said */

    await to.send(video.port, rtp(97, 2, 5, true));
    await to.send(video.port, rtp(96, 3, 5, true));
    await to.receives('video', isRtp(96));
    assert.strictEqual(to.messages.length, 0);

    const error = await a.event(`${path}/events`, 'ERROR');

    assert.strictEqual(error.error_message, 'WRONG_VIDEO_PAYLOAD_TYPE');
}));


test('who names no codec gets what is sent, as it is', () =>
    using(async (opened) => {
        const a = await create(opened, 'caller');
        const b = await create(opened, 'callee');
        const audio = await port(a, '/media', { is_video: false });
        const to = await udp(opened);

        const path = await call(a, b.id, {
            video: false, audio: true, audioReceiveEnabled: false,
            audio_params: { band_width: 0, codec: 'G711', payload_type: 97,
                            media_id: audio.media_id } });

        const other = await called(b);

        await b.must(202, 'POST', `${other}/answer`, {
            constraints: { video: false, audio: false,
                           audioReceiveEnabled: true },
            redirect_params: { audio: at(to) } });

        await ready(a, path);
        await ready(b, other);

        await to.send(audio.port, rtp(97, 1, 5, false));
        await to.receives('audio', isRtp(97));
    }));


test('what is wrong with an answer', () => using(async (opened) => {
    const a = await create(opened, 'caller');
    const b = await create(opened, 'callee');
    const video = await port(b, '/media', { is_video: true });

    await call(a, b.id, { video: false, audio: false });

    const other = await called(b);
    const answer = (constraints, redirects) => b.request(
        'POST', `${other}/answer`, { constraints,
                                     redirect_params: redirects });

    const params = { band_width: 1500, codec: 'H264',
                     media_id: video.media_id };

    await b.must(204, 'DELETE', `/media/${video.media_id}`);

    const tries = [
        [{ video: true, audio: false }, {}, 400, 'video_params'],
        [{ video: true, audio: false, video_params: params }, {}, 400,
         'media_id'],
        [{ video: true, audio: false,
           video_params: { ...params, codec: 'Theora' } }, {}, 400,
         'video_params'],
        [{ video: false, audio: false }, { video: { ip_v4: '192.0.2.1',
                                                    port: 9 } },
         403, 'redirect_params'],
        [{ video: false, audio: false },
         { video: { ip_v4: '127.0.0.1',
                    port: suite.nginx.options.udpPort } },
         403, 'redirect_params'],
        [{ video: false, audio: false }, { audio: { ip_v6: 'x', port: 9 } },
         400, 'redirect_params'],
    ];

    for (const [constraints, redirects, status, field] of tries) {
        const res = await answer(constraints, redirects);

        assert.strictEqual(res.status, status, res.text);
        assert.strictEqual(res.json.params.errors[0].field, field, res.text);
    }

    /* it rings still */

    assert.strictEqual((await answer({ video: false, audio: false }, {}))
        .status, 202);
}));


test('unknown connections', () => using(async (opened) => {
    const peer = await create(opened);
    const uuid = '9749250e-d157-4f80-9ee2-359ce8524308';

    for (const [method, path, body] of [
        ['GET', '/data/connections/dc-ID/events'],
        ['GET', '/data/connections/dc-ID/status'],
        ['PUT', '/data/connections/dc-ID', {}],
        ['DELETE', '/data/connections/dc-ID'],
        ['GET', '/media/connections/mc-ID/events'],
        ['GET', '/media/connections/mc-ID/status'],
        ['DELETE', '/media/connections/mc-ID'],
        ['POST', '/media/connections/mc-ID/answer',
         { constraints: { video: false, audio: false } }],
        ['POST', '/media/connections/mc-ID/pli',
         { port: 1, ip_v4: '127.0.0.1' }],
    ]) {
        for (const id of [uuid, 'x', uuid.toUpperCase()]) {
            await peer.must(404, method, path.replace('ID', id), body);
        }

        /* another kind of id */

        await peer.must(404, method, path.replace('-ID', `x-${uuid}`), body);
    }
}));


test('there is a bound of connections', async () => {
    const { Nginx } = require('../lib/nginx');

    const nginx = await Nginx.start(await gateway({
        brokers: false, gatewayPorts: 4, udpPorts: 4,
        main: ['webrtc_gateway_peer_connections 3;'] }));

    try {
        const peer = await RestPeer.create(
            `http://127.0.0.1:${nginx.options.gatewayPort}`, 'p');

        for (let i = 0; i < 5; i++) {
            await peer.must(i < 3 ? 202 : 503, 'POST', '/data/connections', {
                peer_id: peer.id, token: peer.token, target_id: 'q',
                params: {} });
        }

    } finally {
        await nginx.stop();
    }
});
