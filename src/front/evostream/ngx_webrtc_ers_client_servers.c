
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * STUN and TURN servers: [{"url":"turn:host:port","username":...,
 * "credential":...}], or "urls", each of them a text or an array of texts.
 */


#include <front/evostream/ngx_webrtc_ers_client_internal.h>


/* of a text: what does not fit is no server */
#define NGX_WEBRTC_ERS_CLIENT_TEXT  1024


static void ngx_webrtc_ers_client_entry(ngx_webrtc_ers_client_t *client,
    const json_t *entry);
static void ngx_webrtc_ers_client_urls(ngx_webrtc_ers_client_t *client,
    const json_t *entry, const char *key);
static void ngx_webrtc_ers_client_server(ngx_webrtc_ers_client_t *client,
    const json_t *entry, const json_t *url);
static ngx_str_t ngx_webrtc_ers_client_text_of(const json_t *entry,
    const char *key);
static ngx_uint_t ngx_webrtc_ers_client_is_server(const char *url);


void
ngx_webrtc_ers_client_list(ngx_webrtc_ers_client_t *client, json_t **list,
    const json_t *value)
{
    size_t         i;
    const json_t  *entry;

    if (!json_is_array(value)) {
        return;
    }

    json_decref(*list);
    *list = json_incref((json_t *) value);

    client->nservers = 0;

    json_array_foreach(client->stun, i, entry) {
        ngx_webrtc_ers_client_entry(client, entry);
    }

    json_array_foreach(client->turn, i, entry) {
        ngx_webrtc_ers_client_entry(client, entry);
    }
}


static void
ngx_webrtc_ers_client_entry(ngx_webrtc_ers_client_t *client,
    const json_t *entry)
{
    ngx_webrtc_ers_client_urls(client, entry, "url");
    ngx_webrtc_ers_client_urls(client, entry, "urls");
}


static void
ngx_webrtc_ers_client_urls(ngx_webrtc_ers_client_t *client,
    const json_t *entry, const char *key)
{
    size_t         i;
    const json_t  *urls, *url;

    urls = json_object_get(entry, key);

    if (json_is_array(urls)) {

        json_array_foreach(urls, i, url) {
            ngx_webrtc_ers_client_server(client, entry, url);
        }

    } else {
        ngx_webrtc_ers_client_server(client, entry, urls);
    }
}


static void
ngx_webrtc_ers_client_server(ngx_webrtc_ers_client_t *client,
    const json_t *entry, const json_t *url)
{
    ngx_uint_t                i;
    ngx_webrtc_ers_server_t  *server;

    if (client->nservers == NGX_WEBRTC_ERS_CLIENT_SERVERS
        || !json_is_string(url)
        || json_string_length(url) > NGX_WEBRTC_ERS_CLIENT_TEXT
        || !ngx_webrtc_ers_client_is_server(json_string_value(url)))
    {
        return;
    }

    server = &client->servers[client->nservers];

    server->url.data = (u_char *) json_string_value(url);
    server->url.len = json_string_length(url);
    server->username = ngx_webrtc_ers_client_text_of(entry, "username");
    server->credential = ngx_webrtc_ers_client_text_of(entry, "credential");

    /* an entry may name it as "url" for old clients and as "urls" */

    for (i = 0; i < client->nservers; i++) {
        if (ngx_strcmp(client->servers[i].url.data, server->url.data) == 0) {
            return;
        }
    }

    client->nservers++;
}


/* with a zero at its end, as all texts of jansson have */

static ngx_str_t
ngx_webrtc_ers_client_text_of(const json_t *entry, const char *key)
{
    ngx_str_t  text;

    text = ngx_webrtc_ers_client_str(entry, key, NGX_WEBRTC_ERS_CLIENT_TEXT);

    if (text.len == 0) {
        ngx_str_set(&text, "");
    }

    return text;
}


static ngx_uint_t
ngx_webrtc_ers_client_is_server(const char *url)
{
    const char  *p;

    for (p = url; *p; p++) {
        if (*p <= ' ' || *p >= 0x7f) {
            return 0;
        }
    }

    return strncasecmp(url, "stun:", 5) == 0
           || strncasecmp(url, "stuns:", 6) == 0
           || strncasecmp(url, "turn:", 5) == 0
           || strncasecmp(url, "turns:", 6) == 0;
}
