/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * From the figures of all rounds to medians, ratios, goals and tables.
 *
 * A result of a row: { name, title, figures, rounds, goals, notRun }, where
 * each round has the figures of each contestant by name, { error } when it
 * did not run.
 */

'use strict';


function median(values) {
    const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
    const middle = sorted.length >> 1;

    if (sorted.length === 0) {
        return undefined;
    }

    return sorted.length % 2 ? sorted[middle]
        : (sorted[middle - 1] + sorted[middle]) / 2;
}


/* { median, min, max, n } of what is a number, or undefined. */

function summary(values) {
    const numbers = values.filter(Number.isFinite);

    if (numbers.length === 0) {
        return undefined;
    }

    return { median: median(numbers), min: Math.min(...numbers),
             max: Math.max(...numbers), n: numbers.length };
}


/* One figure of one contestant over the rounds. */

function figure(row, contestant, name) {
    return summary((row.rounds ?? []).map(
        (round) => round[contestant]?.[name]));
}


/* The best of several contestants in one round: the least, or the most. */

function best(round, names, figureName, least) {
    const values = [names].flat().map((name) => round[name]?.[figureName])
        .filter(Number.isFinite);

    if (values.length === 0) {
        return undefined;
    }

    return least ? Math.min(...values) : Math.max(...values);
}


/*
 * What a goal is about, as a number for each round: contestants are only ever
 * compared with those of the same round.
 *
 * goal: figure, of, and against (one contestant, or several of which the best
 * counts).  relation: 'cost' is of / against, 'speed' the reverse when the
 * figure is a cost, 'rate' is of / against of a figure that should be large,
 * 'growth' the same as cost, 'added' of - against, 'value' of alone.
 */

function relate(goal, round) {
    const own = best(round, goal.of, goal.figure, goal.relation !== 'rate');
    const other = goal.against === undefined ? undefined
        : best(round, goal.against, goal.figure, goal.relation !== 'rate');

    switch (goal.relation) {

    case 'value':
        return own;

    case 'added':
        return own - other;

    case 'speed':
        return other / own * (goal.times ?? 1);

    default:
        return own / other;
    }
}


function measured(row, goal) {
    const rounds = (row.rounds ?? []).map((round) => relate(goal, round));

    return summary(rounds);
}


/* 'met', 'missed', or why it is not known. */

function verdict(row, goal) {
    if (row.notRun) {
        return `not run: ${row.notRun}`;
    }

    const result = measured(row, goal);

    if (result === undefined) {
        return `not run: ${missing(row, goal)}`;
    }

    return holds(goal, result.median) ? 'met' : 'missed';
}


function holds(goal, value) {
    return goal.atLeast !== undefined ? value >= goal.atLeast
                                      : value <= goal.atMost;
}


/* Why a goal has no number though the row was run. */

function missing(row, goal) {
    for (const name of [goal.of, goal.against].flat()) {
        const reasons = row.rounds.map((round) => round[name]?.error)
            .filter(Boolean);

        if (name !== undefined && figure(row, name, goal.figure) === undefined)
        {
            return `${name}: ${row.absent?.[name] ?? reasons[0]
                               ?? 'nothing was measured'}`;
        }
    }

    return 'no round has both';
}


/*
 * How far a goal is reached: 1 is the goal itself, more is better, whichever
 * way it is bounded.
 */

function reached(row, goal) {
    const value = measured(row, goal)?.median;

    if (value === undefined) {
        return undefined;
    }

    return goal.atLeast !== undefined ? value / goal.atLeast
                                      : goal.atMost / value;
}


/* Three digits that count. */

function number(value) {
    if (!Number.isFinite(value)) {
        return '-';
    }

    const size = Math.abs(value);

    if (size >= 100 || value === 0) {
        return String(Math.round(value));
    }

    return value.toFixed(size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}


function range(result, unit = '') {
    if (result === undefined) {
        return '-';
    }

    const { median: middle, min, max } = result;

    return result.n === 1 || number(min) === number(max)
        ? `${number(middle)}${unit}`
        : `${number(middle)}${unit} (${number(min)} to ${number(max)})`;
}


function limit(goal) {
    const bound = goal.atLeast !== undefined
        ? `>= ${goal.atLeast}` : `<= ${goal.atMost}`;
    const unit = goal.unit ?? (goal.against === undefined ? '' : ' x');
    const other = goal.against === undefined ? ''
        : ` ${goal.than ?? [goal.against].flat().join(', ')}`;

    return `${bound}${unit}${other}`
           + (goal.stretch === undefined ? '' : ` (stretch ${goal.stretch})`);
}


/* A table of Markdown that is as readable in a terminal. */

function table(head, lines) {
    const all = [head, ...lines].map((line) => line.map(
        (cell) => String(cell).replace(/\|/g, '\\|')));
    const width = head.map((_, i) => Math.max(
        ...all.map((line) => line[i].length)));

    const show = (line) => `| ${line.map((cell, i) => cell.padEnd(width[i]))
        .join(' | ')} |`;

    return [show(all[0]), `|${width.map((n) => '-'.repeat(n + 2)).join('|')}|`,
            ...all.slice(1).map(show)].join('\n');
}


function goalTable(rows) {
    const lines = rows.flatMap((row) => (row.goals ?? []).map((goal) => ({
        goal, row })));

    lines.sort((a, b) => a.goal.number - b.goal.number);

    return table(['#', 'measure', 'goal', 'measured', ''],
                 lines.map(({ row, goal }) => [
                     goal.number, goal.text, limit(goal),
                     range(measured(row, goal), goal.unit),
                     verdict(row, goal)]));
}


/* The contestants of one row, and the median of each figure. */

function rowTable(row) {
    const names = [...new Set((row.rounds ?? []).flatMap(Object.keys))];

    const lines = names.map((name) => {
        const errors = (row.rounds ?? []).map((round) => round[name]?.error)
            .filter(Boolean);

        return [name, ...row.figures.map(
            ({ name: of, unit }) => range(figure(row, name, of), unit)),
            errors.length === 0 ? ''
            : `failed in ${errors.length} of ${row.rounds.length}: `
              + errors[0]];
    });

    const failed = lines.some((line) => line.at(-1) !== '');
    const head = ['', ...row.figures.map(({ title }) => title), ''];

    return failed ? table(head, lines)
        : table(head.slice(0, -1), lines.map((line) => line.slice(0, -1)));
}


function machineText(m) {
    const list = [
        `${m.cores} cores of ${m.cpu}`
        + (m.instructions ? ` (${m.instructions})` : '')
        + (m.virtual ? ', a virtual machine' : ''),
        `${m.memory} GB`, `governor ${m.governor}`,
        `Linux ${m.kernel}`, m.system, m.nginx, m.openssl,
        m.libsrtp2 && `libsrtp2 ${m.libsrtp2}`,
        m.janus && `Janus ${m.janus}`, `node ${m.node}`,
        m.revision && `revision ${m.revision}`,
    ];

    return `${list.filter(Boolean).join('; ')}.`;
}


/* The whole report. */

function markdown(results) {
    const { rounds, duration, date, machine } = results;
    const parts = [
        `Measured on ${date}: ${machineText(machine)}`,
        `Rounds: ${rounds}, of ${duration} s for each measurement; medians, in brackets the`
        + ' least and the most of the rounds.',
        goalTable(results.rows),
    ];

    for (const row of results.rows) {
        parts.push(`### ${row.title}`, row.text);

        if (row.notRun) {
            parts.push(`Not run: ${row.notRun}.`);
            continue;
        }

        parts.push(rowTable(row));

        for (const [name, why] of Object.entries(row.absent ?? {})) {
            parts.push(`${name} not run: ${why}.`);
        }
    }

    return parts.filter(Boolean).join('\n\n') + '\n';
}


/* Replaces what stands between two markers of a document. */

function insert(document, name, text) {
    const begin = `<!-- ${name} -->`;
    const end = `<!-- end of ${name} -->`;
    const from = document.indexOf(begin);
    const to = document.indexOf(end);

    if (from < 0 || to < from) {
        throw new Error(`no ${begin} ... ${end}`);
    }

    return `${document.slice(0, from + begin.length)}\n\n${text.trim()}\n\n`
           + document.slice(to);
}


module.exports = {
    median, summary, figure, measured, verdict, reached, holds, number, range,
    limit, table, goalTable, rowTable, markdown, insert,
};
