/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The options of an nginx with the gateway: REST on a port of its own
 * (nginx.gatewayUrl), the brokers beside the pages (not with brokers: false),
 * UDP ports of its own.
 */

'use strict';

const { freeTcp, freeUdp } = require('./ports');


async function gateway(options = {}) {
    const port = await freeTcp();
    const media = options.udpPorts ?? 8;
    const count = options.gatewayPorts ?? 40;

    /* in one piece, so that they cannot overlap */

    const udpPort = await freeUdp(media + count);
    const first = udpPort + media;
    const last = first + count - 1;

    return {
        gatewayPort: port,
        udpPort,
        ...options,
        main: [`webrtc_gateway_ports ${first}-${last};`,
               'webrtc_gateway_address 127.0.0.1;',
               ...options.main ?? []],
        http: [`server {
            listen 127.0.0.1:${port} reuseport;
            location / { webrtc_skyway_api; ${options.rest ?? ''} }
        }`, ...options.http ?? []],
        web: [...options.brokers === false ? []
            : ['location /peerjs { webrtc_peerjs; }',
               'location /socket.io/ { webrtc_skyway_signaling; }',
               'location /api/ { webrtc_skyway_signaling; }'],
              ...options.web ?? []],
    };
}


module.exports = { gateway };
