/*
 * The data channels of a client.  The server opens them all: over its own
 * labels comes signalling, over "#chat" come the messages of other members,
 * each after the connection_id of who sent it.
 */

export const CHAT = '#chat';

const ID_LENGTH = 26;


/* what "connect" asks for */

export const wanted = {
    data_channel_signaling: true,
    data_channels: [{ label: CHAT, direction: 'sendrecv',
                      header: [{ type: 'sender_connection_id' }] }],
};


export class Channels {

    /*
     * "list" is that of the offer.  signaling(message) and chat({ id, text })
     * are called in the order in which messages came.
     */

    constructor(list, { signaling, chat }) {
        this.compressed = new Set((list || []).filter((c) => c.compress)
                                              .map((c) => c.label));
        this.channels = new Map();
        this.queue = Promise.resolve();
        this.signaling = signaling;
        this.chat = chat;
    }


    add(channel) {
        channel.binaryType = 'arraybuffer';
        this.channels.set(channel.label, channel);

        channel.onmessage = ({ data }) => {
            this.queue = this.queue.then(() => this.receive(channel, data))
                                   .catch(() => { /* not for us */ });
        };
    }


    async receive({ label }, data) {
        const text = await this.read(label, data);

        if (label === CHAT) {
            this.chat({ id: text.slice(0, ID_LENGTH),
                        text: text.slice(ID_LENGTH) });
            return;
        }

        await this.signaling(JSON.parse(text), label);
    }


    async read(label, data) {
        if (typeof data === 'string') {
            return data;
        }

        return this.compressed.has(label)
               ? new Response(through(data, new DecompressionStream('deflate')))
                   .text()
               : new TextDecoder().decode(data);
    }


    async send(label, text) {
        const channel = this.channels.get(label);

        if (channel?.readyState !== 'open') {
            return false;
        }

        channel.send(this.compressed.has(label)
            ? await new Response(through(text,
                                         new CompressionStream('deflate')))
                .arrayBuffer()
            : text);

        return true;
    }
}


function through(data, stream) {
    return new Blob([data]).stream().pipeThrough(stream);
}
