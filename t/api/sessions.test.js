/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Sessions, which live on either worker.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');


const suite = serve();


function api(operation, body) {
    return call(suite.nginx.apiUrl, `Sora_${operation}`, body);
}


test('sessions are shown, listed and ended from every worker', () =>
    using(async (opened) => {
        const channels = [];

        for (let i = 0; i < 6; i++) {
            const id = channel();
            const peer = await Peer.join(suite.nginx.signalingUrl,
                                         { role: 'recvonly',
                                           channel_id: id });

            opened.push(peer);
            channels.push({ id, peer });
        }

        for (const { id, peer } of channels) {
            const { json } = await until('the session has its member',
                                         async () => {
                const res = await api('20231220.GetSession',
                                      { channel_id: id });

                return res.json.total_connections === 1 && res;
            });

            assert.strictEqual(json.connections[0].connection_id,
                               peer.connectionId);

            const all = (await api('20231220.ListSessions')).json;

            assert.deepStrictEqual(all.find((s) => s.channel_id === id), {
                channel_id: id, session_id: json.session_id,
                multistream: true, spotlight: false,
            });

            const res = await api('20230628.TerminateSession',
                                  { channel_id: id,
                                    session_id: json.session_id });

            assert.deepStrictEqual(res.json,
                                   { session_id: json.session_id });

            assert.deepStrictEqual(await peer.signaling.closed, {
                code: 1000, reason: 'DISCONNECTED-API',
            });
        }

        await until('no session is left', async () =>
            (await api('20231220.ListSessions')).text === '[]');
    }));
