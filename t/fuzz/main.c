
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Replays files through a fuzz target where libFuzzer is not at hand:
 * each argument is read into a block of its exact size.
 */


#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
main(int argc, char **argv)
{
    int       i;
    FILE     *file;
    long      size;
    uint8_t  *data;

    for (i = 1; i < argc; i++) {
        file = fopen(argv[i], "rb");

        if (file == NULL
            || fseek(file, 0, SEEK_END) != 0
            || (size = ftell(file)) < 0
            || fseek(file, 0, SEEK_SET) != 0)
        {
            perror(argv[i]);
            return 1;
        }

        data = malloc(size ? (size_t) size : 1);

        if (data == NULL || fread(data, 1, size, file) != (size_t) size) {
            perror(argv[i]);
            return 1;
        }

        fclose(file);

        LLVMFuzzerTestOneInput(data, size);

        free(data);
    }

    return 0;
}
