/*
 * The demo page: a form, a grid of videos, a chat, a panel of numbers.
 *
 * The address may carry ?channel=, ?name=, ?role=, ?source=, ?codec=,
 * ?simulcast and ?spotlight.
 */

import { Chat } from './chat.js';
import { Client } from './client.js';
import { Numbers } from './numbers.js';
import { openSource } from './sources.js';


const $ = (id) => document.getElementById(id);

const CODECS = ['VP8', 'VP9', 'AV1', 'H264', 'H265'];

const SIGNALING = `${location.protocol === 'https:' ? 'wss' : 'ws'}://`
                  + `${location.host}/signaling`;

/* where the API is, for the two operations that choose a layer */

const LAYER = '/layer';

/* seconds without a new picture after which a tile shows the name instead */

const STILL = 3;

const chat = new Chat({
    panel: $('chat'), list: $('messages'), form: $('say'), input: $('text'),
    button: $('talk'), say: (text) => call?.client.chat(text),
});

let call = null;        /* { client, source, options, numbers, timer } */


function prepare() {
    const query = new URLSearchParams(location.search);
    const known = new Set(RTCRtpSender.getCapabilities('video').codecs
        .map((codec) => codec.mimeType.split('/')[1].toUpperCase()));

    for (const codec of CODECS.filter((name) => known.has(name))) {
        $('codec').add(new Option(codec, codec));
    }

    $('channel').value = 'demo';

    for (const field of ['channel', 'name', 'role', 'source', 'codec']) {
        if (query.has(field)) {
            $(field).value = query.get(field);
        }

        if ($(field).tagName === 'SELECT' && !$(field).value) {
            $(field).selectedIndex = 0;
        }
    }

    for (const field of ['simulcast', 'spotlight']) {
        $(field).checked = query.has(field);
    }

    /* no camera without a secure context: offer what will work */

    if (!navigator.mediaDevices?.getUserMedia && !query.has('source')) {
        $('source').value = 'pattern';
    }

    $('role').addEventListener('change', changeRole);
    changeRole();
}


function changeRole() {
    $('sending').disabled = $('role').value === 'recvonly';
}


function say(text) {
    $('status').textContent = text;
}


function complain(text) {
    $('error').textContent = text || '';
    $('error').hidden = !text;
}


async function join(event) {
    event.preventDefault();

    complain('');
    say('Connecting …');
    $('join').disabled = true;

    const options = {
        channelId: $('channel').value,
        name: $('name').value.trim(),
        role: $('role').value,
        spotlight: $('spotlight').checked,
        audio: true,
        video: true,
    };

    const sends = options.role !== 'recvonly';
    const kind = sends ? $('source').value : null;

    let source = null;

    try {
        if (sends) {
            options.simulcast = $('simulcast').checked;
            options.video = { codec_type: $('codec').value };

            source = await openSource(kind, options.name, options.simulcast);
            options.stream = source.stream;
        }

        await connect(options, source);

        if (sends) {
            addTile(call.client.id, options.stream,
                    { mine: true, camera: kind !== 'pattern' });
        }

    } catch (e) {
        if (call) {
            close();
        }

        complain(e.message);
        say('Not connected');

    } finally {
        $('join').disabled = false;
    }
}


async function connect(options, source) {
    const client = new Client(SIGNALING);

    call = { client, source, options };

    client.addEventListener('members', showMembers);

    client.addEventListener('stream', ({ detail }) => {
        addTile(detail.id, detail.stream);
    });

    client.addEventListener('focus', showFocus);
    client.addEventListener('layer', ({ detail }) => showLayer(detail));
    client.addEventListener('chat', ({ detail }) => {
        chat.add(nameOf(detail.id), detail.text);
    });

    client.addEventListener('gone', ({ detail }) => removeTile(detail.id));
    client.addEventListener('closed', ({ detail }) => close(detail.error));

    await client.join(options);

    call.numbers = new Numbers(client.pc);
    call.timer = setInterval(() => {
        showNumbers();
        lookForStills();
    }, 1000);

    $('lobby').hidden = true;
    $('call').hidden = $('controls').hidden = false;
    $('mic').hidden = !options.stream?.getAudioTracks().length;
    $('cam').hidden = !options.stream?.getVideoTracks().length;
    $('leave').focus();

    const query = new URLSearchParams(location.search);

    query.set('channel', options.channelId);
    history.replaceState(null, '', `?${query}`);

    showMembers();
}


function close(error) {
    clearInterval(call.timer);
    call.source?.stop();
    call = null;

    chat.clear();
    $('grid').replaceChildren();
    $('rows').replaceChildren();
    $('call').hidden = $('controls').hidden = true;
    $('lobby').hidden = false;

    for (const button of [$('mic'), $('cam')]) {
        button.setAttribute('aria-pressed', 'false');
    }

    complain(error);
    say('Not connected');
    $('join').focus();
}


function nameOf(id) {
    const name = call.client.members.get(id)
                 || `Guest ${id.slice(0, 4).toLowerCase()}`;

    return id === call.client.id ? `${name} (you)` : name;
}


function showMembers() {
    if (!call?.client.count) {
        return;
    }

    const { count } = call.client;

    say(`${call.options.channelId} · ${count}`
        + ` ${count === 1 ? 'member' : 'members'}`);

    $('alone').hidden = count > 1;

    for (const tile of $('grid').children) {
        tile.dataset.name = tile.querySelector('figcaption').textContent
            = nameOf(tile.dataset.id);
    }
}


function tileOf(id) {
    return $('grid').querySelector(`[data-id="${CSS.escape(id)}"]`);
}


function addTile(id, stream, { mine = false, camera = false } = {}) {
    let tile = tileOf(id);

    if (!tile) {
        const video = document.createElement('video');

        video.autoplay = true;
        video.playsInline = true;
        video.muted = mine;

        tile = document.createElement('figure');
        tile.dataset.id = id;
        tile.classList.toggle('mine', mine);
        tile.classList.toggle('camera', camera);
        tile.append(video, document.createElement('figcaption'));

        if (mine) {
            tile.append(muteMark());
        }

        $('grid')[mine ? 'prepend' : 'append'](tile);
    }

    const video = tile.querySelector('video');

    if (video.srcObject !== stream) {
        video.srcObject = stream;
    }

    showNote(tile);
    showFocus();

    video.setAttribute('aria-label', `Video of ${nameOf(id)}`);

    video.play().catch((e) => {
        if (e.name === 'NotAllowedError') {
            video.controls = true;
        }
    });

    showMembers();
}


/* a tile may come before or after the news of its member */

function showFocus() {
    for (const tile of $('grid').children) {
        tile.classList.toggle('focused',
                              call.client.focused.has(tile.dataset.id));
    }
}


function muteMark() {
    const mark = document.createElement('span');

    mark.className = 'mark';
    mark.textContent = 'Muted';

    return mark;
}


/*
 * Who sends its video in several sizes gets a button for each of them, and
 * one that leaves the choice to the server.
 */

function layerButtons(id, rids) {
    const group = document.createElement('div');

    group.className = 'layers';
    group.role = 'group';
    group.setAttribute('aria-label', `Size of ${nameOf(id)}`);

    for (const rid of ['auto', ...rids]) {
        const button = document.createElement('button');

        button.type = 'button';
        button.textContent = rid;
        button.setAttribute('aria-pressed', String(rid === 'auto'));
        button.addEventListener('click', () => askForLayer(id, button));
        group.append(button);
    }

    return group;
}


function showLayer({ id, current, rids }) {
    const tile = tileOf(id);

    if (!tile) {
        return;
    }

    if (!tile.querySelector('.layers')) {
        tile.append(layerButtons(id, rids));
    }

    for (const button of tile.querySelectorAll('.layers button')) {
        button.classList.toggle('current', button.textContent === current);
    }
}


async function askForLayer(id, button) {
    const rid = button.textContent;
    const operation = rid === 'auto' ? 'ResetRtpStream' : 'RequestRtpStream';

    const body = { channel_id: call.options.channelId,
                   recv_connection_id: call.client.id,
                   send_connection_id: id };

    if (rid !== 'auto') {
        body.rid = rid;
    }

    const { ok, status } = await fetch(LAYER, {
        method: 'POST',
        headers: { 'x-sora-target': `Sora_20201005.${operation}` },
        body: JSON.stringify(body),
    }).catch(() => ({}));

    if (!ok) {
        say(`The size was not changed (${LAYER} answers`
            + ` ${status || 'nothing'})`);
        return;
    }

    for (const other of button.parentNode.children) {
        other.setAttribute('aria-pressed', String(other === button));
    }
}


/* why a tile has no picture, and with that the name in its middle */

function showNote(tile) {
    const { srcObject } = tile.querySelector('video');
    const mine = tile.classList.contains('mine');

    let note = '';

    if (!srcObject.getVideoTracks().length) {
        note = 'Audio only';

    } else if (mine && isPressed($('cam'))) {
        note = 'Your video is hidden';

    } else if (tile.still >= STILL) {
        note = 'No picture';
    }

    tile.dataset.note = note;
    tile.classList.toggle('blank', note !== '');
    tile.classList.toggle('muted', mine && isPressed($('mic')));
}


/* nobody tells that he hides his video: his pictures just stay away */

function lookForStills() {
    for (const tile of $('grid').querySelectorAll('figure:not(.mine)')) {
        const { totalVideoFrames: frames }
            = tile.querySelector('video').getVideoPlaybackQuality();

        const isStill = frames === tile.frames && !document.hidden;

        tile.still = isStill ? tile.still + 1 : 0;
        tile.frames = frames;

        showNote(tile);
    }
}


function removeTile(id) {
    tileOf(id)?.remove();
}


function ownerOf(trackId) {
    for (const tile of $('grid').children) {
        const { srcObject } = tile.querySelector('video');

        if (srcObject?.getTrackById(trackId)) {
            return nameOf(tile.dataset.id);
        }
    }

    return undefined;
}


const rounded = (value, unit = '') =>
    Number.isFinite(value) ? Math.round(value) + unit : '–';

const percent = (value) =>
    Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : '–';


async function showNumbers() {
    if (!call || $('numbers').hidden) {
        return;
    }

    const { transport, rows } = await call.numbers.read();

    if (!call) {
        return;
    }

    $('transport').textContent = `Server ${transport.peer || '–'} ·`
        + ` round trip ${rounded(transport.rtt, ' ms')} ·`
        + ` up ${rounded(transport.up)} kbit/s ·`
        + ` down ${rounded(transport.down)} kbit/s`
        + (transport.srtp ? ` · ${transport.srtp}` : '');

    $('rows').replaceChildren(...rows
        .map((row) => ({ ...row, who: row.from ? ownerOf(row.from)
                                               : nameOf(call.client.id) }))
        .filter((row) => row.who)
        .map(rowOf));
}


function rowOf(row) {
    const tr = document.createElement('tr');
    const head = document.createElement('th');

    head.scope = 'row';
    head.textContent = `${row.who}, ${row.kind}`;
    tr.append(head);

    tr.role = 'row';
    head.role = 'rowheader';

    [row.codec || '–', rounded(row.kbps), percent(row.loss),
     rounded(row.rtt, ' ms'), rounded(row.jitter, ' ms'), row.size || '–',
     rounded(row.fps), rounded(row.nack)].forEach((text, i) => {
        const cell = tr.insertCell();

        cell.role = 'cell';
        cell.dataset.label = $('columns').cells[i + 1].textContent;
        cell.textContent = text;
    });

    return tr;
}


const isPressed = (button) => button.getAttribute('aria-pressed') === 'true';


function toggle(button, tracks) {
    const pressed = !isPressed(button);

    button.setAttribute('aria-pressed', String(pressed));

    for (const track of tracks) {
        call.client.enable(track, !pressed);
    }

    [...$('grid').children].forEach(showNote);
}


async function invite() {
    const url = new URL(location.pathname, location.href);

    url.searchParams.set('channel', call.options.channelId);

    if (call.options.spotlight) {
        url.searchParams.set('spotlight', '');
    }

    try {
        await navigator.clipboard.writeText(url.href);
        say('The link was copied');

    } catch {
        prompt('The link to this channel:', url.href);
    }
}


$('lobby').addEventListener('submit', join);
$('invite').addEventListener('click', invite);
$('leave').addEventListener('click', () => call?.client.leave());

$('mic').addEventListener('click', () => {
    toggle($('mic'), call.options.stream.getAudioTracks());
});

$('cam').addEventListener('click', () => {
    toggle($('cam'), call.options.stream.getVideoTracks());
});

$('show').addEventListener('click', () => {
    toggle($('show'), []);
    $('numbers').hidden = !$('numbers').hidden;
    showNumbers();
});

addEventListener('pagehide', () => {
    call?.client.send({ type: 'disconnect', reason: 'NO-ERROR' });
});

prepare();
