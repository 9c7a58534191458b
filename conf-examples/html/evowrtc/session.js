/*
 * The media of one stream: answers the media server's offer.  Events:
 *
 *     media    detail: MediaStream, once it has tracks
 *     playing  they come
 *     refused  detail: names of codecs that this browser does not have
 *     ended    detail: why
 */


const EARLY = 100;              /* candidates before the offer, at most */


export class Session extends EventTarget {

    /* from, sid: of the offer; say(type, payload) */

    constructor({ from, sid, iceServers, say, log }) {
        super();

        Object.assign(this, { from, sid, say, log });

        this.early = [];
        this.stream = new MediaStream();
        this.pc = new RTCPeerConnection({ iceServers });

        this.pc.onicecandidate = ({ candidate }) => {
            if (candidate?.candidate) {
                this.log(`-> ${candidate.candidate}`);
                this.say('candidate', { candidate: {
                    candidate: candidate.candidate,
                    sdpMid: candidate.sdpMid,
                    sdpMLineIndex: candidate.sdpMLineIndex } });
            }
        };

        this.pc.ontrack = ({ track, transceiver }) => {
            this.log(`a track: ${track.kind}`);
            this.stream.addTrack(track);
            this.watch(transceiver.receiver.transport);
            this.tell('media', this.stream);
        };

        this.pc.onconnectionstatechange = () => {
            const { connectionState: state } = this.pc;

            this.log(`connection: ${state}`);

            if (state === 'connected') {
                this.isPlaying = true;
                this.tell('playing');

            } else if (state === 'failed') {
                this.end('The connection to the media server is lost.');
            }
        };
    }


    /* the other side closes: DTLS says so, and nothing else does */

    watch(transport) {
        if (transport && transport !== this.transport) {
            this.transport = transport;
            transport.onstatechange = () => {
                this.log(`DTLS: ${transport.state}`);

                if (transport.state === 'closed') {
                    this.end('The media server has ended the stream.');
                }
            };
        }
    }


    async offer(sdp) {
        this.log(`<- offer\n${sdp}`);

        await this.pc.setRemoteDescription({ type: 'offer', sdp });

        for (const candidate of this.early.splice(0)) {
            this.candidate(candidate);
        }

        await this.pc.setLocalDescription();

        const answer = this.pc.localDescription.sdp;

        this.log(`-> answer\n${answer}`);
        this.say('answer', { type: 'answer', sdp: answer });

        const refused = refusedCodecs(sdp, answer);

        if (refused.length) {
            this.tell('refused', refused);
        }

        for (const { receiver } of this.pc.getTransceivers()) {
            this.watch(receiver.transport);
        }
    }


    async candidate(candidate) {
        if (!this.pc.remoteDescription) {
            this.early.splice(EARLY, 1, candidate);
            return;
        }

        this.log(`<- ${candidate.candidate}`);

        try {
            await this.pc.addIceCandidate(candidate);

        } catch (e) {
            this.log(`of no use: ${e.message}`);
        }
    }


    /* { frames, width, height, rate, kbits } of now */

    async numbers() {
        const now = { frames: 0, bytes: 0 };

        for (const stats of (await this.pc.getStats()).values()) {
            if (stats.type !== 'inbound-rtp') {
                continue;
            }

            now.bytes += stats.bytesReceived ?? 0;

            if (stats.kind === 'video') {
                now.frames = stats.framesDecoded ?? 0;
                now.width = stats.frameWidth;
                now.height = stats.frameHeight;
                now.rate = stats.framesPerSecond;
            }
        }

        return now;
    }


    has(kind) {
        return this.stream.getTracks().some((track) => track.kind === kind);
    }


    tell(name, detail) {
        if (!this.isClosed) {
            this.dispatchEvent(new CustomEvent(name, { detail }));
        }
    }


    end(why) {
        this.tell('ended', why);
        this.close();
    }


    close() {
        this.isClosed = true;
        this.pc.close();
    }
}


/* What the answer has no use for: [{ kind, codecs }]. */

function refusedCodecs(offer, answer) {
    const sections = (sdp) => sdp.split(/^(?=m=)/m).slice(1);
    const answers = sections(answer);

    return sections(offer)
        .map((section, i) => ({ section, answered: answers[i] ?? '' }))
        .filter(({ section, answered }) => /^m=(audio|video) [1-9]/
            .test(section) && /^m=\w+ 0 /.test(answered))
        .map(({ section }) => ({
            kind: section.slice(2, 7),
            codecs: [...new Set([...section
                .matchAll(/^a=rtpmap:\d+ ([^/\s]+)/gm)]
                .map(([, name]) => name.toUpperCase())
                .filter((name) => !/^(RTX|RED|ULPFEC|FLEXFEC.*)$/
                    .test(name)))] }));
}
