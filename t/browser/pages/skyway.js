/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A page with the unmodified skyway-js, driven from outside.  What happens is
 * noted in `events`; media are judged by what is decoded.
 */

'use strict';


window.page = {

    events: [],
    connections: [],
    streams: new Map(),
    rooms: new Map(),

    note(name, fields = {}) {
        this.events.push({ name, ...fields });
    },


    /* Resolves with our id; fails with the type of the error. */

    open(id, options) {
        return new Promise((resolve, reject) => {
            const all = { host: location.hostname,
                          port: Number(location.port), secure: false,
                          config: { iceServers: [] }, ...options };

            const peer = id ? new Peer(id, all) : new Peer(all);

            this.peer = peer;

            peer.on('open', (own) => {
                this.note('open', { id: own });
                resolve(own);
            });

            peer.on('error', (e) => {
                this.note('error', { type: e.type, message: e.message });
                reject(new Error(e.type));
            });

            peer.on('connection', (connection) => this.watch(connection));
            peer.on('expiresin', (sec) => this.note('expiresin', { sec }));

            peer.on('call', async (call) => {
                this.note('call', { from: call.remoteId,
                                    metadata: call.metadata });
                this.watchCall(call);
                call.answer(await this.camera());
            });
        });
    },


    async camera() {
        this.local ??= await navigator.mediaDevices.getUserMedia(
            { audio: true, video: { width: 320, height: 240 } });

        return this.local;
    },


    watch(connection) {
        const n = this.connections.push(connection) - 1;

        connection.on('open', () => this.note('data open', {
            n, from: connection.remoteId, label: connection.label,
            metadata: connection.metadata,
            serialization: connection.serialization }));
        connection.on('close', () => this.note('data close', { n }));
        connection.on('data', (data) => this.note('data', {
            n, ...describe(data) }));

        return n;
    },


    connect(id, options) {
        return this.watch(this.peer.connect(id, options));
    },


    say(n, kind) {
        this.connections[n].send(value(kind));
    },


    close(n, force) {
        this.connections[n].close(force);
    },


    watchCall(call) {
        const n = this.connections.push(call) - 1;

        call.on('stream', (stream) => this.show(call.remoteId, stream));
        call.on('close', () => this.note('call close', { n }));

        return n;
    },


    async call(id, options) {
        return this.watchCall(this.peer.call(id, await this.camera(),
                                             options));
    },


    show(id, stream) {
        const video = document.createElement('video');

        video.srcObject = stream;
        video.autoplay = true;
        video.muted = false;
        document.body.append(video);

        this.streams.set(id, { stream, video });
        this.note('stream', { from: id });
    },


    async join(name, mode, media = true) {
        const stream = media ? await this.camera() : undefined;
        const room = this.peer.joinRoom(name, { mode, stream });

        this.rooms.set(name, room);

        room.on('open', () => this.note('room open', { room: name }));
        room.on('peerJoin', (id) => this.note('room join', { room: name, id }));
        room.on('peerLeave', (id) => this.note('room leave', {
            room: name, id }));
        room.on('stream', (s) => this.show(s.peerId, s));
        room.on('data', ({ src, data }) => this.note('room data', {
            room: name, src, ...describe(data) }));
        room.on('log', (logs) => this.note('room log', {
            room: name, logs: logs.map((text) => JSON.parse(text)) }));
        room.on('close', () => this.note('room close', { room: name }));
    },


    tell(name, kind) {
        this.rooms.get(name).send(value(kind));
    },


    log(name) {
        this.rooms.get(name).getLog();
    },


    leave(name) {
        this.rooms.get(name).close();
    },


    members(name) {
        return this.rooms.get(name).members;
    },


    list() {
        return new Promise((resolve) => this.peer.listAllPeers(resolve));
    },


    exists(id) {
        return this.peer.fetchPeerExists(id);
    },


    transport() {
        return this.peer.socket._io.io.engine.transport.name;
    },


    /* The next answer in an SFU room is lost on its way. */

    loseAnswer() {
        const { socket } = this.peer;
        const { send } = socket;

        socket.send = (name, ...args) => {
            if (name !== 'SFU_ANSWER') {
                send.call(socket, name, ...args);
                return;
            }

            socket.send = send;
            this.note('answer lost');
        };
    },


    /* What a lost network does: nobody says goodbye. */

    cut() {
        const { engine } = this.peer.socket._io.io;

        if (engine.transport.name === 'websocket') {
            engine.transport.ws.close();

        } else {
            engine.transport.onError('cut');
        }
    },


    /* Frames shown and sound heard, of each peer. */

    async decoded() {
        const all = {};

        for (const [id, { stream, video }] of this.streams) {
            const { totalVideoFrames } = video.getVideoPlaybackQuality();

            all[id] = { frames: totalVideoFrames, width: video.videoWidth,
                        tracks: stream.getTracks().length,
                        energy: await this.energy(stream) };
        }

        return all;
    },


    async energy(stream) {
        const [track] = stream.getAudioTracks();

        for (const pc of this.pcs) {
            for (const receiver of pc.getReceivers()) {
                if (track && receiver.track === track) {
                    const stats = await receiver.getStats();

                    return [...stats.values()].find(
                        (s) => s.type === 'inbound-rtp')?.totalAudioEnergy
                        || 0;
                }
            }
        }

        return 0;
    },

    pcs: [],
};


/* skyway-js keeps its connections to itself */

window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) {
        super(...args);
        window.page.pcs.push(this);
    }
};


function value(kind) {
    switch (kind) {
    case 'text':
        /* its BinaryPack knows no characters of four bytes */

        return 'hello 漢';

    case 'object':
        return { a: [1, 'two', null] };

    default:
        return new Uint8Array([0, 1, 2, 255]).buffer;
    }
}


function describe(data) {
    if (data instanceof ArrayBuffer) {
        return { kind: 'binary', bytes: [...new Uint8Array(data)] };
    }

    return typeof data === 'string' ? { kind: 'text', text: data }
           : { kind: 'object', object: data };
}
