/*
 * One connection to a rendezvous server: socket.io 0.9 over a WebSocket, or,
 * where that is refused, a WebSocket alone with the same events as JSON.
 *
 * Events, each with what it brings as its detail:
 *
 *     joined    who is in the room
 *     refused   why
 *     servers   STUN and TURN, as RTCPeerConnection takes them
 *     message   of the media server
 *     remove    somebody has left
 *     closed    why
 */


const PATIENCE = 10000;
const SERVERS = 8;              /* of each list */


export class Rendezvous extends EventTarget {

    /* address: host:port; log(text) */

    constructor(address, secure, log) {
        super();

        this.address = address;
        this.tls = secure ? 's' : '';
        this.log = log;
        this.servers = { stunservers: [], turnservers: [] };
    }


    /* Rejects if there is no way to the server. */

    async open() {
        const session = await this.handshake();

        if (session && !this.isClosed) {
            try {
                this.silence = session.silence;
                await this.connect(`/socket.io/1/websocket/${session.id}`);
                return;

            } catch (e) {
                this.log(`socket.io failed: ${e.message}`);
            }
        }

        if (this.isClosed) {
            throw new Error('closed');
        }

        this.plain = true;
        this.silence = 0;
        await this.connect('/');
    }


    /* null: refused */

    async handshake() {
        const url = `http${this.tls}://${this.address}/socket.io/1/`
                    + `?t=${Date.now()}`;

        this.log(`GET ${url}`);

        try {
            const res = await fetch(url, {
                cache: 'no-store', credentials: 'omit',
                signal: AbortSignal.timeout(PATIENCE) });

            const text = await res.text();

            this.log(`${res.status} ${text.slice(0, 200)}`);

            /* session:heartbeat:close:transports */

            const [, id, beat, , ways] =
                /^([^:\s]+):(\d*):(\d*):(.*)$/.exec(text.trim()) ?? [];

            if (res.ok && id && ways.split(',').includes('websocket')) {
                return { id: encodeURIComponent(id),
                         silence: Number(beat) * 1000 };
            }

        } catch (e) {
            this.log(`no handshake: ${e.message}`);
        }

        return null;
    }


    /* resolves when the server takes messages */

    connect(path) {
        const url = `ws${this.tls}://${this.address}${path}`;

        this.log(`WebSocket ${url}`);

        return new Promise((resolve, reject) => {
            const ws = new WebSocket(url);

            const timer = setTimeout(() => {
                reject(new Error('it does not answer'));
                ws.close();
            }, PATIENCE);

            const ready = () => {
                clearTimeout(timer);

                if (this.isClosed) {
                    ws.close();
                    reject(new Error('closed'));
                    return;
                }

                this.isOpen = true;
                this.listen();
                resolve();
            };

            this.ws = ws;
            ws.onopen = () => this.plain && ready();

            ws.onmessage = ({ data }) => {
                if (typeof data !== 'string') {
                    return;
                }

                this.listen();

                try {
                    this.input(data, ready);

                } catch (e) {
                    this.log(`not understood: ${e.message}:`
                             + ` ${data.slice(0, 200)}`);
                }
            };

            ws.onclose = ({ code, reason }) => {
                clearTimeout(timer);

                if (this.ws === ws && this.isOpen) {
                    this.end(reason || `it has closed (${code})`);
                }

                reject(new Error(`the connection ended (${code})`));
            };
        });
    }


    /* a server that is silent for longer than its heartbeat is gone */

    listen() {
        clearTimeout(this.timer);

        if (this.silence && this.isOpen) {
            this.timer = setTimeout(
                () => this.end('nothing is heard of it any more'),
                this.silence + PATIENCE);
        }
    }


    input(text, ready) {
        if (this.plain) {
            const packet = JSON.parse(text);

            if (packet.ack !== undefined) {
                this.answered(packet.args);

            } else {
                this.event(packet);
            }

            return;
        }

        /* type:id:endpoint:data */

        const [, type, data] =
            /^(\d):\d*\+?:[^:]*(?::([^]*))?$/.exec(text) ?? [];

        switch (type) {

        case '0':
            this.end('it says goodbye');
            break;

        case '1':
            ready();
            break;

        case '2':
            this.ws.send('2::');
            break;

        case '5':
            this.event(JSON.parse(data));
            break;

        case '6':
            this.answered(JSON.parse(/^\d+\+([^]*)$/.exec(data)?.[1]
                                     ?? '[]'));
            break;

        case '7':
            this.end(data || 'it refuses the connection');
            break;
        }
    }


    /* to "join", which is all that we ask */

    answered(args) {
        const [error, room] = args ?? [];

        if (error) {
            this.tell('refused', String(error.message ?? error));

        } else {
            this.log(`joined, here are: ${Object.keys(room?.clients ?? {})
                .join(', ') || 'nobody'}`);
            this.tell('joined', room?.clients ?? {});
        }
    }


    event({ name, args: [what, why] = [] }) {
        switch (name) {

        case 'stunservers':
        case 'turnservers':
            this.servers[name] = (Array.isArray(what) ? what : [])
                .slice(0, SERVERS).map(iceServer).filter(Boolean);

            this.log(`${name}: ${this.servers[name].map((s) => s.urls)
                .join(', ') || 'none'}`);
            this.tell('servers', this.iceServers());
            break;

        case 'message':
        case 'remove':
            if (what && typeof what === 'object') {
                this.tell(name, what);
            }

            break;

        case 'taken':
        case 'invalidRoom':
        case 'invalidToken':
        case 'validateFailed':
        case 'full':
            this.tell('refused', name);
            break;

        case 'joinerror':
            this.tell('refused', String(what?.message ?? what));
            break;

        default:
            this.log(`<- ${name} ${JSON.stringify(what ?? why ?? '')
                .slice(0, 200)}`);
        }
    }


    iceServers() {
        return [...this.servers.stunservers, ...this.servers.turnservers];
    }


    join(room, options) {
        this.log(`-> join ${room} ${JSON.stringify({
            ...options, ...options.token && { token: '***' } })}`);
        this.send({ name: 'join', args: [room, options] }, 1);
    }


    message(message) {
        this.send({ name: 'message', args: [message] });
    }


    send(event, id) {
        if (this.ws?.readyState !== WebSocket.OPEN) {
            return;
        }

        this.ws.send(this.plain ? JSON.stringify({ ...event, id })
            : `5:${id ? `${id}+` : ''}::${JSON.stringify(event)}`);
    }


    tell(name, detail) {
        if (!this.isClosed) {
            this.dispatchEvent(new CustomEvent(name, { detail }));
        }
    }


    end(why) {
        this.log(`the rendezvous server is gone: ${why}`);
        this.tell('closed', why);
        this.close();
    }


    close() {
        this.isClosed = true;
        clearTimeout(this.timer);

        if (this.ws?.readyState === WebSocket.OPEN && !this.plain) {
            this.ws.send('0::');
        }

        this.ws?.close();
    }
}


/* { url } or { urls }, a text or several of them; null: none of use */

function iceServer(server) {
    const urls = [server?.urls ?? server?.url].flat()
        .filter((url) => typeof url === 'string'
                         && /^(stun|turn)s?:/.test(url));

    if (!urls.length) {
        return null;
    }

    const { username, credential } = server;
    const ice = username === undefined ? { urls }
                : { urls, username, credential };

    try {
        new RTCPeerConnection({ iceServers: [ice] }).close();

    } catch {
        return null;
    }

    return ice;
}
