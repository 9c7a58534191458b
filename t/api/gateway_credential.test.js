/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Peer authentication of programs: credentials for a key with a secret, at
 * POST /peers and by PUT, their warning and their end.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { test } = require('node:test');

const { RestPeer, request } = require('../lib/gateway');
const { gateway } = require('../lib/gateway_conf');
const { serve } = require('../lib/suite');


const KEY = '01234567-89ab-cdef-0123-456789abcdef';
const SECRET = 'a secret of ours';

const suite = serve(() => gateway({
    main: [`webrtc_key ${KEY} "secret=${SECRET}" domain=localhost;`] }));

let names = 0;
const name = () => `peer-${++names}`;


/* valid for "left" seconds more */

function credential(id, left, { ttl = 600, secret = SECRET } = {}) {
    const timestamp = Math.floor(Date.now() / 1000) - ttl + left;

    return {
        timestamp, ttl,
        authToken: crypto.createHmac('sha256', secret)
            .update(`${timestamp}:${ttl}:${id}`).digest('base64'),
    };
}


function create(id, credential, more) {
    return request(suite.nginx.gatewayUrl, 'POST', '/peers', {
        key: KEY, domain: 'localhost', peer_id: id, turn: false, credential,
        ...more });
}


test('a peer with a credential', async () => {
    const id = name();
    const res = await create(id, credential(id, 600));

    assert.strictEqual(res.status, 201, res.text);

    const { token } = res.json.params;
    const gone = await request(suite.nginx.gatewayUrl, 'DELETE',
                               `/peers/${id}?token=${token}`);

    assert.strictEqual(gone.status, 204);
});


test('what does not prove anything is refused', async () => {
    const id = name();
    const good = credential(id, 600);

    for (const [what, wrong] of Object.entries({
        'none': undefined,
        'of another peer': credential(`${id}x`, 600),
        'of another secret': credential(id, 600, { secret: 'guessed' }),
        'over': credential(id, -1),
        'of the future': credential(id, 600 + 3600),
        'changed': { ...good, ttl: good.ttl + 1 },
    }))
    {
        const res = await create(id, wrong);

        assert.strictEqual(res.status, 403, `${what}: ${res.text}`);
        assert.strictEqual(res.json.command_type, 'PEERS_CREATE');
    }

    for (const [what, wrong] of Object.entries({
        'ttl below 600': credential(id, 599, { ttl: 599 }),
        'ttl above 90000': credential(id, 90001, { ttl: 90001 }),
        'timestamp of text': { ...good, timestamp: 'now' },
        'without a token': { ...good, authToken: undefined },
    }))
    {
        const res = await create(id, wrong);

        assert.ok([400, 403].includes(res.status), `${what}: ${res.status}`);
        assert.strictEqual(res.json.command_type, 'PEERS_CREATE', what);
    }

    const other = await create(id, good, { domain: 'example.com' });

    assert.strictEqual(other.status, 403);
});


test('the end of a credential is announced, then it comes', async () => {
    const warned = name();
    const ended = name();

    const [soon, over] = await Promise.all([
        RestPeer.create(suite.nginx.gatewayUrl, warned, {
            key: KEY, credential: credential(warned, 302) }),
        RestPeer.create(suite.nginx.gatewayUrl, ended, {
            key: KEY, credential: credential(ended, 3) }),
    ]);

    const warning = await soon.peerEvent('EXPIRESIN');

    assert.deepStrictEqual(warning.params,
                           { peer_id: warned, token: soon.token });
    assert.ok(warning.remainingSec <= 300 && warning.remainingSec > 290,
              `${warning.remainingSec}`);

    const error = await over.peerEvent('ERROR');

    assert.strictEqual(error.error_message, 'SERVER_DISCONNECTED');
    await over.peerEvent('CLOSE');
    await soon.close();
});


test('a new credential keeps a peer', async () => {
    const id = name();
    const peer = await RestPeer.create(suite.nginx.gatewayUrl, id, {
        key: KEY, credential: credential(id, 4) });
    const put = (body) => peer.request(
        'PUT', `/peers/${id}/credential${peer.query}`, body);

    assert.ok((await peer.peerEvent('EXPIRESIN')).remainingSec <= 4);

    const bad = await put(credential(id, 600, { secret: 'guessed' }));

    assert.strictEqual(bad.status, 400);
    assert.strictEqual(bad.json.command_type, 'PEERS_CREDENTIAL_UPDATE');

    const fresh = credential(id, 302);
    const good = await put(fresh);

    assert.strictEqual(good.status, 200, good.text);
    assert.deepStrictEqual(good.json, {
        command_type: 'PEERS_CREDENTIAL_UPDATE',
        params: { credential: fresh } });

    /* the first one is over when the warning of the second one comes */

    const warning = await peer.peerEvent('EXPIRESIN');

    assert.ok(warning.remainingSec > 290);

    const status = await peer.must(200, 'GET',
                                   `/peers/${id}/status${peer.query}`);

    assert.strictEqual(status.disconnected, false);
    await peer.close();
});
