/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * How a rendezvous server is reached: by TLS, with its certificate, and by
 * its name.
 */

'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const { after, test } = require('node:test');

const { certificate } = require('../lib/certificate');
const { Dns } = require('../lib/dns');
const { Ers, instead } = require('../lib/ers');
const { evostream } = require('../lib/evostream_conf');
const { start, state, stop } = require('../lib/evostream_service');
const { Nginx } = require('../lib/nginx');
const { freeTcp } = require('../lib/ports');
const { until } = require('../lib/poll');
const { serve, using } = require('../lib/suite');


const good = certificate({ names: ['IP:127.0.0.1', 'DNS:localhost',
                                   'DNS:ers.example'] });
const other = certificate({ names: ['IP:192.0.2.1', 'DNS:other.example'] });
const stranger = certificate();

function bundle(...certs) {
    const file = certs[0].certFile;

    fs.writeFileSync(file, certs.map((c) => c.cert).join(''));

    return file;
}


let dns;

const TIMES = ['webrtc_evostream_retry 100ms 300ms;',
               'webrtc_evostream_connect_timeout 2s;'];

const suite = serve(async () => {
    dns = await Dns.start({ 'ers.example': '127.0.0.1',
                            'two.example': ['127.0.0.2', '127.0.0.1'] },
                          { ttl: 1 });

    return evostream({
        main: [...TIMES,
               'webrtc_evostream_ssl_trusted_certificate'
               + ` ${bundle(good, other)};`,
               `webrtc_evostream_resolver ${dns.address} ipv6=off;`,
               'webrtc_evostream_resolver_timeout 500ms;'],
        ers: false,
    });
});

after(() => dns?.close());


async function ersOf(opened, options) {
    const ers = await Ers.start(options);

    opened.push(ers);

    return ers;
}


async function join(opened, params, nginx = suite.nginx) {
    const id = await start(nginx, { port: params.ersport },
                           { roomid: `room ${params.ersport}`, ...params });

    opened.push({ close: () => stop(nginx, id) });

    return id;
}


for (const [name, params] of [['its address', {}],
                              ['localhost', { ersip: 'localhost' }],
                              ['its name', { ers: 'ers.example' }]])
{
    test(`a certificate of ${name}`, () => using(async (opened) => {
        const ers = await ersOf(opened, { tls: good });
        const id = await join(opened, { ersport: ers.port, ersOverSsl: 1,
                                        ...params });

        await state(suite.nginx, id, 'Connected');
    }));
}


for (const [what, tls, params, fault] of [
    ['another address', other, {}, 'certificate is of another address'],
    ['another name', other, { ers: 'ers.example' },
     'certificate is of another name'],
    ['another name, for localhost', other, { ersip: 'localhost' },
     'certificate is of another name'],
    ['nobody whom we trust', stranger, {}, 'certificate is not trusted'],
]) {
    test(`a certificate of ${what}`, () => using(async (opened) => {
        const ers = await ersOf(opened, { tls });
        const id = await join(opened, { ersport: ers.port, ersOverSsl: 1,
                                        keepAlive: 0, ...params });

        assert.strictEqual((await state(suite.nginx, id, 'Ended')).fault,
                           fault);
        assert.deepStrictEqual(ers.requests, []);
    }));
}


test('certificates are not looked at where that is off', () =>
    using(async (opened) => {
        const nginx = await Nginx.start(await evostream({
            main: [...TIMES, 'webrtc_evostream_ssl_verify off;',
                   'webrtc_evostream_ssl on;'],
            ers: false,
        }));

        opened.push({ close: () => nginx.stop() });

        const ers = await ersOf(opened, { tls: stranger });
        const id = await join(opened, { ersport: ers.port }, nginx);

        await state(nginx, id, 'Connected');
    }));


test('a server without TLS, and one that is silent', () =>
    using(async (opened) => {
        const plain = await ersOf(opened);
        const server = net.createServer((socket) =>
            opened.push({ close: () => socket.destroy() }));
        const port = await freeTcp();

        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
        opened.push({ close: () => server.close() });

        const params = { ersOverSsl: 1, keepAlive: 0 };
        const a = await join(opened, { ...params, ersport: plain.port });
        const b = await join(opened, { ...params, ersport: port });

        assert.strictEqual((await state(suite.nginx, a, 'Ended')).fault,
                           'TLS handshake failed');
        assert.strictEqual((await state(suite.nginx, b, 'Ended')).fault,
                           'TLS handshake timed out');
    }));


test('all addresses of a name are tried', () => using(async (opened) => {
    const ers = await ersOf(opened);
    const id = await join(opened, { ersport: ers.port, ers: 'two.example' });

    await state(suite.nginx, id, 'Connected');
}));


test('a server that wants a connection more, by its name', () =>
    using(async (opened) => {
        const at = instead('handshake', (req, res) => {
            res.setHeader('Connection', 'close');
            return false;
        });
        const ers = await ersOf(opened, { at });
        const id = await join(opened, { ersport: ers.port,
                                        ers: 'two.example' });

        await state(suite.nginx, id, 'Connected');
        assert.strictEqual(ers.connections, 2);
    }));


for (const [host, later, fault] of [
    ['gone.example', undefined, 'its name does not exist'],
    ['silent.example', null, 'its name was not resolved in time'],
]) {
    test(`${host}: ${fault}`, () => using(async (opened) => {
        dns.names[host] = '127.0.0.1';

        const id = await join(opened, { ersport: await freeTcp(), ers: host });

        dns.names[host] = later;

        await until('it is noticed', async () => {
            const status = await state(suite.nginx, id);

            return status.fault === fault;
        });
    }));
}
