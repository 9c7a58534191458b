/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Data channels of clients that do everything wrong, below and above DTLS.
 * Whatever they do, at most they are closed themselves: two others at the
 * same worker go on exchanging messages.
 */

'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { after, test } = require('node:test');
const zlib = require('node:zlib');

const { until } = require('../lib/poll');
const { CHUNK, DataPeer, PPID, chunk, open, u16, u32 } =
    require('../lib/sctp');
const { channel, serve, using } = require('../lib/suite');


const SIZE = 16384;
const INFLATED = 65536;

const suite = serve({
    workers: 1,
    main: [`webrtc_data_message_size ${SIZE};`,
           `webrtc_data_inflated_size ${INFLATED};`,
           'webrtc_data_buffer 256k;',
           'webrtc_data_message_rate 500;',
           'webrtc_rpc_methods 2025.2.0/PutSignalingNotifyMetadata'
           + ' 2025.2.0/PutSignalingNotifyMetadataItem;'],
});

const LABELS = [{ label: '#chat', direction: 'sendrecv' },
                { label: '#zip', direction: 'sendrecv', compress: true }];


async function member(opened, connect = {}) {
    const peer = await DataPeer.join(suite.nginx.signalingUrl, {
        role: 'recvonly', channel_id: channel(), data_channels: LABELS,
        ...connect });

    opened.push(peer);

    return peer;
}


/* One whose association is left to the test. */

async function attacker(opened, connect = {}) {
    const peer = await DataPeer.offered(suite.nginx.signalingUrl, {
        role: 'recvonly', channel_id: channel(), data_channels: LABELS,
        ...connect });

    opened.push(peer);
    await peer.connectDtls();

    return peer;
}


/* Two that have nothing to do with it. */

const bystanders = [];

after(async () => {
    for (const peer of bystanders) {
        await peer.close();
    }
});


async function othersGoOn() {
    while (bystanders.length < 2) {
        await member(bystanders, { channel_id: 'bystanders' });
    }

    for (const [from, to] of [bystanders, [...bystanders].reverse()]) {
        const text = Buffer.from(crypto.randomUUID());

        from.say('#chat', text, { ppid: PPID.STRING });

        await until('others go on', () =>
            to.heard('#chat').some((m) => m.equals(text)));
    }
}


async function endsWith(peer, reason) {
    const end = await peer.signaling.close(20000);

    assert.strictEqual(end.reason, reason);
}


test('a client without a browser is as good as any', () =>
    using(async (opened) => {
        const id = channel();
        const one = await member(opened, { channel_id: id });
        const two = await member(opened, { channel_id: id });
        const large = crypto.randomBytes(SIZE);

        one.say('#chat', large);
        one.say('#zip', zlib.deflateSync(Buffer.from('small')));

        await until('both have come', () => two.heard('#chat').length
                                            && two.heard('#zip').length);

        assert.ok(two.heard('#chat')[0].equals(large));
        assert.strictEqual(zlib.inflateSync(two.heard('#zip')[0]).toString(),
                           'small');
        await othersGoOn();
    }));


test('an INIT with 0 streams, bad checksums, wrong tags: dropped', () =>
    using(async (opened) => {
        const peer = await attacker(opened);

        await peer.transmit(peer.init(0), { tag: 0 });
        await peer.transmit(peer.init(), { tag: 0, checksum: 1 });
        await peer.transmit(peer.init(), { tag: 7 });
        await peer.transmit(peer.init(16, 0), { tag: 0 });
        await peer.transmit(chunk(CHUNK.INIT, 0, u32(1)), { tag: 0 });
        await othersGoOn();
    }));


test('an INIT with 65535 streams gets as many as there are', () =>
    using(async (opened) => {
        const peer = await attacker(opened);

        peer.init = (streams, tag) => DataPeer.prototype.init
            .call(peer, 65535, tag);

        await peer.connectSctp();
        await peer.signaling.next('switched');

        /* what is for another association, or for none, changes nothing */

        for (const options of [{ checksum: 1 }, { tag: peer.peerTag ^ 1 },
                               { tag: 0 }])
        {
            await peer.transmit(chunk(CHUNK.ABORT, 0, Buffer.alloc(0)),
                                options);
            await peer.transmit(chunk(CHUNK.DATA, 3, Buffer.concat([
                u32(peer.tsn), u16(1, 0), u32(51), Buffer.from('x')])),
                                options);
        }

        /* nor does a message on a stream that nobody has opened */

        peer.say(9999, Buffer.from('nowhere'));
        peer.say(60, Buffer.from('nowhere'));

        const text = Buffer.from('{"type":"unknown"}');

        await peer.say('signaling', zlib.deflateSync(text));
        await othersGoOn();
        assert.strictEqual(peer.signaling.end, undefined);
    }));


test('garbage in place of SCTP', () => using(async (opened) => {
    const before = await attacker(opened);
    const during = await member(opened);

    for (const peer of [before, during]) {
        for (const length of [1, 4, 11, 12, 13, 16, 100, 1160, 4000]) {
            await peer.record(crypto.randomBytes(length));
            await peer.transmit(crypto.randomBytes(length), { tag: 0 });
            await peer.transmit(crypto.randomBytes(length));
        }

        /* a length of 0, and one beyond the end */

        await peer.transmit(chunk(CHUNK.DATA, 3, Buffer.alloc(12), 0));
        await peer.transmit(chunk(CHUNK.DATA, 3, Buffer.alloc(12), 65535));
        await peer.transmit(chunk(CHUNK.RECONFIG, 0, u16(13, 65535)));
    }

    await othersGoOn();
}));


test('aborts and restarts in storms', () => using(async (opened) => {
    const first = await attacker(opened);

    first.echo = () => {};

    for (let i = 0; i < 100; i++) {
        await first.transmit(first.init(1024, i + 1), { tag: 0 });
    }

    const peer = await member(opened);

    for (let i = 0; i < 100; i++) {
        await peer.transmit(peer.init(1024, i + 1), { tag: 0 });
        await peer.transmit(chunk(CHUNK.COOKIE_ECHO, 0,
                                  crypto.randomBytes(100)));
    }

    for (let i = 0; i < 20; i++) {
        peer.transmit(chunk(CHUNK.ABORT, 0, Buffer.alloc(0)));
    }

    assert.match((await peer.signaling.close()).reason,
                 /^SCTP-(ABORTED|RESTARTED)$/);
    await othersGoOn();
}));


test('a message over the limit ends its sender', () =>
    using(async (opened) => {
        const peer = await member(opened);

        peer.say('#chat', Buffer.alloc(SIZE + 1, 1));

        await endsWith(peer, 'SCTP-MESSAGE-TOO-LONG');
        await othersGoOn();
    }));


test('fragments that never end are not kept for ever', () =>
    using(async (opened) => {
        for (const [fragment, reason] of [
            [1000, 'SCTP-MESSAGE-TOO-LONG'], [4, 'SCTP-TOO-MANY-FRAGMENTS'],
        ]) {
            const peer = await member(opened);

            for (let i = 0; i < 600 && !peer.signaling.end; i++) {
                await peer.say('#chat', Buffer.alloc(fragment, 1), {
                    first: i === 0, last: false, fragment });
            }

            await endsWith(peer, reason);
        }

        await othersGoOn();
    }));


test('fragments without a beginning are not kept for ever', () =>
    using(async (opened) => {
        const peer = await member(opened);

        peer.tsn++;                         /* one that never comes */

        for (let i = 0; i < 3000 && !peer.signaling.end; i++) {
            await peer.say('#chat', Buffer.alloc(1000, 1),
                           { first: false, last: false });
        }

        await othersGoOn();
    }));


test('lies about a channel that is to be opened: refused', () =>
    using(async (opened) => {
        const peer = await member(opened);
        const say = (id, data) => peer.say(id, data, { ppid: PPID.DCEP });
        const taken = peer.labels.get('#chat');
        const free = 200 + (taken & 1 ^ 1);

        for (const data of [
            open('#new', { labelLength: 65535 }),
            open('#new', { protocolLength: 65535 }),
            open('#new', { labelLength: 65535, protocolLength: 65535 }),
            open('#new', { labelLength: 0 }),
            open('#new', { type: 0x7f }),
            open('x'.repeat(9000), { protocol: 'y'.repeat(7000) }),
            open('#new').subarray(0, 11), Buffer.from([3]),
            Buffer.from([2, 2]), Buffer.from([255]),
        ]) {
            say(free, data);
        }

        /* on an id that is in use, of the server's parity, of no stream */

        say(taken, open('#chat'));
        say(taken + 2 * LABELS.length + 20, open('#new'));
        say(65535, open('#new'));

        /* acknowledgements that nobody waits for */

        for (let id = 0; id < 300; id++) {
            say(id, Buffer.from([2]));
        }

        const text = Buffer.from('still there');
        const other = await member(opened, {
            channel_id: peer.signaling.offer.channel_id });

        await peer.say('#chat', text);
        await until('the channel still works', () =>
            other.heard('#chat').some((m) => m.equals(text)));
        await othersGoOn();
    }));


test('every id is opened, over and over', () => using(async (opened) => {
    const peer = await member(opened);
    const odd = peer.labels.get('#chat') & 1;

    for (let round = 0; round < 3; round++) {
        for (let id = 1 - odd; id < 1024 && !peer.signaling.end; id += 2) {
            await peer.say(id, open(`#${round}-${id}`),
                           { ppid: PPID.DCEP });
        }
    }

    await othersGoOn();
}));


test('a client that takes nothing is closed, others hear all', () =>
    using(async (opened) => {
        const id = channel();

        const sender = await member(opened, { channel_id: id });
        const hears = await member(opened, { channel_id: id });
        const closed = await member(opened, { channel_id: id });
        const deaf = await member(opened, { channel_id: id });

        /* one says that it has no room, the other says nothing at all */

        closed.window = 0;
        deaf.deaf = true;

        const message = crypto.randomBytes(SIZE);

        for (let sent = 1; !closed.signaling.end || !deaf.signaling.end;
             sent++)
        {
            assert.ok(sent < 1000);
            sender.say('#chat', message);

            await until('the other has it', () =>
                hears.heard('#chat').length === sent, { every: 5 });
        }

        for (const peer of [closed, deaf]) {
            assert.strictEqual(peer.signaling.end.reason,
                               'DATA-CHANNEL-BUFFER-FULL');
        }

        await othersGoOn();
    }));


test('more messages than are allowed', () => using(async (opened) => {
    const peer = await member(opened);

    for (let i = 0; i < 50; i++) {
        peer.transmit(Array.from({ length: 50 }, () => {
            const id = peer.labels.get('#chat');
            const ssn = peer.ssn.get(id) ?? 0;

            peer.ssn.set(id, ssn + 1);

            return chunk(CHUNK.DATA, 3, Buffer.concat([
                u32(peer.tsn++), u16(id, ssn), u32(PPID.STRING),
                Buffer.from('spam')]));
        }));
    }

    await endsWith(peer, 'MESSAGE-RATE');
    await othersGoOn();
}));


test('bombs, and what is no zlib stream', () => using(async (opened) => {
    const whole = zlib.deflateSync(Buffer.alloc(INFLATED));

    const cases = [
        [zlib.deflateSync(Buffer.alloc(INFLATED + 1)),
         'INFLATED-MESSAGE-TOO-LARGE'],
        [zlib.deflateSync(Buffer.alloc(14 << 20), { level: 9 }),
         'INFLATED-MESSAGE-TOO-LARGE'],
        [whole.subarray(0, -1), 'INVALID-COMPRESSED-MESSAGE'],
        [Buffer.concat([whole, Buffer.from('x')]),
         'INVALID-COMPRESSED-MESSAGE'],
        [Buffer.from('{"type":"stats"}'), 'INVALID-COMPRESSED-MESSAGE'],
        [zlib.gzipSync('gzip'), 'INVALID-COMPRESSED-MESSAGE'],
        [zlib.deflateRawSync('raw'), 'INVALID-COMPRESSED-MESSAGE'],
        [crypto.randomBytes(1000), 'INVALID-COMPRESSED-MESSAGE'],
    ];

    for (const [data, reason] of cases) {
        assert.ok(data.length <= SIZE);

        const peer = await member(opened);

        peer.say('#zip', data);
        await endsWith(peer, reason);
    }

    await othersGoOn();
}));


test('RPC that is none', () => using(async (opened) => {
    const peer = await member(opened);
    const deep = '['.repeat(1000) + ']'.repeat(1000);
    const method = '"jsonrpc":"2.0","id":1,'
                   + '"method":"2025.2.0/PutSignalingNotifyMetadataItem"';

    const texts = {
        '': -32700, 'x': -32700, '{': -32700, '\0': -32700,
        '\xff\xfe': -32700, '{"a":1,"a":2}': -32700, '{"id":1e400}': -32700,
        [deep]: -32700,
        [`{"jsonrpc":"2.0","id":1,"x":"${'x'.repeat(15000)}"}`]: -32600,
        '[]': -32600, '[1]': -32600, '{}': -32600,
        '{"jsonrpc":"2.0"}': -32600, '{"jsonrpc":2.0,"id":1}': -32600,
        '{"jsonrpc":"2.0","id":{},"method":"x"}': -32600,
        '{"jsonrpc":"2.0","id":[],"method":"x"}': -32600,
        '{"jsonrpc":"2.0","id":1,"method":{}}': -32600,
        '{"jsonrpc":"2.0","id":1,"method":""}': -32601,
        '{"jsonrpc":"2.0","id":1,"method":"__proto__"}': -32601,
        '{"jsonrpc":"2.0","id":9223372036854775807,"method":"x"}': -32601,
        [`{${method}}`]: -32602,
        [`{${method},"params":[]}`]: -32602,
        [`{${method},"params":null}`]: -32602,
        [`{${method},"params":{"key":1,"value":1}}`]: -32602,
        [`{${method},"params":{"key":"","value":1}}`]: -32602,
        [`{${method},"params":{"key":"${'k'.repeat(256)}","value":1}}`]:
            -32602,
        [`{${method},"params":{"key":"k"}}`]: -32602,
        [`{${method},"params":{"key":"k","value":1,"push":"yes"}}`]: -32602,
    };

    let answers = 0;

    for (const [text, code] of Object.entries(texts)) {
        const plain = Buffer.from(text, text.startsWith('\xff') ? 'latin1'
                                                                : 'utf8');

        peer.say('rpc', zlib.deflateSync(plain), { ppid: PPID.BINARY });

        await until(`an answer to ${text.slice(0, 60)}`, () =>
            peer.heard('rpc').length > answers);

        const answer = JSON.parse(zlib.inflateSync(
            peer.heard('rpc')[answers++]));

        assert.strictEqual(answer.error?.code, code, text.slice(0, 100));
        assert.strictEqual(answer.jsonrpc, '2.0');
    }

    assert.strictEqual(peer.signaling.end, undefined);
    await othersGoOn();
}));


test('signalling that is none', () => using(async (opened) => {
    for (const [label, text] of [
        ['signaling', 'x'], ['signaling', '[]'], ['signaling', '{"type":1}'],
        ['signaling', '{"type":"connect"}'], ['signaling', '{}'],
        ['signaling', '{"type":"re-answer","sdp":"v=0"}'],
        ['signaling', '{"type":"re-answer","sdp":{}}'],
        ['signaling', '{"type":"candidate","candidate":7}'],
        ['signaling', '{"type":"disconnect","reason":{}}'],
        ['signaling', `{"type":"${'x'.repeat(10000)}"}`],
        ['stats', 'x'], ['stats', '{"type":"stats"}'],
        ['stats', '{"type":"stats","reports":{}}'],
        ['stats', `{"type":"stats","reports":["${'x'.repeat(60000)}"]}`],
        ['stats', '{"type":"re-answer"}'],
        ['notify', '{"type":"notify"}'], ['push', '{"type":"push"}'],
    ]) {
        const peer = await member(opened);

        await peer.say(label, zlib.deflateSync(text));
        await peer.say(label, zlib.deflateSync('{"type":"x"}'));
        await peer.say('signaling',
                       zlib.deflateSync('{"type":"disconnect"}'));

        /* it was this, at the latest, that ended it */

        await peer.signaling.close();
    }

    await othersGoOn();
}));
