/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * A program that drives EvoStream's API: commands over HTTP and over both
 * kinds of the command line.
 */

'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');

const { request } = require('./gateway');
const { until } = require('./poll');


/* "k=v k=v" of an object, with what has to be escaped */

function parameters(params) {
    if (typeof params === 'string') {
        return params;
    }

    return Object.entries(params)
        .map(([key, value]) => `${key}=`
             + String(value).replace(/[\\ =,]/g, '\\$&'))
        .join(' ');
}


/*
 * One command over HTTP.  Resolves with what the API answered, and with all
 * of the response in .http.
 */

async function command(url, name, params, options) {
    const text = params === undefined ? '' : parameters(params);
    const query = params === undefined ? ''
        : `?params=${Buffer.from(text).toString('base64')}`;

    const res = await request(url, 'GET', `/${name}${query}`, undefined,
                              options);

    assert.ok(res.json, `${name}: ${res.status} ${res.text}`);

    return Object.defineProperty(res.json, 'http', { value: res });
}


/* The same, and it has to succeed: resolves with "data". */

async function must(url, name, params) {
    const answer = await command(url, name, params);

    assert.strictEqual(answer.status, 'SUCCESS',
                       `${name}: ${JSON.stringify(answer)}`);

    return answer.data;
}


/*
 * The command line.  JSON: 4 bytes of length, then JSON and CR LF CR LF,
 * which are counted too.
 */

class Cli {

    static async open(port, host = '127.0.0.1') {
        const cli = new Cli();

        cli.data = Buffer.alloc(0);
        cli.socket = net.connect(port, host);
        cli.socket.on('error', () => {});
        cli.socket.on('data', (data) => {
            cli.data = Buffer.concat([cli.data, data]);
        });
        cli.socket.on('close', () => { cli.ended = true; });

        await once(cli.socket, 'connect');

        return cli;
    }


    write(bytes) {
        this.socket.write(bytes);
    }


    /* the next answer; null: the connection was closed */

    async answer(timeout = 10000) {
        const frame = await until('the command line answers', () => {
            if (this.data.length >= 4) {
                const size = this.data.readUInt32BE();

                if (this.data.length >= 4 + size) {
                    const bytes = this.data.subarray(4, 4 + size);

                    this.data = this.data.subarray(4 + size);

                    return bytes;
                }
            }

            return this.ended && 'ended';
        }, { timeout, every: 5 });

        if (frame === 'ended') {
            return null;
        }

        const text = frame.toString();

        assert.ok(text.endsWith('\r\n\r\n'), JSON.stringify(text));

        return JSON.parse(text);
    }


    say(name, params) {
        this.write(`${name}${params === undefined ? ''
            : ` ${parameters(params)}`}\r\n`);

        return this.answer();
    }


    /* on the text port: what has come once it fits */

    async text(line, fits, timeout = 10000) {
        this.data = Buffer.alloc(0);
        this.write(`${line}\r\n`);

        return until(`the command line says ${fits}`, () => {
            const text = this.data.toString();

            if (!fits.test(text)) {
                throw new Error(JSON.stringify(text));
            }

            return text;
        }, { timeout, every: 5 });
    }


    close() {
        this.socket.destroy();
    }
}


module.exports = { command, must, parameters, Cli };
