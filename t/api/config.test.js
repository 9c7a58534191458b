/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What "nginx -t" says of configurations, right and wrong ones.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { before, test } = require('node:test');

const { loadModules, testConfig } = require('../lib/nginx');
const { freeTcp, freeUdp } = require('../lib/ports');


let tcp, udp;

before(async () => {
    tcp = await freeTcp();
    udp = await freeUdp(8);
});


/*
 * A whole configuration; each part may be replaced.  Lists of directives
 * stand on lines of their own, so that a line number means something.
 */

function config({ main = ['webrtc_zone webrtc:16m;'], workers = 2,
                  listen = [`listen 127.0.0.1:${udp}-${udp + 7} udp;`],
                  media = ['webrtc_media;'], stream, http = [], server = [],
                  signaling = ['webrtc_sora_signaling;'],
                  api = ['webrtc_sora_api;'] } = {})
{
    const lines = (list) => list.map((line) => line + '\n').join('');

    return loadModules() + `worker_processes ${workers};
pid nginx.pid;
${lines(main)}events {}
${stream ?? `stream { server {
${lines(listen)}${lines(media)}} }`}
http {
access_log off;
client_body_temp_path body; proxy_temp_path proxy;
fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
${lines(http)}server { listen 127.0.0.1:${tcp};
${lines(server)}location = /signaling {
${lines(signaling)}}
location = /api {
${lines(api)}}
} }
`;
}


function accepted(parts, what) {
    const { ok, stderr } = testConfig(config(parts));

    assert.ok(ok, `${what || JSON.stringify(parts)}: ${stderr}`);

    return stderr;
}


/* Refused with this message, in this file, and at the line of `at`. */

function refused(parts, message, at) {
    const text = config(parts);
    const { ok, signal, stderr } = testConfig(text);

    assert.strictEqual(signal, null, stderr);
    assert.ok(!ok, `accepted: ${JSON.stringify(parts)}`);
    assert.match(stderr, /\[emerg\]/);
    assert.match(stderr, message);

    if (at) {
        const line = text.split('\n').findIndex((l) => l.includes(at)) + 1;

        assert.ok(stderr.includes(`nginx.conf:${line}`),
                  `not line ${line}: ${stderr}`);
    }
}


test('a whole configuration is accepted without a word', () => {
    const stderr = accepted({}, 'the default');

    assert.doesNotMatch(stderr, /\[(warn|error|alert)\]/);
});


test('a configuration that uses none of the directives is accepted', () => {
    accepted({ main: [], stream: '', signaling: [], api: [] });
    accepted({ main: [], listen: [`listen 127.0.0.1:${udp} udp;`],
               media: ['return x;'], signaling: [], api: [] });
});


test('the test of a configuration opens no port', () => {
    accepted({});

    const udpLines = fs.readFileSync('/proc/net/udp', 'utf8');
    const hex = udp.toString(16).toUpperCase().padStart(4, '0');

    assert.ok(!udpLines.includes(`0100007F:${hex}`));
});


test('every directive takes its good values', () => {
    const zone = 'webrtc_zone webrtc:16m;';

    for (const line of [
        'webrtc_max_connections 100;', 'webrtc_channel_connections 100;',
        'webrtc_max_sections 16;', 'webrtc_mailbox_size 128k;',
        'webrtc_mailbox_backlog 1m;', 'webrtc_outbox_size 256k;',
        'webrtc_spread off;', 'webrtc_spread 0;', 'webrtc_spread 50000;',
        'webrtc_trunk_size 0;', 'webrtc_trunk_size 256k;',
        'webrtc_receive_buffer 1m;', 'webrtc_send_buffer 1m;',
        'webrtc_stats_size 64k;', 'webrtc_video_packets 1024;',
        'webrtc_audio_packets 16;', 'webrtc_video_bit_rate 2000;',
        'webrtc_simulcast_video_bit_rate 2500;',
        'webrtc_max_video_bit_rate 15000;',
        'webrtc_max_receive_bit_rate 20000;', 'webrtc_consent_timeout 10s;',
        'webrtc_setup_timeout 5s;', 'webrtc_answer_timeout 5s;',
        'webrtc_max_delay 50ms;', 'webrtc_idle_delay 0;',
        'webrtc_idle_delay 100ms;',
        'webrtc_key_frame_interval 1s;', 'webrtc_ping_interval 1s;',
        'webrtc_pong_timeout 2m;', 'webrtc_speech_threshold -126;',
        'webrtc_speech_threshold -1;', 'webrtc_speech_time 500ms;',
        'webrtc_speech_hold 3s;', 'webrtc_spotlight_number 1;',
        'webrtc_spotlight_number 8;', 'webrtc_spotlight_interval 100ms;',
        'webrtc_data_channel_signaling on;',
        'webrtc_ignore_disconnect_websocket on;', 'webrtc_data_compress off;',
        'webrtc_data_channels 0;', 'webrtc_data_message_size 64k;',
        'webrtc_data_inflated_size 2m;', 'webrtc_data_message_rate 50;',
        'webrtc_data_buffer 512k;',
        'webrtc_rpc_methods 2025.2.0/PutSignalingNotifyMetadata;',
    ]) {
        accepted({ main: [zone, line] });
    }

    for (const line of ['webrtc_message_size 64k;', 'webrtc_send_queue 1m;',
                        'webrtc_message_rate 10;',
                        'webrtc_message_rate 10 burst=5;',
                        'webrtc_message_rate off;',
                        'webrtc_connect_timeout 3s;',
                        'webrtc_sora_api_cors_origin https://a.example;',
                        'webrtc_sora_api_cors_origin $http_origin;',
                        'webrtc_sora_api_cors_origin *;',
                        'webrtc_sora_api_cors_origin off;'])
    {
        accepted({ http: [line] });
        accepted({ server: [line] });
        accepted({ signaling: ['webrtc_sora_signaling;', line] });
    }

    for (const line of ['webrtc_public_address 203.0.113.7;',
                        'webrtc_public_address 203.0.113.7 2001:db8::7;'])
    {
        accepted({ media: ['webrtc_media;', line] });
    }
});


test('webrtc_zone is checked', () => {
    const cases = {
        'webrtc_zone;': /invalid number of arguments/,
        'webrtc_zone webrtc;': /name:size is expected/,
        'webrtc_zone :16m;': /name:size is expected/,
        'webrtc_zone webrtc:;': /invalid zone size|too small/,
        'webrtc_zone webrtc:big;': /invalid zone size/,
        'webrtc_zone webrtc:-1;': /invalid zone size/,
        'webrtc_zone webrtc:1k;': /too small/,
        'webrtc_zone a:16m b:16m;': /invalid number of arguments/,
    };

    for (const [line, message] of Object.entries(cases)) {
        refused({ main: [line] }, message, line);
    }

    refused({ main: ['webrtc_zone a:16m;', 'webrtc_zone b:16m;'] },
            /is duplicate/, 'webrtc_zone b:16m;');
});


test('a zone that is too small says what it needs, and that is enough', () => {
    for (const size of ['1m', '4m', '8m']) {
        const parts = { main: [`webrtc_zone webrtc:${size};`] };

        refused(parts, /is too small, .* needs? \d+m/, parts.main[0]);

        const needs = /needs? (\d+m)/.exec(testConfig(config(parts)).stderr);

        accepted({ main: [`webrtc_zone webrtc:${needs[1]};`] });
    }
});


test('sizes, numbers and times are checked', () => {
    const zone = 'webrtc_zone webrtc:16m;';

    const lines = {
        'webrtc_max_connections': ['0', '-1', 'x', '1000001'],
        'webrtc_channel_connections': ['0', 'x'],
        'webrtc_max_sections': ['1', '10001', 'x'],
        'webrtc_mailbox_size': ['x', '1k', '65m'],
        'webrtc_mailbox_backlog': ['x'],
        'webrtc_outbox_size': ['x', '1k', '65m'],
        'webrtc_spread': ['x', '-1', 'on'],
        'webrtc_trunk_size': ['x', '1', '255k', '1025m'],
        'webrtc_receive_buffer': ['x', '2g'],
        'webrtc_send_buffer': ['x', '2g'],
        'webrtc_stats_size': ['x'],
        'webrtc_video_packets': ['0', '15', '17', '1000', '65536', 'x'],
        'webrtc_audio_packets': ['0', '100', 'x'],
        'webrtc_video_bit_rate': ['0', 'x', '1000001'],
        'webrtc_simulcast_video_bit_rate': ['0', 'x', '1000001'],
        'webrtc_max_video_bit_rate': ['0', 'x'],
        'webrtc_max_receive_bit_rate': ['0', 'x', '1000001'],
        'webrtc_consent_timeout': ['0', 'x', '-1s'],
        'webrtc_setup_timeout': ['0', 'x'],
        'webrtc_answer_timeout': ['0', 'x'],
        'webrtc_data_channel_signaling': ['yes'],
        'webrtc_ignore_disconnect_websocket': ['1'],
        'webrtc_data_compress': ['zlib'],
        'webrtc_data_channels': ['1001', '-1'],
        'webrtc_data_message_size': ['15k', '17m', 'x'],
        'webrtc_data_inflated_size': ['15k', '17m'],
        'webrtc_data_message_rate': ['0', '1000001'],
        'webrtc_data_buffer': ['63k', '65m'],
        'webrtc_key_frame_interval': ['0', 'x'],
        'webrtc_max_delay': ['0', '9ms', '11s', 'x'],
        'webrtc_idle_delay': ['101ms', '1s', 'x', '-1'],
        'webrtc_speech_threshold': ['0', '-0', '45', '-127', '-', '-x'],
        'webrtc_speech_time': ['0', 'x'],
        'webrtc_speech_hold': ['0', 'x'],
        'webrtc_spotlight_number': ['0', '9', '-1', 'x'],
        'webrtc_spotlight_interval': ['0', 'x'],
        'webrtc_ping_interval': ['0', 'x'],
        'webrtc_pong_timeout': ['0', 'x'],
    };

    for (const [name, values] of Object.entries(lines)) {
        for (const value of values) {
            refused({ main: [zone, `${name} ${value};`] }, /./);
        }

        refused({ main: [zone, `${name};`] },
                /invalid number of arguments/, `${name};`);
        refused({ http: [`${name} 1;`] }, /not allowed here/,
                `${name} 1;`);

        const good = /packets/.test(name) ? '64'
                     : /threshold/.test(name) ? '-50'
                     : /spotlight_number/.test(name) ? '2'
                     : /trunk/.test(name) ? '0'
                     : /_delay/.test(name) ? '20ms'
                     : /size|back|buffer/.test(name) ? '128k'
                     : /timeout|interval/.test(name) ? '10s'
                     : /signaling|websocket|compress/.test(name) ? 'on'
                     : '100';

        refused({ main: [zone, `${name} ${good};`, `${name} ${good};`] },
                /is duplicate/);
    }

    refused({ main: [zone, 'webrtc_video_bit_rate 2000;',
                     'webrtc_max_video_bit_rate 1000;'] },
            /must not be greater than/, 'webrtc_max_video_bit_rate 1000;');
    refused({ main: [zone, 'webrtc_max_video_bit_rate 999;'] },
            /"webrtc_video_bit_rate" is 1000 and must not be greater/);
    refused({ main: [zone, 'webrtc_ping_interval 10s;',
                     'webrtc_pong_timeout 5s;'] }, /must be greater than/,
            'webrtc_pong_timeout 5s;');
    refused({ main: [zone, 'webrtc_pong_timeout 5s;'] },
            /"webrtc_pong_timeout" is 5000ms and must be greater/);
    refused({ main: [zone, 'webrtc_data_buffer 128k;'] },
            /"webrtc_data_buffer" is 131072 and must not be less/);

    const rpc = 'webrtc_rpc_methods 2025.2.0/PutSignalingNotifyMetadata;';

    refused({ main: [zone, rpc, rpc] }, /is duplicate/);
    refused({ main: [zone, 'webrtc_rpc_methods;'] },
            /invalid number of arguments/);
    refused({ main: [zone, 'webrtc_rpc_methods 2025.2.0/Nonsense;'] },
            /unknown method "2025.2.0\/Nonsense"/);
});


test('the directives of http are checked', () => {
    const lines = {
        'webrtc_message_size': ['x', '1k', '17m'],
        'webrtc_send_queue': ['x', '1k', '2g'],
        'webrtc_message_rate': ['0', 'x', '-1', '10 burst=0', '10 burst=x',
                                '10 20', 'off burst=1'],
        'webrtc_connect_timeout': ['x', '-1', '0'],
        'webrtc_sora_api_cors_origin': ["''"],
    };

    for (const [name, values] of Object.entries(lines)) {
        for (const value of values) {
            refused({ server: [`${name} ${value};`] }, /./,
                    `${name} ${value};`);
        }

        refused({ server: [`${name};`] }, /invalid number of arguments/);
        refused({ main: ['webrtc_zone webrtc:16m;', `${name} 64k;`] },
                /not allowed here/);
    }

    for (const line of ['webrtc_message_size 64k;', 'webrtc_send_queue 1m;',
                        'webrtc_message_rate 10;',
                        'webrtc_connect_timeout 3s;',
                        'webrtc_sora_api_cors_origin off;'])
    {
        refused({ server: [line, line] }, /is duplicate/);
    }
});


test('content handlers are checked', () => {
    const signaling = 'webrtc_sora_signaling;';

    refused({ signaling: [signaling, signaling] }, /is duplicate/);
    refused({ api: ['webrtc_sora_api;', 'webrtc_sora_api;'] },
            /is duplicate/);
    refused({ signaling: [signaling, 'webrtc_sora_api;'] },
            /another content handler/, 'webrtc_sora_api;');
    refused({ signaling: ['proxy_pass http://127.0.0.1:1;', signaling] },
            /another content handler/, signaling);
    refused({ signaling: ['webrtc_sora_signaling on;'] },
            /invalid number of arguments/);
    refused({ http: [signaling] }, /not allowed here/, signaling);
    refused({ server: [signaling] }, /not allowed here/, signaling);
});


test('signalling without a media server is refused, and with a line', () => {
    refused({ stream: '' }, /needs a server with "webrtc_media"/);
    refused({ stream: '', signaling: [] },
            /"webrtc_sora_api" needs a server with "webrtc_media"/,
            'webrtc_sora_api;');
});


test('a media server without a zone is refused', () => {
    refused({ main: [] }, /needs "webrtc_zone"/, 'webrtc_media;');
});


test('the media server is checked', () => {
    const media = 'webrtc_media;';

    refused({ media: [media, media] }, /is duplicate/);
    refused({ media: ['webrtc_media on;'] }, /invalid number of arguments/);
    refused({ media: [media, 'proxy_pass 127.0.0.1:1;'] }, /./);
    refused({ media: ['proxy_pass 127.0.0.1:1;', media] },
            /cannot be used together/, media);
    refused({ listen: [`listen 127.0.0.1:${udp}-${udp + 7};`] }, /udp/);
    refused({ listen: [`listen 127.0.0.1:${udp}-${udp + 7} udp;`,
                       `listen 127.0.0.1:${tcp + 1};`] }, /udp/);
    refused({ stream: 'stream { webrtc_media; }' }, /not allowed here/);

    refused({ stream: `stream {
        server { listen 127.0.0.1:${udp}-${udp + 3} udp; webrtc_media; }
        server { listen 127.0.0.1:${udp + 4}-${udp + 7} udp; webrtc_media; }
    }` }, /webrtc_media/);
});


test('media ports are counted against the workers', () => {
    const listen = (count) =>
        [`listen 127.0.0.1:${udp}-${udp + count - 1} udp;`];

    refused({ workers: 3, listen: [`listen 127.0.0.1:${udp} udp;`] },
            /1 media ports are not enough for 3 worker/);
    refused({ workers: 3, listen: listen(2) }, /not enough/,
            'webrtc_media;');

    const stderr = accepted({ workers: 3, listen: listen(5) });

    assert.match(stderr, /\[warn\].*5 media ports are less than 2 for each/);
    assert.doesNotMatch(accepted({ workers: 3, listen: listen(6) }),
                        /\[warn\]/);

    /* the same ports at two addresses are one port for each worker */

    assert.match(accepted({ workers: 2, listen: [
        `listen 127.0.0.1:${udp}-${udp + 1} udp;`,
        `listen [::1]:${udp}-${udp + 1} udp;`] }), /\[warn\].*2 media ports/);
});


test('webrtc_public_address is checked', () => {
    const cases = {
        'webrtc_public_address;': /invalid number of arguments/,
        'webrtc_public_address example.com;': /invalid address/,
        'webrtc_public_address 203.0.113;': /invalid address/,
        'webrtc_public_address 0.0.0.0;': /is not an address/,
        'webrtc_public_address ::;': /is not an address/,
        'webrtc_public_address 224.0.0.1;': /is not an address/,
        'webrtc_public_address ff02::1;': /is not an address/,
        'webrtc_public_address unix:/tmp/x;': /invalid address/,
        'webrtc_public_address 203.0.113.7 203.0.113.7;':
            /duplicate address/,
    };

    for (const [line, message] of Object.entries(cases)) {
        refused({ media: ['webrtc_media;', line] }, message, line);
    }

    const many = Array.from({ length: 17 }, (_, i) => `203.0.113.${i + 1}`);

    refused({ media: ['webrtc_media;',
                      `webrtc_public_address ${many.join(' ')};`] },
            /17 addresses are too many/);

    const line = 'webrtc_public_address 203.0.113.7;';

    refused({ media: ['webrtc_media;', line, line] }, /is duplicate/);
    refused({ media: [line, 'return x;'], signaling: [], api: [] },
            /without "webrtc_media"/, line);
});
