
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* "METHOD path?args\naccept\nbody" */


#include <front/skyway/ngx_webrtc_skyway_route.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* up to "ch", which is skipped */

static ngx_str_t
take(u_char **pos, u_char *last, u_char ch)
{
    u_char     *p;
    ngx_str_t   str;

    for (p = *pos; p < last && *p != ch; p++) { /* void */ }

    str.data = *pos;
    str.len = p - *pos;

    *pos = (p < last) ? p + 1 : p;

    return str;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char                       *copy, *pos, *last, *line;
    ngx_str_t                     first;
    ngx_webrtc_skyway_call_t      call;
    ngx_webrtc_skyway_answer_t    answer;
    ngx_webrtc_skyway_request_t   request;

    copy = malloc(size ? size : 1);
    memcpy(copy, data, size);

    pos = copy;
    last = copy + size;

    first = take(&pos, last, '\n');
    line = first.data;

    request.method = take(&line, first.data + first.len, ' ');
    request.path = take(&line, first.data + first.len, '?');
    request.args.data = line;
    request.args.len = first.data + first.len - line;
    request.accept = take(&pos, last, '\n');
    request.body.data = pos;
    request.body.len = last - pos;

    if (ngx_webrtc_skyway_api_parse(&request, &call, &answer) == NGX_OK) {
        ngx_webrtc_skyway_call_free(&call);
    }

    ngx_webrtc_skyway_answer_free(&answer);
    free(copy);

    return 0;
}
