/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * The plot of a run, as SVG: what a forwarded packet costs over the number of
 * subscribers, and how far each goal is reached.  Its colours follow the
 * reader's preference for light or dark.
 */

'use strict';

const { figure, measured, number, reached, limit } = require('./report');


const WIDTH = 760;
const LEFT = 60;
const RIGHT = 150;
const CHART = 300;
const BAR = 17;
const TEXT = 340;

const STYLE = `
    text { font: 12px sans-serif; fill: #24292f; }
    .title { font-size: 14px; font-weight: bold; }
    .small { font-size: 11px; }
    .grid { stroke: #8b949e; stroke-opacity: 0.3; }
    .goal { stroke: #24292f; stroke-dasharray: 4 3; }
    .met { fill: #2da44e; } .missed { fill: #d1722a; }
    .c0 { stroke: #0969da; fill: #0969da; }
    .c1 { stroke: #6e7781; fill: #6e7781; }
    .c2 { stroke: #8250df; fill: #8250df; }
    .c3 { stroke: #d1722a; fill: #d1722a; }
    .c4 { stroke: #bf3989; fill: #bf3989; }
    polyline { fill: none !important; stroke-width: 2; }
    .label { stroke: none !important; }
    @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; } .goal { stroke: #e6edf3; }
        .c0 { stroke: #58a6ff; fill: #58a6ff; }
        .c1 { stroke: #9ea7b3; fill: #9ea7b3; }
        .c2 { stroke: #bc8cff; fill: #bc8cff; }
        .c3 { stroke: #f0883e; fill: #f0883e; }
        .c4 { stroke: #ff7bc0; fill: #ff7bc0; }
        .met { fill: #3fb950; } .missed { fill: #f0883e; }
    }`;


function escape(text) {
    return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;')
        .replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}


function text(x, y, content, attributes = '') {
    return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>`
           + `${escape(content)}</text>`;
}


/*
 * Lines of a row whose contestants are named "<server> to <N>":
 * [{ server, points: [[n, value]] }]
 */

function series(row, of) {
    const lines = new Map();

    for (const name of new Set((row?.rounds ?? []).flatMap(Object.keys))) {
        const [, server, n] = /^(.*) to (\d+)$/.exec(name) ?? [];
        const value = server && figure(row, name, of)?.median;

        if (value !== undefined) {
            lines.set(server, [...lines.get(server) ?? [],
                               [Number(n), value]]);
        }
    }

    return [...lines].map(([server, points]) => ({
        server, points: points.sort((a, b) => a[0] - b[0]) }));
}


/* A round number, not below the value, for the end of an axis. */

function ceiling(value) {
    const step = 10 ** Math.floor(Math.log10(value));

    return [1, 2, 2.5, 5, 10].map((n) => n * step).find((n) => n >= value);
}


function costChart(row, top) {
    const lines = series(row, 'cost');

    if (lines.length === 0) {
        return '';
    }

    const all = lines.flatMap((line) => line.points);
    const sizes = [...new Set(all.map(([n]) => n))].sort((a, b) => a - b);
    const most = ceiling(Math.max(...all.map(([, value]) => value)));
    const right = WIDTH - RIGHT;
    const bottom = top + CHART - 40;
    const span = Math.log(sizes.at(-1) / sizes[0]) || 1;

    const x = (n) => LEFT + 15
                     + Math.log(n / sizes[0]) / span * (right - LEFT - 30);
    const y = (value) => bottom - value / most * (bottom - top - 25);

    const parts = [text(LEFT, top, 'CPU time per forwarded packet, us',
                        'class="title"')];

    for (let i = 0; i <= 5; i++) {
        const value = most * i / 5;

        parts.push(`<line class="grid" x1="${LEFT}" x2="${right}"`
                   + ` y1="${y(value).toFixed(1)}"`
                   + ` y2="${y(value).toFixed(1)}"/>`,
                   text(LEFT - 6, y(value) + 4, Number(value.toFixed(2)),
                        'text-anchor="end"'));
    }

    for (const n of sizes) {
        parts.push(text(x(n), bottom + 16, n, 'text-anchor="middle"'));
    }

    parts.push(text((LEFT + right) / 2, bottom + 33, 'subscribers',
                    'text-anchor="middle"'));

    let last = -Infinity;

    lines.map((line, i) => ({ ...line, i }))
        .sort((a, b) => y(a.points.at(-1)[1]) - y(b.points.at(-1)[1]))
        .forEach(({ server, points, i }) => {
            const line = points.map(([n, value]) =>
                `${x(n).toFixed(1)},${y(value).toFixed(1)}`);
            const [n, value] = points.at(-1);

            last = Math.max(y(value) + 4, last + 14);
            parts.push(`<polyline class="c${i % 5}"`
                       + ` points="${line.join(' ')}"/>`,
                       ...line.map((point) => {
                           const [cx, cy] = point.split(',');

                           return `<circle class="c${i % 5}" cx="${cx}"`
                                  + ` cy="${cy}" r="3"/>`;
                       }),
                       `<text class="label c${i % 5}"`
                       + ` x="${(x(n) + 10).toFixed(1)}"`
                       + ` y="${last.toFixed(1)}">${escape(server)}`
                       + ` ${number(value)}</text>`);
        });

    return parts.join('\n');
}


/* One bar for each goal that was measured; the line is the goal. */

function goalBars(rows) {
    const bars = rows.flatMap((row) => (row.goals ?? []).map((goal) => ({
        goal, part: reached(row, goal),
        value: measured(row, goal)?.median })))
        .filter(({ part }) => part !== undefined);

    return bars.sort((a, b) => a.goal.number - b.goal.number);
}


function goalChart(rows, top) {
    const bars = goalBars(rows);

    if (bars.length === 0) {
        return { height: 0, svg: '' };
    }

    const width = WIDTH - TEXT - 70;
    const x = (part) => Math.min(part, 2) / 2 * width;
    const parts = [text(LEFT - 50, top, 'How far the goals are reached'
                        + ' (the line is the goal, bars end at twice of it)',
                        'class="title"')];

    bars.forEach(({ goal, part, value }, i) => {
        const y = top + 14 + i * (BAR + 5);

        parts.push(text(TEXT - 8, y + 13, `#${goal.number} ${goal.text}`,
                        'class="small" text-anchor="end"'),
                   `<rect class="${part >= 1 ? 'met' : 'missed'}"`
                   + ` x="${TEXT}" y="${y}" height="${BAR}"`
                   + ` width="${Math.max(1, x(part)).toFixed(1)}">`
                   + `<title>${escape(limit(goal))}</title></rect>`,
                   text(TEXT + x(part) + 5, y + 13,
                        number(value) + (goal.unit ?? ''), 'class="small"'));
    });

    const height = 14 + bars.length * (BAR + 5);
    const goal = (TEXT + x(1)).toFixed(1);

    parts.push(`<line class="goal" x1="${goal}" x2="${goal}"`
               + ` y1="${top + 8}" y2="${top + height}"/>`);

    return { height: height + 10, svg: parts.join('\n') };
}


function svg(results) {
    const growth = results.rows.find((row) => row.name === 'growth');
    const chart = costChart(growth, 24);
    const top = chart ? CHART + 40 : 24;
    const goals = goalChart(results.rows, top);
    const height = top + goals.height;

    return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}"`
           + ` height="${height}" viewBox="0 0 ${WIDTH} ${height}"`
           + ` role="img" aria-label="results of make bench">\n`
           + `<style>${STYLE}\n</style>\n${chart}\n${goals.svg}\n</svg>\n`;
}


module.exports = { svg, series, ceiling };
