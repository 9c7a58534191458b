/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Wrong values wherever a value may be: in the keys of connect, in what an
 * auth webhook answers, in the layers and data channels of an answer, and in
 * the arguments of every operation of the API.  Each is refused in the form
 * that its side has for it, and none ends more than itself.
 */

'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');

const { call } = require('../lib/api');
const { Nginx } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { DataPeer } = require('../lib/sctp');
const { Signaling } = require('../lib/signaling');
const { channel, using } = require('../lib/suite');
const { WebhookServer, locations } = require('../lib/webhook');


let webhook;
let nginx;
let nextAnswer;

before(async () => {
    webhook = await WebhookServer.start({
        answer: (request, response) => {
            response.end(nextAnswer ?? '{"allowed":true}');
        },
    });

    nginx = await Nginx.start({
        workers: 1,
        web: ['location = /authorized { webrtc_sora_signaling;'
              + ' webrtc_auth_uri /auth; }', ...locations(webhook)],
    });
});

after(async () => {
    await nginx?.stop();
    await webhook?.close();
});


function nest(depth, open = '[', close = ']') {
    return open.repeat(depth) + close.repeat(depth);
}


/* As JSON text, since some of it cannot be written by JSON.stringify(). */

const VALUES = {
    'true': 'true', 'false': 'false', 'zero': '0', 'minus one': '-1',
    'a fraction': '1.5', 'a huge number': '9223372036854775807',
    'a huge fraction': '1e308', 'a small fraction': '1e-308',
    'an empty string': '""', 'a string': '"x"', 'a long string':
        `"${'x'.repeat(3000)}"`,
    'line ends': '"\\r\\na=x:y\\r\\n"', 'NUL': '"\\u0000"',
    'half a pair': '"\\ud800"', 'quotes': '"\\"\\\\</script>%00%n"',
    'an empty list': '[]', 'a list': '[1,"x",null,{}]',
    'a long list': `[${'{},'.repeat(500)}{}]`,
    'numbers': `[${'1,'.repeat(1000)}1]`,
    'an empty object': '{}', 'an object': '{"a":{"b":[1]}}',
    'a deep list': nest(28), 'a deeper list': nest(500),
    'a deep object': nest(28, '{"a":', '}').replace('}', '1}'),
    'no JSON': '{"a":', 'a key twice': '{"a":1,"a":2}',
};

const KEYS = [
    'role', 'channel_id', 'client_id', 'bundle_id', 'metadata',
    'signaling_notify_metadata', 'sdp', 'audio', 'video', 'multistream',
    'simulcast', 'simulcast_multicodec', 'simulcast_rid',
    'simulcast_request_rid', 'simulcast_encodings', 'simulcast_rpc_rids',
    'spotlight', 'spotlight_number', 'spotlight_focus_rid',
    'spotlight_unfocus_rid', 'data_channel_signaling',
    'ignore_disconnect_websocket', 'data_channels', 'forwarding_filter',
    'forwarding_filters', 'type', 'sora_client', 'environment',
    'audio_streaming_language_code', 'e2ee',
];

const NESTED = {
    audio: ['codec_type', 'bit_rate', 'opus_params'],
    video: ['codec_type', 'bit_rate', 'vp9_params', 'av1_params',
            'h264_params', 'h265_params'],
    forwarding_filter: ['action', 'rules', 'name', 'priority', 'version',
                        'metadata'],
};

const CHANNEL_KEYS = ['label', 'direction', 'ordered', 'compress',
                      'max_packet_life_time', 'max_retransmits', 'protocol',
                      'header'];


/* connect as text with one value in place of what it would be */

function connectText(values) {
    const all = { type: '"connect"', role: '"sendrecv"',
                  channel_id: '"hostile"', audio: 'true', video: 'true',
                  ...values };

    return '{' + Object.entries(all).map(([key, value]) =>
        `"${key}":${value}`).join() + '}';
}


/* An offer, or a refusal with a reason; nothing else, and at once. */

async function judged(text, what, url = nginx.signalingUrl) {
    const signaling = await Signaling.open(url);

    try {
        signaling.send(text);

        await until(`the judgement of ${what}`, () => signaling.end
                    || signaling.messages.some((m) => m.type === 'offer'),
                    { every: 1 });

        if (signaling.end) {
            assert.strictEqual(signaling.end.code, 4490, what);
            assert.match(signaling.end.reason, /^[A-Z][A-Z0-9: -]+$/, what);
        }

        return signaling.end;

    } finally {
        signaling.terminate();
    }
}


async function stillServes() {
    await using(async (opened) => {
        const peer = await Peer.join(nginx.signalingUrl, {
            role: 'sendrecv', channel_id: channel() });

        opened.push(peer);
        await peer.leave();
    });
}


test('every key of connect with every wrong value', async () => {
    for (const key of KEYS) {
        for (const [what, value] of Object.entries(VALUES)) {
            await judged(connectText({ [key]: value }),
                         `${key}: ${what}`);
        }
    }

    for (const [key, inner] of Object.entries(NESTED)) {
        for (const name of inner) {
            for (const [what, value] of Object.entries(VALUES)) {
                await judged(connectText({ [key]: `{"${name}":${value}}` }),
                             `${key}.${name}: ${what}`);
            }
        }
    }

    await stillServes();
});


test('every key of a data channel with every wrong value', async () => {
    for (const key of CHANNEL_KEYS) {
        for (const [what, value] of Object.entries(VALUES)) {
            const good = { label: '"#x"', direction: '"sendrecv"' };
            const all = Object.entries({ ...good, [key]: value });

            await judged(connectText({
                data_channel_signaling: 'true',
                data_channels: '[{' + all.map(([k, v]) => `"${k}":${v}`)
                    .join() + '}]',
            }), `${key}: ${what}`);
        }
    }

    await stillServes();
});


test('what an auth webhook answers is checked as well', async () => {
    const url = nginx.signalingUrl.replace('/signaling', '/authorized');
    const keys = [...KEYS.filter((key) => key !== 'type'), 'allowed',
                  'reason', 'connection_id', 'session_id',
                  'signaling_notify', 'connection_lifetime',
                  'signaling_notify_metadata_ext', 'event_metadata',
                  'session_metadata', 'audio_codec_type', 'audio_bit_rate',
                  'video_codec_type', 'video_bit_rate', 'video_vp9_params',
                  'rpc_methods', 'forwarding_filters'];

    for (const key of keys) {
        for (const [what, value] of Object.entries(VALUES)) {
            const rest = key === 'allowed' ? '' : '"allowed":true,';

            nextAnswer = `{${rest}"${key}":${value}}`;

            const signaling = await Signaling.open(url);

            try {
                signaling.send(connectText({}));

                await until(`the judgement of ${key}: ${what}`, () =>
                    signaling.end || signaling.messages.length, { every: 1 });

                if (key === 'allowed') {
                    assert.strictEqual(Boolean(signaling.end),
                                       value !== 'true', what);
                }

                if (signaling.end) {
                    assert.strictEqual(signaling.end.code, 4490);
                }

            } finally {
                signaling.terminate();
            }
        }
    }

    nextAnswer = undefined;
    await stillServes();
});


const RIDS = 'a=rid:r0 send\r\na=rid:r1 send\r\na=rid:r2 send\r\n';
const LAYERS = RIDS + 'a=simulcast:send r0;r1;r2\r\n';

const LIES = {
    'no layers': '',
    'layers without rids': 'a=simulcast:send r0;r1;r2\r\n',
    'rids without layers': RIDS,
    'rids that were not offered': LAYERS.replaceAll('r1', 'other'),
    'the same rid thrice': LAYERS.replace(/r[12]/g, 'r0'),
    'rids that receive': LAYERS.replaceAll('send', 'recv'),
    'alternatives': RIDS + 'a=simulcast:send r0,r1,~r2;;,\r\n',
    'ten thousand alternatives':
        RIDS + `a=simulcast:send ${'r0;'.repeat(5000)}r0\r\n`,
    'the line twice': LAYERS + LAYERS,
    'a rid of 4 kB': LAYERS.replaceAll('r1', 'r'.repeat(4096)),
    'no direction': RIDS + 'a=simulcast:\r\na=rid:\r\na=rid:r0\r\n',
    'restrictions': LAYERS.replace('r0 send',
        'r0 send pt=999;max-width=-1;depend=r0,r1'),
    'a payload type twice': LAYERS + 'a=rtpmap:96 VP8/90000\r\n'
        + 'a=rtpmap:96 VP9/90000\r\n',
    'an extension twice': LAYERS + 'a=extmap:1 urn:x\r\na=extmap:1 urn:y\r\n'
        + 'a=extmap:15 urn:x\r\na=extmap:0 urn:x\r\na=extmap:4097 urn:x\r\n',
    'repair that repairs itself': LAYERS + 'a=rtpmap:97 rtx/90000\r\n'
        + 'a=fmtp:97 apt=97\r\n',
    'fmtp of 10 kB': LAYERS + `a=fmtp:96 ${'x=1;'.repeat(2500)}\r\n`,
    'ssrcs as well': LAYERS + 'a=ssrc:1 cname:x\r\na=ssrc:2 cname:x\r\n'
        + 'a=ssrc-group:SIM 1 2\r\na=ssrc-group:FID 1 1\r\n',
};

for (const [what, lines] of Object.entries(LIES)) {

    test(`an answer with ${what}`, () => using(async (opened) => {
        const peer = await Peer.offered(nginx.signalingUrl, {
            role: 'sendonly', channel_id: channel(), simulcast: true,
            video: { codec_type: 'VP8' } });

        opened.push(peer);

        const { mid } = peer.section('video');

        peer.signaling.send({ type: 'answer',
            sdp: peer.description().replace(`a=mid:${mid}\r\n`,
                                            `a=mid:${mid}\r\n${lines}`) });

        /* it is refused with a reason, or it can be called with */

        await Promise.race([peer.signaling.close(), peer.ice()]);

        if (peer.signaling.end) {
            assert.strictEqual(peer.signaling.end.code, 4490);
            assert.match(peer.signaling.end.reason, /^[A-Z][A-Z0-9: -]+$/);

        } else {
            await peer.dtls();
            await peer.signaling.notify('connection.created');
        }

        await stillServes();
    }));
}


const SCTP = {
    'no port and no size': (text) =>
        text.replace(/a=(sctp-port|max-message-size):.*\r\n/g, ''),
    'port 0': (text) => text.replace('sctp-port:5000', 'sctp-port:0'),
    'a port that is none': (text) =>
        text.replace('sctp-port:5000', 'sctp-port:99999999999'),
    'a huge size': (text) => text.replace(/size:\d+/,
        'size:18446744073709551616'),
    'size 0': (text) => text.replace(/size:\d+/, 'size:0'),
    'size 1': (text) => text.replace(/size:\d+/, 'size:1'),
    'a section of another protocol': (text) =>
        text.replace('UDP/DTLS/SCTP webrtc-datachannel',
                     'UDP/TLS/RTP/SAVPF 96'),
    'a section of another kind': (text) =>
        text.replace('m=application', 'm=audio'),
    'a section that is rejected in its bundle': (text) =>
        text.replace(/m=application \d+/, 'm=application 0'),
    'a sctpmap': (text) => text.replace('a=sctp-port:5000',
        'a=sctpmap:5000 webrtc-datachannel 65536'),
};

for (const [what, change] of Object.entries(SCTP)) {

    test(`an answer about data channels with ${what}`, () =>
        using(async (opened) => {
            const peer = await DataPeer.offered(nginx.signalingUrl, {
                role: 'recvonly', channel_id: channel() });

            opened.push(peer);
            peer.signaling.send({ type: 'answer',
                                  sdp: change(peer.description()) });

            await Promise.race([peer.signaling.close(), peer.ice()]);

            if (peer.signaling.end) {
                assert.strictEqual(peer.signaling.end.code, 4490);
                assert.match(peer.signaling.end.reason, /^[A-Z][A-Z0-9: -]+$/);

            } else {
                await peer.dtls(['-dtls1_2', '-nocommands']);
                await peer.signaling.notify('connection.created');

                peer.transmit(peer.init(), { tag: 0 });
            }

            await stillServes();
        }));
}


/* All operations that there are say so in the manual. */

const OPERATIONS = [...new Set(fs.readFileSync(
    path.join(__dirname, '../../docs/api/sora.md'), 'utf8')
    .match(/\bSora_\d{8}\.\w+/g))];

const ARGUMENTS = [
    'local', 'channel_id', 'connection_id', 'client_id', 'role', 'reason',
    'data', 'bit_rate', 'recv_connection_id', 'send_connection_id',
    'receiver_connection_id', 'sender_connection_id', 'rid',
    'spotlight_number', 'spotlight_focus_rid', 'spotlight_unfocus_rid',
    'metadata', 'metadata_key', 'metadata_value', 'key', 'value', 'push',
    'session_id', 'bundle_id', 'destinations', 'items', 'filter', 'action',
    'rules', 'name', 'priority', 'timeout', 'ip_address', 'port',
    'srtp', 'type', 'kind', 'payload_type', 'clock_rate', 'url', 'ssrc',
    'forwarding_filter_name', 'export', 'stat_metadata',
];


test('every operation with every wrong value', () => using(async (opened) => {
    const peer = await Peer.join(nginx.signalingUrl, {
        role: 'sendrecv', channel_id: channel() });

    opened.push(peer);

    assert.ok(OPERATIONS.length > 30);

    const id = 'x'.repeat(255);

    for (const operation of OPERATIONS) {
        const ask = async (body, what) => {
            const res = await call(nginx.apiUrl, operation, body);

            assert.ok([200, 400, 404, 413].includes(res.status),
                      `${operation} with ${what}: ${res.status}`);
            assert.ok(res.status === 413 || res.json !== undefined,
                      `${operation} with ${what}: ${res.text}`);

            if (res.status === 400) {
                assert.ok(res.json.error_type,
                          `${operation} with ${what}: ${res.text}`);
            }
        };

        for (const [what, value] of Object.entries(VALUES)) {
            await ask('{' + ARGUMENTS.map((key) => `"${key}":${value}`).join()
                      + '}', what);

            await ask(`{"channel_id":"nobody","x":${value}}`, what);
        }

        await ask(Object.fromEntries(ARGUMENTS.map((key) => [key, id])),
                  'ids of 255 bytes');
        await ask(Object.fromEntries(ARGUMENTS.map((key) => [key, id + 'x'])),
                  'ids of 256 bytes');
    }

    assert.strictEqual(peer.signaling.end, undefined);
}));


test('every argument on its own, about a member that is there', () =>
    using(async (opened) => {
        const peer = await Peer.join(nginx.signalingUrl, {
            role: 'sendrecv', channel_id: channel() });

        opened.push(peer);

        const connection = JSON.stringify(peer.connectionId);
        const good = {
            channel_id: JSON.stringify(peer.signaling.offer.channel_id),
            connection_id: connection, recv_connection_id: connection,
            send_connection_id: connection,
            receiver_connection_id: connection,
            sender_connection_id: connection, rid: '"r0"', bit_rate: '100',
            role: '"recvonly"', data: '{}', metadata: '{}', push: 'true',
            metadata_key: '"k"', metadata_value: '1', key: '"k"',
            value: '1', spotlight_number: '1', items: '[]',
        };

        for (const operation of OPERATIONS) {
            if (/Disconnect|Terminate/.test(operation)) {
                continue;
            }

            for (const key of Object.keys(good)) {
                for (const [what, value] of Object.entries(VALUES)) {
                    const all = { ...good, [key]: value };
                    const res = await call(nginx.apiUrl, operation,
                        '{' + Object.entries(all).map(([k, v]) =>
                            `"${k}":${v}`).join() + '}');

                    assert.ok([200, 400].includes(res.status)
                              && res.json !== undefined,
                              `${operation} with ${key}: ${what}:`
                              + ` ${res.status} ${res.text}`);
                }
            }
        }

        assert.strictEqual(peer.signaling.end, undefined);
    }));
