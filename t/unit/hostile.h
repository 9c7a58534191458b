
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Every truncation and every single-bit flip of a valid message, each in a
 * block of its exact size, so that the sanitizer sees a read past the end.
 */


#ifndef _HOSTILE_H_INCLUDED_
#define _HOSTILE_H_INCLUDED_


#include <stddef.h>
#include <stdlib.h>
#include <string.h>


typedef void (*hostile_pt)(unsigned char *pos, unsigned char *last);


static inline void
hostile_copy(const unsigned char *data, size_t len, size_t flip,
    hostile_pt parse)
{
    unsigned char  *copy;

    copy = malloc(len ? len : 1);
    if (copy == NULL) {
        abort();
    }

    if (len) {
        memcpy(copy, data, len);
    }

    if (flip < len * 8) {
        copy[flip / 8] ^= (unsigned char) (1 << (flip % 8));
    }

    parse(copy, copy + len);

    free(copy);
}


static inline void
hostile_all(const unsigned char *data, size_t len, hostile_pt parse)
{
    size_t  i;

    for (i = 0; i <= len; i++) {
        hostile_copy(data, i, (size_t) -1, parse);
    }

    for (i = 0; i < len * 8; i++) {
        hostile_copy(data, len, i, parse);
    }
}


/* random bytes of every length up to "max", the same ones in every run */

static inline void
hostile_random(size_t max, unsigned rounds, hostile_pt parse)
{
    size_t         i, len;
    unsigned       state, n;
    unsigned char  data[2048];

    state = 1;

    for (n = 0; n < rounds; n++) {
        for (len = 0; len <= max && len <= sizeof(data); len++) {
            for (i = 0; i < len; i++) {
                state = state * 1664525 + 1013904223;
                data[i] = (unsigned char) (state >> 24);
            }

            hostile_copy(data, len, (size_t) -1, parse);
        }
    }
}


#endif /* _HOSTILE_H_INCLUDED_ */
