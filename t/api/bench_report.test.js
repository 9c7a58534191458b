/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What the benchmarks make of their figures: medians, ratios, goals, tables
 * and the plot.  Nothing is measured here.
 */

'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const plot = require('../bench/plot');
const report = require('../bench/report');
const { ROWS } = require('../bench/rows');
const { SERVERS } = require('../bench/servers');
const { spent } = require('../bench/usage');


const SPEED = { number: 1, text: 'speed', figure: 'cost', relation: 'speed',
                of: 'nginx', against: 'raw', atLeast: 0.8 };

const COST = [{ name: 'cost', title: 'CPU', unit: ' us' }];


function row(rounds, goals = [SPEED]) {
    return { name: 'x', title: 'X', text: 'Some text.', figures: COST, rounds,
             goals, absent: {} };
}


function round(nginx, raw, more = {}) {
    return { nginx: { cost: nginx }, raw: { cost: raw }, ...more };
}


test('medians', () => {
    assert.strictEqual(report.median([3, 1, 2]), 2);
    assert.strictEqual(report.median([4, 1, 2, 3]), 2.5);
    assert.strictEqual(report.median([]), undefined);
    assert.strictEqual(report.median([NaN, undefined, 7]), 7);

    assert.deepStrictEqual(report.summary([5, 1, 3]),
                           { median: 3, min: 1, max: 5, n: 3 });
    assert.strictEqual(report.summary([undefined]), undefined);
});


test('contestants are compared within their round', () => {

    /* the machine got twice as slow in the second round: nothing changed */

    const noisy = row([round(5, 4), round(10, 8), round(2.5, 2)]);

    assert.deepStrictEqual(report.measured(noisy, SPEED),
                           { median: 0.8, min: 0.8, max: 0.8, n: 3 });
    assert.strictEqual(report.verdict(noisy, SPEED), 'met');
});


test('relations', () => {
    const rounds = [{ nginx: { cost: 6, rate: 30 }, raw: { cost: 4 },
                      janus: { cost: 9, rate: 10 } }];

    const value = (goal) => report.measured(row(rounds),
                                            { ...SPEED, ...goal }).median;

    assert.strictEqual(value({ relation: 'cost' }), 1.5);
    assert.strictEqual(value({ relation: 'speed', against: 'janus' }), 1.5);
    assert.strictEqual(value({ relation: 'speed', against: 'janus',
                               times: 2 }), 3);
    assert.strictEqual(value({ relation: 'value', against: undefined }), 6);
    assert.strictEqual(value({ relation: 'added' }), 2);
    assert.strictEqual(value({ relation: 'rate', figure: 'rate',
                               against: 'janus' }), 3);

    /* of several the best counts */

    assert.strictEqual(value({ relation: 'cost',
                               against: ['janus', 'raw'] }), 1.5);
});


test('a goal is met, missed, or has a reason', () => {
    assert.strictEqual(report.verdict(row([round(6, 4)]), SPEED), 'missed');

    assert.strictEqual(report.verdict({ ...row([]), notRun: 'no wrk' },
                                      SPEED), 'not run: no wrk');

    assert.strictEqual(report.verdict(
        { ...row([{ nginx: { cost: 1 } }]), absent: { raw: 'not built' } },
        SPEED), 'not run: raw: not built');

    assert.strictEqual(report.verdict(
        row([{ nginx: { error: 'broken' }, raw: { cost: 1 } }]), SPEED),
                       'not run: nginx: broken');

    /* never both in one round */

    assert.strictEqual(report.verdict(
        row([{ nginx: { cost: 1 } }, { raw: { cost: 1 } }]), SPEED),
                       'not run: no round has both');

    /* a round that failed does not count */

    assert.strictEqual(report.verdict(
        row([{ nginx: { error: 'broken' }, raw: { cost: 1 } },
             round(1, 1)]), SPEED), 'met');
});


test('how far a goal is reached', () => {
    const most = { ...SPEED, relation: 'cost', atLeast: undefined,
                   atMost: 3 };

    assert.strictEqual(report.reached(row([round(4, 4)]), SPEED), 1.25);
    assert.strictEqual(report.reached(row([round(8, 4)]), most), 1.5);
    assert.strictEqual(report.reached(row([]), most), undefined);
});


test('numbers have three digits that count', () => {
    assert.deepStrictEqual([12345.6, 99.94, 1.234, 0.1234, 0.01234, 0,
                            undefined].map(report.number),
                           ['12346', '99.9', '1.23', '0.12', '0.012', '0',
                            '-']);

    assert.strictEqual(report.range({ median: 2, min: 1, max: 3, n: 3 },
                                    ' us'), '2.00 us (1.00 to 3.00)');
    assert.strictEqual(report.range({ median: 2, min: 2, max: 2, n: 3 }),
                       '2.00');
});


test('limits are told with what they are compared with', () => {
    assert.strictEqual(report.limit({ ...SPEED, stretch: 0.9 }),
                       '>= 0.8 x raw (stretch 0.9)');
    assert.strictEqual(report.limit({ atMost: 12, unit: ' kB' }), '<= 12 kB');
});


test('tables', () => {
    assert.strictEqual(report.table(['a', 'b'], [['x|y', 1]]),
                       '| a    | b |\n'
                       + '|------|---|\n'
                       + '| x\\|y | 1 |');

    const text = report.rowTable(row([
        round(4, 2, { janus: { error: 'broken' } }), round(6, 2)]));

    assert.match(text, /\| nginx +\| 5\.00 us \(4\.00 to 6\.00\) +\|/);
    assert.match(text, /\| janus +\| - +\| failed in 1 of 2: broken +\|/);
});


test('the report says what was not run, and why', () => {
    const machine = { cpu: 'Fast', cores: 2, memory: 4, kernel: '6.1',
                      governor: 'not told', nginx: 'nginx/1', node: 'v20' };

    const text = report.markdown({
        date: 'today', rounds: 2, duration: 5, machine,
        rows: [{ ...row([round(5, 4)]), absent: { janus: 'not installed' } },
               { ...row([], [{ ...SPEED, number: 2 }]), notRun: 'no wrk' }],
    });

    assert.match(text, /2 cores of Fast; 4 GB; .*Linux 6\.1; nginx\/1;/);
    assert.match(text, /\| 1 +\| speed +\| >= 0.8 x raw +\| 0.80 +\| met +\|/);
    assert.match(text, /\| 2 +\| speed .*\| not run: no wrk \|/);
    assert.match(text, /^janus not run: not installed\.$/m);
    assert.match(text, /^Not run: no wrk\.$/m);
});


test('the documentation gets the table between its markers', () => {
    const text = 'a\n<!-- x -->\nold\n<!-- end of x -->\nb\n';

    assert.strictEqual(report.insert(text, 'x', 'new\n'),
                       'a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb\n');
    assert.throws(() => report.insert('a', 'x', 'new'), /no <!-- x -->/);
});


test('the plot has a line for each server and a bar for each goal', () => {
    const growth = {
        ...row([{ 'nginx to 50': { cost: 4 }, 'nginx to 1000': { cost: 5 },
                  'raw to 50': { cost: 3 } }],
               [{ ...SPEED, of: 'nginx to 50', against: 'raw to 50' }]),
        name: 'growth',
    };

    assert.deepStrictEqual(plot.series(growth, 'cost'), [
        { server: 'nginx', points: [[50, 4], [1000, 5]] },
        { server: 'raw', points: [[50, 3]] },
    ]);

    const svg = plot.svg({ rows: [growth, { ...row([round(5, 4)]),
                                            title: 'a < b' }] });

    assert.strictEqual(svg.match(/<polyline /g).length, 2);
    assert.strictEqual(svg.match(/<rect class="met"/g).length, 1);
    assert.strictEqual(svg.match(/<rect class="missed"/g).length, 1);
    assert.ok(!/NaN|undefined|Infinity/.test(svg));

    /* nothing at all is a plot as well */

    assert.match(plot.svg({ rows: [] }), /^<svg .*<\/svg>\n$/s);

    assert.deepStrictEqual([3, 10, 11, 0.7].map(plot.ceiling),
                           [5, 10, 20, 1]);
});


test('the CPU time of threads counts, unless some have ended', () => {
    const at = (total, ...threads) => ({ total, threads: new Map(threads) });

    assert.strictEqual(spent(at(0, ['1', 5], ['2', 7]),
                             at(10000, ['1', 8], ['2', 9])), 5);
    assert.strictEqual(spent(at(10000, ['1', 5], ['2', 7]),
                             at(30000, ['1', 8])), 20000);
});


test('the rows fit together', () => {
    const names = ROWS.map((one) => one.name);

    assert.strictEqual(new Set(names).size, names.length);

    for (const one of ROWS) {
        const contestants = one.contestants.map(({ name }) => name);

        assert.strictEqual(new Set(contestants).size, contestants.length);

        for (const { server } of one.contestants) {
            assert.ok(SERVERS[server], `${one.name}: ${server}`);
        }

        for (const goal of one.goals) {
            for (const name of [goal.of, goal.against].flat()) {
                assert.ok(name === undefined || contestants.includes(name),
                          `${one.name}: ${name}`);
            }

            assert.ok(one.figures.some(({ name }) => name === goal.figure),
                      `${one.name}: ${goal.figure}`);
            assert.ok(goal.text.length < 50, goal.text);
        }
    }
});
