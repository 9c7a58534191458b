/*
 * A small client of the signalling that webrtc_sora_signaling speaks: one
 * WebSocket, one RTCPeerConnection and its data channels.  Events: "joined",
 * "members", "stream" and "gone" (a member's media comes and goes), "layer" (of
 * the sizes in which a member sends its video another one comes), "focus"
 * (others are in the spotlight than before), "chat", "closed".
 */

import { CHAT, Channels, wanted } from './channels.js';


const LEAVE_TIMEOUT = 3000;


export class Client extends EventTarget {

    constructor(url) {
        super();

        this.url = url;
        this.members = new Map();       /* connection_id: name */
        this.focused = new Set();       /* of connection_id */
        this.senders = new Map();       /* track: RTCRtpSender */
        this.queue = Promise.resolve();
    }


    /* Resolves when our media is up; rejects with an Error to show. */

    join({ channelId, role, name, stream, audio, video, simulcast,
           spotlight })
    {
        this.stream = stream;

        return new Promise((resolve, reject) => {
            this.settle = { resolve, reject };

            this.ws = new WebSocket(this.url);

            this.ws.onopen = () => this.send({
                type: 'connect',
                role,
                channel_id: channelId,
                audio,
                video,
                simulcast,
                spotlight,
                signaling_notify_metadata: { name },
                ...wanted,
                environment: navigator.userAgent,
            });

            this.ws.onmessage = ({ data }) => {
                this.enqueue(JSON.parse(data));
            };

            this.ws.onclose = ({ code, reason }) => {
                this.end(explain(code, reason, this.offered));
            };
        });
    }


    send(message) {
        if (this.ws.readyState === WebSocket.OPEN) {
            this.ws.send(JSON.stringify(message));
        }
    }


    /* one message after the other: negotiation must not overlap */

    enqueue(message) {
        this.queue = this.queue.then(() => this.handle(message))
                               .catch((e) => this.end(e.message));
    }


    /* Resolves with false when it cannot be sent. */

    chat(text) {
        return this.channels.send(CHAT, text);
    }


    async handle(message) {
        switch (message.type) {

        case 'offer':
            this.offered = true;
            this.id = message.connection_id;
            this.create(message.config, message.data_channels);
            this.encodings = message.encodings;
            await this.answer(message.sdp, 'answer');
            break;

        case 're-offer':
            await this.answer(message.sdp, 're-answer');
            break;

        case 'ping':
            await this.pong(message.stats);
            break;

        case 'req-stats':
            await this.channels.send('stats', JSON.stringify({
                type: 'stats', reports: await this.reports() }));
            break;

        case 'notify':
            this.notify(message);
            break;

        case 'close':
            this.end(explain(message.code, message.reason, this.offered));
            break;
        }
    }


    create(config, channels) {
        const pc = new RTCPeerConnection(config);

        this.pc = pc;

        this.channels = new Channels(channels, {
            signaling: (message) => {
                this.enqueue(message);
            },
            chat: (message) => {
                this.emit('chat', message);
            },
        });

        pc.ondatachannel = ({ channel }) => this.channels.add(channel);

        pc.ontrack = ({ track, streams: [stream] }) => {
            if (!stream) {
                return;
            }

            this.emit('stream', { id: stream.id, stream });

            stream.onremovetrack = () => {
                if (stream.getTracks().length === 0) {
                    this.emit('gone', { id: stream.id });
                }
            };

            track.onunmute = () => {
                this.emit('stream', { id: stream.id, stream });
            };
        };

        pc.onicecandidate = ({ candidate }) => {
            if (candidate) {
                this.send({ type: 'candidate', ...candidate.toJSON() });
            }
        };

        pc.onconnectionstatechange = () => {
            if (pc.connectionState === 'failed') {
                this.end('No media path to the server: its UDP ports cannot'
                         + ' be reached from here.');
            }
        };
    }


    async answer(sdp, type) {
        const { pc } = this;

        await pc.setRemoteDescription({ type: 'offer', sdp });

        if (type === 'answer') {
            for (const track of this.stream?.getTracks() || []) {
                this.senders.set(track, pc.addTrack(track, this.stream));
            }

            await this.encode();
        }

        await pc.setLocalDescription();

        this.send({ type, sdp: pc.localDescription.sdp });
    }


    /* the sizes in which we send: one for each rid of the offer */

    async encode() {
        const sender = [...this.senders.values()]
            .find(({ track }) => track.kind === 'video');

        if (!this.encodings || !sender) {
            return;
        }

        const parameters = sender.getParameters();

        parameters.encodings = this.encodings;
        await sender.setParameters(parameters);
    }


    /*
     * Silence takes next to nothing, black pictures do not: no video is sent
     * at all, by which the others see that there is none.
     */

    async enable(track, on) {
        track.enabled = on;

        if (track.kind === 'video') {
            await this.senders.get(track)?.replaceTrack(on ? track : null);
        }
    }


    async pong(wantsStats) {
        const message = { type: 'pong' };

        if (wantsStats && this.pc) {
            message.stats = await this.reports();
        }

        this.send(message);
    }


    async reports() {
        return [...(await this.pc.getStats()).values()];
    }


    notify(message) {
        const id = message.connection_id;

        switch (message.event_type) {

        case 'connection.created':

            for (const member of message.data || []) {
                this.members.set(member.connection_id, nameOf(member));
            }

            this.members.set(id, nameOf(message));

            if (id === this.id) {
                this.settle.resolve();
                this.emit('joined');
            }

            break;

        case 'connection.destroyed':
            this.members.delete(id);
            this.focused.delete(id);
            break;

        case 'spotlight.focused':
            this.focused.add(id);
            this.emit('focus');
            return;

        case 'spotlight.unfocused':
            this.focused.delete(id);
            this.emit('focus');
            return;

        case 'simulcast.switched':
            this.emit('layer', { id: message.sender_connection_id,
                                 current: message.current_rid,
                                 rids: message.auto_rids });
            return;

        default:
            return;
        }

        this.count = message.channel_connections;
        this.emit('members');
    }


    /* Leaves politely, then for certain. */

    async leave() {
        this.left = true;
        this.send({ type: 'disconnect', reason: 'NO-ERROR' });

        await new Promise((resolve) => {
            this.addEventListener('closed', resolve, { once: true });
            setTimeout(resolve, LEAVE_TIMEOUT);
        });

        this.end();
    }


    end(error) {
        if (this.ended) {
            return;
        }

        this.ended = true;

        if (this.left) {
            error = undefined;
        }

        this.ws.onmessage = this.ws.onclose = null;
        this.ws.close();
        this.pc?.close();

        this.settle.reject(new Error(error || 'The call has ended.'));
        this.emit('closed', { error });
    }


    emit(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}


function nameOf({ authn_metadata: metadata }) {
    return typeof metadata?.name === 'string' ? metadata.name : '';
}


function explain(code, reason, offered) {
    if (reason === 'DISCONNECTED-API') {
        return 'The server’s operator has ended this connection.';
    }

    if (reason === 'SPOTLIGHT-MISMATCH') {
        return 'The others in this channel have joined it with another choice'
               + ' of spotlight.';
    }

    if (code === 4490) {
        return `The server refused the connection: ${reason}.`;
    }

    if (code === 1000) {
        return 'The server has ended this connection.';
    }

    if (!offered && !reason) {
        return 'No answer at the signalling address: does nginx have a'
               + ' location with webrtc_sora_signaling?';
    }

    return `The connection to the server was lost (${reason || code}).`;
}
