/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What "nginx -t" says of the directives of the SkyWay gateway, and what a
 * reload makes of other sizes.
 */

'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { before, test } = require('node:test');

const { Nginx, loadModules, testConfig } = require('../lib/nginx');
const { freeTcp, freeUdp } = require('../lib/ports');


let tcp, udp;

before(async () => {
    tcp = await freeTcp();
    udp = await freeUdp(8);
});


function config({ main = [], zone = '16m', http = [] }) {
    return `${loadModules()}worker_processes 2;
pid nginx.pid;
webrtc_zone webrtc:${zone};
${main.join('\n')}
events {}
stream { server { listen 127.0.0.1:${udp}-${udp + 7} udp; webrtc_media; } }
http {
access_log off;
client_body_temp_path body; proxy_temp_path proxy;
fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
${http.join('\n')}
server { listen 127.0.0.1:${tcp}; }
}
`;
}


function accepted(parts) {
    const { ok, stderr } = testConfig(config(parts));

    assert.ok(ok, `${JSON.stringify(parts)}: ${stderr}`);

    return stderr;
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
}


const NUMBERS = {
    'webrtc_peer_registry': ['16', '15', '10000001'],
    'webrtc_peer_waiting': ['1', '0', '1000001'],
    'webrtc_peer_room_members': ['1', '0', '1000001'],
    'webrtc_gateway_max_peers': ['1', '0', '1000001'],
    'webrtc_gateway_peer_connections': ['1', '0', '1000001'],
    'webrtc_gateway_max_links': ['1', '0', '1000001'],
    'webrtc_gateway_max_events': ['1', '0', '1000001'],
};

const TIMES = ['webrtc_peer_expire_timeout', 'webrtc_peer_alive_timeout',
               'webrtc_gateway_poll_timeout', 'webrtc_gateway_poll_grace',
               'webrtc_gateway_linger'];

const SIZES = {
    'webrtc_gateway_receive_buffer': ['64k', '63k', '1025m'],
    'webrtc_gateway_message_size': ['1k', '1023', '65508'],
    'webrtc_gateway_data_buffer': ['64k', '63k', '1025m'],
    'webrtc_gateway_early_data': ['0', '65m', '-1'],
};

const FLAGS = ['webrtc_peer_discovery', 'webrtc_gateway_unpack'];


test('numbers, times, sizes and flags are checked', () => {
    const lists = { ...NUMBERS, ...SIZES };

    for (const name of TIMES) {
        lists[name] = ['1s', '0', 'x'];
    }

    for (const name of FLAGS) {
        lists[name] = ['on', 'yes', '1'];
    }

    for (const [name, [good, ...bad]] of Object.entries(lists)) {
        const line = `${name} ${good};`;

        accepted({ main: [line] });
        refused({ main: [line, line] }, /is duplicate/);
        refused({ http: [line] }, /not allowed here/, line);
        refused({ main: [`${name};`] }, /invalid number of arguments/);

        for (const value of [...bad, 'x']) {
            refused({ main: [`${name} ${value};`] }, /./,
                    `${name} ${value};`);
        }
    }

    refused({ main: ['webrtc_gateway_poll_grace 29s;'] },
            /must be less than "webrtc_gateway_poll_timeout"/);
});


test('webrtc_key is checked', () => {
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';

    accepted({ main: ['webrtc_key a;', 'webrtc_key A;',
                      `webrtc_key ${uuid} secret=s=1 domain=a.example;`,
                      `webrtc_key ${'k'.repeat(64)} domain=b.example;`] });

    const cases = {
        'webrtc_key;': /invalid number of arguments/,
        'webrtc_key a secret=b domain=c d;': /invalid number of arguments/,
        "webrtc_key '';": /invalid key/,
        "webrtc_key 'a b';": /invalid key "a b"/,
        'webrtc_key a/b;': /invalid key/,
        'webrtc_key ä;': /invalid key/,
        [`webrtc_key ${'k'.repeat(65)};`]: /invalid key/,
        'webrtc_key a b;': /invalid parameter "b"/,
        'webrtc_key a secret=;': /empty parameter "secret="/,
        'webrtc_key a domain=;': /empty parameter "domain="/,
        'webrtc_key a secret=b secret=c;': /duplicate parameter "secret"/,
        'webrtc_key a domain=b domain=c;': /duplicate parameter "domain"/,
    };

    for (const [line, message] of Object.entries(cases)) {
        refused({ main: [line] }, message, line);
    }

    refused({ main: ['webrtc_key a;', 'webrtc_key a secret=b;'] },
            /duplicate key "a"/, 'webrtc_key a secret=b;');
});


test('webrtc_gateway_ports is checked', () => {
    for (const range of ['50001', '50001-50001', '50001-65535']) {
        accepted({ main: [`webrtc_gateway_ports ${range};`], zone: '20m' });
    }

    for (const range of ['0', '0-10', '65536', '10-65536', '20-10', 'a-b',
                         '10-', '-10', '10-20-30', '50001,50002'])
    {
        const line = `webrtc_gateway_ports ${range};`;

        refused({ main: [line] }, /invalid range of ports/, line);
    }

    const overlap = `webrtc_gateway_ports ${udp + 7}-${udp + 100};`;

    refused({ main: [overlap] },
            new RegExp(`has ${udp + 7}, which is a media port`), overlap);

    const line = 'webrtc_gateway_ports 50001-50010;';

    refused({ main: [line, line] }, /is duplicate/);
});


test('addresses are checked', () => {
    const bind = (address) => `webrtc_gateway_bind ${address};`;
    const told = (address) => `webrtc_gateway_address ${address};`;

    for (const main of [
        [bind('127.0.0.1')], [bind('0.0.0.0')], [bind('::')], [bind('::1')],
        [told('192.0.2.1')], [bind('::'), told('192.0.2.1')],
        [bind('::'), told('2001:db8::1')],
        [bind('::1'), told('2001:db8::1')],
    ]) {
        accepted({ main });
    }

    for (const address of ['localhost', '127.0.0', '224.0.0.1', 'ff02::1',
                           '255.255.255.255', '127.0.0.1:80', 'unix:/x'])
    {
        refused({ main: [bind(address)] }, /invalid address/, bind(address));
        refused({ main: [told(address)] }, /invalid address/, told(address));
    }

    refused({ main: [told('0.0.0.0')] }, /is not an address/);
    refused({ main: [told('::')] }, /is not an address/);
    refused({ main: [told('2001:db8::1')] }, /is not of the family/,
            told('2001:db8::1'));
    refused({ main: [bind('::1'), told('192.0.2.1')] },
            /is not of the family/, told('192.0.2.1'));
    refused({ main: [bind('::'), bind('::')] }, /is duplicate/);
    refused({ main: [told('::1'), told('::1')] }, /is duplicate/);
});


test('webrtc_gateway_redirect_allow is checked', () => {
    for (const list of ['off', 'all', '10.0.0.0/8', '10.0.0.1 fc00::/7']) {
        accepted({ main: [`webrtc_gateway_redirect_allow ${list};`] });
    }

    const line = 'webrtc_gateway_redirect_allow off;';

    refused({ main: [line, line] }, /is duplicate/);
    refused({ main: ['webrtc_gateway_redirect_allow example.com;'] },
            /invalid network "example.com"/);
});


test('a zone that cannot hold so many peers says what it needs', () => {
    const main = ['webrtc_peer_registry 100000;'];

    refused({ main, zone: '16m' }, /is too small, .* needs \d+m/,
            'webrtc_zone webrtc:16m;');

    const { stderr } = testConfig(config({ main, zone: '16m' }));

    accepted({ main, zone: /needs (\d+m)/.exec(stderr)[1] });
});


test('a reload keeps the sizes of the tables, and says so', async () => {
    const first = await freeUdp(40);
    const range = (n) => `webrtc_gateway_ports ${first}-${first + n - 1};`;

    const nginx = await Nginx.start({
        main: [range(10), 'webrtc_peer_registry 500;'] });

    const text = fs.readFileSync(path.join(nginx.prefix, 'nginx.conf'),
                                 'utf8');

    try {
        const reload = async (main) => {
            const before = nginx.errorLog().length;

            nginx.configure(text.replace(range(10), main[0])
                .replace('webrtc_peer_registry 500;', main[1] ?? ''));
            await nginx.reload();

            return nginx.errorLog().slice(before);
        };

        assert.doesNotMatch(await reload([range(5)]), /\[warn\].*gateway/);

        const log = await reload([range(40), 'webrtc_peer_registry 600;']);

        assert.match(log, /\[warn\].*10 of "webrtc_gateway_ports" can be/);
        assert.match(log, /\[warn\].*"webrtc_peer_registry" stays 500/);

    } finally {
        await nginx.stop();
    }
});
