/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Forwarding filters: the media that reaches a receiver, counted in packets.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { channel, serve, using } = require('../lib/suite');


const suite = serve();

const VIDEO = [[{ field: 'kind', operator: 'is_in', values: ['video'] }]];


function api(operation, body) {
    return call(suite.nginx.apiUrl, `Sora_20230628.${operation}`, body);
}


test('filters are the same from every worker', () => using(async (opened) => {
    for (let i = 0; i < 6; i++) {
        const id = channel();
        const peer = await Peer.join(suite.nginx.signalingUrl, {
            role: 'recvonly', channel_id: id,
            forwarding_filters: [{ name: 'own', priority: i,
                                   action: 'allow', rules: VIDEO }],
        });

        opened.push(peer);

        let res = await api('CreateChannelForwardingFilter',
                            { channel_id: id, rules: VIDEO });

        assert.strictEqual(res.status, 200);
        assert.strictEqual(res.json.action, 'block');

        res = await api('ListForwardingFilters', { channel_id: id });

        assert.strictEqual(res.json.channel_forwarding_filter.name,
                           'default');
        assert.deepStrictEqual(res.json.connection_forwarding_filters, [{
            connection_id: peer.connectionId, name: 'own', priority: i,
            action: 'allow', rules: VIDEO,
        }]);
    }
}));


test('a filter that is not one is refused in the form of the API',
     () => using(async (opened) => {
         const id = channel();

         opened.push(await Peer.join(suite.nginx.signalingUrl, {
             role: 'recvonly', channel_id: id,
         }));

         let res = await api('CreateChannelForwardingFilter',
                             { channel_id: id, rules: [[{ field: 'x' }]] });

         assert.strictEqual(res.status, 400);
         assert.strictEqual(res.json.error_type,
                            'INVALID-FORWARDING-FILTER');

         res = await api('CreateChannelForwardingFilter',
                         { channel_id: id });

         assert.strictEqual(res.json.error_type, 'InvalidJSON');

         res = await api('CreateConnectionForwardingFilter',
                         { channel_id: id, connection_id: 'x',
                           rules: VIDEO });

         assert.strictEqual(res.json.error_type, 'CONNECTION-NOT-FOUND');
     }));
