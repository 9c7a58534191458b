/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The nginx of the benchmarks: what is measured, and beside it what it is
 * compared with (/plain, and nchan's bare WebSocket).  Directives are at their
 * defaults but for limits; only what is wrong is logged.
 */

'use strict';

const { loadModules } = require('../lib/nginx');
const { descriptors } = require('./machine');


function configText(o) {
    const main = [
        o.nchan ? `load_module ${o.nchan};` : loadModules(),
        process.getuid() === 0 ? 'user root;' : '',
        'daemon off;',
        `worker_processes ${o.workers};`,
        `worker_rlimit_nofile ${descriptors()};`,
        'worker_shutdown_timeout 1s;',
        'pid nginx.pid;',
        'error_log error.log warn;',
        'events { worker_connections 30000; }',
    ];

    return `${[...main, ...o.nchan ? [] : webrtc(o)].join('\n')}

http {
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    ${(o.http ?? []).join(' ')}

    server {
        listen 127.0.0.1:${o.webPort} reuseport backlog=4096;

        location = /plain { return 200 "ok\\n"; }
${o.nchan
        ? '        location = /nchan { nchan_subscriber websocket;'
          + ' nchan_channel_id x; }'
        : '        location = /signaling { webrtc_sora_signaling; }\n'
          + '        location /peerjs { webrtc_peerjs; }'}
    }
${o.nchan ? '' : services(o)}}
`;
}


function webrtc(o) {
    const last = o.udpPort + o.udpPorts - 1;

    return [
        'webrtc_zone webrtc:256m;',
        'webrtc_channel_connections 5000;',
        'webrtc_max_connections 20000;',
        'webrtc_data_message_rate 1000000;',
        ...o.main ?? [],
        `stream { server { listen ${o.udpAddress}:${o.udpPort}-${last} udp;`
        + ` webrtc_media; ${(o.media ?? []).join(' ')} } }`,
    ];
}


function services(o) {
    return `
    server {
        listen 127.0.0.1:${o.apiPort} reuseport;
        location / { webrtc_sora_api; }
    }

    server {
        listen 127.0.0.1:${o.gatewayPort} reuseport backlog=4096;
        location / { webrtc_skyway_api; }
    }
`;
}


module.exports = { configText };
