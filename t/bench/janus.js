/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Janus as an operator who cares would run it: the videoroom and nothing
 * else, its API on the loopback, ICE-lite and no mDNS, little in the log.  One
 * event loop, as it has one core: a thread for each client, which is its
 * default, takes twice the CPU time.
 */

'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { TOP } = require('./machine');


const BINARY = '/usr/bin/janus';

/* libsrtp2 built with OpenSSL, by libsrtp2_openssl.sh */

const LIBRARY = path.join(TOP, 'build', 'bench', 'libsrtp2-openssl');


function missing() {
    return fs.existsSync(BINARY) ? undefined
        : 'Janus is not installed (make bench-deps)';
}


function libraryMissing() {
    return fs.existsSync(path.join(LIBRARY, 'libsrtp2.so.1')) ? undefined
        : 'libsrtp2 is not built with OpenSSL'
          + ' (make bench-deps does it, where apt-get has its source)';
}


/* The folder of Debian's plugins or transports, whatever the machine. */

function modules(kind) {
    const base = fs.readdirSync('/usr/lib').map(
        (name) => path.join('/usr/lib', name, 'janus', kind));

    return base.find((dir) => fs.existsSync(dir));
}


function link(dir, kind, name) {
    fs.mkdirSync(path.join(dir, kind));
    fs.symlinkSync(path.join(modules(kind), name),
                   path.join(dir, kind, name));
}


/* Writes a configuration; returns the arguments of the command line. */

function configure(dir, port, address) {
    const file = path.join(dir, 'janus.jcfg');

    link(dir, 'plugins', 'libjanus_videoroom.so');
    link(dir, 'transports', 'libjanus_http.so');

    fs.writeFileSync(file, `general: {
    configs_folder = "${dir}"
    plugins_folder = "${dir}/plugins"
    transports_folder = "${dir}/transports"
    events_folder = "${dir}/events"
    loggers_folder = "${dir}/loggers"
    debug_level = 3
    debug_colors = false
    event_loops = 1
}

nat: {
    ice_lite = true
    ignore_mdns = true
    ice_enforce_list = "${address}"
}
`);

    fs.writeFileSync(path.join(dir, 'janus.transport.http.jcfg'), `general: {
    json = "compact"
    base_path = "/janus"
    http = true
    ip = "127.0.0.1"
    port = ${port}
    https = false
}
`);

    fs.writeFileSync(path.join(dir, 'janus.plugin.videoroom.jcfg'),
                     'general: { }\n');

    return ['-F', dir, '-C', file];
}


function isUp(port) {
    return fetch(`http://127.0.0.1:${port}/janus/info`)
        .then((res) => res.ok);
}


module.exports = {
    BINARY, LIBRARY, missing, libraryMissing, configure, isUp,
};
