import AgBase
import AgCrypto
import AgHTTP
import CWebUI

/// A file of the page.
struct PageAsset: Sendable {
    let paths: [String]
    private let content: DeliveredContent

    static let all: [PageAsset] = [
        PageAsset(["/", signInPath], "text/html; charset=utf-8", cwebui_index_html(), isPage: true),
        PageAsset(["/ui/style.css"], "text/css; charset=utf-8", cwebui_style_css()),
        PageAsset(["/ui/icon.svg"], "image/svg+xml", cwebui_icon_svg()),
        PageAsset(["/ui/app.js"], "text/javascript; charset=utf-8", cwebui_app_js()),
        PageAsset(["/ui/api.js"], "text/javascript; charset=utf-8", cwebui_api_js()),
        PageAsset(["/ui/dom.js"], "text/javascript; charset=utf-8", cwebui_dom_js()),
        PageAsset(["/ui/uploads.js"], "text/javascript; charset=utf-8", cwebui_uploads_js()),
        PageAsset(["/ui/gallery.js"], "text/javascript; charset=utf-8", cwebui_gallery_js()),
        PageAsset(["/ui/details.js"], "text/javascript; charset=utf-8", cwebui_details_js()),
    ]

    private init(_ paths: [String], _ type: String, _ file: cwebui_file, isPage: Bool = false) {
        self.paths = paths
        content = .builtIn(
            Array(UnsafeBufferPointer(start: file.bytes, count: file.count)), type,
            headers: isPage ? ["Content-Security-Policy": SecurityHeaders.page] : [:])
    }

    func response(to request: HTTPRequest) -> HTTPResponse { AgHTTP.content(of: content, for: request) }
}

extension DeliveredContent {
    /// What does not change while the program runs: fresh after every upgrade, yet not sent again when it is the same.
    static func builtIn(_ bytes: [UInt8], _ type: String, headers: HTTPHeaders = [:]) -> DeliveredContent {
        DeliveredContent(
            .prepared(SharedBytes(bytes)), tag: String(SHA256Digest.of(bytes).hex.prefix(32)), contentType: type,
            headers: headers)
    }
}
