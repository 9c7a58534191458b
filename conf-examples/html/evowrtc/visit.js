/*
 * One visit to a room: from the rendezvous server to the end of the media.
 * `ended` resolves with { text, played, final }: what went wrong, whether
 * there were media, and that it is of no use to come again.  Events:
 *
 *     state     detail: what is being done
 *     media     detail: MediaStream
 *     playing   detail: what of it this browser cannot play, if anything
 */

import { Rendezvous } from './rendezvous.js';
import { Session } from './session.js';


const OFFER = 15000;            /* ms until the media server's offer */
const MEDIA = 20000;            /* from there to media */


export class Visit extends EventTarget {

    /* wanted: room, stream, token, transport; log(text) */

    constructor(ers, secure, wanted, log) {
        super();

        Object.assign(this, { ers, secure, wanted, log });

        this.ended = new Promise((resolve) => { this.end = resolve; });
        this.rendezvous = new Rendezvous(ers, secure, log);

        this.rendezvous.addEventListener('joined', ({ detail }) =>
            this.joined(detail));

        this.rendezvous.addEventListener('refused', ({ detail }) =>
            this.end(refusal(detail, wanted)));

        this.rendezvous.addEventListener('servers', ({ detail }) =>
            this.session?.pc.setConfiguration({ iceServers: detail }));

        this.rendezvous.addEventListener('message', ({ detail }) =>
            this.message(detail));

        this.rendezvous.addEventListener('remove', ({ detail }) =>
            this.remove(detail));

        this.rendezvous.addEventListener('closed', () => this.closed());
    }


    async start() {
        this.tell('state', 'Connecting …');

        try {
            await this.rendezvous.open();

        } catch (e) {
            this.log(e.message);
            this.end({ text: unreachable(this.ers, this.secure) });
            return;
        }

        const { room, stream, token, transport } = this.wanted;

        this.tell('state', 'Joining the room …');
        this.wait(OFFER, 'The rendezvous server does not answer.'
                         + ' Trying again …');

        this.rendezvous.join(room, {
            streamName: stream, transport: transport || 'srtp',
            ...token && { token } });
    }


    joined(clients) {
        const text = 'No media server has come to the room'
                     + ` "${this.wanted.room}" yet. Waiting for one …`;

        if (this.session) {
            return;
        }

        this.wait(OFFER, text);

        if (!Object.keys(clients).length) {
            this.tell('state', text);
        }
    }


    /* what is wrong if nothing happens from now on */

    wait(ms, text) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.end({ text }), ms);
    }


    message({ type, from, sid, payload, message }) {
        if (type === 'offer' && typeof payload?.sdp === 'string'
            && typeof from === 'string')
        {
            this.offer(from, sid, payload.sdp);

        } else if (type === 'candidate' && payload?.candidate?.candidate) {
            if (this.session?.from === from) {
                this.session.candidate(payload.candidate);
            }

        } else if (typeof message === 'string') {
            this.told(message);

        } else {
            this.log(`<- message ${type}`);
        }
    }


    /* of the media server, in words */

    told(text) {
        const { room, stream } = this.wanted;

        this.log(`<- "${text}"`);

        if (this.session?.isPlaying) {
            return;
        }

        this.end({ text: /^Unable to (retrieve|parse) stream/.test(text)
            ? `The room "${room}" has no stream "${stream}" at the moment.`
              + ' Waiting for it …'
            : `The media server says: ${text.slice(0, 200)}` });
    }


    async offer(from, sid, sdp) {
        if (this.session?.from !== from || this.session.sid !== sid) {
            this.session?.close();
            this.session = this.make(from, sid);
        }

        if (!this.session.isPlaying) {
            this.tell('state', 'Connecting to the media server …');
            this.wait(MEDIA, 'No media come through: the network may not let'
                             + ' UDP pass. Trying again …');
        }

        const { session } = this;

        try {
            await session.offer(sdp);

        } catch (e) {
            this.log(e.message);

            if (this.session === session) {
                this.end({ text: 'The offer of the media server is not'
                                 + ' understood. Trying again …' });
            }
        }
    }


    make(from, sid) {
        const session = new Session({
            from, sid, log: this.log, iceServers: this.rendezvous.iceServers(),
            say: (type, payload) => this.rendezvous.message({
                to: from, sid, roomType: 'video', type, payload,
                prefix: 'webkit' }) });

        session.addEventListener('media', ({ detail }) =>
            this.tell('media', detail));
        session.addEventListener('refused', ({ detail }) =>
            this.refused(session, detail));

        session.addEventListener('playing', () => {
            clearTimeout(this.timer);
            this.played = true;
            this.tell('playing', this.lacks);
        });

        session.addEventListener('ended', ({ detail }) => this.end({
            text: `${detail} Trying again …`, played: this.played }));

        return session;
    }


    /* codecs that this browser does not have */

    refused(session, list) {
        this.lacks = list.map(({ kind, codecs }) =>
            `This browser cannot play the ${kind} of this stream`
            + ` (${codecs.join(', ') || 'an unknown codec'}).`).join(' ');

        if (!session.stream.getTracks().some((track) =>
            !list.some(({ kind }) => kind === track.kind)))
        {
            this.end({ text: this.lacks, final: true });
        }
    }


    /* media do not need those who brought them about */

    remove({ id }) {
        if (id === this.session?.from) {
            this.log('the media server has left the room');
            this.closed('The media server has left the room.');
        }
    }


    closed(why = 'The rendezvous server is gone.') {
        if (!this.session?.isPlaying) {
            this.end({ text: `${why} Trying again …` });
        }
    }


    tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }


    close() {
        clearTimeout(this.timer);
        this.rendezvous.close();
        this.session?.close();
    }
}


function unreachable(ers, secure) {
    if (location.protocol === 'https:' && !secure) {
        return 'This page came over https, and so the browser reaches'
               + ' rendezvous servers only over TLS: take ersOverSsl and'
               + ` http:// out of its address. (${ers})`;
    }

    return `The rendezvous server ${ers} cannot be reached`
           + (secure ? ' over TLS: it may be down, or the browser may not'
                       + ' trust its certificate.'
                     : ' (without TLS).') + ' Trying again …';
}


function refusal(reason, wanted) {
    switch (reason) {

    case 'invalidRoom':
        return { text: `The rendezvous server has no room "${wanted.room}".`,
                 final: true };

    case 'invalidToken':
    case 'validateFailed':
        return { text: wanted.token
            ? 'The rendezvous server does not accept this token.'
            : 'The rendezvous server asks for a token: add &token= to the'
              + ' address of this page.', final: true };

    case 'full':
        return { text: `The room "${wanted.room}" is full. Waiting …` };

    default:
        return { text: 'The rendezvous server does not let us in'
                       + ` (${reason.slice(0, 200)}). Trying again …` };
    }
}
