/* The page of the gateway: calls a device and shows what it sends. */

import { Broker, random } from './broker.js';


const $ = (id) => document.getElementById(id);

const me = `browser-${random()}`;
const base = new URL('.', location.href).href;

const broker = new Broker(
    `${location.protocol.replace('http', 'ws')}//${location.host}/peerjs`,
    'peerjs', me);

let call;
let data;
let timer;


$('me').textContent = me;

$('commands').textContent =
    `curl -O ${base}camera.sh\nsh camera.sh ${$('peer').value}`;

$('reverse').textContent =
    `sh camera.sh doorbell http://127.0.0.1:8000 ${me}`;


broker.addEventListener('open', () => {
    $('status').textContent = `Connected as ${me}`;
});

broker.addEventListener('closed', () => {
    $('status').textContent = 'Not connected';
    fail('The server has closed the connection. Reload the page.');
});

broker.addEventListener('error', ({ detail }) => fail(detail));

broker.addEventListener('call', ({ detail }) => {
    if (detail.kind === 'data') {
        talk(detail);

    } else {
        call?.close();
        watch(detail);
    }
});


$('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    $('error').hidden = true;
    call?.close();
    $('numbers').textContent = 'Calling …';
    watch(await broker.connect($('peer').value, 'media'));
});

$('hangup').addEventListener('click', () => call?.close());

$('connect').addEventListener('click', async () => {
    $('error').hidden = true;
    data?.close();
    talk(await broker.connect($('peer').value, 'data'));
});

$('say').addEventListener('submit', (event) => {
    event.preventDefault();
    data.say($('text').value);
    show('sent', $('text').value);
    $('text').value = '';
});


function watch(connection) {
    call = connection;
    $('hangup').hidden = false;

    connection.addEventListener('stream', ({ detail }) => {
        $('video').srcObject = detail;
        $('video').hidden = false;
    });

    connection.addEventListener('closed', () => {
        if (call !== connection) {
            return;
        }

        clearInterval(timer);
        $('video').hidden = true;
        $('hangup').hidden = true;
        $('numbers').textContent = 'The call is over.';
    });

    clearInterval(timer);
    timer = setInterval(() => count(connection), 1000);
}


async function count(connection) {
    for (const stats of (await connection.pc.getStats()).values()) {
        if (stats.type === 'inbound-rtp' && stats.kind === 'video') {
            $('numbers').textContent =
                `${stats.framesDecoded ?? 0} frames decoded,`
                + ` ${stats.frameWidth ?? 0}×${stats.frameHeight ?? 0},`
                + ` ${stats.framesPerSecond ?? 0} per second,`
                + ` ${stats.packetsLost} packets lost`;
        }
    }
}


function talk(connection) {
    data = connection;

    connection.addEventListener('open', () => {
        $('data').hidden = false;
        $('send').disabled = false;
        show('', 'The channel is open.');
    });

    connection.addEventListener('message',
                                ({ detail }) => show('received', detail));

    connection.addEventListener('closed', () => {
        show('', 'The channel is closed.');

        if (data === connection) {
            $('send').disabled = true;
        }
    });
}


function show(kind, text) {
    const item = document.createElement('li');

    item.className = kind;
    item.textContent = text;
    $('messages').append(item);
    item.scrollIntoView({ block: 'nearest' });
}


function fail(text) {
    $('error').textContent = text;
    $('error').hidden = false;
}
