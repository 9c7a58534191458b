/*
 * Copyright (C) ngx_webrtc_module contributors
 *
 * What is measured, as data.  A row has contestants, who run one after another
 * in each round; one is { name, server } and what differs from the row's load
 * for it.  measure(), the row's or its own, gets the running server and
 * returns figures by name.
 *
 * The numbers of goals are those of docs/performance.md.
 */

'use strict';

const http = require('./http');
const latencies = require('./latency');
const media = require('./media');
const { alone, programMissing } = require('./programs');
const throttle = require('./throttle');


const COST = { name: 'cost', title: 'CPU per packet', unit: ' us' };
const P50 = { name: 'p50', title: 'latency p50', unit: ' us' };
const P99 = { name: 'p99', title: 'p99', unit: ' us' };
const P999 = { name: 'p999', title: 'p99.9', unit: ' us' };
const LOSS = { name: 'loss', title: 'lost', unit: ' %' };
const MEMORY = { name: 'memory', title: 'memory of one', unit: ' kB' };

const FORWARD = [COST, P50, P99, P999, LOSS];

/* Y1 and Y2 of the goals: the machine's limit; P: the best of the others */

const Y1 = 'raw';
const Y2 = 'raw-segment';
const P = 'janus-openssl';


const speed = (number, text, against, atLeast, more) => ({
    number, text, figure: 'cost', relation: 'speed', of: 'nginx', against,
    atLeast, ...more });

const cost = (number, text, of, against, atMost, more) => ({
    number, text, figure: 'cost', relation: 'cost', of, against, atMost,
    ...more });

const latency = (text, name, against, atMost) => ({
    number: 7, text: `latency ${text}, ${name}`, figure: name,
    relation: 'cost', of: 'nginx', against, atMost });

const value = (number, text, of, name, atMost, unit, more) => ({
    number, text, figure: name, relation: 'value', of, atMost, unit,
    ...more });

/* memory of one, beyond what a request takes that nginx itself holds */

const OWN = 'nginx\'s own';

const added = (number, text, of, atMost, against = OWN,
               than = 'beyond nginx') => ({
    number, text, figure: 'memory', relation: 'added', of, against, atMost,
    unit: ' kB', than });

const SMALL_POOLS = ['connection_pool_size 256;', 'request_pool_size 1k;'];

const on = (...names) => names.map((name) => ({ name, server: name }));

const program = (name, file, ...args) => ({
    name, server: 'none', program: file, arguments: args, measure: alone });

const SPREAD = { workers: 2, main: ['webrtc_spread 0;'] };

const ALONE = { subscribers: 1, rate: 200 };

const behind = (text, of) => ({
    number: 17, text, figure: 'p50', relation: 'added', of,
    against: '1 to 1, one worker', atMost: 40, unit: ' us',
    than: 'more than one worker' });

/* messages under way: the worker sleeps once in four or five, or in ten */

const SIXTY_FOUR = 'nginx, 64 under way';
const BUSY = 'nginx, 256 under way';

const CHANNELS = 'nginx, 20 channels';

const CM = { profile: 'cm' };

/* about as many packets whatever the number of subscribers */

const TOTAL = 25000;

const audience = (server, n) => ({
    name: `${server} to ${n}`, server, subscribers: n, rate: TOTAL / n });

/* no transport-wide feedback, of which each sends as much at any rate */

const quiet = (server, n) => ({
    ...audience(server, n), name: `${server} to ${n}, no feedback`,
    feedback: false });


const ROWS = [
    {
        name: 'one-to-50',
        title: '1 to 50, one packet at a time',
        text: '1000 packets per second, GCM.',
        missing: media.missing,
        measure: media.forward,
        load: { subscribers: 50, rate: 1000, burst: 1 },
        contestants: on(Y1, 'nginx', P, 'janus'),
        figures: FORWARD,
        goals: [
            speed(1, '1 to 50, against raw', Y1, 0.85),
            speed(3, '1 to 50, against Janus', P, 1.3, { stretch: 1.6 }),
            latency('1 to 50', 'p50', Y1, 1.15),
            latency('1 to 50', 'p99', Y1, 1.3),
        ],
    },
    {
        name: 'one-to-500',
        title: '1 to 500, one packet at a time',
        text: '50 packets per second. Janus as Debian ships it is compared'
              + ' with AES-CM on both sides.',
        missing: media.missing,
        measure: media.forward,
        load: { subscribers: 500, rate: 50, burst: 1 },
        contestants: [...on(Y1, 'nginx', P),
                      { name: 'nginx CM', server: 'nginx', ...CM },
                      { name: 'janus CM', server: 'janus', ...CM }],
        figures: FORWARD,
        goals: [
            speed(1, '1 to 500, against raw', Y1, 0.85),
            speed(3, '1 to 500, against Janus', P, 2),
            speed(4, '1 to 500, against Janus, AES-CM', 'janus CM', 4,
                  { of: 'nginx CM' }),
            latency('1 to 500', 'p50', Y1, 1.15),
            latency('1 to 500', 'p99', Y1, 1.3),
        ],
    },
    {
        name: 'bursts-4',
        title: '1 to 50, bursts of 4',
        text: '1000 packets per second, 4 of them at a time, as a frame is'
              + ' sent.',
        missing: media.missing,
        measure: media.forward,
        load: { subscribers: 50, rate: 1000, burst: 4 },
        contestants: on(Y2, 'nginx'),
        figures: FORWARD,
        goals: [
            speed(2, 'bursts of 4, against raw', Y2, 0.8),
            latency('bursts of 4', 'p50', Y2, 1.25),
            latency('bursts of 4', 'p99', Y2, 1.25),
        ],
    },
    {
        name: 'bursts-10',
        title: '1 to 50, bursts of 10',
        text: '1000 packets per second, 10 of them at a time.',
        missing: media.missing,
        measure: media.forward,
        load: { subscribers: 50, rate: 1000, burst: 10 },
        contestants: [...on(Y2, 'nginx', P),
                      { name: 'nginx CM', server: 'nginx', ...CM },
                      { name: 'janus CM', server: 'janus', ...CM }],
        figures: FORWARD,
        goals: [
            speed(2, 'bursts of 10, against raw', Y2, 0.8),
            speed(3, 'bursts of 10, against Janus', P, 3.5),
            speed(4, 'bursts of 10, against Janus, AES-CM', 'janus CM', 5,
                  { of: 'nginx CM' }),
            latency('bursts of 10', 'p50', Y2, 1.25),
            latency('bursts of 10', 'p99', Y2, 1.25),
        ],
    },
    {
        name: 'suites',
        title: 'AES-CM instead of GCM',
        text: '1 to 50, 1000 packets per second, one at a time and in bursts'
              + ' of 10.',
        missing: media.missing,
        measure: media.forward,
        load: { subscribers: 50, rate: 1000, burst: 1 },
        contestants: [
            { name: 'GCM', server: 'nginx' },
            { name: 'CM', server: 'nginx', ...CM },
            { name: 'GCM, bursts', server: 'nginx', burst: 10 },
            { name: 'CM, bursts', server: 'nginx', burst: 10, ...CM },
        ],
        figures: FORWARD,
        goals: [
            cost(5, 'AES-CM, one at a time', 'CM', 'GCM', 1.15),
            cost(5, 'AES-CM, bursts of 10', 'CM, bursts', 'GCM, bursts',
                 1.35),
        ],
    },
    {
        name: 'growth',
        title: 'Cost over the number of subscribers',
        text: '25 000 forwarded packets per second, one at a time. Each'
              + ' subscriber sends up to ten messages of feedback per second,'
              + ' so there are twenty times as many to a forwarded packet'
              + ' with 1000 subscribers as with 50.',
        missing: media.missing,
        measure: media.forward,
        load: { burst: 1 },
        contestants: [10, 50, 100, 200, 500, 1000].flatMap((n) => [
            audience(Y1, n), audience('nginx', n),
            ...[50, 200, 500].includes(n)
                ? [audience(P, n), audience('janus', n)] : [],
            ...[50, 1000].includes(n)
                ? [quiet(Y1, n), quiet('nginx', n)] : [],
        ]),
        figures: FORWARD,
        goals: [
            cost(6, 'growth of the cost, 50 to 1000',
                 'nginx to 1000, no feedback', 'nginx to 50, no feedback',
                 1.1),
            cost(6, 'the same with feedback', 'nginx to 1000',
                 'nginx to 50', 1.1),
            cost(6, 'the same of raw', 'raw to 1000, no feedback',
                 'raw to 50, no feedback', 1.1),
        ],
    },
    {
        name: 'spread',
        title: 'One channel over two workers',
        text: 'Members are put to the workers by turns (<code>webrtc_spread'
              + ' 0</code>): 1 to 200, 25 000 forwarded packets per second;'
              + ' and 1 to 1, where the publisher is at the other worker,'
              + ' which has a core of its own or shares one.',
        missing: media.missing,
        measure: media.forward,
        load: { subscribers: 200, rate: 125, burst: 1 },
        contestants: [
            { name: 'one worker', server: 'nginx' },
            { name: 'two workers', server: 'nginx', ...SPREAD },
            { name: '1 to 1, one worker', server: 'nginx', ...ALONE },
            { name: '1 to 1, two workers', server: 'nginx', ...ALONE,
              ...SPREAD },
            { name: '1 to 1, two on one core', server: 'nginx', ...ALONE,
              ...SPREAD, together: true },
        ],
        figures: FORWARD,
        goals: [
            speed(17, 'two workers, of one', 'one worker', 1.9,
                  { of: 'two workers', times: 2 }),
            behind('publisher at another worker, p50 added',
                   '1 to 1, two workers'),
            behind('the same, both on one core', '1 to 1, two on one core'),
        ],
    },
    {
        name: 'rooms',
        title: '100 rooms of 4',
        text: '400 members, each of whom sends 25 packets of video per second'
              + ' and receives those of three others.',
        missing: media.missing,
        measure: media.forward,
        load: { rooms: 100, publishers: 0, both: 4, rate: 25, burst: 1 },
        contestants: on('nginx', P),
        figures: FORWARD,
        goals: [],
    },
    {
        name: 'audio',
        title: 'Audio only, 1 to 1000',
        text: '50 packets of 120 bytes per second.',
        missing: media.missing,
        measure: media.forward,
        load: { subscribers: 1000, audio: true, video: false, size: 120 },
        contestants: on(Y1, 'nginx', P),
        figures: FORWARD,
        goals: [],
    },
    {
        name: 'setup',
        title: 'Set-up',
        text: 'Subscribers who come and go, from connect to the first packet'
              + ' of media: 200 in one channel, where each hears of all'
              + ' others, and 10 in each of 20 channels.',
        missing: media.missing,
        measure: media.setup,
        load: { subscribers: 200, rate: 50, burst: 1 },
        contestants: [...on('nginx', P),
                      { name: CHANNELS, server: 'nginx', rooms: 20,
                        subscribers: 10 }],
        figures: [{ name: 'cost', title: 'CPU of one', unit: ' ms' },
                  { name: 'rate', title: 'per second', unit: '' },
                  { name: 'p50', title: 'time p50', unit: ' ms' },
                  { name: 'p99', title: 'p99', unit: ' ms' }],
        goals: [
            value(12, 'set-up, offer to first packet', 'nginx', 'cost', 0.5,
                  ' ms'),
            value(12, 'the same, 20 channels', CHANNELS, 'cost', 0.5, ' ms'),
        ],
    },
    {
        name: 'idle',
        title: '1000 subscribers who receive nothing',
        text: 'ICE and DTLS are up, nobody sends. "Signalling" is 1000 members'
              + ' who have joined and have not answered the offer: their'
              + ' WebSockets, and what the channel has of them.',
        missing: media.missing,
        measure: media.idle,
        load: { subscribers: 1000, publishers: 1, connections: 1000 },
        contestants: [...on('nginx', P),
                      { name: 'signalling', server: 'nginx', hold: 'members',
                        measure: http.idle }],
        figures: [MEMORY,
                  { name: 'cpu', title: 'CPU of a core', unit: ' %' }],
        goals: [
            added(9, 'memory of an idle subscriber\'s media', 'nginx',
                  12, 'signalling', 'beyond signalling'),
            value(18, 'idle CPU of 1000 subscribers', 'nginx', 'cpu', 1,
                  ' %'),
        ],
    },
    {
        name: 'handshakes',
        title: 'DTLS handshakes',
        text: 'The server\'s side, with a certificate of either, in one'
              + ' process.',
        missing: () => programMissing('dtls_bench'),
        load: {},
        contestants: [
            program('module', 'dtls_bench', 'module', 2000),
            program('OpenSSL', 'dtls_bench', 'openssl', 2000),
        ],
        figures: [{ name: 'cost', title: 'CPU of one', unit: ' us' }],
        goals: [
            speed(11, 'DTLS handshakes', 'OpenSSL', 0.9, { of: 'module' }),
        ],
    },
    {
        name: 'data',
        title: 'Messages of data channels, 1 to 1',
        text: '10 000 messages of 100 bytes per second, one at a time and in'
              + ' bursts of 10; and as fast as they arrive, with 64 and 256 of'
              + ' them under way. The parts of one: both ends of usrsctp, and'
              + ' for each packet that these send, acknowledgements too, two'
              + ' records of AES-GCM, one datagram received and one sent, in'
              + ' one process that never sleeps.',
        missing: () => media.missing() ?? programMissing('relay_bench'),
        measure: media.messages,
        load: { subscribers: 1, rate: 10000, message: 100 },
        contestants: [...on('nginx'),
                      { name: 'nginx, bursts', server: 'nginx', burst: 10 },
                      { name: SIXTY_FOUR, server: 'nginx', window: 64 },
                      { name: BUSY, server: 'nginx', window: 256 },
                      program('parts', 'relay_bench', 100, 200000)],
        figures: [{ ...COST, title: 'CPU per message' },
                  { name: 'rate', title: 'per second', unit: '' }, P50, P99,
                  LOSS],
        goals: [
            speed(16, 'data channel relay, 100 bytes, busy', 'parts', 0.75,
                  { of: BUSY }),
            speed(16, 'the same, 64 under way', 'parts', 0.75,
                  { of: SIXTY_FOUR }),
            speed(16, 'the same, one at a time', 'parts', 0.75),
        ],
    },
    {
        name: 'data-idle',
        title: '500 subscribers with a data channel',
        text: 'One message per second is sent to each.',
        missing: media.missing,
        measure: media.messages,
        load: { subscribers: 500, rate: 1, message: 100 },
        contestants: on('nginx'),
        figures: [MEMORY],
        goals: [
            value(10, 'memory with a data channel in use', 'nginx',
                  'memory', 64, ' kB', { stretch: 30 }),
        ],
    },
    {
        name: 'overload',
        title: 'Twice overloaded',
        text: '400 000 packets per second to be forwarded by a worker that'
              + ' is given so little of its core that it can forward about'
              + ' half of them, with <code>webrtc_max_delay 30ms</code>, for at'
              + ' least 20 s.',
        missing: () => media.missing() ?? throttle.missing(),
        measure: media.overload,
        load: { subscribers: 50, rate: 8000, burst: 1,
                main: ['webrtc_max_delay 30ms;'] },
        contestants: on('nginx'),
        figures: [{ name: 'forwarded', title: 'forwarded', unit: ' /s' },
                  ...FORWARD,
                  { name: 'least', title: 'least of the mean', unit: '' }],
        goals: [
            value(8, 'twice overloaded, p99 of what is sent', 'nginx', 'p99',
                  50000, ' us'),
            { number: 8, text: 'twice overloaded, least of the mean',
              figure: 'least', relation: 'value', of: 'nginx', atLeast: 0.9,
              unit: '' },
        ],
    },
    {
        name: 'latency',
        title: 'HTTP beside media',
        text: '1000 requests of <code>return 200</code> per second at a'
              + ' worker that is half busy: with 1 to 50 of media, or with'
              + ' more such requests.',
        missing: () => media.missing() ?? programMissing('http_load')
                       ?? throttle.missing(),
        measure: latencies.beside,
        load: { subscribers: 50, burst: 1 },
        contestants: [
            { name: 'media', server: 'nginx', beside: 'media' },
            { name: 'HTTP', server: 'nginx', beside: 'http' },
        ],
        figures: [{ name: 'busy', title: 'CPU of a core', unit: ' %' }, P50,
                  P99, P999],
        goals: [
            { number: 19, text: 'return 200 beside media, p99',
              figure: 'p99', relation: 'cost', of: 'media',
              against: 'HTTP', atMost: 1.5 },
        ],
    },
    {
        name: 'api',
        title: 'API requests',
        text: 'By wrk, 50 connections that are kept: a list of the'
              + ' connections of a channel, a change of metadata, and what'
              + ' the same nginx needs for <code>return 200</code>.',
        missing: http.wrkMissing,
        measure: http.requests,
        load: {},
        contestants: [
            { name: 'return 200', server: 'nginx', request: 'plain' },
            { name: 'read', server: 'nginx', request: 'read' },
            { name: 'write', server: 'nginx', request: 'write' },
        ],
        figures: [{ name: 'cost', title: 'CPU per request', unit: ' us' },
                  { name: 'rate', title: 'per second', unit: '' }, P50, P99],
        goals: [
            speed(13, 'API reads', 'return 200', 0.6, { of: 'read' }),
            speed(13, 'API writes', 'return 200', 0.4, { of: 'write' }),
        ],
    },
    {
        name: 'websocket',
        title: 'WebSocket connect, join and close',
        text: 'A member of a channel gets its offer; nchan only accepts the'
              + ' WebSocket; peerjs-server says that it is open, and "PeerJS"'
              + ' is the same client at the module\'s own broker.',
        measure: http.joins,
        load: {},
        contestants: [
            ...on('nginx', 'nchan'),
            { name: 'PeerJS', server: 'nginx', join: 'broker' },
            ...on('peerjs'),
        ],
        figures: [{ name: 'cost', title: 'CPU of one', unit: ' us' },
                  { name: 'rate', title: 'per second', unit: '' }],
        goals: [
            speed(14, 'WebSocket and join, against nchan', 'nchan', 0.55),
            speed(14, 'WebSocket and join, against peerjs', 'peerjs', 3.5),
            speed(14, 'the same client, against peerjs', 'peerjs', 3.5,
                  { of: 'PeerJS' }),
        ],
    },
    {
        name: 'signaling-idle',
        title: 'Idle signalling connections',
        text: '2000 of each: members who have joined, with what the channel'
              + ' and the media have of them; clients that the broker of'
              + ' PeerJS knows, whose WebSocket is all there is; WebSockets of'
              + ' nchan; requests of nginx whose headers have not ended.'
              + ' "Small pools" is with <code>connection_pool_size 256</code>'
              + ' and <code>request_pool_size 1k</code>.',
        measure: http.idle,
        load: { connections: 2000 },
        contestants: [
            { name: OWN, server: 'nginx', hold: 'request' },
            { name: 'nchan', server: 'nchan', hold: 'nchan' },
            { name: 'PeerJS', server: 'nginx', hold: 'peerjs' },
            { name: 'nginx', server: 'nginx', hold: 'members' },
            { name: 'small pools', server: 'nginx', hold: 'members',
              http: SMALL_POOLS },
        ],
        figures: [MEMORY],
        goals: [
            value(15, 'memory per idle signalling connection', 'nginx',
                  'memory', 6, ' kB'),
            added(15, 'the same, beyond nginx\'s own', 'nginx', 6),
            added(15, 'the same of the WebSocket alone', 'PeerJS', 6),
        ],
    },
    {
        name: 'polls',
        title: 'Parked long polls',
        text: '10 000 polls of the gateway, beside as many requests whose'
              + ' headers have not ended; "small pools" as above.',
        measure: http.idle,
        load: { connections: 10000 },
        contestants: [
            { name: OWN, server: 'nginx', hold: 'request' },
            { name: 'polls', server: 'nginx', hold: 'polls' },
            { name: 'small pools', server: 'nginx', hold: 'polls',
              http: SMALL_POOLS },
        ],
        figures: [MEMORY],
        goals: [
            value(15, 'memory per parked long poll', 'polls', 'memory', 4,
                  ' kB'),
            added(15, 'the same, beyond nginx\'s own', 'polls', 4),
        ],
    },
];


module.exports = { ROWS };
