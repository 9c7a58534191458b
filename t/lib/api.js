/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Requests to the Sora API, as plain HTTP: nothing is added that the caller
 * did not ask for.
 */

'use strict';

const http = require('node:http');


/*
 * { method, path, headers, body } in, { status, headers, text, json } out.
 * json is undefined when the answer is not JSON.
 */

function request(url, { method = 'POST', path = '/', headers = {}, body }
                 = {})
{
    return new Promise((resolve, reject) => {
        const target = new URL(url);

        const req = http.request({ host: target.hostname, port: target.port,
                                   method, path, headers, agent: false });

        req.setTimeout(20000, () => {
            req.destroy(new Error(`no answer to ${method} ${path}`));
        });

        req.on('error', reject);

        req.on('response', (res) => {
            const parts = [];

            res.on('data', (part) => parts.push(part));
            res.on('error', reject);

            res.on('end', () => {
                const text = Buffer.concat(parts).toString();

                resolve({ status: res.statusCode, headers: res.headers,
                          text, json: parse(text) });
            });
        });

        req.end(body);
    });
}


function parse(text) {
    try {
        return JSON.parse(text);

    } catch {
        return undefined;
    }
}


/* As HTTPie does it: JSON with its type, or Content-Length: 0 and no type. */

function call(url, target, body, headers = {}) {
    const all = { 'x-sora-target': target, ...headers };

    let data;

    if (body === undefined) {
        all['content-length'] = 0;

    } else {
        data = Buffer.isBuffer(body) ? body
               : Buffer.from(typeof body === 'string' ? body
                             : JSON.stringify(body));

        all['content-type'] ??= 'application/json';
        all['content-length'] = data.length;
    }

    return request(url, { headers: all, body: data });
}


async function listConnections(url) {
    const res = await call(url, 'Sora_20201013.ListConnections');

    if (res.status !== 200 || !Array.isArray(res.json)) {
        throw new Error(`ListConnections: ${res.status} ${res.text}`);
    }

    return res.json;
}


module.exports = { request, call, listConnections };
