
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Calls of the API that the home worker carries out, after client_sora.h.
 * Every "%s" of body and answer is the connection_id of the client.
 */


#ifndef _NGX_WEBRTC_CALL_SORA_H_INCLUDED_
#define _NGX_WEBRTC_CALL_SORA_H_INCLUDED_


#include "lib/client_sora.h"


static void
call_sora_execute(const char *target, const char *body,
    const client_t *client, ngx_webrtc_sora_answer_t *answer)
{
    char                     json[1024];
    u_char                  *data;
    ngx_str_t                value;
    const char              *id;
    ngx_webrtc_sora_call_t   call;

    id = client ? client->id : "";
    snprintf(json, sizeof(json), body, id, id);

    value.data = (u_char *) target;
    value.len = strlen(target);

    data = malloc(strlen(json));
    memcpy(data, json, strlen(json));

    assert_int_equal(ngx_webrtc_sora_api_parse(&value, data, strlen(json),
                                               &call, answer),
                     NGX_OK);
    free(data);

    ngx_webrtc_sora_api_execute(sora.sora, &call, sora.now, answer);

    ngx_webrtc_sora_call_free(&call);
}


static ngx_inline void
call_sora(const char *target, const char *body, const client_t *client,
    ngx_uint_t status, const char *text)
{
    char                       want[1024];
    const char                *id;
    ngx_webrtc_sora_answer_t   answer;

    id = client ? client->id : "";
    snprintf(want, sizeof(want), text, id, id);

    call_sora_execute(target, body, client, &answer);

    if (answer.status != status || answer.body.len != strlen(want)
        || memcmp(answer.body.data, want, answer.body.len) != 0)
    {
        fail_msg("%s %s: %u %.*s, not %u %s", target, body,
                 (unsigned) answer.status, (int) answer.body.len,
                 answer.body.data, (unsigned) status, want);
    }

    ngx_webrtc_sora_answer_free(&answer);
}


/* the last bytes of an answer with status 200 */

static ngx_inline void
call_sora_ends(const char *target, const char *body, const char *text)
{
    ngx_webrtc_sora_answer_t  answer;

    call_sora_execute(target, body, NULL, &answer);

    assert_int_equal(answer.status, 200);
    assert_true(answer.body.len >= strlen(text));
    assert_memory_equal(answer.body.data + answer.body.len - strlen(text),
                        text, strlen(text));

    ngx_webrtc_sora_answer_free(&answer);
}


#endif /* _NGX_WEBRTC_CALL_SORA_H_INCLUDED_ */
