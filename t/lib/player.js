/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The player page, evowrtcclient.html, as it is, in a Chromium; and a media
 * server in another page of it, for rooms where there is none of ours.
 */

'use strict';

const { until } = require('./poll');


/* every connection of a page can be asked for its numbers */

function keepConnections() {
    const Native = window.RTCPeerConnection;

    window.pcs = [];

    window.RTCPeerConnection = class extends Native {
        constructor(...args) {
            super(...args);
            window.pcs.push(this);
        }
    };
}


class Player {

    /* query: room, stream, ers ..; options: url of the page */

    static async open(opened, browser, nginx, query,
                      { url = `${nginx.url}/demo/evowrtcclient.html`,
                        ...options } = {})
    {
        const player = new Player();

        player.context = await browser.newContext(options);
        opened.push(player);
        player.page = await player.context.newPage();
        player.errors = [];

        player.page.on('pageerror', (e) => player.errors.push(e.message));

        await player.page.addInitScript(keepConnections);
        await player.page.goto(`${url}?${new URLSearchParams(query)}`);

        return player;
    }


    /* { frames, energy, audio, video, codecs, pcs } of all connections */

    received() {
        return this.page.evaluate(async () => {
            const sum = { frames: 0, energy: 0, audio: 0, video: 0,
                          codecs: [], states: [] };

            for (const pc of window.pcs) {
                const report = await pc.getStats();

                sum.states.push(pc.connectionState);

                for (const s of report.values()) {
                    if (s.type !== 'inbound-rtp') {
                        continue;
                    }

                    sum[s.kind] += s.packetsReceived;
                    sum.frames += s.framesDecoded ?? 0;
                    sum.energy += s.totalAudioEnergy ?? 0;
                    sum.codecs.push(report.get(s.codecId)?.mimeType);
                }
            }

            return sum;
        });
    }


    /* that many frames more than there are; energy: any sound is heard */

    async plays({ frames = 20, energy = false, timeout = 40000 } = {}) {
        let before;

        return until('the player plays', async () => {
            const now = await this.received();

            before ??= now;

            if (now.frames >= before.frames + frames
                && (!energy || now.energy > before.energy))
            {
                return now;
            }

            throw new Error(`${JSON.stringify(now)} ${await this.text()}`
                            + ` ${this.errors}`);
        }, { timeout, every: 200 });
    }


    /* what is said in the page */

    text() {
        return this.page.evaluate(() => ['status', 'error', 'note']
            .map((id) => document.getElementById(id))
            .filter((e) => !e.hidden && !e.closest('[hidden]'))
            .map((e) => e.textContent).join(' | '));
    }


    async log() {
        return (await this.page.locator('#log li').allTextContents())
            .join('\n');
    }


    says(what, timeout = 30000) {
        return until(`the player says ${what}`, async () => {
            const text = await this.text();

            if (!what.test(text)) {
                throw new Error(`${text} ${this.errors}\n`
                                + (await this.log()).slice(-800));
            }

            return text;
        }, { timeout, every: 100 });
    }


    /* a muted element has no sound to measure */

    sound() {
        return this.page.getByRole('button', { name: 'Turn sound on' })
            .click();
    }


    close() {
        return this.context.close();
    }
}


/* What runs in the page of the media server. */

function serve({ ers, room, streams, multiClient, options }) {
    const state = window.server = { viewers: new Map(), streams };

    const sourceOf = ({ audio, video }) => {
        const tracks = [];

        if (video) {
            const canvas = document.createElement('canvas');
            const context = canvas.getContext('2d');
            let n = 0;

            canvas.width = 320;
            canvas.height = 240;

            setInterval(() => {
                context.fillStyle = `hsl(${n++ % 360} 80% 50%)`;
                context.fillRect(0, 0, 320, 240);
            }, 40);

            tracks.push(...canvas.captureStream(25).getTracks());
        }

        if (audio) {
            const context = new AudioContext();
            const tone = context.createOscillator();
            const out = context.createMediaStreamDestination();

            tone.connect(out);
            tone.start();
            tracks.push(...out.stream.getTracks());
        }

        return tracks;
    };

    const join = async () => {
        const res = await fetch(`http://${ers}/socket.io/1/?t=1`);
        const [id] = (await res.text()).split(':');
        const ws = new WebSocket(`ws://${ers}/socket.io/1/websocket/${id}`);
        const say = (name, ...args) => ws.send(
            `5:::${JSON.stringify({ name, args })}`);

        ws.onmessage = async ({ data }) => {
            if (data.startsWith('2:')) {
                ws.send(data);
                return;
            }

            if (!data.startsWith('5:')) {
                return;
            }

            const { name, args: [arg] } = JSON.parse(data.slice(4));

            if (name === 'ersid') {
                say('join', room, { EMS: true, RMS: true, emsToken: '',
                                    rmsToken: '', ...options });

            } else if (name === 'clientJoined') {
                if (!multiClient) {
                    join();
                }

                await state.offer(arg, say);

            } else if (name === 'message') {
                const viewer = state.viewers.get(arg.from);

                if (arg.type === 'answer') {
                    await viewer?.pc.setRemoteDescription(arg.payload);

                } else if (arg.type === 'candidate') {
                    await viewer?.pc.addIceCandidate(arg.payload.candidate);
                }

            } else if (name === 'remove') {
                state.viewers.get(arg.id)?.pc.close();
                state.viewers.delete(arg.id);
            }
        };
    };

    state.offer = async ({ id, streamName }, say) => {
        const stream = state.streams[streamName];

        if (!stream) {
            say('message', { to: id, message: 'Unable to retrieve stream!',
                             prefix: 'webkit' });
            return;
        }

        const pc = new RTCPeerConnection();
        const message = (type, payload) => say('message', {
            to: id, sid: `s-${id}`, roomType: 'video', type, payload,
            prefix: 'webkit' });

        state.viewers.set(id, { pc });
        pc.createDataChannel('data');

        for (const track of stream.tracks ??= sourceOf(stream)) {
            const transceiver = pc.addTransceiver(
                track, { direction: 'sendonly' });

            /* one whose payload type has no meaning of its own */

            if (stream.strange === 'audio' && track.kind === 'audio') {
                transceiver.setCodecPreferences(RTCRtpSender
                    .getCapabilities('audio').codecs
                    .filter(({ mimeType }) => mimeType === 'audio/opus'));
            }
        }

        pc.onicecandidate = ({ candidate }) => candidate
            && message('candidate', { candidate });

        await pc.setLocalDescription();

        let { sdp } = pc.localDescription;

        /* a codec of nobody, in place of each of one kind */

        if (stream.strange) {
            sdp = sdp.split(/^(?=m=)/m).map((section) => section
                .startsWith(`m=${stream.strange}`)
                ? section.replace(/^(a=rtpmap:\d+ )[^/]+/gm, '$1STRANGE')
                : section).join('');
        }

        message('offer', { type: 'offer', sdp });
    };

    state.connect = join;

    return join();
}


class MediaServer {

    /* streams: { name: { audio, video, strange: a kind } } */

    static async open(opened, browser, nginx, { ers, room, streams,
                      multiClient = false, options = {} })
    {
        const server = new MediaServer();

        server.context = await browser.newContext();
        opened.push(server);
        server.page = await server.context.newPage();
        server.errors = [];
        server.page.on('pageerror', (e) => server.errors.push(e.message));

        await server.page.goto(`${nginx.url}/pages/empty.html`);
        await server.page.evaluate(serve, { ers, room, streams, multiClient,
                                            options });

        return server;
    }


    run(body, arg) {
        return this.page.evaluate(body, arg);
    }


    /* a stream from now on, or with nothing: not any more */

    publish(name, stream) {
        return this.run(({ name, stream }) => {
            window.server.streams[name] = stream;
        }, { name, stream });
    }


    viewers(n) {
        return until(`it has ${n} viewers`, async () => {
            const have = await this.run(() => window.server.viewers.size);

            return have === n || Promise.reject(new Error(`${have}`));
        }, { every: 100 });
    }


    close() {
        return this.context.close();
    }
}


module.exports = { Player, MediaServer };
