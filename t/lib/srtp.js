/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * SRTP and SRTCP with AEAD_AES_128_GCM (RFC 3711, RFC 7714): just enough to
 * be a peer, not a library (a roll-over is the caller's business).
 */

'use strict';

const crypto = require('node:crypto');


const TAG = 16;
const SRTCP_E = 0x80000000;


/* The key derivation of RFC 3711, 4.3 with a 96 bit salt (RFC 7714, 11). */

function derive(master, salt, label, length) {
    const x = Buffer.alloc(16);

    salt.copy(x);
    x[7] ^= label;

    const cipher = crypto.createCipheriv('aes-128-ctr', master, x);

    return cipher.update(Buffer.alloc(length));
}


function xor(iv, salt) {
    for (let i = 0; i < 12; i++) {
        iv[i] ^= salt[i];
    }

    return iv;
}


class Srtp {

    constructor(master, salt) {
        this.rtpKey = derive(master, salt, 0, 16);
        this.rtpSalt = derive(master, salt, 2, 12);
        this.rtcpKey = derive(master, salt, 3, 16);
        this.rtcpSalt = derive(master, salt, 5, 12);
        this.index = 0;
    }


    rtpIv(packet, roc) {
        const iv = Buffer.alloc(12);

        packet.copy(iv, 2, 8, 12);
        iv.writeUInt32BE(roc, 6);
        packet.copy(iv, 10, 2, 4);

        return xor(iv, this.rtpSalt);
    }


    protect(packet, roc = 0) {
        const head = packet.subarray(0, rtpHeaderLength(packet));
        const cipher = crypto.createCipheriv('aes-128-gcm', this.rtpKey,
                                             this.rtpIv(packet, roc));

        cipher.setAAD(head);

        return Buffer.concat([head,
                              cipher.update(packet.subarray(head.length)),
                              cipher.final(), cipher.getAuthTag()]);
    }


    /* Throws when the tag is wrong. */

    unprotect(packet, roc = 0) {
        const head = packet.subarray(0, rtpHeaderLength(packet));
        const last = packet.length - TAG;
        const decipher = crypto.createDecipheriv('aes-128-gcm', this.rtpKey,
                                                 this.rtpIv(packet, roc));

        decipher.setAAD(head);
        decipher.setAuthTag(packet.subarray(last));

        return Buffer.concat([
            head, decipher.update(packet.subarray(head.length, last)),
            decipher.final(),
        ]);
    }


    rtcpIv(packet, index) {
        const iv = Buffer.alloc(12);

        packet.copy(iv, 2, 4, 8);
        iv.writeUInt32BE(index, 8);

        return xor(iv, this.rtcpSalt);
    }


    protectRtcp(packet) {
        const trailer = Buffer.alloc(4);
        const index = this.index++;

        trailer.writeUInt32BE((SRTCP_E | index) >>> 0);

        const head = packet.subarray(0, 8);
        const cipher = crypto.createCipheriv('aes-128-gcm', this.rtcpKey,
                                             this.rtcpIv(packet, index));

        cipher.setAAD(Buffer.concat([head, trailer]));

        return Buffer.concat([head, cipher.update(packet.subarray(8)),
                              cipher.final(), cipher.getAuthTag(), trailer]);
    }


    unprotectRtcp(packet) {
        const trailer = packet.subarray(packet.length - 4);
        const index = trailer.readUInt32BE() & ~SRTCP_E;
        const last = packet.length - 4 - TAG;
        const head = packet.subarray(0, 8);
        const decipher = crypto.createDecipheriv('aes-128-gcm', this.rtcpKey,
                                                 this.rtcpIv(packet, index));

        decipher.setAAD(Buffer.concat([head, trailer]));
        decipher.setAuthTag(packet.subarray(last, last + TAG));

        return Buffer.concat([head, decipher.update(packet.subarray(8, last)),
                              decipher.final()]);
    }
}


function rtpHeaderLength(packet) {
    let length = 12 + (packet[0] & 0x0f) * 4;

    if (packet[0] & 0x10) {
        length += 4 + packet.readUInt16BE(length + 2) * 4;
    }

    return length;
}


/* The four keys that DTLS exports (RFC 5764, 4.2); we are the client. */

function fromExporter(material) {
    return {
        send: new Srtp(material.subarray(0, 16), material.subarray(32, 44)),
        receive: new Srtp(material.subarray(16, 32),
                          material.subarray(44, 56)),
    };
}


module.exports = { Srtp, fromExporter, rtpHeaderLength, EXPORTED: 56 };
