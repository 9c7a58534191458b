#!/usr/bin/env node
/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * An auth server to begin with: a client proves who it is by the
 * "access_token" in the metadata of its connect message.
 *
 *     SECRET=... node server.js [[address:]port]
 *
 * The token is either the secret itself, good for a test, or a JSON Web Token
 * signed with it (HS256).  Of its claims, "channel_id" names the channel that
 * it is for and "exp" the second in which it ends; both are required.
 * Whatever else it holds, apart from the names that JWT keeps for itself,
 * becomes a part of the answer: {"video_bit_rate": 500} limits the bit rate of
 * the client, and so on; docs/webhooks.md lists the names.
 *
 * The event and session webhooks are written to the standard output, one line
 * each.
 */

'use strict';

const crypto = require('node:crypto');
const http = require('node:http');


/* RFC 7519, section 4.1: not for us, apart from the two times */

const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];

/* a connect message with metadata is a few kilobytes */

const BODY_MAX = 1 << 20;


/* Whether two strings are equal, in a time that does not tell where not. */

function same(a, b) {
    const digest = (text) => crypto.createHash('sha256').update(text).digest();

    return crypto.timingSafeEqual(digest(a), digest(b));
}


/* The claims of a token that is signed with the secret; else undefined. */

function verify(token, secret) {
    const [header, payload, signature, ...rest] = token.split('.');

    if (signature === undefined || rest.length) {
        return undefined;
    }

    const expected = crypto.createHmac('sha256', secret)
        .update(`${header}.${payload}`).digest('base64url');

    if (!same(signature, expected)) {
        return undefined;
    }

    try {
        const { alg } = JSON.parse(Buffer.from(header, 'base64url'));
        const claims = JSON.parse(Buffer.from(payload, 'base64url'));

        return alg === 'HS256' && claims && typeof claims === 'object'
               ? claims : undefined;

    } catch {
        return undefined;
    }
}


/* A token for tests and for servers that hand them out. */

function sign(claims, secret) {
    const encode = (json) => Buffer.from(JSON.stringify(json))
        .toString('base64url');

    const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;

    return `${text}.${crypto.createHmac('sha256', secret).update(text)
        .digest('base64url')}`;
}


function refuse(reason) {
    return { allowed: false, reason };
}


/* The answer to the request of an auth webhook. */

function answer(request, secret, now = Date.now() / 1000) {
    const token = (request.auth_metadata ?? request.metadata)?.access_token;

    if (typeof token !== 'string') {
        return refuse('MISSING-ACCESS-TOKEN');
    }

    if (same(token, secret)) {
        return { allowed: true };
    }

    const claims = verify(token, secret);

    if (claims === undefined) {
        return refuse('INVALID-ACCESS-TOKEN');
    }

    if (typeof claims.exp !== 'number' || claims.exp <= now) {
        return refuse('EXPIRED-ACCESS-TOKEN');
    }

    if (typeof claims.nbf === 'number' && claims.nbf > now) {
        return refuse('EARLY-ACCESS-TOKEN');
    }

    if (claims.channel_id !== request.channel_id) {
        return refuse('INVALID-CHANNEL-ID');
    }

    const overrides = Object.entries(claims).filter(
        ([name]) => name !== 'channel_id' && !REGISTERED.includes(name));

    return { ...Object.fromEntries(overrides), allowed: true };
}


async function read(req) {
    const parts = [];

    let size = 0;

    for await (const part of req) {
        size += part.length;

        if (size > BODY_MAX) {
            throw new Error('the body is too large');
        }

        parts.push(part);
    }

    return JSON.parse(Buffer.concat(parts));
}


function serve(secret, log = console.log) {
    return http.createServer(async (req, res) => {
        let result = {};

        try {
            const body = await read(req);

            if (req.url === '/auth') {
                result = answer(body, secret);

            } else {
                log(JSON.stringify(body));
            }

        } catch (e) {
            res.statusCode = 400;
            result = { error: e.message };
        }

        res.setHeader('content-type', 'application/json');
        res.end(JSON.stringify(result));
    });
}


function main() {
    const { SECRET: secret } = process.env;
    const [, address = '127.0.0.1', port] = /^(?:(.*):)?(\d+)$/
        .exec(process.argv[2] ?? '8100') ?? [];

    if (!secret || !port) {
        console.error('usage: SECRET=... node server.js [[address:]port]');
        process.exit(2);
    }

    serve(secret).listen(Number(port), address);
}


if (require.main === module) {
    main();
}


module.exports = { answer, serve, sign, verify };
