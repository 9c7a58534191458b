/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * STUN messages (RFC 8489) and ICE's attributes (RFC 8445), right and wrong
 * ones.
 */

'use strict';

const crypto = require('node:crypto');


const COOKIE = 0x2112a442;

const TYPE = {
    BINDING: 0x0001,
    INDICATION: 0x0011,
    SUCCESS: 0x0101,
    ERROR: 0x0111,
};

const ATTR = {
    USERNAME: 0x0006,
    MESSAGE_INTEGRITY: 0x0008,
    ERROR_CODE: 0x0009,
    XOR_MAPPED_ADDRESS: 0x0020,
    PRIORITY: 0x0024,
    USE_CANDIDATE: 0x0025,
    FINGERPRINT: 0x8028,
    ICE_CONTROLLING: 0x802a,
};


function attribute(type, value) {
    const padding = (4 - value.length % 4) % 4;
    const buf = Buffer.alloc(4 + value.length + padding);

    buf.writeUInt16BE(type, 0);
    buf.writeUInt16BE(value.length, 2);
    value.copy(buf, 4);

    return buf;
}


function message(type, transaction, attributes) {
    const body = Buffer.concat(attributes);
    const head = Buffer.alloc(20);

    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(body.length, 2);
    head.writeUInt32BE(COOKIE, 4);
    transaction.copy(head, 8);

    return Buffer.concat([head, body]);
}


function setLength(buf, length) {
    buf.writeUInt16BE(length, 2);

    return buf;
}


function addIntegrity(buf, password) {
    setLength(buf, buf.length - 20 + 24);

    const mac = crypto.createHmac('sha1', password).update(buf).digest();

    return Buffer.concat([buf, attribute(ATTR.MESSAGE_INTEGRITY, mac)]);
}


function addFingerprint(buf) {
    setLength(buf, buf.length - 20 + 8);

    const value = Buffer.alloc(4);

    value.writeUInt32BE((crc32(buf) ^ 0x5354554e) >>> 0);

    return Buffer.concat([buf, attribute(ATTR.FINGERPRINT, value)]);
}


function crc32(buf) {
    let crc = ~0;

    for (const byte of buf) {
        crc ^= byte;

        for (let i = 0; i < 8; i++) {
            crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
        }
    }

    return ~crc >>> 0;
}


/*
 * A check as a controlling agent sends it.  username is that of the wire:
 * "<server's ufrag>:<our ufrag>".
 */

function bindingRequest({ username, password, nominate = true,
                          integrity = true, fingerprint = true,
                          extra = [],
                          transaction = crypto.randomBytes(12) })
{
    const priority = Buffer.alloc(4);

    priority.writeUInt32BE(1862270975);

    const attributes = [
        attribute(ATTR.USERNAME, Buffer.from(username)),
        attribute(ATTR.PRIORITY, priority),
        attribute(ATTR.ICE_CONTROLLING, crypto.randomBytes(8)),
        ...extra,
    ];

    if (nominate) {
        attributes.push(attribute(ATTR.USE_CANDIDATE, Buffer.alloc(0)));
    }

    let buf = message(TYPE.BINDING, transaction, attributes);

    if (integrity) {
        buf = addIntegrity(buf, password);
    }

    if (fingerprint) {
        buf = addFingerprint(buf);
    }

    return buf;
}


/* { type, transaction, attributes: Map, errorCode } or null */

function parse(buf) {
    if (buf.length < 20 || buf[0] > 3 || buf.readUInt32BE(4) !== COOKIE
        || buf.readUInt16BE(2) !== buf.length - 20)
    {
        return null;
    }

    const attributes = new Map();

    for (let i = 20; i + 4 <= buf.length; ) {
        const length = buf.readUInt16BE(i + 2);

        attributes.set(buf.readUInt16BE(i), buf.subarray(i + 4,
                                                         i + 4 + length));
        i += 4 + length + (4 - length % 4) % 4;
    }

    const error = attributes.get(ATTR.ERROR_CODE);

    return { type: buf.readUInt16BE(0), transaction: buf.subarray(8, 20),
             attributes,
             errorCode: error ? error[2] * 100 + error[3] : undefined };
}


module.exports = { TYPE, ATTR, attribute, message, setLength, addIntegrity,
                   addFingerprint, bindingRequest, parse };
