/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The server's own statistics: what they count, from which worker, and what
 * is left of them when a worker goes.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Nginx, KILLED } = require('../lib/nginx');
const { Peer } = require('../lib/peer');
const { until } = require('../lib/poll');
const { channel, serve, using } = require('../lib/suite');


const suite = serve();

const KEY = Buffer.from([0x10, 0x00, 1, 2, 3]);


function join(opened, connect, nginx = suite.nginx) {
    return Peer.join(nginx.signalingUrl, connect).then((peer) => {
        opened.push(peer);
        return peer;
    });
}


async function api(target, body, nginx = suite.nginx) {
    const res = await call(nginx.apiUrl, target, body);

    assert.strictEqual(res.status, 200, res.text);

    return res.json;
}


const report = (nginx) => api('Sora_20171010.GetStatsReport', undefined,
                              nginx);


test('the report has what monitoring reads', async () => {
    const all = await report();

    for (const key of [
        'average_duration_sec', 'average_setup_time_msec',
        'total_connection_created', 'total_connection_destroyed',
        'total_connection_updated', 'total_duration_sec',
        'total_failed_connections', 'total_ongoing_connections',
        'total_successful_connections', 'total_turn_tcp_connections',
        'total_turn_udp_connections', 'total_session_created',
        'total_session_destroyed', 'total_auth_webhook_allowed',
        'total_auth_webhook_denied', 'total_successful_auth_webhook',
        'total_failed_auth_webhook', 'total_successful_session_webhook',
        'total_failed_session_webhook', 'total_ignored_session_webhook',
        'total_successful_event_webhook', 'total_failed_event_webhook',
        'total_ignored_event_webhook', 'total_successful_stats_webhook',
        'total_received_invalid_turn_tcp_packet', 'total_received_srtp',
        'total_received_srtp_byte_size', 'total_sent_srtp',
        'total_sent_srtp_byte_size', 'total_decrypted_srtp',
        'total_decrypted_srtp_byte_size', 'total_received_sctp',
        'total_received_sctp_byte_size', 'total_sent_sctp',
        'total_sent_sctp_byte_size', 'total_overrun_srtp',
        'total_missed_trunk_byte_size',
    ]) {
        assert.ok(Number.isInteger(all[key]), key);
    }

    assert.match(all.version, /^\d+\.\d+\.\d+/);
    assert.ok(Number.isInteger(
        all.sora_client.total_failed_sora_client_type.unknown));
    assert.ok(Number.isInteger(all.error.signaling_error));
    assert.deepStrictEqual(all.cluster_relay, []);
    assert.strictEqual(typeof all.erlang_vm.memory, 'object');
});


test('packets are counted, by connection, client and server', () =>
    using(async (opened) => {
        const id = channel();
        const before = await report();
        const video = { codec_type: 'VP8' };

        const sender = await join(opened, {
            role: 'sendonly', channel_id: id, video, client_id: 'camera',
            sora_client: 'Sora Python SDK 2025.5.0' });
        const viewer = await join(opened, { role: 'recvonly', channel_id: id,
                                            video });

        for (let i = 0; i < 30; i++) {
            sender.sendRtp('video', { sequence: i, timestamp: i * 3000,
                                      payload: KEY });
        }

        await until('the viewer has it all', () => viewer.rtp.length === 30);

        /* those of a member at another worker are told once a second */

        const one = await until('the sender has them', async () => {
            const stats = await api('Sora_20170529.GetStatsConnection', {
                channel_id: id, connection_id: sender.connectionId });

            return stats.rtp.total_received_rtp === 30 && stats;
        });

        assert.strictEqual(one.channel_id, id);
        assert.strictEqual(one.client_id, 'camera');
        assert.strictEqual(one.connection_id, sender.connectionId);
        assert.strictEqual(one.rtp.total_received_rtp_payload_bytes, 150);
        assert.strictEqual(one.rtp.total_sent_rtp, 0);
        assert.ok(Math.abs(Date.parse(one.timestamp) - Date.now()) < 10000);

        const [client] = await api('Sora_20170529.GetStatsClient', {
            channel_id: id, client_id: 'camera' });

        assert.strictEqual(client.connection_id, sender.connectionId);

        /* from every worker, within a second */

        for (let i = 0; i < 8; i++) {
            await until('the listing has them', async () => {
                const all = await api('Sora_20171101.GetStatsAllConnections');
                const find = (peer) => all.find(
                    (c) => c.connection_id === peer.connectionId);

                return find(sender)?.rtp.total_received_rtp === 30
                       && find(viewer)?.rtp.total_sent_rtp === 30;
            });
        }

        await until('the report has them', async () => {
            const all = await report();
            const more = (key) => all[key] - before[key];

            return more('total_received_srtp') === 30
                   && more('total_decrypted_srtp') === 30
                   && more('total_sent_srtp') === 30
                   && more('total_sent_srtp_byte_size') > 30 * 17
                   && all.sora_client.total_successful_sora_client_type
                          .sora_python_sdk === 1;
        });

        for (const [target, body, name] of [
            ['Sora_20170529.GetStatsConnection',
             { connection_id: 'X' }, 'CONNECTION-NOT-FOUND'],
            ['Sora_20170529.GetStatsClient',
             { client_id: 'nobody' }, 'CLIENT-NOT-FOUND'],
            ['Sora_20241218.RequestKeyFrame',
             { connection_id: 'X' }, 'CONNECTION-NOT-FOUND'],
            ['Sora_20241218.RequestKeyFrame',
             { connection_id: viewer.connectionId }, 'NO-UPSTREAM-VIDEO'],
        ]) {
            const res = await call(suite.nginx.apiUrl, target,
                                   { channel_id: id, ...body });

            assert.strictEqual(res.status, 400);
            assert.strictEqual(res.json.error_type, name);
        }
    }));


/* requests for key frames among the compound packets that came */

function plis(peer) {
    let n = 0;

    for (const compound of peer.rtcp) {
        for (let i = 0; i + 4 <= compound.length;
             i += 4 * (compound.readUInt16BE(i + 2) + 1))
        {
            n += compound[i + 1] === 206 && (compound[i] & 31) === 1;
        }
    }

    return n;
}


test('each RequestKeyFrame is a PLI', () => using(async (opened) => {
    const id = channel();
    const sender = await join(opened, { role: 'sendonly', channel_id: id,
                                        video: { codec_type: 'VP8' } });
    const ids = { channel_id: id, connection_id: sender.connectionId };

    sender.sendRtp('video', { sequence: 1, payload: KEY });

    for (let i = 0; i < 4; i++) {
        const before = plis(sender);

        assert.deepStrictEqual(await api('Sora_20241218.RequestKeyFrame',
                                         ids), ids);
        await until('it is asked', () => plis(sender) > before);

        sender.sendRtp('video', { sequence: 2 + i, payload: KEY });
    }

    const { rtp } = await api('Sora_20170529.GetStatsConnection', ids);

    assert.ok(rtp.total_sent_rtcp_psfb_pli >= 4);
}));


test('statistics of clients have a newer name', () => using(async (opened) => {
    const id = channel();
    const peer = await join(opened, { role: 'sendonly', channel_id: id });
    const ids = { channel_id: id, connection_id: peer.connectionId };

    peer.signaling.send({ type: 'pong', stats: [{ id: 'x', n: 1.50 }] });

    const one = await until('they are there', async () => {
        const json = await api('Sora_20211215.GetRtcStats', ids);

        return json.stats.length && json;
    });

    assert.deepStrictEqual(one.stats, [{ id: 'x', n: 1.5 }]);

    for (const list of [
        await api('Sora_20211215.ListChannelRtcStats', { channel_id: id }),
        (await api('Sora_20211215.ListRtcStats'))
            .filter((c) => c.channel_id === id),
    ]) {
        assert.strictEqual(list.length, 1);
        assert.strictEqual(list[0].connection_id, peer.connectionId);
    }
}));


test('there is one node, and a licence', async () => {
    const licence = await api('Sora_20171218.GetLicense');

    assert.match(licence.expired_at, /^\d{4}-\d{2}$/);
    assert.strictEqual(licence.max_connections, 2 * 4096);
    assert.strictEqual(typeof licence.serial_code, 'string');

    const [node, ...others] = await api('Sora_20211215.ListClusterNodes');

    assert.deepStrictEqual(others, []);
    assert.strictEqual(node.connected, true);
    assert.strictEqual(node.mode, 'normal');
    assert.ok(node.node_name.length > 0);
    assert.ok(Date.parse(node.member_since) <= Date.now());
});


test('the numbers outlive a reload and the death of a worker', () =>
    using(async (opened) => {
        const nginx = await Nginx.start({ allow: KILLED });

        opened.push({ close: () => nginx.stop() });

        const id = channel();
        const peer = await join(opened, { role: 'sendonly', channel_id: id,
                                          video: { codec_type: 'VP8' } },
                                nginx);

        for (let i = 0; i < 10; i++) {
            peer.sendRtp('video', { sequence: i, payload: KEY });
        }

        const counted = await until('it is counted', async () => {
            const all = await report(nginx);

            return all.total_decrypted_srtp === 10 && all;
        });

        assert.strictEqual(counted.total_ongoing_connections, 1);

        process.kill(nginx.workerOfUdp(peer.server.port), 'SIGKILL');

        await until('its connection is gone', async () =>
            (await report(nginx)).total_ongoing_connections === 0);

        await nginx.reload();

        const after = await report(nginx);

        assert.strictEqual(after.total_decrypted_srtp, 10);
        assert.strictEqual(after.total_connection_created, 1);
        assert.strictEqual(after.total_connection_destroyed, 1);
    }));


/* many listings at once hold up neither each other nor the media */

test('media keeps its pace while many list', () => using(async (opened) => {
    const id = channel();
    const video = { codec_type: 'VP8' };
    const sender = await join(opened, { role: 'sendonly', channel_id: id,
                                        video });
    const viewer = await join(opened, { role: 'recvonly', channel_id: id,
                                        video });
    let done = false;

    const listing = Promise.all(Array.from({ length: 20 }, async () => {
        while (!done) {
            await api('Sora_20171101.GetStatsAllConnections');
            await api('Sora_20201013.ListConnections');
        }
    }));

    for (let i = 0; i < 60; i++) {
        sender.sendRtp('video', { sequence: i, timestamp: i * 1800,
                                  payload: KEY });
        await until('it has come', () => viewer.rtp.length === i + 1,
                    { timeout: 1000, every: 5 });
    }

    done = true;
    await listing;
}));
