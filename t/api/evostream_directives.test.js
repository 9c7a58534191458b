/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What "nginx -t" says of the directives of EvoStream.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { loadModules, testConfig } = require('../lib/nginx');
const { freeTcp, freeUdp } = require('../lib/ports');


let tcp, udp, dir;

before(async () => {
    tcp = await freeTcp();
    udp = await freeUdp(8);
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'evostream-'));
});

after(() => fs.rmSync(dir, { recursive: true }));


function config({ main = [], http = [], media = 'webrtc_media;' }) {
    return `${loadModules()}worker_processes 2;
pid nginx.pid;
webrtc_zone webrtc:16m;
${main.join('\n')}
events {}
stream { server { listen 127.0.0.1:${udp}-${udp + 7} udp; ${media} } }
http {
access_log off;
client_body_temp_path body; proxy_temp_path proxy;
fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
${http.join('\n')}
server { listen 127.0.0.1:${tcp}; }
}
`;
}


function accepted(...main) {
    const { ok, stderr } = testConfig(config({ main }));

    assert.ok(ok, `${main.join(' ')}: ${stderr}`);
    assert.doesNotMatch(stderr, /\[(warn|error|crit|alert|emerg)\]/);
}


/* Refused with this message, and at the line of `at`. */

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

    return stderr;
}


/* The first value is good, the others are not. */

const VALUES = {
    'webrtc_evostream_max_configs': ['1', '0', '10001'],
    'webrtc_evostream_max_viewers': ['1', '0', '100001'],
    'webrtc_evostream_ers_max_rooms': ['1', '0', '1000001'],
    'webrtc_evostream_ers_room_viewers': ['1', '0', '1000001'],

    'webrtc_evostream_ers_max_tokens': ['1', '0', '10001'],

    'webrtc_evostream_line_size': ['4k', '4095', '1025k'],
    'webrtc_evostream_message_size': ['16k', '15k', '17m'],
    'webrtc_evostream_send_queue': ['64k', '63k', '65m'],

    'webrtc_evostream_wrapped_answer': ['on', '1', 'yes'],
    'webrtc_evostream_ssl': ['on', '1', 'yes'],
    'webrtc_evostream_ssl_verify': ['off', '0', 'yes'],
    'webrtc_evostream_full_ice': ['off', '0', 'yes'],

    'webrtc_evostream_resolver_timeout': ['1s', '0', 'x'],
    'webrtc_evostream_connect_timeout': ['1s', '0', 'x'],
    'webrtc_evostream_join_timeout': ['1s', '0', 'x'],
    'webrtc_evostream_heartbeat_timeout': ['1s', '0', 'x'],
    'webrtc_evostream_refresh': ['1s', '0', 'x'],
    'webrtc_evostream_ers_heartbeat': ['1s', '0', 'x'],
    'webrtc_evostream_ers_heartbeat_timeout': ['26s', '0', 'x'],
    'webrtc_evostream_ers_join_timeout': ['1s', '0', 'x'],
    'webrtc_evostream_ers_credential_time': ['1s', '0', 'x'],
    'webrtc_evostream_ers_return_timeout': ['1s', '0', 'x'],
    'webrtc_evostream_ers_token_time': ['1s', '0', 'x'],

    'webrtc_evostream_name': ['"EMS 2.0"', "''", 'ä'],
    'webrtc_evostream_retry': ['1s 1s', '1s', '0 1s', '1s 0', '2s 1s', 'x 1s',
                               '1s x', '1s 2s 3s'],
    'webrtc_evostream_resolver': ['127.0.0.1 [::1]:53 valid=10s ipv6=off',
                                  'valid=10s', '127.0.0.1 valid=x',
                                  '127.0.0.1 ipv6=maybe', '127.0.0.1:x'],
};


for (const [name, [good, ...bad]] of Object.entries(VALUES)) {
    test(`${name} is checked`, () => {
        const line = `${name} ${good};`;

        accepted(line);
        refused({ main: [line, line] }, /is duplicate/);
        refused({ http: [line] }, /not allowed here/, line);
        refused({ main: [`${name};`] }, /invalid number of arguments/);

        for (const value of bad) {
            refused({ main: [`${name} ${value};`] }, /./,
                    `${name} ${value};`);
        }
    });
}


test('a heartbeat is shorter than its timeout', () => {
    const beat = (time) => `webrtc_evostream_ers_heartbeat ${time};`;
    const end = (time) => `webrtc_evostream_ers_heartbeat_timeout ${time};`;

    accepted(beat('1s'), end('1001ms'));
    refused({ main: [beat('2s'), end('2s')] }, /must be greater/, end('2s'));
    refused({ main: [end('2s'), beat('3s')] }, /must be greater/, beat('3s'));
    refused({ main: [beat('60s')] }, /is 60000ms and must be greater/);
});


for (const [name, max] of Object.entries({ 'ers_rooms': 255,
                                           'ers_token': 512,
                                           'ers_viewer_token': 512 }))
{
    test(`webrtc_evostream_${name} is checked`, () => {
        const line = (values) => `webrtc_evostream_${name} ${values};`;

        accepted(line('a'), line('b "c d" 部屋'), line('t'.repeat(max)));

        for (const value of ["''", 't'.repeat(max + 1), 'a "b\tc"',
                             '"\x7f"'])
        {
            refused({ main: [line(value)] }, /must be UTF-8 without control/,
                    line(value));
        }

        const stderr = refused({ main: [line('secret1'), line('a secret1')] },
                               /value 2 is duplicate/, line('a secret1'));

        assert.doesNotMatch(stderr, /secret1/);
        refused({ http: [line('a')] }, /not allowed here/, line('a'));
    });
}


test('webrtc_evostream_ers_server is checked', () => {
    const line = (values) => `webrtc_evostream_ers_server ${values};`;

    accepted(line('stun:192.0.2.1:3478'), line('stuns:a.example'),
             line('turn:a.example?transport=tcp name credential'),
             line('turns:[2001:db8::1]:443 secret=abc'));

    const cases = {
        '': /invalid number of arguments/,
        'turn:a b c d': /invalid number of arguments/,
        "''": /must be UTF-8/,
        'a.example': /must begin with "stun:"/,
        'http:a.example': /must begin with "stun:"/,
        'stun:': /no host in "stun:"/,
        'turn:?transport=udp a b': /no host/,
        'turn:a.example': /needs a name and a credential/,
        'turn:a.example name': /or "secret=" with a secret/,
        'turn:a.example secret=': /or "secret=" with a secret/,
        "turn:a.example name ''": /must be UTF-8/,
        'stun:a.example name credential': /takes no name/,
        'stun:a.example secret=abc': /takes no name/,
        [`stun:${'a'.repeat(251)}`]: /1 to 255 bytes/,
    };

    for (const [values, message] of Object.entries(cases)) {
        refused({ main: [line(values)] }, message, line(values));
    }

    const many = Array(16).fill(line('stun:a'));

    accepted(...many);
    refused({ main: [...many, line('stun:b')] }, /there can be 16/,
            line('stun:b'));
});


test('webrtc_evostream_config_file is checked', () => {
    const line = (values) => `webrtc_evostream_config_file ${values};`;

    accepted(line('configs.json'));
    accepted(line(`${dir}/configs.json`));
    refused({ main: [line("''")] }, /not the name of a file/, line("''"));
    refused({ main: [line('configs/')] }, /not the name of a file/);
    refused({ main: [line('a'), line('b')] }, /is duplicate/, line('b'));
});


test('certificates are read where they are needed', () => {
    const file = path.join(dir, 'ca.pem');
    const line = (name) =>
        `webrtc_evostream_ssl_trusted_certificate ${name};`;

    fs.writeFileSync(file, 'none');

    refused({ main: [line("''")] }, /no file is named/, line("''"));
    refused({ main: [line('a'), line('b')] }, /is duplicate/, line('b'));

    for (const name of [file, `${dir}/missing.pem`]) {
        const stderr = refused({ main: [line(name)] },
                               /SSL_CTX_load_verify_locations/, line(name));

        assert.ok(stderr.includes(name));

        /* nobody is verified, or there is nobody who would do it */

        accepted(line(name), 'webrtc_evostream_ssl_verify off;');

        assert.ok(testConfig(config({ main: [line(name)],
                                      media: 'return a;' })).ok);
    }
});
