/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The client of a rendezvous server against the npm package socket.io@0.9,
 * which such servers are made of.
 */

'use strict';

const assert = require('node:assert');
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { after, before, test } = require('node:test');

const socketio = require('socket.io-0.9');

const { sleep, until } = require('../lib/poll');
const { freeTcp } = require('../lib/ports');


const TOP = path.join(__dirname, '../..');

const SOURCES = [
    't/lib/ers_dial.c',
    'src/core/ngx_webrtc_standalone.c',
    'src/core/ngx_webrtc_text.c',
    'src/crypto/ngx_webrtc_hmac.c',
    'src/crypto/ngx_webrtc_random.c',
    'src/proto/ngx_webrtc_http_reply.c',
    'src/proto/ngx_webrtc_http_reply_head.c',
    'src/proto/ngx_webrtc_json.c',
    'src/proto/ngx_webrtc_socket_io_1.c',
    'src/proto/ngx_webrtc_websocket.c',
    'src/front/evostream/ngx_webrtc_ers_client.c',
    'src/front/evostream/ngx_webrtc_ers_client_event.c',
    'src/front/evostream/ngx_webrtc_ers_client_handshake.c',
    'src/front/evostream/ngx_webrtc_ers_client_message.c',
    'src/front/evostream/ngx_webrtc_ers_client_packet.c',
    'src/front/evostream/ngx_webrtc_ers_client_servers.c',
];

let folder;

before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ers_dial-'));

    execFileSync('cc', ['-g', '-O1', '-fsanitize=address,undefined',
                        '-fno-sanitize-recover=undefined', '-Wall', '-Werror',
                        '-DNGX_WEBRTC_STANDALONE', '-Isrc',
                        '-o', path.join(folder, 'ers_dial'), ...SOURCES,
                        '-ljansson', '-lwslay', '-lcrypto'],
                 { cwd: TOP });
});

after(() => fs.rmSync(folder, { recursive: true, force: true }));


/* A server of socket.io 0.9; on_connection() gets its sockets. */

async function serve(t, settings, onConnection, onRequest) {
    const server = http.createServer();
    const logged = [];
    const log = (text) => { logged.push(String(text)); };

    const io = socketio.listen(server, {
        'client store expiration': 0,
        logger: { error: log, warn: log, info: log, debug: log },
        ...settings,
    });

    io.sockets.on('connection', onConnection);

    if (onRequest) {
        server.prependListener('request', onRequest);
    }

    server.listen(await freeTcp(), '127.0.0.1');
    await once(server, 'listening');

    t.after(() => {
        server.closeAllConnections();
        io.server.close();
    });

    return { io, logged, server, port: server.address().port };
}


/* Our client on a socket of its own; what it is told is in events. */

function dial(t, port, { room = 'testRoom', silence = 30000 } = {}) {
    const child = spawn(path.join(folder, 'ers_dial'),
                        [String(port), room, String(silence)],
                        { stdio: ['ignore', 'pipe', 'pipe'] });

    const client = { events: [], errors: '', code: undefined };

    readline.createInterface({ input: child.stdout })
        .on('line', (line) => client.events.push(JSON.parse(line)));
    child.stderr.on('data', (text) => { client.errors += text; });
    child.on('close', (code) => { client.code = code; });

    client.told = (type) => until(
        `the client is told "${type}"`,
        () => client.events.find((event) => event.type === type));

    t.after(async () => {
        if (client.code === undefined) {
            child.kill();
            await once(child, 'close');
        }

        assert.strictEqual(client.errors, '');
    });

    return client;
}


/* a room that nobody else wants */

function room(then) {
    return (socket) => {
        socket.emit('stunservers', [{ url: 'stun:127.0.0.1:1' }]);
        socket.emit('turnservers', []);

        socket.on('join', (name, about, callback) => {
            callback(null, { clients: {} });
            then(socket, name, about);
        });

        socket.emit('ersid', { id: socket.id });
    };
}


test('a viewer is served from the join to the goodbye', async (t) => {
    const heard = [];
    let joined, gone;

    const { port } = await serve(t, {}, room((socket, name, about) => {
        joined = { name, about };

        socket.on('message', (message) => {
            heard.push(message);

            if (message.type === 'offer') {
                const answer = { from: message.to, sid: message.sid,
                                 roomType: 'video', prefix: 'webkit' };

                socket.emit('message', { ...answer, type: 'answer',
                                         payload: { type: 'answer',
                                                    sdp: 'v=0\r\n' } });
                socket.emit('message', { ...answer, type: 'candidate',
                                         payload: { candidate: {
                                             candidate: 'candidate:1 "x" é',
                                             sdpMid: '0',
                                             sdpMLineIndex: 0 } } });

            } else {
                socket.emit('message', { from: message.to, type: 'command',
                                         payload: { command: 'Stop' } });
            }
        });

        socket.on('disconnect', (reason) => { gone = reason; });

        socket.emit('clientJoined', { id: 'viewer', emsid: socket.id,
                                      streamName: 'an "offer" é',
                                      transport: 'srtp' });
    }));

    const client = dial(t, port, { room: 'a "taken" room é' });

    await until('the client has left', () => client.code !== undefined);

    assert.strictEqual(client.code, 0);
    assert.deepStrictEqual(client.events.map((event) => event.type),
                           ['joined', 'viewer', 'message', 'message',
                            'message']);
    assert.strictEqual(client.events[1].stream, 'an "offer" é');
    assert.strictEqual(client.events[2].sdp, 'v=0\r\n');
    assert.strictEqual(client.events[3].candidate, 'candidate:1 "x" é');
    assert.strictEqual(client.events[4].command, 'Stop');

    assert.strictEqual(joined.name, 'a "taken" room é');
    assert.strictEqual(joined.about.emsToken, 'secret');
    assert.strictEqual(joined.about.rmsToken, 'secret');
    assert.ok(Math.abs(joined.about.index - Date.now() / 1000) < 60);

    assert.deepStrictEqual(heard, [
        { to: 'viewer', sid: '7', roomType: 'video', type: 'offer',
          payload: { type: 'offer', sdp: 'offer for an "offer" é' },
          prefix: 'webkit' },
        { to: 'viewer', sid: '7', roomType: 'video', type: 'candidate',
          payload: { candidate: { candidate: 'candidate:1 "x" é',
                                  sdpMid: '0', sdpMLineIndex: 0 } },
          prefix: 'webkit' },
    ]);

    await until('the server knows that the client has left', () => gone);
    assert.strictEqual(gone, 'booted');
});


test('heartbeats keep the connection', async (t) => {
    let gone;

    const { logged, port } = await serve(
        t, { 'heartbeat interval': 1, 'heartbeat timeout': 2 },
        room((socket) => {
            socket.on('disconnect', (reason) => { gone = reason; });
        }));

    const client = dial(t, port, { silence: 1900 });

    await client.told('joined');
    await until('four heartbeats are answered', () =>
        logged.filter((text) => text === 'got heartbeat packet').length >= 4);

    assert.strictEqual(gone, undefined);
    assert.deepStrictEqual(client.events.map((event) => event.type),
                           ['joined']);
});


test('a server without heartbeats may be silent', async (t) => {
    const { io, port } = await serve(t, {}, room(() => {}));

    io.disable('heartbeats');

    const client = dial(t, port, { silence: 200 });

    await client.told('joined');

    await sleep(1000);

    assert.strictEqual(client.events.length, 1);
});


test('the server is warned before its silence ends', async (t) => {
    const warned = [];

    const { port } = await serve(t, {}, room((socket) => {
        socket.on('HBTimeout', (...args) => warned.push(args));
    }));

    const client = dial(t, port, { silence: 500 });

    const { reason } = await client.told('broken');

    assert.strictEqual(reason, 'the server fell silent');
    assert.deepStrictEqual(warned, [['Heartbeat Time-out',
                                     { EMS: true, RMS: true }]]);
});


test('a refusal is an error of the ack', async (t) => {
    const { port } = await serve(t, {}, (socket) => {
        socket.on('join', (name, about, callback) => callback('taken'));
    });

    /* and the client joins by itself where there is no "ersid" */

    const client = dial(t, port);

    const { reason } = await client.told('taken');

    assert.strictEqual(reason, 'the room is taken by another media server');
});


test('the server disconnects', async (t) => {
    const { port } = await serve(t, {}, room((socket) => {
        socket.disconnect();
    }));

    const client = dial(t, port);

    const { reason } = await client.told('broken');

    assert.strictEqual(reason, 'the server has disconnected us');
});


test('a client that may not come in is told so', async (t) => {
    const { io, port } = await serve(t, {}, () => {});

    io.set('authorization', (data, callback) => callback(null, false));

    const client = dial(t, port);

    const { reason } = await client.told('broken');

    assert.strictEqual(reason, 'the server refused the handshake');
});


test('a connection that ends with the handshake is made again', async (t) => {
    const { port } = await serve(t, {}, room(() => {}),
                                 (request, response) => {
        response.shouldKeepAlive = false;
    });

    const client = dial(t, port);

    await client.told('joined');

    assert.deepStrictEqual(client.events.map((event) => event.type),
                           ['reconnect', 'joined']);
});
