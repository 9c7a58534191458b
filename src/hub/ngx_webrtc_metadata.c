
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* texts that go with a connection, opaque to the hub */


#include <hub/ngx_webrtc_member.h>


const ngx_str_t *
ngx_webrtc_connection_metadata(ngx_webrtc_connection_t *connection)
{
    return connection->has_metadata ? &connection->metadata : NULL;
}


ngx_int_t
ngx_webrtc_connection_set_metadata_ext(ngx_webrtc_connection_t *connection,
    const ngx_str_t *text)
{
    ngx_str_t  copy;

    ngx_str_null(&copy);

    if (text->len) {
        copy.data = ngx_alloc(text->len, connection->hub->log);
        if (copy.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(copy.data, text->data, text->len);
        copy.len = text->len;
    }

    if (connection->metadata_ext.data) {
        ngx_free(connection->metadata_ext.data);
    }

    connection->metadata_ext = copy;

    return NGX_OK;
}


const ngx_str_t *
ngx_webrtc_connection_metadata_ext(ngx_webrtc_connection_t *connection)
{
    return &connection->metadata_ext;
}
