
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a file of t/unit/fixtures in a block of its exact size; free() it */


#ifndef _FIXTURE_H_INCLUDED_
#define _FIXTURE_H_INCLUDED_


#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static inline unsigned char *
fixture_read(const char *name, size_t *len)
{
    FILE           *file;
    char            path[1024];
    long            size;
    const char     *slash;
    unsigned char  *data;

    slash = strrchr(__FILE__, '/');

    snprintf(path, sizeof(path), "%.*sfixtures/%s",
             slash ? (int) (slash + 1 - __FILE__) : 0, __FILE__, name);

    file = fopen(path, "rb");

    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        abort();
    }

    size = ftell(file);
    rewind(file);

    data = malloc(size ? (size_t) size : 1);

    if (data == NULL || fread(data, 1, size, file) != (size_t) size) {
        abort();
    }

    fclose(file);

    *len = size;

    return data;
}


#endif /* _FIXTURE_H_INCLUDED_ */
