/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * CORS of the Sora API.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call, request } = require('../lib/api');
const { serve } = require('../lib/suite');


const LIST = 'Sora_20201013.ListConnections';
const ORIGIN = 'http://127.0.0.1:5000';

const suite = serve();
const off = serve({ api: ['webrtc_sora_api_cors_origin off;'] });
const mapped = serve({
    http: ['map $http_origin $allowed {'
           + ' https://a.example $http_origin;'
           + ' https://b.example $http_origin; }'],
    api: ['webrtc_sora_api_cors_origin $allowed;'],
});


function preflight(url, origin) {
    return request(url, {
        method: 'OPTIONS',
        headers: { 'origin': origin,
                   'access-control-request-method': 'POST',
                   'access-control-request-headers':
                       'content-type,x-sora-target' } });
}


function assertAllowed(headers) {
    const list = (name) => headers[name].toLowerCase().split(/,\s*/);

    assert.strictEqual(headers['access-control-allow-origin'], ORIGIN);
    assert.deepStrictEqual(list('access-control-allow-methods'),
                           ['post', 'options']);

    for (const name of ['origin', 'x-requested-with', 'content-type',
                        'accept', 'x-sora-target'])
    {
        assert.ok(list('access-control-allow-headers').includes(name), name);
    }

    assert.strictEqual(headers['access-control-max-age'], '1000');
    assert.strictEqual(headers['access-control-allow-credentials'],
                       undefined);
}


test('a preflight of the configured origin is allowed', async () => {
    const res = await preflight(suite.nginx.apiUrl, ORIGIN);

    assert.ok([200, 204].includes(res.status), String(res.status));
    assertAllowed(res.headers);
    assert.strictEqual(res.text, '');
});


test('answers and errors carry the headers as well', async () => {
    assertAllowed((await call(suite.nginx.apiUrl, LIST, undefined,
                              { origin: ORIGIN })).headers);
    assertAllowed((await call(suite.nginx.apiUrl, 'Sora_20201013.Nope',
                              undefined, { origin: ORIGIN })).headers);
});


test('a foreign origin gets no leave', async () => {
    for (const origin of ['http://evil.example', 'null',
                          `${ORIGIN}.evil.example`])
    {
        const res = await preflight(suite.nginx.apiUrl, origin);
        const allow = res.headers['access-control-allow-origin'];

        assert.ok(allow === undefined || allow === ORIGIN, allow);
        assert.strictEqual(res.headers['access-control-allow-credentials'],
                           undefined);
    }
});


test('the origin may be a variable', async () => {
    const allowed = async (origin) => (await preflight(
        mapped.nginx.apiUrl, origin)).headers['access-control-allow-origin'];

    assert.strictEqual(await allowed('https://a.example'),
                       'https://a.example');
    assert.strictEqual(await allowed('https://b.example'),
                       'https://b.example');
    assert.strictEqual(await allowed('https://c.example'), undefined);
});


test('"off" means no CORS headers at all', async () => {
    const res = await call(off.nginx.apiUrl, LIST, undefined,
                           { origin: ORIGIN });

    assert.strictEqual(res.status, 200);
    assert.strictEqual(res.headers['access-control-allow-origin'],
                       undefined);
});
