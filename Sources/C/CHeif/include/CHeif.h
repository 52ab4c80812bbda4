// The door to libheif's AV1 encoder, for what libvips 8.14 cannot ask of it. Used by AgImaging's codec child alone.
//
// libheif is loaded when it is asked for and not linked: the server, which never decodes, does not take two dozen codec
// libraries into its memory.
#ifndef CHEIF_H
#define CHEIF_H
#include <stddef.h>

// Once, before the sandbox closes; whether it worked. Threads: one.
int cheif_start(void);

// One AVIF of 8-bit red, green, blue and, of four bands, alpha, row by row without gaps, with chroma at full resolution
// and the tools of AV1 for drawn pictures. 0 and bytes for `free`; or -1 and libheif's reason in `reason`.
int cheif_draw(
    const unsigned char *pixels, int width, int height, int bands, int quality, int speed, void **bytes, size_t *length,
    char *reason, size_t room
);
#endif
