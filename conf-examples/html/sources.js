/*
 * Where our media comes from: the camera, or a picture and a tone that are
 * made here.
 */

const SMALL = { width: 640, height: 360 };

/* browsers make three sizes of a picture only if it is not less than this */

const LARGE = { width: 960, height: 540 };

const FRAME_RATE = 20;

const BARS = ['#c0c0c0', '#c0c000', '#00c0c0', '#00c000', '#c000c0',
              '#c00000', '#0000c0'];


/* Returns { stream, stop }; throws an Error to show. */

export async function openSource(kind, name, simulcast) {
    if (kind === 'pattern') {
        return openPattern(name, simulcast ? LARGE : SMALL);
    }

    if (!navigator.mediaDevices?.getUserMedia) {
        throw new Error('The browser gives camera and microphone only to'
                        + ' pages from https:// or http://localhost. Choose'
                        + ' the test pattern, or open the page that way.');
    }

    let stream;

    try {
        stream = await navigator.mediaDevices.getUserMedia({
            audio: true,
            video: kind === 'camera'
                   && { width: { ideal: 1280 }, height: { ideal: 720 },
                        frameRate: { ideal: 30 } },
        });

    } catch (e) {
        throw new Error(explain(e, kind), { cause: e });
    }

    return {
        stream,
        stop: () => stream.getTracks().forEach((track) => track.stop()),
    };
}


function explain(e, kind) {
    const devices = kind === 'camera' ? 'camera or microphone'
                                      : 'microphone';

    switch (e.name) {

    case 'NotAllowedError':
        return `Access to the ${devices} was denied. Allow it in the`
               + ' browser’s site settings and join again.';

    case 'NotFoundError':
        return `There is no ${devices} here. Choose the test pattern, or`
               + ' join to watch only.';

    case 'NotReadableError':
        return `The ${devices} is in use by another program.`;

    default:
        return `The ${devices} cannot be opened: ${e.message}`;
    }
}


function openPattern(name, size) {
    const canvas = Object.assign(document.createElement('canvas'), size);
    const context = canvas.getContext('2d', { alpha: false });
    const hue = Math.floor(Math.random() * 360);

    const draw = () => paint(context, name, hue);

    draw();

    const stream = canvas.captureStream(FRAME_RATE);
    const stopTicks = ticks(1000 / FRAME_RATE, draw);
    const tone = openTone(220 + hue);

    stream.addTrack(tone.track);

    return {
        stream,
        stop() {
            stopTicks();
            tone.stop();
            stream.getTracks().forEach((track) => track.stop());
        },
    };
}


function paint(context, name, hue) {
    const now = performance.now();
    const { width, height } = context.canvas;
    const bar = width / BARS.length;
    const angle = now / 1000;

    BARS.forEach((color, i) => {
        context.fillStyle = color;
        context.fillRect(i * bar, 0, bar + 1, height);
    });

    context.fillStyle = '#101418';
    context.fillRect(0, height * .62, width, height * .38);

    /* something that moves all the time */

    context.fillStyle = `hsl(${hue} 85% 55%)`;
    context.beginPath();
    context.arc(width / 2 + Math.cos(angle) * width * .4,
                height * .31 + Math.sin(angle * 2) * height * .2,
                height * .09, 0, 2 * Math.PI);
    context.fill();

    context.fillStyle = '#ffffff';
    context.textAlign = 'center';
    context.font = `600 ${height * .095}px system-ui, sans-serif`;
    context.fillText(name || 'Test pattern', width / 2, height * .77,
                     width * .9);

    context.font = `${height * .078}px ui-monospace, monospace`;
    context.fillText(new Date().toISOString().slice(11, 23), width / 2,
                     height * .91);
}


/* A timer in a worker goes on at full rate when the tab is hidden. */

function ticks(every, tick) {
    const code = `setInterval(() => postMessage(0), ${every})`;
    const url = URL.createObjectURL(new Blob([code]));

    try {
        const worker = new Worker(url);

        worker.onmessage = tick;

        return () => worker.terminate();

    } catch {
        const timer = setInterval(tick, every);

        return () => clearInterval(timer);

    } finally {
        URL.revokeObjectURL(url);
    }
}


/* Short soft beeps, so that one hears who sends without suffering. */

function openTone(frequency) {
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: 0 });
    const out = new MediaStreamAudioDestinationNode(context);

    oscillator.connect(gain).connect(out);
    oscillator.start();
    context.resume();

    const beep = () => {
        const at = context.currentTime;

        gain.gain.setTargetAtTime(.15, at, .02);
        gain.gain.setTargetAtTime(0, at + .25, .05);
    };

    const timer = setInterval(beep, 1000);

    beep();

    return {
        track: out.stream.getAudioTracks()[0],
        stop() {
            clearInterval(timer);
            context.close();
        },
    };
}
