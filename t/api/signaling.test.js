/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Sora signalling, message by message.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call, request } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const sdp = require('../lib/sdp');
const { Signaling } = require('../lib/signaling');
const { channel, serve, using } = require('../lib/suite');


const ID = /^[0-9A-HJKMNP-TV-Z]{25}[048CGMRW]$/;

const CODECS = ['VP8', 'VP9', 'AV1', 'H264', 'H265'];

const suite = serve();

/* one that loses its patience soon */

const quick = serve({
    main: ['webrtc_answer_timeout 1s;', 'webrtc_setup_timeout 2s;',
           'webrtc_consent_timeout 3s;', 'webrtc_ping_interval 1s;',
           'webrtc_pong_timeout 6s;'],
    signaling: ['webrtc_connect_timeout 1s;'],
});


async function offered(opened, connect, { nginx } = suite) {
    const signaling = await Signaling.join(nginx.signalingUrl,
                                           { channel_id: channel(),
                                             ...connect });

    opened.push(signaling);

    return { signaling, offer: signaling.offer,
             sdp: sdp.parse(signaling.offer.sdp) };
}


async function join(opened, connect) {
    const peer = await Peer.join(suite.nginx.signalingUrl, connect);

    opened.push(peer);

    return peer;
}


/* A first message (text or object) is refused: 4490 and a reason. */

async function refused(message, what) {
    const signaling = await Signaling.open(suite.nginx.signalingUrl);

    try {
        signaling.send(message);

        const end = await signaling.close();

        assert.strictEqual(end.code, 4490, what);
        assert.match(end.reason, /^[A-Z0-9][A-Z0-9-]{2,122}$/, what);
        assert.deepStrictEqual(signaling.messages, [], what);

    } finally {
        signaling.terminate();
    }
}


function connectMessage(changes) {
    const message = { type: 'connect', role: 'sendrecv', channel_id: 'sora',
                      audio: true, video: true, ...changes };

    for (const [key, value] of Object.entries(changes || {})) {
        if (value === undefined) {
            delete message[key];
        }
    }

    return message;
}


test('the offer has every field that clients need', () =>
    using(async (opened) => {
        const id = channel();
        const { offer, sdp: parsed } = await offered(opened, {
            role: 'sendrecv', channel_id: id });

        assert.strictEqual(offer.type, 'offer');
        assert.strictEqual(offer.channel_id, id);
        assert.match(offer.version, /^\d+\.\d+\.\d+/);
        assert.match(offer.connection_id, ID);
        assert.match(offer.session_id, ID);
        assert.strictEqual(offer.client_id, offer.connection_id);
        assert.strictEqual(offer.bundle_id, offer.connection_id);
        assert.strictEqual(offer.simulcast, false);
        assert.strictEqual(offer.simulcast_multicodec, false);
        assert.strictEqual(offer.spotlight, false);
        assert.strictEqual(offer.multistream, true);
        assert.ok(Array.isArray(offer.config.iceServers));
        assert.strictEqual(offer.config.iceTransportPolicy, 'all');

        for (const kind of ['audio', 'video']) {
            assert.strictEqual(offer.mid[kind],
                               parsed.media.find((m) => m.kind === kind).mid);
        }
    }));


test('the SDP of a sender is what browsers need', () =>
    using(async (opened) => {
        const { sdp: parsed } = await offered(opened, { role: 'sendrecv' });
        const [audio, video] = parsed.media;
        const { udpPort, udpPorts } = suite.nginx.options;

        assert.strictEqual(audio.kind, 'audio');
        assert.strictEqual(video.kind, 'video');
        assert.strictEqual(audio.direction, 'recvonly');
        assert.strictEqual(video.direction, 'recvonly');
        assert.deepStrictEqual(parsed.bundle,
                               parsed.media.map((m) => m.mid));
        assert.ok(parsed.lite);
        assert.strictEqual(parsed.setup, 'actpass');
        assert.match(parsed.fingerprint,
                     /^sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
        assert.ok(parsed.ufrag.length >= 4);
        assert.ok(parsed.pwd.length >= 22);

        for (const media of parsed.media) {
            assert.ok(media.lines.includes('a=rtcp-mux'));
            assert.strictEqual(media.protocol, 'UDP/TLS/RTP/SAVPF');
        }

        const [candidate] = audio.candidates;

        assert.strictEqual(candidate.address, '127.0.0.1');
        assert.strictEqual(candidate.type, 'host');
        assert.ok(candidate.port >= udpPort);
        assert.ok(candidate.port < udpPort + udpPorts);

        assert.ok([...audio.rtpmap.values()].includes('opus/48000/2'));
        assert.ok([...audio.fmtp.values()].some((v) =>
            /\bminptime=\d+/.test(v)));
    }));


test('a viewer of an empty channel still has sections to connect with', () =>
    using(async (opened) => {
        const { offer, sdp: parsed } = await offered(opened, {
            role: 'recvonly' });

        assert.ok(parsed.media.length > 0);
        assert.ok(parsed.media.every((m) => m.direction !== 'recvonly'
                                            && m.direction !== 'sendrecv'));
        assert.deepStrictEqual(offer.mid ?? {}, {});
    }));


test('a kind that is off has no section', () => using(async (opened) => {
    const one = await offered(opened, { role: 'sendrecv', video: false });
    const two = await offered(opened, { role: 'sendrecv', audio: false });

    assert.ok(one.sdp.media.every((m) => m.kind !== 'video'));
    assert.deepStrictEqual(Object.keys(one.offer.mid), ['audio']);
    assert.ok(two.sdp.media.every((m) => m.kind !== 'audio'));
    assert.deepStrictEqual(Object.keys(two.offer.mid), ['video']);
}));


test('the own video section has the codec that was asked for', () =>
    using(async (opened) => {
        for (const codec of [...CODECS, undefined]) {
            const { sdp: parsed } = await offered(opened, {
                role: 'sendonly',
                video: codec ? { codec_type: codec } : true });

            const video = parsed.media.find((m) => m.kind === 'video');
            const names = [...video.rtpmap.values()]
                .map((v) => v.split('/')[0]);

            assert.strictEqual(names[0], codec || 'VP9');
            assert.ok(names.includes('rtx'), `${codec} has no rtx`);
            assert.ok(CODECS.every((c) => c === names[0]
                                          || !names.includes(c)), names);
            assert.ok(video.lines.some((l) => /^a=rtcp-fb:\d+ nack pli/
                                              .test(l)));
        }
    }));


test('audio bit rate and Opus parameters are in the offer', () =>
    using(async (opened) => {
        const { sdp: parsed } = await offered(opened, {
            role: 'sendonly', video: false,
            audio: { codec_type: 'OPUS', bit_rate: 48,
                     opus_params: { maxplaybackrate: 16000, stereo: false,
                                    sprop_stereo: false, usedtx: true } } });

        const fmtp = [...parsed.media[0].fmtp.values()].join(';');

        assert.match(fmtp, /\bmaxaveragebitrate=48000\b/);
        assert.match(fmtp, /\bmaxplaybackrate=16000\b/);
        assert.match(fmtp, /\bstereo=0\b/);
        assert.match(fmtp, /\bsprop-stereo=0\b/);
        assert.match(fmtp, /\busedtx=1\b/);

        const { sdp: other } = await offered(opened, { role: 'sendonly' });

        assert.doesNotMatch([...other.media[0].fmtp.values()].join(';'),
                            /usedtx=1/);
    }));


test('client_id and bundle_id come back', () => using(async (opened) => {
    const { offer } = await offered(opened, { client_id: 'c'.repeat(255),
                                              bundle_id: 'バンドル' });

    assert.strictEqual(offer.client_id, 'c'.repeat(255));
    assert.strictEqual(offer.bundle_id, 'バンドル');
}));


test('old and unknown keys are ignored', () => using(async (opened) => {
    await offered(opened, {
        multistream: false, e2ee: false, sdp: 'v=0', sora_client: 'test',
        libwebrtc: 'M1', environment: 'node', metadata: { token: 'secret' },
        nonsense: [{}], redirect: true });
}));


test('created and destroyed tell everybody, with counts', () =>
    using(async (opened) => {
        const id = channel();
        const one = await join(opened, {
            role: 'sendrecv', channel_id: id, client_id: 'first',
            signaling_notify_metadata: { name: 'one', n: 1.5 } });

        assert.strictEqual(one.created.connection_id, one.connectionId);
        assert.strictEqual(one.created.client_id, 'first');
        assert.strictEqual(one.created.role, 'sendrecv');
        assert.strictEqual(one.created.audio, true);
        assert.strictEqual(one.created.video, true);
        assert.strictEqual(one.created.minutes, 0);
        assert.deepStrictEqual(one.created.data, []);
        assert.deepStrictEqual(one.created.authn_metadata,
                               { name: 'one', n: 1.5 });
        assert.match(one.created.timestamp,
                     /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
        assert.strictEqual(one.created.turn_transport_type, 'udp');
        assert.strictEqual(one.created.channel_connections, 1);

        const two = await join(opened, { role: 'recvonly', channel_id: id });

        assert.strictEqual(two.created.data.length, 1);
        assert.strictEqual(two.created.data[0].connection_id,
                           one.connectionId);
        assert.strictEqual(two.created.data[0].client_id, 'first');
        assert.deepStrictEqual(two.created.data[0].authn_metadata,
                               { name: 'one', n: 1.5 });
        assert.ok(!('authn_metadata' in two.created));

        const told = await one.signaling.notify('connection.created');

        assert.strictEqual(told.connection_id, two.connectionId);
        assert.ok(!('data' in told));
        assert.strictEqual(told.channel_connections, 2);
        assert.strictEqual(told.channel_sendrecv_connections, 1);
        assert.strictEqual(told.channel_sendonly_connections, 0);
        assert.strictEqual(told.channel_recvonly_connections, 1);

        assert.deepStrictEqual(await two.leave(),
                               { code: 1000, reason: 'TYPE-DISCONNECT' });

        const gone = await one.signaling.notify('connection.destroyed');

        assert.strictEqual(gone.connection_id, two.connectionId);
        assert.strictEqual(gone.channel_connections, 1);
        assert.strictEqual(gone.channel_recvonly_connections, 0);
    }));


test('a session lasts as long as its channel has members', () =>
    using(async (opened) => {
        const id = channel();
        const one = await join(opened, { channel_id: id });
        const two = await join(opened, { channel_id: id });

        assert.strictEqual(one.signaling.offer.session_id,
                           two.signaling.offer.session_id);
        assert.notStrictEqual(one.connectionId, two.connectionId);
    }));


test('a sender brings a re-offer to viewers only', () =>
    using(async (opened) => {
        const id = channel();
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: id });
        const silent = await join(opened, { role: 'sendonly',
                                            channel_id: id });

        const tracks = viewer.offer.media.filter(
            (m) => m.direction === 'sendonly');

        assert.deepStrictEqual(tracks.map((m) => m.kind).sort(),
                               ['audio', 'video']);

        for (const track of tracks) {
            assert.strictEqual(track.msid.split(' ')[0],
                               silent.connectionId);
        }

        /* the tracks came before the news of their owner */

        const types = viewer.signaling.messages.map(
            (m) => m.event_type || m.type);

        await viewer.signaling.notify('connection.created');
        assert.ok(types.indexOf('re-offer')
                  < viewer.signaling.messages.findIndex((m) =>
                      m.connection_id === silent.connectionId));

        /* m-lines keep their place when the sender goes */

        const mids = viewer.offer.media.map((m) => m.mid);
        const version = viewer.offer.version;

        await silent.leave();
        await viewer.signaling.notify('connection.destroyed');

        assert.deepStrictEqual(viewer.offer.media.map((m) => m.mid)
                                   .slice(0, mids.length), mids);
        assert.ok(viewer.offer.media.every(
            (m) => m.direction !== 'sendonly' || m.port === 0));
        assert.ok(viewer.offer.version > version);

        assert.ok(!silent.signaling.messages.some(
            (m) => m.type === 're-offer'));
    }));


test('sections of those who left are used again', () =>
    using(async (opened) => {
        const id = channel();
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: id });

        let most = 0;

        for (let i = 0; i < 6; i++) {
            const sender = await join(opened, { role: 'sendonly',
                                                channel_id: id });

            await viewer.signaling.notify('connection.created');
            await sender.leave();
            await viewer.signaling.notify('connection.destroyed');

            if (i === 0) {
                most = viewer.offer.media.length;
            }
        }

        assert.strictEqual(viewer.offer.media.length, most);
    }));


test('members of one bundle get no tracks and no news of each other', () =>
    using(async (opened) => {
        const id = channel();
        const connect = { role: 'sendrecv', channel_id: id,
                          bundle_id: 'desk' };
        const camera = await join(opened, connect);
        const screen = await join(opened, connect);
        const other = await join(opened, { role: 'sendrecv',
                                           channel_id: id });

        for (const peer of [camera, screen]) {
            const told = await peer.signaling.next((m) =>
                m.event_type === 'connection.created'
                && m.connection_id !== peer.connectionId);

            assert.strictEqual(told.connection_id, other.connectionId);
        }

        const owners = (peer) => new Set(peer.offer.media
            .filter((m) => m.direction === 'sendonly')
            .map((m) => m.msid.split(' ')[0]));

        assert.deepStrictEqual(owners(camera),
                               new Set([other.connectionId]));
        assert.deepStrictEqual(owners(screen),
                               new Set([other.connectionId]));
    }));


test('a connect that breaks a rule is refused with a reason', async () => {
    const cases = {
        'no type': { type: undefined },
        'another type': { type: 'answer', sdp: 'v=0' },
        'no role': { role: undefined },
        'an old role': { role: 'upstream' },
        'a role that is a number': { role: 1 },
        'no channel_id': { channel_id: undefined },
        'an empty channel_id': { channel_id: '' },
        'a channel_id of 256 bytes': { channel_id: 'x'.repeat(256) },
        'a channel_id of 86 letters, 258 bytes': { channel_id: '漢'
                                                       .repeat(86) },
        'a channel_id that is null': { channel_id: null },
        'a channel_id that is an object': { channel_id: {} },
        'an empty client_id': { client_id: '' },
        'a client_id of 256 bytes': { client_id: 'x'.repeat(256) },
        'a client_id that is a number': { client_id: 5 },
        'an empty bundle_id': { bundle_id: '' },
        'a bundle_id of 256 bytes': { bundle_id: 'x'.repeat(256) },
        'audio that is text': { audio: 'yes' },
        'an unknown audio codec': { audio: { codec_type: 'MP3' } },
        'an audio bit rate of 5': { audio: { bit_rate: 5 } },
        'an audio bit rate of 511': { audio: { bit_rate: 511 } },
        'an audio bit rate with a fraction': { audio: { bit_rate: 64.5 } },
        'video that is a number': { video: 1 },
        'an unknown video codec': { video: { codec_type: 'H263' } },
        'a video bit rate of 0': { video: { bit_rate: 0 } },
        'a video bit rate of 50001': { video: { bit_rate: 50001 } },
        'a video bit rate that is text': { video: { bit_rate: '500' } },
        'spotlight_focus_rid without spotlight':
            { spotlight_focus_rid: 'r0' },
        'spotlight_unfocus_rid without spotlight':
            { spotlight_unfocus_rid: 'r0' },
    };

    for (const [what, changes] of Object.entries(cases)) {
        await refused(connectMessage(changes), what);
    }
});


test('a first message that is not a JSON object is refused', async () => {
    for (const text of ['', '{', 'hello', '[]', '1', 'null', '"connect"',
                        '{"type":"connect"', '{"type":NaN}',
                        '['.repeat(10000),
                        '{"type":"connect","type":"connect"}',
                        '{"type":"connect","channel_id":"\\ud800",'
                        + '"role":"recvonly"}'])
    {
        await refused(text, text.slice(0, 40));
    }
});


test('a binary message is refused', () => using(async (opened) => {
    const text = JSON.stringify(connectMessage());
    const first = await Signaling.open(suite.nginx.signalingUrl);

    opened.push(first);
    first.send(Buffer.from(text));

    const { signaling } = await offered(opened);

    signaling.send(Buffer.from(text));

    for (const one of [first, signaling]) {
        assert.deepStrictEqual(await one.close(),
                               { code: 1003, reason: 'TEXT-ONLY' });
    }
}));


test('255 bytes of channel_id are fine', () => using(async (opened) => {
    const { offer } = await offered(opened, { channel_id: 'é'.repeat(127) });

    assert.strictEqual(offer.channel_id, 'é'.repeat(127));
}));


test('a second connect ends the connection', () => using(async (opened) => {
    const { signaling } = await offered(opened);

    signaling.connect({ channel_id: channel() });

    const end = await signaling.close();

    assert.strictEqual(end.code, 4490);
    assert.ok(end.reason);
}));


test('answers and candidates before connect are refused', async () => {
    for (const message of [
        { type: 'answer', sdp: 'v=0' },
        { type: 're-answer', sdp: 'v=0' },
        { type: 'candidate', candidate: 'candidate:1 1 udp 1 127.0.0.1 9 '
                                        + 'typ host' },
        { type: 'pong' },
        { type: 'update', sdp: 'v=0' },
    ]) {
        await refused(message, message.type);
    }
});


test('a disconnect before connect just ends', async () => {
    const signaling = await Signaling.open(suite.nginx.signalingUrl);

    signaling.send({ type: 'disconnect' });

    const end = await signaling.close();

    assert.ok([1000, 4490].includes(end.code));
});


test('a message of unknown type does no harm', () =>
    using(async (opened) => {
        const peer = await join(opened, { channel_id: channel() });

        peer.signaling.send({ type: 'hello' });
        peer.signaling.send({ type: 'answer-me', sdp: 'v=0' });
        peer.signaling.send({ type: 'pong' });

        assert.deepStrictEqual(await peer.leave(),
                               { code: 1000, reason: 'TYPE-DISCONNECT' });
    }));


test('a second answer does no harm to the media', () =>
    using(async (opened) => {
        const id = channel();
        const peer = await join(opened, { role: 'sendrecv',
                                          channel_id: id });

        peer.signaling.send({ type: 'answer', sdp: 'v=0\r\n' });

        /* refused with a reason or ignored, never a wedge */

        peer.signaling.send({ type: 'disconnect' });

        const end = await peer.signaling.close();

        assert.ok([1000, 4490].includes(end.code));
        assert.ok(end.reason);
    }));


test('candidates of every kind are taken', () => using(async (opened) => {
    const peer = await Peer.offered(suite.nginx.signalingUrl,
                                    { channel_id: channel() });

    opened.push(peer);
    peer.answer();

    for (const candidate of [
        '', 'candidate:1 1 udp 2122 192.0.2.1 9 typ host',
        'candidate:1 1 udp 2122 0f1c.local 9 typ host',
        'candidate:1 1 udp 2122 host.example 9 typ host',
        'candidate:1 1 udp 2122 192.0.2.1 0 typ host',
        'candidate:1 1 udp 2122 224.0.0.1 9 typ host',
        'candidate:1 1 tcp 2122 192.0.2.1 9 typ host tcptype active',
        'candidate:1 1 udp 99999999999999999999 ::1 99999 typ nonsense',
        'x'.repeat(4000),
    ]) {
        peer.signaling.send({ type: 'candidate', candidate, sdpMid: null,
                              sdpMLineIndex: 0, usernameFragment: null });
    }

    await peer.ice();
    await peer.dtls();
    await peer.signaling.notify('connection.created');
}));


test('1000 candidate lines in an answer do not hold anything up', () =>
    using(async (opened) => {
        const peer = await Peer.offered(suite.nginx.signalingUrl,
                                        { channel_id: channel() });

        opened.push(peer);

        let text = peer.description();

        for (let i = 0; i < 1000; i++) {
            text += `a=candidate:${i} 1 udp 1 h${i}.example ${i} typ host`
                    + '\r\n';
        }

        peer.signaling.send({ type: 'answer', sdp: text });

        const other = await join(opened, { channel_id: channel() });

        await other.leave();
    }));


test('a broken answer is refused at once, with a reason', async () => {
    const good = 'sha-256 ' + Array(32).fill('AA').join(':');

    const cases = {
        'no ufrag': { ufrag: undefined },
        'an empty ufrag': { ufrag: '' },
        'a ufrag of 4 kB': { ufrag: 'u'.repeat(4096) },
        'a short ufrag': { ufrag: 'abc' },
        'no pwd': { pwd: undefined },
        'an empty pwd': { pwd: '' },
        'a pwd of 21 characters': { pwd: 'p'.repeat(21) },
        'a pwd of 4 kB': { pwd: 'p'.repeat(4096) },
        'no fingerprint': { fingerprint: undefined },
        'an empty fingerprint': { fingerprint: '' },
        'a SHA-1 fingerprint': { fingerprint: 'sha-1 '
                                     + Array(20).fill('AA').join(':') },
        'a short fingerprint': { fingerprint: 'sha-256 AA:BB' },
        'a malformed fingerprint': { fingerprint: good.replace('AA', 'XY') },
        '50 fingerprints': { fingerprint: Array(50).fill(0).map((v, i) =>
            good.replace('AA', String(10 + i))) },
        'setup holdconn': { setup: 'holdconn' },
        'setup actpass': { setup: 'actpass' },
        'setup nonsense': { setup: 'sleepy' },
    };

    const texts = {
        'no SDP at all': () => 'hello',
        'an empty SDP': () => '',
        'no sections': (text) => text.slice(0, text.indexOf('m=')),
        'one section only': (text) =>
            text.slice(0, text.indexOf('m=', text.indexOf('m=') + 2)),
        'sections in another order': (text) => {
            const first = text.indexOf('m=');
            const second = text.indexOf('m=', first + 2);

            return text.slice(0, first) + text.slice(second)
                   + text.slice(first, second);
        },
        'another mid': (text) => text.replace(/a=mid:\S+/, 'a=mid:other'),
        'the same mid twice': (text) => {
            const mid = /a=mid:(\S+)/.exec(text)[1];

            return text.replace(/a=mid:\S+/g, `a=mid:${mid}`);
        },
        '1000 sections': (text) => text + text.slice(text.indexOf('m='))
                                              .repeat(500),
        'a line of 64 kB': (text) => text + `a=x:${'x'.repeat(65536)}\r\n`,
        '10000 lines': (text) => text + 'a=x\r\n'.repeat(10000),
    };

    const attempt = async (what, change) => {
        const peer = await Peer.offered(suite.nginx.signalingUrl,
                                        { role: 'sendrecv',
                                          channel_id: channel() });

        try {
            peer.signaling.send({ type: 'answer', sdp: change(peer) });

            const end = await peer.signaling.close();

            assert.ok(end.code === 4490 || end.code === 1009,
                      `${what}: ${end.code}`);
            assert.ok(end.code === 1009 || end.reason.length > 3, what);

        } catch (e) {
            throw new Error(`${what}: ${e.message}`, { cause: e });

        } finally {
            await peer.close();
        }
    };

    for (const [what, changes] of Object.entries(cases)) {
        await attempt(what, (peer) => peer.description(changes));
    }

    for (const [what, change] of Object.entries(texts)) {
        await attempt(what, (peer) => change(peer.description()));
    }

    await attempt('an SDP that is a number', () => 5);
    await attempt('no SDP key', () => undefined);
});


test('a re-answer that nobody asked for does no harm', () =>
    using(async (opened) => {
        const peer = await join(opened, { channel_id: channel() });

        peer.signaling.send({ type: 're-answer', sdp: peer.description() });
        peer.signaling.send({ type: 'disconnect' });

        assert.ok([1000, 4490].includes((await peer.signaling.close())
                                        .code));
    }));


test('a broken re-answer ends that member only', () =>
    using(async (opened) => {
        const id = channel();
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: id });

        viewer.description = () => 'v=0\r\ns=broken\r\n';

        const sender = await join(opened, { role: 'sendrecv',
                                            channel_id: id });

        const end = await viewer.signaling.close();

        assert.strictEqual(end.code, 4490);
        assert.ok(end.reason);

        await sender.signaling.next((m) =>
            m.event_type === 'connection.destroyed'
            && m.connection_id === viewer.connectionId);
    }));


test('a TCP connection that breaks is a leave', () =>
    using(async (opened) => {
        const id = channel();
        const one = await join(opened, { role: 'sendrecv', channel_id: id });
        const two = await join(opened, { role: 'sendrecv', channel_id: id });

        one.signaling.terminate();

        const gone = await two.signaling.notify('connection.destroyed');

        assert.strictEqual(gone.connection_id, one.connectionId);
    }));


test('no subprotocol and no compression are negotiated', async () => {
    const signaling = await Signaling.open(suite.nginx.signalingUrl,
                                           { perMessageDeflate: true });

    assert.strictEqual(signaling.ws.extensions, '');
    assert.strictEqual(signaling.ws.protocol, '');

    signaling.terminate();
});


test('a plain HTTP request gets a plain HTTP error', async () => {
    for (const method of ['GET', 'POST', 'PUT']) {
        const res = await request(suite.nginx.url, {
            method, path: '/signaling',
            headers: { 'content-length': 0 } });

        assert.ok([400, 405, 426].includes(res.status), `${method}`
                  + ` ${res.status}`);
    }
});


test('sockets that say nothing leave no trace', async () => {
    const before = suite.nginx.ended().length;

    for (let i = 0; i < 20; i++) {
        const signaling = await Signaling.open(suite.nginx.signalingUrl);

        signaling.terminate();
    }

    const signaling = await Signaling.join(suite.nginx.signalingUrl,
                                           { channel_id: 'the last' });

    await signaling.leave();

    assert.ok(suite.nginx.ended().length >= before);
});


test('the access log has one line for a connection, with its names', () =>
    using(async (opened) => {
        const id = channel('logged');
        const peer = await join(opened, { role: 'sendonly',
                                          channel_id: id });

        await peer.leave();

        const line = await until('the line is there', () =>
            suite.nginx.ended().find((l) => l.channelId === id));

        assert.strictEqual(line.status, 101);
        assert.strictEqual(line.connectionId, peer.connectionId);
        assert.strictEqual(line.role, 'sendonly');
        assert.strictEqual(line.reason, '1000 TYPE-DISCONNECT');

        assert.strictEqual(suite.nginx.ended()
                               .filter((l) => l.channelId === id).length, 1);
    }));


test('a socket that says nothing is closed in time', () =>
    using(async (opened) => {
        const signaling = await Signaling.open(quick.nginx.signalingUrl);

        opened.push(signaling);

        assert.deepStrictEqual(await signaling.close(),
                               { code: 4490, reason: 'TIMEOUT' });

        const { json } = await call(quick.nginx.apiUrl,
                                    'Sora_20171010.GetStatsReport');

        assert.strictEqual(json.total_failed_connections, 0);
    }));


test('a client that never answers the offer is closed in time', () =>
    using(async (opened) => {
        const { signaling } = await offered(opened, {}, quick);
        const end = await signaling.close();

        assert.strictEqual(end.code, 4490);
        assert.strictEqual(end.reason, 'ANSWER-TIMEOUT');
    }));


test('a client whose media never comes up is closed in time', () =>
    using(async (opened) => {
        const id = channel();
        const viewer = await Peer.join(quick.nginx.signalingUrl,
                                       { role: 'recvonly', channel_id: id });

        opened.push(viewer);

        const peer = await Peer.offered(quick.nginx.signalingUrl,
                                        { role: 'sendrecv',
                                          channel_id: id });

        opened.push(peer);
        peer.answer();

        const end = await peer.signaling.close();

        assert.strictEqual(end.code, 4490);
        assert.match(end.reason, /TIMEOUT/);

        /* nobody heard of it */

        assert.ok(viewer.signaling.messages.every((m) =>
            m.connection_id !== peer.connectionId));

        await until('it is counted as failed', async () => {
            const { json } = await call(quick.nginx.apiUrl,
                                        'Sora_20171010.GetStatsReport');

            return json.total_failed_connections > 0;
        });
    }));


test('a client whose checks stop is closed with one destroyed event', () =>
    using(async (opened) => {
        const id = channel();
        const url = quick.nginx.signalingUrl;
        const viewer = await Peer.join(url, { role: 'recvonly',
                                              channel_id: id });

        opened.push(viewer);
        viewer.keepAlive(500);

        const peer = await Peer.join(url, { role: 'sendrecv',
                                            channel_id: id });

        opened.push(peer);
        clearInterval(peer.consent);

        const end = await peer.signaling.close(15000);

        assert.strictEqual(end.code, 4490);
        assert.strictEqual(end.reason, 'ICE-CONSENT-EXPIRED');

        await viewer.signaling.notify('connection.destroyed');

        const others = viewer.signaling.messages.filter(
            (m) => m.event_type === 'connection.destroyed');

        assert.strictEqual(others.length, 1);
    }));


test('a client that does not answer pings is closed', () =>
    using(async (opened) => {
        const peer = await Peer.join(quick.nginx.signalingUrl,
                                     { channel_id: channel() });

        opened.push(peer);
        peer.keepAlive(500);

        await peer.signaling.next('ping');

        const end = await peer.signaling.close(20000);

        assert.strictEqual(end.code, 4490);
        assert.match(end.reason, /TIMEOUT/);
    }));


test('metadata of a client is not in any log', () =>
    using(async (opened) => {
        const { signaling } = await offered(opened, {
            metadata: { access_token: 'h0ly-secret' } });

        await signaling.leave();

        assert.ok(!suite.nginx.errorLog().includes('h0ly-secret'));
    }));
