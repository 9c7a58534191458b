
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The answer of a client that takes what it is offered.  The sections whose
 * mid is in "rejected" (blanks around each) get port 0.
 */


#ifndef _NGX_WEBRTC_ANSWER_H_INCLUDED_
#define _NGX_WEBRTC_ANSWER_H_INCLUDED_


#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define ANSWER_FINGERPRINT                                                   \
    "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"              \
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"


typedef struct {
    char    *text;
    size_t   len;
    size_t   size;
} answer_text_t;


static void
answer_append(answer_text_t *out, const char *data, size_t len)
{
    while (out->size < out->len + len + 1) {
        out->size = out->size ? out->size * 2 : 4096;
        out->text = realloc(out->text, out->size);
    }

    memcpy(out->text + out->len, data, len);
    out->len += len;
    out->text[out->len] = '\0';
}


/* whether the section that begins here has one of the mids */

static int
answer_rejects(const char *section, const char *rejected)
{
    char         mid[64];
    const char  *p, *next;

    if (rejected == NULL) {
        return 0;
    }

    p = strstr(section, "a=mid:");
    next = strstr(section + 2, "\r\nm=");

    if (p == NULL || (next && p > next)) {
        return 0;
    }

    snprintf(mid, sizeof(mid), " %.*s ", (int) strcspn(p + 6, "\r\n"), p + 6);

    return strstr(rejected, mid) != NULL;
}


static int
answer_begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}


static void
answer_media(answer_text_t *out, const char *line, const char *end,
    const char *rejected)
{
    const char  *port, *rest;

    if (!answer_rejects(line, rejected)) {
        answer_append(out, line, end - line);
        return;
    }

    port = strchr(line, ' ') + 1;
    rest = strchr(port, ' ');

    answer_append(out, line, port - line);
    answer_append(out, "0", 1);
    answer_append(out, rest, end - rest);
}


/* "recv" becomes "send", at the end of a=rid or after a=simulcast: */

static void
answer_layers(answer_text_t *out, const char *line, const char *end)
{
    const char  *p;

    p = strstr(line, "recv");

    if (p == NULL || p >= end) {
        answer_append(out, line, end - line);
        return;
    }

    answer_append(out, line, p - line);
    answer_append(out, "send", 4);
    answer_append(out, p + 4, end - p - 4);
}


static void
answer_group(answer_text_t *out, const char *line, const char *end,
    const char *rejected)
{
    char         mid[64];
    const char  *p, *last;

    p = line + strlen("a=group:BUNDLE");

    answer_append(out, line, p - line);

    while (p < end && *p == ' ') {
        last = p + 1 + strcspn(p + 1, " \r\n");

        snprintf(mid, sizeof(mid), "%.*s ", (int) (last - p), p);

        if (rejected == NULL || strstr(rejected, mid) == NULL) {
            answer_append(out, p, last - p);
        }

        p = last;
    }

    answer_append(out, "\r\n", 2);
}


/* free() it */

static char *
answer_write(const char *offer, const char *rejected)
{
    const char     *line, *end;
    answer_text_t   out;

    static const char *const  dropped[] = {
        "a=ice-lite", "a=candidate", "a=end-of-candidates", "a=ssrc",
        "a=msid", "b=", NULL
    };

    static const char *const  changed[][2] = {
        { "a=setup:", "a=setup:active\r\n" },
        { "a=sendonly", "a=recvonly\r\n" },
        { "a=recvonly", "a=sendonly\r\n" },
        { "a=ice-ufrag:", "a=ice-ufrag:clnt\r\n" },
        { "a=ice-pwd:", "a=ice-pwd:clientclientclientclient\r\n" },
        { "a=fingerprint:", "a=fingerprint:" ANSWER_FINGERPRINT "\r\n" },
        { NULL, NULL }
    };

    memset(&out, 0, sizeof(answer_text_t));

    for (line = offer; *line; line = end) {
        int  i;

        end = strstr(line, "\r\n");
        end = end ? end + 2 : line + strlen(line);

        for (i = 0; dropped[i]; i++) {
            if (answer_begins(line, dropped[i])) {
                break;
            }
        }

        if (dropped[i]) {
            continue;
        }

        for (i = 0; changed[i][0]; i++) {
            if (answer_begins(line, changed[i][0])) {
                break;
            }
        }

        if (changed[i][0]) {
            answer_append(&out, changed[i][1], strlen(changed[i][1]));

        } else if (answer_begins(line, "m=")) {
            answer_media(&out, line, end, rejected);

        } else if (answer_begins(line, "a=rid:")
                   || answer_begins(line, "a=simulcast:"))
        {
            answer_layers(&out, line, end);

        } else if (answer_begins(line, "a=group:BUNDLE")) {
            answer_group(&out, line, end, rejected);

        } else {
            answer_append(&out, line, end - line);
        }
    }

    return out.text;
}


#endif /* _NGX_WEBRTC_ANSWER_H_INCLUDED_ */
