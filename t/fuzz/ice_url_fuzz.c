
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_ice_url.h>


/* lines: the URL, the username, the credential */

static void
next_line(u_char **pos, u_char *last, ngx_str_t *line)
{
    u_char  *end;

    end = (*pos < last) ? memchr(*pos, '\n', last - *pos) : NULL;
    if (end == NULL) {
        end = last;
    }

    line->data = *pos;
    line->len = end - *pos;

    *pos = (end < last) ? end + 1 : last;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char                   *copy, *pos, *last;
    const char               *reason;
    ngx_webrtc_ice_url_t      url;
    ngx_webrtc_ice_server_t   server;

    copy = malloc(size ? size : 1);
    if (copy == NULL) {
        return 0;
    }

    memcpy(copy, data, size);

    pos = copy;
    last = copy + size;

    next_line(&pos, last, &server.url);
    next_line(&pos, last, &server.username);
    next_line(&pos, last, &server.credential);

    reason = NULL;

    if (ngx_webrtc_ice_server_parse(&server, &url, &reason) == NGX_OK) {

        if (url.host.len == 0 || url.host.len > 255 || url.port == 0
            || url.host.data < server.url.data
            || url.host.data + url.host.len
               > server.url.data + server.url.len
            || memchr(url.host.data, '\0', url.host.len) != NULL)
        {
            abort();
        }

    } else if (reason == NULL) {
        abort();
    }

    free(copy);

    return 0;
}
