// The page's files, built into the program: no folder beside the binary, nothing to lose.
#pragma once
#include <stddef.h>

struct cwebui_file {
    const unsigned char *_Nonnull bytes;
    size_t count;
};

struct cwebui_file cwebui_index_html(void);
struct cwebui_file cwebui_style_css(void);
struct cwebui_file cwebui_icon_svg(void);
struct cwebui_file cwebui_app_js(void);
struct cwebui_file cwebui_api_js(void);
struct cwebui_file cwebui_dom_js(void);
struct cwebui_file cwebui_uploads_js(void);
struct cwebui_file cwebui_gallery_js(void);
struct cwebui_file cwebui_details_js(void);
