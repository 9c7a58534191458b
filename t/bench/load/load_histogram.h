
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Counts of values in buckets that are at most 1/64 wide: percentiles of any
 * number of them in 20 kB.
 */


#ifndef _LOAD_HISTOGRAM_H_INCLUDED_
#define _LOAD_HISTOGRAM_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define LOAD_HISTOGRAM_BITS      6
#define LOAD_HISTOGRAM_STEPS     (1 << LOAD_HISTOGRAM_BITS)
/* larger values count as the largest one: 2^44 ns are 4.9 hours */
#define LOAD_HISTOGRAM_MAX       44
#define LOAD_HISTOGRAM_BUCKETS                                               \
    ((LOAD_HISTOGRAM_MAX - LOAD_HISTOGRAM_BITS + 1) * LOAD_HISTOGRAM_STEPS)


typedef struct {
    uint64_t            count;
    uint64_t            sum;
    uint64_t            min;
    uint64_t            max;
    uint64_t            buckets[LOAD_HISTOGRAM_BUCKETS];
} load_histogram_t;


void load_histogram_reset(load_histogram_t *histogram);
void load_histogram_add(load_histogram_t *histogram, uint64_t value);

/*
 * The value that "share" (of a million) of all values do not exceed, as the
 * upper end of its bucket; 0: there are no values.
 */
uint64_t load_histogram_at(const load_histogram_t *histogram,
    ngx_uint_t share);
uint64_t load_histogram_mean(const load_histogram_t *histogram);


#endif /* _LOAD_HISTOGRAM_H_INCLUDED_ */
