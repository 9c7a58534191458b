/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * EvoStream's API over HTTP: the calls of its documentation, every failure,
 * every command, and the habits of the clients that are around.
 */

'use strict';

const assert = require('node:assert');
const dgram = require('node:dgram');
const { after, before, test } = require('node:test');

const { command, must, parameters } = require('../lib/evostream');
const { evostream } = require('../lib/evostream_conf');
const { gateway } = require('../lib/gateway_conf');
const { request } = require('../lib/gateway');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { freeUdp } = require('../lib/ports');
const { RawSocket } = require('../lib/rawsocket');
const { channel, serve, using } = require('../lib/suite');


const KEYS = ['configId', 'ers', 'ersOverSsl', 'ersip', 'ersport',
              'keepAlive', 'name', 'operationType', 'roomid', 'sslCert',
              'sslKey', 'token'];

const STARTED = 'Started WebRTC Negotiation Service';

/* a name server that knows one name, refuses one, and is silent on others */

const names = dgram.createSocket('udp4');
let namesPort;

names.on('message', (query, from) => {
    const labels = [];
    let at = 12;

    while (query[at]) {
        labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
        at += query[at] + 1;
    }

    const name = labels.join('.');
    const isA = query.readUInt16BE(at + 1) === 1;
    const known = name === 'known.example';

    if (!known && name !== 'bad.example') {
        return;
    }

    const end = at + 5;
    const reply = Buffer.from(query.subarray(0, end));

    reply.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
    reply.writeUInt16BE(known && isA ? 1 : 0, 6);
    reply.writeUInt32BE(0, 8);

    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4,
                                127, 0, 0, 1]);

    names.send(known && isA ? Buffer.concat([reply, record]) : reply,
               from.port, from.address);
});

before(async () => {
    namesPort = await freeUdp();
    await new Promise((resolve) => {
        names.bind(namesPort, '127.0.0.1', resolve);
    });
});

after(() => names.close());


const suite = serve(async () => {
    const both = await evostream({
        stream: [], http: [], main: [],
        web: ['location /ems/api/ { webrtc_evostream_api; }'],
    });

    /* the ports of the gateway are streams too */

    return {
        ...both,
        ...await gateway({
            brokers: false,
            workers: 2,
            http: both.http,
            web: both.web,
            main: [`webrtc_evostream_resolver 127.0.0.1:${namesPort}`
                   + ' ipv6=off;',
                   'webrtc_evostream_resolver_timeout 1s;',
                   'webrtc_evostream_max_configs 20;'],
        }),
        stream: both.stream,
    };
});

const evo = () => suite.nginx.options.evoUrl;
const say = (name, params) => command(evo(), name, params);
const succeed = (name, params) => must(evo(), name, params);

/* nobody listens there: configurations wait, and are of no consequence */

const PLACE = { ersip: '127.0.0.1', ersport: 9 };

let rooms = 0;

function room() {
    return `room-${++rooms}`;
}


async function stopAll() {
    await say('stopWebRTC');

    const { webrtc } = await succeed('listConfig');

    assert.deepStrictEqual(webrtc, []);
}


async function fails(name, params, description) {
    const answer = await say(name, params);

    assert.deepStrictEqual({ ...answer },
                           { data: null, description, status: 'FAIL' });
    assert.strictEqual(answer.http.status, 200);
}


test('both pages: the sample call', async () => {
    const answer = await request(evo(), 'GET', '/startWebrtc?params='
        + Buffer.from('ersip=52.6.14.61 ersport=3535 roomid=testRoom')
            .toString('base64'));

    assert.strictEqual(answer.status, 200);
    assert.strictEqual(answer.headers['content-type'], 'text/plain');
    assert.strictEqual(answer.headers.connection, 'close');

    const { configId } = answer.json.data;

    assert.ok(Number.isInteger(configId) && configId > 0, answer.text);

    /* flat, its keys in byte order, compact: the bytes of an EMS */

    assert.strictEqual(answer.text,
        `{"data":{"configId":${configId},"ers":"","ersOverSsl":false,`
        + '"ersip":"52.6.14.61","ersport":3535,"keepAlive":true,'
        + '"name":"evostreamms","operationType":9,"roomid":"testRoom",'
        + '"sslCert":"","sslKey":"","token":""},'
        + `"description":"${STARTED}","status":"SUCCESS"}\r\n\r\n`);

    assert.deepStrictEqual(Object.keys(answer.json.data), KEYS);

    /* "Room ID can only be started once" */

    await fails('startWebrtc', 'ersip=52.6.14.61 ersport=3535'
                + ' roomid=testRoom', 'Unable to start WebRTC');

    assert.deepStrictEqual(await succeed('stopWebRTC', {
        ersip: '52.6.14.61', ersport: 3535, roomid: 'testRoom' }),
    { ersip: '52.6.14.61', ersport: 3535, roomid: 'testRoom' });

    await fails('stopWebRTC', undefined, 'Unable to stop WebRTC');
});


test('every failure of startWebRTC, in their order', async () => {
    const cases = [
        [undefined, 'Syntax error. No parameters provided'],
        ['', 'Syntax error. No parameters provided'],
        ['roomid=r', 'Syntax error. Parameter ersport is invalid'],
        ['ersport=x', 'Syntax error. Parameter ersport is invalid'],
        ['ersport=+1', 'Syntax error. Parameter ersport is invalid'],
        ['ersport=01', 'Syntax error. Parameter ersport is invalid'],
        ['ersport=0',
         'Syntax error. Parameter ersport is invalid. Range: 1 - 65535'],
        ['ersport=65536',
         'Syntax error. Parameter ersport is invalid. Range: 1 - 65535'],
        ['ersport=9', 'Syntax error. Parameter roomid is invalid'],
        ['ersport=9 roomid=\\ ', 'Syntax error. Parameter roomid is invalid'],
        ['ersport=9 roomid=a,b', 'Syntax error. Parameter roomid is invalid'],
        ['ersport=9 roomid=r', 'No ers parameter passed'],
        ['ersport=9 roomid=r ers=bad.example', 'Unable to resolve ERS'],
        ['ersport=9 roomid=r ers=bad.example ersip=127.0.0.1',
         'Unable to resolve ERS'],
        ['ersport=9 roomid=r ersip=bad.example', 'Unable to start WebRTC'],
    ];

    for (const [params, description] of cases) {
        await fails('startWebRTC', params, description);
    }

    assert.deepStrictEqual((await succeed('listConfig')).webrtc, []);
});


test('names are looked up, and nobody waits for it but who asked',
     async () => {
    const name = room();

    assert.strictEqual((await succeed('startWebRTC', {
        ers: 'known.example', ersport: 9, roomid: name })).ers,
    'known.example');

    /* the same server, by whichever name it was called */

    await fails('startWebRTC', { ersip: 'known.example', ersport: 9,
                                 roomid: name }, 'Unable to start WebRTC');

    assert.strictEqual((await succeed('startWebRTC', {
        ersip: 'known.example', ersport: 9, roomid: room() })).ersip,
    'known.example');

    for (const host of ['localhost', '::1', '[::1]', '127.0.0.1']) {
        await succeed('startWebRTC', { ers: host, ersport: 9,
                                       roomid: name });
    }

    let late = false;

    const slow = say('startWebRTC', { ers: 'silent.example', ersport: 9,
                                      roomid: name })
        .then((answer) => { late = true; return answer; });

    for (let i = 0; i < 20; i++) {
        await succeed('version');
    }

    assert.strictEqual(late, false);
    assert.strictEqual((await slow).description, 'Unable to resolve ERS');

    /* who goes while it is looked up is not missed */

    const gone = await RawSocket.open(Number(new URL(evo()).port));

    gone.write('GET /startWebRTC?p=' + Buffer.from(
        `ers=quiet.example ersport=9 roomid=${name}`).toString('base64url')
        + ' HTTP/1.0\r\n\r\n');
    gone.close();

    await succeed('version');
    await stopAll();
});


test('configurations are listed, shown, removed and started again',
     async () => {
    const name = room();

    const { configId } = await succeed('startWebRTC',
        `ersip=127.0.0.1 ersport=9 roomid=${name} token=secret keepAlive=no`
        + ' ersOverSsl=true _owner=me _tags=a,b');

    const config = { _owner: 'me', _tags: ['a', 'b'], configId, ers: '',
                     ersOverSsl: true, ersip: '127.0.0.1', ersport: 9,
                     keepAlive: false, operationType: 9, roomid: name,
                     token: 'secret' };

    const info = await succeed('getConfigInfo', { id: configId });
    const { status, ...rest } = info;

    assert.deepStrictEqual(rest, config);
    assert.deepStrictEqual(Object.keys(status).sort(),
                           ['attempts', 'current', 'fault', 'viewers']);
    assert.strictEqual(typeof status.current.code, 'number');
    assert.ok(Math.abs(status.current.timestamp - Date.now() / 1000) < 60);

    await succeed('removeConfig', { id: configId });
    await fails('getConfigInfo', { id: configId }, 'Config ID not found');

    const again = await succeed('startWebRTC', { ...PLACE, roomid: name });

    assert.ok(again.configId > configId);

    const list = await say('listConfig');

    assert.strictEqual(list.description, 'Run-time configuration');
    assert.deepStrictEqual(Object.keys(list.data),
                           ['dash', 'hds', 'hls', 'metalistener', 'mss',
                            'process', 'pull', 'push', 'record', 'webrtc']);
    assert.deepStrictEqual(list.data.webrtc.map((one) => one.roomid), [name]);
    assert.deepStrictEqual((await succeed('listPullPushConfig')).webrtc[0]
        .configId, again.configId);

    const removed = await say('removePullPushConfig',
                              { id: again.configId });

    assert.strictEqual(removed.description, 'Configuration terminated');
    assert.strictEqual(removed.data.roomid, name);
    assert.strictEqual((await say('removeConfig', { id: again.configId }))
        .data, null);
    await fails('removeConfig', undefined, 'No id nor group name provided');
    assert.strictEqual(await succeed('removeConfig', { groupName: 'g' }),
                       null);
    await fails('getConfigInfo', undefined,
                'Syntax error. No parameters provided');
    await fails('getConfigInfo', { id: 'x' },
                'Syntax error. Parameter id is invalid');
});


test('stopWebRTC takes what matches', async () => {
    const [one, two, three] = [room(), room(), room()];

    await succeed('startWebRTC', { ...PLACE, roomid: one });
    await succeed('startWebRTC', { ...PLACE, ersport: 10, roomid: two });
    await succeed('startWebRTC', { ersip: '127.0.0.2', ersport: 9,
                                   roomid: three });

    const left = async () => (await succeed('listConfig')).webrtc
        .map((config) => config.roomid);

    await fails('stopWebRTC', { ersport: 11 }, 'Unable to stop WebRTC');
    await fails('stopWebRTC', { ersip: '127.0.0.2', roomid: one },
                'Unable to stop WebRTC');
    assert.deepStrictEqual(await left(), [one, two, three]);

    assert.deepStrictEqual(await succeed('stopWebRTC', { ersport: 10 }),
                           { ersip: '', ersport: 10, roomid: '' });
    assert.deepStrictEqual(await left(), [one, three]);

    assert.deepStrictEqual(await succeed('stopWebRTC', { roomid: three }),
                           { ersip: '', ersport: 0, roomid: three });
    assert.deepStrictEqual(await succeed('stopWebRTC'),
                           { ersip: '', ersport: 0, roomid: '' });
    assert.deepStrictEqual(await left(), []);
});


test('a full table refuses, and has room again', async () => {
    for (let i = 0; i < 20; i++) {
        await succeed('startWebRTC', { ...PLACE, roomid: room() });
    }

    await fails('startWebRTC', { ...PLACE, roomid: room() },
                'Unable to start WebRTC. Too many configurations');
    await stopAll();

    /* rows are free when their services have let them go */

    await until('a configuration is taken', () =>
        succeed('startWebRTC', { ...PLACE, roomid: room() }));
    await stopAll();
});


test('a room may have any name, and answers any commandId', async () => {
    const odd = 'a b,c=d\\e/"ü\u{1f600}';

    const answer = await say('STARTwebrtc', { ...PLACE, roomid: odd,
                                              commandID: 'x y/z' });

    assert.strictEqual(answer.data.roomid, odd);
    assert.strictEqual(answer.responseId, 'x y/z');
    assert.match(answer.http.text, /"responseId":"x y\\\/z"/);

    const refused = await say('nothing', { commandid: '7' });

    assert.deepStrictEqual({ ...refused }, {
        data: null, responseId: '7', status: 'FAIL',
        description: 'command nothing not known.'
                     + ' Type help for list of commands' });
    await stopAll();
});


test('senders and ports are streams, and end on demand', () =>
    using(async (opened) => {
    const id = channel();
    const api = `http://127.0.0.1:${suite.nginx.options.gatewayPort}`;

    const peer = await Peer.join(suite.nginx.signalingUrl, {
        role: 'sendonly', channel_id: id, audio: true, video: true });

    opened.push(peer);

    const port = (await request(api, 'POST', '/media', { is_video: true }))
        .json.media_id;

    const streams = await until('both are listed', async () => {
        const list = await succeed('listStreams');

        return list.length === 2 && list;
    });

    const [sender, media] = streams;

    assert.strictEqual(sender.channelId, id);
    assert.strictEqual(sender.type, 'INP');
    assert.strictEqual(sender.outStreamsUniqueIds, null);
    assert.strictEqual(media.name, port);
    assert.notStrictEqual(sender.uniqueId, media.uniqueId);

    assert.deepStrictEqual(await succeed('listStreamsIds'),
                           streams.map((one) => one.uniqueId));
    assert.deepStrictEqual(await succeed('getStreamsCount'),
                           { streamCount: 2 });
    assert.deepStrictEqual(await succeed('listInboundStreamNames'),
                           streams.map(({ name }) => ({ name })));

    for (const key of [{ id: sender.uniqueId }, { localStreamName: id },
                       { localStreamName: sender.name }])
    {
        assert.strictEqual((await succeed('getStreamInfo', key)).name,
                           sender.name);
        assert.deepStrictEqual(await succeed('isStreamRunning', key),
                               { Running: true });
    }

    await fails('getStreamInfo', { id: 999999 }, 'Stream 999999 not found');
    await fails('getStreamInfo', { localStreamName: 'x/y' },
                'Stream x/y not found');

    const closed = await say('shutdownStream', { id: sender.uniqueId });

    assert.strictEqual(closed.description, 'Stream closed');
    assert.strictEqual(closed.data.streamInfo.name, sender.name);

    await until('the sender is gone', async () =>
        !(await succeed('isStreamRunning', { id: sender.uniqueId })).Running);
    await until('its client was told', () => peer.closed || peer.isClosed
        || peer.signaling?.closed);

    assert.strictEqual((await say('shutdownStream', { localStreamName: port,
                                                      permanently: 1 }))
        .description, 'Stream closed');
    assert.deepStrictEqual(await succeed('isStreamRunning',
                                         { localStreamName: port }),
                           { Running: false });
    await fails('shutdownStream', { localStreamName: port },
                'Stream no longer available');
    assert.strictEqual((await request(api, 'DELETE', `/media/${port}`))
        .status, 404);
}));


test('version, help and quit', async () => {
    const version = await say('version');

    assert.strictEqual(version.description, 'Version');
    assert.deepStrictEqual(Object.keys(version.data),
                           ['banner', 'branchName', 'buildDate',
                            'buildNumber', 'codeName', 'hash',
                            'releaseNumber']);

    const help = await say('help');

    assert.strictEqual(help.description, 'Available commands');

    for (const one of help.data) {
        assert.deepStrictEqual(Object.keys(one), ['command', 'deprecated',
                                                  'description',
                                                  'parameters']);

        const answer = await say(one.command.toUpperCase());

        assert.doesNotMatch(answer.description, /not known/);
    }

    assert.strictEqual((await say('quit')).description, 'Bye!');
});


test('the path and the query are read as an EMS reads them', async () => {
    const get = (path, method = 'GET', body, base = evo()) =>
        request(base, method, path, body);
    const name = room();
    const text = parameters({ ...PLACE, roomid: `${name}>>??` });
    const base64 = Buffer.from(text).toString('base64');

    assert.match(base64, /[+/]/);

    const seen = async (path, ...rest) => {
        const { json } = await get(path, ...rest);

        assert.strictEqual(json.status, 'SUCCESS', path);
        assert.strictEqual(json.data.roomid, `${name}>>??`);

        await stopAll();
    };

    await seen(`/startWebRTC?params=${base64}`);
    await seen(`/startWebRTC?params=${encodeURIComponent(base64)}`);
    await seen(`/startWebRTC?anything=${base64}&params=aaaa`);
    await seen('/startWebRTC?p=' + Buffer.from(text).toString('base64url'));
    await seen(`/any/where/startWebRTC?p=${base64}`);
    await seen(`/start%57ebRTC?p=${base64}%0A`);
    await seen(`/startWebRTC?p=${base64}`, 'POST', 'x'.repeat(100000));
    await seen(`/startWebRTC?p=${base64}`, 'DELETE');
    await seen(`/ems/api/startWebRTC?p=${base64}`, 'GET', undefined,
               suite.nginx.url);

    assert.match((await get('/')).text, /command  not known/);
    assert.match((await get('/?x=y')).text, /not base64/);
    assert.match((await get('/version?x=%00')).text, /not base64/);
    assert.match((await get('/version%20commandId=1')).json.description,
                 /^command version commandid=1 not known/);
});


test('hostile requests get an answer and harm nothing', async () => {
    const port = Number(new URL(evo()).port);
    const b64 = (data) => Buffer.from(data).toString('base64url');

    const bad = [
        [`/version?p=${b64('commandId=\0\0')}`, /"responseId":"\\u0000/],
        [`/version?p=${b64(Buffer.from('commandId=\xff\xfe', 'latin1'))}`,
         /"responseId":"\ufffd\ufffd"/],
        ['/%ff%fe', /command \ufffd\ufffd not known/],
        [`/startWebRTC?p=${b64('ersport=9 ersip=a\0b roomid=r')}`,
         /Parameter ersip is invalid/],
        [`/startWebRTC?p=${b64(Buffer.from('ersip=a ersport=9 roomid=\xff',
                                           'latin1'))}`,
         /Parameter roomid is invalid/],
        [`/startWebRTC?p=${b64('='.repeat(3000))}`, /ersport is invalid/],
        [`/startWebRTC?p=${b64(','.repeat(3000))}`, /ersport is invalid/],
        [`/startWebRTC?p=${b64(' '.repeat(3000))}`, /No parameters/],
        [`/startWebRTC?p=${b64('\\'.repeat(3000))}`, /ersport is invalid/],
        [`/startWebRTC?p=${b64('a=1\nquit')}`, /ersport is invalid/],
        [`/${'x'.repeat(5000)}`, /command x+ not known/],
    ];

    for (const [path, want] of bad) {
        const raw = await RawSocket.open(port);

        raw.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);

        const text = await raw.rest();

        assert.match(text, /^HTTP\/1.1 200 /, path.slice(0, 60));
        assert.match(text, want);
        assert.ok(text.endsWith('\r\n\r\n'));
        JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
    }

    /* half a request, and one that nobody waits for */

    for (let i = 0; i < 50; i++) {
        const raw = await RawSocket.open(port);

        raw.write('GET /help HTTP/1.1\r\nHost: a\r\n' + (i % 2 ? '\r\n'
                                                              : ''));
        raw.close();
    }

    const many = await Promise.all(Array.from({ length: 100 },
                                              () => say('help')));

    assert.ok(many.every((one) => one.status === 'SUCCESS'));
    assert.deepStrictEqual((await succeed('listConfig')).webrtc, []);
});
