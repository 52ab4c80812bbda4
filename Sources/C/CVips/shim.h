// The door to libvips. Everything behind it is used by AgImaging's codec child alone, and by tests that make pictures.
//
// Each function stands for a variadic call, which Swift cannot make. A picture comes back with one reference that the
// caller owns, or NULL with the reason in libvips' error buffer.
#ifndef CVIPS_SHIM_H
#define CVIPS_SHIM_H
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>
// Needs vips.h before it.
#include <vips/vector.h>

typedef enum { CVIPS_JPEG, CVIPS_PNG, CVIPS_WEBP, CVIPS_GIF, CVIPS_TIFF, CVIPS_HEIF } CVipsLoader;

static inline GLogWriterOutput cvips_say_nothing(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data) {
    (void)level; (void)fields; (void)count; (void)data;
    return G_LOG_WRITER_HANDLED;
}

// GLib asks the socket behind stderr who it is before it writes a warning, which the call filter forbids.
static inline void cvips_silence(void) { g_log_set_writer_func(cvips_say_nothing, NULL, NULL); }

// Loads the HEIF module alone. vips_init cannot list the folder of modules from inside the sandbox, so none of the
// others (ImageMagick, Poppler, OpenSlide, JPEG XL) ever enters the process.
static inline int cvips_load_heif(const char *folder) {
    char path[1200];
    if (g_type_from_name("VipsForeignLoadHeif") != 0) return 1;
    snprintf(path, sizeof path, "%s/vips-modules-%d.%d/vips-heif.so", folder, vips_version(0), vips_version(1));
    void *module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (module == NULL) return 0;
    // The entry point of a GModule; it registers the types and wants a handle only to keep itself loaded.
    const gchar *(*enter)(void *) = (const gchar *(*)(void *))dlsym(module, "g_module_check_init");
    return enter != NULL && enter(module) == NULL;
}

// Refuses every loader, then allows the few we sniff for.
static inline void cvips_allow_only_ours(void) {
    static const char *ours[] = {"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
                                 "VipsForeignLoadNsgif", "VipsForeignLoadTiff", "VipsForeignLoadHeif"};
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) vips_operation_block_set(ours[i], FALSE);
}

// No thread pool beyond one worker, no cache, and no code made at run time (that would need executable memory).
static inline void cvips_calm(void) {
    vips_vector_set_enabled(FALSE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
}

static inline int cvips_has(const char *type) { return g_type_from_name(type) != 0; }

static inline VipsImage *cvips_load(
    CVipsLoader loader, const void *bytes, size_t length, int shrink, double scale, int strict
) {
    VipsImage *out = NULL;
    void *data = (void *)bytes;
    VipsFailOn fail = strict ? VIPS_FAIL_ON_TRUNCATED : VIPS_FAIL_ON_NONE;
    VipsAccess access = VIPS_ACCESS_SEQUENTIAL;
    int code = -1;
    switch (loader) {
    case CVIPS_JPEG:
        code = vips_jpegload_buffer(data, length, &out, "shrink", shrink, "access", access, "fail_on", fail, NULL);
        break;
    case CVIPS_PNG: code = vips_pngload_buffer(data, length, &out, "access", access, "fail_on", fail, NULL); break;
    case CVIPS_WEBP:
        code = vips_webpload_buffer(data, length, &out, "scale", scale, "access", access, "fail_on", fail, NULL);
        break;
    case CVIPS_GIF: code = vips_gifload_buffer(data, length, &out, "access", access, "fail_on", fail, NULL); break;
    case CVIPS_TIFF: code = vips_tiffload_buffer(data, length, &out, "access", access, "fail_on", fail, NULL); break;
    case CVIPS_HEIF: code = vips_heifload_buffer(data, length, &out, "access", access, "fail_on", fail, NULL); break;
    }
    if (code == 0) return out;
    if (out != NULL) g_object_unref(out);
    return NULL;
}

// What libvips itself would make of these bytes: for the start-up test that it refuses what we did not allow.
static inline int cvips_takes_unasked(const void *bytes, size_t length) {
    VipsImage *out = vips_image_new_from_buffer(bytes, length, "", NULL);
    if (out == NULL) return 0;
    g_object_unref(out);
    return 1;
}

static inline VipsImage *cvips_one(int code, VipsImage *out) { return code == 0 ? out : NULL; }

// All pixels, made strip by strip on the thread that asks. `vips_image_copy_memory` would hand every strip to a pool of
// threads, which is of one here: two switches of threads for each, a seventh of the time of a small picture.
static inline VipsImage *cvips_in_memory(VipsImage *in) {
    if (in->data != NULL) {
        g_object_ref(in);
        return in;
    }
    VipsImage *out = vips_image_new_memory();
    VipsRegion *region = vips_region_new(in);
    int code = region == NULL || vips_image_pipelinev(out, VIPS_DEMAND_STYLE_THINSTRIP, in, NULL) != 0
        // Here and not with the first line, which does not look whether there was memory.
        || vips_image_write_prepare(out) != 0;
    for (int top = 0; code == 0 && top < in->Ysize; top += 16) {
        VipsRect strip = {0, top, in->Xsize, VIPS_MIN(16, in->Ysize - top)};
        code = vips_region_prepare(region, &strip);
        for (int y = top; code == 0 && y < top + strip.height; y++)
            code = vips_image_write_line(out, y, VIPS_REGION_ADDR(region, 0, y));
    }
    if (region != NULL) g_object_unref(region);
    if (code == 0) return out;
    g_object_unref(out);
    return NULL;
}

static inline VipsImage *cvips_resize(VipsImage *in, double across, double down) {
    VipsImage *out = NULL;
    return cvips_one(vips_resize(in, &out, across, "vscale", down, NULL), out);
}

// The EXIF orientations 2 to 8 (TIFF 6.0, page 36): a quarter turn, then perhaps a mirror.
static inline VipsImage *cvips_turn(VipsImage *in, int orientation) {
    static const VipsAngle angles[] = {VIPS_ANGLE_D0,  VIPS_ANGLE_D0,  VIPS_ANGLE_D0,   VIPS_ANGLE_D180, VIPS_ANGLE_D0,
                                       VIPS_ANGLE_D90, VIPS_ANGLE_D90, VIPS_ANGLE_D270, VIPS_ANGLE_D270};
    VipsImage *turned = NULL, *out = NULL;
    if (orientation < 1 || orientation > 8 || vips_rot(in, &turned, angles[orientation], NULL) != 0) return NULL;
    if (orientation != 2 && orientation != 4 && orientation != 5 && orientation != 7) return turned;
    VipsDirection axis = orientation == 4 ? VIPS_DIRECTION_VERTICAL : VIPS_DIRECTION_HORIZONTAL;
    int code = vips_flip(turned, &out, axis, NULL);
    g_object_unref(turned);
    return cvips_one(code, out);
}

static inline VipsImage *cvips_crop(VipsImage *in, int left, int top, int width, int height) {
    VipsImage *out = NULL;
    return cvips_one(vips_extract_area(in, &out, left, top, width, height, NULL), out);
}

// In the middle of a larger canvas, which is white: clear white where the picture has alpha.
static inline VipsImage *cvips_embed(VipsImage *in, int width, int height) {
    double white[] = {255, 255, 255, 0};
    VipsImage *out = NULL;
    int left = (width - vips_image_get_width(in)) / 2, top = (height - vips_image_get_height(in)) / 2;
    VipsArrayDouble *ground = vips_array_double_new(white, vips_image_get_bands(in) < 4 ? 3 : 4);
    int code = vips_embed(in, &out, left, top, width, height, "extend", VIPS_EXTEND_BACKGROUND, "background", ground, NULL);
    vips_area_unref(VIPS_AREA(ground));
    return cvips_one(code, out);
}

// On a canvas that is black, and clear where the picture has alpha.
static inline VipsImage *cvips_placed(VipsImage *in, int left, int top, int width, int height) {
    VipsImage *out = NULL;
    return cvips_one(vips_embed(in, &out, left, top, width, height, "extend", VIPS_EXTEND_BLACK, NULL), out);
}

// What shows through becomes white; without this, a format that has no alpha would show it black.
static inline VipsImage *cvips_on_white(VipsImage *in) {
    double white[] = {255, 255, 255};
    VipsImage *out = NULL;
    VipsArrayDouble *ground = vips_array_double_new(white, 3);
    int code = vips_flatten(in, &out, "background", ground, NULL);
    vips_area_unref(VIPS_AREA(ground));
    return cvips_one(code, out);
}

static inline VipsImage *cvips_bands(VipsImage *in, int first, int count) {
    VipsImage *out = NULL;
    return cvips_one(vips_extract_band(in, &out, first, "n", count, NULL), out);
}

static inline VipsImage *cvips_interpret(VipsImage *in, VipsInterpretation meaning) {
    VipsImage *out = NULL;
    return cvips_one(vips_copy(in, &out, "interpretation", meaning, NULL), out);
}

static inline VipsImage *cvips_premultiply(VipsImage *in) {
    VipsImage *out = NULL;
    return cvips_one(vips_premultiply(in, &out, NULL), out);
}

// Back from premultiplied floats to the format the picture had.
static inline VipsImage *cvips_unpremultiply(VipsImage *in, VipsBandFormat format) {
    VipsImage *plain = NULL, *out = NULL;
    if (vips_unpremultiply(in, &plain, NULL) != 0) return NULL;
    int code = vips_cast(plain, &out, format, NULL);
    g_object_unref(plain);
    return cvips_one(code, out);
}

static inline VipsImage *cvips_without_profile(VipsImage *in) {
    VipsImage *out = NULL;
    if (vips_copy(in, &out, NULL) != 0) return NULL;
    vips_image_remove(out, VIPS_META_ICC_NAME);
    return out;
}

static inline VipsImage *cvips_by_profile(VipsImage *in) {
    VipsImage *out = NULL;
    return cvips_one(vips_icc_transform(in, &out, "srgb", "embedded", TRUE, "depth", 8, NULL), out);
}

static inline VipsImage *cvips_to_srgb(VipsImage *in) {
    VipsImage *colours = NULL, *out = NULL;
    if (vips_colourspace(in, &colours, VIPS_INTERPRETATION_sRGB, NULL) != 0) return NULL;
    int code = vips_cast(colours, &out, VIPS_FORMAT_UCHAR, NULL);
    g_object_unref(colours);
    return cvips_one(code, out);
}

static inline VipsImage *cvips_in_colors(VipsImage *in, VipsInterpretation meaning) {
    VipsImage *out = NULL;
    return cvips_one(vips_colourspace(in, &out, meaning, NULL), out);
}

// X, Y and Z of Lab, under the white (X, Y, Z; Y is 100) that belongs to it.
static inline VipsImage *cvips_lab_to_xyz(VipsImage *in, const double *white) {
    VipsImage *out = NULL;
    VipsArrayDouble *values = vips_array_double_new(white, 3);
    int code = vips_Lab2XYZ(in, &out, "temp", values, NULL);
    vips_area_unref(VIPS_AREA(values));
    return cvips_one(code, out);
}

// libtiff's Lab of 8 bits comes packed into four bytes a pixel.
static inline VipsImage *cvips_unpacked(VipsImage *in) {
    VipsImage *out = NULL;
    return cvips_one(vips_LabQ2Lab(in, &out, NULL), out);
}

static inline int cvips_is_packed(VipsImage *in) { return in->Coding == VIPS_CODING_LABQ; }

// ICCLab of TIFF, whose a and b are stored with half of their range added, as Lab.
static inline VipsImage *cvips_from_offset_lab(VipsImage *in) {
    double unit = in->BandFmt == VIPS_FORMAT_USHORT ? 256 : 1;
    double factors[] = {100 / (255 * unit), 1 / unit, 1 / unit}, offsets[] = {0, -128, -128};
    VipsImage *values = NULL, *out = NULL;
    if (vips_linear(in, &values, factors, offsets, 3, NULL) != 0) return NULL;
    int code = vips_copy(values, &out, "interpretation", VIPS_INTERPRETATION_LAB, NULL);
    g_object_unref(values);
    return cvips_one(code, out);
}

// All values times `factor`, as numbers of `format`, rounded where those are whole and cut where they end.
static inline VipsImage *cvips_scaled(VipsImage *in, double factor, VipsBandFormat format) {
    VipsImage *values = NULL, *out = NULL;
    double half = vips_band_format_isint(format) ? 0.5 : 0;
    if (vips_linear1(in, &values, factor, half, NULL) != 0) return NULL;
    int code = vips_cast(values, &out, format, NULL);
    g_object_unref(values);
    return cvips_one(code, out);
}

// Values of 16 bits that were read as signed.
static inline VipsImage *cvips_as_unsigned(VipsImage *in) {
    VipsImage *out = NULL;
    return cvips_one(vips_copy(in, &out, "format", VIPS_FORMAT_USHORT, NULL), out);
}

static inline VipsImage *cvips_upper_eight_bits(VipsImage *in) {
    VipsImage *out = NULL;
    return cvips_one(vips_cast(in, &out, VIPS_FORMAT_UCHAR, "shift", TRUE, NULL), out);
}

// Colours by alpha from 0 to 1, in the numbers that the colours have. Where alpha is 0 they are 0.
static inline VipsImage *cvips_divided(VipsImage *in, VipsImage *alpha) {
    VipsImage *values = NULL, *out = NULL;
    if (vips_divide(in, alpha, &values, NULL) != 0) return NULL;
    VipsImage *made = cvips_scaled(values, 1, in->BandFmt);
    g_object_unref(values);
    if (made == NULL) return NULL;
    int code = vips_copy(made, &out, "interpretation", in->Type, NULL);
    g_object_unref(made);
    return cvips_one(code, out);
}

// Three bands plus `offsets`, then mixed by `weights` (three rows of three), in the numbers that they have.
static inline VipsImage *cvips_recombined(VipsImage *in, const double *offsets, const double *weights) {
    static const double ones[] = {1, 1, 1};
    VipsImage *shifted = NULL, *mixed = NULL, *out = NULL;
    VipsImage *matrix = vips_image_new_matrix_from_array(3, 3, weights, 9);
    int code = matrix == NULL || vips_linear(in, &shifted, (double *)ones, (double *)offsets, 3, NULL) != 0
        || vips_recomb(shifted, &mixed, matrix, NULL) != 0;
    VipsImage *whole = code == 0 ? cvips_scaled(mixed, 1, in->BandFmt) : NULL;
    code = whole == NULL || vips_copy(whole, &out, "interpretation", in->Type, NULL) != 0;
    for (VipsImage **used = (VipsImage *[]){whole, mixed, shifted, matrix, NULL}, **end = used + 4; used < end; used++) {
        if (*used != NULL) g_object_unref(*used);
    }
    return cvips_one(code, out);
}

static inline VipsImage *cvips_three_of(VipsImage *in) {
    VipsImage *bands[] = {in, in, in}, *out = NULL;
    return cvips_one(vips_bandjoin(bands, &out, 3, NULL), out);
}

// One band behind the others, which keep their meaning.
static inline VipsImage *cvips_joined(VipsImage *in, VipsImage *band) {
    VipsImage *joined = NULL, *out = NULL;
    if (vips_bandjoin2(in, band, &joined, NULL) != 0) return NULL;
    int code = vips_copy(joined, &out, "interpretation", in->Type, NULL);
    g_object_unref(joined);
    return cvips_one(code, out);
}

// Eight bits of sRGB in memory, to be filled by the caller.
static inline VipsImage *cvips_canvas(int width, int height, int bands) {
    VipsImage *out = vips_image_new_memory();
    vips_image_init_fields(
        out, width, height, bands, VIPS_FORMAT_UCHAR, VIPS_CODING_NONE, VIPS_INTERPRETATION_sRGB, 1, 1);
    if (vips_image_pipelinev(out, VIPS_DEMAND_STYLE_ANY, NULL) == 0 && vips_image_write_prepare(out) == 0) return out;
    g_object_unref(out);
    return NULL;
}

// Of a picture in memory, row by row without gaps.
static inline unsigned char *cvips_pixels(VipsImage *in) { return in->data; }

static inline size_t cvips_length(VipsImage *in) { return VIPS_IMAGE_SIZEOF_IMAGE(in); }

static inline VipsImage *cvips_with_alpha(VipsImage *in) {
    VipsImage *out = NULL;
    return cvips_one(vips_addalpha(in, &out, NULL), out);
}

static inline int cvips_is_removable(const char *name) {
    static const char *core[] = {"width", "height", "bands", "format", "coding", "interpretation", "xoffset",
                                 "yoffset", "xres", "yres", "filename"};
    for (size_t i = 0; i < sizeof core / sizeof *core; i++) {
        if (strcmp(name, core[i]) == 0) return 0;
    }
    return 1;
}

// The same pixels without one field of metadata: `strip` of webpsave 8.14 leaves EXIF and XMP in.
static inline VipsImage *cvips_bare(VipsImage *in) {
    VipsImage *out = NULL;
    if (vips_copy(in, &out, "xres", 1.0, "yres", 1.0, NULL) != 0) return NULL;
    gchar **names = vips_image_get_fields(out);
    for (gchar **name = names; name != NULL && *name != NULL; name++) {
        if (cvips_is_removable(*name)) vips_image_remove(out, *name);
    }
    g_strfreev(names);
    return out;
}

typedef enum { CVIPS_WEBP_LOSSY, CVIPS_WEBP_SHARP, CVIPS_WEBP_NEAR_LOSSLESS, CVIPS_WEBP_LOSSLESS } CVipsWebP;

static inline int cvips_save_webp(
    VipsImage *in, int quality, int effort, CVipsWebP kind, void **bytes, size_t *length
) {
    return vips_webpsave_buffer(
        in, bytes, length, "Q", quality, "effort", effort, "lossless", kind == CVIPS_WEBP_LOSSLESS, "near_lossless",
        kind == CVIPS_WEBP_NEAR_LOSSLESS, "smart_subsample", kind == CVIPS_WEBP_SHARP, "strip", TRUE, NULL);
}

// The chroma by name: `auto` would switch to 4:4:4 at quality 90. The encoder by name: another would make other bytes.
static inline int cvips_save_avif(VipsImage *in, int quality, int effort, void **bytes, size_t *length) {
    return vips_heifsave_buffer(
        in, bytes, length, "Q", quality, "effort", effort, "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "encoder",
        VIPS_FOREIGN_HEIF_ENCODER_AOM, "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_ON, "bitdepth", 8, "strip", TRUE, NULL);
}

static inline int cvips_save_jpeg(VipsImage *in, int quality, int full, void **bytes, size_t *length) {
    return vips_jpegsave_buffer(
        in, bytes, length, "Q", quality, "strip", TRUE, "optimize_coding", TRUE, "subsample_mode",
        full ? VIPS_FOREIGN_SUBSAMPLE_OFF : VIPS_FOREIGN_SUBSAMPLE_AUTO, NULL);
}

static inline int cvips_save_png(VipsImage *in, void **bytes, size_t *length) {
    return vips_pngsave_buffer(in, bytes, length, "strip", TRUE, NULL);
}

// For tests: any picture as a file in memory, the format and its options in libvips' own words (".png[bitdepth=16]").
static inline int cvips_write(VipsImage *in, const char *suffix, void **bytes, size_t *length) {
    return vips_image_write_to_buffer(in, suffix, bytes, length, NULL);
}

// For tests: one band of something between clouds and stones, with detail at several sizes and a little grain.
static inline VipsImage *cvips_texture(int width, int height, int seed) {
    VipsImage *t[9] = {NULL};
    VipsImage *out = NULL;
    int failed = vips_perlin(&t[0], width, height, "cell_size", 256, "seed", seed, NULL)
        || vips_perlin(&t[1], width, height, "cell_size", 16, "seed", seed + 1, NULL)
        || vips_worley(&t[2], width, height, "cell_size", 96, "seed", seed + 2, NULL)
        || vips_gaussnoise(&t[3], width, height, "mean", 0.0, "sigma", 5.0, "seed", seed + 3, NULL)
        || vips_linear1(t[0], &t[4], 90.0, 110.0, NULL) || vips_linear1(t[1], &t[5], 25.0, 0.0, NULL)
        || vips_linear1(t[2], &t[6], 0.6, 0.0, NULL) || vips_add(t[4], t[5], &t[7], NULL)
        || vips_add(t[7], t[6], &t[8], NULL) || vips_add(t[8], t[3], &out, NULL);
    for (int i = 0; i < 9; i++) if (t[i] != NULL) g_object_unref(t[i]);
    return failed ? NULL : out;
}

// For tests: three textures as red, green and blue.
static inline VipsImage *cvips_photo(int width, int height, int seed) {
    VipsImage *bands[3] = {cvips_texture(width, height, seed), cvips_texture(width, height, seed + 10),
                           cvips_texture(width, height, seed + 20)};
    VipsImage *joined = NULL, *cast = NULL, *out = NULL;
    if (bands[0] != NULL && bands[1] != NULL && bands[2] != NULL && vips_bandjoin(bands, &joined, 3, NULL) == 0
        && vips_cast(joined, &cast, VIPS_FORMAT_UCHAR, NULL) == 0)
        vips_copy(cast, &out, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
    for (int i = 0; i < 3; i++) if (bands[i] != NULL) g_object_unref(bands[i]);
    if (joined != NULL) g_object_unref(joined);
    if (cast != NULL) g_object_unref(cast);
    return out;
}

// For tests: the obvious way to a smaller picture, for what it costs.
static inline VipsImage *cvips_plain_thumbnail(const void *bytes, size_t length, int width, int height, int cut) {
    VipsImage *out = NULL;
    VipsInteresting crop = cut ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE;
    return cvips_one(
        vips_thumbnail_buffer(
            (void *)bytes, length, &out, width, "height", height, "size", VIPS_SIZE_DOWN, "crop", crop, NULL),
        out);
}

// For tests: from sRGB into a profile that libvips knows by name.
static inline VipsImage *cvips_from_srgb(VipsImage *in, const char *profile) {
    VipsImage *out = NULL;
    return cvips_one(vips_icc_transform(in, &out, profile, "input_profile", "srgb", NULL), out);
}

// Takes memory of any size from the heap, where it stays for the next picture; or large pieces that the heap does not have
// from the kernel, which gets them back at once: it would keep holes of the size of the largest picture.
static inline void cvips_take_from_heap(int all) { mallopt(M_MMAP_MAX, all ? 0 : 65536); }

// Gives freed pages back where they are more than so many bytes, so that no picture stays on the child's account.
static inline void cvips_trim(size_t most) {
    if (mallinfo2().fordblks > most) malloc_trim(0);
}

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

// SplitMix64: the same numbers on every machine.
static inline uint64_t cvips_test_random(uint64_t *state) {
    uint64_t mixed = *state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

// For tests: 8-bit samples drawn like a photograph, with soft gradients, six shapes with edges, and grain over all of it.
// A fourth band is a ramp from clear to solid. Another seed makes another picture; the same seed makes the same one.
static inline void cvips_test_draw(uint64_t seed, int width, int height, int bands, unsigned char *samples) {
    enum { SHAPES = 6 };
    int x[SHAPES], y[SHAPES], radius[SHAPES], round[SHAPES], color[SHAPES][3], tint[3];
    int shorter = width < height ? width : height, widest = shorter / 4 > 2 ? shorter / 4 : 2;
    uint64_t state = seed * 0x9E3779B97F4A7C15u;
    for (int i = 0; i < 3; i++) tint[i] = (int)(cvips_test_random(&state) % 96);
    for (int i = 0; i < SHAPES; i++) {
        x[i] = (int)(cvips_test_random(&state) % (uint64_t)width);
        y[i] = (int)(cvips_test_random(&state) % (uint64_t)height);
        radius[i] = 1 + (int)(cvips_test_random(&state) % (uint64_t)widest);
        round[i] = (int)(cvips_test_random(&state) & 1);
        for (int band = 0; band < 3; band++) color[i][band] = (int)(cvips_test_random(&state) % 200);
    }
    for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
            int top = -1, noise = (int)(cvips_test_random(&state) >> 61);
            for (int i = 0; i < SHAPES; i++) {
                int across = abs(column - x[i]), down = abs(row - y[i]);
                int covers = round[i] ? across * across + down * down < radius[i] * radius[i]
                                      : across < radius[i] && down < radius[i];
                if (covers) top = i;
            }
            for (int band = 0; band < bands; band++) {
                int ground = band > 2 ? 0 : tint[band] + (band == 0 ? column * 120 / width : row * 120 / height);
                int value = band > 2 ? column * 255 / width : (top < 0 ? ground : color[top][band] + ground / 3) + noise;
                *samples++ = (unsigned char)(value > 255 ? 255 : value);
            }
        }
    }
}
#endif
