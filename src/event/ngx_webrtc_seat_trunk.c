
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <sys/mman.h>
#include <event/ngx_webrtc_seat.h>


typedef struct {
    ngx_webrtc_trunk_t       *addr;
    size_t                    size;
} ngx_webrtc_seat_trunk_t;


/* inherited by every worker, as the eventfds; never unmapped */

static ngx_webrtc_seat_trunk_t
    ngx_webrtc_seat_trunks[NGX_WEBRTC_TRUNK_READERS];


/* a page that nobody has written to yet takes no memory */

void
ngx_webrtc_seat_trunks_start(ngx_webrtc_zone_t *zone, size_t size,
    ngx_log_t *log)
{
    void        *addr;
    ngx_uint_t   i;

    if (size == 0) {
        return;
    }

    for (i = 0; i < zone->sh->nseats && i < NGX_WEBRTC_TRUNK_READERS; i++) {

        if (ngx_webrtc_seat_trunks[i].addr) {
            continue;
        }

        addr = mmap(NULL, size, PROT_READ|PROT_WRITE,
                    MAP_ANONYMOUS|MAP_SHARED|MAP_NORESERVE, -1, 0);

        if (addr == MAP_FAILED) {
            ngx_log_error(NGX_LOG_WARN, log, ngx_errno,
                          "mmap(%uz) of a \"webrtc_trunk_size\" failed, some "
                          "channels will stay on one worker", size);
            return;
        }

        ngx_webrtc_seat_trunks[i].addr = addr;
        ngx_webrtc_seat_trunks[i].size = size;
    }
}


ngx_webrtc_trunk_t *
ngx_webrtc_seat_trunk(ngx_uint_t seat, size_t *size)
{
    if (seat >= NGX_WEBRTC_TRUNK_READERS) {
        return NULL;
    }

    *size = ngx_webrtc_seat_trunks[seat].size;

    return ngx_webrtc_seat_trunks[seat].addr;
}
