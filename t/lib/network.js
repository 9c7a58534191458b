/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Two private networks behind NATs of their own, and between them a public
 * one with a TURN server (coturn), all in network namespaces:
 *
 *     near 10.1.0.2 - NAT 203.0.113.6 - 203.0.113.1 - NAT 203.0.113.10
 *                                       coturn            - far 10.2.0.2
 *
 * What the public network sends to private addresses is lost.  TCP to
 * 203.0.113.6 is forwarded to near, UDP is not.
 */

'use strict';

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { until } = require('./poll');


/* a runner that loses its patience must not leave namespaces behind */

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => process.exit(1));
}


const PREFIX = 'ngx-webrtc-';
const TURN = '203.0.113.1';
const NEAR = '10.1.0.2';
const GATE = '203.0.113.6';
const USER = { username: 'nginx', credential: 'secret' };


function run(command, args, input = '') {
    return execFileSync(command, args, { input, encoding: 'utf8',
                                         stdio: ['pipe', 'pipe', 'pipe'] });
}


function isThere(command) {
    return `${process.env.PATH}:/usr/sbin:/sbin`.split(':')
        .some((dir) => fs.existsSync(path.join(dir, command)));
}


function rules(isSymmetric) {
    return `table ip nat {
        chain forwarded {
            type nat hook prerouting priority -100;
            iifname "wan" tcp dport 1024-65535 dnat to ${NEAR}
        }
        chain hidden {
            type nat hook postrouting priority 100;
            oifname "wan" masquerade ${isSymmetric ? 'fully-random' : ''}
        }
    }
    table ip guard {
        chain unasked {
            type filter hook input priority 0;
            iifname "wan" ct state new drop
        }
        chain uninvited {
            type filter hook forward priority 0;
            iifname "wan" ct state new ct status dnat accept
            iifname "wan" ct state new drop
        }
    }`;
}


class Network {

    /* why there can be none here, or undefined */

    static missing() {
        if (process.getuid() !== 0) {
            return 'network namespaces need root';
        }

        for (const command of ['ip', 'nft', 'turnserver']) {
            if (!isThere(command)) {
                return `${command} is not installed`;
            }
        }

        const name = `${PREFIX}${process.pid}-probe`;

        try {
            run('ip', ['netns', 'add', name]);
            run('ip', ['netns', 'exec', name, 'nft', '-f', '-'], rules(true));

        } catch (e) {
            return `no namespaces with NAT here: ${e.message}`;

        } finally {
            try {
                run('ip', ['netns', 'del', name]);
            } catch { /* there was none */ }
        }

        return undefined;
    }


    /* what tests that were killed have left */

    static sweep() {
        for (const line of run('ip', ['netns', 'list']).split('\n')) {
            const [name] = line.split(' ');
            const [, pid] = name.match(`^${PREFIX}(\\d+)-`) ?? [];

            if (pid && !fs.existsSync(`/proc/${pid}`)) {
                run('ip', ['netns', 'del', name]);
            }
        }
    }


    constructor({ symmetric }) {
        Network.sweep();

        this.names = [];
        this.remove = () => this.clean();
        process.once('exit', this.remove);

        for (const side of ['near', 'nat1', 'hub', 'nat2', 'far']) {
            const name = this.name(side);

            run('ip', ['netns', 'add', name]);
            this.names.push(name);
            this.ip(side, 'link set lo up');
        }

        this.join('near', 'eth', NEAR, 'nat1', 'lan', '10.1.0.1', 24);
        this.join('far', 'eth', '10.2.0.2', 'nat2', 'lan', '10.2.0.1', 24);
        this.join('nat1', 'wan', GATE, 'hub', 'net1', '203.0.113.5', 30);
        this.join('nat2', 'wan', '203.0.113.10', 'hub', 'net2',
                  '203.0.113.9', 30);
        this.ip('hub', `addr add ${TURN}/32 dev lo`);

        /* coturn ends an allocation when a peer has no route at all */

        this.ip('hub', `route add 10.0.0.0/8 via ${GATE}`);

        for (const [side, gateway] of [['near', '10.1.0.1'],
                                       ['far', '10.2.0.1'],
                                       ['nat1', '203.0.113.5'],
                                       ['nat2', '203.0.113.9']])
        {
            this.ip(side, `route add default via ${gateway}`);
        }

        for (const side of ['nat1', 'hub', 'nat2']) {
            this.exec(side, 'sh', ['-c',
                                   'echo 1 > /proc/sys/net/ipv4/ip_forward']);
        }

        this.exec('nat1', 'nft', ['-f', '-'], rules(symmetric));
        this.exec('nat2', 'nft', ['-f', '-'], rules(symmetric));
    }


    name(side) {
        return `${PREFIX}${process.pid}-${side}`;
    }


    exec(side, command, args, input) {
        return run('ip', ['netns', 'exec', this.name(side), command, ...args],
                   input);
    }


    ip(side, words) {
        return run('ip', ['-n', this.name(side), ...words.split(' ')]);
    }


    join(a, aDev, aAddress, b, bDev, bAddress, bits) {
        run('ip', ['link', 'add', aDev, 'netns', this.name(a), 'type', 'veth',
                   'peer', 'name', bDev, 'netns', this.name(b)]);
        this.ip(a, `addr add ${aAddress}/${bits} dev ${aDev}`);
        this.ip(b, `addr add ${bAddress}/${bits} dev ${bDev}`);
        this.ip(a, `link set ${aDev} up`);
        this.ip(b, `link set ${bDev} up`);
    }


    async startTurn(dir) {
        this.turn = spawn('ip', ['netns', 'exec', this.name('hub'),
            'turnserver', '-n', '-v', '-L', TURN, '-p', '3478',
            '--lt-cred-mech', '-r', 'test',
            '-u', `${USER.username}:${USER.credential}`,
            '--no-tls', '--no-dtls', '--no-cli', '--no-multicast-peers',
            '--userdb', path.join(dir, 'turndb'),
            '--pidfile', path.join(dir, 'turn.pid'),
            '--log-file', 'stdout', '--simple-log'],
                          { stdio: ['ignore', 'pipe', 'pipe'] });

        this.turnLog = '';

        for (const out of [this.turn.stdout, this.turn.stderr]) {
            out.on('data', (data) => { this.turnLog += data; });
        }

        const listens = () => this.exec('hub', 'ss', ['-lnu'])
            .includes(`${TURN}:3478`);

        await until('coturn listens', listens);
    }


    /* a command of its own that runs another one over there */

    wrapper(side, command, dir) {
        const file = path.join(dir, `${path.basename(command)}-${side}`);

        fs.writeFileSync(file, '#!/bin/sh\n'
            + `exec ip netns exec ${this.name(side)} ${command} "$@"\n`,
                         { mode: 0o755 });

        return file;
    }


    /*
     * A program of this directory over there, which writes JSON; env: what
     * differs, parameters: its argument.
     */

    run(side, program, env, parameters) {
        env = { ...process.env, ...env };
        delete env.NODE_TEST_CONTEXT;

        const child = spawn('ip', ['netns', 'exec', this.name(side),
            process.execPath, path.join(__dirname, program),
            JSON.stringify(parameters)], { env });

        const orphan = () => child.kill();

        process.once('exit', orphan);

        let text = '', errors = '';

        child.stdout.on('data', (data) => { text += data; });
        child.stderr.on('data', (data) => { errors += data; });

        return new Promise((resolve, reject) => {
            child.once('error', reject);
            child.once('exit', (code) => {
                process.removeListener('exit', orphan);

                if (code === 0) {
                    resolve(JSON.parse(text));
                } else {
                    reject(new Error(`${errors}\n`
                                     + this.turnLog.slice(-3000)));
                }
            });
        });
    }


    /* the sessions of coturn that it has given an address */

    allocations() {
        return [...this.turnLog.matchAll(/session (\d+): new/g)]
            .map((m) => m[1]);
    }


    /* every allocation that was made is given back, not left to its lifetime */

    givenBack() {
        return until('the allocations are given back', () => {
            const made = this.allocations();
            const ended = new Set([...this.turnLog.matchAll(
                /session (\d+): refreshed.*lifetime=0/g)].map((m) => m[1]));

            return made.length > 0
                   && made.every((session) => ended.has(session));
        });
    }


    clean() {
        process.removeListener('exit', this.remove);
        this.turn?.kill('SIGKILL');

        for (const name of this.names.splice(0)) {
            run('ip', ['netns', 'del', name]);
        }
    }
}


module.exports = { Network, TURN, NEAR, GATE, USER };
