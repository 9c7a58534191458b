/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * One member of a channel, on the unmodified SDK; driven from the tests
 * through window.member.
 */

import Sora from '/sora.js';


const events = [];
const streams = new Map();      /* stream id: { stream, elements } */

const heard = [];       /* messages: { label, size, head, sum } */

let connection = null;
let local = null;


function note(name, fields = {}) {
    events.push({ name, ...fields });
}


/*
 * Sends the media of this page over other ports than the offered ones: that
 * is how a test puts its lossy relay in between.
 */

let ports = {};

const setRemote = RTCPeerConnection.prototype.setRemoteDescription;

RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    const sdp = description.sdp.replace(
        /^(a=candidate:\S+ \d+ \S+ \d+ \S+ )(\d+)/gm,
        (line, head, port) => head + (ports[port] || port));

    return setRemote.call(this, { type: description.type, sdp });
};


/*
 * A picture that no encoder makes small: each layer takes all of its bit
 * rate, as those of a real camera do.
 */

function restless({ width, height, frameRate }) {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');

    Object.assign(canvas, { width, height });

    setInterval(() => {
        for (let i = 0; i < 12; i++) {
            context.fillStyle = `hsl(${Math.random() * 360} 90% 50%)`;
            context.fillRect(Math.random() * width, Math.random() * height,
                             width / 12, height / 12);
        }
    }, 1000 / frameRate);

    return canvas.captureStream(frameRate).getTracks();
}


async function capture(options) {
    const size = { width: 320, height: 240, frameRate: 15 };

    if (options.role === 'recvonly' || options.role === 'messaging') {
        return null;
    }

    /*
     * All members play the same beeps in one process: an echo canceller
     * would take them for an echo, and silence is what we would measure.
     */

    const audio = { echoCancellation: false, noiseSuppression: false,
                    autoGainControl: false };
    const video = options.video !== false && (options.size || size);

    if (options.restless) {
        const sound = await navigator.mediaDevices.getUserMedia({ audio });

        return new MediaStream([...sound.getTracks(),
                                ...restless(options.size)]);
    }

    if (options.tone !== undefined) {
        const tracks = tone(options.tone).getTracks();

        if (video) {
            const camera = await navigator.mediaDevices.getUserMedia({ video });

            tracks.push(...camera.getTracks());
        }

        return new MediaStream(tracks);
    }

    return navigator.mediaDevices.getUserMedia({
        audio: options.audio !== false && audio, video });
}


/* A tone in place of the beeps: 0 is silence, 1 as loud as can be. */

let gain = null;

function tone(value) {
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency: 440 });
    const output = new MediaStreamAudioDestinationNode(context);

    gain = new GainNode(context, { gain: value });

    oscillator.connect(gain).connect(output);
    oscillator.start();

    return output.stream;
}


function sound(value) {
    gain.gain.value = value;
}


function show(event) {
    const stream = event.streams[0];

    let entry = streams.get(stream.id);

    if (!entry || entry.stream !== stream) {
        entry?.element.remove();

        const element = document.createElement('video');

        element.autoplay = true;
        element.playsInline = true;
        element.width = 160;
        document.body.append(element);

        entry = { stream, element };
        streams.set(stream.id, entry);
    }

    entry.element.srcObject = stream;

    note('track', { kind: event.track.kind, stream: stream.id });
}


function hide(event) {
    const stream = event.target;

    note('removetrack', { kind: event.track.kind, stream: stream.id });

    if (stream.getTracks().length === 0) {
        streams.get(stream.id)?.element.remove();
        streams.delete(stream.id);
    }
}


/*
 * options: role, channelId, metadata, audio, video, size, tone, restless,
 * ports, and `sdk`, which goes to the SDK as it is.
 */

async function start(options) {
    const role = options.role || 'sendrecv';
    const url = options.url || `ws://${location.host}/signaling`;

    ports = options.ports || {};
    events.length = 0;

    const sdk = { connectionTimeout: 30000, ...options.sdk };

    if (options.audio !== undefined) {
        sdk.audio = options.audio;
    }

    if (options.video !== undefined) {
        sdk.video = options.video;
    }

    heard.length = 0;

    connection = Sora.connection(url)[role](options.channelId || 'sora',
                                            options.metadata, sdk);

    connection.on('track', show);
    connection.on('removetrack', hide);

    connection.on('notify', (message) => {
        note('notify', { eventType: message.event_type, message });
    });

    connection.on('push', (message) => note('push', { message }));

    connection.on('disconnect', (event) => {
        note('disconnect', { title: event.title, type: event.type,
                             code: event.code, reason: event.reason });
    });

    connection.on('signaling', (event) => {
        note('signaling', { type: event.type, by: event.transportType,
                            data: event.data,
                            sdp: event.data?.sdp });
    });

    connection.on('datachannel', (event) => {
        note('datachannel', event.datachannel);
    });

    connection.on('message', (event) => {
        const bytes = new Uint8Array(event.data);

        heard.push({ label: event.label, size: bytes.length,
                     head: new TextDecoder().decode(bytes.slice(0, 64)),
                     sum: checksum(bytes) });
    });

    const created = new Promise((resolve) => {
        connection.on('connected', resolve);
    });

    local = await capture({ ...options, role });

    try {
        await (local ? connection.connect(local) : connection.connect());

    } catch (e) {
        throw new Error(`connect: ${e.message} ${e.code || ''}`
                        + ` ${e.reason || ''}`);
    }

    await created;

    return connection.connectionId;
}


async function stop() {
    await connection?.disconnect();

    local?.getTracks().forEach((track) => track.stop());

    for (const { element } of streams.values()) {
        element.remove();
    }

    streams.clear();
    local = null;
}


function checksum(bytes) {
    let sum = 2166136261;

    for (const byte of bytes) {
        sum = Math.imul(sum ^ byte, 16777619) >>> 0;
    }

    return sum;
}


/* a text, or as many bytes that look like noise; the checksum of either */

async function say(label, what) {
    let bytes;

    if (typeof what === 'string') {
        bytes = new TextEncoder().encode(what);

    } else {
        bytes = new Uint8Array(what);

        for (let i = 0, n = what; i < what; i++) {
            n = (Math.imul(n, 1664525) + 1013904223) >>> 0;
            bytes[i] = n >>> 24;
        }
    }

    await connection.sendMessage(label, bytes);

    return checksum(bytes);
}


/* whatever a client should not do: bytes on a channel as they are */

function raw(label, bytes, times = 1) {
    for (let i = 0; i < times; i++) {
        connection.soraDataChannels[label].send(
            typeof bytes === 'string' ? bytes : new Uint8Array(bytes));
    }
}


/* opens channels of its own; resolves with how many the server closed */

async function openChannels(n) {
    const closed = Array.from({ length: n }, (_, i) => {
        const dc = connection.pc.createDataChannel(`mine-${i}`);

        return new Promise((resolve) => {
            dc.onclose = resolve;
        });
    });

    return (await Promise.all(closed)).length;
}


function rpc(method, params, options) {
    return connection.rpc(method, params, options);
}


function state() {
    return {
        id: connection?.connectionId,
        metadata: connection?.authMetadata,
        remote: [...streams.keys()],
        connectionState: connection?.pc?.connectionState,
        localSdp: connection?.pc?.localDescription?.sdp,
        remoteSdp: connection?.pc?.remoteDescription?.sdp,
        datachannels: connection?.datachannels,
        events,
    };
}


/*
 * Has the encoder stop or go on with a layer, as a browser does by itself
 * when it is short of bandwidth.
 */

async function encode(rid, active) {
    const sender = connection.pc.getSenders()
        .find((s) => s.track?.kind === 'video');
    const parameters = sender.getParameters();

    parameters.encodings.find((e) => e.rid === rid).active = active;

    await sender.setParameters(parameters);
}


/*
 * { remote: { <stream id>: { audio, video } }, local: { audio, video },
 *   layers: { <rid>: outbound }, source: { audio, video }, transport }
 */

async function stats() {
    const result = { remote: {}, local: {}, layers: {}, source: {} };

    if (!connection?.pc) {
        return result;
    }

    const report = await connection.pc.getStats();

    const owner = new Map();

    for (const [id, { stream }] of streams) {
        result.remote[id] = {};

        for (const track of stream.getTracks()) {
            owner.set(track.id, id);
        }
    }

    for (const s of report.values()) {
        if (s.type === 'inbound-rtp' && owner.has(s.trackIdentifier)) {
            result.remote[owner.get(s.trackIdentifier)][s.kind]
                = { ...s, mimeType: report.get(s.codecId)?.mimeType };
        }

        if (s.type === 'outbound-rtp') {
            const remote = report.get(s.remoteId);

            result.local[s.kind]
                = { ...s, mimeType: report.get(s.codecId)?.mimeType,
                    fractionLost: remote?.fractionLost,
                    roundTripTime: remote?.roundTripTime };

            if (s.rid) {
                result.layers[s.rid] = result.local[s.kind];
            }
        }

        if (s.type === 'media-source') {
            result.source[s.kind] = s;
        }

        if (s.type === 'transport') {
            result.transport = s;
        }
    }

    return result;
}


function codecs() {
    const names = new Set();

    for (const c of RTCRtpSender.getCapabilities('video').codecs) {
        names.add(c.mimeType.replace('video/', '').toUpperCase());
    }

    return [...names];
}


window.member = { start, stop, state, stats, codecs, encode, sound, say, rpc,
                  heard, raw, openChannels };
