/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A page without a browser: it is offered a connection by a REST peer through
 * the broker of PeerJS, and answers with ICE, DTLS and SCTP from Node.
 */

'use strict';

const { PeerClient } = require('./peerjs');
const { DataPeer } = require('./sctp');
const { until } = require('./poll');


class GatewayPeer extends DataPeer {

    /*
     * Called by a REST peer; `options` is what POST /data/connections has
     * besides.  The peer has not answered yet.
     */

    static async called(nginx, rest, id, options = {}) {
        const broker = await PeerClient.join(`${nginx.url}/peerjs/`, { id });

        const res = await rest.must(202, 'POST', '/data/connections', {
            peer_id: rest.id, token: rest.token, target_id: id, params: {},
            ...options });

        const offer = await until(`${id} is called`, () => {
            const i = broker.heard.findIndex((text) =>
                JSON.parse(text).type === 'OFFER');

            return i >= 0 && JSON.parse(broker.heard.splice(i, 1)[0]);
        });

        const peer = new GatewayPeer({
            offer: { sdp: offer.payload.sdp.sdp,
                     connection_id: offer.payload.connectionId },
            send: ({ sdp: text }) => broker.say({
                type: 'ANSWER', dst: offer.src, payload: {
                    type: offer.payload.type,
                    connectionId: offer.payload.connectionId,
                    sdp: { type: 'answer', sdp: text } } }),
            next: () => new Promise(() => {}),
            terminate: () => broker.terminate(),
        });

        peer.broker = broker;
        peer.path = `/data/connections/${res.params.data_connection_id}`;

        return peer;
    }


    /* the same with an association, and its channel if it is announced */

    static async join(nginx, rest, id, options) {
        const peer = await GatewayPeer.called(nginx, rest, id, options);

        try {
            await peer.connectDtls();
            await peer.connectSctp();
            await until('the channel is announced', () => peer.labels.size);

        } catch (e) {
            await peer.close();
            throw e;
        }

        return peer;
    }


    get label() {
        return [...this.labels.keys()][0];
    }
}


module.exports = { GatewayPeer };
