
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The connect message of a client and, after a zero byte, the answer of the
 * auth webhook to it.
 */


#include <front/sora/ngx_webrtc_sora_connect.h>


static volatile u_char  sink;


static u_char *
copied(const uint8_t *data, size_t size)
{
    u_char  *copy;

    copy = malloc(size ? size : 1);

    if (copy == NULL) {
        abort();
    }

    memcpy(copy, data, size);

    return copy;
}


static void
touch(const ngx_str_t *str)
{
    size_t  i;

    for (i = 0; i < str->len; i++) {
        sink = str->data[i];
    }
}


static void
use(ngx_webrtc_sora_connect_t *connect)
{
    ngx_uint_t               i;
    const char              *reason;
    ngx_webrtc_sora_conf_t   conf;

    touch(&connect->join.info.channel_id);
    touch(&connect->join.info.client_id);
    touch(&connect->join.info.bundle_id);
    touch(&connect->join.metadata);
    touch(&connect->metadata);

    memset(&conf, 0, sizeof(ngx_webrtc_sora_conf_t));
    conf.max_labels = 32;

    if (ngx_webrtc_sora_connect_labels(connect, &conf, &reason) != NGX_OK) {
        return;
    }

    for (i = 0; i < connect->join.nlabels; i++) {
        touch(&connect->join.labels[i].name);
        touch(&connect->join.labels[i].protocol);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                      len;
    u_char                     *message;
    ngx_int_t                   rc;
    ngx_str_t                   authz;
    const char                 *reason;
    const uint8_t              *p;
    ngx_webrtc_sora_connect_t   connect;

    p = size ? memchr(data, '\0', size) : NULL;
    len = p ? (size_t) (p - data) : size;

    message = copied(data, len);
    authz.len = p ? size - len - 1 : 0;
    authz.data = copied(p ? p + 1 : data, authz.len);

    reason = NULL;
    rc = ngx_webrtc_sora_connect_parse(&connect, message, len, &authz,
                                       &reason);

    if (rc == NGX_OK) {
        use(&connect);
        ngx_webrtc_sora_connect_free(&connect);

    } else if (reason == NULL) {
        abort();
    }

    free(message);
    free(authz.data);

    return 0;
}
