
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_meter.h"

#include <core/ngx_webrtc_cursor.h>


#define LOAD_STAMP_MAGIC        0x6c6f6164      /* "load" */

#define LOAD_STAMP_MEASURED     0x01
#define LOAD_STAMP_KEY          0x02


void
load_stamp_write(u_char *p, const load_stamp_t *stamp)
{
    p = ngx_webrtc_put32(p, LOAD_STAMP_MAGIC);
    p = ngx_webrtc_put32(p, stamp->member);
    p = ngx_webrtc_put64(p, stamp->index);
    p = ngx_webrtc_put64(p, stamp->time);

    *p++ = stamp->kind;
    *p++ = (u_char) ((stamp->measured ? LOAD_STAMP_MEASURED : 0)
                     | (stamp->key ? LOAD_STAMP_KEY : 0));

    (void) ngx_webrtc_put16(p, 0);
}


ngx_int_t
load_stamp_parse(const u_char *p, const u_char *last, load_stamp_t *stamp)
{
    if (last - p < LOAD_STAMP_LEN || ngx_webrtc_get32(p) != LOAD_STAMP_MAGIC) {
        return NGX_DECLINED;
    }

    stamp->member = ngx_webrtc_get32(p + 4);
    stamp->index = ngx_webrtc_get64(p + 8);
    stamp->time = ngx_webrtc_get64(p + 16);
    stamp->kind = p[24];
    stamp->measured = (p[25] & LOAD_STAMP_MEASURED) != 0;
    stamp->key = (p[25] & LOAD_STAMP_KEY) != 0;

    return NGX_OK;
}


load_packet_e
load_source_add(load_source_t *source, uint64_t index)
{
    uint64_t       i, bit, *word;
    load_packet_e  rc;

    if (!source->begun) {
        source->begun = 1;
        source->highest = index;
        source->seen[index % LOAD_SOURCE_WINDOW / 64] |= 1ULL << (index % 64);
        return LOAD_PACKET_NEW;
    }

    rc = LOAD_PACKET_NEW;

    if (index > source->highest) {

        if (index - source->highest >= LOAD_SOURCE_WINDOW) {
            ngx_memzero(source->seen, sizeof(source->seen));

        } else {
            for (i = source->highest + 1; i < index; i++) {
                source->seen[i % LOAD_SOURCE_WINDOW / 64]
                                                    &= ~(1ULL << (i % 64));
            }
        }

        source->highest = index;
        source->seen[index % LOAD_SOURCE_WINDOW / 64]
                                                &= ~(1ULL << (index % 64));

    } else if (source->highest - index >= LOAD_SOURCE_WINDOW) {
        return LOAD_PACKET_TWICE;

    } else {
        rc = LOAD_PACKET_LATE;
    }

    word = &source->seen[index % LOAD_SOURCE_WINDOW / 64];
    bit = 1ULL << (index % 64);

    if (*word & bit) {
        return LOAD_PACKET_TWICE;
    }

    *word |= bit;

    return rc;
}


ngx_uint_t
load_meter_add(load_meter_t *meter, load_source_t *source,
    const load_stamp_t *stamp, uint64_t arrival, ngx_uint_t repair)
{
    load_packet_e  rc;

    rc = load_source_add(source, stamp->index);

    if (!stamp->measured) {
        return 0;
    }

    if (rc == LOAD_PACKET_TWICE) {
        meter->duplicates++;
        return 0;
    }

    meter->received++;

    if (repair) {
        meter->repaired++;

    } else if (rc == LOAD_PACKET_LATE) {
        meter->reordered++;
    }

    load_histogram_add(&meter->latency,
                       arrival > stamp->time ? arrival - stamp->time : 0);

    return 1;
}
