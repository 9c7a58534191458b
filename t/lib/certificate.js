/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Certificates for servers of tests, each signed by itself.
 */

'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');


/*
 * { key, cert } as PEM, and their files { keyFile, certFile }, which go when
 * the process does.  `names` are those the certificate is for.
 */

function certificate({ names = ['IP:127.0.0.1', 'DNS:localhost'],
                       days = 2 } = {})
{
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ngx-webrtc-tls-'));
    const keyFile = path.join(dir, 'key.pem');
    const certFile = path.join(dir, 'cert.pem');

    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes',
                             '-keyout', keyFile, '-out', certFile,
                             '-subj', `/CN=${names[0].replace(/.*?:/, '')}`,
                             '-addext', `subjectAltName=${names}`,
                             '-days', `${days}`], { stdio: 'ignore' });

    process.once('exit', () => fs.rmSync(dir, { recursive: true,
                                                force: true }));

    return { key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile),
             keyFile, certFile };
}


module.exports = { certificate };
