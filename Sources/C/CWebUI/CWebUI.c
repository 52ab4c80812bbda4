// #embed (C23) takes a file's bytes at compile time; clang remembers the file and builds again when it changes.
#include "CWebUI.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "../../../Web/ui/index.html"
};
struct cwebui_file cwebui_index_html(void) { return (struct cwebui_file){index_html, sizeof index_html}; }

static const unsigned char style_css[] = {
#embed "../../../Web/ui/style.css"
};
struct cwebui_file cwebui_style_css(void) { return (struct cwebui_file){style_css, sizeof style_css}; }

static const unsigned char icon_svg[] = {
#embed "../../../Web/ui/icon.svg"
};
struct cwebui_file cwebui_icon_svg(void) { return (struct cwebui_file){icon_svg, sizeof icon_svg}; }

static const unsigned char app_js[] = {
#embed "../../../Web/ui/app.js"
};
struct cwebui_file cwebui_app_js(void) { return (struct cwebui_file){app_js, sizeof app_js}; }

static const unsigned char api_js[] = {
#embed "../../../Web/ui/api.js"
};
struct cwebui_file cwebui_api_js(void) { return (struct cwebui_file){api_js, sizeof api_js}; }

static const unsigned char dom_js[] = {
#embed "../../../Web/ui/dom.js"
};
struct cwebui_file cwebui_dom_js(void) { return (struct cwebui_file){dom_js, sizeof dom_js}; }

static const unsigned char uploads_js[] = {
#embed "../../../Web/ui/uploads.js"
};
struct cwebui_file cwebui_uploads_js(void) { return (struct cwebui_file){uploads_js, sizeof uploads_js}; }

static const unsigned char gallery_js[] = {
#embed "../../../Web/ui/gallery.js"
};
struct cwebui_file cwebui_gallery_js(void) { return (struct cwebui_file){gallery_js, sizeof gallery_js}; }

static const unsigned char details_js[] = {
#embed "../../../Web/ui/details.js"
};
struct cwebui_file cwebui_details_js(void) { return (struct cwebui_file){details_js, sizeof details_js}; }
