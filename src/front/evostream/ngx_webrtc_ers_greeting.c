
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* What a client is told first: STUN and TURN servers, and its own id. */


#include <hub/ngx_webrtc_token.h>
#include <front/evostream/ngx_webrtc_ers_internal.h>


/* "2000000000" and 20 bytes in base64 */
#define NGX_WEBRTC_ERS_USERNAME    20
#define NGX_WEBRTC_ERS_CREDENTIAL  28


static json_t *ngx_webrtc_ers_listed(ngx_webrtc_ers_t *ers, ngx_uint_t turn,
    uint64_t wall);
static json_t *ngx_webrtc_ers_server(ngx_webrtc_ers_t *ers,
    const ngx_webrtc_ers_listed_t *server, uint64_t wall);
static void ngx_webrtc_ers_greet_event(ngx_webrtc_ers_session_t *session,
    const char *name, json_t *argument);


/* media servers join when they hear the last one */

void
ngx_webrtc_ers_greet(ngx_webrtc_ers_session_t *session, uint64_t wall)
{
    ngx_str_t          id;
    ngx_webrtc_ers_t  *ers;

    ers = session->ers;

    id.data = session->id;
    id.len = NGX_WEBRTC_ERS_ID_LEN;

    ngx_webrtc_ers_greet_event(session, "stunservers",
                               ngx_webrtc_ers_listed(ers, 0, wall));
    ngx_webrtc_ers_greet_event(session, "turnservers",
                               ngx_webrtc_ers_listed(ers, 1, wall));
    ngx_webrtc_ers_greet_event(session, "ersid",
                               json_pack("{s:o, s:b}",
                                         "id", ngx_webrtc_json_str(&id),
                                         "multiClient", 1));
}


static json_t *
ngx_webrtc_ers_listed(ngx_webrtc_ers_t *ers, ngx_uint_t turn, uint64_t wall)
{
    json_t                         *list;
    ngx_uint_t                      i;
    const ngx_webrtc_ers_listed_t  *server;

    list = json_array();

    for (i = 0; i < ers->conf.nservers; i++) {
        server = &ers->conf.servers[i];

        if ((server->url.len > 4
             && ngx_strncmp(server->url.data, "turn", 4) == 0)
            == (turn != 0))
        {
            (void) json_array_append_new(list,
                                         ngx_webrtc_ers_server(ers, server,
                                                               wall));
        }
    }

    return list;
}


/* browsers of before read "url", those of today "urls" */

static json_t *
ngx_webrtc_ers_server(ngx_webrtc_ers_t *ers,
    const ngx_webrtc_ers_listed_t *server, uint64_t wall)
{
    json_t             *json;
    u_char              name[NGX_WEBRTC_ERS_USERNAME];
    u_char              mac[NGX_WEBRTC_SHORT_SIGNATURE_LEN];
    u_char              word[NGX_WEBRTC_ERS_CREDENTIAL];
    ngx_str_t           username, credential;
    ngx_webrtc_text_t   text;

    username = server->username;
    credential = server->credential;

    if (server->secret.len) {

        /* of a TURN REST API: when it ends, and the proof of it */

        ngx_webrtc_text_init(&text, name, name + sizeof(name));
        ngx_webrtc_text_uint(&text, wall + ers->conf.credential_time
                                           / NGX_WEBRTC_SEC);
        username.data = name;
        username.len = ngx_webrtc_text_len(&text);

        ngx_webrtc_token_sign_short(&server->secret, &username, mac);

        ngx_webrtc_text_init(&text, word, word + sizeof(word));
        ngx_webrtc_text_base64(&text, mac, sizeof(mac));

        credential.data = word;
        credential.len = ngx_webrtc_text_len(&text);
    }

    json = json_pack("{s:o, s:[o]}",
                     "url", ngx_webrtc_json_str(&server->url),
                     "urls", ngx_webrtc_json_str(&server->url));

    if (json && username.len) {
        (void) json_object_set_new(json, "username",
                                   ngx_webrtc_json_str(&username));
        (void) json_object_set_new(json, "credential",
                                   ngx_webrtc_json_str(&credential));
    }

    return json;
}


static void
ngx_webrtc_ers_greet_event(ngx_webrtc_ers_session_t *session,
    const char *name, json_t *argument)
{
    char    *text;
    json_t  *json;

    json = json_pack("{s:s, s:[o]}", "name", name, "args", argument);
    text = json ? json_dumps(json, JSON_COMPACT) : NULL;

    if (text) {
        ngx_webrtc_ers_say_event(session, (u_char *) text, ngx_strlen(text));
    }

    free(text);
    json_decref(json);
}
