
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the file of configurations; what is read of it is written and read again */


#include <stdlib.h>
#include <front/evostream/ngx_webrtc_evostream_saved.h>


static ngx_uint_t  count;


static ngx_int_t
handler(void *data, const ngx_webrtc_evostream_config_t *config)
{
    json_t *saved = data;

    count++;

    if (saved && ngx_webrtc_evostream_saved_add(saved, config) != NGX_OK) {
        abort();
    }

    return NGX_OK;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                          *text;
    json_t                        *saved;
    u_char                        *copy;
    ngx_uint_t                     n;
    ngx_webrtc_evostream_saved_t   result;

    copy = malloc(size + 1);
    ngx_memcpy(copy, data, size);

    saved = ngx_webrtc_evostream_saved_create(0);
    count = 0;

    if (ngx_webrtc_evostream_saved_parse(copy, copy + size, &result, handler,
                                         saved)
        == NGX_OK)
    {
        n = count;
        count = 0;
        text = json_dumps(saved, 0);

        if (ngx_webrtc_evostream_saved_parse((u_char *) text,
                                             (u_char *) text + strlen(text),
                                             &result, handler, NULL)
            != NGX_OK || count != n || result.skipped)
        {
            abort();
        }

        free(text);
    }

    json_decref(saved);
    free(copy);

    return 0;
}
