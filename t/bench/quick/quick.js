/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * Runs the load of quick.c under callgrind and compares the instructions per
 * forwarded packet with those that are recorded beside it:
 *
 *     node t/bench/quick/quick.js <program> <directory> [--record]
 *     node t/bench/quick/quick.js <program> <directory> --profile <case>
 *
 * The dump of each case stays in the directory.  --profile shows what one of
 * them says.
 */

'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');


const RECORDED = path.join(__dirname, 'quick.json');
const PROFILES = ['gcm', 'cm'];

/* with all that they call */
const COUNTED = ['prefetch', 'input', 'output', 'tick'];

/* what a figure may differ by */
const LIMIT = 0.10;


async function run(program, dir, profile) {
    const dump = path.join(dir, `${profile}.dump`);
    const args = ['-q', '--tool=callgrind', '--instr-atstart=no',
        ...COUNTED.map((name) => `--toggle-collect=ngx_webrtc_engine_${name}`),
        `--callgrind-out-file=${dump}`, program, profile];

    /* OpenSSL and glibc are to see the processor that Valgrind shows them */

    const env = { ...process.env };

    delete env.OPENSSL_ia32cap;
    delete env.GLIBC_TUNABLES;

    const child = spawn('valgrind', args,
        { env, stdio: ['ignore', 'pipe', 'pipe'] });

    let text = '', errors = '';

    child.stdout.on('data', (data) => { text += data; });
    child.stderr.on('data', (data) => { errors += data; });

    const [code, signal] = await new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (...end) => resolve(end));
    });

    if (code !== 0) {
        throw new Error(`${profile}: ended with ${signal ?? code}\n${text}`
            + errors);
    }

    return { dump, text };
}


/* instructions by the object that they are in, without those of callees */

function instructions(file) {
    const objects = new Map();
    const sums = { module: 0, crypto: 0, others: 0, total: 0 };
    let kind = 'others', callees = false;

    for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
        const ob = line.match(/^ob=\((\d+)\)(?: (.*))?/);

        if (ob) {
            if (ob[2]) {
                objects.set(ob[1], ob[2]);
            }

            kind = kindOf(path.basename(objects.get(ob[1])));

        } else if (line.startsWith('cob=(')) {
            const [, id, name] = line.match(/^cob=\((\d+)\)(?: (.*))?/);

            if (name) {
                objects.set(id, name);
            }

        } else if (line.startsWith('calls=')) {
            callees = true;

        } else if (/^[0-9+*-]/.test(line)) {
            if (!callees) {
                const n = Number(line.slice(line.lastIndexOf(' ')));

                sums[kind] += n;
                sums.total += n;
            }

            callees = false;
        }
    }

    return sums;
}


function kindOf(object) {
    if (object === 'bench_quick') {
        return 'module';
    }

    return /^lib(crypto|ssl|IPSec_MB)\./.test(object) ? 'crypto' : 'others';
}


function measure(dir, { dump, text }) {
    const cases = [...text.matchAll(/^case: (\S+) (\d+)$/mg)];

    fs.rmSync(dump, { force: true });

    return cases.map(([, name, packets], i) => {
        const file = dumpOf(dir, name);

        /*
         * What was entered before the counting is "called 0 times", and
         * callgrind_annotate takes all that it costs for its own.
         */

        fs.writeFileSync(file, fs.readFileSync(`${dump}.${i + 1}`, 'utf8')
            .replace(/^calls=0 /mg, 'calls=1 '));
        fs.rmSync(`${dump}.${i + 1}`);

        const sums = instructions(file);

        for (const kind of Object.keys(sums)) {
            sums[kind] = Math.round(sums[kind] / Number(packets));
        }

        return [name, sums];
    });
}


function dumpOf(dir, name) {
    return path.join(dir, `${name}.callgrind`);
}


function platform(text) {
    const line = (key) => text.match(new RegExp(`^${key}: (.*)$`, 'm'))[1];

    return { build: line('build'), libraries: line('libraries') };
}


/* what differs by more than the limit, of what can be compared here */

function compare(name, now, old, same) {
    const found = [];

    for (const kind of ['module', 'total']) {
        if (!old || !same[kind]) {
            continue;
        }

        const ratio = now[kind] / old[kind];
        const what = `${name}, ${kind}: ${old[kind]} recorded, `
            + `${now[kind]} now, ${ratio > 1 ? '+' : ''}`
            + `${((ratio - 1) * 100).toFixed(1)} %`;

        if (ratio > 1 + LIMIT) {
            found.push({ more: true, what });

        } else if (ratio < 1 - LIMIT) {
            found.push({ more: false, what });
        }
    }

    return found;
}


function print(result, recorded) {
    const row = (...cells) => console.log(cells.map((cell, i) =>
        (i === 0) ? cell.padEnd(12) : String(cell).padStart(9)).join(''));

    console.log('instructions per forwarded packet (profile-subscribers-'
        + 'packets that come together),\nper feedback message about ten '
        + 'packets, per idle subscriber and second\n');

    row('', 'module', 'crypto', 'others', 'total', '', 'recorded:', 'total');

    for (const [name, now] of Object.entries(result.cases)) {
        const old = recorded.cases[name];

        row(name, now.module, now.crypto, now.others, now.total, '',
            old?.module ?? '-', old?.total ?? '-');
    }

    console.log();
}


function judge(result, recorded) {
    const names = new Set([...Object.keys(recorded.cases),
        ...Object.keys(result.cases)]);
    let failed = 0, above = 0, below = 0;

    const same = {
        module: recorded.build === result.build,
        total: recorded.build === result.build
            && recorded.libraries === result.libraries
    };

    if (!same.module) {
        console.log(`not compared: recorded with "${recorded.build}", this `
            + `is "${result.build}"`);

    } else if (!same.total) {
        console.log(`totals not compared: recorded with `
            + `"${recorded.libraries}", this is "${result.libraries}"`);
    }

    for (const name of names) {
        const now = result.cases[name];
        const old = recorded.cases[name];

        if (!now || !old) {
            failed++;
            console.log(`FAILED  ${name}: ${now ? 'not recorded'
                : 'recorded, but there is no such case'}`);
            continue;
        }

        const found = compare(name, now, old, same);
        const more = found.filter((one) => one.more).length;

        failed += (more !== 0);
        above += more;
        below += found.length - more;

        for (const one of found) {
            console.log(`${one.more ? 'FAILED ' : 'lower  '} ${one.what}`);
        }
    }

    if (above) {
        console.log('\nMore than 10 % above the record. If that is what it '
            + 'has to cost: make bench-quick-record,\nand the reason into the '
            + 'commit. Where it goes: make bench-profile CASE=...');

    } else if (below) {
        console.log('\nMore than 10 % below the record: keep what was won, '
            + 'make bench-quick-record.');
    }

    return failed;
}


async function profile(program, dir, name) {
    const kind = PROFILES.find((one) => name?.startsWith(`${one}-`));
    const file = dumpOf(dir, name);

    fs.rmSync(file, { force: true });

    if (kind) {
        measure(dir, await run(program, dir, kind));
    }

    if (!fs.existsSync(file)) {
        throw new Error(`CASE=${name ?? ''}: no such case; they are named in `
            + 'the first column of make bench-quick');
    }

    for (const inclusive of ['yes', 'no']) {
        spawnSync('callgrind_annotate', ['--auto=no', '--show-percs=yes',
            '--threshold=95', `--inclusive=${inclusive}`, file],
        { stdio: 'inherit' });
    }

    console.log(`\nThe first list is with what a function calls, the second `
        + `without.\nAll of it, for kcachegrind: ${path.relative('.', file)}`);
}


async function main([program, dir, option, name]) {
    if (option === '--profile') {
        fs.mkdirSync(dir, { recursive: true });
        return profile(program, dir, name);
    }

    fs.rmSync(dir, { recursive: true, force: true });
    fs.mkdirSync(dir, { recursive: true });

    const runs = [];

    if (os.cpus().length > 1) {
        runs.push(...await Promise.all(
            PROFILES.map((profile) => run(program, dir, profile))));

    } else {
        for (const profile of PROFILES) {
            runs.push(await run(program, dir, profile));
        }
    }

    const result = {
        ...platform(runs[0].text),
        cases: Object.fromEntries(runs.flatMap((one) => measure(dir, one)))
    };

    const text = JSON.stringify(result, null, 4) + '\n';

    fs.writeFileSync(path.join(dir, 'quick.json'), text);

    let recorded = { cases: {} };

    if (fs.existsSync(RECORDED)) {
        recorded = JSON.parse(fs.readFileSync(RECORDED, 'utf8'));
    }

    print(result, recorded);

    if (option === '--record') {
        fs.writeFileSync(RECORDED, text);
        console.log(`recorded in ${path.relative('.', RECORDED)}`);
        return;
    }

    const total = Object.keys(result.cases).length;
    const failed = judge(result, recorded);

    fs.mkdirSync('build/test', { recursive: true });
    fs.writeFileSync('build/test/bench-quick.count',
        `${total - failed} ${failed}\n`);
    console.log(`bench-quick: ${total - failed} passed, ${failed} failed`);

    process.exitCode = failed ? 1 : 0;
}


main(process.argv.slice(2)).catch((e) => {
    console.error(e.message);
    process.exitCode = 1;
});
