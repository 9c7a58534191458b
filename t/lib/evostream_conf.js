/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The options of an nginx with EvoStream's parts, in the manner of
 * gateway_conf.js: the API over HTTP (nginx.options.evoUrl), the command
 * lines (evoCliPort: JSON, evoTextPort), and a rendezvous server
 * (ersPort, ersUrl).  Of those, `ers: false` leaves that one out.
 */

'use strict';

const { freeTcp } = require('./ports');


async function evostream(options = {}) {
    const [api, cli, text, ers] = [await freeTcp(), await freeTcp(),
                                   await freeTcp(), await freeTcp()];

    return {
        evoUrl: `http://127.0.0.1:${api}`,
        evoCliPort: cli,
        evoTextPort: text,
        ersPort: ers,
        ersUrl: `http://127.0.0.1:${ers}`,
        ...options,
        stream: [`server {
            listen 127.0.0.1:${cli} reuseport;
            webrtc_evostream_cli; ${options.cli ?? ''}
        }`, `server {
            listen 127.0.0.1:${text} reuseport;
            webrtc_evostream_cli text; ${options.cli ?? ''}
        }`, ...options.stream ?? []],
        http: [`server {
            listen 127.0.0.1:${api} reuseport;
            location / { webrtc_evostream_api; ${options.evoApi ?? ''} }
        }`, ...options.ers === false ? [] : [`server {
            listen 127.0.0.1:${ers} reuseport;
            location / {
                webrtc_evostream_ers;
                ${options.ersLocation ?? ''}
            }
            ${options.ersServer ?? ''}
        }`], ...options.http ?? []],
    };
}


module.exports = { evostream };
