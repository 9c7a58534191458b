/*
 * Rows for the panel of numbers, from two reports of getStats().
 */

export class Numbers {

    constructor(pc) {
        this.pc = pc;
        this.last = new Map();
    }


    /*
     * { transport, rows }; a row has a key, `from` (the track id of a
     * remote stream, undefined for our own), kind, codec, kbps, loss, rtt,
     * jitter, size, fps, nack; what is not known is undefined.
     */

    async read() {
        const report = await this.pc.getStats();

        const rows = [];
        const now = new Map();

        let transport = {};

        for (const s of report.values()) {
            now.set(s.id, s);

            if (s.type === 'inbound-rtp') {
                rows.push(this.inbound(s, report));

            } else if (s.type === 'outbound-rtp') {
                rows.push(this.outbound(s, report));

            } else if (s.type === 'transport') {
                transport = this.transport(s, report);
            }
        }

        this.last = now;

        return { transport, rows };
    }


    rate(s, key) {
        const before = this.last.get(s.id);

        if (!before || !(s.timestamp > before.timestamp)) {
            return undefined;
        }

        return (s[key] - before[key]) * 8 / (s.timestamp - before.timestamp);
    }


    inbound(s, report) {
        const before = this.last.get(s.id) || { packetsLost: 0,
                                                packetsReceived: 0 };

        const lost = Math.max(0, s.packetsLost - before.packetsLost);
        const all = lost + s.packetsReceived - before.packetsReceived;

        return {
            key: s.id,
            from: s.trackIdentifier,
            kind: s.kind,
            codec: codecOf(s, report),
            kbps: this.rate(s, 'bytesReceived'),
            loss: all > 0 ? lost / all : undefined,
            jitter: s.jitter * 1000,
            ...picture(s),
            nack: s.nackCount,
        };
    }


    outbound(s, report) {
        const remote = report.get(s.remoteId);

        return {
            key: s.id,
            kind: s.rid ? `${s.kind} ${s.rid}` : s.kind,
            codec: codecOf(s, report),
            kbps: this.rate(s, 'bytesSent'),
            loss: remote?.fractionLost,
            rtt: remote?.roundTripTime * 1000,
            jitter: remote?.jitter * 1000,
            ...picture(s),
            nack: s.nackCount,
        };
    }


    transport(s, report) {
        const pair = report.get(s.selectedCandidatePairId);
        const remote = report.get(pair?.remoteCandidateId);

        return {
            rtt: pair?.currentRoundTripTime * 1000,
            up: this.rate(s, 'bytesSent'),
            down: this.rate(s, 'bytesReceived'),
            peer: remote && `${remote.address || remote.ip}:${remote.port}`,
            srtp: s.srtpCipher,
        };
    }
}


function codecOf(s, report) {
    return report.get(s.codecId)?.mimeType.split('/')[1];
}


function picture(s) {
    if (!s.frameWidth) {
        return {};
    }

    return { size: `${s.frameWidth}×${s.frameHeight}`,
             fps: s.framesPerSecond };
}
