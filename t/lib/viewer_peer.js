/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A viewer's media without a browser: what peer.js does for a member, once a
 * rendezvous server has brought the offer.
 */

'use strict';

const { Peer } = require('./peer');
const { RoomClient } = require('./ers_viewer');
const { until } = require('./poll');


/* the first offer to this viewer, at a media server's socket of ers.js */

function offered(media, id, timeout) {
    return media.hears('message', (m) => m.to === id && m.type === 'offer',
                       timeout).then(({ args }) => args[0]);
}


class ViewerPeer extends Peer {

    /* message: of type "offer"; say(message) answers it */

    constructor(message, say) {
        super({ offer: { sdp: message.payload.sdp },
                terminate: () => {} });

        this.message = message;
        this.say = say;
    }


    /* announced at that socket of ers.js; nothing is answered yet */

    static async announced(opened, media, id, streamName) {
        media.emit('clientJoined', { id, streamName, transport: 'srtp' });

        const message = await offered(media, id);
        const peer = new ViewerPeer(message, (m) =>
            media.emit('message', { ...m, from: id }));

        opened.push(peer);

        return peer;
    }


    /* of a room at a rendezvous server */

    static async entered(opened, url, room, streamName) {
        const client = await RoomClient.join(opened, url,
            [room, { streamName, transport: 'srtp' }]);
        const message = await client.message('offer');
        const peer = new ViewerPeer(message, (m) =>
            client.say('message', { ...m, to: message.from }));

        peer.guest = client;
        opened.push(peer);

        return peer;
    }


    answer(changes = {}) {
        this.reply('answer', { type: 'answer',
                               sdp: this.description(changes) });
    }


    reply(type, payload) {
        this.say({ type, sid: this.message.sid, payload });
    }


    async play() {
        this.answer();
        await this.ice();
        await this.dtls();
    }


    /* media come, now */

    async plays(timeout) {
        const before = this.rtp.length;

        await until('media come', () => this.rtp.length > before + 3,
                    { timeout, every: 20 });
    }
}


/* An audio sender of that channel, who speaks every 20 ms. */

async function speak(opened, nginx, channelId) {
    const sender = await Peer.join(nginx.signalingUrl, {
        channel_id: channelId, role: 'sendonly', video: false });

    let sequence = 0;

    const timer = setInterval(() => {
        sequence++;
        sender.sendRtp('audio', { sequence, timestamp: sequence * 960 });
    }, 20);

    opened.push(sender, { close: () => clearInterval(timer) });

    return sender;
}


module.exports = { ViewerPeer, offered, speak };
