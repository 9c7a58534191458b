/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Forwarding filters, as far as receivers see and hear.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Member } = require('../lib/browser');
const { until } = require('../lib/poll');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();


async function join(opened, options) {
    const member = await Member.join(suite.browser, suite.nginx, options);

    opened.push(member);

    return member;
}


async function api(operation, body) {
    const res = await call(suite.nginx.apiUrl, `Sora_20230628.${operation}`,
                           body);

    assert.strictEqual(res.status, 200, res.text);

    return res.json;
}


/* While audio goes on, nothing of the video comes any more. */

function videoStops(receiver, sender) {
    let before;

    return until('video stops while audio goes on', async () => {
        const now = (await receiver.stats()).remote[sender.id];
        const last = before;

        before = now;

        return last
               && now.audio.bytesReceived > last.audio.bytesReceived + 1000
               && now.video.bytesReceived === last.video.bytesReceived;
    }, { timeout: 20000, every: 1000 });
}


test('a filter of the channel stops video, without it it goes on', () =>
    using(async (opened) => {
        const channelId = channel();
        const sender = await join(opened, { role: 'sendonly', channelId });
        const viewer = await join(opened, { role: 'recvonly', channelId });

        await viewer.receives(sender);

        await api('CreateChannelForwardingFilter', {
            channel_id: channelId, name: 'dark', priority: 1,
            rules: [[{ field: 'kind', operator: 'is_in',
                       values: ['video'] }]],
        });

        await videoStops(viewer, sender);

        const { blocked } = await api('ListForwardingFilters',
                                      { channel_id: channelId,
                                        blocked: true });

        assert.deepStrictEqual(blocked, [{
            destination_connection_id: viewer.id, kind: 'video',
            source_connection_id_list: [sender.id],
        }]);

        await api('DeleteChannelForwardingFilter',
                  { channel_id: channelId, name: 'dark' });

        await viewer.receives(sender);
    }));


test('a receiver that asks for one sender does not get the other', () =>
    using(async (opened) => {
        const channelId = channel();
        const one = await join(opened, { role: 'sendonly', channelId,
                                         sdk: { clientId: 'one' } });
        const two = await join(opened, { role: 'sendonly', channelId,
                                         sdk: { clientId: 'two' } });
        const viewer = await join(opened, {
            role: 'recvonly', channelId,
            sdk: { forwardingFilters: [{
                name: 'one', priority: 1, action: 'allow',
                rules: [[{ field: 'client_id', operator: 'is_in',
                           values: ['one'] }]],
            }] },
        });
        const other = await join(opened, { role: 'recvonly', channelId });

        await viewer.receives(one);
        await other.receives(two);

        const { remote } = await viewer.stats();

        assert.strictEqual(remote[two.id].video?.framesDecoded || 0, 0);
        assert.strictEqual(remote[two.id].audio?.bytesReceived || 0, 0);

        await api('UpdateConnectionForwardingFilter', {
            channel_id: channelId, connection_id: viewer.id,
            name: 'one', priority: 1, action: 'block', rules: [],
        });

        await viewer.receives(two);
    }));
