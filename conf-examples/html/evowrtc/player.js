/*
 * The page of the player: meets a media server in a room of a rendezvous
 * server, plays one of its streams, and comes again as long as it has none.
 *
 *     ?room=&stream=[&ers=host:port][&ersOverSsl=1][&token=][&transport=]
 */

import { Visit } from './visit.js';


const PORT = 3535;
const STILL = 5;                /* s without a new picture */
const RETRY = [1000, 15000];
const LINES = 500;

const $ = (id) => document.getElementById(id);

const query = new URLSearchParams(location.search);
const wanted = Object.fromEntries(['room', 'stream', 'token', 'transport']
    .map((name) => [name, query.get(name) ?? '']));

const started = performance.now();

/* the server of this page may have named one in it */

const preset = document.querySelector('meta[name=ers]').content;
const { ers, secure } = addressOf(query.get('ers') || preset);

let visit;
let wake;
let picture = { frames: 0, still: 0 };

if (wanted.room && wanted.stream) {
    $('player').hidden = false;
    document.title = `${wanted.stream} · ${document.title}`;
    $('video').setAttribute('aria-label', `Video of ${wanted.stream}`);
    setInterval(count, 1000);
    run();

} else {
    choose();
}


/* "host", "host:port", "[::1]:port", "https://host:port" */

function addressOf(text) {
    const [, scheme, host, port] =
        /^(?:(\w+):\/\/)?(\[[^\]]*\]|[^:/]*(?::[^/]*:[^/]*)?)(?::(\d+))?/
            .exec(text.trim()) ?? [];

    const tls = query.get('ersOverSsl')
                ?? String(/^(https|wss)$/i.test(scheme)
                          || !scheme && location.protocol === 'https:');
    const secure = !/^(0|false|no)$/i.test(tls);
    const name = host || location.hostname || 'localhost';

    return { secure,
             host: name.replace(/^\[|\]$/g, ''),
             port: Number(port) || (scheme ? secure ? 443 : 80 : PORT),
             get ers() {
                 return `${this.host.includes(':') ? `[${this.host}]`
                     : this.host}:${this.port}`;
             } };
}


function choose() {
    const form = $('choose');

    for (const field of form.elements) {
        const value = query.get(field.name);

        if (value) {
            field.value = value;
        }
    }

    form.elements.ers.placeholder = ers;
    form.hidden = false;

    const show = () => {
        const { host, port, secure } = addressOf(form.elements.ers.value
                                         || preset);

        const params = `ersip=${host === 'localhost' ? '127.0.0.1' : host}`
            + ` ersport=${port} roomid=${form.elements.room.value
                .replace(/[\\ =,]/g, '\\$&')}`
            + `${secure ? ' ersOverSsl=1' : ''}`;

        $('command').textContent = 'curl "http://127.0.0.1:7777/startWebrtc'
            + `?params=$(printf %s '${params.replace(/'/g, "'\\''")}'`
            + ' | base64 -w0)"';
    };

    /* what is empty need not stand in the address */

    form.addEventListener('submit', () => {
        for (const field of form.elements) {
            field.disabled = !field.value;
        }
    });

    form.addEventListener('input', show);
    show();
}


/* One visit after the other; each ends with what went wrong. */

async function run() {
    let delay = RETRY[0];

    $('again').hidden = true;

    for ( ;; ) {
        visit = new Visit(ers, secure, wanted, log);

        visit.addEventListener('state', ({ detail }) => {
            say(detail);
            $('note').textContent = detail;
        });
        visit.addEventListener('media', ({ detail }) => show(detail));
        visit.addEventListener('playing', ({ detail }) => {
            complain(detail);
            play();
        });

        visit.start();

        const { text, played, final } = await visit.ended;

        visit.close();
        $('video').srcObject = null;
        showPoster(text);
        log(text);

        if (final) {
            say('Not connected');
            complain(text);
            $('again').hidden = false;
            return;
        }

        if (played) {
            delay = RETRY[0];
        }

        say('Waiting …');

        /* not all viewers at the same time */

        await new Promise((resolve) => {
            wake = resolve;
            setTimeout(resolve, delay * (0.75 + Math.random() / 2));
        });

        delay = Math.min(delay * 2, RETRY[1]);
    }
}


function show(stream) {
    picture = { frames: 0, still: 0 };
    showPoster(stream.getVideoTracks().length ? 'Connected …' : 'Sound only');
    $('sound').hidden = !stream.getAudioTracks().length;

    if ($('video').srcObject !== stream) {
        $('video').srcObject = stream;
    }
}


/* Browsers let what is muted play by itself, some not even that. */

async function play() {
    try {
        await $('video').play();
        $('play').hidden = true;

    } catch (e) {
        if (e.name === 'NotAllowedError') {
            $('play').hidden = false;
        }
    }
}


/* once a second: whether pictures come, and which */

async function count() {
    const session = visit?.session;

    if (!session?.isPlaying || session.isClosed) {
        return;
    }

    const { frames, bytes, width, height, rate } = await session.numbers();

    if (visit.session !== session || session.isClosed) {
        return;
    }

    const kbits = Math.max(0, Math.round(
        (bytes - (picture.bytes ?? bytes)) / 125));

    if (frames > picture.frames) {
        $('poster').hidden = true;
        picture.still = 0;

    } else if (++picture.still === STILL) {
        showPoster(session.has('video') ? 'No picture comes' : 'Sound only');
    }

    Object.assign(picture, { frames, bytes });

    say([`Playing ${wanted.stream}`, width && `${width}×${height}`,
         rate && `${rate}/s`, `${kbits} kbit/s`].filter(Boolean).join(' · '));
}


function showPoster(text) {
    $('note').textContent = text;
    $('poster').hidden = false;
}


function say(text) {
    if ($('status').textContent !== text) {
        $('status').textContent = text;
    }
}


function complain(text) {
    $('error').textContent = text || '';
    $('error').hidden = !text;
}


function log(text) {
    const item = document.createElement('li');
    const box = $('log');
    const seconds = ((performance.now() - started) / 1000).toFixed(3);

    item.textContent = `${seconds} ${text}`;
    box.append(item);

    while (box.children.length > LINES) {
        box.firstChild.remove();
    }

    box.scrollTop = box.scrollHeight;
}


$('sound').addEventListener('click', () => {
    $('video').muted = !$('video').muted;
    $('sound').textContent = $('video').muted ? 'Turn sound on'
                                              : 'Turn sound off';
    play();
});

$('play').addEventListener('click', play);
$('full').addEventListener('click', () => $('stage').requestFullscreen?.());

$('again').addEventListener('click', () => {
    complain('');
    run();
});

/* the sign in the middle looks as if it would start something */

$('poster').addEventListener('click', () => {
    const button = ['again', 'play'].find((id) => !$(id).hidden);

    if (button) {
        $(button).click();

    } else {
        wake?.();
    }
});

$('debug').addEventListener('change', () => {
    $('log').hidden = !$('debug').checked;
    $('log').scrollTop = $('log').scrollHeight;
});

/* who leaves says so, and who comes back by "back" comes again */

addEventListener('pagehide', () => visit?.close());
addEventListener('pageshow', ({ persisted }) => persisted
                 && location.reload());
addEventListener('online', () => wake?.());
