/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The operations of the Sora API on live connections, as raw HTTP requests.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call, listConnections } = require('../lib/api');
const { Peer } = require('../lib/peer');
const { sleep, until } = require('../lib/poll');
const { Signaling } = require('../lib/signaling');
const { channel, serve, using } = require('../lib/suite');


const ID = /^[0-9A-HJKMNP-TV-Z]{25}[048CGMRW]$/;

const suite = serve();


function join(opened, connect) {
    return Peer.join(suite.nginx.signalingUrl, connect).then((peer) => {
        opened.push(peer);
        return peer;
    });
}


function api(target, body) {
    return call(suite.nginx.apiUrl, target, body);
}


/* Lists the channel until it has this many members. */

function members(channelId, count) {
    return until(`${channelId} has ${count} connections`, async () => {
        const { json } = await api('Sora_20201013.ListChannelConnections',
                                   { channel_id: channelId });

        return json.length === count && json;
    });
}


test('an empty server has empty lists', async () => {
    for (const target of ['Sora_20201013.ListConnections',
                          'Sora_20201013.ListChannels',
                          'Sora_20200225.GetAllRemoteStats'])
    {
        for (const body of [undefined, {}]) {
            const res = await api(target, body);

            assert.strictEqual(res.status, 200, target);
            assert.strictEqual(res.headers['content-type'],
                               'application/json');
            assert.strictEqual(res.text, '[]', target);
        }
    }
});


test('the listings show a member with all its fields', () =>
    using(async (opened) => {
        const id = channel();
        const before = Date.now() * 1000;

        const peer = await join(opened, {
            role: 'sendrecv', channel_id: id, client_id: 'kitchen',
            bundle_id: 'both', audio: true,
            video: { codec_type: 'VP8', bit_rate: 700 },
        });

        const [one] = await members(id, 1);

        assert.strictEqual(one.channel_id, id);
        assert.strictEqual(one.client_id, 'kitchen');
        assert.strictEqual(one.bundle_id, 'both');
        assert.strictEqual(one.connection_id, peer.connectionId);
        assert.strictEqual(one.role, 'sendrecv');
        assert.strictEqual(one.multistream, true);
        assert.strictEqual(one.simulcast, false);
        assert.strictEqual(one.spotlight, false);
        assert.strictEqual(one.audio.codec_type, 'OPUS');
        assert.strictEqual(one.video.codec_type, 'VP8');
        assert.strictEqual(one.video.bit_rate, 700);

        assert.ok(Number.isInteger(one.created_time));
        assert.ok(one.created_time >= before - 1000);
        assert.ok(one.created_time <= Date.now() * 1000 + 1000);

        const all = await listConnections(suite.nginx.apiUrl);

        assert.deepStrictEqual(
            all.find((c) => c.connection_id === peer.connectionId), one);

        const channels = await api('Sora_20201013.ListChannels');

        assert.deepStrictEqual(
            channels.json.find((c) => c.channel_id === id),
            { channel_id: id, multistream: true, spotlight: false });
    }));


test('audio or video that is off is false in the listing', () =>
    using(async (opened) => {
        const id = channel();

        await join(opened, { role: 'sendonly', channel_id: id,
                             video: false });

        const [one] = await members(id, 1);

        assert.strictEqual(one.video, false);
        assert.strictEqual(one.audio.codec_type, 'OPUS');
    }));


test('ListConnections takes "local"', async () => {
    for (const local of [true, false]) {
        const res = await api('Sora_20201013.ListConnections', { local });

        assert.strictEqual(res.status, 200);
        assert.ok(Array.isArray(res.json));
    }
});


test('listing a channel that is not there gives an empty list', async () => {
    const res = await api('Sora_20201013.ListChannelConnections',
                          { channel_id: channel() });

    assert.strictEqual(res.status, 200);
    assert.strictEqual(res.text, '[]');
});


test('a listing sees members of every worker', () =>
    using(async (opened) => {
        const rooms = [];

        for (let i = 0; i < 6; i++) {
            rooms.push(channel('spread'));
            await join(opened, { role: 'recvonly', channel_id: rooms[i] });
        }

        for (let i = 0; i < 8; i++) {
            const all = await listConnections(suite.nginx.apiUrl);
            const seen = new Set(all.map((c) => c.channel_id));

            assert.ok(rooms.every((room) => seen.has(room)));
        }
    }));


test('DisconnectConnection ends one member and tells the others', () =>
    using(async (opened) => {
        const id = channel();
        const one = await join(opened, { role: 'sendrecv', channel_id: id });
        const two = await join(opened, { role: 'sendrecv', channel_id: id });
        const body = { channel_id: id, connection_id: one.connectionId };

        const res = await api('Sora_20151104.DisconnectConnection',
                              { ...body, reason: { type: 'test' } });

        assert.strictEqual(res.status, 200);
        assert.deepStrictEqual(res.json, body);

        assert.deepStrictEqual(await one.signaling.close(),
                               { code: 1000, reason: 'DISCONNECTED-API' });

        const gone = await two.signaling.notify('connection.destroyed');

        assert.strictEqual(gone.connection_id, one.connectionId);
        assert.strictEqual(gone.channel_connections, 1);

        await members(id, 1);

        const again = await api('Sora_20151104.DisconnectConnection', body);

        assert.strictEqual(again.status, 400);
        assert.strictEqual(again.json.error_type, 'CONNECTION-NOT-FOUND');
    }));


test('DisconnectClient ends every connection of a client', () =>
    using(async (opened) => {
        const id = channel();
        const connect = { role: 'recvonly', channel_id: id };
        const pair = [await join(opened, { ...connect, client_id: 'two' }),
                      await join(opened, { ...connect, client_id: 'two' })];
        const other = await join(opened, connect);

        const body = { channel_id: id, client_id: 'two' };
        const res = await api('Sora_20151104.DisconnectClient', body);

        assert.strictEqual(res.status, 200);
        assert.deepStrictEqual(res.json, body);

        for (const peer of pair) {
            assert.strictEqual((await peer.signaling.close()).reason,
                               'DISCONNECTED-API');
        }

        const [left] = await members(id, 1);

        assert.strictEqual(left.connection_id, other.connectionId);

        const again = await api('Sora_20151104.DisconnectClient', body);

        assert.strictEqual(again.status, 400);
        assert.strictEqual(again.json.error_type, 'CLIENT-NOT-FOUND');
    }));


test('DisconnectChannel ends everybody', () => using(async (opened) => {
    const id = channel();
    const peers = [];

    for (const role of ['sendrecv', 'sendonly', 'recvonly']) {
        peers.push(await join(opened, { role, channel_id: id }));
    }

    const res = await api('Sora_20151104.DisconnectChannel',
                          { channel_id: id });

    assert.strictEqual(res.status, 200);
    assert.strictEqual(res.text, JSON.stringify({ channel_id: id }));

    for (const peer of peers) {
        assert.deepStrictEqual(await peer.signaling.close(),
                               { code: 1000, reason: 'DISCONNECTED-API' });
    }

    await members(id, 0);

    const again = await api('Sora_20151104.DisconnectChannel',
                            { channel_id: id });

    assert.strictEqual(again.status, 400);
    assert.strictEqual(again.json.error_type, 'CHANNEL-NOT-FOUND');
}));


test('DisconnectChannelByRole ends one role only', () =>
    using(async (opened) => {
        const id = channel();
        const sender = await join(opened, { role: 'sendonly',
                                            channel_id: id });
        const viewer = await join(opened, { role: 'recvonly',
                                            channel_id: id });

        const body = { channel_id: id, role: 'sendonly' };
        const target = 'Sora_20201120.DisconnectChannelByRole';

        const res = await api(target, { ...body, reason: { why: 'test' } });

        assert.strictEqual(res.status, 200);
        assert.deepStrictEqual(res.json, body);
        assert.strictEqual((await sender.signaling.close()).reason,
                           'DISCONNECTED-API');

        const [left] = await members(id, 1);

        assert.strictEqual(left.connection_id, viewer.connectionId);

        /* nobody has that role any more: nothing to do, no error */

        const again = await api(target, body);

        assert.strictEqual(again.status, 200);
        assert.deepStrictEqual(again.json, body);
    }));


test('absent targets are errors that name them', async () => {
    const id = channel();

    const cases = [
        ['Sora_20151104.DisconnectChannel', { channel_id: id },
         'CHANNEL-NOT-FOUND'],
        ['Sora_20151104.DisconnectClient',
         { channel_id: id, client_id: 'nobody' }, 'CLIENT-NOT-FOUND'],
        ['Sora_20151104.DisconnectConnection',
         { channel_id: id, connection_id: 'nobody' },
         'CONNECTION-NOT-FOUND'],
        ['Sora_20201120.DisconnectChannelByRole',
         { channel_id: id, role: 'sendrecv' }, 'CHANNEL-NOT-FOUND'],
        ['Sora_20200225.GetConnectionRemoteStats',
         { channel_id: id, connection_id: 'nobody' },
         'CONNECTION-NOT-FOUND'],
    ];

    for (const [target, body, type] of cases) {
        const res = await api(target, body);

        assert.strictEqual(res.status, 400, target);
        assert.ok(/^(CHANNEL|CLIENT|CONNECTION)-NOT-FOUND$/
                  .test(res.json.error_type), `${target} ${res.text}`);
        assert.ok([type, 'CHANNEL-NOT-FOUND']
                  .includes(res.json.error_type), `${target} ${res.text}`);
        assert.ok(res.text.includes(id), res.text);
    }
});


test('a connection id of another channel is not found', () =>
    using(async (opened) => {
        const peer = await join(opened, { channel_id: channel() });

        const res = await api('Sora_20151104.DisconnectConnection',
                              { channel_id: channel(),
                                connection_id: peer.connectionId });

        assert.strictEqual(res.status, 400);
        assert.strictEqual(peer.signaling.end, undefined);
    }));


test('two disconnects at once make one event', () => using(async (opened) => {
    const id = channel();
    const one = await join(opened, { role: 'sendrecv', channel_id: id });
    const two = await join(opened, { role: 'sendrecv', channel_id: id });

    const results = await Promise.all([
        api('Sora_20151104.DisconnectConnection',
            { channel_id: id, connection_id: one.connectionId }),
        api('Sora_20151104.DisconnectConnection',
            { channel_id: id, connection_id: one.connectionId }),
        one.signaling.leave(),
    ]);

    for (const res of results.slice(0, 2)) {
        assert.ok([200, 400].includes(res.status));
    }

    await two.signaling.notify('connection.destroyed');
    await members(id, 1);

    /* whatever comes next is not a second destroyed */

    const three = await join(opened, { role: 'recvonly', channel_id: id });

    await two.signaling.notify('connection.created');

    const destroyed = two.signaling.messages.filter(
        (m) => m.event_type === 'connection.destroyed');

    assert.strictEqual(destroyed.length, 1);
    assert.strictEqual(three.created.channel_connections, 2);
}));


test('a disconnect between offer and answer ends the client', () =>
    using(async (opened) => {
        const id = channel();
        const half = await Signaling.join(suite.nginx.signalingUrl,
                                          { role: 'sendrecv',
                                            channel_id: id });

        opened.push(half);

        const res = await api('Sora_20151104.DisconnectConnection',
                              { channel_id: id,
                                connection_id: half.offer.connection_id });

        /* it has no media yet: to be listed or not is a matter of taste */

        if (res.status === 200) {
            assert.deepStrictEqual(await half.close(),
                                   { code: 1000,
                                     reason: 'DISCONNECTED-API' });

        } else {
            assert.strictEqual(res.status, 400);
            assert.deepStrictEqual(await half.leave(),
                                   { code: 1000, reason: 'TYPE-DISCONNECT' });
        }
    }));


test('remote stats are what the client sent with its last pong', () =>
    using(async (opened) => {
        const id = channel();
        const peer = await join(opened, { role: 'sendrecv',
                                          channel_id: id });

        const none = await api('Sora_20200225.GetConnectionRemoteStats',
                               { channel_id: id,
                                 connection_id: peer.connectionId });

        assert.strictEqual(none.status, 200);
        assert.deepStrictEqual(none.json.stats, []);

        const stats = [
            { id: 'RTCAudioSource_1', type: 'media-source', kind: 'audio',
              timestamp: 1586417622080.464, totalAudioEnergy: 0,
              totalSamplesDuration: 154.96000000000404 },
            { id: 'T01', type: 'transport', text: 'é "quoted" \u0001',
              bytesSent: 9007199254740991, nested: [1, { a: null }] },
        ];

        const ping = await peer.signaling.next('ping', 15000);

        assert.deepStrictEqual(ping, { type: 'ping', stats: true });

        const start = Date.now();

        peer.signaling.send({ type: 'pong', stats });

        const one = await until('the stats are there', async () => {
            const res = await api('Sora_20200225.GetConnectionRemoteStats',
                                  { channel_id: id,
                                    connection_id: peer.connectionId });

            return res.json.stats.length > 0 && res.json;
        });

        assert.strictEqual(one.channel_id, id);
        assert.strictEqual(one.connection_id, peer.connectionId);
        assert.deepStrictEqual(one.stats, stats);

        assert.match(one.timestamp,
                     /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        assert.ok(Math.abs(Date.parse(one.timestamp) - start) < 10000);

        const { stats: untouched, ...rest } = one;
        const want = { ...rest, remote_stats: untouched };

        const all = await api('Sora_20200225.GetAllRemoteStats');
        const some = await api('Sora_20200225.GetChannelRemoteStats',
                               { channel_id: id });

        assert.deepStrictEqual(
            all.json.find((s) => s.connection_id === peer.connectionId),
            want);
        assert.deepStrictEqual(some.json, [want]);
    }));


test('remote stats of an absent channel are an empty list', async () => {
    const res = await api('Sora_20200225.GetChannelRemoteStats',
                          { channel_id: channel() });

    assert.strictEqual(res.status, 200);
    assert.strictEqual(res.text, '[]');
});


test('GetStatsReport counts connections', () => using(async (opened) => {
    const KEYS = [
        'average_duration_sec', 'average_setup_time_msec',
        'total_connection_created', 'total_connection_destroyed',
        'total_connection_updated', 'total_duration_sec',
        'total_failed_connections', 'total_ongoing_connections',
        'total_successful_connections', 'total_turn_tcp_connections',
        'total_turn_udp_connections',
    ];

    const report = async () => {
        const res = await api('Sora_20171010.GetStatsReport');

        assert.strictEqual(res.status, 200);

        for (const key of KEYS) {
            assert.ok(Number.isInteger(res.json[key]), key);
        }

        return res.json;
    };

    const before = await report();
    const peer = await join(opened, { role: 'sendrecv',
                                      channel_id: channel() });

    await until('the member is counted', async () => {
        const now = await report();

        return now.total_connection_created
                   === before.total_connection_created + 1
               && now.total_ongoing_connections
                      === before.total_ongoing_connections + 1
               && now.total_successful_connections
                      === before.total_successful_connections + 1;
    });

    await peer.leave();

    await until('the leave is counted', async () => {
        const now = await report();

        return now.total_connection_destroyed
                   === before.total_connection_destroyed + 1
               && now.total_ongoing_connections
                      === before.total_ongoing_connections;
    });
}));


test('connection, session and client ids are Base32 UUIDs', () =>
    using(async (opened) => {
        const peer = await join(opened, { channel_id: channel() });
        const { offer } = peer.signaling;

        for (const key of ['connection_id', 'session_id', 'client_id',
                           'bundle_id'])
        {
            assert.match(offer[key], ID, key);
        }

        assert.strictEqual(offer.client_id, offer.connection_id);
        assert.strictEqual(offer.bundle_id, offer.connection_id);
    }));


test('free text of a channel comes back as it went in', () =>
    using(async (opened) => {
        const names = ['../../etc/passwd', 'a\r\nSet-Cookie: x=1', '%00%2f',
                       '"quotes\\"', 'ひらがな', '\u2028', 'a\u0000b'];

        for (const name of names) {
            const half = await Signaling.open(suite.nginx.signalingUrl);

            opened.push(half);
            half.connect({ channel_id: name });

            const first = await Promise.race([half.next('offer'),
                                              half.close()]);

            if (first.code) {
                assert.strictEqual(first.code, 4490, name);
                assert.ok(first.reason, name);
                continue;
            }

            assert.strictEqual(first.channel_id, name);
            await half.leave();
        }

        for (const line of suite.nginx.ended()) {
            assert.ok(Number.isInteger(line.pid), 'a line was broken');
        }
    }));


test('a channel name of 255 bytes works in the API, 256 does not',
    () => using(async (opened) => {
        const id = 'é'.repeat(127) + 'x';
        const peer = await join(opened, { channel_id: id });

        assert.strictEqual(Buffer.byteLength(id), 255);
        assert.strictEqual((await members(id, 1))[0].connection_id,
                           peer.connectionId);

        const res = await api('Sora_20201013.ListChannelConnections',
                              { channel_id: id + 'x' });

        assert.strictEqual(res.status, 400);
        assert.strictEqual(res.json.error_type, 'InvalidJSON');
    }));


test('200 listings at once are all answered', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () =>
        api('Sora_20201013.ListConnections')));

    assert.ok(all.every((res) => res.status === 200));
    await sleep(0);
});
