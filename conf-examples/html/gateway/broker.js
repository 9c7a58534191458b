/*
 * A small client of the broker at /peerjs: one WebSocket over which peers
 * that know each other's ids exchange offers, answers and candidates.
 * Events: "open", "closed", "call" (somebody calls; detail: Connection).
 */


const HEARTBEAT = 5000;


export class Broker extends EventTarget {

    constructor(url, key, id) {
        super();

        this.id = id;
        this.connections = new Map();       /* by their ids */

        const token = random();

        this.ws = new WebSocket(
            `${url}?key=${key}&id=${id}&token=${token}&version=1.5.5`);

        this.ws.onmessage = ({ data }) => this.handle(JSON.parse(data));
        this.ws.onclose = () => this.dispatchEvent(new Event('closed'));

        setInterval(() => this.send({ type: 'HEARTBEAT' }), HEARTBEAT);
    }


    send(message) {
        if (this.ws.readyState === WebSocket.OPEN) {
            this.ws.send(JSON.stringify(message));
        }
    }


    handle({ type, src, payload }) {
        const connection = this.connections.get(payload?.connectionId);

        switch (type) {

        case 'OPEN':
            this.dispatchEvent(new Event('open'));
            break;

        case 'ID-TAKEN':
        case 'ERROR':
            this.dispatchEvent(new CustomEvent('error', {
                detail: payload?.msg ?? type }));
            break;

        case 'OFFER':
            this.answer(src, payload);
            break;

        case 'ANSWER':
            connection?.pc.setRemoteDescription(payload.sdp);
            break;

        case 'CANDIDATE':
            connection?.candidate(payload.candidate);
            break;

        case 'EXPIRE':
            this.dispatchEvent(new CustomEvent('error', {
                detail: `There is no peer "${src}" here.` }));
            this.giveUp(src);
            break;
        }
    }


    /* those that are not answered yet */

    giveUp(dst) {
        for (const connection of [...this.connections.values()]) {
            if (connection.dst === dst && !connection.pc.remoteDescription) {
                connection.close();
            }
        }
    }


    /* "kind" is "media" or "data" */

    async connect(dst, kind) {
        const id = `${kind === 'data' ? 'dc' : 'mc'}_${random()}`;
        const connection = new Connection(this, id, dst, kind);

        if (kind === 'data') {
            connection.watch(connection.pc.createDataChannel(id));

        } else {
            connection.pc.addTransceiver('video', { direction: 'recvonly' });
            connection.pc.addTransceiver('audio', { direction: 'recvonly' });
            connection.watch(connection.pc.createDataChannel(id));
        }

        await connection.pc.setLocalDescription();

        this.send({ type: 'OFFER', dst, payload: {
            type: kind,
            connectionId: id,
            sdp: connection.pc.localDescription,
            ...kind === 'data'
                && { label: id, reliable: true, serialization: 'raw' } } });

        return connection;
    }


    async answer(src, { type, connectionId, sdp }) {
        const connection = new Connection(this, connectionId, src, type);

        this.dispatchEvent(new CustomEvent('call', { detail: connection }));

        await connection.pc.setRemoteDescription(sdp);
        await connection.pc.setLocalDescription();

        this.send({ type: 'ANSWER', dst: src, payload: {
            type, connectionId, sdp: connection.pc.localDescription } });
    }
}


/*
 * One RTCPeerConnection.  Events: "stream" (detail: MediaStream), "open",
 * "message" (detail: text) and "closed".
 */

class Connection extends EventTarget {

    constructor(broker, id, dst, kind) {
        super();

        this.broker = broker;
        this.id = id;
        this.dst = dst;
        this.kind = kind;
        this.early = [];
        this.pc = new RTCPeerConnection();

        broker.connections.set(id, this);

        this.pc.onicecandidate = ({ candidate }) => candidate && broker.send({
            type: 'CANDIDATE', dst,
            payload: { type: kind, connectionId: id, candidate } });

        this.pc.ontrack = ({ streams: [stream] }) =>
            this.dispatchEvent(new CustomEvent('stream', { detail: stream }));

        this.pc.ondatachannel = ({ channel }) => this.watch(channel);

        this.pc.onconnectionstatechange = () => {
            if (this.pc.connectionState === 'failed'
                || this.pc.connectionState === 'closed')
            {
                this.close();
            }
        };

        this.pc.onsignalingstatechange = () => {
            if (this.pc.remoteDescription) {
                this.early.splice(0).forEach((c) => this.candidate(c));
            }
        };
    }


    candidate(candidate) {
        if (this.pc.remoteDescription) {
            this.pc.addIceCandidate(candidate);

        } else {
            this.early.push(candidate);
        }
    }


    /* a call ends when its channel is closed */

    watch(channel) {
        const decoder = new TextDecoder();

        this.channel = channel;
        channel.binaryType = 'arraybuffer';
        channel.onopen = () => this.dispatchEvent(new Event('open'));
        channel.onclose = () => this.close();
        channel.onmessage = ({ data }) =>
            this.dispatchEvent(new CustomEvent('message', {
                detail: typeof data === 'string' ? data
                                                 : decoder.decode(data) }));
    }


    say(text) {
        this.channel.send(text);
    }


    close() {
        if (!this.broker.connections.delete(this.id)) {
            return;
        }

        this.pc.close();
        this.dispatchEvent(new Event('closed'));
    }
}


export function random() {
    return Math.random().toString(36).slice(2);
}
