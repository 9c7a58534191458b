/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The REST API of the gateway: every operation that needs no connection, its
 * errors, and the habits of the clients that are around.
 */

'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { test } = require('node:test');

const { request, RestPeer } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { serve } = require('../lib/suite');


const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}'
    + '-[0-9a-f]{12}';

const suite = serve(() => gateway({
    brokers: false,
    main: ['webrtc_gateway_idle 500ms;',
           'webrtc_gateway_linger 1500ms;',
           'webrtc_gateway_poll_timeout 800ms;',
           'webrtc_key open-key;',
           'webrtc_key home-key domain=home.example;'],
}));

let made = 0;

const KEY = 'open-key';
const nameOf = (what) => `${what}-${++made}`;
const base = () => `http://127.0.0.1:${suite.nginx.options.gatewayPort}`;


function ask(method, path, body, options) {
    return request(base(), method, path, body, options);
}


function create(id, options = {}) {
    return RestPeer.create(base(), id, { key: KEY, ...options });
}


/* The form of every error; returns its first item. */

function refused(res, status, command, field) {
    assert.strictEqual(res.status, status, res.text);
    assert.strictEqual(res.headers['content-type'], 'application/json');
    assert.deepStrictEqual(Object.keys(res.json), ['command_type', 'params']);
    assert.deepStrictEqual(Object.keys(res.json.params), ['errors']);

    const [error] = res.json.params.errors;

    assert.strictEqual(res.json.command_type, command, res.text);
    assert.strictEqual(error.field, field, res.text);
    assert.strictEqual(typeof error.message, 'string');

    return error;
}


test('a peer is made, shown and deleted', async () => {
    const id = nameOf('peer');

    const res = await ask('POST', '/peers', { key: KEY, domain: 'localhost',
                                              peer_id: id });

    assert.strictEqual(res.status, 201);
    assert.deepStrictEqual(Object.keys(res.json), ['command_type', 'params']);
    assert.strictEqual(res.json.command_type, 'PEERS_CREATE');
    assert.strictEqual(res.json.params.peer_id, id);

    const { token } = res.json.params;

    assert.match(token, new RegExp(`^pt-${UUID}$`));
    assert.strictEqual(token.length, 39);

    const status = await ask('GET', `/peers/${id}/status?token=${token}`);

    assert.strictEqual(status.status, 200);
    assert.deepStrictEqual(status.json, { peer_id: id, disconnected: false });

    const gone = await ask('DELETE', `/peers/${id}?token=${token}`);

    assert.strictEqual(gone.status, 204);
    assert.strictEqual(gone.text, '');

    refused(await ask('DELETE', `/peers/${id}?token=${token}`), 404,
            'PEERS_DELETE', 'peer_id');
    refused(await ask('GET', `/peers/${id}/status?token=${token}`), 404,
            'PEERS_STATUS', 'peer_id');
});


test('OPEN waits for the first poll, CLOSE for the last', async () => {
    const peer = await create(nameOf('peer'));
    const path = `/peers/${peer.id}/events${peer.query}`;
    const params = { peer_id: peer.id, token: peer.token };

    assert.deepStrictEqual(await peer.must(200, 'GET', path),
                           { event: 'OPEN', params });

    refused(await ask('GET', path), 408, 'PEERS_EVENTS', 'request');

    await peer.close();

    assert.deepStrictEqual(await peer.must(200, 'GET', path),
                           { event: 'CLOSE', params });

    refused(await ask('GET', path), 404, 'PEERS_EVENTS', 'peer_id');
});


test('who polls when a peer is deleted gets its CLOSE', async () => {
    const peer = await create(nameOf('peer'));
    const closed = peer.peerEvent('CLOSE');

    assert.strictEqual((await peer.close()).status, 204);
    assert.strictEqual((await closed).event, 'CLOSE');
});


test('CLOSE is kept no longer than it has to be', async () => {
    const peer = await create(nameOf('peer'));
    const path = `/peers/${peer.id}/events${peer.query}`;

    await peer.close();
    await new Promise((resolve) => setTimeout(resolve, 1700));

    refused(await ask('GET', path), 404, 'PEERS_EVENTS', 'peer_id');
});


test('the broker makes an id if there is none', async () => {
    for (const options of [{}, { peer_id: '' }, { peer_id: null }]) {
        const res = await ask('POST', '/peers',
                              { key: KEY, domain: 'x', ...options });

        assert.strictEqual(res.status, 201);
        assert.match(res.json.params.peer_id,
                     /^[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*$/);
    }
});


test('ids are kept as they are', async () => {
    for (const id of ['a+b', 'a b', 'ä😀', 'a/b', 'a%2Fb', 'a?b&c=d', '...',
                      'x'.repeat(128)])
    {
        const peer = await create(id);
        const path = `/peers/${encodeURIComponent(id).replace(/%2B/g, '+')}`;

        assert.strictEqual((await peer.must(
            200, 'GET', `${path}/status${peer.query}`)).peer_id, id);

        await peer.must(204, 'DELETE', path + peer.query);
    }

    refused(await ask('POST', '/peers', { key: KEY, domain: 'x',
                                          peer_id: 'x'.repeat(129) }),
            400, 'PEERS_CREATE', 'peer_id');
    refused(await ask('POST', '/peers', { key: KEY, domain: 'x',
                                          peer_id: 'a\nb' }),
            400, 'PEERS_CREATE', 'peer_id');
});


test('an id that is in use is refused, and free after DELETE', async () => {
    const id = nameOf('peer');
    const body = { key: KEY, domain: 'x', peer_id: id };
    const peer = await create(id);

    const busy = peer.peerEvent('CLOSE');

    refused(await ask('POST', '/peers', body), 403, 'PEERS_CREATE',
            'peer_id');

    await peer.close();
    await busy;

    assert.strictEqual((await ask('POST', '/peers', body)).status, 201);
});


test('the program that was started again gets its id back', async () => {
    const id = nameOf('peer');
    const old = await create(id);

    await new Promise((resolve) => setTimeout(resolve, 600));

    const peer = await create(id);

    assert.notStrictEqual(peer.token, old.token);

    /* what is left of the old program hears it */

    assert.strictEqual((await old.peerEvent('ERROR')).error_message,
                       'UNAVAILABLE_ID');
    await old.peerEvent('CLOSE');

    assert.deepStrictEqual(
        await old.must(200, 'GET', `/peers/${id}/status${old.query}`),
        { peer_id: id, disconnected: true });
    assert.deepStrictEqual(
        await peer.must(200, 'GET', `/peers/${id}/status${peer.query}`),
        { peer_id: id, disconnected: false });
});


test('keys and domains', async () => {
    const make = (key, domain) => ask('POST', '/peers', { key, domain });

    refused(await make('nobody', 'localhost'), 403, 'PEERS_CREATE', 'key');
    refused(await make('home-key', 'else.example'), 403, 'PEERS_CREATE',
            'domain');
    assert.strictEqual((await make('home-key', 'home.example')).status, 201);
    assert.strictEqual((await make(KEY, 'any.example')).status, 201);
});


test('what is wrong with the body of POST /peers', async () => {
    const tries = [
        [{}, 'key', 'key field is not specified'],
        [{ key: 5, domain: 'x' }, 'key', 'key is non-string value'],
        [{ key: KEY }, 'domain', 'domain field is not specified'],
        [{ key: KEY, domain: null }, 'domain',
         'domain field is not specified'],
        [{ key: KEY, domain: 'x', turn: 'yes' }, 'turn',
         'turn is non-boolean value'],
        [{ key: KEY, domain: 'x', peer_id: 7 }, 'peer_id',
         'peer_id is non-string value'],
        [{ key: KEY, domain: 'x', credential: 'c' }, 'credential',
         'credential is non-object value'],
        [{ key: KEY, domain: 'x',
           credential: { timestamp: '1', ttl: 600, authToken: 'x' } },
         'credential', 'timestamp is non-integer value'],
        [{ key: KEY, domain: 'x',
           credential: { timestamp: 1, ttl: 599, authToken: 'x' } },
         'credential', 'ttl is out of range'],
        [{ key: KEY, domain: 'x', credential: { timestamp: 1, ttl: 600 } },
         'credential', 'authToken field is not specified'],
        ['{', 'body', 'body is not valid JSON'],
        ['[]', 'body', 'body is non-object value'],
        ['', 'key', 'key field is not specified'],
    ];

    for (const [body, field, message] of tries) {
        const error = refused(await ask('POST', '/peers', body), 400,
                              'PEERS_CREATE', field);

        assert.strictEqual(error.message, message);
    }

    const all = await ask('POST', '/peers', {});

    assert.deepStrictEqual(all.json.params.errors.map((e) => e.field),
                           ['key', 'domain']);
});


test('tokens', async () => {
    const peer = await create(nameOf('peer'));
    const other = await create(nameOf('peer'));
    const unknown = 'pt-9749250e-d157-4f80-9ee2-359ce8524308';

    const routes = [['DELETE', '', 'PEERS_DELETE'],
                    ['PUT', '/credential', 'PEERS_CREDENTIAL_UPDATE'],
                    ['GET', '/events', 'PEERS_EVENTS'],
                    ['GET', '/status', 'PEERS_STATUS']];

    for (const [method, rest, command] of routes) {
        const path = `/peers/${peer.id}${rest}`;
        const body = method === 'PUT'
            ? { timestamp: 1, ttl: 600, authToken: 'x' } : undefined;

        refused(await ask(method, path, body), 400, command, 'token');

        for (const token of [other.token, unknown, 'x', peer.token + 'x']) {
            refused(await ask(method, `${path}?token=${token}`, body), 403,
                    command, 'token');
        }

        for (const token of [peer.token, unknown, 'x']) {
            refused(await ask(method, `/peers/nobody${rest}?token=${token}`,
                              body),
                    404, command, 'peer_id');
        }
    }
});


test('a credential is not looked at without a secret', async () => {
    const peer = await create(nameOf('peer'));
    const path = `/peers/${peer.id}/credential${peer.query}`;
    const credential = { timestamp: 1582789414, ttl: 3600, authToken: 'x' };

    assert.deepStrictEqual(await peer.must(200, 'PUT', path, credential),
                           { command_type: 'PEERS_CREDENTIAL_UPDATE',
                             params: { credential } });

    const error = refused(await ask('PUT', path, { ...credential,
                                                   timestamp: 'now' }),
                          400, 'PEERS_CREDENTIAL_UPDATE', 'credential');

    assert.strictEqual(error.message, 'timestamp is non-integer value');
});


test('ports are opened one after the other, and closed', async () => {
    const kinds = [['/data', {}, 'data_id', 'da', 'DATA'],
                   ['/media', { is_video: true }, 'media_id', 'vi', 'MEDIA'],
                   ['/media', { is_video: false }, 'media_id', 'au', 'MEDIA'],
                   ['/media/rtcp', {}, 'rtcp_id', 'rc', 'RTCP']];

    for (const [path, body, name, prefix, command] of kinds) {
        const res = await ask('POST', path, body);

        assert.strictEqual(res.status, 201, res.text);
        assert.deepStrictEqual(Object.keys(res.json).sort(),
                               [name, 'ip_v4', 'port'].sort());
        assert.strictEqual(res.json.ip_v4, '127.0.0.1');
        assert.match(res.json[name], new RegExp(`^${prefix}-${UUID}$`));

        const one = `${path}/${res.json[name]}`;

        assert.strictEqual((await ask('DELETE', one)).status, 204);
        refused(await ask('DELETE', one), 404, `${command}_DELETE`, name);
        refused(await ask('DELETE', `${path}/x`), 404, `${command}_DELETE`,
                name);
    }

    refused(await ask('POST', '/media', {}), 400, 'MEDIA_CREATE', 'is_video');
    refused(await ask('POST', '/media', { is_video: 1 }), 400,
            'MEDIA_CREATE', 'is_video');
});


test('ports have an end', async () => {
    const ids = [];
    let res;

    for ( ; ; ) {
        res = await ask('POST', '/data', {});

        if (res.status !== 201) {
            break;
        }

        ids.push(res.json.data_id);
    }

    refused(res, 503, 'DATA_CREATE', 'ports');
    assert.strictEqual(ids.length, 40);

    for (const id of ids) {
        assert.strictEqual((await ask('DELETE', `/data/${id}`)).status, 204);
    }

    assert.strictEqual((await ask('POST', '/data', {})).status, 201);
});


test('other methods', async () => {
    const tries = [['GET', '/peers', 'POST', 'PEERS_CREATE'],
                   ['POST', '/peers/x', 'DELETE', 'PEERS_DELETE'],
                   ['POST', '/peers/x/events', 'GET', 'PEERS_EVENTS'],
                   ['PATCH', '/data', 'POST', 'DATA_CREATE'],
                   ['DELETE', '/data/connections', 'POST',
                    'DATA_CONNECTION_CREATE'],
                   ['GET', '/data/connections/x', 'DELETE, PUT',
                    'DATA_CONNECTION_DELETE'],
                   ['GET', '/media/rtcp', 'POST', 'RTCP_CREATE'],
                   ['OPTIONS', '/media', 'POST', 'MEDIA_CREATE']];

    for (const [method, path, allow, command] of tries) {
        const res = await ask(method, path);

        refused(res, 405, command, 'method');
        assert.strictEqual(res.headers.allow, allow);
    }
});


test('other paths', async () => {
    for (const path of ['/', '/peer', '/peers/x/y', '/peers/x/y/z',
                        '/data/x/y', '/media/x/answer', '/MEDIA'])
    {
        refused(await ask('GET', path), 404, 'UNKNOWN', 'path');
    }
});


test('what the client accepts', async () => {
    const accept = (value) => ask('POST', '/data', {},
                                  { headers: { Accept: value } });

    for (const value of ['*/*', 'application/json', 'application/*',
                         'text/html, application/json;q=0.1',
                         'Application/JSON; charset=utf-8', ''])
    {
        const res = await accept(value);

        assert.strictEqual(res.status, 201, value);
        await ask('DELETE', `/data/${res.json.data_id}`);
    }

    for (const value of ['text/html', 'application/xml',
                         'application/json;q=0', 'application/json; q=0.0'])
    {
        refused(await accept(value), 406, 'DATA_CREATE', 'accept');
    }
});


test('bodies that are too large', async () => {
    refused(await ask('POST', '/peers', 'x'.repeat(131073)), 413, 'UNKNOWN',
            'request');
});


test('habits of clients', async (t) => {
    const peer = await create(nameOf('peer'));

    await t.test('GET with a Content-Type', async () => {
        const res = await ask('GET', `/peers/${peer.id}/status${peer.query}`,
                              undefined,
                              { headers: {
                                  'Content-Type': 'application/json' } });

        assert.strictEqual(res.status, 200);
    });

    await t.test('POST without a body', async () => {
        for (const path of ['/data', '/media/rtcp']) {
            for (const body of [undefined, '', ' \r\n']) {
                assert.strictEqual((await ask('POST', path, body)).status,
                                   201);
            }
        }
    });

    await t.test('JSON as a form, with a byte order mark', async () => {
        for (const type of ['application/x-www-form-urlencoded',
                            'text/plain', 'nonsense'])
        {
            const res = await ask('POST', '/media',
                                  '\ufeff{"is_video":true}',
                                  { headers: { 'Content-Type': type } });

            assert.strictEqual(res.status, 201, res.text);
        }
    });

    await t.test('unknown keys and arguments', async () => {
        const res = await ask('POST', '/media?x=1',
                              { is_video: true, encoding_parameters: {} });

        assert.strictEqual(res.status, 201);

        const status = await ask('GET', `/peers/${peer.id}/status?peer_id=`
                                 + `${peer.id}&token=${peer.token}&&=`);

        assert.strictEqual(status.status, 200);
    });

    await t.test('a lone question mark', async () => {
        const res = await ask('POST', '/data?', {});

        assert.strictEqual(res.status, 201);
        assert.strictEqual((await ask('DELETE', `/data/${res.json.data_id}?`))
            .status, 204);
    });

    await t.test('a slash at the end', async () => {
        assert.strictEqual((await ask('POST', '/data/', {})).status, 201);
    });

    await t.test('DELETE with a body', async () => {
        const res = await ask('DELETE', `/peers/${peer.id}${peer.query}`,
                              { peer_id: peer.id });

        assert.strictEqual(res.status, 204);
    });

    await t.test('many requests on one connection', async () => {
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        const mine = await create(nameOf('peer'));

        for (let i = 0; i < 20; i++) {
            const status = await new Promise((resolve, reject) => {
                http.get(`${base()}/peers/${mine.id}/status${mine.query}`,
                         { agent }, (res) => {
                             res.resume();
                             res.on('end', () => resolve(res.statusCode));
                         }).on('error', reject);
            });

            assert.strictEqual(status, 200);
        }

        agent.destroy();
    });
});
