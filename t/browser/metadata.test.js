/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Pushes and metadata as the SDK's "push" callback tells them.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { call } = require('../lib/api');
const { Member } = require('../lib/browser');
const { channel, serveBrowser, using } = require('../lib/suite');


const suite = serveBrowser();


test('the push callback gets what the API has pushed', () =>
    using(async (opened) => {
        const channelId = channel();
        const member = await Member.join(suite.browser, suite.nginx,
                                         { role: 'recvonly', channelId });

        opened.push(member);

        let res = await call(suite.nginx.apiUrl, 'Sora_20160711.PushChannel',
                             { channel_id: channelId, data: { n: 1 } });

        assert.strictEqual(res.status, 200);

        res = await call(suite.nginx.apiUrl,
                         'Sora_20201124.PutSignalingNotifyMetadataItem',
                         { channel_id: channelId, connection_id: member.id,
                           key: 'abc', value: 'efg', push: true });

        assert.deepStrictEqual(res.json, { abc: 'efg' });

        await member.event('push', (e) => e.message.data.n === 1);

        const { message } = await member.event(
            'push', (e) => e.message.data.action === 'PutMetadataItem');

        assert.deepStrictEqual(message, {
            type: 'push',
            data: {
                action: 'PutMetadataItem', connection_id: member.id,
                key: 'abc', type: 'signaling_notify_metadata_ext',
                value: 'efg',
            },
        });
    }));
