internal import CMicrohttpd

extension HTTPServer {
    /// The version of the libmicrohttpd that is loaded, such as `0.9.75`.
    package static var libraryVersion: String { unsafe String(cString: MHD_get_version()) }
}
