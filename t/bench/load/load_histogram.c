
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_histogram.h"


static ngx_uint_t load_histogram_index(uint64_t value);
static uint64_t load_histogram_end(ngx_uint_t index);


void
load_histogram_reset(load_histogram_t *histogram)
{
    ngx_memzero(histogram, sizeof(load_histogram_t));
}


void
load_histogram_add(load_histogram_t *histogram, uint64_t value)
{
    if (histogram->count == 0 || value < histogram->min) {
        histogram->min = value;
    }

    if (value > histogram->max) {
        histogram->max = value;
    }

    histogram->count++;
    histogram->sum += value;
    histogram->buckets[load_histogram_index(value)]++;
}


/*
 * The first two times 64 values have buckets of their own, from there on each
 * power of two has 64.
 */

static ngx_uint_t
load_histogram_index(uint64_t value)
{
    ngx_uint_t  shift;

    if (value >> LOAD_HISTOGRAM_MAX) {
        return LOAD_HISTOGRAM_BUCKETS - 1;
    }

    if (value < LOAD_HISTOGRAM_STEPS) {
        return (ngx_uint_t) value;
    }

    shift = 63 - (ngx_uint_t) __builtin_clzll(value) - LOAD_HISTOGRAM_BITS;

    return (shift << LOAD_HISTOGRAM_BITS) + (ngx_uint_t) (value >> shift);
}


static uint64_t
load_histogram_end(ngx_uint_t index)
{
    uint64_t    step;
    ngx_uint_t  shift;

    if (index < 2 * LOAD_HISTOGRAM_STEPS) {
        return index;
    }

    shift = (index >> LOAD_HISTOGRAM_BITS) - 1;
    step = (index & (LOAD_HISTOGRAM_STEPS - 1)) + LOAD_HISTOGRAM_STEPS;

    return ((step + 1) << shift) - 1;
}


uint64_t
load_histogram_at(const load_histogram_t *histogram, ngx_uint_t share)
{
    uint64_t    rank, n, value;
    ngx_uint_t  i;

    if (histogram->count == 0) {
        return 0;
    }

    /* rounded up, without overflow for any count that can be reached */

    rank = histogram->count / 1000000 * share
           + (histogram->count % 1000000 * share + 999999) / 1000000;

    if (rank == 0) {
        rank = 1;
    }

    n = 0;

    for (i = 0; i < LOAD_HISTOGRAM_BUCKETS; i++) {
        n += histogram->buckets[i];

        if (n >= rank) {
            value = load_histogram_end(i);
            return ngx_min(value, histogram->max);
        }
    }

    return histogram->max;
}


uint64_t
load_histogram_mean(const load_histogram_t *histogram)
{
    return histogram->count ? histogram->sum / histogram->count : 0;
}
