
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_dtls_record.h>


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void) ngx_webrtc_dtls_record_check(data, data + size);

    return 0;
}
