/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * "make bench": runs the rows of rows.js and writes build/bench/<date>/ with
 * results.json, table.md and plot.svg.
 *
 *     node t/bench/bench.js           runs
 *     node t/bench/bench.js --docs    puts the last run into docs/
 *
 * Environment: BENCH_ROUNDS (5), BENCH_DURATION (5 s), BENCH_ROWS (names of
 * rows or numbers of goals; all).
 */

'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { describe, pin, cores, TOP } = require('./machine');
const { svg } = require('./plot');
const { figure, goalTable, insert, markdown, number } = require('./report');
const { ROWS } = require('./rows');
const { SERVERS } = require('./servers');


const OUT = path.join(TOP, 'build', 'bench');
const DOCS = path.join(TOP, 'docs', 'performance.md');


const PLOT = '![cost per forwarded packet over subscribers, and how far each'
             + ' goal is reached](performance.svg)';


function say(text) {
    process.stdout.write(`${text}\n`);
}


function choose(text) {
    const names = (text ?? '').split(/[\s,]+/).filter(Boolean);
    const named = (row, name) => row.name === name
        || row.goals.some((goal) => String(goal.number) === name);

    for (const name of names) {
        if (!ROWS.some((row) => named(row, name))) {
            throw new Error(`BENCH_ROWS: no row "${name}"; there are `
                            + ROWS.map((row) => row.name).join(', '));
        }
    }

    return names.length === 0 ? ROWS
        : ROWS.filter((row) => names.some((name) => named(row, name)));
}


/* Each round begins with another contestant. */

function turns(contestants, round) {
    const first = round % contestants.length;

    return [...contestants.slice(first), ...contestants.slice(0, first)];
}


async function runOne(row, contestant, settings) {
    const load = { ...row.load, ...contestant };
    const server = await SERVERS[contestant.server].start(load);

    try {
        const measure = contestant.measure ?? row.measure;

        return await measure({ server, contestant, load, settings });

    } finally {
        await server.stop();
    }
}


/* A contestant that fails has no figures in this round; the row goes on. */

async function attempt(row, contestant, settings) {
    try {
        return await runOne(row, contestant, settings);

    } catch (e) {
        return { error: e.message.trim().replace(/\s+/g, ' ').slice(0, 300) };
    }
}


function progress(row, contestant, result) {
    const text = result.error ?? row.figures.map(
        ({ name, title, unit }) => `${title} ${number(result[name])}${unit}`)
        .join(', ');

    say(`    ${contestant.name}: ${text}`);
}


async function runRow(row, settings) {
    const { name, title, text, figures, goals } = row;
    const result = { name, title, text, figures, goals, rounds: [],
                     absent: {} };

    say(`\n${title} (${name})`);

    result.notRun = row.missing?.();

    for (const contestant of result.notRun ? [] : row.contestants) {
        const why = SERVERS[contestant.server].missing();

        if (why) {
            result.absent[contestant.name] = why;
            say(`    ${contestant.name} not run: ${why}`);
        }
    }

    const contestants = row.contestants.filter(
        (one) => !result.absent[one.name]);

    if (!result.notRun && contestants.length === 0) {
        result.notRun = Object.values(result.absent)[0];
    }

    if (result.notRun) {
        say(`    not run: ${result.notRun}`);
        return result;
    }

    for (let i = 0; i < settings.rounds; i++) {
        const round = {};

        result.rounds.push(round);
        say(`  round ${i + 1} of ${settings.rounds}`);

        for (const contestant of turns(contestants, i)) {
            const figures = await attempt(row, contestant, settings);

            round[contestant.name] = figures;
            progress(row, contestant, figures);
        }
    }

    return result;
}


function save(dir, results) {
    const write = (name, text) => fs.writeFileSync(path.join(dir, name),
                                                   text);

    write('results.json', JSON.stringify(results, null, 1));
    write('table.md', markdown(results));
    write('plot.svg', svg(results));
}


function positive(name, value) {
    const n = Number(process.env[name] || value);

    if (!(n > 0)) {
        throw new Error(`${name}=${process.env[name]}: must be a number`);
    }

    return n;
}


async function bench() {
    const rows = choose(process.env.BENCH_ROWS);
    const settings = { rounds: positive('BENCH_ROUNDS', 5),
                       duration: positive('BENCH_DURATION', 5) };
    const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
    const dir = path.join(OUT, date.replace(/[ :]/g, '-'));
    const results = { date, machine: describe(), ...settings, rows: [] };

    fs.mkdirSync(dir, { recursive: true });
    pin([process.pid], cores().client);

    for (const row of rows) {
        results.rows.push(await runRow(row, settings));
        save(dir, results);
    }

    say(`\n${goalTable(results.rows)}\n\n`
        + `the whole table, the plot and the figures of each round: `
        + path.relative(TOP, dir));

    const failed = results.rows.filter((row) => row.rounds.some(
        (round) => Object.values(round).some((one) => one.error)));

    if (failed.length !== 0) {
        say(`failed somewhere: ${failed.map((row) => row.name).join(', ')}`);
        process.exitCode = 1;
    }
}


/* The last run becomes the one that the documentation shows. */

function publish() {
    const last = fs.readdirSync(OUT)
        .filter((name) => fs.existsSync(path.join(OUT, name, 'table.md')))
        .sort().at(-1);

    if (last === undefined) {
        throw new Error('there is no run in build/bench: make bench');
    }

    const results = JSON.parse(fs.readFileSync(
        path.join(OUT, last, 'results.json'), 'utf8'));

    const text = `${PLOT}\n\n${markdown(results)}`;

    fs.writeFileSync(DOCS, insert(fs.readFileSync(DOCS, 'utf8'), 'results',
                                  text));
    fs.writeFileSync(path.join(TOP, 'docs', 'performance.svg'), svg(results));

    say(`docs/performance.md and .svg show build/bench/${last}`);
}


async function main() {
    if (process.argv[2] === '--docs') {
        publish();

    } else {
        await bench();
    }
}


main().catch((e) => {
    process.stderr.write(`${e.message}\n`);
    process.exitCode = 1;
});
