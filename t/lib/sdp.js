/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What the tests need to know of an SDP offer, and the answer of a peer that
 * has no browser.
 */

'use strict';


function values(lines, name) {
    return lines.filter((line) => line.startsWith(`a=${name}:`))
        .map((line) => line.slice(name.length + 3));
}


function parseMedia(lines) {
    const [kind, port, protocol, ...formats] = lines[0].slice(2).split(' ');

    const direction = lines.map((line) => line.slice(2)).find((name) =>
        ['sendrecv', 'sendonly', 'recvonly', 'inactive'].includes(name));

    return {
        kind,
        port: Number(port),
        protocol,
        formats,
        lines,
        direction,
        mid: values(lines, 'mid')[0],
        msid: values(lines, 'msid')[0],
        rtpmap: new Map(values(lines, 'rtpmap').map((v) => v.split(' '))),
        fmtp: new Map(values(lines, 'fmtp').map((v) => [
            v.split(' ')[0], v.slice(v.indexOf(' ') + 1)])),
        extmap: new Map(values(lines, 'extmap').map((v) => {
            const [id, uri] = v.split(' ');

            return [uri, Number(id.split('/')[0])];
        })),
        candidates: values(lines, 'candidate').map((v) => {
            const [foundation, component, transport, priority, address,
                   candidatePort, , type] = v.split(' ');

            return { foundation, component, transport, priority, address,
                     port: Number(candidatePort), type };
        }),
        ssrcs: values(lines, 'ssrc').map((v) => Number(v.split(' ')[0])),
    };
}


function parse(sdp) {
    const sections = [[]];

    for (const line of sdp.split(/\r?\n/).filter(Boolean)) {
        if (line.startsWith('m=')) {
            sections.push([]);
        }

        sections.at(-1).push(line);
    }

    const session = sections.shift();
    const all = sdp.split(/\r?\n/);

    return {
        session,
        media: sections.map(parseMedia),
        ufrag: values(all, 'ice-ufrag')[0],
        pwd: values(all, 'ice-pwd')[0],
        fingerprint: values(all, 'fingerprint')[0],
        setup: values(all, 'setup')[0],
        bundle: (values(session, 'group')[0] || '').split(' ').slice(1),
        lite: session.includes('a=ice-lite'),
        version: Number((session[1] || '').split(' ')[2]),
    };
}


const MIRROR = { sendonly: 'recvonly', recvonly: 'sendonly',
                 sendrecv: 'sendrecv', inactive: 'inactive' };


/*
 * local: ufrag, pwd, fingerprint ("sha-256 AA:..."), setup, sends (whether
 * we answer the server's recvonly sections with sendonly), ssrcs (kind to
 * SSRC).  Extensions of the offer are accepted but for mid: the peer is told
 * apart by SSRC.
 */

function answer(offer, local) {
    const lines = [
        'v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0',
        `a=group:BUNDLE ${offer.bundle.join(' ')}`,
        'a=msid-semantic: WMS *',
    ];

    for (const media of offer.media) {
        const sends = local.sends !== false;
        const formats = media.formats;

        let direction = MIRROR[media.direction || 'sendrecv'];

        if (!sends) {
            direction = { sendonly: 'inactive', sendrecv: 'recvonly' }
                        [direction] || direction;
        }

        lines.push(`m=${media.kind} ${media.port ? 9 : 0} ${media.protocol}`
                   + ` ${formats.join(' ')}`, 'c=IN IP4 0.0.0.0',
                   'a=rtcp:9 IN IP4 0.0.0.0');

        if (local.ufrag !== undefined) {
            lines.push(`a=ice-ufrag:${local.ufrag}`);
        }

        if (local.pwd !== undefined) {
            lines.push(`a=ice-pwd:${local.pwd}`);
        }

        for (const fingerprint of [local.fingerprint].flat()) {
            if (fingerprint !== undefined) {
                lines.push(`a=fingerprint:${fingerprint}`);
            }
        }

        lines.push(`a=setup:${local.setup || 'active'}`, `a=mid:${media.mid}`,
                   `a=${direction}`, 'a=rtcp-mux');

        for (const line of media.lines) {
            if (/^a=(rtpmap|fmtp|rtcp-fb|extmap):/.test(line)) {
                lines.push(line);
            }
        }

        if (/^send/.test(direction) && local.ssrcs?.[media.kind]) {
            const ssrc = local.ssrcs[media.kind];

            lines.push(`a=msid:stream ${media.kind}`,
                       `a=ssrc:${ssrc} cname:peer`);
        }
    }

    return lines.join('\r\n') + '\r\n';
}


module.exports = { parse, answer };
