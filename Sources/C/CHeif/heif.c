#include "CHeif.h"
#include <dlfcn.h>
#include <libheif/heif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libheif's functions by the types of its own header.
#define FUNCTIONS(each) \
    each(heif_context_alloc) each(heif_context_free) each(heif_context_get_encoder_descriptors) \
    each(heif_context_get_encoder) each(heif_encoder_release) each(heif_encoder_set_lossy_quality) \
    each(heif_encoder_set_parameter) each(heif_image_create) each(heif_image_add_plane) each(heif_image_get_plane) \
    each(heif_image_release) each(heif_encoding_options_alloc) each(heif_encoding_options_free) \
    each(heif_context_encode_image) each(heif_context_write)

static struct {
#define MEMBER(name) __typeof__(name) *name;
    FUNCTIONS(MEMBER)
} heif;

int cheif_start(void) {
    // The one that libvips' module brought along.
    void *library = dlopen("libheif.so.1", RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) return 0;
    int found = 1;
#define LOAD(name) found &= (*(void **)&heif.name = dlsym(library, #name)) != NULL;
    FUNCTIONS(LOAD)
    return found;
}

typedef struct {
    unsigned char *bytes;
    size_t length;
    // Everything that is freed again.
    struct heif_context *context;
    struct heif_encoder *encoder;
    struct heif_image *image;
    struct heif_encoding_options *options;
} Work;

static struct heif_error append(struct heif_context *context, const void *data, size_t length, void *user) {
    (void)context;
    Work *work = user;
    struct heif_error error = {heif_error_Ok, heif_suberror_Unspecified, "Success"};
    unsigned char *grown = realloc(work->bytes, work->length + length);
    if (grown == NULL) {
        error.code = heif_error_Memory_allocation_error;
        error.message = "no memory for the file";
        return error;
    }
    memcpy(grown + work->length, data, length);
    work->bytes = grown;
    work->length += length;
    return error;
}

static struct heif_error copy(Work *work, const unsigned char *pixels, int width, int height, int bands) {
    int stride = 0;
    struct heif_error error = heif.heif_image_create(
        width, height, heif_colorspace_RGB, bands == 4 ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
        &work->image);
    if (error.code != heif_error_Ok) return error;
    error = heif.heif_image_add_plane(work->image, heif_channel_interleaved, width, height, 8);
    if (error.code != heif_error_Ok) return error;
    unsigned char *plane = heif.heif_image_get_plane(work->image, heif_channel_interleaved, &stride);
    size_t row = (size_t)width * bands;
    for (int y = 0; y < height; y++) memcpy(plane + (size_t)y * stride, pixels + y * row, row);
    return error;
}

// From this speed down the encoder looks for shapes that occurred before, which takes time by the square of what it looks
// through. Tiles, as they are never looked out of, bound it; their number is two to the power of what is answered.
static int tile_rows(int width, int height, int speed) {
    const long most = 600000;
    int rows = 0;
    if (speed > 7) return 0;
    while (rows < 6 && ((long)width * height >> rows) > most) rows++;
    return rows;
}

static struct heif_error prepare(Work *work, int quality, int speed, int rows) {
    const struct heif_encoder_descriptor *found[1];
    // By name: another encoder would make other bytes.
    if (heif.heif_context_get_encoder_descriptors(work->context, heif_compression_AV1, "aom", found, 1) < 1) {
        struct heif_error none = {heif_error_Unsupported_filetype, heif_suberror_Unspecified, "libheif has no aom"};
        return none;
    }
    struct heif_error error = heif.heif_context_get_encoder(work->context, found[0], &work->encoder);
    char digits[12], tiles[12];
    snprintf(digits, sizeof digits, "%d", speed);
    snprintf(tiles, sizeof tiles, "%d", rows);
    const char *parameters[][2] = {
        {"speed", digits}, {"threads", "1"}, {"chroma", "444"}, {"aom:tune-content", "screen"}, {"aom:tile-rows", tiles}};
    if (error.code == heif_error_Ok) error = heif.heif_encoder_set_lossy_quality(work->encoder, quality);
    for (size_t i = 0; error.code == heif_error_Ok && i < sizeof parameters / sizeof *parameters; i++)
        error = heif.heif_encoder_set_parameter(work->encoder, parameters[i][0], parameters[i][1]);
    return error;
}

int cheif_draw(
    const unsigned char *pixels, int width, int height, int bands, int quality, int speed, void **bytes, size_t *length,
    char *reason, size_t room
) {
    Work work = {.context = heif.heif_context_alloc(), .options = heif.heif_encoding_options_alloc()};
    struct heif_writer writer = {1, append};
    work.options->save_alpha_channel = bands == 4;
    struct heif_error error = copy(&work, pixels, width, height, bands);
    if (error.code == heif_error_Ok) error = prepare(&work, quality, speed, tile_rows(width, height, speed));
    if (error.code == heif_error_Ok)
        error = heif.heif_context_encode_image(work.context, work.image, work.encoder, work.options, NULL);
    if (error.code == heif_error_Ok) error = heif.heif_context_write(work.context, &writer, &work);
    if (error.code != heif_error_Ok) snprintf(reason, room, "%s", error.message);
    if (work.image != NULL) heif.heif_image_release(work.image);
    if (work.encoder != NULL) heif.heif_encoder_release(work.encoder);
    heif.heif_encoding_options_free(work.options);
    heif.heif_context_free(work.context);
    if (error.code != heif_error_Ok) {
        free(work.bytes);
        return -1;
    }
    *bytes = work.bytes;
    *length = work.length;
    return 0;
}
