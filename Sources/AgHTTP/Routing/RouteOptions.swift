/// What holds for a route besides its handler.
package struct RouteOptions: Sendable {
    /// A longer body is answered with 413, before it is read if its length was declared. 64 KiB by default.
    package var maxBodyBytes: Int64
    /// Anything the layers above want to know before the handler runs, such as the scope a token needs.
    package var tag: (any Sendable)?

    package init(maxBodyBytes: Int64 = 64 << 10, tag: (any Sendable)? = nil) {
        self.maxBodyBytes = maxBodyBytes
        self.tag = tag
    }
}
