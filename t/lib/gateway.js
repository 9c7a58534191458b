/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A program that drives the gateway: requests to its REST API, datagrams, and
 * GStreamer as its source and sink of media.
 */

'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const dgram = require('node:dgram');
const http = require('node:http');

const { until } = require('./poll');


/*
 * One request on a connection of its own.  Resolves with { status, headers,
 * text, json }; json is undefined if the body is none.
 */

function request(base, method, path, body, { headers = {}, signal } = {}) {
    const text = body === undefined ? undefined
        : typeof body === 'string' ? body : JSON.stringify(body);

    return new Promise((resolve, reject) => {
        const req = http.request(new URL(path, base), {
            method, signal, agent: false,
            headers: { ...text !== undefined
                && { 'Content-Type': 'application/json',
                     'Content-Length': Buffer.byteLength(text) },
                       ...headers } });

        req.on('error', reject);
        req.on('response', (res) => {
            const parts = [];

            res.on('data', (part) => parts.push(part));
            res.on('error', reject);
            res.on('end', () => {
                const answer = Buffer.concat(parts).toString();
                let json;

                try {
                    json = JSON.parse(answer);
                } catch {
                    json = undefined;
                }

                resolve({ status: res.statusCode, headers: res.headers,
                          text: answer, json });
            });
        });

        req.end(text);
    });
}


/* A REST peer; `close` deletes it.  Requests are retried by nobody. */

class RestPeer {

    static async create(api, id, options = {}) {
        const peer = new RestPeer();

        peer.api = api;
        peer.id = id;

        const res = await request(api, 'POST', '/peers', {
            key: 'peerjs', domain: 'localhost', turn: false, peer_id: id,
            ...options });

        assert.strictEqual(res.status, 201, res.text);
        peer.token = res.json.params.token;

        return peer;
    }


    get query() {
        return `?token=${this.token}`;
    }


    request(method, path, body, options) {
        return request(this.api, method, path, body, options);
    }


    async must(status, method, path, body) {
        const res = await this.request(method, path, body);

        assert.strictEqual(res.status, status,
                           `${method} ${path}: ${res.status} ${res.text}`);

        return res.json;
    }


    /*
     * The next event of one name, over one or more polls; others are
     * dropped, as the sample programs do.
     */

    async event(path, name, timeout = 40000) {
        const end = Date.now() + timeout;

        while (Date.now() < end) {
            const res = await this.request('GET', path);

            if (res.status === 200 && res.json.event === name) {
                return res.json;
            }

            assert.ok(res.status === 200 || res.status === 408,
                      `waiting for ${name}: ${res.status} ${res.text}`);
        }

        throw new Error(`no ${name} from ${path}`);
    }


    peerEvent(name, timeout) {
        return this.event(`/peers/${this.id}/events${this.query}`, name,
                          timeout);
    }


    close() {
        return this.request('DELETE', `/peers/${this.id}${this.query}`);
    }
}


/* A UDP socket that keeps what it gets. */

class Udp {

    static open(address = '127.0.0.1') {
        const udp = new Udp();

        udp.messages = [];
        udp.address = address;
        udp.socket = dgram.createSocket({
            type: address.includes(':') ? 'udp6' : 'udp4',
            recvBufferSize: 1 << 20 });
        udp.socket.on('message', (data) => udp.messages.push(data));

        return new Promise((resolve, reject) => {
            udp.socket.once('error', reject);
            udp.socket.bind(0, address, () => {
                udp.port = udp.socket.address().port;
                resolve(udp);
            });
        });
    }


    send(port, data, address = this.address) {
        return new Promise((resolve, reject) => {
            this.socket.send(data, port, address,
                             (e) => (e ? reject(e) : resolve()));
        });
    }


    /* the first message for which `match` is true; it is taken away */

    receives(what, match = () => true, timeout = 15000) {
        return until(what, () => {
            const i = this.messages.findIndex(match);

            return i >= 0 && this.messages.splice(i, 1)[0];
        }, { timeout, every: 10 });
    }


    close() {
        return new Promise((resolve) => this.socket.close(resolve));
    }
}


/*
 * gst-launch-1.0 with a pipeline as one would type it.  Elements named
 * "count0", "count1".. (identity silent=false) are counted.
 */

class Gst {

    static start(pipeline) {
        const gst = new Gst();

        gst.text = '';
        gst.child = spawn('gst-launch-1.0', ['-v', ...pipeline.split(/\s+/)
            .filter((word) => word)], { stdio: ['ignore', 'pipe', 'pipe'] });

        for (const out of [gst.child.stdout, gst.child.stderr]) {
            out.on('data', (data) => { gst.text += data; });
        }

        gst.ended = new Promise((resolve) => {
            gst.child.once('exit', resolve);
        });

        return gst;
    }


    count(name) {
        return this.text.split(`${name}: last-message = chain`).length - 1;
    }


    counts(name, n, timeout = 40000) {
        return until(`GStreamer counts ${n} of ${name}`, () => {
            if (this.count(name) >= n) {
                return this.count(name);
            }

            throw new Error(`${this.count(name)}\n${this.text.slice(-1500)}`);
        }, { timeout, every: 200 });
    }


    async close() {
        this.child.kill('SIGKILL');
        await this.ended;
    }
}


/* pipelines: sources to a port, and sinks at a port that count */

const sources = {
    h264: (port, pt = 100) => `videotestsrc is-live=true
        ! video/x-raw,width=320,height=240,framerate=25/1
        ! x264enc tune=zerolatency bitrate=500 key-int-max=50
        ! video/x-h264,profile=constrained-baseline
        ! rtph264pay pt=${pt} mtu=1400 config-interval=3
        ! udpsink host=127.0.0.1 port=${port}`,
    vp8: (port, pt = 96) => `videotestsrc is-live=true
        ! video/x-raw,width=320,height=240,framerate=25/1
        ! vp8enc deadline=1 keyframe-max-dist=50
        ! rtpvp8pay pt=${pt} mtu=1200
        ! udpsink host=127.0.0.1 port=${port}`,
    opus: (port, pt = 111) => `audiotestsrc is-live=true
        ! audio/x-raw,rate=48000 ! opusenc bitrate=20000
        ! rtpopuspay pt=${pt}
        ! udpsink host=127.0.0.1 port=${port}`,
};

const counted = (name) => `identity name=${name} silent=false ! fakesink`;

const sinks = {
    vp8: (port, pt = 96) => `udpsrc port=${port}
        caps=application/x-rtp,media=video,clock-rate=90000,`
        + `encoding-name=VP8,payload=${pt}
        ! rtpjitterbuffer latency=200 ! rtpvp8depay ! vp8dec
        ! ${counted('count0')}`,
    opus: (port, pt = 111) => `udpsrc port=${port}
        caps=application/x-rtp,media=audio,clock-rate=48000,`
        + `encoding-name=OPUS,payload=${pt}
        ! rtpjitterbuffer latency=200 ! rtpopusdepay ! opusdec
        ! ${counted('count1')}`,
};


module.exports = { request, RestPeer, Udp, Gst, sources, sinks };
