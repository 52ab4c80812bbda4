package import AgModel

/// Which pictures a list shows, newest first.
package struct ImageFilter: Sendable {
    package var status: ImageStatus?
    package var sessionID: String?
    /// A media type such as `image/png`.
    package var mediaType: String?

    package init(status: ImageStatus? = nil, sessionID: String? = nil, mediaType: String? = nil) {
        self.status = status
        self.sessionID = sessionID
        self.mediaType = mediaType
    }
}

/// One page of a list.
package struct ImagePage: Sendable {
    package let images: [(image: Image, status: ImageStatus)]
    /// Where the next page starts; `nil` on the last one.
    package let next: ImageCursor?
    /// Only when it was asked for: counting costs more than listing.
    package let total: Int64?
}
