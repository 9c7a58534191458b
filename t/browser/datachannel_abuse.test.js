/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What clients should not do on data channels: it ends those who do it, with
 * a reason, and nobody else.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const zlib = require('node:zlib');

const { Member } = require('../lib/browser');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser({ main: [
    'webrtc_data_inflated_size 64k;', 'webrtc_data_message_rate 100;',
    'webrtc_data_channels 2;'] });

const LABELS = [{ label: '#chat', direction: 'sendrecv' },
                { label: '#zip', direction: 'sendrecv', compress: true }];


async function join(opened, channelId) {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);

    await member.start({ role: 'messaging', channelId,
                         sdk: { dataChannelSignaling: true,
                                ignoreDisconnectWebSocket: true,
                                dataChannels: LABELS } });
    await member.event('signaling', (e) => e.type === 'onmessage-switched');

    return member;
}


/* Two of a channel; the first one does it. */

function abuse(name, reason, does) {
    test(name, () => using(async (opened) => {
        const channelId = channel();
        const bad = await join(opened, channelId);
        const good = await join(opened, channelId);

        await does(bad);

        const end = await bad.event('disconnect');

        assert.strictEqual(end.code, 4490);
        assert.strictEqual(end.reason, reason);

        await good.event('notify', (e) =>
            e.eventType === 'connection.destroyed'
            && e.message.connection_id === bad.id);

        /* the other one is not disturbed */

        const third = await join(opened, channelId);

        await good.say('#chat', 'hello');
        await third.hears({ head: 'hello' });
    }));
}


function raw(member, label, bytes, times) {
    return member.page.evaluate(
        ([l, b, t]) => window.member.raw(l, b, t),
        [label, typeof bytes === 'string' ? bytes : [...bytes], times]);
}


abuse('a message that inflates too far', 'INFLATED-MESSAGE-TOO-LARGE',
      (member) => raw(member, '#zip',
                      zlib.deflateSync(Buffer.alloc(1 << 24))));

abuse('a message that is not compressed where it must be',
      'INVALID-COMPRESSED-MESSAGE',
      (member) => raw(member, '#zip', Buffer.from('plain text')));

abuse('more messages than the rate allows', 'MESSAGE-RATE',
      (member) => raw(member, '#chat', 'flood', 1000));

abuse('signalling that is no JSON', 'INVALID-JSON',
      (member) => raw(member, 'signaling', zlib.deflateSync('no JSON')));


test('channels that a client opens are closed, and it stays', () =>
    using(async (opened) => {
        const channelId = channel();
        const one = await join(opened, channelId);
        const two = await join(opened, channelId);

        assert.strictEqual(await one.page.evaluate(
            () => window.member.openChannels(8)), 8);

        await one.say('#chat', 'still here');
        await two.hears({ head: 'still here' });
    }));


test('more labels than are allowed', () => using(async (opened) => {
    const member = await Member.open(suite.browser, suite.nginx);

    opened.push(member);

    await assert.rejects(
        member.start({ role: 'messaging', channelId: channel(),
                       sdk: { dataChannelSignaling: true,
                              dataChannels: [...LABELS,
                                  { label: '#third',
                                    direction: 'sendrecv' }] } }),
        /4490 TOO-MANY-DATA-CHANNELS/);
}));
