// The reference recipe, as docs/benchmarks.md calls it: the obvious way to make the same set of pictures, which is also
// what the common stack of Node and sharp does. Each variant is made from the file again.
//
//     recipe set IN FOLDER          six variants and the thumbnail of IN into FOLDER
//     recipe plain IN WIDTH OUT     IN made as small as WIDTH, without loss: what a score compares variants with
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

static void check(int failed) {
    if (failed) vips_error_exit(NULL);
}

// As displayed and never enlarged, shrunk while loading where the format can.
static VipsImage *shrunk(const char *path, int width, int height, VipsInteresting crop) {
    VipsImage *out = NULL;
    check(vips_thumbnail(path, &out, width, "height", height, "size", VIPS_SIZE_DOWN, "crop", crop, NULL));
    return out;
}

static VipsImage *fitted(const char *path, int width) { return shrunk(path, width, 100000, VIPS_INTERESTING_NONE); }

static const char *place(const char *folder, const char *name) {
    static char path[4096];
    g_snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void save_webp(VipsImage *image, const char *path, int quality) {
    check(vips_webpsave(image, path, "Q", quality, "strip", TRUE, NULL));
    g_object_unref(image);
}

static void save_avif(VipsImage *image, const char *path, int quality) {
    check(vips_heifsave(
        image, path, "Q", quality, "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "effort", 4, "subsample_mode",
        VIPS_FOREIGN_SUBSAMPLE_OFF, "strip", TRUE, NULL));
    g_object_unref(image);
}

static void make_set(const char *path, const char *folder) {
    static const struct {
        const char *name;
        int width;
        int quality;
    } sizes[] = {{"large", 1920, 90}, {"medium", 1024, 85}, {"small", 640, 80}};
    save_webp(shrunk(path, 150, 150, VIPS_INTERESTING_CENTRE), place(folder, "thumbnail.webp"), 70);
    for (int i = 0; i < 3; i++) {
        char name[32];
        g_snprintf(name, sizeof name, "%s.webp", sizes[i].name);
        save_webp(fitted(path, sizes[i].width), place(folder, name), sizes[i].quality);
        g_snprintf(name, sizeof name, "%s.avif", sizes[i].name);
        save_avif(fitted(path, sizes[i].width), place(folder, name), sizes[i].quality);
    }
}

int main(int count, char **words) {
    check(VIPS_INIT(words[0]));
    if (count == 4 && strcmp(words[1], "set") == 0) {
        make_set(words[2], words[3]);
    } else if (count == 5 && strcmp(words[1], "plain") == 0) {
        VipsImage *image = fitted(words[2], atoi(words[3]));
        check(vips_pngsave(image, words[4], "strip", TRUE, NULL));
        g_object_unref(image);
    } else {
        vips_error_exit("recipe: set IN FOLDER, or plain IN WIDTH OUT");
    }
    vips_shutdown();
    return 0;
}
