/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Where media go: to an address of this machine that is not the loopback's
 * when it has one, for Janus takes no other.  To the kernel they are the same.
 */

'use strict';

const os = require('node:os');


const LOOPBACK = '127.0.0.1';


function address() {
    const own = Object.values(os.networkInterfaces()).flat()
        .find((one) => one.family === 'IPv4' && !one.internal);

    return own?.address ?? LOOPBACK;
}


module.exports = { LOOPBACK, address };
