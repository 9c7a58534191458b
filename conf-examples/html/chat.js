/*
 * The chat of a call: a list of messages, a line to write one, and a button
 * that shows both and counts what came while they were hidden.
 */

const KEPT = 200;       /* messages in the list */


export class Chat {

    /* say(text) sends a message, and resolves with whether it could */

    constructor({ panel, list, form, input, button, say }) {
        Object.assign(this, { panel, list, input, button });

        button.addEventListener('click', () => this.show(panel.hidden));

        form.addEventListener('submit', async (event) => {
            const text = input.value.trim();

            event.preventDefault();

            if (text && await say(text)) {
                this.add('You', text);
                input.value = '';
            }
        });

        this.clear();
    }


    clear() {
        this.list.replaceChildren();
        this.show(false);
        this.unread = 0;
        this.count();
    }


    show(shown) {
        this.panel.hidden = !shown;
        this.button.setAttribute('aria-pressed', shown);

        if (shown) {
            this.unread = 0;
            this.count();
            this.input.focus();
        }
    }


    count() {
        this.button.textContent = this.unread ? `Chat (${this.unread})`
                                              : 'Chat';
    }


    add(name, text) {
        const item = document.createElement('li');
        const who = document.createElement('b');

        who.textContent = name;
        item.append(who, ' ', text);
        this.list.append(item);

        while (this.list.children.length > KEPT) {
            this.list.firstChild.remove();
        }

        this.list.scrollTop = this.list.scrollHeight;

        if (this.panel.hidden) {
            this.unread++;
            this.count();
        }
    }
}
