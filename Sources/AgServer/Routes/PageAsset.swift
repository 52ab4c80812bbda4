import AgBase
import AgCrypto
import AgHTTP
import CWebUI

/// A file of the page.
struct PageAsset: Sendable {
    let paths: [String]
    private let type: String
    private let tag: String
    private let bytes: SharedBytes
    private let isPage: Bool

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
        let bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
        self.paths = paths
        self.type = type
        self.isPage = isPage
        self.bytes = SharedBytes(bytes)
        tag = "\"\(SHA256Digest.of(bytes).hex.prefix(32))\""
    }

    /// Fresh after every upgrade, yet not sent again when it is the same.
    func response(to request: HTTPRequest) -> HTTPResponse {
        var headers: HTTPHeaders = ["ETag": tag, "Cache-Control": "no-cache"]
        if isPage { headers.add("Content-Security-Policy", SecurityHeaders.page) }
        if let known = request.headers["if-none-match"], Self.names(tag, in: known) {
            return HTTPResponse(304, headers: headers)
        }
        headers.add("Content-Type", type)
        return HTTPResponse(200, headers: headers, body: .prepared(bytes))
    }

    /// Whether the list has the tag, weak or not. By bytes: a stranger may send a list of any length.
    private static func names(_ tag: String, in list: String) -> Bool {
        list.utf8.split(separator: UInt8(ascii: ",")).contains { part in
            let bare = part.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: " ") }
            return bare.elementsEqual(tag.utf8) || bare.elementsEqual("W/\(tag)".utf8)
        }
    }
}
