/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * EvoStream's command lines: JSON behind its length, text for people, and
 * what clients may do to them.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Cli, command } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { loadModules, testConfig } = require('../lib/nginx');
const { sleep, until } = require('../lib/poll');
const { freeTcp, freeUdp } = require('../lib/ports');
const { RawSocket } = require('../lib/rawsocket');
const { serve, using } = require('../lib/suite');


const suite = serve(() => evostream({ workers: 2 }));

/* answers of startWebRTC are wrapped, lines short, patience little */

const strict = serve(() => evostream({
    workers: 1,
    main: ['webrtc_evostream_wrapped_answer on;',
           'webrtc_evostream_line_size 4k;'],
    cli: 'webrtc_evostream_cli_timeout 2s;',
}));

const port = (of = suite) => of.nginx.options.evoCliPort;

const FLAT = {
    data: { ers: '', ersOverSsl: false, ersip: '54.174.188.145',
            ersport: 4545, keepAlive: true, name: 'evostreamms',
            operationType: 9, roomid: 'testRoom', sslCert: '', sslKey: '',
            token: '' },
    description: 'Started WebRTC Negotiation Service',
    status: 'SUCCESS',
};


function open(opened, where = port()) {
    return Cli.open(where).then((cli) => {
        opened.push(cli);
        return cli;
    });
}


test('the sample call, flat as an EMS answers it', () =>
    using(async (opened) => {
    const cli = await open(opened);

    const { data, ...rest } = await cli.say(
        'startWebrtc ersip=54.174.188.145 ersport=4545 roomid=testRoom');
    const { configId, ...config } = data;

    assert.ok(configId > 0);
    assert.deepStrictEqual({ data: config, ...rest }, FLAT);

    /* the length counts JSON and the four bytes behind it */

    cli.write('quit\n');

    const bytes = await until('the connection is closed', () =>
        cli.ended && cli.data);
    const json = '{"data":null,"description":"Bye!","status":"SUCCESS"}';

    assert.strictEqual(bytes.readUInt32BE(), json.length + 4);
    assert.strictEqual(bytes.toString('latin1', 4), `${json}\r\n\r\n`);

    const other = await open(opened);

    assert.strictEqual((await other.say('stopwebrtc')).description,
                       'Stopped WebRTC Negotiation Service');
    assert.deepStrictEqual(await other.say('stopwebrtc'), {
        data: null, description: 'Unable to stop WebRTC', status: 'FAIL' });
}));


test('the sample call, wrapped as one page prints it', () =>
    using(async (opened) => {
    const cli = await open(opened, port(strict));
    const call = 'startWebrtc ersip=54.174.188.145 ersport=4545'
        + ' roomid=testRoom';

    const { data: { data, ...rest }, ...outer } = await cli.say(
        `${call} commandId=1`);
    const { configId, ...config } = data;

    assert.ok(configId > 0);
    assert.deepStrictEqual(outer, { responseId: '1' });
    assert.deepStrictEqual({ data: config, ...rest }, FLAT);

    assert.deepStrictEqual(await cli.say(call), { data: {
        data: null, description: 'Unable to start WebRTC',
        status: 'FAIL' } });

    /* other commands are not */

    assert.strictEqual((await cli.say('stopWebRTC')).status, 'SUCCESS');
    assert.strictEqual((await command(strict.nginx.options.evoUrl,
                                      'stopWebRTC')).status, 'FAIL');
}));


test('lines end at CR or LF, empty ones are nothing', () =>
    using(async (opened) => {
    const cli = await open(opened);

    cli.write('\n\r\n\r\r\nversion commandId=1\rversion commandId=2\n\n'
              + 'VERSION commandid=3\r\n');

    for (const id of ['1', '2', '3']) {
        assert.strictEqual((await cli.answer()).responseId, id);
    }

    /* byte by byte */

    for (const ch of 'version  commandId=a\\ b\\,c\\=d\\\\e \n') {
        cli.write(ch);
    }

    assert.strictEqual((await cli.answer()).responseId, 'a b,c=d\\e');
}));


test('a thousand commands at once are answered in order', () =>
    using(async (opened) => {
    const cli = await open(opened);
    const lines = [];

    for (let i = 0; i < 1000; i++) {
        lines.push(i % 3 === 0 ? `startWebRTC ersip=127.0.0.1 ersport=9`
                                 + ` roomid=p commandId=${i}`
                   : i % 3 === 1 ? `stopWebRTC commandId=${i}`
                   : `nothing commandId=${i}`);
    }

    cli.write(lines.join('\n') + '\n');

    for (let i = 0; i < 1000; i++) {
        const answer = await cli.answer();

        assert.strictEqual(answer.responseId, String(i));
        assert.strictEqual(answer.status, i % 3 < 2 ? 'SUCCESS' : 'FAIL',
                           JSON.stringify(answer));
    }

    cli.write('stopWebRTC\n');
    await cli.answer();
}));


test('text is for people', () => using(async (opened) => {
    const cli = await open(opened, suite.nginx.options.evoTextPort);

    const version = await cli.text('version', /releaseNumber: \S+\n\r\n\r$/);

    assert.match(version, new RegExp('^Command entered successfully!\n\r'
                                     + 'Version\n\r\n\r    banner: .*\n\r'));

    const started = await cli.text(
        'startWebRTC ersip=127.0.0.1 ersport=9 roomid=a\\ b _v=1,2',
        /token: \n\r\n\r$/);

    assert.match(started, new RegExp(
        '^Command entered successfully!\n\r'
        + 'Started WebRTC Negotiation Service\n\r\n\r'
        + '    _v: \n\r      -- 1\n\r      -- 2\n\r'
        + '    configId: \\d+\n\r    ers: \n\r    ersOverSsl: false\n\r'
        + '    ersip: 127.0.0.1\n\r    ersport: 9\n\r'
        + '    keepAlive: true\n\r    name: evostreamms\n\r'
        + '    operationType: 9\n\r    roomid: a b\n\r'));

    assert.strictEqual(
        await cli.text('startWebRTC ersip=127.0.0.1 ersport=9 roomid=a\\ b',
                       /\n\r\n\r$/),
        'Command failed!\n\rUnable to start WebRTC\n\r\n\r');

    await cli.text('stopWebRTC', /roomid: \n\r\n\r$/);

    await cli.text('quit', /^Command entered successfully!\n\rBye!\n\r/);
    await until('the connection is closed', () => cli.ended);
}));


test('an answer reaches who has shut down its side', () =>
    using(async (opened) => {
    const cli = await open(opened);

    cli.socket.end('help\nversion\nhalf a line');

    assert.strictEqual((await cli.answer()).description,
                       'Available commands');
    assert.strictEqual((await cli.answer()).description, 'Version');
    assert.strictEqual(await cli.answer(), null);
}));


test('lines of a megabyte, and of one byte too many, close', () =>
    using(async (opened) => {
    const cli = await open(opened);

    cli.write('x'.repeat(1024 * 1024));
    assert.strictEqual(await cli.answer(), null);

    /* 4096 bytes with the end of the line */

    const fits = await open(opened, port(strict));

    fits.write('a'.repeat(4095) + '\n');
    assert.match((await fits.answer()).description,
                 /^command a{4095} not known/);

    fits.write('a'.repeat(4096) + '\n');
    assert.strictEqual(await fits.answer(), null);

    /* so it is over HTTP */

    const url = strict.nginx.options.evoUrl;
    const long = (n) => command(url, 'version',
                                `commandId=${'b'.repeat(n)}`);

    assert.strictEqual((await long(4000)).status, 'SUCCESS');
    assert.strictEqual((await long(4090)).description,
                       'Syntax error. Command is too long');
}));


test('any bytes get an answer', () => using(async (opened) => {
    const cli = await open(opened);

    cli.write(Buffer.from([0, 1, 2, 0xff, 0x0a]));
    assert.strictEqual((await cli.answer()).description,
                       'command \0\x01\x02\ufffd not known.'
                       + ' Type help for list of commands');

    cli.write(Buffer.from('startWebRTC ersip=127.0.0.1 ersport=9'
                          + ' roomid=\xc0\x80\n', 'latin1'));
    assert.strictEqual((await cli.answer()).description,
                       'Syntax error. Parameter roomid is invalid');

    cli.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.match((await cli.answer()).description, /^command get not known/);
    assert.match((await cli.answer()).description,
                 /^command host: not known/);

    for (const one of ['=', ',', '\\', '\\\\\\', '= = =', 'x =,=,',
                       ','.repeat(16000), ' \\ '.repeat(5000)])
    {
        cli.write(`${one}\n`);
        assert.strictEqual((await cli.answer()).status, 'FAIL');
    }
}));


test('who says nothing, or never ends, is closed', () =>
    using(async (opened) => {
    const silent = await open(opened, port(strict));
    const slow = await open(opened, port(strict));
    const began = Date.now();

    const drip = setInterval(() => slow.write('v'), 50);

    try {
        await until('both are closed', () => silent.ended && slow.ended,
                    { timeout: 10000 });

    } finally {
        clearInterval(drip);
    }

    assert.ok(Date.now() - began >= 1900);

    /* who talks stays */

    const busy = await open(opened, port(strict));

    for (let i = 0; i < 7; i++) {
        await sleep(400);
        assert.strictEqual((await busy.say('version')).status, 'SUCCESS');
    }
}));


test('who does not read holds up nobody but itself', () =>
    using(async (opened) => {
    const deaf = await RawSocket.open(port(strict));

    opened.push(deaf);
    deaf.socket.pause();

    /* far more than the kernel takes: help is some kB */

    for (let i = 0; i < 200; i++) {
        deaf.write('help\n'.repeat(100));
    }

    const cli = await open(opened, port(strict));

    for (let i = 0; i < 10; i++) {
        assert.strictEqual((await cli.say('version')).status, 'SUCCESS');
    }

    await until('the deaf one is given up', () =>
        /does not read its answer/.test(strict.nginx.errorLog()));
}));


test('many at once, and gone in the middle', async () => {
    await using(async (opened) => {
        const all = await Promise.all(Array.from({ length: 100 },
                                                 () => open(opened)));

        const answers = await Promise.all(all.map((cli) =>
            cli.say('listConfig')));

        assert.ok(answers.every((one) => one.status === 'SUCCESS'));

        for (const cli of all) {
            cli.write('help\nhelp\nversion');
        }
    });

    await using(async (opened) => {
        const cli = await open(opened);

        assert.strictEqual((await cli.say('version')).status, 'SUCCESS');
    });
});


test('a reload closes what is idle and loses no configuration', () =>
    using(async (opened) => {
    const cli = await open(opened);
    const half = await open(opened);

    await cli.say('startWebRTC ersip=127.0.0.1 ersport=9 roomid=stays');
    half.write('vers');

    const old = suite.nginx.workers();

    await suite.nginx.reload();

    await until('connections of old workers are closed', () =>
        cli.ended && half.ended);
    await until('the old workers have left', () =>
        suite.nginx.processes().every((pid) => !old.includes(pid)));

    const again = await open(opened);
    const { data } = await again.say('listConfig');

    assert.deepStrictEqual(data.webrtc.map((one) => one.roomid), ['stays']);
    assert.strictEqual((await again.say('stopWebRTC')).status, 'SUCCESS');
}));


test('what nginx says of the directives', async () => {
    const tcp = await freeTcp();
    const udp = await freeUdp(5);

    const check = (stream, media = 'webrtc_media;') => testConfig(
        `${loadModules()}pid nginx.pid;\nwebrtc_zone webrtc:16m;\nevents {}
        stream { server { listen 127.0.0.1:${udp}-${udp + 3} udp; ${media} }
        ${stream} }`);

    const server = (lines) =>
        `server { listen 127.0.0.1:${tcp}; ${lines} }`;

    for (const good of ['webrtc_evostream_cli;',
                        'webrtc_evostream_cli json;',
                        'webrtc_evostream_cli text;'
                        + ' webrtc_evostream_cli_timeout 1s;'])
    {
        assert.ok(check(server(good)).ok, good);
    }

    for (const [bad, why] of [
        ['webrtc_evostream_cli xml;', /invalid value "xml", it must be/],
        ['webrtc_evostream_cli; webrtc_evostream_cli;', /is duplicate/],
        ['webrtc_evostream_cli; webrtc_media;', /cannot be used together/],
        ['webrtc_evostream_cli; proxy_pass 127.0.0.1:1;',
         /another directive that handles connections are in one server/],
        ['proxy_pass 127.0.0.1:1; webrtc_evostream_cli;',
         /cannot be used together/],
        ['webrtc_evostream_cli_timeout 0;', /time must be greater than zero/],
    ]) {
        const { ok, stderr } = check(server(bad));

        assert.ok(!ok, bad);
        assert.match(stderr, why);
    }

    const datagrams = check(`server { listen 127.0.0.1:${tcp};`
        + ` listen 127.0.0.1:${udp + 4} udp; webrtc_evostream_cli; }`);

    assert.ok(!datagrams.ok);
    assert.match(datagrams.stderr, new RegExp(
        `"listen 127.0.0.1:${udp + 4}" of the server with`
        + ' "webrtc_evostream_cli" must not have "udp", in .*nginx.conf:'));

    const { ok, stderr } = check(server('webrtc_evostream_cli;'),
                                 'return "";');

    assert.ok(!ok);
    assert.match(stderr, /webrtc_evostream_cli/);
});
