/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The Sora API's transport: errors, CORS, and requests that no client sends.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call, request } = require('../lib/api');
const { RawSocket } = require('../lib/rawsocket');
const { serve } = require('../lib/suite');


const LIST = 'Sora_20201013.ListChannelConnections';
const DISCONNECT = 'Sora_20151104.DisconnectConnection';

const suite = serve({ apiServer: ['client_max_body_size 100k;',
                                  'client_body_timeout 1s;',
                                  'client_header_timeout 5s;',
                                  'keepalive_timeout 5s;'] });


function api(target, body, headers) {
    return call(suite.nginx.apiUrl, target, body, headers);
}


function refused(res, status, json) {
    assert.strictEqual(res.status, status, res.text);
    assert.match(res.headers['content-type'], /^application\/json/);
    assert.deepStrictEqual(res.json, json);
}


function invalidJson(res, what) {
    assert.strictEqual(res.status, 400, `${what}: ${res.status} ${res.text}`);
    assert.strictEqual(res.json?.error_type, 'InvalidJSON', what);
    assert.ok(Array.isArray(res.json.error_reason), what);
    assert.ok(res.json.error_reason.length > 0, what);
}


/* The server still answers, and well. */

async function stillWell() {
    const res = await api('Sora_20201013.ListConnections');

    assert.strictEqual(res.status, 200);
}


test('a method other than POST is unexpected', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
        const res = await request(suite.nginx.apiUrl, {
            method, headers: { 'x-sora-target': LIST } });

        refused(res, 400, { type: 'UnexpectedMethod' });
    }

    const head = await request(suite.nginx.apiUrl, {
        method: 'HEAD', headers: { 'x-sora-target': LIST } });

    assert.strictEqual(head.status, 400);
});


test('a request without x-sora-target misses the header name', async () => {
    const res = await request(suite.nginx.apiUrl, {
        headers: { 'content-length': 0 } });

    refused(res, 400, { type: 'MissingHeaderName' });
});


test('a target of another form misses the service', async () => {
    for (const target of ['x', 'Sora', 'Sora_2020.ListConnections',
                          'Sora_20201013', 'Sora_20201013.',
                          '_20201013.ListConnections',
                          'Sora_20201013.List-Connections',
                          'Sora_20201013.ListConnections ;',
                          'Sora_202010133.ListConnections',
                          `Sora_20201013.${'L'.repeat(3000)}!`])
    {
        refused(await api(target), 400, { error_type: 'MissingService' });
    }
});


test('another service is an invalid target', async () => {
    refused(await api('Swidden_20201013.ListConnections'), 400,
            { error_type: 'InvalidTarget' });
    refused(await api('sora_20201013.ListConnections'), 400,
            { error_type: 'InvalidTarget' });
});


test('an unknown operation without a body is a missing target', async () => {
    for (const target of ['Sora_20201013.Nope',
                          'Sora_20990101.ListConnections'])
    {
        refused(await api(target), 400, { error_type: 'MissingTarget' });
    }
});


test('an unknown operation with a body has no schema', async () => {
    refused(await api('Sora_20201013.Nope', {}), 400, {
        error_type: 'SchemaNotFound',
        error_reason: { service: 'Sora', version: '20201013',
                        operation: 'Nope' },
    });
});


test('an operation that needs a body says so', async () => {
    refused(await api(LIST), 400, {
        error_type: 'MissingTargetFunction',
        error_reason: { service: 'Sora', version: '20201013',
                        operation: 'ListChannelConnections' },
    });
});


test('a body that is not JSON fails to parse', async () => {
    for (const body of ['{', '{"channel_id":}', 'channel_id=sora', '{}x',
                        "{'channel_id':'a'}", '{"channel_id":"a",}', ' ',
                        '\ufeff{"channel_id":"a"}'])
    {
        refused(await api(LIST, body), 400, {
            error_type: 'InvalidJSON',
            error_reason: [{ invalid: 'parse' }],
        });
    }
});


test('a missing key is named', async () => {
    const res = await api(DISCONNECT, { channel_id: 'sora' });

    invalidJson(res, 'connection_id');

    const [reason] = res.json.error_reason;

    assert.strictEqual(reason.invalid, 'data');
    assert.strictEqual(reason.error, 'missing_required_property');
    assert.ok(JSON.stringify(reason).includes('connection_id'), res.text);
});


test('a key of the wrong type is named', async () => {
    for (const value of [1, null, true, {}, [], ['sora']]) {
        const res = await api(LIST, { channel_id: value });

        invalidJson(res, JSON.stringify(value));

        const [reason] = res.json.error_reason;

        assert.strictEqual(reason.invalid, 'data');
        assert.strictEqual(reason.error, 'wrong_type');
        assert.deepStrictEqual(reason.data, value);
        assert.deepStrictEqual(reason.path, ['channel_id']);
    }
});


test('a value that is not allowed is refused', async () => {
    const role = await api('Sora_20201120.DisconnectChannelByRole',
                           { channel_id: 'sora', role: 'upstream' });

    invalidJson(role, 'role');
    assert.strictEqual(role.json.error_reason[0].error, 'not_in_enum');

    invalidJson(await api('Sora_20201013.ListConnections',
                          { local: 'yes' }), 'local');
    invalidJson(await api('Sora_20151104.DisconnectChannel',
                          { channel_id: 'sora', reason: 'text' }), 'reason');
    invalidJson(await api(LIST, { channel_id: '' }), 'empty channel_id');
    invalidJson(await api(LIST, { channel_id: 'x'.repeat(256) }), '256');
});


test('unknown keys are ignored', async () => {
    const res = await api(LIST, { channel_id: 'sora', more: { a: [1] } });

    assert.strictEqual(res.status, 200);
});


test('JSON that is not an object is refused', async () => {
    for (const body of ['[]', '1', '"x"', 'null', 'true', '[{}]']) {
        invalidJson(await api(LIST, body), body);
    }
});


test('hostile JSON is refused in the form of the API', async () => {
    const deep = 10000;

    const bodies = {
        'nested arrays': '['.repeat(deep) + ']'.repeat(deep),
        'nested objects': '{"a":'.repeat(deep) + '1' + '}'.repeat(deep),
        'nesting in a value': `{"channel_id":"a","b":${'['.repeat(deep)}`
                              + `${']'.repeat(deep)}}`,
        'duplicate keys': '{"channel_id":"a","channel_id":"b"}',
        'NaN': '{"channel_id":"a","n":NaN}',
        'Infinity': '{"channel_id":"a","n":-Infinity}',
        'a lone surrogate': '{"channel_id":"\\ud800"}',
        'a NUL byte': Buffer.from('{"channel_id":"a\0b"}'),
        'an overflowing real': '{"channel_id":"a","n":1e400}',
        'an overflowing integer':
            '{"channel_id":"a","n":92233720368547758089}',
        'invalid UTF-8': Buffer.from('7b226368616e6e656c5f6964223a22c328227d',
                                     'hex'),
        'overlong UTF-8': Buffer.from('7b226368616e6e656c5f6964223a22c0af227d',
                                      'hex'),
    };

    for (const [what, body] of Object.entries(bodies)) {
        invalidJson(await api(LIST, body), what);
    }

    await stillWell();
});


test('a body over the limit is too large', async () => {
    const limit = 100 * 1024;
    const pad = (size) => Buffer.from(
        '{"channel_id":"a","x":"'.padEnd(size - 2, 'x') + '"}');

    const fits = await api(LIST, pad(limit));

    assert.strictEqual(fits.status, 200);

    refused(await api(LIST, pad(limit + 1)), 413,
            { error_type: 'PayloadTooLarge' });
});


test('a huge Content-Length is refused before the body comes', async () => {
    const raw = await RawSocket.open(suite.nginx.options.apiPort);

    raw.write('POST / HTTP/1.1\r\nHost: x\r\n'
              + `x-sora-target: ${LIST}\r\n`
              + 'Content-Length: 9000000000\r\n\r\n{"a":');

    assert.match(await raw.headers(), /^HTTP\/1\.1 413 /);
    raw.close();

    await stillWell();
});


test('a body that does not arrive times out', async () => {
    const raw = await RawSocket.open(suite.nginx.options.apiPort);

    raw.write('POST / HTTP/1.1\r\nHost: x\r\n'
              + `x-sora-target: ${LIST}\r\nConnection: close\r\n`
              + 'Content-Length: 100\r\n\r\n{"channel_id"');

    const answer = await raw.rest();

    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /\{"error_type":"RequestTimeout"\}/);

    await stillWell();
});


test('a client that leaves in the middle of a body is nothing', async () => {
    for (let i = 0; i < 50; i++) {
        const raw = await RawSocket.open(suite.nginx.options.apiPort);

        raw.write('POST / HTTP/1.1\r\nHost: x\r\n'
                  + `x-sora-target: ${LIST}\r\n`
                  + 'Content-Length: 100\r\n\r\n{"chan');
        raw.close();
    }

    await stillWell();
});


test('a chunked body is a body', async () => {
    const res = await request(suite.nginx.apiUrl, {
        headers: { 'x-sora-target': LIST, 'transfer-encoding': 'chunked' },
        body: '{"channel_id":"sora"}' });

    assert.strictEqual(res.status, 200);
    assert.strictEqual(res.text, '[]');
});


test('the header name is case-insensitive, the type does not matter',
    async () => {
        const body = '{"channel_id":"sora"}';

        const res = await request(suite.nginx.apiUrl, {
            headers: { 'X-SORA-TARGET': LIST,
                       'content-type': 'text/plain',
                       'content-length': body.length }, body });

        assert.strictEqual(res.status, 200);
    });


test('another path than / is not the API', async () => {
    const res = await request(suite.nginx.apiUrl, {
        path: '/other', headers: { 'x-sora-target': LIST,
                                   'content-length': 0 } });

    assert.ok([400, 404].includes(res.status), String(res.status));
});


test('hostile targets never reach a header or the log as they are',
    async () => {
        for (const target of ['Sora_20201013.%0d%0aX', 'Sora_20201013.../..',
                              '"}{', 'Sora_20201013.é'])
        {
            const res = await request(suite.nginx.apiUrl, {
                headers: { 'x-sora-target': Buffer.from(target)
                                                .toString('latin1'),
                           'content-length': 0 } });

            refused(res, 400, { error_type: 'MissingService' });
        }
    });
