/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * One peer with the unmodified PeerJS: what it does and what it hears, for
 * the tests to ask for.
 */

'use strict';


window.page = {

    events: [],
    connections: [],
    calls: [],
    heard: [],


    /* Resolves with the id when OPEN has come. */

    async start(id, options) {

        /* leave to use devices shows the browser's own addresses */

        this.stream = await navigator.mediaDevices.getUserMedia(
            { audio: true, video: { width: 320, height: 240 } });

        this.peer = id ? new Peer(id, options) : new Peer(options);

        this.peer.on('open', (value) => this.note('open', value));
        this.peer.on('disconnected', () => this.note('disconnected'));
        this.peer.on('close', () => this.note('close'));
        this.peer.on('error', (e) => this.note('error', e.type, e.message));
        this.peer.on('connection', (c) => this.watch(c));

        this.peer.on('call', (call) => {
            call.answer(this.stream);
            this.watchCall(call);
        });
    },


    note(...event) {
        this.events.push(event);
    },


    watch(connection) {
        this.connections.push(connection);

        connection.on('data', async (data) =>
            this.heard.push(await this.describe(data)));
        connection.on('close', () => this.note('connection close'));
        connection.on('error', (e) => this.note('connection error', e.type));
    },


    watchCall(call) {
        this.calls.push(call);

        call.on('stream', (stream) => {
            if (!call.element) {
                call.element = document.createElement('video');
                call.element.srcObject = stream;
                call.element.play();
            }
        });

        call.on('close', () => this.note('call close'));
    },


    /* a name for the type, and what JSON can hold of the value */

    async describe(data) {
        if (data instanceof Blob) {
            data = await data.arrayBuffer();
        }

        if (ArrayBuffer.isView(data)) {
            data = data.buffer.slice(data.byteOffset,
                                     data.byteOffset + data.byteLength);
        }

        if (data instanceof ArrayBuffer) {
            return ['bytes', [...new Uint8Array(data).slice(0, 8)],
                    data.byteLength];
        }

        return [typeof data, data];
    },


    connect(id, options) {
        this.watch(this.peer.connect(id, options));
    },


    call(id) {
        this.watchCall(this.peer.call(id, this.stream));
    },


    say(value, bytes) {
        this.connections.at(-1).send(
            bytes ? new Uint8Array(bytes).fill(7).buffer : value);
    },


    isOpen() {
        return this.connections.length > 0 && this.connections.at(-1).open;
    },


    /* of what the last call receives */

    async received() {
        const stats = await this.calls.at(-1).peerConnection.getStats();
        const sum = { frames: 0, energy: 0 };

        for (const s of stats.values()) {
            if (s.type === 'inbound-rtp') {
                sum.frames += s.framesDecoded || 0;
                sum.energy += s.totalAudioEnergy || 0;
            }
        }

        return sum;
    },
};
