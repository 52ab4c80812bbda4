// The door to libvips. Everything behind it is used by AgImaging's codec child alone, and by tests that make pictures.
#ifndef CVIPS_SHIM_H
#define CVIPS_SHIM_H
#include <vips/vips.h>

// For tests, which make their own pictures: rows of 8-bit (or, with `depth` 16, 16-bit) samples as a file in the format
// of `suffix`, which may carry options, such as ".jpg[Q=85]". `pages` above 1 cuts the rows into frames of equal height.
static inline int cvips_test_save(
    const void *samples, int width, int height, int bands, int depth, int pages, const char *suffix, void **bytes,
    size_t *length
) {
    VipsBandFormat format = depth == 16 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR;
    VipsInterpretation meaning = depth == 16 ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
    size_t size = (size_t)width * height * bands * (depth / 8);
    VipsImage *plain = vips_image_new_from_memory_copy(samples, size, width, height, bands, format), *image = NULL;
    if (plain == NULL) return -1;
    int code = vips_copy(plain, &image, "interpretation", meaning, NULL);
    g_object_unref(plain);
    if (code != 0) return code;
    if (pages > 1) vips_image_set_int(image, "page-height", height / pages);
    code = vips_image_write_to_buffer(image, suffix, bytes, length, NULL);
    g_object_unref(image);
    return code;
}

// For tests, which look at what the product made: decodes a picture whole.
static inline int cvips_test_look(
    const void *bytes, size_t length, int *width, int *height, int *bands, double *average, char *loader, size_t room
) {
    VipsImage *image = vips_image_new_from_buffer(bytes, length, "", "access", VIPS_ACCESS_SEQUENTIAL, NULL);
    const char *name = NULL;
    if (image == NULL) return -1;
    *width = vips_image_get_width(image);
    *height = vips_image_get_height(image);
    *bands = vips_image_get_bands(image);
    if (vips_image_get_string(image, "vips-loader", &name) == 0) g_strlcpy(loader, name, room);
    int code = vips_avg(image, average, NULL);
    g_object_unref(image);
    return code;
}
#endif
